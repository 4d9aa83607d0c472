"""Zip archives that mean harm: each is refused before a byte of it is unpacked."""

from __future__ import annotations

import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from zqland_geodata import archives
from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Return a function that packs entries, given by name or in full."""

    def write(
        *entries: str | zipfile.ZipInfo, content: bytes = b"x", name: str = "a.zip"
    ) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in entries:
                # The library warns of names that stand there twice, as one test wants.
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    archive.writestr(entry, content)
        return path

    return write


def refused(path: Path, sentence: str, limits: Limits | None = None) -> None:
    """Assert that an archive is refused and nothing of it is unpacked."""
    folder = path.parent / "unpacked"
    with pytest.raises(FileUnreadableError, match=sentence):
        archives.unpack(path, folder, (".shp", ".zip"), limits)
    assert not folder.exists()
    with pytest.raises(ReadError):
        read_parcels(path, options=ReadOptions(limits=limits or Limits()))


def special(name: str, kind: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (kind | 0o644) << 16
    return entry


@pytest.mark.parametrize(
    "name",
    [
        "../a.shp",
        "b/../../a.shp",
        "..\\a.shp",
        "b\\..\\..\\a.shp",
        "/etc/a.shp",
        "\\a.shp",
        "//server/share/a.shp",
        "\\\\server\\share\\a.shp",
        "C:\\a.shp",
        "c:a.shp",
        "a.shp:stream",
        "a\x07.shp",
        "a\n.shp",
    ],
)
@pytest.mark.parametrize("kind", [".zip", ".kmz", ".ovkmz"])
def test_a_name_that_leads_out_is_refused(pack: Pack, name: str, kind: str) -> None:
    refused(pack("good.shp", name, name=f"a{kind}"), "leads out")


@pytest.mark.parametrize("target", [b"/etc/passwd", b"../../secret.shp", b"good.shp"])
def test_a_symlink_is_refused(pack: Pack, target: bytes) -> None:
    path = pack("good.shp", special("a.shp", stat.S_IFLNK), content=target)
    refused(path, "link or device")


@pytest.mark.parametrize(
    "kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK]
)
def test_a_device_is_refused(pack: Pack, kind: int) -> None:
    refused(pack(special("a.shp", kind)), "link or device")


def test_a_folder_that_is_a_symlink_is_refused(pack: Pack) -> None:
    refused(pack(special("out", stat.S_IFLNK), "out/a.shp"), "link or device")


@pytest.mark.parametrize("second", ["a.shp", "A.SHP", "./a.shp", "b/../a.shp"])
def test_one_name_twice_is_refused(pack: Pack, second: str) -> None:
    refused(pack("a.shp", second), "two entries of one name|leads out")


def test_a_bomb_is_refused(pack: Pack) -> None:
    refused(pack("a.shp", content=bytes(60_000_000)), "bomb")


def test_a_bomb_inside_an_archive_is_not_unpacked(pack: Pack, tmp_path: Path) -> None:
    inner = pack("a.shp", content=bytes(60_000_000), name="inner.zip")
    outer = pack("inner.zip", content=inner.read_bytes(), name="outer.zip")
    with pytest.raises(ReadError):
        read_parcels(outer)
    with pytest.raises(FileUnreadableError, match="bomb"):
        read_parcels(inner)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*")) < 1_000_000


def test_more_than_the_limit_is_refused(pack: Pack) -> None:
    path = pack("a.shp", "b.shp", content=bytes(1000))
    refused(path, "more than is read", Limits(unpacked_bytes=1999))


def test_more_entries_than_the_limit_are_refused(pack: Pack) -> None:
    refused(pack("a.shp", "b.shp"), "more than 1 entries", Limits(entries=1))


def test_a_list_of_entries_beyond_memory_is_refused_unread(pack: Pack) -> None:
    path = pack(*(f"{number}.shp" for number in range(100)))
    refused(path, "more than 1 entries", Limits(entries=1))


def test_a_wide_list_of_entries_beyond_memory_is_refused_unread(pack: Pack) -> None:
    path = pack("a.shp")
    content = path.read_bytes()
    end = content[-22:]
    size = struct.pack("<Q", 1 << 40)
    wide = b"PK\6\6" + bytes(36) + size + bytes(8)
    locator = b"PK\6\7" + bytes(16)
    path.write_bytes(content[:-22] + wide + locator + end)
    refused(path, "entries")


def test_entries_that_share_their_bytes_are_refused(pack: Pack) -> None:
    path = pack("a.shp", content=bytes(range(256)) * 200)
    content = path.read_bytes()
    start = content.index(b"PK\1\2")
    entry, end = content[start:-22], bytearray(content[-22:])
    copies = [
        entry.replace(b"a.shp", b"%c.shp" % letter) for letter in b"abcdefghijklmnop"
    ]
    listed = b"".join(copies)
    end[8:16] = struct.pack("<HHI", len(copies), len(copies), len(listed))
    path.write_bytes(content[:start] + listed + bytes(end))
    refused(path, "overlap")


def test_a_size_that_lies_is_refused(pack: Pack) -> None:
    path = pack("a.shp", content=bytes(10_000))
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = content.index(mark) + place
        content[start : start + 4] = struct.pack("<I", 10)
    path.write_bytes(content)
    folder = path.parent / "unpacked"
    with pytest.raises(FileUnreadableError, match="cannot be unpacked"):
        archives.unpack(path, folder, (".shp",))
    assert sum(part.stat().st_size for part in folder.rglob("*")) <= 10


@pytest.mark.parametrize("name", ["a.zip", "a.kmz", "a.xlsx"])
def test_a_password_is_refused(pack: Pack, name: str) -> None:
    path = pack("a.shp", name=name)
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)
    refused(path, "password")


@pytest.mark.parametrize("length", [4, 30, 60, 90])
def test_a_cut_off_archive_is_refused(pack: Pack, length: int) -> None:
    path = pack("a.shp", content=bytes(range(256)))
    path.write_bytes(path.read_bytes()[:length])
    refused(path, "cannot be unpacked")


def test_what_is_refused_is_refused_in_chinese_as_well(pack: Pack) -> None:
    with pytest.raises(FileUnreadableError) as refusal:
        read_parcels(pack("../a.shp"))
    assert "越出目录" in refusal.value.text.zh
