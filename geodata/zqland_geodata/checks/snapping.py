"""Bring neighbouring boundaries together that are the width of a rounding apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland_geodata.checks.gaps import find_gaps
from zqland_geodata.checks.mending import tidied
from zqland_geodata.checks.neighbours import Neighbours
from zqland_geodata.checks.overlaps import find_overlaps

if TYPE_CHECKING:
    import numpy.typing as npt

    from zqland_geodata.checks.tolerances import Tolerances

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Snap:
    """A boundary that is brought onto that of a neighbour.

    Attributes
    ----------
    row
        Row of the parcel.
    other_id
        Identifier of the neighbour.
    shape
        The new shape.
    place
        Where, easting and northing.
    """

    row: int
    other_id: str
    shape: shapely.Geometry
    place: Floats


def snap(
    parcels: gpd.GeoDataFrame, shapes: Shapes, wanted: Flags, allowed: Tolerances
) -> list[Snap]:
    """Bring boundaries together where a gap or overlap is narrow enough.

    The later parcel follows the earlier one. A step is taken only if both shapes stay
    valid, the gap or overlap is gone, no other neighbour is overlapped more than
    before, and the area changes by less than the strip.

    Parameters
    ----------
    parcels
        Table *parcels*.
    shapes
        Their shapes in the planes of their home zones, as repaired so far.
    wanted
        Which parcels may be repaired.
    allowed
        How wide a strip may be.

    Returns
    -------
    steps
        In the order in which they are to be taken; a later step of the same parcel
        holds the earlier ones.
    """
    layer = parcels[["home_zone"]].copy()
    layer["home_geometry"] = gpd.GeoSeries(shapes, index=parcels.index)
    table = gpd.GeoDataFrame(layer, geometry=parcels.geometry, crs=parcels.crs)
    beside = Neighbours.of(table, allowed["gap", "width_m"])
    steps: list[Snap] = []
    now = shapes.copy()
    around = _Around(beside)
    # One pair after another, for each step changes what the next one meets.
    for first, second, strip in _strips(beside, allowed):
        one_zone = beside.zones[first] == beside.zones[second]
        if not (wanted[first] and wanted[second] and one_zone):
            continue
        both = _together(now[first], now[second], allowed)
        if both is None or not around.is_better(now, (first, second), both):
            continue
        place = shapely.get_coordinates(shapely.point_on_surface(strip))[0]
        for row, other, shape in ((first, second, both[0]), (second, first, both[1])):
            # A vertex put into a straight edge is no repair to tell of.
            if not shapely.equals(shape, now[row]):
                steps.append(Snap(row, str(parcels.index[other]), shape, place))
                now[row] = shape
    return steps


def _strips(
    beside: Neighbours, allowed: Tolerances
) -> list[tuple[int, int, shapely.Geometry]]:
    """List pairs with a gap or an overlap that may be closed, and one strip of each."""
    width = allowed["repair", "snap_m"]
    overlaps, gaps = find_overlaps(beside, allowed), find_gaps(beside, allowed)
    strips: dict[tuple[int, int], shapely.Geometry] = {}
    for found, ground in ((overlaps, overlaps.common), (gaps, gaps.strips)):
        narrow = np.flatnonzero(found.widths_m <= width)
        for row in narrow:
            pair = (int(found.first[row]), int(found.second[row]))
            strips.setdefault(pair, ground[row])
    return [(*pair, strips[pair]) for pair in sorted(strips)]


def _together(
    first: shapely.Geometry, second: shapely.Geometry, allowed: Tolerances
) -> tuple[shapely.Geometry, shapely.Geometry] | None:
    """Bring the second boundary onto the first, both with the vertices of the other."""
    # Vertices of the second go into the edges of the first, which stays in its line
    # where the second one follows it; what is nearer than the width is one.
    width = allowed["repair", "snap_m"]
    followed = shapely.snap(second, first, width)
    joined = tidied(shapely.snap(first, followed, width), allowed)
    followed = tidied(shapely.snap(followed, joined, width), allowed)
    for shape in (joined, followed):
        if not shapely.is_valid(shape) or shapely.get_type_id(shape) not in _AREAL:
            return None
    return joined, followed


class _Around:
    """What each parcel overlaps and leaves open, measured anew for each step."""

    def __init__(self, beside: Neighbours) -> None:
        pairs = np.concatenate(
            (
                np.column_stack((beside.first, beside.second)),
                np.column_stack((beside.second, beside.first)),
            )
        )
        same = beside.zones[pairs[:, 0]] == beside.zones[pairs[:, 1]]
        pairs = pairs[same]
        self._pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]

    def is_better(
        self,
        now: Shapes,
        rows: tuple[int, int],
        new: tuple[shapely.Geometry, shapely.Geometry],
    ) -> bool:
        """Tell whether new shapes of a pair leave less overlap and less open ground."""
        first, second = rows
        then = now.copy()
        then[first], then[second] = new
        others = {
            row: [other for other in self._of(row) if other not in rows] for row in rows
        }
        strips = self._strip_m2(now[first], now[second]), self._strip_m2(*new)
        worse = any(
            self._overlap_m2(then, row, others[row])
            > self._overlap_m2(now, row, others[row]) + _ROUNDING_M2
            for row in rows
        )
        return not worse and strips[1] < strips[0] * _HALF

    def _of(self, row: int) -> list[int]:
        low, high = np.searchsorted(self._pairs[:, 0], (row, row + 1))
        return [int(other) for other in self._pairs[low:high, 1]]

    @staticmethod
    def _strip_m2(first: shapely.Geometry, second: shapely.Geometry) -> float:
        both = shapely.union(first, second)
        grown = shapely.buffer(both, _REACH_M, join_style="mitre")
        closed = shapely.buffer(grown, -_REACH_M - _HAIR_M, join_style="mitre")
        over = shapely.area(shapely.intersection(first, second))
        return float(over + shapely.area(shapely.difference(closed, both)))

    @staticmethod
    def _overlap_m2(shapes: Shapes, row: int, others: list[int]) -> float:
        common = shapely.intersection(shapes[row], shapes[others])
        return float(shapely.area(common).sum()) if others else 0.0


_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_HAIR_M = 0.0005
_HALF = 0.5
_REACH_M = 0.05
_ROUNDING_M2 = 1e-4
