"""Bring the columns of a table to their types, and note what will not go.

Only what means the same is brought over: a number written as text, a date without a
time. A number is never read as a date, for nobody knows from which day it counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from geopandas.array import GeometryDtype

from zqland.text import Text

if TYPE_CHECKING:
    import numpy.typing as npt

EMPTY_DTYPES = {
    "text": "str",
    "number": "float64",
    "integer": "Int64",
    "date": "datetime64[s]",
    "datetime": "datetime64[s]",
}
"""The types of columns in which nothing is known."""

_NEEDED = {
    "text": Text(en="text", zh="文本"),
    "number": Text(en="a number", zh="数字"),
    "integer": Text(en="a whole number", zh="整数"),
    "date": Text(en="a date such as 2023-09-05", zh="日期，如 2023-09-05"),
    "datetime": Text(
        en="a time such as 2023-09-05T08:30", zh="时间，如 2023-09-05T08:30"
    ),
    "geometry": Text(en="a column of geometries", zh="几何列"),
}

_GEOGRAPHIC = ("EPSG:4490", "EPSG:4326")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a column.

    Attributes
    ----------
    column
        Name of the column.
    found
        The first value that is wrong, or what is wrong with the whole column.
    needed
        What must stand there.
    rows
        Labels of the rows; empty for a fault of the whole column.
    """

    column: str
    found: Text
    needed: Text
    rows: tuple[object, ...] = ()


def value_text(value: object) -> Text:
    """Show a value in a sentence.

    Parameters
    ----------
    value
        Any value of a cell.

    Returns
    -------
    text
        The value in quotes, or the word for nothing.

    Examples
    --------
    >>> value_text(None).en
    'nothing'
    """
    if value is None or value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return Text(en="nothing", zh="空值")
    shown = str(value)
    if isinstance(value, pd.Timestamp | dt.datetime) and shown.endswith(" 00:00:00"):
        shown = shown.removesuffix(" 00:00:00")
    return Text(en="“{value}”", zh="“{value}”").format(value=shown)


def coerce(column: pd.Series, kind: str, unit: str) -> tuple[pd.Series, list[Fault]]:
    """Bring a column to its type.

    Parameters
    ----------
    column
        The column as it came, named.
    kind
        Type in the catalogue of columns.
    unit
        Unit in the catalogue; for geometries their reference system.

    Returns
    -------
    column, faults
        The typed column, with nothing where a value would not go, and the faults.
    """
    if kind == "geometry":
        return column, _geometry_faults(column, unit)
    typed, wrong = _COERCIONS[kind](column)
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return typed, []
    found = value_text(column.iloc[int(rows[0])])
    labels = tuple(column.index[rows])
    return typed, [Fault(str(column.name), found, _NEEDED[kind], labels)]


def _texts(
    column: pd.Series,
) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    nothing_wrong = np.zeros(len(column), dtype=np.bool_)
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Categories stay: they are what makes large tables fast.
        if column.cat.categories.dtype == "str":
            return column, nothing_wrong
        column = column.astype(column.cat.categories.dtype)
    if column.dtype == "object":
        column = column.map(_whole_as_text, na_action="ignore")
        wrong = column.map(_is_no_text, na_action="ignore").fillna(value=False)
        nothing_wrong = wrong.to_numpy(np.bool_)
        column = column.mask(nothing_wrong)
    elif pd.api.types.is_float_dtype(column.dtype):
        whole = (column.dropna() % 1 == 0).all()
        column = column.astype("Int64") if whole else column
    text = column.astype("str")
    return text.mask(text.str.strip() == ""), nothing_wrong


def _whole_as_text(value: object) -> object:
    """Write a number as a spreadsheet shows it: 441202, not 441202.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value


def _is_no_text(value: object) -> bool:
    return not isinstance(value, str)


def _numbers(
    column: pd.Series,
) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = column.astype("float64")
    elif pd.api.types.is_datetime64_any_dtype(column.dtype):
        numbers = pd.Series(np.nan, index=column.index, name=column.name)
    else:
        numbers = pd.to_numeric(column.astype("object"), errors="coerce")
        numbers = numbers.astype("float64")
    values = numbers.to_numpy()
    wrong = (np.isnan(values) & column.notna().to_numpy()) | np.isinf(values)
    return numbers.mask(wrong), wrong


def _integers(
    column: pd.Series,
) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        return column.astype("int64"), np.zeros(len(column), dtype=np.bool_)
    numbers, wrong = _numbers(column)
    wrong |= (numbers % 1 > 0).to_numpy()
    whole = numbers.mask(wrong)
    return whole.astype("Int64" if whole.hasnans else "int64"), wrong


def _dates(
    column: pd.Series,
) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    times, wrong = _times(column)
    return times.dt.normalize().astype("datetime64[s]"), wrong


def _times(
    column: pd.Series,
) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        # The hour at the place counts, not the hour in Greenwich.
        column = column.dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return column.astype("datetime64[s]"), np.zeros(len(column), dtype=np.bool_)
    known = column.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(column.dtype):
        nothing = pd.Series(pd.NaT, index=column.index, name=column.name)
        return nothing.astype("datetime64[s]"), known
    texts = column.astype("object").map(_date_text, na_action="ignore")
    times = pd.to_datetime(texts, format="ISO8601", errors="coerce")
    wrong = times.isna().to_numpy() & known
    return times.astype("datetime64[s]"), wrong


def _date_text(value: object) -> object:
    """Write a date for the parser; what is no date becomes a text that it refuses."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, str) else "no date"


_COERCIONS = {
    "text": _texts,
    "number": _numbers,
    "integer": _integers,
    "date": _dates,
    "datetime": _times,
}


def _geometry_faults(column: pd.Series, unit: str) -> list[Fault]:
    name = str(column.name)
    if not isinstance(column.dtype, GeometryDtype):
        return [Fault(name, Text(en="other values", zh="其他值"), _NEEDED["geometry"])]
    faults = []
    crs = gpd.GeoSeries(column).crs
    found = Text(en="the reference system {crs}", zh="坐标系 {crs}")
    if unit.startswith("EPSG:"):
        if crs is None:
            none = Text(en="no reference system", zh="没有坐标系")
            needed = Text(en="{unit}: call set_crs", zh="{unit}：请用 set_crs 指定")
            faults.append(Fault(name, none, needed.format(unit=unit)))
        elif not any(crs == known for known in _GEOGRAPHIC):
            needed = Text(en="{unit}: call to_crs", zh="{unit}：请用 to_crs 转换")
            shown = found.format(crs=crs.to_string())
            faults.append(Fault(name, shown, needed.format(unit=unit)))
    elif crs is not None:
        needed = Text(
            en="none, for each row is in the plane of its own home zone",
            zh="不应带坐标系，各行的坐标在各自的本位带内",
        )
        faults.append(Fault(name, found.format(crs=crs.to_string()), needed))
    return faults
