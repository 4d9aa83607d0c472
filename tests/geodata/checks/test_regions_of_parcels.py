"""Parcels in their districts, parks and zones, and the codes and axes of them."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zqland import areas, crs
from zqland_geodata import checks, places

Box = Callable[..., shapely.Polygon]
Make = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def park(box: Box) -> gpd.GeoDataFrame:
    """Return a park of 200 m in the plane of zone 38."""
    outline = gpd.GeoSeries([box(0, 0, 200, 200)], crs=4526)
    return gpd.GeoDataFrame(
        {"name": ["大沙园区"], "name_en": ["Dasha"]},
        index=["DS"],
        geometry=crs.to_geographic(outline, 4526).to_numpy(),
        crs=4490,
    )


def test_a_parcel_inside_its_park_is_in_place(
    box: Box, make: Make, park: gpd.GeoDataFrame
) -> None:
    table = make(box(0, 0), box(100, 100), park_id="DS")
    assert list(checks.check_parks(table, park)) == []


def test_what_reaches_outside_the_park_is_measured(
    box: Box, make: Make, park: gpd.GeoDataFrame
) -> None:
    (finding,) = checks.check_parks(make(box(130, 0), park_id="DS"), park)
    assert (finding.record, finding.rule) == ("P1", "park.outside")
    assert "3,000.0 m² of it, 30.0 %, lie outside Dasha" in finding.message.en


def test_a_parcel_of_another_park_is_not_compared(
    box: Box, make: Make, park: gpd.GeoDataFrame
) -> None:
    assert list(checks.check_parks(make(box(900, 0), park_id="XX"), park)) == []
    assert list(checks.check_parks(make(box(900, 0)), park)) == []


def test_a_park_that_is_a_point_says_nothing_of_its_inside(
    box: Box, make: Make
) -> None:
    table = make(box(0, 0), park_id="GXQ")
    assert list(checks.check_parks(table, places.parks())) == []


def test_a_metre_over_a_park_boundary_is_drawing(
    box: Box, make: Make, park: gpd.GeoDataFrame
) -> None:
    assert list(checks.check_parks(make(box(100.9, 0), park_id="DS"), park)) == []


@pytest.mark.parametrize("code", ["441283", "441221", "441283103"])
def test_an_old_code_of_gaoyao_is_named_with_its_successor(
    box: Box, make: Make, code: str
) -> None:
    (finding,) = checks.check_old_codes(make(box(0, 0), district=code))
    assert finding.rule == "district.old_code"
    assert "441204" in finding.message.en
    assert "441204" in finding.message.zh


def test_codes_in_force_are_not_old(box: Box, make: Make) -> None:
    codes = places.districts().index.tolist()
    shapes = [box(100 * n, 0) for n in range(len(codes))]
    assert list(checks.check_old_codes(make(*shapes, district=codes))) == []


def test_an_old_code_is_compared_as_its_successor(make: Make) -> None:
    gaoyao = gpd.GeoSeries([shapely.box(112.45, 23.0, 112.451, 23.001)], crs=4490)
    home = crs.to_home(gaoyao, 4525).to_numpy()
    table = make(*home, zones=4525, district="441283")
    found = [finding.rule for finding in checks.check_parcels(table)]
    assert found == ["district.old_code"]


def test_without_districts_none_is_compared(box: Box, make: Make) -> None:
    table = make(box(60_000, 0), district=None)
    none = places.districts().iloc[:0]
    assert checks.check_parcels(table, districts=none) == []


def test_a_layer_in_two_zones_is_told_with_the_fewer_parcels(make: Make) -> None:
    degrees = [shapely.box(x, 23.1, x + 0.001, 23.101) for x in (112.4, 112.6, 112.7)]
    zones = [4525, 4526, 4526]
    home = [
        crs.to_home(gpd.GeoSeries([shape], crs=4490), zone).iloc[0]
        for shape, zone in zip(degrees, zones, strict=True)
    ]
    (finding,) = checks.check_zones(make(*home, zones=zones))
    assert (finding.rule, finding.value) == ("zone.mixed", "4525")
    assert finding.message.zh.startswith(
        "1 宗地块在第37带（EPSG:4525），另 2 宗在第38带"
    )


def test_a_layer_in_one_zone_is_not_mixed(box: Box, make: Make) -> None:
    assert list(checks.check_zones(make(box(0, 0), box(100, 0)))) == []


@pytest.mark.parametrize("zone", [4526, 4547])
def test_northing_before_easting_is_found(box: Box, make: Make, zone: int) -> None:
    table = make(box(0, 0), box(100, 0))
    shift = 0.0 if zone == 4526 else 38_000_000.0
    home = shapely.transform(
        table["home_geometry"].to_numpy(), lambda xy: (xy - (shift, 0.0))[:, ::-1]
    )
    table["home_geometry"] = gpd.GeoSeries(home, index=table.index)
    table["home_zone"] = pd.Series(zone, index=table.index)
    (finding,) = checks.check_axes(table)
    assert (finding.rule, finding.value) == ("geometry.axes_swapped", "2 / 2")


def test_latitude_before_longitude_is_found(box: Box, make: Make) -> None:
    table = make(box(0, 0))
    turned = shapely.transform(table.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    table["geometry"] = gpd.GeoSeries(turned, index=table.index, crs=4490)
    (finding,) = checks.check_axes(table)
    assert (finding.record, finding.rule) == ("P1", "geometry.axes_swapped")


def test_eastings_and_northings_in_place_are_not_swapped(box: Box, make: Make) -> None:
    assert list(checks.check_axes(make(box(0, 0)))) == []


def test_a_plane_elsewhere_is_not_judged_by_the_ranges_of_china(make: Make) -> None:
    home = shapely.box(2_000_000, 900_000, 2_000_100, 900_100)
    table = make(shapely.box(233_000, 902_000, 233_100, 902_100), zones=26986)
    table["home_geometry"] = gpd.GeoSeries([home], index=table.index)
    assert list(checks.check_axes(table)) == []


def test_a_sliver_is_found_by_its_mean_width(box: Box, make: Make) -> None:
    (finding,) = checks.check_narrow(make(box(0, 0, 0.5, 200), box(50, 0, 1.2, 200)))
    assert (finding.record, finding.rule) == ("P1", "geometry.narrow")
    assert finding.value == "0.499 m"


def test_the_ring_and_the_point_of_an_invalid_place_are_counted(
    box: Box, make: Make
) -> None:
    bow = np.array([(40, 40), (60, 60), (60, 40), (40, 61)])
    shell = np.array(box(0, 0).exterior.coords)
    shape = shapely.Polygon(shell, [bow + shell.min(axis=0)])
    (finding,) = checks.check_geometry(make(shape))
    assert "ring 2, nearest to its point" in finding.message.en
    assert finding.message.zh.startswith("图形无效：自相交，位置 383780")


def test_a_figure_read_in_the_wrong_unit_is_recognised(box: Box, make: Make) -> None:
    # 15 mu, read as hectares.
    (finding,) = [
        finding
        for finding in checks.check_parcels(make(box(0, 0), declared_m2=150_000.0))
        if finding.field == "declared_m2"
    ]
    assert finding.rule == "declared.unit"
    assert "fits in mu and was read in hectares" in finding.message.en


def test_a_parcel_declared_on_another_basis_than_the_rest_is_found(
    box: Box, make: Make
) -> None:
    shapes = [box(1000 * n, 0, 1000, 1000) for n in range(6)]
    table = make(*shapes)
    measured = areas.measure(table, methods=("planar", "ellipsoid"))
    declared = measured["planar_m2"].to_numpy().copy()
    declared[3] = measured["ellipsoid_m2"].iloc[3]
    table["declared_m2"] = declared
    found = [f for f in checks.check_parcels(table) if f.rule == "declared.other_basis"]
    assert [finding.record for finding in found] == ["P4"]
    assert "the declared area is the ellipsoidal one" in found[0].message.en
