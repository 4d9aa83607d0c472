"""Closed lines of drawings: kinds, arcs, holes, layers, what is left out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.dxf.arcs import CHORD_ERROR_M, flatten
from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.options import Limits

EAST, NORTH = 38_378_000.0, 2_576_000.0
Sheet = Any


def rules(found: Any) -> list[str]:  # noqa: ANN401
    return [finding.rule for finding in found.findings]


def corners(shape: shapely.Polygon) -> list[list[float]]:
    return shapely.get_coordinates(shape)[:-1].tolist()


def test_a_closed_line_is_a_parcel_with_every_digit(sheet: Sheet) -> None:
    expected = sheet.square((0.123, 0.457))
    found = sheet.read()
    assert found.table.geometry.iloc[0].equals_exact(expected, 0)
    assert found.findings == []


@pytest.mark.parametrize("add", ["add_polyline2d", "add_polyline3d"])
def test_lines_of_the_old_kinds_are_read(sheet: Sheet, add: str) -> None:
    expected = shapely.box(EAST, NORTH, EAST + 50, NORTH + 80)
    getattr(sheet.space, add)(corners(expected), close=True)
    assert sheet.read().table.geometry.iloc[0].equals_exact(expected, 0)


def test_heights_are_left_out_with_a_finding(sheet: Sheet) -> None:
    high = [(*corner, 12.5) for corner in corners(shapely.box(EAST, NORTH, 3.9e7, 3e6))]
    sheet.space.add_polyline3d(high, close=True)
    found = sheet.read()
    assert rules(found) == ["geometry.heights"]
    assert not found.table.geometry.has_z.any()


def test_a_line_drawn_from_below_is_turned(sheet: Sheet) -> None:
    shape = shapely.box(-EAST - 100, NORTH, -EAST, NORTH + 100)
    sheet.space.add_lwpolyline(
        corners(shape), close=True, dxfattribs={"extrusion": (0, 0, -1)}
    )
    bounds = sheet.read().table.geometry.iloc[0].bounds
    assert bounds == (EAST, NORTH, EAST + 100, NORTH + 100)


def test_an_open_line_whose_ends_meet_is_closed_with_a_finding(sheet: Sheet) -> None:
    expected = shapely.box(EAST, NORTH, EAST + 50, NORTH + 80)
    ends = corners(expected)
    sheet.space.add_lwpolyline([*ends, [ends[0][0] + 0.0005, ends[0][1]]])
    found = sheet.read()
    assert found.table.geometry.iloc[0].equals(expected)
    assert rules(found) == ["dxf.ends_meet"]


def test_an_open_line_is_left_out_and_its_gap_is_said(sheet: Sheet) -> None:
    sheet.square()
    sheet.space.add_lwpolyline([(EAST, NORTH), (EAST + 9, NORTH), (EAST, NORTH + 2.5)])
    found = sheet.read()
    assert len(found.table) == 1
    assert [(one.rule, one.value) for one in found.findings] == [
        ("dxf.open_line", "2.500 m")
    ]


def test_other_lines_on_the_layer_are_counted(sheet: Sheet) -> None:
    sheet.square()
    sheet.space.add_line((EAST, NORTH), (EAST + 9, NORTH))
    sheet.space.add_circle((EAST, NORTH), 5)
    sheet.space.add_line((0, 0), (1, 1), dxfattribs={"layer": "axes"})
    (finding,) = sheet.read().findings
    assert finding.rule == "dxf.other_lines"
    assert finding.message.en.startswith("2 lines")


def test_a_drawing_without_closed_lines_is_refused(sheet: Sheet) -> None:
    sheet.space.add_lwpolyline([(EAST, NORTH), (EAST + 9, NORTH), (EAST, NORTH + 9)])
    sheet.space.add_circle((EAST, NORTH), 5)
    with pytest.raises(FileUnreadableError, match="1 open ones, 1 single lines"):
        sheet.read()


def test_hatches_are_read_where_no_line_is_closed(sheet: Sheet) -> None:
    expected = shapely.box(EAST, NORTH, EAST + 50, NORTH + 80)
    sheet.space.add_hatch().paths.add_polyline_path(corners(expected), is_closed=True)
    assert sheet.read().table.geometry.iloc[0].equals(expected)
    line = sheet.square((200, 0))
    assert sheet.read().table.geometry.to_list() == [line]


def test_hatches_with_straight_edges_and_arcs_are_read(sheet: Sheet) -> None:
    path = sheet.space.add_hatch().paths.add_edge_path()
    ends = [(EAST, NORTH), (EAST + 9, NORTH), (EAST + 9, NORTH + 9)]
    for start, end in zip(ends, ends[1:] + ends[:1], strict=True):
        path.add_line(start, end)
    sheet.space.add_hatch().paths.add_polyline_path(
        [(EAST + 50, NORTH, 1.0), (EAST + 60, NORTH, 1.0)], is_closed=True
    )
    found = sheet.read().table.geometry
    assert found.iloc[0].equals(shapely.Polygon(ends))
    assert found.iloc[1].area == pytest.approx(math.pi * 25, rel=1e-3)


def test_hatches_with_curves_are_counted(sheet: Sheet) -> None:
    sheet.square()
    sheet.space.add_hatch().paths.add_edge_path().add_arc((EAST, NORTH), 9, 0, 360)
    assert rules(sheet.read()) == ["dxf.other_lines"]


def test_arcs_larger_than_any_boundary_take_no_memory(sheet: Sheet) -> None:
    sheet.square()
    for radius in (1e9, 1e13, 1e18, 1e300):
        sheet.space.add_lwpolyline(
            [(EAST, NORTH, 1.0), (EAST + radius, NORTH, 1.0)], format="xyb", close=True
        )
    found = sheet.read()
    assert len(found.table) == 1
    assert found.findings[0].message.en.startswith("4 lines")


def test_closed_lines_in_blocks_are_not_read(sheet: Sheet) -> None:
    sheet.square()
    block = sheet.drawing.blocks.new("SYMBOL")
    block.add_lwpolyline([(0, 0), (1, 0), (1, 1)], close=True)
    for column in range(3):
        sheet.space.add_blockref("SYMBOL", (EAST + column, NORTH))
    found = sheet.read()
    assert len(found.table) == 1
    assert found.findings[0].rule == "dxf.block_lines"
    assert found.findings[0].message.en.startswith("3 inserted")


def test_one_of_several_layers_must_be_named(sheet: Sheet) -> None:
    lot = sheet.square(layer="红线")
    sheet.square((10, 10), 5, layer="建筑")
    sheet.square((20, 20), 5, layer="建筑")
    sheet.square((20, 20), 5, layer="Defpoints")
    with pytest.raises(MissingLayerError, match=r"建筑 \(2\), 红线 \(1\)"):
        sheet.read()
    assert sheet.read(layer="红线").table.geometry.iloc[0].equals(lot)
    with pytest.raises(MissingLayerError, match="no closed lines on a layer “x”"):
        sheet.read(layer="x")


def test_a_layer_is_known_in_any_case(sheet: Sheet) -> None:
    sheet.square(layer="LOTS")
    sheet.square(layer="other")
    assert len(sheet.read(layer="lots").table) == 1


def test_a_ring_inside_is_a_hole_and_one_inside_that_is_a_parcel(sheet: Sheet) -> None:
    outer, hole = sheet.square(), sheet.square((20, 20), 60)
    island = sheet.square((40, 40), 20)
    found = sheet.read().table.geometry.to_list()
    assert found[0].equals(outer.difference(hole))
    assert found[1].equals(island)
    assert len(found) == 2


def test_neighbours_are_no_holes(sheet: Sheet) -> None:
    shapes = [sheet.square((100 * column, 0)) for column in range(3)]
    assert sheet.read().table.geometry.to_list() == shapes


def test_a_line_drawn_twice_is_two_parcels(sheet: Sheet) -> None:
    sheet.square()
    sheet.square()
    found = sheet.read().table.geometry
    assert found.area.to_list() == [10_000.0, 10_000.0]


def test_a_line_that_crosses_itself_is_kept(sheet: Sheet) -> None:
    bow = [(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)]
    sheet.space.add_lwpolyline(bow, close=True)
    assert not sheet.read().table.geometry.iloc[0].is_valid


def test_records_are_named_by_the_handles_of_their_lines(sheet: Sheet) -> None:
    sheet.square()
    line = sheet.space.query("LWPOLYLINE").first
    assert sheet.read().row_places == [f"handle {line.dxf.handle}"]


@pytest.mark.parametrize("limits", [Limits(points=7), Limits(records=1)])
def test_limits_are_kept(sheet: Sheet, limits: Limits) -> None:
    sheet.square()
    sheet.square((200, 0))
    with pytest.raises(FileUnreadableError, match="more lines or points"):
        sheet.read(limits=limits)


def test_arcs_are_divided_within_the_chord_error(sheet: Sheet) -> None:
    sheet.space.add_lwpolyline(
        [(EAST - 50, NORTH, 1.0), (EAST + 50, NORTH, 1.0)], format="xyb", close=True
    )
    found = sheet.read()
    circle = found.table.geometry.iloc[0]
    middles = shapely.line_interpolate_point(
        circle.exterior, np.linspace(0, circle.length, 5000)
    )
    radii = shapely.distance(middles, shapely.Point(EAST, NORTH))
    assert 50 - radii.min() <= CHORD_ERROR_M * 1.0001
    assert radii.max() <= 50 + 1e-6
    assert circle.area == pytest.approx(
        math.pi * 2500, abs=math.tau * 50 * CHORD_ERROR_M
    )
    assert rules(found) == ["dxf.arcs"]


def test_an_old_line_may_have_arcs_too(sheet: Sheet) -> None:
    sheet.space.add_polyline2d(
        [(EAST, NORTH, 1.0), (EAST + 10, NORTH, 1.0)], format="xyb", close=True
    )
    found = sheet.read()
    assert found.table.geometry.iloc[0].area == pytest.approx(math.pi * 25, rel=1e-3)


@given(
    bulge=st.floats(-20, 20).filter(lambda bulge: abs(bulge) > 1e-3),
    end=st.tuples(st.floats(1, 500), st.floats(-500, 500)),
)
def test_every_point_of_an_arc_lies_on_its_circle(
    bulge: float, end: tuple[float, float]
) -> None:
    chord = np.array([[0.0, 0.0], end])
    points = flatten(chord, np.array([bulge, 0.0]), closed=False)
    length = np.hypot(*end)
    radius = length * (1 + bulge**2) / (4 * abs(bulge))
    # The middle of the arc lies off the chord by half its length times the bulge,
    # on the right of its direction for an anticlockwise arc.
    across = np.array([end[1], -end[0]]) / length
    peak = np.array(end) / 2 + across * bulge * length / 2
    centre = peak - across * np.sign(bulge) * radius
    assert np.allclose(np.hypot(*(points - centre).T), radius, rtol=1e-6)
    nearest = np.hypot(*(points - peak).T).min()
    assert nearest <= np.hypot(*np.diff(points, axis=0).T).max()


def test_straight_lines_are_not_touched() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    assert flatten(points, np.zeros(3), closed=True) is points
