"""Make sure that a drawing is in metres, in the plane that is given for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland.errors import CrsError
from zqland.findings import Severity
from zqland.reference import check_source
from zqland.text import Text
from zqland_geodata import extent
from zqland_geodata.errors import SourceCrsError
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.findings import Finding
    from zqland_geodata.dxf.arcs import Floats

METRES = (0, 6)
"""``$INSUNITS`` of drawings without a unit, and in metres."""

_UNITS = {
    1: (Text(en="inches", zh="英寸"), 0.0254),
    2: (Text(en="feet", zh="英尺"), 0.3048),
    4: (Text(en="millimetres", zh="毫米"), 0.001),
    5: (Text(en="centimetres", zh="厘米"), 0.01),
    7: (Text(en="kilometres", zh="千米"), 1000.0),
}
_OTHER = (Text(en="another unit", zh="其他单位"), 1.0)
_PREFIX = 1_000_000
_ZONES_3, _ZONES_6 = range(25, 46), range(13, 24)


def check(
    points: Sequence[Floats], units: int, code: int | None, name: str
) -> list[Finding]:
    """Refuse a drawing that is not in metres in a plane that is known.

    Parameters
    ----------
    points
        The points of each boundary.
    units
        ``$INSUNITS`` of the drawing.
    code
        EPSG code of its plane, or ``None``.
    name
        Name of the file, for messages.

    Returns
    -------
    findings
        A wrong statement of units, where the coordinates can only be metres.

    Raises
    ------
    SourceCrsError
        No plane is given, or the drawing is not in metres.
    """
    west, south = np.min([line.min(axis=0) for line in points], axis=0).tolist()
    east, north = np.max([line.max(axis=0) for line in points], axis=0).tolist()
    bounds = (west, south, east, north)
    if code is None:
        raise SourceCrsError(_needed(bounds, name))
    if units in METRES:
        return []
    word, factor = _UNITS.get(units, _OTHER)
    fits = _fits(bounds, code, 1.0)
    if not fits or (factor != 1.0 and _fits(bounds, code, factor)):
        raise SourceCrsError(_NOT_METRES.format(name=name, unit=word))
    return [_STATED.finding("", "", units, place=name, unit=word)]


def _fits(bounds: tuple[float, ...], code: int, factor: float) -> bool:
    """Tell whether coordinates lie in a system when taken times a factor."""
    west, south, east, north = (figure * factor for figure in bounds)
    box = shapely.box(west, south, east, north)
    try:
        system = check_source(code)
        return not extent.outside(gpd.GeoSeries([box], crs=system), name="").any()
    except CrsError:
        return False


def _needed(bounds: tuple[float, ...], name: str) -> Text:
    """Ask for the plane, and suggest one where the eastings carry a zone number."""
    zones = {int(bounds[0] // _PREFIX), int(bounds[2] // _PREFIX)}
    zone = zones.pop()
    hint = Text(en="", zh="")
    if not zones and zone in _ZONES_3:
        hint = _HINT.format(zone=zone, degrees=3, epsg=4488 + zone)
    elif not zones and zone in _ZONES_6:
        hint = _HINT.format(zone=zone, degrees=6, epsg=4478 + zone)
    return _NO_PLANE.format(name=name, hint=hint)


_NO_PLANE = Text(
    en="{name}: a drawing states no reference system. Give the EPSG code of its plane "
    "with --source-crs or as source_crs in a field map (CGCS2000 in 3-degree zones: "
    "4488 + zone, as 4526 for zone 38).{hint}",
    zh="{name}：图纸不含坐标系。请用 --source-crs 给出其平面坐标系的 EPSG 代码"
    "（2000国家大地坐标系3度带为 4488 加带号，如第38带为 4526）。{hint}",
)
_HINT = Text(
    en=" Its eastings begin with {zone}: if it is drawn in CGCS2000, {degrees}-degree "
    "zone {zone}, that is source_crs = {epsg}.",
    zh="其东坐标以 {zone} 开头：若为2000国家大地坐标系{degrees}度带第{zone}带，"
    "则为 source_crs = {epsg}。",
)
_NOT_METRES = Text(
    en="{name} states that it is drawn in {unit}, and its coordinates do not show that "
    "they are metres. Set the units to metres (INSUNITS = 6) and scale the drawing so.",
    zh="{name}标明的绘图单位为{unit}，坐标也不能证明是米。请将单位设为米"
    "（INSUNITS = 6）并相应缩放图形。",
)
_STATED = Rule(
    "dxf.units",
    Severity.WARNING,
    Text(
        en="the drawing states {unit} as its unit, and in those its coordinates would "
        "lie outside the plane; as metres they lie within",
        zh="图纸标明的单位为{unit}，按此坐标落在坐标系范围之外，按米则在范围之内",
    ),
    Text(
        en="read as metres; set INSUNITS to 6",
        zh="按米读取；请将 INSUNITS 设为 6",
    ),
)
