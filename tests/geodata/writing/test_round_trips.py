"""What is written is read back by itself: ids, names, codes, areas, holes and parts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import crs
from zqland_geodata import writing
from zqland_geodata.options import WriteOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = [".geojson", ".gpkg", ".fgb", ".shp", ".zip", ".parquet", ".csv"]
HALF_MM = 0.000_5
COLUMNS = [
    "name",
    "park_id",
    "district",
    "home_zone",
    "land_class",
    "declared_m2",
    "price_wan_per_mu",
    "area_ids",
    "access_m",
]


def read_back(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions | None = None
) -> gpd.GeoDataFrame:
    writing.write_parcels(parcels, path, options)
    return read_parcels(path).parcels.loc[parcels.index]


def displacement(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> float:
    pairs = zip(one["home_geometry"], other["home_geometry"], strict=True)
    return max(shapely.hausdorff_distance(a, b) for a, b in pairs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["parcels", "both_zones"])
def test_every_column_comes_back(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, which: str
) -> None:
    parcels = request.getfixturevalue(which)
    again = read_back(parcels, tmp_path / f"parcels{kind}")
    for column in COLUMNS:
        assert again[column].to_list() == parcels[column].to_list(), column


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["parcels", "both_zones"])
def test_coordinates_come_back_to_half_a_millimetre(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, which: str
) -> None:
    parcels = request.getfixturevalue(which)
    again = read_back(parcels, tmp_path / f"parcels{kind}")
    assert displacement(parcels, again) < HALF_MM


@pytest.mark.parametrize("kind", [".gpkg", ".fgb", ".shp", ".parquet"])
def test_surveyed_coordinates_come_back_digit_by_digit(
    parcels: gpd.GeoDataFrame, tmp_path: Path, kind: str
) -> None:
    again = read_back(parcels, tmp_path / f"parcels{kind}")
    assert displacement(parcels, again) == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_holes_and_parts_come_back(
    parcels: gpd.GeoDataFrame, tmp_path: Path, kind: str
) -> None:
    again = read_back(parcels, tmp_path / f"parcels{kind}")["home_geometry"]
    parts = [shapely.get_num_geometries(shape) for shape in again]
    holes = [
        sum(len(part.interiors) for part in shapely.get_parts(shape)) for shape in again
    ]
    assert (parts, holes) == ([1, 1, 2], [0, 1, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_to_be_said_of_what_comes_back(
    parcels: gpd.GeoDataFrame, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"parcels{kind}"
    writing.write_parcels(parcels, path)
    rules = {finding.rule for finding in read_parcels(path).findings}
    assert rules <= {"fieldmap.beside"}


@pytest.mark.parametrize("kind", [".geojson", ".gpkg", ".fgb", ".shp", ".csv"])
@pytest.mark.parametrize("code", [4490, 4326, 4547, 4525, 32649])
def test_another_system_keeps_the_boundaries_in_place(
    parcels: gpd.GeoDataFrame, tmp_path: Path, kind: str, code: int
) -> None:
    path = tmp_path / f"parcels{kind}"
    again = read_back(parcels, path, WriteOptions(crs=code))
    assert displacement(parcels, again) < HALF_MM


def test_several_zones_are_written_in_degrees_with_a_finding(
    both_zones: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.gpkg"
    found = writing.write_parcels(both_zones, path)
    assert [(f.rule, f.value) for f in found] == [("write.several_zones", "4525, 4526")]
    assert gpd.read_file(path).crs.to_epsg() == 4490


def test_a_plane_across_zones_says_that_points_were_added(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    options = WriteOptions(crs=4525)
    found = writing.write_parcels(parcels, tmp_path / "parcels.gpkg", options)
    assert [finding.rule for finding in found] == ["write.points_added"]


@pytest.mark.parametrize("kind", [".gpkg", ".geojson", ".parquet", ".fgb", ".shp"])
def test_a_parcel_without_a_shape_stays_a_record(
    parcels: gpd.GeoDataFrame, tmp_path: Path, kind: str
) -> None:
    for column in ("home_geometry", "geometry"):
        parcels.loc["ZQ-1", column] = shapely.Polygon()  # type: ignore[call-overload]
    again = read_back(parcels, tmp_path / f"parcels{kind}")
    assert again["home_geometry"].is_empty.to_list() == [False, True, False]


def test_a_further_column_is_written_as_it_is(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    parcels["folder"] = ["一", "二", "=三"]
    path = tmp_path / "parcels.gpkg"
    writing.write_parcels(parcels, path)
    assert gpd.read_file(path)["folder"].to_list() == ["一", "二", "=三"]


def test_a_second_shape_is_dropped_with_a_finding(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    parcels["original"] = gpd.GeoSeries(parcels.geometry)
    found = writing.write_parcels(parcels, tmp_path / "parcels.gpkg")
    assert [(f.rule, f.field) for f in found] == [("write.column_dropped", "original")]


corners = st.integers(0, 60_000).map(lambda mm: mm / 1000)


@st.composite
def shapes(draw: st.DrawFn) -> shapely.Geometry:
    """Draw a rectangle of millimetres, perhaps with a hole and a second part."""
    west = 38_378_000 + draw(corners)
    south = 2_576_000 + draw(corners)
    width, height = draw(corners) + 10, draw(corners) + 10
    shape: shapely.Geometry = shapely.box(west, south, west + width, south + height)
    if draw(st.booleans()):
        shape -= shapely.box(west + 2, south + 2, west + 4, south + 5)
    if draw(st.booleans()):
        shape = shapely.union(
            shape, shapely.box(west + 200, south, west + 210, south + 9)
        )
    return shape


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("kind", [".geojson", ".parquet", ".csv"])
@given(drawn=st.lists(shapes(), min_size=1, max_size=4))
@settings(max_examples=15, deadline=None)
def test_any_shapes_come_back(
    folder: Path, kind: str, drawn: list[shapely.Geometry]
) -> None:
    home = gpd.GeoSeries(drawn)
    parcels = gpd.GeoDataFrame(
        {
            "name": ["甲"] * len(drawn),
            "home_zone": 4526,
            "home_geometry": home,
            "district": "441284",
            "park_id": "JJQ-DS",
        },
        geometry=crs.to_geographic(home, 4526),
    )
    parcels.index = parcels.index.map("ZQ-{}".format)
    again = read_back(parcels, folder / f"parcels{kind}")
    for one, other in zip(home, again["home_geometry"], strict=True):
        gaps = shapely.hausdorff_distance(one, other), one.area - other.area
        assert np.abs(gaps).max() < 0.1
        assert shapely.hausdorff_distance(one, other) < HALF_MM
