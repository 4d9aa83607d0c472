r"""Constraint layers: ground on which parcels may not, or not wholly, be built.

A layer is any set of shapes with a rule: urban growth boundary, ecological and
farmland red lines, flood ground, power corridors, blue lines. What a parcel has in
common with it, or has outside of it, is measured in the plane of the parcel's home
zone; the shapes of the layer are brought there as `zqland.crs.to_home` brings parcels.

=========  ================================================================
`forbid`   the parcel is offered to nobody, and that ground is not usable
`deduct`   the parcel is offered, without that ground
`warn`     the parcel is offered whole, and the overlap is said
=========  ================================================================

Overlaps up to max(0.01 m², 2 mm × shared boundary length) are rounding and count for
nothing. **Usable** is a parcel's ground less all that is forbidden or deducted, each
piece once however many layers take it:

.. math:: usable = A(P \setminus \bigcup_i G_i)

by the same area method as the total beside it. A declared area cannot be divided: the
usable one is unknown where anything is taken away, and the total elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from zqland import areas, crs, ground
from zqland.areas import Method
from zqland.errors import ConstraintError
from zqland.text import Text
from zqland.units import Unit, format_area, round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

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

OVERLAP_COLUMNS: Final = ("row", "parcel_id", "layer", "rule", "area_m2", "share")
"""The columns of a table of overlaps."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Parcels with constraint layers laid over them.

    Attributes
    ----------
    layers
        The layers, in their order.
    overlaps
        A row per parcel and layer that concerns it: ``row`` (place of the parcel in
        its table), ``parcel_id``, ``layer`` (key), ``rule``, ``area_m2`` (planar) and
        ``share`` of the parcel; in the order of parcels and layers.
    usable_geometry
        Usable ground of each parcel in the plane of its home zone, on the index of
        the parcels; that of the parcel where nothing is taken away.
    forbidden_m2
        Planar area of each parcel that layers forbid, each piece once.
    """

    layers: tuple[ConstraintLayer, ...]
    overlaps: pd.DataFrame
    usable_geometry: gpd.GeoSeries
    forbidden_m2: NDArray[np.float64]
    is_reduced: NDArray[np.bool_] = field(repr=False)

    def keys(self) -> Shapes:
        """Return for each parcel the keys of the layers that concern it.

        Returns
        -------
        keys
            A tuple per parcel, in the order of the layers.
        """
        keys = np.empty(len(self.forbidden_m2), dtype=object)
        keys[:] = [()] * len(keys)
        listed = self.overlaps.groupby("row", sort=False)["layer"].agg(tuple)
        keys[listed.index.to_numpy(dtype=np.intp)] = listed.to_numpy(dtype=object)
        return keys

    def at(self, row: int) -> tuple[Overlap, ...]:
        """Return what the layers concern of one parcel.

        Parameters
        ----------
        row
            Place of the parcel in its table.

        Returns
        -------
        overlaps
            In the order of the layers.
        """
        rows = self.overlaps["row"].to_numpy(dtype=np.intp)
        first, last = np.searchsorted(rows, [row, row + 1])
        layers = {layer.key: layer for layer in self.layers}
        listed = self.overlaps.iloc[first:last]
        found = zip(listed["layer"], listed["area_m2"], listed["share"], strict=True)
        return tuple(
            Overlap(
                layer=key,
                name=layers[key].text,
                rule=layers[key].rule,
                side=layers[key].side,
                area_m2=float(area_m2),
                share=float(share),
            )
            for key, area_m2, share in found
        )

    def usable(self, parcels: gpd.GeoDataFrame, measured: pd.DataFrame) -> pd.DataFrame:
        """Measure the usable areas beside total areas that are measured already.

        Parameters
        ----------
        parcels
            The parcels that the layers were laid over.
        measured
            Columns ``<method>_m2`` with their total areas, on the same index.

        Returns
        -------
        usable
            A column ``usable_<method>_m2`` for each; NaN where the total is not
            known, and for a declared area of which something is taken away.
        """
        rows = np.flatnonzero(self.is_reduced)
        methods = [Method(str(column).removesuffix("_m2")) for column in measured]
        reduced = pd.DataFrame(
            {
                "home_zone": parcels["home_zone"].to_numpy()[rows],
                "home_geometry": self.usable_geometry.to_numpy()[rows],
            }
        )
        taken = areas.measure(reduced, methods=methods)
        is_gone = shapely.is_empty(reduced["home_geometry"].to_numpy(dtype=object))
        columns: dict[str, Floats] = {}
        for method in methods:
            figures = measured[f"{method}_m2"].to_numpy(dtype=np.float64, copy=True)
            left = taken[f"{method}_m2"].to_numpy(dtype=np.float64, copy=True)
            if method is not Method.DECLARED:
                left[is_gone] = 0.0
            figures[rows] = np.where(np.isnan(figures[rows]), np.nan, left)
            columns[f"usable_{method}_m2"] = figures
        return pd.DataFrame(columns, index=parcels.index)


def overlay(parcels: gpd.GeoDataFrame, layers: Sequence[ConstraintLayer]) -> Overlay:
    """Lay constraint layers over parcels.

    Parameters
    ----------
    parcels
        Table *parcels*: ``home_geometry``, ``home_zone`` and ``geometry``.
    layers
        The layers.

    Returns
    -------
    overlay
        Overlaps, usable ground and forbidden areas.

    Raises
    ------
    CrsError
        A layer cannot be brought to the home zone of a parcel.

    Examples
    --------
    >>> square = shapely.box(38_400_000, 2_560_000, 38_400_100, 2_560_100)
    >>> home = gpd.GeoSeries([square])
    >>> lots = gpd.GeoDataFrame(
    ...     {"home_geometry": home, "home_zone": 4526},
    ...     geometry=crs.to_geographic(home, 4526),
    ... )
    >>> corridor = ConstraintLayer(
    ...     key="corridor", text=Text(en="corridor", zh="走廊"),
    ...     rule=ConstraintRule.DEDUCT, buffer_m=15.0,
    ...     shapes=gpd.GeoSeries.from_wkt(
    ...         ["LINESTRING (38400050 2559000, 38400050 2561000)"], crs=4526
    ...     ),
    ... )
    >>> overlay(lots, [corridor]).overlaps["area_m2"].round(6).tolist()
    [3000.0]
    """
    home = ground.areal(ground.valid(parcels["home_geometry"].to_numpy(dtype=object)))
    concerned = [_concerned(layer, parcels, home) for layer in layers]
    forbidden = _whole(layers, concerned, (ConstraintRule.FORBID,), len(home))
    taken = _whole(layers, concerned, TAKING, len(home))
    is_reduced = ~shapely.is_empty(taken)
    usable = parcels["home_geometry"].to_numpy(dtype=object, copy=True)
    left = ground.without(home[is_reduced], taken[is_reduced])
    usable[is_reduced] = _without_slivers(left)
    return Overlay(
        layers=tuple(layers),
        overlaps=_table(parcels, home, layers, concerned),
        usable_geometry=gpd.GeoSeries(usable, index=parcels.index),
        forbidden_m2=shapely.area(forbidden),
        is_reduced=is_reduced,
    )


_AREA_DIMENSIONS = 2


def _concerned(
    layer: ConstraintLayer, parcels: gpd.GeoDataFrame, home: Shapes
) -> Shapes:
    """Find of each parcel the ground that a layer concerns."""
    found = np.full(len(home), shapely.Polygon(), dtype=object)
    if not len(home) or shapely.is_empty(home).all():
        return found
    near = layer.near(parcels)
    zones = parcels["home_zone"].to_numpy(dtype=np.int64)
    # A turn per zone, two as a rule: the layer is brought to each once.
    for zone in np.unique(zones):
        rows = np.flatnonzero(zones == zone)
        inside = ground.common(home[rows], layer.in_zone(near, int(zone)))
        found[rows] = (
            inside if layer.side is Side.INSIDE else ground.without(home[rows], inside)
        )
    return ground.counted(found)


def _whole(
    layers: Sequence[ConstraintLayer],
    concerned: Sequence[Shapes],
    rules: Sequence[ConstraintRule],
    count: int,
) -> Shapes:
    """Unite what the layers of some rules concern."""
    chosen = [
        found
        for layer, found in zip(layers, concerned, strict=True)
        if layer.rule in rules
    ]
    rows = [np.flatnonzero(~shapely.is_empty(found)) for found in chosen]
    shapes = [found[at] for found, at in zip(chosen, rows, strict=True)]
    if not rows:
        return np.full(count, shapely.Polygon(), dtype=object)
    return ground.united(np.concatenate(rows), np.concatenate(shapes), count)


def _without_slivers(shapes: Shapes) -> Shapes:
    """Drop parts that are mere rounding between a parcel and a layer."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = ~shapely.is_empty(ground.counted(parts))
    whole = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    if kept.any():
        shapely.multipolygons(parts[kept], indices=owner[kept], out=whole)
    return whole


def _table(
    parcels: gpd.GeoDataFrame,
    home: Shapes,
    layers: Sequence[ConstraintLayer],
    concerned: Sequence[Shapes],
) -> pd.DataFrame:
    total = shapely.area(home)
    ids = parcels.index.to_numpy()
    blocks = []
    for layer, found in zip(layers, concerned, strict=True):
        rows = np.flatnonzero(~shapely.is_empty(found))
        area_m2 = shapely.area(found[rows])
        block = pd.DataFrame({"row": rows, "parcel_id": ids[rows]})
        block["layer"], block["rule"] = layer.key, layer.rule.value
        block["area_m2"], block["share"] = area_m2, area_m2 / total[rows]
        blocks.append(block)
    if not blocks:
        return pd.DataFrame(columns=list(OVERLAP_COLUMNS))
    whole = pd.concat(blocks, ignore_index=True)
    return whole.sort_values("row", kind="stable", ignore_index=True)


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
