"""Land that was approved but not supplied, by the year of approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from zqland.unsupplied import Unsupplied, unsupplied

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.ledger import Books

PARCELS = [
    {
        "parcel_id": "A",
        "park_id": "GXQ",
        "district": "441284",
        "planar_m2": 1_010.0,
        "declared_m2": 1_000.0,
    },
    {
        "parcel_id": "B",
        "park_id": "DZ",
        "district": "441202",
        "planar_m2": 3_030.0,
        "declared_m2": 3_000.0,
    },
]
BATCHES = [
    {"batch_id": "P1", "approved_on": "2021-05-01"},
    {"batch_id": "P2", "approved_on": "2022-06-01"},
    {"batch_id": "P3", "approved_on": "2024-01-01"},
]
WHOLE = [
    {"batch_id": "P1", "parcel_id": "A", "area_m2": 1_000.0},
    {"batch_id": "P2", "parcel_id": "B", "area_m2": 3_000.0},
]
SUPPLY = [{"parcel_id": "B", "status": "supplied", "happened_on": "2023-03-01"}]


def figures(
    found: Unsupplied, year: int | None, basis: str = "declared"
) -> dict[str, Any]:
    rows = found.years[found.years["basis"] == basis]
    own = rows[rows["year"].isna()] if year is None else rows[rows["year"] == year]
    (row,) = own.to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.fixture
def plain(keep: Callable[..., Books]) -> Unsupplied:
    return unsupplied(
        keep(PARCELS, batches=BATCHES, batch_parcels=WHOLE, status_events=SUPPLY)
    )


def test_each_year_of_approval_stands_for_itself(plain: Unsupplied) -> None:
    assert figures(plain, 2021)["unsupplied_m2"] == 1_000.0
    assert figures(plain, 2022)["unsupplied_m2"] == 0.0


def test_the_rate_is_what_is_left_of_all_that_was_approved(plain: Unsupplied) -> None:
    assert figures(plain, None)["rate"] == 0.25


def test_a_batch_approved_after_the_day_is_not_known(plain: Unsupplied) -> None:
    assert figures(plain, None)["batch_ids"] == ("P1", "P2")


def test_every_figure_names_its_parcels(plain: Unsupplied) -> None:
    row = figures(plain, None)
    assert (row["approved_ids"], row["unsupplied_ids"]) == (("A", "B"), ("A",))


def test_the_bases_stand_side_by_side(plain: Unsupplied) -> None:
    assert figures(plain, 2021, "planar")["approved_m2"] == 1_010.0


def test_what_was_supplied_and_taken_back_stays_supplied(
    keep: Callable[..., Books],
) -> None:
    events = [
        *SUPPLY,
        {"parcel_id": "B", "status": "returned", "happened_on": "2023-08-01"},
    ]
    found = unsupplied(
        keep(PARCELS, batches=BATCHES, batch_parcels=WHOLE, status_events=events)
    )
    row = figures(found, 2022)
    assert (row["supplied_m2"], row["returned_m2"]) == (3_000.0, 3_000.0)


def test_a_part_of_a_parcel_counts_by_its_share(keep: Callable[..., Books]) -> None:
    rows = [{"batch_id": "P1", "parcel_id": "A", "area_m2": 250.0}]
    found = unsupplied(keep(PARCELS, batches=BATCHES, batch_parcels=rows))
    assert figures(found, 2021)["approved_m2"] == 250.0
    assert figures(found, 2021, "planar")["approved_m2"] == pytest.approx(252.5)


def test_ground_of_a_split_parcel_is_followed_to_its_children(
    keep: Callable[..., Books],
) -> None:
    parcels = [
        {
            "parcel_id": "A",
            "district": "441284",
            "planar_m2": 1_000.0,
            "declared_m2": 1_000.0,
        },
        {
            "parcel_id": "A1",
            "district": "441284",
            "planar_m2": 400.0,
            "declared_m2": 400.0,
        },
        {
            "parcel_id": "A2",
            "district": "441284",
            "planar_m2": 600.0,
            "declared_m2": 600.0,
        },
    ]
    lineage = [
        {
            "parent_id": "A",
            "child_id": child,
            "kind": "split",
            "happened_on": "2023-01-05",
        }
        for child in ("A1", "A2")
    ]
    events = [{"parcel_id": "A2", "status": "supplied", "happened_on": "2023-03-01"}]
    books = keep(
        parcels,
        batches=BATCHES,
        batch_parcels=WHOLE[:1],
        lineage=lineage,
        status_events=events,
    )
    row = figures(unsupplied(books), 2021)
    assert row["approved_m2"] == pytest.approx(1_000.0)
    assert row["unsupplied_m2"] == pytest.approx(400.0)
    assert row["unsupplied_ids"] == ("A1",)


def test_a_parcel_without_a_figure_is_counted_and_not_filled_in(
    keep: Callable[..., Books],
) -> None:
    parcels = [PARCELS[0] | {"declared_m2": None}]
    rows = [{"batch_id": "P1", "parcel_id": "A"}]
    row = figures(unsupplied(keep(parcels, batches=BATCHES, batch_parcels=rows)), 2021)
    assert (row["lacking_count"], row["lacking_planar_m2"]) == (1, 1_010.0)
    assert np.isnan(row["rate"])


def test_a_scope_takes_its_own_parcels_only(keep: Callable[..., Books]) -> None:
    books = keep(PARCELS, batches=BATCHES, batch_parcels=WHOLE)
    assert figures(unsupplied(books, scope="park:GXQ"), None)["approved_m2"] == 1_000.0


@pytest.mark.parametrize(
    ("rows", "events", "code"),
    [
        ([{"batch_id": "P1", "parcel_id": "X"}], [], "no_parcel"),
        (
            [{"batch_id": "P1", "parcel_id": "A", "area_m2": 1_200.0}],
            [],
            "larger_than_parcel",
        ),
        (
            WHOLE,
            [{"parcel_id": "A", "status": "supplied", "happened_on": "2020-01-01"}],
            "supplied_before_approval",
        ),
        (
            [{"batch_id": one, "parcel_id": "A"} for one in ("P1", "P2")],
            [],
            "approved_twice",
        ),
    ],
)
def test_what_contradicts_itself_is_found(
    keep: Callable[..., Books],
    rows: list[dict[str, Any]],
    events: list[dict[str, Any]],
    code: str,
) -> None:
    books = keep(PARCELS, batches=BATCHES, batch_parcels=rows, status_events=events)
    assert f"unsupplied.{code}" in {one.rule for one in unsupplied(books).findings}


def test_batches_that_share_a_parcel_without_overlap_are_not_complained_about(
    keep: Callable[..., Books],
) -> None:
    rows = [
        {"batch_id": "P1", "parcel_id": "A", "area_m2": 250.0},
        {"batch_id": "P2", "parcel_id": "A", "area_m2": 750.0},
    ]
    assert unsupplied(keep(PARCELS, batches=BATCHES, batch_parcels=rows)).findings == ()


def test_no_batches_give_nothing(keep: Callable[..., Books]) -> None:
    assert figures(unsupplied(keep(PARCELS)), None)["approved_m2"] == 0.0
