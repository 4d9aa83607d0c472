"""The linear program over the options looked at so far, to which more are added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

from zqland.portfolio.solver import columns, listen, quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.problem import Scaled
    from zqland.portfolio.solver import Watch

PENALTY = 1e3
"""What leaving out a project that must be placed costs a linear program, in units of
the largest value: enough that it is left out only where it has to be."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The answer of a linear program.

    Attributes
    ----------
    worth
        What the fractional plan is worth.
    prices
        Dual price of each whole capacity.
    shares
        Share of each option in the fractional plan.
    """

    worth: float
    prices: Floats
    shares: Floats


class Master:
    """The linear relaxation, growing by options.

    Parameters
    ----------
    scaled
        The problem with all its options.
    watch
        When to stop.
    """

    def __init__(self, scaled: Scaled, watch: Watch) -> None:
        problem = scaled.problem
        self._scaled, self._watch = scaled, watch
        self.held: Places = np.zeros(0, dtype=np.int64)
        model = self._model = quiet()
        projects = len(problem.projects)
        lower = np.full(projects + len(problem.granted), -np.inf)
        lower[:projects] = problem.is_forced
        upper = np.concatenate([np.ones(projects), problem.granted])
        nothing = np.zeros(0, dtype=np.int32)
        empty = np.zeros(len(lower), dtype=np.int32)
        model.addRows(len(lower), lower, upper, 0, empty, nothing, np.zeros(0))
        extra, costs = _stand_ins(scaled)
        self._extra = len(extra)
        _add(model, costs, np.arange(len(extra) + 1), extra, np.ones(len(extra)))
        listen(model, watch)

    def add(self, places: Places) -> None:
        """Add options, in any order, that are not held yet.

        Parameters
        ----------
        places
            Their places in the problem.
        """
        problem = self._scaled.problem
        added = problem.options.take(places)
        starts, index, entries = columns(added, len(problem.projects))
        _add(self._model, -added.value, starts, index, entries)
        if len(self.held):
            # Cold starts of the dual simplex are several times as fast here as the
            # primal simplex from the last basis.
            self._model.clearSolver()
        self.held = np.concatenate([self.held, places])

    def solve(self) -> Relaxed | None:
        """Solve it as it is.

        Returns
        -------
        relaxed
            The fractional plan over ``held``; None where the time did not suffice.
        """
        model = self._model
        spent = model.getRunTime()
        model.setOptionValue("time_limit", min(1e9, spent + self._watch.left_s()))
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = model.getSolution()
        duals = np.asarray(solution.row_dual)[len(self._scaled.problem.projects) :]
        return Relaxed(
            worth=-float(model.getInfo().objective_function_value),
            prices=np.maximum(0.0, -duals),
            shares=np.asarray(solution.col_value)[self._extra :],
        )


def _add(
    model: highspy.Highs,
    costs: Floats,
    starts: NDArray[np.integer],
    index: NDArray[np.integer],
    entries: Floats,
) -> None:
    count = len(costs)
    model.addCols(
        count,
        costs,
        np.zeros(count),
        np.ones(count),
        len(index),
        starts[:count].astype(np.int32),
        index.astype(np.int32),
        entries,
    )


def _stand_ins(scaled: Scaled) -> tuple[Places, Floats]:
    """Return projects with a column that uses nothing, and what the column costs.

    A linear program over part of the options may be unable to place a project that must
    be: a dear column stands in. Lots left out of the problem have one, too. An integer
    program has none: it proves what is, or finds that nothing is.
    """
    problem = scaled.problem
    dear = PENALTY * float(np.abs(problem.options.value).max(initial=1.0))
    floors = np.maximum(scaled.floors(), -dear)
    extra = np.flatnonzero(floors != 0.0)
    return extra, -floors[extra]
