"""Parcels are split, merged and corrected in the store, and nothing of them is lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from shapely.geometry import box

from zqland import ledger
from zqland.catalogues import load_catalogues
from zqland.errors import LineageError, NotFoundError
from zqland_geodata.errors import ChangedMeanwhileError, KeyTakenError, RecordError
from zqland_geodata.store import lineage
from zqland_geodata.store.evidence import add_evidence, correct_evidence
from zqland_geodata.store.lineage import Child
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    from zqland_geodata.store import Store

DAY = dt.date(2024, 5, 1)
BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY
EAST, NORTH = 38_450_000, 2_560_000

SOUTH = box(EAST, NORTH, EAST + 100, NORTH + 80)
"""The southern 0.8 ha of A-1; its boundary with A-2 lies in the east."""


def split_south(
    store: Store,
    *,
    south: Child | None = None,
    rest: Child | None = None,
    seen: int | None = None,
) -> None:
    with store.writing(by="李工", why="分割") as writer:
        children = [south or Child("A-11", SOUTH), rest or Child("A-12")]
        lineage.split(writer, "A-1", children, on=DAY, seen=seen, document="文1")


def ids(store: Store, on: dt.date) -> list[str]:
    return list(store.reading().parcels(on=on).index)


def record_status(store: Store, parcel_id: str, status: str, day: dt.date) -> None:
    with store.writing(by="a", why="b") as writer:
        add_status(writer, parcel_id, status, day, document="文0")


def record_road(store: Store, parcel_id: str = "A-1") -> str:
    entry = {
        "subject_kind": "parcel",
        "subject_id": parcel_id,
        "item": "road",
        "done_on": dt.date(2023, 1, 1),
        "document": "路",
    }
    with store.writing(by="王工", why="b") as writer:
        (made,) = add_evidence(writer, entry)
    return made


def test_children_stand_in_the_place_of_the_parent_from_the_day_on(
    filled: Store,
) -> None:
    split_south(filled)
    assert ids(filled, BEFORE) == ["A-1", "A-2"]
    assert ids(filled, AFTER) == ["A-11", "A-12", "A-2"]


def test_children_point_to_their_parent(filled: Store) -> None:
    split_south(filled)
    entries = filled.reading().table("lineage")
    assert entries[
        ["child_id", "parent_id", "kind", "document"]
    ].to_numpy().tolist() == [
        ["A-11", "A-1", "split", "文1"],
        ["A-12", "A-1", "split", "文1"],
    ]
    assert entries["remainder_m2"].abs().max() <= 0.01


def test_areas_of_the_children_add_up_to_that_of_the_parent(filled: Store) -> None:
    split_south(filled)
    found = filled.reading().parcels()
    children, parent = found.loc[["A-11", "A-12"]], found.loc["A-1"]
    assert children["planar_m2"].tolist() == [8_000.0, 12_000.0]
    rest = children["ellipsoid_m2"].sum() - parent["ellipsoid_m2"]
    named = filled.reading().table("lineage")["remainder_m2"].iloc[0]
    assert named == pytest.approx(rest, abs=1e-9)


def test_a_neighbour_gets_the_shared_vertex_and_a_new_version(filled: Store) -> None:
    split_south(filled)
    beside = filled.reading().parcel("A-2")
    assert (EAST + 100, NORTH + 80) in beside["home_geometry"].exterior.coords
    assert beside["version"] == 2
    assert beside["planar_m2"] == 30_000.0


def test_what_was_known_before_the_split_can_be_read_as_it_was(filled: Store) -> None:
    split_south(filled)
    then = filled.reading().parcels(known_at=1)
    assert list(then.index) == ["A-1", "A-2"]
    assert then["retired_on"].isna().all()


def test_children_inherit_where_they_lie_but_no_declared_area(filled: Store) -> None:
    split_south(filled)
    child = filled.reading().parcel("A-11")
    assert (child["park_id"], child["district"]) == ("GXQ", "441202")
    assert pd.isna(child["declared_m2"])


def test_children_lie_in_the_assessed_areas_of_their_parent(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"area_ids": "Q1;Q2"}, seen=1)
    split_south(filled)
    found = filled.reading().parcels(on=AFTER)["area_ids"]
    assert found.loc[["A-11", "A-12"]].to_list() == ["Q1;Q2", "Q1;Q2"]


def test_a_child_has_what_is_said_of_it(filled: Store) -> None:
    values = {"name": "南块", "declared_m2": 8_000.0}
    split_south(filled, south=Child("A-11", SOUTH, facts=values))
    child = filled.reading().parcel("A-11")
    assert (child["name"], child["declared_m2"]) == ("南块", 8_000.0)


def test_evidence_of_the_parcel_goes_to_the_children_it_was_chosen_for(
    filled: Store,
) -> None:
    road = record_road(filled)
    split_south(filled, south=Child("A-11", SOUTH, evidence=[road]))
    entries = filled.reading().table("evidence").set_index("subject_id")
    assert list(entries.index) == ["A-1", "A-11"]
    assert entries.loc["A-11", ["item", "document", "recorded_by"]].tolist() == [
        "road",
        "路",
        "李工",
    ]


def test_evidence_that_was_corrected_cannot_be_chosen(filled: Store) -> None:
    road = record_road(filled)
    with filled.writing(by="a", why="b") as writer:
        newer = correct_evidence(writer, road, {"document": "新"})
    listed = lineage.parcel_evidence(filled.reading(), ["A-1"])
    assert listed["evidence_id"].to_list() == [newer]
    with pytest.raises(RecordError, match=f"Evidence {road} cannot be taken over"):
        split_south(filled, south=Child("A-11", SOUTH, evidence=[road]))


def test_evidence_of_another_parcel_cannot_be_chosen(filled: Store) -> None:
    road = record_road(filled, "A-2")
    with pytest.raises(RecordError, match="cannot be taken over"):
        split_south(filled, south=Child("A-11", SOUTH, evidence=[road]))


def test_children_have_the_status_of_the_parent_since_the_same_day(
    filled: Store,
) -> None:
    since = dt.date(2023, 3, 1)
    record_status(filled, "A-1", "in_reserve", since)
    split_south(filled)
    events = filled.reading().table("status_events").set_index("parcel_id")
    kept = events.loc["A-12"]
    assert (kept["status"], kept["happened_on"].date()) == ("in_reserve", since)
    assert kept["document"] == "文0"


def test_a_parcel_does_not_end_before_a_later_event(filled: Store) -> None:
    record_status(filled, "A-1", "listed", DAY + dt.timedelta(days=3))
    with pytest.raises(RecordError, match="status event on 2024-05-04"):
        split_south(filled)


def test_a_parcel_that_was_changed_since_is_not_split(filled: Store) -> None:
    # Said before the shapes are looked at, which might be those of another boundary.
    with filled.writing(by="赵工", why="改名") as writer:
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
    with pytest.raises(ChangedMeanwhileError, match="赵工"):
        split_south(filled, south=Child("A-11", SOUTH.buffer(5)), seen=1)


def test_nothing_is_written_of_a_split_that_is_refused(filled: Store) -> None:
    with pytest.raises(KeyTakenError):
        split_south(filled, rest=Child("A-2"))
    assert filled.reading().version == 1
    assert ids(filled, AFTER) == ["A-1", "A-2"]


def test_a_retired_parcel_is_not_split_again(filled: Store) -> None:
    split_south(filled)
    with pytest.raises(RecordError, match="retired on 2024-05-01"):
        split_south(filled)


def test_a_parcel_is_not_split_before_it_began(filled: Store) -> None:
    split_south(filled)
    half = Child("X", box(EAST, NORTH, EAST + 50, NORTH + 80))
    with (
        pytest.raises(RecordError, match="begins on 2024-05-01"),
        filled.writing(by="a", why="b") as writer,
    ):
        lineage.split(writer, "A-11", [half, Child("Y")], on=BEFORE, seen=None)


def test_an_unknown_parcel_is_not_split(filled: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="no parcel Z"),
        filled.writing(by="a", why="b") as writer,
    ):
        lineage.split(writer, "Z", [Child("X"), Child("Y")], on=DAY, seen=None)


@pytest.mark.parametrize("column", ["home_zone", "planar_m2", "colour"])
def test_what_follows_from_the_ground_cannot_be_given(
    filled: Store, column: str
) -> None:
    with pytest.raises(RecordError, match="cannot be given"):
        split_south(filled, south=Child("A-11", SOUTH, facts={column: 1}))


def test_a_child_in_an_unknown_park_is_refused(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="no park NONE"):
        split_south(filled, south=Child("A-11", SOUTH, facts={"park_id": "NONE"}))


def merge_both(store: Store, **values: object) -> None:
    with store.writing(by="a", why="b") as writer:
        child = Child("B", facts=values)
        seen = {"A-1": 1, "A-2": 1}
        lineage.merge(writer, ["A-1", "A-2"], child, on=DAY, seen=seen)


def test_a_merged_parcel_has_the_ground_of_both(filled: Store) -> None:
    merge_both(filled, district="441202")
    assert ids(filled, AFTER) == ["B"]
    assert filled.reading().parcel("B")["planar_m2"] == 50_000.0
    assert filled.reading().table("lineage")["parent_id"].to_list() == ["A-1", "A-2"]


def test_parcels_of_two_districts_are_merged_only_into_one_that_is_named(
    filled: Store,
) -> None:
    with pytest.raises(RecordError, match="Say which B belongs to"):
        merge_both(filled)


def test_parcels_of_two_statuses_are_not_merged(filled: Store) -> None:
    record_status(filled, "A-1", "in_reserve", dt.date(2023, 1, 1))
    with pytest.raises(RecordError, match="A-1 in reserve, A-2 planned") as caught:
        merge_both(filled, district="441202")
    assert "A-1 在库，A-2 计划收储" in caught.value.text.zh


def test_a_version_that_was_not_seen_is_asked_for(filled: Store) -> None:
    child = Child("B", facts={"district": "441202"})
    with (
        pytest.raises(ChangedMeanwhileError, match="version of parcel A-2"),
        filled.writing(by="a", why="b") as writer,
    ):
        lineage.merge(writer, ["A-1", "A-2"], child, on=DAY, seen={"A-1": 1})


def correct_a1(store: Store, name: str, width: float) -> None:
    shape = box(EAST, NORTH - 10, EAST + width, NORTH + 200)
    with store.writing(by="a", why="b") as writer:
        lineage.correct(writer, "A-1", Child(name, shape), on=DAY, seen=1)


def test_a_corrected_boundary_under_a_new_number_begins_that_day(
    filled: Store,
) -> None:
    correct_a1(filled, "A-1b", 100)
    assert ids(filled, BEFORE) == ["A-1", "A-2"]
    assert ids(filled, AFTER) == ["A-1b", "A-2"]
    gained = filled.reading().table("lineage")["remainder_m2"].iloc[0]
    assert gained == pytest.approx(1_000, rel=1e-3)


def test_a_boundary_that_was_recorded_wrongly_is_corrected_under_its_number(
    filled: Store,
) -> None:
    correct_a1(filled, "A-1", 100)
    reader = filled.reading()
    assert reader.parcels(on=BEFORE).loc["A-1", "planar_m2"] == 21_000.0
    assert reader.parcels(known_at=1).loc["A-1", "planar_m2"] == 20_000.0
    entry = reader.table("lineage").iloc[0]
    assert (entry["child_id"], entry["parent_id"]) == ("A-1", "A-1")


def test_a_correction_that_takes_ground_of_a_neighbour_is_refused(
    filled: Store,
) -> None:
    with pytest.raises(LineageError, match="of A-2"):
        correct_a1(filled, "A-1", 101)
    assert filled.reading().version == 1


def test_a_correction_needs_a_shape(filled: Store) -> None:
    with (
        pytest.raises(RecordError, match="corrected shape of A-1"),
        filled.writing(by="a", why="b") as writer,
    ):
        lineage.correct(writer, "A-1", Child("A-1"), on=DAY, seen=1)


def test_a_parcel_that_keeps_its_number_keeps_its_evidence(filled: Store) -> None:
    road = record_road(filled)
    shape = box(EAST, NORTH, EAST + 90, NORTH + 200)
    child = Child("A-1", shape, evidence=[road])
    with (
        pytest.raises(RecordError, match="keeps its number"),
        filled.writing(by="a", why="b") as writer,
    ):
        lineage.correct(writer, "A-1", child, on=DAY, seen=1)


def test_the_history_of_a_parent_tells_what_came_of_it(filled: Store) -> None:
    split_south(filled)
    last = filled.reading().history("A-1")[-1].revision
    said = [
        (change.table, change.kind)
        for change in filled.reading().history("A-1")
        if change.revision == last
    ]
    assert sorted(said) == [
        ("lineage", "added"),
        ("lineage", "added"),
        ("parcels", "changed"),
    ]
    assert (last.by, last.why) == ("李工", "分割")


def test_the_books_balance_over_a_split_and_a_merger(filled: Store) -> None:
    for parcel_id in ("A-1", "A-2"):
        record_status(filled, parcel_id, "in_reserve", dt.date(2023, 3, 1))
    split_south(filled)
    with filled.writing(by="a", why="b") as writer:
        child = Child("B", facts={"district": "441203"})
        later = dt.date(2024, 9, 1)
        lineage.merge(writer, ["A-12", "A-2"], child, on=later, seen=None)
    reader = filled.reading()
    books = ledger.open_books(
        reader.reserve(),
        on=dt.date(2024, 12, 31),
        catalogues=load_catalogues(),
    )
    balance = ledger.balance(books, ledger.Period.year(2024))
    chosen = (balance["status"] == "in_reserve") & (balance["basis"] == "planar")
    (row,) = balance[chosen & (balance["predicate"] == "all")].to_dict("records")
    assert (row["opening_ids"], row["closing_ids"]) == (("A-1", "A-2"), ("A-11", "B"))
    assert row["opening_m2"] == row["closing_m2"] == 50_000.0
    assert row["in_m2"] == row["out_m2"] == 0.0
