"""Files that were sent to the service: received, checked, marked, forgotten."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote

from fastapi import UploadFile

from zqland.findings import Finding, Severity, ranked
from zqland.text import Language
from zqland_api.checking import check_shapes
from zqland_api.desk import Desk
from zqland_api.queries import CheckQuery, UploadKind
from zqland_api.settings import Settings
from zqland_geodata.ledgers import read_parcel_ledger
from zqland_geodata.marked import write_marked
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.spreadsheets import (
    read_evidence,
    read_projects,
    read_status_events,
)
from zqland_geodata.vector import read_parcels

AT_ONCE = 2
"""Files that are checked at the same time; further ones wait."""

LONGEST_NAME, LONGEST_ENDING = 60, 12
"""Letters of a file's name and of its ending that are kept."""

_TURNS = BoundedSemaphore(AT_ONCE)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*/\\]')


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was read and checked.

    Attributes
    ----------
    name
        Its name as it was sent.
    records
        How many records it holds.
    findings
        What was found, the worst first.
    """

    name: str
    records: int
    findings: tuple[Finding, ...]


@contextmanager
def received(upload: UploadFile) -> Iterator[Path]:
    """Put a sent file into a folder of its own, which goes away afterwards.

    Parameters
    ----------
    upload
        The file.

    Yields
    ------
    path
        The file under its own name, made harmless.
    """
    with _TURNS, tempfile.TemporaryDirectory(prefix="zqland-upload-") as folder:
        path = Path(folder, safe_name(upload.filename or ""))
        with path.open("wb") as content:
            shutil.copyfileobj(upload.file, content)
        yield path


def safe_name(given: str) -> str:
    """Return a name for a sent file that is only a name.

    Parameters
    ----------
    given
        What the sender called it; it may hold folders and anything else.

    Examples
    --------
    >>> safe_name("../../etc/lots.GPKG"), safe_name("a?.txt"), safe_name("")
    ('lots.GPKG', 'a_.txt', 'upload')
    """
    name = Path(_NOT_IN_NAMES.sub("_", re.split(r"[/\\]", given)[-1]).strip(" "))
    stem = name.stem.strip(" .")[:LONGEST_NAME]
    if not stem.isascii() and sys.getfilesystemencoding() != "utf-8":
        # Map files are opened by names in UTF-8, which this machine cannot write.
        stem = ""
    return f"{stem or 'upload'}{name.suffix[:LONGEST_ENDING]}"


def check(path: Path, query: CheckQuery, desk: Desk, settings: Settings) -> Checked:
    """Read and check a file that was sent.

    Parameters
    ----------
    path
        The file.
    query
        What it holds and how it is read.
    desk
        For the rules, and for the parcels that are known already.
    settings
        For the limits.

    Returns
    -------
    checked
        What was found.

    Raises
    ------
    ZqlandError
        The file cannot be read whole.
    """
    count, found = _READERS[query.kind](path, query, desk, settings)
    return Checked(path.name, count, tuple(ranked(found)))


def document(checked: Checked, kind: UploadKind, language: Language) -> dict[str, Any]:
    """Return what was found as the members of a document."""
    counts = dict.fromkeys(Severity, 0)
    for finding in checked.findings:
        counts[finding.severity] += 1
    return {
        "file": checked.name,
        "kind": kind.value,
        "records": checked.records,
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notes": counts[Severity.INFO],
        "findings": [finding.to_dict(language) for finding in checked.findings],
    }


def marked(path: Path, findings: Sequence[Finding], language: Language) -> bytes:
    """Return a copy of a sent file as a workbook with the faulty cells marked."""
    with tempfile.TemporaryDirectory(prefix="zqland-marked-") as folder:
        target = Path(folder, "marked.xlsx")
        write_marked(path, findings, target, language=language)
        return target.read_bytes()


def attachment(path: Path, language: Language) -> dict[str, str]:
    """Return the headers under which the marked copy is saved."""
    name = quote(f"{path.stem}_checked.xlsx")
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Language": language.value,
        "Cache-Control": "no-store",
    }


Read = tuple[int, list[Finding]]


def _parcels(path: Path, query: CheckQuery, desk: Desk, settings: Settings) -> Read:
    options = _options(query, settings.limits.limits())
    read = read_parcels(path, options=options)
    known = desk.records.reserve
    reference = None if known.fictional else known.parcels
    return len(read.parcels), check_shapes(
        read, desk.records, reference=reference, report=None
    )


def _ledger(path: Path, query: CheckQuery, desk: Desk, settings: Settings) -> Read:  # noqa: ARG001 - all readers are called alike
    read = read_parcel_ledger(path, limits=settings.limits.limits())
    return len(read.ledger), read.findings


def _projects(path: Path, query: CheckQuery, desk: Desk, settings: Settings) -> Read:  # noqa: ARG001
    read = read_projects(path, limits=settings.limits.limits())
    return len(read.projects), read.findings


def _evidence(path: Path, query: CheckQuery, desk: Desk, settings: Settings) -> Read:
    rules = desk.catalogues.readiness
    limits = settings.limits.limits()
    read = read_evidence(path, as_of=query.as_of, rules=rules, limits=limits)
    return len(read.evidence), read.findings


def _status(path: Path, query: CheckQuery, desk: Desk, settings: Settings) -> Read:  # noqa: ARG001
    read = read_status_events(path, limits=settings.limits.limits())
    return len(read.status_events), read.findings


_READERS: dict[UploadKind, Callable[[Path, CheckQuery, Desk, Settings], Read]] = {
    UploadKind.PARCELS: _parcels,
    UploadKind.LEDGER: _ledger,
    UploadKind.PROJECTS: _projects,
    UploadKind.EVIDENCE: _evidence,
    UploadKind.STATUS: _status,
}


def _options(query: CheckQuery, limits: Limits) -> ReadOptions:
    return replace(ReadOptions(limits=limits), source_crs=query.source_crs)
