"""Parcel ledgers without shapes, and what they say of parcels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from zqland import tables
from zqland_geodata.errors import MissingColumnError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.ledgers import join_ledger, read_parcel_ledger
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    import geopandas as gpd

Write = Callable[..., Path]
HEADINGS = (
    "宗地编号",
    "地块名称",
    "园区",
    "面积（亩）",
    "用地性质",
    "起始价（万元/亩）",
)


@pytest.fixture
def parcels(squares: gpd.GeoDataFrame, write_shapes: Write) -> gpd.GeoDataFrame:
    """Return three parcels of 15 mu without park, class and price."""
    return read_parcels(write_shapes(squares)).parcels


def test_a_ledger_is_read_without_shapes(write_csv: Write) -> None:
    path = write_csv(
        HEADINGS, ("A-1", "大沙一号", "肇庆高新区(大旺)", 15, "二类工业用地", 35)
    )
    entry = read_parcel_ledger(path).ledger.loc["A-1"]
    assert entry["declared_m2"] == pytest.approx(10_000)
    assert (entry["park_id"], entry["land_class"]) == ("GXQ", "M2")
    assert entry["price_wan_per_mu"] == 35


def test_a_ledger_needs_the_numbers_of_parcels(write_csv: Write) -> None:
    with pytest.raises(MissingColumnError, match="parcel_id"):
        read_parcel_ledger(write_csv(("地块名称", "面积（亩）"), ("甲", 15)))


def test_an_area_without_unit_is_left_unknown(write_csv: Write) -> None:
    read = read_parcel_ledger(write_csv(("地块编号", "面积"), ("A-1", 15)))
    assert read.ledger["declared_m2"].isna().all()
    assert [f.rule for f in read.findings] == ["unit.missing"]


def test_a_field_map_names_sheet_and_columns(write_xlsx: Write) -> None:
    path = write_xlsx(甲=[("Lot", "Ha"), ("A", 1)], 乙=[("Lot", "Ha"), ("B", 2)])
    text = (
        '[parcels]\nsheet = "乙"\n[parcels.columns]\nparcel_id = "Lot"\n'
        'declared_m2 = { column = "Ha", unit = "ha" }'
    )
    read = read_parcel_ledger(path, fieldmap=FieldMap.parse("m.toml", text))
    assert read.ledger["declared_m2"].to_dict() == {"B": 20_000.0}


def test_what_parcels_do_not_say_is_taken_from_the_ledger(
    parcels: gpd.GeoDataFrame, write_csv: Write
) -> None:
    path = write_csv(
        HEADINGS, *((f"A-{n}", "", "GXQ", 15, "M2", 35) for n in (1, 2, 3))
    )
    joined, findings = join_ledger(parcels, read_parcel_ledger(path))
    assert findings == []
    assert set(joined["park_id"]) == {"GXQ"}
    assert set(joined["price_wan_per_mu"]) == {35.0}
    assert joined["name"].to_list() == parcels["name"].to_list()
    assert joined.geometry.equals(parcels.geometry)
    tables.check("parcels", joined)


def test_numbers_that_one_side_lacks_are_findings(
    parcels: gpd.GeoDataFrame, write_csv: Write
) -> None:
    path = write_csv(HEADINGS[:2], ("A-1", ""), ("A-2", ""), ("B-9", ""))
    joined, findings = join_ledger(parcels, read_parcel_ledger(path))
    found = [(f.rule, f.record, f.place) for f in findings]
    assert found == [
        ("ledger.no_shape", "B-9", "line 4 column A"),
        ("ledger.no_entry", "A-3", ""),
    ]
    assert list(joined.index) == ["A-1", "A-2", "A-3"]


def test_areas_that_differ_are_findings_and_stay(
    parcels: gpd.GeoDataFrame, write_xlsx: Write
) -> None:
    rows = [HEADINGS, ("A-1", "", "", 16, "", ""), ("A-2", "", "", 15.05, "", "")]
    joined, findings = join_ledger(parcels, read_parcel_ledger(write_xlsx(台账=rows)))
    (found,) = [f for f in findings if f.rule == "ledger.area_differs"]
    assert (found.record, found.place) == ("A-1", "台账!D2")
    assert "+666.67 m²" in found.message.en
    assert joined.loc["A-1", "declared_m2"] == pytest.approx(10_000)


def test_other_words_that_differ_are_findings_and_stay(
    parcels: gpd.GeoDataFrame, write_csv: Write
) -> None:
    path = write_csv(HEADINGS[:2], ("A-1", "甲"), ("A-2", ""), ("A-3", "大沙三号"))
    joined, findings = join_ledger(parcels, read_parcel_ledger(path))
    (found,) = findings
    assert (found.rule, found.field, found.value) == ("ledger.differs", "name", "甲")
    assert joined.loc["A-1", "name"] == "大沙一号"


@pytest.mark.parametrize("number", [" a-1", "A–1", "A 1-", "\uff21-1"])
def test_a_number_spelt_otherwise_is_the_same_parcel(
    parcels: gpd.GeoDataFrame, write_csv: Write, number: str
) -> None:
    path = write_csv(
        HEADINGS[:3], (number, "", "GXQ"), ("A-2", "", ""), ("A-3", "", "")
    )
    joined, findings = join_ledger(parcels, read_parcel_ledger(path))
    same = number != "A 1-"
    rules = ["ledger.spelling"] if same else ["ledger.no_shape", "ledger.no_entry"]
    assert [f.rule for f in findings] == rules
    assert pd.notna(joined.loc["A-1", "park_id"]) == same


def test_a_number_that_stands_there_twice_is_a_finding(
    parcels: gpd.GeoDataFrame, write_csv: Write
) -> None:
    read = read_parcel_ledger(
        write_csv(("地块编号", "园区"), ("A-1", "GXQ"), ("A-1", "JINLI"))
    )
    (found,) = read.findings
    assert (found.rule, found.place) == ("id.repeated", "line 3 column A")
    joined, _ = join_ledger(parcels, read)
    assert joined.loc["A-1", "park_id"] == "GXQ"
