"""Working days: weekends by rule, holidays and days worked in their place by year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from zqland.catalogues.document import CatalogueDocument, Section

    Days = npt.NDArray[np.int64]

NO_DAY: Final = np.iinfo(np.int64).min
"""Stands for a day that is not known, among days counted from 1970-01-01."""

_SPAN = re.compile(r"(\d\d-\d\d)(?:\.\.(\d\d-\d\d))?")
_THURSDAY: Final = 3
"""Weekday of 1970-01-01, counted from Monday."""

_YEAR = Text(
    en="{key} is not a year of four digits, such as 2023.",
    zh="{key} 不是四位数的年份，应如 2023。",
)
_BAD_SPAN = Text(
    en="{key} has {value}; needed are days such as 01-01 or 01-21..01-27.",
    zh="{key} 中有 {value}，应为 01-01 或 01-21..01-27 这样的日期。",
)
_NO_WEEKEND = Text(
    en="{key} has {value}, which is neither Saturday nor Sunday, or is a holiday.",
    zh="{key} 中的 {value} 不是周六、周日，或者是节假日。",
)
_UNLISTED = Text(
    en="The holidays of {years} are not in holidays.toml: working days of these years "
    "were counted by the weekends alone. Add the notice of the State Council.",
    zh="holidays.toml 未列入 {years} 年的节假日安排，这些年份的工作日仅按周末推算。"
    "请补充国务院办公厅的放假通知。",
)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked.

    Attributes
    ----------
    years
        Years whose holidays are known.
    holidays
        Days off, weekends among them or not.
    workdays
        Saturdays and Sundays that are worked.
    sources
        Notice of each year.
    """

    years: frozenset[int]
    holidays: frozenset[dt.date]
    workdays: frozenset[dt.date]
    sources: tuple[tuple[int, str], ...] = ()

    def is_working(self, days: Days) -> npt.NDArray[np.bool_]:
        """Tell which days are worked.

        Parameters
        ----------
        days
            Days counted from 1970-01-01.

        Returns
        -------
        working
            In the shape of the days.
        """
        weekend = (days + _THURSDAY) % 7 >= 5  # noqa: PLR2004 - Saturday
        off = np.isin(days, _numbers(self.holidays))
        worked = np.isin(days, _numbers(self.workdays))
        working: npt.NDArray[np.bool_] = (~weekend & ~off) | worked
        return working

    def later(self, days: Days, count: Days | int) -> Days:
        """Find the last day of periods of working days.

        Parameters
        ----------
        days
            Days after which the periods begin, counted from 1970-01-01; `NO_DAY`
            stays.
        count
            Length of each period in working days.

        Returns
        -------
        days
            The last working day of each; the day itself for a length of 0.

        Examples
        --------
        >>> day = np.array([dt.date(2023, 9, 28)], dtype="datetime64[D]").astype(int)
        >>> plain = WorkCalendar(frozenset(), frozenset(), frozenset())
        >>> plain.later(day, 2).astype("datetime64[D]").astype(str).tolist()
        ['2023-10-02']
        """
        days, lengths = np.broadcast_arrays(days, np.asarray(count, dtype=np.int64))
        known = days != NO_DAY
        found: Days = days.copy()
        if not known.any():
            return found
        first = int(days[known].min())
        # Half of all days are worked at the least, over any two months.
        span = int(days[known].max()) - first + 2 * int(lengths.max()) + 60
        worked = (
            first + 1 + np.flatnonzero(self.is_working(first + 1 + np.arange(span)))
        )
        place = np.searchsorted(worked, days[known], side="right") + lengths[known] - 1
        reached = worked[np.maximum(place, 0)]
        found[known] = np.where(lengths[known] > 0, reached, days[known])
        return found

    def unlisted(self, years: Iterable[int]) -> tuple[int, ...]:
        """List the years whose holidays are not known.

        Parameters
        ----------
        years
            The years that were used.

        Returns
        -------
        years
            In order.
        """
        return tuple(sorted(set(years) - self.years))

    def notes(self, years: Iterable[int]) -> tuple[Text, ...]:
        """Say which years were counted by weekends alone.

        Parameters
        ----------
        years
            The years that were used.

        Returns
        -------
        notes
            One sentence, or none.
        """
        missing = self.unlisted(years)
        if not missing:
            return ()
        return (_UNLISTED.format(years=", ".join(map(str, missing))),)


def parse(document: CatalogueDocument) -> WorkCalendar:
    """Read the calendar from ``holidays.toml``.

    Parameters
    ----------
    document
        The document.

    Returns
    -------
    calendar
        The checked calendar.

    Raises
    ------
    CatalogueError
        An entry has a fault; the message names the line.
    """
    holidays: set[dt.date] = set()
    workdays: set[dt.date] = set()
    sources = []
    for entry in document.root.sections():
        entry.allow("holidays", "workdays", "source")
        if not re.fullmatch(r"\d{4}", entry.name):
            raise entry.fault(_YEAR.format(key=entry.name))
        holidays |= set(_listed(entry, "holidays"))
        sources.append((int(entry.name), entry.source()))
        for day in _listed(entry, "workdays"):
            if day.weekday() < 5 or day in holidays:  # noqa: PLR2004 - Saturday
                where, value = f"{entry.name}.workdays", f"{day:%m-%d}"
                found = _NO_WEEKEND.format(key=where, value=value)
                raise entry.fault(found, "workdays", value)
            workdays.add(day)
    return WorkCalendar(
        years=frozenset(year for year, _ in sources),
        holidays=frozenset(holidays),
        workdays=frozenset(workdays),
        sources=tuple(sources),
    )


def _listed(entry: Section, key: str) -> Iterator[dt.date]:
    for value in entry.texts(key):
        span = _SPAN.fullmatch(value)
        try:
            if span is None:
                raise ValueError  # noqa: TRY301 - as an impossible day
            first = dt.date.fromisoformat(f"{entry.name}-{span[1]}")
            last = dt.date.fromisoformat(f"{entry.name}-{span[2] or span[1]}")
            if last < first:
                raise ValueError  # noqa: TRY301 - as an impossible day
        except ValueError:
            found = _BAD_SPAN.format(key=f"{entry.name}.{key}", value=value)
            raise entry.fault(found, key, value) from None
        for number in range((last - first).days + 1):
            yield first + dt.timedelta(days=number)


def _numbers(days: Iterable[dt.date]) -> Days:
    numbers: Days = np.array(sorted(days), dtype="datetime64[D]").astype(np.int64)
    return numbers
