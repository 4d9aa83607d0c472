"""The books of a year as tables for the terminal, JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from zqland import ledger
from zqland.areas import Method
from zqland.ledger import BASES
from zqland.readiness import PREDICATES
from zqland.text import Text
from zqland.units import DISPLAY_DIGITS, UNIT_TEXTS, Unit
from zqland_api.about import METHOD_TEXTS, About
from zqland_api.sheets import Column, Output, Sheet
from zqland_api.yearbook.words import (
    KIND_WORDS,
    SCENARIO_TEXTS,
    SIDE_TEXTS,
    book_words,
    park_words,
    scope_text,
    status_words,
)
from zqland_api.yearbook.year import Year


class Book(StrEnum):
    """The tables of a year."""

    STOCK = "stock"
    PARKS = "parks"
    BALANCE = "balance"
    FLOWS = "flows"
    MOVEMENTS = "movements"
    MONTHS = "months"
    TARGETS = "targets"
    FORECAST = "forecast"
    SHARE = "share"
    SUPPLIED = "supplied"
    HOLDS = "holds"


SHORT = (Book.STOCK, Book.BALANCE, Book.FLOWS, Book.TARGETS, Book.FORECAST, Book.SHARE)
"""What is shown where no book is named: the figures, without the long lists."""

NEVER_ADDED = Text(
    en="Books overlap: mature and standard land are two ledgers of the same ground and "
    "are never added.",
    zh="各册互有重叠：熟地与标准地是同一批土地的两本台账，不得相加。",
)
_SCOPE = Text(
    en="Scope: {scope}; {first} to {last}.", zh="范围：{scope}；{first} 至 {last}。"
)
_AREA = Text(en="{name} ({unit})", zh="{name}（{unit}）")


@dataclass(frozen=True, slots=True)
class _Words:
    """The words and the unit of one output."""

    year: Year
    unit: Unit

    def area(self, key: str, name: Text) -> Column:
        heading = _AREA.format(name=name, unit=UNIT_TEXTS[self.unit])
        digits = DISPLAY_DIGITS[self.unit]
        return Column(key.replace("_m2", f"_{self.unit}"), heading, digits)

    def areas(self, key: str = "{basis}_m2") -> list[Column]:
        """Show the basis of the year first, the others beside it."""
        order = [self.year.basis, *(one for one in BASES if one != self.year.basis)]
        return [self.area(key.format(basis=one), METHOD_TEXTS[one]) for one in order]

    @property
    def book(self) -> Column:
        words = book_words(self.year.books.rules)
        return Column("predicate", Text(en="Book", zh="台账"), words=words)

    @property
    def status(self) -> Column:
        words = status_words(self.year.books.rules)
        return Column("status", Text(en="Status", zh="状态"), words=words)

    @property
    def park(self) -> Column:
        words = park_words(self.year.books.parks)
        return Column("park_id", Text(en="Park", zh="园区"), words=words)

    def scope(self, table: pd.DataFrame) -> Column:
        parks = self.year.books.parks
        words = {str(key): scope_text(str(key), parks) for key in table["scope"]}
        return Column("scope", Text(en="Scope", zh="范围"), words=words)


COUNT = Column("count", Text(en="Parcels", zh="宗数"))
BASIS = Column(
    "basis",
    Text(en="Basis", zh="面积口径"),
    words={str(method): text for method, text in METHOD_TEXTS.items()},
)


def year_output(
    year: Year,
    *,
    unit: Unit,
    about: About,
    books: Sequence[Book] = SHORT,
    ids: bool = True,
) -> Output:
    """Put the tables of a year together.

    Parameters
    ----------
    year
        The year.
    unit
        Unit of all areas.
    about
        What the figures refer to.
    books
        Which tables, in their order.
    ids
        Whether each figure names the parcels that it is added up from.

    Returns
    -------
    output
        For every form; areas carry the unit in the names of their columns.
    """
    words = _Words(year, unit)
    with_ids = _named if ids else _unnamed
    sheets = tuple(with_ids(_TABLES[Book(book)](words)) for book in books)
    period = year.period
    scope = _SCOPE.format(
        scope=scope_text(year.scope, year.books.parks),
        first=period.first,
        last=period.last,
    )
    return Output(about=about, sheets=sheets, notes=(scope, NEVER_ADDED))


def _named(sheet: Sheet) -> Sheet:
    """Show the parcels of each figure, where it has any."""
    names = [str(name) for name in sheet.table if str(name).endswith("_ids")]
    shown = [Column(name, _ids_text(name.removesuffix("_ids"))) for name in names]
    return replace(sheet, columns=(*sheet.columns, *shown))


def _ids_text(of: str) -> Text:
    return _IDS.format(of=_IDS_OF[of]) if of in _IDS_OF else _ALL_IDS


_IDS = Text(en="Parcels, {of}", zh="地块编号·{of}")
_ALL_IDS = Text(en="Which parcels", zh="地块编号")
_IDS_OF = {
    **SIDE_TEXTS,
    **SCENARIO_TEXTS,
    "supplied": Text(en="supplied", zh="供应"),
    "standard": Text(en="standard", zh="标准地"),
    "unclassed": Text(en="class unknown", zh="用途不明"),
}


def _unnamed(sheet: Sheet) -> Sheet:
    """Leave out the parcels of each figure: they are many."""
    names = [name for name in sheet.table if str(name).endswith("_ids")]
    return replace(sheet, table=sheet.table.drop(columns=names))


def _sheet(
    words: _Words, key: str, title: Text, table: pd.DataFrame, columns: Sequence[Column]
) -> Sheet:
    return Sheet(key, title, ledger.in_unit(table, words.unit), tuple(columns))


def _lacking(words: _Words) -> list[Column]:
    """Count what has no figure on the basis, with its planar area beside it."""
    basis = words.year.basis
    count = Column(
        f"{basis}_lacking_count", Text(en="Without a figure", zh="缺面积宗数")
    )
    if basis is Method.PLANAR:
        return [count]
    heading = Text(en="Without, planar", zh="缺面积·平面")
    return [count, words.area(f"{basis}_lacking_planar_m2", heading)]


def _beside(words: _Words) -> list[Column]:
    """Show what of it is held, and what constraint layers leave of it."""
    basis = words.year.basis
    lacking = Text(en="Held without a figure", zh="已预留·缺面积宗数")
    columns = [
        words.area(f"held_{basis}_m2", Text(en="Of it held", zh="其中已预留")),
        Column(f"held_{basis}_lacking_count", lacking),
    ]
    if words.year.books.reserve.constraints:
        left = Text(en="Outside constraint layers", zh="扣除约束图层后")
        columns.append(words.area(f"usable_{basis}_m2", left))
    return columns


def _stock(words: _Words) -> Sheet:
    columns = [
        words.book,
        words.status,
        COUNT,
        *words.areas(),
        *_lacking(words),
        *_beside(words),
    ]
    title = Text(en="Stock", zh="存量")
    return _sheet(words, Book.STOCK, title, words.year.stock(), columns)


def _parks(words: _Words) -> Sheet:
    table = words.year.parks()
    whole = table[table["status"].eq("all")].reset_index(drop=True)
    columns = [
        words.park,
        words.book,
        COUNT,
        *words.areas(),
        *_lacking(words),
        *_beside(words),
    ]
    return _sheet(
        words, Book.PARKS, Text(en="Stock by park", zh="各园区存量"), whole, columns
    )


def _balance(words: _Words) -> Sheet:
    sides = [
        words.area(f"{side}_m2", SIDE_TEXTS[side])
        for side in ("opening", "in", "out", "reshaped", "closing")
    ]
    lacking = Column(
        "closing_lacking_count", Text(en="Without a figure", zh="缺面积宗数")
    )
    columns = [words.book, words.status, BASIS, *sides, lacking]
    title = Text(en="Opening + in − out = closing", zh="期初、增加、减少、期末平衡")
    return _sheet(words, Book.BALANCE, title, words.year.balance(), columns)


def _flows(words: _Words) -> Sheet:
    columns = [
        words.book,
        words.status,
        Column("side", Text(en="Side", zh="方向"), words=SIDE_TEXTS),
        Column("kind", Text(en="Movement", zh="变动"), words=KIND_WORDS),
        COUNT,
        *words.areas(),
    ]
    table = words.year.flows()
    title = Text(en="What moved", zh="增减变动")
    return _sheet(words, Book.FLOWS, title, table, columns)


def _movements(words: _Words) -> Sheet:
    basis = words.year.basis
    statuses = status_words(words.year.books.rules)
    columns = [
        Column("day", Text(en="Day", zh="日期")),
        words.book,
        Column("kind", Text(en="Movement", zh="变动"), words=KIND_WORDS),
        Column("from_id", Text(en="From parcel", zh="原地块")),
        Column("to_id", Text(en="To parcel", zh="现地块")),
        Column("from_status", Text(en="From status", zh="原状态"), words=statuses),
        Column("to_status", Text(en="To status", zh="现状态"), words=statuses),
        words.area(f"out_{basis}_m2", SIDE_TEXTS["out"]),
        words.area(f"in_{basis}_m2", SIDE_TEXTS["in"]),
    ]
    title = Text(en="Movements", zh="变动明细")
    return _sheet(words, Book.MOVEMENTS, title, words.year.movements(), columns)


def _months(words: _Words) -> Sheet:
    names = words.year.books.rules.predicate_texts
    columns = [
        Column("first_day", Text(en="From", zh="起")),
        Column("last_day", Text(en="To", zh="止")),
        *(words.area(f"{name}_m2", names[name]) for name in PREDICATES),
    ]
    title = Text(en="First reached, by month", zh="各月首次达到")
    return _sheet(words, Book.MONTHS, title, words.year.months(), columns)


def _targets(words: _Words) -> Sheet:
    table = words.year.targets()
    columns = [
        words.book,
        words.scope(table),
        BASIS,
        words.area("target_m2", Text(en="Target", zh="目标")),
        words.area("done_m2", Text(en="Done", zh="完成")),
        Column("share", Text(en="Share done", zh="完成率"), is_share=True),
        Column(
            "linear_share", Text(en="Share of the year", zh="时间进度"), is_share=True
        ),
        words.area("remaining_m2", Text(en="Remaining", zh="尚需")),
        Column("days_left", Text(en="Days left", zh="剩余天数")),
        words.area("needed_m2_per_day", Text(en="Needed a day", zh="日均需完成")),
        Column("speed_up", Text(en="Speed-up", zh="需提速倍数"), 1),
        COUNT,
    ]
    title = Text(en="Targets and pace", zh="目标与进度")
    return _sheet(words, Book.TARGETS, title, table, columns)


def _forecast(words: _Words) -> Sheet:
    table = words.year.forecast()
    ends = [
        column
        for end, text in SCENARIO_TEXTS.items()
        for column in (
            words.area(f"{end}_m2", text),
            Column(
                f"{end}_share",
                Text(en="{end}: share", zh="{end}·完成率").format(end=text),
                is_share=True,
            ),
        )
    ]
    columns = [
        words.book,
        words.scope(table),
        words.area("target_m2", Text(en="Target", zh="目标")),
        words.area("done_m2", Text(en="Done", zh="完成")),
        *ends,
        Column("delay_days", Text(en="Usual delay (days)", zh="通常延误（天）"), 0),
    ]
    title = Text(en="What the year will come to", zh="全年预计")
    return _sheet(words, Book.FORECAST, title, table, columns)


def _share(words: _Words) -> Sheet:
    table = words.year.share()
    columns = [
        words.scope(table),
        BASIS,
        words.area("supplied_m2", Text(en="Industrial, supplied", zh="供应工业用地")),
        words.area("standard_m2", Text(en="of it standard", zh="其中标准地")),
        Column("share_by_area", Text(en="Share by area", zh="面积占比"), is_share=True),
        Column("supplied_count", Text(en="Parcels", zh="宗数")),
        Column("standard_count", Text(en="of them standard", zh="其中标准地宗数")),
        Column(
            "share_by_count", Text(en="Share by count", zh="宗数占比"), is_share=True
        ),
        Column("unclassed_count", Text(en="Class unknown", zh="用途不明宗数")),
    ]
    title = Text(en="Standard land in what was supplied", zh="供应中标准地占比")
    return _sheet(words, Book.SHARE, title, table, columns)


def _supplied(words: _Words) -> Sheet:
    columns = [
        Column("day", Text(en="Day", zh="供应日期")),
        Column("parcel_id", Text(en="Parcel", zh="地块编号")),
        words.park,
        Column("land_class", Text(en="Class", zh="用地类别")),
        *words.areas(),
        Column("industrial", Text(en="Counts", zh="计入占比")),
        Column("standard", Text(en="Standard", zh="标准地")),
    ]
    title = Text(en="Supplied", zh="供应明细")
    return _sheet(words, Book.SUPPLIED, title, words.year.supplied(), columns)


def _holds(words: _Words) -> Sheet:
    columns = [
        Column("hold_id", Text(en="Hold", zh="预留编号")),
        Column("parcel_id", Text(en="Parcel", zh="地块编号")),
        words.park,
        Column("project_id", Text(en="Project", zh="项目编号")),
        words.area("area_m2", METHOD_TEXTS[Method.PLANAR]),
        Column("held_from", Text(en="From", zh="预留起")),
        Column("held_until", Text(en="Until", zh="预留至")),
        Column("reason", Text(en="Reason", zh="理由")),
    ]
    title = Text(en="Held ground", zh="预留地块")
    return _sheet(words, Book.HOLDS, title, words.year.holds(), columns)


_TABLES: Mapping[Book, Callable[[_Words], Sheet]] = {
    Book.STOCK: _stock,
    Book.PARKS: _parks,
    Book.BALANCE: _balance,
    Book.FLOWS: _flows,
    Book.MOVEMENTS: _movements,
    Book.MONTHS: _months,
    Book.TARGETS: _targets,
    Book.FORECAST: _forecast,
    Book.SHARE: _share,
    Book.SUPPLIED: _supplied,
    Book.HOLDS: _holds,
}
