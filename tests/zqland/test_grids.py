"""The Gauss-Krüger grids and their EPSG codes, against the EPSG registry in PROJ."""

from __future__ import annotations

import pytest
from pyproj import CRS

from zqland import grids
from zqland.errors import WrongCrsError
from zqland.grids import Datum, Grid, gauss_kruger_epsg, grid_of, zone_number

EVERY_GRID = [
    Grid(datum, degrees, number, prefixed)
    for datum, degrees, prefixed in grids.EPSG_OFFSETS
    for number in grids.ZONE_NUMBERS[degrees]
]


def test_every_code_names_the_grid_that_the_registry_names() -> None:
    for grid in EVERY_GRID:
        crs = CRS(grid.epsg)
        operation = crs.coordinate_operation
        assert operation is not None
        values = {part.name: part.value for part in operation.params}
        assert values["Longitude of natural origin"] == grid.central_meridian
        assert values["False easting"] == grid.false_easting_m
        assert crs.geodetic_crs is not None
        assert crs.geodetic_crs.to_epsg() == grids.GEOGRAPHIC_EPSG[grid.datum]


def test_every_code_is_found_back() -> None:
    assert all(grid_of(grid.epsg) == grid for grid in EVERY_GRID)


@pytest.mark.parametrize(
    ("grid", "epsg"),
    [
        (Grid(Datum.CGCS2000, 3, 37, prefixed=True), 4525),
        (Grid(Datum.CGCS2000, 3, 38, prefixed=True), 4526),
        (Grid(Datum.CGCS2000, 3, 37, prefixed=False), 4546),
        (Grid(Datum.CGCS2000, 3, 38, prefixed=False), 4547),
        (Grid(Datum.CGCS2000, 6, 19, prefixed=True), 4497),
        (Grid(Datum.CGCS2000, 6, 19, prefixed=False), 4508),
    ],
)
def test_the_codes_used_in_zhaoqing(grid: Grid, epsg: int) -> None:
    assert grid.epsg == epsg


@pytest.mark.parametrize(("number", "degrees"), [(46, 3), (24, 3), (24, 6), (38, 4)])
def test_a_zone_that_does_not_exist_is_refused(number: int, degrees: int) -> None:
    with pytest.raises(WrongCrsError, match=f"zone {number}"):
        gauss_kruger_epsg(number, degrees=degrees)


def test_other_codes_are_no_grid() -> None:
    assert grid_of(4490) is None


def test_the_old_datums_have_their_own_codes() -> None:
    assert gauss_kruger_epsg(38, datum=Datum.XIAN80) == 2362
    assert gauss_kruger_epsg(38, datum="beijing54") == 2414


def test_a_boundary_belongs_to_the_eastern_zone() -> None:
    assert zone_number([112.4999999, 112.5]).tolist() == [37, 38]
    assert zone_number([113.9999999, 114.0], degrees=6).tolist() == [19, 20]
