"""Read the cells of a sheet of evidence: dates, yes and no, and plans."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland_geodata.dates import parse_date
from zqland_geodata.rawtable import clean_text

if TYPE_CHECKING:
    import datetime as dt

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


def read_cells(cells: pd.Series[Any]) -> pd.DataFrame:
    """Tell what each cell says.

    Parameters
    ----------
    cells
        Cells of one column, as read.

    Returns
    -------
    said
        On the same index: ``kind`` (``date``, ``planned``, ``yes``, ``no``, ``empty``
        or ``unreadable``) and ``date`` (NaT unless it is a date or a plan).

    Examples
    --------
    >>> read_cells(pd.Series(["2023.9.5", "√", "计划2024/3/1"]))["kind"].to_list()
    ['date', 'yes', 'planned']
    """
    keys = [f"{type(cell).__name__}:{cell}" for cell in cells]
    distinct = dict(zip(keys, cells, strict=True))
    said = {key: _read_cell(cell) for key, cell in distinct.items()}
    kinds = pd.Series([said[key][0] for key in keys], cells.index, dtype="str")
    dates = pd.to_datetime(
        pd.Series([said[key][1] for key in keys], cells.index, dtype="object")
    )
    return pd.DataFrame({"kind": kinds, "date": dates.astype("datetime64[s]")})


def _read_cell(cell: object) -> tuple[str, dt.date | None]:
    word = unicodedata.normalize("NFKC", clean_text(cell)).casefold()
    if not word:
        return "empty", None
    if word in YES:
        return "yes", None
    if word in NO:
        return "no", None
    planned = _PLANNED.fullmatch(word)
    try:
        if planned:
            return "planned", parse_date(planned[1])
        return "date", parse_date(cell)
    except ValueError:
        return "unreadable", None
