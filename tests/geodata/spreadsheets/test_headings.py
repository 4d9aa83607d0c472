"""Headings in one row and in two, with groups, and units wherever they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zqland_geodata import headings
from zqland_geodata.errors import AmbiguousColumnError, MissingColumnError
from zqland_geodata.headingrows import title_units
from zqland_geodata.spreadsheets import read_projects

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("用地需求（亩）", "亩"),
        ("用地需求(平方米)", "平方米"),
        ("用地需求［公顷］", "公顷"),
        ("用地需求【亩】", "亩"),
        ("用地需求 （单位：亩）", "亩"),
        ("用地需求（单位:公顷）*", "公顷"),
        ("用地需求/亩", "亩"),
        ("用地需求：亩", "亩"),
        ("用地需求 亩", "亩"),
        ("用地需求（万平方米）", "万平方米"),
        ("用地需求\n（亩）", "亩"),
        ("用地需求（亩） (2)", "亩"),
    ],
)
def test_the_unit_of_an_area_is_read_in_every_form(heading: str, unit: str) -> None:
    assert headings.match(heading, "projects") == ("area_ideal_m2", unit)


@pytest.mark.parametrize(
    ("heading", "unit"),
    [("总投资（亿元）", "亿元"), ("总投资(万元)", "万元"), ("投资总额/万元", "万元")],
)
def test_the_unit_of_money_is_read_in_every_form(heading: str, unit: str) -> None:
    assert headings.match(heading, "projects") == ("investment_wan", unit)


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("亩均税收（万元）", "万元/亩"),
        ("亩均税收（万元/亩）", "万元/亩"),
        ("亩均税收下限（元）", "元/亩"),
    ],
)
def test_per_mu_in_words_is_part_of_the_unit(heading: str, unit: str) -> None:
    assert headings.match(heading, "indicators") == ("tax_min_wan_per_mu", unit)


@pytest.mark.parametrize(
    "heading", ["亩均税收（万元）", "投资强度（万元/亩）", "亩均投资"]
)
def test_a_figure_per_mu_is_no_total_of_a_project(heading: str) -> None:
    assert headings.match(heading, "projects") is None


def test_a_total_in_a_unit_per_mu_is_refused(write_csv: Write) -> None:
    path = write_csv(("项目编号", "用地需求（亩）", "年税收（万元/亩）"), ("P", 120, 3))
    with pytest.raises(AmbiguousColumnError, match="万元/亩"):
        read_projects(path)


@pytest.mark.parametrize(
    ("title", "units"),
    [
        ("项目一览表（单位：亩、万元）", ("亩", "万元")),
        ("单位:亩", ("亩",)),
        ("面积单位：公顷　金额单位：亿元", ("公顷", "亿元")),
        ("Unit: mu", ("mu",)),
        ("单位：万元/亩", ("万元/亩",)),
        ("填报单位：高新区", ()),
        ("责任单位：亩", ()),
        ("单位：户", ()),
    ],
)
def test_units_of_titles_are_told_from_offices(
    title: str, units: tuple[str, ...]
) -> None:
    assert title_units([title]) == units


def test_a_unit_in_the_title_holds_for_columns_that_state_none(
    write_csv: Write,
) -> None:
    read = read_projects(
        write_csv(
            ("2023年项目一览表", "", "单位：亩、万元"),
            ("项目编号", "用地需求", "总投资（亿元）"),
            ("P-1", 120, 8.67),
        )
    )
    assert read.projects["area_ideal_m2"].to_list() == [80_000.0]
    assert read.projects["investment_wan"].to_list() == [pytest.approx(86_700.0)]
    (found,) = [f for f in read.findings if f.rule == "unit.from_title"]
    assert (found.place, found.field) == ("line 2 column B", "area_ideal_m2")


def test_two_units_of_areas_in_a_title_decide_nothing(write_csv: Write) -> None:
    rows = (("单位：亩、公顷",), ("项目编号", "用地需求"), ("P-1", 120))
    with pytest.raises(AmbiguousColumnError, match="states no unit"):
        read_projects(write_csv(*rows))


TWO_ROWS = [
    ("重点项目用地需求表", "", "", "", "", ""),
    ("项目编号", "项目名称", "用地需求（亩）", "", "", "投资（万元）"),
    ("", "", "最小", "理想", "最大", "总投资"),
    ("P-1", "甲", 100, 120, 150, 86_700),
    ("P-2", "乙", 10, 12, 15, 8_670),
]
MERGED = ["A1:F1", "A2:A3", "B2:B3", "C2:E2"]


def assert_windows(path: Path) -> None:
    read = read_projects(path)
    assert list(read.projects.index) == ["P-1", "P-2"]
    mu = read.projects[["area_min_m2", "area_ideal_m2", "area_max_m2"]] * 3 / 2000
    assert mu.loc["P-1"].round(9).to_list() == [100, 120, 150]
    assert read.projects.loc["P-1", "investment_wan"] == 86_700.0


def test_two_rows_with_merged_groups_are_one_heading(write_merged: Write) -> None:
    assert_windows(write_merged(TWO_ROWS, MERGED))


def test_two_rows_with_groups_are_one_heading_in_csv(write_csv: Write) -> None:
    assert_windows(write_csv(*TWO_ROWS))


def test_a_heading_of_its_own_group_is_said(write_csv: Write) -> None:
    read = read_projects(write_csv(*TWO_ROWS))
    (found,) = [f for f in read.findings if f.rule == "heading.group"]
    assert (found.place, found.value) == ("line 3 column F", "投资（万元）")


def test_a_bare_word_is_nothing_without_its_group(write_csv: Write) -> None:
    rows = (
        ("项目", "", "厂房", "用地"),
        ("编号", "名称", "面积（亩）", "面积（亩）"),
        ("P-1", "甲", 7, 120),
    )
    read = read_projects(write_csv(*rows))
    assert read.projects.loc["P-1", "name"] == "甲"
    assert read.projects.loc["P-1", "area_ideal_m2"] == 80_000.0
    assert [f.field for f in read.findings if f.rule == "heading.unknown"] == [
        "厂房 面积（亩）"
    ]


def test_a_row_of_units_belongs_to_the_headings(write_csv: Write) -> None:
    rows = (
        ("项目编号", "项目名称", "用地需求", "总投资"),
        ("", "", "（亩）", "亿元"),
        ("P-1", "甲", 120, 8.67),
    )
    read = read_projects(write_csv(*rows))
    assert list(read.projects.index) == ["P-1"]
    assert read.projects["area_ideal_m2"].to_list() == [80_000.0]
    assert read.projects["investment_wan"].to_list() == [pytest.approx(86_700.0)]


def test_the_first_record_is_never_taken_for_a_heading(write_csv: Write) -> None:
    rows = (("项目编号", "用地需求（亩）", "备注"), ("P-1", 120, "亩"), ("", "", ""))
    assert list(read_projects(write_csv(*rows)).projects.index) == ["P-1"]


def test_a_group_over_unknown_columns_is_not_read(write_csv: Write) -> None:
    rows = (("项目编号", "建筑", ""), ("", "甲类", "乙类"), ("P-1", 1, 2))
    with pytest.raises(MissingColumnError, match="项目编号, 建筑"):
        read_projects(write_csv(*rows))
