"""Points to rings, and rings to polygons: shells and holes by containment.

Numbers of rings say where a ring ends, not what it is: a ring inside an odd number of
others is a hole (even-odd rule).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

CLOSED_WITHIN = 1e-4
"""How near the last point of a ring is to its first, in metres (or degrees / 1e6)."""

LEAST_POINTS = 3
"""Distinct points without which a ring has no area."""


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings of parcels, without the row that closes them.

    Attributes
    ----------
    coordinates
        Points, easting first; shape (n, 2).
    ring
        Number of the ring of each point: 0, 1, …
    owner
        Position of the parcel of each ring.
    is_closed
        Whether each ring ended with its first point.
    """

    coordinates: Floats
    ring: Integers
    owner: Integers
    is_closed: Flags


def divide(
    coordinates: Floats, owner: Integers, number: Integers, tolerance: float
) -> Rings:
    """Divide points into rings.

    A ring ends where the parcel or the number of the ring changes, or where it comes
    back to its first point.

    Parameters
    ----------
    coordinates
        Points in the order of the file, those of a parcel together; shape (n, 2).
    owner
        Position of the parcel of each point, not falling.
    number
        Number of the ring as it stands in the file, or 0 for all.
    tolerance
        How near two points are that are the same.

    Returns
    -------
    rings
        The rings, repeated points left out.

    Examples
    --------
    >>> square = [[0, 0], [0, 9], [9, 9], [9, 0], [0, 0], [2, 2], [2, 3], [3, 3]]
    >>> zeros = np.zeros(8, dtype=int)
    >>> rings = divide(np.array(square, dtype=float), zeros, zeros, 1e-4)
    >>> rings.ring.tolist(), rings.is_closed.tolist()
    ([0, 0, 0, 0, 1, 1, 1], [True, False])
    """
    count = len(coordinates)
    changes = np.flatnonzero((np.diff(owner) != 0) | (np.diff(number) != 0)) + 1
    starts: list[int] = []
    ends: list[int] = []
    closed: list[bool] = []
    # A turn per run: where a ring comes back to its start can only be found in order.
    for first, last in zip([0, *changes], [*changes, count], strict=True):
        start = first
        while start < last:
            near = _near(coordinates[start:last], coordinates[start], tolerance)
            stop = start + _end(near)
            starts.append(start)
            ends.append(stop)
            closed.append(stop < last)
            # Rows of the first point behind the end close the ring, once or more.
            while stop < last and near[stop - start]:
                stop += 1
            start = stop
    begin, stop_at = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
    sizes = stop_at - begin
    ring = np.repeat(np.arange(len(sizes)), sizes)
    offsets = np.arange(len(ring)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    points = coordinates[begin[ring] + offsets]
    same = np.zeros(len(ring), dtype=np.bool_)
    same[1:] = (np.abs(np.diff(points, axis=0)) <= tolerance).all(axis=1)
    same[1:] &= np.diff(ring) == 0
    return Rings(points[~same], ring[~same], owner[begin], np.asarray(closed))


def _end(near: Flags) -> int:
    """Return how many rows belong to a ring, by which rows are at its first point."""
    back = np.flatnonzero(near)
    back = back[back >= LEAST_POINTS]
    if len(back):
        return int(back[0])
    # The last row may close a ring that is too short to be one.
    return len(near) - 1 if len(near) > 1 and near[-1] else len(near)


def _near(points: Floats, point: Floats, tolerance: float) -> Flags:
    return np.asarray((np.abs(points - point) <= tolerance).all(axis=1))


def polygons(rings: Rings, count: int) -> Shapes:
    """Make polygons of rings.

    Parameters
    ----------
    rings
        The rings.
    count
        Number of parcels.

    Returns
    -------
    shapes
        A polygon or multipolygon for each parcel; an empty polygon where no ring has
        three points. Rings that cross themselves stay as they are.
    """
    shapes = np.full(count, shapely.Polygon(), dtype=object)
    sizes = np.bincount(rings.ring, minlength=len(rings.owner))
    kept = sizes >= LEAST_POINTS
    if not kept.any():
        return shapes
    chosen = kept[rings.ring]
    renumbered = np.cumsum(kept) - 1
    lines = shapely.linearrings(
        rings.coordinates[chosen], indices=renumbered[rings.ring[chosen]]
    )
    faces = np.asarray(shapely.polygons(np.asarray(lines, dtype=object)), dtype=object)
    owner = rings.owner[kept]
    counts = np.bincount(owner, minlength=count)
    single = counts[owner] == 1
    shapes[owner[single]] = faces[single]
    # Parcels of several rings are few, and each is a question of its own.
    for parcel in np.flatnonzero(counts > 1):
        shapes[parcel] = even_odd(faces[owner == parcel])
    return shapes


def even_odd(faces: Shapes) -> shapely.Polygon | shapely.MultiPolygon:
    """Put rings of one parcel together.

    Parameters
    ----------
    faces
        Each ring as a polygon without holes.

    Returns
    -------
    shape
        Rings at even depth are shells, those at odd depth holes of the smallest shell
        around them.

    Examples
    --------
    >>> hole, shell = shapely.box(2, 2, 3, 3), shapely.box(0, 0, 9, 9)
    >>> even_odd(np.array([hole, shell])).area
    80.0
    """
    order = np.argsort(-shapely.area(faces), kind="stable")
    ranked = faces[order]
    inside = shapely.point_on_surface(ranked)
    around = np.tril(
        shapely.contains_xy(
            ranked[None, :],
            shapely.get_x(inside)[:, None],
            shapely.get_y(inside)[:, None],
        ),
        k=-1,
    )
    depth = around.sum(axis=1)
    holes: dict[int, list[shapely.LinearRing]] = {
        int(shell): [] for shell in np.flatnonzero(depth % 2 == 0)
    }
    for ring in np.flatnonzero(depth % 2 == 1):
        shell = np.flatnonzero(around[ring] & (depth == depth[ring] - 1))[-1]
        holes[int(shell)].append(ranked[ring].exterior)
    parts = [
        shapely.Polygon(ranked[shell].exterior, inner) for shell, inner in holes.items()
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
