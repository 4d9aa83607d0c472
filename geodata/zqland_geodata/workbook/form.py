"""Write tables into a workbook that prints well and runs nothing.

Text is written as text: a name that begins with ``=``, ``+``, ``-`` or ``@`` never
becomes a formula and an address never becomes a link. A workbook is written beside its
place and moved there when it is whole.
"""

from __future__ import annotations

import math
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from zqland.text import Language, Text
from zqland_geodata.workbook.cells import LINKS_PER_SHEET, Block, Formula, Linked
from zqland_geodata.workbook.lines import broken, width_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_FONTS = {Language.ZH: "Microsoft YaHei", Language.EN: "Calibri"}
_INK, _HEAD, _RULE, _WARN = "#22313F", "#E6ECEF", "#B8C4CC", "#9A3B26"
_LINK = "#1F5C99"
_HEAD_STYLE = {
    "bold": True,
    "bg_color": _HEAD,
    "bottom": 1,
    "bottom_color": _RULE,
    "text_wrap": True,
    "valign": "vcenter",
}
_LARGEST_CELL = 32_767
_HIGHEST = 400
_LINE_HEIGHT, _LEAST_HEAD, _ROW_PIXELS = 14, 32, 20
_A4 = 9
_LETTER = 0.92  # of the digit that widths are counted in, on average

FORMATS = {
    "text": "@",
    "mark": "@",
    "count": "#,##0",
    "area": "#,##0.00",
    "hectares": "#,##0.0000",
    "score": "0.0",
    "share": "0.0%",
    "ratio": "0.00",
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm:ss",
    "figure": "General",
}
"""Number formats by kind of column."""

