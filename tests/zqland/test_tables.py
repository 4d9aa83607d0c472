"""Tables against the catalogue of columns."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from zqland import tables
from zqland.catalogues import columns
from zqland.errors import NotFoundError, TableError

if TYPE_CHECKING:
    from collections.abc import Collection

TABLES = list(columns()["table"].unique())


def parcels(**more: object) -> gpd.GeoDataFrame:
    """Make two parcels as a reader would."""
    home = gpd.GeoSeries([box(0, 0, 9, 9), box(9, 0, 18, 9)])
    table = {
        "parcel_id": ["A-1", "A-2"],
        "name": ["one", "two"],
        "park_id": "GXQ",
        "district": "441200",
        "home_zone": 4526,
        "home_geometry": home,
    }
    shapes = gpd.GeoSeries([box(112, 23, 113, 24)] * 2, crs=4490)
    return gpd.GeoDataFrame(table | more, geometry=shapes)


def evidence(**more: object) -> pd.DataFrame:
    table = {
        "evidence_id": ["E1", "E2", "E3"],
        "subject_kind": "parcel",
        "subject_id": "A-1",
        "item": "road",
        "done_on": pd.Timestamp("2023-05-01"),
    }
    return pd.DataFrame(table | more)


def message(
    name: str, table: pd.DataFrame, *, items: Collection[str] | None = None
) -> str:
    with pytest.raises(TableError) as error:
        tables.check(name, table, items=items)
    return str(error.value)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_rows_passes_its_own_check(name: str) -> None:
    checked = tables.check(name, tables.empty(name))
    pd.testing.assert_frame_equal(checked, tables.empty(name), check_dtype=False)


@pytest.mark.parametrize("name", TABLES)
def test_the_schema_has_the_columns_of_the_catalogue(name: str) -> None:
    schema = tables.schema(name)
    known = columns().query("table == @name")["column"]
    names = [*schema.columns, *([schema.index.name] if schema.index else [])]
    assert sorted(names) == sorted(known)


def test_an_unknown_table_lists_the_known_ones() -> None:
    with pytest.raises(
        NotFoundError, match="no table is called plots; known are parks"
    ):
        tables.schema("plots")


def test_parcels_are_indexed_by_their_id() -> None:
    checked = tables.check("parcels", parcels())
    assert checked.index.name == "parcel_id"
    assert checked.index.to_list() == ["A-1", "A-2"]
    assert "parcel_id" not in checked


def test_a_checked_table_passes_again_unchanged() -> None:
    checked = tables.check("parcels", parcels())
    pd.testing.assert_frame_equal(tables.check("parcels", checked), checked)


def test_the_table_that_came_is_left_as_it_was() -> None:
    table = parcels()
    tables.check("parcels", table)
    pd.testing.assert_frame_equal(table, parcels())


def test_shapes_stay_shapes_with_their_reference_system() -> None:
    checked = tables.check("parcels", parcels())
    assert isinstance(checked, gpd.GeoDataFrame)
    assert checked.crs == "EPSG:4490"
    assert checked.set_geometry("home_geometry").area.to_list() == [81, 81]


def test_optional_columns_are_added_without_values() -> None:
    checked = tables.check("parcels", parcels())
    assert checked["declared_m2"].dtype == "float64"
    assert checked["declared_m2"].isna().all()


def test_other_columns_are_kept_behind_the_known_ones() -> None:
    checked = tables.check("parcels", parcels(colour=["red", "blue"]))
    assert checked.columns[-1] == "colour"


def test_the_active_geometry_of_a_table_without_shapes_is_kept() -> None:
    points = gpd.GeoSeries.from_xy([112.8], [23.3], crs=4490)
    park = {
        "park_id": ["GXQ"],
        "name": "高新区",
        "name_en": "Zone",
        "level": "national",
    }
    place = {"district": "441200", "lon": 112.8, "lat": 23.3, "accuracy_m": 1000}
    table = gpd.GeoDataFrame(park | place, geometry=points)
    renamed = table.rename_geometry("place")
    assert tables.check("parks", table).geometry.name == "geometry"
    assert tables.check("parks", renamed).geometry.name == "place"


def test_numbers_as_text_and_codes_as_numbers_find_their_types() -> None:
    table = parcels(declared_m2=["81.5", None], district=[441200.0, 441200.0])
    checked = tables.check("parcels", table)
    assert checked["declared_m2"].iloc[0] == 81.5
    assert checked["district"].to_list() == ["441200", "441200"]


def test_mixed_codes_find_their_text() -> None:
    checked = tables.check(
        "parcels", parcels(district=np.array([441200.0, "x"], object))
    )
    assert checked["district"].to_list() == ["441200", "x"]


@pytest.mark.parametrize(
    "day",
    ["2023-09-05", dt.date(2023, 9, 5), dt.datetime(2023, 9, 5, 8, 30)],  # noqa: DTZ001
)
def test_dates_in_every_form_are_days(day: object) -> None:
    table = evidence(done_on=pd.Series([day, None, day], dtype=object))
    checked = tables.check("evidence", table)["done_on"]
    assert checked.iloc[0] == pd.Timestamp("2023-09-05")
    assert checked.dtype == "datetime64[s]"


def test_a_time_with_a_zone_counts_on_the_day_at_the_place() -> None:
    table = evidence(done_on=pd.Timestamp("2023-09-05T01:00", tz="Asia/Shanghai"))
    days = tables.check("evidence", table)["done_on"]
    assert (days == pd.Timestamp("2023-09-05")).all()


def test_a_day_without_end_is_read() -> None:
    checked = tables.check("evidence", evidence(expires_on="9999-12-31"))
    assert checked["expires_on"].dt.year.to_list() == [9999] * 3


def test_empty_text_is_a_missing_value() -> None:
    checked = tables.check("evidence", evidence(document=["  ", "a", ""]))
    assert checked["document"].isna().to_list() == [True, False, True]


def test_categories_stay_categories() -> None:
    table = evidence(item=pd.Categorical(["road", "road", "water"]))
    assert tables.check("evidence", table)["item"].dtype == "category"


def test_categories_of_numbers_become_text() -> None:
    table = evidence(subject_id=pd.Categorical([7, 7, 8]))
    assert tables.check("evidence", table)["subject_id"].to_list() == ["7", "7", "8"]


def test_rows_with_equal_labels_are_kept_apart() -> None:
    table = pd.concat([evidence(), evidence(evidence_id=["E4", "E5", "E6"])])
    assert tables.check("evidence", table).shape[0] == 6


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"done_on": 45000}, "- done_on: found “45000”; needed is a date"),
        ({"done_on": "5/9"}, "- done_on: found “5/9”; needed is a date"),
        ({"done_on": [True, None, None]}, "- done_on: found “True”; needed is a date"),
        ({"value": "x"}, "- value: found “x”; needed is a number. Rows: 0, 1, 2."),
        ({"value": np.inf}, "- value: found “inf”; needed is a number"),
        ({"value": pd.Timestamp("2023-05-01")}, "found “2023-05-01”; needed is a num"),
        ({"item": [["a"], "b", "c"]}, "- item: found “['a']”; needed is text. Rows: 0"),
        ({"subject_kind": "plot"}, "found “plot”; needed is one of parcel, park, area"),
        (
            {"item": ["road", None, "road"]},
            "found nothing; needed is a value. Rows: 1.",
        ),
        (
            {"evidence_id": ["E1", "E2", "E1"]},
            "a value that no other row has. Rows: 0, 2",
        ),
        (
            {"expires_on": "2023-04-30"},
            "- expires_on: found “2023-04-30”; needed is no",
        ),
        ({"supersedes": ["E1", None, None]}, "- supersedes: found “E1”; needed is the"),
        (
            {"supersedes": ["E3", "E1", "E2"]},
            "not a circle of corrections. Rows: 0, 1, 2",
        ),
    ],
)
def test_a_fault_says_what_was_found_and_what_is_needed(
    more: dict[str, Any], fault: str
) -> None:
    assert fault in message("evidence", evidence(**more))


def test_all_faults_are_told_at_once_in_both_languages() -> None:
    table = evidence(value="x", subject_kind="plot").drop(columns="done_on")
    with pytest.raises(TableError, match="The table evidence has 3 faults") as error:
        tables.check("evidence", table)
    assert "- done_on: found no such column" in error.value.text.en
    assert "- done_on：发现缺少该列" in error.value.text.zh
    assert error.value.text.zh.count("\n- ") == 3


def test_long_lists_of_rows_are_cut_short() -> None:
    table = pd.concat([evidence(value="x")] * 3, ignore_index=True)
    table["evidence_id"] = [f"E{number}" for number in range(9)]
    assert "Rows: 0, 1, 2, 3, 4 and 4 more." in message("evidence", table)


def test_chains_of_corrections_into_other_files_are_no_fault() -> None:
    table = evidence(supersedes=["E0", "E1", "E2"])
    assert len(tables.check("evidence", table)) == 3


def test_plans_that_expire_before_they_are_due_are_faults() -> None:
    table = evidence(done_on=pd.NaT, due_on="2024-01-01", expires_on="2023-12-31")
    assert "- expires_on" in message("evidence", table)


def test_late_work_with_an_early_plan_is_no_fault() -> None:
    table = evidence(due_on="2023-12-31", expires_on="2023-06-01")
    assert len(tables.check("evidence", table)) == 3


def test_items_are_checked_where_the_catalogue_of_items_is_given() -> None:
    assert len(tables.check("evidence", evidence(item="moat"))) == 3
    found = message("evidence", evidence(item="moat"), items=["road", "water"])
    assert "- item: found “moat”; needed is one of road, water. Rows: 0, 1, 2." in found


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (
            {"parcel_id": ["A-1", "A-1"]},
            "- parcel_id: found “A-1”; needed is a value that",
        ),
        ({"parcel_id": ["A-1", None]}, "- parcel_id: found nothing; needed is a value"),
        (
            {"home_zone": [4526.5, 4526]},
            "found “4526.5”; needed is a whole number. Rows: A",
        ),
        ({"home_zone": [4526, None]}, "- home_zone: found nothing; needed is a value"),
        ({"home_zone": [4526, 7]}, "- home_zone: found “7”; needed is at least 1024"),
        ({"declared_m2": [1, -1]}, "found “-1.0”; needed is at least 0.0. Rows: A-2."),
        ({"land_class": "M4"}, "found “M4”; needed is one of M1, M2, M3, W1, W2, W3"),
        (
            {"home_geometry": "x"},
            "- home_geometry: found other values; needed is a column",
        ),
    ],
)
def test_a_fault_of_a_parcel_names_the_parcel(more: dict[str, Any], fault: str) -> None:
    assert fault in message("parcels", parcels(**more))


def test_a_table_without_its_key_is_a_fault() -> None:
    found = message("parcels", parcels().drop(columns="parcel_id"))
    assert "- parcel_id: found no such column" in found


def test_a_longitude_over_180_is_a_fault() -> None:
    park = {"park_id": ["GXQ"], "name": "x", "name_en": "x", "level": "national"}
    place = {"district": "x", "lon": 181.0, "lat": 23.0, "accuracy_m": 1.0}
    assert "needed is at most 180.0" in message("parks", pd.DataFrame(park | place))


@pytest.mark.parametrize(
    ("crs", "fault"),
    [
        (None, "found no reference system; needed is EPSG:4490: call set_crs"),
        (
            4526,
            "found the reference system EPSG:4526; needed is EPSG:4490: call to_crs",
        ),
    ],
)
def test_shapes_must_be_in_longitude_and_latitude(crs: int | None, fault: str) -> None:
    table = parcels()
    shapes = gpd.GeoSeries(list(table.geometry), crs=crs)
    table = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes)
    assert fault in message("parcels", table)


def test_surveyed_shapes_carry_no_reference_system() -> None:
    table = parcels()
    table["home_geometry"] = gpd.GeoSeries(table["home_geometry"], crs=4526)
    assert "- home_geometry: found the reference system EPSG:4526; needed is none" in (
        message("parcels", table)
    )


def test_a_missing_shape_is_a_fault() -> None:
    table = parcels()
    table.loc[1, "geometry"] = None
    assert "- geometry: found nothing; needed is a value. Rows: A-2." in (
        message("parcels", table)
    )


def test_missing_geometry_columns_are_faults() -> None:
    table = pd.DataFrame(parcels().drop(columns=["geometry", "home_geometry"]))
    found = message("parcels", table)
    assert "- geometry: found no such column" in found
    assert "- home_geometry: found no such column" in found


@pytest.mark.parametrize(
    ("smallest", "ideal", "largest", "faulty"),
    [
        (10, 20, 30, ""),
        (None, 20, None, ""),
        (30, 20, None, "area_ideal_m2"),
        (None, 20, 10, "area_max_m2"),
        (30, None, 20, "area_max_m2"),
    ],
)
def test_the_areas_of_a_project_must_be_in_order(
    smallest: float | None, ideal: float | None, largest: float | None, faulty: str
) -> None:
    areas = {"area_min_m2": smallest, "area_ideal_m2": ideal, "area_max_m2": largest}
    table = pd.DataFrame({"project_id": ["P1"], "name": "x"} | areas)
    if faulty:
        assert f"- {faulty}: found" in message("projects", table)
    else:
        assert len(tables.check("projects", table)) == 1


def test_years_are_whole_numbers_without_gaps() -> None:
    table = pd.DataFrame(
        {"year": [2023], "predicate": "mature", "scope": "city", "target_m2": 1.0}
    )
    assert tables.check("targets", table)["year"].dtype == "int64"
    assert "needed is at most 2100" in message("targets", table.assign(year=2101))
