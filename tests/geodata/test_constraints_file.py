"""Constraint layers from a TOML file and files of shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from zqland import constraints
from zqland.constraints import ConstraintRule, Side
from zqland.errors import CatalogueError
from zqland_geodata import demo
from zqland_geodata.constraints_file import read_constraints
from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.options import Limits, ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

SQUARE = shapely.box(38_400_000, 2_560_000, 38_400_100, 2_560_100)
LINE = shapely.LineString([(38_400_000, 2_560_000), (38_400_100, 2_560_000)])


def write(path: Path, *shapes: shapely.Geometry, **options: Any) -> Path:  # noqa: ANN401
    table = gpd.GeoDataFrame({"no": range(len(shapes))}, geometry=list(shapes))
    table = table.set_crs(4526).to_crs(options.pop("system", 4526))
    table.to_file(path, index=False, **options)
    return path


def listed(folder: Path, **entries: object) -> Path:
    known: dict[str, object] = {
        "zh": "生态保护红线",
        "en": "red line",
        "file": "line.gpkg",
        "rule": "forbid",
        "source": "made up",
    }
    rows = [
        f"{key} = {value!r}" if not isinstance(value, str) else f'{key} = "{value}"'
        for key, value in (known | entries).items()
        if value is not None
    ]
    path = folder / "constraints.toml"
    path.write_text("\n".join(["[red_line]", *rows]), encoding="utf-8")
    return path


def test_a_layer_is_read_from_beside_the_file_that_lists_it(tmp_path: Path) -> None:
    write(tmp_path / "line.gpkg", SQUARE)
    (layer,) = read_constraints(listed(tmp_path)).layers
    assert (layer.key, layer.text.zh, layer.rule) == (
        "red_line",
        "生态保护红线",
        ConstraintRule.FORBID,
    )
    assert (layer.side, layer.buffer_m, layer.source) == (Side.INSIDE, 0.0, "made up")
    assert layer.shapes.area.tolist() == [10_000.0]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("line.geojson", {"system": 4490}),
        ("line.fgb", {}),
        ("line.shp", {}),
        ("line.gpkg", {}),
    ],
)
def test_any_kind_of_file_of_boundaries_will_do(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    write(tmp_path / name, SQUARE, **options)
    (layer,) = read_constraints(listed(tmp_path, file=name)).layers
    home = layer.in_zone(layer.shapes, 4526)
    assert shapely.area(home).tolist() == pytest.approx([10_000.0], abs=0.01)


def test_lines_become_ground_by_their_buffer(tmp_path: Path) -> None:
    write(tmp_path / "line.gpkg", LINE)
    (layer,) = read_constraints(listed(tmp_path, buffer_m=10)).layers
    (shape,) = layer.in_zone(layer.shapes, 4526)
    assert shape.area == pytest.approx(2_000 + 3.14159 * 100, rel=1e-3)


def test_lines_without_a_buffer_are_refused_with_the_name_of_the_layer(
    tmp_path: Path,
) -> None:
    write(tmp_path / "line.gpkg", LINE)
    with pytest.raises(ReadError, match=r"red_line: .*buffer_m"):
        read_constraints(listed(tmp_path))


def test_the_outside_of_a_boundary_can_be_meant(tmp_path: Path) -> None:
    write(tmp_path / "line.gpkg", SQUARE)
    (layer,) = read_constraints(listed(tmp_path, where="outside")).layers
    assert layer.side is Side.OUTSIDE


def test_one_of_several_layers_of_a_file_is_named(tmp_path: Path) -> None:
    write(tmp_path / "line.gpkg", SQUARE, layer="a")
    write(tmp_path / "line.gpkg", SQUARE.buffer(50), layer="b")
    (layer,) = read_constraints(listed(tmp_path, layer="a")).layers
    assert layer.shapes.area.tolist() == [10_000.0]


def test_a_file_without_a_system_is_read_where_one_is_given(tmp_path: Path) -> None:
    write(tmp_path / "line.shp", SQUARE)
    (tmp_path / "line.prj").unlink()
    path = listed(tmp_path, file="line.shp", source_crs=4526)
    assert read_constraints(path).layers[0].shapes.crs.to_epsg() == 4526


def test_a_file_without_a_system_is_refused_otherwise(tmp_path: Path) -> None:
    write(tmp_path / "line.shp", SQUARE)
    (tmp_path / "line.prj").unlink()
    with pytest.raises(ReadError, match=r"red_line: .*reference system"):
        read_constraints(listed(tmp_path, file="line.shp"))


def test_options_of_the_parcels_do_not_reach_the_layers(tmp_path: Path) -> None:
    write(tmp_path / "line.gpkg", SQUARE)
    options = ReadOptions(layer="parcels", source_crs=4527)
    assert len(read_constraints(listed(tmp_path), options=options).layers) == 1


def test_limits_hold_for_the_layers_too(tmp_path: Path) -> None:
    write(tmp_path / "line.gpkg", SQUARE)
    options = ReadOptions(limits=Limits(file_bytes=1000))
    with pytest.raises(ReadError, match="larger"):
        read_constraints(listed(tmp_path), options=options)


@pytest.mark.parametrize(
    "file",
    ["/vsicurl/http://example.org/a.gpkg", "http://example.org/a.gpkg", "no.gpkg"],
)
def test_only_files_that_are_there_are_opened(tmp_path: Path, file: str) -> None:
    with pytest.raises(ReadError, match="red_line"):
        read_constraints(listed(tmp_path, file=file))


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ({"rule": "stop"}, ":5: .*stop"),
        ({"where": "beside"}, ":7: .*beside"),
        ({"buffer_m": "wide"}, ":7: .*buffer_m"),
        ({"wher": "outside"}, ":7: .*wher"),
        ({"source": None}, "source"),
        ({"en": None}, "en"),
    ],
)
def test_a_fault_is_refused_with_its_line(
    tmp_path: Path, entries: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        read_constraints(listed(tmp_path, **entries))


def test_a_file_that_lists_no_layer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "constraints.toml"
    path.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="no constraint layer"):
        read_constraints(path)


def test_a_list_that_is_not_in_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "constraints.toml"
    path.write_bytes('[a]\nzh = "红线"'.encode("gbk"))
    with pytest.raises(FileUnreadableError, match="UTF-8"):
        read_constraints(path)


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="folder"):
        read_constraints(tmp_path)


def test_faulty_shapes_are_findings_and_still_take_their_ground(tmp_path: Path) -> None:
    bow = shapely.Polygon(
        [
            (38_400_000, 2_560_000),
            (38_400_100, 2_560_100),
            (38_400_100, 2_560_000),
            (38_400_000, 2_560_100),
        ]
    )
    write(tmp_path / "line.gpkg", SQUARE, bow, None)
    read = read_constraints(listed(tmp_path))
    found = {finding.rule: finding for finding in read.findings}
    assert found["constraint.invalid_shape"].place == "record 2"
    assert found["constraint.missing_shape"].place == "record 3"
    assert {finding.record for finding in read.findings} == {"red_line"}


def test_the_layers_of_the_demonstration_city_come_back(tmp_path: Path) -> None:
    city = demo.create_city()
    files = demo.write_inputs(city, tmp_path)
    read = read_constraints(files["constraints"])
    told = constraints.overlay(city.parcels, city.constraints).overlaps
    again = constraints.overlay(city.parcels, read.layers).overlaps
    assert read.findings == []
    assert again[["parcel_id", "layer", "rule"]].equals(
        told[["parcel_id", "layer", "rule"]]
    )
    assert again["area_m2"].tolist() == pytest.approx(told["area_m2"].tolist())
    assert {layer.rule for layer in read.layers} == set(ConstraintRule)
    assert "虚构" in files["constraints"].read_text(encoding="utf-8")
