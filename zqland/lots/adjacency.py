r"""Which parcels are neighbours: how much boundary they share, over which gap.

Two parcels are candidates where they come within a tolerance of each other, for a
ditch or slack in digitising. Then every edge of one is compared with every edge of the
other, in closed form:

``near_m``
    Boundary that lies within the tolerance of the other's boundary: two corners that
    touch have some.
``facing_m``
    Boundary that an edge of the other runs along: within the tolerance straight
    across, and the opposite way round with the ground on its left, to 45 degrees. Two
    corners that touch face nothing.
``shared_m``
    What of it is open: not across a breaker (a road or canal that may not be crossed)
    nor across a third parcel.

Each figure is the smaller of those of the two sides. Two parcels are neighbours if the
first and the last reach the least that the rules ask for.

Coordinates are metres in one plane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from zqland import crs, ground
from zqland.boundaries import SNAP_M
from zqland.lots import adjacency_edges as edges
from zqland.lots.adjacency_walls import Walls

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from zqland.lots.assemble_rules import AdjacencyRules

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

COLUMNS: Final = ("gap_m", "near_m", "facing_m", "shared_m")
"""What is measured of a pair."""

_NOTHING_M: Final = 1e-6
"""Lengths up to this are rounding."""

_DEGREE_M: Final = 90_000.0
"""Metres that a degree has at least, of latitude, or of longitude up to 36° north."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjacency:
    """Which parcels are neighbours, as compressed rows: built once, asked often.

    The neighbours of row *i* are ``indices[indptr[i]:indptr[i + 1]]``, ascending.

    Attributes
    ----------
    parcel_ids
        Numbers of the parcels, in the order of the rows; shape (n,).
    indptr
        Where the neighbours of each row begin; shape (n + 1,).
    indices
        Rows of the neighbours, each pair both ways; shape (m,).
    shared_m
        Open boundary shared with that neighbour, in metres; shape (m,).
    gap_m
        Distance to that neighbour, in metres; shape (m,).
    perimeter_m
        Whole boundary of each parcel, in metres; shape (n,).
    pairs
        Every pair within the tolerance, once: ``first``, ``second`` (rows),
        ``gap_m``, ``near_m``, ``facing_m``, ``shared_m`` (metres) and
        ``is_neighbour``.
    rules
        The tolerances.
    """

    parcel_ids: NDArray[np.object_]
    indptr: Rows
    indices: Rows
    shared_m: Floats
    gap_m: Floats
    perimeter_m: Floats
    pairs: pd.DataFrame
    rules: AdjacencyRules

    @classmethod
    def of(
        cls,
        shapes: gpd.GeoSeries,
        *,
        rules: AdjacencyRules,
        breakers: gpd.GeoSeries | None = None,
    ) -> Adjacency:
        """Find the neighbours among shapes of one plane.

        Parameters
        ----------
        shapes
            Polygons in metres, indexed by the numbers of their parcels.
        rules
            The tolerances.
        breakers
            Lines and polygons in the same plane that may not be crossed.

        Returns
        -------
        adjacency
            With one row per shape; missing and empty shapes have no neighbours.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from zqland.lots.assemble_rules import AdjacencyRules
        >>> squares = [shapely.box(x, 0, x + 100, 80) for x in (0, 100, 203)]
        >>> row = gpd.GeoSeries(squares, ["A", "B", "C"])
        >>> adjacency = Adjacency.of(row, rules=AdjacencyRules())
        >>> adjacency.neighbours(1).tolist(), adjacency.pairs["gap_m"].tolist()
        ([0, 2], [0.0, 3.0])
        """
        geometries = ground.areal(ground.valid(np.asarray(shapes.array, dtype=object)))
        walls = None if breakers is None else np.asarray(breakers.array, dtype=object)
        pairs = _measured(geometries, walls, rules)
        ids = shapes.index.to_numpy(dtype=object)
        return cls.from_pairs(ids, shapely.length(geometries), pairs, rules=rules)

    @classmethod
    def of_parcels(
        cls,
        parcels: gpd.GeoDataFrame,
        *,
        rules: AdjacencyRules,
        breakers: gpd.GeoSeries | None = None,
    ) -> Adjacency:
        """Find the neighbours among parcels, across home zones too.

        Each pair is measured in the home zone of its parcels, or in the western one
        of two.

        Parameters
        ----------
        parcels
            Table *parcels*.
        rules
            The tolerances.
        breakers
            Lines and polygons that may not be crossed, in any accepted reference
            system.

        Returns
        -------
        adjacency
            With one row per parcel.
        """
        zones = parcels["home_zone"]
        home = np.asarray(parcels["home_geometry"].array, dtype=object)
        usable = ground.areal(ground.valid(home))
        found = []
        # A turn per zone.
        for zone in np.unique(zones.to_numpy()):
            rows, shapes = _around(parcels, usable, int(zone), rules.gap_m)
            walls = None if breakers is None else _brought(breakers, int(zone))
            pairs = _measured(shapes, walls, rules)
            pairs[["first", "second"]] = rows[pairs[["first", "second"]].to_numpy()]
            found.append(pairs[_measured_here(pairs, zones.to_numpy(), int(zone))])
        pairs = pd.concat(found, ignore_index=True) if found else _no_pairs()
        ids = parcels.index.to_numpy(dtype=object)
        return cls.from_pairs(ids, shapely.length(usable), pairs, rules=rules)

    @classmethod
    def from_pairs(
        cls,
        parcel_ids: NDArray[np.object_],
        perimeter_m: Floats,
        pairs: pd.DataFrame,
        *,
        rules: AdjacencyRules,
    ) -> Adjacency:
        """Arrange measured pairs.

        Parameters
        ----------
        parcel_ids, perimeter_m
            Numbers and whole boundaries of the parcels.
        pairs
            As in the attribute; ``is_neighbour`` is derived.
        rules
            The tolerances.

        Returns
        -------
        adjacency
            The same, ready to be asked.
        """
        pairs = pairs.assign(
            is_neighbour=(pairs["near_m"] >= rules.least_near_m)
            & (pairs["shared_m"] >= rules.least_shared_m)
            & ~pairs["is_broken"]
        )
        kept = pairs[pairs["is_neighbour"]]
        one = kept["first"].to_numpy(np.intp)
        other = kept["second"].to_numpy(np.intp)
        source = np.concatenate([one, other])
        target = np.concatenate([other, one])
        order = np.lexsort((target, source))
        counts = np.bincount(source, minlength=len(parcel_ids))
        return cls(
            parcel_ids=parcel_ids,
            indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
            indices=target[order],
            shared_m=np.tile(kept["shared_m"].to_numpy(np.float64), 2)[order],
            gap_m=np.tile(kept["gap_m"].to_numpy(np.float64), 2)[order],
            perimeter_m=np.asarray(perimeter_m, dtype=np.float64),
            pairs=pairs.drop(columns="is_broken"),
            rules=rules,
        )

    def __len__(self) -> int:
        """Return the number of parcels."""
        return len(self.parcel_ids)

    def neighbours(self, row: int) -> Rows:
        """Return the rows of the neighbours of a parcel, ascending."""
        return self.indices[self.indptr[row] : self.indptr[row + 1]]

    def touching(self) -> Adjacency:
        """Return the neighbours without any gap between them, to 2 mm."""
        pairs = self.pairs
        closed = pairs["is_neighbour"] & (pairs["gap_m"] <= SNAP_M)
        kept = pairs[closed].assign(is_broken=False)
        return self.from_pairs(
            self.parcel_ids, self.perimeter_m, kept, rules=self.rules
        )

    def table(self) -> pd.DataFrame:
        """Return the pairs with the numbers of the parcels in place of rows."""
        ids = self.parcel_ids
        return self.pairs.assign(
            first=ids[self.pairs["first"].to_numpy(np.intp)],
            second=ids[self.pairs["second"].to_numpy(np.intp)],
        )


