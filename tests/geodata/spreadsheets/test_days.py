"""Columns of days: what was understood is said, once for each way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from zqland_geodata.spreadsheets import (
    read_evidence,
    read_projects,
    read_status_events,
)

Write = Callable[..., Path]
HEADINGS = ("项目编号", "用地需求（亩）", "用地日期")


def test_a_month_is_said_once_with_its_cells(write_csv: Write) -> None:
    rows = [(f"P-{number}", 120, "2023年9月") for number in range(7)]
    read = read_projects(write_csv(HEADINGS, *rows, ("P-7", 120, "2023.9.5")))
    assert set(read.projects["needed_by"].dt.day) == {1, 5}
    (found,) = read.findings
    assert (found.rule, found.severity) == ("date.month", "warning")
    assert found.place.startswith("line 2 column C, line 3 column C")
    assert "7" in found.message.en


def test_ground_is_needed_when_the_month_begins_and_counts_when_it_ends(
    write_csv: Write,
) -> None:
    events = read_status_events(
        write_csv(("地块编号", "状态", "日期"), ("A-1", "在库", "2023年9月"))
    )
    assert events.status_events["happened_on"].dt.day.to_list() == [30]
    assert events.findings[0].action.zh == "按最后一天计；请写明日期"
    facts = read_evidence(write_csv(("地块编号", "通路"), ("A-1", "2023年9月")))
    assert facts.evidence["done_on"].dt.day.to_list() == [30]
    assert [finding.rule for finding in facts.findings] == ["date.month"]


@pytest.mark.parametrize("is_1904", [False, True])
def test_numbers_of_days_count_from_the_first_day_of_the_workbook(
    tmp_path: Path, *, is_1904: bool
) -> None:
    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    page = book.worksheets[0]
    page.append(HEADINGS)
    page.append(["P-1", 120, dt.date(2023, 9, 5)])
    page.append(["P-2", 120, 45174 - (1462 if is_1904 else 0)])
    book.save(tmp_path / "a.xlsx")
    read = read_projects(tmp_path / "a.xlsx")
    assert set(read.projects["needed_by"].dt.date) == {dt.date(2023, 9, 5)}
    (found,) = read.findings
    assert (found.rule, found.place, found.severity) == (
        "date.serial",
        "Sheet!C3",
        "info",
    )


def test_a_number_of_days_in_csv_is_a_warning(write_csv: Write) -> None:
    read = read_projects(write_csv(HEADINGS, ("P-1", 120, "45174")))
    assert read.projects["needed_by"].dt.date.to_list() == [dt.date(2023, 9, 5)]
    (found,) = read.findings
    assert (found.rule, found.severity) == ("date.serial", "warning")


def test_a_number_in_a_column_of_days_of_evidence_is_a_day(write_csv: Write) -> None:
    path = write_csv(("地块编号", "事项", "完成日期"), ("A-1", "通路", "45174"))
    read = read_evidence(path)
    assert read.evidence["done_on"].dt.date.to_list() == [dt.date(2023, 9, 5)]
    assert [finding.rule for finding in read.findings] == ["date.serial"]


def test_a_number_under_an_item_may_be_a_figure_and_is_refused(
    write_csv: Write,
) -> None:
    read = read_evidence(write_csv(("地块编号", "通电"), ("A-1", "45174")))
    assert read.evidence.empty
    (found,) = read.findings
    assert (found.rule, found.place) == ("date.unreadable", "line 2 column B")


@pytest.mark.parametrize(
    ("written", "reason"),
    [("2023.9.5-2024.9.5", "a range"), ("长期", "without an end")],
)
def test_a_range_and_no_end_are_findings_with_the_reason(
    write_csv: Write, written: str, reason: str
) -> None:
    read = read_projects(write_csv(HEADINGS, ("P-1", 120, written)))
    assert read.projects["needed_by"].isna().all()
    (found,) = read.findings
    assert (found.rule, found.place) == ("date.unreadable", "line 2 column C")
    assert reason in found.message.en
