"""How fast constraint layers are laid over 100,000 parcels.

The baseline is what one would write with GeoPandas: ``overlay`` of the two layers,
dissolved per parcel.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland import constraints, crs
from zqland.constraints import ConstraintLayer, ConstraintRule, Side
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 100_000
EAST, NORTH = 38_380_000.0, 2_560_000.0
ZONE = 4526


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(sentence: str) -> None:
    """Show a measurement (pytest -s)."""
    sys.stdout.write(f"{sentence}\n")


@pytest.fixture(scope="module")
def parcels() -> gpd.GeoDataFrame:
    """Lay out parcels of 150 m with a vertex every 40 m, streets between them."""
    side = int(np.ceil(np.sqrt(COUNT)))
    place = np.arange(COUNT)
    west, south = EAST + place % side * 160.0, NORTH + place // side * 160.0
    squares = shapely.box(west, south, west + 150, south + 150)
    home = gpd.GeoSeries(shapely.segmentize(squares, 40))
    home.index = pd.Index([f"P{number:06d}" for number in place], name="parcel_id")
    return gpd.GeoDataFrame(
        {"home_geometry": home.array, "home_zone": ZONE},
        geometry=crs.to_geographic(home, ZONE),
        index=home.index,
    )


def layer(key: str, shapes: object, **changes: object) -> ConstraintLayer:
    known = {"text": Text(en=key, zh=key), "rule": ConstraintRule.DEDUCT}
    series = gpd.GeoSeries(shapes, crs=ZONE)
    return ConstraintLayer(key=key, shapes=series, **(known | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def flood() -> ConstraintLayer:
    """Draw 300 round shapes of 256 vertices."""
    draw = np.random.default_rng(1)
    middles = np.column_stack(
        (EAST + draw.random(300) * 50_000, NORTH + draw.random(300) * 50_000)
    )
    return layer("flood", shapely.buffer(shapely.points(middles), 800, quad_segs=64))


@pytest.fixture(scope="module")
def boundary() -> ConstraintLayer:
    """Draw one boundary of 100,000 vertices; what lies outside is meant."""
    angle = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    radius = 18_000 + 2_000 * np.sin(300 * angle)
    east = EAST + 25_000 + radius * np.cos(angle)
    north = NORTH + 25_000 + radius * np.sin(angle)
    whole = shapely.Polygon(np.column_stack((east, north)))
    return layer("boundary", [whole], rule=ConstraintRule.FORBID, side=Side.OUTSIDE)


def test_small_shapes_are_laid_as_fast_as_by_geopandas(
    parcels: gpd.GeoDataFrame, flood: ConstraintLayer
) -> None:
    found: dict[str, pd.Series[float]] = {}

    def ours() -> None:
        laid = constraints.overlay(parcels, [flood])
        found["ours"] = laid.overlaps.set_index("parcel_id")["area_m2"]

    def geopandas() -> None:
        left = gpd.GeoDataFrame(
            {"parcel_id": parcels.index},
            geometry=gpd.GeoSeries(parcels["home_geometry"].to_numpy(), crs=ZONE),
        )
        right = gpd.GeoDataFrame(geometry=flood.shapes)
        pieces = gpd.overlay(left, right, how="intersection")
        found["theirs"] = pieces.dissolve("parcel_id").area

    quick, plain = seconds(ours), seconds(geopandas)
    report(f"300 shapes: {quick:.1f} s, GeoPandas {plain:.1f} s, {plain / quick:.1f}x")
    theirs = found["theirs"].reindex(found["ours"].index)
    assert found["ours"].to_numpy() == pytest.approx(theirs.to_numpy(), abs=1e-3)
    assert quick <= 2 * plain


def test_a_boundary_of_many_vertices_is_laid_five_times_as_fast(
    parcels: gpd.GeoDataFrame, boundary: ConstraintLayer
) -> None:
    some = parcels.iloc[::20]
    found: dict[str, float] = {}

    def ours() -> None:
        laid = constraints.overlay(some, [boundary])
        found["ours"] = float(laid.overlaps["area_m2"].sum())

    def geopandas() -> None:
        left = gpd.GeoDataFrame(
            geometry=gpd.GeoSeries(some["home_geometry"].to_numpy(), crs=ZONE)
        )
        right = gpd.GeoDataFrame(geometry=boundary.shapes)
        found["theirs"] = float(gpd.overlay(left, right, how="difference").area.sum())

    quick, plain = seconds(ours), seconds(geopandas)
    report(
        f"boundary, {len(some):,} parcels: {quick:.1f} s, GeoPandas {plain:.1f} s, "
        f"{plain / quick:.1f}x"
    )
    assert found["ours"] == pytest.approx(found["theirs"], rel=1e-9)
    assert plain >= 5 * quick


def test_a_boundary_of_many_vertices_is_laid_in_time(
    parcels: gpd.GeoDataFrame, boundary: ConstraintLayer
) -> None:
    taken = seconds(lambda: constraints.overlay(parcels, [boundary]))
    report(f"one boundary of 100,000 vertices: {taken:.1f} s of 15 s")
    assert taken <= 15
