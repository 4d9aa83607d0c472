"""Figures as offices write them, and figures that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland import catalogues
from zqland_geodata import ranges
from zqland_geodata.cellplaces import (
    Place,
    cell_place,
    column_number,
    letters,
    parse_places,
)
from zqland_geodata.planning_sheets import read_indicators
from zqland_geodata.spreadsheets import read_projects

Write = Callable[..., Path]
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in "0123456789,."}


def wide(text: str) -> str:
    return text.translate(WIDE)


HEADINGS = ("项目编号", "用地需求（亩）", "总投资（万元）")


@pytest.mark.parametrize(
    "written",
    [
        120,
        "120",
        wide("120"),
        "120.0",
        "120亩",
        " 120 ",
        "8公顷",
        "80,000平方米",
        wide("80,000㎡"),
    ],
)
def test_a_need_is_read_in_every_form(write_xlsx: Write, written: object) -> None:
    read = read_projects(write_xlsx(表=[HEADINGS, ("P-1", written, 5_000)]))
    assert read.projects["area_ideal_m2"].to_list() == [80_000.0]


def test_a_need_in_mu_that_was_surely_in_m2_is_no_number(write_xlsx: Write) -> None:
    read = read_projects(write_xlsx(表=[HEADINGS, ("P-1", 60_000, 50_000)]))
    assert pd.isna(read.projects.loc["P-1", "area_ideal_m2"])
    (found,) = [f for f in read.findings if f.rule == "figure.out_of_range"]
    assert (found.place, found.value, found.severity) == ("表!B2", "60000", "error")
    assert "Read in m² it would be 60,000 m² (90 mu, 6 ha)." in found.message.en
    assert "若单位为平方米，则为 60,000 平方米（90 亩，6 公顷）。" in found.message.zh


def test_a_need_out_of_range_is_said_once(write_xlsx: Write) -> None:
    read = read_projects(write_xlsx(表=[HEADINGS, ("P-1", 60_000, 50_000)]))
    rules = [f.rule for f in read.findings if f.severity == "error"]
    assert rules == ["figure.out_of_range"]


def test_an_area_in_m2_that_was_surely_in_mu_is_no_number(write_csv: Write) -> None:
    read = read_projects(write_csv(("项目编号", "用地需求（平方米）"), ("P-1", 90)))
    (found,) = read.findings
    assert "Read in mu it would be 60,000 m² (90 mu, 6 ha)." in found.message.en


def test_money_that_was_surely_in_other_units_is_no_number(write_csv: Write) -> None:
    path = write_csv(
        ("项目编号", "用地需求（亩）", "总投资（亿元）"), ("P-1", 120, 86_700)
    )
    read = read_projects(path)
    assert pd.isna(read.projects.loc["P-1", "investment_wan"])
    (found,) = read.findings
    assert "Read in 10,000 yuan it would be 86,700 10,000 yuan" in found.message.en
    assert "若单位为万元，则为 86,700 万元" in found.message.zh


def test_money_and_ground_that_do_not_fit_are_a_warning(write_csv: Write) -> None:
    read = read_projects(write_csv(HEADINGS, ("P-1", 1_200, 86.7)))
    (found,) = [f for f in read.findings if f.rule == "investment.intensity"]
    assert (found.severity, found.place) == ("warning", "line 2 column C")
    assert "0.07225" in found.message.zh


def test_a_total_in_place_of_a_figure_per_mu_is_no_number(write_csv: Write) -> None:
    path = write_csv(
        ("园区代码", "投资强度（万元/亩）", "亩均税收（万元）"), ("GXQ", 340, 6_000)
    )
    read = read_indicators(path)
    rules = [finding.rule for finding in read.findings]
    assert rules == ["unit.per_mu", "figure.out_of_range"]
    assert read.table.empty


@pytest.mark.parametrize(
    "written", ["100-150", "约120", "120左右", "≥120", "1.2e2", "待定"]
)
def test_a_guess_is_no_figure(write_csv: Write, written: str) -> None:
    read = read_projects(write_csv(HEADINGS, ("P-1", written, 5_000)))
    assert [f.rule for f in read.findings if f.severity == "error"] == [
        "figure.unreadable"
    ]


@pytest.mark.parametrize("dash", ["-", "—", "/", "无"])
def test_a_dash_is_an_empty_cell_and_said(write_csv: Write, dash: str) -> None:
    read = read_projects(write_csv(HEADINGS, ("P-1", 120, dash), ("P-2", 120, 5_000)))
    assert read.projects["investment_wan"].isna().to_list() == [True, False]
    (found,) = [f for f in read.findings if f.rule == "figure.dash"]
    assert (found.place, found.value) == ("line 2 column C", dash)


def test_every_range_is_of_a_column_and_has_a_source() -> None:
    rows = catalogues.columns()
    known = {(row.table, row.column) for row in rows.itertuples()}
    derived = {("projects", "investment_wan_per_mu")}
    for key, allowed in ranges._ranges().items():
        assert key in known | derived
        assert 0 <= allowed.least < allowed.most
        assert allowed.source


@given(st.integers(1, 16_384))
def test_letters_and_numbers_of_columns_are_one(number: int) -> None:
    assert column_number(letters(number)) == number


@given(
    st.text("表Sheet1 '，(2)", min_size=1, max_size=20),
    st.integers(1, 1_048_576),
    st.integers(1, 16_384),
)
def test_the_place_of_a_cell_is_read_back(sheet: str, row: int, column: int) -> None:
    text = cell_place(f"{sheet}!{row}", column)
    assert parse_places(text) == [Place("sheet", row, column, sheet)]


def test_places_of_several_cells_are_read_back() -> None:
    places = parse_places("表!B2, 表!B3 …")
    assert [(place.row, place.column) for place in places] == [(2, 2), (3, 2)]


@pytest.mark.parametrize("text", ["", "a.xlsx", "a.xlsx!表", "line", "表!A0"])
def test_what_is_no_cell_is_no_place(text: str) -> None:
    assert parse_places(text) == []
