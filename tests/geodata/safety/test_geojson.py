"""GeoJSON that is a program, a reference or another kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

Plant = Callable[..., Path]
FEATURE = {
    "type": "Feature",
    "properties": {"地块编号": "A-1"},
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[112, 23], [112.01, 23], [112.01, 23.01], [112, 23]]],
    },
}


def collection(**members: object) -> str:
    content = {"type": "FeatureCollection", **members, "features": [FEATURE]}
    return json.dumps(content, ensure_ascii=False)


@pytest.mark.parametrize("kind", ["link", "url", "LINK", "Url"])
def test_a_reference_system_that_is_an_address_is_refused(
    plant: Plant, address: str, asked: list[str], kind: str
) -> None:
    properties = {"href": address, "url": address, "type": "proj4"}
    text = collection(crs={"type": kind, "properties": properties})
    with pytest.raises(FileUnreadableError, match="address"):
        read_parcels(plant("a.geojson", text))
    assert asked == []


@pytest.mark.parametrize(
    "spelling",
    [
        '"crs": {"properties": {"href": "URL"}, "type": "link"}',
        '"CRS" : {"type": "link", "properties": {"href": "URL"}}',
        '"\\u0063rs": {"type": "link", "properties": {"href": "URL"}}',
        '"crs": {"type": "\\u006Cink", "properties": {"href": "URL"}}',
        '"crs": {"TYPE": "link", "properties": {"href": "URL"}}',
        '"crs": /* {} */ {"type": "link", "properties": {"href": "URL"}}',
        '"crs": // }\n {"type": "link", "properties": {"href": "URL"}}',
        "'crs': {'type': 'link', 'properties': {'href': 'URL'}}",
        '"crs": {"a": [{}, "}"], "type": "link", "properties": {"href": "URL"}}',
        '"crs": {"a": {"crs": 1}, "type": "link", "properties": {"href": "URL"}}',
        '"crs": null, "crs": {"type": "link", "properties": {"href": "URL"}}',
    ],
)
@pytest.mark.parametrize("order", ["first", "last"])
def test_no_spelling_of_that_address_is_asked(
    plant: Plant, address: str, asked: list[str], spelling: str, order: str
) -> None:
    member = spelling.replace("URL", address)
    rest = f'"type": "FeatureCollection", "features": [{json.dumps(FEATURE)}]'
    text = f"{{{member}, {rest}}}" if order == "first" else f"{{{rest}, {member}}}"
    with pytest.raises(FileUnreadableError):
        read_parcels(plant("a.geojson", text))
    assert asked == []


def test_an_address_behind_much_filling_is_not_asked(
    plant: Plant, address: str, asked: list[str]
) -> None:
    filling = "x" * 100_000
    crs = {"a": filling, "type": "link", "properties": {"href": address}}
    with pytest.raises(FileUnreadableError, match="address"):
        read_parcels(plant("a.geojson", collection(crs=crs)))
    assert asked == []


def test_a_named_reference_system_is_read(plant: Plant) -> None:
    name = {"name": "urn:ogc:def:crs:EPSG::4490"}
    text = collection(crs={"type": "name", "properties": name})
    assert list(read_parcels(plant("a.geojson", text)).parcels.index) == ["A-1"]


def test_a_property_called_crs_is_read(plant: Plant) -> None:
    text = collection().replace('"地块编号"', '"crs": "link", "地块编号"')
    assert list(read_parcels(plant("a.geojson", text)).parcels.index) == ["A-1"]


@pytest.mark.parametrize(
    "command",
    [
        "gdal vector pipeline ! read SOURCE ! reproject --dst-crs EPSG:4490",
        "gdal vector pipeline read SOURCE ! write --of stream streamed_dataset",
    ],
)
def test_a_pipeline_under_the_name_of_a_geojson_is_refused(
    plant: Plant, address: str, asked: list[str], command: str
) -> None:
    source = f"/vsicurl/{address}a.geojson"
    content = {
        "type": "gdal_streamed_alg",
        "command_line": command.replace("SOURCE", source),
    }
    with pytest.raises(FileUnreadableError, match="pipeline"):
        read_parcels(plant("a.geojson", json.dumps(content)))
    assert asked == []


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.shp", "a.gpkg", "a.fgb"])
def test_a_vrt_under_another_name_is_refused(
    plant: Plant, address: str, asked: list[str], name: str
) -> None:
    text = (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>'
        f"/vsicurl/{address}a.geojson"
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(FileUnreadableError, match="not what its ending"):
        read_parcels(plant(name, text))
    assert asked == []


@pytest.mark.parametrize(
    "content",
    [
        {"type": "Topology", "objects": {}, "arcs": []},
        {"geometryType": "esriGeometryPolygon", "fields": [], "features": []},
        {"links": [{"rel": "data", "href": "URLcollections"}], "collections": []},
        {"type": "FeatureCollection", "conformsTo": ["[ogc-json-fg-1-0.2:core]"]},
        {"stac_version": "1.0.0", "type": "Catalog", "links": [{"href": "URL"}]},
    ],
)
def test_other_kinds_of_json_are_refused(
    plant: Plant, address: str, asked: list[str], content: dict[str, object]
) -> None:
    text = json.dumps(content).replace("URL", address)
    with pytest.raises(ReadError):
        read_parcels(plant("a.geojson", text))
    assert asked == []


def test_a_next_page_is_not_asked_for(
    plant: Plant, address: str, asked: list[str]
) -> None:
    text = collection(
        links=[{"rel": "next", "href": address}], exceededTransferLimit=True
    )
    read_parcels(plant("a.geojson", text))
    assert asked == []


def test_json_nested_without_end_is_refused(plant: Plant) -> None:
    depth = 200_000
    text = collection().replace("[[[", "[" * depth, 1).replace("]]]", "]" * depth, 1)
    with pytest.raises(ReadError):
        read_parcels(plant("a.geojson", text))


def test_a_field_for_every_record_is_refused(plant: Plant) -> None:
    features = [{**FEATURE, "properties": {f"k{n}": n}} for n in range(100)]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    limits = Limits(cells=9_999)
    with pytest.raises(FileUnreadableError, match="100 fields"):
        read_parcels(plant("a.geojson", text), options=ReadOptions(limits=limits))
