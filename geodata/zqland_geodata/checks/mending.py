"""Mend single shapes: repeated vertices, spikes, and what makes a shape invalid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland import ground
from zqland_geodata.checks.outlines import Outlines
from zqland_geodata.checks.vertices import distinct, find_spikes

if TYPE_CHECKING:
    import numpy.typing as npt

    from zqland_geodata.checks.tolerances import Tolerances

    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]

_ROUNDS = 10
_RING = 3
_HOLE_OUTSIDE = "Hole lies outside"


@dataclass(frozen=True, slots=True)
class Mended:
    """A shape after one step of mending.

    Attributes
    ----------
    shape
        The new shape.
    count
        How many places were mended.
    place
        The first of them, easting and northing.
    """

    shape: shapely.Geometry
    count: int
    place: Floats


def without_repetitions(shape: shapely.Geometry, allowed: Tolerances) -> Mended | None:
    """Leave out vertices that repeat the one before.

    Parameters
    ----------
    shape
        A polygon or multipolygon.
    allowed
        How near two vertices are one.

    Returns
    -------
    mended
        The shape, or ``None`` where there is nothing to do.
    """
    lines = Outlines.of(np.array([shape], dtype=np.object_))
    kept = distinct(lines, allowed)
    count = len(lines.points) - len(kept.points)
    if not count:
        return None
    mended = _rebuilt(shape, kept)
    if mended is None:
        return None
    is_short = lines.edges_m() <= allowed["duplicate_vertex", "distance_m"]
    return Mended(mended, count, lines.points[np.flatnonzero(is_short)[0]])


def without_spikes(shape: shapely.Geometry, allowed: Tolerances) -> Mended | None:
    """Cut spikes off where they begin.

    The tip moves to the foot of the perpendicular from the end of the shorter edge on
    the longer one, so that the longer edge keeps its line.

    Parameters
    ----------
    shape
        A polygon or multipolygon.
    allowed
        What a spike is.

    Returns
    -------
    mended
        The shape, or ``None`` where there is nothing to do.
    """
    count, place, mended = 0, np.zeros(2), shape
    # A cut can lay bare another spike; each turn shortens the boundary.
    for _ in range(_ROUNDS):
        lines = distinct(Outlines.of(np.array([mended], dtype=np.object_)), allowed)
        spikes = find_spikes(lines, allowed)
        if not len(spikes.tips):
            break
        tip, is_blunt = int(spikes.tips[0]), bool(spikes.blunt[0])
        place = place if count else lines.points[tip]
        cut = _rebuilt(mended, _cut(lines, tip, blunt=is_blunt))
        if cut is None:
            break
        mended, count = cut, count + 1
    return Mended(tidied(mended, allowed), count, place) if count else None


def tidied(shape: shapely.Geometry, allowed: Tolerances) -> shapely.Geometry:
    """Leave out repeated vertices that a repair has made, if the shape stays as valid.

    Parameters
    ----------
    shape
        A polygon or multipolygon.
    allowed
        How near two vertices are one.

    Returns
    -------
    tidied
        The shape without them.
    """
    mended = without_repetitions(shape, allowed)
    if mended is None or shapely.is_valid(mended.shape) < shapely.is_valid(shape):
        return shape
    return mended.shape


def made_valid(shape: shapely.Geometry, allowed: Tolerances) -> Mended | None:
    """Make an invalid shape valid, keeping what has an area.

    Parts that overlap become one. A hole outside its shell becomes a part: rings are
    told apart by what lies in what.

    Parameters
    ----------
    shape
        A polygon or multipolygon.
    allowed
        How near two vertices are one.

    Returns
    -------
    mended
        The shape, or ``None`` if it is valid or nothing with an area is left.
    """
    if shapely.is_valid(shape):
        return None
    reason = str(shapely.is_valid_reason(shape))
    valid = (
        shapely.make_valid(shape)
        if reason.startswith(_HOLE_OUTSIDE)
        else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    )
    valid = ground.areal(np.array([valid], dtype=np.object_))[0]
    if shapely.is_empty(valid) or not shapely.is_valid(valid):
        return None
    parts = shapely.get_parts(valid)
    valid = parts[0] if len(parts) == 1 else valid
    return Mended(tidied(valid, allowed), 1, _place(reason))


def _place(reason: str) -> Floats:
    try:
        numbers = reason.partition("[")[2].rstrip("]").split()
        return np.array([float(number) for number in numbers[:2]])
    except ValueError:
        return np.full(2, np.nan)


def _cut(lines: Outlines, tip: int, *, blunt: bool) -> Outlines:
    """Move a tip to where the spike begins; leave out what is left over."""
    last = int(lines.after[tip]) if blunt else tip
    before, after = int(lines.before[tip]), int(lines.after[last])
    back = lines.points[before] - lines.points[tip]
    ahead = lines.points[after] - lines.points[last]
    is_back_longer = np.hypot(*back) > np.hypot(*ahead)
    corner, start, line = (
        (lines.points[after], lines.points[tip], back)
        if is_back_longer
        else (lines.points[before], lines.points[last], ahead)
    )
    along = float((corner - start) @ line / (line @ line))
    points = lines.points.copy()
    points[tip] = start + np.clip(along, 0.0, 1.0) * line
    kept = np.ones(len(points), dtype=bool)
    if blunt:
        kept[last] = False
    moved = Outlines(points, lines.ring, lines.owner, lines.before, lines.after)
    return moved.only(kept)


def _rebuilt(shape: shapely.Geometry, lines: Outlines) -> shapely.Geometry | None:
    """Put a shape together from its rings; one with less than three points is lost."""
    polygons, ring = [], 0
    for part in shapely.get_parts(shape):
        count = 1 + int(shapely.get_num_interior_rings(part))
        rings = [lines.points[lines.ring == ring + place] for place in range(count)]
        ring += count
        if len(rings[0]) >= _RING:
            holes = [hole for hole in rings[1:] if len(hole) >= _RING]
            polygons.append(shapely.Polygon(rings[0], holes))
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
