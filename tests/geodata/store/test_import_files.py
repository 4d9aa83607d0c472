"""Real files come in, come in again, and come in changed; any deliveries add up."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from zqland import crs, tables
from zqland_geodata.spreadsheets import read_evidence, read_status_events
from zqland_geodata.store import boundaries, imports, open_store
from zqland_geodata.store.imports import Delivery, Scope
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from zqland_geodata.store import Store

ON = dt.date(2024, 3, 1)
EVIDENCE = "对象类型,地块编号,事项,完成日期,文件\n"
FIRST = "地块,A-1,道路,2023-05-01,验收单\n"
SECOND = "地块,A-2,供水,2023-06-01,验收单\n"
STATUS = "地块编号,状态,发生日期\nA-1,在库,2022-01-01\n"


def write_parcels(folder: Path, names: list[str]) -> Path:
    """Write squares in zone 38 as an office would."""
    shapes = [
        box(38_450_000 + 100 * n, 2_560_000, 38_450_100 + 100 * n, 2_560_100)
        for n in range(len(names))
    ]
    table = gpd.GeoDataFrame(
        {"地块编号": names, "地块名称": "地块"}, geometry=shapes, crs=4526
    )
    path = folder / "parcels.gpkg"
    path.unlink(missing_ok=True)
    table.to_file(path, engine="pyogrio")
    return path


def delivered(folder: Path, evidence: str, names: list[str] | None = None) -> Delivery:
    """Read the files of a delivery as the commands do."""
    parcels = read_parcels(write_parcels(folder, names or ["A-1", "A-2"]))
    sheet, status = folder / "evidence.csv", folder / "status.csv"
    sheet.write_text(EVIDENCE + evidence, encoding="utf-8")
    status.write_text(STATUS, encoding="utf-8")
    facts, events = read_evidence(sheet), read_status_events(status)
    return Delivery(
        {
            "parcels": parcels.parcels,
            "evidence": facts.evidence,
            "status_events": events.status_events,
        },
        (*parcels.findings, *facts.findings, *events.findings),
    )


def test_the_same_files_once_more_change_nothing(books: Store, tmp_path: Path) -> None:
    first = delivered(tmp_path, FIRST)
    imports.load(books, first, on=ON, by="a", why="b")
    again = imports.load(books, delivered(tmp_path, FIRST), on=ON, by="a", why="b")
    assert again.revision is None
    assert books.reading().version == 1


def test_a_row_put_before_others_in_a_sheet_is_all_that_is_new(
    books: Store, tmp_path: Path
) -> None:
    imports.load(books, delivered(tmp_path, FIRST), on=ON, by="a", why="b")
    more = delivered(tmp_path, SECOND + FIRST)
    imports.load(books, more, on=ON, by="a", why="b")
    evidence = books.reading().reserve().evidence
    assert evidence[["evidence_id", "item"]].to_numpy().tolist() == [
        ["E1-1", "road"],
        ["E2-1", "water"],
    ]


def test_a_file_with_a_number_twice_blocks(books: Store, tmp_path: Path) -> None:
    delivery = delivered(tmp_path, FIRST, ["A-1", "A-1"])
    diff = imports.compare(books.reading(), delivery, on=ON)
    assert [one.rule for one in diff.faults] == ["id.repeated"]
    assert diff.sentences()[0].zh.startswith("无法导入")


def test_a_file_with_a_record_without_a_number_blocks(
    books: Store, tmp_path: Path
) -> None:
    delivery = delivered(tmp_path, FIRST, ["A-1", ""])
    diff = imports.compare(books.reading(), delivery, on=ON)
    assert [one.rule for one in diff.faults] == ["id.missing"]


# --- any deliveries --------------------------------------------------------------

PARKS = ("GXQ", "SH")
ROW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["甲", "乙", None]),
        "east": st.integers(0, 3),
        "price": st.sampled_from([None, 1.0, 2.5]),
    }
)
NAMES = st.sampled_from([f"P-{number}" for number in range(6)])
STEP = st.tuples(
    st.sampled_from(PARKS), st.dictionaries(NAMES, ROW, min_size=1, max_size=4)
)


def as_parcels(park: str, rows: dict[str, dict[str, object]]) -> gpd.GeoDataFrame:
    """Make parcels of a park; each number has its own strip of ground."""
    names = [f"{park}-{name}" for name in rows]
    north = [1000 * (PARKS.index(park) * 10 + int(name[2:])) for name in rows]
    home = gpd.GeoSeries(
        [
            box(
                38_450_000 + 0.1 * int(str(row["east"])),
                2_500_000 + start,
                38_450_100,
                2_500_100 + start,
            )
            for row, start in zip(rows.values(), north, strict=True)
        ],
        index=pd.Index(names, name="parcel_id", dtype="str"),
    )
    columns = {
        "name": [row["name"] for row in rows.values()],
        "park_id": park,
        "district": "441202",
        "home_zone": 4526,
        "home_geometry": home,
        "price_wan_per_mu": [row["price"] for row in rows.values()],
    }
    shapes = crs.to_geographic(home, 4526)
    made = gpd.GeoDataFrame(columns, index=home.index, geometry=shapes)
    return tables.check("parcels", made)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store to be copied."""
    path = tmp_path_factory.mktemp("empty") / "books.zqland"
    open_store(path, create=True).close()
    return path


