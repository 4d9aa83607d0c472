"""Why a project is not placed, what that would cost, and what more would bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.errors import NotFoundError
from zqland.matching.match import match
from zqland.portfolio.candidates import AREA
from zqland.portfolio.options import NONE
from zqland.portfolio.solve import solve
from zqland.text import Text
from zqland.units import Unit, to_m2

if TYPE_CHECKING:
    from zqland.portfolio.candidates import Offers
    from zqland.portfolio.options import Places
    from zqland.portfolio.plan import Plan
    from zqland.portfolio.search import Limits

STEP_MU = 100.0
"""Shadow values of ground are told for so many mu more."""

STEP_OTHER = 10.0
"""Those of other resources for so many of their own units more."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a project is not placed.

    Attributes
    ----------
    project_id
        The project.
    reason
        No lot at all, with the funnel; or who has the lot that would suit it best.
    parcel_id
        Parcel of that lot; None where there is no lot.
    by
        Projects that have its ground.
    """

    project_id: str
    reason: Text
    parcel_id: str | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """What it would cost to place a project in any case.

    Attributes
    ----------
    project_id
        The project.
    points
        What the whole plan would be worth less, at least 0; None where the project
        cannot be placed.
    margin
        How far the figure may be off, for the gaps of both plans.
    gives_way
        Projects that would lose their place.
    """

    project_id: str
    points: float | None
    margin: float
    gives_way: tuple[str, ...]


def why_unplaced(offered: Offers, plan: Plan) -> list[Unplaced]:
    """Say for each project that is not placed why it is not.

    Parameters
    ----------
    offered
        The problem.
    plan
        Its plan.

    Returns
    -------
    reasons
        In the order of the project numbers. "Outbid" is said by the prices of the
        plan: the lot whose worth to the project exceeds its price by most.
    """
    problem = offered.problem
    places = {project: place for place, project in enumerate(problem.projects)}
    margins = problem.options.value - problem.options.priced(plan.solution.prices)
    spans = problem.spans
    found = []
    # Each sentence is about one project; those without a place are few.
    for project in plan.unplaced:
        place = places[project]
        own = np.arange(spans[place], spans[place + 1])
        if not len(own):
            answer = match(offered.needs[place], offered.snapshot, top=1)
            funnel = answer.funnel_text
            reason = Text(
                en=_NO_LOT.en.format(project=project, funnel=funnel.en),
                zh=_NO_LOT.zh.format(project=project, funnel=funnel.zh),
            )
            found.append(Unplaced(project, reason))
        else:
            best = int(own[margins[own].argmax()])
            found.append(_outbid(offered, plan, project, best))
    return found


def _outbid(offered: Offers, plan: Plan, project: str, option: int) -> Unplaced:
    problem = offered.problem
    wanted = problem.options.take(np.array([option])).rows
    chosen = plan.solution.chosen
    by = () if chosen is None else _users(offered, chosen, wanted)
    row = offered.row(int(problem.options.lot[option]))
    parcel = str(offered.snapshot.parcel_id[row])
    price = float(
        problem.options.priced(plan.solution.prices)[option],
    )
    text = _OUTBID if by else _LEFT
    reason = text.format(
        project=project,
        parcel=parcel,
        others=", ".join(by),
        worth=f"{problem.options.value[option]:,.2f}",
        price=f"{price:,.2f}",
    )
    return Unplaced(project, reason, parcel, by)


def _users(offered: Offers, chosen: Places, wanted: Places) -> tuple[str, ...]:
    """Return the projects that use some capacities."""
    problem = offered.problem
    users = [
        problem.projects[place]
        for place, option in enumerate(chosen)
        if option != NONE
        and np.isin(problem.options.take(np.array([option])).rows, wanted).any()
    ]
    return tuple(sorted(users))


def price_of_placing(
    offered: Offers, plan: Plan, project_id: str, *, limits: Limits | None = None
) -> Price:
    """Find what it would cost the others to place a project in any case.

    Parameters
    ----------
    offered
        The problem.
    plan
        Its plan.
    project_id
        A project that is not placed.
    limits
        When the second search ends.

    Returns
    -------
    price
        By solving again with the project forced.

    Raises
    ------
    NotFoundError
        The project is not in the problem.
    PortfolioError
        It cannot be placed together with those that must be.
    """
    problem = offered.problem
    if project_id not in problem.projects:
        raise NotFoundError(_NO_PROJECT.format(project=project_id))
    is_forced = problem.is_forced.copy()
    is_forced[problem.projects.index(project_id)] = True
    forced = solve(replace(problem, is_forced=is_forced), limits=limits)
    if forced.chosen is None:
        return Price(project_id, None, float("inf"), ())
    placed = {problem.projects[one] for one in np.flatnonzero(forced.chosen != NONE)}
    before = set(plan.assignments["project_id"])
    apart = (forced.bound - forced.value) + (plan.bound - plan.objective)
    return Price(
        project_id=project_id,
        points=max(0.0, plan.objective - forced.value),
        margin=max(0.0, apart),
        gives_way=tuple(sorted(before - placed)),
    )


def shadow_values(offered: Offers, plan: Plan) -> pd.DataFrame:
    """Tell what more ground, or more of a shared resource, would be worth.

    Parameters
    ----------
    offered
        The problem.
    plan
        Its plan.

    Returns
    -------
    values
        One row per park with free ground and per shared resource, the dearest first:
        ``park_id``, ``resource``, ``step`` (how much more; ground in square metres) and
        ``points``. For ground of a park it is the value at its dearest parcel. Prices
        of the linear relaxation: they hold for a little more, not for any amount.
    """
    snapshot, prices = offered.snapshot, plan.solution.prices
    ground = pd.Series(prices[: len(snapshot)])
    parks = [snapshot.park_id(row) for row in range(len(snapshot))]
    step_m2 = to_m2(STEP_MU, Unit.MU)
    rows: list[tuple[str, str, float, float]] = [
        (str(park), "ground", step_m2, float(value) * step_m2)
        for park, value in ground.groupby(np.array(parks, dtype=object)).max().items()
    ]
    for shared, price in zip(
        offered.terms.shared, prices[len(snapshot) :], strict=True
    ):
        step = step_m2 if shared.resource == AREA else STEP_OTHER
        rows.append((shared.park_id or "", shared.resource, step, float(price) * step))
    table = pd.DataFrame(rows, columns=["park_id", "resource", "step", "points"])
    order = ["points", "park_id", "resource"]
    ascending = [False, True, True]
    return table.sort_values(order, ascending=ascending).reset_index(drop=True)


_NO_LOT = Text(
    en="{project}: no lot at all. {funnel}", zh="{project}：没有可用地块。{funnel}"
)
_OUTBID = Text(
    en="{project} is outbid: {parcel} would suit it best, worth {worth} points to it, "
    "but {others} use it, and its price is {price}.",
    zh="{project} 竞争落选：{parcel} 最适合，对其价值 {worth} 分，"
    "但已由 {others} 使用，其占用代价为 {price} 分。",
)
_LEFT = Text(
    en="{project}: {parcel} is free and would suit it best, worth {worth} points, at a "
    "price of {price}. What is left there, or of a shared resource, does not suffice, "
    "or the plan is not yet the best.",
    zh="{project}：{parcel} 尚空闲且最适合，价值 {worth} 分，占用代价 {price} 分。"
    "剩余用地或共享资源不足，或方案尚非最优。",
)
_NO_PROJECT = Text(
    en="Project {project} is not in the plan's list: correct the number.",
    zh="方案的项目清单中没有 {project}：请更正编号。",
)
