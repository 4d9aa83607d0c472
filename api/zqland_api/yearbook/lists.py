"""The two lists at the end of a yearbook: every parcel, and everything that moved.

All figures before them are sums over these lists, so that each can be followed to the
parcels that it rests on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zqland import ledger
from zqland.areas import Method
from zqland.ledger import BASES
from zqland.text import Text
from zqland_api.yearbook.draft import BOOKS, Draft, named, or_dash
from zqland_api.yearbook.formulas import YES, quoted
from zqland_api.yearbook.words import KIND_WORDS, SIDE_TEXTS, district_words
from zqland_geodata.workbook.cells import Block, Linked
from zqland_geodata.workbook.form import Column, Sheet, block_of

ENDS = ("opening", "closing")
"""The two days on which the list of parcels shows what each of them was."""

_ONE_DAY = dt.timedelta(days=1)
_AREA = Text(en="Area", zh="面积")
_RECORDED = Text(en="in the record", zh="在册")


@dataclass(frozen=True, slots=True)
class Lists:
    """Where the lists stand, and what they hold.

    Attributes
    ----------
    parcels, movements
        Their places; keys of the parcels are ``parcel_id``, ``park_id``, an area per
        basis, ``lacks``, and for both ends ``<end>_status`` and ``<end>_<book>``; of
        the movements ``predicate``, ``side``, ``kind``, ``day``, ``from_status``,
        ``to_status``, ``in``, ``out`` and ``done`` (in, on the basis of targets).
    lines
        Line of each parcel in its list.
    moved
        The movements, with ``side``, in the order of their list.
    sides
        Words for the sides in the language of the book.
    basis
        Key of the areas on the basis of the year.
    """

    parcels: Block
    movements: Block
    lines: Mapping[str, int]
    moved: pd.DataFrame
    sides: Mapping[str, str]
    basis: str

    def side(self, key: str) -> str:
        """Write the word for a side of the movements for a formula."""
        return quoted(self.sides[key])

    def linked(self, keys: Collection[object]) -> list[object]:
        """Link numbers of parcels to their lines."""
        return [
            Linked(key, self.parcels.place(self.lines[str(key)]))
            if str(key) in self.lines
            else key
            for key in keys
        ]


def add_lists(draft: Draft, parcels: Sheet, movements: Sheet) -> Lists:
    """Fill the sheets of the parcels and the movements.

    Parameters
    ----------
    draft
        The yearbook.
    parcels, movements
        Their sheets, still empty.

    Returns
    -------
    lists
        For the formulas of the other sheets.
    """
    known = _known(draft)
    block = parcels.write_table(_parcel_columns(draft, known))
    lines = {str(key): line for line, key in enumerate(known.index)}
    moved = _moved(draft)
    columns = _movement_columns(draft, moved)
    place = block_of(movements.name, columns, first=movements.row + 2, count=len(moved))
    lists = Lists(
        parcels=block,
        movements=place,
        lines=lines,
        moved=moved,
        sides=draft.words(SIDE_TEXTS),
        basis=str(draft.year.basis),
    )
    movements.write_table(_with_links(columns, lists))
    return lists


def _known(draft: Draft) -> pd.DataFrame:
    """Tell of each parcel what it was at both ends; only those that were anything."""
    year = draft.year
    days = {"opening": year.period.first - _ONE_DAY, "closing": year.period.last}
    found = {}
    for end, day in days.items():
        table = ledger.stock(year.books, on=day, scope=year.scope)
        whole = table["status"].eq("all")
        for book in BOOKS:
            rows = table[whole & table["predicate"].eq(book)]
            ids = [key for row in rows["parcel_ids"] for key in row]
            found[f"{end}_{book}"] = pd.Series(YES, index=ids, dtype="object")
        rows = table[~whole & table["predicate"].eq("all")]
        status = rows.set_index("status")["parcel_ids"].explode()
        found[f"{end}_status"] = pd.Series(status.index, index=status, dtype="object")
    marks = pd.DataFrame(found)
    parcels = year.books.parcels.loc[year.books.inside(year.scope)]
    known = parcels.join(marks, how="inner")
    order = known.assign(park=known["park_id"].fillna(""), key=known.index)
    return known.loc[order.sort_values(["park", "key"]).index]


def _parcel_columns(draft: Draft, known: pd.DataFrame) -> list[Column]:
    basis = draft.year.basis
    lacks = np.where(known[f"{basis}_m2"].isna(), YES, "")
    columns = [
        Column(
            Text(en="Parcel", zh="地块编号"), known.index, width=15, key="parcel_id"
        ),
        Column(
            Text(en="Park code", zh="园区代码"),
            or_dash(known["park_id"]),
            width=9,
            key="park_id",
        ),
        Column(
            Text(en="Park", zh="园区"), named(known["park_id"], draft.parks), width=24
        ),
        Column(
            Text(en="District", zh="县（市、区）"),
            named(known["district"], draft.words(district_words())),
            width=10,
        ),
        Column(Text(en="Class", zh="用地类别"), or_dash(known["land_class"]), width=8),
        *(
            draft.area_column(
                _AREA,
                draft.areas(known[f"{one}_m2"]),
                key=str(one),
                method=one,
                total=True,
            )
            for one in _in_order(basis)
        ),
        Column(
            Text(en="Without a figure", zh="缺面积"),
            lacks,
            kind="mark",
            width=8,
            key="lacks",
        ),
    ]
    for end in ENDS:
        columns += _end_columns(draft, known, end)
    return columns


def _end_columns(draft: Draft, known: pd.DataFrame, end: str) -> list[Column]:
    """Show status and books of each parcel at one end of the period."""
    of_end = Text(en="{end}: {what}", zh="{end}{what}")
    status = Text(en="status", zh="状态")
    names = {
        "all": Text(en="in the record", zh="在册"),
        **draft.year.books.rules.predicate_texts,
    }
    return [
        Column(
            of_end.format(end=SIDE_TEXTS[end], what=status),
            named(known[f"{end}_status"], draft.statuses),
            width=10,
            key=f"{end}_status",
        ),
        *(
            Column(
                of_end.format(end=SIDE_TEXTS[end], what=names[book]),
                known[f"{end}_{book}"].fillna(""),
                kind="mark",
                width=8,
                key=f"{end}_{book}",
            )
            for book in BOOKS
        ),
    ]


def _moved(draft: Draft) -> pd.DataFrame:
    moved = draft.year.movements()
    sides = np.select(
        [moved["from_status"].isna(), moved["to_status"].isna()],
        ["in", "out"],
        "within",
    )
    return moved.assign(side=sides)


def _movement_columns(draft: Draft, moved: pd.DataFrame) -> list[Column]:
    basis, done = draft.year.basis, draft.year.target_basis
    columns = [
        Column(
            Text(en="Book", zh="台账"),
            named(moved["predicate"], draft.books),
            width=14,
            key="predicate",
        ),
        Column(
            Text(en="Side", zh="方向"),
            named(moved["side"], draft.words(SIDE_TEXTS)),
            width=10,
            key="side",
        ),
        Column(
            Text(en="Movement", zh="变动"),
            named(moved["kind"], draft.words(KIND_WORDS)),
            width=16,
            key="kind",
        ),
        Column(Text(en="Day", zh="日期"), moved["day"], kind="date", key="day"),
        Column(Text(en="From parcel", zh="原地块"), moved["from_id"], key="from_id"),
        Column(Text(en="To parcel", zh="现地块"), moved["to_id"], key="to_id"),
        Column(
            Text(en="From status", zh="原状态"),
            named(moved["from_status"], draft.statuses),
            width=10,
            key="from_status",
        ),
        Column(
            Text(en="To status", zh="现状态"),
            named(moved["to_status"], draft.statuses),
            width=10,
            key="to_status",
        ),
        _moved_area(draft, moved, "out", basis),
        _moved_area(draft, moved, "in", basis),
    ]
    if done == basis:
        return columns
    return [*columns, _moved_area(draft, moved, "in", done, key="done")]


def _moved_area(
    draft: Draft, moved: pd.DataFrame, side: str, basis: Method, *, key: str = ""
) -> Column:
    areas = draft.areas(moved[f"{side}_{basis}_m2"])
    return draft.area_column(SIDE_TEXTS[side], areas, key=key or side, method=basis)


def _with_links(columns: list[Column], lists: Lists) -> list[Column]:
    return [
        Column(
            column.heading,
            lists.linked(list(column.cells)),
            kind=column.kind,
            width=15,
            key=column.key,
        )
        if column.key in ("from_id", "to_id")
        else column
        for column in columns
    ]


def _in_order(basis: Method) -> list[Method]:
    return [basis, *(one for one in BASES if one != basis)]
