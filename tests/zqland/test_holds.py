"""Ground that is held for projects, and what is free beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from zqland import crs, holds, tables

WEST, SOUTH = 38_450_000.0, 2_560_000.0
MARCH, AUGUST = dt.date(2023, 3, 1), dt.date(2023, 8, 31)


def square(left: float, right: float, *, top: float = 100.0) -> shapely.Polygon:
    return box(WEST + left, SOUTH, WEST + right, SOUTH + top)


def parcels_of(*shapes: shapely.Geometry, zone: int = 4526) -> gpd.GeoDataFrame:
    home = gpd.GeoSeries(list(shapes))
    names = [f"A-{number}" for number in range(1, len(shapes) + 1)]
    facts = {
        "parcel_id": names,
        "name": names,
        "park_id": "GXQ",
        "district": "441202",
        "home_zone": zone,
        "home_geometry": home,
    }
    degrees = crs.to_geographic(home, zone)
    return tables.check("parcels", gpd.GeoDataFrame(facts, geometry=degrees))


def hold(**facts: Any) -> dict[str, Any]:  # noqa: ANN401 - values of any column
    common = {
        "hold_id": "H1",
        "parcel_id": "A-1",
        "project_id": "P1",
        "home_zone": 4526,
        "home_geometry": None,
        "held_from": MARCH,
        "held_until": AUGUST,
        "ended_on": None,
    }
    return common | facts


def holds_of(*rows: dict[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows))
    shapes = gpd.GeoSeries([row["home_geometry"] for row in rows])
    return tables.check("holds", table.assign(home_geometry=shapes))


TWO = parcels_of(square(0, 100), square(100, 250))
NEXT_DAY = dt.timedelta(days=1)


def is_held(table: pd.DataFrame, on: dt.date) -> list[bool]:
    return holds.held(TWO, table, on=on)["held"].to_list()


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (MARCH - NEXT_DAY, False),
        (MARCH, True),
        (AUGUST, True),
        (AUGUST + NEXT_DAY, False),
    ],
    ids=["before", "first day", "last day", "after"],
)
def test_a_hold_is_in_force_from_its_first_day_to_its_last(
    on: dt.date, *, expected: bool
) -> None:
    assert is_held(holds_of(hold()), on) == [expected, False]


def test_a_released_hold_is_in_force_until_the_day_before() -> None:
    june = dt.date(2023, 6, 1)
    table = holds_of(hold(ended_on=june))
    answers = [is_held(table, day)[0] for day in (june - NEXT_DAY, june)]
    assert answers == [True, False]


def test_a_hold_that_ended_before_it_began_never_is_in_force() -> None:
    table = holds_of(hold(ended_on=MARCH))
    days = pd.date_range("2023-02-01", "2023-09-30")
    assert not any(holds.in_force(table, on=day.date())[0] for day in days)


def test_without_holds_nothing_is_held() -> None:
    answer = holds.held(TWO, pd.DataFrame(), on=MARCH)
    assert answer["held"].to_list() == [False, False]
    assert answer["held_m2"].to_list() == [0.0, 0.0]
    assert answer["hold_ids"].to_list() == [(), ()]
    assert answer["held_until"].isna().all()


def test_a_hold_of_a_whole_parcel_takes_all_of_its_ground() -> None:
    answer = holds.held(TWO, holds_of(hold(parcel_id="A-2")), on=MARCH)
    assert answer["held_m2"].round(6).to_list() == [0.0, 15_000.0]


def test_a_hold_of_a_part_takes_that_part_only() -> None:
    part = holds_of(hold(home_geometry=square(0, 30)))
    answer = holds.held(TWO, part, on=MARCH)
    assert answer["held_m2"].round(6).to_list() == [3_000.0, 0.0]
    left = holds.free_ground(TWO, part, on=MARCH)
    assert left.area.round(6).to_list() == [7_000.0, 15_000.0]


def test_several_holds_of_one_parcel_are_all_named_with_the_last_of_their_days() -> (
    None
):
    later = dt.date(2024, 1, 31)
    table = holds_of(
        hold(hold_id="H2", home_geometry=square(50, 80), held_until=later),
        hold(hold_id="H1", home_geometry=square(0, 30)),
    )
    answer = holds.held(TWO, table, on=MARCH).loc["A-1"]
    assert answer["hold_ids"] == ("H1", "H2")
    assert answer["held_until"] == pd.Timestamp(later)


def test_a_neighbour_that_shares_a_boundary_is_not_held() -> None:
    # Rounding to millimetres may push a boundary by half of one.
    part = holds_of(hold(home_geometry=square(0, 100.0005)))
    assert is_held(part, MARCH) == [True, False]


@pytest.mark.parametrize(
    ("width_m", "expected"), [(0.0019, False), (0.0021, True)], ids=["rounding", "real"]
)
def test_an_overlap_counts_beyond_two_millimetres_along_the_boundary(
    width_m: float, *, expected: bool
) -> None:
    part = holds_of(hold(home_geometry=square(0, 100 + width_m)))
    assert is_held(part, MARCH)[1] is expected


def test_after_a_split_the_children_on_the_held_ground_are_held() -> None:
    children = parcels_of(square(0, 40), square(40, 100))
    parent = parcels_of(square(0, 100)).rename(index={"A-1": "OLD"})
    table = holds_of(hold(parcel_id="OLD"))
    placed = holds.grounded(table, parent)
    assert holds.held(children, placed, on=MARCH)["held"].to_list() == [True, True]


def test_a_hold_of_a_parcel_that_is_not_there_takes_no_ground() -> None:
    assert is_held(holds_of(hold(parcel_id="OLD")), MARCH) == [False, False]


def test_the_holds_of_a_project_are_no_bar_to_it() -> None:
    table = holds_of(hold())
    answers = [
        holds.held(TWO, table, on=MARCH, project_id=project)["held"].to_list()
        for project in ("P1", "P2")
    ]
    assert answers == [[False, False], [True, False]]


def test_a_hold_for_no_named_project_is_a_bar_to_every_project() -> None:
    table = holds_of(hold(project_id=None))
    answer = holds.held(TWO, table, on=MARCH, project_id="P1")
    assert answer["held"].to_list() == [True, False]


def test_a_parcel_of_the_next_zone_is_held_by_the_ground_in_the_plane_of_the_hold() -> (
    None
):
    # The same square 60 km west of the meridian of zone 38, as each zone draws it.
    there = box(38_350_000, SOUTH, 38_350_100, SOUTH + 100)
    degrees = crs.to_geographic(gpd.GeoSeries([there]), 4526)
    lot = parcels_of(crs.to_home(degrees, 4525).iloc[0], zone=4525)
    part = box(38_350_000, SOUTH, 38_350_050, SOUTH + 100)
    answer = holds.held(lot, holds_of(hold(home_geometry=part)), on=MARCH)
    share = answer["held_m2"] / lot["home_geometry"].area
    assert share.to_list() == pytest.approx([0.5], abs=1e-6)


def test_a_parcel_without_a_shape_is_not_held() -> None:
    shapes = gpd.GeoSeries([square(0, 100), shapely.Polygon()], index=TWO.index)
    lots = TWO.assign(home_geometry=shapes, geometry=crs.to_geographic(shapes, 4526))
    part = holds_of(hold(home_geometry=square(0, 250)))
    assert holds.held(lots, part, on=MARCH)["held"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((AUGUST, AUGUST), [(AUGUST, AUGUST)]),
        ((AUGUST + NEXT_DAY, dt.date(2023, 12, 31)), []),
        ((dt.date(2023, 1, 1), MARCH), [(MARCH, MARCH)]),
        ((dt.date(2023, 1, 1), MARCH - NEXT_DAY), []),
    ],
    ids=["last day", "day after", "first day", "day before"],
)
def test_holds_of_one_ground_overlap_on_the_days_that_they_share(
    days: tuple[dt.date, dt.date], expected: list[tuple[dt.date, dt.date]]
) -> None:
    ground = square(0, 50)
    first = holds_of(hold(home_geometry=ground))
    other = hold(home_geometry=ground, held_from=days[0], held_until=days[1])
    found = holds.overlaps(first, holds_of(other))
    shared = zip(found["first_day"].dt.date, found["last_day"].dt.date, strict=True)
    assert list(shared) == expected


def test_holds_that_share_days_and_a_boundary_only_do_not_overlap() -> None:
    first = holds_of(hold(home_geometry=square(0, 50)))
    second = holds_of(hold(home_geometry=square(50, 100)))
    assert holds.overlaps(first, second).empty


def test_an_overlap_tells_its_rows_and_its_area() -> None:
    first = holds_of(
        hold(parcel_id="OLD"), hold(hold_id="H2", home_geometry=square(0, 50))
    )
    second = holds_of(hold(home_geometry=square(40, 70)))
    (row,) = holds.overlaps(first, second).to_dict("records")
    assert (row["first"], row["second"], round(row["area_m2"], 6)) == (1, 0, 1_000.0)


_CELLS = 6
_DAYS = 12
_asked = st.tuples(
    st.integers(0, _CELLS - 1),
    st.integers(1, 3),
    st.integers(0, _DAYS - 1),
    st.integers(0, 4),
    st.one_of(st.none(), st.integers(0, 4)),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_asked, min_size=1, max_size=8), st.lists(_asked, min_size=1, max_size=8)
)
def test_overlaps_are_those_that_counting_cells_and_days_finds(
    first: list[tuple[int, int, int, int, int | None]],
    second: list[tuple[int, int, int, int, int | None]],
) -> None:
    def taken(asked: tuple[int, int, int, int, int | None]) -> set[tuple[int, int]]:
        cell, wide, day, long, cut = asked
        end = day + long if cut is None else min(day + long, day + cut - 1)
        days = range(day, end + 1)
        return {(place, when) for place in range(cell, cell + wide) for when in days}

    def row(
        asked: tuple[int, int, int, int, int | None], number: int
    ) -> dict[str, Any]:
        cell, wide, day, long, cut = asked
        begin = MARCH + dt.timedelta(days=day)
        ended = None if cut is None else begin + dt.timedelta(days=cut)
        return hold(
            hold_id=f"H{number}",
            home_geometry=square(10 * cell, 10 * (cell + wide)),
            held_from=begin,
            held_until=begin + dt.timedelta(days=long),
            ended_on=ended,
        )

    one = holds_of(*(row(asked, number) for number, asked in enumerate(first)))
    other = holds_of(*(row(asked, number) for number, asked in enumerate(second)))
    found = holds.overlaps(one, other)
    expected = {
        (left, right): len({cell for cell, _ in taken(a) & taken(b)})
        for left, a in enumerate(first)
        for right, b in enumerate(second)
        if taken(a) & taken(b)
    }
    pairs = zip(found["first"], found["second"], strict=True)
    sizes = np.round(found["area_m2"].to_numpy() / 1_000, 6)
    assert dict(zip(pairs, sizes, strict=True)) == expected
