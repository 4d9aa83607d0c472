"""Constraint layers of the demonstration city: as fictional as its parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland.constraints import ConstraintLayer, ConstraintRule, Side
from zqland.text import Text

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "fictional: an example of the demonstration city"
"""Where the layers come from."""

_ZONE = 4526
_RED_LINE = (
    (38_374_300, 2_558_250),
    (38_374_300, 2_557_700),
    (38_374_900, 2_557_560),
    (38_375_450, 2_557_640),
    (38_376_100, 2_557_330),
    (38_376_700, 2_557_420),
    (38_376_700, 2_558_250),
)
"""Ground at the northern edge of Jinli, metres in the zone."""

_CORRIDOR = (
    (38_378_300, 2_580_350),
    (38_380_100, 2_579_700),
    (38_382_500, 2_579_250),
)
"""A power line across the High-tech Zone, metres in the zone."""

_CORRIDOR_HALF_M = 20.0
_AROUND_DEGREES = 0.004
_CUT_PARK, _CUT_DEGREES = "SH", 0.003


def constraint_layers(parcels: gpd.GeoDataFrame) -> tuple[ConstraintLayer, ...]:
    """Draw a red line, a power corridor and a growth boundary.

    Parameters
    ----------
    parcels
        The parcels of the city.

    Returns
    -------
    layers
        One that forbids, one that deducts and one that warns.
    """
    return (
        ConstraintLayer(
            key="red_line",
            text=Text(en="ecological red line (fictional)", zh="生态保护红线（虚构）"),
            rule=ConstraintRule.FORBID,
            shapes=gpd.GeoSeries([shapely.Polygon(_RED_LINE)], crs=_ZONE),
            source=SOURCE,
        ),
        ConstraintLayer(
            key="power_corridor",
            text=Text(en="power corridor (fictional)", zh="高压走廊（虚构）"),
            rule=ConstraintRule.DEDUCT,
            shapes=gpd.GeoSeries([shapely.LineString(_CORRIDOR)], crs=_ZONE),
            buffer_m=_CORRIDOR_HALF_M,
            source=SOURCE,
        ),
        ConstraintLayer(
            key="growth_boundary",
            text=Text(
                en="urban growth boundary (fictional)", zh="城镇开发边界（虚构）"
            ),
            rule=ConstraintRule.WARN,
            shapes=_around_parks(parcels),
            side=Side.OUTSIDE,
            source=SOURCE,
        ),
    )


def write_constraints(
    layers: tuple[ConstraintLayer, ...], listed: Path, shapes: Path
) -> None:
    """Write constraint layers as the files that offices would bring.

    Parameters
    ----------
    layers
        The layers.
    listed
        Path of the TOML file.
    shapes
        Path of the GeoPackage beside it, with a layer for each.
    """
    shapes.unlink(missing_ok=True)
    for layer in layers:
        names = {"name": [layer.text.zh] * len(layer.shapes)}
        table = gpd.GeoDataFrame(names, geometry=layer.shapes)
        table.to_file(shapes, layer=layer.key, driver="GPKG", index=False)
    tables = [_table(layer, shapes.name) for layer in layers]
    listed.write_text("\n".join([_HEAD, *tables]), encoding="utf-8", newline="\n")


def _table(layer: ConstraintLayer, file: str) -> str:
    lines = [
        f"[{layer.key}]",
        f'zh = "{layer.text.zh}"',
        f'en = "{layer.text.en}"',
        f'file = "{file}"',
        f'layer = "{layer.key}"',
        f'rule = "{layer.rule}"',
    ]
    if layer.side is not Side.INSIDE:
        lines.append(f'where = "{layer.side}"')
    if layer.buffer_m:
        lines.append(f"buffer_m = {layer.buffer_m:g}")
    return "\n".join([*lines, f'source = "{layer.source}"', ""])


_HEAD = """\
# Constraint layers of the demonstration city. 虚构示例：图层与地块均非真实。
# Fictional: no layer and no parcel of it is real.
"""


def _around_parks(parcels: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Draw a box around the parcels of each park, one of them drawn too narrowly."""
    bounds = parcels.geometry.bounds.groupby(parcels["park_id"].to_numpy()).agg(
        {"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"}
    )
    around = np.array([-1, -1, 1, 1]) * _AROUND_DEGREES
    sides = bounds.to_numpy(dtype=np.float64) + around
    sides[bounds.index == _CUT_PARK, 0] += _AROUND_DEGREES + _CUT_DEGREES
    west, south, east, north = sides.round(4).T
    return gpd.GeoSeries(shapely.box(west, south, east, north), crs=parcels.crs)
