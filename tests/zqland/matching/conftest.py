"""A small reserve in which every condition can be tried alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from zqland.catalogues import Catalogues, load_catalogues
from zqland.matching import Answer, Parks, Snapshot, match
from zqland.needs import Need
from zqland.units import to_m2

if TYPE_CHECKING:
    from collections.abc import Callable

ON = dt.date(2023, 9, 5)

PERFECT: dict[str, Any] = {
    "area_m2": to_m2(120.0, "mu"),
    "usable_m2": None,
    "forbidden_m2": 0.0,
    "park_id": "GXQ",
    "land_class": "M2",
    "clean_reached_on": "2022-05-01",
    "mature_reached_on": "2023-03-01",
    "mature_expected_on": None,
    "clean_holds_until": None,
    "mature_holds_until": None,
    "power_mva": 20.0,
    "water_m3_per_day": 4000.0,
    "gas_m3_per_hour": 900.0,
    "steam_t_per_hour": 30.0,
    "sewage_m3_per_day": 1500.0,
    "price_wan_per_mu": 15.0,
    "compactness": 0.785,
    "access_m": 0.0,
}
"""A parcel that meets the need of the fixture in every part."""

NUMBERS = (
    "usable_m2",
    *(key for key, value in PERFECT.items() if isinstance(value, float)),
)
DAYS = tuple(key for key in PERFECT if key.endswith(("_on", "_until")))


def usable(parcel: dict[str, Any]) -> dict[str, Any]:
    """Take all ground for usable where nothing else is said."""
    if parcel["usable_m2"] is None:
        parcel["usable_m2"] = parcel["area_m2"]
    return parcel


@pytest.fixture(scope="session")
def catalogues() -> Catalogues:
    """Return the packaged rules."""
    return load_catalogues()


@pytest.fixture(scope="session")
def parks() -> Parks:
    """Return two parks, one without known sectors, and rows of all four widths."""
    table = pd.DataFrame(
        {
            "name": ["肇庆高新区", "金利高新区"],
            "name_en": ["High-tech Zone", None],
            "sectors": ["36;38", None],
        },
        index=["GXQ", "JINLI"],
    )
    indicators = pd.DataFrame(
        {
            "park_id": ["GXQ", "GXQ", "*", "*"],
            "sector": ["38", "*", "26", "*"],
            "intensity_min_wan_per_mu": [300.0, 250.0, 400.0, 200.0],
            "tax_min_wan_per_mu": [20.0, None, 30.0, 15.0],
        }
    )
    return Parks.of(table, indicators)


@pytest.fixture
def need() -> Need:
    """Return a need that asks for everything."""
    return Need(
        project_id="P1",
        name="储能电池",
        area_min_m2=to_m2(108.0, "mu"),
        area_ideal_m2=to_m2(120.0, "mu"),
        area_max_m2=to_m2(138.0, "mu"),
        needed_by=dt.date(2024, 6, 1),
        predicate="mature",
        power_mva=10.0,
        water_m3_per_day=2000.0,
        gas_m3_per_hour=300.0,
        steam_t_per_hour=10.0,
        sewage_m3_per_day=500.0,
        land_class="M2",
        sector="C3841",
        fixed_investment_wan=48_000.0,
        tax_wan_per_year=3_600.0,
        preferred_parks=("GXQ",),
        excluded_parks=("SH",),
    )


@pytest.fixture(scope="session")
def reserve_of(catalogues: Catalogues, parks: Parks) -> Callable[..., Snapshot]:
    """Return a function from the differences of parcels to a snapshot of them."""

    def build(*parcels: dict[str, Any], **options: object) -> Snapshot:
        rows = [
            usable(PERFECT | {"parcel_id": f"L{number}"} | parcel)
            for number, parcel in enumerate(parcels, start=1)
        ]
        columns: dict[str, Any] = {
            key: np.array([row[key] for row in rows], object) for key in rows[0]
        }
        columns |= {key: columns[key].astype(float) for key in NUMBERS}
        columns |= {key: columns[key].astype("datetime64[D]") for key in DAYS}
        known: dict[str, Any] = {
            "on": ON,
            "parks": parks,
            "catalogues": catalogues,
        } | options
        return Snapshot.from_arrays(columns, **known)

    return build


@pytest.fixture
def answer_to(need: Need, reserve_of: Callable[..., Snapshot]) -> Callable[..., Answer]:
    """Return a function from differences of parcel and need to the answer."""

    def answer(parcel: dict[str, Any], **asked: object) -> Answer:
        return match(dataclasses.replace(need, **asked), reserve_of(parcel))

    return answer
