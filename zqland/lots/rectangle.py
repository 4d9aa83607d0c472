r"""Find large rectangles inside ground.

For a direction, the ground is divided into columns at all of its vertices and at evenly
spread places between them. No vertex lies inside a column, so what is free throughout a
column is an interval :math:`[l_i, h_i]`, and the tallest rectangle over the columns
:math:`i \dots j` reaches from :math:`\max l` to :math:`\min h`: all runs of columns are
looked at in one array. Where the ground has several intervals in a column (concave
ground, holes), the same is done for each of several levels, with the interval that
holds the level.

What is found lies inside, so it is a lower bound of the largest rectangle: sides lie on
the columns, which are drawn closer together around the best run once, and directions
are those of the longest boundaries. Ground of many vertices is simplified first, to the
inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from zqland.lots.lot import FittedRectangle
from zqland.lots.sweep import boxes, edges

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    Floats = NDArray[np.float64]
    Spread = Callable[[Floats], Floats]

RIGHT_ANGLE = 90.0
MOST_VERTICES = 60
"""Ground of more vertices is simplified before rectangles are looked for in it."""

_MOST_EDGES = 200
_COLUMNS = 24
_CLOSER = 12
_FEW_VERTICES = 24
_LEVELS = 12
_SAME_M = 1e-9
_SAME_DEG = 1.0
_SLACK_M = 1e-6
"""A rectangle of a given size may be this much smaller: the rounding of numbers."""


def directions_of(shape: Polygon | MultiPolygon, most: int) -> Floats:
    """List the directions of the boundaries, those with most length first.

    Parameters
    ----------
    shape
        A polygon in a plane, in metres.
    most
        How many are wanted at most.

    Returns
    -------
    degrees
        From east against the clock, in [0, 90): a direction and its perpendicular are
        one. Directions within a degree of each other are one; shape (k,).

    Examples
    --------
    >>> directions_of(shapely.box(0, 0, 300, 200), 4).tolist()
    [0.0]
    """
    starts, ends = edges(shape)
    steps = ends - starts
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    # Thousands of short edges are a digitised curve, without a direction of its own.
    longest = np.argsort(-lengths, kind="stable")[:_MOST_EDGES]
    steps, lengths = steps[longest], lengths[longest]
    degrees = np.degrees(np.arctan2(steps[:, 1], steps[:, 0])) % RIGHT_ANGLE
    # A tiny negative angle is brought to 90 itself by the remainder.
    degrees[degrees >= RIGHT_ANGLE] = 0.0
    apart = np.abs(degrees[:, None] - degrees[None, :])
    is_same = np.minimum(apart, RIGHT_ANGLE - apart) <= _SAME_DEG
    found: list[float] = []
    left = lengths.copy()
    while len(found) < most and left.max() > 0.0:
        best = int(np.argmax((is_same * left).sum(axis=1) * (left > 0.0)))
        group = np.flatnonzero(is_same[best] & (left > 0.0))
        found.append(float(degrees[group[np.argmax(left[group])]]))
        left[is_same[best]] = 0.0
    return np.array(found)


def largest(shape: Polygon | MultiPolygon, degrees: Floats) -> FittedRectangle | None:
    """Find a large rectangle inside ground.

    Parameters
    ----------
    shape
        A valid polygon near the origin, in metres.
    degrees
        Directions of its sides that are tried, from east against the clock.

    Returns
    -------
    rectangle
        The largest that was found, its width along one of the directions; None if
        there is none. A lower bound of the largest one (`along` turns it).

    Examples
    --------
    >>> corner = shapely.Polygon([(0, 0), (300, 0), (300, 100), (100, 100), (0, 200)])
    >>> found = largest(corner, np.array([0.0]))
    >>> found.width_m, found.depth_m
    (300.0, 100.0)
    """
    ground = inside(shape)
    if ground.is_empty:
        return None
    runs = _Runs.of(ground, degrees, _spread)
    best = runs.largest()
    if best is None:
        return None
    closer = _Runs.of(ground, degrees[best.row : best.row + 1], _around(best))
    better = closer.largest()
    if better is not None and better.area_m2 > best.area_m2:
        return better.drawn(degrees[best.row])
    return best.drawn(degrees[best.row])


def of_size(
    shape: Polygon | MultiPolygon, degrees: Floats, width_m: float, depth_m: float
) -> FittedRectangle | None:
    """Find a place inside ground for a rectangle of a given size.

    Parameters
    ----------
    shape
        A valid polygon near the origin, in metres.
    degrees
        Directions of its sides that are tried; each is also tried turned by 90.
    width_m, depth_m
        Its sides.

    Returns
    -------
    rectangle
        Where it fits; None where no place was found, which is no proof that there is
        none.

    Examples
    --------
    >>> found = of_size(shapely.box(0, 0, 100, 50), np.array([0.0]), 40.0, 90.0)
    >>> found.width_m, found.depth_m, found.angle_deg
    (40.0, 90.0, 90.0)
    """
    ground = inside(shape)
    if ground.is_empty:
        return None
    turned = np.concatenate((degrees, degrees + RIGHT_ANGLE))

    def places(corners: Floats) -> Floats:
        low, high = corners.min(axis=1)[:, None], corners.max(axis=1)[:, None]
        # A rectangle that fits can mostly be moved until a side meets a vertex.
        beside = [corners - width_m, corners + width_m]
        if corners.shape[1] > _FEW_VERTICES:
            beside = [low + width_m, high - width_m]
        spread = np.concatenate((*beside, _spread(corners)), axis=1)
        return np.clip(spread, low, high)

    found = _Runs.of(ground, turned, places).of_size(width_m, depth_m)
    return None if found is None else found.drawn(turned[found.row])


def along(rectangle: FittedRectangle, degrees: float | None) -> FittedRectangle:
    """Name the sides of a rectangle by the street that it lies on.

    Parameters
    ----------
    rectangle
        Any rectangle.
    degrees
        Direction of the street, from east against the clock; None where none is known.

    Returns
    -------
    rectangle
        The same, its width the side that lies along the street, or the longer one.
    """
    is_turned = rectangle.depth_m > rectangle.width_m
    if degrees is not None:
        apart = (degrees - rectangle.angle_deg) % 180.0
        is_turned = RIGHT_ANGLE / 2 < apart < RIGHT_ANGLE * 1.5
    if not is_turned:
        return rectangle
    angle = (rectangle.angle_deg + RIGHT_ANGLE) % 180.0
    sides = (rectangle.depth_m, rectangle.width_m)
    return FittedRectangle(*sides, angle, rectangle.geometry)


def inside(shape: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """Simplify ground of many vertices without leaving it.

    Parameters
    ----------
    shape
        A valid polygon.

    Returns
    -------
    inner
        The same, or a simpler one inside it, which may be empty.
    """
    inner = shape
    tolerance = 0.001 * np.sqrt(shape.area)
    while shapely.get_num_coordinates(inner) > MOST_VERTICES:
        # Points of a simplified boundary are at most the tolerance away from it.
        shrunk = shape.buffer(-tolerance, join_style="mitre")
        inner = cast("Polygon | MultiPolygon", shrunk.simplify(tolerance))
        tolerance *= 2.0
    return inner


@dataclass(frozen=True, slots=True)
class _Run:
    """A rectangle by its extents in a turned plane, and the row of its direction."""

    row: int
    along: tuple[float, float]
    across: tuple[float, float]
    cell: float

    @property
    def area_m2(self) -> float:
        return (self.along[1] - self.along[0]) * (self.across[1] - self.across[0])

    def drawn(self, degrees: float) -> FittedRectangle:
        """Draw it, with its width along its direction."""
        angle = np.radians(degrees)
        direction = np.array([np.cos(angle), np.sin(angle)])
        near, far, right, left = np.array([*self.along, *self.across])[:, None]
        geometry = boxes(direction[None], (near, far), (right, left))[0]
        width, depth = (float(size[0]) for size in (far - near, left - right))
        return FittedRectangle(width, depth, float(degrees % 180.0), geometry)


@dataclass(frozen=True, slots=True)
class _Runs:
    """The tallest rectangles over all runs of columns.

    Attributes
    ----------
    places
        Edges of the columns; shape (d, c + 1).
    low, high
        What is free over the columns i to j, for each level; shape (d, k, c, c).
    """

    places: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(
        cls, ground: Polygon | MultiPolygon, degrees: Floats, spread: Spread
    ) -> _Runs:
        angles = np.radians(degrees)
        along = np.column_stack((np.cos(angles), np.sin(angles)))
        across = np.column_stack((-np.sin(angles), np.cos(angles)))
        pairs = np.stack(edges(ground))
        s = np.einsum("dk,pnk->pdn", along, pairs)
        t = np.einsum("dk,pnk->pdn", across, pairs)
        places = np.sort(np.concatenate((s[0], spread(s[0])), axis=1), axis=1)
        low, high = _free(places, s, t)
        tail = np.tri(low.shape[2], k=-1, dtype=bool)
        starts = np.where(tail, -np.inf, low[:, :, None, :])
        ends = np.where(tail, np.inf, high[:, :, None, :])
        return cls(
            places,
            np.maximum.accumulate(starts, axis=3),
            np.minimum.accumulate(ends, axis=3),
        )

    def largest(self) -> _Run | None:
        wide, tall = self._sizes()
        area = np.where((wide > 0.0) & (tall > 0.0), wide * tall, 0.0)
        best = int(np.argmax(area))
        return self._run(best) if area.flat[best] > 0.0 else None

    def of_size(self, width_m: float, depth_m: float) -> _Run | None:
        wide, tall = self._sizes()
        fits = (wide >= width_m - _SLACK_M) & (tall >= depth_m - _SLACK_M)
        if not fits.any():
            return None
        run = self._run(int(np.argmax(fits)))
        spare = (run.across[1] - run.across[0] - depth_m) / 2.0
        return _Run(
            run.row,
            (run.along[0], run.along[0] + width_m),
            (run.across[0] + spare, run.across[1] - spare),
            run.cell,
        )

    def _sizes(self) -> tuple[Floats, Floats]:
        wide = self.places[:, None, 1:] - self.places[:, :-1, None]
        tall = self.high - self.low
        is_run = np.isfinite(tall)
        tall = np.where(is_run, tall, 0.0)
        return np.broadcast_to(wide[:, None], tall.shape), tall

    def _run(self, place: int) -> _Run:
        row, level, first, last = np.unravel_index(place, self.low.shape)
        edge = self.places[row]
        return _Run(
            int(row),
            (float(edge[first]), float(edge[last + 1])),
            (
                float(self.low[row, level, first, last]),
                float(self.high[row, level, first, last]),
            ),
            float((edge[-1] - edge[0]) / _COLUMNS),
        )


def _spread(corners: Floats) -> Floats:
    """Spread places evenly over each row."""
    low, high = corners.min(axis=1)[:, None], corners.max(axis=1)[:, None]
    return np.asarray(low + (high - low) * np.linspace(0.0, 1.0, _COLUMNS + 1))


def _around(run: _Run) -> Spread:
    """Spread places closely around both ends of a run."""
    steps = run.cell * np.linspace(-1.0, 1.0, 2 * _CLOSER + 1)

    def places(corners: Floats) -> Floats:
        ends = np.concatenate((run.along[0] + steps, run.along[1] + steps))[None]
        return np.clip(ends, corners.min(), corners.max())

    return places


def _free(places: Floats, s: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Find what is free throughout each column, at each level.

    Parameters
    ----------
    places
        Edges of the columns; shape (d, c + 1).
    s, t
        Places of the starts and ends of the edges; shape (2, d, n).

    Returns
    -------
    low, high
        Shape (d, k, c), one level where no column has two intervals; plus and minus
        infinity where nothing is free.
    """
    left, right = places[:, :-1, None], places[:, 1:, None]
    near, far = s.min(axis=0)[:, None], s.max(axis=0)[:, None]
    is_over = (near <= left) & (far >= right) & (far > near)
    step = (s[1] - s[0])[:, None]
    slope = np.divide(
        (t[1] - t[0])[:, None], step, out=np.zeros_like(step), where=step != 0.0
    )
    at_left = np.where(is_over, t[0][:, None] + slope * (left - s[0][:, None]), np.inf)
    at_right = np.where(is_over, at_left + slope * (right - left), np.inf)
    order = np.argsort(at_left + at_right, axis=2)
    most = max(int(is_over.sum(axis=2).max()) // 2 * 2, 2)
    order = order[:, :, :most]
    at_left = np.take_along_axis(at_left, order, axis=2)
    at_right = np.take_along_axis(at_right, order, axis=2)
    low = np.maximum(at_left, at_right)[:, :, 0::2]
    high = np.minimum(at_left, at_right)[:, :, 1::2]
    is_thin = (right - left < _SAME_M)[:, :, :1]
    is_free = (low < high) & np.isfinite(high)
    if most > 2:  # noqa: PLR2004 - two edges bound one interval
        low, high = _at_levels(np.where(is_free, low, np.inf), high, t)
    else:
        low = np.where(is_free, low, np.inf).transpose(0, 2, 1)
        high = np.where(is_free, high, -np.inf).transpose(0, 2, 1)
    # A column without width takes nothing away: its neighbours say what is free.
    is_thin = is_thin.transpose(0, 2, 1)
    return np.where(is_thin, -np.inf, low), np.where(is_thin, np.inf, high)


def _at_levels(low: Floats, high: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Take of each column the interval that holds a level, for several levels."""
    bottom, top = t.min(axis=(0, 2))[:, None], t.max(axis=(0, 2))[:, None]
    shares = (np.arange(_LEVELS) + 0.5) / _LEVELS
    levels = (bottom + (top - bottom) * shares)[:, :, None, None]
    holds = (low[:, None] < levels) & (levels < high[:, None])
    return (
        np.where(holds, low[:, None], np.inf).min(axis=3),
        np.where(holds, high[:, None], -np.inf).max(axis=3),
    )
