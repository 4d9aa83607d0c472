"""Constraint layers on maps: in the data block, in the browser, and not in public."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from zqland import matching, reserve, tables
from zqland.constraints import ConstraintLayer, ConstraintRule, Side
from zqland.needs import Need
from zqland.text import Text
from zqland_maps import match_map, reserve_map

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.catalogues import Catalogues
    from zqland.matching import Answer
    from zqland.reserve import Reserve, ReserveState

EAST, NORTH = 38_378_000, 2_580_000
HOSTILE = "<img src=x onerror=window.HIT=1>${1+1}"


def layer(key: str, rule: ConstraintRule, **changes: Any) -> ConstraintLayer:  # noqa: ANN401
    known: dict[str, Any] = {
        "key": key,
        "text": Text(en=f"the {key}", zh=f"图层{key}"),
        "rule": rule,
    }
    return ConstraintLayer(**(known | changes))


def shapes(*listed: shapely.Geometry) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(listed), crs=4526)


LAYERS = (
    layer(
        "red",
        ConstraintRule.FORBID,
        text=Text(en=HOSTILE, zh=HOSTILE),
        # The western ten metres of the parcel P-04, and of no other.
        shapes=shapes(shapely.box(EAST - 99, NORTH + 240, EAST + 10, NORTH + 400)),
    ),
    layer(
        "corridor",
        ConstraintRule.DEDUCT,
        shapes=shapes(
            shapely.LineString([(EAST + 290, NORTH - 9), (EAST + 290, NORTH + 900)])
        ),
        buffer_m=10.0,
    ),
    layer(
        "boundary",
        ConstraintRule.WARN,
        side=Side.OUTSIDE,
        shapes=shapes(shapely.box(EAST - 99, NORTH - 99, EAST + 40_000, NORTH + 600)),
    ),
)


@pytest.fixture(scope="module")
def constrained(twelve_parcels: Reserve, catalogues: Catalogues) -> ReserveState:
    """Return the twelve parcels with three layers over some of them."""
    records = dataclasses.replace(twelve_parcels, constraints=LAYERS)
    return reserve.as_of(records, on=dt.date(2023, 9, 5), catalogues=catalogues)


@pytest.fixture(scope="module")
def constrained_answer(constrained: ReserveState, catalogues: Catalogues) -> Answer:
    need = Need(
        project_id="P",
        name="项目",
        area_min_m2=20_000.0,
        area_ideal_m2=28_000.0,
        area_max_m2=33_000.0,
        predicate="serviced",
    )
    snapshot = matching.Snapshot.of(
        constrained, catalogues=catalogues, indicators=tables.empty("indicators")
    )
    return matching.match(need, snapshot)


def block(html: str) -> dict[str, Any]:
    found = re.search(r'id="zqland-data">(.*?)</script>', html, flags=re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def page(constrained: ReserveState, districts: gpd.GeoDataFrame) -> str:
    return reserve_map(constrained, districts=districts, language="en", basis="planar")


def test_every_layer_travels_with_its_rule_and_its_shapes(page: str) -> None:
    layers = block(page)["constraints"]["layers"]
    assert [one["rule"] for one in layers] == ["forbid", "deduct", "warn"]
    assert [one["is_outside"] for one in layers] == [False, False, True]
    assert all(one["shapes"]["count"] for one in layers)


def test_a_layer_says_how_many_parcels_and_how_much_ground_it_concerns(
    page: str, constrained: ReserveState
) -> None:
    _, corridor, _ = block(page)["constraints"]["layers"]
    overlaps = constrained.overlay.overlaps.query("layer == 'corridor'")
    assert corridor["count"] == len(overlaps)
    assert corridor["area"] == f"{overlaps['area_m2'].sum() * 3 / 2000:.2f} mu"


def test_totals_have_their_usable_part_beside_them(page: str) -> None:
    data = block(page)
    assert data["is_constrained"]
    assert all(stage["usable"].startswith("usable ") for stage in data["stages"])
    assert all(ledger["usable"] for ledger in data["ledgers"])
    assert all(park["usable"] for park in data["parks"])
    assert " · usable " in data["facts"]["subtitle"]


def test_what_is_not_known_makes_a_sum_a_lower_bound(
    constrained: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    data = block(reserve_map(constrained, districts=districts, language="en"))
    assert data["free"]["usable_area"].startswith("≥ ")
    assert "usable part of the declared area" in data["usable_lacking"]


def test_without_layers_nothing_is_said_of_usable_ground(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    data = block(reserve_map(state, districts=districts))
    assert data["constraints"] is None
    assert data["parcels"]["usable"] == {}
    assert data["free"]["usable"] is None


def test_readers_outside_the_office_see_areas_and_no_layers(
    constrained: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    html = reserve_map(constrained, districts=districts, public=True)
    assert block(html)["constraints"] is None
    assert block(html)["parcels"]["usable"]
    assert "图层corridor" not in html


def test_lots_and_near_misses_have_both_areas(
    constrained: ReserveState,
    constrained_answer: Answer,
    districts: gpd.GeoDataFrame,
) -> None:
    html = match_map(
        constrained, constrained_answer, districts=districts, language="en"
    )
    found = block(html)["match"]
    assert all(lot["usable"].startswith("usable ") for lot in found["lots"])
    forbidden = [miss for miss in found["near"] if "left out" in miss["relaxation"]]
    assert [miss["parcel_id"] for miss in forbidden] == ["P-04"]


@pytest.mark.browser
def test_the_card_says_what_the_layers_concern(
    page: str, visit: Callable[..., Any]
) -> None:
    one = visit(page)
    one.choose("P-04")
    card = one.page.inner_text(".zq-card")
    assert "usable" in card
    assert HOSTILE in card
    assert "forbidden" in card
    assert one.page.evaluate("window.HIT") is None
    assert one.errors == []


@pytest.mark.browser
def test_a_parcel_without_layers_says_so(page: str, visit: Callable[..., Any]) -> None:
    one = visit(page)
    one.choose("P-02")
    assert "none of the layers" in one.page.inner_text(".zq-card")


@pytest.mark.browser
def test_a_layer_can_be_switched_off(page: str, visit: Callable[..., Any]) -> None:
    one = visit(page)
    one.choose("P-05")
    one.page.keyboard.press("Escape")
    pixels = "document.querySelector('canvas').toDataURL()"
    before = one.page.evaluate(pixels)
    one.page.locator(".zq-constraints input").nth(1).uncheck()
    assert one.page.evaluate(pixels) != before


@pytest.mark.browser
def test_the_legend_and_the_sheet_name_the_layers(
    page: str, visit: Callable[..., Any]
) -> None:
    one = visit(page)
    legend = one.page.inner_text(".zq-constraints")
    assert "the corridor" in legend
    assert "deducted" in legend
    one.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheet = one.page.evaluate("document.querySelector('.zq-sheet').textContent")
    assert "the boundary · to be checked" in sheet
