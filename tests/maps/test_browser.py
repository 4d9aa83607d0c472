"""The pages in a real browser: no request, no foreign code, everything reachable."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland.units import format_area
from zqland_maps import match_map, reserve_map

if TYPE_CHECKING:
    from zqland.matching import Answer
    from zqland.reserve import ReserveState

pytestmark = pytest.mark.browser
Visits = Callable[..., Any]


@pytest.fixture(scope="module")
def reserve_page(state: ReserveState, districts: gpd.GeoDataFrame) -> str:
    return reserve_map(state, districts=districts)


@pytest.fixture(scope="module")
def match_page(state: ReserveState, answer: Answer, districts: gpd.GeoDataFrame) -> str:
    return match_map(state, answer, districts=districts, language="en")


@pytest.mark.parametrize("kind", ["reserve", "match"])
def test_no_request_leaves_the_page(
    visit: Visits, reserve_page: str, match_page: str, kind: str
) -> None:
    seen = visit(reserve_page if kind == "reserve" else match_page)
    seen.choose("P-04")
    seen.page.wait_for_timeout(500)
    assert [
        url for url in seen.requests if not url.startswith(("file:", "data:"))
    ] == []
    assert len([url for url in seen.requests if url.startswith("file:")]) == 1
    assert seen.errors == []


def test_no_storage_and_no_worker_is_used(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page)
    assert seen.page.evaluate("document.scripts.length") == 5
    assert seen.page.evaluate("performance.getEntriesByType('resource').length") == 0


def test_a_background_asks_only_for_its_tiles(
    visit: Visits, state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    html = reserve_map(state, districts=districts, basemap="osm")
    seen = visit(html, offline=True)
    seen.page.wait_for_timeout(300)
    asked = [url for url in seen.requests if not url.startswith("file:")]
    assert asked
    assert all(url.startswith("https://tile.openstreetmap.org/") for url in asked)
    assert "© OpenStreetMap" in seen.text


def test_the_card_shows_all_that_is_known(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page)
    seen.choose("P-05")
    card = seen.page.inner_text(".zq-card")
    assert all(method in card for method in ("平面面积", "批准面积", "图斑椭球面积"))
    assert all(fact in card for fact in ("2023-02-01 达到", "尚缺", "20 MVA", "在库"))


def test_the_parcel_under_the_pointer_is_found(
    visit: Visits, reserve_page: str
) -> None:
    seen = visit(reserve_page)
    seen.choose("P-05")
    seen.page.wait_for_timeout(900)
    seen.page.keyboard.press("Escape")
    assert seen.page.query_selector(".zq-card") is None
    # The chosen parcel was brought to the middle of the room between the cards.
    x, y = (430 + 1440 - 430) / 2, (64 + 900 - 60) / 2
    seen.page.mouse.move(x - 1, y)
    seen.page.mouse.move(x, y)
    seen.page.wait_for_selector(".zq-tooltip")
    assert "示范地块 5" in seen.page.inner_text(".zq-tooltip")
    seen.page.mouse.click(x, y)
    assert "示范地块 5" in seen.page.inner_text(".zq-card h2")


def test_what_comes_next_is_said(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page)
    seen.choose("P-08")
    following = seen.page.inner_text(".zq-next")
    assert "净地" in following
    assert "尚缺" in following
    assert "尚无计划日期" in following


def test_stages_can_be_switched_off(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page)
    before = seen.page.locator(".zq-ring").first.get_attribute("aria-label")
    seen.page.locator(".zq-legend input").first.uncheck()
    assert seen.page.locator(".zq-ring").first.get_attribute("aria-label") != before


def test_parks_can_be_switched_off_at_once(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page)
    assert seen.page.locator(".zq-ring").count() == 2
    seen.page.get_by_role("button", name="全不选").click()
    assert seen.page.locator(".zq-ring").count() == 0


def test_search_finds_parks_by_keyboard(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page)
    zoom = seen.page.evaluate("map_zqland.getZoom()")
    seen.search("金利")
    assert seen.page.get_by_role("option").count() >= 1
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_timeout(900)
    assert seen.page.evaluate("map_zqland.getZoom()") > zoom
    seen.search("nowhere at all")
    assert "没有找到" in seen.text


def test_escape_closes_the_card_and_gives_the_focus_back(
    visit: Visits, reserve_page: str
) -> None:
    seen = visit(reserve_page)
    seen.choose("P-04")
    seen.page.get_by_role("button", name="关闭").click()
    assert seen.page.query_selector(".zq-card") is None
    assert seen.page.evaluate("document.activeElement.className") == "zq-input"


def test_every_control_has_a_name(visit: Visits, reserve_page: str) -> None:
    nameless = visit(reserve_page).page.evaluate(
        "[...document.querySelectorAll('button, input, a[href], [role=button]')]"
        ".filter(e => !e.textContent.trim() && !e.ariaLabel && !e.closest('label'))"
        ".map(e => e.outerHTML)"
    )
    assert nameless == []


def test_a_link_opens_a_parcel(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page)
    seen.page.goto(seen.page.url + "#parcel=P-04")
    seen.page.reload()
    seen.page.wait_for_selector(".zq-card")
    assert "P-04" in seen.page.inner_text(".zq-card")


def test_on_a_phone_the_panel_is_folded(visit: Visits, reserve_page: str) -> None:
    seen = visit(reserve_page, size=(390, 844))
    assert not seen.page.is_visible(".zq-body")
    seen.page.click(".zq-toggle")
    assert seen.page.is_visible(".zq-body")
    width = seen.page.evaluate("document.documentElement.scrollWidth")
    assert width == 390


def test_figures_of_the_page_are_those_of_the_library(
    visit: Visits, reserve_page: str, state: ReserveState
) -> None:
    seen = visit(reserve_page)
    seen.choose("P-06")
    official = state.parcels.loc["P-06", "ellipsoid_official_m2"]
    assert format_area(official, "mu", language="zh") in seen.page.inner_text(
        ".zq-card"
    )


def test_the_match_lists_lots_near_misses_and_the_funnel(
    visit: Visits, match_page: str, answer: Answer
) -> None:
    seen = visit(match_page)
    assert seen.page.locator(".zq-lots .zq-lot").count() == len(answer.matches)
    assert seen.page.locator(".zq-near-list .zq-lot").count() == len(answer.near_misses)
    assert f"{answer.free_count} free parcels" in seen.text


def test_a_lot_tells_why_it_fits(
    visit: Visits, match_page: str, answer: Answer
) -> None:
    seen = visit(match_page)
    seen.page.locator(".zq-lots .zq-lot").first.click()
    card = seen.page.inner_text(".zq-card")
    assert all(str(reason) in card for reason in answer.matches[0].reasons)


def test_a_near_miss_tells_what_would_admit_it(
    visit: Visits, match_page: str, answer: Answer
) -> None:
    seen = visit(match_page)
    seen.page.locator(".zq-near-list .zq-lot").first.click()
    assert str(answer.near_misses[0].relaxation) in seen.page.inner_text(".zq-miss")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_match_prints_as_one_a4_sheet(
    visit: Visits,
    state: ReserveState,
    answer: Answer,
    districts: gpd.GeoDataFrame,
    language: str,
) -> None:
    seen = visit(match_map(state, answer, districts=districts, language=language))
    pdf = seen.page.pdf(prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf


def test_the_sheet_says_that_it_is_internal(
    visit: Visits,
    match_page: str,
    state: ReserveState,
    answer: Answer,
    districts: gpd.GeoDataFrame,
) -> None:
    seen = visit(match_page)
    seen.page.emulate_media(media="print")
    assert "Internal, not an official map" in seen.page.inner_text(".zq-sheet")
    chinese = visit(match_map(state, answer, districts=districts))
    chinese.page.emulate_media(media="print")
    assert "内部资料，非正式地图" in chinese.page.inner_text(".zq-sheet")


def test_the_sheet_holds_areas_and_reasons(
    visit: Visits, match_page: str, answer: Answer
) -> None:
    seen = visit(match_page)
    seen.page.emulate_media(media="print")
    sheet = seen.page.inner_text(".zq-sheet")
    assert str(answer.matches[0].reasons[0]) in sheet
    assert answer.matches[0].parcel_id.replace("P-0", "示范地块 ") in sheet
    assert seen.page.locator(".zq-sheet .zq-paper path").count() >= 2


def test_nothing_of_the_sheet_is_cut_off(visit: Visits, match_page: str) -> None:
    seen = visit(match_page)
    seen.page.emulate_media(media="print")
    over = "e => e.scrollHeight - e.clientHeight"
    for part in (".zq-sheet", ".zq-below"):
        assert seen.page.locator(part).evaluate(over) <= 1


def test_a_reserve_prints_as_one_sheet(visit: Visits, reserve_page: str) -> None:
    pdf = visit(reserve_page).page.pdf(prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1


@pytest.mark.parametrize("guarded", [True, False])
def test_names_from_files_are_shown_and_never_run(
    visit: Visits,
    hostile_state: ReserveState,
    districts: gpd.GeoDataFrame,
    hostile_names: tuple[str, ...],
    *,
    guarded: bool,
) -> None:
    hostile = districts.assign(name=list(hostile_names[:2]))
    seen = visit(reserve_map(hostile_state, districts=hostile), bypass_csp=not guarded)
    for row, name in enumerate(hostile_names):
        seen.search(name)
        assert name in seen.page.evaluate(
            "document.querySelector('.zq-found').textContent"
        )
        seen.choose(f"{name} {row}")
        assert (
            seen.page.evaluate("document.querySelector('.zq-card h2').textContent")
            == name
        )
    seen.page.wait_for_timeout(300)
    assert seen.dialogs == []
    assert seen.errors == []
    assert seen.page.evaluate("window.HIT") is None
    assert seen.page.locator("img").count() == 0


def test_hostile_names_are_harmless_in_panel_tooltip_and_print(
    visit: Visits,
    hostile_state: ReserveState,
    districts: gpd.GeoDataFrame,
    hostile_names: tuple[str, ...],
) -> None:
    seen = visit(reserve_map(hostile_state, districts=districts), bypass_csp=True)
    panel = seen.page.evaluate("document.querySelector('.zq-parks').textContent")
    assert hostile_names[3] in panel
    seen.choose(f"{hostile_names[4]} 4")
    seen.page.wait_for_timeout(900)
    x, y = (430 + 1440 - 430) / 2, (64 + 900 - 60) / 2
    seen.page.mouse.move(x - 1, y)
    seen.page.mouse.move(x, y)
    tooltip = seen.page.wait_for_selector(".zq-tooltip")
    assert hostile_names[4] in tooltip.text_content()
    seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert seen.page.evaluate("window.HIT") is None
    assert (seen.dialogs, seen.errors) == ([], [])


def test_a_hostile_project_is_harmless(
    visit: Visits,
    hostile_state: ReserveState,
    hostile_answer: Answer,
    districts: gpd.GeoDataFrame,
    hostile_names: tuple[str, ...],
) -> None:
    html = match_map(hostile_state, hostile_answer, districts=districts)
    seen = visit(html, bypass_csp=True)
    for place in range(seen.page.locator(".zq-lot").count()):
        seen.page.locator(".zq-lot").nth(place).click()
    title = seen.page.evaluate("document.querySelector('.zq-head h1').textContent")
    assert title == "".join(hostile_names)
    assert hostile_names[3] in seen.page.evaluate(
        "document.querySelector('.zq-sheet').textContent"
    )
    assert seen.page.evaluate("window.HIT") is None
    assert (seen.dialogs, seen.errors) == ([], [])


def test_a_hundred_thousand_parcels_stay_usable(
    visit: Visits, state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    copies = 100_000 // len(state.parcels) + 1
    many = pd.concat([state.parcels] * copies, ignore_index=True)
    copy_of = many.index.to_numpy() // len(state.parcels)
    vertices, owner = shapely.get_coordinates(many.geometry, return_index=True)
    steps = np.column_stack([copy_of % 100, copy_of // 100]) * 0.01
    moved = shapely.set_coordinates(many.geometry.to_numpy(), vertices + steps[owner])
    many = many.set_geometry(gpd.GeoSeries(moved, crs=4490))
    many.index = pd.Index([f"N-{row}" for row in range(len(many))])
    html = reserve_map(dataclasses.replace(state, parcels=many), districts=districts)
    assert len(html) < 25_000_000
    before = time.perf_counter()
    seen = visit(html)
    assert time.perf_counter() - before < 20
    before = time.perf_counter()
    seen.page.evaluate("map_zqland.setZoom(map_zqland.getZoom() + 1, {animate: false})")
    assert time.perf_counter() - before < 5
