"""What is said of the lines of a drawing: what was closed, divided or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.dxf.arcs import CHORD_ERROR_M
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.findings import Finding
    from zqland_geodata.dxf.outlines import Lines, Outline


def notice(chosen: Sequence[Outline], lines: Lines, *, name: str) -> list[Finding]:
    """Say what was closed, divided or left out on the layer of the boundaries.

    Parameters
    ----------
    chosen
        Outlines of the layer.
    lines
        All lines of the drawing.
    name
        Name of the file.

    Returns
    -------
    findings
        One for each line, or one for all of a kind.
    """
    layer = chosen[0].layer.casefold()
    findings = [
        _JOINED.finding("", "geometry", place=outline.place)
        for outline in chosen
        if outline.joined
    ]
    findings += [
        _GAP.finding("", "geometry", f"{gap:.3f} m", place=place)
        for on, place, gap in lines.gaps
        if on.casefold() == layer
    ]
    others = sum(count for on, count in lines.others.items() if on.casefold() == layer)
    counted = (
        (_BENT, sum(outline.bent for outline in chosen)),
        (_HEIGHTS, sum(outline.height for outline in chosen)),
        (_OTHERS, others),
        (_IN_BLOCKS, lines.in_blocks),
    )
    findings += [
        rule.finding("", "geometry", place=name, count=count, error=CHORD_ERROR_M)
        for rule, count in counted
        if count
    ]
    return findings


_JOINED = Rule(
    "dxf.ends_meet",
    Severity.INFO,
    Text(
        en="the line is not closed, but its ends meet to a millimetre",
        zh="多段线未闭合，但首尾相距不超过1毫米",
    ),
    Text(en="read as closed", zh="按闭合读取"),
)
_GAP = Rule(
    "dxf.open_line",
    Severity.WARNING,
    Text(
        en="the line is open: its ends are apart",
        zh="多段线未闭合，首尾不相接",
    ),
    Text(
        en="left out; close it (PEDIT) if it is a boundary",
        zh="未读取；如为界线，请闭合（PEDIT）",
    ),
)
_BENT = Rule(
    "dxf.arcs",
    Severity.INFO,
    Text(en="{count} boundaries have arcs", zh="{count} 条界线含圆弧"),
    Text(
        en="divided into chords that lie within {error} m of the arc",
        zh="已按弦线细分，与圆弧偏差不超过 {error} 米",
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
_OTHERS = Rule(
    "dxf.other_lines",
    Severity.WARNING,
    Text(
        en="{count} lines on the layer are single lines, arcs, circles, curves or "
        "without area",
        zh="该图层上有 {count} 个图元为直线、圆弧、圆、曲线，或没有面积",
    ),
    Text(
        en="left out; join them to closed polylines (PEDIT) if they are boundaries",
        zh="未读取；如为界线，请合并为闭合多段线（PEDIT）",
    ),
)
_IN_BLOCKS = Rule(
    "dxf.block_lines",
    Severity.WARNING,
    Text(
        en="{count} inserted blocks hold closed lines",
        zh="{count} 个图块内含闭合线",
    ),
    Text(
        en="not read, for most are symbols; explode them if they are boundaries",
        zh="未读取（多为符号）；如为界线，请分解图块",
    ),
)
