"""Status events: recorded once, corrected by new ones."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from zqland.errors import NotFoundError
from zqland.text import Text
from zqland_geodata.errors import RecordError
from zqland_geodata.store.heldground import events_of
from zqland_geodata.store.holdrefusals import TAKEN, day_text
from zqland_geodata.store.holds import refuse_held

if TYPE_CHECKING:
    from zqland_geodata.store.rows import Writer

_DAY = dt.timedelta(days=1)

_NO_EVENT = Text(
    en="There is no status event {event} in the store.",
    zh="台账库中没有状态记录 {event}。",
)
_CORRECTED = Text(
    en="Status event {event} is corrected already, by {newer}. Correct that one.",
    zh="状态记录 {event} 已被 {newer} 更正，请更正后者。",
)
_OVER = Text(
    en="Parcel {parcel} ended on {day}, when other parcels took its place. Record the "
    "status of those.",
    zh="地块 {parcel} 已于 {day} 注销，由其他地块取代。请登记后续地块的状态。",
)


def add_status(
    writer: Writer,
    parcel_id: str,
    status: str,
    happened_on: dt.date,
    *,
    document: str | None = None,
    project_id: str | None = None,
) -> str:
    """Record that a status of a parcel began.

    Parameters
    ----------
    writer
        The revision that writes it.
    parcel_id
        The parcel.
    status
        One of `zqland.status.Status`.
    happened_on
        The day on which it began.
    document
        Name or number of a document.
    project_id
        The project that ground is listed or supplied for; its own holds are no bar.

    Returns
    -------
    event_id
        The number of the event.

    Raises
    ------
    HeldError
        Ground would be listed, supplied or retired while it is held for others.
    NotFoundError
        There is no such parcel.
    RecordError
        The parcel had ended by that day.
    TableError
        There is no such status.
    """
    _refuse(writer, parcel_id, status, happened_on, project_id=project_id)
    event = {
        "parcel_id": parcel_id,
        "status": status,
        "happened_on": happened_on,
        "document": document,
    }
    (event_id,) = writer.add("status_events", event)
    return str(event_id)


def correct_status(
    writer: Writer,
    event_id: str,
    *,
    status: str | None = None,
    happened_on: dt.date | None = None,
    document: str | None = None,
    withdraw: bool = False,
) -> str:
    """Correct a status event by a new one; both stay.

    Parameters
    ----------
    writer
        The revision that writes it.
    event_id
        The event that was wrong.
    status, happened_on, document
        What is right; as in the event where not given.
    withdraw
        True for an event that never happened.

    Returns
    -------
    event_id
        The number of the new event.

    Raises
    ------
    HeldError
        Ground would be listed, supplied or retired while it is held.
    NotFoundError
        There is no such event.
    RecordError
        It is corrected already; the message names the newer one.
    """
    reader = writer.reading
    wrong = reader.table("status_events", keys=[event_id])
    if wrong.empty:
        raise NotFoundError(_NO_EVENT.format(event=event_id))
    newer = reader.newer("status_events", event_id)
    if newer is not None:
        raise RecordError(_CORRECTED.format(event=event_id, newer=newer))
    given = {"status": status, "happened_on": happened_on, "document": document}
    right = wrong.drop(columns="event_id").assign(
        supersedes=event_id,
        withdrawn=int(withdraw),
        **{column: value for column, value in given.items() if value is not None},
    )
    if not withdraw:
        (row,) = right.to_dict("records")
        day = pd.Timestamp(row["happened_on"]).date()
        _refuse(writer, row["parcel_id"], row["status"], day, corrected=event_id)
    (made,) = writer.add("status_events", right)
    return str(made)


def _refuse(
    writer: Writer,
    parcel_id: str,
    status: str,
    on: dt.date,
    *,
    project_id: str | None = None,
    corrected: str | None = None,
) -> None:
    """Refuse a status of a parcel that ended, or of ground that is held for others."""
    parcel = writer.reading.parcel(parcel_id)
    began, retired = parcel["began_on"], parcel["retired_on"]
    if not pd.isna(retired) and retired <= pd.Timestamp(on):
        raise RecordError(_OVER.format(parcel=parcel_id, day=day_text(retired)))
    if status not in TAKEN:
        return
    first = on if pd.isna(began) else max(on, began.date())
    last = _last_day(writer, parcel_id, on, corrected)
    if first <= last:
        refuse_held(writer, parcel_id, on=first, until=last, project_id=project_id)


def _last_day(
    writer: Writer, parcel_id: str, on: dt.date, corrected: str | None
) -> dt.date:
    """Find the last day of a status that begins on a day: other events may follow."""
    events = events_of(writer.connection, [parcel_id])
    later = events["happened_on"] > pd.Timestamp(on)
    following = events.loc[later & (events["event_id"] != corrected), "happened_on"]
    return dt.date.max if following.empty else following.min().date() - _DAY
