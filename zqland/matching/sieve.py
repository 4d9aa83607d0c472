"""Passing the parcels through the conditions, with every count of the funnel.

The snapshot is sorted by area, so conditions on the area that come first cost two
binary searches each; the rest works on the slice between them. Parcels with one
failure stay, as near misses; parcels with two are dropped at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.matching.amounts import AREA_GUARD_M2
from zqland.matching.conditions import (
    Admitted,
    Capacity,
    Carried,
    LargestArea,
    ReadyInTime,
    SmallestArea,
    Unforbidden,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from zqland.matching.conditions import Condition
    from zqland.matching.snapshot import Snapshot

_SLACK = 1e-6
"""The slice of near misses is a hair wider than the rounded ratio that is tested later,
in tolerances."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many parcels a condition removed among those that were left.

    Attributes
    ----------
    removed
        Parcels removed.
    unknown
        Of them, parcels whose figure is not known.
    lapsed
        Of them, parcels that are ready in time, but no longer at hand-over.
    """

    removed: int
    unknown: int
    lapsed: int = 0


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of the parcels of a snapshot.

    Attributes
    ----------
    fits
        Rows of the parcels that meet every condition.
    misses
        Rows of the parcels that fail exactly one.
    failed
        For each of `misses`, the place of that condition.
    counts
        Per condition, in order, how many it removed.
    """

    fits: NDArray[np.intp]
    misses: NDArray[np.intp]
    failed: NDArray[np.intp]
    counts: tuple[Count, ...]


def feasible(
    conditions: Sequence[Condition],
    start: int,
    stop: int,
    *,
    promising: Callable[[NDArray[np.intp]], NDArray[np.intp]] | None = None,
) -> NDArray[np.intp]:
    """Find the parcels of a slice that meet every condition, without counting.

    Parameters
    ----------
    conditions
        The conditions, in any order; those on the area are met by the slice.
    start, stop
        Rows of the snapshot within the area window (`window`).
    promising
        Takes from some rows those that are worth the costlier conditions.

    Returns
    -------
    rows
        Rows of the snapshot.
    """
    fails = np.zeros(stop - start, dtype=np.bool_)
    # Days and codes are narrow columns: on the whole slice they cost less than a list
    # of rows. Figures are wide and are looked up only where the rest holds.
    for condition in conditions:
        if isinstance(condition, ReadyInTime | Admitted | Unforbidden):
            fails |= condition.fails(slice(start, stop))
    rows = np.flatnonzero(~fails) + start
    if promising is not None:
        rows = promising(rows)
    for condition in conditions:
        if isinstance(condition, Capacity | Carried):
            # Not by a mask of truths: unpredictable branches make that twice as slow.
            rows = rows.take(np.flatnonzero(~condition.fails(rows)))
    return rows


def sift(conditions: Sequence[Condition], snapshot: Snapshot) -> Sifted:
    """Pass the parcels through the conditions in order.

    Parameters
    ----------
    conditions
        The conditions in the order of the funnel.
    snapshot
        The parcels; those of unknown area are left out by the caller's count.

    Returns
    -------
    sifted
        What fits, what fails once, and the counts.
    """
    leading = _leading(conditions)
    counts = _count_areas(conditions[:leading], snapshot)
    first, last = _reach(conditions[:leading], snapshot)
    failed = np.zeros(last - first, dtype=np.uint8)
    for place, condition in enumerate(conditions[:leading], start=1):
        # A row beyond the window fails one of the two; it cannot fail both.
        start, stop = window([condition], snapshot)
        failed[: max(start - first, 0)] = place
        failed[max(stop - first, 0) :] = place
    rows: slice | NDArray[np.intp] = slice(first, last)
    for place in range(leading, len(conditions)):
        rows, failed, count = _pass(conditions[place], place, rows, failed)
        counts.append(count)
    if isinstance(rows, slice):
        rows = np.arange(first, last)
    once = failed > 0
    return Sifted(
        fits=rows[~once],
        misses=rows[once],
        failed=failed[once].astype(np.intp) - 1,
        counts=tuple(counts),
    )


def _pass(
    condition: Condition,
    place: int,
    rows: slice | NDArray[np.intp],
    failed: NDArray[np.uint8],
) -> tuple[slice | NDArray[np.intp], NDArray[np.uint8], Count]:
    fails = condition.fails(rows)
    alive = failed == 0
    first = np.flatnonzero(fails & alive)
    failed[first] = place + 1
    removed = _take(rows, first)
    unknown = int(np.count_nonzero(condition.unknown(removed)))
    lapsed = 0
    if isinstance(condition, ReadyInTime):
        lapsed = int(np.count_nonzero(condition.lapses(removed)))
    count = Count(len(first), unknown, lapsed)
    relaxed = condition.rule.tolerance is not None or _has_steps(condition)
    # A first failure stays as a near miss; a second one drops the parcel.
    kept = np.flatnonzero(alive | ~fails if relaxed else ~fails)
    if len(kept) == len(failed):
        return rows, failed, count
    return _take(rows, kept), failed[kept], count


def _take(rows: slice | NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.intp]:
    return places + rows.start if isinstance(rows, slice) else rows.take(places)


def _has_steps(condition: Condition) -> bool:
    return condition.rule.step_tolerance is not None


def _leading(conditions: Sequence[Condition]) -> int:
    """Count the conditions on the area that come before all others."""
    places = (
        place
        for place, condition in enumerate(conditions)
        if not isinstance(condition, SmallestArea | LargestArea)
    )
    return next(places, len(conditions))


def _count_areas(conditions: Sequence[Condition], snapshot: Snapshot) -> list[Count]:
    start, stop = 0, snapshot.known
    counts = []
    for condition in conditions:
        before = stop - start
        first, last = window([condition], snapshot)
        start, stop = max(start, first), min(stop, last)
        counts.append(Count(before - (stop - start), 0))
    return counts


def window(conditions: Sequence[Condition], snapshot: Snapshot) -> tuple[int, int]:
    """Find the slice that meets the conditions on the area, by binary search.

    Parameters
    ----------
    conditions
        The conditions; others than those on the area are passed over.
    snapshot
        The parcels.

    Returns
    -------
    start, stop
        Rows of the snapshot.
    """
    area = snapshot.area_m2[: snapshot.known]
    start, stop = 0, snapshot.known
    for condition in conditions:
        if isinstance(condition, SmallestArea):
            start = int(area.searchsorted(condition.smallest_m2 - AREA_GUARD_M2))
        elif isinstance(condition, LargestArea):
            stop = int(area.searchsorted(condition.largest_m2 + AREA_GUARD_M2, "right"))
    return start, stop


def _reach(conditions: Sequence[Condition], snapshot: Snapshot) -> tuple[int, int]:
    """Find the slice of the area window and of all near misses of it."""
    area = snapshot.area_m2[: snapshot.known]
    start, stop = 0, snapshot.known
    for condition in conditions:
        multiple = snapshot.rules.near_multiple + _SLACK
        share = multiple * (condition.rule.tolerance or 0.0)
        if isinstance(condition, SmallestArea):
            limit = condition.smallest_m2 * (1 - share) - AREA_GUARD_M2
            start = int(area.searchsorted(limit))
        elif isinstance(condition, LargestArea):
            limit = condition.largest_m2 * (1 + share) + AREA_GUARD_M2
            stop = int(area.searchsorted(limit, "right"))
    return start, stop
