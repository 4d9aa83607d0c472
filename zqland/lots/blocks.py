"""What a choice of ground destroys: the blocks of free land, before and after.

A block is free ground that lies together: parcels that are neighbours of each other, or
of a neighbour's neighbour. Its room for projects of a size is its area over that size,
rounded down: an upper bound, for it does not ask about form. A parcel taken in part
leaves its rest, which is taken to touch its neighbours still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.text import Text
from zqland.units import format_area

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zqland.units import Unit

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]

_LEAST_M2 = 0.01
"""Ground of less is none."""


@dataclass(frozen=True, slots=True)
class Room:
    """What free land has room for.

    Attributes
    ----------
    largest_m2
        Area of the largest block.
    projects
        How many projects of each size have room, by square metres.
    """

    largest_m2: float
    projects: Mapping[float, int]


@dataclass(frozen=True, slots=True)
class Loss:
    """Room before and after some ground is taken.

    Attributes
    ----------
    before, after
        Of all free land.
    block_m2
        Area of the largest block that ground is taken from, before.
    block_left_m2
        Area of the largest block that is left of it.
    """

    before: Room
    after: Room
    block_m2: float
    block_left_m2: float

    @property
    def lost(self) -> dict[float, int]:
        """Return how many projects of each size lose their room."""
        return {
            size: count - self.after.projects[size]
            for size, count in self.before.projects.items()
        }

    def text(self, unit: Unit | str) -> Text:
        """Say what is lost."""
        named = {
            language: "，".join(self._lost(unit, language))
            if language == "zh"
            else ", ".join(self._lost(unit, language))
            for language in ("en", "zh")
        }
        facts = {
            language: {
                "block": format_area(self.block_m2, unit, language=language),
                "left": format_area(self.block_left_m2, unit, language=language),
                "lost": named[language],
            }
            for language in ("en", "zh")
        }
        sentence = _LOSES if any(self.lost.values()) else _LOSES_NONE
        return Text(
            en=sentence.en.format(**facts["en"]), zh=sentence.zh.format(**facts["zh"])
        )

    def _lost(self, unit: Unit | str, language: str) -> list[str]:
        counted = _COUNTED.in_language(language)
        return [
            counted.format(count=count, size=format_area(size, unit, language=language))
            for size, count in self.lost.items()
            if count
        ]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of free land, found once and asked often.

    Attributes
    ----------
    indptr, indices
        Neighbours of each parcel as compressed rows (`zqland.lots.adjacency`).
    free_m2
        Free ground of each parcel in square metres; 0 where it is not free; shape (n,).
    sizes_m2
        Sizes of projects that room is counted for.
    block
        The block of each parcel, named by its first row; -1 where it is not free.
    area_m2
        Area of each block, at the row that names it; 0 elsewhere.
    by_block, sorted_block
        Rows in the order of their blocks, and those blocks.
    by_area
        Rows that name blocks, the largest first.
    room
        Room of all blocks.
    """

    indptr: Rows
    indices: Rows
    free_m2: Floats
    sizes_m2: tuple[float, ...]
    block: Rows
    area_m2: Floats
    by_block: Rows
    sorted_block: Rows
    by_area: Rows
    room: Room

    @classmethod
    def of(
        cls, indptr: Rows, indices: Rows, free_m2: Floats, sizes_m2: tuple[float, ...]
    ) -> Blocks:
        """Find the blocks.

        Parameters
        ----------
        indptr, indices
            Neighbours of each parcel as compressed rows.
        free_m2
            Free ground of each parcel in square metres, on one basis.
        sizes_m2
            Sizes of projects that room is counted for.

        Returns
        -------
        blocks
            Ready to be asked.

        Examples
        --------
        >>> row = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1])
        >>> blocks = Blocks.of(*row, np.array([100.0, 50.0, 70.0]), (60.0,))
        >>> loss = blocks.without({1: 50.0})
        >>> loss.before.largest_m2, loss.after.largest_m2, loss.lost
        (220.0, 100.0, {60.0: 1})
        """
        first = np.repeat(np.arange(len(free_m2)), np.diff(indptr))
        second = np.asarray(indices)
        block, area_m2 = _joined(free_m2, first, second)
        named = np.flatnonzero(area_m2)
        by_block = np.argsort(block, kind="stable")
        return cls(
            np.asarray(indptr),
            second,
            free_m2,
            sizes_m2,
            block,
            area_m2,
            by_block=by_block,
            sorted_block=block[by_block],
            by_area=named[np.argsort(-area_m2[named], kind="stable")],
            room=_room(area_m2[named], sizes_m2),
        )

    def without(self, taken_m2: Mapping[int, float]) -> Loss:
        """Find what is left when ground is taken.

        Only the blocks that it is taken from are looked at again.

        Parameters
        ----------
        taken_m2
            Square metres taken of each parcel, by row.

        Returns
        -------
        loss
            Room before and after.
        """
        rows = np.fromiter(taken_m2, dtype=np.intp, count=len(taken_m2))
        touched = np.unique(self.block[rows])
        touched = touched[touched >= 0]
        members = self._members(touched)
        left = self.free_m2[members]
        # What is taken of ground that is not free takes nothing away.
        for row, area_m2 in taken_m2.items():
            left[members == row] -= area_m2
        pieces = self._pieces(members, left)
        gone = self.area_m2[touched]
        without, added = _room(gone, self.sizes_m2), _room(pieces, self.sizes_m2)
        largest = next(
            (float(self.area_m2[row]) for row in self.by_area if row not in touched),
            0.0,
        )
        after = {
            size: count - without.projects[size] + added.projects[size]
            for size, count in self.room.projects.items()
        }
        return Loss(
            before=self.room,
            after=Room(max(largest, added.largest_m2), after),
            block_m2=without.largest_m2,
            block_left_m2=added.largest_m2,
        )

    def _members(self, blocks: Rows) -> Rows:
        """List the rows of some blocks, ascending."""
        ends = np.searchsorted(self.sorted_block, [blocks, blocks + 1])
        slices = [self.by_block[low:high] for low, high in ends.T]
        return np.sort(np.concatenate(slices)) if slices else np.empty(0, np.intp)

    def _pieces(self, members: Rows, left_m2: Floats) -> Floats:
        """Find the blocks of some parcels alone."""
        counts = np.diff(self.indptr)[members]
        first = np.repeat(np.arange(len(members)), counts)
        starts = np.repeat(self.indptr[members] - np.cumsum(counts) + counts, counts)
        second = self.indices[starts + np.arange(counts.sum())]
        place = np.searchsorted(members, second)
        place = np.minimum(place, max(len(members) - 1, 0))
        is_member = members[place] == second if len(members) else second < 0
        return _joined(left_m2, first[is_member], place[is_member])[1]


