"""What a year will come to: a range from the evidence that is due.

======================  ==========================================================
``low``                 all that is due comes as late as nine in ten of the facts
                        done so far (``ledger.toml``); what is overdue does not come
``planned``             all that is due is done on its day; what is overdue does not
                        come
``high``                as planned, and what is overdue is done tomorrow
======================  ==========================================================

Later facts never make ground ready earlier, so low ≤ planned ≤ high always. Where too
few facts can tell how late facts come, low counts nothing of what is due.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland.areas import Method
from zqland.ledger.days import Period
from zqland.ledger.pace import done_by, nothing, reached

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from zqland.ledger.books import Books
    from zqland.ledger.figures import Figures
    from zqland.ledger.rules import LedgerRules

SCENARIOS: Final = ("low", "planned", "high")
"""The ends and the middle of the range."""

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Delay:
    """How late facts come, learnt from those that were planned and are done.

    Attributes
    ----------
    days
        Days after the planned one; missing where too few facts can tell.
    facts
        How many facts it was learnt from.
    """

    days: int | None
    facts: int


def usual_delay(evidence: pd.DataFrame, *, on: dt.date, outlook: LedgerRules) -> Delay:
    """Learn how late facts come.

    Parameters
    ----------
    evidence
        Table *evidence*. A fact was planned for its own ``due_on`` or for that of the
        entry that it corrects.
    on
        The as-of date.
    outlook
        Which share of the facts was not later, and how many are needed to tell.

    Returns
    -------
    delay
        Never early.
    """
    done = _known(evidence, on)
    due = pd.to_datetime(evidence["due_on"])
    if "supersedes" in evidence and "evidence_id" in evidence:
        plans = due.set_axis(evidence["evidence_id"])
        plans = plans[plans.index.notna() & ~plans.index.duplicated()]
        earlier = plans.reindex(evidence["supersedes"]).set_axis(due.index)
        counts = ~evidence["evidence_id"].isin(evidence["supersedes"].dropna())
        due, done = earlier.fillna(due), done.where(counts)
    late = (done - due).dt.days.dropna().to_numpy(np.float64)
    if len(late) < outlook.fewest_facts:
        return Delay(None, len(late))
    days = int(np.quantile(late, outlook.late_quantile, method="higher"))
    return Delay(max(days, 0), len(late))


def forecast(
    books: Books,
    table: pd.DataFrame | None = None,
    *,
    basis: Method = Method.DECLARED,
    quantile: float | None = None,
) -> pd.DataFrame:
    """Forecast what each year's target will come to.

    Parameters
    ----------
    books
        The books, as of their own date.
    table
        Table *targets*; that of the reserve where it is not given.
    basis
        Area method that the targets mean.
    quantile
        How cautious the low end is: the share of facts that were not later; that of
        the catalogue where it is not given.

    Returns
    -------
    forecast
        One row per target: ``year``, ``predicate``, ``scope``, ``on``, ``basis``,
        ``target_m2``, ``done_m2``, and for low, planned and high ``<end>_m2`` (with
        what is done), ``<end>_share`` of the target, ``<end>_count``,
        ``<end>_lacking_count`` and ``<end>_lacking_planar_m2`` (parcels without a
        figure on the basis) and ``<end>_ids`` of what is still to come; ``delay_days``
        (NaN where too few facts can tell) and ``delay_facts``.

    Raises
    ------
    NotFoundError
        There is no such scope.
    """
    wanted = books.targets if table is None else table
    evidence = books.reserve.evidence
    outlook = books.outlook
    if quantile is not None:
        outlook = replace(outlook, late_quantile=quantile)
    delay = usual_delay(evidence, on=books.on, outlook=outlook)
    ends = {
        "low": books.with_evidence(_late(evidence, books.on, delay)),
        "planned": books,
        "high": books.with_evidence(_caught_up(evidence, books.on)),
    }
    rows = []
    for target in wanted.to_dict("records"):
        row = _row(books, target, Method(basis)) | _range(ends, target, Method(basis))
        days = np.nan if delay.days is None else float(delay.days)
        rows.append(row | {"delay_days": days, "delay_facts": delay.facts})
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS: Final = [
    *("year", "predicate", "scope", "on", "basis", "target_m2", "done_m2"),
    *(
        f"{end}_{name}"
        for end in SCENARIOS
        for name in (
            "m2",
            "share",
            "count",
            "lacking_count",
            "lacking_planar_m2",
            "ids",
        )
    ),
    "delay_days",
    "delay_facts",
]


def _row(books: Books, target: Mapping[Hashable, object], basis: Method) -> Figures:
    done = done_by(books, target, books.on)
    return {
        "year": int(str(target["year"])),
        "predicate": target["predicate"],
        "scope": target["scope"],
        "on": pd.Timestamp(books.on),
        "basis": str(basis),
        "target_m2": float(str(target["target_m2"])),
        "done_m2": done[f"{basis}_m2"],
    }


def _range(
    ends: Mapping[str, Books], target: Mapping[Hashable, object], basis: Method
) -> Figures:
    """Add what is still to come in the year to what is done, for each end."""
    year, goal = int(str(target["year"])), float(str(target["target_m2"]))
    predicate, scope = str(target["predicate"]), str(target["scope"])
    figures: Figures = {}
    for end, books in ends.items():
        done = done_by(books, target, books.on)
        first = max(books.on + _ONE_DAY, dt.date(year, 1, 1))
        area, more = done[f"{basis}_m2"], nothing(books)
        if first.year == year:
            period = Period(first, dt.date(year, 12, 31))
            more = reached(books, period, predicate=predicate, scope=scope)
            area += more[f"{basis}_m2"]
        figures |= {
            f"{end}_m2": area,
            f"{end}_share": area / goal if goal else np.nan,
            f"{end}_count": more["count"],
            f"{end}_lacking_count": more[f"{basis}_lacking_count"],
            f"{end}_lacking_planar_m2": more.get(f"{basis}_lacking_planar_m2", 0.0),
            f"{end}_ids": more["parcel_ids"],
        }
    return figures


def _known(evidence: pd.DataFrame, on: dt.date) -> pd.Series[pd.Timestamp]:
    """Give the days of facts done by the date; missing for all others."""
    done = pd.to_datetime(evidence["done_on"])
    return done.where(done <= pd.Timestamp(on))


def _late(evidence: pd.DataFrame, on: dt.date, delay: Delay) -> pd.DataFrame:
    """Put off what is due; take it away where nobody knows for how long."""
    due = pd.to_datetime(evidence["due_on"])
    # What is overdue stays so, and what is done needs no plan.
    coming = _known(evidence, on).isna() & (due > pd.Timestamp(on))
    if delay.days is None:
        later = due.where(~coming)
    else:
        later = due.where(~coming, due + pd.Timedelta(days=delay.days))
    return evidence.assign(due_on=later)


def _caught_up(evidence: pd.DataFrame, on: dt.date) -> pd.DataFrame:
    """Bring what is overdue to the day after the date."""
    due, tomorrow = pd.to_datetime(evidence["due_on"]), pd.Timestamp(on) + _ONE_DAY
    overdue = _known(evidence, on).isna() & (due < tomorrow)
    return evidence.assign(due_on=due.where(~overdue, tomorrow.as_unit("s")))
