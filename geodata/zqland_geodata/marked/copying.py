"""Mark the cells of a workbook in a copy that keeps its formats and runs nothing.

Formulas are replaced by the values that they had when the workbook was saved. What
could run or fetch something is left out: macros, links, connections, rules for cells
with formulas of their own, pivot tables, charts and pictures.
"""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell.cell import ERROR_CODES, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.hyperlink import Hyperlink

from zqland.text import Text
from zqland_geodata import lostcells
from zqland_geodata.cells import is_formula
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.marked import marks
from zqland_geodata.marked.marks import Mark, Marking, Spot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zqland.findings import Severity

_AUTHOR = "zqland"
_NOTE_WIDTH, _NOTE_HEIGHT = 320, 120
_WIDEST_ROW = 200


def open_workbook(path: Path) -> openpyxl.Workbook:
    """Open a workbook for a copy that runs nothing.

    Parameters
    ----------
    path
        An xlsx or xlsm workbook that may be opened.

    Returns
    -------
    book
        The workbook with values in the place of formulas.

    Raises
    ------
    FileUnreadableError
        It is damaged.
    """
    lost = lostcells.lost_cells(path)
    book = _loaded(path, values=True)
    if any(lost.values()):
        _show_lost(book, _loaded(path, values=False), lost)
    book.vba_archive = None
    book.defined_names.clear()
    for chart_sheet in list(book.chartsheets):
        book.remove(chart_sheet)
    for sheet in book.worksheets:
        _make_harmless(sheet)
    return book


def mark_workbook(book: openpyxl.Workbook, marking: Marking, target: Path) -> None:
    """Mark cells, put the list of findings in front and write the copy.

    Parameters
    ----------
    book
        From `open_workbook`.
    marking
        Marks and list.
    target
        Where it is written.
    """
    fills = {
        severity: PatternFill("solid", fgColor=colour)
        for severity, colour in marks.FILLS.items()
    }
    for number, (spot, mark) in enumerate(marking.marks.items()):
        sheet = book[spot.sheet]
        for cell in _cells(sheet, spot):
            if spot.column or Spot(spot.sheet, cell.row, cell.column) not in (
                marking.marks
            ):
                cell.fill = fills[mark.severity]
        if number < marks.MOST_NOTES:
            _explain(_anchor(sheet, spot.row, max(spot.column, 1)), mark)
    _list(book, marking, fills)
    book.save(target)


def _loaded(path: Path, *, values: bool) -> openpyxl.Workbook:
    try:
        with warnings.catch_warnings():
            # It warns of each part that it does not keep; the page says what they are.
            warnings.simplefilter("ignore", UserWarning)
            return openpyxl.load_workbook(path, data_only=values, keep_links=False)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise FileUnreadableError(
            _BROKEN.format(name=path.name, reason=error)
        ) from error


def _show_lost(
    book: openpyxl.Workbook,
    formulas: openpyxl.Workbook,
    lost: dict[str, set[tuple[int, int]]],
) -> None:
    """Show formulas that were never calculated as texts."""
    for name, places in lost.items():
        for row, column in places:
            cell = book[name].cell(row + 1, column + 1)
            formula = formulas[name].cell(row + 1, column + 1).value
            if cell.value is None and isinstance(cell, Cell) and formula is not None:
                _put_text(cell, str(getattr(formula, "text", formula)))


def _make_harmless(sheet: Any) -> None:  # noqa: ANN401 - the library has no types
    sheet.conditional_formatting = ConditionalFormattingList()
    sheet.data_validations = DataValidationList()
    sheet._charts, sheet._images, sheet._pivots = [], [], []  # noqa: SLF001 - no other way
    sheet._hyperlinks = []  # noqa: SLF001 - no other way
    sheet.tables.clear()
    sheet.legacy_drawing = None
    sheet.sheet_view.tabSelected = False
    # Cells are looked at one by one: the library keeps them as objects.
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, Cell):
                continue
            cell.hyperlink = None
            if cell.data_type == "f":
                _put_text(cell, str(cell.value))
            elif cell.data_type == "s" and is_formula(str(cell.value)):
                cell.quotePrefix = True


def _put_text(cell: Any, text: str) -> None:  # noqa: ANN401 - the library has no types
    """Put a text into a cell that no program takes for a formula."""
    cell.value = None
    cell.value = marks.clean(text)
    if text in ERROR_CODES or text.startswith("="):
        cell.data_type = "s"
    if is_formula(text):
        cell.quotePrefix = True


def _cells(sheet: Any, spot: Spot) -> Iterator[Any]:  # noqa: ANN401 - as above
    if spot.column:
        yield _anchor(sheet, spot.row, spot.column)
        return
    for column in range(1, min(sheet.max_column, _WIDEST_ROW) + 1):
        cell = sheet.cell(spot.row, column)
        if isinstance(cell, Cell):
            yield cell


def _anchor(sheet: Any, row: int, column: int) -> Any:  # noqa: ANN401 - as above
    """Return a cell, or the one that is shown in its place where cells are merged."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, MergedCell):
        return cell
    for merged in sheet.merged_cells.ranges:
        if cell.coordinate in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _explain(cell: Any, mark: Mark) -> None:  # noqa: ANN401 - as above
    if not isinstance(cell, Cell):
        return
    before = f"{cell.comment.text}\n" if cell.comment else ""
    note = Comment(marks.clean(before + mark.text), _AUTHOR)
    note.width, note.height = _NOTE_WIDTH, _NOTE_HEIGHT
    cell.comment = note


def _list(
    book: openpyxl.Workbook, marking: Marking, fills: dict[Severity, PatternFill]
) -> None:
    name = marks.free_name(marking.title, book.sheetnames)
    sheet = book.create_sheet(name, 0)
    book.active = 0
    for row, sentence in enumerate(marking.head, start=1):
        _put_text(sheet.cell(row, 1), sentence)
    sheet["A1"].font = Font(bold=True, size=14)
    top = len(marking.head) + 2
    for column, heading in enumerate(marking.headings, start=1):
        cell = sheet.cell(top, column, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = marks.WIDTHS[column - 1]
    wrapped = Alignment(wrap_text=True, vertical="top")
    link = Font(color="0563C1", underline="single")
    for row, listed in enumerate(marking.listed, start=top + 1):
        for column, text in enumerate(listed.texts, start=1):
            cell = sheet.cell(row, column)
            cell.alignment = copy.copy(wrapped)
            if text:
                _put_text(cell, text)
        sheet.cell(row, 1).fill = fills[listed.severity]
        if listed.spot is not None:
            where = sheet.cell(row, 2)
            _put_text(where, listed.texts[1] or listed.spot.address)
            where.hyperlink = Hyperlink(ref=where.coordinate, location=listed.spot.link)
            where.font = link
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    bottom = top + len(marking.listed)
    last = sheet.cell(top, len(marking.headings)).column_letter
    sheet.auto_filter.ref = f"A{top}:{last}{bottom}"


_BROKEN = Text(
    en="{name} cannot be read ({reason}). Save it again, without a password.",
    zh="{name}无法读取（{reason}）。请重新保存，不要加密码。",
)
