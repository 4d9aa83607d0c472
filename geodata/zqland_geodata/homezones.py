"""The column of a file that says in which plane each parcel is to be measured.

zqland writes it, so that a parcel surveyed in the zone next to its own, or outside
China, comes back to the plane in which its coordinates are the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland import catalogues
from zqland.errors import CrsError
from zqland.findings import Severity
from zqland.reference import check_home
from zqland.text import Text
from zqland_geodata.rawtable import clean_text
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    import pandas as pd

    from zqland.findings import Finding

KEY = "home_zone"
"""Key of the column in ``columns.csv``."""


def headings() -> tuple[str, str, str]:
    """Return the headings under which the column is written: key, Chinese, English."""
    rows = catalogues.columns()
    row = rows[(rows["table"] == "parcels") & (rows["column"] == KEY)].iloc[0]
    return KEY, str(row["zh_name"]), str(row["en_name"])


def take(
    table: pd.DataFrame, findings: list[Finding]
) -> tuple[pd.DataFrame, pd.Series[int] | None]:
    """Take the home zones out of the columns of a file.

    Parameters
    ----------
    table
        The columns of the file.
    findings
        What is not the EPSG code of a plane is put behind.

    Returns
    -------
    table
        The other columns.
    zones
        EPSG codes on the same index, 0 where there is none; ``None`` for a file
        without the column.
    """
    heading = next((name for name in headings() if name in table.columns), None)
    if heading is None:
        return table, None
    words = table[heading].map(clean_text)
    codes = {word: _code(word) for word in words.unique()}
    for word, code in codes.items():
        if word not in {"", "0"} and not code:
            findings.append(_NO_PLANE.finding("", KEY, word))
    zones = words.map(codes).astype("int64")
    return table.drop(columns=heading), zones


def _code(word: str) -> int:
    """Return the EPSG code of a home zone, or 0."""
    if not (word.isdecimal() and word.isascii()):
        return 0
    try:
        check_home(int(word))
    except (CrsError, OverflowError):
        return 0
    return int(word)


_NO_PLANE = Rule(
    "home_zone.unreadable",
    Severity.WARNING,
    Text(
        en="not the EPSG code of a plane in which parcels are measured",
        zh="不是可用作本位投影带的 EPSG 代码",
    ),
    Text(
        en="the zone that holds most of the parcel is used",
        zh="改用地块大部分所在的投影带",
    ),
)
