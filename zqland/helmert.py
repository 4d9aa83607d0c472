r"""Similarity transformations between datums: 4 parameters in the plane, 7 in space.

**4 parameters** (`PlaneParameters`), with :math:`N` north, :math:`E` east, and
:math:`m` the scale in parts per one; points turn clockwise on a map with north up
where :math:`\alpha` is positive, counterclockwise with the other `Turn`:

.. math::
    N' = \Delta N + (1 + m)(N \cos\alpha - E \sin\alpha) \\
    E' = \Delta E + (1 + m)(N \sin\alpha + E \cos\alpha)

They turn about the origin of the grid, so that sets for eastings with and without the
zone number in front are different ones: the file must say which.

**7 parameters** (`SpaceParameters`), on geocentric coordinates of the two ellipsoids,
in the `Convention` *coordinate frame*, where positive rotations turn the axes (the
Bursa-Wolf model of Chinese surveys, EPSG method 1032):

.. math::
    \begin{pmatrix} X' \\ Y' \\ Z' \end{pmatrix} =
    \begin{pmatrix} T_X \\ T_Y \\ T_Z \end{pmatrix} + (1 + m)
    \begin{pmatrix} 1 & R_Z & -R_Y \\ -R_Z & 1 & R_X \\ R_Y & -R_X & 1 \end{pmatrix}
    \begin{pmatrix} X \\ Y \\ Z \end{pmatrix}

and in *position vector*, where they turn the points (EPSG method 1033), the same with
all rotations negative. Points are taken to lie on the old ellipsoid: a height of 100 m
left out moves a point by a millimetre or two.

References
----------
IOGP Publication 373-7-2, Geomatics Guidance Note 7 part 2: Helmert transformations
(coordinate frame and position vector rotation) and similarity transformation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland import grids

    Floats = NDArray[np.float64]

_PPM = 1e-6


class Turn(StrEnum):
    """Which way points turn on a map with north up where the rotation is positive."""

    CLOCKWISE = "clockwise"
    COUNTERCLOCKWISE = "counterclockwise"


class Convention(StrEnum):
    """What positive rotations of 7 parameters turn."""

    COORDINATE_FRAME = "coordinate_frame"
    POSITION_VECTOR = "position_vector"


@dataclass(frozen=True, slots=True)
class PlaneParameters:
    """4 parameters from the old to the new plane of one grid.

    Attributes
    ----------
    grid
        The old grid that they hold for: width and number of its zone, and whether the
        easting carries the number in front.
    shift_m
        What is added to north and east, in metres.
    rotation_seconds
        Angle in seconds of arc.
    scale_ppm
        Scale less one, in millionths.
    turn
        Which way the angle turns.
    """

    grid: grids.Grid
    shift_m: tuple[float, float]
    rotation_seconds: float
    scale_ppm: float
    turn: Turn

    def fits(self, grid: grids.Grid | None) -> bool:
        """Tell whether they hold in a grid: its central meridian is theirs."""
        return grid is not None and grid.central_meridian == self.grid.central_meridian

    def move(self, plane_m: Floats) -> Floats:
        """Bring old plane coordinates to the new plane.

        Parameters
        ----------
        plane_m
            Easting, with the false easting of `grid`, and northing in metres; shape
            (n, 2).

        Returns
        -------
        moved_m
            Easting and northing in metres on CGCS2000; shape (n, 2).

        Examples
        --------
        >>> from zqland import grids
        >>> grid = grids.Grid(grids.Datum.XIAN80, 3, 38, prefixed=False)
        >>> quarter = PlaneParameters(
        ...     grid, (10.0, 20.0), 90 * 3600.0, 0.0, Turn.CLOCKWISE
        ... )
        >>> quarter.move(np.array([[0.0, 5.0]])).round(9).tolist()  # north goes east
        [[25.0, 10.0]]
        """
        angle = math.radians(self.rotation_seconds / 3600.0)
        if self.turn is Turn.COUNTERCLOCKWISE:
            angle = -angle
        scale = 1.0 + self.scale_ppm * _PPM
        east, north = plane_m.T
        moved_north = north * math.cos(angle) - east * math.sin(angle)
        moved_east = north * math.sin(angle) + east * math.cos(angle)
        shift_north, shift_east = self.shift_m
        return np.column_stack(
            (shift_east + scale * moved_east, shift_north + scale * moved_north)
        )


@dataclass(frozen=True, slots=True)
class SpaceParameters:
    """7 parameters between the geocentric coordinates of two datums.

    Attributes
    ----------
    shift_m
        Translations along X, Y and Z in metres.
    rotation_seconds
        Rotations about X, Y and Z in seconds of arc.
    scale_ppm
        Scale less one, in millionths.
    convention
        What positive rotations turn.
    """

    shift_m: tuple[float, float, float]
    rotation_seconds: tuple[float, float, float]
    scale_ppm: float
    convention: Convention

    def fits(self, grid: grids.Grid | None) -> bool:
        """Tell whether they hold in a grid: in every one, and in degrees."""
        del grid
        return True

    def move(self, space_m: Floats) -> Floats:
        """Bring geocentric coordinates to the new datum.

        Parameters
        ----------
        space_m
            X, Y and Z in metres on the old datum; shape (n, 3).

        Returns
        -------
        moved_m
            X, Y and Z in metres on CGCS2000; shape (n, 3).

        Examples
        --------
        >>> turned = SpaceParameters(  # from WGS 72 to WGS 84, as published
        ...     (0.0, 0.0, 4.5), (0.0, 0.0, 0.554), 0.219, Convention.POSITION_VECTOR
        ... )
        >>> turned.move(np.array([[3657660.66, 255768.55, 5201382.11]])).round(1)
        array([[3657660.8,  255778.4, 5201387.7]])
        """
        rx, ry, rz = np.radians(np.array(self.rotation_seconds) / 3600.0)
        turn = np.array([[1.0, rz, -ry], [-rz, 1.0, rx], [ry, -rx, 1.0]])
        if self.convention is Convention.POSITION_VECTOR:
            turn = turn.T
        moved = space_m @ turn.T * (1.0 + self.scale_ppm * _PPM)
        return np.asarray(moved + np.array(self.shift_m))
