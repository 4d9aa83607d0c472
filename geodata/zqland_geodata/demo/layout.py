"""Lay blocks out along the streets of a plan, at random but repeatable."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from string import ascii_uppercase
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from zqland_geodata.demo.blocks import SMALLEST_LOT_M2, Block, Frame, Row
from zqland_geodata.demo.plans import AVENUE_M, PLANS, STREET_M, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

MU_M2 = 2000 / 3
"""One mu in m²."""

SINGLE_ROW_FROM_M = 345.0
"""Blocks deeper than this may hold one row of large lots, in metres."""

WHOLE_FROM_M = 500.0
"""Blocks deeper than this hold one row of very large lots, in metres."""


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block and how far along the park's growth it lies.

    Attributes
    ----------
    block
        The block.
    plan
        Its plan.
    distance
        Distance from the entrance of the park, in blocks: what is near grows first.
    """

    block: Block
    plan: Plan
    distance: float


def draw_blocks(seed: int) -> list[PlacedBlock]:
    """Draw all blocks of the city, in the order of the plans.

    Parameters
    ----------
    seed
        Seed of the generator; each plan has its own stream, so that a change of one
        park leaves the others as they are.

    Returns
    -------
    blocks
        The blocks with their rows of lots.
    """
    return [
        placed
        for number, plan in enumerate(PLANS)
        for placed in _draw_plan(plan, np.random.default_rng([seed, number]))
    ]


def _draw_plan(plan: Plan, rng: np.random.Generator) -> Iterator[PlacedBlock]:
    frame = _frame(plan)
    columns, rows = _spans(plan.columns_m), _spans(plan.rows_m)
    key = ascii_uppercase.index(plan.first_key)
    entrance = rng.uniform(0, len(columns) - 1), rng.uniform(0, len(rows) - 1)
    for row, (near, far) in enumerate(rows):
        for column, (start, end) in enumerate(columns):
            if (column, row) in plan.gaps:
                continue
            size = inf if (column, row) in plan.whole else plan.lot_mu
            lots = _draw_rows((start, end), (near, far), size, rng)
            block = Block(
                park_id=plan.park_id,
                key=_letters(key),
                frame=frame,
                rows=lots,
                edges=plan.edges,
                merged=_choose_merged(lots, rng),
            )
            distance = float(np.hypot(column - entrance[0], row - entrance[1]))
            yield PlacedBlock(block=block, plan=plan, distance=distance)
            key += 1


def _letters(number: int) -> str:
    """Name a block as the columns of a sheet are named, A to Z, then AA."""
    head, last = divmod(number, len(ascii_uppercase))
    return (ascii_uppercase[head - 1] if head else "") + ascii_uppercase[last]


def _frame(plan: Plan) -> Frame:
    project = pyproj.Transformer.from_crs(4490, plan.zone, always_xy=True).transform
    east, north = project(plan.lon, plan.lat)
    return Frame(
        zone=plan.zone,
        east_m=round(east),
        north_m=round(north),
        turn_deg=plan.turn_deg,
        bend_m=plan.bend_m,
    )


def _spans(lengths: tuple[float, ...]) -> list[tuple[float, float]]:
    """Set blocks side by side with streets between, centred on zero."""
    middle = (len(lengths) - 1) // 2
    spans, here = [], 0.0
    for number, length in enumerate(lengths):
        spans.append((here, here + length))
        here += length + (AVENUE_M if number == middle else STREET_M)
    centre = spans[-1][1] / 2
    return [(start - centre, end - centre) for start, end in spans]


def _draw_rows(
    along: tuple[float, float],
    across: tuple[float, float],
    lot_mu: float,
    rng: np.random.Generator,
) -> tuple[Row, ...]:
    """Part a block into one or two rows of lots."""
    near, far = across
    depth = far - near
    large = depth > WHOLE_FROM_M or (
        depth > SINGLE_ROW_FROM_M and rng.random() < 0.4  # noqa: PLR2004 -- a share
    )
    if large:
        size = lot_mu * float(rng.choice([3.0, 4.5, 7.0, 10.0]))
        return (_draw_row(along, across, size, rng),)
    middle = near + depth * float(rng.uniform(0.44, 0.56))
    return tuple(
        _draw_row(along, span, lot_mu * float(rng.lognormal(-0.15, 0.45)), rng)
        for span in ((near, middle), (middle, far))
    )


def _draw_row(
    along: tuple[float, float],
    across: tuple[float, float],
    lot_mu: float,
    rng: np.random.Generator,
) -> Row:
    """Part a row by side lines, some of them askew."""
    start, end = along
    near, far = across
    depth = far - near
    count = max(1, round((end - start) * depth / (lot_mu * MU_M2)))
    widths = rng.lognormal(0.0, 0.42, count)
    widths *= (end - start) / widths.sum()
    while widths.min() * depth < SMALLEST_LOT_M2 * 1.25:
        smallest = int(widths.argmin())
        neighbour = smallest - 1 if smallest else 1
        widths[neighbour] += widths[smallest]
        widths = np.delete(widths, smallest)
    cuts = np.round(start + np.concatenate([[0.0], widths.cumsum()]), 1)
    cuts[-1] = end
    skew = np.round(np.clip(rng.normal(0.0, 9.0, cuts.size), -16.0, 16.0), 1)
    skew[[0, -1]] = 0.0
    askew = rng.random() < 0.45  # noqa: PLR2004 -- a share
    return Row(
        near_m=near,
        far_m=far,
        near_cuts=tuple(cuts.tolist()),
        far_cuts=tuple((cuts + skew * askew).tolist()),
    )


def _choose_merged(
    rows: tuple[Row, ...], rng: np.random.Generator
) -> tuple[tuple[int, int], ...]:
    """Choose now and then two lots back to back that make one L-shaped lot."""
    if len(rows) == 1 or rng.random() > 0.22:  # noqa: PLR2004 -- a share
        return ()
    near = int(rng.integers(len(rows[0].near_cuts) - 1))
    start, end = rows[0].far_cuts[near], rows[0].far_cuts[near + 1]
    shared = [
        min(end, right) - max(start, left)
        for left, right in zip(
            rows[1].near_cuts[:-1], rows[1].near_cuts[1:], strict=True
        )
    ]
    return ((near, int(np.argmax(shared))),)
