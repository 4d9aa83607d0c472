"""What the head of a survey TXT states about datum, grid and unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland import grids
from zqland.errors import CrsError
from zqland.findings import Severity
from zqland.reference import check_source
from zqland.shifts import Shift, header_shift, old_grid
from zqland.text import Text
from zqland_geodata.errors import SourceCrsError
from zqland_geodata.remarks import Rule
from zqland_geodata.survey.grids import Stated
from zqland_geodata.survey.rows import Row, plain
from zqland_geodata.survey.sections import HEAD_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland_geodata.survey.tally import Tally

_CANONICAL = ("2000国家大地坐标系", "CGCS2000")
_DATUMS = {
    "cgcs2000": r"2000",
    "xian80": r"(?<!\d)80(?!\d)|1980|西安|xi'?an",
    "beijing54": r"(?<!\d)54(?!\d)|1954|北京|beijing",
    "wgs84": r"wgs|84",
}
_NEW = re.compile(r"新.*(?:54|北京)|new")
_WIDTHS = {"3": 3, "三": 3, "6": 6, "六": 6}
_NUMBER = re.compile(
    r"[+-]?(?:\d{1,12}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,2})?"
)
_SEVEN = 7
_LARGEST_NUMBER = 99
_LEAST_ROTATION, _LEAST_SCALE, _FACTOR_WITHIN = 1e-4, 1e-3, 1e-2
_METRES, _DEGREES = ("米", "m", "metre", "meter"), ("度", "degree", "deg", "°")


@dataclass(frozen=True, slots=True)
class Head:
    """What head and user state.

    Attributes
    ----------
    stated
        Datum and grid.
    shift
        The way from an old datum that the head carries, or ``None``.
    width_row, number_row, shift_row
        Where width, zone number and parameters stand, for messages.
    unit
        ``"m"``, ``"deg"`` or ``""`` for nothing.
    has_projection
        Whether a projection other than Gauss-Krüger is named, which only coordinates
        in degrees can have; the row then.
    """

    stated: Stated
    shift: Shift | None
    rows: dict[str, Row]
    unit: str
    other_projection: Row | None

    def line_of(self, key: str) -> int:
        """Return the line of a key, or 0."""
        return self.rows[key].line if key in self.rows else 0


def understand(
    rows: dict[str, Row] | None, source_crs: int | None, tally: Tally
) -> Head:
    """Understand the head of a file.

    Parameters
    ----------
    rows
        Its rows by key; ``None`` for a file without head.
    source_crs
        EPSG code that the user gave, for what the file does not state.
    tally
        Where tolerances are remarked.

    Returns
    -------
    head
        What is stated.

    Raises
    ------
    SurveyTextError
        A value is not understood, or a statement contradicts another.
    SourceCrsError
        No datum is stated or given, or the given system is no grid of China.
    """
    known = {} if rows is None else rows
    if rows is not None:
        _remark_missing(known, tally)
    given = None if source_crs is None else _given(source_crs)
    datum = _datum(known, given, tally)
    stated = Stated(
        datum=datum,
        degrees=_width(known, tally),
        number=_zone_number(known, tally),
        meridian=None if given is None else given[1],
    )
    return Head(
        stated=stated,
        shift=_shift(known, datum),
        rows=known,
        unit=_unit(known),
        other_projection=_other_projection(known),
    )


def _remark_missing(rows: dict[str, Row], tally: Tally) -> None:
    missing = [key for key in HEAD_KEYS if key not in rows]
    if missing:
        tally.add(KEYS_MISSING, _first_line(rows), "、".join(missing))


def _first_line(rows: dict[str, Row]) -> int:
    """Return the first line of the head, or of the file where it has none."""
    return min((row.line for row in rows.values()), default=1)


def _given(source_crs: int) -> tuple[grids.Datum, int | None]:
    """Return datum and central meridian of what the user gave."""
    grid = grids.grid_of(source_crs)
    if grid is not None:
        return grid.datum, grid.central_meridian
    for datum, code in grids.GEOGRAPHIC_EPSG.items():
        if source_crs == code:
            return datum, None
    try:
        old_grid(source_crs)
    except CrsError:
        pass
    else:
        raise SourceCrsError(_NO_GRID.format(given=source_crs))
    try:
        system = check_source(source_crs)
    except CrsError as error:
        raise SourceCrsError(error.text) from error
    if system.is_geographic and "WGS 84" in system.name:
        return grids.Datum.CGCS2000, None
    raise SourceCrsError(_NO_GRID.format(given=source_crs))


def _datum(
    rows: dict[str, Row],
    given: tuple[grids.Datum, int | None] | None,
    tally: Tally,
) -> grids.Datum:
    row = rows.get("坐标系")
    if row is None or not row.text:
        if given is None:
            raise SourceCrsError(_NO_DATUM)
        line = row.line if row else _first_line(rows)
        tally.add(DATUM_GIVEN, line, given[0].value)
        return given[0]
    datum = _named(row, tally)
    if given is not None and given[0] is not datum:
        facts = {"given": grids.DATUM_TEXTS[given[0]]}
        raise row.fault(_DATUM_DIFFERS, **facts)
    return datum


def _named(row: Row, tally: Tally) -> grids.Datum:
    name = row.text.lower()
    fitting = [key for key, words in _DATUMS.items() if re.search(words, name)]
    if len(fitting) != 1:
        raise row.fault(_DATUM_UNKNOWN)
    if fitting[0] == "wgs84":
        tally.add(DATUM_WGS84, row.line, row.text)
        return grids.Datum.CGCS2000
    datum = grids.Datum(fitting[0])
    if datum is grids.Datum.BEIJING54 and _NEW.search(name):
        datum = grids.Datum.NEW_BEIJING
    if datum is grids.Datum.CGCS2000 and row.text not in _CANONICAL:
        tally.add(DATUM_SPELLING, row.line, row.text)
    return datum


def _width(rows: dict[str, Row], tally: Tally) -> int | None:
    row = rows.get("几度分带")
    if row is None or not row.text:
        return None
    found = re.fullmatch(r"([36三六])(?:\.0*)?\s*(?:°|度)?(?:分?带)?", row.text)
    if found is None:
        raise row.fault(_WIDTH)
    if row.text not in {"3", "6"}:
        tally.add(VALUE_SPELLING, row.line, row.text, key="几度分带")
    return _WIDTHS[found[1]]


def _zone_number(rows: dict[str, Row], tally: Tally) -> int | None:
    row = rows.get("带号")
    if row is None or not row.text:
        return None
    found = re.fullmatch(r"第?\s*([0-9]{1,3})(?:\.0*)?\s*(?:号?带)?", row.text)
    if found is None or int(found[1]) > _LARGEST_NUMBER:
        raise row.fault(_ZONE)
    if row.text != str(int(found[1])):
        tally.add(VALUE_SPELLING, row.line, row.text, key="带号")
    return int(found[1])


def _unit(rows: dict[str, Row]) -> str:
    row = rows.get("计量单位")
    if row is None or not row.text:
        return ""
    word = row.text.lower()
    if word in _METRES:
        return "m"
    if word in _DEGREES:
        return "deg"
    raise row.fault(_METRES_NEEDED)


def _other_projection(rows: dict[str, Row]) -> Row | None:
    row = rows.get("投影类型")
    if row is None or not row.text or "高斯" in row.text:
        return None
    return None if re.search("gauss", row.text, re.IGNORECASE) else row


def _shift(rows: dict[str, Row], datum: grids.Datum) -> Shift | None:
    row = rows.get("转换参数")
    if row is None:
        return None
    values = list(_values(row))
    if not any(value for value in values if value is not None):
        return None
    if datum is grids.Datum.CGCS2000:
        raise row.fault(_SHIFTED)
    if len(values) != _SEVEN or None in values:
        raise row.fault(_PARAMETERS)
    numbers = [value or 0.0 for value in values]
    if not _has_usual_units(numbers):
        raise row.fault(_UNITS)
    return header_shift(datum, numbers)


def _has_usual_units(numbers: list[float]) -> bool:
    """Tell whether rotations can be seconds, and the scale millionths.

    Below the least values they would not move a point by a millimetre or by a few,
    and nobody would state them; in radians and in parts per one they are common.
    """
    rotations = [abs(number) for number in numbers[3:6] if number]
    scale = numbers[6]
    is_factor = abs(scale - 1.0) <= _FACTOR_WITHIN
    is_per_one = 0.0 < abs(scale) < _LEAST_SCALE
    is_radians = bool(rotations) and max(rotations) < _LEAST_ROTATION
    return not (is_factor or is_per_one or is_radians)


def _values(row: Row) -> Iterator[float | None]:
    for text in plain(row.text).split(",") if row.text else ():
        word = text.strip()
        if word and not _NUMBER.fullmatch(word):
            raise row.fault(_PARAMETERS)
        yield float(word) if word else None


KEYS_MISSING = Rule(
    "survey.head_keys_missing",
    Severity.INFO,
    Text(en="keys are missing in the head", zh="属性描述缺少部分项"),
    Text(
        en="read without them; the coordinates say what they can",
        zh="按坐标本身判断后读取",
    ),
)
DATUM_GIVEN = Rule(
    "survey.datum_given",
    Severity.WARNING,
    Text(en="the file states no datum (坐标系)", zh="文件未注明坐标系"),
    Text(
        en="the reference system given when reading is used",
        zh="采用读取时指定的坐标系",
    ),
)
DATUM_WGS84 = Rule(
    "survey.datum_wgs84",
    Severity.INFO,
    Text(
        en="the datum is WGS 84, which is taken as equal to CGCS2000",
        zh="坐标系为 WGS84，视为与2000国家大地坐标系相同",
    ),
    Text(en="coordinates unchanged", zh="坐标不变"),
)
DATUM_SPELLING = Rule(
    "survey.datum_spelling",
    Severity.INFO,
    Text(
        en="the datum is written otherwise than 2000国家大地坐标系",
        zh="坐标系名称写法不规范",
    ),
    Text(en="read as CGCS2000", zh="按2000国家大地坐标系读取"),
)
VALUE_SPELLING = Rule(
    "survey.head_spelling",
    Severity.INFO,
    Text(en="{key} is not a plain number", zh="{key}不是单纯的数字"),
    Text(en="read as its number", zh="按其中的数字读取"),
)
_NO_DATUM = Text(
    en="The file does not state its datum (坐标系), and 80, 54 and 2000 coordinates "
    "cannot be told apart. State it in the head, or give the reference system when "
    "reading (EPSG:4526 is CGCS2000, zone 38).",
    zh="文件未注明坐标系，而80、54与2000坐标无法由数值区分。请在属性描述中注明，"
    "或在读取时指定坐标系（EPSG:4526 为2000国家大地坐标系第 38 带）。",
)
_NO_GRID = Text(
    en="EPSG:{given} was given for a survey TXT; a Gauss-Krüger zone of China or its "
    "degrees are needed, such as EPSG:4526 or 4490.",
    zh="为勘测定界 TXT 指定了 EPSG:{given}；应为我国高斯-克吕格投影带或经纬度，"
    "例如 EPSG:4526 或 4490。",
)
_DATUM_DIFFERS = Text(
    en="the datum is “{found}”, but {given} was given when reading. Leave one of them "
    "out or correct it.",
    zh="坐标系为“{found}”，而读取时指定的是{given}。请去掉或更正其中之一。",
)
_DATUM_UNKNOWN = Text(
    en="the datum “{found}” is not known; 2000国家大地坐标系, 1980西安坐标系 or "
    "1954北京坐标系 is needed. Have the file delivered in CGCS2000.",
    zh="坐标系“{found}”无法识别；应为2000国家大地坐标系、1980西安坐标系或1954北京坐标系。"
    "请索取2000国家大地坐标系成果。",
)
_WIDTH = Text(
    en="几度分带 is “{found}”; 3 or 6 is needed.",
    zh="几度分带为“{found}”，应为 3 或 6。",
)
_ZONE = Text(
    en="带号 is “{found}”; the number of a zone is needed, such as 38.",
    zh="带号为“{found}”，应为投影带号，例如 38。",
)
_METRES_NEEDED = Text(
    en="计量单位 is “{found}”; 米 is needed.",
    zh="计量单位为“{found}”，应为米。",
)
_SHIFTED = Text(
    en="转换参数 is “{found}” beside CGCS2000; whether the coordinates are before or "
    "after that shift is not stated. Put seven zeros if they are final.",
    zh="2000国家大地坐标系下转换参数为“{found}”，无法判断坐标是否已转换。"
    "若为最终成果，请填七个 0。",
)
_PARAMETERS = Text(
    en="转换参数 is “{found}”; seven numbers are needed: shifts along X, Y, Z, "
    "rotations about them, and scale. Four parameters go to the settings.",
    zh="转换参数为“{found}”，应为七个数：X、Y、Z 平移，X、Y、Z 旋转，尺度。"
    "四参数请写入设置。",
)
_UNITS = Text(
    en="转换参数 is “{found}”; whether the rotations are seconds or radians, and the "
    "scale millionths or a factor, cannot be told. Put the set into the settings with "
    "its units.",
    zh="转换参数为“{found}”，无法判断旋转是角秒还是弧度、尺度是百万分之一还是比例因子。"
    "请将参数连同单位写入设置。",
)
