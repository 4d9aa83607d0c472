"""Which of two columns is the northing, and in which grid the points are.

The ranges of northings, eastings with and without the zone number, latitudes and
longitudes in China do not overlap, so that every point tells which column is which
and whether it is in metres or degrees. A zone number in front of the easting fixes
the grid. Without it the file must state the zone; where it does not, the points may
lie in the window of Zhaoqing, in which zone 37 and zone 38 share no easting. What
none of this settles, or what contradicts itself, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from zqland import grids
from zqland_geodata.errors import SurveyTextError
from zqland_geodata.survey import grid_texts as texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zqland.text import Text
    from zqland_geodata.remarks import Rule

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NORTHINGS_M = (1_800_000.0, 6_000_000.0)
"""Northings of China in metres."""

BARE_EASTINGS_M = (100_000.0, 1_000_000.0)
"""Eastings without a zone number, in metres; the upper end is not one."""

PREFIXED_EASTINGS_M = (13_000_000.0, 46_000_000.0)
"""Eastings with a zone number in front, in metres; the upper end is not one."""

LATITUDES, LONGITUDES = (3.0, 54.0), (73.0, 136.0)
"""Latitudes and longitudes of China in degrees."""

CITY_NORTHINGS_M = (2_519_000.0, 2_702_000.0)
"""Northings of Zhaoqing in zones 37 and 38, to the kilometre outwards."""

CITY_EASTINGS_M = {111: (536_000.0, 693_000.0), 114: (228_000.0, 386_000.0)}
"""Eastings of Zhaoqing by central meridian, without zone number: they share none."""

_MILLION = 1_000_000.0
_WIDTHS = {
    **dict.fromkeys(grids.ZONE_NUMBERS[3], 3),
    **dict.fromkeys(grids.ZONE_NUMBERS[6], 6),
}


class Kind(IntEnum):
    """What a pair of numbers can be."""

    NEITHER = 0
    NORTH_FIRST = 1
    EAST_FIRST = 2
    LATITUDE_FIRST = 3
    LONGITUDE_FIRST = 4


class UndecidedError(SurveyTextError):
    """Points whose axes or grid cannot be decided, with the number of the first.

    Attributes
    ----------
    point
        Position of the point in the columns, or -1 where the statement is at fault.
    """

    def __init__(self, text: Text, point: int) -> None:
        super().__init__(text)
        self.point = point


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file or its user states about the grid.

    Attributes
    ----------
    datum
        The datum.
    degrees
        Width of the zones, 3 or 6; ``None`` where it is not stated.
    number
        Number of the zone as written, also one that no zone has; ``None`` for none.
    meridian
        Central meridian that the user gave, which goes first; ``None`` for none.
    """

    datum: grids.Datum = grids.Datum.CGCS2000
    degrees: int | None = None
    number: int | None = None
    meridian: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """That a rule of this module applies, to a parcel or to the whole file.

    Attributes
    ----------
    rule
        The rule.
    owner
        Position of the parcel, or -1 for the file.
    value
        What was found.
    facts
        For the places in the sentences.
    """

    rule: Rule
    owner: int
    value: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Axes and grids of all parcels of a file.

    Attributes
    ----------
    xy
        Easting or longitude, then northing or latitude, as written; shape (n, 2).
    grids
        The grid of each parcel; ``None`` for degrees.
    swapped
        Whether each parcel has its easting or longitude first.
    remarks
        Tolerances that were used.
    """

    xy: Floats
    grids: list[grids.Grid | None]
    swapped: Flags
    remarks: list[Remark]


def kinds(first: Floats, second: Floats) -> Integers:
    """Tell what each pair of numbers can be.

    Parameters
    ----------
    first, second
        The two columns; shape (n,).

    Returns
    -------
    kinds
        A `Kind` for each pair.

    Examples
    --------
    >>> first = np.array([2_563_400.0, 357_200.0, 23.1, 5.0])
    >>> second = np.array([38_357_200.0, 2_563_400.0, 112.6, 5.0])
    >>> [Kind(kind).name for kind in kinds(first, second)]
    ['NORTH_FIRST', 'EAST_FIRST', 'LATITUDE_FIRST', 'NEITHER']
    """
    found = np.zeros(len(first), dtype=np.int64)
    for kind, (one, other) in {
        Kind.NORTH_FIRST: (first, second),
        Kind.EAST_FIRST: (second, first),
    }.items():
        found[_between(one, NORTHINGS_M) & _is_easting(other)] = kind
    for kind, (one, other) in {
        Kind.LATITUDE_FIRST: (first, second),
        Kind.LONGITUDE_FIRST: (second, first),
    }.items():
        found[_between(one, LATITUDES) & _between(other, LONGITUDES)] = kind
    return found


def decide(first: Floats, second: Floats, owners: Integers, stated: Stated) -> Decision:
    """Decide axes and grid of every parcel of a file.

    Parameters
    ----------
    first, second
        The two columns of coordinates; shape (n,).
    owners
        Position of the parcel of each point: 0, 1, … without gaps, ascending.
    stated
        What the file or the user states.

    Returns
    -------
    decision
        Coordinates, grids and the tolerances that were used.

    Raises
    ------
    UndecidedError
        Points are not in China, differ in kind within a parcel, or leave the grid
        open; it has the position of the first such point.
    """
    found = kinds(first, second)
    starts = np.searchsorted(owners, np.arange(owners[-1] + 1 if len(owners) else 0))
    usual = found[starts]
    _check_uniform(found, usual[owners], first, second)
    is_swapped = np.isin(usual, (Kind.EAST_FIRST, Kind.LONGITUDE_FIRST))
    turn = is_swapped[owners]
    xy = np.column_stack((np.where(turn, first, second), np.where(turn, second, first)))
    is_degrees = np.isin(usual, (Kind.LATITUDE_FIRST, Kind.LONGITUDE_FIRST))
    if is_degrees.any() and not is_degrees.all():
        other = int((is_degrees != is_degrees[0]).argmax())
        raise UndecidedError(texts.BOTH_UNITS, int(starts[other]))
    remarks = _axis_remarks(is_swapped)
    if is_degrees.any():
        remarks.append(Remark(texts.DEGREES, -1, f"{xy[0, 1]}, {xy[0, 0]}"))
        return Decision(xy, [None] * len(starts), is_swapped, remarks)
    chooser = _Chooser(xy, starts, stated, [])
    chosen = chooser.choose()
    return Decision(xy, chosen, is_swapped, [*remarks, *chooser.remarks])


def city_meridian(xy: Floats) -> int | None:
    """Tell by which central meridian points without zone number lie in Zhaoqing.

    Parameters
    ----------
    xy
        Easting without zone number, and northing, in metres; shape (n, 2).

    Returns
    -------
    meridian
        111 or 114 degrees; ``None`` where they do not all lie in one of the windows.

    Examples
    --------
    >>> city_meridian(np.array([[357_200.0, 2_563_400.0]]))
    114
    """
    if not _between(xy[:, 1], CITY_NORTHINGS_M).all():
        return None
    for meridian, window in CITY_EASTINGS_M.items():
        if _between(xy[:, 0], window).all():
            return meridian
    return None


def _between(values: Floats, ends: tuple[float, float]) -> Flags:
    return np.asarray((values >= ends[0]) & (values <= ends[1]))


def _is_easting(values: Floats) -> Flags:
    bare = (values >= BARE_EASTINGS_M[0]) & (values < BARE_EASTINGS_M[1])
    low, high = PREFIXED_EASTINGS_M
    prefixed = (values >= low) & (values < high) & _is_bare(values % _MILLION)
    return np.asarray(bare | prefixed)


def _is_bare(values: Floats) -> Flags:
    return np.asarray(values >= BARE_EASTINGS_M[0])


def _check_uniform(
    found: Integers, usual: Integers, first: Floats, second: Floats
) -> None:
    """Refuse pairs that are not in China, and parcels of two kinds of pairs."""
    for is_fault, text in (
        ((found == Kind.NEITHER) & (first == second), texts.ONE_NUMBER_TWICE),
        (found == Kind.NEITHER, texts.NOT_IN_CHINA),
        (found != usual, texts.TWO_KINDS),
    ):
        if is_fault.any():
            point = int(is_fault.argmax())
            pair = {"first": f"{first[point]:.12g}", "second": f"{second[point]:.12g}"}
            raise UndecidedError(text.format(**pair), point)


def _axis_remarks(is_swapped: Flags) -> list[Remark]:
    if is_swapped.all() and len(is_swapped):
        return [Remark(texts.AXES_SWAPPED, -1, "Y, X")]
    return [
        Remark(texts.AXES_SWAPPED, int(owner), "Y, X")
        for owner in np.flatnonzero(is_swapped)
    ]


@dataclass(frozen=True, slots=True)
class _Chooser:
    """Chooses the grid of each parcel."""

    xy: Floats
    starts: Integers
    stated: Stated
    remarks: list[Remark]

    def choose(self) -> list[grids.Grid | None]:
        prefix = np.floor(self.xy[:, 0] / _MILLION).astype(np.int64)
        sizes = np.diff([*self.starts, len(prefix)])
        own = np.repeat(prefix[self.starts], sizes)
        if (prefix != own).any():
            point = int((prefix != own).argmax())
            facts = {"found": _number(prefix[point]), "usual": _number(own[point])}
            raise UndecidedError(texts.TWO_ZONES.format(**facts), point)
        first = prefix[self.starts]
        chosen: list[grids.Grid | None] = [None] * len(first)
        for number in np.unique(first):
            owners = np.flatnonzero(first == number)
            if number:
                grid = self._prefixed(int(number), int(owners[0]))
                for owner in owners:
                    chosen[owner] = grid
            else:
                self._choose_bare(owners, chosen)
        self._remark_mixed(chosen)
        return chosen

    def _prefixed(self, number: int, owner: int) -> grids.Grid:
        point = int(self.starts[owner])
        if number not in _WIDTHS:
            raise UndecidedError(texts.NO_SUCH_ZONE.format(number=number), point)
        stated, width = self.stated, _WIDTHS[number]
        grid = grids.Grid(stated.datum, width, number, prefixed=True)
        if stated.meridian not in {None, grid.central_meridian}:
            facts = {"number": number, "given": stated.meridian}
            raise UndecidedError(texts.GIVEN_DIFFERS.format(**facts), point)
        if stated.number is None and stated.meridian is None:
            self._remark(texts.ZONE_FROM_EASTING, "", number=number)
        elif stated.number not in {None, number}:
            self._remark(texts.ZONE_WRONG, stated.number, number=number)
        if stated.degrees not in {None, width}:
            self._remark(texts.WIDTH_WRONG, stated.degrees, width=width, number=number)
        return grid

    def _choose_bare(self, owners: Integers, chosen: list[grids.Grid | None]) -> None:
        ends = [*self.starts[1:], len(self.xy)]
        self._remark(texts.NO_PREFIX, f"{self.xy[self.starts[owners[0]], 0]:.3f}")
        # One turn per parcel without zone number, each of which may be in another.
        for owner in owners:
            points = self.xy[self.starts[owner] : ends[owner]]
            chosen[owner] = self._bare(city_meridian(points), int(self.starts[owner]))

    def _bare(self, city: int | None, point: int) -> grids.Grid:
        stated = self.stated
        if stated.meridian is not None:
            return self._by_meridian(stated.meridian)
        claimed = _claimed(stated)
        if claimed is None:
            return self._by_city(city, point)
        is_consistent = stated.degrees in {None, claimed.degrees}
        if city == claimed.central_meridian or (city is None and is_consistent):
            if not is_consistent:
                number, width = claimed.number, claimed.degrees
                self._remark(
                    texts.WIDTH_WRONG, stated.degrees, width=width, number=number
                )
            return claimed
        facts = {"number": claimed.number, "degrees": stated.degrees, "city": city}
        text = texts.OTHER_CITY_ZONE if is_consistent else texts.WIDTH_AND_NUMBER
        raise UndecidedError(text.format(**facts), point)

    def _by_city(self, city: int | None, point: int) -> grids.Grid:
        stated = self.stated
        width = stated.degrees or 3
        # The only 6-degree zone of the city has the central meridian of zone 37.
        if city is None or (width == 6 and city % 6 != 3):  # noqa: PLR2004
            raise UndecidedError(texts.NO_ZONE, point)
        number = city // 3 if width == 3 else (city + 3) // 6  # noqa: PLR2004
        found = "" if stated.number is None else stated.number
        self._remark(texts.ZONE_FROM_CITY, found, number=number)
        return grids.Grid(stated.datum, width, number, prefixed=False)

    def _by_meridian(self, meridian: int) -> grids.Grid:
        grid = grids.Grid(self.stated.datum, 3, meridian // 3, prefixed=False)
        claimed = _claimed(self.stated)
        if claimed is not None and claimed.central_meridian != meridian:
            self._remark(texts.ZONE_GIVEN, self.stated.number, meridian=meridian)
        return grid

    def _remark_mixed(self, chosen: list[grids.Grid | None]) -> None:
        names = sorted({str(grid.number) for grid in chosen if grid is not None})
        if len(names) > 1:
            self.remarks.append(Remark(texts.ZONES_MIXED, -1, ", ".join(names)))

    def _remark(self, rule: Rule, value: object, **facts: object) -> None:
        remark = Remark(rule, -1, str(value), facts)
        if remark not in self.remarks:
            self.remarks.append(remark)


def _claimed(stated: Stated) -> grids.Grid | None:
    """Return the grid of the stated number, if there is such a zone."""
    if stated.number is None or stated.number not in _WIDTHS:
        return None
    width = _WIDTHS[stated.number]
    return grids.Grid(stated.datum, width, stated.number, prefixed=False)


def _number(prefix: np.int64) -> str:
    return str(prefix) if prefix else "–"
