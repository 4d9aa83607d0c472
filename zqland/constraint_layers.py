"""Constraint layers: what they are, where they lie, and how they are said.

See `zqland.constraints` for what they do to parcels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from zqland import crs, ground
from zqland.errors import ConstraintError
from zqland.text import Text
from zqland.units import Unit, format_area, round_half_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]


class ConstraintRule(StrEnum):
    """What a layer does to the ground that it concerns."""

    FORBID = "forbid"
    WARN = "warn"
    DEDUCT = "deduct"


class Side(StrEnum):
    """Which ground a layer concerns: that inside its shapes, or that outside."""

    INSIDE = "inside"
    OUTSIDE = "outside"


RULE_TEXTS: Final = {
    ConstraintRule.FORBID: Text(en="forbidden", zh="禁止占用"),
    ConstraintRule.WARN: Text(en="to be checked", zh="需核实"),
    ConstraintRule.DEDUCT: Text(en="deducted", zh="扣除"),
}
"""The words for the rules."""

PLACES: Final = {
    Side.INSIDE: Text(en="in the {layer}", zh="{layer}内"),
    Side.OUTSIDE: Text(en="outside the {layer}", zh="{layer}外"),
}
"""How it is said on which side of a layer ground lies."""

TAKING: Final = (ConstraintRule.FORBID, ConstraintRule.DEDUCT)
"""Rules whose ground is not usable."""

ARC_SEGMENTS: Final = 32
"""Chords of a quarter circle in a buffer: they stay within 0.03 % of the radius."""

_MARGIN_M = 5_000.0
"""How far around the parcels a layer is looked at, beyond its buffer."""

_METRES_PER_DEGREE = 50_000.0
"""No degree is shorter than this up to 63 degrees of latitude."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConstraintLayer:
    """One constraint layer.

    Attributes
    ----------
    key
        Short name.
    text
        Name in both languages.
    rule
        What it does to the ground that it concerns.
    side
        Whether that is the ground inside or outside of its shapes.
    buffer_m
        Metres by which the shapes grow (negative: shrink) before anything is
        compared; arcs are chords of `ARC_SEGMENTS` to a quarter circle.
    source
        Where the layer comes from.
    shapes
        Polygons, or lines and points that a buffer makes areas of, with their CRS.

    Raises
    ------
    ConstraintError
        It has no shapes, or shapes without area and without a buffer.
    CrsError
        Its reference system is missing or refused.
    """

    key: str
    text: Text
    rule: ConstraintRule
    shapes: gpd.GeoSeries
    side: Side = Side.INSIDE
    buffer_m: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a layer that would do nothing without anybody noticing."""
        crs.check_source(self.shapes.crs)
        shapes = np.asarray(self.shapes.array, dtype=object)
        there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        if not len(there):
            raise ConstraintError(_NO_SHAPES.format(layer=self.text))
        has_lines = (shapely.get_dimensions(there) < _AREA_DIMENSIONS).any()
        if has_lines and not self.buffer_m > 0:
            raise ConstraintError(_NO_AREA.format(layer=self.text))

    def near(self, parcels: gpd.GeoDataFrame) -> gpd.GeoSeries:
        """Return the shapes around some parcels, cut where they lead far away.

        Parameters
        ----------
        parcels
            Parcels with ``geometry`` in EPSG:4490.

        Returns
        -------
        shapes
            Valid shapes in the reference system of the layer, without the buffer.
        """
        system = crs.check_source(self.shapes.crs)
        shapes = np.asarray(self.shapes.array, dtype=object)
        shapes = shapely.force_2d(shapes[~shapely.is_missing(shapes)])
        pad = (_MARGIN_M + abs(self.buffer_m)) / _METRES_PER_DEGREE
        bounds = parcels.total_bounds + np.array([-pad, -pad, pad, pad])
        there = Transformer.from_crs(crs.GEOGRAPHIC, system, always_xy=True)
        west, south, east, north = bounds
        window: Floats = np.array(there.transform_bounds(west, south, east, north))
        if np.isfinite(window).all():
            west, south, east, north = shapely.bounds(shapes).T
            is_near = (west <= window[2]) & (east >= window[0])
            is_near &= (south <= window[3]) & (north >= window[1])
            shapes = ground.valid(shapes[is_near])
            west, south, east, north = shapely.bounds(shapes).T
            leads = (west < window[0]) | (south < window[1])
            leads |= (east > window[2]) | (north > window[3])
            shapes[leads] = shapely.intersection(shapes[leads], shapely.box(*window))
        kept = ground.valid(shapes)
        return gpd.GeoSeries(kept[~shapely.is_empty(kept)], crs=self.shapes.crs)

    def in_zone(self, near: gpd.GeoSeries, zone: int) -> Shapes:
        """Bring shapes to a home zone and give them their buffer.

        Parameters
        ----------
        near
            Shapes of the layer, as `near` returns them.
        zone
            EPSG code of a home zone.

        Returns
        -------
        shapes
            Valid polygons in the plane of the zone, in metres.
        """
        moved = ground.valid(np.asarray(crs.to_home(near, zone).array, dtype=object))
        if self.buffer_m:
            moved = shapely.buffer(moved, self.buffer_m, quad_segs=ARC_SEGMENTS)
        return ground.areal(moved)

    def drawn(self, parcels: gpd.GeoDataFrame) -> gpd.GeoSeries:
        """Return the shapes around some parcels with their buffer, for a map.

        Parameters
        ----------
        parcels
            Parcels with ``home_zone`` and ``geometry`` in EPSG:4490.

        Returns
        -------
        shapes
            Polygons in EPSG:4490; none where the layer lies far away.
        """
        if parcels.empty:
            return gpd.GeoSeries([], crs=crs.GEOGRAPHIC)
        zone = int(parcels["home_zone"].mode().iloc[0])
        shapes = self.in_zone(self.near(parcels), zone)
        return crs.to_geographic(gpd.GeoSeries(shapes[~shapely.is_empty(shapes)]), zone)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What one layer concerns of one parcel.

    Attributes
    ----------
    layer
        Key of the layer.
    name
        Its name.
    rule
        What it does to that ground.
    side
        Whether the ground is inside or outside of the shapes of the layer.
    area_m2
        Planar area of the ground, square metres.
    share
        The same as a share of the parcel.
    """

    layer: str
    name: Text
    rule: ConstraintRule
    side: Side
    area_m2: float
    share: float

    @property
    def place(self) -> Text:
        """Say on which side of the layer the ground lies."""
        return PLACES[self.side].format(layer=self.name)

    def text(self, unit: Unit | str) -> Text:
        """Say how much ground the layer concerns, and what it does to it.

        Parameters
        ----------
        unit
            Unit of the area; square metres stand beside other units.

        Returns
        -------
        text
            Such as "1.20 mu (800.00 m², 1.0 %) in the red line: forbidden".
        """
        return _OVERLAP.format(
            area=ground_text(self.area_m2, unit, share=self.share),
            place=self.place,
            rule=RULE_TEXTS[self.rule],
        )


