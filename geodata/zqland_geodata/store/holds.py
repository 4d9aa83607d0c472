"""Hold ground for projects: hold, prolong, release, and turn into supply.

Two holds never share ground on a day. Who writes locks the parcels on the ground first
and looks then, so of several who ask at once one gets it and the others are told who
was first. A hold lapses by itself after its last day; nothing has to be written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import shapely

from zqland import ground, holds
from zqland.areas import Area, Method
from zqland.errors import NotFoundError
from zqland.text import Text
from zqland_geodata.errors import RecordError
from zqland_geodata.store import holdrefusals
from zqland_geodata.store.heldground import Days, Ground, parcels_on, with_ground
from zqland_geodata.store.holdrefusals import day_text
from zqland_geodata.store.revisions import revision_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland_geodata.store.heldground import Shape
    from zqland_geodata.store.reading import Reader
    from zqland_geodata.store.rows import Writer

_DECIMALS = 3
"""Coordinates are kept to the millimetre."""

_DAY = dt.timedelta(days=1)

_BACKWARDS = Text(
    en="A hold from {first} until {last} would end before it begins. Give a last day "
    "that is not before the first.",
    zh="预留自 {first} 至 {last}，截止日早于起始日。请更正日期。",
)
_NO_PROJECT = Text(
    en="There is no project {project} in the store. Correct the number, or record the "
    "project first.",
    zh="台账库中没有项目 {project}。请更正编号，或先登记该项目。",
)
_NOT_YET = Text(
    en="{parcel} does not exist before {began}, so it cannot be held on {on}.",
    zh="{parcel} 自 {began} 起才存在，{on} 不能预留。",
)
_NO_MORE = Text(
    en="{parcel} was retired on {retired}, so it cannot be held on {on}. Hold the "
    "parcels that took its place.",
    zh="{parcel} 已于 {retired} 注销，{on} 不能预留。请预留其后续地块。",
)
_NO_PART = Text(
    en="The part of {parcel} is no ground: it is empty, or its boundary crosses "
    "itself. Draw it anew.",
    zh="{parcel} 的预留范围无效：范围为空或边界自相交。请重新绘制。",
)
_OUTSIDE = Text(
    en="{area} of the part lies outside {parcel}. Give a part within the parcel, in "
    "the plane of its home zone.",
    zh="预留范围有 {area} 在 {parcel} 之外。请在地块范围内划定，并采用其本位带坐标。",
)
_NOT_LATER = Text(
    en="Hold {hold} lasts until {last}; {until} would not prolong it. Give a later "
    "day, or release it.",
    zh="预留 {hold} 的截止日为 {last}，{until} 并未延长。"
    "请给出更晚的日期，或解除预留。",
)
_NO_HOLD = Text(
    en="There is no hold {hold} in the store.", zh="台账库中没有预留 {hold}。"
)
ENDED_AS = {
    "released": Text(en="released", zh="解除"),
    "supplied": Text(en="turned into supply", zh="转为供地"),
}
"""The words for how a hold may end before its last day."""

_ENDED = Text(
    en="Hold {hold} was {how} on {day}; {by} recorded it ({why}).",
    zh="预留 {hold} 已于 {day} {how}，由 {by} 登记（{why}）。",
)
_LAPSED = Text(
    en="Hold {hold} lapsed after {last}; its ground is free since. Hold it anew if it "
    "is needed.",
    zh="预留 {hold} 已于 {last} 到期，其后用地即已释放。如仍需要，请重新预留。",
)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """What shall be held.

    Attributes
    ----------
    parcel_id
        The parcel.
    project_id
        The project that it is held for.
    until
        The last day, inclusive.
    since
        The first day; that of the revision where it is not given.
    held_by, reason
        Who holds it and why; as the revision says where they are not given.
    part
        A part of the parcel, in the plane of its home zone; the whole parcel where it
        is not given.
    """

    parcel_id: str
    project_id: str
    until: dt.date
    since: dt.date | None = None
    held_by: str | None = None
    reason: str | None = None
    part: Shape | None = None


def hold(writer: Writer, request: HoldRequest) -> str:
    """Hold a parcel, or a part of it, for a project until a date.

    Parameters
    ----------
    writer
        The revision that writes it.
    request
        What shall be held.

    Returns
    -------
    hold_id
        The number of the hold.

    Raises
    ------
    HeldError
        Some of the ground is held on some of the days; the message names who holds
        it, for which project and until when.
    NotFoundError
        There is no such parcel or project.
    RecordError
        The days are in the wrong order, the part is not within the parcel, or the
        ground is listed, supplied or retired on some of the days.
    """
    days = Days(request.since or today(writer), request.until)
    if days.last < days.first:
        raise RecordError(_BACKWARDS.format(first=days.first, last=days.last))
    check_project(writer.reading, request.project_id)
    parcel = _parcel(writer, request.parcel_id, days.first)
    asked, is_whole = _asked(parcel, request)
    found = parcels_on(writer.connection, asked)
    holdrefusals.refuse_taken(writer.connection, found, days)
    holdrefusals.refuse_held(writer.connection, asked, days)
    facts: dict[str, object] = {
        "parcel_id": request.parcel_id,
        "project_id": request.project_id,
        "area_m2": asked.area.value_m2,
        "held_from": days.first,
        "held_until": days.last,
        "held_by": request.held_by or writer.revision.by,
        "reason": request.reason or writer.revision.why,
    }
    if not is_whole:
        facts |= {"home_zone": asked.zone, "home_geometry": asked.shape}
    (hold_id,) = writer.add("holds", facts)
    return str(hold_id)


def prolong(
    writer: Writer,
    hold_id: str,
    until: dt.date,
    *,
    on: dt.date | None = None,
    seen: int | None = None,
) -> int:
    """Prolong a hold.

    Parameters
    ----------
    writer
        The revision that writes it.
    hold_id
        The hold.
    until
        The new last day.
    on
        The day of the decision; that of the revision where it is not given.
    seen
        The version that the caller read; None does not ask what happened since.

    Returns
    -------
    version
        The new version of the hold.

    Raises
    ------
    HeldError
        Some of the ground is held for others on some of the days that come in.
    NotFoundError
        There is no such hold.
    RecordError
        It has ended, the day is not later than its last day, or the ground is listed
        or supplied by then.
    ChangedMeanwhileError
        Somebody changed it since.
    """
    known = open_hold(writer, hold_id, on or today(writer), seen)
    if until <= known.days.last:
        facts = {"hold": hold_id, "last": known.days.last.isoformat()}
        raise RecordError(_NOT_LATER.format(until=until.isoformat(), **facts))
    more = Days(known.days.last + _DAY, until)
    found = parcels_on(writer.connection, known.ground)
    holdrefusals.refuse_taken(writer.connection, found, more)
    holdrefusals.refuse_held(writer.connection, known.ground, more, hold_id=hold_id)
    return writer.change("holds", hold_id, {"held_until": until}, seen=seen)


def release(
    writer: Writer,
    hold_id: str,
    *,
    on: dt.date | None = None,
    seen: int | None = None,
) -> int:
    """Release a hold before its last day.

    Parameters
    ----------
    writer
        The revision that writes it.
    hold_id
        The hold.
    on
        The first day on which the ground is free again; that of the revision where it
        is not given.
    seen
        The version that the caller read; None does not ask what happened since.

    Returns
    -------
    version
        The new version of the hold.

    Raises
    ------
    NotFoundError
        There is no such hold.
    RecordError
        It has ended.
    ChangedMeanwhileError
        Somebody changed it since.
    """
    day = on or today(writer)
    open_hold(writer, hold_id, day, seen)
    ended = {"ended_on": day, "ended_as": "released"}
    return writer.change("holds", hold_id, ended, seen=seen)


def refuse_held(
    writer: Writer,
    parcel_id: str,
    *,
    on: dt.date,
    until: dt.date | None = None,
    project_id: str | None = None,
) -> None:
    """Refuse to list or supply a parcel while it is held for another project.

    Parameters
    ----------
    writer
        The revision that is going to write.
    parcel_id
        The parcel.
    on, until
        The first day and the last; one day where the last is not given.
    project_id
        The project that it is for; its own holds are no bar.

    Raises
    ------
    HeldError
        It is held, wholly or in part.
    NotFoundError
        There is no such parcel.
    """
    parcel = _parcel(writer, parcel_id, on)
    place = _whole(parcel)
    parcels_on(writer.connection, place)
    days = Days(on, until or on)
    holdrefusals.refuse_held(writer.connection, place, days, project_id=project_id)


def read_holds(
    reader: Reader,
    *,
    on: dt.date | None = None,
    known_at: int | dt.datetime | None = None,
) -> pd.DataFrame:
    """Read holds with their ground.

    Parameters
    ----------
    reader
        Reads the store.
    on
        Only the holds that are in force on this day; all that ever were, where it is
        not given.
    known_at
        As known at a revision or a moment.

    Returns
    -------
    holds
        Table *holds* with ``version`` and the ground of each, that of a whole parcel
        too (`zqland.holds.grounded`).
    """
    with reader.connection() as connection:
        table = reader.table("holds", known_at=known_at, versions=True)
        placed = with_ground(connection, table, known_at)
    if on is None:
        return placed
    return placed[holds.in_force(placed, on=on)].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that has not ended.

    Attributes
    ----------
    days
        Its days, as agreed.
    ground
        Its ground.
    project_id
        The project.
    """

    days: Days
    ground: Ground
    project_id: str | None


