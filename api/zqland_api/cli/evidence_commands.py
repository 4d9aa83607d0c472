"""The commands about evidence: add, correct and list entries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from zqland.catalogues import Catalogues, load_catalogues
from zqland.errors import NotFoundError
from zqland.text import Text
from zqland_api.cli.clerk_options import (
    ActOptions,
    CataloguesOption,
    LangOptions,
    about_of,
)
from zqland_api.cli.clerk_sheets import evidence_sheet
from zqland_api.cli.options import OutputOptions, parse_day, takes
from zqland_api.cli.store_options import ByOptions, StoreOptions, opened
from zqland_api.cli.terminal import session
from zqland_api.errors import UsageError
from zqland_api.sheets import Output
from zqland_geodata.evidence_items import ItemWords
from zqland_geodata.store.evidence import (
    add_evidence,
    correct_evidence,
    evidence_about,
)

if TYPE_CHECKING:
    from zqland_geodata.store import Reader

app = typer.Typer(
    help="Evidence: add, correct and list entries. · 佐证",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

KINDS = ("parcel", "park", "area")
"""What evidence can be about."""

SubjectArgument = Annotated[
    str,
    typer.Argument(
        metavar="SUBJECT",
        help="Number of a parcel, park:CODE or area:CODE."
        " · 对象：地块编号、park:园区代码、area:片区代码",
    ),
]

_NO_ITEM = Text(
    en="No item of evidence is called “{word}”. There are: {known}.",
    zh="没有名为“{word}”的佐证事项。现有：{known}。",
)
_NO_ENTRY = Text(
    en="There is no evidence {entry} in the store. `zqland evidence list` shows what "
    "there is.",
    zh="台账库中没有佐证 {entry}。可用 zqland evidence list 查看。",
)
_NO_DATE = Text(
    en="Say when it was done (--done) or is due (--due).",
    zh="请注明完成日期（--done）或计划日期（--due）。",
)
_AHEAD = Text(
    en="{day} lies ahead: nothing was done then yet. Say when it is due (--due).",
    zh="{day} 尚未到来，不能登记为已完成。请改用 --due 注明计划日期。",
)
_NO_UNIT = Text(
    en="{item} has no figure. Leave --value out.",
    zh="“{item}”没有数值。请去掉 --value。",
)
_UNIT_ALONE = Text(
    en="--unit says nothing without --value. Give both.",
    zh="仅有 --unit 没有意义，请与 --value 同时给出。",
)
_BOTH = Text(
    en="--{name} is given, and cleared as well. Do one of them.",
    zh="--{name} 既给出又清除，请只保留一项。",
)
_NO_CHANGE = Text(
    en="Say what is right about {entry}, such as --done DATE, or --never where it was "
    "never done.",
    zh="请说明 {entry} 的正确内容，如 --done 日期；从未完成的，用 --never。",
)
_ADDED = Text(
    en="Evidence {entry} is recorded: {item}, {subject}.",
    zh="已登记佐证 {entry}：{subject}，{item}。",
)
_OVER = Text(
    en="Parcel {parcel} ended on {day}: this says nothing of the parcels that took "
    "its place. Record it for those too, where it holds of them.",
    zh="地块 {parcel} 已于 {day} 注销：本条佐证不及于其后续地块。"
    "如对后续地块也成立，请一并登记。",
)
_CORRECTED = Text(
    en="Evidence {wrong} is corrected by {entry}; both stay in the store.",
    zh="佐证 {wrong} 已由 {entry} 更正，二者均保留。",
)


class Clearable(StrEnum):
    """What a correction can take away."""

    DONE = "done"
    DUE = "due"
    EXPIRES = "expires"
    VALUE = "value"
    DOCUMENT = "document"


_COLUMNS = {
    "done": "done_on",
    "due": "due_on",
    "expires": "expires_on",
    "value": "value",
    "document": "document",
}


@dataclass(frozen=True, slots=True)
class FactOptions:
    """What an entry of evidence says."""

    done: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Day on which it was done. · 完成日期",
            show_default=False,
        ),
    ] = None
    due: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Day on which it is expected. · 计划日期",
            show_default=False,
        ),
    ] = None
    expires: Annotated[
        dt.date | None,
        typer.Option(
            parser=parse_day,
            metavar="DATE",
            help="Last day on which it is valid. · 有效期至",
            show_default=False,
        ),
    ] = None
    value: Annotated[
        float | None,
        typer.Option(
            help="A figure, such as the power capacity. · 数值", show_default=False
        ),
    ] = None
    unit: Annotated[
        str | None,
        typer.Option(
            help="Unit of the figure; else that of the item. · 单位",
            show_default=False,
        ),
    ] = None
    document: Annotated[
        str | None,
        typer.Option(
            help="Name or number of the document. · 文件名称或文号",
            show_default=False,
        ),
    ] = None

    def facts(self, item: str, rules: Catalogues) -> dict[str, object]:
        """Give what was typed, by column; figures in the unit of the item.

        Parameters
        ----------
        item
            Key of the item.
        rules
            The catalogue of items.

        Raises
        ------
        UnitError
            The item is not reported in that unit.
        UsageError
            The item has no figure, or a unit stands alone.
        """
        given = {
            column: getattr(self, name)
            for name, column in _COLUMNS.items()
            if getattr(self, name) is not None
        }
        if self.value is None:
            if self.unit is not None:
                raise UsageError(_UNIT_ALONE)
            return given
        words = ItemWords.of(rules.readiness, {}, "")
        known = rules.readiness.items.get(item)
        if known is None or not known.unit:
            named = item if known is None else known.text
            raise UsageError(_NO_UNIT.format(item=named))
        factor = words.factor(item, self.unit or known.unit)
        return given | {"value": self.value * factor, "unit": known.unit}


@app.command()
@takes(FactOptions, StoreOptions, ByOptions, ActOptions)
def add(  # noqa: PLR0913 - each group of options is an argument
    subject: SubjectArgument,
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="Item, by any of its names. · 事项")
    ],
    said: FactOptions,
    where: StoreOptions,
    by: ByOptions,
    act: ActOptions,
    *,
    catalogues: CataloguesOption = None,
) -> None:
    """Record that something was done, or is due. · 登记佐证."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        rules = load_catalogues(catalogues)
        key = _item(item, rules)
        if said.done is None and said.due is None:
            raise UsageError(_NO_DATE)
        if said.done is not None and said.done > dt.datetime.now().astimezone().date():
            raise UsageError(_AHEAD.format(day=said.done))
        kind, subject_id = _subject(subject)
        about = {"subject_kind": kind, "subject_id": subject_id, "item": key}
        # A fact that is only due was not done.
        undone: dict[str, object] = {"done_on": None}
        items = rules.readiness.items
        with act.writing(store, by, command="evidence add") as writer:
            entry = about | undone | said.facts(key, rules)
            (made,) = add_evidence(writer, entry, items=items)
            remarks = _remarks(writer.reading, kind, subject_id)
        facts = {"item": items[key].text, "subject": subject_id}
        said_of_it = [_ADDED.format(entry=made, **facts), *remarks]
        act.end(terminal, said_of_it, keys=[made])


