"""Coordinate reference systems: which plane a parcel is surveyed in, and the way there.

Coordinates are always (easting, northing) or (longitude, latitude), whatever order
EPSG gives the axes. A **home zone** is the EPSG code of the projected plane, in
metres, in which a parcel's coordinates are the record: by default the 3-degree
CGCS2000 zone that holds most of it, with the zone number before the easting. The
codes themselves are in `zqland.grids`.

**Datums.** CGCS2000, WGS 84 and NAD 83 are taken as one: coordinates pass between
them unchanged. CGCS2000 and WGS 84 differ by the plate motion since 2000 (some
0.7 m in Zhaoqing), NAD 83 from both by one to two metres in North America; areas do
not notice. PROJ would do the same, without saying so, as a "ballpark"
transformation. Any other datum must have a published transformation to WGS 84 that
is good to `DATUM_TOLERANCE_M`, or it is refused. Xi'an 80 and Beijing 54 are refused
by name, also where the definition of a system brings seven parameters along
(``+towgs84``): those in circulation are those of another place. `zqland.shifts` leads
from them to CGCS2000 by parameters that the user gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import grids, planes
from zqland.ellipsoid import LONGEST_EDGE_M, zonal_series
from zqland.errors import WrongCrsError
from zqland.reference import DATUM_TOLERANCE_M, check_home, check_source
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = [
    "DATUM_TOLERANCE_M",
    "GEOGRAPHIC",
    "NO_SHAPE",
    "check_home",
    "check_source",
    "home_zone",
    "to_geographic",
    "to_home",
]

GEOGRAPHIC = 4490
"""EPSG code of CGCS2000 longitude and latitude, the form for display and exchange."""

NO_SHAPE = 0
"""Home zone of an empty shape: none. No table that is checked accepts it."""

_EQUAL_SHARES = 1e-9
"""Part of a shape by which two shares may differ and still be called equal."""

_NAME_A_HOME = Text(
    en="Some shapes lie at longitude {longitude:.4f}, outside the 3-degree zones 25 "
    "to 45 of CGCS2000. Name the home zone: the EPSG code of a projected plane in "
    "metres that fits there.",
    zh="部分图形位于经度{longitude:.4f}，不在2000国家大地坐标系3度带第25至45带内。请指定"
    "本位投影带：适合该地、以米为单位的投影坐标系 EPSG 代码。",
)


def home_zone(shapes: gpd.GeoSeries) -> pd.Series[int]:
    """Choose the 3-degree CGCS2000 zone that holds most of each shape.

    Shapes across a zone boundary are divided at the meridian, and the areas on the
    ellipsoid compared. A shape divided in equal halves, and a shape without area on
    the boundary, belong to the eastern zone.

    Parameters
    ----------
    shapes
        Shapes in any accepted reference system.

    Returns
    -------
    home_zone
        EPSG codes (4525 for zone 37, 4526 for 38, …) on the same index; `NO_SHAPE`
        for empty and missing shapes.

    Raises
    ------
    WrongCrsError
        A shape lies outside the zones 25 to 45: a home zone must be named.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([112.4, 112.5], [23.1, 23.1], crs=4490)
    >>> home_zone(points).tolist()
    [4525, 4526]
    """
    source = check_source(shapes.crs)
    geometries = _to_degrees(_array(shapes), source)
    west, _, east, _ = shapely.bounds(geometries).T
    there = np.isfinite(west)
    lowest = grids.zone_number(np.where(there, west, 0.0))
    highest = grids.zone_number(np.where(there, east, 0.0))
    numbers = grids.zone_number(np.where(there, (west + east) / 2, 0.0))
    across = there & (lowest < highest)
    _check_reach(west[there], east[there])
    numbers[across] = _majority(geometries[across], lowest[across], highest[across])
    offset = grids.gauss_kruger_epsg(25) - 25
    zones = np.where(there, numbers + offset, NO_SHAPE).astype(np.int64)
    return pd.Series(zones, index=shapes.index, name="home_zone")


def to_home(shapes: gpd.GeoSeries, zones: pd.Series[int] | int) -> gpd.GeoSeries:
    """Bring each shape to the plane of its home zone.

    From the same plane, with or without the zone number in the easting, this is an
    exact shift. From another plane points are first inserted every
    70 m, so that its straight edges stay where they are. Edges between longitudes
    and latitudes become straight in the home zone: there they are the record.

    Parameters
    ----------
    shapes
        Shapes in any accepted reference system.
    zones
        EPSG code of the home zone of each shape, on the same index, or one for all.

    Returns
    -------
    home_geometry
        Plane shapes in metres on the same index, without a CRS, for it differs
        from row to row; heights are dropped.

    Raises
    ------
    WrongCrsError
        A zone is not a projected plane in metres, or a shape does not fit its CRS.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([357_652.5], [2_562_936.0], crs=4547)
    >>> to_home(points, 4526).x.tolist()
    [38357652.5]
    """
    source = check_source(shapes.crs)
    geometries = _array(shapes)
    moved = np.full(len(geometries), None, dtype=object)
    for zone, rows in _by_zone(geometries, _zone_array(shapes.index, zones)):
        moved[rows] = _between(geometries[rows], source, check_home(zone))
    return gpd.GeoSeries(moved, index=shapes.index, name="home_geometry")


def to_geographic(home: gpd.GeoSeries, zones: pd.Series[int] | int) -> gpd.GeoSeries:
    """Derive CGCS2000 longitudes and latitudes from the home zone.

    Parameters
    ----------
    home
        Shapes in the planes of their home zones, in metres; a CRS is not looked at.
    zones
        EPSG code of the home zone of each shape, on the same index, or one for all.

    Returns
    -------
    geometry
        The same vertices in EPSG:4490 on the same index.

    Raises
    ------
    WrongCrsError
        A zone is not a projected plane in metres, or a shape does not fit it.

    Examples
    --------
    >>> home = gpd.GeoSeries.from_xy([38_357_652.480463], [2_562_935.993793])
    >>> to_geographic(home, 4526).x.round(9).tolist()
    [112.61]
    """
    geometries = _array(home)
    moved = np.full(len(geometries), None, dtype=object)
    for zone, rows in _by_zone(geometries, _zone_array(home.index, zones)):
        plane = check_home(zone)
        planes.check_fit(shapely.get_coordinates(geometries[rows]), plane)
        moved[rows] = _to_degrees(geometries[rows], plane)
    return gpd.GeoSeries(moved, index=home.index, name="geometry", crs=GEOGRAPHIC)


def _array(shapes: gpd.GeoSeries) -> Shapes:
    return np.asarray(shapes.array, dtype=object)


def _zone_array(index: pd.Index, zones: pd.Series[int] | int) -> NDArray[np.int64]:
    if not isinstance(zones, pd.Series):
        return np.full(len(index), zones, dtype=np.int64)
    if not zones.index.equals(index):
        message = "shapes and zones must have the same index"
        raise ValueError(message)
    return np.asarray(zones, dtype=np.int64)


def _by_zone(
    geometries: Shapes, zones: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield each zone with the rows that have a shape in it."""
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    for zone in np.unique(zones[there]):
        yield int(zone), np.flatnonzero(there & (zones == zone))


