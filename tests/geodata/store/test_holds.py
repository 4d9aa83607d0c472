"""Ground is held for projects, and two holds never share ground on a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import box

from zqland.catalogues import load_catalogues
from zqland.errors import NotFoundError
from zqland.reserve import as_of
from zqland_geodata.errors import ChangedMeanwhileError, HeldError, RecordError
from zqland_geodata.store.holds import (
    HoldRequest,
    hold,
    prolong,
    read_holds,
    refuse_held,
    release,
)
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    from zqland_geodata.store import Store

MARCH, AUGUST = dt.date(2023, 3, 1), dt.date(2023, 8, 31)
JUNE, OCTOBER = dt.date(2023, 6, 15), dt.date(2023, 10, 31)
DAY = dt.timedelta(days=1)
WEST = box(38_450_000, 2_560_000, 38_450_050, 2_560_200)
EAST = box(38_450_050, 2_560_000, 38_450_100, 2_560_200)
MIDDLE = box(38_450_040, 2_560_000, 38_450_060, 2_560_200)


@pytest.fixture
def store(filled: Store) -> Store:
    """Give a store with two parcels and two projects, in each database."""
    projects = pd.DataFrame(
        {
            "project_id": ["P1", "P2"],
            "name": ["电池项目", "泵阀项目"],
            "area_ideal_m2": 20_000.0,
        }
    )
    with filled.writing(by="张工", why="项目清单") as writer:
        writer.add("projects", projects)
    return filled


def asked(parcel_id: str = "A-1", **facts: Any) -> HoldRequest:  # noqa: ANN401
    known = {"project_id": "P1", "since": MARCH, "until": AUGUST}
    return HoldRequest(parcel_id=parcel_id, **(known | facts))


def held(store: Store, *requests: HoldRequest, by: str = "李工") -> list[str]:
    with store.writing(by=by, why="招商洽谈") as writer:
        return [hold(writer, request) for request in requests]


def test_a_hold_says_what_until_when_by_whom_and_why(store: Store) -> None:
    (hold_id,) = held(store, asked())
    (row,) = store.reading().table("holds").to_dict("records")
    assert row["hold_id"] == hold_id == "H3-1"
    assert (row["parcel_id"], row["project_id"]) == ("A-1", "P1")
    assert (row["held_from"].date(), row["held_until"].date()) == (MARCH, AUGUST)
    assert (row["held_by"], row["reason"]) == ("李工", "招商洽谈")
    assert row["area_m2"] == 20_000.0


def test_a_hold_keeps_another_holder_and_reason_where_they_are_given(
    store: Store,
) -> None:
    held(store, asked(held_by="招商局", reason="意向书"))
    row = store.reading().table("holds").iloc[0]
    assert (row["held_by"], row["reason"]) == ("招商局", "意向书")


def test_a_hold_begins_on_the_day_of_its_revision_unless_told_otherwise(
    store: Store,
) -> None:
    until = dt.date(2999, 1, 1)
    held(store, asked(since=None, until=until))
    (last, *_) = store.reading().revisions()
    begins = store.reading().table("holds").iloc[0]["held_from"].date()
    assert begins == last.at.astimezone().date()


def test_a_hold_of_a_whole_parcel_keeps_no_shape_of_its_own(store: Store) -> None:
    held(store, asked())
    assert store.reading().table("holds")["home_geometry"].isna().all()
    (ground,) = read_holds(store.reading())["home_geometry"]
    assert ground.area == 20_000.0


def test_a_part_is_kept_to_the_millimetre(store: Store) -> None:
    part = shapely.affinity.translate(WEST, xoff=0.00012)
    held(store, asked(part=part))
    row = store.reading().table("holds").iloc[0]
    assert shapely.equals_identical(row["home_geometry"], WEST)
    assert (row["home_zone"], row["area_m2"]) == (4526, 10_000.0)


def test_a_part_that_is_all_of_the_parcel_is_the_whole_parcel(store: Store) -> None:
    held(store, asked(part=WEST.union(EAST)))
    assert store.reading().table("holds")["home_geometry"].isna().all()


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (box(38_450_050, 2_560_000, 38_450_101, 2_560_200), "200.00 m² .* outside A-1"),
        (shapely.Polygon(), "no ground"),
        (
            shapely.Polygon(
                [
                    (38_450_000, 2_560_000),
                    (38_450_050, 2_560_050),
                    (38_450_050, 2_560_000),
                    (38_450_000, 2_560_050),
                ]
            ),
            "crosses itself",
        ),
    ],
    ids=["outside", "empty", "crossing"],
)
def test_a_part_that_is_no_part_of_the_parcel_is_refused(
    store: Store, part: shapely.Polygon, message: str
) -> None:
    with pytest.raises(RecordError, match=message):
        held(store, asked(part=part))


def test_ground_that_is_held_is_refused_with_the_holder_the_project_and_the_date(
    store: Store,
) -> None:
    held(store, asked(held_by="招商局"))
    with pytest.raises(HeldError) as error:
        held(store, asked(project_id="P2", since=JUNE, until=OCTOBER))
    for text in (error.value.text.en, error.value.text.zh):
        for fact in ("A-1", "招商局", "电池项目", "P1", "2023-08-31", "H3-1"):
            assert fact in text


def test_a_refused_hold_leaves_nothing_behind(store: Store) -> None:
    held(store, asked())
    before = store.reading().version
    with pytest.raises(HeldError):
        held(store, asked("A-2"), asked(project_id="P2"))
    assert store.reading().version == before
    assert len(store.reading().table("holds")) == 1


def test_a_part_that_overlaps_a_held_part_is_refused_with_the_area(
    store: Store,
) -> None:
    held(store, asked(part=WEST))
    with pytest.raises(HeldError, match=r"2,000\.00 m²"):
        held(store, asked(project_id="P2", part=MIDDLE))


def test_parts_side_by_side_are_held_for_two_projects(store: Store) -> None:
    held(store, asked(part=WEST))
    held(store, asked(project_id="P2", part=EAST))
    assert len(read_holds(store.reading(), on=JUNE)) == 2


def test_a_hold_of_the_whole_parcel_is_refused_where_a_part_is_held(
    store: Store,
) -> None:
    held(store, asked(part=WEST))
    with pytest.raises(HeldError, match=r"10,000\.00 m²"):
        held(store, asked(project_id="P2"))


def test_the_same_project_cannot_hold_ground_twice(store: Store) -> None:
    held(store, asked())
    with pytest.raises(HeldError):
        held(store, asked(part=WEST))


def test_ground_is_free_on_the_day_after_the_last_without_anybody_writing(
    store: Store,
) -> None:
    held(store, asked())
    held(store, asked(project_id="P2", since=AUGUST + DAY, until=OCTOBER))
    days = (MARCH - DAY, MARCH, AUGUST, AUGUST + DAY, OCTOBER, OCTOBER + DAY)
    projects = [read_holds(store.reading(), on=day)["project_id"] for day in days]
    assert [list(found) for found in projects] == [
        [],
        ["P1"],
        ["P1"],
        ["P2"],
        ["P2"],
        [],
    ]


def test_a_hold_that_touches_the_last_day_of_another_is_refused(store: Store) -> None:
    held(store, asked())
    with pytest.raises(HeldError):
        held(store, asked(project_id="P2", since=AUGUST, until=OCTOBER))


def test_the_ground_of_a_retired_parcel_stays_held(store: Store) -> None:
    held(store, asked())
    split_in_two(store)
    with pytest.raises(HeldError, match="A-1 is held by 李工"):
        held(store, asked("A-1a", project_id="P2", since=JUNE))


def split_in_two(store: Store) -> None:
    """Put two halves in the place of A-1 in April."""
    april = dt.date(2023, 4, 1)
    children = store.reading().table("parcels", keys=["A-1"]).reset_index()
    children = pd.concat([children, children], ignore_index=True).drop(
        columns="geometry"
    )
    children["parcel_id"] = ["A-1a", "A-1b"]
    children["home_geometry"] = gpd.GeoSeries([WEST, EAST])
    children["began_on"] = pd.Timestamp(april)
    with store.writing(by="a", why="分割") as writer:
        writer.change("parcels", "A-1", {"retired_on": april}, seen=None)
        writer.add("parcels", pd.DataFrame(children))


def test_a_parcel_is_not_held_after_it_was_retired_nor_before_it_began(
    store: Store,
) -> None:
    split_in_two(store)
    with pytest.raises(RecordError, match="A-1 was retired on 2023-04-01"):
        held(store, asked(since=JUNE))
    with pytest.raises(RecordError, match="A-1a does not exist before 2023-04-01"):
        held(store, asked("A-1a", since=MARCH))


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        (asked("A-9"), NotFoundError, "no parcel A-9"),
        (asked(project_id="P9"), NotFoundError, "no project P9"),
        (asked(since=AUGUST, until=MARCH), RecordError, "end before it begins"),
    ],
    ids=["parcel", "project", "days"],
)
def test_a_hold_of_or_for_what_is_not_there_is_refused(
    store: Store, request_: HoldRequest, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        held(store, request_)


@pytest.mark.parametrize("status", ["listed", "supplied", "retired"])
@pytest.mark.parametrize("day", [MARCH - DAY, MARCH, JUNE, AUGUST], ids=str)
def test_ground_that_is_listed_supplied_or_retired_by_then_is_not_held(
    store: Store, status: str, day: dt.date
) -> None:
    with store.writing(by="a", why="b") as writer:
        add_status(writer, "A-1", status, day)
    with pytest.raises(RecordError, match=f"A-1 is {status}.* since {day}"):
        held(store, asked())


def test_ground_that_is_listed_after_the_last_day_is_held_until_then(
    store: Store,
) -> None:
    with store.writing(by="a", why="b") as writer:
        add_status(writer, "A-1", "in_reserve", MARCH - DAY)
        add_status(writer, "A-1", "listed", AUGUST + DAY)
    assert held(store, asked())


def test_a_release_frees_the_ground_from_its_day_on(store: Store) -> None:
    (hold_id,) = held(store, asked())
    with store.writing(by="王工", why="项目取消") as writer:
        assert release(writer, hold_id, on=JUNE, seen=1) == 2
    held(store, asked(project_id="P2", since=JUNE, until=OCTOBER))
    on_days = [read_holds(store.reading(), on=day) for day in (JUNE - DAY, JUNE)]
    assert [found["project_id"].to_list() for found in on_days] == [["P1"], ["P2"]]


def test_before_a_release_was_recorded_the_ground_was_known_as_held(
    store: Store,
) -> None:
    (hold_id,) = held(store, asked())
    before = store.reading().version
    with store.writing(by="王工", why="项目取消") as writer:
        release(writer, hold_id, on=JUNE)
    assert read_holds(store.reading(), on=JUNE).empty
    assert len(read_holds(store.reading(), on=JUNE, known_at=before)) == 1


def test_a_prolonged_hold_lasts_until_its_new_last_day(store: Store) -> None:
    (hold_id,) = held(store, asked())
    with store.writing(by="李工", why="延期") as writer:
        assert prolong(writer, hold_id, OCTOBER, on=JUNE, seen=1) == 2
    assert len(read_holds(store.reading(), on=OCTOBER)) == 1
    (_, change) = [
        one for one in store.reading().history("A-1") if one.table == "holds"
    ]
    assert change.before == {"held_until": "2023-08-31"}
    assert change.after == {"held_until": "2023-10-31"}


def test_a_hold_is_not_prolonged_into_the_days_of_another(store: Store) -> None:
    (first, _) = held(
        store,
        asked(part=WEST),
        asked(project_id="P2", since=AUGUST + DAY, until=OCTOBER),
    )
    with (
        pytest.raises(HeldError, match="泵阀项目"),
        store.writing(by="a", why="b") as writer,
    ):
        prolong(writer, first, AUGUST + DAY, on=JUNE)


def test_a_hold_is_not_prolonged_over_a_listing(store: Store) -> None:
    (hold_id,) = held(store, asked())
    with store.writing(by="a", why="b") as writer:
        add_status(writer, "A-1", "listed", AUGUST + DAY)
    with (
        pytest.raises(RecordError, match="listed for sale since 2023-09-01"),
        store.writing(by="a", why="b") as writer,
    ):
        prolong(writer, hold_id, OCTOBER, on=JUNE)


def test_a_prolongation_to_an_earlier_day_is_refused(store: Store) -> None:
    (hold_id,) = held(store, asked())
    with (
        pytest.raises(RecordError, match="would not prolong"),
        store.writing(by="a", why="b") as writer,
    ):
        prolong(writer, hold_id, AUGUST, on=JUNE)


@pytest.mark.parametrize("how", [prolong, release], ids=["prolong", "release"])
def test_a_hold_that_has_ended_is_not_changed(
    store: Store,
    how: Any,  # noqa: ANN401 - two signatures
) -> None:
    (hold_id,) = held(store, asked())
    more = [OCTOBER] if how is prolong else []
    with (
        pytest.raises(RecordError, match=r"lapsed after 2023-08-31"),
        store.writing(by="a", why="b") as writer,
    ):
        how(writer, hold_id, *more, on=AUGUST + DAY)
    with store.writing(by="王工", why="项目取消") as writer:
        release(writer, hold_id, on=JUNE)
    with (
        pytest.raises(RecordError, match=r"released on 2023-06-15; 王工 .*项目取消"),
        store.writing(by="a", why="b") as writer,
    ):
        how(writer, hold_id, *more, on=JUNE)


def test_a_hold_that_somebody_changed_since_is_not_changed(store: Store) -> None:
    (hold_id,) = held(store, asked())
    with store.writing(by="李工", why="延期") as writer:
        prolong(writer, hold_id, OCTOBER, on=JUNE, seen=1)
    with (
        pytest.raises(ChangedMeanwhileError, match="李工 wrote version 2"),
        store.writing(by="a", why="b") as writer,
    ):
        release(writer, hold_id, on=JUNE, seen=1)


def test_a_hold_that_is_not_there_is_not_released(store: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="no hold H9"),
        store.writing(by="a", why="b") as writer,
    ):
        release(writer, "H9")


def test_a_held_parcel_is_refused_to_other_projects_only(store: Store) -> None:
    held(store, asked(part=WEST))
    with store.writing(by="a", why="b") as writer:
        refuse_held(writer, "A-1", on=JUNE, project_id="P1")
        refuse_held(writer, "A-1", on=OCTOBER, project_id="P2")
        with pytest.raises(HeldError, match="电池项目"):
            refuse_held(writer, "A-1", on=JUNE, project_id="P2")


def test_the_reserve_of_a_day_knows_the_holds_of_that_day(store: Store) -> None:
    held(store, asked())
    with store.writing(by="a", why="b") as writer:
        add_status(writer, "A-1", "in_reserve", MARCH - DAY)
        add_status(writer, "A-2", "in_reserve", MARCH - DAY)
    catalogues = load_catalogues()
    free = {}
    for day in (JUNE, AUGUST + DAY):
        reserve = store.reading().reserve(on=day)
        state = as_of(reserve, on=day, catalogues=catalogues).parcels
        free[day] = state.index[state["free"]].to_list()
    assert free == {JUNE: ["A-2"], AUGUST + DAY: ["A-1", "A-2"]}


def test_the_reserve_of_a_day_knows_the_held_ground_of_retired_parcels(
    store: Store,
) -> None:
    held(store, asked())
    split_in_two(store)
    reserve = store.reading().reserve(on=JUNE)
    state = as_of(reserve, on=JUNE, catalogues=load_catalogues()).parcels
    assert state["held"].to_dict() == {"A-1a": True, "A-1b": True, "A-2": False}
