"""The commands of the books: their tables, and the workbook of a year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from zqland.ledger import CITY
from zqland.text import Text
from zqland_api.about import About
from zqland_api.cli.options import OutputOptions, ViewOptions, takes
from zqland_api.cli.recorded import RecordedOptions
from zqland_api.cli.terminal import Terminal, session
from zqland_api.errors import UsageError
from zqland_api.files import write_atomically
from zqland_api.output import Format, choose_format
from zqland_api.yearbook.records import Recorded
from zqland_api.yearbook.tables import SHORT, Book, year_output
from zqland_api.yearbook.workbook import write_yearbook
from zqland_api.yearbook.year import Year, open_year

_ADDING = Text(en="Adding up the books", zh="汇总台账")
_WRITING = Text(en="Writing the yearbook", zh="写入年度台账")
_WRITTEN = Text(en="Written: {path}", zh="已写入：{path}")
_NO_WORKBOOK = Text(
    en="The yearbook is a workbook: {path} does not end in .xlsx. Name a file such as "
    "yearbook.xlsx with --out; for csv or json, use `zqland ledger`.",
    zh="年度台账为工作簿：{path} 不是 .xlsx 文件。请用 --out 指定，如 年度台账.xlsx；"
    "需要 csv 或 json 请用 zqland ledger。",
)


@dataclass(frozen=True, slots=True)
class BookOptions(RecordedOptions):
    """Which books: of which records, year and ground."""

    year: Annotated[
        int | None,
        typer.Option(
            min=1950,
            max=2199,
            help="Calendar year; else that of the as-of date. · 年度",
            show_default=False,
        ),
    ] = None
    scope: Annotated[
        str,
        typer.Option(
            help="city, park:CODE, district:CODE, level:LEVEL or level:LEVEL+. · 范围"
        ),
    ] = CITY


@takes(BookOptions, ViewOptions, OutputOptions)
def ledger(
    books: BookOptions,
    view: ViewOptions,
    output: OutputOptions,
    book: Annotated[
        list[Book] | None,
        typer.Option(
            help="Which table; again for more. Without it the figures without the long"
            " lists. · 台账表",
            show_default=False,
        ),
    ] = None,
    *,
    ids: Annotated[
        bool,
        typer.Option(
            "--ids",
            help="Name the parcels that each figure is added up from; json always does."
            " · 列出各数所含地块",
        ),
    ] = False,
) -> None:
    """Show the books of a year: stock, movements, targets, forecast. · 年度台账."""
    with session(view.language) as terminal:
        recorded, year = _open(books, view, terminal)
        about = About(
            on=year.books.on,
            basis=year.basis,
            unit=view.unit,
            catalogue_hash=year.books.catalogue_hash,
            fictional=recorded.reserve.fictional,
            store=recorded.store,
            ledger_version=recorded.version,
        )
        form = choose_format(output.form, output.out)
        with terminal.working() as report:
            report(_ADDING)
            shown = year_output(
                year,
                unit=view.unit,
                about=about,
                books=book or SHORT,
                ids=ids or form is Format.JSON,
            )
        terminal.deliver(shown, form=output.form, out=output.out)


@takes(BookOptions, ViewOptions)
def yearbook(
    books: BookOptions,
    view: ViewOptions,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE.xlsx",
            help="Workbook to write. · 输出文件",
            show_default=False,
        ),
    ],
) -> None:
    """Write the books of a year as a workbook to check and print. · 年度台账工作簿."""
    with session(view.language) as terminal:
        if out.suffix.casefold() != ".xlsx":
            raise UsageError(_NO_WORKBOOK.format(path=out))
        recorded, year = _open(books, view, terminal)
        with terminal.working() as report:
            report(_WRITING)
            write_atomically(
                out,
                lambda draft: write_yearbook(
                    draft, year, recorded, language=view.language, unit=view.unit
                ),
            )
        terminal.say(_WRITTEN.format(path=out))


def _open(
    books: BookOptions, view: ViewOptions, terminal: Terminal
) -> tuple[Recorded, Year]:
    rules, recorded = books.rules(), books.recorded(terminal)
    with terminal.working() as report:
        report(_ADDING)
        year = open_year(
            recorded.reserve,
            on=view.on or recorded.on,
            catalogues=rules,
            year=books.year,
            scope=books.scope,
            basis=view.basis,
        )
    return recorded, year
