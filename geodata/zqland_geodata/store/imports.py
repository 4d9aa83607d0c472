"""Import files into the store: compare first, then apply what was confirmed.

Files are the whole of a stated scope. What is new is added, what changed gets a new
version, and parcels of the scope that are not in the files retire; nothing is ever
deleted. Evidence and status events are only ever added, and what the store says
already is not added again. So the same files once more change nothing.

One import is one transaction: a process that dies in it leaves the store as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland.text import Text
from zqland_geodata.errors import ChangedMeanwhileError, RecordError
from zqland_geodata.store import (
    boundaries,
    comparing,
    deliveries,
    entrylookup,
    records,
    revisions,
)
from zqland_geodata.store.deliveries import Delivery, Scope
from zqland_geodata.store.differences import Diff, errors
from zqland_geodata.store.evidence import signed
from zqland_geodata.store.schema import BOX, RECORDS
from zqland_geodata.store.subjects import about_findings

if TYPE_CHECKING:
    import datetime as dt

    from zqland.findings import Finding
    from zqland_geodata.store.comparing import TableDiff
    from zqland_geodata.store.opening import Store
    from zqland_geodata.store.reading import Reader
    from zqland_geodata.store.rows import Writer

__all__ = ["Applied", "Delivery", "Diff", "Scope", "apply", "compare", "load"]

_SHOWN = 3
_GONE = ("parcel_id", "planar_m2", "version")

_FAULTS = Text(
    en="Nothing was imported. Faults to be corrected in the files: {count}. The first: "
    "{first}.",
    zh="未导入任何内容：文件中有 {count} 处错误需要更正。首先是：{first}。",
)
_FAULT = Text(en="{record} – {message}", zh="{record}：{message}")
_UNCONFIRMED = Text(
    en="The files change what the store has (rows: {changed}; parcels that retire: "
    "{gone}). Look at the differences and confirm them; nothing was imported.",
    zh="文件将更改台账库中 {changed} 行，并注销 {gone} 宗地块。"
    "请查看差异并确认；未导入任何内容。",
)
_CHANGED = Text(
    en="The store was changed since the differences were shown, and they are others "
    "now: {by} wrote revision {number} at {at} ({why}). Look at the differences, then "
    "confirm again; nothing was imported.",
    zh="显示差异之后台账库已被更改，差异有所不同：{by} 于 {at} 写入了第 {number} 次修订"
    "（{why}）。请重新查看差异并确认；未导入任何内容。",
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What an import did.

    Attributes
    ----------
    revision
        The revision that it wrote; None where the store said it all already.
    counts
        As from `Diff.counts`.
    """

    revision: int | None
    counts: pd.DataFrame


def compare(
    reader: Reader,
    delivery: Delivery,
    *,
    on: dt.date,
    scope: Scope | None = None,
    known_at: int | None = None,
) -> Diff:
    """Compare files with the store.

    Parameters
    ----------
    reader
        Reads the store.
    delivery
        The tables as read.
    on
        The day on which the files are true: parcels that are gone retire on it.
    scope
        What the files are the whole of; the whole reserve where it is not given.
    known_at
        Compare with what was known at a revision, to get once more the diff that
        was shown then.

    Returns
    -------
    diff
        New, changed, moved and gone; with faults it has no tables.

    Raises
    ------
    NotFoundError
        There is no such scope or revision.
    TableError
        A table breaks its schema.
    """
    stated = Scope() if scope is None else scope
    with reader.one_state():
        version = reader.version if known_at is None else known_at
        faults = tuple(deliveries.key_findings(delivery))
        tables: dict[str, TableDiff] = {}
        gone = pd.DataFrame(columns=_GONE)
        found: tuple[Finding, ...] = ()
        if not faults:
            new = deliveries.checked(delivery)
            old = {name: _stored(reader, name, new, known_at) for name in _needed(new)}
            tables = {name: _difference(name, new[name], old[name]) for name in new}
            gone, notes = _of_parcels(new, old, (stated, on))
            found = tuple(one for diff in tables.values() for one in diff.findings)
            found += (*notes, *about_findings(new, old, tables, stated))
            faults = errors(found)
    if faults:
        tables, gone = {}, gone.iloc[:0]
    return Diff(
        version=version,
        on=on,
        scope=stated,
        delivery=delivery,
        tables=tables,
        gone=gone,
        findings=(*delivery.findings, *found),
        faults=faults,
    )


