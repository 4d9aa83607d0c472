"""The acreage of a reserve: stock, what was reached in a year, pace against targets.

Books count predicates, never stage labels. Mature and standard land are two ledgers:
the same ground stands in both, so their figures are given side by side and never added.
All areas are square metres on a named basis; parcels without a figure on it are counted
and measured apart, never filled in. Beside every total stands the usable part of it,
without the ground that constraint layers forbid or deduct (`zqland.constraints`).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland.areas import Method
from zqland.errors import BasisError, NotFoundError
from zqland.ledger import scopes
from zqland.ledger.pace import PACE_COLUMNS, Pace
from zqland.needs import PREDICATES
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from zqland.reserve import ReserveState

CITY: Final = scopes.CITY
"""Scope of a target that counts every parcel."""

MEASURED: Final = Method.PLANAR
"""Basis on which parcels that lack a figure are measured, to show their weight."""


def stock(
    state: ReserveState,
    *,
    basis: Method = Method.DECLARED,
    by: Sequence[str] = ("park_id",),
) -> pd.DataFrame:
    """Add up the land that holds each predicate on the as-of date.

    Parameters
    ----------
    state
        The reserve as of a date.
    basis
        Area method of the totals.
    by
        Columns of the parcels to group by, such as ``park_id`` or ``district``.

    Returns
    -------
    stock
        One row per group, predicate (``all`` for every parcel) and status, in that
        order: ``count``, ``area_m2``, ``usable_m2``; ``lacking_count`` and
        ``lacking_planar_m2`` of the parcels without a figure on the basis; and
        ``usable_lacking_count`` and ``usable_lacking_planar_m2`` of those in
        ``area_m2`` whose usable part is not known on it. Rows of different predicates
        overlap and are never to be added.

    Raises
    ------
    BasisError
        The parcels carry no areas on the basis.

    Examples
    --------
    ``stock(state, by=())`` gives the whole reserve.
    """
    figures = _figures(state, basis)
    groups = [state.parcels[column].astype("str").fillna("") for column in by]
    blocks = []
    for predicate in ("all", *PREDICATES):
        held = figures if predicate == "all" else figures[_holds(state, predicate)]
        keys = [*(group.loc[held.index] for group in groups), held["status"]]
        block = _totals(held, keys)
        block.insert(len(by), "predicate", predicate)
        blocks.append(block)
    table = pd.concat(blocks, ignore_index=True)
    order = ["all", *PREDICATES]
    table["predicate"] = pd.Categorical(table["predicate"], order, ordered=True)
    table = table.sort_values([*by, "predicate", "status"], ignore_index=True)
    table["predicate"] = table["predicate"].astype("str")
    return table


def first_reached(
    state: ReserveState,
    *,
    year: int,
    predicate: str,
    basis: Method = Method.DECLARED,
) -> pd.DataFrame:
    """List the parcels that first reached a predicate in a year, up to the as-of date.

    Parameters
    ----------
    state
        The reserve as of a date.
    year
        Calendar year.
    predicate
        One of the predicates.
    basis
        Area method of ``area_m2``.

    Returns
    -------
    parcels
        Indexed as the parcels, in order of day and identifier: ``park_id``,
        ``district``, ``reached_on``, ``area_m2`` and ``usable_m2`` (NaN where the basis
        has no figure), ``planar_m2`` and ``usable_planar_m2``.

    Raises
    ------
    BasisError
        The parcels carry no areas on the basis.
    """
    figures = _figures(state, basis)
    reached = pd.to_datetime(state.parcels[f"{predicate}_first_reached_on"])
    in_year = (reached.dt.year == year) & (reached <= pd.Timestamp(state.on))
    table = pd.DataFrame(
        {
            "park_id": state.parcels["park_id"],
            "district": state.parcels["district"],
            "reached_on": reached,
            **{name: figures[name] for name in _AREAS},
        }
    )[in_year]
    table.index.name = "parcel_id"
    return table.sort_values(["reached_on", "parcel_id"])


def progress(
    state: ReserveState,
    targets: pd.DataFrame | None = None,
    *,
    basis: Method = Method.DECLARED,
) -> pd.DataFrame:
    """Compare what was reached in each year with its target, as `Pace` defines it.

    Parameters
    ----------
    state
        The reserve as of a date.
    targets
        Table ``targets``; that of the reserve if none is given.
    basis
        Area method that the targets mean.

    Returns
    -------
    progress
        One row per target, in its order: ``year``, ``predicate``, ``scope``,
        ``basis``, ``target_m2``, ``done_m2``, ``count``, ``lacking_count`` and
        ``lacking_planar_m2`` (parcels reached without a figure on the basis, left out
        of ``done_m2``), ``usable_done_m2``, ``usable_lacking_count`` and
        ``usable_lacking_planar_m2`` (what ``usable_done_m2`` lacks of ``done_m2``),
        ``share``, ``linear_share`` (share of the year that has passed, the as-of day
        included), ``linear_m2``, ``days_elapsed``,
        ``days_left``, ``remaining_m2``, ``needed_m2_per_day`` (NaN when no day is
        left), ``achieved_m2_per_day``, ``speed_up`` (infinite if nothing was done
        yet, 0 if the target is met), and ``done_<method>_m2`` and
        ``usable_done_<method>_m2`` (of what is known) on every other basis
        that the state carries. Mature and standard rows are never to be added.

    Raises
    ------
    BasisError
        The parcels carry no areas on the basis.

    See Also
    --------
    zqland.ledger.targets : The same over all time, with parcels that were split.
    """
    targets = state.reserve.targets if targets is None else targets
    others = [
        method
        for method in Method
        if method != basis and f"{method}_m2" in state.parcels
    ]
    rows = []
    for target in targets.to_dict("records"):
        reached = first_reached(
            state,
            year=int(target["year"]),
            predicate=str(target["predicate"]),
            basis=basis,
        )
        inside = _in_scope(state, str(target["scope"]))
        reached = reached[inside.loc[reached.index]]
        row = _progress_row(target, reached, state.on, basis)
        figures = state.parcels.loc[reached.index]
        for method in others:
            column = f"{method}_m2"
            usable = f"usable_{column}" if f"usable_{column}" in figures else column
            row[f"done_{column}"] = figures[column].sum()
            row[f"usable_done_{column}"] = figures[usable].sum()
        rows.append(row)
    columns = [
        *_PROGRESS_COLUMNS,
        *(f"done_{method}_m2" for method in others),
        *(f"usable_done_{method}_m2" for method in others),
    ]
    return pd.DataFrame(rows, columns=columns)


def monthly(
    state: ReserveState, year: int, basis: Method = Method.DECLARED
) -> pd.DataFrame:
    """Add up month by month what first reached each predicate in a year.

    Parameters
    ----------
    state
        The reserve as of a date.
    year
        Calendar year.
    basis
        Area method of the totals.

    Returns
    -------
    monthly
        One row per month up to the as-of date, indexed by the month's last day that
        counts (the as-of date in the running month); one column per predicate with
        the area since 1 January, square metres, and ``usable_<predicate>`` with the
        usable part that is known. Columns overlap and are never to be added.

    Raises
    ------
    BasisError
        The parcels carry no areas on the basis.
    """
    last = min(dt.date(year, 12, 31), state.on)
    ends = pd.date_range(f"{year}-01-01", f"{year}-12-31", freq="ME")
    past = [end for end in ends if end < pd.Timestamp(last)]
    today = [pd.Timestamp(last)] if last.year == year else []
    days = pd.DatetimeIndex([*past, *today], dtype="datetime64[s]", name="day")
    reached = {
        predicate: first_reached(state, year=year, predicate=predicate, basis=basis)
        for predicate in PREDICATES
    }
    columns = {
        f"{prefix}{predicate}": _cumulated(table, days, column)
        for prefix, column in (("", "area_m2"), ("usable_", "usable_m2"))
        for predicate, table in reached.items()
    }
    return pd.DataFrame(columns, index=days)


_AREAS: Final = ("area_m2", "planar_m2", "usable_m2", "usable_planar_m2")
_PROGRESS_COLUMNS: Final = (
    "year",
    "predicate",
    "scope",
    "basis",
    "target_m2",
    "done_m2",
    "count",
    "lacking_count",
    "lacking_planar_m2",
    "usable_done_m2",
    "usable_lacking_count",
    "usable_lacking_planar_m2",
    *PACE_COLUMNS,
)

_SUMS: Final = (
    "area_m2",
    "usable_m2",
    "lacking_count",
    "lacking_planar_m2",
    "usable_lacking_count",
    "usable_lacking_planar_m2",
)

_NO_BASIS: Final = Text(
    en="the parcels carry no areas by the method {basis}; "
    "derive the state with it first",
    zh="地块没有按{basis}方法计算的面积；请先按该方法计算",
)


def _figures(state: ReserveState, basis: Method) -> pd.DataFrame:
    column = f"{Method(basis)}_m2"
    if column not in state.parcels:
        raise BasisError(_NO_BASIS.format(basis=str(basis)))
    parcels, measured = state.parcels, f"{MEASURED}_m2"
    columns = {
        "area_m2": column,
        "planar_m2": measured,
        "usable_m2": f"usable_{column}",
        "usable_planar_m2": f"usable_{measured}",
    }
    areas = {
        name: parcels[source if source in parcels else source.removeprefix("usable_")]
        for name, source in columns.items()
    }
    figures = pd.DataFrame(areas).astype("float64")
    figures.insert(0, "status", parcels["status"].astype("str"))
    return figures


def _holds(state: ReserveState, predicate: str) -> pd.Series[bool]:
    return state.parcels[predicate].astype("bool")


def _totals(figures: pd.DataFrame, keys: list[pd.Series[str]]) -> pd.DataFrame:
    lacking = figures["area_m2"].isna()
    unusable = figures["usable_m2"].isna() & ~lacking
    measured = figures.assign(
        lacking_count=lacking.astype("int64"),
        lacking_planar_m2=figures["planar_m2"].where(lacking, 0.0),
        usable_lacking_count=unusable.astype("int64"),
        usable_lacking_planar_m2=figures["usable_planar_m2"].where(unusable, 0.0),
    )
    grouped = measured.groupby(keys, sort=True, observed=True)
    totals = grouped.agg(
        count=("planar_m2", "size"),
        **{name: (name, "sum") for name in _SUMS},
    )
    return totals.reset_index()


def _in_scope(state: ReserveState, scope: str) -> pd.Series[bool]:
    try:
        found = scopes.inside(state.parcels, state.reserve.parks, scope)
    except NotFoundError:
        # A finding on the table of targets says so; no land lies there.
        found = np.zeros(len(state.parcels), dtype=np.bool_)
    return pd.Series(found, state.parcels.index)


def _progress_row(
    target: Mapping[Hashable, object], reached: pd.DataFrame, on: dt.date, basis: Method
) -> dict[str, object]:
    year, goal = int(str(target["year"])), float(str(target["target_m2"]))
    lacking = reached["area_m2"].isna()
    unusable = reached["usable_m2"].isna() & ~lacking
    done = float(reached["area_m2"].sum())
    return {
        "year": year,
        "predicate": target["predicate"],
        "scope": target["scope"],
        "basis": str(basis),
        "target_m2": goal,
        "done_m2": done,
        "count": len(reached),
        "lacking_count": int(lacking.sum()),
        "lacking_planar_m2": float(reached.loc[lacking, "planar_m2"].sum()),
        "usable_done_m2": float(reached["usable_m2"].sum()),
        "usable_lacking_count": int(unusable.sum()),
        "usable_lacking_planar_m2": float(
            reached.loc[unusable, "usable_planar_m2"].sum()
        ),
        **Pace(year, on, target_m2=goal, done_m2=done).figures,
    }


def _cumulated(
    reached: pd.DataFrame, days: pd.DatetimeIndex, column: str
) -> pd.Series[float]:
    by_day = reached.groupby("reached_on")[column].sum().sort_index().cumsum()
    places = by_day.index.searchsorted(days, side="right")
    sums = np.concatenate([[0.0], by_day.to_numpy(dtype="float64")])
    return pd.Series(sums[places], index=days)
