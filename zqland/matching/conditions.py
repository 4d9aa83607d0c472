"""The hard conditions: which parcels fail, because of what, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from zqland.matching.amounts import AREA_GUARD_M2
from zqland.matching.days import NEVER, day_number
from zqland.matching.indicators import carried_m2
from zqland.needs import PREDICATES, UTILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zqland.matching.rules import ConditionRule, MatchingRules
    from zqland.matching.snapshot import Snapshot
    from zqland.needs import Need

    Rows = slice | NDArray[np.intp]


class Condition(Protocol):
    """One hard condition of one need on one snapshot.

    Attributes
    ----------
    rule
        What the catalogue says of it.
    """

    @property
    def rule(self) -> ConditionRule:
        """What the catalogue says of it."""
        ...

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels fail."""
        ...

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell for which parcels the figure is not known."""
        ...

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Measure by how many tolerances parcels that fail miss; infinite for never."""
        ...


@dataclass(frozen=True, slots=True)
class SmallestArea:
    """The lot is not smaller than the smallest area."""

    rule: ConditionRule
    area_m2: NDArray[np.float64]
    smallest_m2: float

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels are too small."""
        return self.area_m2[rows] < self.smallest_m2 - AREA_GUARD_M2

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell that every area is known: others are counted before."""
        return np.zeros(len(self.area_m2[rows]), dtype=np.bool_)

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Measure what is missing as a share of the smallest area."""
        return _tolerances(self.rule, 1 - self.area_m2[rows] / self.smallest_m2)


@dataclass(frozen=True, slots=True)
class LargestArea:
    """The lot is not larger than the largest area."""

    rule: ConditionRule
    area_m2: NDArray[np.float64]
    largest_m2: float

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels are too large."""
        return self.area_m2[rows] > self.largest_m2 + AREA_GUARD_M2

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell that every area is known: others are counted before."""
        return np.zeros(len(self.area_m2[rows]), dtype=np.bool_)

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Measure what is too much as a share of the largest area."""
        return _tolerances(self.rule, self.area_m2[rows] / self.largest_m2 - 1)


