"""How good plans are, and how fast: shared assignment instances, and drawn cities.

The baseline of the plans is the bound that is proven in the same run; that of the
assignment instances are their published optima. Scarce cities ask for a tenth more
ground than there is, plentiful ones for a quarter of it.
"""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from zqland.portfolio import Limits, Options, Problem, gather, solve
from zqland.portfolio.gathering import Choice
from zqland.testing import shared_data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

INSTANCES = 78
SCARCE, PLENTIFUL = 1.1, 0.25
ALL = 1_000_000
LATE = 1.04
"""How much longer than told a run may take: 62 s of 60."""


def report(text: str) -> None:
    """Print a figure for the record."""
    print(f"\n  {text}")  # noqa: T201 - the benchmark's output


def instance(path: Path) -> Problem:
    """Read an instance: the costs, weights and capacities of agents, rows of items."""
    figures = np.array(path.read_text(encoding="utf-8").split(), dtype=np.int64)
    agents, items = int(figures[0]), int(figures[1])
    size = agents * items
    agent, item = np.divmod(np.arange(size), items)
    names = tuple(f"{place:03}" for place in range(items))
    agent_names = tuple(f"{place:03}" for place in range(agents))
    return Problem(
        projects=names,
        is_forced=np.ones(items, dtype=bool),
        lots=agent_names,
        capacities=agent_names,
        granted=figures[2 + 2 * size :][:agents].astype(float),
        options=Options.of(
            project=item,
            value=-figures[2 : 2 + size].astype(float),
            lot=agent,
            counts=np.ones(size, dtype=int),
            rows=agent,
            amounts=figures[2 + size : 2 + 2 * size].astype(float),
        ),
    )


def city(projects: int, parcels: int, demand: float, *, most: int) -> Problem:
    """Draw parcels and projects that take them whole, or in part where larger."""
    dice = np.random.default_rng(0)
    need = np.exp(dice.normal(np.log(60.0), 0.8, projects)).clip(8.0, 1500.0)
    parcel = np.exp(dice.normal(np.log(80.0), 0.9, parcels)).clip(8.0, 3000.0)
    need *= demand * parcel.sum() / need.sum()
    options, left_out = gather(_choices(dice, need, parcel), most=most)
    return Problem(
        projects=tuple(f"P{place:04}" for place in range(projects)),
        is_forced=np.zeros(projects, dtype=bool),
        lots=tuple(f"L{place:05}" for place in range(2 * parcels)),
        capacities=tuple(f"G{place:05}" for place in range(parcels)),
        granted=parcel,
        options=options,
        left_out=left_out,
    )


def _choices(
    dice: np.random.Generator, need: NDArray[np.float64], parcel: NDArray[np.float64]
) -> Iterator[Choice]:
    parks, parcels = 15, len(parcel)
    worth = need**0.9 * np.exp(dice.normal(0.0, 0.4, len(need)))
    park, ready = dice.integers(0, parks, parcels), dice.random(parcels)
    likes = dice.random((len(need), parks)) < 0.6
    for place, asked in enumerate(need):
        usable = likes[place][park] & (ready > 0.3 * dice.random())
        is_whole = usable & (parcel >= 0.9 * asked) & (parcel <= 1.15 * asked)
        whole = np.flatnonzero(is_whole)
        carved = np.flatnonzero(usable & (parcel > 1.15 * asked))
        rows = np.concatenate([whole, carved])
        apart = np.abs(parcel[whole] - asked) / asked
        fit = np.concatenate([1.0 - apart, np.full(len(carved), 0.8)])
        yield Choice(
            value=worth[place] * (0.9 + 0.1 * fit * (0.5 + 0.5 * ready[rows])),
            lot=np.concatenate([whole, carved + parcels]),
            counts=np.ones(len(rows), dtype=int),
            rows=rows,
            amounts=np.concatenate([parcel[whole], np.full(len(carved), asked)]),
        )


@pytest.mark.shared_data
def test_all_assignment_instances_are_solved_to_their_published_optimum() -> None:
    index = shared_data("gap/optima.csv")
    with index.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == INSTANCES
    started = time.perf_counter()
    # Each instance is a problem of its own.
    for row in rows:
        solution = solve(instance(index.parent / row["Path"]))
        assert solution.is_proven, row["Path"]
        assert -solution.value == pytest.approx(float(row["Optimum"])), row["Path"]
    report(f"{INSTANCES} instances in {time.perf_counter() - started:.1f} s")


@pytest.mark.parametrize(
    ("projects", "parcels", "demand", "most", "seconds", "gap"),
    [
        (275, 300, SCARCE, ALL, 15.0, 0.01),
        (275, 300, SCARCE, ALL, 60.0, 0.005),
        (5_000, 20_000, PLENTIFUL, 400, 60.0, 0.01),
        (5_000, 3_000, SCARCE, ALL, 60.0, 0.05),
    ],
    ids=["275-15s", "275-60s", "plentiful", "scarce"],
)
def test_a_plan_is_near_its_bound_in_time(
    projects: int, parcels: int, demand: float, most: int, seconds: float, gap: float
) -> None:
    problem = city(projects, parcels, demand, most=most)

    solution = solve(problem, limits=Limits(seconds=seconds, gap=gap / 20.0))

    report(
        f"{projects} x {parcels}, demand {demand} of supply, "
        f"{len(problem.options):,} options: {solution.gap:.3%} in "
        f"{solution.seconds:.1f} s"
    )
    assert solution.gap <= gap
    assert solution.seconds <= seconds * LATE
