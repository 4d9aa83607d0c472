"""Days as numbers, and spans of days that an office asks about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import pandas as pd

from zqland.errors import LedgerError
from zqland.text import Text

if TYPE_CHECKING:
    from zqland.readiness.timeline import Integers

_BACKWARDS = Text(
    en="The period ends on {last}, before it begins on {first}. Give a last day that "
    "is not before the first.",
    zh="期间的截止日 {last} 早于起始日 {first}，请给出不早于起始日的截止日。",
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days that follow each other, both ends included.

    Attributes
    ----------
    first, last
        The first and the last day. The opening figures are those at the end of the
        day before the first, the closing figures those at the end of the last.

    Raises
    ------
    LedgerError
        It ends before it begins.

    Examples
    --------
    >>> Period.year(2023, until=dt.date(2023, 9, 5)).days
    248
    """

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last < self.first:
            raise LedgerError(_BACKWARDS.format(first=self.first, last=self.last))

    @classmethod
    def year(cls, year: int, *, until: dt.date | None = None) -> Self:
        """Return a calendar year, or what has passed of it by a day.

        Parameters
        ----------
        year
            The year.
        until
            The last day that counts, where the year is not over.

        Returns
        -------
        period
            From 1 January.
        """
        last = dt.date(year, 12, 31)
        return cls(dt.date(year, 1, 1), last if until is None else min(last, until))

    @classmethod
    def month(cls, year: int, month: int, *, until: dt.date | None = None) -> Self:
        """Return a calendar month, or what has passed of it by a day.

        Parameters
        ----------
        year
            The year.
        month
            The month, from 1.
        until
            The last day that counts, where the month is not over.

        Returns
        -------
        period
            From the first of the month.
        """
        first = pd.Period(year=year, month=month, freq="M")
        last = first.end_time.date()
        begin = first.start_time.date()
        return cls(begin, last if until is None else min(last, until))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def day_numbers(dates: pd.Series[pd.Timestamp], *, empty: int) -> Integers:
    """Count days from 1970-01-01.

    Parameters
    ----------
    dates
        A column of dates.
    empty
        The number for cells without a date.

    Returns
    -------
    days
        Shape (n,).
    """
    days = pd.to_datetime(dates).to_numpy("datetime64[D]")
    numbers: Integers = days.astype("int64")
    numbers[pd.isna(days)] = empty
    return numbers
