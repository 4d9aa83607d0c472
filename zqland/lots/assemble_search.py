"""List all connected sets in an area window, or search them where they are too many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from zqland.lots.assemble_goal import Objective
from zqland.lots.assemble_sets import Sets, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.lots.assemble_goal import Goal

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]

_KEPT: Final = 5_000
"""Sets in the window that are kept of each size; the better ones, all are counted."""

_IMPROVED: Final = 100
"""The best sets that are changed parcel by parcel in search of better ones."""


@dataclass(slots=True)
class Found:
    """Sets in the window, the best of each size.

    Attributes
    ----------
    goal
        How they are judged.
    sizes
        The sets by their number of parcels.
    count
        Number of different sets in the window among those that were listed completely.
    made
        Sets that were made, repeated ones too.
    complete_parts
        All sets of up to so many parcels were listed.
    complete
        Whether all sets were.
    """

    goal: Goal
    sizes: dict[int, Sets] = field(default_factory=dict)
    count: int = 0
    made: int = 0
    complete_parts: int = 0
    complete: bool = False

    def add(self, sets: Sets, *, counts: bool = False) -> None:
        """Keep those of the sets that lie in the window.

        Parameters
        ----------
        sets
            Sets of one size.
        counts
            Whether they are all there are of this size.
        """
        request = self.goal.request
        if not request.least_parts <= sets.size <= self.goal.most_parts:
            return
        inside = sets.take(
            (sets.area_m2 >= request.area_min_m2)
            & (sets.area_m2 <= request.area_max_m2)
        )
        self.count += len(inside) if counts else 0
        if not len(inside):
            return
        known = self.sizes.get(sets.size)
        if known is not None:
            inside = joined([known, inside], self.goal.patchwork)
        self.sizes[sets.size] = _best(self.goal, inside, _KEPT)

    def best(self) -> Floats | None:
        """Return the ranking of the best set, or None."""
        rankings = [
            _ordered_rankings(self.goal, sets)[0] for sets in self.sizes.values()
        ]
        return min(rankings, key=tuple) if rankings else None


def search(goal: Goal) -> Found:
    """List the connected sets in the window, completely or best first.

    Parameters
    ----------
    goal
        The ground and what is asked of it.

    Returns
    -------
    found
        The sets, and how completely they were listed.
    """
    found = Found(goal)
    last = _list(goal, found)
    if not found.complete and not _is_settled(goal, found):
        _grow_best_first(goal, found, last)
        _improve(goal, found)
    return found


def _list(goal: Goal, found: Found) -> Sets:
    """List size after size while the effort lasts; return those of the last size."""
    reach = goal.patchwork.reach_m2(goal.most_parts)
    most_m2 = goal.request.area_max_m2
    sets = Sets.singles(goal.patchwork)
    sets = sets.take(sets.area_m2 <= most_m2)
    while True:
        found.complete_parts = sets.size
        found.add(sets, counts=True)
        sets = _hopeful(goal, sets, reach)
        if sets.size == goal.most_parts or not len(sets):
            found.complete = True
            return sets
        effort = sets.effort(goal.patchwork)
        is_free = sets.size < goal.rules.complete_parts
        if not is_free and (
            found.made + effort > goal.rules.effort or _is_settled(goal, found)
        ):
            return sets
        found.made += effort
        sets = sets.grown(goal.patchwork, most_m2)


def _hopeful(goal: Goal, sets: Sets, reach: Floats) -> Sets:
    """Leave out what cannot reach the window with all that it may still take."""
    more = goal.most_parts - sets.size
    piece = goal.patchwork.piece[sets.members[:, 0]]
    return sets.take(sets.area_m2 + reach[piece, more] >= goal.request.area_min_m2)


def _is_settled(goal: Goal, found: Found) -> bool:
    """Tell whether larger sets can only be worse: the fewest parcels are found."""
    if goal.request.objective is not Objective.FEWEST:
        return False
    return sum(len(sets) for sets in found.sizes.values()) >= goal.request.count


def _grow_best_first(goal: Goal, found: Found, sets: Sets) -> None:
    """Grow the most promising sets of each size."""
    reach = goal.patchwork.reach_m2(goal.most_parts)
    while sets.size < goal.most_parts and len(sets):
        sets = _promising(goal, sets)
        found.made += sets.effort(goal.patchwork)
        sets = sets.grown(goal.patchwork, goal.request.area_max_m2)
        found.add(sets)
        sets = _hopeful(goal, sets, reach)


def _promising(goal: Goal, sets: Sets) -> Sets:
    """Keep the sets that promise most, and as many drawn at random.

    Those at random keep the search from running into one corner of the ground; they
    are drawn by their marks, so that the same question has the same answer.
    """
    room = goal.rules.beam
    if len(sets) <= room:
        return sets
    by_promise = np.argsort(-_promise(goal, sets), kind="stable")[: room // 2]
    rest = np.setdiff1d(np.arange(len(sets)), by_promise)
    chance = sets.marks[rest, 1] * np.uint64(0x9E3779B97F4A7C15)
    drawn = rest[np.argsort(chance, kind="stable")[: room - len(by_promise)]]
    return sets.take(np.sort(np.concatenate([by_promise, drawn])))


def _promise(goal: Goal, sets: Sets) -> Floats:
    match goal.request.objective:
        case Objective.COST:
            return -goal.cost(sets) / sets.area_m2
        case Objective.COMPACT:
            return goal.compactness(sets)
        case Objective.WEIGHTED if goal.dearest > 0:
            return sets.area_m2 - goal.cost(sets) / goal.dearest * sets.area_m2
        case _:
            return sets.area_m2


def _improve(goal: Goal, found: Found) -> None:
    """Change the best sets parcel by parcel until none gets better."""
    before: tuple[float, ...] | None = None
    most_m2 = goal.request.area_max_m2
    spent = found.made
    while (best := found.best()) is not None and tuple(best) != before:
        before = tuple(best)
        # A turn per size of sets.
        for sets in list(found.sizes.values()):
            if found.made - spent > goal.rules.effort:
                return
            seeds = _best(goal, sets, _IMPROVED)
            found.add(seeds.grown(goal.patchwork, most_m2))
            if seeds.size == 1:
                continue
            smaller = seeds.shrunk(goal.patchwork)
            found.add(smaller)
            found.made += seeds.effort(goal.patchwork) + smaller.effort(goal.patchwork)
            found.add(smaller.grown(goal.patchwork, most_m2))


def _best(goal: Goal, sets: Sets, count: int) -> Sets:
    if len(sets) <= count:
        return sets
    order = np.lexsort(goal.ranking(sets).T[::-1])
    return sets.take(np.sort(order[:count]))


def _ordered_rankings(goal: Goal, sets: Sets) -> Floats:
    ranking = goal.ranking(sets)
    return ranking[np.lexsort(ranking.T[::-1])]
