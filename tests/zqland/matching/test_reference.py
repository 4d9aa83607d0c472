"""The fast answer against a plain one: one parcel after the other, by the book."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.matching import best, match
from zqland.needs import PREDICATES, UTILITIES, Need

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.catalogues import Catalogues
    from zqland.matching import Parks, Snapshot
    from zqland.matching.rules import MatchingRules

ON = dt.date(2023, 9, 5)
MU = 2000 / 3
GUARD = 1e-6

areas = st.one_of(
    st.sampled_from([60_000.0, 80_000.0, 100_000.0, math.nan]), st.floats(3e4, 2e5)
)
days = st.none() | st.dates(dt.date(2022, 1, 1), dt.date(2025, 12, 31))
lapses = st.none() | st.dates(ON, ON + dt.timedelta(120)) | days
amounts = st.sampled_from([math.nan, 0.0, 5.0, 9.0, 10.0, 12.5, 30.0])
park_ids = st.sampled_from(["GXQ", "JINLI", "SH", None])

BASE = {
    "area_m2": 85_000.0,
    "park_id": "GXQ",
    "land_class": "M2",
    "clean_reached_on": dt.date(2022, 5, 1),
    "mature_reached_on": dt.date(2023, 3, 1),
    "mature_expected_on": None,
    "clean_holds_until": None,
    "mature_holds_until": None,
    "power_mva": 12.0,
    "water_m3_per_day": 12.0,
    "price_wan_per_mu": 20.0,
    "compactness": 0.5,
    "access_m": 4_000.0,
}


def constrained(parcel: dict[str, Any]) -> dict[str, Any]:
    """Take ground away: what is forbidden, and something more."""
    taken = parcel.pop("taken_m2", 0.0) + parcel.get("forbidden_m2", 0.0)
    return parcel | {"usable_m2": parcel["area_m2"] - taken}


parcels = st.fixed_dictionaries(
    {},
    optional={
        "area_m2": areas,
        "taken_m2": st.sampled_from([0.0, 0.5, 2_000.0, 20_000.0]),
        "forbidden_m2": st.sampled_from([0.0, 0.5, 2_000.0, 6_000.0, 20_000.0]),
        "park_id": park_ids,
        "land_class": st.sampled_from(["M1", "M2", "M3", None]),
        "clean_reached_on": st.none() | st.dates(dt.date(2022, 1, 1), ON),
        "mature_reached_on": st.none() | st.dates(dt.date(2022, 1, 1), ON),
        "mature_expected_on": days,
        "clean_holds_until": lapses,
        "mature_holds_until": lapses,
        "power_mva": amounts,
        "water_m3_per_day": amounts,
        "price_wan_per_mu": st.sampled_from([math.nan, 10.0, 20.0, 60.0]),
        "compactness": st.sampled_from([math.nan, 0.2, 0.5, 0.8]),
        "access_m": st.sampled_from([math.nan, 0.0, 4_000.0, 30_000.0]),
    },
).map(lambda differences: constrained(BASE | differences))
needs = st.builds(
    Need,
    project_id=st.just("P"),
    area_min_m2=st.sampled_from([0.0, 60_000.0, 80_000.0]),
    area_ideal_m2=st.just(80_000.0),
    area_max_m2=st.sampled_from([80_000.0, 100_000.0, 1e9]),
    needed_by=st.sampled_from([None, dt.date(2023, 11, 1), dt.date(2024, 6, 1)]),
    predicate=st.sampled_from(["clean", "mature", "mature", "standard"]),
    power_mva=st.sampled_from([None, 0.0, 10.0]),
    water_m3_per_day=st.sampled_from([None, 9.0]),
    land_class=st.sampled_from([None, "M1", "M2"]),
    sector=st.sampled_from([None, "C3841", "2614"]),
    fixed_investment_wan=st.sampled_from([None, 0.0, 24_000.0, 36_000.0]),
    tax_wan_per_year=st.sampled_from([None, 1_800.0, 3_000.0]),
    preferred_parks=st.sampled_from([(), ("GXQ",)]),
    excluded_parks=st.sampled_from([(), ("SH",)]),
    exception_reason=st.sampled_from([None, "lead project"]),
)


@dataclasses.dataclass(frozen=True)
class Judge:
    """The rules of matching, read aloud for one parcel."""

    need: Need
    rules: MatchingRules
    parks: Parks
    permitted: Any
    has_layer: bool

    def ready(self, parcel: dict[str, Any], predicate: str) -> dt.date | None:
        """Find the day from which a predicate holds."""
        reached = parcel.get(f"{predicate}_reached_on")
        expected = parcel.get(f"{predicate}_expected_on")
        return ON if reached else expected and max(ON, expected)

    def in_time(self, parcel: dict[str, Any], predicate: str) -> bool:
        """Tell whether a predicate holds early enough for hand-over."""
        ready = self.ready(parcel, predicate)
        if ready is None or self.lapsing(parcel, predicate):
            return False
        handover = ready + dt.timedelta(days=30)
        return self.need.needed_by is None or handover <= self.need.needed_by

    def lapsing(self, parcel: dict[str, Any], predicate: str) -> int:
        """Count the days before hand-over on which a predicate holds no longer."""
        ready = self.ready(parcel, predicate)
        until = parcel.get(f"{predicate}_holds_until")
        if ready is None or until is None:
            return 0
        return max((ready + dt.timedelta(days=30) - until).days, 0)

    def carried(self, parcel: dict[str, Any]) -> float:
        """Find the area that the promise carries."""
        limit = self.parks.limit(parcel["park_id"] or "", self.need.division)
        if self.need.exception_reason or limit is None:
            return math.inf
        pairs = (
            (self.need.fixed_investment_wan, limit.intensity_min_wan_per_mu),
            (self.need.tax_wan_per_year, limit.tax_min_wan_per_mu),
        )
        return min(
            (have / least * MU for have, least in pairs if have is not None and least),
            default=math.inf,
        )

    def failures(self, parcel: dict[str, Any]) -> list[str]:
        """Name the failed conditions in the order of the catalogue."""
        need, area = self.need, parcel["usable_m2"]
        planned = parcel["land_class"]
        failed = {
            "forbidden": parcel.get("forbidden_m2", 0.0) > 0,
            "area_min": area < need.area_min_m2 - GUARD,
            "area_max": area > need.area_max_m2 + GUARD,
            "ready_in_time": not self.in_time(parcel, need.predicate),
            "land_class": need.land_class is not None
            and need.land_class not in self.permitted.get(planned, ()),
            "park": parcel["park_id"] in need.excluded_parks,
            "promise": area > self.carried(parcel) + GUARD,
        }
        for name, column in UTILITIES.items():
            asked = getattr(need, column) or 0
            failed[name] = asked > 0 and not parcel.get(column, math.nan) >= asked
        return [rule.key for rule in self.rules.conditions if failed[rule.key]]

    def ratio(self, parcel: dict[str, Any], key: str) -> float:
        """Measure a shortfall in tolerances."""
        need, area = self.need, parcel["usable_m2"]
        tolerance = next(r.tolerance for r in self.rules.conditions if r.key == key)
        assert tolerance is not None
        if key == "ready_in_time":
            late, short = self.waiting(parcel), self.lapsing(parcel, need.predicate)
            # Late ground that lapses, too, would take two relaxations.
            days = math.inf if late and short else late or short
            return min(days / tolerance, self.lowering(parcel))
        if key == "land_class":
            return 1.0 if parcel[key] is None else 1 / tolerance
        if key in UTILITIES:
            found = parcel[UTILITIES[key]]
            missing = need.utility(key) - found
            return 1.0 if math.isnan(found) else missing / tolerance
        carried = self.carried(parcel) if key == "promise" else 1.0
        return {
            "area_min": lambda: 1 - area / need.area_min_m2,
            "area_max": lambda: area / need.area_max_m2 - 1,
            "forbidden": lambda: parcel["forbidden_m2"] / parcel["area_m2"],
            "park": lambda: 1.0,
            "promise": lambda: area / carried - 1 if carried else math.inf,
        }[key]() / tolerance

    def waiting(self, parcel: dict[str, Any]) -> float:
        """Count the days after the needed-by date."""
        ready = self.ready(parcel, self.need.predicate)
        if ready is None:
            return math.inf
        if self.need.needed_by is None:
            return 0
        return max((ready + dt.timedelta(days=30) - self.need.needed_by).days, 0)

    def lowering(self, parcel: dict[str, Any]) -> float:
        """Count the steps to a lower predicate that is in time."""
        place = PREDICATES.index(self.need.predicate)
        for down in range(1, place + 1):
            if self.in_time(parcel, PREDICATES[place - down]):
                return float(down)
        return math.inf

    def score(self, parcel: dict[str, Any]) -> float:
        """Add up the parts that are asked for."""
        values = self.values(parcel)
        weights = {key: self.rules.parts[key].weight for key in values}
        filled = {key: 0.5 if math.isnan(v) else v for key, v in values.items()}
        total = sum(weights[key] * filled[key] for key in values)
        return 100 * total / sum(weights.values())

    def values(self, parcel: dict[str, Any]) -> dict[str, float]:
        """Value the parts that are asked for."""
        need, area = self.need, parcel["usable_m2"]
        distance = abs(area - need.area_ideal_m2)
        end = need.area_min_m2 if area < need.area_ideal_m2 else need.area_max_m2
        width = abs(end - need.area_ideal_m2)
        ready = self.ready(parcel, need.predicate)
        assert ready is not None
        slack = 180 - (ready - ON).days
        if need.needed_by:
            slack = (need.needed_by - ready).days - 30
        values = {
            "area_fit": clip(1 - distance / width) if width else 1.0,
            "readiness": clip(slack / 180),
            "price": clip((45 - parcel["price_wan_per_mu"]) / 30),
            "shape": clip((parcel["compactness"] - 0.3) / 0.485),
        }
        asked = [name for name in UTILITIES if need.utility(name) > 0]
        if asked:
            rooms = (parcel[UTILITIES[n]] / need.utility(n) - 1 for n in asked)
            values["utilities"] = sum(clip(room / 0.5) for room in rooms) / len(asked)
        if need.division:
            led = self.parks.sectors.get(parcel["park_id"] or "")
            values["sectors"] = math.nan if led is None else need.division in led
        if self.has_layer:
            values["distance"] = clip(1 - parcel["access_m"] / 10_000)
        if need.preferred_parks:
            values["preferred"] = parcel["park_id"] in need.preferred_parks
        return values


def clip(value: float) -> float:
    return value if math.isnan(value) else min(max(value, 0.0), 1.0)


@pytest.fixture(scope="module")
def judge_of(catalogues: Catalogues, parks: Parks) -> Callable[..., Judge]:
    def judge(need: Need, reserve: list[dict[str, Any]]) -> Judge:
        has_layer = any(not math.isnan(parcel["access_m"]) for parcel in reserve)
        return Judge(need, catalogues.matching, parks, catalogues.permitted, has_layer)

    return judge


def known(reserve: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named = {f"L{number}": parcel for number, parcel in enumerate(reserve, start=1)}
    return {key: row for key, row in named.items() if not math.isnan(row["area_m2"])}


reserves = st.lists(parcels, min_size=1, max_size=40)


@given(need=needs, reserve=reserves)
def test_what_fits_and_its_score_are_those_of_the_plain_judge(
    need: Need,
    reserve: list[dict[str, Any]],
    reserve_of: Callable[..., Snapshot],
    judge_of: Callable[..., Judge],
) -> None:
    judge = judge_of(need, reserve)
    expected = {
        key: pytest.approx(judge.score(parcel), abs=2e-6)
        for key, parcel in known(reserve).items()
        if not judge.failures(parcel)
    }
    answer = match(need, reserve_of(*reserve), top=100)
    assert {lot.parcel_id: lot.score for lot in answer.matches} == expected


@given(need=needs, reserve=reserves)
def test_the_funnel_counts_each_parcel_at_its_first_failure(
    need: Need,
    reserve: list[dict[str, Any]],
    reserve_of: Callable[..., Snapshot],
    judge_of: Callable[..., Judge],
) -> None:
    judge = judge_of(need, reserve)
    failures = [judge.failures(parcel) for parcel in known(reserve).values()]
    first = [failed[0] for failed in failures if failed]
    answer = match(need, reserve_of(*reserve))
    steps = {step.condition: step.removed for step in answer.funnel}
    assert steps.pop("area_known") == len(reserve) - len(failures)
    assert {key: count for key, count in steps.items() if count} == {
        key: first.count(key) for key in first
    }
    assert answer.funnel[-1].left == answer.fit_count


@given(need=needs, reserve=reserves)
def test_near_misses_are_those_of_the_plain_judge_in_order(
    need: Need,
    reserve: list[dict[str, Any]],
    reserve_of: Callable[..., Snapshot],
    judge_of: Callable[..., Judge],
) -> None:
    judge = judge_of(need, reserve)
    expected = []
    for key, parcel in known(reserve).items():
        failed = judge.failures(parcel)
        if len(failed) == 1:
            ratio = round(judge.ratio(parcel, failed[0]), 6)
            if ratio <= 3:
                expected.append((ratio, key, failed[0]))
    answer = match(need, reserve_of(*reserve), top=100)
    found = [
        (near.ratio, near.parcel_id, near.condition) for near in answer.near_misses
    ]
    assert found == [
        (pytest.approx(r, abs=2e-6), *rest) for r, *rest in sorted(expected)
    ]


@given(need=needs, reserve=reserves, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(
    need: Need,
    reserve: list[dict[str, Any]],
    seed: Any,  # noqa: ANN401 - a generator of hypothesis
    reserve_of: Callable[..., Snapshot],
) -> None:
    named = [row | {"parcel_id": f"L{n}"} for n, row in enumerate(reserve, start=1)]
    shuffled = list(named)
    seed.shuffle(shuffled)
    assert match(need, reserve_of(*shuffled)) == match(need, reserve_of(*named))


@given(need=needs, reserve=reserves, top=st.integers(0, 5))
def test_the_fast_way_ranks_as_the_whole_answer(
    need: Need,
    reserve: list[dict[str, Any]],
    top: int,
    reserve_of: Callable[..., Snapshot],
) -> None:
    snapshot = reserve_of(*reserve)
    ranked = [
        (lot.parcel_id, lot.score) for lot in match(need, snapshot, top=top).matches
    ]
    assert best(need, snapshot, top=top) == ranked


@given(need=needs, reserve=reserves, order=st.permutations(range(12)))
def test_the_funnel_is_right_in_any_order_of_conditions(
    need: Need,
    reserve: list[dict[str, Any]],
    order: list[int],
    reserve_of: Callable[..., Snapshot],
    judge_of: Callable[..., Judge],
) -> None:
    snapshot = reserve_of(*reserve)
    conditions = tuple(snapshot.rules.conditions[place] for place in order)
    rules = dataclasses.replace(snapshot.rules, conditions=conditions)
    judge = dataclasses.replace(judge_of(need, reserve), rules=rules)
    failures = [judge.failures(parcel) for parcel in known(reserve).values()]
    first = [failed[0] for failed in failures if failed]
    answer = match(need, dataclasses.replace(snapshot, rules=rules), top=100)
    usual = match(need, snapshot, top=100)
    steps = {step.condition: step.removed for step in answer.funnel[1:]}
    assert {key: count for key, count in steps.items() if count} == {
        key: first.count(key) for key in first
    }
    assert answer.matches == usual.matches
    assert answer.near_misses == usual.near_misses