@settings(max_examples=10, phases=[Phase.generate])
@given(steps=st.lists(STEP, min_size=1, max_size=4))
def test_after_any_delivery_the_scope_is_what_was_delivered_and_the_rest_untouched(
    empty: Path, steps: list[tuple[str, dict[str, dict[str, object]]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "books.zqland")
        shutil.copyfile(empty, path)
        with open_store(path) as store:
            for number, (park, rows) in enumerate(steps):
                deliver(store, park, rows, on=ON + dt.timedelta(days=number))


def deliver(
    store: Store, park: str, rows: dict[str, dict[str, object]], *, on: dt.date
) -> None:
    """Deliver a park, and look at what the store says after it."""
    scope, reader = Scope(f"park:{park}"), store.reading()
    before = reader.parcels(on=on)
    retired = reader.parcels().index.difference(before.index)
    parcels = as_parcels(park, rows)
    parcels = parcels[~parcels.index.isin(retired)]
    if parcels.empty:
        return
    delivery = Delivery({"parcels": parcels})
    diff = imports.compare(reader, delivery, on=on, scope=scope)
    imports.apply(store, diff, by="a", why="b")
    assert imports.compare(reader, delivery, on=on, scope=scope).is_empty
    after = reader.parcels(on=on)
    own = after[after["park_id"] == park]
    assert sorted(own.index) == sorted(parcels.index)
    same = boundaries.same_ground(
        own["home_geometry"].to_numpy(),
        parcels.loc[own.index, "home_geometry"].to_numpy(),
    )
    assert same.all()
    others = [part[part["park_id"] != park] for part in (before, after)]
    pd.testing.assert_frame_equal(*map(pd.DataFrame, others))
    # What was known before is known as it was.
    old = reader.table("parcels", known_at=diff.version)
    assert old.index.tolist() == sorted({*before.index, *retired, *old.index})


# --- boundaries ------------------------------------------------------------------


def test_a_shape_given_in_another_zone_is_the_same_ground() -> None:
    square = gpd.GeoSeries([box(38_610_000, 2_560_000, 38_610_100, 2_560_100)])
    degrees = crs.to_geographic(square, 4526)
    other = crs.to_home(degrees, 4527)
    before = pd.DataFrame({"home_zone": [4526]}).assign(
        home_geometry=square, geometry=degrees
    )
    after = before.assign(home_zone=4527, home_geometry=other)
    assert boundaries.compare(before, after).empty


def test_a_hole_that_appears_is_lost_ground() -> None:
    whole = box(38_450_000, 2_560_000, 38_450_100, 2_560_100)
    holed = whole.difference(box(38_450_010, 2_560_010, 38_450_020, 2_560_020))
    frames = [
        pd.DataFrame({"home_zone": [4526]}).assign(
            home_geometry=gpd.GeoSeries([shape]), geometry=gpd.GeoSeries([shape])
        )
        for shape in (whole, holed)
    ]
    (moved,) = boundaries.compare(*frames).to_dict("records")
    assert (moved["gained_m2"], moved["lost_m2"]) == (0, pytest.approx(100))


def test_a_boundary_that_crosses_itself_is_measured_all_the_same() -> None:
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    square = np.array([box(0, 0, 10, 10)], dtype=object)
    assert not boundaries.same_ground(square, np.array([bow], dtype=object))[0]
    frames = [
        pd.DataFrame({"home_zone": [4526]}).assign(
            home_geometry=gpd.GeoSeries([shape]), geometry=gpd.GeoSeries([shape])
        )
        for shape in (square[0], bow)
    ]
    (moved,) = boundaries.compare(*frames).to_dict("records")
    assert moved["lost_m2"] == pytest.approx(50)
