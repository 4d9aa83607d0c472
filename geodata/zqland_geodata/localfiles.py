"""Only existing local files are opened, and archives only as far as they are sane.

GDAL reads network addresses and files inside archives under names of its own
(``/vsicurl/…``), and follows references from files whose content is not what their
name says. So every path must exist here, the first bytes must fit the name, and
archives are unpacked by the rules of this module, never by GDAL.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST_FILE_BYTES = 4_000_000_000
"""Files above this are refused."""

LARGEST_UNPACKED_BYTES = 2_000_000_000
"""Archives that unpack to more than this are refused."""

LARGEST_RATIO = 200
"""An archive that grows by more than this is a bomb, not data."""

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    OSError,
)
"""What reading a damaged or encrypted archive may raise."""

_SMALL = 50_000_000
_SIGNATURES = {
    ".gpkg": (b"SQLite format 3\x00",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".zip": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".xls": (b"\xd0\xcf\x11\xe0",),
    ".geojson": (b"{",),
    ".json": (b"{",),
}


def local_path(path: str | Path) -> Path:
    """Return an existing local file or folder, or refuse.

    Parameters
    ----------
    path
        The path as given by the user.

    Returns
    -------
    path
        Absolute.

    Raises
    ------
    FileUnreadableError
        It is not there, empty, too large, a network or virtual name, or its first
        bytes are not those of its kind.
    """
    given = str(path)
    if re.match(r"/?vsi\w+/|\\\\|//|[A-Za-z][A-Za-z0-9+.-]+://", given):
        raise FileUnreadableError(_NOT_LOCAL.format(path=given))
    found = Path(given)
    try:
        found = found.resolve(strict=True)
        size = found.stat().st_size
    except (OSError, ValueError) as error:
        raise FileUnreadableError(_NOT_THERE.format(path=given)) from error
    if found.is_dir():
        return found
    if not found.is_file():
        raise FileUnreadableError(_NOT_THERE.format(path=given))
    if size == 0:
        raise FileUnreadableError(_EMPTY.format(name=found.name))
    if size > LARGEST_FILE_BYTES:
        raise FileUnreadableError(_TOO_LARGE.format(name=found.name))
    _check_signature(found)
    return found


def unpack(archive: Path, folder: Path, suffixes: Iterable[str]) -> None:
    """Unpack the files of known kinds from a zip archive.

    Parameters
    ----------
    archive
        A zip file.
    folder
        Where to put the files; folders inside the archive are kept.
    suffixes
        Endings of the names to unpack, in lower case.

    Raises
    ------
    FileUnreadableError
        It is not a zip archive, is encrypted, unpacks beyond the limits, or holds a
        name that leads out of the folder.
    """
    wanted = tuple(suffixes)
    try:
        with zipfile.ZipFile(archive) as content:
            members = [entry for entry in content.infolist() if not entry.is_dir()]
            check_sizes(archive.name, members)
            for entry in members:
                name = _safe_name(archive.name, entry)
                if name.suffix.lower() in wanted and "__MACOSX" not in name.parts:
                    target = folder / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content.read(entry))
    except BROKEN_ARCHIVE as error:
        raise FileUnreadableError(
            _BROKEN.format(name=archive.name, reason=error)
        ) from error


def check_sizes(name: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that unpacks to more than it reasonably can.

    Parameters
    ----------
    name
        Name of the archive, for the message.
    members
        Its entries.

    Raises
    ------
    FileUnreadableError
        It is too large unpacked, or grows too much.
    """
    unpacked = sum(entry.file_size for entry in members)
    packed = sum(entry.compress_size for entry in members) or 1
    if unpacked > LARGEST_UNPACKED_BYTES or (
        unpacked > _SMALL and unpacked / packed > LARGEST_RATIO
    ):
        raise FileUnreadableError(_TOO_LARGE.format(name=name))


def _safe_name(archive: str, entry: zipfile.ZipInfo) -> PurePosixPath:
    # Old archivers on Chinese Windows write names in GBK without saying so.
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = entry.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        raise FileUnreadableError(_LEADS_OUT.format(name=archive, entry=name))
    return path


def _check_signature(path: Path) -> None:
    signatures = _SIGNATURES.get(path.suffix.lower())
    if signatures is None:
        return
    with path.open("rb") as content:
        start = content.read(64)
    if path.suffix.lower() in {".geojson", ".json"}:
        start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(signatures):
        raise FileUnreadableError(
            _NOT_THAT_KIND.format(name=path.name, suffix=path.suffix.lower())
        )


_NOT_LOCAL = Text(
    en="“{path}” is not a local file. Copy the file to this machine and name it there.",
    zh="“{path}”不是本机文件。请先复制到本机，再给出路径。",
)
_NOT_THERE = Text(
    en="“{path}” is not there. Name a file that exists.",
    zh="找不到“{path}”。请给出存在的文件。",
)
_EMPTY = Text(
    en="{name} is empty (0 bytes). Export it again.",
    zh="{name}是空文件（0 字节）。请重新导出。",
)
_TOO_LARGE = Text(
    en="{name} is larger, or unpacks to more, than is read. Split it.",
    zh="{name}过大（或解压后过大），不予读取。请拆分。",
)
_BROKEN = Text(
    en="{name} cannot be unpacked ({reason}). Pack it again without a password.",
    zh="{name}无法解压（{reason}）。请重新压缩，不要加密码。",
)
_LEADS_OUT = Text(
    en="{name} holds an entry that leads out of its folder ({entry}); it is refused.",
    zh="{name}内含越出目录的条目（{entry}），拒绝读取。",
)
_NOT_THAT_KIND = Text(
    en="{name} is not what its ending {suffix} says. Export it again in that format.",
    zh="{name}的内容与扩展名 {suffix} 不符。请按该格式重新导出。",
)
