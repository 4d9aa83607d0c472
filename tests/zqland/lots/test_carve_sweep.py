"""Exact areas under lines that are swept over ground, against what GEOS cuts off."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.lots import sweep as sweeping

ANGLES = st.floats(0.0, 360.0)
SHARES = st.floats(0.001, 0.999)
ORIGIN = np.array([38_450_000.123, 2_560_000.457])


def star(seed: int, corners: int) -> shapely.Polygon:
    """Draw concave ground with a hole where there is room for one."""
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0.0, 2.0 * np.pi, corners))
    radii = random.uniform(60.0, 400.0, corners)
    outside = np.column_stack((radii * np.cos(angles), radii * np.sin(angles)))
    ground = shapely.make_valid(shapely.Polygon(outside.round(3)))
    largest = max(shapely.get_parts(ground), key=lambda part: part.area)
    middle = largest.representative_point().buffer(20.0)
    holed = largest.difference(middle)
    return holed if holed.geom_type == "Polygon" else largest


GROUND = st.builds(star, st.integers(0, 10_000), st.integers(4, 40))


@settings(max_examples=60)
@given(GROUND, ANGLES, SHARES)
def test_a_line_at_the_level_found_cuts_the_area_off(
    ground: shapely.Polygon, degrees: float, share: float
) -> None:
    wanted = ground.area * share
    sweep = sweeping.Sweep.of(ground, sweeping.normals([degrees]))

    half = sweep.halves(sweep.level_of(np.array([[wanted]])))[0, 0]

    assert ground.intersection(half).area == pytest.approx(wanted, abs=1e-5)


@settings(max_examples=30)
@given(GROUND, ANGLES)
def test_a_line_passes_more_the_further_it_goes(
    ground: shapely.Polygon, degrees: float
) -> None:
    sweep = sweeping.Sweep.of(ground, sweeping.normals([degrees]))
    levels = np.linspace(sweep.levels.min(), sweep.levels.max(), 50)[None]

    passed = sweep.passed_m2(levels)[0]

    assert (np.diff(passed) >= -1e-7).all()
    assert passed[-1] == pytest.approx(ground.area, abs=1e-6)


def test_surveyed_vertices_keep_every_digit_near_the_origin_and_back() -> None:
    corners = np.array([[0.0, 0.0], [300.001, 0.1], [310.7, 200.33]]) + ORIGIN
    near, origin = sweeping.near_origin(shapely.Polygon(corners))

    back = shapely.get_coordinates(near) + origin

    assert {tuple(point) for point in back} == {tuple(point) for point in corners}


def test_several_shapes_at_once_give_the_levels_of_each_alone() -> None:
    shapes = np.array([star(1, 9), star(2, 31)], dtype=object)
    normals = sweeping.normals([17.0, 203.0])

    together = sweeping.Sweep.of_each(shapes, normals).level_of(np.full((2, 1), 5e3))

    alone = [
        sweeping.Sweep.of(shape, normal[None]).level_of(np.array([[5e3]]))[0, 0]
        for shape, normal in zip(shapes, normals, strict=True)
    ]
    assert together[:, 0] == pytest.approx(alone, abs=1e-9)


def test_ground_in_two_parts_is_passed_part_by_part() -> None:
    ground = shapely.MultiPolygon(
        [shapely.box(0, 0, 10, 10), shapely.box(50, 0, 60, 10)]
    )
    sweep = sweeping.Sweep.of(ground, np.array([[1.0, 0.0]]))

    assert sweep.passed_m2(np.array([[30.0, 55.0]])).tolist() == [[100.0, 150.0]]
    assert sweep.level_of(np.array([[150.0]]))[0, 0] == pytest.approx(55.0)


def test_the_way_round_the_boundary_does_not_matter() -> None:
    ground = star(5, 12)
    turned = shapely.Polygon(
        ground.exterior.coords[::-1], [hole.coords[::-1] for hole in ground.interiors]
    )
    levels = [
        sweeping.Sweep.of(one, sweeping.normals([33.0])).level_of(np.array([[9e3]]))
        for one in (ground, turned)
    ]
    assert math.isclose(levels[0][0, 0], levels[1][0, 0], abs_tol=1e-9)
