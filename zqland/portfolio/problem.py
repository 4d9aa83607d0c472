"""The problem: projects, capacities, options, and what contradicts itself in them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from zqland.errors import PortfolioError
from zqland.portfolio.options import NONE, best_of_each
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zqland.portfolio.options import Booleans, Floats, Options, Places

LOOSE = 1e-9
"""Share of a capacity by which rounding of floats may exceed it."""

_NO_OPTION = Text(
    en="{projects} must be placed, but there is no lot for it. Drop the demand, or see "
    "its near misses for what would have to change.",
    zh="要求必须安排 {projects}，但没有可供其选择的用地。"
    "请取消该要求，或查看其“差一点”清单。",
)
_TOO_MUCH = Text(
    en="{projects} must all be placed and together need at least {needed} of "
    "{capacity}, which has {granted}. Drop one of them, or raise the capacity.",
    zh="要求同时安排 {projects}，合计至少需要 {capacity} {needed}，而可用仅 {granted}。"
    "请减少其中之一，或提高可用量。",
)
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Problem:
    """Which project gets which lot: one or none each, no capacity exceeded.

    Attributes
    ----------
    projects
        Identifiers of the projects.
    is_forced
        Which projects must be placed.
    lots
        Keys of the lots.
    capacities
        Names of the capacities: ground of a parcel, power of a park, a budget.
    granted
        How much there is of each.
    options
        The lots that projects could take.
    left_out
        The most that a lot of each project is worth that is not among the options
        (minus infinity where none was left out); empty where all options are here.
        Bounds count with such lots as if they used nothing; plans never use them.
    """

    projects: tuple[str, ...]
    is_forced: Booleans
    lots: tuple[str, ...]
    capacities: tuple[str, ...]
    granted: Floats
    options: Options
    left_out: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def is_complete(self) -> bool:
        """Whether every lot of every project is among the options."""
        return not np.isfinite(self.left_out).any()

    @property
    def beyond(self) -> Floats:
        """What the best lot left out of each project is worth at most."""
        if len(self.left_out):
            return self.left_out
        return np.full(len(self.projects), -np.inf)

    @property
    def spans(self) -> Places:
        """Where the options of each project begin, and the end."""
        return self.options.spans(len(self.projects))

    def restrict(self, places: Places) -> Problem:
        """Return the problem with some of its options only."""
        return replace(self, options=self.options.take(places))

    def possible_places(self) -> Places:
        """Return the options that do not exceed a capacity all by themselves."""
        options = self.options
        is_over = options.amounts > self.granted[options.rows] * (1 + LOOSE)
        over = np.unique(options.owners()[is_over])
        return np.delete(np.arange(len(options)), over)

    def check(self) -> None:
        """Refuse a problem whose demands contradict each other, before any solving.

        Raises
        ------
        PortfolioError
            A project that must be placed has no lot, or such projects together need
            more of a capacity than there is; all conflicts are named.
        """
        conflicts = list(self.conflicts())
        if conflicts:
            english = " ".join(text.en for text in conflicts[:_SHOWN])
            chinese = "".join(text.zh for text in conflicts[:_SHOWN])
            raise PortfolioError(Text(en=english, zh=chinese))

    def conflicts(self) -> Iterator[Text]:
        """Find demands that cannot be met together, each in a sentence.

        Yields
        ------
        conflict
            The projects concerned, what they need, and what there is.
        """
        forced = np.flatnonzero(self.is_forced & ~np.isfinite(self.beyond))
        spans = self.spans
        without = [int(place) for place in forced if spans[place] == spans[place + 1]]
        if without:
            yield _NO_OPTION.format(projects=self._named(without))
        least, users = self._least(forced)
        for row in np.flatnonzero(least > self.granted * (1 + LOOSE)):
            yield _TOO_MUCH.format(
                projects=self._named(users[int(row)]),
                capacity=self.capacities[row],
                needed=f"{least[row]:,.2f}",
                granted=f"{self.granted[row]:,.2f}",
            )

    def _least(self, forced: Places) -> tuple[Floats, dict[int, list[int]]]:
        """Add up what projects that must be placed use of each capacity at least."""
        options, spans = self.options, self.spans
        least = np.zeros(len(self.granted))
        users: dict[int, list[int]] = {}
        # Each project has its own options; those that must be placed are few.
        for place in forced:
            own = options.take(np.arange(spans[place], spans[place + 1]))
            rows, counts = np.unique(own.rows, return_counts=True)
            for row in rows[counts == len(own)]:
                least[row] += own.amounts[own.rows == row].min()
                users.setdefault(int(row), []).append(int(place))
        return least, users

    def _named(self, places: list[int]) -> str:
        names = [self.projects[place] for place in places[:_SHOWN]]
        return ", ".join(names) + (" …" if len(places) > _SHOWN else "")


@dataclass(frozen=True, slots=True)
class Scaled:
    """A problem with every capacity at 1, as the solvers take it.

    Attributes
    ----------
    problem
        The problem whose amounts are shares of capacities.
    spans
        Where the options of each project begin, and the end.
    units
        What one stands for in each capacity.
    """

    problem: Problem
    spans: Places
    units: Floats

    @classmethod
    def of(cls, problem: Problem) -> Scaled:
        """Scale a problem; capacities of nothing keep their unit."""
        units = np.where(problem.granted > 0, problem.granted, 1.0)
        options = problem.options
        scaled = replace(options, amounts=options.amounts / units[options.rows])
        granted = np.where(problem.granted > 0, 1.0, 0.0)
        found = replace(problem, options=scaled, granted=granted)
        return cls(found, found.spans, units)

    def restrict(self, places: Places) -> Scaled:
        """Return the problem with some of its options only."""
        found = self.problem.restrict(places)
        return Scaled(found, found.spans, self.units)

    def relaxed(self, prices: Floats) -> tuple[float, Places, Floats]:
        """Let projects choose at prices, and say what that proves.

        Parameters
        ----------
        prices
            Price of each whole capacity, none below zero.

        Returns
        -------
        bound, chosen, margins
            No plan is worth more than the bound (Lagrangean duality, for any prices);
            the option each project would choose, `NONE` for none; what each option is
            worth less what it uses.

        References
        ----------
        M. L. Fisher, "The Lagrangian relaxation method for solving integer programming
        problems", Management Science 27 (1981).
        """
        options = self.problem.options
        margins = options.value - options.priced(prices)
        best, chosen = best_of_each(margins, self.spans)
        floor = self.floors()
        stays_out = best <= floor
        bound = float(prices @ self.problem.granted + np.maximum(best, floor).sum())
        return bound, np.where(stays_out, NONE, chosen), margins

    def floors(self) -> Floats:
        """Return what each project has without any of the options, at most.

        Returns
        -------
        floors
            Nothing where it may stay without a lot, minus infinity where it may not;
            what the best lot left out is worth where that is more.
        """
        none = np.where(self.problem.is_forced, -np.inf, 0.0)
        return np.maximum(none, self.problem.beyond)
