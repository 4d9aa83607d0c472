"""Constraint layers as a TOML file, one table per layer.

::

    [ecological_red_line]
    zh = "生态保护红线"
    en = "ecological red line"
    file = "redline.gpkg"       # beside this file, of any kind that boundaries have
    rule = "forbid"             # forbid, warn, or deduct from the usable area
    source = "letter of the planning authority of ..."

    [growth_boundary]
    zh = "城镇开发边界"
    en = "urban growth boundary"
    file = "boundaries.zip"
    layer = "growth"            # of a file with several layers
    source_crs = 4526           # EPSG code, only for a file that states none
    rule = "warn"
    where = "outside"           # what lies outside is concerned; usually "inside"
    source = "..."

    [power_corridor]
    zh = "高压走廊"
    en = "power corridor"
    file = "lines.geojson"
    buffer_m = 30               # metres by which the shapes grow: lines need one
    rule = "deduct"
    source = "..."
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland.catalogues.document import CatalogueDocument
from zqland.constraints import ConstraintRule, Side
from zqland.text import Text

if TYPE_CHECKING:
    from zqland.catalogues.document import Section

_KEYS = (
    "zh",
    "en",
    "file",
    "layer",
    "source_crs",
    "rule",
    "where",
    "buffer_m",
    "source",
)
_LOWEST_EPSG = 1024
_WIDEST_M = 100_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintEntry:
    """What a file of constraint layers says of one.

    Attributes
    ----------
    key
        Name of its table.
    text
        Name in both languages.
    file
        Path of the file with the shapes, as written.
    layer
        Layer of a file with several, or ``""``.
    source_crs
        EPSG code for a file that states none, or ``None``.
    rule
        What the layer does to the ground that it concerns.
    side
        Whether that is the ground inside or outside of its shapes.
    buffer_m
        Metres by which the shapes grow (negative: shrink).
    source
        Where the layer comes from.
    """

    key: str
    text: Text
    file: str
    layer: str
    source_crs: int | None
    rule: ConstraintRule
    side: Side
    buffer_m: float
    source: str


def parse_constraints(name: str, text: str) -> tuple[ConstraintEntry, ...]:
    """Read which constraint layers there are.

    Parameters
    ----------
    name
        Name of the file, for messages.
    text
        The whole text.

    Returns
    -------
    entries
        One per layer, in the order of the file.

    Raises
    ------
    CatalogueError
        The file has a fault, or names no layer; the message names the line.

    Examples
    --------
    >>> entries = parse_constraints("constraints.toml", '''
    ... [flood]
    ... zh = "蓄滞洪区"
    ... en = "flood ground"
    ... file = "flood.gpkg"
    ... rule = "stop"
    ... source = "made up"
    ... ''')
    Traceback (most recent call last):
    zqland.errors.CatalogueError: constraints.toml:6: flood.rule names stop, which is \
unknown; known are forbid, warn, deduct.
    """
    document = CatalogueDocument.parse(name, text)
    entries = tuple(_entry(section) for section in document.root.sections())
    if not entries:
        raise document.fault(_NO_LAYER)
    return entries


def _entry(section: Section) -> ConstraintEntry:
    section.allow(*_KEYS)
    source_crs = None
    if "source_crs" in section:
        source_crs = section.integer("source_crs", minimum=_LOWEST_EPSG)
    return ConstraintEntry(
        key=section.name,
        text=section.label(),
        file=section.text("file"),
        layer=section.text("layer") if "layer" in section else "",
        source_crs=source_crs,
        rule=ConstraintRule(section.choice("rule", tuple(ConstraintRule))),
        side=Side(section.choice("where", tuple(Side), default=Side.INSIDE)),
        buffer_m=section.number(
            "buffer_m", default=0.0, minimum=-_WIDEST_M, maximum=_WIDEST_M
        ),
        source=section.source(),
    )


_NO_LAYER = Text(
    en="no constraint layer; write one table for each.",
    zh="没有约束图层；请为每个图层写一个表。",
)
