"""The books of a year on the command line: tables, the workbook, what is refused."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from zqland_api.cli import app
from zqland_api.yearbook.tables import SHORT, Book

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.api.yearbook.conftest import Calculator  # noqa: TID251 - for its type only

ON = ("--on", "2023-09-05")


def run(*words: object, language: str = "en") -> Result:
    environment = {"ZQLAND_LANGUAGE": language, "ZQLAND_STORE": ""}
    given = [str(word) for word in words]
    return CliRunner().invoke(app, given, env=environment, catch_exceptions=False)


def rows_of(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def refusal(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    return " ".join(result.stderr.split())


def test_the_ledger_of_a_store_answers_with_every_table(store: str) -> None:
    books = [word for book in Book for word in ("--book", book)]
    result = run("ledger", "--store", store, *ON, *books, "--format", "json")
    found = json.loads(result.stdout)

    assert set(Book) <= set(found)
    assert found["stock"][0]["parcel_ids"]


def test_the_short_ledger_leaves_the_long_lists_out(store: str) -> None:
    result = run("ledger", "--store", store, *ON, "--format", "json")

    assert set(Book) & set(json.loads(result.stdout)) == set(SHORT)


def test_parcels_are_named_where_they_are_asked_for(store: str) -> None:
    words = ("ledger", "--store", store, *ON, "--scope", "park:GXQ", "--format", "csv")

    assert "parcel_ids" not in rows_of(run(*words))[0]
    assert "GXQ-AB-009" in rows_of(run(*words, "--ids"))[0]["parcel_ids"]


def test_parcels_are_named_under_a_heading_in_words(store: str) -> None:
    words = ("ledger", "--store", store, *ON, "--book", "balance", "--ids")
    result = run(*words, "--scope", "park:DZ", language="zh")

    assert "地块编号·期初" in result.stdout
    assert "_ids" not in result.stdout


def test_an_earlier_revision_knows_nothing_of_the_split(store: str) -> None:
    words = ("ledger", "--store", store, *ON, "--book", "movements", "--format", "csv")
    moved = [
        {row["to_id"] for row in rows_of(run(*words, "--known-at", revision))}
        for revision in (1, 4)
    ]

    assert "GXQ-AB-009" not in moved[0]
    assert "GXQ-AB-009" in moved[1]


def test_the_end_of_a_day_is_a_moment_too(store: str) -> None:
    words = ("ledger", "--store", store, *ON, "--book", "holds", "--format", "json")
    result = run(*words, "--known-at", "2099-01-01")

    assert json.loads(result.stdout)["ledger_version"] == 4


def test_before_the_first_revision_nothing_is_known(store: str) -> None:
    words = ("ledger", "--store", store, *ON, "--format", "csv")

    assert rows_of(run(*words, "--known-at", "2020-01-01")) == []


def test_an_empty_store_makes_a_yearbook_without_figures(
    tmp_path: Path, calculator: Callable[[Path], Calculator]
) -> None:
    path, store = tmp_path / "empty.xlsx", tmp_path / "empty.zqland"
    run("store", "init", "--store", store)
    result = run("yearbook", "--store", store, "--out", path, language="zh")
    book = calculator(path)

    assert result.exit_code == 0, result.stderr
    assert book.table("地块清单", "地块编号") == []
    assert book.faults() == []


def test_a_year_that_is_over_ends_on_its_last_day(
    tmp_path: Path, calculator: Callable[[Path], Calculator]
) -> None:
    path = tmp_path / "2022.xlsx"
    words = ("--year", 2022, "--scope", "district:441284", "--basis", "planar")
    result = run("yearbook", "--demo", *words, "--unit", "ha", "--out", path)
    book = calculator(path)
    said = [cell.value for cell in book.stored["Cover"]["B"]]

    assert result.exit_code == 0
    assert str(path) in result.stderr.replace("\n", "")
    assert "2022-01-01 to 2022-12-31" in said
    assert {row["District"] for row in book.table("Parcels", "Parcel")} == {"Sihui"}
    assert book.faults() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("yearbook", "--demo", "--out", "book.csv"), "does not end in .xlsx"),
        (("ledger", "--demo", "--known-at", "1"), "name one with --store"),
        (("ledger", "--catalogues", "/nowhere"), "is not a folder of rule files"),
    ],
)
def test_what_cannot_be_is_refused_before_the_books_are_opened(
    words: tuple[str, ...], said: str
) -> None:
    assert said in refusal(*words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--known-at", "soon"), "neither the number of a revision nor a day"),
        (("--known-at", "99"), "99"),
        (("--year", "2024"), "begins after the as-of date"),
        (("--scope", "park:NONE"), "NONE"),
        (("--basis", "geodesic"), "The books are kept on these bases"),
    ],
)
def test_what_the_store_cannot_tell_is_refused(
    words: tuple[str, ...], said: str, store: str
) -> None:
    assert said in refusal("ledger", "--store", store, *ON, *words)


def test_a_store_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refusal("yearbook", "--store", tmp_path / "none", "--out", tmp_path / "a.xlsx")

    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused(store: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    path = tmp_path / "file" / "book.xlsx"

    words = ("--store", store, *ON, "--scope", "park:DZ", "--out", path)
    assert "Cannot write" in refusal("yearbook", *words)
    assert (tmp_path / "file").read_text() == "kept"
