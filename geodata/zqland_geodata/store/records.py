"""Bring tables to rows of the database, and rows back to tables."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from zqland import areas, crs
from zqland.areas import Method
from zqland.tables import INDEXES
from zqland_geodata.store.schema import BOX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from zqland_geodata.store.schema import Column, Record

    Row = Mapping[str, object]
    Key = tuple[object, ...]

DEGREES = 4490
"""SRID of shapes in CGCS2000 longitude and latitude."""

VERSIONS = ("version", "recorded_in", "replaced_in")
"""The columns of the versions that readers may ask for."""

_ELLIPSOID = (Method.PLANAR, Method.ELLIPSOID)


def keys_of(record: Record, table: pd.DataFrame) -> list[Key]:
    """Give the keys of a table's rows.

    Parameters
    ----------
    record
        The table of the store.
    table
        Its key may be the index or columns.

    Returns
    -------
    keys
        A tuple per row, in plain Python values.
    """
    flat = flattened(record, table)
    columns = [flat[name].astype("object").tolist() for name in record.key]
    return list(zip(*columns, strict=True))


def flattened(record: Record, table: pd.DataFrame) -> pd.DataFrame:
    """Make the key a column where it is the index."""
    index = INDEXES.get(record.name)
    if index is None or index in table:
        return pd.DataFrame(table)
    return pd.DataFrame(table.rename_axis(index).reset_index())


def to_columns(
    record: Record, table: pd.DataFrame, dialect: str
) -> dict[str, list[Any]]:
    """Write a table for the database, column by column.

    Parameters
    ----------
    record
        The table of the store.
    table
        In the types of the catalogue; columns that are missing are left empty.
    dialect
        Name of the dialect: sqlite or postgresql.

    Returns
    -------
    columns
        Plain Python values by column, dates as texts; None where nothing is known.
    """
    flat = flattened(record, table)
    if record.name == "parcels":
        flat = measured(flat)
    return {column.name: _plain(column, flat, dialect) for column in record.columns}


def column_of(value: object) -> object:
    """Make a column of one value; shapes without a system, for they know none."""
    if isinstance(value, shapely.Geometry):
        return gpd.GeoSeries([value])
    return [value]


def with_degrees(parcels: pd.DataFrame) -> gpd.GeoDataFrame:
    """Derive the shapes in degrees from those of the home zones where they are missing.

    Parameters
    ----------
    parcels
        Parcels with ``home_zone`` and ``home_geometry``.

    Returns
    -------
    parcels
        With ``geometry`` in EPSG:4490.
    """
    if "geometry" in parcels:
        return gpd.GeoDataFrame(parcels, geometry="geometry")
    home = gpd.GeoSeries(parcels["home_geometry"])
    shapes = crs.to_geographic(home, parcels["home_zone"])
    return gpd.GeoDataFrame(parcels.assign(geometry=shapes), geometry="geometry")


def measured(parcels: pd.DataFrame) -> pd.DataFrame:
    """Measure what is kept of each parcel for conservation and for search.

    Parameters
    ----------
    parcels
        Parcels in the types of the catalogue.

    Returns
    -------
    parcels
        With ``planar_m2`` and ``ellipsoid_m2`` of the home zone, unrounded, and the
        bounds in degrees.
    """
    sizes = areas.measure(parcels, methods=_ELLIPSOID)
    bounds = shapely.bounds(np.asarray(parcels["geometry"].array, dtype=object))
    facts: dict[str, Any] = {
        str(name): sizes[name].to_numpy() for name in sizes.columns
    }
    facts |= {side: bounds[:, place] for place, side in enumerate(BOX)}
    return parcels.assign(**facts)


def to_table(
    record: Record, names: Sequence[str], rows: Sequence[Sequence[object]]
) -> pd.DataFrame:
    """Make a table of rows from the database, in the types of the catalogue.

    Parameters
    ----------
    record
        The table of the store.
    names
        The columns that were read.
    rows
        Their values.

    Returns
    -------
    table
        Indexed and with an active geometry as `zqland.tables.check` leaves it.
    """
    types = {column.name: column.type for column in record.columns}
    values = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    parts: dict[str, object] = {
        name: _typed(types.get(name, "integer"), name, column)
        for name, column in zip(names, values, strict=True)
    }
    table = pd.DataFrame(parts)
    index = INDEXES.get(record.name)
    if index is not None and index in table:
        table = table.set_index(index)
    if "geometry" in table:
        return gpd.GeoDataFrame(table, geometry="geometry")
    return table


def plain_row(record: Record, row: Mapping[str, Any]) -> dict[str, object]:
    """Write a row of the database for a reader: texts for dates and shapes.

    Parameters
    ----------
    record
        The table of the store.
    row
        A row, with any columns.

    Returns
    -------
    values
        What JSON can hold, without the columns of the versions and without bounds.
    """
    return {
        column.name: _for_json(column, row[column.name])
        for column in record.columns
        if column.name in row and column.name not in BOX
    }


def _for_json(column: Column, value: object) -> object:
    if value is None:
        return None
    if column.type == "geometry":
        return shapely.to_wkt(_shape(value), rounding_precision=4)
    return value.isoformat() if isinstance(value, dt.date) else value


def _plain(column: Column, flat: pd.DataFrame, dialect: str) -> list[Any]:
    if column.name not in flat:
        return [None] * len(flat)
    values = flat[column.name]
    if column.type == "geometry":
        return _to_wkb(column, flat, dialect)
    known = values.notna().to_numpy()
    if column.type in ("date", "datetime"):
        plain = _date_texts(values, column.type)
    elif column.type == "number":
        plain = values.to_numpy("float64", na_value=np.nan).astype(object)
    elif column.type == "integer":
        whole = values.to_numpy("float64", na_value=0.0)
        plain = whole.astype(np.int64).astype(object)
    else:
        plain = values.astype("object").to_numpy(copy=True)
    plain[~known] = None
    return list(plain)


def _date_texts(values: pd.Series, kind: str) -> NDArray[np.object_]:
    """Write dates as both databases read them, all at once."""
    times = pd.to_datetime(values).to_numpy("datetime64[us]")
    if kind == "date":
        return np.datetime_as_string(times, unit="D").astype(object)
    texts = np.datetime_as_string(times, unit="us")
    return np.strings.replace(texts, "T", " ").astype(object)


def _to_wkb(column: Column, flat: pd.DataFrame, dialect: str) -> list[Any]:
    shapes = np.asarray(flat[column.name].array, dtype=object)
    if dialect == "sqlite":
        return cast("list[Any]", shapely.to_wkb(shapes).tolist())
    zones = np.full(len(flat), DEGREES)
    if column.name == "home_geometry":
        zones = flat["home_zone"].to_numpy("int64", na_value=0)
    placed = shapely.set_srid(shapes, zones.astype(np.int32))
    return cast("list[Any]", shapely.to_wkb(placed, include_srid=True).tolist())


def _typed(kind: str, name: str, values: Sequence[Any]) -> object:
    if kind == "geometry":
        # An array of objects also where there are none.
        found = np.array([*values, None], dtype=object)[:-1]
        shapes = shapely.from_wkb(found)
        system = None if name == "home_geometry" else DEGREES
        return gpd.GeoSeries(shapes, crs=system)
    if kind == "number":
        return np.array(values, dtype="float64")
    if kind == "integer":
        whole = pd.array(list(values), dtype="Int64")
        return whole if whole.isna().any() else whole.astype("int64")
    if kind in ("date", "datetime"):
        return _dates(kind, values)
    return pd.array(list(values), dtype="str")


def _dates(kind: str, values: Sequence[Any]) -> pd.Series:
    """Read dates that come as texts from SQLite and as objects from PostgreSQL."""
    sort = pa.date32() if kind == "date" else pa.timestamp("us")
    known = pa.array(values)
    days = known.cast(sort).cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    return pd.Series(days.astype("datetime64[s]"))


def _shape(value: object) -> shapely.Geometry:
    return cast("shapely.Geometry", shapely.from_wkb(cast("bytes", value)))
