"""Read the records of a reserve: the only place of the ways in that opens files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from zqland import tables
from zqland.catalogues import load_catalogues
from zqland.findings import Finding
from zqland.reserve import Reserve
from zqland.shifts import Shifts
from zqland.text import Text
from zqland_api.crossing import cross_findings
from zqland_api.errors import UsageError
from zqland_api.park_records import parks_of
from zqland_api.settings import SourceSettings
from zqland_geodata import demo, places
from zqland_geodata.checks import check_geometry
from zqland_geodata.constraints_file import ConstraintsRead, read_constraints
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.parks_file import ParksRead, read_parks
from zqland_geodata.planning_sheets import (
    PlanningRead,
    read_indicators,
    read_targets,
)
from zqland_geodata.shifts_file import read_shifts
from zqland_geodata.spreadsheets import (
    read_evidence,
    read_projects,
    read_status_events,
)
from zqland_geodata.vector import read_parcels

Report = Callable[[Text], object]
"""Told what begins, so that a progress bar can say it."""

SHEETS = (
    "evidence",
    "projects",
    "status",
    "indicators",
    "targets",
    "constraints",
    "parks",
    "fieldmap",
)
"""Files that say nothing without parcels."""

ASSUMED_SINCE = pd.Timestamp(1949, 10, 1)
"""Day of the assumed status events; never shown, see `Records.status_is_assumed`."""

_READING = Text(en="Reading {name}", zh="读取 {name}")
_CREATING = Text(en="Creating the demonstration city", zh="生成演示城市")
_ALL_IN_RESERVE = Text(
    en="No sheet of status events was given: all {count} parcels are taken as in "
    "reserve. Give one with --status.",
    zh="未提供地块状态表：全部 {count} 宗地块按在库处理。可用 --status 提供。",
)
_NO_EVIDENCE = Text(
    en="No sheet of evidence was given: every parcel is raw. Give one with --evidence.",
    zh="未提供佐证表：所有地块均为生地。可用 --evidence 提供。",
)


@dataclass(frozen=True, slots=True)
class Records:
    """What was read.

    Attributes
    ----------
    reserve
        The records.
    on
        The as-of date; None for the day of the question.
    findings
        What the readers and checks found.
    notes
        What was assumed, in sentences.
    districts
        Districts around the parcels; empty elsewhere than in the packaged city.
    status_is_assumed
        True where no status events were given.
    """

    reserve: Reserve
    on: dt.date | None
    findings: tuple[Finding, ...]
    notes: tuple[Text, ...]
    districts: gpd.GeoDataFrame
    status_is_assumed: bool = False


def open_records(
    sources: SourceSettings,
    *,
    limits: Limits | None = None,
    report: Report = lambda _: None,
) -> Records:
    """Read all sources; without a file of parcels, create the demonstration city.

    Parameters
    ----------
    sources
        The files.
    limits
        How much is read of a file at most.
    report
        Told what begins.

    Returns
    -------
    records
        The records as read.

    Raises
    ------
    UsageError
        Sheets were given without parcels.
    ZqlandError
        A file cannot be read.
    """
    if sources.parcels is not None:
        options = reading_of(sources, limits)
        return _from_files(sources, sources.parcels, options, report)
    given = [name for name in SHEETS if getattr(sources, name) is not None]
    if given:
        raise UsageError(
            Text(
                en="{given} was given without parcels. Give --parcels as well.",
                zh="提供了 {given}，但没有地块文件。请同时用 --parcels 提供地块。",
            ).format(given=", ".join(given))
        )
    report(_CREATING)
    return Records(
        reserve=demo.create_city(),
        on=sources.on or demo.ON,
        findings=(),
        notes=(),
        districts=places.districts(),
    )


def open_fieldmap(path: Path | None) -> FieldMap | None:
    """Read a field map, if there is one."""
    return None if path is None else FieldMap.load(path)


def reading_of(sources: SourceSettings, limits: Limits | None = None) -> ReadOptions:
    """Say how the files are read.

    Parameters
    ----------
    sources
        For the parameter sets, the reference system and the layer.
    limits
        How much is read of a file at most.

    Returns
    -------
    options
        What the readers take.

    Raises
    ------
    ZqlandError
        The file of parameter sets cannot be read.
    """
    given = sources.shifts
    return ReadOptions(
        limits=limits or Limits(),
        shifts=Shifts() if given is None else read_shifts(given),
        source_crs=sources.source_crs,
        layer=sources.layer,
    )


def _from_files(
    sources: SourceSettings, path: Path, options: ReadOptions, report: Report
) -> Records:
    fieldmap = open_fieldmap(sources.fieldmap)
    report(_READING.format(name=path.name))
    read = read_parcels(path, fieldmap=fieldmap, options=options)
    sheets = _Sheets(sources, fieldmap, report)
    layers = _constraints(sources.constraints, options, report)
    outlines = _outlines(sources.parks, fieldmap, options, report)
    parks, park_notes = parks_of(read.parcels, outlined=outlines.parks)
    reserve = Reserve(
        parcels=read.parcels,
        evidence=sheets.evidence(),
        status_events=sheets.status_events(read.parcels),
        parks=parks,
        projects=sheets.projects(),
        indicators=sheets.planning("indicators", read_indicators),
        targets=sheets.planning("targets", read_targets),
        constraints=layers.layers,
    )
    # A shape that is no shape has no area, and the parcel fits nothing: every command
    # says so, while the checks that take time are left to `zqland check`.
    shapeless = check_geometry(read.parcels)
    return Records(
        reserve=reserve,
        on=sources.on,
        findings=(
            *read.findings,
            *layers.findings,
            *outlines.findings,
            *shapeless,
            *sheets.findings,
            *cross_findings(reserve),
        ),
        notes=(*sheets.notes, *park_notes),
        districts=_districts_around(read.parcels),
        status_is_assumed=sources.status is None,
    )


def _outlines(
    path: Path | None,
    fieldmap: FieldMap | None,
    options: ReadOptions,
    report: Report,
) -> ParksRead:
    """Read the outlines of the parks, if there are any."""
    if path is None:
        return ParksRead(places.parks().iloc[:0], [])
    report(_READING.format(name=path.name))
    # Layer and reference system of the parcels are not those of the parks.
    own = replace(options, layer="", source_crs=None)
    return read_parks(path, fieldmap=fieldmap, options=own)


def _constraints(
    path: Path | None, options: ReadOptions, report: Report
) -> ConstraintsRead:
    """Read the constraint layers, if there are any."""
    if path is None:
        return ConstraintsRead((), [])
    report(_READING.format(name=path.name))
    return read_constraints(path, options=options)


class _Sheets:
    """The sheets beside the parcels, read one after the other."""

    def __init__(
        self, sources: SourceSettings, fieldmap: FieldMap | None, report: Report
    ) -> None:
        self.sources = sources
        self.fieldmap = fieldmap
        self.report = report
        self.findings: list[Finding] = []
        self.notes: list[Text] = []

    def evidence(self) -> pd.DataFrame:
        """Read the evidence, or say that there is none."""
        path = self._begin("evidence")
        if path is None:
            self.notes.append(_NO_EVIDENCE)
            return tables.empty("evidence")
        as_of = self.sources.evidence_as_of
        # Another city's catalogue may have other items, units and words for them.
        rules = load_catalogues(self.sources.catalogues).readiness
        read = read_evidence(path, fieldmap=self.fieldmap, as_of=as_of, rules=rules)
        self.findings.extend(read.findings)
        return read.evidence

    def projects(self) -> pd.DataFrame:
        """Read the projects, if there are any."""
        path = self._begin("projects")
        if path is None:
            return tables.empty("projects")
        read = read_projects(path, fieldmap=self.fieldmap)
        self.findings.extend(read.findings)
        return read.projects

    def status_events(self, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
        """Read the status events, or take all parcels as in reserve and say so."""
        path = self._begin("status")
        if path is None:
            self.notes.append(_ALL_IN_RESERVE.format(count=f"{len(parcels):,}"))
            return _all_in_reserve(parcels)
        read = read_status_events(path, fieldmap=self.fieldmap)
        self.findings.extend(read.findings)
        return read.status_events

    def planning(
        self, name: str, reader: Callable[[Path], PlanningRead]
    ) -> pd.DataFrame:
        """Read a planning table, if there is one."""
        path = self._begin(name)
        if path is None:
            return tables.empty(name)
        read = reader(path)
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


def _districts_around(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the packaged districts where the parcels lie among them, else none."""
    districts = places.districts()
    west, south, east, north = parcels.total_bounds
    touched = districts.cx[west:east, south:north]
    return districts if len(touched) else districts.iloc[:0]
