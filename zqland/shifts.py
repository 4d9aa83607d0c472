"""Ways from the old datums to CGCS2000, by parameter sets that the user gives.

No exact transformation from Xi'an 80 or Beijing 54 is published. A survey authority
gives out 4 parameters (in the plane of a zone) or 7 (in space) that hold for its own
area; they are written in a TOML file, named, with the accuracy that the authority
states. Nothing is built in, and nothing moves without such a set.

Sets of 4 parameters hold in the plane of one zone, sets of 7 in space, that is in every
zone and in degrees; `zqland.helmert` has the formulas. The file is described in
`zqland.catalogues.shifts`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from zqland import grids, planes, reference
from zqland.errors import UnsupportedDatumError, WrongCrsError
from zqland.helmert import Convention, PlaneParameters, SpaceParameters
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LARGEST_MOVE_M = 500.0
"""What a set may move a point by. The published ways from Beijing 54 in parts of China
move by 47 to 73 m and Xi'an 80 lies some hundred metres off, while a set with a wrong
sign, unit or zone number moves by kilometres."""

_DEGREE_M = 111_000.0
_SEVEN = 7


@dataclass(frozen=True, slots=True)
class Shift:
    """A named way from an old datum to CGCS2000.

    Attributes
    ----------
    name
        Its key in the file.
    label
        Its name in words.
    datum
        The old datum.
    parameters
        4 or 7 parameters.
    accuracy_m
        What the authority states, in metres; ``None`` where nothing is stated.
    source
        Where the set comes from.
    bounds
        West, south, east and north in degrees, where it holds; ``None`` for all.
    """

    name: str
    label: Text
    datum: grids.Datum
    parameters: PlaneParameters | SpaceParameters
    accuracy_m: float | None
    source: str
    bounds: tuple[float, float, float, float] | None = None

    @property
    def text(self) -> Text:
        """Name the way, its kind and its accuracy, for findings."""
        kind = _KIND_TEXTS[type(self.parameters)]
        accuracy = _NOT_STATED if self.accuracy_m is None else _STATED
        return _SHIFT.format(
            label=self.label,
            datum=grids.DATUM_TEXTS[self.datum],
            kind=kind,
            accuracy=accuracy.format(accuracy_m=f"{self.accuracy_m or 0:g}"),
        )

    def holds(self, grid: grids.Grid | None) -> bool:
        """Tell whether the parameters are for a grid (``None``: degrees)."""
        return self.parameters.fits(grid)

    def apply(self, shapes: gpd.GeoSeries) -> gpd.GeoSeries:
        """Bring shapes to CGCS2000.

        Vertices are moved; edges stay straight between them. Heights are left out.

        Parameters
        ----------
        shapes
            Shapes in degrees or in a Gauss-Krüger grid of the old datum.

        Returns
        -------
        moved
            Shapes in EPSG:4490 or in the CGCS2000 grid of the same zone, with or
            without the zone number as before; on the same index.

        Raises
        ------
        UnsupportedDatumError
            The set is for another datum or zone, or for another area.
        WrongCrsError
            The coordinates are not those of the grid, or are moved by more than
            `LARGEST_MOVE_M`: the set has a wrong sign, unit or zone number.
        """
        datum, grid = old_grid(shapes.crs)
        if datum is not self.datum or not self.holds(grid):
            raise UnsupportedDatumError(
                _OTHER_GRID.format(shift=self.text, found=_place_text(datum, grid))
            )
        target = grids.GEOGRAPHIC_EPSG[grids.Datum.CGCS2000]
        if grid is not None:
            target = replace(grid, datum=grids.Datum.CGCS2000).epsg
        beyond = self._beyond(shapes)
        if len(beyond):
            place = {"lon": f"{beyond[0, 0]:.4f}", "lat": f"{beyond[0, 1]:.4f}"}
            raise UnsupportedDatumError(_OUTSIDE.format(shift=self.text, **place))
        geometries = np.asarray(shapes.array, dtype=object)

        def move(xy: Floats) -> Floats:
            return self._moved(xy, grid) if len(xy) else xy

        moved = np.asarray(shapely.transform(geometries, move), dtype=object)
        return gpd.GeoSeries(moved, index=shapes.index, name=shapes.name, crs=target)

    def covers(self, shapes: gpd.GeoSeries) -> bool:
        """Tell whether all vertices lie within the bounds stated for the set.

        Parameters
        ----------
        shapes
            Shapes in degrees or in a Gauss-Krüger grid of an old datum.

        Returns
        -------
        covers
            True where no bounds are stated.
        """
        return len(self._beyond(shapes)) == 0

    def _beyond(self, shapes: gpd.GeoSeries) -> Floats:
        """Return the vertices outside the bounds, in degrees on the old datum."""
        vertices = shapely.get_coordinates(np.asarray(shapes.array, dtype=object))
        if self.bounds is None or not len(vertices):
            return np.empty((0, 2))
        degrees = planes.unproject(vertices, _system(*old_grid(shapes.crs)))
        low, high = np.array(self.bounds).reshape(2, 2)
        return degrees[((degrees < low) | (degrees > high)).any(axis=1)]

    def _moved(self, xy: Floats, grid: grids.Grid | None) -> Floats:
        if isinstance(self.parameters, PlaneParameters):
            assert grid is not None  # noqa: S101 - fits() has seen it
            # Exact: both carry the same plane, with another number in front or none.
            other_m = self.parameters.grid.false_easting_m - grid.false_easting_m
            extra = np.array([other_m, 0.0])
            moved = self.parameters.move(xy + extra) - extra
            distance = np.hypot(*(moved - xy).T)
        else:
            old = planes.unproject(xy, _system(self.datum, grid))
            moved = degrees = self._through_space(old)
            distance = np.hypot(*(degrees - old).T) * _DEGREE_M
        if not (distance <= LARGEST_MOVE_M).all():
            far = np.nanmax(np.where(np.isfinite(distance), distance, np.inf))
            raise WrongCrsError(
                _TOO_FAR.format(
                    shift=self.text, found=f"{far:,.0f}", limit=f"{LARGEST_MOVE_M:.0f}"
                )
            )
        if grid is None or isinstance(self.parameters, PlaneParameters):
            return np.asarray(moved)
        return planes.from_degrees(moved, _system(grids.Datum.CGCS2000, grid))

    def _through_space(self, degrees: Floats) -> Floats:
        assert isinstance(self.parameters, SpaceParameters)  # noqa: S101 - for mypy
        lon, lat = degrees.T
        there = _to_space(self.datum).transform(lon, lat, np.zeros(len(lon)))
        x, y, z = self.parameters.move(np.column_stack(there)).T
        back = _to_space(grids.Datum.CGCS2000).transform(x, y, z, direction="INVERSE")
        return np.asarray(np.column_stack(back[:2]))


@dataclass(frozen=True, slots=True)
class Shifts:
    """The parameter sets that are known.

    Attributes
    ----------
    sets
        In the order of the file: the first that fits is used.
    """

    sets: tuple[Shift, ...] = ()

    def find(
        self,
        datum: grids.Datum,
        zone: grids.Grid | None,
        *,
        shapes: gpd.GeoSeries | None = None,
    ) -> Shift | None:
        """Find the set for a datum and a grid.

        Parameters
        ----------
        datum
            The old datum.
        zone
            The grid of the coordinates, or ``None`` for degrees.
        shapes
            What shall be moved, with its system: sets stated for another area are
            passed over where one for this area is there.

        Returns
        -------
        shift
            The first in the order of the file that holds there, or ``None``.
        """
        fitting = [one for one in self.sets if one.datum is datum and one.holds(zone)]
        if shapes is not None:
            fitting.sort(key=lambda one: not one.covers(shapes))
        return next(iter(fitting), None)


def header_shift(datum: grids.Datum, values: Sequence[float]) -> Shift | None:
    """Build the way from the seven numbers that a survey TXT can carry (转换参数).

    Parameters
    ----------
    datum
        The datum that the file names.
    values
        Translations along X, Y and Z in metres, rotations about X, Y and Z in
        seconds, scale in millionths. The format states neither units nor convention:
        they are those of the Bursa-Wolf model of Chinese surveys (coordinate frame).

    Returns
    -------
    shift
        A set of unknown accuracy; ``None`` where all are zero, which means none.

    Raises
    ------
    ValueError
        There are not seven values.
    """
    if len(values) != _SEVEN:
        message = f"seven values are needed, not {len(values)}"
        raise ValueError(message)
    if not any(values):
        return None
    x, y, z, rx, ry, rz, scale = map(float, values)
    return Shift(
        name="header",
        label=_HEADER,
        datum=datum,
        parameters=SpaceParameters(
            (x, y, z), (rx, ry, rz), scale, Convention.COORDINATE_FRAME
        ),
        accuracy_m=None,
        source="转换参数",
    )


def old_grid(crs: object) -> tuple[grids.Datum, grids.Grid | None]:
    """Tell the old datum and the grid of a reference system.

    Parameters
    ----------
    crs
        Anything that names a reference system, in any spelling: the grid is known by
        its central meridian and false easting.

    Returns
    -------
    datum
        Xi'an 80, Beijing 54 or New Beijing.
    grid
        The grid; ``None`` for longitude and latitude.

    Raises
    ------
    WrongCrsError
        It is on no old datum, or in a plane that is no Gauss-Krüger zone of China.

    Examples
    --------
    >>> datum, grid = old_grid(2383)
    >>> datum.value, grid.number, grid.prefixed
    ('xian80', 38, False)
    """
    system = reference.horizontal(crs)
    datum = reference.old_datum(system)
    if datum is None:
        raise WrongCrsError(_NOT_OLD.format(found=system.name))
    if system.is_geographic:
        return datum, None
    plane = planes.plane_of(system)
    method, _, parameters = plane.projection
    values = dict(parameters)
    meridian = math.degrees(values.pop("Longitude of natural origin", math.nan))
    is_gauss_kruger = (
        method == "Transverse Mercator"
        and set(values.values()) == {0.0, 1.0}
        and plane.origin_m[1] == 0.0
        and plane.metres == 1.0
    )
    grid = (
        _grid(datum, round(meridian, 9), plane.origin_m[0]) if is_gauss_kruger else None
    )
    if grid is None:
        raise WrongCrsError(_NO_GRID.format(found=system.name))
    return datum, grid


def to_cgcs2000(
    shapes: gpd.GeoSeries, crs: object, shifts: Shifts
) -> tuple[gpd.GeoSeries, Shift]:
    """Bring shapes from an old datum to CGCS2000 by the set that fits.

    Parameters
    ----------
    shapes
        The shapes; their own CRS is not looked at.
    crs
        What they are in: a system for which `zqland.reference.old_datum` gives a
        datum.
    shifts
        The sets given by the user.

    Returns
    -------
    moved
        Shapes in EPSG:4490 or in the CGCS2000 grid of the same zone.
    shift
        The set that was used.

    Raises
    ------
    UnsupportedDatumError
        No set is given for that datum and zone, or the shapes lie outside its area.
    WrongCrsError
        The system is no Gauss-Krüger zone of China, or the set moves too far.
    """
    datum, grid = old_grid(crs)
    placed = shapes.set_crs(_system(datum, grid), allow_override=True)
    shift = shifts.find(datum, grid, shapes=placed)
    if shift is None:
        raise UnsupportedDatumError(no_shift_text(datum, grid))
    return shift.apply(placed), shift


def no_shift_text(datum: grids.Datum, grid: grids.Grid | None) -> Text:
    """Say that no set is given for a datum and grid, and what to do.

    Parameters
    ----------
    datum
        The old datum.
    grid
        The grid, or ``None`` for degrees.

    Returns
    -------
    text
        The sentence.
    """
    return _NO_SET.format(found=_place_text(datum, grid))


def _system(datum: grids.Datum, grid: grids.Grid | None) -> CRS:
    if grid is None:
        return CRS.from_epsg(grids.GEOGRAPHIC_EPSG[datum])
    return CRS.from_epsg(replace(grid, datum=datum).epsg)


def _to_space(datum: grids.Datum) -> Transformer:
    ellipsoid = _system(datum, None).ellipsoid
    assert ellipsoid is not None  # noqa: S101 - every national datum has one
    figure = f"+a={ellipsoid.semi_major_metre!r} +rf={ellipsoid.inverse_flattening!r}"
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=cart {figure}"
    )


def _grid(datum: grids.Datum, meridian: float, easting_m: float) -> grids.Grid | None:
    number, rest = divmod(easting_m - 500_000.0, 1_000_000.0)
    if rest:
        return None
    for degrees, covered in grids.ZONE_NUMBERS.items():
        for zone in covered:
            is_here = grids.central_meridian(zone, degrees=degrees) == meridian
            if is_here and number in {0.0, float(zone)}:
                return grids.Grid(datum, degrees, zone, prefixed=number != 0.0)
    return None


def _place_text(datum: grids.Datum, grid: grids.Grid | None) -> Text:
    name = grids.DATUM_TEXTS[datum]
    if grid is None:
        return _IN_DEGREES.format(datum=name)
    return _IN_ZONE.format(datum=name, degrees=grid.degrees, zone=grid.number)


_KIND_TEXTS = {
    PlaneParameters: Text(en="4 parameters", zh="四参数"),
    SpaceParameters: Text(en="7 parameters", zh="七参数"),
}
_STATED = Text(en="stated accuracy {accuracy_m} m", zh="标称精度 {accuracy_m} 米")
_NOT_STATED = Text(en="accuracy not stated", zh="精度未注明")
_SHIFT = Text(
    en="{datum} to CGCS2000 by “{label}” ({kind}, {accuracy})",
    zh="{datum}按“{label}”转换到2000国家大地坐标系（{kind}，{accuracy}）",
)
_HEADER = Text(
    en="the parameters in the head of the file, taken as metres, seconds of arc and "
    "millionths, with rotations of the axes",
    zh="文件头转换参数，按米、角秒、百万分之一及坐标轴旋转（布尔莎模型）理解",
)
_IN_DEGREES = Text(
    en="{datum} in longitude and latitude",
    zh="{datum}经纬度",
)
_IN_ZONE = Text(
    en="{datum} in {degrees}-degree zone {zone}",
    zh="{datum}{degrees}度带第{zone}带",
)
_NOT_OLD = Text(
    en="“{found}” is not on an old datum of China; no parameters are needed for it.",
    zh="“{found}”不属于1980西安、1954北京等旧坐标系，无需转换参数。",
)
_NO_GRID = Text(
    en="“{found}” is no Gauss-Krüger zone of China, so no parameter set applies. Have "
    "the data delivered in one, or in CGCS2000.",
    zh="“{found}”不是我国高斯-克吕格投影带，转换参数不适用。请提供标准投影带成果，"
    "或2000国家大地坐标系成果。",
)
_NO_SET = Text(
    en="The coordinates are {found}, and no parameter set to CGCS2000 is given for "
    "that. No exact one is published. Name a file with the 4 or 7 parameters of the "
    "surveying authority with --shifts, or have the data delivered in CGCS2000.",
    zh="坐标为{found}，而没有给出由此到2000国家大地坐标系的转换参数；精确参数不公开。"
    "请用 --shifts 指明载有测绘主管部门四参数或七参数的文件，"
    "或索取2000国家大地坐标系成果。",
)
_OTHER_GRID = Text(
    en="The set {shift} is not for coordinates of {found}. Give the set of that datum "
    "and zone; 4 parameters hold in one zone only, never in degrees.",
    zh="“{shift}”不适用于{found}。请给出该坐标系与投影带的参数；四参数只适用于一个"
    "投影带，不适用于经纬度。",
)
_OUTSIDE = Text(
    en="The set {shift} does not hold at longitude {lon}, latitude {lat}: that is "
    "outside the bounds stated for it. Give a set for that area.",
    zh="“{shift}”不适用于经度 {lon}、纬度 {lat}：超出其载明的适用范围。"
    "请给出该地区的参数。",
)
_TOO_FAR = Text(
    en="The set {shift} would move coordinates by up to {found} m; between the datums "
    "of China it is some hundred metres, and {limit} m is beyond anything true. Check "
    "the signs, the direction of rotation, the units, and whether the easting carries "
    "the zone number.",
    zh="“{shift}”将使坐标移动达 {found} 米，而我国各坐标系之间约为百米，"
    "不会超过 {limit} 米。请检查参数的正负号、旋转方向、单位，以及东坐标是否含带号。",
)
