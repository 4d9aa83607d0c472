"""A valid plan from prices: projects take lots one after another, then swap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.options import NONE, best_of_each
from zqland.portfolio.problem import LOOSE

if TYPE_CHECKING:
    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.problem import Scaled


def place_in_turn(
    scaled: Scaled, scores: Floats, *, kept: Places | None = None
) -> Places:
    """Let projects take the best lot that is left, the most urgent first.

    Parameters
    ----------
    scaled
        The problem.
    scores
        How much each option is wanted: its value, or its value at prices.
    kept
        Options that projects have already; `NONE` for those that are to be placed.

    Returns
    -------
    chosen
        One option per project, `NONE` for none. Projects that must be placed come
        first, then those whose second best lot is much worse than their best (the
        regret of Martello and Toth); nothing exceeds a capacity.

    References
    ----------
    S. Martello, P. Toth, "Knapsack problems: algorithms and computer
    implementations", Wiley (1990), chapter 7.
    """
    problem, spans = scaled.problem, scaled.spans
    chosen = np.full(len(problem.projects), NONE) if kept is None else kept.copy()
    taken = chosen[chosen != NONE]
    left = problem.granted - problem.options.loads(taken, len(problem.granted))
    order = _turns(scaled, scores)
    # A turn depends on all turns before it: there is nothing to vectorise over.
    for project in order[chosen[order] == NONE]:
        first, end = int(spans[project]), int(spans[project + 1])
        option = _best_left(scaled, scores, left, first, end)
        if option == NONE:
            continue
        if scores[option] <= 0 and not problem.is_forced[project]:
            continue
        chosen[project] = option
        rows, amounts = _use(scaled, option, option + 1)
        left[rows] -= amounts
    return chosen


def worth(scaled: Scaled, chosen: Places) -> float:
    """Return what a choice is worth."""
    return float(scaled.problem.options.value[chosen[chosen != NONE]].sum())


def unplaced(scaled: Scaled, chosen: Places) -> int:
    """Count projects that must be placed and are not."""
    return int(((chosen == NONE) & scaled.problem.is_forced).sum())


def _turns(scaled: Scaled, scores: Floats) -> Places:
    best, places = best_of_each(scores, scaled.spans)
    others = scores.copy()
    others[places[places != NONE]] = -np.inf
    second, _ = best_of_each(others, scaled.spans)
    is_forced = scaled.problem.is_forced
    return np.lexsort((np.maximum(0.0, second) - best, ~is_forced))


def _use(scaled: Scaled, first: int, end: int) -> tuple[Places, Floats]:
    options = scaled.problem.options
    entries = slice(int(options.starts[first]), int(options.starts[end]))
    return options.rows[entries], options.amounts[entries]


def _best_left(
    scaled: Scaled, scores: Floats, left: Floats, first: int, end: int
) -> int:
    """Find the best option of a project that the capacities left still allow."""
    rows, amounts = _use(scaled, first, end)
    if not end - first:
        return NONE
    is_over = amounts > left[rows] + LOOSE
    fits = np.ones(end - first, dtype=bool)
    if len(rows) == end - first:
        fits = ~is_over
    else:
        starts = (
            scaled.problem.options.starts[first:end]
            - scaled.problem.options.starts[first]
        )
        has = np.diff(np.append(starts, len(rows))) > 0
        fits[has] = ~np.logical_or.reduceat(is_over, starts[has])
    if not fits.any():
        return NONE
    wanted = np.where(fits, scores[first:end], -np.inf)
    return first + int(wanted.argmax())
