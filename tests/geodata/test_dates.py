"""Dates as offices write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.dates import parse_date

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))
FORMS = [
    "{0:%Y-%m-%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
]


@given(day=DAYS, form=st.sampled_from(FORMS))
def test_every_form_reads_as_its_day(day: dt.date, form: str) -> None:
    assert parse_date(form.format(day)) == day


@pytest.mark.parametrize("empty", [None, "", "  ", float("nan")])
def test_an_empty_cell_is_no_date(empty: object) -> None:
    assert parse_date(empty) is None


def test_a_number_of_eight_digits_is_a_date() -> None:
    assert parse_date(20230905.0) == dt.date(2023, 9, 5)


def test_a_datetime_is_its_day() -> None:
    assert parse_date(dt.datetime(2023, 9, 5, 12, 30)) == dt.date(2023, 9, 5)  # noqa: DTZ001


def test_full_width_digits_are_read() -> None:
    wide = "2023-9-5".translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    assert parse_date(wide) == dt.date(2023, 9, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2023年9月",
        "2023-13-01",
        "9/5/2023",
        "45174",
        "1900-01-01",
        "明天",
        "2023-02-30",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_date(text)
