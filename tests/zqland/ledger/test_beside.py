"""Beside the stock stands what of it is held on the day, and what is usable."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box

from zqland import crs, tables
from zqland.constraints import ConstraintLayer, ConstraintRule
from zqland.ledger import Period, balance, open_books, stock
from zqland.reserve import Reserve
from zqland.text import Text

if TYPE_CHECKING:
    from zqland.catalogues import Catalogues
    from zqland.ledger import Books

EAST, NORTH, ZONE = 38_450_000, 2_560_000, 4526
ON = dt.date(2023, 9, 5)
EVENTS = {
    "parcel_id": ["A", "B"],
    "status": "in_reserve",
    "happened_on": pd.Timestamp(2023, 1, 1),
}


def part(west: float, east: float) -> shapely.Polygon:
    return box(EAST + west, NORTH, EAST + east, NORTH + 100)


@pytest.fixture(scope="module")
def reserve() -> Reserve:
    """Give A of 1 ha, declared 9 900 m², and B of 2 ha; half of A is held."""
    home = gpd.GeoSeries([part(0, 100), part(100, 300)])
    parcels = {
        "parcel_id": ["A", "B"],
        "name": ["甲", "乙"],
        "park_id": ["GXQ", "GXQ"],
        "district": "441284",
        "home_zone": ZONE,
        "home_geometry": home,
        "declared_m2": [9_900.0, None],
    }
    shapes = crs.to_geographic(home, ZONE)
    events = pd.DataFrame(EVENTS)
    holds = pd.DataFrame(
        {
            "hold_id": ["H1", "H2"],
            "parcel_id": ["A", "B"],
            "project_id": ["P", "P"],
            "home_zone": pd.array([ZONE, None], dtype="Int64"),
            "home_geometry": gpd.GeoSeries([part(0, 50), None]),
            "held_from": pd.to_datetime(["2023-01-01", "2023-08-01"]),
            "held_until": pd.to_datetime(["2023-12-31", "2023-08-31"]),
            "ended_on": pd.NaT,
        }
    )
    return Reserve(
        parcels=tables.check(
            "parcels", gpd.GeoDataFrame(parcels, geometry=shapes)
        ).assign(began_on=pd.NaT, retired_on=pd.NaT),
        evidence=tables.empty("evidence"),
        status_events=tables.check("status_events", events),
        parks=pd.DataFrame(
            {"level": ["national"], "district": ["441284"], "parent": [None]},
            index=pd.Index(["GXQ"], name="park_id"),
        ),
        holds=holds,
    )


def kept(reserve: Reserve, rules: Catalogues) -> Books:
    return open_books(reserve, on=ON, catalogues=rules)


def whole(books: Books, day: dt.date = ON) -> pd.Series:
    table = stock(books, on=day).query("predicate == 'all'")
    return table.set_index("status").loc["all"]


def test_held_ground_stands_beside_the_stock_of_the_day(
    reserve: Reserve, plain_rules: Catalogues
) -> None:
    books = kept(reserve, plain_rules)
    held = [whole(books, dt.date(2023, month, 31)) for month in (7, 8)]
    assert [row["held_planar_m2"] for row in held] == pytest.approx([5_000, 25_000])
    assert [row["held_count"] for row in held] == [1, 2]
    assert [row["planar_m2"] for row in held] == pytest.approx([30_000, 30_000])


def test_a_parcel_is_held_by_the_same_share_on_every_basis(
    reserve: Reserve, plain_rules: Catalogues
) -> None:
    row = whole(kept(reserve, plain_rules))
    assert row["held_declared_m2"] == pytest.approx(4_950)
    official = row["held_ellipsoid_official_m2"] / row["ellipsoid_official_m2"]
    assert official == pytest.approx(1 / 6, rel=1e-4)


def test_a_held_parcel_without_a_figure_is_counted_and_not_filled_in(
    reserve: Reserve, plain_rules: Catalogues
) -> None:
    row = whole(kept(reserve, plain_rules), dt.date(2023, 8, 31))
    assert row["held_declared_lacking_count"] == 1
    assert row["held_declared_m2"] == pytest.approx(4_950)


def test_without_layers_all_is_usable(
    reserve: Reserve, plain_rules: Catalogues
) -> None:
    row = whole(kept(reserve, plain_rules))
    assert row["usable_planar_m2"] == row["planar_m2"]
    assert row["usable_declared_m2"] == 9_900
    assert row["usable_declared_lacking_count"] == 0


def test_what_layers_take_is_not_usable_and_a_declared_rest_is_not_known(
    reserve: Reserve, plain_rules: Catalogues
) -> None:
    taken = gpd.GeoSeries([part(90, 110)], crs=ZONE)
    layer = ConstraintLayer(
        key="line",
        text=Text(en="line", zh="线"),
        rule=ConstraintRule.FORBID,
        shapes=taken,
    )
    books = kept(replace(reserve, constraints=(layer,)), plain_rules)
    row = whole(books)
    assert row["usable_planar_m2"] == pytest.approx(28_000)
    assert (row["usable_declared_m2"], row["usable_declared_lacking_count"]) == (0, 1)
    assert row["planar_m2"] == pytest.approx(30_000)


def test_holds_move_nothing_in_the_balance(
    reserve: Reserve, plain_rules: Catalogues
) -> None:
    books = kept(reserve, plain_rules)
    free = kept(replace(reserve, holds=reserve.holds.iloc[:0]), plain_rules)
    period = Period(dt.date(2023, 1, 1), ON)
    pd.testing.assert_frame_equal(balance(books, period), balance(free, period))
    assert whole(free)["held_planar_m2"] == 0
