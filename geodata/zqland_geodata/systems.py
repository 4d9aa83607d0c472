"""Find out in which reference system the shapes of a file truly are.

Files state their system in many spellings, with a zone number that the coordinates do
not carry or the other way round, and now and then with the axes exchanged. What the
coordinates decide beyond doubt is read, with a finding; anything else is refused in
`extent`. Shapes on Xi'an 80 and Beijing 54 are brought to CGCS2000 where the user
gives a parameter set.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as UnreadableCrs

from zqland import planes, reference, shifts
from zqland.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M
from zqland.errors import CrsError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import extent
from zqland_geodata.errors import SourceCrsError
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.shifts import Shifts

_NAMES = re.compile(
    r"cgcs2000|china2000|chinageodeticcoordinatesystem2000|2000国家大地|国家2000"
)
_MILLION, _MIDDLE_M = 1_000_000.0, 500_000.0
_NORTHINGS_M = (1_800_000.0, 6_000_000.0)
_EASTINGS_M = (100_000.0, _MILLION)
_HALF_CIRCLE, _QUARTER_CIRCLE = 180.0, 90.0
_NO_PREFIX = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """Shapes with the system in which they truly are.

    Attributes
    ----------
    shapes
        The shapes, in a system that zqland works with.
    findings
        What was found and done.
    """

    shapes: gpd.GeoSeries
    findings: list[Finding]


def place(
    shapes: gpd.GeoSeries, given: int | None, sets: Shifts, *, name: str
) -> Placed:
    """Find out the true system of the shapes of a file.

    Parameters
    ----------
    shapes
        The shapes with the system that the file states, if any; east first.
    given
        EPSG code given by the user for a file that states none, or ``None``.
    sets
        Parameter sets given by the user.
    name
        Name of the file, for messages.

    Returns
    -------
    placed
        The shapes in a system that zqland works with.

    Raises
    ------
    SourceCrsError
        There is no system, two that differ, or one that is refused.
    """
    findings: list[Finding] = []
    stated = None if shapes.crs is None else _spelled(CRS(shapes.crs), findings, name)
    old = _old_system(stated, given)
    if old is not None:
        return _from_old_datum(shapes, old, sets, name=name)
    system = extent.source_crs(stated, given, name=name)
    shapes, system = _as_they_lie(shapes, system, findings, name)
    return Placed(shapes.set_crs(system, allow_override=True), findings)


def _spelled(stated: CRS, findings: list[Finding], name: str) -> CRS:
    """Return CGCS2000 where a system is that by name and figure, but not by datum."""
    try:
        system = reference.horizontal(stated)
    except CrsError:
        return stated
    if reference.is_equal(system) or reference.old_datum(system) is not None:
        return stated
    ellipsoid: Any = system.ellipsoid
    geodetic: Any = system.geodetic_crs
    figure = (ellipsoid.semi_major_metre, round(ellipsoid.inverse_flattening, 9))
    words = (
        system.name,
        geodetic.name,
        reference.datum_name(system),
        ellipsoid.name,
    )
    plain = [re.sub(r"[\W_]+", "", word.lower()) for word in words]
    if figure != (SEMI_MAJOR_M, INVERSE_FLATTENING) or not any(
        _NAMES.search(word) for word in plain
    ):
        return stated
    findings.append(_SPELLING.finding("", "crs", system.name, place=name))
    return _on_cgcs2000(system)


def _on_cgcs2000(system: CRS) -> CRS:
    national = CRS.from_epsg(4490)
    if system.is_geographic:
        return national
    parts = system.to_json_dict()
    parts["base_crs"] = {
        key: value
        for key, value in national.to_json_dict().items()
        if key in {"type", "name", "datum", "coordinate_system"}
    }
    return CRS.from_json_dict(parts)


def _old_system(stated: CRS | None, given: int | None) -> CRS | None:
    """Return the system of the file if it is on an old datum and undisputed."""
    try:
        systems = [
            reference.horizontal(system)
            for system in (stated, None if given is None else CRS.from_epsg(given))
            if system is not None
        ]
    except (CrsError, UnreadableCrs):
        return None
    if not systems or any(reference.old_datum(one) is None for one in systems):
        return None
    if len(systems) > 1 and not extent.same_system(*systems):
        return None
    return systems[0]


def _from_old_datum(
    shapes: gpd.GeoSeries, system: CRS, sets: Shifts, *, name: str
) -> Placed:
    findings: list[Finding] = []
    shapes, system = _as_they_lie(shapes, system, findings, name)
    try:
        moved, shift = shifts.to_cgcs2000(shapes, system, sets)
    except CrsError as error:
        raise SourceCrsError(_IN_FILE.format(name=name, text=error.text)) from error
    findings.append(
        _SHIFTED.finding("", "crs", system.name, place=name, shift=shift.text)
    )
    return Placed(moved, findings)


def _as_they_lie(
    shapes: gpd.GeoSeries, system: CRS, findings: list[Finding], name: str
) -> tuple[gpd.GeoSeries, CRS]:
    """Exchange axes, and the form of the easting, where the coordinates say so."""
    bounds = shapes.bounds.to_numpy()
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return shapes, system
    if _is_swapped(bounds, system):
        findings.append(_SWAPPED.finding("", "geometry", _first(bounds), place=name))
        turned = shapely.transform(shapes.to_numpy(), lambda xy: xy[:, ::-1])
        shapes = gpd.GeoSeries(turned, shapes.index)
        bounds = bounds[:, [1, 0, 3, 2]]
    number = _true_prefix(bounds, system)
    if number is not None:
        rule = _PREFIXED if number else _NOT_PREFIXED
        findings.append(
            rule.finding("", "geometry", _first(bounds), place=name, system=system.name)
        )
        system = _with_prefix(system, number)
    return shapes, system


def _first(bounds: NDArray[np.float64]) -> str:
    return f"{bounds[0, 0]:.10g}, {bounds[0, 1]:.10g}"


def _within(
    figures: NDArray[np.float64], limits: tuple[float, float], shift: float = 0.0
) -> bool:
    low, high = limits
    return bool(((figures >= low + shift) & (figures < high + shift)).all())


def _is_swapped(bounds: NDArray[np.float64], system: CRS) -> bool:
    """Tell whether every shape has northing or latitude first, beyond doubt."""
    first, second = bounds[:, [0, 2]], bounds[:, [1, 3]]
    if system.is_geographic:
        return bool(
            (np.abs(first) <= _QUARTER_CIRCLE).all()
            and (np.abs(second) > _QUARTER_CIRCLE).all()
            and (np.abs(second) <= _HALF_CIRCLE).all()
        )
    zones = _zones(system)
    return bool(zones) and (
        _within(first, _NORTHINGS_M)
        and any(
            _within(second, _EASTINGS_M, zone * _MILLION)
            for zone in (_NO_PREFIX, *zones)
        )
    )


def _true_prefix(bounds: NDArray[np.float64], system: CRS) -> int | None:
    """Return the zone number that all eastings carry if the system says otherwise."""
    zones = _zones(system)
    if not zones or not _within(bounds[:, [1, 3]], _NORTHINGS_M):
        return None
    stated = _prefix(system)
    for number in (_NO_PREFIX, *zones):
        if number != stated and _within(
            bounds[:, [0, 2]], _EASTINGS_M, number * _MILLION
        ):
            return number
    return None


def _prefix(system: CRS) -> float:
    return (planes.plane_of(system).origin_m[0] - _MIDDLE_M) / _MILLION


def _zones(system: CRS) -> tuple[int, ...]:
    """Return the zone numbers that a Gauss-Krüger plane of China can have in front."""
    if not system.is_projected:
        return ()
    plane = planes.plane_of(system)
    method, _, parameters = plane.projection
    values = dict(parameters)
    meridian = math.degrees(values.pop("Longitude of natural origin", math.nan))
    is_gauss_kruger = (
        method == "Transverse Mercator"
        and set(values.values()) <= {0.0, 1.0}
        and values.get("Scale factor at natural origin") == 1.0
        and plane.origin_m[1] == 0.0
        and plane.metres == 1.0
        and _prefix(system) in range(46)
    )
    if not is_gauss_kruger:
        return ()
    numbers = (meridian / 3.0, (meridian + 3.0) / 6.0)
    spans = (range(25, 46), range(13, 24))
    return tuple(
        round(number)
        for number, span in zip(numbers, spans, strict=True)
        if abs(number - round(number)) < 1e-9 and round(number) in span  # noqa: PLR2004 - degrees, rounded
    )


def _with_prefix(system: CRS, number: int) -> CRS:
    """Return the same plane with a zone number in front of the easting, or none."""
    parts = system.to_json_dict()
    parts.pop("id", None)
    parts["conversion"].pop("id", None)
    for parameter in parts["conversion"]["parameters"]:
        if parameter["name"] == "False easting":
            parameter["value"] = _MIDDLE_M + number * _MILLION
    meridian = round(_meridian(system))
    parts["name"] = f"{system.geodetic_crs.name} / Gauss-Kruger {meridian}E"  # type: ignore[union-attr]
    return CRS.from_json_dict(parts)


def _meridian(system: CRS) -> float:
    values = dict(planes.plane_of(system).projection[2])
    return math.degrees(values["Longitude of natural origin"])


_IN_FILE = Text(en="{name}: {text}", zh="{name}：{text}")
_SPELLING = Rule(
    "crs.spelling",
    Severity.INFO,
    Text(
        en="the datum is not named in a known way; name and figure of the system are "
        "those of CGCS2000",
        zh="坐标系的基准面名称不规范，但名称和椭球参数均为2000国家大地坐标系",
    ),
    Text(en="read as CGCS2000", zh="按2000国家大地坐标系读取"),
)
_SHIFTED = Rule(
    "crs.shifted",
    Severity.WARNING,
    Text(en="the file is on an old datum", zh="文件采用旧坐标系"),
    Text(en="brought over: {shift}", zh="已转换：{shift}"),
)
_SWAPPED = Rule(
    "crs.axes_swapped",
    Severity.WARNING,
    Text(
        en="northing or latitude comes first in the file",
        zh="文件中北坐标（或纬度）在前",
    ),
    Text(en="axes exchanged in reading", zh="读取时已调换坐标轴"),
)
_PREFIXED = Rule(
    "crs.zone_prefix",
    Severity.WARNING,
    Text(
        en="the eastings carry a zone number, and the stated system {system} has none",
        zh="东坐标带有带号，而标明的坐标系 {system} 不带带号",
    ),
    Text(
        en="read in the same plane with the zone number in front",
        zh="按同一投影带、带号在前读取",
    ),
)
_NOT_PREFIXED = Rule(
    "crs.zone_prefix",
    Severity.WARNING,
    Text(
        en="the eastings lack the zone number that the stated system {system} has",
        zh="标明的坐标系 {system} 带有带号，而东坐标没有",
    ),
    Text(
        en="read in the same plane without the zone number",
        zh="按同一投影带、不带带号读取",
    ),
)
