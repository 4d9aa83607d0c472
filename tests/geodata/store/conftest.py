"""Stores for tests: a fresh one in a file, and one in a cluster of our own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import psycopg
import pytest
from shapely.geometry import box

from zqland import crs, tables
from zqland.testing import postgres_bin
from zqland_geodata import demo, places
from zqland_geodata.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zqland.reserve import Reserve

DATABASES = ("sqlite", "postgis")

_ROOM_BYTES = 2_000_000_000
_FAST = "-c fsync=off -c full_page_writes=off -c max_connections=120"


class Cluster:
    """A running PostgreSQL that listens on a socket in its own folder only."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs

    def run(self, program: str, *options: str) -> None:
        """Run a program of PostgreSQL as a user that it accepts."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(  # noqa: S603 - our own words
            [*user, str(self.programs / program), *options],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )

    def start(self, options: str = _FAST) -> None:
        """Start the server and wait until it answers."""
        listen = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        data, log = str(self.folder / "data"), str(self.folder / "log")
        self.run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{listen} {options}",
                 "start")  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; at once and without care unless told otherwise."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def url(self, database: str) -> str:
        """Give the address of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create_database(self, template: str = "with_postgis") -> str:
        """Make a database like another and return its address."""
        name = f"t{uuid.uuid4().hex}"
        self.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, address: str) -> None:
        """Drop a database, whoever is connected to it."""
        name = address.rpartition("/t")[2].partition("?")[0]
        self.execute("postgres", f"DROP DATABASE IF EXISTS t{name} WITH (FORCE)")

    def execute(self, database: str, statement: str) -> None:
        """Let the server do something, in a transaction of its own."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())


def _fast_place() -> str | None:
    """Give a folder in memory, for deleting many files from a disk takes long."""
    memory = Path("/dev/shm")  # noqa: S108 - made private by mkdtemp
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES
    return str(memory) if roomy else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start a cluster on its own data and socket folder, and stop it at the end."""
    programs = postgres_bin()
    # The path of a socket must be short, which those of pytest are not.
    folder = Path(tempfile.mkdtemp(prefix="zqpg-", dir=_fast_place()))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    running = Cluster(folder, programs)
    options = ("-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    running.run("initdb", "-D", str(folder / "data"), *options)
    try:
        running.start()
        # Making the extension takes longer than copying a database that has it.
        running.execute("postgres", "CREATE DATABASE with_postgis")
        running.execute("with_postgis", "CREATE EXTENSION postgis")
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store in a file, to be copied."""
    path = tmp_path_factory.mktemp("made") / "books.zqland"
    open_store(path, create=True).close()
    return path


@pytest.fixture(scope="session")
def made_database(cluster: Cluster) -> None:
    """Make an empty store in a database, to be copied."""
    cluster.execute("postgres", "CREATE DATABASE with_store TEMPLATE with_postgis")
    open_store(cluster.url("with_store"), create=True).close()


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a place where a store can be made, in each database."""
    # Copying a store that is made takes a tenth of the time of making one.
    is_made = "books" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "books.zqland"
        if is_made:
            shutil.copyfile(request.getfixturevalue("made_file"), path)
        yield str(path)
        return
    running: Cluster = request.getfixturevalue("cluster")
    if is_made:
        request.getfixturevalue("made_database")
    made = running.create_database("with_store" if is_made else "with_postgis")
    yield made
    running.drop(made)


@pytest.fixture
def opened() -> Iterator[Callable[..., Store]]:
    """Open stores that are closed after the test."""
    stores: list[Store] = []

    def open_one(address: str | Path, **options: object) -> Store:
        stores.append(open_store(address, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def books(address: str, opened: Callable[..., Store]) -> Store:
    """Give an empty store, in each database."""
    return opened(address)


@pytest.fixture(scope="session")
def two_parcels() -> gpd.GeoDataFrame:
    """Give two neighbours of 2 ha and 3 ha in zone 38, with their shapes in degrees."""
    home = gpd.GeoSeries(
        [
            box(38_450_000, 2_560_000, 38_450_100, 2_560_200),
            box(38_450_100, 2_560_000, 38_450_250, 2_560_200),
        ]
    )
    parcels = {
        "parcel_id": ["A-1", "A-2"],
        "name": ["甲地块", "乙地块"],
        "park_id": ["GXQ", "GXQ"],
        "district": ["441202", "441203"],
        "home_zone": 4526,
        "home_geometry": home,
        "declared_m2": [20_000.0, None],
    }
    shapes = crs.to_geographic(home, 4526)
    return tables.check("parcels", gpd.GeoDataFrame(parcels, geometry=shapes))


@pytest.fixture
def filled(books: Store, two_parcels: gpd.GeoDataFrame) -> Store:
    """Give a store with two parcels in their park, in each database."""
    known = places.parks()
    with books.writing(by="张工", why="首次入库", command="import") as writer:
        writer.add("parks", known[known.index == "GXQ"])
        writer.add("parcels", two_parcels)
    return books


@pytest.fixture(scope="session")
def city() -> Reserve:
    """Give the demonstration city."""
    return demo.create_city()
