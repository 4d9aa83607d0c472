r"""Area on the ellipsoid by the formula of the national land surveys.

The notice 国土调查办发 [2008] 32 号 measures a patch by summing, edge after edge, the
trapezoid on the ellipsoid between the two latitudes of the edge, as wide as its mean
longitude is away from a fixed meridian. The Third National Land Survey (TD/T
1055-2019) keeps it, with the constants of CGCS2000.

**The sum used here.** The notice writes a trapezoid between latitudes
:math:`B_1, B_2` of width :math:`\Delta L` as

.. math:: S = 2 b^2 \Delta L \sum_n (\pm K_n) \sin(n h) \cos(n B_m),
   \quad h = (B_2 - B_1) / 2, \; B_m = (B_1 + B_2) / 2.

As :math:`2 \sin(nh) \cos(nB_m) = \sin(nB_2) - \sin(nB_1)`, this is
:math:`\Delta L \, (q(B_2) - q(B_1))` with
:math:`q(B) = b^2 (A \sin B - B' \sin 3B + C \sin 5B - D \sin 7B + E \sin 9B)`, a
polynomial in :math:`\sin B`: one sine for each vertex in place of ten sines and
cosines for each edge. Differences of neighbouring :math:`q` are exact in floating
point, so around a closed ring they add up to nothing at all, and the choice of the
fixed meridian cannot change an area.

Everything here is plain arrays; `zqland.areas` brings shapes and planes to it.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LONGEST_EDGE_M = 70.0
"""Longest edge that is measured whole (evaluation rules of the third survey)."""

SECONDS_PER_RADIAN = 206_264.8062471
"""Seconds of arc in a radian, as printed in the notice."""

SEMI_MAJOR_M = 6_378_137.0
"""Semi-major axis of CGCS2000."""

INVERSE_FLATTENING = 298.257222101
"""Inverse flattening of CGCS2000."""

POLAR_RADIUS_M = 6_399_593.62586
"""Polar radius of curvature of CGCS2000, as printed."""

SECOND_ECCENTRICITY_SQUARED = 0.00673949677548
"""Second eccentricity of CGCS2000, squared, as printed."""

FOOT_POINT = (
    1.57048761144159e-7,
    5.05250178820567e-3,
    2.98472900956587e-5,
    2.41626669230084e-7,
    2.22241238938534e-9,
)
"""Constants K0 to K4 of the foot-point latitude on CGCS2000; K0 in rad/m."""

_SINES = (
    (1.0,),
    (3.0, -4.0),
    (5.0, -20.0, 16.0),
    (7.0, -56.0, 112.0, -64.0),
    (9.0, -120.0, 432.0, -576.0, 256.0),
)
"""Coefficients of sin B, sin³B, … in sin B, sin 3B, sin 5B, sin 7B, sin 9B."""


@dataclass(frozen=True, slots=True)
class ZonalSeries:
    """Area between the equator and a latitude, per radian of longitude.

    Attributes
    ----------
    coefficients
        Factors of sin B, sin³B, sin⁵B, sin⁷B, sin⁹B, in square metres per radian.
    """

    coefficients: tuple[float, float, float, float, float]

    def at_sine(self, sine: Floats) -> Floats:
        """Evaluate the series, in square metres per radian, at sines of latitude."""
        square = sine * sine
        *lower, total = self.coefficients
        value = np.full_like(square, total)
        for coefficient in reversed(lower):
            value *= square
            value += coefficient
        return value * sine

    def at(self, latitude: Floats) -> Floats:
        """Evaluate the series, in square metres per radian, at latitudes in radians."""
        return self.at_sine(np.sin(latitude))


@functools.cache
def zonal_series(
    semi_major_m: float = SEMI_MAJOR_M, inverse_flattening: float = INVERSE_FLATTENING
) -> ZonalSeries:
    """Compute the series of the notice for an ellipsoid.

    Parameters
    ----------
    semi_major_m
        Semi-major axis in metres.
    inverse_flattening
        Inverse flattening, 0 for a sphere.

    Returns
    -------
    series
        The constants A to E of the notice times b², as powers of the sine.

    References
    ----------
    国土调查办发 [2008] 32 号, annex: 图斑椭球面积计算公式.

    Examples
    --------
    >>> south, north = np.radians([23.0, 24.0])
    >>> series = zonal_series()
    >>> float(np.radians(1) * (series.at(north) - series.at(south))).__round__(3)
    11312085322.114
    """
    flattening = 1.0 / inverse_flattening if inverse_flattening else 0.0
    e2 = flattening * (2.0 - flattening)
    letters = (
        1 + 3 / 6 * e2 + 30 / 80 * e2**2 + 35 / 112 * e2**3 + 630 / 2304 * e2**4,
        1 / 6 * e2 + 15 / 80 * e2**2 + 21 / 112 * e2**3 + 420 / 2304 * e2**4,
        3 / 80 * e2**2 + 7 / 112 * e2**3 + 180 / 2304 * e2**4,
        1 / 112 * e2**3 + 45 / 2304 * e2**4,
        5 / 2304 * e2**4,
    )
    semi_minor_m = semi_major_m * (1.0 - flattening)
    powers = [0.0] * 5
    for place, (letter, expansion) in enumerate(zip(letters, _SINES, strict=True)):
        sign = 1.0 if place % 2 == 0 else -1.0
        for power, coefficient in enumerate(expansion):
            powers[power] += sign * letter * coefficient * semi_minor_m**2
    first, third, fifth, seventh, ninth = powers
    return ZonalSeries((first, third, fifth, seventh, ninth))


def inverse_gauss(northing_m: Floats, easting_m: Floats) -> tuple[Floats, Floats]:
    """Return from a Gauss-Krüger plane on CGCS2000 to the ellipsoid.

    Parameters
    ----------
    northing_m
        Northing in metres.
    easting_m
        Distance east of the central meridian in metres: the easting without zone
        number and without the 500 km.

    Returns
    -------
    latitude
        Radians.
    longitude
        Radians east of the central meridian.

    References
    ----------
    国土调查办发 [2008] 32 号, annex, formula 3. It differs from PROJ by 2.4e-6 seconds
    of arc (0.07 mm) in Zhaoqing, which areas do not notice.
    """
    k0, k1, k2, k3, k4 = FOOT_POINT
    arc = k0 * northing_m
    sine = np.sin(arc)
    square = sine * sine
    series = k1 - square * (k2 - square * (k3 - square * k4))
    foot = arc + np.cos(arc) * sine * series
    cosine = np.cos(foot)
    tangent = np.tan(foot)
    t2 = tangent * tangent
    eta2 = SECOND_ECCENTRICITY_SQUARED * cosine * cosine
    v2 = 1.0 + eta2
    u = easting_m * np.sqrt(v2) / POLAR_RADIUS_M
    u2 = u * u
    bracket = 0.5 - u2 * (
        (5.0 + 3.0 * t2 + eta2 - 9.0 * eta2 * t2) / 24.0
        - u2 * (61.0 + t2 * (90.0 + 45.0 * t2)) / 720.0
    )
    latitude = foot - v2 * tangent * u2 * bracket
    t4 = t2 * t2
    bracket = 1.0 - u2 * (
        (1.0 + 2.0 * t2 + eta2) / 6.0
        - u2 * (5.0 + 28.0 * t2 + 24.0 * t4 + 6.0 * eta2 + 8.0 * eta2 * t2) / 120.0
    )
    return latitude, u * bracket / cosine


def densify(
    coordinates: Floats, starts: NDArray[np.int64], longest: float = LONGEST_EDGE_M
) -> tuple[Floats, NDArray[np.int64]]:
    """Insert points evenly into every edge longer than allowed.

    An edge longer than ``longest`` gets ``floor(length / longest)`` points.

    Parameters
    ----------
    coordinates
        Closed rings one after another in a plane; shape (n, 2).
    starts
        Where each ring starts, and ``n`` at the end; shape (rings + 1,).
    longest
        Longest edge that stays whole, in the unit of the coordinates.

    Returns
    -------
    dense
        Rings with the points inserted; shape (m, 2).
    dense_starts
        Where each ring starts now, and ``m`` at the end.
    """
    steps = np.diff(coordinates, axis=0, append=coordinates[-1:])
    steps[starts[1:] - 1] = 0.0
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    pieces = np.where(lengths > longest, np.floor(lengths / longest), 0.0)
    pieces = pieces.astype(np.int64) + 1
    ends = np.cumsum(pieces)
    if ends[-1] == len(coordinates):
        return coordinates, starts
    place = np.arange(ends[-1]) - np.repeat(ends - pieces, pieces)
    share = place / np.repeat(pieces, pieces)
    dense = np.repeat(coordinates, pieces, axis=0)
    dense += share[:, np.newaxis] * np.repeat(steps, pieces, axis=0)
    return dense, np.concatenate(([0], ends))[starts]


def ring_areas(
    latitude_series: Floats, longitude: Floats, starts: NDArray[np.int64]
) -> Floats:
    """Sum the trapezoids around each ring.

    Parameters
    ----------
    latitude_series
        `ZonalSeries` at the vertices, square metres per radian; shape (n,).
    longitude
        Radians from any meridian; shape (n,).
    starts
        Where each closed ring starts, and ``n`` at the end; none is empty.

    Returns
    -------
    area_m2
        Area of each ring, never negative; shape (rings,).
    """
    if len(starts) <= 1:
        return np.zeros(0)
    heights = np.diff(latitude_series, append=0.0)
    heights[starts[1:] - 1] = 0.0
    middles = longitude + np.roll(longitude, -1)
    middles *= 0.5 * heights
    return np.abs(np.add.reduceat(middles, starts[:-1]))


def round_coordinates(values: Floats, decimals: int) -> Floats:
    """Round half up to some decimals, as the evaluation rules do to coordinates."""
    power = 10.0**decimals
    return np.floor(values * power + 0.5) / power


def round_angles(radians: Floats) -> Floats:
    """Round angles to a millionth of a second of arc."""
    seconds = round_coordinates(radians * SECONDS_PER_RADIAN, 6)
    return seconds / SECONDS_PER_RADIAN


def closed_form_cell_m2(south: float, north: float, width: float) -> float:
    """Compute the area between two latitudes exactly, to check the series.

    Parameters
    ----------
    south
        Latitude in radians.
    north
        Latitude in radians.
    width
        Longitude width in radians.

    Returns
    -------
    area_m2
        Square metres on CGCS2000.

    Examples
    --------
    >>> south, north, width = (math.radians(degrees) for degrees in (23, 24, 1))
    >>> round(closed_form_cell_m2(south, north, width), 3)
    11312085322.114
    """
    flattening = 1.0 / INVERSE_FLATTENING
    e = math.sqrt(flattening * (2.0 - flattening))
    b = SEMI_MAJOR_M * (1.0 - flattening)

    def zone(latitude: float) -> float:
        sine = math.sin(latitude)
        return b * b / 2 * (sine / (1 - (e * sine) ** 2) + math.atanh(e * sine) / e)

    return width * (zone(north) - zone(south))
