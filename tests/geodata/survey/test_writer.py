"""Survey TXT as it is written: the strict form, and what the form cannot hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import areas, tables
from zqland_geodata.errors import SurveyTextError
from zqland_geodata.options import WriteOptions
from zqland_geodata.survey.writer import write
from zqland_geodata.vector import read_parcels
from zqland_geodata.writing import write_parcels

if TYPE_CHECKING:
    from pathlib import Path

Make = Callable[..., gpd.GeoDataFrame]
At = Callable[[list[tuple[float, float]]], shapely.Polygon]

HECTARE = [(0.0, 0.0), (0.0, 100.0), (100.0, 100.0), (100.0, 0.0)]
HOLE = [(10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0)]
ON = dt.date(2023, 10, 10)


@dataclass(frozen=True)
class Block:
    """A parcel as a strict reader takes it: fields and closed rings, easting first."""

    fields: list[str]
    rings: list[list[tuple[float, float]]]

    @property
    def shape(self) -> shapely.Geometry:
        """Count every ring once: inside an odd number of rings is inside."""
        whole = shapely.Polygon()
        for ring in self.rings:
            whole = whole.symmetric_difference(shapely.Polygon(ring))
        return whole


def strictly_read(content: bytes, encoding: str = "gbk") -> list[Block]:
    """Read the canonical form by its grammar, and nothing else."""
    text = content.decode(encoding)
    assert text.count("\n") == text.count("\r\n") == text.count("\r")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert lines[0] == "[属性描述]"
    assert lines[11] == "[地块坐标]"
    blocks: list[Block] = []
    for line in lines[12:]:
        if line.endswith(",@"):
            fields = line.split(",")
            assert len(fields) == 9
            blocks.append(Block(fields, []))
        else:
            take_point(blocks[-1], line)
    for block in blocks:
        assert int(block.fields[0]) == sum(len(ring) for ring in block.rings)
        assert all(ring[0] == ring[-1] for ring in block.rings)
    return blocks


def take_point(block: Block, line: str) -> None:
    _, ring, north, east = line.split(",")
    assert (len(north), len(east)) == (11, 12)
    if int(ring) > len(block.rings):
        assert int(ring) == len(block.rings) + 1
        block.rings.append([])
    block.rings[-1].append((float(east), float(north)))


def written(
    parcels: gpd.GeoDataFrame, path: Path, options: WriteOptions | None = None
) -> list[Block]:
    chosen = options or WriteOptions()
    write(parcels, path, chosen)
    return strictly_read(path.read_bytes(), chosen.encoding or "gbk")


def same(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    first, second = (
        shapely.MultiPolygon(list(shapely.get_parts(shape))).normalize()
        for shape in (one, other)
    )
    return bool(first.equals_exact(second, 0.0005))


def moved(
    shape: shapely.Geometry, east_m: float, north_m: float = 0.0
) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + np.array([east_m, north_m]))


def test_the_golden_file_is_written_byte_by_byte(
    golden: str, make_parcels: Make, tmp_path: Path
) -> None:
    shell = [(200, 400), (800, 420), (820, -100), (210, -120)]
    hole = [(400, 200), (400, 100), (500, 100), (500, 200)]
    shape = moved(shapely.Polygon(shell, [hole]), 38_357_000, 2_563_000)
    parcels = make_parcels([shape], names=["新区标准地一号"])
    parcels.index = ["ZQ-2023-001"]
    path = tmp_path / "甲.txt"
    write(parcels, path, WriteOptions(producer="肇庆市自然资源局", on=ON))
    planar = golden.replace("30.4747", "30.4900")
    expected = planar.replace("F49G050080,工业用地,0601", ",,")
    assert path.read_bytes() == expected.replace("\n", "\r\n").encode("gbk")


@given(data=st.data())
def test_what_is_written_is_read_by_a_strict_reader(
    drawn_layers: st.SearchStrategy[gpd.GeoDataFrame],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    parcels = data.draw(drawn_layers)
    blocks = written(parcels, tmp_path_factory.mktemp("txt") / "a.txt")
    assert [block.fields[2] for block in blocks] == list(parcels.index)
    assert [block.fields[3] for block in blocks] == [
        name.strip() for name in parcels["name"]
    ]
    for block, shape in zip(blocks, parcels["home_geometry"], strict=True):
        assert same(block.shape, shape)


@given(data=st.data())
def test_zqland_reads_back_what_it_writes(
    drawn_layers: st.SearchStrategy[gpd.GeoDataFrame],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    parcels = data.draw(drawn_layers)
    encoding = data.draw(st.sampled_from(["", "utf-8", "utf-8-sig", "gb18030"]))
    path = tmp_path_factory.mktemp("txt") / "a.txt"
    write(parcels, path, WriteOptions(encoding=encoding))
    read = read_parcels(path)
    again = tables.check("parcels", read.parcels)
    # The strict form needs no tolerance but that a further part is no hole.
    tolerated = {one.rule for one in read.findings} - {"declared.basis"}
    assert tolerated <= {"survey.encoding", "survey.ring_not_hole"}
    assert list(again.index) == list(parcels.index)
    assert again["name"].fillna("").to_list() == [
        name.strip() for name in parcels["name"]
    ]
    assert again["home_zone"].to_list() == parcels["home_zone"].to_list()
    for found, shape in zip(
        again["home_geometry"], parcels["home_geometry"], strict=True
    ):
        assert same(found, shape)
    planar = areas.measure(parcels, methods=["planar"])["planar_m2"]
    assert again["declared_m2"].to_numpy() == pytest.approx(planar, abs=0.51)


@settings(max_examples=25)
@given(data=st.data())
def test_writing_what_was_read_gives_the_same_bytes(
    drawn_layers: st.SearchStrategy[gpd.GeoDataFrame],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("txt")
    options = WriteOptions(on=ON)
    write(data.draw(drawn_layers), folder / "a.txt", options)
    write(read_parcels(folder / "a.txt").parcels, folder / "b.txt", options)
    assert (folder / "b.txt").read_bytes() == (folder / "a.txt").read_bytes()


def test_the_parts_of_a_parcel_are_numbered_through(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    holed = shapely.Polygon(at_origin(HECTARE).exterior, [at_origin(HOLE).exterior])
    beside = moved(at_origin(HECTARE), 500)
    parcels = make_parcels([shapely.MultiPolygon([holed, beside])])
    (block,) = written(parcels, tmp_path / "a.txt")
    rows = (tmp_path / "a.txt").read_text(encoding="gbk").splitlines()[13:]
    assert block.fields[:2] == ["15", "1.9900"]
    assert [row.split(",")[:2] for row in rows[10:]] == [
        [name, "3"] for name in ("J9", "J10", "J11", "J12", "J9")
    ]


def test_parts_become_records_of_their_own_on_request(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    square = at_origin(HECTARE)
    beside = moved(square, 500)
    parcels = make_parcels([shapely.MultiPolygon([square, beside]), square, square])
    parcels.index = ["A", "A-1", "B"]
    path = tmp_path / "a.txt"
    findings = write(parcels, path, WriteOptions(split_parts=True))
    blocks = strictly_read(path.read_bytes())
    assert [block.fields[2] for block in blocks] == ["A-2", "A-3", "A-1", "B"]
    assert {block.fields[1] for block in blocks} == {"1.0000"}
    assert [(one.rule, one.record) for one in findings] == [("write.parts_split", "A")]


def test_an_area_declared_for_the_whole_is_not_given_to_its_parts(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    square = at_origin(HECTARE)
    beside = moved(square, 500)
    parcels = make_parcels([shapely.MultiPolygon([square, beside]), square])
    parcels["declared_m2"] = [20_000.0, 10_001.5]
    options = WriteOptions(method=areas.Method.DECLARED, split_parts=True)
    blocks = written(parcels, tmp_path / "a.txt", options)
    assert [block.fields[1] for block in blocks] == ["", "", "1.0002"]


@pytest.mark.parametrize(
    ("method", "hectares"),
    [
        (areas.Method.PLANAR, "1.0000"),
        (areas.Method.ELLIPSOID_OFFICIAL, "0.9996"),
        (areas.Method.DECLARED, "1.2346"),
    ],
)
def test_the_area_is_that_of_the_method_that_is_asked_for(
    make_parcels: Make,
    at_origin: At,
    tmp_path: Path,
    method: areas.Method,
    hectares: str,
) -> None:
    parcels = make_parcels([at_origin(HECTARE)])
    parcels["declared_m2"] = 12_345.5
    (block,) = written(parcels, tmp_path / "a.txt", WriteOptions(method=method))
    assert block.fields[1] == hectares


def test_the_area_is_that_of_the_coordinates_as_they_are_written(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    # 4 km by 0.4 mm are 1.6 square metres, of which nothing is left at millimetres.
    shape = at_origin([(0.0, 0.0), (0.0, 100.0004), (4000.0, 100.0004), (4000.0, 0.0)])
    (block,) = written(make_parcels([shape]), tmp_path / "a.txt")
    assert block.fields[1] == "40.0000"


@pytest.mark.parametrize(
    ("planned", "use", "code"),
    [
        ("M1", "一类工业用地", "0601"),
        ("W3", "三类物流仓储用地", "0604"),
        (None, "", ""),
    ],
)
def test_the_planned_class_is_written_as_use_and_code(
    make_parcels: Make, at_origin: At, tmp_path: Path, planned: str, use: str, code: str
) -> None:
    parcels = make_parcels([at_origin(HECTARE)])
    parcels["land_class"] = [planned]
    (block,) = written(parcels, tmp_path / "a.txt")
    assert block.fields[6:8] == [use, code]


@pytest.mark.parametrize("planned", ["M1", "M2", "M3", "W1", "W2", "W3"])
def test_the_planned_class_comes_back(
    make_parcels: Make, at_origin: At, tmp_path: Path, planned: str
) -> None:
    parcels = make_parcels([at_origin(HECTARE)])
    parcels["land_class"] = [planned]
    write(parcels, tmp_path / "a.txt", WriteOptions())
    again = read_parcels(tmp_path / "a.txt").parcels
    assert again["land_class"].to_list() == [planned]


def test_columns_without_a_place_are_named(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    parcels = make_parcels([at_origin(HECTARE)])
    parcels["park_id"], parcels["area_ids"], parcels["remark"] = "GXQ", None, "x"
    (finding,) = write(parcels, tmp_path / "a.txt", WriteOptions())
    assert finding.rule == "write.columns_left_out"
    assert finding.message.zh.endswith("园区代码、remark")


def test_a_letter_beyond_gbk_is_written_in_gb18030(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    parcels = make_parcels([at_origin(HECTARE)], names=["\U0002a700"])
    (finding,) = write(parcels, tmp_path / "a.txt", WriteOptions())
    (block,) = strictly_read((tmp_path / "a.txt").read_bytes(), "gb18030")
    assert (finding.rule, finding.value) == ("write.encoding", "\U0002a700")
    assert block.fields[3] == "\U0002a700"


@pytest.mark.parametrize(
    ("name", "encoding", "words"),
    [
        ("\U0002a700", "gbk", "gbk"),
        ("甲", "latin-1", "Known: gbk"),
        ("甲", "utf-16", "Known: gbk"),
    ],
)
def test_what_an_encoding_cannot_hold_is_refused(
    make_parcels: Make,
    at_origin: At,
    tmp_path: Path,
    name: str,
    encoding: str,
    words: str,
) -> None:
    parcels = make_parcels([at_origin(HECTARE)], names=[name])
    with pytest.raises(SurveyTextError, match=words):
        write(parcels, tmp_path / "a.txt", WriteOptions(encoding=encoding))


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("甲,乙", "甲，乙"),
        ("甲@", "甲\uff20"),
        ("甲\r\n乙", "甲 乙"),
        (" 甲\t", "甲"),
        ("\ufeff甲", "甲"),
    ],
)
def test_a_name_that_a_row_cannot_hold_is_changed_and_reported(
    make_parcels: Make, at_origin: At, tmp_path: Path, name: str, held: str
) -> None:
    parcels = make_parcels([at_origin(HECTARE)], names=[name])
    (finding,) = write(parcels, tmp_path / "a.txt", WriteOptions())
    (block,) = strictly_read((tmp_path / "a.txt").read_bytes())
    assert block.fields[3] == held
    assert (finding.rule, finding.record) == ("write.name_changed", "ZQ-1")


@pytest.mark.parametrize("number", ["", "A,1", "A@", "A\n1", " A"])
def test_a_number_that_a_row_cannot_hold_is_refused(
    make_parcels: Make, at_origin: At, tmp_path: Path, number: str
) -> None:
    parcels = make_parcels([at_origin(HECTARE)])
    parcels.index = [number]
    with pytest.raises(SurveyTextError, match="Renumber it"):
        write(parcels, tmp_path / "a.txt", WriteOptions())


def test_a_producer_stays_on_its_line(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    options = WriteOptions(producer="某所\n带号=37", on=ON)
    parcels = make_parcels([at_origin(HECTARE)])
    write(parcels, tmp_path / "a.txt", options)
    lines = (tmp_path / "a.txt").read_text(encoding="gbk").splitlines()
    assert lines[2:4] == ["数据产生单位=某所 带号=37", "数据产生日期=2023-10-10"]


def test_parcels_of_several_zones_are_refused_with_advice(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    square = at_origin(HECTARE)
    west = moved(square, -38_378_000 + 37_664_000)
    parcels = make_parcels([square, west, west], zones=[4526, 4525, 4525])
    with pytest.raises(SurveyTextError, match=r"EPSG:4525 \(2\), EPSG:4526 \(1\)"):
        write(parcels, tmp_path / "a.txt", WriteOptions())


def test_parcels_of_another_zone_are_computed_where_a_zone_is_named(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    square = at_origin(HECTARE)
    west = moved(square, -38_378_000 + 37_664_000)
    parcels = make_parcels([square, west], zones=[4526, 4525])
    path = tmp_path / "a.txt"
    (finding,) = write(parcels, path, WriteOptions(crs=4526))
    assert (finding.rule, finding.value) == ("write.points_added", "4525")
    again = read_parcels(path).parcels
    assert again["home_zone"].to_list() == [4526, 4526]
    # Points every 70 m: two to each side of the square, and the closing one.
    assert shapely.get_num_coordinates(again["home_geometry"].iloc[1]) == 9
    middles = gpd.GeoSeries([again.geometry.iloc[1], parcels.geometry.iloc[1]])
    assert middles.centroid.x.diff().abs().max() < 1e-7


@pytest.mark.parametrize(
    ("epsg", "number"), [(4547, 38), (4509, 39)], ids=["CM 114E", "6-degree zone 20"]
)
def test_other_forms_of_the_plane_are_moved_exactly(
    at_origin: At, make_parcels: Make, tmp_path: Path, epsg: int, number: int
) -> None:
    shape = moved(at_origin(HECTARE), -38_000_000.0)
    parcels = make_parcels([shape], zones=[epsg])
    path = tmp_path / "a.txt"
    assert write(parcels, path, WriteOptions()) == []
    (block,) = strictly_read(path.read_bytes())
    assert block.rings[0][0] == (number * 1e6 + 378_000.0, 2_576_100.0)
    assert f"带号={number}" in path.read_text(encoding="gbk")


@pytest.mark.parametrize("zone", [4490, 3857, 4547, 4497, 2362, 999_999])
def test_a_system_that_the_form_does_not_have_is_refused(
    make_parcels: Make, at_origin: At, tmp_path: Path, zone: int
) -> None:
    parcels = make_parcels([at_origin(HECTARE)])
    with pytest.raises(SurveyTextError, match="EPSG:4513 to 4533"):
        write(parcels, tmp_path / "a.txt", WriteOptions(crs=zone))


def test_parcels_outside_china_are_refused(make_parcels: Make, tmp_path: Path) -> None:
    square = shapely.box(320_000, 4_690_000, 320_100, 4_690_100)
    parcels = make_parcels([square], zones=[26_919])
    with pytest.raises(SurveyTextError, match=r"EPSG:26919 \(1\)"):
        write(parcels, tmp_path / "a.txt", WriteOptions())


FAR = {
    "axes swapped": lambda xy: xy[:, ::-1],
    "another zone number": lambda xy: xy + np.array([1_000_000.0, 0.0]),
    "in degrees": lambda xy: xy / 1e6,
}


@pytest.mark.parametrize("fault", FAR)
def test_coordinates_that_are_not_of_the_zone_are_refused(
    make_parcels: Make, at_origin: At, tmp_path: Path, fault: str
) -> None:
    parcels = make_parcels([at_origin(HECTARE)])
    shape = shapely.transform(at_origin(HECTARE), FAR[fault])
    parcels["home_geometry"] = gpd.GeoSeries([shape], parcels.index)
    with pytest.raises(SurveyTextError, match="zone 38"):
        write(parcels, tmp_path / "a.txt", WriteOptions())


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        shapely.Point(38_378_000, 2_576_000),
        shapely.box(38_378_000, 2_576_000, 38_378_000.0004, 2_576_000.0004),
    ],
    ids=["missing", "empty", "point", "speck"],
)
def test_a_parcel_without_an_area_is_refused_by_its_number(
    make_parcels: Make, at_origin: At, tmp_path: Path, shape: shapely.Geometry
) -> None:
    parcels = make_parcels([at_origin(HECTARE), at_origin(HECTARE)])
    home = gpd.GeoSeries([at_origin(HECTARE), shape], parcels.index)
    parcels["home_geometry"] = home
    with pytest.raises(SurveyTextError, match="Parcel ZQ-2 has"):
        write(parcels, tmp_path / "a.txt", WriteOptions())


def test_a_ring_that_is_lost_is_reported(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    speck = at_origin([(9, 9), (9.0004, 9), (9.0004, 9.0004)])
    shape = shapely.Polygon(at_origin(HECTARE).exterior, [speck.exterior])
    (finding,) = write(make_parcels([shape]), tmp_path / "a.txt", WriteOptions())
    assert (finding.rule, finding.record) == ("write.ring_lost", "ZQ-1")


def test_no_parcels_are_refused(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    with pytest.raises(SurveyTextError, match="no parcels"):
        write(
            make_parcels([at_origin(HECTARE)]).iloc[:0],
            tmp_path / "a.txt",
            WriteOptions(),
        )


def test_a_file_that_cannot_take_its_place_leaves_nothing_half_written(
    make_parcels: Make, at_origin: At, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.txt"
    taken.mkdir()
    with pytest.raises(OSError, match="taken"):
        write_parcels(make_parcels([at_origin(HECTARE)]), taken)
    assert list(tmp_path.iterdir()) == [taken]
