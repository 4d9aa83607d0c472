"""Read the store: the reserve as true on a date and as known at a revision."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, cast

import sqlalchemy as sa

from zqland.errors import NotFoundError
from zqland.reserve import Reserve
from zqland.text import Text
from zqland_geodata.store import history, records, revisions
from zqland_geodata.store.heldground import with_ground
from zqland_geodata.store.schema import BOX, META, RECORDS, REVISIONS
from zqland_geodata.store.seeking import Place, inside, within
from zqland_geodata.store.selecting import (
    MANY,
    effective,
    existing,
    known,
    record_of,
    select,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager
    from types import TracebackType

    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection

    from zqland_geodata.store.history import Change
    from zqland_geodata.store.revisions import Revision

UNSEEN = {"parcels": frozenset({*BOX, "planar_m2", "ellipsoid_m2"})}
"""Columns that the reserve is read without: they are measured anew from the shapes."""

_NO_PARCEL = Text(
    en="There is no parcel {parcel} in the store.", zh="台账库中没有地块 {parcel}。"
)


OF_RESERVE = (
    "parcels",
    "evidence",
    "status_events",
    "parks",
    "projects",
    "indicators",
    "targets",
    "holds",
    "lineage",
    "contracts",
    "batches",
    "batch_steps",
    "batch_parcels",
    "quotas",
)
"""The tables that a reserve is made of."""


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
            clauses = [known(connection, record, known_at)]
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
            clauses = [known(connection, record, known_at)]
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

    def known_keys(self, name: str, keys: Collection[str]) -> set[str]:
        """Tell which keys are in the store now.

        Parameters
        ----------
        name
            Name of a table whose key is one column.
        keys
            The keys.

        Returns
        -------
        known
            Those of them that a current row has.
        """
        record = record_of(name)
        column = record.table.c[record.key[0]]
        query = sa.select(column).where(record.table.c.replaced_in.is_(None))
        if len(keys) <= MANY:
            query = query.where(column.in_(list(keys)))
        with self.connection() as connection:
            return set(keys).intersection(connection.scalars(query))

    def history(self, parcel_id: str) -> list[Change]:
        """List all that was ever recorded about a parcel, the oldest first.

        Parameters
        ----------
        parcel_id
            Its number.

        Returns
        -------
        changes
            Who, when, what was before, what came after, and why.

        Raises
        ------
        NotFoundError
            Nothing was ever recorded about it.
        """
        with self.connection() as connection:
            changes = history.of_parcel(connection, parcel_id)
        if not changes:
            raise NotFoundError(_NO_PARCEL.format(parcel=parcel_id))
        return changes

    def changes(self, revision: int) -> list[Change]:
        """List what one revision changed.

        Parameters
        ----------
        revision
            Its number.

        Returns
        -------
        changes
            By table, in the order of writing.

        Raises
        ------
        NotFoundError
            There is no such revision.
        """
        with self.connection() as connection:
            number = revisions.revision_of(connection, revision).number
            return history.of_revision(connection, number)

    def newer(self, name: str, key: str) -> str | None:
        """Give the entry that corrects an entry, if there is one.

        Parameters
        ----------
        name
            Name of the table: evidence or status_events.
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
        with self.one_state():
            tables = {
                name: self.reserve_table(name, known_at=known_at, on=on)
                for name in OF_RESERVE
            }
            fictional = self.fictional
        return Reserve(fictional=fictional, **cast("dict[str, Any]", tables))

    @contextmanager
    def one_state(self) -> Iterator[Connection]:
        """Let several calls see one state, also within a block that does so already.

        Yields
        ------
        connection
            The connection that all of them use.
        """
        if self._pinned is not None:
            yield self._pinned
            return
        with self:
            yield cast("Connection", self._pinned)

    def reserve_table(
        self,
        name: str,
        *,
        known_at: int | dt.datetime | None = None,
        on: dt.date | None = None,
    ) -> pd.DataFrame:
        """Read one table as a reserve has it.

        Parameters
        ----------
        name
            Name of the table.
        known_at, on
            As for `reserve`.

        Returns
        -------
        table
            Holds with the ground of each; status events without those that were
            corrected.

        Raises
        ------
        NotFoundError
            There is no such table or revision.
        """
        record = record_of(name)
        without = UNSEEN.get(name, frozenset())
        with self.connection() as connection:
            clauses = [known(connection, record, known_at)]
            if name == "parcels":
                clauses += existing(record, on)
            table = select(connection, record, clauses, without=without)
            if name == "holds":
                return with_ground(connection, table, known_at)
        return effective(table) if name == "status_events" else table
