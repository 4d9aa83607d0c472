"""How usable the form of a parcel is.

Shapes are polygons in a plane, in metres. A GeoSeries without a CRS is taken to be
one, as the surveyed shapes of parcels in their home zones are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from zqland.errors import WrongCrsError
from zqland.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

_NEEDS_A_PLANE = Text(
    en="The form of a shape is judged in a plane in metres, but the shapes are in "
    "“{found}”. Bring them to their home zone first (zqland.crs.to_home).",
    zh="图形形状应在以米为单位的平面内判断，而图形采用“{found}”。请先转换到本位投影带"
    "（zqland.crs.to_home）。",
)


def compactness(shapes: gpd.GeoSeries) -> pd.Series[float]:
    r"""Measure how close each shape is to a circle.

    .. math:: 4 \pi A / P^2

    with the area :math:`A` and the whole boundary :math:`P`, holes included.

    Parameters
    ----------
    shapes
        Polygons in a plane, in metres; shape (n,).

    Returns
    -------
    compactness
        In [0, 1] on the same index: 1 is a circle, 0 has no inside; NaN if empty.

    Raises
    ------
    WrongCrsError
        The CRS is geographic.

    References
    ----------
    Polsby and Popper (1991), The third criterion, Yale Law & Policy Review 9.

    Examples
    --------
    >>> import geopandas as gpd
    >>> compactness(gpd.GeoSeries([shapely.box(0, 0, 100, 100)])).round(4).tolist()
    [0.7854]
    """
    geometries = _plane_shapes(shapes)
    around = shapely.length(geometries)
    circle = around * around / (4.0 * np.pi)
    figures = _ratio(shapely.area(geometries), circle)
    return pd.Series(figures, index=shapes.index, name="compactness")


def rectangularity(shapes: gpd.GeoSeries) -> pd.Series[float]:
    """Measure how much of the smallest rectangle around it each shape fills.

    Parameters
    ----------
    shapes
        Polygons in a plane, in metres; shape (n,).

    Returns
    -------
    rectangularity
        In [0, 1] on the same index: 1 is a rectangle; NaN if empty or without an
        inside.

    Raises
    ------
    WrongCrsError
        The CRS is geographic.

    Examples
    --------
    >>> import geopandas as gpd
    >>> corner = shapely.Polygon([(0, 0), (40, 0), (0, 30)])
    >>> rectangularity(gpd.GeoSeries([corner])).round(4).tolist()
    [0.5]
    """
    geometries = _plane_shapes(shapes)
    short, long = _rectangle_sides(geometries)
    figures = np.minimum(_ratio(shapely.area(geometries), short * long), 1.0)
    return pd.Series(figures, index=shapes.index, name="rectangularity")


def width_m(shapes: gpd.GeoSeries) -> pd.Series[float]:
    """Measure the shorter side of the smallest rectangle around each shape.

    Parameters
    ----------
    shapes
        Polygons in a plane, in metres; shape (n,).

    Returns
    -------
    width_m
        Metres on the same index; 0 for a line, NaN if empty.

    Raises
    ------
    WrongCrsError
        The CRS is geographic.

    Examples
    --------
    >>> import geopandas as gpd
    >>> width_m(gpd.GeoSeries([shapely.box(0, 0, 300, 80)])).round(6).tolist()
    [80.0]
    """
    short, _ = _rectangle_sides(_plane_shapes(shapes))
    return pd.Series(short, index=shapes.index, name="width_m")


def _plane_shapes(shapes: gpd.GeoSeries) -> Shapes:
    if shapes.crs is not None and not shapes.crs.is_projected:
        raise WrongCrsError(_NEEDS_A_PLANE.format(found=shapes.crs.name))
    return np.asarray(shapes.array, dtype=object)


def _ratio(part: Floats, whole: Floats) -> Floats:
    nothing = np.full_like(part, np.nan)
    return np.divide(part, whole, out=nothing, where=whole > 0.0)


def _rectangle_sides(geometries: Shapes) -> tuple[Floats, Floats]:
    """Measure the short and the long side of the smallest rectangle around shapes."""
    west, south, _, _ = shapely.bounds(geometries).T
    corners = np.column_stack((west, south))
    owner = shapely.get_coordinates(geometries, return_index=True)[1]
    # Near the origin, eastings of eight digits do not eat up the last decimals.
    near = shapely.set_coordinates(
        geometries.copy(), shapely.get_coordinates(geometries) - corners[owner]
    )
    hulls = shapely.oriented_envelope(near)
    boundary, whole = shapely.get_coordinates(hulls, return_index=True)
    steps = np.hypot(*np.diff(boundary, axis=0).T)
    first = np.searchsorted(whole, np.arange(len(geometries)))
    is_rectangle = np.bincount(whole, minlength=len(geometries)) == _RECTANGLE_VERTICES
    short = np.full(len(geometries), np.nan)
    long = short.copy()
    one, other = steps[first[is_rectangle]], steps[first[is_rectangle] + 1]
    short[is_rectangle], long[is_rectangle] = (
        np.minimum(one, other),
        np.maximum(one, other),
    )
    flat = ~is_rectangle & np.isfinite(west)
    short[flat], long[flat] = 0.0, shapely.length(hulls[flat])
    return short, long


_RECTANGLE_VERTICES = 5
"""Vertices of a rectangle as a closed ring; a line has two, a point one."""
