"""Find the cells of a copy that a finding is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland_geodata.cellplaces import Place, parse_places
from zqland_geodata.marked.marks import Spot
from zqland_geodata.rawtable import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import openpyxl

    from zqland.findings import Finding
    from zqland_geodata.marked.building import Page


def in_workbook(book: openpyxl.Workbook) -> Callable[[Finding], list[Spot]]:
    """Return a function that finds cells in a workbook that is copied as it is.

    Parameters
    ----------
    book
        The workbook.

    Returns
    -------
    locate
        Cells by finding; a finding without a place is about the first cell that holds
        the name of its record.
    """
    sizes = {sheet.title: (sheet.max_row, sheet.max_column) for sheet in book}
    cells = (
        (sheet.title, cell.row, cell.column, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
    )
    named = _Named(cells)

    def locate(finding: Finding) -> list[Spot]:
        spots = [
            Spot(place.sheet, place.row, place.column)
            for place in parse_places(finding.place)
            if _fits(place, sizes.get(place.sheet))
        ]
        return spots or named.find(finding.record)

    return locate


def in_pages(pages: Sequence[Page]) -> Callable[[Finding], list[Spot]]:
    """Return a function that finds cells in pages that are built from values.

    Parameters
    ----------
    pages
        The pages.

    Returns
    -------
    locate
        Cells by finding.
    """
    by_name = {page.source or page.name: page for page in pages}
    cells = (
        (page.name, row, column, value)
        for page in pages
        if not page.records
        for row, values in enumerate(page.rows, start=1)
        for column, value in enumerate(values, start=1)
    )
    named = _Named(cells)

    def locate(finding: Finding) -> list[Spot]:
        spots: list[Spot] = []
        for place in parse_places(finding.place):
            page = by_name.get(place.sheet) if place.sheet else pages[0]
            row = page.places.get((place.kind, place.row)) if page else None
            if page and row:
                column = place.column or page.fields.get(finding.field, 0)
                spots.append(Spot(page.name, row, column))
        if spots or not finding.record:
            return spots
        for page in pages:
            if finding.record in page.records:
                column = page.fields.get(finding.field, page.fields.get("", 0))
                return [Spot(page.name, page.records[finding.record], column)]
        return named.find(finding.record)

    return locate


class _Named:
    """The first cell that holds each text, looked up only when it is asked for."""

    def __init__(self, cells: Iterable[tuple[str, int, int, object]]) -> None:
        self._cells = cells
        self._first: dict[str, Spot] | None = None

    def find(self, text: str) -> list[Spot]:
        """Return the first cell that holds a text."""
        if not text:
            return []
        if self._first is None:
            self._first = {}
            for sheet, row, column, value in self._cells:
                said = clean_text(value)
                if said:
                    self._first.setdefault(said, Spot(sheet, row, column))
        spot = self._first.get(text)
        return [] if spot is None else [spot]


def _fits(place: Place, size: tuple[int, int] | None) -> bool:
    return (
        place.kind == "sheet"
        and size is not None
        and place.row <= size[0]
        and place.column <= max(size[1], 1)
    )
