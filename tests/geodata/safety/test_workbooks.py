"""Workbooks with entities, links to elsewhere and sheets without end."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.options import Limits
from zqland_geodata.spreadsheets import read_projects

Rewrite = Callable[..., Path]
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
FETCHED = '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'


@pytest.fixture
def rewrite(tmp_path: Path) -> Rewrite:
    """Return a function that makes a workbook and changes the text of one part."""

    def write(part: str, change: Callable[[str], str | bytes]) -> Path:
        sound, path = tmp_path / "sound.xlsx", tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(sound) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["项目编号", "用地需求（亩）"])
            sheet.write_row(1, 0, ["P-1", 20])
        with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                content: str | bytes = old.read(name)
                if name == part:
                    content = change(old.read(name).decode("utf-8"))
                new.writestr(name, content)
        return path

    return write


def after_declaration(text: str, added: str) -> str:
    start = text.index("?>") + 2 if text.startswith("<?xml") else 0
    return text[:start] + added + text[start:]


@pytest.mark.parametrize(
    "part",
    [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "docProps/core.xml",
    ],
)
@pytest.mark.parametrize("added", [LAUGHS, OUTSIDE, FETCHED])
def test_entities_in_any_part_are_refused(
    rewrite: Rewrite, part: str, added: str
) -> None:
    path = rewrite(part, lambda text: after_declaration(text, added))
    with pytest.raises(FileUnreadableError, match="DOCTYPE"):
        read_projects(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_entities_in_another_encoding_are_refused(
    rewrite: Rewrite, encoding: str
) -> None:
    def change(text: str) -> bytes:
        return after_declaration(text, LAUGHS).encode(encoding)

    with pytest.raises(FileUnreadableError, match="DOCTYPE"):
        read_projects(rewrite("xl/worksheets/sheet1.xml", change))


@pytest.mark.parametrize(
    "hidden", ["<!-- a --> \n" + LAUGHS, "<?a b?>" + LAUGHS, " " * 70_000 + LAUGHS]
)
def test_entities_behind_something_else_are_refused(
    rewrite: Rewrite, hidden: str
) -> None:
    path = rewrite(
        "xl/worksheets/sheet1.xml", lambda text: after_declaration(text, hidden)
    )
    with pytest.raises(FileUnreadableError, match="DOCTYPE"):
        read_projects(path)


def test_links_to_other_workbooks_are_not_followed(
    tmp_path: Path, address: str, asked: list[str]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["项目编号", "项目名称", "用地需求（亩）"])
    sheet.append(["P-1", f'=HYPERLINK("{address}a")', 20])
    sheet.append(["P-2", f"='{address}[b.xlsx]Sheet1'!A1", 20])
    sheet["A3"].hyperlink = f"{address}c"
    book.save(tmp_path / "a.xlsx")
    read = read_projects(tmp_path / "a.xlsx")
    assert list(read.projects.index) == ["P-1", "P-2"]
    assert asked == []


def test_a_workbook_that_is_a_bomb_is_refused(rewrite: Rewrite) -> None:
    path = rewrite("xl/sharedStrings.xml", lambda text: text + " " * 60_000_000)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with pytest.raises(FileUnreadableError, match="bomb"):
        read_projects(path)


def test_one_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["项目编号", "项目名称", "用地需求（亩）"])
    book.worksheets[0]["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FileUnreadableError, match="far away"):
        read_projects(tmp_path / "a.xlsx")


def test_one_row_of_endless_width_in_a_csv_is_refused(tmp_path: Path) -> None:
    # Every row would be filled up to the width of the widest one.
    wide = "," * (Limits().cells // 1000)
    path = tmp_path / "a.csv"
    path.write_text(
        "项目编号,用地需求（亩）\n" + f"{wide}\n" + "P-1,20\n" * 1001, "utf-8"
    )
    with pytest.raises(FileUnreadableError, match=r"columns|cells"):
        read_projects(path)


@pytest.mark.parametrize("piece", ['<c r="A1">', "<c ", "<row ", "<c><v ", "<c></"])
def test_cells_without_an_end_take_no_endless_time(
    rewrite: Rewrite, piece: str
) -> None:
    path = rewrite(
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("<sheetData>", "<sheetData>" + piece * 60_000),
    )
    start = time.process_time()
    with suppress(ReadError):
        read_projects(path)
    assert time.process_time() - start < 30


def test_merged_cells_over_merged_cells_are_refused(rewrite: Rewrite) -> None:
    ranges = '<mergeCell ref="A1:B2"/>' * 50
    merged = f'<mergeCells count="50">{ranges}</mergeCells>'
    path = rewrite(
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("</sheetData>", "</sheetData>" + merged),
    )
    with pytest.raises(FileUnreadableError, match="overlap"):
        read_projects(path)
