"""What the demonstration leaves in its folder, and what it prints."""

from __future__ import annotations

import csv
import json
import time
from typing import TYPE_CHECKING

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from zqland.areas import Method
from zqland_api.cli import app
from zqland_api.demo_run import choose_answers
from zqland_geodata import demo

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_api.desk import Desk


@pytest.fixture(scope="session")
def demonstration(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Result, float]:
    folder = tmp_path_factory.mktemp("out") / "demo"
    begin = time.perf_counter()
    words = ["demo", "--out", str(folder), "--lang", "en"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    return folder, result, time.perf_counter() - begin


def test_the_summary_holds_the_figures_of_the_article(
    demonstration: tuple[Path, Result, float],
) -> None:
    said = demonstration[1].stdout
    for figure in ("8,800.00", "1,701.00", "19.3", "3,800.00", "484.00", "12.7"):
        assert figure in said


def test_the_summary_counts_the_projects(
    demonstration: tuple[Path, Result, float],
) -> None:
    assert "Projects: 275." in demonstration[1].stdout


def test_the_summary_says_how_to_go_on(
    demonstration: tuple[Path, Result, float],
) -> None:
    said = demonstration[1].stdout
    assert "zqland match --parcels" in said
    assert "inputs" in said


def test_every_file_that_is_named_is_there(
    demonstration: tuple[Path, Result, float],
) -> None:
    folder, result, _ = demonstration
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    named = {line.strip() for line in result.stdout.splitlines()} & there
    assert named == there
    assert {"reserve_map_zh.html", "reserve_map_en.html", "workbook.xlsx"} <= there


def test_the_matches_of_all_projects_are_there(
    demonstration: tuple[Path, Result, float],
) -> None:
    folder = demonstration[0]
    answers = json.loads((folder / "matches.json").read_text(encoding="utf-8"))
    assert len(answers["answers"]) == 275
    with (folder / "matches.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = sum(len(answer["matches"]) for answer in answers["answers"])
    assert len(rows) == listed


def test_every_output_says_that_it_is_fictional(
    demonstration: tuple[Path, Result, float],
) -> None:
    folder, result, _ = demonstration
    for name in ("reserve_map_zh.html", "matches.json"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "虚构" in text or "fictional" in text
    book = openpyxl.load_workbook(folder / "workbook.xlsx", read_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(max_row=6))
    cells = " ".join(str(cell.value) for row in rows for cell in row)
    assert "ictional" in cells or "虚构" in cells
    assert "fictional" in result.stdout


def test_the_demonstration_takes_less_than_a_minute(
    demonstration: tuple[Path, Result, float],
) -> None:
    assert demonstration[2] < 60


def test_the_drawn_projects_show_both_kinds_of_answers(demo_desk: Desk) -> None:
    needs, _ = demo_desk.needs(basis=Method.PLANAR)
    answers = [demo_desk.answer(need, on=demo.ON, top=3) for need in needs]
    chosen = choose_answers(answers)
    assert len({answer.need.project_id for answer in chosen}) == 3
    assert any(answer.fit_count for answer in chosen)
    assert any(not answer.fit_count and answer.near_count for answer in chosen)
