"""Layers of files that GDAL reads: GeoPackage, GeoJSON, FlatGeobuf and Shapefile.

GDAL tells kinds apart by content and follows references to other files. So each file
is opened as the one kind that its ending names, and refused if it is another.
"""

from __future__ import annotations

import mmap
import re
import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
from shapely.errors import ShapelyError

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError, MissingLayerError, ReadError
from zqland_geodata.layers import Layer
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.options import ReadOptions

DRIVERS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".fgb": "FlatGeobuf",
    ".shp": "ESRI Shapefile",
}
"""The one kind that is opened under each ending."""

_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')
_FAULTS = (
    RuntimeError,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    ShapelyError,
)
# pyogrio takes these for marks of an archive, a query or nothing at all.
_MARKS = re.compile(r"[!;\x00-\x1f]")


def read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read a layer of a file that says itself how its texts are encoded.

    Parameters
    ----------
    source
        GeoJSON, GeoPackage or FlatGeobuf.
    mapping
        Its ``layer`` names one of several.
    options
        Limits.

    Returns
    -------
    layer
        Every record of the layer.

    Raises
    ------
    FileUnreadableError
        It is broken, of another kind, or without shapes.
    MissingLayerError
        There is no such layer, or several and none was named.
    """
    check_name(source)
    layer = read_layer(source, choose_layer(source, mapping.layer), options)
    is_json = DRIVERS[source.suffix.lower()] == "GeoJSON"
    if is_json and mapping.source_crs is not None and not _names_system(source):
        # Without a crs member a GeoJSON is taken for WGS 84: the user knows better.
        bare = gpd.GeoSeries(layer.table.geometry.to_numpy())
        columns = layer.table.drop(columns=layer.table.geometry.name)
        table = gpd.GeoDataFrame(columns, geometry=bare)
        return replace(layer, crs=None, table=table)
    return layer


def _names_system(source: Path) -> bool:
    """Tell whether a GeoJSON has a crs member."""
    with (
        source.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return _CRS_MEMBER.search(content) is not None


def check_name(source: Path) -> None:
    """Refuse a name that GDAL would take for that of another file."""
    encoding = sys.getfilesystemencoding()
    if encoding != "utf-8" and not str(source).isascii():
        raise FileUnreadableError(
            _FOREIGN_NAME.format(name=source.name, encoding=encoding)
        )
    if _MARKS.search(str(source)):
        raise FileUnreadableError(_MARKED_NAME.format(name=source.name))


def choose_layer(source: Path, layer: str) -> str:
    """Return the layer that is meant: the one named, or the only one with shapes."""
    with warnings.catch_warnings():
        # What GDAL has to say is said again, and kept, when the layer is read.
        warnings.simplefilter("ignore")
        try:
            layers: Any = pyogrio.list_layers(_address(source))
        except _FAULTS as error:
            raise FileUnreadableError(unreadable(source, error)) from error
    known = [str(name) for name, kind in layers if kind is not None]
    if layer and layer not in known:
        raise MissingLayerError(
            _NO_LAYER.format(name=source.name, layer=layer, known=", ".join(known))
        )
    if not layer and len(known) != 1:
        text = _MANY_LAYERS if known else _NO_LAYERS
        raise MissingLayerError(text.format(name=source.name, known=", ".join(known)))
    return layer or known[0]


def read_layer(
    source: Path, layer: str, options: ReadOptions, *, encoding: str | None = None
) -> Layer:
    """Read one layer whole.

    Parameters
    ----------
    source
        The file.
    layer
        Name of the layer.
    options
        Limits.
    encoding
        Encoding of its texts where the file does not say so itself.

    Returns
    -------
    layer
        Its records, with the remarks of the reading library as findings.

    Raises
    ------
    FileUnreadableError
        It is broken, cut off, of another kind, too large or without shapes.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            address = _address(source)
            info = pyogrio.read_info(address, layer=layer, encoding=encoding)
            _check_info(source, info, options)
            table = pyogrio.read_dataframe(
                address, layer=layer, encoding=encoding, on_invalid="ignore"
            )
        except ReadError:
            raise
        except _FAULTS as error:
            raise FileUnreadableError(unreadable(source, error)) from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise FileUnreadableError(NO_SHAPES.format(name=source.name))
    if len(table) < info["features"]:
        facts = {"count": len(table), "stated": info["features"]}
        raise FileUnreadableError(_CUT_OFF.format(name=source.name, **facts))
    findings = [
        _REMARK.finding("", "", warning.message, place=source.name)
        for warning in caught
    ]
    return Layer(table.reset_index(drop=True), table.crs, findings)


