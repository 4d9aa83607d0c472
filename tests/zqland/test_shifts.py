"""Ways from the old datums: PROJ as a judge, what is refused, and the file of sets."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from zqland import grids, shifts
from zqland.catalogues.shifts import parse_shifts
from zqland.errors import CatalogueError, UnsupportedDatumError, WrongCrsError
from zqland.helmert import Convention, PlaneParameters, SpaceParameters, Turn
from zqland.text import Text

XIAN, BEIJING = grids.Datum.XIAN80, grids.Datum.BEIJING54
OLD_FIGURES = {XIAN: "+a=6378140 +rf=298.257", BEIJING: "+a=6378245 +rf=298.3"}
NEW_FIGURE = "+a=6378137 +rf=298.257222101"
PLACES = np.array([[112.61, 23.16], [112.9, 22.8], [113.4, 24.3], [114.0, 23.0]])
SPACE = SpaceParameters(
    (24.0, -123.0, -94.0), (-0.02, 0.25, 0.13), 1.1, Convention.COORDINATE_FRAME
)
METRES = st.floats(-80.0, 80.0)
SECONDS = st.floats(-1.0, 1.0)


def a_shift(
    parameters: PlaneParameters | SpaceParameters,
    datum: grids.Datum = XIAN,
    bounds: tuple[float, float, float, float] | None = None,
) -> shifts.Shift:
    label = Text(en="made up", zh="虚构")
    return shifts.Shift("made_up", label, datum, parameters, 0.05, "made up", bounds)


def in_plane(**changes: object) -> PlaneParameters:
    grid = grids.Grid(XIAN, 3, 38, prefixed=False)
    still = PlaneParameters(grid, (0.0, 0.0), 0.0, 0.0, Turn.CLOCKWISE)
    return replace(still, **changes)


def points(xy: np.ndarray, epsg: int) -> gpd.GeoSeries:
    return gpd.GeoSeries(gpd.points_from_xy(*xy.T), crs=epsg)


def coordinates(shapes: gpd.GeoSeries) -> np.ndarray:
    return shapely.get_coordinates(shapes.to_numpy())


def helmert_pipeline(space: SpaceParameters, datum: grids.Datum) -> Transformer:
    """Return the same way as PROJ writes it, degrees to degrees."""
    (x, y, z), (rx, ry, rz) = space.shift_m, space.rotation_seconds
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=cart {OLD_FIGURES[datum]} "
        f"+step +proj=helmert +x={x!r} +y={y!r} +z={z!r} "
        f"+rx={rx!r} +ry={ry!r} +rz={rz!r} +s={space.scale_ppm!r} "
        f"+convention={space.convention} "
        f"+step +inv +proj=cart {NEW_FIGURE} "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )


def proj_degrees(
    space: SpaceParameters, datum: grids.Datum, degrees: np.ndarray
) -> np.ndarray:
    lon, lat, _ = helmert_pipeline(space, datum).transform(
        *degrees.T, np.zeros(len(degrees))
    )
    return np.column_stack((lon, lat))


@given(
    shift_m=st.tuples(METRES, METRES, METRES),
    rotation=st.tuples(SECONDS, SECONDS, SECONDS),
    scale=st.floats(-5.0, 5.0),
    convention=st.sampled_from(Convention),
    datum=st.sampled_from([XIAN, BEIJING]),
)
def test_seven_parameters_agree_with_proj_in_degrees(
    shift_m: tuple[float, float, float],
    rotation: tuple[float, float, float],
    scale: float,
    convention: Convention,
    datum: grids.Datum,
) -> None:
    space = SpaceParameters(shift_m, rotation, scale, convention)
    source = points(PLACES, grids.GEOGRAPHIC_EPSG[datum])
    moved = a_shift(space, datum).apply(source)
    expected = proj_degrees(space, datum, PLACES)
    assert moved.crs.to_epsg() == 4490
    assert np.abs(coordinates(moved) - expected).max() < 1e-11


@pytest.mark.parametrize("datum", [XIAN, BEIJING])
@pytest.mark.parametrize("prefixed", [True, False])
def test_seven_parameters_agree_with_proj_in_a_plane(
    datum: grids.Datum, *, prefixed: bool
) -> None:
    false_easting = 38_500_000 if prefixed else 500_000
    plane = f"+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0={false_easting} +y_0=0"
    old = Transformer.from_pipeline(f"{plane} {OLD_FIGURES[datum]}")
    new = Transformer.from_pipeline(f"{plane} {NEW_FIGURE}")
    there = np.column_stack(old.transform(*PLACES.T))
    degrees = proj_degrees(SPACE, datum, PLACES)
    expected = np.column_stack(new.transform(*degrees.T))
    grid = grids.Grid(datum, 3, 38, prefixed)
    moved = a_shift(SPACE, datum).apply(points(there, grid.epsg))
    assert moved.crs.to_epsg() == (4526 if prefixed else 4547)
    assert np.abs(coordinates(moved) - expected).max() < 1e-6


def test_the_conventions_are_each_other_with_rotations_reversed() -> None:
    turned = replace(
        SPACE,
        rotation_seconds=tuple(-angle for angle in SPACE.rotation_seconds),
        convention=Convention.POSITION_VECTOR,
    )
    place = np.array([[-2.3e6, 5.4e6, 2.5e6]])
    assert turned.move(place).tolist() == SPACE.move(place).tolist()


def test_a_position_vector_as_published() -> None:
    space = SpaceParameters(
        (0.0, 0.0, 4.5), (0.0, 0.0, 0.554), 0.219, Convention.POSITION_VECTOR
    )
    moved = space.move(np.array([[3_657_660.66, 255_768.55, 5_201_382.11]]))
    assert moved[0] == pytest.approx((3_657_660.78, 255_778.43, 5_201_387.75), abs=0.01)


@given(
    north=METRES,
    east=METRES,
    angle=SECONDS,
    scale=st.floats(-5.0, 5.0),
    turn=st.sampled_from(Turn),
)
def test_four_parameters_agree_with_proj(
    north: float, east: float, angle: float, scale: float, turn: Turn
) -> None:
    parameters = in_plane(
        shift_m=(north, east), rotation_seconds=angle, scale_ppm=scale, turn=turn
    )
    # PROJ turns points clockwise for a positive theta, for x east and y north.
    theta = angle if turn is Turn.CLOCKWISE else -angle
    proj = Transformer.from_pipeline(
        f"+proj=helmert +x={east!r} +y={north!r} +theta={theta!r} "
        f"+s={1 + scale * 1e-6!r}"
    )
    plane = np.array([[357_652.5, 2_562_936.0], [512_000.0, 2_701_000.0]])
    moved = a_shift(parameters).apply(points(plane, 2383))
    expected = np.column_stack(proj.transform(*plane.T))
    assert np.abs(coordinates(moved) - expected).max() < 2e-6


def test_a_positive_clockwise_angle_turns_north_to_the_east() -> None:
    moved = in_plane(rotation_seconds=1.0).move(np.array([[0.0, 1_000_000.0]]))
    assert moved[0, 0] == pytest.approx(4.848, abs=0.001)


def test_a_set_for_eastings_with_the_zone_serves_those_without_exactly() -> None:
    grid = grids.Grid(XIAN, 3, 38, prefixed=True)
    parameters = in_plane(
        grid=grid, shift_m=(10.0, 110.0), rotation_seconds=0.3, scale_ppm=0.5
    )
    plain = np.array([[357_652.5, 2_562_936.0]])
    number = np.array([38_000_000.0, 0.0])
    with_number = coordinates(a_shift(parameters).apply(points(plain + number, 2362)))
    without = a_shift(parameters).apply(points(plain, 2383))
    assert coordinates(without) + number == pytest.approx(with_number, rel=0, abs=1e-7)


def test_a_set_for_a_3_degree_zone_serves_the_6_degree_zone_of_its_meridian() -> None:
    grid = grids.Grid(XIAN, 3, 37, prefixed=True)
    shift = a_shift(in_plane(grid=grid, shift_m=(1.0, 2.0)))
    source = points(np.array([[19_664_881.0, 2_563_168.0]]), 2333)
    moved = shift.apply(source)
    assert moved.crs.to_epsg() == 4497
    assert coordinates(moved)[0] == pytest.approx((19_664_883.0, 2_563_169.0))


def test_shapes_keep_their_index_and_empty_ones_stay_empty() -> None:
    square = shapely.box(357_600, 2_562_900, 357_700, 2_563_000)
    shapes = gpd.GeoSeries([square, shapely.Polygon(), None], ["a", "b", "c"], crs=2383)
    moved = a_shift(in_plane(shift_m=(3.0, 4.0))).apply(shapes)
    assert list(moved.index) == ["a", "b", "c"]
    assert moved["a"].bounds == (357_604, 2_562_903, 357_704, 2_563_003)
    assert moved["b"].is_empty
    assert moved["c"] is None


def test_nothing_but_empty_shapes_is_nothing_to_move() -> None:
    shapes = gpd.GeoSeries([shapely.Polygon()], crs=4610)
    assert (
        a_shift(SPACE, bounds=(112.0, 22.0, 113.0, 24.0)).apply(shapes).is_empty.all()
    )


@pytest.mark.parametrize(
    "epsg",
    [2435, 2382, 4610],
    ids=["other datum", "other zone", "degrees"],
)
def test_a_set_is_not_used_where_it_does_not_hold(epsg: int) -> None:
    source = points(np.array([[112.6, 23.2]]), epsg)
    with pytest.raises(UnsupportedDatumError, match="is not for coordinates of"):
        a_shift(in_plane()).apply(source)


def test_a_set_is_not_used_outside_its_bounds() -> None:
    shift = a_shift(SPACE, bounds=(112.0, 22.5, 112.8, 23.5))
    with pytest.raises(UnsupportedDatumError, match=r"longitude 113\.4000") as caught:
        shift.apply(points(PLACES[[0, 2]], 4610))
    assert "113.4000" in caught.value.text.zh


@pytest.mark.parametrize(
    "parameters",
    [
        in_plane(rotation_seconds=120.0),
        in_plane(grid=grids.Grid(XIAN, 3, 38, prefixed=True), rotation_seconds=5.0),
        replace(SPACE, shift_m=(24_000.0, 0.0, 0.0)),
        replace(SPACE, shift_m=(float("nan"), 0.0, 0.0)),
    ],
    ids=["angle", "zone number", "unit", "no number"],
)
def test_a_set_that_moves_further_than_datums_lie_apart_is_refused(
    parameters: PlaneParameters | SpaceParameters,
) -> None:
    source = points(np.array([[357_652.5, 2_562_936.0]]), 2383)
    with pytest.raises(WrongCrsError, match="Check the signs"):
        a_shift(parameters).apply(source)


ESRI = (
    'PROJCS["Xian_1980_3_Degree_GK_Zone_38",GEOGCS["GCS_Xian_1980",'
    'DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize(
    ("system", "epsg"),
    [
        (ESRI, 2362),
        ("+proj=tmerc +lon_0=111 +k=1 +x_0=19500000 +ellps=krass", 21419),
        ("+proj=tmerc +lon_0=111 +k=1 +x_0=500000 +ellps=krass +towgs84=1,2,3", 2434),
        *((code, code) for code in (2362, 2383, 2333, 2414, 2435, 21419, 4773, 4774)),
    ],
)
def test_an_old_grid_is_known_in_any_spelling(system: object, epsg: int) -> None:
    _, grid = shifts.old_grid(system)
    assert grid is not None
    assert grid.epsg == epsg


@pytest.mark.parametrize(
    ("system", "words"),
    [
        (4526, "not on an old datum"),
        ("+proj=utm +zone=49 +ellps=krass", "no Gauss-Krüger zone"),
        ("+proj=tmerc +lon_0=112.5 +x_0=500000 +ellps=krass", "no Gauss-Krüger zone"),
        ("+proj=tmerc +lon_0=114 +x_0=500500 +ellps=krass", "no Gauss-Krüger zone"),
        ("+proj=tmerc +lon_0=114 +x_0=37500000 +ellps=krass", "no Gauss-Krüger zone"),
        ("+proj=tmerc +lon_0=114 +x_0=500000 +k=0.9996 +ellps=krass", "no Gauss"),
        ("+proj=tmerc +lon_0=114 +x_0=500000 +units=ft +ellps=krass", "no Gauss"),
    ],
)
def test_what_is_no_old_grid_is_refused(system: object, words: str) -> None:
    with pytest.raises(WrongCrsError, match=words):
        shifts.old_grid(system)


def test_the_set_that_fits_is_found_by_datum_and_zone() -> None:
    plane, space = a_shift(in_plane()), a_shift(SPACE)
    known = shifts.Shifts((plane, space))
    assert known.find(XIAN, grids.Grid(XIAN, 3, 38, prefixed=True)) is plane
    assert known.find(XIAN, grids.Grid(XIAN, 3, 37, prefixed=True)) is space
    assert known.find(XIAN, None) is space
    assert known.find(BEIJING, None) is None


def test_of_several_sets_the_one_for_the_area_is_used() -> None:
    west = a_shift(SPACE, bounds=(111.0, 22.0, 112.0, 24.0))
    east = a_shift(replace(SPACE, scale_ppm=0.0), bounds=(112.0, 22.0, 113.0, 24.0))
    _, used = shifts.to_cgcs2000(
        points(PLACES[:1], 4610), "EPSG:4610", shifts.Shifts((west, east))
    )
    assert used is east


def test_without_a_set_the_sentence_says_what_to_do() -> None:
    with pytest.raises(UnsupportedDatumError, match="3-degree zone 38") as caught:
        shifts.to_cgcs2000(points(PLACES, 2362), 2362, shifts.Shifts())
    assert "1980西安坐标系3度带第38带" in caught.value.text.zh


def test_the_head_of_a_file_with_zeros_gives_no_parameters() -> None:
    assert shifts.header_shift(XIAN, [0.0] * 7) is None


def test_the_head_of_a_file_gives_seven_parameters_of_unknown_accuracy() -> None:
    values = (*SPACE.shift_m, *SPACE.rotation_seconds, SPACE.scale_ppm)
    shift = shifts.header_shift(XIAN, values)
    assert shift is not None
    assert shift.parameters == SPACE
    assert "accuracy not stated" in shift.text.en
    assert "精度未注明" in shift.text.zh


def test_the_head_of_a_file_has_seven_values() -> None:
    with pytest.raises(ValueError, match="seven"):
        shifts.header_shift(XIAN, [1.0])


FILE = """
[plane]
zh = "四参数"
en = "Four"
datum = "beijing54"
kind = "plane"
degrees = 3
zone = 38
prefixed = true
north_m = 1.5
east_m = -2.5
rotation_seconds = 0.25
scale_ppm = -1
turn = "counterclockwise"
accuracy_m = 0.05
source = "made up"
bounds = { west = 112.0, south = 22.7, east = 112.9, north = 23.5 }

