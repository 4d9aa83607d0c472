"""Write files so that a reader never meets half of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from zqland.text import Text
from zqland_api.errors import UsageError
from zqland_geodata.outfiles import write_whole


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and move it there when it is whole.

    Parameters
    ----------
    path
        Where the file shall be; missing folders are made.
    write
        Writes the file at the path that it is given; the ending stays the same.

    Raises
    ------
    UsageError
        The folder or the file cannot be written.
    """
    try:
        write_whole(path, write)
    except OSError as error:
        raise UsageError(
            Text(
                en="Cannot write {path}: {reason}. Choose another place with --out.",
                zh="无法写入 {path}：{reason}。请用 --out 另选位置。",
            ).format(path=path, reason=error.strerror or error)
        ) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes into a file, whole or not at all."""
    write_atomically(path, lambda draft: draft.write_bytes(content))
