"""Drawings as files: forms, letters, units, planes, damage."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zqland_geodata import dxf
from zqland_geodata.dxf import opening
from zqland_geodata.errors import FileUnreadableError, ReadError, SourceCrsError
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.options import ReadOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Sheet = Any
GIVEN = TableMap(source_crs=4526)
NAME = "鼎湖一号"


def named(sheet: Sheet) -> None:
    sheet.square()
    sheet.text(NAME, (20, 20))


def read_ids(path: Path) -> list[str]:
    read = read_parcels(path, options=ReadOptions(source_crs=4526))
    return list(read.parcels.index)


@pytest.mark.parametrize("form", ["asc", "bin"])
@pytest.mark.parametrize("release", ["R12", "R2000", "R2004", "R2007", "R2018"])
def test_text_and_binary_drawings_of_every_release_are_read(
    make_sheet: Callable[[str], Sheet], release: str, form: str
) -> None:
    sheet = make_sheet(release)
    sheet.drawing.encoding = "gbk"
    shape = sheet.space.add_polyline2d if release == "R12" else None
    if shape is None:
        named(sheet)
    else:
        square = [(38_378_000, 2_576_000), (38_378_100, 2_576_000)]
        shape([*square, (38_378_100, 2_576_100)], close=True)
        sheet.text(NAME, (60, 20))
    assert read_ids(sheet.save(fmt=form)) == [NAME]


def test_gbk_under_a_western_code_page_is_read_with_a_finding(
    make_sheet: Callable[[str], Sheet],
) -> None:
    sheet = make_sheet("R2000")
    named(sheet)
    path = sheet.save(encoding="gbk")
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    assert b"ANSI_1252" in path.read_bytes()
    found = dxf.read(path, GIVEN, ReadOptions())
    assert found.findings[0].rule == "file.encoding"
    assert found.table["parcel_id"].to_list() == [NAME]


def test_western_letters_stay_western(make_sheet: Callable[[str], Sheet]) -> None:
    sheet = make_sheet("R2000")
    sheet.square()
    sheet.text("Zürich café 7", (20, 20))
    found = dxf.read(sheet.save(), GIVEN, ReadOptions())
    assert found.table["parcel_id"].to_list() == ["Zürich café 7"]
    assert [one.rule for one in found.findings] == ["dxf.text_is_id"]


def test_gbk_under_a_release_of_utf_8_is_read_with_a_finding(sheet: Sheet) -> None:
    named(sheet)
    path = sheet.save()
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    found = dxf.read(path, GIVEN, ReadOptions())
    assert found.findings[0].rule == "file.encoding"
    assert found.table["parcel_id"].to_list() == [NAME]


def test_letters_of_no_encoding_are_a_finding(sheet: Sheet) -> None:
    sheet.square()
    sheet.text("A?1", (20, 20))
    path = sheet.save()
    path.write_bytes(path.read_bytes().replace(b"A?1", b"A\xff1"))
    found = dxf.read(path, GIVEN, ReadOptions())
    assert found.findings[0].rule == "dxf.letters"
    assert found.table["parcel_id"].to_list() == ["A\ufffd1"]


def test_letters_written_by_their_codes_are_read(
    make_sheet: Callable[[str], Sheet],
) -> None:
    sheet = make_sheet("R2000")
    sheet.square()
    sheet.text("\\U+9F0E\\U+6E56", (20, 20))
    assert read_ids(sheet.save()) == ["鼎湖"]


def test_a_drawing_needs_its_plane_and_gets_a_hint(sheet: Sheet) -> None:
    sheet.square()
    with pytest.raises(SourceCrsError, match=r"source_crs = 4526") as caught:
        read_parcels(sheet.save())
    assert "第38带" in caught.value.text.zh


def test_no_hint_is_given_without_a_zone_in_the_eastings(sheet: Sheet) -> None:
    sheet.space.add_lwpolyline(
        [(378_000, 2_576_000), (378_100, 2_576_000), (378_100, 2_576_100)], close=True
    )
    with pytest.raises(SourceCrsError, match=r"4526 for zone 38\)\.$"):
        read_parcels(sheet.save())
    assert len(read_parcels(sheet.save(), options=ReadOptions(source_crs=4547)).parcels)


def test_a_hint_for_six_degrees(sheet: Sheet) -> None:
    sheet.space.add_lwpolyline(
        [(19_678_000, 2_576_000), (19_678_100, 2_576_000), (19_678_100, 2_576_100)],
        close=True,
    )
    with pytest.raises(SourceCrsError, match="6-degree zone 19"):
        read_parcels(sheet.save())


@pytest.mark.parametrize("units", [0, 6])
def test_metres_and_no_unit_are_read(sheet: Sheet, units: int) -> None:
    sheet.square()
    sheet.drawing.units = units
    assert sheet.read().findings == []


@pytest.mark.parametrize("units", [1, 2, 4, 5, 7])
def test_a_wrong_unit_is_a_finding_where_only_metres_fit(
    sheet: Sheet, units: int
) -> None:
    sheet.square()
    sheet.drawing.units = units
    assert [one.rule for one in sheet.read().findings] == ["dxf.units"]


def test_a_drawing_in_millimetres_is_refused(sheet: Sheet) -> None:
    east, north = 38_378_000_000, 2_576_000_000
    sheet.space.add_lwpolyline(
        [(east, north), (east + 9000, north), (east, north + 9000)], close=True
    )
    sheet.drawing.units = 4
    with pytest.raises(SourceCrsError, match="drawn in millimetres"):
        sheet.read()


@pytest.mark.parametrize("name", ["a.dwg", "a.dxf"])
def test_a_dwg_is_refused_with_advice(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"AC1032" + bytes(200))
    with pytest.raises(FileUnreadableError, match="save it as DXF"):
        read_parcels(path)


def test_a_large_drawing_is_refused(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet.square()
    monkeypatch.setattr(opening, "LARGEST_BYTES", 1000)
    with pytest.raises(FileUnreadableError, match="Save only the layer"):
        sheet.read()


@pytest.mark.parametrize(
    "content", [b"x", b"0\nSECTION\n", b"AutoCAD Binary DXF\r\n\x1a\x00\x00"]
)
def test_what_is_no_drawing_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.dxf"
    path.write_bytes(content)
    with pytest.raises(FileUnreadableError):
        dxf.read(path, GIVEN, ReadOptions())


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    form=st.sampled_from(["asc", "bin"]),
    share=st.floats(0, 1, exclude_max=True),
    cut=st.integers(0, 8),
    put=st.binary(max_size=8),
)
def test_a_damaged_drawing_is_read_or_refused(
    make_sheet: Callable[[str], Sheet], form: str, share: float, cut: int, put: bytes
) -> None:
    sheet = make_sheet("R12")
    square = [(38_378_000, 2_576_000), (38_378_100, 2_576_000), (38_378_100, 2_576_100)]
    sheet.space.add_polyline2d(square, close=True)
    sheet.text(NAME, (60, 20))
    content = bytearray(sheet.save(fmt=form).read_bytes())
    place = int(share * len(content))
    content[place : place + cut] = put
    path = sheet.folder / "b.dxf"
    path.write_bytes(content)
    with contextlib.suppress(ReadError):
        found = dxf.read(path, GIVEN, ReadOptions())
        assert len(found.table) == len(found.row_places) > 0
