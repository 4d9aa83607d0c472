"""Parameter sets from the old datums to CGCS2000 as a TOML file, one table per set.

::

    [gaoyao]                        # 4 parameters, in the plane of one zone
    zh = "高要区四参数"
    en = "Gaoyao, 4 parameters"
    datum = "xian80"                # xian80, beijing54 or new_beijing
    kind = "plane"
    degrees = 3                     # width and number of the zone
    zone = 38
    prefixed = false                # whether the easting carries the zone number
    north_m = 1.25
    east_m = 113.5
    rotation_seconds = 0.0          # an angle in degrees times 3600
    turn = "clockwise"              # which way points turn, north up
    scale_ppm = 0.0                 # (K - 1) times 1,000,000
    accuracy_m = 0.05               # what the authority states
    source = "letter of the surveying authority of ..."
    bounds = {west = 112.1, south = 22.7, east = 112.9, north = 23.5}   # if stated

    [city]                          # 7 parameters, in space
    kind = "space"
    convention = "coordinate_frame" # what Chinese surveys use; or "position_vector"
    x_m = 0.0                       # likewise y_m and z_m
    x_seconds = 0.0                 # likewise y_seconds and z_seconds
    scale_ppm = 0.0
    # and zh, en, datum, accuracy_m, source and bounds as above

The numbers here are no parameters of any place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland import grids
from zqland.catalogues.document import CatalogueDocument
from zqland.helmert import Convention, PlaneParameters, SpaceParameters, Turn
from zqland.shifts import Shift, Shifts
from zqland.text import Text

if TYPE_CHECKING:
    from zqland.catalogues.document import Section

_OLD = (grids.Datum.XIAN80, grids.Datum.BEIJING54, grids.Datum.NEW_BEIJING)
_PLANE_KEYS = (
    "degrees",
    "zone",
    "prefixed",
    "north_m",
    "east_m",
    "rotation_seconds",
    "scale_ppm",
    "turn",
)
_SPACE_KEYS = (
    "convention",
    "x_m",
    "y_m",
    "z_m",
    "x_seconds",
    "y_seconds",
    "z_seconds",
    "scale_ppm",
)


def parse_shifts(name: str, text: str) -> Shifts:
    """Read parameter sets from a TOML file.

    Parameters
    ----------
    name
        Name of the file, for messages.
    text
        The whole text.

    Returns
    -------
    shifts
        The sets in the order of the file.

    Raises
    ------
    CatalogueError
        The file has a fault; the message names the line.

    Examples
    --------
    >>> shifts = parse_shifts("shifts.toml", '''
    ... [north]
    ... zh = "北部四参数"
    ... en = "North"
    ... datum = "xian80"
    ... kind = "plane"
    ... degrees = 3
    ... zone = 38
    ... prefixed = false
    ... north_m = 1.25
    ... east_m = 113.5
    ... rotation_seconds = 0.0
    ... scale_ppm = 0.0
    ... turn = "clockwise"
    ... accuracy_m = 0.05
    ... source = "made up"
    ... ''')
    >>> print(shifts.sets[0].text)
    Xi'an 80 to CGCS2000 by “North” (4 parameters, stated accuracy 0.05 m)
    """
    root = CatalogueDocument.parse(name, text).root
    return Shifts(tuple(_shift(section) for section in root.sections()))


def _shift(section: Section) -> Shift:
    kind = section.choice("kind", ("plane", "space"))
    common = ("zh", "en", "datum", "kind", "accuracy_m", "source", "bounds")
    parameters: PlaneParameters | SpaceParameters
    if kind == "plane":
        section.allow(*common, *_PLANE_KEYS)
        parameters = _plane_parameters(section)
    else:
        section.allow(*common, *_SPACE_KEYS)
        parameters = _space_parameters(section)
    return Shift(
        name=section.name,
        label=section.label(),
        datum=grids.Datum(section.choice("datum", _OLD)),
        parameters=parameters,
        accuracy_m=section.number("accuracy_m", minimum=0.0),
        source=section.source(),
        bounds=_bounds(section.section("bounds")) if "bounds" in section else None,
    )


def _plane_parameters(section: Section) -> PlaneParameters:
    degrees = section.integer("degrees")
    zone = section.integer("zone")
    if zone not in grids.ZONE_NUMBERS.get(degrees, ()):
        raise section.fault(_NO_ZONE.format(degrees=degrees, zone=zone), "zone")
    datum = grids.Datum(section.choice("datum", _OLD))
    return PlaneParameters(
        grid=grids.Grid(datum, degrees, zone, prefixed=section.flag("prefixed")),
        shift_m=(section.number("north_m"), section.number("east_m")),
        rotation_seconds=section.number("rotation_seconds"),
        scale_ppm=section.number("scale_ppm"),
        turn=Turn(section.choice("turn", tuple(Turn))),
    )


def _space_parameters(section: Section) -> SpaceParameters:
    x, y, z = (section.number(f"{axis}_m") for axis in "xyz")
    rx, ry, rz = (section.number(f"{axis}_seconds") for axis in "xyz")
    return SpaceParameters(
        shift_m=(x, y, z),
        rotation_seconds=(rx, ry, rz),
        scale_ppm=section.number("scale_ppm"),
        convention=Convention(section.choice("convention", tuple(Convention))),
    )


def _bounds(section: Section) -> tuple[float, float, float, float]:
    section.allow("west", "south", "east", "north")
    west = section.number("west", minimum=-180.0, maximum=180.0)
    south = section.number("south", minimum=-90.0, maximum=90.0)
    return (
        west,
        south,
        section.number("east", minimum=west, maximum=180.0),
        section.number("north", minimum=south, maximum=90.0),
    )


_NO_ZONE = Text(
    en="there is no {degrees}-degree zone {zone}; China has the 3-degree zones 25 to "
    "45 and the 6-degree zones 13 to 23.",
    zh="不存在{degrees}度带第{zone}带；我国3度带为25至45带，6度带为13至23带。",
)
