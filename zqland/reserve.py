"""The reserve as tables, and the reserve as of a date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from zqland import areas, constraints, holds, readiness, shape, status
from zqland.areas import Method

if TYPE_CHECKING:
    import datetime as dt

    from zqland.catalogues import Catalogues
    from zqland.constraints import ConstraintLayer, Overlay

STATE_METHODS = (Method.PLANAR, Method.ELLIPSOID_OFFICIAL, Method.DECLARED)
"""The areas that every state carries; others are measured where they are asked for."""


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
    constraints
        Layers of ground on which parcels may not, or not wholly, be built.
    holds
        Ground that is held for projects; each with its own ground where its parcel
        may be retired (`zqland.holds.grounded`).
    lineage
        Which parcels came of which.
    contracts
        Contracts of supply: what was agreed, what was done.
    batches, batch_steps, batch_parcels
        Batches of land-use approval, their steps and their ground.
    quotas
        Scale of building land and yearly indicators that were granted.
    """

    parcels: gpd.GeoDataFrame
    evidence: pd.DataFrame
    status_events: pd.DataFrame
    parks: gpd.GeoDataFrame
    projects: pd.DataFrame = field(default_factory=pd.DataFrame)
    indicators: pd.DataFrame = field(default_factory=pd.DataFrame)
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)
    fictional: bool = False
    constraints: tuple[ConstraintLayer, ...] = ()
    holds: pd.DataFrame = field(default_factory=pd.DataFrame)
    lineage: pd.DataFrame = field(default_factory=pd.DataFrame)
    contracts: pd.DataFrame = field(default_factory=pd.DataFrame)
    batches: pd.DataFrame = field(default_factory=pd.DataFrame)
    batch_steps: pd.DataFrame = field(default_factory=pd.DataFrame)
    batch_parcels: pd.DataFrame = field(default_factory=pd.DataFrame)
    quotas: pd.DataFrame = field(default_factory=pd.DataFrame)


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
    overlay
        The constraint layers laid over the parcels; None for parcels that were put
        together without any.
    """

    reserve: Reserve
    on: dt.date
    parcels: gpd.GeoDataFrame
    catalogue_hash: str
    overlay: Overlay | None = None


def as_of(
    reserve: Reserve,
    *,
    on: dt.date,
    catalogues: Catalogues,
    overlay: Overlay | None = None,
) -> ReserveState:
    """Put together what is known of every parcel on a date.

    Parameters
    ----------
    reserve
        The records, each table checked by `zqland.tables.check`.
    on
        The date.
    catalogues
        The rules in force.
    overlay
        The constraint layers of the reserve laid over its parcels, where that is done
        already: it is the same on every day.

    Returns
    -------
    state
        Its ``parcels`` carry, beside their own columns, the areas by `STATE_METHODS`
        (``planar_m2``, ``ellipsoid_official_m2``, ``declared_m2``), the usable areas
        by the same (``usable_planar_m2`` …), ``constraints`` (keys of the layers that
        concern it) and ``forbidden_m2`` (planar), ``compactness``, and the columns of
        `zqland.readiness.derive`, `zqland.status.derive` and `zqland.holds.held`.

    Raises
    ------
    TableError
        Evidence names an unknown item or unit, or an event an unknown status.
    """
    laid = overlay or constraints.overlay(reserve.parcels, reserve.constraints)
    derived = derive(reserve, on=on, catalogues=catalogues, overlay=laid)
    return ReserveState(
        reserve=reserve,
        on=on,
        parcels=with_derived(reserve.parcels, derived),
        catalogue_hash=catalogues.hash,
        overlay=laid,
    )


def derive(
    reserve: Reserve, *, on: dt.date, catalogues: Catalogues, overlay: Overlay
) -> pd.DataFrame:
    """Derive what a state says of parcels besides their own columns.

    Parameters
    ----------
    reserve, on, catalogues
        As for `as_of`.
    overlay
        The constraint layers of the reserve laid over its parcels.

    Returns
    -------
    derived
        The derived columns of `as_of`, on the index of the parcels.
    """
    parcels = reserve.parcels
    measured = areas.measure(parcels, methods=STATE_METHODS)
    kept = holds.held(parcels, reserve.holds, on=on)
    found = {"constraints": overlay.keys(), "forbidden_m2": overlay.forbidden_m2}
    parts = [
        measured,
        overlay.usable(parcels, measured),
        pd.DataFrame(found, index=parcels.index),
        shape.compactness(gpd.GeoSeries(parcels["home_geometry"])),
        readiness.derive(parcels, reserve.evidence, on=on, rules=catalogues.readiness),
        status.derive(parcels, reserve.status_events, on=on, held=kept["held"]),
        kept,
    ]
    return pd.concat(parts, axis=1)


def with_derived(parcels: gpd.GeoDataFrame, derived: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put derived columns beside those of parcels, in place of any of the same name.

    Parameters
    ----------
    parcels
        Parcels.
    derived
        Columns on the same index.

    Returns
    -------
    parcels
        The parcels of a state.
    """
    own = parcels.drop(columns=derived.columns.intersection(parcels.columns))
    known = pd.concat([own, derived], axis=1)
    return gpd.GeoDataFrame(known, geometry=parcels.active_geometry_name)
