r"""Finding the best lots without scoring all that fit.

Parcels next to the ideal area are scored first, then those further off, in growing
steps. If the last of the best lots so far scores S, the others can afford to lose at
most (100 - S) W / 100 of the weight W of all parts, wherever they lose it. So a part of
weight w must be worth at least

.. math:: v \ge 1 - (100 - S) W / (100 w)

whatever the other parts are. That is cheap to ask of a million parcels: the area fit
narrows the slice, the readiness moves the last day forward, and the parts that no need
changes are added up beforehand. What is left is judged and scored in full: the result
is exact.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from zqland.matching.amounts import AREA_GUARD_M2
from zqland.matching.conditions import ReadyInTime, asked
from zqland.matching.score import STATIC_COLUMNS, Scorer, first
from zqland.matching.sieve import feasible, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zqland.matching.conditions import Condition
    from zqland.matching.snapshot import Snapshot
    from zqland.needs import Need

    Lots = tuple[NDArray[np.intp], NDArray[np.float64]]

SHARE: Final = 10
"""One part in so many of the slice is scored first …"""

SMALL: Final = 4096
"""… but at least so many parcels …"""

LARGE: Final = 30_000
"""… and at most so many; then `GROWTH` times as many on either side, and so on."""

GROWTH: Final = 4
"""Steps grow: each costs some calls, and the bound gets closer with every one."""

_SLACK: Final = 1e-4
"""Points by which the bound is widened: more than the rounding of scores."""


def best(need: Need, snapshot: Snapshot, top: int) -> Lots:
    """Find the best lots.

    Parameters
    ----------
    need
        The need.
    snapshot
        The parcels.
    top
        How many are wanted.

    Returns
    -------
    rows
        Rows of the snapshot, best first, ties by identifier.
    scores
        Their scores.
    """
    conditions = asked(need, snapshot)
    search = _Search(conditions, Scorer.of(need, snapshot), top)
    start, stop = window(conditions, snapshot)
    left, right = search.core(start, stop)
    found = search.ranked(left, right, math.inf)
    size = GROWTH * (right - left)
    while start < left or right < stop:
        affordable = search.affordable(found)
        start, stop = search.narrowed(start, stop, affordable)
        hasty = search.hastened(affordable)
        outer = max(start, left - size), min(stop, right + size)
        sides = (
            hasty.ranked(outer[0], left, affordable),
            hasty.ranked(right, outer[1], affordable),
        )
        found = search.merged((found, *sides))
        left, right = min(left, outer[0]), max(right, outer[1])
        size *= GROWTH
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    conditions: Sequence[Condition]
    scorer: Scorer
    top: int

    def ranked(self, start: int, stop: int, affordable: float) -> Lots:
        """Rank the parcels of a slice that meet every condition and can still win."""
        if start >= stop:
            return np.empty(0, dtype=np.intp), np.empty(0)
        promising = None
        if math.isfinite(affordable):
            promising = partial(self.promising, affordable=affordable)
        rows = feasible(self.conditions, start, stop, promising=promising)
        scores = self.scorer.scores(rows)
        order = first(-scores, rows, self.scorer.snapshot.id_rank, self.top)
        return rows[order], scores[order]

    def promising(self, rows: NDArray[np.intp], affordable: float) -> NDArray[np.intp]:
        """Drop parcels whose parts that cost little lose too much already."""
        weights, points = self.scorer.weights, self.scorer.snapshot.static_points
        most = sum(weights.get(part, 0.0) for part in STATIC_COLUMNS)
        rows = rows.take(np.flatnonzero(points[rows] >= most - affordable))
        most = sum(weights.values()) - weights.get("utilities", 0.0)
        early = self.scorer.early_points(rows)
        return rows.take(np.flatnonzero(early >= most - affordable))

    def merged(self, parts: Sequence[Lots]) -> Lots:
        """Rank the lots of several slices together."""
        rows = np.concatenate([part[0] for part in parts])
        scores = np.concatenate([part[1] for part in parts])
        order = first(-scores, rows, self.scorer.snapshot.id_rank, self.top)
        return rows[order], scores[order]

    def core(self, start: int, stop: int) -> tuple[int, int]:
        """Find the slice around the ideal that is scored first."""
        snapshot = self.scorer.snapshot
        area = snapshot.area_m2[: snapshot.known]
        ideal = int(area.searchsorted(self.scorer.need.area_ideal_m2))
        reach = max(SMALL, min((stop - start) // SHARE, LARGE)) // 2
        ideal = min(max(ideal, start), stop)
        return max(start, ideal - reach), min(stop, ideal + reach)

    def affordable(self, found: Lots) -> float:
        """Find the weight that a lot may lose and still be among the best."""
        if len(found[0]) < self.top or not self.top:
            return math.inf
        lost = 100.0 + _SLACK - float(found[1][-1])
        return lost / 100.0 * sum(self.scorer.weights.values())

    def narrowed(self, start: int, stop: int, affordable: float) -> tuple[int, int]:
        """Find the slice whose area fit alone does not lose too much."""
        need, snapshot = self.scorer.need, self.scorer.snapshot
        weight = self.scorer.weights.get("area_fit", 0.0)
        if affordable >= weight:
            return start, stop
        share, ideal = affordable / weight, need.area_ideal_m2
        area = snapshot.area_m2[: snapshot.known]
        below = ideal - share * (ideal - need.area_min_m2) - AREA_GUARD_M2
        above = ideal + share * (need.area_max_m2 - ideal) + AREA_GUARD_M2
        left, right = area.searchsorted(below), area.searchsorted(above, "right")
        return max(start, int(left)), min(stop, int(right))

    def hastened(self, affordable: float) -> _Search:
        """Ask for ground so early that the readiness alone does not lose too much."""
        weight = self.scorer.weights.get("readiness", 0.0)
        if affordable >= weight:
            return self
        best_days = self.scorer.snapshot.rules.parts["readiness"].best
        spare = best_days * (1.0 - affordable / weight)
        last_day = math.floor(self.scorer.worst_day() - spare)
        conditions = [
            dataclasses.replace(condition, last_day=min(condition.limit, last_day))
            if isinstance(condition, ReadyInTime)
            else condition
            for condition in self.conditions
        ]
        return dataclasses.replace(self, conditions=conditions)
