"""Project lists and status events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from zqland import tables
from zqland_geodata.errors import AmbiguousColumnError, MissingColumnError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.spreadsheets import read_projects, read_status_events

Write = Callable[..., Path]


def test_a_chinese_list_is_read(write_xlsx: Write) -> None:
    rows = [
        ("2023年项目清单",),
        (
            "项目编号", "项目名称", "用地面积（亩）", "总投资(亿元)", "年税收（万元）",
            "行业", "意向园区", "所在清单", "用地日期", "用电负荷(kVA)", "用地条件",
        ),
        (
            1, "电池一期", 120, 86.7, "1,200", "电气机械和器材制造业",
            "肇庆高新区(大旺)、JINLI", "攻城拔寨；争先创优", dt.date(2023, 12, 31),
            20000, "熟地",
        ),
    ]  # fmt: skip
    project = tables.check("projects", read_projects(write_xlsx(a=rows)).projects).loc[
        "1"
    ]
    assert project["area_ideal_m2"] == 80_000.0
    assert project["investment_wan"] == 867_000.0
    assert project["tax_wan_per_year"] == 1200.0
    assert (project["sector"], project["predicate"]) == ("38", "mature")
    assert project["preferred_parks"] == "GXQ;JINLI"
    assert project["lists"] == "assault;excel"
    assert project["needed_by"] == pd.Timestamp(2023, 12, 31)
    assert project["power_mva"] == 20.0


def test_an_english_list_is_read(write_csv: Write) -> None:
    path = write_csv(
        ("Project id", "Name", "Ideal area (ha)", "Smallest area (m2)", "Class"),
        ("P-1", "Battery", "8", "75,000", "M2"),
    )
    read = read_projects(path)
    assert read.findings == []
    project = read.projects.loc["P-1"]
    assert project["area_ideal_m2"] == 80_000.0
    assert project["area_min_m2"] == 75_000.0
    assert project["land_class"] == "M2"


def test_an_area_may_carry_its_own_unit(write_csv: Write) -> None:
    path = write_csv(("项目编号", "用地面积"), ("P1", "120亩"), ("P2", "8公顷"))
    assert read_projects(path).projects["area_ideal_m2"].to_list() == [80_000.0] * 2


def test_an_area_without_any_unit_is_refused(write_csv: Write) -> None:
    path = write_csv(("项目编号", "用地面积"), ("P1", "120"), ("P2", "8公顷"))
    with pytest.raises(AmbiguousColumnError, match=r"“用地面积” states no unit for 1"):
        read_projects(path)


def test_a_column_that_is_needed_is_named_in_both_languages(write_csv: Write) -> None:
    with pytest.raises(MissingColumnError, match="area_ideal_m2") as caught:
        read_projects(write_csv(("项目编号", "项目名称"), ("P1", "甲")))
    assert "用地需求（area_ideal_m2）" in caught.value.text.zh


@pytest.mark.parametrize(
    ("heading", "cell", "rule"),
    [
        ("行业", "炼金术", "sector.unknown"),
        ("所在清单", "某清单", "lists.unknown"),
        ("用地日期", "年底", "date.unreadable"),
        ("用地条件", "荒地", "word.unknown"),
        ("总投资(亿元)", "-3", "figure.unreadable"),
        ("总投资(亿元)", "三亿", "figure.unreadable"),
        ("总投资", "300", "unit.missing"),
        ("用电负荷", "20", "unit.assumed"),
        ("备注", "x", "heading.unknown"),
        ("最小用地(亩)", "200", "area.window"),
    ],
)
def test_what_cannot_be_read_is_a_finding(
    write_csv: Write, heading: str, cell: str, rule: str
) -> None:
    path = write_csv(("项目编号", "用地面积(亩)", heading), ("P1", "120", cell))
    read = read_projects(path)
    assert [finding.rule for finding in read.findings] == [rule]
    assert list(read.projects.index) == ["P1"]


def test_a_project_without_an_area_is_kept_and_reported(write_csv: Write) -> None:
    read = read_projects(
        write_csv(("项目编号", "用地面积(亩)"), ("P1", ""), ("P1", "3"))
    )
    assert list(read.projects.index) == ["P1", "P1#2"]
    assert [finding.rule for finding in read.findings] == [
        "id.repeated",
        "area.missing",
    ]


@pytest.mark.parametrize(
    ("word", "code"),
    [("36", "36"), ("C3660", "3660"), ("36 汽车制造业", "36"), ("Automobiles", "36")],
)
def test_sectors_are_read_as_code_or_name(
    write_csv: Write, word: str, code: str
) -> None:
    path = write_csv(("项目编号", "用地面积(亩)", "行业代码"), ("P1", "120", word))
    assert read_projects(path).projects["sector"].to_list() == [code]


def test_a_field_map_reads_any_list(write_csv: Write) -> None:
    path = write_csv(("No", "Acres", "Who"), ("1", "10", "x"))
    fieldmap = FieldMap.parse(
        "m.toml",
        "[projects.columns]\nproject_id = 'No'\n"
        "area_ideal_m2 = { column = 'Acres', unit = 'acre' }",
    )
    read = read_projects(path, fieldmap=fieldmap)
    assert read.projects["area_ideal_m2"].to_list() == [pytest.approx(40468.564224)]
    assert read.findings == []


def test_status_events_are_read(write_csv: Write) -> None:
    path = write_csv(
        ("地块编号", "状态", "日期", "文件"),
        ("A-1", "在库", "2023-01-02", "收储1号"),
        ("A-1", "listed", "2023/5/6", ""),
    )
    read = read_status_events(path)
    events = tables.check("status_events", read.status_events)
    assert events["status"].to_list() == ["in_reserve", "listed"]
    assert read.findings == []


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("A-1", "出租", "2023-01-02"), "word.unknown"),
        (("A-1", "在库", "年初"), "date.unreadable"),
        (("A-1", "在库", ""), "status.incomplete"),
        (("", "在库", "2023-01-02"), "status.incomplete"),
    ],
)
def test_an_event_that_cannot_be_read_is_not_used(
    write_csv: Write, row: tuple[str, ...], rule: str
) -> None:
    good = ("A-2", "在库", "2023-01-02")
    read = read_status_events(write_csv(("地块编号", "状态", "日期"), row, good))
    assert read.status_events["parcel_id"].to_list() == ["A-2"]
    assert [finding.rule for finding in read.findings] == [rule]


@pytest.mark.parametrize("heading", ["用电负荷（kW）", "用气量（万立方米/年）"])
def test_a_stated_unit_that_is_not_known_is_refused(
    write_csv: Write, heading: str
) -> None:
    path = write_csv(("项目编号", "用地面积（亩）", heading), ("P-1", "120", "500"))
    with pytest.raises(AmbiguousColumnError, match="Unknown unit"):
        read_projects(path)


def test_total_investment_in_place_of_the_fixed_is_said_once(write_csv: Write) -> None:
    path = write_csv(
        ("项目编号", "用地面积（亩）", "总投资（万元）", "固定资产投资（万元）"),
        ("P1", "120", "5000", ""),
        ("P2", "120", "5000", "4000"),
        ("P3", "120", "6000", ""),
        ("P4", "120", "", ""),
    )
    (finding,) = read_projects(path).findings
    assert (finding.rule, finding.severity) == ("investment.total", "info")
    assert finding.message.en == "no fixed investment in 2 projects (P1, P3)"
