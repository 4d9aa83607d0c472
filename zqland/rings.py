"""Shapes as flat arrays of rings, for measuring many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

CHUNK = 8_192
"""Vertices that are worked on at a time: few enough for the arrays to stay in cache."""


@dataclass(frozen=True, slots=True)
class Rings:
    """The rings of many shapes, one after another.

    Attributes
    ----------
    coordinates
        Vertices of the closed rings; shape (n, 2).
    starts
        Where each ring starts, and ``n`` at the end; shape (rings + 1,).
    owner
        Position of the shape that each ring belongs to; shape (rings,).
    sign
        1 for outer rings, -1 for holes; shape (rings,).
    empty
        Whether each shape is missing or empty; shape (shapes,).
    """

    coordinates: Floats
    starts: Integers
    owner: Integers
    sign: Floats
    empty: NDArray[np.bool_]

    @classmethod
    def of(cls, shapes: Shapes) -> Self:
        """Flatten shapes; parts are kept together, points and lines have no rings."""
        parts = shapes
        owner = np.arange(len(shapes))
        while np.isin(shapely.get_type_id(parts), _COLLECTIONS).any():
            parts, whole = shapely.get_parts(parts, return_index=True)
            owner = owner[whole]
        rings, polygon = shapely.get_rings(parts, return_index=True)
        is_shell = np.diff(polygon, prepend=-1) > 0
        coordinates, ring = shapely.get_coordinates(rings, return_index=True)
        sizes = np.bincount(ring, minlength=len(rings))
        held = sizes > 0
        return cls(
            coordinates=coordinates,
            starts=np.concatenate(([0], np.cumsum(sizes[held]))),
            owner=owner[polygon[held]],
            sign=np.where(is_shell[held], 1.0, -1.0),
            empty=shapely.is_missing(shapes) | shapely.is_empty(shapes),
        )

    def measured(self, area: Callable[[Floats, Integers], Floats]) -> Floats:
        """Measure every shape by the area of its rings.

        Parameters
        ----------
        area
            Takes vertices and starts of some rings, gives their areas.

        Returns
        -------
        areas
            Outer rings less holes for each shape; NaN for empty ones.
        """
        figures = np.zeros(len(self.sign))
        first = 0
        # A turn per chunk, not per shape: in larger ones each array leaves the cache.
        while first < len(figures):
            end = self.starts[first] + CHUNK
            last = max(first + 1, int(self.starts.searchsorted(end, "right")) - 1)
            starts = self.starts[first : last + 1]
            chunk = self.coordinates[starts[0] : starts[-1]]
            figures[first:last] = area(chunk, starts - starts[0])
            first = last
        totals = np.bincount(
            self.owner, weights=self.sign * figures, minlength=len(self.empty)
        )
        return np.where(self.empty, np.nan, totals)


_COLLECTIONS = (
    shapely.GeometryType.MULTIPOINT,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.MULTIPOLYGON,
    shapely.GeometryType.GEOMETRYCOLLECTION,
)
