"""Reference systems: what is accepted, home zones, and the ways between planes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from zqland import crs
from zqland.errors import MissingCrsError, UnsupportedDatumError, WrongCrsError

XIAN_IN_ESRI_WKT = (
    'PROJCS["Local_38",GEOGCS["GCS_Local",DATUM["D_Xian_1980",'
    'SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
CGCS2000_IN_ESRI_WKT = (
    XIAN_IN_ESRI_WKT.replace("D_Xian_1980", "D_China_2000")
    .replace("6378140.0,298.257", "6378137.0,298.257222101")
    .replace('"Xian_1980"', '"CGCS2000"')
)


def one(shape: shapely.Geometry, code: object) -> gpd.GeoSeries:
    return gpd.GeoSeries([shape], index=["a"], crs=code)


def only(shapes: gpd.GeoSeries) -> shapely.Geometry:
    return shapes.iloc[0]


# What is accepted


def test_shapes_without_a_reference_system_are_refused() -> None:
    with pytest.raises(MissingCrsError, match="EPSG:4490"):
        crs.check_source(None)


@pytest.mark.parametrize(
    "code", [4610, 2362, 2383, 2333, 4214, 2414, 2435, 21419, 4555, 4774]
)
def test_the_old_datums_are_refused_with_why_and_what_helps(code: int) -> None:
    with pytest.raises(UnsupportedDatumError) as refused:
        crs.check_source(code)
    assert "tens of metres" in refused.value.text.en
    assert "4- or 7-parameter set" in refused.value.text.en
    assert "四参数或七参数" in refused.value.text.zh


@pytest.mark.parametrize(
    "definition",
    [
        XIAN_IN_ESRI_WKT,
        "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass",
        "+proj=longlat +a=6378140 +rf=298.257",
        "+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0",
    ],
)
def test_the_old_datums_are_known_by_name_and_ellipsoid(definition: str) -> None:
    with pytest.raises(UnsupportedDatumError, match=r"Xi'an 80|Beijing 54"):
        crs.check_source(definition)


@pytest.mark.parametrize("code", [27700, "+proj=longlat +ellps=intl"])
def test_other_datums_without_an_exact_way_are_refused(code: object) -> None:
    with pytest.raises(UnsupportedDatumError, match="within 1 m"):
        crs.check_source(code)


@pytest.mark.parametrize("code", ["nonsense", 99_999_999, 4978, 5773])
def test_what_is_no_horizontal_system_is_refused(code: object) -> None:
    with pytest.raises(WrongCrsError):
        crs.check_source(code)


def test_degrees_from_paris_are_refused() -> None:
    with pytest.raises(WrongCrsError, match="Greenwich"):
        crs.check_source(4807)


def test_heights_are_left_aside() -> None:
    assert crs.check_source("EPSG:4490+5737").to_epsg() == 4490
    assert crs.check_source(4979).to_epsg() == 4326


@pytest.mark.parametrize("code", [4490, 3857, 3395, 2263, 0])
def test_only_planes_in_metres_with_true_areas_are_home_zones(code: int) -> None:
    with pytest.raises(WrongCrsError):
        crs.check_home(code)


def test_planes_of_other_countries_may_be_home_zones() -> None:
    assert crs.check_home(26918).name == "NAD83 / UTM zone 18N"
    assert crs.check_home(np.int64(26986)).to_epsg() == 26986


# Home zones


@pytest.mark.parametrize(
    ("west", "east", "zone"),
    [
        (112.40, 112.45, 4525),
        (112.55, 112.60, 4526),
        (112.49, 112.52, 4526),
        (112.48, 112.51, 4525),
        (112.49, 112.51, 4526),
        (108.0, 112.6, 4525),
    ],
)
def test_home_is_the_zone_that_holds_most(west: float, east: float, zone: int) -> None:
    assert crs.home_zone(one(shapely.box(west, 23, east, 23.1), 4490))["a"] == zone


def test_home_is_judged_by_area_and_not_by_extent() -> None:
    wedge = shapely.Polygon([(112.48, 23.0), (112.48, 23.1), (112.53, 23.05)])
    assert crs.home_zone(one(wedge, 4490))["a"] == 4525


def test_home_counts_all_parts_and_not_the_holes() -> None:
    west, east = (
        shapely.box(112.4, 23, 112.49, 23.1),
        shapely.box(112.5, 23, 112.6, 23.1),
    )
    yard = shapely.box(112.51, 23.01, 112.59, 23.09)
    ring = east.difference(yard)
    assert crs.home_zone(one(shapely.union(west, east), 4490))["a"] == 4526
    assert crs.home_zone(one(shapely.MultiPolygon([west, ring]), 4490))["a"] == 4525


def test_a_point_on_the_boundary_belongs_to_the_eastern_zone() -> None:
    assert crs.home_zone(one(shapely.Point(112.5, 23), 4490))["a"] == 4526


def test_a_crossed_shape_over_the_boundary_still_has_a_home() -> None:
    bow = shapely.Polygon([(112.4, 23), (112.55, 23.1), (112.55, 23), (112.4, 23.1)])
    assert crs.home_zone(one(bow, 4490))["a"] == 4525


def test_home_is_found_from_a_plane_too() -> None:
    east = one(shapely.Point(112.61, 23.16), 4490)
    for code in (4525, 4547, 4497, 3857):
        assert crs.home_zone(east.to_crs(code))["a"] == 4526


def test_empty_shapes_have_no_home() -> None:
    shapes = gpd.GeoSeries([None, shapely.Polygon()], index=["a", "b"], crs=4490)
    zones = crs.home_zone(shapes)
    assert zones.to_dict() == {"a": crs.NO_SHAPE, "b": crs.NO_SHAPE}
    assert crs.to_home(shapes, zones).isna().all()


def test_no_shapes_have_no_homes() -> None:
    nothing = gpd.GeoSeries([], crs=4490)
    assert crs.home_zone(nothing).dtype == np.int64
    assert len(crs.to_home(nothing, 4526)) == 0


def test_shapes_outside_china_need_a_named_home() -> None:
    with pytest.raises(WrongCrsError, match=r"-71\.1000.*Name the home zone"):
        crs.home_zone(one(shapely.Point(-71.1, 42.3), 4326))


# Ways between planes


def test_the_check_values_of_zhaoqing() -> None:
    point = one(shapely.Point(112.61, 23.16), 4490)
    for zone, east, north in (
        (4526, 38357652.480463, 2562935.993793),
        (4525, 37664881.185116, 2563168.067614),
        (4547, 357652.480463, 2562935.993793),
    ):
        home = only(crs.to_home(point, zone))
        assert (home.x, home.y) == pytest.approx((east, north), rel=0, abs=2e-6)


def test_a_missing_zone_number_is_added_exactly() -> None:
    corners = [(357_652.480463, 2_562_935.993793), (357_999.1, 2_563_000.7)]
    home = only(crs.to_home(one(shapely.LineString(corners), 4547), 4526))
    assert list(home.coords) == [(x + 38e6, y) for x, y in corners]


def test_the_same_plane_stays_bit_by_bit() -> None:
    square = shapely.box(38_357_652.123, 2_562_935.456, 38_358_652.789, 2_563_000.1)
    for code in (4526, CGCS2000_IN_ESRI_WKT):
        assert only(crs.to_home(one(square, code), 4526)).equals_exact(square, 0)


def test_another_plane_is_densified_first() -> None:
    square = shapely.box(38_357_600, 2_562_900, 38_358_300, 2_563_600)
    home = only(crs.to_home(one(square, 4526), 4525))
    assert shapely.get_num_coordinates(home) == 41
    back = only(crs.to_home(one(home, 4525), 4526))
    assert back.symmetric_difference(square).area < 0.01


def test_planes_in_feet_are_densified_in_metres() -> None:
    side = shapely.LineString(
        [(1_000_000, 200_000), (1_000_000 + 350 / 0.3048, 200_000)]
    )
    home = only(crs.to_home(one(side, 2263), 26918))
    assert shapely.get_num_coordinates(home) == 7


def test_shapes_in_degrees_keep_their_vertices() -> None:
    block = shapely.box(112.6, 23.1, 112.7, 23.2)
    assert shapely.get_num_coordinates(only(crs.to_home(one(block, 4490), 4526))) == 5


def test_wgs84_and_nad83_pass_unchanged() -> None:
    place = shapely.Point(-72.1, 43.2)
    for code in (4326, 4269, 4490):
        home = only(crs.to_home(one(place, code), 26918))
        there = Transformer.from_crs(4269, 26918, always_xy=True).transform(-72.1, 43.2)
        assert (home.x, home.y) == pytest.approx(there, rel=0, abs=1e-6)


def test_another_datum_goes_by_its_published_way() -> None:
    home = one(shapely.Point(836_694, 819_069), 2326)
    degrees = only(crs.to_geographic(home, 2326))
    way = Transformer.from_crs(2326, 4326, always_xy=True, allow_ballpark=False)
    assert (degrees.x, degrees.y) == pytest.approx(way.transform(836_694, 819_069))
    back = only(crs.to_home(one(degrees, 4490), 2326))
    assert back.distance(home.iloc[0]) < 1e-3


def test_each_row_goes_to_its_own_zone() -> None:
    places = gpd.GeoSeries.from_xy([112.4, 112.6], [23.1, 23.1], crs=4490)
    home = crs.to_home(places, crs.home_zone(places))
    assert (home.x // 1_000_000).tolist() == [37, 38]
    assert home.crs is None


def test_heights_are_dropped() -> None:
    assert not only(crs.to_home(one(shapely.Point(112.6, 23, 8), 4490), 4526)).has_z


@given(
    st.floats(111.0, 113.2),
    st.floats(22.5, 24.5),
    st.sampled_from([4525, 4526, 4546, 4497]),
)
def test_there_and_back_agrees_to_a_billionth_of_a_degree(
    lon: float, lat: float, zone: int
) -> None:
    home = crs.to_home(one(shapely.Point(lon, lat), 4490), zone)
    back = only(crs.to_geographic(home, zone))
    assert (back.x, back.y) == pytest.approx((lon, lat), rel=0, abs=1e-9)


def test_derived_coordinates_are_in_cgcs2000_on_the_same_index() -> None:
    home = one(shapely.Point(38_357_652, 2_562_936), 4526)
    geographic = crs.to_geographic(home, pd.Series([4526], index=["a"]))
    assert CRS(geographic.crs).to_epsg() == 4490
    assert geographic.index.tolist() == ["a"]


def test_shapes_and_zones_must_share_the_index() -> None:
    with pytest.raises(ValueError, match="same index"):
        crs.to_home(one(shapely.Point(112.6, 23), 4490), pd.Series([4526], index=["b"]))


@pytest.mark.parametrize(
    ("x", "y", "code", "zone"),
    [
        (38_357_652, 2_562_936, 4490, 4526),
        (23.1, 112.6, 4490, 4526),
        (357_652, 2_562_936, 4526, 4526),
        (112.6, 23.1, 4547, 4547),
        (2_562_936, 38_357_652, 4526, 4526),
        (112.6, 23.1, 4490, 26918),
    ],
)
def test_coordinates_that_do_not_fit_their_system_are_refused(
    x: float, y: float, code: int, zone: int
) -> None:
    with pytest.raises(WrongCrsError):
        crs.to_home(one(shapely.Point(x, y), code), zone)


def test_home_coordinates_in_the_wrong_zone_are_refused() -> None:
    with pytest.raises(WrongCrsError, match="zone number"):
        crs.to_geographic(gpd.GeoSeries.from_xy([38_357_652], [2_562_936]), 4525)
