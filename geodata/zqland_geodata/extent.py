"""Check that shapes lie where their reference system says they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from zqland import crs, planes, reference
from zqland.errors import CrsError
from zqland.text import Text
from zqland_geodata.errors import SourceCrsError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    from pyproj import CRS

MARGIN_DEGREES = 3.0
"""How far beyond the area of use of its system a shape may lie: one zone."""

_FIRST_ZONE, _LAST_ZONE = 25, 45
_HALF_CIRCLE, _QUARTER_CIRCLE = 180.0, 90.0


def source_crs(stated: CRS | str | None, override: int | None, *, name: str) -> CRS:
    """Return the system of a file, checked.

    Parameters
    ----------
    stated
        What the file states.
    override
        EPSG code from a field map, for a file that states none.
    name
        Name of the file, for messages.

    Returns
    -------
    crs
        A system that zqland works with.

    Raises
    ------
    SourceCrsError
        None is stated or given, both are and differ, or it is refused.
    """
    if stated is None and override is None:
        raise SourceCrsError(_NONE.format(name=name))
    try:
        found = None if stated is None else crs.check_source(stated)
        given = None if override is None else crs.check_source(override)
    except CrsError as error:
        raise SourceCrsError(_IN_FILE.format(name=name, text=error.text)) from error
    if found is not None and given is not None and not same_system(found, given):
        raise SourceCrsError(
            _DIFFER.format(name=name, stated=found.name, given=given.name)
        )
    chosen = found if found is not None else given
    assert chosen is not None  # noqa: S101 - one of the two is there
    return chosen


def same_system(first: CRS, second: CRS) -> bool:
    """Tell whether coordinates mean the same in two systems, however they are named."""
    if first == second:
        return True
    if first.is_projected and second.is_projected:
        shift = planes.shift_between(first, second)
        return shift is not None and not np.any(shift)
    alike = reference.is_equal(first) and reference.is_equal(second)
    return alike and first.is_geographic and second.is_geographic


def outside(shapes: gpd.GeoSeries, *, name: str) -> npt.NDArray[np.bool_]:
    """Tell which shapes lie outside the area of their reference system.

    Parameters
    ----------
    shapes
        Shapes with their system; empty ones lie nowhere.
    name
        Name of the file, for messages.

    Returns
    -------
    is_outside
        True for shapes with coordinates that are not numbers or lie elsewhere.

    Raises
    ------
    SourceCrsError
        Most shapes do: the system is not theirs.
    """
    system = crs.check_source(shapes.crs)
    bounds = shapes.bounds.to_numpy()
    present = (~(shapes.is_empty | shapes.isna())).to_numpy()
    longitude, latitude = _degrees(system, bounds)
    is_outside = present & ~_inside(system, longitude, latitude)
    if present.any() and is_outside.sum() * 2 >= present.sum():
        place = np.flatnonzero(is_outside)[0]
        raise SourceCrsError(_wrong(system, bounds[place], name))
    return np.asarray(is_outside)


def _degrees(
    system: CRS, bounds: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return longitudes and latitudes of two opposite corners, shape (2, n)."""
    x, y = bounds[:, [0, 2]].T, bounds[:, [1, 3]].T
    if system.is_geographic:
        return x, y
    transformer = Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    longitude, latitude = transformer.transform(x, y)
    # Far away from its zone a projection folds back: a point that does not return to
    # itself is not on the map at all.
    back_x, back_y = transformer.transform(longitude, latitude, direction="INVERSE")
    lost = ~((np.abs(back_x - x) < 1) & (np.abs(back_y - y) < 1))
    return np.where(lost, np.nan, longitude), np.where(lost, np.nan, latitude)


def _inside(
    system: CRS,
    longitude: npt.NDArray[np.float64],
    latitude: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    area = system.area_of_use
    west, south, east, north = (-180.0, -90.0, 180.0, 90.0)
    if area is not None:
        west, south, east, north = area.bounds
    if east < west:
        east += 2 * _HALF_CIRCLE
    slack = MARGIN_DEGREES
    around = (longitude - (west - slack)) % (2 * _HALF_CIRCLE)
    inside = (
        (np.abs(longitude) <= _HALF_CIRCLE + 1e-6)
        & (np.abs(latitude) <= _QUARTER_CIRCLE + 1e-6)
        & (around <= east - west + 2 * slack)
        & (latitude >= south - slack)
        & (latitude <= north + slack)
    )
    return np.asarray(inside.all(axis=0))


def _wrong(system: CRS, bounds: npt.NDArray[np.float64], name: str) -> Text:
    x, y = float(bounds[0]), float(bounds[1])
    facts = {"name": name, "system": system.name, "x": f"{x:.6g}", "y": f"{y:.6g}"}
    return _WRONG.format(**facts, hint=_hint(system, x, y))


def _hint(system: CRS, x: float, y: float) -> Text:
    zone = int(x // 1_000_000)
    if _FIRST_ZONE <= zone <= _LAST_ZONE:
        return _PREFIXED.format(zone=zone, epsg=4488 + zone)
    if system.is_geographic and abs(x) <= _QUARTER_CIRCLE < abs(y) <= _HALF_CIRCLE:
        return _SWAPPED
    if system.is_geographic:
        return _METRES
    if abs(x) <= _HALF_CIRCLE and abs(y) <= _QUARTER_CIRCLE:
        return _DEGREES
    return _CHECK


_NONE = Text(
    en="{name} states no reference system. Save it with one (a .prj file beside a "
    "Shapefile), or give its EPSG code with --source-crs or as source_crs in a field "
    "map.",
    zh="{name}没有坐标系。请带坐标系保存（Shapefile 需有 .prj），或用 --source-crs "
    "或字段映射的 source_crs 给出 EPSG 代码。",
)
_IN_FILE = Text(en="{name}: {text}", zh="{name}：{text}")
_DIFFER = Text(
    en="{name} states the reference system {stated}, the field map {given}. Remove "
    "source_crs from the field map, or correct the file.",
    zh="{name}自带坐标系 {stated}，而字段映射写的是 {given}。"
    "请删去 source_crs，或更正文件。",
)
_WRONG = Text(
    en="{name} says {system}, but its shapes lie outside the area of that system "
    "(first at {x}, {y}). {hint}",
    zh="{name}标明坐标系为 {system}，但图形不在其适用范围内"
    "（首个坐标 {x}, {y}）。{hint}",
)
_PREFIXED = Text(
    en="Eastings that begin with {zone} are of CGCS2000 3-degree zone {zone}: if that "
    "is the datum, save the file with EPSG:{epsg}.",
    zh="东坐标以 {zone} 开头，应为三度带 {zone} 带；如为 CGCS2000，"
    "请用 EPSG:{epsg} 保存。",
)
_SWAPPED = Text(
    en="Latitude seems to come first; put longitude first.",
    zh="似乎纬度在前；请改为经度在前。",
)
_METRES = Text(
    en="The figures look like metres; save the file with the projected system in which "
    "they were measured.",
    zh="坐标像是以米为单位；请用测量时的投影坐标系保存。",
)
_DEGREES = Text(
    en="The figures look like degrees; save the file with EPSG:4490.",
    zh="坐标像是经纬度；请用 EPSG:4490 保存。",
)
_CHECK = Text(
    en="Find out in which system it was measured and save it with that.",
    zh="请查明测量所用坐标系，并按其保存。",
)
