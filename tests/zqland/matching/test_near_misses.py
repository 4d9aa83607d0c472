from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from zqland.matching import match
from zqland.units import to_m2

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.matching import Answer, NearMiss, Snapshot
    from zqland.needs import Need

    AnswerTo = Callable[..., Answer]
    ReserveOf = Callable[..., Snapshot]

NOT_YET: dict[str, Any] = {"mature_reached_on": None, "clean_reached_on": None}


def only(answer: Answer) -> NearMiss:
    assert answer.fit_count == 0
    (near,) = answer.near_misses
    return near


def test_a_little_too_small_asks_for_a_smaller_smallest(answer_to: AnswerTo) -> None:
    near = only(answer_to({"area_m2": to_m2(104.76, "mu")}))
    assert near.shortfall == pytest.approx(0.03)
    assert near.relaxation.en == "area −3 % (3.24 mu less: 104.76 mu)"
    assert near.relaxation.zh.startswith("最小用地减3%")


def test_a_little_too_large_asks_for_a_larger_largest(answer_to: AnswerTo) -> None:
    near = only(answer_to({"area_m2": to_m2(144.9, "mu")}))
    assert near.ratio == pytest.approx(1.0)
    assert near.relaxation.en.startswith("area +5 % (6.90 mu more")


def test_four_months_late_is_said_in_months(answer_to: AnswerTo) -> None:
    near = only(answer_to(NOT_YET | {"mature_expected_on": "2024-08-31"}))
    assert (near.shortfall, near.ratio) == (121, pytest.approx(121 / 60, abs=1e-6))
    assert near.relaxation.en == "4 months later (in hand by 2024-09-30)"


def test_some_days_late_is_said_in_days(answer_to: AnswerTo) -> None:
    near = only(answer_to(NOT_YET | {"mature_expected_on": "2024-05-12"}))
    assert near.relaxation.zh == "推迟10天（2024-06-11交地）"


def test_evidence_that_lapses_before_hand_over_would_have_to_be_renewed(
    answer_to: AnswerTo,
) -> None:
    near = only(answer_to({"mature_holds_until": "2023-09-29"}))
    assert (near.shortfall, near.ratio) == (6, pytest.approx(0.1))
    assert near.relaxation.en == (
        "evidence renewed: mature lapses on 2023-09-29, before hand-over on 2023-10-05"
    )
    assert "将于2023-09-29失效" in near.relaxation.zh


def test_a_lower_predicate_is_offered_where_a_renewal_is_further(
    reserve_of: ReserveOf, need: Need
) -> None:
    lapsing = reserve_of({"mature_holds_until": "2023-09-29"})
    near = only(match(need, change(lapsing, "ready_in_time", tolerance=5)))
    assert near.relaxation.en == "clean in place of mature"


def test_late_ground_that_lapses_too_is_no_near_miss(answer_to: AnswerTo) -> None:
    late = NOT_YET | {"mature_expected_on": "2024-05-12"}
    assert answer_to(late | {"mature_holds_until": "2024-05-20"}).near_misses == ()


def test_a_lower_predicate_that_lapses_is_not_offered(answer_to: AnswerTo) -> None:
    lapsing = {"mature_reached_on": None, "clean_holds_until": "2023-10-01"}
    assert answer_to(lapsing).near_misses == ()


def test_a_lower_predicate_is_offered_where_waiting_is_longer(
    answer_to: AnswerTo,
) -> None:
    parcel = {"mature_reached_on": None, "mature_expected_on": "2024-08-31"}
    near = only(answer_to(parcel))
    assert (near.shortfall, near.ratio) == (1, 1)
    assert near.relaxation.en == "clean in place of mature"
    assert near.relaxation.zh == "条件由熟地降为净地"


def test_waiting_is_offered_where_a_lower_predicate_is_further(
    answer_to: AnswerTo,
) -> None:
    parcel = {"mature_reached_on": None, "mature_expected_on": "2024-05-12"}
    assert only(answer_to(parcel)).condition == "ready_in_time"
    assert "later" in only(answer_to(parcel)).relaxation.en


def test_two_steps_down_count_twice(answer_to: AnswerTo) -> None:
    near = only(answer_to({"mature_reached_on": None}, predicate="standard"))
    assert near.ratio == 2


def test_ground_that_nobody_expects_is_no_near_miss(answer_to: AnswerTo) -> None:
    assert answer_to(NOT_YET).near_misses == ()


def test_missing_power_is_rounded_up_so_that_it_is_enough(answer_to: AnswerTo) -> None:
    near = only(answer_to({"power_mva": 5.0012}))
    assert near.relaxation.en == "power +5 MVA (now 5)"
    assert only(answer_to({"power_mva": 4.9988})).relaxation.en.startswith(
        "power +5.01"
    )


def test_a_capacity_that_is_not_known_is_to_be_confirmed(answer_to: AnswerTo) -> None:
    near = only(answer_to({"water_m3_per_day": np.nan}))
    assert (near.shortfall, near.ratio) == (None, 1)
    assert near.relaxation.en == "water not known: 2,000 m³/day to be confirmed"


