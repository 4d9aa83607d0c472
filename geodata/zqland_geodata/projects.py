"""Read project lists and status events from workbooks and CSV files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland import catalogues
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.attributes import Taken, take_columns
from zqland_geodata.fieldmap import FieldMap, table_map
from zqland_geodata.identity import park_ids, unique_ids
from zqland_geodata.rawtable import RawTable, rows_where
from zqland_geodata.remarks import LEFT_UNKNOWN, NOT_USED, Rule
from zqland_geodata.sheets import Sheet, read_sheet

if TYPE_CHECKING:
    from pathlib import Path

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
    path: str | Path, *, fieldmap: FieldMap | None = None
) -> ProjectsRead:
    """Read projects from a workbook or CSV file.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per project; Chinese or English headings with
        the unit of areas and money in parentheses, as in ``用地面积（亩）``.
    fieldmap
        Which column is what; headings are recognised without it.

    Returns
    -------
    read
        The projects, areas in m² and money in 10,000 yuan, and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    needed = ("project_id", "area_ideal_m2")
    sheet, taken = _taken(path, "projects", fieldmap, needed=needed)
    findings = [*sheet.findings, *taken.findings]
    table = taken.table
    ids = unique_ids(
        table["project_id"], sheet.row_places, findings, field="project_id"
    )
    table["sector"] = _sectors(table["sector"], ids, findings)
    table["lists"] = _lists(table["lists"], ids, findings)
    for column in ("preferred_parks", "excluded_parks"):
        table[column] = _parks(table[column])
    _check_areas(table, ids, findings)
    _note_totals(table, ids, findings)
    projects = table.drop(columns="project_id")
    projects.index = pd.Index(ids, name="project_id", dtype="str")
    return ProjectsRead(projects, findings)


def read_status_events(
    path: str | Path, *, fieldmap: FieldMap | None = None
) -> StatusEventsRead:
    """Read status events from a workbook or CSV file.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per event: parcel, status, date, document.
    fieldmap
        Which column is what; headings are recognised without it.

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
    sheet, taken = _taken(path, "status_events", fieldmap, needed=needed, used=NOT_USED)
    findings = [*sheet.findings, *taken.findings]
    table = taken.table
    is_gap = table[list(needed)].isna().any(axis=1) & ~taken.unreadable
    for row in rows_where(is_gap):
        lacking = [column for column in needed if pd.isna(table[column].iloc[row])]
        place = sheet.row_places[row]
        findings.append(_INCOMPLETE.finding(place, ", ".join(lacking), place=place))
    events = table[~taken.unreadable & ~is_gap].reset_index(drop=True)
    return StatusEventsRead(events, findings)


def _taken(
    path: str | Path,
    table: str,
    fieldmap: FieldMap | None,
    *,
    needed: tuple[str, ...],
    used: Text = LEFT_UNKNOWN,
) -> tuple[Sheet, Taken]:
    mapping = table_map(fieldmap, table)
    mapped = {name for column in mapping.columns.values() for name in column.columns}

    def is_heading(text: str) -> bool:
        return text in mapped if mapped else headings.match(text, table) is not None

    known = Text(en=", ".join(needed), zh="、".join(_zh_names(table, needed)))
    sheet = read_sheet(path, sheet=mapping.sheet, is_heading=is_heading, known=known)
    source = RawTable(sheet.name, sheet.raw, table, sheet.row_places, action=used)
    return sheet, take_columns(source, mapping, needed=needed, id_column=needed[0])


def _zh_names(table: str, columns: tuple[str, ...]) -> list[str]:
    rows = catalogues.columns()
    rows = rows[rows["table"] == table].set_index("column")
    return [str(rows["zh_name"][column]) for column in columns]


def _sectors(
    words: pd.Series[Any], ids: list[str], findings: list[Finding]
) -> pd.Series[Any]:
    """Return codes of GB/T 4754 for codes and names of divisions."""
    codes = words.map(_sector, na_action="ignore").astype("str")
    findings += [
        _NO_SECTOR.finding(ids[row], "sector", words.iloc[row])
        for row in rows_where(codes.isna() & words.notna())
    ]
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


def _lists(
    cells: pd.Series[Any], ids: list[str], findings: list[Finding]
) -> pd.Series[Any]:
    known = headings.words_of("lists")
    codes: list[str | None] = []
    for name, cell in zip(ids, cells, strict=True):
        parts = _parts(cell)
        findings += [
            _NO_LIST.finding(name, "lists", part)
            for part in parts
            if headings.plain(part) not in known
        ]
        words = [known.get(headings.plain(part), part) for part in parts]
        codes.append(";".join(dict.fromkeys(words)) or None)
    return pd.Series(codes, index=cells.index, dtype="str")


def _parks(cells: pd.Series[Any]) -> pd.Series[Any]:
    parts = cells.map(_parts).explode().astype("str")
    ids = park_ids(parts)
    joined = ids.groupby(level=0).agg(lambda words: ";".join(words.dropna()))
    joined = joined.reindex(cells.index)
    return joined.where(joined != "").astype("str")


def _parts(cell: object) -> list[str]:
    if not isinstance(cell, str):
        return []
    return [part for part in _SEPARATORS.split(cell.strip()) if part]


def _check_areas(table: pd.DataFrame, ids: list[str], findings: list[Finding]) -> None:
    """Remark on projects without an area, and on windows that are upside down."""
    areas = table[_AREAS]
    smallest, ideal, largest = (areas[column] for column in _AREAS)
    is_upside_down = (smallest > ideal) | (ideal > largest) | (smallest > largest)
    findings += [
        _NO_AREA.finding(ids[row], "area_ideal_m2") for row in rows_where(ideal.isna())
    ]
    for row in rows_where(is_upside_down):
        value = " ≤ ".join(f"{area:.2f}" for area in areas.iloc[row])
        findings.append(_WINDOW.finding(ids[row], "area_min_m2", value))


def _note_totals(table: pd.DataFrame, ids: list[str], findings: list[Finding]) -> None:
    """Remark once on projects whose total investment stands in for the fixed one."""
    is_total = table["fixed_investment_wan"].isna() & table["investment_wan"].notna()
    rows = rows_where(is_total)
    if len(rows):
        shown = ", ".join(ids[row] for row in rows[:_SHOWN])
        value = shown + (" …" if len(rows) > _SHOWN else "")
        findings.append(
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
_WINDOW = Rule(
    "area.window",
    Severity.WARNING,
    Text(
        en="smallest, ideal and largest area are not in this order",
        zh="最小、需求、最大用地面积的顺序不对",
    ),
    _KEPT,
)
