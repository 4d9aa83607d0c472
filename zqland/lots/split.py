"""Split ground into lots of given areas, side by side, with a named remainder.

The list is halved as evenly as its order allows, the ground is cut by one line into two
pieces of those areas, and each piece is split in turn, until every lot has a piece of
its own. Where lots turn out to be of no use, the next best line is tried. Lots near
each other in the list come to lie near each other on the ground.

Split again after a change of the list, lots that did not change keep their shapes:
only the ground that they leave free is cut. Where that is not enough, lots beside it
are given up, one by one, and told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from zqland.areas import Method
from zqland.errors import LotError
from zqland.ground import areal
from zqland.lots import cuts as cutting
from zqland.lots.ask import Ask
from zqland.lots.carve import Bench, Found, exact_cut, piece_of
from zqland.lots.judge import Judge, fault_text
from zqland.lots.lot import Lot, Refused
from zqland.lots.rectangle import directions_of, largest
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely import MultiPolygon, Polygon

    from zqland.lots.ask import Site
    from zqland.lots.rules import LotRules

    Shape = Polygon | MultiPolygon
    Items = tuple[tuple[str, float], ...]

_OWN_DIRECTIONS = 3
_LINES_TRIED = 4
"""Lines that are tried at each halving, the best first."""

_MOST_HALVINGS = 400
"""Halvings after which no layout is thought to exist."""

_SHARE_OF_EXACT = 0.1
"""Errors of one halving inside the other add up: each gets this share. The official
area, whose coordinates are rounded, cannot be met so closely: there each gets all."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Ground split into lots.

    Attributes
    ----------
    lots
        The lots by name, in the order of the list.
    remainder
        What is left, one shape per piece.
    remainder_name
        Name of what is left.
    kept
        Names of lots that are as they were in the layout before.
    moved
        Names of lots that had not changed in the list, but had to give way.
    """

    lots: Mapping[str, Lot]
    remainder: tuple[Polygon, ...]
    remainder_name: str
    kept: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()

    def shapes(self) -> dict[str, Shape]:
        """Give the shapes of the lots by name."""
        return {name: lot.geometry for name, lot in self.lots.items()}


def split(
    site: Site,
    wanted: Mapping[str, float],
    rules: LotRules,
    *,
    ask: Ask | None = None,
    remainder_name: str = "remainder",
    previous: Layout | None = None,
) -> Layout | Refused:
    """Split ground into lots of given areas, and a remainder.

    Parameters
    ----------
    site
        The ground.
    wanted
        Square metres of each lot by name, in the order in which they lie side by side.
    rules
        Limits (`Catalogues.lots`).
    ask
        Basis, stated side or direction of the cuts; its area does not count.
    remainder_name
        Name of what is left.
    previous
        A layout of the same ground, whose unchanged lots are to stay.

    Returns
    -------
    layout
        All lots, each in one piece; or why there is no such layout.

    Raises
    ------
    LotError
        An area is not a positive number, nothing is wanted, or a lot has the name of
        the remainder.

    Examples
    --------
    >>> from zqland.catalogues import load_catalogues
    >>> from zqland.lots.ask import Site
    >>> ground = shapely.box(38_450_000, 2_560_000, 38_450_400, 2_560_200)
    >>> site = Site("A", ground, 4526)
    >>> done = split(site, {"A-1": 20_000.0, "A-2": 30_000.0}, load_catalogues().lots)
    >>> [round(lot.area_m2, 4) for lot in done.lots.values()]
    [20000.0, 30000.0]
    >>> round(done.remainder[0].area, 4)
    30000.0
    """
    if not wanted or remainder_name in wanted:
        raise LotError(_NAMES.format(remainder=remainder_name))
    terms = {
        name: replace(ask, area_m2=area_m2) if ask else Ask(area_m2)
        for name, area_m2 in wanted.items()
    }
    table = _Table(site, terms, rules, remainder_name)
    staying = table.unchanged(previous)
    before = tuple(staying)
    while True:
        done = table.laid_out(staying)
        if isinstance(done, Layout):
            kept = tuple(staying)
            moved = tuple(name for name in before if name not in staying)
            return replace(done, kept=kept, moved=moved)
        if not staying:
            return done
        staying = table.without_one(staying)


def split_equal(
    site: Site, count: int, rules: LotRules, *, ask: Ask | None = None
) -> Layout | Refused:
    """Split ground into equal lots, and leave nothing.

    Parameters
    ----------
    site
        The ground.
    count
        Number of lots; they are named by the parcel and their number.
    rules
        Limits (`Catalogues.lots`).
    ask
        Basis, stated side or direction of the cuts; its area does not count.

    Returns
    -------
    layout
        All lots, each in one piece; or why there is no such layout.

    Raises
    ------
    LotError
        The count is below 1.

    Examples
    --------
    >>> from zqland.catalogues import load_catalogues
    >>> from zqland.lots.ask import Site
    >>> ground = shapely.box(38_450_000, 2_560_000, 38_450_300, 2_560_200)
    >>> site = Site("A", ground, 4526)
    >>> done = split_equal(site, 3, load_catalogues().lots)
    >>> {name: round(lot.area_m2, 4) for name, lot in done.lots.items()}
    {'A-1': 20000.0, 'A-2': 20000.0, 'A-3': 20000.0}
    """
    if count < 1:
        raise LotError(_COUNT.format(count=count))
    bench = Bench.of(site, ask or Ask(1.0), rules)
    each = bench.area_m2(bench.usable) / count
    names = (f"{site.parcel_id}-{number}" for number in range(1, count + 1))
    return split(site, dict.fromkeys(names, each), rules, ask=ask)


class _OutOfTriesError(Exception):
    """Enough halvings were tried."""


@dataclass(frozen=True, slots=True)
class _Table:
    """What is to be laid out on which ground."""

    site: Site
    terms: Mapping[str, Ask]
    rules: LotRules
    remainder_name: str

    @property
    def ask(self) -> Ask:
        return next(iter(self.terms.values()))

    def unchanged(self, previous: Layout | None) -> dict[str, Polygon]:
        """Find the lots of the layout before that are asked for as they are."""
        if previous is None:
            return {}
        return {
            name: cast("Polygon", lot.geometry)
            for name, lot in previous.lots.items()
            if name in self.terms
            and lot.basis is self.terms[name].basis
            and abs(lot.area_m2 - self.terms[name].area_m2) <= self.rules.cut_m2
        }

    def without_one(self, staying: Mapping[str, Polygon]) -> dict[str, Polygon]:
        """Give up one lot beside the free ground, the last of the list."""
        free = self.site.shape.difference(shapely.union_all(list(staying.values())))
        beside = [n for n, lot in staying.items() if lot.distance(free) <= _BESIDE_M]
        given_up = (beside or list(staying))[-1]
        return {name: lot for name, lot in staying.items() if name != given_up}

    def laid_out(self, staying: Mapping[str, Polygon]) -> Layout | Refused:
        """Lay out all lots, with some staying where they are."""
        bench = Bench.of(self.site, self.ask, self.rules)
        cutter = _Cutter(bench, self.rules, self.terms, self.remainder_name)
        fixed = {
            name: shapely.transform(lot, lambda p: p - bench.origin)
            for name, lot in staying.items()
        }
        free: Shape = bench.usable
        if fixed:
            rest = shapely.difference(free, shapely.union_all(list(fixed.values())))
            free = areal(np.array([rest]))[0]
        placed = cutter.filled(free, [n for n in self.terms if n not in fixed])
        if isinstance(placed, Refused):
            return placed
        found = cutter.judged(fixed | placed)
        if isinstance(found, Refused):
            return found
        lots = {name: piece_of(bench, found[name]) for name in self.terms}
        taken = shapely.union_all([found[name].lot for name in self.terms])
        whole = shapely.transform(self.site.shape, lambda p: p - bench.origin)
        left = shapely.get_parts(areal(np.array([shapely.difference(whole, taken)])))
        remainder = tuple(
            cast("Polygon", bench.back(piece))
            for piece in left
            if piece.area >= cutting.CRUMB_M2
        )
        return Layout(lots, remainder, self.remainder_name)


@dataclass(slots=True)
class _Cutter:
    """Cuts ground for lists of lots, and counts what it tried."""

    bench: Bench
    rules: LotRules
    terms: Mapping[str, Ask]
    remainder_name: str
    tried: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def filled(self, free: Shape, names: list[str]) -> dict[str, Polygon] | Refused:
        """Place lots in the parts of free ground, each in the first with room."""
        if not names:
            return {}
        parts = [p for p in shapely.get_parts(free) if p.area >= cutting.CRUMB_M2]
        room = [self.bench.area_m2(part) for part in parts]
        lists: list[list[tuple[str, float]]] = [[] for _ in parts]
        for name in names:
            area_m2 = self.terms[name].area_m2
            place = next(
                (n for n, r in enumerate(room) if r >= area_m2 - self.rules.cut_m2),
                None,
            )
            if place is None:
                total, asked = sum(room), area_m2
                facts = {"name": name, "asked": asked, "total": max(total, 0.0)}
                return Refused(_NO_ROOM.format(**facts), "too_small", self.tried)
            lists[place].append((name, area_m2))
            room[place] -= area_m2
        return self._placed(parts, lists, room)

    def _placed(
        self,
        parts: list[Polygon],
        lists: list[list[tuple[str, float]]],
        room: list[float],
    ) -> dict[str, Polygon] | Refused:
        placed: dict[str, Polygon] = {}
        for part, items, left in zip(parts, lists, room, strict=True):
            listed = tuple(items)
            if listed and left > self.rules.cut_m2:
                listed = (*listed, (self.remainder_name, left))
            try:
                found = self._halved(part, listed) if listed else {}
            except _OutOfTriesError:
                found = None
            if found is None:
                return self._refused()
            placed |= found
        placed.pop(self.remainder_name, None)
        return placed

    def _halved(self, part: Polygon, items: Items) -> dict[str, Polygon] | None:
        if len(items) == 1:
            return {items[0][0]: part} if self._is_of_use(part, items[0][0]) else None
        self.tried += 1
        if self.tried > _MOST_HALVINGS:
            raise _OutOfTriesError
        middle = _middle(items)
        first, second = items[:middle], items[middle:]
        for lot, rest in self._lines(part, sum(area for _, area in first)):
            one = self._halved(lot, first)
            other = None if one is None else self._halved(rest, second)
            if one is not None and other is not None:
                return one | other
        return None

    def _lines(self, part: Polygon, area_m2: float) -> list[tuple[Polygon, Polygon]]:
        """Cut ground in two by one line, the best forms first."""
        ask = replace(
            next(iter(self.terms.values())), area_m2=area_m2, rectangle_m=None
        )
        share = 1.0 if ask.basis is Method.ELLIPSOID_OFFICIAL else _SHARE_OF_EXACT
        rules = replace(self.rules, cut_m2=self.rules.cut_m2 * share)
        degrees = cutting.along_boundaries(
            part, rules.directions_most, ask.direction_deg
        )
        planar_m2 = area_m2 * part.area / self.bench.area_m2(part)
        made = cutting.straight(part, planar_m2, degrees)
        judge = Judge(replace(rules, remainder_least_m2=0.0), ask, None, 0.0)
        ahead = judge.look(made.lots, made.rests)
        behind = judge.look(made.rests, made.lots)
        self.faults.update(str(fault) for fault in ahead.faults if fault)
        usable = np.flatnonzero((ahead.faults == "") & (behind.faults == ""))
        score = np.minimum(ahead.score, behind.score)[usable]
        best = usable[np.argsort(-score, kind="stable")][:_LINES_TRIED]
        pairs = [exact_cut(self.bench, made, int(row), (ask, rules)) for row in best]
        return [pair for pair in pairs if pair is not None]

    def _is_of_use(self, part: Polygon, name: str) -> bool:
        rules, ask = self.rules, self.terms.get(name)
        if ask is not None:
            return self._found(part, ask) is not None
        if part.area < rules.remainder_least_m2:
            self.faults["rest_small"] += 1
            return False
        fitted = largest(part, directions_of(part, _OWN_DIRECTIONS))
        if fitted is None or fitted.narrow_m < rules.remainder_least_width_m:
            self.faults["rest_narrow"] += 1
            return False
        return True

    def _found(self, lot: Polygon, ask: Ask) -> Found | None:
        """Judge one lot, whatever lies beside it."""
        front = self.bench.front
        judge = Judge(self.rules, ask, front, 0.0)
        shapes = np.array([lot])
        frontage = 0.0 if front is None else float(front.length_of(shapes)[0])
        if front is not None and frontage < self.rules.least_frontage_m:
            self.faults["frontage"] += 1
            return None
        judged = judge.check(lot, shapely.Polygon(), 0.0, frontage)
        if isinstance(judged, str):
            self.faults[judged] += 1
            return None
        return Found(lot, shapely.Polygon(), 0.0, judged, frontage)

    def judged(self, shapes: Mapping[str, Polygon]) -> dict[str, Found] | Refused:
        """Judge all lots, those that stayed too."""
        found = {
            name: self._found(lot, self.terms[name]) for name, lot in shapes.items()
        }
        good = {name: one for name, one in found.items() if one is not None}
        return good if len(good) == len(found) else self._refused()

    def _refused(self) -> Refused:
        code = self.faults.most_common(1)[0][0] if self.faults else "inexact"
        reason = fault_text(code, self.rules)
        facts = {"count": len(self.terms), "tried": self.tried, "reason": reason}
        return Refused(_NO_LAYOUT.format(**facts), code, self.tried)


def _middle(items: Items) -> int:
    """Find where a list is halved most evenly by area."""
    sums = np.cumsum([area for _, area in items])
    return int(np.argmin(np.abs(sums[:-1] - sums[-1] / 2.0))) + 1


_BESIDE_M = 0.01

_NAMES = Text(
    en="Nothing is wanted, or a lot has the name of what is left ({remainder}). Give "
    "every lot a name of its own.",
    zh="未列出地块，或某一地块与剩余部分同名（{remainder}）。请为每宗地块单独命名。",
)
_COUNT = Text(
    en="{count} lots are asked for; at least 1 is needed.",
    zh="要求分为 {count} 宗；至少应为1宗。",
)
_NO_ROOM = Text(
    en="There is no room for {name} of {asked:.2f} m²: {total:.2f} m² are left after "
    "the lots before it, perhaps in several parts. Ask for less, or take a lot off the "
    "list.",
    zh="容不下 {name}（{asked:.2f} 平方米）：排在其前的地块之后仅剩 "
    "{total:.2f} 平方米，且可能分为几块。请减小面积，或从清单中去掉一宗。",
)
_NO_LAYOUT = Text(
    en="No layout of {count} lots was found in {tried} cuts; most often {reason}. "
    "Change areas or their order, or the limits in lots.toml.",
    zh="试过 {tried} 次分割，未找到 {count} 宗地块的布局；最常见的原因：{reason}。"
    "请调整面积或顺序，或修改 lots.toml 中的限值。",
)
