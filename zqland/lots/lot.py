"""What a lot is: the ground offered to a project, and the refusal of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from zqland.text import Text

if TYPE_CHECKING:
    from shapely import MultiPolygon, Polygon

    from zqland.areas import Method

    Ground = Polygon | MultiPolygon


class Kind(StrEnum):
    """How a lot came about."""

    WHOLE = "whole"
    CARVED = "carved"
    ASSEMBLED = "assembled"
    ASSEMBLED_CARVED = "assembled_carved"


KIND_TEXTS = {
    Kind.WHOLE: Text(en="whole parcel", zh="整宗"),
    Kind.CARVED: Text(en="carved from a parcel", zh="分割地块"),
    Kind.ASSEMBLED: Text(en="assembly of neighbours", zh="相邻地块合并"),
    Kind.ASSEMBLED_CARVED: Text(
        en="carved from an assembly of neighbours", zh="相邻地块合并后分割"
    ),
}
"""The words for the kinds of lots."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a lot takes of one parcel.

    Attributes
    ----------
    parcel_id
        Number of the parcel.
    area_m2
        Square metres taken, on the basis of the lot.
    is_whole
        Whether the whole parcel is taken.
    """

    parcel_id: str
    area_m2: float
    is_whole: bool


@dataclass(frozen=True, slots=True)
class FittedRectangle:
    """A rectangle inside a lot, turned as it fits best.

    Attributes
    ----------
    width_m, depth_m
        Its sides in metres. The width lies along the frontage where one is known,
        else it is the longer side.
    angle_deg
        Direction of the width, counted from east against the clock, in [0, 180).
    geometry
        The rectangle in the plane of the home zone.
    """

    width_m: float
    depth_m: float
    angle_deg: float
    geometry: Polygon

    @property
    def area_m2(self) -> float:
        """Return its area in the plane, in square metres."""
        return self.width_m * self.depth_m

    @property
    def narrow_m(self) -> float:
        """Return its shorter side, in metres."""
        return min(self.width_m, self.depth_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Ground offered to a project.

    Attributes
    ----------
    kind
        How it came about.
    shares
        What it takes of each parcel, in the order of their numbers.
    geometry
        Its shape in the plane of the home zone, in metres.
    home_zone
        EPSG code of that plane.
    area_m2
        Its area in square metres, on `basis`.
    basis
        Area method of the need.
    compactness
        `zqland.shape.compactness` of the shape: 1 is a circle.
    rectangle
        The largest rectangle found inside, a lower bound; None where none was found
        or looked for.
    frontage_m
        Metres of its boundary along a street; None where no street is known.
    remainder
        What it leaves of the parcels that it takes in part, one shape per piece.
    remainder_note
        What the remainder is good for; None where nothing is left.
    reasons
        What speaks for and against it, and what was not checked.
    score
        How good it is as ground, from 0 to 1 (``lots.toml``); None where not judged.
    """

    kind: Kind
    shares: tuple[Share, ...]
    geometry: Ground
    home_zone: int
    area_m2: float
    basis: Method
    compactness: float
    rectangle: FittedRectangle | None = None
    frontage_m: float | None = None
    remainder: tuple[Polygon, ...] = ()
    remainder_note: Text | None = None
    reasons: tuple[Text, ...] = ()
    score: float | None = None

    @property
    def parcel_ids(self) -> tuple[str, ...]:
        """Return the numbers of the parcels that it uses."""
        return tuple(share.parcel_id for share in self.shares)


@dataclass(frozen=True, slots=True)
class Refused:
    """No lot, and why.

    Attributes
    ----------
    reason
        What was found, what is needed and what to do.
    code
        The reason as one word, for counting: ``too_small``, ``pieces``, ``narrow`` …
    tried
        Number of cuts that were looked at.
    """

    reason: Text
    code: str
    tried: int = 0
