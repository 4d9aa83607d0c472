"""Units in headings, field maps and cells."""

from __future__ import annotations

import pytest

from zqland.errors import UnitError
from zqland_geodata import quantities


@pytest.mark.parametrize(
    ("unit", "column_unit", "factor"),
    [
        ("亩", "m2", 2000 / 3),
        ("公顷", "m2", 10_000.0),
        ("ｍ²", "m2", 1.0),
        ("acres", "m2", 4046.8564224),
        ("sq ft", "m2", 0.09290304),
        ("万元", "wan yuan", 1.0),
        ("亿元", "wan yuan", 10_000.0),
        ("元", "wan yuan", 0.0001),
        ("万元/年", "wan yuan/year", 1.0),
        ("万元/公顷", "wan yuan/mu", 1 / 15),
        ("kVA", "MVA", 0.001),
        ("吨/天", "m3/day", 1.0),
    ],
)
def test_a_unit_has_its_factor(unit: str, column_unit: str, factor: float) -> None:
    assert quantities.factor(unit, column_unit) == pytest.approx(factor, rel=1e-15)


def test_an_unknown_unit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnitError, match=r"“头”.*MVA") as caught:
        quantities.factor("头", "MVA")
    assert "kva" in caught.value.text.zh


def test_an_unknown_area_unit_is_refused() -> None:
    assert not quantities.is_unit("头", "m2")


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("120亩", 80_000.0),
        ("8 公顷", 80_000.0),
        ("1,200 m2", 1200.0),
        (".5 ha", 5000.0),
    ],
)
def test_a_figure_may_carry_its_unit(text: str, figure: float) -> None:
    assert quantities.parse_figure(text, "m2", default=None) == pytest.approx(figure)


def test_a_bare_figure_takes_the_unit_of_its_column() -> None:
    assert (
        quantities.parse_figure("\uff13.\uff15", "wan yuan", default=10_000.0)
        == 35_000.0
    )


@pytest.mark.parametrize("text", ["", "很多", "1,5", "100-150", "1e5"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(UnitError):
        quantities.parse_figure(text, "m2", default=1.0)


@pytest.mark.parametrize("text", ["30-40", "30亩-40亩", "30至40"])
def test_a_range_is_told_to_be_one(text: str) -> None:
    with pytest.raises(UnitError, match="is a range"):
        quantities.parse_figure(text, "m2", default=1.0)


def test_units_are_told_in_chinese_to_a_chinese_reader() -> None:
    with pytest.raises(UnitError) as refused:
        quantities.factor("万元", "wan yuan/mu")
    assert "该列单位为 万元/亩" in refused.value.text.zh
    assert "wan" not in refused.value.text.zh


def test_a_bare_figure_without_a_default_is_refused() -> None:
    with pytest.raises(UnitError, match="no unit"):
        quantities.parse_figure("120", "m2", default=None)


def test_a_figure_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(UnitError, match="not a number"):
        quantities.parse_figure("9" * 400, "m2", default=1.0)
