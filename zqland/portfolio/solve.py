"""Solve a portfolio: bound, plan, and how far they are apart."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.canonical import Canonical
from zqland.portfolio.problem import Scaled
from zqland.portfolio.search import Limits, Search, taken_from, within
from zqland.portfolio.solver import Watch, version

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.problem import Problem


@dataclass(frozen=True, slots=True)
class Solution:
    """The best plan that was found, and what is proven of it.

    Attributes
    ----------
    chosen
        Option of each project in `Problem.options`, -1 for none; None where projects
        that must be placed cannot be, or where no such plan was found.
    value
        What the plan is worth; minus infinity without one.
    bound
        No plan is worth more.
    prices
        Value of a unit more of each capacity, by the linear relaxation.
    is_proven
        Whether the plan is proven best (or that there is none).
    is_repeatable
        Whether the same problem, limits and seed give the same plan again: unless the
        clock or a request ended it.
    is_settled
        Whether, among the plans that are worth the same, names have decided.
    seconds, nodes, rounds
        The time taken, the size of the search tree, the rounds of improvement.
    seed, solver
        Seed, and the solver with its version.
    """

    chosen: Places | None
    value: float
    bound: float
    prices: Floats
    is_proven: bool
    is_repeatable: bool
    is_settled: bool
    seconds: float
    nodes: int
    rounds: int
    seed: int
    solver: str

    @property
    def gap(self) -> float:
        """Share of the bound by which the plan may fall short of the best."""
        if self.chosen is None:
            return float("inf")
        apart = max(0.0, self.bound - self.value)
        return apart / max(abs(self.bound), abs(self.value), 1e-12) if apart else 0.0


def solve(
    problem: Problem,
    *,
    limits: Limits | None = None,
    first: Places | None = None,
    report: Callable[[float, float], object] = lambda _value, _bound: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Solution:
    """Find the plan that is worth most, and prove how good it is.

    Parameters
    ----------
    problem
        Projects, capacities and options.
    limits
        When to end.
    first
        A plan to begin with: an option per project, -1 for none.
    report
        Told the worth of the best plan and the bound, as they come.
    is_stopped
        Asked again and again; True ends the work with the best plan so far.

    Returns
    -------
    solution
        A valid plan with its bound, whenever it was ended.

    Raises
    ------
    PortfolioError
        Demands exclude each other; the sentence names them.

    Examples
    --------
    >>> import numpy as np
    >>> from zqland.portfolio import Options, Problem
    >>> options = Options.of(
    ...     project=[0, 1, 1], value=[5.0, 4.0, 3.0], lot=[0, 0, 1], counts=[1, 1, 1],
    ...     rows=[0, 0, 1], amounts=[1.0, 1.0, 1.0],
    ... )
    >>> solution = solve(
    ...     Problem(
    ...         projects=("A", "B"), is_forced=np.zeros(2, dtype=bool), lots=("X", "Y"),
    ...         capacities=("X", "Y"), granted=np.ones(2), options=options,
    ...     )
    ... )
    >>> solution.value, solution.bound, solution.chosen.tolist()
    (8.0, 8.0, [0, 2])
    """
    chosen_limits = limits or Limits()
    started = time.monotonic()
    seconds = np.inf if chosen_limits.seconds is None else chosen_limits.seconds
    watch = Watch(until=started + seconds, is_stopped=is_stopped, report=report)
    named = Canonical.of(problem)
    kept = named.problem.possible_places()
    is_whole = len(kept) == len(named.problem.options)
    possible = named.problem if is_whole else named.problem.restrict(kept)
    possible.check()
    search = Search(Scaled.of(possible), watch, chosen_limits)
    if first is not None:
        search.offer(within(named.into(first), kept))
    search.run()
    found = search.chosen
    if found is not None:
        found = named.back(taken_from(found, kept))
    return Solution(
        chosen=found,
        value=search.value,
        bound=search.bound,
        prices=named.prices_back(search.prices / search.scaled.units),
        is_proven=search.is_proven,
        is_repeatable=not search.is_cut_short,
        is_settled=search.is_settled,
        seconds=time.monotonic() - started,
        nodes=search.nodes,
        rounds=search.rounds,
        seed=chosen_limits.seed,
        solver=version(),
    )
