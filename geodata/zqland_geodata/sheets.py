"""Read one table from a workbook or a CSV file, with the place of every row.

The rows of headings are looked for below titles; blank rows and rows of totals are left
out; a value in a merged cell belongs to all rows of that cell, as the sheet shows it,
but a figure that several rows share belongs to none of them alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import totals
from zqland_geodata.cellgrids import Grid, open_grids
from zqland_geodata.cellplaces import cell_place
from zqland_geodata.errors import MissingColumnError, MissingLayerError
from zqland_geodata.headingrows import HeadingRows, find_headings, title_units
from zqland_geodata.rawtable import Layout, RawTable, clean_text
from zqland_geodata.remarks import LEFT_UNKNOWN, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zqland_geodata.options import Limits


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
    layout
        Where the columns stand, and what holds for all of them.
    """

    name: str
    raw: pd.DataFrame
    row_places: list[str]
    findings: list[Finding]
    layout: Layout = field(default_factory=Layout)

    def as_table(self, table: str, *, action: Text = LEFT_UNKNOWN) -> RawTable:
        """Return the raw table that is read as a table of ``columns.csv``."""
        return RawTable(
            self.name, self.raw, table, self.row_places, action, self.layout
        )


def read_sheet(
    path: str | Path,
    *,
    sheet: str,
    is_heading: Callable[[str], bool],
    known: Text,
    limits: Limits | None = None,
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
    limits
        How much is read at most.

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
    grids = open_grids(path, limits)
    file = Path(path).name
    if sheet:
        grids = [grid for grid in grids if grid.name == sheet] or _none(
            grids, sheet, file
        )
    found = [(grid, find_headings(grid, is_heading)) for grid in grids]
    fitting = [(grid, rows) for grid, rows in found if rows is not None]
    if not fitting:
        raise MissingColumnError(_no_headings(file, grids, known))
    if len(fitting) > 1:
        names = ", ".join(grid.name for grid, _ in fitting)
        raise MissingLayerError(_MANY_SHEETS.format(name=file, known=names))
    grid, rows = fitting[0]
    return _table(f"{file}!{grid.name}" if grid.name else file, grid, rows)


def _none(grids: list[Grid], sheet: str, file: str) -> list[Grid]:
    known = ", ".join(grid.name for grid in grids) or "–"
    raise MissingLayerError(_NO_SHEET.format(name=file, sheet=sheet, known=known))


def _table(name: str, grid: Grid, rows: HeadingRows) -> Sheet:
    headings = _distinct([heading.text for heading in rows.headings])
    titles = _titles(grid, rows.top)
    findings = [_TITLE.finding("", "", text, place=place) for place, text in titles]
    findings += _groups(grid, rows, headings)
    columns = [place for place, heading in enumerate(headings) if heading]
    kept = _records(grid, rows.bottom + 1, columns, findings)
    findings += _nameless(grid, headings, kept)
    findings += _lost(grid, headings, kept)
    raw = pd.DataFrame(
        [[grid.rows[number][place] for place in columns] for number in kept],
        columns=[headings[place] for place in columns],
        dtype="object",
    )
    layout = Layout(
        columns={headings[place]: place + 1 for place in columns},
        heading_row=grid.places[rows.bottom],
        units=title_units([text for _, text in titles]),
        shared=_shared(grid, headings, kept),
        epoch_1904=grid.epoch_1904,
    )
    return Sheet(name, raw, [grid.places[number] for number in kept], findings, layout)


def _records(
    grid: Grid, first: int, columns: list[int], findings: list[Finding]
) -> list[int]:
    """Return the rows that are records: neither blank nor totals."""
    lost_rows = {row for row, _ in grid.lost}
    kept: list[int] = []
    for number in range(first, len(grid.rows)):
        texts = [clean_text(value) for value in grid.rows[number]]
        if totals.is_total(texts):
            word = next(filter(None, texts))
            findings.append(_TOTAL.finding("", "", word, place=grid.places[number]))
        elif any(texts) or number in lost_rows:
            kept.append(number)
    cells = [[grid.rows[number][place] for place in columns] for number in kept]
    sums = {kept[place] for place in totals.unnamed_totals(cells)}
    findings += [
        _SUM.finding("", "", place=grid.places[number]) for number in sorted(sums)
    ]
    return [number for number in kept if number not in sums]


def _distinct(headings: list[str]) -> list[str]:
    """Put a number behind repeated headings, so that each column can be named."""
    seen: Counter[str] = Counter()
    named: list[str] = []
    for heading in headings:
        seen[heading] += 1
        is_again = heading and seen[heading] > 1
        named.append(f"{heading} ({seen[heading]})" if is_again else heading)
    return named


def _titles(grid: Grid, top: int) -> list[tuple[str, str]]:
    """Return the places and texts of the rows above the headings."""
    texts = [
        " ".join(dict.fromkeys(filter(None, map(clean_text, row))))
        for row in grid.rows[:top]
    ]
    return [(grid.places[row], text) for row, text in enumerate(texts) if text]


def _groups(grid: Grid, rows: HeadingRows, headings: list[str]) -> Iterator[Finding]:
    for number, heading in enumerate(rows.headings):
        if heading.group:
            place = cell_place(grid.places[rows.bottom], number + 1)
            yield _GROUP.finding("", headings[number], heading.group, place=place)


def _nameless(grid: Grid, headings: list[str], kept: list[int]) -> Iterator[Finding]:
    for place, heading in enumerate(headings):
        if heading:
            continue
        for number in kept:
            example = clean_text(grid.rows[number][place])
            if example:
                where = cell_place(grid.places[number], place + 1)
                yield _NO_HEADING.finding("", "", example, place=where)
                break


def _lost(grid: Grid, headings: list[str], kept: list[int]) -> Iterator[Finding]:
    rows = set(kept)
    for number, column in sorted(grid.lost):
        if number in rows and column < len(headings) and headings[column]:
            where = grid.places[number]
            place = cell_place(where, column + 1)
            yield _NO_VALUE.finding(where, headings[column], place=place)


def _shared(
    grid: Grid, headings: list[str], kept: list[int]
) -> dict[str, frozenset[int]]:
    """Return the rows whose cells are merged with those of other rows, by heading."""
    row_of = {number: row for row, number in enumerate(kept)}
    shared: dict[str, set[int]] = {}
    for (top, left), (bottom, right) in grid.merged:
        rows = {row_of[number] for number in range(top, bottom + 1) if number in row_of}
        if len(rows) > 1:
            for heading in filter(None, headings[left : right + 1]):
                shared.setdefault(heading, set()).update(rows)
    return {heading: frozenset(rows) for heading, rows in shared.items()}


def _no_headings(file: str, grids: list[Grid], known: Text) -> Text:
    filled = [
        text
        for grid in grids
        for row in grid.rows
        for text in map(clean_text, row)
        if text
    ]
    if not filled:
        return _NO_CELLS.format(name=file)
    return _NO_HEADINGS.format(name=file, found=", ".join(filled[:12]), known=known)


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
_SUM = Rule(
    "row.sum",
    Severity.INFO,
    Text(
        en="a row without a name whose figures are the sums of the rows above",
        zh="无编号的行，其数值等于以上各行之和，视为合计行",
    ),
    _NOT_READ,
)
_GROUP = Rule(
    "heading.group",
    Severity.INFO,
    Text(
        en="the column stands under a heading of its own group",
        zh="该列位于上级列名之下",
    ),
    Text(
        en="read by its own heading; check that the group does not change its meaning",
        zh="按本列列名读取；请核对上级列名是否改变其含义",
    ),
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
