"""A state brought up to date after any changes is that of a reading from scratch."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geoseries_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import box

from zqland.catalogues import load_catalogues
from zqland.constraints import ConstraintLayer, ConstraintRule
from zqland.errors import ZqlandError
from zqland.reserve import ReserveState, as_of
from zqland.text import Text
from zqland_geodata import places
from zqland_geodata.store import holds, lineage, open_store
from zqland_geodata.store.evidence import add_evidence, correct_evidence
from zqland_geodata.store.holds import HoldRequest
from zqland_geodata.store.lineage import Child
from zqland_geodata.store.reading import OF_RESERVE
from zqland_geodata.store.snapshots import States
from zqland_geodata.store.statuses import add_status, correct_status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zqland_geodata.store import Store, Writer

    Act = Callable[[Writer, "Draws"], object]

CATALOGUES = load_catalogues()
EAST, NORTH = 38_450_000, 2_560_000
WIDE, COUNT = 100, 6
FIRST = dt.date(2023, 1, 1)
DAYS = (dt.date(2023, 6, 1), dt.date(2024, 2, 1))
PROJECTS = {"project_id": ["P1", "P2"], "name": "厂", "area_ideal_m2": 15_000.0}
LAYER = ConstraintLayer(
    key="corridor",
    text=Text(en="corridor", zh="走廊"),
    rule=ConstraintRule.DEDUCT,
    buffer_m=15.0,
    shapes=gpd.GeoSeries.from_wkt(
        [f"LINESTRING ({EAST} {NORTH + 40}, {EAST + 450} {NORTH + 90})"], crs=4526
    ),
)


class Draws:
    """What hypothesis draws for one act."""

    def __init__(self, data: st.DataObject, reserve_ids: list[str]) -> None:
        self._data = data
        self.ids = reserve_ids

    def one_of(self, *choices: str) -> str:
        """Draw one of some words."""
        return self._data.draw(st.sampled_from(choices or ("none",)))

    def parcel(self) -> str:
        """Draw a parcel."""
        return self.one_of(*self.ids)

    def day(self) -> dt.date:
        """Draw a day."""
        return FIRST + dt.timedelta(days=self._data.draw(st.integers(0, 500)))

    def number(self, most: int) -> int:
        """Draw a number from 1."""
        return self._data.draw(st.integers(1, most))


def record_fact(writer: Writer, draws: Draws) -> object:
    kind = draws.one_of("parcel", "parcel", "park", "area")
    subjects = {"parcel": draws.ids, "park": ["GXQ", "SH"], "area": ["N1", "N2"]}
    entry = {
        "subject_kind": kind,
        "subject_id": draws.one_of(*subjects[kind]),
        "item": draws.one_of("road", "water", "power", "levelled"),
        "done_on": draws.day(),
    }
    if draws.number(3) == 1:
        entry["expires_on"] = entry["done_on"] + dt.timedelta(days=draws.number(400))
    return add_evidence(writer, entry)


def correct_fact(writer: Writer, draws: Draws) -> object:
    known = writer.reading.table("evidence")["evidence_id"]
    wrong = draws.one_of(*known)
    entry = {
        "subject_kind": "parcel",
        "subject_id": draws.parcel(),
        "item": "road",
        "done_on": draws.day(),
        "supersedes": wrong,
    }
    return add_evidence(writer, entry)


def change_day(writer: Writer, draws: Draws) -> object:
    known = writer.reading.table("evidence")["evidence_id"]
    return correct_evidence(writer, draws.one_of(*known), {"done_on": draws.day()})


def begin_status(writer: Writer, draws: Draws) -> object:
    status = draws.one_of("planned", "in_reserve", "listed", "supplied")
    return add_status(writer, draws.parcel(), status, draws.day())


def correct_event(writer: Writer, draws: Draws) -> object:
    known = writer.reading.table("status_events")["event_id"]
    withdraw = draws.number(2) == 1
    event = draws.one_of(*known)
    return correct_status(
        writer, event, happened_on=None if withdraw else draws.day(), withdraw=withdraw
    )


def split_one(writer: Writer, draws: Draws) -> object:
    parcel = draws.parcel()
    west, south, east, north = shapely.bounds(
        writer.reading.parcel(parcel)["home_geometry"]
    )
    piece = box(west, south, east, round(south + (north - south) * 0.4))
    new = [Child(f"{parcel}a", piece), Child(f"{parcel}b")]
    return lineage.split(writer, parcel, new, on=draws.day(), seen=None)


def merge_two(writer: Writer, draws: Draws) -> object:
    new = Child(f"M{uuid.uuid4().hex[:6]}", facts={"district": "441202"})
    old = [draws.parcel(), draws.parcel()]
    return lineage.merge(writer, old, new, on=draws.day(), seen=None)


def correct_boundary(writer: Writer, draws: Draws) -> object:
    parcel = draws.parcel()
    shape = shapely.box(*shapely.bounds(writer.reading.parcel(parcel)["home_geometry"]))
    west, south, east, north = shape.bounds
    child = Child(parcel, box(west, south - draws.number(20), east, north))
    return lineage.correct(writer, parcel, child, on=FIRST, seen=None)


def move_to_a_park(writer: Writer, draws: Draws) -> object:
    park = {"park_id": draws.one_of("GXQ", "SH")}
    return writer.change("parcels", draws.parcel(), park, seen=None)


def hold_ground(writer: Writer, draws: Draws) -> object:
    parcel, since = draws.parcel(), draws.day()
    west, south, east, north = shapely.bounds(
        writer.reading.parcel(parcel)["home_geometry"]
    )
    part = box(west, south, west + round((east - west) / 2), north)
    request = HoldRequest(
        parcel_id=parcel,
        project_id=draws.one_of("P1", "P2"),
        since=since,
        until=since + dt.timedelta(days=draws.number(300)),
        part=part if draws.number(2) == 1 else None,
    )
    return holds.hold(writer, request)


def release_hold(writer: Writer, draws: Draws) -> object:
    known = writer.reading.table("holds")["hold_id"]
    return holds.release(writer, draws.one_of(*known), on=draws.day(), seen=None)


def add_project(writer: Writer, draws: Draws) -> object:
    new = {"project_id": f"N{draws.number(9)}", "name": "新", "area_ideal_m2": 5e3}
    return writer.add("projects", new)


ACTS: tuple[Act, ...] = (
    record_fact,
    correct_fact,
    change_day,
    begin_status,
    correct_event,
    split_one,
    merge_two,
    correct_boundary,
    move_to_a_park,
    hold_ground,
    release_hold,
    add_project,
)


def fill(store: Store) -> None:
    """Put six parcels in a row into a store, with what the acts need."""
    ids = [f"A{number}" for number in range(COUNT)]
    home = [
        box(EAST + WIDE * n, NORTH, EAST + WIDE * (n + 1), NORTH + 150)
        for n in range(COUNT)
    ]
    parcels = {
        "parcel_id": ids,
        "name": "地块",
        "park_id": ["GXQ", "GXQ", "SH", "SH", None, "GXQ"],
        "area_ids": ["N1", "N1; N2", None, "N2", None, None],
        "district": "441202",
        "home_zone": 4526,
        "home_geometry": gpd.GeoSeries(home),
        "declared_m2": [15_000.0, None, 15_000.0, 14_000.0, None, 15_000.0],
        "began_on": FIRST,
    }
    parks = places.parks()
    with store.writing(by="a", why="b") as writer:
        writer.add("parks", parks[parks.index.isin(["GXQ", "SH"])])
        writer.add("projects", pd.DataFrame(PROJECTS))
        writer.add("parcels", gpd.GeoDataFrame(parcels))
        for parcel in ids[:4]:
            add_status(writer, parcel, "in_reserve", FIRST)
        park = {"subject_kind": "park", "subject_id": "GXQ", "item": "road"}
        add_evidence(writer, {**park, "done_on": FIRST})


def same_states(found: ReserveState, wanted: ReserveState) -> None:
    shapes = ["geometry", "home_geometry"]
    assert_frame_equal(
        pd.DataFrame(found.parcels.drop(columns=shapes)),
        pd.DataFrame(wanted.parcels.drop(columns=shapes)),
    )
    for name in shapes:
        assert_geoseries_equal(
            gpd.GeoSeries(found.parcels[name]), gpd.GeoSeries(wanted.parcels[name])
        )
    assert list(found.parcels.columns) == list(wanted.parcels.columns)
    assert found.overlay is not None
    assert wanted.overlay is not None
    assert_frame_equal(found.overlay.overlaps, wanted.overlay.overlaps)
    assert_geoseries_equal(
        found.overlay.usable_geometry, wanted.overlay.usable_geometry
    )


def same_tables(states: States, store: Store) -> None:
    reserve, read = states.current().reserve, store.reading().reserve()
    for name in OF_RESERVE:
        found, wanted = getattr(reserve, name), getattr(read, name)
        assert_frame_equal(pd.DataFrame(found), pd.DataFrame(wanted))


def run_acts(store: Store, data: st.DataObject) -> None:
    """Change a store in any way, and compare what is kept with what is read."""
    fill(store)
    states = States(store, CATALOGUES, layers=[LAYER])
    for _ in range(data.draw(st.integers(1, 3))):
        for on in DAYS[: data.draw(st.integers(1, 2))]:
            states.current().state(on)
        for act in data.draw(st.lists(st.sampled_from(ACTS), min_size=1, max_size=4)):
            ids = list(store.reading().parcels().index)
            # What is refused changes nothing, which is as good a change as any.
            with (
                contextlib.suppress(ZqlandError),
                store.writing(by="a", why="b") as writer,
            ):
                act(writer, Draws(data, ids))
        same_tables(states, store)
        for on in DAYS:
            read = replace(store.reading().reserve(on=on), constraints=(LAYER,))
            same_states(
                states.current().state(on), as_of(read, on=on, catalogues=CATALOGUES)
            )


def examples(most: int) -> int:
    """Take fewer examples where all tests do."""
    return min(most, settings().max_examples)


def test_any_changes_of_a_file_are_seen_as_if_all_were_derived_anew(
    made_file: Path, tmp_path: Path
) -> None:
    @settings(max_examples=examples(5), deadline=None)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        path = tmp_path / f"{uuid.uuid4().hex}.zqland"
        shutil.copyfile(made_file, path)
        with open_store(path) as store:
            run_acts(store, data)

    run()


@pytest.mark.usefixtures("made_database")
def test_any_changes_on_a_server_are_seen_as_if_all_were_derived_anew(
    request: pytest.FixtureRequest,
) -> None:
    cluster = request.getfixturevalue("cluster")

    @settings(max_examples=examples(2), deadline=None)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        address = cluster.create_database("with_store")
        with open_store(address) as store:
            run_acts(store, data)
        cluster.drop(address)

    run()
