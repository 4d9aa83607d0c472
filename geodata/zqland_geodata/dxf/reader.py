"""Read the parcels of a drawing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.dxf import drawn, facts, units
from zqland_geodata.dxf.labels import rings_of
from zqland_geodata.dxf.marks import decode
from zqland_geodata.dxf.noticed import notice
from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.layers import Layer
from zqland_geodata.nestedrings import Nesting, polygons
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from zqland.findings import Finding
    from zqland_geodata.dxf.labels import Label
    from zqland_geodata.dxf.marks import Mark
    from zqland_geodata.dxf.outlines import Lines, Outline
    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.options import ReadOptions

    Read = tuple[pd.DataFrame, NDArray[np.object_], list[str]]

_SHOWN = 20


def read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read a drawing; see `zqland_geodata.dxf.read`.

    Parameters
    ----------
    source
        A DXF, as text or binary.
    mapping
        Layer of the boundaries, and plane.
    options
        Limits.

    Returns
    -------
    layer
        A record for each outer ring.
    """
    findings: list[Finding] = []
    taken = drawn.take(source, options.limits, findings)
    chosen = _chosen(taken.lines, mapping.layer, name=source.name)
    marks = _marks(chosen)
    code = marks[0].epsg if marks else mapping.source_crs
    points = [outline.points for outline in chosen]
    findings += units.check(points, taken.units, code, source.name)
    findings += notice(chosen, taken.lines, name=source.name)
    table, shapes, row_places = (
        _rebuilt(chosen, marks)
        if marks
        else _understood(chosen, taken.labels, mapping, findings, name=source.name)
    )
    system = CRS.from_epsg(marks[0].epsg) if marks else None
    series = gpd.GeoSeries(shapes, crs=system)
    return Layer(gpd.GeoDataFrame(table, geometry=series), system, findings, row_places)


def _chosen(lines: Lines, layer: str, *, name: str) -> list[Outline]:
    """Return the outlines of the layer that is meant."""
    # A hatch is drawn over the line around it; only without lines it is a boundary.
    outlines = lines.closed or lines.hatched
    if layer:
        candidates = [*lines.closed, *lines.hatched]
        on_it = [one for one in candidates if one.layer.casefold() == layer.casefold()]
        closed = [one for one in on_it if one in lines.closed]
        if not on_it:
            known = _listed(candidates)
            raise MissingLayerError(
                _NO_LAYER.format(name=name, layer=layer, known=known)
            )
        return closed or on_it
    if not outlines:
        count, others = len(lines.gaps), lines.others.total()
        raise FileUnreadableError(
            _NO_OUTLINES.format(name=name, open=count, others=others)
        )
    if len({outline.layer.casefold() for outline in outlines}) > 1:
        raise MissingLayerError(_MANY_LAYERS.format(name=name, known=_listed(outlines)))
    return outlines


def _listed(outlines: Sequence[Outline]) -> str:
    counts = Counter(outline.layer for outline in outlines)
    shown = [f"{layer} ({count})" for layer, count in counts.most_common(_SHOWN)]
    return ", ".join(shown) or "–"


def _marks(outlines: Sequence[Outline]) -> list[Mark]:
    """Return zqland's own notes if every outline has one and they fit together."""
    marks = [decode(outline.marks) if outline.marks else None for outline in outlines]
    sound = [mark for mark in marks if mark is not None]
    keys = {(mark.record, mark.part, mark.ring) for mark in sound}
    parts = {(mark.record, mark.part) for mark in sound}
    fits = (
        len(sound) == len(outlines) == len(keys)
        and all((*part, 0) in keys for part in parts)
        and len({mark.epsg for mark in sound}) == 1
    )
    return sound if fits else []


def _rebuilt(outlines: Sequence[Outline], marks: Sequence[Mark]) -> Read:
    """Put parcels together as the notes say."""
    order = sorted(
        range(len(marks)),
        key=lambda row: (marks[row].record, marks[row].part, marks[row].ring),
    )
    parts: dict[tuple[int, int], list[Any]] = {}
    first: dict[int, int] = {}
    for row in order:
        mark = marks[row]
        ring = shapely.LinearRing(outlines[row].points)
        parts.setdefault((mark.record, mark.part), []).append(ring)
        first.setdefault(mark.record, row)
    shapes: dict[int, list[shapely.Polygon]] = {}
    for (record, _), rings in parts.items():
        shapes.setdefault(record, []).append(shapely.Polygon(rings[0], rings[1:]))
    built = np.empty(len(first), dtype=object)
    built[:] = [
        pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)
        for pieces in shapes.values()
    ]
    columns = [dict(marks[row].columns) for row in first.values()]
    table = pd.DataFrame(columns, index=range(len(first)), dtype="str")
    return table, built, [outlines[row].place for row in first.values()]


def _understood(
    outlines: Sequence[Outline],
    labels: Sequence[Label],
    mapping: TableMap,
    findings: list[Finding],
    *,
    name: str,
) -> Read:
    """Find outer rings and holes, and the texts of each."""
    rings = np.array(
        [shapely.Polygon(outline.points) for outline in outlines], dtype=object
    )
    nesting = Nesting.of(rings, name=name)
    inside: list[list[Label]] = [[] for _ in outlines]
    outside = 0
    for label, found in zip(labels, rings_of(labels, rings, name=name), strict=True):
        outside += not found
        for ring in found:
            inside[ring].append(label)
    has_text = np.array([bool(texts) for texts in inside])
    is_hole = nesting.depth % 2 == 1
    for row in np.flatnonzero(is_hole & has_text).tolist():
        shown = "; ".join(label.text for label in inside[row])
        findings.append(
            _NESTED.finding("", "geometry", shown, place=outlines[row].place)
        )
    if outside:
        findings.append(_ASIDE.finding("", "", place=name, count=outside))
    is_outer = ~is_hole | has_text
    chosen = np.flatnonzero(is_outer).tolist()
    row_places = [outlines[row].place for row in chosen]
    table = facts.table([inside[row] for row in chosen], row_places, mapping, findings)
    return table, polygons(rings, nesting, is_outer), row_places


_NO_LAYER = Text(
    en="{name} has no closed lines on a layer “{layer}”; there are some on: {known}. "
    "Name one of these.",
    zh="{name}的图层“{layer}”上没有闭合线；有闭合线的图层：{known}。请指明其一。",
)
_MANY_LAYERS = Text(
    en="{name} has closed lines on several layers: {known}. Name the one with the "
    "boundaries as layer.",
    zh="{name}中多个图层有闭合线：{known}。请用 layer 指明界线所在图层。",
)
_NO_OUTLINES = Text(
    en="{name} holds no closed polylines ({open} open ones, {others} single lines or "
    "curves). Join the boundaries to closed polylines (PEDIT) and save it again.",
    zh="{name}中没有闭合多段线（未闭合 {open} 条，直线或曲线 {others} 个）。"
    "请将界线合并为闭合多段线（PEDIT）后重新保存。",
)
_NESTED = Rule(
    "dxf.nested_text",
    Severity.WARNING,
    Text(
        en="a boundary lies within another and has a text of its own",
        zh="界线位于另一界线之内，且有自己的文字",
    ),
    Text(
        en="read as a parcel of its own and cut out of the outer one; remove the text "
        "if it is only a hole",
        zh="按独立地块读取，并从外圈地块中扣除；如只是挖空，请删去文字",
    ),
)
_ASIDE = Rule(
    "dxf.text_outside",
    Severity.INFO,
    Text(
        en="{count} texts stand within no boundary",
        zh="{count} 处文字不在任何界线之内",
    ),
    Text(en="not used", zh="未采用"),
)
