"""Blocks of lots: shared boundaries, cut corners, moved side lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.demo.blocks import CORNER_M, Block, Edge, Frame, Row

FRAME = Frame(zone=4526, east_m=38_380_000, north_m=2_580_000, turn_deg=17.0)
NEAR = Row(
    near_m=0.0, far_m=150.0, near_cuts=(0, 120, 300, 400), far_cuts=(0, 110, 310, 400)
)
FAR = Row(near_m=150.0, far_m=310.0, near_cuts=(0, 200, 400), far_cuts=(0, 200, 400))
BLOCK = Block(park_id="X", key="A", frame=FRAME, rows=(NEAR, FAR))


def shapes(block: Block) -> list[shapely.Polygon]:
    return [lot.shape for lot in block.lots()]


def total_m2(block: Block) -> float:
    return sum(shape.area for shape in shapes(block))


def test_a_block_is_its_outline_without_its_corners() -> None:
    assert total_m2(BLOCK) == pytest.approx(400 * 310 - 2 * CORNER_M**2, abs=1.0)


def test_lots_back_to_back_share_every_vertex() -> None:
    assert shapely.coverage_is_valid(shapes(BLOCK))


@pytest.mark.parametrize("bend_m", [0.0, 900.0, -2500.0])
def test_lots_along_a_curved_street_share_every_vertex(bend_m: float) -> None:
    block = replace(BLOCK, frame=replace(FRAME, bend_m=bend_m))

    assert shapely.coverage_is_valid(shapes(block))


@given(
    along=st.floats(-1, 1).filter(lambda value: abs(value) > 0.05),
    across=st.floats(0.2, 1),
    offset=st.floats(60, 260),
)
def test_lots_cut_by_a_river_share_every_vertex(
    along: float, across: float, offset: float
) -> None:
    block = replace(BLOCK, edges=(Edge(along, across, offset),))

    assert shapely.coverage_is_valid(shapes(block))
    assert total_m2(block) <= total_m2(BLOCK) + 0.5


@given(shift_m=st.floats(-40, 40))
def test_moving_a_side_line_keeps_the_area_of_the_block(shift_m: float) -> None:
    moved = BLOCK.with_cut_moved(0, 1, shift_m=shift_m)

    assert total_m2(moved) == pytest.approx(total_m2(BLOCK), abs=1.0)


def test_moving_a_side_line_gives_its_strip_to_the_lot_before_it() -> None:
    moved = BLOCK.with_cut_moved(0, 1, shift_m=10.0)

    assert shapes(moved)[0].area - shapes(BLOCK)[0].area == pytest.approx(1500, abs=0.5)


def test_two_lots_can_make_one_l_shaped_lot() -> None:
    merged = replace(BLOCK, merged=((0, 0),))

    assert len(shapes(merged)) == len(shapes(BLOCK)) - 1
    assert total_m2(merged) == pytest.approx(total_m2(BLOCK))


def test_lots_that_do_not_touch_are_not_merged() -> None:
    assert shapes(replace(BLOCK, merged=((0, 1),))) == shapes(BLOCK)


def test_lots_that_a_river_took_are_not_merged() -> None:
    river = replace(BLOCK, edges=(Edge(0.0, 1.0, 140.0),))

    assert shapes(replace(river, merged=((0, 0),))) == shapes(river)


def test_pieces_under_15_mu_stay_green() -> None:
    river = replace(BLOCK, edges=(Edge(0.0, 1.0, 190.0),))

    assert {lot.row for lot in river.lots()} == {0}


def test_a_frame_rounds_to_the_millimetre() -> None:
    placed = FRAME.place(np.array([[1 / 3, 2 / 3]]))

    assert (placed == placed.round(3)).all()


def test_a_curved_street_keeps_distances_along_its_middle() -> None:
    bent = replace(FRAME, bend_m=1000.0, turn_deg=0.0)

    placed = bent.place(np.array([[0.0, 0.0], [500 * np.pi, 0.0]]))

    assert placed[1] - placed[0] == pytest.approx([1000.0, -1000.0], abs=0.002)
