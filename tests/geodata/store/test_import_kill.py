"""A process that is killed while it imports leaves the store as it was, or imported.

``ZQLAND_STORE_KILLS=500`` kills five hundred times in each database instead of twenty.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from zqland_geodata.store import carrying, imports
from zqland_geodata.store.imports import Delivery, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zqland.reserve import Reserve
    from zqland_geodata.store import Store

KILLS = int(os.environ.get("ZQLAND_STORE_KILLS", "20"))
ON = dt.date(2023, 9, 5)
PARK = Scope("park:SH")

# Starting Python takes longer than an import: one process forks another for each.
IMPORTER = """
import os, pickle, sys, traceback
from zqland_geodata.store import imports, open_store

def differences(address):
    with open_store(address) as store:
        return imports.compare(store.reading(), delivery, on=day, scope=scope)

def work(address):
    with open_store(address) as store:
        print(os.getpid(), flush=True)
        imports.apply(store, diff, by="clerk", why="second delivery")

with open(sys.argv[1], "rb") as file:
    delivery, day, scope = pickle.load(file)
diff = differences(sys.stdin.readline().strip())
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            work(line.strip())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    sys.stdin.readline()  # until then its number belongs to nobody else
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Importer:
    """Runs imports in processes of their own, and kills them."""

    def __init__(self, given: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-c", IMPORTER, str(given)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def import_and_kill(
        self, address: str, *, after: float | None
    ) -> tuple[int, float]:
        """Import, kill some seconds after the writing began; tell how it ended."""
        child = int(self._ask(address))
        began = time.perf_counter()
        if after is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        ended = int(self._ask("wait for it"))
        return ended, time.perf_counter() - began

    def look_at(self, address: str) -> None:
        """Let it find the differences, which are the same for each store."""
        self._say(address)

    def close(self) -> None:
        """Let it end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def _ask(self, line: str) -> str:
        self._say(line)
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@pytest.fixture(scope="module")
def deliveries(city: Reserve) -> tuple[Delivery, Delivery]:
    """Give a park as first delivered, and delivered anew with everything changed."""
    parcels = city.parcels[city.parcels["park_id"] == "SH"]
    evidence = city.evidence[city.evidence["subject_id"].isin(parcels.index)]
    events = city.status_events[city.status_events["parcel_id"].isin(parcels.index)]
    evidence = evidence[evidence["supersedes"].isna()]
    half, most = len(evidence) // 2, len(parcels) - 5
    first = {
        "parks": city.parks,
        "parcels": parcels.iloc[:most],
        "evidence": evidence[evidence["subject_id"].isin(parcels.index[:most])][:half],
        "projects": city.projects,
    }
    second = first | {
        "parcels": parcels.iloc[5:].assign(name="更名", price_wan_per_mu=1.0),
        "evidence": evidence[evidence["subject_id"].isin(parcels.index[5:])],
        "status_events": events[events["parcel_id"].isin(parcels.index[5:])],
        "projects": city.projects.assign(name="更名"),
    }
    return Delivery(first), Delivery(second)


@pytest.fixture
def importer(
    deliveries: tuple[Delivery, Delivery], tmp_path: Path
) -> Iterator[Importer]:
    """Give what imports the second delivery."""
    given = tmp_path / "delivery"
    given.write_bytes(pickle.dumps((deliveries[1], ON, PARK)))
    running = Importer(given)
    yield running
    running.close()


@pytest.fixture
def first_state(
    address: str,
    opened: Callable[..., Store],
    deliveries: tuple[Delivery, Delivery],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Callable[[], str]]:
    """Make stores that hold the first delivery, in each database."""
    store = opened(address, create=True)
    imports.load(store, deliveries[0], on=ON, scope=PARK, by="clerk", why="first")
    in_a_file = not store.is_postgis
    store.close()
    made: list[str] = []

    def make() -> str:
        if in_a_file:
            made.append(str(tmp_path / f"{len(made)}.zqland"))
            shutil.copyfile(address, made[-1])
        else:
            template = address.partition("?")[0].rpartition("/")[2]
            cluster = request.getfixturevalue("cluster")
            made.append(cluster.create_database(template))
        return made[-1]

    yield make
    if not in_a_file:
        for one in made:
            request.getfixturevalue("cluster").drop(one)


def counted(store: Store) -> dict[str, int]:
    """Count all rows, those that are not in force among them."""
    with store.reading().connection() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            or 0
            for table in carrying.TABLES
        }


def settled(store: Store) -> int:
    """Wait until whoever wrote for the killed process is gone; tell the version."""
    with store.writing(by="test", why="wait"):
        pass
    return store.reading().version


def digest(store: Store) -> str:
    with store.reading().connection() as connection:
        return carrying.digest(connection)


def test_a_kill_at_any_moment_leaves_the_store_as_it_was_or_fully_imported(
    first_state: Callable[[], str],
    opened: Callable[..., Store],
    importer: Importer,
    deliveries: tuple[Delivery, Delivery],
) -> None:
    whole = first_state()
    importer.look_at(whole)
    ended, seconds = importer.import_and_kill(whole, after=None)
    assert ended == 0
    imported = counted(opened(whole))
    dice = random.Random(2023)  # noqa: S311 - no secret
    address = first_state()
    before = digest(opened(address))
    killed = 0
    for _ in range(KILLS):
        ended, _ = importer.import_and_kill(address, after=dice.uniform(0, seconds))
        assert ended in (0, signal.SIGKILL)
        killed += ended == signal.SIGKILL
        if ended == 0:
            # The first import was slower than these: aim at moments that come earlier.
            seconds *= 0.8
        store = opened(address)
        if settled(store) == 1:
            assert digest(store) == before
        else:
            assert counted(store) == imported
            reader = store.reading()
            assert imports.compare(reader, deliveries[1], on=ON, scope=PARK).is_empty
            address = first_state()
        store.close()
    # Most of them have to come while it writes, or nothing was tried.
    assert killed >= KILLS // 2
