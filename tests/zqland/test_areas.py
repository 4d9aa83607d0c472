"""Areas by each method: golden parcel, real lots, odd shapes, parcels of two zones."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from zqland import areas, crs
from zqland.areas import Area, Method
from zqland.errors import MissingCrsError, UnsupportedDatumError, WrongCrsError
from zqland.testing import shared_data

OUTSIDE = [
    (38_357_200, 2_563_400),
    (38_357_800, 2_563_420),
    (38_357_820, 2_562_900),
    (38_357_210, 2_562_880),
]
HOLE = [
    (38_357_400, 2_563_200),
    (38_357_400, 2_563_100),
    (38_357_500, 2_563_100),
    (38_357_500, 2_563_200),
]
GOLDEN = shapely.Polygon(OUTSIDE, [HOLE])
EVERY = [areas.planar, areas.ellipsoid, areas.ellipsoid_official, areas.geodesic]


def golden() -> gpd.GeoSeries:
    return gpd.GeoSeries([GOLDEN], index=["ZQ-2023-001"], crs=4526)


# The golden parcel


def test_the_golden_parcel_has_its_planar_area() -> None:
    assert areas.planar(golden()).iloc[0] == 304_900.0


def test_the_golden_parcel_has_its_official_area() -> None:
    assert areas.ellipsoid_official(golden()).round(3).iloc[0] == 304_747.164


def test_the_official_area_is_the_same_with_and_without_zone_number() -> None:
    unprefixed = crs.to_home(golden(), 4547).set_crs(4547)
    official = areas.ellipsoid_official(unprefixed)
    assert official.iloc[0] == pytest.approx(304_747.164, abs=5e-4)


def test_the_official_area_is_that_of_the_printed_rules() -> None:
    assert areas.ellipsoid_official(golden()).iloc[0] == pytest.approx(
        printed_rules_m2(OUTSIDE) - printed_rules_m2(HOLE), abs=1e-4
    )


def test_the_unrounded_area_is_near_the_official_one() -> None:
    assert areas.ellipsoid(golden()).iloc[0] == pytest.approx(304_747.168, abs=1e-3)


def test_the_geodesic_area_confirms_it() -> None:
    assert areas.geodesic(golden()).iloc[0] == pytest.approx(304_747.168, abs=1e-3)


def test_degrees_are_measured_in_their_home_zone() -> None:
    geographic = crs.to_geographic(golden(), 4526)
    for measure in (areas.ellipsoid, areas.ellipsoid_official):
        assert measure(geographic).iloc[0] == pytest.approx(
            measure(golden()).iloc[0], abs=0.01
        )


def test_degrees_are_measured_as_geodesics_where_they_are() -> None:
    block = gpd.GeoSeries([shapely.box(-72.01, 43.2, -72.0, 43.21)], crs=4326)
    exact = abs(Geod(ellps="GRS80").geometry_area_perimeter(block.iloc[0])[0])
    assert areas.geodesic(block).iloc[0] == pytest.approx(exact, rel=1e-9)


def printed_rules_m2(corners: list[tuple[int, int]]) -> float:
    """Follow the evaluation rules word by word, one point at a time."""
    b2 = 6_356_752.31414036**2
    letters = (1.003364089834193, -1.124189381927124e-3, 1.699459473518905e-6)
    letters += (-2.717857845577555e-9, 4.358419004834514e-12)
    points = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        pieces = math.floor(math.hypot(x1 - x0, y1 - y0) / 70) + 1
        for step in range(pieces):
            share = step / pieces
            points.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    angles = [printed_inverse(round(x, 6), round(y, 6)) for x, y in points]
    total = 0.0
    for (b1, l1), (b2_, l2) in zip(angles, [*angles[1:], angles[0]], strict=True):
        middle, half = (b1 + b2_) / 2, (b2_ - b1) / 2
        terms = zip(letters, (1, 3, 5, 7, 9), strict=True)
        sums = sum(k * math.sin(n * half) * math.cos(n * middle) for k, n in terms)
        total += 2 * b2 * ((l1 + l2) / 2 - angles[0][1]) * sums
    return abs(total)


def printed_inverse(x: float, y: float) -> tuple[float, float]:
    """Follow formula 3 of the notice: easting first, radians out, both rounded."""
    k = (1.57048761144159e-7, 5.05250178820567e-3, 2.98472900956587e-5)
    k += (2.41626669230084e-7, 2.22241238938534e-9)
    e = k[0] * y
    s = math.sin(e)
    bf = e + math.cos(e) * (k[1] * s - k[2] * s**3 + k[3] * s**5 - k[4] * s**7)
    t, eta2 = math.tan(bf), 0.00673949677548 * math.cos(bf) ** 2
    v2 = 1 + eta2
    u = (x - 38_500_000) * math.sqrt(v2) / 6_399_593.62586
    b = bf - v2 * t * u**2 / 2
    b += (5 + 3 * t**2 + eta2 - 9 * eta2 * t**2) * v2 * t * u**4 / 24
    b -= (61 + 90 * t**2 + 45 * t**4) * v2 * t * u**6 / 720
    east = u - (1 + 2 * t**2 + eta2) * u**3 / 6
    fifth = 5 + 28 * t**2 + 24 * t**4 + 6 * eta2 + 8 * eta2 * t**2
    east += fifth * u**5 / 120
    east /= math.cos(bf)
    rho = 206264.8062471
    return round(b * rho, 6) / rho, round(east * rho, 6) / rho


# Against PROJ on real lots


def lots_in_zhaoqing(name: str, zone: int, east: float) -> gpd.GeoSeries:
    """Move real lots by a local metric projection and a shift in metres."""
    lots = gpd.read_file(shared_data(name)).geometry
    west, south, right, north = lots.total_bounds
    local = f"+proj=aeqd +lon_0={(west + right) / 2} +lat_0={(south + north) / 2}"
    metric = np.asarray(lots.to_crs(f"{local} +datum=WGS84").array, dtype=object)
    shift_m = (east, 2_562_936)
    moved = shapely.transform(metric, lambda xy: np.add(xy, shift_m).round(3))
    return gpd.GeoSeries(moved[shapely.is_valid(moved)], crs=zone)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "zone", "east"),
    [
        ("parcels/cambridge_ma_fy2013.gpkg", 4526, 38_357_652),
        ("parcels/washington_nh_2016.geojson", 4526, 38_357_652),
        ("parcels/washington_nh_2016.geojson", 4525, 37_664_881),
        ("parcels/washington_nh_2016.geojson", 4525, 37_540_000),
    ],
)
def test_real_lots_agree_with_proj(name: str, zone: int, east: float) -> None:
    lots = lots_in_zhaoqing(name, zone, east)
    proj = areas.geodesic(lots)
    ppm = (areas.ellipsoid(lots) - proj).abs() / proj * 1e6
    assert (proj >= 1e4).sum() > 100
    assert ppm[proj >= 1e4].max() <= 0.6
    assert ppm[proj >= 1e5].max() <= 0.2


@pytest.mark.shared_data
def test_real_lots_agree_with_proj_in_their_own_place() -> None:
    lots = gpd.read_file(shared_data("parcels/washington_nh_2016.geojson")).geometry
    home = crs.to_home(lots[lots.is_valid], 26918).set_crs(26918)
    proj = areas.geodesic(home)
    ppm = (areas.ellipsoid(home) - proj).abs() / proj * 1e6
    # Twice as far from the equator, geodesics bend more between two vertices.
    assert ppm[proj >= 1e4].max() <= 1.5
    assert ppm[proj >= 1e5].max() <= 0.5


# Odd shapes


@pytest.mark.parametrize("measure", EVERY)
def test_empty_and_missing_shapes_have_no_area(measure: object) -> None:
    assert callable(measure)
    odd = gpd.GeoSeries([None, shapely.Polygon(), GOLDEN], index=list("abc"), crs=4526)
    assert measure(odd).isna().to_dict() == {"a": True, "b": True, "c": False}


@pytest.mark.parametrize("measure", EVERY)
def test_shapes_without_inside_have_area_zero(measure: object) -> None:
    assert callable(measure)
    flat = shapely.Polygon([OUTSIDE[0], OUTSIDE[1], OUTSIDE[0]])
    shapes = [flat, shapely.LineString(OUTSIDE), shapely.MultiPoint(OUTSIDE)]
    assert measure(gpd.GeoSeries(shapes, crs=4526)).tolist() == pytest.approx(
        [0.0, 0.0, 0.0], abs=1e-6
    )


@pytest.mark.parametrize("measure", EVERY)
def test_no_shapes_have_no_areas(measure: object) -> None:
    assert callable(measure)
    assert measure(gpd.GeoSeries([], crs=4526)).tolist() == []
    assert measure(gpd.GeoSeries([None], crs=4526)).isna().all()


@pytest.mark.parametrize("measure", EVERY)
def test_parts_add_up_and_holes_count_less(measure: object) -> None:
    assert callable(measure)
    part = shapely.box(38_358_000, 2_563_000, 38_358_300, 2_563_100)
    nested = shapely.GeometryCollection(
        [shapely.MultiPolygon([GOLDEN, part]), shapely.Point(OUTSIDE[0])]
    )
    shapes = [shapely.Polygon(OUTSIDE), shapely.Polygon(HOLE), GOLDEN, part, nested]
    outside, hole, golden_m2, part_m2, both = measure(gpd.GeoSeries(shapes, crs=4526))
    assert golden_m2 == pytest.approx(outside - hole, rel=1e-9)
    assert both == pytest.approx(golden_m2 + part_m2, rel=1e-12)


@pytest.mark.parametrize("measure", EVERY)
def test_direction_and_first_vertex_do_not_matter(measure: object) -> None:
    assert callable(measure)
    turned = [OUTSIDE[2:] + OUTSIDE[:2], OUTSIDE[::-1], OUTSIDE]
    figures = measure(gpd.GeoSeries(map(shapely.Polygon, turned), crs=4526))
    # The official rounding of inserted points sees the direction, by some 0.001 m².
    assert figures.max() - figures.min() < 0.01


@pytest.mark.parametrize("measure", EVERY)
def test_each_figure_is_named_after_its_method(measure: object) -> None:
    assert callable(measure)
    figures = measure(golden())
    assert figures.name == f"{measure.__name__}_m2"
    assert figures.index.tolist() == ["ZQ-2023-001"]


def test_more_rings_than_fit_one_chunk_are_all_measured() -> None:
    squares = gpd.GeoSeries([GOLDEN] * 3_000, crs=4526)
    assert (areas.ellipsoid(squares) == areas.ellipsoid(golden()).iloc[0]).all()


def test_a_ring_larger_than_a_chunk_is_measured_whole() -> None:
    round_one = shapely.Point(38_357_500, 2_563_000).buffer(500, quad_segs=5_000)
    ratio = areas.ellipsoid(gpd.GeoSeries([round_one], crs=4526)).iloc[0]
    assert ratio == pytest.approx(round_one.area * (1 - 501.5e-6), rel=1e-5)


@given(st.floats(-140_000, 140_000), st.floats(20_000, 200_000), st.floats(0.01, 0.99))
def test_cutting_a_parcel_conserves_its_area(
    east: float, size: float, at: float
) -> None:
    side = math.sqrt(size)
    west, south = 38_500_000 + east, 2_563_000.0
    cut = west + at * side
    whole = shapely.box(west, south, west + side, south + side)
    left = shapely.box(west, south, cut, south + side)
    right = shapely.box(cut, south, west + side, south + side)
    for measure in (areas.planar, areas.ellipsoid):
        one, other, both = measure(gpd.GeoSeries([left, right, whole], crs=4526))
        assert one + other == pytest.approx(both, abs=0.01)


# What is refused


@pytest.mark.parametrize("measure", EVERY)
def test_areas_need_a_reference_system(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(MissingCrsError):
        measure(gpd.GeoSeries([GOLDEN]))


@pytest.mark.parametrize("measure", EVERY)
def test_areas_on_an_old_datum_are_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(UnsupportedDatumError):
        measure(gpd.GeoSeries([GOLDEN], crs=2362))


@pytest.mark.parametrize("measure", EVERY)
def test_coordinates_that_do_not_fit_the_zone_are_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(WrongCrsError):
        measure(
            gpd.GeoSeries(
                [shapely.box(357_000, 2_563_000, 358_000, 2_564_000)], crs=4526
            )
        )


def test_planar_areas_need_a_plane() -> None:
    with pytest.raises(WrongCrsError, match="to_home"):
        areas.planar(crs.to_geographic(golden(), 4526))


def test_planar_areas_in_web_mercator_are_refused() -> None:
    with pytest.raises(WrongCrsError, match="home zone"):
        areas.planar(golden().to_crs(3857))


def test_the_official_area_exists_only_in_the_zones_of_cgcs2000() -> None:
    square = gpd.GeoSeries([shapely.box(730_000, 4_780_000, 730_100, 4_780_100)])
    with pytest.raises(WrongCrsError, match="“ellipsoid”"):
        areas.ellipsoid_official(square.set_crs(26918))


# Parcels


def parcels() -> pd.DataFrame:
    """Return the golden parcel in both zones, one abroad, and one without a shape."""
    west = crs.to_home(golden(), 4525).iloc[0]
    abroad = shapely.box(730_000, 4_780_000, 730_100, 4_780_100)
    return pd.DataFrame(
        {
            "home_geometry": [GOLDEN, west, abroad, None],
            "home_zone": [4526, 4525, 26918, crs.NO_SHAPE],
            "declared_m2": [304_900.0, None, 10_000.0, None],
        },
        index=["east", "west", "abroad", "none"],
    )


def test_parcels_are_measured_each_in_its_zone() -> None:
    figures = areas.measure(parcels())
    assert figures.columns.tolist() == [f"{method}_m2" for method in Method]
    assert figures.loc["east", "planar_m2"] == 304_900.0
    assert figures.loc["west", "ellipsoid_m2"] == pytest.approx(304_747.168, abs=0.01)
    excess = figures.loc["west", "planar_m2"] / figures.loc["west", "ellipsoid_m2"] - 1
    assert excess == pytest.approx(670e-6, abs=5e-6)
    assert figures.loc["abroad", "geodesic_m2"] == pytest.approx(
        figures.loc["abroad", "ellipsoid_m2"], rel=1e-6
    )


def test_what_is_not_known_stays_open() -> None:
    figures = areas.measure(parcels())
    assert figures.loc["none"].isna().all()
    assert math.isnan(figures.loc["abroad", "ellipsoid_official_m2"])
    assert figures["declared_m2"].isna().tolist() == [False, True, False, True]


def test_parcels_without_declared_areas_can_be_measured() -> None:
    bare = parcels().drop(columns="declared_m2")
    figures = areas.measure(bare, methods=["declared", Method.PLANAR])
    assert figures.columns.tolist() == ["declared_m2", "planar_m2"]
    assert figures["declared_m2"].isna().all()


def test_a_single_figure_carries_its_method() -> None:
    area = Area(304_747.164, Method.ELLIPSOID_OFFICIAL)
    assert area.in_unit("ha") == pytest.approx(30.4747164)
    assert area.text("mu").zh == "457.12 亩（椭球面积（国土调查取位））"
    assert area.text("mu").en == "457.12 mu (ellipsoid, official rounding)"
