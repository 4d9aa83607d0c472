"""The plan: which project gets which lot, and what is proven of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland.matching.days import day_of
from zqland.portfolio.options import NONE
from zqland.portfolio.solve import solve
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.areas import Method
    from zqland.portfolio.candidates import Offers
    from zqland.portfolio.search import Limits
    from zqland.portfolio.solve import Solution

COLUMNS = (
    "project_id",
    "kind",
    "parcel_id",
    "park_id",
    "area_m2",
    "handover_on",
    "value",
)
"""Columns of the assignments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which project gets which lot.

    Attributes
    ----------
    assignments
        One row per placed project, by number: ``project_id``, ``kind`` (of
        `zqland.lots.lot.Kind`), ``parcel_id``, ``park_id``, ``area_m2`` on the basis,
        ``handover_on`` (earliest day in hand), ``value`` in points.
    unplaced
        The other projects, by number.
    objective, bound
        What the plan is worth, and what no plan is worth more than.
    solution
        The answer of the solver: gap, time, seed, version, prices.
    on, basis, catalogue_hash, fictional
        As in the snapshot.
    """

    assignments: pd.DataFrame
    unplaced: tuple[str, ...]
    objective: float
    bound: float
    solution: Solution
    on: dt.date
    basis: Method
    catalogue_hash: str
    fictional: bool

    @property
    def gap(self) -> float:
        """Share of the bound by which the plan may fall short of the best."""
        return self.solution.gap

    @property
    def text(self) -> Text:
        """Say in a sentence how many are placed, and how good that is."""
        text = _PROVEN if self.solution.is_proven else _BOUNDED
        if self.solution.chosen is None:
            text = _IMPOSSIBLE if self.solution.is_proven else _NONE_FOUND
        facts = {
            "placed": len(self.assignments),
            "projects": len(self.assignments) + len(self.unplaced),
            "objective": f"{self.objective:,.2f}",
            "gap": f"{self.gap:.2%}",
            "seconds": f"{self.solution.seconds:.1f}",
        }
        found = text.format(**facts)
        if self.solution.is_repeatable:
            return found
        return Text(en=f"{found.en} {_CLOCK.en}", zh=f"{found.zh}{_CLOCK.zh}")

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values for JSON."""
        rows = [
            {str(key): value for key, value in row.items()}
            | {"handover_on": _iso(row["handover_on"])}
            for row in self.assignments.to_dict("records")
        ]
        solution = self.solution
        return {
            "on": self.on.isoformat(),
            "basis": str(self.basis),
            "objective": _finite(self.objective),
            "bound": _finite(self.bound),
            "gap": _finite(self.gap),
            "is_proven": solution.is_proven,
            "is_repeatable": solution.is_repeatable,
            "seconds": round(solution.seconds, 3),
            "seed": solution.seed,
            "solver": solution.solver,
            "catalogue_hash": self.catalogue_hash,
            "fictional": self.fictional,
            "assignments": rows,
            "unplaced": list(self.unplaced),
        }


def make_plan(
    offered: Offers,
    *,
    limits: Limits | None = None,
    report: Callable[[float, float], object] = lambda _value, _bound: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Plan:
    """Solve the problem, and say the answer in parcels.

    Parameters
    ----------
    offered
        The problem and what its lots are.
    limits, report, is_stopped
        As for `zqland.portfolio.solve`.

    Returns
    -------
    plan
        The best plan that was found; without assignments where there is none.

    Raises
    ------
    PortfolioError
        Demands exclude each other; the sentence names them.
    """
    solution = solve(
        offered.problem, limits=limits, report=report, is_stopped=is_stopped
    )
    return plan_of(offered, solution)


def plan_of(offered: Offers, solution: Solution) -> Plan:
    """Say an answer of the solver in parcels.

    Parameters
    ----------
    offered
        The problem that was solved.
    solution
        The answer.

    Returns
    -------
    plan
        The plan.
    """
    snapshot = offered.snapshot
    projects = offered.problem.projects
    chosen = solution.chosen
    if chosen is None:
        chosen = np.full(len(projects), NONE)
    rows = [
        _row(offered, place, int(option))
        for place, option in enumerate(chosen)
        if option != NONE
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("project_id")
    unplaced = sorted(projects[place] for place in np.flatnonzero(chosen == NONE))
    return Plan(
        assignments=table.reset_index(drop=True),
        unplaced=tuple(unplaced),
        objective=solution.value,
        bound=solution.bound,
        solution=solution,
        on=snapshot.on,
        basis=snapshot.basis,
        catalogue_hash=snapshot.catalogue_hash,
        fictional=snapshot.fictional,
    )


def _row(offered: Offers, place: int, option: int) -> tuple[object, ...]:
    snapshot, need = offered.snapshot, offered.needs[place]
    lot = int(offered.problem.options.lot[option])
    row = offered.row(lot)
    ready = day_of(int(snapshot.ready_day[need.predicate][row]))
    lead = dt.timedelta(days=snapshot.rules.supply_lead_days)
    return (
        need.project_id,
        str(offered.kind(lot)),
        str(snapshot.parcel_id[row]),
        snapshot.park_id(row),
        offered.area_m2(option),
        None if ready is None else ready + lead,
        float(offered.problem.options.value[option]),
    )


def _iso(day: object) -> str | None:
    return day.isoformat() if isinstance(day, dt.date) else None


def _finite(figure: float) -> float | None:
    return float(figure) if np.isfinite(figure) else None


_PROVEN = Text(
    en="{placed} of {projects} projects are placed, worth {objective} points: proven "
    "to be the best plan ({seconds} s).",
    zh="{projects} 个项目中安排 {placed} 个，合计 {objective} 分："
    "已证明为最优方案（用时 {seconds} 秒）。",
)
_BOUNDED = Text(
    en="{placed} of {projects} projects are placed, worth {objective} points: at most "
    "{gap} below the best plan ({seconds} s).",
    zh="{projects} 个项目中安排 {placed} 个，合计 {objective} 分："
    "与最优方案相差不超过 {gap}（用时 {seconds} 秒）。",
)
_IMPOSSIBLE = Text(
    en="The projects that must be placed cannot all be placed: that is proven. Drop a "
    "demand or a lock, or free more ground.",
    zh="要求必须安排的项目无法同时安排（已证明）："
    "请取消部分要求或锁定，或增加可供用地。",
)
_NONE_FOUND = Text(
    en="No plan that places every project that must be placed was found in {seconds} "
    "s; whether there is one is not known. Allow more time, or drop a demand.",
    zh="在 {seconds} 秒内未找到安排全部必须项目的方案，是否存在尚不确定："
    "请延长时间或取消部分要求。",
)
_CLOCK = Text(
    en="The clock or a request ended the search: another run may find another plan.",
    zh="计算因时限或人为中止而结束，再次运行可能得到不同方案。",
)
