"""The commands about files: check them, and write them in another form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import geopandas as gpd
import typer

from zqland.catalogues import Catalogues, load_catalogues
from zqland.findings import Finding
from zqland.text import Text
from zqland_api import checking
from zqland_api.about import About
from zqland_api.cli.options import (
    InputFile,
    OutputOptions,
    ReadingOptions,
    RecordOptions,
    ViewOptions,
    sources_of,
    takes,
)
from zqland_api.cli.terminal import Terminal, exit_on_errors, session
from zqland_api.desk import Desk
from zqland_api.errors import UsageError
from zqland_api.queries import UploadKind
from zqland_api.settings import LimitSettings, SourceSettings
from zqland_api.sheet_kinds import SheetReading, read_sheet
from zqland_api.sources import open_fieldmap, reading_of
from zqland_geodata import checks, writing
from zqland_geodata.convert import convert as convert_file
from zqland_geodata.marked import write_marked
from zqland_geodata.options import Limits, WriteOptions
from zqland_geodata.vector import read_parcels

_CHECKING = Text(en="Checking", zh="检查")
_READING = Text(en="Reading {name}", zh="读取 {name}")
_WRITING = Text(en="Writing {name}", zh="写出 {name}")
_WRITTEN = Text(en="Written: {path}", zh="已写入：{path}")
_NO_OVERWRITING = Text(
    en="{path} is the file that is read; it is kept. Name another file to write.",
    zh="{path} 是被读取的文件，须保留。请另指定输出文件。",
)
_CANNOT_WRITE = Text(
    en="Cannot write {path}: {reason}. Choose another place.",
    zh="无法写入 {path}：{reason}。请另选位置。",
)
_CONVERTED = Text(
    en="{count} parcels read from {source}, written to {target}.",
    zh="已读取 {source} 的 {count} 宗地块，写入 {target}。",
)
_REPAIRED = Text(
    en="{count} repairs; the repaired parcels are in {path}, {source} is unchanged.",
    zh="修复 {count} 处；修复后的地块写入 {path}，{source} 未作改动。",
)


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check looks at besides, and what it writes."""

    kind: Annotated[
        UploadKind, typer.Option(help="What the file holds. · 文件内容")
    ] = UploadKind.PARCELS
    projects: Annotated[
        Path | None,
        typer.Option(help="Projects to check as well. · 项目表", show_default=False),
    ] = None
    against: Annotated[
        Path | None,
        typer.Option(
            help="Parcels known to lie right, to see whether the layer is displaced."
            " · 位置对照图层",
            show_default=False,
        ),
    ] = None
    repair: Annotated[
        Path | None,
        typer.Option(
            help="Write the parcels with faulty shapes repaired here; the original is"
            " kept. · 修复后输出",
            show_default=False,
        ),
    ] = None
    marked: Annotated[
        Path | None,
        typer.Option(
            help="Write a copy of the file as a workbook with the faulty cells marked."
            " · 标注问题的副本（xlsx）",
            show_default=False,
        ),
    ] = None


