"""The reserve as tables, and the reserve as of a date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd


@dataclass(frozen=True, slots=True)
class Reserve:
    """The records of a reserve, one table each.

    Every table follows the catalogue ``columns.csv`` (`zqland.tables`).

    Attributes
    ----------
    parcels
        Parcels, indexed by ``parcel_id``; ``geometry`` in EPSG:4490,
        ``home_geometry`` in the plane of ``home_zone``.
    evidence
        Dated facts about parcels, parks and areas.
    status_events
        Dated events of the parcels' lives.
    parks
        Parks, indexed by ``park_id``.
    projects
        Projects, indexed by ``project_id``.
    indicators
        Control indicators of the parks per sector.
    targets
        Yearly targets per predicate.
    fictional
        True for records that describe no real ground; every output says so.
    """

    parcels: gpd.GeoDataFrame
    evidence: pd.DataFrame
    status_events: pd.DataFrame
    parks: gpd.GeoDataFrame
    projects: pd.DataFrame = field(default_factory=pd.DataFrame)
    indicators: pd.DataFrame = field(default_factory=pd.DataFrame)
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)
    fictional: bool = False


@dataclass(frozen=True, slots=True)
class ReserveState:
    """A reserve as of a date: what is known of every parcel on that day.

    Attributes
    ----------
    reserve
        The records that it was derived from.
    on
        The day.
    parcels
        The parcels with their areas, readiness and status; see `as_of`.
    catalogue_hash
        Which rules were used (`zqland.catalogues.Catalogues.hash`).
    """

    reserve: Reserve
    on: dt.date
    parcels: gpd.GeoDataFrame
    catalogue_hash: str
