"""KML with entities, links to elsewhere and no end."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

Plant = Callable[..., Path]
PLACE = (
    "<Placemark><name>A-1</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    "112,23 112.01,23 112.01,23.01 112,23"
    "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
)
START = '<?xml version="1.0" encoding="UTF-8"?>'
OPEN, CLOSE = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
    "</Document></kml>",
)
LAUGHS = (
    '<!DOCTYPE kml [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
QUADRATIC = f'<!DOCTYPE kml [<!ENTITY i "{"x" * 100_000}">]>'


def text(*, doctype: str = "", inside: str = PLACE) -> str:
    return START + doctype + OPEN + inside + CLOSE


def test_a_sound_file_passes(plant: Plant) -> None:
    assert list(read_parcels(plant("a.kml", text())).parcels.index) == ["A-1"]


@pytest.mark.parametrize("doctype", [LAUGHS, QUADRATIC])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_fill_the_memory_are_refused(
    plant: Plant, doctype: str, encoding: str
) -> None:
    laughing = PLACE.replace("A-1", "&i;" * 1000)
    content = text(doctype=doctype, inside=laughing).replace("UTF-8", encoding)
    with pytest.raises(FileUnreadableError, match="document type"):
        read_parcels(plant("a.kml", content.encode(encoding)))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ADDRESSentity", "../../secret.txt"]
)
def test_an_entity_from_outside_is_refused(
    plant: Plant, target: str, address: str, asked: list[str]
) -> None:
    doctype = f'<!DOCTYPE kml [<!ENTITY a SYSTEM "{target}">]>'
    content = text(doctype=doctype, inside=PLACE.replace("A-1", "&a;"))
    with pytest.raises(FileUnreadableError, match="document type"):
        read_parcels(plant("a.kml", content.replace("ADDRESS", address)))
    assert asked == []


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE kml SYSTEM "ADDRESSa.dtd">',
        '<!DOCTYPE kml [<!ENTITY % a SYSTEM "ADDRESSa.dtd"> %a;]>',
        "<!DOCTYPE kml>",
    ],
)
def test_a_document_type_is_refused(
    plant: Plant, doctype: str, address: str, asked: list[str]
) -> None:
    content = text(doctype=doctype.replace("ADDRESS", address))
    with pytest.raises(FileUnreadableError, match="document type"):
        read_parcels(plant("a.kml", content))
    assert asked == []


def test_entities_in_a_kmz_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", text(doctype=LAUGHS))
    with pytest.raises(FileUnreadableError, match="document type"):
        read_parcels(tmp_path / "a.kmz")


LINKS = [
    "<NetworkLink><name>n</name><Link><href>ADDRESSa.kml</href></Link></NetworkLink>",
    "<NetworkLink><Url><href>ADDRESSa.kml</href></Url></NetworkLink>",
    "<NetworkLink><Link><href>/vsicurl/ADDRESSa.kml</href></Link></NetworkLink>",
    "<GroundOverlay><Icon><href>ADDRESSa.png</href></Icon></GroundOverlay>",
    "<Style><IconStyle><Icon><href>ADDRESSa</href></Icon></IconStyle></Style>",
    "<Placemark><styleUrl>ADDRESSa.kml#s</styleUrl></Placemark>",
    "<Schema name='s'><SimpleField name='ADDRESS' type='string'/></Schema>",
]


@pytest.mark.parametrize("link", LINKS)
def test_no_link_is_followed(
    plant: Plant, link: str, address: str, asked: list[str]
) -> None:
    content = text(inside=PLACE + link.replace("ADDRESS", address))
    assert list(read_parcels(plant("a.kml", content)).parcels.index) == ["A-1"]
    assert asked == []


def test_a_link_to_places_elsewhere_is_a_finding(plant: Plant) -> None:
    link = LINKS[0].replace("ADDRESS", "http://127.0.0.1/")
    found = read_parcels(plant("a.kml", text(inside=PLACE + link))).findings
    assert "http://127.0.0.1/a.kml" in [finding.value for finding in found]


def test_a_file_with_nothing_but_a_link_is_refused(plant: Plant) -> None:
    link = LINKS[0].replace("ADDRESS", "http://127.0.0.1/")
    with pytest.raises(FileUnreadableError, match="not followed"):
        read_parcels(plant("a.kml", text(inside=link)))


def test_elements_nested_without_end_are_refused(plant: Plant) -> None:
    deep = "<Folder>" * 100_000 + PLACE + "</Folder>" * 100_000
    with pytest.raises(ReadError):
        read_parcels(plant("a.kml", text(inside=deep)))


def test_more_points_than_the_limit_are_refused(plant: Plant) -> None:
    options = ReadOptions(limits=Limits(points=3))
    with pytest.raises(FileUnreadableError, match="3"):
        read_parcels(plant("a.kml", text()), options=options)


@pytest.mark.parametrize("name", ["a.kml", "a.ovkml"])
def test_another_kind_under_the_name_of_a_kml_is_refused(
    plant: Plant, name: str, address: str, asked: list[str]
) -> None:
    vrt = (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>'
        f"/vsicurl/{address}a.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(ReadError):
        read_parcels(plant(name, vrt))
    assert asked == []
