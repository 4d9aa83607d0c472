"""Dates of approval steps that contradict each other or the law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from zqland.approvals.known import day_text, finding
from zqland.approvals.rules import DayUnit
from zqland.approvals.schedule import last_day, passed
from zqland.approvals.workdays import NO_DAY
from zqland.findings import Finding, Severity
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from zqland.approvals.known import Dates
    from zqland.approvals.rules import ApprovalRules, Step
    from zqland.approvals.workdays import WorkCalendar

    Days = npt.NDArray[np.int64]

UNIT_TEXTS: Final[Mapping[DayUnit, Text]] = {
    DayUnit.WORKING: Text(en="working days", zh="个工作日"),
    DayUnit.CALENDAR: Text(en="days", zh="日"),
}
"""The words for how days are counted."""


def contradictions(
    batches: Sequence[str],
    dates: Dates,
    *,
    rules: ApprovalRules,
    calendar: WorkCalendar,
) -> list[Finding]:
    """Find dates that cannot be so.

    Parameters
    ----------
    batches
        Their ids.
    dates
        What is known of their steps.
    rules
        The steps.
    calendar
        Which days are worked.

    Returns
    -------
    findings
        Steps that end before they begin or before their least time has passed, steps
        that begin or end before those that they wait for, and (as warnings) steps
        without a date before steps that are done.
    """
    place = {key: row for row, key in enumerate(rules.steps)}
    findings: list[Finding] = []
    for key, step in rules.steps.items():
        began, done = dates.began[place[key]], dates.done[place[key]]
        findings += _too_soon(batches, step, began, done, calendar)
        for other in step.after:
            row = place[other]
            own = rules.steps[other]
            findings += _out_of_order(
                batches, (own, step), dates.done[row], began, done
            )
        for other in step.alongside:
            own = rules.steps[other]
            days = dates.began[place[other]]
            findings += _out_of_order(batches, (own, step), days, began, done)
    return findings + list(_undated(batches, dates, rules))


def _too_soon(
    batches: Sequence[str], step: Step, began: Days, done: Days, calendar: WorkCalendar
) -> Iterator[Finding]:
    both = (began != NO_DAY) & (done != NO_DAY)
    least = last_day(began, step, calendar)
    for number in np.flatnonzero(both & (done < least)):
        backwards = done[number] < began[number]
        message = _BACKWARDS if backwards else _TOO_SHORT
        yield finding(
            batches[int(number)],
            step.key,
            "ends_before_begin" if backwards else "too_short",
            message.format(
                step=step.text,
                began=day_text(began[number]),
                done=day_text(done[number]),
                days=step.days,
                unit=UNIT_TEXTS[step.unit],
                least=day_text(least[number]),
            ),
            _CORRECT,
        )


def _out_of_order(
    batches: Sequence[str],
    pair: tuple[Step, Step],
    before: Days,
    began: Days,
    done: Days,
) -> Iterator[Finding]:
    """Compare a step with one that it waits for, where both have dates."""
    own = np.where(began != NO_DAY, began, done)
    wrong = (before != NO_DAY) & (own != NO_DAY) & (own < before)
    for number in np.flatnonzero(wrong):
        yield finding(
            batches[int(number)],
            pair[1].key,
            "out_of_order",
            _ORDER.format(
                step=pair[1].text,
                own=day_text(own[number]),
                before=pair[0].text,
                day=day_text(before[number]),
            ),
            _CORRECT,
        )


def _undated(
    batches: Sequence[str], dates: Dates, rules: ApprovalRules
) -> Iterator[Finding]:
    lacking = passed(dates, rules) & (dates.done == NO_DAY) & dates.counts
    keys = list(rules.steps)
    for number in np.flatnonzero(lacking.any(axis=0)):
        steps = [keys[row] for row in np.flatnonzero(lacking[:, number])]
        yield Finding(
            batches[int(number)],
            steps[0],
            "",
            "approvals.undated",
            Severity.WARNING,
            _UNDATED.format(steps=rules.words(steps)),
            _DATE_THEM,
        )


_BACKWARDS = Text(
    en="“{step}” was done on {done}, before it began on {began}",
    zh="“{step}”的完成日期 {done} 早于开始日期 {began}",
)
_TOO_SHORT = Text(
    en="“{step}” ran from {began} to {done}; the law asks for at least {days} {unit}, "
    "until {least}",
    zh="“{step}”自 {began} 至 {done}，不足法定的 {days} {unit}（应至 {least}）",
)
_ORDER = Text(
    en="“{step}” is dated {own}, before “{before}” on {day}",
    zh="“{step}”的日期 {own} 早于其前置步骤“{before}”的 {day}",
)
_CORRECT = Text(
    en="the dates are used as recorded; correct them or make up for the step",
    zh="按登记日期推算；请更正日期或补办该步骤",
)
_UNDATED = Text(
    en="later steps are done, but these have no date: {steps}",
    zh="后续步骤已完成，但以下步骤没有完成日期：{steps}",
)
_DATE_THEM = Text(en="taken as done; record the dates", zh="视为已完成；请补登日期")
