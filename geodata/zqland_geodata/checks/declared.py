"""Check declared areas against the shapes, and recognise their basis and unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from zqland import areas, units
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.words import KEPT
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

BASES = {
    areas.Method.PLANAR: Text(en="planar", zh="平面"),
    areas.Method.ELLIPSOID: Text(en="ellipsoidal", zh="椭球"),
}
"""What a declared area may be measured on."""

_UNITS = {
    units.Unit.MU: Text(en="mu", zh="亩"),
    units.Unit.HA: Text(en="hectares", zh="公顷"),
    units.Unit.M2: Text(en="square metres", zh="平方米"),
}


def check_declared(
    parcels: gpd.GeoDataFrame,
    measured: pd.DataFrame,
    *,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Compare declared areas with the planar and the ellipsoidal area.

    Parameters
    ----------
    parcels
        Table *parcels*.
    measured
        ``planar_m2`` and ``ellipsoid_m2`` on the same index.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        A warning per parcel that fits neither basis, saying where the figure is that of
        another unit, and one remark for the rest that says which basis fits better.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    declared = parcels["declared_m2"].to_numpy(dtype=np.float64, na_value=np.nan)
    computed = measured[[f"{method}_m2" for method in BASES]].to_numpy()
    gap = np.abs(computed - declared[:, None])
    is_known = ~np.isnan(declared) & (computed > 0).all(axis=1)
    nearest = np.where(np.isnan(gap), np.inf, gap).argmin(axis=1)
    fits = (gap <= _tolerance_m2(computed, allowed)).any(axis=1)
    texts = list(BASES.values())
    for row in rows_where(is_known & ~fits):
        basis = int(nearest[row])
        figure = f"{declared[row]:,.2f} m²"
        facts: dict[str, Any] = {
            "declared": f"{declared[row]:,.2f}",
            "computed": f"{computed[row, basis]:,.2f}",
            "basis": texts[basis],
            "share": f"{(declared[row] / computed[row, basis] - 1) * 100:+.2f}",
        }
        rule, words = _DECLARED, _other_unit(declared[row], computed[row], allowed)
        if words is not None:
            rule = _UNIT
            facts["meant"], facts["read"] = words
        yield rule.finding(parcels.index[row], "declared_m2", figure, **facts)
    counts = np.bincount(nearest[is_known & fits], minlength=len(texts))
    if counts.any():
        best = int(counts.argmax())
        total = int(counts.sum())
        yield _BASIS.finding(
            "",
            "declared_m2",
            f"{counts[best]} / {total}",
            count=total,
            best=int(counts[best]),
            basis=texts[best],
        )
    clear = _decisive(gap, computed) & is_known & fits
    counts = np.bincount(nearest[clear], minlength=len(texts))
    usual = int(counts.argmax())
    # Only where nearly all agree is another basis a fault.
    is_other = clear & (nearest != usual) & (counts[usual] >= _USUAL * clear.sum())
    for row in rows_where(is_other):
        yield _OTHER_BASIS.finding(
            parcels.index[row],
            "declared_m2",
            f"{declared[row]:,.2f} m²",
            basis=texts[int(nearest[row])],
            usual=texts[usual],
        )


def _decisive(gap: Floats, computed: Floats) -> npt.NDArray[np.bool_]:
    """Tell which figures clearly belong to one basis, far nearer than to the other."""
    apart = np.abs(computed[:, 0] - computed[:, 1])
    return np.asarray((apart >= _APART_M2) & (gap.min(axis=1) <= apart * _NEARNESS))


def _tolerance_m2(computed: Floats, allowed: Tolerances) -> Floats:
    return np.minimum(
        allowed["declared", "most_m2"], allowed["declared", "share"] * computed
    )


def _other_unit(
    declared: float, computed: Floats, allowed: Tolerances
) -> tuple[Text, Text] | None:
    """Name the unit that a figure was in, and the one that it was read in."""
    for read, words in _UNITS.items():
        figure = units.from_m2(declared, read)
        for meant, meant_words in _UNITS.items():
            off = np.abs(units.to_m2(figure, meant) - computed)
            if meant is not read and (off <= _tolerance_m2(computed, allowed)).any():
                return meant_words, words
    return None


_APART_M2 = 2.0
_NEARNESS = 0.25
_USUAL = 0.8
_DECLARED = Rule(
    "declared.differs",
    Severity.WARNING,
    Text(
        en="declared {declared} m², computed {computed} m² ({basis}, the nearest): "
        "{share} %",
        zh="载明 {declared} 平方米，计算 {computed} 平方米（{basis}，最接近）："
        "相差 {share}%",
    ),
    KEPT,
)
_UNIT = Rule(
    "declared.unit",
    Severity.WARNING,
    Text(
        en="declared {declared} m², computed {computed} m²: the figure fits in {meant} "
        "and was read in {read}",
        zh="载明 {declared} 平方米，计算 {computed} 平方米：该数值按{meant}相符，"
        "却按{read}读取",
    ),
    KEPT,
)
_BASIS = Rule(
    "declared.basis",
    Severity.INFO,
    Text(
        en="{count} declared areas fit; {best} of them are nearest to the {basis} area",
        zh="{count} 个载明面积相符，其中 {best} 个最接近{basis}面积",
    ),
    KEPT,
)
_OTHER_BASIS = Rule(
    "declared.other_basis",
    Severity.WARNING,
    Text(
        en="the declared area is the {basis} one; in this layer the {usual} one is "
        "usual",
        zh="载明面积为{basis}面积，而本图层一般采用{usual}面积",
    ),
    KEPT,
)
