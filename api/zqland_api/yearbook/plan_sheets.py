"""The sheets that look at targets: pace by month, and what the year will come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from zqland.ledger import KIND_TEXTS, Kind
from zqland.readiness import PREDICATES
from zqland.text import Text
from zqland_api.yearbook.charts import month_chart, pace_chart
from zqland_api.yearbook.draft import Draft, named
from zqland_api.yearbook.formulas import quoted, sum_if
from zqland_api.yearbook.lists import Lists
from zqland_api.yearbook.words import SCENARIO_TEXTS, scope_text
from zqland_geodata.workbook.cells import Block, Formula
from zqland_geodata.workbook.form import Column, Sheet, block_of

_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_BOOK = Text(en="Target for", zh="目标")
_SCOPE = Text(en="Scope", zh="范围")
_TARGET = Text(en="Target", zh="目标面积")
_DONE = Text(en="Done", zh="已完成")
_DELAY = Text(
    en="Low: what is due comes {days} days late, as nine in ten of {facts} facts did "
    "at most. As planned: on its day. High: what is overdue comes tomorrow too.",
    zh="低：未到期事项按以往 {facts} 项中九成不超过的延误 {days} 天推后。"
    "按计划：均按计划日完成。高：逾期事项亦于次日完成。",
)
_NO_DELAY = Text(
    en="Low: nothing of what is due comes, since only {facts} facts tell how late "
    "facts come. As planned: all on its day. High: what is overdue comes tomorrow too.",
    zh="低：可供推算延误的事项仅 {facts} 项，不足以推算，故未到期事项均不计入。"
    "按计划：均按计划日完成。高：逾期事项亦于次日完成。",
)


def add_targets(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of the targets and the pace, with charts.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    table = draft.year.targets()
    own = block_of(
        sheet.name,
        [Column(_BOOK, (), key=key) for key in _PACE_KEYS],
        first=sheet.row + 2,
        count=len(table),
    )
    sheet.write_table(_pace_columns(draft, own, lists, table))
    sheet.row += 1
    goals = {
        str(row["predicate"]): Formula(
            _fixed(own.cell("target", line)), draft.area(float(row["target_m2"]))
        )
        for line, row in enumerate(table.to_dict("records"))
        if row["scope"] == draft.year.scope
    }
    block = sheet.write_table(_month_columns(draft, sheet, lists, goals), main=False)
    sheet.row += 1
    for book in goals:
        sheet.insert_chart(pace_chart(draft, block, book), place=0, size=(860, 330))
    books = tuple(goals) or PREDICATES
    sheet.insert_chart(month_chart(draft, block, books), place=0, size=(860, 330))


_PACE_KEYS = (
    "book",
    "scope",
    "target",
    "done",
    "share",
    "days",
    "elapsed",
    "linear_share",
    "linear",
    "remaining",
    "left",
    "needed",
    "achieved",
    "faster",
)


def _pace_columns(
    draft: Draft, own: Block, lists: Lists, table: pd.DataFrame
) -> list[Column]:
    """Derive each figure of the pace by the formula that an office would use."""
    rows = table.to_dict("records")
    year = draft.year.number
    days = (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days

    def each(text: str, name: str, *, is_area: bool = False) -> list[Formula]:
        cells = []
        for line, row in enumerate(rows):
            places = {key: own.cell(key, line) for key in _PACE_KEYS}
            value = float(row[name])
            cells.append(
                Formula(text.format(**places), draft.area(value) if is_area else value)
            )
        return cells

    parks = draft.year.books.parks
    scopes = [draft.book.say(scope_text(str(row["scope"]), parks)) for row in rows]
    basis = draft.year.target_basis
    return [
        Column(_BOOK, named(table["predicate"], draft.books), width=18, key="book"),
        Column(_SCOPE, scopes, width=16, key="scope"),
        draft.area_column(_TARGET, draft.areas(table["target_m2"]), method=basis),
        draft.area_column(
            _DONE,
            [_done(draft, lists, own, line, row) for line, row in enumerate(rows)],
        ),
        Column(
            Text(en="Share", zh="完成率"),
            each('=IF({target}=0,"",{done}/{target})', "share"),
            kind="share",
            width=9,
        ),
        Column(
            Text(en="Days of the year", zh="全年天数"),
            [days] * len(rows),
            kind="count",
            width=9,
        ),
        Column(
            Text(en="Days gone", zh="已过天数"),
            table["days_elapsed"],
            kind="count",
            width=9,
        ),
        Column(
            Text(en="Linear share", zh="时间进度"),
            each("={elapsed}/{days}", "linear_share"),
            kind="share",
            width=9,
        ),
        draft.area_column(
            Text(en="Linear", zh="序时应完成"),
            each("={target}*{linear_share}", "linear_m2", is_area=True),
        ),
        draft.area_column(
            Text(en="Remaining", zh="尚需"),
            each("=MAX({target}-{done},0)", "remaining_m2", is_area=True),
        ),
        Column(
            Text(en="Days left", zh="剩余天数"),
            each("={days}-{elapsed}", "days_left"),
            kind="count",
            width=9,
        ),
        draft.area_column(
            Text(en="Needed a day", zh="日均需完成"),
            each(
                '=IF({left}=0,"",{remaining}/{left})', "needed_m2_per_day", is_area=True
            ),
        ),
        draft.area_column(
            Text(en="Done a day", zh="已日均完成"),
            each(
                '=IF({elapsed}=0,"",{done}/{elapsed})',
                "achieved_m2_per_day",
                is_area=True,
            ),
        ),
        Column(
            Text(en="Times as fast", zh="需提速倍数"),
            each('=IFERROR({needed}/{achieved},"")', "speed_up"),
            kind="ratio",
            width=10,
        ),
    ]


def _done(
    draft: Draft, lists: Lists, own: Block, line: int, row: Mapping[Hashable, object]
) -> float | Formula:
    """Add up what first reached a predicate, where the list is of the scope."""
    value = draft.area(float(str(row["done_m2"])))
    if row["scope"] != draft.year.scope:
        return value
    where = [("predicate", own.cell("book", line)), *_first_reached(draft, lists)]
    return sum_if(lists.movements, _done_key(draft), where, value)


def _done_key(draft: Draft) -> str:
    return "in" if draft.year.target_basis == draft.year.basis else "done"


def _first_reached(draft: Draft, lists: Lists) -> list[tuple[str, str]]:
    kind = draft.book.say(KIND_TEXTS[Kind.FIRST_REACHED])
    return [("kind", quoted(kind)), ("side", lists.side("in"))]


def _month_columns(
    draft: Draft, sheet: Sheet, lists: Lists, goals: Mapping[str, Formula]
) -> list[Column]:
    """Add up what was reached by month, and since 1 January against a linear pace."""
    months, year = draft.year.months(), draft.year.number
    ends = pd.date_range(f"{year}-01-01", periods=12, freq="ME")
    keys = ["month", "first_day", "last_day"]
    for book in PREDICATES:
        keys += [book, f"{book}_sum", *([f"{book}_linear"] if book in goals else [])]
    own = block_of(
        sheet.name,
        [Column(_BOOK, (), key=key) for key in keys],
        first=sheet.row + 2,
        count=12,
    )
    known = len(months)
    last = [*months["last_day"], *ends[known:]]
    columns = [
        Column(
            Text(en="Month", zh="月份"),
            [_month(draft, number) for number in range(1, 13)],
            key="month",
        ),
        Column(
            Text(en="From", zh="起"),
            [pd.Timestamp(year, number, 1) for number in range(1, 13)],
            kind="date",
            key="first_day",
        ),
        Column(Text(en="To", zh="止"), last, kind="date", key="last_day"),
    ]
    for book in PREDICATES:
        columns += _reached_columns(draft, lists, own, book, months)
        if book in goals:
            columns.append(_linear_column(draft, own, book, goals[book], last))
    return columns


def _reached_columns(
    draft: Draft, lists: Lists, own: Block, book: str, months: pd.DataFrame
) -> list[Column]:
    values = draft.areas(months[f"{book}_m2"])
    cells: list[Formula | None] = []
    sums: list[Formula | None] = []
    for line, value in enumerate(values):
        first, last = own.cell("first_day", line), own.cell("last_day", line)
        where = [
            ("predicate", quoted(draft.books[book])),
            *_first_reached(draft, lists),
            ("day", f'">="&{first}'),
            ("day", f'"<="&{last}'),
        ]
        cells.append(sum_if(lists.movements, _done_key(draft), where, value))
        begin, end = own.cell(book), own.cell(book, line)
        total = float(np.sum(values[: line + 1]))
        sums.append(Formula(f"=SUM({_fixed(begin)}:{end})", total))
    to_come = [None] * (12 - len(values))
    name = draft.book_text(book)
    since = Text(en="{book} since January", zh="{book}累计").format(book=name)
    return [
        draft.area_column(name, [*cells, *to_come], key=book),
        draft.area_column(since, [*sums, *to_come], key=f"{book}_sum"),
    ]


def _linear_column(
    draft: Draft, own: Block, book: str, goal: Formula, last: Sequence[pd.Timestamp]
) -> Column:
    """Draw the line from nothing on 1 January to the target on 31 December."""
    year = draft.year.number
    days = (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
    begin = f"DATE({year},1,1)"
    cells = [
        Formula(
            f"={goal.text}*({own.cell('last_day', line)}-{begin}+1)/{days}",
            float(goal.value or 0) * day.day_of_year / days,
        )
        for line, day in enumerate(last)
    ]
    name = Text(en="{book}: linear", zh="{book}序时").format(book=draft.book_text(book))
    return draft.area_column(name, cells, key=f"{book}_linear")


def _month(draft: Draft, number: int) -> str:
    return draft.book.say(Text(en=_MONTHS[number - 1], zh=f"{number}月"))


def _fixed(cell: str) -> str:
    """Pin the row of a cell whose column is pinned."""
    column = cell.lstrip("$").rstrip("0123456789")
    return f"${column}${cell.lstrip('$')[len(column) :]}"


def add_forecast(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of what the year will come to, and of what is due.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    table, due = draft.year.forecast(), draft.year.expected()
    if len(table):
        facts = int(table["delay_facts"].iloc[0])
        days = table["delay_days"].iloc[0]
        note = _NO_DELAY if pd.isna(days) else _DELAY
        shown = 0 if pd.isna(days) else int(days)
        sheet.write_line(note.format(days=shown, facts=facts))
    sheet.write_table(_range_columns(draft, sheet, table), main=False)
    sheet.row += 1
    sheet.write_table(_due_columns(draft, lists, due))


def _range_columns(draft: Draft, sheet: Sheet, table: pd.DataFrame) -> list[Column]:
    parks = draft.year.books.parks
    scopes = [draft.book.say(scope_text(str(scope), parks)) for scope in table["scope"]]
    ends = [
        f"{end}_{what}" for end in SCENARIO_TEXTS for what in ("area", "share", "count")
    ]
    keys = ("book", "scope", "target", "done", *ends)
    own = block_of(
        sheet.name,
        [Column(_BOOK, (), key=key) for key in keys],
        first=sheet.row + 2,
        count=len(table),
    )
    basis = draft.year.target_basis
    columns = [
        Column(_BOOK, named(table["predicate"], draft.books), key="book"),
        Column(_SCOPE, scopes),
        draft.area_column(_TARGET, draft.areas(table["target_m2"]), method=basis),
        draft.area_column(_DONE, draft.areas(table["done_m2"])),
    ]
    for end, text in SCENARIO_TEXTS.items():
        shares = [
            Formula(
                '=IF({0}=0,"",{1}/{0})'.format(
                    own.cell("target", line), own.cell(f"{end}_area", line)
                ),
                float(share),
            )
            for line, share in enumerate(table[f"{end}_share"])
        ]
        columns += [
            draft.area_column(text, draft.areas(table[f"{end}_m2"])),
            Column(
                Text(en="{end}: share", zh="{end}·完成率").format(end=text),
                shares,
                kind="share",
            ),
            Column(
                Text(en="{end}: parcels to come", zh="{end}·待完成宗数").format(
                    end=text
                ),
                table[f"{end}_count"],
                kind="count",
            ),
        ]
    return columns


def _due_columns(draft: Draft, lists: Lists, due: pd.DataFrame) -> list[Column]:
    basis = draft.year.basis
    parks = draft.year.books.parcels["park_id"].reindex(due["to_id"])
    return [
        Column(
            Text(en="Will reach", zh="将达到"),
            named(due["predicate"], draft.books),
            width=18,
        ),
        Column(Text(en="Due on", zh="计划日期"), due["day"], kind="date", width=16),
        Column(
            Text(en="Parcel", zh="地块编号"), lists.linked(list(due["to_id"])), width=16
        ),
        Column(Text(en="Park", zh="园区"), named(parks, draft.parks), width=30),
        Column(Text(en="Status", zh="状态"), named(due["to_status"], draft.statuses)),
        draft.area_column(
            Text(en="Area", zh="面积"),
            draft.areas(due[f"in_{basis}_m2"]),
            method=basis,
            total=False,
        ),
    ]
