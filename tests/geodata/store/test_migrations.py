"""Stores of every earlier form are brought to the present one; newer ones refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects.postgresql.base import ischema_names

from zqland_geodata.errors import (
    StoreError,
    StoreExistsError,
    StoreMissingError,
    StoreTooNewError,
    StoreTooOldError,
)
from zqland_geodata.store import engine as engines
from zqland_geodata.store import (
    migrating,
    open_store,
    revisions,
    upgrade_store,
    versions,
)
from zqland_geodata.store.schema import META, METADATA, RECORDS, REVISIONS, Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from sqlalchemy import Connection

    from zqland_geodata.store import Store

OLDER = migrating.forms()[:-1]
FIRST = {
    "revision": 1,
    "at": dt.datetime(2023, 1, 1),  # noqa: DTZ001 - stored as UTC without a zone
    "by": "a",
    "why": "b",
    "command": "",
    "token": "t",
}


@pytest.fixture
def old_store(address: str, two_parcels: gpd.GeoDataFrame) -> Callable[[str], str]:
    """Make stores as an older zqland left them, with two parcels."""

    def make(form: str) -> str:
        engine = engines.connect(engines.store_url(address))
        with engines.for_writing(engine) as connection, connection.begin():
            migrating.upgrade(connection, form)
            facts = {"lock": "x", "fictional": "no", "store_id": "y"}
            rows = [{"name": name, "value": value} for name, value in facts.items()]
            connection.execute(sa.insert(META), rows)
            connection.execute(sa.insert(REVISIONS), FIRST)
            first = revisions.revision_of(connection, 1)
            record, numbers = RECORDS["parcels"], [1, 1]
            versions.insert(
                connection, record, two_parcels, numbers=numbers, revision=first
            )
        engine.dispose()
        return address

    return make


def set_form(connection: Connection, form: str) -> None:
    statement = sa.text("UPDATE alembic_version SET version_num = :form")
    connection.execute(statement, {"form": form})


@pytest.mark.parametrize("form", OLDER)
def test_a_store_of_an_older_form_keeps_all_that_is_in_it(
    old_store: Callable[[str], str], form: str, opened: Callable[..., Store]
) -> None:
    address = old_store(form)
    assert upgrade_store(address) == form
    store = opened(address)
    with store.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
    names = store.reading().reserve().parcels["name"]
    assert names.to_list() == ["新名", "乙地块"]


@pytest.mark.parametrize("form", OLDER)
def test_a_store_of_an_older_form_is_not_opened_before(
    old_store: Callable[[str], str], form: str
) -> None:
    address = old_store(form)
    with pytest.raises(StoreTooOldError, match="zqland store upgrade") as error:
        open_store(address)
    assert "旧版本" in error.value.text.zh


def test_an_upgrade_that_fails_leaves_the_older_form(
    old_store: Callable[[str], str],
) -> None:
    address = old_store("0001")
    engine = engines.connect(engines.store_url(address))
    with engines.for_writing(engine) as connection, connection.begin():
        # Somebody's own table is in the way of the second of the tables to come.
        connection.exec_driver_sql("CREATE TABLE holds (note text)")
    with pytest.raises(StoreError, match="Nothing was written"):
        upgrade_store(address)
    with engines.for_reading(engine) as connection, connection.begin():
        form = migrating.form_of(connection)
        has_lineage = sa.inspect(connection).has_table("lineage")
    engine.dispose()
    assert (form, has_lineage) == ("0001", False)


def test_a_store_of_the_present_form_is_left_alone(books: Store, address: str) -> None:
    assert books.reading().version == 0
    assert upgrade_store(address) is None


def test_a_store_of_a_newer_zqland_is_refused_kindly(
    books: Store, address: str
) -> None:
    with engines.for_writing(books.engine) as connection, connection.begin():
        set_form(connection, "2031")
    for action in (open_store, upgrade_store):
        with pytest.raises(StoreTooNewError, match="Nothing was changed") as error:
            action(address)
        assert "更新版本" in error.value.text.zh
    with engines.for_reading(books.engine) as connection:
        assert migrating.form_of(connection) == "2031"


def test_the_tables_as_migrated_are_those_that_the_program_knows(
    books: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ischema_names, "geometry", Shape)

    def is_ours(_thing: object, name: str | None, _kind: str, *_: object) -> bool:
        # Indexes of places differ between the databases; PostGIS has its own table.
        return name not in ("place_parcels", "box_parcels", "spatial_ref_sys")

    with engines.for_reading(books.engine) as connection:
        options = {"include_object": is_ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_places_are_found_by_an_index(filled: Store) -> None:
    names = {"sqlite": "box_parcels", "postgresql": "place_parcels"}
    with engines.for_reading(filled.engine) as connection:
        statement = (
            "SELECT indexname FROM pg_indexes WHERE tablename = 'parcels'"
            if filled.is_postgis
            else "SELECT name FROM pragma_index_list('parcels')"
        )
        found = set(connection.exec_driver_sql(statement).scalars())
    assert names[filled.engine.dialect.name] in found


def test_a_store_is_not_made_where_one_is(filled: Store, address: str) -> None:
    with pytest.raises(StoreExistsError, match="holds a store already"):
        open_store(address, create=True)
    assert filled.reading().version == 1


def test_a_database_of_somebody_else_is_no_store(address: str) -> None:
    engine = engines.connect(engines.store_url(address))
    with engines.for_writing(engine) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE meta (note text)")
    engine.dispose()
    for create in (False, True):
        with pytest.raises(StoreMissingError, match="no store of zqland"):
            open_store(address, create=create)
