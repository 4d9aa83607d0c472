"""Drawings that are written, judged by GDAL and by the auditor of a CAD library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ezdxf
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland.text import Language
from zqland_geodata import writing
from zqland_geodata.dxf.marks import APPLICATION, Mark, decode, encode
from zqland_geodata.errors import FileUnreadableError, SourceCrsError
from zqland_geodata.options import ReadOptions, WriteOptions
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ZONE = 4526
COLUMNS = [
    "name", "park_id", "district", "home_zone", "land_class", "declared_m2",
    "price_wan_per_mu", "area_ids", "access_m",
]  # fmt: skip


def lines(path: Path, encoding: str) -> gpd.GeoDataFrame:
    """Return what GDAL makes of a drawing, closed lines as polygons.

    GDAL takes the code page for that of the texts also where the release has UTF-8.
    """
    page = "CP936" if encoding == "gbk" else "UTF-8"
    how = {"DXF_CLOSED_LINE_AS_POLYGON": True, "DXF_ENCODING": page}
    pyogrio.set_gdal_config_options(how)
    try:
        return pyogrio.read_dataframe(path, on_invalid="ignore")
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(how))


def without_notes(path: Path) -> Path:
    """Take out what zqland wrote about the lines, as another program may."""
    drawing = ezdxf.readfile(path)
    for line in drawing.modelspace().query("LWPOLYLINE"):
        line.discard_xdata(APPLICATION)
    drawing.saveas(path)
    return path


@pytest.mark.parametrize("encoding", ["", "utf-8"])
def test_parcels_come_back_exactly(
    parcels: gpd.GeoDataFrame, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "parcels.dxf"
    assert writing.write_parcels(parcels, path, WriteOptions(encoding=encoding)) == []
    read = read_parcels(path)
    assert read.findings == []
    for column in COLUMNS:
        assert read.parcels[column].to_list() == parcels[column].to_list(), column
    pairs = zip(parcels["home_geometry"], read.parcels["home_geometry"], strict=True)
    assert all(
        shapely.hausdorff_distance(one, other) == 0.0
        and shapely.get_num_geometries(one) == shapely.get_num_geometries(other)
        for one, other in pairs
    )


def test_without_its_notes_a_drawing_is_read_by_its_texts(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.dxf"
    writing.write_parcels(parcels, path)
    options = ReadOptions(source_crs=ZONE)
    read = read_parcels(without_notes(path), options=options).parcels
    assert list(read.index) == ["ZQ-0", "ZQ-1", "ZQ-2", "ZQ-2#2"]
    assert read["name"].to_list() == ["大沙0号", "大沙1号", "大沙2号", "大沙2号"]
    expected = parcels["home_geometry"].area.sum()
    assert read["home_geometry"].area.sum() == pytest.approx(expected, abs=1e-6)
    assert len(read["home_geometry"]["ZQ-1"].interiors) == 1


def test_a_line_without_note_makes_all_be_read_by_their_texts(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.dxf"
    writing.write_parcels(parcels, path)
    drawing = ezdxf.readfile(path)
    layer = drawing.modelspace().query("LWPOLYLINE").first.dxf.layer
    corners = [
        (38_379_000, 2_576_000),
        (38_379_100, 2_576_000),
        (38_379_100, 2_576_100),
    ]
    drawing.modelspace().add_lwpolyline(
        corners, close=True, dxfattribs={"layer": layer}
    )
    drawing.saveas(path)
    read = read_parcels(path, options=ReadOptions(source_crs=ZONE))
    assert len(read.parcels) == 5


def test_a_copied_line_makes_all_be_read_by_their_texts(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "parcels.dxf"
    writing.write_parcels(parcels, path)
    drawing = ezdxf.readfile(path)
    space = drawing.modelspace()
    copy = space.query("LWPOLYLINE").first.copy()
    space.add_entity(copy.translate(5000, 0, 0))
    drawing.saveas(path)
    with pytest.raises(SourceCrsError):
        read_parcels(path)


@pytest.mark.utf8_names
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_gdal_reads_lines_layers_and_texts(
    parcels: gpd.GeoDataFrame, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "地块.dxf"
    writing.write_parcels(parcels, path, WriteOptions(encoding=encoding))
    found = lines(path, encoding)
    rings = found[found["Layer"] == "地块"].geometry
    assert (rings.geom_type == "Polygon").all()
    expected = shapely.get_rings(shapely.get_parts(parcels["home_geometry"].to_numpy()))
    for ring, one in zip(rings, expected, strict=True):
        assert shapely.hausdorff_distance(ring.exterior, one) < 1e-6
    texts = found.loc[found["Layer"] == "地块编号", "Text"]
    assert texts.to_list() == ["ZQ-0", "ZQ-1", "ZQ-2", "ZQ-2"]
    assert found.loc[found["Layer"] == "地块名称", "Text"].iloc[0] == "大沙0号"


@pytest.mark.parametrize(
    ("encoding", "release", "page"),
    [("", "AC1015", "ANSI_936"), ("utf-8", "AC1024", "ANSI_1252")],
)
def test_release_code_page_and_unit_are_stated(
    parcels: gpd.GeoDataFrame,
    tmp_path: Path,
    encoding: str,
    release: str,
    page: str,
) -> None:
    path = tmp_path / "a.dxf"
    writing.write_parcels(parcels, path, WriteOptions(encoding=encoding))
    drawing = ezdxf.readfile(path)
    header = drawing.header
    assert (drawing.dxfversion, header["$DWGCODEPAGE"]) == (release, page)
    assert (header["$INSUNITS"], header["$MEASUREMENT"]) == (6, 1)
    west, south, *_ = gpd.GeoSeries(parcels["home_geometry"]).total_bounds
    assert drawing.header["$EXTMIN"][:2] == (west, south)
    assert not drawing.audit().errors


def test_layers_are_named_in_the_language_of_the_reader(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.dxf"
    writing.write_parcels(parcels, path, WriteOptions(language=Language.EN))
    layers = {layer.dxf.name for layer in ezdxf.readfile(path).layers}
    assert {"Parcels", "Parcel id", "Parcel name"} <= layers


def test_labels_stand_within_their_parts(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.dxf"
    writing.write_parcels(parcels, path)
    texts = ezdxf.readfile(path).modelspace().query("TEXT")
    whole = shapely.union_all(parcels["home_geometry"].to_numpy())
    assert len(texts) == 8
    places = [text.dxf.align_point for text in texts]
    assert all(whole.contains(shapely.Point(place.x, place.y)) for place in places)


def test_several_planes_are_refused_with_advice(
    both_zones: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.dxf"
    with pytest.raises(SourceCrsError, match=r"4525, 4526.*crs"):
        writing.write_parcels(both_zones, path)
    assert not path.exists()
    findings = writing.write_parcels(both_zones, path, WriteOptions(crs=ZONE))
    assert [one.rule for one in findings] == ["write.points_added"]
    read = read_parcels(path)
    assert read.parcels["home_zone"].to_list() == both_zones["home_zone"].to_list()


def test_a_plane_without_zone_number_can_be_chosen(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.dxf"
    writing.write_parcels(parcels, path, WriteOptions(crs=4547))
    first = ezdxf.readfile(path).modelspace().query("LWPOLYLINE").first
    assert first.get_points("xy")[0][0] < 1_000_000
    again = read_parcels(path).parcels["home_geometry"]
    pairs = zip(again, parcels["home_geometry"], strict=True)
    assert all(shapely.hausdorff_distance(a, b) < 1e-6 for a, b in pairs)


def test_degrees_are_refused(parcels: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with pytest.raises(SourceCrsError, match="is in degrees"):
        writing.write_parcels(parcels, tmp_path / "a.dxf", WriteOptions(crs=4490))


def test_an_encoding_that_is_none_of_drawings_is_refused(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(FileUnreadableError, match="gbk, utf-8"):
        writing.write_parcels(
            parcels, tmp_path / "a.dxf", WriteOptions(encoding="big5")
        )


def test_letters_that_gbk_lacks_are_written_by_their_codes(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    parcels["name"] = pd.Series(
        ["𠮷ñ", "b%%c", "c^D"], index=parcels.index, dtype="str"
    )
    path = tmp_path / "a.dxf"
    findings = writing.write_parcels(parcels, path)
    assert [(one.rule, one.record) for one in findings] == [("write.encoding", "ZQ-0")]
    assert read_parcels(path).parcels["name"].to_list() == ["𠮷ñ", "b%%c", "c^D"]
    options = ReadOptions(source_crs=ZONE)
    read = read_parcels(without_notes(path), options=options).parcels
    assert read["name"].to_list()[:3] == ["?ñ", "b%%c", "c^D"]


def test_a_parcel_without_shape_is_a_finding(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    shapes = [None, *parcels["home_geometry"].iloc[1:]]
    parcels["home_geometry"] = gpd.GeoSeries(shapes, index=parcels.index)
    findings = writing.write_parcels(parcels, tmp_path / "a.dxf")
    assert [(one.rule, one.record) for one in findings] == [("write.no_shape", "ZQ-0")]


def test_a_text_too_long_for_a_line_is_a_finding(
    parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    parcels.loc["ZQ-0", "area_ids"] = "大" * 3000
    path = tmp_path / "a.dxf"
    findings = writing.write_parcels(parcels, path)
    assert [(one.rule, one.record, one.field) for one in findings] == [
        ("write.text_dropped", "ZQ-0", "area_ids")
    ]
    assert read_parcels(path).parcels["name"].to_list()[0] == "大沙0号"


@given(
    mark=st.builds(
        Mark,
        *[st.integers(0, 100_000)] * 4,
        st.dictionaries(st.text(max_size=9), st.text(max_size=300), max_size=5),
    )
)
def test_notes_come_back_from_plain_letters(mark: Mark) -> None:
    pieces = encode(mark)
    assert decode(pieces) == mark
    assert all(piece.isascii() and len(piece) <= 255 for piece in pieces)
    assert " " not in "".join(pieces)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"at":[1,2,3],"columns":{}}',
        '{"at":[1,2,3,true],"columns":{}}',
        '{"at":[1,2,3,-4],"columns":{}}',
        '{"at":[1,2,3,4],"columns":[]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_note_is_none(text: str) -> None:
    assert decode([text]) is None


@settings(max_examples=25, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.integers(0, 999_999), st.integers(0, 999_999)),
        min_size=3,
        max_size=9,
        unique=True,
    ),
    name=st.text(max_size=12),
)
def test_any_ring_and_name_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    corners: list[tuple[int, int]],
    name: str,
) -> None:
    points = np.array(corners) / 1000.0 + (38_378_000, 2_576_000)
    shape = shapely.Polygon(points)
    home: Any = gpd.GeoSeries([shape], index=["A"], crs=ZONE)
    parcels = gpd.GeoDataFrame(
        {
            "name": pd.Series([name], index=["A"], dtype="str"),
            "home_zone": pd.Series([ZONE], index=["A"]),
            "home_geometry": home.set_crs(None, allow_override=True),
        },
        geometry=home.to_crs(4490),
    )
    path = tmp_path_factory.mktemp("d") / "a.dxf"
    writing.write_parcels(parcels, path)
    read = read_parcels(path).parcels
    assert read["home_geometry"].iloc[0].equals_exact(shape, 0)
    kept = read["name"].fillna("").to_list()
    assert kept == [name.strip()]


def test_the_judge_of_the_system_reads_the_drawing(
    parcels: gpd.GeoDataFrame, tmp_path: Path, ogrinfo: Callable[[Path], str]
) -> None:
    path = tmp_path / "a.dxf"
    writing.write_parcels(parcels, path)
    assert "Feature Count: 13" in ogrinfo(path)
