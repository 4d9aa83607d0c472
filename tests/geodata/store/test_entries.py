"""Evidence, statuses and documents: recorded once, corrected by new entries."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland import readiness, status
from zqland.catalogues import load_catalogues
from zqland.errors import NotFoundError, TableError
from zqland_geodata.errors import FileUnreadableError, RecordError
from zqland_geodata.store.documents import add_document
from zqland_geodata.store.evidence import add_evidence, correct_evidence
from zqland_geodata.store.statuses import add_status, correct_status

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.store import Store

DONE = dt.date(2023, 5, 1)
ROAD = {
    "subject_kind": "parcel",
    "subject_id": "A-1",
    "item": "road",
    "done_on": DONE,
}


def test_evidence_is_numbered_and_signed(filled: Store) -> None:
    with filled.writing(by="张工", why="验收") as writer:
        assert add_evidence(writer, ROAD) == ["E2-1"]
    entry = filled.reading().table("evidence").iloc[0]
    (revision, _) = filled.reading().revisions()
    local = revision.at.astimezone().replace(tzinfo=None)
    assert (entry["recorded_by"], entry["recorded_at"]) == ("张工", local)


def test_evidence_keeps_who_recorded_it_where_a_sheet_says_so(filled: Store) -> None:
    signed = ROAD | {"recorded_by": "旧系统", "recorded_at": "2020-01-02T03:04:05"}
    with filled.writing(by="张工", why="导入") as writer:
        add_evidence(writer, signed)
    entry = filled.reading().table("evidence").iloc[0]
    assert entry["recorded_by"] == "旧系统"
    assert entry["recorded_at"] == pd.Timestamp("2020-01-02T03:04:05")


@pytest.mark.parametrize(
    "about", [("parcel", "A-9"), ("park", "NO")], ids=["parcel", "park"]
)
def test_evidence_about_what_is_not_there_is_refused(
    filled: Store, about: tuple[str, str]
) -> None:
    kind, subject = about
    with (
        pytest.raises(NotFoundError, match=subject),
        filled.writing(by="a", why="b") as writer,
    ):
        add_evidence(writer, ROAD | {"subject_kind": kind, "subject_id": subject})


def test_evidence_about_an_assessed_area_needs_no_row(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        add_evidence(writer, ROAD | {"subject_kind": "area", "subject_id": "Q1"})
    assert len(filled.reading().table("evidence")) == 1


def test_an_unknown_item_is_refused(filled: Store) -> None:
    items = load_catalogues().readiness.items
    with (
        pytest.raises(TableError, match="rooad"),
        filled.writing(by="a", why="b") as writer,
    ):
        add_evidence(writer, ROAD | {"item": "rooad"}, items=items)


def test_a_correction_supersedes_the_entry_and_both_stay(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        (wrong,) = add_evidence(writer, ROAD | {"document": "验收单"})
    with filled.writing(by="c", why="d") as writer:
        right = correct_evidence(writer, wrong, {"done_on": dt.date(2023, 6, 1)})
    entries = filled.reading().table("evidence").set_index("evidence_id")
    assert entries.loc[right, "supersedes"] == wrong
    assert entries["done_on"].dt.month.to_list() == [5, 6]
    assert entries["document"].to_list() == ["验收单", "验收单"]
    assert entries["recorded_by"].to_list() == ["a", "c"]


def test_only_the_correction_counts_and_only_since_it_was_recorded(
    filled: Store,
) -> None:
    with filled.writing(by="a", why="b") as writer:
        (wrong,) = add_evidence(writer, ROAD)
    with filled.writing(by="c", why="d") as writer:
        correct_evidence(writer, wrong, {"done_on": None})
    rules = load_catalogues().readiness
    reader = filled.reading()
    counted = [
        readiness.derive(known.parcels, known.evidence, on=DONE, rules=rules)
        for known in (reader.reserve(known_at=2), reader.reserve())
    ]
    assert not counted[0].equals(counted[1])


def test_an_entry_is_corrected_once_and_then_its_correction(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        (first,) = add_evidence(writer, ROAD)
        second = correct_evidence(writer, first, {"document": "x"})
    with (
        pytest.raises(RecordError, match=f"already, by {second}"),
        filled.writing(by="a", why="b") as writer,
    ):
        correct_evidence(writer, first, {"document": "y"})
    with filled.writing(by="a", why="b") as writer:
        third = correct_evidence(writer, second, {"document": "z"})
    entries = filled.reading().table("evidence").set_index("evidence_id")
    assert entries.loc[third, "supersedes"] == second


def test_what_is_not_there_cannot_be_corrected(filled: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="E7-7"),
        filled.writing(by="a", why="b") as writer,
    ):
        correct_evidence(writer, "E7-7", {})


def test_a_correction_has_no_other_number(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        (first,) = add_evidence(writer, ROAD)
        with pytest.raises(RecordError, match="evidence_id"):
            correct_evidence(writer, first, {"evidence_id": "E9"})


def test_a_sheet_that_corrects_its_own_entries_is_taken(filled: Store) -> None:
    sheet = pd.DataFrame(
        [
            ROAD | {"evidence_id": "a", "supersedes": None},
            ROAD | {"evidence_id": "b", "supersedes": "a"},
        ]
    )
    with filled.writing(by="a", why="b") as writer:
        assert add_evidence(writer, sheet) == ["a", "b"]


def test_a_status_holds_from_its_day_on(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        add_status(writer, "A-1", "in_reserve", dt.date(2023, 1, 1))
    known = filled.reading().reserve()
    derived = status.derive(known.parcels, known.status_events, on=DONE)
    assert derived["status"].to_list() == ["in_reserve", "planned"]


def test_a_corrected_status_counts_no_more_and_stays_in_the_store(
    filled: Store,
) -> None:
    with filled.writing(by="a", why="b") as writer:
        wrong = add_status(writer, "A-1", "listed", dt.date(2023, 1, 1))
    with filled.writing(by="a", why="c") as writer:
        right = correct_status(writer, wrong, status="supplied")
    reader = filled.reading()
    counted = reader.reserve().status_events
    assert counted["event_id"].to_list() == [right]
    assert counted["status"].to_list() == ["supplied"]
    before = reader.reserve(known_at=2).status_events
    assert before["status"].to_list() == ["listed"]
    assert len(reader.table("status_events")) == 2


def test_a_withdrawn_status_leaves_none(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        wrong = add_status(writer, "A-1", "listed", dt.date(2023, 1, 1))
        correct_status(writer, wrong, withdraw=True)
    assert len(filled.reading().reserve().status_events) == 0


def test_a_status_is_corrected_once(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        wrong = add_status(writer, "A-1", "listed", dt.date(2023, 1, 1))
        newer = correct_status(writer, wrong, status="supplied")
        with pytest.raises(RecordError, match=newer):
            correct_status(writer, wrong, status="retired")


def test_a_status_of_an_unknown_parcel_is_refused(filled: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="Z-9"),
        filled.writing(by="a", why="b") as writer,
    ):
        add_status(writer, "Z-9", "listed", DONE)


def test_an_unknown_status_event_cannot_be_corrected(filled: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="S9-9"),
        filled.writing(by="a", why="b") as writer,
    ):
        correct_status(writer, "S9-9", withdraw=True)


def test_a_document_is_known_by_the_fingerprint_of_its_content(
    filled: Store, tmp_path: Path
) -> None:
    paper = tmp_path / "批复.pdf"
    paper.write_bytes(b"approved")
    with filled.writing(by="a", why="b") as writer:
        digest = add_document(writer, paper, note="档案室 3 柜")
        assert add_document(writer, paper, name="another name") == digest
    (entry,) = filled.reading().table("documents").to_dict("records")
    assert entry == {
        "sha256": hashlib.sha256(b"approved").hexdigest(),
        "name": "批复.pdf",
        "size_bytes": 8,
        "note": "档案室 3 柜",
    }


def test_a_document_that_is_not_there_is_refused(filled: Store, tmp_path: Path) -> None:
    with (
        pytest.raises(FileUnreadableError),
        filled.writing(by="a", why="b") as writer,
    ):
        add_document(writer, tmp_path / "none.pdf")
