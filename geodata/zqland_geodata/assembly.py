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
from zqland_geodata import extent, headings, places
from zqland_geodata.errors import SourceCrsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EMPTY = shapely.Polygon()
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_DEFAULT_ZONE = 4526


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
    zones
        Home zone of each shape, or one for all, or ``None`` to choose it.
    """

    geometry: gpd.GeoSeries
    row_places: Sequence[str]
    name: str
    zones: int | pd.Series[int] | None = None


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
        What was found so far; new findings are put behind.

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
    ids = unique_ids(attributes["parcel_id"], shapes.row_places, found)
    geometry = _usable(shapes, ids, found)
    zones = _zones(shapes, geometry)
    try:
        home = crs.to_home(geometry, zones)
        degrees = crs.to_geographic(home, zones)
    except CrsError as error:
        raise SourceCrsError(
            _IN_FILE.format(name=shapes.name, text=error.text)
        ) from error
    table = attributes.drop(columns="parcel_id")
    table["home_zone"] = zones
    table["home_geometry"] = gpd.GeoSeries(home.to_numpy())
    table["district"] = _districts(table["district"], degrees, zones, ids, found)
    table["park_id"] = park_ids(table["park_id"])
    parcels = gpd.GeoDataFrame(table, geometry=degrees, crs=crs.GEOGRAPHIC)
    parcels.index = pd.Index(ids, name="parcel_id", dtype="str")
    return ParcelsRead(parcels[_ordered(parcels)], found)


def unique_ids(
    ids: pd.Series[Any],
    row_places: Sequence[str],
    findings: list[Finding],
    *,
    field: str = "parcel_id",
) -> list[str]:
    """Name every record, and tell records of the same name apart.

    Parameters
    ----------
    ids
        Identifiers as read, missing ones among them.
    row_places
        Where each record stands in the file.
    findings
        New findings are put behind.
    field
        Name of the identifier.

    Returns
    -------
    unique
        The identifiers; ``#2``, ``#3`` … is put behind repeated ones, and a record
        without one is called after its place.
    """
    filled = ids.where(ids.notna(), pd.Series(list(row_places), index=ids.index))
    for row in np.flatnonzero(ids.isna().to_numpy()):
        findings.append(
            Finding(
                record=row_places[row],
                field=field,
                value="",
                rule=f"{field}.missing",
                severity=Severity.ERROR,
                message=_NO_ID,
                action=_CALLED.format(name=row_places[row]),
                place=row_places[row],
            )
        )
    taken = set(filled)
    unique: list[str] = []
    seen: dict[str, int] = {}
    # One pass in order, because each new name must avoid all names before it.
    for row, name in enumerate(filled):
        seen[name] = number = seen.get(name, 0) + 1
        chosen = name if number == 1 else f"{name}#{number}"
        while number > 1 and chosen in taken:
            number += 1
            chosen = f"{name}#{number}"
        if number > 1:
            seen[name] = number
            taken.add(chosen)
            findings.append(_repeated(field, name, chosen, row_places[row]))
        unique.append(chosen)
    return unique


def park_ids(words: pd.Series[Any]) -> pd.Series[Any]:
    """Return the ids of parks that are named in words; other texts stay."""
    known = {}
    for park_id, name, name_en in places.parks()[["name", "name_en"]].itertuples():
        known |= {
            headings.plain(word): str(park_id) for word in (park_id, name, name_en)
        }
    return words.map(
        lambda word: known.get(headings.plain(word), word), na_action="ignore"
    ).astype("str")


def _usable(shapes: Shapes, ids: list[str], findings: list[Finding]) -> gpd.GeoSeries:
    """Return flat polygons; what is none becomes an empty one and a finding."""
    geometry = shapes.geometry
    has_z = geometry.has_z.to_numpy()
    if has_z.any():
        findings.append(_heights(shapes.name, int(has_z.sum())))
    flat = gpd.GeoSeries(
        shapely.force_2d(geometry.to_numpy()), geometry.index, crs=geometry.crs
    )
    is_missing = (flat.isna() | flat.is_empty).to_numpy()
    kinds = shapely.get_type_id(flat.to_numpy())
    is_other = ~is_missing & ~np.isin(kinds, _POLYGONS)
    is_outside = extent.outside(flat, name=shapes.name) & ~is_other
    for flags, rule, message in (
        (is_missing, "geometry.missing", _NO_SHAPE),
        (is_other, "geometry.kind", _NOT_A_POLYGON),
        (is_outside, "geometry.outside_crs", _OUTSIDE),
    ):
        for row in np.flatnonzero(flags):
            shape = flat.iloc[row]
            findings.append(
                Finding(
                    record=ids[row],
                    field="geometry",
                    value="" if shape is None else shape.geom_type,
                    rule=rule,
                    severity=Severity.ERROR,
                    message=message,
                    action=_KEPT_EMPTY,
                    place=shapes.row_places[row],
                )
            )
    unusable = is_missing | is_other | is_outside
    return flat.where(~unusable, _EMPTY)


def _zones(shapes: Shapes, geometry: gpd.GeoSeries) -> pd.Series[int]:
    """Return the home zone of every shape; empty ones get that of the others."""
    if isinstance(shapes.zones, pd.Series):
        return shapes.zones
    try:
        if shapes.zones is not None:
            crs.check_home(shapes.zones)
            return pd.Series(shapes.zones, index=geometry.index, dtype="int64")
        present = geometry[~geometry.is_empty]
        chosen = crs.home_zone(present).astype("int64")
    except CrsError as error:
        text = _IN_FILE if shapes.zones is not None else _NEEDS_ZONE
        raise SourceCrsError(text.format(name=shapes.name, text=error.text)) from error
    usual = int(chosen.mode().iloc[0]) if len(chosen) else _DEFAULT_ZONE
    return chosen.reindex(geometry.index, fill_value=usual)


def _districts(
    stated: pd.Series[Any],
    degrees: gpd.GeoSeries,
    zones: pd.Series[int],
    ids: list[str],
    findings: list[Finding],
) -> pd.Series[Any]:
    """Return the stated districts as codes, and the true one where none is stated."""
    districts = places.districts()
    known = {
        headings.plain(word): str(code)
        for code, name, name_en in districts[["name", "name_en"]].itertuples()
        for word in (code, name, name_en, str(name)[:-1])
    }
    codes = stated.map(
        lambda word: known.get(headings.plain(word), word), na_action="ignore"
    ).astype("str")
    unknown = codes.notna() & ~codes.str.fullmatch(r"\d{6}(-\w+)?").fillna(value=False)
    for word, rows in codes[unknown].groupby(codes[unknown]).groups.items():
        findings.append(_district_unknown(str(word), ids[int(rows[0])], len(rows)))
    points = gpd.GeoSeries(
        shapely.point_on_surface(degrees.to_numpy()), degrees.index, crs=degrees.crs
    )
    rows, numbers = districts.sindex.query(points, predicate="intersects")
    located = pd.Series(None, index=degrees.index, dtype="str")
    located.iloc[rows] = districts.index.to_numpy()[numbers]
    return codes.fillna(located)


def _ordered(parcels: gpd.GeoDataFrame) -> list[str]:
    rows = catalogues.columns()
    columns = rows.loc[rows["table"] == "parcels", "column"]
    return [str(column) for column in columns if column in parcels.columns]


def _repeated(field: str, name: str, chosen: str, place: str) -> Finding:
    return Finding(
        record=chosen,
        field=field,
        value=name,
        rule=f"{field}.repeated",
        severity=Severity.ERROR,
        message=_TWICE,
        action=_CALLED.format(name=chosen),
        place=place,
    )


def _heights(name: str, count: int) -> Finding:
    return Finding(
        record="",
        field="geometry",
        value=f"Z × {count}",
        rule="geometry.heights",
        severity=Severity.INFO,
        message=_HEIGHTS.format(count=count),
        action=_HEIGHTS_LEFT,
        place=name,
    )


def _district_unknown(word: str, record: str, count: int) -> Finding:
    return Finding(
        record=record,
        field="district",
        value=word,
        rule="district.unknown",
        severity=Severity.WARNING,
        message=_NO_DISTRICT.format(count=count),
        action=_KEPT_AS_TEXT,
    )


_IN_FILE = Text(en="{name}: {text}", zh="{name}：{text}")
_NEEDS_ZONE = Text(
    en="{name}: {text} Write it in the field map: home_zone = EPSG code, under "
    "[parcels].",
    zh="{name}：{text}请在字段映射的 [parcels] 中写明 home_zone = EPSG 代码。",
)
_NO_ID = Text(en="the record has no id", zh="该记录没有编号")
_TWICE = Text(
    en="an earlier record has the same id",
    zh="编号与前面的记录重复",
)
_CALLED = Text(
    en="kept and called {name}; give it its own id",
    zh="保留，暂编号为 {name}；请改正编号",
)
_NO_SHAPE = Text(en="the record has no shape", zh="该记录没有图形")
_NOT_A_POLYGON = Text(
    en="the shape is no polygon; a parcel is an area",
    zh="图形不是面；地块应为面",
)
_OUTSIDE = Text(
    en="the shape lies outside the area of the file's reference system",
    zh="图形不在文件坐标系的适用范围内",
)
_KEPT_EMPTY = Text(
    en="record kept without a shape; correct the file",
    zh="保留记录，图形置空；请更正文件",
)
_HEIGHTS = Text(
    en="{count} shapes have heights; parcels are plane",
    zh="{count} 个图形带高程；地块按平面处理",
)
_HEIGHTS_LEFT = Text(
    en="heights left out, plane coordinates unchanged",
    zh="舍去高程，平面坐标不变",
)
_NO_DISTRICT = Text(
    en="not a district of the city, nor a code of GB/T 2260 ({count} records)",
    zh="不是本市的县(市、区)名称，也不是行政区划代码（{count} 条记录）",
)
_KEPT_AS_TEXT = Text(en="kept as written", zh="按原文保留")
