"""A split in the store reaches the neighbour whose home zone is another."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon, box

from zqland import crs, tables
from zqland_geodata.store import lineage
from zqland_geodata.store.lineage import Child

if TYPE_CHECKING:
    from zqland_geodata.store import Store

DAY = dt.date(2024, 5, 1)
LONGITUDE, LATITUDE, TOP = 112.5, 23.1, 23.103
ZONES = {"W": 4525, "E": 4526}


@pytest.fixture
def bordering(books: Store) -> Store:
    """Give a store with a western and an eastern parcel that meet at 112.5°."""
    corners = {
        name: Polygon(
            [
                (LONGITUDE, LATITUDE),
                (LONGITUDE + side, LATITUDE),
                (LONGITUDE + side, TOP),
                (LONGITUDE, TOP),
            ]
        )
        for name, side in (("W", -0.003), ("E", 0.003))
    }
    degrees = gpd.GeoSeries(corners, crs=4490)
    zones = pd.Series(ZONES)
    parcels = {
        "parcel_id": list(ZONES),
        "name": None,
        "park_id": None,
        "district": "441202",
        "home_zone": zones.to_numpy(),
        "home_geometry": crs.to_home(degrees, zones).array,
    }
    table = gpd.GeoDataFrame(parcels, geometry=degrees.to_numpy(), crs=4490)
    with books.writing(by="a", why="b") as writer:
        writer.add("parcels", tables.check("parcels", table))
    return books


def test_the_neighbour_of_another_zone_gets_the_new_vertex(bordering: Store) -> None:
    before = bordering.reading().parcels().loc["W"]
    shape = bordering.reading().parcels().loc["E", "home_geometry"]
    west, south, east, north = shape.bounds
    part = shape.intersection(box(west - 1, south - 1, east + 1, (south + north) / 2))
    with bordering.writing(by="a", why="b") as writer:
        children = [Child("E1", part), Child("E2")]
        done = lineage.split(writer, "E", children, on=DAY, seen=1)
    assert [one.parcel_id for one in done.neighbours] == ["W"]
    after = bordering.reading().parcels(versions=True).loc["W"]
    assert (after["version"], after["home_zone"]) == (2, ZONES["W"])
    assert after["planar_m2"] == pytest.approx(before["planar_m2"], abs=1e-4)
    children = bordering.reading().parcels().loc[["E1", "E2"]].geometry
    shared = {
        tuple(corner)
        for corner in shapely.get_coordinates(after["geometry"]).round(7).tolist()
    }
    for child in children:
        corners = shapely.get_coordinates(child).round(7).tolist()
        assert len(shared & set(map(tuple, corners))) >= 2
