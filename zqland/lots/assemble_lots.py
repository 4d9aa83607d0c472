"""Assemblies drawn as lots, whole or cut to an exact area."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas, crs, ground
from zqland.areas import Method
from zqland.lots import rectangle as rectangles
from zqland.lots.ask import Site
from zqland.lots.assemble import Assemblies, Assembly, Objective, Request, assemble
from zqland.lots.carve import carve
from zqland.lots.lot import Kind, Lot, Refused, Share
from zqland.lots.sweep import near_origin
from zqland.shape import compactness
from zqland.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry

    from zqland.lots.adjacency import Adjacency
    from zqland.lots.ask import Ask
    from zqland.lots.rules import LotRules

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Shape = Polygon | MultiPolygon

_SAME_M2: Final = 0.01
"""Areas that differ by no more are the same."""

_TRIED: Final = 4
"""Assemblies that are cut for each lot that is wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """Parcels that lots are put together from.

    Attributes
    ----------
    parcels
        Table *parcels*.
    adjacency
        Which are neighbours, row by row of the table.
    area_m2
        Area of each on `basis`; shape (n,).
    basis
        Area method of the need.
    usable
        Which may be used; None for all; shape (n,).
    """

    parcels: gpd.GeoDataFrame
    adjacency: Adjacency
    area_m2: Floats
    basis: Method = Method.PLANAR
    usable: Booleans | None = None


@dataclass(frozen=True, slots=True)
class Carved:
    """Lots carved from assemblies.

    Attributes
    ----------
    lots
        The lots: fewest parcels first, then fewest that are cut, then the better cut.
    refused
        The assemblies of which no lot could be cut, and why.
    assemblies
        What they were cut from, and how completely it was listed.
    """

    lots: tuple[Lot, ...]
    refused: tuple[tuple[Assembly, Refused], ...]
    assemblies: Assemblies


def draw(assembly: Assembly, terrain: Terrain, rules: LotRules) -> Lot:
    """Draw an assembly as a lot.

    Parameters
    ----------
    assembly
        The parcels.
    terrain
        Where they come from.
    rules
        The rules of lots.

    Returns
    -------
    lot
        In the home zone of most of its ground. Its area is the sum of those of its
        parcels; where they overlap or a gap lies between them, a reason says so.
    """
    shapes, zone = _shapes(assembly, terrain)
    whole = cast("Shape", shapely.union_all(shapes))
    near, origin = near_origin(whole)
    fitted = rectangles.largest(
        near, rectangles.directions_of(near, rules.directions_most)
    )
    if fitted is not None:
        back = shapely.transform(fitted.geometry, lambda points: points + origin)
        fitted = replace(fitted, geometry=back)
    sizes = terrain.area_m2[list(assembly.rows)]
    shares = zip(assembly.parcel_ids, sizes.tolist(), strict=True)
    return Lot(
        kind=Kind.WHOLE if assembly.parts == 1 else Kind.ASSEMBLED,
        shares=tuple(Share(number, size, is_whole=True) for number, size in shares),
        geometry=whole,
        home_zone=zone,
        area_m2=assembly.area_m2,
        basis=terrain.basis,
        compactness=float(compactness(gpd.GeoSeries([near])).iloc[0]),
        rectangle=fitted,
        reasons=_reasons(shapes, whole, assembly, terrain),
    )


def assemble_and_carve(
    ask: Ask,
    terrain: Terrain,
    rules: LotRules,
    *,
    count: int = 3,
    streets: BaseGeometry | None = None,
    keep_out: BaseGeometry | None = None,
) -> Carved:
    """Cut lots of an exact area from neighbours that are too large together.

    The parcels must touch: a lot is one piece. Each set is the smallest that holds the
    area and what must be left to be of use, and each of its parcels gives ground to
    the lot.

    Parameters
    ----------
    ask
        The area, and what else is asked of the lot.
    terrain
        The parcels, on the basis of the ask.
    rules
        The rules of lots.
    count
        How many lots are wanted at most.
    streets, keep_out
        As in `Site`, in the plane of the home zone.

    Returns
    -------
    carved
        The lots, and what could not be cut.
    """
    # A parcel that holds the lot alone is cut alone (`carve`).
    allowed = terrain.area_m2 < ask.area_m2
    if terrain.usable is not None:
        allowed &= terrain.usable
    largest = float(terrain.area_m2[allowed].max(initial=0.0))
    least = ask.area_m2 + rules.remainder_least_m2
    assemblies = assemble(
        Request(
            area_min_m2=least,
            target_m2=least,
            area_max_m2=least + largest,
            objective=Objective.FEWEST,
            count=count * _TRIED,
            least_parts=2,
        ),
        terrain.adjacency.touching(),
        terrain.area_m2,
        rules=rules.assembly,
        usable=allowed,
    )
    lots: list[Lot] = []
    refused: list[tuple[Assembly, Refused]] = []
    # A turn per lot that is cut.
    for assembly in assemblies.found:
        if len(lots) == count:
            break
        shapes, zone = _shapes(assembly, terrain)
        name = " + ".join(assembly.parcel_ids)
        whole = cast("Shape", shapely.union_all(shapes))
        cut = carve(Site(name, whole, zone, streets, keep_out), ask, rules)
        if isinstance(cut, Lot):
            cut = _shared(cut, assembly, shapes)
        if isinstance(cut, Lot):
            lots.append(cut)
        else:
            refused.append((assembly, cut))
    lots.sort(key=_merit)
    return Carved(tuple(lots), tuple(refused), assemblies)


