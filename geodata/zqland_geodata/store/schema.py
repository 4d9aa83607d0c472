"""The tables of the store, made from the catalogue of columns.

Business columns are those of ``columns.csv``: same names, types and units. Each table
has four columns more, by which nothing is ever lost:

``row_id``
    Number of the row, in the order of writing.
``version``
    1 for the first row of a key, one more for each row that replaces it.
``recorded_in``
    The revision that wrote the row.
``replaced_in``
    The revision that put another row in its place, or closed it; nothing while the
    row is current.

What was known at revision R are the rows with ``recorded_in <= R`` that were not
replaced by then. What was true on a day follows from the dates within the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import UserDefinedType

from zqland.catalogues import columns
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable

APPEND_ONLY = frozenset({"evidence", "status_events", "lineage", "documents"})
"""Tables whose entries are corrected by new entries and never changed."""

KEYS = {
    "parks": ("park_id",),
    "parcels": ("parcel_id",),
    "evidence": ("evidence_id",),
    "status_events": ("event_id",),
    "projects": ("project_id",),
    "milestones": ("project_id", "step"),
    "indicators": ("park_id", "sector"),
    "targets": ("year", "predicate", "scope"),
    "lineage": ("lineage_id",),
    "holds": ("hold_id",),
    "contracts": ("contract_id",),
    "batches": ("batch_id",),
    "batch_steps": ("batch_id", "step"),
    "batch_parcels": ("batch_id", "parcel_id"),
    "quotas": ("year", "kind", "scope"),
    "documents": ("sha256",),
}
"""The columns that name a row, by table."""

WORDS = {
    "parks": Text(en="park", zh="园区"),
    "parcels": Text(en="parcel", zh="地块"),
    "evidence": Text(en="evidence", zh="佐证"),
    "status_events": Text(en="status event", zh="状态记录"),
    "projects": Text(en="project", zh="项目"),
    "milestones": Text(en="milestone", zh="项目节点"),
    "indicators": Text(en="control indicators", zh="控制指标"),
    "targets": Text(en="target", zh="年度目标"),
    "lineage": Text(en="lineage", zh="地块沿革"),
    "holds": Text(en="hold", zh="预留"),
    "contracts": Text(en="supply contract", zh="供地合同"),
    "batches": Text(en="batch", zh="报批批次"),
    "batch_steps": Text(en="step of a batch", zh="批次步骤"),
    "batch_parcels": Text(en="parcel of a batch", zh="批次地块"),
    "quotas": Text(en="quota", zh="用地限额"),
    "documents": Text(en="document", zh="文件"),
}
"""What one row of each table is called."""

MADE_KEYS = {
    "evidence": "E",
    "status_events": "S",
    "lineage": "L",
    "holds": "H",
    "contracts": "C",
    "batches": "B",
}
"""First letter of the keys that the store makes where none is given, by table."""

_OWN = {
    "parks": (("geometry", "geometry"),),
    "parcels": (
        ("began_on", "date"),
        ("retired_on", "date"),
        ("planar_m2", "number"),
        ("ellipsoid_m2", "number"),
        ("west", "number"),
        ("south", "number"),
        ("east", "number"),
        ("north", "number"),
    ),
    "status_events": (
        ("event_id", "text"),
        ("supersedes", "text"),
        ("withdrawn", "integer"),
    ),
}
"""Columns that only the store has, with their types."""

_SOUGHT_BY = {
    "parcels": ("park_id",),
    "evidence": ("subject_id", "supersedes"),
    "status_events": ("parcel_id", "supersedes"),
    "lineage": ("child_id", "parent_id"),
    "holds": ("parcel_id",),
    "contracts": ("parcel_id",),
    "batch_parcels": ("parcel_id",),
}

BOX = ("west", "south", "east", "north")
"""Bounds of a parcel in degrees, by which SQLite finds it; PostGIS has an index."""


class Shape(UserDefinedType[bytes]):
    """A geometry: WKB in SQLite, a PostGIS geometry with its SRID in PostgreSQL."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name the type where there is no PostGIS."""
        return "BLOB"


