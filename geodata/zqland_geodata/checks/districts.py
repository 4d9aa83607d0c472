"""Check that parcels lie in their districts, and that the codes are in force."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.words import KEPT
from zqland_geodata.rawtable import clean_text, rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]

CODE_DIGITS = 6
"""Digits of a district in a code that may go on."""

CITY_ZONES = (4513, 4533)
"""First and last home zone of CGCS2000 with the zone number: the city is among them."""

_PLANE = 4526


@dataclass(frozen=True, slots=True)
class OldDistrict:
    """A district that no longer is, and the one that took its place.

    Attributes
    ----------
    successor
        Code of the district on the same ground.
    name
        What it was called.
    until
        Year of its end.
    source
        The decision.
    """

    successor: str
    name: Text
    until: str
    source: str


@lru_cache(maxsize=1)
def old_districts() -> Mapping[str, OldDistrict]:
    """Return the districts of the city that have been replaced, by their old code.

    Returns
    -------
    old
        From the packaged ``data/old_districts.csv``, whole districts only.

    Examples
    --------
    >>> old_districts()["441283"].successor
    '441204'
    """
    path = files("zqland_geodata") / "data" / "old_districts.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {
        row["code"]: OldDistrict(
            row["successor"],
            Text(en=row["name_en"], zh=row["name"]),
            row["until"],
            row["source"],
        )
        for row in rows
    }


def current_codes(codes: pd.Series[str]) -> pd.Series[str]:
    """Return the first six digits of codes, old ones as those of their successors."""
    digits = codes.astype("str").str.slice(stop=CODE_DIGITS)
    successors = {code: old.successor for code, old in old_districts().items()}
    return digits.map(successors).fillna(digits)


def check_old_codes(parcels: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Report codes of districts that have been replaced.

    Parameters
    ----------
    parcels
        Table *parcels*.

    Yields
    ------
    finding
        One per parcel.
    """
    digits = parcels["district"].astype("str").str.slice(stop=CODE_DIGITS)
    for row in rows_where(digits.isin(list(old_districts()))):
        old = old_districts()[digits.iloc[row]]
        yield _OLD_CODE.finding(
            parcels.index[row],
            "district",
            clean_text(parcels["district"].iloc[row]),
            name=old.name,
            until=old.until,
            successor=old.successor,
        )


def check_districts(
    parcels: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Report parcels outside the district that they are said to lie in.

    Parameters
    ----------
    parcels
        Table *parcels*.
    districts
        Districts of the city by code, EPSG:4490.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One per parcel farther from its district than the boundary is accurate, and
        one per parcel of a CGCS2000 zone outside the city that names no district.
    """
    if districts.empty:
        return
    allowed = load_tolerances() if tolerances is None else tolerances
    points, codes = in_city(parcels)
    off_m = off_districts_m(points, codes, districts)
    for row in rows_where(off_m > allowed["district", "distance_m"]):
        code, name = codes.iloc[row], _THE_CITY
        if code in districts.index:
            name = Text(en=districts["name_en"][code], zh=districts["name"][code])
        yield _OUTSIDE.finding(
            points.index[row],
            "district",
            clean_text(code),
            where=name,
            distance=f"{off_m[row] / 1000:.1f}",
        )


def in_city(parcels: gpd.GeoDataFrame) -> tuple[gpd.GeoSeries, pd.Series[str]]:
    """Return a point inside each parcel of the zones of CGCS2000, and its district."""
    is_here = parcels["home_zone"].between(*CITY_ZONES) & ~parcels.geometry.is_empty
    # A corner lies in a bad shape too, of which no inside can be found.
    inside = shapely.point_on_surface(parcels.geometry.to_numpy()[is_here])
    points = gpd.GeoSeries(inside, parcels.index[is_here], crs=parcels.crs)
    return points, current_codes(parcels.loc[is_here, "district"])


def off_districts_m(
    points: gpd.GeoSeries, codes: pd.Series[str], districts: gpd.GeoDataFrame
) -> Floats:
    """Measure how far points lie outside their districts, or outside the city.

    Parameters
    ----------
    points
        Points with their system.
    codes
        District of each; what is no code of these districts means the city.
    districts
        Districts by code, EPSG:4490.

    Returns
    -------
    off_m
        Metres; 0 inside.
    """
    plane = districts.geometry.to_crs(_PLANE)
    there = points.to_crs(_PLANE).to_numpy()
    city = shapely.union_all(plane.to_numpy())
    off_m = _off_m(city, there)
    values = codes.to_numpy()
    for code in districts.index.intersection(codes.dropna().unique().tolist()):
        chosen = values == code
        off_m[chosen] = _off_m(plane[code], there[chosen])
    return off_m


def _off_m(region: shapely.Geometry, points: Shapes) -> Floats:
    """Measure distances, only for points that a quick look finds outside."""
    shapely.prepare(region)
    off_m = np.zeros(len(points))
    outside = ~shapely.contains(region, points)
    off_m[outside] = shapely.distance(points[outside], region)
    return off_m


_THE_CITY = Text(en="the city", zh="本市")
_OLD_CODE = Rule(
    "district.old_code",
    Severity.WARNING,
    Text(
        en="the code of {name}, which ended in {until}; now {successor}",
        zh="为{name}的代码，{until}年起停用，现为 {successor}",
    ),
    Text(
        en="kept as written and compared as {successor}; correct the source",
        zh="按原文保留，并按 {successor} 比较；请更正来源",
    ),
)
_OUTSIDE = Rule(
    "district.outside",
    Severity.WARNING,
    Text(
        en="lies {distance} km outside {where}",
        zh="位于{where}之外 {distance} 公里",
    ),
    KEPT,
)
