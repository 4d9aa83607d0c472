"""Read the sheets of the registers: contracts, batches of approval, and quotas.

All are small tables with Chinese or English headings, a row per record. A row that
cannot be read whole is not used, and is a finding of error severity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from zqland import catalogues, tables
from zqland.findings import Severity
from zqland.ledger.scopes import CITY
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.identity import district_codes
from zqland_geodata.planning_sheets import PlanningRead
from zqland_geodata.recordsheets import Records, Wanted, read_records
from zqland_geodata.remarks import NOT_USED, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from zqland.approvals import ApprovalRules
    from zqland_geodata.options import Limits

_CITY_WORDS: Final = frozenset({CITY, "全市", "市", "wholecity", "肇庆市", "肇庆"})
_BRACKETS: Final = re.compile(r"[(（][^)）]*[)）]")


@dataclass(frozen=True, slots=True)
class _Register:
    """How a register is read."""

    table: str
    key: tuple[str, ...]
    needed: tuple[str, ...]
    usual: Mapping[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.table, self.needed, NOT_USED)


_CONTRACTS = _Register(
    "contracts", ("contract_id",), ("contract_id", "parcel_id", "signed_on")
)
_BATCHES = _Register("batches", ("batch_id",), ("batch_id",))
_BATCH_STEPS = _Register("batch_steps", ("batch_id", "step"), ("batch_id", "step"))
_BATCH_PARCELS = _Register(
    "batch_parcels", ("batch_id", "parcel_id"), ("batch_id", "parcel_id")
)
_QUOTAS = _Register(
    "quotas",
    ("year", "kind", "scope"),
    ("year", "kind", "granted_m2"),
    {"scope": CITY},
)


def read_contracts(path: str | Path, *, limits: Limits | None = None) -> PlanningRead:
    """Read the contracts of supply.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per contract, with the units of areas and of
        money in the headings.
    limits
        How much is read at most.

    Returns
    -------
    read
        The contracts and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    records = read_records(path, _CONTRACTS.wanted, limits=limits)
    return _whole(records, _CONTRACTS, _usable(records, _CONTRACTS))


def read_batches(path: str | Path, *, limits: Limits | None = None) -> PlanningRead:
    """Read the batches of land-use approval.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per batch; districts by code or name.
    limits
        How much is read at most.

    Returns
    -------
    read
        The batches and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    records = read_records(path, _BATCHES.wanted, limits=limits)
    table = _usable(records, _BATCHES)
    table = table.assign(district=district_codes(table["district"]))
    return _whole(records, _BATCHES, table)


def read_batch_steps(
    path: str | Path,
    *,
    rules: ApprovalRules | None = None,
    limits: Limits | None = None,
) -> PlanningRead:
    """Read the steps of batches.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per batch and step; steps by the words of the
        catalogue or their keys.
    rules
        The steps; those of the packaged catalogue where not given.
    limits
        How much is read at most.

    Returns
    -------
    read
        The steps and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    known = rules or catalogues.load_catalogues().approvals
    records = read_records(path, _BATCH_STEPS.wanted, limits=limits)
    table = _usable(records, _BATCH_STEPS)
    words = _step_words(known)
    steps = table["step"].map(
        lambda word: words.get(headings.plain(word), ""), na_action="ignore"
    )
    is_unknown = steps.eq("").to_numpy(np.bool_)
    for row in table.index[is_unknown]:
        records.note(_NO_STEP, "step", int(row), table["step"][row])
    table = table.assign(step=steps.astype("str"))
    return _whole(records, _BATCH_STEPS, table[~is_unknown])


