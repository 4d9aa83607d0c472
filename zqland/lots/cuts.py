"""The cuts that a lot can be made by, each with the exact area.

======================  ==========================================================
straight                one line across the ground, from each side
corner                  a strip along a boundary, cut off at either end: for lots
                        that would be too thin across large ground
======================  ==========================================================

Lines follow the directions of the boundaries and their perpendiculars. Every cut knows
how to be made again for another area, for bases that are not planar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from zqland.ground import areal
from zqland.lots.rectangle import RIGHT_ANGLE, directions_of
from zqland.lots.sweep import Sweep, boxes, normals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]
    Shape = Polygon | MultiPolygon

CRUMB_M2 = 1e-4
"""Pieces of less than this are the rounding of numbers, where a cut meets a vertex."""

_CORNER_DIRECTIONS = 2
_BEYOND_M = 10.0


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts of one piece of ground, in columns.

    Attributes
    ----------
    lots, rests
        What each cut takes and what it leaves; shape (n,).
    degrees
        Direction of the last line of each, from east against the clock; shape (n,).
    again
        Makes a cut anew for another area in the plane: of a row and square metres, the
        lot and the rest.
    """

    lots: Shapes
    rests: Shapes
    degrees: Floats
    again: Callable[[int, float], tuple[Shape, Shape]]

    def __len__(self) -> int:
        """Count the cuts."""
        return len(self.lots)


def along_boundaries(part: Polygon, most: int, direction_deg: float | None) -> Floats:
    """List the directions of cut lines.

    Parameters
    ----------
    part
        The ground.
    most
        Directions of boundaries at most.
    direction_deg
        The only direction, where it is stated.

    Returns
    -------
    degrees
        Directions of lines that have the lot on their left, from east against the
        clock: each direction, its perpendicular, and both turned round.
    """
    if direction_deg is not None:
        return np.array([direction_deg, direction_deg + 2 * RIGHT_ANGLE]) % 360.0
    found = directions_of(part, most)
    # The smallest rectangle around the ground stands for all of its boundary.
    around = directions_of(cast("Polygon", shapely.oriented_envelope(part)), 1)
    apart = np.abs(found[:, None] - around)
    if not (np.minimum(apart, RIGHT_ANGLE - apart) < 1.0).any():
        found = np.concatenate((found, around))
    turns = RIGHT_ANGLE * np.arange(4)
    return np.asarray((found[:, None] + turns).ravel())


def whole(part: Polygon) -> Cuts:
    """Take all of the ground: the one cut that leaves nothing."""
    lots, rests = np.array([part]), np.array([shapely.Polygon()])
    return Cuts(lots, rests, np.zeros(1), lambda _row, _area_m2: (part, rests[0]))


def straight(part: Polygon, area_m2: float, degrees: Floats) -> Cuts:
    """Cut ground by one line, in several directions.

    Parameters
    ----------
    part
        The ground, near the origin.
    area_m2
        Area of the lot in the plane.
    degrees
        Directions of lines with the lot on their left.

    Returns
    -------
    cuts
        One per direction.

    Examples
    --------
    >>> cuts = straight(shapely.box(0, 0, 300, 200), 20_000.0, np.array([90.0]))
    >>> round(cuts.lots[0].area, 6), round(cuts.rests[0].area, 6)
    (20000.0, 40000.0)
    """
    sweep = Sweep.of(part, normals(degrees))

    def again(row: int, area_m2: float) -> tuple[Shape, Shape]:
        one = Sweep.of(part, normals(degrees[row : row + 1]))
        half = one.halves(one.level_of(np.array([[area_m2]])))[0]
        lots, rests = _divide(part, half)
        return lots[0], rests[0]

    levels = sweep.level_of(np.full((len(degrees), 1), area_m2))
    lots, rests = _divide(part, sweep.halves(levels)[:, 0])
    return Cuts(lots, rests, degrees, again)


