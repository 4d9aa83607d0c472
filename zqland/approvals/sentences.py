"""Why a step of an approval stands as it does, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland.approvals.contradictions import UNIT_TEXTS
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from zqland.approvals.rules import ApprovalRules, Step


def step_reason(row: Mapping[Hashable, Any], rules: ApprovalRules) -> Text:
    """Say why a step stands as it does.

    Parameters
    ----------
    row
        A row of the steps.
    rules
        The steps.

    Returns
    -------
    reason
        A sentence without its full stop.
    """
    step = rules.steps[str(row["step"])]
    facts = {
        str(name): f"{value:%Y-%m-%d}"
        for name, value in row.items()
        if isinstance(value, pd.Timestamp) and not pd.isna(value)
    }
    text = {
        "done": _DONE,
        "passed": _PASSED,
        "running": _RUNNING,
        "open": _OPEN,
        "waiting": _WAITING,
    }[str(row["state"])]
    found = text.format(
        **facts,
        least=_least(step),
        others=rules.words(row["waits_for"]),
    )
    if row["is_overdue"]:
        return _OVERDUE.format(text=found, due=facts["due_on"])
    return found


def _least(step: Step) -> Text:
    if not step.days:
        return Text(en="", zh="")
    return _LEAST.format(days=step.days, unit=UNIT_TEXTS[step.unit])


_LEAST = Text(en=" (at least {days} {unit})", zh="（不少于 {days} {unit}）")
_DONE = Text(en="done on {done_on}", zh="已于 {done_on} 完成")
_PASSED = Text(
    en="a later step is done; its own date is not recorded",
    zh="后续步骤已完成，本步骤未登记日期",
)
_RUNNING = Text(
    en="began on {began_on}; can end on {earliest_finish_on}{least}",
    zh="已于 {began_on} 开始，最早 {earliest_finish_on} 完成{least}",
)
_OPEN = Text(
    en="can begin now; can end on {earliest_finish_on}{least}",
    zh="现在可以开始，最早 {earliest_finish_on} 完成{least}",
)
_WAITING = Text(
    en="waits for {others}; can begin on {earliest_begin_on}{least}",
    zh="等待{others}；最早 {earliest_begin_on} 开始{least}",
)
_OVERDUE = Text(
    en="{text}; it was planned for {due}", zh="{text}；计划 {due} 完成，已逾期"
)
