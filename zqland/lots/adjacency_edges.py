r"""Every edge of one shape against every edge of another, in closed form.

The part of a straight edge within a distance of another edge is one interval, because
the ground within a distance of an edge is convex: two discs and the strip between
them. So lengths need no buffers, and come out exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

MOST_AT_ONCE: Final = 1_000_000
"""Pairs of edges that are compared in one step, for memory."""

_FACING: Final = -np.sqrt(0.5)
"""Cosine of the least angle between the directions of edges that face each other."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Pieces of boundary that face another shape, none counted twice.

    Attributes
    ----------
    pair
        Place of the pair that each belongs to; shape (n,).
    start, end
        Its ends; shape (n, 2).
    start_there, end_there
        The points straight across from them; shape (n, 2).
    """

    pair: Rows
    start: Floats
    end: Floats
    start_there: Floats
    end_there: Floats

    @property
    def length_m(self) -> Floats:
        """Length of each."""
        return np.asarray(np.hypot(*(self.end - self.start).T))


@dataclass(frozen=True, slots=True)
class Along:
    """How far the boundaries of shapes run along those of others.

    Attributes
    ----------
    near_m, facing_m
        Per pair, in metres.
    stretches
        Where the facing boundary lies.
    """

    near_m: Floats
    facing_m: Floats
    stretches: Stretches


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges of shapes with the ground on their left; those of one stand together."""

    start: Floats
    direction: Floats
    length: Floats
    offset: Rows

    @classmethod
    def of(cls, shapes: Shapes) -> _Edges:
        oriented = shapely.orient_polygons(shapes)
        parts, owner = shapely.get_parts(oriented, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        within = ring[:-1] == ring[1:]
        steps = np.diff(corners, axis=0)
        lengths = np.hypot(*steps.T)
        within &= lengths > 0
        shape = owner[part[ring[:-1][within]]]
        counts = np.bincount(shape, minlength=len(shapes))
        return cls(
            corners[:-1][within],
            steps[within] / lengths[within, np.newaxis],
            lengths[within],
            np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
        )

    @property
    def end(self) -> Floats:
        return self.start + self.direction * self.length[:, np.newaxis]


def along(shapes: Shapes, first: Rows, second: Rows, gap_m: float) -> Along:
    """Measure how far the boundary of one shape runs along that of another.

    Parameters
    ----------
    shapes
        Valid polygons in metres.
    first, second
        Rows of the pairs: the boundary of the first is measured.
    gap_m
        The tolerance.

    Returns
    -------
    along
        The lengths per pair.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 9, 9), shapely.box(10, 3, 19, 12)])
    >>> along(squares, np.array([0]), np.array([1]), 2.0).facing_m.tolist()
    [6.0]
    """
    every = _Edges.of(shapes)
    near = np.zeros(len(first))
    facing = np.zeros(len(first))
    found: list[Stretches] = []
    # A turn per million pairs of edges.
    for pair, one, other in _edge_pairs(shapes, every, (first, second), gap_m):
        lowest, highest, across = _intervals(every, one, other, gap_m)
        kept = highest > lowest
        args = (pair[kept], one[kept], lowest[kept], highest[kept])
        near += _union(*args, len(first))[0]
        kept = across[1] > across[0]
        args = (pair[kept], one[kept], across[0][kept], across[1][kept])
        lengths, order, begins = _union(*args, len(first))
        facing += lengths
        found.append(_stretches(every, args, other[kept], (order, begins)))
    return Along(near, facing, _joined(found))


def _edge_pairs(
    shapes: Shapes, every: _Edges, pairs: tuple[Rows, Rows], gap_m: float
) -> Iterator[tuple[Rows, Rows, Rows]]:
    """Yield pair, edge of the first and edge of the second that may be near.

    All edge pairs of one pair come in one step.
    """
    first, second = pairs
    counts = np.diff(every.offset)
    box = shapely.bounds(shapes)
    low = np.minimum(every.start, every.end) - gap_m
    high = np.maximum(every.start, every.end) + gap_m
    effort = np.cumsum(counts[first].astype(np.float64) * counts[second])
    step = (effort / MOST_AT_ONCE).astype(np.intp)
    # A turn per million pairs of edges.
    for places in np.split(np.arange(len(first)), np.flatnonzero(np.diff(step)) + 1):
        pair, edge = _expanded(places, every.offset, first[places])
        window = box[second[pair]]
        is_near = (low[edge] <= window[:, 2:]) & (high[edge] >= window[:, :2])
        pair, edge = pair[is_near.all(axis=1)], edge[is_near.all(axis=1)]
        place, other = _expanded(np.arange(len(pair)), every.offset, second[pair])
        one, pair = edge[place], pair[place]
        is_near = (low[one] <= high[other] - gap_m) & (high[one] >= low[other] + gap_m)
        kept = is_near.all(axis=1)
        yield pair[kept], one[kept], other[kept]


def _expanded(places: Rows, offset: Rows, shapes: Rows) -> tuple[Rows, Rows]:
    """List, for each place, the edges of its shape."""
    counts = offset[shapes + 1] - offset[shapes]
    before = np.cumsum(counts) - counts
    within = np.arange(counts.sum()) - np.repeat(before, counts)
    return np.repeat(places, counts), np.repeat(offset[shapes], counts) + within


def _intervals(
    every: _Edges, one: Rows, other: Rows, gap_m: float
) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """Find which part of an edge lies near another, and which straight across."""
    away = every.start[one] - every.start[other]
    step, along_it = every.direction[one], every.direction[other]
    cosine = (step * along_it).sum(axis=1)
    sine = along_it[:, 0] * step[:, 1] - along_it[:, 1] * step[:, 0]
    ahead = (away * along_it).sum(axis=1)
    beside = along_it[:, 0] * away[:, 1] - along_it[:, 1] * away[:, 0]
    length = every.length[one]
    within = _band(ahead, cosine, 0.0, every.length[other])
    strip = _band(beside, sine, -gap_m, gap_m)
    across = (
        np.maximum.reduce([within[0], strip[0], np.zeros_like(length)]),
        np.minimum.reduce([within[1], strip[1], length]),
    )
    ends = (every.start[other], every.end[other])
    parts = [across, *(_disc(every.start[one] - end, step, gap_m) for end in ends)]
    lows = [np.where(low <= high, low, np.inf) for low, high in parts]
    highs = [np.where(low <= high, high, -np.inf) for low, high in parts]
    lowest = np.clip(np.minimum.reduce(lows), 0.0, None)
    highest = np.minimum(np.maximum.reduce(highs), length)
    turned = np.where(cosine <= _FACING, across[1], -1.0)
    return lowest, highest, (across[0], turned)


def _band(
    at: Floats, slope: Floats, low: float, high: Floats | float
) -> tuple[Floats, Floats]:
    """Find for which t the sum at + slope * t lies in [low, high]."""
    flat = np.abs(slope) < _PARALLEL
    safe = np.where(flat, 1.0, slope)
    one, other = (low - at) / safe, (high - at) / safe
    always = (at >= low) & (at <= high)
    return (
        np.where(flat, np.where(always, -np.inf, np.inf), np.minimum(one, other)),
        np.where(flat, np.where(always, np.inf, -np.inf), np.maximum(one, other)),
    )


def _disc(away: Floats, step: Floats, radius: float) -> tuple[Floats, Floats]:
    """Find where a line is within a distance of a point."""
    middle = -(away * step).sum(axis=1)
    rest = middle * middle - (away * away).sum(axis=1) + radius * radius
    half = np.sqrt(np.maximum(rest, 0.0))
    nowhere = rest < 0
    return np.where(nowhere, np.inf, middle - half), np.where(
        nowhere, -np.inf, middle + half
    )


def _union(
    pair: Rows, edge: Rows, low: Floats, high: Floats, count: int
) -> tuple[Floats, Rows, Floats]:
    """Add up intervals on edges, each stretch once.

    Returns the length per pair, the order of the intervals that add something, and
    where each then begins.
    """
    order = np.lexsort((low, edge, pair))
    group_pair, group_edge = pair[order], edge[order]
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = np.diff(group_pair).astype(bool) | np.diff(group_edge).astype(bool)
    # Each edge gets a place of its own on one line, beyond all that came before.
    room = float(high.max(initial=0.0)) + 1.0
    shift = (np.cumsum(begins) - 1) * room
    low, high = low[order] + shift, high[order] + shift
    reached = np.concatenate([[-np.inf], np.maximum.accumulate(high)[:-1]])
    start = np.where(begins, low, np.maximum(low, reached))
    added = np.maximum(high - start, 0.0)
    lengths = np.zeros(count)
    np.add.at(lengths, group_pair, added)
    kept = added > 0
    return lengths, order[kept], np.asarray((start - shift)[kept], dtype=np.float64)


def _stretches(
    every: _Edges,
    found: tuple[Rows, Rows, Floats, Floats],
    other: Rows,
    single: tuple[Rows, Floats],
) -> Stretches:
    order, low = single
    pair, one, high = found[0][order], found[1][order], found[3][order]
    other = other[order]
    start = every.start[one] + every.direction[one] * low[:, np.newaxis]
    end = every.start[one] + every.direction[one] * high[:, np.newaxis]
    return Stretches(
        pair, start, end, _across(every, other, start), _across(every, other, end)
    )


def _across(every: _Edges, edge: Rows, points: Floats) -> Floats:
    ahead = ((points - every.start[edge]) * every.direction[edge]).sum(axis=1)
    reach = np.clip(ahead, 0.0, every.length[edge])[:, np.newaxis]
    return np.asarray(every.start[edge] + every.direction[edge] * reach)


def _joined(found: list[Stretches]) -> Stretches:
    if not found:
        nowhere = np.empty((0, 2))
        return Stretches(np.empty(0, dtype=np.intp), nowhere, nowhere, nowhere, nowhere)
    columns = ("pair", "start", "end", "start_there", "end_there")
    return Stretches(
        *(np.concatenate([getattr(part, key) for part in found]) for key in columns)
    )


_PARALLEL: Final = 1e-12
"""Slope under which a line is taken to run parallel to a band."""
