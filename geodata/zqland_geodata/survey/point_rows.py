"""The point rows of a canonical survey TXT, made for all parcels at once.

A row is ``J1,1,2563400.000,38357200.000``: number of the point, of the ring, northing
and easting to the millimetre. Shells run clockwise and holes counterclockwise, each
from its north-western vertex, and the first row of a ring is repeated as its last one.
Points and rings are numbered through each parcel.

The rows are built as columns of digits, not one by one: a file of 10,000 parcels has
some hundred thousand of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.rings import Rings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]

DECIMALS = 3
"""Decimals of coordinates in metres: millimetres."""

_PER_M = 10**DECIMALS
_FEWEST = 3
_NORTHING_DIGITS, _EASTING_DIGITS = 7, 8
_ZERO, _POINT, _COMMA = b"0"[0], b"."[0], b","[0]
_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class PointRows:
    """The point rows of parcels, one block of bytes for each.

    Attributes
    ----------
    blocks
        ASCII rows that end in CR LF, for each parcel.
    counts
        Number of rows for each parcel; 0 where nothing is left to write.
    lost
        Rings of each parcel that have less than three vertices to the millimetre,
        and with a shell its holes.
    """

    blocks: list[bytes]
    counts: Integers
    lost: Integers


def point_rows(shapes: NDArray[np.object_]) -> PointRows:
    """Make the point rows of parcels.

    Parameters
    ----------
    shapes
        Polygons or multipolygons in a plane with the zone number in front of the
        easting, in metres: northings of 7 digits, eastings of 8.

    Returns
    -------
    rows
        The rows, the parcels in their order.

    Examples
    --------
    >>> import shapely
    >>> square = shapely.box(38_378_000, 2_576_000, 38_378_100, 2_576_100)
    >>> rows = point_rows(np.array([square]))
    >>> print(rows.blocks[0].decode().splitlines()[0], *rows.counts)
    J1,1,2576100.000,38378000.000 5
    """
    rings = Rings.of(shapes)
    corners, lost = _corners(rings)
    if not len(corners.owner):
        nothing = np.zeros(len(shapes), dtype=np.int64)
        return PointRows([b""] * len(shapes), nothing, lost)
    order, row_ring, number = _walk(corners)
    mm = corners.mm[order]
    owner = corners.owner[row_ring]
    content, ends = _digits(number, _numbered(corners.owner)[row_ring], mm)
    counts = np.bincount(owner, minlength=len(shapes))
    edges = np.concatenate(([0], ends))[np.concatenate(([0], np.cumsum(counts)))]
    blocks = [
        content[first:last]
        for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
    return PointRows(blocks, counts, lost)


@dataclass(frozen=True, slots=True)
class _Corners:
    """Distinct vertices of the rings that are written, none repeated at the end.

    Attributes
    ----------
    mm
        Easting and northing in whole millimetres; shape (n, 2).
    starts
        Where each ring starts; shape (rings,).
    sizes
        Vertices of each ring.
    owner
        Position of the parcel of each ring.
    is_shell
        Whether each ring is an outer one.
    """

    mm: Integers
    starts: Integers
    sizes: Integers
    owner: Integers
    is_shell: Flags

    @property
    def ring(self) -> Integers:
        """The ring of each vertex."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def _corners(rings: Rings) -> tuple[_Corners, Integers]:
    """Round to millimetres; leave out repeated vertices and what is no ring then."""
    mm = np.rint(rings.coordinates * _PER_M).astype(np.int64)
    sizes = np.diff(rings.starts)
    ring = np.repeat(np.arange(len(sizes)), sizes)
    is_last = np.zeros(len(mm), dtype=bool)
    is_last[rings.starts[1:] - 1] = True
    before = np.roll(mm, 1, axis=0)
    # The vertex before the first of a closed ring is the last but one.
    first = rings.starts[:-1]
    before[first] = mm[rings.starts[1:] - 2]
    kept = ~is_last & (mm != before).any(axis=1)
    counts = np.bincount(ring[kept], minlength=len(sizes))
    is_shell = rings.sign > 0
    has_size = counts >= _FEWEST
    part = np.cumsum(is_shell) - 1
    is_good = has_size & has_size[is_shell][part]
    lost = np.bincount(rings.owner[~is_good], minlength=len(rings.empty))
    kept &= is_good[ring]
    counts = counts[is_good]
    starts = np.cumsum(counts) - counts
    corners = _Corners(
        mm[kept], starts, counts, rings.owner[is_good], is_shell[is_good]
    )
    return corners, lost


def _walk(corners: _Corners) -> tuple[Integers, Integers, Integers]:
    """Return the vertex, the ring and the point number of every row."""
    start = _north_west(corners) - corners.starts
    backwards = _is_counterclockwise(corners) == corners.is_shell
    step = np.where(backwards, -1, 1)
    rows = corners.sizes + 1
    ring = np.repeat(np.arange(len(rows)), rows)
    place = np.arange(rows.sum()) - (np.cumsum(rows) - rows)[ring]
    size = corners.sizes[ring]
    turned = (start[ring] + step[ring] * place) % size
    # Points are numbered through each parcel, closing rows with the number of the
    # first row of their ring.
    before = corners.starts - corners.starts[_first_ring(corners.owner)]
    number = before[ring] + place % size + 1
    return corners.starts[ring] + turned, ring, number


