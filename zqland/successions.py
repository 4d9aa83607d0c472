"""Parcels that came of others: what they were, what they are, and that it adds up."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from shapely import MultiPolygon, Polygon

from zqland import areas, otherzones
from zqland.areas import Method
from zqland.boundaries import Points, insert
from zqland.errors import LineageError
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PLANAR_M2 = 1e-4
"""By how much planar areas may differ: no more than arithmetic makes of them."""

ELLIPSOID_M2 = 0.01
"""By how much areas on the ellipsoid may differ."""

_METHODS = (Method.PLANAR, Method.ELLIPSOID)

_ZONES = Text(
    en="The parcels lie in different home zones ({found}). Areas add up within one "
    "plane only: keep them apart, or bring one to the zone of the other first.",
    zh="地块的本位投影带不同（{found}）。面积只在同一投影平面内可加："
    "请分别保留，或先将其一转换到另一投影带。",
)
_TWICE = Text(
    en="{parcel} is named more than once. Give every parcel a number of its own.",
    zh="{parcel} 出现多次。请为每宗地块使用各自的编号。",
)
_PLANAR = Text(
    en="The new parcels have {change:+.4f} m² against the old in the plane, more than "
    "{most} m². Boundaries that should be one do not coincide: correct one first.",
    zh="新地块的平面面积合计与原地块相差 {change:+.4f} 平方米，超过 {most} 平方米。"
    "应当共用的界址线不重合：请先更正其中一条。",
)
_ELLIPSOID = Text(
    en="{parcels} would have {change:+.4f} m² on the ellipsoid against before, more "
    "than {most} m²: new points on long edges divide them elsewhere. Make it in steps "
    "of fewer parcels each.",
    zh="{parcels} 的椭球面积与原来相差 {change:+.4f} 平方米，超过 {most} 平方米："
    "长边上的新界址点改变了边的分段。请分几步办理，每步减少宗数。",
)
_SAID = Text(
    en="{kind} of {parents} into {children}: {planar:+.4f} m² in the plane, "
    "{ellipsoid:+.4f} m² on the ellipsoid.",
    zh="{parents} {kind}为 {children}：平面面积余差 {planar:+.4f} 平方米，"
    "椭球面积余差 {ellipsoid:+.4f} 平方米。",
)


class Kind(StrEnum):
    """How parcels came of others."""

    SPLIT = "split"
    MERGE = "merge"
    CORRECTION = "correction"


KIND_TEXTS = {
    Kind.SPLIT: Text(en="Split", zh="分割"),
    Kind.MERGE: Text(en="Merger", zh="合并"),
    Kind.CORRECTION: Text(en="Correction", zh="更正界址"),
}
"""The words for the kinds."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of a parcel.

    Attributes
    ----------
    parcel_id
        Number of the parcel.
    home_zone
        EPSG code of the plane of its home zone.
    shape
        Its shape in that plane, metres.
    """

    parcel_id: str
    home_zone: int
    shape: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Succession:
    """Parcels that came of others.

    Attributes
    ----------
    kind
        Split, merge or correction.
    parents, children
        The old parcels and the new ones.
    planar_m2, ellipsoid_m2
        What the new have more than the old, in the plane and on the ellipsoid. For a
        split or merger that is a remainder, for a correction the ground that it took.
    neighbours
        Neighbours with a vertex more; their areas stay, to the same tolerances.
    apart
        Numbers of neighbours that come within 2 mm of a new vertex and yet do not
        share the boundary on which it lies; they stay as they are.
    notes
        Why neighbours of another home zone did not get a vertex.
    """

    kind: Kind
    parents: tuple[Ground, ...]
    children: tuple[Ground, ...]
    planar_m2: float
    ellipsoid_m2: float
    neighbours: tuple[Ground, ...] = field(default=())
    apart: tuple[str, ...] = field(default=())
    notes: tuple[Text, ...] = field(default=())

    @property
    def text(self) -> Text:
        """Say what came of what, with the remainders."""
        return _SAID.format(
            kind=KIND_TEXTS[self.kind],
            parents=listed(self.parents),
            children=listed(self.children),
            # Without the sum, what is nothing may have a minus.
            planar=round(self.planar_m2, 4) + 0.0,
            ellipsoid=round(self.ellipsoid_m2, 4) + 0.0,
        )


def succeed(
    kind: Kind,
    parents: Sequence[Ground],
    children: Sequence[Ground],
    neighbours: Sequence[Ground],
) -> Succession:
    """Compare the areas and let the neighbours follow.

    Parameters
    ----------
    kind
        How the new parcels came of the old.
    parents, children
        The old parcels and the new ones.
    neighbours
        Parcels around them, of any home zone.

    Returns
    -------
    succession
        The areas add up, unless a boundary was corrected.

    Raises
    ------
    LineageError
        Areas do not add up, a number is given twice, or they lie in several zones.
    """
    check_one_zone(parents)
    check_named_once(children)
    planar, ellipsoid = _areas(children).sum(axis=0) - _areas(parents).sum(axis=0)
    if kind is not Kind.CORRECTION:
        if abs(planar) > PLANAR_M2:
            raise LineageError(_PLANAR.format(change=planar, most=PLANAR_M2))
        _check_ellipsoid(listed(children), ellipsoid)
    new = _new_corners(parents, children)
    followed, notes = _followed(new, parents[0].home_zone, neighbours)
    changed, apart = _kept(followed, neighbours)
    return Succession(
        kind=kind,
        parents=tuple(parents),
        children=tuple(children),
        planar_m2=float(planar),
        ellipsoid_m2=float(ellipsoid),
        neighbours=tuple(changed),
        apart=tuple(apart),
        notes=tuple(notes),
    )


def _new_corners(parents: Sequence[Ground], children: Sequence[Ground]) -> Floats:
    """Give the vertices that the new parcels have and the old had not."""
    old = set(map(tuple, _corners(parents).tolist()))
    new = [corner for corner in _corners(children).tolist() if tuple(corner) not in old]
    return np.array(new).reshape(-1, 2)


def _followed(
    corners: Floats, zone: int, neighbours: Sequence[Ground]
) -> tuple[list[Ground], list[Text]]:
    """Insert new vertices into the neighbours whose boundary they lie on."""
    if not len(corners):
        return list(neighbours), []
    points = Points.of(corners)
    followed, notes = [], []
    # A parcel has a handful of neighbours.
    for one in neighbours:
        if one.home_zone == zone:
            shape = insert(one.shape, points)
        else:
            shape, passed_m = otherzones.with_vertices(
                corners, zone, one.shape, one.home_zone
            )
            if passed_m:
                notes.append(otherzones.passes(one.parcel_id, one.home_zone, passed_m))
        followed.append(Ground(one.parcel_id, one.home_zone, shape))
    return followed, notes


def _kept(
    followed: Sequence[Ground], neighbours: Sequence[Ground]
) -> tuple[list[Ground], list[str]]:
    """Keep those that got a vertex and stay as large as they were."""
    if not neighbours:
        return [], []
    planar, ellipsoid = (_areas(followed) - _areas(neighbours)).T
    changed, apart = [], []
    for place, after in enumerate(followed):
        if _count(after) == _count(neighbours[place]):
            continue
        if abs(planar[place]) > PLANAR_M2 or not after.shape.is_valid:
            apart.append(after.parcel_id)
            continue
        _check_ellipsoid(after.parcel_id, ellipsoid[place])
        changed.append(after)
    return changed, apart


def _check_ellipsoid(parcels: str, change: float) -> None:
    if abs(change) > ELLIPSOID_M2:
        facts = {"change": change, "most": ELLIPSOID_M2}
        raise LineageError(_ELLIPSOID.format(parcels=parcels, **facts))


def _areas(grounds: Sequence[Ground]) -> Floats:
    """Measure in the plane and on the ellipsoid; shape (n, 2)."""
    table = pd.DataFrame(
        {
            "home_zone": [one.home_zone for one in grounds],
            "home_geometry": [one.shape for one in grounds],
        }
    )
    return areas.measure(table, methods=_METHODS).to_numpy(np.float64)


def _corners(grounds: Sequence[Ground]) -> Floats:
    return shapely.get_coordinates([one.shape for one in grounds])


def _count(ground: Ground) -> int:
    return int(shapely.get_num_coordinates(ground.shape))


def check_one_zone(grounds: Sequence[Ground]) -> None:
    """Refuse parcels of several zones.

    Parameters
    ----------
    grounds
        The parcels.

    Raises
    ------
    LineageError
        They lie in several zones.
    """
    zones = sorted({one.home_zone for one in grounds})
    if len(zones) > 1:
        raise LineageError(_ZONES.format(found=", ".join(map(str, zones))))


def check_named_once(grounds: Iterable[Ground]) -> None:
    """Refuse a number that is given twice.

    Parameters
    ----------
    grounds
        The parcels.

    Raises
    ------
    LineageError
        Two have the same number.
    """
    seen: set[str] = set()
    for one in grounds:
        if one.parcel_id in seen:
            raise LineageError(_TWICE.format(parcel=one.parcel_id))
        seen.add(one.parcel_id)


def listed(grounds: Iterable[Ground]) -> str:
    """List the numbers of parcels for a sentence."""
    return ", ".join(one.parcel_id for one in grounds)
