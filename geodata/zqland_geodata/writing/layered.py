"""GeoPackage, GeoJSON, FlatGeobuf and GeoParquet: formats that say all of themselves.

Columns are written under the keys of ``columns.csv``, so that they need no field map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyogrio
from pyogrio.errors import DataSourceError

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.remarks import Rule
from zqland_geodata.writing.tables import prepare

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from zqland.findings import Finding
    from zqland_geodata.options import WriteOptions

LAYER = "parcels"
"""Name of the layer that is written."""

GEOPACKAGE_VERSION = "1.2"
"""Version of GeoPackage that is written: old enough for every GIS in use."""

GEOPARQUET_VERSION = "1.1.0"
"""Version of GeoParquet that is written: the first with bounding boxes."""

DECIMALS_DEGREES, DECIMALS_METRES = 10, 5
"""Decimals of coordinates in texts: some hundredths of a millimetre."""


def write_geopackage(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write a GeoPackage 1.2 with one layer.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        Reference system.

    Returns
    -------
    findings
        What was changed.
    """
    prepared = prepare(parcels, options)
    write_layer(
        prepared.table,
        path,
        driver="GPKG",
        layer=LAYER,
        dataset_options={"VERSION": GEOPACKAGE_VERSION},
    )
    return prepared.findings


def write_geojson(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write GeoJSON: degrees by RFC 7946, or another system named in a crs member.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        Reference system; none means longitude and latitude without a crs member, as
        RFC 7946 has it and web maps expect it.

    Returns
    -------
    findings
        What was changed.
    """
    prepared = prepare(parcels, options, degrees=True)
    system = prepared.table.crs
    is_plane = system is not None and system.is_projected
    decimals = DECIMALS_METRES if is_plane else DECIMALS_DEGREES
    table = prepared.table
    if options.crs is None:
        # The same figures under the name that the standard has for them.
        table = table.set_crs(4326, allow_override=True)
    write_layer(
        table,
        path,
        driver="GeoJSON",
        layer=LAYER,
        layer_options={
            "COORDINATE_PRECISION": str(decimals),
            "RFC7946": "YES" if options.crs is None else "NO",
        },
    )
    return prepared.findings


def write_flatgeobuf(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write FlatGeobuf with its spatial index.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        Reference system.

    Returns
    -------
    findings
        What was changed.
    """
    prepared = prepare(parcels, options)
    shapes = prepared.table.geometry
    without = shapes.is_empty | shapes.isna()
    findings = [
        *prepared.findings,
        *(
            _NO_SHAPE.finding(record, "geometry")
            for record in prepared.table.loc[without, "parcel_id"]
        ),
    ]
    write_layer(
        prepared.table,
        path,
        driver="FlatGeobuf",
        layer=LAYER,
        layer_options={"SPATIAL_INDEX": "NO" if without.any() else "YES"},
    )
    return findings


def write_geoparquet(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write GeoParquet 1.1 with the bounding box of every parcel.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        Reference system.

    Returns
    -------
    findings
        What was changed.
    """
    prepared = prepare(parcels, options)
    prepared.table.to_parquet(
        path,
        index=False,
        schema_version=GEOPARQUET_VERSION,
        write_covering_bbox=True,
        compression="zstd",
    )
    return prepared.findings


def write_layer(table: gpd.GeoDataFrame, path: Path, **how: Any) -> None:  # noqa: ANN401 - handed on to the driver
    """Write a table by GDAL, and say so in a sentence where it cannot.

    Parameters
    ----------
    table
        What to write.
    path
        Where to write.
    **how
        Driver, layer and options of pyogrio.

    Raises
    ------
    FileUnreadableError
        GDAL refuses.
    """
    try:
        pyogrio.write_dataframe(table, path, **how)
    except DataSourceError as error:
        reason = str(error).replace(str(path), path.name)
        raise FileUnreadableError(
            _NOT_WRITTEN.format(name=path.name, reason=reason)
        ) from error


_NOT_WRITTEN = Text(
    en="{name} cannot be written ({reason}). Choose another place or format.",
    zh="{name}无法写出（{reason}）。请改用其他位置或格式。",
)
_NO_SHAPE = Rule(
    "write.no_shape",
    Severity.WARNING,
    Text(en="the parcel has no shape", zh="该地块没有图形"),
    Text(
        en="written without one, and the file without a spatial index",
        zh="按无图形写出，文件不带空间索引",
    ),
)
