"""Dates as offices write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_PATTERNS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_FIRST_YEAR, _LAST_YEAR = 1950, 2150


def parse_date(value: object) -> dt.date | None:
    """Read a date, or say that there is none.

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
    ValueError
        It is not a date in one of these forms between 1950 and 2150. Shorter forms
        such as ``2023年9月`` are refused: the day would be a guess.

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
            year, month, day = map(int, match.groups())
            return _in_range(dt.date(year, month, day))
    raise ValueError(text)


def _plain(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def _in_range(date: dt.date) -> dt.date:
    if not _FIRST_YEAR <= date.year <= _LAST_YEAR:
        raise ValueError(date.isoformat())
    return date
