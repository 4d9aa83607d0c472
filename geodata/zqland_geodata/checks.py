"""Check parcels: shapes, repetitions, overlaps, areas and districts.

Every fault is a `Finding` per record. Nothing is dropped or repaired: an invalid shape
stays as it was surveyed, and the finding says where it is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import overlaps, places
from zqland_geodata.rawtable import clean_text, rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

AREA_TOLERANCE_M2 = 100.0
"""A declared area may be off by this (0.01 ha) …"""

AREA_TOLERANCE_SHARE = 0.01
"""… and by this share of the computed area; beyond either it is a finding."""

_BASES = {
    areas.Method.PLANAR: Text(en="planar", zh="平面"),
    areas.Method.ELLIPSOID: Text(en="ellipsoidal", zh="椭球"),
}
_PLANE = 4526
_CODE_DIGITS = 6


def check_parcels(
    parcels: gpd.GeoDataFrame, *, districts: gpd.GeoDataFrame | None = None
) -> list[Finding]:
    """Check parcels and say what is wrong with each.

    Parameters
    ----------
    parcels
        Table *parcels* as `zqland_geodata.vector.read_parcels` returns it.
    districts
        Districts of the city, as of `places.districts` (the default).

    Returns
    -------
    findings
        In the order of the checks: missing, invalid and zero shapes, repeated ids and
        shapes, overlaps, declared areas, districts.
    """
    if parcels.empty:
        return []
    named = places.districts() if districts is None else districts
    measured = areas.measure(parcels, methods=tuple(_BASES))
    return [
        *check_geometry(parcels),
        *check_repetitions(parcels),
        *check_overlaps(parcels),
        *check_declared(parcels, measured),
        *check_districts(parcels, named),
    ]


def check_geometry(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report shapes that are missing, invalid or without area.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One per fault.
    """
    shapes = parcels["home_geometry"].to_numpy()
    is_missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    is_invalid = ~shapely.is_valid(shapes) & ~is_missing
    has_no_area = ~is_missing & (shapely.area(shapes) == 0)
    reasons = shapely.is_valid_reason(shapes[is_invalid])
    for parcel_id in parcels.index[is_missing]:
        yield _NO_SHAPE.finding(parcel_id, "geometry")
    for parcel_id, reason in zip(parcels.index[is_invalid], reasons, strict=True):
        kind, _, place = str(reason).rstrip("]").partition("[")
        facts = {"kind": kind.strip(), "where": place.replace(" ", ", ")}
        yield _INVALID.finding(parcel_id, "geometry", reason, **facts)
    for parcel_id in parcels.index[has_no_area]:
        yield _ZERO.finding(parcel_id, "geometry", "0 m²")


