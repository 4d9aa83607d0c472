"""The log of changes: who, when, what was before, what came after, and why."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from zqland.errors import NotFoundError
from zqland_geodata.store.evidence import add_evidence
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    from zqland_geodata.store import Store

TARGET = {"year": 2023, "predicate": "mature", "scope": "city", "target_m2": 1.0}


def test_a_change_tells_who_when_why_and_what_was_before(filled: Store) -> None:
    with filled.writing(by="李工", why="复测", command="parcel edit") as writer:
        writer.change("parcels", "A-1", {"declared_m2": 19_990.0}, seen=1)
    _, change = filled.reading().history("A-1")
    revision = change.revision
    assert (revision.by, revision.why, revision.command) == (
        "李工",
        "复测",
        "parcel edit",
    )
    assert revision.at.tzinfo is dt.UTC
    assert (change.kind, change.table, change.key) == ("changed", "parcels", ("A-1",))
    assert change.before == {"declared_m2": 20_000.0}
    assert change.after == {"declared_m2": 19_990.0}


def test_the_first_entry_tells_the_whole_row(filled: Store) -> None:
    (added,) = filled.reading().history("A-1")
    assert added.kind == "added"
    assert added.before == {}
    assert added.after["name"] == "甲地块"
    assert str(added.after["home_geometry"]).startswith("POLYGON ((38450")


def test_a_closed_row_tells_what_it_was(books: Store) -> None:
    with books.writing(by="a", why="b") as writer:
        writer.add("targets", TARGET)
    with books.writing(by="a", why="c") as writer:
        writer.close("targets", (2023, "mature", "city"), seen=1)
    (closed,) = books.reading().changes(2)
    assert (closed.kind, closed.after) == ("closed", {})
    assert closed.before["target_m2"] == 1.0


def test_a_row_that_comes_again_is_added_again(books: Store) -> None:
    key = (2023, "mature", "city")
    with books.writing(by="a", why="b") as writer:
        writer.add("targets", TARGET)
    with books.writing(by="a", why="c") as writer:
        writer.close("targets", key, seen=1)
    with books.writing(by="a", why="d") as writer:
        writer.add("targets", TARGET | {"target_m2": 2.0})
    (again,) = books.reading().changes(3)
    assert again.kind == "added"
    assert again.after["target_m2"] == 2.0


def test_the_history_of_a_parcel_holds_its_evidence_and_its_statuses(
    filled: Store,
) -> None:
    about = {"subject_kind": "parcel", "item": "road", "done_on": "2023-05-01"}
    with filled.writing(by="a", why="b") as writer:
        add_evidence(writer, about | {"subject_id": "A-1"})
        add_evidence(writer, about | {"subject_id": "A-2"})
        add_status(writer, "A-1", "in_reserve", dt.date(2023, 1, 1))
    tables = [change.table for change in filled.reading().history("A-1")]
    assert tables == ["parcels", "status_events", "evidence"]


def test_what_a_revision_changed_is_only_its_own(filled: Store) -> None:
    for name in ("one", "two", "three"):
        with filled.writing(by="a", why=name) as writer:
            writer.change("parcels", "A-1", {"name": name}, seen=None)
    (change,) = filled.reading().changes(3)
    assert (change.before, change.after) == ({"name": "one"}, {"name": "two"})


def test_the_log_can_be_written_as_json(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"began_on": dt.date(2023, 1, 1)}, seen=1)
    for change in filled.reading().history("A-1"):
        values = dict(change.after)
        assert json.loads(json.dumps(values)) == values


def test_a_parcel_without_any_history_is_refused(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="Z-9"):
        filled.reading().history("Z-9")


def test_a_revision_that_never_was_is_refused(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="no revision 5"):
        filled.reading().changes(5)


def test_the_newest_revisions_come_first(filled: Store) -> None:
    with filled.writing(by="a", why="second") as writer:
        writer.add("targets", TARGET)
    reader = filled.reading()
    assert [revision.why for revision in reader.revisions()] == ["second", "首次入库"]
    assert [revision.number for revision in reader.revisions(last=1)] == [2]
