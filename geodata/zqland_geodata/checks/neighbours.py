"""Which parcels lie beside or upon each other: one spatial index for all checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import geopandas as gpd
import numpy as np
import shapely

from zqland import crs, ground

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Rows = npt.NDArray[np.intp]
    Shapes = npt.NDArray[np.object_]

MOST_PAIRS = 20
"""So many pairs per parcel are looked at; only a layer piled upon itself has more."""

FEWEST_PAIRS = 200_000
"""So many pairs of a small layer are looked at in any case."""

_CHUNK = 512
_RADIUS_M = 6_356_752.0


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of parcels that lie within a distance of each other, each pair once.

    Attributes
    ----------
    shapes
        All parcels in the planes of their home zones; an invalid shape is replaced by
        the area that it covers, for comparison only.
    zones
        Their home zones.
    degrees
        Bounds of all parcels in degrees: west, south, east, north; NaN for empty ones.
    tree
        The index of these bounds; empty parcels are not in it.
    first, second
        Rows of the pairs, the earlier parcel first; sorted.
    left, right
        Shapes of the pairs in the plane of the first.
    is_whole
        Whether all pairs are there; those of later parcels are not beyond
        `MOST_PAIRS`.
    """

    shapes: Shapes
    zones: Integers
    degrees: Floats
    tree: shapely.STRtree
    first: Rows
    second: Rows
    left: Shapes
    right: Shapes
    is_whole: bool

    @classmethod
    def of(
        cls,
        parcels: gpd.GeoDataFrame,
        distance_m: float,
        *,
        left_out: Rows | None = None,
        most: int | None = None,
    ) -> Self:
        """Find the pairs.

        Parameters
        ----------
        parcels
            Table *parcels*.
        distance_m
            How far the parcels of a pair may be apart.
        left_out
            Rows of parcels that are in no pair, such as those that repeat others.
        most
            How many pairs are looked at; by default `MOST_PAIRS` per parcel, and
            `FEWEST_PAIRS` at least.

        Returns
        -------
        neighbours
            The pairs.
        """
        shapes = ground.valid(parcels["home_geometry"].to_numpy())
        zones = parcels["home_zone"].to_numpy(dtype=np.int64)
        degrees = shapely.bounds(parcels.geometry.to_numpy())
        boxes = _boxes(degrees, distance_m)
        tree = shapely.STRtree(boxes)
        if left_out is not None:
            boxes[left_out] = None
        usual = max(FEWEST_PAIRS, MOST_PAIRS * len(parcels))
        first, second, is_whole = _pairs(tree, boxes, usual if most is None else most)
        right = _in_plane(shapes, zones, first, second)
        left = shapes[first]
        is_near = shapely.dwithin(left, right, distance_m)
        rows = np.flatnonzero(is_near)
        rows = rows[np.lexsort((second[rows], first[rows]))]
        return cls(
            shapes=shapes,
            zones=zones,
            degrees=degrees,
            tree=tree,
            first=first[rows],
            second=second[rows],
            left=left[rows],
            right=right[rows],
            is_whole=is_whole,
        )

    def beside(self, rows: Rows, pieces: Shapes) -> tuple[Rows, Shapes]:
        """Find the parcels whose bounds meet those of some ground.

        Parameters
        ----------
        rows
            Parcel in whose plane each piece of ground is; shape (n,).
        pieces
            The pieces; shape (n,).

        Returns
        -------
        piece
            Piece of each pair of a piece and a parcel.
        there
            The parcel of the pair, in the plane of the piece.
        """
        located = np.full(len(pieces), None, dtype=object)
        for zone in np.unique(self.zones[rows]):
            chosen = self.zones[rows] == zone
            bounds = gpd.GeoSeries(shapely.box(*shapely.bounds(pieces[chosen]).T))
            located[chosen] = crs.to_geographic(bounds, int(zone)).to_numpy()
        piece, parcel = self.tree.query(located)
        return piece, _in_plane(self.shapes, self.zones, rows[piece], parcel)


def _pairs(tree: shapely.STRtree, boxes: Shapes, most: int) -> tuple[Rows, Rows, bool]:
    """Find pairs whose bounds meet, piece by piece, until there are too many."""
    firsts: list[Rows] = []
    seconds: list[Rows] = []
    there = ~shapely.is_missing(boxes)
    count, start = 0, 0
    while start < len(boxes) and count <= most:
        first, second = tree.query(boxes[start : start + _CHUNK])
        first = first + start
        is_pair = (first < second) & there[second]
        firsts.append(first[is_pair])
        seconds.append(second[is_pair])
        count += int(is_pair.sum())
        start += _CHUNK
    is_whole = start >= len(boxes) and count <= most
    first = np.concatenate([*firsts, np.empty(0, dtype=np.intp)])[:most]
    second = np.concatenate([*seconds, np.empty(0, dtype=np.intp)])[:most]
    return first, second, is_whole


def _boxes(degrees: Floats, distance_m: float) -> Shapes:
    """Return bounds that hold the parcel and what lies within a distance.

    An edge that is straight in the plane bulges between longitudes and latitudes by
    less than the eighth of its squared length in radians.
    """
    west, south, east, north = degrees.T
    cosine = np.cos(np.radians(np.clip((south + north) / 2, -89.0, 89.0)))
    size = np.radians(np.hypot(east - west, north - south))
    margin = np.degrees(distance_m / _RADIUS_M + size**2 / 4.0)
    wide = margin / cosine
    boxes: Shapes = np.full(len(degrees), None, dtype=object)
    there = np.isfinite(degrees).all(axis=1)
    boxes[there] = shapely.box(
        (west - wide)[there],
        (south - margin)[there],
        (east + wide)[there],
        (north + margin)[there],
    )
    return boxes


def _in_plane(shapes: Shapes, zones: Integers, planes_of: Rows, wanted: Rows) -> Shapes:
    """Bring parcels to the plane of other parcels."""
    moved: Shapes = shapes[wanted]
    to, source = zones[planes_of], zones[wanted]
    across = np.flatnonzero(to != source)
    pairs = np.column_stack((to[across], source[across]))
    # One transformation per pair of zones, of which a city has two or three.
    for zone_to, zone_from in np.unique(pairs, axis=0):
        chosen = across[(pairs == (zone_to, zone_from)).all(axis=1)]
        there = gpd.GeoSeries(shapes[wanted[chosen]], crs=int(zone_from))
        moved[chosen] = crs.to_home(there, int(zone_to)).to_numpy()
    return moved
