"""The search for a plan: bound, plan, improve, prove, and decide among equals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio import ties
from zqland.portfolio.generation import generate, surviving
from zqland.portfolio.improve import improve
from zqland.portfolio.options import NONE
from zqland.portfolio.prices import find_prices
from zqland.portfolio.rounding import place_in_turn, unplaced, worth
from zqland.portfolio.solver import Work, solve_exactly

if TYPE_CHECKING:
    from zqland.portfolio.generation import Generated
    from zqland.portfolio.options import Floats, Places
    from zqland.portfolio.problem import Scaled
    from zqland.portfolio.solver import Watch

DIRECT = 60_000
"""Options up to which the integer program over all that are left is attempted."""

PRICE_STEPS = 120
"""Prices that are tried before the linear program."""

FIRST_ROUNDS = 12
"""Rounds of improvement before the integer program, to leave it fewer options."""

ROUNDS = 2_000
"""Rounds of improvement where neither they nor the time are limited."""

UNLIMITED = 1_000_000_000

SMALL = 120
"""Projects up to which improving would only repeat what proving does."""

GENERATION = 0.4
"""Share of the time left that the linear program gets at most."""

LEAST_SHARE = 0.01
"""Share in the fractional plan below which an option is not rounded up."""

FEW = 250
"""Options up to which names decide among plans worth the same."""

EQUAL = 1e-9
"""Share of the bound below which plan and bound count as the same."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When solving ends.

    Attributes
    ----------
    seconds
        Most time; None for none. A plan that the clock stopped is not repeatable.
    rounds
        Most rounds of improvement where the problem is too large to be proven; without
        it, as many as the time allows, and `ROUNDS` where that is not limited.
    nodes
        Most nodes of the search tree.
    gap
        Relative gap that is good enough.
    seed
        Seed of every random choice.
    """

    seconds: float | None = None
    rounds: int | None = None
    nodes: int = 200_000
    gap: float = 0.0
    seed: int = 0

    @property
    def most_rounds(self) -> int:
        """Most rounds of improvement."""
        if self.rounds is not None:
            return self.rounds
        return ROUNDS if self.seconds is None else UNLIMITED


def within(first: Places, kept: Places) -> Places:
    """Return a choice of options by their places among those kept.

    Parameters
    ----------
    first
        An option per project, `NONE` for none.
    kept
        The options kept, ascending.

    Returns
    -------
    chosen
        `NONE` where the option is not kept.
    """
    if not len(kept):
        return np.full(len(first), NONE)
    places = np.searchsorted(kept, first)
    is_known = (first != NONE) & (kept[np.minimum(places, len(kept) - 1)] == first)
    return np.where(is_known, places, NONE)


def taken_from(chosen: Places, kept: Places) -> Places:
    """Return a choice among the options kept by their places among all.

    Parameters
    ----------
    chosen
        Places among those kept, `NONE` for none.
    kept
        The options kept, ascending.
    """
    if not len(kept):
        return np.full(len(chosen), NONE)
    return np.where(chosen == NONE, NONE, kept[chosen])


@dataclass(slots=True)
class Search:
    """One run: the best plan, the lowest bound, and the steps that improve them.

    Attributes
    ----------
    scaled
        The problem.
    watch, limits
        When to end.
    chosen, value
        The best plan so far, and what it is worth.
    bound, prices
        What no plan is worth more than, and the prices that prove it.
    is_proven, is_settled, is_cut_short
        Whether the plan is proven best; whether names have decided among equals;
        whether the clock or a request ended the search.
    nodes, rounds
        Size of the search trees, rounds of improvement.
    """

    scaled: Scaled
    watch: Watch
    limits: Limits
    chosen: Places | None = None
    value: float = -np.inf
    bound: float = np.inf
    prices: Floats = field(default_factory=lambda: np.zeros(0))
    is_proven: bool = False
    is_settled: bool = False
    is_cut_short: bool = False
    nodes: int = 0
    rounds: int = 0

    def offer(self, chosen: Places) -> None:
        """Keep a plan if it is better and places whoever must be placed."""
        value = worth(self.scaled, chosen)
        if unplaced(self.scaled, chosen) == 0 and value > self.value:
            self.chosen, self.value = chosen, value
            self.watch.report(value, self.bound)

    def lower(self, bound: float) -> None:
        """Keep a bound if it is lower."""
        self.bound = max(min(self.bound, bound), self.value)

    @property
    def is_met(self) -> bool:
        """Whether the plan reaches the bound."""
        return self._is_within(EQUAL)

    def _is_within(self, share: float) -> bool:
        apart = self.bound - self.value
        largest = max(abs(self.bound), abs(self.value))
        return self.chosen is not None and apart <= share * largest

    @property
    def is_done(self) -> bool:
        """Whether the plan is good enough, or there is no time left."""
        good = max(EQUAL, self.limits.gap)
        return self._is_within(good) or not self._goes_on()

    def _goes_on(self) -> bool:
        goes_on = self.watch.goes_on()
        self.is_cut_short = self.is_cut_short or not goes_on
        return goes_on

    def run(self) -> None:
        """Bound, plan, improve, prove."""
        scaled = self.scaled
        self.prices = np.zeros(len(scaled.problem.granted))
        self.offer(place_in_turn(scaled, scaled.problem.options.value))
        is_known = self.chosen is not None
        priced = find_prices(
            scaled,
            floor=self.value if is_known else worth_of_little(scaled),
            steps=PRICE_STEPS,
            goes_on=self._goes_on,
        )
        self.prices = priced.prices
        self.lower(priced.bound)
        if self._goes_on():
            self._place_at(priced.prices)
        if not self.is_done:
            self._generate()
        self.is_proven = self.is_proven or self.is_met
        if self.is_proven and self.chosen is not None:
            self._settle()

    def _place_at(self, prices: Floats) -> None:
        _, _, margins = self.scaled.relaxed(prices)
        # Prices tell who comes first; what is over is then filled by value.
        found = place_in_turn(self.scaled, margins)
        values = self.scaled.problem.options.value
        self.offer(place_in_turn(self.scaled, values, kept=found))

    def _generate(self) -> None:
        start = np.zeros(0, dtype=np.int64) if self.chosen is None else self.chosen
        watch = self.watch.part(GENERATION)
        made = generate(
            self.scaled, watch, prices=self.prices, bound=self.bound, kept=start
        )
        self.is_cut_short = self.is_cut_short or not watch.goes_on()
        self.prices = made.prices
        self.lower(made.bound)
        if self._goes_on():
            self._place_at(made.prices)
            self._place_by(made)
        if not self.is_done and len(self.scaled.problem.projects) > SMALL:
            self._improve(self._with_chosen(made.looked_at), FIRST_ROUNDS)
        if not self.is_done:
            left, is_closed = surviving(self.scaled, self.prices, self.value)
            if len(left) <= DIRECT:
                self._prove(self._with_chosen(left), is_closed=is_closed)
            else:
                looked_at = self._with_chosen(made.looked_at)
                self._improve(looked_at, self.limits.most_rounds)

    def _place_by(self, made: Generated) -> None:
        """Round the fractional plan: the largest shares first, then by value."""
        if not len(made.shares):
            return
        shares = np.zeros(len(self.scaled.problem.options))
        shares[made.looked_at] = np.where(made.shares > LEAST_SHARE, made.shares, 0.0)
        found = place_in_turn(self.scaled, shares)
        _, _, margins = self.scaled.relaxed(made.prices)
        found = place_in_turn(self.scaled, margins, kept=found)
        values = self.scaled.problem.options.value
        self.offer(place_in_turn(self.scaled, values, kept=found))

    def _with_chosen(self, places: Places) -> Places:
        if self.chosen is None:
            return places
        return np.union1d(places, self.chosen[self.chosen != NONE])

    def _improve(self, places: Places, rounds: int) -> None:
        if self.chosen is None:
            return
        part = self.scaled.restrict(places)
        found, done = improve(
            part,
            within(self.chosen, places),
            self.watch,
            rounds=rounds,
            bound=self.bound,
            seed=self.limits.seed + self.rounds,
        )
        self.rounds += done
        self.offer(taken_from(found, places))

    def _prove(self, places: Places, *, is_closed: bool) -> None:
        part = self.scaled.restrict(places)
        first = None if self.chosen is None else within(self.chosen, places)
        work = Work(self.limits.nodes, self.limits.gap, self.limits.seed)
        solved = solve_exactly(part, self.watch, work=work, first=first)
        self.nodes += solved.nodes
        self._goes_on()
        if solved.chosen is not None:
            self.offer(taken_from(solved.chosen, places))
        if not is_closed:
            return
        if solved.chosen is None and solved.is_proven and self.chosen is None:
            self.is_proven, self.bound = True, -np.inf
            return
        # What was left out is in no plan worth more than the one known before.
        self.lower(max(solved.bound, self.value))

    def _settle(self) -> None:
        """Among plans worth the same, take the one that names decide."""
        if self.chosen is None or not self._goes_on():
            return
        left, is_closed = surviving(self.scaled, self.prices, self.value)
        if len(left) > FEW or not is_closed:
            return
        places = self._with_chosen(left)
        part = self.scaled.restrict(places)
        found = ties.settle(part, within(self.chosen, places), self.watch)
        if found is not None and self._goes_on():
            self.chosen, self.is_settled = taken_from(found, places), True
            self.value = worth(self.scaled, self.chosen)


def worth_of_little(scaled: Scaled) -> float:
    """Return a floor for problems of which no plan is known yet.

    Parameters
    ----------
    scaled
        The problem.
    """
    options = scaled.problem.options
    heads = np.unique(scaled.spans[:-1][np.diff(scaled.spans) > 0])
    return float(np.minimum.reduceat(options.value, heads).sum()) if len(heads) else 0.0
