"""The boundary TXT of land surveys (勘测定界界址点坐标交换文件), canonical form.

A head ``[属性描述]`` of ten keys, then under ``[地块坐标]`` for each parcel one row of
nine fields that ends in ``@`` and its point rows ``name,ring,northing,easting``. The
easting carries the number of its zone; rings are closed; ring 1 is the shell and the
others are holes, which is checked by containment; the area is in hectares with four
decimals. The reader accepts GBK (GB 18030) and UTF-8 and refuses everything else with
the number of the line: nothing is guessed. The writer writes exactly this form.

References
----------
The exchange format of the approval systems, as described by Wang Yuanchao (2022) and
in the file requirements of red-line coordinates; it is not a published standard.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas, crs, units
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import assembly, survey_rows
from zqland_geodata.attributes import empty_columns
from zqland_geodata.errors import SurveyTextError
from zqland_geodata.localfiles import local_path
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland_geodata.assembly import ParcelsRead

_HA_M2 = 10_000.0
_NO_SHIFT = "0,0,0,0,0,0,0"


def read_survey_txt(path: str | Path) -> ParcelsRead:
    """Read the parcels of a canonical survey TXT.

    Parameters
    ----------
    path
        The file, GBK (GB 18030) or UTF-8.

    Returns
    -------
    read
        The parcels with the zone of the file as home zone and its coordinates digit
        by digit, and findings: the basis of each declared area among them.

    Raises
    ------
    FileUnreadableError
        The file is not there or in another encoding.
    SurveyTextError
        It is not canonical; the message names the line.
    """
    source = local_path(path)
    try:
        parsed = survey_rows.parse(source)
        attributes = _attributes(parsed.blocks)
    except SurveyTextError as error:
        raise SurveyTextError(
            _IN_FILE.format(name=source.name, text=error.text)
        ) from error
    epsg = 4488 + parsed.zone
    read = assembly.assemble(
        assembly.Shapes(
            geometry=gpd.GeoSeries(parsed.shapes, crs=epsg),
            row_places=[f"line {block.row.line}" for block in parsed.blocks],
            name=source.name,
            zone=epsg,
        ),
        attributes,
        [],
    )
    return assembly.ParcelsRead(
        read.parcels,
        [*read.findings, *_bases(read.parcels, parsed.blocks), *_other_zone(read)],
    )


def write_survey_txt(
    parcels: gpd.GeoDataFrame,
    path: str | Path,
    *,
    producer: str = "",
    on: dt.date | None = None,
    method: areas.Method = areas.Method.PLANAR,
    encoding: str = "gbk",
) -> None:
    """Write parcels of one home zone as a canonical survey TXT.

    Parameters
    ----------
    parcels
        Table *parcels*; home zones must be one CGCS2000 3-degree zone.
    path
        Where to write.
    producer
        Who made the data (数据产生单位).
    on
        Day of the data, today by default.
    method
        How the hectares are measured: surveys of Zhaoqing declare the planar area.
    encoding
        ``gbk`` (what other readers expect) or ``utf-8``.

    Raises
    ------
    SurveyTextError
        A parcel cannot be written: more than one part, no shape, several zones, or a
        name with a comma or a letter that the encoding lacks.
    """
    zone = _one_zone(parcels)
    shown = areas.measure(parcels, methods=(method,))[f"{method}_m2"]
    day = on or dt.datetime.now(tz=dt.UTC).date()
    system = (survey_rows.DATUMS[0], "3", survey_rows.PROJECTIONS[0], "米", str(zone))
    values = ("1.01版本", producer, day.isoformat(), *system, "0.001", _NO_SHIFT)
    lines = [survey_rows.HEAD]
    lines += map("=".join, zip(survey_rows.HEAD_KEYS, values, strict=True))
    lines.append(survey_rows.BODY)
    # Text is written parcel by parcel; there is no vector form of it.
    rows = zip(
        parcels.index, parcels["name"], parcels["home_geometry"], shown, strict=True
    )
    for parcel_id, name, shape, area_m2 in rows:
        title = (str(parcel_id), "" if pd.isna(name) else str(name))
        lines += _written(title, shape, float(area_m2))
    text = "".join(f"{line}\r\n" for line in lines)
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError as error:
        letter = error.object[error.start : error.end]
        raise SurveyTextError(
            _NO_LETTER.format(letter=letter, encoding=encoding)
        ) from error
    # Written aside first: a reader never meets half a file.
    target = Path(path)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".survey-") as aside:
        Path(aside, target.name).write_bytes(content)
        Path(aside, target.name).replace(target)


def _attributes(blocks: list[survey_rows.Block]) -> pd.DataFrame:
    table = empty_columns("parcels", len(blocks))
    for column, place in (("parcel_id", 2), ("name", 3)):
        values = pd.Series([block.fields[place].strip() for block in blocks])
        table[column] = values.astype("str").where(values != "")
    declared = [_declared(block) for block in blocks]
    table["declared_m2"] = pd.Series(declared, dtype="float64")
    return table


def _declared(block: survey_rows.Block) -> float:
    """Return the declared area in square metres; 0 and nothing mean unknown."""
    text = block.fields[1]
    if not text:
        return np.nan
    if not survey_rows.NUMBER.fullmatch(text):
        raise block.row.fault(_HECTARES)
    return units.round_half_up(float(text) * _HA_M2, 4) or np.nan


def _bases(
    parcels: gpd.GeoDataFrame, blocks: list[survey_rows.Block]
) -> Iterator[Finding]:
    """Name the basis of every declared area, to half of its last digit."""
    methods = (areas.Method.PLANAR, areas.Method.ELLIPSOID_OFFICIAL)
    measured = areas.measure(parcels, methods=methods)
    for parcel_id, block in zip(parcels.index, blocks, strict=True):
        declared = parcels["declared_m2"][parcel_id]
        text = block.fields[1]
        half_digit = 0.5 * _HA_M2 * 10.0 ** -len(text.partition(".")[2]) + 0.01
        fits = [
            _BASES[method]
            for method in methods
            if abs(measured[f"{method}_m2"][parcel_id] - declared) <= half_digit
        ]
        place = f"line {block.row.line}"
        if pd.isna(declared):
            yield _NO_AREA.finding(parcel_id, "declared_m2", text, place=place)
        elif fits:  # otherwise checks.check_parcels says by how much it is off
            basis = fits[0] if len(fits) == 1 else _EITHER
            yield _BASIS.finding(
                parcel_id, "declared_m2", f"{text} ha", place=place, basis=basis
            )


def _other_zone(read: ParcelsRead) -> Iterator[Finding]:
    """Remark on parcels that lie for the most part in another zone than the file's."""
    usual = crs.home_zone(read.parcels.geometry)
    kept = read.parcels["home_zone"]
    is_other = (usual != kept) & (usual != crs.NO_SHAPE)
    for parcel_id in kept.index[is_other]:
        yield _NEIGHBOUR.finding(
            parcel_id, "home_zone", kept[parcel_id], usual=usual[parcel_id]
        )