@dataclass(frozen=True, slots=True)
class Unforbidden:
    """No constraint layer forbids any ground of the lot.

    Attributes
    ----------
    rule
        What the catalogue says of it.
    is_forbidden
        Whether any is.
    forbidden_m2, total_m2
        How much, and of how much.
    """

    rule: ConditionRule
    is_forbidden: NDArray[np.bool_]
    forbidden_m2: NDArray[np.float64]
    total_m2: NDArray[np.float64]

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels have forbidden ground."""
        return self.is_forbidden[rows].copy()

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell that nothing is unknown: layers say where they lie."""
        return np.zeros(len(self.is_forbidden[rows]), dtype=np.bool_)

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Measure the forbidden ground as a share of the parcel."""
        return _tolerances(self.rule, self.forbidden_m2[rows] / self.total_m2[rows])


@dataclass(frozen=True, slots=True)
class ReadyInTime:
    r"""The needed predicate holds early enough, and still at hand-over.

    .. math:: \max(on, ready) + lead \le \min(needed, until)

    Without a needed-by date it must hold or be expected at all, and last until
    hand-over.

    Attributes
    ----------
    rule
        What the catalogue says of it.
    ready_day
        Day numbers per predicate, the as-of day at the earliest.
    predicate
        The needed predicate.
    last_day
        Last day on which it may get ready; None without a needed-by date.
    until_day
        Day numbers per predicate: the last on which it holds, `NEVER` if not known.
    lead_days
        Days from ready ground to hand-over.
    """

    rule: ConditionRule
    ready_day: Mapping[str, NDArray[np.int32]]
    predicate: str
    last_day: int | None
    until_day: Mapping[str, NDArray[np.int32]]
    lead_days: int

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels are not ready in time, or no longer at hand-over."""
        return self._fails(self.predicate, rows)

    def lapses(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels fail only because the evidence lapses too early."""
        is_late = self.ready_day[self.predicate][rows] > self.limit
        return self._lapses(self.predicate, rows) & ~is_late

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell that nothing is unknown: what nobody expects is not ready."""
        return np.zeros(len(self.ready_day[self.predicate][rows]), dtype=np.bool_)

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Measure the days missing, or the steps to a lower predicate if fewer."""
        return np.minimum(
            _tolerances(self.rule, self.missing_days(rows)), self.steps(rows)[1]
        )

    def steps(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Find the nearest lower predicate that holds in time.

        Parameters
        ----------
        rows
            The parcels.

        Returns
        -------
        steps
            Steps down; 0 where no lower predicate holds in time.
        ratio
            Steps over their tolerance; infinite where there is none.
        """
        place = PREDICATES.index(self.predicate)
        count = len(self.ready_day[self.predicate][rows])
        steps = np.zeros(count, dtype=np.int64)
        ratio = np.full(count, np.inf)
        if self.rule.step_tolerance is None:
            return steps, ratio
        for down in range(place, 0, -1):
            in_time = ~self._fails(PREDICATES[place - down], rows)
            steps[in_time] = down
            ratio[in_time] = down / self.rule.step_tolerance
        return steps, ratio

    def missing_days(self, rows: Rows) -> NDArray[np.float64]:
        """Measure the days after the needed-by date, or those missing until hand-over.

        Parameters
        ----------
        rows
            The parcels, which fail.

        Returns
        -------
        days
            Infinite where it is not expected, and where it is late and lapses too:
            then neither waiting nor a renewal alone is enough.
        """
        ready = self.ready_day[self.predicate][rows]
        days = ready.astype(np.float64) - self.limit
        lapses = self._lapses(self.predicate, rows)
        days[(ready == NEVER) | (lapses & (days > 0))] = np.inf
        lapses &= np.isfinite(days)
        until = self.until_day[self.predicate][rows]
        days[lapses] = (ready + float(self.lead_days) - until)[lapses]
        return days

    def _fails(self, predicate: str, rows: Rows) -> NDArray[np.bool_]:
        is_late = self.ready_day[predicate][rows] > self.limit
        return is_late | self._lapses(predicate, rows)

    def _lapses(self, predicate: str, rows: Rows) -> NDArray[np.bool_]:
        # The lead is taken from the end: added to `NEVER` it would not fit.
        last = self.until_day[predicate][rows] - np.int32(self.lead_days)
        return self.ready_day[predicate][rows] > last

    @property
    def limit(self) -> int:
        """Last day number that is in time."""
        return NEVER - 1 if self.last_day is None else min(self.last_day, NEVER - 1)


@dataclass(frozen=True, slots=True)
class Admitted:
    """The parcel's class, or its park, is one that the need admits.

    Attributes
    ----------
    rule
        What the catalogue says of it.
    code
        Codes of the parcels; the last code stands for not known.
    refused
        Per code: whether it fails.
    """

    rule: ConditionRule
    code: NDArray[np.unsignedinteger]
    refused: NDArray[np.bool_]

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels are not admitted."""
        code = self.code[rows]
        listed = np.flatnonzero(self.refused)
        if len(listed) > _FEW:
            return np.take(self.refused, code)
        # A few comparisons of narrow codes cost less than one look-up per parcel.
        fails = np.zeros(len(code), dtype=np.bool_)
        for refused in listed.astype(code.dtype):  # else the codes would be widened
            fails |= code == refused
        return fails

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell whose code is not known."""
        last = np.asarray(len(self.refused) - 1, dtype=self.code.dtype)
        is_last: NDArray[np.bool_] = np.equal(self.code[rows], last)
        return is_last

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Count one step: there are no half ways."""
        return _tolerances(self.rule, np.ones(len(self.code[rows])))


@dataclass(frozen=True, slots=True)
class Capacity:
    """A utility reaches what is needed."""

    rule: ConditionRule
    capacity: NDArray[np.float64]
    needed: float

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell where the capacity is too small, or not known if that fails."""
        found = self.capacity[rows]
        if self.rule.unknown_fails:
            return np.logical_not(found >= self.needed)  # NaN is never enough
        return np.less(found, self.needed)

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell where the capacity is not known."""
        return np.isnan(self.capacity[rows])

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Measure what is missing, in the unit of the utility."""
        return _tolerances(self.rule, self.needed - self.capacity[rows])


@dataclass(frozen=True, slots=True)
class Carried:
    """The lot is not larger than the area that the promise carries in its park.

    Attributes
    ----------
    rule
        What the catalogue says of it.
    area_m2
        Areas of the parcels.
    park_code
        Parks of the parcels; the last code stands for not known.
    carried_m2
        Per park: the largest area that the promise carries.
    unjudged
        Per park: whether an indicator could not be judged.
    """

    rule: ConditionRule
    area_m2: NDArray[np.float64]
    park_code: NDArray[np.unsignedinteger]
    carried_m2: NDArray[np.float64]
    unjudged: NDArray[np.bool_]

    def fails(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell which parcels are larger than the promise carries."""
        code = self.park_code[rows]
        too_large: NDArray[np.bool_] = (
            self.area_m2[rows] > self.carried_m2.take(code) + AREA_GUARD_M2
        )
        if self.rule.unknown_fails:
            too_large |= self.unjudged.take(code)
        return too_large

    def unknown(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell where nothing known fails but an indicator could not be judged."""
        code = self.park_code[rows]
        fits = self.area_m2[rows] <= self.carried_m2.take(code) + AREA_GUARD_M2
        return self.unjudged.take(code) & fits

    def ratio(self, rows: Rows) -> NDArray[np.float64]:
        """Measure what is too much as a share of the carried area."""
        carried = self.carried_m2.take(self.park_code[rows])
        with np.errstate(divide="ignore"):  # a promise of nothing carries nothing
            return _tolerances(self.rule, self.area_m2[rows] / carried - 1)


def asked(need: Need, snapshot: Snapshot) -> list[Condition]:
    """Set up the conditions of a need, in the order of the catalogue.

    Parameters
    ----------
    need
        The need.
    snapshot
        The parcels.

    Returns
    -------
    conditions
        Only those that the need asks for: no power needed, no condition on power.
    """
    setup = _Setup(need, snapshot)
    found = (setup.condition(rule) for rule in snapshot.rules.conditions)
    return [condition for condition in found if condition is not None]


def near_ratio(
    condition: Condition, rows: Rows, rules: MatchingRules
) -> NDArray[np.float64]:
    """Measure shortfalls in tolerances.

    Parameters
    ----------
    condition
        The condition that the parcels fail.
    rows
        The parcels.
    rules
        What a figure that is not known ranks as.

    Returns
    -------
    ratio
        Infinite where the condition is never relaxed.
    """
    ratio = condition.ratio(rows)
    if condition.rule.tolerance is not None:
        ratio[condition.unknown(rows)] = rules.near_unknown_ratio
    return ratio


_FEW: Final = 8
"""Up to so many refused codes are compared one by one."""


def _tolerances(
    rule: ConditionRule, shortfall: NDArray[np.float64]
) -> NDArray[np.float64]:
    if rule.tolerance is None:
        return np.full_like(shortfall, np.inf)
    return shortfall / rule.tolerance


@dataclass(frozen=True, slots=True)
class _Setup:
    need: Need
    snapshot: Snapshot

    def condition(self, rule: ConditionRule) -> Condition | None:
        if rule.key in UTILITIES:
            return self._capacity(rule)
        makers = {
            "area_min": self._smallest,
            "area_max": self._largest,
            "forbidden": self._forbidden,
            "ready_in_time": self._ready,
            "land_class": self._land_class,
            "park": self._park,
            "promise": self._promise,
        }
        return makers[rule.key](rule)

    def _smallest(self, rule: ConditionRule) -> Condition:
        return SmallestArea(rule, self.snapshot.area_m2, self.need.area_min_m2)

    def _largest(self, rule: ConditionRule) -> Condition:
        return LargestArea(rule, self.snapshot.area_m2, self.need.area_max_m2)

    def _forbidden(self, rule: ConditionRule) -> Condition | None:
        snapshot = self.snapshot
        if not snapshot.has_forbidden:
            return None
        return Unforbidden(
            rule, snapshot.is_forbidden, snapshot.forbidden_m2, snapshot.total_m2
        )

    def _ready(self, rule: ConditionRule) -> Condition:
        needed_by, last_day = self.need.needed_by, None
        lead = self.snapshot.rules.supply_lead_days
        if needed_by is not None:
            last_day = day_number(needed_by) - lead
        return ReadyInTime(
            rule,
            self.snapshot.ready_day,
            self.need.predicate,
            last_day,
            self.snapshot.until_day,
            lead,
        )

    def _land_class(self, rule: ConditionRule) -> Condition | None:
        needed, snapshot = self.need.land_class, self.snapshot
        if needed is None:
            return None
        refused = [
            needed not in snapshot.permitted.get(planned, ())
            for planned in snapshot.classes
        ]
        return Admitted(
            rule, snapshot.class_code, np.array([*refused, rule.unknown_fails])
        )

    def _park(self, rule: ConditionRule) -> Condition | None:
        excluded = self.need.excluded_parks
        if not excluded:
            return None
        refused = [park in excluded for park in self.snapshot.parks.ids]
        return Admitted(rule, self.snapshot.park_code, np.array([*refused, False]))

    def _capacity(self, rule: ConditionRule) -> Condition | None:
        needed = self.need.utility(rule.key)
        if needed <= 0:
            return None
        return Capacity(rule, self.snapshot.capacity[rule.key], needed)

    def _promise(self, rule: ConditionRule) -> Condition | None:
        parks, division = self.snapshot.parks, self.need.division
        limits = [parks.limit(park, division) for park in (*parks.ids, "")]
        # Most parks share a row; a row never changes, so its identity will do as key.
        rows = {id(limit): limit for limit in limits}
        areas = {key: carried_m2(self.need, limit) for key, limit in rows.items()}
        found = [areas[id(limit)] for limit in limits]
        carried = np.array([area for area, _ in found])
        unjudged = np.array([unknown for _, unknown in found])
        if not np.isfinite(carried).any() and not (
            rule.unknown_fails and unjudged.any()
        ):
            return None
        return Carried(
            rule, self.snapshot.area_m2, self.snapshot.park_code, carried, unjudged
        )
