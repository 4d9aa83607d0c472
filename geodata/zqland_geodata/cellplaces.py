"""Where something stands in a file: cells, rows, lines and records, as text.

Findings name their place in one of these forms: ``Sheet1!C7`` (a cell), ``Sheet1!7``
(a row of a sheet), ``line 12`` (of a text file, with ``column C`` behind it for the
cell of a CSV file) and ``record 3``. Several places are separated by commas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Size of a sheet of a workbook."""

_CELL = re.compile(r"(?P<sheet>.+)!(?P<column>[A-Z]{1,3})?(?P<row>[1-9]\d{0,6})")
_LINE = re.compile(r"line (?P<row>[1-9]\d{0,9})(?: column (?P<column>[A-Z]{1,3}))?")
_RECORD = re.compile(r"record (?P<row>[1-9]\d{0,9})")
_LETTERS, _BEFORE_A = 26, 64


@dataclass(frozen=True, slots=True)
class Place:
    """One place in a file.

    Attributes
    ----------
    kind
        ``sheet``, ``line`` or ``record``.
    row
        Number of the row, line or record, from 1.
    column
        Number of the column, from 1; 0 for the whole row.
    sheet
        Name of the sheet, or ``""``.
    """

    kind: str
    row: int
    column: int = 0
    sheet: str = ""


def letters(column: int) -> str:
    """Return the letters of a column.

    Parameters
    ----------
    column
        Number of the column, from 1.

    Returns
    -------
    letters
        As on the screen of a spreadsheet.

    Examples
    --------
    >>> letters(1), letters(27), letters(16_384)
    ('A', 'AA', 'XFD')
    """
    found = ""
    while column:
        column, last = divmod(column - 1, _LETTERS)
        found = chr(_BEFORE_A + 1 + last) + found
    return found


def column_number(column: str) -> int:
    """Return the number of a column from its letters; 0 for none.

    Examples
    --------
    >>> column_number("A"), column_number("XFD"), column_number("")
    (1, 16384, 0)
    """
    number = 0
    for letter in column:
        number = number * _LETTERS + ord(letter) - _BEFORE_A
    return number


def cell_place(row_place: str, column: int) -> str:
    """Return the place of a cell from that of its row.

    Parameters
    ----------
    row_place
        Place of the row: ``Sheet1!7`` or ``line 7``; others are returned as they are.
    column
        Number of the column, from 1; 0 for the whole row.

    Returns
    -------
    place
        Place of the cell.

    Examples
    --------
    >>> cell_place("Sheet1!7", 3), cell_place("line 7", 3), cell_place("record 7", 3)
    ('Sheet1!C7', 'line 7 column C', 'record 7')
    """
    if not column:
        return row_place
    sheet, mark, row = row_place.rpartition("!")
    if mark and row.isdecimal():
        return f"{sheet}!{letters(column)}{row}"
    if row_place.startswith("line "):
        return f"{row_place} column {letters(column)}"
    return row_place


def parse_places(text: str) -> list[Place]:
    """Read the places that a finding names.

    Parameters
    ----------
    text
        Place of a finding.

    Returns
    -------
    places
        In their order; none for a whole file, or for anything that is no place.

    Examples
    --------
    >>> parse_places("Sheet1!C7")
    [Place(kind='sheet', row=7, column=3, sheet='Sheet1')]
    >>> [place.row for place in parse_places("line 2, line 3 …")]
    [2, 3]
    """
    whole = _place(text)
    if whole is not None:
        return [whole]
    parts = text.removesuffix("…").rstrip(" ,").split(", ")
    places = [place for place in map(_place, parts) if place is not None]
    return places if len(places) == len(parts) else []


def _place(text: str) -> Place | None:
    for kind, pattern in (("line", _LINE), ("record", _RECORD), ("sheet", _CELL)):
        match = pattern.fullmatch(text)
        # A list of cells of one sheet also ends like a cell.
        if match and "!" not in match.groupdict().get("sheet", ""):
            found = match.groupdict()
            column = column_number(found.get("column") or "")
            return Place(kind, int(found["row"]), column, found.get("sheet", ""))
    return None
