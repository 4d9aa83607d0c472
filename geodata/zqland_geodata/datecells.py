"""Read the cells of a column of days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.dates import DateRead, MonthDay, read_date
from zqland_geodata.rawtable import clean_text, rows_where
from zqland_geodata.remarks import ACTION, Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.findings import Finding
    from zqland_geodata.columns import ColumnReader

_SHOWN = 5

# A month stands for its last day, so that nothing counts before it surely is; but
# ground that is needed in a month is needed when the month begins.
_FIRST_DAY = frozenset({"needed_by"})


def month_day(column: str) -> MonthDay:
    """Return which day stands for a month in a column."""
    return "first" if column in _FIRST_DAY else "last"


def read(reader: ColumnReader, column: str, cells: pd.Series[Any]) -> pd.Series[Any]:
    """Read a column of days; what cannot be read becomes a finding.

    Parameters
    ----------
    reader
        Where findings are put.
    column
        Key of the column.
    cells
        Its cells.

    Returns
    -------
    days
        On the same index.
    """
    remarks: list[tuple[object, DateRead]] = []

    def parse(value: object) -> pd.Timestamp | None:
        if isinstance(value, pd.Timestamp):
            return value
        found = read_date(
            value,
            month_day=month_day(column),
            epoch_1904=reader.raw.layout.epoch_1904,
        )
        remarks.append((value, found))
        return None if found.day is None else pd.Timestamp(found.day)

    days = reader.convert(column, cells, parse, NOT_A_DATE)
    said = {clean_text(value): found.remark for value, found in remarks}
    words = cells.map(clean_text)
    kinds = words.map(said).where(days.notna())
    reader.findings += remarks_of(
        column, words, kinds, lambda row: reader.place(column, row)
    )
    return pd.to_datetime(days).astype("datetime64[s]")


def remarks_of(
    field: str,
    words: pd.Series[Any],
    kinds: pd.Series[Any],
    place: Callable[[int], str],
) -> list[Finding]:
    """Remark once for each way in which days of a column were understood.

    Parameters
    ----------
    field
        Column or heading.
    words
        The cells as text.
    kinds
        Remarks of `DateRead` on the same index.
    place
        Returns the place of the cell in a row.

    Returns
    -------
    findings
        One for each kind.
    """
    findings: list[Finding] = []
    for kind, rule in _RULES.items():
        rows = rows_where(kinds == kind)
        if rows:
            shown = ", ".join(place(row) for row in rows[:_SHOWN])
            more = " …" if len(rows) > _SHOWN else ""
            day = _DAYS[month_day(field)]
            findings.append(
                rule.finding(
                    "",
                    field,
                    words.iloc[rows[0]],
                    place=shown + more,
                    count=len(rows),
                    day=day,
                )
            )
    return findings


_DAYS = {
    "first": Text(en="first", zh="第一天"),
    "last": Text(en="last", zh="最后一天"),
}
NOT_A_DATE = Rule(
    "date.unreadable",
    Severity.ERROR,
    Text(en="{reason}", zh="{reason}"),
    ACTION,
)
"""A cell that holds no day, with the reason."""

_RULES = {
    "month": Rule(
        "date.month",
        Severity.WARNING,
        Text(
            en="only the month or year is named, not the day ({count} cells)",
            zh="只写到年月，没有日期（{count} 处）",
        ),
        Text(
            en="the {day} day is taken; write the day",
            zh="按{day}计；请写明日期",
        ),
    ),
    "before": Rule(
        "date.before",
        Severity.INFO,
        Text(en="“before” a day ({count} cells)", zh="写为某日“前”（{count} 处）"),
        Text(en="the day itself is taken", zh="按该日计"),
    ),
    "serial": Rule(
        "date.serial",
        Severity.INFO,
        Text(
            en="a number of days instead of a date ({count} cells)",
            zh="日期存为天数序号（{count} 处）",
        ),
        Text(
            en="counted from the first day of the workbook; format the cells as dates",
            zh="按工作簿的起始日期换算；请将单元格设为日期格式",
        ),
    ),
    "serial_assumed": Rule(
        "date.serial",
        Severity.WARNING,
        Text(
            en="a number of days instead of a date ({count} cells), and the file "
            "cannot say from which day it counts",
            zh="日期存为天数序号（{count} 处），文件未说明起始日期",
        ),
        Text(
            en="counted from 1900 as usual; write dates",
            zh="按通常的 1900 年日期系统换算；请写成日期",
        ),
    ),
}
