"""The form of parcels."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland import shape
from zqland.errors import WrongCrsError

SQUARE = shapely.box(0, 0, 100, 100)
EVERY = [shape.compactness, shape.rectangularity, shape.width_m]


def one(geometry: shapely.Geometry) -> gpd.GeoSeries:
    return gpd.GeoSeries([geometry])


def test_a_circle_is_compact() -> None:
    circle = shapely.Point(0, 0).buffer(100, quad_segs=500)
    assert shape.compactness(one(circle)).iloc[0] == pytest.approx(1.0, abs=1e-5)


def test_a_hole_makes_less_compact() -> None:
    yard = SQUARE.difference(shapely.box(40, 40, 60, 60))
    expected = 4 * math.pi * 9_600 / 480**2
    assert shape.compactness(one(yard)).iloc[0] == pytest.approx(expected)


def test_a_triangle_fills_half_its_rectangle() -> None:
    corner = shapely.Polygon([(0, 0), (40, 0), (0, 30)])
    assert shape.rectangularity(one(corner)).iloc[0] == pytest.approx(0.5)


@pytest.mark.parametrize("origin", [(0.0, 0.0), (38_357_652.123, 2_562_936.456)])
@given(st.floats(0, 360), st.floats(10, 400), st.floats(10, 400))
def test_a_turned_rectangle_keeps_its_sides_wherever_it_lies(
    origin: tuple[float, float], angle: float, width: float, depth: float
) -> None:
    box = shapely.box(*origin, origin[0] + width, origin[1] + depth)
    turned = one(box).rotate(angle, origin=origin)
    assert shape.width_m(turned).iloc[0] == pytest.approx(min(width, depth), abs=1e-5)
    assert shape.rectangularity(turned).iloc[0] == pytest.approx(1.0, abs=1e-6)


def test_lines_and_points_have_no_form() -> None:
    flat = gpd.GeoSeries([shapely.LineString([(0, 0), (3, 4)]), shapely.Point(1, 2)])
    assert shape.width_m(flat).tolist() == [0.0, 0.0]
    assert shape.rectangularity(flat).isna().all()
    assert shape.compactness(flat).tolist() == pytest.approx([0.0, np.nan], nan_ok=True)


@pytest.mark.parametrize("measure", EVERY)
def test_empty_shapes_have_no_figure(measure: object) -> None:
    assert callable(measure)
    odd = gpd.GeoSeries([None, shapely.Polygon(), SQUARE], index=list("abc"))
    assert measure(odd).isna().to_dict() == {"a": True, "b": True, "c": False}
    assert measure(gpd.GeoSeries([])).tolist() == []


@pytest.mark.parametrize("measure", EVERY)
def test_figures_keep_name_and_index_and_leave_the_shapes(measure: object) -> None:
    assert callable(measure)
    shapes = gpd.GeoSeries([SQUARE], index=["a"], crs=4526)
    figures = measure(shapes)
    assert (figures.name, figures.index.tolist()) == (measure.__name__, ["a"])
    assert shapes["a"] is SQUARE


@pytest.mark.parametrize("measure", EVERY)
def test_form_is_not_judged_in_degrees(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(WrongCrsError, match="to_home"):
        measure(gpd.GeoSeries([shapely.box(112.6, 23, 112.7, 23.1)], crs=4490))
