"""The commands of the clerk: what they record, what they refuse, what they say."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from zqland.testing import postgres
from zqland_geodata.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.clerk.conftest import Clerk  # noqa: TID251 - for its type only

LINE = "38450050,2560000 38450050,2560200"
JUNE = ("--on", "2026-06-01")


@pytest.mark.parametrize(
    "command",
    [
        "split",
        "merge",
        "boundary",
        "hold",
        "prolong",
        "release",
        "holds",
        "reserve",
        "list",
        "supply",
        "return",
        "retire",
        "evidence",
        "evidence add",
        "evidence correct",
        "evidence list",
        "status list",
        "status correct",
        "target set",
        "target drop",
        "target list",
        "document add",
        "document list",
    ],
)
def test_every_command_of_the_clerk_explains_itself(clerk: Clerk, command: str) -> None:
    result = clerk.types(*command.split(), "--help")
    assert result.exit_code == 0
    assert "·" in result.stdout


def test_who_and_why_are_kept_with_the_command(clerk: Clerk) -> None:
    clerk.does("reserve", "A-1", "--by", "王工")
    with open_store(clerk.address) as store:
        last = store.reading().revisions()[0]
    assert (last.by, last.why, last.command) == ("王工", "办理", "reserve")


def test_without_a_reason_nothing_is_recorded(clerk: Clerk) -> None:
    assert "--why" in clerk.fails("reserve", "A-1", why=" ")


@pytest.mark.parametrize(
    "words",
    [
        ("reserve", "A-1"),
        ("hold", "A-1", "--project", "P1", "--until", "2099-01-01"),
        ("split", "A-1", "--line", LINE),
        ("target", "set", 2026, "mature", "5 mu"),
        ("evidence", "add", "A-1", "power", "--done", "2026-06-01"),
    ],
    ids=lambda words: words[0],
)
def test_a_dry_run_needs_no_reason_and_leaves_nothing(
    clerk: Clerk, words: tuple[object, ...]
) -> None:
    before = clerk.version
    result = clerk.types(*words, "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "nothing was recorded" in result.stderr
    assert clerk.version == before


def test_a_parcel_is_listed_supplied_returned_and_retired(clerk: Clerk) -> None:
    for command in ("reserve", "list", "supply", "return", "retire"):
        clerk.does(command, "A-1", *JUNE, "--document", "公告1号")
    order = ["in_reserve", "listed", "supplied", "returned", "retired"]
    assert clerk.status("A-1") == order
    assert {row["document"] for row in clerk.rows("status_events")} == {"公告1号"}


def test_the_number_of_what_is_recorded_goes_to_stdout(clerk: Clerk) -> None:
    assert (
        clerk.does("list", "A-1", *JUNE) == clerk.rows("status_events")[0]["event_id"]
    )


def test_a_step_that_follows_on_nothing_is_refused_with_what_it_follows_on(
    clerk: Clerk,
) -> None:
    said = clerk.fails("return", "A-1", *JUNE)
    assert "A-1 is planned on 2026-06-01" in said
    assert "follows on supplied" in said


def test_chinese_sentences_name_the_status_as_offices_do(clerk: Clerk) -> None:
    result = clerk.types("return", "A-1", *JUNE, "--why", "x", language="zh")
    assert "状态为“计划收储”" in result.stderr
    assert "“已供应”" in result.stderr


def test_a_change_that_others_made_meanwhile_is_told(clerk: Clerk) -> None:
    with (
        open_store(clerk.address) as store,
        store.writing(by="赵工", why="改名") as writer,
    ):
        writer.change("parcels", "A-1", {"name": "甲"}, seen=1)
    said = clerk.fails("list", "A-1", *JUNE, "--seen", 1)
    assert "赵工" in said
    assert clerk.does("list", "A-1", *JUNE, "--seen", 2)


def test_a_supply_records_its_contract_in_the_units_of_the_store(
    clerk: Clerk,
) -> None:
    keys = clerk.does(
        "supply", "A-1", *JUNE, "--project", "P1", "--contract", "合-1", "--area",
        "30 mu", "--price-wan", 500, "--agreed-start", "2027-01-01",
    ).splitlines()  # fmt: skip
    (row,) = clerk.rows("contracts")
    assert keys == [clerk.rows("status_events")[0]["event_id"], "合-1"]
    assert (row["contract_id"], row["area_m2"], row["price_wan"]) == (
        "合-1",
        20_000.0,
        500.0,
    )
    assert str(row["agreed_start"])[:10] == "2027-01-01"


def test_an_area_without_a_unit_is_refused(clerk: Clerk) -> None:
    assert "unit" in clerk.fails("supply", "A-1", "--area", "30")


@pytest.mark.parametrize("words", [(), ("A-1", "--hold", "H1")], ids=["none", "both"])
def test_supply_is_about_a_parcel_or_a_hold(
    clerk: Clerk, words: tuple[str, ...]
) -> None:
    assert "one of them" in clerk.fails("supply", *words)


def test_evidence_is_added_by_any_name_and_in_any_unit(clerk: Clerk) -> None:
    key = clerk.does(
        "evidence", "add", "park:GXQ", "供电", "--due", "2026-12-01", "--value", 800,
        "--unit", "kVA",
    )  # fmt: skip
    (row,) = (row for row in clerk.rows("evidence") if row["evidence_id"] == key)
    assert (row["subject_kind"], row["item"]) == ("park", "power")
    assert (row["value"], row["unit"]) == (0.8, "MVA")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("A-1", "rooad", "--done", "2026-06-01"), "“rooad”"),
        (("A-1", "power"), "--done"),
        (("A-1", "power", "--done", "2199-01-01"), "2199-01-01"),
        (("A-9", "power", "--done", "2026-06-01"), "A-9"),
        (("A-1", "title", "--done", "2026-06-01", "--value", 1), "no figure"),
        (("A-1", "power", "--done", "2026-06-01", "--unit", "kVA"), "--value"),
        (
            ("A-1", "power", "--done", "2026-06-01", "--value", 800, "--unit", "km"),
            "km",
        ),
    ],
    ids=["item", "date", "ahead", "parcel", "figure", "alone", "unit"],
)
def test_evidence_that_cannot_be_is_refused(
    clerk: Clerk, words: tuple[object, ...], said: str
) -> None:
    assert said in clerk.fails("evidence", "add", *words)


def test_evidence_is_corrected_by_an_entry_that_names_the_wrong_one(
    clerk: Clerk,
) -> None:
    newer = clerk.does("evidence", "correct", "E1-1", "--done", "2026-04-01")
    (row,) = (row for row in clerk.rows("evidence") if row["evidence_id"] == newer)
    assert (row["supersedes"], str(row["done_on"])[:10]) == ("E1-1", "2026-04-01")
    assert newer in clerk.fails("evidence", "correct", "E1-1", "--never")


def test_what_was_never_done_is_taken_back(clerk: Clerk) -> None:
    newer = clerk.does("evidence", "correct", "E1-1", "--never")
    (row,) = (row for row in clerk.rows("evidence") if row["evidence_id"] == newer)
    assert str(row["done_on"]) == "NaT"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("E1-1",), "--never"),
        (("E1-1", "--done", "2026-06-01", "--never"), "--done"),
        (("E9-9", "--never"), "E9-9"),
    ],
    ids=["nothing", "both", "unknown"],
)
def test_a_correction_that_cannot_be_is_refused(
    clerk: Clerk, words: tuple[str, ...], said: str
) -> None:
    assert said in clerk.fails("evidence", "correct", *words)


def test_only_evidence_that_holds_is_listed(clerk: Clerk) -> None:
    newer = clerk.does("evidence", "correct", "E1-1", "--never")
    listed = clerk.types("evidence", "list", "A-1", "--format", "csv").stdout
    keys = [row["evidence_id"] for row in csv.DictReader(io.StringIO(listed))]
    assert keys == ["E1-2", newer]


def test_a_status_recorded_wrongly_is_corrected_and_listed_as_it_was(
    clerk: Clerk,
) -> None:
    wrong = clerk.does("list", "A-1", *JUNE)
    right = clerk.does("status", "correct", wrong, "--on", "2026-06-02")
    listed = clerk.types("status", "list", "A-1", "--format", "csv").stdout
    (row,) = csv.DictReader(io.StringIO(listed))
    assert (row["event_id"], row["happened_on"][:10]) == (right, "2026-06-02")
    assert right in clerk.fails("status", "correct", wrong, "--withdraw")


def test_a_status_that_never_began_is_withdrawn(clerk: Clerk) -> None:
    wrong = clerk.does("list", "A-1", *JUNE)
    clerk.does("status", "correct", wrong, "--withdraw")
    listed = clerk.types("status", "list", "A-1", "--format", "csv").stdout
    assert list(csv.DictReader(io.StringIO(listed))) == []


@pytest.mark.parametrize(
    "words", [(), ("--withdraw", "--to", "supplied")], ids=["nothing", "both"]
)
def test_a_status_is_corrected_or_withdrawn(
    clerk: Clerk, words: tuple[str, ...]
) -> None:
    assert "one of them" in clerk.fails("status", "correct", "S1-1", *words)


def test_the_statuses_of_no_parcel_are_not_listed(clerk: Clerk) -> None:
    assert "A-9" in clerk.types("status", "list", "A-9").stderr


def test_a_target_is_set_listed_in_a_unit_and_dropped(clerk: Clerk) -> None:
    clerk.does("target", "set", 2026, "mature", "8800亩", "--source", "计划")
    listed = clerk.types("target", "list", "--unit", "ha", "--format", "csv").stdout
    (row,) = csv.DictReader(io.StringIO(listed))
    assert float(row["target"]) == pytest.approx(8800 / 15)
    assert (row["basis"], row["unit"]) == ("declared", "ha")
    clerk.does("target", "drop", 2026, "mature", "--seen", 1)
    assert clerk.rows("targets") == []


def test_a_target_of_an_unknown_scope_is_refused(clerk: Clerk) -> None:
    said = clerk.fails("target", "set", 2026, "mature", "5 mu", "--scope", "NOWHERE")
    assert "NOWHERE" in said


def test_a_document_is_recorded_by_its_fingerprint(
    clerk: Clerk, tmp_path: Path
) -> None:
    paper = tmp_path / "批复.pdf"
    paper.write_bytes(b"approved")
    digest = clerk.does("document", "add", paper, "--note", "档案室")
    assert digest == hashlib.sha256(b"approved").hexdigest()
    listed = clerk.types("document", "list", "--format", "csv").stdout
    (row,) = csv.DictReader(io.StringIO(listed))
    assert (row["name"], row["note"]) == ("批复.pdf", "档案室")


def test_a_document_that_is_not_there_is_refused(clerk: Clerk, tmp_path: Path) -> None:
    assert "none.pdf" in clerk.fails("document", "add", tmp_path / "none.pdf")


def test_all_of_it_works_on_postgresql(clerk: Clerk) -> None:
    with postgres() as cluster:
        clerk = clerk.of_new_store(cluster.create_database("with_postgis"))
        hold_id = clerk.does("hold", "A-1", "--project", "P1", "--until", "2099-01-01")
        assert hold_id in clerk.fails("list", "A-1")
        clerk.does("supply", "--hold", hold_id, "--seen", 1)
        clerk.does("split", "A-2", "--evidence", "all", "--line",
                   "38450200,2560000 38450200,2560200")  # fmt: skip
        clerk.does("evidence", "correct", "E1-1", "--never")
        clerk.does("target", "set", 2026, "mature", "5 mu")
        assert clerk.status("A-1") == ["supplied"]
        names = {row["parcel_id"] for row in clerk.rows("parcels")}
        assert names == {"A-1", "A-2", "A-2-1", "A-2-2"}
