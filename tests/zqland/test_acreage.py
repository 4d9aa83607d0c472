from __future__ import annotations

import dataclasses
import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from zqland import acreage
from zqland.areas import Method
from zqland.errors import BasisError
from zqland.reserve import Reserve, ReserveState
from zqland.units import from_m2, to_m2

ON = dt.date(2023, 9, 5)

DECLARED_MU = [1_000.0, 701.0, np.nan, 484.0, 300.0, 50.0]
"""Six parcels; the article's sums are reached in 2023, the fifth in 2022."""


def state_of(targets: pd.DataFrame, on: dt.date = ON) -> ReserveState:
    declared = to_m2(pd.Series(DECLARED_MU), "mu")
    days = pd.to_datetime
    never = [None] * 6
    mature = ["2023-02-10", "2023-06-30", "2023-09-05", None, "2022-11-01", None]
    standard = [None, None, None, "2023-07-01", "2022-12-01", None]
    parcels = pd.DataFrame(
        {
            "park_id": ["GXQ", "GXQ", "JINLI", "JINLI", "GXQ", None],
            "district": ["441202", "441202", "441204", "441204", "441202", None],
            "status": ["in_reserve", "supplied", *["in_reserve"] * 4],
            "declared_m2": declared,
            "planar_m2": declared.fillna(to_m2(90.0, "mu")) * 1.0005,
            "mature_first_reached_on": days(mature),
            "standard_first_reached_on": days(standard),
            "serviced_first_reached_on": days(never),
            "clean_first_reached_on": days(never),
            "mature": [True, True, True, False, False, False],
            "standard": [False, False, False, True, True, False],
            "serviced": [False] * 6,
            "clean": [False] * 6,
        }
    )
    parcels.index = pd.Index([f"L{n}" for n in range(1, 7)], name="parcel_id")
    table = gpd.GeoDataFrame(parcels)
    empty = pd.DataFrame()
    reserve = Reserve(table, empty, empty, gpd.GeoDataFrame(), targets=targets)
    return ReserveState(reserve, on, table, "abc")


@pytest.fixture
def targets() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": [2023, 2023, 2023],
            "predicate": ["mature", "standard", "mature"],
            "scope": ["city", "city", "GXQ"],
            "target_m2": to_m2(np.array([8_800.0, 3_800.0, 2_000.0]), "mu"),
        }
    )


@pytest.fixture
def state(targets: pd.DataFrame) -> ReserveState:
    return state_of(targets)


def test_progress_gives_the_figures_of_the_article(state: ReserveState) -> None:
    mature, standard, _ = acreage.progress(state).to_dict("records")
    assert from_m2(mature["done_m2"], "mu") == pytest.approx(1_701)
    assert from_m2(standard["done_m2"], "mu") == pytest.approx(484)
    assert (round(mature["share"], 3), round(standard["share"], 3)) == (0.193, 0.127)
    assert mature["linear_share"] == 248 / 365
    assert from_m2(mature["remaining_m2"], "mu") == pytest.approx(7_099)
    assert mature["days_left"] == 117


def test_the_pace_needed_is_compared_with_the_pace_so_far(state: ReserveState) -> None:
    mature = acreage.progress(state).iloc[0]
    assert from_m2(mature["needed_m2_per_day"], "mu") == pytest.approx(7_099 / 117)
    assert mature["speed_up"] == pytest.approx((7_099 / 117) / (1_701 / 248))


def test_parcels_without_a_declared_figure_are_counted_apart(
    state: ReserveState,
) -> None:
    mature = acreage.progress(state).iloc[0]
    assert (mature["count"], mature["lacking_count"]) == (3, 1)
    assert from_m2(mature["lacking_planar_m2"], "mu") == pytest.approx(90.045)


def test_other_bases_stand_beside(state: ReserveState) -> None:
    mature = acreage.progress(state).iloc[0]
    assert mature["basis"] == "declared"
    assert from_m2(mature["done_planar_m2"], "mu") == pytest.approx(1_791 * 1.0005)


def test_a_scope_can_be_a_park_or_a_district(
    state: ReserveState, targets: pd.DataFrame
) -> None:
    assert acreage.progress(state)["count"].tolist() == [3, 1, 2]
    district = targets.assign(scope="441204")
    assert acreage.progress(state, district)["count"].tolist() == [1, 1, 1]


def test_nothing_done_needs_an_infinite_speed_up(
    state: ReserveState, targets: pd.DataFrame
) -> None:
    clean = acreage.progress(state, targets.assign(predicate="clean"))
    assert clean["speed_up"].tolist() == [np.inf] * 3


def test_a_target_that_is_met_needs_nothing_more(
    state: ReserveState, targets: pd.DataFrame
) -> None:
    met = acreage.progress(state, targets.assign(target_m2=1_000.0))
    assert met["remaining_m2"].tolist() == [0, 0, 0]
    assert met["speed_up"].tolist() == [0, 0, 0]


def test_after_the_year_no_day_is_left(targets: pd.DataFrame) -> None:
    late = acreage.progress(state_of(targets, dt.date(2024, 3, 1))).iloc[0]
    assert (late["linear_share"], late["days_left"]) == (1.0, 0)
    assert np.isnan(late["needed_m2_per_day"])


def test_before_the_year_nothing_is_due(targets: pd.DataFrame) -> None:
    early = acreage.progress(state_of(targets, dt.date(2022, 12, 31))).iloc[0]
    assert (early["linear_share"], early["count"]) == (0.0, 0)


