"""Say what a fault of the database means, in sentences."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from zqland.text import Text
from zqland_geodata.errors import (
    StoreAccessError,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreLostError,
    StoreMissingError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BUSY = Text(
    en="{store} is being written by somebody else and did not become free in time. "
    "Nothing was written. Try again in a moment.",
    zh="{store} 正被他人写入，等待超时。未写入任何内容，请稍后重试。",
)
_FULL = Text(
    en="There is no room left on the disk of {store}. Nothing was written, and what "
    "was there before is whole. Make room, then try again.",
    zh="{store} 所在磁盘空间不足。未写入任何内容，原有内容完好。请清理磁盘后重试。",
)
_LOST = Text(
    en="{store} cannot be reached, or the connection broke. What was not finished has "
    "not been written; `zqland store history` shows the last entries. Check the "
    "network and the server, then try again.",
    zh="无法连接 {store}，或连接中断。未完成的内容没有写入，可用 "
    "`zqland store history` 查看最近的记录。请检查网络和服务器后重试。",
)
_DISK = Text(
    en="The disk of {store} cannot be read or written ({reason}). Nothing was written. "
    "Check whether it has room and is sound, then try again.",
    zh="{store} 所在磁盘无法读写（{reason}）。未写入任何内容。"
    "请检查磁盘空间和状态后重试。",
)
_DAMAGED = Text(
    en="{store} is damaged, or no store at all ({reason}). Leave it as it is, and "
    "restore the last backup elsewhere with `zqland store restore`.",
    zh="{store} 已损坏，或不是台账库（{reason}）。请勿改动该文件，"
    "用 `zqland store restore` 将最近的备份恢复到别处。",
)
_ACCESS = Text(
    en="{store} may not be opened or written by this user ({reason}). Ask for the "
    "right to the file or the database, or name another store.",
    zh="当前用户无权打开或写入 {store}（{reason}）。请申请文件或数据库权限，"
    "或改用其他台账库。",
)
_NO_DATABASE = Text(
    en="{store}: there is no such database. Create it first (createdb), then run "
    "`zqland store init`.",
    zh="{store}：数据库不存在。请先建库（createdb），再运行 `zqland store init`。",
)
_OTHER = Text(
    en="{store} refused ({reason}). Nothing was written.",
    zh="{store} 拒绝了操作（{reason}）。未写入任何内容。",
)

_Meaning = tuple[type[StoreError], Text]

_SQLITE: tuple[tuple[str, _Meaning], ...] = (
    ("SQLITE_BUSY", (StoreBusyError, BUSY)),
    ("SQLITE_LOCKED", (StoreBusyError, BUSY)),
    ("SQLITE_FULL", (StoreFullError, _FULL)),
    ("SQLITE_IOERR", (StoreAccessError, _DISK)),
    ("SQLITE_CORRUPT", (StoreDamagedError, _DAMAGED)),
    ("SQLITE_NOTADB", (StoreDamagedError, _DAMAGED)),
    ("SQLITE_READONLY", (StoreAccessError, _ACCESS)),
    ("SQLITE_CANTOPEN", (StoreAccessError, _ACCESS)),
    ("SQLITE_PERM", (StoreAccessError, _ACCESS)),
    ("SQLITE_AUTH", (StoreAccessError, _ACCESS)),
)

_POSTGRES: tuple[tuple[str, _Meaning], ...] = (
    ("53100", (StoreFullError, _FULL)),
    ("53200", (StoreFullError, _FULL)),
    ("55P03", (StoreBusyError, BUSY)),
    ("40P01", (StoreBusyError, BUSY)),
    ("40001", (StoreBusyError, BUSY)),
    ("53300", (StoreBusyError, BUSY)),
    ("08", (StoreLostError, _LOST)),
    ("57P", (StoreLostError, _LOST)),
    ("25P03", (StoreLostError, _LOST)),
    ("28", (StoreAccessError, _ACCESS)),
    ("42501", (StoreAccessError, _ACCESS)),
    ("25006", (StoreAccessError, _ACCESS)),
    ("3D000", (StoreMissingError, _NO_DATABASE)),
    ("XX", (StoreDamagedError, _DAMAGED)),
    ("58", (StoreAccessError, _DISK)),
)


@contextmanager
def in_words(store: str) -> Iterator[None]:
    """Turn the faults of the database into sentences.

    Parameters
    ----------
    store
        Name of the store for a reader, without a password.

    Raises
    ------
    StoreError
        The database refused or broke within the block.
    """
    try:
        yield
    except DBAPIError as error:
        raise _meant(error, store) from error
    except sqlite3.Error as error:
        kind, text = _meaning(error)
        raise kind(text.format(store=store, reason=error)) from error
    except PoolTimeoutError as error:
        raise StoreBusyError(BUSY.format(store=store)) from error


def _meant(error: DBAPIError, store: str) -> StoreError:
    cause = error.orig
    lost = error.connection_invalidated
    kind, text = _meaning(cause) if cause is not None else (StoreError, _OTHER)
    if kind is StoreError and lost:
        kind, text = StoreLostError, _LOST
    lines = _reason(cause).strip().splitlines() or [type(cause).__name__]
    return kind(text.format(store=store, reason=lines[0]))


def _reason(cause: BaseException | None) -> str:
    return _said(cause).get("M") or str(cause)


def _said(cause: BaseException | None) -> Mapping[str, str]:
    """Give the fields of the answer of PostgreSQL: C is its code, M the message."""
    said = cause.args[0] if cause is not None and cause.args else None
    return said if isinstance(said, dict) else {}


def _meaning(cause: BaseException) -> _Meaning:
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        return _first(_SQLITE, name) or (StoreError, _OTHER)
    state = _said(cause).get("C")
    if state is not None:
        return _first(_POSTGRES, state) or (StoreError, _OTHER)
    # What the driver says by itself is all about the way to the server.
    return StoreLostError, _LOST


def _first(meanings: tuple[tuple[str, _Meaning], ...], code: str) -> _Meaning | None:
    return next((meant for start, meant in meanings if code.startswith(start)), None)
