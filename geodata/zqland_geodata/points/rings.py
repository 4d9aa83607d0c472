"""Points to rings, and rings to polygons: shells and holes by containment.

Rings are divided, closed, nested and refused as those of a survey TXT
(`zqland_geodata.survey.rings` and `nesting`): what a table of points leaves open, it
leaves open in the same ways.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland_geodata.survey import nesting
from zqland_geodata.survey import points as survey_points
from zqland_geodata.survey import rings as survey_rings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zqland_geodata.survey.tally import Tally

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

LEAST_POINTS = 3
"""Distinct points without which a parcel has no area."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The points of all parcels, those of a parcel together.

    Attributes
    ----------
    coordinates
        Easting or longitude first; shape (n, 2).
    owner
        Position of the parcel of each point: 0, 1, … ascending.
    number
        Number of the ring as it stands in the file, or `NO_RING`.
    lines
        Line of each point.
    names
        Name of each point, or ``""``.
    metres
        How many metres one unit of the coordinates is, roughly.
    """

    coordinates: Floats
    owner: Integers
    number: Integers
    lines: Integers
    names: Sequence[str]
    metres: float = 1.0


def polygons(boundaries: Boundaries, tally: Tally) -> tuple[Shapes, Integers]:
    """Make polygons of points.

    Parameters
    ----------
    boundaries
        The points, one at least.
    tally
        Where tolerances are remarked, by parcel of those that have a shape.

    Returns
    -------
    shapes
        A polygon or multipolygon for each parcel; an empty polygon for parcels of
        fewer than three points. Rings that cross themselves stay as they are.
    sizes
        How many distinct points those parcels have, else 0.

    Raises
    ------
    SurveyTextError
        The points can be read in two ways; the message names the line.

    Examples
    --------
    >>> from zqland_geodata.survey.tally import Tally
    >>> square = np.array([[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]], dtype=float)
    >>> zeros = np.zeros(5, dtype=int)
    >>> one = Boundaries(square, zeros, zeros + 1, np.arange(5) + 2, [""] * 5)
    >>> polygons(one, Tally())[0][0].area
    81.0
    """
    owner = boundaries.owner
    count = int(owner[-1]) + 1
    shapes = np.full(count, shapely.Polygon(), dtype=object)
    sizes = _distinct(boundaries, count)
    is_whole = sizes >= LEAST_POINTS
    if is_whole.any():
        shapes[is_whole] = _shapes(boundaries, is_whole[owner], tally)
    return shapes, np.where(is_whole, 0, sizes)


def _distinct(boundaries: Boundaries, count: int) -> Integers:
    """Count the points of each parcel, without a row that only closes it."""
    owner, xy = boundaries.owner, boundaries.coordinates
    sizes = np.bincount(owner, minlength=count)
    ends = np.cumsum(sizes)
    near = survey_rings.SAME_M / boundaries.metres
    returns = (np.abs(xy[ends - 1] - xy[ends - sizes]) <= near).all(axis=1)
    return np.asarray(sizes - (returns & (sizes > 1)))


def _shapes(boundaries: Boundaries, is_kept: Flags, tally: Tally) -> Shapes:
    xy = boundaries.coordinates[is_kept]
    names = [
        name
        for name, kept in zip(boundaries.names, is_kept.tolist(), strict=True)
        if kept
    ]
    points = survey_points.Points(
        first=xy[:, 1],
        second=xy[:, 0],
        rings=boundaries.number[is_kept],
        owners=np.unique(boundaries.owner[is_kept], return_inverse=True)[1],
        lines=boundaries.lines[is_kept],
        names=names,
    )
    track = survey_rings.Track(
        points=points,
        xy=xy,
        corrupt=np.full(len(xy), np.nan),
        metres=boundaries.metres,
        name=names.__getitem__,
    )
    divided = survey_rings.divide_rings(track, tally)
    # Numbers of rings divide here and say nothing of shells and holes.
    unnumbered = replace(points, rings=np.full(len(xy), survey_points.NO_RING))
    return nesting.shapes_of(replace(track, points=unnumbered), divided, tally)
