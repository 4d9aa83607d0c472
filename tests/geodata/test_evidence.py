"""Evidence from long and wide sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland import catalogues, tables
from zqland_geodata.errors import (
    AmbiguousColumnError,
    FieldMapError,
    MissingColumnError,
    MissingDateError,
)
from zqland_geodata.evidence_cells import NO, YES, read_cells
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.spreadsheets import EvidenceRead, read_evidence

Write = Callable[..., Path]
AS_OF = dt.date(2023, 9, 5)
LONG = (
    "地块编号",
    "园区",
    "事项",
    "完成日期",
    "计划日期",
    "有效期至",
    "数值",
    "单位",
    "文件",
)


def rules(read: EvidenceRead) -> list[str]:
    return [finding.rule for finding in read.findings]


def day(value: object) -> str:
    return "" if pd.isna(value) else f"{value:%Y-%m-%d}"  # type: ignore[call-overload, unused-ignore]


def test_a_long_sheet_is_a_row_per_fact(write_csv: Write) -> None:
    path = write_csv(
        LONG,
        ("A-1", "", "通路", "2023.9.1", "", "2025年1月1日", "", "", "文1"),
        ("", "肇庆高新区(大旺)", "power", "2023/9/2", "", "", "20000", "kVA", ""),
        ("A-1", "GXQ", "通水", "", "20240301", "", "", "", ""),
    )
    read = read_evidence(path)
    facts = tables.check("evidence", read.evidence)
    assert read.findings == []
    assert facts["item"].to_list() == ["road", "power", "water"]
    assert facts["subject_id"].to_list() == ["A-1", "GXQ", "A-1"]
    assert facts["subject_kind"].to_list() == ["parcel", "park", "parcel"]
    assert facts["value"].to_list()[1] == 20.0
    assert facts["unit"].to_list()[1] == "MVA"
    assert [day(value) for value in facts["due_on"]] == ["", "", "2024-03-01"]
    assert day(facts["expires_on"].iloc[0]) == "2025-01-01"


def test_a_wide_sheet_is_a_column_per_item(write_xlsx: Write) -> None:
    rows = [
        ("地块编号", "通路", "通水（计划）", "通电", "通电(MVA)", "文件"),
        ("A-1", dt.date(2023, 9, 1), "2024-03-01", "2023-08-01", 20, "文1"),
        ("A-2", "否", "", "计划2024.5.1", "", ""),
    ]
    read = read_evidence(write_xlsx(进度=rows))
    facts = tables.check("evidence", read.evidence).set_index("evidence_id")
    assert read.findings == []
    assert len(facts) == 4
    assert facts.loc["sheets.xlsx!进度!2:power", "value"] == 20.0
    assert day(facts.loc["sheets.xlsx!进度!2:water", "due_on"]) == "2024-03-01"
    assert day(facts.loc["sheets.xlsx!进度!3:power", "due_on"]) == "2024-05-01"
    assert set(facts["document"].dropna()) == {"文1"}


def test_a_yes_counts_from_the_as_of_date_and_is_a_finding(write_csv: Write) -> None:
    path = write_csv(("地块编号", "通路"), ("A-1", "是"), ("A-2", "√"), ("A-3", "×"))
    read = read_evidence(path, as_of=AS_OF)
    assert read.evidence["subject_id"].to_list() == ["A-1", "A-2"]
    assert [day(value) for value in read.evidence["done_on"]] == ["2023-09-05"] * 2
    (finding,) = read.findings
    assert (finding.rule, finding.value, finding.place) == (
        "evidence.undated",
        "是 × 2",
        "line 2 column B, line 3 column B",
    )


def test_a_yes_without_an_as_of_date_is_refused(write_csv: Write) -> None:
    path = write_csv(("地块编号", "通路"), ("A-1", "是"))
    with pytest.raises(MissingDateError, match="“通路” says yes 1 times"):
        read_evidence(path)


def test_the_as_of_date_may_stand_in_the_field_map(write_csv: Write) -> None:
    path = write_csv(("地块编号", "事项", "完成日期"), ("A-1", "通路", "是"))
    fieldmap = FieldMap.parse("m.toml", "[evidence]\nas_of = 2023-01-02")
    read = read_evidence(path, fieldmap=fieldmap)
    assert day(read.evidence["done_on"].iloc[0]) == "2023-01-02"
    again = read_evidence(path, fieldmap=fieldmap, as_of=AS_OF)
    assert day(again.evidence["done_on"].iloc[0]) == "2023-09-05"


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("A-1", "", "通路", "2023年"), "date.unreadable"),
        (("A-1", "", "通路", "2023.9.5-2023.9.8"), "date.unreadable"),
        (("A-1", "", "通路", "2023-09-01", "", "长期"), "date.unreadable"),
        (("A-1", "", "通路", "2023-09-01", "近期"), "date.unreadable"),
        (("A-1", "", "通天", "2023-09-01"), "item.unknown"),
        (("A-1", "", "", "2023-09-01"), "item.unknown"),
        (("", "", "通路", "2023-09-01"), "subject.missing"),
        (("A-1", "", "通路", ""), "evidence.no_date"),
        (("A-1", "", "通路", "2023-09-01", "", "2022-01-01"), "evidence.expires_first"),
        (("A-1", "", "通电", "2023-09-01", "", "", "20", "头"), "unit.unknown"),
        (("A-1", "", "通路", "2023-09-01", "", "", "20", "MVA"), "unit.unknown"),
        (("A-1", "", "通电", "2023-09-01", "", "", "许多", ""), "figure.unreadable"),
    ],
)
def test_a_row_that_cannot_be_read_is_not_used(
    write_csv: Write, row: tuple[str, ...], rule: str
) -> None:
    good = ("A-9", "", "通路", "2023-09-01", "", "", "", "", "")
    padded = row + ("",) * (len(LONG) - len(row))
    read = read_evidence(write_csv(LONG, padded, good))
    assert read.evidence["subject_id"].to_list() == ["A-9"]
    assert rules(read) == [rule]
    (finding,) = read.findings
    assert (finding.severity, finding.record) == ("error", "line 2")
    assert finding.place.startswith("line 2")


def test_a_no_in_a_long_sheet_is_no_fact(write_csv: Write) -> None:
    read = read_evidence(write_csv(LONG[:4], ("A-1", "", "通路", "否")))
    assert read.evidence.empty
    assert read.findings == []


@pytest.mark.parametrize(
    ("heading", "cell", "rule"),
    [
        ("通路", "45174", "date.unreadable"),
        ("通路（计划）", "是", "date.unreadable"),
        ("通电(MVA)", "很多", "figure.unreadable"),
    ],
)
def test_a_cell_that_cannot_be_read_is_not_used(
    write_csv: Write, heading: str, cell: str, rule: str
) -> None:
    path = write_csv(("地块编号", heading, "通水"), ("A-1", cell, "2023-09-01"))
    read = read_evidence(path, as_of=AS_OF)
    assert read.evidence["item"].to_list() == ["water"]
    assert rules(read) == [rule]


def test_a_wide_row_without_a_subject_is_not_used(write_csv: Write) -> None:
    path = write_csv(("园区", "通路"), ("", "2023-09-01"), ("GXQ", "2023-09-01"))
    read = read_evidence(path)
    assert read.evidence["subject_kind"].to_list() == ["park"]
    assert rules(read) == ["subject.missing"]


def test_areas_can_be_subjects(write_csv: Write) -> None:
    path = write_csv(("片区代码", "水资源论证"), ("Q-1", "2023-09-01"))
    assert read_evidence(path).evidence["subject_kind"].to_list() == ["area"]


def test_kind_and_id_can_stand_in_two_columns(write_csv: Write) -> None:
    path = write_csv(("对象类型", "对象编号", "通路"), ("园区", "GXQ", "2023-09-01"))
    facts = read_evidence(path).evidence
    assert (facts["subject_kind"][0], facts["subject_id"][0]) == ("park", "GXQ")


def test_a_field_map_names_columns_items_and_sheet(write_xlsx: Write) -> None:
    path = write_xlsx(
        甲=[("Lot", "Road frontage"), ("7", "2023-09-01")],
        乙=[("Lot", "Road frontage"), ("8", "2023-09-01")],
    )
    fieldmap = FieldMap.parse(
        "m.toml",
        """
        [evidence]
        sheet = "乙"
        [evidence.columns]
        subject_id = "Lot"
        subject_kind = { value = "parcel" }
        [evidence.items]
        "Road frontage" = "road"
        """,
    )
    facts = read_evidence(path, fieldmap=fieldmap).evidence
    assert (facts["subject_id"][0], facts["item"][0]) == ("8", "road")


def test_a_field_map_can_name_the_column_of_days(write_csv: Write) -> None:
    path = write_csv(("Lot", "What", "When"), ("7", "road", "是"))
    columns = "parcel_id = 'Lot'\nitem = 'What'\ndone_on = 'When'"
    fieldmap = FieldMap.parse("m.toml", f"[evidence.columns]\n{columns}")
    facts = read_evidence(path, fieldmap=fieldmap, as_of=AS_OF).evidence
    assert day(facts["done_on"][0]) == "2023-09-05"


def test_an_unknown_item_in_the_field_map_is_refused(write_csv: Write) -> None:
    fieldmap = FieldMap.parse("m.toml", "[evidence.items]\n'路' = 'rood'")
    with pytest.raises(FieldMapError, match=r"m\.toml: “路”.*rood.*road"):
        read_evidence(write_csv(("地块编号", "路")), fieldmap=fieldmap)


def test_without_items_both_forms_are_explained(write_csv: Write) -> None:
    with pytest.raises(MissingColumnError, match=r"long form.*wide form"):
        read_evidence(write_csv(("地块编号", "备注"), ("A-1", "x")))


def test_without_a_subject_the_columns_are_shown(write_csv: Write) -> None:
    with pytest.raises(MissingColumnError, match=r"which parcel, park or area.*备注"):
        read_evidence(write_csv(("备注", "通路"), ("x", "2023-09-01")))


def test_two_columns_of_days_are_refused(write_csv: Write) -> None:
    path = write_csv(
        ("地块编号", "事项", "完成日期", "办结日期"), ("A", "通路", "", "")
    )
    with pytest.raises(AmbiguousColumnError):
        read_evidence(path)


def test_a_repeated_evidence_id_is_not_used_twice(write_csv: Write) -> None:
    path = write_csv(
        ("佐证编号", "地块编号", "事项", "完成日期"),
        ("E1", "A-1", "通路", "2023-09-01"),
        ("E1", "A-2", "通路", "2023-09-01"),
    )
    read = read_evidence(path)
    assert read.evidence["subject_id"].to_list() == ["A-1"]
    assert rules(read) == ["id.repeated"]


@pytest.mark.parametrize(
    ("corrected", "used"),
    [(("E1", ""), ["E2"]), (("E2", "E1"), []), (("", "E1"), ["E1", "E2"])],
)
def test_facts_that_correct_themselves_are_not_used_and_said(
    write_csv: Write, corrected: tuple[str, str], used: list[str]
) -> None:
    path = write_csv(
        ("佐证编号", "地块编号", "事项", "完成日期", "更正编号"),
        ("E1", "A-1", "通路", "2023-09-01", corrected[0]),
        ("E2", "A-1", "通路", "2023-09-02", corrected[1]),
    )
    read = read_evidence(path)
    assert read.evidence["evidence_id"].to_list() == used
    assert rules(read) == ["evidence.circle"] * (2 - len(used))


def test_a_fact_cannot_expire_before_it_is_due(write_csv: Write) -> None:
    path = write_csv(
        ("地块编号", "事项", "计划日期", "有效期至"),
        ("A-1", "通路", "2024-06-01", "2024-05-31"),
        ("A-1", "通水", "2024-06-01", "2024-06-01"),
    )
    read = read_evidence(path)
    assert read.evidence["item"].to_list() == ["water"]
    assert rules(read) == ["evidence.expires_first"]


def test_every_item_is_known_by_key_and_words(write_csv: Write) -> None:
    items = catalogues.load_catalogues().readiness.items
    for words in (
        list(items),
        [item.text.zh for item in items.values()],
        [item.text.en for item in items.values()],
    ):
        path = write_csv(("地块编号", *words), ("A-1", *["2023-09-01"] * len(words)))
        assert read_evidence(path).evidence["item"].to_list() == list(items)


@given(st.sampled_from(sorted(YES | NO)))
def test_yes_and_no_are_told_apart(word: str) -> None:
    said = read_cells(pd.Series([f" {word.upper()} "]))
    assert said["kind"][0] == ("yes" if word in YES else "no")


def test_a_ticked_box_is_yes() -> None:
    assert read_cells(pd.Series([True, False]))["kind"].to_list() == ["yes", "no"]


def test_a_value_or_an_expiry_without_any_date_is_said(write_csv: Write) -> None:
    path = write_csv(
        ("地块编号", "通路", "通电(MVA)", "通水", "通水(有效期至)"),
        ("A-1", "2023-01-01", "20", "", "2025-01-01"),
        ("A-2", "2023-01-01", "", "否", "2025-01-01"),
    )
    read = read_evidence(path)
    assert read.evidence["item"].to_list() == ["road", "road"]
    found = [(finding.rule, finding.field, finding.place) for finding in read.findings]
    assert found == [
        ("evidence.no_date", "power", "line 2"),
        ("evidence.no_date", "water", "line 2"),
    ]


def test_items_are_those_of_the_rules_that_are_given(
    write_csv: Write, tmp_path: Path
) -> None:
    items = files("zqland.catalogues").joinpath("items.toml").read_text("utf-8")
    own = items.replace('aliases = ["道路"', 'aliases = ["村道", "道路"')
    (tmp_path / "items.toml").write_text(own, encoding="utf-8")
    rules = catalogues.load_catalogues(tmp_path).readiness
    path = write_csv(("地块编号", "事项", "完成日期"), ("A-1", "村道", "2023-01-01"))
    assert [f.rule for f in read_evidence(path).findings] == ["item.unknown"]
    read = read_evidence(path, rules=rules)
    assert read.evidence["item"].to_list() == ["road"]
