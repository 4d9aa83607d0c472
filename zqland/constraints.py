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
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas, ground
from zqland.areas import Method
from zqland.constraint_layers import (
    ARC_SEGMENTS,
    PLACES,
    RULE_TEXTS,
    TAKING,
    ConstraintLayer,
    ConstraintRule,
    Overlap,
    Side,
    ground_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = [
    "ARC_SEGMENTS",
    "OVERLAP_COLUMNS",
    "PLACES",
    "RULE_TEXTS",
    "TAKING",
    "ConstraintLayer",
    "ConstraintRule",
    "Overlap",
    "Overlay",
    "Side",
    "ground_text",
    "overlay",
]

OVERLAP_COLUMNS: Final = ("row", "parcel_id", "layer", "rule", "area_m2", "share")
"""The columns of a table of overlaps."""


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
    >>> from zqland import crs
    >>> from zqland.text import Text
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
    blocks = []
    for layer, found in zip(layers, concerned, strict=True):
        rows = np.flatnonzero(~shapely.is_empty(found))
        area_m2 = shapely.area(found[rows])
        # Of the index itself: its type stays where no parcel is concerned.
        block = pd.DataFrame({"row": rows, "parcel_id": parcels.index[rows]})
        block["layer"], block["rule"] = layer.key, layer.rule.value
        block["area_m2"], block["share"] = area_m2, area_m2 / total[rows]
        blocks.append(block)
    if not blocks:
        return pd.DataFrame(columns=list(OVERLAP_COLUMNS))
    whole = pd.concat(blocks, ignore_index=True)
    return whole.sort_values("row", kind="stable", ignore_index=True)
