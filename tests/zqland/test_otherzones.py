"""A boundary between two home zones is one boundary, or it is said why not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from zqland import crs
from zqland.errors import LineageError
from zqland.lineage import Ground, correct, split
from zqland.otherzones import drawn_in

WEST_ZONE, EAST_ZONE = 4525, 4526
LONGITUDE, LATITUDE = 112.5, 23.1
DEGREE_M = 110_760.0
"""Length of a degree along the meridian there."""


def side_by_side(height_m: float) -> tuple[Ground, Ground]:
    """Draw a western and an eastern parcel that meet at the border of two zones."""
    top = LATITUDE + height_m / DEGREE_M
    parts = []
    for name, zone, side in (("W", WEST_ZONE, -0.003), ("E", EAST_ZONE, 0.003)):
        degrees = gpd.GeoSeries(
            [
                Polygon(
                    [
                        (LONGITUDE, LATITUDE),
                        (LONGITUDE + side, LATITUDE),
                        (LONGITUDE + side, top),
                        (LONGITUDE, top),
                    ]
                )
            ],
            crs=4490,
        )
        shape = crs.to_home(degrees, zone).iloc[0]
        # Each as surveyed in its own plane, to the millimetre.
        shape = shapely.transform(shape, lambda xy: np.round(xy, 3))
        parts.append(Ground(name, zone, shape))
    return parts[0], parts[1]


def lower_part(parcel: Ground, share: float) -> Polygon:
    west, south, east, north = parcel.shape.bounds
    low = box(west - 9, south - 9, east + 9, south + share * (north - south))
    return shapely.intersection(parcel.shape, low)


@settings(max_examples=15, deadline=None)
@given(height_m=st.floats(100, 800), share=st.floats(0.1, 0.9))
def test_a_new_vertex_is_brought_over_to_the_neighbour_of_another_zone(
    height_m: float, share: float
) -> None:
    west, east = side_by_side(height_m)
    done = split(east, {"E1": lower_part(east, share), "E2": None}, neighbours=[west])
    (changed,) = done.neighbours
    assert (changed.parcel_id, changed.home_zone) == ("W", WEST_ZONE)
    assert changed.shape.area == pytest.approx(west.shape.area, abs=1e-4)
    assert shapely.get_num_coordinates(changed.shape) == 6
    added = set(changed.shape.exterior.coords) - set(west.shape.exterior.coords)
    (point,) = map(shapely.Point, added)
    there = drawn_in(WEST_ZONE, done.children[0].shape, EAST_ZONE)
    nearest = shapely.distance(shapely.points(there.exterior.coords), point).min()
    assert nearest <= 0.002
    assert done.notes == done.apart == ()


def test_a_long_boundary_that_is_two_lines_in_two_planes_is_a_stated_reason() -> None:
    west, east = side_by_side(3_000)
    done = split(east, {"E1": lower_part(east, 0.5), "E2": None}, neighbours=[west])
    assert done.neighbours == ()
    (note,) = done.notes
    assert note.en.startswith("W lies in another home zone (EPSG 4525)")
    assert 2 < float(note.en.partition(" mm")[0].rpartition(" ")[2]) < 20
    assert "未增加该界址点" in note.zh


def test_a_parcel_of_another_zone_that_lies_apart_is_no_neighbour() -> None:
    west, east = side_by_side(300)
    aside = Ground(
        "W", WEST_ZONE, shapely.transform(west.shape, lambda xy: xy - [5, 0])
    )
    done = split(east, {"E1": lower_part(east, 0.5), "E2": None}, neighbours=[aside])
    assert (done.neighbours, done.notes) == ((), ())


def test_a_correction_takes_no_ground_of_another_zone() -> None:
    west, east = side_by_side(300)
    wider = shapely.transform(east.shape, lambda xy: xy - [1, 0]).union(east.shape)
    with pytest.raises(LineageError, match=r"takes 299\.\d+ m² of W"):
        correct(east, wider, neighbours=[west])


def test_a_correction_may_go_up_to_the_boundary_of_another_zone() -> None:
    west, east = side_by_side(800)
    done = correct(lowered(east), east.shape, neighbours=[west])
    assert done.planar_m2 > 100
    made = done.children[0].shape
    assert shapely.hausdorff_distance(made, east.shape) <= 0.002
    # A corner of both parcels, rounded in each plane, is one corner.
    edges = np.diff(shapely.get_coordinates(made), axis=0)
    assert np.hypot(*edges.T).min() > 1


def lowered(parcel: Ground) -> Ground:
    return Ground(parcel.parcel_id, parcel.home_zone, lower_part(parcel, 0.8))