def open_hold(writer: Writer, hold_id: str, on: dt.date, seen: int | None) -> OpenHold:
    """Read a hold that has not ended on a day.

    Parameters
    ----------
    writer
        The revision that is going to change it.
    hold_id
        The hold.
    on
        The day.
    seen
        The version that the caller read; None does not ask what happened since.

    Returns
    -------
    hold
        The hold.

    Raises
    ------
    ChangedMeanwhileError
        Somebody changed it since.
    NotFoundError
        There is no such hold.
    RecordError
        It was released or supplied, or has lapsed; the message says when.
    """
    found = writer.reading.table("holds", keys=[hold_id], versions=True)
    if found.empty:
        raise NotFoundError(_NO_HOLD.format(hold=hold_id))
    # Who decided on an old version is told that first, whatever else is wrong since.
    writer.change("holds", hold_id, {}, seen=seen)
    (row,) = with_ground(writer.connection, found).to_dict("records")
    if not pd.isna(row["ended_on"]):
        last = revision_of(writer.connection, int(row["recorded_in"]))
        facts = {"hold": hold_id, "day": day_text(row["ended_on"])}
        word = ENDED_AS[str(row["ended_as"])]
        raise RecordError(_ENDED.format(how=word, by=last.by, why=last.why, **facts))
    days = Days(row["held_from"].date(), row["held_until"].date())
    if on > days.last:
        raise RecordError(_LAPSED.format(hold=hold_id, last=days.last.isoformat()))
    project = row["project_id"]
    return OpenHold(
        days=days,
        ground=Ground(int(row["home_zone"]), _areal(row["home_geometry"])),
        project_id=None if pd.isna(project) else str(project),
    )


