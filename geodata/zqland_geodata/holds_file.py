"""Read the sheet of ground that is held, as it is written beside exported parcels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import catalogues, tables
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.rawtable import clean_text
from zqland_geodata.recordsheets import Records, Wanted, read_records
from zqland_geodata.remarks import NOT_USED, Rule

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.options import Limits

_WANTED = Wanted("holds", ("hold_id", "parcel_id", "held_from", "held_until"), NOT_USED)
_FORM = re.compile(r"[(（]\s*WKT\s*[)）]", re.IGNORECASE)
_ZONE, _SHAPE = "home_zone", "home_geometry"


@dataclass(frozen=True, slots=True)
class HoldsRead:
    """Holds read from a sheet.

    Attributes
    ----------
    holds
        Table *holds*; a hold of a whole parcel has no ground of its own.
    findings
        What was found while reading.
    """

    holds: pd.DataFrame
    findings: list[Finding]


def read_holds(path: str | Path, *, limits: Limits | None = None) -> HoldsRead:
    """Read holds.

    Parameters
    ----------
    path
        An xlsx, xls or csv file, a row per hold. The ground of one that holds a part
        of its parcel stands there as WKT in the plane of the zone beside it.
    limits
        How much is read at most.

    Returns
    -------
    read
        The holds and what was found. A row that cannot be read whole is not used.

    Raises
    ------
    ReadError
        The file cannot be read whole.
    """
    records = read_records(path, _WANTED, limits=limits)
    zones, zone_heading = _cells(records, _ZONE)
    written, shape_heading = _cells(records, _SHAPE)
    is_part = (written != "").to_numpy(np.bool_)
    texts = written.to_numpy(object, copy=True)
    texts[~is_part] = None
    shapes = shapely.from_wkt(texts, "ignore")
    codes = pd.to_numeric(zones, errors="coerce").astype("Int64")
    is_odd = is_part & (shapely.is_missing(shapes) | codes.isna().to_numpy(np.bool_))
    table = records.table
    is_gap = table[list(_WANTED.needed)].isna().any(axis=1).to_numpy(np.bool_)
    for rule, flags in ((_NO_GROUND, is_odd), (_INCOMPLETE, is_gap & ~is_odd)):
        for row in np.flatnonzero(flags):
            records.note(rule, _WANTED.needed[0], int(row))
    table = table.assign(**{_ZONE: codes})
    table[_SHAPE] = gpd.GeoSeries(shapes, index=table.index)
    is_used = ~(is_odd | is_gap | records.taken.unreadable.to_numpy(np.bool_))
    known = {zone_heading, shape_heading}
    findings = [
        finding
        for finding in records.findings
        if finding.rule != "heading.unknown" or finding.field not in known
    ]
    used = tables.check("holds", table[is_used].reset_index(drop=True))
    return HoldsRead(used, findings)


def _cells(records: Records, column: str) -> tuple[pd.Series[str], str]:
    """Give the texts of a column that says where, and its heading."""
    rows = catalogues.columns()
    row = rows[(rows["table"] == "holds") & (rows["column"] == column)].iloc[0]
    names = {headings.plain(row[key]) for key in ("column", "zh_name", "en_name")}
    raw = records.sheet.raw
    columns = map(str, raw)
    found = [one for one in columns if headings.plain(_FORM.sub("", one)) in names]
    if not found:
        return pd.Series("", index=range(len(raw)), dtype="str"), ""
    cells = raw[found[0]].reset_index(drop=True)
    return cells.map(clean_text).astype("str"), found[0]


_NO_GROUND = Rule(
    "hold.no_ground",
    Severity.ERROR,
    Text(
        en="the held part cannot be read: its shape as WKT, or its zone, is missing",
        zh="预留范围无法读取：缺少 WKT 图形或本位带",
    ),
    NOT_USED,
)
_INCOMPLETE = Rule(
    "hold.incomplete",
    Severity.ERROR,
    Text(
        en="the row lacks the number of the hold or of the parcel, or a day",
        zh="该行缺少预留编号、地块编号或起止日期",
    ),
    NOT_USED,
)
