"""Cut a lot of an exact area from ground, so that lot and remainder are of use.

::

    usable ground ─▶ cuts of the exact area ─▶ cheap figures ─▶ dear checks ─▶ the best
                     (`cuts`)                  (`judge`)        (`judge`)

Cuts are exact before coordinates are rounded; rounding to the millimetre happens once,
when a cut is accepted (`zqland.lots.accept`). Ground in several parts gives a lot from
one of them; ground that is kept out stays with what is left.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas
from zqland.areas import Method
from zqland.ground import areal
from zqland.lots import cuts as cutting
from zqland.lots import front as fronts
from zqland.lots.judge import Judge, Judged, fault_text
from zqland.lots.lot import Kind, Lot, Refused, Share
from zqland.lots.sweep import near_origin
from zqland.shape import compactness
from zqland.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    from zqland.lots.ask import Ask, Site
    from zqland.lots.cuts import Cuts
    from zqland.lots.rules import LotRules

    Floats = NDArray[np.float64]
    Shape = Polygon | MultiPolygon

_MOST_STEPS = 12
_OFFICIAL_STEP_M = 1e-4
"""Coordinates are rounded to this before the official area is computed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A cut that passed, near the origin.

    Attributes
    ----------
    lot, rest
        What it takes of its part of the ground, and what it leaves of it.
    degrees
        Direction of its line, from east against the clock.
    judged
        Its figures.
    frontage_m
        Metres along streets; 0 where none is known.
    """

    lot: Polygon
    rest: Polygon
    degrees: float
    judged: Judged
    frontage_m: float


@dataclass(frozen=True, slots=True)
class Bench:
    """Ground near the origin, ready for cutting.

    Attributes
    ----------
    site
        The ground as it was given.
    origin
        What was taken off its coordinates.
    usable
        The ground without what is kept out.
    front
        Where it can be entered from; None where that is not known.
    basis
        Area method.
    """

    site: Site
    origin: Floats
    usable: Shape
    front: fronts.Front | None
    basis: Method

    @classmethod
    def of(cls, site: Site, ask: Ask, rules: LotRules) -> Bench:
        """Prepare ground for what is asked."""
        whole, origin = near_origin(site.shape)
        usable = whole
        if site.keep_out is not None and not site.keep_out.is_empty:
            out = shapely.transform(site.keep_out, lambda points: points - origin)
            cut = areal(np.array([shapely.difference(whole, out)]))
            usable = cast("Polygon", shapely.orient_polygons(cut)[0])
        front = None
        if site.streets is not None and not site.streets.is_empty:
            near = shapely.transform(site.streets, lambda points: points - origin)
            front = fronts.on_streets(whole, near, rules)
        elif ask.front_deg is not None:
            front = fronts.facing(whole, ask.front_deg, rules.street_turn_deg)
        return cls(site, origin, usable, front, ask.basis)

    def area_m2(self, shape: Shape) -> float:
        """Measure a shape near the origin on the basis."""
        if self.basis is Method.PLANAR:
            return float(shape.area)
        one = {"home_geometry": [self.back(shape)], "home_zone": [self.site.home_zone]}
        table = areas.measure(pd.DataFrame(one), methods=[self.basis])
        return float(table[f"{self.basis}_m2"].iloc[0])

    def back(self, shape: Shape) -> Shape:
        """Bring a shape back to its place."""
        moved = shapely.transform(shape, lambda points: points + self.origin)
        return cast("Polygon", moved)


def carve(site: Site, ask: Ask, rules: LotRules) -> Lot | Refused:
    """Cut a lot of an exact area from ground.

    Parameters
    ----------
    site
        The ground, with streets and constraint layers where they are known.
    ask
        The area, and what else is asked of the lot.
    rules
        Limits and weights (`Catalogues.lots`).

    Returns
    -------
    lot
        The best lot of those that pass every check, exact to `LotRules.cut_m2` on the
        basis (to the nearest step of the official area); or why there is none.

    Examples
    --------
    >>> from zqland.catalogues import load_catalogues
    >>> from zqland.lots.ask import Ask, Site
    >>> ground = shapely.box(38_450_000, 2_560_000, 38_450_300, 2_560_200)
    >>> site = Site("A", ground, 4526)
    >>> lot = carve(site, Ask(20_000.0), load_catalogues().lots)
    >>> round(lot.area_m2, 4), round(lot.remainder[0].area, 4)
    (20000.0, 40000.0)
    >>> round(lot.rectangle.width_m, 3), round(lot.rectangle.depth_m, 3)
    (200.0, 100.0)
    """
    bench = Bench.of(site, ask, rules)
    parts = [part for part in shapely.get_parts(bench.usable) if not part.is_empty]
    sizes = [bench.area_m2(part) for part in parts]
    enough = [
        part
        for size, part in sorted(zip(sizes, parts, strict=True), key=_by_size)
        if size >= ask.area_m2 - rules.cut_m2
    ]
    if not enough:
        return _too_small(ask, sizes)
    faults: Counter[str] = Counter()
    found = [
        one for part in enough if (one := best_cut(bench, part, (ask, rules), faults))
    ]
    if not found:
        return _none_of_use(faults, ask, rules)
    return lot_of(bench, max(found, key=lambda one: one.judged.score))


def best_cut(
    bench: Bench, part: Polygon, terms: tuple[Ask, LotRules], faults: Counter[str]
) -> Found | None:
    """Find the best cut of one part of the ground.

    Parameters
    ----------
    bench
        The ground.
    part
        One piece of it, with enough area.
    terms
        What is asked, and the rules.
    faults
        Counts of the reasons against cuts, added to.

    Returns
    -------
    found
        The best of the cuts that pass; None where none does.
    """
    found = good_cuts(bench, part, terms, faults)
    return max(found, key=lambda one: one.judged.score, default=None)


def good_cuts(
    bench: Bench, part: Polygon, terms: tuple[Ask, LotRules], faults: Counter[str]
) -> list[Found]:
    """Find cuts of one part of the ground that pass every check.

    Parameters
    ----------
    bench
        The ground.
    part
        One piece of it, with enough area.
    terms
        What is asked, and the rules.
    faults
        Counts of the reasons against cuts, added to.

    Returns
    -------
    found
        Up to `LotRules.finalists`, the most promising first.
    """
    ask, rules = terms
    judge = Judge.of(rules, ask, bench.front, part)
    made = _cuts(bench, part, ask, rules)
    look = judge.look(made.lots, made.rests)
    faults.update(str(code) for code in look.faults if code)
    found: list[Found] = []
    # Dear checks, one cut at a time: the first few that pass are enough.
    for row in look.order():
        pair = exact_cut(bench, made, row, terms)
        if pair is None:
            faults["inexact"] += 1
            continue
        degrees, frontage = float(made.degrees[row]), float(look.frontage_m[row])
        judged = judge.check(*pair, degrees, frontage)
        if isinstance(judged, str):
            faults[judged] += 1
            continue
        found.append(Found(*pair, degrees, judged, frontage))
        if len(found) == rules.finalists:
            break
    return found


def _cuts(bench: Bench, part: Polygon, ask: Ask, rules: LotRules) -> Cuts:
    """Make all cuts, exact in the plane, or nearly so where another basis is asked."""
    size = bench.area_m2(part)
    if size <= ask.area_m2 + rules.cut_m2:
        return cutting.whole(part)
    planar_m2 = ask.area_m2 * part.area / size
    degrees = cutting.along_boundaries(part, rules.directions_most, ask.direction_deg)
    depths = cutting.corner_depths(planar_m2, rules.corner_ratios, ask.rectangle_m)
    return cutting.all_of(part, planar_m2, degrees, depths)


def exact_cut(
    bench: Bench, made: Cuts, row: int, terms: tuple[Ask, LotRules]
) -> tuple[Polygon, Polygon] | None:
    """Make a cut exact on the basis.

    The area on any basis is nearly the planar one times a constant, so a few steps
    along that line do. The official area changes in steps, for it is that of rounded
    coordinates: there the nearest that was met counts.

    Parameters
    ----------
    bench
        The ground.
    made, row
        The cuts, and which of them.
    terms
        What is asked, and the rules.

    Returns
    -------
    lot, rest
        One piece each; None where that cannot be reached.
    """
    ask, rules = terms
    lot, rest = made.lots[row], made.rests[row]
    if bench.basis is Method.PLANAR:
        return lot, rest
    planar_m2, off = lot.area, bench.area_m2(lot) - ask.area_m2
    best = abs(off), lot, rest
    for _ in range(_MOST_STEPS):
        if best[0] <= rules.cut_m2 or rest.is_empty:
            break
        planar_m2 -= off * lot.area / (off + ask.area_m2)
        lot, rest = made.again(row, planar_m2)
        off = bench.area_m2(lot) - ask.area_m2
        best = min(best, (abs(off), lot, rest), key=_by_miss)
    missed, lot, rest = best
    is_whole = lot.geom_type == "Polygon" and rest.geom_type == "Polygon"
    return (lot, rest) if is_whole and missed <= _allowed(bench, lot, rules) else None


def _allowed(bench: Bench, lot: Polygon, rules: LotRules) -> float:
    """Give how far a cut may be off: the steps of the official area may be larger."""
    if bench.basis is not Method.ELLIPSOID_OFFICIAL:
        return rules.cut_m2
    return max(rules.cut_m2, _OFFICIAL_STEP_M * lot.length / 2.0)


def _by_miss(cut: tuple[float, Polygon, Polygon]) -> float:
    return cut[0]


def lot_of(bench: Bench, found: Found) -> Lot:
    """Describe a cut as a lot, back at its place, with what it leaves of the ground."""
    left = _left(bench, found)
    return replace(
        piece_of(bench, found, is_whole=not left),
        remainder=left,
        remainder_note=_note(found, left),
    )


def piece_of(bench: Bench, found: Found, *, is_whole: bool = False) -> Lot:
    """Describe a cut as a lot, back at its place, and nothing of what it leaves.

    Parameters
    ----------
    bench
        The ground.
    found
        The cut.
    is_whole
        Whether it takes all of the ground.

    Returns
    -------
    lot
        Without a remainder.
    """
    site, fitted = bench.site, found.judged.rectangle
    taken = bench.area_m2(found.lot)
    return Lot(
        kind=Kind.WHOLE if is_whole else Kind.CARVED,
        shares=(Share(site.parcel_id, taken, is_whole=is_whole),),
        geometry=bench.back(found.lot),
        home_zone=site.home_zone,
        area_m2=taken,
        basis=bench.basis,
        compactness=float(compactness(_series(found.lot)).iloc[0]),
        rectangle=replace(
            fitted, geometry=cast("Polygon", bench.back(fitted.geometry))
        ),
        frontage_m=None if bench.front is None else found.frontage_m,
        reasons=_reasons(bench, found),
        score=found.judged.score,
    )


def _by_size(pair: tuple[float, Polygon]) -> float:
    return pair[0]


def _series(shape: Shape) -> gpd.GeoSeries:
    return gpd.GeoSeries([shape])


def _left(bench: Bench, found: Found) -> tuple[Polygon, ...]:
    """List what is left of the ground: of the part that was cut, and all the rest."""
    whole, _ = near_origin(bench.site.shape)
    if bench.usable is whole or bench.usable.equals_exact(whole):
        others = [
            part
            for part in shapely.get_parts(whole)
            if not found.lot.intersects(part.representative_point())
            and not found.rest.intersects(part.representative_point())
        ]
        pieces = [found.rest, *others]
    else:
        rest = areal(np.array([shapely.difference(whole, found.lot)]))
        pieces = list(shapely.get_parts(rest))
    kept = [piece for piece in pieces if piece.area >= cutting.CRUMB_M2]
    return tuple(cast("Polygon", bench.back(piece)) for piece in kept)


def _note(found: Found, left: tuple[Polygon, ...]) -> Text | None:
    if not left:
        return None
    fitted = found.judged.rest_rectangle
    total = sum(piece.area for piece in left)
    if fitted is None:
        return _LEFT_ELSEWHERE.format(count=len(left), area=total)
    width, depth = fitted.width_m, fitted.depth_m
    return _LEFT.format(count=len(left), area=total, width=width, depth=depth)


def _reasons(bench: Bench, found: Found) -> tuple[Text, ...]:
    fitted = found.judged.rectangle
    said = [_FITS.format(width=fitted.width_m, depth=fitted.depth_m)]
    if bench.front is None:
        said.append(_NO_STREET)
    else:
        said.append(_FRONTAGE.format(frontage=found.frontage_m))
    if bench.site.keep_out is None:
        said.append(_NO_LAYERS)
    if bench.basis is Method.ELLIPSOID_OFFICIAL:
        said.append(_STEPS)
    return tuple(said)


def _too_small(ask: Ask, sizes: list[float]) -> Refused:
    total, most = sum(sizes), max(sizes, default=0.0)
    facts = {"asked": ask.area_m2, "total": total, "most": most}
    if total < ask.area_m2:
        return Refused(_TOO_SMALL.format(**facts), "too_small")
    return Refused(_IN_PARTS.format(count=len(sizes), **facts), "parts")


def _none_of_use(faults: Counter[str], ask: Ask, rules: LotRules) -> Refused:
    """Say why no cut is of use, the most frequent reason first."""
    counts = faults.most_common()
    said = [
        _COUNTED.format(reason=fault_text(code, rules), count=count)
        for code, count in counts
    ]
    reasons = Text(
        en="; ".join(text.en for text in said), zh="；".join(text.zh for text in said)
    )
    tried = sum(faults.values())
    reason = _NONE.format(tried=tried, reasons=reasons, area=ask.area_m2)
    return Refused(reason, counts[0][0], tried)


_COUNTED = Text(en="{reason} ({count})", zh="{reason}（{count} 种）")
_NONE = Text(
    en="None of {tried} cuts of {area:.2f} m² is of use: {reasons}. Ask for another "
    "area, take the whole parcel, or change the limits in lots.toml.",
    zh="试过 {tried} 种分割方式，均无法得到可用的 {area:.2f} 平方米地块：{reasons}。"
    "请调整面积、整宗使用，或修改 lots.toml 中的限值。",
)
_TOO_SMALL = Text(
    en="The usable ground has {total:.2f} m², less than the {asked:.2f} m² that are "
    "asked for. Ask for less, or put neighbours together.",
    zh="可用土地面积为 {total:.2f} 平方米，小于所需的 {asked:.2f} 平方米。"
    "请减小面积，或与相邻地块合并。",
)
_IN_PARTS = Text(
    en="The usable ground lies in {count} parts, the largest of {most:.2f} m²; a lot "
    "of {asked:.2f} m² must be one piece. Ask for less, or join the parts first.",
    zh="可用土地分为 {count} 块，最大一块 {most:.2f} 平方米；"
    "{asked:.2f} 平方米的地块须为一整块。请减小面积，或先将各块合并。",
)
_LEFT = Text(
    en="{area:.2f} m² are left in {count} piece(s); a rectangle of {width:.1f} m × "
    "{depth:.1f} m fits in the one that was cut.",
    zh="剩余 {area:.2f} 平方米，共 {count} 块；被分割的一块内可容 "
    "{width:.1f} 米 × {depth:.1f} 米的矩形。",
)
_LEFT_ELSEWHERE = Text(
    en="{area:.2f} m² are left in {count} piece(s) that the lot did not touch.",
    zh="剩余 {area:.2f} 平方米，共 {count} 块，均未被分割。",
)
_FITS = Text(
    en="A rectangle of {width:.1f} m × {depth:.1f} m fits in the lot.",
    zh="地块内可容 {width:.1f} 米 × {depth:.1f} 米的矩形。",
)
_FRONTAGE = Text(
    en="The lot has {frontage:.1f} m of frontage.",
    zh="地块临街面长 {frontage:.1f} 米。",
)
_NO_STREET = Text(
    en="Access was not checked: no street is known.",
    zh="未核查临街条件：没有道路资料。",
)
_STEPS = Text(
    en="The official area is that of coordinates rounded to 0.1 mm, so it changes in "
    "steps as the line of the cut moves: the nearest step is taken.",
    zh="国土调查椭球面积按坐标取位至0.1毫米计算，随分割线移动呈阶梯变化，已取最接近的一级。",
)
_NO_LAYERS = Text(
    en="Constraint layers were not checked: none is given.",
    zh="未核查限制图层：未提供。",
)
