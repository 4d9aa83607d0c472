"""Blocks of free land before and after ground is taken, against plain search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.lots.blocks import Blocks

MU = 2000 / 3


def rows_of(pairs: set[tuple[int, int]], count: int) -> tuple[np.ndarray, np.ndarray]:
    """List the neighbours of each row, both ways."""
    around = [
        sorted({b for a, b in pairs if a == row} | {a for a, b in pairs if b == row})
        for row in range(count)
    ]
    starts = np.cumsum([0, *map(len, around)])
    return starts, np.array([one for some in around for one in some], dtype=np.intp)


def plain_blocks(free: list[float], pairs: set[tuple[int, int]]) -> list[float]:
    """Walk from parcel to parcel, as one would by hand."""
    waiting = {row for row, size in enumerate(free) if size > 0.01}
    sizes = []
    while waiting:
        block = [waiting.pop()]
        for row in block:
            beside = {b if a == row else a for a, b in pairs if row in {a, b}} & waiting
            waiting -= beside
            block.extend(beside)
        sizes.append(sum(free[row] for row in block))
    return sizes


@st.composite
def land(draw: st.DrawFn) -> tuple[list[float], set[tuple[int, int]], dict[int, float]]:
    count = draw(st.integers(1, 14))
    row = st.integers(0, count - 1)
    free = draw(st.lists(st.integers(0, 900), min_size=count, max_size=count))
    pairs = draw(
        st.sets(st.tuples(row, row).filter(lambda p: p[0] < p[1]), max_size=25)
    )
    taken = draw(st.dictionaries(row, st.sampled_from([0.5, 1.0]), max_size=4))
    shares = {place: free[place] * share for place, share in taken.items()}
    return [float(size) for size in free], pairs, shares


@settings(max_examples=100)
@given(land())
def test_what_is_left_is_what_a_plain_walk_finds(
    drawn: tuple[list[float], set[tuple[int, int]], dict[int, float]],
) -> None:
    free, pairs, taken = drawn
    blocks = Blocks.of(*rows_of(pairs, len(free)), np.array(free), (100.0, 300.0))

    loss = blocks.without(taken)

    left = [size - taken.get(row, 0.0) for row, size in enumerate(free)]
    for room, sizes in [(loss.before, free), (loss.after, left)]:
        found = plain_blocks(sizes, pairs)
        assert room.largest_m2 == pytest.approx(max(found, default=0.0))
        assert room.projects == {
            size: sum(int((one + 1e-9) // size) for one in found)
            for size in (100.0, 300.0)
        }


def test_the_middle_of_a_row_costs_more_than_its_end() -> None:
    rows = rows_of({(0, 1), (1, 2), (2, 3), (3, 4)}, 5)
    blocks = Blocks.of(*rows, np.full(5, 100 * MU), (200 * MU,))

    middle, end = blocks.without({2: 100 * MU}), blocks.without({4: 100 * MU})

    assert middle.block_left_m2 < end.block_left_m2


def test_what_is_lost_is_said_in_both_languages() -> None:
    rows = rows_of({(0, 1)}, 2)
    blocks = Blocks.of(*rows, np.full(2, 300 * MU), (500 * MU,))

    said = blocks.without({0: 300 * MU}).text("mu")

    assert "1 of 500" in said.en
    assert "项目 1 个" in said.zh


def test_taking_no_room_away_is_said_too() -> None:
    rows = rows_of({(0, 1)}, 2)
    blocks = Blocks.of(*rows, np.full(2, 300 * MU), (500 * MU,))

    said = blocks.without({0: 50 * MU}).text("mu")

    assert "no room for projects is lost" in said.en
