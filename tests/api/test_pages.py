"""The desk's own pages: four doors, in two languages, with text that stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from zqland.areas import Method
from zqland.text import Language
from zqland.units import Unit
from zqland_api.pages.form import FIELDS, stored_values
from zqland_api.pages.texts import PAGE_TEXTS

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from zqland_api.desk import Desk

PAGES = (
    "/",
    "/desk/match",
    "/desk/match?project=P-001",
    "/desk/acreage",
    "/desk/check",
)


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))


def page(client: TestClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.text


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_start_page_has_four_doors_that_open(client: TestClient) -> None:
    doors = [
        attributes["href"]
        for tag, attributes in Elements(page(client, "/")).found
        if tag == "a" and "door" in (attributes.get("class") or "").split()
    ]
    assert len(doors) == 4
    assert [client.get(str(door)).status_code for door in doors] == [200] * 4


@pytest.mark.parametrize("path", PAGES)
def test_no_word_of_a_page_is_in_the_other_language(
    client: TestClient, path: str
) -> None:
    joint = "&" if "?" in path else "?"
    chinese = text_of(page(client, f"{path}{joint}lang=zh"))
    english = text_of(page(client, f"{path}{joint}lang=en"))
    assert "演示数据" in chinese
    assert "Demonstration data" in english
    assert "Demonstration" not in chinese
    assert "演示数据" not in english


@pytest.mark.parametrize("path", PAGES)
def test_the_switch_leads_to_the_same_page(client: TestClient, path: str) -> None:
    switches = [
        str(attributes["href"])
        for tag, attributes in Elements(page(client, path)).found
        if tag == "a" and attributes.get("class") == "language"
    ]
    assert switches[0].partition("?")[0] == path.partition("?")[0]
    assert "lang=zh" in switches[0]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(
    client: TestClient, path: str
) -> None:
    response = client.get(path)
    for tag, attributes in Elements(response.text).found:
        assert not [name for name in attributes if name.startswith("on")]
        assert "style" not in attributes
        for name in ("src", "href", "action"):
            assert not str(attributes.get(name) or "").startswith(("http", "//"))
        assert tag != "style"
    assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_hostile_names_stay_text(hostile_client: TestClient, path: str) -> None:
    html = page(hostile_client, path)
    tags = [tag for tag, _ in Elements(html).found]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert "<script>alert" not in html
    assert "49" not in re.findall(r"option[^>]*>(\d+)<", html)


def test_what_a_reader_types_stays_text(client: TestClient) -> None:
    html = page(client, '/desk/match?area_ideal="><img src=x onerror=alert(1)>')
    assert "img" not in [tag for tag, _ in Elements(html).found]


def test_an_area_with_its_own_unit_is_understood(client: TestClient) -> None:
    in_mu = text_of(page(client, "/desk/match?area_ideal=60亩"))
    in_ha = text_of(page(client, "/desk/match?area_ideal=4公顷"))
    assert "54.00 mu – 69.00 mu" in in_mu
    assert "54.00 mu – 69.00 mu" in in_ha


def test_a_need_that_cannot_be_read_is_answered_at_its_field(
    client: TestClient,
) -> None:
    html = page(client, "/desk/match?area_ideal=much&power_mva=-3")
    faulty = [
        attributes
        for tag, attributes in Elements(html).found
        if tag == "label" and attributes.get("class") == "faulty"
    ]
    assert len(faulty) == 2
    assert "Please correct" in html


def test_a_window_upside_down_is_said(client: TestClient) -> None:
    assert "larger than the largest" in page(
        client, "/desk/match?area_min=9&area_max=3"
    )


def test_an_unknown_park_is_said(client: TestClient) -> None:
    path = "/desk/match?area_ideal=60&preferred_parks=nowhere"
    assert "There is no park nowhere" in page(client, path)


def test_a_blank_form_explains_how_ground_is_found(client: TestClient) -> None:
    text = text_of(page(client, "/desk/match"))
    assert "How ground is found" in text
    assert "30 days of listing" in text


def test_empty_fields_are_as_if_not_there(client: TestClient) -> None:
    path = "/desk/match?area_ideal=60&area_min=&needed_by=&power_mva=&sector="
    assert "Please correct" not in page(client, path)


def test_a_project_is_found_by_number_and_by_name(
    client: TestClient, demo_desk: Desk
) -> None:
    name = demo_desk.project("P-002")["name"]
    for wanted, number in (("P-001", "P-001"), (name, "P-002")):
        answer = client.get(
            "/desk/project", params={"project": wanted}, follow_redirects=False
        )
        assert answer.status_code == 303
        assert f"project={number}" in answer.headers["Location"]


@pytest.mark.parametrize("wanted", ["nobody", "", " "])
def test_a_project_that_is_not_there_is_said(client: TestClient, wanted: str) -> None:
    answer = client.get("/desk/project", params={"project": wanted})
    assert answer.status_code == 404


def test_the_answer_leads_to_its_map(client: TestClient) -> None:
    for path in ("/desk/match?project=P-207", "/desk/match?area_ideal=60&lang=zh"):
        maps = [
            str(attributes["href"])
            for tag, attributes in Elements(page(client, path)).found
            if tag == "a" and attributes.get("class") == "button"
        ]
        assert client.get(maps[0]).status_code == 200


@pytest.mark.parametrize("query", ["", "?area_ideal=much"])
def test_a_map_without_a_need_is_a_problem(client: TestClient, query: str) -> None:
    assert client.get(f"/desk/match/map{query}").status_code == 422


def test_the_acreage_page_shows_the_figures_of_the_article(client: TestClient) -> None:
    text = text_of(page(client, "/desk/acreage?lang=zh"))
    for figure in ("1,701.00 亩", "8,800.00 亩", "484.00 亩", "3,800.00 亩", "67.9 %"):
        assert figure in text


@pytest.mark.parametrize(
    "query",
    [
        "on=2023-01-01",
        "on=2023-12-31",
        "on=2022-06-30",
        "on=1949-10-01",
        "on=2199-12-31",
        "year=2023&on=2024-05-01",
        "basis=geodesic",
        "unit=km2",
    ],
)
def test_the_acreage_page_stands_on_any_day(client: TestClient, query: str) -> None:
    assert "Stock by park" in page(client, f"/desk/acreage?{query}")


def test_a_met_and_a_missed_target_are_said(client: TestClient) -> None:
    assert "The year is over" in page(client, "/desk/acreage?on=2024-01-01&year=2023")


def test_the_form_of_a_stored_project_says_the_same_need(demo_desk: Desk) -> None:
    values = stored_values(demo_desk.project("P-001"), unit=Unit.MU)
    need = demo_desk.need("P-001", basis=Method.PLANAR)
    assert set(values) <= set(FIELDS)
    assert float(values["area_ideal"]) == pytest.approx(need.area_ideal_m2 * 0.0015)
    assert values["needed_by"] == str(need.needed_by)


def test_every_word_exists_in_both_languages() -> None:
    for text in PAGE_TEXTS.values():
        assert text.in_language(Language.ZH)
        assert text.in_language(Language.EN)


def test_no_key_of_a_word_hides_behind_a_method_of_dict() -> None:
    assert not [key for key in PAGE_TEXTS if hasattr({}, key)]


@pytest.mark.parametrize("path", ["/", "/desk/acreage"])
def test_a_sum_says_how_much_land_it_leaves_out(client: TestClient, path: str) -> None:
    words = text_of(page(client, f"{path}?basis=declared"))
    assert re.search(r"\d+ parcels have no area .* \([\d,.]+ mu planar\)", words)
    assert "have no area" not in page(client, f"{path}?basis=planar")


def test_a_total_investment_that_stands_in_is_said(
    client: TestClient, demo_desk: Desk
) -> None:
    projects = demo_desk.records.reserve.projects
    fixed = projects["fixed_investment_wan"]
    silent, stated = projects.index[fixed.isna()][0], projects.index[fixed.notna()][0]
    sentence = "its total investment stands in"
    assert sentence in page(client, f"/desk/match?project={silent}")
    assert sentence not in page(client, f"/desk/match?project={stated}")
