"""Write the dated evidence of the lots, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland_geodata.demo.fates import ON, Fate, Fates
from zqland_geodata.demo.layout import MU_M2

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

COLUMNS = (
    "key",
    "subject_kind",
    "subject_id",
    "item",
    "done_on",
    "due_on",
    "expires_on",
    "value",
    "unit",
    "document",
    "recorded_at",
    "recorded_by",
    "supersedes",
)
"""Columns of a list of facts; ``key`` becomes ``evidence_id`` when all are numbered."""

CLEAN_LEADS = {
    "conversion": (420, 900),
    "compensation": (250, 400),
    "title": (150, 245),
    "dispute_free": (110, 240),
    "planning_conditions": (60, 105),
}
"""Days from each fact of clean land to mature land, least and most."""

WORK_LEADS = {
    "road": (60, 400),
    "water": (30, 250),
    "power": (20, 200),
    "levelled": (10, 150),
}
"""Days from each fact of the three connections to mature land, least and most."""

INDICATORS = {
    "indicator_intensity": ("wan yuan/mu", 200.0, 450.0),
    "indicator_far": (None, 1.0, 2.0),
    "indicator_tax": ("wan yuan/mu/year", 12.0, 30.0),
    "indicator_research": ("%", 1.5, 3.5),
    "indicator_jobs": ("persons/mu", 2.0, 8.0),
}
"""Control indicators with unit, least and largest figure."""

DOCUMENTS = {
    "conversion": "示范用地批复",
    "compensation": "示范补偿到位证明",
    "title": "示范权属核查表",
    "dispute_free": "示范无纠纷证明",
    "planning_conditions": "示范规划条件书",
    "road": "示范道路验收单",
    "water": "示范供水接驳单",
    "power": "示范供电接入函",
    "levelled": "示范平整验收单",
    "commitment": "示范履约监管协议",
}
"""Names of the fictional documents."""

_LAST_ITEMS = {
    "levelled": 0.44,
    "power": 0.18,
    "water": 0.09,
    "road": 0.07,
    "planning_conditions": 0.11,
    "compensation": 0.11,
}
_TRANSFORMERS_MVA = np.array(
    [1.0, 2.0, 3.15, 5.0, 8.0, 10.0, 16.0, 20.0, 31.5, 40.0, 63.0]
)
_ON = pd.Timestamp(ON)
_DONE_BEFORE = pd.Timestamp("2023-08-28")


def lot_facts(
    lots: gpd.GeoDataFrame,
    fates: Fates,
    dates: pd.DataFrame,
    coming: pd.Series[bool],
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Write the facts of the lots.

    Parameters
    ----------
    lots
        The lots, see `zqland_geodata.demo.lots.list_lots`.
    fates
        What becomes of them.
    dates
        The days of mature and standard land.
    coming
        Lots whose agreement is still due.
    rng
        Source of chance.

    Returns
    -------
    facts
        Facts with the columns of `COLUMNS`.
    """
    parts = [
        *_ready_facts(lots, fates, dates, rng),
        *_clean_only_facts(lots, fates, rng),
        *_planned_facts(lots, fates, rng),
        *_standard_facts(lots, dates, coming, rng),
    ]
    return pd.concat(parts, ignore_index=True)


def make_facts(
    subjects: pd.Index[str],
    item: str,
    *,
    done_on: pd.Series[pd.Timestamp] | None = None,
    due_on: pd.Series[pd.Timestamp] | None = None,
    value: pd.Series[float] | None = None,
    unit: str | None = None,
) -> pd.DataFrame:
    """Make one fact of one item per parcel.

    Parameters
    ----------
    subjects
        The parcels.
    item
        The item.
    done_on, due_on
        Days per parcel.
    value
        Figures per parcel.
    unit
        Unit of the figures.

    Returns
    -------
    facts
        One row per parcel with the columns of `COLUMNS`.
    """
    facts = pd.DataFrame(index=subjects, columns=list(COLUMNS))
    facts["key"] = subjects + "/" + item
    facts["subject_kind"] = "parcel"
    facts["subject_id"] = subjects
    facts["item"] = item
    facts["done_on"] = _days(done_on, subjects)
    facts["due_on"] = _days(due_on, subjects)
    facts["expires_on"] = _days(None, subjects)
    facts["value"] = np.nan if value is None else value[subjects].astype("float64")
    facts["unit"] = pd.Series(unit, subjects, dtype="str")
    facts["document"] = DOCUMENTS.get(item, "示范文件") + " " + subjects
    facts["recorded_by"] = "示范登记员"
    return facts


def _days(
    days: pd.Series[pd.Timestamp] | None, subjects: pd.Index[str]
) -> pd.Series[pd.Timestamp]:
    if days is None:
        return pd.Series(pd.NaT, subjects, dtype="datetime64[s]")
    return days[subjects].astype("datetime64[s]")


