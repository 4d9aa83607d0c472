"""Read the sheets that planners keep: control indicators and yearly targets.

Both are small tables with Chinese or English headings. A row that cannot be read whole
is not used, and is a finding of error severity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zqland import catalogues, tables
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.attributes import take_columns
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.identity import park_ids
from zqland_geodata.rawtable import RawTable
from zqland_geodata.remarks import NOT_USED, Rule
from zqland_geodata.sheets import read_sheet

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

ALL = "*"
"""What stands for all parks, and for all divisions."""

CITY = "city"
"""Scope of a target for the whole city."""


_LIMITS = ("intensity_min_wan_per_mu", "tax_min_wan_per_mu")
_TARGET = ("year", "predicate", "target_m2")


@dataclass(frozen=True, slots=True)
class PlanningRead:
    """A planning table read from a sheet.

    Attributes
    ----------
    name
        ``indicators`` or ``targets``.
    table
        That table of ``columns.csv``.
    findings
        What was found while reading.
    """

    name: str
    table: pd.DataFrame
    findings: list[Finding]


def read_indicators(path: str | Path) -> PlanningRead:
    """Read the control indicators of parks and divisions.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per park and division; an empty park or
        division means all of them.

    Returns
    -------
    read
        The indicators and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    read = _read(path, "indicators", _LIMITS[:1], {"park_id": ALL, "sector": ALL})
    read = _by_division(replace(read, table=_with_codes(read.table)))
    return _without_gaps(read, read.table[list(_LIMITS)].isna().all(axis=1))


def read_targets(path: str | Path) -> PlanningRead:
    """Read the yearly targets.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per year, predicate and scope, with the unit of
        the area in its heading; an empty scope means the city.

    Returns
    -------
    read
        The targets and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    read = _read(path, "targets", _TARGET, {"scope": CITY})
    return _without_gaps(read, read.table[list(_TARGET)].isna().any(axis=1))


def _read(
    path: str | Path, name: str, needed: tuple[str, ...], usual: dict[str, str]
) -> PlanningRead:
    rows = catalogues.columns()
    words = rows[rows["table"] == name].set_index("column")["zh_name"]
    known = Text(en=", ".join(needed), zh="、".join(words[list(needed)]))
    sheet = read_sheet(
        path,
        sheet="",
        is_heading=lambda text: headings.match(text, name) is not None,
        known=known,
    )
    raw = RawTable(sheet.name, sheet.raw, name, sheet.row_places, action=NOT_USED)
    taken = take_columns(raw, TableMap(), needed=needed, id_column=needed[0])
    table = taken.table.fillna(usual).set_axis(sheet.row_places)[
        ~taken.unreadable.to_numpy()
    ]
    return PlanningRead(name, table, [*sheet.findings, *taken.findings])


def _with_codes(table: pd.DataFrame) -> pd.DataFrame:
    """Write parks and divisions as codes, as the other tables have them."""
    codes = {
        headings.plain(word): code
        for code, text in catalogues.load_catalogues().sectors.items()
        for word in (code, text.zh, text.en)
    }
    sectors = table["sector"].map(
        lambda word: codes.get(
            re.sub(r"^[a-t](?=\d\d$)", "", headings.plain(word)), word
        )
    )
    return table.assign(
        park_id=park_ids(table["park_id"]), sector=sectors.astype("str")
    )


def _by_division(read: PlanningRead) -> PlanningRead:
    """Leave out rows of no division, and those that an earlier row is for already."""
    known = {ALL, *catalogues.load_catalogues().sectors}
    is_unknown = ~read.table["sector"].isin(known)
    is_repeated = read.table.duplicated(["park_id", "sector"]) & ~is_unknown
    findings = [
        rule.finding(place, "sector", read.table["sector"][place], place=str(place))
        for rule, flags in ((_NO_DIVISION, is_unknown), (_REPEATED, is_repeated))
        for place in read.table.index[flags]
    ]
    table = read.table[~is_unknown & ~is_repeated]
    return PlanningRead(read.name, table, [*read.findings, *findings])


def _without_gaps(read: PlanningRead, is_gap: pd.Series[bool]) -> PlanningRead:
    """Leave out the rows without a figure, each with a finding, and check the rest."""
    gaps = [
        _INCOMPLETE.finding(place, read.name, place=str(place))
        for place in read.table.index[is_gap]
    ]
    whole = read.table[~is_gap].reset_index(drop=True)
    table = tables.check(read.name, whole)
    return PlanningRead(read.name, table, [*read.findings, *gaps])


_INCOMPLETE = Rule(
    "planning.incomplete",
    Severity.ERROR,
    Text(en="the row lacks a needed figure", zh="该行缺少必填内容"),
    NOT_USED,
)
_NO_DIVISION = Rule(
    "sector.unknown",
    Severity.ERROR,
    Text(
        en="not a division of GB/T 4754-2017: two digits, its name, or nothing for all",
        zh="不是 GB/T 4754-2017 的行业大类：请填两位代码或名称，留空表示全部行业",
    ),
    NOT_USED,
)
_REPEATED = Rule(
    "indicators.repeated",
    Severity.ERROR,
    Text(
        en="an earlier row is for the same park and division",
        zh="前面已有同一园区、同一行业大类的行",
    ),
    NOT_USED,
)
