"""The shifted coordinates of Chinese web maps: GCJ-02 and BD-09, both ways.

AMap, Tencent and most published boundary files use GCJ-02, Baidu BD-09. Around
Zhaoqing GCJ-02 lies some 611 m east-south-east of the truth and BD-09 some 1,249 m
east-north-east, unevenly: areas must never be measured in either.

The way there follows the published algorithm, coordinates outside its window of
China included, which stay as they are. The way back has no formula. It is found by
repeating the way there until the guess arrives at the target; five rounds leave less
than a micrometre. WGS 84 stands for CGCS2000 here (see `zqland.crs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland.crs import GEOGRAPHIC, check_source
from zqland.errors import WrongCrsError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Pair = tuple[Floats, Floats]
    Shift = Callable[[ArrayLike, ArrayLike], Pair]

SEMI_MAJOR_M = 6_378_245.0
"""Semi-major axis in the algorithm of GCJ-02 (Krasovsky 1940)."""

ECCENTRICITY_SQUARED = 0.00669342162296594323
"""Squared eccentricity in the algorithm of GCJ-02."""

WINDOW = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east and north of the window in which GCJ-02 shifts, in degrees."""

ROUNDS = 5
"""Rounds of the way back; each shrinks the error a hundredfold or more."""

_BAIDU_LON = 0.0065
_BAIDU_LAT = 0.006
_BAIDU_PI = np.pi * 3000.0 / 180.0

_NOT_GEOGRAPHIC = Text(
    en="Web-map shifts work on longitude and latitude, but the shapes are in "
    "“{found}”. Bring them to EPSG:4490 first (zqland.crs.to_geographic).",
    zh="网络地图偏移只作用于经纬度，而图形采用“{found}”。请先转换到 EPSG:4490"
    "（zqland.crs.to_geographic）。",
)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift true coordinates to GCJ-02.

    Parameters
    ----------
    lon
        Longitudes in degrees; any shape.
    lat
        Latitudes in degrees, of the same shape.

    Returns
    -------
    shifted
        Longitudes and latitudes in GCJ-02; outside `WINDOW` as they were.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(112.61, 23.16)
    >>> round(float(lon), 9), round(float(lat), 9)
    (112.614970921, 23.157144336)
    """
    east, north = _floats(lon, lat)
    inside = _is_inside(east, north)
    shifted_east, shifted_north = _gcj02(east, north)
    return np.where(inside, shifted_east, east), np.where(inside, shifted_north, north)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Find the true coordinates of GCJ-02 coordinates.

    Parameters
    ----------
    lon
        GCJ-02 longitudes in degrees; any shape.
    lat
        GCJ-02 latitudes in degrees, of the same shape.

    Returns
    -------
    true
        Longitudes and latitudes; outside `WINDOW` as they were.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(112.614970921, 23.157144336)
    >>> round(float(lon), 8), round(float(lat), 8)
    (112.61, 23.16)
    """
    east, north = _floats(lon, lat)
    inside = _is_inside(east, north)
    true_east, true_north = _undo(_gcj02, east, north)
    return np.where(inside, true_east, east), np.where(inside, true_north, north)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift GCJ-02 coordinates to BD-09.

    Parameters
    ----------
    lon
        GCJ-02 longitudes in degrees; any shape.
    lat
        GCJ-02 latitudes in degrees, of the same shape.

    Returns
    -------
    shifted
        Longitudes and latitudes in BD-09.
    """
    east, north = _floats(lon, lat)
    radius = np.hypot(east, north) + 0.00002 * np.sin(north * _BAIDU_PI)
    angle = np.arctan2(north, east) + 0.000003 * np.cos(east * _BAIDU_PI)
    return radius * np.cos(angle) + _BAIDU_LON, radius * np.sin(angle) + _BAIDU_LAT


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Find the GCJ-02 coordinates of BD-09 coordinates.

    The published formula for this misses by up to 7 cm; here it is iterated.

    Parameters
    ----------
    lon
        BD-09 longitudes in degrees; any shape.
    lat
        BD-09 latitudes in degrees, of the same shape.

    Returns
    -------
    shifted
        Longitudes and latitudes in GCJ-02.
    """
    return _undo(gcj02_to_bd09, *_floats(lon, lat))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift true coordinates to BD-09.

    Parameters
    ----------
    lon
        Longitudes in degrees; any shape.
    lat
        Latitudes in degrees, of the same shape.

    Returns
    -------
    shifted
        Longitudes and latitudes in BD-09.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(112.61, 23.16)
    >>> round(float(lon), 9), round(float(lat), 9)
    (112.621535079, 23.162817536)
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Find the true coordinates of BD-09 coordinates.

    Parameters
    ----------
    lon
        BD-09 longitudes in degrees; any shape.
    lat
        BD-09 latitudes in degrees, of the same shape.

    Returns
    -------
    true
        Longitudes and latitudes.
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def shift(shapes: gpd.GeoSeries, function: Shift) -> gpd.GeoSeries:
    """Shift shapes by one of the functions of this module.

    Parameters
    ----------
    shapes
        Shapes in longitude and latitude: true ones with their CRS, or shifted ones,
        for which there is no CRS.
    function
        Such as `wgs84_to_gcj02`.

    Returns
    -------
    shifted
        Shapes on the same index. In EPSG:4490 where the function ends in true
        coordinates; without a CRS otherwise, for a shifted one has no code.

    Raises
    ------
    WrongCrsError
        The shapes are in a projected CRS.

    Examples
    --------
    >>> true = gpd.GeoSeries.from_xy([112.61], [23.16], crs=4490)
    >>> shift(true, wgs84_to_gcj02).x.round(9).tolist()
    [112.614970921]
    """
    if shapes.crs is not None:
        source = check_source(shapes.crs)
        if source.is_projected:
            raise WrongCrsError(_NOT_GEOGRAPHIC.format(found=source.name))

    def move(degrees: Floats) -> Floats:
        return np.column_stack(function(degrees[:, 0], degrees[:, 1]))

    moved = shapely.transform(np.asarray(shapes.array, dtype=object), move)
    ends_true = function in (gcj02_to_wgs84, bd09_to_wgs84)
    return gpd.GeoSeries(
        moved,
        index=shapes.index,
        name=shapes.name,
        crs=GEOGRAPHIC if ends_true else None,
    )


def _floats(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _is_inside(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    west, south, east, north = WINDOW
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _gcj02(lon: Floats, lat: Floats) -> Pair:
    """Shift without looking at the window."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (2.0 / 3.0) * (waves + _waves(y, 20.0, 40.0, 3.0))
    north_m += (2.0 / 3.0) * (
        160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)
    )
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (2.0 / 3.0) * (waves + _waves(x, 20.0, 40.0, 3.0))
    east_m += (2.0 / 3.0) * (
        150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)
    )
    sine = np.sin(np.radians(lat))
    w2 = 1.0 - ECCENTRICITY_SQUARED * sine * sine
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (w2 * np.sqrt(w2))
    parallel_m = SEMI_MAJOR_M / np.sqrt(w2) * np.cos(np.radians(lat))
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _waves(angle: Floats, first: float, second: float, divisor: float) -> Floats:
    return first * np.sin(np.pi * angle) + second * np.sin(np.pi * angle / divisor)


def _undo(function: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """Find what the function brings to a target, by fixed-point iteration."""
    east, north = lon, lat
    for _ in range(ROUNDS):
        there_east, there_north = function(east, north)
        east, north = east - (there_east - lon), north - (there_north - lat)
    return east, north
