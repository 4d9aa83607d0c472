from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.errors import NeedError
from zqland.needs import Need, from_project, from_projects
from zqland.units import to_m2

RULES = load_catalogues().matching


def need(**differences: Any) -> Need:  # noqa: ANN401 - any field
    plain = Need(project_id="P1", area_min_m2=7e4, area_ideal_m2=8e4, area_max_m2=9e4)
    return dataclasses.replace(plain, **differences)


def test_a_single_figure_becomes_a_window() -> None:
    found = from_project({"project_id": "P1", "area_ideal_m2": 80_000.0}, RULES)
    window = (found.area_min_m2, found.area_ideal_m2, found.area_max_m2)
    assert window == pytest.approx((72_000, 80_000, 92_000))


@pytest.mark.parametrize("column", ["area_min_m2", "area_ideal_m2", "area_max_m2"])
def test_any_single_figure_will_do(column: str) -> None:
    found = from_project({"project_id": "P1", column: 80_000.0}, RULES)
    assert found.area_ideal_m2 == 80_000


def test_two_ends_without_an_ideal_mean_their_middle() -> None:
    row = {"project_id": "P1", "area_min_m2": 60e3, "area_max_m2": 100e3}
    assert from_project(row, RULES).area_ideal_m2 == 80_000


def test_a_project_without_any_area_is_refused_in_both_languages() -> None:
    with pytest.raises(NeedError, match="names no area") as caught:
        from_project({"project_id": "P1", "area_ideal_m2": np.nan}, RULES)
    assert "没有可用的用地面积" in caught.value.text.zh


def test_all_columns_of_a_project_are_read() -> None:
    row = {
        "project_id": "P1",
        "name": "储能电池",
        "area_ideal_m2": 80e3,
        "needed_by": pd.Timestamp("2024-06-01"),
        "predicate": "standard",
        "power_mva": 10.0,
        "land_class": "M2",
        "sector": "C3841",
        "fixed_investment_wan": 40e3,
        "investment_wan": 50e3,
        "tax_wan_per_year": 3e3,
        "preferred_parks": "GXQ; JINLI；",
        "excluded_parks": ("SH",),
        "exception_reason": "链主企业",
    }
    found = from_project(row, RULES, basis=Method.DECLARED)
    assert found.needed_by == dt.date(2024, 6, 1)
    assert found.division == "38"
    assert found.fixed_investment_wan == 40e3
    assert found.preferred_parks == ("GXQ", "JINLI")
    assert found.excluded_parks == ("SH",)
    assert found.basis is Method.DECLARED
    assert (found.utility("power"), found.utility("gas")) == (10.0, 0.0)


def test_the_total_investment_stands_in_for_the_fixed() -> None:
    row = {"project_id": "P1", "area_ideal_m2": 8e4, "investment_wan": 5e4}
    found = from_project(row, RULES)
    assert (found.fixed_investment_wan, found.investment_is_total) == (5e4, True)
    stated = from_project(row | {"fixed_investment_wan": 4e4}, RULES)
    assert (stated.fixed_investment_wan, stated.investment_is_total) == (4e4, False)
    silent = from_project(row | {"investment_wan": np.nan}, RULES)
    assert (silent.fixed_investment_wan, silent.investment_is_total) == (None, False)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, ""])
def test_a_missing_value_asks_for_nothing(missing: object) -> None:
    words = ("land_class", "sector", "predicate", "preferred_parks")
    row = {"project_id": "P1", "area_ideal_m2": 8e4, **dict.fromkeys(words, missing)}
    found = from_project(row, RULES)
    assert (found.land_class, found.sector) == (None, None)
    assert found.predicate == RULES.predicate
    assert found.preferred_parks == ()


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_a_missing_day_or_figure_asks_for_nothing(missing: object) -> None:
    row = {
        "project_id": "P1",
        "area_ideal_m2": 8e4,
        "needed_by": missing,
        "power_mva": missing,
    }
    found = from_project(row, RULES)
    assert (found.needed_by, found.power_mva) == (None, None)


@pytest.mark.parametrize(
    ("differences", "english", "chinese"),
    [
        ({"area_min_m2": 1e5}, "150.00 mu is larger than the largest", "大于最大用地"),
        ({"area_ideal_m2": 6e4}, "ideal area 90.00 mu is below", "小于最小用地"),
        ({"area_ideal_m2": 1e5}, "is above the largest", "大于最大用地"),
        ({"area_min_m2": -1.0}, "negative or zero", "负数或零"),
        ({"area_max_m2": np.inf}, "not a finite number", "不是有限数"),
        ({"power_mva": -5.0}, "power_mva is -5.0", "power_mva为-5.0"),
        ({"tax_wan_per_year": np.nan}, "tax_wan_per_year is nan", "tax_wan_per_year"),
        ({"predicate": "ripe"}, "predicate is ripe", "只能是"),
        ({"land_class": "M9"}, "land_class is M9", "M1, M2, M3"),
        ({"sector": "batteries"}, "sector is batteries", "行业代码为batteries"),
        (
            {"preferred_parks": ("SH",), "excluded_parks": ("SH",)},
            "park SH is both",
            "既是意向园区又被排除",
        ),
    ],
)
def test_a_contradiction_is_refused_in_both_languages(
    differences: dict[str, object], english: str, chinese: str
) -> None:
    with pytest.raises(NeedError, match=english) as caught:
        need(**differences)
    assert chinese in caught.value.text.zh
    assert caught.value.text.zh.startswith("项目 P1 的用地需求无法采用")


def test_all_contradictions_of_a_need_are_named_at_once() -> None:
    with pytest.raises(NeedError) as caught:
        need(area_min_m2=1e5, predicate="ripe", gas_m3_per_hour=-1.0)
    assert str(caught.value).count("; ") >= 2


def test_a_table_of_projects_becomes_needs_in_its_order() -> None:
    projects = pd.DataFrame(
        {"area_ideal_m2": [8e4, 4e4], "sector": pd.array(["38", None], "string")},
        index=pd.Index(["P2", "P1"], name="project_id"),
    )
    needs = from_projects(projects, RULES)
    assert [found.project_id for found in needs] == ["P2", "P1"]
    assert [found.division for found in needs] == ["38", None]


def test_all_bad_projects_of_a_table_are_named_at_once() -> None:
    projects = pd.DataFrame({"area_ideal_m2": [np.nan, 8e4, -1.0]}, ["A", "B", "C"])
    with pytest.raises(NeedError, match=r"project A .*\n.*project C") as caught:
        from_projects(projects, RULES)
    assert "项目 C" in caught.value.text.zh


@given(st.floats(0.01, 1e5))
def test_every_single_figure_makes_a_window_that_holds_it(mu: float) -> None:
    row = {"project_id": "P", "area_ideal_m2": to_m2(mu, "mu")}
    found = from_project(row, RULES)
    assert found.area_min_m2 <= found.area_ideal_m2 <= found.area_max_m2
