r"""Find where a straight line must lie so that it cuts an exact area off.

A line with the normal :math:`u` is swept over the ground. With :math:`s` along the
normal and :math:`t` across it, the area that the line has passed at the level :math:`c`
is, by Green's theorem over the directed edges (ground on the left),

.. math:: A(c) = -\sum_e \int_{\min(s_1, c)}^{\min(s_2, c)} t \, ds ,

because the line itself adds nothing (:math:`ds = 0` on it). Between the levels of two
neighbouring vertices :math:`A` is a quadratic in :math:`c`; so the level of a given
area is found by bisecting the sorted vertices, then in closed form. Holes, concave
ground and several parts need no care. All directions and targets go at once.

Coordinates are metres in one plane, taken from a corner of the ground: whole metres, so
that every surveyed vertex keeps its digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely import MultiPolygon, Polygon

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

_BEYOND_M = 10.0
"""Half planes reach this far beyond the ground."""


def near_origin(shape: Polygon | MultiPolygon) -> tuple[Polygon | MultiPolygon, Floats]:
    """Move a shape near the origin, by whole metres, so that no digit is lost.

    Parameters
    ----------
    shape
        A polygon in a plane, in metres.

    Returns
    -------
    shape
        The same, counter-clockwise, near the origin.
    origin
        What was taken off, to be added again; shape (2,).
    """
    origin = np.floor(np.asarray(shape.bounds[:2]))
    moved = shapely.transform(shape, lambda points: points - origin)
    return shapely.orient_polygons(moved, exterior_cw=False), origin


def normals(degrees: ArrayLike) -> Floats:
    """Give the normals of lines by their directions, to the right of each line.

    Parameters
    ----------
    degrees
        Directions, counted from east against the clock; shape (d,).

    Returns
    -------
    normals
        Unit vectors; shape (d, 2).

    Examples
    --------
    >>> normals([0.0]).round(6).tolist()
    [[0.0, -1.0]]
    """
    angles = np.radians(np.asarray(degrees, dtype=np.float64))
    return np.column_stack((np.sin(angles), -np.cos(angles)))


@dataclass(frozen=True, slots=True)
class Sweep:
    """Ground under lines that are swept over it, one direction per row.

    Attributes
    ----------
    normals
        Unit vectors along which the lines move; shape (d, 2).
    along, across
        Places of the start and the end of every edge; shape (d, 2, n).
    levels
        Places of the vertices along the normals, sorted; shape (d, n).
    """

    normals: Floats
    along: Floats
    across: Floats
    levels: Floats

    @classmethod
    def of(cls, shape: Polygon | MultiPolygon, directions: Floats) -> Self:
        """Prepare ground for sweeping.

        Parameters
        ----------
        shape
            Polygons near the origin.
        directions
            Unit vectors along which the lines move; shape (d, 2).

        Returns
        -------
        sweep
            Ready to be asked.
        """
        pairs = np.stack(edges(_turned_left(shape)))[None]
        return cls._turned(np.repeat(pairs, len(directions), axis=0), directions)

    @classmethod
    def of_each(cls, shapes: Shapes, directions: Floats) -> Self:
        """Prepare ground for sweeping, another shape in each direction.

        Parameters
        ----------
        shapes
            Polygons near the origin; shape (d,).
        directions
            Unit vectors along which the lines move; shape (d, 2).

        Returns
        -------
        sweep
            Ready to be asked.
        """
        sides = [np.stack(edges(shape)) for shape in _turned_left(shapes)]
        most = max(side.shape[1] for side in sides)
        # What pads the rows are edges without length: they add nothing.
        pairs = np.repeat([[[side[0, 0]]] * 2 for side in sides], most, axis=2)
        for row, side in enumerate(sides):
            pairs[row, :, : side.shape[1]] = side
        return cls._turned(pairs, directions)

    @classmethod
    def _turned(cls, pairs: Floats, directions: Floats) -> Self:
        sideways = np.column_stack((-directions[:, 1], directions[:, 0]))
        along = np.einsum("dk,dpnk->dpn", directions, pairs)
        across = np.einsum("dk,dpnk->dpn", sideways, pairs)
        return cls(directions, along, across, np.sort(along[:, 0], axis=1))

    def passed_m2(self, levels: Floats) -> Floats:
        """Measure the area that the lines have passed.

        Parameters
        ----------
        levels
            Where the lines stand; shape (d, k).

        Returns
        -------
        area_m2
            Square metres; shape (d, k).
        """
        first, last = self.along[:, None, 0], self.along[:, None, 1]
        begin, finish = self.across[:, None, 0], self.across[:, None, 1]
        start = np.minimum(first, levels[:, :, None])
        end = np.minimum(last, levels[:, :, None])
        step = last - first
        slope = np.divide(
            finish - begin, step, out=np.zeros_like(step), where=step != 0.0
        )
        middle = begin + slope * (0.5 * (start + end) - first)
        return np.asarray(-((end - start) * middle).sum(axis=2))

    def level_of(self, area_m2: Floats) -> Floats:
        """Find where the lines have passed given areas.

        Parameters
        ----------
        area_m2
            Areas from 0 to that of the ground; shape (d, k).

        Returns
        -------
        levels
            Where the lines stand; shape (d, k). Exact but for the rounding of floating
            point numbers: less than 1e-6 m² on ground of some kilometres.
        """
        low = np.zeros(area_m2.shape, dtype=np.intp)
        high = np.full(area_m2.shape, self.levels.shape[1] - 1)
        while (high - low > 1).any():
            middle = (low + high) // 2
            is_below = self.passed_m2(self._level(middle)) <= area_m2
            low = np.where(is_below, middle, low)
            high = np.where(is_below, high, middle)
        bottom, top = self._level(low), self._level(high)
        return bottom + (top - bottom) * self._share(bottom, top, area_m2)

    def _level(self, places: NDArray[np.intp]) -> Floats:
        return np.take_along_axis(self.levels, places, axis=1)

    def _share(self, bottom: Floats, top: Floats, area_m2: Floats) -> Floats:
        """Solve the quadratic between two vertices, without cancellation."""
        known = self.passed_m2(np.hstack((bottom, 0.5 * (bottom + top), top)))
        at_bottom, at_middle, at_top = np.hsplit(known, 3)
        square = 2.0 * (at_bottom - 2.0 * at_middle + at_top)
        linear = at_top - at_bottom - square
        missing = area_m2 - at_bottom
        root = np.sqrt(np.maximum(linear * linear + 4.0 * square * missing, 0.0))
        below = linear + root
        share = np.divide(
            2.0 * missing, below, out=np.zeros_like(missing), where=below > 0.0
        )
        return np.clip(share, 0.0, 1.0)

    def halves(self, levels: Floats) -> Shapes:
        """Draw the half planes that the lines have passed, as far as the ground goes.

        Parameters
        ----------
        levels
            Where the lines stand; shape (d, k).

        Returns
        -------
        halves
            Rectangles; shape (d, k).
        """
        low = np.broadcast_to(self.levels[:, :1] - _BEYOND_M, levels.shape)
        sides = self.across.min(axis=(1, 2)) - _BEYOND_M
        others = self.across.max(axis=(1, 2)) + _BEYOND_M
        return boxes(
            self.normals[:, None],
            (low, np.maximum(levels, low)),
            (sides[:, None], others[:, None]),
        )


def _turned_left(shapes: Any) -> Any:  # noqa: ANN401 - a shape or an array of them
    """Let the ground lie on the left of every edge, as areas by edges need it."""
    return shapely.orient_polygons(shapes, exterior_cw=False)


def edges(shape: Polygon | MultiPolygon) -> tuple[Floats, Floats]:
    """List the directed edges of polygons.

    Parameters
    ----------
    shape
        Polygons.

    Returns
    -------
    starts, ends
        Shape (n, 2) each.
    """
    rings = shapely.get_rings(shapely.get_parts(shape))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    is_edge = ring[1:] == ring[:-1]
    return points[:-1][is_edge], points[1:][is_edge]


def boxes(
    directions: Floats, along: tuple[Floats, Floats], across: tuple[Floats, Floats]
) -> Shapes:
    """Draw rectangles by their extents along and across directions.

    Parameters
    ----------
    directions
        Unit vectors; shape (…, 2).
    along, across
        Least and greatest place on each axis; broadcast to shape (…).

    Returns
    -------
    boxes
        Rectangles, counter-clockwise; shape (…).

    Examples
    --------
    >>> east = np.array([1.0, 0.0])
    >>> boxes(east, (np.float64(0), np.float64(2)), (np.float64(0), np.float64(1))).area
    2.0
    """
    near, far, right, left = np.broadcast_arrays(*along, *across)
    s = np.stack((near, far, far, near), axis=-1)[..., None]
    t = np.stack((right, right, left, left), axis=-1)[..., None]
    sideways = np.stack((-directions[..., 1], directions[..., 0]), axis=-1)
    corners = s * directions[..., None, :] + t * sideways[..., None, :]
    return np.asarray(shapely.polygons(corners))[()]
