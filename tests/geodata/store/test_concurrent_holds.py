"""Many ask for the same ground at once: one gets it, the others are told who did."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import sqlalchemy as sa
from shapely.geometry import box
from sqlalchemy.exc import DatabaseError

from zqland import holds
from zqland_geodata.errors import ChangedMeanwhileError, HeldError
from zqland_geodata.store.holds import (
    HoldRequest,
    hold,
    prolong,
    read_holds,
    release,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland_geodata.store import Store
    from zqland_geodata.store.rows import Writer

    Deed = Callable[[Writer], object]

WRITERS = 50
PROCESSES = 2
FIRST, UNTIL = dt.date(2023, 3, 1), dt.date(2023, 8, 31)


@pytest.fixture
def store(filled: Store) -> Store:
    """Give a store with two parcels and a project, in each database."""
    project = {"project_id": "P1", "name": "电池项目", "area_ideal_m2": 20_000.0}
    with filled.writing(by="张工", why="项目清单") as writer:
        writer.add("projects", project)
    return filled


def asked(left: float = 0, right: float = 100, parcel_id: str = "A-1") -> HoldRequest:
    west, south = 38_450_000, 2_560_000
    part = box(west + left, south, west + right, south + 200)
    return HoldRequest(parcel_id, "P1", UNTIL, since=FIRST, part=part)


def at_once(
    address: str, opened: Callable[..., Store], deeds: list[Deed]
) -> list[object]:
    """Let each deed be done by a writer with a connection of its own, all at once."""
    start = threading.Barrier(len(deeds))
    stores = [opened(address) for _ in deeds]

    def write(number: int) -> object:
        start.wait()
        try:
            with stores[number].writing(by=f"W{number}", why="race") as writer:
                return deeds[number](writer)
        except (HeldError, ChangedMeanwhileError) as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(write, range(len(deeds))))


def test_of_fifty_writers_in_two_processes_exactly_one_gets_the_ground(
    store: Store, address: str
) -> None:
    script = Path(__file__).with_name("many_holders.py")
    count = str(WRITERS // PROCESSES)
    running = [
        subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, str(script), address, str(number), count],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for number in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = [line for one in running for line in one.communicate()[0].splitlines()]
    answers = [json.loads(line) for line in lines]
    (winner,) = [one for one in answers if "won" in one]
    refused = [one["refused"] for one in answers if "refused" in one]
    assert len(refused) == WRITERS - 1
    assert all(
        f"held by {winner['holder']} for project 电池项目" in text for text in refused
    )
    assert store.reading().table("holds")["hold_id"].to_list() == [winner["won"]]


def test_writers_who_ask_for_ground_side_by_side_all_get_it(
    store: Store, address: str, opened: Callable[..., Store]
) -> None:
    requests = [asked(5 * number, 5 * number + 5) for number in range(20)]
    answers = at_once(
        address, opened, [lambda w, one=one: hold(w, one) for one in requests]
    )
    assert len({one for one in answers if isinstance(one, str)}) == len(requests)
    assert store.reading().table("holds")["area_m2"].sum() == pytest.approx(20_000)


def test_whatever_writers_ask_for_at_once_no_ground_is_held_twice(
    store: Store, address: str, opened: Callable[..., Store]
) -> None:
    draw = random.Random(4)  # noqa: S311 - no secret
    lefts = [draw.randrange(0, 90) for _ in range(WRITERS)]
    requests = [asked(left, left + draw.randrange(2, 11)) for left in lefts]
    answers = at_once(
        address, opened, [lambda w, one=one: hold(w, one) for one in requests]
    )
    kept = read_holds(store.reading())
    pairs = holds.overlaps(kept, kept)
    assert (pairs["first"] == pairs["second"]).all()
    # Nobody was refused ground that is free.
    shapes = gpd.GeoSeries(kept["home_geometry"])
    refused = [
        request.part
        for request, answer in zip(requests, answers, strict=True)
        if isinstance(answer, HeldError)
    ]
    assert refused
    assert all(shapes.intersection(part).area.max() > 1 for part in refused)
    assert len(kept) + len(refused) == WRITERS


def test_of_writers_who_saw_the_same_version_one_changes_the_hold(
    store: Store, address: str, opened: Callable[..., Store]
) -> None:
    with store.writing(by="a", why="b") as writer:
        hold_id = hold(writer, asked())
    deeds: list[Deed] = [
        lambda w, days=days: prolong(
            w, hold_id, UNTIL + dt.timedelta(days), on=FIRST, seen=1
        )
        for days in range(1, 10)
    ]
    answers = at_once(address, opened, deeds)
    assert [one for one in answers if isinstance(one, int)] == [2]
    assert len([one for one in answers if isinstance(one, Exception)]) == 8
    assert store.reading().table("holds", versions=True)["version"].to_list() == [2]


def test_ground_that_is_released_is_taken_by_one_of_those_who_wait(
    store: Store, address: str, opened: Callable[..., Store]
) -> None:
    with store.writing(by="a", why="b") as writer:
        hold_id = hold(writer, asked())
    june = dt.date(2023, 6, 1)
    later = HoldRequest("A-1", "P1", UNTIL, since=june)
    with store.writing(by="a", why="b") as writer:
        release(writer, hold_id, on=june)
    answers = at_once(address, opened, [lambda w: hold(w, later)] * 10)
    assert len([one for one in answers if isinstance(one, str)]) == 1


def test_the_parcels_on_the_ground_are_locked_while_a_hold_is_written(
    store: Store, address: str, opened: Callable[..., Store]
) -> None:
    if not store.is_postgis:
        return
    row = sa.text("SELECT 1 FROM parcels WHERE parcel_id = :key FOR UPDATE NOWAIT")
    other = opened(address).engine
    with store.writing(by="a", why="b") as writer:
        hold(writer, asked(0, 50))
        with (
            pytest.raises(DatabaseError, match="could not obtain lock"),
            other.begin() as connection,
        ):
            connection.execute(row, {"key": "A-1"})
    with other.begin() as connection:
        assert connection.scalar(row, {"key": "A-1"}) == 1
