"""Write parcels as DXF."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from zqland.findings import Finding
    from zqland_geodata.options import WriteOptions


def write(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write a closed polyline for each ring, with id and name within each part.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        Plane, encoding (GBK for DXF R2000, else UTF-8 for R2010) and language of the
        layers.

    Returns
    -------
    findings
        What could not be kept.

    Raises
    ------
    FileUnreadableError
        There are no parcels, or the encoding is none of DXF.
    SourceCrsError
        The parcels lie in several planes and none was named, or degrees were.
    """
    # The library takes half a second to load, which only drawings need.
    from zqland_geodata.writing import drawing  # noqa: PLC0415

    return drawing.write(parcels, path, options)
