"""Where each parcel is in its life on a date, from dated events."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.errors import TableError
from zqland.readiness.timeline import NEVER, Spans
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt


class Status(StrEnum):
    """Where a parcel is in its life."""

    PLANNED = "planned"
    IN_RESERVE = "in_reserve"
    LISTED = "listed"
    SUPPLIED = "supplied"
    RETURNED = "returned"
    RETIRED = "retired"


_NAMES = [status.value for status in Status]


def derive(
    parcels: pd.DataFrame,
    status_events: pd.DataFrame,
    *,
    on: dt.date,
    held: pd.Series[bool] | None = None,
) -> pd.DataFrame:
    """Derive the status of each parcel on a date.

    The last event up to the date counts; among events of one day, the last row.
    Parcels without an event so far are planned.

    Parameters
    ----------
    parcels
        Parcels, indexed by their ids.
    status_events
        Events as in the catalogue of columns.
    on
        The date.
    held
        Which parcels are held for a project on the date, wholly or in part
        (`zqland.holds.held`), on the index of the parcels; none where it is not given.

    Returns
    -------
    status
        On the index of the parcels: ``status`` (one of `Status`), ``status_since``
        (first day of the unbroken run of that status; missing without an event) and
        ``free`` (true for ground in reserve that is not held).

    Raises
    ------
    TableError
        An event has a status that is none of `Status`.

    Examples
    --------
    >>> import datetime as dt
    >>> import pandas as pd
    >>> parcels = pd.DataFrame(index=["A-1", "A-2"])
    >>> events = pd.DataFrame(
    ...     {
    ...         "parcel_id": ["A-1", "A-1"],
    ...         "status": ["in_reserve", "listed"],
    ...         "happened_on": pd.to_datetime(["2022-05-01", "2023-08-01"]),
    ...     }
    ... )
    >>> derive(parcels, events, on=dt.date(2023, 7, 31))["free"].to_list()
    [True, False]
    """
    found = runs(parcels, status_events, on=on)
    status = np.full(len(parcels), _NAMES.index(Status.PLANNED))
    since = np.full(len(parcels), "NaT", dtype="datetime64[s]")
    # Runs are in order of time, so the last assignment for a parcel stays.
    status[found.owner] = found.item
    since[found.owner] = found.start.astype("datetime64[D]")
    is_free = status == _NAMES.index(Status.IN_RESERVE)
    if held is not None:
        is_free &= ~held.loc[parcels.index].to_numpy(np.bool_)
    return pd.DataFrame(
        {
            "status": pd.Categorical.from_codes(status, pd.Index(_NAMES)),
            "status_since": since,
            "free": is_free,
        },
        index=parcels.index,
    )


def runs(parcels: pd.DataFrame, status_events: pd.DataFrame, *, on: dt.date) -> Spans:
    """Find since when and until when parcels had which status, as known on a date.

    Parameters
    ----------
    parcels
        Parcels, indexed by their ids.
    status_events
        Events as in the catalogue of columns.
    on
        The date; later events are left out.

    Returns
    -------
    runs
        Unbroken runs, sorted by parcel (its place) and day; items are places in
        `Status`, and the last run of a parcel does not end. Of the days before the
        first event nothing is told.

    Raises
    ------
    TableError
        An event has a status that is none of `Status`.
    """
    events = _known_events(parcels, status_events, on)
    events = events.take(np.lexsort((events.start, events.owner)))
    # Of several events on one day only the last row is seen: the others began no run.
    seen = np.ones(len(events.owner), dtype=np.bool_)
    seen[:-1] = _steps(events.owner, events.start)
    events = events.take(seen)
    begins = np.ones(len(events.owner), dtype=np.bool_)
    begins[1:] = _steps(events.owner, events.item)
    found = events.take(begins)
    goes_on = found.owner[1:] == found.owner[:-1]
    found.end[:-1] = np.where(goes_on, found.start[1:], NEVER)
    return found


def _known_events(
    parcels: pd.DataFrame, status_events: pd.DataFrame, on: dt.date
) -> Spans:
    """Choose the events of these parcels up to the date."""
    owner = parcels.index.get_indexer(pd.Index(status_events["parcel_id"]))
    dates = pd.to_datetime(status_events["happened_on"]).to_numpy("datetime64[D]")
    names = pd.Index(status_events["status"].astype("str"))
    code = pd.Index(_NAMES).get_indexer(names)
    if (code < 0).any():
        text = Text(
            en="unknown statuses {found}; known are {known}.",
            zh="未知的状态 {found}；可用的状态：{known}。",
        )
        found = ", ".join(map(str, names[code < 0].unique()))
        raise TableError(text.format(found=found, known=", ".join(_NAMES)))
    known = (owner >= 0) & (dates <= np.datetime64(on))
    day = dates[known].astype(np.int64)
    return Spans(
        owner[known].astype(np.int64),
        code[known].astype(np.int64),
        day,
        np.full(len(day), NEVER),
    )


def _steps(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Tell between which rows at least one of two columns changes."""
    return np.asarray((first[1:] != first[:-1]) | (second[1:] != second[:-1]))
