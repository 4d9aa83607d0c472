"""What all sheets of a yearbook share: the year, the words, the unit and the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from zqland.areas import METHOD_TEXTS, Method
from zqland.findings import SEVERITY_TEXTS, Finding, ranked
from zqland.readiness import PREDICATES
from zqland.text import Text
from zqland.units import UNIT_TEXTS, Unit, from_m2
from zqland_api.yearbook.formulas import NONE
from zqland_api.yearbook.words import book_words, park_words, status_words
from zqland_api.yearbook.year import Year
from zqland_geodata.workbook.cells import Block
from zqland_geodata.workbook.form import Book, Column, Sheet

BOOKS = ("all", *PREDICATES)
"""The books in their order."""

_FOUR_DECIMALS = frozenset({Unit.HA, Unit.KM2})
_HEADING = Text(en="{name} ({unit})", zh="{name}（{unit}）")
_BY_METHOD = Text(en="{name}, {method}", zh="{name}·{method}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A yearbook that is being written.

    Attributes
    ----------
    book
        The workbook.
    year
        Its figures.
    unit
        Unit of all areas.
    """

    book: Book
    year: Year
    unit: Unit

    def words(self, texts: Mapping[str, Text]) -> dict[str, str]:
        """Say some texts in the language of the book."""
        return {key: self.book.say(text) for key, text in texts.items()}

    @property
    def books(self) -> dict[str, str]:
        """The names of the books."""
        return self.words(book_words(self.year.books.rules))

    def book_text(self, book: str) -> Text:
        """Name a book in both languages."""
        return book_words(self.year.books.rules)[book]

    @property
    def statuses(self) -> dict[str, str]:
        """The names of the statuses."""
        return self.words(status_words(self.year.books.rules))

    @property
    def parks(self) -> dict[str, str]:
        """The names of the parks."""
        return self.words(park_words(self.year.books.parks))

    def area(self, value_m2: float) -> float:
        """Bring square metres to the unit of the book."""
        return float(from_m2(float(value_m2), self.unit))

    def areas(self, values_m2: pd.Series[Any]) -> list[float]:
        """Bring a column of square metres to the unit of the book."""
        return [*map(float, from_m2(values_m2.astype("float64"), self.unit))]

    def heading(self, name: Text, method: Method | None = None) -> Text:
        """Put the method, if there is one, and the unit behind a heading."""
        if method is not None:
            name = _BY_METHOD.format(name=name, method=METHOD_TEXTS[method])
        return _HEADING.format(name=name, unit=UNIT_TEXTS[self.unit])

    def area_column(
        self,
        name: Text,
        cells: Iterable[Any],
        *,
        key: str = "",
        method: Method | None = None,
        total: bool = False,
    ) -> Column:
        """Make a column of areas that are in the unit of the book already.

        Parameters
        ----------
        name
            Heading without the unit.
        cells
            Figures or formulas.
        key
            Its key.
        method
            Area method, named in the heading.
        total
            Whether it is added up.
        """
        return Column(
            self.heading(name, method),
            cells,
            kind="hectares" if self.unit in _FOUR_DECIMALS else "area",
            width=13,
            total=total,
            key=key,
        )


def named(keys: Iterable[object], words: Mapping[str, str]) -> list[str]:
    """Give each key its word, or itself; a dash where there is none."""
    known = pd.Series([*keys], dtype="object").fillna("").astype("str")
    return [words.get(key, key) if key else NONE for key in known]


def or_dash(keys: Iterable[object]) -> list[str]:
    """Write keys as they are; a dash where there is none."""
    return named(keys, {})


Sums = tuple[int, Callable[[Block], list[Column]]]
"""A table that adds up a list: how many lines it has, and its columns."""


def write_over(sheet: Sheet, columns: list[Column], *tables: Sums) -> Block:
    """Write a list, and above it the tables that add it up.

    Parameters
    ----------
    sheet
        The sheet.
    columns
        The list.
    *tables
        What stands above it, from top to bottom.

    Returns
    -------
    block
        Where the list stands.
    """
    begin = sheet.row
    # A gap, the headings, the lines (or that there are none), and a gap.
    sheet.row += sum(max(count, 1) + 3 for count, _ in tables)
    block = sheet.write_table(columns, frozen=False)
    end, sheet.row = sheet.row, begin
    for _, make in tables:
        sheet.write_table(make(block), main=False)
        sheet.row += 1
    sheet.row = end
    return block


_FOUND = Text(
    en="{severity} – {record}: {message}; {action}",
    zh="{severity}—{record}：{message}；{action}",
)


def write_findings(draft: Draft, sheet: Sheet, findings: Sequence[Finding]) -> None:
    """List below a table what contradicts itself or is missing, the worst first.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        The sheet.
    findings
        What was found.
    """
    sheet.row += 1
    for one in ranked(findings):
        line = _FOUND.format(
            severity=SEVERITY_TEXTS[one.severity],
            record=one.record or draft.year.number,
            message=one.message,
            action=one.action,
        )
        sheet.write_line(line)
