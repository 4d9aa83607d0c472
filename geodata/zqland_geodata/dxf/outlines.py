"""The lines of a drawing that enclose an area."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
from ezdxf.entities.boundary_paths import EdgePath, LineEdge, PolylinePath

from zqland.text import Text
from zqland_geodata.dxf.arcs import flatten
from zqland_geodata.dxf.letters import decode
from zqland_geodata.dxf.marks import APPLICATION
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ezdxf.document import Drawing
    from ezdxf.entities.boundary_paths import AbstractBoundaryPath
    from ezdxf.entities.dxfentity import DXFEntity
    from ezdxf.entities.hatch import Hatch
    from ezdxf.entities.lwpolyline import LWPolyline
    from ezdxf.entities.polyline import Polyline

    from zqland_geodata.dxf.arcs import Floats
    from zqland_geodata.options import Limits

MEETING_M = 0.001
"""How near the ends of an open line must be to meet: the last decimal of a survey."""

FEWEST = 3
"""Points of the smallest outline, without the first one again."""

_IGNORED_LAYER = "defpoints"
_CONTROL_POINT = 16
_TEXT = 1000
_STRAIGHT = 1e-12
_OTHER_LINES = {
    "LINE",
    "ARC",
    "CIRCLE",
    "ELLIPSE",
    "SPLINE",
    "MLINE",
    "3DFACE",
    "SOLID",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed line.

    Attributes
    ----------
    layer
        Its layer.
    points
        Its points without the first one again; shape (n, 2).
    place
        Its handle, by which the CAD program finds it.
    bent
        Whether it has arcs, which were divided.
    joined
        Whether it was open and its ends meet.
    height
        Whether it has heights other than zero.
    marks
        What zqland wrote about it, as texts.
    """

    layer: str
    points: Floats
    place: str
    bent: bool = False
    joined: bool = False
    height: bool = False
    marks: tuple[str, ...] = ()


