"""Turn files that are no xlsx workbooks into pages of values for a marked copy."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland import catalogues
from zqland.text import Language, Text
from zqland_geodata import archives, cellgrids, headings, identity, vector
from zqland_geodata.fieldmap import ColumnMap, FieldMap, table_map
from zqland_geodata.marked import marks
from zqland_geodata.marked.building import Page, sheet_name
from zqland_geodata.rawtable import clean_text, texts
from zqland_geodata.survey import decoding
from zqland_geodata.survey.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zqland_geodata.options import Limits, ReadOptions

_BOOKS = (".xlsx", ".xlsm")
_LARGEST_BOOK = 40_000_000
_MOST_ROWS, _MOST_COLUMNS = 1_048_000, 16_384
_HEAD = re.compile(r"(?:[^,]*,){2}\s*([^,]*?)\s*,[^@]*@[\s,]*")


def keeps_formats(path: Path, limits: Limits) -> bool:
    """Tell whether a file is a workbook that is copied with its formats.

    Parameters
    ----------
    path
        The file.
    limits
        How much an archive may unpack to.

    Returns
    -------
    keeps
        Whether it is; large workbooks are copied as values, for cells with formats
        take some ten times the memory of the file unpacked.

    Raises
    ------
    FileUnreadableError
        It is a damaged workbook.
    """
    if path.suffix.lower() not in _BOOKS:
        return False
    with archives.opened(path, limits) as archive:
        unpacked = sum(entry.file_size for _, entry in archives.entries(archive))
    return unpacked <= _LARGEST_BOOK


def pages_of(
    path: Path, fieldmap: FieldMap | None, options: ReadOptions, language: Language
) -> list[Page]:
    """Return the values of a file as pages.

    Parameters
    ----------
    path
        A file that may be opened.
    fieldmap
        Which column is what.
    options
        Limits and layer.
    language
        Language of added headings.

    Returns
    -------
    pages
        One per sheet, layer or text.

    Raises
    ------
    ReadError
        The file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in cellgrids.KINDS:
        return _sheets(path, options)
    if suffix in vector.SURVEYS:
        return [_lines(path)]
    return [_records(path, fieldmap, options, language)]


def _sheets(path: Path, options: ReadOptions) -> list[Page]:
    pages: list[Page] = []
    for grid in cellgrids.open_grids(path, options.limits):
        name = marks.free_name(
            sheet_name(grid.name or path.stem), [page.name for page in pages]
        )
        kind = "sheet" if grid.name else "line"
        numbers = [
            int(place.rpartition("!" if grid.name else " ")[2]) for place in grid.places
        ]
        places = {(kind, number): row for row, number in enumerate(numbers, start=1)}
        pages.append(Page(name, grid.rows, places=places, source=grid.name))
    return pages


def _lines(path: Path) -> Page:
    """Return a survey TXT line by line; the heads of blocks name the records."""
    tally = Tally()
    text = decoding.decode(path.read_bytes(), path.name, tally)
    lines = decoding.lines_of(text, tally)[:_MOST_ROWS]
    records: dict[str, int] = {}
    for row, line in enumerate(lines, start=1):
        head = _HEAD.fullmatch(unicodedata.normalize("NFKC", line))
        if head:
            records.setdefault(head[1], row)
    rows = range(1, len(lines) + 1)
    return Page(
        sheet_name(path.stem),
        [(line,) for line in lines],
        places={("line", row): row for row in rows},
        records=records,
        fields={"": 1},
    )


def _records(
    path: Path, fieldmap: FieldMap | None, options: ReadOptions, language: Language
) -> Page:
    """Return the attribute table of a layer, with the place of each record."""
    mapping = table_map(fieldmap, "parcels")
    layer = vector.read_layer(path, mapping, options)
    table = pd.DataFrame(layer.table.drop(columns=layer.table.geometry.name))
    table = table.iloc[:_MOST_ROWS, : _MOST_COLUMNS - 1]
    names = [str(heading) for heading in table.columns]
    places = layer.row_places or [f"record {row}" for row in range(1, len(table) + 1)]
    columns = mapping.columns or (layer.mapping.columns if layer.mapping else {})
    sources = columns or _recognised(names)
    shown = [marks.place_text(place, language) for place in places]
    values = [[_plain(value) for value in table[name]] for name in table.columns]
    rows = [(_PLACE.in_language(language), *names), *zip(shown, *values, strict=False)]
    row_of = {place: row for row, place in enumerate(places, start=2)}
    return Page(
        sheet_name(path.stem),
        rows,
        places={_key(place): row for place, row in row_of.items()}
        | {("record", row - 1): row for row in row_of.values()},
        records=_ids(table, sources, places),
        fields={"": 1} | _fields(names, sources),
    )


def _key(place: str) -> tuple[str, int]:
    kind, _, number = place.partition(" ")
    return kind, int(number) if number.isdecimal() else 0


def _recognised(names: list[str]) -> dict[str, ColumnMap]:
    found: dict[str, ColumnMap] = {}
    for name in names:
        match = headings.match(name, "parcels")
        if match:
            found.setdefault(match[0], ColumnMap(columns=(name,)))
    return found


def _fields(names: list[str], sources: Mapping[str, ColumnMap]) -> dict[str, int]:
    numbers = {name: number for number, name in enumerate(names, start=2)}
    known = set(catalogues.columns()["column"])
    fields = {name: number for name, number in numbers.items() if name not in known}
    return fields | {
        key: numbers[source.columns[0]]
        for key, source in sources.items()
        if source.columns and source.columns[0] in numbers
    }


def _ids(
    table: pd.DataFrame, sources: Mapping[str, ColumnMap], places: list[str]
) -> dict[str, int]:
    source = sources.get("parcel_id")
    names = source.columns if source else ()
    if not source or not names or not set(names) <= set(map(str, table.columns)):
        return {}
    parts = pd.concat([texts(table[name]) for name in names], axis=1)
    ids = parts.iloc[:, 0].str.cat(parts.iloc[:, 1:], sep=source.join)
    unique = identity.unique_ids(
        ids.reset_index(drop=True), places, [], field="parcel_id"
    )
    return {name: row for row, name in enumerate(unique, start=2)}


def _plain(value: object) -> Any:  # noqa: ANN401 - a cell may hold anything
    """Return a value as a plain number, text, day or nothing."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is pd.NaT or value is pd.NA or value is None:
        return None
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, bool | int | float | dt.date):
        return value
    return clean_text(value)


_PLACE = Text(en="Place", zh="位置")
