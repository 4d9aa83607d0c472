"""The dated facts of the demonstration city: expiry, renewal, correction, due works."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from zqland import acreage
from zqland.catalogues import load_catalogues
from zqland.reserve import as_of
from zqland_geodata import demo
from zqland_geodata.demo.park_facts import ASSESSMENTS

if TYPE_CHECKING:
    from zqland.reserve import Reserve, ReserveState

ON = pd.Timestamp(demo.ON)


def superseded(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the entries that a correction replaces."""
    return evidence[evidence["evidence_id"].isin(evidence["supersedes"].dropna())]


def test_land_became_mature_in_earlier_years_and_in_most_months(
    state: ReserveState,
) -> None:
    first = state.parcels["mature_first_reached_on"]
    months = first[first.dt.year == 2023].dt.month.nunique()

    assert first.dt.year.min() <= 2018
    assert (first.dt.year < 2023).sum() > 100
    assert months >= 6


def test_nothing_is_done_or_recorded_after_the_day(city: Reserve) -> None:
    evidence = city.evidence

    assert evidence["done_on"].max() <= ON
    assert evidence["recorded_at"].max() < ON + pd.Timedelta(days=1)


def test_due_works_make_land_mature_after_september(state: ReserveState) -> None:
    expected = state.parcels["mature_expected_on"]

    assert expected.min() > ON
    assert expected.max() > pd.Timestamp("2024-10-01")
    assert 100 < expected.notna().sum() < 250


def test_due_agreements_make_land_standard_after_september(
    state: ReserveState,
) -> None:
    assert state.parcels["standard_expected_on"].notna().sum() > 20


def test_december_counts_more_once_the_due_works_are_done(city: Reserve) -> None:
    evidence = city.evidence
    done = evidence["done_on"].fillna(evidence["due_on"])
    later = replace(city, evidence=evidence.assign(done_on=done))

    state = as_of(later, on=dt.date(2023, 12, 31), catalogues=load_catalogues())

    assert (acreage.progress(state)["done_m2"] > [1_134_000, 322_667]).all()


def test_some_works_are_overdue(city: Reserve) -> None:
    evidence = city.evidence
    overdue = evidence["done_on"].isna() & (evidence["due_on"] < ON)

    assert (evidence["item"][overdue] == "levelled").sum() >= 5


def test_land_renewed_late_counts_in_the_year_of_its_first_day(
    state: ReserveState,
) -> None:
    parcels = state.parcels
    again = parcels["mature_reached_on"] == pd.Timestamp("2023-04-20")
    earlier = parcels["mature_first_reached_on"] < pd.Timestamp("2022-01-01")

    assert (again & earlier).sum() == 4


def test_a_renewal_in_time_keeps_the_run_unbroken(state: ReserveState) -> None:
    parcels = state.parcels
    evidence = state.reserve.evidence
    power = evidence[evidence["expires_on"] == pd.Timestamp("2023-06-30")]
    renewed = parcels.loc[power["subject_id"]]

    assert len(renewed) == 5
    assert (renewed["mature_reached_on"] == renewed["mature_first_reached_on"]).all()


def test_standard_land_is_lost_where_an_assessment_lapsed(state: ReserveState) -> None:
    parcels = state.parcels[state.parcels["area_ids"] == "JINLI-QP3"]
    earlier = parcels[parcels["standard_first_reached_on"].notna()]

    assert len(earlier) > 0
    assert not earlier["standard"].any()
    assert set(earlier["standard_expected_on"]) == {pd.Timestamp("2023-11-15")}


def test_standard_land_is_none_in_the_weeks_between_two_assessments(
    state: ReserveState,
) -> None:
    parcels = state.parcels[state.parcels["park_id"] == "SH"]
    again = parcels[parcels["standard"]]

    assert set(again["standard_reached_on"]) == {pd.Timestamp("2023-08-01")}
    assert (again["standard_first_reached_on"].dt.year == 2022).any()


def test_corrections_are_recorded_after_what_they_correct(city: Reserve) -> None:
    evidence = city.evidence.set_index("evidence_id")
    corrections = evidence.dropna(subset=["supersedes"])
    wrong = evidence.loc[corrections["supersedes"]]

    assert len(corrections) == 5
    assert (
        corrections["recorded_at"].to_numpy() > wrong["recorded_at"].to_numpy()
    ).all()


def test_without_its_corrections_the_ledger_would_be_wrong(city: Reserve) -> None:
    naive = replace(city, evidence=city.evidence.assign(supersedes=pd.NA))

    state = as_of(naive, on=demo.ON, catalogues=load_catalogues())

    assert acreage.progress(state)["done_m2"][0] < 1_134_000 - 10_000


def test_a_withdrawn_levelling_does_not_make_land_mature(
    city: Reserve, state: ReserveState
) -> None:
    wrong = superseded(city.evidence)
    withdrawn = wrong["subject_id"][wrong["done_on"] == pd.Timestamp("2023-07-12")]

    assert len(withdrawn) == 2
    assert not state.parcels.loc[withdrawn, "mature"].any()


def test_assessments_are_facts_of_parks_and_areas(city: Reserve) -> None:
    facts = city.evidence[city.evidence["item"].isin(ASSESSMENTS)]

    assert set(facts["subject_kind"]) == {"park", "area"}
    assert facts["expires_on"].notna().any()


def test_capacities_reach_parcels_from_their_park(state: ReserveState) -> None:
    parcels = state.parcels[state.parcels["park_id"] == "GXQ"]

    assert (parcels["steam_t_per_hour"] == 240.0).all()
    assert parcels.loc[parcels["mature"], "power_mva"].nunique() > 3


def test_the_usual_statuses_occur(state: ReserveState) -> None:
    counts = state.parcels["status"].value_counts()

    assert set(counts[counts > 0].index) == {
        "planned",
        "in_reserve",
        "listed",
        "supplied",
        "returned",
    }
    assert state.parcels["free"].sum() > 250


def test_returned_ground_came_back_into_the_reserve(city: Reserve) -> None:
    events = city.status_events
    returned = set(events["parcel_id"][events["status"] == "returned"])
    last = events[events["parcel_id"].isin(returned)].groupby("parcel_id").tail(1)

    assert sorted(last["status"].unique()) == ["in_reserve", "returned"]
