"""Repairs: of a copy, each with the area before and after, and nothing else changed."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import crs, tables
from zqland.findings import Severity
from zqland.testing import shared_data
from zqland_geodata import checks
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.vector import read_parcels

Polygon = Callable[..., shapely.Polygon]
Box = Callable[..., shapely.Polygon]
Make = Callable[..., gpd.GeoDataFrame]


def shape_of(table: gpd.GeoDataFrame, row: int = 0) -> shapely.Geometry:
    return table["home_geometry"].iloc[row]


def test_good_parcels_are_not_touched(box: Box, make: Make) -> None:
    table = make(box(0, 0), box(100, 0))
    done = checks.repair(table)
    assert done.findings == []
    assert done.original.empty
    pd.testing.assert_frame_equal(pd.DataFrame(done.parcels), pd.DataFrame(table))


def test_the_table_that_is_given_is_not_changed(polygon: Polygon, make: Make) -> None:
    table = make(polygon((0, 0), (100, 0), (100, 0), (100, 100), (0, 100)))
    before = table.copy(deep=True)
    checks.repair(table)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


def test_repeated_vertices_are_left_out_and_the_area_stays(
    polygon: Polygon, make: Make
) -> None:
    table = make(polygon((0, 0), (100, 0), (100, 0), (100, 100), (0, 100), (0, 0)))
    done = checks.repair(table)
    (finding,) = done.findings
    assert finding.rule == "repair.repeated_vertex"
    assert "area before 10,000.000 m², after 10,000.000 m²" in finding.message.en
    assert shapely.get_num_coordinates(shape_of(done.parcels)) == 5


def test_a_spike_is_cut_where_it_begins(polygon: Polygon, make: Make) -> None:
    table = make(polygon((0, 0), (100, 0), (100, 130), (99.95, 100), (0, 100)))
    done = checks.repair(table)
    (finding,) = done.findings
    assert finding.rule == "repair.spike"
    assert "before 10,000.750 m², after 10,000.000 m² (-0.750 m²)" in finding.message.en
    assert shape_of(done.parcels).bounds[3] == 2_576_100.0
    assert list(checks.check_spikes(done.parcels)) == []


def test_a_cut_into_a_parcel_is_closed(polygon: Polygon, make: Make) -> None:
    cut = ((100, 50), (60, 50.02), (100, 50.04))
    table = make(polygon((0, 0), (100, 0), *cut, (100, 100), (0, 100)))
    done = checks.repair(table)
    assert shape_of(done.parcels).area == pytest.approx(10_000.0, abs=0.01)


def test_a_line_out_and_back_makes_a_shape_invalid_and_is_cut(
    polygon: Polygon, make: Make
) -> None:
    table = make(polygon((0, 0), (100, 0), (100, 130), (100, 100), (0, 100)))
    assert not shape_of(table).is_valid
    done = checks.repair(table)
    assert [finding.rule for finding in done.findings] == ["repair.spike"]
    assert shape_of(done.parcels).is_valid
    assert shape_of(done.parcels).area == 10_000.0


def test_a_shape_that_crosses_itself_is_made_valid_with_a_warning(
    polygon: Polygon, make: Make
) -> None:
    table = make(polygon((0, 0), (100, 100), (100, 0), (0, 200)))
    done = checks.repair(table)
    (finding,) = done.findings
    assert (finding.rule, finding.severity) == ("repair.made_valid", Severity.WARNING)
    assert shape_of(done.parcels).is_valid
    # Two triangles over the crossing at (66.7, 66.7).
    assert shape_of(done.parcels).area == pytest.approx(20_000 / 3 + 10_000 / 6)


def test_a_small_loop_is_made_valid_with_a_note(polygon: Polygon, make: Make) -> None:
    loop = ((100, 100), (100.2, 100.3), (100.3, 100.1))
    table = make(polygon((0, 0), (100.1, 0), *loop, (0, 100.4)))
    done = checks.repair(table)
    assert shape_of(done.parcels).is_valid
    assert {finding.severity for finding in done.findings} == {Severity.INFO}


def test_a_hole_outside_its_shell_becomes_a_part(box: Box, make: Make) -> None:
    shape = shapely.Polygon(box(0, 0).exterior, [box(200, 0).exterior])
    done = checks.repair(make(shape))
    assert shape_of(done.parcels).area == 20_000.0
    assert len(shape_of(done.parcels).geoms) == 2


def test_parts_that_overlap_become_one(box: Box, make: Make) -> None:
    done = checks.repair(make(shapely.MultiPolygon([box(0, 0), box(50, 0)])))
    assert shape_of(done.parcels).area == 15_000.0


def test_holes_and_parts_outlive_a_repair(box: Box, make: Make) -> None:
    holed = box(0, 0).difference(box(40, 40, 20, 20))
    ring = np.array(box(200, 0).exterior.coords)
    part = shapely.Polygon(np.insert(ring, 2, ring[1], axis=0))
    done = checks.repair(make(shapely.MultiPolygon([holed, part])))
    whole = shape_of(done.parcels)
    assert whole.area == 19_600.0
    assert [len(one.interiors) for one in whole.geoms] == [1, 0]


def test_a_shape_of_which_nothing_is_left_is_kept(polygon: Polygon, make: Make) -> None:
    table = make(polygon((0, 0), (100, 0), (50, 0)))
    done = checks.repair(table)
    assert done.findings[-1].rule == "repair.impossible"
    assert done.findings[-1].severity is Severity.ERROR


def test_the_original_of_each_repaired_parcel_is_kept(
    box: Box, polygon: Polygon, make: Make
) -> None:
    faulty = polygon((0, 0), (100, 0), (100, 130), (99.95, 100), (0, 100))
    done = checks.repair(make(box(500, 0), faulty))
    assert done.original.index.tolist() == ["P2"]
    assert shape_of(done.original).equals_exact(faulty)


def test_longitudes_and_latitudes_follow_the_repair(
    polygon: Polygon, make: Make
) -> None:
    table = make(polygon((0, 0), (100, 0), (100, 130), (99.95, 100), (0, 100)))
    done = checks.repair(table)
    derived = crs.to_geographic(
        gpd.GeoSeries(done.parcels["home_geometry"]), done.parcels["home_zone"]
    )
    assert done.parcels.geometry.geom_equals_exact(derived, 1e-12).all()
    assert done.parcels.crs == table.crs


def test_only_parcels_that_findings_name_are_repaired(
    polygon: Polygon, make: Make
) -> None:
    faulty = polygon((0, 0), (100, 0), (100, 0), (100, 100), (0, 100))
    other = shapely.transform(faulty, lambda xy: xy + np.array((300, 0)))
    table = make(faulty, other)
    first = [f for f in checks.check_parcels(table) if f.record == "P1"]
    done = checks.repair(table, first)
    assert done.original.index.tolist() == ["P1"]


@pytest.mark.parametrize("off", [0.01, -0.01])
def test_a_rounding_between_neighbours_is_closed(
    box: Box, make: Make, off: float
) -> None:
    table = make(box(0, 0), box(100 + off, 0))
    done = checks.repair(table)
    (finding,) = done.findings
    assert (finding.record, finding.rule) == ("P2", "repair.snapped")
    assert f"({off * 100:+,.3f} m²)" in finding.message.en
    found = {f.rule for f in checks.check_parcels(done.parcels)}
    assert not found & {"geometry.gap", "geometry.thin_overlap"}


@pytest.mark.parametrize("off", [0.03, -0.03])
def test_what_is_wider_than_the_tolerance_is_left(
    box: Box, make: Make, off: float
) -> None:
    assert checks.repair(make(box(0, 0), box(100 + off, 0))).findings == []


def test_closing_a_gap_never_overlaps_a_third_parcel(box: Box, make: Make) -> None:
    table = make(box(0, 0), box(100.01, 0), box(99.99, 100), box(-100, 0))
    done = checks.repair(table)
    pairs = checks.overlaps(done.parcels)
    assert pairs.empty


def test_a_repaired_table_is_still_a_table_of_parcels(
    polygon: Polygon, make: Make
) -> None:
    table = make(polygon((0, 0), (100, 0), (100, 0), (100, 100), (0, 100)))
    table["name"] = pd.Series("地块", index=table.index, dtype="str")
    table.index.name = "parcel_id"
    done = checks.repair(table)
    assert len(tables.check("parcels", done.parcels)) == 1


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=9)
)
def test_whatever_the_points_a_repair_gives_a_valid_shape_or_an_error(
    polygon: Polygon, make: Make, points: list[tuple[int, int]]
) -> None:
    table = make(polygon(*points))
    done = checks.repair(table)
    failed = any(finding.rule == "repair.impossible" for finding in done.findings)
    assert shape_of(done.parcels).is_valid != failed
    covered = shapely.make_valid(shape_of(table)).area
    if not failed:
        assert shape_of(done.parcels).area == pytest.approx(covered, rel=0.5, abs=1)


def test_a_repair_makes_no_repeated_vertices(polygon: Polygon, make: Make) -> None:
    # The foot of this spike falls upon the corner where it begins.
    table = make(polygon((0, 0), (100, 0), (100, 130), (99.9998, 100), (0, 100)))
    done = checks.repair(table)
    assert [finding.rule for finding in done.findings] == ["repair.spike"]
    assert list(checks.check_vertices(done.parcels)) == []


def test_a_part_without_an_inside_is_lost(box: Box, make: Make) -> None:
    corner = np.array(box(200, 0).exterior.coords)[:1]
    speck = shapely.Polygon(corner + np.array([(0, 0), (0.0003, 0), (0, 0.0003)]))
    done = checks.repair(make(shapely.MultiPolygon([box(0, 0), speck])))
    assert shape_of(done.parcels).geom_type == "Polygon"
    assert shape_of(done.parcels).area == 10_000.0


@pytest.mark.shared_data
def test_all_invalid_lots_of_cambridge_are_repaired_without_losing_ground() -> None:
    source = shared_data("parcels/cambridge_ma_fy2013.gpkg")
    fields = "[parcels]\nhome_zone = 26986\n[parcels.columns]\nparcel_id = 'ML'\n"
    read = read_parcels(source, fieldmap=FieldMap.parse("ML.toml", fields))
    before = read.parcels["home_geometry"]
    done = checks.repair(read.parcels)
    after = done.parcels["home_geometry"]
    assert (~before.is_valid).sum() == 22
    assert after.is_valid.all()
    changed = (after.area - before.area).abs()
    assert changed.max() < 15
    assert len(done.original) < 60
