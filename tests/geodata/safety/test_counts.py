"""Headers that state more than the file can hold."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from zqland_geodata.errors import FileUnreadableError, ReadError
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from pathlib import Path

HUGE = [50_000_000, 2_000_000_000, 2**32 - 1]
MEASURE = """
import resource, sys
from zqland_geodata.errors import ReadError
from zqland_geodata.vector import read_parcels
most = resource.RUSAGE_SELF
before = resource.getrusage(most).ru_maxrss
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    read_parcels(sys.argv[1])
except ReadError:
    pass
print((resource.getrusage(most).ru_maxrss - before) // 1024)
"""


@pytest.fixture
def shapes() -> gpd.GeoDataFrame:
    """Return two parcels in degrees."""
    boxes = [shapely.box(112 + n, 23, 112.01 + n, 23.01) for n in range(2)]
    return gpd.GeoDataFrame({"parcel_id": ["A-1", "A-2"]}, geometry=boxes, crs=4490)


def written(shapes: gpd.GeoDataFrame, path: Path, **how: str) -> Path:
    if path.suffix == ".parquet":
        shapes.to_parquet(path)
    else:
        shapes.to_file(path, engine="pyogrio", **how)
    return path


def patched(path: Path, place: int, form: str, value: int) -> None:
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, place, value)
    path.write_bytes(content)


def megabytes(path: Path) -> int:
    """Return how far the memory grew while another process read a file."""
    if sys.platform == "win32":
        pytest.skip("Windows has no resource limits")
    result = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-W", "ignore", "-c", MEASURE, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr.decode("utf-8", "replace")
    return int(result.stdout)


@pytest.mark.parametrize("count", HUGE)
@pytest.mark.parametrize("index", ["YES", "NO"])
def test_a_flatgeobuf_that_states_too_many_records_is_refused(
    shapes: gpd.GeoDataFrame, tmp_path: Path, count: int, index: str
) -> None:
    path = written(shapes, tmp_path / "a.fgb", SPATIAL_INDEX=index)
    header = path.read_bytes()
    place = header.index(struct.pack("<Q", 2), 12)
    patched(path, place, "<Q", count * 1000)
    with pytest.raises(FileUnreadableError, match="states"):
        read_parcels(path)
    assert megabytes(path) < 200


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**32 - 1])
def test_a_flatgeobuf_with_a_header_that_lies_is_refused(
    shapes: gpd.GeoDataFrame, tmp_path: Path, length: int
) -> None:
    path = written(shapes, tmp_path / "a.fgb")
    patched(path, 8, "<I", length)
    with pytest.raises(ReadError):
        read_parcels(path)


@pytest.mark.parametrize("count", HUGE)
@pytest.mark.parametrize(
    ("part", "place", "form"),
    [(".dbf", 4, "<I"), (".shx", 24, ">I"), (".shp", 24, ">I"), (".shp", 148, "<I")],
)
def test_a_shapefile_that_lies_takes_no_more_memory(
    shapes: gpd.GeoDataFrame,
    tmp_path: Path,
    count: int,
    part: str,
    place: int,
    form: str,
) -> None:
    path = written(shapes, tmp_path / "a.shp")
    patched(path.with_suffix(part), place, form, count)
    assert megabytes(path) < 200


@pytest.mark.parametrize(("place", "form"), [(8, "<H"), (10, "<H")])
def test_an_attribute_table_of_impossible_widths_is_refused(
    shapes: gpd.GeoDataFrame, tmp_path: Path, place: int, form: str
) -> None:
    path = written(shapes, tmp_path / "a.shp")
    patched(path.with_suffix(".dbf"), place, form, 0)
    with pytest.raises(FileUnreadableError, match="broken"):
        read_parcels(path)


KINDS = ["a.fgb", "a.gpkg", "a.geojson", "a.parquet", "a.shp"]


@pytest.mark.parametrize("name", KINDS)
def test_more_records_than_the_limit_are_refused(
    shapes: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    path = written(shapes, tmp_path / name)
    with pytest.raises(FileUnreadableError):
        read_parcels(path, options=ReadOptions(limits=Limits(records=1)))
    assert len(read_parcels(path).parcels) == 2


@pytest.mark.parametrize("name", KINDS)
def test_more_points_than_the_limit_are_refused(
    shapes: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    path = written(shapes, tmp_path / name)
    with pytest.raises(FileUnreadableError, match="points"):
        read_parcels(path, options=ReadOptions(limits=Limits(points=9)))


@pytest.mark.parametrize("name", KINDS)
def test_a_file_beyond_the_limit_is_refused_unread(
    shapes: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    path = written(shapes, tmp_path / name)
    with pytest.raises(FileUnreadableError, match="larger"):
        read_parcels(path, options=ReadOptions(limits=Limits(file_bytes=100)))


def test_texts_of_a_geoparquet_that_unpack_without_end_are_refused(
    shapes: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = written(shapes.iloc[:1], tmp_path / "a.parquet")
    one = pq.read_table(path)
    rows = pa.array([0] * 20_000, pa.int32())
    names = pa.DictionaryArray.from_arrays(rows, pa.array(["x" * 1_000_000]))
    shape = one["geometry"].combine_chunks().take(rows)
    table = pa.table({"parcel_id": names, "geometry": shape})
    with pq.ParquetWriter(path, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"geo": one.schema.metadata[b"geo"].decode()})
    assert path.stat().st_size < 1_000_000
    with pytest.raises(FileUnreadableError, match="unpacks to more"):
        read_parcels(path)
