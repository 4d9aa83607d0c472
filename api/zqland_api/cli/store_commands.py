"""``zqland store``: make, fill, look at, back up and restore the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.text import Text
from zqland_api import store_sheets
from zqland_api.cli import import_commands
from zqland_api.cli.options import OutputOptions, takes
from zqland_api.cli.store_options import (
    ByOptions,
    DayOptions,
    KnownOptions,
    LanguageOptions,
    StoreOptions,
    opened,
)
from zqland_api.cli.terminal import session
from zqland_api.errors import UsageError
from zqland_geodata import demo as city
from zqland_geodata.store import backup as backups
from zqland_geodata.store import exports, filling, migrating, open_store, upgrade_store
from zqland_geodata.store.backup import Copied
from zqland_geodata.store.deliveries import Scope

if TYPE_CHECKING:
    from zqland_api.cli.terminal import Terminal
    from zqland_geodata.store import Revision

LAST = 50
"""How many revisions the history lists where the reader does not say."""

store_app = typer.Typer(
    name="store",
    help="The store: make it, import files, look back, back up. · 台账库",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_CREATING = Text(en="Creating {store}", zh="新建 {store}")
_FILLING = Text(en="Creating the demonstration city", zh="生成演示城市")
_WRITING = Text(en="Writing", zh="写入")
_READING = Text(en="Reading the store", zh="读取台账库")
_UPGRADING = Text(en="Upgrading", zh="升级")
_BACKING_UP = Text(en="Backing up", zh="备份")
_RESTORING = Text(en="Restoring", zh="恢复")
_MADE = Text(
    en="{store} was made. Bring your parcels in with `zqland store import`.",
    zh="已新建台账库 {store}。可用 `zqland store import` 导入地块。",
)
_MADE_CITY = Text(
    en="{store} was made with the demonstration city: {parcels} parcels, all "
    "fictional.",
    zh="已新建台账库 {store}，并装入演示城市：{parcels} 宗地块，均为虚构。",
)
_CITY_REASON = Text(en="The demonstration city", zh="装入演示城市")
_UPGRADED = Text(
    en="{store} was upgraded from form {found} to {now}.",
    zh="{store} 已由库格式 {found} 升级到 {now}。",
)
_PRESENT = Text(
    en="{store} is of the present form ({now}); nothing was changed.",
    zh="{store} 已是当前库格式（{now}），未作更改。",
)
_COPIED = Text(
    en="{name}: version {version} of the ledger, {rows} rows.",
    zh="{name}：台账版本 {version}，共 {rows} 行记录。",
)
_WRITTEN = Text(en="Written: {path}", zh="已写入：{path}")
_BOTH = Text(
    en="A parcel and a revision were named. Name one of them.",
    zh="同时指定了地块和修订号。请只指定其一。",
)


@store_app.command()
@takes(StoreOptions, ByOptions, LanguageOptions)
def init(
    where: StoreOptions,
    who: ByOptions,
    say: LanguageOptions,
    *,
    fictional: Annotated[
        bool,
        typer.Option(
            "--fictional",
            help="It is for records that describe no real ground; every output says"
            " so. · 虚构数据",
        ),
    ] = False,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Fill it with the demonstration city. · 演示城市"),
    ] = False,
) -> None:
    """Make a new, empty store. · 新建台账库."""
    with session(say.language) as terminal:
        by = who.name if demo else ""
        address = where.address
        with terminal.working() as report:
            report(_CREATING.format(store=address))
            store = open_store(
                address, create=True, fictional=fictional or demo, wait_s=where.wait
            )
            with store:
                name = store.name
                if not demo:
                    terminal.say(_MADE.format(store=name))
                    return
                report(_FILLING)
                reserve = city.create_city()
                report(_WRITING)
                why = who.why or _CITY_REASON.in_language(say.language)
                filling.fill(store, reserve, by=by, why=why, command="init")
        count = f"{len(reserve.parcels):,}"
        terminal.say(_MADE_CITY.format(store=name, parcels=count))


store_app.command(name="import")(import_commands.import_files)
store_app.command(name="diff")(import_commands.show_differences)
store_app.command(name="apply")(import_commands.apply_confirmed)


@store_app.command()
@takes(StoreOptions, KnownOptions, DayOptions)
def export(
    where: StoreOptions,
    known: KnownOptions,
    day: DayOptions,
    *,
    out: Annotated[
        Path,
        typer.Option(
            help="File of the parcels; the ending says the form, sheets go beside it."
            " · 输出文件",
            show_default=False,
        ),
    ],
    scope: Annotated[
        str,
        typer.Option(
            help="Which parcels: all, park:CODE, district:CODE. · 范围",
        ),
    ] = "all",
) -> None:
    """Write the parcels of a day, and what is known of them, into files. · 导出."""
    with session(day.language) as terminal, opened(where, terminal) as store:
        with terminal.working() as report:
            report(_WRITING)
            written = exports.export(
                store.reading(),
                out,
                on=day.day,
                scope=Scope() if scope == "all" else Scope(scope),
                known_at=known.moment,
            )
        terminal.tell(written.findings)
        for path in written.files.values():
            terminal.say(_WRITTEN.format(path=path))


@store_app.command()
@takes(StoreOptions, LanguageOptions)
def backup(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="File to write. · 备份文件", show_default=False
        ),
    ],
    where: StoreOptions,
    say: LanguageOptions,
) -> None:
    """Back up the store into one file, while others go on working. · 备份."""
    with session(say.language) as terminal, opened(where, terminal) as store:
        with terminal.steps(_BACKING_UP) as steps:
            copied = backups.back_up(store, file, report=steps)
        _say_copied(terminal, copied)


@store_app.command()
@takes(LanguageOptions)
def restore(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="What `zqland store backup` wrote. · 备份文件",
            show_default=False,
        ),
    ],
    say: LanguageOptions,
    *,
    into: Annotated[
        str,
        typer.Option(
            metavar="STORE",
            help="Where it goes: a new file, or an empty database. · 目标台账库",
            show_default=False,
        ),
    ],
) -> None:
    """Restore a backup where no store is. · 恢复."""
    with session(say.language) as terminal:
        with terminal.steps(_RESTORING) as steps:
            copied = backups.restore(file, into, report=steps)
        _say_copied(terminal, copied)


@store_app.command()
@takes(StoreOptions, LanguageOptions, OutputOptions)
def history(
    where: StoreOptions,
    say: LanguageOptions,
    output: OutputOptions,
    parcel: Annotated[
        str | None,
        typer.Argument(
            metavar="[PARCEL]",
            help="All that was recorded about this parcel. · 地块编号",
            show_default=False,
        ),
    ] = None,
    *,
    revision: Annotated[
        int | None,
        typer.Option(
            min=1, help="What this revision changed. · 修订号", show_default=False
        ),
    ] = None,
    last: Annotated[
        int, typer.Option(min=1, help="How many revisions to list. · 列出数量")
    ] = LAST,
) -> None:
    """Tell who changed what, when and why. · 查看历史."""
    with session(say.language) as terminal:
        if parcel is not None and revision is not None:
            raise UsageError(_BOTH)
        with opened(where, terminal) as store, terminal.working() as report:
            report(_READING)
            with store.reading() as reader:
                about = store_sheets.about_store(reader)
                if parcel is None and revision is None:
                    found = reader.revisions(last=last)
                    shown = store_sheets.revisions_output(found, about)
                else:
                    changes = (
                        reader.changes(revision)
                        if revision is not None
                        else reader.history(str(parcel))
                    )
                    shown = store_sheets.changes_output(
                        changes, about, say.language, parcel_id=parcel
                    )
        terminal.deliver(shown, form=output.form, out=output.out)


@store_app.command()
@takes(StoreOptions, LanguageOptions)
def upgrade(
    where: StoreOptions,
    say: LanguageOptions,
    *,
    kept: Annotated[
        Path | None,
        typer.Option(
            "--backup",
            metavar="FILE",
            help="Copy the store into this file first. · 升级前备份",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Bring a store of an older zqland to the present form. · 升级台账库."""
    with session(say.language) as terminal:
        with terminal.working() as report:
            if kept is not None:
                report(_BACKING_UP)
                backups.back_up_older(where.address, kept)
            report(_UPGRADING)
            found = upgrade_store(where.address, wait_s=where.wait)
        if kept is not None:
            terminal.say(_WRITTEN.format(path=kept))
        with opened(where, terminal) as store:
            facts = {"store": store.name, "now": migrating.newest()}
        text = _PRESENT if found is None else _UPGRADED
        terminal.say(text.format(found=found, **facts))