def _one_zone(parcels: gpd.GeoDataFrame) -> int:
    zones = sorted({int(zone) - 4488 for zone in parcels["home_zone"]})
    if (
        len(zones) != 1
        or not survey_rows.FIRST_ZONE <= zones[0] <= survey_rows.LAST_ZONE
    ):
        found = ", ".join(str(zone + 4488) for zone in zones) or "–"
        raise SurveyTextError(_ONE_ZONE.format(found=found))
    return zones[0]


def _written(
    title: tuple[str, str], shape: shapely.Geometry, area_m2: float
) -> list[str]:
    """Return the rows of one parcel, given by its id and name."""
    if isinstance(shape, shapely.MultiPolygon) and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if not isinstance(shape, shapely.Polygon) or shape.is_empty:
        raise SurveyTextError(_NOT_WRITABLE.format(record=title[0]))
    if re.search(r"[,\r\n@]", "".join(title)):
        raise SurveyTextError(_BAD_NAME.format(record=title[0]))
    rings = [_started(shape.exterior, clockwise=True)]
    rings += [_started(hole, clockwise=False) for hole in shape.interiors]
    points: list[str] = []
    first = 1
    for number, ring in enumerate(rings, 1):
        names = [*range(first, first + len(ring) - 1), first]
        points += [
            f"J{name},{number},{northing:.3f},{easting:.3f}"
            for name, (easting, northing) in zip(names, ring, strict=True)
        ]
        first = names[-2] + 1
    hectares = ""
    if not np.isnan(area_m2):
        hectares = f"{units.round_half_up(area_m2 / _HA_M2, 4):.4f}"
    return [f"{len(points)},{hectares},{title[0]},{title[1]},面,,,,@", *points]


