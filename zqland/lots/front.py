"""Where ground meets a street, and how much of a lot does.

A boundary lies on a street that is near and that it follows. Where no street is known,
a stated side of the ground stands in: the boundaries that face it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland.lots.sweep import edges

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import MultiLineString, MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry

    from zqland.lots.rules import LotRules

    Floats = NDArray[np.float64]

_ON_M = 1e-4
"""A boundary of a lot lies on one of the ground within this."""


@dataclass(frozen=True, slots=True)
class Front:
    """The boundaries of ground that it can be entered from.

    Attributes
    ----------
    lines
        Pieces of the boundary; may be empty.
    degrees
        Direction of most of their length, from east against the clock, in [0, 180);
        None if there are none.
    """

    lines: MultiLineString
    degrees: float | None

    def length_of(self, shapes: NDArray[np.object_]) -> Floats:
        """Measure how much of the front each shape has, in metres.

        Parameters
        ----------
        shapes
            Pieces of the ground, in the same plane.

        Returns
        -------
        frontage_m
            On the index of the shapes.
        """
        if self.degrees is None:
            return np.zeros(len(shapes))
        near = shapely.buffer(shapes, _ON_M, join_style="mitre")
        return np.asarray(shapely.length(shapely.intersection(near, self.lines)))


def on_streets(
    shape: Polygon | MultiPolygon, streets: BaseGeometry, rules: LotRules
) -> Front:
    """Find the boundaries that lie on streets.

    Parameters
    ----------
    shape
        Ground, counter-clockwise, in a plane in metres.
    streets
        Lines or areas of streets, in the same plane.
    rules
        How near a street is, and how much a boundary may turn away from it.

    Returns
    -------
    front
        The pieces of boundaries within reach that follow the street.

    Examples
    --------
    >>> from zqland.catalogues import load_catalogues
    >>> street = shapely.LineString([(-50, -10), (400, -10)])
    >>> on_streets(shapely.box(0, 0, 300, 200), street, load_catalogues().lots).lines
    <MULTILINESTRING ((0 0, 300 0))>
    """
    reach = shapely.buffer(streets, rules.street_reach_m)
    lines = shapely.linestrings(np.stack(edges(shape), axis=1))
    near = shapely.get_parts(shapely.intersection(lines, reach))
    near = near[shapely.length(near) > 0.0]
    ends = [shapely.get_point(near, place) for place in (0, -1)]
    # The sine of the turn: how much further one end is from the street.
    away = np.abs(
        shapely.distance(ends[0], streets) - shapely.distance(ends[1], streets)
    )
    follows = away <= np.sin(np.radians(rules.street_turn_deg)) * shapely.length(near)
    return _front(near[follows])


def facing(shape: Polygon | MultiPolygon, azimuth_deg: float, turn_deg: float) -> Front:
    """Find the boundaries that face a side.

    Parameters
    ----------
    shape
        Ground, counter-clockwise, in a plane in metres.
    azimuth_deg
        The side, from north over east.
    turn_deg
        How much a boundary may turn away from it.

    Returns
    -------
    front
        Outer boundaries whose outward direction is within the turn.

    Examples
    --------
    >>> facing(shapely.box(0, 0, 300, 200), 180.0, 45.0).lines
    <MULTILINESTRING ((0 0, 300 0))>
    """
    outer = [shapely.Polygon(part.exterior) for part in shapely.get_parts(shape)]
    starts, ends = edges(shapely.MultiPolygon(outer))
    steps = ends - starts
    outward = np.degrees(np.arctan2(steps[:, 1], -steps[:, 0]))
    apart = np.abs((outward - azimuth_deg + 180.0) % 360.0 - 180.0)
    kept = (apart <= turn_deg) & (np.hypot(steps[:, 0], steps[:, 1]) > 0.0)
    sides = np.stack((starts[kept], ends[kept]), axis=1)
    return _front(np.asarray(shapely.linestrings(sides)))


def _front(lines: NDArray[np.object_]) -> Front:
    """Join pieces, with the direction of most of their length."""
    if not len(lines):
        return Front(shapely.MultiLineString(), None)
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    steps = last - first
    # Directions are averaged with doubled angles: there and back are the same.
    doubled = 2.0 * np.arctan2(steps[:, 1], steps[:, 0])
    lengths = shapely.length(lines)
    along = (lengths * np.sin(doubled)).sum(), (lengths * np.cos(doubled)).sum()
    degrees = float(np.degrees(np.arctan2(*along)) / 2.0 % 180.0)
    return Front(shapely.multilinestrings(list(lines)), degrees)
