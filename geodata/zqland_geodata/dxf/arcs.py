"""Points on the arcs of a line, close enough together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHORD_ERROR_M = 0.001
"""How far a chord may lie off its arc, in metres: the last decimal of a survey."""

_MOST_POINTS = 100_000
_FINEST = 2.0**-40


def flatten(points: Floats, bulges: Floats, *, closed: bool) -> Floats:
    r"""Put points on the arcs of a line.

    The bulge of a side is the tangent of a quarter of its angle, positive where the
    arc runs anticlockwise. An arc of radius :math:`r` is divided so that the sagitta
    :math:`r (1 - \cos(\varphi / 2))` of each chord is within `CHORD_ERROR_M`.

    Parameters
    ----------
    points
        Points in order, in metres; shape (n, 2).
    bulges
        Bulge of the side that begins at each point; shape (n,).
    closed
        Whether a side leads from the last point to the first.

    Returns
    -------
    points
        The same points in order with those on the arcs between; shape (m, 2).

    Raises
    ------
    ValueError
        An arc is far larger than any boundary.

    References
    ----------
    Autodesk, DXF Reference: LWPOLYLINE, group code 42.

    Examples
    --------
    >>> circle = flatten(np.array([[0.0, 0.0], [2.0, 0.0]]), np.ones(2), closed=True)
    >>> bool(np.allclose(np.hypot(*(circle - [1.0, 0.0]).T), 1.0))
    True
    """
    sides = len(points) if closed else len(points) - 1
    bent = np.flatnonzero(np.abs(bulges[: max(sides, 0)]) > _FINEST)
    if not len(bent):
        return points
    pieces: list[Floats] = []
    start = 0
    # Arcs are few, and each has its own number of points.
    for side in bent.tolist():
        pieces.append(points[start : side + 1])
        end = points[(side + 1) % len(points)]
        pieces.append(_between(points[side], end, float(bulges[side])))
        start = side + 1
    return np.vstack([*pieces, points[start:]])


def _between(start: Floats, end: Floats, bulge: float) -> Floats:
    """Return the points between both ends of an arc."""
    chord = end - start
    length = float(np.hypot(*chord))
    angle = 4.0 * np.arctan(bulge)
    if length == 0.0:
        return np.empty((0, 2))
    radius = length / (2.0 * abs(np.sin(angle / 2.0)))
    finest = 2.0 * np.arccos(max(1.0 - CHORD_ERROR_M / radius, 0.0))
    count = int(np.ceil(abs(angle) / max(finest, _FINEST)))
    if count > _MOST_POINTS:
        raise ValueError(count)
    turns = np.arange(1, count) * (angle / count)
    # The centre lies on the left of the chord for an anticlockwise arc under a half.
    across = np.array([-chord[1], chord[0]])
    centre = start + chord / 2.0 + across / (2.0 * np.tan(angle / 2.0))
    arm = start - centre
    cosines, sines = np.cos(turns), np.sin(turns)
    points: Floats = np.column_stack(
        (arm[0] * cosines - arm[1] * sines, arm[0] * sines + arm[1] * cosines)
    )
    moved: Floats = points + centre
    return moved