def _no_pairs() -> pd.DataFrame:
    return _pairs(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp))


def _pairs(first: Rows, second: Rows) -> pd.DataFrame:
    nothing = dict.fromkeys(COLUMNS, np.zeros(len(first)))
    return pd.DataFrame({"first": first, "second": second, **nothing}).assign(
        is_broken=np.zeros(len(first), dtype=np.bool_)
    )


def _around(
    parcels: gpd.GeoDataFrame, usable: Shapes, zone: int, gap_m: float
) -> tuple[Rows, Shapes]:
    """Give the parcels of a zone, and those of others near them, in its plane."""
    zones = parcels["home_zone"].to_numpy()
    own = np.flatnonzero(zones == zone)
    if len(own) == len(zones):
        return own, usable
    degrees = np.asarray(parcels.geometry.array, dtype=object)
    abroad = np.flatnonzero(zones != zone)
    tree = shapely.STRtree(degrees[own])
    near, _ = tree.query(
        degrees[abroad], predicate="dwithin", distance=2 * gap_m / _DEGREE_M
    )
    rows = np.concatenate([own, abroad[np.unique(near)]])
    abroad_there = parcels.iloc[rows[len(own) :]].geometry
    guests = np.asarray(crs.to_home(abroad_there, zone).array, dtype=object)
    shapes = np.concatenate([usable[own], guests])
    return rows, ground.areal(ground.valid(shapes))


def _brought(breakers: gpd.GeoSeries, zone: int) -> Shapes:
    return np.asarray(crs.to_home(breakers, zone).array, dtype=object)


def _measured_here(
    pairs: pd.DataFrame, zones: NDArray[np.int64], zone: int
) -> Booleans:
    """Tell which pairs this plane decides: the western one of two home zones."""
    one = zones[pairs["first"].to_numpy(np.intp)]
    other = zones[pairs["second"].to_numpy(np.intp)]
    return np.asarray(np.minimum(one, other) == zone)


def _measured(
    shapes: Shapes, breakers: Shapes | None, rules: AdjacencyRules
) -> pd.DataFrame:
    """Measure every pair of shapes within the tolerance."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=rules.gap_m)
    ascending = one < other
    first, second = one[ascending], other[ascending]
    order = np.lexsort((second, first))
    pairs = _pairs(first[order], second[order])
    if pairs.empty:
        return pairs
    first, second = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    pairs["gap_m"] = shapely.distance(shapes[first], shapes[second])
    there = edges.along(shapes, first, second, rules.gap_m)
    back = edges.along(shapes, second, first, rules.gap_m)
    pairs["near_m"] = np.minimum(there.near_m, back.near_m)
    pairs["facing_m"] = np.minimum(there.facing_m, back.facing_m)
    walls = Walls(
        tree, shapes, breakers, first, second, pairs["gap_m"].to_numpy(), rules
    )
    closed, broken = walls.closed(there, back)
    shared = np.minimum(there.facing_m - closed[0], back.facing_m - closed[1])
    # Sums of lengths differ in the last digits.
    pairs["shared_m"] = np.where(shared > _NOTHING_M, shared, 0.0)
    faces = pairs["facing_m"].to_numpy() > _NOTHING_M
    pairs["is_broken"] = np.where(faces, shared <= _NOTHING_M, broken)
    return pairs
