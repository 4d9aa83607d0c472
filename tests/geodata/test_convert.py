"""From one format to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely

from zqland_geodata.convert import convert
from zqland_geodata.errors import FileUnreadableError, SourceCrsError
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.options import ReadOptions, WriteOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    Write = Callable[..., Path]

KINDS = [".gpkg", ".shp", ".zip", ".parquet", ".fgb", ".csv", ".kmz", ".dxf"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_becomes_another_with_the_same_parcels(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "out" / f"parcels{kind}"
    done = convert(write_shapes(squares), target)
    again = read_parcels(target).parcels.loc[done.parcels.index]
    assert list(again.index) == ["A-1", "A-2", "A-3"]
    assert again["declared_m2"].to_list() == [10_000.0] * 3
    pairs = zip(done.parcels["home_geometry"], again["home_geometry"], strict=True)
    assert max(shapely.hausdorff_distance(*pair) for pair in pairs) < 0.000_5


def test_findings_of_both_ways_are_told(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path
) -> None:
    squares.geometry = shapely.force_3d(squares.geometry.to_numpy(), 12.5)
    done = convert(write_shapes(squares), tmp_path / "out.shp")
    rules = {finding.rule for finding in done.findings}
    assert rules == {"geometry.heights", "write.name_cut"}


def test_options_and_field_map_are_handed_on(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path
) -> None:
    write_shapes(squares, layer="old")
    source = write_shapes(squares.iloc[:1], layer="new", mode="a")
    fieldmap = FieldMap.parse("m.toml", "[parcels.columns]\nparcel_id = '地块名称'")
    target = tmp_path / "out.geojson"
    convert(
        source,
        target,
        fieldmap=fieldmap,
        options=ReadOptions(layer="new"),
        how=WriteOptions(crs=4547),
    )
    read = read_parcels(target)
    assert list(read.parcels.index) == ["大沙一号"]
    assert "4547" in target.read_text(encoding="utf-8")


def test_a_file_is_not_written_over_itself(
    squares: gpd.GeoDataFrame, write_shapes: Write
) -> None:
    source = write_shapes(squares)
    before = source.read_bytes()
    with pytest.raises(FileUnreadableError, match="over itself"):
        convert(source, source.parent / "." / source.name)
    assert source.read_bytes() == before


def test_an_unknown_target_is_refused_before_reading(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="written to"):
        convert(tmp_path / "missing.gpkg", tmp_path / "out.doc")


def test_a_source_that_is_refused_leaves_no_target(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path
) -> None:
    source = write_shapes(squares.set_crs(2362, allow_override=True))
    with pytest.raises(SourceCrsError):
        convert(source, tmp_path / "out" / "parcels.gpkg")
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_folder_that_is_read_is_kept(
    squares: gpd.GeoDataFrame, write_shapes: Write
) -> None:
    short = squares.rename(columns={"面积(亩)": "MJ_MU"})
    source = write_shapes(short, "parcels.shp", encoding="GBK")
    before = source.read_bytes()
    with pytest.raises(FileUnreadableError, match="over itself"):
        convert(source.parent, source)
    assert source.read_bytes() == before


def test_a_missing_source_is_named_where_the_target_exists(
    squares: gpd.GeoDataFrame, write_shapes: Write, tmp_path: Path
) -> None:
    with pytest.raises(FileUnreadableError, match=r"missing\.gpkg"):
        convert(tmp_path / "missing.gpkg", write_shapes(squares))
