"""Bring the shapes of a survey TXT to the planes in which they are the record.

A 3-degree zone of CGCS2000 is the home zone of its parcels, with the zone number put
in front of eastings that lack it. Parcels in a 6-degree zone and in degrees go to the
3-degree zone that holds most of them; where that has the same central meridian, this
is an exact shift. Coordinates on an old datum are brought over by the parameters that
the user gave, else by those in the head of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland import areas, grids
from zqland.errors import CrsError
from zqland.findings import Severity
from zqland.shifts import no_shift_text
from zqland.text import Text
from zqland_geodata.remarks import Rule
from zqland_geodata.survey.rows import fault_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from zqland.shifts import Shifts
    from zqland_geodata.survey.head import Head
    from zqland_geodata.survey.tally import Tally

    Shapes = NDArray[np.object_]
    Integers = NDArray[np.int64]

_METHODS = (areas.Method.PLANAR, areas.Method.ELLIPSOID_OFFICIAL)
_DEGREE_M = 111_000.0
_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Placed:
    """Parcels of one grid, in CGCS2000.

    Attributes
    ----------
    owners
        Their positions in the file.
    geometry
        Their shapes with CRS, indexed 0, 1, …
    zone
        EPSG code of their home zone; ``None`` for the one that holds most of each.
    """

    owners: Integers
    geometry: gpd.GeoSeries
    zone: int | None


def place(
    shapes: Shapes,
    chosen: list[grids.Grid | None],
    head: Head,
    shifts: Shifts,
    tally: Tally,
) -> list[Placed]:
    """Bring shapes to CGCS2000, grid by grid.

    Parameters
    ----------
    shapes
        Shapes as they stand in the file, easting or longitude first.
    chosen
        The grid of each; ``None`` for degrees.
    head
        What the file states.
    shifts
        Parameter sets of the user.
    tally
        Where shifts and zones are remarked.

    Returns
    -------
    placed
        All parcels, those of one grid together.

    Raises
    ------
    SurveyTextError
        The datum is old and no parameters fit; the message names the line.
    """
    placer = _Placer(head, shifts, tally)
    return [
        placer.placed(grid, owners, shapes[owners]) for grid, owners in _by_grid(chosen)
    ]


def measure_in_file(shapes: Shapes, chosen: list[grids.Grid | None]) -> pd.DataFrame:
    """Measure shapes in the plane of the file, on which surveys declare areas.

    Parameters
    ----------
    shapes
        Shapes as they stand in the file, easting or longitude first.
    chosen
        The grid of each; ``None`` for degrees.

    Returns
    -------
    measured
        ``planar_m2`` and ``ellipsoid_official_m2``, in the order of the shapes; NaN
        for the planar area of degrees, and the ellipsoidal one of an old datum.
    """
    columns = [f"{method}_m2" for method in _METHODS]
    measured = pd.DataFrame(np.nan, index=range(len(shapes)), columns=columns)
    for grid, owners in _by_grid(chosen):
        if grid is None:
            series = gpd.GeoSeries(shapes[owners], crs=4490)
            measured.loc[owners, columns[1]] = areas.ellipsoid_official(
                series
            ).to_numpy()
        elif grid.datum is not grids.Datum.CGCS2000:
            measured.loc[owners, columns[0]] = shapely.area(shapes[owners])
        else:
            table = pd.DataFrame(
                {
                    "home_geometry": shapes[owners],
                    "home_zone": np.full(len(owners), grid.epsg),
                }
            )
            found = areas.measure(table, methods=_METHODS)
            measured.loc[owners, columns] = found.to_numpy()
    return measured


def _by_grid(
    chosen: list[grids.Grid | None],
) -> Iterator[tuple[grids.Grid | None, Integers]]:
    distinct = list(dict.fromkeys(chosen))
    numbers = {grid: number for number, grid in enumerate(distinct)}
    places = np.array([numbers[grid] for grid in chosen])
    for number, grid in enumerate(distinct):
        yield grid, np.flatnonzero(places == number)


def _in_crs(shapes: Shapes, grid: grids.Grid | None, head: Head) -> gpd.GeoSeries:
    if grid is None:
        return gpd.GeoSeries(shapes, crs=grids.GEOGRAPHIC_EPSG[head.stated.datum])
    if grid.prefixed:
        return gpd.GeoSeries(shapes, crs=grid.epsg)
    front = np.array([grid.number * 1_000_000.0, 0.0])
    # Rounded to what a float of that size can tell apart, the sum is the decimal
    # number that would have been written with the zone number in front.
    moved = shapely.transform(shapes, lambda xy: np.round(xy + front, _DIGITS))
    return gpd.GeoSeries(moved, crs=replace(grid, prefixed=True).epsg)


@dataclass(frozen=True, slots=True)
class _Placer:
    """Brings the parcels of one grid after the other to CGCS2000."""

    head: Head
    shifts: Shifts
    tally: Tally

    def placed(
        self, grid: grids.Grid | None, owners: Integers, shapes: Shapes
    ) -> Placed:
        series = _in_crs(shapes, grid, self.head)
        here = None if grid is None else replace(grid, prefixed=True)
        if self.head.stated.datum is not grids.Datum.CGCS2000:
            series = self._shifted(series, here)
            here = None if here is None else replace(here, datum=grids.Datum.CGCS2000)
        if here is None:
            return Placed(owners, series, None)
        if here.degrees == 3:  # noqa: PLR2004 - degrees of longitude
            return Placed(owners, series, here.epsg)
        line = self.head.line_of("几度分带")
        self.tally.add(SIX_DEGREES, line, here.number, zone=here.number)
        return Placed(owners, series, None)

    def _shifted(self, series: gpd.GeoSeries, grid: grids.Grid | None) -> gpd.GeoSeries:
        datum, line = self.head.stated.datum, self.head.line_of("坐标系")
        own = self.shifts.find(datum, grid, shapes=series)
        carried = self.head.shift
        shift = own or carried
        if shift is None:
            raise fault_at(line or 1, no_shift_text(datum, grid))
        try:
            moved = shift.apply(series)
            if own is not None and carried is not None:
                self._remark_other(moved, carried.apply(series))
        except CrsError as error:
            raise fault_at(line or 1, error.text) from error
        self.tally.add(SHIFTED, line, shift.name, shift=shift.text)
        return moved

    def _remark_other(self, moved: gpd.GeoSeries, other: gpd.GeoSeries) -> None:
        """Say how far the parameters of the head would have led elsewhere."""
        here = shapely.get_coordinates(moved.to_numpy())
        gaps = here - shapely.get_coordinates(other.to_numpy())
        is_degrees = moved.crs is not None and moved.crs.is_geographic
        gap = float(np.hypot(*gaps.T).max(initial=0.0))
        gap_m = f"{gap * (_DEGREE_M if is_degrees else 1.0):.3f}"
        line = self.head.line_of("转换参数")
        self.tally.add(HEAD_SHIFT_UNUSED, line, f"{gap_m} m", gap=gap_m)


SIX_DEGREES = Rule(
    "survey.six_degrees",
    Severity.INFO,
    Text(
        en="the coordinates are in the 6-degree zone {zone}",
        zh="坐标属于六度带第 {zone} 带",
    ),
    Text(
        en="brought to the 3-degree zone that holds most of each parcel; an exact "
        "shift where the central meridian is the same",
        zh="已转换到地块大部分所在的三度带；中央经线相同时为精确平移",
    ),
)
SHIFTED = Rule(
    "survey.datum_shifted",
    Severity.WARNING,
    Text(
        en="the coordinates are on an old datum: {shift}",
        zh="坐标属于旧坐标系：{shift}",
    ),
    Text(
        en="brought to CGCS2000 by these parameters; the result is as accurate as they "
        "are",
        zh="已按该参数转换到2000国家大地坐标系；成果精度以该参数为准",
    ),
)
HEAD_SHIFT_UNUSED = Rule(
    "survey.head_shift_unused",
    Severity.WARNING,
    Text(
        en="the head carries parameters (转换参数) that lead up to {gap} m elsewhere "
        "than those of the settings",
        zh="文件头的转换参数与设置中的参数结果最多相差 {gap} 米",
    ),
    Text(en="those of the settings are used", zh="采用设置中的参数"),
)
