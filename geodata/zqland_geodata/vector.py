"""Read parcels from any file of boundaries.

Shapes and attributes come out as the table *parcels*: the surveyed coordinates in the
plane of the home zone are the record (kept digit by digit where the file is in that
plane), longitude and latitude are derived. Every record of the file comes out. A file
that cannot be read whole is refused with a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from zqland.text import Text
from zqland_geodata import (
    assembly,
    bundles,
    dxf,
    gdalfiles,
    geoparquet,
    homezones,
    kml,
    points,
    shapefile,
    systems,
)
from zqland_geodata.attributes import take_columns
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import FieldMap, TableMap, table_map
from zqland_geodata.layers import Layer
from zqland_geodata.localfiles import local_path
from zqland_geodata.options import ReadOptions
from zqland_geodata.rawtable import RawTable
from zqland_geodata.survey import read_survey_txt

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
    ".csv": points.read,
    ".kml": kml.read,
    ".kmz": kml.read,
    ".ovkml": kml.read,
    ".ovkmz": kml.read,
    ".dxf": dxf.read,
    ".dwg": dxf.refuse_dwg,
}
"""Who reads a layer, by the ending of the file."""

SURVEYS = (".txt",)
"""Endings of boundary-point exchange files, which say of parcels what they are."""

KINDS = (*(kind for kind in READERS if kind != ".dwg"), ".zip", *SURVEYS)
"""Endings of files that parcels can be read from; folders and archives hold one."""


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
        A file with one of the endings in `KINDS`, or a folder with one.
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
    with _opened(source, mapping, chosen) as (file, wanted):
        if file.suffix.lower() in SURVEYS:
            stated = replace(chosen, source_crs=wanted.source_crs)
            return read_survey_txt(file, options=stated)
        layer = _layer(file, wanted, chosen)
    return _understood(source.name, layer, mapping)


def read_layer(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read a layer of any meaning as it stands in a file.

    Parameters
    ----------
    source
        A local file that may be opened, or a folder with one; no survey TXT.
    mapping
        Layer and reference system, if they were given.
    options
        Limits, and what the file does not say itself.

    Returns
    -------
    layer
        Its records, one at least, in a system that zqland works with.

    Raises
    ------
    ReadError
        It cannot be read whole.
    """
    merged = _merged(mapping, options)
    with _opened(source, merged, options) as (file, wanted):
        return _layer(file, wanted, options)


def _merged(mapping: TableMap, options: ReadOptions) -> TableMap:
    """Fill in from the options what the field map does not say."""
    return replace(
        mapping,
        layer=mapping.layer or options.layer,
        source_crs=(
            options.source_crs if mapping.source_crs is None else mapping.source_crs
        ),
    )


@contextmanager
def _opened(
    source: Path, mapping: TableMap, options: ReadOptions
) -> Iterator[tuple[Path, TableMap]]:
    """Yield the file that is meant in a folder or archive, and the layer inside it."""
    inner = (*READERS, *SURVEYS)
    limits = options.limits
    with ExitStack() as open_folders:
        folder = source
        if source.suffix.lower() == ".zip" and not source.is_dir():
            folder = open_folders.enter_context(bundles.unpacked(source, inner, limits))
        if not folder.is_dir():
            yield source, mapping
            return
        file = bundles.find_file(
            folder, mapping.layer, inner, name=source.name, limits=limits
        )
        yield file, _inside(file, mapping)


def _inside(file: Path, mapping: TableMap) -> TableMap:
    """Return the mapping for a file that the layer may have named itself."""
    return replace(mapping, layer="") if mapping.layer == file.stem else mapping


def _layer(file: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise FileUnreadableError(
            _UNKNOWN_KIND.format(name=file.name, known=", ".join(KINDS))
        )
    layer = reader(file, mapping, options)
    if layer.table.empty:
        raise FileUnreadableError(_NO_RECORDS.format(name=file.name))
    count = int(shapely.get_num_coordinates(layer.table.geometry.to_numpy()).sum())
    if count > options.limits.points:
        raise FileUnreadableError(
            _TOO_MANY_POINTS.format(
                name=file.name, count=count, most=options.limits.points
            )
        )
    placed = systems.place(
        layer.table.geometry, mapping.source_crs, options.shifts, name=file.name
    )
    return replace(
        layer,
        table=layer.table.set_geometry(placed.shapes),
        crs=placed.shapes.crs,
        findings=[*layer.findings, *placed.findings],
    )


def _understood(name: str, layer: Layer, given: TableMap) -> ParcelsRead:
    """Find out what the columns are, and put the parcels together."""
    mapping = given
    if layer.mapping is not None and not given.columns:
        mapping = replace(given, columns=layer.mapping.columns)
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
        geometry=gpd.GeoSeries(layer.table.geometry),
        row_places=row_places,
        name=name,
        zone=zones if zone is None else zone,
    )
    return assembly.assemble(shapes, taken.table, [*findings, *taken.findings])


_UNKNOWN_KIND = Text(
    en="{name} is of no kind that parcels are read from. Known: {known}, or the "
    "folder of a Shapefile. Sheets of projects, evidence or status stand beside the "
    "parcels, as --projects, --evidence or --status.",
    zh="{name}不是可读取的地块文件。可用：{known}，或 Shapefile 所在文件夹。"
    "项目、佐证、状态表请随地块文件以 --projects、--evidence、--status 给出。",
)
_TOO_MANY_POINTS = Text(
    en="{name} has {count} points, and at most {most} points are read. Split it.",
    zh="{name}有 {count} 个点，最多读取 {most} 个。请拆分。",
)
_NO_RECORDS = Text(
    en="{name} holds no records. Export it again with the parcels in it.",
    zh="{name}中没有记录。请重新导出并包含地块。",
)
