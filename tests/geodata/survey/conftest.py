"""Parcels that hypothesis draws: several parts, holes, islands in holes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import strategies as st

from zqland import crs

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN_M = np.array([38_378_000.0, 2_576_000.0])
"""A place of the High-tech Zone in zone 38, easting with the zone number first."""

NAMES = st.text(
    st.sampled_from("新区标准地一二面点线上公顷ABJab019（）【】=-_.·  "), max_size=12
)

ZONE = 4526


@st.composite
def stars(draw: st.DrawFn, low: float, high: float) -> shapely.Polygon:
    """Draw a star-shaped polygon around the origin with radii between two bounds."""
    count = draw(st.integers(5, 9))
    jitter = draw(st.lists(st.floats(-0.2, 0.2), min_size=count, max_size=count))
    radii = draw(st.lists(st.floats(low, high), min_size=count, max_size=count))
    angles = (np.arange(count) + np.array(jitter)) * 2 * np.pi / count
    around = np.column_stack((np.cos(angles), np.sin(angles)))
    return shapely.Polygon(around * np.array(radii)[:, np.newaxis])


def moved(shape: shapely.Geometry, east_m: float, north_m: float) -> shapely.Geometry:
    """Move a shape."""
    return shapely.transform(shape, lambda xy: xy + np.array([east_m, north_m]))


@st.composite
def parts(draw: st.DrawFn) -> list[shapely.Polygon]:
    """Draw a part of up to 90 m with up to two holes, and maybe an island in one."""
    shape = draw(stars(40.0, 90.0))
    islands = []
    for east_m in draw(st.sampled_from([(), (-10.0,), (10.0, -10.0)])):
        shape = shape.difference(moved(draw(stars(5.0, 8.0)), east_m, 0.0))
        if draw(st.booleans()):
            islands.append(moved(draw(stars(1.0, 2.0)), east_m, 0.0))
    return [shape, *islands]


@st.composite
def shapes(draw: st.DrawFn) -> shapely.Geometry:
    """Draw the shape of a parcel to the millimetre."""
    drawn: list[shapely.Geometry] = []
    for place in draw(st.lists(st.integers(0, 8), min_size=1, max_size=3, unique=True)):
        east_m, north_m = 200.0 * (place % 3), 200.0 * (place // 3)
        drawn += [moved(part, east_m, north_m) for part in draw(parts())]
    whole = drawn[0] if len(drawn) == 1 else shapely.MultiPolygon(drawn)
    local = shapely.transform(whole, lambda xy: np.round(xy, 3))
    return shapely.transform(local, lambda xy: np.round(xy + ORIGIN_M, 3))


@st.composite
def layers(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Draw a table of parcels."""
    drawn = draw(st.lists(st.tuples(shapes(), NAMES), min_size=1, max_size=4))
    return parcels([shape for shape, _ in drawn], names=[name for _, name in drawn])


@pytest.fixture(scope="session")
def drawn_shapes() -> st.SearchStrategy[shapely.Geometry]:
    """Return the strategy that draws the shape of a parcel, for ``data.draw``."""
    return shapes()


@pytest.fixture(scope="session")
def drawn_layers() -> st.SearchStrategy[gpd.GeoDataFrame]:
    """Return the strategy that draws a table of parcels, for ``data.draw``."""
    return layers()


@pytest.fixture(scope="session")
def make_parcels() -> Callable[..., gpd.GeoDataFrame]:
    """Return the function that makes a table of parcels from plane shapes."""
    return parcels


@pytest.fixture(scope="session")
def at_origin() -> Callable[[list[tuple[float, float]]], shapely.Polygon]:
    """Return the function that makes a polygon from corners near the origin."""
    return lambda corners: shapely.Polygon(np.array(corners) + ORIGIN_M)


def parcels(
    home: list[shapely.Geometry],
    *,
    names: list[str] | None = None,
    zones: list[int] | None = None,
) -> gpd.GeoDataFrame:
    """Make a table of parcels from shapes in their home zones."""
    ids = [f"ZQ-{number}" for number in range(1, len(home) + 1)]
    zone = zones or [ZONE] * len(home)
    planes = gpd.GeoSeries(home, index=ids)
    degrees = [
        crs.to_geographic(planes[[number]], code).iloc[0]
        for number, code in zip(ids, zone, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "name": names or ["地块"] * len(home),
            "home_zone": zone,
            "home_geometry": planes,
            "declared_m2": [np.nan] * len(home),
        },
        index=ids,
        geometry=degrees,
        crs=4490,
    )