def today(writer: Writer) -> dt.date:
    """Give the day of a revision where it is written."""
    return writer.revision.at.astimezone().date()


def check_project(reader: Reader, project_id: str) -> None:
    """Refuse a project that is not in the store.

    Parameters
    ----------
    reader
        Reads the store.
    project_id
        The project.

    Raises
    ------
    NotFoundError
        There is no such project.
    """
    if project_id not in reader.known_keys("projects", [project_id]):
        raise NotFoundError(_NO_PROJECT.format(project=project_id))


def _parcel(writer: Writer, parcel_id: str, on: dt.date) -> dict[str, Any]:
    """Read a parcel that exists on a day."""
    parcel = writer.reading.parcel(parcel_id)
    began, retired = parcel["began_on"], parcel["retired_on"]
    day = pd.Timestamp(on)
    facts = {"parcel": parcel_id, "on": on.isoformat()}
    if not pd.isna(began) and began > day:
        raise RecordError(_NOT_YET.format(began=day_text(began), **facts))
    if not pd.isna(retired) and retired <= day:
        raise RecordError(_NO_MORE.format(retired=day_text(retired), **facts))
    return parcel


def _whole(parcel: Mapping[str, Any]) -> Ground:
    return Ground(int(parcel["home_zone"]), _areal(parcel["home_geometry"]))


def _areal(shape: shapely.Geometry) -> Shape:
    found = ground.areal(ground.valid(np.array([shape], dtype=object)))
    return cast("Shape", found[0])


def _asked(parcel: Mapping[str, Any], request: HoldRequest) -> tuple[Ground, bool]:
    """Find the ground that is asked for, and whether it is the whole parcel."""
    whole = _whole(parcel)
    if request.part is None:
        return whole, True
    part = _rounded(request.part)
    if not part.is_valid or part.area <= ground.SMALLEST_OVERLAP_M2:
        raise RecordError(_NO_PART.format(parcel=request.parcel_id))
    outside = _counted(part.difference(whole.shape))
    if not outside.is_empty:
        area = Area(outside.area, Method.PLANAR).text("m2")
        raise RecordError(_OUTSIDE.format(area=area, parcel=request.parcel_id))
    rest = _counted(whole.shape.difference(part))
    return (whole, True) if rest.is_empty else (Ground(whole.zone, part), False)


def _rounded(shape: Shape) -> Shape:
    """Bring a shape to the millimetre, once: so it stays."""
    return shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS))


def _counted(shape: shapely.Geometry) -> Shape:
    found = ground.counted(ground.areal(np.array([shape], dtype=object)))
    return cast("Shape", found[0])
