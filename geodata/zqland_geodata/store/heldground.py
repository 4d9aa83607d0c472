"""What lies on some ground on some days: parcels, locked for writing, and holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from zqland import crs, holds
from zqland.areas import Area, Method
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.store.seeking import Place, within
from zqland_geodata.store.selecting import effective, known, select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from shapely import MultiPolygon, Polygon
    from sqlalchemy import Connection

    Shape = Polygon | MultiPolygon

_USED = frozenset(
    {
        "parcel_id",
        "home_zone",
        "home_geometry",
        "geometry",
        "began_on",
        "retired_on",
    }
)
_UNUSED = {column.name for column in RECORDS["parcels"].columns} - _USED
"""Columns of parcels that are left unread: others wait while one looks."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A piece of ground.

    Attributes
    ----------
    zone
        EPSG code of its plane.
    shape
        A polygon or several in that plane, in metres.
    """

    zone: int
    shape: Shape

    @property
    def area(self) -> Area:
        """Give its planar area."""
        return Area(self.shape.area, Method.PLANAR)

    @property
    def place(self) -> Place:
        """Give bounds in degrees that surely hold it."""
        degrees = crs.to_geographic(gpd.GeoSeries([self.shape]), self.zone)
        west, south, east, north = degrees.total_bounds
        margin = holds.MARGIN_DEG
        sides = (west - margin, south - margin, east + margin, north + margin)
        return Place(bbox=cast("tuple[float, float, float, float]", sides))


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row.

    Attributes
    ----------
    first, last
        Both inclusive.
    """

    first: dt.date
    last: dt.date


def parcels_on(connection: Connection, ground: Ground) -> gpd.GeoDataFrame:
    """Read the parcels on some ground, retired ones too, and lock them.

    Parameters
    ----------
    connection
        A connection that writes. PostgreSQL locks the rows of all parcels near the
        ground, in the order of their ids, so that two who write never wait for each
        other in a circle; in SQLite whoever writes has locked the whole file.
    ground
        The ground.

    Returns
    -------
    parcels
        Those that have more in common with the ground than rounding, as they are now:
        their ids, zones, shapes, ``began_on`` and ``retired_on``.
    """
    record = RECORDS["parcels"]
    table = record.table
    near = within(ground.place, connection.dialect.name)
    near.append(table.c.replaced_in.is_(None))
    ids = sa.select(table.c.parcel_id).where(*near).order_by(table.c.parcel_id)
    connection.execute(ids.with_for_update()).all()
    # Read after the lock, for the rows may have been others before it.
    found = cast("gpd.GeoDataFrame", select(connection, record, near, without=_UNUSED))
    shared = holds.common(found, ground.shape, ground.zone)
    return found[~shared.is_empty.to_numpy()]


def holds_on(connection: Connection, ground: Ground, days: Days) -> pd.DataFrame:
    """Read the holds that lie near some ground and were agreed for some of the days.

    Parameters
    ----------
    connection
        An open connection.
    ground
        The ground.
    days
        The days.

    Returns
    -------
    holds
        Table *holds* with the ground of each.
    """
    record = RECORDS["holds"]
    parcels, hold = RECORDS["parcels"].table.c, record.table.c
    # A hold of a part lies within its parcel as it was then, so every version counts.
    near = within(ground.place, connection.dialect.name)
    clauses = [
        hold.replaced_in.is_(None),
        hold.held_from <= days.last,
        hold.held_until >= days.first,
        hold.parcel_id.in_(sa.select(parcels.parcel_id).where(*near)),
    ]
    return with_ground(connection, select(connection, record, clauses))


def with_ground(
    connection: Connection,
    table: pd.DataFrame,
    known_at: int | dt.datetime | None = None,
) -> pd.DataFrame:
    """Give holds their ground, also those of whole parcels that are retired.

    Parameters
    ----------
    connection
        An open connection.
    table
        Table *holds*.
    known_at
        The number of a revision or a moment; None for what is known now.

    Returns
    -------
    holds
        As from `zqland.holds.grounded`.
    """
    record = RECORDS["parcels"]
    parcel_id = record.table.c.parcel_id
    named = list(table["parcel_id"].unique())
    clauses = [known(connection, record, known_at), parcel_id.in_(named)]
    return holds.grounded(table, select(connection, record, clauses, without=_UNUSED))


def events_of(connection: Connection, parcel_ids: Iterable[object]) -> pd.DataFrame:
    """Read the status events of some parcels.

    Parameters
    ----------
    connection
        An open connection.
    parcel_ids
        The parcels.

    Returns
    -------
    events
        As from `zqland_geodata.store.selecting.effective`.
    """
    record = RECORDS["status_events"]
    table = record.table
    wanted = table.c.parcel_id.in_(list(parcel_ids))
    current = table.c.replaced_in.is_(None)
    return effective(select(connection, record, [current, wanted]))


def existing(parcels: pd.DataFrame, days: Days) -> pd.Series[bool]:
    """Tell which parcels exist on some of the days.

    Parameters
    ----------
    parcels
        Parcels with ``began_on`` and ``retired_on``.
    days
        The days.

    Returns
    -------
    existing
        On the index of the parcels.
    """
    began = parcels["began_on"].isna() | (
        parcels["began_on"] <= pd.Timestamp(days.last)
    )
    retired = parcels["retired_on"]
    return began & (retired.isna() | (retired > pd.Timestamp(days.first)))
