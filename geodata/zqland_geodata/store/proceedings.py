"""What an office does with a parcel: take it into reserve, list, return or retire it.

A parcel goes from one status to another in an order that makes sense. Ground that was
supplied has to be returned before it is listed again, and nothing happens to ground
that was retired. What was recorded wrongly is corrected (`correct_status`), not undone
by another step.

===========  =================================================
to           from
===========  =================================================
in reserve   planned, listed (nobody took it), returned
listed       planned, in reserve, returned
supplied     planned, in reserve, listed, returned
returned     supplied
retired      all others
===========  =================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from zqland import status as statuses
from zqland.status import Status
from zqland.text import Text
from zqland_geodata.errors import RecordError
from zqland_geodata.store.heldground import events_of
from zqland_geodata.store.holdrefusals import day_text
from zqland_geodata.store.holds import check_project, today
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zqland_geodata.store.rows import Writer

FROM: Final[Mapping[Status, frozenset[Status]]] = {
    Status.IN_RESERVE: frozenset({Status.PLANNED, Status.LISTED, Status.RETURNED}),
    Status.LISTED: frozenset({Status.PLANNED, Status.IN_RESERVE, Status.RETURNED}),
    Status.SUPPLIED: frozenset(
        {Status.PLANNED, Status.IN_RESERVE, Status.LISTED, Status.RETURNED}
    ),
    Status.RETURNED: frozenset({Status.SUPPLIED}),
    Status.RETIRED: frozenset(Status) - {Status.RETIRED},
}
"""From which statuses a parcel can come to each."""

WORDS: Final = {
    Status.PLANNED: Text(en="planned", zh="计划收储"),
    Status.IN_RESERVE: Text(en="in reserve", zh="在库"),
    Status.LISTED: Text(en="listed", zh="挂牌中"),
    Status.SUPPLIED: Text(en="supplied", zh="已供应"),
    Status.RETURNED: Text(en="returned", zh="已退回"),
    Status.RETIRED: Text(en="retired", zh="已注销"),
}
"""What the statuses are called in sentences."""

_NOT_FROM = Text(
    en="{parcel} is {found} on {on}{since}, so it cannot be {wanted} next: that "
    "follows on {allowed}. Record the step between, or correct a wrong event with "
    "`zqland status correct`.",
    zh="{parcel} 在 {on} 的状态为“{found}”{since}，不能变为“{wanted}”："
    "此前状态应为{allowed}。请先登记中间环节，"
    "或用 `zqland status correct` 更正有误的状态记录。",
)
_ALREADY = Text(
    en="{parcel} is {found} on {on} already{since}. If that is wrong, correct it with "
    "`zqland status correct`.",
    zh="{parcel} 在 {on} 已是“{found}”{since}。"
    "如该记录有误，请用 `zqland status correct` 更正。",
)
_SINCE = Text(en=" (since {day})", zh="（自 {day} 起）")
_NOTHING = Text(en="", zh="")
_NOT_YET = Text(
    en="{parcel} exists from {day} on, and so has no status on {on}. Give a later day.",
    zh="{parcel} 自 {day} 起才存在，{on} 没有状态。请使用较晚的日期。",
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the life of a parcel.

    Attributes
    ----------
    parcel_id
        The parcel.
    status
        What it becomes.
    on
        The day; that of the revision where it is not given.
    document
        Name or number of a document.
    project_id
        The project that the ground is listed or supplied for; its own holds are no
        bar.
    """

    parcel_id: str
    status: Status
    on: dt.date | None = None
    document: str | None = None
    project_id: str | None = None


def take_step(writer: Writer, step: Step, *, seen: int | None = None) -> str:
    """Record a step in the life of a parcel, if it follows on what there is.

    Parameters
    ----------
    writer
        The revision that writes it.
    step
        The step.
    seen
        The version of the parcel that the caller read; None does not ask what
        happened since.

    Returns
    -------
    event_id
        The number of the status event.

    Raises
    ------
    HeldError
        The ground is held for others; the message names the hold.
    NotFoundError
        There is no such parcel or project.
    RecordError
        The parcel is in a status that the step does not follow on, or does not exist
        on that day.
    ChangedMeanwhileError
        Somebody changed the parcel since.
    """
    on = step.on or today(writer)
    parcel = writer.reading.parcel(step.parcel_id)
    writer.change("parcels", step.parcel_id, {}, seen=seen)
    if step.project_id is not None:
        check_project(writer.reading, step.project_id)
    began = parcel["began_on"]
    if not pd.isna(began) and began > pd.Timestamp(on):
        facts = {"parcel": step.parcel_id, "day": day_text(began)}
        raise RecordError(_NOT_YET.format(on=on.isoformat(), **facts))
    _check_follows(writer, step, on)
    return add_status(
        writer,
        step.parcel_id,
        step.status,
        on,
        document=step.document,
        project_id=step.project_id,
    )


def _check_follows(writer: Writer, step: Step, on: dt.date) -> None:
    row = pd.DataFrame(index=pd.Index([step.parcel_id]))
    events = events_of(writer.connection, row.index)
    (now,) = statuses.derive(row, events, on=on).to_dict("records")
    found, allowed = Status(now["status"]), FROM[step.status]
    if found in allowed:
        return
    since = now["status_since"]
    words = [WORDS[status] for status in Status if status in allowed]
    facts = {
        "parcel": step.parcel_id,
        "on": on.isoformat(),
        "found": WORDS[found],
        "wanted": WORDS[step.status],
        "since": _NOTHING if pd.isna(since) else _SINCE.format(day=day_text(since)),
        "allowed": Text(
            en=" or ".join(word.en for word in words),
            zh="、".join(f"“{word.zh}”" for word in words),
        ),
    }
    text = _ALREADY if found is step.status else _NOT_FROM
    raise RecordError(text.format(**facts))
