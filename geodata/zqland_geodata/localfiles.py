"""Only existing local files are opened, and only as what their names say they are.

GDAL reads network addresses and files inside archives under names of its own
(``/vsicurl/…``), and follows references from files whose content is not what their
name says. So every path must exist here, and `contents` looks into the file before any
library does.
"""

from __future__ import annotations

import re
from pathlib import Path

from zqland.text import Text
from zqland_geodata import contents
from zqland_geodata.archives import unpack
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.options import Limits

__all__ = ["local_path", "unpack"]

_FOREIGN = re.compile(r"/?vsi\w+/|\\\\|//|[A-Za-z][A-Za-z0-9+.-]+://")
_VIRTUAL = re.compile(r"[/\\]vsi\w+([/\\]|$)")


def local_path(path: str | Path, limits: Limits | None = None) -> Path:
    """Return an existing local file or folder, or refuse.

    Parameters
    ----------
    path
        The path as given by the user.
    limits
        How large a file may be, and how much is read of it.

    Returns
    -------
    path
        Absolute.

    Raises
    ------
    FileUnreadableError
        It is not there, empty, too large, a network or virtual name, no plain file,
        or its content is not that of its kind or refers to other files.
    """
    most = limits or Limits()
    given = str(path)
    if _FOREIGN.match(given):
        raise FileUnreadableError(_NOT_LOCAL.format(path=given))
    found = Path(given)
    try:
        found = found.resolve(strict=True)
        size = found.stat().st_size
    except (OSError, ValueError, RuntimeError) as error:
        raise FileUnreadableError(_NOT_THERE.format(path=given)) from error
    if _VIRTUAL.match(str(found)):
        raise FileUnreadableError(_NOT_LOCAL.format(path=given))
    if found.is_dir():
        return found
    if not found.is_file():
        raise FileUnreadableError(_NO_FILE.format(path=given))
    if size == 0:
        raise FileUnreadableError(_EMPTY.format(name=found.name))
    if size > most.file_bytes:
        facts = {"size": size // 1_000_000, "most": most.file_bytes // 1_000_000}
        raise FileUnreadableError(_TOO_LARGE.format(name=found.name, **facts))
    contents.check(found, most)
    return found


_NOT_LOCAL = Text(
    en="“{path}” is not a local file. Copy the file to this machine and name it there.",
    zh="“{path}”不是本机文件。请先复制到本机，再给出路径。",
)
_NOT_THERE = Text(
    en="“{path}” is not there. Name a file that exists.",
    zh="找不到“{path}”。请给出存在的文件。",
)
_NO_FILE = Text(
    en="“{path}” is a device, pipe or socket, not a file. Name a file.",
    zh="“{path}”是设备、管道或套接字，不是文件。请给出文件。",
)
_EMPTY = Text(
    en="{name} is empty (0 bytes). Export it again.",
    zh="{name}是空文件（0 字节）。请重新导出。",
)
_TOO_LARGE = Text(
    en="{name} is larger ({size} MB) than is read ({most} MB). Split it.",
    zh="{name}过大（{size} MB，上限 {most} MB），不予读取。请拆分。",
)
