"""The commands of approvals, quotas and idle land, and the registers behind them."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zqland import approvals as core
from zqland.areas import Method
from zqland.findings import has_errors
from zqland.idle import IdleState, idle_land
from zqland.ledger import CITY
from zqland.quotas import quota_use
from zqland.text import Text
from zqland.units import Unit
from zqland.unsupplied import unsupplied as find_unsupplied
from zqland_api.about import About
from zqland_api.cli.approvals_sheets import Arranger
from zqland_api.cli.clerk_options import ActOptions, CataloguesOption, LangOptions
from zqland_api.cli.options import OutputOptions, ViewOptions, parse_day, takes
from zqland_api.cli.recorded import RecordedOptions
from zqland_api.cli.store_options import ByOptions, StoreOptions, opened
from zqland_api.cli.terminal import exit_on_errors, session
from zqland_api.errors import UsageError
from zqland_api.register_words import sentences
from zqland_api.settings import LimitSettings
from zqland_api.sheets import Output
from zqland_api.yearbook.year import open_year
from zqland_geodata import register_sheets
from zqland_geodata.store import registering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.approvals import ApprovalRules
    from zqland.catalogues import Catalogues
    from zqland.findings import Finding
    from zqland_api.cli.terminal import Terminal
    from zqland_api.sheets import Sheet
    from zqland_api.yearbook.records import Recorded
    from zqland_geodata.planning_sheets import PlanningRead

_ADDING = Text(en="Adding up", zh="汇总")
_NO_BATCH = Text(
    en="There is no batch {found}. `zqland approvals` lists them.",
    zh="没有批次 {found}。用 zqland approvals 可列出全部批次。",
)
_NO_YEAR = Text(
    en="Neither quotas nor batches of {year} are recorded.",
    zh="没有 {year} 年度的限额或批次记录。",
)
_FAULTY = Text(
    en="Nothing was registered: correct the sheet first.",
    zh="未登记任何内容：请先更正表格。",
)
_ASKED = Text(en="Register this?", zh="是否登记？")
_DECLINED = Text(en="Nothing was registered.", zh="未登记任何内容。")
_UNCONFIRMED = Text(
    en="Nothing was registered: confirm with --yes.",
    zh="未登记任何内容：请用 --yes 确认。",
)
_REGISTERED = Text(
    en="Registered as revision {revision} of {store}.",
    zh="已登记至 {store}，为第 {revision} 次修订。",
)
_ALL_SAID = Text(
    en="The store says all of this already; nothing was registered.",
    zh="台账库已有全部内容，无需登记。",
)
_DRY = Text(
    en="This was a dry run: nothing was registered.", zh="以上为试运行，未作任何登记。"
)
_TROUBLED = (
    IdleState.IDLE_2Y,
    IdleState.IDLE_1Y,
    IdleState.SUSPECTED,
    IdleState.WARN,
)


class ApprovalTable(StrEnum):
    """The tables of approvals."""

    BATCHES = "batches"
    STEPS = "steps"


class QuotaTable(StrEnum):
    """The tables of quotas."""

    LIMITS = "limits"
    BATCHES = "batches"


class IdleTable(StrEnum):
    """The tables of idle land."""

    TOTALS = "totals"
    CONTRACTS = "contracts"
    GROUND = "ground"


class UnsuppliedTable(StrEnum):
    """The tables of what was approved and not supplied."""

    YEARS = "years"
    GROUND = "ground"


class Register(StrEnum):
    """What can be registered from a sheet."""

    CONTRACTS = "contracts"
    BATCHES = "batches"
    BATCH_STEPS = "batch_steps"
    BATCH_PARCELS = "batch_parcels"
    QUOTAS = "quotas"


@dataclass(frozen=True, slots=True)
class PaperOptions(LangOptions):
    """On which day, and in which unit; areas are those of the documents."""

    on: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="As-of date. · 截至日期",
            show_default=False,
        ),
    ] = None
    unit: Annotated[Unit, typer.Option(help="Unit of areas. · 面积单位")] = Unit.MU


ScopeOption = Annotated[
    str,
    typer.Option(
        help="city, park:CODE, district:CODE, level:LEVEL or level:LEVEL+. · 范围"
    ),
]


@takes(RecordedOptions, PaperOptions, OutputOptions)
def approvals(
    where: RecordedOptions,
    view: PaperOptions,
    output: OutputOptions,
    *,
    batch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BATCH",
            help="Only this batch, with its steps; again for more. · 批次编号",
            show_default=False,
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            min=1990,
            max=2100,
            help="Only batches of this plan year. · 年度",
            show_default=False,
        ),
    ] = None,
    table: Annotated[
        list[ApprovalTable] | None,
        typer.Option(
            help="Which table; again for more. CSV holds the first. · 表",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show how far batches of approval are, and what blocks them. · 报批进度."""
    with session(view.language) as terminal:
        rules, recorded = where.rules(), where.recorded(terminal)
        found = core.approvals(
            recorded.reserve, on=view.on or recorded.on, catalogues=rules
        )
        if batch:
            found = _of_batches(found, batch)
        if year is not None:
            of_year = found.batches["year"].eq(year).fillna(value=False)
            found = _of_batches(found, found.batches.loc[of_year, "batch_id"].tolist())
        arranged = Arranger(view.unit, view.language)
        sheets = (arranged.batches(found), arranged.steps(found))
        usual = tuple(ApprovalTable) if batch else (ApprovalTable.BATCHES,)
        answer = Output(
            about=_about(recorded, view, rules),
            sheets=_ordered(sheets, table),
            shown=tuple(table or usual),
            notes=found.notes,
        )
        _deliver(terminal, answer, output, found.findings)


