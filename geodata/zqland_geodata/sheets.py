"""Read one table from a workbook or a CSV file, with the place of every row.

The row of headings is looked for below titles; blank rows and rows of totals are left
out; a value in a merged cell belongs to all rows of that cell, as the sheet shows it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.errors import (
    FileUnreadableError,
    MissingColumnError,
    MissingLayerError,
)
from zqland_geodata.localfiles import local_path
from zqland_geodata.lostcells import lost_cells
from zqland_geodata.options import Limits
from zqland_geodata.rawtable import clean_text
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KINDS = (".xlsx", ".xlsm", ".xls", ".csv")
"""Endings of files that tables are read from."""

TOTALS = frozenset({"合计", "总计", "小计", "total", "totals", "sum", "subtotal"})
"""Words that begin a row of totals, which is no record."""

_HEADING_ROWS = 15
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in a file.

    Attributes
    ----------
    name
        Name of the file, and of the sheet where it has some.
    raw
        Values as read, one column per heading.
    row_places
        Where each row stands.
    findings
        What was left out or could not be read.
    """

    name: str
    raw: pd.DataFrame
    row_places: list[str]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class _Grid:
    """All cells of a sheet."""

    name: str
    rows: list[list[Any]]
    places: list[str]
    lost: set[tuple[int, int]] = field(default_factory=set)


def read_sheet(
    path: str | Path, *, sheet: str, is_heading: Callable[[str], bool], known: Text
) -> Sheet:
    """Read the table of a workbook or CSV file.

    Parameters
    ----------
    path
        An xlsx, xlsm, xls or csv file; CSV in UTF-8 or GBK (GB 18030).
    sheet
        Name of the sheet; ``""`` takes the only one with known headings.
    is_heading
        Tells whether a text is a known heading.
    known
        What headings are looked for, for the message.

    Returns
    -------
    table
        The rows below the headings.

    Raises
    ------
    FileUnreadableError
        It is not there, of another kind, broken, empty or beyond all size.
    MissingLayerError
        There is no such sheet, or several fit and none was named.
    MissingColumnError
        No row of known headings was found.
    """
    source = local_path(path)
    if source.suffix.lower() not in KINDS:
        raise FileUnreadableError(
            _UNKNOWN_KIND.format(name=source.name, known=", ".join(KINDS))
        )
    grids = _csv(source) if source.suffix.lower() == ".csv" else _workbook(source)
    if sheet:
        grids = [grid for grid in grids if grid.name == sheet] or _none(
            grids, sheet, source
        )
    found = [(grid, _heading_row(grid, is_heading)) for grid in grids]
    fitting = [(grid, row) for grid, row in found if row is not None]
    if not fitting:
        raise MissingColumnError(_no_headings(source, grids, known))
    if len(fitting) > 1:
        names = ", ".join(grid.name for grid, _ in fitting)
        raise MissingLayerError(_MANY_SHEETS.format(name=source.name, known=names))
    grid, heading_row = fitting[0]
    name = f"{source.name}!{grid.name}" if grid.name else source.name
    return _table(name, grid, heading_row)


def _none(grids: list[_Grid], sheet: str, source: Path) -> list[_Grid]:
    known = ", ".join(grid.name for grid in grids) or "–"
    raise MissingLayerError(
        _NO_SHEET.format(name=source.name, sheet=sheet, known=known)
    )


def _workbook(source: Path) -> list[_Grid]:
    lost = lost_cells(source) if source.suffix.lower() != ".xls" else {}
    grids: list[_Grid] = []
    try:
        book = CalamineWorkbook.from_path(str(source))
        for name in book.sheet_names:
            content = book.get_sheet_by_name(name)
            rows = content.to_python(skip_empty_area=False)
            _fill_merged(rows, content.merged_cell_ranges or [])
            places = [f"{name}!{number}" for number in range(1, len(rows) + 1)]
            grids.append(_Grid(name, rows, places, lost.get(name, set())))
    except (CalamineError, OSError, ValueError) as error:
        raise FileUnreadableError(
            _BROKEN.format(name=source.name, reason=error)
        ) from error
    return grids


def _fill_merged(rows: list[list[Any]], ranges: list[Any]) -> None:
    """Give every cell of a merged one its value."""
    for (top, left), (bottom, right) in ranges:
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value


def _csv(source: Path) -> list[_Grid]:
    content = source.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        first = text.lstrip("\r\n").partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            lines = [(list(row), f"line {reader.line_num}") for row in reader]
        except csv.Error as error:
            raise FileUnreadableError(
                _BROKEN.format(name=source.name, reason=error)
            ) from error
        width = max((len(row) for row, _ in lines), default=0)
        # Every row is filled up to the width of the widest one.
        if width * len(lines) > Limits().cells:
            facts = {"rows": len(lines), "columns": width}
            raise FileUnreadableError(_TOO_LARGE.format(name=source.name, **facts))
        rows = [row + [""] * (width - len(row)) for row, _ in lines]
        return [_Grid("", rows, [place for _, place in lines])]
    raise FileUnreadableError(_ENCODING.format(name=source.name))


