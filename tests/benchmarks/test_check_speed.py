"""How fast 100,000 parcels are checked: each rule, the whole, and a loop over pairs.

Run by their own command: ``pytest tests/benchmarks``. The baseline is what a script of
the desk does: one parcel after the other is laid over those that an index finds.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland import areas, crs
from zqland_geodata import checks, places
from zqland_geodata.checks.declared import BASES
from zqland_geodata.checks.neighbours import Neighbours
from zqland_geodata.checks.outlines import Outlines
from zqland_geodata.checks.overlaps import overlaps
from zqland_geodata.checks.tolerances import load_tolerances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_benchmark.fixture import BenchmarkFixture

    from zqland.findings import Finding

ACROSS = 317
SIDE_M = 60.0
BETWEEN = 4
ZONE = 4526
WEST, SOUTH = 38_366_000.0, 2_565_000.0
LIMIT_S = 30.0


def edges(
    start: np.ndarray, end: np.ndarray, chance: np.random.Generator
) -> np.ndarray:
    """Return points between corners, a little off the straight line."""
    share = (np.arange(1, BETWEEN + 1) / (BETWEEN + 1))[:, np.newaxis]
    points = start[..., np.newaxis, :] + (end - start)[..., np.newaxis, :] * share
    return points + chance.uniform(-0.02, 0.02, points.shape) * SIDE_M


def fabric() -> np.ndarray:
    """Return 100,489 parcels of 20 vertices that share their boundaries exactly."""
    chance = np.random.default_rng(2023)
    grid = np.arange(ACROSS + 1) * SIDE_M
    corner = np.stack(np.meshgrid(grid, grid), axis=-1) + np.array((WEST, SOUTH))
    corner += chance.uniform(-0.15, 0.15, corner.shape) * SIDE_M
    level = edges(corner[:, :-1], corner[:, 1:], chance)
    upright = edges(corner[:-1], corner[1:], chance)
    one = corner[:, :, np.newaxis]
    rings = np.concatenate(
        (
            one[:-1, :-1],
            level[:-1],
            one[:-1, 1:],
            upright[:, 1:],
            one[1:, 1:],
            level[1:, :, ::-1],
            one[1:, :-1],
            upright[:, :-1, ::-1],
        ),
        axis=2,
    )
    return shapely.polygons(rings.reshape(-1, rings.shape[2], 2).round(3))


@pytest.fixture(scope="module")
def parcels() -> gpd.GeoDataFrame:
    """Return the parcels with some faults of every kind."""
    shapes = fabric()
    count = len(shapes)
    # Every hundredth parcel is moved: an overlap on one side, a gap on the other.
    shapes[::100] = shapely.transform(
        shapes[::100], lambda xy: xy + np.array((0.2, 0.0))
    )
    shapes[50::1000] = shapes[49::1000][: len(shapes[50::1000])]
    names = pd.Index([f"P{number:06d}" for number in range(count)], dtype="str")
    home = gpd.GeoSeries(shapes, index=names)
    planar = pd.Series(shapely.area(shapes), index=names)
    table = {
        "home_zone": pd.Series(ZONE, index=names, dtype="int64"),
        "home_geometry": home,
        "district": pd.Series("441284", index=names, dtype="str"),
        "park_id": pd.Series("GXQ", index=names, dtype="str"),
        "declared_m2": planar.round(2),
    }
    degrees = crs.to_geographic(home, ZONE)
    return gpd.GeoDataFrame(table, index=names, geometry=degrees, crs=4490)


@pytest.fixture(scope="module")
def parks(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a park that holds most of the parcels."""
    west, south, east, north = parcels.total_bounds
    outline = shapely.box(west, south, east - (east - west) / 100, north)
    return gpd.GeoDataFrame(
        {"name": ["高新区"], "name_en": ["High-tech Zone"]},
        index=pd.Index(["GXQ"]),
        geometry=[outline],
        crs=4490,
    )


