"""Look into a GeoPackage before GDAL opens it.

A GeoPackage is a database, and a database can hold queries (views), tables that are
programs (virtual tables) and columns that are computed. Opening one runs queries over
its own lists, so a view under such a name would run at once, for as long and with as
much memory as its author likes. Plain tables are read and nothing else. Triggers may
stand there (the format itself needs some): files are opened for reading only, and
triggers run on writing.

References
----------
OGC 12-128r12, GeoPackage Encoding Standard 1.2; SQLite, "Defense Against The Dark
Arts" and ``PRAGMA table_list``.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.options import Limits

# The spatial index of the format, written as its standard and GDAL write it.
_INDEX = re.compile(
    r"CREATE VIRTUAL TABLE \"?rtree_[^\"']+\"? USING rtree\s*\(\s*"
    r"\"?id\"?\s*,\s*\"?minx\"?\s*,\s*\"?maxx\"?\s*,\s*\"?miny\"?\s*,\s*\"?maxy\"?\s*\)",
    re.IGNORECASE,
)
_COMPUTED = (2, 3)
_LEAST_RECORD_BYTES = 4
_STEPS = 100_000


def check(path: Path, limits: Limits) -> None:
    """Refuse a GeoPackage that is more than plain tables.

    Parameters
    ----------
    path
        An SQLite file.
    limits
        How many tables and records it may hold.

    Raises
    ------
    FileUnreadableError
        It holds a view, a virtual table other than the spatial index or a computed
        column, states more records than it can hold, or is damaged.
    """
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.text_factory = _text
            _guard_time(database, path)
            _check_tables(database, path.name, limits)
            _check_counts(database, path, limits)
    except (sqlite3.Error, OverflowError) as error:
        raise FileUnreadableError(
            _DAMAGED.format(name=path.name, reason=error)
        ) from error


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _guard_time(database: sqlite3.Connection, path: Path) -> None:
    """Give up on a database whose lists take longer to read than its size allows."""
    left = 100 + path.stat().st_size // _STEPS

    def is_over() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    database.set_progress_handler(is_over, _STEPS)


def _check_tables(database: sqlite3.Connection, name: str, limits: Limits) -> None:
    tables = database.execute(
        "SELECT name, type FROM pragma_table_list WHERE schema = 'main' LIMIT ?",
        (limits.entries + 1,),
    ).fetchall()
    if len(tables) > limits.entries:
        raise FileUnreadableError(_TOO_MANY.format(name=name, most=limits.entries))
    for table, kind in tables:
        if kind == "view":
            raise FileUnreadableError(_VIEW.format(name=name, view=table))
        if kind == "virtual":
            _check_index(database, name, table)
        elif kind == "table":
            _check_columns(database, name, table)
    if "gpkg_contents" not in {table for table, _ in tables}:
        raise FileUnreadableError(_OTHER_DATABASE.format(name=name))


def _check_index(database: sqlite3.Connection, name: str, table: str) -> None:
    found = database.execute(
        "SELECT sql FROM sqlite_master WHERE name = ? AND type = 'table'", (table,)
    ).fetchall()
    if len(found) != 1 or not _INDEX.fullmatch(str(found[0][0]).strip()):
        raise FileUnreadableError(_PROGRAM.format(name=name, table=table))


def _check_columns(database: sqlite3.Connection, name: str, table: str) -> None:
    columns = database.execute(
        "SELECT name, hidden FROM pragma_table_xinfo(?)", (table,)
    )
    for column, hidden in columns:
        if hidden in _COMPUTED:
            raise FileUnreadableError(_FORMULA.format(name=name, column=column))


def _check_counts(database: sqlite3.Connection, path: Path, limits: Limits) -> None:
    """Refuse a stated count for which memory would be taken before one is read."""
    stated = database.execute(
        "SELECT name FROM pragma_table_list WHERE name = 'gpkg_ogr_contents'"
    ).fetchall()
    if not stated:
        return
    most = min(limits.records, path.stat().st_size // _LEAST_RECORD_BYTES)
    for (count,) in database.execute("SELECT feature_count FROM gpkg_ogr_contents"):
        if count is not None and not (isinstance(count, int) and 0 <= count <= most):
            raise FileUnreadableError(_COUNT.format(name=path.name, count=count))


_DAMAGED = Text(
    en="{name} is damaged ({reason}). Export it again.",
    zh="{name}已损坏（{reason}）。请重新导出。",
)
_OTHER_DATABASE = Text(
    en="{name} is a database, but not a GeoPackage. Export it as GeoPackage.",
    zh="{name}是数据库，但不是 GeoPackage。请按 GeoPackage 导出。",
)
_TOO_MANY = Text(
    en="{name} holds more than {most} tables. Export only the layer that is needed.",
    zh="{name}内含超过 {most} 张表。请只导出需要的图层。",
)
_VIEW = Text(
    en="{name} holds a query that runs when it is opened (view “{view}”); it is "
    "refused. Export the layer into a new GeoPackage.",
    zh="{name}内含打开时即执行的查询（视图“{view}”），拒绝读取。请把图层导出为新的 "
    "GeoPackage。",
)
_PROGRAM = Text(
    en="{name} holds a table that is a program (virtual table “{table}”); it is "
    "refused. Export the layer into a new GeoPackage.",
    zh="{name}内含程序式表（虚表“{table}”），拒绝读取。请把图层导出为新的 GeoPackage。",
)
_FORMULA = Text(
    en="{name} holds a computed column (“{column}”); it is refused. Export the layer "
    "into a new GeoPackage.",
    zh="{name}内含计算列（“{column}”），拒绝读取。请把图层导出为新的 GeoPackage。",
)
_COUNT = Text(
    en="{name} states {count} records, more than it can hold or than is read. Export "
    "it again, or split it.",
    zh="{name}标明 {count} 条记录，超出其可能容纳或可读取的数量。请重新导出或拆分。",
)
