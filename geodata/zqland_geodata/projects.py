"""Read project lists and status events from workbooks and CSV files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland import catalogues, units
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings, ranges
from zqland_geodata.identity import park_ids
from zqland_geodata.rawtable import rows_where
from zqland_geodata.recordsheets import Records, Wanted, read_records
from zqland_geodata.remarks import LEFT_UNKNOWN, NOT_USED, Rule

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.fieldmap import FieldMap
    from zqland_geodata.options import Limits

_SEPARATORS = re.compile(r"\s*[;；、,，/|\n]\s*")
_AREAS = ["area_min_m2", "area_ideal_m2", "area_max_m2"]
_DIVISION_DIGITS = 2
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ProjectsRead:
    """Projects read from a list.

    Attributes
    ----------
    projects
        Table *projects* of ``columns.csv`` with all its columns, indexed by
        ``project_id``; every row of the list.
    findings
        What was found while reading.
    """

    projects: pd.DataFrame
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class StatusEventsRead:
    """Status events read from a sheet.

    Attributes
    ----------
    status_events
        Table *status_events* of ``columns.csv``.
    findings
        What was found while reading.
    """

    status_events: pd.DataFrame
    findings: list[Finding]


def read_projects(
    path: str | Path,
    *,
    fieldmap: FieldMap | None = None,
    limits: Limits | None = None,
) -> ProjectsRead:
    """Read projects from a workbook or CSV file.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per project; Chinese or English headings with
        the unit of areas and money in parentheses, as in ``用地面积（亩）``.
    fieldmap
        Which column is what; headings are recognised without it.
    limits
        How much is read at most.

    Returns
    -------
    read
        The projects, areas in m² and money in 10,000 yuan, and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    wanted = Wanted("projects", ("project_id", "area_ideal_m2"))
    records = read_records(path, wanted, fieldmap=fieldmap, limits=limits)
    records.name("project_id")
    table = records.table
    table["sector"] = _sectors(records)
    table["lists"] = _lists(records)
    for column in ("preferred_parks", "excluded_parks"):
        table[column] = _parks(table[column])
    _check_areas(records)
    _check_intensity(records)
    _note_totals(records)
    return ProjectsRead(records.indexed("project_id"), records.findings)


