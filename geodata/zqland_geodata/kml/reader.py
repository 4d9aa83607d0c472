"""Read the polygons of KML, KMZ, ovkml and ovkmz."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata import archives
from zqland_geodata.errors import (
    FileUnreadableError,
    MissingLayerError,
    SourceCrsError,
)
from zqland_geodata.kml import columns, systems
from zqland_geodata.kml.parsing import parse
from zqland_geodata.layers import Layer
from zqland_geodata.nestedrings import Nesting, polygons
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.findings import Finding
    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.kml.coordinates import Floats
    from zqland_geodata.kml.placemarks import Collector, Placemark
    from zqland_geodata.kml.systems import System
    from zqland_geodata.options import ReadOptions

PACKED = (".kmz", ".ovkmz")
"""Endings of the forms that are zip archives."""

OVITAL = (".ovkml", ".ovkmz")
"""Endings of the forms of Ovital map, which shifts coordinates unless it says not."""

_INSIDE = (".kml", ".ovkml")
_SHOWN = 5


def read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read the polygons of all folders, or of one.

    Parameters
    ----------
    source
        ``.kml``, ``.kmz``, ``.ovkml`` or ``.ovkmz``.
    mapping
        Its ``layer`` names a folder or document; its ``source_crs`` says what the
        coordinates are where the file does not say it.
    options
        Limits.

    Returns
    -------
    layer
        A record for each placemark with polygons, in true longitude and latitude;
        the folder is a column.

    Raises
    ------
    FileUnreadableError
        It is damaged, no KML, beyond the limits, or without polygons.
    MissingLayerError
        There is no folder of that name.
    SourceCrsError
        The kind of coordinates is not known or not stated.
    """
    found = _opened(source, options)
    marks = _chosen(found.marks, mapping.layer, name=source.name)
    findings = found.findings
    areas = [mark for mark in marks if _is_record(mark)]
    _check_any(areas, marks, found, name=source.name)
    findings += _remarks(areas, marks, name=source.name)
    stated = _systems(areas, mapping, name=source.name)
    flat = gpd.GeoSeries(_shapes(areas, name=source.name))
    shapes = systems.undo(flat, stated, findings, name=source.name)
    code = systems.epsg(stated)
    if code is None and mapping.source_crs is None:
        # KML without further words is WGS 84 by its standard.
        code = 4326
    table = columns.table(areas, mapping, options.limits, findings, name=source.name)
    system = None if code is None else CRS.from_epsg(code)
    return Layer(
        gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=system)),
        system,
        findings,
        [mark.place for mark in areas],
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The placemarks of all documents of a file.

    Attributes
    ----------
    marks
        The placemarks.
    findings
        What was found so far.
    links
        Addresses of network links.
    """

    marks: list[Placemark]
    findings: list[Finding]
    links: list[str]


def _opened(source: Path, options: ReadOptions) -> _Found:
    found = _Found([], [], [])
    if source.suffix.lower() not in PACKED:
        _gather(found, parse(source, options.limits, found.findings), source.name)
        return found
    with tempfile.TemporaryDirectory() as folder:
        archives.unpack(source, Path(folder), _INSIDE, options.limits)
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        if not files:
            raise FileUnreadableError(_NO_DOCUMENT.format(name=source.name))
        inside = {path.relative_to(folder).as_posix() for path in files}
        # The main document stands in front, by the standard or by its name.
        for path in sorted(files, key=lambda path: path.stem != "doc"):
            collected = parse(path, options.limits, found.findings)
            collected.links[:] = [
                link for link in collected.links if link not in inside
            ]
            _gather(found, collected, source.name)
            if len(files) > 1:
                for mark in collected.placemarks:
                    mark.place = f"{path.relative_to(folder).as_posix()} {mark.place}"
                    mark.holder.line_up[0].name = path.stem
            if len(found.marks) > options.limits.records:
                raise FileUnreadableError(
                    _TOO_MANY.format(name=source.name, most=options.limits.records)
                )
    return found


def _gather(found: _Found, collected: Collector, name: str) -> None:
    found.marks.extend(collected.placemarks)
    found.links.extend(collected.links)
    found.findings.extend(
        _LINK.finding("", "", link, place=name) for link in collected.links[:_SHOWN]
    )
    if len(collected.links) > _SHOWN:
        more = len(collected.links) - _SHOWN
        found.findings.append(_MORE_LINKS.finding("", "", place=name, count=more))
    if collected.overlays:
        found.findings.append(
            _OVERLAY.finding("", "", place=name, count=collected.overlays)
        )


def _chosen(marks: list[Placemark], layer: str, *, name: str) -> list[Placemark]:
    """Return the placemarks of the folder or document that is meant."""
    if not layer:
        return marks
    chosen = [mark for mark in marks if layer in _layers(mark)]
    if not chosen:
        known = dict.fromkeys(word for mark in marks for word in _layers(mark))
        raise MissingLayerError(
            _NO_LAYER.format(name=name, layer=layer, known=", ".join(known) or "–")
        )
    return chosen


def _is_record(mark: Placemark) -> bool:
    """Tell whether a placemark is an area, or has values but no shape at all."""
    has_area = mark.polygons or mark.lines or mark.fault
    return bool(has_area or (mark.data and not mark.others))


def _layers(mark: Placemark) -> list[str]:
    """Return the names by which a placemark's folders can be called."""
    names = [holder.name for holder in mark.holder.line_up if holder.name]
    paths = ["/".join(names[:count]) for count in range(2, len(names) + 1)]
    return [*names, *paths, *([folder] if (folder := columns.folder(mark)) else [])]


