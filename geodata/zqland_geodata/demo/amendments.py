"""Amend the evidence as records are amended: expiries, renewals and corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland_geodata.demo.fates import ON, Fate, Fates

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONDITIONS_LATE = 4
_CONDITIONS_LAPSED = 3
_TEMPORARY_POWER = 5
_OVERDUE = 10
_CORRECTED = 2


def amend(
    facts: pd.DataFrame, fates: Fates, dates: pd.DataFrame, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Let some facts expire, be renewed, fall overdue or be corrected.

    Parameters
    ----------
    facts
        Facts of the lots.
    fates
        What becomes of the lots.
    dates
        The days of mature and standard land.
    rng
        Source of chance.

    Returns
    -------
    facts
        The facts with the amendments; none of them moves the first day of mature or
        standard land into or out of the year of the ledger.
    """
    facts = facts.copy()
    held = (fates.fate == Fate.EARLIER) & dates["standard_on"].isna()
    held &= dates["mature_on"] < pd.Timestamp("2022-01-01")
    lots = [str(lot) for lot in rng.permutation(fates.fate.index[held].to_numpy())]
    late, lots = lots[:_CONDITIONS_LATE], lots[_CONDITIONS_LATE:]
    lapsed, lots = lots[:_CONDITIONS_LAPSED], lots[_CONDITIONS_LAPSED:]
    temporary = lots[:_TEMPORARY_POWER]
    item = "planning_conditions"
    _expire(facts, late, item, "2023-03-31")
    _expire(facts, lapsed, item, "2023-05-31")
    _expire(facts, temporary, "power", "2023-06-30")
    _overdue(facts, fates, rng)
    more = [
        _renewed(facts, late, item, done_on="2023-04-20"),
        _renewed(facts, lapsed, item, due_on="2023-10-20"),
        _renewed(facts, temporary, "power", done_on="2023-06-20"),
        _corrected_levelling(facts, fates, dates),
        _withdrawn_levelling(facts, fates),
        _corrected_figure(facts, fates),
    ]
    return pd.concat([facts, *more], ignore_index=True)


def _of(facts: pd.DataFrame, lots: Sequence[str], item: str) -> pd.Series[bool]:
    return facts["subject_id"].isin(list(lots)) & (facts["item"] == item)


def _expire(facts: pd.DataFrame, lots: Sequence[str], item: str, day: str) -> None:
    facts.loc[_of(facts, lots, item), "expires_on"] = pd.Timestamp(day)


def _renewed(
    facts: pd.DataFrame,
    lots: Sequence[str],
    item: str,
    *,
    done_on: str | None = None,
    due_on: str | None = None,
) -> pd.DataFrame:
    renewed = facts[_of(facts, lots, item)].copy()
    renewed["key"] += "/renewed"
    renewed["done_on"] = pd.Timestamp(done_on) if done_on else pd.NaT
    renewed["due_on"] = pd.Timestamp(due_on) if due_on else pd.NaT
    renewed["expires_on"] = pd.NaT
    renewed["document"] += "（续期）"
    return renewed


def _overdue(facts: pd.DataFrame, fates: Fates, rng: np.random.Generator) -> None:
    """Let some works fall overdue: they were due before the day and are not done."""
    lots = fates.fate.index[(fates.fate == Fate.NEXT) & ~fates.standard].tolist()
    late = _of(facts, lots, "levelled") & facts["due_on"].notna()
    rows = rng.permutation(np.flatnonzero(late))[:_OVERDUE]
    days = rng.integers(5, 70, len(rows))
    facts.loc[rows, "due_on"] = pd.Timestamp(ON) - pd.to_timedelta(days, unit="D")


def _corrected_levelling(
    facts: pd.DataFrame, fates: Fates, dates: pd.DataFrame
) -> pd.DataFrame:
    """Record a levelling too early at first; the correction has the true day.

    The entry that is kept under its key is the correction, so the year's ledger
    counts the lot only because corrected entries do not.
    """
    last = facts["done_on"] == facts["subject_id"].map(dates["mature_on"])
    lots = fates.fate.index[fates.fate == Fate.THIS_YEAR]
    rows = np.flatnonzero(_of(facts, list(lots), "levelled") & last)[:_CORRECTED]
    wrong = facts.iloc[rows].copy()
    wrong["key"] += "/wrong"
    wrong["done_on"] = pd.Timestamp("2022-12-20")
    facts.loc[rows, "supersedes"] = wrong["key"].to_numpy()
    facts.loc[rows, "document"] += "（更正）"
    return wrong


def _withdrawn_levelling(facts: pd.DataFrame, fates: Fates) -> pd.DataFrame:
    """Record a levelling as done that is not; the correction says when it is due."""
    lots = fates.fate.index[(fates.fate == Fate.NEXT) & ~fates.standard]
    due = facts["due_on"] > pd.Timestamp(ON)
    rows = np.flatnonzero(_of(facts, list(lots), "levelled") & due)[:_CORRECTED]
    wrong = facts.iloc[rows].copy()
    wrong["key"] += "/wrong"
    wrong["done_on"] = pd.Timestamp("2023-07-12")
    wrong["due_on"] = pd.NaT
    facts.loc[rows, "supersedes"] = wrong["key"].to_numpy()
    facts.loc[rows, "document"] += "（更正）"
    return wrong


def _corrected_figure(facts: pd.DataFrame, fates: Fates) -> pd.DataFrame:
    """Record an investment intensity with a slip of the pen, and correct it."""
    lots = fates.standard.index[fates.standard]
    rows = np.flatnonzero(_of(facts, list(lots), "indicator_intensity"))[:1]
    wrong = facts.iloc[rows].copy()
    wrong["key"] += "/wrong"
    wrong["value"] = wrong["value"] * 10
    facts.loc[rows, "supersedes"] = wrong["key"].to_numpy()
    return wrong


def number(facts: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Date the entries and number them in the order in which they were recorded.

    Parameters
    ----------
    facts
        Facts with keys; ``supersedes`` names keys.
    rng
        Source of chance.

    Returns
    -------
    evidence
        Table *evidence* of ``columns.csv``; a correction is recorded after the entry
        that it corrects.
    """
    noted = pd.Timestamp(ON) - pd.to_timedelta(
        rng.integers(3, 90, len(facts)), unit="D"
    )
    seen = facts["done_on"].fillna(
        pd.Series(noted, facts.index).astype("datetime64[s]")
    )
    delay = rng.integers(0, 6, len(facts)) * 86_400 + rng.integers(
        31_000, 63_000, len(facts)
    )
    recorded = seen + pd.to_timedelta(delay, unit="s")
    latest = pd.Timestamp(ON) + pd.Timedelta(hours=17)
    recorded = recorded.where(recorded <= latest, latest)
    corrected = facts["supersedes"].map(
        pd.Series(recorded.to_numpy(), facts["key"].to_numpy())
    )
    late = corrected.notna() & (recorded <= corrected)
    recorded = recorded.mask(late, corrected + pd.Timedelta(minutes=25))
    order = recorded.sort_values(kind="stable").index
    evidence = facts.loc[order].reset_index(drop=True)
    evidence["recorded_at"] = recorded[order].to_numpy().astype("datetime64[s]")
    ids = [f"E{count:06d}" for count in range(1, len(evidence) + 1)]
    by_key = dict(zip(evidence["key"], ids, strict=True))
    evidence["supersedes"] = evidence["supersedes"].map(by_key).astype("str")
    for column in ("done_on", "due_on", "expires_on"):
        evidence[column] = evidence[column].astype("datetime64[s]")
    evidence.insert(0, "evidence_id", ids)
    return evidence.drop(columns="key")
