"""The rule of idle land, at its borders."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.catalogues import load_catalogues
from zqland.idle import IdleRules, idle_status

RULES = load_catalogues().idle
DAY = dt.timedelta(days=1)
BEGUN: dict[str, Any] = {
    "started_on": "2022-03-01",
    "suspended_since": "2022-06-01",
    "area_m2": 30_000.0,
    "developed_m2": 9_000.0,
    "investment_wan": 1_000.0,
    "invested_wan": 600.0,
}


def judge(
    on: str | dt.date, *, rules: IdleRules = RULES, **facts: object
) -> pd.Series[Any]:
    contract: dict[str, object] = {
        "signed_on": "2021-12-01",
        "agreed_start": "2022-03-01",
        "price_wan": 1_000.0,
        "excluded_days": 0,
    }
    table = pd.DataFrame([contract | facts])
    for name in table:
        if str(name).endswith(("_on", "_start", "_since")):
            table[name] = pd.to_datetime(table[name])
    return idle_status(table, on=_day(on), rules=rules).iloc[0]


def _day(day: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(day) if isinstance(day, str) else day


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2022-03-01", "ok"),
        ("2022-12-02", "ok"),
        ("2022-12-03", "warn"),
        ("2023-03-01", "warn"),
        ("2023-03-02", "idle_1y"),
        ("2024-03-01", "idle_1y"),
        ("2024-03-02", "idle_2y"),
    ],
)
def test_land_without_works_grows_idle_day_by_day(on: str, state: str) -> None:
    assert judge(on)["state"] == state


def test_a_warning_begins_when_fewer_than_ninety_days_are_left() -> None:
    assert judge("2022-12-02")["days_left"] == 90
    assert judge("2022-12-03")["days_left"] == 89


def test_a_start_agreed_for_a_leap_day_is_full_at_the_end_of_february() -> None:
    found = judge("2024-09-05", agreed_start="2024-02-29")
    assert found["idle_on"] == pd.Timestamp("2025-03-01")
    assert found["recovery_on"] == pd.Timestamp("2026-03-01")


def test_land_idle_for_a_year_pays_a_fifth_of_its_price() -> None:
    assert judge("2023-03-02")["fee_wan"] == 200.0


def test_land_that_is_only_late_pays_nothing() -> None:
    assert pd.isna(judge("2023-03-01")["fee_wan"])


def test_land_idle_without_a_recorded_price_has_no_fee_and_says_so() -> None:
    found = judge("2023-03-02", price_wan=None)
    assert pd.isna(found["fee_wan"])
    assert "price" in found["reason"].en


def test_excluded_days_move_the_day_on_which_it_is_idle() -> None:
    assert judge("2023-03-31", excluded_days=30)["state"] == "warn"
    assert judge("2023-04-01", excluded_days=30)["state"] == "idle_1y"


def test_excluded_days_do_not_count_as_days_of_delay() -> None:
    assert judge("2022-03-11", excluded_days=4)["idle_days"] == 6


def test_unknown_excluded_days_leave_it_suspected() -> None:
    assert judge("2023-03-02", excluded_days=None)["state"] == "suspected_idle"


def test_works_that_began_are_in_order_whatever_was_agreed() -> None:
    assert judge("2024-09-05", started_on="2023-02-01")["state"] == "ok"


def test_works_that_begin_later_are_not_known_yet() -> None:
    assert judge("2023-03-02", started_on="2023-03-03")["state"] == "idle_1y"


@pytest.mark.parametrize(
    ("developed", "invested", "state"),
    [
        (9_999.0, 250.0, "idle_1y"),
        (10_000.0, 249.0, "idle_1y"),
        (10_000.0, 250.0, "ok"),
        (None, 249.0, "idle_1y"),
        (None, 250.0, "suspected_idle"),
    ],
)
def test_stopped_works_are_judged_by_a_third_and_a_quarter(
    developed: float | None, invested: float, state: str
) -> None:
    facts = BEGUN | {"developed_m2": developed, "invested_wan": invested}
    assert judge("2023-06-01", **facts)["state"] == state


def test_stopped_works_are_idle_on_the_anniversary_of_the_stop() -> None:
    assert judge("2023-05-31", **BEGUN)["state"] == "warn"
    assert judge("2023-06-01", **BEGUN)["state"] == "idle_1y"


def test_finished_works_are_in_order() -> None:
    assert judge("2024-06-01", **BEGUN, finished_on="2023-01-10")["state"] == "ok"


def test_a_city_may_name_stopped_works_suspected_only() -> None:
    rules = dataclasses.replace(RULES, suspended_is_idle=False)
    assert judge("2023-06-01", rules=rules, **BEGUN)["state"] == "suspected_idle"


@pytest.mark.parametrize(
    "facts",
    [{"agreed_start": None}, {"signed_on": "2023-09-06"}],
    ids=["undated", "unsigned"],
)
def test_the_rule_does_not_apply(facts: dict[str, object]) -> None:
    assert judge("2023-09-05", **facts)["state"] == "not_applicable"


def test_ground_taken_back_is_judged_no_more() -> None:
    table = pd.DataFrame(
        {
            "signed_on": pd.to_datetime(["2021-12-01"]),
            "agreed_start": pd.to_datetime(["2022-03-01"]),
            "excluded_days": [0],
        }
    )
    back = pd.Series(pd.to_datetime(["2023-05-01"]))
    days = (dt.date(2023, 4, 30), dt.date(2023, 5, 1))
    found = [
        idle_status(table, on=day, rules=RULES, returned_on=back)["state"].iloc[0]
        for day in days
    ]
    assert found == ["idle_1y", "not_applicable"]


@pytest.mark.parametrize("on", ["2022-03-01", "2022-12-03", "2023-03-02", "2024-03-02"])
def test_every_answer_says_why_in_both_languages(on: str) -> None:
    reason = judge(on)["reason"]
    assert "2022-03-01" in reason.en
    assert "2022-03-01" in reason.zh


def plain_state(on: dt.date, agreed: dt.date, excluded: int) -> str:
    """Count day by day: the plain reading of the rule for works that never began."""

    def full(years: int) -> dt.date:
        try:
            day = agreed.replace(year=agreed.year + years)
        except ValueError:
            day = dt.date(agreed.year + years, 2, 28)
        return day + dt.timedelta(days=excluded)

    if on > full(2):
        return "idle_2y"
    if on > full(1):
        return "idle_1y"
    return "warn" if (full(1) + DAY - on).days < RULES.warn_days else "ok"


@given(
    st.dates(dt.date(2015, 1, 1), dt.date(2024, 12, 31)),
    st.integers(-30, 1200),
    st.integers(0, 400),
)
def test_states_follow_the_plain_reading_of_the_rule(
    agreed: dt.date, late: int, excluded: int
) -> None:
    on = agreed + late * DAY
    facts = {"agreed_start": agreed.isoformat(), "signed_on": "2010-01-01"}
    found = judge(on, **facts, excluded_days=excluded)["state"]
    assert found == plain_state(on, agreed, excluded)
