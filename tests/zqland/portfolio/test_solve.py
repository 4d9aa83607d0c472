"""Plans: best by brute force, within every capacity, the same in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.errors import PortfolioError
from zqland.portfolio import Limits, Options, Problem, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

NONE = -1
FEW = 0.1
"""Share of the parcels that a project of a crowd would take."""


@st.composite
def problems(draw: st.DrawFn, *, most: int = 4) -> Problem:
    """Draw a few projects over a few capacities, with ties and several uses."""
    projects = draw(st.integers(1, most))
    capacities = draw(st.integers(1, 3))
    project: list[int] = []
    values: list[float] = []
    counts: list[int] = []
    rows: list[int] = []
    amounts: list[float] = []
    for place in range(projects):
        for _ in range(draw(st.integers(0, 3))):
            used = draw(st.sets(st.integers(0, capacities - 1), min_size=1))
            project.append(place)
            values.append(float(draw(st.integers(1, 6))))
            counts.append(len(used))
            rows.extend(sorted(used))
            amounts.extend(float(draw(st.integers(1, 4))) for _ in used)
    return Problem(
        projects=tuple(f"P{place}" for place in range(projects)),
        is_forced=np.zeros(projects, dtype=bool),
        lots=tuple(f"L{place}" for place in range(len(project))),
        capacities=tuple(f"C{place}" for place in range(capacities)),
        granted=np.array([float(draw(st.integers(1, 6))) for _ in range(capacities)]),
        options=Options.of(
            project=project,
            value=values,
            lot=np.arange(len(project)),
            counts=counts,
            rows=rows,
            amounts=amounts,
        ),
    )


def best_of_all(problem: Problem) -> float:
    """Try every choice; minus infinity where none is allowed."""
    options = problem.options
    choices = [
        [NONE, *np.flatnonzero(options.project == place)]
        if not problem.is_forced[place]
        else list(np.flatnonzero(options.project == place))
        for place in range(len(problem.projects))
    ]
    best = -np.inf
    for choice in itertools.product(*choices):
        taken = np.sort(np.array([one for one in choice if one != NONE], dtype=int))
        loads = options.loads(taken, len(problem.granted))
        if (loads <= problem.granted + 1e-9).all():
            best = max(best, float(options.value[taken].sum()))
    return best


def is_within(problem: Problem, chosen: NDArray[np.int64] | None) -> bool:
    """Tell whether a plan exceeds no capacity and gives each project its own option."""
    assert chosen is not None
    taken = chosen[chosen != NONE]
    is_own = (problem.options.project[taken] == np.flatnonzero(chosen != NONE)).all()
    loads = problem.options.loads(taken, len(problem.granted))
    return bool(is_own and (loads <= problem.granted * (1 + 1e-9)).all())


def shuffled(problem: Problem, seed: int) -> Problem:
    """Put the same problem in another order of everything."""
    dice = np.random.default_rng(seed)
    projects = dice.permutation(len(problem.projects))
    capacities = dice.permutation(len(problem.capacities))
    lots = dice.permutation(len(problem.lots))
    to_project, to_capacity, to_lot = (
        np.argsort(projects),
        np.argsort(capacities),
        np.argsort(lots),
    )
    options = problem.options
    moved = Options(
        project=to_project[options.project],
        value=options.value,
        lot=to_lot[options.lot],
        starts=options.starts,
        rows=to_capacity[options.rows],
        amounts=options.amounts,
    )
    return Problem(
        projects=tuple(problem.projects[place] for place in projects),
        is_forced=problem.is_forced[projects],
        lots=tuple(problem.lots[place] for place in lots),
        capacities=tuple(problem.capacities[place] for place in capacities),
        granted=problem.granted[capacities],
        options=moved.take(np.argsort(moved.project, kind="stable")),
    )


def named(problem: Problem, chosen: NDArray[np.int64] | None) -> dict[str, str]:
    """Return the lot of each placed project by names."""
    assert chosen is not None
    return {
        problem.projects[place]: problem.lots[problem.options.lot[option]]
        for place, option in enumerate(chosen)
        if option != NONE
    }


@settings(max_examples=60, deadline=None)
@given(problems())
def test_a_plan_is_worth_as_much_as_the_best_of_all_choices(problem: Problem) -> None:
    solution = solve(problem)

    assert solution.is_proven
    assert solution.value == pytest.approx(best_of_all(problem))
    assert solution.bound == pytest.approx(solution.value)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_plan_exceeds_no_capacity(problem: Problem) -> None:
    chosen = solve(problem).chosen

    assert chosen is not None
    assert is_within(problem, chosen)


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(0, 9))
def test_the_order_of_the_input_makes_no_difference(
    problem: Problem, seed: int
) -> None:
    other = shuffled(problem, seed)

    assert named(other, solve(other).chosen) == named(problem, solve(problem).chosen)


@settings(max_examples=60, deadline=None)
@given(problems(most=3))
def test_all_are_placed_as_well_as_possible_or_it_is_said_that_they_cannot_be(
    problem: Problem,
) -> None:
    forced = replace(problem, is_forced=np.ones(len(problem.projects), dtype=bool))
    best = best_of_all(forced)
    try:
        solution = solve(forced)
    except PortfolioError:
        assert best == -np.inf
        return

    assert solution.is_proven
    assert solution.value == pytest.approx(best)
    assert (solution.chosen is None) == (best == -np.inf)


def two_for_one(*, forced: bool) -> Problem:
    """Two projects want the same ground."""
    options = Options.of(
        project=[0, 1],
        value=[5.0, 4.0],
        lot=[0, 0],
        counts=[1, 1],
        rows=[0, 0],
        amounts=[6.0, 7.0],
    )
    return Problem(
        projects=("Alpha", "Beta"),
        is_forced=np.full(2, forced),
        lots=("X",),
        capacities=("ground of X",),
        granted=np.array([10.0]),
        options=options,
    )


def test_projects_that_cannot_all_be_placed_are_named_before_any_solving() -> None:
    with pytest.raises(PortfolioError, match=r"Alpha, Beta must all .* 13\.00"):
        solve(two_for_one(forced=True))


def test_a_project_that_must_be_placed_without_a_lot_is_named() -> None:
    problem = replace(two_for_one(forced=True), granted=np.array([1.0]))

    with pytest.raises(PortfolioError, match="Alpha, Beta must be placed, but"):
        solve(problem)


def test_the_price_of_ground_is_what_more_of_it_would_be_worth() -> None:
    prices = solve(two_for_one(forced=False)).prices

    assert prices == pytest.approx([4.0 / 7.0])


def test_lots_left_out_keep_the_bound_up() -> None:
    problem = replace(two_for_one(forced=False), left_out=np.array([-np.inf, 3.5]))

    solution = solve(problem)

    # Of the ground that Alpha leaves, Beta takes 4/7; for the rest it counts as 3.5.
    assert (solution.value, solution.bound) == pytest.approx((5.0, 5.0 + 26.5 / 7.0))
    assert not solution.is_proven


def crowded(projects: int, parcels: int, seed: int = 3) -> Problem:
    """Draw projects that together want more ground than there is."""
    dice = np.random.default_rng(seed)
    need = np.exp(dice.normal(4.0, 0.8, projects))
    granted = np.exp(dice.normal(4.3, 0.9, parcels))
    need *= 1.1 * granted.sum() / need.sum()
    is_wanted = dice.random((projects, parcels)) < FEW
    project, lot = np.nonzero(is_wanted & (need[:, np.newaxis] < granted))
    value = need[project] * dice.uniform(0.9, 1.0, len(project))
    return Problem(
        projects=tuple(f"P{place:04}" for place in range(projects)),
        is_forced=np.zeros(projects, dtype=bool),
        lots=tuple(f"L{place:04}" for place in range(parcels)),
        capacities=tuple(f"G{place:04}" for place in range(parcels)),
        granted=granted,
        options=Options.of(
            project=project,
            value=value,
            lot=lot,
            counts=np.ones(len(project), dtype=int),
            rows=lot,
            amounts=need[project],
        ),
    )


def test_a_request_to_stop_returns_a_valid_plan_and_its_gap() -> None:
    problem = crowded(200, 150)

    solution = solve(problem, is_stopped=lambda: True)

    assert is_within(problem, solution.chosen)
    assert 0.0 < solution.gap < 1.0
    assert not solution.is_repeatable


def test_a_plan_stopped_by_the_clock_says_so_and_keeps_to_it() -> None:
    solution = solve(crowded(300, 250), limits=Limits(seconds=1.0))

    assert not solution.is_repeatable
    assert solution.seconds < 2.5


def test_a_limit_of_work_gives_the_same_plan_again() -> None:
    problem = crowded(130, 60)
    limits = Limits(nodes=0, rounds=2, seed=4)

    once, again = solve(problem, limits=limits), solve(problem, limits=limits)

    assert once.is_repeatable
    assert named(problem, once.chosen) == named(problem, again.chosen)
    assert once.bound == again.bound


def test_a_known_plan_is_never_made_worse() -> None:
    problem = crowded(100, 80)
    known = solve(problem, limits=Limits(nodes=1))

    stopped = solve(problem, first=known.chosen, is_stopped=lambda: True)

    assert stopped.value >= known.value


def test_nothing_is_printed_among_the_data(capfd: pytest.CaptureFixture[str]) -> None:
    solve(crowded(40, 30))

    assert capfd.readouterr().out == ""


def test_no_projects_are_a_plan_of_nothing() -> None:
    empty = Options.of(project=[], value=[], lot=[], counts=[], rows=[], amounts=[])
    solution = solve(Problem((), np.zeros(0, dtype=bool), (), (), np.zeros(0), empty))

    assert solution.is_proven
    assert solution.value == 0.0


def test_a_plan_that_no_quick_way_finds_is_proven_too() -> None:
    # Taking the best lot first leaves no room for the last project.
    problem = Problem(
        projects=("P", "Q"),
        is_forced=np.ones(2, dtype=bool),
        lots=("X", "Y"),
        capacities=("X", "Y"),
        granted=np.array([4.0, 3.0]),
        options=Options.of(
            project=[0, 0, 1],
            value=[-1.0, -9.0, -1.0],
            lot=[0, 1, 0],
            counts=[1, 1, 1],
            rows=[0, 1, 0],
            amounts=[3.0, 3.0, 4.0],
        ),
    )

    solution = solve(problem)

    assert solution.is_proven
    assert solution.value == pytest.approx(-10.0)
