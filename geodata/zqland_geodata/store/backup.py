"""Back up a store into one file, and restore it into either database.

A backup is a store in a SQLite file, whatever it was made from: it can be opened and
read as it is. Restored into PostgreSQL it is the way from the file to the server, and
a backup of the server restored into a file is the way back.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa

from zqland.text import Text
from zqland_geodata.errors import (
    StoreDamagedError,
    StoreError,
    StoreExistsError,
    StoreMissingError,
)
from zqland_geodata.outfiles import write_whole
from zqland_geodata.store import carrying, revisions
from zqland_geodata.store import engine as engines
from zqland_geodata.store.faults import in_words
from zqland_geodata.store.opening import (
    Store,
    make_tables,
    open_store,
    upgrade_store,
)
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

    Report = Callable[[int, int], object]

_THERE = Text(
    en="{store} is there already. A backup is never written over anything: name a new "
    "file, or move the old one away.",
    zh="{store} 已存在。备份和恢复不会覆盖任何内容：请使用新文件名，或先移走旧文件。",
)
_NO_BACKUP = Text(
    en="There is no backup at {store}. Name the file that `zqland store backup` wrote.",
    zh="{store} 处没有备份。请指定由 `zqland store backup` 写出的文件。",
)
_NO_STORE = Text(
    en="There is no store at {store}. Name the file of a store.",
    zh="{store} 处没有台账库。请指定台账库文件。",
)
_ON_SERVER = Text(
    en="{store} is of an older form and on a server. Back it up with pg_dump, then "
    "upgrade without --backup; nothing was changed.",
    zh="{store} 是服务器上的旧格式台账库。请先用 pg_dump 备份，"
    "再不带 --backup 升级；未作任何更改。",
)
_DAMAGED = Text(
    en="{store} is damaged ({reason}). Nothing was restored. Take another backup.",
    zh="{store} 已损坏（{reason}）。未恢复任何内容，请换用其他备份。",
)
_DIFFERS = Text(
    en="What was written to {store} does not read back the same; it was undone. Check "
    "the disk, then try again.",
    zh="写入 {store} 的内容回读不一致，已撤销。请检查磁盘后重试。",
)


@dataclass(frozen=True, slots=True)
class Copied:
    """What was backed up or restored.

    Attributes
    ----------
    name
        Where it is now.
    version
        The version of the ledger.
    rows
        Rows by table, all versions counted.
    """

    name: str
    version: int
    rows: Mapping[str, int]


def back_up(
    store: Store, target: str | Path, *, report: Report | None = None
) -> Copied:
    """Write a store into a file, whole or not at all, while others go on working.

    Parameters
    ----------
    store
        The store; what is written to it meanwhile is not in the backup.
    target
        The file; there must be none.
    report
        Told how many rows of how many are done.

    Returns
    -------
    copied
        What is in the backup.

    Raises
    ------
    StoreExistsError
        There is a file already.
    StoreError
        The store or the disk of the backup cannot be used.
    """
    path = Path(target)
    if path.exists():
        raise StoreExistsError(_THERE.format(store=path))
    with in_words(str(path)):
        if store.is_postgis:
            write_whole(path, lambda draft: _to_file(store, draft, report))
        else:
            write_whole(path, lambda draft: _copy_pages(store, draft))
    return _summary(path, str(path))


def back_up_older(address: str | Path, target: str | Path) -> None:
    """Write a store of any form into a file, as it is, before it is upgraded.

    Parameters
    ----------
    address
        Path of the store; it is only read.
    target
        The file; there must be none.

    Raises
    ------
    StoreMissingError
        There is no store.
    StoreExistsError
        There is a file already.
    StoreError
        The store is on a server, whose own programs have to be used, or it or the
        disk of the backup cannot be used.
    """
    url, path = engines.store_url(address), Path(target)
    name = engines.shown(url)
    if url.get_backend_name() != "sqlite":
        raise StoreError(_ON_SERVER.format(store=name))
    if not Path(str(url.database)).is_file():
        raise StoreMissingError(_NO_STORE.format(store=name))
    if path.exists():
        raise StoreExistsError(_THERE.format(store=path))
    engine = engines.connect(url, keeps_mode=True)
    try:
        with in_words(name):
            write_whole(path, lambda draft: _copy_pages(Store(engine, name), draft))
    finally:
        engine.dispose()


def restore(
    backup: str | Path, address: str | Path, *, report: Report | None = None
) -> Copied:
    """Restore a backup where no store is, whole or not at all.

    Parameters
    ----------
    backup
        The file; it is only read. One of an older form is brought to the present.
    address
        Path of a new file, or the address of an empty PostgreSQL database.
    report
        Told how many rows of how many are done.

    Returns
    -------
    copied
        What was restored.

    Raises
    ------
    StoreMissingError
        There is no backup, or it is no store.
    StoreExistsError
        There is a store already.
    StoreDamagedError
        The backup is damaged.
    StoreError
        The place of the new store cannot be used.
    """
    path = Path(backup)
    if not path.is_file():
        raise StoreMissingError(_NO_BACKUP.format(store=path))
    url = engines.store_url(address)
    name = engines.shown(url)
    in_a_file = url.get_backend_name() == "sqlite"
    if in_a_file and Path(str(url.database)).exists():
        raise StoreExistsError(_THERE.format(store=name))
    with tempfile.TemporaryDirectory(prefix="zqland-") as aside:
        # Only a copy is opened: a backup may lie where nothing can be written.
        copy = Path(aside, "backup")
        shutil.copyfile(path, copy)
        _check_whole(copy, str(path))
        upgrade_store(copy)
        summary = _summary(copy, name)
        with in_words(name):
            if in_a_file:
                target = Path(str(url.database))
                write_whole(target, lambda draft: shutil.copyfile(copy, draft))
            else:
                _to_server(copy, url, report)
    return summary


def _copy_pages(store: Store, draft: Path) -> None:
    """Copy a file page by page in one state, whoever writes meanwhile."""
    source = store.engine.raw_connection()
    try:
        with closing(sqlite3.connect(draft)) as target:
            cast("sqlite3.Connection", source.driver_connection).backup(target)
            # One file, without those that stand beside a file in use.
            target.execute("PRAGMA journal_mode=DELETE")
    finally:
        source.close()
    _check_whole(draft, store.name)


def _to_file(store: Store, draft: Path, report: Report | None) -> None:
    # One file, without those that stand beside a file in use.
    engine = engines.connect(engines.store_url(draft), keeps_mode=True)
    try:
        with (
            store.reading().connection() as source,
            engines.for_writing(engine) as target,
            target.begin(),
        ):
            _carry(source, target, (draft.name, report))
    finally:
        engine.dispose()


def _to_server(copy: Path, url: URL, report: Report | None) -> None:
    store = open_store(copy)
    engine = engines.connect(url)
    try:
        with (
            store.reading().connection() as source,
            engines.for_writing(engine) as target,
            target.begin(),
        ):
            _carry(source, target, (engines.shown(url), report))
            carrying.continue_numbers(target)
    finally:
        engine.dispose()
        store.close()


def _carry(
    source: Connection, target: Connection, named: tuple[str, Report | None]
) -> None:
    """Carry all rows over, and read back that they are the same."""
    name, report = named
    make_tables(target, name)
    if carrying.carry(source, target, report=report) != carrying.digest(target):
        raise StoreDamagedError(_DIFFERS.format(store=name))


def _check_whole(path: Path, name: str) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise StoreDamagedError(_DAMAGED.format(store=name, reason=error)) from error
    if found != "ok":
        reason = str(found).splitlines()[0]
        raise StoreDamagedError(_DAMAGED.format(store=name, reason=reason))


def _summary(path: Path, name: str) -> Copied:
    engine = engines.connect(engines.store_url(path), keeps_mode=True)
    try:
        with engine.connect() as connection:
            count = sa.func.count()
            rows = {
                record.name: connection.scalar(
                    sa.select(count).select_from(record.table)
                )
                or 0
                for record in RECORDS.values()
            }
            version = revisions.last_number(connection)
    finally:
        engine.dispose()
    return Copied(name=name, version=version, rows=rows)
