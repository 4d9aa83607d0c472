"""The sheets of the books: stock by park, balance, what moved, the three bases."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import pandas as pd

from zqland.areas import METHOD_TEXTS, Method
from zqland.ledger import BASES
from zqland.text import Text
from zqland_api.yearbook.charts import bars_by_park
from zqland_api.yearbook.draft import BOOKS, Draft, named, or_dash
from zqland_api.yearbook.formulas import (
    YES,
    can_be_found,
    count_if,
    difference_if,
    quoted,
    sum_if,
)
from zqland_api.yearbook.lists import Lists
from zqland_api.yearbook.words import KIND_WORDS, SIDE_TEXTS
from zqland_geodata.workbook.cells import Block, Formula, Linked
from zqland_geodata.workbook.form import Column, Sheet, block_of

COUNT = Text(en="Parcels", zh="宗数")
LACKING = Text(en="Without a figure", zh="缺面积宗数")
LACKING_AREA = Text(en="Without a figure", zh="缺面积者")

TOLERANCE = 0.005
"""Difference in the unit of the book below which a balance closes: half of the last
decimal that is shown."""

Conditions = list[tuple[str, str]]


def add_parks(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of the stock by park, with a chart below it.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    table = draft.year.parks()
    whole = table[table["status"].eq("all")].set_index("park_id")
    by_book = {book: whole[whole["predicate"].eq(book)] for book in BOOKS}
    parks = sorted(by_book["all"].index)
    codes = or_dash(parks)
    own = block_of(
        sheet.name, [Column(COUNT, (), key="park_id")], first=sheet.row + 2, count=0
    )

    def where(line: int) -> Conditions:
        return [("park_id", own.cell("park_id", line))]

    firsts = [keys[0] for keys in by_book["all"]["parcel_ids"].reindex(parks)]
    columns = [
        Column(
            Text(en="Code", zh="园区代码"),
            [
                Linked(code, lists.parcels.place(lists.lines[first]))
                for code, first in zip(codes, firsts, strict=True)
            ],
            width=9,
            key="park_id",
        ),
        Column(
            Text(en="Park", zh="园区"), named(parks, draft.parks), width=32, key="park"
        ),
    ]
    live = where if can_be_found(codes) else None
    for book in BOOKS:
        rows = _figures(by_book[book], parks)
        columns += _stock_columns(draft, lists, book, rows, live)
    rows = _figures(by_book["all"], parks)
    columns += _lacking_columns(draft, lists, "all", rows, live)
    block = sheet.write_table(columns)
    if parks:
        chart = bars_by_park(draft, block)
        sheet.insert_chart(chart, place=0, size=(1080, 140 + 36 * len(parks)))


def add_balance(draft: Draft, sheet: Sheet, lists: Lists) -> Block:
    """Fill the sheet of the balance, each line proved by a formula.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.

    Returns
    -------
    block
        With the columns ``difference`` and ``closes``.
    """
    table = draft.year.balance()
    keys = ("predicate", "status", *_SIDES, "difference", "closes")
    own = block_of(
        sheet.name,
        [Column(COUNT, (), key=key) for key in keys],
        first=sheet.row + 2,
        count=len(table),
    )
    columns = [
        Column(
            Text(en="Book", zh="台账"),
            named(table["predicate"], draft.books),
            width=18,
            key="predicate",
        ),
        Column(
            Text(en="Status", zh="状态"),
            named(table["status"], draft.statuses),
            width=14,
            key="status",
        ),
    ]
    for side in _SIDES:
        cells = [
            _side(lists, own, row, side, draft.area(row[f"{side}_m2"]))
            for row in table.assign(line=range(len(table))).to_dict("records")
        ]
        columns.append(draft.area_column(SIDE_TEXTS[side], cells, key=side))
    columns += _proof_columns(draft, own, len(table))
    for end in ("opening", "closing"):
        heading = Text(en="{end}: parcels", zh="{end}宗数").format(end=SIDE_TEXTS[end])
        columns.append(Column(heading, table[f"{end}_count"], kind="count", width=10))
    columns.append(
        Column(LACKING, table["closing_lacking_count"], kind="count", width=10)
    )
    return sheet.write_table(columns)


_SIDES = ("opening", "in", "out", "reshaped", "closing")


def _side(
    lists: Lists, own: Block, row: Mapping[Hashable, object], side: str, value: float
) -> Formula:
    """Add up one side of a balance from the lists."""
    line = int(str(row["line"]))
    book, status = own.cell("predicate", line), own.cell("status", line)
    is_whole = row["status"] == "all"
    if side in ("opening", "closing"):
        stands = [(f"{side}_{row['predicate']}", quoted(YES))]
        if not is_whole:
            stands.append((f"{side}_status", status))
        return sum_if(lists.parcels, lists.basis, stands, value)
    here, within = [("predicate", book)], lists.side("within")
    if side == "reshaped":
        same = (
            [("side", within)]
            if is_whole
            else [
                ("from_status", status),
                ("to_status", status),
            ]
        )
        return difference_if(lists.movements, ("in", "out"), [*here, *same], value)
    if is_whole:
        moved = [("side", lists.side(side))]
    else:
        own_end, other = ("to", "from") if side == "in" else ("from", "to")
        moved = [(f"{own_end}_status", status), (f"{other}_status", f'"<>"&{status}')]
    return sum_if(lists.movements, side, [*here, *moved], value)


def _proof_columns(draft: Draft, own: Block, count: int) -> list[Column]:
    """Prove each line: the difference, and whether the balance closes."""
    differences, marks = [], []
    for line in range(count):
        opening, more, less, reshaped, closing = (
            own.cell(side, line) for side in _SIDES
        )
        text = f"=ROUND({opening}+{more}-{less}+{reshaped}-{closing},4)"
        differences.append(Formula(text, 0.0))
        found = own.cell("difference", line)
        marks.append(Formula(f'=IF(ABS({found})<{TOLERANCE},{quoted(YES)},"✗")', YES))
    return [
        draft.area_column(
            Text(en="Difference", zh="差额"), differences, key="difference"
        ),
        Column(Text(en="Closes", zh="平衡"), marks, kind="mark", width=8, key="closes"),
    ]


def add_flows(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of what moved, by kind.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    moved, basis = lists.moved.reset_index(drop=True), draft.year.basis
    keys = ["predicate", "side", "kind"]
    area = moved[f"in_{basis}_m2"].where(
        moved["side"] != "out", moved[f"out_{basis}_m2"]
    )
    known = moved.assign(
        area=area, line=moved.index, parcel=moved["to_id"].fillna(moved["from_id"])
    )
    found = known.groupby(keys, sort=False).agg(
        area=("area", "sum"),
        times=("line", "size"),
        line=("line", "min"),
        parcels=("parcel", "nunique"),
    )
    found = found.reset_index()
    words = {"predicate": draft.books, "side": draft.words(SIDE_TEXTS)}
    own = block_of(
        sheet.name,
        [Column(COUNT, (), key=key) for key in keys],
        first=sheet.row + 2,
        count=len(found),
    )
    times, areas = [], []
    for line, row in enumerate(found.to_dict("records")):
        here = [(key, own.cell(key, line)) for key in keys]
        times.append(count_if(lists.movements, here, float(row["times"])))
        column = "out" if row["side"] == "out" else "in"
        value = draft.area(row["area"])
        areas.append(sum_if(lists.movements, column, here, value))
    kinds = named(found["kind"], draft.words(KIND_WORDS))
    linked = [
        Linked(kind, lists.movements.place(int(line)))
        for kind, line in zip(kinds, found["line"], strict=True)
    ]
    sheet.write_table(
        [
            Column(
                Text(en="Book", zh="台账"),
                named(found["predicate"], words["predicate"]),
                width=18,
                key="predicate",
            ),
            Column(
                Text(en="Side", zh="方向"),
                named(found["side"], words["side"]),
                width=12,
                key="side",
            ),
            Column(Text(en="Movement", zh="变动"), linked, width=26, key="kind"),
            Column(COUNT, found["parcels"], kind="count", width=9),
            Column(Text(en="Times", zh="笔数"), times, kind="count", width=9),
            draft.area_column(Text(en="Area", zh="面积"), areas),
        ]
    )


def add_bases(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of the closing stock on all bases side by side.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    table = draft.year.stock()
    whole = table[table["status"].eq("all")].set_index("predicate")
    table = _figures(whole, BOOKS)
    columns = [
        Column(Text(en="Book", zh="台账"), named(BOOKS, draft.books), width=20),
        Column(
            COUNT,
            _each(
                table["count"],
                lambda book, value: count_if(lists.parcels, _closing(book), value),
            ),
            kind="count",
            width=9,
        ),
    ]
    for basis in BASES:
        areas = draft.areas(table[f"{basis}_m2"])
        cells = [
            sum_if(lists.parcels, str(basis), _closing(book), area)
            for book, area in zip(BOOKS, areas, strict=True)
        ]
        columns.append(
            draft.area_column(Text(en="Area", zh="面积"), cells, method=basis)
        )
    for basis in BASES:
        lacking = table[f"{basis}_lacking_count"]
        name = Text(en="Without {method}", zh="缺{method}宗数")
        heading = name.format(method=METHOD_TEXTS[basis])
        columns.append(Column(heading, lacking, kind="count", width=11))
        if basis is not Method.PLANAR:
            name = Text(en="Without {method}", zh="缺{method}者")
            columns.append(
                draft.area_column(
                    name.format(method=METHOD_TEXTS[basis]),
                    draft.areas(table[f"{basis}_lacking_planar_m2"]),
                    method=Method.PLANAR,
                )
            )
    sheet.write_table(columns)


def _figures(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Give the figures of each key, nothing where there are none."""
    figures = table.select_dtypes("number").astype("float64")
    return figures.reindex(list(keys), fill_value=0.0)


