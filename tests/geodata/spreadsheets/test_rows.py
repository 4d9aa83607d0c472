"""Rows that are no records, and figures that no row has alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata import totals
from zqland_geodata.spreadsheets import read_projects

Write = Callable[..., Path]
HEADINGS = ("序号", "项目名称", "用地需求（亩）", "总投资（万元）")


def ids(path: Path) -> list[str]:
    return list(read_projects(path).projects.index)


@pytest.mark.parametrize(
    "total",
    [
        ("合计", "", 200, 13_000),
        ("", "合计", 200, 13_000),
        ("合 计", "", 200, 13_000),
        ("总计：", "", 200, 13_000),
        ("大沙片区小计", "", 200, 13_000),
        ("合计（2个）", "", 200, 13_000),
        ("共计2个项目", "", 200, 13_000),
        ("Total", "", 200, 13_000),
        ("", "", 200, 13_000),
        ("", "", "200.0", "13,000"),
        ("", "", 200, ""),
    ],
)
def test_a_row_of_totals_is_no_record(
    write_csv: Write, total: tuple[object, ...]
) -> None:
    path = write_csv(HEADINGS, (1, "甲", 120, 6_000), (2, "乙", 80, 7_000), total)
    assert ids(path) == ["1", "2"]


def test_a_row_without_a_name_that_is_no_sum_is_kept(write_csv: Write) -> None:
    path = write_csv(
        HEADINGS, (1, "甲", 120, 6_000), (2, "乙", 80, 7_000), ("", "", 201, 13_000)
    )
    read = read_projects(path)
    assert len(read.projects) == 3
    assert "id.missing" in [finding.rule for finding in read.findings]


def test_a_project_whose_name_begins_with_total_is_kept(write_csv: Write) -> None:
    path = write_csv(HEADINGS, (1, "合计电子厂", 120, 6_000))
    assert ids(path) == ["1"]


def test_a_subtotal_between_records_is_left_out(write_csv: Write) -> None:
    path = write_csv(
        HEADINGS,
        (1, "甲", 120, 6_000),
        ("小计", "", 120, 6_000),
        (2, "乙", 80, 7_000),
        ("小计", "", 80, 7_000),
        ("", "", 200, 13_000),
    )
    assert ids(path) == ["1", "2"]


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=2),
    st.integers(0, 3),
)
def test_the_sum_of_any_rows_is_found(rows: list[tuple[int, int]], off: int) -> None:
    cells = [(f"P-{number}", *row) for number, row in enumerate(rows)]
    sums = ("", sum(row[0] for row in rows) + off, sum(row[1] for row in rows))
    found = list(totals.unnamed_totals([*cells, sums]))
    assert found == ([] if off else [len(rows)])


def test_blank_rows_are_left_out(write_csv: Write) -> None:
    path = write_csv(HEADINGS, (), (1, "甲", 120, 6_000), ("", " ", "", ""), (2, "乙"))
    assert ids(path) == ["1", "2"]


def test_one_figure_for_several_rows_belongs_to_none(write_merged: Write) -> None:
    rows = [HEADINGS, (1, "甲", 120, 6_000), (2, "乙", "", 7_000), (3, "丙", 9, 8_000)]
    read = read_projects(write_merged(rows, ["C2:C3"]))
    areas = read.projects["area_ideal_m2"]
    assert areas.isna().to_list() == [True, True, False]
    found = [f.place for f in read.findings if f.rule == "figure.shared"]
    assert found == ["表!C2", "表!C3"]


def test_one_word_for_several_rows_belongs_to_all(write_merged: Write) -> None:
    rows = [("序号", "意向园区", "用地需求（亩）"), (1, "GXQ", 9), (2, "", 9)]
    read = read_projects(write_merged(rows, ["B2:B3"]))
    assert read.projects["preferred_parks"].to_list() == ["GXQ", "GXQ"]
