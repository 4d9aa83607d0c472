"""How each contract of supply stands against the rule of idle land on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland.idle.reasons import reasons
from zqland.idle.rules import IdleState

if TYPE_CHECKING:
    import datetime as dt

    from zqland.idle.rules import IdleRules

_DAY: Final = pd.Timedelta(days=1)


def idle_status(
    contracts: pd.DataFrame,
    *,
    on: dt.date,
    rules: IdleRules,
    returned_on: pd.Series[pd.Timestamp] | None = None,
) -> pd.DataFrame:
    """Judge each contract of supply by the rule of idle land on a day.

    (a) Works have not begun, and more than a year has passed since the agreed start;
    or (b) works began, less than the least share of the area is developed or of the
    investment made, and they have been suspended for a year. Days of delay by the
    government or by force majeure do not count. Dates later than the day are not
    known yet. A date is full with the end of its corresponding day, so that works due
    on 1 March 2022 are idle from 2 March 2023; a suspension counts its first day.

    Parameters
    ----------
    contracts
        Table *contracts*.
    on
        The day.
    rules
        The rule in force (`zqland.catalogues.Catalogues.idle`).
    returned_on
        Day on which all the ground of a contract was taken back after it was signed,
        on the index of the contracts; missing where it was not.

    Returns
    -------
    idle
        On the index of the contracts: ``state`` (one of `IdleState`), ``delay_from``
        (first day of the delay), ``idle_on`` (first day on which it is idle) and
        ``recovery_on`` (first day on which it may be taken back), both with the
        excluded days added, ``idle_days`` (of delay so far, less the excluded),
        ``days_left`` (until the next of these days), ``fee_wan`` (10 000 yuan; only
        for land that is idle and has a price), ``developed_share``,
        ``invested_share`` and ``reason`` (a `zqland.text.Text`).

        The state is ``suspected_idle`` where a year is full but something that decides
        is not recorded: the days to exclude, or what was developed and invested.

    References
    ----------
    闲置土地处置办法 (国土资源部令第53号), articles 2, 8 and 14.

    Examples
    --------
    >>> import datetime as dt
    >>> from zqland.catalogues import load_catalogues
    >>> contract = pd.DataFrame(
    ...     {
    ...         "signed_on": pd.to_datetime(["2021-12-01"]),
    ...         "agreed_start": pd.to_datetime(["2022-03-01"]),
    ...         "price_wan": [1_000.0],
    ...         "excluded_days": [0],
    ...     }
    ... )
    >>> rules = load_catalogues().idle
    >>> found = idle_status(contract, on=dt.date(2023, 9, 5), rules=rules)
    >>> found[["state", "fee_wan"]].values.tolist()
    [['idle_1y', 200.0]]
    """
    case = _Case.of(contracts, pd.Timestamp(on), returned_on)
    delay = case.delay(rules)
    state = _state(case, delay, rules)
    known = pd.DataFrame(
        {
            "state": state,
            **delay.to_dict("series"),
            "fee_wan": _fee(case, state, rules),
            "developed_share": case.developed,
            "invested_share": case.invested,
        },
        index=contracts.index,
    )
    both = pd.concat([case.table, known], axis=1)
    both["returned_on"] = case.returned_on
    known["reason"] = pd.Series(reasons(both, rules), known.index, dtype=object)
    return known


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of contracts on a day."""

    on: pd.Timestamp
    table: pd.DataFrame
    returned_on: pd.Series[pd.Timestamp]

    @classmethod
    def of(
        cls,
        contracts: pd.DataFrame,
        on: pd.Timestamp,
        returned_on: pd.Series[pd.Timestamp] | None,
    ) -> _Case:
        table = contracts.reindex(columns=[*_DATES, *_NUMBERS])
        for name in _DATES:
            day = pd.to_datetime(table[name]).astype("datetime64[s]")
            # What is agreed lies ahead; what was done after the day is not known yet.
            known = day if name.startswith("agreed") else day.where(day <= on)
            table[name] = known
        for name in _NUMBERS:
            table[name] = table[name].astype("float64")
        signed = pd.to_datetime(contracts["signed_on"])
        gone = pd.Series(pd.NaT, contracts.index, dtype="datetime64[s]")
        if returned_on is not None:
            gone = returned_on.reindex(contracts.index).astype("datetime64[s]")
        table["is_signed"] = (signed <= on).to_numpy(np.bool_)
        return cls(on, table, gone.where(gone <= on))

    @property
    def developed(self) -> pd.Series[float]:
        return _share(self.table["developed_m2"], self.table["area_m2"])

    @property
    def invested(self) -> pd.Series[float]:
        return _share(self.table["invested_wan"], self.table["investment_wan"])

    @property
    def has_begun(self) -> pd.Series[bool]:
        begun: pd.Series[bool] = self.table["started_on"].notna()
        return begun | self.is_finished

    @property
    def is_finished(self) -> pd.Series[bool]:
        return self.table["finished_on"].notna()

    @property
    def is_stopped(self) -> pd.Series[bool]:
        stopped = self.table["suspended_since"].notna()
        return self.has_begun & ~self.is_finished & stopped

    def delay(self, rules: IdleRules) -> pd.DataFrame:
        """Find since when each contract is late, and until when it may be."""
        agreed = self.table["agreed_start"].where(~self.has_begun)
        since = self.table["suspended_since"].where(self.is_stopped)
        excluded = pd.to_timedelta(self.table["excluded_days"].fillna(0), unit="D")
        ends = {
            "idle_on": _after(agreed, since, rules.idle_years) + excluded,
            "recovery_on": _after(agreed, since, rules.recovery_years) + excluded,
        }
        late_from = (agreed + _DAY).fillna(since)
        passed = (self.on - late_from).dt.days + 1 - excluded.dt.days
        following = ends["idle_on"].where(ends["idle_on"] > self.on)
        following = following.fillna(ends["recovery_on"])
        left = (following - self.on).dt.days
        return pd.DataFrame(
            {
                "delay_from": late_from.astype("datetime64[s]"),
                **{name: day.astype("datetime64[s]") for name, day in ends.items()},
                "idle_days": passed.clip(lower=0).astype("Int64"),
                "days_left": left.clip(lower=0).astype("Int64"),
            }
        )


