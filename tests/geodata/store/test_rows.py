"""Rows are added, changed and closed; nothing is lost, and nothing half-written."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from shapely.geometry import box

from zqland import crs
from zqland.errors import NotFoundError, TableError
from zqland_geodata.errors import (
    ChangedMeanwhileError,
    KeyTakenError,
    RecordError,
    StoreError,
)
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland_geodata.store import Store


def target(year: int = 2023, *, area_m2: float = 1000.0) -> dict[str, object]:
    return {
        "year": year,
        "predicate": "mature",
        "scope": "city",
        "target_m2": area_m2,
    }


KEY = (2023, "mature", "city")


def test_a_new_row_has_the_first_version(filled: Store) -> None:
    parcel = filled.reading().parcel("A-1")
    versions = parcel["version"], parcel["recorded_in"]
    assert versions == (1, 1)
    assert parcel["replaced_in"] is pd.NA


def test_a_change_makes_a_new_version_and_keeps_the_old_row(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        assert writer.change("parcels", "A-1", {"name": "新名"}, seen=1) == 2
    table = RECORDS["parcels"].table
    query = sa.select(table.c.name, table.c.version, table.c.replaced_in)
    with filled.reading().connection() as connection:
        rows = connection.execute(
            query.where(table.c.parcel_id == "A-1").order_by(table.c.version)
        ).all()
    assert [tuple(row) for row in rows] == [("甲地块", 1, 2), ("新名", 2, None)]


def test_a_change_leaves_all_other_columns(filled: Store) -> None:
    before = filled.reading().table("parcels")
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
    after = filled.reading().table("parcels")
    pd.testing.assert_frame_equal(
        pd.DataFrame(after.drop(columns="name")),
        pd.DataFrame(before.drop(columns="name")),
    )


def test_a_change_to_what_is_there_already_makes_no_version(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        assert writer.change("parcels", "A-1", {"name": "甲地块"}, seen=1) == 1
    assert filled.reading().version == 1


def test_a_new_shape_gives_new_degrees_and_new_areas(filled: Store) -> None:
    home = box(38_450_000, 2_560_000, 38_450_100, 2_560_100)
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"home_geometry": home}, seen=1)
    parcels = filled.reading().parcels()
    expected = crs.to_geographic(gpd.GeoSeries([home]), 4526).iloc[0]
    assert parcels.loc["A-1", "planar_m2"] == 10_000.0
    assert shapely.equals_identical(parcels.geometry["A-1"], expected)


def test_a_change_of_what_somebody_changed_since_is_refused_with_who_and_why(
    filled: Store,
) -> None:
    with filled.writing(by="李工", why="更名") as writer:
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
    with (
        pytest.raises(ChangedMeanwhileError, match="李工 wrote version 2") as error,
        filled.writing(by="王工", why="更名") as writer,
    ):
        writer.change("parcels", "A-1", {"name": "另名"}, seen=1)
    assert "地块 A-1" in error.value.text.zh
    assert "（更名）" in error.value.text.zh
    assert filled.reading().parcel("A-1")["name"] == "新名"


def test_a_block_that_fails_leaves_nothing_behind(filled: Store) -> None:
    def write_half() -> None:
        with filled.writing(by="a", why="b") as writer:
            writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
            writer.add("targets", target(area_m2=-1.0))

    with pytest.raises(TableError):
        write_half()
    reader = filled.reading()
    assert reader.version == 1
    assert reader.parcel("A-1")["name"] == "甲地块"


def test_a_block_that_writes_nothing_leaves_no_revision(filled: Store) -> None:
    with filled.writing(by="a", why="b"):
        pass
    assert filled.reading().version == 1


@pytest.mark.parametrize(("by", "why"), [("", "why"), ("who", " ")])
def test_nobody_and_no_reason_write_nothing(filled: Store, by: str, why: str) -> None:
    with (
        pytest.raises(RecordError, match="--by, --why"),
        filled.writing(by=by, why=why),
    ):
        pytest.fail("was let in")


def test_a_key_that_is_there_is_refused(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    with (
        pytest.raises(KeyTakenError, match="parcel: A-1, A-2 are in the store"),
        filled.writing(by="a", why="b") as writer,
    ):
        writer.add("parcels", two_parcels)


def test_a_key_twice_among_new_rows_is_refused(books: Store) -> None:
    rows = pd.DataFrame([target(), target(2024), target()])
    with (
        pytest.raises(KeyTakenError, match="2023 / mature / city stand"),
        books.writing(by="a", why="b") as writer,
    ):
        writer.add("targets", rows)


def test_an_unknown_row_cannot_be_changed(filled: Store) -> None:
    with (
        pytest.raises(NotFoundError, match="parcel: Z-9"),
        filled.writing(by="a", why="b") as writer,
    ):
        writer.change("parcels", "Z-9", {"name": "x"}, seen=1)


def test_an_unknown_column_cannot_be_changed(filled: Store) -> None:
    with (
        pytest.raises(RecordError, match="no column “colour”"),
        filled.writing(by="a", why="b") as writer,
    ):
        writer.change("parcels", "A-1", {"colour": "red"}, seen=1)


def test_the_name_of_a_row_cannot_be_changed(filled: Store) -> None:
    with (
        pytest.raises(RecordError, match="named by"),
        filled.writing(by="a", why="b") as writer,
    ):
        writer.change("parcels", "A-1", {"parcel_id": "A-9"}, seen=1)


@pytest.mark.parametrize("name", ["evidence", "status_events", "lineage", "documents"])
def test_entries_that_are_corrected_by_others_are_never_changed(
    books: Store, name: str
) -> None:
    with (
        pytest.raises(RecordError, match="never changed"),
        books.writing(by="a", why="b") as writer,
    ):
        writer.change(name, "x", {}, seen=1)


def test_a_closed_row_is_gone_now_and_stays_as_it_was_known(books: Store) -> None:
    with books.writing(by="a", why="b") as writer:
        writer.add("targets", target())
    with books.writing(by="a", why="c") as writer:
        writer.close("targets", KEY, seen=1)
    reader = books.reading()
    assert len(reader.table("targets")) == 0
    assert len(reader.table("targets", known_at=1)) == 1


def test_a_row_that_comes_again_continues_its_versions(books: Store) -> None:
    with books.writing(by="a", why="b") as writer:
        writer.add("targets", target())
    with books.writing(by="a", why="c") as writer:
        writer.close("targets", KEY, seen=1)
        writer.add("targets", target(area_m2=2.0))
    table = books.reading().table("targets", versions=True)
    assert table["version"].tolist() == [2]


def test_many_rows_are_changed_at_once(books: Store) -> None:
    years = range(1990, 2101)
    rows = pd.DataFrame([target(year) for year in years])
    with books.writing(by="a", why="b") as writer:
        writer.add("targets", rows)
        rows.loc[5:, "target_m2"] = 7.0
        versions = writer.change_rows("targets", rows, seen=[1] * len(rows))
    assert versions == [1] * 5 + [2] * (len(years) - 5)
    read = books.reading().table("targets")
    assert read["target_m2"].tolist() == rows["target_m2"].tolist()


def test_a_writer_reads_what_it_has_written(filled: Store) -> None:
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
        assert writer.reading.parcel("A-1")["name"] == "新名"


def test_keys_are_made_where_none_is_given(filled: Store) -> None:
    event = {"parcel_id": "A-1", "status": "planned", "happened_on": "2023-01-01"}
    with filled.writing(by="a", why="b") as writer:
        assert writer.add("status_events", event) == ["S2-1"]
        assert writer.add("status_events", event) == ["S2-2"]


def test_made_keys_avoid_those_that_came_with_a_file(filled: Store) -> None:
    event = {"parcel_id": "A-1", "status": "planned", "happened_on": "2023-01-01"}
    with filled.writing(by="a", why="b") as writer:
        writer.add("status_events", event | {"event_id": "S3-1"})
    with filled.writing(by="a", why="b") as writer:
        assert writer.add("status_events", event) == ["S3-2"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM parcels",
        "UPDATE parcels SET declared_m2 = 0",
        "UPDATE evidence SET replaced_in = 1 WHERE replaced_in IS NOT NULL",
        "DELETE FROM revisions",
        "UPDATE revisions SET why = ''",
    ],
)
def test_the_database_itself_refuses_to_lose_anything(
    filled: Store, statement: str
) -> None:
    entry = {
        "evidence_id": "E1",
        "subject_kind": "parcel",
        "subject_id": "A-1",
        "item": "road",
        "done_on": "2023-05-01",
    }
    with filled.writing(by="a", why="b") as writer:
        writer.add("evidence", entry)
        close = "UPDATE evidence SET replaced_in = 2"
        writer.connection.exec_driver_sql(close)
    with (
        pytest.raises(StoreError, match="neither deleted nor overwritten"),
        filled.writing(by="a", why="b") as writer,
    ):
        writer.connection.exec_driver_sql(statement)


def test_of_fifty_who_saw_the_same_version_one_writes(
    address: str, filled: Store, opened: Callable[..., Store]
) -> None:
    other = opened(address)
    refused: list[str] = []

    def rename(number: int) -> None:
        store = filled if number % 2 else other
        try:
            with store.writing(by=f"clerk {number}", why="race") as writer:
                writer.change("parcels", "A-1", {"name": f"name {number}"}, seen=1)
        except ChangedMeanwhileError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=rename, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 49
    assert filled.reading().parcel("A-1")["version"] == 2


def test_revisions_are_numbered_without_gaps_in_the_order_of_writing(
    books: Store,
) -> None:
    for year in (2021, 2022):
        with books.writing(by="a", why="b") as writer:
            writer.add("targets", target(year))
        with pytest.raises(KeyTakenError), books.writing(by="a", why="b") as writer:
            writer.add("targets", target(year))
    numbers = [revision.number for revision in books.reading().revisions()]
    assert numbers == [2, 1]
