"""Only local files are opened, and archives within limits."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from zqland_geodata import localfiles
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.options import Limits

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://example.com/a.geojson",
        "/vsizip/a.zip/b.shp",
        "http://example.com/a.geojson",
        "ftp://example.com/a.gpkg",
        "//server/share/a.gpkg",
    ],
)
def test_names_of_networks_and_archives_are_refused(name: str) -> None:
    with pytest.raises(FileUnreadableError, match="not a local file"):
        localfiles.local_path(name)


@pytest.mark.parametrize("name", ["none.gpkg", "a\0b.gpkg"])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnreadableError, match="not there"):
        localfiles.local_path(tmp_path / name)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").touch()
    with pytest.raises(FileUnreadableError, match="0 bytes"):
        localfiles.local_path(tmp_path / "a.geojson")


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"ab")
    with pytest.raises(FileUnreadableError, match="larger"):
        localfiles.local_path(tmp_path / "a.csv", Limits(file_bytes=1))


def test_a_device_is_refused() -> None:
    with pytest.raises(FileUnreadableError):
        localfiles.local_path("/dev/null")


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.zip", "a.xlsx", "a.geojson"])
def test_content_must_be_what_the_ending_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "utf-8")
    with pytest.raises(FileUnreadableError, match="not what its ending"):
        localfiles.local_path(path)


def archive(tmp_path: Path, *names: str, content: bytes = b"x") -> Path:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in names:
            target.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../evil.shp", "a/../../evil.shp", "/etc/evil.shp", "C:\\evil.shp"]
)
def test_an_entry_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    target = tmp_path / "target"
    with pytest.raises(FileUnreadableError, match="leads out"):
        localfiles.unpack(archive(tmp_path, name), target, (".shp",))
    assert not (tmp_path / "evil.shp").exists()


def test_only_known_kinds_are_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path, "a.shp", "b.exe", "__MACOSX/a.shp")
    localfiles.unpack(path, tmp_path / "target", (".shp",))
    found = [entry.name for entry in (tmp_path / "target").rglob("*")]
    assert found == ["a.shp"]


def test_an_archive_that_grows_too_much_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, "a.shp", content=bytes(60_000_000))
    with pytest.raises(FileUnreadableError, match="unpacks to more"):
        localfiles.unpack(path, tmp_path / "target", (".shp",))


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(50))
    with pytest.raises(FileUnreadableError, match="cannot be unpacked"):
        localfiles.unpack(path, tmp_path / "target", (".shp",))


def test_a_damaged_entry_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, "a.shp", content=bytes(range(256)) * 40)
    content = bytearray(path.read_bytes())
    content[45:80] = b"\xff" * 35
    path.write_bytes(content)
    with pytest.raises(FileUnreadableError, match="cannot be unpacked"):
        localfiles.unpack(path, tmp_path / "target", (".shp",))


def test_names_in_gbk_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("aaaa.shp", b"x")
    name = "地块".encode("gbk")
    path.write_bytes(path.read_bytes().replace(b"aaaa", name))
    localfiles.unpack(path, tmp_path / "target", (".shp",))
    assert (tmp_path / "target" / "地块.shp").exists()
