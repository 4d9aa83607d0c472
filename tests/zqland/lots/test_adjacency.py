"""Neighbours: by shared boundary, over gaps, not across breakers or others' ground."""

from __future__ import annotations

import dataclasses
import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import crs
from zqland.catalogues import load_catalogues
from zqland.lots.adjacency import Adjacency
from zqland.lots.assemble_rules import AdjacencyRules

RULES = AdjacencyRules()
SIDE = 100.0


def square(x: float, y: float = 0.0) -> shapely.Polygon:
    return shapely.box(x, y, x + SIDE, y + SIDE)


def around(*shapes: shapely.Geometry, **changes: float) -> Adjacency:
    series = gpd.GeoSeries(list(shapes), [f"P{place}" for place in range(len(shapes))])
    return Adjacency.of(series, rules=dataclasses.replace(RULES, **changes))


def only(adjacency: Adjacency, column: str) -> float:
    (value,) = adjacency.pairs[column].tolist()
    return float(value)


def test_squares_side_by_side_share_their_whole_side() -> None:
    assert only(around(square(0), square(SIDE)), "shared_m") == pytest.approx(SIDE)


def test_squares_that_are_shifted_share_what_they_have_in_common() -> None:
    adjacency = around(square(0), square(SIDE, 70))
    assert only(adjacency, "shared_m") == pytest.approx(30.0)


def test_a_ditch_counts_as_no_gap() -> None:
    adjacency = around(square(0), square(SIDE + 4.0))
    assert only(adjacency, "shared_m") == pytest.approx(SIDE)
    assert only(adjacency, "gap_m") == pytest.approx(4.0)


def test_a_wide_gap_parts_parcels() -> None:
    assert around(square(0), square(SIDE + 5.01)).pairs.empty


def test_an_overlap_of_digitising_leaves_neighbours() -> None:
    adjacency = around(square(0), square(SIDE - 0.5))
    assert adjacency.neighbours(0).tolist() == [1]


def test_corners_that_touch_face_nothing() -> None:
    adjacency = around(square(0), square(SIDE, SIDE))
    assert only(adjacency, "facing_m") == 0.0
    assert not only(adjacency, "is_neighbour")


def test_corners_that_touch_count_where_no_shared_boundary_is_asked_for() -> None:
    adjacency = around(square(0), square(SIDE, SIDE), least_shared_m=0.0)
    assert adjacency.neighbours(0).tolist() == [1]


def test_near_boundary_at_a_corner_is_that_within_the_gap() -> None:
    # Two sides of each square, the gap long.
    adjacency = around(square(0), square(SIDE, SIDE))
    assert only(adjacency, "near_m") == pytest.approx(2 * RULES.gap_m)


def test_the_far_side_of_a_narrow_strip_faces_nothing() -> None:
    strip = shapely.box(SIDE, 0, SIDE + 2, SIDE)
    assert only(around(square(0), strip), "facing_m") == pytest.approx(SIDE)


def test_a_strip_of_others_in_the_gap_parts_parcels() -> None:
    strip = shapely.box(SIDE + 0.5, -10, SIDE + 3.5, SIDE + 10)
    adjacency = around(square(0), square(SIDE + 4), strip)
    assert adjacency.neighbours(0).tolist() == [2]


def test_a_strip_of_others_may_be_let_through() -> None:
    strip = shapely.box(SIDE + 0.5, -10, SIDE + 3.5, SIDE + 10)
    adjacency = around(square(0), square(SIDE + 4), strip, others_close=False)
    assert adjacency.neighbours(0).tolist() == [1, 2]


@pytest.mark.parametrize("gap", [0.0, 4.0])
@pytest.mark.parametrize("width", [0.0, 3.0])
def test_a_canal_between_parcels_parts_them(gap: float, width: float) -> None:
    canal = shapely.LineString([(SIDE + gap / 2, -50), (SIDE + gap / 2, 150)])
    shapes = gpd.GeoSeries([square(0), square(SIDE + gap)], ["A", "B"])
    walls = gpd.GeoSeries([canal.buffer(width) if width else canal])
    adjacency = Adjacency.of(shapes, rules=RULES, breakers=walls)
    assert not len(adjacency.indices)


