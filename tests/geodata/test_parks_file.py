"""Outlines of parks read from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from zqland import tables
from zqland_geodata import checks
from zqland_geodata.errors import FileUnreadableError, MissingColumnError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.parks_file import read_parks
from zqland_geodata.vector import read_parcels

Write = Callable[..., Path]


def outlines(**columns: list[Any]) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    shapes = [
        shapely.box(38_378_000 + 400 * n, 2_576_000, 38_378_300 + 400 * n, 2_576_200)
        for n in range(count)
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4526)


def test_parks_are_read_by_their_chinese_headings(write_shapes: Write) -> None:
    path = write_shapes(outlines(园区代码=["GXQ", "DS"], 园区名称=["高新区", "大沙"]))
    read = read_parks(path)
    assert read.parks.index.tolist() == ["DS", "GXQ"]
    assert read.parks.at["DS", "name"] == "大沙"
    assert read.parks.crs == 4490


def test_the_table_is_one_of_parks(write_shapes: Write) -> None:
    path = write_shapes(outlines(园区代码=["DS"], 园区名称=["大沙"]))
    parks = tables.check("parks", read_parks(path).parks)
    point = shapely.Point(parks.at["DS", "lon"], parks.at["DS", "lat"])
    assert parks.geometry["DS"].contains(point)


def test_what_the_packaged_list_knows_is_taken_from_there(write_shapes: Write) -> None:
    read = read_parks(write_shapes(outlines(park_id=["GXQ"])))
    assert read.parks.at["GXQ", "level"] == "national"
    assert read.parks.at["GXQ", "name"].startswith("肇庆高新")
    assert read.findings == []


def test_what_is_assumed_of_an_unknown_park_is_a_finding(write_shapes: Write) -> None:
    read = read_parks(write_shapes(outlines(park_id=["NEW"])))
    assert read.parks.at["NEW", "level"] == "municipal"
    assert [f.rule for f in read.findings] == ["park.level", "park.district"]


def test_records_of_one_park_are_its_parts(write_shapes: Write) -> None:
    read = read_parks(write_shapes(outlines(park_id=["GXQ", "GXQ"])))
    assert len(read.parks.geometry["GXQ"].geoms) == 2
    assert [f.rule for f in read.findings] == ["park.parts"]


def test_a_point_is_refused_for_nothing_lies_inside(write_shapes: Write) -> None:
    shapes = outlines(park_id=["GXQ"])
    shapes.geometry = shapes.geometry.centroid
    with pytest.raises(FileUnreadableError, match="record 1: the shape is no area"):
        read_parks(write_shapes(shapes))


def test_a_park_without_an_id_is_refused(write_shapes: Write) -> None:
    with pytest.raises(FileUnreadableError, match="record 2: the park has no id"):
        read_parks(write_shapes(outlines(park_id=["GXQ", None])))


def test_a_file_without_ids_is_refused(write_shapes: Write) -> None:
    with pytest.raises(MissingColumnError, match="park_id"):
        read_parks(write_shapes(outlines(备注=["x"])))


def test_a_field_map_says_which_column_is_what(write_shapes: Write) -> None:
    fields = "[parks.columns]\npark_id = 'code'\nname = 'title'\n"
    path = write_shapes(outlines(code=["K1"], title=["临港园"]))
    read = read_parks(path, fieldmap=FieldMap.parse("parks.toml", fields))
    assert read.parks.at["K1", "name"] == "临港园"


def test_an_invalid_outline_is_a_finding(write_shapes: Write) -> None:
    shapes = outlines(park_id=["GXQ"])
    corners = [(0, 0), (300, 300), (300, 0), (0, 300)]
    bow = [(38_378_000 + x, 2_576_000 + y) for x, y in corners]
    shapes.geometry = gpd.GeoSeries([shapely.Polygon(bow)], crs=4526)
    read = read_parks(write_shapes(shapes))
    assert [f.rule for f in read.findings] == ["park.invalid"]
    assert read.parks.geometry.is_valid.all()


def test_parcels_outside_their_park_are_found_from_files(
    write_shapes: Write, squares: gpd.GeoDataFrame
) -> None:
    parks = read_parks(write_shapes(outlines(park_id=["DS"]), "parks.gpkg")).parks
    inside = squares.assign(所属园区="DS")
    moved = inside.translate(150)
    both = write_shapes(inside.set_geometry(moved), "parcels.gpkg")
    found = checks.check_parcels(read_parcels(both).parcels, parks=parks)
    outside = [f for f in found if f.rule == "park.outside"]
    assert [finding.record for finding in outside] == ["A-2", "A-3"]
