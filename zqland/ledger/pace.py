"""Pace: what was done of a target, what a linear pace asks, what is still needed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland.areas import Method
from zqland.ledger.days import Period
from zqland.ledger.figures import figure_columns, moved, named, total
from zqland.ledger.moves import Kind
from zqland.readiness.timeline import day_number

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from zqland.ledger.books import Books
    from zqland.ledger.figures import Figures


PACE_COLUMNS: Final = (
    "share",
    "linear_share",
    "linear_m2",
    "days_elapsed",
    "days_left",
    "remaining_m2",
    "needed_m2_per_day",
    "achieved_m2_per_day",
    "speed_up",
)
"""The figures of a pace, as columns of a table of targets."""


@dataclass(frozen=True, slots=True)
class Pace:
    r"""What was done of a year's target by a day, and what is still needed.

    .. math::

       share = done / target, \quad
       linear = days elapsed / days in the year, \quad
       needed = (target - done) / days left, \quad
       speed\text{-}up = needed / (done / days elapsed)

    Attributes
    ----------
    year
        The year.
    on
        The day, which counts as elapsed.
    target_m2
        What is to be done in the year, square metres.
    done_m2
        What was done by the day.

    Examples
    --------
    >>> pace = Pace(2023, dt.date(2023, 9, 5), target_m2=8_800.0, done_m2=1_701.0)
    >>> f"{pace.share:.1%} {pace.linear_share:.1%} {pace.days_left} {pace.speed_up:.1f}"
    '19.3% 67.9% 117 8.8'
    """

    year: int
    on: dt.date
    target_m2: float
    done_m2: float

    @property
    def days_elapsed(self) -> int:
        """Count of the days of the year that have passed, this day included."""
        past = (self.on - dt.date(self.year, 1, 1)).days + 1
        return min(max(past, 0), self._days)

    @property
    def days_left(self) -> int:
        """Count of the days of the year that are still to come."""
        return self._days - self.days_elapsed

    @property
    def share(self) -> float:
        """Share of the target that is done; NaN for a target of nothing."""
        return self.done_m2 / self.target_m2 if self.target_m2 else np.nan

    @property
    def linear_share(self) -> float:
        """Share of the year that has passed: what a linear pace would have done."""
        return self.days_elapsed / self._days

    @property
    def linear_m2(self) -> float:
        """What a linear pace would have done."""
        return self.target_m2 * self.linear_share

    @property
    def remaining_m2(self) -> float:
        """What is still to be done."""
        return max(self.target_m2 - self.done_m2, 0.0)

    @property
    def needed_m2_per_day(self) -> float:
        """What is needed a day from now on; NaN when no day is left for it."""
        if not self.days_left:
            return np.nan if self.remaining_m2 else 0.0
        return self.remaining_m2 / self.days_left

    @property
    def achieved_m2_per_day(self) -> float:
        """What was done a day so far; NaN before the year."""
        return self.done_m2 / self.days_elapsed if self.days_elapsed else np.nan

    @property
    def speed_up(self) -> float:
        """How many times faster than so far; infinite if nothing was done yet."""
        needed, achieved = self.needed_m2_per_day, self.achieved_m2_per_day
        if needed == 0:
            return 0.0
        return np.inf if achieved == 0 else needed / achieved

    @property
    def figures(self) -> dict[str, float]:
        """All of it by the names of `PACE_COLUMNS`."""
        return {name: getattr(self, name) for name in PACE_COLUMNS}

    @property
    def _days(self) -> int:
        return (dt.date(self.year + 1, 1, 1) - dt.date(self.year, 1, 1)).days


def targets(
    books: Books,
    table: pd.DataFrame | None = None,
    *,
    on: dt.date | None = None,
    basis: Method = Method.DECLARED,
) -> pd.DataFrame:
    """Compare what first reached each predicate in a year with its target.

    Ground counts in the record in which it reached the predicate first, once: what is
    split or merged later, or regained after a lapse, does not count again.

    Parameters
    ----------
    books
        The books.
    table
        Table *targets*; that of the reserve where it is not given.
    on
        The day; the as-of date where it is not given.
    basis
        Area method that the targets mean.

    Returns
    -------
    targets
        One row per target, in its order: ``year``, ``predicate``, ``scope``, ``on``,
        ``basis``, ``target_m2``, ``done_m2``, the figures of `Pace`, ``count``, and
        on each basis the area done with the count and planar area of the parcels that
        have no figure on it, and ``parcel_ids``. Mature and standard rows are never
        to be added.

    Raises
    ------
    LedgerError
        The day is later than the as-of date.
    NotFoundError
        There is no such scope.
    """
    day = books.on if on is None else on
    books.check(day)
    wanted = books.targets if table is None else table
    rows = [_row(books, one, day, Method(basis)) for one in wanted.to_dict("records")]
    return pd.DataFrame(rows, columns=[*_COLUMNS, *figure_columns()])


_COLUMNS = (
    "year",
    "predicate",
    "scope",
    "on",
    "basis",
    "target_m2",
    "done_m2",
    *PACE_COLUMNS,
)


def reached(books: Books, period: Period, *, predicate: str, scope: str) -> Figures:
    """Add up what first reaches a predicate in a period, known or expected.

    Parameters
    ----------
    books
        The books.
    period
        The days.
    predicate
        The predicate.
    scope
        Which parcels.

    Returns
    -------
    figures
        As of `zqland.ledger.figures.sums`.
    """
    moves = books.history.moves(day_number(period.first), day_number(period.last))
    into = moved(books, moves, books.inside(scope), by=(), whole=True)["in"]
    into = named(books, into, by=(), whole=True)
    chosen = into["predicate"].eq(predicate) & into["kind"].eq(Kind.FIRST_REACHED)
    return total(books, into[chosen])


def _row(
    books: Books, target: Mapping[Hashable, object], on: dt.date, basis: Method
) -> Figures:
    year, goal = int(str(target["year"])), float(str(target["target_m2"]))
    done = done_by(books, target, on)
    area = float(done[f"{basis}_m2"])
    return {
        "year": year,
        "predicate": target["predicate"],
        "scope": target["scope"],
        "on": pd.Timestamp(on),
        "basis": str(basis),
        "target_m2": goal,
        "done_m2": area,
        **Pace(year, on, target_m2=goal, done_m2=area).figures,
        **done,
    }


def done_by(books: Books, target: Mapping[Hashable, object], on: dt.date) -> Figures:
    """Add up what was done of a target by a day; nothing before its year."""
    year, scope = int(str(target["year"])), str(target["scope"])
    if on.year < year:
        books.inside(scope)
        return nothing(books)
    period = Period.year(year, until=on)
    predicate = str(target["predicate"])
    return reached(books, period, predicate=predicate, scope=scope)


def nothing(books: Books) -> Figures:
    """Give the figures of no land at all."""
    return total(books, pd.DataFrame({"owner": pd.Series(dtype="int64"), "share": []}))
