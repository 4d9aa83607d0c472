"""Steps in the life of a parcel, supply without a hold, and targets."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from zqland.errors import NotFoundError, TableError
from zqland.status import Status
from zqland_geodata.errors import ChangedMeanwhileError, HeldError, RecordError
from zqland_geodata.store import open_store
from zqland_geodata.store.holds import HoldRequest, hold
from zqland_geodata.store.proceedings import FROM, Step, take_step
from zqland_geodata.store.supplying import Supplied, supply_parcel
from zqland_geodata.store.targets import Target, drop_target, set_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from zqland_geodata.store import Store

JUNE = dt.date(2023, 6, 15)
DAY = dt.timedelta(days=1)
PROJECTS = [
    {"project_id": name, "name": "电池项目", "area_ideal_m2": 20_000.0}
    for name in ("P1", "P2")
]


@pytest.fixture
def store(filled: Store) -> Store:
    """Give a store with two parcels and two projects, in each database."""
    with filled.writing(by="张工", why="项目清单") as writer:
        for project in PROJECTS:
            writer.add("projects", project)
    return filled


@pytest.fixture
def in_a_file(
    made_file: Path, two_parcels: gpd.GeoDataFrame, tmp_path: Path
) -> Iterator[Store]:
    """Give a store with two parcels in a file: rules need no second database."""
    path = tmp_path / "rules.zqland"
    shutil.copyfile(made_file, path)
    with open_store(path) as store:
        with store.writing(by="张工", why="首次入库") as writer:
            writer.add("parcels", two_parcels)
        yield store


def steps(store: Store, *taken: Step, seen: int | None = None) -> list[str]:
    with store.writing(by="王工", why="公告") as writer:
        return [take_step(writer, step, seen=seen) for step in taken]


def supplied(store: Store, **facts: Any) -> Supplied:  # noqa: ANN401 - values of any field
    contract = facts.pop("contract", None)
    step = Step("A-1", Status.SUPPLIED, JUNE, **facts)
    with store.writing(by="王工", why="成交") as writer:
        return supply_parcel(writer, step, contract=contract)


def held(store: Store, project: str, since: dt.date = JUNE) -> str:
    with store.writing(by="李工", why="招商") as writer:
        return hold(writer, HoldRequest("A-1", project, JUNE + 9 * DAY, since=since))


def test_a_parcel_goes_through_its_life_in_order(store: Store) -> None:
    order = ("in_reserve", "listed", "supplied", "returned", "in_reserve", "retired")
    days = [JUNE + n * DAY for n in range(len(order))]
    pairs = zip(order, days, strict=True)
    steps(store, *(Step("A-1", Status(word), day) for word, day in pairs))
    events = store.reading().reserve().status_events
    assert tuple(events["status"]) == order


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (before, wanted)
        for wanted, allowed in FROM.items()
        for before in Status
        if before not in {*allowed, Status.PLANNED}
    ],
)
def test_no_step_is_left_out(in_a_file: Store, before: Status, wanted: Status) -> None:
    event = {"parcel_id": "A-1", "status": before, "happened_on": JUNE - DAY}
    with in_a_file.writing(by="a", why="b") as writer:
        writer.add("status_events", event)
        with pytest.raises(RecordError, match=r"cannot be|already"):
            take_step(writer, Step("A-1", wanted, JUNE))


def test_a_step_decided_on_an_old_version_is_refused(store: Store) -> None:
    with store.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "甲"}, seen=1)
    with pytest.raises(ChangedMeanwhileError):
        steps(store, Step("A-1", Status.LISTED, JUNE), seen=1)


def test_a_parcel_has_no_status_before_it_exists(store: Store) -> None:
    with store.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"began_on": JUNE}, seen=None)
    with pytest.raises(RecordError, match=f"exists from {JUNE} on"):
        steps(store, Step("A-1", Status.LISTED, JUNE - DAY))


def test_a_supply_names_its_contract_by_parcel_project_and_day(store: Store) -> None:
    answer = supplied(store, project_id="P1", contract={"price_wan": 5.0})
    (row,) = store.reading().table("contracts").to_dict("records")
    assert row["contract_id"] == answer.contract_id
    assert (row["parcel_id"], row["project_id"]) == ("A-1", "P1")
    assert (row["signed_on"].date(), row["price_wan"]) == (JUNE, 5.0)


def test_a_supply_without_a_contract_leaves_none(store: Store) -> None:
    assert supplied(store).contract_id is None
    assert store.reading().table("contracts").empty


def test_ground_held_for_others_is_not_supplied(store: Store) -> None:
    hold_id = held(store, "P2")
    with pytest.raises(HeldError, match=hold_id):
        supplied(store, project_id="P1")


@pytest.mark.parametrize("since", [JUNE, JUNE + 5 * DAY], ids=["now", "later"])
def test_ground_held_for_the_project_is_supplied_by_its_hold(
    store: Store, since: dt.date
) -> None:
    hold_id = held(store, "P1", since)
    with pytest.raises(RecordError, match=f"--hold {hold_id}"):
        supplied(store, project_id="P1")
    assert store.reading().reserve().status_events.empty


def test_a_supply_to_nobody_known_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match="P9"):
        supplied(store, project_id="P9")


def test_a_target_is_set_then_changed_and_then_dropped(store: Store) -> None:
    first, more = (Target(2023, "mature", size, "park:GXQ") for size in (1.0, 2.0))
    with store.writing(by="a", why="b") as writer:
        assert set_target(writer, first) == 1
    with store.writing(by="a", why="b") as writer:
        assert set_target(writer, more, seen=1) == 2
    assert store.reading().reserve().targets["target_m2"].to_list() == [2.0]
    with store.writing(by="a", why="b") as writer:
        drop_target(writer, (2023, "mature", "GXQ"), seen=2)
    assert store.reading().reserve().targets.empty


def test_a_target_read_before_a_change_is_not_overwritten(store: Store) -> None:
    with store.writing(by="a", why="b") as writer:
        set_target(writer, Target(2023, "mature", 1.0))
        set_target(writer, Target(2023, "mature", 2.0))
        with pytest.raises(ChangedMeanwhileError):
            set_target(writer, Target(2023, "mature", 3.0), seen=1)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (Target(2023, "mature", 1.0, "NOWHERE"), NotFoundError),
        (Target(2023, "ripe", 1.0), TableError),
        (Target(2023, "mature", -1.0), TableError),
    ],
    ids=["scope", "predicate", "area"],
)
def test_a_target_that_cannot_be_is_refused(
    store: Store, target: Target, error: type[Exception]
) -> None:
    with pytest.raises(error), store.writing(by="a", why="b") as writer:
        set_target(writer, target)


def test_a_target_that_is_not_there_cannot_be_dropped(store: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="2023"),
        store.writing(by="a", why="b") as writer,
    ):
        drop_target(writer, (2023, "mature", "city"))
