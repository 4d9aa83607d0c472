"""The linear bound over very many options, of which few are looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.master import Master
from zqland.portfolio.options import NONE, best_of_each

if TYPE_CHECKING:
    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.problem import Scaled
    from zqland.portfolio.solver import Watch

FIRST_PER_PROJECT = 12
"""Options per project, on average, with which the linear program begins."""

ADDED_PER_PROJECT = 4
"""Options per project, on average, that a round adds at most."""

LARGE = 300_000
"""Options above which the linear program ends near its optimum already."""

NEAR = 1e-4
"""How near: share of the bound."""

SLACK = 1e-9
"""Share of the bound below which an option promises nothing."""


@dataclass(frozen=True, slots=True)
class Generated:
    """The linear bound, and the options that make it.

    Attributes
    ----------
    bound
        No plan is worth more.
    prices
        Prices of the whole capacities that prove it.
    looked_at
        Places of the options that the linear program held, ascending.
    shares
        Share of each of them in the fractional plan; empty without one.
    rounds
        How many linear programs were solved.
    """

    bound: float
    prices: Floats
    looked_at: Places
    shares: Floats
    rounds: int

    def ascending(self) -> Generated:
        """Return the same with its options in the order of the problem."""
        order = np.argsort(self.looked_at)
        shares = self.shares[order] if len(self.shares) == len(order) else self.shares
        return replace(self, looked_at=self.looked_at[order], shares=shares)


def generate(
    scaled: Scaled, watch: Watch, *, prices: Floats, bound: float, kept: Places
) -> Generated:
    """Solve the linear relaxation by looking at few options at a time.

    Parameters
    ----------
    scaled
        The problem with all its options.
    watch
        When to stop.
    prices, bound
        Known prices of the capacities and the bound that they prove.
    kept
        Options of a known plan, `NONE` for none.

    Returns
    -------
    generated
        The lowest bound that was proven; the linear optimum where the time sufficed.

    References
    ----------
    Column generation: P. C. Gilmore, R. E. Gomory, "A linear programming approach to
    the cutting-stock problem", Operations Research 9 (1961). Every set of prices
    proves a bound over all options (Lagrange), so that it may be stopped at any time.
    """
    projects = len(scaled.problem.projects)
    _, _, margins = scaled.relaxed(prices)
    held = _nearest(scaled, margins, FIRST_PER_PROJECT * projects)
    held = np.union1d(held, kept[kept != NONE])
    best = Generated(bound, prices, held, np.zeros(0), 0)
    master = Master(scaled, watch)
    master.add(held)
    is_large = len(margins) > LARGE
    rounds = 0
    while watch.goes_on():
        solved = master.solve()
        if solved is None:
            break
        rounds += 1
        proven, _, margins = scaled.relaxed(solved.prices)
        lowest = min(best.bound, proven)
        at = solved.prices if proven <= best.bound else best.prices
        best = Generated(lowest, at, master.held, solved.shares, rounds)
        if is_large and lowest - solved.worth <= NEAR * abs(lowest):
            break
        added = _promising(scaled, master.held, margins, solved.prices)
        if not len(added):
            break
        master.add(added)
    return best.ascending()


def surviving(scaled: Scaled, prices: Floats, floor: float) -> tuple[Places, bool]:
    """Return the options that a plan worth more than a known one could use.

    Parameters
    ----------
    scaled
        The problem.
    prices
        Prices of the whole capacities.
    floor
        What the known plan is worth.

    Returns
    -------
    places_and_is_closed
        All other options are proven to be in no better plan; whether the lots that
        were left out of the problem are, too.
    """
    bound, _, margins = scaled.relaxed(prices)
    best, _ = best_of_each(margins, scaled.spans)
    best = np.maximum(scaled.floors(), best)
    room = bound - floor + SLACK * max(1.0, abs(bound))
    beyond = scaled.problem.beyond
    # Nothing was left out where that is minus infinity, though the room be infinite.
    is_closed = not (np.isfinite(beyond) & (best - beyond <= room)).any()
    lost = best[scaled.problem.options.project] - margins
    return np.flatnonzero(lost <= room), is_closed


def _nearest(scaled: Scaled, margins: Floats, count: int) -> Places:
    """Return the best option of each project, and those that come nearest to it."""
    best, places = best_of_each(margins, scaled.spans)
    own = places[places != NONE]
    if count >= len(margins):
        return np.arange(len(margins))
    lost = best[scaled.problem.options.project] - margins
    return np.union1d(own, np.argpartition(lost, count)[:count])


def _promising(scaled: Scaled, held: Places, margins: Floats, prices: Floats) -> Places:
    """Return options outside the linear program that would raise it."""
    # The linear program knows prices of few options; among these its rents are right.
    part = scaled.problem.options.take(np.sort(held))
    spans = part.spans(len(scaled.problem.projects))
    best, _ = best_of_each(part.value - part.priced(prices), spans)
    rents = np.maximum(best, scaled.floors())
    gain = margins - rents[scaled.problem.options.project]
    scale = max(1.0, float(np.abs(scaled.problem.options.value).max(initial=1.0)))
    found = np.flatnonzero(gain > SLACK * scale)
    most = ADDED_PER_PROJECT * len(scaled.problem.projects)
    if len(found) > most:
        _, own = best_of_each(gain, scaled.spans)
        own = own[own != NONE]
        leading = own[gain[own] > SLACK * scale]
        found = np.union1d(leading, found[np.argpartition(-gain[found], most)[:most]])
    return found
