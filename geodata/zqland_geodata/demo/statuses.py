"""Write the dated events of the parcels' lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zqland_geodata.demo.fates import ON, Fate, Fates

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

_ON = pd.Timestamp(ON)
_STILL_IN_RESERVE = 0.20
_LISTED = 0.09
_SUPPLIED_THIS_YEAR = 0.10
_RETURNED = 5


def status_events(
    fates: Fates, dates: pd.DataFrame, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Write the events of all lots.

    Parameters
    ----------
    fates
        What becomes of the lots.
    dates
        The days of mature and standard land.
    rng
        Source of chance.

    Returns
    -------
    status_events
        Table *status_events* of ``columns.csv``, in the order of days.
    """
    events = pd.concat(list(_events(fates, dates, rng)), ignore_index=True)
    events = events[events["happened_on"] <= _ON]
    return events.sort_values(
        ["happened_on", "parcel_id"], kind="stable", ignore_index=True
    )


def _events(
    fates: Fates, dates: pd.DataFrame, rng: np.random.Generator
) -> Iterator[pd.DataFrame]:
    fate, lots = fates.fate, fates.fate.index
    chance = pd.Series(rng.random(len(lots)), lots)
    ready = dates["mature_on"].fillna(pd.Timestamp("2023-06-30"))
    reserved_on = ready - pd.to_timedelta(rng.integers(200, 330, len(lots)), unit="D")
    # Ground of a later year is taken into reserve by midsummer where its rights allow.
    back = pd.to_timedelta(pd.Series(rng.integers(0, 500, len(lots)), lots), unit="D")
    latest = (pd.Timestamp("2023-08-20") - back).astype("datetime64[s]")
    reserved_on = reserved_on.where(reserved_on <= latest, latest)
    planned_on = reserved_on - pd.to_timedelta(
        rng.integers(200, 600, len(lots)), unit="D"
    )
    yield _make(lots, "planned", planned_on)
    in_reserve = fate != Fate.PLANNED
    in_reserve &= (fate != Fate.NEXT) | (chance < 0.90) | fates.standard  # noqa: PLR2004
    in_reserve &= (fate != Fate.CLEAN) | (chance < 0.70)  # noqa: PLR2004 -- a share
    yield _make(lots[in_reserve], "in_reserve", reserved_on)
    listed_on, supplied = _supply(fates, dates, chance, rng)
    yield _make(lots[listed_on.notna()], "listed", listed_on)
    supplied_on = listed_on + pd.to_timedelta(rng.integers(30, 41, len(lots)), unit="D")
    yield _make(lots[supplied], "supplied", supplied_on)
    yield from _returned(lots[supplied], supplied_on)


def _supply(
    fates: Fates,
    dates: pd.DataFrame,
    chance: pd.Series[float],
    rng: np.random.Generator,
) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool]]:
    """Choose what was listed when, and what of it has been supplied."""
    fate = fates.fate
    ready = dates[["mature_on", "standard_on"]].max(axis=1)
    wait = pd.to_timedelta(rng.integers(30, 900, len(fate)), unit="D")
    sold = (fate == Fate.SUPPLIED) & (chance > _STILL_IN_RESERVE)
    listed_on = (ready + wait).where(sold)
    latest = pd.Timestamp("2023-07-20")
    listed_on = listed_on.where(~(listed_on > latest), latest)
    this_year = fate == Fate.THIS_YEAR
    quick = this_year & (chance < _SUPPLIED_THIS_YEAR) & (ready < latest)
    on_offer = (fate.isin([Fate.EARLIER, Fate.THIS_YEAR])) & ~quick
    on_offer &= chance > 1 - _LISTED
    days = pd.to_timedelta(rng.integers(1, 25, len(fate)), unit="D")
    listed_on = listed_on.mask(quick, ready + pd.Timedelta(days=4))
    listed_on = listed_on.mask(on_offer, (_ON - days).astype("datetime64[s]"))
    return listed_on.astype("datetime64[s]"), sold | quick


def _returned(
    lots: pd.Index[str], supplied_on: pd.Series[pd.Timestamp]
) -> Iterator[pd.DataFrame]:
    # The ground supplied first is taken back; some of it is put on offer again.
    oldest = supplied_on[lots].sort_values(kind="stable").index[:_RETURNED]
    back_on = supplied_on[oldest] + pd.Timedelta(days=900)
    back_on = back_on.where(back_on <= _ON, _ON - pd.Timedelta(days=40))
    yield _make(oldest, "returned", back_on)
    again = oldest[: _RETURNED - 2]
    yield _make(again, "in_reserve", back_on + pd.Timedelta(days=35))


def _make(
    lots: pd.Index[str], status: str, days: pd.Series[pd.Timestamp]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "parcel_id": lots,
            "status": status,
            "happened_on": days[lots].astype("datetime64[s]").to_numpy(),
            "document": "示范收储供应台账 " + lots,
        }
    )
