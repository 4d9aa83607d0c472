r"""Ground that is held for projects until a date: where, when, and what is left free.

A hold keeps a parcel, or a part of it, from its first day to its last, both inclusive.
On the day after the last it is free again, without anybody writing anything. A hold
that was released or turned into supply ends on the day before that.

What counts is ground, not numbers of parcels: after a split the ground of the parent
is still held, whatever its children are called. Two holds overlap if they share a day
and more ground than rounding, which is

.. math:: \max(0.01\,m^2,\; 2\,mm \times shared\ boundary)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import crs, ground

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    Booleans = NDArray[np.bool_]
    Days = NDArray[np.datetime64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

MARGIN_DEG: Final = 1e-5
"""Widening of bounds in degrees: edges that are straight in a plane bulge in degrees,
by less than this (one metre) along ten kilometres."""


def first_days(holds: pd.DataFrame) -> Days:
    """Give the first day of each hold.

    Parameters
    ----------
    holds
        Table *holds*.

    Returns
    -------
    days
        Days; shape (n,).
    """
    return _days(holds["held_from"])


def last_days(holds: pd.DataFrame) -> Days:
    """Give the last day of each hold.

    Parameters
    ----------
    holds
        Table *holds*.

    Returns
    -------
    days
        The agreed last day, or the day before the hold was released or supplied; a
        hold that ended before it began has its last day before its first. Shape (n,).

    Examples
    --------
    >>> holds = pd.DataFrame(
    ...     {"held_until": ["2023-12-31", "2023-12-31"], "ended_on": [None, "2023-9-5"]}
    ... )
    >>> last_days(holds).tolist()
    [datetime.date(2023, 12, 31), datetime.date(2023, 9, 4)]
    """
    until, ended = _days(holds["held_until"]), _days(holds["ended_on"])
    last = np.minimum(until, ended - np.timedelta64(1, "D"))
    return np.where(np.isnat(ended), until, last)


def in_force(holds: pd.DataFrame, *, on: dt.date) -> Booleans:
    """Tell which holds are in force on a day.

    Parameters
    ----------
    holds
        Table *holds*.
    on
        The day.

    Returns
    -------
    in_force
        True from the first day to the last; shape (n,).
    """
    day = np.datetime64(on, "D")
    return np.asarray((first_days(holds) <= day) & (day <= last_days(holds)))


def grounded(holds: pd.DataFrame, parcels: pd.DataFrame) -> pd.DataFrame:
    """Give each hold its ground: its own part, or its whole parcel.

    Parameters
    ----------
    holds
        Table *holds*.
    parcels
        Table *parcels* with the parcels that are held wholly, retired ones too.

    Returns
    -------
    holds
        With ``home_zone`` and ``home_geometry``, both missing where the parcel is not
        there.
    """
    shapes = np.asarray(holds["home_geometry"].array, dtype=object).copy()
    zones = holds["home_zone"].to_numpy(np.float64, na_value=np.nan, copy=True)
    is_whole = shapely.is_missing(shapes)
    place = parcels.index.get_indexer(pd.Index(holds["parcel_id"]))
    rows = np.flatnonzero(is_whole & (place >= 0))
    home = np.asarray(parcels["home_geometry"].array, dtype=object)
    shapes[rows] = home[place[rows]]
    zones[rows] = parcels["home_zone"].to_numpy(np.float64)[place[rows]]
    return holds.assign(
        home_zone=pd.array(zones, dtype="Int64"),
        home_geometry=gpd.GeoSeries(shapes, index=holds.index),
    )


def held(
    parcels: gpd.GeoDataFrame,
    holds: pd.DataFrame,
    *,
    on: dt.date,
    project_id: str | None = None,
) -> pd.DataFrame:
    """Find which parcels are held on a day, wholly or in part.

    Parameters
    ----------
    parcels
        Table *parcels*.
    holds
        Table *holds*; those of whole parcels that are not among these parcels take no
        ground unless it was given to them by `grounded`.
    on
        The day.
    project_id
        A project whose own holds do not count, for they are no bar to it.

    Returns
    -------
    held
        On the index of the parcels: ``held``, ``held_m2`` (planar, in the home zone),
        ``held_until`` (last day of the last of the holds that are in force, so far as
        is known) and ``hold_ids`` (a tuple, sorted).

    Examples
    --------
    >>> import datetime as dt
    >>> from zqland import crs
    >>> lot = shapely.box(38_450_000, 2_560_000, 38_450_100, 2_560_100)
    >>> home = gpd.GeoSeries([lot])
    >>> parcels = gpd.GeoDataFrame(
    ...     {"home_zone": 4526, "home_geometry": home},
    ...     geometry=crs.to_geographic(home, 4526),
    ... ).set_index(pd.Index(["A-1"]))
    >>> half = shapely.box(38_450_000, 2_560_000, 38_450_050, 2_560_100)
    >>> holds = pd.DataFrame(
    ...     {"hold_id": ["H1"], "parcel_id": ["A-1"], "home_zone": [4526],
    ...      "home_geometry": gpd.GeoSeries([half]), "held_from": ["2023-03-01"],
    ...      "held_until": ["2023-08-31"], "ended_on": [None], "project_id": ["P1"]}
    ... )
    >>> held(parcels, holds, on=dt.date(2023, 8, 31))["held_m2"].to_list()
    [5000.0]
    >>> held(parcels, holds, on=dt.date(2023, 9, 1))["held"].to_list()
    [False]
    """
    now, row, hold, shared = _shared(parcels, holds, on, project_id)
    until = np.full(len(parcels), "NaT", dtype="datetime64[s]")
    whole = ground.united(row, shared, len(parcels))
    named = np.empty(len(parcels), dtype=object)
    named.fill(())
    if len(row):
        last = last_days(now)[hold].astype("datetime64[s]")
        order = np.argsort(last, kind="stable")
        # The last assignment for a parcel stays: that of the latest day.
        until[row[order]] = last[order]
        # Few parcels are held, so their holds are named one by one.
        for place, key in sorted(zip(row, now["hold_id"].iloc[hold], strict=True)):
            named[place] = (*named[place], key)
    return pd.DataFrame(
        {
            "held": ~shapely.is_empty(whole),
            "held_m2": shapely.area(whole),
            "held_until": until,
            "hold_ids": named,
        },
        index=parcels.index,
    )


def free_ground(
    parcels: gpd.GeoDataFrame,
    holds: pd.DataFrame,
    *,
    on: dt.date,
    project_id: str | None = None,
) -> gpd.GeoSeries:
    """Find what is left of each parcel beside the ground that is held on a day.

    Parameters
    ----------
    parcels, holds, on, project_id
        As for `held`.

    Returns
    -------
    home_geometry
        In the planes of the home zones, on the index of the parcels; empty where all
        is held.
    """
    _, row, _, shared = _shared(parcels, holds, on, project_id)
    left = np.asarray(parcels["home_geometry"].array, dtype=object).copy()
    rows = np.unique(row)
    taken = ground.united(row, shared, len(parcels))[rows]
    left[rows] = ground.without(ground.areal(ground.valid(left[rows])), taken)
    return gpd.GeoSeries(left, index=parcels.index, name="home_geometry")


def overlaps(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Find the pairs of holds of two tables that share ground on a day.

    Parameters
    ----------
    first, second
        Tables *holds* with their ground (`grounded`).

    Returns
    -------
    overlaps
        One row per pair: ``first`` and ``second`` (rows, from 0), ``area_m2`` (planar,
        in the home zone of the first), ``first_day`` and ``last_day`` that they share.
    """
    one, other = _placed(first), _placed(second)
    rows, others = _near(_bounds(one), _bounds(other))
    begins = np.maximum(first_days(one)[rows], first_days(other)[others])
    ends = np.minimum(last_days(one)[rows], last_days(other)[others])
    together = begins <= ends
    rows, others = rows[together], others[together]
    shared = _common(one, rows, other, others)
    found = ~shapely.is_empty(shared)
    return pd.DataFrame(
        {
            "first": one["row"].to_numpy()[rows[found]],
            "second": other["row"].to_numpy()[others[found]],
            "area_m2": shapely.area(shared[found]),
            "first_day": begins[together][found].astype("datetime64[s]"),
            "last_day": ends[together][found].astype("datetime64[s]"),
        }
    )


