"""A layer as it stands in a file of boundaries, before its columns are understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from zqland.findings import Finding
    from zqland_geodata.fieldmap import TableMap


@dataclass(frozen=True, slots=True)
class Layer:
    """What a file holds before it is understood.

    Attributes
    ----------
    table
        Attributes and shapes as read, easting or longitude first; index 0, 1, …
    crs
        The system of the shapes, or ``None`` where the file states none.
    findings
        What was found so far.
    row_places
        Where each record stands, such as ``line 12``; empty for ``record 1`` …
    zone
        EPSG code of the home zone that the file fixes, or ``None`` to choose it.
    mapping
        Field map that lies beside the file, or ``None``; that of the user goes first.
    """

    table: gpd.GeoDataFrame
    crs: CRS | None
    findings: list[Finding]
    row_places: list[str] = field(default_factory=list)
    zone: int | None = None
    mapping: TableMap | None = None
