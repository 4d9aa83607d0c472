"""Dates as offices write them.

`parse_date` takes whole dates. `read_date` also takes what offices mean by less: a
month stands for one of its days, "before" a day for the day, and a bare number for the
days since the first one of the spreadsheet. Each such reading is a remark.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from zqland.text import Text

Remark = Literal["", "month", "before", "serial", "serial_assumed"]
MonthDay = Literal["first", "last"]

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_PATTERNS = tuple(
    re.compile(pattern + _TIME)
    for pattern in (
        r"(\d{4})-(\d{1,2})-(\d{1,2})",
        r"(\d{4})/(\d{1,2})/(\d{1,2})",
        r"(\d{4})\.(\d{1,2})\.(\d{1,2})\.?",
        r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?",
        r"(\d{4})(\d{2})(\d{2})",
    )
)
_MONTHS = (
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月(?:份)?"),
    re.compile(r"(\d{4})([01]\d)"),
    re.compile(r"(\d{4})[-/.](\d{1,2})"),
)
_MONTH_END = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(?:底|末)")
_YEAR_END = re.compile(r"(\d{4})\s*年\s*(?:年)?\s*(?:底|末)")
_BEFORE = re.compile(r"(.+?)\s*(?:之前|以前|前)")
_OPEN = re.compile(r"长期.*|永久.*|无(?:固定)?期限|permanent|indefinite|open.?ended")
_RANGE = re.compile(r".*\d.*(?:至|到|~|—|–|\bto\b).*(?:\d|今|长期).*")
_DAY_RANGE = re.compile(
    r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?\s*-\s*\d{4}[-/.年].*"
    r"|\d{4}[/.年]\d{1,2}[/.月]\d{1,2}日?\s*-\s*\d{1,2}.*"
    r"|\d{4}-\d{4}年?"
)
_FIRST_YEAR, _LAST_YEAR = 1950, 2150
_EPOCHS = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class DateRead:
    """A day and how it was read.

    Attributes
    ----------
    day
        The day; ``None`` for an empty cell.
    remark
        ``month`` (a day of the month was taken), ``before`` (the day itself was taken),
        ``serial`` (counted from the first day of the workbook), ``serial_assumed``
        (counted from 1900, for the file cannot say) or ``""``.
    """

    day: dt.date | None
    remark: Remark = ""


class DateFault(ValueError):  # noqa: N818 - a fault in a cell, which becomes a finding
    """A cell holds no day; the text says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def parse_date(value: object) -> dt.date | None:
    """Read a whole date, or say that there is none.

    Parameters
    ----------
    value
        A date or datetime, or text or a whole number in one of the forms
        ``2023-09-05``, ``2023/9/5``, ``2023.9.5``, ``2023年9月5日`` and ``20230905``.

    Returns
    -------
    date
        The day; ``None`` for an empty cell.

    Raises
    ------
    DateFault
        It is not a date in one of these forms between 1950 and 2150; a `ValueError`.

    Examples
    --------
    >>> parse_date("2023年9月5日")
    datetime.date(2023, 9, 5)
    """
    if isinstance(value, dt.datetime):
        return _in_range(value.date())
    if isinstance(value, dt.date):
        return _in_range(value)
    text = _plain(value)
    if not text:
        return None
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return _day(*map(int, match.groups()))
    raise DateFault(_NOT_A_DATE)


