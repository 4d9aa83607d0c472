"""KML, KMZ, ovkml and ovkmz that are written, judged by GDAL and read back."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import prcoords
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.testing import missing
from zqland.text import Language
from zqland_geodata import writing
from zqland_geodata.errors import FileUnreadableError, SourceCrsError
from zqland_geodata.options import WriteOptions
from zqland_geodata.vector import read_parcels
from zqland_geodata.writing import kml

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [".kml", ".kmz", ".ovkml", ".ovkmz"]
HALF_MM = 0.000_5
COLUMNS = [
    "name", "park_id", "district", "home_zone", "land_class", "declared_m2",
    "price_wan_per_mu", "area_ids", "access_m",
]  # fmt: skip


def displacement(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> float:
    pairs = zip(one["home_geometry"], other["home_geometry"], strict=True)
    return max(shapely.hausdorff_distance(a, b) for a, b in pairs)


def as_geojson(path: Path) -> Any:  # noqa: ANN401
    """Let the GDAL of the system say what it makes of a file."""
    if shutil.which("ogr2ogr") is None:
        missing("ogr2ogr", "apt-get install gdal-bin")
    command = ["ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=12"]
    done = subprocess.run(  # noqa: S603 - our own file
        [*command, "/vsistdout/", str(path)], capture_output=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["parcels", "both_zones"])
def test_parcels_come_back(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, which: str
) -> None:
    parcels = request.getfixturevalue(which)
    path = tmp_path / f"parcels{kind}"
    assert writing.write_parcels(parcels, path) == []
    read = read_parcels(path)
    assert read.findings == []
    for column in COLUMNS:
        assert read.parcels[column].to_list() == parcels[column].to_list(), column
    assert displacement(parcels, read.parcels) < HALF_MM


@pytest.mark.parametrize("kind", [".ovkml", ".ovkmz"])
@pytest.mark.parametrize("web_map", ["gcj02", "bd09"])
def test_parcels_come_back_from_web_map_coordinates(
    parcels: gpd.GeoDataFrame, tmp_path: Path, kind: str, web_map: str
) -> None:
    path = tmp_path / f"parcels{kind}"
    writing.write_parcels(parcels, path, WriteOptions(web_map=web_map))
    read = read_parcels(path)
    assert [one.rule for one in read.findings] == ["kml.web_map"]
    assert displacement(parcels, read.parcels) < HALF_MM


@pytest.mark.parametrize(("web_map", "way"), [("gcj02", "wgs_gcj"), ("bd09", "wgs_bd")])
def test_web_map_coordinates_are_those_of_an_independent_library(
    parcels: gpd.GeoDataFrame, tmp_path: Path, web_map: str, way: str
) -> None:
    path = tmp_path / "parcels.ovkml"
    writing.write_parcels(parcels.iloc[:1], path, WriteOptions(web_map=web_map))
    text = path.read_text(encoding="utf-8")
    first = text.split("<coordinates>")[1].split()[0].split(",")
    lon, lat = parcels.geometry.iloc[0].exterior.coords[0]
    expected = getattr(prcoords, way)((lat, lon), check_china=False)
    assert np.allclose([float(first[1]), float(first[0])], expected, atol=1e-9)


@pytest.mark.utf8_names
def test_gdal_reads_shapes_names_and_values(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "地块.kml"
    writing.write_parcels(parcels, path)
    features = as_geojson(path)["features"]
    assert [one["properties"]["Name"] for one in features] == [
        "大沙0号",
        "大沙1号",
        "大沙2号",
    ]
    assert [one["properties"]["declared_m2"] for one in features] == [
        10_000.25,
        10_001.25,
        10_002.25,
    ]
    for feature, expected in zip(features, parcels.geometry, strict=True):
        found = shapely.geometry.shape(feature["geometry"])
        assert shapely.hausdorff_distance(found, expected) < 1e-9
        assert found.geom_type == expected.geom_type


def test_gdal_reads_the_archive_as_well(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.kmz"
    writing.write_parcels(parcels, path)
    assert len(as_geojson(path)["features"]) == 3


def test_the_same_parcels_give_the_same_archive(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    writing.write_parcels(parcels, tmp_path / "a.kmz")
    writing.write_parcels(parcels, tmp_path / "b.kmz")
    assert (tmp_path / "a.kmz").read_bytes() == (tmp_path / "b.kmz").read_bytes()
    assert zipfile.ZipFile(tmp_path / "a.kmz").namelist() == ["doc.kml"]


@pytest.mark.parametrize(
    ("language", "word"), [("zh", "地块编号"), ("en", "Parcel id")]
)
def test_headings_are_in_the_language_of_the_reader(
    parcels: gpd.GeoDataFrame, tmp_path: Path, language: str, word: str
) -> None:
    path = tmp_path / "a.kml"
    options = WriteOptions(language=Language(language))
    writing.write_parcels(parcels, path, options)
    assert f"<displayName>{word}</displayName>" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [".kml", ".kmz"])
def test_plain_kml_does_not_hold_shifted_coordinates(
    parcels: gpd.GeoDataFrame, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"a{kind}"
    with pytest.raises(FileUnreadableError, match="cannot say"):
        writing.write_parcels(parcels, path, WriteOptions(web_map="gcj02"))
    assert not path.exists()


def test_an_unknown_web_map_is_refused(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(FileUnreadableError, match="gcj02 or bd09"):
        kml.write(parcels, tmp_path / "a.ovkml", WriteOptions(web_map="wgs84"))


def test_a_plane_is_refused(parcels: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with pytest.raises(SourceCrsError, match="EPSG:4526 is a plane"):
        kml.write(parcels, tmp_path / "a.kml", WriteOptions(crs=4526))
    assert kml.write(parcels, tmp_path / "a.kml", WriteOptions(crs=4326)) == []


def test_a_parcel_without_shape_keeps_its_record(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    empty = [shapely.Polygon(), *parcels["home_geometry"].iloc[1:]]
    parcels["home_geometry"] = gpd.GeoSeries(empty, index=parcels.index)
    parcels.geometry = [shapely.Polygon(), *parcels.geometry.iloc[1:]]
    path = tmp_path / "a.kml"
    kml.write(parcels, path, WriteOptions())
    read = read_parcels(path)
    assert list(read.parcels.index) == ["ZQ-0", "ZQ-1", "ZQ-2"]
    assert [one.rule for one in read.findings] == ["geometry.missing"]


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_any_text_is_written_as_a_text(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    from_zone = shapely.box(38_378_000, 2_576_000, 38_378_100, 2_576_100)
    parcels = one_parcel(from_zone, text)
    path = tmp_path_factory.mktemp("k") / "a.kml"
    findings = kml.write(parcels, path, WriteOptions())
    read = read_parcels(path).parcels
    words = " ".join(text.split())
    is_kept = not findings and words == text
    assert len(read) == 1
    if is_kept and words:
        assert read["name"].to_list() == [text]


def one_parcel(shape: shapely.Polygon, name: str) -> gpd.GeoDataFrame:
    home = gpd.GeoSeries([shape], index=["A"], crs=4526)
    return gpd.GeoDataFrame(
        {
            "name": pd.Series([name], index=["A"], dtype="str"),
            "home_zone": pd.Series([4526], index=["A"]),
            "home_geometry": home.set_crs(None, allow_override=True),
        },
        geometry=home.to_crs(4490),
    )
