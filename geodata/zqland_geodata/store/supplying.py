"""Supply ground: a parcel, or what is held for a project."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from zqland import ground, holds, status
from zqland.status import Status
from zqland.text import Text
from zqland_geodata.errors import RecordError
from zqland_geodata.store.heldground import (
    Days,
    Ground,
    events_of,
    existing,
    holds_on,
    parcels_on,
)
from zqland_geodata.store.holdrefusals import STATUS_TEXTS
from zqland_geodata.store.holds import open_hold, today
from zqland_geodata.store.proceedings import Step, take_step
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from zqland_geodata.store.rows import Writer

_GONE: Final = (Status.SUPPLIED, Status.RETIRED)

_NOTHING_THERE = Text(
    en="No parcel exists on the ground of hold {hold} on {day}, so none can be "
    "supplied.",
    zh="{day} 预留 {hold} 的范围内没有地块，无法供地。",
)
_PARTLY = Text(
    en="{parcel} lies only partly on the ground of hold {hold}. Split it along that "
    "ground first, then supply the part.",
    zh="{parcel} 只有一部分在预留 {hold} 的范围内。请先沿该范围分割地块，再行供地。",
)
_TAKEN = Text(
    en="{parcel} is {status} already, so hold {hold} cannot be turned into supply.",
    zh="{parcel} 已{status}，预留 {hold} 不能转为供地。",
)
_ONE_CONTRACT = Text(
    en="The held ground is several parcels ({parcels}), and a contract is about one. "
    "Supply it without a contract, then record one per parcel.",
    zh="预留范围含多宗地块（{parcels}），而一份合同对应一宗地块。"
    "请先不附合同供地，再逐宗登记合同。",
)
_USE_HOLD = Text(
    en="{parcel} is held for project {project} (hold {hold}). Turn that hold into "
    "supply, so that it ends: --hold {hold}.",
    zh="{parcel} 已为项目 {project} 预留（预留编号 {hold}）。"
    "请将该预留转为供地，使其结束：--hold {hold}。",
)


@dataclass(frozen=True, slots=True)
class Supplied:
    """What was recorded when ground was supplied.

    Attributes
    ----------
    version
        The new version of the hold; None where there was none.
    parcel_ids
        The parcels that were supplied.
    event_ids
        The status events that say so, one per parcel.
    contract_id
        The supply contract, if one was given.
    """

    version: int | None
    parcel_ids: tuple[str, ...]
    event_ids: tuple[str, ...]
    contract_id: str | None


def supply_hold(
    writer: Writer,
    hold_id: str,
    *,
    on: dt.date | None = None,
    document: str | None = None,
    contract: Mapping[str, object] | None = None,
    seen: int | None = None,
) -> Supplied:
    """Turn a hold into supply: it ends, and the parcels on its ground are supplied.

    Parameters
    ----------
    writer
        The revision that writes it.
    hold_id
        The hold.
    on
        The day of the supply; that of the revision where it is not given.
    document
        Name or number of a document.
    contract
        What the supply contract says, by column of the table *contracts*; its parcel
        and its project are those of the hold.
    seen
        The version of the hold that the caller read; None does not ask what happened
        since.

    Returns
    -------
    supplied
        What was recorded.

    Raises
    ------
    NotFoundError
        There is no such hold.
    RecordError
        It has ended; a parcel lies only partly on its ground; a parcel is supplied or
        retired already; or a contract is given for several parcels.
    TableError
        The contract breaks the schema.
    ChangedMeanwhileError
        Somebody changed the hold since.
    """
    day = on or today(writer)
    known = open_hold(writer, hold_id, day, seen)
    parcels = _to_supply(writer, hold_id, known.ground, day)
    if contract is not None and len(parcels) > 1:
        raise RecordError(_ONE_CONTRACT.format(parcels=", ".join(parcels)))
    ended = {"ended_on": day, "ended_as": "supplied"}
    version = writer.change("holds", hold_id, ended, seen=seen)
    events = tuple(
        add_status(
            writer,
            parcel_id,
            Status.SUPPLIED,
            day,
            document=document,
            project_id=known.project_id,
        )
        for parcel_id in parcels
    )
    own = {"signed_on": day, "document": document, "project_id": known.project_id}
    contract_id = _add_contract(writer, parcels[0], contract, own)
    return Supplied(version, parcels, events, contract_id)


def supply_parcel(
    writer: Writer,
    step: Step,
    *,
    contract: Mapping[str, object] | None = None,
    seen: int | None = None,
) -> Supplied:
    """Supply a parcel that is not held.

    Parameters
    ----------
    writer
        The revision that writes it.
    step
        The parcel, the day, the project, a document; it becomes supplied.
    contract
        What the supply contract says, by column of the table *contracts*; its parcel
        and its project are those of the step.
    seen
        The version of the parcel that the caller read; None does not ask what
        happened since.

    Returns
    -------
    supplied
        What was recorded.

    Raises
    ------
    HeldError
        The ground is held for others; the message names the hold.
    NotFoundError
        There is no such parcel or project.
    RecordError
        The parcel is supplied or retired, or does not exist on that day; or it is held
        for the project itself, and then the hold is to be turned into supply.
    TableError
        The contract breaks the schema.
    ChangedMeanwhileError
        Somebody changed the parcel since.
    """
    day = step.on or today(writer)
    supplied = replace(step, status=Status.SUPPLIED, on=day)
    event_id = take_step(writer, supplied, seen=seen)
    if step.project_id is not None:
        _refuse_own(writer, step.parcel_id, step.project_id, day)
    own = {"signed_on": day, "document": step.document, "project_id": step.project_id}
    contract_id = _add_contract(writer, step.parcel_id, contract, own)
    return Supplied(None, (step.parcel_id,), (event_id,), contract_id)


def _add_contract(
    writer: Writer,
    parcel_id: str,
    contract: Mapping[str, object] | None,
    own: Mapping[str, object],
) -> str | None:
    """Record what the contract says; the project is that of the ground."""
    if contract is None:
        return None
    placed = {"parcel_id": parcel_id, "project_id": own["project_id"]}
    (made,) = writer.add("contracts", {**own, **contract, **placed})
    return str(made)


def _refuse_own(writer: Writer, parcel_id: str, project_id: str, on: dt.date) -> None:
    """Refuse to leave a hold of the project itself open on supplied ground."""
    parcel = writer.reading.parcel(parcel_id)
    whole = ground.areal(ground.valid(np.array([parcel["home_geometry"]], object)))
    place = Ground(int(parcel["home_zone"]), whole[0])
    near = holds_on(writer.connection, place, Days(on, dt.date.max))
    to_come = holds.last_days(near) >= np.datetime64(on)
    # One that begins later would stay open on ground that is gone by then.
    own = near[(near["project_id"] == project_id) & to_come]
    own = own.assign(held_from=pd.Timestamp(on))
    found = writer.reading.parcels(place=place.place)
    shared = holds.held(found.loc[[parcel_id]], own, on=on)
    for hold_id in shared["hold_ids"].iloc[0]:
        facts = {"parcel": parcel_id, "project": project_id}
        raise RecordError(_USE_HOLD.format(hold=hold_id, **facts))


def _to_supply(
    writer: Writer, hold_id: str, held: Ground, on: dt.date
) -> tuple[str, ...]:
    """Find the parcels that make up the held ground, or say why they do not."""
    found = parcels_on(writer.connection, held)
    parcels = found[existing(found, Days(on, on))]
    if parcels.empty:
        raise RecordError(_NOTHING_THERE.format(hold=hold_id, day=on.isoformat()))
    beyond = parcels.index[~shapely.is_empty(_outside(parcels, held))]
    if len(beyond):
        raise RecordError(_PARTLY.format(parcel=beyond[0], hold=hold_id))
    events = events_of(writer.connection, parcels.index)
    state: pd.Series[str] = status.derive(parcels, events, on=on)["status"]
    for parcel_id, word in state.items():
        if word in _GONE:
            facts = {"parcel": parcel_id, "status": STATUS_TEXTS[Status(word)]}
            raise RecordError(_TAKEN.format(hold=hold_id, **facts))
    return tuple(map(str, parcels.index))


def _outside(parcels: gpd.GeoDataFrame, held: Ground) -> np.ndarray:
    """Find what of each parcel lies outside of the held ground, beyond rounding."""
    shared = np.asarray(holds.common(parcels, held.shape, held.zone).array, object)
    home = np.asarray(parcels["home_geometry"].array, dtype=object)
    whole = ground.areal(ground.valid(home))
    return ground.counted(ground.without(whole, shared))
