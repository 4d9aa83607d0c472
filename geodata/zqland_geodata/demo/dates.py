"""Give each lot the days on which it became, or is to become, mature and standard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland_geodata.demo.fates import ON, STANDARD_PARKS, Fate, Fates

if TYPE_CHECKING:
    import geopandas as gpd

_SPANS = {
    Fate.SUPPLIED: ("2016-03-01", "2020-12-20"),
    Fate.EARLIER: ("2020-02-01", "2022-12-10"),
    Fate.THIS_YEAR: ("2023-01-16", "2023-09-01"),
    Fate.NEXT: ("2023-09-25", "2024-12-20"),
}
"""First and last day on which lots of a fate become mature."""

_EARLY_STANDARD_PARKS = ("GXQ", "SH", "JINLI")
_EARLY_STANDARD_SHARE = 0.35
_EARLY_STANDARD_FROM = pd.Timestamp("2021-10-15")
_EARLY_STANDARD_TO = pd.Timestamp("2022-12-15")


def plan_dates(
    lots: gpd.GeoDataFrame, fates: Fates, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Give each lot its days.

    Parameters
    ----------
    lots
        The lots, see `zqland_geodata.demo.lots.list_lots`.
    fates
        What becomes of them.
    rng
        Source of chance.

    Returns
    -------
    dates
        ``mature_on``: the day on which the last fact of mature land is done, after
        `ON` for ground in works, missing for the rest; ``standard_on``: the day on
        which the supervision agreement is drawn up, missing where there is none;
        ``early``: lots that became standard land in earlier years.
    """
    mature_on = _mature_days(lots, fates.fate, rng)
    early = (
        lots["park_id"].isin(_EARLY_STANDARD_PARKS)
        & fates.fate.isin([Fate.SUPPLIED, Fate.EARLIER])
        & ~fates.standard
        & (rng.random(len(lots)) < _EARLY_STANDARD_SHARE)
    )
    standard_on = pd.Series(pd.NaT, lots.index, dtype="datetime64[s]")
    first = mature_on.where(mature_on > _EARLY_STANDARD_FROM, _EARLY_STANDARD_FROM)
    standard_on[early] = _between(first, _EARLY_STANDARD_TO, rng)[early]
    start = pd.Series(pd.Timestamp("2023-02-20"), lots.index)
    done = mature_on <= pd.Timestamp(ON)
    start = start.where(~done | (mature_on < start), mature_on)
    this_year = _between(start, pd.Timestamp("2023-09-04"), rng)
    standard_on[fates.standard] = this_year[fates.standard]
    return pd.DataFrame(
        {"mature_on": mature_on, "standard_on": standard_on, "early": early}
    )


def to_come(
    lots: gpd.GeoDataFrame,
    fates: Fates,
    dates: pd.DataFrame,
    *,
    rng: np.random.Generator,
) -> pd.Series[bool]:
    """Choose lots whose agreement is due after `ON`: standard land to come."""
    able = (
        lots["park_id"].isin(STANDARD_PARKS)
        & fates.fate.isin([Fate.EARLIER, Fate.THIS_YEAR, Fate.NEXT])
        & dates["standard_on"].isna()
    )
    return able & (rng.random(len(lots)) < 0.35)  # noqa: PLR2004 -- a share


def _mature_days(
    lots: gpd.GeoDataFrame, fate: pd.Series[str], rng: np.random.Generator
) -> pd.Series[pd.Timestamp]:
    """Draw a day per row of lots: works go along a street, a row is done together."""
    rows = lots.groupby(["block", "row"], sort=False).ngroup()
    chance = pd.Series(rng.random(int(rows.max()) + 1))[rows].to_numpy()
    days = pd.Series(pd.NaT, lots.index, dtype="datetime64[s]")
    for kind, (first, last) in _SPANS.items():
        start, end = pd.Timestamp(first), pd.Timestamp(last)
        span = np.floor(chance * (end - start).days)
        drawn = start + pd.to_timedelta(span, unit="D")
        days = days.mask(fate == kind, pd.Series(drawn, lots.index).astype(days.dtype))
    return days


def _between(
    start: pd.Series[pd.Timestamp], end: pd.Timestamp, rng: np.random.Generator
) -> pd.Series[pd.Timestamp]:
    """Draw a day from start to end for each row."""
    span = (end - start).dt.days.clip(lower=0).fillna(0)
    days = np.floor(span * rng.random(len(start)))
    return (start + pd.to_timedelta(days, unit="D")).astype("datetime64[s]")
