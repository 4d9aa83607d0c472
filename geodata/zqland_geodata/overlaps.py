"""Find parcels that lie on the same ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zqland import crs

if TYPE_CHECKING:
    Shapes = npt.NDArray[np.object_]

SMALLEST_OVERLAP_M2 = 0.01
"""Overlaps up to this are rounding."""

OVERLAP_WIDTH_M = 0.002
"""Overlaps up to this width along a shared boundary are rounding of millimetres."""

PAIRS = ("first", "second", "overlap_m2")
"""Columns of a table of overlaps."""

_DECIMALS = 3


def overlaps(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure where parcels overlap, in the plane of the home zone.

    An overlap counts beyond max(0.01 m², 2 mm × shared boundary length). Along a
    shared boundary two parcels overlap in a sliver, whose perimeter is twice the
    length of that boundary, so half of the perimeter is taken for it. Parcels of two
    zones are compared in the zone of the first. An invalid shape is compared as the
    area that it covers, for the comparison only.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Returns
    -------
    pairs
        A row per pair: ``first`` and ``second`` (identifiers, in the order of the
        table) and ``overlap_m2``, sorted by first and second place in the table.
    """
    home = covered(parcels["home_geometry"].to_numpy())
    zones = parcels["home_zone"].to_numpy()
    pairs = [
        _same_zone(home, np.flatnonzero(zones == zone)) for zone in np.unique(zones)
    ]
    if len(pairs) > 1:
        pairs.append(_across_zones(parcels, home, zones))
    first, second, areas_m2 = (
        np.concatenate(part) for part in zip(*pairs, strict=True)
    )
    order = np.lexsort((second, first))
    ids = parcels.index.to_numpy()
    return pd.DataFrame(
        {
            "first": ids[first[order]],
            "second": ids[second[order]],
            "overlap_m2": areas_m2[order],
        }
    )


def covered(shapes: Shapes) -> Shapes:
    """Return shapes with the invalid ones replaced by the area that they cover."""
    repaired = np.array(shapes, dtype="object")
    is_invalid = ~shapely.is_valid(repaired) & ~shapely.is_missing(repaired)
    repaired[is_invalid] = shapely.make_valid(repaired[is_invalid])
    return repaired


def repeated(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find parcels whose shape is that of an earlier one, to the millimetre.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Returns
    -------
    pairs
        ``first`` and ``second``: the earlier and the later parcel of the same shape.
    """
    shapes = shapely.normalize(
        shapely.transform(
            parcels["home_geometry"].to_numpy(), lambda xy: np.round(xy, _DECIMALS)
        )
    )
    keys = pd.Series(shapely.to_wkb(shapes)).where(~shapely.is_empty(shapes))
    codes = pd.Series(pd.factorize(keys)[0])
    is_later = codes.duplicated() & (codes >= 0)
    firsts = pd.Series(codes.index, index=codes)
    firsts = firsts[~firsts.index.duplicated()]
    ids = parcels.index.to_numpy()
    return pd.DataFrame(
        {
            "first": ids[firsts[codes[is_later]].to_numpy()],
            "second": ids[np.flatnonzero(is_later)],
        }
    )


def _same_zone(
    home: Shapes, rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.generic], ...]:
    left, right = shapely.STRtree(home[rows]).query(home[rows], predicate="intersects")
    is_pair = left < right
    first, second = rows[left[is_pair]], rows[right[is_pair]]
    return _counted(first, second, home[first], home[second])


def _across_zones(
    parcels: gpd.GeoDataFrame, home: Shapes, zones: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.generic], ...]:
    degrees = covered(parcels.geometry.to_numpy())
    left, right = shapely.STRtree(degrees).query(degrees, predicate="intersects")
    is_pair = (left < right) & (zones[left] != zones[right])
    first, second = left[is_pair], right[is_pair]
    moved = np.full(len(second), None, dtype="object")
    # One transformation per pair of zones, of which a city has two or three.
    for zone_to in np.unique(zones[first]):
        for zone_from in np.unique(zones[second]):
            chosen = (zones[first] == zone_to) & (zones[second] == zone_from)
            if chosen.any():
                shapes = gpd.GeoSeries(home[second[chosen]], crs=int(zone_from))
                moved[chosen] = crs.to_home(shapes, int(zone_to)).to_numpy()
    return _counted(first, second, home[first], moved)


def _counted(
    first: npt.NDArray[np.intp],
    second: npt.NDArray[np.intp],
    left: Shapes,
    right: Shapes,
) -> tuple[npt.NDArray[np.generic], ...]:
    common = shapely.intersection(left, right)
    areas_m2 = shapely.area(common)
    has_area = areas_m2 > SMALLEST_OVERLAP_M2
    # The perimeter of a collection counts shared lines too; only areas matter here.
    boundary_m = np.zeros(len(common))
    boundary_m[has_area] = [_half_perimeter(shape) for shape in common[has_area]]
    counts = has_area & (areas_m2 > OVERLAP_WIDTH_M * boundary_m)
    return first[counts], second[counts], areas_m2[counts]


def _half_perimeter(shape: shapely.Geometry) -> float:
    parts = shapely.get_parts(shape)
    is_area = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas
    return float(shapely.length(parts[is_area]).sum()) / 2
