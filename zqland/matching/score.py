r"""The score of a lot for a need: 0 to 100, the weighted mean of parts from 0 to 1.

.. math:: S = 100 \sum_i w_i v_i / \sum_i w_i

over the parts that the need asks for and the reserve can know. A part that is not
known for one parcel counts the catalogue's ``score.unknown`` and is shown as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from zqland.matching.days import day_number
from zqland.needs import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from zqland.matching.conditions import Rows
    from zqland.matching.rules import MatchingRules, PartRule
    from zqland.matching.snapshot import Snapshot
    from zqland.needs import Need

DIGITS: Final = 6
"""Scores are rounded to so many decimals before ranking, so that the last bit of a
sum never decides what the identifier should."""

STATIC_COLUMNS: Final = {
    "price": "price_wan_per_mu",
    "shape": "compactness",
    "distance": "access_m",
}
"""Parts that depend on the parcel alone, and their columns."""


def static_points(
    rules: MatchingRules, columns: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Add up the weighted parts that no need can change.

    Parameters
    ----------
    rules
        Weights and ranges.
    columns
        The columns of `STATIC_COLUMNS`, shape (n,).

    Returns
    -------
    points
        Weighted sum, not yet divided by the weights; shape (n,).
    """
    points = np.zeros(len(columns["compactness"]))
    for part, column in STATIC_COLUMNS.items():
        if is_known_part(part, rules, columns[column]):
            values = scaled(columns[column], rules.parts[part])
            points += rules.parts[part].weight * _filled(values, rules)
    return points


def is_known_part(part: str, rules: MatchingRules, column: NDArray[np.float64]) -> bool:
    """Tell whether a part that depends on the parcel alone takes part at all."""
    if part not in rules.parts:
        return False
    return part != "distance" or bool(np.isfinite(column).any())


