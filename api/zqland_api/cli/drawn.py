"""Shapes that a clerk gives: from files, or drawn as lines across a parcel."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon

from zqland import crs, ground
from zqland.findings import Severity
from zqland.text import Text
from zqland_api.cli.options import ReadingOptions, ViewOptions, sources_of
from zqland_api.errors import UsageError
from zqland_api.settings import LimitSettings
from zqland_api.sources import reading_of
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Shape = Polygon | MultiPolygon

_DEGREES = 4490
_REACH_M = 0.01
"""Lines are lengthened by a centimetre: one that ends on a boundary, to the
millimetre, need not reach it."""

_FAULTY = Text(
    en="{file} cannot be used: {message} {action}.",
    zh="{file} 无法使用：{message}{action}。",
)
_SHAPELESS = Text(
    en="{file}: {parcel} has no shape. Draw it, or leave the record out.",
    zh="{file}：{parcel} 没有图形。请绘出，或去掉该记录。",
)
_SEVERAL = Text(
    en="{file} holds {count} shapes, and one is wanted. Give a file with that one.",
    zh="{file} 中有 {count} 个图形，只需一个。请提供仅含该图形的文件。",
)
_NO_LINE = Text(
    en="“{given}” is no line. Give two points or more, each as x,y with a space "
    "between the points: “38450050,2560000 38450050,2560200”.",
    zh="“{given}”不是有效的线。请给出至少两个点，每点写作 x,y，点间以空格分隔："
    "“38450050,2560000 38450050,2560200”。",
)
_NO_CUT = Text(
    en="The lines do not cut {parcel} apart. Draw each from boundary to boundary: "
    "easting with the zone number, then northing, in the plane EPSG:{zone}; or "
    "longitude, then latitude.",
    zh="所给的线未将 {parcel} 分开。请使每条线由界址线画至界址线：坐标为 EPSG:{zone} "
    "平面的“横坐标（含带号）,纵坐标”，或“经度,纬度”。",
)


def pieces_of(path: Path, reading: ReadingOptions, zone: int) -> gpd.GeoDataFrame:
    """Read shapes from a file, in the plane of a parcel.

    Parameters
    ----------
    path
        A file of parcels.
    reading
        How it is read.
    zone
        EPSG code of the plane.

    Returns
    -------
    pieces
        What the file says of them, with ``home_geometry`` in that plane.

    Raises
    ------
    ReadError
        The file cannot be read.
    UsageError
        It has faults.
    """
    options = reading_of(
        sources_of(path, reading, ViewOptions()), LimitSettings().limits()
    )
    read = read_parcels(path, options=options)
    for finding in read.findings:
        if finding.severity is Severity.ERROR:
            facts = {"message": finding.message, "action": finding.action}
            raise UsageError(_FAULTY.format(file=path.name, **facts))
    pieces = read.parcels
    shapes = np.asarray(pieces["home_geometry"].array, dtype=object).copy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for parcel_id in pieces.index[empty]:
        raise UsageError(_SHAPELESS.format(file=path.name, parcel=parcel_id))
    zones = pieces["home_zone"].to_numpy(np.int64)
    # A turn per zone of the file that is not the parcel's: one as a rule.
    for other in {*zones.tolist()} - {zone}:
        rows = zones == other
        moved = crs.to_home(gpd.GeoSeries(shapes[rows], crs=other), zone)
        shapes[rows] = moved.to_numpy()
    home = gpd.GeoSeries(shapes, index=pieces.index)
    return pieces.assign(home_zone=zone, home_geometry=home)


def one_shape(path: Path, reading: ReadingOptions, zone: int) -> Shape:
    """Read the only shape of a file, in the plane of a parcel.

    Parameters
    ----------
    path
        A file of parcels.
    reading
        How it is read.
    zone
        EPSG code of the plane.

    Raises
    ------
    ReadError
        The file cannot be read.
    UsageError
        It has faults, or several shapes.
    """
    pieces = pieces_of(path, reading, zone)
    if len(pieces) != 1:
        raise UsageError(_SEVERAL.format(file=path.name, count=len(pieces)))
    return cast("Shape", pieces["home_geometry"].iloc[0])


def cut(parcel_id: str, shape: Shape, zone: int, lines: Sequence[str]) -> list[Shape]:
    """Cut a parcel along lines.

    Parameters
    ----------
    parcel_id
        The parcel.
    shape
        Its shape in the plane of its home zone.
    zone
        EPSG code of that plane.
    lines
        Points as ``x,y`` with spaces between them: eastings and northings in the plane,
        or longitudes and latitudes.

    Returns
    -------
    pieces
        From west to east, and from north to south where they lie above each other.

    Raises
    ------
    UsageError
        A line is none, or they do not cut the parcel apart.
    """
    drawn = [_lengthened(_line(line, zone)) for line in lines]
    nodes = shapely.union_all([shapely.boundary(shape), *drawn])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(nodes)))
    inner = shapely.covers(shape, shapely.point_on_surface(faces))
    pieces = [face for face in faces[inner] if face.area > ground.SMALLEST_OVERLAP_M2]
    if len(pieces) <= len(shapely.get_parts(shape)):
        raise UsageError(_NO_CUT.format(parcel=parcel_id, zone=zone))
    return sorted(pieces, key=_place)


def _place(piece: Shape) -> tuple[float, float]:
    """Give the place in the order of an office: to a metre, west first, then north."""
    middle = piece.centroid
    return round(middle.x), -round(middle.y)


def _line(given: str, zone: int) -> LineString:
    try:
        points = [tuple(map(float, point.split(","))) for point in given.split()]
        line = LineString(points)
    except (ValueError, shapely.errors.GEOSException):
        raise UsageError(_NO_LINE.format(given=given)) from None
    if line.has_z or not line.is_valid or not np.isfinite(line.bounds).all():
        raise UsageError(_NO_LINE.format(given=given))
    west, south, east, north = np.abs(line.bounds)
    if max(west, east) <= 180 and max(south, north) <= 90:  # noqa: PLR2004 - degrees
        placed = crs.to_home(gpd.GeoSeries([line], crs=_DEGREES), zone)
        return cast("LineString", placed.iloc[0])
    return line


def _lengthened(line: LineString) -> LineString:
    """Let both ends reach a little farther."""
    points = shapely.get_coordinates(line)
    for end, inner in ((0, 1), (-1, -2)):
        step = points[end] - points[inner]
        points[end] += step / np.hypot(*step) * _REACH_M
    return LineString(points)
