"""Among plans worth the same, the one that names decide."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.rounding import worth
from zqland.portfolio.solver import Work, solve_exactly

if TYPE_CHECKING:
    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.problem import Scaled
    from zqland.portfolio.solver import Watch

SAME = 1e-7
"""Share of its worth that a plan may lack and still count as worth the same."""

_BYTES = 6
NODES = 3
"""Most nodes of the search: many equal plans would take long to tell apart."""


def settle(scaled: Scaled, chosen: Places, watch: Watch) -> Places | None:
    """Choose among the plans that are worth as much as a proven one.

    Parameters
    ----------
    scaled
        The problem, over every option that a best plan could use.
    chosen
        A plan that is proven best.
    watch
        When to stop.

    Returns
    -------
    chosen
        The plan with the largest sum of lots drawn by the names of project and lot:
        the same for any order of projects and options. None where the work allowed
        did not suffice.
    """
    problem = scaled.problem
    value = worth(scaled, chosen)
    drawn = _drawn(scaled)
    options = problem.options
    ends = options.starts[1:]
    # One capacity more: what a plan is worth less must not be more than nothing.
    worthy = replace(
        options,
        value=drawn,
        starts=options.starts + np.arange(len(options) + 1),
        rows=np.insert(options.rows, ends, len(problem.granted)),
        amounts=np.insert(options.amounts, ends, -options.value),
    )
    least = value - SAME * max(1.0, abs(value))
    asked = replace(
        problem,
        capacities=(*problem.capacities, "value"),
        granted=np.append(problem.granted, -least),
        options=worthy,
    )
    solved = solve_exactly(
        replace(scaled, problem=asked),
        watch,
        work=Work(nodes=NODES, gap=0.0),
        first=chosen,
    )
    return solved.chosen if solved.is_proven else None


def _drawn(scaled: Scaled) -> Floats:
    """Draw a number between 0 and 1 from the names of each option."""
    problem = scaled.problem
    names = (
        f"{problem.projects[project]}\0{problem.lots[lot]}".encode()
        for project, lot in zip(
            problem.options.project, problem.options.lot, strict=True
        )
    )
    numbers = [
        int.from_bytes(hashlib.blake2b(name, digest_size=_BYTES).digest(), "big")
        for name in names
    ]
    return np.array(numbers, dtype=np.float64) / 2.0 ** (8 * _BYTES)
