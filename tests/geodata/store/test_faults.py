"""Faults of disks, files and servers: a clear message, and nothing half-written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from zqland_geodata.errors import (
    StoreAccessError,
    StoreBusyError,
    StoreDamagedError,
    StoreFullError,
    StoreLostError,
    StoreMissingError,
)
from zqland_geodata.store import open_store
from zqland_geodata.store.backup import back_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zqland.testing import Cluster
    from zqland_geodata.store import Store

IN_A_FILE = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
ON_A_SERVER = pytest.mark.parametrize("address", ["postgis"], indirect=True)
YEARS = range(1990, 2101)


def add_targets(store: Store) -> None:
    with store.writing(by="a", why="b") as writer:
        for year in YEARS:
            row = {"year": year, "predicate": "mature", "scope": "x" * 500}
            writer.add("targets", row | {"target_m2": 1.0})


def nothing_is_lost(store: Store) -> bool:
    """Tell whether a store is as the fixture left it, and can still be written."""
    reader = store.reading()
    whole = reader.version == 1 and len(reader.table("targets")) == 0
    with store.writing(by="a", why="still works") as writer:
        writer.change("parcels", "A-1", {"name": "still works"}, seen=1)
    return whole and store.reading().version == 2


@pytest.fixture
def file_store(filled: Store, address: str) -> str:
    """Give a filled store that nobody has open."""
    filled.close()
    return address


@pytest.fixture
def served(
    cluster: Cluster, made_database: None, opened: Callable[..., Store]
) -> Iterator[Store]:
    """Give an empty store on the server."""
    del made_database
    address = cluster.create_database("with_store")
    yield opened(address, wait_s=1.0)
    cluster.drop(address)


def name_of(store: Store) -> str:
    return str(store.engine.url.database)


def test_a_full_disk_is_named_and_nothing_is_written(filled: Store) -> None:
    if filled.is_postgis:
        full = (
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file: No space left on device' "
            "USING ERRCODE = '53100'; END $$; "
            "CREATE TRIGGER full_disk BEFORE INSERT ON targets "
            "FOR EACH ROW WHEN (NEW.year = 2050) EXECUTE FUNCTION full_disk()"
        )
    else:
        full = "PRAGMA max_page_count = 1"
    with filled.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(full)
    with pytest.raises(StoreFullError, match="no room left") as error:
        add_targets(filled)
    assert "磁盘空间不足" in error.value.text.zh
    filled.engine.dispose()
    assert nothing_is_lost(filled)


def test_whoever_waits_too_long_for_a_writer_is_told(
    address: str, filled: Store, opened: Callable[..., Store]
) -> None:
    hasty = opened(address, wait_s=0.2)
    with (
        filled.writing(by="a", why="b") as writer,
        pytest.raises(StoreBusyError, match="somebody else") as error,
        hasty.writing(by="c", why="d"),
    ):
        pytest.fail(f"was let in beside {writer}")
    assert "正被他人写入" in error.value.text.zh
    assert nothing_is_lost(hasty)


def test_readers_do_not_wait_for_a_writer(
    address: str, filled: Store, opened: Callable[..., Store]
) -> None:
    hasty = opened(address, wait_s=0.2)
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "new"}, seen=1)
        assert hasty.reading().parcel("A-1")["name"] == "甲地块"


def test_a_program_that_locks_the_file_is_named(
    tmp_path: Path, opened: Callable[..., Store]
) -> None:
    path = tmp_path / "books.zqland"
    store = opened(path, create=True, wait_s=0.2)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError, match=r"books\.zqland is being written"):
            add_targets(store)
        other.execute("ROLLBACK")
    add_targets(store)
    assert len(store.reading().table("targets")) == len(YEARS)


def write_half(store: Store, breaking: Callable[[], object]) -> None:
    """Write a revision in the middle of which something breaks."""
    with store.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "half"}, seen=1)
        breaking()
        writer.change("parcels", "A-2", {"name": "half"}, seen=1)


@ON_A_SERVER
def test_a_connection_that_breaks_in_the_middle_undoes_all(
    filled: Store, cluster: Cluster
) -> None:
    end_all = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname LIKE 't%' AND pid <> pg_backend_pid()"
    )
    with pytest.raises(StoreLostError, match="connection broke") as error:
        write_half(filled, lambda: cluster.execute("postgres", end_all))
    assert "连接中断" in error.value.text.zh
    assert nothing_is_lost(filled)


@ON_A_SERVER
def test_a_server_that_crashes_in_the_middle_comes_back_whole(
    filled: Store, cluster: Cluster
) -> None:
    try:
        with pytest.raises(StoreLostError):
            write_half(filled, cluster.stop)
    finally:
        cluster.start()
    assert nothing_is_lost(filled)


def test_an_answer_lost_after_the_commit_is_looked_up(
    cluster: Cluster,
    served: Store,
    opened: Callable[..., Store],
    lossy: Callable[..., str],
) -> None:
    store = opened(lossy(cluster.folder, name_of(served)))
    add_targets(store)
    assert served.reading().version == 1


def test_a_server_that_is_not_there_is_named_without_the_password(
    tmp_path: Path,
) -> None:
    address = f"postgresql://clerk:secret@/reserve?host={tmp_path}"
    with pytest.raises(StoreLostError, match="cannot be reached") as error:
        open_store(address)
    assert "secret" not in str(error.value)
    assert "secret" not in error.value.text.zh


def test_a_database_that_is_not_there_is_named(cluster: Cluster) -> None:
    with pytest.raises(StoreMissingError, match="createdb"):
        open_store(cluster.url("no_such_database"))


def test_a_user_without_rights_is_refused(served: Store, cluster: Cluster) -> None:
    cluster.execute(
        "postgres",
        "DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN "
        "NULL; END $$",
    )
    address = cluster.url(name_of(served)).replace("postgres@", "guest@")
    with pytest.raises(StoreAccessError, match="permission denied"):
        open_store(address)


@pytest.mark.parametrize("create", [True, False])
def test_a_file_of_another_kind_is_refused_and_left_alone(
    tmp_path: Path, *, create: bool
) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear office" * 1000, encoding="utf-8")
    with pytest.raises(StoreDamagedError, match="no store at all"):
        open_store(path, create=create)
    assert path.read_text(encoding="utf-8") == "dear office" * 1000


@IN_A_FILE
def test_a_file_cut_short_is_refused(file_store: str, tmp_path: Path) -> None:
    path = tmp_path / "books.zqland"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreDamagedError, match="restore the last backup"):
        open_store(file_store).reading().reserve()


@IN_A_FILE
def test_damage_within_a_file_is_found_before_it_is_backed_up(
    file_store: str, tmp_path: Path, opened: Callable[..., Store]
) -> None:
    path = tmp_path / "books.zqland"
    content = bytearray(path.read_bytes())
    for start in range(20_480, len(content), 4096):
        content[start : start + 64] = bytes(range(64))
    path.write_bytes(content)
    with pytest.raises(StoreDamagedError):
        back_up(opened(file_store), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_missing_file_is_not_made_by_opening_it(tmp_path: Path) -> None:
    path = tmp_path / "none.zqland"
    with pytest.raises(StoreMissingError, match="zqland store init"):
        open_store(path)
    assert not path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="folder"):
        open_store(tmp_path / "no" / "books.zqland", create=True)


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="no store"):
        open_store(tmp_path)


@pytest.mark.parametrize(
    "address", ["", "mysql://a:secret@b/c", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(StoreMissingError, match="no address of a store") as error:
        open_store(address)
    assert "secret" not in str(error.value)
