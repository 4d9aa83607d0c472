"""Working days, with holidays and days worked in their place."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.approvals import WorkCalendar
from zqland.approvals.workdays import NO_DAY, parse
from zqland.catalogues import load_catalogues
from zqland.catalogues.document import CatalogueDocument
from zqland.errors import CatalogueError

CALENDAR = load_catalogues().workdays
DAYS = st.dates(dt.date(2022, 1, 1), dt.date(2024, 6, 30))


def number(day: dt.date) -> int:
    return int(np.datetime64(day, "D").astype(int))


def later(day: str, count: int) -> str:
    found = CALENDAR.later(np.array([number(dt.date.fromisoformat(day))]), count)
    return str(found.astype("datetime64[D]")[0])


def is_worked(day: dt.date) -> bool:
    if day in CALENDAR.workdays:
        return True
    return day.weekday() < 5 and day not in CALENDAR.holidays


@given(DAYS, st.integers(0, 40))
def test_periods_end_as_counting_day_by_day_does(day: dt.date, count: int) -> None:
    end, left = day, count
    while left:
        end += dt.timedelta(days=1)
        left -= is_worked(end)
    found = CALENDAR.later(np.array([number(day)]), count)
    assert found.tolist() == [number(end)]


def test_the_autumn_holiday_of_2023_is_passed_over_and_its_weekend_worked() -> None:
    # 29 September to 6 October are off; Saturday 7 and Sunday 8 October are worked.
    assert [later("2023-09-28", count) for count in (1, 2, 3)] == [
        "2023-10-07",
        "2023-10-08",
        "2023-10-09",
    ]


def test_ten_working_days_over_an_ordinary_fortnight() -> None:
    assert later("2023-03-01", 10) == "2023-03-15"


def test_an_unknown_day_stays_unknown() -> None:
    assert CALENDAR.later(np.array([NO_DAY]), 10).tolist() == [NO_DAY]


def test_years_without_a_notice_are_named() -> None:
    (note,) = CALENDAR.notes([2023, 2031])
    assert "2031" in note.en
    assert "2023" not in note.en


def test_years_with_a_notice_need_no_note() -> None:
    assert CALENDAR.notes([2019, 2023]) == ()


def test_every_listed_year_names_its_notice() -> None:
    assert all("国办" in source for _, source in CALENDAR.sources)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('holidays = ["02-30"]\nworkdays = []', "02-30"),
        ('holidays = ["01-05..01-02"]\nworkdays = []', "01-05..01-02"),
        ('holidays = []\nworkdays = ["01-04"]', "01-04"),
    ],
    ids=["no such day", "backwards", "a Wednesday worked in place of nothing"],
)
def test_a_faulty_calendar_is_refused_with_its_place(line: str, said: str) -> None:
    text = f'[2023]\n{line}\nsource = "s"\n'
    with pytest.raises(CatalogueError, match=said):
        parse(CatalogueDocument.parse("holidays.toml", text))


def test_a_calendar_without_holidays_knows_weekends() -> None:
    plain = WorkCalendar(frozenset(), frozenset(), frozenset())
    days = np.array([number(dt.date(2023, 9, 2)), number(dt.date(2023, 9, 4))])
    assert plain.is_working(days).tolist() == [False, True]
