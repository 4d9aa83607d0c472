"""Write parcels as a survey TXT in its strict canonical form.

::

    file   = "[属性描述]" { key "=" value } "[地块坐标]" parcel { parcel }
    parcel = count,hectares,id,name,面,sheet,use,code,@ { point }
    point  = Jn,ring,northing,easting

A parcel of several parts stays one parcel with rings numbered on; shells run clockwise
from the north-western vertex and holes counterclockwise; every ring ends with the
point that it began with. Lines end in CR LF. The area is that of the coordinates as
they are written, in hectares with four decimals, rounded half up.

References
----------
The exchange format of the approval systems, as described by Wang Yuanchao (2022) and
in the file requirements of red-line coordinates; it is not a published standard.
GB/T 21010-2017 has the codes of land use: 0601 industry, 0604 storage.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas, catalogues, crs, grids, units
from zqland.errors import CrsError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.errors import SurveyTextError
from zqland_geodata.remarks import Rule
from zqland_geodata.survey.point_rows import DECIMALS, PointRows, point_rows
from zqland_geodata.survey.written_names import written_ids, written_names

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from zqland_geodata.options import WriteOptions

    Shapes = NDArray[np.object_]
    Integers = NDArray[np.int64]

ENCODINGS = ("gbk", "gb18030", "utf-8", "utf-8-sig")
"""Encodings that can be asked for; without one GBK, or GB 18030 where GBK lacks a
letter."""

_VERSION, _DATUM, _PROJECTION = "1.01版本", "2000国家大地坐标系", "高斯克吕格"
_NO_SHIFT = "0,0,0,0,0,0,0"
_CODES = {"M": "0601", "W": "0604"}
_NORTHINGS_M = (1_800_000.0, 6_000_000.0)
_MILLION = 1_000_000.0
_SHAPES = frozenset({"geometry", "home_geometry"})
# The district follows again from where the parcel lies.
_CARRIED = _SHAPES | {"name", "home_zone", "land_class", "declared_m2", "district"}


@dataclass(frozen=True, slots=True)
class _Records:
    """The records as they are written, one for each parcel or part.

    Attributes
    ----------
    table
        Attributes of the parcels, repeated for their parts; index 0, 1, …
    ids
        The number of each.
    shapes
        Easting with the zone number in front, in metres.
    """

    table: pd.DataFrame
    ids: list[str]
    shapes: Shapes


def write(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write parcels of one zone as a canonical survey TXT.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        ``crs`` names the zone (EPSG:4513 to 4533) for parcels of several; ``method``
        is how the hectares are measured; ``encoding`` one of `ENCODINGS`;
        ``split_parts`` gives each part a record of its own.

    Returns
    -------
    findings
        What the format could not hold.

    Raises
    ------
    SurveyTextError
        The parcels cannot be written: none, several zones or no zone of CGCS2000, a
        parcel without a shape, or a number that the format cannot hold.
    """
    findings: list[Finding] = []
    zone = _zone(parcels, options.crs)
    record = _record(parcels, zone, findings, split=options.split_parts)
    _check_place(record, zone)
    rows = point_rows(record.shapes)
    _check_rows(record, rows, findings)
    hectares = _hectares(record, zone, options.method)
    names = written_names(record.table["name"], record.ids, findings)
    uses = _uses(record.table)
    titles = [
        f"{count},{area},{number},{name},面,,{use},@"
        for count, area, number, name, use in zip(
            rows.counts.tolist(), hectares, record.ids, names, uses, strict=True
        )
    ]
    head = _head(zone, options)
    content = _encoded("\r\n".join([*head, *titles]), options.encoding, findings)
    _report_columns(parcels, findings)
    lines = content.split(b"\r\n")
    body = zip(lines[len(head) :], rows.blocks, strict=True)
    blocks = [line + b"\r\n" + block for line, block in body]
    path.write_bytes(b"\r\n".join(lines[: len(head)]) + b"\r\n" + b"".join(blocks))
    return findings


