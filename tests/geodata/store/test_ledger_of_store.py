"""The ledger is kept from the store, over parcels that were split and merged."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from shapely.geometry import box

from zqland import ledger
from zqland.catalogues import load_catalogues
from zqland.ledger import Books, Period
from zqland_geodata.store import lineage
from zqland_geodata.store.lineage import Child
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    from zqland_geodata.store import Store

YEAR = Period.year(2024)
EAST, NORTH = 38_450_000, 2_560_000


@pytest.fixture
def changed(filled: Store) -> Store:
    """Split A-1, merge a part of it with A-2, and supply the other part."""
    with filled.writing(by="李工", why="入库") as writer:
        for name in ("A-1", "A-2"):
            add_status(writer, name, "in_reserve", dt.date(2023, 6, 1))
        south = Child("A-11", box(EAST, NORTH, EAST + 100, NORTH + 80))
        day = dt.date(2024, 5, 1)
        lineage.split(writer, "A-1", [south, Child("A-12")], on=day, seen=None)
        district = {"district": "441202"}
        merged = Child("A-3", facts=district)
        lineage.merge(writer, ["A-12", "A-2"], merged, on=day, seen=None)
        add_status(writer, "A-11", "supplied", dt.date(2024, 8, 1))
    return filled


@pytest.fixture
def kept(changed: Store) -> Books:
    reader = changed.reading()
    return ledger.open_books(
        reader.reserve(),
        on=YEAR.last,
        catalogues=load_catalogues(),
    )


def test_ground_goes_from_record_to_record_within_its_status(kept: Books) -> None:
    table = ledger.movements(kept, YEAR)
    found = table[["kind", "from_id", "to_id"]].to_numpy().tolist()

    assert sorted(found) == [
        ["reshaped", "A-1", "A-11"],
        ["reshaped", "A-1", "A-3"],
        ["reshaped", "A-2", "A-3"],
        ["supplied", "A-11", "A-11"],
    ]


@pytest.mark.parametrize("basis", ["planar", "ellipsoid_official"])
def test_the_reserve_balances_over_split_and_merger(kept: Books, basis: str) -> None:
    table = ledger.balance(kept, YEAR)
    table = table[(table["predicate"] == "all") & (table["basis"] == basis)]
    row = table.set_index("status").loc["in_reserve"]

    assert (row["opening_ids"], row["closing_ids"]) == (("A-1", "A-2"), ("A-3",))
    assert (row["in_m2"], row["out_ids"]) == (0.0, ("A-11",))
    rest = row["opening_m2"] - row["out_m2"] - row["closing_m2"]
    assert rest == pytest.approx(0.0, abs=1.0)
    assert rest == pytest.approx(-row["reshaped_m2"], abs=1e-6)


def test_in_the_plane_no_square_metre_is_lost(kept: Books) -> None:
    table = ledger.balance(kept, YEAR)
    table = table[(table["predicate"] == "all") & (table["basis"] == "planar")]
    whole = table.set_index("status").loc["all"]

    assert whole["closing_m2"] == pytest.approx(50_000.0, abs=1e-4)
    assert whole["reshaped_m2"] == pytest.approx(0.0, abs=1e-4)
    assert (whole["in_m2"], whole["out_m2"]) == (0.0, 0.0)
