"""Formats that say all of themselves, judged by other programs."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from zqland_geodata import writing
from zqland_geodata.errors import FileUnreadableError, SourceCrsError
from zqland_geodata.options import WriteOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    OgrInfo = Callable[[Path], str]


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "fgb", "shp"])
def test_another_program_reads_every_record(
    parcels: gpd.GeoDataFrame, tmp_path: Path, ogrinfo: OgrInfo, kind: str
) -> None:
    path = tmp_path / f"parcels.{kind}"
    writing.write_parcels(parcels, path)
    said = ogrinfo(path)
    assert "Feature Count: 3" in said
    assert "大沙2号" in said
    assert said.count("ZQ-") == 3


def test_a_geopackage_is_of_version_1_2(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.gpkg"
    writing.write_parcels(parcels, path)
    with sqlite3.connect(path) as database:
        version = database.execute("pragma user_version").fetchone()
        name = database.execute("pragma application_id").fetchone()
        (system,) = database.execute("select srs_id from gpkg_contents").fetchone()
    database.close()
    assert (version, name, system) == ((10200,), (0x47504B47,), 4526)


def test_geojson_is_in_degrees_without_a_crs_member(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.geojson"
    writing.write_parcels(parcels, path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in content
    shape = shapely.from_geojson(json.dumps(content["features"][0]["geometry"]))
    assert shapely.hausdorff_distance(shape, parcels.geometry.iloc[0]) < 1e-9


def test_geojson_in_a_plane_names_it(parcels: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "parcels.geojson"
    writing.write_parcels(parcels, path, WriteOptions(crs=4526))
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4526"


def test_flatgeobuf_has_its_index(parcels: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "parcels.fgb"
    writing.write_parcels(parcels, path)
    assert path.read_bytes().startswith(b"fgb\x03fgb")
    west, south, east, north = parcels["home_geometry"].iloc[0].bounds
    found = pyogrio.read_dataframe(path, bbox=(west, south, east - 1, north))
    assert found["parcel_id"].to_list() == ["ZQ-0"]


def test_geoparquet_states_version_and_box_of_every_parcel(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.parquet"
    writing.write_parcels(parcels, path)
    table = pq.read_table(path)
    facts = json.loads(table.schema.metadata[b"geo"])
    covering = facts["columns"]["geometry"]["covering"]["bbox"]
    assert facts["version"] == "1.1.0"
    assert covering["xmin"] == ["bbox", "xmin"]
    boxes = [tuple(row.values()) for row in table["bbox"].to_pylist()]
    assert boxes == [shape.bounds for shape in parcels["home_geometry"]]


def test_a_database_reads_geoparquet(parcels: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "parcels.parquet"
    writing.write_parcels(parcels, path)
    east = parcels["home_geometry"].iloc[0].bounds[2]
    with duckdb.connect() as database:
        # The extension for shapes is fetched from the network; the rest needs none.
        database.execute("set autoinstall_known_extensions = false")
        database.execute("set enable_geoparquet_conversion = false")
        rows = database.execute(
            "select parcel_id, declared_m2 from read_parquet(?) where bbox.xmin < ?",
            [str(path), east],
        ).fetchall()
    assert rows == [("ZQ-0", 10_000.25)]


@pytest.mark.parametrize("code", [2383, 4610, 3857, 2249])
def test_systems_that_would_spoil_the_record_are_refused(
    parcels: gpd.GeoDataFrame, tmp_path: Path, code: int
) -> None:
    path = tmp_path / "parcels.gpkg"
    with pytest.raises(SourceCrsError):
        writing.write_parcels(parcels, path, WriteOptions(crs=code))
    assert not path.exists()


def test_no_parcels_are_refused(parcels: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="no parcels to write"):
        writing.write_parcels(parcels.iloc[:0], tmp_path / "parcels.gpkg")


def test_an_unknown_ending_is_refused_with_the_known_ones(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(FileUnreadableError, match=r"\.gpkg"):
        writing.write_parcels(parcels, tmp_path / "parcels.dwg")


def test_what_was_there_stays_when_writing_fails(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.shp"
    writing.write_parcels(parcels, path)
    before = {part.name: part.read_bytes() for part in tmp_path.iterdir()}
    with pytest.raises(FileUnreadableError):
        writing.write_parcels(parcels, path, WriteOptions(encoding="ebcdic"))
    assert {part.name: part.read_bytes() for part in tmp_path.iterdir()} == before
