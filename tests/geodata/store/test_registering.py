"""Sheets of contracts, batches and quotas against the registers of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland.errors import NotFoundError, TableError
from zqland_geodata.errors import ChangedMeanwhileError
from zqland_geodata.store.registering import Registration, compare, register

if TYPE_CHECKING:
    from zqland_geodata.store import Store

WHO = {"by": "李工", "why": "登记"}
CONTRACTS = pd.DataFrame(
    {
        "contract_id": ["HT-1", "HT-2"],
        "parcel_id": ["A-1", "A-2"],
        "signed_on": pd.to_datetime(["2021-12-01", "2023-05-06"]),
        "area_m2": [20_000.0, 30_000.0],
        "excluded_days": pd.array([0, None], dtype="Int64"),
    }
)
GROUND = pd.DataFrame(
    {"batch_id": "P-1", "parcel_id": ["A-1", "A-2"], "area_m2": [20_000.0, 30_000.0]}
)
QUOTAS = pd.DataFrame(
    {
        "year": [2023, 2023],
        "kind": ["scale", "indicator"],
        "scope": ["city", "441202"],
        "granted_m2": [1e6, 5e5],
    }
)


def registered(store: Store, name: str, table: pd.DataFrame) -> Registration:
    """Register a table, and give what it changed."""
    shown = compare(store.reading(), name, table)
    with store.writing(**WHO) as writer:
        register(writer, shown)
    return shown


def counts(shown: Registration) -> tuple[int, int, int]:
    return len(shown.diff.added), len(shown.diff.changed), shown.unchanged


def test_what_is_registered_is_unchanged_the_next_time(filled: Store) -> None:
    for name, table in (("contracts", CONTRACTS), ("quotas", QUOTAS)):
        assert counts(registered(filled, name, table)) == (2, 0, 0)
        again = compare(filled.reading(), name, table)
        assert again.is_empty
        assert counts(again) == (0, 0, 2)


def test_rows_are_known_by_all_of_their_key(filled: Store) -> None:
    batch = pd.DataFrame({"batch_id": ["P-1", "P-2"]})
    registered(filled, "batches", batch)
    registered(filled, "batch_parcels", GROUND)
    other = GROUND.assign(batch_id=["P-1", "P-2"], area_m2=10_000.0)
    assert counts(registered(filled, "batch_parcels", other)) == (1, 1, 0)
    table = filled.reading().table("batch_parcels").sort_values("batch_id")
    keys = table[["batch_id", "parcel_id"]].agg("/".join, axis=1)
    areas = dict(zip(keys, table["area_m2"], strict=True))
    assert areas == {"P-1/A-1": 10_000.0, "P-1/A-2": 30_000.0, "P-2/A-2": 10_000.0}


def test_a_changed_row_gets_a_new_version_and_the_old_one_stays(filled: Store) -> None:
    registered(filled, "contracts", CONTRACTS)
    before = filled.reading().version
    built = CONTRACTS.assign(started_on=pd.to_datetime(pd.Series(["2022-02-01", None])))
    assert counts(registered(filled, "contracts", built)) == (0, 1, 1)
    now = filled.reading().table("contracts", versions=True)
    assert now["version"].tolist() == [2, 1]
    then = filled.reading().table("contracts", known_at=before)
    assert then["started_on"].isna().all()


def test_rows_about_what_is_not_there_are_found(filled: Store) -> None:
    strange = {
        "contracts": CONTRACTS.assign(parcel_id=["A-1", "B-9"]),
        "batch_parcels": GROUND,
        "quotas": QUOTAS.assign(scope=["city", "000000"]),
    }
    found = {
        name: [(one.rule, one.value) for one in compare(reader, name, table).findings]
        for reader in (filled.reading(),)
        for name, table in strange.items()
    }
    assert found == {
        "contracts": [("register.unknown", "B-9")],
        "batch_parcels": [("register.unknown", "P-1")],
        "quotas": [("register.no_scope", "000000")],
    }


def test_a_district_that_only_a_batch_names_may_have_a_quota(filled: Store) -> None:
    batch = pd.DataFrame({"batch_id": ["P-1"], "district": ["330101"]})
    registered(filled, "batches", batch)
    quota = QUOTAS.assign(scope="330101")
    assert compare(filled.reading(), "quotas", quota).findings == ()


def test_what_others_wrote_meanwhile_is_not_written_over(filled: Store) -> None:
    registered(filled, "contracts", CONTRACTS)
    shown = compare(
        filled.reading(), "contracts", CONTRACTS.assign(area_m2=[1.0, 30_000.0])
    )
    registered(filled, "contracts", CONTRACTS.assign(area_m2=[2.0, 30_000.0]))
    before = filled.reading().version
    with (
        pytest.raises(ChangedMeanwhileError, match="nothing was registered"),
        filled.writing(**WHO) as writer,
    ):
        register(writer, shown)
    assert filled.reading().version == before
    assert filled.reading().table("contracts")["area_m2"].tolist() == [2.0, 30_000.0]


def test_what_others_wrote_of_other_rows_is_no_bar(filled: Store) -> None:
    shown = compare(filled.reading(), "contracts", CONTRACTS)
    registered(filled, "contracts", CONTRACTS.assign(contract_id=["HT-3", "HT-4"]))
    with filled.writing(**WHO) as writer:
        register(writer, shown)
    assert len(filled.reading().table("contracts")) == 4


def test_only_registers_are_registered(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="evidence"):
        compare(filled.reading(), "evidence", CONTRACTS)


def test_a_table_that_breaks_its_schema_is_refused(filled: Store) -> None:
    with pytest.raises(TableError, match="area_m2"):
        compare(filled.reading(), "contracts", CONTRACTS.assign(area_m2=-1.0))