def _first_ring(owner: Integers) -> Integers:
    """Return for each ring the first ring of its parcel."""
    return np.searchsorted(owner, owner)


def _numbered(owner: Integers) -> Integers:
    """Return for each ring its number in its parcel, from 1."""
    return np.arange(len(owner)) - _first_ring(owner) + 1


def _is_counterclockwise(corners: _Corners) -> Flags:
    local = (corners.mm - corners.mm[corners.starts][corners.ring]).astype(np.float64)
    following = np.roll(local, -1, axis=0)
    following[corners.starts + corners.sizes - 1] = 0.0
    cross = local[:, 0] * following[:, 1] - following[:, 0] * local[:, 1]
    return np.asarray(np.add.reduceat(cross, corners.starts) > 0.0)


def _north_west(corners: _Corners) -> Integers:
    """Return the vertex of each ring nearest to the corner of its frame.

    Of several the northernmost, then the first. A vertex that the ring passes twice is
    passed over: readers would take the second time for the end of the ring.
    """
    ring = corners.ring
    x, y = corners.mm.T
    west = np.minimum.reduceat(x, corners.starts)
    north = np.maximum.reduceat(y, corners.starts)
    distance = np.hypot((x - west[ring]).astype(float), (y - north[ring]).astype(float))
    chosen = _least(distance, y, corners, ring)
    for _ in range(int(corners.sizes.max())):
        same = (corners.mm == corners.mm[chosen][ring]).all(axis=1)
        crossed = np.add.reduceat(same.astype(np.int64), corners.starts) > 1
        again = same & crossed[ring]
        if not again.any():
            break
        distance = np.where(again, np.inf, distance)
        if np.isinf(np.minimum.reduceat(distance, corners.starts)).any():
            break
        chosen = _least(distance, y, corners, ring)
    return chosen


def _least(
    distance: Floats, y: Integers, corners: _Corners, ring: Integers
) -> Integers:
    """Return the vertex of each ring with the least distance, then the largest y."""
    near = distance == np.minimum.reduceat(distance, corners.starts)[ring]
    heights = np.where(near, y, np.iinfo(np.int64).min)
    near &= heights == np.maximum.reduceat(heights, corners.starts)[ring]
    places = np.where(near, np.arange(len(ring)), len(ring))
    return np.asarray(np.minimum.reduceat(places, corners.starts))


def _digits(number: Integers, ring: Integers, mm: Integers) -> tuple[bytes, Integers]:
    """Write rows as ASCII; return them, and where each ends."""
    widths = (len(str(number.max())), len(str(ring.max())))
    parts: list[bytes] = []
    lengths: list[Integers] = []
    # A turn per chunk of rows, so that the columns stay in cache.
    for first in range(0, len(number), _CHUNK):
        some = slice(first, first + _CHUNK)
        table, is_shown = _table(number[some], ring[some], mm[some], widths)
        parts.append(table[is_shown].tobytes())
        lengths.append(is_shown.sum(axis=1))
    return b"".join(parts), np.cumsum(np.concatenate(lengths))


def _table(
    number: Integers, ring: Integers, mm: Integers, widths: tuple[int, int]
) -> tuple[Bytes, Flags]:
    """Return the bytes of rows in columns, and which of them are shown."""
    fields: list[tuple[Bytes | int, Flags | None]] = [(b"J"[0], None)]
    for values, width in ((number, widths[0]), (ring, widths[1])):
        fields += _columns(values, width, pad=False)
        fields.append((_COMMA, None))
    for values, width in ((mm[:, 1], _NORTHING_DIGITS), (mm[:, 0], _EASTING_DIGITS)):
        digits = _columns(values, width + DECIMALS, pad=True)
        fields += [*digits[:width], (_POINT, None), *digits[width:], (_COMMA, None)]
    fields[-1:] = [(b"\r"[0], None), (b"\n"[0], None)]
    return _filled(fields, len(number))


def _filled(
    fields: list[tuple[Bytes | int, Flags | None]], count: int
) -> tuple[Bytes, Flags]:
    table = np.empty((count, len(fields)), dtype=np.uint8)
    is_shown = np.ones(table.shape, dtype=bool)
    for column, (values, shown) in enumerate(fields):
        table[:, column] = values
        if shown is not None:
            is_shown[:, column] = shown
    return table, is_shown


def _columns(
    values: Integers, width: int, *, pad: bool
) -> list[tuple[Bytes | int, Flags | None]]:
    """Return the digits of numbers from the left; leading zeros are hidden or kept."""
    columns: list[tuple[Bytes | int, Flags | None]] = []
    rest = values
    for place in range(width):
        shown = None if pad or place == 0 else rest > 0
        quotient = rest // 10
        digit = (rest - 10 * quotient + _ZERO).astype(np.uint8)
        columns.append((digit, shown))
        rest = quotient
    return columns[::-1]
