"""Repair a copy of parcels: each repair is a finding with the area before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland import crs
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks import mending, snapping
from zqland_geodata.checks.outlines import Outlines
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.vertices import distinct, find_spikes
from zqland_geodata.checks.words import place_text
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Shapes = npt.NDArray[np.object_]
    Report = Callable[[int, int], object]
    Step = Callable[[shapely.Geometry], mending.Mended | None]


@dataclass(frozen=True, slots=True)
class Repaired:
    """Parcels after a repair.

    Attributes
    ----------
    parcels
        Table *parcels*: as they were, but for the shapes that were repaired.
    findings
        One per repair, with the area before and after.
    original
        The repaired parcels as they were.
    """

    parcels: gpd.GeoDataFrame
    findings: list[Finding]
    original: gpd.GeoDataFrame


def repair(
    parcels: gpd.GeoDataFrame,
    findings: Iterable[Finding] | None = None,
    *,
    tolerances: Tolerances | None = None,
    report: Report | None = None,
) -> Repaired:
    """Repair a copy of parcels.

    Repeated vertices are left out, spikes are cut off, invalid shapes made valid, and
    neighbours whose boundaries are the width of a rounding apart or over each other are
    brought together. Nothing else is touched: neither larger gaps and overlaps, nor
    identifiers, nor declared areas.

    Parameters
    ----------
    parcels
        Table *parcels*; it is not changed.
    findings
        Findings about them: only parcels that these name are repaired. All by default.
    tolerances
        How far repairs may go; the packaged catalogue by default.
    report
        Told how many of the steps are done, and of how many.

    Returns
    -------
    repaired
        The copy, the repairs, and the repaired parcels as they were.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    tell = report if report is not None else _nothing
    home = parcels["home_geometry"].to_numpy()
    wanted = _wanted(parcels, findings)
    shapes, found = home.copy(), []
    for row in rows_where(wanted & _faulty(home, allowed)):
        mended, notes = _mended(home[row], parcels.index[row], allowed)
        shapes[row] = mended
        found += notes
    tell(1, _STEPS)
    moved = snapping.snap(parcels, shapes, wanted, allowed)
    for step in moved:
        before, after = shapes[step.row], step.shape
        shapes[step.row] = after
        found.append(
            _SNAPPED.finding(
                parcels.index[step.row],
                "geometry",
                step.other_id,
                other=step.other_id,
                where=place_text(step.place),
                **_areas(before, after),
            )
        )
    tell(2, _STEPS)
    changed = np.array([new is not old for new, old in zip(shapes, home, strict=True)])
    return Repaired(_with_shapes(parcels, shapes, changed), found, parcels[changed])


def _wanted(parcels: gpd.GeoDataFrame, findings: Iterable[Finding] | None) -> Flags:
    if findings is None:
        return np.ones(len(parcels), dtype=bool)
    named = {finding.record for finding in findings}
    return np.asarray(parcels.index.astype(str).isin(named))


def _faulty(shapes: Shapes, allowed: Tolerances) -> Flags:
    """Tell which shapes have something that can be mended."""
    faulty = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    lines = Outlines.of(shapes)
    is_same = lines.edges_m() <= allowed["duplicate_vertex", "distance_m"]
    faulty[lines.parcel[is_same]] = True
    kept = distinct(lines, allowed)
    faulty[kept.parcel[find_spikes(kept, allowed).tips]] = True
    return np.asarray(faulty)


def _mended(
    shape: shapely.Geometry, record: object, allowed: Tolerances
) -> tuple[shapely.Geometry, list[Finding]]:
    """Mend a shape step by step; each step is a finding."""
    findings = []
    steps: tuple[tuple[Rule, Step], ...] = (
        (_REPETITIONS, lambda now: mending.without_repetitions(now, allowed)),
        (_SPIKES, lambda now: mending.without_spikes(now, allowed)),
        (_VALID, lambda now: mending.made_valid(now, allowed)),
    )
    for rule, step in steps:
        done = step(shape)
        if done is None:
            continue
        chosen = rule
        if rule is _VALID and _is_large(shape, done.shape, allowed):
            chosen = _VALID_LARGE
        facts = _areas(shape, done.shape)
        findings.append(
            chosen.finding(
                record,
                "geometry",
                facts["before"],
                count=done.count,
                where=place_text(done.place),
                **facts,
            )
        )
        shape = done.shape
    if not shapely.is_valid(shape):
        reason = shapely.is_valid_reason(shape)
        findings.append(_IMPOSSIBLE.finding(record, "geometry", reason))
    return shape, findings


