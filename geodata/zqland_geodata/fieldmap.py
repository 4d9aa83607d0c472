"""Field maps: which column of a file is what.

A field map is a TOML file with a table for each kind of record that is read with it:
``parcels``, ``parks``, ``evidence``, ``projects`` or ``status_events``. Without a field
map, or for a table without ``columns``, headings are recognised by the names in
``columns.csv`` (key, Chinese or English) and the aliases in ``data/headings.toml``;
with ``columns``, only what is named there is taken. An example with every key::

    [parcels]
    layer = "parcels_2023"      # of a file with several layers
    home_zone = 26918           # EPSG code of a projected system in metres: the plane
                                # in which areas are computed; needed outside China
    source_crs = 4326           # EPSG code, only for a file that states none

    [parcels.columns]           # key of columns.csv = where it comes from
    parcel_id = "id"            # a column
    name = { column = ["MAP", "LOT"], join = "-" }          # several, joined
    declared_m2 = { column = "area", unit = "acre" }        # a figure with its unit
    park_id = { value = "WASH" }                            # the same for all records
    land_class = { column = "usage", values = { "4*" = "M1", "316" = "W1" }, otherwise = "" }

    [evidence]
    sheet = "Sheet1"            # of a workbook with several sheets
    as_of = 2023-09-05          # the day on which the sheet's yes and no were true

    [evidence.columns]
    subject_id = "Lot"
    subject_kind = { value = "parcel" }

    [evidence.items]            # heading (wide form) or word (long form) = item key
    "Road frontage" = "road"

In ``values``, a ``*`` at the end stands for anything; whole names go first. A value
that is not listed becomes ``otherwise``; without ``otherwise`` it is unknown, and a
finding. Units are those of `zqland.units`, square feet (``sq ft``), money (``元``,
``万元``, ``亿元``) and the units of ``columns.csv``.
"""  # noqa: E501 - the example shows an inline table, which TOML keeps on one line

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from zqland import catalogues
from zqland.catalogues.document import CatalogueDocument, Section
from zqland.errors import CatalogueError, UnitError
from zqland.text import Text
from zqland_geodata import quantities
from zqland_geodata.errors import FieldMapError

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES = ("parcels", "parks", "evidence", "projects", "status_events")
"""The tables that a field map may speak of."""

SUBJECT_COLUMNS = ("parcel_id", "park_id", "area_id")
"""Names that a sheet of evidence may use instead of subject kind and id."""

