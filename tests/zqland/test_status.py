"""The status of parcels on a date."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.errors import TableError
from zqland.readiness.timeline import NEVER
from zqland.status import Status, derive, runs

FIRST = dt.date(2023, 1, 1)
PARCELS = pd.DataFrame(index=pd.Index(["A-1", "A-2"], name="parcel_id"))


def events(*rows: tuple[str, str, str | dt.date]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["parcel_id", "status", "happened_on"])
    table["happened_on"] = pd.to_datetime(table["happened_on"]).astype("datetime64[s]")
    return table


def test_parcels_without_an_event_are_planned() -> None:
    answer = derive(PARCELS, events(), on=FIRST)
    assert answer["status"].to_list() == ["planned", "planned"]
    assert answer["status_since"].isna().all()


def test_an_event_counts_from_its_own_day() -> None:
    table = events(("A-1", "in_reserve", "2023-05-01"))
    day = dt.date(2023, 5, 1)
    assert derive(PARCELS, table, on=day).loc["A-1", "free"]
    before = derive(PARCELS, table, on=day - dt.timedelta(1))
    assert before.loc["A-1", "status"] == "planned"


@pytest.mark.parametrize("status", list(Status))
def test_only_ground_in_reserve_is_free(status: Status) -> None:
    answer = derive(PARCELS, events(("A-1", status, "2022-01-01")), on=FIRST)
    assert answer.loc["A-1", "free"] == (status is Status.IN_RESERVE)


def test_a_run_ends_where_the_next_begins_and_joins_events_of_one_status() -> None:
    table = events(
        ("A-2", "listed", "1970-01-09"),
        ("A-1", "supplied", "1970-01-07"),
        ("A-1", "listed", "1970-01-05"),
        ("A-1", "listed", "1970-01-03"),
    )
    found = runs(PARCELS, table, on=dt.date(1970, 1, 8))

    statuses = list(Status)
    names = [statuses[place].value for place in found.item]
    assert names == ["listed", "supplied"]
    assert (found.owner.tolist(), found.start.tolist()) == ([0, 0], [2, 6])
    assert found.end.tolist() == [6, NEVER]


def test_of_two_events_on_one_day_the_last_row_counts() -> None:
    rows = [("A-1", "listed", "2022-06-01"), ("A-1", "supplied", "2022-06-01")]
    assert derive(PARCELS, events(*rows), on=FIRST).loc["A-1", "status"] == "supplied"
    rows.reverse()
    assert derive(PARCELS, events(*rows), on=FIRST).loc["A-1", "status"] == "listed"


def test_repeated_events_do_not_break_the_run() -> None:
    table = events(
        ("A-1", "in_reserve", "2022-08-01"), ("A-1", "in_reserve", "2022-06-01")
    )
    since = derive(PARCELS, table, on=FIRST).loc["A-1", "status_since"]
    assert since == pd.Timestamp("2022-06-01")


def test_ground_that_came_back_is_free_since_it_came_back() -> None:
    table = events(
        ("A-1", "in_reserve", "2021-01-01"),
        ("A-1", "supplied", "2021-06-01"),
        ("A-1", "returned", "2022-06-01"),
        ("A-1", "in_reserve", "2022-07-01"),
    )
    row = derive(PARCELS, table, on=FIRST).loc["A-1"]
    assert row["free"]
    assert row["status_since"] == pd.Timestamp("2022-07-01")


def test_events_of_other_parcels_and_events_without_a_day_are_left_alone() -> None:
    table = events(("Z-9", "listed", "2022-01-01"), ("A-1", "listed", "2022-01-01"))
    table.loc[1, "happened_on"] = pd.NaT
    assert derive(PARCELS, table, on=FIRST)["status"].to_list() == ["planned"] * 2


def test_an_unknown_status_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TableError, match="unknown statuses sold; known are planned"):
        derive(PARCELS, events(("A-1", "sold", "2022-01-01")), on=FIRST)


def plain_status(
    rows: list[tuple[str, str, dt.date]], parcel: str, on: dt.date
) -> tuple:
    """Go through the days and note when the status of the evening changes."""
    status, since = "planned", None
    past = sorted({day for _, _, day in rows if day <= on})
    for day in past:
        today = [one for who, one, when in rows if (who, when) == (parcel, day)]
        if today and (today[-1] != status or since is None):
            status, since = today[-1], day
    return status, since


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A-1", "A-2"]),
        st.sampled_from(["planned", "in_reserve", "listed"]),
        st.integers(0, 8).map(lambda n: FIRST + dt.timedelta(n)),
    ),
    max_size=20,
)


@given(ROWS, st.integers(-1, 9).map(lambda n: FIRST + dt.timedelta(n)))
def test_the_status_is_what_going_through_the_days_gives(
    rows: list[tuple[str, str, dt.date]], on: dt.date
) -> None:
    answer = derive(PARCELS, events(*rows), on=on)
    for parcel, row in answer.iterrows():
        since = None if pd.isna(row["status_since"]) else row["status_since"].date()
        assert (row["status"], since) == plain_status(rows, str(parcel), on)


def test_ground_in_reserve_that_is_held_is_not_free() -> None:
    table = events(("A-1", "in_reserve", "2022-01-01"), ("A-2", "listed", "2022-01-01"))
    held = pd.Series([True, False], index=PARCELS.index)
    answer = derive(PARCELS, table, on=FIRST, held=held)
    assert answer["free"].to_list() == [False, False]
    assert answer["status"].to_list() == ["in_reserve", "listed"]


def test_held_parcels_are_told_by_their_ids_not_by_their_order() -> None:
    rows = [("A-1", "in_reserve", "2022-01-01"), ("A-2", "in_reserve", "2022-01-01")]
    held = pd.Series([True, False], index=pd.Index(["A-2", "A-1"]))
    answer = derive(PARCELS, events(*rows), on=FIRST, held=held)
    assert answer["free"].to_list() == [True, False]
