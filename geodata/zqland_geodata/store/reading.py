"""Read the store: the reserve as true on a date and as known at a revision."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, cast

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from zqland.errors import NotFoundError
from zqland.reserve import Reserve
from zqland.tables import INDEXES
from zqland.text import Text
from zqland_geodata.store import records, revisions
from zqland_geodata.store.schema import BOX, META, RECORDS, REVISIONS, Record, Shape
from zqland_geodata.store.seeking import Place, inside, within
from zqland_geodata.store.statuses import effective

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager
    from types import TracebackType

    from sqlalchemy import Connection

    from zqland_geodata.store.revisions import Revision

_UNSEEN = {"parcels": frozenset({*BOX, "planar_m2", "ellipsoid_m2"})}
"""Columns that the reserve is read without: they are measured anew from the shapes."""

_IN_ORDER = frozenset({"evidence", "status_events", "lineage"})
"""Tables whose rows stay in the order in which they were written."""

_NO_PARCEL = Text(
    en="There is no parcel {parcel} in the store.", zh="台账库中没有地块 {parcel}。"
)
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


class Reader:
    """Reads the store.

    Each call sees one state of the store. Used as a context manager, all calls within
    the block see the same state, whatever is written meanwhile.
    """

    def __init__(
        self, opened: Callable[[], AbstractContextManager[Connection]]
    ) -> None:
        self._opened = opened
        self._pinned: Connection | None = None
        self._closing: AbstractContextManager[Connection] | None = None

    def __enter__(self) -> Self:
        """Keep to the state of this moment."""
        self._closing = self._opened()
        self._pinned = self._closing.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the state."""
        closing, self._closing, self._pinned = self._closing, None, None
        if closing is not None:
            closing.__exit__(kind, error, trace)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give the connection: that of the block, or one for this call."""
        if self._pinned is not None:
            yield self._pinned
            return
        with self._opened() as connection:
            yield connection

    @property
    def version(self) -> int:
        """Give the version of the ledger: the number of the last revision, or 0."""
        with self.connection() as connection:
            return revisions.last_number(connection)

    @property
    def fictional(self) -> bool:
        """Tell whether the records describe no real ground."""
        query = sa.select(META.c.value).where(META.c.name == "fictional")
        with self.connection() as connection:
            return connection.scalar(query) == "yes"

    def revisions(self, *, last: int | None = None) -> list[Revision]:
        """List the revisions, the newest first.

        Parameters
        ----------
        last
            How many; all where it is not given.

        Returns
        -------
        revisions
            When, who and why.
        """
        query = sa.select(REVISIONS).order_by(REVISIONS.c.revision.desc()).limit(last)
        with self.connection() as connection:
            rows = connection.execute(query).mappings().all()
        return [revisions.Revision.from_row(row) for row in rows]

    def table(
        self,
        name: str,
        *,
        known_at: int | dt.datetime | None = None,
        keys: Collection[object] | None = None,
        versions: bool = False,
    ) -> pd.DataFrame:
        """Read a whole table.

        Parameters
        ----------
        name
            Name of the table.
        known_at
            As it was known at a revision or a moment; as it is known now, where
            not given.
        keys
            Only rows with these values in the first column of the key.
        versions
            Whether to add ``version``, ``recorded_in`` and ``replaced_in``.

        Returns
        -------
        table
            In the types of the catalogue, with the columns that only the store has.

        Raises
        ------
        NotFoundError
            There is no such table or revision.
        """
        record = record_of(name)
        with self.connection() as connection:
            clauses = [self.known(connection, record, known_at)]
            if keys is not None:
                clauses.append(record.table.c[record.key[0]].in_(list(keys)))
            extra = records.VERSIONS if versions else ()
            return select(connection, record, clauses, extra=extra)

    def parcels(
        self,
        *,
        on: dt.date | None = None,
        known_at: int | dt.datetime | None = None,
        place: Place | None = None,
        versions: bool = False,
    ) -> gpd.GeoDataFrame:
        """Read parcels; the database filters by place, park and area.

        Parameters
        ----------
        on
            Only parcels that exist on this day.
        known_at
            As known at a revision or a moment.
        place
            Which parcels; all where it is not given.
        versions
            Whether to add the columns of the versions.

        Returns
        -------
        parcels
            Table *parcels* with ``began_on``, ``retired_on``, ``planar_m2`` and
            ``ellipsoid_m2``.
        """
        record = RECORDS["parcels"]
        with self.connection() as connection:
            clauses = [self.known(connection, record, known_at)]
            clauses += existing(record, on)
            if place is not None:
                clauses += within(place, connection.dialect.name)
            extra = records.VERSIONS if versions else ()
            found = select(connection, record, clauses, extra=extra, without=BOX)
        parcels = cast("gpd.GeoDataFrame", found)
        return parcels if place is None else inside(parcels, place)

    def parcel(self, parcel_id: str) -> dict[str, Any]:
        """Read one parcel as it is known now, with its ``version``.

        Parameters
        ----------
        parcel_id
            Its number.

        Returns
        -------
        parcel
            Its values by column.

        Raises
        ------
        NotFoundError
            There is no such parcel.
        """
        found = self.table("parcels", keys=[parcel_id], versions=True)
        if found.empty:
            raise NotFoundError(_NO_PARCEL.format(parcel=parcel_id))
        row = found.reset_index().iloc[0]
        return {str(name): row[name] for name in row.index}

    def newer(self, name: str, key: str) -> str | None:
        """Give the entry that corrects an entry, if there is one.

        Parameters
        ----------
        name
            evidence or status_events.
        key
            The entry.

        Returns
        -------
        key
            The entry that supersedes it.
        """
        record = record_of(name)
        column = record.table.c[record.key[0]]
        query = sa.select(column).where(record.table.c.supersedes == key)
        with self.connection() as connection:
            return connection.scalar(query)

    def reserve(
        self,
        *,
        on: dt.date | None = None,
        known_at: int | dt.datetime | None = None,
    ) -> Reserve:
        """Read the reserve.

        Parameters
        ----------
        on
            Only the parcels that exist on this day. Where it is not given, all that
            ever were, with ``began_on`` and ``retired_on``: what the ledger needs.
        known_at
            As it was known at a revision (its number) or at a moment; as it is known
            now, where not given.

        Returns
        -------
        reserve
            Its tables; status events without those that were corrected.

        Raises
        ------
        NotFoundError
            There is no such revision.
        """
        with self._one_state() as connection:
            tables = {
                name: self._of_reserve(connection, name, known_at, on)
                for name in (
                    "parcels",
                    "evidence",
                    "status_events",
                    "parks",
                    "projects",
                    "indicators",
                    "targets",
                )
            }
            fictional = self.fictional
        return Reserve(fictional=fictional, **cast("dict[str, Any]", tables))

    def known(
        self,
        connection: Connection,
        record: Record,
        known_at: int | dt.datetime | None,
    ) -> sa.ColumnElement[bool]:
        """Say which rows were known at a revision or a moment."""
        table = record.table
        if known_at is None:
            return table.c.replaced_in.is_(None)
        number = revisions.known_number(connection, known_at)
        open_then = table.c.replaced_in.is_(None) | (table.c.replaced_in > number)
        return (table.c.recorded_in <= number) & open_then

    @contextmanager
    def _one_state(self) -> Iterator[Connection]:
        """Let several calls see one state."""
        if self._pinned is not None:
            yield self._pinned
            return
        with self:
            yield cast("Connection", self._pinned)

    def _of_reserve(
        self,
        connection: Connection,
        name: str,
        known_at: int | dt.datetime | None,
        on: dt.date | None,
    ) -> pd.DataFrame:
        record = RECORDS[name]
        clauses = [self.known(connection, record, known_at)]
        if name == "parcels":
            clauses += existing(record, on)
        without = _UNSEEN.get(name, frozenset())
        table = select(connection, record, clauses, without=without)
        return effective(table) if name == "status_events" else table


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
    rows = connection.execute(query).fetchall()
    table = records.to_table(record, names, cast("list[tuple[object, ...]]", rows))
    if record.name in INDEXES:
        # Sorted here, for two databases sort texts differently.
        return table.sort_index()
    if record.name in _IN_ORDER or table.empty:
        return table
    return table.sort_values(list(record.key)).reset_index(drop=True)


def _cheap(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Read dates of SQLite as texts, which numpy parses at once."""
    if dialect == "sqlite" and isinstance(column.type, sa.Date | sa.DateTime):
        return sa.type_coerce(column, sa.Text)
    if isinstance(column.type, Shape) and dialect == "postgresql":
        return sa.func.ST_AsBinary(column)
    return column
