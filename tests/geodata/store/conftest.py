"""Stores for tests: a fresh one in a file, and one in a cluster of our own."""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely.geometry import box

from zqland import crs, tables
from zqland.testing import Cluster, postgres
from zqland_geodata import demo, places
from zqland_geodata.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zqland.reserve import Reserve

DATABASES = ("sqlite", "postgis")

_SOCKET = ".s.PGSQL.5432"
_MOMENT_S = 0.1


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a server for all tests of the store."""
    with postgres() as running:
        yield running


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


class LossyServer:
    """Stands before a server, and loses its answer to the first commit of a write."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.server = str(server / _SOCKET)
        self.written = False
        self.lost = False
        self.closing = False
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(folder / _SOCKET))
        self.listening.listen()
        self.thread = threading.Thread(target=self._accept)
        self.thread.start()

    def close(self) -> None:
        """Stop listening, and leave whoever is still connected."""
        self.closing = True
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        """Hand messages both ways until one side ends."""
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self.server)
            losing = False
            while not self.closing:
                ready, _, _ = select.select([client, server], [], [], _MOMENT_S)
                for side, other in ((client, server), (server, client)):
                    if side not in ready:
                        continue
                    message = side.recv(65_536)
                    if not message or (losing and side is server):
                        self.lost |= losing
                        return
                    self.written |= b"INSERT INTO revisions" in message
                    commits = b"COMMIT" in message and self.written
                    losing |= commits and not self.lost
                    other.sendall(message)


@pytest.fixture
def lossy() -> Iterator[Callable[[Path, str], str]]:
    """Make an address of a database whose server's answer to a commit is lost."""
    made: list[LossyServer] = []
    with tempfile.TemporaryDirectory(prefix="zqlossy-") as folder:

        def stand_before(server: Path, database: str) -> str:
            made.append(LossyServer(Path(folder), server))
            return f"postgresql://postgres@/{database}?host={folder}"

        yield stand_before
        for server in made:
            server.close()
