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
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas, crs, units
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import assembly
from zqland_geodata.attributes import empty_columns
from zqland_geodata.errors import FileUnreadableError, SurveyTextError
from zqland_geodata.localfiles import local_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland_geodata.assembly import ParcelsRead

HEAD, BODY = "[属性描述]", "[地块坐标]"
"""The two section rows."""

DATUMS = ("2000国家大地坐标系", "CGCS2000")
"""Names of the only datum that is read."""

HEAD_KEYS = (
    "格式版本号",
    "数据产生单位",
    "数据产生日期",
    "坐标系",
    "几度分带",
    "投影类型",
    "计量单位",
    "带号",
    "精度",
    "转换参数",
)
"""Keys of the head in their order."""

_META_FIELDS, _POINT_FIELDS, _CLOSED = 9, 4, 4
_PROJECTIONS = ("高斯克吕格", "高斯-克吕格")
_FIRST_ZONE, _LAST_ZONE = 25, 45
_NORTHINGS_M = (1_800_000.0, 6_000_000.0)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_HA_M2 = 10_000.0


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the file with its number."""

    line: int
    text: str

    def fault(self, text: Text, **facts: object) -> SurveyTextError:
        """Build the error that names this line."""
        place = Text(en="line {line}: {text}", zh="第 {line} 行：{text}")
        return SurveyTextError(
            place.format(line=self.line, text=text.format(found=self.text, **facts))
        )


@dataclass(frozen=True, slots=True)
class _Block:
    """A parcel as it stands in the file."""

    row: _Row
    fields: list[str]
    points: list[tuple[_Row, int, float, float]] = field(default_factory=list)


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
    rows = _rows(source)
    head, start = _head(rows)
    zone = _zone(head)
    blocks = _blocks(rows[start:])
    shapes = [_shape(block, zone) for block in blocks]
    epsg = 4488 + zone
    attributes = _attributes(blocks)
    found: list[Finding] = []
    read = assembly.assemble(
        assembly.Shapes(
            geometry=gpd.GeoSeries(shapes, crs=epsg),
            row_places=[f"line {block.row.line}" for block in blocks],
            name=source.name,
            zones=epsg,
        ),
        attributes,
        found,
    )
    return assembly.ParcelsRead(
        read.parcels,
        [*read.findings, *_bases(read.parcels, blocks), *_other_zone(read)],
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
    values = ("1.01版本", producer, day.isoformat(), DATUMS[0], "3", _PROJECTIONS[0])
    values += ("米", str(zone), "0.001", "0,0,0,0,0,0,0")
    lines = [HEAD, *map("=".join, zip(HEAD_KEYS, values, strict=True)), BODY]
    # Text is written parcel by parcel; there is no vector form of it.
    for parcel_id, parcel in parcels.iterrows():
        lines += _written(str(parcel_id), parcel, float(shown[parcel_id]))
    text = "".join(f"{line}\r\n" for line in lines)
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError as error:
        letter = error.object[error.start : error.end]
        raise SurveyTextError(
            _NO_LETTER.format(letter=letter, encoding=encoding)
        ) from error
    Path(path).write_bytes(content)


def _rows(source: Path) -> list[_Row]:
    content = source.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return [
            _Row(number, line)
            for number, line in enumerate(lines, 1)
            if line.strip() or number == 1
        ]
    raise FileUnreadableError(_ENCODING.format(name=source.name))


def _head(rows: list[_Row]) -> tuple[dict[str, _Row], int]:
    """Return the row of every key, and the number of the first row of the body."""
    if rows[0].text != HEAD:
        raise rows[0].fault(_NO_HEAD, head=HEAD)
    head: dict[str, _Row] = {}
    for position, row in enumerate(rows[1:], 1):
        if row.text == BODY:
            lacking = [key for key in HEAD_KEYS if key not in head]
            if lacking:
                raise row.fault(_LACKS_KEY, keys="、".join(lacking))
            return head, position + 1
        key, mark, value = row.text.partition("=")
        if not mark or key not in HEAD_KEYS or key in head:
            raise row.fault(_NOT_A_KEY, keys="、".join(HEAD_KEYS))
        head[key] = _Row(row.line, value)
    raise rows[-1].fault(_NO_BODY, body=BODY)


def _zone(head: dict[str, _Row]) -> int:
    datum, width = head["坐标系"], head["几度分带"]
    if datum.text not in DATUMS:
        raise datum.fault(_DATUM, known="、".join(DATUMS))
    if width.text != "3":
        raise width.fault(_WIDTH)
    if head["投影类型"].text not in _PROJECTIONS:
        raise head["投影类型"].fault(_PROJECTION)
    if head["计量单位"].text != "米":
        raise head["计量单位"].fault(_METRES)
    parameters = head["转换参数"]
    if not re.fullmatch(r"(?:0(?:\.0*)?)?(?:,(?:0(?:\.0*)?)?){6}", parameters.text):
        raise parameters.fault(_SHIFTED)
    number = head["带号"]
    if not number.text.isdecimal() or not (
        _FIRST_ZONE <= int(number.text) <= _LAST_ZONE
    ):
        raise number.fault(_ZONE, first=_FIRST_ZONE, last=_LAST_ZONE)
    return int(number.text)


def _blocks(rows: list[_Row]) -> list[_Block]:
    blocks: list[_Block] = []
    for row in rows:
        fields = row.text.split(",")
        if fields[-1] == "@":
            if len(fields) != _META_FIELDS:
                raise row.fault(_META, count=len(fields))
            blocks.append(_Block(row, fields))
            continue
        if not blocks:
            raise row.fault(_META, count=len(fields))
        blocks[-1].points.append(_point(row, fields))
    if not blocks:
        raise SurveyTextError(_NO_PARCELS)
    return blocks


def _point(row: _Row, fields: list[str]) -> tuple[_Row, int, float, float]:
    if len(fields) != _POINT_FIELDS or not fields[0] or not fields[1].isdecimal():
        raise row.fault(_POINT)
    if not (_NUMBER.fullmatch(fields[2]) and _NUMBER.fullmatch(fields[3])):
        raise row.fault(_POINT)
    return row, int(fields[1]), float(fields[2]), float(fields[3])


def _shape(block: _Block, zone: int) -> shapely.Polygon:
    """Build the polygon of a parcel: ring 1 is the shell, the others are holes."""
    fields = block.fields
    if fields[4] != "面":
        raise block.row.fault(_NOT_AN_AREA)
    if not fields[0].isdecimal() or int(fields[0]) != len(block.points):
        raise block.row.fault(_COUNT, stated=fields[0], count=len(block.points))
    low, high = _NORTHINGS_M
    for row, _, northing, easting in block.points:
        if not low <= northing <= high:
            raise row.fault(_NORTHING, low=f"{low:.0f}", high=f"{high:.0f}")
        if int(easting // 1_000_000) != zone:
            raise row.fault(_EASTING, zone=zone)
    shell, *holes = [shapely.Polygon(ring) for ring in _rings(block)]
    for number, hole in enumerate(holes, 2):
        if not _holds(shell, hole):
            raise block.row.fault(_NOT_INSIDE, ring=number)
    return shapely.Polygon(shell.exterior, [hole.exterior for hole in holes])


def _rings(block: _Block) -> Iterator[list[tuple[float, float]]]:
    """Yield the vertices of each ring, easting first, in the order of their numbers."""
    numbers = [number for _, number, _, _ in block.points]
    order = list(dict.fromkeys(numbers))
    if order != list(range(1, len(order) + 1)) or numbers != sorted(numbers):
        raise block.row.fault(_RING_ORDER, rings=", ".join(map(str, order)))
    for ring in order:
        rows = [point for point in block.points if point[1] == ring]
        vertices = [(easting, northing) for _, _, northing, easting in rows]
        if len(vertices) < _CLOSED or vertices[0] != vertices[-1]:
            raise rows[-1][0].fault(_NOT_CLOSED, ring=ring)
        yield vertices


def _holds(shell: shapely.Polygon, hole: shapely.Polygon) -> bool:
    """Tell whether a ring lies inside another, also where one crosses itself."""
    outer, inner = shapely.make_valid(shell), shapely.make_valid(hole)
    return bool(outer.covers(inner))


def _attributes(blocks: list[_Block]) -> pd.DataFrame:
    table = empty_columns("parcels", len(blocks))
    for column, place in (("parcel_id", 2), ("name", 3)):
        values = pd.Series([block.fields[place].strip() for block in blocks])
        table[column] = values.astype("str").where(values != "")
    declared = [_declared(block) for block in blocks]
    table["declared_m2"] = pd.Series(declared, dtype="float64")
    return table


def _declared(block: _Block) -> float:
    """Return the declared area in square metres; 0 and nothing mean unknown."""
    text = block.fields[1]
    if not text:
        return np.nan
    if not _NUMBER.fullmatch(text):
        raise block.row.fault(_HECTARES)
    return units.round_half_up(float(text) * _HA_M2, 4) or np.nan


def _bases(parcels: gpd.GeoDataFrame, blocks: list[_Block]) -> Iterator[Finding]:
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
        if pd.isna(declared):
            message, value, rule = _NO_AREA, text, "declared.missing"
        elif fits:
            message = fits[0] if len(fits) == 1 else _EITHER
            value, rule = f"{text} ha", "declared.basis"
        else:
            continue  # checks.check_parcels reports by how much it is off
        yield Finding(
            record=str(parcel_id),
            field="declared_m2",
            value=value,
            rule=rule,
            severity=Severity.INFO,
            message=message,
            action=_BASIS_KEPT,
            place=f"line {block.row.line}",
        )


def _other_zone(read: ParcelsRead) -> Iterator[Finding]:
    """Remark on parcels that lie for the most part in another zone than the file's."""
    parcels = read.parcels[~read.parcels.geometry.is_empty]
    usual = crs.home_zone(parcels.geometry)
    for parcel_id in parcels.index[usual != parcels["home_zone"]]:
        yield Finding(
            record=str(parcel_id),
            field="home_zone",
            value=str(parcels["home_zone"][parcel_id]),
            rule="home_zone.neighbour",
            severity=Severity.INFO,
            message=_NEIGHBOUR.format(usual=usual[parcel_id]),
            action=_ZONE_KEPT,
        )


