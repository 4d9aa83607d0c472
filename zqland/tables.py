"""The tables that cross the edges of the core, checked by one catalogue of columns.

Every column's type, unit, bounds and meaning stand in ``catalogues/columns.csv``. The
schemas here, the API and the documentation are all read from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
from geopandas.array import GeometryDtype
from pandera.errors import SchemaErrors

from zqland.catalogues import columns
from zqland.coercion import EMPTY_DTYPES, Fault, coerce, value_text
from zqland.consistency import evidence_faults, window_faults
from zqland.errors import NotFoundError, TableError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

INDEXES = {"parks": "park_id", "parcels": "parcel_id", "projects": "project_id"}
"""The tables that are indexed by a column, which is then no column any more."""

_UNIQUE = {
    "evidence": "evidence_id",
    "lineage": "lineage_id",
    "holds": "hold_id",
    "contracts": "contract_id",
    "batches": "batch_id",
    "documents": "sha256",
}
_DTYPES = {"number": "float64", "date": "datetime64[s]", "datetime": "datetime64[s]"}
_SHOWN_ROWS = 5
_ABSENT = Text(en="no such column", zh="缺少该列")
_A_COLUMN = Text(en="a column of this name", zh="同名的列")

Table = TypeVar("Table", bound=pd.DataFrame)


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One row of the catalogue of columns.

    Attributes
    ----------
    table
        Name of the table.
    column
        Name of the column.
    type
        text, number, integer, date, datetime or geometry.
    unit
        Unit of the values; for geometries their reference system.
    required
        Whether the column must be there.
    nullable
        Whether cells may be empty.
    minimum, maximum
        Bounds, both inclusive.
    choices
        The texts that may stand there; anything if empty.
    """

    table: str
    column: str
    type: str
    unit: str
    required: bool
    nullable: bool
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]


def schema(name: str) -> pa.DataFrameSchema:
    """Return the schema of a table, built from the catalogue of columns.

    Parameters
    ----------
    name
        Name of the table.

    Returns
    -------
    schema
        Checks types, bounds, choices and missing values; other columns are allowed.

    Raises
    ------
    NotFoundError
        The catalogue has no such table.

    Examples
    --------
    >>> list(schema("targets").columns)
    ['year', 'predicate', 'scope', 'target_m2', 'source']
    """
    rows = _rows(name)
    index = INDEXES.get(name)
    return pa.DataFrameSchema(
        {row.column: _column(name, row) for row in rows if row.column != index},
        index=pa.Index(name=index, unique=True) if index else None,
        name=name,
    )


def check(name: str, table: Table, *, items: Collection[str] | None = None) -> Table:
    """Check a table and bring its columns to their types.

    Optional columns that are missing are added without values; columns that the
    catalogue does not know are kept.

    Parameters
    ----------
    name
        Name of the table.
    table
        The table; its key may be the index or a column.
    items
        Keys of the catalogue of items, to check the items of evidence.

    Returns
    -------
    table
        A copy in the types of the catalogue, its known columns first.

    Raises
    ------
    TableError
        Anything is wrong; the message lists every fault with its column, what was
        found, what is needed, and the first rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from zqland import tables
    >>> events = pd.DataFrame(
    ...     {"parcel_id": ["A-1"], "status": ["sold"], "happened_on": ["2023-05-01"]}
    ... )
    >>> tables.check("status_events", events)
    Traceback (most recent call last):
    zqland.errors.TableError: The table status_events has 1 fault.
    - status: found “sold”; needed is one of planned, in_reserve, listed, supplied, \
returned, retired. Rows: 0.
    """
    typed, faults = _typed(name, table)
    faults += _schema_faults(name, typed, faults)
    if name == "evidence":
        faults += evidence_faults(typed, items)
    if name == "projects":
        faults += window_faults(typed)
    if faults:
        raise TableError(_sentence(name, faults))
    return typed


def empty(name: str) -> pd.DataFrame:
    """Return a table without rows.

    Parameters
    ----------
    name
        Name of the table.

    Returns
    -------
    table
        All columns of the catalogue in their types; a GeoDataFrame where the
        catalogue has geometries.
    """
    rows = _rows(name)
    parts: dict[str, object] = {}
    for row in rows:
        if row.type == "geometry":
            crs = row.unit if row.unit.startswith("EPSG:") else None
            parts[row.column] = gpd.GeoSeries([], crs=crs)
        else:
            parts[row.column] = pd.Series([], dtype=EMPTY_DTYPES[row.type])
    table = (
        gpd.GeoDataFrame(parts, geometry="geometry")
        if "geometry" in parts
        else pd.DataFrame(parts)
    )
    return table.set_index(INDEXES[name]) if name in INDEXES else table


@cache
def _catalogue() -> dict[str, tuple[ColumnRow, ...]]:
    rows = [
        ColumnRow(
            table=row["table"],
            column=row["column"],
            type=row["type"],
            unit=row["unit"],
            required=row["required"] == "yes",
            nullable=row["nullable"] == "yes",
            minimum=float(row["minimum"]) if row["minimum"] else None,
            maximum=float(row["maximum"]) if row["maximum"] else None,
            choices=tuple(row["choices"].split("|")) if row["choices"] else (),
        )
        for row in columns().to_dict("records")
    ]
    names = dict.fromkeys(row.table for row in rows)
    return {name: tuple(row for row in rows if row.table == name) for name in names}


def _rows(name: str) -> tuple[ColumnRow, ...]:
    tables = _catalogue()
    if name not in tables:
        text = Text(
            en="no table is called {name}; known are {known}.",
            zh="没有名为 {name} 的表；可用的表：{known}。",
        )
        raise NotFoundError(text.format(name=name, known=", ".join(tables)))
    return tables[name]


