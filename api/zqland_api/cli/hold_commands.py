"""The commands by which a clerk holds ground for projects, and lets it go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from zqland import holds as ground_of_holds
from zqland.areas import Area, Method
from zqland.text import Text
from zqland_api.cli.clerk_options import (
    ActOptions,
    HoldArgument,
    LangOptions,
    OnOption,
    ParcelArgument,
    SeenOptions,
    about_of,
)
from zqland_api.cli.clerk_sheets import holds_sheet
from zqland_api.cli.drawn import one_shape
from zqland_api.cli.options import OutputOptions, ReadingOptions, parse_day, takes
from zqland_api.cli.store_options import ByOptions, StoreOptions, opened
from zqland_api.cli.terminal import session
from zqland_api.sheets import Output
from zqland_geodata.store import holds as store_holds
from zqland_geodata.store.holdrefusals import project_text
from zqland_geodata.store.holds import HoldRequest, read_holds, today

if TYPE_CHECKING:
    import pandas as pd

    from zqland_geodata.store import Reader, Writer

_HELD = Text(
    en="Hold {hold}: {area} of {parcel} for {project} from {first} until {last}.",
    zh="预留 {hold}：{parcel} 的 {area}，{project}，自 {first} 至 {last}。",
)
_PROLONGED = Text(
    en="Hold {hold} now lasts until {until} (version {version}).",
    zh="预留 {hold} 的截止日改为 {until}（第 {version} 版）。",
)
_RELEASED = Text(
    en="Hold {hold} ends; its ground is free from {on} on (version {version}).",
    zh="预留 {hold} 解除，用地自 {on} 起释放（第 {version} 版）。",
)


@dataclass(frozen=True, slots=True)
class HoldOptions:
    """What shall be held, and for how long."""

    project: Annotated[str, typer.Option(help="Number of the project. · 项目编号")]
    until: Annotated[
        dt.date,
        typer.Option(
            parser=parse_day, metavar="DATE", help="Last day, inclusive. · 截止日"
        ),
    ]
    on: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="First day; else today. · 起始日，缺省为今天",
            show_default=False,
        ),
    ] = None
    holder: Annotated[
        str | None,
        typer.Option(help="Who holds it; else --by. · 预留人", show_default=False),
    ] = None
    reason: Annotated[
        str | None,
        typer.Option(help="Why it is held; else --why. · 预留理由", show_default=False),
    ] = None
    part: Annotated[
        Path | None,
        typer.Option(
            help="File with the part that is held; else all of it. · 预留范围文件",
            show_default=False,
        ),
    ] = None


@takes(HoldOptions, ReadingOptions, StoreOptions, ByOptions, ActOptions)
def hold(
    parcel: ParcelArgument,
    asked: HoldOptions,
    reading: ReadingOptions,
    where: StoreOptions,
    by: ByOptions,
    act: ActOptions,
) -> None:
    """Hold a parcel, or a part of it, for a project until a date. · 预留用地."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        with act.writing(store, by, command="hold") as writer:
            part = None
            if asked.part is not None:
                zone = int(writer.reading.parcel(parcel)["home_zone"])
                part = one_shape(asked.part, reading, zone)
            request = HoldRequest(
                parcel_id=parcel,
                project_id=asked.project,
                until=asked.until,
                since=asked.on,
                held_by=asked.holder,
                reason=asked.reason,
                part=part,
            )
            hold_id = store_holds.hold(writer, request)
            said = _held(writer, hold_id)
        act.end(terminal, [said], keys=[hold_id])


@takes(StoreOptions, ByOptions, SeenOptions)
def prolong(
    hold: HoldArgument,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
    *,
    until: Annotated[
        dt.date,
        typer.Option(
            parser=parse_day, metavar="DATE", help="New last day. · 新的截止日"
        ),
    ],
    on: OnOption = None,
) -> None:
    """Prolong a hold. · 延长预留."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        with act.writing(store, by, command="prolong") as writer:
            version = store_holds.prolong(writer, hold, until, on=on, seen=act.seen)
        facts = {"hold": hold, "version": version}
        act.end(terminal, [_PROLONGED.format(until=until, **facts)])


@takes(StoreOptions, ByOptions, SeenOptions)
def release(
    hold: HoldArgument,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
    *,
    on: OnOption = None,
) -> None:
    """Release a hold before its last day. · 解除预留."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        with act.writing(store, by, command="release") as writer:
            day = on or today(writer)
            version = store_holds.release(writer, hold, on=day, seen=act.seen)
        facts = {"hold": hold, "version": version}
        act.end(terminal, [_RELEASED.format(on=day, **facts)])


@takes(StoreOptions, LangOptions, OutputOptions)
def list_holds(
    where: StoreOptions,
    speaking: LangOptions,
    output: OutputOptions,
    *,
    on: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="As-of date; else today. · 截至日期，缺省为今天",
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Those that ended as well. · 含已结束的"),
    ] = False,
) -> None:
    """List the holds that are open. · 列出预留."""
    with session(speaking.language) as terminal, opened(where, terminal) as store:
        day = on or dt.datetime.now().astimezone().date()
        with store.reading() as reader:
            sheet = holds_sheet(_open_holds(reader, day, every=every), ended=every)
            about = about_of(reader, day)
        answer = Output(about=about, sheets=(sheet,))
        terminal.deliver(answer, form=output.form, out=output.out)


def _held(writer: Writer, hold_id: str) -> Text:
    """Say what was held."""
    (row,) = writer.reading.table("holds", keys=[hold_id]).to_dict("records")
    return _HELD.format(
        hold=hold_id,
        parcel=row["parcel_id"],
        area=Area(float(row["area_m2"]), Method.PLANAR).text("m2"),
        project=project_text(writer.connection, row["project_id"]),
        first=row["held_from"].date(),
        last=row["held_until"].date(),
    )


def _open_holds(reader: Reader, on: dt.date, *, every: bool) -> pd.DataFrame:
    """Read holds that are in force on a day or begin later, or all that ever were."""
    found = read_holds(reader)
    day = np.datetime64(on, "D")
    last = ground_of_holds.last_days(found)
    names = reader.table("projects")["name"]
    shown = found.assign(
        project=found["project_id"].map(names),
        days_left=np.maximum((last - day).astype(np.int64) + 1, 0),
    )
    kept = shown if every else shown[last >= day]
    return kept.sort_values(["held_until", "hold_id"]).reset_index(drop=True)
