"""Assemblies: complete against all subsets, connected, in the window, diverse."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.catalogues import load_catalogues
from zqland.errors import LotError
from zqland.lots.adjacency import Adjacency
from zqland.lots.assemble import Assemblies, Objective, Request, assemble
from zqland.needs import Need

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from zqland.lots.assemble_rules import AssemblyRules

LOTS = load_catalogues().lots
HASTY = dataclasses.replace(LOTS.assembly, complete_parts=2, effort=10, beam=50)
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Block:
    """Cells of a chessboard with areas and costs of their own."""

    def __init__(
        self, cells: list[int], areas: list[float], costs: list[float]
    ) -> None:
        self.shapes = [shapely.box(*self._corner(cell)) for cell in cells]
        self.names = [NAMES[cell] for cell in cells]
        self.areas, self.costs = np.array(areas), np.array(costs)
        series = gpd.GeoSeries(self.shapes, self.names)
        self.adjacency = Adjacency.of(series, rules=LOTS.neighbours)

    @staticmethod
    def _corner(cell: int) -> tuple[float, float, float, float]:
        x, y = 100.0 * (cell % 5), 80.0 * (cell // 5)
        return x, y, x + 100.0, y + 80.0

    def ask(
        self,
        request: Request,
        *,
        rules: AssemblyRules = LOTS.assembly,
        usable: NDArray[np.bool_] | None = None,
        has_costs: bool = True,
    ) -> Assemblies:
        """Assemble."""
        return assemble(
            request,
            self.adjacency,
            self.areas,
            rules=rules,
            usable=usable,
            cost=self.costs if has_costs else None,
        )

    def every(self, request: Request) -> list[tuple[int, ...]]:
        """List all connected sets in the window, by looking at all subsets."""
        places = range(len(self.names))
        return [
            chosen
            for size in range(request.least_parts, (request.most_parts or 8) + 1)
            for chosen in itertools.combinations(places, size)
            if request.area_min_m2
            <= sum(self.areas[list(chosen)])
            <= request.area_max_m2
            and self.is_connected(chosen)
        ]

    def is_connected(self, chosen: tuple[int, ...]) -> bool:
        """Tell whether every cell can be reached from the first."""
        reached, waiting = {chosen[0]}, [chosen[0]]
        while waiting:
            near = set(self.adjacency.neighbours(waiting.pop()).tolist())
            new = (near & set(chosen)) - reached
            reached |= new
            waiting += new
        return len(reached) == len(chosen)

    def value(self, request: Request, chosen: tuple[int, ...]) -> float:
        """Judge a set by what is asked."""
        places = list(chosen)
        area, cost = self.areas[places].sum(), float(self.costs[places].sum())
        excess = round(abs(area - request.target_m2))
        outline = shapely.union_all([self.shapes[place] for place in places])
        compactness = 4 * np.pi * area / outline.length**2
        weights = LOTS.assembly.weights
        values = {
            Objective.FEWEST: float(len(places)),
            Objective.EXCESS: float(excess),
            Objective.COST: cost,
            Objective.COMPACT: 1 - compactness,
            Objective.WEIGHTED: weights["parts"] * (len(places) - 1) / 7
            + weights["excess"] * excess / request.target_m2
            + weights["cost"] * cost / self.dearest(request)
            + weights["compact"] * (1 - compactness),
        }
        return values[request.objective]

    def dearest(self, request: Request) -> float:
        """Give the cost of the dearest ground that is part of any set of the size."""
        reached = [
            place
            for place in range(len(self.names))
            if self.areas[place] <= request.area_max_m2
        ]
        big = []
        for place in reached:
            group, waiting = {place}, [place]
            while waiting:
                near = set(self.adjacency.neighbours(waiting.pop()).tolist())
                new = (near & set(reached)) - group
                group |= new
                waiting += new
            if self.areas[list(group)].sum() >= request.area_min_m2:
                big.append(place)
        each = (self.costs / self.areas)[big]
        return float(each.max(initial=0.0)) * request.area_max_m2


@st.composite
def blocks(draw: st.DrawFn, fewest: int = 3, most: int = 11) -> Block:
    cells = draw(
        st.lists(st.integers(0, 24), min_size=fewest, max_size=most, unique=True)
    )
    sizes = st.lists(
        st.integers(3_000, 12_000).map(float), min_size=len(cells), max_size=len(cells)
    )
    costs = st.lists(
        st.integers(1, 50).map(float), min_size=len(cells), max_size=len(cells)
    )
    return Block(cells, draw(sizes), draw(costs))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    low = float(draw(st.integers(5_000, 50_000)))
    high = low * draw(st.floats(1.0, 1.4))
    return Request(
        area_min_m2=low,
        target_m2=draw(st.floats(low, high)),
        area_max_m2=high,
        objective=draw(st.sampled_from(Objective)),
        most_parts=8,
    )


WIDE = Request(area_min_m2=16e3, target_m2=20e3, area_max_m2=24e3)


@settings(max_examples=120, deadline=None)
@given(blocks(), requests())
def test_the_best_is_that_of_all_subsets(block: Block, request: Request) -> None:
    answer, every = block.ask(request), block.every(request)
    if not every:
        assert not answer.found
        return
    best = min(block.value(request, chosen) for chosen in every)
    assert answer.found[0].value == pytest.approx(best, abs=1e-6)
    assert answer.proven


@settings(max_examples=8, deadline=None)
@given(blocks(fewest=14, most=14), requests())
def test_the_best_of_fourteen_parcels_is_that_of_all_subsets(
    block: Block, request: Request
) -> None:
    values = [block.value(request, chosen) for chosen in block.every(request)]
    found = block.ask(request).found
    assert bool(found) == bool(values)
    if found:
        assert found[0].value == pytest.approx(min(values), abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(blocks(), requests())
def test_a_complete_count_is_the_number_of_connected_subsets(
    block: Block, request: Request
) -> None:
    answer = block.ask(dataclasses.replace(request, objective=Objective.EXCESS))
    assert answer.complete
    assert answer.count == len(block.every(request))


@settings(max_examples=80, deadline=None)
@given(blocks(), requests())
def test_a_hasty_search_claims_no_more_than_it_can_prove(
    block: Block, request: Request
) -> None:
    answer = block.ask(request, rules=HASTY)
    values = [block.value(request, chosen) for chosen in block.every(request)]
    assert answer.bound <= min(values, default=np.inf) + 1e-6
    if answer.proven and answer.found:
        assert answer.found[0].value == pytest.approx(min(values), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(blocks(), requests())
def test_every_answer_is_connected_and_in_the_window(
    block: Block, request: Request
) -> None:
    for found in block.ask(request, rules=HASTY).found:
        assert block.is_connected(found.rows)
        total = block.areas[list(found.rows)].sum()
        assert found.area_m2 == pytest.approx(total)
        assert request.area_min_m2 <= found.area_m2 <= request.area_max_m2


@settings(max_examples=60, deadline=None)
@given(blocks(), requests(), st.randoms(use_true_random=False))
def test_the_order_of_the_parcels_changes_nothing(
    block: Block, request: Request, shuffle: random.Random
) -> None:
    places = list(range(len(block.names)))
    shuffle.shuffle(places)
    cells = [NAMES.index(block.names[place]) for place in places]
    other = Block(cells, list(block.areas[places]), list(block.costs[places]))
    one, two = block.ask(request), other.ask(request)
    assert [lot.parcel_ids for lot in one.found] == [
        lot.parcel_ids for lot in two.found
    ]


@settings(max_examples=60, deadline=None)
@given(blocks(), requests())
def test_alternatives_have_no_more_in_common_than_the_rules_let(
    block: Block, request: Request
) -> None:
    found = block.ask(request).found
    for one, other in itertools.combinations(found, 2):
        common = block.areas[list(set(one.rows) & set(other.rows))].sum()
        smaller = min(one.area_m2, other.area_m2)
        assert common <= LOTS.assembly.most_alike * smaller + 1e-6


@pytest.fixture
def row() -> Block:
    return Block([0, 1, 2, 3, 4], [10e3] * 5, [5.0, 4.0, 3.0, 2.0, 1.0])


def test_parcels_that_may_not_be_used_part_their_neighbours(row: Block) -> None:
    usable = np.array([True, False, True, False, True])
    answer = row.ask(WIDE, usable=usable)
    assert not answer.found
    assert answer.complete


def test_parcels_whose_area_is_not_known_are_not_used(row: Block) -> None:
    row.areas[2] = np.nan
    found = row.ask(WIDE).found
    assert {lot.parcel_ids for lot in found} == {("A", "B"), ("D", "E")}


def test_parcels_whose_cost_is_not_known_are_not_used(row: Block) -> None:
    row.costs[4] = np.nan
    found = row.ask(dataclasses.replace(WIDE, objective=Objective.COST)).found
    assert found[0].parcel_ids == ("C", "D")


def test_a_window_of_one_area_is_met(row: Block) -> None:
    exact = Request(area_min_m2=30e3, target_m2=30e3, area_max_m2=30e3)
    assert row.ask(exact).found[0].parts == 3


def test_fewer_parcels_than_asked_for_are_no_answer(row: Block) -> None:
    assert not row.ask(dataclasses.replace(WIDE, least_parts=3)).found


def test_more_parcels_than_allowed_are_no_answer(row: Block) -> None:
    most = dataclasses.replace(WIDE, most_parts=1)
    assert not row.ask(most).found


def test_no_parcels_give_no_assemblies() -> None:
    assert not Block([], [], []).ask(WIDE).found


def test_an_empty_answer_that_is_complete_says_so(row: Block) -> None:
    answer = row.ask(Request(area_min_m2=11e3, target_m2=12e3, area_max_m2=13e3))
    assert "every set was looked at" in answer.note.en
    assert answer.proven


def test_the_least_cost_without_costs_is_refused(row: Block) -> None:
    with pytest.raises(LotError, match="no costs were given"):
        row.ask(dataclasses.replace(WIDE, objective=Objective.COST), has_costs=False)


def test_a_cost_below_zero_is_refused(row: Block) -> None:
    row.costs[0] = -1.0
    with pytest.raises(LotError, match="below zero"):
        row.ask(WIDE)


def test_no_cost_is_told_where_none_was_given(row: Block) -> None:
    assert row.ask(WIDE, has_costs=False).found[0].cost is None


@pytest.mark.parametrize(
    "window",
    [(2.0, 1.0, 3.0), (1.0, 4.0, 3.0), (0.0, 0.0, 0.0), (-1.0, 1.0, 2.0)],
)
def test_a_window_that_holds_no_area_is_refused(
    window: tuple[float, float, float],
) -> None:
    low, target, high = window
    with pytest.raises(LotError, match="holds no area"):
        Request(area_min_m2=low, target_m2=target, area_max_m2=high)


def test_fewer_at_most_than_at_least_is_refused() -> None:
    with pytest.raises(LotError, match="not possible"):
        dataclasses.replace(WIDE, least_parts=3, most_parts=2)


def test_a_need_asks_for_its_own_window() -> None:
    need = Need(project_id="P", area_min_m2=9.0, area_ideal_m2=10.0, area_max_m2=11.0)
    request = Request.of(need, objective=Objective.EXCESS)
    assert (request.area_min_m2, request.target_m2) == (9.0, 10.0)
