"""Layers that are displaced as a whole: the cause is named where it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import prcoords
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import crs
from zqland_geodata import checks, places

if TYPE_CHECKING:
    from zqland.findings import Finding

Way = Callable[[np.ndarray], np.ndarray]


def lots(*corners: tuple[float, float], district: str = "441204") -> gpd.GeoDataFrame:
    """Return parcels of 100 m at longitudes and latitudes."""
    shapes = [shapely.box(x, y, x + 0.001, y + 0.001) for x, y in corners]
    degrees = gpd.GeoSeries(shapes, crs=4490)
    names = pd.Index([f"P{number}" for number in range(len(shapes))])
    zones = crs.home_zone(degrees)
    table = {
        "home_zone": zones.to_numpy(),
        "home_geometry": crs.to_home(degrees, zones).to_numpy(),
        "district": pd.Series(district, index=names, dtype="str"),
        "park_id": pd.Series("K", index=names, dtype="str"),
        "declared_m2": pd.Series(np.nan, index=names, dtype="float64"),
    }
    return gpd.GeoDataFrame(table, index=names, geometry=degrees.to_numpy(), crs=4490)


def moved(parcels: gpd.GeoDataFrame, way: Way) -> gpd.GeoDataFrame:
    """Return parcels that lie somewhere else."""
    degrees = gpd.GeoSeries(
        shapely.transform(parcels.geometry.to_numpy(), way), parcels.index, crs=4490
    )
    zones = crs.home_zone(degrees)
    copy = parcels.copy()
    copy["home_zone"] = zones
    copy["home_geometry"] = crs.to_home(degrees, zones)
    copy["geometry"] = degrees
    return copy


def each(convert: Callable[..., tuple[float, float]]) -> Way:
    """Shift by an independent library, which takes latitude first."""

    def way(degrees: np.ndarray) -> np.ndarray:
        pairs = [convert((lat, lon))[::-1] for lon, lat in degrees]
        return np.array(pairs)

    return way


def metres(east_m: float, north_m: float) -> Way:
    east = np.degrees(east_m / 6_371_000 / np.cos(np.radians(23.1)))
    return lambda degrees: degrees + np.array((east, np.degrees(north_m / 6_371_000)))


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


CORNERS = [(112.45 + 0.02 * a, 23.0 + 0.02 * b) for a in range(3) for b in range(3)]
CITY = [(111.6, 23.4), (112.0, 23.1), (112.4, 23.6), (112.8, 23.3), (112.7, 22.95)]


@pytest.fixture(scope="module")
def true() -> gpd.GeoDataFrame:
    return lots(*CORNERS)


@pytest.fixture(scope="module")
def park() -> gpd.GeoDataFrame:
    """Return a park that the parcels just fill, and another one."""
    outlines = [shapely.box(112.449, 22.999, 112.4925, 23.0425)]
    outlines.append(shapely.box(112.6, 23.2, 112.62, 23.22))
    return gpd.GeoDataFrame(
        {"name": ["园区", "另一园区"], "name_en": ["Park", "Other"]},
        index=["K", "L"],
        geometry=outlines,
        crs=4490,
    )


def test_a_layer_in_place_is_not_displaced(true: gpd.GeoDataFrame) -> None:
    assert list(checks.check_displaced(true, reference=true)) == []


def test_a_metre_is_no_displacement(true: gpd.GeoDataFrame) -> None:
    near = moved(true, metres(1.0, -1.0))
    assert list(checks.check_displaced(near, reference=true)) == []


@pytest.mark.parametrize(
    ("way", "rule", "words"),
    [
        (each(prcoords.wgs_gcj), "displaced.gcj02", "GCJ-02"),
        (each(prcoords.wgs_bd), "displaced.bd09", "BD-09"),
        (each(prcoords.gcj_wgs), "displaced.gcj02_undone", "GCJ-02"),
        (each(prcoords.gcj_bd), "displaced.bd09_as_gcj02", "BD-09"),
        (
            lambda degrees: degrees + np.array((3.0, 0.0)),
            "displaced.zone+1",
            "+3 degrees",
        ),
        (lambda degrees: degrees - (3.0, 0.0), "displaced.zone-1", "-3 degrees"),
    ],
)
def test_a_known_cause_is_named(
    true: gpd.GeoDataFrame, way: Way, rule: str, words: str
) -> None:
    (finding,) = checks.check_displaced(moved(true, way), reference=true)
    assert finding.rule == rule
    assert words in finding.message.en


def test_gcj02_is_recognised_over_a_whole_city_though_it_varies() -> None:
    true = lots(*CITY)
    shifted = moved(true, each(prcoords.wgs_gcj))
    (finding,) = checks.check_displaced(shifted, reference=true)
    assert finding.rule == "displaced.gcj02"
    assert "south-east" in finding.message.en


def test_the_distance_and_direction_of_gcj02_are_those_of_the_papers(
    true: gpd.GeoDataFrame,
) -> None:
    shifted = moved(true, each(prcoords.wgs_gcj))
    (finding,) = checks.check_displaced(shifted, reference=true)
    distance = float(finding.value.split()[0])
    assert 595 <= distance <= 630


@settings(deadline=None, max_examples=30)
@given(
    distance=st.floats(3, 30_000),
    bearing=st.integers(0, 359),
)
def test_another_displacement_is_given_with_its_distance_and_direction(
    true: gpd.GeoDataFrame, distance: float, bearing: int
) -> None:
    angle = np.radians(bearing)
    way = metres(distance * np.sin(angle), distance * np.cos(angle))
    (finding,) = checks.check_displaced(moved(true, way), reference=true)
    figure, unit = finding.value.split(",")[0].split()
    found = float(figure) * (1000 if unit == "km" else 1)
    # The sphere of the test and the ellipsoid of the check differ by half a percent.
    assert found == pytest.approx(distance, rel=0.03, abs=0.7)


def test_six_hundred_metres_in_another_direction_are_not_named_gcj02(
    true: gpd.GeoDataFrame,
) -> None:
    (finding,) = checks.check_displaced(moved(true, metres(-540, 290)), reference=true)
    assert finding.rule in {"displaced.other", "displaced.gcj02_undone"}
    (finding,) = checks.check_displaced(moved(true, metres(290, 540)), reference=true)
    assert finding.rule == "displaced.other"
    assert "to the north-east" in finding.message.en


def test_parcels_that_moved_apart_are_not_displaced_as_a_whole(
    true: gpd.GeoDataFrame,
) -> None:
    half = moved(true, metres(800, 0))
    mixed = pd.concat([true.iloc[:4], half.iloc[4:]])
    assert list(checks.check_displaced(mixed, reference=true)) == []


def test_a_reference_without_common_ids_is_said_to_be_of_no_use(
    true: gpd.GeoDataFrame,
) -> None:
    other = true.set_axis([f"X{n}" for n in range(len(true))], axis=0)
    (finding,) = checks.check_displaced(true, reference=other)
    assert finding.rule == "displaced.not_compared"


@pytest.mark.parametrize(
    ("way", "rule"),
    [
        (each(prcoords.wgs_gcj), "displaced.gcj02"),
        (each(prcoords.wgs_bd), "displaced.bd09"),
        (metres(5_000, 5_000), "displaced.other"),
    ],
)
def test_parks_show_that_a_layer_is_displaced(
    true: gpd.GeoDataFrame, park: gpd.GeoDataFrame, way: Way, rule: str
) -> None:
    shifted = moved(true, way)
    (finding,) = checks.check_displaced(shifted, parks=park)
    assert finding.rule == rule


def test_a_layer_kilometres_off_its_districts_is_named_as_that() -> None:
    layer = moved(lots(*CORNERS), metres(60_000, -40_000))
    (finding,) = checks.check_displaced(layer, districts=places.districts())
    assert finding.rule == "displaced.other"
    assert "km to the" in finding.message.en


def test_a_layer_of_the_wrong_zone_is_named_by_its_districts() -> None:
    layer = moved(lots(*CORNERS), lambda degrees: degrees + np.array((3.0, 0.0)))
    (finding,) = checks.check_displaced(layer, districts=places.districts())
    assert finding.rule == "displaced.zone+1"


def test_the_wrong_name_of_a_district_is_no_displacement() -> None:
    layer = lots(*CORNERS, district="441226")
    assert list(checks.check_displaced(layer, districts=places.districts())) == []
    found = checks.check_parcels(layer)
    assert rules(found).count("district.outside") == len(layer)


def test_of_a_displaced_layer_parcels_are_not_listed_one_by_one(
    true: gpd.GeoDataFrame, park: gpd.GeoDataFrame
) -> None:
    layer = moved(true, metres(60_000, -40_000))
    found = rules(checks.check_parcels(layer, parks=park))
    assert "displaced.other" in found
    assert "district.outside" not in found
    assert "park.outside" not in found
