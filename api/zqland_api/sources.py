"""Read the records of a reserve: the only place of the ways in that opens files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from zqland.constraint_layers import ConstraintLayer
from zqland.findings import Finding
from zqland.reserve import Reserve
from zqland.shifts import Shifts
from zqland.text import Text
from zqland_api.crossing import cross_findings
from zqland_api.errors import UsageError
from zqland_api.park_records import parks_of
from zqland_api.settings import SourceSettings
from zqland_api.source_sheets import Report, Sheets
from zqland_geodata import demo, places
from zqland_geodata.checks import check_geometry
from zqland_geodata.constraints_file import ConstraintsRead, read_constraints
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.parks_file import ParksRead, read_parks
from zqland_geodata.planning_sheets import (
    read_indicators,
    read_targets,
)
from zqland_geodata.shifts_file import read_shifts
from zqland_geodata.vector import read_parcels

SHEETS = (
    "ledger",
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

IN_STORE = {
    "parcels": Text(en="a file of parcels", zh="地块文件"),
    "ledger": Text(en="a sheet of the parcels (--ledger)", zh="地块台账（--ledger）"),
    "evidence": Text(en="evidence (--evidence)", zh="佐证表（--evidence）"),
    "status": Text(en="status events (--status)", zh="状态表（--status）"),
    "indicators": Text(
        en="control indicators (--indicators)", zh="控制指标表（--indicators）"
    ),
    "targets": Text(en="targets (--targets)", zh="年度目标表（--targets）"),
    "parks": Text(en="boundaries of parks (--parks)", zh="园区界线（--parks）"),
}
"""What a store keeps itself, so that no file may be given of it."""

_BOTH = Text(
    en="Besides a store (--store, ZQLAND_STORE), files were given of what it keeps "
    "itself: {given}. Leave out one of the two; `zqland store import` brings files "
    "into a store.",
    zh="已指定台账库（--store 或 ZQLAND_STORE），又提供了台账库中已有的资料：{given}。"
    "请只保留其一；如需把文件入库，请用 zqland store import。",
)
_READING = Text(en="Reading {name}", zh="读取 {name}")
_CREATING = Text(en="Creating the demonstration city", zh="生成演示城市")


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
    store
        The store that they are kept in, without its password; empty for files.
    """

    reserve: Reserve
    on: dt.date | None
    findings: tuple[Finding, ...]
    notes: tuple[Text, ...]
    districts: gpd.GeoDataFrame
    status_is_assumed: bool = False
    store: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Files that are read beside a store.

    Attributes
    ----------
    layers
        The constraint layers, which a store does not keep.
    projects
        Projects in place of those of the store, or None.
    findings
        What the readers found.
    """

    layers: tuple[ConstraintLayer, ...]
    projects: pd.DataFrame | None
    findings: tuple[Finding, ...]


def open_beside(
    sources: SourceSettings,
    *,
    limits: Limits | None = None,
    report: Report = lambda _: None,
) -> Beside:
    """Read the files that may stand beside a store.

    Parameters
    ----------
    sources
        The store and the files.
    limits
        How much is read of a file at most.
    report
        Told what begins.

    Returns
    -------
    beside
        Constraint layers and projects.

    Raises
    ------
    UsageError
        Files were given of what the store keeps itself.
    ZqlandError
        A file cannot be read.
    """
    given = [
        text for name, text in IN_STORE.items() if getattr(sources, name) is not None
    ]
    if given:
        raise UsageError(_BOTH.format(given=_listed(given)))
    options = reading_of(sources, limits)
    layers = _constraints(sources.constraints, options, report)
    sheets = Sheets(sources, open_fieldmap(sources.fieldmap), options.limits, report)
    return Beside(
        layers=layers.layers,
        projects=None if sources.projects is None else sheets.projects(),
        findings=(*layers.findings, *sheets.findings),
    )


def _listed(words: list[Text]) -> Text:
    joint = Text(en=", ", zh="、")
    return Text(
        en=joint.en.join(word.en for word in words),
        zh=joint.zh.join(word.zh for word in words),
    )


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
    sheets = Sheets(sources, fieldmap, options.limits, report)
    parcels = sheets.completed(read.parcels)
    layers = _constraints(sources.constraints, options, report)
    outlines = _outlines(sources.parks, fieldmap, options, report)
    parks, park_notes = parks_of(parcels, outlined=outlines.parks)
    reserve = Reserve(
        parcels=parcels,
        evidence=sheets.evidence(),
        status_events=sheets.status_events(parcels),
        parks=parks,
        projects=sheets.projects(),
        indicators=sheets.planning("indicators", read_indicators),
        targets=sheets.planning("targets", read_targets),
        constraints=layers.layers,
    )
    # A shape that is no shape has no area, and the parcel fits nothing: every command
    # says so, while the checks that take time are left to `zqland check`.
    shapeless = check_geometry(parcels)
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
        districts=districts_around(parcels),
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
    return read_parks(path, fieldmap=fieldmap, options=own, with_points=True)


def _constraints(
    path: Path | None, options: ReadOptions, report: Report
) -> ConstraintsRead:
    """Read the constraint layers, if there are any."""
    if path is None:
        return ConstraintsRead((), [])
    report(_READING.format(name=path.name))
    return read_constraints(path, options=options)


def districts_around(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the packaged districts where the parcels lie among them, else none."""
    districts = places.districts()
    if parcels.empty:
        return districts
    west, south, east, north = parcels.total_bounds
    touched = districts.cx[west:east, south:north]
    return districts if len(touched) else districts.iloc[:0]
