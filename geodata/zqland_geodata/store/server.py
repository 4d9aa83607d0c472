"""Speak to a server of PostgreSQL.

The driver is written in Python. It leaves three things to whoever uses it, which are
done here: what breaks on the way comes as the errors of the network that Python has; a
statement that ends half-way leaves answers behind that the next would take for its own;
and the programs of PostgreSQL take more in an address than the driver does.

What an address may say after the question mark:

================  ================================================================
``host``          folder of the socket, or name of the server
``port``          5432 where nothing is said
``user``          where it does not stand before the ``@``
``sslmode``       ``disable``: in the open. ``prefer`` (where nothing is said): in
                  secret if the server can, without looking who it is. ``require``: in
                  secret or not at all, without looking who it is. ``verify-full``: in
                  secret, and the certificate of the server must be signed by an
                  authority that is trusted and name the host of the address. Over a
                  network that others use, take ``verify-full``
``sslrootcert``   with ``verify-full``: file of the authorities that are trusted (PEM);
                  those of the system where nothing is said
================  ================================================================

A password is best kept out of addresses, which others see: without one it is taken
from ``PGPASSWORD``, else from the password file (``PGPASSFILE``, ``~/.pgpass``).
Certificates of clients are not sent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import os
import socket
import ssl
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pg8000
from pg8000.converters import DATE, TIMESTAMP
from pg8000.dbapi import Connection as PlainConnection

from zqland.text import Text
from zqland_geodata.errors import StoreMissingError
from zqland_geodata.store import passwords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import URL

DRIVER = "postgresql+pg8000"

_CONNECT_S = 10
_QUIET_S = 60
"""After so long without a word, one asks whether the other side is still there."""

_PORT = 5432
_SOCKETS = "/var/run/postgresql"

_MODES = ("disable", "prefer", "require", "verify-full")
_KNOWN = ("host", "port", "user", "sslmode", "sslrootcert")

_SETTINGS = {
    "timezone": "UTC",
    # The forms in which the driver reads values, whatever the server prefers.
    "client_encoding": "UTF8",
    "DateStyle": "ISO",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}

_UNKNOWN = Text(
    en="The address of the store says {unknown}, which is not known. After the "
    "question mark there may be: {known}.",
    zh="台账库地址中的 {unknown} 无法识别。问号之后可用：{known}。",
)
_NO_MODE = Text(
    en="The address of the store says sslmode={mode}. It may be: {known}.",
    zh="台账库地址中 sslmode={mode} 无法识别。可用：{known}。",
)
_NO_PORT = Text(
    en="The address of the store says port={port}; a port is a number, such as 5432.",
    zh="台账库地址中 port={port} 无法识别；端口应为数字，例如 5432。",
)
_NO_CERTIFICATES = Text(
    en="The certificates {path}, which the address of the store names as sslrootcert, "
    "cannot be read. Name a file of certificates in PEM form.",
    zh="台账库地址中 sslrootcert 指定的证书文件 {path} 无法读取。"
    "请指定 PEM 格式的证书文件。",
)


def check_address(url: URL) -> None:
    """Refuse an address that says more than is understood.

    Parameters
    ----------
    url
        Address of a database.

    Raises
    ------
    StoreMissingError
        It has an option or a value that is not known.
    """
    said = {name: str(value) for name, value in url.query.items()}
    unknown = sorted(set(said) - set(_KNOWN))
    if unknown:
        facts = {"unknown": ", ".join(unknown), "known": ", ".join(_KNOWN)}
        raise StoreMissingError(_UNKNOWN.format(**facts))
    mode = said.get("sslmode", "prefer")
    if mode not in _MODES:
        raise StoreMissingError(_NO_MODE.format(mode=mode, known=", ".join(_MODES)))
    if not said.get("port", "1").isdecimal():
        raise StoreMissingError(_NO_PORT.format(port=said["port"]))


def connection_facts(url: URL, *, wait_s: float) -> dict[str, Any]:
    """Say how to connect to a server.

    Parameters
    ----------
    url
        Address of a database. What it leaves out is taken from ``PGHOST``, ``PGPORT``,
        ``PGUSER`` and ``PGPASSWORD``, and the password from the password file, as by
        the programs of PostgreSQL.
    wait_s
        How long one waits for others who are writing, in seconds.

    Returns
    -------
    facts
        Arguments of `ServerConnection`.

    Raises
    ------
    StoreMissingError
        The certificates that it names cannot be read.
    StoreAccessError
        Others than the user may read the password file that has the password.
    """
    said = {name: str(value) for name, value in url.query.items()}
    user = url.username or said.get("user") or os.environ.get("PGUSER")
    user = user or getpass.getuser()
    host, port = _host_and_port(url, said)
    database = url.database or user
    password = url.password or os.environ.get("PGPASSWORD")
    password = password or passwords.kept(host, port, database, user)
    wait_ms = max(1, round(wait_s * 1000))
    return {
        "user": user,
        # Without any, the driver fails where the server asks for one.
        "password": str(password or ""),
        "database": database,
        "application_name": "zqland",
        "startup_params": _SETTINGS | {"lock_timeout": str(wait_ms)},
        **_place(host, port, said),
    }


class ServerConnection(PlainConnection):  # type: ignore[misc] # untyped driver
    """A connection that is either sound or closed."""

    def __init__(self, place: str | tuple[str, int], **facts: Any) -> None:  # noqa: ANN401 - those of the driver
        with _in_errors_of_the_driver(), contextlib.ExitStack() as undone:
            # The driver leaves its own socket open where there is no answer.
            way = undone.enter_context(_way_to(place))
            super().__init__(sock=way, **facts)
            undone.pop_all()
        # So far it was the time to connect; a statement may take longer.
        self._usock.settimeout(None)
        # Those of the driver try one pattern after another.
        self.register_in_adapter(DATE, dt.date.fromisoformat)
        self.register_in_adapter(TIMESTAMP, dt.datetime.fromisoformat)

    def execute_simple(self, statement: str) -> Any:  # noqa: ANN401 - of the driver
        """Execute a statement without values."""
        with self._closed_when_broken():
            return super().execute_simple(statement)

    def execute_unnamed(self, *args: Any, **facts: Any) -> Any:  # noqa: ANN401 - of the driver
        """Execute a statement with values."""
        with self._closed_when_broken():
            return super().execute_unnamed(*args, **facts)

    def commit(self) -> None:
        """Commit in one message: it is done or not, and there is one answer."""
        self.execute_simple("COMMIT")

    def rollback(self) -> None:
        """Undo what was not committed; the server does so where the way is closed."""
        if self._usock is not None and self._in_transaction:
            self.execute_simple("ROLLBACK")

    def close(self) -> None:
        """Close the connection, also one that is broken or closed."""
        with contextlib.suppress(pg8000.Error, OSError):
            super().close()

    @contextlib.contextmanager
    def _closed_when_broken(self) -> Iterator[None]:
        """Close the connection unless the server said in full what it has to say."""
        try:
            with _in_errors_of_the_driver():
                yield
        except pg8000.DatabaseError:
            raise
        except BaseException:
            self.close()
            raise


@contextlib.contextmanager
def _in_errors_of_the_driver() -> Iterator[None]:
    """Tell what breaks on the way as the driver tells it otherwise."""
    try:
        yield
    except (OSError, struct.error) as error:
        raise pg8000.InterfaceError("network error") from error


def _way_to(place: str | tuple[str, int]) -> socket.socket:
    """Open a socket, on which a server that is gone is noticed after a while."""
    if isinstance(place, str):
        way = socket.socket(socket.AF_UNIX)
        way.settimeout(_CONNECT_S)
        try:
            way.connect(place)
        except OSError:
            way.close()
            raise
        return way
    way = socket.create_connection(place, _CONNECT_S)
    way.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        way.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _QUIET_S)
    return way


def _host_and_port(url: URL, said: Mapping[str, str]) -> tuple[str, int]:
    """Say where the server is: a folder with a socket, or a host on the network."""
    port = int(url.port or said.get("port") or os.environ.get("PGPORT") or _PORT)
    host = url.host or said.get("host") or os.environ.get("PGHOST")
    if host is None:
        here = Path(_SOCKETS, f".s.PGSQL.{port}").exists()
        host = _SOCKETS if here else "localhost"
    return host, port


def _place(host: str, port: int, said: Mapping[str, str]) -> dict[str, Any]:
    """Say how to get there."""
    if host.startswith("/"):
        # Nobody listens between two programs of one machine.
        return {"place": f"{host}/.s.PGSQL.{port}", "ssl_context": False}
    return {"place": (host, port), "host": host, "ssl_context": _secrecy(said)}


def _secrecy(said: Mapping[str, str]) -> ssl.SSLContext | bool | None:
    """Say whether to speak in secret, and whom to believe."""
    mode, path = said.get("sslmode", "prefer"), said.get("sslrootcert")
    if mode == "verify-full":
        try:
            return ssl.create_default_context(cafile=path)
        except OSError as error:
            raise StoreMissingError(_NO_CERTIFICATES.format(path=path)) from error
    return {"disable": False, "require": True}.get(mode)
