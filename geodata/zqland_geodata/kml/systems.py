"""The coordinates that Ovital map says a placemark stands in: ``OvCoordType``."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from zqland import datums
from zqland.crs import GEOGRAPHIC
from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.errors import SourceCrsError
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.findings import Finding


class System(StrEnum):
    """Kinds of longitude and latitude, under the word that Ovital map writes."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


_WORDS = {
    System.WGS84: ("wgs84", "wgs1984", "epsg4326"),
    System.CGCS2000: ("cgcs2000", "epsg4490"),
    System.GCJ02: ("gcj02", "gcj02ll"),
    System.BD09: ("bd09", "bd09ll"),
}
_BACK = {
    System.GCJ02: datums.gcj02_to_wgs84,
    System.BD09: datums.bd09_to_wgs84,
}
_MARKS = re.compile(r"[\s_\-:]+")


def parse(word: str, *, name: str, place: str) -> System:
    """Recognise what an ``OvCoordType`` says.

    Parameters
    ----------
    word
        Its text.
    name
        Name of the file, for messages.
    place
        Where it stands.

    Returns
    -------
    system
        The coordinates that it names.

    Raises
    ------
    SourceCrsError
        It names none that is known.

    Examples
    --------
    >>> parse("GCJ-02", name="a.ovkml", place="line 3").value
    'GCJ02'
    """
    plain = _MARKS.sub("", word).casefold()
    for system, words in _WORDS.items():
        if plain in words:
            return system
    known = ", ".join(System)
    raise SourceCrsError(
        _UNKNOWN.format(name=name, place=place, word=word[:40], known=known)
    )


def undo(
    shapes: gpd.GeoSeries,
    systems: Sequence[System | None],
    findings: list[Finding],
    *,
    name: str,
) -> gpd.GeoSeries:
    """Bring shapes to true coordinates.

    Parameters
    ----------
    shapes
        Shapes in longitude and latitude, without CRS, in the order of the file.
    systems
        In which coordinates each stands; ``None`` where nothing is said.
    findings
        What was undone is put behind.
    name
        Name of the file, for the findings.

    Returns
    -------
    shapes
        The same shapes, true, without CRS.
    """
    moved = shapes.to_numpy(copy=True)
    stated = np.array([str(system or "") for system in systems], dtype=object)
    for system, function in _BACK.items():
        rows = np.flatnonzero(stated == system.value)
        if len(rows):
            there = gpd.GeoSeries(moved[rows])
            moved[rows] = datums.shift(there, function).to_numpy()
            findings.append(
                _UNDONE.finding(
                    "", "geometry", system.value, place=name, count=len(rows)
                )
            )
    return gpd.GeoSeries(moved, shapes.index)


def epsg(systems: Sequence[System | None]) -> int | None:
    """Return the EPSG code of undone shapes, or None where nothing is said."""
    said = set(systems)
    if said <= {None}:
        return None
    return 4326 if said == {System.WGS84} else GEOGRAPHIC


_UNKNOWN = Text(
    en="{name}, {place}: the coordinates are called “{word}”, which is not known. "
    "Known: {known}. Export the file again in one of these.",
    zh="{name} {place}：OvCoordType 为“{word}”，无法识别。可用：{known}。"
    "请按其中一种坐标重新导出。",
)
_UNDONE = Rule(
    "kml.web_map",
    Severity.INFO,
    Text(
        en="{count} records are stated to be in the shifted coordinates of a web map",
        zh="{count} 条记录标明为网络地图的偏移坐标",
    ),
    Text(
        en="the shift was undone; positions hold to a millimetre if the statement does",
        zh="已还原偏移；若标注属实，位置误差小于1毫米",
    ),
)
