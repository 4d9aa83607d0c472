"""Headings in Chinese and English."""

from __future__ import annotations

import pytest

from zqland import catalogues
from zqland_geodata import headings
from zqland_geodata.errors import AmbiguousColumnError


@pytest.mark.parametrize(
    ("heading", "table", "found"),
    [
        ("parcel_id", "parcels", ("parcel_id", "")),
        ("地块编号", "parcels", ("parcel_id", "")),
        ("Parcel id", "parcels", ("parcel_id", "")),
        ("地块\n编号*", "parcels", ("parcel_id", "")),
        ("面积（公顷）", "parcels", ("declared_m2", "公顷")),
        ("declared_m2", "parcels", ("declared_m2", "m2")),
        ("用地面积【亩】", "projects", ("area_ideal_m2", "亩")),
        ("总投资(亿元)", "projects", ("investment_wan", "亿元")),
        ("状态(中文)", "status_events", ("status", "")),
        ("园区", "evidence", ("park_id", "")),
    ],
)
def test_a_heading_is_recognised(
    heading: str, table: str, found: tuple[str, str]
) -> None:
    assert headings.match(heading, table) == found


def test_an_unknown_heading_is_kept_apart() -> None:
    assert headings.recognise(["项目编号", "备注"], "projects").unknown == ("备注",)


def test_two_headings_for_one_column_are_refused() -> None:
    with pytest.raises(AmbiguousColumnError, match=r"地块编号.*宗地编号"):
        headings.recognise(["地块编号", "宗地编号"], "parcels")


@pytest.mark.parametrize("present", [["序号", "项目编号"], ["项目编号", "序号"]])
def test_a_running_number_gives_way_to_a_number_of_the_project(
    present: list[str],
) -> None:
    found = headings.recognise(present, "projects")
    assert found.columns["project_id"].columns == ("项目编号",)
    assert found.unknown == ("序号",)


def test_a_running_number_alone_is_the_number_of_the_project() -> None:
    found = headings.recognise(["序号", "项目名称"], "projects")
    assert found.columns["project_id"].columns == ("序号",)


def test_two_columns_for_one_are_named_in_words() -> None:
    with pytest.raises(AmbiguousColumnError) as refused:
        headings.recognise(["地块编号", "宗地编号"], "parcels")
    assert "parcel_id" not in refused.value.text.zh


@pytest.mark.parametrize("table", ["parcels", "evidence", "projects", "status_events"])
def test_every_column_is_known_by_its_names(table: str) -> None:
    rows = catalogues.columns()
    known = headings.known_columns(table)
    for row in rows[rows["table"] == table].itertuples():
        if row.column in known:
            for name in (row.column, row.zh_name, row.en_name):
                match = headings.match(name, table)
                assert match is not None
                assert match[0] == row.column


@pytest.mark.parametrize(
    ("column", "word", "choice"),
    [
        ("status", "挂牌中", "listed"),
        ("predicate", "熟地", "mature"),
        ("land_class", "一类工业用地", "M1"),
        ("lists", "攻城拔寨", "assault"),
    ],
)
def test_words_for_values_are_known(column: str, word: str, choice: str) -> None:
    assert headings.words_of(column)[headings.plain(word)] == choice
