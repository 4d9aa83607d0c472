"""Draw blocks of lots along streets, with boundaries that neighbours share.

A plan is laid out on a drawing board in metres, *along* the main street and
*across* it: streets part it into blocks, a block holds one row of lots or two rows
back to back, side lines part a row into lots. Corners at street crossings are cut
off, the edge of a park may be a river or a motorway that cuts through lots. The
board is then bent to the curve of the main street, turned and moved into the plane
of the home zone, and rounded to the millimetre once.

Every point where the side line of one lot meets the back of another is a vertex of
both, so that neighbours share their boundary exactly and nothing overlaps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import Polygon

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

CORNER_M = 18.0
"""How far from a street crossing the corner of a lot is cut off, in metres."""

SMALLEST_LOT_M2 = 10_000.0
"""Smaller pieces (15 mu) stay green and are no parcels, in m²."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A straight line on the drawing board; lots stay where ``side`` is negative.

    Attributes
    ----------
    along, across
        The normal of the line, of any length but zero.
    offset
        The line is where ``along · u + across · v = offset``, in metres.
    """

    along: float
    across: float
    offset: float

    def side(self, points: Points) -> Points:
        """Tell on which side points lie; shape (n,), positive is cut off."""
        along, across = points[:, 0], points[:, 1]
        return self.along * along + self.across * across - self.offset


@dataclass(frozen=True, slots=True)
class Frame:
    """How the drawing board lies in the plane of a home zone.

    Attributes
    ----------
    zone
        EPSG code of the home zone.
    east_m, north_m
        Where the middle of the board lies.
    turn_deg
        Direction of the main street, degrees counter-clockwise from east.
    bend_m
        Radius of the main street's curve in metres; 0 for a straight street.
    """

    zone: int
    east_m: float
    north_m: float
    turn_deg: float
    bend_m: float = 0.0

    def place(self, points: Points) -> Points:
        """Bring points of the board, shape (n, 2), into the plane, in whole mm."""
        along, across = points[:, 0], points[:, 1]
        if self.bend_m:
            angle = along / self.bend_m
            along = (self.bend_m + across) * np.sin(angle)
            across = (self.bend_m + across) * np.cos(angle) - self.bend_m
        turn = math.radians(self.turn_deg)
        east = self.east_m + along * math.cos(turn) - across * math.sin(turn)
        north = self.north_m + along * math.sin(turn) + across * math.cos(turn)
        placed: Points = np.column_stack([east, north])
        return placed.round(3)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of lots between a near and a far line.

    Attributes
    ----------
    near_m, far_m
        How far across the board the two lines run.
    near_cuts, far_cuts
        Where the side lines meet the two lines, ends included, shape (lots + 1,).
    """

    near_m: float
    far_m: float
    near_cuts: tuple[float, ...]
    far_cuts: tuple[float, ...]

    @property
    def depth_m(self) -> float:
        """Distance between the two lines."""
        return self.far_m - self.near_m

    def with_cut_moved(self, cut: int, *, shift_m: float) -> Row:
        """Return the row with one side line moved along the street."""
        return replace(
            self,
            near_cuts=_moved(self.near_cuts, cut, shift_m),
            far_cuts=_moved(self.far_cuts, cut, shift_m),
        )


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot of a block: its row, its place in the row and its shape."""

    row: int
    place: int
    shape: Polygon


@dataclass(frozen=True, slots=True)
class Block:
    """A block of lots with streets all round.

    Attributes
    ----------
    park_id
        The park.
    key
        The block's letter.
    frame
        Where it lies.
    rows
        One row, or two back to back.
    edges
        Lines that cut lots off.
    merged
        Pairs of lots, as (place in the first row, place in the second), that make
        one L-shaped lot.
    """

    park_id: str
    key: str
    frame: Frame
    rows: tuple[Row, ...]
    edges: tuple[Edge, ...] = ()
    merged: tuple[tuple[int, int], ...] = ()

    def with_cut_moved(self, row: int, cut: int, *, shift_m: float) -> Block:
        """Return the block with one side line of one row moved along the street."""
        moved = self.rows[row].with_cut_moved(cut, shift_m=shift_m)
        return replace(self, rows=(*self.rows[:row], moved, *self.rows[row + 1 :]))

    def lots(self) -> list[Lot]:
        """Draw the lots, row by row, in the plane of the home zone."""
        edges = (*self._corner_edges(), *self.edges)
        lots: dict[tuple[int, int], Polygon] = {}
        # A loop over the few lots of one block; rings differ in their vertices.
        for number, row in enumerate(self.rows):
            for place in range(len(row.near_cuts) - 1):
                ring = self._ring(number, place)
                for edge in edges:
                    ring = _cut_off(ring, edge)
                if len(ring) > 2:  # noqa: PLR2004 -- a ring has three corners
                    lots[number, place] = Polygon(self.frame.place(ring))
        self._merge(lots)
        return [
            Lot(row=row, place=place, shape=shape)
            for (row, place), shape in lots.items()
            if shape.area >= SMALLEST_LOT_M2
        ]

    def _ring(self, number: int, place: int) -> Points:
        row = self.rows[number]
        shared = [row.near_cuts, row.far_cuts]
        if number + 1 < len(self.rows):
            shared[1] = (*row.far_cuts, *self.rows[number + 1].near_cuts)
        if number:
            shared[0] = (*row.near_cuts, *self.rows[number - 1].far_cuts)
        near = _between(row.near_cuts[place], row.near_cuts[place + 1], shared[0])
        far = _between(row.far_cuts[place], row.far_cuts[place + 1], shared[1])
        return np.array(
            [(cut, row.near_m) for cut in near]
            + [(cut, row.far_m) for cut in reversed(far)]
        )

    def _corner_edges(self) -> tuple[Edge, ...]:
        first, last = self.rows[0], self.rows[-1]
        start, end = first.near_cuts[0], first.near_cuts[-1]
        return (
            Edge(-1, -1, -start - first.near_m - CORNER_M),
            Edge(1, -1, end - first.near_m - CORNER_M),
            Edge(-1, 1, last.far_m - start - CORNER_M),
            Edge(1, 1, end + last.far_m - CORNER_M),
        )

    def _merge(self, lots: dict[tuple[int, int], Polygon]) -> None:
        for near, far in self.merged:
            one, other = lots.get((0, near)), lots.get((1, far))
            if one is None or other is None:
                continue
            whole = shapely.union(one, other)
            if isinstance(whole, Polygon) and not whole.interiors:
                lots[0, near] = whole
                del lots[1, far]


def _moved(cuts: tuple[float, ...], cut: int, shift_m: float) -> tuple[float, ...]:
    return (*cuts[:cut], cuts[cut] + shift_m, *cuts[cut + 1 :])


def _between(start: float, end: float, cuts: tuple[float, ...]) -> list[float]:
    """List the cuts from start to end in order, without near duplicates."""
    inner = sorted(cut for cut in cuts if start < cut < end)
    return [start, *dict.fromkeys(inner), end]


def _cut_off(ring: Points, edge: Edge) -> Points:
    """Keep the part of a convex ring on the negative side of a line."""
    if len(ring) == 0:
        return ring
    side = edge.side(ring)
    if (side <= 0).all():
        return ring
    following = np.roll(ring, -1, axis=0)
    following_side = np.roll(side, -1)
    kept: list[Points] = []
    for point, after, here, there in zip(
        ring, following, side, following_side, strict=True
    ):
        if here <= 0:
            kept.append(point)
        if (here <= 0) != (there <= 0):
            kept.append(_crossing(point, after, here, there))
    return np.array(kept).reshape(-1, 2)


def _crossing(point: Points, after: Points, here: float, there: float) -> Points:
    # Neighbours walk the shared edge in opposite directions; starting from the same
    # end gives both the same point to the last bit.
    if tuple(point) > tuple(after):
        point, after, here, there = after, point, there, here
    return point + (after - point) * (here / (here - there))
