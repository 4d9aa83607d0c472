"""Any sequence of splits, mergers and corrections leaves what a plain model says.

The model is a town of square plots, turned so that no boundary runs along an axis. A
parcel is a set of plots, and the record a dictionary of parcels. The store gets the
shapes as an office draws them: straight lines without vertices, to the millimetre.
"""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from zqland.boundaries import outline
from zqland.lineage import ELLIPSOID_M2, PLANAR_M2
from zqland_geodata.store import lineage, open_store
from zqland_geodata.store.evidence import add_evidence
from zqland_geodata.store.lineage import Child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shapely import MultiPolygon, Polygon

    Plots = frozenset[tuple[int, int]]
    Shape = Polygon | MultiPolygon
    Town = dict[str, "Parcel"]

ZONE = 4526
ORIGIN = np.array([38_450_000.0, 2_560_000.0])
SIDE_M = 61.7
ACROSS, UP = 4, 3
TURN = 0.31
TURNED = np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])
FIRST_DAY = dt.date(2020, 1, 1)
WHOLE = frozenset((x, y) for x in range(ACROSS) for y in range(UP))


@dataclass(frozen=True)
class Parcel:
    """What a plain model knows of a parcel."""

    plots: Plots
    began: int
    retired: int | None = None
    documents: frozenset[str] = frozenset()


def draw(plots: Plots) -> Shape:
    """Draw a parcel as an office does."""
    boxes = [shapely.box(x, y, x + 1, y + 1) for x, y in sorted(plots)]
    shape = shapely.simplify(shapely.union_all(boxes), 0.0)
    turned = shapely.transform(shape, lambda xy: xy @ TURNED * SIDE_M + ORIGIN)
    drawn: Shape = shapely.transform(turned, lambda xy: np.round(xy, 3))
    return drawn


def around(plots: Plots) -> Plots:
    """Give the plots beside some plots."""
    steps = ((1, 0), (-1, 0), (0, 1), (0, -1))
    beside = {(x + dx, y + dy) for x, y in plots for dx, dy in steps}
    return frozenset(beside & WHOLE) - plots


def day(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number)


