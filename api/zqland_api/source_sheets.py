"""The sheets beside the parcels: ledger, evidence, projects, statuses, planning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from zqland import tables
from zqland.catalogues import load_catalogues
from zqland.findings import Finding
from zqland.text import Text
from zqland_api.settings import SourceSettings
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.ledgers import join_ledger, read_parcel_ledger
from zqland_geodata.options import Limits
from zqland_geodata.planning_sheets import PlanningRead
from zqland_geodata.spreadsheets import (
    read_evidence,
    read_projects,
    read_status_events,
)

Report = Callable[[Text], object]
"""Told what begins, so that a progress bar can say it."""

ASSUMED_SINCE = pd.Timestamp(1949, 10, 1)
"""Day of the assumed status events; never shown, see `Records.status_is_assumed`."""

_READING = Text(en="Reading {name}", zh="读取 {name}")
_ALL_IN_RESERVE = Text(
    en="No sheet of status events was given: all {count} parcels are taken as in "
    "reserve. Give one with --status.",
    zh="未提供地块状态表：全部 {count} 宗地块按在库处理。可用 --status 提供。",
)
_NO_EVIDENCE = Text(
    en="No sheet of evidence was given: every parcel is raw. Give one with --evidence.",
    zh="未提供佐证表：所有地块均为生地。可用 --evidence 提供。",
)


class Sheets:
    """The sheets beside the parcels, read one after the other.

    Parameters
    ----------
    sources
        The files.
    fieldmap
        Which column is what.
    limits
        How much is read at most.
    report
        Told what begins.
    """

    def __init__(
        self,
        sources: SourceSettings,
        fieldmap: FieldMap | None,
        limits: Limits,
        report: Report,
    ) -> None:
        self.sources = sources
        self.fieldmap = fieldmap
        self.limits = limits
        self.report = report
        self.findings: list[Finding] = []
        self.notes: list[Text] = []

    def completed(self, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Complete the parcels with what the ledger says of them, if there is one."""
        path = self._begin("ledger")
        if path is None:
            return parcels
        ledger = read_parcel_ledger(path, fieldmap=self.fieldmap, limits=self.limits)
        joined, findings = join_ledger(parcels, ledger)
        self.findings += [*ledger.findings, *findings]
        return joined

    def evidence(self) -> pd.DataFrame:
        """Read the evidence, or say that there is none."""
        path = self._begin("evidence")
        if path is None:
            self.notes.append(_NO_EVIDENCE)
            return tables.empty("evidence")
        as_of = self.sources.evidence_as_of
        # Another city's catalogue may have other items, units and words for them.
        rules = load_catalogues(self.sources.catalogues).readiness
        read = read_evidence(
            path,
            fieldmap=self.fieldmap,
            as_of=as_of,
            rules=rules,
            limits=self.limits,
        )
        self.findings.extend(read.findings)
        return read.evidence

    def projects(self) -> pd.DataFrame:
        """Read the projects, if there are any."""
        path = self._begin("projects")
        if path is None:
            return tables.empty("projects")
        read = read_projects(path, fieldmap=self.fieldmap, limits=self.limits)
        self.findings.extend(read.findings)
        return read.projects

    def status_events(self, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
        """Read the status events, or take all parcels as in reserve and say so."""
        path = self._begin("status")
        if path is None:
            self.notes.append(_ALL_IN_RESERVE.format(count=f"{len(parcels):,}"))
            return _all_in_reserve(parcels)
        read = read_status_events(path, fieldmap=self.fieldmap, limits=self.limits)
        self.findings.extend(read.findings)
        return read.status_events

    def planning(self, name: str, reader: Callable[..., PlanningRead]) -> pd.DataFrame:
        """Read a planning table, if there is one."""
        path = self._begin(name)
        if path is None:
            return tables.empty(name)
        read = reader(path, limits=self.limits)
        self.findings.extend(read.findings)
        return read.table

    def _begin(self, name: str) -> Path | None:
        path: Path | None = getattr(self.sources, name)
        if path is not None:
            self.report(_READING.format(name=path.name))
        return path


def _all_in_reserve(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    events = pd.DataFrame(
        {
            "parcel_id": parcels.index.astype(str),
            "status": "in_reserve",
            "happened_on": ASSUMED_SINCE,
        }
    )
    return tables.check("status_events", events)
