"""Turn the columns of a file into the columns of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from zqland import catalogues
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.columns import ColumnReader
from zqland_geodata.errors import MissingColumnError
from zqland_geodata.fieldmap import ColumnMap, TableMap, known_columns
from zqland_geodata.rawtable import RawTable, unknown
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Taken:
    """Columns of a table taken from a file.

    Attributes
    ----------
    table
        All columns that can be mapped, unknown where the file has none; the index is
        0, 1, … in the order of the file.
    sources
        Where each column that the file has comes from.
    findings
        What could not be read.
    unreadable
        True for each row that held something unreadable.
    unreadable_by_column
        The same for each column that held some.
    """

    table: pd.DataFrame
    sources: Mapping[str, ColumnMap]
    findings: list[Finding]
    unreadable: pd.Series[bool]
    unreadable_by_column: pd.DataFrame

    def broken(self, column: str) -> pd.Series[bool]:
        """Tell for each row whether a column held something unreadable."""
        if column in self.unreadable_by_column:
            return self.unreadable_by_column[column]
        return pd.Series(data=False, index=self.table.index)


def take_columns(
    raw: RawTable, mapping: TableMap, *, needed: tuple[str, ...], id_column: str
) -> Taken:
    """Take the columns of a table from a file.

    Parameters
    ----------
    raw
        The table as it stands in the file.
    mapping
        Field map; headings are recognised where it names no columns.
    needed
        Columns without which the table cannot be read.
    id_column
        Column that names the records in findings.

    Returns
    -------
    taken
        The columns with their findings.

    Raises
    ------
    MissingColumnError
        A needed column, or one that the field map names, is not there.
    AmbiguousColumnError
        Two headings fit one column, or a needed figure has no unit.
    """
    sources, findings = _sources(raw, mapping)
    lacking = [column for column in needed if column not in sources]
    if lacking:
        raise MissingColumnError(_missing(raw, lacking))
    reader = ColumnReader(raw, sources, needed=needed, id_column=id_column)
    columns = known_columns(raw.table)
    index = range(len(raw.row_places))
    table = pd.DataFrame(
        {column: reader.read(column, *kind) for column, kind in columns.items()},
        index=index,
    )
    flags = pd.DataFrame(reader.unreadable, index=index, dtype="bool")
    findings += reader.findings
    return Taken(table, sources, findings, flags.any(axis=1), flags)


def empty_columns(table: str, length: int) -> pd.DataFrame:
    """Return the columns of a table that can be mapped, all unknown."""
    return pd.DataFrame(
        {
            column: unknown(kind, length)
            for column, (kind, _) in known_columns(table).items()
        },
        index=range(length),
    )


def _sources(
    raw: RawTable, mapping: TableMap
) -> tuple[Mapping[str, ColumnMap], list[Finding]]:
    present = [str(heading) for heading in raw.cells.columns]
    if not mapping.columns:
        recognised = headings.recognise(present, raw.table)
        return recognised.columns, [
            _UNKNOWN_HEADING.finding("", heading, place=raw.heading_place(heading))
            for heading in recognised.unknown
        ]
    named = [name for column in mapping.columns.values() for name in column.columns]
    lacking = [name for name in named if name not in present]
    if lacking:
        raise MissingColumnError(_missing(raw, lacking))
    return mapping.columns, []


def _missing(raw: RawTable, lacking: Sequence[str]) -> Text:
    rows = catalogues.columns()
    rows = rows[rows["table"] == raw.table].set_index("column")
    names = [
        f"{rows['zh_name'][column]}（{column}）" if column in rows.index else column
        for column in lacking
    ]
    found = [str(heading) for heading in raw.cells.columns]
    return _MISSING.format(
        name=raw.name,
        lacking=", ".join(lacking),
        lacking_zh="、".join(names),
        found=", ".join(found) or "–",
        table=raw.table,
    )


_MISSING = Text(
    en="{name}: no column for {lacking}. The file has: {found}. Rename a column, or "
    "name it in a field map under [{table}.columns].",
    zh="{name}：缺少列 {lacking_zh}。文件中的列：{found}。请改列名，或在字段映射的 "
    "[{table}.columns] 中指明。",
)
_UNKNOWN_HEADING = Rule(
    "heading.unknown",
    Severity.INFO,
    Text(en="the heading is not known for this table", zh="该表没有这一列名"),
    Text(
        en="column not read; name it in a field map if it is needed",
        zh="该列未读取；如需要，请在字段映射中指明",
    ),
)