class TownMachine(RuleBasedStateMachine):
    """Does to the store what it does to the model, and compares them."""

    def __init__(self, new_address: Callable[[], str]) -> None:
        super().__init__()
        self.store = open_store(new_address())
        self.town: Town = {}
        self.known: dict[int, Town] = {}
        self.edges: list[tuple[str, str]] = []
        self.today = 0
        self.count = 0
        self.total_m2 = 0.0
        self.chosen: dict[str, frozenset[str]] = {}

    def teardown(self) -> None:
        """Close the store."""
        self.store.close()

    @initialize()
    def record_one_parcel(self) -> None:
        """Begin with one parcel on all the ground."""
        parcel_id = self.next_id()
        row = {
            "parcel_id": [parcel_id],
            "name": "全部",
            "park_id": None,
            "district": None,
            "home_zone": ZONE,
            "home_geometry": gpd.GeoSeries([draw(WHOLE)]),
            "began_on": day(0),
        }
        with self.store.writing(by="a", why="b") as writer:
            writer.add("parcels", gpd.GeoDataFrame(row))
        self.town[parcel_id] = Parcel(WHOLE, 0)
        self.total_m2 = draw(WHOLE).area
        self.remember()

    @rule(data=st.data())
    def record_evidence(self, data: st.DataObject) -> None:
        """Say something about a parcel."""
        parcel_id = data.draw(st.sampled_from(self.current))
        document = f"D{len(self.known)}"
        entry = {
            "subject_kind": "parcel",
            "subject_id": parcel_id,
            "item": "road",
            "done_on": day(self.today),
            "document": document,
        }
        with self.store.writing(by="a", why="b") as writer:
            add_evidence(writer, entry)
        old = self.town[parcel_id]
        self.town[parcel_id] = replace(old, documents=old.documents | {document})
        self.remember()

    @rule(data=st.data(), days=st.integers(0, 2), is_drawn=st.booleans())
    def split(self, data: st.DataObject, days: int, *, is_drawn: bool) -> None:
        """Split a parcel into any two sets of its plots, the second drawn or not."""
        able = [name for name in self.current if len(self.town[name].plots) > 1]
        if not able:
            return
        self.today += days
        old = data.draw(st.sampled_from(able))
        plots = sorted(self.town[old].plots)
        some = st.sets(st.sampled_from(plots), min_size=1, max_size=len(plots) - 1)
        first = frozenset(data.draw(some))
        parts = {self.next_id(): first, self.next_id(): self.town[old].plots - first}
        drawn = [draw(first), draw(self.town[old].plots - first) if is_drawn else None]
        children = [
            Child(name, shape, evidence=self.choose(data, name, [old]))
            for name, shape in zip(parts, drawn, strict=True)
        ]
        with self.store.writing(by="a", why="b") as writer:
            done = lineage.split(
                writer, old, children, on=day(self.today), seen=self.version(old)
            )
        self.check_sums(done)
        self.succeed([old], parts)

    @rule(data=st.data(), days=st.integers(0, 2))
    def merge(self, data: st.DataObject, days: int) -> None:
        """Merge a parcel with those beside it."""
        first = data.draw(st.sampled_from(self.current))
        beside = [
            name
            for name in self.current
            if around(self.town[first].plots) & self.town[name].plots
        ]
        if not beside:
            return
        self.today += days
        some = st.lists(st.sampled_from(beside), min_size=1, max_size=3, unique=True)
        old = [first, *data.draw(some)]
        plots = frozenset().union(*(self.town[name].plots for name in old))
        new = self.next_id()
        child = Child(new, evidence=self.choose(data, new, old))
        with self.store.writing(by="a", why="b") as writer:
            done = lineage.merge(
                writer,
                old,
                child,
                on=day(self.today),
                seen={name: self.version(name) for name in old},
            )
        self.check_sums(done)
        self.succeed(old, {new: plots})

    @rule(data=st.data(), days=st.integers(0, 2), is_new=st.booleans())
    def correct(self, data: st.DataObject, days: int, *, is_new: bool) -> None:
        """Give up a plot, or take one that is nobody's, under either number."""
        old = data.draw(st.sampled_from(self.current))
        plots = self.town[old].plots
        taken = frozenset().union(*(self.town[name].plots for name in self.current))
        able = [plots ^ {plot} for plot in sorted(plots | (around(plots) - taken))]
        able = [changed for changed in able if changed]
        if not able:
            return
        self.today += days
        right = data.draw(st.sampled_from(able))
        new = self.next_id() if is_new else old
        chosen = self.choose(data, new, [old]) if is_new else []
        child = Child(new, draw(right), evidence=chosen)
        with self.store.writing(by="a", why="b") as writer:
            done = lineage.correct(
                writer, old, child, on=day(self.today), seen=self.version(old)
            )
        self.total_m2 += done.planar_m2
        if is_new:
            self.succeed([old], {new: right})
            return
        self.edges.append((new, old))
        self.town[old] = replace(self.town[old], plots=right)
        self.remember()

    @invariant()
    def parcels_are_those_of_the_model(self) -> None:
        """Compare what is there today with the model."""
        found = self.there()
        assert sorted(found.index) == self.current
        for name, area_m2 in found["planar_m2"].items():
            expected = len(self.town[str(name)].plots) * SIDE_M**2
            assert area_m2 == pytest.approx(expected, abs=0.5)

    @invariant()
    def no_ground_is_lost_or_made(self) -> None:
        """Compare the sum of all areas with that at the beginning."""
        found = self.there()
        most = PLANAR_M2 * (1 + len(self.known))
        assert found["planar_m2"].sum() == pytest.approx(self.total_m2, abs=most)

    @invariant()
    def neighbours_share_all_vertices(self) -> None:
        """Look for an edge that is neither outside nor that of a neighbour too."""
        shapes = list(self.there()["home_geometry"])
        assert outline(shapes) == outline([shapely.union_all(shapes)])

    @invariant()
    def evidence_is_what_was_chosen(self) -> None:
        """Compare the documents of all parcels."""
        found = lineage.parcel_evidence(self.store.reading(), list(self.town))
        documents = found.groupby("subject_id")["document"].agg(frozenset)
        expected = {
            name: parcel.documents
            for name, parcel in self.town.items()
            if parcel.documents
        }
        assert documents.to_dict() == expected

    @invariant()
    def children_point_to_parents(self) -> None:
        """Compare the lineage."""
        found = self.store.reading().table("lineage")
        assert sorted(zip(found["child_id"], found["parent_id"], strict=True)) == (
            sorted(self.edges)
        )

    @rule(data=st.data())
    def look_at_another_day(self, data: st.DataObject) -> None:
        """Compare the parcels of a day with the model."""
        number = data.draw(st.integers(0, self.today))
        found = self.store.reading().parcels(on=day(number))
        assert sorted(found.index) == sorted(
            name
            for name, parcel in self.town.items()
            if parcel.began <= number
            and (parcel.retired is None or parcel.retired > number)
        )

    @rule(data=st.data())
    def look_at_what_was_known(self, data: st.DataObject) -> None:
        """Compare what was known at a revision with the model of that time."""
        revision = data.draw(st.sampled_from(sorted(self.known)))
        found = self.store.reading().parcels(known_at=revision)
        then = self.known[revision]
        assert sorted(found.index) == sorted(then)
        retired = found.index[found["retired_on"].notna()]
        assert sorted(retired) == sorted(
            name for name, parcel in then.items() if parcel.retired is not None
        )
        for name, area_m2 in found["planar_m2"].items():
            expected = len(then[str(name)].plots) * SIDE_M**2
            assert area_m2 == pytest.approx(expected, abs=0.5)

    @property
    def current(self) -> list[str]:
        """Name the parcels that are not retired."""
        return sorted(
            name for name, parcel in self.town.items() if parcel.retired is None
        )

    def there(self) -> gpd.GeoDataFrame:
        """Read what exists today."""
        return self.store.reading().parcels(on=day(self.today))

    def next_id(self) -> str:
        """Make a number that no parcel had."""
        self.count += 1
        return f"P{self.count:03}"

    def version(self, name: str) -> int:
        """Give the version of a parcel that an office would see."""
        return int(self.store.reading().parcel(name)["version"])

    def choose(self, data: st.DataObject, child: str, parents: list[str]) -> list[str]:
        """Choose some evidence of the old parcels for a new one."""
        listed = lineage.parcel_evidence(self.store.reading(), parents)
        if listed.empty:
            self.chosen[child] = frozenset()
            return []
        documents = listed.set_index("evidence_id")["document"]
        some = data.draw(st.sets(st.sampled_from(sorted(documents.index))))
        self.chosen[child] = frozenset(documents.loc[sorted(some)])
        return sorted(some)

    def succeed(self, old: list[str], new: dict[str, Plots]) -> None:
        """Let parcels of the model follow others."""
        for name in old:
            self.town[name] = replace(self.town[name], retired=self.today)
        for name, plots in new.items():
            documents = self.chosen.pop(name)
            self.town[name] = Parcel(plots, self.today, documents=documents)
        self.edges += [(child, parent) for parent in old for child in new]
        self.remember()

    def remember(self) -> None:
        """Keep the model of this revision."""
        self.known[self.store.reading().version] = dict(self.town)

    def check_sums(self, done: lineage.Succession) -> None:
        """Compare the remainders with what the books allow."""
        assert abs(done.planar_m2) <= PLANAR_M2
        assert abs(done.ellipsoid_m2) <= ELLIPSOID_M2


def at_most(examples: int) -> int:
    """Take fewer examples where all tests do."""
    return min(examples, settings().max_examples)


def test_any_sequence_in_a_file_leaves_what_the_model_says(
    made_file: Path, tmp_path: Path
) -> None:
    def new_address() -> str:
        path = tmp_path / f"{uuid.uuid4().hex}.zqland"
        shutil.copyfile(made_file, path)
        return str(path)

    run_state_machine_as_test(
        lambda: TownMachine(new_address),
        settings=settings(max_examples=at_most(12), stateful_step_count=12),
    )


@pytest.mark.usefixtures("made_database")
def test_any_sequence_on_a_server_leaves_what_the_model_says(
    request: pytest.FixtureRequest,
) -> None:
    cluster = request.getfixturevalue("cluster")
    made: list[str] = []

    def new_address() -> str:
        made.append(cluster.create_database("with_store"))
        return made[-1]

    run_state_machine_as_test(
        lambda: TownMachine(new_address),
        settings=settings(max_examples=at_most(4), stateful_step_count=10),
    )
    for address in made:
        cluster.drop(address)
