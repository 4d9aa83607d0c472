"""The commands that ask the desk: each reads, asks, and delivers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from zqland.findings import Finding
from zqland.needs import Need
from zqland.text import Text
from zqland_api import maps
from zqland_api.cli.options import (
    FromStore,
    OutputOptions,
    ProjectOptions,
    RecordOptions,
    ViewOptions,
    sources_of,
    takes,
)
from zqland_api.cli.terminal import Terminal, exit_on_errors, session
from zqland_api.demo_run import run_demo
from zqland_api.desk import TOP, Desk
from zqland_api.desks import open_desk, open_desks
from zqland_api.errors import UsageError
from zqland_api.files import write_bytes
from zqland_api.matching_output import matches_output
from zqland_api.serving import serve_app
from zqland_api.settings import (
    DisplaySettings,
    LimitSettings,
    ServerSettings,
    Settings,
    SourceSettings,
)
from zqland_api.sheets import Output
from zqland_api.sources import IN_STORE
from zqland_api.view import View
from zqland_api.views import stages_sheet

ParcelsFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="Parcels, where they are in no store: survey TXT, Shapefile, GeoPackage …"
        " · 地块文件",
        show_default=False,
    ),
]
"""The parcels as the file that a command is about, unless they are in a store."""

_NOTHING_TO_STAGE = Text(
    en="Name a file of parcels, or a store with --store (or ZQLAND_STORE).",
    zh="请指定地块文件，或用 --store（或 ZQLAND_STORE）指定台账库。",
)
_NO_PROJECTS = Text(
    en="There are no projects to match. Give them with --projects.",
    zh="没有可匹配的项目。请用 --projects 提供项目表。",
)
_DERIVING = Text(en="Deriving the stages", zh="推定阶段")
_MATCHING = Text(en="Matching projects", zh="匹配项目")
_DRAWING = Text(en="Drawing the map", zh="绘制地图")
_WRITTEN = Text(en="Written: {path}", zh="已写入：{path}")


@takes(FromStore, RecordOptions, ViewOptions, OutputOptions)
def stages(
    store: FromStore,
    records: RecordOptions,
    view: ViewOptions,
    output: OutputOptions,
    file: ParcelsFile = None,
) -> None:
    """Derive the readiness of parcels on a day. · 推定地块阶段."""
    with session(view.language) as terminal:
        sources = store.sources(file, records, view)
        if file is None and not sources.store_address:
            raise UsageError(_NOTHING_TO_STAGE)
        with terminal.working() as report:
            desk = open_desk(
                sources,
                limits=LimitSettings().limits(),
                report=report,
            )
            shown = view.view(desk, use="lot")
            report(_DERIVING)
            answer = _stages(desk, shown)
        terminal.deliver(answer, form=output.form, out=output.out)
        _remarks(terminal, desk)
    exit_on_errors(desk.records.findings)


@takes(ProjectOptions, RecordOptions, ViewOptions, OutputOptions)
def match_projects(
    files: ProjectOptions,
    records: RecordOptions,
    view: ViewOptions,
    output: OutputOptions,
    project: Annotated[
        list[str] | None,
        typer.Option(help="Only this project; again for more. · 项目编号"),
    ] = None,
    top: Annotated[
        int, typer.Option(min=1, max=1000, help="Most matches to list. · 列出数量")
    ] = TOP,
) -> None:
    """Find the ground that fits projects, and why. · 项目找地."""
    with session(view.language) as terminal:
        desk = _open(terminal, files, records, view)
        shown = view.view(desk, use="need")
        needs, unmet = _needs(desk, shown, chosen=project or [])
        answers = [
            desk.answer(need, on=shown.on, unit=shown.unit, top=top)
            for need in terminal.track(needs, _MATCHING)
        ]
        shown_answers = matches_output(answers, desk, shown)
        terminal.deliver(shown_answers, form=output.form, out=output.out)
        terminal.tell(unmet)
        _remarks(terminal, desk)
    exit_on_errors([*unmet, *desk.records.findings])


@takes(ProjectOptions, RecordOptions, ViewOptions)
def draw_map(  # noqa: PLR0913 - each option of a command is an argument
    files: ProjectOptions,
    records: RecordOptions,
    view: ViewOptions,
    *,
    project: Annotated[
        str | None,
        typer.Option(
            help="Draw the ground that fits this project. · 项目编号",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Page to write. · 输出文件")] = Path(
        "map.html"
    ),
    basemap: Annotated[
        str,
        typer.Option(
            help="Map behind: none, tianditu, tianditu_image, osm, amap. · 底图"
        ),
    ] = "none",
    basemap_key: Annotated[
        str | None,
        typer.Option(
            envvar="ZQLAND_BASEMAP_KEY",
            help="Key of the basemap. · 底图密钥",
            show_default=False,
        ),
    ] = None,
    public: Annotated[
        bool,
        typer.Option(
            "--public", help="Leave out what is internal; whole metres. · 公开版"
        ),
    ] = False,
) -> None:
    """Draw a web map as one file that needs no network. · 绘制地图."""
    with session(view.language) as terminal:
        desk = _open(terminal, files, records, view)
        shown = view.view(desk, use="ledger" if project is None else "need")
        key = None if basemap_key is None else SecretStr(basemap_key)
        display = DisplaySettings.model_construct(basemap=basemap, basemap_key=key)
        behind = maps.basemap_of(display)
        with terminal.working() as report:
            report(_DRAWING)
            if project is None:
                html = maps.draw_reserve(desk, shown, basemap=behind, public=public)
            else:
                need = desk.need(project, basis=shown.basis)
                answer = desk.answer(need, on=shown.on, unit=shown.unit)
                html = maps.draw_matches(
                    desk, answer, shown, basemap=behind, public=public
                )
            write_bytes(out, html.encode())
        _remarks(terminal, desk)
        terminal.say(_WRITTEN.format(path=out))
    exit_on_errors(desk.records.findings)


@takes(ProjectOptions, RecordOptions, ViewOptions)
def serve(
    files: ProjectOptions,
    records: RecordOptions,
    view: ViewOptions,
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. · 监听地址")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port. · 端口")
    ] = None,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the start page. · 打开浏览器")
    ] = False,
) -> None:
    """Serve the desk: map, match form, acreage, data. · 启动服务."""
    with session(view.language) as terminal:
        settings = _settings(files, records, view, host=host, port=port)
        with terminal.working() as report:
            desks = open_desks(
                settings.sources, limits=settings.limits.limits(), report=report
            )
        with closing(desks):
            _remarks(terminal, desks.current())
            serve_app(settings, desks, say=terminal.say, open_browser=open_browser)


@takes(ViewOptions)
def demo(
    view: ViewOptions,
    *,
    out: Annotated[Path, typer.Option(help="Folder to fill. · 输出文件夹")] = Path(
        "out/demo"
    ),
) -> None:
    """Make the demonstration city with its maps, matches and workbook. · 演示."""
    with session(view.language) as terminal:
        run_demo(out, view, terminal)


def _open(
    terminal: Terminal,
    files: ProjectOptions,
    records: RecordOptions,
    view: ViewOptions,
) -> Desk:
    sources = files.sources(files.parcels, records, view, projects=files.projects)
    with terminal.working() as report:
        desk = open_desk(sources, limits=LimitSettings().limits(), report=report)
        report(_DERIVING)
        desk.state(view.on or desk.default_on)
    return desk


def _stages(desk: Desk, view: View) -> Output:
    state = desk.measured(view.on, view.basis)
    sheet = stages_sheet(state, desk.catalogues, basis=view.basis, unit=view.unit)
    shapes = state.parcels.geometry
    return Output(about=view.about(desk), sheets=(sheet,), shapes=shapes)


def _needs(
    desk: Desk, view: View, *, chosen: list[str]
) -> tuple[list[Need], list[Finding]]:
    if chosen:
        return [desk.need(project, basis=view.basis) for project in chosen], []
    needs, findings = desk.needs(basis=view.basis)
    if not needs and not findings:
        raise UsageError(_NO_PROJECTS)
    return needs, findings


def _remarks(terminal: Terminal, desk: Desk) -> None:
    terminal.tell(desk.records.findings)
    terminal.say_all(desk.records.notes)


def _settings(
    files: ProjectOptions,
    records: RecordOptions,
    view: ViewOptions,
    *,
    host: str | None,
    port: int | None,
) -> Settings:
    """Take the service's settings from the environment, then from the options."""
    found = Settings.from_environment()
    named = sources_of(files.parcels, records, view, projects=files.projects)
    given = {
        name: value for name, value in named.model_dump().items() if value is not None
    }
    known = found.sources.model_dump()
    if files.store:
        # What was typed goes before the environment, also where it is of another kind.
        given["store"] = SecretStr(files.store)
        known |= dict.fromkeys(IN_STORE)
    elif files.parcels is not None:
        known["store"] = None
    sources = SourceSettings.model_construct(**{**known, **given})
    display = found.display.model_copy(
        update={"unit": view.unit, **({"language": view.lang} if view.lang else {})}
    )
    listening = {"host": host, "port": port}
    server = ServerSettings.model_construct(
        **{
            **found.server.model_dump(),
            **{name: value for name, value in listening.items() if value is not None},
        }
    )
    return Settings(sources, display, server, found.limits)