def _heading_row(grid: _Grid, is_heading: Callable[[str], bool]) -> int | None:
    """Return the row with most known headings among the first ones."""
    counts = [
        len({text for text in map(clean_text, row) if text and is_heading(text)})
        for row in grid.rows[:_HEADING_ROWS]
    ]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def _table(name: str, grid: _Grid, heading_row: int) -> Sheet:
    headings = _distinct([clean_text(value) for value in grid.rows[heading_row]])
    findings = list(_titles(grid, heading_row))
    kept: list[int] = []
    for number in range(heading_row + 1, len(grid.rows)):
        texts = [clean_text(value) for value in grid.rows[number]]
        first = next((text for text in texts if text), "")
        is_lost = any((number, column) in grid.lost for column in range(len(texts)))
        if first.rstrip(":：").casefold() in TOTALS:
            findings.append(_TOTAL.finding("", "", first, place=grid.places[number]))
        elif first or is_lost:
            kept.append(number)
    columns = [place for place, heading in enumerate(headings) if heading]
    findings += _nameless(name, grid, headings, kept)
    findings += _lost(grid, headings, kept)
    raw = pd.DataFrame(
        [[grid.rows[number][place] for place in columns] for number in kept],
        columns=[headings[place] for place in columns],
        dtype="object",
    )
    return Sheet(name, raw, [grid.places[number] for number in kept], findings)


def _distinct(headings: list[str]) -> list[str]:
    """Put a number behind repeated headings, so that each column can be named."""
    return [
        f"{heading} ({headings[: place + 1].count(heading)})"
        if heading in headings[:place] and heading
        else heading
        for place, heading in enumerate(headings)
    ]


def _titles(grid: _Grid, heading_row: int) -> Iterator[Finding]:
    for number in range(heading_row):
        text = " ".join(filter(None, map(clean_text, grid.rows[number])))
        if text:
            yield _TITLE.finding("", "", text, place=grid.places[number])


def _nameless(
    name: str, grid: _Grid, headings: list[str], kept: list[int]
) -> Iterator[Finding]:
    for place, heading in enumerate(headings):
        values = [clean_text(grid.rows[number][place]) for number in kept]
        example = next(filter(None, values), "")
        if not heading and example:
            yield _NO_HEADING.finding("", "", example, place=name)


def _lost(grid: _Grid, headings: list[str], kept: list[int]) -> Iterator[Finding]:
    rows = set(kept)
    for number, column in sorted(grid.lost):
        if number in rows and column < len(headings) and headings[column]:
            where = grid.places[number]
            yield _NO_VALUE.finding(where, headings[column], place=where)


def _no_headings(source: Path, grids: list[_Grid], known: Text) -> Text:
    filled = [
        text
        for grid in grids
        for row in grid.rows
        for text in map(clean_text, row)
        if text
    ]
    if not filled:
        return _NO_CELLS.format(name=source.name)
    return _NO_HEADINGS.format(
        name=source.name, found=", ".join(filled[:12]), known=known
    )


_UNKNOWN_KIND = Text(
    en="{name} is of no kind that tables are read from. Known: {known}.",
    zh="{name}不是可读取的表格文件。可用：{known}。",
)
_BROKEN = Text(
    en="{name} cannot be read ({reason}). Save it again, without a password.",
    zh="{name}无法读取（{reason}）。请重新保存，不要加密码。",
)
_TOO_LARGE = Text(
    en="{name} has {rows} rows of up to {columns} columns, more cells than are read. "
    "Delete what stands far away from the table.",
    zh="{name}有 {rows} 行、最多 {columns} 列，超出可读取的单元格数。"
    "请删除远离表格的内容。",
)
_ENCODING = Text(
    en="{name} is in neither UTF-8 nor GBK. Save it in one of them.",
    zh="{name}的编码不是 UTF-8 或 GBK。请另存为其中之一。",
)
_NO_SHEET = Text(
    en="{name} has no sheet “{sheet}”; it has: {known}.",
    zh="{name}中没有工作表“{sheet}”；现有：{known}。",
)
_MANY_SHEETS = Text(
    en="{name} has several sheets that fit: {known}. Name one as sheet in a field map.",
    zh="{name}中有多张符合的工作表：{known}。请在字段映射中用 sheet 指明一张。",
)
_NO_CELLS = Text(
    en="{name} is empty. Give a table with a row of headings.",
    zh="{name}是空表。请给出带列名的表格。",
)
_NO_HEADINGS = Text(
    en="{name}: no row of known headings. Found: {found}. Needed: {known}. Rename the "
    "headings, or name them in a field map.",
    zh="{name}：没有可识别的列名行。现有：{found}。需要：{known}。请改列名，或在字段映射中"
    "指明。",
)
_NOT_READ = Text(en="not read", zh="未读取")
_TITLE = Rule(
    "row.title",
    Severity.INFO,
    Text(en="a row above the headings", zh="列名行之上的内容"),
    _NOT_READ,
)
_TOTAL = Rule(
    "row.total",
    Severity.INFO,
    Text(en="a row of totals is no record", zh="合计行不是记录"),
    _NOT_READ,
)
_NO_HEADING = Rule(
    "heading.missing",
    Severity.INFO,
    Text(en="a column with values has no heading", zh="有内容的列没有列名"),
    _NOT_READ,
)
_NO_VALUE = Rule(
    "cell.no_value",
    Severity.ERROR,
    Text(
        en="the cell holds a formula error, or a formula that was never calculated",
        zh="单元格为公式错误，或公式未计算",
    ),
    Text(
        en="read as empty; write the value itself", zh="按空单元格处理；请直接填写数值"
    ),
)
