"""What the map of a reserve carries in its data block."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland import acreage, datums
from zqland.areas import Method
from zqland_maps import MapError, basemap, encoding, reserve_map

if TYPE_CHECKING:
    from zqland.reserve import ReserveState


def block(html: str) -> dict[str, Any]:
    found = re.search(r'id="zqland-data">(.*?)</script>', html, flags=re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def data(state: ReserveState, districts: gpd.GeoDataFrame) -> dict[str, Any]:
    return block(reserve_map(state, districts=districts))


def first_vertices(written: dict[str, Any]) -> np.ndarray:
    """Return longitude and latitude of every vertex, read independently."""
    numbers, value, weight = [], 0, 1
    for letter in written["data"]:
        digit = encoding.ALPHABET.index(letter)
        value, weight = value + (digit & 31) * weight, weight * 32
        if digit < 32:
            numbers.append(value)
            value, weight = 0, 1
    stream, at, vertices = iter(numbers), np.zeros(2), []
    for _ in range(written["count"]):
        for _ in range(next(stream)):
            for _ in range(next(stream)):
                steps = [next(stream), next(stream)]
                at = at + [
                    one // 2 if one % 2 == 0 else -(one + 1) // 2 for one in steps
                ]
                vertices.append(written["origin"] + at * written["step"])
    return np.array(vertices)


def true_vertices(state: ReserveState) -> np.ndarray:
    standing = state.parcels[state.parcels["status"] != "retired"]
    turned = shapely.orient_polygons(standing.geometry.to_numpy())
    rings = [ring for shape in turned for ring in (shape.exterior, *shape.interiors)]
    return np.vstack([shapely.get_coordinates(ring)[:-1] for ring in rings])


def metres(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    north = (one[:, 1] - other[:, 1]) * 110_750
    east = (one[:, 0] - other[:, 0]) * 111_320 * np.cos(np.radians(23.3))
    return np.hypot(north, east)


def test_each_stage_has_its_count_and_area(data: dict[str, Any]) -> None:
    counts = {stage["key"]: stage["count"] for stage in data["stages"]}
    assert counts == {"raw": 5, "serviced": 2, "mature": 3, "standard": 1}


def test_areas_are_written_in_mu(state: ReserveState, data: dict[str, Any]) -> None:
    standard = state.parcels.loc[
        state.parcels["stage"] == "standard", "declared_m2"
    ].sum()
    (stage,) = [one for one in data["stages"] if one["key"] == "standard"]
    assert stage["area"] == f"{standard * 0.0015:.2f} 亩"


def test_retired_parcels_are_no_longer_on_the_map(data: dict[str, Any]) -> None:
    assert "P-11" not in data["parcels"]["id"]
    assert data["facts"]["subtitle"].startswith("截至 2023-09-05 · 11 宗")


def test_the_ledgers_count_predicates(data: dict[str, Any]) -> None:
    counts = {ledger["key"]: ledger["count"] for ledger in data["ledgers"]}
    assert counts == {"serviced": 6, "clean": 4, "mature": 4, "standard": 1}


def test_parks_carry_their_figures_and_a_place(data: dict[str, Any]) -> None:
    gxq, jinli, empty = data["parks"]
    assert (gxq["id"], gxq["count"], jinli["count"], empty["count"]) == ("GXQ", 8, 3, 0)
    assert empty["place"] == [112.6, 23.2]


def test_ground_outside_the_parks_is_listed(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    parcels = state.parcels.assign(status="in_reserve")
    state = dataclasses.replace(state, parcels=parcels)
    outside = block(reserve_map(state, districts=districts, language="en"))["parks"][-1]
    assert (outside["id"], outside["label"], outside["count"]) == (
        None,
        "outside the parks",
        1,
    )


def test_parcels_without_a_declared_area_are_told_apart(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    parcels = state.parcels.assign(status="in_reserve")
    state = dataclasses.replace(state, parcels=parcels)
    data = block(reserve_map(state, districts=districts, language="en"))
    assert data["lacking"].startswith("1 parcels have no declared area")


def test_another_basis_counts_every_parcel(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    html = reserve_map(state, districts=districts, basis="planar", language="en")
    data = block(html)
    assert data["basis"] == "planar"
    assert data["facts"]["provenance"][0].startswith("Areas: planar")


def test_where_the_figures_come_from_is_said(
    state: ReserveState, data: dict[str, Any]
) -> None:
    first, second = data["facts"]["provenance"]
    assert (
        first == f"面积口径：批准面积 · 截至 2023-09-05 · 规则 {state.catalogue_hash}"
    )
    assert "内部资料，非正式地图" in second


def test_fictional_ground_is_called_fictional(data: dict[str, Any]) -> None:
    assert data["facts"]["notes"] == ["演示数据：地块与项目均为虚构。"]


def test_real_ground_is_not_called_fictional(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    real = dataclasses.replace(state.reserve, fictional=False)
    html = reserve_map(dataclasses.replace(state, reserve=real), districts=districts)
    assert block(html)["facts"]["notes"] == []


def test_progress_stands_beside_the_ledger(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    targets = pd.DataFrame(
        {"year": [2023], "predicate": ["mature"], "scope": ["city"], "target_m2": [2e6]}
    )
    progress = acreage.progress(state, targets)
    html = reserve_map(state, districts=districts, targets_progress=progress)
    ledgers = {one["key"]: one["progress"] for one in block(html)["ledgers"]}
    assert "3,000.00 亩" in ledgers["mature"]["text"]
    assert ledgers["standard"] is None


def test_coordinates_stay_within_a_decimetre(
    state: ReserveState, data: dict[str, Any]
) -> None:
    shown = first_vertices(data["parcels"]["shapes"])
    assert metres(shown, true_vertices(state)).max() < 0.1


def test_public_coordinates_are_rounded_to_a_metre(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    data = block(reserve_map(state, districts=districts, public=True))
    shown = first_vertices(data["parcels"]["shapes"])
    assert np.allclose(shown * 1e5, np.rint(shown * 1e5), atol=1e-3)
    assert 0.1 < metres(shown, true_vertices(state)).max() < 1


@pytest.mark.parametrize("public", [False, True])
def test_on_amap_parcels_lie_within_a_metre_of_their_true_place(
    state: ReserveState, districts: gpd.GeoDataFrame, *, public: bool
) -> None:
    html = reserve_map(state, districts=districts, basemap="amap", public=public)
    data = block(html)
    shown = first_vertices(data["parcels"]["shapes"])
    assert metres(shown, true_vertices(state)).min() > 500
    back = np.column_stack(datums.gcj02_to_wgs84(shown[:, 0], shown[:, 1]))
    assert metres(back, true_vertices(state)).max() < 1
    assert any("GCJ-02" in note for note in data["facts"]["notes"])


def test_a_public_map_has_no_values_of_evidence(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    data = block(reserve_map(state, districts=districts, public=True))
    assert data["parcels"]["capacities"] == {}
    assert "内部" not in json.dumps(data, ensure_ascii=False)


def test_documents_never_reach_a_map(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    assert "SECRET" not in reserve_map(state, districts=districts)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_speaks_one_language(
    state: ReserveState, districts: gpd.GeoDataFrame, language: str
) -> None:
    data = block(reserve_map(state, districts=districts, language=language))
    words = {**data["words"], **data["labels"]["items"], **data["labels"]["stages"]}
    chinese = [word for word in words.values() if re.search("[一-鿿]", word)]
    assert bool(chinese) == (language == "zh")


def test_english_names_fall_back_to_chinese(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    data = block(reserve_map(state, districts=districts, language="en"))
    assert data["labels"]["parks"] == {
        "GXQ": "High-tech Zone",
        "JL": "Jinli Zone",
        "EMPTY": "空园区",
    }


def test_districts_without_a_system_are_refused(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    lost = districts.set_crs(None, allow_override=True)
    with pytest.raises(MapError, match="districts have no coordinate reference system"):
        reserve_map(state, districts=lost)


def test_a_reserve_without_parcels_and_parks_has_a_map(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    bare = dataclasses.replace(state.reserve, parks=gpd.GeoDataFrame())
    empty = dataclasses.replace(state, reserve=bare, parcels=state.parcels.iloc[:0])
    data = block(reserve_map(empty, districts=districts))
    assert data["parcels"]["id"] == []
    assert data["parks"] == []


def test_a_basis_that_was_not_measured_is_refused(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    with pytest.raises(MapError, match="no geodesic areas; they carry planar"):
        reserve_map(state, districts=districts, basis="geodesic")


def test_the_unit_is_an_exact_fraction(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    unit = block(reserve_map(state, districts=districts, unit="ha"))["unit"]
    assert (unit["label"], unit["digits"]) == ("公顷", 4)
    assert int(unit["denominator"]) == 10_000 * int(unit["numerator"])


def test_a_background_with_a_key_is_taken_as_it_is(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    background = basemap("tianditu", key="abcdef0123456789")
    data = block(reserve_map(state, districts=districts, basemap=background))
    assert data["basemap"]["layers"][0].endswith("tk=abcdef0123456789")


def test_a_parcel_costs_little(
    state: ReserveState, districts: gpd.GeoDataFrame
) -> None:
    many = pd.concat([state.parcels] * 100)
    many.index = pd.Index([f"N-{row:05d}" for row in range(len(many))])
    big = len(
        reserve_map(dataclasses.replace(state, parcels=many), districts=districts)
    )
    small = len(reserve_map(state, districts=districts))
    assert (big - small) / len(many) < 250


def test_methods_have_short_names(data: dict[str, Any]) -> None:
    assert set(data["parcels"]["areas"]) <= set(data["labels"]["methods"])
    assert set(data["labels"]["methods"]) == {method.value for method in Method}