@pytest.fixture(scope="module")
def rules(
    parcels: gpd.GeoDataFrame, parks: gpd.GeoDataFrame
) -> dict[str, Callable[[], Iterable[Finding]]]:
    """Return the rules, each with what it needs at hand."""
    outlines = Outlines.of(parcels["home_geometry"].to_numpy())
    beside = Neighbours.of(parcels, load_tolerances()["gap", "width_m"])
    measured = areas.measure(parcels, methods=tuple(BASES))
    districts = places.districts()
    return {
        "geometry": lambda: checks.check_geometry(parcels),
        "narrow": lambda: checks.check_narrow(parcels),
        "vertices": lambda: checks.check_vertices(parcels, outlines=outlines),
        "spikes": lambda: checks.check_spikes(parcels, outlines=outlines),
        "repetitions": lambda: checks.check_repetitions(parcels),
        "overlaps": lambda: checks.check_overlaps(parcels, neighbours=beside),
        "gaps": lambda: checks.check_gaps(parcels, neighbours=beside),
        "declared": lambda: checks.check_declared(parcels, measured),
        "old codes": lambda: checks.check_old_codes(parcels),
        "districts": lambda: checks.check_districts(parcels, districts),
        "parks": lambda: checks.check_parks(parcels, parks),
        "zones": lambda: checks.check_zones(parcels),
        "axes": lambda: checks.check_axes(parcels),
        "displaced": lambda: checks.check_displaced(parcels, reference=parcels),
    }


RULES = (
    "geometry",
    "narrow",
    "vertices",
    "spikes",
    "repetitions",
    "overlaps",
    "gaps",
    "declared",
    "old codes",
    "districts",
    "parks",
    "zones",
    "axes",
    "displaced",
)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_takes_seconds_at_most(
    benchmark: BenchmarkFixture,
    rules: dict[str, Callable[[], Iterable[Finding]]],
    name: str,
) -> None:
    found = benchmark.pedantic(lambda: list(rules[name]()), rounds=2)
    benchmark.extra_info["findings"] = len(found)
    assert benchmark.stats.stats.min < LIMIT_S / 3


def test_the_index_of_pairs_is_made_once_and_fast(
    benchmark: BenchmarkFixture, parcels: gpd.GeoDataFrame
) -> None:
    beside = benchmark.pedantic(Neighbours.of, args=(parcels, 0.5), rounds=2)
    benchmark.extra_info["pairs"] = len(beside.first)
    assert benchmark.stats.stats.min < LIMIT_S / 3


def test_a_layer_of_100_000_parcels_is_checked_in_30_seconds(
    benchmark: BenchmarkFixture, parcels: gpd.GeoDataFrame, parks: gpd.GeoDataFrame
) -> None:
    found = benchmark.pedantic(
        lambda: checks.check_parcels(parcels, parks=parks, reference=parcels), rounds=2
    )
    benchmark.extra_info["findings"] = len(found)
    assert len(parcels) >= 100_000
    assert {"geometry.overlap", "geometry.gap", "geometry.repeated"} <= {
        finding.rule for finding in found
    }
    assert benchmark.stats.stats.min < LIMIT_S


def loop_over_pairs(parcels: gpd.GeoDataFrame) -> int:
    """Count overlaps as a plain script does: one parcel after the other."""
    shapes = parcels["home_geometry"].to_numpy()
    index = shapely.STRtree(shapes)
    count = 0
    for row, shape in enumerate(shapes):
        for other in index.query(shape):
            common = shape.intersection(shapes[other]) if other > row else None
            if common is not None and common.area > max(0.01, 0.001 * common.length):
                count += 1
    return count


def test_overlaps_are_found_faster_than_in_a_loop(
    benchmark: BenchmarkFixture, parcels: gpd.GeoDataFrame
) -> None:
    tenth = parcels.iloc[: len(parcels) // 10]
    start = time.perf_counter()
    count = loop_over_pairs(tenth)
    loop_s = time.perf_counter() - start
    found = benchmark.pedantic(overlaps, args=(tenth,), rounds=3)
    ratio = loop_s / benchmark.stats.stats.min
    benchmark.extra_info["times as fast as a loop"] = round(ratio, 1)
    assert len(found) == count
    assert ratio >= 2.0
