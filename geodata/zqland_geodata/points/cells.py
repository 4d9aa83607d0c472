"""The cells of a boundary-point table, and which column is what."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.cells import plain_text
from zqland_geodata.errors import (
    AmbiguousColumnError,
    FileUnreadableError,
    MissingColumnError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from zqland_geodata.options import Limits

ID, RING, POINT, SYSTEM, FIRST, SECOND = (
    "parcel",
    "ring",
    "point",
    "system",
    "first",
    "second",
)
"""What a column of a boundary-point table can be; the last two are coordinates."""

WORDS = {
    RING: ("圈号", "地块圈号", "环号", "圈", "ring", "ring no", "ring id"),
    POINT: (
        "点号",
        "界址点号",
        "界址点",
        "界址点编号",
        "序号",
        "点名",
        "point",
        "point no",
        "point id",
        "vertex",
    ),
    SYSTEM: ("坐标系", "坐标系统", "epsg", "crs", "srid"),
}
"""Headings by what they mean; the id is recognised as for all tables of parcels."""

NORTH = (
    "北坐标",
    "纵坐标",
    "x坐标北",
    "northing",
    "north",
    "纬度",
    "latitude",
    "lat",
)
"""Headings of northings and latitudes."""

EAST = (
    "东坐标",
    "横坐标",
    "y坐标东",
    "easting",
    "east",
    "经度",
    "longitude",
    "lon",
    "lng",
)
"""Headings of eastings and longitudes."""

X = ("x", "x坐标", "坐标x", "x值")
"""Headings of the northing on Chinese plans, and of the easting elsewhere."""

Y = ("y", "y坐标", "坐标y", "y值")
"""Headings of the other one."""

HALF_CIRCLE = 180.0
"""Figures up to this are degrees."""

_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEADING_ROWS = 20
_UNIT = re.compile(r"[(\[【].*?[)\]】]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
_POINT_NAME = re.compile(r"[A-Za-z]{1,3}-?\d+", re.ASCII)
_LARGEST_RING = 999


@dataclass(frozen=True, slots=True)
class Table:
    """A boundary-point table whose columns are known.

    Attributes
    ----------
    cells
        Texts, one column per heading, index 0, 1, …
    lines
        Line of the file at which each row stands.
    kinds
        Heading by what the column is; both coordinates are there.
    is_east_first
        What the headings say of the order of the coordinates, or ``None``.
    assumed
        What the columns were taken for, where there are no headings.
    """

    cells: pd.DataFrame
    lines: list[int]
    kinds: dict[str, str]
    is_east_first: bool | None = None
    assumed: list[str] = field(default_factory=list)


def read_table(source: Path, limits: Limits) -> Table:
    """Read the cells of a CSV file, and find out which column is what.

    Parameters
    ----------
    source
        Comma, semicolon or tab between the cells; UTF-8, UTF-16 or GBK.
    limits
        How many cells and points are read.

    Returns
    -------
    table
        The cells.

    Raises
    ------
    FileUnreadableError
        It is no text, too large, or a row has another number of cells.
    MissingColumnError
        There are no coordinates.
    AmbiguousColumnError
        There are no headings, and the columns cannot be told apart.
    """
    rows = _rows(source, limits)
    for number, (_, raw) in enumerate(rows[:_HEADING_ROWS]):
        row = [plain_text(cell.strip()) for cell in raw]
        found = _headed(row)
        if found is not None:
            kinds, is_east_first = found
            cells, lines = _framed(source, rows[number + 1 :], row)
            return Table(cells, lines, kinds, is_east_first)
    return _without_headings(source, rows)


def number(text: str) -> float:
    """Return a cell as a number, also in full width; NaN if it is none.

    Parameters
    ----------
    text
        The cell.

    Returns
    -------
    number
        Its value.

    Examples
    --------
    >>> number(" 2563400.5 "), number("一")
    (2563400.5, nan)
    """
    word = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    return float(word) if _NUMBER.fullmatch(word) else np.nan


def numbers(texts: pd.Series[str]) -> NDArray[np.float64]:
    """Return a column as numbers; see `number`."""
    content = texts.to_numpy(dtype=object)
    try:
        figures = content.astype(np.float64)
    except ValueError:
        figures = np.array([number(text) for text in content], dtype=np.float64)
    return np.where(np.isfinite(figures), figures, np.nan)


def _rows(source: Path, limits: Limits) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with its line."""
    text = _text(source)
    # A mark of full width between cells reads like the plain one.
    first = unicodedata.normalize("NFKC", text.lstrip().partition("\n")[0])
    delimiter = max(",;\t", key=first.count)
    if delimiter == ",":
        text = text.replace("，", ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    count = 0
    try:
        for row in reader:
            count += len(row)
            if len(rows) > limits.points or count > limits.cells:
                raise FileUnreadableError(_TOO_MANY.format(name=source.name))
            if any(row) and "".join(row).strip():
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise FileUnreadableError(
            _BROKEN.format(name=source.name, reason=error)
        ) from error
    if not rows:
        raise FileUnreadableError(_EMPTY.format(name=source.name))
    return rows


def _text(source: Path) -> str:
    content = source.read_bytes()
    encodings = ("utf-16",) if content.startswith(_UTF16) else _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise FileUnreadableError(_ENCODING.format(name=source.name))


def _headed(row: Sequence[str]) -> tuple[dict[str, str], bool | None] | None:
    """Return what the headings of a row mean, or None if it is no heading."""
    plain = [
        headings.plain(_UNIT.sub("", unicodedata.normalize("NFKC", text)))
        for text in row
    ]
    for east, north in ((EAST, NORTH), (Y, X)):
        eastings = [place for place, word in enumerate(plain) if word in east]
        northings = [place for place, word in enumerate(plain) if word in north]
        if len(eastings) == len(northings) == 1:
            break
    else:
        return None
    order = sorted([eastings[0], northings[0]])
    kinds = {FIRST: row[order[0]], SECOND: row[order[1]]}
    for kind, words in WORDS.items():
        known = {headings.plain(word) for word in words}
        places = [place for place, word in enumerate(plain) if word in known]
        if places:
            # A running number may stand beside the names of the points.
            kinds[kind] = row[places[-1]]
    for text in row:
        match = headings.match(text, "parcels") if text else None
        if match is not None and match[0] == "parcel_id":
            kinds[ID] = text
    # X is the northing on Chinese plans and the easting elsewhere: it says nothing.
    is_east_first = eastings[0] < northings[0] if east is EAST else None
    return kinds, is_east_first


def _framed(
    source: Path, rows: list[tuple[int, list[str]]], heading: Sequence[str]
) -> tuple[pd.DataFrame, list[int]]:
    width = len(heading)
    for line, row in rows:
        if len(row) > width and any(row[width:]):
            raise FileUnreadableError(
                _RAGGED.format(name=source.name, line=line, most=width)
            )
    padded = [
        row if len(row) == width else (row + [""] * width)[:width] for _, row in rows
    ]
    names: list[str] = []
    for place, text in enumerate(heading, 1):
        names.append(text if text and text not in names else f"{text}#{place}")
    cells = pd.DataFrame(padded, columns=names, dtype="str")
    for name in names:
        texts = cells[name].str.strip()
        is_marked = texts.str.startswith("'")
        if is_marked.any():
            texts = texts.where(~is_marked, texts.map(plain_text))
        cells[name] = texts
    return cells, [line for line, _ in rows]


def _without_headings(source: Path, rows: list[tuple[int, list[str]]]) -> Table:
    """Tell the columns apart by what they hold."""
    width = max(len(row) for _, row in rows)
    # Titles above the points have fewer cells.
    while rows and sum(not np.isnan(number(cell)) for cell in rows[0][1]) < _PAIR:
        rows = rows[1:]
    if not rows or width < _PAIR:
        raise MissingColumnError(_NO_COORDINATES.format(name=source.name))
    names = [f"column {place}" for place in range(1, width + 1)]
    cells, lines = _framed(source, rows, names)
    figures = np.column_stack([numbers(cells[name]) for name in names])
    last = _coordinates(figures)
    if last is None:
        raise MissingColumnError(_NO_COORDINATES.format(name=source.name))
    kinds = {FIRST: names[last - 1], SECOND: names[last]}
    kinds |= _leading(source, cells[names[: last - 1]])
    words = {ID: "id", RING: "ring", POINT: "point"}
    assumed = [
        words[kind] for name in names for kind in words if kinds.get(kind) == name
    ]
    return Table(cells[list(kinds.values())], lines, kinds, None, [*assumed, "X, Y"])


def _coordinates(
    figures: NDArray[np.float64],
) -> int | None:
    """Return the second of two columns side by side that are coordinates."""
    for last in range(figures.shape[1] - 1, 0, -1):
        pair = figures[:, [last - 1, last]]
        if np.isnan(pair).mean() > _SPOILT:
            continue
        sizes = np.nanmedian(np.abs(pair), axis=0)
        are_degrees = (sizes <= HALF_CIRCLE).all() and (pair % 1 != 0).any(axis=1).all()
        if are_degrees or (sizes >= _SHORTEST_M).all():
            return last
    return None


def _leading(source: Path, cells: pd.DataFrame) -> dict[str, str]:
    """Tell apart the columns before the coordinates: id, ring and name of the point."""
    names = [str(name) for name in cells]
    changing = [name for name in names if _changes(cells[name])]
    points = [name for name in changing if _are_point_names(cells[name])]
    kinds: dict[str, str] = {}
    if changing:
        kinds[POINT] = (points or changing)[-1]
    others = [name for name in names if name not in changing]
    small = [name for name in others if _are_small(cells[name])]
    texts = [name for name in others if name not in small]
    if len(texts) > 1 or len(small) > _PAIR:
        raise AmbiguousColumnError(_UNCLEAR.format(name=source.name))
    if texts:
        kinds[ID] = texts[0]
        kinds |= {RING: small[-1]} if small else {}
    elif len(small) == _PAIR:
        kinds |= {ID: small[0], RING: small[1]}
    elif small and len(cells[small[0]].unique()) > 1:
        raise AmbiguousColumnError(_UNCLEAR.format(name=source.name))
    return kinds


def _changes(column: pd.Series[str]) -> bool:
    """Tell whether nearly every row has another value than the row above."""
    return len(column) > 1 and bool(
        (column.iloc[1:].to_numpy() != column.iloc[:-1].to_numpy()).mean() > _NEARLY_ALL
    )


def _are_point_names(column: pd.Series[str]) -> bool:
    return bool(column.str.fullmatch(_POINT_NAME).mean() > _NEARLY_ALL)


def _are_small(column: pd.Series[str]) -> bool:
    figures = pd.Series(numbers(column))
    return bool((figures.between(0, _LARGEST_RING) & (figures % 1 == 0)).all())


_PAIR = 2
_SPOILT, _NEARLY_ALL = 0.2, 0.8
_SHORTEST_M = 10_000.0

_TOO_MANY = Text(
    en="{name} has more points than are read. Split it.",
    zh="{name}的点数超出可读取的上限。请拆分。",
)
_BROKEN = Text(
    en="{name} cannot be read as a table ({reason}). Export it again as CSV.",
    zh="{name}无法按表格读取（{reason}）。请重新导出为 CSV。",
)
_EMPTY = Text(
    en="{name} holds no rows. Export it again with the points in it.",
    zh="{name}中没有数据行。请重新导出并包含界址点。",
)
_ENCODING = Text(
    en="{name} is neither UTF-8, UTF-16 nor GBK text. Save it as CSV in UTF-8.",
    zh="{name}不是 UTF-8、UTF-16 或 GBK 文本。请另存为 UTF-8 编码的 CSV。",
)
_RAGGED = Text(
    en="{name}, line {line}: more cells than the {most} of the table. Correct it.",
    zh="{name}第 {line} 行：单元格多于表头的 {most} 个。请更正该行。",
)
_NO_COORDINATES = Text(
    en="{name} has no two columns of coordinates. Name them X and Y, or northing and "
    "easting, in the heading.",
    zh="{name}中没有两列坐标。请在表头写明 X、Y 或“北坐标”“东坐标”。",
)
_UNCLEAR = Text(
    en="{name} has no headings, and its columns cannot be told apart. Put a heading "
    "above: parcel id, ring, point, X, Y.",
    zh="{name}没有表头，无法判定各列含义。请加上表头：地块编号、圈号、点号、X、Y。",
)
