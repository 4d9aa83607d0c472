"""Known shapes come out of every dialect exactly, and out of every mixture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zqland_geodata.errors import SurveyTextError
from zqland_geodata.options import ReadOptions
from zqland_geodata.survey import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zqland_geodata.assembly import ParcelsRead

Shapes = list[shapely.Geometry]

QUIRKS: list[tuple[dict[str, Any], str]] = [
    ({"encoding": "utf-8"}, "survey.encoding"),
    ({"encoding": "utf-8-sig"}, "survey.encoding"),
    ({"encoding": "utf-16"}, "survey.encoding"),
    ({"encoding": "utf-16-le"}, "survey.encoding"),
    ({"encoding": "utf-16-be"}, "survey.encoding"),
    ({"encoding": "gb18030", "name": "\U0002a700{}"}, "survey.encoding"),
    ({"ends": "\n"}, "survey.line_ends"),
    ({"ends": "\r"}, "survey.line_ends"),
    ({"swapped": True}, "survey.axes_swapped"),
    ({"prefixed": False}, "survey.no_zone_prefix"),
    ({"prefixed": False, "number": ""}, "survey.zone_from_city"),
    ({"prefixed": False, "number": "3"}, "survey.zone_from_city"),
    ({"prefixed": False, "swapped": True}, "survey.axes_swapped"),
    ({"number": ""}, "survey.zone_from_easting"),
    ({"number": "3"}, "survey.zone_wrong"),
    ({"number": "40"}, "survey.zone_wrong"),
    ({"number": "第38带"}, "survey.head_spelling"),
    ({"width": "6"}, "survey.zone_width_wrong"),
    ({"width": "3度带"}, "survey.head_spelling"),
    ({"keys": 7}, "survey.head_keys_missing"),
    ({"datum": "国家2000坐标系"}, "survey.datum_spelling"),
    ({"datum": "WGS84坐标系"}, "survey.datum_wgs84"),
    ({"brackets": "【】"}, "survey.full_width"),
    ({"brackets": "\uff3b\uff3d"}, "survey.full_width"),
    ({"full_width": True}, "survey.full_width"),
    ({"spaces": True}, "survey.spaces"),
    ({"blank": True}, "survey.blank_lines"),
    ({"extra": True}, "survey.extra_section"),
    ({"notes": True}, "survey.note"),
    ({"form": "eight"}, "survey.other_fields"),
    ({"form": "eleven"}, "survey.holder_fields"),
    ({"form": "thirteen"}, "survey.other_fields"),
    ({"form": "no count"}, "survey.count_missing"),
    ({"form": "no comma"}, "survey.field_not_kept"),
    ({"unit": "平方米"}, "survey.area_unit"),
    ({"unit": "亩"}, "survey.area_unit"),
    ({"unit": "公顷", "unit_written": True}, "survey.area_unit_written"),
    ({"numbering": "part"}, "survey.ring_number_repeated"),
    ({"numbering": "one"}, "survey.ring_not_shell"),
    ({"numbering": "one"}, "survey.ring_number_repeated"),
    ({"closing": "none"}, "survey.not_closed"),
    ({"closing": "corrupt"}, "survey.closing_corrupt"),
    ({"closing": "next"}, "survey.closing_ring_number"),
    ({"closing": "next", "numbering": "one"}, "survey.closing_ring_number"),
    ({"count": "vertices"}, "survey.count_excludes_closing"),
    ({"count": "zero"}, "survey.count_missing"),
    ({"columns": 3}, "survey.no_ring_numbers"),
    ({"columns": 6}, "survey.six_fields"),
    ({}, "survey.ring_not_hole"),
]


def assert_same(read: ParcelsRead, shapes: Shapes) -> None:
    """Compare parcels with the shapes that were written."""
    found = read.parcels["home_geometry"].to_list()
    assert [shape.normalize() for shape in found] == [
        shape.normalize() for shape in shapes
    ]
    assert read.parcels["home_zone"].unique().tolist() == [4526]
    assert read.parcels.index.to_list() == [
        f"ZQ-{number}" for number in range(1, len(shapes) + 1)
    ]


@pytest.mark.parametrize(("quirk", "code"), QUIRKS)
def test_a_quirk_is_tolerated_exactly_and_told(
    read: Callable[..., ParcelsRead],
    dialect: Callable[..., Any],
    shapes: Shapes,
    quirk: dict[str, Any],
    code: str,
) -> None:
    found = read(shapes, dialect(**quirk))
    assert_same(found, shapes)
    assert code in {finding.rule for finding in found.findings}
    stated = found.parcels["declared_m2"].to_numpy()
    assert stated == pytest.approx([shape.area for shape in shapes], abs=0.51)


@pytest.mark.parametrize("labels", ["own", "ring", "next", "one"])
@pytest.mark.parametrize("points", ["J{:02d}", "{}", "P{}"])
def test_names_of_points_divide_nothing(
    read: Callable[..., ParcelsRead],
    dialect: Callable[..., Any],
    shapes: Shapes,
    labels: str,
    points: str,
) -> None:
    assert_same(read(shapes, dialect(labels=labels, points=points)), shapes)


def test_the_canonical_form_needs_no_tolerance(
    read: Callable[..., ParcelsRead], dialect: Callable[..., Any], shapes: Shapes
) -> None:
    found = read(shapes[:2], dialect())
    assert {finding.rule for finding in found.findings} == {"declared.basis"}


MIXTURES = st.fixed_dictionaries(
    {},
    optional={
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
        "ends": st.sampled_from(["\n", "\r"]),
        "swapped": st.just(value=True),
        "prefixed": st.just(value=False),
        "number": st.sampled_from(["", "3", "40", "38"]),
        "keys": st.integers(7, 10),
        "brackets": st.sampled_from(["【】", "\uff3b\uff3d"]),
        "full_width": st.just(value=True),
        "spaces": st.just(value=True),
        "blank": st.just(value=True),
        "extra": st.just(value=True),
        "notes": st.just(value=True),
        "form": st.sampled_from(["eight", "eleven", "thirteen", "no count"]),
        "unit": st.sampled_from(["平方米", "亩"]),
        "points": st.sampled_from(["J{:02d}", "{}", "P{}"]),
        "labels": st.sampled_from(["own", "ring", "next", "one"]),
        "numbering": st.sampled_from(["part", "one"]),
        "closing": st.sampled_from(["none", "corrupt", "next"]),
        "count": st.sampled_from(["vertices", "zero"]),
        "columns": st.sampled_from([3, 6]),
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mixture=MIXTURES)
def test_a_mixture_is_read_exactly_or_refused_where_it_has_two_readings(
    read: Callable[..., ParcelsRead],
    dialect: Callable[..., Any],
    decidable: Callable[..., bool],
    shapes: Shapes,
    mixture: dict[str, Any],
) -> None:
    if mixture.get("form") == "no count":
        mixture = {**mixture, "unit": "", "count": "rows"}
    chosen = dialect(**mixture)
    if all(decidable(chosen, shape) for shape in shapes):
        assert_same(read(shapes, chosen), shapes)
    else:
        with pytest.raises(SurveyTextError, match=r"a\.txt, line \d+:"):
            read(shapes, chosen)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mixture=MIXTURES)
def test_all_at_once_and_row_by_row_give_the_same(
    tmp_path: Path,
    written: Callable[..., bytes],
    dialect: Callable[..., Any],
    shapes: Shapes,
    mixture: dict[str, Any],
) -> None:
    content = written(shapes, dialect(**mixture))
    results = []
    for fast in (True, False):
        try:
            found = reading._read(tmp_path / "a", content, ReadOptions(), fast=fast)
        except SurveyTextError as error:
            results.append((str(error), None))
        else:
            shown = found.parcels["home_geometry"].to_wkb().to_list()
            results.append((shown, found.findings))
    assert results[0] == results[1]


def test_every_parcel_alone_reads_as_among_others(
    read: Callable[..., ParcelsRead], dialect: Callable[..., Any], shapes: Shapes
) -> None:
    together = read(shapes, dialect()).parcels["home_geometry"].to_list()
    alone = [
        read([shape], dialect()).parcels["home_geometry"].iloc[0] for shape in shapes
    ]
    assert together == alone


def test_a_quirk_in_one_parcel_leaves_the_others_alone(
    tmp_path: Path,
    written: Callable[..., bytes],
    dialect: Callable[..., Any],
    shapes: Shapes,
) -> None:
    usual = dialect()
    odd = replace(usual, swapped=True, closing="none")
    first = written(shapes[:1], usual).decode("gbk")
    second = written(shapes[1:2], odd).decode("gbk").partition("[地块坐标]\r\n")[2]
    path = tmp_path / "a.txt"
    path.write_bytes((first + second.replace("ZQ-1", "ZQ-2")).encode("gbk"))
    found = reading.read_survey_txt(path)
    assert_same(found, shapes[:2])
    swapped = [f for f in found.findings if f.rule == "survey.axes_swapped"]
    assert [finding.record for finding in swapped] == ["ZQ-2"]
