"""The system in which shapes truly are: spellings, prefixes, feet and old datums."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from zqland.catalogues.shifts import parse_shifts
from zqland.shifts import Shifts
from zqland_geodata.errors import SourceCrsError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.options import ReadOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., Path]

HALF_MM = 0.000_5
PROJECTED = (
    'PROJCS["{name}",GEOGCS["{geographic}",DATUM["{datum}",'
    'SPHEROID["{figure}",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["{method}"],'
    'PARAMETER["False_Easting",{east}],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
ESRI = "GCS_China_Geodetic_Coordinate_System_2000"
SPELLINGS = [
    ("CGCS2000_3_Degree_GK_Zone_38", ESRI, "D_China_2000", "Gauss_Kruger"),
    ("x", "China Geodetic Coordinate System 2000", "China_2000", "Transverse_Mercator"),
    ("x", "CGCS2000", "CGCS2000", "Transverse_Mercator"),
    ("x", "GCS_CGCS_2000", "D_CGCS_2000", "Gauss_Kruger"),
    ("x", "unknown", "unknown", "Transverse_Mercator"),
    ("User_CGCS2000_GK", "User_Defined", "D_User_Defined", "Gauss_Kruger"),
    ("肇庆", "2000国家大地坐标系", "国家2000", "Gauss_Kruger"),
]


def rules(path: Path, options: ReadOptions | None = None) -> list[str]:
    found = read_parcels(path, options=options).findings
    return [finding.rule for finding in found if "unit" not in finding.rule]


def with_prj(squares: gpd.GeoDataFrame, tmp_path: Path, text: str) -> Path:
    path = tmp_path / "parcels.shp"
    squares.to_file(path, engine="pyogrio", encoding="GBK")
    path.with_suffix(".prj").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("is_prefixed", [True, False])
def test_every_spelling_of_the_national_system_is_read(
    squares: gpd.GeoDataFrame,
    tmp_path: Path,
    spelling: tuple[str, str, str, str],
    is_prefixed: bool,  # noqa: FBT001 - given by the test
) -> None:
    name, geographic, datum, method = spelling
    east = 38_500_000.0 if is_prefixed else 500_000.0
    text = PROJECTED.format(
        name=name,
        geographic=geographic,
        datum=datum,
        figure="CGCS2000",
        method=method,
        east=east,
        meridian=114.0,
    )
    moved = squares.geometry.translate(east - 38_500_000.0)
    read = read_parcels(with_prj(squares.set_geometry(moved), tmp_path, text))
    assert set(read.parcels["home_zone"]) == {4526}
    assert read.parcels["home_geometry"].iloc[0].equals(squares.geometry.iloc[0])


def test_a_datum_that_is_only_like_it_is_refused(
    squares: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    text = PROJECTED.format(
        name="x",
        geographic="y",
        datum="z",
        figure="GRS_1980",
        method="Gauss_Kruger",
        east=38_500_000.0,
        meridian=114.0,
    )
    with pytest.raises(SourceCrsError, match="is on the datum"):
        read_parcels(with_prj(squares, tmp_path, text))


def test_an_odd_spelling_is_a_finding(
    squares: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    text = PROJECTED.format(
        name="x",
        geographic="unknown",
        datum="unknown",
        figure="CGCS2000",
        method="Gauss_Kruger",
        east=38_500_000.0,
        meridian=114.0,
    )
    assert rules(with_prj(squares, tmp_path, text)) == ["crs.spelling"]


def test_a_local_meridian_is_kept(squares: gpd.GeoDataFrame, tmp_path: Path) -> None:
    text = PROJECTED.format(
        name="肇庆",
        geographic="CGCS2000",
        datum="unknown",
        figure="CGCS2000",
        method="Gauss_Kruger",
        east=500_000.0,
        meridian=112.5,
    )
    local = "+proj=tmerc +lon_0=112.5 +x_0=500000 +ellps=GRS80 +units=m"
    moved = squares.to_crs(local).set_crs(4526, allow_override=True)
    read = read_parcels(with_prj(moved, tmp_path, text))
    gap = shapely.hausdorff_distance(
        read.parcels["home_geometry"].iloc[2], squares.geometry.iloc[2]
    )
    assert gap < 1e-3


def test_the_zone_number_of_another_zone_is_refused(
    squares: gpd.GeoDataFrame, write_shapes: Write
) -> None:
    stated = squares.set_crs(4546, allow_override=True)
    with pytest.raises(SourceCrsError, match="EPSG:4526"):
        read_parcels(write_shapes(stated))


@pytest.mark.parametrize(
    ("code", "home", "place"),
    [(2249, 26919, (-71.1, 42.37)), (2222, 26912, (-111.9, 33.5))],
)
def test_feet_of_both_kinds_are_read_by_their_system(
    squares: gpd.GeoDataFrame,
    write_shapes: Write,
    code: int,
    home: int,
    place: tuple[float, float],
) -> None:
    there = gpd.GeoSeries.from_xy([place[0]], [place[1]], crs=4269).to_crs(code)
    shape = gpd.GeoSeries(shapely.buffer(there.to_numpy(), 100), crs=code)
    fieldmap = FieldMap.parse("m.toml", f"[parcels]\nhome_zone = {home}")
    table = squares.iloc[:1].set_geometry(shape)
    read = read_parcels(write_shapes(table), fieldmap=fieldmap)
    expected = shape.to_crs(home).iloc[0]
    gap = shapely.hausdorff_distance(read.parcels["home_geometry"].iloc[0], expected)
    assert gap < 1e-4


@pytest.mark.parametrize("given", [4526, 4490])
def test_the_user_may_say_what_a_geojson_without_a_crs_member_is_in(
    squares: gpd.GeoDataFrame, tmp_path: Path, given: int
) -> None:
    path = tmp_path / "a.geojson"
    content = json.loads(squares.to_crs(given).to_json())
    content.pop("crs")
    path.write_text(json.dumps(content), encoding="utf-8")
    read = read_parcels(path, options=ReadOptions(source_crs=given))
    gap = shapely.hausdorff_distance(
        read.parcels["home_geometry"].iloc[0], squares.geometry.iloc[0]
    )
    assert gap < HALF_MM


def test_a_geojson_that_names_its_system_is_not_overruled(
    squares: gpd.GeoDataFrame, write_shapes: Write
) -> None:
    path = write_shapes(squares, "a.geojson", RFC7946="NO")
    with pytest.raises(SourceCrsError, match=r"zone 38.*zone 37"):
        read_parcels(path, options=ReadOptions(source_crs=4525))


def test_a_system_that_means_the_same_does_not_contradict(
    squares: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    text = PROJECTED.format(
        name="CGCS2000_3_Degree_GK_Zone_38",
        geographic=ESRI,
        datum="D_China_2000",
        figure="CGCS2000",
        method="Gauss_Kruger",
        east=38_500_000.0,
        meridian=114.0,
    )
    path = with_prj(squares, tmp_path, text)
    assert rules(path, ReadOptions(source_crs=4526)) == []


SETS = """
[city]
zh = "示例四参数"
en = "Example"
datum = "xian80"
kind = "plane"
degrees = 3
zone = 38
prefixed = false
north_m = 1.5
east_m = 113.5
rotation_seconds = 0.0
scale_ppm = 0.0
turn = "clockwise"
accuracy_m = 0.05
source = "made up"
"""


@pytest.mark.parametrize("code", [2362, 2383])
@pytest.mark.parametrize("east", [0.0, -38_000_000.0])
def test_an_old_datum_is_brought_over_by_the_users_set(
    squares: gpd.GeoDataFrame, write_shapes: Write, code: int, east: float
) -> None:
    moved = squares.geometry.translate(east).set_crs(code, allow_override=True)
    path = write_shapes(squares.set_geometry(moved))
    options = ReadOptions(shifts=parse_shifts("shifts.toml", SETS))
    read = read_parcels(path, options=options)
    expected = squares.geometry.iloc[0].bounds
    found = read.parcels["home_geometry"].iloc[0].bounds
    assert [b - a for a, b in zip(expected, found, strict=True)] == pytest.approx(
        [113.5, 1.5, 113.5, 1.5]
    )
    shifted = next(
        finding for finding in read.findings if finding.rule == "crs.shifted"
    )
    assert "0.05" in shifted.action.en


def test_the_set_serves_a_system_that_the_user_names(
    squares: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = with_prj(squares, tmp_path, "x")
    path.with_suffix(".prj").unlink()
    shifts = parse_shifts("shifts.toml", SETS)
    options = ReadOptions(shifts=shifts, source_crs=2362)
    assert rules(path, options) == ["crs.shifted"]


def test_an_old_datum_without_a_set_is_refused(
    squares: gpd.GeoDataFrame, write_shapes: Write
) -> None:
    stated = squares.set_crs(2362, allow_override=True)
    with pytest.raises(SourceCrsError, match=r"parcels\.gpkg"):
        read_parcels(write_shapes(stated), options=ReadOptions(shifts=Shifts()))
