"""How fast areas are measured, against a loop of PROJ over the same polygons.

Run by their own command: ``pytest tests/benchmarks``. Both sides run in turn within
one test, so that a busy machine slows both.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from zqland import areas, crs

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

COUNT = 100_000
ZONE = 4526


@pytest.fixture(scope="module")
def home() -> gpd.GeoSeries:
    """Return 100,000 parcels of 0.1 to 50 ha with 5 to 40 vertices, in zone 38."""
    chance = np.random.default_rng(2023)
    vertices = chance.integers(5, 41, COUNT)
    starts = np.concatenate(([0], np.cumsum(vertices)))
    place = np.arange(starts[-1]) - np.repeat(starts[:-1], vertices)
    angle = 2 * np.pi * place / np.repeat(vertices, vertices)
    radius = np.repeat(chance.lognormal(4.6, 0.6, COUNT).clip(20, 400), vertices)
    radius *= chance.uniform(0.8, 1.2, len(radius))
    centre = chance.uniform(
        (38_350_000, 2_550_000), (38_380_000, 2_590_000), (COUNT, 2)
    )
    around = np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, np.newaxis]
    coordinates = np.repeat(centre, vertices, axis=0) + around
    owner = np.repeat(np.arange(COUNT), vertices)
    rings = shapely.linearrings(coordinates.round(3), indices=owner)
    return gpd.GeoSeries(shapely.polygons(rings), crs=ZONE)


@pytest.fixture(scope="module")
def geographic(home: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the same parcels in longitude and latitude."""
    return crs.to_geographic(home, ZONE)


def loop_of_geod(shapes: gpd.GeoSeries) -> list[float]:
    """Measure one polygon after the other with PROJ."""
    geod = Geod(a=6378137.0, rf=298.257222101)
    return [abs(geod.geometry_area_perimeter(shape)[0]) for shape in shapes]


def seconds(work: Callable[[], object], *, rounds: int = 3) -> float:
    """Return the shortest time of several rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.fixture(scope="module")
def geod_s(geographic: gpd.GeoSeries) -> float:
    """Return the seconds of the loop over all parcels."""
    return seconds(lambda: loop_of_geod(geographic))


def test_ellipsoid_is_faster_than_a_loop_of_geod(
    benchmark: BenchmarkFixture, home: gpd.GeoSeries, geod_s: float
) -> None:
    benchmark.pedantic(areas.ellipsoid, args=(home,), rounds=3, warmup_rounds=1)
    ratio = geod_s / benchmark.stats.stats.min
    benchmark.extra_info["times as fast as Geod"] = round(ratio, 1)
    assert ratio >= 1.5


def test_planar_is_twenty_times_as_fast_as_a_loop_of_geod(
    benchmark: BenchmarkFixture, home: gpd.GeoSeries, geod_s: float
) -> None:
    benchmark.pedantic(areas.planar, args=(home,), rounds=5, warmup_rounds=1)
    ratio = geod_s / benchmark.stats.stats.min
    benchmark.extra_info["times as fast as Geod"] = round(ratio, 1)
    assert ratio >= 20.0


def test_official_area_is_faster_than_a_loop_of_geod(
    benchmark: BenchmarkFixture, home: gpd.GeoSeries, geod_s: float
) -> None:
    benchmark.pedantic(areas.ellipsoid_official, args=(home,), rounds=3)
    ratio = geod_s / benchmark.stats.stats.min
    benchmark.extra_info["times as fast as Geod"] = round(ratio, 1)
    assert ratio >= 1.0