@app.command()
@takes(FactOptions, StoreOptions, ByOptions, ActOptions)
def correct(  # noqa: PLR0913 - each group of options is an argument
    entry: Annotated[
        str, typer.Argument(metavar="ENTRY", help="Number of the entry. · 佐证编号")
    ],
    said: FactOptions,
    where: StoreOptions,
    by: ByOptions,
    act: ActOptions,
    *,
    item: Annotated[
        str | None,
        typer.Option(help="Item, where it was another. · 事项", show_default=False),
    ] = None,
    clear: Annotated[
        list[Clearable] | None,
        typer.Option(help="Take this away; again for more. · 清除", show_default=False),
    ] = None,
    never: Annotated[
        bool,
        typer.Option("--never", help="It was never done nor planned. · 从未完成或计划"),
    ] = False,
    catalogues: CataloguesOption = None,
) -> None:
    """Correct an entry by a new one; both stay. · 更正佐证."""
    with session(act.language) as terminal, opened(where, terminal) as store:
        rules = load_catalogues(catalogues)
        names = [*(clear or []), *((Clearable.DONE, Clearable.DUE) if never else ())]
        for name in names:
            if getattr(said, name) is not None:
                raise UsageError(_BOTH.format(name=name))
        cleared: dict[str, object] = {_COLUMNS[name]: None for name in names}
        with act.writing(store, by, command="evidence correct") as writer:
            own = {} if item is None else {"item": _item(item, rules)}
            key = str(own.get("item") or _item_of(writer.reading, entry))
            values = own | said.facts(key, rules) | cleared
            if not values:
                raise UsageError(_NO_CHANGE.format(entry=entry))
            items = rules.readiness.items
            made = correct_evidence(writer, entry, values, items=items)
        act.end(terminal, [_CORRECTED.format(wrong=entry, entry=made)], keys=[made])


@app.command(name="list")
@takes(StoreOptions, LangOptions, OutputOptions)
def list_entries(
    subject: SubjectArgument,
    where: StoreOptions,
    speaking: LangOptions,
    output: OutputOptions,
    *,
    catalogues: CataloguesOption = None,
) -> None:
    """List what is recorded about a parcel, a park or an area. · 列出佐证."""
    with session(speaking.language) as terminal, opened(where, terminal) as store:
        rules = load_catalogues(catalogues)
        kind, subject_id = _subject(subject)
        with store.reading() as reader:
            found = evidence_about(reader, kind, [subject_id])
            today = dt.datetime.now().astimezone().date()
            about = about_of(reader, today, catalogues=rules)
        answer = Output(about=about, sheets=(evidence_sheet(found, rules),))
        terminal.deliver(answer, form=output.form, out=output.out)


def _subject(given: str) -> tuple[str, str]:
    """Read what evidence is about: a parcel where no kind is named."""
    kind, _, name = given.partition(":")
    return (kind, name) if kind in KINDS and name else ("parcel", given)


def _remarks(reader: Reader, kind: str, subject_id: str) -> list[Text]:
    """Say where a parcel had ended: what is recorded of it is not said of others."""
    if kind != "parcel":
        return []
    retired = reader.parcel(subject_id)["retired_on"]
    if pd.isna(retired):
        return []
    return [_OVER.format(parcel=subject_id, day=retired.date())]


def _item(word: str, rules: Catalogues) -> str:
    key = ItemWords.of(rules.readiness, {}, "").item(word)
    if key is None:
        items = rules.readiness.items.values()
        known = Text(
            en=", ".join(item.key for item in items),
            zh="、".join(item.text.zh for item in items),
        )
        raise UsageError(_NO_ITEM.format(word=word, known=known))
    return key


def _item_of(reader: Reader, entry: str) -> str:
    found = reader.table("evidence", keys=[entry])
    if found.empty:
        raise NotFoundError(_NO_ENTRY.format(entry=entry))
    return str(found["item"].iloc[0])
