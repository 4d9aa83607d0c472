"""The desk computes once, keeps little, and says what was assumed."""

from __future__ import annotations

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pandas as pd
import pytest

from zqland.areas import Method
from zqland.errors import NotFoundError
from zqland_api.desk import Desk
from zqland_api.errors import UsageError
from zqland_api.settings import SourceSettings
from zqland_geodata import demo
from zqland_geodata.demo.inputs import write_inputs
from zqland_geodata.keeping import Kept


def test_many_readers_of_one_key_wait_for_one_computation() -> None:
    kept: Kept[int] = Kept(2)
    calls: list[int] = []

    def compute() -> int:
        calls.append(1)
        time.sleep(0.05)
        return 7

    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(lambda _: kept.get("day", compute), range(16)))
    assert answers == [7] * 16
    assert len(calls) == 1


def test_another_key_does_not_wait() -> None:
    kept: Kept[int] = Kept(2)
    may_end = threading.Event()

    def slow() -> int:
        may_end.wait(10)
        return 1

    with ThreadPoolExecutor(1) as reader:
        waiting = reader.submit(kept.get, "slow", slow)
        assert kept.get("fast", lambda: 2) == 2
        may_end.set()
        assert waiting.result(10) == 1


def test_the_oldest_result_gives_way() -> None:
    kept: Kept[str] = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: key)  # type: ignore[misc] # bound now
    assert kept.get("a", lambda: "again") == "a"
    assert kept.get("b", lambda: "again") == "again"


def test_a_failure_is_raised_and_not_kept() -> None:
    kept: Kept[int] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 5) == 5


def test_a_state_is_derived_once_per_day(demo_desk: Desk) -> None:
    assert demo_desk.state(demo.ON) is demo_desk.state(demo.ON)


def test_a_method_that_is_part_of_every_state_is_not_measured_again(
    demo_desk: Desk,
) -> None:
    state = demo_desk.state(demo.ON)
    assert demo_desk.measured(demo.ON, Method.PLANAR) is state
    assert "geodesic_m2" in demo_desk.measured(demo.ON, Method.GEODESIC).parcels


def test_sheets_without_parcels_are_wrong_use() -> None:
    with pytest.raises(UsageError, match="evidence"):
        Desk.open(SourceSettings.model_construct(evidence=Path("facts.xlsx")))


def test_a_missing_folder_of_rules_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="not a folder"):
        Desk.open(SourceSettings.model_construct(catalogues=Path("nowhere")))


def test_own_rules_change_the_hash_and_the_answer(
    tmp_path: Path, demo_desk: Desk
) -> None:
    packaged = resources.files("zqland.catalogues") / "matching.toml"
    text = packaged.read_text(encoding="utf-8")
    assert "supply_lead_days = 30" in text
    own = tmp_path / "matching.toml"
    own.write_text(
        text.replace("supply_lead_days = 30", "supply_lead_days = 60"), encoding="utf-8"
    )
    desk = Desk.open(SourceSettings.model_construct(catalogues=tmp_path))
    assert desk.catalogues.hash != demo_desk.catalogues.hash
    need = desk.need("P-207", basis=Method.PLANAR)
    ours = desk.answer(need, on=demo.ON).matches[0].handover_on
    theirs = demo_desk.answer(need, on=demo.ON).matches[0].handover_on
    assert ours is not None
    assert theirs is not None
    assert (ours - theirs).days == 30


def test_the_day_is_today_where_none_is_fixed(demo_desk: Desk) -> None:
    assert demo_desk.default_on == demo.ON
    open_ended = Desk(replace(demo_desk.records, on=None), demo_desk.catalogues)
    assert abs((open_ended.default_on - dt.date.today()).days) <= 1  # noqa: DTZ011


def test_parks_that_nobody_listed_stand_among_their_parcels(tmp_path: Path) -> None:
    city = demo.create_city()
    parcels = city.parcels.copy()
    parcels["park_id"] = parcels["park_id"].replace("GY", "NEW-1")
    paths = write_inputs(replace(city, parcels=parcels), tmp_path)
    desk = Desk.open(SourceSettings.model_construct(parcels=paths["parcels"]))
    park = desk.records.reserve.parks.loc["NEW-1"]
    inside = desk.records.reserve.parcels.query("park_id == 'NEW-1'")
    assert park.geometry.within(inside.union_all().envelope)
    assert any("NEW-1" in note.en for note in desk.records.notes)


def test_what_is_not_there_is_named(demo_desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="'X'"):
        demo_desk.project("X")
    with pytest.raises(NotFoundError, match="'Y'"):
        demo_desk.check_parcel("Y", demo.ON)


def test_assumed_status_has_no_day(tmp_path: Path) -> None:
    paths = write_inputs(demo.create_city(), tmp_path)
    desk = Desk.open(SourceSettings.model_construct(parcels=paths["survey"]))
    parcels = desk.state(demo.ON).parcels
    assert parcels["free"].all()
    assert parcels["status_since"].isna().all()
    assert pd.api.types.is_datetime64_any_dtype(parcels["status_since"])
