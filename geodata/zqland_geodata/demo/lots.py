"""List the lots of all blocks, named and in the order in which a park grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from zqland import crs
from zqland_geodata import places
from zqland_geodata.demo.plans import PLANS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland_geodata.demo.layout import PlacedBlock

_PRICES_WAN_PER_MU = {
    "GXQ": 52.0,
    "JJQ-DS": 43.0,
    "JJQ-LF": 44.0,
    "JINLI": 42.0,
    "XQ-LG": 46.0,
    "SH": 38.0,
    "GY": 35.0,
    "DZ": 48.0,
    "DH": 40.0,
}
_COUNTY_PRICE_WAN_PER_MU = 19.0
_HEAVY_PARKS = frozenset({"SH", "GN"})
_ASSESSED_BY_PLAN = frozenset({"JINLI", "GY"})
_MOTORWAY_M = (-2600.0, 1900.0)
_DECLARED_LACKING = 0.06
_DECLARED_OLD = 0.03


def list_lots(blocks: Sequence[PlacedBlock]) -> gpd.GeoDataFrame:
    """List the lots of the blocks.

    Parameters
    ----------
    blocks
        The blocks.

    Returns
    -------
    lots
        One row per lot, indexed by ``parcel_id``: ``park_id``, ``name``, ``block``
        (number in *blocks*), ``row``, ``place``, ``distance``, ``area_m2`` (planar)
        and ``shape`` in the plane of the home zone.
    """
    rows = [
        (
            f"{placed.block.park_id}-{placed.block.key}-{number:03d}",
            placed.block.park_id,
            f"{placed.plan.label}示范地块 {placed.block.key}-{number:02d}",
            index,
            lot.row,
            lot.place,
            placed.distance,
            lot.shape,
        )
        for index, placed in enumerate(blocks)
        for number, lot in enumerate(placed.block.lots(), start=1)
    ]
    columns = (
        "parcel_id park_id name block row place distance shape".split()  # noqa: SIM905
    )
    lots = gpd.GeoDataFrame(rows, columns=columns, geometry="shape")
    lots["area_m2"] = lots["shape"].area
    return lots.set_index("parcel_id")


def make_parcels(
    lots: gpd.GeoDataFrame,
    blocks: Sequence[PlacedBlock],
    *,
    counted: pd.Series[bool],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Make the table of parcels from the lots.

    Parameters
    ----------
    lots
        The lots, see `list_lots`.
    blocks
        Their blocks.
    counted
        Lots that reach mature or standard land in the year of the ledger; their
        documents state the area in hectares with four decimals, as all but a few do.
    rng
        Source of prices, classes and gaps in the documents.

    Returns
    -------
    parcels
        Table *parcels* of ``columns.csv``.
    """
    plan = lots["block"].map(
        {number: PLANS.index(placed.plan) for number, placed in enumerate(blocks)}
    )
    zones = plan.map({number: item.zone for number, item in enumerate(PLANS)})
    shapes = gpd.GeoSeries(lots["shape"], crs=None)
    table = {
        "name": lots["name"],
        "park_id": lots["park_id"],
        "district": lots["park_id"].map(places.parks()["district"]),
        "home_zone": zones.astype("int64"),
        "home_geometry": shapes,
        "land_class": _land_classes(lots, rng),
        "declared_m2": _declared(lots, counted, rng),
        "price_wan_per_mu": _prices(lots, rng),
        "area_ids": _area_ids(lots, plan),
        "access_m": _access(shapes, lots["block"], blocks),
    }
    return gpd.GeoDataFrame(
        pd.DataFrame(table), geometry=crs.to_geographic(shapes, zones)
    )


def _declared(
    lots: gpd.GeoDataFrame, counted: pd.Series[bool], rng: np.random.Generator
) -> pd.Series[float]:
    """State areas as documents do: hectares with four decimals, whole square metres.

    Some documents lack the figure, some still carry an older survey; none of those
    belongs to the two totals of the year.
    """
    declared: pd.Series[float] = np.floor(lots["area_m2"] + 0.5)
    chance = pd.Series(rng.random(len(lots)), lots.index)
    old = (chance > 1 - _DECLARED_OLD) & ~counted
    declared[old] = np.floor(declared[old] * rng.normal(1.0, 0.004, int(old.sum())))
    lacking = (chance < _DECLARED_LACKING) & ~counted
    return declared.mask(lacking)


def _land_classes(lots: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.Series[str]:
    """Plan classes by block: a block is of one class, as zoning plans draw them."""
    chance = pd.Series(rng.random(int(lots["block"].max()) + 1))[lots["block"]]
    chance.index = lots.index
    heavy = lots["park_id"].isin(_HEAVY_PARKS)
    classes = pd.Series("M2", lots.index)
    classes[chance < 0.30] = "M1"  # noqa: PLR2004 -- a share
    classes[(chance > 0.90) | (heavy & (chance > 0.30))] = "M3"  # noqa: PLR2004
    classes[(chance > 0.95) & ~heavy] = "W2"  # noqa: PLR2004 -- a share
    return classes


def _prices(lots: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.Series[float]:
    base = lots["park_id"].map(_PRICES_WAN_PER_MU).fillna(_COUNTY_PRICE_WAN_PER_MU)
    return (base * rng.normal(1.0, 0.06, len(lots))).clip(lower=12.0).round(1)


def _area_ids(lots: gpd.GeoDataFrame, plan: pd.Series[int]) -> pd.Series[str]:
    """Name the assessed areas: the start zones share one, split parks have several."""
    areas = pd.Series(pd.NA, lots.index, dtype="str")
    areas[lots["park_id"].isin(["JJQ-DS", "JJQ-LF"])] = START_ZONES_AREA
    for park in sorted(_ASSESSED_BY_PLAN):
        part = plan[lots["park_id"] == park]
        number = part.rank(method="dense").astype("int64").astype("str")
        areas[part.index] = park + "-QP" + number
    return areas


START_ZONES_AREA = "JJQ-QD"
"""The assessed area that the two start zones of the cluster share."""


def _access(
    shapes: gpd.GeoSeries, block: pd.Series[int], blocks: Sequence[PlacedBlock]
) -> pd.Series[float]:
    """Measure the way to a fictional motorway exit beside each plan, in metres."""
    frames = [placed.block.frame for placed in blocks]
    centres = shapes.centroid
    east = block.map(dict(enumerate(frame.east_m + _MOTORWAY_M[0] for frame in frames)))
    north = block.map(
        dict(enumerate(frame.north_m + _MOTORWAY_M[1] for frame in frames))
    )
    along, across = centres.x - east, centres.y - north
    return ((along**2 + across**2) ** 0.5).round(0)
