"""Rows of totals: they are no records, with or without a word that says so."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from zqland_geodata.rawtable import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORD = re.compile(
    r".{0,12}(?:合计|总计|小计|共计|累计)(?::|\(.{0,12}\)|\d{1,6}.{0,4})?"
    r"|(?:grand|sub)?-?totals?:?|sum:?"
)
_FIRST_CELLS = 3
_LEAST_ROWS = 2
_ROUNDING = 1e-9


def is_total(texts: Sequence[str]) -> bool:
    """Tell whether one of the first cells of a row says that it is one of totals.

    Parameters
    ----------
    texts
        Cells of the row.

    Returns
    -------
    is_total
        Whether it is.

    Examples
    --------
    >>> is_total(["", "合 计：", "120"]), is_total(["高新区", "小计（3个）", "40"])
    (True, True)
    >>> is_total(["P-1", "合计电子厂", "40"])
    False
    """
    filled = [text for text in texts if text][:_FIRST_CELLS]
    return any(_WORD.fullmatch(_plain(text)) for text in filled)


def unnamed_totals(rows: Sequence[Sequence[Any]]) -> Iterator[int]:
    """Find rows of nothing but figures that are the sums of the rows above.

    Parameters
    ----------
    rows
        Cells of the rows, those of named totals left out.

    Yields
    ------
    row
        Its place among the rows: the first cell is empty, no other holds a word, and
        every figure is the sum of at least two rows above.

    Examples
    --------
    >>> list(unnamed_totals([("A", 20), ("B", 30.5), ("", "50.5")]))
    [2]
    """
    candidates = {
        number
        for number, row in enumerate(rows)
        if number >= _LEAST_ROWS and not clean_text(row[0]) and _has_only_figures(row)
    }
    if not candidates:
        return
    sums, counts = [0.0] * len(rows[0]), [0] * len(rows[0])
    # Row after row: whether a row counts depends on those above.
    for number, row in enumerate(rows[: max(candidates) + 1]):
        figures = [_figure(value) for value in row]
        if number in candidates and all(
            figure is None
            or (counts[place] >= _LEAST_ROWS and _is_near(figure, sums[place]))
            for place, figure in enumerate(figures)
        ):
            yield number
            continue
        for place, figure in enumerate(figures):
            if figure is not None:
                sums[place] += figure
                counts[place] += 1


def _has_only_figures(row: Sequence[Any]) -> bool:
    filled = [value for value in row if clean_text(value)]
    return bool(filled) and all(_figure(value) is not None for value in filled)


def _is_near(figure: float, total: float) -> bool:
    return abs(total - figure) <= _ROUNDING * max(abs(total), 1000.0)


def _figure(value: object) -> float | None:
    text = unicodedata.normalize("NFKC", clean_text(value)).replace(",", "")
    try:
        figure = float(text)
    except ValueError:
        return None
    return figure if math.isfinite(figure) else None


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