def ground_text(area_m2: float, unit: Unit | str, *, share: float) -> Text:
    """Write an area with its square metres and its share of a parcel.

    Parameters
    ----------
    area_m2
        Square metres.
    unit
        Unit of the area.
    share
        From 0 to 1; a share that is not zero is not written as zero.

    Returns
    -------
    text
        The figures.

    Examples
    --------
    >>> ground_text(800.0, "mu", share=0.01).en
    '1.20 mu (800.00 m², 1.0 %)'
    >>> ground_text(0.5, "m2", share=0.00001).zh
    '0.50 平方米（<0.1%）'
    """
    percent = float(round_half_up(100 * share, 1))
    figure = "<0.1" if share > 0 and percent == 0 else f"{percent:.1f}"
    english = format_area(area_m2, unit, language="en")
    chinese = format_area(area_m2, unit, language="zh")
    metres = f"{round_half_up(area_m2, 2):,.2f}"
    if unit == Unit.M2:
        return Text(en=f"{english} ({figure} %)", zh=f"{chinese}（{figure}%）")
    return Text(
        en=f"{english} ({metres} m², {figure} %)",
        zh=f"{chinese}（{metres} 平方米，{figure}%）",
    )


_AREA_DIMENSIONS = 2
_OVERLAP = Text(en="{area} {place}: {rule}", zh="{place}{area}：{rule}")
_NO_SHAPES = Text(
    en="The constraint layer “{layer}” has no shapes. Give it a file with some.",
    zh="约束图层“{layer}”没有图形。请提供含有图形的文件。",
)
_NO_AREA = Text(
    en="The constraint layer “{layer}” holds lines or points, which take no ground. "
    "Give buffer_m, the metres on either side.",
    zh="约束图层“{layer}”含有线或点，不占用面积。请用 buffer_m 给出两侧宽度（米）。",
)
