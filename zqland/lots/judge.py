"""Whether what a cut gives is of use, and how good it is.

Cheap figures of all cuts come first, in arrays: pieces, the smallest rectangle around
each, frontage. They order the cuts; the dear checks (largest rectangles inside,
slivers) are made one cut at a time, the most promising first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland.lots import rectangle as rectangles
from zqland.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    from zqland.lots.ask import Ask
    from zqland.lots.front import Front
    from zqland.lots.lot import FittedRectangle
    from zqland.lots.rules import LotRules

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]
    Shape = Polygon | MultiPolygon

_SQUARE = np.pi / 4.0
"""Compactness of a square."""

_SLACK = 1.0 - 1e-9
_OWN_DIRECTIONS = 2

FAULTS = {
    "lot_pieces": Text(en="the lot is in several pieces", zh="地块不成一整块"),
    "rest_pieces": Text(
        en="what is left is in several pieces", zh="剩余土地不成一整块"
    ),
    "narrow": Text(
        en="no rectangle of {width:g} m width fits in the lot",
        zh="地块内放不下宽 {width:g} 米的矩形",
    ),
    "deep": Text(
        en="the lot is more than {ratio:g} times as deep as wide",
        zh="地块深宽比大于 {ratio:g}",
    ),
    "frontage": Text(
        en="the lot has less than {frontage:g} m of frontage",
        zh="地块临街面不足 {frontage:g} 米",
    ),
    "rectangle": Text(
        en="the rectangle asked for was not found to fit in the lot",
        zh="未找到能放下所需矩形的位置",
    ),
    "rest_small": Text(
        en="less than {rest:.2f} m² would be left",
        zh="剩余土地不足 {rest:.2f} 平方米",
    ),
    "rest_narrow": Text(
        en="no rectangle of {rest_width:g} m width fits in what is left",
        zh="剩余土地内放不下宽 {rest_width:g} 米的矩形",
    ),
    "sliver": Text(
        en="the cut makes ground narrower than {sliver:g} m",
        zh="分割形成宽度小于 {sliver:g} 米的狭条",
    ),
    "inexact": Text(
        en="the area cannot be met to {exact:g} m² on the basis asked for",
        zh="在所需面积口径下，面积无法精确到 {exact:g} 平方米",
    ),
}
"""Why a cut is of no use."""


def fault_text(code: str, rules: LotRules) -> Text:
    """Say why cuts were of no use, with the limit that they broke."""
    return FAULTS[code].format(
        width=rules.least_width_m,
        ratio=rules.depth_to_width_most,
        frontage=rules.least_frontage_m,
        rest=rules.remainder_least_m2,
        rest_width=rules.remainder_least_width_m,
        sliver=rules.sliver_width_m,
        exact=rules.cut_m2,
    )


@dataclass(frozen=True, slots=True)
class Look:
    """Cheap figures of many cuts.

    Attributes
    ----------
    faults
        Why a cut is of no use as far as is known; "" where it may be; shape (n,).
    score
        A guess of the score; shape (n,).
    frontage_m
        Metres along streets; 0 where none is known; shape (n,).
    """

    faults: NDArray[np.str_]
    score: Floats
    frontage_m: Floats

    def order(self) -> list[int]:
        """List the cuts that may be of use, the most promising first."""
        rows = np.flatnonzero(self.faults == "")
        return [int(row) for row in rows[np.argsort(-self.score[rows], kind="stable")]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A cut that passed every check.

    Attributes
    ----------
    score
        From 0 to 1.
    rectangle
        The largest rectangle found in the lot.
    rest_rectangle
        That in what is left; None where nothing is.
    """

    score: float
    rectangle: FittedRectangle
    rest_rectangle: FittedRectangle | None


