"""Divide the points of parcels into rings, whatever their numbers and ends say.

A run of points with one ring number is one ring, or several where it closes and goes
on. Names of points never divide rings: they are numbered in too many ways. A ring may
lack its closing row, where nothing contradicts that:

* the last row has another name than the first and lies over a metre away,
* no name occurs twice,
* the ring does not cross itself,
* it is alone under its number.

Anything else can be read in two ways, and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zqland_geodata.survey import ring_texts as texts
from zqland_geodata.survey.rows import fault_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from zqland.text import Text
    from zqland_geodata.errors import SurveyTextError
    from zqland_geodata.survey.points import Points
    from zqland_geodata.survey.tally import Tally

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

SAME_M = 1e-4
"""Points nearer than this in both coordinates are one."""

NEARLY_CLOSED_M = 1.0
"""An open ring whose ends are nearer than this was probably meant to be closed."""

_CLOSED, _FEWEST, _TAIL = 4, 3, 2


@dataclass(frozen=True, slots=True)
class Rings:
    """The closed rings of all parcels.

    Attributes
    ----------
    points
        Positions of the points of each ring, one after another; the first of a ring
        is repeated as its last; shape (n,).
    starts
        Where each ring starts, and ``n`` at the end; shape (rings + 1,).
    owners
        Position of the parcel of each ring, ascending; shape (rings,).
    open_rings
        How many rings of each parcel the file leaves open; shape (parcels,).
    closing_rows
        How many rows of each parcel only close a ring; shape (parcels,).
    """

    points: Integers
    starts: Integers
    owners: Integers
    open_rings: Integers
    closing_rows: Integers


@dataclass(frozen=True, slots=True)
class Track:
    """Points on their way to rings.

    Attributes
    ----------
    points
        The points, without corrupt closing rows.
    xy
        Easting and northing, or longitude and latitude; shape (n, 2).
    corrupt
        The number in a corrupt closing row that follows a point, else NaN; shape (n,).
    metres
        How many metres one unit of `xy` is, roughly.
    name
        Gives the name of a point.
    """

    points: Points
    xy: Floats
    corrupt: Floats
    metres: float
    name: Callable[[int], str]


def run_starts(points: Points) -> Integers:
    """Find where a parcel or a ring number begins.

    Parameters
    ----------
    points
        The points.

    Returns
    -------
    starts
        Positions of the first point of each run; shape (runs,).
    """
    is_new = np.ones(len(points.rings), dtype=bool)
    is_new[1:] = (np.diff(points.rings) != 0) | (np.diff(points.owners) != 0)
    return np.flatnonzero(is_new)


def divide_rings(track: Track, tally: Tally, *, fast: bool = True) -> Rings:
    """Divide the points of all parcels into rings.

    Parameters
    ----------
    track
        The points.
    tally
        Where tolerances are remarked.
    fast
        Whether regular parcels are divided all at once.

    Returns
    -------
    rings
        All rings, closed.

    Raises
    ------
    SurveyTextError
        A parcel can be read in two ways; the message names the line.
    """
    starts = run_starts(track.points)
    ends = np.append(starts[1:], len(track.xy))
    owners = track.points.owners[starts]
    parcels = int(owners[-1]) + 1
    is_regular = _regular(track, starts, ends) if fast else starts < 0
    is_odd = np.zeros(parcels, dtype=bool)
    is_odd[owners[~is_regular]] = True
    regular = np.flatnonzero(~is_odd[owners])
    found = [(int(owners[run]), np.arange(starts[run], ends[run])) for run in regular]
    closing = np.bincount(owners[regular], minlength=parcels)
    open_rings = np.zeros(parcels, dtype=np.int64)
    vertices = track.xy.tolist() if is_odd.any() else []
    # A turn per irregular parcel: what a run means depends on the one before.
    for owner in np.flatnonzero(is_odd).tolist():
        first, last = np.searchsorted(owners, (owner, owner + 1)).tolist()
        divider = _Divider(track, vertices, tally)
        divider.divide([range(starts[run], ends[run]) for run in range(first, last)])
        for ring in divider.rings:
            open_rings[owner] += not ring.closed
            found.append((owner, np.array([*ring.points, ring.points[0]])))
        closing[owner] = divider.closing
    return _flat(found, open_rings, closing)


def _flat(
    found: list[tuple[int, Integers]], open_rings: Integers, closing: Integers
) -> Rings:
    found.sort(key=lambda ring: (ring[0], int(ring[1][0])))
    # A closing row may differ from the start by less than is told apart.
    for _, points in found:
        points[-1] = points[0]
    sizes = [len(points) for _, points in found]
    return Rings(
        points=np.concatenate([points for _, points in found]),
        starts=np.concatenate(([0], np.cumsum(sizes))),
        owners=np.array([owner for owner, _ in found], dtype=np.int64),
        open_rings=open_rings,
        closing_rows=closing,
    )


def _regular(track: Track, starts: Integers, ends: Integers) -> Flags:
    """Tell which runs are one ring that ends where it began, and nothing else."""
    near = SAME_M / track.metres
    sizes = ends - starts
    run = np.repeat(np.arange(len(starts)), sizes)
    at_start = np.asarray(
        (np.abs(track.xy - track.xy[starts][run]) <= near).all(axis=1)
    )
    returns = np.bincount(run[at_start], minlength=len(starts))
    repeats = np.asarray((np.abs(np.diff(track.xy, axis=0)) <= near).all(axis=1))
    repeats &= np.diff(run) == 0
    has_repeats = np.bincount(run[1:][repeats], minlength=len(starts)) > 0
    is_corrupt = np.isfinite(track.corrupt[ends - 1])
    is_closed = at_start[ends - 1] & (returns == _TAIL) & (sizes >= _CLOSED)
    return np.asarray(is_closed & ~has_repeats & ~is_corrupt)


@dataclass(slots=True)
class _Ring:
    """The points of a ring without its closing row."""

    points: list[int]
    closed: bool


@dataclass(slots=True)
class _Divider:
    """Divides one parcel, run by run."""

    track: Track
    vertices: list[list[float]]
    tally: Tally
    rings: list[_Ring] = field(default_factory=list)
    closing: int = 0

    def divide(self, runs: Sequence[range]) -> None:
        """Take the runs of the parcel in their order."""
        for place, run in enumerate(runs):
            rows = list(run)
            following = runs[place + 1][0] if place + 1 < len(runs) else None
            if self._closes_last(rows):
                continue
            if self.rings and not self.rings[-1].closed:
                rows = self._without_leading(rows, following)
            self._take(rows)
        for ring in self.rings:
            if not ring.closed:
                self._check_open(ring)

    def _closes_last(self, rows: list[int]) -> bool:
        """Tell whether a short run only closes the ring before, under its number."""
        if not self.rings or len(rows) > _TAIL:
            return False
        start = self.rings[-1].points[0]
        if not all(self.same(row, start) for row in rows):
            return False
        self._close_by(rows)
        return True

    def _close_by(self, rows: list[int]) -> None:
        for row in rows:
            self.tally.add(texts.CLOSING_NUMBER, self._line(row), self._number(row))
        self.rings[-1].closed = True
        self.closing += len(rows)

    def _without_leading(self, rows: list[int], following: int | None) -> list[int]:
        """Take the closing row of the open ring before from the head of a run."""
        start = self.rings[-1].points[0]
        leading = 0
        while leading < min(_TAIL, len(rows)) and self.same(rows[leading], start):
            leading += 1
        if not leading:
            return rows
        stripped = rows[leading:]
        is_whole = [not self._closed(part)[1] for part in (rows, stripped)]
        if not any(is_whole) and following is not None:
            is_whole = [self.same(part[0], following) for part in (rows, stripped)]
        if is_whole == [False, True]:
            self._close_by(rows[:leading])
            return stripped
        if is_whole == [True, False]:
            return rows
        raise self._fault(rows[0], texts.TWO_STARTS)

    def _take(self, rows: list[int]) -> None:
        closed, rest, repeated = self._closed(rows)
        for row in repeated:
            line = self._line(row)
            self.tally.add(texts.REPEATED_POINT, line, self.track.name(row))
        for points in closed:
            self.rings.append(_Ring(points[:-1], closed=True))
            self.closing += 1
        if not rest:
            return
        corrupt = float(self.track.corrupt[rows[-1]])
        is_closed = bool(np.isfinite(corrupt))
        is_short_loop = len(rest) == _FEWEST and self.same(rest[0], rest[-1])
        if len(rest) < _FEWEST or is_short_loop:
            raise self._fault(rest[0], texts.FEW_POINTS)
        if is_closed:
            self._check_corrupt(rest, corrupt)
            self.closing += 1
        elif closed:
            raise self._fault(rest[0], texts.OPEN_AFTER_CLOSED)
        self.rings.append(_Ring(rest, closed=is_closed))

    def _closed(self, rows: list[int]) -> tuple[list[list[int]], list[int], list[int]]:
        """Return the rings that close in a run, what stays open, and repetitions."""
        rings: list[list[int]] = []
        current: list[int] = []
        repeated: list[int] = []
        for place, row in enumerate(rows):
            before = current[-1] if current else rings[-1][0] if rings else None
            is_again = before is not None and self.same(row, before)
            if is_again and (current or not self._begins_ring(rows, place)):
                repeated.append(row)
                continue
            current.append(row)
            if len(current) >= _CLOSED and self.same(row, current[0]):
                rings.append(current)
                current = []
        return rings, current, repeated

    def _begins_ring(self, rows: list[int], place: int) -> bool:
        """Tell whether a row like the start of the ring before begins a ring itself.

        It does where a ring from it closes before one from the next row does.
        """
        here, behind = _Growing(self, rows[place]), _Growing(self)
        for position in range(place + 1, len(rows)):
            if here.closes(rows[position]):
                return True
            if behind.closes(rows[position]):
                return False
        return False

    def _check_corrupt(self, ring: list[int], number: float) -> None:
        points = self.track.points
        if number not in {points.first[ring[0]], points.second[ring[0]]}:
            raise self._fault(ring[-1], texts.CORRUPT_OTHER, number=f"{number:.12g}")
        line = self._line(ring[-1])
        self.tally.add(texts.CLOSING_CORRUPT, line, f"{number:.12g}")

    def _check_open(self, ring: _Ring) -> None:
        first, last = ring.points[0], ring.points[-1]
        names = [self.track.name(row).strip() for row in ring.points]
        gap = np.hypot(*(self.track.xy[last] - self.track.xy[first]))
        gap_m = float(gap * self.track.metres)
        if names[0] and names[0] == names[-1]:
            raise self._fault(last, texts.ENDS_DIFFER, gap=f"{gap_m:.3f}")
        if gap_m <= NEARLY_CLOSED_M:
            raise self._fault(last, texts.NEARLY_CLOSED, gap=f"{gap_m:.3f}")
        filled = [name for name in names if name]
        if len(set(filled)) < len(filled):
            seen: set[str] = set()
            for row, name in zip(ring.points, names, strict=True):
                if name and name in seen:
                    raise self._fault(row, texts.NAME_AGAIN)
                seen.add(name)
        shape = shapely.Polygon(self.track.xy[ring.points])
        if not shape.is_valid:
            raise self._fault(first, texts.OPEN_CROSSING)
        self.tally.add(texts.NOT_CLOSED, self._line(last), names[-1])

    def same(self, one: int, other: int) -> bool:
        """Tell whether two points are one."""
        near = SAME_M / self.track.metres
        (x1, y1), (x2, y2) = self.vertices[one], self.vertices[other]
        return abs(x1 - x2) <= near and abs(y1 - y2) <= near

    def _line(self, row: int) -> int:
        return int(self.track.points.lines[row])

    def _number(self, row: int) -> int:
        return int(self.track.points.rings[row])

    def _fault(self, row: int, text: Text, **facts: object) -> SurveyTextError:
        return fault_at(
            self._line(row), text.format(name=self.track.name(row), **facts)
        )


@dataclass(slots=True)
class _Growing:
    """A ring that grows point by point until it closes."""

    divider: _Divider
    first: int = -1
    last: int = -1
    count: int = 0

    def __post_init__(self) -> None:
        if self.first >= 0:
            self.last, self.count = self.first, 1

    def closes(self, row: int) -> bool:
        """Take a point; tell whether it closes the ring."""
        if self.count and self.divider.same(row, self.last):
            return False
        if not self.count:
            self.first = row
        self.last = row
        self.count += 1
        return self.count >= _CLOSED and self.divider.same(row, self.first)
