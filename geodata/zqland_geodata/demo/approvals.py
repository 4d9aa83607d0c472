"""Make up the batches of land-use approval, with their steps, ground and quotas.

The ground of a district that was converted in a year is a batch of that year, approved
on the first of those days; what is not converted yet is in batches under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from zqland import tables
from zqland_geodata.demo.fates import ON

_FIRST_YEAR: Final = 2018
_HECTARE_M2: Final = 10_000.0
_ON = pd.Timestamp(ON)

_BEFORE_APPROVAL: Final = (
    # step, days before the approval on which it began and was done
    ("preliminary_review", 210, 180),
    ("project_approval", 205, 190),
    ("initial_design", 185, 170),
    ("planning_basis", 200, 195),
    ("land_saving_review", 190, 172),
    ("preliminary_notice", 175, 145),
    ("boundary_survey", 180, 160),
    ("present_state_survey", 172, 150),
    ("ownership_proof", 149, 140),
    ("stability_assessment", 170, 148),
    ("compensation_plan", 144, 138),
    ("plan_notice", 137, 105),
    ("agreements", 104, 80),
    ("funds", 100, 75),
    ("file_complete", 70, 62),
    ("submitted", 60, 60),
    ("city_review", 58, 40),
    ("province_review", 39, 8),
    ("approved", 0, 0),
    ("expropriation_notice", -6, -16),
    ("compensation_paid", -20, -45),
)

_UNDER_WAY: Final = (
    # district, step, began, due, done: none of it later than `ON`
    ("441284", "preliminary_review", "2023-02-01", None, "2023-02-24"),
    ("441284", "project_approval", "2023-02-06", None, "2023-02-20"),
    ("441284", "initial_design", "2023-02-21", None, "2023-03-17"),
    ("441284", "planning_basis", "2023-02-10", None, "2023-02-15"),
    ("441284", "land_saving_review", "2023-03-01", None, "2023-03-21"),
    ("441284", "preliminary_notice", "2023-03-06", None, "2023-03-21"),
    ("441284", "boundary_survey", "2023-02-20", None, "2023-03-24"),
    ("441284", "present_state_survey", "2023-03-08", None, "2023-04-07"),
    ("441284", "ownership_proof", "2023-04-08", None, "2023-04-20"),
    ("441284", "stability_assessment", "2023-03-08", None, "2023-04-12"),
    ("441284", "compensation_plan", "2023-04-13", None, "2023-04-20"),
    ("441284", "plan_notice", "2023-04-21", None, "2023-05-22"),
    ("441284", "agreements", "2023-05-23", None, "2023-07-04"),
    ("441284", "funds", "2023-05-29", None, "2023-07-12"),
    ("441284", "file_complete", "2023-07-13", None, "2023-08-04"),
    ("441284", "submitted", "2023-08-10", None, "2023-08-10"),
    ("441284", "city_review", "2023-08-11", "2023-08-31", "2023-08-28"),
    ("441284", "province_review", "2023-08-29", "2023-10-13", None),
    ("441203", "preliminary_review", "2023-05-08", None, "2023-06-02"),
    ("441203", "project_approval", "2023-05-10", None, "2023-05-26"),
    ("441203", "initial_design", "2023-05-29", None, "2023-06-30"),
    ("441203", "planning_basis", "2023-05-15", None, "2023-05-19"),
    ("441203", "land_saving_review", "2023-06-05", "2023-08-31", None),
    ("441203", "preliminary_notice", "2023-06-12", None, "2023-06-28"),
    ("441203", "boundary_survey", "2023-06-05", None, "2023-07-14"),
    ("441203", "present_state_survey", "2023-06-14", None, "2023-07-21"),
    ("441203", "ownership_proof", "2023-07-24", None, "2023-08-11"),
    ("441203", "stability_assessment", "2023-06-19", None, "2023-08-04"),
    ("441203", "compensation_plan", "2023-08-07", None, "2023-08-14"),
    ("441203", "plan_notice", "2023-08-15", None, None),
    ("441203", "funds", "2023-08-21", "2023-09-22", None),
    ("441203", "farmland_balance", "2023-07-03", "2023-09-15", None),
    ("441203", "agreements", None, "2023-10-20", None),
    ("441203", "file_complete", None, "2023-10-27", None),
    ("441204", "project_approval", "2023-08-07", None, "2023-08-22"),
    ("441204", "planning_basis", "2023-08-14", None, "2023-08-18"),
    ("441204", "preliminary_notice", "2023-08-28", None, None),
    ("441204", "boundary_survey", "2023-08-21", "2023-09-28", None),
    ("441204", "stability_assessment", "2023-08-30", "2023-10-12", None),
)

_SUBMITTED_UNDER_WAY = "2023-08-10"
_DOCUMENT = "示范用地报批台账（虚构）"


@dataclass(frozen=True, slots=True)
class DemoApprovals:
    """The tables of approvals.

    Attributes
    ----------
    batches, batch_steps, batch_parcels, quotas
        Tables of ``columns.csv``.
    """

    batches: pd.DataFrame
    batch_steps: pd.DataFrame
    batch_parcels: pd.DataFrame
    quotas: pd.DataFrame


def make_approvals(
    parcels: gpd.GeoDataFrame, evidence: pd.DataFrame, *, rng: np.random.Generator
) -> DemoApprovals:
    """Make up the approvals of the demonstration city.

    Parameters
    ----------
    parcels
        The parcels.
    evidence
        Their evidence; its conversion approvals are those of the batches.
    rng
        Source of chance.

    Returns
    -------
    approvals
        Batches since 2018, three of 2023 under way, of which the quotas of the year
        leave no room for the last.
    """
    converted = _converted(evidence)
    # A batch states an area where the parcel's own document is lost.
    planar = gpd.GeoSeries(parcels["home_geometry"]).area.round(0)
    rows = pd.DataFrame(
        {
            "parcel_id": parcels.index,
            "district": parcels["district"].to_numpy(),
            "area_m2": parcels["declared_m2"].fillna(planar).to_numpy(np.float64),
            "approved_on": converted.reindex(parcels.index).to_numpy(),
        }
    )
    done = rows[rows["approved_on"].dt.year >= _FIRST_YEAR]
    done = done.assign(year=done["approved_on"].dt.year)
    districts = list(dict.fromkeys(district for district, *_ in _UNDER_WAY))
    coming = rows[rows["approved_on"].isna() & rows["district"].isin(districts)]
    both = pd.concat([done, coming.assign(year=ON.year)])
    is_coming = both["approved_on"].isna()
    both["batch_id"] = "PC-" + both["year"].astype("int64").astype(str) + "-"
    both["batch_id"] += both["district"] + np.where(is_coming, "-2", "-1")
    ground = _ground(both, rng)
    batches = _batches(both)
    return DemoApprovals(
        batches=batches,
        batch_steps=_steps(batches),
        batch_parcels=ground,
        quotas=_quotas(batches, ground),
    )


def _converted(evidence: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Find the day on which each parcel was converted, as far as `ON` knows."""
    facts = evidence[evidence["item"] == "conversion"]
    days = facts[facts["done_on"] <= _ON].groupby("subject_id")["done_on"]
    return days.max()


