"""Axes and grids are decided by the ranges of numbers, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.grids import Datum, Grid
from zqland_geodata import places
from zqland_geodata.errors import ReadError
from zqland_geodata.survey.grids import (
    CITY_EASTINGS_M,
    CITY_NORTHINGS_M,
    Decision,
    Kind,
    Stated,
    UndecidedError,
    decide,
    kinds,
)

NORTH = 2_563_400.0


def of(*pairs: tuple[float, float], **stated: int | None) -> Decision:
    """Decide points of one parcel."""
    first, second = np.array(pairs, dtype=np.float64).T
    owners = np.zeros(len(pairs), dtype=np.int64)
    return decide(first, second, owners, Stated(**stated))  # type: ignore[arg-type]


def codes(decision: Decision) -> list[str]:
    return [remark.rule.code for remark in decision.remarks]


def grid(degrees: int, number: int, *, prefixed: bool = False) -> Grid:
    return Grid(Datum.CGCS2000, degrees, number, prefixed)


@pytest.mark.parametrize(("epsg", "meridian"), [(4546, 111), (4547, 114)])
def test_the_city_lies_in_its_windows(epsg: int, meridian: int) -> None:
    west, south, east, north = places.districts().to_crs(epsg).total_bounds
    assert CITY_NORTHINGS_M[0] <= south
    assert north <= CITY_NORTHINGS_M[1]
    assert CITY_EASTINGS_M[meridian][0] <= west
    assert east <= CITY_EASTINGS_M[meridian][1]


def test_the_windows_share_no_easting() -> None:
    assert CITY_EASTINGS_M[114][1] < CITY_EASTINGS_M[111][0]


@given(
    north=st.floats(1.8e6, 6e6),
    east=st.one_of(
        st.floats(1e5, 999_999.0),
        st.builds(
            lambda zone, east: zone * 1e6 + east,
            st.integers(13, 45),
            st.floats(1e5, 999_999.0),
        ),
    ),
)
def test_a_point_in_metres_tells_its_axes_in_either_order(
    north: float, east: float
) -> None:
    first, second = np.array([north, east]), np.array([east, north])
    assert kinds(first, second).tolist() == [Kind.NORTH_FIRST, Kind.EAST_FIRST]


@given(first=st.floats(0, 1e9), second=st.floats(0, 1e9))
def test_no_point_has_two_readings(first: float, second: float) -> None:
    one, other = np.array([first]), np.array([second])
    mirrored = {
        Kind.NEITHER: Kind.NEITHER,
        Kind.NORTH_FIRST: Kind.EAST_FIRST,
        Kind.EAST_FIRST: Kind.NORTH_FIRST,
        Kind.LATITUDE_FIRST: Kind.LONGITUDE_FIRST,
        Kind.LONGITUDE_FIRST: Kind.LATITUDE_FIRST,
    }
    assert kinds(other, one)[0] == mirrored[Kind(kinds(one, other)[0])]


@pytest.mark.parametrize(
    ("east", "stated", "expected"),
    [
        (38_357_200.0, {}, grid(3, 38, prefixed=True)),
        (19_457_200.0, {}, grid(6, 19, prefixed=True)),
        (38_357_200.0, {"degrees": 6, "number": 19}, grid(3, 38, prefixed=True)),
        (357_200.0, {"degrees": 3, "number": 38}, grid(3, 38)),
        (357_200.0, {"number": 38}, grid(3, 38)),
        (357_200.0, {"degrees": 3}, grid(3, 38)),
        (357_200.0, {}, grid(3, 38)),
        (600_000.0, {}, grid(3, 37)),
        (600_000.0, {"degrees": 6}, grid(6, 19)),
        (600_000.0, {"degrees": 6, "number": 19}, grid(6, 19)),
        (600_000.0, {"degrees": 3, "number": 19}, grid(6, 19)),
        (600_000.0, {"degrees": 6, "number": 37}, grid(3, 37)),
        (600_000.0, {"degrees": 6, "number": 6}, grid(6, 19)),
        (430_000.0, {"degrees": 3, "number": 39}, grid(3, 39)),
        (430_000.0, {"meridian": 117}, grid(3, 39)),
        (357_200.0, {"degrees": 3, "number": 37, "meridian": 114}, grid(3, 38)),
    ],
)
def test_the_grid_is_that_of_the_easting_then_of_the_statement(
    east: float, stated: dict[str, int], expected: Grid
) -> None:
    assert of((NORTH, east), **stated).grids == [expected]


@pytest.mark.parametrize(
    ("east", "stated"),
    [
        (24_357_200.0, {}),
        (357_200.0, {"degrees": 6}),
        (357_200.0, {"degrees": 3, "number": 40}),
        (357_200.0, {"degrees": 3, "number": 37}),
        (430_000.0, {}),
        (430_000.0, {"degrees": 3, "number": 3}),
        (430_000.0, {"degrees": 3, "number": 19}),
        (430_000.0, {"degrees": 6, "number": 38}),
        (38_357_200.0, {"meridian": 111}),
    ],
)
def test_an_open_grid_is_refused_with_its_point(
    east: float, stated: dict[str, int]
) -> None:
    with pytest.raises(UndecidedError) as caught:
        of((NORTH, east), **stated)
    assert caught.value.point == 0
    assert isinstance(caught.value, ReadError)


def test_every_parcel_decides_for_itself() -> None:
    first = np.array([NORTH, NORTH, 37_600_000.0, 37_600_010.0])
    second = np.array([38_357_200.0, 38_357_210.0, NORTH, NORTH])
    found = decide(first, second, np.array([0, 0, 1, 1]), Stated(number=38))
    assert found.swapped.tolist() == [False, True]
    assert found.xy[:, 1].tolist() == [NORTH] * 4
    assert [one.number for one in found.grids if one is not None] == [38, 37]
    assert codes(found) == [
        "survey.axes_swapped",
        "survey.zone_wrong",
        "survey.zones_mixed",
    ]


def test_metres_and_degrees_in_one_file_are_refused() -> None:
    first, second = np.array([NORTH, 23.1]), np.array([38_357_200.0, 112.6])
    with pytest.raises(UndecidedError) as caught:
        decide(first, second, np.array([0, 1]), Stated())
    assert caught.value.point == 1


def test_a_parcel_of_two_orders_is_refused_at_the_odd_point() -> None:
    with pytest.raises(UndecidedError) as caught:
        of((NORTH, 357_200.0), (357_210.0, NORTH), number=38)
    assert caught.value.point == 1


def test_no_points_give_no_grids() -> None:
    nothing = np.zeros(0)
    assert decide(nothing, nothing, np.zeros(0, np.int64), Stated()).grids == []
