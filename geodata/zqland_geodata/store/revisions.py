"""Revisions: one transaction each, with who, when and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from zqland.errors import NotFoundError
from zqland.text import Text
from zqland_geodata.store.schema import REVISIONS

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

_NO_REVISION = Text(
    en="There is no revision {wanted}; the store has {last}. `zqland store history` "
    "lists them.",
    zh="没有第 {wanted} 次修订；台账库现有 {last} 次。"
    "可用 `zqland store history` 查看。",
)


@dataclass(frozen=True, slots=True)
class Revision:
    """One transaction of the store.

    Attributes
    ----------
    number
        1 for the first; the largest is the version of the ledger.
    at
        When it was recorded, with its time zone (UTC).
    by
        Who.
    why
        The reason that was given.
    command
        The command that wrote it, or ``""``.
    """

    number: int
    at: dt.datetime
    by: str
    why: str
    command: str

    @classmethod
    def from_row(cls, row: RowMapping) -> Revision:
        """Read a row of the table of revisions."""
        return cls(
            number=row["revision"],
            at=row["at"].replace(tzinfo=dt.UTC),
            by=row["by"],
            why=row["why"],
            command=row["command"],
        )


def last_number(connection: Connection) -> int:
    """Give the version of the ledger: the number of the last revision, or 0."""
    last = connection.scalar(sa.select(sa.func.max(REVISIONS.c.revision)))
    return int(last or 0)


def revision_of(connection: Connection, number: int) -> Revision:
    """Look a revision up.

    Parameters
    ----------
    connection
        An open connection.
    number
        Its number.

    Returns
    -------
    revision
        When, who and why.

    Raises
    ------
    NotFoundError
        There is none of this number.
    """
    query = sa.select(REVISIONS).where(REVISIONS.c.revision == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        last = last_number(connection)
        raise NotFoundError(_NO_REVISION.format(wanted=number, last=last))
    return Revision.from_row(row)


def known_number(connection: Connection, known_at: int | dt.datetime) -> int:
    """Find the last revision that was recorded up to a moment.

    Parameters
    ----------
    connection
        An open connection.
    known_at
        The number of a revision, 0 for the empty store, or a moment; a moment
        without a time zone is local time.

    Returns
    -------
    number
        The number of the revision; 0 before the first.

    Raises
    ------
    NotFoundError
        A number that no revision has.
    """
    if isinstance(known_at, dt.datetime):
        moment = known_at.astimezone(dt.UTC).replace(tzinfo=None)
        query = sa.select(sa.func.max(REVISIONS.c.revision))
        return int(connection.scalar(query.where(REVISIONS.c.at <= moment)) or 0)
    return known_at if known_at == 0 else revision_of(connection, known_at).number
