"""Build a marked workbook from the values of a file that is none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import xlsxwriter

from zqland_geodata.cells import is_formula
from zqland_geodata.marked import marks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from zqland.findings import Severity
    from zqland_geodata.marked.marks import Mark, Marking, Spot

_LONGEST_CELL = 32_767
_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_date_format": "yyyy-mm-dd",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of the copy.

    Attributes
    ----------
    name
        Its name, one that a workbook takes.
    source
        Name of the sheet in the file, or ``""``.
    rows
        Its values.
    places
        Row of the copy, from 1, by kind and number of the place in the file.
    records
        Row of the copy, from 1, by id of the record.
    fields
        Column of the copy, from 1, by field of a finding.
    """

    name: str
    rows: Sequence[Sequence[Any]]
    places: Mapping[tuple[str, int], int] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)
    source: str = ""


def sheet_name(wanted: str) -> str:
    """Return a name for a sheet that a workbook takes.

    Examples
    --------
    >>> sheet_name("a/b?")
    'a_b_'
    """
    return marks.clean(wanted).translate(_FORBIDDEN)[:_LONGEST_NAME] or "1"


def build(pages: Sequence[Page], marking: Marking, target: Path) -> None:
    """Write the list of findings and the marked pages.

    Parameters
    ----------
    pages
        The values.
    marking
        Marks and list.
    target
        Where it is written.
    """
    by_row: dict[tuple[str, int], list[tuple[Spot, Mark]]] = {}
    for number, (spot, mark) in enumerate(marking.marks.items()):
        if number >= marks.MOST_NOTES:
            mark.notes.clear()
        by_row.setdefault((spot.sheet, spot.row), []).append((spot, mark))
    with xlsxwriter.Workbook(target, dict(_OPTIONS)) as book:
        formats = _Formats(book)
        _write_list(book, [page.name for page in pages], marking, formats)
        for page in pages:
            sheet = book.add_worksheet(page.name)
            # Cells are written one by one: the format of the file is a stream of cells.
            for row, values in enumerate(page.rows, start=1):
                found = by_row.get((page.name, row), [])
                _write_row(sheet, row, values, found, formats)


class _Formats:
    """The formats of cells by colour and purpose."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._known: dict[tuple[Any, ...], Any] = {}

    def get(self, severity: Severity | None = None, **wanted: object) -> Any:  # noqa: ANN401
        """Return a format with the colour of a severity."""
        key = (severity, *sorted(wanted.items()))
        if key not in self._known:
            colour = {"bg_color": f"#{marks.FILLS[severity]}"} if severity else {}
            self._known[key] = self._book.add_format({**wanted, **colour})
        return self._known[key]


def _write_row(
    sheet: Any,  # noqa: ANN401 - the library has no types
    row: int,
    values: Sequence[Any],
    found: Sequence[tuple[Spot, Mark]],
    formats: _Formats,
) -> None:
    by_column = {spot.column: mark for spot, mark in found}
    whole = by_column.get(0)
    for column, value in enumerate(values, start=1):
        mark = by_column.get(column, whole)
        _write_cell(sheet, (row - 1, column - 1), value, mark, formats)
    notes: dict[int, list[str]] = {}
    for column, mark in by_column.items():
        notes.setdefault(max(column, 1), []).extend(mark.notes and [mark.text])
    for column, texts in notes.items():
        if texts:
            note = marks.clean("\n".join(texts))
            sheet.write_comment(
                row - 1, column - 1, note, {"x_scale": 2.5, "y_scale": 2}
            )


def _write_cell(
    sheet: Any,  # noqa: ANN401 - the library has no types
    where: tuple[int, int],
    value: object,
    mark: Mark | None,
    formats: _Formats,
) -> None:
    severity = mark.severity if mark else None
    if isinstance(value, bool):
        sheet.write_boolean(*where, value, formats.get(severity))
    elif isinstance(value, int | float) and value == value and abs(value) < 1e300:  # noqa: PLR0124, PLR2004 - NaN; beyond all figures
        sheet.write_number(*where, value, formats.get(severity))
    elif isinstance(value, dt.datetime | dt.date):
        form = "yyyy-mm-dd hh:mm:ss" if isinstance(value, dt.datetime) else "yyyy-mm-dd"
        sheet.write_datetime(*where, value, formats.get(severity, num_format=form))
    else:
        _write_text(
            sheet, where, "" if value is None else str(value), severity, formats
        )


def _write_text(
    sheet: Any,  # noqa: ANN401 - the library has no types
    where: tuple[int, int],
    text: str,
    severity: Severity | None,
    formats: _Formats,
    **wanted: object,
) -> None:
    """Write a text that no program takes for a formula."""
    if is_formula(text):
        wanted = {**wanted, "quote_prefix": True}
    style = formats.get(severity, **wanted)
    if text:
        sheet.write_string(*where, marks.clean(text)[:_LONGEST_CELL], style)
    elif severity:
        sheet.write_blank(*where, None, style)


def _write_list(
    book: xlsxwriter.Workbook, taken: list[str], marking: Marking, formats: _Formats
) -> None:
    sheet = book.add_worksheet(marks.free_name(marking.title, taken))
    for column, width in enumerate(marks.WIDTHS):
        sheet.set_column(column, column, width)
    for row, sentence in enumerate(marking.head):
        style = {"bold": True, "font_size": 14} if row == 0 else {}
        _write_text(sheet, (row, 0), sentence, None, formats, **style)
    top = len(marking.head) + 1
    for column, heading in enumerate(marking.headings):
        _write_text(sheet, (top, column), heading, None, formats, bold=True)
    plain = {"text_wrap": True, "valign": "top"}
    link = formats.get(None, font_color="#0563C1", underline=1, valign="top")
    for row, listed in enumerate(marking.listed, start=top + 1):
        for column, text in enumerate(listed.texts):
            severity = None if column else listed.severity
            if column == 1 and listed.spot is not None:
                shown = marks.clean(text or listed.spot.address)
                address = f"internal:{listed.spot.link}"
                sheet.write_url(row, column, address, link, string=shown)
            else:
                _write_text(sheet, (row, column), text, severity, formats, **plain)
    sheet.freeze_panes(top + 1, 0)
    bottom = top + max(len(marking.listed), 1)
    sheet.autofilter(top, 0, bottom, len(marking.headings) - 1)
