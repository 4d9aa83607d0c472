"""Check each shape by itself: missing, invalid, without area, or too narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.outlines import Outlines
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.words import KEPT, KEPT_AS_IS, REPAIRABLE
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd


def check_geometry(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report shapes that are missing, invalid or without area.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One per fault; of an invalid shape the first place that is wrong.
    """
    shapes = parcels["home_geometry"].to_numpy()
    is_missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    is_invalid = ~shapely.is_valid(shapes) & ~is_missing
    has_no_area = ~is_missing & (shapely.area(shapes) == 0)
    for parcel_id in parcels.index[is_missing]:
        yield _NO_SHAPE.finding(parcel_id, "geometry")
    # Invalid shapes are few, and each is described by itself.
    for row in rows_where(is_invalid):
        yield _invalid(parcels.index[row], shapes[row])
    for parcel_id in parcels.index[has_no_area]:
        yield _ZERO.finding(parcel_id, "geometry", "0 m²")


def check_narrow(
    parcels: gpd.GeoDataFrame, *, tolerances: Tolerances | None = None
) -> Iterator[Finding]:
    r"""Report slivers: parcels whose mean width is too small for any use.

    The mean width is :math:`2 A / P` with the area :math:`A` and the whole boundary
    :math:`P`: of a long strip it is the width.

    Parameters
    ----------
    parcels
        Table *parcels*.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One per parcel.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    shapes = parcels["home_geometry"].to_numpy()
    areas_m2, around_m = shapely.area(shapes), shapely.length(shapes)
    width = np.divide(
        2 * areas_m2, around_m, out=np.full(len(shapes), np.nan), where=around_m > 0
    )
    narrow = (areas_m2 > 0) & (width < allowed["narrow", "width_m"])
    for row in rows_where(narrow):
        yield _NARROW.finding(
            parcels.index[row],
            "geometry",
            f"{width[row]:.3f} m",
            width=f"{width[row]:.2f}",
            area=f"{areas_m2[row]:,.2f}",
        )


def _invalid(parcel_id: object, shape: shapely.Geometry) -> Finding:
    reason = str(shapely.is_valid_reason(shape))
    kind, _, place = reason.rstrip("]").partition("[")
    words = _KINDS.get(kind.strip(), Text(en=kind.strip(), zh=kind.strip()))
    facts: dict[str, Any] = {"kind": words, "where": _rounded(place)}
    nearest = _nearest_vertex(shape, place)
    if nearest is None:
        return _INVALID.finding(parcel_id, "geometry", reason, **facts)
    ring, vertex = nearest
    return _INVALID_AT.finding(
        parcel_id, "geometry", reason, ring=ring, vertex=vertex, **facts
    )


def _rounded(place: str) -> str:
    """Write a place to the millimetre, as survey files do."""
    try:
        return ", ".join(f"{float(part):.3f}" for part in place.split())
    except ValueError:
        return place


def _nearest_vertex(shape: shapely.Geometry, place: str) -> tuple[int, int] | None:
    """Count the ring, and the vertex in it, that is nearest to a place, from 1."""
    try:
        point = np.array([float(part) for part in place.split()])
    except ValueError:
        return None
    lines = Outlines.of(np.array([shape], dtype=object))
    if len(point) != _PLANE or not len(lines.points):
        return None
    off = lines.points - point
    nearest = int(np.nanargmin(np.hypot(off[:, 0], off[:, 1])))
    ring = lines.ring[nearest]
    return int(ring) + 1, nearest - int(np.searchsorted(lines.ring, ring)) + 1


_PLANE = 2
_KINDS = {
    kind: Text(en=kind, zh=words)
    for kind, words in {
        "Self-intersection": "自相交",
        "Ring Self-intersection": "环自相接",
        "Hole lies outside shell": "内环在外环之外",
        "Holes are nested": "内环相互嵌套",
        "Nested shells": "外环相互嵌套",
        "Interior is disconnected": "内部不连通",
        "Duplicate Rings": "环重复",
        "Too few points in geometry component": "界址点过少",
        "Invalid Coordinate": "坐标无效",
    }.items()
}
_NO_SHAPE = Rule(
    "geometry.missing",
    Severity.ERROR,
    Text(en="the parcel has no shape", zh="地块没有图形"),
    KEPT_AS_IS,
)
_INVALID = Rule(
    "geometry.invalid",
    Severity.ERROR,
    Text(
        en="invalid shape: {kind} at {where} (home zone, east, north)",
        zh="图形无效：{kind}，位置 {where}（本位带，东、北坐标）",
    ),
    REPAIRABLE,
)
_INVALID_AT = Rule(
    "geometry.invalid",
    Severity.ERROR,
    Text(
        en="invalid shape: {kind} at {where} (home zone, east, north), ring {ring}, "
        "nearest to its point {vertex}",
        zh="图形无效：{kind}，位置 {where}（本位带，东、北坐标），第 {ring} 环，"
        "最近的是第 {vertex} 点",
    ),
    REPAIRABLE,
)
_ZERO = Rule(
    "geometry.zero_area",
    Severity.ERROR,
    Text(en="the shape has no area", zh="图形面积为零"),
    KEPT_AS_IS,
)
_NARROW = Rule(
    "geometry.narrow",
    Severity.WARNING,
    Text(
        en="a sliver: {width} m wide on average, {area} m²",
        zh="狭长碎面：平均宽 {width} 米，面积 {area} 平方米",
    ),
    KEPT,
)
