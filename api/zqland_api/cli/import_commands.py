"""``zqland store import``, ``diff`` and ``apply``: files come into the store."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.findings import Severity, has_errors
from zqland.text import Text
from zqland_api import store_sheets
from zqland_api.cli.options import (
    OutputOptions,
    RecordOptions,
    parse_day,
    sources_of,
    takes,
)
from zqland_api.cli.store_options import ByOptions, DayOptions, StoreOptions, opened
from zqland_api.cli.terminal import Terminal, exit_on_errors, session
from zqland_api.deliveries import Delivered, read_delivery
from zqland_api.errors import UsageError
from zqland_api.settings import LimitSettings, SourceSettings
from zqland_geodata.localfiles import local_path
from zqland_geodata.store import imports
from zqland_geodata.store.imports import Diff, Scope

if TYPE_CHECKING:
    from zqland_geodata.store import Store

MOST = 8
"""How many changes of a kind are told one by one before somebody is asked."""

ALL, LIST = "all", "list"
"""Scopes that are no scope of the ledger: everything, and what a list names."""

_COMPARING = Text(en="Comparing", zh="比对")
_WRITING = Text(en="Writing", zh="写入")
_NO_SCOPE = Text(
    en="Say what the parcels of the file are the whole of: --scope all, park:CODE, "
    "district:CODE, or list. Parcels of the scope that are not in the file retire.",
    zh="请用 --scope 说明文件中的地块是哪个范围的全部：all（全市）、park:园区代码、"
    "district:县(市、区)代码，或 list（仅文件所列）。"
    "范围内而文件中没有的地块将被注销。",
)
_FAULTY = Text(
    en="Nothing was imported. Errors to be corrected in the files: {count}.",
    zh="未导入任何内容：文件中有 {count} 处错误需要更正。",
)
_CODE = Text(
    en="To import exactly this: --confirm {code}",
    zh="确认导入上述内容：--confirm {code}",
)
_ASKED = Text(en="Import this?", zh="是否导入？")
_DECLINED = Text(en="Nothing was imported.", zh="未导入任何内容。")
_UNCONFIRMED = Text(
    en="Nothing was imported: confirm the differences with --yes, or with "
    "--confirm {code}.",
    zh="未导入任何内容：请用 --yes 或 --confirm {code} 确认上述差异。",
)
_OTHERS = Text(
    en="The differences are not those that {code} confirms. Look at them, then confirm "
    "with {now}; nothing was imported.",
    zh="当前差异与确认码 {code} 不符。请查看后用 {now} 确认；未导入任何内容。",
)
_IMPORTED = Text(
    en="Imported as revision {revision} of {store}.",
    zh="已导入 {store}，为第 {revision} 次修订。",
)

InputFiles = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        help="Parcels in any form that is read; without it, sheets about parcels of the"
        " store. · 地块文件",
        show_default=False,
    ),
]
"""The parcels, if any, that come with what is delivered."""


@dataclass(frozen=True, slots=True)
class DeliveryOptions(RecordOptions):
    """Files for the store, and what they are the whole of."""

    scope: Annotated[
        str | None,
        typer.Option(
            help="What the parcels are the whole of: all, park:CODE, district:CODE,"
            " list (only those in the file), list:FILE (numbers, one a line). · 范围",
            show_default=False,
        ),
    ] = None
    projects: Annotated[
        Path | None,
        typer.Option(help="Projects, xlsx or csv. · 项目表", show_default=False),
    ] = None
    in_reserve_since: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Without a sheet of statuses: new parcels are in reserve since this"
            " day. · 新地块的入库日期",
            show_default=False,
        ),
    ] = None

    def sources(self, file: Path | None, day: DayOptions) -> SourceSettings:
        """Put the files together.

        Parameters
        ----------
        file
            The parcels, or None.
        day
            The day on which the files are true.
        """
        names = [field.name for field in fields(RecordOptions)]
        records = RecordOptions(**{name: getattr(self, name) for name in names})
        return sources_of(file, records, day.view, projects=self.projects)


@dataclass(frozen=True, slots=True)
class ConfirmOptions:
    """How differences are confirmed where nobody can be asked."""

    yes: Annotated[
        bool,
        typer.Option("--yes", "-y", help="Import without asking. · 不再询问"),
    ] = False
    confirm: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="Import exactly what `diff` showed with this code. · 确认码",
            show_default=False,
        ),
    ] = None


@takes(DeliveryOptions, StoreOptions, ByOptions, ConfirmOptions, DayOptions)
def import_files(
    files: DeliveryOptions,
    where: StoreOptions,
    who: ByOptions,
    confirmed: ConfirmOptions,
    day: DayOptions,
    file: InputFiles = None,
) -> None:
    """Show what files change in the store, ask, and import them. · 导入文件."""
    with session(day.language) as terminal, opened(where, terminal) as store:
        said = _said(who)
        diff = _compare(terminal, store, files, day, file)
        terminal.say_all(diff.sentences(most=MOST))
        if not diff.is_empty:
            _confirm(terminal, diff, confirmed)
        _apply(terminal, store, diff, said)


@takes(DeliveryOptions, StoreOptions, DayOptions, OutputOptions)
def show_differences(
    files: DeliveryOptions,
    where: StoreOptions,
    day: DayOptions,
    output: OutputOptions,
    file: InputFiles = None,
) -> None:
    """Show what files would change in the store; nothing is written. · 比对差异."""
    with session(day.language) as terminal, opened(where, terminal) as store:
        diff = _compare(terminal, store, files, day, file)
        about = store_sheets.about_store(store.reading(), on=day.day)
        shown = store_sheets.diff_output(diff, about, day.language)
        terminal.deliver(shown, form=output.form, out=output.out)
        terminal.say_all(diff.sentences(most=0))
        if not diff.is_empty:
            terminal.say(_CODE.format(code=diff.confirmation))


@takes(DeliveryOptions, StoreOptions, ByOptions, DayOptions)
def apply_confirmed(
    files: DeliveryOptions,
    where: StoreOptions,
    who: ByOptions,
    day: DayOptions,
    file: InputFiles = None,
    *,
    confirm: Annotated[
        str,
        typer.Option(metavar="CODE", help="The code that `diff` showed. · 确认码"),
    ],
) -> None:
    """Import exactly what was shown and confirmed. · 按确认码导入."""
    with session(day.language) as terminal, opened(where, terminal) as store:
        said = _said(who)
        diff = _compare(terminal, store, files, day, file)
        terminal.say_all(diff.sentences(most=0))
        if not diff.is_empty:
            _confirm(terminal, diff, ConfirmOptions(confirm=confirm))
        _apply(terminal, store, diff, said)


def _said(who: ByOptions) -> tuple[str, str]:
    """Ask for who and why before anything takes time."""
    return who.name, who.reason


def _compare(
    terminal: Terminal,
    store: Store,
    files: DeliveryOptions,
    day: DayOptions,
    file: Path | None,
) -> Diff:
    """Read files and compare them with the store; errors end the command."""
    reader = store.reading()
    with terminal.working() as report:
        delivered = read_delivery(
            files.sources(file, day),
            reader,
            limits=LimitSettings().limits(),
            in_reserve_since=files.in_reserve_since,
            report=report,
        )
        report(_COMPARING)
        diff = imports.compare(
            reader,
            delivered.delivery,
            on=day.day,
            scope=_scope(files.scope, delivered),
        )
    findings = list(dict.fromkeys([*diff.findings, *diff.faults]))
    terminal.tell(findings)
    terminal.say_all(delivered.notes)
    if has_errors(findings):
        count = sum(one.severity is Severity.ERROR for one in findings)
        terminal.say(_FAULTY.format(count=count), style="red")
    exit_on_errors(findings)
    return diff


def _scope(name: str | None, delivered: Delivered) -> Scope:
    """Read what the files are the whole of."""
    kind, _, rest = (name or "").partition(":")
    parcel_ids = delivered.parcel_ids
    if kind == LIST and rest:
        return Scope.of_parcels(_listed(Path(rest)))
    if kind == LIST and parcel_ids is not None:
        return Scope.of_parcels(parcel_ids)
    if kind == ALL or (not kind and parcel_ids is None):
        return Scope()
    if kind in ("", LIST):
        raise UsageError(_NO_SCOPE)
    return Scope(str(name))


def _listed(path: Path) -> list[str]:
    """Read numbers of parcels, one a line; UTF-8, or GB 18030 as older programs do."""
    content = local_path(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _confirm(terminal: Terminal, diff: Diff, confirmed: ConfirmOptions) -> None:
    """Go on only where somebody wants just this."""
    code = diff.confirmation
    if confirmed.confirm is not None:
        if not diff.is_confirmed_by(confirmed.confirm):
            raise UsageError(_OTHERS.format(code=confirmed.confirm, now=code))
        return
    if confirmed.yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(_UNCONFIRMED.format(code=code))
    if not typer.confirm(_ASKED.in_language(terminal.language), err=True):
        terminal.say(_DECLINED)
        raise typer.Exit


def _apply(terminal: Terminal, store: Store, diff: Diff, said: tuple[str, str]) -> None:
    by, why = said
    with terminal.working() as report:
        report(_WRITING)
        done = imports.apply(store, diff, by=by, why=why)
    if done.revision is not None:
        terminal.say(_IMPORTED.format(revision=done.revision, store=store.name))
