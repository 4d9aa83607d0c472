"""Checks of parcels: every fault is found, and nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland import crs
from zqland_geodata import checks
from zqland_geodata.checks import overlaps

if TYPE_CHECKING:
    from zqland.findings import Finding

EAST, NORTH = 38_378_000.0, 2_576_000.0
BOW = shapely.Polygon(
    [(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 20)]
)


def box(
    east: float, north: float, width: float = 100, height: float = 100
) -> shapely.Polygon:
    east, north = east + EAST, north + NORTH
    return shapely.box(east, north, east + width, north + height)


def parcels(
    *shapes: shapely.Geometry,
    zones: int | list[int] = 4526,
    district: str | None = "441284",
    declared_m2: float = np.nan,
) -> gpd.GeoDataFrame:
    names = [f"P{number}" for number in range(1, len(shapes) + 1)]
    home = gpd.GeoSeries(list(shapes), index=names)
    zone = pd.Series(zones, index=names, dtype="int64")
    degrees = crs.to_geographic(home, zone)
    table = {
        "home_zone": zone,
        "home_geometry": home,
        "district": pd.Series(district, index=names, dtype="str"),
        "declared_m2": pd.Series(declared_m2, index=names, dtype="float64"),
    }
    return gpd.GeoDataFrame(table, index=names, geometry=degrees, crs=4490)


def found(table: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    return [(finding.record, finding.rule) for finding in checks.check_parcels(table)]


def test_good_parcels_have_no_findings() -> None:
    assert found(parcels(box(0, 0), box(100, 0), box(0, 100))) == []


def test_no_parcels_have_no_findings() -> None:
    assert found(parcels(box(0, 0)).iloc[:0]) == []


def test_an_invalid_shape_is_named_with_its_place() -> None:
    (finding,) = checks.check_parcels(parcels(BOW))
    assert finding.rule == "geometry.invalid"
    assert "Self-intersection at 38378006.6" in finding.message.en


def test_a_missing_shape_is_found() -> None:
    table = parcels(box(0, 0), box(200, 0))
    table["home_geometry"] = gpd.GeoSeries(
        [shapely.Polygon(), table["home_geometry"].iloc[1]], table.index
    )
    table.geometry = gpd.GeoSeries(
        [shapely.Polygon(), table.geometry.iloc[1]], table.index, crs=4490
    )
    assert found(table) == [("P1", "geometry.missing")]


def test_a_shape_without_area_is_found() -> None:
    flat = shapely.Polygon([(EAST, NORTH), (EAST + 10, NORTH), (EAST + 20, NORTH)])
    rules = {rule for _, rule in found(parcels(flat))}
    assert "geometry.zero_area" in rules


def test_repeated_ids_are_found() -> None:
    table = parcels(box(0, 0), box(200, 0))
    table.index = ["A", "A"]
    (finding,) = checks.check_repetitions(table)
    assert (finding.record, finding.rule) == ("A", "id.repeated")


def test_the_same_shape_is_found_once_whatever_its_start() -> None:
    ring = np.array(box(0, 0).exterior.coords)
    turned = shapely.Polygon(np.roll(ring[:-1], 2, axis=0)[::-1] + 0.0001)
    assert found(parcels(box(0, 0), box(500, 0), turned)) == [
        ("P3", "geometry.repeated")
    ]


def test_an_overlap_is_measured() -> None:
    (finding,) = checks.check_parcels(parcels(box(0, 0), box(90, 0)))
    assert (finding.record, finding.rule) == ("P1", "geometry.overlap")
    assert finding.value == "1,000.00 m²"


@pytest.mark.parametrize(("width", "counts"), [(0.0019, False), (0.0021, True)])
def test_two_millimetres_along_a_boundary_are_rounding(
    width: float,
    counts: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    pairs = overlaps(parcels(box(0, 0), box(100 - width, 0)))
    assert (len(pairs) == 1) == counts


@pytest.mark.parametrize(("side", "counts"), [(0.09, False), (0.11, True)])
def test_a_hundredth_of_a_square_metre_is_rounding(
    side: float,
    counts: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    pairs = overlaps(parcels(box(0, 0), box(100 - side, 100 - side)))
    assert (len(pairs) == 1) == counts


def test_parcels_of_two_zones_are_compared() -> None:
    degrees = gpd.GeoSeries(
        [
            shapely.box(112.499, 23.1, 112.501, 23.101),
            shapely.box(112.5, 23.1, 112.502, 23.101),
        ],
        crs=4490,
    )
    home = [crs.to_home(degrees.iloc[[n]], 4525 + n).iloc[0] for n in range(2)]
    (pair,) = overlaps(parcels(*home, zones=[4525, 4526])).itertuples()
    assert (pair.first, pair.second) == ("P1", "P2")
    assert pair.overlap_m2 == pytest.approx(11_360, rel=0.01)


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=8
    )
)
def test_overlaps_are_those_of_every_pair(corners: list[tuple[int, int]]) -> None:
    shapes = [box(x, y) for x, y in corners]
    pairs = overlaps(parcels(*shapes))
    expected = {
        (f"P{a + 1}", f"P{b + 1}")
        for a in range(len(shapes))
        for b in range(a + 1, len(shapes))
        if shapes[a].intersection(shapes[b]).area > 0.2
    }
    assert set(zip(pairs["first"], pairs["second"], strict=True)) == expected


@pytest.mark.parametrize(
    ("declared_m2", "rule"),
    [
        (10_000.0, "declared.basis"),
        (9_994.9, "declared.basis"),
        (10_099.0, "declared.basis"),
        (10_101.0, "declared.differs"),
        (9_800.0, "declared.differs"),
    ],
)
def test_declared_areas_are_compared_with_both_bases(
    declared_m2: float, rule: str
) -> None:
    table = parcels(box(0, 0), declared_m2=declared_m2)
    assert [rule for _, rule in found(table)] == [rule]


def test_the_nearest_basis_is_named() -> None:
    table = parcels(box(0, 0, 1000, 1000), box(2000, 0, 1000, 1000), declared_m2=1e6)
    (finding,) = checks.check_parcels(table)
    assert finding.value == "2 / 2"
    assert finding.message.zh == "2 个载明面积相符，其中 2 个最接近平面面积"


@pytest.mark.parametrize(
    ("district", "words"),
    [
        ("441284", None),
        ("441284-GXQ", None),
        ("441203", "Dinghu"),
        ("441204", "Gaoyao"),
        (None, None),
        ("999999", None),
    ],
)
def test_the_stated_district_is_compared(
    district: str | None, words: str | None
) -> None:
    findings = checks.check_parcels(parcels(box(0, 0), district=district))
    messages = [finding.message.en for finding in findings]
    if words is None:
        assert messages == []
    else:
        assert words in messages[0]


def test_ground_outside_the_city_is_found() -> None:
    (finding,) = checks.check_parcels(parcels(box(60_000, 0), district=None))
    assert finding.rule == "district.outside"
    assert "the city" in finding.message.en


def test_ground_on_another_plane_has_no_district() -> None:
    home = crs.to_home(
        gpd.GeoSeries([shapely.box(-72, 43, -71.99, 43.01)], crs=4326), 26918
    )
    assert found(parcels(*home, zones=26918, district=None)) == []


def test_a_check_changes_nothing() -> None:
    table = parcels(box(0, 0), box(90, 0), declared_m2=5.0)
    before = table.copy(deep=True)
    checks.check_parcels(table)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


def test_every_finding_speaks_both_languages() -> None:
    findings: list[Finding] = checks.check_parcels(
        parcels(BOW, box(0, 0), box(0, 0), box(60_000, 0), declared_m2=5.0)
    )
    assert len({finding.rule for finding in findings}) >= 5
    assert all("{" not in f.message.en + f.message.zh for f in findings)
