"""One answer as a table, JSON, CSV, GeoJSON or a workbook.

CSV, JSON and GeoJSON carry stable keys for programs; tables and workbooks carry
headings in the reader's language. Every form says the basis, the as-of date, the
rules and whether the records are fictional.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland.text import Language, Text
from zqland_api.errors import UsageError
from zqland_api.files import write_atomically
from zqland_api.json_bytes import from_json, to_bytes
from zqland_api.sheets import Output
from zqland_api.terminal_tables import to_text
from zqland_api.workbooks import to_xlsx
from zqland_geodata.cells import safe_text

SHAPE_DIGITS = 7
"""Decimals of longitude and latitude in GeoJSON: a centimetre."""


class Format(StrEnum):
    """The forms of an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    GEOJSON = "geojson"
    XLSX = "xlsx"


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
    return to_bytes(members)


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
    return to_bytes(collection)


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
            "geometry": None if text is None else from_json(text),
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
    return safe_text(value) if isinstance(value, str) else value
