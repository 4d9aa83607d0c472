"""What is known of the steps of batches on a day, from their rows and their dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.approvals.rules import APPROVED, SUBMITTED
from zqland.approvals.workdays import NO_DAY
from zqland.findings import Finding, Severity
from zqland.ledger.days import day_numbers
from zqland.readiness.timeline import day_number
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    from zqland.approvals.rules import ApprovalRules
    from zqland.reserve import Reserve

    Days = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

_ROW_COLUMNS = ["batch_id", "step", "began_on", "due_on", "done_on"]


@dataclass(frozen=True, slots=True)
class Dates:
    """What is known of the steps of batches on a day.

    Attributes
    ----------
    began, due, done
        Days counted from 1970-01-01, `NO_DAY` where not known; shape (steps, batches).
    counts
        Which steps a batch has.
    """

    began: Days
    due: Days
    done: Days
    counts: Booleans


def known_dates(
    reserve: Reserve, *, on: dt.date, rules: ApprovalRules
) -> tuple[Dates, list[Finding]]:
    """Lay out what is known of the steps on a day.

    Parameters
    ----------
    reserve
        For ``batches`` and ``batch_steps``.
    on
        The day; what was done or begun later is not known yet.
    rules
        The steps.

    Returns
    -------
    dates
        Shape (steps, batches), batches in the order of their table.
    findings
        Rows of no batch or no step, repeated rows, and dates of a batch that differ
        from those of its steps.
    """
    batches = reserve.batches
    ids = pd.Index(batches["batch_id"] if len(batches) else [], dtype="str")
    rows, findings = _rows(reserve.batch_steps, ids, rules)
    shape = (len(rules.steps), len(ids))
    keys = pd.Index(list(rules.steps))
    step, batch = (
        keys.get_indexer(pd.Index(rows["step"])),
        ids.get_indexer(pd.Index(rows["batch_id"])),
    )
    began, due, done = (np.full(shape, NO_DAY) for _ in range(3))
    counts = np.zeros(shape, dtype=np.bool_)
    counts[[rule.required for rule in rules.steps.values()]] = True
    counts[step, batch] = True
    today = day_number(on)
    for days, name in ((began, "began_on"), (due, "due_on"), (done, "done_on")):
        found = day_numbers(rows[name], empty=NO_DAY)
        if name != "due_on":
            found = np.where(found <= today, found, NO_DAY)
        days[step, batch] = found
    for key in (SUBMITTED, APPROVED):
        own = keys.get_loc(key)
        stated = np.full(len(ids), NO_DAY)
        if len(ids):
            stated = day_numbers(batches[f"{key}_on"], empty=NO_DAY)
        stated = np.where(stated <= today, stated, NO_DAY)
        both = (stated != NO_DAY) & (done[own] != NO_DAY) & (stated != done[own])
        findings += [
            _differs(
                str(ids[int(place)]), rules, key, (stated[place], done[own][place])
            )
            for place in np.flatnonzero(both)
        ]
        done[own] = np.where(stated != NO_DAY, stated, done[own])
    return Dates(began, due, done, counts), findings


def _rows(
    steps: pd.DataFrame, ids: pd.Index[str], rules: ApprovalRules
) -> tuple[pd.DataFrame, list[Finding]]:
    """Keep the rows that say something, the last of repeated ones."""
    if steps.empty:
        return pd.DataFrame(columns=_ROW_COLUMNS), []
    no_batch = ~steps["batch_id"].isin(ids)
    no_step = ~steps["step"].isin(list(rules.steps))
    repeated = steps.duplicated(["batch_id", "step"], keep="last")
    findings = []
    for flags, code, message, action in (
        (no_batch, "no_batch", _NO_BATCH, _LEFT_OUT),
        (no_step & ~no_batch, "no_step", _NO_STEP, _LEFT_OUT),
        (repeated, "repeated", _REPEATED, _LAST_COUNTS),
    ):
        findings += [
            finding(
                str(row["batch_id"]),
                str(row["step"]),
                code,
                message.format(batch=row["batch_id"], step=row["step"]),
                action,
            )
            for row in steps[flags].to_dict("records")
        ]
    return steps[~no_batch & ~no_step & ~repeated][_ROW_COLUMNS], findings


def finding(batch: str, step: str, code: str, message: Text, action: Text) -> Finding:
    """Build a finding of error severity about a step of a batch.

    Parameters
    ----------
    batch, step
        What it is about.
    code
        Last part of the rule's code.
    message, action
        What was found, and what was done or is to be done.

    Returns
    -------
    finding
        The finding.
    """
    rule = f"approvals.{code}"
    return Finding(batch, step, "", rule, Severity.ERROR, message, action)


def day_text(day: int) -> str:
    """Write a day counted from 1970-01-01 as a date."""
    return str(np.datetime64(int(day), "D"))


def _differs(
    batch: str, rules: ApprovalRules, key: str, days: tuple[int, int]
) -> Finding:
    message = _DIFFERS.format(
        step=rules.steps[key].text, batch=day_text(days[0]), row=day_text(days[1])
    )
    return finding(batch, key, "differs", message, _BATCH_COUNTS)


_NO_BATCH = Text(en="there is no batch {batch}", zh="没有批次 {batch}")
_NO_STEP = Text(en="there is no step {step}", zh="没有报批步骤 {step}")
_REPEATED = Text(
    en="the step {step} of batch {batch} has several rows",
    zh="批次 {batch} 的步骤 {step} 有多行",
)
_LEFT_OUT = Text(en="left out; correct it", zh="未采用；请更正")
_LAST_COUNTS = Text(
    en="the last one counts; keep one row", zh="以最后一行为准；请保留一行"
)
_DIFFERS = Text(
    en="“{step}” is dated {batch} in the batch and {row} in its steps",
    zh="“{step}”的日期，批次表为 {batch}，步骤表为 {row}",
)
_BATCH_COUNTS = Text(
    en="the date of the batch counts; correct the wrong one",
    zh="以批次表为准；请更正有误的日期",
)
