"""Close a total: cut the last lot so that a sum of areas is exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from zqland.errors import ZqlandError
from zqland.text import Text
from zqland_geodata.demo.lots import list_lots

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zqland_geodata.demo.blocks import Block
    from zqland_geodata.demo.layout import PlacedBlock

NEAR_M2 = 1.0
"""How far a total may be off where no cut makes it exact: 0.0015 mu."""

SMALLEST_LAST_M2 = 12_000.0
"""The lot that closes a total, and its neighbour, keep at least this, in m²."""


class SeedError(ZqlandError, ValueError):
    """A seed whose blocks cannot give the exact totals."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a lot lies, and its area in whole m²."""

    parcel_id: str
    block: int
    row: int
    place: int
    whole_m2: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A side line to move: the lot before it must get an area.

    Attributes
    ----------
    parcel_id
        The lot that closes a total.
    block
        Number of its block.
    row, cut
        The side line, its far end in the order of the row.
    area_m2
        The area that the lot must get, in whole m².
    """

    parcel_id: str
    block: int
    row: int
    cut: int
    area_m2: float


def close(
    lots: gpd.GeoDataFrame, lacking_m2: float, blocks: list[PlacedBlock]
) -> tuple[list[str], Cut]:
    """Take lots in order until one, cut to size, makes up what is lacking.

    Parameters
    ----------
    lots
        The lots to take from, with ``whole_m2``: the area in whole m².
    lacking_m2
        What the total lacks, in whole m².
    blocks
        The blocks.

    Returns
    -------
    taken
        The lots that were taken, the one to be cut last.
    cut
        The side line to move.

    Raises
    ------
    SeedError
        No two lots side by side can make up the rest.
    """
    taken: list[str] = []
    places = _places(lots)
    sizes = {(place.block, place.row, place.place): place.whole_m2 for place in places}
    for lot in places:
        beside = sizes.get((lot.block, lot.row, lot.place + 1))
        if beside is not None and not _is_merged(blocks[lot.block], lot):
            both_m2 = lot.whole_m2 + beside
            if SMALLEST_LAST_M2 <= lacking_m2 <= both_m2 - SMALLEST_LAST_M2:
                cut = Cut(
                    parcel_id=lot.parcel_id,
                    block=lot.block,
                    row=lot.row,
                    cut=lot.place + 1,
                    area_m2=lacking_m2,
                )
                return [*taken, cut.parcel_id], cut
        if lacking_m2 - lot.whole_m2 >= SMALLEST_LAST_M2:
            taken.append(lot.parcel_id)
            lacking_m2 -= lot.whole_m2
    raise SeedError(_CANNOT_SETTLE)


def _places(lots: gpd.GeoDataFrame) -> list[_Place]:
    columns = ("block", "row", "place", "whole_m2")
    figures = (lots[column].tolist() for column in columns)
    return list(map(_Place, lots.index.tolist(), *figures))


def _is_merged(placed: PlacedBlock, lot: _Place) -> bool:
    """Tell whether the lot or its neighbour is part of an L-shaped lot."""
    merged = {pair[lot.row] for pair in placed.block.merged}
    return not merged.isdisjoint({lot.place, lot.place + 1})


@dataclass(frozen=True, slots=True)
class Total:
    """A total to be made exact: these lots must sum up to this many whole m²."""

    lots: pd.Series[bool]
    area_m2: float
    cut: Cut


def settle(blocks: list[PlacedBlock], totals: tuple[Total, ...]) -> list[PlacedBlock]:
    """Move the side lines so that the totals are exact.

    Parameters
    ----------
    blocks
        The blocks.
    totals
        The totals with the side lines to move.

    Returns
    -------
    blocks
        The blocks with the side lines moved.

    Raises
    ------
    SeedError
        A side line cannot be moved so that its total is exact.
    """
    cuts = [total.cut for total in totals]
    # A moved side line gives the lot behind it a new vertex on the millimetre grid,
    # which may change that lot by a tenth of a square metre and its rounded figure by
    # one: look again, aiming at another part of the same whole square metre.
    for aim_m2 in _AIMS_M2:
        moved = list(blocks)
        for cut in cuts:
            moved[cut.block] = _move(moved[cut.block], cut, aim_m2)
        stated = np.floor(list_lots(moved)["area_m2"] + 0.5)
        lacking = [total.area_m2 - float(stated[total.lots].sum()) for total in totals]
        if not any(lacking):
            return moved
        if aim_m2 == _AIMS_M2[-1] and max(map(abs, lacking)) <= NEAR_M2:
            return moved
        cuts = [
            replace(cut, area_m2=cut.area_m2 + more)
            for cut, more in zip(cuts, lacking, strict=True)
        ]
    raise SeedError(_CANNOT_SETTLE)


def _move(placed: PlacedBlock, cut: Cut, aim_m2: float) -> PlacedBlock:
    """Find by bisection how far the side line must go."""
    row = placed.block.rows[cut.row]
    lines = (row.near_cuts, row.far_cuts)
    low = max(line[cut.cut - 1] - line[cut.cut] for line in lines)
    high = min(line[cut.cut + 1] - line[cut.cut] for line in lines)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        block = placed.block.with_cut_moved(cut.row, cut.cut, shift_m=middle)
        if _area_of(block, cut) < cut.area_m2 + aim_m2:
            low = middle
        else:
            high = middle
    return replace(placed, block=block)


def _area_of(block: Block, cut: Cut) -> float:
    """Measure the lot before a side line; 0 where it is too small to be a lot."""
    place = (cut.row, cut.cut - 1)
    return next(
        (lot.shape.area for lot in block.lots() if (lot.row, lot.place) == place), 0.0
    )


_AIMS_M2 = (0.0, 0.0, 0.3, -0.3, 0.4, -0.4, 0.15, -0.15)
"""Which part of the whole square metre to aim at, look by look, in m²."""

_BISECTIONS = 26
"""Halvings of at most 700 m, to well under a millimetre."""

_CANNOT_SETTLE = Text(
    en="this seed gives blocks whose side lines cannot be moved to make the totals "
    "exact; choose another seed",
    zh="此随机种子生成的地块无法通过移动分割线使合计精确；请换一个种子",
)