def unreadable(source: Path, error: Exception) -> Text:
    """Say that a file cannot be read, with the reason of the library."""
    reason = str(error).replace(_address(source), source.name)
    reason = reason.replace(str(source), source.name)
    return _UNREADABLE.format(name=source.name, reason=reason)


def _address(source: Path) -> str:
    """Return the name under which GDAL opens a file as the one kind of its ending.

    Of the kinds that begin like a GeoJSON some run a pipeline or follow references when
    they are opened; with the name of the driver before the path no other looks at it.
    """
    is_json = DRIVERS.get(source.suffix.lower()) == "GeoJSON"
    return f"GeoJSON:{source}" if is_json else str(source)


def _check_info(source: Path, info: dict[str, Any], options: ReadOptions) -> None:
    if info["driver"] != DRIVERS[source.suffix.lower()]:
        raise FileUnreadableError(
            _OTHER_KIND.format(name=source.name, kind=info["driver"])
        )
    if info["geometry_type"] is None:
        raise FileUnreadableError(NO_SHAPES.format(name=source.name))
    if info["features"] > options.limits.records:
        raise FileUnreadableError(
            _TOO_MANY.format(
                name=source.name,
                count=info["features"],
                most=options.limits.records,
            )
        )
    if info["features"] * len(info["fields"]) > options.limits.cells:
        raise FileUnreadableError(
            _TOO_WIDE.format(name=source.name, columns=len(info["fields"]))
        )


_FOREIGN_NAME = Text(
    en="{name} or a folder above it has a name that this machine writes in {encoding}, "
    "and map files are opened by names in UTF-8. Copy the file to a place whose name "
    "has plain letters only.",
    zh="{name}或其上级文件夹的名称在本机以 {encoding} 编码，而地图文件按 UTF-8 名称"
    "打开。请把文件复制到只含英文字母和数字的路径。",
)
_MARKED_NAME = Text(
    en="{name} or a folder above it has “!”, “;” or a control character in its name. "
    "Rename it.",
    zh="{name}或其上级文件夹的名称含“!”“;”或控制字符。请改名。",
)
_TOO_WIDE = Text(
    en="{name} has {columns} fields, more than are read for that many records. Export "
    "only the fields that are needed.",
    zh="{name}有 {columns} 个字段，按其记录数超出可读取的数量。请只导出需要的字段。",
)
_OTHER_KIND = Text(
    en="{name} is in truth a file of the kind {kind}. Export it in the format of its "
    "ending.",
    zh="{name}实际为 {kind} 格式。请按扩展名对应的格式重新导出。",
)
_TOO_MANY = Text(
    en="{name} has {count} records, and at most {most} are read. Split it.",
    zh="{name}有 {count} 条记录，最多读取 {most} 条。请拆分。",
)
_UNREADABLE = Text(
    en="{name} cannot be read ({reason}). Export it again from the system it is from.",
    zh="{name}无法读取（{reason}）。请从原系统重新导出。",
)
_CUT_OFF = Text(
    en="{name} states {stated} records, and only {count} can be read: it is damaged. "
    "Export it again.",
    zh="{name}标明 {stated} 条记录，只能读出 {count} 条，文件已损坏。请重新导出。",
)
NO_SHAPES = Text(
    en="{name} holds records without shapes. Give the file with the boundaries.",
    zh="{name}中的记录没有图形。请给出带界线的文件。",
)
"""What is said of a table without shapes."""

_NO_LAYER = Text(
    en="{name} has no layer “{layer}”; it has: {known}. Name one of them in the field "
    "map.",
    zh="{name}中没有图层“{layer}”；现有：{known}。请在字段映射中指明其一。",
)
_MANY_LAYERS = Text(
    en="{name} has several layers: {known}. Name one with --layer, or as layer "
    "in a field map.",
    zh="{name}中有多个图层：{known}。请用 --layer 或字段映射的 layer 指明一个。",
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
