"""Check the planes of a layer: several home zones, and axes that are swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland import grids
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.words import KEPT, KEPT_AS_IS
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]

_NORTHING_M = (1_800_000.0, 6_000_000.0)
_PREFIXED_M = (13_000_000.0, 46_000_000.0)
_EASTING_M = (100_000.0, 1_000_000.0)
_LATITUDE = (3.0, 54.0)
_LONGITUDE = (73.0, 136.0)
_SHOWN = 3


def check_zones(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report a layer whose parcels are in several home zones.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One per zone but the one with most parcels, for the whole layer.
    """
    zones = parcels.loc[~parcels.geometry.is_empty, "home_zone"]
    counts = zones.value_counts()
    if len(counts) <= 1:
        return
    most = int(counts.index[0])
    for zone in sorted(set(counts.index) - {most}):
        ids = zones.index[zones == zone]
        yield _MIXED.finding(
            "",
            "home_zone",
            zone,
            zone=zone_text(int(zone)),
            count=f"{len(ids):,}",
            most=zone_text(most),
            others=f"{counts.iloc[0]:,}",
            first=", ".join(map(str, ids[:_SHOWN])),
        )


def check_axes(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report parcels with northing before easting, or latitude before longitude.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One for all such parcels.
    """
    swapped = axes_swapped(parcels)
    if swapped.any():
        ids = parcels.index[swapped]
        yield _SWAPPED.finding(
            "" if len(ids) > 1 else ids[0],
            "geometry",
            f"{len(ids)} / {len(parcels)}",
            count=f"{len(ids):,}",
            total=f"{len(parcels):,}",
            first=", ".join(map(str, ids[:_SHOWN])),
        )


def axes_swapped(parcels: gpd.GeoDataFrame) -> Flags:
    """Tell which parcels of China stand where easting and northing would be swapped.

    Northings of China are 1.8 to 6.0 million metres, eastings below one million or,
    with the zone number, above 13 million; latitudes are 3 to 54 degrees and
    longitudes 73 to 136. The ranges do not meet.
    """
    zones = parcels["home_zone"].to_numpy(dtype=np.int64)
    kinds, place = np.unique(zones, return_inverse=True)
    is_grid = np.array([grids.grid_of(int(zone)) is not None for zone in kinds])[place]
    home = shapely.bounds(parcels["home_geometry"].to_numpy())
    degrees = shapely.bounds(parcels.geometry.to_numpy())
    x, y = home[:, [0, 2]], home[:, [1, 3]]
    is_plane = _in(x, _NORTHING_M) & (_in(y, _PREFIXED_M) | _in(y, _EASTING_M))
    is_degrees = _in(degrees[:, [0, 2]], _LATITUDE)
    is_degrees &= _in(degrees[:, [1, 3]], _LONGITUDE)
    return np.asarray(is_grid & (is_plane | is_degrees))


def zone_text(zone: int) -> Text:
    """Name a home zone in words."""
    grid = grids.grid_of(zone)
    if grid is None:
        return Text(en=f"EPSG:{zone}", zh=f"EPSG:{zone}")
    return Text(
        en=f"zone {grid.number} (EPSG:{zone})", zh=f"第{grid.number}带（EPSG:{zone}）"
    )


def _in(values: npt.NDArray[np.float64], bounds: tuple[float, float]) -> Flags:
    low, high = bounds
    return np.asarray(((values >= low) & (values <= high)).all(axis=1))


_MIXED = Rule(
    "zone.mixed",
    Severity.INFO,
    Text(
        en="{count} parcels are in {zone}, the other {others} in {most}: {first} …",
        zh="{count} 宗地块在{zone}，另 {others} 宗在{most}：{first} …",
    ),
    KEPT,
)
_SWAPPED = Rule(
    "geometry.axes_swapped",
    Severity.ERROR,
    Text(
        en="{count} of {total} parcels have northing before easting (or latitude "
        "before longitude): {first} …",
        zh="{total} 宗地块中有 {count} 宗坐标顺序颠倒（北坐标在前或纬度在前）："
        "{first} …",
    ),
    KEPT_AS_IS,
)
