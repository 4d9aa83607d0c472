from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland.matching import IndicatorState, Parks
from zqland.matching.indicators import carried_m2, check
from zqland.units import to_m2

if TYPE_CHECKING:
    from zqland.matching import IndicatorCheck
    from zqland.needs import Need

AREA_M2 = to_m2(120.0, "mu")


def checks(need: Need, parks: Parks, park: str = "GXQ") -> dict[str, IndicatorCheck]:
    return {c.name: c for c in check(need, AREA_M2, parks=parks, park_id=park)}


@pytest.mark.parametrize(
    ("park", "division", "row"),
    [
        ("GXQ", "38", ("GXQ", "38")),
        ("GXQ", "26", ("GXQ", "*")),
        ("SH", "26", ("*", "26")),
        ("SH", "38", ("*", "*")),
        ("", None, ("*", "*")),
    ],
)
def test_the_most_specific_row_binds(
    parks: Parks, park: str, division: str | None, row: tuple[str, str]
) -> None:
    found = parks.limit(park, division)
    assert found is not None
    assert (found.park_id, found.sector) == row


def test_margins_are_shares_of_the_limit_unrounded(need: Need, parks: Parks) -> None:
    found = checks(need, parks)
    assert found["intensity"].margin == pytest.approx(400 / 300 - 1)
    assert found["tax"].margin == pytest.approx(30 / 20 - 1)
    assert found["tax"].state is IndicatorState.PASS


def test_a_hair_below_the_limit_fails_although_it_is_shown_equal(
    need: Need, parks: Parks
) -> None:
    short = dataclasses.replace(need, fixed_investment_wan=35_999.9)
    found = checks(short, parks)["intensity"]
    assert found.state is IndicatorState.FAIL
    assert "300 against 300" in found.text.en


def test_exactly_the_limit_passes(need: Need, parks: Parks) -> None:
    exact = dataclasses.replace(need, fixed_investment_wan=36_000.0)
    assert checks(exact, parks)["intensity"].state is IndicatorState.PASS


def test_a_row_without_a_limit_leaves_the_indicator_unknown(
    need: Need, parks: Parks
) -> None:
    chemistry = dataclasses.replace(need, sector="26")
    found = checks(chemistry, parks)["tax"]
    assert found.state is IndicatorState.UNKNOWN
    assert found.margin is None
    assert found.text.zh == "亩均税收：未知，园区未设该行业下限"


def test_a_project_without_a_promise_is_unknown(need: Need, parks: Parks) -> None:
    silent = dataclasses.replace(need, tax_wan_per_year=None)
    found = checks(silent, parks)["tax"]
    assert found.state is IndicatorState.UNKNOWN
    assert "promises no figure (limit 20" in found.text.en


def test_an_exception_needs_a_reason_and_shows_it(need: Need, parks: Parks) -> None:
    lead = dataclasses.replace(
        need, fixed_investment_wan=1_200.0, exception_reason="链主企业"
    )
    found = checks(lead, parks)["intensity"]
    assert found.state is IndicatorState.EXCEPTION
    assert "一事一议，链主企业" in found.text.zh
    assert carried_m2(lead, parks.limit("GXQ", "38")) == (math.inf, False)


def test_the_promise_carries_the_smaller_of_two_areas(need: Need, parks: Parks) -> None:
    area, unknown = carried_m2(need, parks.limit("GXQ", "38"))
    assert area == pytest.approx(to_m2(160.0, "mu"))
    assert not unknown


def test_a_limit_of_zero_carries_any_area(need: Need) -> None:
    table = pd.DataFrame(
        {"park_id": ["*"], "sector": ["*"], "intensity_min_wan_per_mu": [0.0]}
    )
    parks = Parks.of(None, table)
    found = checks(need, parks)["intensity"]
    assert found.state is IndicatorState.PASS
    assert found.margin is None
    assert carried_m2(need, parks.limit("GXQ", "38")) == (math.inf, True)


def test_without_any_row_nothing_limits(need: Need) -> None:
    parks = Parks.of(None)
    assert parks.limit("GXQ", "38") is None
    assert carried_m2(need, None) == (math.inf, True)
    assert checks(need, parks)["tax"].state is IndicatorState.UNKNOWN


def test_an_unlisted_park_is_called_by_its_code(parks: Parks) -> None:
    assert parks.name("SH").zh == "SH"
    assert parks.name("").zh == "未知园区"
