"""Help for tests: find the parts that a test needs, or skip and say what to install."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SKIPPING_FORBIDDEN = "ZQLAND_TESTS_FORBID_SKIPPING"
"""Environment variable: where it is set, a missing part fails instead of skipping."""

SHARED_DATA = "ZQLAND_SHARED_DATA"
"""Environment variable: folder of the shared real data, default ``../shared/data``."""

_FAST = "-c fsync=off -c full_page_writes=off -c max_connections=120"
_ROOM_BYTES = 2_000_000_000


def missing(part: str, remedy: str) -> None:
    """Skip the running test because a part is missing, or fail where that is forbidden.

    Parameters
    ----------
    part
        What is missing.
    remedy
        What to install or where to put it.
    """
    import pytest  # noqa: PLC0415 - only tests need pytest

    sentence = f"{part} is missing: {remedy}"
    if os.environ.get(SKIPPING_FORBIDDEN):
        pytest.fail(sentence)
    pytest.skip(sentence)


def shared_data(name: str) -> Path:
    """Return the path of a file of the shared real data, or skip the test.

    Parameters
    ----------
    name
        Path below the folder of the shared data.

    Returns
    -------
    path
        An existing file.
    """
    folder = Path(os.environ.get(SHARED_DATA, "../shared/data")).resolve()
    path = folder / name
    if not path.exists():
        missing(f"shared data {name}", f"put the folder beside, or set {SHARED_DATA}")
    return path


def chromium() -> str:
    """Return the path of a Chromium browser, or skip the test."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    missing("Chromium", "apt-get install chromium")
    return ""


def postgres_bin() -> Path:
    """Return the folder of the programs of PostgreSQL with PostGIS, or skip the test.

    Returns
    -------
    folder
        Holds ``initdb``, ``pg_ctl`` and ``pg_dump``.
    """
    remedy = "apt-get install postgresql-15 postgresql-15-postgis-3"
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        extensions = Path("/usr/share/postgresql", folder.parent.name, "extension")
        if (folder / "initdb").exists() and (extensions / "postgis.control").exists():
            return folder
    missing("PostgreSQL with PostGIS", remedy)
    return Path()


class Cluster:
    """A running PostgreSQL that listens on a socket in its own folder only.

    Attributes
    ----------
    folder
        Holds the data, the log and the socket.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs

    def start(self) -> None:
        """Start the server and wait until it answers."""
        listen = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        log = str(self.folder / "log")
        self._control("-l", log, "-o", f"{listen} {_FAST}", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; at once and without care unless told otherwise."""
        self._control("-m", mode, "stop")

    def url(self, database: str) -> str:
        """Give the address of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create_database(self, template: str = "with_postgis") -> str:
        """Make a database like another, and return its address."""
        name = f"t{uuid.uuid4().hex}"
        self.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, address: str) -> None:
        """Drop a database that `create_database` made, whoever is connected to it."""
        name = address.removeprefix("postgresql://postgres@/").partition("?")[0]
        self.execute("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, database: str, statement: str) -> None:
        """Let the server do something, in a transaction of its own."""
        place = ("-h", str(self.folder), "-U", "postgres", "-d", database)
        quiet = ("-X", "-q", "-v", "ON_ERROR_STOP=1")
        self._run("psql", *place, *quiet, "-c", statement)

    def initialise(self) -> None:
        """Make the data folder."""
        options = ("-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
        self._run("initdb", "-N", "-D", str(self.folder / "data"), *options)

    def _control(self, *options: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self.folder / "data"), *options)

    def _run(self, program: str, *options: str) -> None:
        """Run a program as a user that it accepts: PostgreSQL refuses root."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(  # noqa: S603 - programs of PostgreSQL with our own options
            [*user, str(self._programs / program), *options],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def postgres() -> Iterator[Cluster]:
    """Run a cluster of PostgreSQL on its own data and socket folder, and stop it.

    Its database ``with_postgis`` is the template of others. Where PostgreSQL is
    missing, the running test is skipped.

    Yields
    ------
    cluster
        The running cluster.
    """
    programs = postgres_bin()
    # The path of a socket must be short, which those of pytest are not.
    folder = Path(tempfile.mkdtemp(prefix="zqpg-", dir=_fast_place()))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    cluster = Cluster(folder, programs)
    try:
        cluster.initialise()
        cluster.start()
        # Making the extension takes longer than copying a database that has it.
        cluster.execute("postgres", "CREATE DATABASE with_postgis")
        cluster.execute("with_postgis", "CREATE EXTENSION postgis")
        yield cluster
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            cluster.stop()
        shutil.rmtree(folder)


def _fast_place() -> str | None:
    """Give a folder in memory, for deleting many files from a disk takes long."""
    memory = Path("/dev/shm")  # noqa: S108 - made private by mkdtemp
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES
    return str(memory) if roomy else None
