"""Targets, their pace, what they will come to, and the share of standard land."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.errors import LedgerError, NotFoundError
from zqland.ledger import (
    Pace,
    Period,
    forecast,
    standard_share,
    targets,
)
from zqland.ledger.forecast import usual_delay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zqland.ledger import Books

    Keep = Callable[..., Books]
    Fact = Callable[..., dict[str, Any]]

ON = "2023-09-05"
OUTLOOK = load_catalogues().ledger


def parcel(name: str, planar_m2: float = 100.0, **more: object) -> dict[str, Any]:
    row = {"parcel_id": name, "planar_m2": planar_m2, "declared_m2": planar_m2}
    return row | {"park_id": "GXQ"} | more


def goal(target_m2: float, **more: object) -> dict[str, Any]:
    row = {"year": 2023, "predicate": "clean", "scope": "city"}
    return row | {"target_m2": target_m2} | more


def test_the_pace_of_the_article() -> None:
    pace = Pace(2023, dt.date(2023, 9, 5), target_m2=8_800.0, done_m2=1_701.0)

    assert round(pace.share, 3) == 0.193
    assert round(pace.linear_share, 3) == 0.679
    assert (pace.remaining_m2, pace.days_left) == (7_099.0, 117)
    assert pace.needed_m2_per_day == pytest.approx(60.68, abs=0.01)
    assert pace.speed_up == pytest.approx(8.85, abs=0.01)


def test_a_split_after_it_was_reached_does_not_count_again(
    keep: Keep, fact: Fact
) -> None:
    books = keep(
        [parcel("A"), parcel("A-1", 40.0), parcel("A-2", 60.0)],
        evidence=[fact(name, "title", "2023-02-01") for name in ("A", "A-1", "A-2")],
        lineage=[
            {"child_id": child, "parent_id": "A", "happened_on": "2023-06-01"}
            for child in ("A-1", "A-2")
        ],
        targets=[goal(400.0)],
    )
    row = targets(books).iloc[0]

    assert (row["done_m2"], row["share"]) == (100.0, 0.25)
    assert row["parcel_ids"] == ("A",)


def test_what_is_regained_does_not_count(keep: Keep, fact: Fact) -> None:
    evidence = [
        fact("A", "title", "2022-02-01", expires_on="2022-12-31"),
        fact("A", "title", "2023-02-01"),
    ]
    books = keep([parcel("A")], evidence=evidence, targets=[goal(400.0)])

    assert targets(books)["done_m2"].to_list() == [0.0]


def test_each_figure_has_its_own_day(keep: Keep, fact: Fact) -> None:
    books = keep(
        [parcel("A")],
        evidence=[fact("A", "title", "2023-06-30")],
        targets=[goal(400.0)],
    )
    done = {
        day: targets(books, on=dt.date.fromisoformat(day)).iloc[0]
        for day in ("2022-12-31", "2023-06-29", "2023-06-30")
    }

    assert [row["done_m2"] for row in done.values()] == [0.0, 0.0, 100.0]
    assert [str(row["on"].date()) for row in done.values()] == list(done)


def test_a_target_on_another_basis(keep: Keep, fact: Fact) -> None:
    books = keep(
        [parcel("A"), parcel("B", declared_m2=None)],
        evidence=[fact(name, "title", "2023-06-30") for name in "AB"],
        targets=[goal(400.0)],
    )

    assert targets(books)["done_m2"].to_list() == [100.0]
    assert targets(books)["declared_lacking_planar_m2"].to_list() == [100.0]
    assert targets(books, basis=Method.PLANAR)["done_m2"].to_list() == [200.0]


def test_a_target_of_an_unknown_scope_is_refused(keep: Keep) -> None:
    for year in (2023, 2025):
        books = keep([parcel("A")], targets=[goal(400.0, scope="XX", year=year)])
        with pytest.raises(NotFoundError, match="XX"):
            targets(books)


def test_a_target_cannot_be_looked_up_after_the_date(keep: Keep) -> None:
    with pytest.raises(LedgerError, match="later"):
        targets(keep([parcel("A")], on=ON), on=dt.date(2023, 9, 6))


def test_no_targets_give_an_empty_table_with_headings(keep: Keep) -> None:
    books = keep([parcel("A")])

    assert "speed_up" in targets(books)
    assert "low_m2" in forecast(books)


def punctual(fact: Callable[..., dict[str, Any]], late: int) -> list[dict[str, Any]]:
    """Write facts of another parcel, all late by so many days."""
    due = dt.date(2022, 1, 1)
    done = due + dt.timedelta(late)
    return [
        fact("Z", "road", done.isoformat(), due_on=due.isoformat())
        for _ in range(OUTLOOK.fewest_facts)
    ]


def test_the_forecast_is_a_range(keep: Keep, fact: Fact) -> None:
    evidence = [
        fact("A", "title", "2023-02-01"),
        fact("B", "title", None, due_on="2023-10-01"),
        fact("C", "title", None, due_on="2023-12-20"),
        fact("D", "title", None, due_on="2023-08-01"),
        fact("E", "title", None, due_on="2024-01-01"),
        *punctual(fact, late=30),
    ]
    parcels = [parcel(name) for name in "ABCDEZ"]
    books = keep(parcels, evidence=evidence, targets=[goal(400.0)], on=ON)
    row = forecast(books).iloc[0]

    assert row["done_m2"] == 100.0
    assert (row["low_m2"], row["low_ids"]) == (200.0, ("B",))
    assert (row["planned_m2"], row["planned_ids"]) == (300.0, ("B", "C"))
    assert (row["high_m2"], row["high_ids"]) == (400.0, ("B", "C", "D"))
    assert (row["high_share"], row["delay_days"], row["delay_facts"]) == (1.0, 30, 10)


def test_where_nothing_tells_how_late_facts_come_low_counts_nothing(
    keep: Keep, fact: Fact
) -> None:
    evidence = [fact("A", "title", None, due_on="2023-10-01")]
    books = keep([parcel("A")], evidence=evidence, targets=[goal(400.0)], on=ON)
    row = forecast(books).iloc[0]

    assert (row["low_m2"], row["planned_m2"], row["delay_facts"]) == (0.0, 100.0, 0)
    assert np.isnan(row["delay_days"])


def test_a_city_says_in_its_catalogue_how_cautious_its_forecasts_are(
    keep: Keep, fact: Fact, tmp_path: Path
) -> None:
    """Half of the facts come on their day, half 40 days late."""
    evidence = [
        fact("B", "title", None, due_on="2023-12-01"),
        *punctual(fact, late=0)[:5],
        *punctual(fact, late=40)[:5],
    ]
    packaged = resources.files("zqland.catalogues") / "ledger.toml"
    text = packaged.read_text(encoding="utf-8")
    own = text.replace("late_quantile = 0.9", "late_quantile = 0.4")
    (tmp_path / "ledger.toml").write_text(own, encoding="utf-8")
    parcels, wanted = [parcel("B"), parcel("Z")], [goal(400.0)]
    books = keep(parcels, evidence=evidence, targets=wanted, on=ON)
    assert forecast(books)["low_ids"].to_list() == [()]
    bold = replace(books, outlook=load_catalogues(tmp_path).ledger)
    assert forecast(bold)["low_ids"].to_list() == [("B",)]


def test_next_year_is_forecast_from_its_first_day(keep: Keep, fact: Fact) -> None:
    evidence = [
        fact("A", "title", None, due_on="2023-12-31"),
        fact("B", "title", None, due_on="2024-01-01"),
    ]
    wanted = [goal(400.0, year=2024), goal(400.0, year=2022)]
    books = keep(
        [parcel("A"), parcel("B")], evidence=evidence, targets=wanted, on="2023-09-05"
    )

    assert forecast(books)["planned_ids"].to_list() == [("B",), ()]


def test_a_plan_is_found_in_the_entry_that_was_corrected(
    keep: Keep, fact: Fact
) -> None:
    rows = [
        row
        for n in range(OUTLOOK.fewest_facts)
        for row in (
            fact("A", "title", None, due_on="2022-01-01", evidence_id=f"P{n}"),
            fact("A", "title", f"2022-01-{n + 1:02}", supersedes=f"P{n}"),
        )
    ]
    evidence = keep([parcel("A")], evidence=rows).reserve.evidence
    on = dt.date(2023, 9, 5)

    assert usual_delay(evidence, on=on, outlook=OUTLOOK).days == 9
    middle = replace(OUTLOOK, late_quantile=0.5)
    assert usual_delay(evidence, on=on, outlook=middle).days == 5
    assert usual_delay(evidence, on=dt.date(2022, 1, 5), outlook=OUTLOOK).days is None


def test_facts_that_come_early_are_not_counted_on(keep: Keep, fact: Fact) -> None:
    evidence = keep([parcel("A")], evidence=punctual(fact, -9)).reserve.evidence

    on = dt.date(2023, 9, 5)
    assert usual_delay(evidence, on=on, outlook=OUTLOOK).days == 0


dates = st.dates(dt.date(2022, 6, 1), dt.date(2024, 3, 1)).map(str)
facts = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(["road", "title", "paper"]),
        st.none() | dates,
        st.none() | dates,
        st.none() | dates,
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=facts, late=st.integers(0, 200))
def test_the_ends_of_the_range_are_in_order(
    keep: Keep, fact: Fact, rows: list[tuple[Any, ...]], late: int
) -> None:
    evidence = [
        fact(name, item, done, due_on=due, expires_on=last)
        for name, item, done, due, last in rows
    ]
    wanted = [goal(400.0, predicate=name) for name in ("clean", "mature", "standard")]
    books = keep(
        [parcel(name) for name in "ABCZ"],
        evidence=[*evidence, *punctual(fact, late)],
        targets=wanted,
        on=ON,
    )
    for row in forecast(books).to_dict("records"):
        assert set(row["low_ids"]) <= set(row["planned_ids"]) <= set(row["high_ids"])
        assert row["done_m2"] <= row["low_m2"] <= row["planned_m2"] <= row["high_m2"]


def supplied(name: str, day: str) -> dict[str, Any]:
    return {"parcel_id": name, "status": "supplied", "happened_on": day}


def standard(fact: Fact, name: str, **more: object) -> list[dict[str, Any]]:
    return [fact(name, item, "2022-01-01", **more) for item in ("title", "paper")]


def test_the_share_of_standard_land_by_area_and_by_count(
    keep: Keep, fact: Fact
) -> None:
    books = keep(
        [
            parcel("A", 100.0, land_class="M1"),
            parcel("B", 300.0, land_class="M2", park_id="JINLI"),
            parcel("C", 500.0, land_class="W1"),
            parcel("D", 700.0, land_class=None),
            parcel("E", 900.0, land_class="M1", park_id="DZ"),
            parcel("F", 50.0, land_class="M3", declared_m2=None, park_id="JINLI-A"),
        ],
        evidence=[
            *standard(fact, "A"),
            # It was standard until the day before its supply.
            *standard(fact, "B", expires_on="2023-02-28"),
            *standard(fact, "F", expires_on="2023-03-01"),
        ],
        status_events=[supplied(name, "2023-03-01") for name in "ABCDEF"],
    )
    table = standard_share(books, Period.year(2023)).set_index("basis")
    planar, declared = table.loc["planar"], table.loc["declared"]

    assert (planar["supplied_ids"], planar["standard_ids"]) == (
        ("A", "B", "F"),
        ("A", "F"),
    )
    assert planar["share_by_area"] == pytest.approx(150 / 450)
    assert planar["share_by_count"] == pytest.approx(2 / 3)
    assert (planar["unclassed_ids"], planar["unclassed_m2"]) == (("D",), 700.0)
    assert declared["share_by_area"] == pytest.approx(100 / 400)
    assert (declared["lacking_count"], declared["lacking_planar_m2"]) == (1, 50.0)


def test_ground_supplied_again_counts_again(keep: Keep) -> None:
    events = [
        supplied("A", "2023-03-01"),
        {"parcel_id": "A", "status": "returned", "happened_on": "2023-05-01"},
        supplied("A", "2023-08-01"),
    ]
    books = keep([parcel("A", land_class="M1")], status_events=events)
    planar = standard_share(books, Period.year(2023)).iloc[0]

    assert (planar["supplied_m2"], planar["share_by_area"]) == (200.0, 0.0)


def test_without_supply_there_is_no_share(keep: Keep) -> None:
    books = keep([parcel("A", land_class="M1")])
    table = standard_share(books, Period.year(2023))

    assert table["share_by_area"].isna().all()
    assert table["share_by_count"].isna().all()