def read_date(
    value: object,
    *,
    month_day: MonthDay = "last",
    serials: bool = True,
    epoch_1904: bool | None = None,
) -> DateRead:
    """Read a date in any form that offices use and that means one day.

    Parameters
    ----------
    value
        As in `parse_date`, or ``2023年9月``, ``2023-09``, ``2023年9月底``,
        ``2023年底``, ``2023年9月5日前``, or a number of days.
    month_day
        Which day stands for a month.
    serials
        Whether a number of five digits is one of days since the first one.
    epoch_1904
        Whether days count from 1904; ``None`` where the file cannot say.

    Returns
    -------
    read
        The day and how it was read.

    Raises
    ------
    DateFault
        It is no day: a range, without an end, or undecidable; a `ValueError`.

    Examples
    --------
    >>> read_date("2023年9月")
    DateRead(day=datetime.date(2023, 9, 30), remark='month')
    >>> read_date(45174.0, epoch_1904=False)
    DateRead(day=datetime.date(2023, 9, 5), remark='serial')
    """
    try:
        return DateRead(parse_date(value))
    except DateFault:
        text = _plain(value)
        _refuse(text)
        before = _BEFORE.fullmatch(text)
        if before:
            return _before(before[1])
        if _SERIAL.fullmatch(text) and serials:
            return _serial(float(text), epoch_1904)
        day = _month(text, month_day)
        if day is None:
            raise
        return DateRead(day, "month")


def _refuse(text: str) -> None:
    """Refuse what means no day, or more than one."""
    if _OPEN.fullmatch(text.casefold()):
        raise DateFault(_NO_END)
    if _RANGE.fullmatch(text) or _DAY_RANGE.fullmatch(text):
        raise DateFault(_A_RANGE)
    if re.fullmatch(r"\d{4}\.1", text):
        raise DateFault(_ONE_OR_TEN.format(year=text[:4]))


def _before(text: str) -> DateRead:
    """Read the last day that is meant by "before" a day or the end of a month."""
    for pattern in (_MONTH_END, _YEAR_END):
        if pattern.fullmatch(text):
            return DateRead(_month(text, "last"), "before")
    return DateRead(parse_date(text), "before")


def _month(text: str, month_day: MonthDay) -> dt.date | None:
    end = _MONTH_END.fullmatch(text)
    if end:
        return _last_day(int(end[1]), int(end[2]))
    end = _YEAR_END.fullmatch(text)
    if end:
        return _last_day(int(end[1]), _DECEMBER)
    for pattern in _MONTHS:
        match = pattern.fullmatch(text)
        if match:
            last = _last_day(int(match[1]), int(match[2]))
            return last if month_day == "last" else last.replace(day=1)
    return None


def _last_day(year: int, month: int) -> dt.date:
    if not 1 <= month <= _DECEMBER or not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise DateFault(_NOT_A_DATE)
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _serial(number: float, epoch_1904: bool | None) -> DateRead:  # noqa: FBT001 - three values
    day = _EPOCHS[bool(epoch_1904)] + dt.timedelta(days=int(number))
    remark: Remark = "serial_assumed" if epoch_1904 is None else "serial"
    return DateRead(_in_range(day), remark)


def _plain(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        return _in_range(dt.date(year, month, day))
    except ValueError as error:
        raise DateFault(_NO_SUCH_DAY) from error


def _in_range(date: dt.date) -> dt.date:
    if not _FIRST_YEAR <= date.year <= _LAST_YEAR:
        raise DateFault(_OUT_OF_RANGE)
    return date


_NOT_A_DATE = Text(
    en="not a date; write it as 2023-09-05, 2023/9/5, 2023.9.5, 2023年9月5日 or "
    "20230905",
    zh="不是日期；请写成 2023-09-05、2023/9/5、2023.9.5、2023年9月5日或20230905",
)
_NO_SUCH_DAY = Text(
    en="there is no such day in the calendar; write the right one",
    zh="日历上没有这一天；请改正",
)
_OUT_OF_RANGE = Text(
    en="the year is not between 1950 and 2150; write the right one",
    zh="年份不在 1950 至 2150 之间；请改正",
)
_NO_END = Text(
    en="no day: valid without an end; leave the cell empty if it does not expire",
    zh="不是日期：长期有效；如不失效请留空",
)
_A_RANGE = Text(
    en="a range of days; write the one day that the column asks for",
    zh="是起止日期；请只填写该列所要求的一个日期",
)
_ONE_OR_TEN = Text(
    en="January or October: spreadsheets shorten {year}.10 to {year}.1; write "
    "{year}-01 or {year}-10",
    zh="可能是 1 月或 10 月：电子表格会把 {year}.10 存成 {year}.1；请写成 {year}年1月或"
    "{year}年10月",
)
