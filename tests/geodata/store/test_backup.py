"""A backup holds all; it is restored into either database, whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import sqlalchemy as sa

from zqland_geodata.errors import (
    StoreDamagedError,
    StoreExistsError,
    StoreMissingError,
    StoreTooNewError,
)
from zqland_geodata.store import carrying
from zqland_geodata.store import engine as engines
from zqland_geodata.store.backup import back_up, restore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zqland.testing import Cluster
    from zqland_geodata.store import Store


@pytest.fixture
def used(filled: Store) -> Store:
    """Give a store with a change, a hold on part of a parcel and an open end."""
    with filled.writing(by="李工", why="更名") as writer:
        writer.change("parcels", "A-1", {"name": "新名"}, seen=1)
        hold = {
            "parcel_id": "A-1",
            "home_zone": 4526,
            "home_geometry": writer.reading.parcel("A-1")["home_geometry"],
            "held_from": "2023-01-01",
            "held_until": "2023-06-30",
        }
        writer.add("holds", hold)
    return filled


@pytest.fixture(params=["sqlite", "postgis"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a place for a restored store, in each database."""
    if request.param == "sqlite":
        return str(tmp_path / "restored.zqland")
    made: str = request.getfixturevalue("cluster").create_database()
    return made


def digest_of(store: Store) -> str:
    with store.reading().connection() as connection:
        return carrying.digest(connection)


def test_a_restored_store_holds_all_rows_and_all_revisions(
    used: Store, tmp_path: Path, new_place: str, opened: Callable[..., Store]
) -> None:
    back_up(used, tmp_path / "backup")
    copied = restore(tmp_path / "backup", new_place)
    restored = opened(new_place)
    assert digest_of(restored) == digest_of(used)
    assert (copied.version, copied.rows["parcels"], copied.rows["holds"]) == (2, 3, 1)
    for known_at in (1, 2):
        one, other = (
            store.reading().reserve(known_at=known_at).parcels
            for store in (used, restored)
        )
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_a_restored_store_goes_on_being_written(
    used: Store, tmp_path: Path, new_place: str, opened: Callable[..., Store]
) -> None:
    back_up(used, tmp_path / "backup")
    restore(tmp_path / "backup", new_place)
    restored = opened(new_place)
    with restored.writing(by="a", why="b") as writer:
        assert writer.change("parcels", "A-1", {"name": "又名"}, seen=2) == 3
    assert restored.reading().version == 3


def test_shapes_in_postgis_know_their_system(
    used: Store, tmp_path: Path, cluster: Cluster, opened: Callable[..., Store]
) -> None:
    place = cluster.create_database()
    back_up(used, tmp_path / "backup")
    restore(tmp_path / "backup", place)
    query = (
        "SELECT ST_SRID(p.home_geometry), ST_SRID(p.geometry), "
        "ST_Equals(p.home_geometry, h.home_geometry) "
        "FROM parcels p JOIN holds h USING (parcel_id) WHERE p.replaced_in IS NULL"
    )
    with engines.for_reading(opened(place).engine) as connection:
        assert tuple(connection.exec_driver_sql(query).one()) == (4526, 4490, True)


def test_a_backup_is_one_file_and_a_store_itself(
    used: Store, tmp_path: Path, opened: Callable[..., Store]
) -> None:
    folder = tmp_path / "backups"
    back_up(used, folder / "backup")
    assert [path.name for path in folder.iterdir()] == ["backup"]
    assert opened(folder / "backup").reading().version == 2


def test_a_backup_tells_how_far_it_is(used: Store, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    back_up(used, tmp_path / "a", report=lambda done, total: told.append((done, total)))
    if used.is_postgis:
        assert told[-1][0] == told[-1][1] > 0


def test_a_backup_is_never_written_over_a_file(used: Store, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("keep me", encoding="utf-8")
    with pytest.raises(StoreExistsError, match="never written over"):
        back_up(used, tmp_path / "letter")
    assert (tmp_path / "letter").read_text(encoding="utf-8") == "keep me"


def test_a_backup_is_never_restored_over_a_store(
    used: Store, address: str, tmp_path: Path
) -> None:
    back_up(used, tmp_path / "backup")
    before = digest_of(used)
    with pytest.raises(StoreExistsError):
        restore(tmp_path / "backup", address)
    assert digest_of(used) == before


def test_a_missing_backup_is_named(tmp_path: Path, new_place: str) -> None:
    with pytest.raises(StoreMissingError, match="nothing-here"):
        restore(tmp_path / "nothing-here", new_place)


def test_a_damaged_backup_restores_nothing(
    used: Store, tmp_path: Path, new_place: str
) -> None:
    path = tmp_path / "backup"
    back_up(used, path)
    content = bytearray(path.read_bytes())
    content[8192:20_480] = bytes(12_288)
    path.write_bytes(content)
    with pytest.raises(StoreDamagedError, match="Nothing was restored"):
        restore(path, new_place)
    restored = engines.connect(engines.store_url(new_place))
    with engines.for_reading(restored) as connection:
        assert not sa.inspect(connection).has_table("parcels")
    restored.dispose()


def test_a_text_file_is_no_backup(tmp_path: Path, new_place: str) -> None:
    path = tmp_path / "letter"
    path.write_text("no store at all" * 100, encoding="utf-8")
    with pytest.raises(StoreDamagedError, match="Nothing was restored"):
        restore(path, new_place)


def test_restoring_leaves_the_backup_as_it_is(
    used: Store, tmp_path: Path, new_place: str
) -> None:
    path = tmp_path / "one" / "backup"
    back_up(used, path)
    before = path.read_bytes()
    restore(path, new_place)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_backup_of_a_newer_zqland_is_refused(
    used: Store, tmp_path: Path, new_place: str
) -> None:
    path = tmp_path / "backup"
    back_up(used, path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '2031'")
    connection.close()
    with pytest.raises(StoreTooNewError):
        restore(path, new_place)


def test_a_backup_is_of_one_moment_while_others_write(
    used: Store, address: str, tmp_path: Path, opened: Callable[..., Store]
) -> None:
    other = opened(address)
    with other.writing(by="a", why="in the middle") as writer:
        writer.change("parcels", "A-2", {"name": "半"}, seen=1)
        back_up(used, tmp_path / "backup")
    assert opened(tmp_path / "backup").reading().version == 2


def test_a_copy_of_a_backup_is_as_good(
    used: Store, tmp_path: Path, opened: Callable[..., Store]
) -> None:
    back_up(used, tmp_path / "backup")
    shutil.copyfile(tmp_path / "backup", tmp_path / "copy")
    assert digest_of(opened(tmp_path / "copy")) == digest_of(used)
