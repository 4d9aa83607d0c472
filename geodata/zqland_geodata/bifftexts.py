"""Read texts in the records of xls workbooks, also those that continue.

A text is compressed (a byte per letter) or not; it may go on in a further record, which
then says anew which of the two it is. Formatting and phonetic guides behind a text are
passed over.

References
----------
Microsoft, [MS-XLS], XLUnicodeString, XLUnicodeRichExtendedString and SST.
"""

from __future__ import annotations

import struct

_WIDE, _PHONETIC, _RICH = 1, 4, 8
_RUN_BYTES = 4


def short_text(body: bytes, place: int) -> str:
    """Return a text whose length is one byte."""
    count, wide = body[place], body[place + 1] & _WIDE
    return _decoded(body[place + 2 : place + 2 + count * (wide + 1)], wide)


def long_text(parts: list[bytes]) -> str:
    """Return the text at the start of a record and its continuations."""
    reader = _Reader(parts)
    count = reader.number("<H")
    return reader.letters(count, reader.number("<B") & _WIDE)


def shared_texts(parts: list[bytes]) -> list[str]:
    """Return the shared texts of a workbook.

    Parameters
    ----------
    parts
        The record and its continuations.

    Returns
    -------
    texts
        In their order; only those that the records hold.
    """
    reader = _Reader(parts)
    count = struct.unpack("<II", reader.take(8))[1]
    texts: list[str] = []
    while len(texts) < count and not reader.is_at_end():
        texts.append(_shared_text(reader))
    return texts


def _shared_text(reader: _Reader) -> str:
    count, flags = reader.number("<H"), reader.number("<B")
    runs = reader.number("<H") if flags & _RICH else 0
    phonetic = reader.number("<I") if flags & _PHONETIC else 0
    text = reader.letters(count, flags & _WIDE)
    reader.skip(_RUN_BYTES * runs + phonetic)
    return text


def _decoded(content: bytes, wide: int) -> str:
    # A lone half of a letter pair is no letter.
    return content.decode("utf-16-le" if wide else "latin-1", "replace")


class _Reader:
    """Reads on from record to record."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._part = self._place = 0

    def is_at_end(self) -> bool:
        """Tell whether nothing is left."""
        while self._part < len(self._parts) and self._left() == 0:
            self._part, self._place = self._part + 1, 0
        return self._part >= len(self._parts)

    def number(self, form: str) -> int:
        """Return a number."""
        return int(struct.unpack(form, self.take(struct.calcsize(form)))[0])

    def take(self, count: int) -> bytes:
        """Return the next bytes, which lie in one record."""
        if self.is_at_end() or self._left() < count:
            raise ValueError
        self._place += count
        return self._parts[self._part][self._place - count : self._place]

    def skip(self, count: int) -> None:
        """Pass over bytes."""
        while count > 0 and not self.is_at_end():
            step = min(count, self._left())
            self._place += step
            count -= step

    def letters(self, count: int, wide: int) -> str:
        """Return letters; at the start of a continuation stands how they are kept."""
        found: list[str] = []
        while count > 0:
            if self._left() == 0:
                if self.is_at_end():
                    raise ValueError
                wide = self.number("<B") & _WIDE
            step = min(count, self._left() // (wide + 1))
            if step == 0:
                raise ValueError
            found.append(_decoded(self.take(step * (wide + 1)), wide))
            count -= step
        return "".join(found)

    def _left(self) -> int:
        if self._part >= len(self._parts):
            return 0
        return len(self._parts[self._part]) - self._place
