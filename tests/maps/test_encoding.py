"""What is written for the browser can be read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland_maps import encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

SQUARE = shapely.box(112.80, 23.30, 112.802, 23.302)
HOLE = shapely.box(112.8005, 23.3005, 112.801, 23.301)


def numbers_in(text: str) -> Iterator[int]:
    value, place = 0, 0
    for letter in text:
        digit = encoding.ALPHABET.index(letter)
        value += (digit & 31) << (5 * place)
        place += 1
        if digit < 32:
            yield value
            value, place = 0, 0


def rings_of(written: dict[str, Any]) -> list[list[np.ndarray]]:
    """Read shapes as lists of rings, without looking at the writer."""
    stream = numbers_in(written["data"])
    at = np.zeros(2)
    shapes = []
    for _ in range(written["count"]):
        rings = []
        for _ in range(next(stream)):
            ring = []
            for _ in range(next(stream)):
                for axis in (0, 1):
                    value = next(stream)
                    at[axis] += value // 2 if value % 2 == 0 else -(value + 1) // 2
                ring.append(written["origin"] + at * written["step"])
            rings.append(np.array(ring))
        shapes.append(rings)
    return shapes


@given(st.lists(st.integers(0, 2**53 - 1)))
def test_whole_numbers_come_back(values: list[int]) -> None:
    assert list(numbers_in(encoding.whole_numbers(values))) == values


def test_missing_numbers_are_zero_and_others_one_more() -> None:
    text = encoding.numbers(pd.Series([None, 0.0, 1.5]), step=0.5)
    assert list(numbers_in(text)) == [0, 1, 4]


def test_negative_numbers_are_missing() -> None:
    assert list(numbers_in(encoding.numbers(pd.Series([-1.0])))) == [0]


def test_days_are_ordinals() -> None:
    column = pd.to_datetime(pd.Series(["2023-09-05", None]))
    ordinal = pd.Timestamp("2023-09-05").toordinal()
    assert list(numbers_in(encoding.dates(column))) == [ordinal + 1, 0]


def test_flags_take_missing_for_no() -> None:
    column = pd.Series([True, False, None], dtype="boolean")
    assert list(numbers_in(encoding.flags(column))) == [1, 0, 0]


def test_codes_list_each_value_once() -> None:
    column = encoding.codes(pd.Series(["a", None, "b", "a"]))
    assert column["values"] == ["a", "b"]
    assert list(numbers_in(column["codes"])) == [1, 0, 2, 1]


def test_tuples_become_lists() -> None:
    assert encoding.codes(pd.Series([("road", "power")]))["values"] == [
        ["road", "power"]
    ]


def test_vertices_move_by_less_than_a_tenth_of_a_metre() -> None:
    shape = shapely.Polygon([(112.8000004, 23.3), (112.81, 23.3000006), (112.8, 23.31)])
    (ring,) = rings_of(encoding.shapes(gpd.GeoSeries([shape], crs=4490)))[0]
    kept = shapely.get_coordinates(shapely.orient_polygons(shape))[:-1]
    assert np.abs(ring - kept).max() <= 0.51 * encoding.STEP


def test_holes_run_against_their_shell() -> None:
    holed = SQUARE.difference(HOLE)
    shell, hole = rings_of(encoding.shapes(gpd.GeoSeries([holed], crs=4490)))[0]
    assert shapely.LinearRing(shell).is_ccw
    assert not shapely.LinearRing(hole).is_ccw


def test_each_shape_keeps_its_own_rings() -> None:
    parts = shapely.MultiPolygon([SQUARE, shapely.box(112.9, 23.3, 112.91, 23.31)])
    column = gpd.GeoSeries([SQUARE, None, parts, shapely.Point(1, 1)], crs=4490)
    rings = rings_of(encoding.shapes(column))
    assert [len(shape) for shape in rings] == [1, 0, 2, 0]


def test_an_empty_column_is_written() -> None:
    written = encoding.shapes(gpd.GeoSeries([], crs=4490))
    assert (written["count"], written["data"]) == (0, "")


def test_empty_polygons_have_no_ring() -> None:
    column = gpd.GeoSeries([shapely.Polygon(), SQUARE], crs=4490)
    assert [len(shape) for shape in rings_of(encoding.shapes(column))] == [0, 1]


@pytest.mark.parametrize("vertices", [5, 20])
def test_a_vertex_costs_at_most_eight_bytes(vertices: int) -> None:
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    circle = np.c_[112.8 + 0.002 * np.cos(angles), 23.3 + 0.002 * np.sin(angles)]
    many = [shapely.Polygon(np.add(circle, (0.005 * place, 0))) for place in range(50)]
    written = encoding.shapes(gpd.GeoSeries(many, crs=4490))
    assert len(written["data"]) / 50 <= 8 * vertices + 4
