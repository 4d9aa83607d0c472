"""The order of names: a problem in it gives the same plan however it was put in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.options import NONE, Options
from zqland.portfolio.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.portfolio.options import Floats, Places


@dataclass(frozen=True, slots=True)
class Canonical:
    """A problem in the order of names, and the way back.

    Attributes
    ----------
    problem
        Projects, lots and capacities by name; options by project, lot, value.
    projects, capacities
        Where each of them stood.
    options
        Where each option stood.
    """

    problem: Problem
    projects: Places
    capacities: Places
    options: Places

    @classmethod
    def of(cls, problem: Problem) -> Canonical:
        """Put a problem in the order of names.

        Parameters
        ----------
        problem
            The problem in any order.

        Returns
        -------
        canonical
            The same problem, for the same names, whatever the order it came in.
        """
        projects, project_ranks = _ranked(problem.projects)
        lots, lot_ranks = _ranked(problem.lots)
        capacities, capacity_ranks = _ranked(problem.capacities)
        options = problem.options
        project, lot = project_ranks[options.project], lot_ranks[options.lot]
        order = _order(project, lot, options.value)
        taken = options if order is None else options.take(order)
        found = Options(
            project=project if order is None else project[order],
            value=taken.value,
            lot=lot if order is None else lot[order],
            starts=taken.starts,
            rows=capacity_ranks[taken.rows],
            amounts=taken.amounts,
        ).with_sorted_rows()
        left_out = problem.left_out
        return cls(
            problem=Problem(
                projects=tuple(problem.projects[place] for place in projects),
                is_forced=problem.is_forced[projects],
                lots=tuple(problem.lots[place] for place in lots),
                capacities=tuple(problem.capacities[place] for place in capacities),
                granted=problem.granted[capacities],
                options=found,
                left_out=left_out[projects] if len(left_out) else left_out,
            ),
            projects=projects,
            capacities=capacities,
            options=np.arange(len(options)) if order is None else order,
        )

    def back(self, chosen: Places) -> Places:
        """Return a choice in the order in which the problem was put in."""
        found = np.full(len(chosen), NONE)
        is_placed = chosen != NONE
        found[self.projects[is_placed]] = self.options[chosen[is_placed]]
        return found

    def into(self, chosen: Places) -> Places:
        """Return a choice from the order in which the problem was put in."""
        ranks = np.empty(len(self.options), dtype=np.int64)
        ranks[self.options] = np.arange(len(ranks))
        moved = chosen[self.projects]
        is_placed = moved != NONE
        found = np.full(len(chosen), NONE)
        found[is_placed] = ranks[moved[is_placed]]
        return found

    def prices_back(self, prices: Floats) -> Floats:
        """Return prices in the order in which the capacities were put in."""
        found = np.empty(len(prices))
        found[self.capacities] = prices
        return found


def _ranked(names: Sequence[str]) -> tuple[Places, Places]:
    """Return the order of names, and the rank of each."""
    order = np.array(
        sorted(range(len(names)), key=lambda place: names[place]), dtype=np.int64
    )
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[order] = np.arange(len(names))
    return order, ranks


def _order(project: Places, lot: Places, value: Floats) -> Places | None:
    """Return the order of the options; None where they stand in it already."""
    rises = np.diff(project) * (int(lot.max(initial=0)) + 1) + np.diff(lot)
    if (rises > 0).all():
        return None
    return np.lexsort((-value, lot, project))
