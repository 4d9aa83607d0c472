"""The sheets of what was supplied and of what is held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from zqland.areas import METHOD_TEXTS, Method
from zqland.ledger import BASES
from zqland.text import Text
from zqland_api.yearbook.draft import Draft, named, or_dash, write_over
from zqland_api.yearbook.formulas import YES, count_if, quoted, sum_if
from zqland_api.yearbook.lists import Lists
from zqland_api.yearbook.words import scope_text
from zqland_geodata.workbook.cells import Block, Formula
from zqland_geodata.workbook.form import Column, Sheet, block_of

_PARCEL = Text(en="Parcel", zh="地块编号")
_PARK = Text(en="Park", zh="园区")
_COUNTS = Text(
    en="The share counts industrial land (M1 to M3) in: {scope}. Land is standard if "
    "it was so on the day of its supply. The plan does not say whether it means area "
    "or count: both are shown.",
    zh="占比统计范围：{scope}内的工业用地（M1 至 M3），以供应当日是否为标准地为准。"
    "方案未明确按面积还是按宗数，两者并列。",
)


def add_supplied(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of what was supplied, with the share of standard land above it.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    scope = scope_text(draft.year.supply_scope, draft.year.books.parks)
    sheet.write_line(_COUNTS.format(scope=scope))
    supplied, share = draft.year.supplied(), draft.year.share()
    columns = _supplied_columns(draft, lists, supplied)
    shares = len(share), lambda block: _share_columns(draft, sheet, block, share)
    write_over(sheet, columns, shares)


def _supplied_columns(
    draft: Draft, lists: Lists, supplied: pd.DataFrame
) -> list[Column]:
    def marks(name: str) -> list[str]:
        return [*np.where(supplied[name].astype("bool"), YES, "")]

    return [
        Column(_PARCEL, lists.linked(list(supplied["parcel_id"])), width=24),
        Column(
            Text(en="Supplied on", zh="供应日期"),
            supplied["day"],
            kind="date",
            width=14,
        ),
        Column(_PARK, named(supplied["park_id"], draft.parks), width=30),
        Column(
            Text(en="Class", zh="用地类别"), or_dash(supplied["land_class"]), width=10
        ),
        Column(
            Text(en="Counts", zh="计入占比"),
            marks("industrial"),
            kind="mark",
            width=10,
            key="counts",
        ),
        Column(
            Text(en="Standard", zh="标准地"),
            marks("standard"),
            kind="mark",
            width=10,
            key="standard",
        ),
        *(
            draft.area_column(
                Text(en="Area", zh="面积"),
                draft.areas(supplied[f"{basis}_m2"]),
                key=str(basis),
                method=basis,
                total=True,
            )
            for basis in BASES
        ),
    ]


_SHARE_KEYS = ("basis", "supplied", "standard", "share", "count", "of_them", "by_count")


def _share_columns(
    draft: Draft, sheet: Sheet, block: Block, share: pd.DataFrame
) -> list[Column]:
    """Add up the list below, and divide."""
    own = block_of(
        sheet.name,
        [Column(_PARCEL, (), key=key) for key in _SHARE_KEYS],
        first=sheet.row + 2,
        count=len(share),
    )
    counts = [("counts", quoted(YES))]
    standard = [*counts, ("standard", quoted(YES))]
    rows = share.to_dict("records")

    def each(make: Callable[[int, str], Formula]) -> list[Formula]:
        return [make(line, str(row["basis"])) for line, row in enumerate(rows)]

    def ratio(part: str, whole: str, name: str) -> list[Formula]:
        cells = []
        for line, row in enumerate(rows):
            above, below = own.cell(part, line), own.cell(whole, line)
            value = float(row[name])
            text = f'=IF({below}=0,"",{above}/{below})'
            cells.append(Formula(text, value if np.isfinite(value) else None))
        return cells

    def area(line: int, name: str) -> float:
        return draft.area(float(rows[line][name]))

    return [
        Column(
            Text(en="Basis", zh="面积口径"),
            [draft.book.say(METHOD_TEXTS[Method(str(row["basis"]))]) for row in rows],
        ),
        draft.area_column(
            Text(en="Industrial, supplied", zh="供应工业用地"),
            each(
                lambda at, basis: sum_if(block, basis, counts, area(at, "supplied_m2"))
            ),
        ),
        draft.area_column(
            Text(en="of it standard", zh="其中标准地"),
            each(
                lambda at, basis: sum_if(
                    block, basis, standard, area(at, "standard_m2")
                )
            ),
        ),
        Column(
            Text(en="Share by area", zh="面积占比"),
            ratio("standard", "supplied", "share_by_area"),
            kind="share",
        ),
        Column(
            Text(en="Parcels", zh="宗数"),
            each(
                lambda at, _: count_if(block, counts, float(rows[at]["supplied_count"]))
            ),
            kind="count",
        ),
        Column(
            Text(en="of them standard", zh="其中标准地宗数"),
            each(
                lambda at, _: count_if(
                    block, standard, float(rows[at]["standard_count"])
                )
            ),
            kind="count",
        ),
        Column(
            Text(en="Share by count", zh="宗数占比"),
            ratio("of_them", "count", "share_by_count"),
            kind="share",
        ),
        Column(
            Text(en="Class unknown", zh="用途不明宗数"),
            share["unclassed_count"],
            kind="count",
        ),
    ]


def add_holds(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of the ground that is held at the end of the period.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    held = draft.year.holds()
    sheet.write_table(
        [
            Column(Text(en="Hold", zh="预留编号"), held["hold_id"], width=14),
            Column(_PARCEL, lists.linked(list(held["parcel_id"])), width=16),
            Column(_PARK, named(held["park_id"], draft.parks), width=30),
            Column(Text(en="Project", zh="项目编号"), or_dash(held["project_id"])),
            draft.area_column(
                Text(en="Held", zh="预留面积"),
                draft.areas(held["area_m2"]),
                method=Method.PLANAR,
                total=True,
            ),
            Column(Text(en="From", zh="预留起"), held["held_from"], kind="date"),
            Column(Text(en="Until", zh="预留至"), held["held_until"], kind="date"),
            Column(Text(en="Held by", zh="预留人"), or_dash(held["held_by"])),
            Column(Text(en="Reason", zh="理由"), or_dash(held["reason"]), width=40),
        ]
    )
