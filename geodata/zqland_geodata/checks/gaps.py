"""Check for gaps: strips of ground between neighbours that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland import ground
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.neighbours import Neighbours
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.words import KEPT, place_text
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.intp]
    Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Strips of ground between two parcels.

    Attributes
    ----------
    first, second
        Rows of the parcels, the earlier one first.
    strips
        The ground, in the plane of the first.
    """

    first: Rows
    second: Rows
    strips: Shapes

    @property
    def areas_m2(self) -> Floats:
        """Area of each strip."""
        return np.asarray(shapely.area(self.strips))

    @property
    def widths_m(self) -> Floats:
        """Mean width of each strip: twice the area by the perimeter."""
        return 2 * self.areas_m2 / np.asarray(shapely.length(self.strips))


def check_gaps(
    parcels: gpd.GeoDataFrame,
    *,
    neighbours: Neighbours | None = None,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Report gaps under a width between neighbours.

    A gap is ground nearer than that width to both parcels, in none, and several times
    as long as wide: the open corner at which boundaries part is none.

    Parameters
    ----------
    parcels
        Table *parcels*.
    neighbours
        Their pairs within the width, if they are at hand.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One per strip.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    beside = neighbours
    if beside is None:
        beside = Neighbours.of(parcels, allowed["gap", "width_m"])
    found = find_gaps(beside, allowed)
    places = shapely.get_coordinates(shapely.point_on_surface(found.strips))
    areas_m2, widths_m = found.areas_m2, found.widths_m
    for row, (first, second) in enumerate(zip(found.first, found.second, strict=True)):
        area = f"{areas_m2[row]:,.2f}"
        yield _GAP.finding(
            parcels.index[first],
            "geometry",
            f"{area} m²",
            other=parcels.index[second],
            area=area,
            width=f"{widths_m[row]:.3f}",
            where=place_text(places[row]),
        )


def find_gaps(neighbours: Neighbours, allowed: Tolerances) -> Gaps:
    """Find the gaps between pairs of parcels.

    Parameters
    ----------
    neighbours
        Pairs within the width of a gap.
    allowed
        That width, and what is rounding.

    Returns
    -------
    gaps
        In the order of the pairs.
    """
    width = allowed["gap", "width_m"]
    rows = _suspects(neighbours, allowed)
    left, right = neighbours.left[rows], neighbours.right[rows]
    both = shapely.union(left, right)
    # Grown by half of the width and shrunk again, what lies between is filled. Shrunk
    # a little more, no hair of rounding is left along the outer boundaries.
    grown = shapely.buffer(both, width / 2, join_style="mitre")
    closed = shapely.buffer(grown, -width / 2 - _HAIR_M, join_style="mitre")
    strips, pair = shapely.get_parts(
        ground.areal(shapely.difference(closed, both)), return_index=True
    )
    kept = _counts(strips, allowed)
    strips, pair = strips[kept], pair[kept]
    # What another parcel covers is no gap.
    strips = _uncovered(neighbours, neighbours.first[rows[pair]], strips)
    strips, part = shapely.get_parts(ground.areal(strips), return_index=True)
    pair = pair[part]
    kept = _counts(strips, allowed)
    near = allowed["gap", "rounding_m"]
    kept &= shapely.dwithin(strips, left[pair], near)
    kept &= shapely.dwithin(strips, right[pair], near)
    rows = rows[pair[kept]]
    return Gaps(neighbours.first[rows], neighbours.second[rows], strips[kept])


def _counts(strips: Shapes, allowed: Tolerances) -> Flags:
    """Tell which strips are more than rounding, and much longer than wide."""
    areas_m2, half_m = shapely.area(strips), shapely.length(strips) / 2
    return np.asarray(
        (areas_m2 > allowed["gap", "smallest_m2"])
        & (areas_m2 > allowed["gap", "rounding_m"] * half_m)
        # Half of the perimeter is the length, and the area by it the width.
        & (half_m**2 >= allowed["gap", "elongation"] * areas_m2)
    )


def _suspects(neighbours: Neighbours, allowed: Tolerances) -> Rows:
    """Find the pairs in which a vertex of one lies near the other, but not on it.

    Where two boundaries run beside each other, one of the ends of the shorter edge
    lies near the other edge; where they share their vertices, none does.
    """
    width, near = allowed["gap", "width_m"], allowed["gap", "rounding_m"]
    suspect = np.zeros(len(neighbours.first), dtype=bool)
    for one, other in (
        (neighbours.left, neighbours.right),
        (neighbours.right, neighbours.left),
    ):
        points, pair = _vertices_near(one, other, width)
        # Most vertices are those of the neighbour: these are on it, and quickly told.
        off = ~shapely.intersects_xy(other[pair], *points.T)
        points, pair = points[off], pair[off]
        distance = shapely.distance(shapely.points(points), other[pair])
        suspect[pair[(distance > near) & (distance <= width)]] = True
    return np.flatnonzero(suspect)


def _vertices_near(one: Shapes, other: Shapes, width: float) -> tuple[Floats, Rows]:
    """Return vertices within the bounds of the other parcel, and the pair of each."""
    points, pair = shapely.get_coordinates(one, return_index=True)
    west, south, east, north = shapely.bounds(other).T
    x, y = points.T
    inside = (x >= west[pair] - width) & (x <= east[pair] + width)
    inside &= (y >= south[pair] - width) & (y <= north[pair] + width)
    return points[inside], pair[inside].astype(np.intp)


def _uncovered(neighbours: Neighbours, rows: Rows, strips: Shapes) -> Shapes:
    """Take from strips what other parcels cover."""
    piece, there = neighbours.beside(rows, strips)
    meets = shapely.relate_pattern(strips[piece], there, "T********")
    covers = ground.united(
        piece[meets],
        ground.areal(shapely.intersection(strips[piece], there)[meets]),
        len(strips),
    )
    return np.asarray(shapely.difference(strips, covers))


_HAIR_M = 0.0005
_GAP = Rule(
    "geometry.gap",
    Severity.WARNING,
    Text(
        en="a gap of {area} m², {width} m wide on average, to parcel {other}, at "
        "{where}",
        zh="与地块 {other} 之间有缝隙 {area} 平方米，平均宽 {width} 米，位置 {where}",
    ),
    KEPT,
)
