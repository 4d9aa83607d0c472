"""Look into xls workbooks (BIFF8) before they are read.

The reading library turns a cell with a formula error into an empty cell and does not
say from which day numbers of days count. Both stand in the records of the workbook,
which lies as a stream in a compound file.

References
----------
Microsoft, [MS-CFB] Compound File Binary File Format and [MS-XLS] Excel Binary File
Format (.xls) Structure.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
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
_HEADER_SECTORS = 109
_ENTRY_BYTES, _SMALL_BYTES, _SMALL_STREAM = 128, 64, 4096
_STREAMS = ("Workbook", "Book")
_BOF, _BOUNDSHEET, _DATEMODE, _FILEPASS = 0x0809, 0x0085, 0x0022, 0x002F
_FORMULA, _BOOLERR = 0x0006, 0x0205
_ERROR_RESULT = 2


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What a workbook says beside its values.

    Attributes
    ----------
    lost
        By sheet, the cells from 0 whose value the file does not hold.
    epoch_1904
        Whether numbers of days count from 1904 instead of 1900.
    """

    lost: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    epoch_1904: bool = False


def look_into(path: Path) -> BookFacts:
    """Find cells with formula errors, and the first day, of an xls workbook.

    Parameters
    ----------
    path
        An xls workbook.

    Returns
    -------
    facts
        What it says.

    Raises
    ------
    FileUnreadableError
        It is damaged or encrypted.
    """
    try:
        return _facts(_stream(path.read_bytes()))
    except (struct.error, IndexError, ValueError, UnicodeDecodeError) as error:
        raise FileUnreadableError(_BROKEN.format(name=path.name)) from error


def _facts(stream: bytes) -> BookFacts:
    names: dict[int, str] = {}
    lost: dict[str, set[tuple[int, int]]] = {}
    epoch_1904 = False
    sheet = ""
    for start, kind, body in _records(stream):
        if kind == _FILEPASS:
            raise ValueError
        if kind == _BOF:
            sheet = names.get(start, "")
        elif kind == _BOUNDSHEET:
            names[struct.unpack_from("<I", body)[0]] = _name(body)
        elif kind == _DATEMODE:
            epoch_1904 = struct.unpack_from("<H", body)[0] == 1
        elif _is_error(kind, body):
            lost.setdefault(sheet, set()).add(struct.unpack_from("<HH", body))
    return BookFacts(lost, epoch_1904)


def _is_error(kind: int, body: bytes) -> bool:
    """Tell whether a cell holds an error: as a value, or as the result of a formula."""
    if kind == _BOOLERR:
        return bool(body[7])
    if kind != _FORMULA:
        return False
    result = body[6:14]
    return result[6:8] == b"\xff\xff" and result[0] == _ERROR_RESULT


def _name(body: bytes) -> str:
    count, wide = body[6], body[7] & 1
    return body[8 : 8 + count * (wide + 1)].decode("utf-16-le" if wide else "latin-1")


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
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
        size = 1 << struct.unpack_from("<H", content, 30)[0]
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
            if len(parts) > len(self.following):
                raise ValueError
            place = self.start + number * self.size
            parts.append(self.content[place : place + self.size])
            number = int(self.following[number])
        return b"".join(parts)


_BROKEN = Text(
    en="{name} is not an xls workbook, or is damaged, encrypted or older than Excel "
    "97. Save it again as xlsx.",
    zh="{name}不是 xls 工作簿，或已损坏、加密，或版本早于 Excel 97。请另存为 xlsx。",
)
