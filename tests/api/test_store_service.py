"""The service answers from a store: each request from one revision, the last one."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from shapely.geometry import box
from typer.testing import CliRunner

from zqland.catalogues import load_catalogues
from zqland_api.app import create_app
from zqland_api.cli import app as commands
from zqland_api.desks import StoreDesks, open_desks
from zqland_api.errors import UsageError
from zqland_api.settings import Settings, SourceSettings
from zqland_api.sources import Beside
from zqland_geodata import places
from zqland_geodata.store import Store, lineage, open_store
from zqland_geodata.store.evidence import add_evidence
from zqland_geodata.store.holds import HoldRequest, hold
from zqland_geodata.store.lineage import Child
from zqland_geodata.store.snapshots import States
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE = "http://127.0.0.1"
EAST, NORTH, COUNT = 38_450_000, 2_560_000, 4
FIRST, ON, LAST = dt.date(2023, 1, 1), dt.date(2024, 3, 1), dt.date(2024, 12, 31)
SERVICES = ("road", "water", "power", "levelled")
BESIDE = Beside((), None, ())
RULES = load_catalogues()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store of four free parcels and two projects that fit them."""
    path = tmp_path_factory.mktemp("service") / "books.zqland"
    ids = [f"A{number}" for number in range(COUNT)]
    home = [
        box(EAST + 100 * n, NORTH, EAST + 100 * n + 100, NORTH + 150)
        for n in range(COUNT)
    ]
    parcels = {
        "parcel_id": ids,
        "name": "地块",
        "park_id": "GXQ",
        "district": "441202",
        "home_zone": 4526,
        "home_geometry": gpd.GeoSeries(home),
        "declared_m2": 15_000.0,
        "began_on": FIRST,
    }
    parks = places.parks()
    project = {"name": "厂", "area_min_m2": 14_000.0, "area_max_m2": 16_000.0}
    with (
        open_store(path, create=True) as store,
        store.writing(by="张工", why="首次入库") as writer,
    ):
        writer.add("parks", parks[parks.index == "GXQ"])
        writer.add("parcels", gpd.GeoDataFrame(parcels))
        for name in ("P1", "P2"):
            needed = {"area_ideal_m2": 15_000.0, "predicate": "serviced"}
            writer.add("projects", {"project_id": name, **project, **needed})
        for parcel in ids:
            add_status(writer, parcel, "in_reserve", FIRST)
        about = {"subject_kind": "park", "subject_id": "GXQ", "done_on": FIRST}
        for item in SERVICES:
            add_evidence(writer, {**about, "item": item, "expires_on": LAST})
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """Give a store of one's own."""
    path = tmp_path / "books.zqland"
    shutil.copyfile(filled, path)
    with open_store(path) as opened:
        yield opened


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    """Ask the service that answers from the store."""
    sources = SourceSettings.model_construct(store=SecretStr(store.name), on=ON)
    app = create_app(Settings(sources))
    with TestClient(app, base_url=BASE, headers={"Accept-Language": "en"}) as asking:
        yield asking


def get(client: TestClient, path: str, **query: object) -> dict[str, Any]:
    response = client.get(path, params=query or None)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def offered(client: TestClient, project: str, on: dt.date = ON) -> set[str]:
    answer = get(client, f"/projects/{project}/matches", on=on.isoformat())
    return {lot["parcel_id"] for lot in answer["matches"]}


def status_of(client: TestClient, parcel: str, **query: object) -> dict[str, Any]:
    found: dict[str, Any] = get(client, f"/parcels/{parcel}", **query)["properties"]
    return found


def keep(store: Store, parcel: str, project: str, until: dt.date) -> None:
    request = HoldRequest(
        parcel_id=parcel, project_id=project, since=FIRST, until=until
    )
    with store.writing(by="李工", why="预留") as writer:
        hold(writer, request)


def test_a_hold_by_the_command_line_is_seen_at_the_next_request(
    client: TestClient, store: Store
) -> None:
    assert status_of(client, "A1")["free"] is True
    words = ["hold", "A1", "--project", "P1", "--until", "2024-12-31", "--why", "预留"]
    typed = [*words, "--on", "2024-01-01", "--store", store.name]
    done = CliRunner().invoke(commands, [*typed, "--by", "李工"])
    assert done.exit_code == 0, done.stderr
    assert status_of(client, "A1")["free"] is False
    assert "A1" not in offered(client, "P2")


def test_ground_held_for_a_project_is_offered_to_it_and_to_no_other(
    client: TestClient, store: Store
) -> None:
    everything = {f"A{number}" for number in range(COUNT)}
    assert offered(client, "P1") == offered(client, "P2") == everything
    keep(store, "A1", "P1", LAST)
    assert offered(client, "P1") == everything
    assert offered(client, "P2") == everything - {"A1"}


def test_a_hold_lapses_overnight_without_a_write(
    client: TestClient, store: Store
) -> None:
    keep(store, "A1", "P1", ON)
    assert "A1" not in offered(client, "P2", ON)
    assert "A1" in offered(client, "P2", ON + dt.timedelta(days=1))


