"""Read parcel ledgers, which have no shapes, and join them to parcels.

The boundaries are the record of where a parcel is; the ledger says what its office
knows of it. Where the parcels say nothing, the ledger's word is taken; where both speak
and differ, the parcels' word stays and the difference is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland import units
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.checks.tolerances import load_tolerances
from zqland_geodata.identity import district_codes, park_ids
from zqland_geodata.rawtable import clean_text, rows_where
from zqland_geodata.recordsheets import Wanted, read_records
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from zqland_geodata.fieldmap import FieldMap
    from zqland_geodata.options import Limits

_AREA = "declared_m2"
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """A parcel ledger.

    Attributes
    ----------
    ledger
        Columns of the table *parcels* that can stand in a sheet, indexed by
        ``parcel_id``; every row of the ledger. Areas in m².
    findings
        What was found while reading.
    places
        Place of each cell by ``parcel_id`` and column, and of the row under ``""``.
    """

    ledger: pd.DataFrame
    findings: list[Finding]
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def place(self, parcel_id: str, column: str = "") -> str:
        """Return the place of a cell; of its row where it has none."""
        return self.places.get(
            (parcel_id, column), self.places.get((parcel_id, ""), "")
        )


def read_parcel_ledger(
    path: str | Path,
    *,
    fieldmap: FieldMap | None = None,
    limits: Limits | None = None,
) -> LedgerRead:
    """Read a parcel ledger from a workbook or CSV file.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per parcel; the unit of areas and prices stands
        in the heading or title.
    fieldmap
        Which column is what, under ``[parcels]``; headings are recognised without it.
    limits
        How much is read at most.

    Returns
    -------
    read
        The ledger and what was found.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    wanted = Wanted("parcels", ("parcel_id",))
    records = read_records(path, wanted, fieldmap=fieldmap, limits=limits)
    records.name("parcel_id")
    table = records.table
    table["park_id"] = park_ids(table["park_id"])
    table["district"] = district_codes(table["district"])
    ledger = records.indexed("parcel_id")
    known = [column for column in table.columns if column in records.taken.sources]
    places = {
        (name, column): records.place(column, row)
        for row, name in enumerate(records.ids)
        for column in ("", *known)
    }
    return LedgerRead(ledger, records.findings, places)


