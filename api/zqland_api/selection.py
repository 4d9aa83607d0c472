"""Choose parcels by where they lie and what is known of them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from zqland.text import Text
from zqland.units import to_m2
from zqland_api.errors import QueryError
from zqland_api.queries import ParcelQuery, parse_box
from zqland_api.view import View
from zqland_api.views import area_on

_UNKNOWN_PARKS = Text(
    en="There is no park {unknown}. Known are: {known}.",
    zh="没有园区 {unknown}。现有园区：{known}。",
)


def select_parcels(
    parcels: gpd.GeoDataFrame, query: ParcelQuery, view: View
) -> gpd.GeoDataFrame:
    """Return the parcels that meet every filter of a query.

    Parameters
    ----------
    parcels
        Parcels of a state.
    query
        The filters.
    view
        Unit and basis of the area window.

    Returns
    -------
    chosen
        Rows of the parcels in their order.

    Raises
    ------
    QueryError
        A park is not known.
    """
    known = parcels["park_id"].dropna().astype(str)
    check_parks(query.park, known)
    mask = np.ones(len(parcels), dtype=bool)
    for column, wanted in (
        ("park_id", query.park),
        ("stage", query.stage),
        ("status", query.status),
    ):
        if wanted:
            mask &= parcels[column].isin([str(value) for value in wanted]).to_numpy()
    for predicate in query.predicate:
        mask &= parcels[predicate.value].to_numpy(dtype=bool)
    if query.free is not None:
        mask &= parcels["free"].to_numpy(dtype=bool) == query.free
    mask &= _within_window(parcels, query, view)
    if query.bbox is not None:
        mask &= _within_box(parcels, query.bbox)
    return parcels[mask]


def check_parks(wanted: list[str], known: pd.Series[str] | pd.Index[str]) -> None:
    """Refuse parks that are not known: an empty answer would hide the slip.

    Parameters
    ----------
    wanted
        Codes of a request.
    known
        Codes that exist.

    Raises
    ------
    QueryError
        A code does not exist.
    """
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise QueryError(
            _UNKNOWN_PARKS.format(
                unknown=", ".join(unknown), known=", ".join(sorted(set(known)))
            )
        )


def _within_window(
    parcels: gpd.GeoDataFrame, query: ParcelQuery, view: View
) -> npt.NDArray[np.bool_]:
    mask = np.ones(len(parcels), dtype=bool)
    if query.area_min is None and query.area_max is None:
        return mask
    area_m2 = area_on(parcels, view.basis).to_numpy(dtype=float)
    if query.area_min is not None:
        mask &= area_m2 >= to_m2(query.area_min, view.unit)
    if query.area_max is not None:
        mask &= area_m2 <= to_m2(query.area_max, view.unit)
    return mask


def _within_box(parcels: gpd.GeoDataFrame, bbox: str) -> npt.NDArray[np.bool_]:
    mask = np.zeros(len(parcels), dtype=bool)
    found = parcels.sindex.query(shapely.box(*parse_box(bbox)), predicate="intersects")
    mask[found] = True
    return mask