@store_app.command()
@takes(StoreOptions, LanguageOptions, OutputOptions)
def info(where: StoreOptions, say: LanguageOptions, output: OutputOptions) -> None:
    """Tell what the store is and what it holds. · 台账库信息."""
    with session(say.language) as terminal:
        with opened(where, terminal) as store, terminal.working() as report:
            report(_READING)
            with store.reading() as reader:
                facts = {
                    "store": store.name,
                    "database": "postgis" if store.is_postgis else "sqlite",
                    "form": migrating.newest(),
                    "fictional": reader.fictional,
                    "version": reader.version,
                    **_last(reader.revisions(last=1)),
                }
                counts = filling.current_rows(reader)
                about = store_sheets.about_store(reader)
        shown = store_sheets.info_output(facts, counts, about)
        terminal.deliver(shown, form=output.form, out=output.out)


def _last(revisions: list[Revision]) -> dict[str, str]:
    """Say when, by whom and why the store was changed last, if ever."""
    return {
        name: str(value)
        for one in revisions
        for name, value in (
            ("at", f"{one.at.astimezone():%Y-%m-%d %H:%M:%S}"),
            ("by", one.by),
            ("why", one.why),
        )
    }


def _say_copied(terminal: Terminal, copied: Copied) -> None:
    rows = f"{sum(copied.rows.values()):,}"
    facts = {"name": copied.name, "version": copied.version}
    terminal.say(_COPIED.format(rows=rows, **facts))
