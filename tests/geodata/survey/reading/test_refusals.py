"""What has two readings or none is refused with its line, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zqland_geodata.errors import FileUnreadableError, SourceCrsError, SurveyTextError
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.survey import read_survey_txt

Write = Callable[..., Path]
Changes = tuple[tuple[str, str], ...]

SHELL = "J4,1,2562880.000,38357210.000\nJ1,1,2563400.000,38357200.000\n"
OPEN_SHELL = "J4,1,2562880.000,38357210.000\n"
FOURTH = "J8,2,2563200.000,38357500.000\n"
HOLE_END = FOURTH + "J5,2,2563200.000,38357400.000\n"
ALL_ONE: Changes = ((",2,2563", ",1,2563"),)

REFUSED: list[tuple[Changes, int, str]] = [
    ((("[属性描述]", "属性描述"),), 1, "begins with"),
    ((("几度分带=3\n", "几度分带=4\n"),), 6, "3 or 6"),
    ((("带号=38", "带号=一"),), 9, "number of a zone"),
    ((("计量单位=米", "计量单位=度"),), 8, "metres"),
    ((("计量单位=米", "计量单位=千米"),), 8, "米 is needed"),
    ((("高斯克吕格", "墨卡托"),), 7, "高斯克吕格 is needed"),
    ((("坐标系=2000国家大地坐标系", "坐标系=广州独立坐标系"),), 5, "is not known"),
    ((("=0,0,0,0,0,0,0", "=1,0,0,0,0,0,0"),), 11, "before or after"),
    ((("2000国家大地坐标系", "1980西安坐标系"),), 5, "no parameter set"),
    (
        (("2000国家大地坐标系", "1980西安坐标系"), ("=0,0,0,0,0,0,0", "=1,2,3,4")),
        11,
        "seven numbers",
    ),
    (
        (("2000国家大地坐标系", "1980西安坐标系"), ("=0,0,0,0,0,0,0", "=1,,,,,,")),
        11,
        "seven numbers",
    ),
    ((("几度分带=3\n", "几度分带=3\n几度分带=6\n"),), 7, "another value"),
    ((("几度分带=3\n", "三度分带\n"),), 6, "key=value"),
    ((("[地块坐标]\n", "[地块坐标]\n【说明\n"),), 13, "does not end"),
    ((("[地块坐标]\n", "[地块坐标]\n[属性描述]\n"),), 13, "second head"),
    ((("10,30.4747", "十,30.4747"),), 13, "whole number"),
    (((",面,", ",线,"),), 13, "only areas"),
    (((",面,", ",,"),), 13, "one 面"),
    ((("10,30.4747,ZQ-2023-001,", "10,ZQ-2023-001,"),), 13, "fields before 面"),
    ((("新区标准地一号", "新区,标准地,一号"),), 13, "right holder or a name"),
    ((("30.4747", "30,474.7"),), 13, "right holder or a name"),
    ((("J1,1,2563400.000,38357200.000\nJ2", "J1,1,2563400.000\nJ2"),), 15, "alike"),
    ((("J2,1,", "J2,一,"),), 15, "plain numbers"),
    ((("J2,1,2563420.000", "J2,1,-2563420.000"),), 15, "plain numbers"),
    ((("J2,1,2563420.000", ",1,2563420.000"),), 15, "plain numbers"),
    ((("J2,1,2563420.000", "J2,2563420.000"),), 15, "Write all points alike"),
    ((("J2,1,2563420.000", "J2,1,1563420.000"),), 15, "in China"),
    ((("J2,1,2563420.000", "J2,1,38357800.000"),), 15, "stands twice"),
    (
        (("J2,1,2563420.000,38357800.000", "J2,1,38357800.000,2563420.000"),),
        15,
        "another order",
    ),
    ((("38357800.000", "39357800.000"),), 15, "39"),
    ((("38357800.000", "357800.000"),), 15, "–"),
    (((",38357", ",24357"),), 14, "begins with 24"),
    (((",38357", ",357"), ("带号=38", "带号=40")), 14, "outside Zhaoqing"),
    (((",38357", ",357"), ("带号=38", "带号=37")), 14, "outside Zhaoqing"),
    (((",38357", ",457"), ("带号=38", "带号=")), 14, "place does not tell"),
    (
        ((",38357", ",357"), ("带号=38", "带号="), ("几度分带=3", "几度分带=6")),
        14,
        "place does not tell",
    ),
    (
        ((",38357", ",457"), ("带号=38", "带号=19")),
        14,
        "no zone of the stated 3 degrees",
    ),
    (((SHELL, OPEN_SHELL), *ALL_ONE), 22, "two rings"),
    (((HOLE_END, FOURTH), *ALL_ONE), 19, "same ring number"),
    (
        (("J1,1,2563400.000,38357200.000\nJ5", "J1,1,2563401.000,38357200.000\nJ5"),),
        18,
        "name of the ring's first point",
    ),
    (
        (("J1,1,2563400.000,38357200.000\nJ5", "J9,1,2563400.500,38357200.000\nJ5"),),
        18,
        "wrong closing row or a corner",
    ),
    (((SHELL, OPEN_SHELL), ("J3,1", "J2,1"), ("10,30", "9,30")), 16, "two rings"),
    (
        (
            (SHELL, OPEN_SHELL),
            ("2562900.000,38357820.000", "2563500.000,38357300.000"),
        ),
        14,
        "cross itself",
    ),
    (((SHELL, OPEN_SHELL), ("10,30.4747", "12,30.4747")), 13, "does not close"),
    (((SHELL, OPEN_SHELL), ("30.4747", "20.0000")), 13, "rows may be missing"),
    (((SHELL, OPEN_SHELL), ("30.4747", "5")), 13, "rows may be missing"),
    (((HOLE_END, ""), ("10,", "8,")), 13, "rows may be missing"),
    ((("38357500.000", "38358500.000"),), 19, "partly inside"),
    (
        (
            ("38357500.000", "38357400.000"),
            ("J6,2,2563100.000", "J6,2,2563150.000"),
        ),
        19,
        "no area",
    ),
    (
        (
            (
                HOLE_END,
                HOLE_END + "J9,3,2563200.000,38357400.000\n"
                "J9,3,2563100.000,38357400.000\nJ9,3,2563100.000,38357500.000\n"
                "J9,3,2563200.000,38357500.000\nJ9,3,2563200.000,38357400.000\n",
            ),
        ),
        24,
        "same as another ring",
    ),
    (
        ((HOLE_END, FOURTH + "J5,2,38357499.000,38357499.000\n"),),
        22,
        "no number of the ring's first point",
    ),
    (((HOLE_END, HOLE_END + "J9,3,2563300.000,38357300.000\n"),), 24, "fewer than"),
]


def changed(golden: str, changes: Changes) -> str:
    for old, new in changes:
        assert old in golden
        golden = golden.replace(old, new)
    return golden


@pytest.mark.parametrize(("changes", "line", "words"), REFUSED)
def test_it_is_refused_with_its_line(
    golden: str, write_text: Write, changes: Changes, line: int, words: str
) -> None:
    path = write_text("a.txt", changed(golden, changes), "gbk")
    with pytest.raises(SurveyTextError, match=rf"a\.txt, line {line}:") as caught:
        read_survey_txt(path)
    assert words in str(caught.value)
    assert f"第 {line} 行" in caught.value.text.zh


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[属性描述]\n带号=38\n", "without the row"),
        ("你好\n", "begins with"),
        ("GISQLANDPLAN$$2023-1-1\n", "no parcels"),
        ("GISQLANDPLAN$$2023-1-1\n2563400,38357200,5\n", "two numbers"),
        ("1,1,1,J1,2563400,38357200\n5\n", "six fields"),
        (
            "".join(f"1,{parcel},1,J1,2563400,38357200\n" for parcel in (1, 2, 1)),
            "stands above already",
        ),
        ("[地块坐标]\n\n", "no parcels"),
        ("[地块坐标]\nJ1,1,2563400,38357200\n", "begins with a row of nine"),
        ("[地块坐标]\n4,1,A,甲,面,,,,@\n", "no points follow"),
    ],
)
def test_a_file_without_parcels_is_refused(
    write_text: Write, text: str, words: str
) -> None:
    path = write_text("a.txt", text, "gbk")
    with pytest.raises(SurveyTextError, match=words):
        read_survey_txt(path, options=ReadOptions(source_crs=4526))


@pytest.mark.parametrize("given", [None, 32649, 3857, 99_999])
def test_a_file_without_datum_needs_a_grid_of_china(
    golden: str, write_text: Write, given: int | None
) -> None:
    path = write_text("a.txt", golden.replace("坐标系=2000国家大地坐标系\n", ""))
    with pytest.raises(SourceCrsError, match=r"a\.txt"):
        read_survey_txt(path, options=ReadOptions(source_crs=given))


@pytest.mark.parametrize(("given", "line"), [(4525, 14), (2362, 5), (4610, 5)])
def test_what_is_given_must_not_contradict_the_file(
    golden: str, write_text: Write, given: int, line: int
) -> None:
    with pytest.raises(SurveyTextError, match=f"line {line}:"):
        read_survey_txt(
            write_text("a.txt", golden), options=ReadOptions(source_crs=given)
        )


@pytest.mark.parametrize(
    "limits", [Limits(points=9), Limits(records=0), Limits(file_bytes=100)]
)
def test_a_file_beyond_the_limits_is_refused(
    golden: str, write_text: Write, limits: Limits
) -> None:
    with pytest.raises(FileUnreadableError):
        read_survey_txt(write_text("a.txt", golden), options=ReadOptions(limits=limits))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xef\xbb\xbf\xff", "line 1"),
        (b"[x]\n\xff\xff\n", "line 2"),
        (b"\xff\xfe\x00", "line 1"),
        (b"a\n\0\0b", "zero byte in line 2"),
        ("名\0名".encode(), "zero byte in line 1"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(FileUnreadableError, match=words):
        read_survey_txt(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="folder"):
        read_survey_txt(tmp_path)


@pytest.mark.parametrize(
    "parameters",
    [
        "-10,20,30,0.1,0.2,0.3,1.0000015",
        "-10,20,30,0.1,0.2,0.3,0.0000015",
        "-10,20,30,0.0000004,0.0000009,0.0000014,1.5",
    ],
)
def test_parameters_in_other_units_are_not_taken_for_seconds_and_millionths(
    golden: str, write_text: Write, parameters: str
) -> None:
    old = golden.replace("2000国家大地坐标系", "1980西安坐标系")
    text = old.replace("转换参数=0,0,0,0,0,0,0", f"转换参数={parameters}")
    with pytest.raises(SurveyTextError, match=r"line 11.*seconds or radians"):
        read_survey_txt(write_text("a.txt", text))


def test_a_closed_ring_of_two_points_is_called_too_short(
    golden: str, write_text: Write
) -> None:
    text = golden.replace("J2,1,2563420.000,38357800.000\n", "").replace(
        "J3,1,2562900.000,38357820.000\n", ""
    )
    with pytest.raises(SurveyTextError, match=r"line 14.*fewer than three points"):
        read_survey_txt(write_text("a.txt", text))
