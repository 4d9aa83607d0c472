"""Dates as offices write them."""

from __future__ import annotations

import calendar
import datetime as dt

import openpyxl.utils.datetime as excel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata.dates import DateRead, parse_date, read_date

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))
FORMS = [
    "{0:%Y-%m-%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
    "{0:%Y-%m-%d} 10:30",
    "{0.year}/{0.month}/{0.day} 0:00:00",
]
MONTHS = [
    "{0.year}年{0.month}月",
    "{0.year}年{0.month:02}月份",
    "{0.year}-{0.month:02}",
    "{0.year}/{0.month}",
    "{0:%Y%m}",
]


@given(day=DAYS, form=st.sampled_from(FORMS))
def test_every_form_reads_as_its_day(day: dt.date, form: str) -> None:
    assert parse_date(form.format(day)) == day
    assert read_date(form.format(day)) == DateRead(day)


@pytest.mark.parametrize("empty", [None, "", "  ", float("nan")])
def test_an_empty_cell_is_no_date(empty: object) -> None:
    assert parse_date(empty) is None
    assert read_date(empty) == DateRead(None)


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
def test_anything_but_a_whole_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_date(text)


@given(day=DAYS, form=st.sampled_from(MONTHS))
def test_a_month_stands_for_the_day_that_is_asked_for(day: dt.date, form: str) -> None:
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    text = form.format(day)
    assert read_date(text) == DateRead(last, "month")
    assert read_date(text, month_day="first") == DateRead(day.replace(day=1), "month")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023年9月底", dt.date(2023, 9, 30)),
        ("2024年2月末", dt.date(2024, 2, 29)),
        ("2023年底", dt.date(2023, 12, 31)),
        ("2023年年底", dt.date(2023, 12, 31)),
    ],
)
def test_the_end_of_a_month_or_year_is_its_last_day(text: str, day: dt.date) -> None:
    assert read_date(text, month_day="first") == DateRead(day, "month")


@pytest.mark.parametrize(
    "text", ["2023年9月30日前", "2023.9.30之前", "2023-09-30以前", "2023年9月底前"]
)
def test_before_a_day_is_the_day(text: str) -> None:
    assert read_date(text) == DateRead(dt.date(2023, 9, 30), "before")


@given(day=DAYS)
def test_a_number_of_days_is_read_in_both_systems(day: dt.date) -> None:
    serial = excel.to_excel(day)
    assert read_date(serial, epoch_1904=False) == DateRead(day, "serial")
    assert read_date(str(int(serial))) == DateRead(day, "serial_assumed")


@given(
    day=st.dates(dt.date(1932, 1, 1), dt.date(2150, 12, 31)).filter(
        lambda day: day.year >= 1950
    )
)
def test_a_number_of_days_since_1904_is_read(day: dt.date) -> None:
    serial = excel.to_excel(day, epoch=excel.CALENDAR_MAC_1904)
    assert read_date(serial, epoch_1904=True) == DateRead(day, "serial")


def test_a_number_of_days_is_refused_where_it_may_be_a_figure() -> None:
    with pytest.raises(ValueError, match="not a date"):
        read_date(45174.0, serials=False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023.9.5-2024.9.5", "a range"),
        ("2023年9月5日至2024年9月5日", "a range"),
        ("2023年9月-12月", "a range|not a date"),
        ("2023-2024", "a range"),
        ("2023.9~2024.3", "a range"),
        ("长期", "without an end"),
        ("长期有效", "without an end"),
        ("永久", "without an end"),
        ("2023.1", "January or October"),
        (2023.1, "January or October"),
        ("2023年9月前", "not a date"),
        ("2023年", "not a date"),
        ("2023年上半年", "not a date"),
        ("2023年第三季度", "not a date"),
        ("23.9.5", "not a date"),
        ("2023年13月", "not a date"),
        ("2023-02-30", "no such day"),
        ("99999", "between 1950 and 2150"),
        ("明天", "not a date"),
    ],
)
def test_what_means_no_day_is_refused_with_the_reason(
    text: object, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        read_date(text)


@given(st.text(max_size=30) | st.floats() | st.integers() | st.booleans())
def test_anything_is_a_day_or_a_refusal(value: object) -> None:
    try:
        read = read_date(value)
    except ValueError:
        return
    assert read.day is None or 1950 <= read.day.year <= 2150
