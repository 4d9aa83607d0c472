"""What a lot is cut from, and what is asked of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from zqland.areas import Method
from zqland.errors import LotError
from zqland.text import Text

if TYPE_CHECKING:
    from shapely import MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Site:
    """Ground that lots are cut from, in the plane of its home zone.

    Attributes
    ----------
    parcel_id
        Number of the parcel, or a name for several together.
    shape
        Its valid shape in metres; lots and what they leave are each one piece of it.
    home_zone
        EPSG code of the plane.
    streets
        Lines (or street areas, or the outside of the park) that give frontage; None
        where none is known.
    keep_out
        Ground that a lot may not take: constraint layers, in the same plane.

    Raises
    ------
    LotError
        The shape is no valid polygon.

    Examples
    --------
    >>> Site("A", shapely.box(0, 0, 300, 200), 4526).shape.area
    60000.0
    """

    parcel_id: str
    shape: Polygon | MultiPolygon
    home_zone: int
    streets: BaseGeometry | None = None
    keep_out: BaseGeometry | None = None

    def __post_init__(self) -> None:
        """Refuse what has no inside, or crosses itself."""
        is_area = self.shape.geom_type in {"Polygon", "MultiPolygon"}
        if not (is_area and self.shape.is_valid and self.shape.area > 0.0):
            found = shapely.is_valid_reason(self.shape)
            facts = {"parcel": self.parcel_id, "found": self.shape.geom_type}
            raise LotError(_NO_GROUND.format(reason=found, **facts))


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a lot.

    Attributes
    ----------
    area_m2
        Its area in square metres, on `basis`.
    basis
        Area method; what documents declare cannot be cut.
    rectangle_m
        Width and depth of a rectangle that must fit inside, in metres.
    front_deg
        Where streets are not known: the side that the ground is entered from, as an
        azimuth from north over east (0 north, 90 east, 180 south, 270 west).
    direction_deg
        Direction of the cut line, counted from east against the clock; None tries the
        directions of the boundaries.

    Raises
    ------
    LotError
        A figure is not a positive number, the basis is what documents declare, or the
        rectangle has more area than the lot.

    Examples
    --------
    >>> Ask(20_000.0).basis
    <Method.PLANAR: 'planar'>
    """

    area_m2: float
    basis: Method = Method.PLANAR
    rectangle_m: tuple[float, float] | None = None
    front_deg: float | None = None
    direction_deg: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no lot could ever be."""
        if self.basis is Method.DECLARED:
            raise LotError(_DECLARED)
        sides = self.rectangle_m or ()
        if not all(
            math.isfinite(side) and side > 0.0 for side in (self.area_m2, *sides)
        ):
            raise LotError(_NO_AREA.format(area=self.area_m2))
        if sides and math.prod(sides) > self.area_m2:
            facts = {"width": sides[0], "depth": sides[1], "area": self.area_m2}
            raise LotError(_TOO_MUCH.format(product=math.prod(sides), **facts))
        angles = (self.front_deg, self.direction_deg)
        if not all(math.isfinite(angle) for angle in angles if angle is not None):
            raise LotError(_NO_ANGLE)


_NO_GROUND = Text(
    en="The shape of {parcel} is a {found} ({reason}). A lot is cut from valid "
    "polygons with an inside: correct the boundary first.",
    zh="{parcel} 的图形为 {found}（{reason}）。地块只能从有效且有面积的多边形中分割："
    "请先更正界址。",
)
_DECLARED = Text(
    en="A lot cannot be cut to a declared area: documents say the area of a parcel, "
    "not of a piece of it. Name a measured basis, such as planar.",
    zh="无法按文件载明面积分割：文件只载明整宗面积，未载明其中一部分的面积。"
    "请指定可量算的面积口径，如平面面积。",
)
_NO_AREA = Text(
    en="The area or a side of the rectangle is not a positive number (area {area}). "
    "Give square metres and metres above 0.",
    zh="面积或矩形边长不是正数（面积 {area}）。请填写大于0的平方米数和米数。",
)
_TOO_MUCH = Text(
    en="A rectangle of {width:g} m × {depth:g} m has {product:.2f} m², more than the "
    "lot of {area:.2f} m². Ask for a larger lot or a smaller rectangle.",
    zh="{width:g} 米 × {depth:g} 米的矩形面积为 {product:.2f} 平方米，大于地块面积 "
    "{area:.2f} 平方米。请加大地块或缩小矩形。",
)
_NO_ANGLE = Text(
    en="A direction is not a finite number. Give degrees.",
    zh="方向不是有限的数。请填写度数。",
)