def _room(blocks_m2: Floats, sizes_m2: tuple[float, ...]) -> Room:
    counts = {size: int((blocks_m2 // size).sum()) for size in sizes_m2}
    return Room(float(blocks_m2.max(initial=0.0)), counts)


def _joined(free_m2: Floats, first: Rows, second: Rows) -> tuple[Rows, Floats]:
    """Join free ground into blocks, each named by its first row."""
    is_free = free_m2 > _LEAST_M2
    kept = is_free[first] & is_free[second]
    first, second = first[kept], second[kept]
    block = np.arange(len(free_m2))
    # The least name goes round to the neighbours, in jumps that double.
    while True:
        before = block.copy()
        np.minimum.at(block, block[first], block[second])
        block = block[block]
        if (block == before).all():
            break
    block[~is_free] = -1
    area_m2 = np.zeros(len(free_m2))
    np.add.at(area_m2, block[is_free], free_m2[is_free])
    return block, area_m2


_COUNTED = Text(en="{count} of {size}", zh="{size}的项目 {count} 个")
_LOSES = Text(
    en="The block that it lies in goes from {block} to {left}; room for projects "
    "is lost: {lost} (by area).",
    zh="所在连片土地由 {block} 减为 {left}；按面积计，减少可容纳：{lost}。",
)
_LOSES_NONE = Text(
    en="The block that it lies in goes from {block} to {left}; no room for projects is "
    "lost (by area).",
    zh="所在连片土地由 {block} 减为 {left}；按面积计，可容纳的项目数不变。",
)
