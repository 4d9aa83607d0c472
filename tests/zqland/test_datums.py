"""GCJ-02 and BD-09: golden points, another implementation, and the way back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import prcoords
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from zqland import datums
from zqland.errors import UnsupportedDatumError, WrongCrsError

PAIRS = [
    (datums.wgs84_to_gcj02, datums.gcj02_to_wgs84),
    (datums.gcj02_to_bd09, datums.bd09_to_gcj02),
    (datums.wgs84_to_bd09, datums.bd09_to_wgs84),
]
CHINA = {"lon": st.floats(73.5, 135.0), "lat": st.floats(3.0, 54.0)}


def some_places(count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(2023)
    return chance.uniform(73.5, 135.0, count), chance.uniform(3.0, 54.0, count)


@pytest.mark.parametrize(
    ("true", "gcj02", "bd09"),
    [
        ((112.61, 23.16), (112.614970921, 23.157144336), (112.621535079, 23.162817536)),
        ((111.78, 23.14), (111.785216492, 23.137295771), (111.791765157, 23.142969086)),
    ],
)
def test_the_golden_points(
    true: tuple[float, float], gcj02: tuple[float, float], bd09: tuple[float, float]
) -> None:
    assert datums.wgs84_to_gcj02(*true) == pytest.approx(gcj02, rel=0, abs=6e-10)
    assert datums.wgs84_to_bd09(*true) == pytest.approx(bd09, rel=0, abs=6e-10)
    assert datums.gcj02_to_bd09(*gcj02) == pytest.approx(bd09, rel=0, abs=2e-9)
    assert datums.bd09_to_wgs84(*bd09) == pytest.approx(true, rel=0, abs=2e-9)


def test_gcj02_agrees_with_prcoords() -> None:
    lon, lat = some_places()
    theirs = [prcoords.wgs_gcj(pair)[::-1] for pair in zip(lat, lon, strict=True)]
    np.testing.assert_allclose(
        np.column_stack(datums.wgs84_to_gcj02(lon, lat)), theirs, rtol=0, atol=1e-12
    )


def test_bd09_agrees_with_prcoords() -> None:
    lon, lat = some_places()
    theirs = [prcoords.gcj_bd(pair)[::-1] for pair in zip(lat, lon, strict=True)]
    np.testing.assert_allclose(
        np.column_stack(datums.gcj02_to_bd09(lon, lat)), theirs, rtol=0, atol=1e-12
    )


def test_the_way_back_is_near_the_rough_one_of_prcoords() -> None:
    lon, lat = some_places()
    theirs = [prcoords.bd_wgs(pair)[::-1] for pair in zip(lat, lon, strict=True)]
    ours = np.column_stack(datums.bd09_to_wgs84(lon, lat))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=5e-5)


@given(**CHINA)
def test_there_and_back_is_the_same_place(lon: float, lat: float) -> None:
    for there, back in PAIRS:
        again = back(*there(lon, lat))
        assert again == pytest.approx((lon, lat), rel=0, abs=1e-8)
        assert there(*back(lon, lat)) == pytest.approx((lon, lat), rel=0, abs=1e-8)


def test_the_shift_over_zhaoqing_is_some_600_metres() -> None:
    lon, lat = np.meshgrid(np.linspace(111.36, 112.88, 20), np.linspace(22.8, 24.3, 20))
    east, north = datums.wgs84_to_gcj02(lon, lat)
    azimuth, _, metres = Geod(ellps="GRS80").inv(lon, lat, east, north)
    assert 590 < metres.min() < metres.max() < 635
    assert 115 < azimuth.min() < azimuth.max() < 124


@pytest.mark.parametrize(
    "place", [(-71.1, 42.3), (140.0, 36.0), (103.8, 0.5), (90, 56)]
)
def test_places_outside_the_window_stay(place: tuple[float, float]) -> None:
    assert datums.wgs84_to_gcj02(*place) == place
    assert datums.gcj02_to_wgs84(*place) == place


def test_arrays_of_any_shape_are_taken() -> None:
    lon, lat = datums.wgs84_to_gcj02(np.full((2, 3), 112.61), np.full((2, 3), 23.16))
    assert lon.shape == lat.shape == (2, 3)


def test_unknown_coordinates_stay_unknown() -> None:
    lon, _ = datums.bd09_to_wgs84([np.nan, 112.61], [23.0, 23.16])
    assert np.isnan(lon).tolist() == [True, False]


def test_shifted_shapes_have_no_reference_system() -> None:
    true = gpd.GeoSeries([shapely.box(112.6, 23.1, 112.7, 23.2), None], crs=4490)
    shifted = datums.shift(true, datums.wgs84_to_gcj02)
    assert shifted.crs is None
    assert shifted.isna().tolist() == [False, True]


def test_shapes_come_back_in_cgcs2000() -> None:
    true = gpd.GeoSeries([shapely.box(112.6, 23.1, 112.7, 23.2)], index=["a"], crs=4490)
    shifted = datums.shift(true, datums.wgs84_to_bd09)
    back = datums.shift(shifted, datums.bd09_to_wgs84)
    assert back.crs == true.crs
    assert back["a"].equals_exact(true["a"], 1e-8)


def test_plane_shapes_are_not_shifted() -> None:
    plane = gpd.GeoSeries.from_xy([38_357_652], [2_562_936], crs=4526)
    with pytest.raises(WrongCrsError, match="longitude and latitude"):
        datums.shift(plane, datums.wgs84_to_gcj02)


def test_old_datums_are_not_shifted() -> None:
    with pytest.raises(UnsupportedDatumError):
        datums.shift(
            gpd.GeoSeries.from_xy([112], [23], crs=4610), datums.wgs84_to_gcj02
        )