def common(
    parcels: gpd.GeoDataFrame, shape: shapely.Geometry, zone: int
) -> gpd.GeoSeries:
    """Find what each parcel has in common with some ground, beyond rounding.

    Parameters
    ----------
    parcels
        Table *parcels*.
    shape
        A polygon or several.
    zone
        EPSG code of its plane.

    Returns
    -------
    shared
        In the home zone of each parcel, on the index of the parcels; empty where they
        share nothing that counts.
    """
    asked = pd.DataFrame(
        {"home_zone": [zone], "home_geometry": gpd.GeoSeries([shape]), "row": [0]}
    )
    rows, others = _near(shapely.bounds(_shapes(parcels, "geometry")), _bounds(asked))
    found = np.full(len(parcels), shapely.Polygon(), dtype=object)
    found[rows] = _common(parcels, rows, asked, others)
    return gpd.GeoSeries(found, index=parcels.index)


def _shared(
    parcels: gpd.GeoDataFrame, holds: pd.DataFrame, on: dt.date, project_id: str | None
) -> tuple[pd.DataFrame, Rows, Rows, Shapes]:
    """Find which parcel shares which ground with which hold in force."""
    nothing = np.zeros(0, dtype=np.intp)
    if holds.empty:
        return holds, nothing, nothing, np.zeros(0, dtype=object)
    counts = in_force(holds, on=on)
    if project_id is not None:
        counts &= (holds["project_id"] != project_id).to_numpy(np.bool_)
    now = _placed(grounded(holds[counts], parcels))
    rows, others = _near(shapely.bounds(_shapes(parcels, "geometry")), _bounds(now))
    shared = _common(parcels, rows, now, others)
    found = ~shapely.is_empty(shared)
    return now, rows[found], others[found], shared[found]


