"""The commands by which a clerk lists, supplies and retires ground."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Annotated

import typer

from zqland.status import Status
from zqland.text import Text
from zqland.units import parse_area
from zqland_api.cli.clerk_options import (
    DayOptions,
    ParcelArgument,
    SeenOptions,
)
from zqland_api.cli.options import parse_day, takes
from zqland_api.cli.store_options import ByOptions, StoreOptions, opened
from zqland_api.cli.terminal import session
from zqland_api.errors import UsageError
from zqland_geodata.store.holds import today
from zqland_geodata.store.proceedings import WORDS, Step, take_step
from zqland_geodata.store.supplying import supply_hold, supply_parcel

_STEP = Text(
    en="{parcel} is {status} from {on} on.", zh="{parcel} 自 {on} 起为“{status}”。"
)
_CONTRACT = Text(
    en="Contract {contract} is recorded for {parcel}.",
    zh="已登记 {parcel} 的供地合同 {contract}。",
)
_ENDED = Text(en="Hold {hold} was turned into supply.", zh="预留 {hold} 已转为供地。")
_ONE_OF = Text(
    en="Say what is supplied: a PARCEL, or --hold HOLD for what is held; one of them.",
    zh="请指明供地对象：地块编号，或用 --hold 指定预留，二者选一。",
)
_PROJECT_OF_HOLD = Text(
    en="A hold says for which project it is: leave out --project.",
    zh="预留本身已注明项目：请去掉 --project。",
)


@dataclass(frozen=True, slots=True)
class ContractOptions:
    """What the supply contract says; without any of it none is recorded."""

    contract: Annotated[
        str | None,
        typer.Option(help="Number of the contract. · 合同编号", show_default=False),
    ] = None
    signed: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Day of signing; else the day of supply. · 签订日期",
            show_default=False,
        ),
    ] = None
    area: Annotated[
        str | None,
        typer.Option(
            help="Area to be developed, with its unit: “30 mu”. · 应动工开发面积",
            show_default=False,
        ),
    ] = None
    price_wan: Annotated[
        float | None,
        typer.Option(
            min=0, help="Price, 10 000 yuan. · 成交价（万元）", show_default=False
        ),
    ] = None
    investment_wan: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Agreed investment, 10 000 yuan. · 约定总投资（万元）",
            show_default=False,
        ),
    ] = None
    agreed_start: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Day by which work has to start. · 约定动工日期",
            show_default=False,
        ),
    ] = None
    agreed_finish: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Day by which it has to be finished. · 约定竣工日期",
            show_default=False,
        ),
    ] = None

    @property
    def facts(self) -> dict[str, object] | None:
        """What was given, by column of the table *contracts*; None for nothing.

        Raises
        ------
        UnitError
            The area cannot be read.
        """
        names = {"contract": "contract_id", "signed": "signed_on", "area": "area_m2"}
        given = {
            names.get(field.name, field.name): getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) is not None
        }
        if self.area is not None:
            given["area_m2"] = parse_area(self.area)
        return given or None


@takes(DayOptions, StoreOptions, ByOptions, SeenOptions)
def reserve(
    parcel: ParcelArgument,
    when: DayOptions,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
) -> None:
    """Take a parcel into reserve, for the first time or again. · 入库."""
    _step(Step(parcel, Status.IN_RESERVE, when.on, when.document), where, by, act)


@takes(DayOptions, StoreOptions, ByOptions, SeenOptions)
def list_parcel(
    parcel: ParcelArgument,
    when: DayOptions,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
    *,
    project: Annotated[
        str | None,
        typer.Option(
            help="Project that it is listed for; its own hold is no bar. · 项目编号",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List a parcel for sale. · 挂牌."""
    step = Step(parcel, Status.LISTED, when.on, when.document, project)
    _step(step, where, by, act)


@takes(DayOptions, StoreOptions, ByOptions, SeenOptions)
def return_parcel(
    parcel: ParcelArgument,
    when: DayOptions,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
) -> None:
    """Record that supplied ground came back. · 退回、收回."""
    _step(Step(parcel, Status.RETURNED, when.on, when.document), where, by, act)


@takes(DayOptions, StoreOptions, ByOptions, SeenOptions)
def retire(
    parcel: ParcelArgument,
    when: DayOptions,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
) -> None:
    """Take a parcel out of the reserve for good. · 注销、退出储备."""
    _step(Step(parcel, Status.RETIRED, when.on, when.document), where, by, act)


@takes(DayOptions, ContractOptions, StoreOptions, ByOptions, SeenOptions)
def supply(  # noqa: PLR0913 - each group of options is an argument
    when: DayOptions,
    contract: ContractOptions,
    where: StoreOptions,
    by: ByOptions,
    act: SeenOptions,
    *,
    parcel: Annotated[
        str | None,
        typer.Argument(
            metavar="[PARCEL]",
            help="Number of the parcel. · 地块编号",
            show_default=False,
        ),
    ] = None,
    hold: Annotated[
        str | None,
        typer.Option(
            help="Supply what is held; the hold ends. · 预留编号", show_default=False
        ),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(help="Project of a PARCEL. · 项目编号", show_default=False),
    ] = None,
) -> None:
    """Supply a parcel, or what is held, with its contract. · 供地."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        if (parcel is None) == (hold is None):
            raise UsageError(_ONE_OF)
        if hold is not None and project is not None:
            raise UsageError(_PROJECT_OF_HOLD)
        with act.writing(store, by, command="supply") as writer:
            day = when.on or today(writer)
            facts = contract.facts
            if hold is not None:
                done = supply_hold(
                    writer,
                    hold,
                    on=day,
                    document=when.document,
                    contract=facts,
                    seen=act.seen,
                )
            else:
                named = Step(str(parcel), Status.SUPPLIED, day, when.document, project)
                done = supply_parcel(writer, named, contract=facts, seen=act.seen)
        said = [_step_text(name, Status.SUPPLIED, day) for name in done.parcel_ids]
        if hold is not None:
            said.append(_ENDED.format(hold=hold))
        keys = [*done.event_ids]
        if done.contract_id is not None:
            made = {"contract": done.contract_id, "parcel": done.parcel_ids[0]}
            said.append(_CONTRACT.format(**made))
            keys.append(done.contract_id)
        act.end(terminal, said, keys=keys)


def _step(step: Step, where: StoreOptions, by: ByOptions, act: SeenOptions) -> None:
    """Record a step in the life of a parcel."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        command = _COMMANDS[step.status]
        with act.writing(store, by, command=command) as writer:
            day = step.on or today(writer)
            event_id = take_step(writer, step, seen=act.seen)
        said = [_step_text(step.parcel_id, step.status, day)]
        act.end(terminal, said, keys=[event_id])


_COMMANDS = {
    Status.IN_RESERVE: "reserve",
    Status.LISTED: "list",
    Status.RETURNED: "return",
    Status.RETIRED: "retire",
}


def _step_text(parcel_id: str, status: Status, on: dt.date) -> Text:
    return _STEP.format(parcel=parcel_id, status=WORDS[status], on=on)
