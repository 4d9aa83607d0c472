"""A few parcels and projects, with shapes, for plans that are drawn."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from zqland.catalogues import Catalogues, load_catalogues
from zqland.matching import Parks, Snapshot
from zqland.needs import Need

if TYPE_CHECKING:
    from collections.abc import Callable

ON = dt.date(2023, 9, 5)
SIZES = {"A": (300, 200), "B": (200, 100), "C": (200, 101), "D": (100, 100)}
"""Width and depth of the parcels in metres, side by side."""


@pytest.fixture(scope="session")
def catalogues() -> Catalogues:
    """Return the packaged rules."""
    return load_catalogues()


@pytest.fixture(scope="session")
def parcels() -> gpd.GeoDataFrame:
    """Return four rectangular parcels."""
    shapes, left = [], 38_450_000.0
    for width, depth in SIZES.values():
        shapes.append(shapely.box(left, 2_560_000, left + width, 2_560_000 + depth))
        left += width + 10.0
    home = gpd.GeoSeries(shapes, index=list(SIZES))
    return gpd.GeoDataFrame(
        {"home_zone": 4526, "home_geometry": home}, geometry=home, index=list(SIZES)
    )


@pytest.fixture(scope="session")
def snapshot(catalogues: Catalogues, parcels: gpd.GeoDataFrame) -> Snapshot:
    """Return the same parcels, mature and in two parks."""
    areas = parcels["home_geometry"].area.to_numpy()
    return Snapshot.from_arrays(
        {
            "parcel_id": np.array(list(SIZES), dtype=object),
            "area_m2": areas,
            "usable_m2": areas,
            "park_id": np.array(["E", "E", "W", "W"], dtype=object),
            "mature_reached_on": np.full(4, "2023-01-01", dtype="datetime64[D]"),
            "power_mva": np.full(4, 100.0),
        },
        on=ON,
        parks=Parks(ids=("E", "W"), names={}, sectors={}, limits={}),
        catalogues=catalogues,
    )


@pytest.fixture(scope="session")
def need_of() -> Callable[..., Need]:
    """Return a function from a number and an area to a need."""

    def build(number: str, area_m2: float, **options: object) -> Need:
        facts: dict[str, object] = {
            "project_id": number,
            "area_min_m2": 0.9 * area_m2,
            "area_ideal_m2": area_m2,
            "area_max_m2": 1.15 * area_m2,
        }
        return Need(**(facts | options))  # type: ignore[arg-type] # named by the test

    return build