_DERIVED = ("geometry", "home_geometry", "home_zone")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where one column of a table comes from.

    Attributes
    ----------
    columns
        Columns of the file; several are joined.
    join
        What stands between joined values.
    unit
        Unit of the figures; ``""`` if the heading or the cells say it.
    value
        The same value for all records, instead of columns.
    meanings
        What each value of the file means; a ``*`` at the end stands for anything.
    otherwise
        What a value outside ``meanings`` means; ``None`` makes it a finding.
    """

    columns: tuple[str, ...] = ()
    join: str = "-"
    unit: str = ""
    value: str | None = None
    meanings: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class TableMap:
    """How one table is read.

    Attributes
    ----------
    columns
        Where each column comes from; empty to recognise headings.
    layer
        Layer of a vector file, or ``""``.
    sheet
        Sheet of a workbook, or ``""``.
    home_zone
        EPSG code of the plane of the parcels, or ``None`` for the CGCS2000 zones.
    source_crs
        EPSG code for a file that states none, or ``None``.
    as_of
        Day on which a sheet's yes and no were true, or ``None``.
    items
        Item key by heading or word, for evidence.
    """

    columns: Mapping[str, ColumnMap] = field(default_factory=dict)
    layer: str = ""
    sheet: str = ""
    home_zone: int | None = None
    source_crs: int | None = None
    as_of: dt.date | None = None
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A field map: one `TableMap` for each table that it speaks of.

    Attributes
    ----------
    name
        Name of the file, for messages.
    tables
        The tables by name.
    """

    name: str
    tables: Mapping[str, TableMap]

    @classmethod
    def load(cls, path: str | Path) -> FieldMap:
        """Read a field map from a TOML file.

        Parameters
        ----------
        path
            The file, UTF-8.

        Returns
        -------
        fieldmap
            The checked field map.

        Raises
        ------
        FieldMapError
            The file is not there or not valid; the message names the line.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise FieldMapError(_UNREADABLE.format(path=path)) from error
        return cls.parse(path.name, text)

    @classmethod
    def parse(cls, name: str, text: str) -> FieldMap:
        r"""Read a field map from text.

        Parameters
        ----------
        name
            Name for messages.
        text
            The TOML text.

        Returns
        -------
        fieldmap
            The checked field map.

        Raises
        ------
        FieldMapError
            It is not valid; the message names the line and what may stand there.

        Examples
        --------
        >>> text = '[parcels.columns]\nparcel_id = "id"'
        >>> fieldmap = FieldMap.parse("lots.toml", text)
        >>> fieldmap.table("parcels").columns["parcel_id"].columns
        ('id',)
        """
        try:
            root = CatalogueDocument.parse(name, text).root.allow(*TABLES)
            tables = {section.name: _table(section) for section in root.sections()}
        except CatalogueError as error:
            raise FieldMapError(error.text) from error
        return cls(name, tables)

    def table(self, name: str) -> TableMap:
        """Return how a table is read; an empty map where none is given."""
        return self.tables.get(name, TableMap())


def table_map(fieldmap: FieldMap | None, name: str) -> TableMap:
    """Return how a table is read, with or without a field map."""
    return TableMap() if fieldmap is None else fieldmap.table(name)


def known_columns(table: str) -> dict[str, tuple[str, str]]:
    """Return the columns that can be mapped, each with its type and unit."""
    return dict(_known_columns(table))


@lru_cache(maxsize=16)
def _known_columns(table: str) -> dict[str, tuple[str, str]]:
    rows = catalogues.columns()
    rows = rows[(rows["table"] == table) & ~rows["column"].isin(_DERIVED)]
    known = {
        str(column): (str(kind), str(unit))
        for column, kind, unit in zip(
            rows["column"], rows["type"], rows["unit"], strict=True
        )
    }
    if table == "evidence":
        known |= dict.fromkeys(SUBJECT_COLUMNS, ("text", ""))
    return known


def _table(section: Section) -> TableMap:
    settings = {
        "parcels": ("columns", "layer", "sheet", "home_zone", "source_crs"),
        "parks": ("columns", "layer", "source_crs"),
        "evidence": ("columns", "sheet", "as_of", "items"),
    }.get(section.name, ("columns", "sheet"))
    section.allow(*settings)
    return TableMap(
        columns=_columns(section) if "columns" in section else {},
        layer=section.text("layer", default=""),
        sheet=section.text("sheet", default=""),
        home_zone=_epsg(section, "home_zone"),
        source_crs=_epsg(section, "source_crs"),
        as_of=_date(section, "as_of"),
        items=_items(section.section("items")) if "items" in section else {},
    )


def _columns(section: Section) -> dict[str, ColumnMap]:
    columns = section.section("columns")
    known = known_columns(section.name)
    columns.allow(*known)
    return {key: _column(columns, key, *known[key]) for key in columns.content}


def _column(columns: Section, key: str, kind: str, unit: str) -> ColumnMap:
    entry = columns.content[key]
    if isinstance(entry, str):
        return ColumnMap(columns=(columns.text(key),))
    section = columns.section(key)
    section.allow("column", "join", "unit", "value", "values", "otherwise")
    if ("column" in section) == ("value" in section):
        raise columns.fault(_ONE_OF.format(key=key), key)
    return ColumnMap(
        columns=_sources(section),
        join=str(section.content.get("join", "-")),
        unit=_unit(section, kind, unit),
        value=_word(section, "value"),
        meanings=_meanings(section),
        otherwise=_word(section, "otherwise"),
    )


def _sources(section: Section) -> tuple[str, ...]:
    if isinstance(section.content.get("column"), str):
        return (section.text("column"),)
    return section.texts("column", default=())


def _unit(section: Section, kind: str, column_unit: str) -> str:
    unit = section.text("unit", default="")
    if not unit:
        return ""
    if kind != "number":
        raise section.fault(_NO_FIGURE, "unit")
    try:
        quantities.factor(unit, column_unit)
    except UnitError as error:
        raise section.fault(error.text, "unit") from error
    return unit


def _meanings(section: Section) -> dict[str, str]:
    if "values" not in section:
        return {}
    values = section.section("values")
    return {key: _word(values, key) or "" for key in values.content}


def _word(section: Section, key: str) -> str | None:
    """Return a text or a number as text; it may be empty."""
    value = section.content.get(key)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise section.fault(_A_WORD.format(key=key), key)
    return str(value)


def _items(section: Section) -> dict[str, str]:
    return {key: section.text(key) for key in section.content}


def _epsg(section: Section, key: str) -> int | None:
    return section.integer(key, minimum=1024) if key in section else None


def _date(section: Section, key: str) -> dt.date | None:
    value = section.content.get(key)
    if value is None:
        return None
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise section.fault(_A_DATE.format(key=key), key)
    return value


_UNREADABLE = Text(
    en="The field map {path} cannot be read; name an existing TOML file in UTF-8.",
    zh="无法读取字段映射文件{path}；请给出 UTF-8 编码的 TOML 文件。",
)
_ONE_OF = Text(
    en="{key} needs either column or value, and not both.",
    zh="{key} 需要 column 或 value 之一，不能同时给出。",
)
_NO_FIGURE = Text(
    en="unit is given for a column that holds no figures; remove it.",
    zh="该列不是数值列，不能给出 unit；请删去。",
)
_A_WORD = Text(
    en="{key} must be a text or a number.",
    zh="{key} 应为文本或数字。",
)
_A_DATE = Text(
    en="{key} must be a date such as 2023-09-05, without quotes.",
    zh="{key} 应为日期，例如 2023-09-05（不加引号）。",
)
