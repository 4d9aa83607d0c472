"""Check whether a layer is displaced as a whole, and name the cause if it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.districts import in_city
from zqland_geodata.checks.parks import outlined
from zqland_geodata.checks.regions import Regions
from zqland_geodata.checks.shifts import CAUSES, Cause, apart_m, way_figure, way_text
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]


def check_displaced(
    parcels: gpd.GeoDataFrame,
    *,
    reference: gpd.GeoDataFrame | None = None,
    parks: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Report a layer that is displaced as a whole.

    A layer of known parcels is the best judge: each parcel is compared with the one of
    the same id. Without it the outlines of the parks judge, and without these the
    districts: there only a displacement shows that brings the layer outside them.

    Parameters
    ----------
    parcels
        Table *parcels*.
    reference
        Table *parcels* of the same ids that lie where they should.
    parks
        Table *parks* with outlines.
    districts
        Districts by code, EPSG:4490.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One for the layer at most: with the cause where a known one fits (GCJ-02,
        BD-09, a wrong zone, swapped axes), else with distance and direction.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    if reference is not None and not reference.empty:
        yield from _by_reference(parcels, reference, allowed)
        return
    if parks is not None:
        regions = _of_parks(parcels, outlined(parks))
        if len(regions.points):
            yield from _by_regions(regions, _THEIR_PARKS, allowed)
            return
    if districts is not None and not districts.empty:
        regions = _of_districts(parcels, districts, allowed)
        yield from _by_regions(regions, _THEIR_DISTRICTS, allowed)


def _by_reference(
    parcels: gpd.GeoDataFrame, reference: gpd.GeoDataFrame, allowed: Tolerances
) -> Iterator[Finding]:
    found, true = _common(parcels, reference)
    if not len(found):
        yield _NONE_IN_COMMON.finding("", "geometry", len(parcels), count=len(parcels))
        return
    ways = apart_m(true, found)
    east, north = np.median(ways, axis=0)
    distance = float(np.hypot(east, north))
    facts: dict[str, Any] = {"way": way_text(east, north), "count": len(found)}
    value = way_figure(east, north)
    cause = _cause(found, true, allowed)
    if distance <= allowed["displaced", "distance_m"]:
        return
    if cause is not None:
        rule = _known(cause)
        yield rule.finding("", "geometry", value, cause=cause.name, **facts)
        return
    off = ways - (east, north)
    agrees = np.hypot(*off.T) <= _fit_m(distance, allowed)
    if agrees.mean() >= allowed["displaced", "agreeing_share"]:
        yield _UNKNOWN.finding("", "geometry", value, **facts)


def _common(
    parcels: gpd.GeoDataFrame, reference: gpd.GeoDataFrame
) -> tuple[Floats, Floats]:
    """Return the middles of the parcels that both layers have, in degrees."""
    middles = [_middles(layer) for layer in (parcels, reference)]
    ids = middles[0].index.intersection(middles[1].index)
    # A sample says as much: a layer that is displaced as a whole is so everywhere.
    ids = ids[:: max(1, -(-len(ids) // _MOST_COMPARED))]
    first, second = (middle.loc[ids].to_numpy() for middle in middles)
    return first, second


def _middles(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the middle of each parcel in degrees; ids that repeat name none."""
    shapes = layer.geometry.to_numpy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    there &= ~layer.index.duplicated(keep=False)
    centre = shapely.get_coordinates(shapely.centroid(shapes[there]))
    return pd.DataFrame(centre, index=layer.index[there].astype("str"))


def _cause(found: Floats, true: Floats, allowed: Tolerances) -> Cause | None:
    """Find the known cause that best explains where most parcels are."""
    best, least = None, np.inf
    for cause in CAUSES:
        there = cause.there(true)
        if not _on_earth(there).all():
            continue
        off_m = np.hypot(*apart_m(there, found).T)
        shift_m = float(np.median(np.hypot(*apart_m(true, there).T)))
        agrees = (off_m <= _fit_m(shift_m, allowed)).mean()
        rest_m = float(np.median(off_m))
        if agrees >= allowed["displaced", "agreeing_share"] and rest_m < least:
            best, least = cause, rest_m
    stays_m = float(np.median(np.hypot(*apart_m(true, found).T)))
    return best if least < stays_m * _MUCH_BETTER else None


def _fit_m(distance_m: float, allowed: Tolerances) -> float:
    """How near is near: some metres, or a share of a long way."""
    share = allowed["displaced", "fit_share"]
    return min(allowed["displaced", "fit_m"], max(share * distance_m, _LEAST_FIT_M))


def _on_earth(degrees: Floats) -> Flags:
    return np.asarray((np.abs(degrees) <= _LIMITS).all(axis=1))


