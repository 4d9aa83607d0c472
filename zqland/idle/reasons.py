"""Why a contract of supply is idle or not, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from zqland.idle.rules import IdleState
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from zqland.idle.rules import IdleRules

_WAN_DIGITS: Final = 2


def reasons(judged: pd.DataFrame, rules: IdleRules) -> list[Text]:
    """Say of every contract why it stands as it does.

    Parameters
    ----------
    judged
        Contracts as known on the day, with the columns of
        `zqland.idle.idle_status`, ``is_signed`` and ``returned_on``.
    rules
        The rule in force.

    Returns
    -------
    reasons
        A sentence each, without its full stop.
    """
    # Sentences are built one by one; contracts are hundreds, not millions.
    return [_reason(row, rules) for row in judged.to_dict("records")]


def _reason(row: Mapping[Hashable, Any], rules: IdleRules) -> Text:
    state = IdleState(str(row["state"]))
    facts = {str(name): _shown(value) for name, value in row.items()}
    facts["rate"] = f"{rules.fee_share:.0%}"
    facts["price"] = facts.pop("price_wan")
    if state is IdleState.NOT_APPLICABLE:
        return _why_outside(row).format(**facts)
    late = _LATE if pd.isna(row["suspended_since"]) else _STOPPED
    text = {
        IdleState.OK: _why_fine(row),
        IdleState.WARN: _WARNED,
        IdleState.SUSPECTED: _SUSPECTED,
        IdleState.IDLE_1Y: _IDLE,
        IdleState.IDLE_2Y: _RECOVERY,
    }[state]
    facts["late"] = late.format(**facts)
    facts["fee"] = (_NO_PRICE if pd.isna(row["fee_wan"]) else _FEE).format(**facts)
    facts["lacking"] = _lacking(row)
    return text.format(**facts)


def _why_outside(row: Mapping[Hashable, Any]) -> Text:
    if not row["is_signed"]:
        return _NOT_SIGNED
    return _GONE if not pd.isna(row["returned_on"]) else _UNDATED


def _why_fine(row: Mapping[Hashable, Any]) -> Text:
    if not pd.isna(row["finished_on"]):
        return _FINISHED
    if not pd.isna(row["suspended_since"]) and not pd.isna(row["started_on"]):
        return _STOPPED_FINE
    return _NOT_DUE if pd.isna(row["started_on"]) else _BEGUN


def _lacking(row: Mapping[Hashable, Any]) -> Text:
    """Name what decides and is not recorded."""
    if pd.isna(row["excluded_days"]):
        return _NO_EXCLUDED
    shares = (row["developed_share"], row["invested_share"])
    if not pd.isna(row["suspended_since"]) and any(map(pd.isna, shares)):
        return _NO_PROGRESS
    return _MAY_BE


def _shown(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:,.{_WAN_DIGITS}f}" if isinstance(value, float) else value


_NOT_SIGNED = Text(en="not signed yet on that day", zh="当日合同尚未签订")
_GONE = Text(
    en="the ground was taken back on {returned_on}", zh="土地已于 {returned_on} 收回"
)
_UNDATED = Text(
    en="the agreed start of works is not recorded; record it (without one in the "
    "contract: a year after the ground was handed over)",
    zh="未登记约定动工日期，请补充（合同未约定的，为实际交付土地之日起满一年）",
)
_FINISHED = Text(en="finished on {finished_on}", zh="已于 {finished_on} 竣工")
_BEGUN = Text(en="works began on {started_on}", zh="已于 {started_on} 动工")
_STOPPED_FINE = Text(
    en="works are suspended since {suspended_since}; {days_left} days to the next "
    "limit, or enough was developed and invested",
    zh="自 {suspended_since} 起中止开发，距期限 {days_left} 天，或开发面积和投资已达标",
)
_NOT_DUE = Text(
    en="works are due by {agreed_start}; idle from {idle_on}, in {days_left} days",
    zh="约定 {agreed_start} 前动工；{idle_on} 起构成闲置，尚余 {days_left} 天",
)
_LATE = Text(
    en="works were due by {agreed_start} and have not begun",
    zh="约定 {agreed_start} 前动工，至今未动工",
)
_STOPPED = Text(
    en="works are suspended since {suspended_since}",
    zh="自 {suspended_since} 起中止开发建设",
)
_WARNED = Text(
    en="{late}; idle from {idle_on}, in {days_left} days: urge the start of works",
    zh="{late}；{idle_on} 起构成闲置，仅余 {days_left} 天，请督促动工",
)
_SUSPECTED = Text(
    en="{late}, a full year on {idle_on}; {lacking}",
    zh="{late}，至 {idle_on} 已满一年；{lacking}",
)
_IDLE = Text(
    en="{late}, {idle_days} days without the excluded; {fee}; may be taken back from "
    "{recovery_on}",
    zh="{late}，扣除后已延误 {idle_days} 天；{fee}；{recovery_on} 起可无偿收回",
)
_RECOVERY = Text(
    en="{late}, {idle_days} days without the excluded: two years are full since "
    "{recovery_on}, and it may be taken back without payment",
    zh="{late}，扣除后已延误 {idle_days} 天，自 {recovery_on} 起已满两年，"
    "可依法无偿收回",
)
_FEE = Text(
    en="fee {rate} of {price}, {fee_wan} (10 000 yuan)",
    zh="应征缴闲置费 {fee_wan} 万元（成交价 {price} 万元的 {rate}）",
)
_NO_PRICE = Text(
    en="fee {rate} of the price, which is not recorded",
    zh="应按成交价的 {rate} 征缴闲置费，但未登记成交价",
)
_NO_EXCLUDED = Text(
    en="the days of delay by the government or by force majeure are not recorded: "
    "investigate and record them, 0 if there are none",
    zh="未登记政府原因或不可抗力造成的延误天数，请调查核实后登记，没有的填 0",
)
_NO_PROGRESS = Text(
    en="what was developed and invested is not recorded: record it",
    zh="未登记已开发面积或已投资额，请核实后登记",
)
_MAY_BE = Text(
    en="it may be determined as idle: investigate",
    zh="可以认定为闲置土地，请开展调查核实",
)
