"""Check that parcels lie in their parks, where the outlines of these are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland import crs, ground
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.words import KEPT
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_AREAL = ("Polygon", "MultiPolygon")


def outlined(parks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parks whose outline is known; a point says nothing of the inside."""
    return parks[parks.geom_type.isin(_AREAL) & ~parks.geometry.is_empty]


def check_parks(
    parcels: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    *,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Report parcels that reach outside the park that they are said to lie in.

    Parameters
    ----------
    parcels
        Table *parcels*.
    parks
        Table *parks*; those with a point instead of an outline are not looked at.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One per parcel of which more than a share and an area lie outside.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    outside_m2, areas_m2 = outside_parks_m2(parcels, parks)
    counts = (outside_m2 > allowed["park", "smallest_m2"]) & (
        outside_m2 > allowed["park", "share"] * areas_m2
    )
    for row in rows_where(counts):
        park_id = parcels["park_id"].iloc[row]
        park = parks.loc[park_id]
        english = park["name_en"] if isinstance(park["name_en"], str) else park["name"]
        yield _OUTSIDE.finding(
            parcels.index[row],
            "park_id",
            park_id,
            park=Text(en=str(english), zh=str(park["name"])),
            area=f"{outside_m2[row]:,.1f}",
            share=f"{outside_m2[row] / areas_m2[row] * 100:.1f}",
        )


def outside_parks_m2(
    parcels: gpd.GeoDataFrame, parks: gpd.GeoDataFrame
) -> tuple[Floats, Floats]:
    """Measure how much of each parcel lies outside its park.

    Parameters
    ----------
    parcels
        Table *parcels*.
    parks
        Table *parks*.

    Returns
    -------
    outside_m2
        In the plane of the home zone; NaN where the outline of the park is not known.
    areas_m2
        Area of the whole parcel.
    """
    known = outlined(parks)
    shapes = ground.areal(ground.valid(parcels["home_geometry"].to_numpy()))
    areas_m2 = np.asarray(shapely.area(shapes))
    outside_m2 = np.full(len(shapes), np.nan)
    zones = parcels["home_zone"].to_numpy(dtype=np.int64)
    names = parcels["park_id"].to_numpy()
    named = parcels["park_id"].dropna().unique().tolist()
    for park_id in known.index.intersection(named):
        for zone in np.unique(zones[names == park_id]):
            rows = np.flatnonzero((names == park_id) & (zones == zone))
            outline = gpd.GeoSeries([known.geometry[park_id]], crs=known.crs)
            there = ground.valid(crs.to_home(outline, int(zone)).to_numpy())
            outside_m2[rows] = _outside_m2(shapes[rows], there[0])
    return outside_m2, areas_m2


def _outside_m2(shapes: npt.NDArray[np.object_], park: shapely.Geometry) -> Floats:
    shapely.prepare(park)
    outside_m2 = np.zeros(len(shapes))
    reaches = ~shapely.covers(park, shapes)
    outside_m2[reaches] = shapely.area(shapely.difference(shapes[reaches], park))
    return outside_m2


_OUTSIDE = Rule(
    "park.outside",
    Severity.WARNING,
    Text(
        en="{area} m² of it, {share} %, lie outside {park}",
        zh="有 {area} 平方米（{share}%）位于{park}之外",
    ),
    KEPT,
)
