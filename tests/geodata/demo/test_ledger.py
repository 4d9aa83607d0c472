"""The books of the demonstration city give the figures of the article on a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from zqland import acreage, ledger
from zqland.catalogues import load_catalogues
from zqland.ledger import Books, Period
from zqland.units import round_half_up
from zqland_geodata import demo

if TYPE_CHECKING:
    from zqland.reserve import Reserve, ReserveState

TO_DATE = Period.year(2023, until=demo.ON)


@pytest.fixture(scope="module")
def books(city: Reserve) -> Books:
    return ledger.open_books(city, on=demo.ON, catalogues=load_catalogues())


def test_the_ledgers_give_the_figures_of_the_article(books: Books) -> None:
    mature, standard = ledger.in_unit(ledger.targets(books), "mu").to_dict("records")

    assert round_half_up(mature["done_mu"], 2) == 1701.00
    assert round_half_up(standard["done_mu"], 2) == 484.00
    assert (round(mature["share"], 3), round(standard["share"], 3)) == (0.193, 0.127)
    assert round(mature["linear_share"], 3) == 0.679
    assert round_half_up(mature["remaining_mu"], 2) == 7099.00
    assert mature["on"].date() == standard["on"].date() == dt.date(2023, 9, 5)
    assert mature["basis"] == standard["basis"] == "declared"


def test_more_than_half_of_what_was_supplied_is_standard(books: Books) -> None:
    table = ledger.standard_share(books, TO_DATE)

    assert table["last_day"].dt.date.to_list() == [demo.ON] * 3
    assert (table["share_by_area"] > 0.5).all()
    assert (table["share_by_count"] > 0.5).all()


def test_on_an_earlier_day_less_was_done(books: Books) -> None:
    days = [dt.date(2022, 12, 31), dt.date(2023, 3, 31), demo.ON]
    done = [ledger.targets(books, on=day)["done_m2"].to_list() for day in days]

    assert done[0] == [0.0, 0.0]
    assert all(now < then for now, then in zip(done[1], done[2], strict=True))


def test_books_and_the_simple_acreage_agree(books: Books, state: ReserveState) -> None:
    simple = acreage.progress(state)
    full = ledger.targets(books)

    for column in ("done_m2", "share", "count", "speed_up"):
        assert full[column].to_list() == pytest.approx(simple[column].to_list())


def test_stock_of_books_and_the_simple_acreage_agree(
    books: Books, state: ReserveState
) -> None:
    keys = ["park_id", "predicate", "status"]
    simple = acreage.stock(state).set_index(keys)
    full = ledger.stock(books, by=["park_id"])
    full = full[full["status"] != "all"].set_index(keys)

    assert set(full.index) == set(simple.index)
    for ours, theirs in (
        ("declared_m2", "area_m2"),
        ("count", "count"),
        ("declared_lacking_count", "lacking_count"),
    ):
        expected = simple[theirs].reindex(full.index)
        assert full[ours].to_list() == pytest.approx(expected.to_list())


def test_the_year_balances_to_the_square_metre(books: Books) -> None:
    table = ledger.balance(books, TO_DATE, by=["park_id"])
    closing = table["opening_m2"] + table["in_m2"] - table["out_m2"]

    assert (closing + table["reshaped_m2"] - table["closing_m2"]).abs().max() < 1e-6
    assert (table["reshaped_m2"] == 0).all()


def test_no_ground_is_lost_by_predicates_and_parks(books: Books) -> None:
    table = ledger.balance(books, TO_DATE)
    whole = table[(table["predicate"] == "all") & (table["status"] == "all")]

    assert whole["opening_m2"].to_list() == pytest.approx(whole["closing_m2"].to_list())
    assert whole["closing_count"].to_list() == [len(books.parcels)] * 3


def test_the_forecast_stays_below_the_targets(books: Books) -> None:
    table = ledger.forecast(books)

    assert (table["done_m2"] <= table["low_m2"]).all()
    assert (table["high_share"] < 1).all()
    assert (table["planned_count"] > 0).all()


def test_a_target_of_a_large_park_counts_its_start_zones(
    books: Books, state: ReserveState
) -> None:
    wanted = books.targets.assign(scope="JJQ")
    full, simple = ledger.targets(books, wanted), acreage.progress(state, wanted)

    assert full["done_m2"].min() > 0
    assert full["done_m2"].to_list() == simple["done_m2"].to_list()
