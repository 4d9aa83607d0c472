"""All cells of a workbook or CSV file, with the place of every row.

Nothing is understood here: no headings, no records. A value in a merged cell belongs
to all cells of it, as the sheet shows it.
"""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook

from zqland.text import Text
from zqland_geodata import lostcells, xlsbooks
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.localfiles import local_path
from zqland_geodata.options import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from python_calamine import CalamineSheet

KINDS = (".xlsx", ".xlsm", ".xls", ".csv")
"""Endings of files that tables are read from."""

ENCODINGS = ("utf-8-sig", "gb18030")
"""Encodings of CSV files, in the order in which they are tried."""

Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of merged ones, as rows and columns from 0."""


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of a sheet.

    Attributes
    ----------
    name
        Name of the sheet; ``""`` for a CSV file.
    rows
        Values, all rows of one width.
    places
        Where each row stands.
    lost
        Cells from 0 whose value the file does not hold.
    merged
        Merged cells.
    epoch_1904
        Whether numbers of days count from 1904; ``None`` where the file cannot say.
    """

    name: str
    rows: list[list[Any]]
    places: list[str]
    lost: set[tuple[int, int]] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    epoch_1904: bool | None = None


def open_grids(path: str | Path, limits: Limits | None = None) -> list[Grid]:
    """Read all cells of a file.

    Parameters
    ----------
    path
        An xlsx, xlsm, xls or csv file; CSV in UTF-8 or GBK (GB 18030).
    limits
        How much is read at most.

    Returns
    -------
    grids
        One per sheet; one for a CSV file.

    Raises
    ------
    FileUnreadableError
        It is not there, of another kind, broken, empty or beyond the limits.
    """
    most = limits or Limits()
    source = local_path(path, most)
    suffix = source.suffix.lower()
    if suffix not in KINDS:
        raise FileUnreadableError(
            _UNKNOWN_KIND.format(name=source.name, known=", ".join(KINDS))
        )
    if suffix == ".csv":
        return [_csv(source, most)]
    grids = _old_workbook(source, most) if suffix == ".xls" else _workbook(source, most)
    for grid in grids:
        _fill_merged(source.name, grid)
    return grids


def _workbook(source: Path, limits: Limits) -> list[Grid]:
    facts = lostcells.look_into(source, limits)
    try:
        with _panics_as_errors(), CalamineWorkbook.from_path(str(source)) as book:
            return [
                _grid(book.get_sheet_by_name(name), facts, source.name, limits)
                for name in book.sheet_names
            ]
    except (CalamineError, OSError, ValueError) as error:
        raise FileUnreadableError(
            _BROKEN.format(name=source.name, reason=error)
        ) from error


@contextmanager
def _panics_as_errors() -> Iterator[None]:
    """Turn a fault inside the reading library into an error like others."""
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        # The library has no name for it that could be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from error


def _grid(
    content: CalamineSheet, facts: lostcells.BookFacts, file: str, limits: Limits
) -> Grid:
    last_row, last_column = content.end or (-1, -1)
    _check_size(file, last_row + 1, last_column + 1, limits)
    rows = content.to_python(skip_empty_area=False)
    return Grid(
        name=content.name,
        rows=rows,
        places=_places(content.name, rows),
        lost=facts.lost.get(content.name, set()),
        merged=list(content.merged_cell_ranges or []),
        epoch_1904=facts.epoch_1904,
    )


def _old_workbook(source: Path, limits: Limits) -> list[Grid]:
    book = xlsbooks.read_book(source)
    grids: list[Grid] = []
    for sheet in book.sheets:
        places = [*sheet.cells, *sheet.lost]
        height = max((row for row, _ in places), default=-1) + 1
        width = max((column for _, column in places), default=-1) + 1
        _check_size(source.name, height, width, limits)
        rows: list[list[Any]] = [[""] * width for _ in range(height)]
        for (row, column), value in sheet.cells.items():
            rows[row][column] = value
        grids.append(
            Grid(
                name=sheet.name,
                rows=rows,
                places=_places(sheet.name, rows),
                lost=sheet.lost,
                merged=sheet.merged,
                epoch_1904=book.epoch_1904,
            )
        )
    return grids


def _places(name: str, rows: list[list[Any]]) -> list[str]:
    return [f"{name}!{row}" for row in range(1, len(rows) + 1)]


def _fill_merged(file: str, grid: Grid) -> None:
    """Give every cell of a merged one its value."""
    height, width = len(grid.rows), max(map(len, grid.rows), default=0)
    covered = 0
    for (top, left), (bottom, right) in grid.merged:
        rows = grid.rows[top : bottom + 1]
        count = max(min(right + 1, width) - left, 0)
        covered += len(rows) * count
        if covered > height * width:
            raise FileUnreadableError(_BROKEN.format(name=file, reason=_OVERLAP))
        for row in rows if count else []:
            row[left : left + count] = [rows[0][left]] * count


def _csv(source: Path, limits: Limits) -> Grid:
    content = source.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        lines = _lines(source.name, text)
        width = max((len(row) for row, _ in lines), default=0)
        # Every row is filled up to the width of the widest one.
        _check_size(source.name, len(lines), width, limits)
        rows = [row + [""] * (width - len(row)) for row, _ in lines]
        return Grid("", rows, [place for _, place in lines])
    raise FileUnreadableError(_ENCODING.format(name=source.name))


def _lines(name: str, text: str) -> list[tuple[list[str], str]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(list(row), f"line {reader.line_num}") for row in reader]
    except csv.Error as error:
        raise FileUnreadableError(_BROKEN.format(name=name, reason=error)) from error


def _check_size(name: str, rows: int, columns: int, limits: Limits) -> None:
    if rows * columns > limits.cells:
        raise FileUnreadableError(
            _TOO_LARGE.format(name=name, rows=rows, columns=columns)
        )


_UNKNOWN_KIND = Text(
    en="{name} is of no kind that tables are read from. Known: {known}.",
    zh="{name}不是可读取的表格文件。可用：{known}。",
)
_BROKEN = Text(
    en="{name} cannot be read ({reason}). Save it again, without a password.",
    zh="{name}无法读取（{reason}）。请重新保存，不要加密码。",
)
_OVERLAP = Text(en="merged cells overlap", zh="合并单元格相互重叠")
_OVERLAP = Text(en="merged cells overlap", zh="合并单元格相互重叠")
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