def _ready_facts(
    lots: gpd.GeoDataFrame,
    fates: Fates,
    dates: pd.DataFrame,
    rng: np.random.Generator,
) -> Iterator[pd.DataFrame]:
    # Facts of mature land, done up to the day or still due.
    chosen = lots[dates["mature_on"].notna()]
    mature_on = dates.loc[chosen.index, "mature_on"]
    last = pd.Series(
        rng.choice(list(_LAST_ITEMS), len(chosen), p=list(_LAST_ITEMS.values())),
        chosen.index,
    )
    # Ground that is standard before it is mature is clean already: works come last.
    early_standard = fates.standard[chosen.index] & (mature_on > _ON)
    last[early_standard] = "levelled"
    stalled = (fates.fate[chosen.index] == Fate.NEXT) & ~fates.standard[chosen.index]
    stalled &= rng.random(len(chosen)) < 0.10  # noqa: PLR2004 -- a share
    for item, (least, most) in (CLEAN_LEADS | WORK_LEADS).items():
        lead = pd.Series(rng.integers(least, most, len(chosen)), chosen.index)
        day = mature_on - pd.to_timedelta(lead.where(last != item, 0), unit="D")
        if item in CLEAN_LEADS:
            held = early_standard & (day > pd.Timestamp("2023-02-01"))
            day = day.mask(held, pd.Timestamp("2023-01-20") - (mature_on - day))
        done = day <= _DONE_BEFORE
        done |= (fates.fate[chosen.index] == Fate.THIS_YEAR) & (day <= _ON)
        value, unit = _capacity(item, chosen, rng)
        yield make_facts(chosen.index[done], item, done_on=day, value=value, unit=unit)
        due = ~done & ~(stalled & (last == item))
        yield make_facts(chosen.index[due], item, due_on=day, value=value, unit=unit)


def _capacity(
    item: str, lots: gpd.GeoDataFrame, rng: np.random.Generator
) -> tuple[pd.Series[float] | None, str | None]:
    """State how much power and water reaches the edge of each lot."""
    mu = lots["area_m2"] / MU_M2
    if item == "power":
        wanted = mu * rng.lognormal(np.log(0.30), 0.5, len(lots))
        places = np.searchsorted(_TRANSFORMERS_MVA, wanted).clip(max=10)
        return pd.Series(_TRANSFORMERS_MVA[places], lots.index), "MVA"
    if item == "water":
        amount = mu * rng.lognormal(np.log(30.0), 0.5, len(lots))
        return (amount / 50).round().clip(lower=2) * 50, "m3/day"
    return None, None


def _clean_only_facts(
    lots: gpd.GeoDataFrame, fates: Fates, rng: np.random.Generator
) -> Iterator[pd.DataFrame]:
    # The rights of clean ground, and the road that some of it has.
    chosen = lots.index[fates.fate == Fate.CLEAN]
    clean_on = pd.Timestamp("2021-06-01") + pd.to_timedelta(
        pd.Series(rng.integers(0, 790, len(chosen)), chosen), unit="D"
    )
    for item, (least, most) in CLEAN_LEADS.items():
        before = pd.Series(rng.integers(least, most, len(chosen)) - least, chosen)
        done_on = clean_on - pd.to_timedelta(before, unit="D")
        yield make_facts(chosen, item, done_on=done_on)
    roads = chosen[rng.random(len(chosen)) < 0.4]  # noqa: PLR2004 -- a share
    yield make_facts(roads, "road", done_on=clean_on)


def _planned_facts(
    lots: gpd.GeoDataFrame, fates: Fates, rng: np.random.Generator
) -> Iterator[pd.DataFrame]:
    # The approvals of planned ground, done or due.
    chosen = lots.index[fates.fate == Fate.PLANNED]
    chance = rng.random(len(chosen))
    day = pd.Timestamp("2022-05-01") + pd.to_timedelta(
        pd.Series(rng.integers(0, 480, len(chosen)), chosen), unit="D"
    )
    approved = chosen[chance < 0.45]  # noqa: PLR2004 -- a share
    yield make_facts(approved, "conversion", done_on=day)
    waiting = chosen[(chance >= 0.45) & (chance < 0.75)]  # noqa: PLR2004 -- a share
    yield make_facts(waiting, "conversion", due_on=day + pd.Timedelta(days=560))
    paid = approved[rng.random(len(approved)) < 0.5]  # noqa: PLR2004 -- a share
    yield make_facts(paid, "compensation", due_on=day + pd.Timedelta(days=590))


def _standard_facts(
    lots: gpd.GeoDataFrame,
    dates: pd.DataFrame,
    coming: pd.Series[bool],
    rng: np.random.Generator,
) -> Iterator[pd.DataFrame]:
    # The control indicators and the supervision agreement.
    standard_on = dates["standard_on"]
    chosen = lots.index[standard_on.notna() | coming]
    drawn = pd.Timestamp("2023-09-20") + pd.to_timedelta(
        pd.Series(rng.integers(0, 330, len(lots)), lots.index), unit="D"
    )
    agreed_on = standard_on.fillna(drawn.astype("datetime64[s]"))
    fixed_on = agreed_on - pd.to_timedelta(
        pd.Series(rng.integers(5, 60, len(lots)), lots.index), unit="D"
    )
    fixed_on = fixed_on.where(standard_on.notna() | (fixed_on <= _DONE_BEFORE))
    planned_on = (agreed_on - pd.Timedelta(days=5)).where(fixed_on.isna())
    for item, (unit, least, most) in INDICATORS.items():
        value = pd.Series(rng.uniform(least, most, len(lots)).round(1), lots.index)
        yield make_facts(
            chosen, item, done_on=fixed_on, due_on=planned_on, value=value, unit=unit
        )
    done = standard_on.notna()[chosen]
    yield make_facts(chosen[done], "commitment", done_on=agreed_on)
    yield make_facts(chosen[~done], "commitment", due_on=agreed_on)
