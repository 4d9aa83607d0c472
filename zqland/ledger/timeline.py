"""What every parcel was on every day: one word per parcel and day of change.

A word has a bit for the record itself, one for each status and one for each predicate.
Predicates come from the rules of readiness over all days (`zqland.readiness`): those up
to the as-of date from what was done, those after it from what is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from zqland import status
from zqland.readiness import PREDICATES
from zqland.readiness.facts import Subjects, read_facts
from zqland.readiness.runs import ItemHistory
from zqland.readiness.timeline import FIRST_DAY, NEVER, Spans, changes, join
from zqland.status import Status

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from zqland.readiness import ReadinessRules
    from zqland.readiness.timeline import Booleans, Integers

STATUSES: Final = tuple(one.value for one in Status)
"""The statuses in their order."""

BOOKS: Final = ("all", *PREDICATES)
"""The books: all land, and one for each predicate. They overlap and are never added."""

OUTSIDE: Final = -1
"""The place of land that is not in a book."""

_STATUS: Final = 1
_PREDICATE: Final = _STATUS + len(STATUSES)
_DAY_BITS: Final = 23

_CODES = np.full(1 << len(STATUSES), OUTSIDE)
_CODES[[1 << place for place in range(len(STATUSES))]] = range(len(STATUSES))


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is true from each day on which something changes, by parcel and day.

    Attributes
    ----------
    owner
        Place of the parcel in its table.
    day
        The day, counted from 1970-01-01.
    word
        What is true from that day on.
    before
        What was true until then; 0 on the first change of a parcel.
    """

    owner: Integers
    day: Integers
    word: Integers
    before: Integers

    @classmethod
    def of(cls, existence: Spans, statuses: Spans, predicates: Spans) -> Timeline:
        """Put together what is known of every parcel.

        Parameters
        ----------
        existence
            When each record exists; item 0.
        statuses
            When each has which status; items as in `STATUSES`.
        predicates
            When each predicate holds; items as in `PREDICATES`.

        Returns
        -------
        timeline
            One row per parcel and day of change.
        """
        parts = [(existence, 0), (statuses, _STATUS), (predicates, _PREDICATE)]
        spans = join(
            [
                Spans(part.owner, part.item + bit, part.start, part.end)
                for part, bit in parts
            ]
        )
        table = changes(spans)
        before = np.zeros(len(table.mask), dtype=np.int64)
        before[1:] = np.where(table.first[1:], 0, table.mask[:-1])
        return cls(table.owner, table.day, table.mask, before)

    def at(self, owner: Integers, day: Integers | int) -> Integers:
        """Look up words.

        Parameters
        ----------
        owner
            Places of parcels, shape (n,).
        day
            A day for each of them, or one for all.

        Returns
        -------
        words
            Shape (n,); 0 before the first change of a parcel.
        """
        keys = _key(self.owner, self.day)
        row = np.searchsorted(keys, _key(owner, day), side="right") - 1
        words = np.append(self.word, 0)[row]
        words[np.append(self.owner, -1)[row] != owner] = 0
        return np.asarray(words)

    def between(self, first: int, last: int) -> Integers:
        """Return the rows of changes on days from the first through the last."""
        return np.flatnonzero((self.day >= first) & (self.day <= last))


def exists(word: Integers) -> Booleans:
    """Tell for each word whether the record exists."""
    return np.asarray(word & 1 > 0)


def holds(word: Integers, book: int) -> Booleans:
    """Tell for each word whether a predicate is true, whether the record exists or not.

    Parameters
    ----------
    word
        Words, shape (n,).
    book
        Place in `BOOKS`; 0 is true of every record that exists.

    Returns
    -------
    holds
        Shape (n,).
    """
    bit = 1 if book == 0 else 1 << (_PREDICATE + book - 1)
    return np.asarray(word & bit > 0)


def cells(word: Integers, book: int) -> Integers:
    """Find the cell of a book in which land stands.

    Parameters
    ----------
    word
        Words, shape (n,).
    book
        Place in `BOOKS`.

    Returns
    -------
    cells
        Place of the status in `STATUSES`, `OUTSIDE` where the land is not in the book.
    """
    code = _CODES[(word >> _STATUS) & ((1 << len(STATUSES)) - 1)]
    return np.where(exists(word) & holds(word, book), code, OUTSIDE)


def predicate_spans(
    parcels: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    on: dt.date,
    rules: ReadinessRules,
) -> Spans:
    """Find when each predicate holds.

    Parameters
    ----------
    parcels
        Parcels, indexed by their ids.
    evidence
        Table *evidence*.
    on
        The as-of date: later days follow from what is due.
    rules
        The rules of readiness.

    Returns
    -------
    spans
        Runs; items as in `PREDICATES`.

    Raises
    ------
    TableError
        Evidence names an unknown item.
    """
    subjects = Subjects.of(parcels)
    facts = read_facts(subjects, evidence, on=on, rules=rules)
    history = ItemHistory.of(subjects, facts, rules)
    return join(
        [history.runs(key).with_item(place) for place, key in enumerate(PREDICATES)]
    )


def status_spans(
    parcels: pd.DataFrame, status_events: pd.DataFrame, *, on: dt.date
) -> Spans:
    """Find when each parcel has which status, as `zqland.status.derive` tells it.

    Parameters
    ----------
    parcels
        Parcels, indexed by their ids.
    status_events
        Table *status_events*.
    on
        The as-of date; later events are left out.

    Returns
    -------
    spans
        Items as in `STATUSES`; planned where there is no event yet.

    Raises
    ------
    TableError
        An event has an unknown status.
    """
    runs = status.runs(parcels, status_events, on=on)
    # Planned since ever, until something is said.
    said = np.full(len(parcels), NEVER)
    said[runs.owner[::-1]] = runs.start[::-1]
    everyone = np.arange(len(parcels))
    first = np.full(len(parcels), FIRST_DAY)
    planned = Spans(everyone, np.zeros(len(parcels), dtype=np.int64), first, said)
    return join([planned.take(said > FIRST_DAY), runs])


def _key(owner: Integers, day: Integers | int) -> Integers:
    return np.asarray(owner << _DAY_BITS | (day - FIRST_DAY))
