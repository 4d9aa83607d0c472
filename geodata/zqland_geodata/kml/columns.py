"""The columns that the placemarks of a file make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata import headings
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.kml import descriptions
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.findings import Finding
    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.kml.placemarks import Placemark
    from zqland_geodata.options import Limits

NAME, FOLDER, DESCRIPTION = "name", "folder", "description"
"""Columns of the parts that every placemark may have."""

_ID = "parcel_id"
_OTHER_NAME = "placemark"


def table(
    marks: Sequence[Placemark],
    mapping: TableMap,
    limits: Limits,
    findings: list[Finding],
    *,
    name: str,
) -> pd.DataFrame:
    """Make the columns of placemarks.

    Parameters
    ----------
    marks
        The placemarks.
    mapping
        Field map; without columns in it, the name of a placemark becomes the id where
        no other value is one.
    limits
        How many cells a table may have.
    findings
        What is to be said is put behind.
    name
        Name of the file, for messages.

    Returns
    -------
    table
        Texts, index 0, 1, …: the further values under their own headings, then the
        name, folder and description of each placemark.

    Raises
    ------
    FileUnreadableError
        There are too many different headings.
    """
    columns: dict[str, dict[int, str]] = {}
    rest: list[str] = []
    for row, mark in enumerate(marks):
        told = descriptions.values(mark.description)
        rest.append("" if told else mark.description)
        for heading, value in {**told, **mark.data}.items():
            columns.setdefault(heading, {})[row] = value
        if len(columns) * len(marks) > limits.cells:
            raise FileUnreadableError(_TOO_WIDE.format(name=name, most=limits.cells))
    rows = range(len(marks))
    values = {
        heading: [cells.get(row, "") for row in rows]
        for heading, cells in columns.items()
    }
    names = [mark.name for mark in marks]
    _add_names(values, names, mapping, findings, name=name)
    _add(values, FOLDER, [folder(mark) for mark in marks])
    _add(values, DESCRIPTION, rest)
    return pd.DataFrame(values, index=rows, dtype="str")


def folder(mark: Placemark) -> str:
    """Return the folders that a placemark lies in, the outermost first."""
    around = mark.holder.line_up[1:]
    return "/".join(holder.name for holder in around if holder.kind == "Folder")


def _add_names(
    values: dict[str, list[str]],
    names: list[str],
    mapping: TableMap,
    findings: list[Finding],
    *,
    name: str,
) -> None:
    """Add the names of the placemarks under a heading that says what they are."""
    keys = {
        heading: found[0] if (found := headings.match(heading, "parcels")) else ""
        for heading in values
    }
    if mapping.columns:
        heading = _OTHER_NAME if NAME in values else NAME
        _add(values, heading, names)
        return
    if _ID not in keys.values():
        values[_ID] = names
        findings.append(_NAME_IS_ID.finding("", _ID, place=name))
    if NAME not in keys.values():
        _add(values, NAME, names)
    elif not any(values[heading] == names for heading, key in keys.items() if key):
        _add(values, _OTHER_NAME, names)


def _add(values: dict[str, list[str]], heading: str, cells: list[str]) -> None:
    """Add a column unless it is empty or there is one of that heading."""
    if any(cells) and heading not in values:
        values[heading] = cells


_TOO_WIDE = Text(
    en="{name} makes a table of more than {most} cells. Split it.",
    zh="{name}的属性超过 {most} 个单元格。请拆分。",
)
_NAME_IS_ID = Rule(
    "kml.name_is_id",
    Severity.INFO,
    Text(
        en="no value of the placemarks is a parcel id",
        zh="地标属性中没有地块编号",
    ),
    Text(
        en="the name of each placemark is taken as its id and name",
        zh="以地标名称作为地块编号和名称",
    ),
)
