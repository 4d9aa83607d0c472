"""Find a password in the file in which the programs of PostgreSQL keep them.

A line is ``host:port:database:user:password``; a star stands for anything, and a
backslash before a colon or a backslash takes its meaning away. The first line that fits
counts. For a server on a socket the host is ``localhost``, or the folder of the socket.

References
----------
PostgreSQL 15, 34.16 The Password File.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

from zqland.text import Text
from zqland_geodata.errors import StoreAccessError

_SOCKETS = ("/var/run/postgresql", "/run/postgresql", "/tmp")  # noqa: S108 - a socket's
_FIELD = re.compile(r"((?:\\.|[^\\:])*)(?::|$)")
_ESCAPED = re.compile(r"\\(.)")
_FIELDS = 5
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_OPEN = Text(
    en="The password file {file} may be read or written by others, and is not used. "
    "Run `chmod 600 {file}`.",
    zh="密码文件 {file} 可被他人读取或改写，未使用。请运行 `chmod 600 {file}`。",
)
_UNREADABLE = Text(
    en="The password file {file} cannot be read ({reason}). Correct PGPASSFILE, or the "
    "rights of the file.",
    zh="密码文件 {file} 无法读取（{reason}）。请检查 PGPASSFILE 或文件权限。",
)


def kept(host: str, port: int, database: str, user: str) -> str | None:
    """Look a password up.

    Parameters
    ----------
    host
        Name of the server, or the folder of its socket.
    port, database, user
        The rest of the address.

    Returns
    -------
    password
        That of the first line that fits; None where there is no file or no such line.

    Raises
    ------
    StoreAccessError
        Others than the user may read the file that has it, or nobody can.
    """
    stated = os.environ.get("PGPASSFILE")
    file = Path(stated) if stated else _usual_file()
    if not file.is_file():
        return None
    try:
        is_open = os.name == "posix" and bool(file.stat().st_mode & _OTHERS)
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        text = _UNREADABLE.format(file=file, reason=type(error).__name__)
        raise StoreAccessError(text) from error
    hosts = {host, "localhost"} if host in _SOCKETS else {host}
    wanted = (hosts, {str(port)}, {database}, {user})
    for line in lines:
        fields = _fields(line)
        if len(fields) == _FIELDS and all(
            field == "*" or _plain(field) in allowed
            for field, allowed in zip(fields, wanted, strict=False)
        ):
            if is_open:
                raise StoreAccessError(_OPEN.format(file=file))
            return _plain(fields[-1])
    return None


def _usual_file() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", "~"), "postgresql", "pgpass.conf")
    return Path("~/.pgpass").expanduser()


def _fields(line: str) -> list[str]:
    """Divide a line at its colons; the password is what is behind the fourth."""
    if line.startswith("#"):
        return []
    fields: list[str] = []
    start = 0
    while len(fields) < _FIELDS - 1:
        found = _FIELD.match(line, start)
        if found is None or not found.group().endswith(":"):
            return []
        fields.append(found.group(1))
        start = found.end()
    return [*fields, line[start:]]


def _plain(field: str) -> str:
    return _ESCAPED.sub(r"\1", field)
