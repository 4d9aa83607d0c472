"""What ``zqland demo`` does: the demonstration city with everything made from it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from zqland.areas import Method
from zqland.matching import Answer
from zqland.text import Language, Text
from zqland.units import DISPLAY_DIGITS, UNIT_TEXTS, from_m2
from zqland_api import books, maps
from zqland_api.about import METHOD_TEXTS
from zqland_api.cli.options import ViewOptions
from zqland_api.cli.terminal import Terminal
from zqland_api.desk import Desk
from zqland_api.files import write_atomically, write_bytes
from zqland_api.matching_output import matches_output
from zqland_api.output import Format, save
from zqland_api.settings import SourceSettings
from zqland_api.sheets import Column, Output, Sheet
from zqland_api.source_sheets import Report
from zqland_api.view import View
from zqland_api.views import usable_columns
from zqland_geodata.demo.inputs import write_inputs
from zqland_geodata.workbook import write_workbook

PROJECTS_DRAWN = 3
"""How many projects get a map of their own."""

_DERIVING = Text(en="Deriving the stages", zh="推定阶段")
_MATCHING = Text(en="Matching projects", zh="匹配项目")
_DRAWING = Text(en="Drawing maps", zh="绘制地图")
_WRITING = Text(en="Writing {name}", zh="写入 {name}")
_TITLE = Text(
    en="Land reached in {year} against the targets", zh="{year} 年目标完成情况"
)
_TARGET = Text(en="Target ({unit})", zh="目标（{unit}）")
_DONE = Text(en="Done ({unit})", zh="完成（{unit}）")
_PROJECTS = Text(
    en="Projects: {count}. With ground that fits: {fit}; one condition short: {near}; "
    "neither: {none}.",
    zh="项目 {count} 个：有适合地块 {fit} 个，仅差一项 {near} 个，均无 {none} 个。",
)
_FILES = Text(en="Files in {folder}:", zh="输出文件夹 {folder}：")
_NEXT = (
    Text(
        en="The city's own input files are in {inputs}; they show every form that is "
        "read. Now with yours:",
        zh="演示所用的输入文件在 {inputs}，可作格式示例。换成您自己的文件：",
    ),
    Text(en="  zqland check PARCELS", zh="  zqland check 地块文件"),
    Text(
        en="  zqland stages PARCELS --evidence EVIDENCE --on DATE",
        zh="  zqland stages 地块文件 --evidence 佐证表 --on 日期",
    ),
    Text(
        en="  zqland match --parcels PARCELS --evidence EVIDENCE --projects PROJECTS",
        zh="  zqland match --parcels 地块文件 --evidence 佐证表 --projects 项目表",
    ),
    Text(
        en="  zqland serve --parcels PARCELS --evidence EVIDENCE --projects PROJECTS",
        zh="  zqland serve --parcels 地块文件 --evidence 佐证表 --projects 项目表",
    ),
)


def run_demo(folder: Path, options: ViewOptions, terminal: Terminal) -> None:
    """Make the demonstration city and everything that can be made from it.

    Parameters
    ----------
    folder
        Where the files go; each appears when it is whole.
    options
        Day, unit, basis and language.
    terminal
        Where the summary is printed.
    """
    with terminal.working() as report:
        desk = Desk.open(SourceSettings.model_construct(on=options.on), report=report)
        report(_DERIVING)
        view = options.view(desk, use="need")
        desk.state(view.on)
    needs, _ = desk.needs(basis=view.basis)
    answers = [
        desk.answer(need, on=view.on, unit=view.unit)
        for need in terminal.track(needs, _MATCHING)
    ]
    with terminal.working() as report:
        files = _write_all(folder, desk, view, answers, report)
    ledger = replace(view, basis=options.basis or desk.catalogues.bases["targets"])
    terminal.deliver(targets_output(desk, ledger), form=Format.TABLE)
    _tell(terminal, folder, answers, files)


def _write_all(
    folder: Path, desk: Desk, view: View, answers: Sequence[Answer], report: Report
) -> list[Path]:
    folder = Path(folder)
    matches = matches_output(answers, desk, view)
    files = [folder / "matches.json", folder / "matches.csv"]
    for path, form in zip(files, (Format.JSON, Format.CSV), strict=True):
        report(_WRITING.format(name=path.name))
        save(matches, form, view.language, path)
    files.append(folder / "workbook.xlsx")
    report(_WRITING.format(name=files[-1].name))
    write_atomically(
        files[-1],
        lambda draft: write_workbook(
            draft,
            desk.state(view.on),
            answers,
            language=view.language.value,
            unit=view.unit.value,
        ),
    )
    report(_DRAWING)
    files.extend(_draw(folder, desk, view, answers))
    report(_WRITING.format(name="inputs"))
    files.extend(_write_inputs(folder / "inputs", desk))
    return files


def _draw(
    folder: Path, desk: Desk, view: View, answers: Sequence[Answer]
) -> list[Path]:
    files = []
    for language in (Language.ZH, Language.EN):
        seen = replace(view, language=language, basis=desk.catalogues.bases["ledger"])
        path = folder / f"reserve_map_{language.value}.html"
        write_bytes(path, maps.draw_reserve(desk, seen).encode())
        files.append(path)
        for answer in choose_answers(answers):
            path = folder / f"match_{answer.need.project_id}_{language.value}.html"
            drawn = maps.draw_matches(desk, answer, replace(view, language=language))
            write_bytes(path, drawn.encode())
            files.append(path)
    return files


def choose_answers(answers: Sequence[Answer]) -> list[Answer]:
    """Choose the answers to draw: the widest choice, the largest ask, a near miss.

    Parameters
    ----------
    answers
        Answers to all projects.

    Returns
    -------
    chosen
        At most `PROJECTS_DRAWN`, each once.
    """
    fitting = [answer for answer in answers if answer.fit_count]
    nearly = [
        answer for answer in answers if not answer.fit_count and answer.near_count
    ]
    chosen: dict[str, Answer] = {}
    for pool, weight in (
        (fitting, lambda answer: answer.fit_count),
        (fitting, lambda answer: answer.need.area_ideal_m2),
        (nearly, lambda answer: answer.near_count),
    ):
        left = [answer for answer in pool if answer.need.project_id not in chosen]
        if left:
            best = max(left, key=weight)
            chosen[best.need.project_id] = best
    return list(chosen.values())[:PROJECTS_DRAWN]


def _write_inputs(folder: Path, desk: Desk) -> list[Path]:
    """Write the input files aside and move each into its place when all are whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".inputs-") as aside:
        drafts = write_inputs(desk.records.reserve, aside).values()
        files = [folder / draft.name for draft in drafts]
        for draft, path in zip(drafts, files, strict=True):
            draft.replace(path)
    return files


