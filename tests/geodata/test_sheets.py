"""Tables in workbooks and CSV files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from zqland.text import Text
from zqland_geodata.errors import (
    FileUnreadableError,
    MissingColumnError,
    MissingLayerError,
)
from zqland_geodata.sheets import Sheet, read_sheet

Write = Callable[..., Path]
KNOWN = {"编号", "名称", "日期"}


def read(path: Path, sheet: str = "") -> Sheet:
    known = Text(en="id, name", zh="编号、名称")
    return read_sheet(path, sheet=sheet, is_heading=KNOWN.__contains__, known=known)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_every_usual_encoding(write_csv: Write, encoding: str) -> None:
    sheet = read(write_csv(("编号", "名称"), ("A", "甲"), encoding=encoding))
    assert sheet.raw.to_dict("list") == {"编号": ["A"], "名称": ["甲"]}
    assert sheet.row_places == ["line 2"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_are_read(write_text: Write, mark: str) -> None:
    path = write_text("a.csv", f"编号{mark}名称\nA{mark}甲,乙\n")
    assert read(path).raw["名称"].to_list() == ["甲,乙"]


def test_a_workbook_is_read_with_its_types(write_xlsx: Write) -> None:
    rows = [("编号", "日期", "名称"), (101, dt.date(2023, 9, 5), True)]
    sheet = read(write_xlsx(表=rows))
    assert sheet.raw.iloc[0].to_list() == [101.0, dt.date(2023, 9, 5), True]
    assert sheet.row_places == ["表!2"]
    assert sheet.name == "sheets.xlsx!表"


def test_titles_totals_and_blank_rows_are_no_records(write_csv: Write) -> None:
    sheet = read(
        write_csv(
            ("一览表",), (), ("编号", "名称"), ("A", "甲"), ("", ""), ("合计", "1")
        )
    )
    assert sheet.raw["编号"].to_list() == ["A"]
    assert [finding.rule for finding in sheet.findings] == ["row.title", "row.total"]


def test_a_merged_cell_belongs_to_all_its_rows(write_xlsx: Write) -> None:
    rows = [("编号", "名称"), ("园区", "甲"), ("", "乙"), ("", "丙")]
    sheet = read(write_xlsx(merge="A2:A4", a=rows))
    assert sheet.raw["编号"].to_list() == ["园区"] * 3


def test_a_column_without_heading_is_reported(write_csv: Write) -> None:
    sheet = read(write_csv(("编号", "", ""), ("A", "x", "")))
    assert [(f.rule, f.value) for f in sheet.findings] == [("heading.missing", "x")]


def test_repeated_headings_are_told_apart(write_csv: Write) -> None:
    sheet = read(write_csv(("编号", "备注", "备注"), ("A", "x", "y")))
    assert list(sheet.raw.columns) == ["编号", "备注", "备注 (2)"]


def test_a_formula_without_value_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("编号", "名称"), ("A", "=B9"), ("B", "甲")):
        sheet.append(row)
    book.save(path)
    book.close()
    (finding,) = read(path).findings
    assert (finding.record, finding.field, finding.rule) == (
        "Sheet!2",
        "名称",
        "cell.no_value",
    )


def test_the_sheet_with_known_headings_is_taken(write_xlsx: Write) -> None:
    path = write_xlsx(说明=[("说明",)], 数据=[("编号",), ("A",)])
    assert read(path).name == "sheets.xlsx!数据"


def test_one_of_several_sheets_must_be_named(write_xlsx: Write) -> None:
    path = write_xlsx(a=[("编号",), ("A",)], b=[("编号",), ("B",)])
    with pytest.raises(MissingLayerError, match="fit: a, b"):
        read(path)
    assert read(path, "b").raw["编号"].to_list() == ["B"]
    with pytest.raises(MissingLayerError, match="no sheet “c”; it has: a, b"):
        read(path, "c")


def test_unknown_headings_are_shown_with_what_is_needed(write_csv: Write) -> None:
    with pytest.raises(MissingColumnError, match=r"Found: x, y.*Needed: id, name"):
        read(write_csv(("x", "y")))


def test_an_empty_sheet_is_said_to_be_empty(write_xlsx: Write) -> None:
    with pytest.raises(MissingColumnError, match="is empty"):
        read(write_xlsx(a=[]))


@pytest.mark.parametrize("name", ["a.ods", "a.pdf"])
def test_an_unknown_kind_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(FileUnreadableError, match=r"\.xlsx, \.xlsm, \.xls, \.csv"):
        read(tmp_path / name)


def test_a_csv_in_another_encoding_is_refused(tmp_path: Path) -> None:
    for content in ("编号".encode("utf-16"), b"\xff\xff\xff"):
        (tmp_path / "a.csv").write_bytes(content)
        with pytest.raises(FileUnreadableError, match="neither UTF-8 nor GBK"):
            read(tmp_path / "a.csv")


def test_broken_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04" + bytes(100))
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    (tmp_path / "a.csv").write_text('编号\n"' + "x" * 200_000, encoding="utf-8")
    for name in ("a.xlsx", "a.xls", "a.csv"):
        with pytest.raises(FileUnreadableError):
            read(tmp_path / name)
