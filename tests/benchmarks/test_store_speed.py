"""How fast 100,000 parcels and a million facts are imported, against plain inserts.

The plain way is that of a script that trusts its input: it takes the same tables,
brings each value to what the driver takes, and writes rows within one transaction, into
the same tables with the same indexes: by ``executemany`` into a file, by statements of
many rows on a server. It checks nothing, derives no areas and keeps no versions. It
writes a part of the rows and its time is scaled up.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from zqland import crs
from zqland.testing import postgres_bin
from zqland_geodata.store import Store, imports, open_store
from zqland_geodata.store.imports import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARCELS = 100_000
FACTS = 10
PLAIN_PARCELS = 20_000
ROWS_AT_ONCE = 500
ON = dt.date(2024, 1, 1)
ITEMS = (
    "road", "water", "power", "levelled", "conversion",
    "title", "compensation", "dispute_free", "planning_conditions", "assessment_soil",
)  # fmt: skip
MOST = {"sqlite": 5.0, "postgis": 3.0}
"""How many times longer than the plain way the import may take, by database."""

REVISION = {"revision": 1, "by": "a", "why": "b", "command": "", "token": "t"}


@pytest.fixture(scope="module")
def delivery() -> Delivery:
    """Make squares of a hectare and ten facts about each."""
    row, column = np.divmod(np.arange(PARCELS), 400)
    east, north = 38_440_000.0 + 100 * column, 2_540_000.0 + 100 * row
    home = gpd.GeoSeries(shapely.box(east, north, east + 100, north + 100))
    ids = pd.Index([f"P{number:06d}" for number in range(PARCELS)], name="parcel_id")
    columns = {
        "name": "地块",
        "park_id": np.where(column < 200, "GXQ", "SH"),
        "district": "441202",
        "home_zone": 4526,
        "home_geometry": home.set_axis(ids),
        "declared_m2": 10_000.0,
    }
    shapes = crs.to_geographic(home, 4526).to_numpy()
    parcels = gpd.GeoDataFrame(columns, index=ids, geometry=shapes, crs=4490)
    days = np.datetime64("2020-01-01", "s") + np.arange(PARCELS * FACTS) % 1000 * 86_400
    evidence = pd.DataFrame(
        {
            "evidence_id": np.char.add("E", np.arange(PARCELS * FACTS).astype("U7")),
            "subject_kind": "parcel",
            "subject_id": np.repeat(ids, FACTS),
            "item": np.tile(ITEMS, PARCELS),
            "done_on": days,
            "document": "验收单",
            "recorded_at": days,
            "recorded_by": "张工",
        }
    )
    return Delivery({"parcels": parcels, "evidence": evidence})


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """Start PostgreSQL on a folder of its own, with the settings of a new cluster."""
    programs = postgres_bin()
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(program: str, *options: str) -> None:
        subprocess.run(  # noqa: S603 - our own words
            [*user, str(programs / program), *options],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )

    folder = Path(tempfile.mkdtemp(prefix="zqbench-"))
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data, socket = str(folder / "data"), f"-c unix_socket_directories='{folder}'"
    run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8",
        "--locale=C.UTF-8")  # fmt: skip
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-w", "-o",
        f"-c listen_addresses='' {socket}", "start")  # fmt: skip
    try:
        yield folder
    finally:
        run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgis"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Store]:
    """Make empty stores in each database."""

    def make(name: str) -> Store:
        if request.param == "sqlite":
            return open_store(tmp_path / name, create=True)
        folder: Path = request.getfixturevalue("server")
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        created = [*user, str(postgres_bin() / "createdb"), "-h", str(folder)]
        subprocess.run([*created, "-U", "postgres", name], check=True, cwd="/")  # noqa: S603
        address = f"postgresql://postgres@/{name}?host={folder}"
        return open_store(address, create=True)

    return make


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def plain_values(column: pd.Series, name: str, *, postgis: bool) -> list[object]:
    """Bring a column to what a driver takes."""
    if name in ("geometry", "home_geometry"):
        shapes = shapely.set_srid(
            column.to_numpy(), 4490 if name == "geometry" else 4526
        )
        return list(shapely.to_wkb(shapes, include_srid=postgis))
    if column.dtype.kind == "M":
        return [day.to_pydatetime() for day in column]
    return list(column.tolist())


def place_holders(columns: list[str], *, postgis: bool) -> str:
    """Write where the values of a row stand in a statement."""
    mark = "%s" if postgis else "?"
    shape = "ST_GeomFromEWKB(%s)" if postgis else "?"
    marks = [shape if "geometry" in name else mark for name in columns]
    return "({})".format(", ".join(marks))


def insert_plainly(store: Store, delivery: Delivery) -> None:
    """Write a part of the rows as fast as a plain script does."""
    parcels = delivery.tables["parcels"].iloc[:PLAIN_PARCELS].reset_index()
    parts = {
        "parcels": pd.DataFrame(parcels),
        "evidence": delivery.tables["evidence"].iloc[: PLAIN_PARCELS * FACTS],
    }
    tables = sa.MetaData()
    with store.engine.begin() as connection:
        revisions = sa.Table("revisions", tables, autoload_with=connection)
        at = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - as the store has it
        connection.execute(sa.insert(revisions).values(REVISION | {"at": at}))
        for name, part in parts.items():
            columns = {
                str(key): plain_values(part[key], str(key), postgis=store.is_postgis)
                for key in part
            }
            if name == "evidence":
                days = part["done_on"].to_numpy("datetime64[D]")
                columns["done_on"] = list(days.tolist())
            marks = {"version": 1, "recorded_in": 1}
            names = ", ".join([*columns, *marks])
            places = place_holders([*columns, *marks], postgis=store.is_postgis)
            rows = [(*row, 1, 1) for row in zip(*columns.values(), strict=True)]
            head = f"INSERT INTO {name} ({names}) VALUES "  # noqa: S608
            if not store.is_postgis:
                connection.exec_driver_sql(head + places, rows)
                continue
            # One by one, each row would wait for the answer about the one before.
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                values = tuple(itertools.chain.from_iterable(some))
                many = ", ".join([places] * len(some))
                connection.exec_driver_sql(head + many, values)


def test_an_import_takes_at_most_some_times_as_long_as_plain_inserts(
    made: Callable[[str], Store], delivery: Delivery, request: pytest.FixtureRequest
) -> None:
    database = "postgis" if "postgis" in request.node.name else "sqlite"
    with made("plain") as store:
        part = seconds(lambda: insert_plainly(store, delivery))
    plain = part * PARCELS / PLAIN_PARCELS
    with made("imported") as store:
        load = seconds(
            lambda: imports.load(store, delivery, on=ON, by="a", why="first")
        )
        again = seconds(lambda: imports.compare(store.reading(), delivery, on=ON))
        count = len(store.reading().table("parcels", keys=["P000000", "P099999"]))
    print(  # noqa: T201 - the point
        f"\n{database}: import {load:.1f} s, plain inserts {plain:.1f} s "
        f"({load / plain:.1f} times), compared once more in {again:.1f} s"
    )
    assert count == 2
    assert load / plain <= MOST[database]
