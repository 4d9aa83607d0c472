"""Why ground cannot be held: it is held, listed, supplied or retired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from zqland import holds, status
from zqland.areas import Area, Method
from zqland.status import Status
from zqland.text import Text
from zqland_geodata.errors import HeldError, RecordError
from zqland_geodata.store.heldground import events_of, existing, holds_on
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable

    from sqlalchemy import Connection

    from zqland_geodata.store.heldground import Days, Ground

TAKEN: Final = (Status.LISTED, Status.SUPPLIED, Status.RETIRED)
"""Statuses in which ground cannot be held."""

STATUS_TEXTS: Final = {
    Status.PLANNED: Text(en="planned", zh="计划收储"),
    Status.IN_RESERVE: Text(en="in reserve", zh="在库"),
    Status.LISTED: Text(en="listed for sale", zh="挂牌"),
    Status.SUPPLIED: Text(en="supplied", zh="供地"),
    Status.RETURNED: Text(en="returned", zh="退回"),
    Status.RETIRED: Text(en="retired", zh="退出储备"),
}
"""What the statuses are called in refusals."""

_SHOWN = 5

_HELD = Text(
    en="{parcel} is held by {holder} for {project} from {first} until {last} (hold "
    "{hold}), {area} of the ground asked for.",
    zh="{parcel} 已由 {holder} 为{project}预留，自 {first} 至 {last}"
    "（预留编号 {hold}），与所需用地重叠 {area}。",
)
_MORE = Text(
    en="{lines} {count} more holds lie there.", zh="{lines}另有 {count} 项预留。"
)
_CHOOSE = Text(
    en="{lines} Choose other ground or other days, or ask for a release.",
    zh="{lines}请另选用地或时段，或协商解除预留。",
)
_TAKEN = Text(
    en="{parcel} is {status} since {day}, so it cannot be held until {last}. Choose "
    "other ground or an earlier end.",
    zh="{parcel} 自 {day} 起{status}，不能预留至 {last}。请另选用地或提前截止。",
)
_PROJECT = Text(en="project {name} ({key})", zh="项目“{name}”（{key}）")
_UNLISTED = Text(en="project {key}", zh="项目 {key} ")
_NO_PROJECT = Text(en="no named project", zh="未注明的项目")
_NOBODY = Text(en="somebody who is not named", zh="未注明的单位")


def refuse_held(
    connection: Connection,
    ground: Ground,
    days: Days,
    *,
    hold_id: str | None = None,
    project_id: str | None = None,
) -> None:
    """Refuse ground that is held on any of the days.

    Parameters
    ----------
    connection
        A connection that writes, with the parcels locked (`parcels_on`).
    ground
        The ground.
    days
        The days.
    hold_id
        A hold that does not count.
    project_id
        A project whose holds do not count.

    Raises
    ------
    HeldError
        It is; the message names who holds it, for which project and until when.
    """
    others = holds_on(connection, ground, days)
    counts = pd.Series(data=True, index=others.index)
    if hold_id is not None:
        counts &= others["hold_id"] != hold_id
    if project_id is not None:
        counts &= others["project_id"] != project_id
    others = others[counts].reset_index(drop=True)
    found = holds.overlaps(_asked(ground, days), others)
    if found.empty:
        return
    rows = others.iloc[found["second"]].to_dict("records")
    lines = [
        _line(connection, row, Area(float(area_m2), Method.PLANAR))
        for row, area_m2 in zip(rows[:_SHOWN], found["area_m2"], strict=False)
    ]
    text = Text(
        en=" ".join(line.en for line in lines), zh="".join(line.zh for line in lines)
    )
    if len(rows) > _SHOWN:
        text = _MORE.format(lines=text, count=len(rows) - _SHOWN)
    raise HeldError(_CHOOSE.format(lines=text))


def refuse_taken(connection: Connection, parcels: pd.DataFrame, days: Days) -> None:
    """Refuse ground that is listed, supplied or retired on any of the days.

    Parameters
    ----------
    connection
        An open connection.
    parcels
        The parcels on the ground (`parcels_on`).
    days
        The days.

    Raises
    ------
    RecordError
        It is; the message names the parcel, its status and the day.
    """
    there = parcels[existing(parcels, days)]
    events = events_of(connection, there.index)
    before = status.derive(there, events, on=days.first)
    for parcel_id, known_now in before.iterrows():
        if known_now["status"] in TAKEN:
            _refuse(
                str(parcel_id), known_now["status"], known_now["status_since"], days
            )
    happened = events["happened_on"].to_numpy("datetime64[D]")
    later = (happened > days.first) & (happened <= days.last)
    later &= events["status"].isin(list(TAKEN)).to_numpy(bool)
    for event in events[later].sort_values("happened_on").to_dict("records"):
        _refuse(event["parcel_id"], event["status"], event["happened_on"], days)


def day_text(value: object) -> str:
    """Write a day for a reader."""
    return f"{pd.Timestamp(cast('dt.date', value)):%Y-%m-%d}"


def project_text(connection: Connection, project_id: object) -> Text:
    """Name a project: its name and its number, as far as they are known."""
    if pd.isna(cast("str", project_id)):
        return _NO_PROJECT
    table = RECORDS["projects"].table
    query = sa.select(table.c.name).where(
        table.c.project_id == project_id, table.c.replaced_in.is_(None)
    )
    name = connection.scalar(query)
    template = _PROJECT if name else _UNLISTED
    return template.format(name=name, key=project_id)


def _asked(ground: Ground, days: Days) -> pd.DataFrame:
    facts = {
        "home_zone": [ground.zone],
        "home_geometry": gpd.GeoSeries([ground.shape]),
        "held_from": pd.to_datetime([days.first]),
        "held_until": pd.to_datetime([days.last]),
        "ended_on": pd.Series([None], dtype="datetime64[s]"),
    }
    return pd.DataFrame(facts)


def _line(connection: Connection, row: dict[Hashable, Any], area: Area) -> Text:
    """Say who holds ground, for what and until when."""
    table = pd.DataFrame([row])
    holder = row["held_by"]
    return _HELD.format(
        parcel=row["parcel_id"],
        holder=_NOBODY if pd.isna(cast("str", holder)) else holder,
        project=project_text(connection, row["project_id"]),
        first=day_text(holds.first_days(table)[0]),
        last=day_text(holds.last_days(table)[0]),
        hold=row["hold_id"],
        area=area.text("m2"),
    )


def _refuse(parcel_id: str, found: str, day: object, days: Days) -> None:
    word = STATUS_TEXTS[Status(found)]
    facts = {"day": day_text(day), "last": days.last.isoformat()}
    raise RecordError(_TAKEN.format(parcel=parcel_id, status=word, **facts))
