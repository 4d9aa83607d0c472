"""Texts within boundaries: attributes of blocks, layers, pairs, free texts."""

from __future__ import annotations

from typing import Any

import pytest

from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import ColumnMap, FieldMap
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

EAST, NORTH = 38_378_000.0, 2_576_000.0
Sheet = Any


def parcels(sheet: Sheet, **how: Any) -> Any:  # noqa: ANN401
    options = ReadOptions(source_crs=4526)
    return read_parcels(sheet.save(), options=options, **how)


def rules(read: Any) -> list[str]:  # noqa: ANN401
    return [finding.rule for finding in read.findings]


def test_the_attributes_of_a_block_are_columns(sheet: Sheet) -> None:
    sheet.square()
    block = sheet.drawing.blocks.new("LOT")
    block.add_attdef("地块编号", (0, 0))
    block.add_attdef("面积", (0, -3))
    reference = sheet.space.add_blockref("LOT", (EAST + 50, NORTH + 50))
    reference.add_auto_attribs({"地块编号": "ZQ-1", "面积": "15亩"})
    read = parcels(sheet)
    assert list(read.parcels.index) == ["ZQ-1"]
    assert read.parcels["declared_m2"].to_list() == [10_000.0]
    assert read.findings == []


def test_the_text_in_a_block_is_the_parcel_number(sheet: Sheet) -> None:
    sheet.square()
    block = sheet.drawing.blocks.new("LOT", base_point=(100, 100))
    block.add_text("ZQ-2", dxfattribs={"insert": (101, 102)})
    sheet.space.add_blockref(
        "LOT",
        (EAST + 90, NORTH + 90),
        dxfattribs={"xscale": 20, "yscale": 20, "rotation": 180},
    )
    assert list(parcels(sheet).parcels.index) == ["ZQ-2"]


def test_a_text_belongs_to_the_column_of_its_layer(sheet: Sheet) -> None:
    sheet.square()
    sheet.text("ZQ-3", (20, 20), layer="DKBH")
    sheet.text("三号", (20, 40), layer="地块名称")
    sheet.text("池塘", (20, 60), layer="注记")
    read = parcels(sheet)
    assert read.parcels["name"].to_dict() == {"ZQ-3": "三号"}
    assert [(one.rule, one.field) for one in read.findings] == [
        ("heading.unknown", "注记")
    ]


def test_a_text_that_says_what_it_is_is_believed(sheet: Sheet) -> None:
    sheet.square()
    sheet.space.add_mtext(
        "地块编号：ZQ-4\\P面积: 15亩\\P用地性质=M1",
        dxfattribs={"insert": (EAST + 10, NORTH + 90)},
    )
    parcel = parcels(sheet).parcels.iloc[0]
    assert (parcel.name, parcel["declared_m2"]) == ("ZQ-4", 10_000.0)
    assert parcel["land_class"] == "M1"


def test_the_only_text_is_the_id(sheet: Sheet) -> None:
    sheet.square()
    sheet.square((200, 0))
    sheet.text("大沙一号", (20, 20))
    sheet.text("2", (220, 20))
    read = parcels(sheet)
    assert list(read.parcels.index) == ["大沙一号", "2"]
    assert "dxf.text_is_id" in rules(read)


def test_of_two_texts_the_code_is_the_id(sheet: Sheet) -> None:
    sheet.square()
    sheet.text("大沙一号", (20, 20))
    sheet.text("ZQ-2023-001", (20, 40))
    read = parcels(sheet)
    assert read.parcels["name"].to_dict() == {"ZQ-2023-001": "大沙一号"}


def test_areas_and_point_numbers_are_no_ids(sheet: Sheet) -> None:
    sheet.square()
    for row, words in enumerate(("J1", "J2", "15.00亩", "ZQ-5")):
        sheet.text(words, (20, 10 + 20 * row))
    assert list(parcels(sheet).parcels.index) == ["ZQ-5"]


@pytest.mark.parametrize("words", [("甲", "乙"), ("A-1", "A-2"), ("A-1", "甲", "乙")])
def test_several_texts_are_not_guessed_at(sheet: Sheet, words: tuple[str, ...]) -> None:
    sheet.square()
    for row, word in enumerate(words):
        sheet.text(word, (20, 10 + 20 * row))
    read = parcels(sheet)
    assert read.parcels.index[0].startswith("handle ")
    (finding,) = (one for one in read.findings if one.rule == "dxf.texts")
    assert finding.value == "; ".join(words)


def test_a_field_map_can_take_all_texts(sheet: Sheet) -> None:
    sheet.square()
    sheet.text("甲", (20, 20))
    sheet.text("乙", (20, 40))
    fieldmap = FieldMap.parse("m.toml", "[parcels.columns]\nparcel_id = 'text'")
    assert list(parcels(sheet, fieldmap=fieldmap).parcels.index) == ["甲;乙"]


def test_a_field_map_can_take_the_texts_of_a_layer(sheet: Sheet) -> None:
    sheet.square()
    sheet.text("甲", (20, 20), layer="A")
    sheet.text("乙", (20, 40), layer="B")
    found = sheet.read(columns={"parcel_id": ColumnMap(columns=("B",))})
    assert found.table["B"].to_list() == ["乙"]


def test_texts_outside_are_counted(sheet: Sheet) -> None:
    sheet.square()
    sheet.text("ZQ-6", (20, 20))
    sheet.text("north", (-20, 20))
    read = parcels(sheet)
    assert list(read.parcels.index) == ["ZQ-6"]
    assert "dxf.text_outside" in rules(read)


def test_a_text_is_held_at_its_alignment_point(sheet: Sheet) -> None:
    sheet.square()
    text = sheet.space.add_text("ZQ-7", dxfattribs={"insert": (0, 0)})
    text.set_placement((EAST + 50, NORTH + 50), align=None)
    text.dxf.insert = (0, 0)
    text.dxf.halign, text.dxf.valign = 1, 2
    text.dxf.align_point = (EAST + 50, NORTH + 50)
    assert list(parcels(sheet).parcels.index) == ["ZQ-7"]


def test_a_text_of_a_ring_inside_makes_it_a_parcel_with_a_finding(
    sheet: Sheet,
) -> None:
    outer, inner = sheet.square(), sheet.square((20, 20), 40)
    sheet.text("out", (5, 5))
    sheet.text("in", (30, 30))
    read = parcels(sheet)
    shapes = read.parcels["home_geometry"]
    assert shapes["out"].equals(outer.difference(inner))
    assert shapes["in"].equals(inner)
    assert "dxf.nested_text" in rules(read)


def test_a_line_drawn_twice_shares_its_text(sheet: Sheet) -> None:
    sheet.square()
    sheet.square()
    sheet.text("ZQ-8", (20, 20))
    assert list(parcels(sheet).parcels.index) == ["ZQ-8", "ZQ-8#2"]


def test_too_many_texts_are_refused(sheet: Sheet) -> None:
    sheet.square()
    for _ in range(4):
        sheet.text("x", (1, 1))
    with pytest.raises(FileUnreadableError, match="more than 3 texts"):
        sheet.read(limits=Limits(records=3))
