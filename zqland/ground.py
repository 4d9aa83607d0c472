"""Shapes of ground laid over many parcels at once, in a plane in metres.

Every function works on arrays of shapes. Only areas count: lines and points that
shapes have in common are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

SMALLEST_OVERLAP_M2 = 0.01
"""Overlaps up to this are rounding."""

OVERLAP_WIDTH_M = 0.002
"""Overlaps up to this width along a shared boundary are rounding of millimetres."""

MOST_VERTICES = 256
"""Larger shapes are divided before many parcels are laid over them."""

_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def valid(shapes: Shapes) -> Shapes:
    """Return shapes with the invalid ones replaced by the area that they cover."""
    repaired = np.array(shapes, dtype=object)
    is_invalid = ~shapely.is_valid(repaired) & ~shapely.is_missing(repaired)
    repaired[is_invalid] = shapely.make_valid(repaired[is_invalid])
    return repaired


def areal(shapes: Shapes) -> Shapes:
    """Keep of each shape what has an area.

    Parameters
    ----------
    shapes
        Shapes of any kind; shape (n,).

    Returns
    -------
    areas
        Polygons and multipolygons, empty where nothing has an area.

    Examples
    --------
    >>> mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point()])
    >>> areal(np.array([mixed])).tolist()
    [<MULTIPOLYGON (((1 0, 1 1, 0 1, 0 0, 1 0)))>]
    """
    kept = np.array(shapes, dtype=object)
    kept[shapely.is_missing(kept)] = shapely.Polygon()
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(kept), _AREAL))
    parts, owner = shapely.get_parts(kept[mixed], return_index=True)
    # A collection may hold collections, but what GEOS returns does not.
    polygons, whole = shapely.get_parts(parts, return_index=True)
    is_area = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    found = np.full(len(mixed), shapely.MultiPolygon(), dtype=object)
    if is_area.any():
        shapely.multipolygons(
            polygons[is_area], indices=owner[whole[is_area]], out=found
        )
    kept[mixed] = found
    return kept


def divided(shapes: Shapes, most: int = MOST_VERTICES) -> Shapes:
    """Divide large shapes at straight lines, so that each piece is quickly cut.

    Parameters
    ----------
    shapes
        Valid polygons and multipolygons; shape (n,).
    most
        Vertices that a piece has at most, but for pieces that cannot get smaller.

    Returns
    -------
    pieces
        Polygons that cover the same ground; shape (m,).
    """
    done = []
    left = shapely.get_parts(shapes)
    for _ in range(_DIVISIONS):
        is_large = shapely.get_num_coordinates(left) > most
        done.append(left[~is_large])
        left = shapely.get_parts(areal(_halves(left[is_large])))
        if not len(left):
            break
    pieces = np.concatenate([*done, left])
    return pieces[~shapely.is_empty(pieces)]


_DIVISIONS = 40
"""Two to this power pieces have room for any shape that a machine can hold."""


def _halves(shapes: Shapes) -> Shapes:
    """Cut shapes in two across their longer side."""
    west, south, east, north = shapely.bounds(shapes).T
    is_wide = east - west > north - south
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    first = shapely.box(
        west,
        south,
        np.where(is_wide, middle_x, east),
        np.where(is_wide, north, middle_y),
    )
    second = shapely.box(
        np.where(is_wide, middle_x, west),
        np.where(is_wide, south, middle_y),
        east,
        north,
    )
    return np.concatenate(
        [shapely.intersection(shapes, first), shapely.intersection(shapes, second)]
    )


def united(rows: Rows, shapes: Shapes, count: int) -> Shapes:
    """Unite the shapes of each row.

    Parameters
    ----------
    rows
        Row that each shape belongs to; shape (m,).
    shapes
        Polygons and multipolygons; shape (m,).
    count
        Number of rows.

    Returns
    -------
    whole
        A shape per row, empty where there is none; shape (count,).

    Examples
    --------
    >>> halves = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> shapely.area(united(np.array([1, 1]), halves, 2)).tolist()
    [0.0, 2.0]
    """
    order = np.argsort(rows, kind="stable")
    rows, shapes = rows[order], shapes[order]
    # A turn halves the shapes of every row: ten turns for a thousand of them.
    while True:
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        is_second = place % 2 == 1
        if not is_second.any():
            break
        second = np.flatnonzero(is_second)
        shapes[second - 1] = shapely.union(shapes[second - 1], shapes[second])
        rows, shapes = rows[~is_second], shapes[~is_second]
    whole = np.full(count, shapely.Polygon(), dtype=object)
    whole[rows] = shapes
    return whole


def common(shapes: Shapes, ground: Shapes) -> Shapes:
    """Find of each shape the part that lies on some ground.

    Parameters
    ----------
    shapes
        Valid polygons and multipolygons; shape (n,).
    ground
        Valid polygons, which may overlap; shape (m,).

    Returns
    -------
    parts
        Polygons and multipolygons, empty where there is nothing in common; shape (n,).
    """
    pieces = divided(ground)
    rows, places = shapely.STRtree(pieces).query(shapes, predicate="intersects")
    parts = areal(shapely.intersection(shapes[rows], pieces[places]))
    return united(rows, parts, len(shapes))


def without(shapes: Shapes, parts: Shapes) -> Shapes:
    """Take away from each shape a part of it.

    Parameters
    ----------
    shapes
        Valid polygons and multipolygons; shape (n,).
    parts
        What each has in common with some ground (`common`); shape (n,).

    Returns
    -------
    left
        Polygons and multipolygons; a rest of up to `SMALLEST_OVERLAP_M2` is none.
    """
    left = shapes.copy()
    rest_m2 = shapely.area(shapes) - shapely.area(parts)
    left[rest_m2 <= SMALLEST_OVERLAP_M2] = shapely.Polygon()
    # Cutting costs far more than looking: most parcels lie on one side altogether.
    is_cut = (rest_m2 > SMALLEST_OVERLAP_M2) & ~shapely.is_empty(parts)
    left[is_cut] = areal(shapely.difference(shapes[is_cut], parts[is_cut]))
    return left


def counted(shapes: Shapes) -> Shapes:
    r"""Take overlaps that are mere rounding for none.

    An overlap counts beyond

    .. math:: \max(0.01\,m^2,\; 2\,mm \times P / 2)

    with its perimeter :math:`P`: along a shared boundary two shapes overlap in a
    sliver whose perimeter is twice the length of that boundary.

    Parameters
    ----------
    shapes
        Polygons and multipolygons; shape (n,).

    Returns
    -------
    counted
        The same, empty where the overlap does not count.
    """
    least = np.maximum(
        SMALLEST_OVERLAP_M2, OVERLAP_WIDTH_M * shapely.length(shapes) / 2
    )
    kept = shapes.copy()
    kept[~(shapely.area(shapes) > least)] = shapely.Polygon()
    return kept
