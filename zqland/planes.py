"""Planes taken apart, and the ways of coordinates between them.

See `zqland.crs` for the rule on datums.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pyproj import Proj, Transformer
from pyproj.enums import TransformDirection

from zqland.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M
from zqland.errors import WrongCrsError
from zqland.reference import datum_name, is_equal, published_way
from zqland.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]

AREA_TOLERANCE = 0.006
"""Largest relative error of planar areas with which a plane is still a home zone."""

Projection = tuple[str, tuple[float, float], tuple[tuple[str, float], ...]]
"""Name of the method, ellipsoid, and named parameters."""

_GAUSS_KRUGER = {
    "Latitude of natural origin": 0.0,
    "Scale factor at natural origin": 1.0,
}
_TURN = 360.0
_POLE = 90.0

_NOT_DEGREES = Text(
    en="The shapes are said to be in “{found}”, in degrees, but hold the coordinate "
    "{value:.3f}. Either they are in metres: name their true reference system; or "
    "latitude stands before longitude: swap them.",
    zh="图形标明的坐标系为“{found}”（单位：度），但含有坐标值{value:.3f}。若坐标以米为单位，"
    "请指明真实的坐标系；若纬度在前，请调换经纬度顺序。",
)
_OUT_OF_REACH = Text(
    en="Some coordinates cannot be brought from “{found}” to “{wanted}”. They are "
    "probably in another reference system, or lack the zone number: name the true "
    "one.",
    zh="部分坐标无法由“{found}”转换到“{wanted}”，很可能实际采用另一坐标系或缺少带号，请核实。",
)
_DISTORTED = Text(
    en="In “{found}” areas near longitude {lon:.2f}, latitude {lat:.2f} are off by "
    "more than {percent:g} %. Name a home zone that fits there, or check whether the "
    "coordinates are right (zone number, order, unit).",
    zh="在“{found}”中，经度{lon:.2f}、纬度{lat:.2f}附近的面积变形超过{percent:g}%。"
    "请指定适合该地的本位投影带，或检查坐标（带号、顺序、单位）。",
)


@dataclass(frozen=True, slots=True)
class Plane:
    """A projected plane, taken apart.

    Attributes
    ----------
    crs
        The reference system.
    projection
        Method, parameters and ellipsoid without the false origin: planes that share
        it differ by a shift.
    origin_m
        False easting and northing, in metres.
    metres
        Metres in one unit of the coordinates.
    """

    crs: CRS
    projection: Projection
    origin_m: tuple[float, float]
    metres: float

    @property
    def central_meridian(self) -> float | None:
        """Give degrees for a Gauss-Krüger plane like those of CGCS2000, else None."""
        method, figure, parameters = self.projection
        values = dict(parameters)
        meridian = values.pop("Longitude of natural origin", None)
        is_gauss_kruger = (
            method == "Transverse Mercator"
            and figure == (SEMI_MAJOR_M, INVERSE_FLATTENING)
            and values == _GAUSS_KRUGER
            and self.origin_m[1] == 0.0
            and self.metres == 1.0
        )
        if not is_gauss_kruger or meridian is None:
            return None
        return round(math.degrees(meridian), 9)


@functools.lru_cache(maxsize=256)
def plane_of(crs: CRS) -> Plane:
    """Take a projected reference system apart.

    Parameters
    ----------
    crs
        A projected reference system that passed `check_source`.

    Returns
    -------
    plane
        What tells it from other planes.
    """
    # A projected system has both; pyproj does not export their types.
    operation = cast("Any", crs.coordinate_operation)
    ellipsoid = cast("Any", crs.ellipsoid)
    rest: dict[str, float] = {}
    origin_m = {"easting": 0.0, "northing": 0.0}
    for parameter in operation.params:
        value = float(parameter.value) * parameter.unit_conversion_factor
        shifted = origin_m.keys() & parameter.name.lower().split()
        if shifted:
            origin_m[shifted.pop()] = value
        else:
            rest[parameter.name] = round(value, 15)
    figure = (ellipsoid.semi_major_metre, round(ellipsoid.inverse_flattening, 9))
    return Plane(
        crs=crs,
        projection=(operation.method_name, figure, tuple(sorted(rest.items()))),
        origin_m=(origin_m["easting"], origin_m["northing"]),
        metres=float(crs.axis_info[0].unit_conversion_factor),
    )


def unproject(coordinates: Floats, source: CRS) -> Floats:
    """Bring coordinates to degrees on their own datum.

    Parameters
    ----------
    coordinates
        Coordinates in ``source``, east first; shape (n, 2).
    source
        A reference system that passed `check_source`.

    Returns
    -------
    degrees
        Longitude and latitude; shape (n, 2).

    Raises
    ------
    WrongCrsError
        The coordinates do not fit the reference system.
    """
    if source.is_projected:
        degrees = _transform(coordinates, _projector(source), inverse=True)
        return _all_finite(degrees, source.name, "degrees")
    sizes = np.abs(coordinates).max(axis=0, initial=0.0)
    if sizes[0] > _TURN or sizes[1] > _POLE:
        text = _NOT_DEGREES.format(found=source.name, value=sizes.max())
        raise WrongCrsError(text)
    return coordinates


def to_degrees(coordinates: Floats, source: CRS) -> Floats:
    """Bring coordinates to CGCS2000 longitude and latitude.

    Parameters
    ----------
    coordinates
        Coordinates in ``source``, east first; shape (n, 2).
    source
        A reference system that passed `check_source`.

    Returns
    -------
    degrees
        Longitude and latitude; shape (n, 2).

    Raises
    ------
    WrongCrsError
        The coordinates do not fit the reference system.
    """
    degrees = unproject(coordinates, source)
    if not is_equal(source):
        degrees = _transform(degrees, published_way(source))
    return _all_finite(degrees, source.name, "CGCS2000")


def from_degrees(degrees: Floats, target: CRS) -> Floats:
    """Bring CGCS2000 longitudes and latitudes to a plane.

    Parameters
    ----------
    degrees
        Longitude and latitude; shape (n, 2).
    target
        A plane that passed `check_home`.

    Returns
    -------
    coordinates
        Easting and northing in metres; shape (n, 2).

    Raises
    ------
    WrongCrsError
        The coordinates are out of reach of the plane, or it distorts areas there by
        more than `AREA_TOLERANCE`.
    """
    if not is_equal(target):
        degrees = _transform(degrees, published_way(target), inverse=True)
    _check_areas(degrees, target)
    return _all_finite(_transform(degrees, _projector(target)), "CGCS2000", target.name)


def check_fit(coordinates: Floats, home: CRS) -> None:
    """Refuse coordinates that lie where their own plane is of no use.

    Judged on the four extreme points: a missing zone number, northing before easting
    or degrees in place of metres show there.

    Parameters
    ----------
    coordinates
        Easting and northing in metres; shape (n, 2).
    home
        A plane that passed `check_home`.

    Raises
    ------
    WrongCrsError
        The coordinates do not fit the plane.
    """
    rows = np.concatenate((coordinates.argmin(axis=0), coordinates.argmax(axis=0)))
    _check_areas(unproject(coordinates[rows], home), home)


def shift_between(source: CRS, target: CRS) -> Floats | None:
    """Tell by how much two forms of one plane differ.

    Parameters
    ----------
    source
        A reference system that passed `check_source`.
    target
        A plane that passed `check_home`.

    Returns
    -------
    shift
        What to add to easting and northing, in metres; None where the planes are
        not the same.
    """
    if not source.is_projected:
        return None
    here, there = plane_of(source), plane_of(target)
    same_datum = is_equal(source) and is_equal(target)
    same_datum |= datum_name(source) == datum_name(target)
    if here.projection != there.projection or not same_datum or here.metres != 1.0:
        return None
    return np.subtract(there.origin_m, here.origin_m)


@functools.lru_cache(maxsize=256)
def _projector(crs: CRS) -> Transformer:
    """Build the projection alone, from degrees on the datum of the plane itself."""
    return Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)


def _transform(
    coordinates: Floats, way: Transformer, *, inverse: bool = False
) -> Floats:
    direction = TransformDirection.INVERSE if inverse else TransformDirection.FORWARD
    first, second = way.transform(
        coordinates[:, 0], coordinates[:, 1], direction=direction
    )
    return np.column_stack((first, second))


@functools.lru_cache(maxsize=256)
def _projection(crs: CRS) -> Proj:
    return Proj(crs)


def _check_areas(degrees: Floats, target: CRS) -> None:
    """Refuse a plane that does not fit the place: judged on both ends of the shapes."""
    ends = degrees[[degrees[:, 0].argmin(), degrees[:, 0].argmax()]]
    factors = _projection(target).get_factors(ends[:, 0], ends[:, 1])
    fits = np.abs(np.asarray(factors.areal_scale) - 1.0) <= AREA_TOLERANCE
    if not fits.all():
        lon, lat = ends[~fits][0]
        text = _DISTORTED.format(
            found=target.name, lon=lon, lat=lat, percent=100 * AREA_TOLERANCE
        )
        raise WrongCrsError(text)


def _all_finite(coordinates: Floats, found: str, wanted: str) -> Floats:
    if not np.isfinite(coordinates).all():
        raise WrongCrsError(_OUT_OF_REACH.format(found=found, wanted=wanted))
    return coordinates
