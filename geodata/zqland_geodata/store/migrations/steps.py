"""The words in which migrations are written.

They must not change, for what a migration did to a store is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from zqland_geodata.store.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable


def texts(names: str, *, needed: bool = False) -> list[sa.Column[Any]]:
    """Make columns of text, their names divided by spaces."""
    return [sa.Column(name, sa.Text, nullable=not needed) for name in names.split()]


def numbers(names: str, *, needed: bool = False) -> list[sa.Column[Any]]:
    """Make columns of numbers in double precision."""
    return [sa.Column(name, sa.Double, nullable=not needed) for name in names.split()]


def wholes(names: str, *, needed: bool = False) -> list[sa.Column[Any]]:
    """Make columns of whole numbers."""
    return [
        sa.Column(name, sa.BigInteger, nullable=not needed) for name in names.split()
    ]


def dates(names: str, *, needed: bool = False) -> list[sa.Column[Any]]:
    """Make columns of dates."""
    return [sa.Column(name, sa.Date, nullable=not needed) for name in names.split()]


def times(names: str) -> list[sa.Column[Any]]:
    """Make columns of moments."""
    return [sa.Column(name, sa.DateTime) for name in names.split()]


def shapes(names: str, *, needed: bool = False) -> list[sa.Column[Any]]:
    """Make columns of geometries."""
    return [sa.Column(name, Shape, nullable=not needed) for name in names.split()]


def make_table(
    name: str, *columns: Iterable[sa.Column[Any]], key: str, sought_by: str = ""
) -> None:
    """Make a table of versioned rows.

    Parameters
    ----------
    name
        Its name.
    *columns
        Its own columns.
    key
        The columns that name a row, divided by spaces.
    sought_by
        Columns that need an index, divided by spaces.
    """
    parts = [list(part) for part in columns]
    number = "revisions.revision"
    op.create_table(
        name,
        sa.Column("row_id", sa.Integer, primary_key=True),
        *(column for part in parts for column in part),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column(
            "recorded_in",
            sa.Integer,
            sa.ForeignKey(number, name=f"fk_{name}_recorded_in"),
            nullable=False,
        ),
        sa.Column(
            "replaced_in",
            sa.Integer,
            sa.ForeignKey(number, name=f"fk_{name}_replaced_in"),
        ),
    )
    current = sa.text("replaced_in IS NULL")
    op.create_index(
        f"current_{name}",
        name,
        key.split(),
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    op.create_index(f"versions_{name}", name, [*key.split(), "version"])
    op.create_index(f"recorded_{name}", name, ["recorded_in"])
    needed = {column.name for part in parts for column in part if not column.nullable}
    for column in ("replaced_in", *sought_by.split()):
        known = None if column in needed else sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"{column}_{name}",
            name,
            [column],
            sqlite_where=known,
            postgresql_where=known,
        )


def is_postgis() -> bool:
    """Tell which database is migrated."""
    return op.get_bind().dialect.name == "postgresql"
