"""Connect to SQLite and PostgreSQL so that both keep the same promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from zqland.text import Text
from zqland_geodata.errors import StoreMissingError
from zqland_geodata.store import server

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

WRITING = "zqland_writing"
"""Execution option of a connection that is going to write."""

WAIT_S = 30.0
"""How long one waits for others who are writing, in seconds."""

_NO_URL = Text(
    en="“{url}” is no address of a store. Give the path of a file, or an address such "
    "as postgresql://user@server/database.",
    zh="“{url}”不是台账库地址。请给出文件路径，"
    "或形如 postgresql://用户@服务器/数据库 的地址。",
)


def store_url(address: str | Path) -> URL:
    """Read the address of a store.

    Parameters
    ----------
    address
        Path of a file, ``sqlite:///path`` or ``postgresql://…``.

    Returns
    -------
    url
        The address with its driver.

    Raises
    ------
    StoreMissingError
        It is neither, or says more than is understood.

    Examples
    --------
    >>> store_url("books.zqland").drivername
    'sqlite'
    >>> store_url("postgresql://clerk@office/reserve").drivername
    'postgresql+pg8000'
    """
    text = str(address).strip()
    if "://" not in text and text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreMissingError(_NO_URL.format(url=_safe(text))) from error
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return URL.create("sqlite", database=url.database)
    if backend in ("postgresql", "postgres"):
        server.check_address(url)
        return url.set(drivername=server.DRIVER)
    raise StoreMissingError(_NO_URL.format(url=_safe(text)))


def shown(url: URL) -> str:
    """Name a store for a reader: the path, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def connect(url: URL, *, wait_s: float = WAIT_S, keeps_mode: bool = False) -> Engine:
    """Make an engine; nothing is opened before it is needed.

    Parameters
    ----------
    url
        As from `store_url`.
    wait_s
        How long one waits for others who are writing, in seconds.
    keeps_mode
        Whether to leave a file in the form in which it is, as for a backup.

    Returns
    -------
    engine
        Transactions begin when they are asked to, those that write
        (`WRITING`) with the lock of SQLite.
    """
    if url.get_backend_name() == "sqlite":
        facts: dict[str, Any] = {"timeout": wait_s}
        engine = sa.create_engine(url, connect_args=facts, pool_timeout=wait_s)
        prepare = _prepare_plainly if keeps_mode else _prepare_sqlite
        sa.event.listen(engine, "connect", prepare)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    facts = server.connection_facts(url, wait_s=wait_s)
    return sa.create_engine(
        url,
        creator=lambda: server.ServerConnection(**facts),
        pool_pre_ping=True,
        pool_timeout=wait_s,
    )


def for_reading(engine: Engine) -> Connection:
    """Open a connection that sees one state of the store as long as it reads."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        return connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    return connection


def for_writing(engine: Engine) -> Connection:
    """Open a connection that is going to write."""
    return engine.connect().execution_options(**{WRITING: True})


def _prepare_plainly(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI
    # The driver shall not begin transactions by itself: it begins them too late.
    connection.isolation_level = None


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ANN401 - DBAPI
    _prepare_plainly(connection, record)
    cursor = connection.cursor()
    # Readers go on while somebody writes, and a commit survives a power cut.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and locks later lets two writers read the same
    # state; those who mean to write take the lock before they look.
    writes = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _safe(text: str) -> str:
    """Leave out what could be a password."""
    head, at, tail = text.rpartition("@")
    return f"{head.partition('://')[0]}://***@{tail}" if at else text
