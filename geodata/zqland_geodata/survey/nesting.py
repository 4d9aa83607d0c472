"""Put rings together to polygons: shells and holes by what lies inside what.

A ring inside an even number of others is a shell, inside an odd number a hole of the
smallest of them. Ring numbers play no part. Rings that touch, or that rounding to the
millimetre brings across each other's edge, are told apart; rings that truly cross are
refused, for neither reading of them is certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland_geodata.survey import ring_texts as texts
from zqland_geodata.survey.points import NO_RING
from zqland_geodata.survey.rows import fault_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland_geodata.survey.rings import Rings, Track
    from zqland_geodata.survey.tally import Tally

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

ROUNDING_M = 1e-3
"""How far rounding may bring a ring across the edge of another."""

MOST_RINGS = 1_000
"""More rings in one parcel are refused, for each is compared with the others."""


def shapes_of(track: Track, rings: Rings, tally: Tally) -> Shapes:
    """Build the shape of every parcel.

    Parameters
    ----------
    track
        The points.
    rings
        Their rings.
    tally
        Where ring numbers that say something else are remarked.

    Returns
    -------
    shapes
        A polygon or multipolygon for each parcel; shape (parcels,).

    Raises
    ------
    SurveyTextError
        Rings cross, repeat each other or have no area; the message names the line.
    """
    sizes = np.diff(rings.starts)
    number = np.repeat(np.arange(len(sizes)), sizes)
    outlines = np.asarray(
        shapely.linearrings(track.xy[rings.points], indices=number), dtype=object
    )
    polygons = np.asarray(shapely.polygons(outlines), dtype=object)
    counts = np.bincount(rings.owners)
    firsts = np.searchsorted(rings.owners, np.arange(len(counts)))
    shapes = np.array(polygons[firsts], dtype=object)
    depths = np.zeros(len(sizes), dtype=np.int64)
    # A turn per parcel of several rings: each has its own nesting.
    for owner in np.flatnonzero(counts > 1).tolist():
        own = slice(firsts[owner], firsts[owner] + counts[owner])
        lines = track.points.lines[rings.points[rings.starts[own]]]
        nest = _Nest(outlines[own], polygons[own], lines, track.metres)
        depths[own] = nest.depths()
        shapes[owner] = nest.shape()
    _remark_numbers(track, rings, depths, tally)
    return shapes


def _remark_numbers(track: Track, rings: Rings, depths: Integers, tally: Tally) -> None:
    begins = rings.points[rings.starts[:-1]]
    numbers, lines = track.points.rings[begins], track.points.lines[begins]
    is_hole = depths % 2 == 1
    labels = np.column_stack((rings.owners, numbers))
    _, which, counts = np.unique(
        labels, axis=0, return_inverse=True, return_counts=True
    )
    is_repeated = (counts[which.ravel()] > 1) & (numbers != NO_RING)
    is_odd_shell = ~is_hole & ~np.isin(numbers, (1, NO_RING))
    for rule, flags in (
        (texts.SHELL_NUMBER, is_odd_shell),
        (texts.HOLE_NUMBER, is_hole & (numbers == 1)),
        (texts.NUMBER_REPEATED, is_repeated),
    ):
        for ring in np.flatnonzero(flags):
            tally.add(rule, int(lines[ring]), int(numbers[ring]))


@dataclass(slots=True)
class _Nest:
    """The rings of one parcel."""

    outlines: Shapes
    polygons: Shapes
    lines: Integers
    metres: float
    depth: Integers | None = None
    parent: Integers | None = None

    def depths(self) -> Integers:
        """Count the rings around each ring."""
        count = len(self.polygons)
        if count > MOST_RINGS:
            text = texts.MANY_RINGS.format(count=count, most=MOST_RINGS)
            raise fault_at(int(self.lines[0]), text)
        whole = np.array(self.polygons, dtype=object)
        is_faulty = ~shapely.is_valid(whole)
        whole[is_faulty] = shapely.make_valid(whole[is_faulty])
        areas = shapely.area(whole)
        if not areas.all():
            raise fault_at(int(self.lines[areas.argmin()]), texts.NO_AREA)
        inner, outer = self._inside(whole, areas)
        self.depth = np.bincount(inner, minlength=count)
        self.parent = np.full(count, -1)
        # Containers from large to small: the last that is written is the smallest.
        order = np.argsort(-areas[outer], kind="stable")
        self.parent[inner[order]] = outer[order]
        return self.depth

    def shape(self) -> shapely.Geometry:
        """Build the polygon, or several."""
        assert self.depth is not None  # noqa: S101 - depths() comes first
        assert self.parent is not None  # noqa: S101 - depths() comes first
        parts = [
            shapely.Polygon(
                self.outlines[shell],
                self.outlines[(self.parent == shell) & (self.depth % 2 == 1)],
            )
            for shell in np.flatnonzero(self.depth % 2 == 0)
        ]
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)

    def _inside(self, whole: Shapes, areas: Floats) -> tuple[Integers, Integers]:
        """Return the pairs of rings of which the first lies inside the second."""
        one, other = shapely.STRtree(whole).query(whole)
        is_smaller = (areas[one] < areas[other]) | (
            (areas[one] == areas[other]) & (one > other)
        )
        inner, outer = one[is_smaller], other[is_smaller]
        shapely.prepare(whole)
        is_inside = shapely.covers(whole[outer], whole[inner])
        is_open = ~is_inside & shapely.intersects(whole[outer], whole[inner])
        is_inside[is_open] = self._judged(whole, inner[is_open], outer[is_open])
        inner, outer = inner[is_inside], outer[is_inside]
        is_twice = areas[outer] - areas[inner] <= self._slack(whole[inner])
        if is_twice.any():
            line = int(self.lines[inner[is_twice]].min())
            raise fault_at(line, texts.RING_TWICE)
        return inner, outer

    def _judged(self, whole: Shapes, inner: Integers, outer: Integers) -> Flags:
        """Judge pairs that meet by the area that they share."""
        shared = shapely.area(shapely.intersection(whole[outer], whole[inner]))
        areas = shapely.area(whole[inner])
        slack = self._slack(whole[inner])
        is_inside = (shared > areas / 2) & (areas - shared <= slack)
        is_outside = (shared <= areas / 2) & (shared <= slack)
        is_crossing = ~(is_inside | is_outside)
        if is_crossing.any():
            pair = is_crossing.argmax()
            line = max(self.lines[inner[pair]], self.lines[outer[pair]])
            raise fault_at(int(line), texts.CROSSING)
        return np.asarray(is_inside)

    def _slack(self, rings: Shapes) -> Floats:
        return np.asarray(shapely.length(rings) * ROUNDING_M / self.metres)
