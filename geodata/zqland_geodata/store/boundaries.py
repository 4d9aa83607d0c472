"""Tell whether two boundaries enclose the same ground, and how much moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Booleans = NDArray[np.bool_]

SAME_M: Final = 0.0005
"""Boundaries within half a millimetre are the same: surveys write millimetres."""

TOUCH_M2: Final = 0.1
"""Overlaps up to this size are those of neighbours and not of replotted ground."""


def compare(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Find the parcels whose boundaries moved.

    Parameters
    ----------
    before, after
        Parcels in the same order, with ``home_zone``, ``home_geometry`` and
        ``geometry``; a shape in another zone is compared in the zone that it had.

    Returns
    -------
    moved
        By position of the row: ``before_m2``, ``after_m2``, ``gained_m2`` and
        ``lost_m2``, planar in the home zone.
    """
    old = np.asarray(before["home_geometry"].array, dtype=object)
    new = _in_zone_of(before, after)
    rows = np.flatnonzero(~same_ground(old, new))
    old, new = shapely.make_valid(old[rows]), shapely.make_valid(new[rows])
    areas = {
        "before_m2": shapely.area(old),
        "after_m2": shapely.area(new),
        "gained_m2": shapely.area(shapely.difference(new, old)),
        "lost_m2": shapely.area(shapely.difference(old, new)),
    }
    return pd.DataFrame(areas, index=rows)


def same_ground(one: Shapes, other: Shapes) -> Booleans:
    """Tell which pairs of shapes have the same boundaries to half a millimetre.

    Where the boundary begins, which way it runs and vertices on straight lines do not
    matter.

    Parameters
    ----------
    one, other
        Shapes in the same plane, in metres.

    Returns
    -------
    same
        Shape (n,).

    Examples
    --------
    >>> square = shapely.box(0, 0, 10, 10)
    >>> finer = shapely.segmentize(square, 3)
    >>> same_ground(np.array([square]), np.array([finer])).tolist()
    [True]
    """
    same = shapely.equals_identical(one, other)
    rows = np.flatnonzero(~same)
    # The distance of boundaries costs more than their bounds.
    bounds = shapely.bounds(one[rows]) - shapely.bounds(other[rows])
    rows = rows[(np.abs(bounds) <= SAME_M).all(axis=1)]
    lines = shapely.boundary(one[rows]), shapely.boundary(other[rows])
    rows = rows[shapely.hausdorff_distance(*lines) <= SAME_M]
    # That distance looks at vertices only: the same ones may enclose other ground.
    valid = shapely.make_valid(one[rows]), shapely.make_valid(other[rows])
    strip_m2 = SAME_M * shapely.length(one[rows])
    same[rows] = shapely.area(shapely.symmetric_difference(*valid)) <= strip_m2
    return same


def on_ground_of(
    new: gpd.GeoSeries, gone: gpd.GeoSeries
) -> list[tuple[str, float, list[str]]]:
    """Find new parcels that lie on the ground of parcels that are gone.

    Parameters
    ----------
    new, gone
        Shapes in degrees, indexed by the numbers of the parcels.

    Returns
    -------
    found
        Number of the new parcel, overlap in m² on a plane around it (for a sentence,
        not for the books), and the numbers of those that are gone.
    """
    tree = shapely.STRtree(gone.to_numpy())
    pairs = tree.query(new.to_numpy(), predicate="intersects")
    if not pairs.size:
        return []
    one, other = new.to_numpy()[pairs[0]], gone.to_numpy()[pairs[1]]
    shared = shapely.intersection(shapely.make_valid(one), shapely.make_valid(other))
    middle = np.radians(shapely.bounds(shared)[:, 1::2].mean(axis=1))
    square = 111_320.0**2 * np.cos(middle)
    table = pd.DataFrame(
        {
            "new": new.index[pairs[0]],
            "gone": gone.index[pairs[1]],
            "m2": shapely.area(shared) * square,
        }
    )
    table = table[table["m2"] > TOUCH_M2]
    return [
        (str(number), float(group["m2"].sum()), [str(one) for one in group["gone"]])
        for number, group in table.groupby("new", sort=True)
    ]


def _in_zone_of(before: pd.DataFrame, after: pd.DataFrame) -> Shapes:
    """Give the shapes in the zones that the parcels had."""
    shapes = np.array(after["home_geometry"].array, dtype=object)
    zones = before["home_zone"].to_numpy()
    rows = np.flatnonzero(zones != after["home_zone"].to_numpy())
    if len(rows):
        degrees = gpd.GeoSeries(after["geometry"].iloc[rows].array, crs=4490)
        own = pd.Series(zones[rows], index=degrees.index)
        shapes[rows] = crs.to_home(degrees, own).to_numpy()
    return shapes
