"""Write parcels as a drawing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from ezdxf.enums import TextEntityAlignment
from ezdxf.filemanagement import new

from zqland import catalogues
from zqland.findings import Severity
from zqland.reference import check_source
from zqland.text import Language, Text
from zqland_geodata.dxf.marks import APPLICATION, Mark, encode
from zqland_geodata.errors import FileUnreadableError, SourceCrsError
from zqland_geodata.rawtable import clean_text
from zqland_geodata.remarks import Rule
from zqland_geodata.writing.tables import one_zone, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    from ezdxf.document import Drawing
    from ezdxf.layouts.layout import Modelspace

    from zqland.findings import Finding
    from zqland_geodata.options import WriteOptions

RELEASES = {"gbk": "R2000", "utf-8": "R2010"}
"""Release of DXF by encoding: R2000 is the last but one that every CAD here opens."""

LONGEST_BYTES = 12_000
"""What the note about a boundary may take, of the 16 KB that a line can carry."""

_METRES = 6
_COLOURS = {"outline": 1, "id": 7, "name": 3}
_STYLE, _FONT = "ZQLAND", "simhei.ttf"
_OUTLINE = Text(en="Parcels", zh="地块")
_WIDE = 0x10000
_AREAS = (shapely.Polygon, shapely.MultiPolygon)


def write(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions
) -> list[Finding]:
    """Draw the parcels; see `zqland_geodata.writing.dxf.write`.

    Parameters
    ----------
    parcels
        Table *parcels*.
    path
        Where to write.
    options
        Plane, encoding and language.

    Returns
    -------
    findings
        What could not be kept.
    """
    encoding = _encoding(options.encoding)
    _check_plane(parcels, options, name=path.name)
    prepared = prepare(parcels, options)
    findings = list(prepared.findings)
    table = prepared.table.drop(columns=prepared.table.geometry.name)
    texts = {str(key): table[key].map(clean_text).to_list() for key in table.columns}
    drawing = new(RELEASES[encoding], units=_METRES)
    if encoding == "gbk":
        drawing.encoding = "gbk"
        findings += _not_in_gbk(texts)
    drawing.appids.add(APPLICATION)
    drawing.styles.add(_STYLE, font=_FONT)
    layers = _layers(options.language)
    for role, layer in layers.items():
        drawing.layers.add(layer, color=_COLOURS[role])
    epsg = one_zone(parcels) if options.crs is None else options.crs
    assert epsg is not None  # noqa: S101 - several zones were refused
    space = drawing.modelspace()
    for row, shape in enumerate(prepared.table.geometry):
        columns = {key: values[row] for key, values in texts.items() if values[row]}
        if not isinstance(shape, _AREAS) or shape.is_empty:
            findings.append(_NO_SHAPE.finding(columns["parcel_id"], "geometry"))
            continue
        for part, polygon in enumerate(shapely.get_parts(shape)):
            mark = Mark(epsg, row, part, 0, _short(columns, findings))
            _draw(space, polygon, mark, layers, encoding)
    _show(drawing, prepared.table.total_bounds.tolist())
    drawing.saveas(path)
    return findings


def _encoding(asked: str) -> str:
    plain = asked.casefold().replace("utf8", "utf-8") or "gbk"
    if plain not in RELEASES:
        raise FileUnreadableError(
            _NO_ENCODING.format(found=asked, known=", ".join(RELEASES))
        )
    return plain


def _check_plane(
    parcels: gpd.GeoDataFrame, options: WriteOptions, *, name: str
) -> None:
    """Refuse what would have to be drawn in degrees."""
    if options.crs is not None:
        if check_source(options.crs).is_geographic:
            raise SourceCrsError(_NO_DEGREES.format(name=name, epsg=options.crs))
    elif len(parcels) and one_zone(parcels) is None:
        zones = ", ".join(str(zone) for zone in sorted(parcels["home_zone"].unique()))
        raise SourceCrsError(_SEVERAL.format(name=name, zones=zones))


def _layers(language: Language) -> dict[str, str]:
    """Return the names of the layers: that of a text says what the text is."""
    rows = catalogues.columns()
    rows = rows[rows["table"] == "parcels"].set_index("column")
    names = rows["zh_name" if language is Language.ZH else "en_name"]
    return {
        "outline": _OUTLINE.in_language(language),
        "id": str(names["parcel_id"]),
        "name": str(names["name"]),
    }


def _short(columns: Mapping[str, str], findings: list[Finding]) -> dict[str, str]:
    """Leave out what a line cannot carry, the longest text first."""
    kept = dict(columns)
    while sum(map(len, encode(Mark(0, 0, 0, 0, kept)))) > LONGEST_BYTES:
        longest = max(kept, key=lambda key: len(kept[key]))
        findings.append(
            _TOO_LONG.finding(columns["parcel_id"], longest, kept.pop(longest))
        )
    return kept


def _draw(
    space: Modelspace,
    polygon: shapely.Polygon,
    mark: Mark,
    layers: Mapping[str, str],
    encoding: str,
) -> None:
    """Draw the rings of one part, and write its id and name within it."""
    for number, ring in enumerate([polygon.exterior, *polygon.interiors]):
        points = shapely.get_coordinates(ring)[:-1].tolist()
        line = space.add_lwpolyline(
            points, close=True, dxfattribs={"layer": layers["outline"]}
        )
        note = encode(replace(mark, ring=number))
        line.set_xdata(APPLICATION, [(1000, piece) for piece in note])
    at = shapely.get_coordinates(shapely.point_on_surface(polygon))[0].tolist()
    height = float(np.clip(np.sqrt(polygon.area) / 20.0, 0.5, 20.0))
    for role, key, alignment in (
        ("id", "parcel_id", TextEntityAlignment.BOTTOM_CENTER),
        ("name", "name", TextEntityAlignment.TOP_CENTER),
    ):
        words = _line(mark.columns.get(key, ""), encoding)
        if words:
            attributes = {"layer": layers[role], "style": _STYLE}
            text = space.add_text(words, height=height, dxfattribs=attributes)
            text.set_placement(at, align=alignment)


def _line(text: str, encoding: str) -> str:
    """Return a text as one line of a drawing, in which % and ^ begin codes."""
    words = " ".join(text.split()).replace("%%", "%%%%%%").replace("^", "^ ")
    return "".join(
        _letter(letter, encoding) for letter in words if letter.isprintable()
    )


def _letter(letter: str, encoding: str) -> str:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return f"\\U+{ord(letter):04X}" if ord(letter) < _WIDE else "?"
    return letter


def _not_in_gbk(texts: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Report labels with letters that GBK lacks."""
    return [
        _CODED.finding(texts["parcel_id"][row], key, value)
        for key in ("parcel_id", "name")
        for row, value in enumerate(texts.get(key, ()))
        if any(_letter(letter, "gbk") != letter for letter in value)
    ]


