"""What moved, and why: single parcels, splits and merges with dates that matter."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from zqland.errors import LedgerError, NotFoundError, TableError
from zqland.ledger import Period, balance, expected, flows, movements, stock

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from zqland.ledger import Books

    Keep = Callable[..., Books]
    Fact = Callable[..., dict[str, Any]]

YEAR = Period.year(2023)
A = {"parcel_id": "A", "planar_m2": 600.0, "declared_m2": 601.0}
B = {"parcel_id": "B", "planar_m2": 400.0, "declared_m2": None}


def kinds(table: pd.DataFrame) -> list[tuple[str, str]]:
    days = table["day"].dt.strftime("%m-%d")
    return list(zip(days, table["kind"], strict=True))


def event(parcel_id: str, status: str, day: str) -> dict[str, Any]:
    return {"parcel_id": parcel_id, "status": status, "happened_on": day}


def edge(parent: str, child: str, day: str, kind: str = "split") -> dict[str, Any]:
    return {"child_id": child, "parent_id": parent, "kind": kind, "happened_on": day}


def test_a_predicate_is_reached_lapses_and_is_regained(keep: Keep, fact: Fact) -> None:
    evidence = [
        fact("A", "title", "2023-02-01", expires_on="2023-03-31"),
        fact("A", "title", "2023-05-01"),
    ]
    table = movements(keep([A], evidence=evidence), YEAR, predicate="clean")

    assert kinds(table) == [
        ("02-01", "first_reached"),
        ("04-01", "lapsed"),
        ("05-01", "regained"),
    ]


def test_a_status_moves_land_within_its_book(keep: Keep, fact: Fact) -> None:
    books = keep(
        [A],
        evidence=[fact("A", "title", "2022-02-01")],
        status_events=[
            event("A", "in_reserve", "2023-01-10"),
            event("A", "listed", "2023-02-10"),
            event("A", "supplied", "2023-03-20"),
            event("A", "returned", "2023-08-01"),
        ],
    )
    table = movements(books, YEAR, predicate="clean")

    assert table["kind"].to_list() == ["into_reserve", "listed", "supplied", "returned"]
    assert table["from_status"].to_list() == [
        "planned",
        "in_reserve",
        "listed",
        "supplied",
    ]


def test_of_several_events_of_a_day_the_last_row_counts(keep: Keep) -> None:
    events = [event("A", "listed", "2023-01-10"), event("A", "supplied", "2023-01-10")]
    table = movements(keep([A], status_events=events), YEAR)

    assert kinds(table) == [("01-10", "supplied")]


def test_ground_that_is_recorded_late_was_reached_before(
    keep: Keep, fact: Fact
) -> None:
    evidence = [
        fact("A", "title", "2022-05-01"),
        fact("A", "road", "2022-01-01", expires_on="2022-12-31"),
        fact("A", "road", "2023-10-01"),
    ]
    late = A | {"began_on": "2023-06-01"}
    table = movements(keep([late], evidence=evidence), YEAR).set_index("predicate")

    assert table["kind"].to_dict() == {
        "all": "entered",
        "clean": "entered",
        "serviced": "regained",
        "mature": "regained",
    }


def test_a_record_that_ends_retires_its_land(keep: Keep) -> None:
    table = balance(keep([A | {"retired_on": "2023-06-01"}, B]), YEAR)
    row = table[(table["status"] == "all") & (table["basis"] == "declared")].iloc[0]

    assert row[["opening_m2", "out_m2", "closing_m2"]].to_list() == [601.0, 601.0, 0.0]
    assert row["opening_ids"] == ("A", "B")
    assert row["closing_ids"] == ("B",)
    assert (row["closing_lacking_count"], row["closing_lacking_planar_m2"]) == (1, 400)


def test_a_split_is_neither_in_nor_out(keep: Keep, fact: Fact) -> None:
    parcels = [
        A,
        B | {"parcel_id": "A-1", "planar_m2": 200.0, "declared_m2": 200.0},
        B | {"parcel_id": "A-2", "declared_m2": 400.0},
    ]
    books = keep(
        parcels,
        evidence=[fact(name, "title", "2022-01-01") for name in ("A", "A-1", "A-2")],
        lineage=[edge("A", "A-1", "2023-06-01"), edge("A", "A-2", "2023-06-01")],
    )
    table = balance(books, YEAR)
    clean = table[(table["predicate"] == "clean") & (table["status"] == "all")]
    planar, _, declared = clean.to_dict("records")

    assert (planar["in_m2"], planar["out_m2"], planar["reshaped_m2"]) == (0, 0, 0)
    assert (planar["opening_ids"], planar["closing_ids"]) == (("A",), ("A-1", "A-2"))
    # The documents of the parts disagree with that of the whole by 1 m².
    assert declared["reshaped_m2"] == pytest.approx(-1.0)


def test_a_part_that_keeps_its_road_goes_on_and_the_other_lapses(
    keep: Keep, fact: Fact
) -> None:
    parcels = [
        A,
        B | {"parcel_id": "A-1", "planar_m2": 200.0},
        B | {"parcel_id": "A-2", "planar_m2": 400.0},
    ]
    books = keep(
        parcels,
        evidence=[
            fact("A", "road", "2022-01-01"),
            fact("A-1", "road", "2022-01-01"),
            fact("A-2", "road", "2023-09-01"),
        ],
        lineage=[edge("A", "A-1", "2023-06-01"), edge("A", "A-2", "2023-06-01")],
    )
    table = movements(books, YEAR, predicate="serviced")

    assert kinds(table) == [
        ("06-01", "reshaped"),
        ("06-01", "lapsed"),
        ("09-01", "regained"),
    ]
    assert table["out_planar_m2"].to_list() == pytest.approx([200.0, 400.0, 0.0])
    assert table["to_id"].to_list() == ["A-1", "A-2", "A-2"]


def test_of_merged_ground_only_what_never_was_is_first_reached(
    keep: Keep, fact: Fact
) -> None:
    parcels = [A, B, B | {"parcel_id": "C", "planar_m2": 1_000.0}]
    books = keep(
        parcels,
        evidence=[fact("A", "road", "2022-01-01"), fact("C", "road", "2023-09-01")],
        lineage=[edge(name, "C", "2023-06-01", "merge") for name in ("A", "B")],
    )
    table = flows(books, YEAR)
    table = table[(table["predicate"] == "serviced") & (table["status"] == "all")]

    assert table.set_index("kind")["planar_m2"].to_dict() == pytest.approx(
        {"lapsed": 600.0, "regained": 600.0, "first_reached": 400.0}
    )


def test_new_ground_brings_nothing_of_its_neighbour_with_it(
    keep: Keep, fact: Fact
) -> None:
    # B began and was merged with A on one day: only the ground of A had a road.
    parcels = [
        A,
        B | {"began_on": "2023-06-01"},
        B | {"parcel_id": "C", "planar_m2": 1_000.0},
    ]
    books = keep(
        parcels,
        evidence=[fact("A", "road", "2022-01-01"), fact("C", "road", "2023-06-01")],
        lineage=[edge(name, "C", "2023-06-01", "merge") for name in ("A", "B")],
    )
    table = movements(books, YEAR, predicate="serviced")

    assert table["kind"].to_list() == ["first_reached", "reshaped"]
    assert table["in_planar_m2"].to_list() == pytest.approx([400.0, 600.0])


def test_what_a_grandparent_had_reached_is_regained(keep: Keep, fact: Fact) -> None:
    parcels = [A, A | {"parcel_id": "A-1"}, A | {"parcel_id": "A-2"}]
    books = keep(
        parcels,
        evidence=[fact("A", "road", "2022-01-01"), fact("A-2", "road", "2023-09-01")],
        lineage=[
            edge("A", "A-1", "2023-03-01", "correction"),
            edge("A-1", "A-2", "2023-06-01", "correction"),
        ],
    )
    table = movements(books, YEAR, predicate="serviced")

    assert kinds(table) == [("03-01", "lapsed"), ("09-01", "regained")]


def test_land_supplied_on_the_day_of_its_split_is_supplied(keep: Keep) -> None:
    parcels = [
        A,
        B | {"parcel_id": "A-1", "planar_m2": 200.0},
        B | {"parcel_id": "A-2", "planar_m2": 400.0},
    ]
    books = keep(
        parcels,
        status_events=[
            event("A", "in_reserve", "2022-01-01"),
            event("A-1", "supplied", "2023-06-01"),
            event("A-2", "in_reserve", "2023-06-01"),
        ],
        lineage=[edge("A", "A-1", "2023-06-01"), edge("A", "A-2", "2023-06-01")],
    )
    table = movements(books, YEAR)

    assert table["kind"].to_list() == ["supplied", "reshaped"]
    assert table["in_planar_m2"].to_list() == pytest.approx([200.0, 400.0])


def test_land_merged_into_another_park_leaves_its_own(keep: Keep) -> None:
    parcels = [
        A | {"park_id": "GXQ"},
        B | {"park_id": "DZ"},
        B | {"parcel_id": "C", "planar_m2": 1_000.0, "park_id": "DZ"},
    ]
    lineage = [edge(name, "C", "2023-06-01", "merge") for name in ("A", "B")]
    books = keep(parcels, lineage=lineage)
    table = balance(books, YEAR, by=["park_id"])
    whole = table[(table["status"] == "all") & (table["basis"] == "planar")]
    dz, gxq = whole.to_dict("records")

    assert (gxq["out_m2"], gxq["closing_m2"]) == (600.0, 0.0)
    assert (dz["in_m2"], dz["closing_m2"]) == (pytest.approx(600.0), 1_000.0)


def test_records_of_one_day_are_passed_over(keep: Keep) -> None:
    parcels = [A, A | {"parcel_id": "A-1"}, A | {"parcel_id": "A-2"}]
    books = keep(
        parcels,
        lineage=[
            edge("A", "A-1", "2023-06-01", "correction"),
            edge("A-1", "A-2", "2023-06-01", "correction"),
        ],
    )
    table = movements(books, YEAR)

    assert table[["from_id", "to_id"]].to_numpy().tolist() == [["A", "A-2"]]


def test_what_is_due_is_expected_and_not_known(keep: Keep, fact: Fact) -> None:
    evidence = [
        fact("A", "title", None, due_on="2023-10-01"),
        fact("B", "title", "2023-01-01", expires_on="2023-11-30"),
    ]
    books = keep([A, B], evidence=evidence, on="2023-09-05")

    assert kinds(movements(books, Period.year(2023, until=books.on))) == [
        ("01-01", "first_reached")
    ]
    table = expected(books, dt.date(2023, 12, 31))
    assert kinds(table) == [("10-01", "first_reached"), ("12-01", "lapsed")]


def test_nothing_is_known_after_the_as_of_date(keep: Keep) -> None:
    books = keep([A], on="2023-09-05")

    with pytest.raises(LedgerError, match="known up to 2023-09-05"):
        stock(books, on=dt.date(2023, 9, 6))
    with pytest.raises(LedgerError, match="2023-12-31 is later"):
        balance(books, YEAR)


@pytest.mark.parametrize("dates", [{}, {"began_on": "2023-10-01"}])
def test_what_was_split_after_the_as_of_date_stands_unsplit(
    keep: Keep, dates: dict[str, str]
) -> None:
    ended = {"retired_on": dates["began_on"]} if dates else {}
    parts = [B | dates | {"parcel_id": name} for name in ("A-1", "A-2")]
    lineage = [edge("A", part["parcel_id"], "2023-10-01") for part in parts]
    books = keep([A | ended, *parts], lineage=lineage, on="2023-09-05")

    (row,) = stock(books).query("status == 'all'").to_dict("records")
    assert (row["planar_m2"], row["parcel_ids"]) == (600.0, ("A",))
    assert expected(books, dt.date(2023, 12, 31)).empty


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(LedgerError, match="before it begins"):
        Period(dt.date(2023, 2, 1), dt.date(2023, 1, 31))


def test_a_month_ends_on_its_last_day_or_today() -> None:
    assert Period.month(2024, 2).last == dt.date(2024, 2, 29)
    assert Period.month(2024, 2, until=dt.date(2024, 2, 9)).days == 9


def test_figures_are_grouped_by_known_columns_only(keep: Keep) -> None:
    with pytest.raises(NotFoundError, match="grouped by name"):
        stock(keep([A]), by=["name"])


def test_an_unknown_status_is_refused(keep: Keep) -> None:
    with pytest.raises(TableError, match="sold"):
        keep([A], status_events=[event("A", "sold", "2023-01-01")])


def test_lineage_of_parcels_that_are_not_there_is_refused(keep: Keep) -> None:
    with pytest.raises(LedgerError, match="lacks: X"):
        keep([A], lineage=[edge("X", "A", "2023-06-01")])


@pytest.mark.parametrize(
    "dates",
    [
        {"retired_on": "2023-06-02"},
        {"began_on": "2023-07-01"},
    ],
)
def test_dates_that_contradict_the_lineage_are_refused(
    keep: Keep, dates: dict[str, str]
) -> None:
    with pytest.raises(LedgerError, match=r"begin or end: A\."):
        keep([A | dates, B], lineage=[edge("A", "B", "2023-06-01")])


def test_parcels_that_come_of_themselves_are_refused(keep: Keep) -> None:
    lineage = [edge("A", "B", "2023-06-01"), edge("B", "A", "2023-06-01")]
    with pytest.raises(LedgerError, match="come of themselves"):
        keep([A, B], lineage=lineage)


def test_a_boundary_corrected_under_its_number_moves_nothing(keep: Keep) -> None:
    lineage = [edge("A", "A", "2023-06-01", "correction")]
    assert movements(keep([A], lineage=lineage), YEAR).empty


def test_a_reserve_without_parcels_has_empty_books(keep: Keep) -> None:
    parcel = A | {"began_on": "2023-06-01", "retired_on": "2023-06-01"}
    books = keep([parcel])

    assert stock(books).empty
    assert balance(books, YEAR).empty
    assert flows(books, YEAR).empty
    assert movements(books, YEAR).empty
