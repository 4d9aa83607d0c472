"""Look whether delivered entries are about something known, inside the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zqland_geodata.store import deliveries
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zqland.findings import Finding
    from zqland_geodata.store.comparing import TableDiff
    from zqland_geodata.store.deliveries import Scope

_TABLES = {"parcel": "parcels", "park": "parks"}


def about_findings(
    new: Mapping[str, pd.DataFrame],
    old: Mapping[str, pd.DataFrame],
    tables: Mapping[str, TableDiff],
    scope: Scope,
) -> list[Finding]:
    """Find new entries about what nobody knows, or about what is out of the scope.

    Parameters
    ----------
    new, old
        Tables of the files and of the store, keys as columns.
    tables
        The differences: only entries that are new are looked at.
    scope
        What the files are the whole of.

    Returns
    -------
    findings
        One per subject, and one per entry that corrects what is not there.
    """
    found: list[Finding] = []
    if "evidence" in tables:
        entries = tables["evidence"].added
        for kind, name in _TABLES.items():
            about = entries.loc[entries["subject_kind"] == kind, "subject_id"]
            found += _unknown(about, name, "evidence", (new, old))
        parcels = entries.loc[entries["subject_kind"] == "parcel", "subject_id"]
        found += _outside(parcels, (new, old), scope)
        found += _corrections(entries, old["evidence"])
    if "status_events" in tables:
        about = tables["status_events"].added["parcel_id"]
        found += _unknown(about, "parcels", "status_events", (new, old))
        found += _outside(about, (new, old), scope)
    return found


Both = tuple["Mapping[str, pd.DataFrame]", "Mapping[str, pd.DataFrame]"]


def _unknown(
    about: pd.Series, subjects: str, entries: str, both: Both
) -> Iterator[Finding]:
    key = RECORDS[subjects].key[0]
    known = {one for side in both if subjects in side for one in side[subjects][key]}
    word, column = RECORDS[entries].word, RECORDS[entries].columns[0].name
    for subject in sorted(set(about.dropna().unique()) - known):
        yield deliveries.NO_SUBJECT.finding(
            subject, column, subject, table=word, subject=subject
        )


def _outside(about: pd.Series, both: Both, scope: Scope) -> Iterator[Finding]:
    if about.empty or scope.is_whole:
        return
    parcels, parks = (_together(both, name) for name in ("parcels", "parks"))
    parcels = parcels[parcels.index.isin(about.dropna().unique())]
    if parcels.empty:
        return
    inside = scope.inside(parcels, parks)
    for parcel_id in parcels.index[~inside]:
        yield deliveries.OUTSIDE.finding(parcel_id, "parcel_id", scope=scope.text)


def _corrections(entries: pd.DataFrame, old: pd.DataFrame) -> Iterator[Finding]:
    corrects = entries["supersedes"].dropna()
    if corrects.empty:
        return
    newer = set(old["supersedes"].dropna())
    known = {*old["evidence_id"], *entries["evidence_id"].dropna()}
    word = RECORDS["evidence"].word
    for number in sorted(set(corrects)):
        if number not in known:
            yield deliveries.NO_SUBJECT.finding(
                number, "supersedes", number, table=word, subject=number
            )
        elif number in newer:
            yield deliveries.CORRECTED.finding(number, "supersedes", number)


def _together(both: Both, name: str) -> pd.DataFrame:
    """Put files and store together; what the files say goes before."""
    key = RECORDS[name].key[0]
    parts = [side[name] for side in both if name in side]
    table = pd.concat(parts).drop_duplicates(key)
    return table.set_index(key)
