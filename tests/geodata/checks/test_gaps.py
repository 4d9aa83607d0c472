"""Gaps between neighbours: found with area, width and place, and not elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import crs
from zqland_geodata import checks
from zqland_geodata.checks.gaps import find_gaps
from zqland_geodata.checks.neighbours import Neighbours
from zqland_geodata.checks.tolerances import load_tolerances

Polygon = Callable[..., shapely.Polygon]
Box = Callable[..., shapely.Polygon]
Make = Callable[..., gpd.GeoDataFrame]


def test_neighbours_that_share_a_boundary_have_no_gap(box: Box, make: Make) -> None:
    shapes = box(0, 0), box(100, 0), box(0, 100), box(100, 100)
    assert list(checks.check_gaps(make(*shapes))) == []


def test_a_gap_is_measured(box: Box, make: Make) -> None:
    (finding,) = checks.check_gaps(make(box(0, 0), box(100.3, 0)))
    assert (finding.record, finding.rule) == ("P1", "geometry.gap")
    assert finding.value == "30.00 m²"
    assert "0.299 m wide" in finding.message.en
    assert "38378100.150, 2576050.000" in finding.message.en


@pytest.mark.parametrize(
    ("width", "counts"),
    [(0.0015, False), (0.0025, True), (0.49, True), (0.51, False)],
)
def test_only_gaps_under_a_width_count(
    box: Box,
    make: Make,
    width: float,
    counts: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    findings = list(checks.check_gaps(make(box(0, 0), box(100 + width, 0))))
    assert (len(findings) == 1) == counts


def test_a_third_parcel_between_two_fills_the_gap(box: Box, make: Make) -> None:
    shapes = box(0, 0), box(100.3, 0), box(100, 0, 0.3)
    assert list(checks.check_gaps(make(*shapes))) == []


def test_a_gap_that_is_filled_in_part_is_the_rest(box: Box, make: Make) -> None:
    shapes = box(0, 0), box(100.3, 0), box(100, 40, 0.3, 60)
    (finding,) = checks.check_gaps(make(*shapes))
    assert finding.value == "12.00 m²"


def test_neighbours_that_touch_in_part_can_have_a_gap(
    polygon: Polygon, make: Make
) -> None:
    left = polygon((0, 0), (100, 0), (100, 40), (99.8, 60), (100, 80), (100, 100))
    right = polygon((100, 0), (200, 0), (200, 100), (100, 100))
    (finding,) = checks.check_gaps(make(left, right))
    assert finding.value == "4.00 m²"


def test_a_vertex_put_into_a_straight_boundary_is_no_gap(
    polygon: Polygon, box: Box, make: Make
) -> None:
    right = polygon((100, 0), (200, 0), (200, 100), (100, 100), (100, 37))
    assert list(checks.check_gaps(make(box(0, 0), right))) == []


def test_a_corner_where_boundaries_part_is_no_gap(polygon: Polygon, make: Make) -> None:
    left = polygon((0, 0), (100, 0), (80, 60), (0, 60))
    right = polygon((100, 0), (200, 0), (200, 60), (120, 60))
    assert list(checks.check_gaps(make(left, right))) == []


def test_a_notch_in_one_parcel_is_no_gap_to_its_neighbour(
    polygon: Polygon, box: Box, make: Make
) -> None:
    notch = ((50, 100), (50, 40), (49.8, 40), (49.8, 100))
    shape = polygon((0, 0), (100, 0), (100, 100), *notch, (0, 100))
    assert list(checks.check_gaps(make(shape, box(100, 0)))) == []


def test_gaps_across_zones_are_found(make: Make) -> None:
    west = gpd.GeoSeries([shapely.box(112.499, 23.1, 112.499_999, 23.101)], crs=4490)
    east = gpd.GeoSeries([shapely.box(112.500_001, 23.1, 112.501, 23.101)], crs=4490)
    home = [crs.to_home(west, 4525).iloc[0], crs.to_home(east, 4526).iloc[0]]
    (finding,) = checks.check_gaps(make(*home, zones=[4525, 4526]))
    # Two microdegrees of longitude are 0.205 m here, a millidegree of latitude 110.8 m.
    assert float(finding.value.split()[0]) == pytest.approx(22.7, abs=0.1)


@settings(deadline=None, max_examples=50)
@given(
    turn=st.floats(0, 2 * np.pi),
    width=st.floats(0.01, 0.45),
    length=st.floats(20, 300),
)
def test_the_area_of_a_gap_is_that_of_the_strip(
    polygon: Polygon, make: Make, turn: float, width: float, length: float
) -> None:
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    def turned(west: float, east: float) -> shapely.Polygon:
        corners = [(west, 0), (east, 0), (east, length), (west, length)]
        return polygon(*(np.array(corners) @ spin.T))

    table = make(turned(0, 80), turned(80 + width, 200))
    allowed = load_tolerances()
    gaps = find_gaps(Neighbours.of(table, allowed["gap", "width_m"]), allowed)
    assert gaps.areas_m2 == pytest.approx([width * length], abs=1e-3)
