"""The rows of a canonical survey TXT: head, parcels, points and rings.

::

    file   = "[属性描述]" { key "=" value } "[地块坐标]" parcel { parcel }
    parcel = count,hectares,id,name,面,sheet,use,code,@ { point }
    point  = name,ring,northing,easting

Rows that do not follow this are refused with the number of the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError, SurveyTextError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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

PROJECTIONS = ("高斯克吕格", "高斯-克吕格")
"""Spellings of the only projection that is read."""

FIRST_ZONE, LAST_ZONE = 25, 45
"""Numbers of the 3-degree zones of China."""

_NORTHINGS_M = (1_800_000.0, 6_000_000.0)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
"""What is read as a number: plain digits, no sign, no spaces."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file with its number.

    Attributes
    ----------
    line
        Number of the line, from 1.
    text
        The line, or the value of its key.
    """

    line: int
    text: str

    def fault(self, text: Text, **facts: object) -> SurveyTextError:
        """Build the error that names this line."""
        place = Text(en="line {line}: {text}", zh="第 {line} 行：{text}")
        return SurveyTextError(
            place.format(line=self.line, text=text.format(found=self.text, **facts))
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A parcel as it stands in the file.

    Attributes
    ----------
    row
        Its first row.
    fields
        The nine fields of that row.
    points
        Row, ring number, northing and easting of each point.
    """

    row: Row
    fields: list[str]
    points: list[tuple[Row, int, float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SurveyText:
    """A survey TXT taken apart.

    Attributes
    ----------
    zone
        Number of the 3-degree zone.
    blocks
        The parcels in the order of the file.
    shapes
        Their polygons, easting with the zone number first.
    """

    zone: int
    blocks: list[Block]
    shapes: list[shapely.Polygon]


def parse(source: Path) -> SurveyText:
    """Take a survey TXT apart.

    Parameters
    ----------
    source
        An existing file.

    Returns
    -------
    parsed
        Zone, parcels and shapes.

    Raises
    ------
    FileUnreadableError
        It is in neither UTF-8 nor GBK.
    SurveyTextError
        It is not canonical; the message names the line.
    """
    rows = _rows(source)
    head, start = _head(rows)
    zone = _zone(head)
    blocks = _blocks(rows[start:])
    return SurveyText(zone, blocks, [_shape(block, zone) for block in blocks])


def _rows(source: Path) -> list[Row]:
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
            Row(number, line)
            for number, line in enumerate(lines, 1)
            if line.strip() or number == 1
        ]
    raise FileUnreadableError(_ENCODING.format(name=source.name))


def _head(rows: list[Row]) -> tuple[dict[str, Row], int]:
    """Return the row of every key, and the number of the first row of the body."""
    if rows[0].text != HEAD:
        raise rows[0].fault(_NO_HEAD, head=HEAD)
    head: dict[str, Row] = {}
    for position, row in enumerate(rows[1:], 1):
        if row.text == BODY:
            lacking = [key for key in HEAD_KEYS if key not in head]
            if lacking:
                raise row.fault(_LACKS_KEY, keys="、".join(lacking))
            return head, position + 1
        key, mark, value = row.text.partition("=")
        if not mark or key not in HEAD_KEYS or key in head:
            raise row.fault(_NOT_A_KEY, keys="、".join(HEAD_KEYS))
        head[key] = Row(row.line, value)
    raise rows[-1].fault(_NO_BODY, body=BODY)


def _zone(head: dict[str, Row]) -> int:
    datum, width = head["坐标系"], head["几度分带"]
    if datum.text not in DATUMS:
        raise datum.fault(_DATUM, known="、".join(DATUMS))
    if width.text != "3":
        raise width.fault(_WIDTH)
    if head["投影类型"].text not in PROJECTIONS:
        raise head["投影类型"].fault(_PROJECTION)
    if head["计量单位"].text != "米":
        raise head["计量单位"].fault(_METRES)
    parameters = head["转换参数"]
    if not re.fullmatch(r"(?:0(?:\.0*)?)?(?:,(?:0(?:\.0*)?)?){6}", parameters.text):
        raise parameters.fault(_SHIFTED)
    number = head["带号"]
    if not number.text.isdecimal() or not (FIRST_ZONE <= int(number.text) <= LAST_ZONE):
        raise number.fault(_ZONE, first=FIRST_ZONE, last=LAST_ZONE)
    return int(number.text)


def _blocks(rows: list[Row]) -> list[Block]:
    blocks: list[Block] = []
    for row in rows:
        fields = row.text.split(",")
        if fields[-1] == "@":
            if len(fields) != _META_FIELDS:
                raise row.fault(_META, count=len(fields))
            blocks.append(Block(row, fields))
            continue
        if not blocks:
            raise row.fault(_META, count=len(fields))
        blocks[-1].points.append(_point(row, fields))
    if not blocks:
        raise SurveyTextError(_NO_PARCELS)
    return blocks


def _point(row: Row, fields: list[str]) -> tuple[Row, int, float, float]:
    if len(fields) != _POINT_FIELDS or not fields[0] or not fields[1].isdecimal():
        raise row.fault(_POINT)
    if not (NUMBER.fullmatch(fields[2]) and NUMBER.fullmatch(fields[3])):
        raise row.fault(_POINT)
    return row, int(fields[1]), float(fields[2]), float(fields[3])


def _shape(block: Block, zone: int) -> shapely.Polygon:
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


def _rings(block: Block) -> Iterator[list[tuple[float, float]]]:
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
    zh="带号为“{found}”，应为 {first}–{last} 的整数。",
)
_META = Text(
    en="found “{found}” ({count} fields); a parcel begins with a row of nine: count, "
    "hectares, id, name, 面, sheet, use, code, @.",
    zh="“{found}”（{count} 项）；地块首行应有 9 项：界址点数,地块面积,地块编号,"
    "地块名称,面,图幅号,地块用途,地类编码,@。",
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
    zh="“{found}”；第 3 项为 X（北坐标），应在 {low}–{high} 米之间。是否东坐标在前？",
)
_EASTING = Text(
    en="found “{found}”; the easting must begin with {zone}, the zone of the head.",
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
