"""Parks, holds, contracts, batches and quotas are exported and read back the same."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from zqland_geodata import places
from zqland_geodata.holds_file import read_holds
from zqland_geodata.parks_file import read_parks
from zqland_geodata.register_sheets import (
    read_batch_parcels,
    read_batch_steps,
    read_batches,
    read_contracts,
    read_quotas,
)
from zqland_geodata.store import exports, filling, imports, open_store
from zqland_geodata.store.holds import HoldRequest, hold, release
from zqland_geodata.store.imports import Delivery, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from zqland.reserve import Reserve
    from zqland_geodata.planning_sheets import PlanningRead
    from zqland_geodata.store import Store

ON = dt.date(2023, 9, 5)
READERS: Mapping[str, Callable[[Path], PlanningRead]] = {
    "contracts": read_contracts,
    "batches": read_batches,
    "batch_steps": read_batch_steps,
    "batch_parcels": read_batch_parcels,
    "quotas": read_quotas,
}
PARK = Scope("park:SH")
SHARP = Polygon(
    [
        (38_450_010.1 / 3, 2_560_010.7),
        (38_450_060.123 / 3, 2_560_011 + 1 / 7),
        (38_450_040 / 3, 2_560_099.9),
    ]
)


@pytest.fixture(scope="module")
def city_books(
    city: Reserve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Give the books of the city in a file, for tests that only read."""
    path = tmp_path_factory.mktemp("city") / "books.zqland"
    with open_store(path, create=True) as store:
        filling.fill(store, city, by="a", why="b", command="")
        yield store


def sorted_by_key(name: str, table: pd.DataFrame) -> pd.DataFrame:
    keys = list(exports.RECORDS[name].key)
    return table.sort_values(keys).reset_index(drop=True)


def test_the_registers_read_back_without_a_difference(
    filled: Store, city: Reserve, tmp_path: Path
) -> None:
    with filled.writing(by="a", why="b") as writer:
        for name in READERS:
            writer.add(name, getattr(city, name))
    reader = filled.reading()
    files = exports.export(reader, tmp_path / "p.gpkg", on=ON).files
    for name, read in READERS.items():
        back = read(files[name])
        assert back.findings == []
        stored = sorted_by_key(name, reader.table(name))
        assert len(stored) > 20
        pd.testing.assert_frame_equal(
            sorted_by_key(name, back.table), stored, check_like=True
        )


def test_steps_and_kinds_stand_there_in_the_words_of_an_office(
    city_books: Store, tmp_path: Path
) -> None:
    reader = city_books.reading()
    files = exports.export(reader, tmp_path / "p.gpkg", on=ON, scope=PARK).files
    assert "agreements" not in files["batch_steps"].read_text("utf-8-sig")
    assert "用地规模" in files["quotas"].read_text("utf-8-sig")


def test_parks_read_back_without_a_difference_as_points_and_as_outlines(
    filled: Store, tmp_path: Path
) -> None:
    outlined = places.parks().loc[["SH"]]
    outlined.geometry = [box(112.6, 23.3, 112.7, 23.4)]
    with filled.writing(by="a", why="b") as writer:
        writer.add("parks", outlined)
    reader = filled.reading()
    files = exports.export(reader, tmp_path / "p.gpkg", on=ON).files
    read = read_parks(files["parks"], with_points=True)
    assert [one.rule for one in read.findings] == ["park.point"]
    back = Delivery({"parks": read.parks})
    assert sorted(read.parks.geom_type) == ["Point", "Polygon"]
    diff = imports.compare(reader, back, on=ON)
    assert diff.is_empty
    assert not diff.findings


def test_holds_of_a_whole_parcel_and_of_a_part_read_back_without_a_difference(
    filled: Store, city: Reserve, tmp_path: Path
) -> None:
    part = Polygon([(3 * x, y) for x, y in SHARP.exterior.coords])
    until = ON + dt.timedelta(days=90)
    with filled.writing(by="a", why="b") as writer:
        writer.add("projects", city.projects.iloc[:1])
        facts = {"project_id": city.projects.index[0], "until": until, "since": ON}
        hold(writer, HoldRequest("A-1", part=part, **facts))
        ended = hold(writer, HoldRequest("A-2", reason="洽谈", **facts))
        release(writer, ended, on=ON + dt.timedelta(days=3), seen=1)
    reader = filled.reading()
    files = exports.export(reader, tmp_path / "p.gpkg", on=ON).files
    assert "解除" in files["holds"].read_text("utf-8-sig")
    read = read_holds(files["holds"])
    assert read.findings == []
    assert read.holds["home_geometry"].isna().to_list() == [False, True]
    pd.testing.assert_frame_equal(
        read.holds, reader.table("holds").reset_index(drop=True), check_like=True
    )


def test_a_hold_whose_part_cannot_be_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "holds.csv"
    path.write_text(
        "预留编号,地块编号,本位带,预留范围,预留起始日,预留截止日\n"
        "H1,A-1,4526,POLYGON ((0 0,2023-01-01,2023-02-01\n"
        "H2,A-2,,,2023-01-01,2023-02-01\n"
        "H3,A-3,,,2023-01-01,\n",
        encoding="utf-8",
    )
    read = read_holds(path)
    assert read.holds["hold_id"].to_list() == ["H2"]
    assert [one.rule for one in read.findings] == ["hold.no_ground", "hold.incomplete"]


def test_a_part_has_the_registers_of_its_parcels(
    city_books: Store, tmp_path: Path
) -> None:
    reader = city_books.reading()
    files = exports.export(reader, tmp_path / "p.gpkg", on=ON, scope=PARK).files
    parcels = reader.parcels()
    inside = set(parcels.index[PARK.inside(parcels, reader.table("parks"))])
    assert set(read_contracts(files["contracts"]).table["parcel_id"]) <= inside
    rows = read_batch_parcels(files["batch_parcels"]).table
    assert set(rows["parcel_id"]) <= inside
    assert set(read_batches(files["batches"]).table["batch_id"]) == set(
        rows["batch_id"]
    )
    named = set(parcels.loc[list(inside), "park_id"])
    assert set(read_parks(files["parks"], with_points=True).parks.index) == named


def test_the_contract_of_a_parcel_that_retired_is_exported(
    filled: Store, tmp_path: Path
) -> None:
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-2", {"retired_on": ON}, seen=1)
        contract = {"contract_id": "C1", "parcel_id": "A-2", "signed_on": ON}
        writer.add("contracts", contract)
    scope = Scope("park:GXQ")
    files = exports.export(
        filled.reading(), tmp_path / "p.gpkg", on=ON, scope=scope
    ).files
    assert read_contracts(files["contracts"]).table["parcel_id"].to_list() == ["A-2"]
