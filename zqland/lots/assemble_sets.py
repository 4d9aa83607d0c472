r"""Connected sets of parcels, all of one size at a time.

Every connected set of :math:`s + 1` parcels holds a connected set of :math:`s`: leave
out a leaf of a tree that spans it. So growing every set by every neighbour lists all
of the next size, many of them several times; each is then kept once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zqland.lots.assemble_ground import Patchwork

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Marks = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Connected sets of equally many parcels.

    Attributes
    ----------
    members
        Places in the patchwork, each row ascending; shape (m, s).
    area_m2
        Areas; shape (m,).
    marks
        Sums of the marks of the members; shape (m, 2).
    """

    members: Rows
    area_m2: Floats
    marks: Marks

    @classmethod
    def of(cls, members: Rows, patchwork: Patchwork) -> Sets:
        """Take sets by their members; areas are added in ascending order."""
        return cls(
            members,
            patchwork.area_m2[members].sum(axis=1),
            patchwork.marks[members].sum(axis=1),
        )

    @classmethod
    def singles(cls, patchwork: Patchwork) -> Sets:
        """Take every parcel by itself."""
        return cls.of(np.arange(len(patchwork))[:, np.newaxis], patchwork)

    def __len__(self) -> int:
        """Return the number of sets."""
        return len(self.members)

    @property
    def size(self) -> int:
        """Return the number of parcels in each set."""
        return int(self.members.shape[1])

    def take(self, places: Rows | Booleans) -> Sets:
        """Take some of the sets."""
        return Sets(self.members[places], self.area_m2[places], self.marks[places])

    def effort(self, patchwork: Patchwork) -> int:
        """Count the sets that growing would make, repeated ones too."""
        degree = np.diff(patchwork.indptr)
        return int(degree[self.members].sum())

    def grown(self, patchwork: Patchwork, most_m2: float) -> Sets:
        """Grow every set by every neighbour, and keep each result once.

        Parameters
        ----------
        patchwork
            The ground.
        most_m2
            Largest area of a set.

        Returns
        -------
        sets
            All connected sets of one parcel more that hold one of these, ordered by
            their members.
        """
        parent, other = self._extensions(patchwork)
        room = self.area_m2[parent] + patchwork.area_m2[other]
        # Sums depend on their order in the last digit: what is over is left out below.
        kept = room <= most_m2 + _ROUNDING * most_m2
        # A turn per place in a set, not per set.
        for column in self.members.T:
            kept &= column[parent] != other
        parent, other = parent[kept], other[kept]
        marks = self.marks[parent] + patchwork.marks[other]
        first = _first_of_each(marks)
        members = np.column_stack([self.members[parent[first]], other[first]])
        members.sort(axis=1)
        grown = Sets.of(_ordered(members), patchwork)
        return grown.take(grown.area_m2 <= most_m2)

    def shrunk(self, patchwork: Patchwork) -> Sets:
        """Leave one parcel out of every set wherever the rest stays connected.

        Parameters
        ----------
        patchwork
            The ground.

        Returns
        -------
        sets
            Connected sets of one parcel less, each once.
        """
        count, size = self.members.shape
        found = []
        # A turn per place in a set, not per set.
        for gone in range(size):
            rest = np.delete(self.members, gone, axis=1)
            found.append(rest[connected(patchwork.touches(rest))])
        members = np.concatenate(found) if count else self.members[:, 1:]
        return _once(members, patchwork)

    def _extensions(self, patchwork: Patchwork) -> tuple[Rows, Rows]:
        """List every set with every neighbour of every member."""
        parent = np.repeat(np.arange(len(self)), self.size)
        flat = self.members.reshape(-1)
        degree = np.diff(patchwork.indptr)[flat]
        before = np.cumsum(degree) - degree
        within = np.arange(degree.sum()) - np.repeat(before, degree)
        place = np.repeat(patchwork.indptr[flat], degree) + within
        return np.repeat(parent, degree), patchwork.indices[place]


def connected(touching: Booleans) -> Booleans:
    """Tell which sets are connected.

    Parameters
    ----------
    touching
        Which members are neighbours; shape (m, s, s).

    Returns
    -------
    connected
        True where every member can be reached from the first; shape (m,).

    Examples
    --------
    >>> connected(np.array([[[False, True], [True, False]]])).tolist()
    [True]
    """
    size = touching.shape[1]
    reached = np.zeros(touching.shape[:2], dtype=np.bool_)
    reached[:, :1] = True
    # A turn per step of the longest way through a set.
    for _ in range(size - 1):
        reached |= (touching & reached[:, np.newaxis, :]).any(axis=2)
    return np.asarray(reached.all(axis=1))


def joined(parts: Sequence[Sets], patchwork: Patchwork) -> Sets:
    """Put sets of one size together, each once, ordered by their members."""
    members = np.concatenate([part.members for part in parts])
    return _once(members, patchwork)


def _once(members: Rows, patchwork: Patchwork) -> Sets:
    first = _first_of_each(patchwork.marks[members].sum(axis=1))
    return Sets.of(_ordered(members[first]), patchwork)


def _first_of_each(marks: Marks) -> Rows:
    """Give one place of every mark; equal marks of 126 random bits mean equal sets."""
    order = np.argsort(marks[:, 0], kind="stable")
    ordered = marks[order]
    differs = np.ones(len(order), dtype=np.bool_)
    differs[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    same_first = ordered[1:, 0] == ordered[:-1, 0]
    if (differs[1:] & same_first).any():
        return np.asarray(np.unique(marks, axis=0, return_index=True)[1])
    return order[differs]


def _ordered(members: Rows) -> Rows:
    return members[np.lexsort(members.T[::-1])]


_ROUNDING = 1e-12
"""Relative error of a sum of a few areas."""
