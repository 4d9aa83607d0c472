r"""Neighbouring parcels that together have the area that a project asks for.

Among all connected sets of free parcels whose areas add up to a window, those are
looked for that are best by an objective: fewest parcels, closest to the area asked
for, least cost, most compact, or all of these weighted. The sets are listed by size.
Up to a number of parcels the list is always complete, and where the effort allows it
is complete altogether: then the best is proven. Beyond, the most promising sets are
grown on and changed parcel by parcel, and the answer says what it can prove.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.errors import LotError
from zqland.lots.assemble_goal import OBJECTIVE_TEXTS, Goal, Objective, Request
from zqland.lots.assemble_ground import Patchwork
from zqland.lots.assemble_search import Found, search
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from zqland.lots.adjacency import Adjacency
    from zqland.lots.assemble_rules import AssemblyRules
    from zqland.lots.assemble_sets import Sets

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = [
    "OBJECTIVE_TEXTS",
    "Assemblies",
    "Assembly",
    "Objective",
    "Request",
    "assemble",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Neighbours that make a lot together.

    Attributes
    ----------
    parcel_ids
        Numbers of the parcels, ascending.
    rows
        Their rows in the adjacency.
    area_m2
        Sum of their areas.
    excess_m2
        Distance of that from the target.
    cost
        Sum of their costs; None where none were given.
    compactness
        Of all together, in [0, 1]; boundary that they share, gaps included, does not
        count as boundary.
    value
        What the objective makes of it, the smaller the better: parcels, square metres
        of excess, cost, 1 less the compactness, or the weighted score.
    """

    parcel_ids: tuple[str, ...]
    rows: tuple[int, ...]
    area_m2: float
    excess_m2: float
    cost: float | None
    compactness: float
    value: float

    @property
    def parts(self) -> int:
        """Return the number of parcels."""
        return len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assemblies:
    """Alternatives, the best first, and what is proven of them.

    Attributes
    ----------
    found
        The alternatives; of two of them no more ground is common than the rules let.
    objective
        What made the better of two.
    complete
        Whether every connected set in the window was listed.
    complete_parts
        Every one of up to so many parcels was.
    count
        Number of sets in the window up to there.
    made
        Sets that were made on the way, repeated ones too.
    bound
        No set has a better value than this.
    proven
        Whether the first has that value: none is better.
    note
        The same in words.
    """

    found: tuple[Assembly, ...]
    objective: Objective
    complete: bool
    complete_parts: int
    count: int
    made: int
    bound: float
    proven: bool
    note: Text


def assemble(
    request: Request,
    adjacency: Adjacency,
    area_m2: Floats,
    *,
    rules: AssemblyRules,
    usable: Booleans | None = None,
    cost: Floats | None = None,
) -> Assemblies:
    """Find neighbouring parcels that together have the area asked for.

    Parameters
    ----------
    request
        The area window, the objective and the number of alternatives.
    adjacency
        Which parcels are neighbours.
    area_m2
        Area of each parcel on the basis of the request; parcels whose area is not
        known are not used; shape (n,).
    rules
        Efforts and weights.
    usable
        Which parcels may be used; all of them if missing; shape (n,).
    cost
        What each would cost, in any unit, zero or more; parcels whose cost is not
        known are not used; shape (n,).

    Returns
    -------
    assemblies
        The alternatives, the best first.

    Raises
    ------
    LotError
        The least cost is asked for, and no costs are given, or one is below zero.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np, shapely
    >>> from zqland.catalogues import load_catalogues
    >>> from zqland.lots.adjacency import Adjacency
    >>> lots = load_catalogues().lots
    >>> squares = [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200)]
    >>> row = gpd.GeoSeries(squares, ["A", "B", "C"])
    >>> answer = assemble(
    ...     Request(area_min_m2=18e3, target_m2=20e3, area_max_m2=22e3),
    ...     Adjacency.of(row, rules=lots.neighbours),
    ...     np.full(3, 10e3),
    ...     rules=lots.assembly,
    ... )
    >>> [lot.parcel_ids for lot in answer.found], answer.complete, answer.count
    ([('A', 'B'), ('B', 'C')], True, 2)
    """
    _check_costs(request, cost)
    areas = np.asarray(area_m2, dtype=np.float64)
    costs = np.zeros(len(adjacency)) if cost is None else np.asarray(cost, np.float64)
    allowed = np.isfinite(areas) & (areas > 0) & np.isfinite(costs)
    allowed &= areas <= request.area_max_m2
    if usable is not None:
        allowed &= usable
    patchwork = _within_reach(
        Patchwork.of(adjacency, areas, costs, allowed), adjacency, request
    )
    goal = Goal.of(request, patchwork, rules)
    found = search(goal)
    return _answer(goal, found, adjacency, has_costs=cost is not None)


