"""Where the books of a year come from: a store, or the demonstration city."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zqland.reserve import Reserve
from zqland.text import Text
from zqland_api.errors import UsageError
from zqland_geodata import demo
from zqland_geodata.store import Store

_NO_MOMENT = Text(
    en="{given!r} is neither the number of a revision nor a day such as 2023-09-05.",
    zh="{given!r} 既不是修订号，也不是 2023-09-05 这样的日期。",
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The records of a reserve, and where they were kept.

    Attributes
    ----------
    reserve
        The records, with all parcels that ever were.
    on
        The as-of date where the reader names none.
    store
        Name of the store; empty for the demonstration city.
    version
        Revision of the store at which they are known; none without a store.
    """

    reserve: Reserve
    on: dt.date
    store: str = ""
    version: int | None = None


def of_demo() -> Recorded:
    """Take the records of the demonstration city."""
    return Recorded(demo.create_city(), demo.ON)


def of_store(store: Store, *, known_at: int | dt.datetime | None = None) -> Recorded:
    """Read the records of a store.

    Parameters
    ----------
    store
        The store.
    known_at
        A revision or a moment; as known now where it is not given.

    Returns
    -------
    recorded
        One state of the store, however many write meanwhile.

    Raises
    ------
    NotFoundError
        There is no such revision.
    """
    with store.reading() as reader:
        version = reader.version
        if isinstance(known_at, int):
            version = known_at
        elif known_at is not None:
            earlier = [one for one in reader.revisions() if one.at <= known_at]
            version = max((one.number for one in earlier), default=0)
        reserve = reader.reserve(known_at=known_at)
    # The demonstration city lives on its own day, in a store too.
    today = dt.datetime.now().astimezone().date()
    return Recorded(
        reserve=reserve,
        on=demo.ON if reserve.fictional else today,
        store=store.name,
        version=version,
    )


def parse_moment(given: str) -> int | dt.datetime:
    """Read at which revision, or by the end of which day, records shall be known.

    Parameters
    ----------
    given
        A number or a day.

    Returns
    -------
    moment
        The revision, or the last moment of the day here.

    Raises
    ------
    UsageError
        It is neither.

    Examples
    --------
    >>> parse_moment("17")
    17
    """
    text = given.strip()
    if text.isdecimal():
        return int(text)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(_NO_MOMENT.format(given=given)) from None
    return dt.datetime.combine(day, dt.time.max).astimezone()
