"""Check for parcels of the same id, of the same shape, or on the same ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from zqland import ground
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.neighbours import Neighbours
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.words import KEPT_AS_IS, place_text
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.intp]
    Shapes = npt.NDArray[np.object_]

MOST_TOLD = 50_000
"""So many overlaps are listed at most; nobody works through more."""

_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs of parcels on the same ground.

    Attributes
    ----------
    first, second
        Rows of the parcels, the earlier one first; sorted.
    common
        The ground, in the plane of the first.
    """

    first: Rows
    second: Rows
    common: Shapes

    @property
    def areas_m2(self) -> Floats:
        """Area of the ground in common."""
        return np.asarray(shapely.area(self.common))

    @property
    def widths_m(self) -> Floats:
        """Mean width of the ground in common: twice the area by the perimeter."""
        return 2 * self.areas_m2 / np.asarray(shapely.length(self.common))


def overlaps(
    parcels: gpd.GeoDataFrame,
    *,
    neighbours: Neighbours | None = None,
    tolerances: Tolerances | None = None,
) -> pd.DataFrame:
    """Measure where parcels overlap, in the plane of the home zone.

    An overlap counts beyond max(0.01 m², 2 mm × shared boundary length). Along a
    shared boundary two parcels overlap in a sliver, whose perimeter is twice the
    length of that boundary, so half of the perimeter is taken for it. Parcels of two
    zones are compared in the zone of the first. An invalid shape is compared as the
    area that it covers, for the comparison only.

    Parameters
    ----------
    parcels
        Table *parcels*.
    neighbours
        Their pairs, if they are at hand.
    tolerances
        What is allowed; the packaged catalogue by default.

    Returns
    -------
    pairs
        A row per pair: ``first`` and ``second`` (identifiers, in the order of the
        table) and ``overlap_m2``, sorted by first and second place in the table.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    beside = Neighbours.of(parcels, 0.0) if neighbours is None else neighbours
    found = find_overlaps(beside, allowed)
    ids = parcels.index.to_numpy()
    return pd.DataFrame(
        {
            "first": ids[found.first],
            "second": ids[found.second],
            "overlap_m2": found.areas_m2,
        }
    )


def find_overlaps(neighbours: Neighbours, allowed: Tolerances) -> Overlaps:
    """Find the ground that parcels have in common, beyond rounding."""
    # Looking whether insides meet costs far less than cutting, and few do.
    meets = np.flatnonzero(
        shapely.relate_pattern(neighbours.left, neighbours.right, "T********")
    )
    common = ground.areal(
        shapely.intersection(neighbours.left[meets], neighbours.right[meets])
    )
    areas_m2, half_m = shapely.area(common), shapely.length(common) / 2
    counts = (areas_m2 > allowed["overlap", "smallest_m2"]) & (
        areas_m2 > allowed["overlap", "rounding_m"] * half_m
    )
    rows = meets[counts]
    return Overlaps(neighbours.first[rows], neighbours.second[rows], common[counts])


def repeated(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find parcels whose shape is that of an earlier one, to the millimetre.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Returns
    -------
    pairs
        ``first`` and ``second``: the earlier and the later parcel of the same shape.
    """
    ids = parcels.index.to_numpy()
    first, second = repeated_rows(parcels["home_geometry"].to_numpy())
    return pd.DataFrame({"first": ids[first], "second": ids[second]})


def repeated_rows(shapes: Shapes) -> tuple[Rows, Rows]:
    """Find the rows of shapes that repeat an earlier one, to the millimetre."""
    # Rounded shapes can be equal only where their rounded bounds are.
    bounds = pd.DataFrame(np.round(shapely.bounds(shapes), _DECIMALS))
    rows = np.flatnonzero(bounds.duplicated(keep=False) & bounds.notna().all(axis=1))
    rounded = shapely.transform(shapes[rows], lambda xy: np.round(xy, _DECIMALS))
    codes = pd.Series(pd.factorize(shapely.to_wkb(shapely.normalize(rounded)))[0])
    is_later = codes.duplicated().to_numpy()
    firsts = codes.drop_duplicates()
    at = pd.Series(firsts.index, index=firsts.to_numpy())
    earlier = at.loc[codes[is_later]].to_numpy(dtype=np.intp)
    return rows[earlier], rows[is_later]


