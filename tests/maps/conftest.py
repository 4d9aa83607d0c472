"""A small reserve of twelve parcels, its districts, a match, and a real browser."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from zqland import crs, matching, needs, reserve, tables
from zqland.areas import Method
from zqland.catalogues import Catalogues, load_catalogues
from zqland.reserve import Reserve, ReserveState
from zqland.testing import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from zqland.matching import Answer

ON = dt.date(2023, 9, 5)
ZONE = 4526
UTILITIES = ("road", "water", "power", "levelled")
CLEAN = ("conversion", "title", "compensation", "dispute_free", "planning_conditions")
HOSTILE = (
    "<script>alert(1)</script>",
    "${window.HIT=1}",
    "`backtick`",
    "</script><script>window.HIT=1</script>",
    '"><img src=x onerror="window.HIT=1">',
    "line\u2028separator\u2029end",
    "{{7*7}}{% raw %}{count}$&",
)


@pytest.fixture(scope="session")
def catalogues() -> Catalogues:
    return load_catalogues()


def _square(row: int) -> shapely.Polygon:
    west = 38_378_000 + 240 * (row % 4) + (30_000 if row >= 8 else 0)
    south = 2_580_000 + 240 * (row // 4)
    return shapely.box(west, south, west + 200, south + 100 + 10 * row)


def _parcels() -> gpd.GeoDataFrame:
    home = gpd.GeoSeries([_square(row) for row in range(12)])
    hole = shapely.box(38_378_050, 2_580_020, 38_378_090, 2_580_060)
    home.iloc[0] = home.iloc[0].difference(hole)
    home.index = pd.Index([f"P-{row:02d}" for row in range(12)], name="parcel_id")
    declared = [round(shape.area, 2) for shape in home]
    return gpd.GeoDataFrame(
        {
            "name": [f"示范地块 {row}" for row in range(12)],
            "park_id": ["GXQ"] * 8 + ["JL"] * 3 + [None],
            "district": "441284",
            "home_zone": ZONE,
            "home_geometry": home.array,
            "land_class": "M2",
            "declared_m2": [*declared[:11], None],
            "price_wan_per_mu": 40.5,
            "area_ids": None,
        },
        geometry=crs.to_geographic(home, ZONE),
        index=home.index,
    )


def _evidence(catalogues: Catalogues) -> pd.DataFrame:
    standard = catalogues.readiness.predicates["standard"]
    all_items = {key for group in standard.groups for keys in group for key in keys}
    of_parcel = {
        **dict.fromkeys((3, 4, 5, 6, 7, 8), UTILITIES),
        **dict.fromkeys((4, 5, 6), (*UTILITIES, *CLEAN)),
        7: (*UTILITIES, *sorted(all_items)),
    }
    facts = [
        {
            "subject_kind": "parcel",
            "subject_id": f"P-{row:02d}",
            "item": item,
            "done_on": pd.Timestamp("2023-02-01"),
            "value": 20.0 if item == "power" else None,
            "unit": "MVA" if item == "power" else None,
            "document": "SECRET-DOCUMENT",
        }
        for row, items in of_parcel.items()
        for item in items
    ]
    due = {"subject_kind": "parcel", "subject_id": "P-00", "item": "road"}
    facts.append({**due, "due_on": pd.Timestamp("2023-12-01")})
    table = pd.DataFrame(facts)
    table["evidence_id"] = [f"E{row}" for row in range(len(table))]
    return tables.check("evidence", table)


def _parks() -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "name": ["肇庆高新区", "金利高新区", "空园区"],
            "name_en": ["High-tech Zone", "Jinli Zone", None],
            "level": "provincial",
            "district": "441284",
            "lon": [112.81, 113.1, 112.6],
            "lat": [23.32, 23.32, 23.2],
            "accuracy_m": 1000.0,
            "sectors": "38",
        },
        index=pd.Index(["GXQ", "JL", "EMPTY"], name="park_id"),
    )
    points = gpd.GeoSeries.from_xy(table["lon"], table["lat"], crs=4490)
    return gpd.GeoDataFrame(table, geometry=points.set_axis(table.index), crs=4490)


@pytest.fixture(scope="session")
def twelve_parcels(catalogues: Catalogues) -> Reserve:
    """Hold a fictional reserve; parcel 11 has no park and no declared area."""
    events = pd.DataFrame(
        {
            "parcel_id": [f"P-{row:02d}" for row in range(12)],
            "status": ["in_reserve"] * 9 + ["supplied", "listed", "retired"],
            "happened_on": pd.Timestamp("2022-05-01"),
        }
    )
    return Reserve(
        parcels=_parcels(),
        evidence=_evidence(catalogues),
        status_events=tables.check("status_events", events),
        parks=_parks(),
        fictional=True,
    )


@pytest.fixture(scope="session")
def state(twelve_parcels: Reserve, catalogues: Catalogues) -> ReserveState:
    return reserve.as_of(twelve_parcels, on=ON, catalogues=catalogues)


@pytest.fixture(scope="session")
def hostile_state(twelve_parcels: Reserve, catalogues: Catalogues) -> ReserveState:
    """Give parcels and parks names that try to be code."""
    parcels = twelve_parcels.parcels.copy()
    parcels["name"] = [HOSTILE[row % len(HOSTILE)] for row in range(12)]
    index = [f"{text} {row}" for row, text in enumerate(parcels["name"])]
    evidence = twelve_parcels.evidence.copy()
    renamed = dict(zip(parcels.index, index, strict=True))
    evidence["subject_id"] = evidence["subject_id"].astype(str).replace(renamed)
    events = twelve_parcels.status_events.copy()
    events["parcel_id"] = events["parcel_id"].astype(str).replace(renamed)
    parcels.index = pd.Index(index, name="parcel_id")
    parks = twelve_parcels.parks.copy()
    parks["name"] = [*HOSTILE[3:5], HOSTILE[1]]
    parks["name_en"] = parks["name"]
    hostile = dataclasses.replace(
        twelve_parcels,
        parcels=parcels,
        evidence=tables.check("evidence", evidence),
        status_events=tables.check("status_events", events),
        parks=parks,
    )
    return reserve.as_of(hostile, on=ON, catalogues=catalogues)


@pytest.fixture(scope="session")
def districts() -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(112.5, 23.0, 112.9, 23.6),
        shapely.box(112.9, 23.0, 113.3, 23.6),
    ]
    names = {"name": ["四会市", "三水区"], "name_en": ["Sihui", "Sanshui"]}
    return gpd.GeoDataFrame(
        names, geometry=shapes, crs=4490, index=["441284", "440607"]
    )


def need_of(**changes: object) -> needs.Need:
    facts = {
        "project_id": "SECRET-PROJECT",
        "name": "SECRET-FIRM",
        "area_min_m2": 24_000.0,
        "area_ideal_m2": 30_000.0,
        "area_max_m2": 33_000.0,
        "basis": Method.PLANAR,
        "needed_by": dt.date(2024, 6, 30),
        "predicate": "mature",
        "power_mva": 12.0,
        "sector": "C3841",
        "fixed_investment_wan": 77_700.0,
        "tax_wan_per_year": 880.0,
    }
    return needs.Need(**{**facts, **changes})


def answer_of(state: ReserveState, catalogues: Catalogues, need: needs.Need) -> Answer:
    snapshot = matching.Snapshot.of(
        state,
        catalogues=catalogues,
        basis=Method.PLANAR,
        parks=state.reserve.parks,
        indicators=tables.empty("indicators"),
    )
    return matching.match(need, snapshot)


@pytest.fixture(scope="session")
def answer(state: ReserveState, catalogues: Catalogues) -> Answer:
    return answer_of(state, catalogues, need_of())


@pytest.fixture(scope="session")
def hostile_names() -> tuple[str, ...]:
    return HOSTILE


@pytest.fixture(scope="session")
def hostile_answer(hostile_state: ReserveState, catalogues: Catalogues) -> Answer:
    need = need_of(name="".join(HOSTILE), exception_reason=HOSTILE[0], sector=None)
    return answer_of(hostile_state, catalogues, need)


@dataclass
class Visit:
    """A page in a browser, and everything that it tried to do."""

    page: Any
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that the page shows."""
        return str(self.page.evaluate("document.body.innerText"))

    def search(self, text: str) -> None:
        """Type into the search box."""
        self.page.fill(".zq-input", text)

    def choose(self, text: str) -> None:
        """Search for something and take the first answer."""
        self.search(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".zq-card")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    api = pytest.importorskip("playwright.sync_api")
    quiet = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync"
    )
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=quiet.split())
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Open pages; the security policy can be switched off to test what is below it."""
    contexts = []

    def opened(
        html: str, *, size: tuple[int, int] = (1440, 900), **options: object
    ) -> Visit:
        path = tmp_path / f"map{len(contexts)}.html"
        path.write_text(html, encoding="utf-8", newline="")
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        one = Visit(context.new_page())
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("pageerror", lambda error: one.errors.append(str(error)))
        one.page.on(
            "dialog",
            lambda dialog: (one.dialogs.append(dialog.message), dialog.dismiss()),
        )
        one.page.goto(path.as_uri())
        one.page.wait_for_selector(".zq-ready", state="attached")
        return one

    yield opened
    for context in contexts:
        context.close()
