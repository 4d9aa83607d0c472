"""The book of approvals: every batch with its steps, its days and what holds it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zqland import tables
from zqland.approvals.contradictions import contradictions
from zqland.approvals.known import known_dates
from zqland.approvals.rules import APPROVED, SUBMITTED, DayUnit
from zqland.approvals.schedule import earliest, goals, passed
from zqland.approvals.sentences import step_reason
from zqland.approvals.workdays import NO_DAY
from zqland.quotas import batch_states
from zqland.readiness.timeline import day_number
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import numpy.typing as npt

    from zqland.approvals.known import Dates
    from zqland.approvals.rules import ApprovalRules
    from zqland.approvals.schedule import Times
    from zqland.catalogues import Catalogues
    from zqland.findings import Finding
    from zqland.reserve import Reserve

    Days = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

DONE: Final = "done"
PASSED: Final = "passed"
RUNNING: Final = "running"
OPEN: Final = "open"
WAITING: Final = "waiting"
STATES: Final = (DONE, PASSED, RUNNING, OPEN, WAITING)
"""States of a step: done; passed without a date, since a later step is done; running;
open to begin; waiting for others."""

STATE_TEXTS: Final[Mapping[str, Text]] = {
    DONE: Text(en="done", zh="已完成"),
    PASSED: Text(en="passed without a date", zh="已过（未登记日期）"),
    RUNNING: Text(en="running", zh="办理中"),
    OPEN: Text(en="can begin", zh="可启动"),
    WAITING: Text(en="waiting", zh="待前置步骤"),
}
"""The words for the states of a step."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """Batches of land-use approval on a day.

    Attributes
    ----------
    batches
        One row per batch: ``batch_id``, ``name``, ``district``, ``year``, ``state``
        (`zqland.quotas.BatchState`), ``submitted_on``, ``approved_on``,
        ``step_count``, ``done_count``, ``earliest_submitted_on``,
        ``earliest_approved_on`` and ``earliest_supply_on`` (by the least times of the
        law; missing for what has passed), ``expected_approved_on`` (with the days
        planned for the steps), ``goal`` (the next of approval and last step),
        ``critical_path`` (steps to it that decide its day), ``blocking`` (of these,
        what can be done now), ``next_steps`` (all that can be done now), ``overdue``
        (steps planned for a day that has passed), ``area_m2``, ``scale_m2``,
        ``indicator_m2`` (sums of its rows), ``lacking_count`` (rows without an area),
        ``parcel_count`` and ``parcel_ids``. Steps are tuples of keys.
    steps
        One row per batch and step that it has: ``batch_id``, ``step``, ``name`` (a
        `zqland.text.Text`), ``state`` (one of `STATES`), ``began_on``, ``due_on``,
        ``done_on``, ``earliest_begin_on``, ``earliest_finish_on``, ``expected_on``,
        ``waits_for`` (keys of steps that are not done), ``is_critical``,
        ``is_overdue`` and ``reason`` (a `zqland.text.Text`).
    findings
        Dates that contradict each other, and steps without a date.
    notes
        What the days rest on, such as years without known holidays.
    """

    batches: pd.DataFrame
    steps: pd.DataFrame
    findings: tuple[Finding, ...]
    notes: tuple[Text, ...]


def approvals(reserve: Reserve, *, on: dt.date, catalogues: Catalogues) -> Approvals:
    """Work out how far batches are, when they can be approved, and what blocks them.

    Parameters
    ----------
    reserve
        For ``batches``, ``batch_steps`` and ``batch_parcels``.
    on
        The day; what is dated later is not known yet.
    catalogues
        For the steps (``approvals``) and the working days (``workdays``).

    Returns
    -------
    approvals
        The batches, their steps, findings and notes.

    References
    ----------
    土地管理法 (2019), articles 44 to 48, and its 实施条例 (2021), articles 26 to 32.
    """
    rules, calendar = catalogues.approvals, catalogues.workdays
    today = day_number(on)
    dates, findings = known_dates(reserve, on=on, rules=rules)
    batches = _identified(reserve.batches)
    ids = list(batches["batch_id"])
    findings += contradictions(ids, dates, rules=rules, calendar=calendar)
    soonest = earliest(dates, today, rules=rules, calendar=calendar)
    planned = earliest(dates, today, rules=rules, calendar=calendar, planned=True)
    steps = _steps(ids, dates, (soonest, planned), rules, today)
    goal = np.array(list(rules.steps), dtype=object)[goals(passed(dates, rules), rules)]
    table = batches.assign(state=batch_states(batches, on=on), goal=goal)
    table = table.merge(_progress(steps), how="left", on="batch_id")
    return Approvals(
        batches=table.merge(_ground(reserve, ids), how="left", on="batch_id"),
        steps=steps,
        findings=tuple(findings),
        notes=calendar.notes(_years(soonest, rules)),
    )


def _identified(batches: pd.DataFrame) -> pd.DataFrame:
    columns = ["batch_id", "name", "district", "year", "submitted_on", "approved_on"]
    if batches.empty:
        return tables.empty("batches")[columns]
    return batches[columns].reset_index(drop=True)


def _steps(
    ids: list[str],
    dates: Dates,
    times: tuple[Times, Times],
    rules: ApprovalRules,
    today: int,
) -> pd.DataFrame:
    """List the steps of all batches, batch by batch."""
    soonest, planned = times
    behind = passed(dates, rules)
    batch, row = np.nonzero(dates.counts.T)

    def flat(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values[row, batch]

    waits = _waits(behind | ~dates.counts, dates, rules)
    begun, done = flat(dates.began) != NO_DAY, flat(dates.done) != NO_DAY
    pairs = zip(row.tolist(), batch.tolist(), strict=True)
    waiting = [waits[one] for one in pairs]
    is_open = np.array([not others for others in waiting], dtype=np.bool_)
    state = np.select(
        [done, flat(behind), begun, is_open], [DONE, PASSED, RUNNING, OPEN], WAITING
    )
    due = flat(dates.due)
    keys, all_steps = np.array(list(rules.steps)), list(rules.steps.values())
    gone = done | flat(behind)
    table = pd.DataFrame(
        {
            "batch_id": np.array(ids, dtype=object)[batch],
            "step": keys[row],
            "name": [all_steps[one].text for one in row],
            "state": state,
            "began_on": _dates(flat(dates.began)),
            "due_on": _dates(due),
            "done_on": _dates(flat(dates.done)),
            "earliest_begin_on": _dates(np.where(gone, NO_DAY, flat(soonest.begins))),
            "earliest_finish_on": _dates(np.where(gone, NO_DAY, flat(soonest.ends))),
            "expected_on": _dates(np.where(gone, NO_DAY, flat(planned.ends))),
            "waits_for": waiting,
            "is_critical": flat(soonest.critical),
            "is_overdue": ~gone & (due != NO_DAY) & (due < today),
        }
    )
    reasons = [step_reason(one, rules) for one in table.to_dict("records")]
    return table.assign(reason=pd.Series(reasons, dtype=object))


def _waits(
    behind: Booleans, dates: Dates, rules: ApprovalRules
) -> dict[tuple[int, int], tuple[str, ...]]:
    """Name what every step still waits for; absent steps hand on what they wait for."""
    place = {key: row for row, key in enumerate(rules.steps)}
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    # A loop over steps and batches: some thirty steps, batches by the hundred.
    for batch in range(behind.shape[1]):
        for key, step in rules.steps.items():
            names: dict[str, None] = {}
            for other in step.after:
                row = place[other]
                if not dates.counts[row, batch]:
                    names |= dict.fromkeys(found[row, batch])
                elif not behind[row, batch]:
                    names[other] = None
            for other in step.alongside:
                row = place[other]
                begun = dates.began[row, batch] != NO_DAY or behind[row, batch]
                if not begun:
                    names[other] = None
            found[place[key], batch] = tuple(names)
    return found


def _progress(steps: pd.DataFrame) -> pd.DataFrame:
    """Sum up the steps of each batch."""
    rows = [
        {"batch_id": batch, **_summary(own)}
        for batch, own in steps.groupby("batch_id", sort=False)
    ]
    return pd.DataFrame(rows, columns=["batch_id", *_SUMMARY])


_SUMMARY = (
    "step_count",
    "done_count",
    "earliest_submitted_on",
    "earliest_approved_on",
    "earliest_supply_on",
    "expected_approved_on",
    "critical_path",
    "blocking",
    "next_steps",
    "overdue",
)


def _summary(own: pd.DataFrame) -> dict[str, object]:
    named = own.set_index("step")
    soonest, expected = named["earliest_finish_on"], named["expected_on"]
    now = named["state"].isin([RUNNING, OPEN])
    return {
        "step_count": len(own),
        "done_count": int(named["state"].isin([DONE, PASSED]).sum()),
        "earliest_submitted_on": soonest.get(SUBMITTED, pd.NaT),
        "earliest_approved_on": soonest.get(APPROVED, pd.NaT),
        "earliest_supply_on": soonest.iloc[-1],
        "expected_approved_on": expected.get(APPROVED, pd.NaT),
        "critical_path": tuple(named.index[named["is_critical"]]),
        "blocking": tuple(named.index[named["is_critical"] & now]),
        "next_steps": tuple(named.index[now]),
        "overdue": tuple(named.index[named["is_overdue"]]),
    }


def _ground(reserve: Reserve, ids: list[str]) -> pd.DataFrame:
    """Add up the ground of each batch, as its rows state it."""
    rows = reserve.batch_parcels
    if rows.empty:
        rows = tables.empty("batch_parcels")
    areas = ["area_m2", "scale_m2", "indicator_m2"]
    numbers = rows[areas].astype("float64")
    named = rows[["batch_id"]].join(numbers)
    named["lacking_count"] = numbers["area_m2"].isna().astype(int)
    sums = named.groupby("batch_id").sum().reindex(ids, fill_value=0)
    parcels = {
        batch: tuple(sorted(part["parcel_id"]))
        for batch, part in rows.groupby("batch_id")
    }
    found = pd.Series([parcels.get(batch, ()) for batch in ids], dtype=object)
    table = sums.rename_axis("batch_id").reset_index()
    return table.assign(parcel_count=found.map(len), parcel_ids=found)


def _dates(days: Days) -> pd.Series[pd.Timestamp]:
    known = days != NO_DAY
    dates = np.full(len(days), np.datetime64("NaT"), dtype="datetime64[s]")
    dates[known] = days[known].astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(dates)


def _years(times: Times, rules: ApprovalRules) -> set[int]:
    """List the years in which working days were counted."""
    years: set[int] = set()
    for row, step in enumerate(rules.steps.values()):
        if step.unit is not DayUnit.WORKING or not step.days:
            continue
        for days in (times.begins[row], times.ends[row]):
            known = days[days != NO_DAY].astype("datetime64[D]")
            years |= set((known.astype("datetime64[Y]").astype(int) + 1970).tolist())
    return years
