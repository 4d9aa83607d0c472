"""Where each parcel is in its life on a date, from dated events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.errors import TableError
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
    events = _known_events(parcels, status_events, on)
    order = np.lexsort((events.day, events.owner))
    owner, day, code = events.owner[order], events.day[order], events.code[order]
    # Of several events on one day only the last row is seen: the others began no run.
    seen = np.ones(len(owner), dtype=np.bool_)
    seen[:-1] = _steps(owner, day)
    owner, day, code = owner[seen], day[seen], code[seen]
    begins = np.ones(len(owner), dtype=np.bool_)
    begins[1:] = _steps(owner, code)
    status = np.full(len(parcels), _NAMES.index(Status.PLANNED))
    since = np.full(len(parcels), "NaT", dtype="datetime64[s]")
    # Rows are in order of time, so the last assignment for a parcel stays.
    status[owner[begins]] = code[begins]
    since[owner[begins]] = day[begins]
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


@dataclass(frozen=True, slots=True)
class _Events:
    owner: npt.NDArray[np.int64]
    day: npt.NDArray[np.datetime64]
    code: npt.NDArray[np.int64]


def _known_events(
    parcels: pd.DataFrame, status_events: pd.DataFrame, on: dt.date
) -> _Events:
    """Choose the events of these parcels up to the date."""
    owner = parcels.index.get_indexer(pd.Index(status_events["parcel_id"]))
    day = pd.to_datetime(status_events["happened_on"]).to_numpy("datetime64[s]")
    names = pd.Index(status_events["status"].astype("str"))
    code = pd.Index(_NAMES).get_indexer(names)
    if (code < 0).any():
        text = Text(
            en="unknown statuses {found}; known are {known}.",
            zh="未知的状态 {found}；可用的状态：{known}。",
        )
        found = ", ".join(map(str, names[code < 0].unique()))
        raise TableError(text.format(found=found, known=", ".join(_NAMES)))
    known = (owner >= 0) & (day <= np.datetime64(on))
    return _Events(owner[known], day[known], code[known])


def _steps(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.generic]
) -> npt.NDArray[np.bool_]:
    """Tell between which rows at least one of two columns changes."""
    return np.asarray((first[1:] != first[:-1]) | (second[1:] != second[:-1]))
