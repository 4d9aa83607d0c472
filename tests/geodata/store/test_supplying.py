"""Held ground is turned into supply: the hold ends and its parcels are supplied."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from zqland import status
from zqland.errors import NotFoundError, TableError
from zqland_geodata.errors import ChangedMeanwhileError, RecordError
from zqland_geodata.store.holds import HoldRequest, hold, prolong, read_holds
from zqland_geodata.store.statuses import add_status
from zqland_geodata.store.supplying import Supplied, supply_hold

if TYPE_CHECKING:
    from zqland_geodata.store import Store

MARCH, JUNE, AUGUST = dt.date(2023, 3, 1), dt.date(2023, 6, 15), dt.date(2023, 8, 31)
DAY = dt.timedelta(days=1)
WEST = box(38_450_000, 2_560_000, 38_450_050, 2_560_200)
EAST = box(38_450_050, 2_560_000, 38_450_100, 2_560_200)


@pytest.fixture
def store(filled: Store) -> Store:
    """Give a store with two parcels and a project, in each database."""
    project = {"project_id": "P1", "name": "电池项目", "area_ideal_m2": 20_000.0}
    with filled.writing(by="张工", why="项目清单") as writer:
        writer.add("projects", project)
    return filled


def held(store: Store, **facts: Any) -> str:  # noqa: ANN401 - values of any field
    request = HoldRequest("A-1", "P1", AUGUST, since=MARCH, **facts)
    with store.writing(by="李工", why="招商洽谈") as writer:
        return hold(writer, request)


def supplied(store: Store, hold_id: str, **facts: Any) -> Supplied:  # noqa: ANN401
    with store.writing(by="王工", why="成交") as writer:
        return supply_hold(writer, hold_id, **({"on": JUNE} | facts))


def split_in_two(store: Store) -> None:
    """Put two halves in the place of A-1 in April."""
    april = pd.Timestamp("2023-04-01")
    parent = store.reading().table("parcels", keys=["A-1"]).reset_index()
    children = pd.DataFrame(pd.concat([parent, parent], ignore_index=True))
    children = children.drop(columns="geometry").assign(
        parcel_id=["A-1a", "A-1b"],
        home_geometry=gpd.GeoSeries([WEST, EAST]),
        began_on=april,
    )
    with store.writing(by="a", why="分割") as writer:
        writer.change("parcels", "A-1", {"retired_on": april}, seen=None)
        writer.add("parcels", children)


def test_the_hold_ends_and_the_parcel_is_supplied_on_that_day(store: Store) -> None:
    answer = supplied(store, held(store), document="合同1号", seen=1)
    assert (answer.version, answer.parcel_ids) == (2, ("A-1",))
    reserve = store.reading().reserve()
    state = status.derive(reserve.parcels, reserve.status_events, on=JUNE)
    assert state.loc["A-1", "status"] == "supplied"
    assert reserve.status_events["document"].to_list() == ["合同1号"]
    in_force = [len(read_holds(store.reading(), on=day)) for day in (JUNE - DAY, JUNE)]
    assert in_force == [1, 0]


def test_the_hold_keeps_how_it_ended(store: Store) -> None:
    supplied(store, held(store))
    row = store.reading().table("holds").iloc[0]
    assert (row["ended_on"].date(), row["ended_as"]) == (JUNE, "supplied")


def test_a_contract_is_recorded_for_the_parcel_and_the_project(store: Store) -> None:
    contract = {"investment_wan": 12_000.0, "agreed_start": "2024-06-15"}
    answer = supplied(store, held(store), contract=contract)
    row = store.reading().table("contracts").iloc[0]
    assert row["contract_id"] == answer.contract_id
    assert (row["parcel_id"], row["project_id"]) == ("A-1", "P1")
    assert row["signed_on"].date() == JUNE
    assert row["investment_wan"] == 12_000.0


def test_a_contract_with_a_fault_leaves_the_hold_as_it_was(store: Store) -> None:
    hold_id = held(store)
    with pytest.raises(TableError, match="investment_wan"):
        supplied(store, hold_id, contract={"investment_wan": -1.0})
    assert store.reading().table("holds")["ended_on"].isna().all()
    assert store.reading().table("status_events").empty


def test_ground_that_is_a_part_of_a_parcel_has_to_be_split_off_first(
    store: Store,
) -> None:
    hold_id = held(store, part=WEST)
    with pytest.raises(RecordError, match="A-1 lies only partly"):
        supplied(store, hold_id)
    split_in_two(store)
    assert supplied(store, hold_id).parcel_ids == ("A-1a",)


def test_all_parcels_on_the_held_ground_are_supplied(store: Store) -> None:
    hold_id = held(store)
    split_in_two(store)
    answer = supplied(store, hold_id)
    assert answer.parcel_ids == ("A-1a", "A-1b")
    assert len(answer.event_ids) == 2


def test_one_contract_is_not_recorded_for_several_parcels(store: Store) -> None:
    hold_id = held(store)
    split_in_two(store)
    with pytest.raises(RecordError, match="A-1a, A-1b"):
        supplied(store, hold_id, contract={"investment_wan": 1.0})


@pytest.mark.parametrize("gone", ["supplied", "retired"])
def test_ground_that_is_gone_already_is_not_supplied_again(
    store: Store, gone: str
) -> None:
    hold_id = held(store)
    with store.writing(by="a", why="b") as writer:
        add_status(writer, "A-1", gone, JUNE - DAY, project_id="P1")
    with pytest.raises(RecordError, match=f"A-1 is {gone} already"):
        supplied(store, hold_id)


def test_ground_that_is_listed_is_supplied(store: Store) -> None:
    hold_id = held(store)
    with store.writing(by="a", why="b") as writer:
        add_status(writer, "A-1", "listed", JUNE - DAY, project_id="P1")
    assert supplied(store, hold_id).parcel_ids == ("A-1",)


def test_ground_without_a_parcel_on_the_day_is_not_supplied(store: Store) -> None:
    hold_id = held(store)
    with store.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"retired_on": JUNE}, seen=None)
    with pytest.raises(RecordError, match="No parcel exists"):
        supplied(store, hold_id)


def test_a_hold_that_lapsed_is_not_supplied(store: Store) -> None:
    with pytest.raises(RecordError, match="lapsed after 2023-08-31"):
        supplied(store, held(store), on=AUGUST + DAY)


def test_a_hold_is_supplied_once(store: Store) -> None:
    hold_id = held(store)
    supplied(store, hold_id)
    with pytest.raises(RecordError, match="turned into supply on 2023-06-15; 王工"):
        supplied(store, hold_id)


def test_a_hold_that_somebody_changed_since_is_not_supplied(store: Store) -> None:
    hold_id = held(store)
    with store.writing(by="李工", why="延期") as writer:
        prolong(writer, hold_id, AUGUST + DAY, on=JUNE)
    with pytest.raises(ChangedMeanwhileError, match="李工"):
        supplied(store, hold_id, seen=1)


def test_a_hold_that_is_not_there_is_not_supplied(store: Store) -> None:
    with pytest.raises(NotFoundError, match="H9"):
        supplied(store, "H9")


def test_supplied_ground_is_not_held_again(store: Store) -> None:
    supplied(store, held(store))
    again = HoldRequest("A-1", "P1", AUGUST, since=JUNE)
    with (
        pytest.raises(RecordError, match="A-1 is supplied since 2023-06-15"),
        store.writing(by="a", why="b") as writer,
    ):
        hold(writer, again)