def _check_any(
    areas: list[Placemark], marks: list[Placemark], found: _Found, *, name: str
) -> None:
    if areas:
        return
    if found.links:
        raise FileUnreadableError(_ONLY_LINKS.format(name=name, link=found.links[0]))
    raise FileUnreadableError(_NO_AREAS.format(name=name, count=len(marks)))


def _remarks(
    areas: list[Placemark], marks: list[Placemark], *, name: str
) -> list[Finding]:
    """Say what was left out, closed or could not be read."""
    findings: list[Finding] = []
    left = [mark for mark in marks if not _is_record(mark)]
    if left:
        shown = ", ".join(mark.name or mark.place for mark in left[:_SHOWN])
        findings.append(_LEFT_OUT.finding("", "", shown, place=name, count=len(left)))
    heights = sum(mark.has_heights for mark in areas)
    if heights:
        findings.append(
            _HEIGHTS.finding("", "geometry", "Z", place=name, count=heights)
        )
    for mark in areas:
        known = {"record": mark.name, "field": "geometry", "place": mark.place}
        if mark.fault:
            findings.append(_FAULT.finding(**known, value=mark.fault))
        elif mark.lines:
            rule = _BESIDE if mark.polygons else _LINE
            findings.append(rule.finding(**known, count=len(mark.lines)))
        if mark.closed:
            findings.append(_CLOSED.finding(**known))
    return findings


def _systems(
    areas: list[Placemark], mapping: TableMap, *, name: str
) -> list[System | None]:
    """Return what the file says of the coordinates of each placemark."""
    known: dict[str, System] = {}
    stated: list[System | None] = []
    silent: Placemark | None = None
    for mark in areas:
        words = [holder.system for holder in mark.holder.line_up if holder.system]
        word = mark.system or (words[-1] if words else "")
        if word and word not in known:
            known[word] = systems.parse(word, name=name, place=mark.place)
        stated.append(known.get(word))
        if not word and silent is None and (mark.polygons or mark.lines):
            silent = mark
    must_say = known or Path(name).suffix.lower() in OVITAL
    if silent is not None and must_say and (known or mapping.source_crs is None):
        raise SourceCrsError(_NOT_STATED.format(name=name, place=silent.place))
    return stated


