"""Parcels on the same ground: stacked ones, thin overlaps, and one index for all."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import crs
from zqland_geodata import checks
from zqland_geodata.checks.neighbours import Neighbours
from zqland_geodata.checks.overlaps import repeated

Box = Callable[..., shapely.Polygon]
Make = Callable[..., gpd.GeoDataFrame]


def test_a_parcel_upon_another_is_stacked(box: Box, make: Make) -> None:
    (finding,) = checks.check_overlaps(make(box(20, 20, 30, 30), box(0, 0)))
    assert (finding.record, finding.rule) == ("P1", "geometry.stacked")
    assert finding.message.zh.startswith(
        "叠在地块 P2 之上：占较小地块的 100.0%，900.00"
    )


def test_the_smaller_parcel_is_the_one_that_lies_upon_the_other(
    box: Box, make: Make
) -> None:
    (finding,) = checks.check_overlaps(make(box(0, 0), box(20, 20, 30, 30)))
    assert (finding.record, finding.rule) == ("P2", "geometry.stacked")


def test_nearly_equal_parcels_are_stacked(box: Box, make: Make) -> None:
    (finding,) = checks.check_overlaps(make(box(0, 0), box(1, 1)))
    assert (finding.record, finding.rule) == ("P2", "geometry.stacked")


def test_a_thin_overlap_is_a_boundary_surveyed_twice(box: Box, make: Make) -> None:
    (finding,) = checks.check_overlaps(make(box(0, 0), box(99.95, 0)))
    assert finding.rule == "geometry.thin_overlap"
    assert finding.value == "5.00 m²"
    assert "0.050 m wide" in finding.message.en


def test_the_place_of_an_overlap_lies_in_both(box: Box, make: Make) -> None:
    shapes = box(0, 0), box(80, 80)
    (finding,) = checks.check_overlaps(make(*shapes))
    place = finding.message.en.rpartition(" at ")[2].split(", ")
    point = shapely.Point(*map(float, place))
    assert all(shape.contains(point) for shape in shapes)


def test_an_invalid_parcel_is_compared_as_the_ground_that_it_covers(
    box: Box, make: Make
) -> None:
    ring = np.array(box(0, 0).exterior.coords)[[0, 2, 1, 3]]
    bow = shapely.Polygon(ring)
    assert not bow.is_valid
    (finding,) = checks.check_overlaps(make(bow, box(0, 0, 100, 10)))
    assert finding.record == "P1"


def test_three_parcels_of_one_shape_repeat_the_first(box: Box, make: Make) -> None:
    pairs = repeated(make(box(0, 0), box(0, 0), box(300, 0), box(0, 0)))
    assert pairs.to_numpy().tolist() == [["P1", "P2"], ["P1", "P4"]]


@pytest.mark.parametrize(("off", "counts"), [(0.0004, True), (0.0006, False)])
def test_shapes_are_compared_to_the_millimetre(
    box: Box,
    make: Make,
    off: float,
    counts: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert (len(repeated(make(box(0, 0), box(off, 0)))) == 1) == counts


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12
    ),
    st.sampled_from([0.0, 2.0, 10.0]),
)
def test_neighbours_are_those_of_every_pair(
    box: Box, make: Make, corners: list[tuple[int, int]], distance_m: float
) -> None:
    shapes = [box(10 * x, 10 * y, 35, 45) for x, y in corners]
    found = Neighbours.of(make(*shapes), distance_m)
    expected = [
        (a, b)
        for a in range(len(shapes))
        for b in range(a + 1, len(shapes))
        if shapes[a].distance(shapes[b]) <= distance_m
    ]
    assert list(zip(found.first, found.second, strict=True)) == expected


def test_long_parcels_across_a_zone_boundary_are_neighbours(make: Make) -> None:
    # Straight in their planes, the long sides bulge between longitudes and latitudes.
    west = gpd.GeoSeries([shapely.box(112.3, 23.1, 112.5, 23.11)], crs=4490)
    east = gpd.GeoSeries([shapely.box(112.5, 23.1, 112.7, 23.11)], crs=4490)
    home = [crs.to_home(west, 4525).iloc[0], crs.to_home(east, 4526).iloc[0]]
    found = Neighbours.of(make(*home, zones=[4525, 4526]), 0.5)
    assert list(zip(found.first, found.second, strict=True)) == [(0, 1)]


def test_empty_parcels_have_no_neighbours(box: Box, make: Make) -> None:
    table = make(box(0, 0), box(50, 0))
    empty = gpd.GeoSeries([shapely.Polygon(), box(50, 0)], index=table.index)
    table["home_geometry"] = empty
    table["geometry"] = gpd.GeoSeries(
        [shapely.Polygon(), table.geometry.iloc[1]], index=table.index, crs=4490
    )
    assert len(Neighbours.of(table, 1.0).first) == 0
    assert isinstance(checks.overlaps(table), pd.DataFrame)


def test_parcels_that_repeat_others_are_compared_once(box: Box, make: Make) -> None:
    table = make(box(0, 0), box(90, 0), *[box(0, 0)] * 300)
    found = [finding.rule for finding in checks.check_parcels(table)]
    assert found.count("geometry.repeated") == 300
    assert found.count("geometry.overlap") == 1


def test_a_layer_piled_upon_itself_is_compared_in_part_and_that_is_said(
    box: Box, make: Make
) -> None:
    table = make(*(box(n / 10, 0) for n in range(60)))
    some = Neighbours.of(table, 0.5, most=100)
    assert (len(some.first), some.is_whole) == (100, False)
    findings = list(checks.check_overlaps(table, neighbours=some))
    assert findings[0].rule == "check.incomplete"
    assert findings[0].value == str(len(findings) - 1)
