"""Values of placemarks: extended data, schemas, tables in descriptions, names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.kml import descriptions
from zqland_geodata.vector import read_parcels

Write = Callable[..., Path]
Make = Any


def data(**values: str) -> str:
    entries = "".join(
        f"<Data name='{key}'><displayName>x</displayName><value>{value}</value></Data>"
        for key, value in values.items()
    )
    return f"<ExtendedData>{entries}</ExtendedData>"


def test_extended_data_become_columns(write_kml: Write, make: Make) -> None:
    values = data(地块编号="ZQ-1", 面积="15亩", 用地性质="M1")
    read = read_parcels(write_kml(make.placemark(name="一号", more=values)))
    parcel = read.parcels.iloc[0]
    assert (read.parcels.index[0], parcel["name"]) == ("ZQ-1", "一号")
    assert (parcel["declared_m2"], parcel["land_class"]) == (10_000.0, "M1")
    assert read.findings == []


def test_schema_data_become_columns(write_kml: Write, make: Make) -> None:
    values = (
        "<ExtendedData><SchemaData schemaUrl='#s'><SimpleData name='DKBH'>ZQ-2"
        "</SimpleData></SchemaData></ExtendedData>"
    )
    schema = "<Schema id='s'><SimpleField type='string' name='DKBH'/></Schema>"
    read = read_parcels(write_kml(schema, make.placemark(more=values)))
    assert list(read.parcels.index) == ["ZQ-2"]


def test_elements_of_other_name_spaces_become_columns(
    write_kml: Write, make: Make
) -> None:
    values = "<ExtendedData xmlns:c='urn:c'><c:dkbh>ZQ-3</c:dkbh></ExtendedData>"
    read = read_parcels(write_kml(make.placemark(more=values)))
    assert list(read.parcels.index) == ["ZQ-3"]


def test_a_table_in_the_description_becomes_columns(
    write_kml: Write, make: Make
) -> None:
    table = (
        "<description><![CDATA[<html><table><tr><td>Lot</td></tr><tr><td><table>"
        "<tr><td>DKBH</td><td>ZQ-4</td></tr><tr bgcolor='#D4E4F3'><th>面积(公顷)</th>"
        "<td> 1.5 </td></tr></table></td></tr></table></html>]]></description>"
    )
    read = read_parcels(write_kml(make.placemark(more=table)))
    assert list(read.parcels.index) == ["ZQ-4"]
    assert read.parcels["declared_m2"].to_list() == [15_000.0]


def test_a_table_without_cdata_is_read_as_well(write_kml: Write, make: Make) -> None:
    table = (
        "<description><table><tr><td>DKBH</td><td>ZQ-5</td></tr></table></description>"
    )
    read = read_parcels(write_kml(make.placemark(more=table)))
    assert list(read.parcels.index) == ["ZQ-5"]


def test_other_descriptions_are_a_column_for_field_maps(
    write_kml: Write, make: Make
) -> None:
    fieldmap = FieldMap.parse(
        "m.toml",
        "[parcels.columns]\nparcel_id = 'description'\nname = 'name'\n"
        "park_id = 'folder'",
    )
    mark = make.placemark(name="一号", more="<description>ZQ-6</description>")
    path = write_kml(f"<Folder><name>大沙</name>{mark}</Folder>")
    parcels = read_parcels(path, fieldmap=fieldmap).parcels
    assert parcels["name"].to_dict() == {"ZQ-6": "一号"}
    assert parcels["park_id"].to_list() == ["大沙"]


def test_extended_data_go_before_the_description(write_kml: Write, make: Make) -> None:
    more = (
        "<description><![CDATA[<table><tr><td>DKBH</td><td>old</td></tr></table>]]>"
        "</description>" + data(DKBH="new")
    )
    assert list(read_parcels(write_kml(make.placemark(more=more))).parcels.index) == [
        "new"
    ]


def test_another_name_keeps_the_name_of_the_placemark_apart(
    write_kml: Write, make: Make
) -> None:
    values = data(DKBH="ZQ-7", 地块名称="七号")
    read = read_parcels(write_kml(make.placemark(name="pin", more=values)))
    assert read.parcels["name"].to_list() == ["七号"]
    assert [one.field for one in read.findings] == ["placemark"]


def test_records_with_different_values_share_the_columns(
    write_kml: Write, make: Make
) -> None:
    read = read_parcels(
        write_kml(
            make.placemark(more=data(DKBH="1")),
            make.placemark(more=data(DKBH="2", 面积="3公顷")),
        )
    )
    assert read.parcels["declared_m2"].isna().to_list() == [True, False]


def test_a_placemark_without_name_is_called_after_its_line(
    write_kml: Write, make: Make
) -> None:
    read = read_parcels(write_kml(make.placemark(name=""), make.placemark(name="b")))
    assert list(read.parcels.index) == ["line 2", "b"]


def test_a_long_description_is_not_looked_into() -> None:
    row = "<table><tr><td>a</td><td>b</td></tr></table>"
    assert descriptions.values(row) == {"a": "b"}
    assert descriptions.values(row + " " * descriptions.LONGEST) == {}


def test_rows_that_are_no_pairs_are_left_out() -> None:
    rows = "<table><tr><td>a</td><tr><td>b</td><td>c</td><td>d</td></tr><td>"
    assert descriptions.values(rows) == {}
