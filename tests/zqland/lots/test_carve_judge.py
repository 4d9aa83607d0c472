"""Cuts judged one by one: each limit refuses what breaks it, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from zqland.catalogues import load_catalogues
from zqland.lots.ask import Ask
from zqland.lots.front import Front, facing, on_streets
from zqland.lots.judge import Judge, Judged

RULES = load_catalogues().lots
FIELD = shapely.box(0, 0, 300, 200)
SOUTH = shapely.LineString([(-100, -15), (400, -15)])


def verdict(
    lot: shapely.Polygon,
    ground: shapely.Polygon = FIELD,
    *,
    front: Front | None = None,
    ask: Ask | None = None,
) -> str:
    judge = Judge.of(RULES, ask or Ask(lot.area), front, ground)
    found = judge.check(lot, ground.difference(lot), 0.0, 50.0)
    return "good" if isinstance(found, Judged) else found


@pytest.mark.parametrize(
    ("lot", "ground", "code"),
    [
        (shapely.box(0, 0, 100, 200), FIELD, "good"),
        (shapely.box(0, 0, 25, 200), FIELD, "narrow"),
        (shapely.box(0, 0, 300, 60), shapely.box(0, 0, 300, 200), "deep"),
        (shapely.box(0, 0, 285, 200), FIELD, "rest_narrow"),
        (shapely.box(100, 5, 300, 200), FIELD, "sliver"),
    ],
)
def test_a_cut_is_refused_for_the_limit_that_it_breaks(
    lot: shapely.Polygon, ground: shapely.Polygon, code: str
) -> None:
    assert verdict(lot, ground) == code


def test_a_lot_may_be_as_narrow_as_the_rectangle_that_is_asked_for() -> None:
    lot = shapely.box(0, 0, 25, 90)

    assert verdict(lot, ask=Ask(lot.area, rectangle_m=(90.0, 25.0))) == "good"


def test_depth_is_counted_from_the_street() -> None:
    wide = shapely.box(0, 0, 300, 70)
    ground = shapely.box(0, 0, 300, 200)

    assert verdict(wide, ground) == "deep"
    assert verdict(wide, ground, front=on_streets(ground, SOUTH, RULES)) == "good"


def test_ground_that_was_narrow_before_the_cut_is_not_held_against_it() -> None:
    tongue = shapely.union(FIELD, shapely.box(300, 0, 700, 6))

    assert verdict(shapely.box(0, 0, 100, 200), tongue) == "good"


def test_boundaries_that_run_away_from_the_street_are_no_front() -> None:
    front = on_streets(FIELD, SOUTH, RULES)

    assert front.lines.length == pytest.approx(300.0)
    assert front.degrees == pytest.approx(0.0)


def test_a_street_beyond_reach_gives_no_front() -> None:
    far = shapely.LineString([(-100, -30), (400, -30)])

    assert on_streets(FIELD, far, RULES).degrees is None


def test_the_frontage_of_a_lot_is_its_part_of_the_front() -> None:
    front = on_streets(FIELD, SOUTH, RULES)
    lots = np.array([shapely.box(0, 0, 120, 200), shapely.box(0, 100, 300, 200)])

    assert front.length_of(lots) == pytest.approx([120.0, 0.0], abs=1e-3)


@pytest.mark.parametrize(
    ("azimuth", "length"), [(0.0, 300.0), (90.0, 200.0), (180.0, 300.0), (270.0, 200.0)]
)
def test_a_stated_side_is_the_boundary_that_faces_it(
    azimuth: float, length: float
) -> None:
    holed = FIELD.difference(shapely.box(100, 50, 150, 100))

    assert facing(holed, azimuth, 40.0).lines.length == pytest.approx(length)


def test_frontage_counts_in_the_score_only_where_a_street_is_known() -> None:
    lot, rest = shapely.box(0, 0, 100, 200), shapely.box(100, 0, 300, 200)
    ask = Ask(20_000.0)
    without = Judge.of(RULES, ask, None, FIELD)
    beside = Judge.of(RULES, ask, on_streets(FIELD, SOUTH, RULES), FIELD)

    marks = [
        judge.check(lot, rest, 0.0, frontage)
        for judge, frontage in [(without, 0.0), (without, 90.0), (beside, 30.0)]
    ]

    scores = [mark.score for mark in marks if isinstance(mark, Judged)]
    assert scores[0] == scores[1] > scores[2]