def _ground(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Say what each parcel takes: some of it was building land before."""
    share = np.round(rng.uniform(0.55, 1.0, len(rows)), 2)
    ordered = rows.sort_values(["batch_id", "parcel_id"])
    area = ordered["area_m2"].to_numpy()
    table = pd.DataFrame(
        {
            "batch_id": ordered["batch_id"].to_numpy(),
            "parcel_id": ordered["parcel_id"].to_numpy(),
            "area_m2": area,
            "scale_m2": area,
            "indicator_m2": np.round(area * share, 0),
        }
    )
    return tables.check("batch_parcels", table)


def _batches(rows: pd.DataFrame) -> pd.DataFrame:
    first = rows.sort_values("approved_on").drop_duplicates("batch_id")
    first = first.sort_values("batch_id", ignore_index=True)
    approved = first["approved_on"]
    submitted = approved - pd.Timedelta(days=60)
    is_sent = first["district"].eq("441284") & approved.isna()
    table = pd.DataFrame(
        {
            "batch_id": first["batch_id"],
            "name": first["year"].astype("int64").astype(str)
            + "年度第"
            + (first.groupby("year").cumcount() + 1).astype(str)
            + "批次城镇建设用地（示范）",
            "district": first["district"],
            "year": first["year"],
            "submitted_on": submitted.mask(is_sent, pd.Timestamp(_SUBMITTED_UNDER_WAY)),
            "approved_on": approved,
            "document": _DOCUMENT,
        }
    )
    return tables.check("batches", table)


def _steps(batches: pd.DataFrame) -> pd.DataFrame:
    approved = batches[batches["approved_on"].notna()]
    past = approved[["batch_id", "approved_on"]].merge(
        pd.DataFrame(_BEFORE_APPROVAL, columns=["step", "begins", "ends"]), how="cross"
    )
    for name, offset in (("began_on", "begins"), ("done_on", "ends")):
        day = past["approved_on"] - pd.to_timedelta(past[offset], unit="D")
        past[name] = day.where(day <= _ON)
    coming = batches[batches["approved_on"].isna()].set_index("district")["batch_id"]
    now = pd.DataFrame(
        _UNDER_WAY, columns=["district", "step", "began_on", "due_on", "done_on"]
    )
    for name in ("began_on", "due_on", "done_on"):
        now[name] = pd.to_datetime(now[name]).astype("datetime64[s]")
    now["batch_id"] = now["district"].map(coming)
    columns = ["batch_id", "step", "began_on", "due_on", "done_on"]
    past = past.assign(due_on=pd.Series(pd.NaT, past.index, dtype="datetime64[s]"))
    known = past[past["began_on"].notna()]
    steps = pd.concat([known[columns], now.dropna(subset="batch_id")[columns]])
    return tables.check("batch_steps", steps.reset_index(drop=True))


def _quotas(batches: pd.DataFrame, ground: pd.DataFrame) -> pd.DataFrame:
    """Grant whole hectares: what the years used and a little more."""
    used = ground.merge(batches[["batch_id", "year", "district", "approved_on"]])
    rows = []
    for kind in ("scale", "indicator"):
        figures = used.assign(used_m2=used[f"{kind}_m2"])
        for scope, own in _scopes(figures):
            # The year of the ledger has room for its batches but the last one.
            is_last = own["approved_on"].isna() & own["district"].eq("441204")
            wanted = own["used_m2"].where(
                ~is_last | (scope != "city"), own["used_m2"] / 2
            )
            of_year = wanted.groupby(own["year"]).sum()
            granted = np.ceil(of_year * 1.02 / _HECTARE_M2) * _HECTARE_M2
            rows += [(year, kind, scope, area) for year, area in granted.items()]
    table = pd.DataFrame(rows, columns=["year", "kind", "scope", "granted_m2"])
    return tables.check("quotas", table.assign(source="示范年度计划（虚构）"))


def _scopes(figures: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    chosen = figures[figures["district"] == "441284"]
    return [("city", figures), ("441284", chosen)]
