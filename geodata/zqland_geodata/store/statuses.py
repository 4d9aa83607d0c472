"""Status events: recorded once, corrected by new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.errors import NotFoundError
from zqland.text import Text
from zqland_geodata.errors import RecordError

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from zqland_geodata.store.rows import Writer

_BOOKKEEPING = ["supersedes", "withdrawn"]

_NO_EVENT = Text(
    en="There is no status event {event} in the store.",
    zh="台账库中没有状态记录 {event}。",
)
_CORRECTED = Text(
    en="Status event {event} is corrected already, by {newer}. Correct that one.",
    zh="状态记录 {event} 已被 {newer} 更正，请更正后者。",
)
_NO_PARCEL = Text(
    en="There is no parcel {parcel} in the store.", zh="台账库中没有地块 {parcel}。"
)


def effective(events: pd.DataFrame) -> pd.DataFrame:
    """Keep the events that hold: not corrected by another, not withdrawn.

    Parameters
    ----------
    events
        All events, with the columns that only the store has.

    Returns
    -------
    events
        Table *status_events* with ``event_id``, in the order of recording.
    """
    corrected = events["event_id"].isin(events["supersedes"].dropna())
    withdrawn = events["withdrawn"].fillna(0).astype("int64") > 0
    kept = events[~(corrected | withdrawn)]
    return kept.drop(columns=_BOOKKEEPING).reset_index(drop=True)


def add_status(
    writer: Writer,
    parcel_id: str,
    status: str,
    happened_on: dt.date,
    *,
    document: str | None = None,
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

    Returns
    -------
    event_id
        The number of the event.

    Raises
    ------
    NotFoundError
        There is no such parcel.
    TableError
        There is no such status.
    """
    if writer.reading.table("parcels", keys=[parcel_id]).empty:
        raise NotFoundError(_NO_PARCEL.format(parcel=parcel_id))
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
    (made,) = writer.add("status_events", right)
    return str(made)
