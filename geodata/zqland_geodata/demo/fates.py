"""Decide what becomes of each lot, so that the year's two totals come out.

A park grows from its entrance: what lies near was supplied years ago, then comes
ground in reserve, the ground of this year, ground with works under way, clean
ground, and at the far end ground that is only planned. Which lots become mature and
standard in the year of the ledger is chosen lot by lot up to the last one; the side
line between that lot and its neighbour is then moved until its planar area, and with
it the figure in its document, is what is still lacking.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.errors import ZqlandError
from zqland.text import Text
from zqland_geodata.demo.layout import MU_M2, PlacedBlock
from zqland_geodata.demo.lots import list_lots

if TYPE_CHECKING:
    import geopandas as gpd

    from zqland_geodata.demo.blocks import Block

ON = dt.date(2023, 9, 5)
"""The day on which the ledger gives the figures of the article."""

MATURE_M2 = 1_134_000
"""1,701 mu: mature land first reached in 2023 by `ON`, in m², declared."""

STANDARD_M2 = 322_667
"""484 mu to the nearest m²: standard land first reached in 2023 by `ON`."""

SMALLEST_LAST_M2 = 12_000.0
"""The lot that closes a total, and its neighbour, keep at least this, in m²."""

_LARGEST_OF_YEAR_M2 = 120 * MU_M2
_LARGEST_STANDARD_M2 = 60 * MU_M2

CLOSING_MATURE_PARK = "JJQ-DS"
CLOSING_STANDARD_PARK = "XQ-LG"
STANDARD_PARKS = ("GXQ", "JJQ-DS", "JJQ-LF", "XQ-LG")
"""Parks whose assessments hold without a gap all through the year of the ledger."""

_QUOTAS_MU = {
    "GXQ": 330.0,
    "JJQ-LF": 210.0,
    "JINLI": 260.0,
    "XQ-LG": 230.0,
    "SH": 120.0,
    "GY": 80.0,
    "GN": 60.0,
    "HJ": 40.0,
    "DQ": 30.0,
}


class SeedError(ZqlandError, ValueError):
    """A seed whose blocks cannot give the exact totals."""


class Fate(StrEnum):
    """How far a lot has come on `ON`."""

    SUPPLIED = "supplied"
    EARLIER = "earlier"
    THIS_YEAR = "this_year"
    NEXT = "next"
    CLEAN = "clean"
    PLANNED = "planned"


_SHARES = {
    Fate.SUPPLIED: 0.15,
    Fate.EARLIER: 0.14,
    Fate.NEXT: 0.36,
    Fate.CLEAN: 0.13,
    Fate.PLANNED: 0.22,
}


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


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of the lots.

    Attributes
    ----------
    fate
        One of `Fate` per lot.
    standard
        Lots that first become standard land in the year of the ledger.
    cuts
        Side lines to move.
    """

    fate: pd.Series[str]
    standard: pd.Series[bool]
    cuts: tuple[Cut, ...]


def decide(
    lots: gpd.GeoDataFrame, blocks: list[PlacedBlock], *, rng: np.random.Generator
) -> Fates:
    """Decide what becomes of each lot.

    Parameters
    ----------
    lots
        The lots, see `zqland_geodata.demo.lots.list_lots`.
    blocks
        Their blocks.
    rng
        Source of chance.

    Returns
    -------
    fates
        The fates, and the cuts that make the totals exact.
    """
    ordered = lots.sort_values(["park_id", "distance", "block", "row", "place"])
    share = ordered.groupby("park_id")["area_m2"].transform(
        lambda areas: (areas.cumsum() - areas / 2) / areas.sum()
    )
    steps = np.cumsum(list(_SHARES.values()))[:-1]
    kinds = np.array(list(_SHARES))
    fate = pd.Series(kinds[np.searchsorted(steps, share)], ordered.index)
    whole = np.floor(ordered["area_m2"] + 0.5)
    mature, cut = _choose_mature(ordered.assign(whole_m2=whole), fate, blocks)
    fate[mature] = Fate.THIS_YEAR
    standard, other_cut = _choose_standard(
        ordered.assign(whole_m2=whole), fate, blocks, rng=rng
    )
    return Fates(
        fate=fate[lots.index],
        standard=pd.Series(lots.index.isin(standard), lots.index),
        cuts=(cut, other_cut),
    )


def _choose_mature(
    lots: gpd.GeoDataFrame, fate: pd.Series[str], blocks: list[PlacedBlock]
) -> tuple[list[str], Cut]:
    """Choose this year's mature land from the front of each park's next ground."""
    front = lots[(fate == Fate.NEXT) & (lots["whole_m2"] <= _LARGEST_OF_YEAR_M2)]
    chosen: list[str] = []
    for park, quota_mu in _QUOTAS_MU.items():
        areas = front.loc[front["park_id"] == park, "whole_m2"]
        chosen += _fill(areas, quota_mu * MU_M2)
    lacking = MATURE_M2 - float(lots.loc[chosen, "whole_m2"].sum())
    closing = front[front["park_id"] == CLOSING_MATURE_PARK]
    more, cut = _close(closing, lacking, blocks)
    return chosen + more, cut


