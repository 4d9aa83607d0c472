"""The parks of a reserve, put together from outlines, the packaged list and parcels."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from zqland.text import Text
from zqland_geodata import places

_UNKNOWN_PARKS = Text(
    en="Parks that are not in the list of parks are shown at the middle of their "
    "parcels: {parks}.",
    zh="下列园区不在园区名录中，以其地块中心表示：{parks}。",
)


def parks_of(
    parcels: gpd.GeoDataFrame, *, outlined: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Return the parks that the parcels name, and those whose outlines were given.

    Parameters
    ----------
    parcels
        Table *parcels*.
    outlined
        Table *parks* with outlines, all of which are kept; may be empty.

    Returns
    -------
    parks_and_notes
        Table *parks*: those with outlines, those of the packaged list as points, and
        the others as points in the middle of their parcels, which is noted.
    """
    packaged = places.parks()
    listed = packaged[~packaged.index.isin(outlined.index)]
    named = set(parcels["park_id"].dropna()) - set(outlined.index)
    known = listed[listed.index.isin(named)]
    unknown = sorted(named - set(listed.index))
    parts = [part for part in (outlined, known) if len(part)]
    if not unknown:
        return _joined(parts, known), ()
    made = [_park_around(park, parcels[parcels["park_id"] == park]) for park in unknown]
    extra = pd.DataFrame(made).set_index("park_id")
    points = gpd.GeoSeries.from_xy(extra["lon"], extra["lat"], crs=4490)
    extra = gpd.GeoDataFrame(extra, geometry=points, crs=4490)
    note = _UNKNOWN_PARKS.format(parks="、".join(map(str, unknown)))
    return _joined([*parts, extra], known), (note,)


def _joined(parts: list[gpd.GeoDataFrame], empty: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if not parts:
        return empty
    table = pd.concat(parts) if len(parts) > 1 else parts[0]
    return gpd.GeoDataFrame(table, geometry="geometry", crs=4490)


def _park_around(park_id: str, parcels: gpd.GeoDataFrame) -> dict[str, object]:
    west, south, east, north = parcels.total_bounds
    span_m = max(east - west, north - south) / 2 * 111_000
    return {
        "park_id": park_id,
        "name": park_id,
        "name_en": park_id,
        "level": "municipal",
        "district": "",
        "parent": None,
        "lon": (west + east) / 2,
        "lat": (south + north) / 2,
        "accuracy_m": span_m,
        "sectors": None,
    }
