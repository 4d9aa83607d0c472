"""Forms of survey TXT besides the canonical one, and what is read from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyproj import Transformer

from zqland import areas, grids, tables
from zqland.shifts import Shift, Shifts, header_shift
from zqland.text import Text
from zqland_geodata.options import ReadOptions
from zqland_geodata.survey import read_survey_txt
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    import shapely

    from zqland_geodata.assembly import ParcelsRead

Write = Callable[..., Path]
IN_38 = ReadOptions(source_crs=4526)


def codes(read: ParcelsRead) -> set[str]:
    return {finding.rule for finding in read.findings}


def home(read: ParcelsRead, row: int = 0) -> shapely.Geometry:
    return read.parcels["home_geometry"].iloc[row]


def rows(golden: str) -> list[list[str]]:
    """Return the fields of the golden points."""
    return [line.split(",") for line in golden.splitlines() if line.startswith("J")]


def test_the_golden_parcel_has_its_golden_areas(golden: str, write_text: Write) -> None:
    parcels = read_survey_txt(write_text("a.txt", golden, "gbk")).parcels
    measured = areas.measure(parcels).loc["ZQ-2023-001"]
    assert parcels["name"].to_list() == ["新区标准地一号"]
    assert measured["planar_m2"] == 304_900.0
    assert measured["ellipsoid_official_m2"] == pytest.approx(304_747.164, abs=0.0005)


def test_it_is_a_table_of_parcels(golden: str, write_text: Write) -> None:
    parcels = read_parcels(write_text("a.TXT", golden)).parcels
    checked = tables.check("parcels", parcels)
    assert checked["home_zone"].to_list() == [4526]
    assert checked["district"].to_list() == ["441203"]


def test_the_first_vertex_lies_where_it_should(golden: str, write_text: Write) -> None:
    shape = read_survey_txt(write_text("a.txt", golden)).parcels.geometry.iloc[0]
    longitude, latitude = shape.exterior.coords[0]
    assert longitude == pytest.approx(112.60553924, abs=1e-8)
    assert latitude == pytest.approx(23.16414952, abs=1e-8)


@pytest.mark.parametrize(
    ("figure", "basis", "declared_m2"),
    [
        ("30.4747", "ellipsoidal", 304_747.0),
        ("30.4900", "planar", 304_900.0),
        ("304747.16", "ellipsoidal", 304_747.16),
        ("304900", "planar", 304_900.0),
        ("457.35", "planar", 304_900.0),
        ("457.35亩", "planar", 304_900.0),
        ("30.5", "alike", 305_000.0),
    ],
)
def test_unit_and_basis_of_the_declared_area_are_found(
    golden: str, write_text: Write, figure: str, basis: str, declared_m2: float
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace("30.4747", figure)))
    (finding,) = [one for one in read.findings if one.rule == "declared.basis"]
    assert basis in finding.message.en
    assert finding.place == "line 13"
    assert read.parcels["declared_m2"].to_list() == [declared_m2]


@pytest.mark.parametrize(
    ("figure", "code", "known"),
    [
        ("", "declared.missing", 0),
        ("0", "declared.missing", 0),
        ("0.0000", "declared.missing", 0),
        ("约三十", "declared.unreadable", 0),
        ("30.4747顷", "declared.unreadable", 0),
        ("5", "declared.unit_unknown", 0),
        ("30.4800", "", 1),
    ],
)
def test_a_declared_area_that_says_nothing_is_left_unknown(
    golden: str, write_text: Write, figure: str, code: str, known: int
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace("30.4747", figure)))
    assert read.parcels["declared_m2"].notna().sum() == known
    found = {rule for rule in codes(read) if rule.startswith("declared.")}
    assert found == ({code} if code else set())


def test_provincial_rows_become_parcels_by_their_number(
    golden: str, write_text: Write
) -> None:
    text = "".join(
        f"{number},{parcel},{ring},{name},{x},{y}\n"
        for parcel in (1, 2)
        for number, (name, ring, x, y) in enumerate(rows(golden), 1)
    )
    read = read_survey_txt(write_text("a.txt", text), options=IN_38)
    assert list(read.parcels.index) == ["1", "2"]
    assert home(read).area == home(read, 1).area == 304_900.0
    assert {"survey.provincial_rows", "survey.datum_given"} <= codes(read)


@pytest.mark.parametrize("given", [4526, 4547])
def test_simple_rows_are_divided_by_blank_lines_and_rings_by_closure(
    golden: str, write_text: Write, given: int
) -> None:
    block = "".join(f"{x},{y[2:]}\n" for _, _, x, y in rows(golden))
    text = f"GISQLANDPLAN$$2016-01-01\n{block}\n{block}\n"
    read = read_survey_txt(
        write_text("a.txt", text, "utf-16"), options=ReadOptions(source_crs=given)
    )
    assert list(read.parcels.index) == ["1", "2"]
    assert home(read, 1).area == 304_900.0
    assert home(read).exterior.coords[0] == (38_357_200.0, 2_563_400.0)
    assert {"survey.simple_rows", "survey.no_zone_prefix"} <= codes(read)


@pytest.mark.parametrize("order", [1, -1])
def test_degrees_are_brought_to_the_home_zone(
    golden: str, write_text: Write, order: int
) -> None:
    to_degrees = Transformer.from_crs(4526, 4490, always_xy=True)
    lines = ["[地块坐标]", "30.4900公顷,,地块1,面,,,,@"]
    for name, ring, x, y in rows(golden):
        lon, lat = to_degrees.transform(float(y), float(x))
        pair = (f"{lat:.12f}", f"{lon:.12f}")[::order]
        lines.append(",".join((name, ring, *pair)))
    text = "\n".join(lines)
    read = read_survey_txt(
        write_text("a.txt", text), options=ReadOptions(source_crs=4490)
    )
    assert home(read).area == pytest.approx(304_900.0, abs=1e-3)
    assert ("survey.axes_swapped" in codes(read)) == (order == -1)
    assert {"survey.degrees", "survey.head_missing"} <= codes(read)
    assert read.parcels["home_zone"].to_list() == [4526]


def test_a_6_degree_zone_is_an_exact_shift_to_the_3_degree_zone_of_its_meridian(
    golden: str, write_text: Write
) -> None:
    text = golden.replace(",38357", ",19457")
    text = text.replace("几度分带=3", "几度分带=6").replace("带号=38", "带号=19")
    read = read_survey_txt(write_text("a.txt", text.replace("30.4747", "30.4900")))
    assert read.parcels["home_zone"].to_list() == [4525]
    assert home(read).exterior.coords[0] == (37_457_200.0, 2_563_400.0)
    assert "survey.six_degrees" in codes(read)
    bases = [one for one in read.findings if one.rule == "declared.basis"]
    assert "planar" in bases[0].message.en


def test_a_6_degree_zone_goes_to_the_zone_that_holds_most(
    golden: str, write_text: Write
) -> None:
    moved = Transformer.from_crs(4526, 4497, always_xy=True)
    text = golden.replace("几度分带=3", "几度分带=6").replace("带号=38", "带号=19")
    for _, _, x, y in rows(golden):
        east, north = moved.transform(float(y), float(x))
        text = text.replace(f"{x},{y}", f"{north:.3f},{east:.3f}")
    read = read_survey_txt(write_text("a.txt", text))
    assert read.parcels["home_zone"].to_list() == [4526]
    assert home(read).area == pytest.approx(304_900.0, abs=2.0)


def test_parcels_of_two_zones_are_each_read_in_their_own(
    golden: str, write_text: Write
) -> None:
    body = golden.partition("[地块坐标]\n")[2].replace("2023-001", "2023-002")
    text = golden + body.replace(",38357", ",37664").replace("J", "P")
    read = read_survey_txt(write_text("a.txt", text))
    assert read.parcels["home_zone"].to_list() == [4526, 4525]
    assert list(read.parcels.index) == ["ZQ-2023-001", "ZQ-2023-002"]
    assert home(read, 1).exterior.coords[0] == (37_664_200.0, 2_563_400.0)
    assert {"survey.zones_mixed", "survey.zone_wrong"} <= codes(read)


def test_repeated_numbers_are_told_apart_over_zones(
    golden: str, write_text: Write
) -> None:
    body = golden.partition("[地块坐标]\n")[2].replace(",38357", ",37664")
    read = read_survey_txt(write_text("a.txt", golden + body))
    assert list(read.parcels.index) == ["ZQ-2023-001", "ZQ-2023-001#2"]


def test_a_parcel_of_the_next_zone_keeps_the_zone_of_the_file(
    golden: str, write_text: Write
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace(",38357", ",38327")))
    assert read.parcels["home_zone"].to_list() == [4526]
    assert "home_zone.neighbour" in codes(read)


def test_the_given_zone_settles_what_the_file_leaves_open(
    golden: str, write_text: Write
) -> None:
    text = golden.replace(",38357", ",457").replace("带号=38", "带号=")
    read = read_survey_txt(write_text("a.txt", text), options=IN_38)
    assert home(read).exterior.coords[0] == (38_457_200.0, 2_563_400.0)
    text = golden.replace(",38357", ",357").replace("带号=38", "带号=40")
    read = read_survey_txt(write_text("b.txt", text), options=IN_38)
    assert "survey.zone_given" in codes(read)
    assert home(read).exterior.coords[0] == (38_357_200.0, 2_563_400.0)


def test_the_given_zone_reaches_the_reader_through_any_file(
    golden: str, write_text: Write
) -> None:
    text = golden.replace("坐标系=2000国家大地坐标系\n", "")
    read = read_parcels(write_text("a.txt", text), options=IN_38)
    assert "survey.datum_given" in codes(read)


PARAMETERS = (-10.0, 20.0, 30.0, 0.1, 0.2, 0.3, 1.5)
OLD = "转换参数=" + ",".join(map(str, PARAMETERS))


def set_of(x: float) -> Shift:
    found = header_shift(grids.Datum.XIAN80, (x, *PARAMETERS[1:]))
    assert found is not None
    label = Text(en="the city's set", zh="本市参数")
    return dataclasses.replace(found, name="city", label=label, accuracy_m=0.05)


def test_parameters_of_the_head_bring_xian_80_to_cgcs2000(
    golden: str, write_text: Write
) -> None:
    old = golden.replace("2000国家大地坐标系", "1980西安坐标系")
    read = read_survey_txt(
        write_text("a.txt", old.replace("转换参数=0,0,0,0,0,0,0", OLD))
    )
    forth = Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lon_0=114 +x_0=38500000 +a=6378140 "
        "+rf=298.257 +step +proj=cart +a=6378140 +rf=298.257 +step +proj=helmert "
        "+x=-10 +y=20 +z=30 +rx=0.1 +ry=0.2 +rz=0.3 +s=1.5 "
        "+convention=coordinate_frame +step +inv +proj=cart +ellps=GRS80 "
        "+rf=298.257222101 +step +proj=tmerc +lon_0=114 +x_0=38500000 +ellps=GRS80"
    )
    expected = forth.transform(38_357_200.0, 2_563_400.0)
    assert home(read).exterior.coords[0] == pytest.approx(expected, abs=1e-3)
    (finding,) = [one for one in read.findings if one.rule == "survey.datum_shifted"]
    assert "accuracy not stated" in finding.message.en
    assert finding.place == "line 5"


def test_parameters_of_the_settings_go_first_and_the_difference_is_told(
    golden: str, write_text: Write
) -> None:
    old = golden.replace("2000国家大地坐标系", "80国家大地坐标系")
    options = ReadOptions(shifts=Shifts((set_of(-12.0),)))
    alone = read_survey_txt(write_text("a.txt", old), options=options)
    both = read_survey_txt(
        write_text("b.txt", old.replace("转换参数=0,0,0,0,0,0,0", OLD)),
        options=options,
    )
    assert home(alone).equals(home(both))
    (told,) = [one for one in both.findings if one.rule == "survey.head_shift_unused"]
    assert 1.0 < float(told.value.removesuffix(" m")) < 2.0
    (used,) = [one for one in both.findings if one.rule == "survey.datum_shifted"]
    assert "the city's set" in used.message.en
    assert "0.05 m" in used.message.en


@pytest.mark.parametrize("zeros", ["", ",,,,,,", "0,0,0,0,0,0,0", "0.0,,,0,0,0,0"])
def test_zeros_and_nothing_are_no_parameters(
    golden: str, write_text: Write, zeros: str
) -> None:
    text = golden.replace("转换参数=0,0,0,0,0,0,0", f"转换参数={zeros}")
    assert home(read_survey_txt(write_text("a.txt", text))).area == 304_900.0


def test_the_planned_class_comes_back_from_use_and_code(
    golden: str, write_text: Write
) -> None:
    read = read_survey_txt(
        write_text("a.txt", golden.replace("工业用地,0601", "二类工业用地,0601"))
    )
    assert read.parcels["land_class"].to_list() == ["M2"]
    kept = [one for one in read.findings if one.rule == "survey.field_not_kept"]
    assert [finding.value for finding in kept] == ["F49G050080"]


COLUMNS = (
    "【界址点数,地块面积,地块编号,地块名称,记录图形属性,图幅号,地块用途,地类编码,@】"
)


@pytest.mark.parametrize("name", ["新区,标准地", "新区,标准地,一号", ",,"])
def test_a_note_with_the_names_of_fields_settles_commas_in_names(
    golden: str, write_text: Write, name: str
) -> None:
    text = golden.replace("[地块坐标]\n", f"[地块坐标]\n{COLUMNS}\n")
    read = read_survey_txt(write_text("a.txt", text.replace("新区标准地一号", name)))
    assert read.parcels["name"].to_list() == [name]
    assert {"survey.column_names", "survey.name_commas"} <= codes(read)


def test_a_note_may_name_the_fields_in_another_order(
    golden: str, write_text: Write
) -> None:
    names = "【地块名称,地块编号,记录图形属性,界址点数,面积,权属单位,@】"
    text = golden.replace("[地块坐标]\n", f"[地块坐标]\n{names}\n").replace(
        "10,30.4747,ZQ-2023-001,新区标准地一号,面,F49G050080,工业用地,0601,@",
        "甲,A-1,面,10,30.4747,某公司,@",
    )
    parcels = read_survey_txt(write_text("a.txt", text)).parcels
    assert parcels["name"].to_list() == ["甲"]
    assert list(parcels.index) == ["A-1"]
    assert parcels["declared_m2"].to_list() == [304_747.0]


def test_commas_in_a_name_are_told_by_the_other_parcels(
    golden: str, write_text: Write
) -> None:
    body = golden.partition("[地块坐标]\n")[2].replace("2023-001", "2023-002")
    text = golden + body.replace("新区标准地一号", "新区,标准地,二号")
    read = read_survey_txt(write_text("a.txt", text))
    assert read.parcels["name"].to_list() == ["新区标准地一号", "新区,标准地,二号"]


def test_full_width_commas_stay_in_names(golden: str, write_text: Write) -> None:
    read = read_survey_txt(
        write_text("a.txt", golden.replace("新区标准地一号", "新区，一号（甲）"))
    )
    assert read.parcels["name"].to_list() == ["新区，一号（甲）"]
    assert "survey.full_width" not in codes(read)


def test_a_wrong_count_is_told_where_all_rings_close(
    golden: str, write_text: Write
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace("10,30.", "12,30.")))
    (finding,) = [one for one in read.findings if one.rule == "survey.count_wrong"]
    assert (finding.record, finding.place) == ("ZQ-2023-001", "line 13")


def test_a_tolerance_is_counted_with_its_first_lines(
    golden: str, write_text: Write
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace(".000,38", ".000, 38")))
    (finding,) = [one for one in read.findings if one.rule == "survey.spaces"]
    assert finding.place == "line 14"
    assert "10 times, lines 14, 15, 16…" in finding.message.en


def test_sections_besides_head_and_body_are_named(
    golden: str, write_text: Write
) -> None:
    more = "[项目信息]\n项目名称=甲\n" + golden + "[扩展信息]\n备注=乙\n"
    read = read_survey_txt(write_text("a.txt", more))
    assert {"survey.extra_section", "survey.note"} <= codes(read)
    assert home(read).area == 304_900.0


def test_a_file_may_end_with_an_end_of_file_sign(
    golden: str, write_text: Write
) -> None:
    read = read_survey_txt(write_text("a.txt", golden + "\x1a", "gbk"))
    assert "survey.end_mark" in codes(read)


def test_unknown_keys_are_named_and_the_body_may_be_marked_twice(
    golden: str, write_text: Write
) -> None:
    text = golden.replace("带号=38", "带号=38\n图幅=x").replace(
        "[地块坐标]\n", "[地块坐标]\n[地块坐标]\n"
    )
    read = read_survey_txt(write_text("a.txt", text))
    assert {"survey.head_key_unknown", "survey.section_repeated"} <= codes(read)


def test_a_shape_that_crosses_itself_is_kept(golden: str, write_text: Write) -> None:
    shell = golden.replace("2562900.000,38357820.000", "2563500.000,38357300.000")
    text = shell.partition("J5,2")[0].replace("10,30.4747", "5,")
    assert not home(read_survey_txt(write_text("a.txt", text))).is_valid


def test_repeated_points_are_left_out_and_told(golden: str, write_text: Write) -> None:
    second = "J2,1,2563420.000,38357800.000\n"
    read = read_survey_txt(write_text("a.txt", golden.replace(second, second * 2)))
    assert "survey.point_repeated" in codes(read)
    assert len(home(read).exterior.coords) == 5


def test_a_ring_may_begin_where_the_one_before_ended(
    golden: str, write_text: Write
) -> None:
    corners = [
        (2_563_400, 38_357_200),
        (2_563_410, 38_357_200),
        (2_563_410, 38_357_190),
    ]
    extra = "".join(f"P,1,{x}.000,{y}.000\n" for x, y in [*corners, corners[0]])
    end = "J1,1,2563400.000,38357200.000\nJ5"
    text = golden.replace(end, end.replace("J5", extra + "J5")).replace("30.4747", "")
    shape = home(read_survey_txt(write_text("a.txt", text)))
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == 304_950.0


def test_a_hole_that_rounding_pushed_over_the_edge_is_a_hole(
    golden: str, write_text: Write
) -> None:
    # The hole's corner lies on the slanted southern edge, to the millimetre only.
    text = golden.replace(
        "J7,2,2563100.000,38357500.000", "J7,2,2562889.508,38357500.000"
    )
    assert len(home(read_survey_txt(write_text("a.txt", text))).interiors) == 1


def test_a_corrupt_closing_row_counts_as_the_row_that_it_is(
    golden: str, write_text: Write
) -> None:
    row = "J1,1,2563400.000,38357200.000\nJ5"
    text = golden.replace(row, "J1,1,2563400.000,2563400.000\nJ5")
    rules = codes(read_survey_txt(write_text("a.txt", text)))
    assert "survey.closing_corrupt" in rules
    assert not any("count" in rule for rule in rules)


@pytest.mark.parametrize(
    ("change", "rule", "line"),
    [
        (("带号=38", "带号=39"), "survey.zone_wrong", 9),
        (("几度分带=3", "几度分带=6"), "survey.zone_width_wrong", 6),
        ((",38357", ",357"), "survey.no_zone_prefix", 14),
        (("带号=38\n", ""), "survey.zone_from_easting", 13),
        (("带号=38\n", ""), "survey.head_keys_missing", 2),
    ],
)
def test_a_tolerance_stands_at_the_line_that_it_is_about(
    golden: str, write_text: Write, change: tuple[str, str], rule: str, line: int
) -> None:
    read = read_survey_txt(write_text("a.txt", golden.replace(*change)))
    (finding,) = [one for one in read.findings if one.rule == rule]
    assert finding.place == f"line {line}"


def test_encoding_and_line_ends_are_told_with_their_first_line(
    golden: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    lines = golden.splitlines()
    text = "\r\n".join(lines[:7]) + "\n" + "\r\n".join(lines[7:]) + "\r\n\x1a"
    path.write_bytes(text.encode("utf-8"))
    places = {one.rule: one.place for one in read_survey_txt(path).findings}
    assert places["survey.encoding"] == "line 1"
    assert places["survey.line_ends"] == "line 7"
    assert places["survey.end_mark"] == f"line {len(lines) + 1}"


def test_fields_behind_the_code_are_named_in_words(
    golden: str, write_text: Write
) -> None:
    text = golden.replace("工业用地,0601,@", "工业用地,0601,甲,乙,@")
    found = read_survey_txt(write_text("a.txt", text)).findings
    (further,) = [one for one in found if "behind the code" in one.message.en]
    assert "地类编码之后的其他字段" in further.message.zh
    assert "2 times, lines 13)" in further.message.en