def _check_costs(request: Request, cost: Floats | None) -> None:
    if cost is None and request.objective is Objective.COST:
        raise LotError(_NO_COSTS)
    if cost is not None and (np.asarray(cost) < 0).any():
        raise LotError(_BELOW_ZERO)


def _within_reach(
    patchwork: Patchwork, adjacency: Adjacency, request: Request
) -> Patchwork:
    """Leave out connected grounds that are too small altogether."""
    total = np.bincount(patchwork.piece, weights=patchwork.area_m2)
    enough = total * (1 + _ROUNDING) >= request.area_min_m2
    usable = np.zeros(len(adjacency), dtype=np.bool_)
    usable[patchwork.rows[enough[patchwork.piece]]] = True
    areas, costs = np.zeros(len(adjacency)), np.zeros(len(adjacency))
    areas[patchwork.rows] = patchwork.area_m2
    costs[patchwork.rows] = patchwork.cost
    return Patchwork.of(adjacency, areas, costs, usable)


def _answer(
    goal: Goal, found: Found, adjacency: Adjacency, *, has_costs: bool
) -> Assemblies:
    chosen = tuple(
        _assembly(goal, sets, adjacency, has_costs=has_costs)
        for sets in _diverse(goal, found)
    )
    best = chosen[0].value if chosen else np.inf
    bound = best if found.complete else min(best, _bound(goal, found))
    proven = bool(chosen) and bound >= best
    return Assemblies(
        found=chosen,
        objective=goal.request.objective,
        complete=found.complete,
        complete_parts=found.complete_parts,
        count=found.count,
        made=found.made,
        bound=float(bound),
        proven=proven or (found.complete and not chosen),
        note=_note(found, proven=proven, is_empty=not chosen),
    )


def _assembly(
    goal: Goal, sets: Sets, adjacency: Adjacency, *, has_costs: bool
) -> Assembly:
    rows = goal.patchwork.rows[sets.members[0]]
    return Assembly(
        parcel_ids=tuple(str(number) for number in adjacency.parcel_ids[rows]),
        rows=tuple(rows.tolist()),
        area_m2=float(sets.area_m2[0]),
        excess_m2=float(goal.excess_m2(sets.area_m2)[0]),
        cost=float(goal.cost(sets)[0]) if has_costs else None,
        compactness=float(goal.compactness(sets)[0]),
        value=float(goal.value(sets)[0]),
    )


def _diverse(goal: Goal, found: Found) -> Iterator[Sets]:
    """Yield the best set, then the best that has little in common with those before."""
    sizes = [found.sizes[size] for size in sorted(found.sizes)]
    rankings = [goal.ranking(sets) for sets in sizes]
    alike = [np.zeros(len(sets)) for sets in sizes]
    # A turn per alternative.
    for _ in range(goal.request.count):
        best: tuple[tuple[float, ...], int, int] | None = None
        # A turn per size of sets.
        for place, ranking in enumerate(rankings):
            free = np.flatnonzero(alike[place] <= goal.rules.most_alike)
            if not len(free):
                continue
            first = int(free[np.lexsort(ranking[free].T[::-1])[0]])
            candidate = (tuple(ranking[first].tolist()), place, first)
            best = candidate if best is None else min(best, candidate)
        if best is None:
            return
        chosen = sizes[best[1]].take(np.array([best[2]]))
        yield chosen
        for place, sets in enumerate(sizes):
            common = _common_share(goal.patchwork, sets, chosen)
            alike[place] = np.maximum(alike[place], common)


