"""Files that were sent to the service: received, checked, marked, forgotten."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
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
from zqland_api.sheet_kinds import SheetReading, read_sheet
from zqland_geodata.marked import write_marked
from zqland_geodata.options import Limits, ReadOptions
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
    count, found = _read(path, query, desk, settings.limits.limits())
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


def marked(
    path: Path, checked: Checked, query: CheckQuery, language: Language
) -> bytes:
    """Return a copy of a sent file as a workbook with the faulty cells marked."""
    options = _options(query, Limits())
    with tempfile.TemporaryDirectory(prefix="zqland-marked-") as folder:
        target = Path(folder, "marked.xlsx")
        write_marked(path, checked.findings, target, language=language, options=options)
        return target.read_bytes()


def attachment(path: Path, language: Language) -> dict[str, str]:
    """Return the headers under which the marked copy is saved."""
    name = quote(f"{path.stem}_checked.xlsx")
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Language": language.value,
        "Cache-Control": "no-store",
    }


def _read(
    path: Path, query: CheckQuery, desk: Desk, limits: Limits
) -> tuple[int, list[Finding]]:
    if query.kind is not UploadKind.PARCELS:
        rules = desk.catalogues.readiness
        how = SheetReading(rules=rules, limits=limits, as_of=query.as_of)
        return read_sheet(query.kind, path, how)
    read = read_parcels(path, options=_options(query, limits))
    known = desk.records.reserve
    reference = None if known.fictional else known.parcels
    return len(read.parcels), check_shapes(
        read, desk.records, reference=reference, report=None
    )


def _options(query: CheckQuery, limits: Limits) -> ReadOptions:
    return replace(ReadOptions(limits=limits), source_crs=query.source_crs)
