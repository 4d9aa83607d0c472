"""Zip archives are unpacked by the rules of this module, and by nothing else.

An archive from outside can be small and unpack to more than a disk holds, can name
places outside its folder, links instead of files, or one file twice. Every entry is
judged before the first byte is unpacked; a single bad one refuses the archive.

References
----------
D. Fifield, "A better zip bomb", 13th USENIX Workshop on Offensive Technologies
(WOOT 2019): entries that overlap, and why the sum of packed sizes gives them away.
"""

from __future__ import annotations

import shutil
import stat
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.options import Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    UnicodeDecodeError,
    EOFError,
    RuntimeError,  # a password, or a way of packing that is not known
    OSError,
)
"""What reading a damaged archive may raise."""

_SMALL = 50_000_000
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)

# Where things stand in the records that end an archive.
_END, _END64, _LOCATOR64 = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_END_BYTES, _END64_BYTES, _LOCATOR64_BYTES = 22, 56, 20
_LONGEST_COMMENT = 0xFFFF
_ENTRY_BYTES = 1024


@contextmanager
def opened(path: Path, limits: Limits | None = None) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose every entry has been judged.

    Parameters
    ----------
    path
        A zip file.
    limits
        How many entries it may hold and how much it may unpack to.

    Yields
    ------
    archive
        Open for reading; `entries` lists what it holds.

    Raises
    ------
    FileUnreadableError
        It is no zip archive, damaged, encrypted, beyond the limits, or holds an entry
        that leads out of the folder, is no plain file, or stands there twice. Damage
        that shows only while it is read raises the same.
    """
    try:
        _check_directory(path, limits or Limits())
        with zipfile.ZipFile(path) as archive:
            check_entries(path.name, archive.infolist(), limits)
            if _packed(archive.infolist()) > path.stat().st_size:
                raise FileUnreadableError(_OVERLAP.format(name=path.name))
            yield archive
    except BROKEN_ARCHIVE as error:
        raise FileUnreadableError(
            _BROKEN.format(name=path.name, reason=error)
        ) from error


def entries(archive: zipfile.ZipFile) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """List the files of an archive with their true names."""
    return [
        (PurePosixPath(_name(entry)), entry)
        for entry in archive.infolist()
        if not entry.is_dir()
    ]


def unpack(
    path: Path, folder: Path, suffixes: Iterable[str], limits: Limits | None = None
) -> None:
    """Unpack the files of known kinds.

    Parameters
    ----------
    path
        A zip file.
    folder
        Where to put the files; folders inside the archive are kept.
    suffixes
        Endings of the names to unpack, in lower case.
    limits
        How many entries it may hold and how much it may unpack to.

    Raises
    ------
    FileUnreadableError
        See `opened`; nothing that it names is outside the folder then.
    """
    wanted = tuple(suffixes)
    with opened(path, limits) as archive:
        for name, entry in entries(archive):
            if name.suffix.lower() in wanted and "__MACOSX" not in name.parts:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed, target.open("xb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)


def check_entries(
    name: str, members: list[zipfile.ZipInfo], limits: Limits | None = None
) -> None:
    """Refuse an archive by what its list of entries says.

    Parameters
    ----------
    name
        Name of the archive, for messages.
    members
        Its entries.
    limits
        How many entries it may hold and how much it may unpack to.

    Raises
    ------
    FileUnreadableError
        See `opened`.
    """
    most = limits or Limits()
    if len(members) > most.entries:
        raise FileUnreadableError(_TOO_MANY.format(name=name, most=most.entries))
    unpacked = sum(entry.file_size for entry in members)
    is_bomb = unpacked > _SMALL and unpacked > most.ratio * max(_packed(members), 1)
    if unpacked > most.unpacked_bytes or is_bomb:
        raise FileUnreadableError(
            _TOO_LARGE.format(name=name, megabytes=unpacked // 1_000_000)
        )
    seen: set[str] = set()
    for entry in members:
        _check_entry(name, entry, seen)


def _check_entry(name: str, entry: zipfile.ZipInfo, seen: set[str]) -> None:
    inner = _name(entry)
    path = PurePosixPath(inner)
    leads_out = path.is_absolute() or ".." in path.parts or ":" in inner
    if leads_out or not inner.isprintable():
        raise FileUnreadableError(_LEADS_OUT.format(name=name, entry=inner))
    if stat.S_IFMT(entry.external_attr >> 16) not in _KINDS:
        raise FileUnreadableError(_NO_FILE.format(name=name, entry=inner))
    if entry.flag_bits & _ENCRYPTED:
        raise FileUnreadableError(_PASSWORD.format(name=name, entry=inner))
    # Two names that one file system takes for the same would overwrite each other.
    folded = unicodedata.normalize("NFC", str(path)).casefold()
    if folded in seen and not entry.is_dir():
        raise FileUnreadableError(_TWICE.format(name=name, entry=inner))
    seen.add(folded)


def _packed(members: list[zipfile.ZipInfo]) -> int:
    return sum(entry.compress_size for entry in members)


def _name(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        name = _unlabelled(name)
    return name.replace("\\", "/")


def _unlabelled(name: str) -> str:
    """Return a name that does not say how it is encoded: UTF-8 or GBK.

    Archivers on Chinese Windows write GBK, some elsewhere write UTF-8 without its mark.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.encode("cp437").decode(encoding)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return name