def _common_share(patchwork: Patchwork, sets: Sets, chosen: Sets) -> Floats:
    """Measure the ground that sets have in common with one, of the smaller of both."""
    there = np.zeros(len(patchwork))
    there[chosen.members[0]] = patchwork.area_m2[chosen.members[0]]
    common = there[sets.members].sum(axis=1)
    return np.asarray(common / np.minimum(sets.area_m2, chosen.area_m2[0]))


def _bound(goal: Goal, found: Found) -> float:
    """Give a value that no set beyond the complete list can beat."""
    parts = max(_fewest(goal), found.complete_parts + 1)
    match goal.request.objective:
        case Objective.FEWEST:
            return float(parts)
        case Objective.COST:
            return _least_cost(goal)
        case Objective.WEIGHTED:
            least = np.asarray(_least_cost(goal))
            return float(goal.weigh(float(parts), np.zeros(()), least)) - _ROUNDING
        case _:
            return 0.0


def _fewest(goal: Goal) -> int:
    """Give the fewest parcels of one ground that could reach the window."""
    reach = goal.patchwork.reach_m2(goal.most_parts)
    enough = (reach >= goal.request.area_min_m2).any(axis=0)
    return int(np.argmax(enough)) if enough.any() else goal.most_parts + 1


def _least_cost(goal: Goal) -> float:
    """Give the least cost of the smallest area, if parcels could be taken in part."""
    patchwork = goal.patchwork
    each = patchwork.cost / patchwork.area_m2
    order = np.lexsort((each, patchwork.piece))
    piece, area = patchwork.piece[order], patchwork.area_m2[order]
    before = np.cumsum(area) - area
    first = np.searchsorted(piece, piece)
    taken = np.clip(goal.request.area_min_m2 - (before - before[first]), 0.0, area)
    costs = np.bincount(piece, weights=taken * each[order])
    return float(costs.min(initial=np.inf)) * (1 - _ROUNDING)


def _note(found: Found, *, proven: bool, is_empty: bool) -> Text:
    facts = {"count": found.count, "parts": found.complete_parts, "made": found.made}
    if found.complete:
        return (_NONE if is_empty else _COMPLETE).format(**facts)
    if is_empty:
        return _NONE_YET.format(**facts)
    return (_PROVEN if proven else _SEARCHED).format(**facts)


_ROUNDING = 1e-9

_COMPLETE = Text(
    en="All {count} connected sets of parcels in the area window were compared.",
    zh="面积范围内的全部 {count} 个相邻地块组合均已比较。",
)
_NONE = Text(
    en="No neighbouring parcels have an area in the window together: every set was "
    "looked at. Widen the window, allow more parcels, or cut a larger set.",
    zh="没有相邻地块的合计面积落在范围内：所有组合均已检查。可放宽面积范围、增加宗数上限，"
    "或对更大的组合进行分割。",
)
_NONE_YET = Text(
    en="No neighbouring parcels in the window were found. All sets of up to {parts} "
    "parcels were looked at, and {made} sets in total; larger ones may exist.",
    zh="未找到合计面积落在范围内的相邻地块。{parts} 宗以内的组合均已检查，"
    "共生成 {made} 个组合；更大的组合仍可能存在。",
)
_PROVEN = Text(
    en="The best is proven: all sets of up to {parts} parcels were compared ({count} "
    "in the area window), and no larger one can be better.",
    zh="最优方案已获证明：{parts} 宗以内的组合均已比较（面积范围内 {count} 个），"
    "更大的组合不可能更优。",
)
_SEARCHED = Text(
    en="All sets of up to {parts} parcels were compared ({count} in the area window); "
    "larger ones were grown best first, {made} sets in total. A better one may exist, "
    "up to the bound.",
    zh="{parts} 宗以内的组合均已比较（面积范围内 {count} 个）；"
    "更大的组合按优先次序扩展，共生成 {made} 个。在所列界限以内可能仍有更优方案。",
)
_NO_COSTS = Text(
    en="The least cost was asked for, but no costs were given. Give the cost of each "
    "parcel, or choose another objective.",
    zh="要求成本最低，但未提供成本。请提供各地块的成本，或选择其他目标。",
)
_BELOW_ZERO = Text(
    en="The cost of a parcel is below zero. Give costs of zero or more.",
    zh="有地块的成本为负数。请填写不小于零的成本。",
)
