"""Vertices: repeated, nearly repeated and many ones, and spikes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata import checks

if TYPE_CHECKING:
    from zqland.findings import Finding

Polygon = Callable[..., shapely.Polygon]
Box = Callable[..., shapely.Polygon]
Make = Callable[..., gpd.GeoDataFrame]


def rules(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.record, finding.rule) for finding in findings]


def test_a_plain_square_has_neither_repeated_vertices_nor_spikes(
    box: Box, make: Make
) -> None:
    table = make(box(0, 0))
    assert list(checks.check_vertices(table)) == []
    assert list(checks.check_spikes(table)) == []


def test_a_repeated_vertex_is_found_with_its_place(
    polygon: Polygon, make: Make
) -> None:
    shape = polygon((0, 0), (100, 0), (100, 0), (100, 100), (0, 100))
    (finding,) = checks.check_vertices(make(shape))
    assert finding.rule == "geometry.repeated_vertex"
    assert finding.message.en.startswith("1 vertices")
    assert finding.value == "38378100.000, 2576000.000"


def test_the_closing_row_is_no_repeated_vertex_but_a_second_one_is(
    polygon: Polygon, make: Make
) -> None:
    shape = polygon((0, 0), (100, 0), (100, 100), (0, 100), (0, 0), (0, 0))
    (finding,) = checks.check_vertices(make(shape))
    assert finding.rule == "geometry.repeated_vertex"
    assert finding.message.en.startswith("1 vertices")


def test_vertices_of_holes_and_parts_are_looked_at(box: Box, make: Make) -> None:
    hole = [(40, 40), (40, 60), (60, 60), (60, 60), (60, 40)]
    shell = np.array(box(0, 0).exterior.coords)
    holed = shapely.Polygon(shell, [np.array(hole) + shell.min(axis=0)])
    whole = shapely.MultiPolygon([box(200, 0), holed])
    (finding,) = checks.check_vertices(make(whole))
    assert finding.value == "38378060.000, 2576060.000"


@pytest.mark.parametrize(
    ("distance", "rule"),
    [
        (0.0004, "geometry.repeated_vertex"),
        (0.001, "geometry.near_vertex"),
        (0.049, "geometry.near_vertex"),
        (0.051, None),
    ],
)
def test_near_vertices_are_told_from_repeated_ones(
    polygon: Polygon, make: Make, distance: float, rule: str | None
) -> None:
    shape = polygon((0, 0), (100, 0), (100, distance), (100, 100), (0, 100))
    found = [finding.rule for finding in checks.check_vertices(make(shape))]
    assert found == ([] if rule is None else [rule])


def test_a_traced_outline_has_too_many_vertices(make: Make, polygon: Polygon) -> None:
    angle = np.linspace(0, 2 * np.pi, 2_500, endpoint=False)
    circle = polygon(*np.column_stack((np.cos(angle), np.sin(angle))) * 500)
    (finding,) = checks.check_vertices(make(circle))
    assert (finding.rule, finding.value) == ("geometry.many_vertices", "2500")


def test_a_spike_is_found_with_its_tip_and_length(polygon: Polygon, make: Make) -> None:
    shape = polygon((0, 0), (100, 0), (100, 130), (99.95, 100), (0, 100))
    (finding,) = checks.check_spikes(make(shape))
    assert finding.rule == "geometry.spike"
    assert finding.value == "30.00 m"
    assert "38378100.000, 2576130.000" in finding.message.en


def test_a_cut_into_a_parcel_is_a_spike_too(polygon: Polygon, make: Make) -> None:
    shape = polygon((0, 0), (100, 0), (100, 50), (60, 50.02), (100, 50.04), (100, 100))
    (finding,) = checks.check_spikes(make(shape))
    assert finding.value == "40.00 m"


def test_a_spike_with_a_blunt_tip_is_found(polygon: Polygon, make: Make) -> None:
    tip = ((100, 130), (99.99, 130))
    shape = polygon((0, 0), (100, 0), *tip, (99.97, 100), (0, 100))
    (finding,) = checks.check_spikes(make(shape))
    assert finding.message.en.startswith("1 spikes")


def test_a_repeated_vertex_does_not_hide_a_spike(polygon: Polygon, make: Make) -> None:
    tip = ((100, 130), (100, 130))
    shape = polygon((0, 0), (100, 0), *tip, (99.95, 100), (0, 100))
    assert rules(list(checks.check_spikes(make(shape)))) == [("P1", "geometry.spike")]


def test_a_sharp_corner_of_a_wide_parcel_is_no_spike(
    polygon: Polygon, make: Make
) -> None:
    assert list(checks.check_spikes(make(polygon((0, 0), (200, 0), (200, 12))))) == []


@given(
    turn=st.floats(0, 2 * np.pi),
    length=st.floats(0.2, 80),
    start=st.integers(0, 5),
    backwards=st.booleans(),
)
def test_spikes_are_found_whatever_the_direction_and_the_first_vertex(
    polygon: Polygon,
    make: Make,
    turn: float,
    length: float,
    start: int,
    backwards: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    ring = [(0, 0), (100, 0), (100, 40), (100 + length, 40.002), (100, 40.004)]
    points = np.roll(np.array([*ring, (100, 100), (0, 100)]), start, axis=0)
    points = points[::-1] if backwards else points
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    (finding,) = checks.check_spikes(make(polygon(*(points @ spin.T))))
    assert finding.value == f"{length:,.2f} m"