def apply(
    store: Store, diff: Diff, *, by: str, why: str, command: str = "import"
) -> Applied:
    """Write what was confirmed, all of it or nothing.

    Parameters
    ----------
    store
        The store.
    diff
        What was shown and confirmed.
    by
        Who.
    why
        The reason.
    command
        The command that is used.

    Returns
    -------
    applied
        The revision.

    Raises
    ------
    RecordError
        The files have faults.
    ChangedMeanwhileError
        The store was changed so that the differences are others now.
    StoreError
        The store is busy, full, lost or damaged; nothing was written.
    """
    _refuse_faults(diff)
    if diff.is_empty:
        return Applied(None, diff.counts())
    with store.writing(by=by, why=why, command=command) as writer:
        _refuse_others(writer, diff)
        _write(writer, diff)
    return Applied(writer.revision.number, diff.counts())


def load(
    store: Store,
    delivery: Delivery,
    *,
    on: dt.date,
    by: str,
    why: str,
    scope: Scope | None = None,
) -> Applied:
    """Import files that only add to the store, without asking.

    Parameters
    ----------
    store
        The store.
    delivery
        The tables as read.
    on
        The day on which the files are true.
    by
        Who.
    why
        The reason.
    scope
        What the files are the whole of; the whole reserve where it is not given.

    Returns
    -------
    applied
        The revision.

    Raises
    ------
    RecordError
        The files have faults, or change what the store has: that has to be confirmed.
    StoreError
        The store is busy, full, lost or damaged; nothing was written.
    """
    diff = compare(store.reading(), delivery, on=on, scope=scope)
    _refuse_faults(diff)
    if not diff.only_adds:
        changed = sum(len(one.changed) for one in diff.tables.values())
        raise RecordError(_UNCONFIRMED.format(changed=changed, gone=len(diff.gone)))
    return apply(store, diff, by=by, why=why)


def _needed(new: dict[str, pd.DataFrame]) -> list[str]:
    """Name the tables of the store that are compared or looked at."""
    return list(dict.fromkeys([*new, "parks", "parcels"]))


def _stored(
    reader: Reader, name: str, new: dict[str, pd.DataFrame], known_at: int | None
) -> pd.DataFrame:
    """Read what is compared of the store with its versions, keys as columns."""
    if name in entrylookup.SUBJECTS:
        table = entrylookup.met(reader, name, new[name], known_at=known_at)
    else:
        table = reader.table(name, known_at=known_at, versions=True)
    flat = records.flattened(RECORDS[name], table)
    unseen = [column for column in BOX if column in flat]
    return flat.drop(columns=unseen).reset_index(drop=True)


def _difference(name: str, new: pd.DataFrame, old: pd.DataFrame) -> TableDiff:
    record = RECORDS[name]
    if record.append_only:
        return comparing.entries(record, new, old)
    return comparing.rows(record, new, old)


def _of_parcels(
    new: dict[str, pd.DataFrame],
    old: dict[str, pd.DataFrame],
    stated: tuple[Scope, dt.date],
) -> tuple[pd.DataFrame, list[Finding]]:
    """Find the parcels that are gone from the scope, and what is odd about others."""
    none = pd.DataFrame(columns=_GONE)
    if "parcels" not in new:
        return none, []
    scope, on = stated
    delivered, stored = (one["parcels"].set_index("parcel_id") for one in (new, old))
    parks = pd.concat([one["parks"] for one in (old, new) if "parks" in one])
    parks = parks.drop_duplicates("park_id", keep="last").set_index("park_id")
    both = pd.concat([part[["park_id", "district"]] for part in (stored, delivered)])
    inside = scope.inside(both, parks)
    was_inside, is_inside = inside[: len(stored)], inside[len(stored) :]
    day = pd.Timestamp(on)
    exists = stored["retired_on"].isna() & ~(stored["began_on"] > day)
    is_gone = was_inside & exists.to_numpy() & ~stored.index.isin(delivered.index)
    gone = stored[is_gone]
    findings = [
        deliveries.OUTSIDE.finding(parcel_id, "parcel_id", scope=scope.text)
        for parcel_id in delivered.index[~is_inside]
    ]
    findings += _odd_parcels(delivered, stored, scope)
    findings += _replotted(delivered[~delivered.index.isin(stored.index)], gone, on)
    return gone.reset_index()[list(_GONE)], findings


