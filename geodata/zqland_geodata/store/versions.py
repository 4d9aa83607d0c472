"""The rows of a key over time, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from zqland_geodata.store import arrays, records
from zqland_geodata.store.selecting import MANY, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from sqlalchemy import Connection

    from zqland_geodata.store.records import Key
    from zqland_geodata.store.revisions import Revision
    from zqland_geodata.store.schema import Record

_AT_ONCE = 20_000
"""Rows that are put into words for the database at a time, to spare memory."""


@dataclass(frozen=True, slots=True)
class Version:
    """The last version of a row.

    Attributes
    ----------
    number
        Its number.
    current
        Whether it is in force.
    """

    number: int
    current: bool


def last(
    connection: Connection, record: Record, keys: Sequence[Key]
) -> dict[Key, Version]:
    """Look up the last versions of keys.

    Parameters
    ----------
    connection
        An open connection.
    record
        The table.
    keys
        The keys; others may be in the answer as well.

    Returns
    -------
    versions
        By key; keys that never were are missing.
    """
    table = record.table
    columns = [table.c[name] for name in record.key]
    current = sa.func.count() - sa.func.count(table.c.replaced_in)
    query = sa.select(*columns, sa.func.max(table.c.version), current)
    query = query.where(*_among(record, keys)).group_by(*columns)
    return {
        tuple(row[:-2]): Version(number=row[-2], current=row[-1] > 0)
        for row in connection.execute(query)
    }


def current(
    connection: Connection, record: Record, keys: Sequence[Key]
) -> pd.DataFrame:
    """Read the rows in force of some keys.

    Parameters
    ----------
    connection
        An open connection.
    record
        The table.
    keys
        The keys; others may be in the answer as well.

    Returns
    -------
    rows
        With the key as columns, ``row_id`` and the columns of the versions.
    """
    clauses = [record.table.c.replaced_in.is_(None), *_among(record, keys)]
    extra = ("row_id", *records.VERSIONS)
    rows = select(connection, record, clauses, extra=extra)
    return records.flattened(record, rows)


def unused(
    connection: Connection, record: Record, start: str, wanted: int
) -> list[str]:
    """Make keys that no row ever had.

    Parameters
    ----------
    connection
        An open connection.
    record
        The table; its key is one column.
    start
        What the keys begin with.
    wanted
        How many.

    Returns
    -------
    keys
        The start and a number.
    """
    column = record.table.c[record.key[0]]
    query = sa.select(column).where(column.startswith(start, autoescape=True))
    taken = set(connection.scalars(query))
    made = (key for number in count(1) if (key := f"{start}{number}") not in taken)
    return list(islice(made, wanted))


def insert(
    connection: Connection,
    record: Record,
    table: pd.DataFrame,
    *,
    numbers: Sequence[int],
    revision: Revision,
) -> None:
    """Write rows.

    Parameters
    ----------
    connection
        An open connection.
    record
        The table.
    table
        The rows in the types of the catalogue.
    numbers
        The number of the version of each.
    revision
        The revision that writes them.
    """
    dialect = connection.dialect.name
    for first in range(0, len(table), _AT_ONCE):
        part = table.iloc[first : first + _AT_ONCE]
        columns = records.to_columns(record, part, dialect)
        columns["version"] = list(numbers[first : first + _AT_ONCE])
        columns["recorded_in"] = [revision.number] * len(part)
        if dialect == "postgresql":
            arrays.fill(connection, record.table, columns)
        else:
            rows = list(zip(*columns.values(), strict=True))
            connection.exec_driver_sql(_insertion(record, columns), rows)


def _insertion(record: Record, columns: Iterable[str]) -> str:
    """Write the statement that adds a row to SQLite.

    Through SQLAlchemy it takes twice as long. All names are those of the schema.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join("?" for _ in columns)
    return f'INSERT INTO "{record.name}" ({names}) VALUES ({places})'  # noqa: S608 - our names


def close(
    connection: Connection,
    record: Record,
    row_ids: Sequence[int],
    revision: Revision,
) -> None:
    """Say of rows that they were in force until a revision.

    Parameters
    ----------
    connection
        An open connection.
    record
        The table.
    row_ids
        Which rows.
    revision
        The revision that replaces them.
    """
    if not row_ids:
        return
    if connection.dialect.name == "postgresql":
        # Row by row, each row is a message and an answer.
        update = f'UPDATE "{record.name}" SET replaced_in = %s WHERE row_id = '  # noqa: S608 - our names
        values = (revision.number, arrays.literal(row_ids))
        connection.exec_driver_sql(f"{update} ANY(%s::int8[])", values)
        return
    table = record.table
    update_row = (
        sa.update(table)
        .where(table.c.row_id == sa.bindparam("row"))
        .values(replaced_in=revision.number)
    )
    connection.execute(update_row, [{"row": row_id} for row_id in row_ids])


def _among(record: Record, keys: Sequence[Key]) -> list[sa.ColumnElement[bool]]:
    """Ask for the first part of the keys, unless they are too many."""
    first = {key[0] for key in keys}
    if len(first) > MANY:
        return []
    return [record.table.c[record.key[0]].in_(list(first))]