def test_a_canal_along_half_of_the_boundary_leaves_the_other_half() -> None:
    canal = gpd.GeoSeries([shapely.LineString([(SIDE, -50), (SIDE, 50)])])
    shapes = gpd.GeoSeries([square(0), square(SIDE)], ["A", "B"])
    adjacency = Adjacency.of(shapes, rules=RULES, breakers=canal)
    assert only(adjacency, "shared_m") == pytest.approx(50, abs=RULES.step_m)


def test_a_canal_elsewhere_parts_nothing() -> None:
    canal = gpd.GeoSeries([shapely.LineString([(50, -50), (50, 150)])])
    shapes = gpd.GeoSeries([square(0), square(SIDE)], ["A", "B"])
    assert len(Adjacency.of(shapes, rules=RULES, breakers=canal).indices) == 2


def test_a_parcel_in_a_hole_shares_its_whole_boundary() -> None:
    ring = shapely.Polygon(
        square(0).buffer(50, join_style="mitre").exterior, [square(0).exterior]
    )
    assert only(around(ring, square(0)), "shared_m") == pytest.approx(4 * SIDE)


def test_missing_and_empty_shapes_have_no_neighbours() -> None:
    shapes = [None, square(0), shapely.Polygon(), square(SIDE)]
    adjacency = around(*shapes)
    assert np.diff(adjacency.indptr).tolist() == [0, 1, 0, 1]


def test_no_parcels_are_no_neighbours() -> None:
    assert not len(around())


def test_parcels_of_two_zones_are_neighbours_across_the_seam() -> None:
    seam = 112.5
    degrees = gpd.GeoSeries(
        [
            shapely.box(seam - 0.001, 23.0, seam, 23.001),
            shapely.box(seam, 23.0, seam + 0.001, 23.001),
        ],
        ["W", "E"],
        crs=4490,
    )
    zones = crs.home_zone(degrees)
    parcels = gpd.GeoDataFrame(
        {"home_zone": zones, "home_geometry": crs.to_home(degrees, zones)},
        geometry=degrees,
    )
    adjacency = Adjacency.of_parcels(parcels, rules=RULES)
    assert sorted(zones) == [4525, 4526]
    assert adjacency.neighbours(0).tolist() == [1]
    assert only(adjacency, "shared_m") == pytest.approx(110.7, abs=0.2)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 12), st.integers(0, 12), st.integers(1, 5), st.integers(1, 5)
        ),
        min_size=2,
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_near_boundary_is_that_in_a_buffer_whatever_the_order(
    boxes: list[tuple[int, int, int, int]], shuffle: object
) -> None:
    shapes = [
        shapely.box(x * 10, y * 10, (x + w) * 10, (y + h) * 10) for x, y, w, h in boxes
    ]
    shuffle.shuffle(shapes)  # type: ignore[attr-defined] # a random.Random
    pairs = around(*shapes, gap_m=3.0).pairs.set_index(["first", "second"])["near_m"]
    for one, other in itertools.combinations(range(len(shapes)), 2):
        sides = [
            shapely.length(
                shapely.intersection(
                    shapely.boundary(shapes[this]),
                    shapely.buffer(shapely.boundary(shapes[that]), 3.0, quad_segs=64),
                )
            )
            for this, that in ((one, other), (other, one))
        ]
        near = pairs.get((one, other), 0.0)
        assert near == pytest.approx(min(sides), abs=0.05)


def test_the_rules_of_the_catalogue_are_the_defaults() -> None:
    assert load_catalogues().lots.neighbours == RULES


def test_the_table_names_the_parcels() -> None:
    table = around(square(0), square(SIDE)).table()
    assert table[["first", "second"]].to_numpy().tolist() == [["P0", "P1"]]