def _to_degrees(geometries: Shapes, source: CRS) -> Shapes:
    return _moved(geometries, lambda xy: planes.to_degrees(xy, source))


def _between(geometries: Shapes, source: CRS, home: CRS) -> Shapes:
    shift = planes.shift_between(source, home)
    if shift is not None:
        planes.check_fit(shapely.get_coordinates(geometries) + shift, home)
        return _moved(geometries, lambda xy: xy + shift)
    if source.is_projected:
        longest = LONGEST_EDGE_M / planes.plane_of(source).metres
        geometries = shapely.segmentize(geometries, longest)
    geometries = _to_degrees(geometries, source)
    return _moved(geometries, lambda degrees: planes.from_degrees(degrees, home))


def _moved(geometries: Shapes, move: Callable[[Floats], Floats]) -> Shapes:
    return np.asarray(shapely.transform(geometries, move), dtype=object)


def _check_reach(west: Floats, east: Floats) -> None:
    covered = grids.ZONE_NUMBERS[3]
    for longitude in (west, east):
        numbers = grids.zone_number(longitude)
        outside = (numbers < covered.start) | (numbers >= covered.stop)
        if outside.any():
            text = _NAME_A_HOME.format(longitude=longitude[outside][0])
            raise WrongCrsError(text)


def _majority(
    geometries: Shapes, lowest: NDArray[np.int64], highest: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Choose the zone with the largest share of each shape, the eastern among equals.

    Shares are compared in the plane of longitude and zonal area, where areas are
    those on the ellipsoid.
    """
    series = zonal_series()

    def equal_area(degrees: Floats) -> Floats:
        radians = np.radians(degrees)
        heights = series.at(radians[:, 1]) / series.coefficients[0]
        return np.column_stack((degrees[:, 0], heights))

    flat = shapely.make_valid(_moved(geometries, equal_area))
    tolerance = shapely.area(flat) * _EQUAL_SHARES
    _, south, _, north = shapely.total_bounds(flat) if len(flat) else np.zeros(4)
    best = np.full(len(flat), -1.0)
    middle = shapely.bounds(geometries)[:, [0, 2]].mean(axis=1)
    chosen = grids.zone_number(middle)
    # One turn per zone, two as a rule: every shape is divided at once.
    for number in range(lowest.min(initial=99), highest.max(initial=0) + 1):
        strip = shapely.box(3 * number - 1.5, south - 1, 3 * number + 1.5, north + 1)
        share = shapely.area(shapely.intersection(flat, strip))
        larger = (share > 0.0) & (share >= best - tolerance)
        chosen[larger] = number
        best[larger] = share[larger]
    return chosen
