"""Shapefiles as land offices expect them."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.text import Language
from zqland_geodata import writing
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.options import WriteOptions
from zqland_geodata.vector import read_parcels
from zqland_geodata.writing.shapefile import cut

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parcels.shp"


def names(path: Path) -> list[bytes]:
    """Return the names of the fields as they stand in the file."""
    content = path.with_suffix(".dbf").read_bytes()
    (header,) = struct.unpack_from("<H", content, 8)
    return [
        content[place : place + 11].split(b"\0")[0]
        for place in range(32, header - 1, 32)
    ]


def label(path: Path) -> tuple[str, int]:
    stated = path.with_suffix(".cpg").read_text(encoding="ascii")
    return stated, path.with_suffix(".dbf").read_bytes()[29]


def test_texts_are_gbk_and_said_to_be(parcels: gpd.GeoDataFrame, path: Path) -> None:
    assert {f.rule for f in writing.write_parcels(parcels, path)} == {"write.name_cut"}
    assert label(path) == ("GBK", 0x4D)
    assert "大沙0号".encode("gbk") in path.with_suffix(".dbf").read_bytes()
    assert "地块编号".encode("gbk") in names(path)


def test_another_library_reads_the_texts(parcels: gpd.GeoDataFrame, path: Path) -> None:
    writing.write_parcels(parcels, path)
    read = pyogrio.read_dataframe(path)
    assert read["地块名称"].to_list() == ["大沙0号", "大沙1号", "大沙2号"]
    assert read.crs.to_epsg() == 4526


def test_utf_8_is_written_when_asked_for(parcels: gpd.GeoDataFrame, path: Path) -> None:
    writing.write_parcels(parcels, path, WriteOptions(encoding="UTF-8"))
    assert label(path) == ("UTF-8", 0)
    assert "大沙0号".encode() in path.with_suffix(".dbf").read_bytes()


def test_a_letter_outside_gbk_makes_it_gb_18030(
    parcels: gpd.GeoDataFrame, path: Path
) -> None:
    parcels.loc["ZQ-0", "name"] = "𠮷地"
    found = writing.write_parcels(parcels, path)
    assert [(f.rule, f.value) for f in found if f.rule == "write.encoding"] == [
        ("write.encoding", "𠮷")
    ]
    assert label(path)[0] == "GB18030"
    assert read_parcels(path).parcels["name"].iloc[0] == "𠮷地"


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_fit_in_ten_bytes_and_differ(
    parcels: gpd.GeoDataFrame, path: Path, language: Language, encoding: str
) -> None:
    for number in range(12):
        parcels[f"规划用地类别之{number}"] = number
        parcels[f"a_long_name_{number}"] = number
    options = WriteOptions(encoding=encoding, language=language)
    writing.write_parcels(parcels, path, options)
    found = names(path)
    assert max(map(len, found)) <= 10
    assert len({name.decode(encoding).casefold() for name in found}) == len(found)


def test_the_map_beside_reads_it_back(parcels: gpd.GeoDataFrame, path: Path) -> None:
    writing.write_parcels(parcels, path)
    beside = path.with_suffix(".fieldmap.toml")
    table = FieldMap.load(beside).table("parcels")
    assert table.columns["declared_m2"].unit == "m2"
    assert table.home_zone == 4526
    beside.rename(path.with_name("map.toml"))
    fieldmap = FieldMap.load(path.with_name("map.toml"))
    again = read_parcels(path, fieldmap=fieldmap).parcels
    assert again["access_m"].to_list() == parcels["access_m"].to_list()


def test_a_named_map_goes_before_the_one_beside(
    parcels: gpd.GeoDataFrame, path: Path
) -> None:
    writing.write_parcels(parcels, path)
    fieldmap = FieldMap.parse("m.toml", "[parcels.columns]\nparcel_id = '地块名称'")
    read = read_parcels(path, fieldmap=fieldmap)
    assert read.parcels.index[0] == "大沙0号"


def test_a_long_text_is_cut_between_letters(
    parcels: gpd.GeoDataFrame, path: Path
) -> None:
    parcels.loc["ZQ-1", "name"] = "a" + "地" * 200
    found = [f for f in writing.write_parcels(parcels, path) if "text" in f.rule]
    assert [(f.rule, f.record, f.field) for f in found] == [
        ("write.text_cut", "ZQ-1", "name")
    ]
    read = read_parcels(path)
    assert read.parcels["name"].iloc[1] == "a" + "地" * 126
    assert "text.cut" not in {finding.rule for finding in read.findings}


def test_days_are_written_as_text(parcels: gpd.GeoDataFrame, path: Path) -> None:
    days = pd.to_datetime(["2023-09-05", None, "2024-02-29"])
    parcels["approved_on"] = days.to_numpy().astype("datetime64[s]")
    writing.write_parcels(parcels, path, WriteOptions(language=Language.EN))
    read = pyogrio.read_dataframe(path)["approved_o"]
    assert read.to_list()[::2] == ["2023-09-05", "2024-02-29"]


@pytest.mark.utf8_names
def test_a_zip_holds_all_parts_under_its_chinese_name(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "四会地块.zip"
    writing.write_parcels(parcels, path)
    with zipfile.ZipFile(path) as archive:
        suffixes = {name.removeprefix("四会地块") for name in archive.namelist()}
    needed = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".fieldmap.toml"}
    assert suffixes == needed
    assert len(read_parcels(path).parcels) == 3


def test_the_system_is_spelled_as_gis_know_it(
    parcels: gpd.GeoDataFrame, path: Path
) -> None:
    writing.write_parcels(parcels, path)
    stated = path.with_suffix(".prj").read_text(encoding="ascii")
    assert stated.startswith('PROJCS["CGCS2000_3_Degree_GK_Zone_38"')


def test_formula_like_texts_stay_as_they_are(
    parcels: gpd.GeoDataFrame, path: Path
) -> None:
    parcels.loc["ZQ-0", "name"] = "=1+1"
    writing.write_parcels(parcels, path)
    assert read_parcels(path).parcels["name"].iloc[0] == "=1+1"


def test_other_encodings_are_refused(parcels: gpd.GeoDataFrame, path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="gbk, gb18030 or utf-8"):
        writing.write_parcels(parcels, path, WriteOptions(encoding="big5"))


@given(st.text(st.characters(codec="gb18030")), st.integers(0, 30))
def test_a_cut_text_is_a_beginning_that_fits(text: str, most: int) -> None:
    short = cut(text, most, "gb18030")
    assert text.startswith(short)
    assert len(short.encode("gb18030")) <= most
    longer = text[: len(short) + 1]
    assert longer == short or len(longer.encode("gb18030")) > most


def test_the_gdal_of_the_system_reads_gbk(
    parcels: gpd.GeoDataFrame, path: Path, ogrinfo: Callable[[Path], str]
) -> None:
    writing.write_parcels(parcels, path)
    assert "地块编号 (String) = ZQ-1" in ogrinfo(path)