def test_an_assessment_lapses_overnight_while_the_service_runs(store: Store) -> None:
    days = [LAST]
    desks = StoreDesks(States(store, RULES), BESIDE, today=lambda: days[0])
    with TestClient(create_app(Settings(), desk=desks), base_url=BASE) as client:
        assert get(client, "/parcels")["on"] == LAST.isoformat()
        assert status_of(client, "A1")["serviced"] is True
        days[0] = LAST + dt.timedelta(days=1)
        assert status_of(client, "A1")["serviced"] is False
        assert get(client, "/parcels")["ledger_version"] == 1


def test_the_map_shows_what_was_written_since(client: TestClient, store: Store) -> None:
    before = client.get("/map").text
    assert client.get("/map").text == before
    keep(store, "A1", "P1", LAST)
    assert client.get("/map").text != before


def test_answers_and_pages_carry_the_version_and_the_store(
    client: TestClient, store: Store
) -> None:
    answer = get(client, "/parcels")
    assert (answer["ledger_version"], answer["store"]) == (1, store.name)
    assert "Ledger version 1." in client.get("/desk/acreage").text
    keep(store, "A1", "P1", LAST)
    assert get(client, "/acreage")["ledger_version"] == 2
    assert get(client, "/about")["ledger_version"] == 2


def test_a_request_keeps_to_one_version_to_its_end(store: Store) -> None:
    class Writing(StoreDesks):
        """Write a revision whenever somebody has asked for the desk."""

        def current(self) -> Any:  # noqa: ANN401 - the desk
            desk = super().current()
            with store.writing(by="a", why="b") as writer:
                facts = {"name": f"改{desk.edition.version}"}  # type: ignore[union-attr]
                writer.change("parcels", "A1", facts, seen=None)
            return desk

    desks = Writing(States(store, RULES), BESIDE, on=ON)
    with TestClient(create_app(Settings(), desk=desks), base_url=BASE) as client:
        for version in range(1, 4):
            answer = get(client, "/parcels/A1")
            name = "地块" if version == 1 else f"改{version - 1}"
            assert answer["ledger_version"] == version
            assert answer["properties"]["name"] == name
        page = client.get("/", params={"lang": "en"}).text
        assert re.findall(r"Ledger version (\d+)", page) == ["4"]


def test_a_desk_is_kept_until_there_is_a_newer_version(store: Store) -> None:
    sources = SourceSettings.model_construct(store=SecretStr(store.name))
    with closing(open_desks(sources)) as desks:
        first = desks.current()
        assert desks.current() is first
        keep(store, "A1", "P1", ON)
        assert desks.current() is not first
        assert first.state(ON).parcels.loc["A1", "free"]


def test_a_retired_parcel_is_told_with_the_day_and_seen_before_it(
    client: TestClient, store: Store
) -> None:
    piece = box(EAST, NORTH, EAST + 40, NORTH + 150)
    split_on = dt.date(2024, 2, 1)
    with store.writing(by="李工", why="分割") as writer:
        new = [Child("A0a", piece), Child("A0b")]
        lineage.split(writer, "A0", new, on=split_on, seen=None)
    gone = client.get("/parcels/A0")
    assert gone.status_code == 404
    assert "retired on 2024-02-01" in gone.json()["detail"]
    early = client.get("/parcels/A0a", params={"on": "2024-01-31"})
    assert "began on 2024-02-01" in early.json()["detail"]
    assert status_of(client, "A0", on="2024-01-31")["parcel_id"] == "A0"
    listed = get(client, "/parcels")["features"]
    assert {one["id"] for one in listed} == {"A0a", "A0b", "A1", "A2", "A3"}


def test_a_store_that_is_lost_is_told_as_such(store: Store, client: TestClient) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    answer = client.get("/parcels")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/no-store"


def test_many_readers_get_whole_answers_while_another_writes(store: Store) -> None:
    states = States(store, RULES)
    desks = StoreDesks(states, BESIDE, on=ON)
    faults: list[str] = []
    writes = 12
    ended = threading.Event()

    def ask() -> None:
        last = 0
        while not ended.is_set():
            desk = desks.current()
            version = 0 if desk.edition is None else desk.edition.version
            name = str(desk.state(ON).parcels.loc["A1", "name"])
            # Revision n, the first of which is the filling, wrote the name n.
            wanted = "地块" if version == 1 else f"改{version}"
            if name != wanted or version < last:
                faults.append(f"{version} after {last}: {name}")
            last = version

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(2, writes + 2):
        with store.writing(by="a", why="b") as writer:
            writer.change("parcels", "A1", {"name": f"改{number}"}, seen=None)
    ended.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert desks.current().state(ON).parcels.loc["A1", "name"] == f"改{writes + 1}"


@pytest.mark.parametrize("kind", ["parcels", "evidence", "status"])
def test_a_store_and_files_of_what_it_keeps_are_refused(
    store: Store, tmp_path: Path, kind: str
) -> None:
    named = {"store": SecretStr(store.name), kind: tmp_path / "some.xlsx"}
    sources = SourceSettings.model_construct(**named)
    with pytest.raises(UsageError, match="Leave out one of the two"):
        open_desks(sources)


def test_the_password_of_a_store_does_not_show_in_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZQLAND_STORE", "postgresql://clerk:abcdef@office/reserve")
    assert "abcdef" not in repr(Settings.from_environment())
