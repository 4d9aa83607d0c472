"""A table as it stands in a file, before it is understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland_geodata.cellplaces import cell_place
from zqland_geodata.remarks import LEFT_UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from zqland.text import Text


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a table stand in a sheet, and what holds for all of them.

    Attributes
    ----------
    columns
        Number of the column, from 1, by heading.
    heading_row
        Place of the row of headings.
    units
        Units that a title states for all columns that state none.
    shared
        By heading, rows whose figure stands in a merged cell of several rows.
    epoch_1904
        Whether numbers of days count from 1904; ``None`` where the file cannot say.
    """

    columns: Mapping[str, int] = field(default_factory=dict)
    heading_row: str = ""
    units: tuple[str, ...] = ()
    shared: Mapping[str, Collection[int]] = field(default_factory=dict)
    epoch_1904: bool | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """The raw columns of a file, what they are read as, and what to call their rows.

    Attributes
    ----------
    name
        Name of the file, for messages.
    cells
        Values as read, one column per heading.
    table
        The table of ``columns.csv`` that they are read as.
    row_places
        Where each row stands in the file, for findings.
    action
        What is done about a value that cannot be read.
    layout
        Where the columns stand, for files of cells.
    """

    name: str
    cells: pd.DataFrame
    table: str
    row_places: Sequence[str]
    action: Text = LEFT_UNKNOWN
    layout: Layout = field(default_factory=Layout)

    def place(self, row: int, heading: str = "") -> str:
        """Return the place of a cell, or of its row where the column is not known."""
        return cell_place(self.row_places[row], self.layout.columns.get(heading, 0))

    def heading_place(self, heading: str) -> str:
        """Return the place of a heading, or the name of the file."""
        column = self.layout.columns.get(heading, 0)
        return cell_place(self.layout.heading_row, column) if column else self.name


def clean_text(value: object) -> str:
    """Return a cell as text.

    Parameters
    ----------
    value
        Anything that a file may hold.

    Returns
    -------
    text
        Trimmed; whole numbers without decimals; lists separated by semicolons; ``""``
        for missing values.

    Examples
    --------
    >>> clean_text(101.0), clean_text(" A-1 "), clean_text(float("nan"))
    ('101', 'A-1', '')
    """
    if isinstance(value, np.ndarray | list | tuple):
        return ";".join(map(clean_text, value))
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float):
        if np.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else str(value)
    return str(value).strip()


def texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column as text, missing where a cell is empty."""
    cleaned = values.map(clean_text).astype("str")
    return cleaned.where(cleaned != "")


def unknown(kind: str, length: int) -> pd.Series[Any]:
    """Return a column of unknown values of a type of ``columns.csv``."""
    if kind in {"number", "integer"}:
        return pd.Series(np.full(length, np.nan))
    if kind in {"date", "datetime"}:
        return pd.Series(np.full(length, np.datetime64("NaT", "s")))
    return pd.Series([None] * length, dtype="str")


def rows_where(flags: Any) -> list[int]:  # noqa: ANN401 - Series or array of flags
    """Return the places at which flags are true, as plain integers."""
    return [int(row) for row in np.flatnonzero(np.asarray(flags, dtype="bool"))]