def corners(
    part: Polygon, area_m2: float, degrees: Floats, depths_m: Sequence[float]
) -> Cuts:
    """Cut strips along the boundaries, and lots off their ends.

    Parameters
    ----------
    part
        The ground, near the origin.
    area_m2
        Area of the lot in the plane.
    degrees
        Directions of lines with the strip on their left.
    depths_m
        Mean depths of the strips.

    Returns
    -------
    cuts
        Two for each strip that is larger than the lot and not all of the ground.
    """
    strips = _Strips.of(part, degrees, np.asarray(depths_m))
    strips = strips.larger_than(area_m2)

    def again(row: int, area_m2: float) -> tuple[Shape, Shape]:
        quarter = strips.quarters(np.array([row]), area_m2)
        lots, rests = _divide(part, quarter)
        return lots[0], rests[0]

    rows = np.arange(2 * len(strips.shapes))
    if not len(rows):
        nothing = np.empty(0, dtype=object)
        return Cuts(nothing, nothing, np.empty(0), again)
    lots, rests = _divide(part, strips.quarters(rows, area_m2))
    return Cuts(lots, rests, strips.degrees[rows // 2] + RIGHT_ANGLE, again)


def joined(cuts: Sequence[Cuts]) -> Cuts:
    """Put cuts of several kinds in one."""
    starts = np.cumsum([0, *(len(some) for some in cuts)])

    def again(row: int, area_m2: float) -> tuple[Shape, Shape]:
        kind = int(np.searchsorted(starts, row, side="right")) - 1
        return cuts[kind].again(row - int(starts[kind]), area_m2)

    return Cuts(
        np.concatenate([some.lots for some in cuts]),
        np.concatenate([some.rests for some in cuts]),
        np.concatenate([some.degrees for some in cuts]),
        again,
    )


@dataclass(frozen=True, slots=True)
class _Strips:
    """Strips along the boundaries of ground.

    Attributes
    ----------
    shapes
        The ground in each strip; shape (n,).
    degrees
        Directions of their inner lines; shape (n,).
    levels
        Where those lines stand along their normals; shape (n,).
    """

    part: Polygon
    shapes: Shapes
    degrees: Floats
    levels: Floats

    @classmethod
    def of(cls, part: Polygon, degrees: Floats, depths_m: Floats) -> _Strips:
        sweep = Sweep.of(part, normals(degrees))
        length = np.ptp(sweep.across, axis=(1, 2))
        strip_m2 = length[:, None] * depths_m
        is_part = strip_m2 < part.area
        levels = sweep.level_of(np.minimum(strip_m2, part.area))
        halves = sweep.halves(levels)
        shapes = areal(shapely.intersection(part, halves[is_part]))
        return cls(
            part,
            shapes,
            np.broadcast_to(degrees[:, None], is_part.shape)[is_part],
            levels[is_part],
        )

    def larger_than(self, area_m2: float) -> _Strips:
        kept = shapely.area(self.shapes) > area_m2
        return _Strips(
            self.part, self.shapes[kept], self.degrees[kept], self.levels[kept]
        )

    def quarters(self, rows: NDArray[np.intp], area_m2: float) -> Shapes:
        """Draw what holds each lot: between the inner line and the line across it."""
        strips = rows // 2
        inner = normals(self.degrees[strips])
        turns = np.where(rows % 2, RIGHT_ANGLE, -RIGHT_ANGLE)
        outer = normals(self.degrees[strips] + turns)
        sweep = Sweep.of_each(self.shapes[strips], outer)
        across = sweep.level_of(np.full((len(rows), 1), area_m2))[:, 0]
        corners = shapely.get_coordinates(self.part)
        low = (inner @ corners.T).min(axis=1) - _BEYOND_M
        end = (outer @ corners.T).min(axis=1) - _BEYOND_M
        # Seen along the inner normal, the outer one points to the left or to the right.
        is_left = turns > 0.0
        return boxes(
            inner,
            (low, self.levels[strips]),
            (np.where(is_left, end, -across), np.where(is_left, across, -end)),
        )


def corner_depths(
    area_m2: float, ratios: Sequence[float], rectangle_m: tuple[float, float] | None
) -> list[float]:
    """List the depths of strips that corner lots are cut from.

    Parameters
    ----------
    area_m2
        Area of the lot.
    ratios
        Width over depth.
    rectangle_m
        Sides of a rectangle that must fit.

    Returns
    -------
    depths_m
        Metres.

    Examples
    --------
    >>> corner_depths(10_000.0, [1.0], (150.0, 60.0))
    [100.0, 150.0, 60.0]
    """
    return [*np.sqrt(area_m2 / np.asarray(ratios)).tolist(), *(rectangle_m or ())]


def all_of(
    part: Polygon, area_m2: float, degrees: Floats, depths_m: Sequence[float]
) -> Cuts:
    """Make every cut that is known, first the simple ones.

    Parameters
    ----------
    part
        The ground, near the origin.
    area_m2
        Area of the lot in the plane.
    degrees
        Directions of cut lines, four for each direction of the boundary.
    depths_m
        Depths of strips for corner lots.

    Returns
    -------
    cuts
        All of them.
    """
    strips = degrees[: 4 * _CORNER_DIRECTIONS]
    return joined(
        [
            straight(part, area_m2, degrees),
            corners(part, area_m2, strips, depths_m),
        ]
    )


def _divide(part: Polygon, takers: Shapes) -> tuple[Shapes, Shapes]:
    """Give what some shapes take of the ground, and what they leave of it."""
    lots = areal(shapely.intersection(part, takers))
    rests = areal(shapely.difference(part, takers))
    return _without_crumbs(lots), _without_crumbs(rests)


def _without_crumbs(shapes: Shapes) -> Shapes:
    """Leave out pieces that are mere rounding, and unpack single pieces."""
    cleaned = shapes.copy()
    # Few shapes have several pieces.
    for row in np.flatnonzero(shapely.get_type_id(shapes) == _SEVERAL):
        pieces = shapely.get_parts(shapes[row])
        pieces = pieces[shapely.area(pieces) >= CRUMB_M2]
        cleaned[row] = pieces[0] if len(pieces) == 1 else shapely.multipolygons(pieces)
    return cleaned


_SEVERAL = shapely.GeometryType.MULTIPOLYGON
