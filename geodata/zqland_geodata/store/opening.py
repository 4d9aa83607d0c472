"""Open, create and upgrade a store."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from zqland.text import Text
from zqland_geodata.errors import (
    RecordError,
    StoreDamagedError,
    StoreExistsError,
    StoreMissingError,
    StoreTooNewError,
    StoreTooOldError,
)
from zqland_geodata.store import engine as engines
from zqland_geodata.store import migrating, revisions
from zqland_geodata.store.faults import in_words
from zqland_geodata.store.reading import Reader
from zqland_geodata.store.revisions import Revision
from zqland_geodata.store.rows import Writer
from zqland_geodata.store.schema import META, REVISIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from sqlalchemy import Connection, Engine, RootTransaction
    from sqlalchemy.engine import URL

LOCK = "lock"
"""The row of *meta* that those who write to PostgreSQL lock, one after the other."""

_MISSING = Text(
    en="There is no store at {store}. Create one with `zqland store init`, or name "
    "another.",
    zh="{store} 处没有台账库。请用 `zqland store init` 新建，或指定其他地址。",
)
_NO_FOLDER = Text(
    en="The folder of {store} does not exist. Create it, or name another place.",
    zh="{store} 所在的文件夹不存在。请先创建，或改用其他位置。",
)
_NO_STORE = Text(
    en="{store} is a database, but no store of zqland. Name another, or create the "
    "store in an empty database with `zqland store init`.",
    zh="{store} 是数据库，但不是 zqland 台账库。请指定其他地址，"
    "或在空数据库中用 `zqland store init` 新建。",
)
_THERE = Text(
    en="{store} holds a store already. Open it, or name another place.",
    zh="{store} 处已有台账库。请直接打开，或改用其他位置。",
)
_TOO_NEW = Text(
    en="{store} was written by a newer zqland (its form is {found}, this program knows "
    "up to {known}). Nothing was changed. Install the newer zqland to open it.",
    zh="{store} 由更新版本的 zqland 写入（库格式 {found}，本程序最高支持 {known}）。"
    "未作任何更改。请安装新版本后打开。",
)
_TOO_OLD = Text(
    en="{store} is of an older zqland (its form is {found}, this program needs "
    "{known}). Run `zqland store upgrade --backup FILE`: it keeps a copy first.",
    zh="{store} 由旧版本的 zqland 写入（库格式 {found}，本程序需要 {known}）。"
    "请运行 `zqland store upgrade --backup 文件`，升级前会先留存备份。",
)
_NO_LOCK = Text(
    en="{store} lacks the row that those who write lock. Restore the last backup.",
    zh="{store} 缺少写入锁记录。请恢复最近的备份。",
)
_NO_POSTGIS = Text(
    en="{store}: PostGIS is not installed on the server. Install it there (Debian: "
    "postgresql-15-postgis-3), then run `zqland store init`.",
    zh="{store}：服务器未安装 PostGIS。请先安装（Debian：postgresql-15-postgis-3），"
    "再运行 `zqland store init`。",
)
_NO_REASON = Text(
    en="Every change of the books needs who makes it and why: give both (--by, --why).",
    zh="更改台账须注明经办人和理由：请同时提供（--by、--why）。",
)


def now() -> dt.datetime:
    """Tell the time, with its zone."""
    return dt.datetime.now(dt.UTC)


class Store:
    """The books of a reserve, in a file or on a server.

    Several processes and threads may use one store; each thread may use the same
    object.
    """

    def __init__(
        self, engine: Engine, name: str, *, clock: Callable[[], dt.datetime] = now
    ) -> None:
        self.engine = engine
        self.name = name
        self._clock = clock
        self._opened_in = os.getpid()

    def __enter__(self) -> Self:
        """Use the store within a block, and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self.close()

    @property
    def is_postgis(self) -> bool:
        """Tell whether the store is on PostgreSQL."""
        return self.engine.dialect.name == "postgresql"

    def reading(self) -> Reader:
        """Read the store; see `Reader`."""
        return Reader(self._connected)

    @contextmanager
    def writing(self, *, by: str, why: str, command: str = "") -> Iterator[Writer]:
        """Write one revision: all that is written in the block, or nothing.

        One writes at a time; others wait, and read what was there before. A block that
        writes nothing leaves no revision.

        Parameters
        ----------
        by
            Who.
        why
            The reason.
        command
            The command that is used.

        Yields
        ------
        writer
            Writes rows.

        Raises
        ------
        RecordError
            Nobody or no reason was named.
        StoreError
            The store is busy, full, lost or damaged; nothing was written.
        """
        if not by.strip() or not why.strip():
            raise RecordError(_NO_REASON)
        said = (by.strip(), why.strip(), command)
        token = str(uuid.uuid4())
        with (
            in_words(self.name),
            engines.for_writing(self.engine) as connection,
            connection.begin() as transaction,
        ):
            writer = Writer(connection, self._begin_revision(connection, said, token))
            yield writer
            if writer.count:
                self._commit(transaction, token)
            else:
                transaction.rollback()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with (
            in_words(self.name),
            engines.for_reading(self.engine) as connection,
            connection.begin(),
        ):
            # Somebody may have upgraded it since it was opened.
            _refuse_form(migrating.form_now(connection), self.name)
            yield connection

    def _commit(self, transaction: RootTransaction, token: str) -> None:
        """Commit; where the answer is lost, look whether it was done."""
        try:
            transaction.commit()
        except DBAPIError:
            if not self._is_recorded(token):
                raise

    def _is_recorded(self, token: str) -> bool:
        query = sa.select(REVISIONS.c.revision).where(REVISIONS.c.token == token)
        try:
            with engines.for_reading(self.engine) as connection:
                return connection.scalar(query) is not None
        except DBAPIError:
            return False

    def _begin_revision(
        self, connection: Connection, said: tuple[str, str, str], token: str
    ) -> Revision:
        """Take the lock, then the next number: numbers follow the order of commits."""
        _lock(connection, self.name)
        # Who upgrades takes the same lock: from here on it stays of this form.
        _refuse_form(migrating.form_now(connection), self.name)
        last = revisions.last_number(connection)
        at = self._clock().astimezone(dt.UTC).replace(microsecond=0)
        if last:
            # A clock that was set back must not bring moments out of order.
            at = max(at, revisions.revision_of(connection, last).at)
        by, why, command = said
        values = {"by": by, "why": why, "command": command}
        revision = Revision(number=last + 1, at=at, **values)
        connection.execute(
            sa.insert(REVISIONS).values(
                revision=revision.number,
                at=at.replace(tzinfo=None),
                token=token,
                **values,
            )
        )
        return revision


