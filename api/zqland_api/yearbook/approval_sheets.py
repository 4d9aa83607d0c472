"""The sheets of approvals: the batches with their steps, and what quotas they use."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import pandas as pd

from zqland.approvals import STATE_TEXTS as STEP_TEXTS
from zqland.approvals import Approvals
from zqland.ledger import CITY
from zqland.quotas import KIND_TEXTS, STATE_TEXTS, BatchState, QuotaKind, QuotaUse
from zqland.text import Text
from zqland_api.yearbook.draft import (
    Draft,
    named,
    or_dash,
    write_findings,
    write_over,
)
from zqland_api.yearbook.formulas import YES, can_be_found, quoted, sum_if
from zqland_api.yearbook.lists import Lists
from zqland_api.yearbook.words import district_words, scope_text
from zqland_geodata.workbook.cells import Block, Formula
from zqland_geodata.workbook.form import Column, Sheet, block_of

_BATCH = Text(en="Batch", zh="批次编号")
_DISTRICT = Text(en="District", zh="县（市、区）")
_STATE = Text(en="State", zh="状态")
_SCOPE = Text(en="Scope", zh="范围")
_AREA = Text(en="Area", zh="面积")
_NO_PARK = Text(
    en="Quotas are granted to the city and its districts, not to parks: these are "
    "those of the whole city.",
    zh="规模和指标下达到市、县（市、区），不分解到园区：以下为全市情况。",
)


def add_approvals(draft: Draft, sheet: Sheet, _lists: Lists) -> None:
    """Fill the sheet of the batches.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    _lists
        Not needed: whole batches are shown.
    """
    found = draft.year.approvals()
    for note in found.notes:
        sheet.write_line(note)
    sheet.write_table(_batch_columns(draft, found))
    write_findings(draft, sheet, found.findings)


def add_steps(draft: Draft, sheet: Sheet, _lists: Lists) -> None:
    """Fill the sheet of the steps that can be done now, or are overdue.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    _lists
        Not needed, as above.
    """
    steps = draft.year.approvals().steps
    now = steps["state"].isin(["running", "open"]) | steps["is_overdue"]
    sheet.write_table(_step_columns(draft, steps[now.astype("bool")]))


def _batch_columns(draft: Draft, found: Approvals) -> list[Column]:
    batches = found.batches
    names = _step_names(draft, found.steps)
    days = {
        "submitted_on": Text(en="Submitted", zh="上报日期"),
        "approved_on": Text(en="Approved", zh="批准日期"),
        "earliest_approved_on": Text(en="Earliest approval", zh="最早可批准"),
        "expected_approved_on": Text(en="Expected approval", zh="预计批准"),
        "earliest_supply_on": Text(en="Earliest supply", zh="最早可供应"),
    }
    done = [
        f"{done} / {count}"
        for done, count in zip(
            batches["done_count"], batches["step_count"], strict=True
        )
    ]
    return [
        Column(_BATCH, batches["batch_id"], width=18, key="batch_id"),
        Column(Text(en="Name", zh="批次名称"), or_dash(batches["name"]), width=34),
        Column(_DISTRICT, _districts(draft, batches), width=11),
        Column(Text(en="Plan year", zh="计划年度"), batches["year"], kind="figure"),
        Column(_STATE, _states(draft, batches), width=11),
        *(
            Column(text, batches[name], kind="date", width=12)
            for name, text in days.items()
        ),
        Column(Text(en="Steps done", zh="已完成步骤"), done, kind="mark", width=9),
        draft.area_column(_AREA, draft.areas(batches["area_m2"]), total=True),
        Column(
            Text(en="Decides the day now", zh="当前关键步骤"),
            _listed(draft, batches["blocking"], names),
            width=24,
        ),
        Column(
            Text(en="Overdue", zh="逾期步骤"),
            _listed(draft, batches["overdue"], names),
            width=18,
        ),
    ]


def _step_columns(draft: Draft, steps: pd.DataFrame) -> list[Column]:
    say = draft.book.say
    names = _step_names(draft, steps)
    days = {
        "began_on": Text(en="Began", zh="开始日期"),
        "due_on": Text(en="Due", zh="计划完成"),
        "earliest_finish_on": Text(en="Earliest finish", zh="最早完成"),
    }
    return [
        Column(_BATCH, steps["batch_id"], width=18),
        Column(
            Text(en="Step", zh="步骤"),
            named(steps["step"], names),
            width=34,
        ),
        Column(_STATE, named(steps["state"], draft.words(STEP_TEXTS))),
        Column(
            Text(en="Critical", zh="关键"),
            np.where(steps["is_critical"].astype("bool"), YES, ""),
            kind="mark",
        ),
        Column(
            Text(en="Overdue", zh="逾期"),
            np.where(steps["is_overdue"].astype("bool"), YES, ""),
            kind="mark",
        ),
        *(Column(text, steps[name], kind="date") for name, text in days.items()),
        Column(
            Text(en="Why", zh="说明"), [say(text) for text in steps["reason"]], width=64
        ),
    ]


def add_quotas(draft: Draft, sheet: Sheet, lists: Lists) -> None:
    """Fill the sheet of the quotas of the plan year, over the ground that uses them.

    Parameters
    ----------
    draft
        The yearbook.
    sheet
        Its sheet.
    lists
        Where the lists stand.
    """
    year = draft.year
    if year.scope != CITY and year.quota_scope == CITY:
        sheet.write_line(_NO_PARK)
    use, ground = year.quotas(), year.quota_ground()
    write_over(
        sheet,
        _ground_columns(draft, lists, ground),
        (len(use.limits), lambda block: _limit_columns(draft, sheet, block, use)),
        (len(use.batches), lambda block: _need_columns(draft, sheet, block, use)),
    )
    write_findings(draft, sheet, use.findings)


def _ground_columns(draft: Draft, lists: Lists, ground: pd.DataFrame) -> list[Column]:
    areas = {
        "area": _AREA,
        "scale": KIND_TEXTS[QuotaKind.SCALE],
        "indicator": KIND_TEXTS[QuotaKind.INDICATOR],
    }
    return [
        Column(_BATCH, ground["batch_id"], width=18, key="batch_id"),
        Column(
            Text(en="Parcel", zh="地块编号"),
            lists.linked(list(ground["parcel_id"])),
            width=16,
        ),
        Column(_DISTRICT, _districts(draft, ground), width=14, key="district"),
        Column(_STATE, _states(draft, ground), width=14, key="state"),
        *(
            draft.area_column(
                text, draft.areas(ground[f"{key}_m2"]), key=key, total=True
            )
            for key, text in areas.items()
        ),
    ]


_LIMIT_KEYS = ("kind", "scope", "granted", "used", "reserved", "rest")


def _limit_columns(
    draft: Draft, sheet: Sheet, ground: Block, use: QuotaUse
) -> list[Column]:
    """Add up the ground against each limit."""
    limits = use.limits
    rows = limits.to_dict("records")
    own = _own(sheet, _LIMIT_KEYS, len(rows))
    approved = draft.book.say(STATE_TEXTS[BatchState.APPROVED])
    rests = []
    for line, row in enumerate(rows):
        granted, used, reserved = (
            own.cell(key, line) for key in ("granted", "used", "reserved")
        )
        text = f'=IF({granted}="","",{granted}-{used}-{reserved})'
        value = draft.area(row["rest_m2"])
        rests.append(Formula(text, value if np.isfinite(value) else None))
    return [
        *_limit_names(draft, limits),
        draft.area_column(
            Text(en="Granted", zh="下达"), draft.areas(limits["granted_m2"])
        ),
        draft.area_column(
            Text(en="Used (approved)", zh="已使用（已批准）"),
            [_used(draft, ground, row, "used_m2", quoted(approved)) for row in rows],
        ),
        draft.area_column(
            Text(en="Kept (under way)", zh="已预留（办理中）"),
            [
                _used(draft, ground, row, "reserved_m2", quoted(f"<>{approved}"))
                for row in rows
            ],
        ),
        draft.area_column(Text(en="Rest", zh="结余"), rests),
        Column(
            Text(en="Without a figure", zh="缺面积地块数"),
            limits["lacking_count"],
            kind="count",
        ),
        Column(
            Text(en="Batches that do not fit", zh="无法安排的批次"),
            _listed(draft, limits["unfit_ids"]),
            width=20,
        ),
    ]


def _used(
    draft: Draft,
    ground: Block,
    row: Mapping[Hashable, object],
    name: str,
    state: str,
) -> float | Formula:
    """Add up the ground of one limit; of limits without a grant only the figure."""
    value = draft.area(float(str(row[name])))
    if pd.isna(float(str(row["granted_m2"]))):
        return value
    where = [("state", state)]
    if row["scope"] != CITY:
        where.append(("district", quoted(_scope_name(draft, row["scope"]))))
    return sum_if(ground, str(row["kind"]), where, value)


_NEED_KEYS = ("batch_id", "kind")


def _need_columns(
    draft: Draft, sheet: Sheet, ground: Block, use: QuotaUse
) -> list[Column]:
    """Show what each batch needs of each limit, and whether it fits."""
    batches = use.batches
    own = _own(sheet, _NEED_KEYS, len(batches))
    needs: list[float | Formula] = []
    is_live = can_be_found(batches["batch_id"].unique())
    for line, row in enumerate(batches.to_dict("records")):
        value = draft.area(row["needed_m2"])
        where = [("batch_id", own.cell("batch_id", line))]
        live = sum_if(ground, str(row["kind"]), where, value)
        needs.append(live if is_live else value)
    return [
        Column(_BATCH, batches["batch_id"]),
        *_limit_names(draft, batches),
        Column(_STATE, _states(draft, batches)),
        draft.area_column(Text(en="Needed", zh="需要"), needs),
        draft.area_column(
            Text(en="Left for it", zh="可用"), draft.areas(batches["available_m2"])
        ),
        Column(
            Text(en="Fits", zh="可安排"),
            np.where(batches["fits"].astype("bool"), YES, "✗"),
            kind="mark",
        ),
        draft.area_column(
            Text(en="Short", zh="缺口"), draft.areas(batches["short_m2"])
        ),
    ]


def _limit_names(draft: Draft, table: pd.DataFrame) -> list[Column]:
    kinds = draft.words({str(kind): text for kind, text in KIND_TEXTS.items()})
    return [
        Column(Text(en="Quota", zh="限额"), named(table["kind"], kinds)),
        Column(_SCOPE, [_scope_name(draft, scope) for scope in table["scope"]]),
    ]


def _own(sheet: Sheet, keys: tuple[str, ...], count: int) -> Block:
    columns = [Column(_BATCH, (), key=key) for key in keys]
    return block_of(sheet.name, columns, first=sheet.row + 2, count=count)


def _scope_name(draft: Draft, scope: object) -> str:
    return draft.book.say(scope_text(str(scope), draft.year.books.parks))


def _districts(draft: Draft, table: pd.DataFrame) -> list[str]:
    return named(table["district"], draft.words(district_words()))


def _states(draft: Draft, table: pd.DataFrame) -> list[str]:
    words = {str(state): text for state, text in STATE_TEXTS.items()}
    return named(table["state"], draft.words(words))


def _step_names(draft: Draft, steps: pd.DataFrame) -> dict[str, str]:
    texts = dict(zip(steps["step"], steps["name"], strict=True))
    return draft.words(texts)


def _listed(
    draft: Draft,
    keys: Iterable[tuple[str, ...]],
    names: Mapping[str, str] | None = None,
) -> list[str]:
    joint = draft.book.say(Text(en=", ", zh="、"))
    words = {} if names is None else names
    return [joint.join(words.get(key, key) for key in own) for own in keys]
