from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland.areas import Method
from zqland.errors import BasisError
from zqland.matching import Snapshot
from zqland.matching.days import NEVER, day_number, day_of
from zqland.reserve import Reserve, ReserveState

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.catalogues import Catalogues
    from zqland.needs import Need

    ReserveOf = Callable[..., Snapshot]

ON = dt.date(2023, 9, 5)


@pytest.fixture
def state() -> ReserveState:
    """Return three parcels as of a date, one of them supplied."""
    parcels = gpd.GeoDataFrame(
        {
            "park_id": pd.array(["GXQ", None, "GXQ"], "string"),
            "land_class": pd.array(["M2", None, "M2"], "string"),
            "planar_m2": [9e4, 8e4, 7e4],
            "free": [True, True, False],
            "mature_reached_on": pd.to_datetime(["2023-01-01", None, None]),
            "mature_expected_on": pd.to_datetime([None, "2024-01-01", None]),
            "mature_holds_until": pd.to_datetime(["2023-12-31", None, None]),
            "power_mva": pd.array([10.0, None, 5.0], "Float64"),
        },
        index=pd.Index(["L1", "L2", "L3"], name="parcel_id"),
    )
    parks = gpd.GeoDataFrame(
        {"name": ["高新区"], "name_en": ["High-tech"], "sectors": ["38"]},
        index=["GXQ"],
        geometry=[shapely.Point(112.8, 23.3)],
        crs=4490,
    )
    empty = pd.DataFrame()
    reserve = Reserve(parcels, empty, empty, parks, fictional=True)
    return ReserveState(reserve, ON, parcels, "abc")


def test_only_free_parcels_are_taken_in_order_of_area(
    state: ReserveState, catalogues: Catalogues
) -> None:
    snapshot = Snapshot.of(state, catalogues=catalogues)
    assert snapshot.parcel_id.tolist() == ["L2", "L1"]
    assert len(snapshot) == 2
    days = [day_of(day) for day in snapshot.until_day["mature"].tolist()]
    assert days == [None, dt.date(2023, 12, 31)]
    assert snapshot.fictional


def test_missing_values_become_unknown(
    state: ReserveState, catalogues: Catalogues
) -> None:
    snapshot = Snapshot.of(state, catalogues=catalogues)
    assert [snapshot.park_id(row) for row in (0, 1)] == ["", "GXQ"]
    assert np.isnan(snapshot.capacity["power"][0])
    assert np.isnan(snapshot.capacity["gas"]).all()
    assert snapshot.ready_day["standard"].tolist() == [NEVER, NEVER]
    assert snapshot.ready_day["mature"].tolist() == [
        day_number(dt.date(2024, 1, 1)),
        day_number(ON),
    ]


def test_other_parks_may_be_given(state: ReserveState, catalogues: Catalogues) -> None:
    parks = pd.DataFrame({"name": ["新名"]}, index=["GXQ"])
    snapshot = Snapshot.of(state, catalogues=catalogues, parks=parks)
    assert snapshot.parks.name("GXQ").en == "新名"


def test_a_basis_that_was_not_measured_is_refused(
    state: ReserveState, catalogues: Catalogues
) -> None:
    with pytest.raises(BasisError, match="geodesic"):
        Snapshot.of(state, catalogues=catalogues, basis=Method.GEODESIC)


def test_unknown_areas_stand_last(reserve_of: ReserveOf) -> None:
    snapshot = reserve_of({"area_m2": np.nan}, {"area_m2": 5.0}, {"area_m2": 3.0})
    assert snapshot.parcel_id.tolist() == ["L3", "L2", "L1"]
    assert snapshot.known == 2


def test_parks_that_only_parcels_name_get_codes_too(reserve_of: ReserveOf) -> None:
    snapshot = reserve_of({"park_id": "SH"}, {"park_id": None})
    assert snapshot.parks.ids == ("GXQ", "JINLI", "SH")
    assert sorted(snapshot.park_id(row) for row in (0, 1)) == ["", "SH"]


def test_columns_that_are_left_out_are_unknown(
    reserve_of: ReserveOf, catalogues: Catalogues, need: Need
) -> None:
    bare: dict[str, Any] = {
        "parcel_id": np.array(["L1"], dtype=object),
        "area_m2": np.array([8e4]),
    }
    parks = reserve_of({}).parks
    snapshot = Snapshot.from_arrays(bare, on=ON, parks=parks, catalogues=catalogues)
    assert snapshot.park_id(0) == ""
    assert not snapshot.has_layer
    assert snapshot.ready_day[need.predicate].tolist() == [NEVER]


def test_days_have_numbers() -> None:
    assert day_number(dt.date(1970, 1, 2)) == 1
    assert day_of(1) == dt.date(1970, 1, 2)
    assert day_of(NEVER) is None
