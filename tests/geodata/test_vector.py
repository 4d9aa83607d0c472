"""Parcels from GeoJSON, GeoPackage and Shapefile."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from zqland import tables
from zqland.findings import Severity
from zqland_geodata.errors import (
    AmbiguousColumnError,
    FileUnreadableError,
    MissingColumnError,
    MissingLayerError,
    SourceCrsError,
)
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.vector import read_parcels

Write = Callable[..., Path]
Squares = gpd.GeoDataFrame


def rules(read: object) -> list[str]:
    return [finding.rule for finding in read.findings]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_a_file_becomes_a_table_of_parcels(
    squares: Squares, write_shapes: Write, name: str
) -> None:
    shapes = squares.to_crs(4490) if name.endswith("json") else squares
    read = read_parcels(write_shapes(shapes, name))
    checked = tables.check("parcels", read.parcels)
    assert list(checked.index) == ["A-1", "A-2", "A-3"]
    assert checked["district"].to_list() == ["441284"] * 3
    assert checked["declared_m2"].to_list() == [10_000.0] * 3
    assert read.findings == []


def test_a_class_of_land_that_says_too_little_is_a_warning(
    squares: Squares, write_shapes: Write
) -> None:
    named = squares.assign(规划用地类别="工业用地")
    read = read_parcels(write_shapes(named, "a.gpkg"))
    found = [one for one in read.findings if one.rule == "word.unknown"]
    assert {one.severity for one in found} == {Severity.WARNING}
    assert "values" in found[0].action.zh


@pytest.mark.parametrize("shift", [(4526, 0), (4547, -38_000_000)])
def test_surveyed_coordinates_are_kept_exactly(
    squares: Squares, write_shapes: Write, shift: tuple[int, int]
) -> None:
    epsg, east = shift
    moved = squares.geometry.translate(east).set_crs(epsg, allow_override=True)
    read = read_parcels(write_shapes(squares.set_geometry(moved)))
    assert read.parcels["home_zone"].to_list() == [4526] * 3
    kept = gpd.GeoSeries(read.parcels["home_geometry"].to_numpy())
    assert all(
        a.equals_exact(b, 0) for a, b in zip(kept, squares.geometry, strict=True)
    )


@pytest.mark.utf8_names
@pytest.mark.parametrize("form", ["folder", "shp", "zip"])
@pytest.mark.parametrize("label", ["GBK", "936", "", "UTF-8"])
def test_a_shapefile_in_gbk_is_read(
    squares: Squares, tmp_path: Path, form: str, label: str
) -> None:
    path = shapefile(squares, tmp_path, "GBK", label)
    read = read_parcels({"folder": path.parent, "shp": path, "zip": zipped(path)}[form])
    assert read.parcels["name"].to_list() == ["大沙一号", "大沙二号", "大沙三号"]
    assert ("file.encoding" in rules(read)) == (label in {"", "UTF-8"})


def shapefile(shapes: Squares, folder: Path, encoding: str, label: str) -> Path:
    path = folder / "地块" / "parcels.shp"
    path.parent.mkdir()
    shapes.to_file(path, engine="pyogrio", encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if label:
        path.with_suffix(".cpg").write_text(label, encoding="ascii")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(table)
    return path


def zipped(path: Path) -> Path:
    target = path.parent.parent / "parcels.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for part in path.parent.iterdir():
            archive.write(part, f"inner/{part.name}")
    return target


def test_a_field_map_says_which_column_is_what(
    squares: Squares, write_shapes: Write
) -> None:
    fieldmap = FieldMap.parse(
        "map.toml",
        """
        [parcels.columns]
        parcel_id = { column = ["地块编号", "地块名称"], join = ":" }
        declared_m2 = { column = "面积(亩)", unit = "公顷" }
        park_id = { value = "四会大沙片区(市管起步区)" }
        land_class = { column = "地块编号", values = { "A-1" = "M1", "A-2*" = "W2" } }
        """,
    )
    read = read_parcels(write_shapes(squares), fieldmap=fieldmap)
    first = read.parcels.iloc[0]
    assert read.parcels.index[0] == "A-1:大沙一号"
    assert (first["declared_m2"], first["park_id"]) == (150_000.0, "JJQ-DS")
    assert read.parcels["land_class"].fillna("").to_list() == ["M1", "W2", ""]
    assert [(f.rule, f.value) for f in read.findings] == [("value.unlisted", "A-3")]


def test_repeated_and_missing_ids_are_told_apart(
    squares: Squares, write_shapes: Write
) -> None:
    squares["地块编号"] = ["A", "A", None]
    read = read_parcels(write_shapes(squares))
    assert list(read.parcels.index) == ["A", "A#2", "record 3"]
    assert rules(read) == ["id.missing", "id.repeated"]


def test_heights_are_left_out_with_a_finding(
    squares: Squares, write_shapes: Write
) -> None:
    squares.geometry = shapely.force_3d(squares.geometry.to_numpy(), 12.5)
    read = read_parcels(write_shapes(squares))
    assert rules(read) == ["geometry.heights"]
    assert not read.parcels["home_geometry"].has_z.any()


def test_every_faulty_shape_is_kept_and_reported(
    squares: Squares, write_shapes: Write
) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    shapes = [None, shapely.LineString([(112.8, 23.2), (112.9, 23.3)])]
    shapes.append(shapely.affinity.translate(bow, 112.8, 23.2))
    faulty = gpd.GeoDataFrame(
        squares.drop(columns="geometry"), geometry=shapes, crs=4490
    )
    read = read_parcels(write_shapes(faulty, "a.geojson"))
    assert rules(read) == ["geometry.missing", "geometry.kind"]
    assert len(read.parcels) == 3
    assert not read.parcels["home_geometry"].iloc[2].is_valid


def test_one_shape_outside_the_system_is_a_finding(
    squares: Squares, write_shapes: Write
) -> None:
    squares.loc[1, "geometry"] = shapely.box(0, 0, 1, 1)
    read = read_parcels(write_shapes(squares))
    assert rules(read) == ["geometry.outside_crs"]
    assert read.parcels["home_geometry"].is_empty.to_list() == [False, True, False]


def test_districts_are_read_by_name(squares: Squares, write_shapes: Write) -> None:
    squares["县区"] = ["四会市", "某区", None]
    read = read_parcels(write_shapes(squares))
    assert read.parcels["district"].to_list() == ["441284", "某区", "441284"]
    assert rules(read) == ["district.unknown"]


def test_a_figure_without_unit_is_not_read(
    squares: Squares, write_shapes: Write
) -> None:
    renamed = squares.rename(columns={"面积(亩)": "面积"})
    read = read_parcels(write_shapes(renamed))
    assert read.parcels["declared_m2"].isna().all()
    assert rules(read) == ["unit.missing"]


def test_an_unknown_unit_is_refused(squares: Squares, write_shapes: Write) -> None:
    renamed = squares.rename(columns={"面积(亩)": "面积(垧)"})
    with pytest.raises(AmbiguousColumnError, match="垧"):
        read_parcels(write_shapes(renamed))


def test_a_missing_id_column_is_refused(squares: Squares, write_shapes: Write) -> None:
    renamed = squares.rename(columns={"地块编号": "BH"})
    with pytest.raises(MissingColumnError, match=r"parcel_id.*BH") as caught:
        read_parcels(write_shapes(renamed))
    assert "地块编号（parcel_id）" in caught.value.text.zh


def test_a_column_that_the_map_names_must_be_there(
    squares: Squares, write_shapes: Write
) -> None:
    fieldmap = FieldMap.parse("m.toml", "[parcels.columns]\nparcel_id = 'BH'")
    with pytest.raises(MissingColumnError, match="no column for BH"):
        read_parcels(write_shapes(squares), fieldmap=fieldmap)


@pytest.mark.utf8_names
def test_no_system_is_refused_unless_the_map_gives_it(
    squares: Squares, tmp_path: Path
) -> None:
    path = shapefile(squares, tmp_path, "GBK", "GBK")
    path.with_suffix(".prj").unlink()
    with pytest.raises(SourceCrsError, match="states no reference system"):
        read_parcels(path)
    fieldmap = FieldMap.parse("m.toml", "[parcels]\nsource_crs = 4526")
    assert len(read_parcels(path, fieldmap=fieldmap).parcels) == 3


def test_a_chinese_name_on_a_machine_that_writes_names_in_gbk_is_explained(
    squares: Squares, write_shapes: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_shapes(squares)
    renamed = path.rename(path.with_stem("parcels-é"))
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "gb18030")
    with pytest.raises(FileUnreadableError, match="plain letters"):
        read_parcels(renamed)


def test_a_map_may_not_contradict_the_file(
    squares: Squares, write_shapes: Write
) -> None:
    fieldmap = FieldMap.parse("m.toml", "[parcels]\nsource_crs = 4525")
    with pytest.raises(SourceCrsError, match=r"zone 38.*zone 37"):
        read_parcels(write_shapes(squares), fieldmap=fieldmap)


@pytest.mark.parametrize("epsg", [2362, 2414])
def test_old_datums_are_refused(
    squares: Squares, write_shapes: Write, epsg: int
) -> None:
    shapes = squares.set_crs(epsg, allow_override=True)
    with pytest.raises(SourceCrsError, match=r"parcels\.gpkg: .*parameter"):
        read_parcels(write_shapes(shapes))


@pytest.mark.parametrize(
    ("stated", "east", "hint"),
    [
        (4490, 0, "EPSG:4526"),
        (4490, -38_000_000, "metres"),
        (4525, 0, "EPSG:4526"),
    ],
)
def test_a_wrong_system_is_refused_with_a_hint(
    squares: Squares, write_shapes: Write, stated: int, east: int, hint: str
) -> None:
    moved = squares.geometry.translate(east).set_crs(stated, allow_override=True)
    with pytest.raises(SourceCrsError, match=hint):
        read_parcels(write_shapes(squares.set_geometry(moved)))


@pytest.mark.parametrize("epsg", [4490, 4526, 4547, 4508])
def test_swapped_axes_are_exchanged_with_a_finding(
    squares: Squares, write_shapes: Write, epsg: int
) -> None:
    there = squares.to_crs(epsg)
    swapped = there.set_geometry(
        gpd.GeoSeries(
            shapely.transform(there.geometry.to_numpy(), lambda xy: xy[:, ::-1]),
            crs=epsg,
        )
    )
    read = read_parcels(write_shapes(swapped))
    assert rules(read) == ["crs.axes_swapped"]
    straight = read_parcels(write_shapes(there, "straight.gpkg")).parcels
    assert straight.geometry.geom_equals_exact(read.parcels.geometry, 1e-9).all()


@pytest.mark.parametrize(("stated", "east"), [(4547, 0), (4526, -38_000_000)])
def test_a_zone_number_that_the_system_does_not_expect_is_understood(
    squares: Squares, write_shapes: Write, stated: int, east: int
) -> None:
    moved = squares.geometry.translate(east).set_crs(stated, allow_override=True)
    read = read_parcels(write_shapes(squares.set_geometry(moved)))
    assert rules(read) == ["crs.zone_prefix"]
    assert read.parcels["home_geometry"].iloc[0].equals(squares.geometry.iloc[0])


def test_degrees_called_metres_are_refused(
    squares: Squares, write_shapes: Write
) -> None:
    degrees = squares.to_crs(4490).set_crs(4526, allow_override=True)
    with pytest.raises(SourceCrsError, match="look like degrees"):
        read_parcels(write_shapes(degrees))


def test_ground_outside_china_needs_a_home_zone(
    squares: Squares, write_shapes: Write
) -> None:
    abroad = squares.set_geometry(
        gpd.GeoSeries([shapely.box(-72, 43, -71.9, 43.1)] * 3, crs=4326)
    )
    path = write_shapes(abroad)
    with pytest.raises(SourceCrsError, match=r"home_zone = EPSG code"):
        read_parcels(path)
    fieldmap = FieldMap.parse("m.toml", "[parcels]\nhome_zone = 26918")
    read = read_parcels(path, fieldmap=fieldmap)
    assert set(read.parcels["home_zone"]) == {26918}


@pytest.mark.parametrize("zone", [4490, 3857, 9999])
def test_a_home_zone_must_be_a_plane_in_metres(
    squares: Squares, write_shapes: Write, zone: int
) -> None:
    fieldmap = FieldMap.parse("m.toml", f"[parcels]\nhome_zone = {zone}")
    with pytest.raises(SourceCrsError, match=str(zone) + "|home zone"):
        read_parcels(write_shapes(squares), fieldmap=fieldmap)


def test_a_layer_must_be_named_where_there_are_several(
    squares: Squares, write_shapes: Write
) -> None:
    write_shapes(squares, layer="old")
    path = write_shapes(squares.iloc[:1], layer="new", mode="a")
    with pytest.raises(MissingLayerError, match="several layers: old, new"):
        read_parcels(path)
    new = FieldMap.parse("m.toml", "[parcels]\nlayer = 'new'")
    assert len(read_parcels(path, fieldmap=new).parcels) == 1
    none = FieldMap.parse("m.toml", "[parcels]\nlayer = 'none'")
    with pytest.raises(MissingLayerError, match="no layer “none”"):
        read_parcels(path, fieldmap=none)


def test_a_file_without_records_is_refused(
    squares: Squares, write_shapes: Write
) -> None:
    with pytest.raises(FileUnreadableError, match="no records"):
        read_parcels(write_shapes(squares.iloc[:0]))


def test_records_without_shapes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "Topology"}), encoding="utf-8")
    with pytest.raises(FileUnreadableError):
        read_parcels(path)


def test_a_table_without_shapes_is_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("create table a (b text)")
    database.close()
    with pytest.raises((MissingLayerError, FileUnreadableError)):
        read_parcels(path)


@pytest.mark.parametrize("name", ["a.xyz", "a.ovobj", "a"])
def test_an_unknown_kind_is_refused_with_the_known_ones(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(FileUnreadableError, match=r"\.gpkg"):
        read_parcels(tmp_path / name)


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\x00" + bytes(200))
    with pytest.raises(FileUnreadableError, match="Export it again"):
        read_parcels(tmp_path / "a.gpkg")
    (tmp_path / "a.geojson").write_text('{"type": "FeatureColl', encoding="utf-8")
    with pytest.raises(FileUnreadableError):
        read_parcels(tmp_path / "a.geojson")


def test_another_kind_under_a_known_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        json.dumps({"type": "Topology", "objects": {}, "arcs": []}), encoding="utf-8"
    )
    with pytest.raises(FileUnreadableError):
        read_parcels(path)


def test_parcels_of_both_zones_get_their_own(
    squares: Squares, write_shapes: Write
) -> None:
    boxes = [shapely.box(x, 23.2, x + 0.001, 23.201) for x in (112.3, 112.7, 112.4995)]
    read = read_parcels(
        write_shapes(squares.set_geometry(gpd.GeoSeries(boxes, crs=4490)))
    )
    assert read.parcels["home_zone"].to_list() == [4525, 4526, 4526]
    bounds = read.parcels["home_geometry"].bounds["minx"] // 1e6
    assert np.array_equal(bounds, [37, 38, 38])


def test_a_file_with_fewer_records_than_it_states_is_refused(
    squares: Squares, write_shapes: Write
) -> None:
    path = write_shapes(squares)
    with sqlite3.connect(path) as database:
        database.execute("update gpkg_ogr_contents set feature_count = 5")
    database.close()
    with pytest.raises(FileUnreadableError, match="states 5 records, and only 3"):
        read_parcels(path)
