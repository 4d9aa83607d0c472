"""Scopes, bases and units of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from zqland.errors import NotFoundError, UnitError
from zqland.ledger import Books, in_unit, stock

if TYPE_CHECKING:
    from collections.abc import Callable

PARCELS = [
    {"parcel_id": "G", "park_id": "GXQ", "district": "441284", "planar_m2": 1.0},
    {"parcel_id": "J", "park_id": "JINLI", "district": "441204", "planar_m2": 20.0},
    {"parcel_id": "JA", "park_id": "JINLI-A", "district": "441204", "planar_m2": 300.0},
    {"parcel_id": "D", "park_id": "DZ", "district": "441202", "planar_m2": 4_000.0},
    {"parcel_id": "N", "park_id": None, "district": None, "planar_m2": 50_000.0},
]


@pytest.fixture(scope="module")
def books(keep: Callable[..., Books]) -> Books:
    declared: list[dict[str, Any]] = [
        parcel | {"declared_m2": None if parcel["parcel_id"] == "J" else 10.0}
        for parcel in PARCELS
    ]
    return keep(declared)


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        ("city", ("D", "G", "J", "JA", "N")),
        ("park:GXQ", ("G",)),
        ("JINLI", ("J", "JA")),
        ("district:441204", ("J", "JA")),
        ("441202", ("D",)),
        ("level:provincial", ("J",)),
        ("level:municipal", ("D", "JA")),
        ("level:provincial+", ("G", "J", "JA")),
        ("level:municipal+", ("D", "G", "J", "JA")),
    ],
)
def test_a_scope_says_which_parcels_count(
    books: Books, scope: str, ids: tuple[str, ...]
) -> None:
    assert stock(books, scope=scope)["parcel_ids"].iloc[0] == ids


@pytest.mark.parametrize("scope", ["XX", "park:441204", "district:GXQ", "level:x", ""])
def test_an_unknown_scope_is_refused(books: Books, scope: str) -> None:
    with pytest.raises(NotFoundError, match=f"no scope “{scope}”"):
        stock(books, scope=scope)


def test_bases_stand_side_by_side_with_what_each_lacks(books: Books) -> None:
    row = stock(books).iloc[0]

    assert row["planar_m2"] == 54_321.0
    assert row["ellipsoid_official_m2"] == pytest.approx(54_321.0 * 0.9995)
    assert (row["count"], row["declared_m2"]) == (5, 40.0)
    assert row["declared_lacking_count"] == 1
    assert row["declared_lacking_planar_m2"] == 20.0


def test_groups_without_a_name_are_shown(books: Books) -> None:
    table = stock(books, by=["level"])
    whole = table[table["status"] == "all"].set_index("level")["planar_m2"]

    assert whole.to_dict() == {
        "": 50_000.0,
        "municipal": 4_300.0,
        "national": 1.0,
        "provincial": 20.0,
    }


def test_every_area_of_a_table_changes_its_unit() -> None:
    table = pd.DataFrame(
        {"done_m2": [2_000.0], "needed_m2_per_day": [1_000.0], "count": [3]}
    )

    converted = in_unit(table, "mu")

    assert converted.to_dict("records") == [
        {"done_mu": 3.0, "needed_mu_per_day": 1.5, "count": 3}
    ]


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises((UnitError, ValueError), match="furlong"):
        in_unit(pd.DataFrame({"done_m2": [1.0]}), "furlong")
