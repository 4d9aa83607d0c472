"""Say which parcels constraint layers concern, and with how much ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland import constraints
from zqland.constraints import ConstraintRule, ground_text
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland.units import Unit
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from zqland.constraints import ConstraintLayer, Overlay


def check_constraints(
    parcels: gpd.GeoDataFrame,
    layers: Sequence[ConstraintLayer],
    *,
    laid: Overlay | None = None,
) -> Iterator[Finding]:
    """Report the ground of parcels that constraint layers concern.

    Parameters
    ----------
    parcels
        Table *parcels*.
    layers
        The layers.
    laid
        The layers laid over these parcels, where that is done already.

    Yields
    ------
    finding
        One per parcel and layer: an error where the layer forbids, a warning where it
        warns, a note where it deducts; in the order of parcels and layers.
    """
    if laid is None:
        laid = constraints.overlay(parcels, layers)
    named = {layer.key: layer for layer in laid.layers}
    columns = (laid.overlaps[name] for name in ("parcel_id", "layer", "area_m2"))
    shares = laid.overlaps["share"]
    # A turn per finding, which is a sentence of its own.
    for parcel_id, key, area_m2, share in zip(*columns, shares, strict=True):
        layer = named[key]
        yield _RULES[layer.rule].finding(
            parcel_id,
            "geometry",
            f"{area_m2:,.2f} m²",
            area=ground_text(float(area_m2), Unit.M2, share=float(share)),
            where=constraints.PLACES[layer.side].format(layer=layer.text),
        )


_FOUND = Text(en="{area} of the parcel lies {where}", zh="地块有{area}位于{where}")
_RULES = {
    ConstraintRule.FORBID: Rule(
        "constraint.forbidden",
        Severity.ERROR,
        Text(
            en=f"{_FOUND.en}, where no parcel may lie",
            zh=f"{_FOUND.zh}，该处禁止占用",
        ),
        Text(
            en="offered to no project, and not usable there; change its boundary, or "
            "correct the layer",
            zh="不参与匹配，该部分不计入可用面积；请调整界址或更正图层",
        ),
    ),
    ConstraintRule.WARN: Rule(
        "constraint.warning",
        Severity.WARNING,
        Text(
            en=f"{_FOUND.en}, which is to be checked",
            zh=f"{_FOUND.zh}，需要核实",
        ),
        Text(
            en="offered whole, with this remark; ask the authority that is in charge",
            zh="整宗参与匹配并注明；请向主管部门核实",
        ),
    ),
    ConstraintRule.DEDUCT: Rule(
        "constraint.deducted",
        Severity.INFO,
        Text(
            en=f"{_FOUND.en}, which is not usable",
            zh=f"{_FOUND.zh}，该处不可使用",
        ),
        Text(
            en="deducted from the usable area; the total stays",
            zh="从可用面积中扣除；总面积不变",
        ),
    ),
}
