"""Register sheets of contracts, batches and quotas: new rows, and changes by key.

A sheet says something about the rows that it names and nothing about others: those
stay as they are. What it says already makes no new version, so that the same sheet
once more changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zqland import tables
from zqland.errors import NotFoundError
from zqland.findings import Finding, Severity, has_errors
from zqland.ledger.scopes import CITY
from zqland.text import Text
from zqland_geodata import places
from zqland_geodata.errors import ChangedMeanwhileError
from zqland_geodata.remarks import Rule
from zqland_geodata.store import comparing, records
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from zqland_geodata.store.comparing import TableDiff
    from zqland_geodata.store.reading import Reader
    from zqland_geodata.store.rows import Writer

_ABOUT: Final[Mapping[str, Mapping[str, str]]] = {
    "contracts": {"parcel_id": "parcels", "project_id": "projects"},
    "batches": {},
    "batch_steps": {"batch_id": "batches"},
    "batch_parcels": {"batch_id": "batches", "parcel_id": "parcels"},
    "quotas": {},
}
"""By register, the columns that name rows of other tables."""

REGISTERS: Final = tuple(_ABOUT)
"""The tables that are registered, each after those that it names."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a sheet changes in a register.

    Attributes
    ----------
    name
        Name of the table.
    table
        The rows of the sheet, typed.
    diff
        New rows, and rows that change.
    unchanged
        How many rows say what the store says.
    findings
        Rows about what the store does not know, of error severity, and remarks.
    """

    name: str
    table: pd.DataFrame
    diff: TableDiff
    unchanged: int
    findings: tuple[Finding, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changes."""
        return self.diff.added.empty and self.diff.changed.empty

    def is_same(self, other: Registration) -> bool:
        """Tell whether another one makes the very same changes.

        Parameters
        ----------
        other
            Of the same sheet, at another time.
        """
        pairs = (
            (self.diff.added, other.diff.added),
            (self.diff.changed, other.diff.changed),
        )
        return self.diff.seen == other.diff.seen and all(
            one.equals(another) or (one.empty and another.empty)
            for one, another in pairs
        )


def compare(reader: Reader, name: str, table: pd.DataFrame) -> Registration:
    """Compare a sheet with the register of the store.

    Parameters
    ----------
    reader
        Reads the store.
    name
        One of `REGISTERS`.
    table
        The rows as read.

    Returns
    -------
    registration
        What is new, changed and unchanged, and what was found.

    Raises
    ------
    NotFoundError
        There is no such register.
    TableError
        The table breaks its schema.
    """
    if name not in _ABOUT:
        raise NotFoundError(_NO_REGISTER.format(name=name, known=", ".join(_ABOUT)))
    record = RECORDS[name]
    typed = records.flattened(record, tables.check(name, table)).reset_index(drop=True)
    with reader.one_state():
        stored = reader.table(name, versions=True)
        findings = [
            finding
            for column, others in _ABOUT[name].items()
            for finding in _strangers(reader, name, typed, (column, others))
        ]
        if name == "quotas":
            findings += _strange_scopes(reader, typed)
    diff = comparing.rows(record, typed, stored.reset_index(drop=True))
    return Registration(
        name=name,
        table=typed,
        diff=diff,
        unchanged=len(typed) - len(diff.added) - len(diff.changed),
        findings=(*findings, *diff.findings),
    )


def register(writer: Writer, registration: Registration) -> None:
    """Write what was shown, if the store still stands as it did then.

    Parameters
    ----------
    writer
        The revision that writes it.
    registration
        Without findings of error severity.

    Raises
    ------
    ChangedMeanwhileError
        The store was changed so that the sheet means something else now.
    """
    now = compare(writer.reading, registration.name, registration.table)
    if has_errors(now.findings) or not registration.is_same(now):
        word = RECORDS[registration.name].word
        raise ChangedMeanwhileError(_CHANGED.format(table=word))
    diff = registration.diff
    if len(diff.added):
        writer.add(registration.name, diff.added)
    if len(diff.changed):
        writer.change_rows(registration.name, diff.changed, seen=diff.seen)


def _strangers(
    reader: Reader, name: str, table: pd.DataFrame, about: tuple[str, str]
) -> Iterator[Finding]:
    """Find rows about what is not in the store, a finding for each thing."""
    column, others = about
    named = table[table[column].notna()]
    known = reader.known_keys(others, set(named[column]))
    strange = named[~named[column].isin(known)].drop_duplicates(column)
    rule = NO_PROJECT if others == "projects" else NO_SUBJECT
    for row in strange.to_dict("records"):
        shown = " / ".join(str(row[part]) for part in RECORDS[name].key)
        facts = {"word": RECORDS[others].word, "number": row[column]}
        yield rule.finding(shown, column, row[column], **facts)


def _strange_scopes(reader: Reader, quotas: pd.DataFrame) -> Iterator[Finding]:
    """Find quotas of a district that nobody knows: no batch would ever count."""
    known = {CITY, *map(str, places.districts().index)}
    known |= set(reader.table("batches")["district"].dropna())
    for scope in quotas.loc[~quotas["scope"].isin(known), "scope"].unique():
        yield NO_SCOPE.finding(scope, "scope", scope)


_NOT_REGISTERED = Text(
    en="correct the number, or bring that in first; nothing is registered",
    zh="请更正编号，或先行登记；未登记任何内容",
)
_NOT_THERE = Text(
    en="{word} {number} is not in the store", zh="台账库中没有{word} {number}"
)
NO_SUBJECT = Rule("register.unknown", Severity.ERROR, _NOT_THERE, _NOT_REGISTERED)
"""A row about a parcel or a batch that is not in the store."""

NO_PROJECT = Rule(
    "register.no_project",
    Severity.WARNING,
    _NOT_THERE,
    Text(en="registered as it stands there", zh="按表中所填登记"),
)
"""A contract of a project that is not in the store, as that of an older one may be."""

NO_SCOPE = Rule(
    "register.no_scope",
    Severity.ERROR,
    Text(
        en="neither the city nor the code or name of a district",
        zh="不是全市，也不是县（市、区）的代码或名称",
    ),
    Text(en="correct the scope; nothing is registered", zh="请更正；未登记任何内容"),
)
"""A quota of no district."""

_NO_REGISTER = Text(
    en="There is no register {name}; there are {known}.",
    zh="没有登记簿 {name}；可用：{known}。",
)
_CHANGED = Text(
    en="The store was changed since this was shown, and the sheet of {table} means "
    "something else now. Look at it again; nothing was registered.",
    zh="显示之后台账库已被更改，{table}表的变更有所不同。请重新查看；未登记任何内容。",
)
