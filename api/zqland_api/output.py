"""One answer as a table, JSON, CSV, GeoJSON or a workbook.

CSV, JSON and GeoJSON carry stable keys for programs; tables and workbooks carry
headings in the reader's language. Every form says the basis, the as-of date, the
rules and whether the records are fictional.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
import xlsxwriter
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from zqland.text import Language, Text
from zqland.units import round_half_up
from zqland_api.about import About
from zqland_api.errors import UsageError
from zqland_api.files import write_atomically

JSON_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
"""How JSON is written: numpy figures as figures, not-a-number as null."""

WIDEST_COLUMN = 60
"""Characters after which a text in a table goes on in the next line."""

SHAPE_DIGITS = 7
"""Decimals of longitude and latitude in GeoJSON: a centimetre."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SHEET_NAME_LENGTH = 31


class Format(StrEnum):
    """The forms of an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    GEOJSON = "geojson"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    key
        Name of the column in the table and for programs.
    heading
        Name of the column for readers.
    digits
        Decimals shown, for figures.
    words
        What readers see instead of codes.
    """

    key: str
    heading: Text
    digits: int = 2
    words: Mapping[str, Text] = field(default_factory=dict)

    def shown(self, value: object, language: Language) -> str:
        """Write one value for readers; ``""`` where it is not known."""
        if isinstance(value, (list, tuple)):
            joint = "、" if language is Language.ZH else ", "
            return joint.join(self.shown(part, language) for part in value)
        if isinstance(value, (bool, np.bool_)):
            return "✓" if value else ""
        if pd.isna(value):  # type: ignore[call-overload] # any scalar
            return ""
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d")
        if isinstance(value, (float, np.floating)):
            return f"{round_half_up(float(value), self.digits):,.{self.digits}f}"
        word = self.words.get(str(value))
        return printable(str(value) if word is None else word.in_language(language))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of an answer.

    Attributes
    ----------
    key
        Short name for programs.
    title
        Name for readers.
    table
        The rows; columns beyond ``columns`` are for programs only.
    columns
        The columns that readers see, in order.
    """

    key: str
    title: Text
    table: pd.DataFrame
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """An answer in all its forms.

    Attributes
    ----------
    about
        The conditions that the figures hold under.
    sheets
        Its tables; CSV writes the first.
    shown
        Keys of the sheets that are printed; all where none is named.
    document
        Its JSON; the sheets' rows where there is none.
    shapes
        Its geometry in EPSG:4490, row by row with the first sheet.
    notes
        Sentences that stand beside it.
    """

    about: About
    sheets: tuple[Sheet, ...]
    document: dict[str, Any] | None = None
    shapes: gpd.GeoSeries | None = None
    notes: tuple[Text, ...] = ()
    shown: tuple[str, ...] = ()


def choose_format(name: Format | None, out: Path | None) -> Format:
    """Choose the form: as named, else by the file's ending, else a table.

    Examples
    --------
    >>> choose_format(None, Path("stages.xlsx")).value
    'xlsx'
    """
    if name is not None:
        return name
    ending = "" if out is None else out.suffix.lower().lstrip(".")
    return Format(ending) if ending in set(Format) else Format.TABLE


def render(output: Output, form: Format, language: Language) -> bytes:
    """Write an answer in one form.

    Parameters
    ----------
    output
        The answer.
    form
        The form.
    language
        The reader's language.

    Returns
    -------
    content
        The whole file; text is UTF-8.
    """
    if form is Format.XLSX:
        return to_xlsx(output, language)
    if form is Format.JSON:
        return to_json(output, language) + b"\n"
    if form is Format.GEOJSON:
        return to_geojson(output, language) + b"\n"
    if form is Format.CSV:
        return to_csv(output).encode("utf-8", "replace")
    return to_text(output, language).encode("utf-8", "replace")


def save(output: Output, form: Format, language: Language, path: Path) -> None:
    """Write an answer into a file, whole or not at all.

    A CSV file begins with a byte order mark: spreadsheets take it for GBK otherwise.
    """
    content = render(output, form, language)
    if form is Format.CSV:
        content = b"\xef\xbb\xbf" + content
    write_atomically(path, lambda draft: draft.write_bytes(content))


def to_json(output: Output, language: Language) -> bytes:
    """Write an answer as JSON."""
    body = output.document
    if body is None:
        body = {sheet.key: records(sheet.table) for sheet in output.sheets}
    members = {**output.about.to_dict(language), **body}
    if output.notes:
        members["notes"] = [note.in_language(language) for note in output.notes]
    return orjson.dumps(members, default=str, option=JSON_OPTIONS)


def to_geojson(output: Output, language: Language) -> bytes:
    """Write an answer as a GeoJSON feature collection (RFC 7946).

    Raises
    ------
    UsageError
        The answer has no geometry.
    """
    if output.shapes is None:
        raise UsageError(
            Text(
                en="This answer has no geometry. Choose table, json, csv or xlsx.",
                zh="该结果没有图形，请选择 table、json、csv 或 xlsx。",
            )
        )
    collection = {
        "type": "FeatureCollection",
        **output.about.to_dict(language),
        "features": features(output.shapes, records(output.sheets[0].table)),
    }
    return orjson.dumps(collection, default=str, option=JSON_OPTIONS)


def features(
    shapes: gpd.GeoSeries, properties: list[dict[str, Any]], *, key: str = "parcel_id"
) -> list[dict[str, Any]]:
    """Pair shapes with their properties as GeoJSON features.

    Parameters
    ----------
    shapes
        Geometry in EPSG:4490.
    properties
        Properties of each shape, in the same order.
    key
        Property that is the feature's identifier.
    """
    texts = shapely.to_geojson(
        shapely.transform(
            shapely.orient_polygons(shapes.to_numpy()),
            lambda coordinates: np.round(coordinates, SHAPE_DIGITS),
        )
    )
    return [
        {
            "type": "Feature",
            **({"id": row[key]} if key in row else {}),
            "geometry": None if text is None else orjson.Fragment(text),
            "properties": row,
        }
        for text, row in zip(texts, properties, strict=True)
    ]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """List the rows of a table for JSON: dates as text, unknown as None."""
    plain = pd.DataFrame(
        {name: _plain(column) for name, column in table.items()},
        columns=table.columns,
        dtype=object,
    )
    names = [str(name) for name in plain.columns]
    return [
        dict(zip(names, row, strict=True))
        for row in plain.itertuples(index=False, name=None)
    ]


def _plain(column: pd.Series[Any]) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        texts = column.dt.strftime("%Y-%m-%d").astype(object)
        return list(texts.where(column.notna(), None))
    if pd.api.types.is_float_dtype(column):
        values = column.astype(object)
        return list(values.where(np.isfinite(column.astype(float)), None))
    values = column.astype(object)
    return [
        value if isinstance(value, (list, tuple)) or pd.notna(value) else None
        for value in values
    ]


def to_csv(output: Output) -> str:
    """Write the first table of an answer as CSV, safe to open in a spreadsheet."""
    table = output.sheets[0].table.copy(deep=False)
    for name, value in output.about.columns().items():
        table[name] = value
    cells = {name: _csv_cells(column) for name, column in table.items()}
    safe = pd.DataFrame(cells, columns=table.columns)
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _csv_cells(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        days: pd.Series[Any] = column.dt.strftime("%Y-%m-%d")
        return days
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return column
    return column.astype(object).map(_csv_cell)


def _csv_cell(value: object) -> object:
    if isinstance(value, (list, tuple)):
        value = ";".join(str(part) for part in value)
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-12.5"), harmless("一号地块")
    ("'=1+1", '-12.5', '一号地块')
    """
    if text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


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