def _placed(holds: pd.DataFrame) -> pd.DataFrame:
    """Keep the holds whose ground is known, with the row from which each came."""
    numbered = holds.assign(row=np.arange(len(holds)))
    shapes = _shapes(holds, "home_geometry")
    is_known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return numbered[is_known].reset_index(drop=True)


def _bounds(holds: pd.DataFrame) -> NDArray[np.float64]:
    """Give bounds in degrees that surely hold the ground."""
    home = gpd.GeoSeries(holds["home_geometry"])
    degrees = crs.to_geographic(home, holds["home_zone"].astype("int64"))
    margin = np.array([-MARGIN_DEG, -MARGIN_DEG, MARGIN_DEG, MARGIN_DEG])
    return np.asarray(degrees.bounds.to_numpy() + margin)


def _near(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """Pair the bounds that touch."""
    known = np.flatnonzero(np.isfinite(first).all(axis=1))
    tree = shapely.STRtree(np.asarray(shapely.box(*second.T), dtype=object))
    rows, others = tree.query(np.asarray(shapely.box(*first[known].T), dtype=object))
    return known[rows], others


def _common(
    first: pd.DataFrame, rows: Rows, second: pd.DataFrame, others: Rows
) -> Shapes:
    """Intersect pairs in the plane of the first of each."""
    wanted = first["home_zone"].to_numpy(np.int64)[rows]
    zones = second["home_zone"].to_numpy(np.int64)[others]
    shapes = _shapes(second, "home_geometry")[others]
    # A turn per pair of zones, one as a rule.
    for zone, home in {*zip(zones.tolist(), wanted.tolist(), strict=True)}:
        if zone == home:
            continue
        turn = np.flatnonzero((zones == zone) & (wanted == home))
        moved = crs.to_home(gpd.GeoSeries(shapes[turn], crs=zone), home)
        shapes[turn] = np.asarray(moved.array, dtype=object)
    own = _shapes(first, "home_geometry")[rows]
    pieces = shapely.intersection(ground.valid(own), ground.valid(shapes))
    return ground.counted(ground.areal(pieces))


def _shapes(table: pd.DataFrame, column: str) -> Shapes:
    return np.asarray(table[column].array, dtype=object)


def _days(column: pd.Series) -> Days:
    return np.asarray(pd.to_datetime(column).to_numpy("datetime64[D]"))
