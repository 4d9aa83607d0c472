"""The point rows, against a plain writer that makes one row after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.survey.point_rows import point_rows

if TYPE_CHECKING:
    import random

At = Callable[[list[tuple[float, float]]], shapely.Polygon]


def plain_rows(shape: shapely.Geometry) -> bytes:
    """Make the rows of one parcel by the words of the format."""
    rows: list[str] = []
    ring_number, point = 0, 1
    for part in shapely.get_parts(shape):
        for place, ring in enumerate((part.exterior, *part.interiors)):
            ring_number += 1
            corners = turned(ring, clockwise=place == 0)
            numbers = [*range(point, point + len(corners)), point]
            point += len(corners)
            rows += [
                f"J{number},{ring_number},{north:.3f},{east:.3f}\r\n"
                for number, (east, north) in zip(
                    numbers, [*corners, corners[0]], strict=True
                )
            ]
    return "".join(rows).encode("ascii")


def turned(ring: shapely.LinearRing, *, clockwise: bool) -> list[tuple[float, float]]:
    corners = list(ring.coords)[:-1]
    if ring.is_ccw == clockwise:
        corners.reverse()
    west, _, _, north = ring.bounds
    away = [round(np.hypot(x - west, y - north), 6) for x, y in corners]
    start = min(
        range(len(corners)), key=lambda place: (away[place], -corners[place][1])
    )
    return corners[start:] + corners[:start]


def corners_of(block: bytes) -> list[tuple[str, str]]:
    rows = [row.split(",") for row in block.decode("ascii").splitlines()]
    return [(row[3], row[2]) for row in rows]


def one(shape: shapely.Geometry) -> bytes:
    (block,) = point_rows(np.array([shape], dtype=object)).blocks
    return block


@given(data=st.data())
def test_rows_are_those_of_a_plain_writer(
    drawn_shapes: st.SearchStrategy[shapely.Geometry], data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(drawn_shapes, min_size=1, max_size=4))
    rows = point_rows(np.array(drawn, dtype=object))
    assert rows.blocks == [plain_rows(shape) for shape in drawn]
    assert rows.counts.tolist() == [block.count(b"\n") for block in rows.blocks]


@given(data=st.data(), chance=st.randoms(use_true_random=False))
def test_rows_do_not_depend_on_where_rings_start_or_turn(
    drawn_shapes: st.SearchStrategy[shapely.Geometry],
    data: st.DataObject,
    chance: random.Random,
) -> None:
    shape = data.draw(drawn_shapes)

    def rolled(ring: shapely.LinearRing) -> list[tuple[float, float]]:
        corners = list(ring.coords)[:-1]
        start = chance.randint(0, len(corners) - 1)
        return (corners[start:] + corners[:start])[:: chance.choice([1, -1])]

    other = shapely.MultiPolygon(
        [
            shapely.Polygon(
                rolled(part.exterior), [rolled(hole) for hole in part.interiors]
            )
            for part in shapely.get_parts(shape)
        ]
    )
    assert one(other) == one(shape)


def test_many_parcels_are_written_in_chunks_without_seams(at_origin: At) -> None:
    square = at_origin([(0, 0), (100, 0), (100, 100), (0, 100)])
    rows = point_rows(np.array([square] * 5_000, dtype=object))
    assert set(rows.blocks) == {plain_rows(square)}


def test_vertices_that_are_one_to_the_millimetre_are_written_once(
    at_origin: At,
) -> None:
    shape = at_origin(
        [(0, 0), (0, 0.0003), (0, 100), (100, 100), (100, 0), (0.0002, 0)]
    )
    assert corners_of(one(shape)) == corners_of(
        one(at_origin([(0, 0), (0, 100), (100, 100), (100, 0)]))
    )


def test_a_ring_that_closes_twice_does_not_start_where_it_does(at_origin: At) -> None:
    # Both loops meet in the north-western vertex.
    shape = at_origin([(0, 100), (50, 60), (10, 20), (0, 100), (90, 10), (95, 90)])
    corners = corners_of(one(shape))
    assert corners.count(corners[0]) == 2
    assert corners[0] == corners[-1]


def test_a_ring_that_is_traced_twice_is_written_all_the_same(at_origin: At) -> None:
    square = [(0, 0), (0, 100), (100, 100), (100, 0)]
    assert one(at_origin([*square, *square])).count(b"\n") == 9


@pytest.mark.parametrize("size", [0.0, 0.0004])
def test_a_hole_of_less_than_a_millimetre_is_lost(at_origin: At, size: float) -> None:
    square = at_origin([(0, 0), (0, 100), (100, 100), (100, 0)])
    hole = at_origin([(9, 9), (9 + size, 9), (9 + size, 9 + size)])
    holed = shapely.Polygon(square.exterior, [hole.exterior])
    rows = point_rows(np.array([square, holed], dtype=object))
    assert rows.lost.tolist() == [0, 1]
    assert rows.blocks[1] == rows.blocks[0]


def test_with_a_shell_its_holes_are_lost_and_no_others(at_origin: At) -> None:
    square = at_origin([(0, 0), (0, 100), (100, 100), (100, 0)])
    hole = at_origin([(10, 10), (20, 10), (20, 20)])
    speck = at_origin([(0, 0), (0.0004, 0), (0, 0.0004)])
    kept = shapely.Polygon(square.exterior, [hole.exterior])
    parts = [shapely.Polygon(speck.exterior, [hole.exterior]), kept]
    rows = point_rows(np.array([shapely.MultiPolygon(parts)], dtype=object))
    assert rows.lost.tolist() == [2]
    assert rows.blocks == [plain_rows(kept)]


def test_nothing_is_left_of_a_speck(at_origin: At) -> None:
    speck = at_origin([(0, 0), (0.0004, 0), (0, 0.0004)])
    rows = point_rows(np.array([speck], dtype=object))
    assert (rows.blocks, rows.counts.tolist()) == ([b""], [0])


def test_a_speck_between_parcels_leaves_an_empty_block(at_origin: At) -> None:
    speck = at_origin([(0, 0), (0.0004, 0), (0, 0.0004)])
    square = at_origin([(0, 0), (0, 100), (100, 100), (100, 0)])
    rows = point_rows(np.array([speck, square, speck], dtype=object))
    assert rows.blocks == [b"", plain_rows(square), b""]