def open_store(
    address: str | Path,
    *,
    create: bool = False,
    fictional: bool = False,
    wait_s: float = engines.WAIT_S,
    clock: Callable[[], dt.datetime] = now,
) -> Store:
    """Open a store.

    Parameters
    ----------
    address
        Path of a file, ``sqlite:///path``, or ``postgresql://user@server/database``.
    create
        Whether to make a new store there, in one transaction.
    fictional
        Whether a new store is for records that describe no real ground.
    wait_s
        How long one waits for others who are writing, in seconds.
    clock
        Tells the time of revisions.

    Returns
    -------
    store
        The store, of the form that this program knows.

    Raises
    ------
    StoreMissingError
        There is none, or what is there is no store.
    StoreExistsError
        One shall be made where one is.
    StoreTooNewError, StoreTooOldError
        It is of another form.
    StoreError
        It cannot be reached, is busy or damaged.
    """
    url = engines.store_url(address)
    name = engines.shown(url)
    _check_place(url, name, create=create)
    engine = engines.connect(url, wait_s=wait_s)
    try:
        with in_words(name):
            if create:
                _create(engine, name, fictional=fictional)
            _check_form(engine, name)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, name, clock=clock)


def upgrade_store(address: str | Path, *, wait_s: float = engines.WAIT_S) -> str | None:
    """Bring a store of an older zqland to the present form, in one transaction.

    Parameters
    ----------
    address
        As for `open_store`.
    wait_s
        How long one waits for others who are writing, in seconds.

    Returns
    -------
    form
        The form that it had; None where it was of the present form.

    Raises
    ------
    StoreMissingError
        There is no store.
    StoreTooNewError
        It is of a newer form.
    """
    url = engines.store_url(address)
    name = engines.shown(url)
    _check_place(url, name, create=False)
    engine = engines.connect(url, wait_s=wait_s)
    try:
        with in_words(name), engines.for_writing(engine) as connection:
            with connection.begin():
                _refuse_form(migrating.form_of(connection), name, upgrading=True)
                # Those who write in the older form finish first.
                _lock(connection, name)
                form = migrating.form_now(connection)
                _refuse_form(form, name, upgrading=True)
                if form == migrating.newest():
                    return None
                migrating.upgrade(connection)
            return form
    finally:
        engine.dispose()


