"""What was written is read back, as true on a date and as known at a revision."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import box

from zqland import reserve as reserves
from zqland import tables
from zqland.catalogues import load_catalogues
from zqland.errors import NotFoundError
from zqland_geodata import demo
from zqland_geodata.store import Place
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.reserve import Reserve
    from zqland_geodata.store import Store

NAMES = (
    "parks",
    "parcels",
    "evidence",
    "status_events",
    "projects",
    "indicators",
    "targets",
)
LATER = dt.date(2024, 1, 1)


@pytest.fixture
def city_books(books: Store, city: Reserve) -> Store:
    with books.writing(by="clerk", why="first import") as writer:
        for name in NAMES:
            writer.add(name, getattr(city, name))
    return books


def sorted_as_read(name: str, table: pd.DataFrame) -> pd.DataFrame:
    if name in tables.INDEXES:
        return table.sort_index()
    if name in ("indicators", "targets"):
        return table.sort_values(list(RECORDS[name].key)).reset_index(drop=True)
    return table.reset_index(drop=True)


def test_a_whole_city_is_read_back_as_it_was_written(
    city_books: Store, city: Reserve
) -> None:
    read = city_books.reading().reserve()
    for name in NAMES:
        written = sorted_as_read(name, getattr(city, name))
        back = getattr(read, name)[list(written.columns)]
        pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(written))


def test_shapes_are_read_back_to_the_last_digit(
    city_books: Store, city: Reserve
) -> None:
    read = city_books.reading().reserve().parcels
    for column in ("home_geometry", "geometry"):
        written = gpd.GeoSeries(city.parcels[column]).loc[read.index]
        same = shapely.equals_identical(
            gpd.GeoSeries(read[column]).to_numpy(), written.to_numpy()
        )
        assert same.all()


def test_what_is_read_passes_the_checks_of_its_tables(city_books: Store) -> None:
    reader = city_books.reading()
    for name in NAMES:
        table = reader.table(name)
        checked = tables.check(name, table)
        pd.testing.assert_frame_equal(
            pd.DataFrame(checked)[list(table.columns)], pd.DataFrame(table)
        )


def test_the_state_on_a_date_is_that_of_the_records(
    city_books: Store, city: Reserve
) -> None:
    catalogues = load_catalogues()
    from_store = reserves.as_of(
        city_books.reading().reserve(on=demo.ON), on=demo.ON, catalogues=catalogues
    )
    direct = reserves.as_of(city, on=demo.ON, catalogues=catalogues)
    columns = ["status", "free", "planar_m2", "mature", "standard", "stage"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(from_store.parcels)[columns].sort_index(),
        pd.DataFrame(direct.parcels)[columns].sort_index(),
    )


@pytest.mark.parametrize("name", list(RECORDS))
def test_an_empty_table_is_read_in_its_types(books: Store, name: str) -> None:
    table = books.reading().table(name)
    assert len(table) == 0
    tables.check(name, table)


def test_the_records_of_last_month_are_read_as_they_were(filled: Store) -> None:
    with filled.writing(by="李工", why="改面积") as writer:
        writer.change("parcels", "A-1", {"declared_m2": 19_990.0}, seen=1)
    reader = filled.reading()
    declared = [
        reader.reserve(known_at=known).parcels.loc["A-1", "declared_m2"]
        for known in (1, 2, None)
    ]
    assert declared == [20_000.0, 19_990.0, 19_990.0]


def test_nothing_was_known_before_the_first_revision(filled: Store) -> None:
    assert len(filled.reading().reserve(known_at=0).parcels) == 0


def test_a_moment_stands_for_the_last_revision_up_to_it(
    address: str, opened: Callable[..., Store], two_parcels: gpd.GeoDataFrame
) -> None:
    times = iter([dt.datetime(2024, 3, day, 8, tzinfo=dt.UTC) for day in (1, 20)])
    store = opened(address, create=True, clock=lambda: next(times))
    for parcel in ("A-1", "A-2"):
        with store.writing(by="a", why="b") as writer:
            writer.add("parcels", two_parcels.loc[[parcel]])
    moments = [dt.datetime(2024, month, 15, tzinfo=dt.UTC) for month in (2, 3, 4)]
    reader = store.reading()
    counts = [len(reader.reserve(known_at=moment).parcels) for moment in moments]
    assert counts == [0, 1, 2]


def test_a_clock_that_is_set_back_keeps_the_order_of_moments(
    address: str, opened: Callable[..., Store], two_parcels: gpd.GeoDataFrame
) -> None:
    times = iter([dt.datetime(2024, 3, day, 8, tzinfo=dt.UTC) for day in (20, 1)])
    store = opened(address, create=True, clock=lambda: next(times))
    for parcel in ("A-1", "A-2"):
        with store.writing(by="a", why="b") as writer:
            writer.add("parcels", two_parcels.loc[[parcel]])
    second, first = store.reading().revisions()
    assert second.at == first.at


def test_an_unknown_revision_is_refused_in_both_languages(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="no revision 7") as error:
        filled.reading().reserve(known_at=7)
    assert "没有第 7 次修订" in error.value.text.zh


@pytest.mark.parametrize(
    ("on", "existing"),
    [
        (dt.date(2023, 6, 30), ["A-2"]),
        (dt.date(2023, 7, 1), ["A-1", "A-2"]),
        (dt.date(2023, 12, 31), ["A-1", "A-2"]),
        (LATER, ["A-1"]),
        (None, ["A-1", "A-2"]),
    ],
)
def test_parcels_exist_from_the_day_they_began_until_they_retired(
    filled: Store, on: dt.date | None, existing: list[str]
) -> None:
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"began_on": dt.date(2023, 7, 1)}, seen=1)
        writer.change("parcels", "A-2", {"retired_on": LATER}, seen=1)
    assert list(filled.reading().reserve(on=on).parcels.index) == existing


def test_a_block_of_reading_sees_one_state_while_others_write(
    address: str, filled: Store, opened: Callable[..., Store]
) -> None:
    other = opened(address)
    with filled.reading() as reader:
        before = reader.version
        with other.writing(by="a", why="b") as writer:
            writer.change("parcels", "A-1", {"name": "new"}, seen=1)
        after = reader.version, reader.parcel("A-1")["name"]
    assert (before, *after) == (1, 1, "甲地块")
    assert filled.reading().version == 2


@pytest.mark.parametrize(
    ("place", "found"),
    [
        (Place(), ["A-1", "A-2"]),
        (Place(parks=["GXQ"]), ["A-1", "A-2"]),
        (Place(parks=["DH"]), []),
        (Place(districts=["441203"]), ["A-2"]),
        (Place(area_m2=(25_000, 30_000)), ["A-2"]),
        (Place(area_m2=(20_000, 30_000)), ["A-1", "A-2"]),
        (Place(bbox=(110, 22, 115, 25)), ["A-1", "A-2"]),
        (Place(bbox=(110, 22, 111, 25)), []),
        (Place(shape=box(110, 22, 115, 25), districts=["441202"]), ["A-1"]),
    ],
)
def test_parcels_are_sought_by_place_park_and_area(
    filled: Store, place: Place, found: list[str]
) -> None:
    assert list(filled.reading().parcels(place=place).index) == found


def test_a_shape_finds_what_it_touches_and_not_what_is_in_its_bounds(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    west, south, east, north = two_parcels.total_bounds
    corner = shapely.Polygon([(west, south), (west, north), (west + 1e-5, north)])
    around = corner.union(box(east + 1e-5, south, east + 2e-5, north))
    found = filled.reading().parcels(place=Place(shape=around))
    assert list(found.index) == ["A-1"]


def test_parcels_carry_the_areas_of_their_home_zone(filled: Store) -> None:
    parcels = filled.reading().parcels()
    assert parcels["planar_m2"].tolist() == [20_000.0, 30_000.0]
    assert (parcels["ellipsoid_m2"] != parcels["planar_m2"]).all()


def test_only_the_versions_that_are_asked_for_are_told(filled: Store) -> None:
    reader = filled.reading()
    assert "version" not in reader.parcels()
    assert reader.parcels(versions=True)["version"].tolist() == [1, 1]


def test_a_store_says_whether_its_ground_is_fictional(
    address: str, opened: Callable[..., Store]
) -> None:
    opened(address, create=True, fictional=True)
    assert opened(address).reading().reserve().fictional


def test_an_unknown_parcel_is_named(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="no parcel Z-9"):
        filled.reading().parcel("Z-9")


def test_an_unknown_table_is_named(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="no table roads; it has parks"):
        filled.reading().table("roads")
