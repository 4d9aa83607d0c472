"""Parcels are split, merged and corrected without losing or inventing land."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.ops import split as cut

from zqland import areas
from zqland.boundaries import outline
from zqland.errors import LineageError
from zqland.lineage import ELLIPSOID_M2, PLANAR_M2, Ground, Kind, correct, merge, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.boundaries import Shape
    from zqland.lineage import Succession

few = settings(max_examples=40)

ZONE = 4526
EAST, NORTH = 38_450_000.0, 2_560_000.0


def at(*corners: tuple[float, float]) -> Polygon:
    """Draw a polygon at a place in zone 38."""
    return Polygon([(EAST + x, NORTH + y) for x, y in corners])


def ground(name: str, shape: Shape, zone: int = ZONE) -> Ground:
    return Ground(name, zone, shape)


def square(x: float = 0.0, y: float = 0.0, side: float = 100.0) -> Polygon:
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def ellipsoid_m2(grounds: Sequence[Ground]) -> float:
    shapes = {"home_geometry": [one.shape for one in grounds], "home_zone": ZONE}
    figures = areas.measure(pd.DataFrame(shapes), methods=["ellipsoid"])
    return float(figures["ellipsoid_m2"].sum())


SLANTED = at((0, 0), (211.318, 37.041), (180.007, 243.9), (-31.555, 190.226))
"""A parcel of 4 ha whose boundaries run along no axis."""


@st.composite
def cut_parcels(draw: st.DrawFn) -> tuple[Polygon, list[Polygon]]:
    """Draw a parcel and its parts as an office would: all rounded to the millimetre."""
    count = draw(st.integers(3, 9))
    turns = draw(
        st.lists(st.floats(0.0, 0.9), min_size=count, max_size=count).map(np.array)
    )
    angles = 2 * math.pi * (np.arange(count) + turns) / count
    far = draw(st.lists(st.floats(60, 400), min_size=count, max_size=count))
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) * np.array(far)[:, None]
    parcel = Polygon(corners + np.array([EAST, NORTH]))
    decimals = draw(st.sampled_from([3, 3, 9]))
    parcel = shapely.transform(parcel, lambda xy: np.round(xy, decimals))
    if not parcel.is_valid or parcel.area < 2_000:
        parcel = SLANTED
    centre = np.array(parcel.representative_point().coords[0])
    parts = [parcel]
    for _ in range(draw(st.integers(1, 3))):
        turn = draw(st.floats(0.0, math.pi))
        aside = np.array([draw(st.floats(-15, 15)), draw(st.floats(-15, 15))])
        way = np.array([math.cos(turn), math.sin(turn)]) * 2_000
        line = LineString([centre + aside - way, centre + aside + way])
        parts = [piece for part in parts for piece in cut(part, line).geoms]
    rounded = [shapely.transform(part, lambda xy: np.round(xy, 3)) for part in parts]
    return parcel, [part for part in rounded if part.is_valid and part.area]


def named(parts: Sequence[Shape]) -> dict[str, Shape | None]:
    return {f"A-{number}": part for number, part in enumerate(parts, start=1)}


def try_split(parcel: Polygon, parts: dict[str, Shape | None]) -> Succession | None:
    """Split; None where a part is thinner than what counts as one point."""
    try:
        return split(ground("A", parcel), parts)
    except LineageError:
        thin = [part for part in parts.values() if part and part.buffer(-0.05).is_empty]
        few = sum(part is not None for part in parts.values()) < len(parts)
        assert thin or few or len(parts) < 2
        return None


@few
@given(cut_parcels())
def test_parts_drawn_to_the_millimetre_add_up_to_the_parcel(
    drawn: tuple[Polygon, list[Polygon]],
) -> None:
    parcel, parts = drawn
    done = try_split(parcel, named(parts))
    if done is None:
        return
    total = sum(one.shape.area for one in done.children)
    assert total == pytest.approx(parcel.area, rel=0, abs=PLANAR_M2)
    change = ellipsoid_m2(done.children) - ellipsoid_m2(done.parents)
    assert done.ellipsoid_m2 == pytest.approx(change, rel=0, abs=1e-9)
    assert abs(change) <= ELLIPSOID_M2


@few
@given(cut_parcels())
def test_no_ground_lies_in_two_parts_or_none(
    drawn: tuple[Polygon, list[Polygon]],
) -> None:
    parcel, parts = drawn
    done = try_split(parcel, named(parts))
    if done is None:
        return
    shapes = [one.shape for one in done.children]
    union = shapely.union_all(shapes)
    assert shapely.symmetric_difference(union, parcel).area < PLANAR_M2
    assert sum(outline(shapes).values()) == shapely.get_num_coordinates(union) - 1


@few
@given(cut_parcels())
def test_what_was_split_can_be_merged_again(
    drawn: tuple[Polygon, list[Polygon]],
) -> None:
    parcel, parts = drawn
    done = try_split(parcel, named(parts))
    if done is None:
        return
    again = merge(done.children, "A")
    (whole,) = again.children
    assert whole.shape.area == pytest.approx(parcel.area, rel=0, abs=PLANAR_M2)
    assert again.planar_m2 == pytest.approx(0, abs=PLANAR_M2)
    assert shapely.hausdorff_distance(whole.shape, parcel) < 1e-6


@few
@given(cut_parcels())
def test_what_was_split_is_split_the_same_again(
    drawn: tuple[Polygon, list[Polygon]],
) -> None:
    parcel, parts = drawn
    done = try_split(parcel, named(parts))
    if done is None:
        return
    shapes = {one.parcel_id: one.shape for one in done.children}
    again = split(ground("A", parcel), dict(shapes))
    assert [one.shape.wkb for one in again.children] == [
        shape.wkb for shape in shapes.values()
    ]


@few
@given(cut_parcels())
def test_the_rest_need_not_be_drawn(drawn: tuple[Polygon, list[Polygon]]) -> None:
    parcel, parts = drawn
    done = try_split(parcel, {"A-1": parts[0], "A-2": None})
    if done is None:
        return
    total = sum(one.shape.area for one in done.children)
    assert total == pytest.approx(parcel.area, rel=0, abs=PLANAR_M2)


@few
@given(cut_parcels())
def test_new_vertices_go_into_a_neighbour_without_moving_ground(
    drawn: tuple[Polygon, list[Polygon]],
) -> None:
    parcel, parts = drawn
    around = shapely.difference(parcel.envelope.buffer(50, join_style="mitre"), parcel)
    beside = ground("B", around)
    try:
        done = split(ground("A", parcel), named(parts), neighbours=[beside])
    except LineageError:
        return
    assert done.apart == ()
    (after,) = done.neighbours
    assert after.shape.area == pytest.approx(around.area, rel=0, abs=PLANAR_M2)
    # All vertices are shared: nothing but the outside of the neighbour is left.
    left = outline([after.shape, *(one.shape for one in done.children)])
    outer = outline([Polygon(shapely.get_exterior_ring(around))])
    assert left == outer


def test_new_vertices_within_the_parcel_are_rounded_to_the_millimetre() -> None:
    west = at((0, 0), (50, 0), (50.12345, 50.67891), (50, 100), (0, 100))
    done = split(ground("A", square()), {"A-1": west, "A-2": None})
    corners = shapely.get_coordinates([one.shape for one in done.children])
    np.testing.assert_array_equal(corners, np.round(corners, 3))
    assert [EAST + 50.123, NORTH + 50.679] in corners.tolist()


def test_a_vertex_on_a_straight_boundary_along_an_axis_is_rounded_too() -> None:
    west = box(EAST, NORTH, EAST + 50.12345, NORTH + 100)
    done = split(ground("A", square()), {"A-1": west, "A-2": None})
    assert done.children[0].shape.area == pytest.approx(5012.3, abs=1e-6)


def test_a_vertex_on_a_slanting_boundary_stays_on_it() -> None:
    middle = shapely.line_interpolate_point(SLANTED.exterior, 77.7)
    off = np.round(shapely.get_coordinates(middle), 3)[0]
    assert shapely.distance(shapely.points(off), SLANTED.exterior) > 1e-5
    corners = shapely.get_coordinates(SLANTED)
    south = Polygon([corners[0], off, corners[2], corners[3]])
    done = split(ground("A", SLANTED), {"A-1": south, "A-2": None})
    for one in done.children:
        on_it = shapely.points(shapely.get_coordinates(one.shape))
        assert shapely.distance(on_it, SLANTED.exterior).max() < 1e-7


def test_parts_that_miss_each_other_by_a_millimetre_meet() -> None:
    west, east = box(0, 0, 50, 100), box(50.001, 0, 100, 100)
    parts = [
        shapely.transform(one, lambda xy: xy + np.array([EAST, NORTH]))
        for one in (west, east)
    ]
    done = split(ground("A", square()), named(parts))
    assert [one.shape.area for one in done.children] == [5000.0, 5000.0]


def test_parts_that_leave_a_strip_are_refused_with_its_area() -> None:
    parts = [box(EAST, NORTH, EAST + 50, NORTH + 100), square(50.01)]
    parts[1] = shapely.intersection(parts[1], square())
    with pytest.raises(LineageError, match=r"1\.0000 m² of it are in no part"):
        split(ground("A", square()), named(parts))


def test_parts_that_overlap_are_refused_with_the_area() -> None:
    parts = [box(EAST, NORTH, EAST + 50, NORTH + 100)]
    parts += [box(EAST + 49, NORTH, EAST + 100, NORTH + 100)]
    with pytest.raises(LineageError, match=r"100\.0000 m² lie in two"):
        split(ground("A", square()), named(parts))


def test_parts_that_reach_beyond_the_parcel_are_refused_with_the_area() -> None:
    parts = {"A-1": box(EAST, NORTH - 1, EAST + 50, NORTH + 100), "A-2": None}
    with pytest.raises(LineageError, match=r"50\.0000 m² of the parts lie outside"):
        split(ground("A", square()), parts)


def test_an_island_is_a_part_with_the_rest_around_it() -> None:
    done = split(ground("A", square()), {"A-1": square(40, 40, 20), "A-2": None})
    assert [one.shape.area for one in done.children] == [400.0, 9600.0]


def test_a_parcel_of_two_places_is_split_into_them() -> None:
    places = [square(), square(300)]
    done = split(ground("A", MultiPolygon(places)), named(places))
    assert [one.shape.geom_type for one in done.children] == ["Polygon", "Polygon"]


def test_a_parcel_with_a_hole_is_split_through_it() -> None:
    holed = shapely.difference(square(), square(40, 40, 20))
    west = shapely.intersection(holed, square(-50))
    done = split(ground("A", holed), {"A-1": west, "A-2": None})
    assert [one.shape.area for one in done.children] == [4800.0, 4800.0]


def test_heights_are_dropped() -> None:
    west = shapely.force_3d(box(EAST, NORTH, EAST + 50, NORTH + 100), 12.0)
    done = split(ground("A", square()), {"A-1": west, "A-2": None})
    assert not any(one.shape.has_z for one in done.children)


def test_parcels_with_one_vertex_on_the_others_edge_are_merged() -> None:
    # The long edge of the first has no vertex where the second ends.
    first, second = ground("A", square()), ground("B", square(100, 20, 50))
    done = merge([first, second], "C")
    assert done.children[0].shape.area == 12_500.0
    assert done.neighbours == ()


def test_parcels_around_a_yard_are_merged_with_a_hole() -> None:
    ring = shapely.difference(square(), square(40, 40, 20))
    halves = [shapely.intersection(ring, half) for half in (square(-50), square(50))]
    done = merge([ground("A", halves[0]), ground("B", halves[1])], "C")
    assert len(done.children[0].shape.interiors) == 1


def test_parcels_that_lie_apart_are_not_merged() -> None:
    with pytest.raises(LineageError, match="B shares no boundary"):
        merge([ground("A", square()), ground("B", square(101))], "C")


def test_parcels_that_meet_in_a_corner_are_not_merged() -> None:
    with pytest.raises(LineageError, match="B shares no boundary"):
        merge([ground("A", square()), ground("B", square(100, 100))], "C")


def test_parcels_that_overlap_are_not_merged() -> None:
    with pytest.raises(LineageError, match=r"shares no boundary|do not coincide"):
        merge([ground("A", square()), ground("B", square(99))], "C")


def test_parcels_whose_boundary_differs_by_a_millimetre_are_not_merged() -> None:
    # 100 m long and 1 mm wide, a strip of 0.1 m² would be made or lost.
    beside = box(EAST + 100.001, NORTH + 20, EAST + 200, NORTH + 70)
    with pytest.raises(LineageError, match=r"in the plane|no boundary"):
        merge([ground("A", square()), ground("B", beside)], "C")


def test_parcels_of_two_zones_are_not_merged() -> None:
    other = ground("B", square(100), zone=4525)
    with pytest.raises(LineageError, match="4525, 4526"):
        merge([ground("A", square()), other], "C")


def test_a_correction_says_how_much_ground_it_gained() -> None:
    done = correct(ground("A", square()), square(0, 0, 101), parcel_id="A2")
    assert done.kind is Kind.CORRECTION
    assert done.planar_m2 == 201.0
    assert done.ellipsoid_m2 == pytest.approx(201.0, rel=1e-3)
    assert [one.parcel_id for one in done.children] == ["A2"]


def test_a_correction_follows_the_boundary_of_a_neighbour_within_two_millimetres() -> (
    None
):
    beside = ground("B", square(110))
    right = box(EAST, NORTH, EAST + 109.9985, NORTH + 60)
    done = correct(ground("A", square()), right, neighbours=[beside])
    assert done.children[0].shape.bounds[2] == EAST + 110
    (after,) = done.neighbours
    assert (EAST + 110, NORTH + 60) in after.shape.exterior.coords


def test_a_correction_may_not_take_ground_of_a_neighbour() -> None:
    beside = ground("B", square(100))
    with pytest.raises(LineageError, match=r"takes 100\.0000 m² of B"):
        correct(ground("A", square()), square(1), neighbours=[beside])


def test_a_boundary_between_two_is_moved_by_correcting_one_then_the_other() -> None:
    west, east = ground("A", square()), ground("B", square(100))
    line = [(70, 0), (75.5, 48.201), (60, 100)]
    less = correct(west, at((0, 0), *line, (0, 100)), neighbours=[east])
    more = correct(
        east, at(*line[::-1], (70, 0), (200, 0), (200, 100)), neighbours=less.children
    )
    assert less.planar_m2 + more.planar_m2 == pytest.approx(0, abs=PLANAR_M2)
    assert merge([*less.children, *more.children], "C").children[0].shape.area == (
        pytest.approx(20_000, abs=PLANAR_M2)
    )


def test_a_correction_elsewhere_is_refused() -> None:
    with pytest.raises(LineageError, match="no ground in common"):
        correct(ground("A", square()), square(500))


def test_a_neighbour_across_a_crooked_strip_stays_as_it_is() -> None:
    # Its edge lies within 2 mm of the new vertex, but is not the same line.
    beside = ground("B", at((100.0015, -500), (200, 0), (100.0015, 500)))
    south = box(EAST, NORTH, EAST + 100, NORTH + 50)
    done = split(
        ground("A", square()), {"A-1": south, "A-2": None}, neighbours=[beside]
    )
    assert done.neighbours == ()
    assert done.apart == ("B",)


def plots(count: int, *, end: int, start: int = 0) -> list[Polygon]:
    """Draw plots of 50 m side by side along a road of 1 km."""
    width = (end - start) / count
    return [
        box(EAST + start + n * width, NORTH, EAST + start + (n + 1) * width, NORTH + 50)
        for n in range(count)
    ]


def test_many_plots_along_one_long_edge_are_refused_at_once() -> None:
    field = box(EAST, NORTH, EAST + 1000, NORTH + 500)
    parts = {**named(plots(40, end=1000)), "B": None}
    with pytest.raises(LineageError, match=r"0\.0213 m² on the ellipsoid"):
        split(ground("A", field), parts)


def test_many_plots_along_one_long_edge_are_made_in_steps() -> None:
    rest = ground("B", box(EAST, NORTH, EAST + 1000, NORTH + 500))
    for start in range(0, 1000, 100):
        parts = named(plots(4, start=start, end=start + 100))
        rest = split(rest, {**parts, "B": None}).children[-1]
    assert rest.shape.area == 450_000.0


def test_a_neighbour_whose_area_would_change_on_the_ellipsoid_bars_a_split() -> None:
    strip = box(EAST, NORTH, EAST + 1000, NORTH + 50)
    north = ground("B", box(EAST, NORTH + 50, EAST + 1000, NORTH + 500))
    with pytest.raises(LineageError, match=r"^B would have .* on the ellipsoid"):
        split(ground("A", strip), named(plots(40, end=1000)), neighbours=[north])


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"A-1": square()}, "There is 1 part"),
        ({"A-1": square(0, 0, 50), "A-2": None, "A-3": None}, "Only one part"),
        ({"A-1": square(), "A-2": None}, "leave nothing"),
        ({"A-1": square(0, 0, 50), "A-2": Polygon()}, "is Polygon"),
        ({"A-1": LineString([(0, 0), (1, 1)]), "A-2": None}, "is LineString"),
        ({"A-1": at((0, 0), (9, 9), (9, 0), (0, 9)), "A-2": None}, "is Polygon|itself"),
    ],
)
def test_parts_that_are_none_are_refused(
    parts: dict[str, Shape | None], found: str
) -> None:
    with pytest.raises(LineageError, match=found):
        split(ground("A", square()), parts)


def test_the_sentence_names_the_remainders() -> None:
    west = box(EAST, NORTH, EAST + 50, NORTH + 100)
    done = split(ground("A", square()), {"A-1": west, "A-2": None})
    assert "椭球面积余差" in done.text.zh
    assert "A-1, A-2" in done.text.en