def test_another_class_asks_for_another_plan(answer_to: AnswerTo) -> None:
    near = only(answer_to({"land_class": "M1"}))
    assert near.relaxation.zh == "规划用地类别由M1调整为M2"
    assert near.ratio == 2


def test_heavier_land_permits_lighter_industry(answer_to: AnswerTo) -> None:
    assert answer_to({"land_class": "M3"}).fit_count == 1


def test_a_class_that_is_not_known_is_to_be_confirmed(answer_to: AnswerTo) -> None:
    near = only(answer_to({"land_class": None}))
    assert near.relaxation.en == "planned class not known: M2 to be confirmed"


def test_an_excluded_park_would_have_to_be_admitted(answer_to: AnswerTo) -> None:
    near = only(answer_to({}, excluded_parks=("GXQ",), preferred_parks=()))
    assert near.relaxation.en == "High-tech Zone admitted"


def test_a_promise_that_carries_less_names_what_is_missing(answer_to: AnswerTo) -> None:
    near = only(answer_to({}, fixed_investment_wan=34_500.0, tax_wan_per_year=2_300.0))
    assert near.condition == "promise"
    assert near.shortfall == pytest.approx(120 / 115 - 1, abs=1e-6)
    assert near.relaxation.en == (
        "fixed investment +1,500 ×10⁴ yuan and yearly tax +100 ×10⁴ yuan, "
        "for 120.00 mu; the promise carries 115.00 mu"
    )


def test_a_promise_of_nothing_is_no_near_miss(answer_to: AnswerTo) -> None:
    answer = answer_to({}, fixed_investment_wan=0.0)
    assert (answer.fit_count, answer.near_misses) == (0, ())


def test_two_failures_are_no_near_miss(answer_to: AnswerTo) -> None:
    answer = answer_to({"power_mva": 9.0, "water_m3_per_day": 1_900.0})
    assert (answer.fit_count, answer.near_count) == (0, 0)


def test_near_misses_are_ranked_by_their_share_of_the_tolerance(
    reserve_of: ReserveOf, need: Need
) -> None:
    snapshot = reserve_of(
        {"power_mva": 6.0}, {"water_m3_per_day": 1_900.0}, {"power_mva": 9.0}
    )
    answer = match(need, snapshot, top=2)
    assert [near.parcel_id for near in answer.near_misses] == ["L2", "L3"]
    assert [near.rank for near in answer.near_misses] == [1, 2]
    assert answer.near_count == 3


def change(snapshot: Snapshot, key: str, **rule: Any) -> Snapshot:  # noqa: ANN401 - any field
    conditions = tuple(
        dataclasses.replace(known, **rule) if known.key == key else known
        for known in snapshot.rules.conditions
    )
    rules = dataclasses.replace(snapshot.rules, conditions=conditions)
    return dataclasses.replace(snapshot, rules=rules)


def test_a_condition_without_tolerance_is_never_relaxed(
    reserve_of: ReserveOf, need: Need
) -> None:
    snapshot = change(reserve_of({"power_mva": 9.0}), "power", tolerance=None)
    assert match(need, snapshot).near_count == 0


def test_readiness_without_tolerance_can_still_go_a_step_down(
    reserve_of: ReserveOf, need: Need
) -> None:
    late = {"mature_reached_on": None, "mature_expected_on": "2024-05-12"}
    snapshot = change(reserve_of(late), "ready_in_time", tolerance=None)
    assert only(match(need, snapshot)).relaxation.en == "clean in place of mature"


def test_readiness_without_steps_can_only_wait(
    reserve_of: ReserveOf, need: Need
) -> None:
    late = {"mature_reached_on": None, "mature_expected_on": "2024-08-31"}
    snapshot = change(reserve_of(late), "ready_in_time", step_tolerance=None)
    assert "later" in only(match(need, snapshot)).relaxation.en


def test_a_city_may_let_unknown_capacities_pass(
    reserve_of: ReserveOf, need: Need
) -> None:
    snapshot = change(reserve_of({"power_mva": np.nan}), "power", unknown_fails=False)
    (lot,) = match(need, snapshot).matches
    assert lot.parts["utilities"].value is None
    assert "power: not known, 10 MVA needed" in lot.reasons[2].en


def test_a_city_may_ask_for_a_promise_that_is_known(
    reserve_of: ReserveOf, need: Need
) -> None:
    snapshot = change(reserve_of({}), "promise", unknown_fails=True)
    silent = dataclasses.replace(need, tax_wan_per_year=None)
    near = only(match(silent, snapshot))
    assert near.relaxation.en.startswith(
        "promise or limits of High-tech Zone not known"
    )
    assert near.shortfall is None


def test_an_early_deadline_makes_ready_ground_late_by_days(answer_to: AnswerTo) -> None:
    near = only(answer_to({}, needed_by=dt.date(2023, 9, 20)))
    assert near.relaxation.en == "15 days later (in hand by 2023-10-05)"


def test_one_day_late_is_one_day(answer_to: AnswerTo) -> None:
    near = only(answer_to({}, needed_by=dt.date(2023, 10, 4)))
    assert near.relaxation.en == "1 day later (in hand by 2023-10-05)"
