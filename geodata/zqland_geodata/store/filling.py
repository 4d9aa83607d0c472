"""Fill an empty store with a whole reserve, and count what a store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from zqland_geodata.store.evidence import signed
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from zqland.reserve import Reserve
    from zqland_geodata.store.opening import Store
    from zqland_geodata.store.reading import Reader


def fill(store: Store, reserve: Reserve, *, by: str, why: str, command: str) -> int:
    """Write all tables of a reserve, in one revision.

    Parameters
    ----------
    store
        An empty store.
    reserve
        The reserve; constraint layers are not kept in a store.
    by
        Who.
    why
        The reason.
    command
        The command that is used.

    Returns
    -------
    revision
        The number of the revision.

    Raises
    ------
    TableError
        A table breaks its schema; nothing was written.
    KeyTakenError
        The store has some of it already.
    StoreError
        The store is busy, full, lost or damaged; nothing was written.
    """
    with store.writing(by=by, why=why, command=command) as writer:
        for name in RECORDS:
            table = getattr(reserve, name, None)
            if table is None or not len(table):
                continue
            rows = writer.numbered(name, table)
            writer.add(name, signed(writer, rows) if name == "evidence" else rows)
        return writer.revision.number


def current_rows(reader: Reader) -> dict[str, int]:
    """Count the current rows of each table.

    Parameters
    ----------
    reader
        Reads the store.

    Returns
    -------
    rows
        By name of the table; retired parcels and ended holds are counted.
    """
    with reader.connection() as connection:
        return {
            name: int(
                connection.scalar(
                    sa.select(sa.func.count())
                    .select_from(record.table)
                    .where(record.table.c.replaced_in.is_(None))
                )
                or 0
            )
            for name, record in RECORDS.items()
        }
