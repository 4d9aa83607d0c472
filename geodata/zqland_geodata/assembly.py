"""Put shapes and attributes together to the table *parcels*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import catalogues, crs
from zqland.errors import CrsError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import extent, identity, places
from zqland_geodata.errors import SourceCrsError
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_DEFAULT_ZONE = 4526
_CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class ParcelsRead:
    """Parcels read from a file.

    Attributes
    ----------
    parcels
        Table *parcels* of ``columns.csv`` with all its columns, indexed by
        ``parcel_id``; every record of the file, faulty ones too.
    findings
        What was found while reading. `zqland_geodata.checks.check_parcels` looks at
        the shapes.
    """

    parcels: gpd.GeoDataFrame
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes as a file holds them.

    Attributes
    ----------
    geometry
        Shapes with the system of the file, index 0, 1, …
    row_places
        Where each stands in the file.
    name
        Name of the file.
    zone
        Home zone of all, or of each on the same index (0 where it is not known), or
        ``None``; what is not known is the zone that holds most of the shape.
    """

    geometry: gpd.GeoSeries
    row_places: Sequence[str]
    name: str
    zone: int | pd.Series[int] | None = None


def assemble(
    shapes: Shapes, attributes: pd.DataFrame, findings: list[Finding]
) -> ParcelsRead:
    """Put shapes and attributes together.

    Parameters
    ----------
    shapes
        The shapes.
    attributes
        Columns of the table on the same index, ``parcel_id`` among them.
    findings
        What was found so far; new findings are put behind in the result.

    Returns
    -------
    read
        The parcels and all findings.

    Raises
    ------
    SourceCrsError
        The shapes do not lie where their system says, or need a home zone.
    """
    found = list(findings)
    names = attributes["parcel_id"]
    ids = identity.unique_ids(names, shapes.row_places, found, field="parcel_id")
    flat = _flat(shapes, found)
    unusable = _unusable(shapes, flat, ids, found)
    geometry = _emptied(flat, unusable)
    zones = _zones(shapes, geometry)
    try:
        home = _emptied(crs.to_home(geometry, zones), unusable)
        degrees = _emptied(crs.to_geographic(home, zones), unusable)
    except CrsError as error:
        raise SourceCrsError(
            _IN_FILE.format(name=shapes.name, text=error.text)
        ) from error
    found += _mended(geometry, home, ids, shapes.row_places)
    table = attributes.drop(columns="parcel_id")
    table["home_zone"] = zones
    table["home_geometry"] = gpd.GeoSeries(home.to_numpy())
    table["district"] = _districts(table["district"], degrees, ids, found)
    table["park_id"] = identity.park_ids(table["park_id"])
    parcels = gpd.GeoDataFrame(table, geometry=degrees, crs=crs.GEOGRAPHIC)
    parcels.index = pd.Index(ids, name="parcel_id", dtype="str")
    return ParcelsRead(parcels[_order(parcels)], found)


def _flat(shapes: Shapes, findings: list[Finding]) -> gpd.GeoSeries:
    """Return the shapes without heights."""
    count = int(shapes.geometry.has_z.sum())
    if count:
        findings.append(
            _HEIGHTS.finding("", "geometry", "Z", place=shapes.name, count=count)
        )
    flat = shapely.force_2d(shapes.geometry.to_numpy())
    return gpd.GeoSeries(flat, shapes.geometry.index, crs=shapes.geometry.crs)


def _unusable(
    shapes: Shapes, flat: gpd.GeoSeries, ids: list[str], findings: list[Finding]
) -> pd.Series[bool]:
    """Tell which shapes are no polygons in the area of their system; report each."""
    is_missing = flat.isna() | flat.is_empty
    kinds = shapely.get_type_id(flat.to_numpy())
    is_other = ~is_missing & ~np.isin(kinds, _POLYGONS)
    is_outside = extent.outside(flat, name=shapes.name) & ~is_other
    for flags, rule in (
        (is_missing, _MISSING),
        (is_other, _NOT_A_POLYGON),
        (is_outside, _OUTSIDE),
    ):
        for row in rows_where(flags):
            kind = "" if flat[row] is None else flat[row].geom_type
            place = shapes.row_places[row]
            findings.append(rule.finding(ids[row], "geometry", kind, place=place))
    return is_missing | is_other | is_outside


def _emptied(shapes: gpd.GeoSeries, unusable: pd.Series[bool]) -> gpd.GeoSeries:
    """Put an empty polygon in the place of what is unusable: the record stays."""
    kept = shapes.to_numpy(copy=True)
    kept[unusable.to_numpy()] = shapely.Polygon()
    return gpd.GeoSeries(kept, shapes.index, crs=shapes.crs)


