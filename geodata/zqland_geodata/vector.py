"""Read parcels from GeoJSON, GeoPackage, Shapefile or survey TXT.

Shapes and attributes come out as the table *parcels*: the surveyed coordinates in the
plane of the home zone are the record (kept digit by digit where the file is in that
plane), longitude and latitude are derived. Every record of the file comes out. A file
that cannot be read whole is refused with a sentence that says what to do.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FieldError

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import assembly, extent, survey_txt
from zqland_geodata.attributes import take_columns
from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.fieldmap import FieldMap, table_map
from zqland_geodata.localfiles import local_path, unpack
from zqland_geodata.rawtable import RawTable
from zqland_geodata.remarks import Rule
from zqland_geodata.shapefile import (
    BYTE_BY_BYTE,
    PARTS,
    attribute_encoding,
    check_parts,
    decode_table,
    find_shapefile,
)

if TYPE_CHECKING:
    from pyproj import CRS

    from zqland_geodata.assembly import ParcelsRead

_DRIVERS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
}

KINDS = (*_DRIVERS, ".zip", ".txt")
"""Endings of files that parcels can be read from; a folder is a Shapefile."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """What a file holds before it is understood."""

    table: gpd.GeoDataFrame
    crs: CRS | None
    findings: list[Finding]


def read_parcels(path: str | Path, *, fieldmap: FieldMap | None = None) -> ParcelsRead:
    """Read parcels from a file.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile (``.shp``, its folder or a zip archive) or
        canonical survey TXT.
    fieldmap
        Which column is what; headings are recognised without it.

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
    source = local_path(path)
    mapping = table_map(fieldmap, "parcels")
    if source.suffix.lower() == ".txt":
        return survey_txt.read_survey_txt(source)
    layer = _read(source, mapping.layer)
    if layer.table.empty:
        raise FileUnreadableError(_NO_RECORDS.format(name=source.name))
    system = extent.source_crs(layer.crs, mapping.source_crs, name=source.name)
    row_places = [f"record {number}" for number in range(1, len(layer.table) + 1)]
    raw = layer.table.drop(columns=layer.table.geometry.name)
    taken = take_columns(
        RawTable(source.name, raw, "parcels", row_places),
        mapping,
        needed=("parcel_id",),
        id_column="parcel_id",
    )
    shapes = assembly.Shapes(
        geometry=layer.table.geometry.set_crs(system, allow_override=True),
        row_places=row_places,
        name=source.name,
        zone=mapping.home_zone,
    )
    return assembly.assemble(shapes, taken.table, [*layer.findings, *taken.findings])


def _read(source: Path, layer: str) -> _Layer:
    encoding = sys.getfilesystemencoding()
    if encoding != "utf-8" and not str(source).isascii():
        # GDAL takes every name for UTF-8 and would look for another file.
        raise FileUnreadableError(
            _FOREIGN_NAME.format(name=source.name, encoding=encoding)
        )
    if source.is_dir():
        return _read_shapefile(find_shapefile(source, layer, name=source.name))
    suffix = source.suffix.lower()
    if suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            unpack(source, Path(folder), PARTS)
            found = find_shapefile(Path(folder), layer, name=source.name)
            return _read_shapefile(found)
    if suffix == ".shp":
        check_parts(source)
        return _read_shapefile(source)
    if suffix not in _DRIVERS:
        raise FileUnreadableError(
            _UNKNOWN_KIND.format(name=source.name, known=", ".join(KINDS))
        )
    return _read_layer(source, _choose_layer(source, layer), encoding=None)


def _read_shapefile(path: Path) -> _Layer:
    encoding = attribute_encoding(path)
    # Read byte by byte: GDAL cannot read a text whose last letter is cut in two.
    layer = _read_layer(path, path.stem, encoding=BYTE_BY_BYTE)
    table, findings = decode_table(layer.table, encoding.name, name=path.name)
    return replace(
        layer, table=table, findings=[*encoding.findings, *layer.findings, *findings]
    )