def test_no_targets_give_an_empty_table_with_headings(state: ReserveState) -> None:
    empty = pd.DataFrame(columns=["year", "predicate", "scope", "target_m2"])
    assert "speed_up" in acreage.progress(state, empty)


def test_what_was_reached_another_year_or_later_does_not_count(
    targets: pd.DataFrame,
) -> None:
    state = state_of(targets, dt.date(2023, 6, 30))
    reached = acreage.first_reached(state, year=2023, predicate="mature")
    assert reached.index.tolist() == ["L1", "L2"]


def test_stock_counts_each_predicate_by_status(state: ReserveState) -> None:
    stock = acreage.stock(state).set_index(["park_id", "predicate", "status"])
    assert from_m2(stock.loc[("GXQ", "mature", "supplied"), "area_m2"], "mu") == 701
    row = stock.loc[("JINLI", "mature", "in_reserve")]
    assert (row["count"], row["area_m2"], row["lacking_count"]) == (1, 0, 1)


def test_stock_of_the_whole_reserve_holds_every_parcel(state: ReserveState) -> None:
    stock = acreage.stock(state, basis=Method.PLANAR, by=())
    whole = stock[stock["predicate"] == "all"]
    assert whole["count"].sum() == 6
    assert whole["area_m2"].sum() == pytest.approx(state.parcels["planar_m2"].sum())
    assert "lacking_count" in stock


def test_stock_keeps_parcels_without_a_park(state: ReserveState) -> None:
    stock = acreage.stock(state)
    assert stock.loc[stock["predicate"] == "all", "count"].sum() == 6


def test_monthly_sums_grow_to_the_figure_of_the_day(state: ReserveState) -> None:
    monthly = acreage.monthly(state, 2023)
    assert len(monthly) == 9
    assert monthly.index[-1] == pd.Timestamp("2023-09-05")
    sums = from_m2(monthly["mature"], "mu").round(6)
    assert sums.tolist() == [0, *[1_000] * 4, *[1_701] * 4]
    assert from_m2(monthly["standard"].iloc[-1], "mu") == pytest.approx(484)


def test_monthly_of_a_past_year_has_twelve_rows(state: ReserveState) -> None:
    monthly = acreage.monthly(state, 2022)
    assert len(monthly) == 12
    assert from_m2(monthly["mature"].iloc[-1], "mu") == pytest.approx(300)


def test_monthly_of_a_year_to_come_is_empty(state: ReserveState) -> None:
    assert acreage.monthly(state, 2024).empty


def test_a_basis_that_was_not_measured_is_refused(state: ReserveState) -> None:
    with pytest.raises(BasisError, match="geodesic") as caught:
        acreage.stock(state, basis=Method.GEODESIC)
    assert "geodesic" in caught.value.text.zh


def test_no_column_adds_mature_and_standard(state: ReserveState) -> None:
    first = dataclasses.replace(state)
    alone = {"serviced", "clean", "mature", "standard"}
    usable = {f"usable_{predicate}" for predicate in alone}
    assert set(acreage.monthly(first, 2023)) == alone | usable


@pytest.fixture
def reduced(state: ReserveState) -> ReserveState:
    """Take ground away from the first parcel: its declared part is then unknown."""
    parcels = state.parcels.assign(
        usable_declared_m2=state.parcels["declared_m2"].where(
            state.parcels.index != "L1"
        ),
        usable_planar_m2=state.parcels["planar_m2"] * 0.9,
    )
    return dataclasses.replace(state, parcels=parcels)


def test_usable_sums_stand_beside_total_ones(reduced: ReserveState) -> None:
    whole = acreage.stock(reduced, basis=Method.PLANAR, by=())
    assert whole["usable_m2"].to_numpy() == pytest.approx(whole["area_m2"] * 0.9)
    assert whole["usable_lacking_count"].to_list() == [0] * len(whole)


def test_what_a_document_says_of_reduced_ground_is_counted_apart(
    reduced: ReserveState,
) -> None:
    whole = acreage.stock(reduced, by=())
    row = whole[(whole["predicate"] == "mature") & (whole["status"] == "in_reserve")]
    assert from_m2(row["area_m2"].sum(), "mu") == pytest.approx(1_000)
    assert row["usable_m2"].sum() == 0
    assert row["usable_lacking_count"].to_list() == [1]
    planar = to_m2(1_000.0, "mu") * 1.0005 * 0.9
    assert row["usable_lacking_planar_m2"].to_list() == pytest.approx([planar])


def test_ground_without_an_area_is_not_called_unusable(reduced: ReserveState) -> None:
    whole = acreage.stock(reduced, by=())
    assert whole["lacking_count"].sum() > 0
    listed = whole[whole["predicate"] == "all"]
    assert listed["usable_lacking_count"].sum() == 1


def test_progress_says_how_much_of_what_was_done_is_usable(
    reduced: ReserveState,
) -> None:
    mature = acreage.progress(reduced).iloc[0]
    assert from_m2(mature["usable_done_m2"], "mu") == pytest.approx(701)
    assert mature["usable_lacking_count"] == 1
    assert mature["usable_done_planar_m2"] == pytest.approx(
        0.9 * mature["done_planar_m2"]
    )


def test_months_have_their_usable_part(reduced: ReserveState) -> None:
    months = acreage.monthly(reduced, 2023, basis=Method.PLANAR)
    assert months["usable_mature"].to_numpy() == pytest.approx(0.9 * months["mature"])


def test_without_layers_all_ground_is_usable(state: ReserveState) -> None:
    whole = acreage.stock(state, by=())
    assert whole["usable_m2"].equals(whole["area_m2"].rename("usable_m2"))
