"""Tell outer rings from holes: a ring directly inside another is its hole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

OUTSIDE = -1
"""The ring around a ring that lies in no other."""

MOST_AROUND = 200
"""More rings around one ring, or drawn on it, are refused: it is no boundary."""

AT_ONCE = 64
"""How many are looked for at a time: piles of rings are pairs without number."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """Which ring lies in which.

    Attributes
    ----------
    around
        Number of the smallest ring around each ring, or `OUTSIDE`; shape (n,).
    depth
        How many rings lie around each ring; shape (n,).
    """

    around: Integers
    depth: Integers

    @classmethod
    def of(cls, rings: Shapes, *, name: str = "") -> Nesting:
        """Find out which ring lies in which.

        Parameters
        ----------
        rings
            Filled rings, polygons without holes; shape (n,). Equal rings lie in
            neither, and rings that cross in neither.
        name
            Name of the file, for the message.

        Returns
        -------
        nesting
            The ring around each.

        Raises
        ------
        FileUnreadableError
            More than `MOST_AROUND` rings lie around one, or are the same.

        Examples
        --------
        >>> boxes = [shapely.box(0, 0, 9, 9), shapely.box(1, 1, 2, 2)]
        >>> Nesting.of(np.array(boxes)).around.tolist()
        [-1, 0]
        """
        around = np.full(len(rings), OUTSIDE, dtype=np.int64)
        depth = np.zeros(len(rings), dtype=np.int64)
        sound = np.asarray(shapely.make_valid(rings), dtype=object)
        areas = shapely.area(sound)
        tree = shapely.STRtree(sound)
        # A few at a time, so that memory stays bounded whatever the rings are.
        for first in range(0, len(rings), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            inner, outer = tree.query(sound[some], predicate="covered_by")
            inner += first
            check_around(inner, name=name)
            # Rings of the same area that cover each other are one ring drawn twice.
            is_inside = areas[inner] < areas[outer]
            inner, outer = inner[is_inside], outer[is_inside]
            np.add.at(depth, inner, 1)
            order = np.argsort(-areas[outer], kind="stable")
            # The smallest comes last and stays.
            around[inner[order]] = outer[order]
        return cls(around, depth)


def check_around(found: Integers, *, name: str) -> None:
    """Refuse piles of rings.

    Parameters
    ----------
    found
        Numbers of rings or points, one for each ring that was found around them.
    name
        Name of the file, for the message.

    Raises
    ------
    FileUnreadableError
        A number stands there more often than a ring and `MOST_AROUND` others would.
    """
    if np.bincount(found, minlength=1).max() > MOST_AROUND + 1:
        raise FileUnreadableError(_TOO_DEEP.format(name=name, most=MOST_AROUND))


def polygons(rings: Shapes, nesting: Nesting, is_outer: NDArray[np.bool_]) -> Shapes:
    """Cut holes out of the outer rings.

    Parameters
    ----------
    rings
        Filled rings; shape (n,).
    nesting
        Which lies in which.
    is_outer
        Which rings are areas of their own; shape (n,).

    Returns
    -------
    polygons
        One for each outer ring, in their order; every ring directly inside is a hole.
    """
    chosen = np.flatnonzero(is_outer)
    number = np.full(len(rings), OUTSIDE, dtype=np.int64)
    number[chosen] = np.arange(len(chosen))
    holes = np.flatnonzero(nesting.around != OUTSIDE)
    holes = holes[is_outer[nesting.around[holes]]]
    members = np.concatenate((chosen, holes))
    owner = np.concatenate((np.arange(len(chosen)), number[nesting.around[holes]]))
    # Outer rings stand first for each owner, as the call wants it.
    order = np.argsort(owner, kind="stable")
    lines = shapely.get_exterior_ring(rings[members[order]])
    return np.asarray(shapely.polygons(lines, indices=owner[order]), dtype=object)


_TOO_DEEP = Text(
    en="{name}: more than {most} closed lines lie around each other or are drawn on "
    "each other, as contours are and boundaries of parcels are not; it is refused. "
    "Keep the boundaries only.",
    zh="{name}：超过 {most} 条闭合线层层嵌套或重复绘制，像等高线而不是地块界线，"
    "拒绝读取。请只保留界线。",
)