def _choose_layer(source: Path, layer: str) -> str:
    with warnings.catch_warnings():
        # What GDAL has to say is said again, and kept, when the layer is read.
        warnings.simplefilter("ignore")
        try:
            layers: Any = pyogrio.list_layers(source)
        except DataSourceError as error:
            raise FileUnreadableError(_unreadable(source, error)) from error
    known = [str(name) for name, kind in layers if kind is not None]
    if layer and layer not in known:
        raise MissingLayerError(
            _NO_LAYER.format(name=source.name, layer=layer, known=", ".join(known))
        )
    if not layer and len(known) != 1:
        text = _MANY_LAYERS if known else _NO_LAYERS
        raise MissingLayerError(text.format(name=source.name, known=", ".join(known)))
    return layer or known[0]


def _read_layer(source: Path, layer: str, *, encoding: str | None) -> _Layer:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            info = pyogrio.read_info(source, layer=layer, encoding=encoding)
            # GDAL tells kinds apart by content; only the one that was named is read.
            if info["driver"] != _DRIVERS[source.suffix.lower()]:
                raise FileUnreadableError(
                    _OTHER_KIND.format(name=source.name, kind=info["driver"])
                )
            if info["geometry_type"] is None:
                raise FileUnreadableError(_NO_SHAPES.format(name=source.name))
            table = pyogrio.read_dataframe(
                source, layer=layer, encoding=encoding, on_invalid="ignore"
            )
        except (DataSourceError, DataLayerError, FieldError, OSError) as error:
            raise FileUnreadableError(_unreadable(source, error)) from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise FileUnreadableError(_NO_SHAPES.format(name=source.name))
    if len(table) < info["features"]:
        facts = {"count": len(table), "stated": info["features"]}
        raise FileUnreadableError(_CUT_OFF.format(name=source.name, **facts))
    findings = [
        _REMARK.finding("", "", warning.message, place=source.name)
        for warning in caught
    ]
    return _Layer(table.reset_index(drop=True), table.crs, findings)


def _unreadable(source: Path, error: Exception) -> Text:
    reason = str(error).replace(str(source), source.name)
    return _UNREADABLE.format(name=source.name, reason=reason)


_FOREIGN_NAME = Text(
    en="{name} or a folder above it has a name that this machine writes in {encoding}, "
    "and map files are opened by names in UTF-8. Copy the file to a place whose name "
    "has plain letters only.",
    zh="{name}或其上级文件夹的名称在本机以 {encoding} 编码，而地图文件按 UTF-8 名称"
    "打开。请把文件复制到只含英文字母和数字的路径。",
)
_UNKNOWN_KIND = Text(
    en="{name} is of no kind that parcels are read from. Known: {known}, or the "
    "folder of a Shapefile.",
    zh="{name}不是可读取的地块文件。可用：{known}，或 Shapefile 所在文件夹。",
)
_OTHER_KIND = Text(
    en="{name} is in truth a file of the kind {kind}. Export it in the format of its "
    "ending.",
    zh="{name}实际为 {kind} 格式。请按扩展名对应的格式重新导出。",
)
_UNREADABLE = Text(
    en="{name} cannot be read ({reason}). Export it again from the system it is from.",
    zh="{name}无法读取（{reason}）。请从原系统重新导出。",
)
_NO_RECORDS = Text(
    en="{name} holds no records. Export it again with the parcels in it.",
    zh="{name}中没有记录。请重新导出并包含地块。",
)
_CUT_OFF = Text(
    en="{name} states {stated} records, and only {count} can be read: it is damaged. "
    "Export it again.",
    zh="{name}标明 {stated} 条记录，只能读出 {count} 条，文件已损坏。请重新导出。",
)
_NO_SHAPES = Text(
    en="{name} holds records without shapes. Give the file with the boundaries.",
    zh="{name}中的记录没有图形。请给出带界线的文件。",
)
_NO_LAYER = Text(
    en="{name} has no layer “{layer}”; it has: {known}. Name one of them in the field "
    "map.",
    zh="{name}中没有图层“{layer}”；现有：{known}。请在字段映射中指明其一。",
)
_MANY_LAYERS = Text(
    en="{name} has several layers: {known}. Name one as layer in a field map.",
    zh="{name}中有多个图层：{known}。请在字段映射中用 layer 指明一个。",
)
_NO_LAYERS = Text(
    en="{name} has no layer with shapes. Give the file with the boundaries.",
    zh="{name}中没有图形图层。请给出带界线的文件。",
)
_REMARK = Rule(
    "file.remark",
    Severity.WARNING,
    Text(en="the reading library remarks on the file", zh="读取程序对该文件有提示"),
    Text(en="read on", zh="继续读取"),
)
