"""Few options of each project are kept, and what is left out is counted."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.portfolio import Problem, gather, solve
from zqland.portfolio.gathering import Choice


def choices(seed: int, *, projects: int = 6, lots: int = 8) -> list[Choice]:
    """Draw what projects would take of some lots, each for one of them only."""
    dice = np.random.default_rng(seed)
    every = np.arange(lots)
    return [
        Choice(dice.random(lots), every, np.ones(lots, int), every, np.ones(lots))
        for _ in range(projects)
    ]


def problem(seed: int, most: int) -> Problem:
    """Put the same choices together, with so many lots of each project."""
    options, left_out = gather(choices(seed), most=most)
    return Problem(
        projects=tuple("ABCDEF"),
        is_forced=np.zeros(6, dtype=bool),
        lots=tuple("stuvwxyz"),
        capacities=tuple("stuvwxyz"),
        granted=np.ones(8),
        options=options,
        left_out=left_out,
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_the_bound_over_few_options_holds_for_all(seed: int, most: int) -> None:
    best = solve(problem(seed, 8)).value

    few = solve(problem(seed, most))

    assert few.value <= best + 1e-9
    assert few.bound >= best - 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_a_plan_over_few_options_is_proven_only_where_it_is_the_best(
    seed: int, most: int
) -> None:
    few = solve(problem(seed, most))

    if few.is_proven:
        assert few.value >= solve(problem(seed, 8)).value - 1e-9


def test_the_lots_worth_most_are_kept() -> None:
    options, left_out = gather(choices(3, projects=1), most=3)

    values = np.sort(choices(3, projects=1)[0].value)
    assert np.sort(options.value).tolist() == values[-3:].tolist()
    assert left_out.tolist() == [values[-4]]


def test_nothing_is_left_out_where_all_are_kept() -> None:
    _, left_out = gather(choices(3), most=8)

    assert np.isneginf(left_out).all()
