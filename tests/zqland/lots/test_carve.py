"""Lots carved from ground: exact, in one piece, of use, with a remainder of use."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import lineage
from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.errors import LotError
from zqland.lots.accept import accept
from zqland.lots.ask import Ask, Site
from zqland.lots.carve import Bench, carve
from zqland.lots.cuts import straight
from zqland.lots.judge import Judge, Judged
from zqland.lots.lot import Kind, Lot, Refused

RULES = load_catalogues().lots
EAST, NORTH = 38_450_000.0, 2_560_000.0
CORNER = np.array([EAST, NORTH])
FIELD = shapely.box(EAST, NORTH, EAST + 1200, NORTH + 1000)
COURT = shapely.transform(
    shapely.Polygon(
        [
            *[(0, 0), (400, 0), (400, 400), (280, 400)],
            *[(280, 120), (120, 120), (120, 400), (0, 400)],
        ]
    ),
    lambda points: points + CORNER,
)
MEASURED = [method for method in Method if method is not Method.DECLARED]


def site(shape: shapely.Geometry, **facts: shapely.Geometry) -> Site:
    return Site("A", shape, 4526, **facts)


def lot_of(ground: Site, ask: Ask) -> Lot:
    found = carve(ground, ask, RULES)
    assert isinstance(found, Lot), found.reason
    return found


def refusal_of(ground: Site, ask: Ask) -> Refused:
    found = carve(ground, ask, RULES)
    assert isinstance(found, Refused)
    return found


def concave(seed: int, corners: int) -> shapely.Polygon:
    """Draw concave ground at its place, with coordinates of millimetres."""
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0.0, 2.0 * np.pi, corners))
    radii = random.uniform(0.3, 1.0, corners) * random.uniform(200.0, 700.0)
    points = np.column_stack((radii * np.cos(angles), radii * np.sin(angles)))
    drawn = shapely.make_valid(shapely.Polygon(points.round(3) + CORNER))
    return max(shapely.get_parts(drawn), key=lambda part: part.area)


GROUND = st.builds(concave, st.integers(0, 10_000), st.integers(4, 20))


@settings(max_examples=40)
@given(GROUND, st.floats(0.05, 0.95))
def test_a_lot_is_exact_in_one_piece_and_nothing_is_lost(
    ground: shapely.Polygon, share: float
) -> None:
    wanted = ground.area * share
    found = carve(site(ground), Ask(wanted), RULES)
    if isinstance(found, Refused):
        assert found.tried > 0
        return

    left = sum(piece.area for piece in found.remainder)

    assert found.geometry.geom_type == "Polygon"
    assert len(found.remainder) == 1
    assert found.area_m2 == pytest.approx(wanted, abs=1e-4)
    assert found.geometry.area + left == pytest.approx(ground.area, abs=1e-4)
    assert found.geometry.intersection(found.remainder[0]).area < 1e-4


@settings(max_examples=15)
@given(GROUND, st.floats(0.1, 0.8))
def test_every_limit_is_kept(ground: shapely.Polygon, share: float) -> None:
    found = carve(site(ground), Ask(ground.area * share), RULES)
    if isinstance(found, Refused):
        return

    fitted = found.rectangle

    assert fitted is not None
    assert fitted.geometry.difference(found.geometry).area < 1e-4
    assert fitted.narrow_m >= RULES.least_width_m * (1 - 1e-6)
    long, short = max(fitted.width_m, fitted.depth_m), fitted.narrow_m
    assert long <= RULES.depth_to_width_most * short * (1 + 1e-6)
    assert found.remainder[0].area >= RULES.remainder_least_m2 * (1 - 1e-6)


@pytest.mark.parametrize("basis", MEASURED)
def test_a_lot_is_exact_on_every_measured_basis(basis: Method) -> None:
    found = lot_of(site(COURT), Ask(30_000.0, basis))

    assert found.basis is basis
    assert found.area_m2 == pytest.approx(30_000.0, abs=RULES.cut_m2)


def test_no_straight_cut_of_a_dense_scan_is_much_better() -> None:
    ask = Ask(COURT.area * 0.4)
    found = lot_of(site(COURT), ask)
    bench = Bench.of(site(COURT), ask, RULES)
    judge = Judge.of(RULES, ask, None, bench.usable)
    degrees = np.arange(0.0, 360.0, 2.0)
    cuts = straight(bench.usable, ask.area_m2, degrees)
    look = judge.look(cuts.lots, cuts.rests)
    checked = [
        judge.check(cuts.lots[row], cuts.rests[row], degrees[row], 0.0)
        for row in look.order()
    ]

    best = max(one.score for one in checked if isinstance(one, Judged))

    assert found.score is not None
    assert found.score >= best - 0.02


def test_where_carving_is_refused_a_dense_scan_finds_nothing_either() -> None:
    strip = shapely.box(EAST, NORTH, EAST + 2000, NORTH + 25)
    ask = Ask(20_000.0)
    refused = refusal_of(site(strip), ask)
    bench = Bench.of(site(strip), ask, RULES)
    judge = Judge.of(RULES, ask, None, bench.usable)
    degrees = np.arange(0.0, 360.0, 3.0)
    cuts = straight(bench.usable, ask.area_m2, degrees)

    verdicts = Counter(
        str(judge.check(cuts.lots[row], cuts.rests[row], degrees[row], 0.0))
        for row in judge.look(cuts.lots, cuts.rests).order()
    )

    assert refused.code == "narrow"
    assert set(verdicts) <= {"narrow"}


def test_a_small_lot_of_a_large_field_comes_from_a_corner() -> None:
    found = lot_of(site(FIELD), Ask(20_000.0))

    assert found.rectangle is not None
    assert found.rectangle.width_m / found.rectangle.depth_m < 2.0


def test_an_arm_of_a_court_is_cut_without_the_other_arm() -> None:
    found = lot_of(site(COURT), Ask(20_000.0))

    assert found.geometry.bounds[2] - found.geometry.bounds[0] == pytest.approx(120.0)


def test_ground_around_a_hole_is_cut_through_twice() -> None:
    whole = shapely.box(EAST, NORTH, EAST + 600, NORTH + 600)
    ring = whole.difference(
        shapely.box(EAST + 200, NORTH + 200, EAST + 400, NORTH + 400)
    )

    found = lot_of(site(ring), Ask(160_000.0))

    assert len(found.geometry.interiors) == 0
    assert found.area_m2 == pytest.approx(160_000.0, abs=1e-4)


def test_a_rectangle_that_is_asked_for_fits_in_the_lot() -> None:
    found = lot_of(site(FIELD), Ask(20_000.0, rectangle_m=(190.0, 100.0)))

    fitted = found.rectangle

    assert fitted is not None
    assert max(fitted.width_m, fitted.depth_m) >= 190.0
    assert fitted.narrow_m >= 100.0 * (1 - 1e-9)


def test_a_rectangle_that_no_cut_holds_is_refused() -> None:
    strip = shapely.box(EAST, NORTH, EAST + 900, NORTH + 60)

    refused = refusal_of(site(strip), Ask(20_000.0, rectangle_m=(120.0, 100.0)))

    assert refused.code in {"rectangle", "narrow"}


def test_a_lot_lies_on_the_street_that_is_known() -> None:
    street = shapely.LineString([(EAST - 50, NORTH - 12), (EAST + 1300, NORTH - 12)])

    found = lot_of(site(FIELD, streets=street), Ask(20_000.0))

    assert found.geometry.bounds[1] == NORTH
    assert found.frontage_m is not None
    assert found.frontage_m >= RULES.least_frontage_m


def test_a_lot_lies_on_the_side_that_is_stated() -> None:
    found = lot_of(site(FIELD), Ask(20_000.0, front_deg=90.0))

    assert found.geometry.bounds[2] == EAST + 1200


def test_ground_without_a_street_beside_it_is_refused() -> None:
    far = shapely.LineString([(EAST, NORTH - 500), (EAST + 900, NORTH - 500)])

    assert refusal_of(site(FIELD, streets=far), Ask(20_000.0)).code == "frontage"


def test_without_streets_the_lot_says_that_access_was_not_checked() -> None:
    said = [reason.en for reason in lot_of(site(FIELD), Ask(20_000.0)).reasons]

    assert any("Access was not checked" in one for one in said)


def test_a_stated_direction_is_that_of_the_cut() -> None:
    found = lot_of(site(FIELD), Ask(600_000.0, direction_deg=30.0))

    steps = np.diff(shapely.get_coordinates(found.geometry), axis=0)
    angles = np.degrees(np.arctan2(steps[:, 1], steps[:, 0])) % 180.0

    assert np.isclose(angles, 30.0).any()


def test_ground_kept_out_is_in_no_lot_and_stays_in_the_remainder() -> None:
    corridor = shapely.box(EAST + 500, NORTH - 1, EAST + 540, NORTH + 1001)

    found = lot_of(site(FIELD, keep_out=corridor), Ask(520_000.0))

    assert found.geometry.intersection(corridor).area < 1e-4
    left = sum(piece.area for piece in found.remainder)
    assert found.geometry.area + left == pytest.approx(FIELD.area, abs=1e-4)


def test_a_lot_comes_from_one_part_of_ground_in_several() -> None:
    island = shapely.box(EAST + 2000, NORTH, EAST + 2100, NORTH + 100)
    both = shapely.MultiPolygon([FIELD, island])

    found = lot_of(site(both), Ask(300_000.0))

    left = sum(piece.area for piece in found.remainder)
    assert found.geometry.geom_type == "Polygon"
    assert found.geometry.area + left == pytest.approx(both.area, abs=1e-4)


def test_ground_whose_parts_are_each_too_small_is_refused_for_its_parts() -> None:
    parts = [
        shapely.box(EAST + x, NORTH, EAST + x + 100, NORTH + 100) for x in (0, 300)
    ]

    assert refusal_of(site(shapely.MultiPolygon(parts)), Ask(15_000.0)).code == "parts"


def test_more_than_all_of_the_ground_is_refused() -> None:
    assert refusal_of(site(FIELD), Ask(1_200_001.0)).code == "too_small"


def test_a_remainder_that_is_not_worth_keeping_is_refused() -> None:
    assert refusal_of(site(FIELD), Ask(1_199_000.0)).code == "rest_small"


def test_all_of_the_ground_is_a_whole_lot() -> None:
    found = lot_of(site(FIELD), Ask(1_200_000.0))

    assert (found.kind, found.shares[0].is_whole, found.remainder) == (
        Kind.WHOLE,
        True,
        (),
    )


def test_the_same_question_has_the_same_answer() -> None:
    first, second = (lot_of(site(COURT), Ask(33_333.33)) for _ in range(2))

    assert first.geometry.equals_exact(second.geometry)


@settings(max_examples=15, deadline=None)
@given(GROUND, st.floats(0.1, 0.8))
def test_an_accepted_lot_meets_its_area_to_one_square_metre(
    ground: shapely.Polygon, share: float
) -> None:
    found = carve(site(ground), Ask(ground.area * share), RULES)
    if isinstance(found, Refused):
        return

    done = accept(
        lineage.Ground("A", 4526, ground), {"A-1": found}, RULES, remainder="A-2"
    )

    areas = {child.parcel_id: child.shape.area for child in done.children}
    assert areas["A-1"] == pytest.approx(found.area_m2, abs=RULES.accepted_m2)
    assert sum(areas.values()) == pytest.approx(ground.area, abs=1e-3)


def test_a_lot_that_misses_its_area_after_rounding_is_not_accepted() -> None:
    found = lot_of(site(FIELD), Ask(300_000.0))
    wrong = dataclasses.replace(found, area_m2=300_002.0)

    with pytest.raises(LotError, match="off by more than 1 m²"):
        accept(lineage.Ground("A", 4526, FIELD), {"A-1": wrong}, RULES, remainder="R")


@pytest.mark.parametrize("area", [0.0, -5.0, float("nan"), float("inf")])
def test_an_area_that_is_no_positive_number_is_refused_at_once(area: float) -> None:
    with pytest.raises(LotError, match="not a positive number"):
        Ask(area)


def test_a_declared_area_cannot_be_cut() -> None:
    with pytest.raises(LotError, match="declared"):
        Ask(100.0, Method.DECLARED)


def test_a_rectangle_larger_than_the_lot_is_refused_at_once() -> None:
    with pytest.raises(LotError, match="more than the lot"):
        Ask(20_000.0, rectangle_m=(200.0, 150.0))


def test_ground_that_crosses_itself_is_refused_with_the_place() -> None:
    with pytest.raises(LotError, match="Self-intersection"):
        site(shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]))


@settings(max_examples=10, deadline=None)
@given(GROUND, st.floats(0.1, 0.8), st.integers(1, 10))
def test_how_the_boundary_is_written_does_not_matter(
    ground: shapely.Polygon, share: float, turn: int
) -> None:
    corners = shapely.get_coordinates(ground.exterior)[:-1]
    other = shapely.Polygon(np.roll(corners, turn, axis=0)[::-1])
    ask = Ask(ground.area * share)

    first, second = carve(site(ground), ask, RULES), carve(site(other), ask, RULES)

    if isinstance(first, Refused) or isinstance(second, Refused):
        assert isinstance(first, Refused)
        assert isinstance(second, Refused)
        return
    assert first.score == pytest.approx(second.score, abs=1e-6)
