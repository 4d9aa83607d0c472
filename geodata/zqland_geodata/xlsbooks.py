"""Read the cells of xls workbooks (BIFF8).

Old workbooks come from outside like all files, and the readers that there are ask for
memory by what a damaged file says. Here nothing is taken from a file but what it holds.

References
----------
Microsoft, [MS-XLS] Excel Binary File Format (.xls) Structure.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zqland_geodata import biff, bifftexts
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BOF, _EOF, _CONTINUE, _FILEPASS = 0x0809, 0x000A, 0x003C, 0x002F
_BOUNDSHEET, _DATEMODE, _FORMAT, _XF, _SST = 0x0085, 0x0022, 0x041E, 0x00E0, 0x00FC
_NUMBER, _RK, _MULRK, _LABELSST = 0x0203, 0x027E, 0x00BD, 0x00FD
_LABEL, _RSTRING, _BOOLERR, _FORMULA, _STRING = 0x0204, 0x00D6, 0x0205, 0x0006, 0x0207
_MERGED = 0x00E5
_BIFF8, _COLUMNS, _CELL_SHEET = 0x0600, 256, 0
_NO_NUMBER, _TEXT_RESULT, _TRUTH_RESULT, _ERROR_RESULT = b"\xff\xff", 0, 1, 2

_DAY_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(50, 59)))
_NO_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DAY_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
_EPOCHS = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001 - cells have no zone
_FIRST_DAY, _LAST_DAY = 61.0, 2_958_465.0


@dataclass(slots=True)
class XlsSheet:
    """A sheet of an xls workbook.

    Attributes
    ----------
    name
        Its name.
    cells
        Values by row and column from 0.
    lost
        Cells that hold a formula error.
    merged
        First and last cell of merged ones.
    """

    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    lost: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class XlsBook:
    """An xls workbook.

    Attributes
    ----------
    sheets
        Its sheets of cells in their order.
    epoch_1904
        Whether numbers of days count from 1904 instead of 1900.
    """

    sheets: list[XlsSheet]
    epoch_1904: bool


def read_book(path: Path) -> XlsBook:
    """Read all cells of an xls workbook.

    Parameters
    ----------
    path
        An xls workbook.

    Returns
    -------
    book
        Its sheets.

    Raises
    ------
    FileUnreadableError
        It is damaged, encrypted or older than Excel 97.
    """
    stream = biff.workbook_stream(path)
    try:
        common = _Common()
        for kind, parts in _joined(stream, 0):
            common.take(kind, parts)
        sheets = [
            _SheetReader(common, name).read(_joined(stream, place))
            for place, name in common.sheets
        ]
    except biff.FAULTS as error:
        raise FileUnreadableError(biff.BROKEN.format(name=path.name)) from error
    return XlsBook(sheets, common.epoch_1904)


class _Common:
    """What holds for all sheets of a workbook."""

    def __init__(self) -> None:
        self.sheets: list[tuple[int, str]] = []
        self.texts: list[str] = []
        self.epoch_1904 = False
        self._styles: list[int] = []
        self._formats: dict[int, str] = {}

    def take(self, kind: int, parts: list[bytes]) -> None:
        """Take in one record."""
        body = parts[0]
        if kind == _FILEPASS:
            raise ValueError
        if kind == _BOUNDSHEET and body[5] == _CELL_SHEET:
            place = struct.unpack_from("<I", body)[0]
            self.sheets.append((place, bifftexts.short_text(body, 6)))
        elif kind == _SST:
            self.texts = bifftexts.shared_texts(parts)
        elif kind == _DATEMODE:
            self.epoch_1904 = struct.unpack_from("<H", body)[0] == 1
        elif kind == _XF:
            self._styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _FORMAT:
            number = struct.unpack_from("<H", body)[0]
            self._formats[number] = bifftexts.long_text([body[2:]])

    def value(self, number: float, style: int) -> Any:  # noqa: ANN401 - a number or a day
        """Return a number, or the day or time that it stands for by its format."""
        if not _FIRST_DAY <= number <= _LAST_DAY or not self._is_day(style):
            return number
        moment = _EPOCHS[self.epoch_1904] + dt.timedelta(days=number)
        return moment.date() if number.is_integer() else moment

    def _is_day(self, style: int) -> bool:
        form = self._styles[style] if style < len(self._styles) else 0
        if form in _DAY_FORMATS:
            return True
        letters = _NO_LETTERS.sub("", self._formats.get(form, ""))
        return bool(_DAY_LETTERS.search(letters)) and letters.casefold() != "general"


class _SheetReader:
    """Reads the records of one sheet."""

    def __init__(self, common: _Common, name: str) -> None:
        self._common = common
        self._sheet = XlsSheet(name)
        self._awaited: tuple[int, int] | None = None

    def read(self, parts_of_records: Iterator[tuple[int, list[bytes]]]) -> XlsSheet:
        """Return the sheet."""
        takers: dict[int, Callable[[bytes], None]] = {
            _NUMBER: self._take_number,
            _RK: self._take_short_number,
            _MULRK: self._take_short_numbers,
            _LABELSST: self._take_shared_text,
            _BOOLERR: self._take_truth_or_error,
            _FORMULA: self._take_formula,
            _MERGED: self._take_merged,
        }
        for kind, parts in parts_of_records:
            taker = takers.get(kind)
            if taker is not None:
                taker(parts[0])
            elif kind in {_LABEL, _RSTRING}:
                text = bifftexts.long_text([parts[0][6:], *parts[1:]])
                self._put(_where(parts[0]), text)
            elif kind == _STRING and self._awaited is not None:
                self._put(self._awaited, bifftexts.long_text(parts))
                self._awaited = None
        return self._sheet

    def _put(self, where: tuple[int, int], value: Any) -> None:  # noqa: ANN401 - any cell
        if where[1] >= _COLUMNS:
            raise ValueError
        if value != "":
            self._sheet.cells[where] = value

    def _take_number(self, body: bytes) -> None:
        style, number = struct.unpack_from("<Hd", body, 4)
        self._put(_where(body), self._common.value(number, style))

    def _take_short_number(self, body: bytes) -> None:
        style, number = struct.unpack_from("<HI", body, 4)
        self._put(_where(body), self._common.value(_unpacked(number), style))

    def _take_short_numbers(self, body: bytes) -> None:
        row, first = _where(body)
        for number, place in enumerate(range(4, len(body) - 2, 6)):
            style, packed = struct.unpack_from("<HI", body, place)
            value = self._common.value(_unpacked(packed), style)
            self._put((row, first + number), value)

    def _take_shared_text(self, body: bytes) -> None:
        number = struct.unpack_from("<I", body, 6)[0]
        self._put(_where(body), self._common.texts[number])

    def _take_truth_or_error(self, body: bytes) -> None:
        if body[7]:
            self._sheet.lost.add(_where(body))
        else:
            self._put(_where(body), bool(body[6]))

    def _take_formula(self, body: bytes) -> None:
        where, style = _where(body), struct.unpack_from("<H", body, 4)[0]
        result = body[6:14]
        if result[6:8] != _NO_NUMBER:
            number = struct.unpack("<d", result)[0]
            self._put(where, self._common.value(number, style))
        elif result[0] == _TEXT_RESULT:
            self._awaited = where
        elif result[0] == _ERROR_RESULT:
            self._sheet.lost.add(where)
        elif result[0] == _TRUTH_RESULT:
            self._put(where, bool(result[2]))

    def _take_merged(self, body: bytes) -> None:
        count = struct.unpack_from("<H", body)[0]
        for number in range(count):
            top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * number)
            self._sheet.merged.append(((top, left), (bottom, right)))


def _joined(stream: bytes, place: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the records of one part of a workbook, each with its continuations."""
    depth = 0
    kept: tuple[int, list[bytes]] | None = None
    for kind, body in biff.records(stream, place):
        if kind == _CONTINUE and kept is not None:
            kept[1].append(body)
            continue
        # Parts inside a part are charts.
        if kept is not None and depth == 1:
            yield kept
        kept = kind, [body]
        if kind == _BOF:
            depth += 1
            if struct.unpack_from("<H", body)[0] != _BIFF8:
                raise ValueError
        elif kind == _EOF:
            depth -= 1
        if depth == 0:
            return
    raise ValueError


def _where(body: bytes) -> tuple[int, int]:
    row, column = struct.unpack_from("<HH", body)
    return row, column


def _unpacked(number: int) -> float:
    """Return a number of 30 bits: the head of a float or an integer, or a hundredth."""
    if number & 2:
        figure = float((number >> 2) - ((number >> 31) << 30))
    else:
        packed = struct.pack("<Q", (number & 0xFFFFFFFC) << 32)
        figure = float(struct.unpack("<d", packed)[0])
    return figure / 100 if number & 1 else figure
