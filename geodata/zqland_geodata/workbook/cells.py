"""Cells that are more than a value: formulas, links, and where tables stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

LINKS_PER_SHEET = 60_000
"""Links that a sheet may hold; programs refuse files with more than 65,530."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, with the value that it has.

    Attributes
    ----------
    text
        The formula in English, beginning with ``=``; never from what users typed.
    value
        What it gives: a figure or a text, shown by programs that do not calculate;
        missing where it gives an empty text.
    """

    text: str
    value: float | str | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A value that leads to another place of the same book.

    Attributes
    ----------
    value
        What stands in the cell; a `Formula` too.
    target
        The place, as of `Block.place`.
    """

    value: object
    target: str


@dataclass(frozen=True, slots=True)
class Block:
    """Where a table stands in a book, so that formulas and links can name its cells.

    Attributes
    ----------
    sheet
        Name of the sheet.
    first, count
        Row of the first line of values, from 0, and how many there are.
    places
        Column of each key, from 0.
    """

    sheet: str
    first: int
    count: int
    places: Mapping[str, int]

    def range(self, key: str) -> str:
        """Name the cells of a column, with the sheet, for formulas of any sheet.

        Examples
        --------
        >>> Block("Parcels", 4, 2, {"area": 1}).range("area")
        "'Parcels'!$B$5:$B$6"
        """
        last = self.first + max(self.count, 1) - 1
        place = self.places[key]
        return f"{_quoted(self.sheet)}!{xl_range_abs(self.first, place, last, place)}"

    def cell(self, key: str, number: int = 0) -> str:
        """Name a cell of the table by its column and line, for formulas beside it.

        Examples
        --------
        >>> Block("Parcels", 4, 2, {"area": 1}).cell("area", 1)
        '$B6'
        """
        row, place = self.first + number, self.places[key]
        return str(xl_rowcol_to_cell(row, place, col_abs=True))

    def place(self, number: int = 0) -> str:
        """Name the begin of a line, for a link.

        Examples
        --------
        >>> Block("Parcels", 4, 2, {}).place(1)
        "'Parcels'!A6"
        """
        return f"{_quoted(self.sheet)}!{xl_rowcol_to_cell(self.first + number, 0)}"


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"