@compiles(Shape, "postgresql")
def _postgis(_type: Shape, _compiler: object, **_: object) -> str:
    return "geometry"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table of the store.

    Attributes
    ----------
    name
        Its name.
    type
        text, number, integer, date, datetime or geometry.
    catalogued
        Whether it stands in ``columns.csv``.
    needed
        Whether every row has a value.
    """

    name: str
    type: str
    catalogued: bool
    needed: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A table of the store.

    Attributes
    ----------
    name
        Its name.
    key
        The columns that name a row.
    columns
        Its columns, without the four of the versions.
    table
        The table for SQLAlchemy.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    table: sa.Table

    @property
    def word(self) -> Text:
        """Say what a row of it is called."""
        return WORDS[self.name]

    @property
    def append_only(self) -> bool:
        """Tell whether entries are only ever corrected by new entries."""
        return self.name in APPEND_ONLY

    @property
    def made_key(self) -> str | None:
        """Give the first letter of keys that the store makes, if it does."""
        return MADE_KEYS.get(self.name)


METADATA = sa.MetaData()
"""All tables, as the newest migration leaves them."""

META = sa.Table(
    "meta",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""Facts about the store itself; one row is the lock of those who write."""

REVISIONS = sa.Table(
    "revisions",
    METADATA,
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False, unique=True),
)
"""One row per transaction: when (UTC), who, why, by which command."""

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.Text,
    "number": sa.Double,
    "integer": sa.BigInteger,
    "date": sa.Date,
    "datetime": sa.DateTime,
    "geometry": Shape,
}


def _record(name: str, catalogue: list[dict[Hashable, Any]]) -> Record:
    key = KEYS[name]
    known = tuple(
        Column(
            name=row["column"],
            type=row["type"],
            catalogued=True,
            needed=row["nullable"] != "yes",
        )
        for row in catalogue
        if row["table"] == name
    )
    own = tuple(
        Column(name=column, type=kind, catalogued=False, needed=column in key)
        for column, kind in _OWN.get(name, ())
    )
    columns_of_it = (*known, *own)
    table = sa.Table(
        name,
        METADATA,
        sa.Column("row_id", sa.Integer, primary_key=True),
        *(
            sa.Column(column.name, _TYPES[column.type], nullable=not column.needed)
            for column in columns_of_it
        ),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column(
            "recorded_in",
            sa.Integer,
            sa.ForeignKey("revisions.revision", name=f"fk_{name}_recorded_in"),
            nullable=False,
        ),
        sa.Column(
            "replaced_in",
            sa.Integer,
            sa.ForeignKey("revisions.revision", name=f"fk_{name}_replaced_in"),
        ),
    )
    _index(table, key)
    return Record(name=name, key=key, columns=columns_of_it, table=table)


def _index(table: sa.Table, key: tuple[str, ...]) -> None:
    """Let a key have one current row, and what is sought be found."""
    name = table.name
    current = sa.text("replaced_in IS NULL")
    sa.Index(
        f"current_{name}",
        *(table.c[column] for column in key),
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    sa.Index(f"versions_{name}", *(table.c[column] for column in key), table.c.version)
    sa.Index(f"recorded_{name}", table.c.recorded_in)
    for column in ("replaced_in", *_SOUGHT_BY.get(name, ())):
        _index_known(table, column)
    if name == "parcels":
        box = sa.Index("box_parcels", *(table.c[side] for side in BOX))
        box.ddl_if(dialect="sqlite")
        place = sa.Index("place_parcels", table.c.geometry, postgresql_using="gist")
        place.ddl_if(dialect="postgresql")


def _index_known(table: sa.Table, column: str) -> None:
    """Index the rows that have a value: most are never replaced and correct nothing."""
    known = sa.text(f"{column} IS NOT NULL")
    where = known if table.c[column].nullable else None
    sa.Index(
        f"{column}_{table.name}",
        table.c[column],
        sqlite_where=where,
        postgresql_where=where,
    )


def _records() -> dict[str, Record]:
    catalogue = columns().to_dict("records")
    return {name: _record(name, catalogue) for name in KEYS}


RECORDS = _records()
"""The tables of records, in an order in which they may be filled."""
