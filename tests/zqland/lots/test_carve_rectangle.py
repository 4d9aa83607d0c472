"""Rectangles found inside ground: they lie inside, and are the largest where known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from zqland.lots import rectangle as rectangles

COURT = shapely.Polygon(
    [
        (0, 0),
        (400, 0),
        (400, 300),
        (250, 300),
        (250, 120),
        (100, 120),
        (100, 280),
        (0, 280),
    ]
)


def blob(seed: int, corners: int) -> shapely.Polygon:
    """Draw concave ground of one piece."""
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0.0, 2.0 * np.pi, corners))
    radii = random.uniform(80.0, 300.0, corners)
    points = np.column_stack((radii * np.cos(angles), radii * np.sin(angles)))
    ground = shapely.make_valid(shapely.Polygon(points))
    return max(shapely.get_parts(ground), key=lambda part: part.area)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(3, 90))
def test_every_rectangle_that_is_found_lies_inside(seed: int, corners: int) -> None:
    ground = blob(seed, corners)

    found = rectangles.largest(ground, rectangles.directions_of(ground, 3))

    if found is not None:
        assert found.geometry.difference(ground).area < 1e-6
        assert found.geometry.area == pytest.approx(found.area_m2, abs=1e-6)


@given(st.floats(0.0, 180.0), st.floats(20.0, 500.0), st.floats(20.0, 500.0))
@settings(max_examples=30)
def test_a_turned_rectangle_is_found_whole(
    turn: float, width: float, depth: float
) -> None:
    ground = affinity.rotate(shapely.box(0, 0, width, depth), turn, origin=(0, 0))

    found = rectangles.largest(ground, rectangles.directions_of(ground, 2))

    assert found is not None
    assert found.area_m2 == pytest.approx(width * depth, rel=1e-6)


def test_the_wing_of_a_court_is_found() -> None:
    found = rectangles.largest(COURT, np.array([0.0]))

    assert found is not None
    assert found.area_m2 == pytest.approx(400.0 * 120.0)


@pytest.mark.parametrize("size", [(150.0, 300.0), (300.0, 150.0), (120.0, 400.0)])
def test_a_rectangle_of_a_size_that_fits_is_placed(size: tuple[float, float]) -> None:
    found = rectangles.of_size(COURT, np.array([0.0]), *size)

    assert found is not None
    assert found.geometry.difference(COURT).area < 1e-6
    assert {found.width_m, found.depth_m} == set(size)


def test_a_rectangle_that_is_too_long_is_not_placed() -> None:
    assert rectangles.of_size(COURT, np.array([0.0]), 401.0, 100.0) is None


def test_the_largest_in_small_ground_is_near_that_of_a_dense_search() -> None:
    ground = blob(7, 9)
    directions = rectangles.directions_of(ground, 3)

    found = rectangles.largest(ground, directions)

    assert found is not None
    best = max(_dense(ground, angle) for angle in directions)
    assert found.area_m2 >= 0.98 * best


def _dense(ground: shapely.Polygon, degrees: float) -> float:
    """Search all rectangles on a fine grid, by counting the cells outside."""
    turned = affinity.rotate(ground, -degrees, origin=(0, 0))
    west, south, east, north = turned.bounds
    cell = 6.0
    x, y = np.meshgrid(np.arange(west, east, cell), np.arange(south, north, cell))
    cells = shapely.box(x, y, x + cell, y + cell)
    outside = ~shapely.contains(turned, cells)
    sums = np.pad(outside.astype(int), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    best = 0
    for low in range(len(sums)):
        for high in range(low + 1, len(sums)):
            row = sums[high] - sums[low]
            # The longest run in which nothing outside is added.
            _, counts = np.unique(row, return_counts=True)
            best = max(best, (high - low) * (int(counts.max()) - 1))
    return best * cell * cell


def test_directions_within_a_degree_count_together() -> None:
    bent = shapely.Polygon([(0, 0), (200, 0), (400, 2), (400, 200), (0, 201)])

    assert len(rectangles.directions_of(bent, 8)) == 1


def test_the_width_lies_along_the_street() -> None:
    deep = rectangles.largest(shapely.box(0, 0, 80, 200), np.array([0.0]))
    assert deep is not None

    turned = rectangles.along(deep, 0.0)

    assert (turned.width_m, turned.depth_m) == pytest.approx((80.0, 200.0))


def test_without_a_street_the_width_is_the_longer_side() -> None:
    deep = rectangles.largest(shapely.box(0, 0, 80, 200), np.array([0.0]))
    assert deep is not None

    turned = rectangles.along(deep, None)

    assert (turned.width_m, turned.depth_m) == pytest.approx((200.0, 80.0))


def test_a_boundary_of_very_many_points_has_directions_too() -> None:
    around = np.linspace(0.0, 2.0 * np.pi, 20_000, endpoint=False)
    lake = shapely.Polygon(300.0 * np.column_stack((np.cos(around), np.sin(around))))
    straight = lake.intersection(shapely.box(-400, -400, 400, 100))

    assert rectangles.directions_of(straight, 2)[0] == pytest.approx(0.0, abs=1e-6)
