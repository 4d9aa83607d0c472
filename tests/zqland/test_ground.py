"""Shapes of ground laid over many parcels at once."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland import ground

corners = st.tuples(st.integers(0, 40), st.integers(0, 40))
boxes = st.builds(
    lambda start, size: shapely.box(*start, start[0] + size[0], start[1] + size[1]),
    corners,
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
)
"""Boxes of whole metres, so that every area is an exact number."""


def array(*shapes: shapely.Geometry) -> np.ndarray:
    listed = np.empty(len(shapes), dtype=object)
    listed[:] = shapes
    return listed


@given(lots=st.lists(boxes, min_size=1, max_size=6), taken=st.lists(boxes, max_size=6))
def test_common_ground_is_that_of_the_union(
    lots: list[shapely.Polygon], taken: list[shapely.Polygon]
) -> None:
    found = ground.common(array(*lots), array(*taken))
    whole = shapely.union_all(taken)
    expected = [lot.intersection(whole).area for lot in lots]
    assert shapely.area(found).tolist() == pytest.approx(expected, abs=1e-9)


@given(lots=st.lists(boxes, min_size=1, max_size=6), taken=st.lists(boxes, max_size=6))
def test_what_is_left_and_what_is_common_make_the_whole(
    lots: list[shapely.Polygon], taken: list[shapely.Polygon]
) -> None:
    whole = array(*lots)
    common = ground.common(whole, array(*taken))
    left = ground.without(whole, common)
    total = shapely.area(common) + shapely.area(left)
    assert total.tolist() == pytest.approx(shapely.area(whole).tolist(), abs=1e-9)


def star(points: int) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = np.where(np.arange(points) % 2, 900.0, 1000.0)
    return shapely.Polygon(
        np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    )


def test_a_large_shape_is_divided_without_loss() -> None:
    large = star(20_000)
    pieces = ground.divided(array(large))
    assert shapely.area(pieces).sum() == pytest.approx(large.area, rel=1e-12)
    assert shapely.get_num_coordinates(pieces).max() <= ground.MOST_VERTICES


def test_a_small_shape_is_left_as_it_is() -> None:
    small = shapely.box(0, 0, 1, 1)
    assert ground.divided(array(small)).tolist() == [small]


def test_lines_that_shapes_have_in_common_are_no_ground() -> None:
    touching = ground.common(
        array(shapely.box(0, 0, 1, 1)), array(shapely.box(1, 0, 2, 1))
    )
    assert shapely.area(touching).tolist() == [0.0]
    assert shapely.is_empty(touching).all()


def test_what_has_no_area_in_a_collection_is_left_out() -> None:
    mixed = shapely.GeometryCollection(
        [shapely.box(0, 0, 2, 2), shapely.LineString([(0, 0), (5, 5)])]
    )
    kept = ground.areal(array(mixed, shapely.Point(1, 1), None))
    assert shapely.area(kept).tolist() == [4.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("width", "area_m2"), [(0.0019, 0.0), (0.0021, 0.21)], ids=["rounding", "real"]
)
def test_two_millimetres_along_a_boundary_are_rounding(
    width: float, area_m2: float
) -> None:
    sliver = ground.counted(array(shapely.box(0, 0, 100, width)))
    assert shapely.area(sliver).tolist() == pytest.approx([area_m2])


def test_a_hundredth_of_a_square_metre_is_rounding() -> None:
    shapes = ground.counted(
        array(shapely.box(0, 0, 0.1, 0.099), shapely.box(0, 0, 0.1, 0.11))
    )
    assert shapely.is_empty(shapes).tolist() == [True, False]


def test_many_shapes_of_one_row_are_united_once() -> None:
    pieces = [shapely.box(at, 0, at + 2, 1) for at in range(100)]
    whole = ground.united(np.zeros(100, dtype=np.intp), array(*pieces), 1)
    assert shapely.area(whole).tolist() == [101.0]
