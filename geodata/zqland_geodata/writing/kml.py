"""Write parcels as KML, KMZ, ovkml or ovkmz."""

from __future__ import annotations

import re
import zipfile
from html import escape
from io import BytesIO
from typing import IO, TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from zqland import catalogues, datums
from zqland.findings import Severity
from zqland.reference import check_source
from zqland.text import Language, Text
from zqland_geodata.errors import FileUnreadableError, SourceCrsError
from zqland_geodata.kml.reader import OVITAL, PACKED
from zqland_geodata.kml.systems import System
from zqland_geodata.rawtable import clean_text
from zqland_geodata.remarks import Rule
from zqland_geodata.writing.tables import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from zqland.findings import Finding
    from zqland_geodata.options import WriteOptions

DECIMALS = 10
"""Decimals of the degrees: a hundredth of a millimetre."""

_SCHEMA = "parcels"
_TYPES = {"i": "int", "u": "int", "f": "double"}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def write(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Write a document with a placemark for each parcel.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write; the ending says which of the four kinds.
    options
        Language of headings; ``web_map`` for ovkml and ovkmz.

    Returns
    -------
    findings
        What could not be kept.

    Raises
    ------
    FileUnreadableError
        There are no parcels, or the shifted coordinates of a web map are asked for a
        kind that cannot say so.
    SourceCrsError
        A plane is asked for; KML holds degrees.
    """
    system = _system(path, options)
    prepared = prepare(parcels, options, degrees=True)
    shapes = prepared.table.geometry
    if system in {System.GCJ02, System.BD09}:
        function = (
            datums.wgs84_to_gcj02 if system is System.GCJ02 else datums.wgs84_to_bd09
        )
        shapes = datums.shift(shapes, function)
    table = prepared.table.drop(columns=prepared.table.geometry.name)
    document = BytesIO()
    stated = system if path.suffix.lower() in OVITAL else None
    findings = [*prepared.findings, *_unwritable(table)]
    _write_document(document, table, shapes.to_numpy(), options.language, stated)
    if path.suffix.lower() in PACKED:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            # A fixed day, so that the same parcels give the same file.
            entry = zipfile.ZipInfo("doc.kml", _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, document.getvalue())
    else:
        path.write_bytes(document.getvalue())
    return findings


def _system(path: Path, options: WriteOptions) -> System:
    """Return the coordinates that are asked for, or refuse what KML cannot hold."""
    if options.crs is not None and not check_source(options.crs).is_geographic:
        raise SourceCrsError(_DEGREES.format(name=path.name, epsg=options.crs))
    if not options.web_map:
        return System.CGCS2000
    if path.suffix.lower() not in OVITAL:
        raise FileUnreadableError(_CANNOT_SAY.format(name=path.name))
    for system in (System.GCJ02, System.BD09):
        if options.web_map.casefold() == system.value.casefold():
            return system
    raise FileUnreadableError(_NO_WEB_MAP.format(word=options.web_map))


def _write_document(
    file: IO[bytes],
    table: pd.DataFrame,
    shapes: NDArray[np.object_],
    language: Language,
    stated: System | None,
) -> None:
    def put(text: str) -> None:
        file.write(text.encode("utf-8"))

    put(_HEAD)
    put(f'<Schema name="{_SCHEMA}" id="{_SCHEMA}">\n')
    for key, heading in _headings(table, language).items():
        kind = _TYPES.get(table[key].dtype.kind, "string")
        put(
            f'<SimpleField type="{kind}" name="{escape(_clean(key))}">'
            f"<displayName>{escape(_clean(heading))}</displayName></SimpleField>\n"
        )
    put("</Schema>\n")
    coordinates = _coordinates(shapes)
    texts = {key: table[key].map(_text).to_list() for key in table.columns}
    names = table["name"].fillna(table["parcel_id"]) if "name" in table else None
    titles = table["parcel_id"] if names is None else names
    for row, (shape, title) in enumerate(zip(shapes, titles, strict=True)):
        put(f"<Placemark><name>{escape(_clean(title))}</name>\n")
        if stated is not None:
            put(f"<OvCoordType>{stated}</OvCoordType>\n")
        put(f'<ExtendedData><SchemaData schemaUrl="#{_SCHEMA}">\n')
        for key, values in texts.items():
            if values[row]:
                put(
                    f'<SimpleData name="{escape(_clean(key))}">'
                    f"{escape(values[row])}</SimpleData>\n"
                )
        put("</SchemaData></ExtendedData>\n")
        put(_geometry(shape, coordinates))
        put("</Placemark>\n")
    put("</Document></kml>\n")


def _headings(table: pd.DataFrame, language: Language) -> dict[str, str]:
    rows = catalogues.columns()
    rows = rows[rows["table"] == "parcels"].set_index("column")
    names = rows["zh_name" if language is Language.ZH else "en_name"]
    return {str(key): str(names.get(key, key)) for key in table.columns}


def _coordinates(shapes: NDArray[np.object_]) -> Iterator[str]:
    """Give the coordinates of every ring as text, in the order of the shapes."""
    parts = shapely.get_parts(shapes)
    parts = parts[~shapely.is_empty(parts)]
    rings = shapely.get_rings(parts)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    words = [f"{x:.{DECIMALS}f},{y:.{DECIMALS}f}" for x, y in points.tolist()]
    ends = np.cumsum(np.bincount(ring, minlength=len(rings))).tolist()
    start = 0
    for end in ends:
        yield " ".join(words[start:end])
        start = end


def _geometry(shape: shapely.Geometry | None, coordinates: Iterator[str]) -> str:
    parts = [part for part in shapely.get_parts(shape) if not part.is_empty]
    polygons = [
        "<Polygon>"
        + "".join(
            f"<{side}><LinearRing><coordinates>{next(coordinates)}</coordinates>"
            f"</LinearRing></{side}>"
            for side in _sides(part)
        )
        + "</Polygon>\n"
        for part in parts
    ]
    if len(polygons) == 1:
        return polygons[0]
    return f"<MultiGeometry>{''.join(polygons)}</MultiGeometry>\n" if polygons else ""


def _sides(part: shapely.Polygon) -> list[str]:
    return ["outerBoundaryIs", *["innerBoundaryIs"] * len(part.interiors)]


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return _clean(clean_text(value))


def _clean(text: object) -> str:
    return _FORBIDDEN.sub("\ufffd", str(text))


def _unwritable(table: pd.DataFrame) -> list[Finding]:
    """Report texts with letters that XML cannot hold."""
    return [
        _LETTER.finding(table["parcel_id"].iloc[row], key)
        for key in table.columns
        for row, value in enumerate(table[key].map(clean_text))
        if _FORBIDDEN.search(value)
    ]


_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
"""
_DEGREES = Text(
    en="{name}: KML holds longitude and latitude, and EPSG:{epsg} is a plane. Leave "
    "the reference system away, or write another format.",
    zh="{name}：KML 只能存经纬度，而 EPSG:{epsg} 是平面坐标系。"
    "请不指定坐标系，或改用其他格式。",
)
_CANNOT_SAY = Text(
    en="{name}: this kind of file cannot say that its coordinates are shifted, and "
    "programs would take them for true ones. Write .ovkml or .ovkmz.",
    zh="{name}：该格式无法注明坐标已偏移，其他软件会当作真实坐标。"
    "请写出为 .ovkml 或 .ovkmz。",
)
_NO_WEB_MAP = Text(
    en="“{word}” is no web map coordinate that is written. Choose gcj02 or bd09.",
    zh="不支持网络地图坐标“{word}”。请选用 gcj02 或 bd09。",
)
_LETTER = Rule(
    "write.letter",
    Severity.WARNING,
    Text(
        en="the text holds a control character, which XML cannot hold",
        zh="文本含有 XML 不允许的控制字符",
    ),
    Text(en="replaced by a mark", zh="已替换为占位符"),
)
