"""Parcels from shapes, for the tests of the checks."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland import crs

EAST, NORTH = 38_378_000.0, 2_576_000.0

Box = Callable[..., shapely.Polygon]
Make = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="session")
def box() -> Box:
    """Return a function that makes a rectangle in Dasha, zone 38, EPSG:4526."""

    def made(
        east: float, north: float, width: float = 100, height: float = 100
    ) -> shapely.Polygon:
        east, north = east + EAST, north + NORTH
        return shapely.box(east, north, east + width, north + height)

    return made


@pytest.fixture(scope="session")
def polygon() -> Callable[..., shapely.Polygon]:
    """Return a function that makes a polygon from points around the same place."""

    def made(*points: tuple[float, float]) -> shapely.Polygon:
        return shapely.Polygon(np.array(points) + np.array((EAST, NORTH)))

    return made


@pytest.fixture(scope="session")
def make() -> Make:
    """Return a function that makes a table of parcels P1, P2 … from shapes."""

    def made(
        *shapes: shapely.Geometry, zones: int | list[int] = 4526, **columns: object
    ) -> gpd.GeoDataFrame:
        names = [f"P{number}" for number in range(1, len(shapes) + 1)]
        home = gpd.GeoSeries(list(shapes), index=names)
        zone = pd.Series(zones, index=names, dtype="int64")
        table = {
            "home_zone": zone,
            "home_geometry": home,
            "district": pd.Series("441284", index=names, dtype="str"),
            "park_id": pd.Series(None, index=names, dtype="str"),
            "declared_m2": pd.Series(np.nan, index=names, dtype="float64"),
        }
        for name, value in columns.items():
            table[name] = pd.Series(value, index=names, dtype=table[name].dtype)
        degrees = crs.to_geographic(home, zone)
        return gpd.GeoDataFrame(table, index=names, geometry=degrees, crs=4490)

    return made
