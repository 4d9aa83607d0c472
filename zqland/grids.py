"""The Gauss-Krüger grids of China: zone numbers, central meridians and EPSG codes.

A grid is fixed by its datum, the width of its zones (3 or 6 degrees), the number of
the zone, and whether the easting carries that number in front (38 357 652 m in zone
38) or not (357 652 m).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from zqland.errors import WrongCrsError
from zqland.text import Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Datum(StrEnum):
    """The national datums of China."""

    CGCS2000 = "cgcs2000"
    XIAN80 = "xian80"
    BEIJING54 = "beijing54"
    NEW_BEIJING = "new_beijing"


DATUM_TEXTS = {
    Datum.CGCS2000: Text(en="CGCS2000", zh="2000国家大地坐标系"),
    Datum.XIAN80: Text(en="Xi'an 80", zh="1980西安坐标系"),
    Datum.BEIJING54: Text(en="Beijing 54", zh="1954北京坐标系"),
    Datum.NEW_BEIJING: Text(en="New Beijing", zh="新1954北京坐标系"),
}
"""The names of the datums."""

GEOGRAPHIC_EPSG = {
    Datum.CGCS2000: 4490,
    Datum.XIAN80: 4610,
    Datum.BEIJING54: 4214,
    Datum.NEW_BEIJING: 4555,
}
"""EPSG codes of longitude and latitude on each datum."""

ZONE_NUMBERS = {3: range(25, 46), 6: range(13, 24)}
"""Zones that cover China, by width in degrees."""

WHOLE_3 = range(25, 46)
WHOLE_6 = range(13, 24)

EPSG_OFFSETS: dict[tuple[Datum, int, bool], tuple[tuple[range, int], ...]] = {
    (Datum.CGCS2000, 3, True): ((WHOLE_3, 4488),),
    (Datum.CGCS2000, 3, False): ((WHOLE_3, 4509),),
    (Datum.CGCS2000, 6, True): ((WHOLE_6, 4478),),
    (Datum.CGCS2000, 6, False): ((WHOLE_6, 4489),),
    (Datum.XIAN80, 3, True): ((WHOLE_3, 2324),),
    (Datum.XIAN80, 3, False): ((WHOLE_3, 2345),),
    (Datum.XIAN80, 6, True): ((WHOLE_6, 2314),),
    (Datum.XIAN80, 6, False): ((WHOLE_6, 2325),),
    (Datum.BEIJING54, 3, True): ((WHOLE_3, 2376),),
    (Datum.BEIJING54, 3, False): ((WHOLE_3, 2397),),
    (Datum.BEIJING54, 6, True): ((WHOLE_6, 21400),),
    (Datum.BEIJING54, 6, False): ((WHOLE_6, 21440),),
    (Datum.NEW_BEIJING, 3, True): ((range(25, 30), 4627), (range(30, 46), 4736)),
    (Datum.NEW_BEIJING, 3, False): (
        (range(25, 44), 4757),
        (range(44, 45), 4768),
        (range(45, 46), 4777),
    ),
    (Datum.NEW_BEIJING, 6, True): ((WHOLE_6, 4555),),
    (Datum.NEW_BEIJING, 6, False): ((WHOLE_6, 4566),),
}
"""EPSG code less zone number, by datum, zone width and prefix, for runs of zones."""

_NO_ZONE = Text(
    en="There is no {degrees}-degree zone {number}. China has the 3-degree zones 25 "
    "to 45 and the 6-degree zones 13 to 23.",
    zh="不存在{degrees}度带第{number}带。我国3度带为25至45带，6度带为13至23带。",
)


@dataclass(frozen=True, slots=True)
class Grid:
    """One Gauss-Krüger grid.

    Attributes
    ----------
    datum
        Its datum.
    degrees
        Width of its zones, 3 or 6 degrees.
    number
        Number of the zone: 25 to 45, or 13 to 23.
    prefixed
        Whether the easting carries the number in front.
    """

    datum: Datum
    degrees: int
    number: int
    prefixed: bool

    @property
    def central_meridian(self) -> int:
        """Give the central meridian in degrees east of Greenwich."""
        return central_meridian(self.number, degrees=self.degrees)

    @property
    def false_easting_m(self) -> float:
        """Give the easting of the central meridian in metres."""
        return 500_000.0 + (self.number * 1_000_000.0 if self.prefixed else 0.0)

    @property
    def epsg(self) -> int:
        """Look up the EPSG code."""
        return gauss_kruger_epsg(
            self.number,
            degrees=self.degrees,
            prefixed=self.prefixed,
            datum=self.datum,
        )


def zone_number(longitude: ArrayLike, *, degrees: int = 3) -> NDArray[np.int64]:
    """Find the number of the zone that each longitude lies in.

    Parameters
    ----------
    longitude
        Degrees east; any shape. A boundary belongs to the zone east of it.
    degrees
        Width of the zones, 3 or 6.

    Returns
    -------
    number
        Zone numbers of the same shape.

    Examples
    --------
    >>> zone_number([111.0, 112.4999, 112.5]).tolist()
    [37, 37, 38]
    >>> zone_number(112.5, degrees=6).tolist()
    19
    """
    east = np.asarray(longitude, dtype=np.float64)
    turned = (east + 1.5) / 3.0 if degrees == 3 else east / 6.0 + 1.0  # noqa: PLR2004
    return np.floor(turned).astype(np.int64)


def central_meridian(number: int, *, degrees: int = 3) -> int:
    """Return the central meridian of a zone in degrees east.

    Parameters
    ----------
    number
        Zone number.
    degrees
        Width of the zones, 3 or 6.

    Returns
    -------
    meridian
        Degrees east of Greenwich.

    Examples
    --------
    >>> central_meridian(38), central_meridian(19, degrees=6)
    (114, 111)
    """
    return 3 * number if degrees == 3 else 6 * number - 3  # noqa: PLR2004


def gauss_kruger_epsg(
    number: int,
    *,
    degrees: int = 3,
    prefixed: bool = True,
    datum: Datum | str = Datum.CGCS2000,
) -> int:
    """Look up the EPSG code of a Gauss-Krüger grid.

    Parameters
    ----------
    number
        Zone number: 25 to 45 for 3 degrees, 13 to 23 for 6.
    degrees
        Width of the zones, 3 or 6.
    prefixed
        Whether the easting carries the zone number in front.
    datum
        The datum.

    Returns
    -------
    epsg
        The code.

    Raises
    ------
    WrongCrsError
        There is no such zone.

    Examples
    --------
    >>> gauss_kruger_epsg(38), gauss_kruger_epsg(38, prefixed=False)
    (4526, 4547)
    """
    for numbers, offset in EPSG_OFFSETS.get((Datum(datum), degrees, prefixed), ()):
        if number in numbers:
            return number + offset
    raise WrongCrsError(_NO_ZONE.format(degrees=degrees, number=number))


def grid_of(epsg: int) -> Grid | None:
    """Tell which Gauss-Krüger grid of China an EPSG code stands for.

    Parameters
    ----------
    epsg
        Any EPSG code.

    Returns
    -------
    grid
        The grid, or None for any other reference system.

    Examples
    --------
    >>> grid_of(4526).number, grid_of(2414).datum.value, grid_of(4326)
    (38, 'beijing54', None)
    """
    for (datum, degrees, prefixed), runs in EPSG_OFFSETS.items():
        for numbers, offset in runs:
            if epsg - offset in numbers:
                return Grid(datum, degrees, epsg - offset, prefixed)
    return None
