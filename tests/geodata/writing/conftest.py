"""Parcels of known shapes to be written."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from zqland import crs
from zqland.testing import missing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ZONE = 4526
EAST, NORTH = 38_378_000.0, 2_576_000.0


def square(column: int, size: float = 100.0) -> shapely.Polygon:
    """Return a square in Dasha, millimetres in its corners."""
    west = EAST + 200 * column + 0.123
    return shapely.box(west, NORTH + 0.457, west + size, NORTH + size + 0.457)


def table(shapes: list[shapely.Geometry], zones: list[int]) -> gpd.GeoDataFrame:
    """Return shapes of home zones as a table of parcels."""
    count = len(shapes)
    home = gpd.GeoSeries(shapes, name="home_geometry")
    zone = pd.Series(zones, dtype="int64")
    return gpd.GeoDataFrame(
        {
            "name": pd.Series([f"大沙{n}号" for n in range(count)], dtype="str"),
            "park_id": pd.Series(["JJQ-DS"] * count, dtype="str"),
            "district": pd.Series(["441284"] * count, dtype="str"),
            "home_zone": zone,
            "home_geometry": home,
            "land_class": pd.Series(["M1"] * count, dtype="str"),
            "declared_m2": [10_000.25 + n for n in range(count)],
            "price_wan_per_mu": [30.5] * count,
            "area_ids": pd.Series(["PG-1;PG-2"] * count, dtype="str"),
            "access_m": [1200.0] * count,
        },
        geometry=crs.to_geographic(home, zone),
    ).set_index(pd.Index([f"ZQ-{n}" for n in range(count)], name="parcel_id"))


@pytest.fixture
def parcels() -> gpd.GeoDataFrame:
    """Return a square, one with a hole, and one of two parts, all in zone 38."""
    hole = shapely.box(EAST + 220, NORTH + 20, EAST + 240, NORTH + 40)
    two = shapely.MultiPolygon([square(2), square(3, 50)])
    return table([square(0), square(1).difference(hole), two], [ZONE] * 3)


@pytest.fixture
def both_zones() -> gpd.GeoDataFrame:
    """Return a square in zone 38, and one in zone 37 that lies in zone 38."""
    west = 37_659_500.0
    return table(
        [square(0), shapely.box(west, 2_560_000, west + 100, 2_560_100)], [ZONE, 4525]
    )


@pytest.fixture
def ogrinfo() -> Callable[[Path], str]:
    """Return a function that says what the GDAL of the system makes of a file."""
    if shutil.which("ogrinfo") is None:
        missing("ogrinfo", "apt-get install gdal-bin")

    def run(path: Path) -> str:
        done = subprocess.run(  # noqa: S603 - our own file
            ["ogrinfo", "-ro", "-al", str(path)],  # noqa: S607
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
        return done.stdout

    return run
