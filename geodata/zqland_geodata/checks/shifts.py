"""The ways in which a whole layer gets displaced, and the words for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from zqland import datums
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Way = Callable[[Floats], Floats]

GEOD = Geod(a=6_378_137.0, rf=298.257222101)
"""The ellipsoid of CGCS2000, for distances and bearings."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A known way in which a layer gets displaced.

    Attributes
    ----------
    code
        Short stable code.
    name
        What happened, as the end of a sentence.
    there
        Brings true longitudes and latitudes, shape (n, 2), to where such a layer lies.
    back
        Brings those of such a layer back.
    """

    code: str
    name: Text
    there: Way
    back: Way


def _pairs(way: datums.Shift) -> Way:
    return lambda degrees: np.column_stack(way(degrees[:, 0], degrees[:, 1]))


def _turned(longitude: float) -> Way:
    return lambda degrees: degrees + np.array((longitude, 0.0))


def _swapped(degrees: Floats) -> Floats:
    return degrees[:, ::-1]


def _zones(code: str, degrees: float, words: Text) -> Cause:
    return Cause(code, words, _turned(degrees), _turned(-degrees))


_GCJ02, _BD09 = _pairs(datums.wgs84_to_gcj02), _pairs(datums.wgs84_to_bd09)
_NO_GCJ02, _NO_BD09 = _pairs(datums.gcj02_to_wgs84), _pairs(datums.bd09_to_wgs84)
_BAIDU, _NO_BAIDU = _pairs(datums.gcj02_to_bd09), _pairs(datums.bd09_to_gcj02)

CAUSES = (
    Cause(
        "gcj02",
        Text(
            en="as GCJ-02 does: the coordinates are those of a web map (GCJ-02)",
            zh="与 GCJ-02 的偏移一致：坐标为网络地图坐标（GCJ-02）",
        ),
        _GCJ02,
        _NO_GCJ02,
    ),
    Cause(
        "bd09",
        Text(
            en="as BD-09 does: the coordinates are those of a Baidu map (BD-09)",
            zh="与 BD-09 的偏移一致：坐标为百度地图坐标（BD-09）",
        ),
        _BD09,
        _NO_BD09,
    ),
    Cause(
        "gcj02_undone",
        Text(
            en="against the direction of GCJ-02: a GCJ-02 shift was taken off true "
            "coordinates",
            zh="与 GCJ-02 的偏移方向相反：对真实坐标误作了 GCJ-02 纠偏",
        ),
        _NO_GCJ02,
        _GCJ02,
    ),
    Cause(
        "bd09_undone",
        Text(
            en="against the direction of BD-09: a BD-09 shift was taken off true "
            "coordinates",
            zh="与 BD-09 的偏移方向相反：对真实坐标误作了 BD-09 纠偏",
        ),
        _NO_BD09,
        _BD09,
    ),
    Cause(
        "bd09_as_gcj02",
        Text(
            en="as BD-09 lies off GCJ-02: Baidu coordinates (BD-09) were corrected as "
            "if they were GCJ-02",
            zh="与 BD-09 相对 GCJ-02 的偏移一致：百度坐标（BD-09）误按 GCJ-02 纠偏",
        ),
        lambda degrees: _NO_GCJ02(_BD09(degrees)),
        lambda degrees: _NO_BD09(_GCJ02(degrees)),
    ),
    Cause(
        "axes",
        Text(
            en="as swapped axes do: latitude was read as longitude",
            zh="为坐标顺序颠倒：纬度被当作经度读取",
        ),
        _swapped,
        _swapped,
    ),
    *(
        _zones(
            f"zone{number:+d}",
            3.0 * number,
            Text(
                en=f"by {3 * number:+d} degrees of longitude: the zone number is wrong",
                zh=f"经度相差 {3 * number:+d} 度：带号有误",
            ),
        )
        for number in (-2, -1, 1, 2)
    ),
)
"""The known ways, tried in this order."""

_WINDS = (
    Text(en="north", zh="北"),
    Text(en="north-east", zh="东北"),
    Text(en="east", zh="东"),
    Text(en="south-east", zh="东南"),
    Text(en="south", zh="南"),
    Text(en="south-west", zh="西南"),
    Text(en="west", zh="西"),
    Text(en="north-west", zh="西北"),
)


def apart_m(start: Floats, end: Floats) -> Floats:
    """Measure the ways from some places to others.

    Parameters
    ----------
    start, end
        Longitudes and latitudes; shape (n, 2).

    Returns
    -------
    ways
        Metres to the east and to the north; shape (n, 2).
    """
    bearing, _, distance = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    angle = np.radians(bearing)
    return np.column_stack((distance * np.sin(angle), distance * np.cos(angle)))


def way_text(east_m: float, north_m: float) -> Text:
    """Write a distance with its direction.

    Parameters
    ----------
    east_m, north_m
        Metres to the east and to the north.

    Returns
    -------
    text
        Such as ``611 m to the south-east (118°)``.

    Examples
    --------
    >>> way_text(539.5, -287.0).en
    '611 m to the south-east (118°)'
    """
    figure, unit, bearing = _measured(east_m, north_m)
    wind = _WINDS[round(bearing / 45.0) % len(_WINDS)]
    return Text(
        en=f"{figure} {unit} to the {wind.en} ({bearing:.0f}°)",
        zh=f"向{wind.zh} {figure} {'公里' if unit == 'km' else '米'}"
        f"（方位角 {bearing:.0f}°）",
    )


def way_figure(east_m: float, north_m: float) -> str:
    """Write a distance with its bearing in signs of every language.

    Parameters
    ----------
    east_m, north_m
        Metres to the east and to the north.

    Examples
    --------
    >>> way_figure(539.5, -287.0)
    '611 m, 118°'
    """
    figure, unit, bearing = _measured(east_m, north_m)
    return f"{figure} {unit}, {bearing:.0f}°"


def _measured(east_m: float, north_m: float) -> tuple[str, str, float]:
    distance = float(np.hypot(east_m, north_m))
    bearing = float(np.degrees(np.arctan2(east_m, north_m))) % 360.0
    far = distance >= _FAR_M
    figure = f"{distance / 1000:.1f}" if far else f"{distance:.0f}"
    if distance < _NEAR_M:
        figure = f"{distance:.2f}"
    return figure, "km" if far else "m", bearing


_FAR_M = 2_000.0
_NEAR_M = 10.0
