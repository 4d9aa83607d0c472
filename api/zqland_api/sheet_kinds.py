"""Sheets that are checked by themselves, without the parcels that they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zqland.findings import Finding
from zqland.readiness import ReadinessRules
from zqland_api.queries import UploadKind
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.ledgers import read_parcel_ledger
from zqland_geodata.options import Limits
from zqland_geodata.spreadsheets import (
    read_evidence,
    read_projects,
    read_status_events,
)

Read = tuple[int, list[Finding]]
"""How many records were read, and what was found."""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """How a sheet is read.

    Attributes
    ----------
    rules
        Items of evidence and the words for them.
    limits
        How much is read at most.
    fieldmap
        Which column is what.
    as_of
        Day on which the sheet's yes and no were true.
    """

    rules: ReadinessRules
    limits: Limits
    fieldmap: FieldMap | None = None
    as_of: dt.date | None = None


def read_sheet(kind: UploadKind, path: Path, how: SheetReading) -> Read:
    """Read a sheet and say what is wrong with it.

    Parameters
    ----------
    kind
        What it holds; not parcels, which have shapes.
    path
        The file.
    how
        How it is read.

    Returns
    -------
    read
        The number of records and the findings.

    Raises
    ------
    ReadError
        It cannot be read whole.
    """
    return _READERS[kind](path, how)


def _ledger(path: Path, how: SheetReading) -> Read:
    read = read_parcel_ledger(path, fieldmap=how.fieldmap, limits=how.limits)
    return len(read.ledger), read.findings


def _projects(path: Path, how: SheetReading) -> Read:
    read = read_projects(path, fieldmap=how.fieldmap, limits=how.limits)
    return len(read.projects), read.findings


def _evidence(path: Path, how: SheetReading) -> Read:
    read = read_evidence(
        path,
        fieldmap=how.fieldmap,
        as_of=how.as_of,
        rules=how.rules,
        limits=how.limits,
    )
    return len(read.evidence), read.findings


def _status(path: Path, how: SheetReading) -> Read:
    read = read_status_events(path, fieldmap=how.fieldmap, limits=how.limits)
    return len(read.status_events), read.findings


_READERS: dict[UploadKind, Callable[[Path, SheetReading], Read]] = {
    UploadKind.LEDGER: _ledger,
    UploadKind.PROJECTS: _projects,
    UploadKind.EVIDENCE: _evidence,
    UploadKind.STATUS: _status,
}
