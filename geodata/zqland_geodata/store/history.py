"""What was changed: who, when, what was before, what came after, and why.

The log is read from the versions of the rows, so it can never say anything else than
they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from zqland_geodata.store import records
from zqland_geodata.store.revisions import Revision
from zqland_geodata.store.schema import RECORDS, REVISIONS, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from zqland_geodata.store.records import Key

    Clause = sa.ColumnElement[bool]
    Row = Mapping[str, Any]


class Kind(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    CHANGED = "changed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row.

    Attributes
    ----------
    revision
        When, who and why.
    table
        Name of the table.
    key
        The key of the row.
    kind
        Added, changed, or closed without another in its place.
    before, after
        Values by column, as JSON can hold them: of a row that was changed only those
        that differ.
    """

    revision: Revision
    table: str
    key: Key
    kind: Kind
    before: Mapping[str, object]
    after: Mapping[str, object]


def of_revision(connection: Connection, number: int) -> list[Change]:
    """List what a revision changed.

    Parameters
    ----------
    connection
        An open connection.
    number
        Its number.

    Returns
    -------
    changes
        By table, in the order of writing.
    """
    found = []
    for record in RECORDS.values():
        table = record.table
        clause = (table.c.recorded_in == number) | (table.c.replaced_in == number)
        changes = _changes(connection, record, clause)
        found += [change for change in changes if change.revision.number == number]
    return found


def of_parcel(connection: Connection, parcel_id: str) -> list[Change]:
    """List all that was ever recorded about a parcel.

    Parameters
    ----------
    connection
        An open connection.
    parcel_id
        Its number.

    Returns
    -------
    changes
        Of the parcel, its evidence, status events, lineage, holds, contracts and
        batches, the oldest first.
    """
    found: list[Change] = []
    for name, clause in _about(parcel_id):
        found += _changes(connection, RECORDS[name], clause)
    return sorted(found, key=lambda change: change.revision.number)


def _about(parcel_id: str) -> Iterator[tuple[str, Clause]]:
    for name in ("parcels", "status_events", "holds", "contracts", "batch_parcels"):
        yield name, RECORDS[name].table.c.parcel_id == parcel_id
    evidence = RECORDS["evidence"].table.c
    about = evidence.subject_kind == "parcel"
    yield "evidence", about & (evidence.subject_id == parcel_id)
    lineage = RECORDS["lineage"].table.c
    is_parent = lineage.parent_id == parcel_id
    yield "lineage", (lineage.child_id == parcel_id) | is_parent


def _changes(connection: Connection, record: Record, clause: Clause) -> list[Change]:
    table = record.table
    query = sa.select(table).where(clause)
    query = query.order_by(*(table.c[name] for name in record.key), table.c.version)
    rows = connection.execute(query).mappings().all()
    numbers = {row["recorded_in"] for row in rows}
    numbers |= {row["replaced_in"] for row in rows} - {None}
    when = _revisions(connection, numbers)
    changes: list[Change] = []
    for key, versions in groupby(rows, key=lambda row: _key(record, row)):
        changes += _of_row(record, key, list(versions), when)
    return sorted(changes, key=lambda change: change.revision.number)


def _of_row(
    record: Record,
    key: Key,
    versions: list[Any],
    when: Mapping[int, Revision],
) -> Iterator[Change]:
    """Follow one row through its versions."""
    said: Row | None = None
    for place, row in enumerate(versions):
        before = said or {}
        after = records.plain_row(record, row)
        kind = Kind.ADDED if said is None else Kind.CHANGED
        yield Change(
            when[row["recorded_in"]],
            record.name,
            key,
            kind,
            _differing(before, after),
            _differing(after, before),
        )
        end = row["replaced_in"]
        is_last = place + 1 == len(versions)
        replaced = not is_last and versions[place + 1]["recorded_in"] == end
        said = after if replaced else None
        if end is not None and not replaced:
            yield Change(when[end], record.name, key, Kind.CLOSED, after, {})


def _differing(values: Row, others: Row) -> dict[str, object]:
    return {
        name: value
        for name, value in values.items()
        if not others or others[name] != value
    }


def _key(record: Record, row: sa.RowMapping) -> Key:
    return tuple(row[name] for name in record.key)


def _revisions(connection: Connection, numbers: Iterable[int]) -> dict[int, Revision]:
    wanted = list(numbers)
    if not wanted:
        return {}
    query = sa.select(REVISIONS).where(
        REVISIONS.c.revision.between(min(wanted), max(wanted))
    )
    rows = connection.execute(query).mappings()
    return {row["revision"]: Revision.from_row(row) for row in rows}
