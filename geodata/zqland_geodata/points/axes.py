"""Which of two figures is the easting, and in which system they were measured.

Where no system is stated, the ranges of China decide, as for survey TXT
(`zqland_geodata.survey.grids`). Where one is stated, the ranges decide the order, and
outside China the headings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland import grids
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.errors import SourceCrsError
from zqland_geodata.remarks import Rule
from zqland_geodata.survey import grid_texts
from zqland_geodata.survey.grids import Kind, Stated, UndecidedError, decide, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_EAST_FIRST = (Kind.EAST_FIRST, Kind.LONGITUDE_FIRST)


@dataclass(frozen=True, slots=True)
class Points:
    """Points of parcels, those of a parcel together.

    Attributes
    ----------
    figures
        Two figures for each point; shape (n, 2).
    owner
        Position of the parcel of each point: 0, 1, … ascending.
    stated
        EPSG code that the file or its user states for each parcel, or 0.
    is_east_first
        What the headings say of the order, or ``None``.
    lines
        Line of each point.
    has_datum
        Whether the file names CGCS2000.
    """

    figures: Floats
    owner: Integers
    stated: Integers
    is_east_first: bool | None
    lines: Sequence[int]
    has_datum: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Points with their systems.

    Attributes
    ----------
    coordinates
        Easting or longitude first; shape (n, 2).
    systems
        EPSG code of each parcel.
    findings
        What was found.
    """

    coordinates: Floats
    systems: Integers
    findings: list[Finding]


def place(points: Points, *, name: str) -> Placed:
    """Put the easting first, and find out the systems.

    Parameters
    ----------
    points
        The points.
    name
        Name of the file, for messages.

    Returns
    -------
    placed
        The points with the system of every parcel.

    Raises
    ------
    SourceCrsError
        The system or the order cannot be decided.
    """
    if (points.stated != 0).all():
        return _in_stated(points, name)
    try:
        decision = decide(
            points.figures[:, 0], points.figures[:, 1], points.owner, Stated()
        )
    except UndecidedError as error:
        line = points.lines[max(error.point, 0)]
        raise SourceCrsError(
            _OPEN.format(name=name, line=line, text=error.text)
        ) from error
    findings = [
        remark.rule.finding("", "crs", remark.value, place=name, **remark.facts)
        for remark in decision.remarks
        if remark.rule not in _LEFT_OUT
    ]
    if not points.has_datum:
        findings.append(_NO_DATUM.finding("", "crs", place=name))
    if points.is_east_first is not None:
        is_other = decision.swapped != points.is_east_first
        findings += _exchanged(points, bool(is_other.any()), name)
    found = np.array(
        [
            grids.GEOGRAPHIC_EPSG[grids.Datum.CGCS2000] if grid is None else grid.epsg
            for grid in decision.grids
        ]
    )
    systems = np.where(points.stated == 0, found, points.stated)
    return Placed(decision.xy, systems, findings)


def _in_stated(points: Points, name: str) -> Placed:
    found = kinds(points.figures[:, 0], points.figures[:, 1])
    votes = np.bincount(found, minlength=len(Kind))
    usual = Kind(int(votes.argmax()))
    if usual is not Kind.NEITHER and votes[usual] == len(found):
        is_east_first = usual in _EAST_FIRST
    elif points.is_east_first is not None:
        is_east_first = points.is_east_first
    else:
        first, second = points.figures[0]
        shown = f"{first:.10g}, {second:.10g}"
        raise SourceCrsError(_NO_ORDER.format(name=name, found=shown))
    is_other = points.is_east_first not in {None, is_east_first}
    coordinates = points.figures if is_east_first else points.figures[:, ::-1]
    findings = _exchanged(points, is_other, name)
    return Placed(np.ascontiguousarray(coordinates), points.stated, findings)


def _exchanged(points: Points, is_other: bool, name: str) -> list[Finding]:  # noqa: FBT001 - a fact, no switch
    if not is_other:
        return []
    first, second = points.figures[0]
    shown = f"{first:.10g}, {second:.10g}"
    return [_SWAPPED.finding("", "geometry", shown, place=name)]


# That the easting stands first is no fault of a table whose headings may say so.
_LEFT_OUT = (grid_texts.AXES_SWAPPED,)

_OPEN = Text(
    en="{name}, line {line}: {text} Or give the EPSG code with --source-crs.",
    zh="{name}第 {line} 行：{text}也可用 --source-crs 给出 EPSG 代码。",
)
_NO_ORDER = Text(
    en="{name}: it cannot be told which figure is the easting (first: {found}). Write "
    "northing and easting, or latitude and longitude, above the columns.",
    zh="{name}：无法判定哪一列是东坐标（首个坐标 {found}）。请在表头写明“北坐标”"
    "“东坐标”，或“纬度”“经度”。",
)
_SWAPPED = Rule(
    "points.axes_swapped",
    Severity.WARNING,
    Text(
        en="the figures show another order of the columns than their headings",
        zh="坐标值表明两列的次序与列名不符",
    ),
    Text(en="read in the order of the figures", zh="按坐标值判定的次序读取"),
)
_NO_DATUM = Rule(
    "points.datum_assumed",
    Severity.WARNING,
    Text(
        en="the table names no datum; surveys are in CGCS2000 since July 2018",
        zh="表中未注明坐标系；2018年7月起测绘成果统一采用2000国家大地坐标系",
    ),
    Text(
        en="read as CGCS2000; give the EPSG code with --source-crs if it is another",
        zh="按2000国家大地坐标系读取；如为其他坐标系，请用 --source-crs 给出 EPSG 代码",
    ),
)
