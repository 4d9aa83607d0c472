"""Make up the contracts of the ground that was supplied, with what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland import tables
from zqland.units import from_m2
from zqland_geodata.demo.fates import ON

if TYPE_CHECKING:
    import geopandas as gpd

_ON = pd.Timestamp(ON)
_USUAL_PRICE_WAN: Final = 25.0
_INVESTMENT_WAN: Final = 260.0
_START_DAYS: Final = 270
_FINISH_DAYS: Final = 730

_TROUBLED: Final = (
    # What became of the latest contracts of these years, one after the other: the
    # year, the agreed start, the start, the stop, the share developed, the days that
    # the government delayed it.
    (2020, "2021-03-31", None, None, 0.0, 0),
    (2021, "2022-04-30", None, None, 0.0, 0),
    (2021, "2021-12-31", "2022-02-15", "2022-07-01", 0.18, 0),
    (2021, "2022-05-31", None, None, 0.0, None),
    (2021, "2022-06-30", None, None, 0.0, 210),
    (2022, "2022-10-15", None, None, 0.0, 0),
    (2022, "2022-09-30", "2022-11-10", "2022-12-20", 0.45, 0),
)


def make_contracts(
    parcels: gpd.GeoDataFrame,
    status_events: pd.DataFrame,
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Make up a contract for every supply of ground.

    Parameters
    ----------
    parcels
        The parcels.
    status_events
        Their events; a contract is signed on the day of supply.
    rng
        Source of chance.

    Returns
    -------
    contracts
        Table *contracts* of ``columns.csv``: most are built or being built, some are
        idle, suspected, or soon idle on `ON`.
    """
    supplied = status_events[status_events["status"] == "supplied"]
    supplied = supplied.sort_values(
        ["happened_on", "parcel_id"], kind="stable", ignore_index=True
    )
    own = parcels.loc[supplied["parcel_id"]]
    area = own["declared_m2"].to_numpy(np.float64)
    mu = from_m2(area, "mu")
    price = own["price_wan_per_mu"].fillna(_USUAL_PRICE_WAN).to_numpy(np.float64)
    signed = supplied["happened_on"]
    table = pd.DataFrame(
        {
            "contract_id": "HT-" + signed.dt.year.astype(str) + "-" + _numbers(signed),
            "parcel_id": supplied["parcel_id"],
            "signed_on": signed,
            "area_m2": area,
            "price_wan": np.round(price * mu, 2),
            "investment_wan": np.round(_INVESTMENT_WAN * mu, 0),
            "agreed_start": signed + pd.Timedelta(days=_START_DAYS),
            "agreed_finish": signed + pd.Timedelta(days=_START_DAYS + _FINISH_DAYS),
            "excluded_days": 0,
            "document": "示范供地合同（虚构） " + supplied["parcel_id"],
        }
    )
    table = _built(table, rng).astype({"excluded_days": "Int64"})
    return tables.check("contracts", _troubled(table))


def _numbers(signed: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    count = signed.groupby(signed.dt.year).cumcount() + 1
    return count.astype(str).str.zfill(3)


def _built(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Let works begin in time and go on for two years, as far as `ON` knows."""
    wait = pd.to_timedelta(rng.integers(40, _START_DAYS, len(table)), unit="D")
    lasts = pd.to_timedelta(rng.integers(420, _FINISH_DAYS, len(table)), unit="D")
    started = (table["signed_on"] + wait).astype("datetime64[s]")
    finished = (started + lasts).astype("datetime64[s]")
    progress = ((_ON - started) / lasts).clip(0, 1).to_numpy(np.float64)
    return table.assign(
        started_on=started.where(started <= _ON),
        finished_on=finished.where(finished <= _ON),
        developed_m2=np.round(table["area_m2"] * progress, 0),
        invested_wan=np.round(table["investment_wan"] * progress, 0),
        suspended_since=pd.Series(pd.NaT, table.index, dtype="datetime64[s]"),
    )


def _troubled(table: pd.DataFrame) -> pd.DataFrame:
    """Give the latest contracts of some years their troubles."""
    free = table["signed_on"].dt.year
    taken: list[int] = []
    table = table.copy()
    # A loop over the few contracts that are told one by one.
    for year, agreed, started, stopped, share, excluded in _TROUBLED:
        row = free[free.eq(year) & ~free.index.isin(taken)].index[-1]
        taken.append(row)
        days = pd.to_datetime(pd.Series([agreed, started, stopped]))
        days = days.astype("datetime64[s]")
        # Nobody agrees to begin before the contract is signed.
        table.loc[row, "agreed_start"] = max(days[0], table["signed_on"][row])
        table.loc[row, ["started_on", "suspended_since"]] = days.to_numpy()[1:]
        table.loc[row, "finished_on"] = pd.NaT
        table.loc[row, "developed_m2"] = np.round(table["area_m2"][row] * share, 0)
        table.loc[row, "invested_wan"] = np.round(
            table["investment_wan"][row] * share, 0
        )
        table.loc[row, "excluded_days"] = pd.NA if excluded is None else excluded
    return table
