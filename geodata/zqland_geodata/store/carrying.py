"""Carry all rows from one database into another, unchanged."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import sqlalchemy as sa

from zqland_geodata.store import arrays
from zqland_geodata.store.records import DEGREES
from zqland_geodata.store.schema import META, RECORDS, REVISIONS, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    Row = dict[str, Any]

_AT_ONCE = 10_000

TABLES = (META, REVISIONS, *(record.table for record in RECORDS.values()))
"""All tables, in an order in which they may be filled."""


def carry(
    source: Connection,
    target: Connection,
    *,
    report: Callable[[int, int], object] | None = None,
) -> str:
    """Copy all rows into empty tables.

    Parameters
    ----------
    source, target
        Open connections, that of the target with a transaction that writes.
    report
        Told how many rows of how many are done.

    Returns
    -------
    digest
        What `digest` of the target has to give.
    """
    total, done = _count(source), 0
    seen = hashlib.sha256()
    for table in TABLES:
        for rows in _parts(source, table):
            _note(seen, table, rows)
            if target.dialect.name == "postgresql":
                _place(table, rows)
                columns = {name: [row[name] for row in rows] for name in rows[0]}
                arrays.fill(target, table, columns)
            else:
                target.execute(sa.insert(table), rows)
            done += len(rows)
            if report is not None:
                report(done, total)
    return seen.hexdigest()


def digest(connection: Connection) -> str:
    """Take the fingerprint of all rows; the same in both databases.

    Parameters
    ----------
    connection
        An open connection.

    Returns
    -------
    digest
        SHA-256 in hexadecimal.
    """
    seen = hashlib.sha256()
    for table in TABLES:
        for rows in _parts(connection, table):
            _note(seen, table, rows)
    return seen.hexdigest()


def continue_numbers(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were carried over."""
    for record in RECORDS.values():
        name = record.name
        last = sa.select(sa.func.max(record.table.c.row_id)).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(name, "row_id")
        following = sa.func.coalesce(last, 0) + 1
        connection.execute(sa.select(sa.func.setval(sequence, following, sa.false())))


def _count(connection: Connection) -> int:
    counts = [sa.select(sa.func.count()).select_from(table) for table in TABLES]
    return sum(connection.scalar(query) or 0 for query in counts)


def _parts(connection: Connection, table: sa.Table) -> Iterator[list[Row]]:
    """Read rows part by part, shapes as WKB whatever the database."""
    query = sa.select(table).order_by(*table.primary_key.columns)
    options = {"yield_per": _AT_ONCE}
    result = connection.execute(query, execution_options=options)
    for part in result.mappings().partitions():
        rows = [dict(row) for row in part]
        for column in _shapes(table):
            found = shapely.from_wkb([row[column] for row in rows])
            plain = shapely.to_wkb(shapely.set_srid(found, 0))
            for row, shape in zip(rows, plain, strict=True):
                row[column] = shape
        yield rows


def _place(table: sa.Table, rows: list[Row]) -> None:
    """Tell PostGIS the system of each shape."""
    for column in _shapes(table):
        in_degrees = column == "geometry"
        zones = [DEGREES if in_degrees else row["home_zone"] or 0 for row in rows]
        shapes = shapely.from_wkb([row[column] for row in rows])
        placed = shapely.set_srid(shapes, np.array(zones, dtype=np.int32))
        known = shapely.to_wkb(placed, include_srid=True)
        for row, shape in zip(rows, known, strict=True):
            row[column] = shape


def _shapes(table: sa.Table) -> list[str]:
    return [column.name for column in table.c if isinstance(column.type, Shape)]


def _note(seen: hashlib._Hash, table: sa.Table, rows: list[Row]) -> None:
    names = [column.name for column in table.c]
    for row in rows:
        seen.update(repr([table.name, *(row[name] for name in names)]).encode())
