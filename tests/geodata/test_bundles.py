"""Folders and archives that hold files of boundaries."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from zqland_geodata.errors import FileUnreadableError, MissingLayerError
from zqland_geodata.options import ReadOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    Write = Callable[..., Path]


class Unlabelled(zipfile.ZipInfo):
    """An entry whose name is written as bytes, without saying how it is encoded."""

    __slots__ = ()

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - of zipfile
        return self.filename.encode("cp437"), self.flag_bits


def zipped(
    files: dict[str, bytes], path: Path, kind: type[zipfile.ZipInfo] = zipfile.ZipInfo
) -> Path:
    """Write an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(kind(name), content)
    return path


@pytest.fixture
def parts(squares: gpd.GeoDataFrame, tmp_path: Path) -> dict[str, bytes]:
    folder = tmp_path / "parts"
    folder.mkdir()
    squares.to_file(folder / "parcels.shp", engine="pyogrio", encoding="GBK")
    return {part.suffix: part.read_bytes() for part in folder.iterdir()}


@pytest.mark.utf8_names
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_that_do_not_say_how_they_are_written_are_read(
    parts: dict[str, bytes], tmp_path: Path, encoding: str
) -> None:
    stem = "四会地块".encode(encoding)
    files = {f"{stem.decode('cp437')}{end}": parts[end] for end in parts}
    path = zipped(files, tmp_path / "parcels.zip", Unlabelled)
    assert stem in path.read_bytes()
    options = ReadOptions(layer="四会地块")
    assert len(read_parcels(path, options=options).parcels) == 3


def test_one_of_several_shapefiles_is_chosen_by_its_name(
    parts: dict[str, bytes], tmp_path: Path
) -> None:
    files = {f"{name}{end}": parts[end] for name in ("old", "new") for end in parts}
    path = zipped(files, tmp_path / "all.zip")
    with pytest.raises(MissingLayerError, match="new, old"):
        read_parcels(path)
    assert len(read_parcels(path, options=ReadOptions(layer="new")).parcels) == 3


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.fgb"])
def test_an_archive_may_hold_another_kind(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path, name: str
) -> None:
    content = write_shapes(squares, name).read_bytes()
    path = zipped({f"inner/{name}": content, "readme.md": b"x"}, tmp_path / "a.zip")
    assert len(read_parcels(path).parcels) == 3


def test_a_survey_txt_in_an_archive_is_read(golden: str, tmp_path: Path) -> None:
    path = zipped({"地块.txt": golden.encode("gbk")}, tmp_path / "a.zip")
    assert list(read_parcels(path).parcels.index) == ["ZQ-2023-001"]


def test_a_layer_inside_the_only_file_is_chosen(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path
) -> None:
    write_shapes(squares, layer="old")
    inner = write_shapes(squares.iloc[:1], layer="new", mode="a").read_bytes()
    path = zipped({"parcels.gpkg": inner}, tmp_path / "a.zip")
    assert len(read_parcels(path, options=ReadOptions(layer="new")).parcels) == 1


def test_one_of_several_files_is_chosen_by_its_name(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path
) -> None:
    one = write_shapes(squares, "one.gpkg").read_bytes()
    path = zipped({"one.gpkg": one, "two.gpkg": one}, tmp_path / "a.zip")
    with pytest.raises(MissingLayerError, match=r"several files of .*: one, two"):
        read_parcels(path)
    assert len(read_parcels(path, options=ReadOptions(layer="two")).parcels) == 3
    with pytest.raises(MissingLayerError, match="no file “three”"):
        read_parcels(path, options=ReadOptions(layer="three"))


def test_a_folder_may_hold_another_kind(
    squares: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    squares.to_file(folder / "a.gpkg", engine="pyogrio")
    assert len(read_parcels(folder).parcels) == 3


def test_an_archive_without_boundaries_is_refused(tmp_path: Path) -> None:
    path = zipped({"readme.md": b"x"}, tmp_path / "a.zip")
    with pytest.raises(FileUnreadableError, match="no other file of boundaries"):
        read_parcels(path)