def _zone(parcels: gpd.GeoDataFrame, wanted: int | None) -> int:
    """Return the number of the 3-degree zone of the file."""
    if parcels.empty:
        raise SurveyTextError(_NOTHING)
    if wanted is not None:
        grid = grids.grid_of(wanted)
        if grid is None or grid.epsg != _epsg(grid.number):
            raise SurveyTextError(_NOT_A_ZONE.format(found=wanted))
        return grid.number
    counts = parcels["home_zone"].value_counts(sort=False).sort_index()
    numbers = {_number(int(code)) for code in counts.index}
    if None in numbers or len(numbers) != 1:
        parts = [f"EPSG:{code} ({count})" for code, count in counts.items()]
        raise SurveyTextError(_ONE_ZONE.format(found=", ".join(parts)))
    return int(next(iter(numbers)) or 0)


def _number(epsg: int) -> int | None:
    """Return the 3-degree zone with the plane of a grid of CGCS2000."""
    grid = grids.grid_of(epsg)
    if grid is None or grid.datum is not grids.Datum.CGCS2000:
        return None
    number, rest = divmod(grid.central_meridian, 3)
    return number if rest == 0 and number in grids.ZONE_NUMBERS[3] else None


def _epsg(number: int) -> int | None:
    if number not in grids.ZONE_NUMBERS[3]:
        return None
    return grids.gauss_kruger_epsg(number)


def _record(
    parcels: gpd.GeoDataFrame, zone: int, findings: list[Finding], *, split: bool
) -> _Records:
    shapes = _in_zone(parcels, zone, findings)
    is_area = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    ids = written_ids(parcels.index)
    if not is_area.all():
        found = [ids[row] for row in np.flatnonzero(~is_area)]
        raise SurveyTextError(_NO_SHAPE.format(record=found[0], count=len(found)))
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise SurveyTextError(_NOT_FINITE)
    columns = [name for name in parcels.columns if name not in _SHAPES]
    plain = pd.DataFrame(parcels[columns]).reset_index(drop=True)
    if not split:
        return _Records(plain, ids, shapes)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    repeated = plain.iloc[owner].reset_index(drop=True)
    counts = np.bincount(owner, minlength=len(ids))
    findings.extend(
        _SPLIT.finding(ids[row], "geometry", count=counts[row])
        for row in np.flatnonzero(counts > 1)
    )
    if "declared_m2" in repeated:
        # What is declared for the whole is declared for none of its parts.
        repeated.loc[counts[owner] > 1, "declared_m2"] = np.nan
    return _Records(repeated, _part_ids(ids, owner, counts), parts)


def _part_ids(ids: list[str], owner: Integers, counts: Integers) -> list[str]:
    """Return parcel numbers with the number of the part behind, none in use twice."""
    taken = set(ids)
    found: list[str] = []
    # One after the other: a number depends on those given before.
    for row in owner.tolist():
        number = ids[row]
        if counts[row] > 1:
            place = 1
            while (number := f"{ids[row]}-{place}") in taken:
                place += 1
            taken.add(number)
        found.append(number)
    return found


def _in_zone(parcels: gpd.GeoDataFrame, zone: int, findings: list[Finding]) -> Shapes:
    """Return the shapes in the zone, moved exactly where only the number differs."""
    target = grids.gauss_kruger_epsg(zone)
    home = parcels["home_geometry"].to_numpy(dtype=object)
    shapes = np.array(home, dtype=object)
    zones = parcels["home_zone"].to_numpy(dtype=np.int64)
    for code in np.unique(zones[zones != target]).tolist():
        rows = np.flatnonzero(zones == code)
        source = gpd.GeoSeries(home[rows], crs=code)
        try:
            shapes[rows] = crs.to_home(source, target).to_numpy()
        except CrsError as error:
            raise SurveyTextError(error.text) from error
        if _number(code) != zone:
            findings.append(
                _OTHER_ZONE.finding("", "home_zone", code, zone=zone, count=len(rows))
            )
    return shapes


def _check_place(record: _Records, zone: int) -> None:
    """Refuse coordinates that do not have the digits of their zone."""
    west, south, east, north = shapely.bounds(record.shapes).T
    low, high = _NORTHINGS_M
    is_here = (south >= low) & (north <= high)
    is_here &= (west >= zone * _MILLION) & (east < (zone + 1) * _MILLION)
    if not is_here.all():
        row = int(np.flatnonzero(~is_here)[0])
        raise SurveyTextError(
            _ELSEWHERE.format(
                record=record.ids[row],
                zone=zone,
                x=f"{west[row]:.3f}",
                y=f"{south[row]:.3f}",
            )
        )


