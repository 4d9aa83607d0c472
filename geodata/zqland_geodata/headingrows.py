"""Find the headings of a table: below titles, in one row or several, with units.

Groups of columns stand above their columns, merged or followed by empty cells; units
may stand in the heading, in that of the group, in a row of their own, or in a title
(``单位：亩``). A heading of two rows becomes one text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland_geodata import quantities
from zqland_geodata.rawtable import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zqland_geodata.cellgrids import Grid

_FIRST_ROWS, _MOST_ROWS = 15, 4
_PARENTHESES = re.compile(r"[(\[【（［]\s*(.+?)\s*[)\]】）］]")
_TITLE_UNIT = re.compile(
    r"(?:(?<![\u4e00-\u9fff])|(?<=面积)|(?<=金额)|(?<=计量)|(?<=投资)|(?<=货币))"
    r"(?:单位|units?)\s*[:为]\s*([^)\]】\s:]+)",
    re.IGNORECASE,
)
_MARKS = "()（）[]【】 "
_LISTED = re.compile(r"[、,;和]")

# Words that say nothing without the heading of their group.
_BARE_WORDS = (
    "面积,名称,编号,代码,编码,序号,日期,时间,类型,类别,单位,数值,指标,金额,合计,小计,文件,状态,"
    "目标,年,area,name,no,no.,id,date,time,value,unit,kind"
)
_BARE = frozenset(_BARE_WORDS.split(","))


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column.

    Attributes
    ----------
    text
        Heading with its unit, as it is recognised; ``""`` for none.
    group
        Heading of the group that is not part of the text, or ``""``.
    """

    text: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class HeadingRows:
    """The rows of headings of a sheet.

    Attributes
    ----------
    top
        First row, from 0.
    bottom
        Last row, from 0.
    headings
        Heading of each column.
    known
        How many different ones are known.
    """

    top: int
    bottom: int
    headings: tuple[Heading, ...]
    known: int


def find_headings(grid: Grid, is_heading: Callable[[str], bool]) -> HeadingRows | None:
    """Find the rows of headings among the first rows of a sheet.

    Parameters
    ----------
    grid
        The sheet.
    is_heading
        Tells whether a text is a known heading.

    Returns
    -------
    rows
        Those with most known headings, the fewest and first of such rows; ``None``
        where no heading is known.
    """
    best: tuple[tuple[int, int, int], HeadingRows] | None = None
    for top in range(min(_FIRST_ROWS, len(grid.rows))):
        if _is_below_merged(grid, top, is_heading):
            continue
        for bottom in _bottoms(grid, top, is_heading):
            if bottom > top and _is_title(grid.rows[top]):
                break
            headings = tuple(_flattened(grid, top, bottom, is_heading))
            texts = [one.text for one in headings if one.text and is_heading(one.text)]
            known = set(texts)
            has_units = bottom > top and _is_unit_row(grid.rows[bottom])
            # A known heading that stands there twice is the heading of a group.
            rank = 2 * len(known) - len(texts) + has_units, top - bottom, -top
            if known and (best is None or rank > best[0]):
                best = rank, HeadingRows(top, bottom, headings, len(known))
    return None if best is None else best[1]


def title_units(texts: list[str]) -> tuple[str, ...]:
    """Return the units that titles state for all columns.

    Parameters
    ----------
    texts
        Texts above the headings.

    Returns
    -------
    units
        Units as written, each once.

    Examples
    --------
    >>> title_units(["项目一览表（单位：亩、万元）", "填报单位：高新区"])
    ('亩', '万元')
    """
    found: list[str] = []
    for text in texts:
        for match in _TITLE_UNIT.finditer(unicodedata.normalize("NFKC", text)):
            parts = [match[1]] if _is_unit(match[1]) else _LISTED.split(match[1])
            found += [part.strip() for part in parts if _is_unit(part)]
    return tuple(dict.fromkeys(found))


def _bottoms(grid: Grid, top: int, is_heading: Callable[[str], bool]) -> Iterator[int]:
    """Yield the last rows that headings from a row on may have."""
    ends = {
        (first, last)
        for (first, left), (last, _) in grid.merged
        if top <= first < last < len(grid.rows)
        and left < len(grid.rows[first])
        and is_heading(clean_text(grid.rows[first][left]))
    }
    for bottom in range(top, min(top + _MOST_ROWS, len(grid.rows))):
        # A heading that is merged over rows is not cut in two.
        if not any(first <= bottom < last for first, last in ends):
            yield bottom


def _is_below_merged(grid: Grid, row: int, is_heading: Callable[[str], bool]) -> bool:
    """Tell whether a known heading began above and reaches into a row."""
    return any(
        top < row <= bottom and is_heading(clean_text(grid.rows[top][left]))
        for (top, left), (bottom, _) in grid.merged
        if top < len(grid.rows) and left < len(grid.rows[top])
    )


def _flattened(
    grid: Grid, top: int, bottom: int, is_heading: Callable[[str], bool]
) -> Iterator[Heading]:
    rows = [[clean_text(value) for value in row] for row in grid.rows[top : bottom + 1]]
    for level, row in enumerate(rows[:-1]):
        _carry_right(row, rows[level + 1])
    for column in range(len(rows[0])):
        texts = list(dict.fromkeys(row[column] for row in rows if row[column]))
        heading = Heading(texts[0] if texts else "")
        for text in texts[1:]:
            heading = _joined(heading, text, is_heading)
        yield heading


def _carry_right(row: list[str], below: list[str]) -> None:
    """Give the heading of a group to its columns where no cell is merged."""
    for column in range(1, len(row)):
        if not row[column] and below[column]:
            row[column] = row[column - 1]


def _joined(above: Heading, text: str, is_heading: Callable[[str], bool]) -> Heading:
    """Put the heading of a group and that of its column together."""
    group, unit = _without_unit(above.text)
    bare = text.strip(_MARKS)
    if _is_unit(bare) and not unit:
        return Heading(f"{above.text}（{bare}）", above.group)
    word, own = _without_unit(text)
    behind = f"（{own or unit}）" if own or unit else ""
    whole = f"{above.text} {text}"
    choices = [Heading(f"{group}{word}{behind}", above.group)]
    choices.append(Heading(f"{word}{group}{behind}", above.group))
    if word.casefold() not in _BARE:
        choices += [Heading(f"{word}{behind}", above.text), Heading(text, above.text)]
    choices += [Heading(whole), Heading(f"{above.text}/{text}")]
    return next((one for one in choices if is_heading(one.text)), Heading(whole))


def _without_unit(text: str) -> tuple[str, str]:
    """Return a heading without the unit in parentheses, and the unit."""
    for match in _PARENTHESES.finditer(text):
        if _is_unit(match[1]):
            return (text[: match.start()] + text[match.end() :]).strip(), match[1]
    return text, ""


def _is_title(row: list[object]) -> bool:
    """Tell whether a row holds one text for all columns."""
    texts = [clean_text(value) for value in row]
    return bool(texts[0]) and not {*texts} - {texts[0], ""}


def _is_unit_row(row: list[object]) -> bool:
    texts = [clean_text(value).strip(_MARKS) for value in row]
    filled = [text for text in texts if text]
    return bool(filled) and all(map(_is_unit, filled))


def _is_unit(text: str) -> bool:
    return quantities.is_any_unit(text)