def _is_large(
    before: shapely.Geometry, after: shapely.Geometry, allowed: Tolerances
) -> bool:
    sizes = float(shapely.area(before)), float(shapely.area(after))
    change = abs(sizes[0] - sizes[1])
    share = allowed["repair", "area_share"] * max(sizes)
    return bool(change > max(allowed["repair", "area_m2"], share))


def _areas(before: shapely.Geometry, after: shapely.Geometry) -> dict[str, str]:
    sizes = float(shapely.area(before)), float(shapely.area(after))
    return {
        "before": f"{sizes[0]:,.3f} m²",
        "after": f"{sizes[1]:,.3f} m²",
        "change": f"{sizes[1] - sizes[0]:+,.3f} m²",
    }


def _with_shapes(
    parcels: gpd.GeoDataFrame, shapes: Shapes, changed: Flags
) -> gpd.GeoDataFrame:
    """Return a copy with new shapes; longitudes and latitudes follow from them."""
    copy = parcels.copy()
    if not changed.any():
        return copy
    copy["home_geometry"] = gpd.GeoSeries(shapes, index=parcels.index)
    zones = parcels.loc[changed, "home_zone"]
    home = gpd.GeoSeries(shapes[changed], index=zones.index)
    degrees = parcels.geometry.to_numpy(copy=True)
    degrees[changed] = crs.to_geographic(home, zones).to_numpy()
    name = str(parcels.geometry.name)
    copy[name] = gpd.GeoSeries(degrees, index=parcels.index, crs=parcels.crs)
    return copy


def _nothing(done: int, total: int) -> None:
    del done, total


_STEPS = 2
_ORIGINAL_KEPT = Text(
    en="in the copy only; the original is kept",
    zh="仅在副本中修复；原图形保留",
)
_CHECK_IT = Text(
    en="in the copy only, the original is kept; check the boundary by its documents",
    zh="仅在副本中修复，原图形保留；请按权属资料核对界线",
)
_REPETITIONS = Rule(
    "repair.repeated_vertex",
    Severity.INFO,
    Text(
        en="{count} repeated vertices left out, the first at {where}: area before "
        "{before}, after {after} ({change})",
        zh="删去 {count} 个重合界址点，首个位置 {where}：面积由 {before} 变为 {after}"
        "（{change}）",
    ),
    _ORIGINAL_KEPT,
)
_SPIKES = Rule(
    "repair.spike",
    Severity.INFO,
    Text(
        en="{count} spikes cut off, the first at {where}: area before {before}, after "
        "{after} ({change})",
        zh="切除 {count} 处尖刺，首个位置 {where}：面积由 {before} 变为 {after}"
        "（{change}）",
    ),
    _ORIGINAL_KEPT,
)
_VALID = Rule(
    "repair.made_valid",
    Severity.INFO,
    Text(
        en="made valid at {where}: area before {before}, after {after} ({change})",
        zh="在 {where} 处修正为有效图形：面积由 {before} 变为 {after}（{change}）",
    ),
    _ORIGINAL_KEPT,
)
_VALID_LARGE = Rule(
    "repair.made_valid",
    Severity.WARNING,
    Text(
        en="made valid at {where}, with a large change: area before {before}, after "
        "{after} ({change}); perhaps points stand in a wrong order",
        zh="在 {where} 处修正为有效图形，变化较大：面积由 {before} 变为 {after}"
        "（{change}）；可能是界址点顺序有误",
    ),
    _CHECK_IT,
)
_SNAPPED = Rule(
    "repair.snapped",
    Severity.INFO,
    Text(
        en="boundary brought onto that of parcel {other}, at {where}: area before "
        "{before}, after {after} ({change})",
        zh="界线与地块 {other} 对齐，位置 {where}：面积由 {before} 变为 {after}"
        "（{change}）",
    ),
    _ORIGINAL_KEPT,
)
_IMPOSSIBLE = Rule(
    "repair.impossible",
    Severity.ERROR,
    Text(
        en="the shape cannot be repaired: nothing with an area is left of it",
        zh="图形无法修复：修复后没有面积",
    ),
    Text(en="kept as it is; correct the source", zh="按原样保留；请更正来源"),
)
