"""Copies of inputs with the faulty cells marked and explained."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from python_calamine import CalamineWorkbook

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks import check_parcels
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.marked import write_marked
from zqland_geodata.marked.marks import FILLS
from zqland_geodata.spreadsheets import read_projects
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    import geopandas as gpd

Write = Callable[..., Path]
HEADINGS = ("项目编号", "用地需求（亩）", "总投资（万元）")


def finding(place: str = "", record: str = "", **other: Any) -> Finding:  # noqa: ANN401
    """Return a finding of error severity."""
    given = {"field": "name", "value": "x", "severity": Severity.ERROR} | other
    return Finding(
        record=record,
        rule="a.fault",
        message=Text(en="it is wrong", zh="有误"),
        action=Text(en="correct it", zh="请更正"),
        place=place,
        **given,
    )


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def colour(cell: Any) -> str:  # noqa: ANN401 - the library has no types
    return str(cell.fill.fgColor.rgb)[2:] if cell.fill.fill_type else ""


def all_cells(book: openpyxl.Workbook) -> list[Any]:
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "marked.xlsx"


@pytest.fixture
def styled(tmp_path: Path) -> Path:
    """Return a workbook with formats, formulas, a merged title and a comment."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "项目'表"
    page.append(["一览表"])
    page.merge_cells("A1:C1")
    page.append(list(HEADINGS))
    page.append(["P-1", 60_000, 5_000])
    page.append(["P-2", 120, "=C3*2"])
    page["A2"].font = Font(bold=True, color="FF0000")
    page["C3"].number_format = "#,##0.00"
    page["C3"].fill = PatternFill("solid", fgColor="00FF00")
    page["A3"].comment = Comment("见附件", "科室")
    page.column_dimensions["B"].width = 33
    page.freeze_panes = "A3"
    path = tmp_path / "项目.xlsx"
    book.save(path)
    return path


def test_findings_of_a_list_mark_its_cells(write_xlsx: Write, target: Path) -> None:
    path = write_xlsx(表=[HEADINGS, ("P-1", 60_000, 5_000), ("P-2", 120, "三亿")])
    findings = read_projects(path).findings
    write_marked(path, findings, target, language="zh")
    book = opened(target)
    assert book.sheetnames == ["检查结果", "表"]
    marked = {c.coordinate: c for c in all_cells(book) if c.parent.title == "表"}
    assert [
        name for name, c in marked.items() if colour(c) == FILLS[Severity.ERROR]
    ] == [
        "B2",
        "C3",
    ]
    assert "若单位为平方米" in marked["B2"].comment.text
    assert (marked["B2"].value, marked["C3"].value) == (60_000, "三亿")


def test_the_first_sheet_lists_findings_with_links(
    write_xlsx: Write, target: Path
) -> None:
    path = write_xlsx(表=[HEADINGS, ("P-1", 60_000, 5_000)])
    write_marked(path, [finding("表!B2", "P-1")], target, language="en")
    sheet = opened(target).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert rows[0][:6] == [
        "Severity",
        "Place",
        "Record",
        "Field",
        "Value",
        "What is wrong",
    ]
    assert rows[1] == [
        "error", "表!B2", "P-1", "Name", "x", "it is wrong", "correct it", "a.fault",
    ]  # fmt: skip
    assert sheet["B6"].hyperlink.location == "'表'!B2"
    assert "1 errors" in sheet["A2"].value


def test_the_copy_keeps_formats_and_the_source_stays(
    styled: Path, target: Path
) -> None:
    before = styled.read_bytes()
    write_marked(styled, [finding("项目'表!B3"), finding("项目'表!A3")], target)
    assert styled.read_bytes() == before
    book = opened(target)
    page = book["项目'表"]
    assert (page["A2"].font.bold, page["A2"].font.color.rgb) == (True, "00FF0000")
    assert page["C3"].number_format == "#,##0.00"
    assert colour(page["C3"]) == "00FF00"
    assert page.column_dimensions["B"].width == 33
    assert page.freeze_panes == "A3"
    assert [str(one) for one in page.merged_cells.ranges] == ["A1:C1"]
    assert page["A3"].comment.text.startswith("见附件\n【错误】有误")
    assert book.worksheets[0]["B6"].hyperlink.location == "'项目''表'!B3"


def test_the_worst_of_several_findings_gives_the_colour(
    styled: Path, target: Path
) -> None:
    note = finding("项目'表!B3", severity=Severity.INFO)
    warning = finding("项目'表!B3", severity=Severity.WARNING)
    write_marked(styled, [note, warning], target)
    assert colour(opened(target)["项目'表"]["B3"]) == FILLS[Severity.WARNING]


def test_a_finding_of_a_row_marks_the_row_below_its_cells(
    styled: Path, target: Path
) -> None:
    row = finding("项目'表!4", severity=Severity.INFO)
    write_marked(styled, [row, finding("项目'表!B4")], target)
    page = opened(target)["项目'表"]
    colours = [colour(cell) for cell in page[4]]
    assert colours == [
        FILLS[Severity.INFO],
        FILLS[Severity.ERROR],
        FILLS[Severity.INFO],
    ]


