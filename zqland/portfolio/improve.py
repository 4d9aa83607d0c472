"""Large-neighbourhood search: free some ground, place its projects anew, exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.options import NONE
from zqland.portfolio.problem import LOOSE, Problem, Scaled
from zqland.portfolio.rounding import unplaced, worth
from zqland.portfolio.solver import Work, solve_exactly

if TYPE_CHECKING:
    from numpy.random import Generator

    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.solver import Watch

PROJECTS = 24
"""Projects placed anew in one round: twenty take some 20 ms where the ground is
scarce, sixty take seconds."""

NODES = 5
"""Most nodes of a round's search tree: rounds are cheap, and there are many."""

LEAST_GAIN = 1e-9


def improve(
    scaled: Scaled,
    chosen: Places,
    watch: Watch,
    *,
    rounds: int,
    bound: float,
    seed: int,
) -> tuple[Places, int]:
    """Improve a plan round by round.

    Parameters
    ----------
    scaled
        The problem, over the options that are looked at.
    chosen
        The plan: an option per project, `NONE` for none.
    watch
        When to stop.
    rounds
        Most rounds.
    bound
        What no plan can pass; reaching it ends the search.
    seed
        Seed of the choice of neighbourhoods.

    Returns
    -------
    chosen_and_rounds
        The improved plan, never worth less, and the rounds that were made.

    References
    ----------
    P. Shaw, "Using constraint programming and local search methods to solve vehicle
    routing problems", CP-98 (1998): neighbours are freed together.
    """
    dice = np.random.default_rng(seed)
    links = _Links.of(scaled)
    value, missing = worth(scaled, chosen), unplaced(scaled, chosen)
    done = 0
    while done < rounds and watch.goes_on() and bound - value > LEAST_GAIN * abs(bound):
        done += 1
        freed = links.neighbourhood(dice, chosen, PROJECTS)
        found = _placed_anew(scaled, chosen, freed, watch, seed=seed)
        if found is None:
            continue
        gained = worth(scaled, found), -unplaced(scaled, found)
        if (gained[1], gained[0]) > (-missing, value):
            chosen, value, missing = found, gained[0], -gained[1]
            watch.report(value, bound)
    return chosen, done


class _Links:
    """Which projects could use the same ground."""

    def __init__(self, scaled: Scaled) -> None:
        options = scaled.problem.options
        self._scaled = scaled
        owners = options.project[options.owners()]
        order = np.argsort(options.rows, kind="stable")
        self._users = owners[order]
        count = len(scaled.problem.granted)
        self._options = options.owners()[order]
        self._heads = np.searchsorted(options.rows[order], np.arange(count + 1))

    @classmethod
    def of(cls, scaled: Scaled) -> _Links:
        return cls(scaled)

    def _on(self, row: int) -> Places:
        """Return the options that use a capacity."""
        return self._options[self._heads[row] : self._heads[row + 1]]

    def neighbourhood(self, dice: Generator, chosen: Places, size: int) -> Places:
        """Choose projects around a random capacity: placed ones and outsiders."""
        options = self._scaled.problem.options
        used = np.flatnonzero(np.diff(self._heads))
        freed: set[int] = set()
        queue = [int(dice.choice(used))]
        seen = set(queue)
        while queue and len(freed) < size:
            row = queue.pop(0)
            users = np.unique(self._users[self._heads[row] : self._heads[row + 1]])
            most = max(2, size // 4)
            if len(users) > most:
                placed = users[np.isin(chosen[users], self._on(row))]
                users = np.union1d(placed, dice.choice(users, most, replace=False))
            freed.update(int(user) for user in users)
            taken = chosen[users]
            taken = taken[taken != NONE]
            further = np.unique(options.take(taken).rows)
            fresh = [
                int(one) for one in dice.permutation(further) if int(one) not in seen
            ]
            seen.update(fresh)
            queue += fresh
            if not queue:
                left = np.setdiff1d(used, np.fromiter(seen, dtype=np.int64))
                if not len(left):
                    break
                queue = [int(dice.choice(left))]
                seen.update(queue)
        return np.array(sorted(freed), dtype=np.int64)


def _placed_anew(
    scaled: Scaled, chosen: Places, freed: Places, watch: Watch, *, seed: int
) -> Places | None:
    """Place some projects anew on the ground that the others leave."""
    problem = scaled.problem
    is_freed = np.zeros(len(problem.projects), dtype=bool)
    is_freed[freed] = True
    stays = chosen[~is_freed]
    used = problem.options.loads(stays[stays != NONE], len(problem.granted))
    granted = np.maximum(0.0, problem.granted - used)
    places = _fitting(
        scaled, np.flatnonzero(is_freed[problem.options.project]), granted
    )
    small = _small(problem, places, freed, granted)
    first = np.searchsorted(places, chosen[freed])
    first = np.where(chosen[freed] == NONE, NONE, first)
    solved = solve_exactly(
        Scaled(small, small.spans, np.ones(len(small.granted))),
        watch,
        work=Work(nodes=NODES, seed=seed),
        first=first,
    )
    if solved.chosen is None:
        return None
    found = chosen.copy()
    found[freed] = np.where(solved.chosen == NONE, NONE, places[solved.chosen])
    return found


def _fitting(scaled: Scaled, places: Places, granted: Floats) -> Places:
    """Return the options that the ground left still allows."""
    part = scaled.problem.options.take(places)
    is_over = part.amounts > granted[part.rows] + LOOSE
    over = np.unique(part.owners()[is_over])
    return np.delete(places, over)


def _small(problem: Problem, places: Places, freed: Places, granted: Floats) -> Problem:
    """Return the problem of some projects, over the capacities that they use."""
    part = problem.options.take(places)
    used, rows = np.unique(part.rows, return_inverse=True)
    project = np.searchsorted(freed, part.project)
    return Problem(
        projects=tuple(problem.projects[place] for place in freed),
        is_forced=problem.is_forced[freed],
        lots=problem.lots,
        capacities=tuple(problem.capacities[row] for row in used),
        granted=granted[used],
        options=replace(part, project=project, rows=rows.astype(np.int64)),
    )
