"""The commands about status events: list and correct them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.status import Status
from zqland.text import Text
from zqland_api.cli.clerk_options import (
    ActOptions,
    DayOptions,
    LangOptions,
    ParcelArgument,
    about_of,
)
from zqland_api.cli.clerk_sheets import statuses_sheet
from zqland_api.cli.options import OutputOptions, takes
from zqland_api.cli.store_options import ByOptions, StoreOptions, opened
from zqland_api.cli.terminal import session
from zqland_api.errors import UsageError
from zqland_api.sheets import Output
from zqland_geodata.store.heldground import events_of
from zqland_geodata.store.statuses import correct_status

if TYPE_CHECKING:
    import pandas as pd

    from zqland_geodata.store import Reader

app = typer.Typer(
    help="Status events: list and correct them. · 状态记录",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_CORRECTED = Text(
    en="Status event {wrong} is corrected by {event}; both stay in the store.",
    zh="状态记录 {wrong} 已由 {event} 更正，二者均保留。",
)
_WITHDRAWN = Text(
    en="Status event {wrong} is withdrawn by {event}; both stay in the store.",
    zh="状态记录 {wrong} 已由 {event} 撤销，二者均保留。",
)
_ONE_OF = Text(
    en="Say what is right about {wrong} (--to, --on, --document), or --withdraw what "
    "never happened; one of them.",
    zh="请说明 {wrong} 的正确内容（--to、--on、--document）；"
    "从未发生的，用 --withdraw 撤销；二者选一。",
)


@app.command(name="list")
@takes(StoreOptions, LangOptions, OutputOptions)
def list_events(
    parcel: ParcelArgument,
    where: StoreOptions,
    speaking: LangOptions,
    output: OutputOptions,
) -> None:
    """List the status events of a parcel that hold. · 列出状态记录."""
    with session(speaking.language) as terminal, opened(where, terminal) as store:
        with store.reading() as reader:
            reader.parcel(parcel)
            sheet = statuses_sheet(_events(reader, parcel))
            about = about_of(reader, dt.datetime.now().astimezone().date())
        answer = Output(about=about, sheets=(sheet,))
        terminal.deliver(answer, form=output.form, out=output.out)


@app.command()
@takes(DayOptions, StoreOptions, ByOptions, ActOptions)
def correct(  # noqa: PLR0913 - each group of options is an argument
    event: Annotated[
        str, typer.Argument(metavar="EVENT", help="Number of the event. · 状态记录编号")
    ],
    when: DayOptions,
    where: StoreOptions,
    by: ByOptions,
    act: ActOptions,
    *,
    to: Annotated[
        Status | None,
        typer.Option(help="The status that is right. · 正确的状态", show_default=False),
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="It never happened. · 从未发生，予以撤销")
    ] = False,
) -> None:
    """Correct a status event by a new one; both stay. · 更正状态记录."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        is_said = any(value is not None for value in (to, when.on, when.document))
        if is_said == withdraw:
            raise UsageError(_ONE_OF.format(wrong=event))
        with act.writing(store, by, command="status correct") as writer:
            made = correct_status(
                writer,
                event,
                status=to,
                happened_on=when.on,
                document=when.document,
                withdraw=withdraw,
            )
        text = _WITHDRAWN if withdraw else _CORRECTED
        act.end(terminal, [text.format(wrong=event, event=made)], keys=[made])


def _events(reader: Reader, parcel_id: str) -> pd.DataFrame:
    """Read the events of a parcel in the order in which they happened."""
    with reader.connection() as connection:
        found = events_of(connection, [parcel_id])
    return found.sort_values("happened_on", kind="stable").reset_index(drop=True)
