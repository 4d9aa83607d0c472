"""The book of idle land, over parcels as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zqland.catalogues import load_catalogues
from zqland.idle import IdleLand, idle_land

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.ledger import Books

RULES = load_catalogues().idle
PARCELS = [
    {"parcel_id": "A", "park_id": "GXQ", "district": "441284", "planar_m2": 1_000.0},
    {"parcel_id": "B", "park_id": "DZ", "district": "441202", "planar_m2": 3_000.0},
]
LATE = {
    "contract_id": "C1",
    "parcel_id": "A",
    "signed_on": "2021-12-01",
    "agreed_start": "2022-03-01",
    "area_m2": 900.0,
    "price_wan": 100.0,
    "excluded_days": 0,
}
FINE = LATE | {"contract_id": "C2", "parcel_id": "B", "started_on": "2022-02-01"}
SPLIT = [
    {"parcel_id": "A1", "park_id": "GXQ", "district": "441284", "planar_m2": 250.0},
    {"parcel_id": "A2", "park_id": "GXQ", "district": "441284", "planar_m2": 750.0},
]
LINEAGE = [
    {"parent_id": "A", "child_id": child, "kind": "split", "happened_on": "2023-01-05"}
    for child in ("A1", "A2")
]


def total(idle: IdleLand, state: str) -> dict[str, Any]:
    (row,) = idle.totals[idle.totals["state"] == state].to_dict("records")
    return {str(name): value for name, value in row.items()}


def rules_found(idle: IdleLand) -> set[str]:
    return {finding.rule for finding in idle.findings}


def test_totals_add_up_areas_and_fees_of_each_state(keep: Callable[..., Books]) -> None:
    idle = idle_land(keep(PARCELS, contracts=[LATE, FINE]), rules=RULES)
    row = total(idle, "idle_1y")
    assert (row["count"], row["area_m2"], row["fee_wan"]) == (1, 900.0, 20.0)
    assert row["parcel_ids"] == ("A",)


def test_a_contract_signed_after_the_day_is_not_listed(
    keep: Callable[..., Books],
) -> None:
    later = LATE | {"signed_on": "2024-01-01"}
    assert idle_land(keep(PARCELS, contracts=[later]), rules=RULES).contracts.empty


def test_ground_of_a_split_parcel_is_followed(keep: Callable[..., Books]) -> None:
    books = keep([*PARCELS, *SPLIT], contracts=[LATE], lineage=LINEAGE)
    ground = idle_land(books, rules=RULES).ground
    assert dict(zip(ground["parcel_id"], ground["area_m2"], strict=True)) == {
        "A1": pytest.approx(225.0),
        "A2": pytest.approx(675.0),
    }


def test_a_contract_whose_ground_was_taken_back_is_judged_no_more(
    keep: Callable[..., Books],
) -> None:
    events = [{"parcel_id": "A", "status": "returned", "happened_on": "2023-02-01"}]
    idle = idle_land(keep(PARCELS, contracts=[LATE], status_events=events), rules=RULES)
    assert total(idle, "not_applicable")["contract_ids"] == ("C1",)


def test_ground_taken_back_in_part_is_found_and_still_judged(
    keep: Callable[..., Books],
) -> None:
    events = [{"parcel_id": "A1", "status": "returned", "happened_on": "2023-02-01"}]
    books = keep(
        [*PARCELS, *SPLIT], contracts=[LATE], lineage=LINEAGE, status_events=events
    )
    idle = idle_land(books, rules=RULES)
    assert total(idle, "idle_1y")["count"] == 1
    assert "idle.returned_in_part" in rules_found(idle)


def test_a_scope_takes_contracts_of_its_own_ground(keep: Callable[..., Books]) -> None:
    books = keep(PARCELS, contracts=[LATE, FINE])
    idle = idle_land(books, rules=RULES, scope="park:DZ")
    assert idle.contracts["contract_id"].tolist() == ["C2"]


def test_a_contract_without_an_area_is_counted_apart(
    keep: Callable[..., Books],
) -> None:
    books = keep(PARCELS, contracts=[LATE | {"area_m2": None}])
    row = total(idle_land(books, rules=RULES), "idle_1y")
    assert (row["area_m2"], row["lacking_count"]) == (0.0, 1)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"parcel_id": "X"}, "idle.no_parcel"),
        ({"started_on": "2021-01-01"}, "idle.out_of_order"),
    ],
)
def test_what_contradicts_itself_is_found(
    keep: Callable[..., Books], facts: dict[str, object], code: str
) -> None:
    books = keep(PARCELS, contracts=[LATE | facts])
    assert code in rules_found(idle_land(books, rules=RULES))


def test_no_contracts_give_empty_totals(keep: Callable[..., Books]) -> None:
    assert idle_land(keep(PARCELS), rules=RULES).totals["count"].sum() == 0