def join_ledger(
    parcels: gpd.GeoDataFrame, ledger: LedgerRead
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Complete parcels with what a ledger says of them.

    Parameters
    ----------
    parcels
        Table *parcels*.
    ledger
        The ledger.

    Returns
    -------
    parcels
        A copy; what was unknown is taken from the ledger, nothing else is changed.
    findings
        Parcels that the other side lacks, and values that differ.
    """
    findings: list[Finding] = []
    entry_of = _matched(parcels, ledger, findings)
    joined = parcels.copy()
    said = ledger.ledger.reindex(entry_of.to_numpy()).set_axis(parcels.index)
    for column in ledger.ledger.columns:
        if column not in joined.columns or said[column].isna().all():
            continue
        is_open = joined[column].isna()
        is_other = ~is_open & said[column].notna() & ~_equal(joined, said, column)
        findings += [
            _difference(joined, said, ledger, entry_of, (row, column))
            for row in rows_where(is_other)
        ]
        joined[column] = joined[column].where(~is_open, said[column])
    return joined, findings


def _matched(
    parcels: gpd.GeoDataFrame, ledger: LedgerRead, findings: list[Finding]
) -> pd.Series[Any]:
    """Return the entry of the ledger for each parcel; what has none is a finding."""
    entries = {str(name): str(name) for name in ledger.ledger.index}
    names = [str(name) for name in parcels.index]
    entry_of = pd.Series([entries.get(name) for name in names], index=parcels.index)
    used = set(entry_of.dropna())
    loose = _by_plain(name for name in entries if name not in used)
    wanted = _by_plain(name for name in names if name not in entries)
    for plain, name in wanted.items():
        entry = loose.get(plain)
        if entry is not None and name is not None:
            entry_of[name] = entry
            used.add(entry)
            findings.append(
                _SPELT.finding(
                    name, "parcel_id", entry, place=ledger.place(entry, "parcel_id")
                )
            )
    for entry in entries:
        if entry not in used:
            place = ledger.place(entry, "parcel_id")
            findings.append(_NO_SHAPE.finding(entry, "parcel_id", entry, place=place))
    findings += [
        _NO_ENTRY.finding(name, "parcel_id", name)
        for name in parcels.index[entry_of.isna()]
    ]
    return entry_of


def _by_plain(names: Iterator[str]) -> dict[str, str | None]:
    """Return names by their plain spelling; None where several are spelt alike."""
    found: dict[str, str | None] = {}
    for name in names:
        plain = headings.plain(name).translate(_DASHES)
        found[plain] = None if plain in found else name
    return found


def _equal(parcels: pd.DataFrame, said: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Tell where a column says the same on both sides, areas within their tolerance."""
    own, other = parcels[column], said[column]
    if not pd.api.types.is_numeric_dtype(own.dtype):
        return own.map(clean_text) == other.map(clean_text)
    gap = (own - other).abs()
    if column != _AREA:
        return gap <= _SAME * own.abs().clip(lower=1.0)
    allowed = load_tolerances()
    most = (own * allowed["declared", "share"]).clip(
        upper=allowed["declared", "most_m2"]
    )
    return gap <= most


def _difference(
    parcels: pd.DataFrame,
    said: pd.DataFrame,
    ledger: LedgerRead,
    entry_of: pd.Series[Any],
    cell: tuple[int, str],
) -> Finding:
    row, column = cell
    own, other = parcels[column].iloc[row], said[column].iloc[row]
    rule = _DIFFERS
    facts: dict[str, object] = {"own": clean_text(own), "other": clean_text(other)}
    if column == _AREA:
        rule = _AREA_DIFFERS
        facts = {"own": _area_text(own), "other": _area_text(other)}
        facts["gap"] = f"{other - own:+,.2f}"
    return rule.finding(
        str(parcels.index[row]),
        column,
        clean_text(other),
        place=ledger.place(str(entry_of.iloc[row]), column),
        **facts,
    )


def _area_text(area: float) -> Text:
    en, zh = (units.format_area(area, "mu", language=one) for one in ("en", "zh"))
    return Text(en=f"{area:,.2f} m² ({en})", zh=f"{area:,.2f} 平方米（{zh}）")


_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2013\u2014\u2015\u2212", "-"))
_KEPT = Text(
    en="the value of the boundary file stays; correct one of the two",
    zh="以界线文件为准；请更正其中之一",
)
_SPELT = Rule(
    "ledger.spelling",
    Severity.INFO,
    Text(
        en="the ledger spells the number with other spaces, width or dashes",
        zh="台账中的编号在空格、全半角或连接符上写法不同",
    ),
    Text(en="taken as the same parcel", zh="按同一地块处理"),
)
_NO_SHAPE = Rule(
    "ledger.no_shape",
    Severity.WARNING,
    Text(
        en="the ledger has this parcel, the boundary file has not",
        zh="台账中有该地块，界线文件中没有",
    ),
    Text(
        en="left out; correct the number or add the boundary",
        zh="未采用；请更正编号或补充界线",
    ),
)
_NO_ENTRY = Rule(
    "ledger.no_entry",
    Severity.WARNING,
    Text(
        en="the boundary file has this parcel, the ledger has not",
        zh="界线文件中有该地块，台账中没有",
    ),
    Text(
        en="kept as it is; correct the number or add it to the ledger",
        zh="按原样保留；请更正编号或补入台账",
    ),
)
_DIFFERS = Rule(
    "ledger.differs",
    Severity.WARNING,
    Text(
        en="the ledger says “{other}”, the boundary file “{own}”",
        zh="台账为“{other}”，界线文件为“{own}”",
    ),
    _KEPT,
)
_AREA_DIFFERS = Rule(
    "ledger.area_differs",
    Severity.WARNING,
    Text(
        en="the ledger states {other}, the boundary file {own}: {gap} m²",
        zh="台账面积 {other}，界线文件面积 {own}，相差 {gap} 平方米",
    ),
    _KEPT,
)
