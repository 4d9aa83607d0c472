"""The reserve as of a date, all parts together."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from zqland import tables
from zqland.catalogues import load_catalogues
from zqland.crs import to_geographic
from zqland.reserve import Reserve, as_of

ON = dt.date(2023, 9, 5)
CATALOGUES = load_catalogues()


@pytest.fixture(scope="module")
def reserve() -> Reserve:
    """Make two lots of 100 m by 100 m and 200 m by 50 m in two zones."""
    home = gpd.GeoSeries(
        [
            box(38357200, 2563400, 38357300, 2563500),
            box(37664400, 2563600, 37664600, 2563650),
        ]
    )
    zones = pd.Series([4526, 4525])
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": ["A-1", "B-1"],
            "name": ["一号", "二号"],
            "park_id": "GXQ",
            "district": "441200",
            "home_zone": zones,
            "home_geometry": home,
            "declared_m2": [10_000.0, None],
            "land_class": "M2",
        },
        geometry=to_geographic(home, zones),
    )
    items = ["road", "water", "power", "levelled"]
    evidence = pd.DataFrame(
        {
            "evidence_id": [f"E{number}" for number in range(4)],
            "subject_kind": "park",
            "subject_id": "GXQ",
            "item": items,
            "done_on": pd.Timestamp("2023-03-01"),
        }
    )
    events = pd.DataFrame(
        {"parcel_id": ["A-1"], "status": "in_reserve", "happened_on": "2022-05-01"}
    )
    return Reserve(
        parcels=tables.check("parcels", parcels),
        evidence=tables.check("evidence", evidence),
        status_events=tables.check("status_events", events),
        parks=gpd.GeoDataFrame(tables.empty("parks")),
    )


def test_areas_are_measured_in_the_home_zone_of_each_parcel(reserve: Reserve) -> None:
    parcels = as_of(reserve, on=ON, catalogues=CATALOGUES).parcels
    assert parcels["planar_m2"].to_list() == [10_000, 10_000]
    excess = parcels["planar_m2"] / parcels["ellipsoid_official_m2"] - 1
    assert excess.between(300e-6, 1000e-6).all()


def test_a_declared_area_that_is_missing_stays_missing(reserve: Reserve) -> None:
    declared = as_of(reserve, on=ON, catalogues=CATALOGUES).parcels["declared_m2"]
    assert declared.notna().to_list() == [True, False]


def test_readiness_and_status_stand_beside_the_parcels(reserve: Reserve) -> None:
    parcels = as_of(reserve, on=ON, catalogues=CATALOGUES).parcels
    assert parcels["stage"].to_list() == ["serviced", "serviced"]
    assert parcels["status"].to_list() == ["in_reserve", "planned"]
    assert parcels["free"].to_list() == [True, False]


def test_compactness_tells_the_square_from_the_strip(reserve: Reserve) -> None:
    compactness = as_of(reserve, on=ON, catalogues=CATALOGUES).parcels["compactness"]
    assert compactness.round(3).to_list() == [0.785, 0.503]


def test_the_columns_of_the_parcels_are_kept_once(reserve: Reserve) -> None:
    state = as_of(reserve, on=ON, catalogues=CATALOGUES)
    assert state.parcels.columns.is_unique
    assert set(reserve.parcels.columns) <= set(state.parcels.columns)
    assert state.parcels.crs == "EPSG:4490"


def test_a_state_says_its_day_and_its_rules(reserve: Reserve) -> None:
    state = as_of(reserve, on=ON, catalogues=CATALOGUES)
    assert (state.on, state.catalogue_hash) == (ON, CATALOGUES.hash)
    assert state.reserve is reserve


def test_the_same_records_give_another_state_on_another_day(reserve: Reserve) -> None:
    before = as_of(reserve, on=dt.date(2023, 2, 28), catalogues=CATALOGUES).parcels
    assert before["stage"].to_list() == ["raw", "raw"]


def test_a_reserve_without_parcels_has_a_state(reserve: Reserve) -> None:
    nothing = replace(reserve, parcels=reserve.parcels.iloc[:0])
    state = as_of(nothing, on=ON, catalogues=CATALOGUES)
    assert len(state.parcels) == 0
    assert "mature_expected_on" in state.parcels


def test_a_hold_takes_the_free_ground_until_its_last_day_and_no_longer(
    reserve: Reserve,
) -> None:
    holds = pd.DataFrame(
        {
            "hold_id": ["H1"],
            "parcel_id": "A-1",
            "project_id": "P1",
            "held_from": "2023-09-01",
            "held_until": "2023-09-05",
        }
    )
    kept = replace(reserve, holds=tables.check("holds", holds))
    days = [ON, ON + dt.timedelta(days=1)]
    states = [as_of(kept, on=day, catalogues=CATALOGUES).parcels for day in days]
    assert [state.loc["A-1", "free"] for state in states] == [False, True]
    assert [state.loc["A-1", "hold_ids"] for state in states] == [("H1",), ()]