def _shapes(
    areas: Sequence[Placemark], *, name: str
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Build the shapes of all placemarks at once."""
    shapes = np.full(len(areas), None, dtype=object)
    parts = [
        (row, part)
        for row, mark in enumerate(areas)
        if not mark.fault
        for part in (mark.polygons or _nested(mark.lines, name=name))
    ]
    if not parts:
        return shapes
    rings = [ring for _, part in parts for ring in part]
    sizes = [len(ring) for ring in rings]
    number = np.repeat(np.arange(len(rings)), sizes)
    lines = np.asarray(shapely.linearrings(np.concatenate(rings), indices=number))
    owner = np.repeat(np.arange(len(parts)), [len(part) for _, part in parts])
    polygons = np.asarray(shapely.polygons(lines, indices=owner))
    rows = np.array([row for row, _ in parts])
    held, counts = np.unique(rows, return_counts=True)
    single = np.isin(rows, held[counts == 1])
    shapes[rows[single]] = polygons[single]
    several = held[counts > 1]
    if len(several):
        number = np.searchsorted(several, rows[~single])
        shapes[several] = shapely.multipolygons(polygons[~single], indices=number)
    return shapes


def _nested(lines: list[Floats], *, name: str) -> list[list[Floats]]:
    """Return the rings of each area within closed lines: those inside are holes."""
    if len(lines) <= 1:
        return [lines] if lines else []
    rings = np.array([shapely.Polygon(line) for line in lines], dtype=object)
    nesting = Nesting.of(rings, name=name)
    areas = polygons(rings, nesting, nesting.depth % 2 == 0)
    return [
        [shapely.get_coordinates(ring) for ring in (area.exterior, *area.interiors)]
        for area in areas
    ]


_NO_DOCUMENT = Text(
    en="{name} holds no KML document. Export it again.",
    zh="{name}中没有 KML 文档。请重新导出。",
)
_TOO_MANY = Text(
    en="{name} has more than {most} placemarks. Split it.",
    zh="{name}的地标超过 {most} 个。请拆分。",
)
_NO_LAYER = Text(
    en="{name} has no folder “{layer}”; it has: {known}. Name one of them in the field "
    "map.",
    zh="{name}中没有文件夹“{layer}”；现有：{known}。请在字段映射中指明其一。",
)
_ONLY_LINKS = Text(
    en="{name} holds no polygons but a link to {link}, which is not followed. Save the "
    "places themselves as KML.",
    zh="{name}中没有面，只有指向 {link} 的链接，程序不会访问。请将地块本身另存为 KML。",
)
_NO_AREAS = Text(
    en="{name} holds no polygons ({count} placemarks are points or open lines). Export "
    "the parcels as polygons.",
    zh="{name}中没有面（{count} 个地标为点或未闭合的线）。请按面导出地块。",
)
_NOT_STATED = Text(
    en="{name}, {place}: it is not said whether the coordinates are true or those of a "
    "web map (OvCoordType), some 600 m apart. Export it again with that statement, or "
    "give source_crs = 4490 if they are true CGCS2000 throughout.",
    zh="{name} {place}：未注明坐标是真实坐标还是网络地图偏移坐标（OvCoordType），"
    "两者相差约600米。请重新导出并注明；若确为2000国家大地坐标，请给出 "
    "source_crs = 4490。",
)
_LINK = Rule(
    "kml.network_link",
    Severity.WARNING,
    Text(
        en="the file refers to places at another address",
        zh="文件引用了其他地址的内容",
    ),
    Text(
        en="not fetched; save those places as a file of their own if they are needed",
        zh="未访问；如需要，请将其内容另存为文件",
    ),
)
_MORE_LINKS = Rule(
    "kml.network_link",
    Severity.WARNING,
    Text(en="{count} more references", zh="另有 {count} 处引用"),
    Text(en="not fetched", zh="未访问"),
)
_OVERLAY = Rule(
    "kml.overlay",
    Severity.INFO,
    Text(en="{count} pictures lie over the map", zh="{count} 个图片叠加层"),
    Text(en="left out; a parcel is an area", zh="未读取；地块应为面"),
)
_LEFT_OUT = Rule(
    "kml.left_out",
    Severity.WARNING,
    Text(
        en="{count} placemarks are points, open lines or without a shape",
        zh="{count} 个地标为点、未闭合的线或没有图形",
    ),
    Text(
        en="left out; draw them as polygons if they are parcels",
        zh="未读取；如为地块，请绘制为面",
    ),
)
_LINE = Rule(
    "kml.line_closed",
    Severity.WARNING,
    Text(
        en="the shape is a line that ends where it begins, no polygon",
        zh="图形是首尾相接的线，不是面",
    ),
    Text(en="read as the area within", zh="按其围成的面读取"),
)
_BESIDE = Rule(
    "kml.line_beside",
    Severity.WARNING,
    Text(
        en="{count} closed lines stand beside the polygons of the placemark",
        zh="该地标除面之外还有 {count} 条闭合线",
    ),
    Text(
        en="left out; draw them as polygons if they are parts of the parcel",
        zh="未读取；如属该地块，请绘制为面",
    ),
)
_CLOSED = Rule(
    "kml.ring_closed",
    Severity.WARNING,
    Text(
        en="a ring does not end at its first point",
        zh="边界环的终点与起点不一致",
    ),
    Text(en="closed by a straight line", zh="以直线闭合"),
)
_FAULT = Rule(
    "kml.coordinates",
    Severity.ERROR,
    Text(
        en="the coordinates cannot be read; needed are longitude,latitude between "
        "blanks, four points or more for a ring, one outer ring",
        zh="坐标无法读取；应为以空格分隔的“经度,纬度”，每环至少四点，外环一个",
    ),
    Text(
        en="record kept without a shape; correct the file",
        zh="保留记录，图形置空；请更正文件",
    ),
)
_HEIGHTS = Rule(
    "geometry.heights",
    Severity.INFO,
    Text(
        en="{count} shapes have heights; parcels are plane",
        zh="{count} 个图形带高程；地块按平面处理",
    ),
    Text(
        en="heights left out, plane coordinates unchanged",
        zh="舍去高程，平面坐标不变",
    ),
)