def read_status_events(
    path: str | Path,
    *,
    fieldmap: FieldMap | None = None,
    limits: Limits | None = None,
) -> StatusEventsRead:
    """Read status events from a workbook or CSV file.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per event: parcel, status, date, document.
    fieldmap
        Which column is what; headings are recognised without it.
    limits
        How much is read at most.

    Returns
    -------
    read
        The events and what was found; a row that cannot be read is not used.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    needed = ("parcel_id", "status", "happened_on")
    wanted = Wanted("status_events", needed, NOT_USED)
    records = read_records(path, wanted, fieldmap=fieldmap, limits=limits)
    table, unreadable = records.table, records.taken.unreadable
    is_gap = table[list(needed)].isna().any(axis=1) & ~unreadable
    for row in rows_where(is_gap):
        lacking = [column for column in needed if pd.isna(table[column].iloc[row])]
        place = records.place(lacking[0], row)
        record = records.ids[row]
        records.findings.append(
            _INCOMPLETE.finding(record, ", ".join(lacking), place=place)
        )
    events = table[~unreadable & ~is_gap].reset_index(drop=True)
    return StatusEventsRead(events, records.findings)


def _sectors(records: Records) -> pd.Series[Any]:
    """Return codes of GB/T 4754 for codes and names of divisions."""
    words = records.table["sector"]
    codes = words.map(_sector, na_action="ignore").astype("str")
    for row in rows_where(codes.isna() & words.notna()):
        records.note(_NO_SECTOR, "sector", row, words.iloc[row])
    return codes


def _sector(word: str) -> str | None:
    text = unicodedata.normalize("NFKC", word).strip()
    code = re.match(r"[A-Z]?(\d{2,4})(?!\d)", text)
    if code and code[1][:_DIVISION_DIGITS] in _divisions().values():
        return code[1]
    return _divisions().get(headings.plain(text))


@lru_cache(maxsize=1)
def _divisions() -> dict[str, str]:
    return {
        headings.plain(word): code
        for code, text in catalogues.load_catalogues().sectors.items()
        for word in (code, text.zh, text.en)
    }


def _lists(records: Records) -> pd.Series[Any]:
    known = headings.words_of("lists")
    cells = records.table["lists"]
    codes: list[str | None] = []
    for row, cell in enumerate(cells):
        parts = _parts(cell)
        for part in parts:
            if headings.plain(part) not in known:
                records.note(_NO_LIST, "lists", row, part)
        words = [known.get(headings.plain(part), part) for part in parts]
        codes.append(";".join(dict.fromkeys(words)) or None)
    return pd.Series(codes, index=cells.index, dtype="str")


def _parks(cells: pd.Series[Any]) -> pd.Series[Any]:
    parts = cells.map(_parts).explode().astype("str")
    ids = park_ids(parts)
    joined = ids.dropna().groupby(level=0).agg(";".join)
    return joined.reindex(cells.index).astype("str")


def _parts(cell: object) -> list[str]:
    if not isinstance(cell, str):
        return []
    return [part for part in _SEPARATORS.split(cell.strip()) if part]


def _check_areas(records: Records) -> None:
    """Remark on projects without an area, and on windows that are upside down."""
    areas = records.table[_AREAS]
    smallest, ideal, largest = (areas[column] for column in _AREAS)
    is_upside_down = (smallest > ideal) | (ideal > largest) | (smallest > largest)
    is_said = records.taken.broken("area_ideal_m2")
    for row in rows_where(ideal.isna() & ~is_said):
        records.note(_NO_AREA, "area_ideal_m2", row)
    for row in rows_where(is_upside_down):
        value = " ≤ ".join(f"{area:.2f}" for area in areas.iloc[row])
        records.note(_WINDOW, "area_min_m2", row, value)


def _check_intensity(records: Records) -> None:
    """Remark on an investment per mu that no project has: a unit is wrong."""
    allowed = ranges.range_of("projects", "investment_wan_per_mu")
    table = records.table
    invested = table["fixed_investment_wan"].fillna(table["investment_wan"])
    per_mu = invested / units.from_m2(table["area_ideal_m2"], "mu")
    if allowed is None:
        return
    is_odd = per_mu.notna() & ~per_mu.between(allowed.least, allowed.most)
    for row in rows_where(is_odd):
        is_fixed = pd.notna(table["fixed_investment_wan"].iloc[row])
        column = "fixed_investment_wan" if is_fixed else "investment_wan"
        records.note(
            _INTENSITY,
            column,
            row,
            f"{invested.iloc[row]:.10g}",
            per_mu=f"{per_mu.iloc[row]:,.4g}",
            least=f"{allowed.least:,g}",
            most=f"{allowed.most:,g}",
        )


def _note_totals(records: Records) -> None:
    """Remark once on projects whose total investment stands in for the fixed one."""
    table, ids = records.table, records.ids
    is_total = table["fixed_investment_wan"].isna() & table["investment_wan"].notna()
    rows = rows_where(is_total)
    if len(rows):
        shown = ", ".join(ids[row] for row in rows[:_SHOWN])
        value = shown + (" …" if len(rows) > _SHOWN else "")
        records.findings.append(
            _TOTAL.finding(
                "", "fixed_investment_wan", value, count=len(rows), ids=value
            )
        )


_KEPT = Text(en="kept as written", zh="按原文保留")
_TOTAL = Rule(
    "investment.total",
    Severity.INFO,
    Text(
        en="no fixed investment in {count} projects ({ids})",
        zh="{count} 个项目未填写固定资产投资（{ids}）",
    ),
    Text(
        en="the total investment stands in for it; the intensity may be overstated",
        zh="以总投资代替，投资强度可能偏高",
    ),
)
_INCOMPLETE = Rule(
    "status.incomplete",
    Severity.ERROR,
    Text(
        en="an event needs the parcel, the status and the date",
        zh="状态记录应有地块编号、状态和日期",
    ),
    NOT_USED,
)
_NO_SECTOR = Rule(
    "sector.unknown",
    Severity.ERROR,
    Text(
        en="neither a code nor a name of a division of GB/T 4754-2017",
        zh="不是 GB/T 4754-2017 的行业代码或大类名称",
    ),
    LEFT_UNKNOWN,
)
_NO_LIST = Rule(
    "lists.unknown",
    Severity.WARNING,
    Text(en="not one of the known lists", zh="不是已知的项目清单"),
    _KEPT,
)
_NO_AREA = Rule(
    "area.missing",
    Severity.ERROR,
    Text(en="the project states no area", zh="项目未写用地面积"),
    LEFT_UNKNOWN,
)
_INTENSITY = Rule(
    "investment.intensity",
    Severity.WARNING,
    Text(
        en="investment and area give {per_mu} (10,000 yuan a mu); usual are {least} to "
        "{most}: one of the two may be in another unit",
        zh="投资与用地相除为 {per_mu} 万元/亩，通常为 {least} 至 {most}，"
        "投资或面积的单位可能有误",
    ),
    _KEPT,
)
_WINDOW = Rule(
    "area.window",
    Severity.WARNING,
    Text(
        en="smallest, ideal and largest area are not in this order",
        zh="最小、需求、最大用地面积的顺序不对",
    ),
    _KEPT,
)