def printable(text: str) -> str:
    r"""Return a text that cannot steer a terminal: control characters are shown.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a�[2Jb'
    """
    return _CONTROLS.sub("�", text)


def to_xlsx(output: Output, language: Language) -> bytes:
    """Write an answer as a workbook: a sheet per table, and one about them."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        names: set[str] = set()
        for sheet in output.sheets:
            name = _sheet_name(sheet.title.in_language(language), names)
            _write_sheet(workbook, name, sheet, language)
        title = Text(en="About", zh="说明").in_language(language)
        about = workbook.add_worksheet(_sheet_name(title, names))
        for row, (heading, value) in enumerate(output.about.rows(language)):
            about.write_string(row, 0, heading)
            about.write_string(row, 1, value)
        for row, note in enumerate(output.notes, start=len(output.about.rows("en"))):
            about.write_string(row, 1, note.in_language(language))
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 80)
    return target.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_SHEET_NAME_LENGTH]
    while name in taken:
        name = name[: _SHEET_NAME_LENGTH - 1] + str(len(taken))
    taken.add(name)
    return name


def _write_sheet(
    workbook: xlsxwriter.Workbook, name: str, sheet: Sheet, language: Language
) -> None:
    worksheet = workbook.add_worksheet(name)
    bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    for position, column in enumerate(sheet.columns):
        heading = column.heading.in_language(language)
        worksheet.write_string(0, position, heading, bold)
        digits = "0" * column.digits
        figure = workbook.add_format({"num_format": f"#,##0.{digits}".rstrip(".")})
        width = 2 * len(heading)
        for row, value in enumerate(sheet.table[column.key], start=1):
            if isinstance(value, pd.Timestamp):
                worksheet.write_datetime(row, position, value.to_pydatetime(), day)
            elif isinstance(value, (float, np.floating)):
                if np.isfinite(value):
                    worksheet.write_number(row, position, float(value), figure)
            elif isinstance(value, (int, np.integer)) and not isinstance(value, bool):
                worksheet.write_number(row, position, int(value))
            else:
                text = column.shown(value, language)
                if text:
                    worksheet.write_string(row, position, text)
                width = max(width, len(text))
        worksheet.set_column(position, position, min(max(width, 10), 60))
    worksheet.freeze_panes(1, 1)
    if not sheet.table.empty:
        worksheet.autofilter(0, 0, len(sheet.table), len(sheet.columns) - 1)


def note_lines(notes: Iterable[Text], language: Language) -> list[str]:
    """Return notes as lines in one language, each once."""
    return list(dict.fromkeys(note.in_language(language) for note in notes))