@takes(RecordedOptions, PaperOptions, OutputOptions)
def quotas(
    where: RecordedOptions,
    view: PaperOptions,
    output: OutputOptions,
    *,
    year: Annotated[
        int | None,
        typer.Option(
            min=1990, max=2100, help="Plan year; else all. · 年度", show_default=False
        ),
    ] = None,
    table: Annotated[
        list[QuotaTable] | None,
        typer.Option(
            help="Which table; again for more. CSV holds the first. · 表",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show what is left of the quotas, and what does not fit. · 规模与指标."""
    with session(view.language) as terminal:
        rules, recorded = where.rules(), where.recorded(terminal)
        on = view.on or recorded.on
        found = quota_use(recorded.reserve, on=on, year=year)
        if year is not None and found.limits.empty:
            raise UsageError(_NO_YEAR.format(year=year))
        arranged = Arranger(view.unit, view.language)
        answer = Output(
            about=_about(recorded, view, rules),
            sheets=_ordered((arranged.limits(found), arranged.needs(found)), table),
            shown=tuple(table or (QuotaTable.LIMITS,)),
        )
        _deliver(terminal, answer, output, found.findings)


@takes(RecordedOptions, PaperOptions, OutputOptions)
def idle(
    where: RecordedOptions,
    view: PaperOptions,
    output: OutputOptions,
    *,
    scope: ScopeOption = CITY,
    every: Annotated[
        bool,
        typer.Option("--all", help="Contracts in order too. · 列出全部合同"),
    ] = False,
    table: Annotated[
        list[IdleTable] | None,
        typer.Option(
            help="Which table; again for more. CSV holds the first. · 表",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show supplied land that is idle or soon will be, and why. · 闲置土地."""
    with session(view.language) as terminal:
        rules, recorded = where.rules(), where.recorded(terminal)
        with terminal.working() as report:
            report(_ADDING)
            on = view.on or recorded.on
            year = open_year(recorded.reserve, on=on, catalogues=rules, scope=scope)
            found = idle_land(year.books, rules=rules.idle, scope=scope)
        contracts, ground = found.contracts, found.ground
        if not every:
            contracts = contracts[contracts["state"].isin(_TROUBLED)]
            ground = ground[ground["contract_id"].isin(contracts["contract_id"])]
        rank = {str(state): place for place, state in enumerate(_TROUBLED)}
        contracts = contracts.sort_values(
            ["state", "idle_on", "contract_id"],
            key=lambda part: part.map(rank) if part.name == "state" else part,
            ignore_index=True,
        )
        arranged = Arranger(view.unit, view.language)
        sheets = (
            arranged.idle_totals(found),
            arranged.idle_contracts(contracts),
            arranged.idle_ground(ground.reset_index(drop=True)),
        )
        answer = Output(
            about=_about(recorded, view, rules),
            sheets=_ordered(sheets, table),
            shown=tuple(table or (IdleTable.TOTALS, IdleTable.CONTRACTS)),
        )
        _deliver(terminal, answer, output, found.findings)


@takes(RecordedOptions, ViewOptions, OutputOptions)
def unsupplied(
    where: RecordedOptions,
    view: ViewOptions,
    output: OutputOptions,
    *,
    scope: ScopeOption = CITY,
    table: Annotated[
        list[UnsuppliedTable] | None,
        typer.Option(
            help="Which table; again for more. CSV holds the first. · 表",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show land approved but not supplied, by year of approval. · 批而未供."""
    with session(view.language) as terminal:
        rules, recorded = where.rules(), where.recorded(terminal)
        with terminal.working() as report:
            report(_ADDING)
            on = view.on or recorded.on
            year = open_year(
                recorded.reserve, on=on, catalogues=rules, scope=scope, basis=view.basis
            )
            found = find_unsupplied(year.books, scope=scope)
        arranged = Arranger(view.unit, view.language)
        sheets = (
            arranged.unsupplied_years(found.years, year.basis),
            arranged.unsupplied_ground(found.ground, year.basis),
        )
        answer = Output(
            about=_about(recorded, view, rules, basis=year.basis),
            sheets=_ordered(sheets, table),
            shown=tuple(table or (UnsuppliedTable.YEARS,)),
        )
        _deliver(terminal, answer, output, found.findings)


@takes(StoreOptions, ByOptions, ActOptions)
def register(  # noqa: PLR0913 - each group of options is an argument
    kind: Annotated[
        Register,
        typer.Argument(metavar="KIND", help=f"{', '.join(Register)}. · 登记簿"),
    ],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Sheet, xlsx, xls or csv. · 表格"),
    ],
    where: StoreOptions,
    by: ByOptions,
    act: ActOptions,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Register without asking. · 不再询问")
    ] = False,
    catalogues: CataloguesOption = None,
) -> None:
    """Register contracts, batches or quotas from a sheet. · 登记合同、批次和限额."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        if not act.dry_run:
            _ = by.name, by.reason
        rules = RecordedOptions(catalogues=catalogues).rules()
        read = _read(kind, file, rules.approvals)
        shown = registering.compare(store.reading(), kind, read.table)
        findings = [*read.findings, *shown.findings]
        terminal.tell(findings)
        if has_errors(findings):
            terminal.say(_FAULTY, style="red")
            exit_on_errors(findings)
        terminal.say_all(sentences(shown, act.language))
        if act.dry_run:
            terminal.say(_DRY, style="yellow")
            return
        if shown.is_empty:
            terminal.say(_ALL_SAID)
            return
        _confirm(terminal, yes=yes)
        with by.writing(store, command="register") as writer:
            registering.register(writer, shown)
        number = writer.revision.number
        terminal.say(_REGISTERED.format(revision=number, store=store.name))


def _read(kind: Register, file: Path, rules: ApprovalRules) -> PlanningRead:
    limits = LimitSettings().limits()
    if kind is Register.BATCH_STEPS:
        return register_sheets.read_batch_steps(file, rules=rules, limits=limits)
    read = {
        Register.CONTRACTS: register_sheets.read_contracts,
        Register.BATCHES: register_sheets.read_batches,
        Register.BATCH_PARCELS: register_sheets.read_batch_parcels,
        Register.QUOTAS: register_sheets.read_quotas,
    }[kind]
    return read(file, limits=limits)


def _confirm(terminal: Terminal, *, yes: bool) -> None:
    """Go on only where somebody wants this."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(_UNCONFIRMED)
    if not typer.confirm(_ASKED.in_language(terminal.language), err=True):
        terminal.say(_DECLINED)
        raise typer.Exit


def _of_batches(found: core.Approvals, chosen: Sequence[str]) -> core.Approvals:
    """Keep some batches with their steps, and what was found of them."""
    known = set(found.batches["batch_id"])
    for batch in chosen:
        if batch not in known:
            raise UsageError(_NO_BATCH.format(found=batch))
    batches, steps = (
        table[table["batch_id"].isin(chosen)].reset_index(drop=True)
        for table in (found.batches, found.steps)
    )
    findings = tuple(one for one in found.findings if one.record in chosen)
    return core.Approvals(batches, steps, findings, found.notes)


def _ordered(
    sheets: Sequence[Sheet], chosen: Sequence[StrEnum] | None
) -> tuple[Sheet, ...]:
    """Put the chosen sheets first: CSV holds the first one."""
    order = [str(one) for one in chosen or ()]
    ranked = sorted(
        sheets,
        key=lambda one: order.index(one.key) if one.key in order else len(order),
    )
    return tuple(ranked)


def _about(
    recorded: Recorded,
    view: PaperOptions | ViewOptions,
    rules: Catalogues,
    *,
    basis: Method = Method.DECLARED,
) -> About:
    return About(
        on=view.on or recorded.on,
        basis=basis,
        unit=view.unit,
        catalogue_hash=rules.hash,
        fictional=recorded.reserve.fictional,
        store=recorded.store,
        ledger_version=recorded.version,
    )


def _deliver(
    terminal: Terminal,
    answer: Output,
    output: OutputOptions,
    findings: Sequence[Finding],
) -> None:
    terminal.deliver(answer, form=output.form, out=output.out)
    terminal.tell(findings)
    exit_on_errors(findings)
