"""Evidence: recorded once, corrected by new entries that supersede the old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import sqlalchemy as sa

from zqland import tables
from zqland.errors import NotFoundError
from zqland.text import Text
from zqland_geodata.errors import RecordError
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.store.selecting import select

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from zqland_geodata.store.reading import Reader
    from zqland_geodata.store.rows import Writer

_SUBJECT_TABLES = {"parcel": "parcels", "park": "parks"}

_SHOWN = 5

_NO_SUBJECT = Text(
    en="Evidence is given about {subjects}, which the store does not have. Correct "
    "the number, or import the parcel or park first.",
    zh="佐证所指的 {subjects} 不在台账库中。请更正编号，或先导入该地块或园区。",
)
_NO_EVIDENCE = Text(
    en="There is no evidence {entries} in the store to correct.",
    zh="台账库中没有可更正的佐证 {entries}。",
)
_CORRECTED = Text(
    en="Evidence {entry} is corrected already, by {newer}. Correct that one.",
    zh="佐证 {entry} 已被 {newer} 更正，请更正后者。",
)
_NO_COLUMN = Text(
    en="Evidence has no place for “{column}”.", zh="佐证中没有名为“{column}”的项。"
)


def add_evidence(
    writer: Writer,
    evidence: pd.DataFrame | Mapping[str, object],
    *,
    items: Collection[str] | None = None,
) -> list[str]:
    """Record evidence about parcels and parks that are in the store.

    Parameters
    ----------
    writer
        The revision that writes it.
    evidence
        Table *evidence*, or one entry by column; numbers are made where they are
        missing, and who recorded it and when are those of the revision.
    items
        Keys of the catalogue of items; None leaves the items unchecked.

    Returns
    -------
    evidence_ids
        The numbers of the entries.

    Raises
    ------
    NotFoundError
        It is about a parcel or a park that the store does not have, or corrects what
        is not there.
    RecordError
        It corrects an entry that is corrected already.
    TableError
        It breaks the schema, names an unknown item, or expires before it is done.
    """
    given = pd.DataFrame(evidence if isinstance(evidence, pd.DataFrame) else [evidence])
    if "evidence_id" not in given:
        given = given.assign(evidence_id=None)
    numbered = writer.numbered("evidence", given)
    checked = tables.check("evidence", signed(writer, numbered), items=items)
    _check_subjects(writer.reading, checked)
    _check_corrections(writer.reading, checked)
    return [str(key) for key in writer.add("evidence", checked)]


def correct_evidence(
    writer: Writer,
    evidence_id: str,
    values: Mapping[str, object],
    *,
    items: Collection[str] | None = None,
) -> str:
    """Correct an entry by a new one that supersedes it; both stay.

    Parameters
    ----------
    writer
        The revision that writes it.
    evidence_id
        The entry that was wrong.
    values
        What is right, by column; all else as in the entry. With ``done_on`` and
        ``due_on`` of None it says that the thing was never done nor planned.
    items
        Keys of the catalogue of items; None leaves the items unchecked.

    Returns
    -------
    evidence_id
        The number of the new entry.

    Raises
    ------
    NotFoundError
        There is no such entry, or no such subject.
    RecordError
        It is corrected already; the message names the newer one.
    TableError
        The values break the schema.
    """
    wrong = writer.reading.table("evidence", keys=[evidence_id])
    if wrong.empty:
        raise NotFoundError(_NO_EVIDENCE.format(entries=evidence_id))
    own = {"evidence_id": None, "recorded_at": None, "recorded_by": None}
    for column in values:
        if column in own or column not in wrong:
            raise RecordError(_NO_COLUMN.format(column=column))
    entry = wrong.iloc[0].to_dict() | dict(values) | own
    right = pd.DataFrame([entry | {"supersedes": evidence_id}])
    (made,) = add_evidence(writer, right, items=items)
    return made


def evidence_about(
    reader: Reader, kind: str, subject_ids: Collection[str]
) -> pd.DataFrame:
    """List the evidence that holds of some subjects: entries that are not corrected.

    Parameters
    ----------
    reader
        Reads the store.
    kind
        One of parcel, park and area.
    subject_ids
        Their numbers.

    Returns
    -------
    evidence
        Table *evidence*, in the order of recording.
    """
    record = RECORDS["evidence"]
    entry = record.table.c
    about = (entry.subject_kind == kind) & entry.subject_id.in_(list(subject_ids))
    with reader.connection() as connection:
        found = select(connection, record, [entry.replaced_in.is_(None), about])
        ids = found["evidence_id"].to_list()
        newer = sa.select(entry.supersedes).where(entry.supersedes.in_(ids))
        corrected = set(connection.scalars(newer))
    return found[~found["evidence_id"].isin(corrected)].reset_index(drop=True)


def signed(writer: Writer, evidence: pd.DataFrame) -> pd.DataFrame:
    """Say who recorded it and when, where the entries do not.

    Parameters
    ----------
    writer
        The revision that writes them.
    evidence
        Entries.

    Returns
    -------
    evidence
        With ``recorded_at`` and ``recorded_by`` in each.
    """
    revision = writer.revision
    # Times in tables are those of the place, without a zone.
    at = pd.Timestamp(revision.at.astimezone().replace(tzinfo=None))
    facts: dict[str, Any] = {"recorded_at": at, "recorded_by": revision.by}
    signed = evidence.copy()
    for column, value in facts.items():
        if column not in signed or signed[column].isna().all():
            signed[column] = value
        elif signed[column].isna().any():
            given = signed[column]
            signed[column] = given.astype("object").where(given.notna(), value)
    return signed


def _check_subjects(reader: Reader, evidence: pd.DataFrame) -> None:
    for kind, table in _SUBJECT_TABLES.items():
        about = evidence.loc[evidence["subject_kind"] == kind, "subject_id"]
        wanted = set(about.dropna())
        absent = wanted - reader.known_keys(table, wanted)
        if absent:
            raise NotFoundError(_NO_SUBJECT.format(subjects=_shown(absent)))


def _check_corrections(reader: Reader, evidence: pd.DataFrame) -> None:
    corrected = evidence["supersedes"].dropna()
    # Most sheets correct nothing; those that do are short.
    for entry in corrected:
        newer = reader.newer("evidence", entry)
        if newer is not None:
            raise RecordError(_CORRECTED.format(entry=entry, newer=newer))
    wanted = set(corrected) - set(evidence["evidence_id"])
    absent = wanted - reader.known_keys("evidence", wanted)
    if absent:
        raise NotFoundError(_NO_EVIDENCE.format(entries=_shown(absent)))


def _shown(keys: Iterable[str]) -> str:
    known = sorted(keys)
    more = len(known) - _SHOWN
    return ", ".join(known[:_SHOWN]) + (f" … (+{more})" if more > 0 else "")
