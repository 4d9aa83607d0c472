"""Areas of parcels by the methods that offices use, each figure tagged with its own.

======================  ==========================================================
``planar``              in the plane of the home zone; what survey files declare
``ellipsoid``           on the ellipsoid by the formula of the national land surveys,
                        unrounded; what conservation is tested on
``ellipsoid_official``  the same with the mandated rounding of coordinates and angles;
                        for reports and comparison with filed figures
``geodesic``            on the ellipsoid by PROJ, as an independent check
``declared``            what the document says
======================  ==========================================================

Around Zhaoqing the planar area is 30 to 1,800 ppm larger than the others, which
agree within 1 ppm. Figures of different methods are never mixed silently.

The unit is the square metre. Empty and missing shapes give NaN, shapes without an
inside give 0, holes are subtracted, and parts are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import shapely

from zqland import crs, planes, units
from zqland import ellipsoid as survey
from zqland.errors import WrongCrsError
from zqland.reference import is_cgcs2000
from zqland.rings import Rings
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS, Geod

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]


class Method(StrEnum):
    """How an area was found."""

    PLANAR = "planar"
    ELLIPSOID = "ellipsoid"
    ELLIPSOID_OFFICIAL = "ellipsoid_official"
    GEODESIC = "geodesic"
    DECLARED = "declared"


METHOD_TEXTS = {
    Method.PLANAR: Text(en="planar", zh="平面面积"),
    Method.ELLIPSOID: Text(en="ellipsoid", zh="椭球面积"),
    Method.ELLIPSOID_OFFICIAL: Text(
        en="ellipsoid, official rounding", zh="椭球面积（国土调查取位）"
    ),
    Method.GEODESIC: Text(en="geodesic", zh="测地面积"),
    Method.DECLARED: Text(en="declared", zh="文件载明面积"),
}
"""The names of the methods."""

_NEEDS_A_PLANE = Text(
    en="A planar area needs the coordinates of a projected plane in metres, but the "
    "shapes are in “{found}”. Bring them to their home zone first "
    "(zqland.crs.to_home).",
    zh="平面面积需要以米为单位的投影平面坐标，而图形采用“{found}”。请先转换到本位投影带"
    "（zqland.crs.to_home）。",
)
_NOT_OFFICIAL = Text(
    en="The official area is defined in the Gauss-Krüger zones of CGCS2000, but the "
    "shapes are in “{found}”. Use the method “ellipsoid” there.",
    zh="国土调查椭球面积只在2000国家大地坐标系高斯-克吕格投影带内有定义，而图形采用“{found}”。"
    "请改用“椭球面积”。",
)


@dataclass(frozen=True, slots=True)
class Area:
    """One area with the method that it was found by.

    Attributes
    ----------
    value_m2
        Square metres; NaN where it is not known.
    method
        The method.

    Examples
    --------
    >>> Area(80_000.0, Method.PLANAR).in_unit("mu")
    120.0
    """

    value_m2: float
    method: Method

    def in_unit(self, unit: units.Unit | str) -> float:
        """Return the figure in another unit, not rounded."""
        return units.from_m2(self.value_m2, unit)

    def text(self, unit: units.Unit | str) -> Text:
        """Write the figure, rounded for display, with its unit and method."""
        english = units.format_area(self.value_m2, unit, language="en")
        chinese = units.format_area(self.value_m2, unit, language="zh")
        name = METHOD_TEXTS[self.method]
        return Text(en=f"{english} ({name.en})", zh=f"{chinese}（{name.zh}）")


def planar(shapes: gpd.GeoSeries) -> pd.Series[float]:
    """Measure areas in the plane of the shapes.

    Parameters
    ----------
    shapes
        Polygons in a projected CRS, in metres; shape (n,).

    Returns
    -------
    planar_m2
        Square metres, on the same index; NaN if empty.

    Raises
    ------
    MissingCrsError
        The shapes have no CRS.
    WrongCrsError
        The CRS is geographic, not in metres, or distorts areas beyond use.

    Examples
    --------
    >>> import geopandas as gpd
    >>> square = gpd.GeoSeries([shapely.box(500_000, 2_500_000, 500_100, 2_500_100)])
    >>> planar(square.set_crs(4547)).tolist()
    [10000.0]
    """
    source = crs.check_source(shapes.crs)
    if not source.is_projected:
        raise WrongCrsError(_NEEDS_A_PLANE.format(found=source.name))
    home = _checked_home(shapes, source)
    return _series(_planar(_array(shapes), home), shapes.index, Method.PLANAR)


def ellipsoid(shapes: gpd.GeoSeries) -> pd.Series[float]:
    r"""Measure areas on the ellipsoid by the formula of the land surveys, unrounded.

    Edges are straight in the plane. Those longer than 70 m are divided there, the
    points brought to the ellipsoid, and its trapezoids summed around each ring:

    .. math:: \left| \sum_i \tfrac{1}{2} (L_i + L_{i+1}) (q(B_{i+1}) - q(B_i)) \right|

    with :math:`q(B)` the area from the equator to latitude :math:`B` per radian
    (`zqland.ellipsoid`).

    Parameters
    ----------
    shapes
        Polygons in a projected CRS, in metres, or in longitude and latitude, which
        are brought to their 3-degree CGCS2000 zones first; shape (n,).

    Returns
    -------
    ellipsoid_m2
        Square metres, on the same index; NaN if empty.

    Raises
    ------
    MissingCrsError
        The shapes have no CRS.
    WrongCrsError
        The plane is not in metres, or longitudes lie outside the zones of CGCS2000.

    References
    ----------
    国土调查办发 [2008] 32 号, annex; TD/T 1055-2019.
    """
    return _by_home(shapes, Method.ELLIPSOID)


def ellipsoid_official(shapes: gpd.GeoSeries) -> pd.Series[float]:
    """Measure areas as the land surveys evaluate them, with the mandated rounding.

    As `ellipsoid`, but plane coordinates are rounded to 0.1 mm, inserted points to
    0.001 mm, and latitudes and longitudes to a millionth of a second.

    Parameters
    ----------
    shapes
        Polygons in a Gauss-Krüger zone of CGCS2000, or in longitude and latitude,
        which are brought to their 3-degree zones first; shape (n,).

    Returns
    -------
    ellipsoid_official_m2
        Square metres, on the same index; NaN if empty.

    Raises
    ------
    MissingCrsError
        The shapes have no CRS.
    WrongCrsError
        The plane is no Gauss-Krüger zone of CGCS2000.

    References
    ----------
    国土调查办发 [2008] 32 号, annex; evaluation rules of the third survey.
    """
    return _by_home(shapes, Method.ELLIPSOID_OFFICIAL)


def geodesic(shapes: gpd.GeoSeries) -> pd.Series[float]:
    """Measure areas between geodesics on the ellipsoid with PROJ.

    Parameters
    ----------
    shapes
        Polygons in longitude and latitude, measured as they are, or in a projected
        CRS, in metres, whose edges are first divided to 70 m; shape (n,).

    Returns
    -------
    geodesic_m2
        Square metres, on the same index; NaN if empty.

    Raises
    ------
    MissingCrsError
        The shapes have no CRS.
    WrongCrsError
        The plane is not in metres or the coordinates do not fit the CRS.

    References
    ----------
    Karney (2013), Algorithms for geodesics, Journal of Geodesy 87, 43-55.
    """
    source = crs.check_source(shapes.crs)
    if source.is_projected:
        source = _checked_home(shapes, source)
    return _series(_geodesic(_array(shapes), source), shapes.index, Method.GEODESIC)


def measure(
    parcels: pd.DataFrame, *, methods: Iterable[Method | str] = tuple(Method)
) -> pd.DataFrame:
    """Measure parcels by several methods, each in its own home zone.

    Parameters
    ----------
    parcels
        Parcels with ``home_geometry`` (plane coordinates in metres) and
        ``home_zone`` (EPSG code), and ``declared_m2`` where the documents say it.
    methods
        The methods that are wanted, in the order of the columns.

    Returns
    -------
    areas
        One column for each method (``planar_m2`` and so on) in square metres, on
        the index of the parcels. NaN: no shape, nothing declared, or, for the
        official area, a home zone outside China.
    """
    geometries = np.asarray(parcels["home_geometry"], dtype=object)
    zones = parcels["home_zone"].to_numpy(dtype=np.int64)
    columns: dict[str, Floats] = {}
    for method in map(Method, methods):
        columns[f"{method}_m2"] = (
            _declared(parcels)
            if method is Method.DECLARED
            else _by_zone(geometries, zones, method)
        )
    return pd.DataFrame(columns, index=parcels.index)


def _array(shapes: gpd.GeoSeries) -> Shapes:
    return np.asarray(shapes.array, dtype=object)


def _series(values: Floats, index: pd.Index, method: Method) -> pd.Series[float]:
    return pd.Series(values, index=index, name=f"{method}_m2", dtype=np.float64)


def _declared(parcels: pd.DataFrame) -> Floats:
    if "declared_m2" not in parcels.columns:
        return np.full(len(parcels), np.nan)
    return parcels["declared_m2"].to_numpy(dtype=np.float64, na_value=np.nan)


def _checked_home(shapes: gpd.GeoSeries, source: CRS) -> CRS:
    """Accept a plane in which areas can be measured and the shapes can lie."""
    home = crs.check_home(source)
    bounds = shapes.total_bounds.reshape(2, 2)
    if np.isfinite(bounds).all():
        planes.check_fit(bounds, home)
    return home


def _by_home(shapes: gpd.GeoSeries, method: Method) -> pd.Series[float]:
    """Measure in the plane of the shapes, or in their home zones if they have none."""
    source = crs.check_source(shapes.crs)
    if source.is_projected:
        home = _checked_home(shapes, source)
        if method is Method.ELLIPSOID_OFFICIAL and not _is_official(home):
            raise WrongCrsError(_NOT_OFFICIAL.format(found=home.name))
        figures = _MEASURES[method](_array(shapes), home)
    else:
        zones = crs.home_zone(shapes)
        home_shapes = _array(crs.to_home(shapes, zones))
        figures = _by_zone(home_shapes, np.asarray(zones, dtype=np.int64), method)
    return _series(figures, shapes.index, method)


def _by_zone(geometries: Shapes, zones: NDArray[np.int64], method: Method) -> Floats:
    figures = np.full(len(geometries), np.nan)
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    for zone in np.unique(zones[there]):
        rows = there & (zones == zone)
        figures[rows] = _MEASURES[method](geometries[rows], crs.check_home(int(zone)))
    return figures


def _is_official(home: CRS) -> bool:
    is_gauss_kruger = planes.plane_of(home).central_meridian is not None
    return is_gauss_kruger and is_cgcs2000(home)


def _planar(geometries: Shapes, home: CRS) -> Floats:
    del home
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    return np.where(empty, np.nan, shapely.area(geometries))


def _ellipsoid(geometries: Shapes, home: CRS) -> Floats:
    plane = planes.plane_of(home)
    series = survey.zonal_series(*plane.projection[1])

    def area(coordinates: Floats, starts: NDArray[np.int64]) -> Floats:
        dense, dense_starts = survey.densify(coordinates, starts)
        if plane.central_meridian is not None:
            east = dense[:, 0] - plane.origin_m[0]
            latitude, longitude = survey.inverse_gauss(dense[:, 1], east)
        else:
            longitude, latitude = np.radians(planes.unproject(dense, home)).T
        return survey.ring_areas(series.at(latitude), longitude, dense_starts)

    return Rings.of(geometries).measured(area)


def _ellipsoid_official(geometries: Shapes, home: CRS) -> Floats:
    if not _is_official(home):
        return np.full(len(geometries), np.nan)
    plane = planes.plane_of(home)
    series = survey.zonal_series()

    def area(coordinates: Floats, starts: NDArray[np.int64]) -> Floats:
        rounded = survey.round_coordinates(coordinates, 4)
        dense, dense_starts = survey.densify(rounded, starts)
        dense = survey.round_coordinates(dense, 6)
        east = dense[:, 0] - plane.origin_m[0]
        latitude, longitude = survey.inverse_gauss(dense[:, 1], east)
        latitude = survey.round_angles(latitude)
        longitude = survey.round_angles(longitude)
        return survey.ring_areas(series.at(latitude), longitude, dense_starts)

    return Rings.of(geometries).measured(area)


def _geodesic(geometries: Shapes, source: CRS) -> Floats:
    # What passed check_source has an ellipsoid.
    geod = cast("Geod", source.get_geod())

    def area(coordinates: Floats, starts: NDArray[np.int64]) -> Floats:
        if source.is_projected:
            coordinates, starts = survey.densify(coordinates, starts)
        degrees = planes.unproject(coordinates, source)
        # PROJ takes one ring at a time.
        return np.array(
            [
                abs(geod.polygon_area_perimeter(*degrees[first:last].T)[0])
                for first, last in pairwise(starts)
            ]
        )

    return Rings.of(geometries).measured(area)


_MEASURES: dict[Method, Callable[[Shapes, CRS], Floats]] = {
    Method.PLANAR: _planar,
    Method.ELLIPSOID: _ellipsoid,
    Method.ELLIPSOID_OFFICIAL: _ellipsoid_official,
    Method.GEODESIC: _geodesic,
}
