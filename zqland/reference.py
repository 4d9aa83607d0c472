"""Which reference systems are accepted, and the sentences for those that are not.

See `zqland.crs` for the rule.
"""

from __future__ import annotations

import functools
import math
import re
import warnings

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as UnreadableCrs
from pyproj.transformer import TransformerGroup

from zqland import grids
from zqland.errors import MissingCrsError, UnsupportedDatumError, WrongCrsError
from zqland.text import Text

DATUM_TOLERANCE_M = 1.0
"""Worst published accuracy, in metres, of a transformation that is used."""

CGCS2000_NAMES = ("china2000", "chinageodeticcoordinatesystem2000", "cgcs2000")
"""How names of CGCS2000 begin, without marks and spaces."""

EQUAL_DATUMS = (
    *CGCS2000_NAMES,
    "wgs84",
    "wgs1984",
    "worldgeodeticsystem1984",
    "nad83",
    "northamericandatum1983",
    "northamerican1983",
)
"""How names of the datums that are taken as one begin, without marks and spaces."""

OLD_DATUMS = {
    grids.Datum.NEW_BEIJING: "newbeijing|新1954北京|新北京",
    grids.Datum.BEIJING54: "beijing|北京",
    grids.Datum.XIAN80: "xian|西安",
}
"""How names of the refused datums are recognised, without marks and spaces."""

OLD_ELLIPSOIDS = {
    6_378_140.0: grids.Datum.XIAN80,
    6_378_245.0: grids.Datum.BEIJING54,
}
"""Semi-major axes in metres that give away a datum without a name."""

_MISSING = Text(
    en="The shapes have no coordinate reference system. Name it, for example "
    "EPSG:4490 for CGCS2000 degrees or EPSG:4526 for its 3-degree zone 38.",
    zh="图形没有坐标系。请指明坐标系，例如 EPSG:4490（2000国家大地坐标系经纬度）或 "
    "EPSG:4526（3度带第38带）。",
)
_UNREADABLE = Text(
    en="“{found}” is not a coordinate reference system that can be read. Give an EPSG "
    "code, for example EPSG:4526.",
    zh="无法识别坐标系“{found}”。请给出 EPSG 代码，例如 EPSG:4526。",
)
_NOT_ON_EARTH = Text(
    en="“{found}” is neither longitude and latitude in degrees from Greenwich nor a "
    "projected plane. Transform the data to one of these first.",
    zh="“{found}”既不是以格林尼治为起点、以度为单位的经纬度坐标系，也不是投影坐标系。请先转换。",
)
_OLD_DATUM = Text(
    en="“{found}” is on the datum {datum}. No exact transformation from it to "
    "CGCS2000 is published, and the approximate ones miss by tens of metres, so the "
    "data is not read. What helps: a file with the city's own 4- or 7-parameter set "
    "from the surveying authority, or the same data delivered in CGCS2000.",
    zh="“{found}”采用{datum}。{datum}到2000国家大地坐标系没有公开的精确转换参数，近似转换误差"
    "可达数十米，因此未予读取。可行办法：给出载有测绘主管部门本市四参数或七参数的文件，"
    "或索取2000国家大地坐标系成果。",
)
_NO_PUBLISHED_WAY = Text(
    en="“{found}” is on the datum “{datum}”, from which no transformation to WGS 84 "
    "within {tolerance:g} m is available here. Transform the data to CGCS2000 "
    "(EPSG:4490) or WGS 84 with parameters that you trust, then read it.",
    zh="“{found}”采用大地基准“{datum}”，此处没有到 WGS 84 "
    "精度优于{tolerance:g}米的转换。请用可靠参数转换到2000国家大地坐标系"
    "（EPSG:4490）或 WGS 84 后再读取。",
)
_NOT_A_HOME = Text(
    en="“{found}” cannot be a home zone. A home zone is a projected plane in metres "
    "that keeps areas near the truth, such as EPSG:4526 (3-degree zone 38) in China "
    "or EPSG:26918 (UTM zone 18N) elsewhere.",
    zh="“{found}”不能作为本位投影带。本位带应为以米为单位、面积变形小的投影平面，"
    "例如国内的 EPSG:4526（3度带第38带），国外的 EPSG:26918（UTM 18N）。",
)


def check_source(crs: object) -> CRS:
    """Accept the reference system of incoming data, or say why not.

    Parameters
    ----------
    crs
        Anything that names a reference system: an EPSG code, a CRS object, WKT.

    Returns
    -------
    checked
        Its horizontal part.

    Raises
    ------
    MissingCrsError
        There is none.
    WrongCrsError
        It cannot be read, or is neither geographic in degrees nor projected.
    UnsupportedDatumError
        Xi'an 80, Beijing 54 or New Beijing, or another datum without a published
        transformation good to `DATUM_TOLERANCE_M`.

    Examples
    --------
    >>> check_source("EPSG:4547").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 114E'
    """
    return _check_source(_found(crs))