def _check_rows(record: _Records, rows: PointRows, findings: list[Finding]) -> None:
    for row in np.flatnonzero(rows.counts == 0).tolist():
        raise SurveyTextError(_TOO_SMALL.format(record=record.ids[row]))
    findings.extend(
        _LOST_RINGS.finding(record.ids[row], "geometry", count=rows.lost[row])
        for row in np.flatnonzero(rows.lost).tolist()
    )


def _hectares(record: _Records, zone: int, method: areas.Method) -> list[str]:
    """Return the areas of the coordinates as they are written, or what is declared."""
    rounded = shapely.transform(record.shapes, lambda xy: np.round(xy, DECIMALS))
    written = record.table.assign(
        home_geometry=gpd.GeoSeries(rounded, record.table.index),
        home_zone=grids.gauss_kruger_epsg(zone),
    )
    measured = areas.measure(written, methods=(method,))[f"{method}_m2"]
    figures = units.round_half_up(units.from_m2(measured.to_numpy(), "ha"), 4)
    return ["" if np.isnan(area) else f"{area:.4f}" for area in figures.tolist()]


def _uses(table: pd.DataFrame) -> list[str]:
    """Return use and code of the planned class of each record, with a comma between."""
    if "land_class" not in table:
        return [","] * len(table)
    texts = catalogues.load_catalogues().class_texts
    known = {
        name: f"{text.zh},{_CODES.get(name[:1], '')}" for name, text in texts.items()
    }
    return table["land_class"].map(known).fillna(",").to_list()


def _head(zone: int, options: WriteOptions) -> list[str]:
    producer = " ".join(options.producer.split())
    day = options.on or dt.datetime.now(tz=dt.UTC).date()
    pairs = (
        ("格式版本号", _VERSION),
        ("数据产生单位", producer),
        ("数据产生日期", day.isoformat()),
        ("坐标系", _DATUM),
        ("几度分带", "3"),
        ("投影类型", _PROJECTION),
        ("计量单位", "米"),
        ("带号", str(zone)),
        ("精度", "0.001"),
        ("转换参数", _NO_SHIFT),
    )
    return ["[属性描述]", *map("=".join, pairs), "[地块坐标]"]


def _encoded(text: str, encoding: str, findings: list[Finding]) -> bytes:
    wanted = encoding.lower().replace("_", "-") or "gbk"
    if wanted not in ENCODINGS:
        raise SurveyTextError(
            _NO_ENCODING.format(found=encoding, known=", ".join(ENCODINGS))
        )
    try:
        return text.encode(wanted)
    except UnicodeEncodeError as error:
        letter = error.object[error.start : error.end]
        if encoding:
            raise SurveyTextError(
                _NO_LETTER.format(letter=letter, encoding=encoding)
            ) from error
    findings.append(_GB18030.finding("", "name", letter))
    return text.encode("gb18030")


def _report_columns(parcels: gpd.GeoDataFrame, findings: list[Finding]) -> None:
    """Name the columns with values for which the format has no place."""
    columns = [
        str(column)
        for column in parcels.columns
        if column not in _CARRIED and parcels[column].notna().any()
    ]
    if columns:
        rows = catalogues.columns()
        rows = rows[rows["table"] == "parcels"].set_index("column")
        words = {
            language: [
                str(rows[f"{language}_name"].get(column, column)) for column in columns
            ]
            for language in ("en", "zh")
        }
        named = Text(en=", ".join(words["en"]), zh="、".join(words["zh"]))
        findings.append(_LEFT_OUT.finding("", "", columns=named))


