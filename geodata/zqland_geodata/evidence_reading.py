"""A sheet of evidence on its way to a table of facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zqland_geodata.cellplaces import cell_place
from zqland_geodata.rawtable import clean_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zqland.findings import Finding
    from zqland_geodata.evidence_items import ItemWords
    from zqland_geodata.fieldmap import ColumnMap, TableMap
    from zqland_geodata.remarks import Rule
    from zqland_geodata.sheets import Sheet


@dataclass(slots=True)
class Reading:
    """One sheet on its way to a table of facts, and what was found on the way.

    Attributes
    ----------
    sheet
        The sheet.
    mapping
        How it is read.
    words
        The words for items.
    as_of
        Day on which its yes and no were true, or ``None``.
    findings
        What was found so far.
    sources
        Where each column comes from, as soon as that is known.
    """

    sheet: Sheet
    mapping: TableMap
    words: ItemWords
    as_of: dt.date | None
    findings: list[Finding] = field(default_factory=list)
    sources: Mapping[str, ColumnMap] = field(default_factory=dict)

    def note(
        self, rule: Rule, row: int, column: str, value: object = "", **facts: object
    ) -> None:
        """Note why a row is not used."""
        record = self.sheet.row_places[row]
        place = self.place(row, column)
        self.findings.append(
            rule.finding(record, column, clean_text(value), place=place, **facts)
        )

    def place(self, row: int, column: str) -> str:
        """Return the place of a cell by its heading or the key of its column."""
        source = self.sources.get(column)
        heading = source.columns[0] if source and source.columns else column
        number = self.sheet.layout.columns.get(heading, 0)
        return cell_place(self.sheet.row_places[row], number)
