"""Control indicators and yearly targets from sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zqland.units import to_m2
from zqland_geodata.errors import MissingColumnError
from zqland_geodata.planning_sheets import read_indicators, read_targets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "sheet.csv"


def test_an_empty_park_or_division_means_all(sheet: Path) -> None:
    sheet.write_text(
        "园区代码,行业大类,投资强度下限（万元/亩）\nGXQ,38,340\n,,180\n",
        encoding="utf-8",
    )
    table = read_indicators(sheet).table
    assert list(zip(table["park_id"], table["sector"], strict=True)) == [
        ("GXQ", "38"),
        ("*", "*"),
    ]


def test_parks_and_divisions_are_read_by_code_or_name(sheet: Path) -> None:
    sheet.write_text(
        "园区,行业代码,投资强度（万元/亩）\n"
        "肇庆高新区(大旺),C38,340\nGXQ,汽车制造业,300\n",
        encoding="utf-8",
    )
    read = read_indicators(sheet)
    assert read.findings == []
    assert list(zip(read.table["park_id"], read.table["sector"], strict=True)) == [
        ("GXQ", "38"),
        ("GXQ", "36"),
    ]


@pytest.mark.parametrize(
    ("unit", "least"), [("万元/亩·年", 30.0), ("万元/公顷", 2.0), ("元/亩", 0.003)]
)
def test_the_unit_of_a_tax_limit_counts(sheet: Path, unit: str, least: float) -> None:
    sheet.write_text(
        f"园区代码,投资强度下限（万元/亩）,亩均税收下限（{unit}）\nGXQ,340,30\n",
        encoding="utf-8",
    )
    read = read_indicators(sheet)
    assert read.table["tax_min_wan_per_mu"].tolist() == pytest.approx([least])
    assert read.findings == []


def test_rows_of_no_division_or_of_one_twice_are_not_used(sheet: Path) -> None:
    sheet.write_text(
        "园区代码,行业大类,投资强度下限（万元/亩）\nGXQ,38,340\nGXQ,3841,400\nGXQ,C38,200\n",
        encoding="utf-8",
    )
    read = read_indicators(sheet)
    assert read.table["intensity_min_wan_per_mu"].tolist() == [340.0]
    assert [(finding.rule, finding.place) for finding in read.findings] == [
        ("sector.unknown", "line 3 column B"),
        ("indicators.repeated", "line 4 column B"),
    ]


def test_a_row_without_any_limit_is_not_used_and_is_said(sheet: Path) -> None:
    sheet.write_text(
        "园区代码,投资强度下限（万元/亩）\nGXQ,340\nSH,\n", encoding="utf-8"
    )
    read = read_indicators(sheet)
    assert read.table["park_id"].tolist() == ["GXQ"]
    assert [finding.rule for finding in read.findings] == ["planning.incomplete"]


def test_a_target_is_read_in_its_unit_and_is_of_the_city(sheet: Path) -> None:
    sheet.write_text("年度,用地条件,目标面积（亩）\n2023,熟地,8800\n", encoding="utf-8")
    row = read_targets(sheet).table.iloc[0]
    assert (row["year"], row["predicate"], row["scope"]) == (2023, "mature", "city")
    assert row["target_m2"] == pytest.approx(to_m2(8800.0, "mu"))


def test_a_target_of_an_unknown_predicate_is_not_used(sheet: Path) -> None:
    sheet.write_text("年度,用地条件,目标面积（亩）\n2023,沼泽,1\n", encoding="utf-8")
    read = read_targets(sheet)
    assert read.table.empty
    assert read.findings[0].severity == "error"


def test_a_sheet_without_the_needed_columns_is_refused(sheet: Path) -> None:
    sheet.write_text("年度,用地条件\n2023,熟地\n", encoding="utf-8")
    with pytest.raises(MissingColumnError):
        read_targets(sheet)


@pytest.mark.parametrize("year", ["20023", "1823"])
def test_a_year_that_cannot_be_is_a_finding(sheet: Path, year: str) -> None:
    rows = f"年度,用地条件,目标面积（亩）\n{year},熟地,8800\n"
    sheet.write_text(rows, encoding="utf-8")
    read = read_targets(sheet)
    assert read.table.empty
    assert "figure.out_of_range" in {one.rule for one in read.findings}
