"""Split, merge and correct parcels without losing or inventing land.

Everything happens in the plane of the home zone, where boundaries are straight between
their vertices. New vertices are rounded to the millimetre once, and inserted into the
neighbours that they touch. A vertex on a slanting boundary stays on it with all its
digits: rounded, it would take ground from one side and give it to the other.

======================  ===========================================================
planar area             the new parcels together have that of the old to 1e-4 m²
ellipsoid area          to 0.01 m²; the rest is named. It comes from the formula of
                        the surveys, which divides edges evenly: an edge with one
                        vertex more is divided elsewhere
======================  ===========================================================

What does not add up is refused. A corrected boundary may take or leave ground, and says
how much.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from zqland import otherzones
from zqland.boundaries import (
    SNAP_M,
    Points,
    insert,
    outline,
    settle,
    share_an_edge,
)
from zqland.errors import LineageError
from zqland.successions import (
    ELLIPSOID_M2,
    KIND_TEXTS,
    PLANAR_M2,
    Ground,
    Kind,
    Succession,
    check_named_once,
    check_one_zone,
    listed,
    succeed,
)
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zqland.boundaries import Shape

__all__ = [
    "ELLIPSOID_M2",
    "KIND_TEXTS",
    "PLANAR_M2",
    "Ground",
    "Kind",
    "Succession",
    "correct",
    "merge",
    "split",
]

OVERLAP_M2 = 0.01
"""Overlap that counts, if it is also more than 2 mm along the shared boundary."""

_NO_POLYGON = Text(
    en="The shape given for {parcel} is {found}. Give a polygon with an inside.",
    zh="{parcel} 的图形为 {found}。请提供有面积的多边形。",
)
_INVALID = Text(
    en="The boundary of {parcel}, brought to the millimetre, crosses or touches itself "
    "({reason}). Correct it, or draw its points more than 2 mm apart.",
    zh="{parcel} 的界址线取位到毫米后自相交或自接触（{reason}）。"
    "请更正，或使界址点间距大于 2 毫米。",
)
_FEW = Text(
    en="There is {count} part. A split or a merger needs two at least.",
    zh="只有 {count} 宗。分割或合并至少需要两宗。",
)
_TWO_RESTS = Text(
    en="Only one part can be what the others leave: draw the shape of {parcel}.",
    zh="只能有一宗取剩余部分：请绘出 {parcel} 的图形。",
)
_NO_REST = Text(
    en="The other parts leave nothing of the parcel for {parcel}. Leave it out, or "
    "draw the others smaller.",
    zh="其余各宗未给 {parcel} 留下土地。请去掉该宗，或缩小其余各宗。",
)
_NOT_WHOLE = Text(
    en="The parts do not make up {parcel}: {missing:.4f} m² of it are in no part, "
    "{outside:.4f} m² of the parts lie outside it, and {twice:.4f} m² lie in two "
    "parts. Let the parts meet each other and the boundary to 2 mm.",
    zh="各宗不能恰好组成 {parcel}：有 {missing:.4f} 平方米不在任何一宗内，"
    "有 {outside:.4f} 平方米超出原界址，有 {twice:.4f} 平方米重复。"
    "请使各宗之间及与原界址线的偏差不超过 2 毫米。",
)
_APART = Text(
    en="{parcel} shares no boundary with the others. Only parcels side by side can be "
    "merged.",
    zh="{parcel} 与其余地块没有公共界址线。只有相邻地块可以合并。",
)
_MISFIT = Text(
    en="The boundaries between {parcels} do not coincide: {twice:.4f} m² lie in two "
    "of them, or a strip lies between them. Correct one boundary so that they share "
    "it, then merge.",
    zh="{parcels} 之间的界址线不重合：有 {twice:.4f} 平方米重叠，或其间有狭缝。"
    "请先更正其中一宗的界址，使其共用界址线，再行合并。",
)
_ELSEWHERE = Text(
    en="The corrected boundary of {parcel} has no ground in common with the old one. "
    "Check the number and the coordinates.",
    zh="{parcel} 更正后的界址与原界址没有公共部分。请核对编号和坐标。",
)
_TAKES = Text(
    en="The corrected boundary of {parcel} takes {area:.4f} m² of {neighbour}. Correct "
    "that one first so that it gives the ground up.",
    zh="{parcel} 更正后的界址占用 {neighbour} {area:.4f} 平方米。请先更正后者的界址。",
)


def split(
    parcel: Ground,
    parts: Mapping[str, Shape | None],
    *,
    neighbours: Sequence[Ground] = (),
) -> Succession:
    """Split a parcel.

    Parameters
    ----------
    parcel
        The parcel; its vertices do not move.
    parts
        Shapes of the new parcels by number, in the same plane; None for what the
        others leave, for one of them at most.
    neighbours
        Parcels around it. Those of another home zone get a vertex where their boundary
        lies within 2 mm of it, or there is a note.

    Returns
    -------
    succession
        The new parcels, and the neighbours that got a vertex.

    Raises
    ------
    LineageError
        The parts leave some of the parcel, overlap or lie outside it by more than
        2 mm along the boundary, are no valid polygons, or areas do not add up.

    Examples
    --------
    >>> from shapely import box
    >>> east = box(38_450_050, 2_560_000, 38_450_100, 2_560_100)
    >>> parcel = Ground("A", 4526, box(38_450_000, 2_560_000, 38_450_100, 2_560_100))
    >>> done = split(parcel, {"A-1": east, "A-2": None})
    >>> [one.shape.area for one in done.children]
    [5000.0, 5000.0]
    >>> print(done.text)
    Split of A into A-1, A-2: +0.0000 m² in the plane, +0.0000 m² on the ellipsoid.
    """
    if len(parts) < 2:  # noqa: PLR2004 - the word part of a split
        raise LineageError(_FEW.format(count=len(parts)))
    whole = _polygon(parcel.parcel_id, parcel.shape)
    drawn = {
        name: _polygon(name, shape)
        for name, shape in parts.items()
        if shape is not None
    }
    shapes = _meeting(settle(list(drawn.values()), [whole]), whole)
    made = dict(zip(drawn, shapes, strict=True))
    whole = insert(whole, Points.corners(shapes))
    rests = [name for name in parts if name not in drawn]
    if rests:
        made |= _rest(whole, shapes, rests)
    for name, shape in made.items():
        _check_valid(name, shape)
    _check_whole(parcel.parcel_id, whole, list(made.values()))
    children = [Ground(name, parcel.home_zone, made[name]) for name in parts]
    return succeed(Kind.SPLIT, [parcel], children, neighbours)


def merge(
    parcels: Sequence[Ground], parcel_id: str, *, neighbours: Sequence[Ground] = ()
) -> Succession:
    """Merge parcels that lie side by side.

    Parameters
    ----------
    parcels
        The parcels, all of one home zone. All their vertices stay where they are.
    parcel_id
        Number of the new parcel.
    neighbours
        Parcels around them, of any home zone.

    Returns
    -------
    succession
        The new parcel.

    Raises
    ------
    LineageError
        They lie in several zones or apart, or their boundaries do not coincide.

    Examples
    --------
    >>> from shapely import box
    >>> west = Ground("A", 4526, box(38_450_000, 2_560_000, 38_450_050, 2_560_100))
    >>> east = Ground("B", 4526, box(38_450_050, 2_560_000, 38_450_100, 2_560_100))
    >>> merge([west, east], "C").children[0].shape.area
    10000.0
    """
    if len(parcels) < 2:  # noqa: PLR2004 - the word merge
        raise LineageError(_FEW.format(count=len(parcels)))
    check_named_once(parcels)
    check_one_zone(parcels)
    shapes = [_polygon(one.parcel_id, one.shape) for one in parcels]
    corners = Points.corners(shapes)
    shapes = [insert(shape, corners) for shape in shapes]
    _check_side_by_side(parcels, shapes)
    union = _polygon(parcel_id, shapely.union_all(shapes))
    if outline([union]) != outline(shapes):
        twice = _overlap_m2(shapes)
        raise LineageError(_MISFIT.format(parcels=listed(parcels), twice=twice))
    child = Ground(parcel_id, parcels[0].home_zone, union)
    return succeed(Kind.MERGE, parcels, [child], neighbours)


def correct(
    parcel: Ground,
    shape: Shape,
    *,
    parcel_id: str | None = None,
    neighbours: Sequence[Ground] = (),
) -> Succession:
    """Correct the boundary of a parcel.

    Parameters
    ----------
    parcel
        The parcel.
    shape
        The right shape in the same plane. Within 2 mm of the old boundary or that of
        a neighbour it follows that one.
    parcel_id
        Number of the new parcel; the same where it is not given.
    neighbours
        Parcels around it, of any home zone.

    Returns
    -------
    succession
        The new parcel, how much ground it gained, and the neighbours that got a
        vertex.

    Raises
    ------
    LineageError
        The shape is no valid polygon, lies elsewhere, or takes ground of a neighbour.

    Examples
    --------
    >>> from shapely import box
    >>> old = Ground("A", 4526, box(38_450_000, 2_560_000, 38_450_050, 2_560_100))
    >>> right = box(38_450_000, 2_560_000, 38_450_051, 2_560_100)
    >>> correct(old, right).planar_m2
    100.0
    """
    name = parcel_id or parcel.parcel_id
    record = _record(parcel, neighbours)
    (right,) = settle([_polygon(name, shape)], record)
    right = _polygon(name, insert(right, Points.corners(record)))
    _check_valid(name, right)
    if not shapely.intersection(right, parcel.shape).area:
        raise LineageError(_ELSEWHERE.format(parcel=name))
    child = Ground(name, parcel.home_zone, right)
    _check_takes_nothing(child, neighbours)
    return succeed(Kind.CORRECTION, [parcel], [child], neighbours)


def _polygon(name: str, shape: shapely.Geometry) -> Shape:
    """Take a polygon without heights, or refuse what is none."""
    if not isinstance(shape, Polygon | MultiPolygon) or not shape.area > 0.0:
        found = type(shape).__name__
        raise LineageError(_NO_POLYGON.format(parcel=name, found=found))
    flat = shapely.force_2d(shape)
    _check_valid(name, flat)
    return flat


def _meeting(shapes: list[Shape], whole: Shape) -> list[Shape]:
    """Insert the vertices of all into the edges of each."""
    points = Points.corners([whole, *shapes])
    return [insert(shape, points) for shape in shapes]


def _rest(whole: Shape, shapes: Sequence[Shape], names: list[str]) -> dict[str, Shape]:
    """Give the one that was not drawn what the others leave."""
    if len(names) > 1:
        raise LineageError(_TWO_RESTS.format(parcel=names[1]))
    (name,) = names
    for shape in shapes:
        _check_valid(name, shape)
    rest = shapely.difference(whole, shapely.union_all(shapes))
    if not isinstance(rest, Polygon | MultiPolygon) or rest.is_empty:
        raise LineageError(_NO_REST.format(parcel=name))
    return {name: rest}


def _check_valid(name: str, shape: Shape) -> None:
    if shape.is_empty or not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise LineageError(_INVALID.format(parcel=name, reason=reason))


def _check_whole(name: str, whole: Shape, parts: list[Shape]) -> None:
    """Accept parts whose edges add up to those of the whole."""
    if outline(parts) == outline([whole]):
        return
    union = shapely.union_all(parts)
    raise LineageError(
        _NOT_WHOLE.format(
            parcel=name,
            missing=shapely.difference(whole, union).area,
            outside=shapely.difference(union, whole).area,
            twice=_overlap_m2(parts),
        )
    )


def _overlap_m2(shapes: Sequence[Shape]) -> float:
    pairs = combinations(shapes, 2)
    return float(sum(shapely.intersection(*pair).area for pair in pairs))


def _check_side_by_side(parcels: Sequence[Ground], shapes: Sequence[Shape]) -> None:
    """Accept parcels of which each is reached from the first over shared edges."""
    reached, waiting = [shapes[0]], dict(enumerate(shapes[1:], start=1))
    # Mergers are of a few parcels.
    while reached:
        last = reached.pop()
        beside = [place for place in waiting if share_an_edge(last, waiting[place])]
        reached += [waiting.pop(place) for place in beside]
    if waiting:
        lone = parcels[min(waiting)].parcel_id
        raise LineageError(_APART.format(parcel=lone))


def _record(parcel: Ground, neighbours: Sequence[Ground]) -> list[Shape]:
    """Give the boundaries that a corrected one follows, all in its plane."""
    zone = parcel.home_zone
    own = [one.shape for one in (parcel, *neighbours) if one.home_zone == zone]
    others = [
        otherzones.drawn_in(zone, one.shape, one.home_zone)
        for one in neighbours
        if one.home_zone != zone
    ]
    # What is one point in both planes is one, whatever each plane has rounded it to.
    return own + settle(others, own) if others else own


def _check_takes_nothing(child: Ground, neighbours: Sequence[Ground]) -> None:
    zone = child.home_zone
    shapes = [
        one.shape
        if one.home_zone == zone
        else otherzones.drawn_in(zone, one.shape, one.home_zone, densely=True)
        for one in neighbours
    ]
    common = shapely.intersection(child.shape, shapes)
    # A strip is bounded by two long sides, so its length is half its boundary.
    allowed = np.maximum(OVERLAP_M2, SNAP_M * shapely.length(common) / 2)
    over = np.flatnonzero(shapely.area(common) > allowed)
    if len(over):
        place = int(over[0])
        text = _TAKES.format(
            parcel=child.parcel_id,
            neighbour=neighbours[place].parcel_id,
            area=common[place].area,
        )
        raise LineageError(text)
