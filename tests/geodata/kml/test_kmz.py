"""KML in zip archives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.kml import read
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

Write = Callable[..., Path]
Make = Any


def layer(path: Path, **how: Any) -> Any:  # noqa: ANN401
    return read(path, TableMap(**how), ReadOptions())


@pytest.mark.parametrize("name", ["a.kmz", "a.ovkmz"])
@pytest.mark.parametrize("inner", ["doc.kml", "files/地块.ovkml"])
def test_the_document_in_an_archive_is_read(
    write_kmz: Write, make: Make, name: str, inner: str
) -> None:
    text = make.document(make.placemark(system="CGCS2000"))
    found = read_parcels(write_kmz({inner: text, "files/a.png": "x"}, name))
    assert list(found.parcels.index) == ["A-1"]


def test_several_documents_are_layers(write_kmz: Write, make: Make) -> None:
    path = write_kmz(
        {
            "b.kml": make.document(make.placemark(name="B")),
            "doc.kml": make.document(make.placemark(name="A")),
        }
    )
    both = layer(path)
    assert both.table["name"].to_list() == ["A", "B"]
    assert both.row_places == ["doc.kml line 2", "b.kml line 2"]
    assert layer(path, layer="b").table["name"].to_list() == ["B"]


def test_a_link_to_another_document_inside_is_no_finding(
    write_kmz: Write, make: Make
) -> None:
    link = "<NetworkLink><Link><href>files/b.kml</href></Link></NetworkLink>"
    path = write_kmz(
        {
            "doc.kml": make.document(link),
            "files/b.kml": make.document(make.placemark()),
        }
    )
    assert [one.rule for one in layer(path).findings] == ["kml.name_is_id"]


def test_an_archive_without_document_is_refused(write_kmz: Write) -> None:
    with pytest.raises(FileUnreadableError, match="no KML document"):
        layer(write_kmz({"a.png": "x"}))


def test_records_of_all_documents_count(write_kmz: Write, make: Make) -> None:
    text = make.document(make.placemark())
    path = write_kmz({"a.kml": text, "b.kml": text})
    with pytest.raises(FileUnreadableError, match="more than 1 placemarks"):
        read(path, TableMap(), ReadOptions(limits=Limits(records=1)))


def test_a_name_in_no_encoding_is_refused(write_kmz: Write, make: Make) -> None:
    path = write_kmz({"大.kml": make.document(make.placemark())})
    content = path.read_bytes().replace("大".encode(), b"\xff\xff\xff")
    path.write_bytes(content)
    with pytest.raises(FileUnreadableError, match="cannot be unpacked"):
        layer(path)


def test_a_damaged_archive_is_refused(write_kmz: Write, make: Make) -> None:
    path = write_kmz({"doc.kml": make.document(*[make.placemark()] * 50)})
    content = bytearray(path.read_bytes())
    content[60:80] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(FileUnreadableError):
        layer(path)
    assert zipfile.is_zipfile(path)