_NOTHING = Text(
    en="There are no parcels to write. Read a file that has some.",
    zh="没有可写出的地块。请先读取含有地块的文件。",
)
_NOT_A_ZONE = Text(
    en="A survey TXT holds coordinates of a CGCS2000 3-degree zone with the zone "
    "number in front (EPSG:4513 to 4533); EPSG:{found} is none. Name such a zone, or "
    "none.",
    zh="勘测定界 TXT 的坐标为带号在前的2000国家大地坐标系3度带（EPSG:4513 至 4533），"
    "EPSG:{found} 不是。请改用其中之一，或不指定。",
)
_ONE_ZONE = Text(
    en="A survey TXT holds parcels of one CGCS2000 3-degree zone; these are of "
    "{found} (number of parcels). Write one file per zone, or name the zone of the "
    "file to have the coordinates computed in it.",
    zh="勘测定界 TXT 只含同一3度带的地块；现有 {found}（括号内为宗数）。"
    "请按带分别输出，或指定文件的投影带，由程序换算坐标。",
)
_NO_SHAPE = Text(
    en="Parcel {record} has no polygon to write ({count} such parcels). Leave it out, "
    "or give it its boundary.",
    zh="地块 {record} 没有可写出的面（共 {count} 宗）。请剔除，或补上界线。",
)
_NOT_FINITE = Text(
    en="Some coordinates are not numbers. Check the parcels and correct the file that "
    "they are from.",
    zh="部分坐标不是数字。请检查地块并更正来源文件。",
)
_ELSEWHERE = Text(
    en="Parcel {record} has coordinates (such as {x} east, {y} north) that are not of "
    "zone {zone} in China. Check its home zone and the order of its coordinates.",
    zh="地块 {record} 的坐标（如东 {x}、北 {y}）不在第 {zone} 带的合理范围内。"
    "请检查其投影带与坐标顺序。",
)
_TOO_SMALL = Text(
    en="Parcel {record} has less than three vertices to the millimetre. Leave it out, "
    "or correct its boundary.",
    zh="地块 {record} 按毫米取位后不足三个界址点。请剔除，或更正界线。",
)
_NO_ENCODING = Text(
    en="A survey TXT is not written in “{found}”. Known: {known}.",
    zh="勘测定界 TXT 不能以“{found}”编码写出。可用：{known}。",
)
_NO_LETTER = Text(
    en="“{letter}” cannot be written in {encoding}. Write it in utf-8, or correct it.",
    zh="“{letter}”无法用 {encoding} 编码写出。请改用 utf-8，或更正该字。",
)
_GB18030 = Rule(
    "write.encoding",
    Severity.WARNING,
    Text(
        en="GBK, which survey TXT is in, lacks this letter",
        zh="勘测定界 TXT 通用的 GBK 编码没有该字",
    ),
    Text(
        en="written in GB 18030, which has it; some programs do not read that",
        zh="改用 GB 18030 写出；部分软件可能无法识别",
    ),
)
_SPLIT = Rule(
    "write.parts_split",
    Severity.INFO,
    Text(en="the parcel has {count} parts", zh="地块由 {count} 部分组成"),
    Text(
        en="each written as a record of its own, with its number behind that of the "
        "parcel; an area declared for the whole is not given to the parts",
        zh="各部分单独成宗，编号后加序号；整宗的载明面积不分摊",
    ),
)
_OTHER_ZONE = Rule(
    "write.points_added",
    Severity.WARNING,
    Text(
        en="{count} parcels are surveyed in another plane than zone {zone} of the file",
        zh="{count} 宗地块的测量平面不是文件的第 {zone} 带",
    ),
    Text(
        en="coordinates computed, with points every 70 m at most so that the "
        "boundaries stay in place",
        zh="坐标由换算得出，并沿界线至多每70米加点，界线位置不变",
    ),
)
_LOST_RINGS = Rule(
    "write.ring_lost",
    Severity.WARNING,
    Text(
        en="{count} rings have less than three vertices to the millimetre",
        zh="{count} 个圈按毫米取位后不足三个界址点",
    ),
    Text(en="not written", zh="未写出"),
)
_LEFT_OUT = Rule(
    "write.columns_left_out",
    Severity.INFO,
    Text(
        en="the format has no place for: {columns}",
        zh="该格式没有以下内容的位置：{columns}",
    ),
    Text(en="not written; keep them in another file", zh="未写出；请另存"),
)
