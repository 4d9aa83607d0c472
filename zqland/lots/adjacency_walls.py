"""What lies between neighbours: breakers, and the ground of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.lots.adjacency_edges import Along, Stretches
    from zqland.lots.assemble_rules import AdjacencyRules

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

_TOUCHING_M: Final = 0.01
"""Between boundaries closer than this there is no room for a third parcel."""

_INNER: Final = 0.1
"""Part of a way across a gap, at both ends, in which a third parcel does not count: it
may touch the boundary there."""


@dataclass(frozen=True, slots=True)
class Walls:
    """What may lie between the shapes of pairs.

    Ways straight across are looked at every few metres of the facing boundary; one
    that meets a breaker or a third shape closes its share of it. Against breakers the
    ways reach a little into both shapes, for a canal may be drawn as a line on the
    boundary itself.

    Attributes
    ----------
    tree, shapes
        The shapes, which may lie between others, and their index.
    breakers
        Lines and polygons that may not be crossed; None for none.
    first, second
        Rows of the pairs.
    gap_m
        Distance of each pair.
    rules
        The tolerances.
    """

    tree: shapely.STRtree
    shapes: Shapes
    breakers: Shapes | None
    first: Rows
    second: Rows
    gap_m: Floats
    rules: AdjacencyRules

    def closed(
        self, there: Along, back: Along
    ) -> tuple[tuple[Floats, Floats], Booleans]:
        """Measure what of the facing boundaries is closed.

        Parameters
        ----------
        there, back
            The facing boundaries of the first and of the second shapes.

        Returns
        -------
        closed_m, is_broken
            Per pair: metres closed on either side, and whether something lies across
            the shortest way from one to the other.
        """
        lines = shapely.shortest_line(self.shapes[self.first], self.shapes[self.second])
        ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
        suspects = self._suspects()
        places = np.flatnonzero(suspects)
        broken = np.zeros(len(self.first), dtype=np.bool_)
        broken[places] = self._meets(places, ends[places, 0], ends[places, 1])
        return (
            self._closed(there.stretches, suspects),
            self._closed(back.stretches, suspects),
        ), broken

    def _suspects(self) -> Booleans:
        """Tell which pairs have anything near that could lie between."""
        suspects = np.zeros(len(self.first), dtype=np.bool_)
        if self.rules.others_close:
            suspects |= self.gap_m > _TOUCHING_M
        if self.breakers is not None and len(self.breakers):
            touched, _ = shapely.STRtree(self.breakers).query(
                self.shapes, predicate="dwithin", distance=self._reach
            )
            near = np.zeros(len(self.shapes), dtype=np.bool_)
            near[touched] = True
            suspects |= near[self.first] & near[self.second]
        return suspects

    @property
    def _reach(self) -> float:
        return self.rules.gap_m + self.rules.breaker_m

    def _closed(self, stretches: Stretches, suspects: Booleans) -> Floats:
        rows = np.flatnonzero(suspects[stretches.pair])
        lengths = stretches.length_m[rows]
        counts = np.maximum(np.ceil(lengths / self.rules.step_m), 1).astype(np.intp)
        row = np.repeat(rows, counts)
        before = np.cumsum(counts) - counts
        within = np.arange(counts.sum()) - np.repeat(before, counts)
        part = ((within + 0.5) / np.repeat(counts, counts))[:, np.newaxis]
        start = stretches.start[row] * (1 - part) + stretches.end[row] * part
        end = stretches.start_there[row] * (1 - part) + stretches.end_there[row] * part
        pair = stretches.pair[row]
        share = np.repeat(lengths / counts, counts)
        weights = share * self._meets(pair, start, end)
        closed = np.zeros(len(self.first))
        np.add.at(closed, pair, weights)
        return closed

    def _meets(self, pair: Rows, start: Floats, end: Floats) -> Booleans:
        """Tell which ways from start to end meet a breaker or a third shape."""
        met = np.zeros(len(pair), dtype=np.bool_)
        if not len(pair):
            return met
        if self.breakers is not None and len(self.breakers):
            ways = _ways(start, end, self._slack(pair, start, end))
            _, way = shapely.STRtree(ways).query(self.breakers, "intersects")
            met[way] = True
        if self.rules.others_close:
            inner = _INNER * (end - start)
            ways = _ways(start, end, -inner)
            way, shape = self.tree.query(ways, "intersects")
            third = (shape != self.first[pair[way]]) & (shape != self.second[pair[way]])
            third &= np.hypot(*(end - start).T)[way] > _TOUCHING_M
            met[way[third]] = True
        return met

    def _slack(self, pair: Rows, start: Floats, end: Floats) -> Floats:
        """Give the step by which ways reach into both shapes.

        Where the boundaries touch, the way has no direction; then it points from a
        point inside the one shape to a point inside the other.
        """
        steps = end - start
        inside = shapely.point_on_surface(self.shapes)
        points = shapely.get_coordinates(inside[self.second[pair]])
        points = points - shapely.get_coordinates(inside[self.first[pair]])
        steps = np.where(np.hypot(*steps.T)[:, np.newaxis] > _TOUCHING_M, steps, points)
        return np.asarray(steps * (self.rules.breaker_m / np.hypot(*steps.T))[:, None])


def _ways(start: Floats, end: Floats, more: Floats) -> Shapes:
    return np.asarray(
        shapely.linestrings(np.stack([start - more, end + more], axis=1)), dtype=object
    )