def _choose_standard(
    lots: gpd.GeoDataFrame,
    fate: pd.Series[str],
    blocks: list[PlacedBlock],
    *,
    rng: np.random.Generator,
) -> tuple[list[str], Cut]:
    """Choose this year's standard land among mature ground and ground still in works."""
    able = lots[
        lots["park_id"].isin(STANDARD_PARKS)
        & (lots["whole_m2"] <= _LARGEST_STANDARD_M2)
    ]
    chosen: list[str] = []
    for kind, quota_mu in ((Fate.THIS_YEAR, 170.0), (Fate.EARLIER, 120.0)):
        areas = able.loc[fate[able.index] == kind, "whole_m2"]
        chosen += _fill(areas.sample(frac=1.0, random_state=rng), quota_mu * MU_M2)
    lacking = STANDARD_M2 - float(lots.loc[chosen, "whole_m2"].sum())
    closing = lots[
        (lots["park_id"] == CLOSING_STANDARD_PARK)
        & (fate == Fate.NEXT)
        & (lots["whole_m2"] <= _LARGEST_OF_YEAR_M2)
    ]
    more, cut = _close(closing, lacking, blocks)
    return chosen + more, cut


def _fill(areas: pd.Series[float], quota_m2: float) -> list[str]:
    """Take lots in order while they fit into the quota."""
    taken: list[str] = []
    for parcel_id, area in areas.items():
        if area <= quota_m2:
            taken.append(str(parcel_id))
            quota_m2 -= area
    return taken


def _close(
    lots: gpd.GeoDataFrame, lacking_m2: float, blocks: list[PlacedBlock]
) -> tuple[list[str], Cut]:
    """Take lots in order until one, cut to size, makes up what is lacking."""
    taken: list[str] = []
    neighbours = lots.reset_index().set_index(["block", "row", "place"])
    for lot in lots.itertuples():
        beside = (lot.block, lot.row, lot.place + 1)
        if beside in neighbours.index and not blocks[lot.block].block.merged:
            both = lot.whole_m2 + float(neighbours.loc[beside, "whole_m2"])
            if SMALLEST_LAST_M2 <= lacking_m2 <= both - SMALLEST_LAST_M2:
                cut = Cut(
                    parcel_id=str(lot.Index),
                    block=lot.block,
                    row=lot.row,
                    cut=lot.place + 1,
                    area_m2=lacking_m2,
                )
                return [*taken, cut.parcel_id], cut
        if lacking_m2 - lot.whole_m2 >= SMALLEST_LAST_M2:
            taken.append(str(lot.Index))
            lacking_m2 -= lot.whole_m2
    raise SeedError(_CANNOT_SETTLE)


def settle(blocks: list[PlacedBlock], fates: Fates) -> list[PlacedBlock]:
    """Move the side lines so that the totals of the year are exact.

    Parameters
    ----------
    blocks
        The blocks.
    fates
        What becomes of the lots, with the side lines to move.

    Returns
    -------
    blocks
        The blocks with the side lines moved.

    Raises
    ------
    SeedError
        A side line cannot be moved far enough.
    """
    counted = (fates.fate == Fate.THIS_YEAR, fates.standard)
    totals = (MATURE_M2, STANDARD_M2)
    cuts = fates.cuts
    # A moved side line gives the lot behind it a new vertex on the millimetre grid,
    # which may change that lot by a tenth of a square metre: look again.
    for _ in range(_LOOKS):
        moved = list(blocks)
        for cut in cuts:
            moved[cut.block] = _move(moved[cut.block], cut)
        stated = np.floor(list_lots(moved)["area_m2"] + 0.5)
        lacking = [
            total - float(stated[chosen].sum())
            for total, chosen in zip(totals, counted, strict=True)
        ]
        if not any(lacking):
            return moved
        cuts = tuple(
            replace(cut, area_m2=cut.area_m2 + more)
            for cut, more in zip(cuts, lacking, strict=True)
        )
    raise SeedError(_CANNOT_SETTLE)


def _move(placed: PlacedBlock, cut: Cut) -> PlacedBlock:
    """Find by bisection how far the side line must go."""
    row = placed.block.rows[cut.row]
    here = (row.near_cuts[cut.cut], row.far_cuts[cut.cut])
    before = (row.near_cuts[cut.cut - 1], row.far_cuts[cut.cut - 1])
    after = (row.near_cuts[cut.cut + 1], row.far_cuts[cut.cut + 1])
    low, high = max(before) - min(here), min(after) - max(here)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        block = placed.block.with_cut_moved(cut.row, cut.cut, shift_m=middle)
        area = _area_of(block, cut)
        if abs(area - cut.area_m2) < _NEAR_M2:
            return replace(placed, block=block)
        low, high = (middle, high) if area < cut.area_m2 else (low, middle)
    raise SeedError(_CANNOT_SETTLE)


def _area_of(block: Block, cut: Cut) -> float:
    """Measure the lot before a side line; 0 where it is too small to be a lot."""
    place = (cut.row, cut.cut - 1)
    return next(
        (lot.shape.area for lot in block.lots() if (lot.row, lot.place) == place), 0.0
    )


_LOOKS = 6
_BISECTIONS = 60
_NEAR_M2 = 0.4
"""Near enough: rounds to the same whole m²."""

_CANNOT_SETTLE = Text(
    en="this seed gives blocks whose side lines cannot be moved to make the totals "
    "exact; choose another seed",
    zh="此随机种子生成的地块无法通过移动分割线使合计精确；请换一个种子",
)
