"""The ledger against atoms of ground that are followed by hand, day by day.

The reference knows nothing of runs, shares or sums of movements. Ground is a set of
atoms of 100 m². Each day every atom lies in one record, and for each day it is asked
anew what evidence is valid there and which event was the last.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zqland.ledger import Books, Period, balance, flows, stock
from zqland.readiness import PREDICATES

if TYPE_CHECKING:
    from collections.abc import Callable

ATOM_M2 = 100.0
START = dt.date(2023, 1, 1)
DAYS = 14
ITEMS = ("road", "title", "paper")
NEEDS = {
    "all": set(),
    "serviced": {"road"},
    "clean": {"title"},
    "mature": {"road", "title"},
    "standard": {"title", "paper"},
}
STATUSES = ("planned", "in_reserve", "listed", "supplied", "returned", "retired")
KINDS = {status: status for status in STATUSES} | {"in_reserve": "into_reserve"}

Place = tuple[str, str]


def date_of(day: int | None) -> str | None:
    return None if day is None else (START + dt.timedelta(day)).isoformat()


@dataclass
class Record:
    """A parcel of the reference, with the atoms that lie in it."""

    name: str
    atoms: tuple[int, ...]
    began: int | None
    retired: int | None = None
    parents: list[str] = field(default_factory=list)
    declared: float | None = None
    merged: bool = False


@dataclass
class City:
    """A small city: records, facts (item, done, last day) and events per record."""

    records: dict[str, Record]
    facts: dict[str, list[tuple[str, int, int | None]]]
    events: dict[str, list[tuple[str, int]]]

    def exists(self, name: str, day: int) -> bool:
        """Tell whether a record is there on a day."""
        record = self.records[name]
        begun = record.began is None or record.began <= day
        return begun and (record.retired is None or day < record.retired)

    def holds(self, name: str, predicate: str, day: int) -> bool:
        """Tell whether what is valid on a day is all that a predicate needs."""
        valid = {
            item
            for item, done, last in self.facts[name]
            if done <= day and (last is None or day <= last)
        }
        return NEEDS[predicate] <= valid

    def status(self, name: str, day: int) -> str:
        """Give the status by the last event so far."""
        found = "planned"
        past = [event for event in self.events[name] if event[1] <= day]
        for status, _ in sorted(past, key=lambda event: event[1]):
            found = status
        return found

    def record_of(self, atom: int, day: int) -> str | None:
        """Find the record in which an atom lies on a day."""
        for name, record in self.records.items():
            if atom in record.atoms and self.exists(name, day):
                return name
        return None

    @property
    def atoms(self) -> set[int]:
        """All atoms."""
        return {atom for record in self.records.values() for atom in record.atoms}

    def cell(self, name: str | None, predicate: str, day: int) -> str | None:
        """Give the status under which a record stands in a book, if it does."""
        if name is None or not self.holds(name, predicate, day):
            return None
        return self.status(name, day)

    def has_held(self, atom: int, predicate: str, day: int) -> bool:
        """Tell whether ground held a predicate before a day, by its records."""
        for earlier in range(day):
            name = self.record_of(atom, earlier)
            if name is not None and self.holds(name, predicate, earlier):
                return True
        # Evidence of ground that was recorded late counts from before the record.
        first = next((d for d in range(DAYS + 1) if self.record_of(atom, d)), None)
        if first is None or first > day:
            return False
        name = str(self.record_of(atom, first))
        mates = self.records[name].atoms
        fresh = all(self.record_of(mate, first - 1) is None for mate in mates)
        return fresh and any(self.holds(name, predicate, d) for d in range(first))


def moved(city: City, first: int, last: int) -> dict[tuple[str, ...], float]:
    """Follow each atom through the days; areas by predicate, status, side and kind."""
    found: dict[tuple[str, ...], float] = defaultdict(float)
    days = range(first, last + 1)
    for predicate, day, atom in itertools.product(NEEDS, days, city.atoms):
        before, now = city.record_of(atom, day - 1), city.record_of(atom, day)
        left = city.cell(before, predicate, day - 1)
        reached = city.cell(now, predicate, day)
        if left == reached:
            continue
        kind = kind_of(city, atom, predicate, day, (left, reached))
        if left is not None:
            found[predicate, left, "out", kind] += ATOM_M2
        if reached is not None:
            found[predicate, reached, "in", kind] += ATOM_M2
        if left is None or reached is None:
            found[predicate, "all", "in" if left is None else "out", kind] += ATOM_M2
    return dict(found)


def kind_of(
    city: City,
    atom: int,
    predicate: str,
    day: int,
    cells: tuple[str | None, str | None],
) -> str:
    left, reached = cells
    now = city.record_of(atom, day)
    if reached is None:
        return "retired" if now is None else "lapsed"
    if left is not None:
        return KINDS[reached]
    if city.record_of(atom, day - 1) is None and city.holds(
        str(now), predicate, day - 1
    ):
        return "entered"
    return "regained" if city.has_held(atom, predicate, day) else "first_reached"


def standing(city: City, day: int) -> dict[Place, set[str]]:
    found: dict[Place, set[str]] = defaultdict(set)
    for name, predicate in itertools.product(city.records, NEEDS):
        if city.exists(name, day) and city.records[name].atoms:
            cell = city.cell(name, predicate, day)
            if cell is not None:
                found[predicate, cell].add(name)
                found[predicate, "all"].add(name)
    return dict(found)


days = st.integers(0, DAYS)


@st.composite
def cities(draw: st.DrawFn, *, split_merged: bool = False) -> City:
    """Draw records that are split, merged, corrected and retired, with anything on."""
    counter = itertools.count()
    records: dict[str, Record] = {}

    def add(atoms: tuple[int, ...], began: int | None, **more: object) -> Record:
        name = f"P{next(counter):02}"
        declared = draw(st.none() | st.integers(1, 900).map(float))
        records[name] = Record(name, atoms, began, declared=declared, **more)
        return records[name]

    atom = 0
    for size in draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)):
        add(tuple(range(atom, atom + size)), draw(st.none() | st.integers(0, 6)))
        atom += size
    for day in sorted(draw(st.lists(st.integers(1, DAYS), max_size=4))):
        change(draw, list(records.values()), day, (add, split_merged))
    facts = {name: draw(st.lists(drawn_facts(), max_size=4)) for name in records}
    event = st.tuples(st.sampled_from(STATUSES), days)
    events = {name: draw(st.lists(event, max_size=3)) for name in records}
    return City(records, facts, events)


def change(
    draw: st.DrawFn,
    records: list[Record],
    day: int,
    making: tuple[Callable[..., Record], bool],
) -> None:
    """Split, merge, correct or retire some of the records that are there on a day."""
    add, split_merged = making
    there = [one for one in records if (one.began or 0) <= day and one.retired is None]
    if not there:
        return
    record = draw(st.sampled_from(there))
    choice = draw(st.sampled_from(["split", "merge", "correct", "retire"]))
    if choice == "split" and (split_merged or not record.merged):
        cut = draw(st.integers(0, len(record.atoms)))
        parts = [record.atoms[:cut], record.atoms[cut:]]
        for part in filter(None, parts):
            add(part, day, parents=[record.name], merged=record.merged)
        record.retired = day
    elif choice == "merge":
        others = draw(st.lists(st.sampled_from(there), max_size=2))
        parents = {one.name: one for one in [record, *others]}.values()
        atoms = tuple(atom for one in parents for atom in one.atoms)
        add(atoms, day, parents=[one.name for one in parents], merged=True)
        for one in parents:
            one.retired = day
    elif choice == "correct":
        add(record.atoms, day, parents=[record.name], merged=record.merged)
        record.retired = day
    elif choice == "retire":
        record.retired = day


@st.composite
def drawn_facts(draw: st.DrawFn) -> tuple[str, int, int | None]:
    item, done = draw(st.sampled_from(ITEMS)), draw(days)
    return item, done, draw(st.none() | st.integers(done, DAYS))


def books_of(city: City, keep: Callable[..., Books]) -> Books:
    parcels = [
        {
            "parcel_id": record.name,
            "began_on": date_of(record.began),
            "retired_on": date_of(record.retired),
            "planar_m2": ATOM_M2 * len(record.atoms),
            "declared_m2": record.declared,
        }
        for record in city.records.values()
    ]
    evidence = [
        {
            "subject_kind": "parcel",
            "subject_id": name,
            "item": item,
            "done_on": date_of(done),
            "expires_on": date_of(last),
        }
        for name, facts in city.facts.items()
        for item, done, last in facts
    ]
    events = [
        {"parcel_id": name, "status": status, "happened_on": date_of(day)}
        for name, known in city.events.items()
        for status, day in known
    ]
    lineage = [
        {"child_id": record.name, "parent_id": parent, "happened_on": date_of(began)}
        for record in city.records.values()
        for parent, began in itertools.product(record.parents, [record.began])
    ]
    return keep(
        parcels,
        on=str(date_of(DAYS)),
        evidence=evidence,
        status_events=events,
        lineage=lineage,
    )


def period_of(ends: tuple[int, int]) -> Period:
    first, last = sorted(ends)
    return Period(START + dt.timedelta(first), START + dt.timedelta(last))


periods = st.tuples(st.integers(1, DAYS), st.integers(1, DAYS))
slow = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@slow
@given(city=cities(), ends=periods)
def test_movements_are_those_of_the_atoms(
    keep: Callable[..., Books], city: City, ends: tuple[int, int]
) -> None:
    first, last = sorted(ends)
    table = flows(books_of(city, keep), period_of(ends))
    table = table[table["side"] != "reshaped"]
    found = table.set_index(["predicate", "status", "side", "kind"])["planar_m2"]

    assert found.to_dict() == pytest.approx(moved(city, first, last))


@slow
@given(city=cities(split_merged=True), day=days)
def test_the_stock_is_that_of_the_day(
    keep: Callable[..., Books], city: City, day: int
) -> None:
    table = stock(books_of(city, keep), on=START + dt.timedelta(day))
    found = table.set_index(["predicate", "status"])
    there = standing(city, day)

    assert {k: set(ids) for k, ids in found["parcel_ids"].items()} == there
    for place, names in there.items():
        declared = [city.records[name].declared for name in names]
        row = found.loc[place]
        assert row["count"] == len(names)
        assert row["declared_m2"] == pytest.approx(sum(filter(None, declared)))
        assert row["declared_lacking_count"] == declared.count(None)


@slow
@given(city=cities(split_merged=True), ends=periods)
def test_opening_and_in_less_out_is_closing(
    keep: Callable[..., Books], city: City, ends: tuple[int, int]
) -> None:
    table = balance(books_of(city, keep), period_of(ends))

    for name in ("m2", "lacking_planar_m2"):
        sides = [table[f"{side}_{name}"] for side in ("opening", "in", "out")]
        closing = sides[0] + sides[1] - sides[2] + table[f"reshaped_{name}"]
        assert closing.to_list() == pytest.approx(table[f"closing_{name}"].to_list())


@slow
@given(city=cities(split_merged=True), ends=periods)
def test_in_the_plane_what_is_reshaped_stays_to_the_square_metre(
    keep: Callable[..., Books], city: City, ends: tuple[int, int]
) -> None:
    table = balance(books_of(city, keep), period_of(ends))
    planar = table[table["basis"] == "planar"]

    assert planar["reshaped_m2"].to_list() == pytest.approx([0.0] * len(planar))


@slow
@given(city=cities(split_merged=True), ends=periods)
def test_the_statuses_add_up_to_the_book(
    keep: Callable[..., Books], city: City, ends: tuple[int, int]
) -> None:
    table = balance(books_of(city, keep), period_of(ends))
    whole = table["status"] == "all"
    keys = ["predicate", "basis"]
    sides = ["opening_m2", "closing_m2"]
    parts = table[~whole].groupby(keys)[sides].sum()

    for key, row in table[whole].set_index(keys)[sides].iterrows():
        part = parts.loc[key] if key in parts.index else row * 0.0
        assert part.to_list() == pytest.approx(row.to_list())


def test_the_reference_asks_for_the_predicates_of_the_rules() -> None:
    assert set(NEEDS) == {"all", *PREDICATES}
