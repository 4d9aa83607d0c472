"""GeoPackages that hold more than tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from zqland_geodata.errors import FileUnreadableError, MissingLayerError, ReadError
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from pathlib import Path

ENDLESS = (
    "CREATE VIEW extra AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
    "FROM n) SELECT x FROM n"
)
IN_PLACE = (
    "ALTER TABLE gpkg_contents RENAME TO kept;"
    "CREATE VIEW gpkg_contents AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL "
    "SELECT x + 1 FROM n) SELECT kept.* FROM kept, n"
)
LARGE = "CREATE VIEW large AS SELECT zeroblob(900000000)"


def change(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.executescript(statement)
        database.commit()
    return path


def test_a_sound_geopackage_passes(geopackage: Path) -> None:
    assert list(read_parcels(geopackage).parcels.index) == ["A-1", "A-2"]


@pytest.mark.parametrize("statement", [ENDLESS, IN_PLACE, LARGE])
def test_a_query_that_runs_on_opening_is_refused(
    geopackage: Path, statement: str
) -> None:
    with pytest.raises(FileUnreadableError, match="query that runs"):
        read_parcels(change(geopackage, statement))


@pytest.mark.parametrize("module", ["VirtualOGR", "VirtualShape", "VirtualText"])
def test_a_table_that_opens_other_files_is_refused(
    geopackage: Path, module: str
) -> None:
    # SQLite does not know the module, as it would not when it reads the file: the row
    # is written into the list of tables by hand.
    text = f"CREATE VIRTUAL TABLE v USING {module}(''/vsicurl/http://127.0.0.1/'')"
    row = f"('table', 'v', 'v', 0, '{text}')"
    statement = f"INSERT INTO sqlite_master VALUES {row}"  # noqa: S608 - not run
    change(geopackage, "PRAGMA writable_schema = ON;" + statement)
    with pytest.raises(FileUnreadableError, match="program"):
        read_parcels(geopackage)


def test_a_virtual_table_that_stores_text_is_refused(geopackage: Path) -> None:
    change(geopackage, "CREATE VIRTUAL TABLE v USING fts5(a)")
    with pytest.raises(FileUnreadableError, match="program"):
        read_parcels(geopackage)


def test_a_computed_column_is_refused(geopackage: Path) -> None:
    change(
        geopackage,
        "ALTER TABLE parcels ADD COLUMN z BLOB "
        "GENERATED ALWAYS AS (zeroblob(900000000)) VIRTUAL",
    )
    with pytest.raises(FileUnreadableError, match="computed column"):
        read_parcels(geopackage)


@pytest.mark.parametrize("count", ["900000000000", "-1", "50000000", "'many'"])
def test_a_count_of_records_that_lies_is_refused(geopackage: Path, count: str) -> None:
    statement = "UPDATE gpkg_ogr_contents SET feature_count = "
    change(geopackage, statement + count)
    with pytest.raises(FileUnreadableError, match="states"):
        read_parcels(geopackage)


def test_more_records_than_the_limit_are_refused(geopackage: Path) -> None:
    options = ReadOptions(limits=Limits(records=1))
    with pytest.raises(FileUnreadableError, match="than is read"):
        read_parcels(geopackage, options=options)


def test_more_tables_than_the_limit_are_refused(geopackage: Path) -> None:
    options = ReadOptions(limits=Limits(entries=3))
    with pytest.raises(FileUnreadableError, match="more than 3 tables"):
        read_parcels(geopackage, options=options)


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = change(tmp_path / "a.gpkg", "CREATE TABLE a (b)")
    with pytest.raises(FileUnreadableError, match="not a GeoPackage"):
        read_parcels(path)


def test_triggers_do_not_run_and_the_file_stays_as_it_is(geopackage: Path) -> None:
    change(
        geopackage,
        "CREATE TABLE traces (a);"
        "CREATE TRIGGER t AFTER INSERT ON parcels BEGIN INSERT INTO traces "
        "SELECT load_extension('evil'); END",
    )
    before = geopackage.read_bytes()
    read_parcels(geopackage)
    assert geopackage.read_bytes() == before


@pytest.mark.parametrize(
    "layer",
    [
        'parcels"; DROP TABLE parcels; --',
        "parcels' OR 1=1 --",
        "SELECT load_extension('evil')",
        "(SELECT 1)",
    ],
)
def test_a_name_of_a_layer_is_never_run(geopackage: Path, layer: str) -> None:
    before = geopackage.read_bytes()
    with pytest.raises(MissingLayerError):
        read_parcels(geopackage, options=ReadOptions(layer=layer))
    assert geopackage.read_bytes() == before


def test_a_layer_whose_own_name_is_a_query_is_only_a_name(geopackage: Path) -> None:
    name = 'a"; DROP TABLE gpkg_contents; --'
    quoted = name.replace('"', '""')
    change(
        geopackage,
        f'ALTER TABLE parcels RENAME TO "{quoted}"',
        *(
            f"UPDATE {table} SET table_name = '{name}'"  # noqa: S608 - the test's own
            for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_ogr_contents")
        ),
    )
    before = geopackage.read_bytes()
    read_parcels(geopackage)
    assert geopackage.read_bytes() == before


@pytest.mark.parametrize("length", [20, 100, 1000, 5000, 60_000])
def test_a_damaged_geopackage_is_refused(geopackage: Path, length: int) -> None:
    geopackage.write_bytes(geopackage.read_bytes()[:length])
    with pytest.raises(ReadError):
        read_parcels(geopackage)
