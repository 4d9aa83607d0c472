"""Stores for tests: a fresh one in a file, and one in a cluster of our own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from zqland.testing import postgres_bin
from zqland_geodata.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATABASES = ("sqlite", "postgis")

_FAST = "-c fsync=off -c full_page_writes=off -c max_connections=120"


class Cluster:
    """A running PostgreSQL that listens on a socket in its own folder only."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        self._template = "template1"

    def run(self, program: str, *options: str) -> None:
        """Run a program of PostgreSQL as a user that it accepts."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*user, str(self.programs / program), *options],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )

    def start(self, options: str = _FAST) -> None:
        listen = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        data, log = str(self.folder / "data"), str(self.folder / "log")
        self.run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{listen} {options}",
                 "start")  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")  # type: ignore[call-overload]  # noqa: E501
        return self.url(name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start a cluster on its own data and socket folder, and stop it at the end."""
    programs = postgres_bin()
    # The path of a socket must be short, which those of pytest are not.
    folder = Path(tempfile.mkdtemp(prefix="zqpg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    running = Cluster(folder, programs)
    options = ("-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    running.run("initdb", "-D", str(folder / "data"), *options)
    running.start()
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a place where a store can be made, in each database."""
    if request.param == "sqlite":
        return str(tmp_path / "books.zqland")
    running: Cluster = request.getfixturevalue("cluster")
    return running.create_database()


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
    return opened(address, create=True)
