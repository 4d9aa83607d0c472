"""Of many entries, only those that a delivery meets are read to compare with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland_geodata.store import entrylookup, imports
from zqland_geodata.store.evidence import correct_evidence
from zqland_geodata.store.imports import Delivery, Scope

if TYPE_CHECKING:
    from zqland_geodata.store import Store

ON = dt.date(2023, 9, 5)
ONE = Scope.of_parcels(["A-1"])


def facts(*rows: tuple[str | None, str, str], **more: object) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["evidence_id", "subject_id", "item"])
    return table.assign(
        subject_kind="parcel", done_on=pd.Timestamp(2023, 5, 1), document="文", **more
    )


@pytest.fixture
def books(filled: Store) -> Store:
    """Give a store with facts about two parcels, one of them corrected."""
    known = facts(
        ("E-1", "A-1", "road"), ("E-2", "A-1", "water"), ("E-3", "A-2", "road")
    )
    imports.load(filled, Delivery({"evidence": known}), on=ON, by="a", why="b")
    with filled.writing(by="a", why="b") as writer:
        correct_evidence(writer, "E-2", {"document": "更正"})
    return filled


def read(books: Store, new: pd.DataFrame, **options: object) -> list[str]:
    reader = books.reading()
    return list(entrylookup.met(reader, "evidence", new, **options)["document"])


@pytest.mark.parametrize(
    ("new", "known"),
    [
        (facts((None, "A-1", "power")), ["文", "文", "更正"]),
        (facts(("E-3", "A-9", "power")), ["文"]),
        (facts((None, "A-9", "water"), supersedes="E-2"), ["文", "更正"]),
        (facts((None, "A-9", "water")), []),
    ],
)
def test_what_is_about_the_subjects_of_the_number_or_corrected_is_read_once(
    books: Store, new: pd.DataFrame, known: list[str]
) -> None:
    assert read(books, new.reindex(columns=[*facts(), "supersedes"])) == known


def test_what_was_known_before_is_read_as_it_was(books: Store) -> None:
    before = read(books, facts((None, "A-1", "power")), known_at=2)
    assert before == ["文", "文"]


@pytest.mark.parametrize(
    "new",
    [
        facts((None, "A-1", "road"), (None, "A-1", "power")),
        facts(("E-1", "A-1", "power")),
        facts(("E-3", "A-1", "road")),
        facts((None, "A-1", "water"), supersedes="E-2"),
        facts((None, "A-1", "water"), supersedes="E-7"),
        facts(("E-9", "A-2", "water"), supersedes="E-3"),
    ],
)
def test_a_comparison_with_them_finds_what_one_with_all_entries_finds(
    books: Store, new: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> tuple[str, list[str]]:
        delivery = Delivery({"evidence": new})
        diff = imports.compare(books.reading(), delivery, on=ON, scope=ONE)
        return diff.confirmation, [str(one) for one in (*diff.findings, *diff.faults)]

    few = found()
    monkeypatch.setattr(entrylookup, "MOST_SUBJECTS", -1)
    assert few == found()