@dataclass(slots=True)
class Lines:
    """The lines of a drawing.

    Attributes
    ----------
    closed
        Closed lines.
    hatched
        Outlines of hatches.
    gaps
        Layer, place and gap in metres of each open line whose ends do not meet.
    others
        By layer, how many lines of other kinds there are.
    in_blocks
        How many inserted blocks hold closed lines.
    """

    closed: list[Outline] = field(default_factory=list)
    hatched: list[Outline] = field(default_factory=list)
    gaps: list[tuple[str, str, float]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    in_blocks: int = 0


def collect(drawing: Drawing, limits: Limits, *, name: str) -> Lines:
    """Collect the lines of the model space.

    Parameters
    ----------
    drawing
        The drawing.
    limits
        How many lines and points there may be.
    name
        Name of the file, for messages.

    Returns
    -------
    lines
        What encloses an area, and what does not.

    Raises
    ------
    FileUnreadableError
        There are too many.
    """
    lines = Lines()
    points = 0
    blocks: dict[str, bool] = {}
    for entity in drawing.modelspace():
        layer = _layer(entity)
        if layer.casefold() == _IGNORED_LAYER:
            continue
        for outline in _outlines(entity, lines):
            is_hatch = entity.dxftype() == "HATCH"
            (lines.hatched if is_hatch else lines.closed).append(outline)
            points += len(outline.points)
        if points > limits.points or len(lines.closed) > limits.records:
            raise FileUnreadableError(_TOO_MANY.format(name=name))
        if entity.dxftype() == "INSERT":
            block = str(entity.dxf.get("name", ""))
            if block not in blocks:
                blocks[block] = _has_outline(drawing, block)
            lines.in_blocks += blocks[block]
        elif entity.dxftype() in _OTHER_LINES:
            lines.others[layer] += 1
    return lines


def _outlines(entity: DXFEntity, lines: Lines) -> Iterator[Outline]:
    kind = entity.dxftype()
    if kind == "LWPOLYLINE":
        line = cast("LWPolyline", entity)
        figures = np.array(line.get_points("xyb"), dtype=np.float64).reshape(-1, 3)
        height = float(line.dxf.get("elevation", 0.0))
        yield from _closed(
            line, figures, lines, closed=bool(line.closed), height=height
        )
    elif kind == "POLYLINE":
        yield from _heavy(cast("Polyline", entity), lines)
    elif kind == "HATCH":
        hatch = cast("Hatch", entity)
        for path in hatch.paths:
            figures = np.array(_corners(path), dtype=np.float64).reshape(-1, 3)
            yield from _closed(hatch, figures, lines, closed=True)


def _corners(path: AbstractBoundaryPath) -> list[tuple[float, ...]]:
    """Return corners and bulges of a hatch, none where it has curves."""
    if isinstance(path, PolylinePath):
        return [tuple(corner) for corner in path.vertices]
    edges = path.edges if isinstance(path, EdgePath) else []
    straight = [edge for edge in edges if isinstance(edge, LineEdge)]
    if len(straight) < len(edges):
        return []
    return [(edge.start.x, edge.start.y, 0.0) for edge in straight]


def _heavy(line: Polyline, lines: Lines) -> Iterator[Outline]:
    """Give the outline of a line of the old kind, plane or in space."""
    if not (line.is_2d_polyline or line.is_3d_polyline):
        lines.others[_layer(line)] += 1
        return
    corners = [
        (*corner.dxf.location.xyz, float(corner.dxf.get("bulge", 0.0)))
        for corner in line.vertices
        if not int(corner.dxf.get("flags", 0)) & _CONTROL_POINT
    ]
    figures = np.array(corners, dtype=np.float64).reshape(-1, 4)
    if line.is_3d_polyline:
        figures[:, 3] = 0.0
    heights = np.abs(figures[:, 2])
    height = float(heights.max(initial=0.0))
    plan = figures[:, [0, 1, 3]]
    yield from _closed(line, plan, lines, closed=bool(line.is_closed), height=height)


def _closed(
    line: Hatch | LWPolyline | Polyline,
    figures: Floats,
    lines: Lines,
    *,
    closed: bool,
    height: float = 0.0,
) -> list[Outline]:
    """Give a line as an outline if it is closed or its ends meet."""
    layer, place = _layer(line), _place(line)
    if not np.isfinite(figures).all() or len(figures) < FEWEST - 1:
        lines.others[layer] += 1
        return []
    points, bulges = figures[:, :2], figures[:, 2]
    gap = float(np.hypot(*(points[-1] - points[0])))
    if not closed and gap > MEETING_M:
        lines.gaps.append((layer, place, gap))
        return []
    bent = bool((np.abs(bulges) > _STRAIGHT).any())
    try:
        flat = _without_end(flatten(points, bulges, closed=closed))
    except ValueError:
        flat = points[:0]
    if len(flat) < FEWEST:
        lines.others[layer] += 1
        return []
    outline = Outline(
        layer,
        _upright(line, flat),
        place,
        bent=bent,
        joined=not closed,
        height=height != 0.0,
        marks=_marks(line),
    )
    return [outline]


def _upright(line: Hatch | LWPolyline | Polyline, points: Floats) -> Floats:
    """Turn points of a line that is drawn from below, or aslant, to the plan."""
    if not line.dxf.hasattr("extrusion") or _is_spatial(line):
        return points
    system = line.ocs()
    if not system.transform:
        return points
    turned = system.points_to_wcs([(x, y, 0.0) for x, y in points])
    return np.array([(corner.x, corner.y) for corner in turned])


def _is_spatial(line: Hatch | LWPolyline | Polyline) -> bool:
    return line.dxftype() == "POLYLINE" and cast("Polyline", line).is_3d_polyline


def _without_end(points: Floats) -> Floats:
    """Leave out a last point that is the first one again."""
    while len(points) > 1 and np.hypot(*(points[-1] - points[0])[:2]) <= MEETING_M:
        points = points[:-1]
    return points


def _has_outline(drawing: Drawing, block: str) -> bool:
    """Tell whether a block holds closed lines that could be boundaries."""
    if block not in drawing.blocks:
        return False
    return any(
        entity.dxftype() == "LWPOLYLINE" and cast("LWPolyline", entity).closed
        for entity in drawing.blocks[block]
    )


def _marks(line: DXFEntity) -> tuple[str, ...]:
    if not line.has_xdata(APPLICATION):
        return ()
    return tuple(
        str(value) for code, value in line.get_xdata(APPLICATION) if code == _TEXT
    )


def _layer(entity: DXFEntity) -> str:
    return decode(str(entity.dxf.get("layer", "0")))


def _place(entity: DXFEntity) -> str:
    return f"handle {entity.dxf.get('handle', '?')}"


_TOO_MANY = Text(
    en="{name} has more lines or points than are read. Save only the layer with the "
    "parcels.",
    zh="{name}的线或点过多。请只保存地块所在图层。",
)