def check_home(zone: object) -> CRS:
    """Accept a plane as a home zone, or say why not.

    Parameters
    ----------
    zone
        EPSG code, or anything that names a reference system.

    Returns
    -------
    checked
        The reference system.

    Raises
    ------
    WrongCrsError
        It is not a projected plane in metres, or one of the Mercator family whose
        areas are far from the truth.
    UnsupportedDatumError
        As in `check_source`.

    Examples
    --------
    >>> check_home(26918).name
    'NAD83 / UTM zone 18N'
    """
    crs = check_source(int(zone) if isinstance(zone, np.integer) else zone)
    if not crs.is_projected:
        raise WrongCrsError(_NOT_A_HOME.format(found=crs.name))
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    is_mercator = "mercator" in method.lower() and "transverse" not in method.lower()
    is_mercator &= "oblique" not in method.lower()
    if is_mercator or crs.axis_info[0].unit_conversion_factor != 1.0:
        raise WrongCrsError(_NOT_A_HOME.format(found=crs.name))
    return crs


def horizontal(crs: object) -> CRS:
    """Return the horizontal part of a reference system, on whatever datum.

    Parameters
    ----------
    crs
        Anything that names a reference system.

    Returns
    -------
    horizontal
        Without heights, and without parameters to another datum that came along.

    Raises
    ------
    MissingCrsError
        There is none.
    WrongCrsError
        It cannot be read, or is neither geographic in degrees nor projected.
    """
    return _horizontal(_found(crs))


def old_datum(crs: CRS) -> grids.Datum | None:
    """Tell which refused datum of China a reference system is on, if any.

    Parameters
    ----------
    crs
        The horizontal part of a reference system, see `horizontal`.

    Returns
    -------
    datum
        Xi'an 80, Beijing 54 or New Beijing, by name or by ellipsoid; else ``None``.

    Examples
    --------
    >>> old_datum(horizontal(2383)).value
    'xian80'
    """
    return _old_datum(crs)


def datum_name(crs: CRS) -> str:
    """Name the datum of a reference system."""
    datum = crs.datum
    return datum.name if datum is not None else "unknown"


def is_cgcs2000(crs: CRS) -> bool:
    """Tell whether a reference system is on CGCS2000 by name."""
    return _plain(datum_name(crs)).removeprefix("d").startswith(CGCS2000_NAMES)


def is_equal(crs: CRS) -> bool:
    """Tell whether a datum is one of those that are taken as one."""
    name = _plain(datum_name(crs))
    return name.removeprefix("d").startswith(EQUAL_DATUMS)


@functools.lru_cache(maxsize=64)
def published_way(crs: CRS) -> Transformer:
    """Find the way from a datum to WGS 84, degrees to degrees, or refuse it."""
    geodetic = crs.geodetic_crs
    with warnings.catch_warnings():
        # PROJ warns of better ways whose grids are missing; that is judged below.
        warnings.simplefilter("ignore")
        ways = TransformerGroup(geodetic, 4326, always_xy=True, allow_ballpark=False)
    best = ways.transformers[0] if ways.transformers else None
    if best is None or not (0.0 <= best.accuracy <= DATUM_TOLERANCE_M):
        text = _NO_PUBLISHED_WAY.format(
            found=crs.name, datum=datum_name(crs), tolerance=DATUM_TOLERANCE_M
        )
        raise UnsupportedDatumError(text)
    return best


def _found(crs: object) -> CRS:
    if crs is None:
        raise MissingCrsError(_MISSING)
    try:
        return CRS.from_user_input(crs)
    except UnreadableCrs as error:
        raise WrongCrsError(_UNREADABLE.format(found=crs)) from error


@functools.lru_cache(maxsize=256)
def _check_source(found: CRS) -> CRS:
    crs = _horizontal(found)
    old = _old_datum(crs)
    if old is not None:
        datum = grids.DATUM_TEXTS[old]
        raise UnsupportedDatumError(_OLD_DATUM.format(found=crs.name, datum=datum))
    if not is_equal(crs):
        published_way(crs)
    return crs


def _horizontal(crs: CRS) -> CRS:
    """Leave out heights, and parameters to another datum that came along."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    geodetic = crs.geodetic_crs
    if geodetic is None or not (crs.is_geographic or crs.is_projected):
        raise WrongCrsError(_NOT_ON_EARTH.format(found=crs.name))
    meridian = geodetic.prime_meridian
    from_greenwich = meridian is None or meridian.longitude == 0.0
    unit = geodetic.axis_info[0].unit_conversion_factor
    if not (from_greenwich and math.isclose(unit, math.radians(1.0), rel_tol=1e-9)):
        raise WrongCrsError(_NOT_ON_EARTH.format(found=crs.name))
    return crs.to_2d()


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _old_datum(crs: CRS) -> grids.Datum | None:
    geodetic = crs.geodetic_crs
    names = [datum_name(crs), geodetic.name if geodetic is not None else ""]
    for datum, pattern in OLD_DATUMS.items():
        if any(re.search(pattern, _plain(name)) for name in names):
            return datum
    ellipsoid = crs.ellipsoid
    if ellipsoid is None or not names[0].lower().startswith("unknown"):
        return None
    return OLD_ELLIPSOIDS.get(round(ellipsoid.semi_major_metre, 3))
