"""Read the columns of a sheet that holds a record per row."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from zqland import catalogues
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.attributes import Taken, take_columns
from zqland_geodata.cellplaces import cell_place
from zqland_geodata.fieldmap import FieldMap, table_map
from zqland_geodata.identity import unique_ids
from zqland_geodata.remarks import LEFT_UNKNOWN, Rule
from zqland_geodata.sheets import Sheet, read_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from zqland.findings import Finding
    from zqland_geodata.options import Limits


@dataclass(slots=True)
class Records:
    """The records of a sheet, and what was found while reading them.

    Attributes
    ----------
    sheet
        The sheet.
    taken
        Its columns.
    ids
        Name of each record; places until `name` is called.
    findings
        What was found so far.
    """

    sheet: Sheet
    taken: Taken
    ids: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def table(self) -> pd.DataFrame:
        """The columns of the table."""
        return self.taken.table

    def name(self, column: str) -> None:
        """Name every record by a column; repeated and missing names are remarks."""
        noted: list[Finding] = []
        places = self.sheet.row_places
        self.ids = unique_ids(self.table[column], places, noted, field=column)
        row_of = {place: row for row, place in enumerate(places)}
        self.findings += [
            replace(finding, place=self.place(column, row_of[finding.place]))
            for finding in noted
        ]

    def place(self, column: str, row: int) -> str:
        """Return the place of a cell; of its row where the column is not there."""
        source = self.taken.sources.get(column)
        heading = source.columns[0] if source and source.columns else ""
        number = self.sheet.layout.columns.get(heading, 0)
        return cell_place(self.sheet.row_places[row], number)

    def note(
        self, rule: Rule, column: str, row: int, value: object = "", **facts: object
    ) -> None:
        """Remark on one cell."""
        place = self.place(column, row)
        self.findings.append(
            rule.finding(self.ids[row], column, value, place=place, **facts)
        )

    def indexed(self, column: str) -> pd.DataFrame:
        """Return the table without the column of names, indexed by the names."""
        table = self.table.drop(columns=column)
        table.index = pd.Index(self.ids, name=column, dtype="str")
        return table


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read from a sheet.

    Attributes
    ----------
    table
        Table of ``columns.csv``.
    needed
        Columns without which it cannot be read; the first one names the records.
    action
        What is done about a value that cannot be read.
    """

    table: str
    needed: tuple[str, ...]
    action: Text = LEFT_UNKNOWN


def read_records(
    path: str | Path,
    wanted: Wanted,
    *,
    fieldmap: FieldMap | None = None,
    limits: Limits | None = None,
) -> Records:
    """Read the records of a sheet.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per record.
    wanted
        What is read.
    fieldmap
        Which column is what; headings are recognised without it.
    limits
        How much is read at most.

    Returns
    -------
    records
        The records; every row of the sheet.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    mapping = table_map(fieldmap, wanted.table)
    mapped = {name for column in mapping.columns.values() for name in column.columns}

    def is_heading(text: str) -> bool:
        if mapped:
            return text in mapped
        return headings.match(text, wanted.table) is not None

    names = _zh_names(wanted)
    sheet = read_sheet(
        path,
        sheet=mapping.sheet,
        is_heading=is_heading,
        known=Text(en=", ".join(wanted.needed), zh="、".join(names)),
        limits=limits,
    )
    taken = take_columns(
        sheet.as_table(wanted.table, action=wanted.action),
        mapping,
        needed=wanted.needed,
        id_column=wanted.needed[0],
    )
    findings = [*sheet.findings, *taken.findings]
    return Records(sheet, taken, list(sheet.row_places), findings)


def _zh_names(wanted: Wanted) -> list[str]:
    rows = catalogues.columns()
    rows = rows[rows["table"] == wanted.table].set_index("column")
    return [str(rows["zh_name"][column]) for column in wanted.needed]
