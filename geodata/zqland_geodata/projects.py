"""Read project lists and status events from workbooks and CSV files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland import catalogues
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.assembly import park_ids, unique_ids
from zqland_geodata.attributes import LEFT_UNKNOWN, NOT_USED, Source, Taken, take_columns
from zqland_geodata.fieldmap import FieldMap, table_map
from zqland_geodata.sheets import Sheet, read_sheet

if TYPE_CHECKING:
    from pathlib import Path

_SEPARATORS = re.compile(r"\s*[;；、,，/|\n]\s*")
_AREAS = ["area_min_m2", "area_ideal_m2", "area_max_m2"]
_DIVISION_DIGITS = 2


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
    is_broken = taken.unreadable.any(axis=1)
    table = taken.table
    is_gap = table[list(needed)].isna().any(axis=1) & ~is_broken
    for row in np.flatnonzero(is_gap.to_numpy()):
        lacking = [column for column in needed if pd.isna(table[column].iloc[row])]
        findings.append(
            Finding(
                record=sheet.row_places[row],
                field=", ".join(lacking),
                value="",
                rule="status.incomplete",
                severity=Severity.ERROR,
                message=_INCOMPLETE,
                action=NOT_USED,
                place=sheet.row_places[row],
            )
        )
    return StatusEventsRead(table[~is_broken & ~is_gap].reset_index(drop=True), findings)


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
    source = Source(sheet.name, sheet.raw, table, sheet.row_places, action=used)
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
    for row in np.flatnonzero((codes.isna() & words.notna()).to_numpy()):
        findings.append(
            _about(
                ids[row], "sector", str(words.iloc[row]), "sector.unknown", _NO_SECTOR
            )
        )
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
        for part in parts:
            if headings.plain(part) not in known:
                findings.append(_about(name, "lists", part, "lists.unknown", _NO_LIST))
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


def _check_areas(
    table: pd.DataFrame, ids: list[str], findings: list[Finding]
) -> None:
    """Remark on projects without an area, and on windows that are upside down."""
    areas = table[_AREAS]
    lacks = areas["area_ideal_m2"].isna().to_numpy()
    smallest, ideal, largest = (areas[column] for column in _AREAS)
    is_upside_down = (smallest > ideal) | (ideal > largest) | (smallest > largest)
    for row in np.flatnonzero(lacks):
        findings.append(
            _about(ids[row], "area_ideal_m2", "", "area.missing", _NO_AREA)
        )
    for row in np.flatnonzero(is_upside_down.to_numpy()):
        value = " ≤ ".join(f"{area:.2f}" for area in areas.iloc[row])
        findings.append(_about(ids[row], "area_min_m2", value, "area.window", _WINDOW))


def _about(record: str, column: str, value: str, rule: str, message: Text) -> Finding:
    kept = rule in {"lists.unknown", "area.window"}
    return Finding(
        record=record,
        field=column,
        value=value[:60],
        rule=rule,
        severity=Severity.WARNING if kept else Severity.ERROR,
        message=message,
        action=_KEPT if kept else LEFT_UNKNOWN,
    )


_INCOMPLETE = Text(
    en="an event needs the parcel, the status and the date",
    zh="状态记录应有地块编号、状态和日期",
)
_NO_SECTOR = Text(
    en="neither a code nor a name of a division of GB/T 4754-2017",
    zh="不是 GB/T 4754-2017 的行业代码或大类名称",
)
_NO_LIST = Text(en="not one of the known lists", zh="不是已知的项目清单")
_NO_AREA = Text(en="the project states no area", zh="项目未写用地面积")
_WINDOW = Text(
    en="smallest, ideal and largest area are not in this order",
    zh="最小、需求、最大用地面积的顺序不对",
)
_KEPT = Text(en="kept as written", zh="按原文保留")
