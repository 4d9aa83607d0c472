"""The vertices of all parcels as flat arrays, for the checks that look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from zqland.rings import Rings

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.intp]
    Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Outlines:
    """Vertices of rings one after another, without the closing ones.

    Attributes
    ----------
    points
        Easting and northing; shape (n, 2).
    ring
        Ring that each vertex belongs to; shape (n,).
    owner
        Row of the parcel of each ring; shape (rings,).
    before, after
        The vertices before and behind each one along its ring; shape (n,).
    """

    points: Floats
    ring: Rows
    owner: Rows
    before: Rows
    after: Rows

    @classmethod
    def of(cls, shapes: Shapes) -> Self:
        """Flatten the rings of shapes; a ring is closed, whether it says so or not."""
        rings = Rings.of(shapes)
        is_open = np.ones(len(rings.coordinates), dtype=bool)
        is_open[rings.starts[1:] - 1] = False
        ring = np.repeat(np.arange(len(rings.owner)), np.diff(rings.starts))
        return cls._linked(rings.coordinates[is_open], ring[is_open], rings.owner)

    @classmethod
    def _linked(cls, points: Floats, ring: Rows, owner: Rows) -> Self:
        here = np.arange(len(points))
        is_first = np.diff(ring, prepend=-1) != 0
        starts = np.flatnonzero(is_first)
        ends = np.append(starts[1:], len(points)) - 1
        before, after = here - 1, here + 1
        before[starts] = ends
        after[ends] = starts
        return cls(points, ring, owner, before, after)

    def only(self, kept: Flags) -> Self:
        """Leave out vertices; their neighbours follow each other then."""
        return self._linked(self.points[kept], self.ring[kept], self.owner)

    @property
    def parcel(self) -> Rows:
        """Row of the parcel of each vertex."""
        return self.owner[self.ring]

    def edges_m(self) -> Floats:
        """Length of the edge behind each vertex, in metres."""
        way = self.points[self.after] - self.points
        return np.hypot(way[:, 0], way[:, 1])