def _started(ring: shapely.LinearRing, *, clockwise: bool) -> list[tuple[float, float]]:
    """Return a closed ring turned the right way and begun at its north-west corner."""
    vertices = [(x, y) for x, y in ring.coords][:-1]
    if ring.is_ccw == clockwise:
        vertices.reverse()
    west, north = ring.bounds[0], ring.bounds[3]
    start = min(
        range(len(vertices)),
        key=lambda place: np.hypot(
            vertices[place][0] - west, vertices[place][1] - north
        ),
    )
    turned = vertices[start:] + vertices[:start]
    return [*turned, turned[0]]


_BASES = {
    areas.Method.PLANAR: Text(
        en="the declared area is the planar area of the zone",
        zh="载明面积为投影平面面积",
    ),
    areas.Method.ELLIPSOID_OFFICIAL: Text(
        en="the declared area is the ellipsoidal area",
        zh="载明面积为椭球面积",
    ),
}
_EITHER = Text(
    en="the declared area fits planar and ellipsoidal area alike",
    zh="载明面积与平面面积、椭球面积均相符",
)
_BASIS = Rule(
    "declared.basis",
    Severity.INFO,
    Text(en="{basis}", zh="{basis}"),
    Text(en="kept as declared", zh="按载明面积保留"),
)
_NO_AREA = Rule(
    "declared.missing",
    Severity.INFO,
    Text(en="no area is declared", zh="未载明面积"),
    Text(en="left unknown", zh="按未知处理"),
)
_NEIGHBOUR = Rule(
    "home_zone.neighbour",
    Severity.INFO,
    Text(
        en="the parcel lies for the most part in the zone of EPSG:{usual}",
        zh="地块大部分位于 EPSG:{usual} 所在投影带",
    ),
    Text(
        en="the zone of the file is kept, with its coordinates",
        zh="保留文件的投影带与坐标",
    ),
)
_ONE_ZONE = Text(
    en="A survey TXT holds parcels of one CGCS2000 3-degree zone; these are "
    "of {found}. Write one file per zone.",
    zh="勘测定界 TXT 只含同一三度带的地块；现有 {found}。请按带分别输出。",
)
_NOT_WRITABLE = Text(
    en="Parcel {record} has no shape or several parts; a survey TXT holds parcels of "
    "one part. Give each part its own record.",
    zh="地块 {record} 没有图形或有多个部分；勘测定界 TXT 每宗地只含"
    "一个部分。请分别编号。",
)
_BAD_NAME = Text(
    en="The id or name of parcel {record} holds a comma, @ or line break, which the "
    "format cannot carry. Rename it.",
    zh="地块 {record} 的编号或名称含有逗号、@ 或换行，该格式无法容纳。请改名。",
)
_NO_LETTER = Text(
    en="“{letter}” cannot be written in {encoding}. Write it in utf-8 or gb18030.",
    zh="“{letter}”无法用 {encoding} 编码写出。请改用 utf-8 或 gb18030。",
)
_HECTARES = Text(
    en="found “{found}”; the second field is the area in hectares, as in 30.4747.",
    zh="“{found}”；第 2 项为面积（公顷），例如 30.4747。",
)
_IN_FILE = Text(en="{name}, {text}", zh="{name} {text}")
