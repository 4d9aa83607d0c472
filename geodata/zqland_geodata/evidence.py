"""Read evidence from the two forms of sheet that offices keep.

**Long**: a row per fact, with columns for the parcel, park or area, the item, and when
it was done, is due and expires, a value, a document. **Wide**: a row per parcel (or
park, or area) and a column per item; a cell holds the date on which it was done, or
yes (``是``, ``√``, ``有``, ``已完成``, ``yes``), no (``否``, ``×``, ``无``, ``no``), or
``计划`` with the date on which it is due. Behind an item in a heading may stand, in
parentheses, what its cells are: ``通水（计划）``, ``通电(有效期至)``, ``通电(MVA)``.

A yes has no date, so it counts from the sheet's as-of date, which must be given, and
is a finding. A row or cell that cannot be read is not used, and is a finding of error
severity. Where a row names several subjects, the fact is about the most specific one:
parcel, then area, then park.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland import catalogues
from zqland.errors import UnitError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import datecells, headings, quantities
from zqland_geodata.attributes import take_columns
from zqland_geodata.errors import MissingColumnError, MissingDateError
from zqland_geodata.evidence_cells import read_cells
from zqland_geodata.evidence_checks import checked
from zqland_geodata.evidence_items import ItemWords, Role
from zqland_geodata.evidence_reading import Reading
from zqland_geodata.fieldmap import FieldMap, table_map
from zqland_geodata.identity import park_ids
from zqland_geodata.rawtable import clean_text, rows_where
from zqland_geodata.remarks import NOT_USED, Rule
from zqland_geodata.sheets import read_sheet

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from zqland.readiness import ReadinessRules
    from zqland_geodata.options import Limits

_KINDS = {"parcel_id": "parcel", "area_id": "area", "park_id": "park"}
_DATES = ["done_on", "due_on", "expires_on"]
_CONTEXT = ["document", "recorded_at", "recorded_by"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class EvidenceRead:
    """Evidence read from a sheet.

    Attributes
    ----------
    evidence
        Table *evidence* of ``columns.csv`` with all its columns.
    findings
        What was found while reading.
    """

    evidence: pd.DataFrame
    findings: list[Finding]


def read_evidence(
    path: str | Path,
    *,
    fieldmap: FieldMap | None = None,
    as_of: dt.date | None = None,
    rules: ReadinessRules | None = None,
    limits: Limits | None = None,
) -> EvidenceRead:
    """Read evidence from a workbook or CSV file.

    Parameters
    ----------
    path
        An xlsx, xls or csv file in the long or the wide form.
    fieldmap
        Which column and word is what; headings are recognised without it.
    as_of
        Day on which the sheet's yes and no were true; otherwise the field map's.
    rules
        Rules with the catalogue of items; the packaged ones by default.
    limits
        How much is read at most.

    Returns
    -------
    read
        The facts and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole; a missing as-of date is `MissingDateError`.
    """
    mapping = table_map(fieldmap, "evidence")
    words = ItemWords.of(
        catalogues.load_catalogues().readiness if rules is None else rules,
        mapping.items,
        fieldmap.name if fieldmap else "",
    )
    mapped = {name for column in mapping.columns.values() for name in column.columns}

    def is_heading(text: str) -> bool:
        if text in mapped or words.heading(text) is not None:
            return True
        return not mapped and headings.match(text, "evidence") is not None

    sheet = read_sheet(
        path,
        sheet=mapping.sheet,
        is_heading=is_heading,
        known=_KNOWN,
        limits=limits,
    )
    reading = Reading(sheet, mapping, words, as_of or mapping.as_of)
    reading.findings += sheet.findings
    facts = _long(reading) if _is_long(reading) else _wide(reading)
    return EvidenceRead(checked(reading, facts), reading.findings)


def _is_long(reading: Reading) -> bool:
    if reading.mapping.columns:
        return "item" in reading.mapping.columns
    found = (headings.match(str(h), "evidence") for h in reading.sheet.raw.columns)
    return any(match is not None and match[0] == "item" for match in found)


def _long(reading: Reading) -> pd.DataFrame:
    """Read a row per fact; the index says the row of the sheet."""
    raw = reading.sheet.raw.copy()
    heading = _done_heading(reading)
    said = None
    if heading is not None:
        said = _said(reading, raw[heading], heading)
        raw[heading] = None
    facts, is_broken = _take(reading, raw, needed=("item",))
    if said is not None:
        facts["done_on"] = said["done"]
        facts["due_on"] = facts["due_on"].fillna(said["due"])
        is_broken |= said["broken"]
    items = facts["item"].map(reading.words.item, na_action="ignore").astype("str")
    for row in rows_where(items.isna()):
        reading.note(_UNKNOWN_ITEM, row, "item", facts["item"].iloc[row])
    facts["item"] = items
    is_silent = facts[_DATES].isna().all(axis=1) & ~is_broken & items.notna()
    for row in rows_where(is_silent):
        if said is None or said["kind"].iloc[row] != "no":
            reading.note(_NO_DATE, row, "done_on")
    return facts[~is_broken & items.notna() & ~is_silent]


def _wide(reading: Reading) -> pd.DataFrame:
    """Read a column per item; the index says the row of the sheet."""
    raw = reading.sheet.raw
    mapped = {n for column in reading.mapping.columns.values() for n in column.columns}
    roles: dict[str, list[tuple[str, Role]]] = {}
    for heading in map(str, raw.columns):
        role = reading.words.heading(heading)
        if role is not None and heading not in mapped:
            roles.setdefault(role.item, []).append((heading, role))
    if not roles:
        raise MissingColumnError(_NO_FORM.format(name=reading.sheet.name))
    used = [heading for columns in roles.values() for heading, _ in columns]
    context, is_broken = _take(reading, raw.drop(columns=used), needed=())
    shared = context[["subject_kind", "subject_id", *_CONTEXT]][~is_broken]
    facts = [
        shared.join(_item_facts(reading, item, columns), how="inner")
        for item, columns in roles.items()
    ]
    return pd.concat(facts).sort_index(kind="stable")


def _item_facts(
    reading: Reading, item: str, columns: list[tuple[str, Role]]
) -> pd.DataFrame:
    """Read the columns of one item: when, until when, and how much."""
    raw = reading.sheet.raw
    no_date = pd.Series(np.datetime64("NaT", "s"), index=raw.index)
    known = {"item": item, "value": np.nan, "unit": ""}
    facts = pd.DataFrame(known | dict.fromkeys(_DATES, no_date), index=raw.index)
    is_broken = pd.Series(False, index=raw.index)  # noqa: FBT003 - the value
    is_denied = is_broken
    for heading, role in columns:
        if role.column == "value":
            facts["value"], broken = _values(reading, raw[heading], heading)
            facts["unit"] = role.unit
            is_broken |= broken
            continue
        said = _said(reading, raw[heading], heading, column=role.column)
        facts[role.column] = facts[role.column].fillna(said["done"])
        facts["due_on"] = facts["due_on"].fillna(said["due"])
        is_broken |= said["broken"]
        is_denied = is_denied | (said["kind"] == "no")
    is_dated = facts[["done_on", "due_on"]].notna().any(axis=1)
    is_told = facts[["value", "expires_on"]].notna().any(axis=1)
    for row in rows_where(is_told & ~is_dated & ~is_broken & ~is_denied):
        reading.note(_NO_DATE, row, item)
    return facts[~is_broken & is_dated]


def _values(
    reading: Reading, cells: pd.Series[Any], heading: str
) -> tuple[pd.Series[float], pd.Series[bool]]:
    values = pd.Series(np.nan, index=cells.index)
    broken = pd.Series(False, index=cells.index)  # noqa: FBT003 - the value
    # Few columns hold values; their cells may be text, so they are read one by one.
    for row, cell in enumerate(cells):
        text = clean_text(cell)
        if not text:
            continue
        try:
            values.iloc[row] = quantities.parse_figure(text, "", default=1.0)
        except UnitError as error:
            broken.iloc[row] = True
            reading.note(_BAD_VALUE, row, heading, cell, reason=error.text)
    return values, broken


def _said(
    reading: Reading, cells: pd.Series[Any], heading: str, column: str = "done_on"
) -> pd.DataFrame:
    """Return done and due dates of a column of cells; faults become findings."""
    said = read_cells(
        cells,
        serials=reading.words.item(heading) is None and column == "done_on",
        epoch_1904=reading.sheet.layout.epoch_1904,
    )
    is_broken = said["kind"] == "unreadable"
    if column != "done_on":
        is_broken |= said["kind"].isin(["yes", "planned"])
    for row in rows_where(is_broken):
        reason = said["reason"].iloc[row] or _NO_YES
        reading.note(_NOT_A_DATE, row, heading, cells.iloc[row], reason=reason)
    reading.findings += datecells.remarks_of(
        heading,
        cells.map(clean_text),
        said["remark"].where(~is_broken),
        lambda row: reading.place(row, heading),
    )
    is_yes = (said["kind"] == "yes") & ~is_broken
    done = said["date"].where(said["kind"] == "date")
    if is_yes.any():
        done = done.where(~is_yes, _as_of(reading, heading, int(is_yes.sum())))
        _note_undated(reading, heading, cells, is_yes)
    due = said["date"].where((said["kind"] == "planned") & ~is_broken)
    return pd.DataFrame(
        {"kind": said["kind"], "done": done, "due": due, "broken": is_broken}
    )


def _as_of(reading: Reading, heading: str, count: int) -> pd.Timestamp:
    if reading.as_of is None:
        raise MissingDateError(
            _NO_AS_OF.format(name=reading.sheet.name, heading=heading, count=count)
        )
    return pd.Timestamp(reading.as_of)


def _note_undated(
    reading: Reading, heading: str, cells: pd.Series[Any], is_yes: pd.Series[bool]
) -> None:
    rows = rows_where(is_yes)
    shown = ", ".join(reading.place(row, heading) for row in rows[:_SHOWN])
    reading.findings.append(
        _UNDATED.finding(
            "",
            heading,
            f"{clean_text(cells.iloc[rows[0]])} × {len(rows)}",
            place=shown + (" …" if len(rows) > _SHOWN else ""),
            count=len(rows),
            date=reading.as_of,
        )
    )


def _done_heading(reading: Reading) -> str | None:
    """Return the heading of the column that says when, for it may say yes."""
    if reading.mapping.columns:
        column = reading.mapping.columns.get("done_on")
        return column.columns[0] if column and column.columns else None
    found = headings.recognise(map(str, reading.sheet.raw.columns), "evidence")
    column = found.columns.get("done_on")
    return column.columns[0] if column else None


def _take(
    reading: Reading, raw: pd.DataFrame, needed: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.Series[bool]]:
    """Take columns and subjects; tell which rows cannot be used."""
    sheet = reading.sheet
    whole = replace(sheet, raw=raw)
    source = whole.as_table("evidence", action=NOT_USED)
    taken = take_columns(
        source, reading.mapping, needed=needed, id_column="evidence_id"
    )
    reading.findings += taken.findings
    reading.sources = taken.sources
    present = set(taken.sources)
    if not present & set(_KINDS) and not {"subject_kind", "subject_id"} <= present:
        raise MissingColumnError(
            _NO_SUBJECT.format(name=sheet.name, found=", ".join(map(str, raw.columns)))
        )
    table = taken.table
    kind, subject = table["subject_kind"], table["subject_id"]
    subject = subject.where(kind.notna())
    for column, name in _KINDS.items():
        is_named = table[column].notna() & subject.isna()
        kind = kind.where(~is_named, name)
        subject = subject.where(~is_named, table[column])
    for row in rows_where(subject.isna()):
        reading.note(_WHOSE, row, "subject_id")
    table["subject_kind"] = kind
    table["subject_id"] = subject.where(kind != "park", park_ids(subject))
    return table, taken.unreadable | subject.isna()


_KNOWN = Text(
    en="a column for the parcel, park or area, and either item and dates or a column "
    "per item",
    zh="地块、园区或片区一列，以及“事项、日期”各列或每个事项一列",
)
_UNKNOWN_ITEM = Rule(
    "item.unknown",
    Severity.ERROR,
    Text(
        en="the item is empty or not in the catalogue of items",
        zh="事项为空，或不在事项目录中",
    ),
    NOT_USED,
)
_NO_DATE = Rule(
    "evidence.no_date",
    Severity.ERROR,
    Text(
        en="the fact has no date on which it was done or is due",
        zh="没有完成日期，也没有计划日期",
    ),
    NOT_USED,
)
_NO_FORM = Text(
    en="{name}: neither a column of items (long form) nor columns named after items "
    "(wide form). Rename the headings, or name items in a field map under "
    "[evidence.items].",
    zh="{name}：既没有“事项”列（长表），也没有以事项命名的列（宽表）。请改列名，"
    "或在字段映射的 [evidence.items] 中指明。",
)
_NO_SUBJECT = Text(
    en="{name}: no column says which parcel, park or area a row is about; it has: "
    "{found}. Add 地块编号 (parcel id) or 园区代码 (park id), or name the column in a "
    "field map.",
    zh="{name}：没有列说明是哪宗地块、园区或片区；现有：{found}。请加“地块编号”或“园区代码”，"
    "或在字段映射中指明。",
)
_WHOSE = Rule(
    "subject.missing",
    Severity.ERROR,
    Text(
        en="the row does not say what it is about",
        zh="该行没有写明对象",
    ),
    NOT_USED,
)
_NOT_A_DATE = Rule(
    "date.unreadable",
    Severity.ERROR,
    Text(en="neither yes or no, nor a day: {reason}", zh="既不是是/否，也{reason}"),
    NOT_USED,
)
_NO_YES = Text(
    en="the column holds days; write the day",
    zh="不是日期；该列应填日期",
)
_NO_AS_OF = Text(
    en="{name}: the column “{heading}” says yes {count} times without a date. Give the "
    "day on which the sheet was true: --evidence-as-of, or as_of in the field map.",
    zh="{name}：“{heading}”列有 {count} 处只写“是”而无日期。请给出该表的截止日期："
    "--evidence-as-of，或字段对照中的 as_of。",
)
_FROM_AS_OF = Text(
    en="counted from the as-of date {date}",
    zh="自表的截止日期 {date} 起计",
)
_UNDATED = Rule(
    "evidence.undated",
    Severity.WARNING,
    Text(
        en="done, but without a date ({count} rows)",
        zh="已完成但无日期（{count} 行）",
    ),
    _FROM_AS_OF,
)
_BAD_VALUE = Rule(
    "figure.unreadable",
    Severity.ERROR,
    Text(en="{reason}", zh="{reason}"),
    NOT_USED,
)