def _merit(lot: Lot) -> tuple[int, int, float]:
    in_part = sum(not share.is_whole for share in lot.shares)
    return len(lot.shares), in_part, -(lot.score or 0.0)


def _shapes(assembly: Assembly, terrain: Terrain) -> tuple[NDArray[np.object_], int]:
    """Give the shapes of the parcels in the plane of most of their ground."""
    chosen = terrain.parcels.iloc[list(assembly.rows)]
    shapes = np.asarray(chosen["home_geometry"].array, dtype=object).copy()
    zones = chosen["home_zone"].to_numpy(np.int64)
    known, place = np.unique(zones, return_inverse=True)
    totals = np.bincount(place.reshape(-1), weights=shapely.area(shapes))
    zone = int(known[np.argmax(totals)])
    abroad = zones != zone
    if abroad.any():
        geographic = cast("gpd.GeoDataFrame", chosen[abroad]).geometry
        shapes[abroad] = np.asarray(crs.to_home(geographic, zone).array, dtype=object)
    return ground.valid(shapes), zone


def _shared(lot: Lot, assembly: Assembly, shapes: NDArray[np.object_]) -> Lot | Refused:
    """Divide a lot and what it leaves by the parcels that it was cut from."""
    taken = ground.areal(shapely.intersection(shapes, lot.geometry))
    sizes = _measured(taken, lot)
    left = ground.areal(shapely.difference(shapes, lot.geometry))
    is_whole = shapely.area(left) <= _SAME_M2
    if (shapely.area(taken) <= 1.0).any():
        return Refused(_UNNEEDED, "unneeded", tried=1)
    pieces = shapely.get_parts(left[~is_whole])
    kept = pieces[shapely.area(pieces) > _SAME_M2]
    shares = zip(assembly.parcel_ids, sizes.tolist(), is_whole.tolist(), strict=True)
    return replace(
        lot,
        kind=Kind.ASSEMBLED_CARVED if len(kept) else Kind.ASSEMBLED,
        shares=tuple(Share(number, size, is_whole=w) for number, size, w in shares),
        remainder=tuple(kept.tolist()),
        reasons=(*lot.reasons, _IN_PART.format(count=int((~is_whole).sum()))),
    )


def _measured(shapes: NDArray[np.object_], lot: Lot) -> Floats:
    if lot.basis is Method.PLANAR:
        return np.asarray(shapely.area(shapes))
    table = pd.DataFrame({"home_geometry": shapes, "home_zone": lot.home_zone})
    measured = areas.measure(table, methods=[lot.basis])
    return measured[f"{lot.basis}_m2"].to_numpy(np.float64)


def _reasons(
    shapes: NDArray[np.object_], whole: Shape, assembly: Assembly, terrain: Terrain
) -> tuple[Text, ...]:
    said = [_TOGETHER.format(count=assembly.parts)] if assembly.parts > 1 else []
    own_parts = int(shapely.get_num_geometries(shapes).max(initial=1))
    parts = int(shapely.get_num_geometries(whole))
    if parts > own_parts:
        said.append(_GAPS.format(parts=parts))
    overlap = float(shapely.area(shapes).sum() - whole.area)
    if overlap > _SAME_M2 * assembly.parts:
        said.append(_OVERLAP.format(area=overlap))
    zones = terrain.parcels["home_zone"].iloc[list(assembly.rows)]
    if len(set(zones)) > 1:
        said.append(_ZONES)
    return tuple(said)


_TOGETHER = Text(
    en="{count} neighbouring parcels together; each keeps its own boundary until they "
    "are merged.",
    zh="由 {count} 宗相邻地块组成；合并前各宗界址不变。",
)
_IN_PART = Text(
    en="Of the parcels, {count} are used in part; each keeps what is left of it.",
    zh="其中 {count} 宗部分使用，余地仍归原地块。",
)
_GAPS = Text(
    en="It lies in {parts} pieces with a narrow gap between them, such as a ditch: the "
    "gap is not part of the lot, and a crossing is needed.",
    zh="分为 {parts} 块，之间有沟渠等窄缝：窄缝不计入用地，需设通道跨越。",
)
_OVERLAP = Text(
    en="The parcels overlap by {area:.2f} m², which the sum of their areas counts "
    "twice; correct the boundaries first.",
    zh="地块之间重叠 {area:.2f} 平方米，合计面积中重复计入；请先更正界址。",
)
_ZONES = Text(
    en="The parcels have two home zones; the shape is drawn in that of most of the "
    "ground, and each area is measured in its own.",
    zh="地块分属两个投影带；图形绘制在面积较大的投影带内，各宗面积在其本带内量算。",
)
_UNNEEDED = Text(
    en="The best cut leaves one of the parcels out: fewer parcels give the same lot.",
    zh="最优分割未用到其中一宗地块：较少的地块即可满足。",
)