def _show(drawing: Drawing, bounds: Sequence[float]) -> None:
    """Open the drawing at its parcels."""
    if not np.isfinite(bounds).all():
        return
    west, south, east, north = bounds
    drawing.modelspace().reset_extents((west, south, 0.0), (east, north, 0.0))
    height = max(north - south, (east - west) / 2.0, 1.0) * 1.1
    centre = ((west + east) / 2.0, (south + north) / 2.0)
    drawing.set_modelspace_vport(height, centre)


_NO_ENCODING = Text(
    en="A drawing is not written in “{found}”. Choose one of {known}.",
    zh="不支持以“{found}”编码写出图纸。可用：{known}。",
)
_NO_DEGREES = Text(
    en="{name}: a drawing is in metres, and EPSG:{epsg} is in degrees. Name a plane, "
    "such as 4526.",
    zh="{name}：图纸以米为单位，而 EPSG:{epsg} 以度为单位。"
    "请指定平面坐标系，例如 4526。",
)
_SEVERAL = Text(
    en="{name}: the parcels lie in several planes ({zones}), and a drawing has one. "
    "Name the one to draw in as crs, or write each zone to a file of its own.",
    zh="{name}：地块分属多个投影带（{zones}），而一张图纸只有一个平面。请用 crs 指定，"
    "或分带写出。",
)
_NO_SHAPE = Rule(
    "write.no_shape",
    Severity.WARNING,
    Text(en="the parcel has no shape", zh="该地块没有图形"),
    Text(en="not drawn", zh="未绘制"),
)
_TOO_LONG = Rule(
    "write.text_dropped",
    Severity.WARNING,
    Text(
        en="the text is longer than a line of a drawing can carry",
        zh="文本超过图元可携带的长度",
    ),
    Text(
        en="left out; write a GeoPackage to keep it",
        zh="未写出；如需保留，请写出为 GeoPackage",
    ),
)
_CODED = Rule(
    "write.encoding",
    Severity.INFO,
    Text(en="GBK lacks a letter of the text", zh="GBK 中没有该字"),
    Text(
        en="drawn by its code, which CAD programs show as the letter; choose utf-8 to "
        "write it itself",
        zh="以字符代码写出，CAD 中可正常显示；如需直接写出，请选用 utf-8",
    ),
)
