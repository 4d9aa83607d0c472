"""Rings inside rings, judged by comparing all pairs."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.nestedrings import MOST_AROUND, Nesting, polygons

boxes = st.builds(
    lambda x, y, size: shapely.box(x, y, x + size, y + size),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(1, 40),
)


@given(shapes=st.lists(boxes, min_size=1, max_size=12))
def test_nesting_is_what_comparing_all_pairs_finds(
    shapes: list[shapely.Polygon],
) -> None:
    rings = np.array(shapes, dtype=object)
    nesting = Nesting.of(rings)
    for number, ring in enumerate(shapes):
        around = [
            other
            for other, outer in enumerate(shapes)
            if outer.covers(ring) and outer.area > ring.area
        ]
        assert nesting.depth[number] == len(around)
        smallest = min((shapes[other].area for other in around), default=None)
        found = nesting.around[number]
        assert (found == -1) == (smallest is None)
        assert smallest is None or shapes[found].area == smallest


@given(size=st.integers(1, 8))
def test_even_rings_alternate(size: int) -> None:
    rings = np.array([shapely.box(n, n, 40 - n, 40 - n) for n in range(size)])
    nesting = Nesting.of(rings)
    found = polygons(rings, nesting, nesting.depth % 2 == 0)
    signs = [(-1) ** n for n in range(size)]
    expected = sum(sign * ring.area for sign, ring in zip(signs, rings, strict=True))
    assert sum(shape.area for shape in found) == expected


@pytest.mark.parametrize("step", [1, 0])
def test_piles_of_rings_are_refused_before_they_fill_the_memory(step: int) -> None:
    rings = np.array([shapely.box(n, n, 9e6 - n, 9e6 - n) for n in range(3000)])
    pile = rings if step else np.repeat(rings[:1], 3000)
    with pytest.raises(FileUnreadableError, match=r"a\.dxf: more than 200 closed"):
        Nesting.of(pile, name="a.dxf")


def test_as_many_rings_as_are_allowed_are_nested() -> None:
    count = MOST_AROUND + 1
    rings = np.array([shapely.box(n, n, 9e6 - n, 9e6 - n) for n in range(count)])
    assert Nesting.of(rings).depth.tolist() == list(range(count))
