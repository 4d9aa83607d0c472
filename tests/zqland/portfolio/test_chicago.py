"""Real demand: 414 applications for lots of the city of Chicago, one lot each."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from zqland.portfolio import Options, Problem, Solution, solve
from zqland.testing import shared_data

APPLICATIONS = 414
SATISFIED = 291


def listed(name: str) -> list[dict[str, str]]:
    """Read a table of the shared data."""
    with shared_data(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def applications() -> Problem:
    """Read the applications: each may get one of the lots it names that are listed."""
    rows = listed("demand/chicago_large_lots_applications.csv")
    offered = {row["pin14"] for row in listed("demand/chicago_large_lot_listing.csv")}
    asked = [sorted({row["req_pin1"], row["req_pin2"]} & offered) for row in rows]
    lots = sorted({lot for wanted in asked for lot in wanted})
    places = {lot: place for place, lot in enumerate(lots)}
    lot = np.array([places[one] for wanted in asked for one in wanted])
    return Problem(
        projects=tuple(f"{place:03}" for place in range(len(rows))),
        is_forced=np.zeros(len(rows), dtype=bool),
        lots=tuple(lots),
        capacities=tuple(lots),
        granted=np.ones(len(lots)),
        options=Options.of(
            project=np.repeat(np.arange(len(rows)), [len(wanted) for wanted in asked]),
            value=np.ones(len(lot)),
            lot=lot,
            counts=np.ones(len(lot), dtype=int),
            rows=lot,
            amounts=np.ones(len(lot)),
        ),
    )


@pytest.fixture(scope="module")
def solution(applications: Problem) -> Solution:
    """Solve it once."""
    return solve(applications)


@pytest.mark.shared_data
def test_of_414_applications_291_are_satisfied_and_that_is_proven(
    applications: Problem, solution: Solution
) -> None:
    assert len(applications.projects) == APPLICATIONS
    assert solution.value == SATISFIED
    assert solution.bound == pytest.approx(SATISFIED)
    assert solution.is_proven


@pytest.mark.shared_data
def test_no_lot_is_given_twice(applications: Problem, solution: Solution) -> None:
    chosen = solution.chosen
    assert chosen is not None
    given = applications.options.lot[chosen[chosen >= 0]]

    assert len(given) == len(set(given.tolist())) == SATISFIED
