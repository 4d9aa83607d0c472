"""What the files of an office say, read for the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from zqland import tables
from zqland.text import Text
from zqland_api.errors import UsageError
from zqland_api.source_sheets import Report, Sheets
from zqland_api.sources import open_fieldmap, open_records, reading_of
from zqland_geodata import places
from zqland_geodata.parks_file import read_parks
from zqland_geodata.planning_sheets import read_indicators, read_targets
from zqland_geodata.store.imports import Delivery

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from zqland_api.settings import SourceSettings
    from zqland_api.sources import Records
    from zqland_geodata.options import Limits
    from zqland_geodata.store import Reader

SHEETS = ("evidence", "projects", "status", "indicators", "targets", "parks")
"""What can be delivered without parcels: it speaks of those of the store."""

_TABLES = {"status": "status_events"}

_NOTHING = Text(
    en="There is nothing to read. Give a file of parcels, or --evidence, --status, "
    "--projects, --indicators, --targets or --parks.",
    zh="没有可读取的文件。请提供地块文件，或用 --evidence、--status、--projects、"
    "--indicators、--targets、--parks 提供。",
)
_NEEDS_PARCELS = Text(
    en="The ledger of the parcels completes a file of parcels. Give that file as well.",
    zh="地块台账须与地块文件一并提供。请同时提供地块文件。",
)
_NO_STATUS = Text(
    en="No sheet of status events was given: the store keeps the statuses that it has, "
    "and new parcels have none yet. Give one with --status, or the day since which new "
    "parcels are in reserve with --in-reserve-since.",
    zh="未提供地块状态表：台账库原有状态不变，新地块暂无状态。可用 --status 提供，"
    "或用 --in-reserve-since 注明新地块的入库日期。",
)
_NEW_PARKS = Text(
    en="The store lacks the parks {parks}; they come from the packaged list, as points."
    " Give their boundaries with --parks.",
    zh="台账库中没有园区 {parks}，现按内置园区名录以点位登记。"
    "可用 --parks 提供园区界线。",
)
_NO_LAYERS = Text(
    en="The store keeps no constraint layers; give --constraints to the commands that "
    "use them.",
    zh="台账库不保存约束图层；请在用到的命令中用 --constraints 提供。",
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was read.

    Attributes
    ----------
    delivery
        The tables and what the readers found.
    parcel_ids
        Numbers of the parcels that were read; None where no file of parcels was given.
    notes
        What was assumed, in sentences.
    """

    delivery: Delivery
    parcel_ids: tuple[str, ...] | None
    notes: tuple[Text, ...]


def read_delivery(
    sources: SourceSettings,
    reader: Reader,
    *,
    limits: Limits | None = None,
    in_reserve_since: dt.date | None = None,
    report: Report = lambda _: None,
) -> Delivered:
    """Read files for the store; what was not given is not assumed.

    Parameters
    ----------
    sources
        The files, with or without parcels.
    reader
        Reads the store: what it knows already is not added from the packaged list.
    limits
        How much is read of a file at most.
    in_reserve_since
        The day since which parcels that are new to the store are in reserve, where no
        sheet of statuses says so.
    report
        Told what begins.

    Returns
    -------
    delivered
        The delivery.

    Raises
    ------
    ZqlandError
        A file cannot be read.
    """
    if sources.parcels is None:
        return _sheets_only(sources, limits, report)
    records = open_records(sources, limits=limits, report=report)
    parks, notes = _parks(records, sources, reader)
    without = {"parks"} | ({"status_events"} if records.status_is_assumed else set())
    whole = Delivery.of_reserve(
        records.reserve, findings=records.findings, without=without
    )
    found = dict(whole.tables)
    if len(parks):
        found["parks"] = parks
    parcels = records.reserve.parcels
    if records.status_is_assumed:
        events = _in_reserve(parcels, reader, in_reserve_since)
        found |= {"status_events": events} if len(events) else {}
        notes += () if in_reserve_since is not None else (_NO_STATUS,)
    if sources.constraints is not None:
        notes += (_NO_LAYERS,)
    numbers = tuple(parcels.index.astype(str))
    return Delivered(Delivery(found, whole.findings), numbers, notes)


def _sheets_only(
    sources: SourceSettings, limits: Limits | None, report: Report
) -> Delivered:
    """Read what speaks of parcels that the store has."""
    given = [name for name in SHEETS if getattr(sources, name) is not None]
    if sources.ledger is not None or not given:
        raise UsageError(_NEEDS_PARCELS if sources.ledger else _NOTHING)
    how = reading_of(sources, limits)
    fieldmap = open_fieldmap(sources.fieldmap)
    sheets = Sheets(sources, fieldmap, how.limits, report)
    readers: dict[str, Callable[[], pd.DataFrame]] = {
        "evidence": sheets.evidence,
        "projects": sheets.projects,
        "status": lambda: sheets.status_events(_no_parcels()),
        "indicators": lambda: sheets.planning("indicators", read_indicators),
        "targets": lambda: sheets.planning("targets", read_targets),
    }
    read = {
        _TABLES.get(name, name): readers[name]() for name in given if name in readers
    }
    findings = list(sheets.findings)
    if sources.parks is not None:
        outlines = read_parks(
            sources.parks, fieldmap=fieldmap, options=how, with_points=True
        )
        read["parks"], findings = outlines.parks, [*findings, *outlines.findings]
    filled = {name: table for name, table in read.items() if len(table)}
    return Delivered(Delivery(filled, tuple(findings)), None, ())


def _no_parcels() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(tables.empty("parcels"))


def _parks(
    records: Records, sources: SourceSettings, reader: Reader
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Give the parks of a file, else those that only the packaged list knows."""
    parks = records.reserve.parks
    if sources.parks is not None:
        return parks, ()
    listed = parks[parks.index.isin(places.parks().index)]
    names = listed.index.astype(str)
    known = reader.known_keys("parks", list(names))
    new = listed[~names.isin(list(known))]
    if new.empty:
        return new, ()
    return new, (_NEW_PARKS.format(parks=", ".join(new.index.astype(str))),)


def _in_reserve(
    parcels: gpd.GeoDataFrame, reader: Reader, since: dt.date | None
) -> pd.DataFrame:
    """Let parcels that are new to the store be in reserve since a day."""
    names = parcels.index.astype(str)
    if since is None or not names.is_unique:
        return tables.empty("status_events")
    known = reader.known_keys("parcels", list(names))
    new = names[~names.isin(list(known))]
    events = pd.DataFrame({"parcel_id": new}).assign(
        status="in_reserve", happened_on=pd.Timestamp(since)
    )
    return tables.check("status_events", events)