@takes(CheckOptions, RecordOptions, ViewOptions, OutputOptions)
def check(
    file: InputFile,
    options: CheckOptions,
    records: RecordOptions,
    view: ViewOptions,
    output: OutputOptions,
) -> None:
    """List what is wrong with files; nothing is changed in them. · 检查文件."""
    with session(view.language) as terminal:
        sources = sources_of(file, records, view, projects=options.projects)
        limits = LimitSettings().limits()
        if options.kind is UploadKind.PARCELS:
            checked = _check_parcels(file, options, sources, limits, terminal)
        else:
            checked = _check_sheet(file, options.kind, sources, limits)
        if options.marked is not None:
            _keep(file, options.marked)
            _mark(file, checked.findings, options.marked, sources, terminal)
        about = About(
            on=view.on or checked.on,
            basis=view.basis or checked.rules.bases["survey"],
            unit=view.unit,
            catalogue_hash=checked.rules.hash,
            fictional=False,
        )
        shown = checking.findings_output(checked.findings, about, view.language)
        terminal.deliver(shown, form=output.form, out=output.out)
        terminal.say(checked.summary)
    exit_on_errors(checked.findings)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a check found, and under which rules."""

    findings: list[Finding]
    summary: Text
    rules: Catalogues
    on: dt.date


def _check_parcels(
    file: Path,
    options: CheckOptions,
    sources: SourceSettings,
    limits: Limits,
    terminal: Terminal,
) -> _Checked:
    with terminal.working() as report:
        desk = Desk.open(sources, limits=limits, report=report)
        reference = _reference(options.against, sources)
    with terminal.steps(_CHECKING) as steps:
        findings = checking.all_findings(desk, reference=reference, report=steps)
    findings += _repaired(file, options.repair, desk, terminal)
    summary = checking.summary(findings, desk)
    return _Checked(findings, summary, desk.catalogues, desk.default_on)


def _check_sheet(
    file: Path, kind: UploadKind, sources: SourceSettings, limits: Limits
) -> _Checked:
    """Check a sheet by itself, without the parcels that it belongs to."""
    catalogues = load_catalogues(sources.catalogues)
    how = SheetReading(
        rules=catalogues.readiness,
        limits=limits,
        fieldmap=open_fieldmap(sources.fieldmap),
        as_of=sources.evidence_as_of,
    )
    count, findings = read_sheet(kind, file, how)
    summary = checking.count_text(f"{count:,}", findings)
    today = dt.datetime.now().astimezone().date()
    return _Checked(findings, summary, catalogues, today)


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """How a file is written."""

    crs: Annotated[
        int | None,
        typer.Option(
            min=1024,
            help="EPSG code of the coordinates; else the home zone. · 输出坐标系",
            show_default=False,
        ),
    ] = None
    encoding: Annotated[
        str,
        typer.Option(
            help="Encoding of texts; else what is usual for the form. · 输出编码",
            show_default=False,
        ),
    ] = ""
    web_map: Annotated[
        str,
        typer.Option(
            help="gcj02 or bd09: shift to a web map, ovkml and ovkmz only."
            " · 网络地图偏移",
            show_default=False,
        ),
    ] = ""
    producer: Annotated[
        str,
        typer.Option(help="Who made the data. · 数据产生单位", show_default=False),
    ] = ""
    split_parts: Annotated[
        bool,
        typer.Option("--split-parts", help="One record per part. · 多部分地块拆分"),
    ] = False


Target = Annotated[
    Path,
    typer.Argument(
        metavar="TO",
        help="File to write; the ending says the form. · 输出文件",
        show_default=False,
    ),
]
"""The file that a command writes."""


@takes(ReadingOptions, WritingOptions, ViewOptions)
def convert(
    file: InputFile,
    target: Target,
    reading: ReadingOptions,
    written: WritingOptions,
    view: ViewOptions,
    *,
    fieldmap: Annotated[
        Path | None,
        typer.Option(help="Which column is what, TOML. · 字段对照", show_default=False),
    ] = None,
) -> None:
    """Write parcels in another form; losses are listed. · 格式转换."""
    with session(view.language) as terminal:
        _keep(file, target)
        sources = sources_of(file, reading, view)
        options = WriteOptions(
            encoding=written.encoding,
            crs=written.crs,
            web_map=written.web_map,
            language=view.language,
            producer=written.producer,
            on=view.on,
            split_parts=written.split_parts,
            **({} if view.basis is None else {"method": view.basis}),
        )
        with terminal.working() as report:
            report(_READING.format(name=file.name))
            with _writable(target):
                done = convert_file(
                    file,
                    target,
                    fieldmap=open_fieldmap(fieldmap),
                    options=reading_of(sources, LimitSettings().limits()),
                    how=options,
                )
        terminal.tell(done.findings)
        terminal.say(
            _CONVERTED.format(
                count=f"{len(done.parcels):,}", source=file.name, target=target
            )
        )
    exit_on_errors(done.findings)


def _reference(path: Path | None, sources: SourceSettings) -> gpd.GeoDataFrame | None:
    """Read the parcels that are known to lie right, if there are any."""
    if path is None:
        return None
    fieldmap = open_fieldmap(sources.fieldmap)
    return read_parcels(path, fieldmap=fieldmap, options=reading_of(sources)).parcels


def _repaired(
    source: Path, target: Path | None, desk: Desk, terminal: Terminal
) -> list[Finding]:
    """Write the parcels repaired, where that is asked for."""
    if target is None:
        return []
    _keep(source, target)
    done = checks.repair(desk.records.reserve.parcels)
    with terminal.working() as report, _writable(target):
        report(_WRITING.format(name=target.name))
        lost = writing.write_parcels(done.parcels, target)
    facts = {"count": f"{len(done.findings):,}", "path": target, "source": source.name}
    terminal.say(_REPAIRED.format(**facts))
    return [*done.findings, *lost]


def _mark(
    source: Path,
    findings: list[Finding],
    target: Path,
    sources: SourceSettings,
    terminal: Terminal,
) -> None:
    with terminal.working() as report, _writable(target):
        report(_WRITING.format(name=target.name))
        write_marked(
            source,
            findings,
            target,
            language=terminal.language,
            fieldmap=open_fieldmap(sources.fieldmap),
            options=reading_of(sources, LimitSettings().limits()),
        )
    terminal.say(_WRITTEN.format(path=target))


def _keep(source: Path, target: Path) -> None:
    """Refuse to write over what is read."""
    try:
        is_same = target.samefile(source)
    except OSError:
        return
    if is_same:
        raise UsageError(_NO_OVERWRITING.format(path=target))


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    """Say in a sentence why a file cannot be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(_CANNOT_WRITE.format(path=path, reason=reason)) from error
