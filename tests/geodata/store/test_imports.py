"""Files are compared with the store; what was confirmed is applied, and no more."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import affinity

from zqland import crs
from zqland.errors import NotFoundError
from zqland_geodata.errors import ChangedMeanwhileError, RecordError
from zqland_geodata.store import imports
from zqland_geodata.store.imports import Delivery, Scope
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from zqland.reserve import Reserve
    from zqland_geodata.store import Store

ON = dt.date(2024, 3, 1)
PARK = Scope("park:GXQ")


def renamed(parcels: gpd.GeoDataFrame, name: str = "新名") -> gpd.GeoDataFrame:
    changed = parcels.copy()
    changed.loc["A-1", "name"] = name
    return changed


def reshaped(
    parcels: gpd.GeoDataFrame, shapes: dict[str, shapely.Geometry]
) -> gpd.GeoDataFrame:
    """Give parcels other shapes in zone 38."""
    home = gpd.GeoSeries(
        [
            shapes.get(str(name), shape)
            for name, shape in parcels["home_geometry"].items()
        ],
        index=parcels.index,
    )
    # Readers give an empty shape where there is none.
    degrees = crs.to_geographic(home, 4526).fillna(shapely.Polygon())
    return parcels.assign(home_geometry=home).set_geometry(degrees)


def numbered(parcels: gpd.GeoDataFrame, names: list[str]) -> gpd.GeoDataFrame:
    return parcels.set_axis(pd.Index(names, name="parcel_id"))


def facts(*subjects: str, names: list[str] | None = None) -> pd.DataFrame:
    """Give evidence of a road, without numbers unless they are given."""
    made = [f"佐证.xlsx!row {row}:road" for row in range(2, 2 + len(subjects))]
    return pd.DataFrame(
        {
            "evidence_id": names or made,
            "subject_kind": "parcel",
            "subject_id": list(subjects),
            "item": "road",
            "done_on": pd.Timestamp(2023, 5, 1),
            "document": "验收单",
        }
    )


def events(*parcels: str) -> pd.DataFrame:
    rows = {
        "parcel_id": list(parcels),
        "status": "in_reserve",
        "happened_on": pd.Timestamp(2022, 1, 1),
    }
    return pd.DataFrame(rows)


def differences(
    store: Store, scope: Scope = PARK, **tables: pd.DataFrame
) -> imports.Diff:
    return imports.compare(store.reading(), Delivery(tables), on=ON, scope=scope)


def applied(store: Store, diff: imports.Diff) -> imports.Applied:
    return imports.apply(store, diff, by="李工", why="季度更新")


# --- the whole reserve -----------------------------------------------------------


def test_a_whole_reserve_comes_in_as_one_revision_and_once_more_changes_nothing(
    books: Store, city: Reserve
) -> None:
    delivery = Delivery.of_reserve(city)
    done = imports.load(books, delivery, on=ON, by="张工", why="首次入库")
    assert done.revision == books.reading().version == 1
    assert done.counts["added"].to_dict() == {
        name: len(getattr(city, name)) for name in delivery.tables
    }
    again = imports.compare(books.reading(), delivery, on=ON)
    assert again.is_empty
    assert imports.apply(books, again, by="张工", why="再次导入").revision is None
    assert books.reading().version == 1


def test_what_came_in_is_read_as_it_was(books: Store, city: Reserve) -> None:
    imports.load(books, Delivery.of_reserve(city), on=ON, by="a", why="b")
    read = books.reading().reserve(on=ON)
    written = city.parcels.sort_index()
    same = shapely.equals_identical(
        gpd.GeoSeries(read.parcels["home_geometry"]).to_numpy(),
        gpd.GeoSeries(written["home_geometry"]).to_numpy(),
    )
    assert same.all()
    assert read.parcels["name"].tolist() == written["name"].tolist()
    assert (
        read.evidence["evidence_id"].tolist() == city.evidence["evidence_id"].tolist()
    )


def test_tables_that_were_not_delivered_stay_as_they_are(filled: Store) -> None:
    imports.load(filled, Delivery({"evidence": facts("A-1")}), on=ON, by="a", why="b")
    assert filled.reading().reserve(on=ON).parcels.index.tolist() == ["A-1", "A-2"]


# --- differences -----------------------------------------------------------------


def test_a_changed_cell_is_told_with_what_was_before(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, parcels=renamed(two_parcels))
    assert diff.tables["parcels"].cells.to_numpy().tolist() == [
        ["A-1", "name", "甲地块", "新名"]
    ]
    said = [text.zh for text in diff.sentences()]
    assert "地块 A-1：地块名称由 “甲地块” 改为 “新名”。" in said


def test_a_moved_boundary_is_told_with_what_was_gained_and_lost(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    shape = affinity.translate(two_parcels["home_geometry"]["A-1"], 1, 0)
    diff = differences(filled, parcels=reshaped(two_parcels, {"A-1": shape}))
    (row,) = diff.tables["parcels"].moved.to_dict("records")
    assert row == {
        "key": "A-1",
        "before_m2": pytest.approx(20_000),
        "after_m2": pytest.approx(20_000),
        "gained_m2": pytest.approx(200),
        "lost_m2": pytest.approx(200),
    }
    said = [text.en for text in diff.sentences()]
    assert any("200.00 m² gained, 200.00 m² lost" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("metres", "moves"), [(0.0004, False), (0.0006, True), (0.5, True)]
)
def test_less_than_half_a_millimetre_is_no_move(
    filled: Store, two_parcels: gpd.GeoDataFrame, metres: float, *, moves: bool
) -> None:
    shape = affinity.translate(two_parcels["home_geometry"]["A-1"], 0, metres)
    diff = differences(filled, parcels=reshaped(two_parcels, {"A-1": shape}))
    assert diff.is_empty is not moves


def test_another_first_vertex_and_vertices_on_straight_lines_are_no_move(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    shape = two_parcels["home_geometry"]["A-1"].segmentize(30).reverse()
    assert differences(filled, parcels=reshaped(two_parcels, {"A-1": shape})).is_empty


def test_parcels_that_are_gone_from_the_scope_are_told_with_their_area(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, parcels=two_parcels.loc[["A-1"]])
    assert diff.gone["parcel_id"].tolist() == ["A-2"]
    (sentence,) = [text.zh for text in diff.sentences() if "A-2" in text.zh]
    assert "30,000.00 平方米" in sentence
    assert "2024-03-01" in sentence


@pytest.mark.parametrize(
    ("scope", "gone"),
    [
        (Scope(), ["A-2"]),
        (Scope("district:441202"), []),
        (Scope.of_parcels(["A-1"]), []),
        (Scope.of_parcels(["A-1", "A-2"]), ["A-2"]),
    ],
)
def test_only_parcels_of_the_scope_can_be_gone(
    filled: Store, two_parcels: gpd.GeoDataFrame, scope: Scope, gone: list[str]
) -> None:
    diff = differences(filled, scope, parcels=two_parcels.loc[["A-1"]])
    assert diff.gone["parcel_id"].tolist() == gone


def test_a_scope_that_nothing_has_is_refused(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    with pytest.raises(NotFoundError, match="no scope"):
        differences(filled, Scope("park:XX"), parcels=two_parcels)


def test_a_column_without_any_value_was_not_delivered(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, parcels=two_parcels.assign(declared_m2=None))
    assert diff.is_empty
    (finding,) = diff.findings
    assert (finding.rule, finding.field) == ("import.column_absent", "declared_m2")


def test_the_table_lists_every_difference_in_the_language_asked_for(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    third = numbered(two_parcels.iloc[[1]], ["A-3"])
    parcels = pd.concat([renamed(two_parcels).iloc[[0]], third])
    table = differences(filled, parcels=parcels).table("zh")
    assert table[["key", "change"]].to_numpy().tolist() == [
        ["A-3", "新增"],
        ["A-1", "变更"],
        ["A-2", "消失"],
    ]


# --- applying --------------------------------------------------------------------


def test_what_was_confirmed_is_applied_as_one_revision(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    shape = two_parcels["home_geometry"]["A-1"].buffer(1, join_style="mitre")
    parcels = reshaped(renamed(two_parcels), {"A-1": shape}).loc[["A-1"]]
    done = applied(filled, differences(filled, parcels=parcels))
    assert done.revision == 2
    reader = filled.reading()
    assert reader.parcel("A-1")["name"] == "新名"
    assert reader.parcel("A-1")["planar_m2"] == pytest.approx(shape.area)
    assert differences(filled, parcels=parcels).is_empty


def test_a_parcel_that_is_gone_retires_and_stays_in_the_books(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    applied(filled, differences(filled, parcels=two_parcels.loc[["A-1"]]))
    reader = filled.reading()
    assert reader.parcels(on=ON).index.tolist() == ["A-1"]
    assert reader.parcels(on=ON - dt.timedelta(days=1)).index.tolist() == ["A-1", "A-2"]
    assert reader.parcel("A-2")["retired_on"] == pd.Timestamp(ON)


def test_ground_that_is_replotted_is_in_the_books_once_on_every_day(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    parcels = numbered(two_parcels, ["A-1", "B-2"])
    diff = differences(filled, parcels=parcels)
    (finding,) = [one for one in diff.findings if one.rule == "import.replotted"]
    assert finding.record == "B-2"
    assert "A-2" in finding.message.en
    applied(filled, diff)
    for day in (ON - dt.timedelta(days=1), ON):
        areas = filled.reading().parcels(on=day)["planar_m2"]
        assert areas.sum() == pytest.approx(50_000)


def test_nothing_that_the_store_has_changes_without_being_confirmed(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    delivery = Delivery({"parcels": renamed(two_parcels).loc[["A-1"]]})
    with pytest.raises(RecordError, match="rows: 1; parcels that retire: 1") as error:
        imports.load(filled, delivery, on=ON, by="a", why="b")
    assert "1 宗地块" in error.value.text.zh
    assert filled.reading().version == 1


def test_a_diff_is_refused_when_a_row_of_it_was_changed_meanwhile(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, parcels=renamed(two_parcels))
    with filled.writing(by="王工", why="更正名称") as writer:
        writer.change("parcels", "A-1", {"name": "另名"}, seen=1)
    with pytest.raises(ChangedMeanwhileError, match="王工 wrote revision 2") as error:
        applied(filled, diff)
    assert "（更正名称）" in error.value.text.zh
    assert filled.reading().parcel("A-1")["name"] == "另名"


def test_a_diff_is_refused_when_a_parcel_came_into_its_scope_meanwhile(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, parcels=renamed(two_parcels))
    with filled.writing(by="a", why="b") as writer:
        writer.add("parcels", numbered(two_parcels.iloc[[0]], ["A-3"]))
    with pytest.raises(ChangedMeanwhileError):
        applied(filled, diff)


def test_a_diff_holds_when_others_wrote_something_else(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, parcels=renamed(two_parcels))
    with filled.writing(by="a", why="b") as writer:
        writer.add("status_events", events("A-1"))
    assert applied(filled, diff).revision == 3


def test_the_diff_that_was_shown_can_be_made_again_and_is_known_by_its_code(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    shown = differences(filled, parcels=renamed(two_parcels))
    with filled.writing(by="a", why="b") as writer:
        writer.change("parcels", "A-1", {"name": "另名"}, seen=1)
    delivery = Delivery({"parcels": renamed(two_parcels)})
    reader = filled.reading()
    again = imports.compare(reader, delivery, on=ON, scope=PARK, known_at=1)
    assert again.confirmation == shown.confirmation
    now = imports.compare(reader, delivery, on=ON, scope=PARK)
    assert not now.is_confirmed_by(shown.confirmation)


# --- evidence and status events --------------------------------------------------


def test_entries_without_numbers_come_in_once_wherever_they_stand(
    filled: Store,
) -> None:
    delivery = {"evidence": facts("A-1"), "status_events": events("A-1")}
    applied(filled, differences(filled, **delivery))
    more = {"evidence": facts("A-2", "A-1"), "status_events": events("A-2", "A-1")}
    applied(filled, differences(filled, **more))
    reserve = filled.reading().reserve()
    assert reserve.evidence["evidence_id"].tolist() == ["E2-1", "E3-1"]
    assert reserve.evidence["subject_id"].tolist() == ["A-1", "A-2"]
    assert reserve.evidence["recorded_by"].tolist() == ["李工", "李工"]
    assert reserve.status_events["parcel_id"].tolist() == ["A-1", "A-2"]


def test_an_entry_that_was_corrected_does_not_come_back(filled: Store) -> None:
    wrong = facts("A-1", names=["E-9"])
    right = wrong.assign(
        evidence_id="E-10", supersedes="E-9", done_on=pd.Timestamp(2023, 6, 1)
    )
    applied(filled, differences(filled, evidence=wrong))
    applied(filled, differences(filled, evidence=right))
    assert differences(filled, evidence=wrong).is_empty


def test_an_entry_that_says_something_else_than_the_store_blocks(
    filled: Store,
) -> None:
    applied(filled, differences(filled, evidence=facts("A-1", names=["E-9"])))
    other = facts("A-1", names=["E-9"]).assign(done_on=pd.Timestamp(2023, 6, 1))
    (fault,) = differences(filled, evidence=other).faults
    assert (fault.rule, fault.record) == ("import.entry_differs", "E-9")
    assert "完成日期" in fault.message.zh


def test_an_entry_about_a_parcel_that_is_delivered_with_it_comes_in(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    parcels = pd.concat([two_parcels, numbered(two_parcels.iloc[[0]], ["A-3"])])
    diff = differences(filled, parcels=parcels, evidence=facts("A-3"))
    assert not diff.faults
    applied(filled, diff)
    assert filled.reading().reserve().evidence["subject_id"].tolist() == ["A-3"]


# --- faults block ----------------------------------------------------------------


def test_a_number_that_stands_twice_blocks(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, parcels=numbered(two_parcels, ["A-1", "A-1"]))
    assert [one.rule for one in diff.faults] == ["import.key_repeated"]
    with pytest.raises(RecordError, match="A-1 – parcel: several records"):
        applied(filled, diff)
    assert filled.reading().version == 1


@pytest.mark.parametrize("name", [None, " "])
def test_a_record_without_a_number_blocks(
    filled: Store, two_parcels: gpd.GeoDataFrame, name: str | None
) -> None:
    parcels = two_parcels.set_axis(pd.Index(["A-1", name], name="parcel_id"))
    diff = differences(filled, parcels=parcels)
    assert [one.rule for one in diff.faults] == ["import.key_missing"]


def test_a_record_out_of_the_scope_blocks(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    diff = differences(filled, Scope("district:441202"), parcels=two_parcels)
    assert [(one.rule, one.record) for one in diff.faults] == [
        ("import.outside_scope", "A-2")
    ]


@pytest.mark.parametrize("table", ["evidence", "status_events"])
def test_an_entry_about_what_nobody_knows_blocks(filled: Store, table: str) -> None:
    made = {"evidence": facts("A-1", "X-1"), "status_events": events("A-1", "X-1")}
    (fault,) = differences(filled, **{table: made[table]}).faults
    assert (fault.rule, fault.record) == ("import.unknown_subject", "X-1")


def test_an_entry_about_a_parcel_out_of_the_scope_blocks(filled: Store) -> None:
    diff = differences(filled, Scope("district:441202"), evidence=facts("A-1", "A-2"))
    assert [(one.rule, one.record) for one in diff.faults] == [
        ("import.outside_scope", "A-2")
    ]


def test_the_number_of_a_retired_parcel_blocks(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    applied(filled, differences(filled, parcels=two_parcels.loc[["A-1"]]))
    (fault,) = differences(filled, parcels=two_parcels).faults
    assert (fault.rule, fault.record) == ("import.retired", "A-2")
    assert "2024-03-01" in fault.message.zh


def test_a_parcel_without_a_shape_blocks(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    empty = reshaped(two_parcels, {"A-1": shapely.Polygon()})
    (fault,) = differences(filled, parcels=empty).faults
    assert (fault.rule, fault.record) == ("import.no_shape", "A-1")


def test_a_listed_parcel_that_nobody_has_is_told(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    scope = Scope.of_parcels(["A-1", "A-2", "A-7"])
    (finding,) = differences(filled, scope, parcels=two_parcels).findings
    assert (finding.rule, finding.record) == ("import.not_found", "A-7")


def test_nothing_is_left_of_an_import_that_fails(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    before = filled.reading().table("parcels", versions=True)
    parcels = renamed(two_parcels).assign(declared_m2=[-1.0, None])
    with pytest.raises(ValueError, match="declared_m2"):
        applied(filled, differences(filled, parcels=parcels))
    after = filled.reading().table("parcels", versions=True)
    pd.testing.assert_frame_equal(pd.DataFrame(after), pd.DataFrame(before))


def test_a_row_of_a_small_table_changes_by_its_whole_key(filled: Store) -> None:
    row = {"year": [2024], "predicate": ["mature"], "scope": ["city"]}
    first = pd.DataFrame(row | {"target_m2": [1000.0]})
    second = first.assign(target_m2=2000.0)
    applied(filled, differences(filled, targets=first))
    diff = differences(filled, targets=second)
    assert diff.tables["targets"].cells["key"].tolist() == ["2024 / mature / city"]
    applied(filled, diff)
    table = filled.reading().table("targets", versions=True)
    assert table[["target_m2", "version"]].to_numpy().tolist() == [[2000.0, 2.0]]
    assert len(RECORDS["targets"].key) == 3


def test_a_figure_that_differs_in_its_last_binary_digit_is_the_same(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    parcels = two_parcels.assign(declared_m2=[19_999.999999999996, None])
    assert differences(filled, parcels=parcels).is_empty


def test_the_counts_of_a_diff_can_be_told_alone(
    filled: Store, two_parcels: gpd.GeoDataFrame
) -> None:
    parcels = two_parcels.assign(declared_m2=[19_000.0, None])
    (said,) = differences(filled, parcels=parcels).sentences(most=0)
    assert (said.en, said.zh) == ("parcel: 1 changed.", "地块：变更 1。")


def test_entries_without_numbers_are_called_by_what_they_say(filled: Store) -> None:
    delivery = {"evidence": facts("A-1"), "status_events": events("A-1")}
    diff = differences(filled, **delivery)
    called = diff.table("zh")["key"].tolist()
    assert [key.split("，")[0] for key in called] == ["A-1", "A-1"]
    assert not [text.en for text in diff.sentences() if "nan" in text.en.lower()]
