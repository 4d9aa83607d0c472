"""Contracts, batches of approval and quotas from sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland.catalogues import load_catalogues
from zqland_geodata.errors import AmbiguousColumnError, MissingColumnError
from zqland_geodata.register_sheets import (
    read_batch_parcels,
    read_batch_steps,
    read_batches,
    read_contracts,
    read_quotas,
)

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.planning_sheets import PlanningRead

RULES = load_catalogues().approvals


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "sheet.csv"


def found(read: PlanningRead) -> list[tuple[str, str]]:
    return [(finding.rule, finding.place) for finding in read.findings]


def test_a_contract_is_read_with_its_units_and_dates(sheet: Path) -> None:
    sheet.write_text(
        "合同编号,宗地编号,签订日期,应动工开发面积（亩）,成交价款（亿元）,"
        "约定动工日期,不计天数\n"
        "HT-1,A-1,2023-05-06,30,0.12,2024年5月5日,12\n",
        encoding="utf-8",
    )
    read = read_contracts(sheet)
    assert read.findings == []
    (row,) = read.table.to_dict("records")
    assert row["contract_id"] == "HT-1"
    assert row["parcel_id"] == "A-1"
    assert row["signed_on"] == pd.Timestamp("2023-05-06")
    assert row["area_m2"] == pytest.approx(20_000.0)
    assert row["price_wan"] == pytest.approx(1_200.0)
    assert row["agreed_start"] == pd.Timestamp("2024-05-05")
    assert row["excluded_days"] == 12


def test_a_contract_is_read_by_english_headings_and_by_keys(sheet: Path) -> None:
    sheet.write_text(
        "Contract id,parcel_id,Signed on,area_m2,Price (yuan),Excluded days (days)\n"
        "HT-1,A-1,2023-05-06,20000,12000000,0\n",
        encoding="utf-8",
    )
    read = read_contracts(sheet)
    assert read.findings == []
    assert read.table["area_m2"].tolist() == [20_000.0]
    assert read.table["price_wan"].tolist() == pytest.approx([1_200.0])
    assert read.table["excluded_days"].tolist() == [0]


def test_days_in_another_unit_are_refused(sheet: Path) -> None:
    sheet.write_text(
        "合同编号,地块编号,签订日期,扣除天数（月）\nHT-1,A-1,2023-05-06,2\n",
        encoding="utf-8",
    )
    with pytest.raises(AmbiguousColumnError, match="月"):
        read_contracts(sheet)


def test_half_a_day_is_not_used(sheet: Path) -> None:
    sheet.write_text(
        "合同编号,地块编号,签订日期,扣除天数（天）\n"
        "HT-1,A-1,2023-05-06,2.5\nHT-2,A-1,2023-05-06,2\n",
        encoding="utf-8",
    )
    read = read_contracts(sheet)
    assert read.table["contract_id"].tolist() == ["HT-2"]
    assert found(read) == [("register.not_whole", "line 2 column D")]


def test_contracts_without_a_day_or_said_twice_are_not_used(sheet: Path) -> None:
    sheet.write_text(
        "合同编号,地块编号,签订日期\nHT-1,A-1,2023-05-06\nHT-2,A-1,\n"
        "HT-1,A-2,2023-05-07\nHT-3,A-2,明年\n",
        encoding="utf-8",
    )
    read = read_contracts(sheet)
    assert read.table["contract_id"].tolist() == ["HT-1"]
    assert found(read) == [
        ("date.unreadable", "line 5 column C"),
        ("register.incomplete", "line 3 column C"),
        ("register.repeated", "line 4 column A"),
    ]


def test_contracts_need_the_day_of_signing(sheet: Path) -> None:
    sheet.write_text("合同编号,地块编号\nHT-1,A-1\n", encoding="utf-8")
    with pytest.raises(MissingColumnError, match="signed_on"):
        read_contracts(sheet)


def test_an_area_without_a_unit_is_not_read(sheet: Path) -> None:
    sheet.write_text(
        "合同编号,地块编号,签订日期,面积\nHT-1,A-1,2023-05-06,30\n", encoding="utf-8"
    )
    read = read_contracts(sheet)
    assert read.table.empty
    assert [finding.rule for finding in read.findings] == ["unit.missing"]


def test_batches_take_their_district_by_name_or_code(sheet: Path) -> None:
    sheet.write_text(
        "批次编号,批次名称,县区,计划年度,上报日期,批复日期,批复文号\n"
        "P-1,第一批次,四会市,2023,2023-03-01,2023-06-01,粤地批1号\n"
        "P-2,第二批次,441203,2023,,,\n",
        encoding="utf-8",
    )
    read = read_batches(sheet)
    assert read.findings == []
    assert read.table["district"].tolist() == ["441284", "441203"]
    assert read.table["year"].tolist() == [2023, 2023]
    assert read.table["approved_on"].notna().tolist() == [True, False]


def test_a_year_that_is_none_is_not_used(sheet: Path) -> None:
    sheet.write_text("批次编号,计划年度\nP-1,223\nP-2,2023\n", encoding="utf-8")
    read = read_batches(sheet)
    assert read.table["batch_id"].tolist() == ["P-2"]
    assert found(read) == [("figure.out_of_range", "line 2 column B")]


@pytest.mark.parametrize("step", RULES.steps)
def test_a_step_is_known_by_its_key_and_both_words(sheet: Path, step: str) -> None:
    text = RULES.steps[step].text
    words = [step, text.zh, text.en.upper()]
    lines = [f'P-{n},"{word}",2023-05-06' for n, word in enumerate(words)]
    sheet.write_text("\n".join(["批次编号,步骤,完成日期", *lines]), encoding="utf-8")
    read = read_batch_steps(sheet)
    assert read.findings == []
    assert read.table["step"].tolist() == [step] * len(words)


@pytest.mark.parametrize(
    ("word", "step"),
    [("立项批准", "project_approval"), ("稳评", "stability_assessment")],
)
def test_a_step_is_known_as_offices_call_it(sheet: Path, word: str, step: str) -> None:
    sheet.write_text(f"批次编号,步骤\nP-1,{word}\n", encoding="utf-8")
    assert read_batch_steps(sheet).table["step"].tolist() == [step]


def test_an_unknown_step_is_not_used_and_is_said(sheet: Path) -> None:
    sheet.write_text("批次编号,步骤\nP-1,听证\nP-1,喝茶\n", encoding="utf-8")
    read = read_batch_steps(sheet)
    assert read.table["step"].tolist() == ["hearing"]
    assert found(read) == [("register.no_step", "line 3 column B")]


def test_parcels_of_a_batch_keep_what_they_take(sheet: Path) -> None:
    sheet.write_text(
        "批次编号,地块编号,报批面积（公顷）,用地规模（公顷）,用地指标（公顷）\n"
        "P-1,A-1,2,2,1.5\nP-1,A-2,1,,\nP-2,A-1,0.5,0,0\n",
        encoding="utf-8",
    )
    read = read_batch_parcels(sheet)
    assert read.findings == []
    assert read.table["area_m2"].tolist() == [20_000.0, 10_000.0, 5_000.0]
    assert read.table["indicator_m2"].isna().tolist() == [False, True, False]


def test_quotas_are_of_the_city_where_nothing_else_is_said(sheet: Path) -> None:
    sheet.write_text(
        "年度,限额类型,范围,下达面积（亩）\n2023,用地规模,,3000\n"
        "2023,指标,全市,1500\n2023,indicator,四会市,300\n",
        encoding="utf-8",
    )
    read = read_quotas(sheet)
    assert read.findings == []
    keys = read.table[["year", "kind", "scope"]].to_numpy().tolist()
    assert keys == [
        [2023, "scale", "city"],
        [2023, "indicator", "city"],
        [2023, "indicator", "441284"],
    ]
    assert read.table["granted_m2"].tolist() == pytest.approx([2e6, 1e6, 2e5])


def test_quotas_of_another_kind_are_not_used(sheet: Path) -> None:
    sheet.write_text(
        "年度,限额类型,下达面积（亩）\n2023,用地规模,3000\n2023,房屋,10\n",
        encoding="utf-8",
    )
    read = read_quotas(sheet)
    assert read.table["kind"].tolist() == ["scale"]
    assert found(read) == [("word.unknown", "line 3 column B")]


def test_a_grant_without_a_unit_is_refused(sheet: Path) -> None:
    sheet.write_text("年度,类型,下达面积\n2023,用地规模,3000\n", encoding="utf-8")
    with pytest.raises(AmbiguousColumnError, match="下达面积"):
        read_quotas(sheet)