def check_repetitions(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report ids and shapes that occur more than once.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One per later occurrence.
    """
    for parcel_id in parcels.index[parcels.index.duplicated()]:
        yield _SAME_ID.finding(parcel_id, "parcel_id", parcel_id)
    for first, second in overlaps.repeated(parcels).itertuples(index=False):
        yield _SAME_SHAPE.finding(second, "geometry", first, other=first)


def check_overlaps(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report pairs of parcels on the same ground.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One per pair; pairs of equal shapes are left to `check_repetitions`.
    """
    pairs = overlaps.overlaps(parcels)
    same = overlaps.repeated(parcels)
    equal = set(zip(same["first"], same["second"], strict=True))
    for first, second, overlap_m2 in pairs.itertuples(index=False):
        if (first, second) not in equal:
            area = f"{overlap_m2:,.2f}"
            facts = {"other": second, "area": area}
            yield _OVERLAP.finding(first, "geometry", f"{area} m²", **facts)


def check_declared(
    parcels: gpd.GeoDataFrame, measured: pd.DataFrame
) -> Iterator[Finding]:
    """Compare declared areas with the planar and the ellipsoidal area.

    Parameters
    ----------
    parcels
        Table *parcels*.
    measured
        ``planar_m2`` and ``ellipsoid_m2`` on the same index.

    Yields
    ------
    finding
        A warning per parcel that fits neither basis, and one remark for the rest that
        says which basis fits better.
    """
    declared = parcels["declared_m2"].to_numpy()
    computed = measured[[f"{method}_m2" for method in _BASES]].to_numpy()
    gap = np.abs(computed - declared[:, None])
    tolerance = np.minimum(AREA_TOLERANCE_M2, AREA_TOLERANCE_SHARE * computed)
    is_known = ~np.isnan(declared) & (computed > 0).all(axis=1)
    nearest = np.where(np.isnan(gap), np.inf, gap).argmin(axis=1)
    fits = (gap <= tolerance).any(axis=1)
    texts = list(_BASES.values())
    for row in rows_where(is_known & ~fits):
        basis = int(nearest[row])
        share = (declared[row] / computed[row, basis] - 1) * 100
        yield _DECLARED.finding(
            parcels.index[row],
            "declared_m2",
            f"{declared[row]:,.2f} m²",
            declared=f"{declared[row]:,.2f}",
            computed=f"{computed[row, basis]:,.2f}",
            basis=texts[basis],
            share=f"{share:+.2f}",
        )
    counts = np.bincount(nearest[is_known & fits], minlength=len(texts))
    if counts.any():
        best = int(counts.argmax())
        total = int(counts.sum())
        yield _BASIS.finding(
            "",
            "declared_m2",
            f"{counts[best]} / {total}",
            count=total,
            best=int(counts[best]),
            basis=texts[best],
        )


def check_districts(
    parcels: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> Iterator[Finding]:
    """Report parcels outside the district that they are said to lie in.

    Parameters
    ----------
    parcels
        Table *parcels*.
    districts
        Districts of the city by code, EPSG:4490.

    Yields
    ------
    finding
        One per parcel farther from its district than the boundary is accurate, and
        one per parcel of a CGCS2000 zone outside the city that names no district.
    """
    plane = districts.geometry.to_crs(_PLANE)
    city = shapely.union_all(plane.to_numpy())
    is_here = parcels["home_zone"].between(4513, 4533) & ~parcels.geometry.is_empty
    inside = shapely.point_on_surface(parcels.geometry.to_numpy()[is_here])
    points = gpd.GeoSeries(inside, parcels.index[is_here], crs=parcels.crs)
    points = points.to_crs(_PLANE)
    codes = parcels.loc[is_here, "district"].str.slice(stop=_CODE_DIGITS)
    off_city_m = shapely.distance(points.to_numpy(), city)
    off_m = pd.Series(off_city_m, index=points.index)
    for code in districts.index.intersection(codes.dropna().unique().tolist()):
        chosen = (codes == code).to_numpy()
        off_m[chosen] = shapely.distance(points[chosen].to_numpy(), plane[code])
    for row in rows_where(off_m > places.DISTRICT_ACCURACY_M):
        code, name = codes.iloc[row], _THE_CITY
        if code in districts.index:
            name = Text(en=districts["name_en"][code], zh=districts["name"][code])
        yield _OUTSIDE.finding(
            points.index[row],
            "district",
            clean_text(code),
            where=name,
            distance=f"{off_m.iloc[row] / 1000:.1f}",
        )


_KEPT_AS_IS = Text(en="kept as it is; correct the source", zh="按原样保留；请更正来源")
_KEPT = Text(en="kept; check the source", zh="保留；请核对来源")
_THE_CITY = Text(en="the city", zh="本市")
_NO_SHAPE = Rule(
    "geometry.missing",
    Severity.ERROR,
    Text(en="the parcel has no shape", zh="地块没有图形"),
    _KEPT_AS_IS,
)
_INVALID = Rule(
    "geometry.invalid",
    Severity.ERROR,
    Text(
        en="invalid shape: {kind} at {where} (home zone, east, north)",
        zh="图形无效：{kind}，位置 {where}（本位带，东、北坐标）",
    ),
    _KEPT_AS_IS,
)
_ZERO = Rule(
    "geometry.zero_area",
    Severity.ERROR,
    Text(en="the shape has no area", zh="图形面积为零"),
    _KEPT_AS_IS,
)
_SAME_ID = Rule(
    "id.repeated",
    Severity.ERROR,
    Text(en="an earlier parcel has the same id", zh="编号与前面的地块重复"),
    _KEPT_AS_IS,
)
_SAME_SHAPE = Rule(
    "geometry.repeated",
    Severity.ERROR,
    Text(
        en="the same shape as parcel {other}, to the millimetre",
        zh="图形与地块 {other} 相同（毫米级）",
    ),
    _KEPT_AS_IS,
)
_OVERLAP = Rule(
    "geometry.overlap",
    Severity.ERROR,
    Text(
        en="overlaps parcel {other} by {area} m²",
        zh="与地块 {other} 重叠 {area} 平方米",
    ),
    _KEPT_AS_IS,
)
_DECLARED = Rule(
    "declared.differs",
    Severity.WARNING,
    Text(
        en="declared {declared} m², computed {computed} m² ({basis}, the nearest): "
        "{share} %",
        zh="载明 {declared} 平方米，计算 {computed} 平方米（{basis}，最接近）："
        "相差 {share}%",
    ),
    _KEPT,
)
_BASIS = Rule(
    "declared.basis",
    Severity.INFO,
    Text(
        en="{count} declared areas fit; {best} of them are nearest to the {basis} area",
        zh="{count} 个载明面积相符，其中 {best} 个最接近{basis}面积",
    ),
    _KEPT,
)
_OUTSIDE = Rule(
    "district.outside",
    Severity.WARNING,
    Text(
        en="lies {distance} km outside {where}",
        zh="位于{where}之外 {distance} 公里",
    ),
    _KEPT,
)
