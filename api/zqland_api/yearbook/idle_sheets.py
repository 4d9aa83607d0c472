"""The sheets of idle land, and of land that was approved but not supplied."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zqland.idle import STATE_TEXTS, IdleLand
from zqland.text import Text
from zqland.unsupplied import Unsupplied
from zqland_api.yearbook.draft import (
    Draft,
    named,
    or_dash,
    write_findings,
    write_over,
)
from zqland_api.yearbook.formulas import YES, count_if, quoted, sum_if
from zqland_api.yearbook.lists import Lists
from zqland_geodata.workbook.cells import Block, Formula
from zqland_geodata.workbook.form import Column, Sheet, block_of

_STATE = Text(en="State", zh="状态")
_AREA = Text(en="Area by contract", zh="合同面积")
_FEE = Text(en="Fee (10,000 yuan)", zh="闲置费（万元）")
_BATCH = Text(en="Batch", zh="批次编号")
_YEAR = Text(en="Approved in", zh="批准年度")
_ALL_YEARS = Text(en="All years", zh="合计")


def add_idle(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of the contracts of supply, with their states added up above.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    idle = draft.year.idle()
    write_over(
        sheet,
        _contract_columns(draft, lists, idle),
        (len(idle.totals), lambda block: _state_columns(draft, sheet, block, idle)),
    )
    write_findings(draft, sheet, idle.findings)


def _states(draft: Draft, table: pd.DataFrame) -> list[str]:
    words = {str(state): text for state, text in STATE_TEXTS.items()}
    return named(table["state"], draft.words(words))


def _contract_columns(draft: Draft, lists: Lists, idle: IdleLand) -> list[Column]:
    table = idle.contracts
    say = draft.book.say
    joint = say(Text(en=", ", zh="、"))
    return [
        Column(Text(en="Contract", zh="合同编号"), table["contract_id"], width=16),
        Column(
            Text(en="Parcel", zh="地块编号"),
            lists.linked(list(table["parcel_id"])),
            width=16,
        ),
        Column(
            Text(en="Where it lies now", zh="现地块"),
            [joint.join(ids) for ids in table["ground_ids"]],
            width=18,
        ),
        Column(
            Text(en="Project", zh="项目编号"), or_dash(table["project_id"]), width=13
        ),
        Column(Text(en="Signed", zh="签订日期"), table["signed_on"], kind="date"),
        draft.area_column(_AREA, draft.areas(table["area_m2"]), key="area", total=True),
        Column(
            Text(en="Price (10,000 yuan)", zh="出让价款（万元）"),
            table["price_wan"],
            kind="area",
            width=13,
        ),
        Column(_STATE, _states(draft, table), width=13, key="state"),
        Column(Text(en="Idle from", zh="闲置起"), table["idle_on"], kind="date"),
        Column(
            Text(en="May be taken back from", zh="可收回起"),
            table["recovery_on"],
            kind="date",
        ),
        Column(
            Text(en="Days of delay", zh="延误天数"),
            table["idle_days"],
            kind="count",
            width=9,
        ),
        Column(
            Text(en="Days left", zh="剩余天数"),
            table["days_left"],
            kind="count",
            width=9,
        ),
        Column(_FEE, table["fee_wan"], kind="area", width=13, key="fee", total=True),
        Column(
            Text(en="Why", zh="判定理由"),
            [say(text) for text in table["reason"]],
            width=56,
        ),
    ]


def _state_columns(
    draft: Draft, sheet: Sheet, block: Block, idle: IdleLand
) -> list[Column]:
    """Count and add up the contracts by their state."""
    totals = idle.totals
    own = block_of(
        sheet.name,
        [Column(_STATE, (), key="state")],
        first=sheet.row + 2,
        count=len(totals),
    )
    rows = totals.to_dict("records")
    where = [[("state", own.cell("state", line))] for line in range(len(rows))]
    pairs = [*zip(where, rows, strict=True)]
    return [
        Column(_STATE, _states(draft, totals)),
        Column(
            Text(en="Contracts", zh="合同数"),
            [count_if(block, at, float(row["count"])) for at, row in pairs],
            kind="count",
        ),
        draft.area_column(
            _AREA,
            [
                sum_if(block, "area", at, draft.area(row["area_m2"]))
                for at, row in pairs
            ],
        ),
        Column(
            Text(en="Without an area", zh="缺面积合同数"),
            totals["lacking_count"],
            kind="count",
        ),
        Column(
            _FEE,
            [sum_if(block, "fee", at, float(row["fee_wan"])) for at, row in pairs],
            kind="area",
        ),
    ]


def add_unsupplied(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of what was approved but not supplied, with its ground below.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    found = draft.year.unsupplied()
    years = found.years[found.years["basis"].eq(str(draft.year.basis))]
    write_over(
        sheet,
        _approved_columns(draft, lists, found),
        (len(years), lambda block: _year_columns(draft, sheet, block, years)),
    )
    write_findings(draft, sheet, found.findings)


def _approved_columns(draft: Draft, lists: Lists, found: Unsupplied) -> list[Column]:
    ground, basis = found.ground, draft.year.basis
    return [
        Column(_YEAR, _year_names(draft, ground), width=13, key="year"),
        Column(_BATCH, ground["batch_id"], width=18),
        Column(
            Text(en="Parcel of the batch", zh="报批地块"),
            ground["recorded_id"],
            width=16,
        ),
        Column(
            Text(en="Parcel now", zh="现地块"),
            lists.linked(list(ground["parcel_id"])),
            width=16,
        ),
        Column(Text(en="Approved", zh="批准日期"), ground["approved_on"], kind="date"),
        draft.area_column(
            Text(en="Area", zh="面积"),
            draft.areas(ground[f"{basis}_m2"]),
            key="area",
            method=basis,
            total=True,
        ),
        _marks(Text(en="Supplied", zh="已供应"), ground["is_supplied"], "supplied"),
        Column(
            Text(en="Supplied on", zh="供应日期"), ground["supplied_on"], kind="date"
        ),
        _marks(
            Text(en="Taken back since", zh="后又收回"),
            ground["is_returned"],
            "returned",
        ),
    ]


def _marks(heading: Text, holds: pd.Series[bool], key: str) -> Column:
    marks = np.where(holds.astype("bool"), YES, "")
    return Column(heading, marks, kind="mark", width=13, key=key)


_YEAR_KEYS = ("year", "batches", "approved", "supplied", "unsupplied", "rate")


def _year_columns(
    draft: Draft, sheet: Sheet, block: Block, years: pd.DataFrame
) -> list[Column]:
    """Add up the ground by the year of its approval; the last line adds up all."""
    rows = years.to_dict("records")
    last = len(rows) - 1
    own = block_of(
        sheet.name,
        [Column(_YEAR, (), key=key) for key in (*_YEAR_KEYS, "returned")],
        first=sheet.row + 2,
        count=len(rows),
    )

    def areas(name: str, key: str, where: list[tuple[str, str]]) -> list[Formula]:
        cells = []
        for line, row in enumerate(rows):
            value = draft.area(row[name])
            if line == last and last:
                text = f"=SUM({own.cell(key)}:{own.cell(key, last - 1)})"
                cells.append(Formula(text, value))
            else:
                at = [("year", own.cell("year", line)), *where]
                cells.append(sum_if(block, "area", at, value))
        return cells

    rates = []
    for line, row in enumerate(rows):
        above, below = own.cell("unsupplied", line), own.cell("approved", line)
        value = float(row["rate"])
        text = f'=IF({below}=0,"",{above}/{below})'
        rates.append(Formula(text, value if np.isfinite(value) else None))
    yes, no = ("supplied", quoted(YES)), ("supplied", quoted(f"<>{YES}"))
    return [
        Column(_YEAR, _year_names(draft, years)),
        Column(Text(en="Batches", zh="批次数"), years["batch_count"], kind="count"),
        draft.area_column(
            Text(en="Approved", zh="批准面积"), areas("approved_m2", "approved", [])
        ),
        draft.area_column(
            Text(en="of it supplied", zh="其中已供应"),
            areas("supplied_m2", "supplied", [yes]),
        ),
        draft.area_column(
            Text(en="Not supplied", zh="批而未供"),
            areas("unsupplied_m2", "unsupplied", [no]),
        ),
        Column(Text(en="Share not supplied", zh="批而未供率"), rates, kind="share"),
        draft.area_column(
            Text(en="Supplied, taken back since", zh="供应后又收回"),
            areas("returned_m2", "returned", [("returned", quoted(YES))]),
        ),
        Column(
            Text(en="Parcels approved", zh="批准宗数"),
            years["approved_count"],
            kind="count",
        ),
        Column(
            Text(en="Parcels not supplied", zh="未供宗数"),
            years["unsupplied_count"],
            kind="count",
        ),
        Column(
            Text(en="Without a figure", zh="缺面积宗数"),
            years["lacking_count"],
            kind="count",
        ),
    ]


def _year_names(draft: Draft, table: pd.DataFrame) -> list[str]:
    every = draft.book.say(_ALL_YEARS)
    return [every if pd.isna(year) else str(year) for year in table["year"]]
