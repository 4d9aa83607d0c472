"""Spans of days, merged and summed up, against a day-by-day count."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.readiness import timeline
from zqland.readiness.timeline import NEVER, Spans, changes, merge

ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 4),
        st.integers(-10, 10),
        st.one_of(st.integers(1, 6), st.just(NEVER)),
    ),
    min_size=1,
    max_size=30,
)


def spans(rows: list[tuple[int, int, int, int]]) -> Spans:
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    end = np.where(table[:, 3] == NEVER, NEVER, table[:, 2] + table[:, 3])
    return Spans(table[:, 0], table[:, 1], table[:, 2], end)


def rows(table: Spans) -> list[tuple[int, int, int, int]]:
    columns = (table.owner, table.item, table.start, table.end)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def valid_on(table: Spans, owner: int, day: int) -> int:
    """Count out the word of one owner on one day."""
    word = 0
    for who, item, start, end in rows(table):
        if who == owner and start <= day < end:
            word |= 1 << item
    return word


@given(ROWS)
def test_merged_spans_cover_the_same_days(
    facts: list[tuple[int, int, int, int]],
) -> None:
    before, after = spans(facts), merge(spans(facts))
    for owner in range(4):
        for day in range(-11, 18):
            assert valid_on(before, owner, day) == valid_on(after, owner, day)


@given(ROWS)
def test_merged_spans_neither_touch_nor_overlap(
    facts: list[tuple[int, int, int, int]],
) -> None:
    merged = rows(merge(spans(facts)))
    assert merged == sorted(merged)
    for (owner, item, _, end), (other, another, start, _) in pairwise(merged):
        assert (owner, item) != (other, another) or start > end


@given(ROWS)
def test_changes_tell_what_is_valid_on_every_day(
    facts: list[tuple[int, int, int, int]],
) -> None:
    table = changes(spans(facts))
    for owner in range(4):
        for day in range(-11, 18):
            past = np.flatnonzero((table.owner == owner) & (table.day <= day))
            word = int(table.mask[past[-1]]) if len(past) else 0
            assert word == valid_on(spans(facts), owner, day)


@given(ROWS)
def test_reserves_too_large_for_one_number_are_merged_the_same_way(
    facts: list[tuple[int, int, int, int]],
) -> None:
    quick = rows(merge(spans(facts)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "_WORD", 3)
        assert rows(merge(spans(facts))) == quick


def test_no_spans_give_no_changes() -> None:
    assert len(changes(spans([])).day) == 0
