"""What the map of a match carries in its data block."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from zqland_maps import match_map
from zqland_maps.match_map import _letter

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from zqland.catalogues import Catalogues
    from zqland.matching import Answer
    from zqland.reserve import ReserveState


def block(html: str) -> dict[str, Any]:
    found = re.search(r'id="zqland-data">(.*?)</script>', html, flags=re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture
def shown(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> Callable[[Answer], dict[str, Any]]:
    return lambda answer: block(
        match_map(state, answer, districts=districts, language="en")
    )


@pytest.fixture(scope="module")
def data(
    state: ReserveState, answer: Answer, districts: gpd.GeoDataFrame
) -> dict[str, Any]:
    return block(match_map(state, answer, districts=districts, language="en"))


def test_lots_come_in_the_order_of_the_answer(
    data: dict[str, Any], answer: Answer
) -> None:
    lots = [(lot["rank"], lot["parcel_id"]) for lot in data["match"]["lots"]]
    assert lots == [(match.rank, match.parcel_id) for match in answer.matches]
    assert lots


def test_each_lot_says_why_it_fits(data: dict[str, Any], answer: Answer) -> None:
    reasons = [str(reason) for reason in answer.matches[0].reasons]
    assert data["match"]["lots"][0]["reasons"] == reasons


def test_near_misses_carry_a_letter_and_one_relaxation(
    data: dict[str, Any], answer: Answer
) -> None:
    near = data["match"]["near"]
    assert [miss["letter"] for miss in near] == list("ABCDEFGH"[: len(near)])
    assert near[0]["relaxation"] == str(answer.near_misses[0].relaxation)


def test_the_funnel_is_that_of_the_answer(data: dict[str, Any], answer: Answer) -> None:
    assert data["match"]["free"] == answer.free_count
    assert [step["left"] for step in data["match"]["funnel"]] == [
        step.left for step in answer.funnel
    ]


def test_the_need_is_written_out(data: dict[str, Any]) -> None:
    need = dict(data["match"]["need"])
    assert need["Area"] == "36.00 mu – 49.50 mu, best 45.00 mu"
    assert need["Utilities"] == "power 12 MVA"
    assert need["Sector"] == "Electrical machinery"
    assert need["Fixed investment"] == "777 million yuan"


def test_the_project_gives_the_heading(data: dict[str, Any]) -> None:
    assert data["facts"]["title"] == "SECRET-FIRM"


def test_a_total_investment_is_not_called_fixed(
    shown: Callable[[Answer], dict[str, Any]], answer: Answer
) -> None:
    need = dataclasses.replace(answer.need, investment_is_total=True)
    lines = dict(shown(dataclasses.replace(answer, need=need))["match"]["need"])
    assert "Fixed investment" not in lines
    assert lines["Total investment, for want of the fixed"] == "777 million yuan"


def test_a_nameless_project_is_called_by_its_number(
    state: ReserveState, answer: Answer, districts: gpd.GeoDataFrame
) -> None:
    nameless = dataclasses.replace(
        answer, need=dataclasses.replace(answer.need, name=None)
    )
    data = block(match_map(state, nameless, districts=districts))
    assert data["facts"]["title"] == "项目 SECRET-PROJECT"


def test_the_page_counts_on_the_basis_of_the_answer(data: dict[str, Any]) -> None:
    assert data["basis"] == "planar"
    assert data["facts"]["provenance"][0].startswith("Areas: planar")


def test_a_match_is_called_an_intention(data: dict[str, Any]) -> None:
    assert "intention" in data["facts"]["provenance"][-1]


def test_a_public_page_names_no_project(
    state: ReserveState, answer: Answer, districts: gpd.GeoDataFrame
) -> None:
    html = match_map(state, answer, districts=districts, public=True)
    assert "SECRET" not in html
    assert "77,700" not in html


def test_a_public_page_keeps_only_the_lots(
    state: ReserveState, answer: Answer, districts: gpd.GeoDataFrame
) -> None:
    match = block(match_map(state, answer, districts=districts, public=True))["match"]
    assert (match["near"], match["need"], match["funnel"]) == ([], [], [])
    assert {lot["score"] for lot in match["lots"]} == {None}
    assert all(not lot["reasons"] and not lot["parts"] for lot in match["lots"])


def test_only_the_ground_around_the_lots_travels(
    state: ReserveState, answer: Answer, districts: gpd.GeoDataFrame
) -> None:
    here = [miss for miss in answer.near_misses if miss.park_id == "GXQ"]
    lots = tuple(match for match in answer.matches if match.park_id == "GXQ")
    local = dataclasses.replace(answer, matches=lots, near_misses=tuple(here))
    shown = block(match_map(state, local, districts=districts))["parcels"]["id"]
    assert shown == [f"P-{row:02d}" for row in range(8)]


def test_without_any_lot_the_whole_reserve_is_shown(
    state: ReserveState, answer: Answer, districts: gpd.GeoDataFrame
) -> None:
    nothing = dataclasses.replace(answer, matches=(), near_misses=(), fit_count=0)
    data = block(match_map(state, nothing, districts=districts))
    assert len(data["parcels"]["id"]) == 11
    assert data["facts"]["subtitle"].endswith("符合条件 0 宗")


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 lots fit"), (1, "1 lot fits"), (2, "2 lots fit")]
)
def test_one_lot_fits_and_two_fit(
    shown: Callable[[Answer], dict[str, Any]], answer: Answer, count: int, words: str
) -> None:
    few = dataclasses.replace(answer, fit_count=count)
    assert shown(few)["facts"]["subtitle"].endswith(words)


def test_a_need_may_ask_for_little(
    state: ReserveState,
    answer: Answer,
    districts: gpd.GeoDataFrame,
    catalogues: Catalogues,
) -> None:
    need = dataclasses.replace(
        answer.need,
        needed_by=None,
        power_mva=None,
        sector=None,
        fixed_investment_wan=None,
        tax_wan_per_year=None,
    )
    modest = dataclasses.replace(answer, need=need)
    html = match_map(state, modest, districts=districts, catalogues=catalogues)
    assert [name for name, _ in block(html)["match"]["need"]] == [
        "用地面积",
        "用地条件",
    ]


@pytest.mark.parametrize(
    ("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (52, "BA")]
)
def test_letters_go_on_after_z(place: int, letter: str) -> None:
    assert _letter(place) == letter