def _check_place(url: URL, name: str, *, create: bool) -> None:
    """Look at the file before SQLite makes an empty one."""
    if url.get_backend_name() != "sqlite":
        return
    path = Path(str(url.database))
    if path.is_dir():
        raise StoreMissingError(_MISSING.format(store=name))
    if not path.exists() and not create:
        raise StoreMissingError(_MISSING.format(store=name))
    if create and not path.parent.is_dir():
        raise StoreMissingError(_NO_FOLDER.format(store=name))


def _create(engine: Engine, name: str, *, fictional: bool) -> None:
    with engines.for_writing(engine) as connection, connection.begin():
        make_tables(connection, name)
        facts = {
            LOCK: "one writes at a time",
            "fictional": "yes" if fictional else "no",
            "store_id": str(uuid.uuid4()),
        }
        rows = [{"name": key, "value": value} for key, value in facts.items()]
        connection.execute(sa.insert(META), rows)


def make_tables(connection: Connection, name: str) -> None:
    """Make the tables of a store, all empty, where there is none yet.

    Parameters
    ----------
    connection
        A connection with an open transaction that writes.
    name
        Name of the store for a reader.

    Raises
    ------
    StoreExistsError
        There is a store.
    StoreMissingError
        The database is used for something else, or has no PostGIS.
    """
    if migrating.form_of(connection) is not None:
        raise StoreExistsError(_THERE.format(store=name))
    if sa.inspect(connection).has_table(META.name):
        raise StoreMissingError(_NO_STORE.format(store=name))
    if connection.dialect.name == "postgresql":
        query = sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'")
        if connection.scalar(query) is None:
            raise StoreMissingError(_NO_POSTGIS.format(store=name))
    migrating.upgrade(connection)


def _lock(connection: Connection, name: str) -> None:
    """Wait for those who write, and let others wait until the transaction ends."""
    row = sa.select(META.c.value).where(META.c.name == LOCK)
    if connection.scalar(row.with_for_update()) is None:
        raise StoreDamagedError(_NO_LOCK.format(store=name))


def _check_form(engine: Engine, name: str) -> None:
    with engines.for_reading(engine) as connection, connection.begin():
        _refuse_form(migrating.form_of(connection), name)


def _refuse_form(form: str | None, name: str, *, upgrading: bool = False) -> None:
    if form is None:
        raise StoreMissingError(_NO_STORE.format(store=name))
    newest = migrating.newest()
    facts = {"store": name, "found": form, "known": newest}
    if form not in migrating.forms():
        raise StoreTooNewError(_TOO_NEW.format(**facts))
    if form != newest and not upgrading:
        raise StoreTooOldError(_TOO_OLD.format(**facts))
