"""A plan drawn on the ground: every lot a shape, side by side, exact, none twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland.lots.ask import Ask, Site
from zqland.lots.lot import Kind
from zqland.lots.split import Layout, split
from zqland.portfolio.plan import plan_of
from zqland.portfolio.solve import solve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import pandas as pd

    from zqland.lots.rules import LotRules
    from zqland.portfolio.candidates import Offers
    from zqland.portfolio.options import Booleans, Places
    from zqland.portfolio.plan import Plan
    from zqland.portfolio.problem import Problem
    from zqland.portfolio.search import Limits
    from zqland.text import Text

ROUNDS = 20
"""How often a plan is cut off and solved again, unless told otherwise."""

OVERLAP_M2 = 0.01
"""Common ground of two lots that counts as none."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan and its shapes.

    Attributes
    ----------
    plan
        The plan that could be drawn.
    shapes
        Shape of the lot of each placed project, in the plane of the parcel's home
        zone.
    layouts
        How each parcel that is cut was split, with what is left.
    refused
        Why lots that the plan promised could not be drawn, by parcel.
    cut_off
        How many sets of lots were cut off before.
    """

    plan: Plan
    shapes: Mapping[str, shapely.Polygon | shapely.MultiPolygon]
    layouts: Mapping[str, Layout]
    refused: Mapping[str, Text]
    cut_off: int

    @property
    def is_complete(self) -> bool:
        """Whether every lot of the plan was drawn."""
        return not self.refused


def draw(plan: Plan, parcels: gpd.GeoDataFrame, rules: LotRules) -> Drawn:
    """Draw a plan.

    Parameters
    ----------
    plan
        The plan.
    parcels
        The parcels with ``home_geometry`` and ``home_zone``.
    rules
        Limits of lots (`Catalogues.lots`).

    Returns
    -------
    drawn
        Lots cut from one parcel lie side by side, in the order of their size; where no
        such layout is of use the parcel stands in ``refused``.
    """
    shapes: dict[str, shapely.Polygon | shapely.MultiPolygon] = {}
    layouts: dict[str, Layout] = {}
    refused: dict[str, Text] = {}
    grounds, zones = parcels["home_geometry"], parcels["home_zone"]
    for name, own in plan.assignments.groupby("parcel_id", sort=True):
        parcel = str(name)
        if own["kind"].iloc[0] == Kind.WHOLE:
            shapes[own["project_id"].iloc[0]] = grounds[parcel]
            continue
        site = Site(parcel, grounds[parcel], int(zones[parcel]))
        ordered = own.sort_values(["area_m2", "project_id"], ascending=[False, True])
        wanted = dict(zip(ordered["project_id"], ordered["area_m2"], strict=True))
        ask = Ask(float(ordered["area_m2"].iloc[0]), plan.basis)
        done = split(site, wanted, rules, ask=ask, remainder_name=f"{parcel} *")
        if isinstance(done, Layout):
            layouts[parcel] = done
            shapes.update(done.shapes())
        else:
            refused[parcel] = done.reason
    return Drawn(plan, shapes, layouts, refused, 0)


def realise(
    offered: Offers,
    plan: Plan,
    parcels: gpd.GeoDataFrame,
    rules: LotRules,
    *,
    limits: Limits | None = None,
    rounds: int = ROUNDS,
) -> Drawn:
    """Draw a plan; where the ground cannot give what it promised, plan again.

    Parameters
    ----------
    offered
        The problem.
    plan
        Its plan.
    parcels
        The parcels with ``home_geometry`` and ``home_zone``.
    rules
        Limits of lots (`Catalogues.lots`).
    limits
        When each further search ends.
    rounds
        How often it is planned again at most.

    Returns
    -------
    drawn
        The first plan that can be drawn wholly, or the last one that was tried.

    Notes
    -----
    For a set of projects whose lots cannot lie in one parcel, a capacity is added that
    one project less than all of them may use. Larger sets with these are cut off with
    it, for each option of such a project there uses it. That a larger set fails where a
    smaller one does is true of the area, not strictly of every shape: the bound of the
    plan is one over what can be drawn in this way.
    """
    problem = offered.problem
    drawn = draw(plan, parcels, rules)
    cut_off = 0
    while drawn.refused and cut_off < rounds:
        cut_off += 1
        for together in _refused_sets(drawn, parcels, rules):
            problem = _without(problem, _is_together(offered, *together))
        solution = solve(problem, limits=limits)
        drawn = draw(plan_of(offered, solution), parcels, rules)
    return replace(drawn, cut_off=cut_off)


def _refused_sets(
    drawn: Drawn, parcels: gpd.GeoDataFrame, rules: LotRules
) -> Iterator[tuple[str, set[str]]]:
    """Find the projects that cannot lie in a parcel: alone, else all together."""
    table = drawn.plan.assignments
    for parcel in drawn.refused:
        own = table[table["parcel_id"] == parcel]
        alone = [
            project
            for project, row in own.groupby("project_id")
            if draw(replace(drawn.plan, assignments=row), parcels, rules).refused
        ]
        if alone:
            yield from ((parcel, {str(project)}) for project in alone)
        else:
            yield parcel, set(own["project_id"])


def _is_together(offered: Offers, parcel: str, projects: set[str]) -> Booleans:
    """Tell which options are lots of some projects cut from a parcel."""
    options = offered.problem.options
    lot = offered.problem.lots.index(f"{Kind.CARVED}/{parcel}")
    named = np.array([project in projects for project in offered.problem.projects])
    return np.asarray(named[options.project] & (options.lot == lot), dtype=np.bool_)


def _without(problem: Problem, together: Booleans) -> Problem:
    """Add a capacity that all but one of some options may use."""
    options = problem.options
    places: Places = np.flatnonzero(together)
    added = np.zeros(len(options) + 1, dtype=np.int64)
    added[1:] = np.cumsum(together)
    ends = options.starts[1:][places]
    count = len(problem.granted)
    return replace(
        problem,
        capacities=(*problem.capacities, f"cut {count:05}"),
        granted=np.append(problem.granted, float(len(places) - 1)),
        options=replace(
            options,
            starts=options.starts + added,
            rows=np.insert(options.rows, ends, count),
            amounts=np.insert(options.amounts, ends, 1.0),
        ),
    )


def faults(drawn: Drawn, parcels: gpd.GeoDataFrame, *, exact_m2: float) -> list[str]:
    """Check the shapes of a plan without the code that drew them.

    Parameters
    ----------
    drawn
        The plan and its shapes.
    parcels
        The parcels with ``home_geometry``.
    exact_m2
        How exactly an area must be kept (`LotRules.cut_m2`), planar.

    Returns
    -------
    faults
        ``area``, ``outside`` or ``overlap`` with the projects; empty for a valid one.
    """
    found = []
    table: pd.DataFrame = drawn.plan.assignments
    for parcel, own in table.groupby("parcel_id", sort=True):
        ground = parcels["home_geometry"][str(parcel)]
        lots = [drawn.shapes.get(project) for project in own["project_id"]]
        shapes = [shape for shape in lots if shape is not None]
        is_cut = own["kind"].iloc[0] != Kind.WHOLE
        for project, shape, area_m2 in zip(
            own["project_id"], lots, own["area_m2"], strict=True
        ):
            # A whole parcel is judged on the basis of the need, not on its shape.
            is_off = shape is None or (is_cut and abs(shape.area - area_m2) > exact_m2)
            if is_off:
                found.append(f"area {project}")
            if shape is not None and shape.difference(ground).area > OVERLAP_M2:
                found.append(f"outside {project}")
        apart = sum(shape.area for shape in shapes) - shapely.area(
            shapely.union_all(shapes)
        )
        if apart > OVERLAP_M2:
            found.append(f"overlap {parcel}")
    return found
