"""Boundaries as vertices and edges in one plane, so that neighbours share both.

Every step is one of vertices: they are brought to the vertices and edges of a record,
or rounded to the millimetre, and inserted into the edges that pass through them. Then
whether ground is divided without rest is no question of tolerances: each edge of a
part is an edge of the whole, or another part has it the other way round.

Coordinates are metres in one plane.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Shape = Polygon | MultiPolygon
    Edge = tuple[float, float, float, float]

SNAP_M = 0.002
"""Points closer than this are one point: twice the unit of surveyed coordinates."""

DECIMALS = 3
"""New points are rounded to the millimetre."""

STRAIGHT_M2 = 1e-6
"""Ground that a rounded point may take across the edge that it lies on. A point of the
grid of millimetres hardly ever lies on a slanting edge; where it would bend the edge by
more, the point stays on the edge and keeps all its digits."""

_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Points:
    """Points that can be found by their place.

    Attributes
    ----------
    coordinates
        Shape (n, 2), none twice.
    tree
        Their index.
    """

    coordinates: Floats
    tree: shapely.STRtree

    @classmethod
    def of(cls, coordinates: Floats) -> Self:
        """Take points, each once."""
        once = np.unique(coordinates, axis=0)
        return cls(once, _tree(shapely.points(once)))

    @classmethod
    def corners(cls, shapes: Iterable[Shape]) -> Self:
        """Take the vertices of shapes, each once."""
        return cls.of(shapely.get_coordinates(list(shapes)))


def settle(shapes: Sequence[Shape], record: Sequence[Shape]) -> list[Shape]:
    """Give new vertices their places for good.

    A vertex within 2 mm of one of the record becomes that one; within 2 mm of an edge
    of the record it is brought onto the edge; every other is rounded to the
    millimetre. New vertices within 2 mm of each other become one.

    Parameters
    ----------
    shapes
        New polygons.
    record
        Polygons whose boundaries do not move.

    Returns
    -------
    shapes
        The new polygons without repeated vertices; rings without an inside are gone.

    Examples
    --------
    >>> record = [shapely.box(0, 0, 100, 100)]
    >>> (half,) = settle([shapely.box(0.0004, -0.001, 50.1234, 100)], record)
    >>> half.bounds
    (0.0, 0.0, 50.123, 100.0)
    """
    corners = shapely.get_coordinates(list(shapes))
    points, inverse = np.unique(corners, axis=0, return_inverse=True)
    placed = _gathered(*_placed(points, record))[inverse.reshape(-1)]
    starts = np.cumsum([0, *shapely.get_num_coordinates(list(shapes))])
    settled = []
    # A turn per new parcel.
    for place, shape in enumerate(shapes):
        own = placed[starts[place] : starts[place + 1]]
        settled.append(_redrawn(_moved(shape, own), _once))
    return settled


def insert(shape: Shape, points: Points) -> Shape:
    """Insert the points that lie on the edges of a shape, to 2 mm.

    Parameters
    ----------
    shape
        A polygon.
    points
        Any points.

    Returns
    -------
    shape
        With a vertex at each of those points.

    Examples
    --------
    >>> middle = Points.of(np.array([[50.0, 0.0], [50.0, 50.0]]))
    >>> insert(shapely.box(0, 0, 100, 100), middle).exterior.coords[:]
    [(100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0), (50.0, 0.0), (100.0, 0.0)]
    """
    return _redrawn(shape, lambda ring: _with_points(ring, points))


def outline(shapes: Iterable[Shape]) -> Counter[Edge]:
    """Give the edges that remain where edges run both ways and cancel.

    Parameters
    ----------
    shapes
        Valid polygons.

    Returns
    -------
    edges
        Each as x and y of its start and end, with the ground on its left. The edges
        of parts that share their vertices add up to those of the whole, and to
        nothing else.

    Examples
    --------
    >>> halves = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> len(outline(halves))
    6
    """
    edges: Counter[Edge] = Counter()
    for shape in shapes:
        edges.update(_edges(shape))
    return Counter(
        {
            edge: rest
            for edge, count in edges.items()
            if (rest := count - edges[(*edge[2:], *edge[:2])]) > 0
        }
    )


def share_an_edge(first: Shape, second: Shape) -> bool:
    """Tell whether an edge of one shape is, the other way round, one of another."""
    there = set(_edges(second))
    return any((*edge[2:], *edge[:2]) in there for edge in _edges(first))


def _edges(shape: Shape) -> Iterable[Edge]:
    oriented = shapely.orient_polygons(shape)
    rings = shapely.get_rings(shapely.get_parts(oriented))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    whole = np.hstack([corners[:-1], corners[1:]])[ring[:-1] == ring[1:]]
    return map(tuple, whole.tolist())


def _placed(points: Floats, record: Sequence[Shape]) -> tuple[Floats, Integers]:
    """Place points on a vertex of the record (0), on an edge (1) or the grid (2)."""
    placed = np.round(points, DECIMALS)
    rank = np.full(len(points), 2)
    corners = Points.corners(record)
    edges = _edge_lines(record)
    found, edge = _nearest(_tree(shapely.linestrings(edges)), points)
    rank[found] = 1
    placed[found] = _onto(points[found], edges[edge])
    found, corner = _nearest(corners.tree, points)
    rank[found] = 0
    placed[found] = corners.coordinates[corner]
    return placed, rank


def _tree(shapes: object) -> shapely.STRtree:
    return shapely.STRtree(np.asarray(shapes, dtype=object))


def _nearest(tree: shapely.STRtree, points: Floats) -> tuple[Integers, Integers]:
    """Find what is nearest to each point, and within reach."""
    found, near = tree.query_nearest(
        shapely.points(points), max_distance=SNAP_M, all_matches=False
    )
    return found.astype(np.int64), near.astype(np.int64)


def _onto(points: Floats, edges: Floats) -> Floats:
    """Bring points onto edges; onto the grid too where that leaves an edge straight."""
    starts = edges[:, 0]
    steps = edges[:, 1] - starts
    share = ((points - starts) * steps).sum(axis=1) / (steps * steps).sum(axis=1)
    exact = starts + np.clip(share, 0.0, 1.0)[:, np.newaxis] * steps
    placed: Floats = exact.copy()
    # The grid is best; what lies on the edge already is left where it is.
    for better in (points, np.round(exact, DECIMALS)):
        away = better - starts
        bend = np.abs(steps[:, 0] * away[:, 1] - steps[:, 1] * away[:, 0]) / 2
        straight = bend <= STRAIGHT_M2
        placed[straight] = better[straight]
    return placed


def _gathered(points: Floats, rank: Integers) -> Floats:
    """Make one point of those that are close; it lies where the best placed one lay."""
    order = np.lexsort((points[:, 1], points[:, 0], rank))
    points = points[order]
    places = shapely.points(points)
    one, other = _tree(places).query(places, predicate="dwithin", distance=SNAP_M)
    stands_for = np.arange(len(points))
    np.minimum.at(stands_for, one, other)
    # Vertices of the record stay apart, however close they are.
    fixed = rank[order] == 0
    stands_for[fixed] = np.flatnonzero(fixed)
    while (stands_for[stands_for] != stands_for).any():
        stands_for = stands_for[stands_for]
    gathered = np.empty_like(points)
    gathered[order] = points[stands_for]
    return gathered


def _edge_lines(shapes: Sequence[Shape]) -> Floats:
    """Give the edges of shapes as lines of two points; shape (n, 2, 2)."""
    edges = np.array([edge for shape in shapes for edge in _edges(shape)])
    return edges.reshape(-1, 2, 2)


def _with_points(ring: Floats, points: Points) -> Floats:
    lines = shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))
    edge, point = points.tree.query(lines, predicate="dwithin", distance=SNAP_M)
    found = points.coordinates[point]
    starts, ends = ring[edge], ring[edge + 1]
    steps = ends - starts
    share = ((found - starts) * steps).sum(axis=1) / (steps * steps).sum(axis=1)
    is_end = (found == starts).all(axis=1) | (found == ends).all(axis=1)
    inner = (share > 0.0) & (share < 1.0) & ~is_end
    order = np.lexsort((share[inner], edge[inner]))
    return np.insert(ring, edge[inner][order] + 1, found[inner][order], axis=0)


def _once(ring: Floats) -> Floats:
    """Leave repeated vertices out."""
    differs = np.ones(len(ring), dtype=np.bool_)
    differs[1:] = (ring[1:] != ring[:-1]).any(axis=1)
    return ring[differs]


def _moved(shape: Shape, coordinates: Floats) -> Shape:
    return shapely.transform(shape, lambda _: coordinates)


def _redrawn(shape: Shape, change: Callable[[Floats], Floats]) -> Shape:
    """Change the rings of a shape; those without an inside are left out."""
    polygons = []
    for polygon in shapely.get_parts(shape):
        shell, *holes = [
            change(shapely.get_coordinates(ring)) for ring in shapely.get_rings(polygon)
        ]
        if len(shell) >= _FEWEST:
            holes = [hole for hole in holes if len(hole) >= _FEWEST]
            polygons.append(Polygon(shell, holes))
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
