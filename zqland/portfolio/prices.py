"""Prices of the capacities, and the bound that they prove, by a subgradient method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.options import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.problem import Scaled

PATIENCE = 8
"""Steps without a better bound after which the step is halved."""

LEAST_STEP = 1e-3
"""Step below which the search ends."""

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices of the capacities, and what they prove.

    Attributes
    ----------
    prices
        Of each whole capacity.
    bound
        No plan is worth more.
    steps
        How many prices were tried.
    """

    prices: Floats
    bound: float
    steps: int


def find_prices(
    scaled: Scaled,
    *,
    floor: float,
    steps: int,
    first: Floats | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Priced:
    """Search prices at which the bound is low.

    Parameters
    ----------
    scaled
        The problem.
    floor
        Worth of a known plan, which the bound cannot pass under.
    steps
        Most prices to try.
    first
        Prices to begin with; zero where not given.
    goes_on
        Asked before each step.

    Returns
    -------
    priced
        The best prices that were found.

    Notes
    -----
    Steps after Polyak; the direction is the mean of the last subgradients, each
    counting half of the one after it, which damps the zigzag of degenerate problems.

    References
    ----------
    M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient optimization",
    Mathematical Programming 6 (1974); P. M. Camerini, L. Fratta, F. Maffioli,
    "On improving relaxation methods by modified gradient techniques" (1975).
    """
    granted = scaled.problem.granted
    prices = np.zeros(len(granted)) if first is None else first
    best = Priced(prices, np.inf, 0)
    direction = np.zeros(len(granted))
    step, idle, done = 1.0, 0, 0
    while done < steps and step > LEAST_STEP and (done == 0 or goes_on()):
        bound, chosen, _ = scaled.relaxed(prices)
        done += 1
        if bound < best.bound:
            idle = 0
            best = Priced(prices, bound, done)
        else:
            idle += 1
        if idle == PATIENCE:
            step, idle, prices = step * _HALF, 0, best.prices
            direction[:] = 0.0
            continue
        direction = _HALF * direction + _slack(scaled, chosen)
        is_bound = (prices > 0) | (direction < 0)
        length = float((direction[is_bound] ** 2).sum())
        if length == 0.0 or bound <= floor:
            break
        move = step * (bound - floor) / length
        prices = np.maximum(0.0, prices - move * direction)
    return Priced(best.prices, best.bound, done)


def _slack(scaled: Scaled, chosen: Places) -> Floats:
    """Return what a choice leaves of each capacity; below zero where it exceeds it."""
    problem = scaled.problem
    taken = chosen[chosen != NONE]
    return problem.granted - problem.options.loads(taken, len(problem.granted))
