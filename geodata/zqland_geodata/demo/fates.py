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
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland_geodata.demo.closing import Cut, Total, close
from zqland_geodata.demo.layout import MU_M2, PlacedBlock

if TYPE_CHECKING:
    import geopandas as gpd

ON = dt.date(2023, 9, 5)
"""The day on which the ledger gives the figures of the article."""

MATURE_M2 = 1_134_000
"""1,701 mu: mature land first reached in 2023 by `ON`, in m², declared."""

STANDARD_M2 = 322_667
"""484 mu to the nearest m²: standard land first reached in 2023 by `ON`."""

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
class Fates:
    """What becomes of the lots.

    Attributes
    ----------
    fate
        One of `Fate` per lot.
    standard
        Lots that first become standard land in the year of the ledger.
    totals
        The totals of the year, each with the side line that makes it exact.
    """

    fate: pd.Series[str]
    standard: pd.Series[bool]
    totals: tuple[Total, ...]


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
        The fates, with the totals of the year.

    Raises
    ------
    SeedError
        No lots can make up a total.
    """
    ordered = lots.sort_values(["park_id", "distance", "block", "row", "place"])
    share = ordered.groupby("park_id")["area_m2"].transform(
        lambda areas: (areas.cumsum() - areas / 2) / areas.sum()
    )
    steps = np.cumsum(list(_SHARES.values()))[:-1]
    kinds = np.array(list(_SHARES))
    fate = pd.Series(kinds[np.searchsorted(steps, share)], ordered.index)
    ordered["whole_m2"] = np.floor(ordered["area_m2"] + 0.5)
    chosen, mature_cut = _choose_mature(ordered, fate, blocks)
    fate[chosen] = Fate.THIS_YEAR
    # The block with the first side line to move is left alone by the second total.
    others = ordered[ordered["block"] != mature_cut.block]
    chosen, standard_cut = _choose_standard(others, fate[others.index], blocks, rng=rng)
    fate = fate[lots.index]
    standard = pd.Series(lots.index.isin(chosen), lots.index)
    totals = (
        Total(fate == Fate.THIS_YEAR, MATURE_M2, mature_cut),
        Total(standard, STANDARD_M2, standard_cut),
    )
    return Fates(fate=fate, standard=standard, totals=totals)


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
    closing = _first_in(front.drop(chosen), CLOSING_MATURE_PARK)
    more, cut = close(closing, lacking, blocks)
    return chosen + more, cut


def _choose_standard(
    lots: gpd.GeoDataFrame,
    fate: pd.Series[str],
    blocks: list[PlacedBlock],
    *,
    rng: np.random.Generator,
) -> tuple[list[str], Cut]:
    """Choose this year's standard land on mature ground and on ground in works."""
    able = lots[
        lots["park_id"].isin(STANDARD_PARKS)
        & (lots["whole_m2"] <= _LARGEST_STANDARD_M2)
    ]
    chosen: list[str] = []
    for kind, quota_mu in ((Fate.THIS_YEAR, 170.0), (Fate.EARLIER, 120.0)):
        areas = able.loc[fate[able.index] == kind, "whole_m2"]
        chosen += _fill(areas.sample(frac=1.0, random_state=rng), quota_mu * MU_M2)
    lacking = STANDARD_M2 - float(lots.loc[chosen, "whole_m2"].sum())
    front = lots[
        lots["park_id"].isin(STANDARD_PARKS)
        & (fate == Fate.NEXT)
        & (lots["whole_m2"] <= _LARGEST_OF_YEAR_M2)
    ]
    more, cut = close(_first_in(front, CLOSING_STANDARD_PARK), lacking, blocks)
    return chosen + more, cut


def _fill(areas: pd.Series[float], quota_m2: float) -> list[str]:
    """Take lots in order while they fit into the quota."""
    taken: list[str] = []
    for parcel_id, area in areas.items():
        if area <= quota_m2:
            taken.append(str(parcel_id))
            quota_m2 -= area
    return taken


def _first_in(lots: gpd.GeoDataFrame, park: str) -> gpd.GeoDataFrame:
    """Put the lots of one park first and keep the order otherwise."""
    elsewhere = lots["park_id"] != park
    return lots.loc[elsewhere.sort_values(kind="stable").index]