def targets_output(desk: Desk, view: View) -> Output:
    """Arrange what was reached against the targets, on every basis side by side.

    Parameters
    ----------
    desk
        The desk.
    view
        Day, unit and the basis that the targets mean.
    """
    progress = books.open_books(desk, view).progress
    others = [
        method
        for method in Method
        if method is not view.basis and f"done_{method.value}_m2" in progress
    ]
    table = pd.DataFrame(
        {
            "predicate": progress["predicate"],
            "target": from_m2(progress["target_m2"].astype(float), view.unit),
            "done": from_m2(progress["done_m2"].astype(float), view.unit),
            "usable": from_m2(progress["usable_done_m2"].astype(float), view.unit),
            "share": 100 * progress["share"].astype(float),
            "pace": 100 * progress["linear_share"].astype(float),
            **{
                method.value: from_m2(
                    progress[f"done_{method.value}_m2"].astype(float), view.unit
                )
                for method in others
            },
        }
    )
    digits = DISPLAY_DIGITS[view.unit]
    unit = UNIT_TEXTS[view.unit]
    texts = desk.catalogues.readiness.predicate_texts
    sheet = Sheet(
        key="targets",
        title=_TITLE.format(year=view.on.year),
        table=table,
        columns=(
            Column("predicate", Text(en="Land", zh="类别"), words=texts),
            Column("target", _TARGET.format(unit=unit), digits),
            Column("done", _DONE.format(unit=unit), digits),
            *usable_columns(desk.records.reserve, view.unit, key="usable"),
            Column("share", Text(en="Share %", zh="完成率 %"), 1),
            Column("pace", Text(en="Even pace %", zh="时序进度 %"), 1),
            *(Column(method.value, METHOD_TEXTS[method], digits) for method in others),
        ),
    )
    return Output(about=view.about(desk), sheets=(sheet,))


def _tell(
    terminal: Terminal, folder: Path, answers: Sequence[Answer], files: Sequence[Path]
) -> None:
    fit = sum(answer.fit_count > 0 for answer in answers)
    near = sum(answer.fit_count == 0 and answer.near_count > 0 for answer in answers)
    lines = [
        _PROJECTS.format(
            count=len(answers), fit=fit, near=near, none=len(answers) - fit - near
        ).in_language(terminal.language),
        "",
        _FILES.format(folder=folder).in_language(terminal.language),
        *(f"  {path.relative_to(folder).as_posix()}" for path in files),
        "",
        *(
            text.format(inputs=folder / "inputs").in_language(terminal.language)
            for text in _NEXT
        ),
    ]
    for line in lines:
        terminal.out.print(line, soft_wrap=True)
