"""The canonical survey TXT: read, refuse, write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zqland import areas, tables
from zqland_geodata.errors import FileUnreadableError, SurveyTextError
from zqland_geodata.survey_txt import read_survey_txt, write_survey_txt
from zqland_geodata.vector import read_parcels

Write = Callable[..., Path]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "gb18030"])
def test_the_golden_parcel_is_read(
    golden: str, write_text: Write, encoding: str
) -> None:
    parcels = read_survey_txt(write_text("a.txt", golden, encoding)).parcels
    measured = areas.measure(parcels).loc["ZQ-2023-001"]
    assert parcels["name"].to_list() == ["新区标准地一号"]
    assert measured["planar_m2"] == 304_900.0
    assert measured["ellipsoid_official_m2"] == pytest.approx(304_747.164, abs=0.0005)


def test_it_is_a_table_of_parcels(golden: str, write_text: Write) -> None:
    parcels = read_parcels(write_text("a.TXT", golden)).parcels
    checked = tables.check("parcels", parcels)
    assert checked["home_zone"].to_list() == [4526]
    assert checked["district"].to_list() == ["441203"]


def test_coordinates_are_kept_digit_by_digit(golden: str, write_text: Write) -> None:
    shape = (
        read_survey_txt(write_text("a.txt", golden)).parcels["home_geometry"].iloc[0]
    )
    assert shape.exterior.coords[0] == (38_357_200.0, 2_563_400.0)
    assert len(shape.interiors) == 1


def test_the_first_vertex_lies_where_it_should(golden: str, write_text: Write) -> None:
    shape = read_survey_txt(write_text("a.txt", golden)).parcels.geometry.iloc[0]
    longitude, latitude = shape.exterior.coords[0]
    assert longitude == pytest.approx(112.60553924, abs=1e-8)
    assert latitude == pytest.approx(23.16414952, abs=1e-8)


@pytest.mark.parametrize(
    ("hectares", "basis", "declared_m2"),
    [("30.4747", "ellipsoidal", 304_747.0), ("30.4900", "planar", 304_900.0)],
)
def test_the_basis_of_the_declared_area_is_named(
    golden: str, write_text: Write, hectares: str, basis: str, declared_m2: float
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace("30.4747", hectares)))
    (finding,) = read.findings
    assert finding.rule == "declared.basis"
    assert basis in finding.message.en
    assert read.parcels["declared_m2"].to_list() == [declared_m2]


def test_a_declared_area_that_fits_neither_names_no_basis(
    golden: str, write_text: Write
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace("30.4747", "30.4800")))
    assert read.findings == []


@pytest.mark.parametrize("nothing", ["", "0", "0.0000"])
def test_no_declared_area_is_unknown(
    golden: str, write_text: Write, nothing: str
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace("30.4747", nothing)))
    assert read.parcels["declared_m2"].isna().all()
    assert [finding.rule for finding in read.findings] == ["declared.missing"]


FAULTS = [
    ("[属性描述]", "[属性]", 1),
    ("坐标系=2000国家大地坐标系", "坐标系=1980西安坐标系", 5),
    ("坐标系=2000国家大地坐标系", "坐标系=1954北京坐标系", 5),
    ("几度分带=3", "几度分带=6", 6),
    ("投影类型=高斯克吕格", "投影类型=墨卡托", 7),
    ("计量单位=米", "计量单位=度", 8),
    ("带号=38", "带号=", 9),
    ("带号=38", "带号=3", 9),
    ("带号=38", "带号=37", 14),
    ("转换参数=0,0,0,0,0,0,0", "转换参数=1,0,0,0,0,0,0", 11),
    ("带号=38\n", "", 11),
    ("带号=38", "分带=3度带", 9),
    ("[地块坐标]\n", "", 12),
    ("10,30.4747", "11,30.4747", 13),
    ("30.4747", "30.4747公顷", 13),
    (",面,", ",线,", 13),
    ("F49G050080,", "", 13),
    ("J1,1,2563400.000,38357200.000", "J1,1,38357200.000,2563400.000", 14),
    ("J2,1,2563420.000,38357800.000", "J2,1,2563420.000,357800.000", 15),
    ("J2,1,2563420.000", "J2,1, 2563420.000", 15),
    ("J2,1,2563420.000,", "J2，1，2563420.000，", 15),
    ("J2,1,2563420.000,38357800.000", "J2,2563420.000,38357800.000", 15),
    ("2562880.000,38357210.000\nJ1,1,", "2562880.000,38357210.000\nJ1,2,", 17),
    ("J5,2,2563200.000,38357400.000\nJ6", "J5,3,2563200.000,38357400.000\nJ6", 13),
    (
        "2563200.000,38357500.000\nJ5,2,2563200.000",
        "2563200.000,38357500.000\nJ5,2,2563201.000",
        23,
    ),
    ("38357500.000", "38358500.000", 13),
]


@pytest.mark.parametrize(("canonical", "wild", "line"), FAULTS)
def test_what_is_not_canonical_is_refused_with_its_line(
    golden: str, write_text: Write, canonical: str, wild: str, line: int
) -> None:
    assert canonical in golden
    path = write_text("a.txt", golden.replace(canonical, wild))
    with pytest.raises(SurveyTextError, match=rf"a\.txt, line {line}:") as caught:
        read_survey_txt(path)
    assert f"第 {line} 行" in caught.value.text.zh


def test_a_file_without_parcels_is_refused(golden: str, write_text: Write) -> None:
    head = golden.partition("10,30.4747")[0]
    with pytest.raises(SurveyTextError, match="no parcels"):
        read_survey_txt(write_text("a.txt", head))


def test_points_before_a_parcel_are_refused(golden: str, write_text: Write) -> None:
    lines = golden.splitlines()
    text = "\n".join([*lines[:12], *lines[13:]])
    with pytest.raises(SurveyTextError, match=r"line 13: .*row of nine"):
        read_survey_txt(write_text("a.txt", text))


def test_utf_16_is_refused(golden: str, write_text: Write) -> None:
    with pytest.raises(FileUnreadableError, match="neither UTF-8 nor GBK"):
        read_survey_txt(write_text("a.txt", golden, "utf-16-le"))


def test_blank_lines_between_parcels_are_allowed(
    golden: str, write_text: Write
) -> None:
    second = golden.partition("[地块坐标]\n")[2].replace("2023-001", "2023-002")
    parcels = read_survey_txt(write_text("a.txt", f"{golden}\n{second}\n")).parcels
    assert list(parcels.index) == ["ZQ-2023-001", "ZQ-2023-002"]


def test_a_shape_that_crosses_itself_is_kept(golden: str, write_text: Write) -> None:
    shell = golden.replace("2562900.000,38357820.000", "2563500.000,38357300.000")
    text = shell.partition("J5,2")[0].replace("10,30.4747", "5,30.4747")
    shape = read_survey_txt(write_text("a.txt", text)).parcels["home_geometry"].iloc[0]
    assert not shape.is_valid


def test_a_parcel_of_the_next_zone_keeps_the_zone_of_the_file(
    golden: str, write_text: Write
) -> None:
    text = golden.replace(",38357", ",38327")
    read = read_survey_txt(write_text("a.txt", text))
    assert read.parcels["home_zone"].to_list() == [4526]
    assert "home_zone.neighbour" in {finding.rule for finding in read.findings}


def test_writing_what_was_read_gives_the_same_file(
    golden: str, write_text: Write, tmp_path: Path
) -> None:
    parcels = read_survey_txt(write_text("a.txt", golden)).parcels
    target = tmp_path / "b.txt"
    write_survey_txt(
        parcels, target, producer="肇庆市自然资源局", on=dt.date(2023, 10, 10)
    )
    written = target.read_bytes().decode("gbk")
    planar = golden.replace("30.4747", "30.4900").replace(
        "F49G050080,工业用地,0601", ",,"
    )
    assert written == planar.replace("\n", "\r\n")


def test_the_ellipsoidal_area_is_written_on_request(
    golden: str, write_text: Write, tmp_path: Path
) -> None:
    parcels = read_survey_txt(write_text("a.txt", golden)).parcels
    target = tmp_path / "b.txt"
    write_survey_txt(parcels, target, method=areas.Method.ELLIPSOID_OFFICIAL)
    assert "10,30.4747,ZQ" in target.read_bytes().decode("gbk")


def test_a_file_that_cannot_take_its_place_leaves_nothing_half_written(
    golden: str, write_text: Write, tmp_path: Path
) -> None:
    parcels = read_survey_txt(write_text("a.txt", golden)).parcels
    taken = tmp_path / "taken.txt"
    taken.mkdir()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match="taken"):
        write_survey_txt(parcels, taken)
    assert sorted(tmp_path.iterdir()) == before


def test_an_unknown_declared_area_is_written_empty(
    golden: str, write_text: Write, tmp_path: Path
) -> None:
    parcels = read_survey_txt(write_text("a.txt", golden)).parcels
    target = tmp_path / "b.txt"
    parcels["declared_m2"] = float("nan")
    write_survey_txt(parcels, target, method=areas.Method.DECLARED, encoding="utf-8")
    assert "10,,ZQ" in target.read_bytes().decode("utf-8")


CORNERS = st.integers(0, 500_000).map(lambda millimetres: millimetres / 1000)


@given(
    corners=st.lists(st.tuples(CORNERS, CORNERS), min_size=3, max_size=8, unique=True)
)
def test_a_round_trip_keeps_every_vertex(
    tmp_path_factory: pytest.TempPathFactory, corners: list[tuple[float, float]]
) -> None:
    moved = [(x + 38_378_000, y + 2_576_000) for x, y in corners]
    shape = shapely.MultiPoint(moved).convex_hull
    if not isinstance(shape, shapely.Polygon):
        return
    path = tmp_path_factory.mktemp("txt") / "a.txt"
    write_survey_txt(one_parcel(shape), path)
    again = read_survey_txt(path).parcels["home_geometry"].iloc[0]
    assert again.normalize().equals_exact(shape.normalize(), 0.0005)


def one_parcel(
    shape: shapely.Geometry, zone: int = 4526, name: str = "甲"
) -> gpd.GeoDataFrame:
    table = {
        "name": [name],
        "home_zone": [zone],
        "home_geometry": gpd.GeoSeries([shape], ["A"]),
        "declared_m2": [1.0],
    }
    return gpd.GeoDataFrame(
        table, index=["A"], geometry=[shapely.Point(112.6, 23.2)], crs=4490
    )


SQUARE = shapely.box(38_378_000, 2_576_000, 38_378_100, 2_576_100)


@pytest.mark.parametrize(
    ("shape", "zone", "name", "words"),
    [
        (SQUARE, 26918, "甲", "one CGCS2000 3-degree zone"),
        (SQUARE, 4526, "甲,乙", "comma"),
        (SQUARE, 4526, "甲\n乙", "comma"),
        (SQUARE, 4526, "\U0002a700", "gbk"),
        (shapely.Polygon(), 4526, "甲", "no shape"),
        (
            shapely.MultiPolygon(
                [SQUARE, shapely.transform(SQUARE, lambda xy: xy + 500)]
            ),
            4526,
            "甲",
            "several parts",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(
    tmp_path: Path, shape: shapely.Geometry, zone: int, name: str, words: str
) -> None:
    with pytest.raises(SurveyTextError, match=words):
        write_survey_txt(one_parcel(shape, zone, name), tmp_path / "a.txt")
    assert not (tmp_path / "a.txt").exists()


def test_a_single_part_is_written_as_a_polygon(tmp_path: Path) -> None:
    write_survey_txt(one_parcel(shapely.MultiPolygon([SQUARE])), tmp_path / "a.txt")
    read = read_survey_txt(tmp_path / "a.txt")
    assert read.parcels["declared_m2"].to_list() == [10_000.0]