def test_a_merged_cell_is_marked_where_it_shows(styled: Path, target: Path) -> None:
    write_marked(styled, [finding("项目'表!C1")], target)
    page = opened(target)["项目'表"]
    assert colour(page["A1"]) == FILLS[Severity.ERROR]
    assert page["A1"].comment is not None


def test_a_finding_without_place_is_found_by_its_record(
    styled: Path, target: Path
) -> None:
    write_marked(styled, [finding("", "P-2"), finding("别的!A1"), finding("")], target)
    book = opened(target)
    assert colour(book["项目'表"]["A4"]) == FILLS[Severity.ERROR]
    assert book.worksheets[0].max_row == 8


def test_nothing_in_the_copy_is_a_formula(write_xlsx: Write, target: Path) -> None:
    path = write_xlsx(
        表=[("名称", "值"), ("=1+1", '=HYPERLINK("http://x","y")'), ("@SUM(1)", 3)]
    )
    write_marked(path, [finding("表!A2", value="=cmd|'/c calc'!A0")], target)
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not [
        name
        for name, content in parts.items()
        if b"<f>" in content or b"<f " in content
    ]
    assert all(cell.data_type != "f" for cell in all_cells(opened(target)))


def test_a_formula_becomes_the_value_that_it_had(tmp_path: Path, target: Path) -> None:
    import xlsxwriter  # noqa: PLC0415 - only here

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("表")
        page.write_formula("A1", "=1+1", None, 2)
        page.write_formula("A2", '="a"&"b"', None, "ab")
        page.write_array_formula("A3:A3", "{=SUM(A1:A1)}", None, 2)
        page.write_formula("A4", '="="&"cmd"', None, "=cmd")
    write_marked(path, [], target)
    page = opened(target)["表"]
    assert [page.cell(row, 1).value for row in range(1, 5)] == [2, "ab", 2, "=cmd"]
    assert [page.cell(row, 1).data_type for row in range(1, 5)] == ["n", "s", "n", "s"]


