"""How fast lots are cut from concave parcels, against a search by halving with GEOS.

The baseline cuts in the same given direction: it halves the interval of levels, cutting
the ground with GEOS each time, until the area is exact to 0.01 m². That is how a script
of a few lines does it.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland.catalogues import load_catalogues
from zqland.lots import cuts as cutting
from zqland.lots.ask import Ask, Site
from zqland.lots.carve import carve
from zqland.lots.lot import Lot
from zqland.lots.split import Layout, split
from zqland.lots.sweep import Sweep, near_origin, normals

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = load_catalogues().lots
COUNT = 60
CORNER = np.array([38_450_000.0, 2_560_000.0])
BEST_IN_CUTS = 40.0
"""The best of some 50 cuts, with all checks, may take as long as this many by halving;
on two quiet cores that is 16 of them, 30 ms of 40."""


def parcels(count: int, seed: int = 5) -> list[tuple[shapely.Polygon, float]]:
    """Draw concave parcels of 1 to 100 hectares, and the area asked of each."""
    random = np.random.default_rng(seed)
    drawn: list[tuple[shapely.Polygon, float]] = []
    while len(drawn) < count:
        corners = random.integers(5, 24)
        angles = np.sort(random.uniform(0.0, 2.0 * np.pi, corners))
        radii = random.uniform(0.2, 1.0, corners) * random.uniform(150.0, 700.0)
        points = np.column_stack((radii * np.cos(angles), radii * np.sin(angles)))
        ground = shapely.Polygon(points.round(3) + CORNER)
        if ground.is_valid and ground.area >= 10_000.0:
            drawn.append((ground, ground.area * random.uniform(0.05, 0.9)))
    return drawn


def median_ms(run: Callable[[shapely.Polygon, float], object]) -> float:
    """Time a run over all parcels, once each, after one to warm up."""
    ground = parcels(COUNT)
    run(*ground[0])
    taken = []
    for parcel, area_m2 in ground:
        began = time.perf_counter()
        run(parcel, area_m2)
        taken.append(time.perf_counter() - began)
    return float(np.median(taken)) * 1e3


def one_cut(parcel: shapely.Polygon, area_m2: float) -> float:
    near, _ = near_origin(parcel)
    cuts = cutting.straight(near, area_m2, np.array([30.0]))
    return abs(shapely.area(cuts.lots[0]) - area_m2)


def halved_cut(parcel: shapely.Polygon, area_m2: float) -> float:
    near, _ = near_origin(parcel)
    sweep = Sweep.of(near, normals([30.0]))
    low, high = float(sweep.levels.min()), float(sweep.levels.max())
    while True:
        level = (low + high) / 2.0
        found = near.intersection(sweep.halves(np.array([[level]]))[0, 0]).area
        if abs(found - area_m2) <= 0.01:
            return abs(found - area_m2)
        low, high = (level, high) if found < area_m2 else (low, level)


def test_one_cut_is_faster_than_halving() -> None:
    ours, halving = median_ms(one_cut), median_ms(halved_cut)
    print(f"\none cut: {ours:.2f} ms; halving with GEOS: {halving:.2f} ms")  # noqa: T201

    assert ours < halving


def test_the_best_of_all_cuts_with_every_check_takes_as_long_as_some_halvings() -> None:
    halving = median_ms(halved_cut)
    taken = median_ms(lambda parcel, a: carve(Site("A", parcel, 4526), Ask(a), RULES))
    print(f"\nbest lot: {taken:.1f} ms; halving: {halving:.2f} ms")  # noqa: T201

    assert taken < BEST_IN_CUTS * halving


def test_every_lot_of_random_concave_parcels_is_exact() -> None:
    refusals: Counter[str] = Counter()
    worst = 0.0
    for parcel, area_m2 in parcels(COUNT, seed=11):
        found = carve(Site("A", parcel, 4526), Ask(area_m2), RULES)
        if not isinstance(found, Lot):
            refusals[found.code] += 1
            continue
        left = sum(piece.area for piece in found.remainder)
        lost = abs(found.geometry.area + left - parcel.area)
        worst = max(worst, abs(found.geometry.area - area_m2), lost)
    print(f"\nworst {worst:.1e} m², refused {dict(refusals)}")  # noqa: T201

    assert worst <= 1e-4
    assert sum(refusals.values()) <= 0.05 * COUNT


def test_six_lots_side_by_side_take_as_long_as_a_few_lots_alone() -> None:
    def six(parcel: shapely.Polygon, area_m2: float) -> object:
        wanted = {f"L{number}": area_m2 / 6.0 for number in range(6)}
        return split(Site("A", parcel, 4526), wanted, RULES)

    alone = median_ms(lambda parcel, a: carve(Site("A", parcel, 4526), Ask(a), RULES))
    taken = median_ms(six)
    large = [(p, a) for p, a in parcels(COUNT) if a > 120_000.0]
    done = sum(isinstance(six(parcel, a), Layout) for parcel, a in large)
    print(f"\nsix lots: {taken:.0f} ms; {done} of {len(large)} large")  # noqa: T201

    assert taken < 6.0 * alone
    assert done >= 0.9 * len(large)
