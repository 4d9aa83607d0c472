"""Constraint layers laid over parcels."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland import areas, constraints, crs
from zqland.areas import Method
from zqland.constraints import ConstraintLayer, ConstraintRule, Side, ground_text
from zqland.errors import ConstraintError, MissingCrsError
from zqland.text import Text

EAST, NORTH = 38_400_000, 2_560_000
ZONE = 4526


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def lots(*shapes: shapely.Geometry, zone: int = ZONE) -> gpd.GeoDataFrame:
    home = gpd.GeoSeries(list(shapes))
    home.index = pd.Index([f"L{row}" for row in range(len(home))], name="parcel_id")
    table = {
        "home_geometry": home.array,
        "home_zone": zone,
        "declared_m2": shapely.area(home.to_numpy()),
    }
    degrees = crs.to_geographic(home, zone)
    return gpd.GeoDataFrame(table, geometry=degrees, index=home.index)


def layer(*shapes: shapely.Geometry, **changes: Any) -> ConstraintLayer:  # noqa: ANN401
    known: dict[str, Any] = {
        "key": "layer",
        "text": Text(en="layer", zh="图层"),
        "rule": ConstraintRule.DEDUCT,
        "shapes": gpd.GeoSeries(list(shapes), crs=changes.pop("system", ZONE)),
    }
    return ConstraintLayer(**(known | changes))


def measured(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    methods = (Method.PLANAR, Method.ELLIPSOID_OFFICIAL, Method.DECLARED)
    return areas.measure(parcels, methods=methods)


def test_an_overlap_is_measured_in_the_plane() -> None:
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), [layer(box(80, -9, 200, 50))])
    row = laid.overlaps.iloc[0]
    assert row["area_m2"] == pytest.approx(1000.0, abs=1e-6)
    assert row["share"] == pytest.approx(0.1, abs=1e-9)


def test_what_lies_outside_counts_where_outside_is_meant() -> None:
    boundary = layer(box(-50, -50, 90, 150), side=Side.OUTSIDE)
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), [boundary])
    assert laid.overlaps["area_m2"].tolist() == pytest.approx([1000.0], abs=1e-6)


def test_a_parcel_far_from_a_boundary_lies_outside_as_a_whole() -> None:
    boundary = layer(box(50_000, 0, 50_100, 100), side=Side.OUTSIDE)
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), [boundary])
    assert laid.overlaps["share"].tolist() == [1.0]


def test_a_line_takes_ground_through_its_buffer() -> None:
    line = shapely.LineString([(EAST + 50, NORTH - 99), (EAST + 50, NORTH + 199)])
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), [layer(line, buffer_m=15)])
    assert laid.overlaps["area_m2"].tolist() == pytest.approx([3000.0], abs=1e-6)


def test_a_negative_buffer_draws_a_layer_in() -> None:
    shrunk = layer(box(0, 0, 100, 100), buffer_m=-10)
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), [shrunk])
    assert laid.overlaps["area_m2"].tolist() == pytest.approx([6400.0], abs=1e-6)


def test_ground_that_two_layers_take_is_taken_once() -> None:
    layers = [
        layer(box(0, 0, 30, 100), key="one"),
        layer(box(20, 0, 50, 100), key="two", rule=ConstraintRule.FORBID),
    ]
    parcels = lots(box(0, 0, 100, 100))
    laid = constraints.overlay(parcels, layers)
    usable = laid.usable(parcels, measured(parcels))
    assert laid.overlaps["area_m2"].sum() == pytest.approx(6000.0, abs=1e-6)
    assert usable["usable_planar_m2"].tolist() == pytest.approx([5000.0], abs=1e-6)


def test_a_warning_takes_no_ground() -> None:
    parcels = lots(box(0, 0, 100, 100))
    warning = layer(box(0, 0, 50, 50), rule=ConstraintRule.WARN)
    laid = constraints.overlay(parcels, [warning])
    usable = laid.usable(parcels, measured(parcels))
    assert usable["usable_planar_m2"].tolist() == [10_000.0]
    assert laid.keys().tolist() == [("layer",)]


def test_only_what_is_forbidden_is_forbidden() -> None:
    layers = [
        layer(box(0, 0, 30, 100), key="one"),
        layer(box(90, 0, 200, 100), key="two", rule=ConstraintRule.FORBID),
    ]
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), layers)
    assert laid.forbidden_m2.tolist() == pytest.approx([1000.0], abs=1e-6)


def test_a_parcel_that_is_taken_altogether_has_no_usable_ground() -> None:
    parcels = lots(box(0, 0, 100, 100))
    laid = constraints.overlay(parcels, [layer(box(-9, -9, 200, 200))])
    usable = laid.usable(parcels, measured(parcels))
    assert usable["usable_planar_m2"].tolist() == [0.0]
    assert usable["usable_ellipsoid_official_m2"].tolist() == [0.0]


def test_the_usable_part_of_a_declared_area_is_not_known_where_ground_is_taken() -> (
    None
):
    parcels = lots(box(0, 0, 100, 100), box(200, 0, 300, 100))
    laid = constraints.overlay(parcels, [layer(box(0, 0, 50, 50))])
    usable = laid.usable(parcels, measured(parcels))["usable_declared_m2"]
    assert usable.isna().tolist() == [True, False]
    assert usable["L1"] == 10_000.0


def test_usable_areas_are_measured_by_the_method_of_the_total() -> None:
    parcels = lots(box(0, 0, 100, 100))
    laid = constraints.overlay(parcels, [layer(box(0, 0, 100, 40))])
    usable = laid.usable(parcels, measured(parcels))
    left = lots(box(0, 40, 100, 100))
    expected = measured(left)["ellipsoid_official_m2"].iloc[0]
    figure = usable["usable_ellipsoid_official_m2"].iloc[0]
    assert figure == pytest.approx(expected, abs=0.01)


def test_a_shared_boundary_is_no_overlap() -> None:
    # A millimetre of rounding over a hundred metres: 0.1 m², and still none.
    laid = constraints.overlay(
        lots(box(0, 0, 100, 100)), [layer(box(99.999, 0, 200, 100))]
    )
    assert laid.overlaps.empty
    assert not laid.is_reduced.any()


def test_a_layer_in_another_zone_meets_the_parcel_where_it_lies() -> None:
    parcels = lots(box(0, 0, 100, 100))
    here = gpd.GeoSeries([box(0, 0, 100, 30)], crs=ZONE)
    there = crs.to_home(here, 4525).set_crs(4525)
    laid = constraints.overlay(parcels, [layer(*there, system=4525)])
    assert laid.overlaps["area_m2"].tolist() == pytest.approx([3000.0], abs=0.01)


def test_a_layer_in_degrees_meets_the_parcel_where_it_lies() -> None:
    degrees = crs.to_geographic(gpd.GeoSeries([box(0, 0, 100, 30)]), ZONE)
    laid = constraints.overlay(
        lots(box(0, 0, 100, 100)), [layer(*degrees, system=4490)]
    )
    assert laid.overlaps["area_m2"].tolist() == pytest.approx([3000.0], abs=0.01)


def test_each_parcel_is_compared_in_its_own_zone() -> None:
    eastern = lots(box(0, 0, 100, 100))
    western = lots(
        shapely.box(37_600_000, 2_560_000, 37_600_100, 2_560_100), zone=4525
    ).set_axis(pd.Index(["W"], name="parcel_id"))
    parcels = gpd.GeoDataFrame(pd.concat([eastern, western]))
    around = shapely.box(*parcels.total_bounds).buffer(0.1)
    laid = constraints.overlay(parcels, [layer(around, system=4490)])
    assert laid.overlaps["share"].tolist() == pytest.approx([1.0, 1.0], abs=1e-9)


def test_a_layer_of_a_whole_country_is_cut_around_the_parcels() -> None:
    country = layer(shapely.box(73, 18, 135, 54), system=4490)
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), [country])
    assert laid.overlaps["share"].tolist() == pytest.approx([1.0], abs=1e-9)


def test_an_invalid_layer_takes_the_ground_that_it_covers() -> None:
    bow = shapely.Polygon(
        [(EAST + x, NORTH + y) for x, y in ((0, 0), (100, 100), (100, 0), (0, 100))]
    )
    laid = constraints.overlay(lots(box(0, 0, 100, 100)), [layer(bow)])
    assert laid.overlaps["area_m2"].tolist() == pytest.approx([5000.0], abs=1e-6)


def test_empty_and_missing_parcels_are_concerned_by_nothing() -> None:
    parcels = lots(box(0, 0, 100, 100), shapely.Polygon())
    layers = [layer(box(0, 0, 50, 100)), layer(box(0, 0, 9, 9), side=Side.OUTSIDE)]
    laid = constraints.overlay(parcels, layers)
    assert set(laid.overlaps["parcel_id"]) == {"L0"}
    usable = laid.usable(parcels, measured(parcels))
    assert np.isnan(usable["usable_planar_m2"].iloc[1])


def test_no_layer_takes_nothing() -> None:
    parcels = lots(box(0, 0, 100, 100))
    laid = constraints.overlay(parcels, [])
    assert laid.usable(parcels, measured(parcels))["usable_planar_m2"].tolist() == [1e4]
    assert laid.keys().tolist() == [()]
    assert laid.at(0) == ()


def test_no_parcel_is_concerned_by_nothing() -> None:
    laid = constraints.overlay(lots(box(0, 0, 1, 1)).iloc[:0], [layer(box(0, 0, 9, 9))])
    assert laid.overlaps.empty


def test_a_line_without_a_buffer_is_refused() -> None:
    with pytest.raises(ConstraintError, match="buffer_m"):
        layer(shapely.LineString([(EAST, NORTH), (EAST, NORTH + 9)]))


def test_a_layer_without_shapes_is_refused() -> None:
    with pytest.raises(ConstraintError, match="no shapes"):
        layer(shapely.Polygon())


def test_a_layer_without_a_system_is_refused() -> None:
    with pytest.raises(MissingCrsError):
        layer(box(0, 0, 1, 1), system=None)


def test_an_overlap_says_how_much_where_and_what_of_it() -> None:
    rule = layer(box(0, 0, 8, 100), rule=ConstraintRule.FORBID)
    one = constraints.overlay(lots(box(0, 0, 100, 100)), [rule]).at(0)[0]
    assert one.text("mu").en == "1.20 mu (800.00 m², 8.0 %) in the layer: forbidden"
    assert one.text("mu").zh == "图层内1.20 亩（800.00 平方米，8.0%）：禁止占用"


def test_a_share_that_is_not_zero_is_not_written_as_zero() -> None:
    assert ground_text(1.0, "m2", share=1e-6).en == "1.00 m² (<0.1 %)"


def test_what_is_drawn_is_the_buffered_shape_in_degrees() -> None:
    parcels = lots(box(0, 0, 100, 100))
    line = shapely.LineString([(EAST + 50, NORTH - 99), (EAST + 50, NORTH + 199)])
    drawn = layer(line, buffer_m=15).drawn(parcels)
    back = crs.to_home(drawn, ZONE)
    assert drawn.crs.to_epsg() == 4490
    assert back.area.sum() == pytest.approx(298 * 30 + np.pi * 15**2, rel=1e-3)


sides = st.integers(0, 100)
spans = st.tuples(sides, sides).filter(lambda ends: ends[0] < ends[1])
strips = st.builds(
    lambda across, along: (across[0], along[0], across[1], along[1]), spans, spans
)


@given(
    taken=st.lists(
        st.tuples(strips, st.sampled_from(list(ConstraintRule)), st.booleans()),
        max_size=5,
    )
)
def test_usable_ground_is_what_a_plain_count_of_square_metres_leaves(
    taken: list[tuple[tuple[int, int, int, int], ConstraintRule, bool]],
) -> None:
    parcels = lots(box(0, 0, 100, 100))
    layers = [
        layer(
            box(*strip),
            key=str(number),
            rule=rule,
            side=Side.OUTSIDE if outside else Side.INSIDE,
        )
        for number, (strip, rule, outside) in enumerate(taken)
    ]
    laid = constraints.overlay(parcels, layers)
    cells = np.ones((100, 100), dtype=bool)
    for (west, south, east, north), rule, outside in taken:
        inside = np.zeros_like(cells)
        inside[south:north, west:east] = True
        if rule in constraints.TAKING:
            cells &= inside if outside else ~inside
    usable = laid.usable(parcels, measured(parcels))["usable_planar_m2"]
    assert usable.tolist() == pytest.approx([float(cells.sum())], abs=1e-5)


def test_parcels_that_nothing_concerns_leave_the_columns_their_types() -> None:
    near, far = box(0, 0, 100, 100), box(900, 900, 1000, 1000)
    some = constraints.overlay(lots(near), [layer(near)])
    none = constraints.overlay(lots(far), [layer(near)])
    assert none.overlaps.empty
    assert none.overlaps["parcel_id"].dtype == some.overlaps["parcel_id"].dtype
