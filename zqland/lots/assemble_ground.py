"""The ground that may be put together: parcels, and which of them touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.lots.adjacency import Adjacency

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patchwork:
    """The parcels that may be used, in the order of their numbers.

    Attributes
    ----------
    rows
        Row of each in the adjacency; shape (n,).
    area_m2
        Its area; shape (n,).
    cost
        What it costs; zeros where nothing is known of costs; shape (n,).
    perimeter_m
        Its whole boundary; shape (n,).
    indptr, indices, shared_m
        Neighbours as compressed rows, and the boundary shared with each.
    piece
        Which connected ground it belongs to, counted from 0; shape (n,).
    marks
        A random number for each, by which sets are told apart; shape (n, 2).
    """

    rows: Rows
    area_m2: Floats
    cost: Floats
    perimeter_m: Floats
    indptr: Rows
    indices: Rows
    shared_m: Floats
    piece: Rows
    marks: NDArray[np.uint64]

    @classmethod
    def of(
        cls, adjacency: Adjacency, area_m2: Floats, cost: Floats, usable: Booleans
    ) -> Patchwork:
        """Take what may be used.

        Parameters
        ----------
        adjacency
            Which parcels are neighbours.
        area_m2, cost
            Of each parcel.
        usable
            Which parcels may be used.

        Returns
        -------
        patchwork
            Those parcels.
        """
        chosen = np.flatnonzero(usable)
        rows = chosen[np.argsort(adjacency.parcel_ids[chosen], kind="stable")]
        place = np.full(len(adjacency), -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        degree = np.diff(adjacency.indptr)
        one = place[np.repeat(np.arange(len(adjacency)), degree)]
        other = place[adjacency.indices]
        kept = np.flatnonzero((one >= 0) & (other >= 0))
        kept = kept[np.lexsort((other[kept], one[kept]))]
        counts = np.bincount(one[kept], minlength=len(rows))
        return cls(
            rows=rows,
            area_m2=area_m2[rows],
            cost=cost[rows],
            perimeter_m=adjacency.perimeter_m[rows],
            indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
            indices=other[kept],
            shared_m=adjacency.shared_m[kept],
            piece=pieces(len(rows), one[kept], other[kept]),
            marks=np.random.default_rng(0).integers(
                2**63, size=(len(rows), 2), dtype=np.uint64
            ),
        )

    def __len__(self) -> int:
        """Return the number of parcels."""
        return len(self.rows)

    def reach_m2(self, most: int) -> Floats:
        """Give the largest area of so many parcels of each connected ground.

        Parameters
        ----------
        most
            Most parcels.

        Returns
        -------
        reach_m2
            By connected ground and number of parcels; shape (grounds, most + 1).
        """
        count = int(self.piece.max(initial=-1)) + 1
        order = np.lexsort((-self.area_m2, self.piece))
        piece = self.piece[order]
        rank = np.arange(len(order)) - np.searchsorted(piece, piece)
        reach = np.zeros((count, most + 1))
        first = rank < most
        reach[piece[first], rank[first] + 1] = self.area_m2[order][first]
        return np.asarray(np.cumsum(reach, axis=1))

    def inner_m(self, members: Rows) -> Floats:
        """Add up the boundary that members of sets share with each other.

        Parameters
        ----------
        members
            Sets of equally many parcels, each ascending; shape (m, s).

        Returns
        -------
        inner_m
            Metres; shape (m,).
        """
        keys = self._keys()
        inner = np.zeros(len(members))
        size = members.shape[1]
        # A turn per pair of places in a set, not per set.
        for one in range(size):
            for other in range(one + 1, size):
                inner += self._found(keys, members[:, one], members[:, other])
        return inner

    def touches(self, members: Rows) -> Booleans:
        """Tell which members of sets are neighbours; shape (m, s, s)."""
        keys = self._keys()
        size = members.shape[1]
        touching = np.zeros((len(members), size, size), dtype=np.bool_)
        # A turn per pair of places in a set, not per set.
        for one in range(size):
            for other in range(one + 1, size):
                found = self._place(keys, members[:, one], members[:, other])[1]
                touching[:, one, other] = touching[:, other, one] = found
        return touching

    def _keys(self) -> Rows:
        source = np.repeat(np.arange(len(self)), np.diff(self.indptr))
        return source * len(self) + self.indices

    def _place(self, keys: Rows, one: Rows, other: Rows) -> tuple[Rows, Booleans]:
        key = one.astype(np.intp) * len(self) + other
        place = np.minimum(np.searchsorted(keys, key), max(len(keys) - 1, 0))
        if not len(keys):
            return place, np.zeros(len(key), dtype=np.bool_)
        return place, keys[place] == key

    def _found(self, keys: Rows, one: Rows, other: Rows) -> Floats:
        place, found = self._place(keys, one, other)
        if not len(keys):
            return np.zeros(len(one))
        return np.where(found, self.shared_m[place], 0.0)


def pieces(count: int, one: Rows, other: Rows) -> Rows:
    """Give a number to each connected ground among parcels.

    Parameters
    ----------
    count
        Number of parcels.
    one, other
        Neighbours, each pair both ways.

    Returns
    -------
    piece
        Number of the ground of each parcel, from 0; shape (count,).

    Examples
    --------
    >>> pieces(4, np.array([0, 2]), np.array([2, 0])).tolist()
    [0, 1, 0, 2]
    """
    label = np.arange(count)
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, one, label[other])
        lowest = lowest[lowest]
        if (lowest == label).all():
            return np.unique(label, return_inverse=True)[1].reshape(-1)
        label = lowest
