"""Which parcels are sought: by place, park, district and area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from shapely import MultiPolygon, Polygon


@dataclass(frozen=True, slots=True)
class Place:
    """Which parcels are sought; what is not given does not matter.

    Attributes
    ----------
    bbox
        West, south, east and north in degrees: parcels whose bounds touch them.
    shape
        A shape in EPSG:4490: parcels that touch it.
    parks, districts
        Codes of the parks, of the districts.
    area_m2
        Least and largest planar area in the home zone, both inclusive.
    """

    bbox: tuple[float, float, float, float] | None = None
    shape: Polygon | MultiPolygon | None = None
    parks: Collection[str] | None = None
    districts: Collection[str] | None = None
    area_m2: tuple[float, float] | None = None


def within(place: Place, dialect: str) -> list[sa.ColumnElement[bool]]:
    """Say it to the database.

    Parameters
    ----------
    place
        Which parcels.
    dialect
        PostGIS judges shapes itself; SQLite by the bounds, and `inside` does the rest.

    Returns
    -------
    clauses
        All of them have to hold.
    """
    table = RECORDS["parcels"].table
    clauses: list[sa.ColumnElement[bool]] = []
    if place.parks is not None:
        clauses.append(table.c.park_id.in_(list(place.parks)))
    if place.districts is not None:
        clauses.append(table.c.district.in_(list(place.districts)))
    if place.area_m2 is not None:
        least, largest = place.area_m2
        clauses.append(table.c.planar_m2.between(least, largest))
    clauses += [_touching(box, dialect) for box in _boxes(place)]
    if place.shape is not None and dialect == "postgresql":
        sought = sa.func.ST_GeomFromWKB(place.shape.wkb, 4490)
        clauses.append(sa.func.ST_Intersects(table.c.geometry, sought))
    return clauses


def inside(parcels: gpd.GeoDataFrame, place: Place) -> gpd.GeoDataFrame:
    """Keep the parcels that touch the shape, where only bounds were compared.

    Parameters
    ----------
    parcels
        Parcels that the database found.
    place
        Which are sought.

    Returns
    -------
    parcels
        Those that touch the shape.
    """
    if place.shape is None:
        return parcels
    return parcels[parcels.geometry.intersects(place.shape)]


def _boxes(place: Place) -> list[tuple[float, ...]]:
    boxes = [] if place.bbox is None else [tuple(place.bbox)]
    return boxes if place.shape is None else [*boxes, place.shape.bounds]


def _touching(box: tuple[float, ...], dialect: str) -> sa.ColumnElement[bool]:
    table = RECORDS["parcels"].table
    west, south, east, north = box
    exact = (
        (table.c.west <= east)
        & (table.c.east >= west)
        & (table.c.south <= north)
        & (table.c.north >= south)
    )
    if dialect == "postgresql":
        # The index of PostGIS finds them; its boxes are coarser than the bounds.
        envelope = sa.func.ST_MakeEnvelope(west, south, east, north, 4490)
        return exact & table.c.geometry.op("&&", is_comparison=True)(envelope)
    return exact
