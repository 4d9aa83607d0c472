"""Read the cells of a sheet of evidence: dates, yes and no, and plans."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland_geodata.dates import DateFault, DateRead, read_date
from zqland_geodata.rawtable import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.text import Text

YES = frozenset(
    ("是", "√", "✓", "✔", "有", "已", "已完成", "完成", "已通", "yes", "y", "true")
)
"""Words that say that an item is done, without a date."""

NO = frozenset(
    (
        "否",
        "×",
        "✗",
        "✘",
        "x",
        "无",
        "没有",
        "未",
        "未完成",
        "未通",
        "no",
        "n",
        "false",
        "-",
        "—",
        "–",
        "/",
    )
)
"""Words that say that an item is not done."""

_PLANNED = re.compile(r"(?:计划|预计|拟|due|planned)\s*:?\s*(.+)", re.IGNORECASE)


def read_cells(
    cells: pd.Series[Any], *, serials: bool = False, epoch_1904: bool | None = None
) -> pd.DataFrame:
    """Tell what each cell says.

    Parameters
    ----------
    cells
        Cells of one column, as read.
    serials
        Whether a bare number of five digits is one of days; under the name of an item
        it may as well be a figure.
    epoch_1904
        Whether days count from 1904; ``None`` where the file cannot say.

    Returns
    -------
    said
        On the same index: ``kind`` (``date``, ``planned``, ``yes``, ``no``, ``empty``
        or ``unreadable``), ``date`` (NaT unless it is a date or a plan), ``remark`` (as
        in `DateRead`) and ``reason`` (why it is unreadable, or ``None``).

    Examples
    --------
    >>> read_cells(pd.Series(["2023.9.5", "√", "计划2024/3/1"]))["kind"].to_list()
    ['date', 'yes', 'planned']
    """

    def read(value: object) -> DateRead:
        return read_date(value, serials=serials, epoch_1904=epoch_1904)

    keys = [f"{type(cell).__name__}:{cell}" for cell in cells]
    distinct = dict(zip(keys, cells, strict=True))
    said = {key: _read_cell(cell, read) for key, cell in distinct.items()}
    kinds = pd.Series([said[key].kind for key in keys], cells.index, dtype="str")
    dates = pd.to_datetime(
        pd.Series([said[key].date.day for key in keys], cells.index, dtype="object")
    )
    return pd.DataFrame(
        {
            "kind": kinds,
            "date": dates.astype("datetime64[s]"),
            "remark": pd.Series([said[key].date.remark for key in keys], cells.index),
            "reason": pd.Series(
                [said[key].reason for key in keys], cells.index, dtype="object"
            ),
        }
    )


_NO_DAY = DateRead(None)


@dataclass(frozen=True, slots=True)
class _Said:
    kind: str
    date: DateRead = _NO_DAY
    reason: Text | None = None


def _read_cell(cell: object, read: Callable[[object], DateRead]) -> _Said:
    word = unicodedata.normalize("NFKC", clean_text(cell)).casefold()
    if not word:
        return _Said("empty")
    if word in YES:
        return _Said("yes")
    if word in NO:
        return _Said("no")
    planned = _PLANNED.fullmatch(word)
    try:
        if planned:
            return _Said("planned", read(planned[1]))
        return _Said("date", read(cell))
    except DateFault as error:
        return _Said("unreadable", reason=error.text)
