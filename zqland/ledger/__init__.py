"""The ledger: how much land holds, reached or left each predicate and status, when.

Books count predicates, never stage labels, and each predicate has its own: mature and
standard land overlap and are never added. Every figure carries its basis and its as-of
date, and can be followed to its parcels.

>>> from zqland.ledger import Period
>>> import datetime as dt
>>> Period.month(2024, 2).days
29
"""

from __future__ import annotations

from zqland.ledger.books import BASES, Books, open_books
from zqland.ledger.days import Period
from zqland.ledger.figures import in_unit
from zqland.ledger.forecast import forecast
from zqland.ledger.moves import KIND_TEXTS, Kind
from zqland.ledger.pace import Pace, targets
from zqland.ledger.scopes import CITY, PROVINCIAL_UP
from zqland.ledger.stock import balance, expected, flows, movements, stock
from zqland.ledger.supply import standard_share

__all__ = [
    "BASES",
    "CITY",
    "KIND_TEXTS",
    "PROVINCIAL_UP",
    "Books",
    "Kind",
    "Pace",
    "Period",
    "balance",
    "expected",
    "flows",
    "forecast",
    "in_unit",
    "movements",
    "open_books",
    "standard_share",
    "stock",
    "targets",
]