def check_repetitions(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report ids and shapes that occur more than once.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One per later occurrence.
    """
    for parcel_id in parcels.index[parcels.index.duplicated()]:
        yield _SAME_ID.finding(parcel_id, "parcel_id", parcel_id)
    for first, second in repeated(parcels).itertuples(index=False):
        yield _SAME_SHAPE.finding(second, "geometry", first, other=first)


def check_overlaps(
    parcels: gpd.GeoDataFrame,
    *,
    neighbours: Neighbours | None = None,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Report pairs of parcels on the same ground.

    Parameters
    ----------
    parcels
        Table *parcels*.
    neighbours
        Their pairs, if they are at hand.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One per pair: stacked, overlapping, or overlapping in a sliver; pairs of equal
        shapes are left to `check_repetitions`.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    beside = Neighbours.of(parcels, 0.0) if neighbours is None else neighbours
    found = find_overlaps(beside, allowed)
    if not beside.is_whole or len(found.first) > MOST_TOLD:
        found = Overlaps(
            found.first[:MOST_TOLD], found.second[:MOST_TOLD], found.common[:MOST_TOLD]
        )
        count = f"{len(found.first):,}"
        yield _TOO_MANY.finding("", "geometry", count, count=count)
    same = set(zip(*repeated_rows(parcels["home_geometry"].to_numpy()), strict=True))
    areas_m2 = shapely.area(beside.shapes)
    pairs = np.column_stack((found.first, found.second))
    # The smaller parcel lies upon the other; of equal ones, the later.
    is_turned = areas_m2[pairs[:, 0]] >= areas_m2[pairs[:, 1]]
    common_m2, widths_m = found.areas_m2, found.widths_m
    shares = common_m2 / areas_m2[pairs].min(axis=1, initial=np.inf)
    is_stacked = shares >= allowed["overlap", "stacked_share"]
    is_thin = ~is_stacked & (widths_m <= allowed["overlap", "thin_m"])
    turned = np.where((is_stacked & is_turned)[:, None], pairs[:, ::-1], pairs)
    places = shapely.get_coordinates(shapely.point_on_surface(found.common))
    for row, (first, second) in enumerate(zip(*pairs.T, strict=True)):
        if (first, second) in same:
            continue
        rule = _STACKED if is_stacked[row] else _THIN if is_thin[row] else _OVERLAP
        area = f"{common_m2[row]:,.2f}"
        yield rule.finding(
            parcels.index[turned[row, 0]],
            "geometry",
            f"{area} m²",
            other=parcels.index[turned[row, 1]],
            area=area,
            share=f"{shares[row] * 100:.1f}",
            width=f"{widths_m[row]:.3f}",
            where=place_text(places[row]),
        )


_TOO_MANY = Rule(
    "check.incomplete",
    Severity.WARNING,
    Text(
        en="so many parcels lie upon each other that only the first {count} overlaps "
        "are listed",
        zh="相互叠压的地块过多，只列出前 {count} 处重叠",
    ),
    Text(en="remove repeated parcels and check again", zh="请删除重复地块后再检查"),
)
_SAME_ID = Rule(
    "id.repeated",
    Severity.ERROR,
    Text(en="an earlier parcel has the same id", zh="编号与前面的地块重复"),
    KEPT_AS_IS,
)
_SAME_SHAPE = Rule(
    "geometry.repeated",
    Severity.ERROR,
    Text(
        en="the same shape as parcel {other}, to the millimetre",
        zh="图形与地块 {other} 相同（毫米级）",
    ),
    KEPT_AS_IS,
)
_OVERLAP = Rule(
    "geometry.overlap",
    Severity.ERROR,
    Text(
        en="overlaps parcel {other} by {area} m², at {where}",
        zh="与地块 {other} 重叠 {area} 平方米，位置 {where}",
    ),
    KEPT_AS_IS,
)
_THIN = Rule(
    "geometry.thin_overlap",
    Severity.WARNING,
    Text(
        en="overlaps parcel {other} in a sliver of {area} m², {width} m wide on "
        "average, at {where}: one boundary surveyed twice",
        zh="与地块 {other} 有狭长重叠 {area} 平方米，平均宽 {width} 米，位置 {where}："
        "同一界线两次测量不一致",
    ),
    KEPT_AS_IS,
)
_STACKED = Rule(
    "geometry.stacked",
    Severity.ERROR,
    Text(
        en="lies upon parcel {other}: {share} % of the smaller one, {area} m², at "
        "{where}",
        zh="叠在地块 {other} 之上：占较小地块的 {share}%，{area} 平方米，位置 {where}",
    ),
    KEPT_AS_IS,
)
