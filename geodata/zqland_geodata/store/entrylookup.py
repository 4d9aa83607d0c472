"""Read the entries of the store that delivered entries have to be compared with.

A delivered entry meets those about the same subject, for they may say the same; those
of its number, which may say something else; and those that it corrects, with what
corrected them before. For a small scope these are few among all that the store has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from zqland_geodata.store.records import VERSIONS
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.store.selecting import MANY, known, select

if TYPE_CHECKING:
    import datetime as dt

    from zqland_geodata.store.reading import Reader

SUBJECTS: Final = {"evidence": "subject_id", "status_events": "parcel_id"}
"""The column that says what an entry is about, by table."""

MOST_SUBJECTS: Final = 5_000
"""Above so many subjects a table is read whole: that is faster."""


def met(
    reader: Reader,
    name: str,
    new: pd.DataFrame,
    *,
    known_at: int | dt.datetime | None = None,
) -> pd.DataFrame:
    """Read the entries that delivered entries have to be compared with.

    Parameters
    ----------
    reader
        Reads the store.
    name
        Name of a table of entries, of `SUBJECTS`.
    new
        The delivered entries.
    known_at
        As known at a revision or a moment.

    Returns
    -------
    entries
        As `Reader.table` with versions, in the order of writing. All entries of the
        store where the delivery is about many subjects.

    Raises
    ------
    NotFoundError
        There is no such revision.
    """
    about = SUBJECTS[name]
    wanted = {about: _values(new, about)}
    if len(wanted[about]) > MOST_SUBJECTS:
        return reader.table(name, known_at=known_at, versions=True)
    (key,) = RECORDS[name].key
    corrected = _values(new, "supersedes")
    wanted[key] = _values(new, key) | corrected
    wanted["supersedes"] = corrected
    return _rows(reader, name, wanted, known_at)


def _values(table: pd.DataFrame, column: str) -> set[str]:
    return set(table[column].dropna()) if column in table else set()


def _rows(
    reader: Reader,
    name: str,
    wanted: dict[str, set[str]],
    known_at: int | dt.datetime | None,
) -> pd.DataFrame:
    """Read rows that have one of the values in one of the columns, each once."""
    record = RECORDS[name]
    asked = [
        (column, ordered[start : start + MANY])
        for column, ordered in ((one, sorted(wanted[one])) for one in wanted)
        for start in range(0, len(ordered), MANY)
    ] or [(record.key[0], [])]
    with reader.connection() as connection:
        seen = known(connection, record, known_at)
        parts = [
            select(
                connection,
                record,
                [seen, record.table.c[column].in_(some)],
                extra=("row_id", *VERSIONS),
            )
            for column, some in asked
        ]
    filled = [part for part in parts if len(part)] or parts[:1]
    rows = pd.concat(filled).drop_duplicates("row_id").sort_values("row_id")
    return rows.drop(columns="row_id").reset_index(drop=True)