def _zones(shapes: Shapes, geometry: gpd.GeoSeries) -> pd.Series[int]:
    """Return the home zone of every shape; empty ones get that of the others."""
    try:
        if isinstance(shapes.zone, int):
            crs.check_home(shapes.zone)
            return pd.Series(shapes.zone, index=geometry.index, dtype="int64")
        chosen = _chosen(geometry, shapes.zone)
    except CrsError as error:
        text = _IN_FILE if isinstance(shapes.zone, int) else _NEEDS_ZONE
        raise SourceCrsError(text.format(name=shapes.name, text=error.text)) from error
    real = chosen[chosen != crs.NO_SHAPE]
    usual = int(real.mode().iloc[0]) if len(real) else _DEFAULT_ZONE
    return chosen.replace(crs.NO_SHAPE, usual)


def _chosen(geometry: gpd.GeoSeries, stated: pd.Series[int] | None) -> pd.Series[int]:
    """Return the stated zones, and the zone that holds most where none is stated."""
    if stated is None:
        return crs.home_zone(geometry).astype("int64")
    is_open = stated == crs.NO_SHAPE
    usual = crs.home_zone(gpd.GeoSeries(geometry.where(is_open), crs=geometry.crs))
    return stated.where(~is_open, usual.astype("int64"))


def _mended(
    geometry: gpd.GeoSeries,
    home: gpd.GeoSeries,
    ids: list[str],
    row_places: Sequence[str],
) -> list[Finding]:
    """Report shapes that rounding made valid on the way to the home zone."""
    # Validity is slow to judge, and nearly all shapes are valid in the file already.
    faulty = rows_where(~geometry.is_valid)
    mended = [row for row in faulty if shapely.is_valid(home.iloc[row])]
    return [
        _MENDED.finding(
            ids[row],
            "geometry",
            shapely.is_valid_reason(geometry.iloc[row]),
            place=row_places[row],
        )
        for row in mended
    ]


def _districts(
    stated: pd.Series[Any],
    degrees: gpd.GeoSeries,
    ids: list[str],
    findings: list[Finding],
) -> pd.Series[Any]:
    """Return the stated districts as codes, and the true one where none is stated."""
    districts = places.districts()
    codes = identity.district_codes(stated)
    is_code = codes.str.slice(stop=_CODE_DIGITS).str.isdecimal()
    unknown = codes[codes.notna() & ~is_code.fillna(value=False).astype("bool")]
    for word, rows in unknown.groupby(unknown).groups.items():
        record = ids[int(rows[0])]
        findings.append(_NO_DISTRICT.finding(record, "district", word, count=len(rows)))
    inside = shapely.point_on_surface(degrees.to_numpy())
    points = gpd.GeoSeries(inside, degrees.index, crs=degrees.crs)
    rows, numbers = districts.sindex.query(points, predicate="intersects")
    located = pd.Series([None] * len(degrees), degrees.index, dtype="str")
    located.iloc[rows] = districts.index.to_numpy()[numbers]
    return codes.fillna(located)


def _order(parcels: gpd.GeoDataFrame) -> list[str]:
    rows = catalogues.columns()
    columns = rows.loc[rows["table"] == "parcels", "column"]
    return [str(column) for column in columns if column in parcels.columns]


_IN_FILE = Text(en="{name}: {text}", zh="{name}：{text}")
_NEEDS_ZONE = Text(
    en="{name}: {text} Write it in the field map: home_zone = EPSG code, under "
    "[parcels].",
    zh="{name}：{text}请在字段映射的 [parcels] 中写明 home_zone = EPSG 代码。",
)
_KEPT_EMPTY = Text(
    en="record kept without a shape; correct the file",
    zh="保留记录，图形置空；请更正文件",
)
_MISSING = Rule(
    "geometry.missing",
    Severity.ERROR,
    Text(en="the record has no shape", zh="该记录没有图形"),
    _KEPT_EMPTY,
)
_NOT_A_POLYGON = Rule(
    "geometry.kind",
    Severity.ERROR,
    Text(
        en="the shape is no polygon; a parcel is an area",
        zh="图形不是面；地块应为面",
    ),
    _KEPT_EMPTY,
)
_OUTSIDE = Rule(
    "geometry.outside_crs",
    Severity.ERROR,
    Text(
        en="the shape lies outside the area of the file's reference system",
        zh="图形不在文件坐标系的适用范围内",
    ),
    _KEPT_EMPTY,
)
_MENDED = Rule(
    "geometry.invalid_in_file",
    Severity.ERROR,
    Text(
        en="the shape is invalid in the coordinates of the file",
        zh="图形在文件坐标中无效",
    ),
    Text(
        en="kept; valid in the home zone by rounding only, correct the source",
        zh="保留；仅因舍入在本位带中有效，请更正来源",
    ),
)
_HEIGHTS = Rule(
    "geometry.heights",
    Severity.INFO,
    Text(
        en="{count} shapes have heights; parcels are plane",
        zh="{count} 个图形带高程；地块按平面处理",
    ),
    Text(
        en="heights left out, plane coordinates unchanged",
        zh="舍去高程，平面坐标不变",
    ),
)
_NO_DISTRICT = Rule(
    "district.unknown",
    Severity.WARNING,
    Text(
        en="not a district of the city, nor a code of GB/T 2260 ({count} records)",
        zh="不是本市的县(市、区)名称，也不是行政区划代码（{count} 条记录）",
    ),
    Text(en="kept as written", zh="按原文保留"),
)
