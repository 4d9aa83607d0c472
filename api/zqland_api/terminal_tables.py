"""Answers as tables for the eye."""

from __future__ import annotations

import io

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from zqland.text import Language, Text
from zqland_api.sheets import Output, Sheet, printable

WIDEST_COLUMN = 60
"""Characters after which a text in a table goes on in the next line."""


def to_text(output: Output, language: Language, *, width: int | None = None) -> str:
    """Write an answer as tables for the eye, without colours.

    Parameters
    ----------
    output
        The answer.
    language
        The reader's language.
    width
        Columns of the terminal; as wide as the tables need where not given.
    """
    console = Console(
        file=io.StringIO(), width=width or 100_000, color_system=None, markup=False
    )
    show(output, language, console)
    return str(console.file.getvalue())  # type: ignore[attr-defined] # a StringIO


def show(output: Output, language: Language, console: Console) -> None:
    """Print an answer as tables."""
    for sheet in output.sheets:
        if output.shown and sheet.key not in output.shown:
            continue
        console.print(RichText(sheet.title.in_language(language), style="bold"))
        if sheet.table.empty:
            console.print(Text(en="(none)", zh="（无）").in_language(language))
        else:
            console.print(_rich_table(sheet, language))
    for note in output.notes:
        console.print(RichText(printable(note.in_language(language))))
    console.print(RichText(output.about.sentence.in_language(language), style="dim"))


def _rich_table(sheet: Sheet, language: Language) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns: list[list[str]] = []
    for column in sheet.columns:
        values = sheet.table[column.key]
        is_figure = pd.api.types.is_numeric_dtype(
            values
        ) and not pd.api.types.is_bool_dtype(values)
        table.add_column(
            column.heading.in_language(language),
            justify="right" if is_figure else "left",
            overflow="fold",
            max_width=None if is_figure else WIDEST_COLUMN,
        )
        columns.append([column.shown(value, language) or "–" for value in values])
    for row in zip(*columns, strict=True):
        table.add_row(*(RichText(cell) for cell in row))
    return table
