"""Units: exact factors, reading, half-up rounding, display."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland import units
from zqland.errors import UnitError
from zqland.units import Unit, format_area, parse_area, round_half_up

areas = st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False).map(float)


def test_a_mu_is_two_thousand_thirds_of_a_square_metre() -> None:
    assert units.to_m2(3.0, Unit.MU) == 2000.0
    assert units.from_m2(2000.0, Unit.MU) == 3.0


@pytest.mark.parametrize(
    ("unit", "square_metres"),
    [("m2", 1.0), ("ha", 10_000.0), ("acre", 4046.8564224), ("km2", 1_000_000.0)],
)
def test_factors_are_exact(unit: str, square_metres: float) -> None:
    assert units.to_m2(1.0, unit) == square_metres


def test_fifteen_mu_are_a_hectare() -> None:
    assert units.to_m2(15.0, Unit.MU) == units.to_m2(1.0, Unit.HA)


def test_conversion_keeps_the_index_and_the_gaps_of_a_series() -> None:
    declared = pd.Series([15.0, math.nan], index=["a", "b"], name="declared")
    in_m2 = units.to_m2(declared, "mu")
    assert in_m2.index.equals(declared.index)
    assert in_m2["a"] == 10_000.0
    assert math.isnan(in_m2["b"])


def test_conversion_takes_integers_in_arrays() -> None:
    assert units.to_m2(np.array([3, 10**10]), "acre")[1] == 40468564224000.0


@given(areas, st.sampled_from(Unit))
def test_conversion_there_and_back_shows_the_same_figure(
    value: float, unit: Unit
) -> None:
    back = units.from_m2(units.to_m2(value, unit), unit)
    assert round_half_up(back, 3) == value


@pytest.mark.parametrize(
    ("text", "square_metres"),
    [
        ("120亩", 80_000.0),
        ("8 公顷", 80_000.0),
        ("12.5 ha", 125_000.0),
        ("80 000 m2", 80_000.0),
        ("80,000㎡", 80_000.0),
        ("1,234.5 mu", 823_000.0),
        ("3平方公里", 3_000_000.0),
        ("80000 平方米", 80_000.0),
        ("2 英亩", 8_093.7128448),
        ("1.2万平方米", 12_000.0),
        ("0.88万亩", 8_800 * 2000 / 3),
        ("5 sq. m", 5.0),
        (".5 Hectares", 5_000.0),
        ("80\u00a0000 m²", 80_000.0),
        ("0 mu", 0.0),
    ],
)
def test_reads_what_people_write(text: str, square_metres: float) -> None:
    assert parse_area(text) == square_metres


def test_reads_full_width_digits_and_marks() -> None:
    full_width = {ord(mark): ord(mark) + 0xFEE0 for mark in "0123456789,."}
    assert parse_area("1,234.5\u3000亩".translate(full_width)) == 823_000.0


def test_a_bare_number_takes_the_default_unit() -> None:
    assert parse_area("15", default="mu") == 10_000.0
    assert parse_area(1.5, default=Unit.HA) == 15_000.0
    assert parse_area(1e16, default=Unit.M2) == 1e16


def test_a_written_unit_beats_the_default() -> None:
    assert parse_area("1 ha", default=Unit.MU) == 10_000.0


def test_an_unknown_unit_lists_the_known_ones_in_both_languages() -> None:
    with pytest.raises(UnitError) as refused:
        parse_area("12 cubits")
    assert "“cubits”" in refused.value.text.en
    for unit, text in units.UNIT_TEXTS.items():
        assert unit in refused.value.text.en
        assert text.zh in refused.value.text.zh


def test_a_figure_without_unit_is_refused() -> None:
    with pytest.raises(UnitError, match="has no unit"):
        parse_area("120")


@pytest.mark.parametrize("text", ["-3 ha", "－3亩", "-0.5mu"])
def test_a_negative_area_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="is negative"):
        parse_area(text)


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_an_empty_area_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="is empty"):
        parse_area(text)


@pytest.mark.parametrize(
    "text",
    ["nan", "NaN mu", "inf ha", "mu", "1,5 ha", "1 2345 m2", "1.2.3 ha", ".", math.nan],
)
def test_what_is_no_number_is_refused(text: str | float) -> None:
    with pytest.raises(UnitError, match="is not a number"):
        parse_area(text, default="mu")


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (2.675, 2, 2.68),
        (0.125, 2, 0.13),
        (-0.125, 2, -0.13),
        (1.005, 2, 1.01),
        (0.285, 2, 0.29),
        (0.5, 0, 1.0),
        (2.5, 0, 3.0),
        (0.49999999999999, 0, 0.0),
        (66.16099999999999, 3, 66.161),
        (66.16049999999999, 3, 66.161),
        (15.0, -1, 20.0),
        (1e300, 2, 1e300),
    ],
)
def test_rounds_half_up(value: float, digits: int, rounded: float) -> None:
    assert round_half_up(value, digits) == rounded
    assert round_half_up(np.array([value]), digits)[0] == rounded


def test_rounding_leaves_what_is_not_finite() -> None:
    odd = np.array([math.nan, math.inf, -math.inf])
    np.testing.assert_array_equal(round_half_up(odd, 2), odd)
    assert math.isnan(round_half_up(math.nan, 2))


def test_rounding_a_series_keeps_index_and_name() -> None:
    areas_m2 = pd.Series([1.005], index=["a"], name="planar_m2")
    expected = pd.Series([1.01], index=["a"], name="planar_m2")
    pd.testing.assert_series_equal(round_half_up(areas_m2, 2), expected)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20), st.integers(-2, 6))
def test_rounding_many_is_rounding_each(values: list[float], digits: int) -> None:
    each = [round_half_up(value, digits) for value in values]
    np.testing.assert_array_equal(round_half_up(np.array(values), digits), each)


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4))
def test_rounding_a_typed_decimal_is_that_of_school(
    typed: Decimal, digits: int
) -> None:
    school = typed.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert round_half_up(float(typed), digits) == float(school)


@pytest.mark.parametrize(
    ("value_m2", "unit", "language", "text"),
    [
        (304_747.164, "mu", "zh", "457.12 亩"),
        (304_747.164, "m2", "en", "304,747.16 m²"),
        (304_747.164, "ha", "zh", "30.4747 公顷"),
        (2554.475 * 2000 / 3, "mu", "en", "2,554.48 mu"),
        (1e9, "km2", "en", "1,000.0000 km²"),
        (4046.8564224, "acre", "en", "1.00 acres"),
        (-5.0, "m2", "en", "-5.00 m²"),
        (math.nan, "mu", "en", "–"),
    ],
)
def test_writes_areas_for_display(
    value_m2: float, unit: str, language: str, text: str
) -> None:
    assert format_area(value_m2, unit, language=language) == text


def test_display_takes_other_digits() -> None:
    assert format_area(80_000.0, "mu", digits=0) == "120 mu"


@given(areas, st.sampled_from(Unit))
def test_what_is_displayed_reads_back(value_m2: float, unit: Unit) -> None:
    for language in ("en", "zh"):
        text = format_area(value_m2, unit, digits=12, language=language)
        assert parse_area(text) == pytest.approx(value_m2, rel=1e-12, abs=1e-5)
