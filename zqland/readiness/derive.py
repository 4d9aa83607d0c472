"""Derive readiness: predicates, stages, utility sets and what is missing, on a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland.readiness.facts import Subjects, read_facts
from zqland.readiness.figures import capacities
from zqland.readiness.rules import PREDICATES
from zqland.readiness.runs import ItemHistory
from zqland.readiness.timeline import NEVER, day_number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import numpy.typing as npt

    from zqland.readiness.rules import ReadinessRules
    from zqland.readiness.timeline import Booleans, Integers, Spans

    Dates = npt.NDArray[np.datetime64]


def derive(
    parcels: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    on: dt.date,
    rules: ReadinessRules,
) -> pd.DataFrame:
    """Derive what each parcel has reached on a date from dated evidence.

    A fact is valid from ``done_on`` through ``expires_on``, both included. Parcels
    inherit the facts of their park and areas. Entries that another entry supersedes do
    not count. Validity that is renewed without a day's gap goes on unbroken.

    Nothing done after the date is known on it: such facts, and those not done at all,
    count only for what is expected, from their due day if that is still to come.

    Parameters
    ----------
    parcels
        Parcels, indexed by their ids, with ``park_id`` and, if any, ``area_ids``.
    evidence
        Evidence as in the catalogue of columns; fastest with categorical ids.
    on
        The date.
    rules
        The rules of readiness.

    Returns
    -------
    readiness
        On the index of the parcels. For each predicate p: ``p`` (true or false),
        ``p_reached_on`` (start of the unbroken run that contains the date),
        ``p_first_reached_on`` (first day ever, up to the date), ``p_missing`` (keys of
        the items still needed) and ``p_expected_on`` (first day after the date on
        which it will hold if all that is due is done on its day; only where it does
        not hold) and ``p_holds_until`` (last day of the run that contains the date, or
        else of the one that is expected, if all that is due is done on its day; NaT
        where no end is known, or no run). Then ``stage``, ``utility_set`` ("" if none
        is reached), ``utilities`` (keys) and the capacities, NaN where unknown.

    Raises
    ------
    TableError
        Evidence names an unknown item, or gives a capacity in an unknown unit.

    Examples
    --------
    >>> import datetime as dt
    >>> import pandas as pd
    >>> from zqland.catalogues import load_catalogues
    >>> parcels = pd.DataFrame({"park_id": ["GXQ"]}, index=["A-1"])
    >>> evidence = pd.DataFrame(
    ...     {
    ...         "subject_kind": ["park", "park", "park", "parcel"],
    ...         "subject_id": ["GXQ", "GXQ", "GXQ", "A-1"],
    ...         "item": ["road", "water", "power", "levelled"],
    ...         "done_on": pd.to_datetime(
    ...             ["2021-03-01", "2021-03-01", "2022-08-15", "2023-02-10"]
    ...         ),
    ...     }
    ... )
    >>> rules = load_catalogues().readiness
    >>> state = derive(parcels, evidence, on=dt.date(2023, 9, 5), rules=rules)
    >>> state.loc["A-1", ["stage", "utility_set", "serviced_reached_on"]].to_list()
    ['serviced', 'three', Timestamp('2023-02-10 00:00:00')]
    >>> state.loc["A-1", "mature_missing"][:2]
    ('conversion', 'title')
    """
    subjects = Subjects.of(parcels)
    facts = read_facts(subjects, evidence, on=on, rules=rules)
    history = ItemHistory.of(subjects, facts, rules)
    masks, today = history.masks, day_number(on)
    now = history.on(today, len(parcels))
    columns: dict[str, object] = {}
    for key, condition in masks.predicates.items():
        holds_now = condition.holds(now)
        missing = np.where(holds_now, 0, condition.missing(now))
        columns[key] = holds_now
        columns |= _dates(key, holds_now, history.runs(key), today)
        columns[f"{key}_missing"] = masks.names(missing)
    columns["stage"] = _stages(columns, rules)
    columns["utility_set"] = masks.strongest_sets(now)
    columns["utilities"] = masks.names(now & masks.utilities)
    columns |= capacities(subjects, facts, evidence, on=on, rules=rules)
    return pd.DataFrame(columns, index=parcels.index)


def _dates(key: str, holds_now: Booleans, runs: Spans, today: int) -> dict[str, object]:
    """Find the dates of a predicate among its runs."""
    owner, day = runs.owner, runs.start
    past = day <= today
    last = (runs.end - 1).astype("datetime64[D]")
    last[runs.end == NEVER] = np.datetime64("NaT")
    count = len(holds_now)
    # Runs are sorted by parcel and day. Of several rows for a parcel the last
    # assignment stays: the latest run as it stands, the earliest one in reversed order.
    reached = _by_parcel(owner[past], day[past], count)
    first = _by_parcel(owner[past][::-1], day[past][::-1], count)
    expected = _by_parcel(owner[~past][::-1], day[~past][::-1], count)
    until = _by_parcel(owner[~past][::-1], last[~past][::-1], count)
    until[holds_now] = _by_parcel(owner[past], last[past], count)[holds_now]
    reached[~holds_now] = np.datetime64("NaT")
    expected[holds_now] = np.datetime64("NaT")
    return {
        f"{key}_reached_on": reached,
        f"{key}_first_reached_on": first,
        f"{key}_expected_on": expected,
        f"{key}_holds_until": until,
    }


def _by_parcel(owner: Integers, day: Integers | Dates, count: int) -> Dates:
    dates = np.full(count, "NaT", dtype="datetime64[s]")
    dates[owner] = day.astype("datetime64[D]")
    return dates


def _stages(columns: Mapping[str, Any], rules: ReadinessRules) -> pd.Categorical[str]:
    """Name the last stage of the ladder whose predicate is true."""
    predicates = [columns[key] for key in rules.stages[1:]]
    codes = np.zeros(len(columns[PREDICATES[0]]), dtype=np.int8)
    for place, holds in enumerate(predicates, start=1):
        codes[holds] = place
    return pd.Categorical.from_codes(codes, pd.Index(rules.stages), ordered=True)
