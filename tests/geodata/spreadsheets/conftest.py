"""Workbooks of the old binary form, written record by record from their specification.

References
----------
Microsoft, [MS-CFB] Compound File Binary File Format and [MS-XLS] Excel Binary File
Format (.xls) Structure.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Rows = Sequence[Sequence[Any]]
Write = Callable[..., Path]
END, FAT, FREE, NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF, 0xFFFFFFFF
SECTOR = 512
ERRORS = {"#DIV/0!": 7, "#N/A": 42}
PLAIN, DAY = 0, 1


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def text(value: str, width: str = "<H") -> bytes:
    return struct.pack(width, len(value)) + b"\1" + value.encode("utf-16-le")


def number(row: int, column: int, value: float, style: int = PLAIN) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def cell(row: int, column: int, value: Any, epoch: dt.date) -> bytes:  # noqa: ANN401 - any cell
    """Return the record of a cell; a tuple is a formula with its last result."""
    where = struct.pack("<HHH", row, column, PLAIN)
    if isinstance(value, tuple):
        result = struct.pack("<d", value[1])
        if value[1] in ERRORS.values() and isinstance(value[1], int):
            result = bytes([2, 0, value[1], 0, 0, 0, 0xFF, 0xFF])
        # The formula is the number 1: one token of three bytes.
        formula = struct.pack("<HIH", 0, 0, 3) + b"\x1e\1\0"
        return record(0x0006, where + result + formula)
    if isinstance(value, dt.date):
        return number(row, column, float((value - epoch).days), DAY)
    if isinstance(value, int | float):
        return number(row, column, float(value))
    if value in ERRORS:
        return record(0x0205, where + bytes([ERRORS[value], 1]))
    return record(0x0204, where + text(value)) if value else b""


def sheet(
    rows: Rows, merged: Sequence[tuple[int, int, int, int]], epoch: dt.date
) -> bytes:
    width = max(map(len, rows), default=0)
    cells = b"".join(
        cell(row, column, value, epoch)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    )
    ranges = b"".join(struct.pack("<4H", *one) for one in merged)
    return b"".join(
        (
            record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6)),
            record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)),
            cells,
            record(0x00E5, struct.pack("<H", len(merged)) + ranges) if merged else b"",
            record(0x000A),
        )
    )


def book(sheets: dict[str, bytes], *, is_1904: bool) -> bytes:
    """Return the stream of a workbook."""
    font = struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\5\0Arial"
    styles = b"".join(
        record(0x00E0, struct.pack("<HHHBBBBIIH", 0, form, 0, 0, 0, 0, 0, 0, 0, 0x20C0))
        for form in (0, 14)
    )
    start = b"".join(
        (
            record(0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)),
            record(0x0042, struct.pack("<H", 1200)),
            record(0x0022, struct.pack("<H", is_1904)),
            record(0x0031, font),
            styles,
        )
    )
    names = [text(name, "<B") for name in sheets]
    size = len(start) + sum(len(name) + 10 for name in names) + 4
    bounds, place = b"", size
    for name, content in zip(names, sheets.values(), strict=True):
        bounds += record(0x0085, struct.pack("<IH", place, 0) + name)
        place += len(content)
    return start + bounds + record(0x000A) + b"".join(sheets.values())


def entry(name: str, kind: int, start: int, size: int, child: int = NONE) -> bytes:
    wide = name.encode("utf-16-le")
    return b"".join(
        (
            wide.ljust(64, b"\0"),
            struct.pack(
                "<HBBIII", len(wide) + 2 if name else 0, kind, 1, NONE, NONE, child
            ),
            bytes(36),
            struct.pack("<IQ", start, size),
        )
    )


def compound(stream: bytes) -> bytes:
    """Return a compound file with one stream: allocation, directory, content."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // SECTOR)
    tables = 1
    while tables * (SECTOR // 4) < tables + 1 + count:
        tables += 1
    first = tables + 1
    chain = [FAT] * tables + [END]
    chain += [first + number + 1 for number in range(count - 1)] + [END]
    chain += [FREE] * (tables * (SECTOR // 4) - len(chain))
    header = b"".join(
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            bytes(16),
            struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6),
            bytes(6),
            struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, END, 0, END, 0),
        )
    )
    places = [*range(tables), *[FREE] * (109 - tables)]
    directory = entry("Root Entry", 5, END, 0, child=1)
    directory += entry("Workbook", 2, first, len(stream))
    directory += 2 * entry("", 0, 0, 0)
    return b"".join(
        (
            header,
            struct.pack("<109I", *places),
            struct.pack(f"<{len(chain)}I", *chain),
            directory,
            stream.ljust(count * SECTOR, b"\0"),
        )
    )


@pytest.fixture
def write_xls(tmp_path: Path) -> Write:
    """Return a function that writes sheets of rows as an xls workbook."""

    def write(
        *,
        merged: Sequence[tuple[int, int, int, int]] = (),
        is_1904: bool = False,
        **sheets: Rows,
    ) -> Path:
        epoch = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
        contents = {name: sheet(rows, merged, epoch) for name, rows in sheets.items()}
        path = tmp_path / "book.xls"
        path.write_bytes(compound(book(contents, is_1904=is_1904)))
        return path

    return write


@pytest.fixture
def write_merged(tmp_path: Path) -> Write:
    """Return a function that writes rows with merged cells as an xlsx workbook."""

    def write(rows: Rows, merged: Sequence[str], name: str = "merged.xlsx") -> Path:
        book = openpyxl.Workbook()
        page = book.worksheets[0]
        page.title = "表"
        for row in rows:
            page.append([value if value != "" else None for value in row])
        for place in merged:
            page.merge_cells(place)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def sound_xls() -> bytes:
    """Return a small xls workbook with cells of every kind."""
    rows = [
        ("项目编号", "用地需求（亩）", "用地日期"),
        ("P-1", 120, dt.date(2023, 9, 5)),
        ("P-2", "#N/A", 45174),
        ("P-3", ("=", 42), ("=", 1.5)),
    ]
    epoch = dt.date(1899, 12, 30)
    return compound(book({"表": sheet(rows, [(1, 2, 0, 0)], epoch)}, is_1904=False))