def _column(name: str, row: ColumnRow) -> pa.Column:
    checks = []
    if row.minimum is not None:
        checks.append(pa.Check.ge(row.minimum, error="minimum"))
    if row.maximum is not None:
        checks.append(pa.Check.le(row.maximum, error="maximum"))
    if row.choices:
        checks.append(pa.Check.isin(row.choices, error="choices"))
    return pa.Column(
        _DTYPES.get(row.type),
        checks,
        nullable=row.nullable,
        required=row.required,
        unique=_UNIQUE.get(name) == row.column,
        title=row.column,
    )


def _typed(name: str, table: Table) -> tuple[Table, list[Fault]]:
    """Bring a table to the index, columns and types of the catalogue."""
    rows = _rows(name)
    index = INDEXES.get(name)
    faults: list[Fault] = []
    rest = pd.DataFrame(table)
    if index is not None and (index in rest or rest.index.name == index):
        column = rest[index] if index in rest else rest.index.to_series()
        ids, faults = coerce(column.rename(index), "text", "")
        rest = rest.drop(columns=index, errors="ignore").set_axis(pd.Index(ids))
    parts: dict[str, pd.Series] = {}
    for row in rows:
        if row.column == rest.index.name and row.column == index:
            continue
        if row.column in rest:
            parts[row.column], found = coerce(rest[row.column], row.type, row.unit)
            faults += found
            continue
        parts[row.column] = _nothing(row, rest.index)
        if row.required:
            faults.append(Fault(row.column, _ABSENT, _A_COLUMN))
    parts |= {str(name): rest[name] for name in rest if name not in parts}
    # Arrays, for labels need not be unique where the table has no key in its index.
    arrays = {column: part.array for column, part in parts.items()}
    typed = pd.DataFrame(arrays, index=rest.index)
    typed.attrs = dict(table.attrs)
    return cast("Table", _as_geographic(table, typed)), faults


def _nothing(row: ColumnRow, index: pd.Index) -> pd.Series:
    if row.type == "geometry":
        crs = row.unit if row.unit.startswith("EPSG:") else None
        return gpd.GeoSeries(None, index=index, crs=crs, name=row.column)
    dtype = EMPTY_DTYPES[row.type]
    return pd.Series(None, index=index, name=row.column, dtype=dtype)


def _as_geographic(table: pd.DataFrame, typed: pd.DataFrame) -> pd.DataFrame:
    """Make a table with shapes a GeoDataFrame, with the geometry that was active."""
    if "geometry" in typed and isinstance(typed["geometry"].dtype, GeometryDtype):
        active = "geometry"
    elif isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name in typed:
        active = str(table.active_geometry_name)
    else:
        return typed
    return gpd.GeoDataFrame(typed, geometry=active)


def _schema_faults(
    name: str, table: pd.DataFrame, known: Iterable[Fault]
) -> list[Fault]:
    """Run the schema and sum up its failures, without what is known already."""
    try:
        schema(name).validate(pd.DataFrame(table), lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    absent = {fault.column for fault in known if not fault.rows}
    emptied = {(fault.column, row) for fault in known for row in fault.rows}
    needed = {row.column: row for row in _rows(name)}
    place = {label: number for number, label in enumerate(table.index)}
    faults = []
    for (column, rule), group in cases.groupby(["column", "check"], sort=False):
        if column in absent:
            continue
        in_index = column == INDEXES.get(name)
        labels = group["failure_case" if in_index else "index"].to_list()
        values = group["failure_case"].to_list()
        if rule == "not_nullable":
            labels = [row for row in labels if (column, row) not in emptied]
        labels.sort(key=place.__getitem__)
        if labels:
            text = _needed(str(rule), needed[str(column)])
            faults.append(
                Fault(str(column), value_text(values[0]), text, tuple(labels))
            )
    return faults


def _needed(rule: str, row: ColumnRow) -> Text:
    """Say what a rule of the schema needs."""
    texts = {
        "not_nullable": Text(en="a value", zh="有值"),
        "field_uniqueness": Text(en="a value that no other row has", zh="不重复的值"),
        "minimum": Text(en="at least {bound}", zh="不小于 {bound}").format(
            bound=row.minimum
        ),
        "maximum": Text(en="at most {bound}", zh="不大于 {bound}").format(
            bound=row.maximum
        ),
        "choices": Text(en="one of {known}", zh="{known} 之一").format(
            known=", ".join(row.choices)
        ),
    }
    return texts.get(rule, Text(en=rule, zh=rule))


def _sentence(name: str, faults: list[Fault]) -> Text:
    count = len(faults)
    noun = "fault" if count == 1 else "faults"
    text = Text(
        en=f"The table {name} has {count} {noun}.", zh=f"表 {name} 有 {count} 处错误。"
    )
    line = Text(
        en="\n- {column}: found {found}; needed is {needed}.{rows}",
        zh="\n- {column}：发现{found}；要求：{needed}。{rows}",
    )
    for fault in faults:
        shown = line.format(
            column=fault.column,
            found=fault.found,
            needed=fault.needed,
            rows=_rows_text(fault.rows),
        )
        text = Text(en=text.en + shown.en, zh=text.zh + shown.zh)
    return text


def _rows_text(rows: tuple[object, ...]) -> Text:
    if not rows:
        return Text(en="", zh="")
    shown = ", ".join(str(row) for row in rows[:_SHOWN_ROWS])
    others = len(rows) - _SHOWN_ROWS
    if others <= 0:
        return Text(en=f" Rows: {shown}.", zh=f"行：{shown}。")
    return Text(
        en=f" Rows: {shown} and {others} more.", zh=f"行：{shown}，另有 {others} 行。"
    )
