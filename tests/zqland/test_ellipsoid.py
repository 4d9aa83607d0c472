"""The numerics of the survey formula, against its printed form and against PROJ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from zqland import ellipsoid
from zqland.ellipsoid import zonal_series

SEMI_MINOR_M = 6_356_752.31414036
LETTERS = (
    1.003364089834193,
    1.124189381927124e-3,
    1.699459473518905e-6,
    2.717857845577555e-9,
    4.358419004834514e-12,
)


def printed_trapezoid_m2(south: float, north: float, width: float) -> float:
    """Return the trapezoid as the notice prints it."""
    middle, half = (south + north) / 2, (north - south) / 2
    terms = [
        (-1) ** place * letter * math.sin(order * half) * math.cos(order * middle)
        for place, (letter, order) in enumerate(
            zip(LETTERS, (1, 3, 5, 7, 9), strict=True)
        )
    ]
    return 2 * SEMI_MINOR_M**2 * width * sum(terms)


@given(st.floats(0.2, 0.9), st.floats(1e-6, 0.1), st.floats(1e-6, 0.1))
def test_the_sum_equals_the_printed_trapezoid(
    south: float, height: float, width: float
) -> None:
    lower, upper = zonal_series().at(np.array([south, south + height]))
    printed = printed_trapezoid_m2(south, south + height, width)
    assert width * (upper - lower) == pytest.approx(printed, rel=1e-8)


def test_the_one_degree_cell_of_the_notice() -> None:
    lower, upper = zonal_series().at(np.radians([23.0, 24.0]))
    cell_m2 = math.radians(1) * (upper - lower)
    assert cell_m2 == pytest.approx(11312085322.113756, rel=1e-14)


@given(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_the_series_agrees_with_the_closed_form(one: float, other: float) -> None:
    lower, upper = zonal_series().at(np.array([one, other]))
    exact = ellipsoid.closed_form_cell_m2(one, other, 1.0)
    assert upper - lower == pytest.approx(exact, rel=1e-10, abs=1.0)


def test_the_whole_ellipsoid() -> None:
    south, north = zonal_series().at(np.array([-math.pi / 2, math.pi / 2]))
    geod = Geod(ellps="GRS80")
    whole_m2, _ = geod.polygon_area_perimeter([0, 90, 180, 270], [0, 0, 0, 0])
    assert 2 * math.pi * (north - south) == pytest.approx(2 * abs(whole_m2), rel=1e-11)


def test_a_sphere_has_its_own_series() -> None:
    north = zonal_series(1000.0, 0.0).at(np.array([math.pi / 2]))[0]
    assert north == pytest.approx(1000.0**2)


@pytest.mark.parametrize("lat", [18.0, 23.16, 35.0, 53.0])
def test_the_inverse_agrees_with_proj_within_a_fifth_of_a_millimetre(
    lat: float,
) -> None:
    lon = np.linspace(112.5, 115.5, 7)
    plane = Transformer.from_crs(CRS(4490), CRS(4547), always_xy=True)
    east, north = plane.transform(lon, np.full(7, lat))
    latitude, longitude = ellipsoid.inverse_gauss(north, east - 500_000)
    np.testing.assert_allclose(
        np.degrees(latitude) * 3600, lat * 3600, atol=5e-6, rtol=0
    )
    np.testing.assert_allclose(np.degrees(longitude) + 114, lon, atol=1e-9, rtol=0)


def ring(*lengths: float) -> tuple[np.ndarray, np.ndarray]:
    """Return flat rings there and back along lines of given lengths."""
    rows = [row for length in lengths for row in ((0, 0), (length, 0), (0, 0))]
    return np.array(rows, dtype=float), np.arange(len(lengths) + 1) * 3


@pytest.mark.parametrize(
    ("length", "inserted"), [(69.9, 0), (70.0, 0), (70.1, 1), (140.0, 2), (200.0, 2)]
)
def test_long_edges_get_as_many_points_as_the_rule_says(
    length: float, inserted: int
) -> None:
    dense, starts = ellipsoid.densify(*ring(length))
    assert starts.tolist() == [0, 3 + 2 * inserted]
    assert dense[: inserted + 2, 0].tolist() == pytest.approx(
        np.linspace(0, length, inserted + 2).tolist()
    )


def test_rings_do_not_touch_each_other_when_densified() -> None:
    dense, starts = ellipsoid.densify(*ring(100.0, 10.0, 150.0))
    assert starts.tolist() == [0, 5, 8, 15]
    assert dense[starts[:-1], 0].tolist() == [0.0, 0.0, 0.0]
    assert dense[7].tolist() == [0.0, 0.0]


def test_short_edges_are_handed_back_as_they_are() -> None:
    coordinates, starts = ring(10.0)
    assert ellipsoid.densify(coordinates, starts)[0] is coordinates


def test_no_rings_have_no_areas() -> None:
    nothing = np.zeros(0)
    assert len(ellipsoid.ring_areas(nothing, nothing, np.zeros(1, dtype=int))) == 0


def test_the_fixed_meridian_does_not_matter() -> None:
    latitude = zonal_series().at(np.radians([23.0, 23.0, 23.001, 23.001, 23.0]))
    longitude = np.radians([0.0, 0.001, 0.001, 0.0, 0.0])
    starts = np.array([0, 5])
    near = ellipsoid.ring_areas(latitude, longitude, starts)
    far = ellipsoid.ring_areas(latitude, longitude + 1.0, starts)
    assert far == pytest.approx(near, rel=1e-8)


def test_angles_are_rounded_to_a_millionth_of_a_second() -> None:
    angle = 1.2345674 / ellipsoid.SECONDS_PER_RADIAN
    rounded = ellipsoid.round_angles(np.array([angle]))[0]
    assert rounded * ellipsoid.SECONDS_PER_RADIAN == pytest.approx(1.234567, abs=1e-12)
