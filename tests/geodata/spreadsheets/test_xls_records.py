"""Texts and numbers in the records of xls workbooks, encoded here by their rules."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland_geodata import bifftexts, xlsbooks
from zqland_geodata.errors import ReadError

Write = Callable[..., Path]
TEXTS = st.text(st.characters(max_codepoint=0xD7FF), max_size=40)


def shared(texts: list[str], breaks: set[int]) -> list[bytes]:
    """Encode shared texts; letters go on in a further record at each break."""
    parts = [struct.pack("<II", len(texts), len(texts))]
    number = 0
    for text in texts:
        wide = any(ord(letter) > 255 for letter in text)
        parts[-1] += struct.pack("<HB", len(text), wide)
        for letter in text:
            number += 1
            if number in breaks:
                wide = wide or ord(letter) > 255
                parts.append(bytes([wide]))
            parts[-1] += letter.encode("utf-16-le" if wide else "latin-1")
    return parts


@given(st.lists(TEXTS, max_size=12), st.sets(st.integers(1, 300), max_size=6))
def test_shared_texts_are_read_across_records(
    texts: list[str], breaks: set[int]
) -> None:
    assert bifftexts.shared_texts(shared(texts, breaks)) == texts


@given(TEXTS)
def test_formats_and_guides_behind_a_text_are_passed_over(text: str) -> None:
    wide = text.encode("utf-16-le")
    head = struct.pack("<HBHI", len(text), 1 | 4 | 8, 2, 5)
    one = head + wide + bytes(4 * 2) + bytes(5)
    parts = [struct.pack("<II", 2, 2) + one + one]
    assert bifftexts.shared_texts(parts) == [text, text]


@given(st.integers(-(2**29), 2**29 - 1))
def test_short_integers_are_read(number: int) -> None:
    packed = (number & 0x3FFFFFFF) << 2
    assert xlsbooks._unpacked(packed | 2) == float(number)
    assert xlsbooks._unpacked(packed | 3) == number / 100


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_short_floats_are_read(number: float) -> None:
    head = struct.unpack("<Q", struct.pack("<d", number))[0] >> 34 << 34
    short = struct.unpack("<d", struct.pack("<Q", head))[0]
    assert xlsbooks._unpacked(head >> 32) == short


@pytest.mark.parametrize("count", [1, 200, 70_000])
def test_a_count_beyond_the_record_gives_what_is_there(count: int) -> None:
    parts = [struct.pack("<II", count, count) + struct.pack("<HB", 1, 0) + b"a"]
    assert bifftexts.shared_texts(parts) == ["a"]


@settings(max_examples=150)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 2_600), st.integers(0, 255)), min_size=1, max_size=8
    )
)
def test_a_damaged_workbook_is_read_or_refused(
    sound_xls: bytes,
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[int, int]],
) -> None:
    content = bytearray(sound_xls)
    for place, value in changes:
        content[place % len(content)] = value
    path = tmp_path_factory.mktemp("xls") / "a.xls"
    path.write_bytes(content)
    try:
        book = xlsbooks.read_book(path)
    except ReadError:
        return
    assert isinstance(book, xlsbooks.XlsBook)
