"""The demonstration city as a whole: its ground and its two ledgers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland import acreage, areas, crs, tables
from zqland.catalogues import load_catalogues
from zqland.needs import from_projects
from zqland.reserve import as_of
from zqland.units import from_m2, round_half_up
from zqland_geodata import demo, places

if TYPE_CHECKING:
    from zqland.reserve import Reserve, ReserveState

TABLES = (
    "parcels",
    "evidence",
    "status_events",
    "parks",
    "projects",
    "indicators",
    "targets",
)


def done_mu(state: ReserveState, *, basis: str = "declared") -> list[float]:
    progress = acreage.progress(state, basis=areas.Method(basis))
    return list(round_half_up(from_m2(progress["done_m2"], "mu"), 2))


def first_days(city: Reserve, items: set[str]) -> pd.Series:
    """Find by a plain loop the first day on which each parcel holds all items."""
    known = city.evidence.dropna(subset=["done_on"])
    known = known[~known["evidence_id"].isin(city.evidence["supersedes"].dropna())]
    known = known[
        (known["done_on"] <= pd.Timestamp(demo.ON)) & known["item"].isin(items)
    ]
    by_subject = dict(list(known.groupby("subject_id")))
    nothing = known.iloc[:0]
    found = {}
    for parcel in city.parcels.itertuples():
        area = parcel.area_ids if isinstance(parcel.area_ids, str) else ""
        subjects = (parcel.Index, parcel.park_id, area)
        facts = pd.concat([by_subject.get(subject, nothing) for subject in subjects])
        for day in sorted(facts["done_on"].unique()):
            valid = (facts["done_on"] <= day) & ~(facts["expires_on"] < day)
            if items <= set(facts["item"][valid]):
                found[parcel.Index] = day
                break
    return pd.Series(found, dtype="datetime64[s]")


def test_the_ledger_gives_the_figures_of_the_article(state: ReserveState) -> None:
    assert done_mu(state) == [1701.00, 484.00]


def test_the_targets_are_those_of_the_article(state: ReserveState) -> None:
    progress = acreage.progress(state)

    assert from_m2(progress["target_m2"], "mu").round(6).to_list() == [8800, 3800]
    assert progress["share"].round(3).to_list() == [0.193, 0.127]


@pytest.mark.parametrize(
    ("predicate", "mu"), [("mature", 1701.00), ("standard", 484.00)]
)
def test_a_plain_loop_over_the_evidence_finds_the_same_total(
    city: Reserve, predicate: str, mu: float
) -> None:
    rules = load_catalogues().readiness
    groups = rules.predicates[predicate].groups
    items = {item for group in groups for item in group[0]}

    days = first_days(city, items)
    total = city.parcels["declared_m2"][days.index[days.dt.year == 2023]].sum()

    assert round_half_up(from_m2(total, "mu"), 2) == mu


def test_the_totals_follow_from_the_boundaries(state: ReserveState) -> None:
    for predicate in ("mature", "standard"):
        lots = acreage.first_reached(state, year=2023, predicate=predicate)
        measured = state.parcels["planar_m2"][lots.index]
        assert (lots["area_m2"] == np.floor(measured + 0.5)).all()


def test_the_other_bases_stand_beside_the_totals(state: ReserveState) -> None:
    progress = acreage.progress(state)

    excess = progress["done_planar_m2"] / progress["done_ellipsoid_official_m2"] - 1

    assert excess.between(300e-6, 900e-6).all()


@pytest.mark.parametrize("seed", [0, 12, 23])
def test_every_seed_gives_the_same_two_totals(seed: int) -> None:
    state = as_of(demo.create_city(seed), on=demo.ON, catalogues=load_catalogues())

    assert done_mu(state) == [1701.00, 484.00]


def test_the_same_seed_gives_the_same_city(city: Reserve) -> None:
    again = demo.create_city()

    pd.testing.assert_frame_equal(again.evidence, city.evidence)
    assert again.parcels.geom_equals(city.parcels).all()


def test_another_seed_gives_another_city(city: Reserve) -> None:
    other = demo.create_city(7)

    assert len(other.parcels) != len(city.parcels)


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_follow_the_catalogue_of_columns(city: Reserve, name: str) -> None:
    checked = tables.check(name, getattr(city, name))

    assert len(checked) == len(getattr(city, name))


def test_the_city_says_that_it_is_fictional(city: Reserve) -> None:
    assert city.fictional
    assert city.parcels["name"].str.contains("示范地块").all()
    assert city.projects["name"].str.startswith("示范项目").all()


def test_about_600_parcels_lie_in_both_zones(city: Reserve) -> None:
    zones = city.parcels["home_zone"].value_counts()

    assert 540 <= len(city.parcels) <= 660
    assert set(zones.index) == {4525, 4526}
    assert zones.min() >= 60


def test_the_home_zone_is_the_zone_that_holds_each_parcel(city: Reserve) -> None:
    parcels = city.parcels

    assert (crs.home_zone(parcels.geometry) == parcels["home_zone"]).all()


def test_one_park_has_parcels_in_both_zones(city: Reserve) -> None:
    zones = city.parcels.groupby("park_id")["home_zone"].nunique()

    assert zones.index[zones == 2].to_list() == ["GY"]


def test_every_parcel_lies_wholly_in_its_district(city: Reserve) -> None:
    districts = places.districts().geometry
    homes = gpd.GeoSeries(city.parcels["district"].map(districts), crs=4490)

    assert homes.covers(city.parcels.geometry).all()


def test_parks_lie_near_their_points(city: Reserve) -> None:
    parcels = city.parcels.to_crs(4526).dissolve("park_id")
    points = city.parks.geometry.to_crs(4526)[parcels.index]

    assert (parcels.distance(points) < city.parks["accuracy_m"][parcels.index]).all()


@pytest.mark.parametrize("zone", [4525, 4526])
def test_neighbours_share_their_boundaries_exactly(city: Reserve, zone: int) -> None:
    parcels = city.parcels[city.parcels["home_zone"] == zone]

    assert shapely.coverage_is_valid(parcels["home_geometry"].to_numpy())


def test_parcels_of_a_row_touch_and_streets_part_the_blocks(city: Reserve) -> None:
    shapes = gpd.GeoSeries(city.parcels["home_geometry"])
    first = shapes[shapes.index.str.match("GXQ-A-")].union_all()
    second = shapes[shapes.index.str.match("GXQ-B-")].union_all()

    assert first.geom_type == "Polygon"
    assert 20 < first.distance(second) < 60


def test_surveyed_coordinates_are_whole_millimetres(city: Reserve) -> None:
    points = shapely.get_coordinates(city.parcels["home_geometry"].to_numpy())

    assert (points == points.round(3)).all()


def test_sizes_run_from_15_to_800_mu(state: ReserveState) -> None:
    mu = from_m2(state.parcels["planar_m2"], "mu")

    assert mu.min() >= 15
    assert 500 < mu.max() <= 800
    assert (mu > 500).sum() >= 2
    assert 30 < mu.median() < 60


def test_some_documents_state_no_area_or_an_older_one(state: ReserveState) -> None:
    parcels = state.parcels
    off = (parcels["declared_m2"] - parcels["planar_m2"]).abs() > 5

    assert 20 <= parcels["declared_m2"].isna().sum() <= 60
    assert 5 <= off.sum() <= 40


def test_all_four_combinations_of_mature_and_standard_occur(
    state: ReserveState,
) -> None:
    counts = state.parcels.groupby(["mature", "standard"]).size()

    assert len(counts) == 4
    assert counts.min() >= 4


def test_projects_are_needs_of_the_three_lists(city: Reserve) -> None:
    needs = from_projects(city.projects, load_catalogues().matching)
    lists = city.projects["lists"].str.split(";")

    assert len(needs) == 275
    assert lists.map(lambda names: "assault" in names).all()
    assert set(lists.explode()) == {"assault", "actual_investment", "excel"}


def test_some_promises_are_too_weak_and_some_of_these_are_excused(
    city: Reserve,
) -> None:
    mu = from_m2(city.projects["area_ideal_m2"], "mu")
    weak = city.projects["fixed_investment_wan"] / mu < 180

    assert weak.sum() >= 5
    assert 1 <= city.projects["exception_reason"].notna().sum() < weak.sum()


def test_without_the_targets_there_is_no_progress(state: ReserveState) -> None:
    reserve = replace(state.reserve, targets=tables.empty("targets"))

    assert acreage.progress(replace(state, reserve=reserve)).empty
