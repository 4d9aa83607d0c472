"""The commands of the clerk about ground: hold, split, merge, correct."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from shapely.geometry import box

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.clerk.conftest import Clerk  # noqa: TID251 - for its type only

LATE = ("--until", "2099-01-01")
LINE = "38450050,2560000 38450050,2560200"
"""Cuts the western parcel into two halves."""
WEST = box(38_450_000, 2_560_000, 38_450_100, 2_560_200)
HALF = box(38_450_000, 2_560_000, 38_450_050, 2_560_200)
OTHER = box(38_450_050, 2_560_000, 38_450_100, 2_560_200)


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def evidence_of(clerk: Clerk, parcel_id: str) -> list[object]:
    rows = clerk.rows("evidence")
    return [row["item"] for row in rows if row["subject_id"] == parcel_id]


def test_a_hold_is_listed_with_its_project_and_days(clerk: Clerk) -> None:
    words = ("hold", "A-1", "--project", "P1", "--on", "2026-06-01")
    hold_id = clerk.does(*words, "--until", "2026-06-10", "--holder", "招商局")
    listed = clerk.types("holds", "--on", "2026-06-08", "--format", "csv").stdout
    (row,) = table_of(listed)
    assert (row["hold_id"], row["project"], row["held_by"]) == (
        hold_id,
        "项目P1",
        "招商局",
    )
    assert (row["days_left"], row["reason"], row["version"]) == ("3", "办理", "1")


def test_a_hold_that_lapsed_is_listed_only_where_all_are(clerk: Clerk) -> None:
    words = ("hold", "A-1", "--project", "P1", "--on", "2026-06-01")
    clerk.does(*words, "--until", "2026-06-10")
    after = ("--on", "2026-06-11", "--format", "csv")
    assert table_of(clerk.types("holds", *after).stdout) == []
    assert len(table_of(clerk.types("holds", *after, "--all").stdout)) == 1


def test_ground_that_is_held_is_told_with_the_hold(clerk: Clerk) -> None:
    hold_id = clerk.does("hold", "A-1", "--project", "P1", *LATE)
    for words in (
        ("hold", "A-1", "--project", "P2", *LATE),
        ("list", "A-1"),
        ("supply", "A-1", "--project", "P2"),
        ("retire", "A-1"),
    ):
        said = clerk.fails(*words)
        assert f"(hold {hold_id})" in said
        assert "李工 for project 项目P1 (P1)" in said
    assert f"--hold {hold_id}" in clerk.fails("supply", "A-1", "--project", "P1")


def test_ground_is_listed_for_the_project_that_it_is_held_for(clerk: Clerk) -> None:
    clerk.does("hold", "A-1", "--project", "P1", *LATE)
    assert clerk.does("list", "A-1", "--project", "P1")


def test_a_hold_is_prolonged_and_released(clerk: Clerk) -> None:
    hold_id = clerk.does("hold", "A-1", "--project", "P1", *LATE)
    clerk.does("prolong", hold_id, "--until", "2099-06-01", "--seen", 1)
    assert "李工" in clerk.fails("release", hold_id, "--seen", 1)
    clerk.does("release", hold_id, "--seen", 2)
    assert "released" in clerk.fails("release", hold_id)
    assert clerk.does("hold", "A-1", "--project", "P2", *LATE)


def test_a_hold_that_is_supplied_ends(clerk: Clerk) -> None:
    hold_id = clerk.does("hold", "A-1", "--project", "P1", *LATE)
    assert "--project" in clerk.fails("supply", "--hold", hold_id, "--project", "P1")
    clerk.does("supply", "--hold", hold_id, "--contract", "合-1")
    (row,) = clerk.rows("holds")
    (contract,) = clerk.rows("contracts")
    assert row["ended_as"] == "supplied"
    assert (contract["parcel_id"], contract["project_id"]) == ("A-1", "P1")


def test_a_part_from_a_file_is_held_alone(clerk: Clerk, tmp_path: Path) -> None:
    part = clerk.draws(tmp_path / "part.gpkg", {"x": HALF})
    clerk.does("hold", "A-1", "--project", "P1", *LATE, "--part", part)
    assert clerk.rows("holds")[0]["area_m2"] == pytest.approx(10_000, abs=1e-6)
    rest = clerk.draws(tmp_path / "rest.gpkg", {"x": OTHER})
    assert clerk.does("hold", "A-1", "--project", "P2", *LATE, "--part", rest)


def test_a_file_of_several_shapes_is_no_part(clerk: Clerk, tmp_path: Path) -> None:
    file = clerk.draws(tmp_path / "two.gpkg", {"x": HALF, "y": OTHER})
    words = ("hold", "A-1", "--project", "P1", *LATE, "--part", file)
    assert "2 shapes" in clerk.fails(*words)


def test_a_line_splits_a_parcel_from_west_to_east(clerk: Clerk) -> None:
    made = clerk.does(
        "split", "A-1", "--line", LINE, "--evidence", "A-1-1=E1-1", "--evidence",
        "A-1-2=all", "--document", "文1", "--format", "csv",
    )  # fmt: skip
    rows = table_of(made)
    assert [row["parcel_id"] for row in rows] == ["A-1-1", "A-1-2"]
    assert [float(row["planar_m2"]) for row in rows] == [10_000.0, 10_000.0]
    assert evidence_of(clerk, "A-1-1") == ["road"]
    assert evidence_of(clerk, "A-1-2") == ["road", "water"]
    assert {row["document"] for row in clerk.rows("lineage")} == {"文1"}


def test_pieces_of_a_line_get_the_areas_that_are_declared(clerk: Clerk) -> None:
    cut = ("split", "A-1", "--line", LINE, "--evidence", "none")
    clerk.does(*cut, "--declared", "15 mu，10 001 m2")
    areas = {row["parcel_id"]: row["declared_m2"] for row in clerk.rows("parcels")}
    assert areas["A-1-1"] == pytest.approx(10_000.0)
    assert areas["A-1-2"] == 10_001.0


def test_every_piece_or_none_has_a_declared_area(clerk: Clerk) -> None:
    cut = ("split", "A-1", "--line", LINE, "--evidence", "none")
    assert "2 pieces and 1 declared" in clerk.fails(*cut, "--declared", "15 mu")


def test_evidence_about_a_parcel_that_ended_is_told_to_be_about_no_other(
    clerk: Clerk,
) -> None:
    clerk.does("split", "A-1", "--line", LINE, "--evidence", "none")
    words = ("evidence", "add", "A-1", "power", "--done", "2026-01-01", "--why", "x")
    assert "A-1 ended on" in clerk.types(*words).stderr


def test_a_line_in_degrees_cuts_the_same_parcel(clerk: Clerk) -> None:
    shape = ("split", "A-1", "--evidence", "none", "--format", "geojson", "--dry-run")
    plane = json.loads(clerk.types(*shape, "--line", LINE).stdout)
    ring = plane["features"][0]["geometry"]["coordinates"][0]
    east = sorted(ring[:-1])[-2:]
    line = " ".join(f"{x!r},{y!r}" for x, y in east)
    made = clerk.does("split", "A-1", "--evidence", "none", "--line", line,
                      "--format", "csv")  # fmt: skip
    areas = [float(row["planar_m2"]) for row in table_of(made)]
    assert areas == pytest.approx([10_000, 10_000], abs=2)


def test_two_lines_that_cross_make_four_pieces_with_the_numbers_given(
    clerk: Clerk,
) -> None:
    across = "38450000,2560100 38450100,2560100"
    lines = ("--line", LINE, "--line", across, "--evidence", "none")
    made = clerk.does("split", "A-1", *lines, "--ids", "a,b,c,d", "--format", "csv")
    assert {
        row["parcel_id"]: row["planar_m2"] for row in table_of(made)
    } == dict.fromkeys("abcd", "5000.0")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of them"),
        (("--line", "1,2"), "no line"),
        (("--line", "a,b c,d"), "no line"),
        (("--line", "38450050,2560000 38450050,2560100"), "do not cut A-1"),
        (("--line", "2560000,38450050 2560200,38450050"), "do not cut A-1"),
        (("--line", LINE, "--ids", "a,b,c"), "3 numbers"),
        (("--line", LINE, "--ids", "a,A-2"), "A-2"),
        (("--line", LINE), "2 entries of evidence"),
        (("--line", LINE, "--evidence", "A-9=all"), "“A-9”"),
        (("--line", LINE, "--evidence", "E1-1"), "no choice"),
        (("--line", LINE, "--evidence", "A-1-1=E1-3"), "E1-3"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_a_split_that_cannot_be_is_refused_and_says_why(
    clerk: Clerk, words: tuple[str, ...], said: str
) -> None:
    chosen = (
        () if "evidence" in said or "--evidence" in words else ("--evidence", "none")
    )
    assert said in clerk.fails("split", "A-1", *words, *chosen)


def test_a_dry_run_lists_the_evidence_to_choose_from(clerk: Clerk) -> None:
    result = clerk.types("split", "A-1", "--line", LINE, "--dry-run")
    assert "E1-1" in result.stdout
    assert "E1-3" not in result.stdout


def test_a_file_splits_a_parcel_into_its_shapes_and_what_they_leave(
    clerk: Clerk, tmp_path: Path
) -> None:
    file = clerk.draws(tmp_path / "west.gpkg", {"W": HALF}, 地块名称=["西块"])
    words = ("--pieces", file, "--rest", "E", "--evidence", "W=all")
    rows = table_of(clerk.does("split", "A-1", *words, "--format", "csv"))
    assert [(row["parcel_id"], row["name"]) for row in rows] == [
        ("W", "西块"),
        ("E", "甲地块"),
    ]
    assert sum(float(row["planar_m2"]) for row in rows) == pytest.approx(WEST.area)


def test_shapes_that_leave_ground_over_are_refused(
    clerk: Clerk, tmp_path: Path
) -> None:
    short = box(38_450_050, 2_560_000, 38_450_099, 2_560_200)
    file = clerk.draws(tmp_path / "short.gpkg", {"W": HALF, "E": short})
    said = clerk.fails("split", "A-1", "--pieces", file, "--evidence", "none")
    assert "200.0000 m² of it are in no part" in said


def test_a_file_that_cannot_be_read_changes_nothing(
    clerk: Clerk, tmp_path: Path
) -> None:
    path = tmp_path / "broken.gpkg"
    path.write_bytes(b"nothing")
    words = ("split", "A-1", "--pieces", path, "--evidence", "none")
    assert "broken.gpkg" in clerk.fails(*words)


def test_neighbours_are_merged_with_the_evidence_that_was_chosen(
    clerk: Clerk,
) -> None:
    words = ("merge", "A-1", "A-2", "--into", "B-1", "--evidence", "E1-2,E1-3")
    assert "no choice" in clerk.fails(*words)
    made = clerk.does(
        "merge", "A-1", "A-2", "--into", "B-1", "--evidence", "B-1=E1-2,E1-3",
        "--seen", "A-1=1", "--seen", "A-2=1", "--declared", "75 mu", "--name", "合并地",
        "--format", "csv",
    )  # fmt: skip
    (row,) = table_of(made)
    assert (row["name"], float(row["planar_m2"])) == ("合并地", 50_000.0)
    assert float(row["declared_m2"]) == 50_000.0
    assert evidence_of(clerk, "B-1") == ["water", "road"]


def test_a_merger_decided_on_an_old_version_is_refused(clerk: Clerk) -> None:
    words = ("merge", "A-1", "A-2", "--into", "B-1", "--evidence", "none")
    assert "A-2" in clerk.fails(*words, "--seen", "A-1=1", "--seen", "A-2=7")
    assert "PARCEL=VERSION" in clerk.fails(*words, "--seen", "3")


def test_a_boundary_recorded_wrongly_keeps_its_number_and_evidence(
    clerk: Clerk, tmp_path: Path
) -> None:
    wider = box(38_449_990, 2_560_000, 38_450_100, 2_560_200)
    file = clerk.draws(tmp_path / "wider.gpkg", {"x": wider})
    result = clerk.types("boundary", "A-1", "--shape", file, "--why", "重测")
    assert result.exit_code == 0
    assert "+2000.0000 m² in the plane" in result.stderr
    assert evidence_of(clerk, "A-1") == ["road", "water"]


def test_a_changed_boundary_gets_a_new_number(clerk: Clerk, tmp_path: Path) -> None:
    wider = box(38_449_990, 2_560_000, 38_450_100, 2_560_200)
    file = clerk.draws(tmp_path / "wider.gpkg", {"x": wider})
    words = ("boundary", "A-1", "--shape", file, "--into", "A-3")
    assert "2 entries of evidence" in clerk.fails(*words)
    clerk.does(*words, "--evidence", "all")
    assert evidence_of(clerk, "A-3") == ["road", "water"]


def test_a_boundary_that_takes_ground_of_a_neighbour_is_refused(
    clerk: Clerk, tmp_path: Path
) -> None:
    wider = box(38_450_000, 2_560_000, 38_450_110, 2_560_200)
    file = clerk.draws(tmp_path / "wider.gpkg", {"x": wider})
    assert "takes 2000.0000 m² of A-2" in clerk.fails(
        "boundary", "A-1", "--shape", file
    )