def scaled(figures: NDArray[np.float64], rule: PartRule) -> NDArray[np.float64]:
    """Scale figures from the worst (0) to the best (1)."""
    return np.clip((figures - rule.worst) / (rule.best - rule.worst), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Scorer:
    """The score of one need on one snapshot.

    Attributes
    ----------
    need
        The need.
    snapshot
        The parcels.
    weights
        Weights of the parts that are asked for.
    """

    need: Need
    snapshot: Snapshot
    weights: Mapping[str, float]

    @classmethod
    def of(cls, need: Need, snapshot: Snapshot) -> Scorer:
        """Find the parts that the need asks for and the reserve can know."""
        asked = {
            "utilities": any(need.utility(name) > 0 for name in UTILITIES),
            "sectors": need.division is not None,
            "distance": snapshot.has_layer,
            "preferred": bool(need.preferred_parks),
        }
        rules = snapshot.rules.parts
        weights = {
            part: rule.weight for part, rule in rules.items() if asked.get(part, True)
        }
        return cls(need, snapshot, weights)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Score parcels.

        Parameters
        ----------
        rows
            Rows of the snapshot.

        Returns
        -------
        scores
            0 to 100, rounded to `DIGITS` decimals.
        """
        points = self.early_points(rows)
        self._add(points, "utilities", rows)
        points *= 100.0 / (sum(self.weights.values()) or 1.0)
        return np.round(points, DIGITS, out=points)

    def early_points(self, rows: Rows) -> NDArray[np.float64]:
        """Add up the weighted parts that cost little: all but the utilities.

        Parameters
        ----------
        rows
            Rows of the snapshot.

        Returns
        -------
        points
            Weighted sum, not yet divided by the weights.
        """
        park_points = self._park_points().take(self.snapshot.park_code[rows])
        points = self.snapshot.static_points[rows] + park_points
        self._add(points, "area_fit", rows)
        self._add(points, "readiness", rows)
        return points

    def _add(self, points: NDArray[np.float64], part: str, rows: Rows) -> None:
        if part in self.weights:
            values = _filled(self.values(part, rows), self.snapshot.rules)
            values *= self.weights[part]
            points += values

    def values(self, part: str, rows: Rows) -> NDArray[np.float64]:
        """Value one part.

        Parameters
        ----------
        part
            Key of the part.
        rows
            Rows of the snapshot.

        Returns
        -------
        values
            0 to 1; NaN where not known.
        """
        if part in STATIC_COLUMNS:
            column: NDArray[np.float64] = getattr(self.snapshot, STATIC_COLUMNS[part])
            return scaled(column[rows], self.snapshot.rules.parts[part])
        if part in ("sectors", "preferred"):
            return self._park_values(part).take(self.snapshot.park_code[rows])
        makers: dict[str, Callable[[Rows], NDArray[np.float64]]] = {
            "area_fit": self._area_fit,
            "readiness": self._readiness,
            "utilities": self._utilities,
        }
        return makers[part](rows)

    def _area_fit(self, rows: Rows) -> NDArray[np.float64]:
        """Value 1 at the ideal, falling straight to 0 at either end of the window."""
        need = self.need
        distance = self.snapshot.area_m2[rows] - need.area_ideal_m2
        below = need.area_ideal_m2 - need.area_min_m2
        above = need.area_max_m2 - need.area_ideal_m2
        # At an end that is the ideal itself, only the noise of fractions is left.
        missed = distance * -_inverse(below)
        distance *= _inverse(above)
        np.maximum(distance, missed, out=distance)
        return _clipped(np.subtract(1.0, distance, out=distance))

    def _readiness(self, rows: Rows) -> NDArray[np.float64]:
        """Value the days in hand at hand-over; without a date, the days of waiting."""
        ready = self.snapshot.ready_day[self.need.predicate][rows]
        slack = np.subtract(self.worst_day(), ready, dtype=np.float64)
        slack *= 1.0 / self.snapshot.rules.parts["readiness"].best
        return _clipped(slack)

    def worst_day(self) -> float:
        """Return the ready day that is valued 0; `best` days before it is valued 1."""
        if self.need.needed_by is None:
            best = self.snapshot.rules.parts["readiness"].best
            return day_number(self.snapshot.on) + best
        lead = self.snapshot.rules.supply_lead_days
        return float(day_number(self.need.needed_by) - lead)

    def _utilities(self, rows: Rows) -> NDArray[np.float64]:
        """Value the mean headroom over the utilities that are needed."""
        best = self.snapshot.rules.parts["utilities"].best
        amounts = {name: self.need.utility(name) for name in UTILITIES}
        needed = {name: amount for name, amount in amounts.items() if amount > 0}
        total: NDArray[np.float64] | None = None
        for name, amount in needed.items():
            # Scaled so that the need itself stands at 1/best, and headroom above it.
            scaled_up = self.snapshot.capacity[name][rows] * (1.0 / (amount * best))
            np.maximum(scaled_up, 1.0 / best, out=scaled_up)
            np.minimum(scaled_up, 1.0 + 1.0 / best, out=scaled_up)
            total = scaled_up if total is None else np.add(total, scaled_up, out=total)
        return np.zeros(0) if total is None else total / len(needed) - 1.0 / best

    def _park_points(self) -> NDArray[np.float64]:
        """Add up the weighted parts that depend on the park alone, per park code."""
        points = np.zeros(len(self.snapshot.parks.ids) + 1)
        for part in ("sectors", "preferred"):
            if part in self.weights:
                values = _filled(self._park_values(part), self.snapshot.rules)
                points += self.weights[part] * values
        return points

    def _park_values(self, part: str) -> NDArray[np.float64]:
        parks = self.snapshot.parks
        if part == "preferred":
            wanted = [float(park in self.need.preferred_parks) for park in parks.ids]
            return np.array([*wanted, 0.0])
        led = [parks.sectors.get(park) for park in parks.ids]
        known = [
            np.nan if sectors is None else float(self.need.division in sectors)
            for sectors in led
        ]
        return np.array([*known, np.nan])


def first(
    order: NDArray[np.float64],
    rows: NDArray[np.intp],
    id_rank: NDArray[np.intp],
    top: int,
) -> NDArray[np.intp]:
    """Find the places of the smallest figures, ties in the order of identifiers.

    Parameters
    ----------
    order
        Figures, shape (n,); the smallest come first.
    rows
        Rows of the snapshot that they belong to, shape (n,).
    id_rank
        Places of all identifiers of the snapshot: what decides among equals.
    top
        How many are wanted.

    Returns
    -------
    places
        At most `top` places, in order.

    Examples
    --------
    >>> first(np.array([2.0, 1.0, 1.0]), np.arange(3), np.array([0, 2, 1]), 2)
    array([2, 1])
    """
    if top <= 0 or not len(order):
        return np.empty(0, dtype=np.intp)
    places = np.flatnonzero(order <= _bound(order, top))
    ranked = places[np.lexsort((id_rank[rows[places]], order[places]))]
    return ranked[:top]


def _bound(order: NDArray[np.float64], top: int) -> float:
    """Find a figure that at least `top` figures, and few more, do not exceed."""
    if len(order) <= top:
        return float(order.max())
    groups = _GROUPS * top
    width = len(order) // groups
    if width > 1:
        # As many groups as are wanted have a member at or below this bound.
        order = order[: width * groups].reshape(width, groups).min(axis=0)
    return float(np.partition(order, top - 1)[top - 1])


_GROUPS: Final = 16
"""Groups per wanted place when a bound is sought: more groups, a closer bound."""


def _filled(values: NDArray[np.float64], rules: MatchingRules) -> NDArray[np.float64]:
    values[np.isnan(values)] = rules.score_unknown
    return values


def _clipped(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring values into 0 to 1 in place; NaN stays (and `numpy.clip` is slower)."""
    np.maximum(values, 0.0, out=values)
    return np.minimum(values, 1.0, out=values)


def _inverse(length: float) -> float:
    return 1.0 / length if length else 0.0
