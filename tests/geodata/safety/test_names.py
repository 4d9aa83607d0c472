"""Names of files that are addresses, virtual files, devices or queries."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.localfiles import local_path
from zqland_geodata.vector import read_parcels

Plant = Callable[..., Path]


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/ADDRESSa.geojson",
        "/vsicurl_streaming/ADDRESSa.geojson",
        "/vsicurl?url=ADDRESSa.geojson/",
        "vsicurl/ADDRESSa.geojson",
        "/vsizip//vsicurl/ADDRESSa.zip/a.shp",
        "/vsizip/{/vsicurl/ADDRESSa.zip}/a.shp",
        "/vsigzip//vsicurl/ADDRESSa.geojson.gz",
        "/vsitar/a.tar/a.shp",
        "/vsis3/bucket/a.gpkg",
        "/vsiaz/container/a.gpkg",
        "/vsimem/a.geojson",
        "/vsistdin/",
        "/vsisubfile/0_100,a.geojson",
        "ADDRESSa.geojson",
        "https://127.0.0.1/a.geojson",
        "ftp://127.0.0.1/a.geojson",
        "s3://bucket/a.gpkg",
        "zip+https://127.0.0.1/a.zip",
        "file:///etc/passwd",
        "\\\\server\\share\\a.gpkg",
        "//server/share/a.gpkg",
        "GeoJSON:ADDRESSa.geojson",
        "WFS:ADDRESSwfs",
        "OAPIF:ADDRESS",
        "PG:host=127.0.0.1 dbname=land",
        "MVT:ADDRESS",
        '{"type":"FeatureCollection","features":[]}',
        "<OGRVRTDataSource/>",
    ],
)
def test_a_name_that_is_no_local_file_is_refused(
    name: str, address: str, asked: list[str]
) -> None:
    with pytest.raises(FileUnreadableError, match=r"not a local file|not there"):
        read_parcels(name.replace("ADDRESS", address))
    assert asked == []


def test_a_virtual_name_behind_dots_is_refused(tmp_path: Path) -> None:
    climb = "/".join([".."] * 20)
    with pytest.raises(FileUnreadableError):
        read_parcels(f"{tmp_path}/{climb}/vsicurl/http://127.0.0.1/a.geojson")


@pytest.mark.parametrize("mark", ["!", ";", "\t", "\n"])
@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".fgb", ".shp"])
def test_a_name_that_the_library_reads_as_another_is_refused(
    tmp_path: Path, mark: str, suffix: str
) -> None:
    if os.name == "nt" and mark.isspace():
        pytest.skip("Windows has no such names")
    shapes = gpd.GeoDataFrame(
        {"编号": ["A-1"]}, geometry=[shapely.box(112, 23, 112.01, 23.01)], crs=4490
    )
    shapes.to_file(tmp_path / f"a{suffix}", engine="pyogrio")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_stem(f"a.zip{mark}b"))
    with pytest.raises(FileUnreadableError, match="Rename it"):
        read_parcels(tmp_path / f"a.zip{mark}b{suffix}")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among its files")
@pytest.mark.parametrize("suffix", [".txt", ".csv", ".geojson", ".kml", ".xlsx"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"a{suffix}")
    with pytest.raises(FileUnreadableError, match="pipe"):
        read_parcels(tmp_path / f"a{suffix}")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no sockets among its files")
def test_a_socket_is_refused(tmp_path: Path) -> None:
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind("a.txt")
            with pytest.raises(FileUnreadableError, match="socket"):
                read_parcels("a.txt")
    finally:
        os.chdir(here)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no devices among its files")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_a_link_to_a_device_is_refused(tmp_path: Path, device: str) -> None:
    (tmp_path / "a.txt").symlink_to(device)
    if not Path(device).resolve().is_file():
        with pytest.raises(FileUnreadableError):
            read_parcels(tmp_path / "a.txt")


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    with pytest.raises(FileUnreadableError, match="not there"):
        local_path(tmp_path / "a.txt")
