"""What went into a book, out of it, and from status to status, day by day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from zqland.ledger.descent import WHOLE
from zqland.ledger.timeline import BOOKS, OUTSIDE, cells, exists, holds
from zqland.status import Status
from zqland.text import Text

if TYPE_CHECKING:
    import numpy.typing as npt

    from zqland.ledger.descent import Descent
    from zqland.ledger.timeline import Timeline
    from zqland.readiness.timeline import Booleans, Integers

    Floats = npt.NDArray[np.float64]


class Kind(StrEnum):
    """Why land moved."""

    ENTERED = "entered"
    FIRST_REACHED = "first_reached"
    REGAINED = "regained"
    LAPSED = "lapsed"
    PLANNED = "planned"
    INTO_RESERVE = "into_reserve"
    LISTED = "listed"
    SUPPLIED = "supplied"
    RETURNED = "returned"
    RETIRED = "retired"
    RESHAPED = "reshaped"


KIND_TEXTS: Final = {
    Kind.ENTERED: Text(en="new in the record", zh="新登记"),
    Kind.FIRST_REACHED: Text(en="first reached", zh="首次达到"),
    Kind.REGAINED: Text(en="regained", zh="恢复达到"),
    Kind.LAPSED: Text(en="lapsed", zh="失效"),
    Kind.PLANNED: Text(en="planned", zh="转为规划"),
    Kind.INTO_RESERVE: Text(en="taken into reserve", zh="入库"),
    Kind.LISTED: Text(en="listed", zh="挂牌"),
    Kind.SUPPLIED: Text(en="supplied", zh="供应"),
    Kind.RETURNED: Text(en="returned", zh="退回"),
    Kind.RETIRED: Text(en="retired", zh="注销"),
    Kind.RESHAPED: Text(en="split, merged or corrected", zh="分割、合并或更正"),
}
"""The words for the kinds of movement."""

KINDS: Final = tuple(Kind)

_OF_STATUS = np.array(
    [
        KINDS.index(Kind.INTO_RESERVE if one is Status.IN_RESERVE else Kind(one.value))
        for one in Status
    ]
)


@dataclass(frozen=True, slots=True)
class Moves:
    """Movements of land, as columns of numbers.

    Attributes
    ----------
    day
        The day, counted from 1970-01-01.
    book
        Place in `BOOKS`.
    kind
        Place in `KINDS`.
    source, target
        Places of the record in which the ground lay before, and lies from that day.
    left, reached
        Places of its statuses before and from that day; `OUTSIDE` the book.
    given, made
        Shares of the two records that the movement is about.
    """

    day: Integers
    book: Integers
    kind: Integers
    source: Integers
    target: Integers
    left: Integers
    reached: Integers
    given: Floats
    made: Floats

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Put movements one behind the other."""
        names = [one.name for one in fields(cls)]
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in names)
        )

    def take(self, rows: Integers | Booleans) -> Self:
        """Return some of the movements."""
        return type(self)(*(getattr(self, one.name)[rows] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class History:
    """Timeline and descent of all parcels, and what their ground had reached before.

    Attributes
    ----------
    timeline
        What every parcel was on every day.
    descent
        How ground went on from record to record.
    inherited
        Share of the ground of each parcel that held each predicate while it lay in
        the records before it; one column for each of `BOOKS`, shape (n, 5).
    handed
        The same share when the record ends: all of it, if it ever held the predicate.
    """

    timeline: Timeline
    descent: Descent
    inherited: Floats
    handed: Floats

    @classmethod
    def of(cls, timeline: Timeline, descent: Descent) -> History:
        """Find out what ground had reached in the records before.

        Parameters
        ----------
        timeline
            What every parcel was on every day.
        descent
            How ground went on.

        Returns
        -------
        history
            All of it.
        """
        handed = np.zeros((len(descent.began), len(BOOKS)))
        alive = timeline.day < descent.retired[timeline.owner]
        for book in range(len(BOOKS)):
            held = alive & _counts(timeline, descent, book)
            handed[timeline.owner[held], book] = 1.0
        inherited = np.zeros_like(handed)
        # Day by day, for what a record inherits it may hand on; few days see any.
        for day in np.unique(descent.day):
            rows = np.flatnonzero(descent.day == day)
            child = descent.child[rows]
            share = handed[descent.parent[rows]] * descent.made[rows, np.newaxis]
            np.add.at(inherited, child, share)
            handed[child] = np.maximum(handed[child], inherited[child])
        return cls(timeline, descent, inherited, handed)

    def moves(self, first: int, last: int) -> Moves:
        """List the movements from the first day through the last, in order of days.

        Parameters
        ----------
        first, last
            Days, counted from 1970-01-01.

        Returns
        -------
        moves
            In all books.
        """
        parts = []
        for book in range(len(BOOKS)):
            parts += [self._own(book, first, last), self._between(book, first, last)]
        moves = Moves.joined(parts)
        within = (moves.left != OUTSIDE) | (moves.reached != OUTSIDE)
        within &= (moves.given > WHOLE) | (moves.made > WHOLE)
        moves = moves.take(within)
        order = np.lexsort((moves.target, moves.source, moves.book, moves.day))
        return moves.take(order)

    def _own(self, book: int, first: int, last: int) -> Moves:
        """Find what changed within records, began anew, or ended for good."""
        line, descent = self.timeline, self.descent
        rows = line.between(first, last)
        left, reached = cells(line.before[rows], book), cells(line.word[rows], book)
        rows, left, reached = (one[left != reached] for one in (rows, left, reached))
        owner, before = line.owner[rows], line.before[rows]
        born, dies = ~exists(before), ~exists(line.word[rows])
        # What came from other records, or goes on in them, stands in the descent.
        given = np.where(dies, 1 - _sum(descent.given, descent.parent, owner), 1.0)
        made = np.where(born, 1 - _sum(descent.made, descent.child, owner), 1.0)
        earlier = self._earlier(book)[rows]
        # Ground that came from no record brings nothing with it.
        brought = np.where(born, 0.0, self.inherited[owner, book])
        had = np.where(earlier, 1.0, brought)
        came = born & (holds(before, book) | (book == 0))
        kind = np.where(
            reached == OUTSIDE,
            np.where(dies, KINDS.index(Kind.RETIRED), KINDS.index(Kind.LAPSED)),
            np.where(left == OUTSIDE, KINDS.index(Kind.ENTERED), _OF_STATUS[reached]),
        )
        moves = Moves(
            day=line.day[rows],
            book=np.full(len(rows), book),
            kind=kind,
            source=np.where(born, OUTSIDE, owner),
            target=np.where(dies, OUTSIDE, owner),
            left=left,
            reached=reached,
            given=np.where(left == OUTSIDE, 0.0, given),
            made=np.where(reached == OUTSIDE, 0.0, made),
        )
        return _split(moves, had, (left == OUTSIDE) & ~came)

    def _between(self, book: int, first: int, last: int) -> Moves:
        """Find what went from record to record."""
        descent = self.descent
        rows = np.flatnonzero((descent.day >= first) & (descent.day <= last))
        parent, child, day = (
            descent.parent[rows],
            descent.child[rows],
            descent.day[rows],
        )
        left = cells(self.timeline.at(parent, day - 1), book)
        reached = cells(self.timeline.at(child, day), book)
        kind = np.where(
            left == reached, KINDS.index(Kind.RESHAPED), _OF_STATUS[reached]
        )
        kind[reached == OUTSIDE] = KINDS.index(Kind.LAPSED)
        moves = Moves(
            day=day,
            book=np.full(len(rows), book),
            kind=kind,
            source=parent,
            target=child,
            left=left,
            reached=reached,
            given=np.where(left == OUTSIDE, 0.0, descent.given[rows]),
            made=np.where(reached == OUTSIDE, 0.0, descent.made[rows]),
        )
        return _split(moves, self.handed[parent, book], left == OUTSIDE)

    def _earlier(self, book: int) -> Booleans:
        """Tell for each row of the timeline whether the predicate held before it."""
        line = self.timeline
        held = _counts(line, self.descent, book).astype(np.int64)
        earlier = np.cumsum(held) - held
        starts = np.searchsorted(line.owner, line.owner, side="left")
        return np.asarray(earlier > earlier[starts])


def _counts(line: Timeline, descent: Descent, book: int) -> Booleans:
    """Tell for each row whether a predicate holds that counts for what was reached.

    Of ground without earlier records all evidence counts; of ground with such records
    these say what was before.
    """
    own = exists(line.word) | descent.is_root[line.owner]
    return np.asarray(holds(line.word, book) & own)


def _sum(shares: Floats, places: Integers, owner: Integers) -> Floats:
    size = int(max(places.max(initial=-1), owner.max(initial=-1))) + 1
    # Without any shares numpy counts in integers.
    sums = np.bincount(places, weights=shares, minlength=size).astype(np.float64)
    return sums[owner]


def _split(moves: Moves, had: Floats, arrives: Booleans) -> Moves:
    """Tell ground that reaches a predicate the first time from that which had it."""
    first, again = moves.take(arrives), moves.take(arrives)
    first.kind[:] = KINDS.index(Kind.FIRST_REACHED)
    again.kind[:] = KINDS.index(Kind.REGAINED)
    first.made[:] *= 1 - had[arrives]
    again.made[:] *= had[arrives]
    return Moves.joined([moves.take(~arrives), first, again])
