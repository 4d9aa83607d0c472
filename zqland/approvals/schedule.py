"""When batches can be approved at the earliest, what is critical and what is blocking.

The steps are a graph (`zqland.approvals.rules`). Every step ends when its least time
has passed, not before the as-of date, and not before all that it waits for has ended. A
step with a least time ends with the close of its last day, and what follows begins on
the day after; one without can be followed on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.approvals.rules import APPROVED, DayUnit
from zqland.approvals.workdays import NO_DAY

if TYPE_CHECKING:
    import numpy.typing as npt

    from zqland.approvals.known import Dates
    from zqland.approvals.rules import ApprovalRules, Step
    from zqland.approvals.workdays import WorkCalendar

    Days = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Times:
    """When steps begin and end at the earliest; shape (steps, batches).

    Attributes
    ----------
    begins, ends
        First and last day of each step; of steps that are passed, as recorded.
    free
        First day on which what follows may begin.
    critical
        Steps that decide when the batch comes to its next goal.
    """

    begins: Days
    ends: Days
    free: Days
    critical: Booleans


def passed(dates: Dates, rules: ApprovalRules) -> Booleans:
    """Tell which steps are behind: done, or followed by one that is done.

    Parameters
    ----------
    dates
        What is known.
    rules
        The steps.

    Returns
    -------
    passed
        Shape (steps, batches).
    """
    behind: Booleans = dates.done != NO_DAY
    place = {key: row for row, key in enumerate(rules.steps)}
    for key in reversed(list(rules.steps)):
        for before in rules.steps[key].after:
            behind[place[before]] |= behind[place[key]]
    return behind


def earliest(
    dates: Dates,
    on: int,
    *,
    rules: ApprovalRules,
    calendar: WorkCalendar,
    planned: bool = False,
) -> Times:
    """Work out when every step can begin and end at the earliest.

    Parameters
    ----------
    dates
        What is known.
    on
        The as-of date, counted from 1970-01-01.
    rules
        The steps, in an order in which each comes after all that it waits for.
    calendar
        Which days are worked.
    planned
        Whether steps that are not done end no earlier than the day planned for them.

    Returns
    -------
    times
        The days, and which steps are critical.
    """
    shape = dates.done.shape
    begins, ends, free = (np.full(shape, NO_DAY) for _ in range(3))
    driver = np.full(shape, -1)
    behind = passed(dates, rules)
    place = {key: row for row, key in enumerate(rules.steps)}
    # Over steps, each with all batches at once.
    for key, step in rules.steps.items():
        row = place[key]
        ready, driver[row] = _ready(step, place, begins, free)
        begins[row] = np.where(
            dates.began[row] != NO_DAY, dates.began[row], np.maximum(ready, on)
        )
        lasts = last_day(begins[row], step, calendar)
        ends[row] = np.maximum(np.maximum(lasts, ready), on)
        if planned:
            ends[row] = np.maximum(ends[row], dates.due[row])
        after = 1 if step.days else 0
        free[row] = ends[row] + after
        # What is behind holds nothing up: it ended as recorded, or some time before.
        done = dates.done[row]
        ends[row] = np.where(behind[row], done, ends[row])
        known = behind[row] & (done != NO_DAY)
        free[row] = np.where(
            behind[row], np.where(known, done + after, NO_DAY), free[row]
        )
        begins[row] = np.where(behind[row], dates.began[row], begins[row])
        out = ~dates.counts[row]
        free[row] = np.where(out, ready, free[row])
        begins[row], ends[row] = (
            np.where(out, NO_DAY, days[row]) for days in (begins, ends)
        )
    critical = _critical(goals(behind, rules), driver) & ~behind & dates.counts
    return Times(begins, ends, free, critical)


def last_day(begins: Days, step: Step, calendar: WorkCalendar) -> Days:
    """Find the last day of the least time of a step.

    Parameters
    ----------
    begins
        Days on which it begins, which do not count; `NO_DAY` stays.
    step
        The step.
    calendar
        Which days are worked.

    Returns
    -------
    days
        The day itself for a step without a least time.
    """
    if step.unit is DayUnit.WORKING:
        return calendar.later(begins, step.days)
    return np.where(begins == NO_DAY, NO_DAY, begins + step.days)


def goals(behind: Booleans, rules: ApprovalRules) -> Days:
    """Find the next goal of each batch: its approval, and after it the last step.

    Parameters
    ----------
    behind
        Which steps are passed.
    rules
        The steps.

    Returns
    -------
    goals
        Place of a step per batch.
    """
    approved = list(rules.steps).index(APPROVED)
    last = len(rules.steps) - 1
    return np.where(behind[approved], last, approved)


def _ready(
    step: Step, place: dict[str, int], begins: Days, free: Days
) -> tuple[Days, npt.NDArray[np.int64]]:
    """Find from when a step may begin, and which other step decides that."""
    ready = np.full(free.shape[1], NO_DAY)
    driver = np.full(free.shape[1], -1)
    sources = [(place[key], free) for key in step.after]
    sources += [(place[key], begins) for key in step.alongside]
    for row, days in sources:
        later = days[row] > ready
        ready = np.where(later, days[row], ready)
        driver = np.where(later, row, driver)
    return ready, driver


def _critical(goal: Days, driver: npt.NDArray[np.int64]) -> Booleans:
    """Go back from the goal of each batch along the steps that decide its day."""
    critical = np.zeros(driver.shape, dtype=np.bool_)
    batch = np.arange(driver.shape[1])
    critical[goal, batch] = True
    for row in range(len(driver) - 1, -1, -1):
        before = driver[row]
        moves = critical[row] & (before >= 0)
        critical[before[moves], batch[moves]] = True
    return critical
