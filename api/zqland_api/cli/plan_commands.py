"""The command that places all projects at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from zqland.lots.lot import KIND_TEXTS
from zqland.matching import Snapshot
from zqland.needs import from_projects
from zqland.portfolio import Limits
from zqland.portfolio.candidates import Terms, offers
from zqland.portfolio.plan import make_plan
from zqland.reserve import as_of
from zqland.text import Text
from zqland.units import UNIT_TEXTS, from_m2
from zqland_api.about import About
from zqland_api.cli.options import OutputOptions, ViewOptions, takes
from zqland_api.cli.recorded import RecordedOptions
from zqland_api.cli.terminal import session
from zqland_api.errors import UsageError
from zqland_api.sheets import Column, Output, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from zqland.portfolio.candidates import Offers
    from zqland.portfolio.plan import Plan
    from zqland_api.cli.terminal import Terminal

_READING = Text(en="Finding the lots of all projects", zh="查找各项目可用地块")
_SOLVING = Text(
    en="Worth {worth}, at most {gap} below the best",
    zh="当前 {worth} 分，差距不超过 {gap}",
)
_TITLE = Text(en="Plan", zh="项目落地方案")
_LEFT = Text(en="Not placed: {projects}.", zh="未安排：{projects}。")
_AREA = Text(en="Area ({unit})", zh="面积（{unit}）")
_NO_LOCK = Text(
    en="{given!r} locks nothing: write PROJECT=PARCEL.",
    zh="{given!r} 无法识别：请按“项目编号=地块编号”填写。",
)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What is asked of the plan."""

    lock: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROJECT=PARCEL",
            help="This project there; again for more. · 锁定",
            show_default=False,
        ),
    ] = None
    never: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARCEL",
            help="This parcel never; again for more. · 不得使用的地块",
            show_default=False,
        ),
    ] = None
    must_place_all: Annotated[
        bool,
        typer.Option("--must-place-all", help="Every project is placed. · 全部安排"),
    ] = False
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Most time for the search. · 最长计算秒数")
    ] = 60.0

    def terms(self) -> Terms:
        """Read them.

        Raises
        ------
        UsageError
            A lock names no project or no parcel.
        """
        return Terms(
            must_place_all=self.must_place_all,
            locks=dict(_lock(one) for one in self.lock or ()),
            never=frozenset(self.never or ()),
        )


@takes(PlanOptions, RecordedOptions, ViewOptions, OutputOptions)
def plan(
    asked: PlanOptions,
    records: RecordedOptions,
    view: ViewOptions,
    output: OutputOptions,
) -> None:
    """Place all projects at once: the best plan, and its bound. · 项目落地方案."""
    with session(view.language) as terminal:
        offered = _offers(records, view, asked.terms(), terminal)
        with terminal.working() as report:
            found = make_plan(
                offered,
                limits=Limits(seconds=asked.seconds),
                report=lambda value, bound: report(_progress(value, bound)),
            )
        terminal.deliver(_output(found, view), form=output.form, out=output.out)


def _offers(
    records: RecordedOptions, view: ViewOptions, terms: Terms, terminal: Terminal
) -> Offers:
    rules, recorded = records.rules(), records.recorded(terminal)
    basis = view.basis or rules.bases["need"]
    with terminal.working() as report:
        report(_READING)
        state = as_of(recorded.reserve, on=view.on or recorded.on, catalogues=rules)
        snapshot = Snapshot.of(state, catalogues=rules, basis=basis)
        projects = recorded.reserve.projects
        needs = from_projects(projects, rules.matching, basis=basis)
        return offers(needs, snapshot, rules.portfolio, terms)


def _lock(given: str) -> tuple[str, str]:
    project, equals, parcel = given.partition("=")
    if not (project.strip() and equals and parcel.strip()):
        raise UsageError(_NO_LOCK.format(given=given))
    return project.strip(), parcel.strip()


def _progress(value: float, bound: float) -> Text:
    gap = (bound - value) / abs(bound) if bound and abs(bound) < float("inf") else 1.0
    return _SOLVING.format(worth=f"{value:,.1f}", gap=f"{gap:.2%}")


def _output(found: Plan, view: ViewOptions) -> Output:
    notes = [found.text]
    if found.unplaced:
        notes.append(_LEFT.format(projects=", ".join(found.unplaced)))
    area = f"area_{view.unit}"
    table: pd.DataFrame = found.assignments.assign(
        **{area: from_m2(found.assignments["area_m2"], view.unit)}
    )
    columns = (
        Column("project_id", Text(en="Project", zh="项目编号")),
        Column(
            "kind",
            Text(en="Lot", zh="用地方式"),
            words={str(kind): text for kind, text in KIND_TEXTS.items()},
        ),
        Column("parcel_id", Text(en="Parcel", zh="地块编号")),
        Column("park_id", Text(en="Park", zh="园区")),
        Column(area, _AREA.format(unit=UNIT_TEXTS[view.unit])),
        Column("handover_on", Text(en="Earliest hand-over", zh="最早交地日期")),
        Column("value", Text(en="Points", zh="分值")),
    )
    about = About(
        on=found.on,
        basis=found.basis,
        unit=view.unit,
        catalogue_hash=found.catalogue_hash,
        fictional=found.fictional,
    )
    return Output(
        about=about,
        sheets=(Sheet("plan", _TITLE, table, columns),),
        document=found.to_dict(),
        notes=tuple(notes),
    )
