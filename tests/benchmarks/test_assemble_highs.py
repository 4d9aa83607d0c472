r"""Assemblies of up to twelve among 200 parcels, against HiGHS in the same run.

The model: binary :math:`x_v` (parcel taken), :math:`r_v \le x_v` with
:math:`\sum r_v = 1` (the root), and flows :math:`0 \le f_{uv} \le (K - 1) x_u`
along neighbours, with more flowing into each parcel than out of it,

.. math:: \sum_u f_{uv} - \sum_w f_{vw} \ge x_v - K r_v

so that every parcel taken is reached from the root. HiGHS gets ``ZQLAND_HIGHS_S``
seconds, 2 if not set; assemblies get what the rules give them.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from zqland.catalogues import load_catalogues
from zqland.lots.adjacency import Adjacency
from zqland.lots.assemble import Objective, Request, assemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

highspy = pytest.importorskip("highspy")

LOTS = load_catalogues().lots
SECONDS = float(os.environ.get("ZQLAND_HIGHS_S", "2"))
MOST = 12
MU = 2000 / 3


def make_block(seed: int, spread: float) -> tuple[Adjacency, Floats, Floats]:
    """Lay ten rows of twenty lots, their sides in no line with each other."""
    draw = np.random.default_rng(seed)
    shapes = []
    for row in range(10):
        areas = np.exp(draw.normal(np.log(42 * MU), spread, 20))
        ends = np.cumsum(areas / 170)
        low = row * 170.0
        shapes += shapely.box(ends - areas / 170, low, ends, low + 170).tolist()
    names = [f"P{number:03d}" for number in range(200)]
    series = gpd.GeoSeries(shapes, names)
    area_m2 = series.area.to_numpy()
    cost = draw.uniform(1, 20, 200) * area_m2 / MU
    return Adjacency.of(series, rules=LOTS.neighbours), area_m2, cost


@dataclasses.dataclass
class Model:
    """The flow model in HiGHS."""

    highs: Any
    taken: list[Any]
    area: Any
    excess: Any

    @classmethod
    def of(cls, request: Request, adjacency: Adjacency, area_m2: Floats) -> Model:
        """State which sets are connected and lie in the window."""
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)  # noqa: FBT003 - its own signature
        highs.setOptionValue("time_limit", SECONDS)
        highs.setOptionValue("mip_rel_gap", 0.0)
        rows = range(len(area_m2))
        taken = [highs.addBinary() for _ in rows]
        root = [highs.addBinary() for _ in rows]
        inflow: list[list[Any]] = [[] for _ in rows]
        outflow: list[list[Any]] = [[] for _ in rows]
        for row in rows:
            for other in adjacency.neighbours(row).tolist():
                flow = highs.addVariable(lb=0)
                highs.addConstr(flow <= (MOST - 1) * taken[row])
                outflow[row].append(flow)
                inflow[other].append(flow)
        for row in rows:
            net = sum(inflow[row]) - sum(outflow[row])
            highs.addConstr(net >= taken[row] - MOST * root[row])
            highs.addConstr(root[row] <= taken[row])
        highs.addConstr(sum(root) == 1)
        highs.addConstr(sum(taken) <= MOST)
        area = sum(float(area_m2[row]) * taken[row] for row in rows)
        highs.addConstr(area >= request.area_min_m2)
        highs.addConstr(area <= request.area_max_m2)
        excess = highs.addVariable(lb=0)
        highs.addConstr(excess >= area - request.target_m2)
        highs.addConstr(excess >= request.target_m2 - area)
        return cls(highs, taken, area, excess)

    def solve(self, objective: Any) -> tuple[list[int], str]:  # noqa: ANN401 - no stubs
        """Minimise; return the parcels taken and how it ended."""
        self.highs.minimize(objective)
        status = self.highs.modelStatusToString(self.highs.getModelStatus())
        values = self.highs.getSolution().col_value
        chosen = [row for row, x in enumerate(self.taken) if values[x.index] > 0.5]
        return chosen, status


def model_objective(
    model: Model, request: Request, area_m2: Floats, cost: Floats
) -> Any:  # noqa: ANN401 - no stubs
    parts = sum(model.taken)
    total = sum(float(cost[row]) * x for row, x in enumerate(model.taken))
    weights = LOTS.assembly.weights
    dearest = float((cost / area_m2).max()) * request.area_max_m2
    match request.objective:
        case Objective.FEWEST:
            return parts * 10.0 + model.excess * (1 / request.target_m2)
        case Objective.EXCESS:
            return model.excess * 1.0
        case Objective.COST:
            return total * 1.0
        case _:
            return (
                parts * (weights["parts"] / (MOST - 1))
                + model.excess * (weights["excess"] / request.target_m2)
                + total * (weights["cost"] / dearest)
            )


def value_of(
    request: Request, chosen: list[int], area_m2: Floats, cost: Floats
) -> float:
    """Judge a set by what is asked, on whole square metres of excess."""
    if not chosen:
        return float("inf")
    excess = round(abs(area_m2[chosen].sum() - request.target_m2))
    dearest = float((cost / area_m2).max()) * request.area_max_m2
    weights = LOTS.assembly.weights
    total = float(cost[chosen].sum())
    return {
        Objective.FEWEST: float(len(chosen)),
        Objective.EXCESS: float(excess),
        Objective.COST: total,
        Objective.WEIGHTED: weights["parts"] * (len(chosen) - 1) / (MOST - 1)
        + weights["excess"] * excess / request.target_m2
        + weights["cost"] * total / dearest,
    }[request.objective]


@pytest.mark.parametrize(("area_mu", "spread"), [(150, 0.6), (500, 0.25)])
@pytest.mark.parametrize(
    "objective",
    [Objective.FEWEST, Objective.EXCESS, Objective.COST, Objective.WEIGHTED],
)
def test_never_worse_than_highs_on_200_parcels(
    area_mu: int, spread: float, objective: Objective
) -> None:
    adjacency, area_m2, cost = make_block(area_mu, spread)
    target = area_mu * MU
    request = Request(
        area_min_m2=0.9 * target,
        target_m2=target,
        area_max_m2=1.1 * target,
        objective=objective,
        most_parts=MOST,
    )
    flat = {**LOTS.assembly.weights, "compact": 0.0}
    rules = dataclasses.replace(LOTS.assembly, weights=flat)
    start = time.perf_counter()
    answer = assemble(request, adjacency, area_m2, rules=rules, cost=cost)
    ours_s = time.perf_counter() - start
    model = Model.of(request, adjacency, area_m2)
    start = time.perf_counter()
    chosen, status = model.solve(model_objective(model, request, area_m2, cost))
    theirs_s = time.perf_counter() - start
    ours = value_of(request, list(answer.found[0].rows), area_m2, cost)
    theirs = value_of(request, chosen, area_m2, cost)
    sys.stdout.write(
        f"{area_mu} mu, {objective}: {ours:.6g} in {ours_s:.2f} s "
        f"(bound {answer.bound:.6g}, proven {answer.proven}), "
        f"HiGHS {theirs:.6g} in {theirs_s:.1f} s ({status})\n"
    )
    assert ours <= theirs + 1e-6
    assert ours_s <= theirs_s
