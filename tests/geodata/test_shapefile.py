"""The parts and the encoding of Shapefiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

from zqland_geodata import shapefile
from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from pathlib import Path

Squares = gpd.GeoDataFrame


@pytest.fixture
def path(squares: Squares, tmp_path: Path) -> Path:
    target = tmp_path / "parcels.shp"
    squares.to_file(target, engine="pyogrio", encoding="GBK")
    return target


def test_a_stated_encoding_that_fits_is_no_finding(path: Path) -> None:
    assert shapefile.attribute_encoding(path) == shapefile.Encoding("gb18030")


def test_the_language_byte_is_a_statement(path: Path) -> None:
    path.with_suffix(".cpg").unlink()
    change(path, {29: 0x4D})
    assert shapefile.attribute_encoding(path) == shapefile.Encoding("gb18030")


@pytest.mark.parametrize("label", ["latin-9-x", "cp1252"])
def test_other_labels_are_tried_or_passed_over(path: Path, label: str) -> None:
    path.with_suffix(".cpg").write_text(label, encoding="ascii")
    found = shapefile.attribute_encoding(path)
    assert found.name in {"gb18030", "cp1252"}


def change(path: Path, changes: dict[int, int]) -> None:
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    for place, value in changes.items():
        table[place] = value
    path.with_suffix(".dbf").write_bytes(table)


def test_a_name_cut_off_in_a_letter_is_still_gbk(path: Path) -> None:
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf").read_bytes()
    half = "大沙一号".encode("gbk")
    cut = table.replace(half, half[:-1] + b" ", 1)
    path.with_suffix(".dbf").write_bytes(cut)
    assert shapefile.attribute_encoding(path).name == "gb18030"
    read = read_parcels(path)
    assert read.parcels["name"].iloc[0] == "大沙一"
    assert "text.cut" in {finding.rule for finding in read.findings}


def test_texts_in_no_known_encoding_are_refused(path: Path) -> None:
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(
        table.replace("大沙".encode("gbk"), b"\xff\xff\xff\xff")
    )
    change(path, {29: 0})
    with pytest.raises(FileUnreadableError, match="utf-8, gb18030"):
        shapefile.attribute_encoding(path)


def test_a_broken_table_is_refused(path: Path) -> None:
    change(path, {8: 0, 9: 0})
    with pytest.raises(FileUnreadableError, match="broken"):
        shapefile.attribute_encoding(path)


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_missing_part_is_named(path: Path, suffix: str) -> None:
    path.with_suffix(suffix).unlink()
    with pytest.raises(FileUnreadableError, match=f"lacks its part {suffix}"):
        shapefile.find_shapefile(path.parent, "", name="folder")


def test_one_of_several_must_be_named(path: Path, squares: Squares) -> None:
    squares.to_file(path.with_name("other.shp"), engine="pyogrio", encoding="GBK")
    with pytest.raises(MissingLayerError, match="other, parcels"):
        shapefile.find_shapefile(path.parent, "", name="folder")
    assert shapefile.find_shapefile(path.parent, "parcels", name="folder") == path
    with pytest.raises(MissingLayerError, match="“none”"):
        shapefile.find_shapefile(path.parent, "none", name="folder")


def test_a_folder_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="holds no Shapefile"):
        shapefile.find_shapefile(tmp_path, "", name="folder")


@pytest.mark.parametrize(
    ("encoding", "label"),
    [("UTF-8", "GBK"), ("UTF-8", "ISO-8859-1"), ("GBK", "ISO-8859-1"), ("GBK", "1252")],
)
def test_a_label_that_chinese_texts_prove_wrong_is_not_followed(
    squares: Squares, tmp_path: Path, encoding: str, label: str
) -> None:
    path = tmp_path / "a.shp"
    short = squares.set_axis(["DKBH", "DKMC", "MJ_MU", "geometry"], axis="columns")
    short.to_file(path, engine="pyogrio", encoding=encoding)
    path.with_suffix(".cpg").write_text(label, encoding="ascii")
    read = read_parcels(path)
    assert read.parcels["name"].to_list() == short["DKMC"].to_list()
    (told,) = [one for one in read.findings if one.rule == "file.encoding"]
    assert told.severity == "warning"


def test_western_texts_keep_their_label(squares: Squares, tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    names = ["Müller", "Bärenplatz", "é"]
    western = squares[["geometry"]].assign(DKBH=["a", "b", "c"], DKMC=names)
    western.to_file(path, engine="pyogrio", encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("ISO-8859-1", encoding="ascii")
    assert read_parcels(path).parcels["name"].to_list() == names


@pytest.mark.parametrize("label", ["rot13", "hex", "zlib", "utf-16", "a\0b", "\xff"])
def test_labels_that_are_no_encodings_of_texts_are_passed_over(
    path: Path, label: str
) -> None:
    path.with_suffix(".cpg").write_bytes(label.encode("latin-1"))
    assert shapefile.attribute_encoding(path).name == "gb18030"


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_a_part_that_was_cut_off_is_refused(path: Path, suffix: str) -> None:
    file = path.with_suffix(suffix)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(FileUnreadableError, match=r"cut off|broken"):
        read_parcels(path)


def test_parts_that_do_not_belong_together_are_refused(path: Path) -> None:
    change(path, {4: 1})
    with pytest.raises(FileUnreadableError, match="1 records"):
        read_parcels(path)
