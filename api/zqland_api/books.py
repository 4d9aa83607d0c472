"""The acreage books as of a day, for the service, the pages and the demonstration."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from zqland import acreage
from zqland_api.desk import Desk
from zqland_api.view import View


@dataclass(frozen=True, slots=True)
class Books:
    """The acreage books.

    Attributes
    ----------
    year
        The calendar year of progress and months.
    stock
        Area and number of parcels per park, predicate and status.
    progress
        What reached each target's predicate this year, and the pace.
    monthly
        Area that reached each predicate since 1 January, by the end of each month.
    """

    year: int
    stock: pd.DataFrame
    progress: pd.DataFrame
    monthly: pd.DataFrame


def open_books(desk: Desk, view: View, *, year: int | None = None) -> Books:
    """Add up the books of a day.

    Parameters
    ----------
    desk
        The desk.
    view
        The day and the basis.
    year
        Calendar year; the day's where not given.
    """
    state = desk.measured(view.on, view.basis)
    chosen = view.on.year if year is None else year
    targets = desk.records.reserve.targets
    of_year = targets[targets["year"] == chosen]
    return Books(
        year=chosen,
        stock=acreage.stock(state, basis=view.basis, by=("park_id",)),
        progress=acreage.progress(state, of_year, basis=view.basis),
        monthly=acreage.monthly(state, chosen, basis=view.basis).reset_index(),
    )
