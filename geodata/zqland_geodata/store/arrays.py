"""Hand whole columns to PostgreSQL at once.

Row by row, each row is a message and an answer. As arrays, thousands of rows are one.
The texts of the arrays are written here: the driver does it value by value, and leaves
a text such as *null* without quotes, which PostgreSQL takes for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from zqland_geodata.store.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

_CASTS: tuple[tuple[type, str], ...] = (
    (sa.Text, "text"),
    (sa.Double, "float8"),
    (sa.Integer, "int8"),
    (sa.DateTime, "timestamp"),
    (sa.Date, "date"),
    (Shape, "bytea"),
)
"""Types of PostgreSQL in which columns are handed over."""


def literal(values: Iterable[object]) -> str:
    r"""Write an array as PostgreSQL reads it.

    Parameters
    ----------
    values
        Texts, numbers, dates, bytes or None.

    Returns
    -------
    array
        Its text.

    Examples
    --------
    >>> print(literal(["null", None, 'a "b"', 1.5, b"\x01"]))
    {"null",NULL,"a \"b\"","1.5","\\x01"}
    """
    # One text is made of all values, so each has to be looked at.
    return "{" + ",".join(map(_quoted, values)) + "}"


def fill(
    connection: Connection, table: sa.Table, columns: Mapping[str, Sequence[object]]
) -> None:
    """Add rows to a table of PostgreSQL.

    Parameters
    ----------
    connection
        An open connection.
    table
        The table.
    columns
        The values by column, all of one length.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    arrays = ", ".join(f"%s::{_cast(table.c[name])}[]" for name in columns)
    statement = f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays})'  # noqa: S608 - our names
    values = tuple(literal(column) for column in columns.values())
    connection.exec_driver_sql(statement, values)


def _cast(column: sa.Column[object]) -> str:
    return next(name for kind, name in _CASTS if isinstance(column.type, kind))


def _quoted(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