def read_batch_parcels(
    path: str | Path, *, limits: Limits | None = None
) -> PlanningRead:
    """Read which parcels are in which batch.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per batch and parcel, with the units of areas
        in the headings.
    limits
        How much is read at most.

    Returns
    -------
    read
        The parcels of batches and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    records = read_records(path, _BATCH_PARCELS.wanted, limits=limits)
    return _whole(records, _BATCH_PARCELS, _usable(records, _BATCH_PARCELS))


def read_quotas(path: str | Path, *, limits: Limits | None = None) -> PlanningRead:
    """Read the quotas that were granted.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per year, kind and scope, with the unit of the
        area in its heading; an empty scope means the city.
    limits
        How much is read at most.

    Returns
    -------
    read
        The quotas and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    records = read_records(path, _QUOTAS.wanted, limits=limits)
    table = _usable(records, _QUOTAS)
    is_city = table["scope"].map(headings.plain).isin(_CITY_WORDS)
    scopes = district_codes(table["scope"]).mask(is_city, CITY)
    return _whole(records, _QUOTAS, table.assign(scope=scopes))


def _usable(records: Records, register: _Register) -> pd.DataFrame:
    """Return the rows that could be read, empty cells filled with what they mean."""
    return records.table.fillna(dict(register.usual))[~records.taken.unreadable]


def _step_words(rules: ApprovalRules) -> dict[str, str]:
    """Find the step of each word, also without what stands in brackets."""
    others = headings.words_of("approval_step")
    found = {word: key for word, key in others.items() if key in rules.steps}
    for key, step in rules.steps.items():
        for word in (key, step.text.zh, step.text.en):
            found[headings.plain(_BRACKETS.sub("", word))] = key
    for key, step in rules.steps.items():
        for word in (key, step.text.zh, step.text.en):
            found[headings.plain(word)] = key
    return found


def _whole(records: Records, register: _Register, table: pd.DataFrame) -> PlanningRead:
    """Leave out, with findings, what is not whole or stands there twice."""
    needed = dict.fromkeys((*register.needed, *register.key))
    is_gap = table[list(needed)].isna().any(axis=1).to_numpy(np.bool_)
    for row in table.index[is_gap]:
        lacking = next(name for name in needed if table[name].isna()[row])
        records.note(_INCOMPLETE, lacking, int(row))
    table = _counted(records, register, table[~is_gap])
    is_repeated = table.duplicated(list(register.key)).to_numpy(np.bool_)
    for row in table.index[is_repeated]:
        shown = " / ".join(_shown(table[name][row]) for name in register.key)
        records.note(_REPEATED, register.key[0], int(row), shown)
    kept = table[~is_repeated].reset_index(drop=True)
    return PlanningRead(
        register.table, tables.check(register.table, kept), records.findings
    )


def _counted(
    records: Records, register: _Register, table: pd.DataFrame
) -> pd.DataFrame:
    """Leave out rows with half a year or half a day."""
    columns = catalogues.columns()
    counts = columns[columns["table"].eq(register.table)]
    is_broken = np.zeros(len(table), dtype=np.bool_)
    for name in counts.loc[counts["type"].eq("integer"), "column"]:
        is_part = (table[name] % 1).fillna(0.0).ne(0.0).to_numpy(np.bool_)
        for row in table.index[is_part]:
            records.note(_NOT_WHOLE, str(name), int(row), table[name][row])
        is_broken |= is_part
    return table[~is_broken]


def _shown(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)


_INCOMPLETE = Rule(
    "register.incomplete",
    Severity.ERROR,
    Text(
        en="a needed cell of the row is empty, or what stands there says nothing",
        zh="该行缺少必填内容",
    ),
    NOT_USED,
)
_REPEATED = Rule(
    "register.repeated",
    Severity.ERROR,
    Text(en="an earlier row is about the same", zh="前面已有同一记录的行"),
    NOT_USED,
)
_NOT_WHOLE = Rule(
    "register.not_whole",
    Severity.ERROR,
    Text(en="not a whole number", zh="应为整数"),
    NOT_USED,
)
_NO_STEP = Rule(
    "register.no_step",
    Severity.ERROR,
    Text(
        en="not a step of the catalogue of approvals",
        zh="不是报批步骤目录中的步骤",
    ),
    NOT_USED,
)
