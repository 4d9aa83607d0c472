"""The table of parcels as it goes into a file: plain columns and one geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
from geopandas.array import GeometryDtype
from pyproj import CRS

from zqland import catalogues, crs
from zqland.errors import CrsError, WrongCrsError
from zqland.findings import Finding, Severity
from zqland.reference import check_home, check_source, is_equal
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError, SourceCrsError
from zqland_geodata.rawtable import clean_text
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from zqland_geodata.options import WriteOptions

HOME_ZONE = "home_zone"
"""The column that says in which plane a parcel is to be measured."""

_ID = "parcel_id"
_GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Parcels ready to be written.

    Attributes
    ----------
    table
        Plain columns under the keys of ``columns.csv``, ``parcel_id`` first, further
        columns behind; one geometry with its system; index 0, 1, …
    findings
        What could not be kept.
    """

    table: gpd.GeoDataFrame
    findings: list[Finding]


def prepare(
    parcels: gpd.GeoDataFrame, options: WriteOptions, *, degrees: bool = False
) -> Prepared:
    """Bring parcels to one reference system and to plain columns.

    Parameters
    ----------
    parcels
        Table *parcels*.
    options
        Its ``crs`` names the system of the coordinates.
    degrees
        Whether the format is one of longitudes and latitudes where none is named.

    Returns
    -------
    prepared
        The table to write.

    Raises
    ------
    FileUnreadableError
        There are no parcels.
    SourceCrsError
        The system is none that zqland writes, or does not fit the parcels.
    """
    if parcels.empty:
        raise FileUnreadableError(_NOTHING)
    findings: list[Finding] = []
    shapes = written_shapes(parcels, options.crs, findings, degrees=degrees)
    columns = plain_columns(parcels, findings)
    table = gpd.GeoDataFrame(columns, geometry=shapes)
    return Prepared(table, findings)


def one_zone(parcels: gpd.GeoDataFrame) -> int | None:
    """Return the home zone that all parcels share, or None."""
    zones = parcels[HOME_ZONE].unique()
    return int(zones[0]) if len(zones) == 1 else None


def written_shapes(
    parcels: gpd.GeoDataFrame,
    target: int | None,
    findings: list[Finding],
    *,
    degrees: bool = False,
) -> gpd.GeoSeries:
    """Return the shapes in one reference system.

    Parameters
    ----------
    parcels
        Table *parcels*.
    target
        EPSG code, or ``None`` for the home zone that all share, else degrees.
    findings
        What is to be said is put behind.
    degrees
        Whether ``None`` means degrees in any case.

    Returns
    -------
    shapes
        With their system, on a plain index.

    Raises
    ------
    SourceCrsError
        The system is none that zqland writes, or does not fit the parcels.
    """
    zone = one_zone(parcels)
    if target is None and zone is None and not degrees:
        zones = ", ".join(str(code) for code in sorted(parcels[HOME_ZONE].unique()))
        findings.append(_SEVERAL_ZONES.finding("", HOME_ZONE, zones))
    if target is None:
        target = crs.GEOGRAPHIC if zone is None or degrees else zone
    try:
        return _in_system(parcels.reset_index(drop=True), target, findings)
    except CrsError as error:
        raise SourceCrsError(error.text) from error


def _in_system(
    parcels: gpd.GeoDataFrame, target: int, findings: list[Finding]
) -> gpd.GeoSeries:
    system = check_source(target)
    if system.is_geographic:
        if not is_equal(system):
            raise WrongCrsError(_OTHER_DATUM.format(found=system.name))
        return gpd.GeoSeries(parcels[_GEOMETRY].to_numpy(), crs=target)
    check_home(target)
    moved = parcels["home_geometry"].copy()
    before = int(gpd.GeoSeries(moved).count_coordinates().sum())
    for zone, rows in parcels.groupby(HOME_ZONE).groups.items():
        code = int(str(zone))
        home = gpd.GeoSeries(parcels["home_geometry"].loc[rows], crs=code)
        if code != target:
            moved.loc[rows] = crs.to_home(home, target)
    shapes = gpd.GeoSeries(moved.to_numpy(), crs=target)
    added = int(shapes.count_coordinates().sum()) - before
    if added:
        findings.append(
            _MORE_POINTS.finding(
                "", _GEOMETRY, added, system=CRS.from_epsg(target).name
            )
        )
    return shapes


def plain_columns(parcels: gpd.GeoDataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Return the plain columns: those of the catalogue in its order, others behind.

    Parameters
    ----------
    parcels
        Table *parcels*.
    findings
        Columns that cannot be written are put behind.

    Returns
    -------
    columns
        ``parcel_id`` first, on a plain index.
    """
    rows = catalogues.columns()
    order = [str(key) for key in rows.loc[rows["table"] == "parcels", "column"]]
    ids = pd.Series(parcels.index.astype("str"), name=_ID)
    parts: dict[str, pd.Series] = {_ID: ids}
    present = [str(column) for column in parcels.columns]
    known = [column for column in order if column in present]
    for column in [*known, *(name for name in present if name not in order)]:
        values = parcels[column].reset_index(drop=True)
        if isinstance(values.dtype, GeometryDtype):
            if column not in {_GEOMETRY, "home_geometry"}:
                findings.append(_SECOND_SHAPE.finding("", column))
            continue
        parts[column] = plain(values)
    return pd.DataFrame(parts)


def plain(values: pd.Series) -> pd.Series:
    """Return numbers, dates and truths as they are and anything else as text."""
    if values.dtype.kind in "iufbM":
        return values
    texts = values.map(clean_text).astype("str")
    return texts.where(texts != "")


_NOTHING = Text(
    en="There are no parcels to write. Read a file that has some.",
    zh="没有可写出的地块。请先读取含有地块的文件。",
)
_OTHER_DATUM = Text(
    en="“{found}” is not written: longitudes and latitudes are written on CGCS2000 "
    "(EPSG:4490) or WGS 84 (EPSG:4326).",
    zh="不支持写出“{found}”：经纬度只写出为2000国家大地坐标系（EPSG:4490）或 WGS 84"
    "（EPSG:4326）。",
)
_SEVERAL_ZONES = Rule(
    "write.several_zones",
    Severity.INFO,
    Text(
        en="the parcels are surveyed in several zones, and a layer has one system",
        zh="地块分属多个投影带，而一个图层只能有一种坐标系",
    ),
    Text(
        en="written in CGCS2000 longitude and latitude; the column home_zone keeps the "
        "zone of each",
        zh="按2000国家大地坐标系经纬度写出；各地块的投影带保留在本位带列中",
    ),
)
_MORE_POINTS = Rule(
    "write.points_added",
    Severity.INFO,
    Text(
        en="{system} is another plane than that of the survey, and straight lines of "
        "one bend in the other",
        zh="{system}不是测量时的平面，直线在两平面间会弯曲",
    ),
    Text(
        en="points put in every 70 m at most, so that the boundaries stay in place",
        zh="沿界线至多每70米加点，界线位置不变",
    ),
)
_SECOND_SHAPE = Rule(
    "write.column_dropped",
    Severity.WARNING,
    Text(
        en="the column holds shapes, and a file has one shape for each record",
        zh="该列为图形，而每条记录只能有一个图形",
    ),
    Text(en="column not written", zh="该列未写出"),
)