def _closing(book: str) -> Conditions:
    return [(f"closing_{book}", quoted(YES))]


def _each(
    values: pd.Series[float], make: Callable[[str, float], Formula]
) -> list[Formula]:
    return [make(str(book), float(value)) for book, value in values.items()]


Where = Callable[[int], Conditions]


def _stock_columns(
    draft: Draft, lists: Lists, book: str, rows: pd.DataFrame, where: Where | None
) -> list[Column]:
    """Count and add up what stands in a book at the end, line by line."""
    name = draft.book_text(book)
    counts = [float(value) for value in rows["count"]]
    areas = draft.areas(rows[f"{draft.year.basis}_m2"])
    stands = _closing(book)
    return [
        Column(
            Text(en="{book}: parcels", zh="{book}宗数").format(book=name),
            _live(counts, where, lambda at, n: count_if(lists.parcels, at + stands, n)),
            kind="count",
            width=9,
            total=True,
        ),
        draft.area_column(
            name,
            _live(
                areas,
                where,
                lambda at, n: sum_if(lists.parcels, lists.basis, at + stands, n),
            ),
            key=book,
            total=True,
        ),
    ]


def _lacking_columns(
    draft: Draft, lists: Lists, book: str, rows: pd.DataFrame, where: Where | None
) -> list[Column]:
    """Show how much stands in no sum because its figure is not known."""
    basis = draft.year.basis
    lacks = [*_closing(book), ("lacks", quoted(YES))]
    counts = [float(value) for value in rows[f"{basis}_lacking_count"]]
    columns = [
        Column(
            LACKING,
            _live(counts, where, lambda at, n: count_if(lists.parcels, at + lacks, n)),
            kind="count",
            width=9,
            total=True,
        )
    ]
    if basis is Method.PLANAR:
        return columns
    areas = draft.areas(rows[f"{basis}_lacking_planar_m2"])
    cells = _live(
        areas, where, lambda at, n: sum_if(lists.parcels, "planar", at + lacks, n)
    )
    return [
        *columns,
        draft.area_column(LACKING_AREA, cells, method=Method.PLANAR, total=True),
    ]


def _live(
    values: Iterable[float],
    where: Where | None,
    make: Callable[[Conditions, float], Formula],
) -> Sequence[float | Formula]:
    """Make a formula of each value, if its line can be found by conditions."""
    if where is None:
        return list(values)
    return [make(where(line), value) for line, value in enumerate(values)]
