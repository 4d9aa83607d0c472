"""Ground that is held for a project is not listed, supplied or retired for others."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import box

from zqland.errors import NotFoundError
from zqland_geodata.errors import HeldError, RecordError
from zqland_geodata.store.holds import HoldRequest, hold, refuse_held
from zqland_geodata.store.lineage import Child, split
from zqland_geodata.store.statuses import add_status, correct_status

if TYPE_CHECKING:
    from zqland_geodata.store import Store

MARCH, JUNE, AUGUST = dt.date(2023, 3, 1), dt.date(2023, 6, 15), dt.date(2023, 8, 31)
DAY = dt.timedelta(days=1)


@pytest.fixture
def store(filled: Store) -> Store:
    """Give a store in which A-1 is held from March to August for P1."""
    project = {"project_id": "P1", "name": "电池项目", "area_ideal_m2": 20_000.0}
    with filled.writing(by="李工", why="招商洽谈") as writer:
        writer.add("projects", project)
        hold(writer, HoldRequest("A-1", "P1", AUGUST, since=MARCH))
    return filled


def recorded(store: Store, status: str, day: dt.date, **options: Any) -> str:  # noqa: ANN401 - values of any option
    with store.writing(by="王工", why="公告") as writer:
        return add_status(writer, "A-1", status, day, **options)


@pytest.mark.parametrize(
    ("status", "day"),
    [("listed", MARCH - DAY), ("supplied", JUNE), ("retired", AUGUST)],
)
def test_held_ground_is_refused_and_the_hold_is_told(
    store: Store, status: str, day: dt.date
) -> None:
    with pytest.raises(HeldError, match=r"held by 李工 for project 电池项目 \(P1\)"):
        recorded(store, status, day)
    assert store.reading().reserve().status_events.empty


def test_the_project_that_it_is_held_for_is_not_refused(store: Store) -> None:
    assert recorded(store, "supplied", JUNE, project_id="P1")


def test_after_the_last_day_anybody_may_have_it(store: Store) -> None:
    assert recorded(store, "listed", AUGUST + DAY)


def test_a_listing_that_had_ended_before_the_hold_is_recorded(store: Store) -> None:
    recorded(store, "in_reserve", MARCH - DAY)
    assert recorded(store, "listed", MARCH - 2 * DAY)


def test_a_status_that_takes_no_ground_away_is_recorded(store: Store) -> None:
    assert recorded(store, "in_reserve", JUNE)


def test_an_event_is_not_corrected_into_the_days_of_a_hold(store: Store) -> None:
    event_id = recorded(store, "listed", AUGUST + DAY)
    with store.writing(by="a", why="b") as writer:
        with pytest.raises(HeldError):
            correct_status(writer, event_id, happened_on=JUNE)
        assert correct_status(writer, event_id, withdraw=True)


def test_a_held_parcel_that_is_listed_for_its_project_can_be_split(
    store: Store,
) -> None:
    recorded(store, "listed", JUNE, project_id="P1")
    shape = store.reading().parcel("A-1")["home_geometry"]
    west, south, _, north = shape.bounds
    children = [Child("A-1-1", box(west, south, west + 50, north)), Child("A-1-2")]
    with store.writing(by="a", why="b") as writer:
        split(writer, "A-1", children, on=JUNE, seen=None)
    events = store.reading().reserve().status_events.set_index("parcel_id")
    assert events.loc["A-1-2", "status"] == "listed"


def test_a_parcel_that_had_ended_gets_no_status(store: Store) -> None:
    with store.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"retired_on": JUNE}, seen=None)
    with pytest.raises(RecordError, match=f"A-1 ended on {JUNE}"):
        recorded(store, "in_reserve", JUNE)
    assert recorded(store, "in_reserve", JUNE - DAY)


def test_all_days_between_are_asked_about(store: Store) -> None:
    with store.writing(by="a", why="b") as writer:
        refuse_held(writer, "A-1", on=MARCH - 9 * DAY, until=MARCH - DAY)
        with pytest.raises(HeldError):
            refuse_held(writer, "A-1", on=MARCH - 9 * DAY, until=MARCH)
        with pytest.raises(NotFoundError):
            refuse_held(writer, "A-9", on=MARCH)