def _one_zone(parcels: gpd.GeoDataFrame) -> int:
    zones = sorted({int(zone) - 4488 for zone in parcels["home_zone"]})
    if len(zones) != 1 or not _FIRST_ZONE <= zones[0] <= _LAST_ZONE:
        found = ", ".join(str(zone + 4488) for zone in zones) or "–"
        raise SurveyTextError(_ONE_ZONE.format(found=found))
    return zones[0]


def _written(parcel_id: str, parcel: pd.Series[object], area_m2: float) -> list[str]:
    shape = parcel["home_geometry"]
    if isinstance(shape, shapely.MultiPolygon) and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    name = "" if pd.isna(parcel["name"]) else str(parcel["name"])
    if not isinstance(shape, shapely.Polygon) or shape.is_empty:
        raise SurveyTextError(_NOT_WRITABLE.format(record=parcel_id))
    if re.search(r"[,\r\n@]", parcel_id + name):
        raise SurveyTextError(_BAD_NAME.format(record=parcel_id))
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
    hectares = f"{units.round_half_up(area_m2 / _HA_M2, 4):.4f}"
    return [f"{len(points)},{hectares},{parcel_id},{name},面,,,,@", *points]


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
_NO_AREA = Text(en="no area is declared", zh="未载明面积")
_BASIS_KEPT = Text(en="kept as declared", zh="按载明面积保留")
_NEIGHBOUR = Text(
    en="the parcel lies for the most part in the zone of EPSG:{usual}",
    zh="地块大部分位于 EPSG:{usual} 所在投影带",
)
_ZONE_KEPT = Text(
    en="the zone of the file is kept, with its coordinates",
    zh="保留文件的投影带与坐标",
)
_ENCODING = Text(
    en="{name} is in neither UTF-8 nor GBK. Save it in one of them.",
    zh="{name}的编码不是 UTF-8 或 GBK。请另存为其中之一。",
)
_NO_HEAD = Text(
    en="found “{found}”; a survey TXT begins with {head}.",
    zh="“{found}”；勘测定界 TXT 应以 {head} 开头。",
)
_LACKS_KEY = Text(
    en="the head lacks {keys}; add them as key=value.",
    zh="属性描述缺少：{keys}；请按“键=值”补上。",
)
_NOT_A_KEY = Text(
    en="found “{found}”; the head holds each of these once, as key=value: {keys}.",
    zh="“{found}”；属性描述应为“键=值”，且每项一次：{keys}。",
)
_NO_BODY = Text(
    en="the file ends without the row {body}.",
    zh="文件缺少 {body} 一行。",
)
_DATUM = Text(
    en="the datum is “{found}”; only {known} is read, for the way from Xi'an 80 and "
    "Beijing 54 is not public. Have the survey office deliver it in CGCS2000.",
    zh="坐标系为“{found}”；只读取 {known}，因为 80、54 坐标系的转换参数不公开。"
    "请由测绘单位提供 2000 坐标系成果。",
)
_WIDTH = Text(
    en="几度分带 is “{found}”; 3 is needed.",
    zh="几度分带为“{found}”，应为 3。",
)
_PROJECTION = Text(
    en="投影类型 is “{found}”; 高斯克吕格 is needed.",
    zh="投影类型为“{found}”，应为高斯克吕格。",
)
_METRES = Text(
    en="计量单位 is “{found}”; 米 is needed.",
    zh="计量单位为“{found}”，应为米。",
)
_SHIFTED = Text(
    en="转换参数 is “{found}”; seven zeros are needed: the coordinates must be final.",
    zh="转换参数为“{found}”，应为七个 0：坐标须为最终成果。",
)
_ZONE = Text(
    en="带号 is “{found}”; a number from {first} to {last} is needed.",
    zh="带号为“{found}”，应为 {first}～{last} 的整数。",
)
_META = Text(
    en="found “{found}” ({count} fields); a parcel begins with a row of nine: count, "
    "hectares, id, name, 面, sheet, use, code, @.",
    zh="“{found}”（{count} 项）；地块首行应有 9 项：界址点数,地块面积,地块编号,地块名称,"
    "面,图幅号,地块用途,地类编码,@。",
)
_NO_PARCELS = Text(
    en="the file holds no parcels below [地块坐标].",
    zh="[地块坐标] 之后没有地块。",
)
_POINT = Text(
    en="found “{found}”; a point is a row of four: name, ring, northing, easting, with "
    "plain digits and commas and no spaces.",
    zh="“{found}”；界址点应有 4 项：点号,圈号,X,Y，数字与逗号为半角，且无空格。",
)
_NOT_AN_AREA = Text(
    en="found “{found}”; the fifth field must be 面.",
    zh="“{found}”；第 5 项应为“面”。",
)
_COUNT = Text(
    en="the parcel states {stated} points and has {count} rows.",
    zh="界址点数为 {stated}，实际 {count} 行。",
)
_NORTHING = Text(
    en="found “{found}”; the third field is the northing, from {low} to {high} m. Is "
    "the easting first?",
    zh="“{found}”；第 3 项为 X（北坐标），应在 {low}～{high} 米之间。是否东坐标在前？",
)
_EASTING = Text(
    en="found “{found}”; the easting must begin with the zone number {zone} of the head.",
    zh="“{found}”；Y（东坐标）应以带号 {zone} 开头。",
)
_RING_ORDER = Text(
    en="rings are numbered {rings}; 1, 2, 3 … one after the other are needed.",
    zh="地块圈号为 {rings}；应为依次的 1、2、3……。",
)
_NOT_CLOSED = Text(
    en="found “{found}”; ring {ring} must end with the point that it began with, after "
    "at least three points.",
    zh="“{found}”；第 {ring} 圈至少三点，末点应与首点相同。",
)
_NOT_INSIDE = Text(
    en="ring {ring} does not lie inside ring 1, so it is no hole.",
    zh="第 {ring} 圈不在第 1 圈之内，不是扣除部分。",
)
_HECTARES = Text(
    en="found “{found}”; the second field is the area in hectares, as in 30.4747.",
    zh="“{found}”；第 2 项为面积（公顷），例如 30.4747。",
)
_ONE_ZONE = Text(
    en="A survey TXT holds parcels of one CGCS2000 3-degree zone; these are of {found}. "
    "Write one file per zone.",
    zh="勘测定界 TXT 只含同一三度带的地块；现有 {found}。请按带分别输出。",
)
_NOT_WRITABLE = Text(
    en="Parcel {record} has no shape or several parts; a survey TXT holds parcels of "
    "one part. Give each part its own record.",
    zh="地块 {record} 没有图形或有多个部分；勘测定界 TXT 每宗地只含一个部分。请分别编号。",
)
_BAD_NAME = Text(
    en="The id or name of parcel {record} holds a comma, @ or line break, which the "
    "format cannot carry. Rename it.",
    zh="地块 {record} 的编号或名称含有逗号、@ 或换行，该格式无法容纳。请改名。",
)
_NO_LETTER = Text(
    en="“{letter}” cannot be written in {encoding}. Write the file in utf-8 or gb18030.",
    zh="“{letter}”无法用 {encoding} 编码写出。请改用 utf-8 或 gb18030。",
)
