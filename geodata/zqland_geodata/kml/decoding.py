"""The letters of an XML file, whatever encoding it states or hides."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 262_144
"""Bytes that are decoded at a time."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_STATED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})")
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "iso-8859-1": "iso-8859-1",
    "windows-1252": "cp1252",
}


def codec(source: Path, *, name: str) -> str:
    """Find out how the letters of an XML file are encoded.

    Parameters
    ----------
    source
        The file.
    name
        Its name, for messages.

    Returns
    -------
    codec
        Name of the codec: by the mark at the start, else as the file states, else
        UTF-8.

    Raises
    ------
    FileUnreadableError
        It states an encoding that is not read.
    """
    with source.open("rb") as file:
        start = file.read(1024)
    for mark, known in _BOMS:
        if start.startswith(mark):
            return known
    stated = _STATED.search(start)
    if stated is None:
        return "utf-8"
    word = stated[1].decode("ascii").lower()
    if word not in _CODECS:
        known_words = ", ".join(sorted(set(_CODECS)))
        raise FileUnreadableError(
            _UNKNOWN.format(name=name, word=word, known=known_words)
        )
    return _CODECS[word]


def chunks(source: Path, encoding: str) -> Iterator[str]:
    """Decode a file piece by piece.

    Parameters
    ----------
    source
        The file.
    encoding
        Its codec.

    Yields
    ------
    text
        The next piece.

    Raises
    ------
    UnicodeDecodeError
        It is not encoded so.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with source.open("rb") as file:
        while piece := file.read(CHUNK):
            yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


_UNKNOWN = Text(
    en="{name} states the encoding “{word}”, which is not read. Known: {known}. Save "
    "it in UTF-8.",
    zh="{name}标明的编码“{word}”不支持。可用：{known}。请另存为 UTF-8。",
)