_DATES = ("agreed_start", "started_on", "finished_on", "suspended_since")
_NUMBERS = (
    "area_m2",
    "developed_m2",
    "investment_wan",
    "invested_wan",
    "price_wan",
    "excluded_days",
)


def _after(
    agreed: pd.Series[pd.Timestamp], since: pd.Series[pd.Timestamp], years: int
) -> pd.Series[pd.Timestamp]:
    """Find the first day after so many full years of delay."""
    return (_plus_years(agreed, years) + _DAY).fillna(_plus_years(since, years))


def _plus_years(days: pd.Series[pd.Timestamp], years: int) -> pd.Series[pd.Timestamp]:
    """Find the corresponding day; the end of the month where there is none."""
    month = days.to_numpy("datetime64[M]")
    first = days.to_numpy("datetime64[D]") - month.astype("datetime64[D]")
    later = month + np.timedelta64(12 * years, "M")
    last = (later + np.timedelta64(1, "M")).astype("datetime64[D]")
    found = np.minimum(later.astype("datetime64[D]") + first, last - 1)
    return pd.Series(found.astype("datetime64[s]"), days.index)


def _share(part: pd.Series[float], whole: pd.Series[float]) -> pd.Series[float]:
    return (part / whole).where(whole > 0)


def _state(case: _Case, delay: pd.DataFrame, rules: IdleRules) -> pd.Series[str]:
    """Decide the state: of several that are true, the last one that is named counts."""
    full = delay["idle_on"] <= case.on
    twice = delay["recovery_on"] <= case.on
    soon = ~full & (delay["days_left"] < rules.warn_days).fillna(value=False)
    low, enough = _progress(case, rules)
    stopped = case.is_stopped
    matters = ~stopped | ~enough
    unsure = case.table["excluded_days"].isna() | (stopped & ~low)
    if not rules.suspended_is_idle:
        unsure |= stopped
    state = np.select(
        [
            _outside(case),
            full & matters & unsure,
            twice & matters,
            full & matters,
            soon & matters,
        ],
        [
            IdleState.NOT_APPLICABLE,
            IdleState.SUSPECTED,
            IdleState.IDLE_2Y,
            IdleState.IDLE_1Y,
            IdleState.WARN,
        ],
        IdleState.OK,
    )
    return pd.Series(state, case.table.index).map(str).astype("str")


def _progress(case: _Case, rules: IdleRules) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Tell where too little was done for certain, and where enough for certain."""
    developed, invested = case.developed, case.invested
    low = (developed < rules.developed_share) | (invested < rules.invested_share)
    enough = (developed >= rules.developed_share) & (invested >= rules.invested_share)
    return low, enough


def _outside(case: _Case) -> pd.Series[bool]:
    """Tell which contracts the rule does not judge on the day."""
    undated = case.table["agreed_start"].isna() & ~case.has_begun
    gone = case.returned_on.notna()
    return ~case.table["is_signed"] | gone | undated


def _fee(case: _Case, state: pd.Series[str], rules: IdleRules) -> pd.Series[float]:
    is_idle = state.isin([IdleState.IDLE_1Y, IdleState.IDLE_2Y])
    return (case.table["price_wan"] * rules.fee_share).where(is_idle)