def _check_directory(path: Path, limits: Limits) -> None:
    """Refuse a list of entries too long to be taken into memory."""
    with path.open("rb") as content:
        size = content.seek(0, 2)
        longest = _LONGEST_COMMENT + _END_BYTES + _END64_BYTES + _LOCATOR64_BYTES
        content.seek(max(0, size - longest))
        tail = content.read()
    if _directory_bytes(tail) > _ENTRY_BYTES * limits.entries:
        raise FileUnreadableError(_TOO_MANY.format(name=path.name, most=limits.entries))


def _directory_bytes(tail: bytes) -> int:
    """Return how long the list of entries says it is, at most."""
    found = 0
    place = tail.find(_END)
    while place >= 0:
        found = max(found, int.from_bytes(tail[place + 12 : place + 16], "little"))
        locator = place - _LOCATOR64_BYTES
        wide = locator - _END64_BYTES
        if tail[locator : locator + 4] == _LOCATOR64 and tail.startswith(_END64, wide):
            found = int.from_bytes(tail[wide + 40 : wide + 48], "little")
        place = tail.find(_END, place + 1)
    return found


_BROKEN = Text(
    en="{name} cannot be unpacked ({reason}). Pack it again without a password.",
    zh="{name}无法解压（{reason}）。请重新压缩，不要加密码。",
)
_TOO_LARGE = Text(
    en="{name} unpacks to more than is read ({megabytes} MB), or grows like a bomb. "
    "Split it.",
    zh="{name}解压后过大（{megabytes} MB）或膨胀倍数异常，不予读取。请拆分。",
)
_TOO_MANY = Text(
    en="{name} holds more than {most} entries. Pack only the files that are needed.",
    zh="{name}内含超过 {most} 个条目。请只压缩需要的文件。",
)
_LEADS_OUT = Text(
    en="{name} holds an entry that leads out of its folder ({entry}); it is refused. "
    "Pack the files again.",
    zh="{name}内含越出目录的条目（{entry}），拒绝读取。请重新压缩。",
)
_NO_FILE = Text(
    en="{name} holds a link or device instead of a file ({entry}); it is refused. Pack "
    "the file itself.",
    zh="{name}内含链接或设备而非文件（{entry}），拒绝读取。请压缩文件本身。",
)
_PASSWORD = Text(
    en="{name} is locked by a password ({entry}). Pack it again without one.",
    zh="{name}设有密码（{entry}）。请重新压缩，不要加密码。",
)
_TWICE = Text(
    en="{name} holds two entries of one name ({entry}); which one is meant is not "
    "said. Pack the files again.",
    zh="{name}内有重名条目（{entry}），无法判断以哪个为准。请重新压缩。",
)
_OVERLAP = Text(
    en="The entries of {name} overlap, as only a bomb's do; it is refused. Pack the "
    "files again.",
    zh="{name}的条目相互重叠（压缩炸弹特征），拒绝读取。请重新压缩。",
)
