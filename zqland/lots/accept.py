"""Accept a cut: round its coordinates once, and hold the lots to what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zqland import areas, lineage
from zqland.errors import LotError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely import MultiPolygon, Polygon

    from zqland.lots.lot import Lot
    from zqland.lots.rules import LotRules


def accept(
    parcel: lineage.Ground,
    lots: Mapping[str, Lot],
    rules: LotRules,
    *,
    remainder: str | None = None,
    neighbours: Sequence[lineage.Ground] = (),
) -> lineage.Succession:
    """Split a parcel into lots, with coordinates of millimetres.

    Parameters
    ----------
    parcel
        The parcel; its vertices do not move.
    lots
        Lots of it by the numbers that they get.
    rules
        How exact a lot must be (`LotRules.accepted_m2`).
    remainder
        Number of what is left; None where the lots take all.
    neighbours
        Parcels around it, which get the new vertices on their boundaries.

    Returns
    -------
    succession
        The new parcels (`zqland.lineage.split`).

    Raises
    ------
    LineageError
        The lots are no pieces of the parcel.
    LotError
        A lot misses its area after rounding.

    Examples
    --------
    >>> import shapely
    >>> from zqland.catalogues import load_catalogues
    >>> from zqland.lots.ask import Ask, Site
    >>> from zqland.lots.carve import carve
    >>> rules = load_catalogues().lots
    >>> ground = shapely.box(38_450_000, 2_560_000, 38_450_300, 2_560_207)
    >>> lot = carve(Site("A", ground, 4526), Ask(20_000.0), rules)
    >>> parcel = lineage.Ground("A", 4526, ground)
    >>> done = accept(parcel, {"A-1": lot}, rules, remainder="A-2")
    >>> [round(child.shape.area) for child in done.children]
    [20000, 42100]
    """
    parts: dict[str, Polygon | MultiPolygon | None] = {
        name: lot.geometry for name, lot in lots.items()
    }
    if remainder is not None:
        parts[remainder] = None
    done = lineage.split(parcel, parts, neighbours=neighbours)
    shapes = {child.parcel_id: child.shape for child in done.children}
    for name, lot in lots.items():
        row = {"home_geometry": [shapes[name]], "home_zone": [parcel.home_zone]}
        table = areas.measure(pd.DataFrame(row), methods=[lot.basis])
        found = float(table[f"{lot.basis}_m2"].iloc[0])
        if abs(found - lot.area_m2) > rules.accepted_m2:
            facts = {"name": name, "found": found, "asked": lot.area_m2}
            raise LotError(_MISSED.format(most=rules.accepted_m2, **facts))
    return done


_MISSED = Text(
    en="With coordinates of millimetres {name} has {found:.2f} m² instead of "
    "{asked:.2f} m², which is off by more than {most:g} m². Its boundary is too long "
    "and thin: cut it another way.",
    zh="坐标取位到毫米后，{name} 面积为 {found:.2f} 平方米，应为 {asked:.2f} 平方米，"
    "相差超过 {most:g} 平方米。其界址过于狭长：请改用其他分割方式。",
)
