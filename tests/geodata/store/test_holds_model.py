"""Any sequence of holds, prolongations and releases agrees with a plain model.

The model is a set of cells and days per hold: four strips of a parcel, twenty days.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from zqland import holds
from zqland_geodata import places
from zqland_geodata.errors import HeldError, RecordError
from zqland_geodata.store import Store, open_store
from zqland_geodata.store.holds import (
    HoldRequest,
    hold,
    prolong,
    read_holds,
    release,
)

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

STRIPS, DAYS = 4, 20
START = dt.date(2023, 3, 1)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


@dataclass
class Kept:
    """A hold of the model: strips from left to right, and days."""

    left: int
    right: int
    first: int
    last: int
    ended: int | None = None

    def cells(self) -> set[tuple[int, int]]:
        """List the strips with the days on which they are held."""
        end = self.last if self.ended is None else min(self.last, self.ended - 1)
        days = range(self.first, end + 1)
        return {(at, when) for at in range(self.left, self.right) for when in days}


@dataclass
class Model:
    """Says what a store of holds has to say."""

    kept: dict[str, Kept] = field(default_factory=dict)

    def is_free(self, wanted: set[tuple[int, int]]) -> bool:
        """Tell whether nobody holds any of them."""
        return not any(wanted & one.cells() for one in self.kept.values())

    def strips(self, when: int) -> set[int]:
        """List the strips that are held on a day."""
        return {
            at for one in self.kept.values() for at, on in one.cells() if on == when
        }

    def turns(self) -> list[int]:
        """List the days on which ground may come or go, and those before and after."""
        edges = {one.first for one in self.kept.values()}
        edges |= {one.last + 1 for one in self.kept.values()}
        edges |= {one.ended for one in self.kept.values() if one.ended is not None}
        return sorted({number + step for number in edges for step in (-1, 0)})


_strip = st.tuples(st.integers(0, STRIPS - 1), st.integers(1, 2))
_hold = st.tuples(st.just("hold"), _strip, st.integers(0, DAYS - 5), st.integers(0, 8))
_prolong = st.tuples(st.just("prolong"), st.integers(0, 9), st.integers(1, 8))
_release = st.tuples(st.just("release"), st.integers(0, 9), st.integers(-1, 8))


@pytest.fixture(scope="module")
def one_parcel(
    made_file: Path,
    two_parcels: gpd.GeoDataFrame,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Give a store with a parcel of strips and a project, to be copied."""
    path = tmp_path_factory.mktemp("strips") / "books.zqland"
    shutil.copyfile(made_file, path)
    project = {"project_id": "P1", "name": "电池项目", "area_ideal_m2": 20_000.0}
    known = places.parks()
    with open_store(path) as store, store.writing(by="a", why="b") as writer:
        writer.add("parks", known[known.index == "GXQ"])
        writer.add("parcels", two_parcels)
        writer.add("projects", project)
    return path


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    deeds=st.lists(st.one_of(_hold, _hold, _prolong, _release), min_size=8, max_size=16)
)
def test_any_sequence_agrees_with_a_plain_model(
    deeds: list[tuple[Any, ...]], one_parcel: Path, tmp_path: Path
) -> None:
    path = tmp_path / "books.zqland"
    for old in tmp_path.iterdir():
        old.unlink()
    shutil.copyfile(one_parcel, path)
    model = Model()
    with open_store(path) as store:
        for name, *facts in deeds:
            _DEEDS[name](store, model, *facts)
        check(store, model)


def check(store: Store, model: Model) -> None:
    """Compare what is held on every day, and that nothing is held twice."""
    kept = read_holds(store.reading())
    pairs = holds.overlaps(kept, kept)
    assert (pairs["first"] == pairs["second"]).all()
    parcels = store.reading().parcels()
    for number in model.turns():
        found = holds.held(parcels, kept, on=day(number)).loc["A-1"]
        assert round(found["held_m2"]) == 2_000 * len(model.strips(number))


def ask(
    store: Store, model: Model, strip: tuple[int, int], first: int, long: int
) -> None:
    left, right = strip[0], min(STRIPS, strip[0] + strip[1])
    wanted = Kept(left, right, first, first + long)
    west, south = 38_450_000, 2_560_000
    part = box(west + 10 * left, south, west + 10 * right, south + 200)
    request = HoldRequest("A-1", "P1", day(first + long), since=day(first), part=part)
    is_free = model.is_free(wanted.cells())
    try:
        with store.writing(by="a", why="b") as writer:
            hold_id = hold(writer, request)
    except HeldError:
        assert not is_free
    else:
        assert is_free
        model.kept[hold_id] = wanted


def lengthen(store: Store, model: Model, place: int, more: int) -> None:
    if not model.kept:
        return
    hold_id, known = list(model.kept.items())[place % len(model.kept)]
    longer = Kept(known.left, known.right, known.last + 1, known.last + more)
    may = known.ended is None and model.is_free(longer.cells())
    try:
        with store.writing(by="a", why="b") as writer:
            prolong(writer, hold_id, day(longer.last), on=day(known.first))
    except RecordError:
        assert not may
    else:
        assert may
        known.last = longer.last


def let_go(store: Store, model: Model, place: int, after: int) -> None:
    if not model.kept:
        return
    hold_id, known = list(model.kept.items())[place % len(model.kept)]
    on = known.first + after
    may = known.ended is None and on <= known.last
    try:
        with store.writing(by="a", why="b") as writer:
            release(writer, hold_id, on=day(on))
    except RecordError:
        assert not may
    else:
        assert may
        known.ended = on


_DEEDS = {"hold": ask, "prolong": lengthen, "release": let_go}
