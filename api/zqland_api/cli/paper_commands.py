"""The commands about targets and documents."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from zqland.catalogues import load_catalogues
from zqland.ledger import scopes
from zqland.text import Text
from zqland.units import Unit, format_area, parse_area
from zqland_api.cli.clerk_options import (
    ActOptions,
    CataloguesOption,
    LangOptions,
    SeenOptions,
    about_of,
)
from zqland_api.cli.clerk_sheets import documents_sheet, targets_sheet
from zqland_api.cli.options import OutputOptions, takes
from zqland_api.cli.store_options import ByOptions, StoreOptions, opened
from zqland_api.cli.terminal import session
from zqland_api.sheets import Output
from zqland_geodata.store.documents import add_document
from zqland_geodata.store.targets import Target, drop_target, set_target

target_app = typer.Typer(
    help="Targets of a year: set, drop and list them. · 年度目标",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
document_app = typer.Typer(
    help="Documents: record and list them by their fingerprints. · 文件",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

YearArgument = Annotated[
    int, typer.Argument(metavar="YEAR", min=1990, max=2100, help="Year. · 年度")
]
PredicateArgument = Annotated[
    str,
    typer.Argument(
        metavar="PREDICATE", help="serviced, clean, mature or standard. · 用地条件"
    ),
]
ScopeOption = Annotated[
    str,
    typer.Option(help="city, or the code of a park or a district. · 范围"),
]

_SET = Text(
    en="Target {year}, {predicate}, {scope}: {area} (version {version}).",
    zh="{year} 年{predicate}目标（{scope}）：{area}（第 {version} 版）。",
)
_DROPPED = Text(
    en="The target {year}, {predicate}, {scope} is dropped.",
    zh="已取消 {year} 年{predicate}目标（{scope}）。",
)
_RECORDED = Text(
    en="{name} is recorded; its fingerprint is {sha256}.",
    zh="已登记 {name}，文件指纹为 {sha256}。",
)
_CITY = Text(en="city", zh="全市")


@target_app.command(name="set")
@takes(StoreOptions, ByOptions, SeenOptions)
def set_one(  # noqa: PLR0913 - each group of options is an argument
    year: YearArgument,
    predicate: PredicateArgument,
    area: Annotated[
        str,
        typer.Argument(metavar="AREA", help="With its unit: “5000 mu”. · 目标面积"),
    ],
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
    *,
    scope: ScopeOption = scopes.CITY,
    source: Annotated[
        str | None,
        typer.Option(help="Where the figure comes from. · 依据", show_default=False),
    ] = None,
) -> None:
    """Set a target, or change it. · 设定年度目标."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        target = Target(year, predicate, parse_area(area), scope, source)
        with act.writing(store, by, command="target set") as writer:
            version = set_target(writer, target, seen=act.seen)
        facts = {"version": version, "area": _area_text(target.target_m2)}
        act.end(terminal, [_SET.format(**_named(target.key), **facts)])


@target_app.command(name="drop")
@takes(StoreOptions, ByOptions, SeenOptions)
def drop_one(
    year: YearArgument,
    predicate: PredicateArgument,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
    *,
    scope: ScopeOption = scopes.CITY,
) -> None:
    """Drop a target; what was known before keeps it. · 取消年度目标."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        key = Target(year, predicate, 0.0, scope).key
        with act.writing(store, by, command="target drop") as writer:
            drop_target(writer, key, seen=act.seen)
        act.end(terminal, [_DROPPED.format(**_named(key))])


@target_app.command(name="list")
@takes(StoreOptions, LangOptions, OutputOptions)
def list_targets(
    where: StoreOptions,
    speaking: LangOptions,
    output: OutputOptions,
    *,
    year: Annotated[
        int | None, typer.Option(help="Only this year. · 年度", show_default=False)
    ] = None,
    unit: Annotated[Unit, typer.Option(help="Unit of areas. · 面积单位")] = Unit.MU,
    catalogues: CataloguesOption = None,
) -> None:
    """List the targets. · 列出年度目标."""
    with session(speaking.language) as terminal, opened(where, terminal) as store:
        rules = load_catalogues(catalogues)
        with store.reading() as reader:
            keys = None if year is None else [year]
            found = reader.table("targets", keys=keys, versions=True)
            basis = rules.bases["targets"]
            about = about_of(reader, _today(), unit=unit, basis=basis, catalogues=rules)
        answer = Output(about=about, sheets=(targets_sheet(found, rules, unit),))
        terminal.deliver(answer, form=output.form, out=output.out)


@document_app.command(name="add")
@takes(StoreOptions, ByOptions, ActOptions)
def add_one(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The document. · 文件")],
    where: StoreOptions,
    by: ByOptions,
    act: ActOptions,
    *,
    name: Annotated[
        str,
        typer.Option(help="What it is called; else as the file. · 名称"),
    ] = "",
    note: Annotated[
        str | None,
        typer.Option(help="A remark: where it is kept. · 备注", show_default=False),
    ] = None,
) -> None:
    """Record a document by its fingerprint; the file stays. · 登记文件."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        with act.writing(store, by, command="document add") as writer:
            digest = add_document(writer, file, name=name, note=note)
            table = writer.reading.table("documents", keys=[digest])
            called = str(table["name"].iloc[0])
        said = _RECORDED.format(name=called, sha256=digest)
        act.end(terminal, [said], keys=[digest])


@document_app.command(name="list")
@takes(StoreOptions, LangOptions, OutputOptions)
def list_documents(
    where: StoreOptions, speaking: LangOptions, output: OutputOptions
) -> None:
    """List the documents. · 列出文件."""
    with session(speaking.language) as terminal, opened(where, terminal) as store:
        with store.reading() as reader:
            found = reader.table("documents")
            about = about_of(reader, _today())
        answer = Output(about=about, sheets=(documents_sheet(found),))
        terminal.deliver(answer, form=output.form, out=output.out)


def _named(key: tuple[int, str, str]) -> dict[str, object]:
    """Name a target in sentences."""
    year, predicate, scope = key
    words = load_catalogues().readiness.predicate_texts
    return {
        "year": year,
        "predicate": words.get(predicate, predicate),
        "scope": _CITY if scope == scopes.CITY else scope,
    }


def _area_text(area_m2: float) -> Text:
    return Text(
        en=format_area(area_m2, Unit.MU, language="en"),
        zh=format_area(area_m2, Unit.MU, language="zh"),
    )


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()
