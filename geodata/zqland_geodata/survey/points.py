"""The point rows of a survey TXT as columns.

::

    name,ring,c1,c2               as the format says
    name,c1,c2                    without ring numbers
    seq,parcel,ring,name,c1,c2    the provincial form
    c1,c2                         the simple form

Rows of four in plain ASCII, which is nearly every file, are parsed all at once; any
other row sends the file through the tolerant reader of single rows. Both give the
same columns.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from itertools import compress, groupby
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import csv

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import SurveyTextError
from zqland_geodata.remarks import Rule
from zqland_geodata.survey import rows as survey_rows
from zqland_geodata.survey.rows import Row, plain
from zqland_geodata.survey.sections import Body, Form
from zqland_geodata.survey.titles import TRAILING, Title, is_title, read_titles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from zqland_geodata.survey.tally import Tally

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

NO_RING = -1
"""Ring number of points that have none."""

_NUMBER = re.compile(r"\d+(?:\.\d*)?")
_RING = re.compile(r"0{0,99}\d{1,9}")
_MOST_RINGS = 10**9
_FOUR, _THREE, _SIX, _TWO = 4, 3, 6, 2
_PLACES = {_FOUR: (1, 0, 2, 3), _THREE: (-1, 0, 1, 2), _SIX: (2, 3, 4, 5)}
_SIGNS = (string.ascii_letters + string.digits + ".,\n").encode("ascii")
_LETTER, _POINT_SIGN, _COMMA, _LINE = b"A.,\n"
_KINDS = bytes.maketrans(
    (string.ascii_letters + string.digits).encode("ascii"), b"A" * 52 + b"0" * 10
)


@dataclass(frozen=True, slots=True)
class Points:
    """The points of all parcels in the order of the file.

    Attributes
    ----------
    first, second
        The two columns of coordinates; shape (n,).
    rings
        Ring numbers, `NO_RING` where the rows have none; shape (n,).
    owners
        Position of the parcel of each point, ascending; shape (n,).
    lines
        Number of the line of each point; shape (n,).
    names
        Names of the points; empty where they are to be taken from the line.
    """

    first: Floats
    second: Floats
    rings: Integers
    owners: Integers
    lines: Integers
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Rows:
    """The point rows as text, with the parcel that each belongs to."""

    lines: Integers
    texts: list[str]
    owners: Integers


def read_points(
    body: Body, tally: Tally, *, fast: bool = True
) -> tuple[list[Title], Points]:
    """Read the rows of a body.

    Parameters
    ----------
    body
        The rows below the head.
    tally
        Where tolerances are remarked.
    fast
        Whether regular rows are parsed all at once.

    Returns
    -------
    titles
        The first row of each parcel, or a stand-in in forms that have none.
    points
        All points.

    Raises
    ------
    SurveyTextError
        A row fits no form, or a parcel has no points; the message names the line.
    """
    read = {Form.SIMPLE: _simple, Form.PROVINCE: _province}.get(body.form)
    if read is not None:
        titles, points = read(body, tally)
    else:
        titles, points = _exchange(body, tally, fast=fast)
    _check_each_has_points(titles, points)
    return titles, points


def name_of(points: Points, point: int, texts: Sequence[str]) -> str:
    """Return the name of a point.

    Parameters
    ----------
    points
        The points.
    point
        Position of the point.
    texts
        All lines of the file.

    Returns
    -------
    name
        As written.
    """
    if points.names:
        return points.names[point]
    return texts[int(points.lines[point]) - 1].partition(",")[0]


def _exchange(body: Body, tally: Tally, *, fast: bool) -> tuple[list[Title], Points]:
    heads = [
        place
        for place, text in enumerate(body.texts)
        if ("@" in text or "\uff20" in text) and is_title(text)
    ]
    rows = _point_rows(body, heads, tally)
    titles = read_titles(
        [Row(body.lines[place], body.texts[place]) for place in heads],
        body.columns,
        tally,
    )
    columns = _all_at_once(rows) if fast else None
    if columns is None:
        columns = _one_by_one(rows, tally)
    return titles, columns


def _point_rows(body: Body, heads: list[int], tally: Tally) -> _Rows:
    """Take the rows below the first rows of parcels; leave blank ones out."""
    blank = [place for place, text in enumerate(body.texts) if not text.strip()]
    for place in blank:
        tally.add(BLANK, body.lines[place])
    is_point = np.ones(len(body.texts), dtype=bool)
    is_point[heads] = False
    is_point[blank] = False
    places = np.flatnonzero(is_point)
    if len(places) and (not heads or places[0] < heads[0]):
        first = int(places[0])
        raise Row(body.lines[first], body.texts[first]).fault(_BEFORE_PARCEL)
    return _Rows(
        lines=np.asarray(body.lines, dtype=np.int64)[places],
        texts=list(compress(body.texts, is_point.tolist())),
        owners=np.searchsorted(np.asarray(heads, dtype=np.int64), places) - 1,
    )


def _all_at_once(rows: _Rows) -> Points | None:
    """Parse rows of four in plain ASCII; ``None`` where any is of another kind."""
    together = "\n".join(rows.texts)
    if not together.isascii():
        return None
    content = together.encode("ascii")
    if not content or content.translate(None, _SIGNS) or not _is_regular(content):
        return None
    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            read_options=csv.ReadOptions(column_names=["name", "ring", "c1", "c2"]),
            parse_options=csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types={
                    "ring": pa.int32(),
                    "c1": pa.float64(),
                    "c2": pa.float64(),
                },
                null_values=[],
                include_columns=["ring", "c1", "c2"],
            ),
        )
    except pa.ArrowInvalid:
        return None
    rings = table["ring"].to_numpy().astype(np.int64)
    if len(rings) != len(rows.texts) or rings.max() >= _MOST_RINGS:
        return None
    return Points(
        first=table["c1"].to_numpy(),
        second=table["c2"].to_numpy(),
        rings=rings,
        owners=rows.owners,
        lines=rows.lines,
    )


def _is_regular(content: bytes) -> bool:
    """Tell whether letters stand in names only, and names and numbers begin rightly."""
    kinds = np.frombuffer((b"\n" + content).translate(_KINDS), dtype=np.uint8)
    before, here = kinds[:-1], kinds[1:]
    is_odd = (here == _LETTER) & (before != _LETTER) & (before != _LINE)
    is_odd |= (here == _COMMA) & (before == _LINE)
    is_odd |= (here == _POINT_SIGN) & (before == _COMMA)
    return not is_odd.any()


def _one_by_one(rows: _Rows, tally: Tally) -> Points:
    """Parse row by row, as the rows differ: every tolerance has its line."""
    found: list[tuple[int, str, float, float]] = []
    owner, width = -1, 0
    lines, owners = rows.lines.tolist(), rows.owners.tolist()
    for line, text, own in zip(lines, rows.texts, owners, strict=True):
        row = Row(line, text)
        words = _fields(row, tally)
        if own == owner and len(words) != width:
            raise row.fault(_OTHER_WIDTH, width=width)
        owner, width = own, len(words)
        if width != _FOUR:
            tally.add(SIX_FIELDS if width == _SIX else NO_RINGS, line, text)
        found.append(_point(row, words))
    return _columns(found, lines, owners)


def _point(row: Row, words: list[str]) -> tuple[int, str, float, float]:
    """Return ring, name and coordinates of a row."""
    places = _PLACES.get(len(words))
    if places is None or not words[places[1]]:
        raise row.fault(_POINT)
    ring = NO_RING if places[0] < 0 else _ring(row, words[places[0]])
    first, second = (_number(row, words[place]) for place in places[2:])
    return ring, words[places[1]], first, second


def _columns(
    found: list[tuple[int, str, float, float]], lines: list[int], owners: list[int]
) -> Points:
    return Points(
        first=np.array([point[2] for point in found], dtype=np.float64),
        second=np.array([point[3] for point in found], dtype=np.float64),
        rings=np.array([point[0] for point in found], dtype=np.int64),
        owners=np.array(owners, dtype=np.int64),
        lines=np.array(lines, dtype=np.int64),
        names=[point[1] for point in found],
    )


def _fields(row: Row, tally: Tally) -> list[str]:
    text = row.text.strip()
    ascii_text = plain(text)
    words = ascii_text.split(",")
    trimmed = [word.strip() for word in words]
    if ascii_text != text:
        tally.add(survey_rows.FULL_WIDTH, row.line, row.text)
    if trimmed != words or text != row.text:
        tally.add(survey_rows.SPACES, row.line, row.text)
    if trimmed and not trimmed[-1]:
        tally.add(TRAILING_POINT, row.line, row.text)
        while trimmed and not trimmed[-1]:
            trimmed.pop()
    return trimmed


def _ring(row: Row, word: str) -> int:
    if not _RING.fullmatch(word):
        raise row.fault(_POINT)
    return int(word)


def _number(row: Row, word: str) -> float:
    if not _NUMBER.fullmatch(word):
        raise row.fault(_POINT)
    return float(word)


def _filled(body: Body) -> Iterator[Row]:
    for line, text in zip(body.lines, body.texts, strict=True):
        yield Row(line, text)


def _simple(body: Body, tally: Tally) -> tuple[list[Title], Points]:
    titles: list[Title] = []
    lines: list[int] = []
    owners: list[int] = []
    found: list[tuple[int, str, float, float]] = []
    blocks = groupby(_filled(body), key=lambda row: bool(row.text.strip()))
    for block in (list(rows) for is_filled, rows in blocks if is_filled):
        titles.append(_stand_in(block[0], str(len(titles) + 1)))
        for row in block:
            words = _fields(row, tally)
            if len(words) != _TWO:
                raise row.fault(_TWO_NEEDED)
            lines.append(row.line)
            owners.append(len(titles) - 1)
            first, second = (_number(row, word) for word in words)
            found.append((NO_RING, "", first, second))
    return titles, _columns(found, lines, owners)


def _province(body: Body, tally: Tally) -> tuple[list[Title], Points]:
    titles: list[Title] = []
    lines: list[int] = []
    owners: list[int] = []
    found: list[tuple[int, str, float, float]] = []
    seen: set[str] = set()
    for row in _filled(body):
        if not row.text.strip():
            continue
        words = _fields(row, tally)
        if len(words) != _SIX:
            raise row.fault(_SIX_NEEDED)
        feature = words[1]
        if not titles or feature != titles[-1].parcel_id:
            if feature in seen:
                raise row.fault(_FEATURE_AGAIN, feature=feature)
            seen.add(feature)
            titles.append(_stand_in(row, feature))
        lines.append(row.line)
        owners.append(len(titles) - 1)
        first, second = (_number(row, word) for word in words[4:])
        found.append((_ring(row, words[2]), words[3], first, second))
    return titles, _columns(found, lines, owners)


def _stand_in(row: Row, parcel_id: str) -> Title:
    return Title(row, None, "", parcel_id, "", ["", "", ""])


def _check_each_has_points(titles: list[Title], points: Points) -> None:
    if not titles:
        raise SurveyTextError(_NO_PARCELS)
    counts = np.bincount(points.owners, minlength=len(titles))
    if not counts.all():
        raise titles[int(counts.argmin())].row.fault(_NO_POINTS)


BLANK = Rule(
    "survey.blank_lines",
    Severity.INFO,
    Text(en="blank lines among the rows", zh="行间有空行"),
    Text(en="left out", zh="已略去"),
)
NO_RINGS = Rule(
    "survey.no_ring_numbers",
    Severity.INFO,
    Text(
        en="points of three fields, without the number of the ring",
        zh="界址点只有 3 项，没有圈号",
    ),
    Text(en="rings end where they close", zh="以首尾闭合划分各圈"),
)
SIX_FIELDS = Rule(
    "survey.six_fields",
    Severity.INFO,
    Text(
        en="points of six fields: number, parcel, ring, name, X, Y",
        zh="界址点有 6 项：序号、地块、圈号、点号、X、Y",
    ),
    Text(en="read by these", zh="按此读取"),
)
TRAILING_POINT = Rule(
    TRAILING.code,
    Severity.INFO,
    Text(en="empty fields at the end of points", zh="界址点行末有空项"),
    Text(en="left out", zh="已略去"),
)
_BEFORE_PARCEL = Text(
    en="found “{found}”; a parcel begins with a row of nine fields: count, hectares, "
    "id, name, 面, sheet, use, code, @.",
    zh="“{found}”；地块首行应有 9 项：界址点数,地块面积,地块编号,地块名称,面,图幅号,"
    "地块用途,地类编码,@。",
)
_POINT = Text(
    en="found “{found}”; a point is a row of four: name, ring, X (north), Y (east), "
    "with plain numbers. Correct the row.",
    zh="“{found}”；界址点应有 4 项：点号,圈号,X,Y，且为普通数字。请更正。",
)
_OTHER_WIDTH = Text(
    en="found “{found}”; the rows above of this parcel have {width} fields. Write all "
    "points alike.",
    zh="“{found}”；该地块前面的界址点为 {width} 项。请统一。",
)
_TWO_NEEDED = Text(
    en="found “{found}”; a row of the simple form has two numbers, X and Y.",
    zh="“{found}”；简单坐标每行应为 X、Y 两个数。",
)
_SIX_NEEDED = Text(
    en="found “{found}”; a row of the provincial form has six fields: number, parcel, "
    "ring, point, X, Y.",
    zh="“{found}”；省标每行应有 6 项：序号、地块、圈号、点号、X、Y。",
)
_FEATURE_AGAIN = Text(
    en="found “{found}”; parcel {feature} stands above already, with others between. "
    "Put its rows together, or number it anew.",
    zh="“{found}”；地块 {feature} 已在前面出现且不相连。"
    "请把其界址点放在一起，或另行编号。",
)
_NO_POINTS = Text(
    en="found “{found}”; no points follow. Add them, or take the row out.",
    zh="“{found}”；其后没有界址点。请补充，或删去该行。",
)
_NO_PARCELS = Text(
    en="The file holds no parcels below [地块坐标]. Export it again with parcels.",
    zh="[地块坐标] 之后没有地块。请重新导出并包含地块。",
)
