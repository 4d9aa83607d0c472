"""Targets of a year: set, changed and dropped, each version kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland.errors import NotFoundError
from zqland.ledger import scopes
from zqland.text import Text
from zqland_geodata.store.schema import RECORDS
from zqland_geodata.store.selecting import known, select

if TYPE_CHECKING:
    import pandas as pd

    from zqland_geodata.store.rows import Writer

_NAMED = ("park:", "district:")
"""How a scope may be written elsewhere; a target names the code alone."""

_NO_TARGET = Text(
    en="There is no target for {predicate} of {scope} in {year}.",
    zh="没有 {year} 年 {scope} 的 {predicate} 目标。",
)


@dataclass(frozen=True, slots=True)
class Target:
    """How much land shall reach a predicate in a year.

    Attributes
    ----------
    year
        The calendar year.
    predicate
        serviced, clean, mature or standard.
    target_m2
        The area in square metres.
    scope
        ``city``, or the code of a park or a district (`zqland.ledger.scopes`).
    source
        Where the figure comes from.
    """

    year: int
    predicate: str
    target_m2: float
    scope: str = scopes.CITY
    source: str | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        """Give the key of its row: ``GXQ`` and ``park:GXQ`` are one target."""
        code = self.scope
        for prefix in _NAMED:
            code = code.removeprefix(prefix)
        return self.year, self.predicate, code


def set_target(writer: Writer, target: Target, *, seen: int | None = None) -> int:
    """Set a target, or change the one that there is.

    Parameters
    ----------
    writer
        The revision that writes it.
    target
        The target.
    seen
        The version that the caller read; None does not ask what happened since.

    Returns
    -------
    version
        The version of the target.

    Raises
    ------
    NotFoundError
        There is no such scope, or no target of which a version could be read.
    TableError
        There is no such predicate, or the figures are out of range.
    ChangedMeanwhileError
        Somebody changed the target since.
    """
    year, predicate, scope = target.key
    _check_scope(writer, target.scope)
    values = {"target_m2": target.target_m2, "source": target.source}
    if seen is not None or _is_set(writer, target.key):
        return writer.change("targets", target.key, values, seen=seen)
    named = {"year": year, "predicate": predicate, "scope": scope}
    writer.add("targets", named | values)
    rows = writer.reading.table("targets", keys=[year], versions=True)
    mine = (rows["predicate"] == predicate) & (rows["scope"] == scope)
    return int(rows.loc[mine, "version"].iloc[0])


def drop_target(
    writer: Writer, key: tuple[int, str, str], *, seen: int | None = None
) -> None:
    """Drop a target; it stays in all that was known before.

    Parameters
    ----------
    writer
        The revision that writes it.
    key
        Year, predicate and scope (`Target.key`).
    seen
        The version that the caller read; None does not ask what happened since.

    Raises
    ------
    NotFoundError
        There is no such target.
    ChangedMeanwhileError
        Somebody changed it since.
    """
    if not _is_set(writer, key):
        year, predicate, scope = key
        facts = {"year": year, "predicate": predicate, "scope": scope}
        raise NotFoundError(_NO_TARGET.format(**facts))
    writer.close("targets", key, seen=seen)


def _is_set(writer: Writer, key: tuple[int, str, str]) -> bool:
    rows = writer.reading.table("targets", keys=[key[0]])
    named = zip(rows["year"], rows["predicate"], rows["scope"], strict=True)
    return key in {(int(year), predicate, scope) for year, predicate, scope in named}


def _check_scope(writer: Writer, scope: str) -> None:
    """Refuse the code of a park or a district that nobody knows."""
    parcels, parks = (_without_shapes(writer, name) for name in ("parcels", "parks"))
    scopes.inside(parcels, parks, scope)


def _without_shapes(writer: Writer, name: str) -> pd.DataFrame:
    record = RECORDS[name]
    now = known(writer.connection, record, None)
    shapes = {column.name for column in record.columns if column.type == "geometry"}
    return select(writer.connection, record, [now], without=shapes)
