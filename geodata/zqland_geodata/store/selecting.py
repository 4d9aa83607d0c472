"""Choose rows of the store: which were known, which exist, and make tables of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from zqland.errors import NotFoundError
from zqland.tables import INDEXES
from zqland.text import Text
from zqland_geodata.store import records, revisions
from zqland_geodata.store.schema import RECORDS, Record, Shape

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    import pandas as pd
    from sqlalchemy import Connection

MANY = 500
"""Above so many keys a table is read whole: that is faster than asking for each."""

_IN_ORDER = frozenset({"evidence", "status_events", "lineage"})
"""Tables whose rows stay in the order in which they were written."""

_BOOKKEEPING = ["supersedes", "withdrawn"]

_NO_TABLE = Text(
    en="The store has no table {name}; it has {known}.",
    zh="台账库没有表 {name}；现有：{known}。",
)


def record_of(name: str) -> Record:
    """Look up a table of the store.

    Parameters
    ----------
    name
        Name of the table.

    Returns
    -------
    record
        Its description.

    Raises
    ------
    NotFoundError
        There is none of this name.
    """
    if name not in RECORDS:
        raise NotFoundError(_NO_TABLE.format(name=name, known=", ".join(RECORDS)))
    return RECORDS[name]


def known(
    connection: Connection, record: Record, known_at: int | dt.datetime | None
) -> sa.ColumnElement[bool]:
    """Say which rows were known at a revision or a moment.

    Parameters
    ----------
    connection
        An open connection.
    record
        The table.
    known_at
        The number of a revision or a moment; None for what is known now.

    Returns
    -------
    clause
        For `select`.

    Raises
    ------
    NotFoundError
        There is no such revision.
    """
    table = record.table
    if known_at is None:
        return table.c.replaced_in.is_(None)
    number = revisions.known_number(connection, known_at)
    open_then = table.c.replaced_in.is_(None) | (table.c.replaced_in > number)
    return (table.c.recorded_in <= number) & open_then


def existing(record: Record, on: dt.date | None) -> list[sa.ColumnElement[bool]]:
    """Say which parcels exist on a day: begun, and not yet retired."""
    if on is None:
        return []
    began, retired = record.table.c.began_on, record.table.c.retired_on
    return [began.is_(None) | (began <= on), retired.is_(None) | (retired > on)]


def select(
    connection: Connection,
    record: Record,
    clauses: list[sa.ColumnElement[bool]],
    *,
    extra: Collection[str] = (),
    without: Collection[str] = (),
) -> pd.DataFrame:
    """Read rows of a table.

    Parameters
    ----------
    connection
        An open connection.
    record
        The table.
    clauses
        Which rows.
    extra
        Columns of the versions to add.
    without
        Columns to leave out.

    Returns
    -------
    table
        In the types of the catalogue. Tables with an index are in its order, others
        in the order in which their rows were written.
    """
    names = [c.name for c in record.columns if c.name not in without] + [*extra]
    read = [_cheap(record.table.c[name], connection.dialect.name) for name in names]
    query = sa.select(*read).where(*clauses).order_by(record.table.c.row_id)
    # The tuples of the driver: to name their values costs as much as to read them.
    rows = cast("Any", connection.execute(query)).cursor.fetchall()
    table = records.to_table(record, names, rows)
    if record.name in INDEXES:
        # Sorted here, for two databases sort texts differently.
        return table.sort_index()
    if record.name in _IN_ORDER or table.empty:
        return table
    return table.sort_values(list(record.key)).reset_index(drop=True)


def effective(events: pd.DataFrame) -> pd.DataFrame:
    """Keep the events that hold: not corrected by another, not withdrawn.

    Parameters
    ----------
    events
        All events, with the columns that only the store has.

    Returns
    -------
    events
        Table *status_events* with ``event_id``, in the order of recording.
    """
    corrected = events["event_id"].isin(events["supersedes"].dropna())
    withdrawn = events["withdrawn"].fillna(0).astype("int64") > 0
    kept = events[~(corrected | withdrawn)]
    return kept.drop(columns=_BOOKKEEPING).reset_index(drop=True)


def _cheap(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Read dates of SQLite as texts, which numpy parses at once."""
    if dialect == "sqlite" and isinstance(column.type, sa.Date | sa.DateTime):
        return sa.type_coerce(column, sa.Text)
    if isinstance(column.type, Shape) and dialect == "postgresql":
        return sa.func.ST_AsBinary(column)
    return column