def _of_parks(parcels: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> Regions:
    there = ~parcels.geometry.is_empty & parcels["park_id"].isin(parks.index)
    inside = shapely.point_on_surface(parcels.geometry.to_numpy()[there])
    points = shapely.get_coordinates(inside)
    names = parcels.loc[there, "park_id"].to_numpy()
    return Regions.of(points, names, parks.geometry.to_crs(4490), margin_m=0.0)


def _of_districts(
    parcels: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, allowed: Tolerances
) -> Regions:
    points, codes = in_city(parcels)
    return Regions.of(
        shapely.get_coordinates(points.to_numpy()),
        codes.to_numpy(),
        districts.geometry.to_crs(4490),
        margin_m=allowed["district", "distance_m"],
    )


def _by_regions(
    regions: Regions, of_what: Text, allowed: Tolerances
) -> Iterator[Finding]:
    enough = allowed["displaced", "inside_share"]
    if not regions.can_tell():
        return
    now = regions.share_inside(regions.points)
    if now >= enough:
        return
    facts: dict[str, Any] = {
        "regions": of_what,
        "outside": f"{(1 - now) * 100:.0f}",
    }
    shares = [_share_back(regions, cause) for cause in CAUSES]
    best = int(np.argmax(shares))
    if shares[best] >= enough:
        cause = CAUSES[best]
        apart = apart_m(cause.back(regions.points), regions.points)
        east, north = np.median(apart, axis=0)
        facts["way"] = way_text(east, north)
        facts["inside"] = f"{shares[best] * 100:.0f}"
        facts["cause"] = cause.name
        value = way_figure(east, north)
        yield _known_by_regions(cause).finding("", "geometry", value, **facts)
        return
    # Park boundaries are coarse, and some parcels do lie outside: only a long way, and
    # most parcels, say that the layer is off.
    found = regions.smallest_shift(enough) if now < _HALF else None
    if found is not None and np.hypot(*found) >= allowed["displaced", "regions_m"]:
        facts["way"] = way_text(*found)
        value = way_figure(*found)
        yield _UNKNOWN_BY_REGIONS.finding("", "geometry", value, **facts)


def _share_back(regions: Regions, cause: Cause) -> float:
    back = cause.back(regions.points)
    return regions.share_inside(back) if _on_earth(back).all() else 0.0


_MOST_COMPARED = 2_000
_LIMITS = (180.0, 90.0)
_MUCH_BETTER = 0.5
_HALF = 0.5
_LEAST_FIT_M = 5.0
_THEIR_PARKS = Text(en="their parks", zh="所在园区")
_THEIR_DISTRICTS = Text(en="their districts", zh="所在县(市、区)")
_NOT_MOVED = Text(
    en="nothing was moved, and parcels outside parks and districts are not listed one "
    "by one; get the layer in CGCS2000",
    zh="未作移动，也不逐宗列出园区、县(市、区)之外的地块；请索取2000国家大地坐标系成果",
)
_KNOWN = Text(
    en="the layer lies {way} of the reference ({count} parcels compared), {cause}",
    zh="整个图层相对对照图层{way}（比较 {count} 宗），{cause}",
)
_KNOWN_BY_REGIONS = Text(
    en="{outside} % of the parcels lie outside {regions}; brought back {way}, "
    "{inside} % lie inside: displaced {cause}",
    zh="{outside}% 的地块位于{regions}之外；按位移（{way}）移回后 {inside}% 在内："
    "{cause}",
)


def _known(cause: Cause) -> Rule:
    return Rule(f"displaced.{cause.code}", Severity.ERROR, _KNOWN, _NOT_MOVED)


def _known_by_regions(cause: Cause) -> Rule:
    code = f"displaced.{cause.code}"
    return Rule(code, Severity.ERROR, _KNOWN_BY_REGIONS, _NOT_MOVED)


_UNKNOWN = Rule(
    "displaced.other",
    Severity.ERROR,
    Text(
        en="the layer lies {way} of the reference ({count} parcels compared); no known "
        "shift does that. Up to some 200 m it may be another datum (Xi'an 80, "
        "Beijing 54), farther off a wrong plane",
        zh="整个图层相对对照图层{way}（比较 {count} 宗），与已知偏移均不符。"
        "200 米以内可能是其他大地基准（1980西安、1954北京），更远则可能是投影带有误",
    ),
    _NOT_MOVED,
)
_UNKNOWN_BY_REGIONS = Rule(
    "displaced.other",
    Severity.ERROR,
    Text(
        en="{outside} % of the parcels lie outside {regions}; the layer lies about "
        "{way} of where it would be inside; no known shift does that",
        zh="{outside}% 的地块位于{regions}之外；相对应在位置，图层约{way}，"
        "与已知偏移均不符",
    ),
    _NOT_MOVED,
)
_NONE_IN_COMMON = Rule(
    "displaced.not_compared",
    Severity.INFO,
    Text(
        en="none of the {count} parcels has the id of a parcel of the reference",
        zh="{count} 宗地块的编号均未见于对照图层",
    ),
    Text(en="not compared; check the ids", zh="未比较；请核对地块编号"),
)
