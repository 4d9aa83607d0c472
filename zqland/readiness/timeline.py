"""Facts as spans of days, and what they add up to on every day that something changes.

All work is done on integers that carry an owner, an item and days side by side, so
that one sort of plain numbers brings a whole reserve into order:

1. `merge` joins the spans of one owner and item that touch or overlap;
2. `changes` does so too, and turns the spans into one word of valid items per owner and
   day of change;
3. `runs` finds the spans of days on which a predicate is true.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

EPOCH = dt.date(1970, 1, 1).toordinal()
"""Day 0 as an ordinal; days are counted as in ``datetime64[D]``."""

FIRST_DAY = dt.date.min.toordinal() - EPOCH
"""The earliest day that can be told apart."""

NEVER = dt.date.max.toordinal() - EPOCH + 2
"""End of a span that does not end."""

_WORD = 63
_GROUPED = 50


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of days, one per fact.

    Attributes
    ----------
    owner
        Number of the parcel (or of another subject), from 0.
    item
        Number of the item, from 0.
    start
        First day of validity, counted from 1970-01-01.
    end
        Day after the last day of validity; `NEVER` if it does not end.
    """

    owner: Integers
    item: Integers
    start: Integers
    end: Integers

    def take(self, rows: Integers | Booleans) -> Spans:
        """Return some of the spans."""
        return Spans(
            self.owner[rows], self.item[rows], self.start[rows], self.end[rows]
        )

    def with_owner(self, owner: Integers) -> Spans:
        """Return the spans with other owners."""
        return Spans(owner, self.item, self.start, self.end)

    def with_item(self, item: int) -> Spans:
        """Return the spans with one item for all."""
        return Spans(self.owner, np.full_like(self.item, item), self.start, self.end)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is valid from each day on which something changes, sorted by owner and day.

    Attributes
    ----------
    owner
        Number of the owner.
    day
        The day, counted from 1970-01-01.
    mask
        Word of the items that are valid from that day until the next change.
    first
        True on the first change of each owner.
    """

    owner: Integers
    day: Integers
    mask: Integers
    first: Booleans


def day_number(day: dt.date) -> int:
    """Count a day from 1970-01-01.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    number
        Negative before 1970.

    Examples
    --------
    >>> day_number(dt.date(1970, 2, 1))
    31
    """
    return day.toordinal() - EPOCH


def join(parts: list[Spans]) -> Spans:
    """Put lists of spans one behind the other.

    Parameters
    ----------
    parts
        At least one list.

    Returns
    -------
    spans
        All of them.
    """
    return Spans(
        np.concatenate([part.owner for part in parts]),
        np.concatenate([part.item for part in parts]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
    )


def merge(spans: Spans) -> Spans:
    """Join spans of the same owner and item that touch or overlap.

    Parameters
    ----------
    spans
        In any order, each at least a day long.

    Returns
    -------
    merged
        Sorted by owner, item and start, with a gap of at least a day between the
        spans of an owner and item.
    """
    code = _Code.of(spans)
    group, start, end = _merged(spans, code)
    return Spans(
        group >> code.item_bits,
        group & ((1 << code.item_bits) - 1),
        code.days[start],
        code.days[end],
    )


def changes(spans: Spans) -> Changes:
    """Find what is valid from each day on which something changes.

    Parameters
    ----------
    spans
        In any order, each at least a day long; items below 63.

    Returns
    -------
    changes
        One row per owner and day of change.
    """
    code = _Code.of(spans)
    group, start, end = _merged(spans, code)
    days, items = code.day_bits, code.item_bits
    item = group & ((1 << items) - 1)
    owner = group >> items << days
    # Start and end side by side keep the order by owner, which the sort makes use of.
    key = np.empty((len(group), 2), dtype=np.int64)
    key[:, 0] = (owner | start) << items | item
    key[:, 1] = (owner | end) << items | item
    happens = np.ones(key.shape, dtype=np.bool_)
    happens[:, 1] = end < len(code.days) - 1
    key = key[happens]
    key.sort(kind="stable")
    when = key >> items
    # Start and end both switch the bit of the item: merged spans never overlap.
    word: Integers = np.bitwise_xor.accumulate(
        np.int64(1) << (key & ((1 << items) - 1))
    )
    last = np.ones(len(key), dtype=np.bool_)
    last[:-1] = when[1:] != when[:-1]
    word, when = word[last], when[last]
    owner = when >> days
    first = np.ones(len(owner), dtype=np.bool_)
    first[1:] = owner[1:] != owner[:-1]
    begins = np.flatnonzero(first)
    # What earlier owners left switched on is switched off again.
    left = np.zeros(len(begins), dtype=np.int64)
    left[1:] = word[begins[1:] - 1]
    word = word ^ np.repeat(left, np.diff(np.append(begins, len(owner))))
    return Changes(owner, code.days[when & ((1 << days) - 1)], word, first)


def runs(table: Changes, holds: Booleans) -> Spans:
    """Find the unbroken runs of days on which a predicate is true.

    Parameters
    ----------
    table
        The changes.
    holds
        Whether the predicate is true from each change on.

    Returns
    -------
    runs
        Sorted by owner and day, with a gap between those of an owner; item 0.
    """
    before = np.zeros(len(holds), dtype=np.bool_)
    before[1:] = holds[:-1] & ~table.first[1:]
    goes_on = np.zeros(len(holds), dtype=np.bool_)
    goes_on[:-1] = holds[1:] & ~table.first[1:]
    begins = np.flatnonzero(holds & ~before)
    following = np.flatnonzero(holds & ~goes_on) + 1
    end = np.append(table.day, NEVER)[following]
    # The run of an owner without another change does not end.
    end[np.append(table.first, True)[following]] = NEVER
    item = np.zeros(len(begins), dtype=np.int64)
    return Spans(table.owner[begins], item, table.day[begins], end)


@dataclass(frozen=True, slots=True)
class _Code:
    """How many bits owners, items and days take when they share a number."""

    days: Integers
    lowest: int
    ranks: Integers
    owner_bits: int
    item_bits: int

    @classmethod
    def of(cls, spans: Spans) -> _Code:
        ends = spans.end[spans.end < NEVER]
        lowest = int(min(spans.start.min(initial=NEVER), ends.min(initial=NEVER)))
        highest = int(max(spans.start.max(initial=lowest), ends.max(initial=lowest)))
        # One place more than there are days stands for the end that never comes.
        seen = np.zeros(highest - lowest + 2, dtype=np.bool_)
        seen[spans.start - lowest] = True
        seen[ends - lowest] = True
        days = np.append(np.flatnonzero(seen) + lowest, NEVER)
        return cls(
            days=days,
            lowest=lowest,
            ranks=np.cumsum(seen) - seen,
            owner_bits=int(spans.owner.max(initial=0)).bit_length(),
            item_bits=int(spans.item.max(initial=0)).bit_length(),
        )

    @property
    def day_bits(self) -> int:
        return len(self.days).bit_length()

    @property
    def fits(self) -> bool:
        return self.owner_bits + self.item_bits + 2 * self.day_bits <= _WORD

    def rank(self, days: Integers) -> Integers:
        """Give days their place among all that occur, which takes fewer bits."""
        return self.ranks.take(days - self.lowest, mode="clip")


def _merged(spans: Spans, code: _Code) -> tuple[Integers, Integers, Integers]:
    """Merge spans: owner and item in one number, and places of the two days."""
    group, start, end = _in_order(spans, code)
    days = code.day_bits
    # Groups only grow, so the furthest end starts anew with each of them.
    reach = np.maximum.accumulate(group << days | end)
    opens = np.ones(len(group), dtype=np.bool_)
    opens[1:] = (group[1:] << days | start[1:]) > reach[:-1]
    first = np.flatnonzero(opens)
    last = np.append(first, len(group))[1:] - 1
    return group[first], start[first], reach[last] & ((1 << days) - 1)


def _in_order(spans: Spans, code: _Code) -> tuple[Integers, Integers, Integers]:
    """Sort spans by owner, item and start; owner and item share a number."""
    days = code.day_bits
    group = spans.owner << code.item_bits | spans.item
    start, end = code.rank(spans.start), code.rank(spans.end)
    if not code.fits:
        order = np.lexsort((start, group))
        return group[order], start[order], end[order]
    # Sorting the numbers themselves is several times faster than sorting an order, and
    # a sort that merges is faster still where the facts stand parcel by parcel.
    key = (group << days | start) << days | end
    back = np.count_nonzero(spans.owner[1:] < spans.owner[:-1])
    key.sort(kind="stable" if back * _GROUPED < len(key) else "quicksort")
    low = (1 << days) - 1
    return key >> 2 * days, key >> days & low, key & low