_CENTRED = frozenset({"mark", "date", "time"})
_NUMBERS = frozenset({"count", "area", "hectares", "score", "share", "ratio", "figure"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    heading
        Its heading.
    cells
        Its values, one per row; missing ones leave the cell empty. `Formula` and
        `Linked` values are written as such.
    kind
        A key of `FORMATS`.
    width
        Width in letters.
    total
        Whether a formula adds it up below the table.
    key
        Name of the column for formulas; see `Block`.
    """

    heading: Text
    cells: Iterable[Any]
    kind: str = "text"
    width: float = 12.0
    total: bool = False
    key: str = ""


class Book:
    """A workbook in one language.

    Attributes
    ----------
    language
        Language of everything written.
    notice
        Sentence under the title of every sheet and at the foot of every page.
    header
        Line at the head of every page, beside the name of the sheet; none at first.
    """

    def __init__(
        self, workbook: xlsxwriter.Workbook, language: Language | str, notice: Text
    ) -> None:
        self._workbook = workbook
        self.language = Language(language)
        self.notice = notice
        self.header: Text | None = None
        font = {"font_name": _FONTS[self.language], "font_size": 10, "font_color": _INK}
        self._font = font
        self._formats = {
            "title": workbook.add_format({**font, "bold": True, "font_size": 15}),
            "note": workbook.add_format({**font, "italic": True}),
            "notice": workbook.add_format({**font, "font_color": _WARN, "bold": True}),
        }
        head = {**font, **_HEAD_STYLE}
        for side in ("left", "center", "right"):
            indent = int(side == "right")
            self._formats[f"head_{side}"] = workbook.add_format(
                {**head, "align": side, "indent": indent}
            )
        for kind, number_format in FORMATS.items():
            cell = {**font, "num_format": number_format, "valign": "top"}
            cell["text_wrap"] = kind == "text"
            if kind in _CENTRED:
                cell["align"] = "center"
            elif kind in _NUMBERS:
                # Figures keep off the words of the next column.
                cell |= {"align": "right", "indent": 1}
            self._formats[kind] = workbook.add_format(cell)
            # A cell with the format of texts would show a formula, once edited.
            live = {**cell, "num_format": "General"} if number_format == "@" else cell
            self._formats[f"{kind}_live"] = workbook.add_format(live)
            self._formats[f"{kind}_link"] = workbook.add_format(
                {**cell, "font_color": _LINK, "underline": 1}
            )
            self._formats[f"{kind}_total"] = workbook.add_format(
                {**cell, "bold": True, "top": 1, "top_color": _RULE}
            )

    def add_sheet(self, name: Text, title: Text, notes: Sequence[Text] = ()) -> Sheet:
        """Add a sheet with its title, the notice and notes.

        Parameters
        ----------
        name
            Name on the tab.
        title
            Title above the table.
        notes
            Sentences under the title.

        Returns
        -------
        sheet
            The sheet, ready for its table.
        """
        page = self._workbook.add_worksheet(name.in_language(self.language))
        page.set_landscape()
        page.set_paper(_A4)
        page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2)
        page.set_footer("&L&8 " + _escaped(self.say(self.notice)) + "&R&8&P / &N")
        if self.header is not None:
            page.set_header("&L&8&A&R&8 " + _escaped(self.say(self.header)))
        sheet = Sheet(self, page)
        sheet.write_line(title, "title")
        sheet.write_line(self.notice, "notice")
        for note in notes:
            sheet.write_line(note, "note")
        return sheet

    def add_chart(self, options: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- as below
        """Make a chart of the library, in the font of the book.

        Parameters
        ----------
        options
            Kind of chart as the library names it.
        """
        return self._workbook.add_chart(dict(options))

    @property
    def font(self) -> str:
        """The font of everything written."""
        return _FONTS[self.language]

    def say(self, text: Text) -> str:
        """Return a sentence in the language of the book."""
        return text.in_language(self.language)

    def format_of(self, name: str) -> Any:  # noqa: ANN401 -- the library has no types
        """Return a cell format by name."""
        return self._formats[name]


class Sheet:
    """A sheet that is filled from top to bottom.

    Attributes
    ----------
    row
        The next free row, from 0.
    """

    def __init__(self, book: Book, page: Any) -> None:  # noqa: ANN401 -- as above
        self._book = book
        self._page = page
        self._links = 0
        self._widths: dict[int, float] = {}
        self.row = 0

    @property
    def name(self) -> str:
        """Name on the tab."""
        return str(self._page.get_name())

    def insert_chart(
        self,
        chart: Any,  # noqa: ANN401 -- as above
        *,
        place: int,
        size: tuple[int, int] = (640, 300),
        beside: bool = False,
    ) -> None:
        """Put a chart on the next free row, and go on below it.

        Parameters
        ----------
        chart
            The chart.
        place
            Column of its left edge.
        size
            Width and height in pixels.
        beside
            Whether another goes beside it, so that the row stays free.
        """
        width, height = size
        chart.set_size({"width": width, "height": height})
        self._page.insert_chart(self.row, place, chart, {"object_position": 2})
        if not beside:
            self.row += height // _ROW_PIXELS + 2

    def write_line(self, text: Text, style: str = "note") -> None:
        """Write a sentence into a line of its own, a long one into several."""
        for line in broken(self._book.say(text)):
            self._page.write_string(self.row, 0, line, self._book.format_of(style))
            self.row += 1

    def write_pair(self, label: Text, value: object, kind: str = "text") -> None:
        """Write a label and its value side by side."""
        self._page.write_string(
            self.row, 0, self._book.say(label), self._book.format_of("text")
        )
        self._write_cell(self.row, 1, value, kind)
        self.row += 1

    def write_table(
        self, columns: Sequence[Column], *, main: bool = True, frozen: bool = True
    ) -> Block:
        """Write a table with headings, and totals as formulas below it.

        Parameters
        ----------
        columns
            The columns, all of the same length.
        main
            Whether it is the table of the sheet: its headings are repeated on every
            page, and it can be filtered.
        frozen
            Whether the headings of the main table stay on screen, with all above them.

        Returns
        -------
        block
            Where its values stand.
        """
        self.row += 1
        head = self.row
        for place, column in enumerate(columns):
            heading = self._book.say(column.heading)
            style = self._book.format_of(f"head_{_side_of(column.kind)}")
            self._page.write_string(head, place, heading, style)
            self._widen(place, column.width)
        self._page.set_row(head, self._head_height(columns))
        count = 0
        # Cells are written one by one: the format of the file is a stream of cells.
        for place, column in enumerate(columns):
            values = list(column.cells)
            count = max(count, len(values))
            for number, value in enumerate(values, start=head + 1):
                self._write_cell(number, place, value, column.kind)
        self._fit_rows(columns, head + 1)
        self.row = head + count + 1
        if not count:
            self.write_line(_NOTHING)
        if main:
            if frozen:
                self._page.freeze_panes(head + 1, min(2, len(columns) - 1))
            self._page.repeat_rows(head)
            self._page.autofilter(
                head, 0, max(head + count, head + 1), len(columns) - 1
            )
        if count and any(column.total for column in columns):
            self._write_totals(columns, head, count)
        return block_of(self.name, columns, first=head + 1, count=count)

    def _widen(self, place: int, width: float) -> None:
        """Make a column as wide as the widest of the tables on the sheet needs it."""
        if width > self._widths.get(place, 0.0):
            self._widths[place] = width
            self._page.set_column(place, place, width)

    def _head_height(self, columns: Sequence[Column]) -> float:
        """Give the row of headings as many lines as the longest needs."""
        lines = [
            math.ceil(1.15 * width_of(self._book.say(column.heading)) / column.width)
            for column in columns
        ]
        return max(_LEAST_HEAD, _LINE_HEIGHT * max(lines, default=1) + 4)

    def _fit_rows(self, columns: Sequence[Column], first: int) -> None:
        """Make rows as high as their longest text needs: not all programs do."""
        lines: dict[int, int] = {}
        for place, column in enumerate(columns):
            if column.kind != "text":
                continue
            width = self._widths[place]
            for row, value in enumerate(map(_plain, column.cells), start=first):
                letters = width_of(value) if isinstance(value, str) else 0
                needed = math.ceil(_LETTER * letters / width)
                if needed > 1:
                    lines[row] = max(needed, lines.get(row, 1))
        for row, needed in lines.items():
            self._page.set_row(row, min(_LINE_HEIGHT * needed + 2, _HIGHEST))

    def _write_totals(self, columns: Sequence[Column], head: int, count: int) -> None:
        """Add up columns below the table; a filter leaves only what is shown."""
        self._page.write_string(
            self.row, 0, self._book.say(_TOTAL), self._book.format_of("text_total")
        )
        for place, column in enumerate(columns):
            if not column.total:
                continue
            cells = xlsxwriter.utility.xl_range(head + 1, place, head + count, place)
            plain = [_plain(value) for value in column.cells]
            known = [value for value in plain if not _is_missing(value)]
            self._page.write_formula(
                self.row,
                place,
                f"=SUBTOTAL(109,{cells})",
                self._book.format_of(f"{column.kind}_total"),
                sum(known),
            )
        self.row += 1

    def _write_cell(self, row: int, place: int, value: object, kind: str) -> None:
        style = self._book.format_of(kind)
        if isinstance(value, Linked):
            if self._links < LINKS_PER_SHEET:
                self._links += 1
                style = self._book.format_of(f"{kind}_link")
                self._page.write_url(row, place, f"internal:{value.target}", style, "–")
            value = value.value
        if isinstance(value, Formula):
            given = "" if _is_missing(value.value) else value.value
            style = self._book.format_of(f"{kind}_live")
            self._page.write_formula(row, place, value.text, style, given)
        elif _is_missing(value):
            return
        elif kind in _NUMBERS:
            number = float(value)  # type: ignore[arg-type] # a figure by its kind
            self._page.write_number(row, place, number, style)
        elif kind in {"date", "time"}:
            self._page.write_datetime(row, place, _as_time(value), style)
        else:
            self._page.write_string(row, place, str(value)[:_LARGEST_CELL], style)


def block_of(sheet: str, columns: Sequence[Column], *, first: int, count: int) -> Block:
    """Tell where the columns of a table stand, or will stand.

    Parameters
    ----------
    sheet
        Name of the sheet.
    columns
        The columns; those without a key cannot be named.
    first
        Row of the first line of values, from 0: two below the next free row.
    count
        How many lines there are.
    """
    places = {column.key: place for place, column in enumerate(columns) if column.key}
    return Block(sheet, first, count, places)


@contextmanager
def open_book(
    path: str | Path, *, language: Language | str, notice: Text, title: Text
) -> Iterator[Book]:
    """Open a workbook that appears at its place only when it is whole.

    Parameters
    ----------
    path
        Where it goes; a file that is there is replaced.
    language
        Language of the book.
    notice
        Sentence for every sheet.
    title
        Title among the properties of the file.

    Yields
    ------
    book
        The book to fill.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.stem}-", suffix=".part"
    )
    os.close(handle)
    draft = Path(name)
    try:
        workbook = xlsxwriter.Workbook(name, dict(_OPTIONS))
        workbook.set_properties({"title": title.in_language(language)})
        book = Book(workbook, language, notice)
        yield book
        workbook.close()
        draft.chmod(0o644)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}

_TOTAL = Text(en="Total", zh="合计")
_NOTHING = Text(en="(none)", zh="（无）")


def _side_of(kind: str) -> str:
    """Tell where headings of a kind of column stand: as its cells do."""
    if kind in _CENTRED:
        return "center"
    return "right" if kind in _NUMBERS else "left"


def _plain(value: Any) -> Any:  # noqa: ANN401 -- a value of any kind
    """Return the figure of a cell that is more than its value."""
    if isinstance(value, Linked):
        return _plain(value.value)
    return value.value if isinstance(value, Formula) else value


def _is_missing(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT or value == "":
        return True
    return isinstance(value, float) and (value != value or abs(value) == float("inf"))  # noqa: PLR0124 -- NaN


def _as_time(value: object) -> dt.datetime:
    return pd.Timestamp(value).to_pydatetime()  # type: ignore[arg-type] # a day by its kind


def _escaped(text: str) -> str:
    """Write a text for a page footer, where ``&`` begins a code."""
    return text.replace("&", "&&")[:200]
