"""Neighbours whose home zone is another: the same boundary, drawn in two planes.

Vertices are the same points in both planes. Between them each plane has a straight edge
of its own, and the two lie apart: by 0.1 mm in the middle of an edge of 300 m at the
border of two zones, by 1 mm at 1 km, growing with the square of the length. So a new
vertex on one edge can be put on the other as long as they are one by the rule of 2 mm.
Where they are not, that is said, and the neighbour stays as it was recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import geopandas as gpd
import numpy as np
import shapely

from zqland import crs
from zqland.boundaries import SNAP_M, Points, insert
from zqland.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.boundaries import Shape

    Floats = NDArray[np.float64]

BESIDE_M: Final = 0.1
"""A boundary that passes a new vertex this close is meant to be the same boundary: the
edges of two planes lie as far apart on 10 km. What is farther away is no neighbour."""

_EDGE_M: Final = 70.0
"""Edges are divided to this length before they are drawn in another plane."""

_PASSES = Text(
    en="{parcel} lies in another home zone (EPSG {zone}), and its boundary passes a "
    "new boundary point at {distance:.1f} mm, more than {most:.0f} mm: it got no point "
    "there. Have the point surveyed for it too, and correct its boundary.",
    zh="{parcel} 属另一本位投影带（EPSG {zone}），其界址线距新界址点 {distance:.1f} "
    "毫米，超过 {most:.0f} 毫米，未增加该界址点。请为其补测该点并更正界址。",
)


def drawn_in(zone: int, shape: Shape, of_zone: int, *, densely: bool = False) -> Shape:
    """Draw a shape of one plane in another.

    Parameters
    ----------
    zone
        EPSG code of the plane in which it is drawn.
    shape
        The shape, metres.
    of_zone
        EPSG code of its own plane.
    densely
        Whether its straight edges shall stay where they are, by points every 70 m;
        otherwise only vertices are the same.

    Returns
    -------
    shape
        In the other plane, metres.

    Raises
    ------
    WrongCrsError
        It does not fit one of the planes.
    """
    drawn = shapely.segmentize(shape, _EDGE_M) if densely else shape
    degrees = crs.to_geographic(gpd.GeoSeries([drawn]), of_zone)
    moved = crs.to_home(degrees, zone)
    return cast("Shape", moved.iloc[0])


def with_vertices(
    corners: Floats, zone: int, shape: Shape, of_zone: int
) -> tuple[Shape, float]:
    """Put new vertices on the boundary of a shape of another plane.

    Parameters
    ----------
    corners
        The new vertices in their plane; shape (n, 2), metres.
    zone
        EPSG code of that plane.
    shape
        The shape in its own plane, metres.
    of_zone
        EPSG code of its plane.

    Returns
    -------
    shape
        With a vertex on its boundary for each that lies within 2 mm of it, and not
        of a vertex that it has.
    distance_m
        How far the farthest of the others lies that are within `BESIDE_M`; 0.0 where
        there is none.

    Examples
    --------
    >>> west = drawn_in(4525, shapely.box(38346400, 2560000, 38346500, 2560100), 4526)
    >>> middle = np.array([[38346500.0, 2560050.0]])
    >>> made, distance_m = with_vertices(middle, 4526, west, 4525)
    >>> len(made.exterior.coords), distance_m
    (6, 0.0)
    """
    there = gpd.GeoSeries(shapely.points(corners))
    degrees = crs.to_geographic(there, zone)
    points = np.asarray(crs.to_home(degrees, of_zone).array, dtype=object)
    boundary = shapely.boundary(shape)
    distances = shapely.distance(boundary, points)
    own = shapely.multipoints(shapely.get_coordinates(shape))
    is_new = (distances <= BESIDE_M) & (shapely.distance(own, points) > SNAP_M)
    meets = is_new & (distances <= SNAP_M)
    passed = distances[is_new & ~meets]
    distance_m = float(passed.max()) if len(passed) else 0.0
    if not meets.any():
        return shape, distance_m
    # On the edge itself, or the neighbour would gain or lose ground.
    along = shapely.line_locate_point(boundary, points[meets])
    feet = shapely.line_interpolate_point(boundary, along)
    return insert(shape, Points.of(shapely.get_coordinates(feet))), distance_m


def passes(parcel_id: str, zone: int, distance_m: float) -> Text:
    """Say that a boundary passes a new vertex without touching it.

    Parameters
    ----------
    parcel_id
        The neighbour.
    zone
        EPSG code of its home zone.
    distance_m
        As from `with_vertices`.

    Returns
    -------
    text
        In both languages.
    """
    return _PASSES.format(
        parcel=parcel_id, zone=zone, distance=distance_m * 1000, most=SNAP_M * 1000
    )