[space]
zh = "七参数"
en = "Seven"
datum = "xian80"
kind = "space"
convention = "position_vector"
x_m = 1
y_m = 2
z_m = 3
x_seconds = 0.1
y_seconds = 0.2
z_seconds = 0.3
scale_ppm = 4
accuracy_m = 1
source = "made up"
"""


def test_a_file_of_sets_is_read() -> None:
    plane, space = parse_shifts("shifts.toml", FILE).sets
    assert plane.parameters == PlaneParameters(
        grids.Grid(BEIJING, 3, 38, prefixed=True),
        (1.5, -2.5),
        0.25,
        -1.0,
        Turn.COUNTERCLOCKWISE,
    )
    assert plane.bounds == (112.0, 22.7, 112.9, 23.5)
    assert space.parameters == SpaceParameters(
        (1.0, 2.0, 3.0), (0.1, 0.2, 0.3), 4.0, Convention.POSITION_VECTOR
    )
    assert (space.name, space.accuracy_m, space.bounds) == ("space", 1.0, None)
    assert space.text.zh.startswith("1980西安坐标系按“七参数”转换")


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ('datum = "beijing54"', 'datum = "cgcs2000"', 5),
        ('kind = "plane"', 'kind = "grid"', 6),
        ("degrees = 3", "degrees = 5", 8),
        ("zone = 38", "zone = 19", 8),
        ("prefixed = true\n", "", 2),
        ("north_m = 1.5", "north = 1.5", 10),
        ('turn = "counterclockwise"', 'turn = "left"', 14),
        ("accuracy_m = 0.05", "accuracy_m = -1", 15),
        ("east = 112.9", "east = 111.0", 17),
        ('convention = "position_vector"', "", 19),
        ("x_seconds = 0.1", "x_seconds = nan", 28),
    ],
)
def test_a_fault_in_the_file_is_named_with_its_line(
    right: str, wrong: str, line: int
) -> None:
    assert FILE.count(right) == 1
    with pytest.raises(CatalogueError, match=rf"^shifts\.toml:{line}: "):
        parse_shifts("shifts.toml", FILE.replace(right, wrong))