def test_a_formula_that_was_never_calculated_is_shown_as_text(
    styled: Path, target: Path
) -> None:
    write_marked(styled, [], target)
    cell = opened(target)["项目'表"]["C4"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=C3*2", "s", True)


def test_a_text_like_a_formula_stays_a_text(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名称\nP-1,=1+1\nP-2,\uff0b1\nP-3,001\n", encoding="utf-8")
    write_marked(path, [finding("line 2 column B")], target)
    page = opened(target)["a"]
    assert [page.cell(row, 2).value for row in (2, 3, 4)] == ["=1+1", "\uff0b1", "001"]
    assert {page.cell(row, 2).data_type for row in (2, 3, 4)} == {"s"}
    assert [page.cell(row, 2).quotePrefix for row in (2, 3, 4)] == [True, True, False]


def test_what_could_run_or_fetch_is_left_out(tmp_path: Path, target: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["a", "b"])
    page.append(["x", 1])
    page["A2"].hyperlink = "http://127.0.0.1:9/x"
    page.add_data_validation(
        openpyxl.worksheet.datavalidation.DataValidation("custom", formula1="=A1")
    )
    page.conditional_formatting.add(
        "A1:A2", openpyxl.formatting.rule.FormulaRule(formula=["WEBSERVICE(A1)"])
    )
    book.defined_names["evil"] = openpyxl.workbook.defined_name.DefinedName(
        "evil", attr_text="'http://127.0.0.1:9/[b.xlsx]S'!A1"
    )
    page.add_chart(openpyxl.chart.BarChart(), "D1")
    book.save(tmp_path / "a.xlsx")
    write_marked(tmp_path / "a.xlsx", [finding("Sheet!A2")], target)
    with zipfile.ZipFile(target) as archive:
        content = b"".join(map(archive.read, archive.namelist()))
        names = archive.namelist()
    for word in (b"127.0.0.1", b"WEBSERVICE", b"dataValidation ", b"evil"):
        assert word not in content
    assert not [name for name in names if "chart" in name or "externalLink" in name]


def test_macros_are_left_out(styled: Path, tmp_path: Path, target: Path) -> None:
    path = tmp_path / "macro.xlsm"
    with zipfile.ZipFile(styled) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"macro")
    write_marked(path, [], target)
    with zipfile.ZipFile(target) as archive:
        assert "xl/vbaProject.bin" not in archive.namelist()


@pytest.mark.parametrize("kind", ["csv", "xls"])
def test_other_tables_are_copied_as_values(
    write_csv: Write, write_xls: Write, target: Path, kind: str
) -> None:
    rows = [HEADINGS, ("P-1", 60_000, 5_000)]
    path = write_csv(*rows) if kind == "csv" else write_xls(表=rows)
    write_marked(path, read_projects(path).findings, target)
    page = opened(target).worksheets[1]
    assert page.title == ("sheet" if kind == "csv" else "表")
    assert colour(page["B2"]) == FILLS[Severity.ERROR]
    assert page["B2"].comment is not None
    assert page["B2"].value == ("60000" if kind == "csv" else 60_000)


def test_days_in_xls_stay_days(write_xls: Write, target: Path) -> None:
    path = write_xls(表=[("日期",), (dt.date(2023, 9, 5),)])
    write_marked(path, [], target)
    assert opened(target)["表"]["A2"].value == dt.datetime(2023, 9, 5)  # noqa: DTZ001


def test_a_line_of_csv_is_a_row_also_behind_broken_lines(
    tmp_path: Path, target: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text('编号,名称\nP-1,"a\nb"\nP-2,x\n', "utf-8")
    write_marked(path, [finding("line 4 column B")], target)
    assert colour(opened(target)["a"]["B3"]) == FILLS[Severity.ERROR]


def test_boundaries_are_copied_as_their_attribute_table(
    squares: gpd.GeoDataFrame, write_shapes: Write, target: Path
) -> None:
    squares["面积(亩)"] = [15.0, 99.0, 15.0]
    path = write_shapes(squares)
    read = read_parcels(path)
    findings = [*read.findings, *check_parcels(read.parcels)]
    write_marked(path, findings, target, language="zh")
    page = opened(target)["parcels"]
    assert [cell.value for cell in page[1]] == [
        "位置",
        "地块编号",
        "地块名称",
        "面积(亩)",
    ]
    assert [cell.value for cell in page[3]] == ["第 2 条记录", "A-2", "大沙二号", 99]
    assert colour(page["D3"]) != ""
    assert colour(page["D2"]) == ""


def test_parcels_of_one_name_are_marked_apart(
    squares: gpd.GeoDataFrame, write_shapes: Write, target: Path
) -> None:
    squares["地块编号"] = ["A-1", "A-1", "A-2"]
    path = write_shapes(squares)
    write_marked(path, [finding("", "A-1#2", field="geometry")], target)
    page = opened(target)["parcels"]
    assert [colour(page.cell(row, 1)) != "" for row in (2, 3, 4)] == [
        False,
        True,
        False,
    ]


def test_a_survey_txt_is_copied_line_by_line(
    golden: str, write_text: Write, target: Path
) -> None:
    path = write_text("a.txt", golden, "gbk")
    head = finding("", "ZQ-2023-001", field="declared_m2")
    write_marked(path, [finding("line 14"), head], target)
    page = opened(target)["a"]
    lines = golden.splitlines()
    assert [page.cell(row, 1).value for row in (1, 13, 14)] == [
        lines[0],
        lines[12],
        lines[13],
    ]
    marked = [row for row in range(1, len(lines) + 1) if colour(page.cell(row, 1))]
    assert marked == [lines.index(next(x for x in lines if "ZQ-2023" in x)) + 1, 14]


def test_a_character_that_no_workbook_holds_is_replaced(
    tmp_path: Path, target: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名称\nP-1,a\x01b\n", "utf-8")
    write_marked(path, [finding("line 2 column B", value="\x02")], target)
    assert opened(target)["a"]["B2"].value == "a\ufffdb"


def test_many_findings_are_all_listed(write_csv: Write, target: Path) -> None:
    rows = [(f"P-{number}", 60_000, 5_000) for number in range(3_000)]
    path = write_csv(HEADINGS, *rows)
    findings = read_projects(path).findings
    write_marked(path, findings, target)
    sheet = opened(target).worksheets[0]
    assert sheet.max_row == 5 + len(findings)


def test_a_copy_with_another_ending_is_refused(styled: Path, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match=r"\.xlsx"):
        write_marked(styled, [], tmp_path / "marked.xls")


def test_the_source_is_never_written_over(styled: Path) -> None:
    with pytest.raises(FileUnreadableError, match="itself"):
        write_marked(styled, [], styled)


def test_a_source_that_cannot_be_read_leaves_no_copy(
    tmp_path: Path, target: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\3\4" + bytes(200))
    with pytest.raises(FileUnreadableError):
        write_marked(path, [], target)
    assert not target.exists()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_other_programs_open_the_copy(
    styled: Path, write_csv: Write, target: Path, kind: str
) -> None:
    path = styled if kind == "xlsx" else write_csv(HEADINGS, ("P-1", 1, 2))
    place = "项目'表!B3" if kind == "xlsx" else "line 2 column B"
    write_marked(path, [finding(place)], target, language="en")
    book = CalamineWorkbook.from_path(str(target))
    assert book.sheet_names == ["Findings", "项目'表" if kind == "xlsx" else "sheet"]
    assert book.get_sheet_by_index(0).to_python()[5][1] in {place, "line 2, column B"}


def test_a_large_workbook_is_copied_as_values(
    styled: Path, tmp_path: Path, target: Path
) -> None:
    path = tmp_path / "large.xlsx"
    with zipfile.ZipFile(styled) as old, zipfile.ZipFile(path, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/padding.bin", bytes(41_000_000))
    write_marked(path, [finding("项目'表!B3")], target)
    page = opened(target).worksheets[1]
    assert page["B3"].value == 60_000
    assert colour(page["B3"]) == FILLS[Severity.ERROR]
    assert page["A2"].font.bold is not True