def _odd_parcels(
    delivered: pd.DataFrame, stored: pd.DataFrame, scope: Scope
) -> list[Finding]:
    shapes = np.asarray(delivered["home_geometry"].array, dtype=object)
    is_bare = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings = [
        deliveries.NO_SHAPE.finding(parcel_id, "home_geometry")
        for parcel_id in delivered.index[is_bare]
    ]
    ended = stored["retired_on"].dropna()
    own = delivered.get("retired_on")
    for parcel_id in delivered.index[delivered.index.isin(ended.index)]:
        if own is None or pd.isna(own[parcel_id]):
            day = f"{ended[parcel_id]:%Y-%m-%d}"
            findings.append(
                deliveries.RETIRED.finding(parcel_id, "parcel_id", parcel_id, day=day)
            )
    known = delivered.index.union(stored.index)
    unknown = sorted((scope.parcel_ids or frozenset()) - set(known))
    findings += [
        deliveries.NOWHERE.finding(parcel_id, "parcel_id", parcel_id)
        for parcel_id in unknown
    ]
    return findings


def _replotted(added: pd.DataFrame, gone: pd.DataFrame, on: dt.date) -> list[Finding]:
    """Find new parcels on the ground of those that are gone."""
    if added.empty or gone.empty:
        return []
    shapes = [gpd.GeoSeries(part["geometry"]) for part in (added, gone)]
    return [
        deliveries.REPLOTTED.finding(
            parcel_id,
            "geometry",
            area=f"{area_m2:,.0f}",
            others=", ".join(others[:_SHOWN]),
            day=on,
        )
        for parcel_id, area_m2, others in boundaries.on_ground_of(*shapes)
    ]


def _refuse_faults(diff: Diff) -> None:
    if diff.faults:
        first = diff.faults[0]
        shown = _FAULT.format(record=first.record, message=first.message)
        raise RecordError(_FAULTS.format(count=len(diff.faults), first=shown))


def _refuse_others(writer: Writer, diff: Diff) -> None:
    """Compare once more where the ledger went on since the diff was shown."""
    last = writer.revision.number - 1
    if last == diff.version:
        return
    now = compare(writer.reading, diff.delivery, on=diff.on, scope=diff.scope)
    if not now.is_confirmed_by(diff.confirmation):
        wrote = revisions.revision_of(writer.connection, last)
        at = f"{wrote.at.astimezone():%Y-%m-%d %H:%M}"
        facts = {"by": wrote.by, "why": wrote.why, "number": last, "at": at}
        raise ChangedMeanwhileError(_CHANGED.format(**facts))


def _write(writer: Writer, diff: Diff) -> None:
    replotted = {
        one.record for one in diff.findings if one.rule == deliveries.REPLOTTED.code
    }
    for name, part in diff.tables.items():
        added = part.added
        if name == "parcels":
            added = _beginning(added, replotted, diff.on)
        if name == "evidence" and len(added):
            added = signed(writer, writer.numbered(name, added))
        if len(added):
            writer.add(name, added)
        if len(part.changed):
            writer.change_rows(name, part.changed, seen=part.seen)
    if len(diff.gone):
        ends = pd.DataFrame({"parcel_id": diff.gone["parcel_id"]})
        ends["retired_on"] = pd.Timestamp(diff.on)
        seen = [int(one) for one in diff.gone["version"]]
        writer.change_rows("parcels", ends, seen=seen)


def _beginning(added: pd.DataFrame, replotted: set[str], on: dt.date) -> pd.DataFrame:
    """Let parcels on the ground of others begin when those end: no land is doubled."""
    begins = added["parcel_id"].isin(replotted)
    if not begins.any():
        return added
    began = added.get("began_on", pd.Series(pd.NaT, index=added.index))
    began = began.astype("datetime64[s]")
    return added.assign(began_on=began.where(~begins | began.notna(), pd.Timestamp(on)))
