"""Quotas of approval: the scale of building land, and the yearly indicators.

用地规模 is ground that the territorial plan allows to be built on, 用地指标 the area
that may be converted in a year. They are two limits: a batch needs both, and neither
stands for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zqland.findings import Finding, Severity
from zqland.ledger.scopes import CITY
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Mapping

    from zqland.reserve import Reserve

_CENT: Final = 0.005
"""Areas of documents have two decimals: less than half of the last is no excess."""


class QuotaKind(StrEnum):
    """Which limit."""

    SCALE = "scale"
    INDICATOR = "indicator"


class BatchState(StrEnum):
    """How far a batch has come on a day."""

    APPROVED = "approved"
    SUBMITTED = "submitted"
    IN_PREPARATION = "in_preparation"


KIND_TEXTS: Final[Mapping[QuotaKind, Text]] = {
    QuotaKind.SCALE: Text(en="scale of building land", zh="用地规模"),
    QuotaKind.INDICATOR: Text(en="yearly indicator", zh="用地指标"),
}
"""The words for the limits."""

STATE_TEXTS: Final[Mapping[BatchState, Text]] = {
    BatchState.APPROVED: Text(en="approved", zh="已批准"),
    BatchState.SUBMITTED: Text(en="submitted", zh="已上报"),
    BatchState.IN_PREPARATION: Text(en="in preparation", zh="组卷中"),
}
"""The words for the states of a batch."""

_ORDER = tuple(BatchState)
_LIMIT = ["year", "kind", "scope"]


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """What was granted, what of it is used and kept, and what does not fit.

    Attributes
    ----------
    limits
        One row per year, kind and scope that has a grant, or whose batches lack one
        in any scope: ``year``, ``kind`` (`QuotaKind`), ``scope``, ``granted_m2`` (NaN
        where none is recorded), ``used_m2`` (approved batches), ``reserved_m2``
        (submitted and in preparation), ``rest_m2`` (granted less both; negative where
        more is wanted than there is), ``lacking_count`` (rows of batches without a
        figure of that kind, in none of the sums) and ``lacking_m2`` (their area in
        the batch), ``used_ids``, ``reserved_ids`` (batches) and ``unfit_ids``
        (batches that do not fit).
    batches
        One row per batch, kind and scope with a grant: ``batch_id``, ``year``,
        ``kind``, ``scope``, ``state`` (`BatchState`), ``needed_m2``,
        ``available_m2`` (before it), ``fits``, ``short_m2``, ``parcel_ids`` and
        ``reason`` (a `zqland.text.Text`).
    findings
        Batches without a year, figures that are missing, grants that are not recorded.
    """

    limits: pd.DataFrame
    batches: pd.DataFrame
    findings: tuple[Finding, ...]


def batch_states(batches: pd.DataFrame, *, on: dt.date) -> pd.Series[str]:
    """Tell how far each batch has come on a day.

    Parameters
    ----------
    batches
        Table *batches*.
    on
        The day.

    Returns
    -------
    states
        One of `BatchState` per row.

    Examples
    --------
    >>> import datetime as dt
    >>> batches = pd.DataFrame(
    ...     {
    ...         "submitted_on": pd.to_datetime(["2023-03-01"]),
    ...         "approved_on": pd.to_datetime(["2023-10-01"]),
    ...     }
    ... )
    >>> batch_states(batches, on=dt.date(2023, 9, 5)).tolist()
    ['submitted']
    """
    day = pd.Timestamp(on)
    state = np.select(
        [batches["approved_on"] <= day, batches["submitted_on"] <= day],
        [BatchState.APPROVED.value, BatchState.SUBMITTED.value],
        BatchState.IN_PREPARATION.value,
    )
    return pd.Series(state, batches.index, dtype="str")


def quota_use(reserve: Reserve, *, on: dt.date, year: int | None = None) -> QuotaUse:
    """Compare what batches take with what was granted, on a day.

    A limit counts the batches of its year in its scope: all of them for the city,
    those of a district for a district. A batch has to fit into every limit of both
    kinds. Approved batches come first, then submitted ones by their day, then those in
    preparation by their number; a batch that does not fit takes nothing from those
    after it.

    Parameters
    ----------
    reserve
        For ``batches``, ``batch_parcels`` and ``quotas``.
    on
        The day.
    year
        One plan year; all of them where it is not given.

    Returns
    -------
    use
        The limits, the batches, and what was found.

    References
    ----------
    土地管理法 (2019), article 23: the yearly plan of land use, 新增建设用地计划指标;
    article 15: the territorial plan, 用地规模.
    """
    batches, findings = _batches(reserve, on)
    grants = _grants(reserve.quotas)
    needs = _needs(batches, grants)
    if year is not None:
        grants, needs = grants[grants["year"] == year], needs[needs["year"] == year]
    judged = _judged(needs, grants)
    limits = _limits(judged, grants)
    findings += _ungranted(limits)
    granted = judged[judged["granted_m2"].notna()]
    return QuotaUse(
        limits=limits,
        batches=granted[list(_BATCH_COLUMNS)].reset_index(drop=True),
        findings=tuple(findings),
    )


_BATCH_COLUMNS = (
    "batch_id",
    *_LIMIT,
    "state",
    "needed_m2",
    "available_m2",
    "fits",
    "short_m2",
    "parcel_ids",
    "reason",
)


def _batches(reserve: Reserve, on: dt.date) -> tuple[pd.DataFrame, list[Finding]]:
    """Add up what each batch takes of each kind."""
    if reserve.batches.empty:
        return pd.DataFrame(columns=[*_SUMMED, "kind"]), []
    batches = reserve.batches[["batch_id", "district", "year", "submitted_on"]].assign(
        state=batch_states(reserve.batches, on=on)
    )
    findings = [
        _finding(row["batch_id"], "year", _NO_YEAR, _NO_YEAR_ACTION)
        for row in batches[batches["year"].isna()].to_dict("records")
    ]
    rows = reserve.batch_parcels
    if rows.empty:
        rows = pd.DataFrame(
            columns=["batch_id", "parcel_id", "area_m2", "scale_m2", "indicator_m2"]
        )
    parts = []
    for kind in QuotaKind:
        used = rows[f"{kind}_m2"].astype("float64")
        own = pd.DataFrame(
            {
                "batch_id": rows["batch_id"],
                "needed_m2": used,
                "lacking_count": used.isna().astype(int),
                "lacking_m2": rows["area_m2"].astype("float64").where(used.isna()),
            }
        )
        sums = own.groupby("batch_id").sum()
        ids = [tuple(sorted(part["parcel_id"])) for _, part in rows.groupby("batch_id")]
        named = pd.Series(ids, sums.index, dtype=object)
        parts.append(sums.assign(parcel_ids=named, kind=kind.value))
        findings += _without_figure(sums, kind)
    return batches.merge(pd.concat(parts).reset_index(), on="batch_id"), findings


_SUMMED = (
    "batch_id",
    "district",
    "year",
    "submitted_on",
    "state",
    "needed_m2",
    "lacking_count",
    "lacking_m2",
    "parcel_ids",
)


def _without_figure(sums: pd.DataFrame, kind: QuotaKind) -> list[Finding]:
    lacking = sums[sums["lacking_count"] > 0]
    return [
        _finding(
            batch,
            f"{kind}_m2",
            _NO_FIGURE.format(count=int(row["lacking_count"]), kind=KIND_TEXTS[kind]),
            _NO_FIGURE_ACTION,
        )
        for batch, row in lacking.iterrows()
    ]


def _grants(quotas: pd.DataFrame) -> pd.DataFrame:
    if quotas.empty:
        return pd.DataFrame(columns=[*_LIMIT, "granted_m2"])
    return quotas[[*_LIMIT, "granted_m2"]].astype({"granted_m2": "float64"})


def _needs(batches: pd.DataFrame, grants: pd.DataFrame) -> pd.DataFrame:
    """Set each batch against the city and its district, where these have a grant."""
    known = batches[batches["year"].notna()]
    both = [known.assign(scope=CITY), known.assign(scope=known["district"])]
    needs = pd.concat(both).dropna(subset="scope").merge(grants, on=_LIMIT, how="left")
    # Where no scope of a batch has a grant, the city stands for the missing one.
    has_any = needs.groupby(["batch_id", "kind"])["granted_m2"].transform("count") > 0
    kept = needs["granted_m2"].notna() | (~has_any & (needs["scope"] == CITY))
    rank = needs["state"].map({state.value: n for n, state in enumerate(_ORDER)})
    ordered = needs.assign(rank=rank)[kept]
    return ordered.sort_values(
        ["rank", "submitted_on", "batch_id"], kind="stable", ignore_index=True
    )


def _judged(needs: pd.DataFrame, grants: pd.DataFrame) -> pd.DataFrame:
    """Let batches take from the limits, one after the other."""
    keys = [tuple(key) for key in needs[_LIMIT].to_numpy()]
    rest = {
        tuple(key): float(granted)
        for *key, granted in grants[[*_LIMIT, "granted_m2"]].to_numpy()
    }
    needed = needs["needed_m2"].to_numpy(float)
    approved = (needs["state"] == BatchState.APPROVED).to_numpy()
    available, fits = np.full(len(needs), np.nan), np.ones(len(needs), dtype=bool)
    # One after the other, for what fits depends on what went before; batches are few.
    groups = needs.groupby("batch_id", sort=False).indices if len(needs) else {}
    for rows in groups.values():
        there = np.array([rest.get(keys[row], np.nan) for row in rows])
        available[rows] = there
        fits[rows] = ~(needed[rows] > there + _CENT)
        # What is approved is used, whether there was room for it or not.
        if fits[rows].all() or approved[rows].any():
            for row in rows:
                if keys[row] in rest:
                    rest[keys[row]] -= needed[row]
    short = np.where(fits, 0.0, needed - np.maximum(available, 0.0))
    judged = needs.assign(available_m2=available, fits=fits, short_m2=short)
    reasons = [_reason(row) for row in judged.to_dict("records")]
    return judged.assign(reason=pd.Series(reasons, judged.index, dtype=object))


def _limits(judged: pd.DataFrame, grants: pd.DataFrame) -> pd.DataFrame:
    found = judged[_LIMIT].drop_duplicates()
    keys = grants.merge(found, on=_LIMIT, how="outer")
    scope_order = keys["scope"].where(keys["scope"] != CITY, "")
    keys = keys.assign(order=scope_order).sort_values(
        ["year", "kind", "order"], ascending=[True, False, True]
    )
    rows = [_limit(key, judged) for key in keys.to_dict("records")]
    return pd.DataFrame(rows, columns=list(_LIMIT_COLUMNS)).astype({"year": "Int64"})


_LIMIT_COLUMNS = (
    *_LIMIT,
    "granted_m2",
    "used_m2",
    "reserved_m2",
    "rest_m2",
    "lacking_count",
    "lacking_m2",
    "used_ids",
    "reserved_ids",
    "unfit_ids",
)


def _limit(key: Mapping[Hashable, Any], judged: pd.DataFrame) -> dict[str, object]:
    own = judged[(judged[_LIMIT] == [key[name] for name in _LIMIT]).all(axis=1)]
    approved = own["state"] == BatchState.APPROVED
    used = float(own.loc[approved, "needed_m2"].sum())
    reserved = float(own.loc[~approved, "needed_m2"].sum())
    granted = float(key["granted_m2"])
    return {
        **{name: key[name] for name in _LIMIT},
        "granted_m2": granted,
        "used_m2": used,
        "reserved_m2": reserved,
        "rest_m2": granted - used - reserved,
        "lacking_count": int(own["lacking_count"].sum()),
        "lacking_m2": float(own["lacking_m2"].sum()),
        "used_ids": tuple(own.loc[approved, "batch_id"]),
        "reserved_ids": tuple(own.loc[~approved, "batch_id"]),
        "unfit_ids": tuple(own.loc[~own["fits"], "batch_id"]),
    }


def _reason(row: Mapping[Hashable, Any]) -> Text:
    kind = KIND_TEXTS[QuotaKind(str(row["kind"]))]
    if pd.isna(row["granted_m2"]):
        return _NO_GRANT.format(year=row["year"], kind=kind)
    facts = {
        name: f"{float(row[name]):,.2f}"
        for name in ("needed_m2", "available_m2", "short_m2")
    }
    return (_FITS if row["fits"] else _SHORT).format(kind=kind, **facts)


def _ungranted(limits: pd.DataFrame) -> list[Finding]:
    missing = limits[limits["granted_m2"].isna()]
    return [
        _finding(
            "",
            "granted_m2",
            _NO_GRANT.format(
                year=row["year"], kind=KIND_TEXTS[QuotaKind(str(row["kind"]))]
            ),
            _NO_GRANT_ACTION,
        )
        for row in missing.to_dict("records")
    ]


def _finding(record: object, field: str, message: Text, action: Text) -> Finding:
    return Finding(
        str(record), field, "", f"quotas.{field}", Severity.WARNING, message, action
    )


_NO_YEAR = Text(en="the batch has no plan year", zh="批次未登记计划年度")
_NO_YEAR_ACTION = Text(
    en="it counts in no limit; record the year whose quotas it uses",
    zh="未计入任何限额；请补充使用哪个年度的指标",
)
_NO_FIGURE = Text(
    en="rows of the batch without a figure for the {kind}: {count}",
    zh="批次中有 {count} 行未填写{kind}",
)
_NO_FIGURE_ACTION = Text(
    en="they are in none of the sums; fill them in, 0 where none is used",
    zh="未计入合计；请补填，不使用的填 0",
)
_NO_GRANT = Text(
    en="no {kind} is recorded as granted for {year}",
    zh="未登记 {year} 年度下达的{kind}",
)
_NO_GRANT_ACTION = Text(
    en="the batches of that year cannot be judged; record what was granted",
    zh="无法判断该年度的批次是否超限；请登记下达的面积",
)
_FITS = Text(
    en="fits: needs {needed_m2} m² of the {kind}, {available_m2} m² are left for it",
    zh="可以安排：需{kind} {needed_m2} m²，可用 {available_m2} m²",
)
_SHORT = Text(
    en="does not fit: needs {needed_m2} m² of the {kind}, {available_m2} m² are left, "
    "{short_m2} m² are short",
    zh="无法安排：需{kind} {needed_m2} m²，可用 {available_m2} m²，缺 {short_m2} m²",
)
