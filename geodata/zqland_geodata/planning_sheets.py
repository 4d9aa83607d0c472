"""Read the sheets that planners keep: control indicators and yearly targets.

Both are small tables with Chinese or English headings. A row that cannot be read whole
is not used, and is a finding of error severity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from zqland import catalogues, tables
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.identity import park_ids
from zqland_geodata.recordsheets import Records, Wanted, read_records
from zqland_geodata.remarks import NOT_USED, Rule

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.options import Limits

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


def read_indicators(path: str | Path, *, limits: Limits | None = None) -> PlanningRead:
    """Read the control indicators of parks and divisions.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per park and division; an empty park or
        division means all of them.
    limits
        How much is read at most.

    Returns
    -------
    read
        The indicators and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    wanted = Wanted("indicators", _LIMITS[:1], NOT_USED)
    records = read_records(path, wanted, limits=limits)
    table = _with_codes(_usable(records, {"park_id": ALL, "sector": ALL}))
    table = _by_division(records, table)
    is_gap = table[list(_LIMITS)].isna().all(axis=1)
    return _without_gaps(records, wanted, table, is_gap)


def read_targets(path: str | Path, *, limits: Limits | None = None) -> PlanningRead:
    """Read the yearly targets.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per year, predicate and scope, with the unit of
        the area in its heading; an empty scope means the city.
    limits
        How much is read at most.

    Returns
    -------
    read
        The targets and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    wanted = Wanted("targets", _TARGET, NOT_USED)
    records = read_records(path, wanted, limits=limits)
    table = _usable(records, {"scope": CITY})
    is_gap = table[list(_TARGET)].isna().any(axis=1)
    return _without_gaps(records, wanted, table, is_gap)


def _usable(records: Records, usual: dict[str, str]) -> pd.DataFrame:
    """Return the rows that could be read, empty cells filled with what they mean."""
    return records.table.fillna(usual)[~records.taken.unreadable]


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


def _by_division(records: Records, table: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows of no division, and those that an earlier row is for already."""
    known = {ALL, *catalogues.load_catalogues().sectors}
    is_unknown = ~table["sector"].isin(known)
    is_repeated = table.duplicated(["park_id", "sector"]) & ~is_unknown
    for rule, flags in ((_NO_DIVISION, is_unknown), (_REPEATED, is_repeated)):
        for row in table.index[flags]:
            records.note(rule, "sector", int(row), table["sector"][row])
    return table[~is_unknown & ~is_repeated]


def _without_gaps(
    records: Records, wanted: Wanted, table: pd.DataFrame, is_gap: pd.Series[bool]
) -> PlanningRead:
    """Leave out the rows without a figure, each with a finding, and check the rest."""
    for row in table.index[is_gap]:
        lacking = [name for name in wanted.needed if pd.isna(table[name][row])]
        records.note(_INCOMPLETE, lacking[0], int(row))
    whole = table[~is_gap].reset_index(drop=True)
    return PlanningRead(
        wanted.table, tables.check(wanted.table, whole), records.findings
    )


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
