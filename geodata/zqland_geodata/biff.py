"""Take the records of an xls workbook (BIFF8) out of its compound file.

References
----------
Microsoft, [MS-CFB] Compound File Binary File Format.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA
_HEADER_SECTORS, _SECTOR_POWERS = 109, (9, 12)
_ENTRY_BYTES, _SMALL_BYTES, _SMALL_STREAM = 128, 64, 4096
_STREAMS = ("Workbook", "Book")

FAULTS = (struct.error, IndexError, ValueError, KeyError)
"""What taking apart a damaged workbook may raise."""


def workbook_stream(path: Path) -> bytes:
    """Return the stream of the workbook out of a compound file.

    Parameters
    ----------
    path
        An xls workbook.

    Returns
    -------
    stream
        Its records.

    Raises
    ------
    FileUnreadableError
        It is no compound file with a workbook, or is damaged.
    """
    try:
        return _stream(path.read_bytes())
    except FAULTS as error:
        raise FileUnreadableError(BROKEN.format(name=path.name)) from error


def records(stream: bytes, place: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record from a place on."""
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _stream(content: bytes) -> bytes:
    """Return the stream of the workbook out of the compound file."""
    if not content.startswith(_SIGNATURE):
        raise ValueError
    sectors = _Sectors.of(content)
    directory = sectors.chain(_number(content, 48))
    entries = [
        directory[place : place + _ENTRY_BYTES]
        for place in range(0, len(directory), _ENTRY_BYTES)
    ]
    named = {_entry_name(entry): entry for entry in entries}
    books = [named[name] for name in _STREAMS if name in named]
    start, length = struct.unpack_from("<II", books[0], 116)
    if length >= _SMALL_STREAM:
        return sectors.chain(start)[:length]
    # Small streams lie in sectors of their own, inside the stream of the root.
    table = np.frombuffer(sectors.chain(_number(content, 60)), dtype="<u4")
    within = sectors.chain(_number(entries[0], 116))
    return _Sectors(within, _SMALL_BYTES, 0, table).chain(start)[:length]


def _number(content: bytes, place: int) -> int:
    return int(struct.unpack_from("<I", content, place)[0])


def _entry_name(entry: bytes) -> str:
    length = min(struct.unpack_from("<H", entry, 64)[0], 64)
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True)
class _Sectors:
    """The sectors of a compound file, and which one follows each."""

    content: bytes
    size: int
    start: int
    following: NDArray[np.uint32]

    @classmethod
    def of(cls, content: bytes) -> _Sectors:
        power = struct.unpack_from("<H", content, 30)[0]
        if power not in _SECTOR_POWERS:
            raise ValueError
        size = 1 << power
        places = list(struct.unpack_from(f"<{_HEADER_SECTORS}I", content, 76))
        more, most = _number(content, 68), len(content) // size
        while more < _FREE and len(places) <= most:
            part = content[(more + 1) * size : (more + 2) * size]
            *numbers, more = struct.unpack(f"<{size // 4}I", part)
            places += numbers
        parts = [
            content[(place + 1) * size : (place + 2) * size]
            for place in places
            if place < _FREE
        ]
        table = b"".join(parts)
        following = np.frombuffer(table[: len(table) // 4 * 4], dtype="<u4")
        return cls(content, size, size, following)

    def chain(self, number: int) -> bytes:
        """Return the content of a chain of sectors."""
        parts: list[bytes] = []
        while number < _FREE:
            # A chain that is longer than the file turns in a circle.
            if len(parts) > len(self.content) // self.size:
                raise ValueError
            place = self.start + number * self.size
            parts.append(self.content[place : place + self.size])
            number = int(self.following[number])
        return b"".join(parts)


BROKEN = Text(
    en="{name} is not an xls workbook, or is damaged, encrypted or older than Excel "
    "97. Save it again as xlsx.",
    zh="{name}不是 xls 工作簿，或已损坏、加密，或版本早于 Excel 97。请另存为 xlsx。",
)
