"""Batches of approval: earliest days, what is critical, what blocks."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import tables
from zqland.approvals import Approvals, approvals
from zqland.approvals.rules import DayUnit
from zqland.catalogues import load_catalogues
from zqland.reserve import Reserve

CATALOGUES = load_catalogues()
STEPS = CATALOGUES.approvals.steps
ON = dt.date(2023, 9, 5)


def keep(
    steps: list[dict[str, Any]], *, on: dt.date = ON, **batch: object
) -> Approvals:
    known = {"batch_id": "B1", "name": "批次一", "district": "441203", "year": 2023}
    reserve = Reserve(
        parcels=gpd.GeoDataFrame(),
        evidence=pd.DataFrame(),
        status_events=pd.DataFrame(),
        parks=gpd.GeoDataFrame(),
        batches=_dated("batches", [known | batch]),
        batch_steps=_dated(
            "batch_steps", [{"batch_id": "B1"} | step for step in steps]
        ),
    )
    return approvals(reserve, on=on, catalogues=CATALOGUES)


def _dated(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = tables.empty(name).columns
    made = pd.DataFrame(rows).reindex(columns=columns)
    for column in columns:
        if str(column).endswith("_on"):
            made[column] = pd.to_datetime(made[column]).astype("datetime64[s]")
    return made


def done(*keys: str, on: str = "2023-06-01") -> list[dict[str, Any]]:
    return [{"step": key, "began_on": on, "done_on": on} for key in keys]


def day(found: Approvals, step: str, column: str) -> str:
    row = found.steps.set_index("step").loc[step]
    return f"{row[column]:%Y-%m-%d}"


def codes(found: Approvals) -> set[str]:
    return {finding.rule.rpartition(".")[2] for finding in found.findings}


def test_a_new_batch_waits_ten_working_days_and_thirty_days() -> None:
    found = keep([])
    assert day(found, "preliminary_notice", "earliest_finish_on") == "2023-09-19"
    assert day(found, "plan_notice", "earliest_begin_on") == "2023-09-20"
    assert day(found, "plan_notice", "earliest_finish_on") == "2023-10-20"


def test_a_new_batch_is_approved_at_the_earliest_after_its_notices() -> None:
    (row,) = keep([]).batches.to_dict("records")
    assert row["earliest_approved_on"] == pd.Timestamp("2023-10-21")


def test_supply_takes_a_notice_of_twenty_and_a_listing_of_ten_days_more() -> None:
    (row,) = keep(
        [], submitted_on="2023-06-01", approved_on="2023-09-05"
    ).batches.to_dict("records")
    # From the approval: 20 days of notice, a day on, 10 days of listing, a day on.
    assert row["earliest_supply_on"] == pd.Timestamp("2023-10-07")


def test_the_critical_path_runs_through_the_notices() -> None:
    (row,) = keep([]).batches.to_dict("records")
    assert {
        "preliminary_notice",
        "compensation_plan",
        "plan_notice",
        "approved",
    } <= set(row["critical_path"])
    assert "boundary_survey" not in row["critical_path"]


def test_what_blocks_is_what_can_be_done_now_on_the_critical_path() -> None:
    assert keep([]).batches["blocking"].tolist() == [("preliminary_notice",)]


def test_a_step_waits_for_those_that_are_not_done() -> None:
    steps = keep(done("preliminary_notice")).steps.set_index("step")
    assert steps.loc["compensation_plan", "waits_for"] == (
        "present_state_survey",
        "stability_assessment",
    )


def test_steps_that_a_batch_has_no_row_of_do_not_count_unless_required() -> None:
    assert "state_council" not in set(keep([]).steps["step"])
    assert "state_council" in set(keep([{"step": "state_council"}]).steps["step"])


def test_a_notice_that_ran_too_short_is_found() -> None:
    row = {
        "step": "plan_notice",
        "began_on": "2023-07-01",
        "done_on": "2023-07-30",
    }
    assert "too_short" in codes(keep([row]))


def test_a_notice_of_the_full_time_is_not_found() -> None:
    row = {"step": "plan_notice", "began_on": "2023-07-01", "done_on": "2023-07-31"}
    assert "too_short" not in codes(keep([row]))


def test_a_step_that_ends_before_it_begins_is_found() -> None:
    row = {"step": "hearing", "began_on": "2023-07-09", "done_on": "2023-07-01"}
    assert "ends_before_begin" in codes(keep([row]))


def test_a_row_of_no_known_step_is_found() -> None:
    assert "no_step" in codes(keep([{"step": "magic"}]))


def test_what_was_done_later_is_not_known_yet() -> None:
    rows = done("preliminary_notice", on="2023-09-06")
    assert (
        keep(rows).steps.set_index("step").loc["preliminary_notice", "state"] == "open"
    )


def test_a_planned_day_that_has_passed_is_overdue() -> None:
    row = {"step": "boundary_survey", "due_on": "2023-09-04"}
    assert keep([row]).batches["overdue"].tolist() == [("boundary_survey",)]


def test_a_planned_day_delays_what_is_expected_but_not_what_is_possible() -> None:
    row = {"step": "boundary_survey", "due_on": "2024-03-01"}
    (batch,) = keep([row]).batches.to_dict("records")
    assert batch["expected_approved_on"] == pd.Timestamp("2024-03-01")
    assert batch["earliest_approved_on"] == pd.Timestamp("2023-10-21")


def test_days_beyond_the_known_holidays_are_noted() -> None:
    (note,) = keep([], on=dt.date(2031, 2, 3)).notes
    assert "2031" in note.en


def test_no_batches_give_empty_books() -> None:
    nothing = Reserve(
        gpd.GeoDataFrame(), pd.DataFrame(), pd.DataFrame(), gpd.GeoDataFrame()
    )
    assert approvals(nothing, on=ON, catalogues=CATALOGUES).batches.empty


def walked(key: str, days: dict[str, str], on: dt.date, seen: dict[str, Any]) -> Any:  # noqa: ANN401 - a pair of days
    """Find when a step begins and is free, by plain recursion over the graph."""
    if key in seen:
        return seen[key]
    step = STEPS[key]
    ready = dt.date.min
    for before in step.after:
        if STEPS[before].required or before in days:
            ready = max(ready, walked(before, days, on, seen)[1])
        else:
            ready = max(ready, through(before, days, on, seen))
    for beside in step.alongside:
        ready = max(ready, walked(beside, days, on, seen)[0])
    if key in days:
        own = dt.date.fromisoformat(days[key])
        seen[key] = (own, own + dt.timedelta(days=1 if step.days else 0))
        return seen[key]
    begins = max(ready, on)
    end = begins
    if step.unit is DayUnit.WORKING:
        left = step.days
        while left:
            end += dt.timedelta(days=1)
            number = np.array([np.datetime64(end, "D").astype(int)])
            left -= bool(CATALOGUES.workdays.is_working(number)[0])
    else:
        end += dt.timedelta(days=step.days)
    seen[key] = (begins, end + dt.timedelta(days=1 if step.days else 0))
    return seen[key]


def through(
    key: str, days: dict[str, str], on: dt.date, seen: dict[str, Any]
) -> dt.date:
    """Return what a step that does not count hands on."""
    ready = dt.date.min
    for before in STEPS[key].after:
        if STEPS[before].required or before in days:
            ready = max(ready, walked(before, days, on, seen)[1])
    return ready


ORDER = list(STEPS)


@settings(max_examples=30)
@given(
    st.integers(0, ORDER.index("approved") - 1),
    st.dates(dt.date(2022, 1, 1), dt.date(2024, 12, 31)),
    st.integers(0, 60),
)
def test_the_earliest_approval_is_that_of_a_walk_over_the_graph(
    reached: int, on: dt.date, ago: int
) -> None:
    chosen = [key for key in ORDER[:reached] if STEPS[key].required]
    when = (on - dt.timedelta(days=ago)).isoformat()
    days = dict.fromkeys(chosen, when)
    (batch,) = keep(done(*chosen, on=when), on=on).batches.to_dict("records")
    begins, _ = walked("approved", days, on, {})
    assert batch["earliest_approved_on"] == pd.Timestamp(begins)


def test_steps_stand_after_all_that_they_wait_for() -> None:
    place = {key: row for row, key in enumerate(ORDER)}
    pairs = [(before, key) for key in ORDER for before in STEPS[key].before]
    assert all(place[before] < place[key] for before, key in pairs)


@pytest.mark.parametrize("key", ORDER)
def test_every_step_has_a_source(key: str) -> None:
    assert STEPS[key].source


def test_later_days_of_the_as_of_date_never_bring_an_approval_forward() -> None:
    days = [ON + dt.timedelta(days=7 * week) for week in range(8)]
    found = [keep([], on=one).batches["earliest_approved_on"].iloc[0] for one in days]
    assert all(first < second for first, second in pairwise(found))
