"""Days as numbers, for columns of a million days."""

from __future__ import annotations

import datetime as dt
from typing import Final

NEVER: Final = 2**31 - 1
"""The day on which something not expected at all will be ready."""

EPOCH: Final = dt.date(1970, 1, 1)
"""Day 0."""


def day_number(day: dt.date) -> int:
    """Count the days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> dt.date | None:
    """Turn a day number into a day; None for `NEVER`.

    Examples
    --------
    >>> day_of(day_number(dt.date(2023, 9, 5)))
    datetime.date(2023, 9, 5)
    """
    return None if number == NEVER else EPOCH + dt.timedelta(days=int(number))
