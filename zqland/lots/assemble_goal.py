"""What is asked of an assembly, and which of two is the better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from zqland.errors import LotError
from zqland.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.lots.assemble_ground import Patchwork
    from zqland.lots.assemble_rules import AssemblyRules
    from zqland.lots.assemble_sets import Sets
    from zqland.needs import Need

    Floats = NDArray[np.float64]


class Objective(StrEnum):
    """What makes the better of two assemblies."""

    FEWEST = "fewest"
    EXCESS = "excess"
    COST = "cost"
    COMPACT = "compact"
    WEIGHTED = "weighted"


OBJECTIVE_TEXTS = {
    Objective.FEWEST: Text(en="fewest parcels", zh="宗数最少"),
    Objective.EXCESS: Text(en="closest to the area asked for", zh="面积最接近需求"),
    Objective.COST: Text(en="least cost", zh="成本最低"),
    Objective.COMPACT: Text(en="most compact", zh="形状最紧凑"),
    Objective.WEIGHTED: Text(en="best of all together", zh="综合最优"),
}
"""The words for the objectives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of an assembly.

    Attributes
    ----------
    area_min_m2, area_max_m2
        The area window, in square metres; both ends fit.
    target_m2
        The area that is best; `excess_m2` is the distance from it. With the smallest
        area as the target, it is what is taken beyond need.
    objective
        What makes the better of two; fewer parcels, and then less excess, decide
        between equals.
    count
        Number of alternatives.
    least_parts, most_parts
        Fewest and most parcels; None for the most of the rules.

    Raises
    ------
    LotError
        The window, the target or the numbers contradict each other.

    Examples
    --------
    >>> Request(area_min_m2=90.0, target_m2=100.0, area_max_m2=115.0).count
    5
    """

    area_min_m2: float
    target_m2: float
    area_max_m2: float
    objective: Objective = Objective.FEWEST
    count: int = 5
    least_parts: int = 1
    most_parts: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no assembly could ever be."""
        window = (self.area_min_m2, self.target_m2, self.area_max_m2)
        if not all(math.isfinite(area) for area in window) or not (
            0 <= window[0] <= window[1] <= window[2] and window[2] > 0
        ):
            facts = dict(zip(("low", "target", "high"), window, strict=True))
            raise LotError(_NO_WINDOW.format(**facts))
        most = math.inf if self.most_parts is None else self.most_parts
        if self.count < 1 or not 1 <= self.least_parts <= most:
            facts = {"least": self.least_parts, "most": most, "count": self.count}
            raise LotError(_NO_NUMBER.format(**facts))

    @classmethod
    def of(
        cls, need: Need, *, objective: Objective = Objective.FEWEST, count: int = 5
    ) -> Request:
        """Ask for what a project needs: its window, and the area that it would like.

        Parameters
        ----------
        need
            The need of a project.
        objective, count
            As in the attributes.

        Returns
        -------
        request
            The request.
        """
        return cls(
            area_min_m2=need.area_min_m2,
            target_m2=need.area_ideal_m2,
            area_max_m2=need.area_max_m2,
            objective=objective,
            count=count,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Goal:
    """How sets are judged, each figure better if smaller.

    Attributes
    ----------
    request
        What is asked.
    rules
        The rules.
    patchwork
        The ground.
    most_parts
        Most parcels.
    dearest
        Cost of the dearest square metre times the largest area; 0 without costs.
    """

    request: Request
    rules: AssemblyRules
    patchwork: Patchwork
    most_parts: int
    dearest: float

    @classmethod
    def of(cls, request: Request, patchwork: Patchwork, rules: AssemblyRules) -> Goal:
        """Take what is asked of ground."""
        each = patchwork.cost / patchwork.area_m2
        return cls(
            request=request,
            rules=rules,
            patchwork=patchwork,
            most_parts=request.most_parts or rules.most_parts,
            dearest=float(each.max(initial=0.0)) * request.area_max_m2,
        )

    def excess_m2(self, area_m2: Floats | float) -> Floats:
        """Measure the distance from the target."""
        return np.abs(np.asarray(area_m2) - self.request.target_m2)

    def cost(self, sets: Sets) -> Floats:
        """Add up the costs of sets."""
        return np.asarray(self.patchwork.cost[sets.members].sum(axis=1))

    def compactness(self, sets: Sets) -> Floats:
        """Measure how close sets are to circles; what they share does not count."""
        outer = self.patchwork.perimeter_m[sets.members].sum(axis=1)
        outer = outer - 2 * self.patchwork.inner_m(sets.members)
        safe = np.maximum(outer, np.finfo(float).tiny)
        return np.where(outer > 0, 4 * np.pi * sets.area_m2 / safe**2, 0.0)

    def value(self, sets: Sets) -> Floats:
        """Give what the objective makes of sets, the smaller the better."""
        match self.request.objective:
            case Objective.FEWEST:
                return np.full(len(sets), float(sets.size))
            case Objective.EXCESS:
                return self.counted(self.excess_m2(sets.area_m2))
            case Objective.COST:
                return np.round(self.cost(sets), _COST_DIGITS)
            case Objective.COMPACT:
                return np.round(1 - self.compactness(sets), _SHARE_DIGITS)
            case Objective.WEIGHTED:
                return self._weighted(sets)

    def counted(self, excess_m2: Floats) -> Floats:
        """Round an excess to what counts as a difference."""
        exact = self.rules.exact_m2
        return excess_m2 if exact == 0 else np.round(excess_m2 / exact) * exact

    def weigh(self, parts: Floats | float, excess_m2: Floats, cost: Floats) -> Floats:
        """Add up the weighted parts, all but the shape."""
        weights = self.rules.weights
        beyond = (np.asarray(parts) - 1) / max(self.most_parts - 1, 1)
        score = weights["parts"] * beyond
        score = score + weights["excess"] * excess_m2 / self.request.target_m2
        if self.dearest > 0:
            score = score + weights["cost"] * cost / self.dearest
        return np.asarray(score)

    def ranking(self, sets: Sets) -> Floats:
        """Give the columns by which sets of one size are ranked; shape (m, 3)."""
        parts = np.full(len(sets), float(sets.size))
        excess = self.counted(self.excess_m2(sets.area_m2))
        return np.column_stack([self.value(sets), parts, excess])

    def _weighted(self, sets: Sets) -> Floats:
        excess = self.counted(self.excess_m2(sets.area_m2))
        score = self.weigh(float(sets.size), excess, self.cost(sets))
        shape = self.rules.weights["compact"]
        if shape > 0:
            score = score + shape * (1 - self.compactness(sets))
        return np.asarray(np.round(score, _SHARE_DIGITS))


_COST_DIGITS = 6
_SHARE_DIGITS = 9

_NO_WINDOW = Text(
    en="The area window {low:g} to {high:g} m² with a target of {target:g} m² holds no "
    "area. Give a smallest, a target and a largest area, each at least the one before.",
    zh="面积范围 {low:g} 至 {high:g} 平方米、目标 {target:g} 平方米自相矛盾。请依次填写"
    "最小、目标和最大面积，后者不小于前者。",
)
_NO_NUMBER = Text(
    en="From {least} to {most} parcels in {count} alternatives is not possible. Ask "
    "for one alternative and one parcel at least, and no fewer at most.",
    zh="无法提供 {count} 个方案、每个 {least} 至 {most} 宗。方案数和宗数至少为1，"
    "最多宗数不得小于最少宗数。",
)
