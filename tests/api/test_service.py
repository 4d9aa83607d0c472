"""The resources of the service, answered from the demonstration city."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from shapely.geometry import shape

from zqland.units import format_area, to_m2
from zqland_api.app import create_app
from zqland_api.desk import Desk
from zqland_api.settings import Settings


def get(client: TestClient, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
    response = client.get(path, params=query or None)
    assert response.status_code == 200, response.text
    return response.json()


def properties(client: TestClient, **query: object) -> list[dict[str, Any]]:
    found = get(client, "/parcels", limit=1000, **query)["features"]
    return [feature["properties"] for feature in found]


def problem(
    client: TestClient, path: str, **query: object
) -> tuple[int, dict[str, Any]]:
    response = client.get(path, params=query or None)
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()


@pytest.mark.parametrize("path", ["/parks", "/parcels", "/projects", "/acreage"])
def test_every_answer_says_basis_day_rules_and_fiction(
    client: TestClient, demo_desk: Desk, path: str
) -> None:
    answer = get(client, path)
    assert answer["on"] == "2023-09-05"
    assert answer["catalogue_hash"] == demo_desk.catalogues.hash
    assert answer["basis"] in ("planar", "declared")
    assert answer["fictional"] is True


def test_the_parks_hold_all_parcels(client: TestClient, demo_desk: Desk) -> None:
    parks = get(client, "/parks")["features"]
    total = sum(park["properties"]["parcels"] for park in parks)
    assert total == len(demo_desk.records.reserve.parcels)


def test_parks_say_how_much_land_their_sums_leave_out(
    client: TestClient, demo_desk: Desk
) -> None:
    parks = get(client, "/parks", basis="declared", unit="m2")["features"]
    parcels = demo_desk.state(demo_desk.default_on).parcels
    left_out = parcels[parcels["declared_m2"].isna()]
    rows = [park["properties"] for park in parks]
    assert sum(row["lacking_count"] for row in rows) == len(left_out) > 0
    planar_m2 = left_out["planar_m2"].sum()
    assert sum(row["lacking_area"] for row in rows) == pytest.approx(planar_m2)


def test_a_box_gives_the_parcels_that_touch_it(client: TestClient) -> None:
    box = (112.7, 23.2, 112.8, 23.3)
    answer = get(client, "/parcels", bbox=",".join(map(str, box)), limit=1000)
    area = shapely.box(*box)
    assert answer["numberMatched"] > 0
    assert all(
        shape(feature["geometry"]).intersects(area) for feature in answer["features"]
    )


def test_the_boxes_of_a_grid_find_every_parcel(
    client: TestClient, demo_desk: Desk
) -> None:
    found = set()
    for west in (111, 112, 113):
        answer = properties(client, bbox=f"{west},22,{west + 1},25")
        found |= {row["parcel_id"] for row in answer}
    assert found == set(demo_desk.records.reserve.parcels.index)


def test_parks_are_chosen_by_their_codes(client: TestClient) -> None:
    rows = properties(client, park=["SH", "GN"])
    assert {row["park_id"] for row in rows} == {"SH", "GN"}


def test_all_predicates_of_a_query_hold(client: TestClient) -> None:
    rows = properties(client, predicate=["mature", "standard"])
    assert rows
    assert all(row["mature"] and row["standard"] for row in rows)


def test_a_predicate_holds_on_the_day_that_is_asked(client: TestClient) -> None:
    then = {row["parcel_id"] for row in properties(client, predicate="mature")}
    before = properties(client, predicate="mature", on="2022-12-31")
    assert len(before) < len(then)


def test_free_parcels_are_in_reserve(client: TestClient) -> None:
    rows = properties(client, free="true")
    assert {row["status"] for row in rows} == {"in_reserve"}


def test_an_area_window_is_meant_in_its_unit(client: TestClient) -> None:
    rows = properties(client, area_min=5, area_max=8, unit="ha", basis="planar")
    low, high = to_m2(5.0, "ha"), to_m2(8.0, "ha")
    assert rows
    assert all(low <= row["planar_m2"] <= high for row in rows)


@pytest.mark.parametrize("basis", ["geodesic", "ellipsoid"])
def test_methods_that_the_state_lacks_are_measured(
    client: TestClient, basis: str
) -> None:
    row = properties(client, basis=basis, unit="m2", park="SH")[0]
    assert row["area"] == pytest.approx(row["planar_m2"], rel=1e-3)
    assert row["area"] != row["planar_m2"]


def test_pages_follow_their_links_through_the_whole_list(client: TestClient) -> None:
    path, seen = "/parcels?limit=200", []
    while path:
        page = get(client, path)
        seen += [feature["id"] for feature in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        path = links.get("next", "")
    assert len(seen) == len(set(seen)) == page["numberMatched"]


def test_a_page_behind_the_end_is_empty_and_leads_back(client: TestClient) -> None:
    page = get(client, "/parcels", offset=100_000)
    assert page["features"] == []
    assert "prev" in {link["rel"] for link in page["links"]}


def test_a_parcel_comes_with_its_history(client: TestClient, demo_desk: Desk) -> None:
    parcel_id = str(demo_desk.records.reserve.status_events["parcel_id"].iloc[0])
    answer = get(client, f"/parcels/{parcel_id}")
    assert answer["id"] == parcel_id
    assert [entry["predicate"] for entry in answer["readiness"]] == [
        "serviced",
        "clean",
        "mature",
        "standard",
    ]
    assert answer["status_events"]


def test_a_history_holds_the_facts_of_the_park_too(
    client: TestClient, demo_desk: Desk
) -> None:
    evidence = demo_desk.records.reserve.evidence
    park = evidence.loc[evidence["subject_kind"] == "park", "subject_id"].iloc[0]
    parcels = demo_desk.records.reserve.parcels
    parcel_id = parcels.index[parcels["park_id"] == park][0]
    kinds = {
        entry["subject_kind"]
        for entry in get(client, f"/parcels/{parcel_id}")["evidence"]
    }
    assert {"parcel", "park"} <= kinds


def test_missing_items_are_named_for_predicates_that_do_not_hold(
    client: TestClient,
) -> None:
    raw = properties(client, stage="raw")[0]["parcel_id"]
    for entry in get(client, f"/parcels/{raw}", lang="zh")["readiness"]:
        assert entry["holds"] or entry["missing"]


def test_a_stored_project_is_matched(client: TestClient) -> None:
    answer = get(client, "/projects/P-001/matches", top=3)
    assert answer["project_id"] == "P-001"
    assert answer["funnel"][-1]["left"] == answer["fit_count"]


def test_a_posted_project_is_matched_as_the_same_stored_one(
    client: TestClient, demo_desk: Desk
) -> None:
    need = demo_desk.need("P-001", basis=demo_desk.catalogues.bases["need"])
    posted = {
        "area_min": need.area_min_m2,
        "area_ideal": need.area_ideal_m2,
        "area_max": need.area_max_m2,
        "unit": "m2",
        "needed_by": need.needed_by.isoformat() if need.needed_by else None,
        "predicate": need.predicate,
        "power_mva": need.power_mva,
        "water_m3_per_day": need.water_m3_per_day,
        "gas_m3_per_hour": need.gas_m3_per_hour,
        "steam_t_per_hour": need.steam_t_per_hour,
        "sewage_m3_per_day": need.sewage_m3_per_day,
        "land_class": need.land_class,
        "sector": need.sector,
        "fixed_investment_wan": need.fixed_investment_wan,
        "tax_wan_per_year": need.tax_wan_per_year,
        "preferred_parks": list(need.preferred_parks),
        "excluded_parks": list(need.excluded_parks),
    }
    response = client.post("/matches", json=posted)
    stored = get(client, "/projects/P-001/matches", unit="m2")
    assert response.json()["matches"] == stored["matches"]


def test_a_single_area_becomes_a_window(client: TestClient) -> None:
    response = client.post("/matches", json={"area_ideal": 60})
    areas = [match["area_m2"] for match in response.json()["matches"]]
    assert areas
    assert all(to_m2(54.0, "mu") <= area <= to_m2(69.0, "mu") for area in areas)


def test_the_books_hold_the_figures_of_the_article(client: TestClient) -> None:
    rows = {row["predicate"]: row for row in get(client, "/acreage")["progress"]}
    done = {name: format_area(row["done_m2"], "mu") for name, row in rows.items()}
    assert done == {"mature": "1,701.00 mu", "standard": "484.00 mu"}


def test_the_other_bases_stand_beside(client: TestClient) -> None:
    row = get(client, "/acreage")["progress"][0]
    assert {"done_planar_m2", "done_ellipsoid_official_m2"} <= set(row)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/parcels", {"limit": 0}),
        ("/parcels", {"limit": 10**9}),
        ("/parcels", {"offset": -1}),
        ("/parcels", {"offset": 10**30}),
        ("/parcels", {"bbox": "nan,nan,nan,nan"}),
        ("/parcels", {"bbox": "1,2,3"}),
        ("/parcels", {"bbox": "113,23,112,24"}),
        ("/parcels", {"bbox": "inf,0,inf,0"}),
        ("/parcels", {"on": "0001-01-01"}),
        ("/parcels", {"on": "9999-12-31"}),
        ("/parcels", {"on": "yesterday"}),
        ("/parcels", {"area_min": "nan"}),
        ("/parcels", {"area_min": "1e400"}),
        ("/parcels", {"unit": "li"}),
        ("/parcels", {"park": "nowhere"}),
        ("/parcels", {"predicates": "mature"}),
        ("/parcels", {"free": "perhaps"}),
        ("/acreage", {"year": 10**9}),
        ("/projects/P-001/matches", {"top": 10**6}),
        ("/map", {"lang": "fr"}),
    ],
)
def test_a_value_that_cannot_be_used_is_a_problem(
    client: TestClient, path: str, query: dict[str, Any]
) -> None:
    status, answer = problem(client, path, **query)
    assert (status, answer["status"]) == (422, 422)
    assert answer["type"] == "/problems/bad-value"
    assert answer["instance"] == path


@pytest.mark.parametrize(
    "body",
    [
        {"area_ideal": -1},
        {"area_ideal": "much"},
        {},
        {"area_min": 9, "area_max": 3},
        {"area_ideal": 60, "sector": "spaceships"},
        {"area_ideal": 60, "preferred_parks": ["nowhere"]},
        {"area_ideal": 60, "preferred_parks": ["SH"], "excluded_parks": ["SH"]},
        {"area_ideal": 60, "colour": "blue"},
        {"area_ideal": 1e300},
        [],
        None,
    ],
)
def test_a_need_that_cannot_be_served_is_a_problem(
    client: TestClient, body: object
) -> None:
    response = client.post("/matches", json=body)
    assert response.status_code == 422
    assert response.json()["detail"]


def test_half_a_character_in_json_is_a_problem(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"area_ideal": 60, "name": "\\ud800"}'
    assert client.post("/matches", content=body, headers=headers).status_code == 422


@pytest.mark.parametrize("body", [b"{", b'{"area_ideal": 1', b"\xff", b"[" * 5000])
def test_broken_json_is_a_problem(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/matches", content=body, headers=headers)
    assert response.status_code in (400, 422)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_not_a_number_in_json_is_a_problem(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/matches", content=b'{"area_ideal": NaN}', headers=headers)
    assert response.status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/parcels/nope",
        "/projects/nope",
        "/projects/nope/matches",
        "/projects/nope/map",
        "/problems/nope",
        "/static/nope.css",
        "/parcels/%00",
        "/parcels/..%2F..%2Fetc",
        "/projects//matches",
    ],
)
def test_what_does_not_exist_is_a_problem(client: TestClient, path: str) -> None:
    status, answer = problem(client, path)
    assert status == 404
    assert answer["type"] == "/problems/not-found"


def test_a_wrong_method_says_which_work(client: TestClient) -> None:
    response = client.delete("/parcels")
    assert response.status_code == 405
    assert response.json()["type"] == "/problems/wrong-method"
    assert "GET" in response.headers["Allow"]


def test_a_problem_is_told_in_the_language_of_the_reader(client: TestClient) -> None:
    wished = client.get("/parcels/x", headers={"Accept-Language": "zh-CN"}).json()
    named = client.get("/parcels/x?lang=zh", headers={"Accept-Language": "en"}).json()
    assert wished["title"] == named["title"] == "未找到"
    assert "x" in wished["detail"]


def test_each_fault_of_a_request_is_named(client: TestClient) -> None:
    _, answer = problem(client, "/parcels", limit=0, unit="li")
    assert {fault["at"] for fault in answer["errors"]} == {"query.limit", "query.unit"}


def test_every_kind_of_problem_is_explained(client: TestClient) -> None:
    _, answer = problem(client, "/parcels/nope")
    meaning = get(client, answer["type"], lang="zh")
    assert meaning["type"] == answer["type"]
    assert meaning["about"]


def test_a_person_with_a_browser_reads_a_page(client: TestClient) -> None:
    response = client.get("/parcels/%3Cb%3E", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<b>" not in response.text


def test_what_the_reader_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/parcels?limit=5")
    tag = first.headers["ETag"]
    again = client.get("/parcels?limit=5", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/parcels?limit=6", headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_codes_with_slashes_have_an_address(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    projects = reserve.projects.rename(index={"P-001": "肇/2023?1"})
    records = replace(demo_desk.records, reserve=replace(reserve, projects=projects))
    app = create_app(Settings(), desk=Desk(records, demo_desk.catalogues))
    client = TestClient(app, base_url="http://127.0.0.1")
    links = {
        link["rel"]: link["href"]
        for link in client.get("/projects?limit=1").json()["projects"][0]["links"]
    }
    answers = [client.get(links[name]) for name in ("self", "matches", "map")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[1].json()["project_id"] == "肇/2023?1"


def test_figures_in_json_are_finite(client: TestClient) -> None:
    def walk(value: object) -> None:
        if isinstance(value, dict):
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)
        elif isinstance(value, float):
            assert math.isfinite(value)

    walk(get(client, "/acreage", on="2024-12-31"))


def test_a_public_map_differs_from_the_internal_one(client: TestClient) -> None:
    internal, public = client.get("/map"), client.get("/map?public=true")
    assert public.status_code == 200
    assert public.content != internal.content