@dataclass(frozen=True, slots=True)
class Judge:
    """What lots of one ground are judged by.

    Attributes
    ----------
    rules
        The limits and weights.
    ask
        What is asked.
    front
        Where the ground can be entered from; None where that is not known.
    sliver_m2
        How much of the ground is too narrow before any cut.
    """

    rules: LotRules
    ask: Ask
    front: Front | None
    sliver_m2: float

    @classmethod
    def of(cls, rules: LotRules, ask: Ask, front: Front | None, ground: Shape) -> Judge:
        """Prepare the judging of cuts of some ground."""
        return cls(rules, ask, front, _narrow_m2(ground, rules.sliver_width_m))

    @property
    def least_width_m(self) -> float:
        """The least width, or that of the rectangle that is asked for."""
        return min(self.rules.least_width_m, *(self.ask.rectangle_m or (np.inf,)))

    def look(self, lots: Shapes, rests: Shapes) -> Look:
        """Compute the cheap figures of cuts.

        Parameters
        ----------
        lots, rests
            What the cuts take and leave; shape (n,).

        Returns
        -------
        look
            Figures and faults.
        """
        short, around = _envelopes(lots)
        _, around_rest = _envelopes(rests)
        area, rest = shapely.area(lots), shapely.area(rests)
        frontage = np.zeros(len(lots))
        if self.front is not None:
            frontage = self.front.length_of(lots)
        faults = np.select(
            [
                shapely.get_type_id(lots) != shapely.GeometryType.POLYGON,
                shapely.get_type_id(rests) != shapely.GeometryType.POLYGON,
                short < self.least_width_m * _SLACK,
                (rest > 0.0) & (rest < self.rules.remainder_least_m2 * _SLACK),
                self._lacks_frontage(frontage),
            ],
            ["lot_pieces", "rest_pieces", "narrow", "rest_small", "frontage"],
            "",
        )
        score = self._score(
            rectangle=_share(area, around),
            compact=_compact(lots) / _SQUARE,
            remainder=np.where(rest > 0.0, _share(rest, around_rest), 1.0),
            frontage=frontage / np.sqrt(np.maximum(area, 1.0)),
        )
        return Look(faults, score, frontage)

    def check(
        self, lot: Shape, rest: Shape, degrees: float, frontage_m: float
    ) -> Judged | str:
        """Make the dear checks of one cut.

        Parameters
        ----------
        lot, rest
            What it takes and leaves, near the origin.
        degrees
            Direction of its line.
        frontage_m
            Metres of the lot along streets.

        Returns
        -------
        judged
            Its figures, or the code of its fault.
        """
        fitted = self._fitted(lot, degrees)
        if fitted is None or fitted.narrow_m < self.least_width_m * _SLACK:
            return "narrow"
        fault = self._form_fault(lot, fitted)
        if fault:
            return fault
        left = None
        share = 1.0
        if not rest.is_empty:
            left = self._fitted(rest, degrees)
            least = self.rules.remainder_least_width_m * _SLACK
            if left is None or left.narrow_m < least:
                return "rest_narrow"
            share = left.area_m2 / rest.area
            if self._makes_slivers(lot, rest):
                return "sliver"
        score = self._score(
            rectangle=np.array([fitted.area_m2 / lot.area]),
            compact=_compact(np.array([lot])) / _SQUARE,
            remainder=np.array([share]),
            frontage=np.array([frontage_m / np.sqrt(lot.area)]),
        )
        return Judged(float(score[0]), fitted, left)

    def _fitted(self, shape: Shape, degrees: float) -> FittedRectangle | None:
        own = rectangles.directions_of(shape, _OWN_DIRECTIONS)
        angles = np.append(own, degrees % rectangles.RIGHT_ANGLE)
        found = rectangles.largest(shape, np.unique(angles.round(9)))
        if found is None:
            return None
        return rectangles.along(found, self.front.degrees if self.front else None)

    def _form_fault(self, lot: Shape, fitted: FittedRectangle) -> str:
        asked = self.ask.rectangle_m
        most = self.rules.depth_to_width_most
        if asked is not None:
            most = max(most, max(asked) / min(asked))
            is_in = (
                fitted.narrow_m >= min(asked) * _SLACK
                and max(fitted.width_m, fitted.depth_m) >= max(asked) * _SLACK
            )
            angles = np.append(
                rectangles.directions_of(lot, _OWN_DIRECTIONS), fitted.angle_deg
            )
            if not (is_in or rectangles.of_size(lot, angles, *asked)):
                return "rectangle"
        sides = fitted.depth_m, fitted.width_m
        if self.front is None:
            sides = max(sides), min(sides)
        return "deep" if sides[0] > most * sides[1] / _SLACK else ""

    def _lacks_frontage(self, frontage_m: Floats) -> NDArray[np.bool_]:
        if self.front is None:
            return np.zeros(len(frontage_m), dtype=bool)
        return frontage_m < self.rules.least_frontage_m * _SLACK

    def _makes_slivers(self, lot: Shape, rest: Shape) -> bool:
        width = self.rules.sliver_width_m
        made = _narrow_m2(lot, width) + _narrow_m2(rest, width) - self.sliver_m2
        return made > self.rules.sliver_most_share * min(lot.area, rest.area)

    def _score(self, **parts: Floats) -> Floats:
        weights = dict(self.rules.weights)
        if self.front is None:
            del weights["frontage"]
        total = sum(weights.values())
        marks = [
            weight * np.clip(parts[name], 0.0, 1.0) for name, weight in weights.items()
        ]
        return np.asarray(sum(marks) / total)


def _envelopes(shapes: Shapes) -> tuple[Floats, Floats]:
    """Measure the short side and the area of the smallest rectangles around shapes."""
    around = shapely.oriented_envelope(shapes)
    first = shapely.get_point(shapely.get_exterior_ring(around), [[0], [1], [2]])
    sides = shapely.distance(first[:2], first[1:])
    return np.nan_to_num(sides.min(axis=0)), shapely.area(around)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)


def _compact(shapes: Shapes) -> Floats:
    around = shapely.length(shapes)
    return 4.0 * np.pi * _share(shapely.area(shapes), around * around)


def _narrow_m2(shape: Shape, width_m: float) -> float:
    """Measure the ground that no square of a width can cover, about."""
    inner = shape.buffer(-width_m / 2.0, join_style="mitre")
    wide = inner.buffer(width_m / 2.0, join_style="mitre")
    return float(max(shape.area - wide.area, 0.0))
