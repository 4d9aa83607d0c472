"""Read parcels from any file of boundaries.

Shapes and attributes come out as the table *parcels*: the surveyed coordinates in the
plane of the home zone are the record (kept digit by digit where the file is in that
plane), longitude and latitude are derived. Every record of the file comes out. A file
that cannot be read whole is refused with a sentence that says what to do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata import (
    assembly,
    extent,
    gdalfiles,
    geoparquet,
    homezones,
    shapefile,
    survey_txt,
)
from zqland_geodata.attributes import take_columns
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import FieldMap, TableMap, table_map
from zqland_geodata.layers import Layer
from zqland_geodata.localfiles import local_path, unpack
from zqland_geodata.options import ReadOptions
from zqland_geodata.rawtable import RawTable

if TYPE_CHECKING:
    from zqland_geodata.assembly import ParcelsRead

Reader = Callable[[Path, TableMap, ReadOptions], Layer]

READERS: dict[str, Reader] = {
    ".geojson": gdalfiles.read,
    ".json": gdalfiles.read,
    ".gpkg": gdalfiles.read,
    ".fgb": gdalfiles.read,
    ".parquet": geoparquet.read,
    ".geoparquet": geoparquet.read,
    ".shp": shapefile.read,
}
"""Who reads a layer, by the ending of the file."""

KINDS = (*READERS, ".zip", ".txt")
"""Endings of files that parcels can be read from; a folder is a Shapefile."""


def read_parcels(
    path: str | Path,
    *,
    fieldmap: FieldMap | None = None,
    options: ReadOptions | None = None,
) -> ParcelsRead:
    """Read parcels from a file.

    Parameters
    ----------
    path
        A file with one of the endings in `KINDS`, or the folder of a Shapefile.
    fieldmap
        Which column is what; headings are recognised without it.
    options
        Limits, and what the file does not say itself.

    Returns
    -------
    read
        The parcels, and what was found while reading them.

    Raises
    ------
    ReadError
        The file cannot be read whole: `FileUnreadableError`, `MissingLayerError`,
        `MissingColumnError`, `AmbiguousColumnError`, `SurveyTextError` or
        `SourceCrsError`.
    """
    chosen = ReadOptions() if options is None else options
    source = local_path(path, chosen.limits)
    mapping = _merged(table_map(fieldmap, "parcels"), chosen)
    if source.suffix.lower() == ".txt":
        return survey_txt.read_survey_txt(source)
    layer = read_layer(source, mapping, chosen)
    return _understood(source.name, layer, mapping)


def read_layer(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read a layer as it stands in a file.

    Parameters
    ----------
    source
        A local file that may be opened, or the folder of a Shapefile.
    mapping
        Layer and reference system, if they were given.
    options
        Limits.

    Returns
    -------
    layer
        Its records, one at least.

    Raises
    ------
    ReadError
        It cannot be read whole.
    """
    layer = _read(source, mapping, options)
    if layer.table.empty:
        raise FileUnreadableError(_NO_RECORDS.format(name=source.name))
    return layer


def _merged(mapping: TableMap, options: ReadOptions) -> TableMap:
    """Fill in from the options what the field map does not say."""
    return replace(
        mapping,
        layer=mapping.layer or options.layer,
        source_crs=(
            options.source_crs if mapping.source_crs is None else mapping.source_crs
        ),
    )


def _read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    if source.is_dir():
        return shapefile.read_folder(source, mapping, options, name=source.name)
    suffix = source.suffix.lower()
    if suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            unpack(source, Path(folder), shapefile.PARTS, options.limits)
            return shapefile.read_folder(
                Path(folder), mapping, options, name=source.name
            )
    if suffix not in READERS:
        raise FileUnreadableError(
            _UNKNOWN_KIND.format(name=source.name, known=", ".join(KINDS))
        )
    return READERS[suffix](source, mapping, options)


def _understood(name: str, layer: Layer, mapping: TableMap) -> ParcelsRead:
    """Find out what the columns are, and put the parcels together."""
    system = extent.source_crs(layer.crs, mapping.source_crs, name=name)
    count = len(layer.table)
    row_places = layer.row_places or [f"record {row}" for row in range(1, count + 1)]
    findings = list(layer.findings)
    columns, zones = homezones.take(
        layer.table.drop(columns=layer.table.geometry.name), findings
    )
    taken = take_columns(
        RawTable(name, columns, "parcels", row_places),
        mapping,
        needed=("parcel_id",),
        id_column="parcel_id",
    )
    zone = layer.zone if mapping.home_zone is None else mapping.home_zone
    shapes = assembly.Shapes(
        geometry=layer.table.geometry.set_crs(system, allow_override=True),
        row_places=row_places,
        name=name,
        zone=zones if zone is None else zone,
    )
    return assembly.assemble(shapes, taken.table, [*findings, *taken.findings])


_UNKNOWN_KIND = Text(
    en="{name} is of no kind that parcels are read from. Known: {known}, or the "
    "folder of a Shapefile.",
    zh="{name}不是可读取的地块文件。可用：{known}，或 Shapefile 所在文件夹。",
)
_NO_RECORDS = Text(
    en="{name} holds no records. Export it again with the parcels in it.",
    zh="{name}中没有记录。请重新导出并包含地块。",
)
