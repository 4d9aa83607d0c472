"""What was written since a revision, and which parcels it concerns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from zqland_geodata.store.heldground import Ground
from zqland_geodata.store.reading import OF_RESERVE, UNSEEN
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.store.selecting import effective, select

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from zqland.reserve import Reserve
    from zqland_geodata.store.reading import Reader

MOST_HOLDS = 200
"""Above so many holds that changed at once, every parcel is looked at anew."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The reserve after some revisions, and what they concern.

    Attributes
    ----------
    reserve
        The records; those of all parcels that ever were.
    parcel_ids
        Parcels that are new, changed or gone, or of which evidence, status events or
        holds are others now; None where it may be any.
    """

    reserve: Reserve
    parcel_ids: frozenset[str] | None


def touched(reader: Reader, reserve: Reserve, *, since: int) -> Touched:
    """Read what was written since a revision.

    Parameters
    ----------
    reader
        Reads one state of the store.
    reserve
        The records as they were known at that revision.
    since
        The number of the revision.

    Returns
    -------
    touched
        The records as they are known now.
    """
    with reader.one_state() as connection:
        names = [name for name in _written(connection, since) if name in OF_RESERVE]
        news = _News(connection, since, reserve)
        if "parcels" in names:
            news.read_parcels()
        if "evidence" in names:
            news.read_evidence()
        if "status_events" in names:
            news.read_events()
        if "holds" in names or news.moves_holds():
            news.read_holds(reader)
        rest = [name for name in names if name not in _PIECEWISE]
        tables = {name: reader.reserve_table(name) for name in rest}
    whole = replace(news.reserve, **cast("dict[str, Any]", tables))
    return Touched(whole, None if news.is_any else frozenset(news.ids))


_PIECEWISE = frozenset({"parcels", "evidence", "status_events", "holds"})


class _News:
    """The reserve while one table after the other is brought up to date."""

    def __init__(self, connection: Connection, since: int, reserve: Reserve) -> None:
        self.connection = connection
        self.since = since
        self.reserve = reserve
        self.ids: set[str] = set()
        self.is_any = False

    def read_parcels(self) -> None:
        """Put changed parcels in their places."""
        new = self._added("parcels")
        gone = self._closed("parcels") - set(new.index)
        self.ids |= {*new.index, *gone}
        parcels = _with_rows(self.reserve.parcels, new, gone)
        self.reserve = replace(self.reserve, parcels=parcels)

    def read_evidence(self) -> None:
        """Add new evidence behind the old, as it was recorded."""
        old, new = self.reserve.evidence, self._added("evidence")
        corrected = old["evidence_id"].isin(new["supersedes"].dropna())
        named = pd.concat([new, old[corrected]])[["subject_kind", "subject_id"]]
        self._touch(named.drop_duplicates())
        evidence = _behind(old, new)
        self.reserve = replace(self.reserve, evidence=evidence)

    def read_events(self) -> None:
        """Add new status events behind the old; leave out what they correct."""
        old, new = self.reserve.status_events, self._added("status_events")
        corrected = old["event_id"].isin(new["supersedes"].dropna())
        self.ids |= {*new["parcel_id"], *old.loc[corrected, "parcel_id"]}
        events = _behind(old[~corrected], effective(new))
        self.reserve = replace(self.reserve, status_events=events)

    def moves_holds(self) -> bool:
        """Tell whether ground that is held with its whole parcel may be other now."""
        holds = self.reserve.holds
        return bool(len(holds)) and bool(holds["parcel_id"].isin(self.ids).any())

    def read_holds(self, reader: Reader) -> None:
        """Read the holds, and find the parcels on the ground of those that changed."""
        old, new = self.reserve.holds, reader.reserve_table("holds")
        keys = self._closed("holds") | set(self._added("holds")["hold_id"])
        changed = [
            table[table["hold_id"].isin(keys) | table["parcel_id"].isin(self.ids)]
            for table in (old, new)
            if len(table)
        ]
        self.reserve = replace(self.reserve, holds=new)
        grounds = [ground for table in changed for ground in _grounds(table)]
        if len(grounds) > MOST_HOLDS:
            self.is_any = True
            return
        bounds = shapely.bounds(np.asarray(self.reserve.parcels["geometry"].array))
        at = np.zeros(len(bounds), dtype=np.bool_)
        for ground in grounds:
            at |= _meets(bounds, ground)
        self.ids |= set(self.reserve.parcels.index[at])

    def _touch(self, subjects: pd.DataFrame) -> None:
        """Note the parcels that inherit from subjects."""
        parcels = self.reserve.parcels
        by_kind = subjects.groupby("subject_kind")["subject_id"].agg(set)
        named = cast("dict[str, set[str]]", by_kind.to_dict())
        self.ids |= named.get("parcel", set())
        parks, areas = named.get("park", set()), named.get("area", set())
        if parks:
            self.ids |= set(parcels.index[parcels["park_id"].isin(parks)])
        if areas:
            lists = parcels["area_ids"].dropna().astype(object)
            inside = [
                not areas.isdisjoint(one.strip() for one in str(text).split(";"))
                for text in lists
            ]
            self.ids |= set(lists.index[inside])

    def _added(self, name: str) -> pd.DataFrame:
        """Read the rows that were written since then and are in force."""
        record = RECORDS[name]
        columns = record.table.c
        # Asked for directly, in this order, SQLite would go through the whole table.
        new = sa.select(columns.row_id).where(columns.recorded_in > self.since)
        clauses: list[sa.ColumnElement[bool]] = [
            columns.row_id.in_(new),
            columns.replaced_in.is_(None),
        ]
        without = UNSEEN.get(name, frozenset())
        return select(self.connection, record, clauses, without=without)

    def _closed(self, name: str) -> set[str]:
        """Name the keys of rows that are no longer in force since then."""
        record = RECORDS[name]
        column = record.table.c[record.key[0]]
        query = sa.select(column).where(record.table.c.replaced_in > self.since)
        return set(self.connection.scalars(query))


def _written(connection: Connection, since: int) -> list[str]:
    """Name the tables that were written to, in one question to the database."""
    newest = []
    for name, record in RECORDS.items():
        columns = record.table.c
        last = sa.select(sa.func.max(columns.replaced_in))
        last = last.where(columns.replaced_in.is_not(None))
        first = sa.select(sa.func.max(columns.recorded_in))
        newest += [first.scalar_subquery().label(f"{name} recorded")]
        newest += [last.scalar_subquery().label(f"{name} replaced")]
    row = connection.execute(sa.select(*newest)).one()
    pairs = zip(RECORDS, row[::2], row[1::2], strict=True)
    return [name for name, *numbers in pairs if max(map(_number, numbers)) > since]


def _number(value: int | None) -> int:
    return 0 if value is None else value


def _with_rows(
    old: gpd.GeoDataFrame, new: pd.DataFrame, gone: Collection[str]
) -> gpd.GeoDataFrame:
    """Put rows in the place of those of the same key, in the order of the keys."""
    at = old.index.get_indexer(new.index)
    order = np.arange(len(old))
    order[at[at >= 0]] = len(old) + np.flatnonzero(at >= 0)
    both = pd.concat([old, new])
    if not gone and (at >= 0).all():
        # The same index as before knows its places already.
        both = both.iloc[order].set_axis(old.index)
    else:
        left = ~old.index.isin(list(gone))
        added = len(old) + np.flatnonzero(at < 0)
        both = both.iloc[np.concatenate([order[left], added])].sort_index()
    return gpd.GeoDataFrame(_whole_numbers(both), geometry="geometry")


def _whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Give columns of whole numbers the type that the store gives a whole table."""
    for name, kind in table.dtypes.items():
        if kind == "Int64" and not table[name].isna().any():
            table = table.assign(**{str(name): table[name].astype("int64")})
    return table


def _behind(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([old, new], ignore_index=True)


def _grounds(holds: pd.DataFrame) -> list[Ground]:
    known = holds[~holds["home_geometry"].isna()]
    pairs = zip(known["home_zone"], known["home_geometry"], strict=True)
    return [Ground(int(zone), shape) for zone, shape in pairs]


def _meets(bounds: NDArray[np.float64], ground: Ground) -> NDArray[np.bool_]:
    west, south, east, north = cast("tuple[float, ...]", ground.place.bbox)
    return np.asarray(
        (bounds[:, 0] <= east)
        & (bounds[:, 2] >= west)
        & (bounds[:, 1] <= north)
        & (bounds[:, 3] >= south)
    )
