"""Every figure of the ledger is what a plain replay of the history gives.

An office works on a store for some weeks: it records, proves, corrects, splits, merges,
supplies and ends parcels, dated back as offices do. The plain model of `conftest.py` is
told the same. Then books are compared on days, periods, scopes and groups that are
drawn too, as known at the end and as known before.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from zqland import ledger
from zqland.ledger import Books, Period
from zqland_geodata import places
from zqland_geodata.store import lineage, open_store
from zqland_geodata.store.evidence import add_evidence, correct_evidence
from zqland_geodata.store.lineage import Child
from zqland_geodata.store.statuses import add_status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from shapely import Polygon

    from zqland.catalogues import Catalogues
    from zqland.testing import Cluster
    from zqland_geodata.store import Store

    # Of the plain model, which tests cannot import.
    Choice = Any
    Record = Any
    Sums = Any
    Figure = Any

EAST, NORTH, LONG_M, WIDE_M = 38_450_000, 2_560_000, 50, 40
START = dt.date(2023, 6, 1)
BASES = ("planar_m2", "declared_m2")
FIGURES = (
    *(*BASES, "count", "parcel_ids"),
    *("declared_lacking_count", "declared_lacking_planar_m2"),
)
MOVES = (
    *("day", "predicate", "kind", "from_id", "to_id", "from_status", "to_status"),
    *("from_share", "to_share"),
)
DEEDS = (
    *(
        "prove",
        "prove",
        "prove",
        "correct_fact",
        "declare",
        "declare",
        "split",
        "split",
    ),
    *("merge", "trim", "record", "end"),
)
GROUPS = ("park_id", "level", "district", "land_class")
# What an office does is a row of numbers, each read modulo what there is to choose; the
# row follows from one number that is drawn, and nothing is drawn later, so that a
# history found wrong is found again and shortened.
SEEDS = st.integers(0, 2**20)
COMMANDS = st.lists(SEEDS, min_size=10, max_size=16)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def told(number: int | None) -> dt.date | None:
    return None if number is None else day(number)


class Office:
    """Does to a store what it tells the model."""

    def __init__(self, store: Store, plain: ModuleType) -> None:
        self.store, self.plain = store, plain
        self.numbers: Iterator[int] = iter(())
        self.world = plain.World()
        self.known: dict[int, object] = {}
        self.today = self.asked = 0
        parks = places.parks().loc[list(plain.PARKS)]
        with store.writing(by="a", why="b") as writer:
            writer.add("parks", parks)

    def ask(self, seed: int) -> None:
        """Read the numbers of a command or a question from now on."""
        # The simplest histories have the same seed again and again.
        dice = np.random.default_rng([seed, self.asked])
        self.asked += 1
        self.numbers = iter(dice.integers(60, size=30).tolist())

    def draw(self, *choices: object) -> Choice:
        """Take one of some things, as the next number says."""
        return choices[next(self.numbers) % len(choices)]

    def after(self, commands: Sequence[int]) -> Office:
        """Do all that was drawn."""
        for command in commands:
            self.work(command)
        return self

    def work(self, command: int) -> None:
        """Do something on some day, and keep what is known then."""
        self.ask(command)
        what = self.draw(*DEEDS) if self.world.records else "record"
        self.today += self.draw(*range(3))
        if self.alive() or what == "record":
            getattr(self, what)()
        self.known[self.store.reading().version] = copy.deepcopy(self.world)

    def alive(self) -> list[str]:
        """Name the parcels that may change today."""
        return [
            name
            for name, one in self.world.records.items()
            if one.exists(self.today) and all(n <= self.today for n, _ in one.events)
        ]

    def record(self) -> None:
        """Record a parcel on a strip of its own."""
        strip = len(self.world.records)
        came = self.draw(None, self.today)
        park = self.draw("GXQ", "JJQ-DS", "JINLI")
        self.put(self.plain.Record(strip, 0, 6, park, "M1", self.area(), came))

    def put(self, one: Record) -> None:
        """Write a parcel."""
        name = f"P{len(self.world.records):02}"
        row = {
            **self.facts(one),
            "parcel_id": [name],
            "name": name,
            "home_zone": 4526,
            "home_geometry": gpd.GeoSeries([self.shape(one)]),
            "began_on": told(one.began),
        }
        with self.store.writing(by="a", why="b") as writer:
            writer.add("parcels", gpd.GeoDataFrame(row))
        self.world.records[name] = one

    def prove(self) -> None:
        """Say some things of parcels or of their parks."""
        facts = [self.fact() for _ in range(4)]
        entries = [
            {
                "subject_kind": "park"
                if fact.subject in self.plain.PARKS
                else "parcel",
                "subject_id": fact.subject,
                "item": fact.item,
                "done_on": told(fact.done),
                "due_on": told(fact.due),
                "expires_on": told(fact.until),
            }
            for fact in facts
        ]
        with self.store.writing(by="a", why="b") as writer:
            numbers = add_evidence(writer, pd.DataFrame(entries))
        self.world.facts |= dict(zip(numbers, facts, strict=True))

    def fact(self) -> Record:
        """Choose what is said of what, and of which days."""
        name = self.draw(*self.world.records)
        subject = self.draw(name, name, self.world.records[name].park)
        item = self.draw("title", "title", "road", "commitment")
        done = self.draw(None, *range(self.today + 5))
        due = self.draw(None, *range(self.today + 12)) if done is None else None
        begin = (due if done is None else done) or 0
        until = self.draw(None, *range(begin, begin + 12))
        return self.plain.Fact(subject, item, done, due, until)

    def correct_fact(self) -> None:
        """Say that something was done on another day."""
        numbers = [one for one in self.world.facts if isinstance(one, str)]
        if not numbers:
            return
        number = self.draw(*numbers)
        fact = self.world.facts[number]
        last = self.today if fact.until is None else min(self.today, fact.until)
        done = self.draw(*range(last + 1))
        with self.store.writing(by="a", why="b") as writer:
            newer = correct_evidence(writer, number, {"done_on": day(done)})
        del self.world.facts[number]
        self.world.facts[newer] = replace(fact, done=done)

    def declare(self) -> None:
        """Give a parcel a status, dated back some days."""
        name = self.draw(*self.alive())
        status = self.draw(*self.plain.STATUSES)
        number = self.draw(*range(self.today + 1))
        with self.store.writing(by="a", why="b") as writer:
            add_status(writer, name, status, day(number))
        one = self.world.records[name]
        self.world.records[name] = replace(one, events=(*one.events, (number, status)))

    def split(self) -> None:
        """Split a parcel; a part may come to another park or class."""
        able = [n for n in self.alive() if self.world.records[n].plots > 1]
        if not able:
            return
        name = self.draw(*able)
        old = self.world.records[name]
        cut = self.draw(*range(old.first + 1, old.end))
        new = [replace(old, end=cut), replace(old, first=cut)]
        park, land_class = self.draw(old.park, "JJQ"), self.draw("M1", "W1")
        new[1] = replace(new[1], park=park, land_class=land_class)
        children = self.children([name], new)
        with self.store.writing(by="a", why="b") as writer:
            lineage.split(writer, name, children, on=day(self.today), seen=None)
        self.follow([name], new, children)

    def merge(self) -> None:
        """Merge two neighbours of one status."""
        pairs = [
            (one, other)
            for one in self.alive()
            for other in self.alive()
            if self.beside(self.world.records[one], self.world.records[other])
        ]
        if not pairs:
            return
        names = list(self.draw(*pairs))
        one, other = (self.world.records[name] for name in names)
        new = [replace(one, end=other.end)]
        children = self.children(names, new)
        child = replace(children[0], shape=None)
        with self.store.writing(by="a", why="b") as writer:
            lineage.merge(writer, names, child, on=day(self.today), seen=None)
        self.follow(names, new, children)

    def beside(self, one: Record, other: Record) -> bool:
        """Tell whether two parcels can be merged."""
        same = one.status(self.today)[0] == other.status(self.today)[0]
        return same and one.strip == other.strip and one.end == other.first

    def trim(self) -> None:
        """Correct a boundary that took a plot too many, under either number."""
        able = [n for n in self.alive() if self.world.records[n].plots > 1]
        if not able:
            return
        name = self.draw(*able)
        old = self.world.records[name]
        new = [replace(old, end=old.end - 1)]
        is_renamed = self.draw(*range(2))
        if is_renamed:
            children = self.children([name], new)
        else:
            children = [Child(name, self.shape(new[0]))]
        on = day(self.today)
        with self.store.writing(by="a", why="b") as writer:
            lineage.correct(writer, name, children[0], on=on, seen=None)
        if is_renamed:
            self.follow([name], new, children)
        else:
            self.world.records[name] = new[0]

    def end(self) -> None:
        """Take a parcel out of the record."""
        name = self.draw(*self.alive())
        values = {"retired_on": day(self.today)}
        with self.store.writing(by="a", why="b") as writer:
            writer.change("parcels", name, values, seen=None)
        one = self.world.records[name]
        self.world.records[name] = replace(one, retired=self.today)

    def children(self, parents: list[str], new: list[Record]) -> list[Child]:
        """Draw what is said of new parcels."""
        made = []
        for place, one in enumerate(new):
            new[place] = replace(one, declared=self.area())
            numbers = [
                number
                for number, fact in self.world.facts.items()
                if isinstance(number, str) and fact.subject in parents
            ]
            bits = next(self.numbers)
            chosen = [one for bit, one in enumerate(numbers) if bits >> bit & 1]
            name = f"P{len(self.world.records) + place:02}"
            facts = self.facts(new[place])
            made.append(Child(name, self.shape(one), evidence=chosen, facts=facts))
        return made

    def follow(self, old: list[str], new: list[Record], children: list[Child]) -> None:
        """Let parcels of the model follow others."""
        states = [self.world.records[name].status(self.today) for name in old]
        since = max((one[1] for one in states if one[1] is not None), default=None)
        events = () if since is None else ((since, states[0][0]),)
        for name in old:
            one = self.world.records[name]
            self.world.records[name] = replace(one, retired=self.today)
        for child, one in zip(children, new, strict=True):
            fresh = replace(one, began=self.today, retired=None, events=events)
            self.world.records[child.parcel_id] = fresh
            for number in child.evidence:
                fact = replace(self.world.facts[number], subject=child.parcel_id)
                self.world.facts[number, child.parcel_id] = fact
        names = tuple(child.parcel_id for child in children)
        self.world.links.append((self.today, tuple(old), names))

    def area(self) -> Choice:
        """Choose a declared area, or none."""
        return self.draw(None, 3_000, 7_001)

    def shape(self, one: Record) -> Polygon:
        """Draw its plots."""
        south = NORTH + one.strip * 1_000
        west, east = (EAST + plot * LONG_M for plot in (one.first, one.end))
        return box(west, south, east, south + WIDE_M)

    def facts(self, one: Record) -> dict[str, object]:
        """Say where it lies and what it is to be."""
        district = self.plain.PARKS[one.park][1]
        known = {"park_id": one.park, "district": district, "area_ids": None}
        return known | {"land_class": one.land_class, "declared_m2": one.declared}


@dataclass
class Comparison:
    """The books and the model side by side."""

    books: Books
    sums: Sums
    by: Sequence[str]

    def check(
        self,
        table: pd.DataFrame,
        keys: Sequence[str],
        expected: Mapping[tuple[str, ...], list[Figure]],
    ) -> None:
        """Compare a table with entries of the model by key."""
        names = [*self.by, "predicate", "status", *keys]
        found = table.set_index(names)[list(FIGURES)].to_dict("index")
        wanted = {key: self.sums.figures(entries) for key, entries in expected.items()}
        assert sorted(found) == sorted(wanted)
        for key, figures in found.items():
            for name, value in wanted[key].items():
                assert figures[name] == close(value), (key, name, keys)

    def check_stock(self, number: int) -> None:
        """Compare what stands in the books."""
        on, scope = day(number), self.sums.scope
        table = ledger.stock(self.books, on=on, scope=scope, by=self.by)
        self.check(table, [], self.sums.standing(number))

    def check_moves(self, first: int, last: int, until: int) -> None:
        """Compare movement by movement what moved, and what is still expected."""
        scope, period = self.sums.scope, Period(day(first), day(last))
        known = ledger.movements(self.books, period, scope=scope)
        coming = ledger.expected(self.books, day(until), scope=scope)
        for table, days in ((known, (first, last)), (coming, (last + 1, until))):
            shares = table[["from_share", "to_share"]].round(9)
            found = table.assign(**shares)[list(MOVES)].fillna("")
            wanted = [
                (
                    pd.Timestamp(day(move.day)),
                    *(move.book, move.kind, move.source or "", move.target or ""),
                    *(left or "", reached or ""),
                    round(float(move.given), 9) if left else 0.0,
                    round(float(move.made), 9) if reached else 0.0,
                )
                for move, left, reached in self.sums.moved(*days)
            ]
            assert sorted(found.itertuples(index=False, name=None)) == sorted(wanted)

    def check_flows(self, first: int, last: int) -> None:
        """Compare what moved."""
        period = Period(day(first), day(last))
        table = ledger.flows(self.books, period, scope=self.sums.scope, by=self.by)
        self.check(table, ["side", "kind"], self.sums.flows(first, last))

    def check_balance(self, first: int, last: int) -> None:
        """Compare each side, then add them up."""
        period = Period(day(first), day(last))
        table = ledger.balance(self.books, period, scope=self.sums.scope, by=self.by)
        parts: dict[str, dict[tuple[str, ...], list[Figure]]] = {
            "opening": dict(self.sums.standing(first - 1)),
            "closing": dict(self.sums.standing(last)),
            "in": {},
            "out": {},
            "reshaped": {},
        }
        for key, entries in self.sums.flows(first, last).items():
            parts[key[-2]].setdefault(key[:-2], []).extend(entries)
        names = [*self.by, "predicate", "status"]
        for basis in BASES:
            rows = table[table["basis"] + "_m2" == basis].set_index(names)
            assert sorted(rows.index) == sorted(set().union(*parts.values()))
            for side, expected in parts.items():
                for key, row in rows.to_dict("index").items():
                    figures = self.sums.figures(expected.get(key, []))
                    assert row[f"{side}_m2"] == close(figures[basis]), (key, side)
                    assert row[f"{side}_ids"] == figures["parcel_ids"]
            for unit in ("m2", "lacking_planar_m2"):
                sides = rows["opening_" + unit] + rows["in_" + unit]
                sides = sides - rows["out_" + unit] + rows["reshaped_" + unit]
                assert sides.to_list() == close(rows["closing_" + unit].to_list())

    def check_target(self, predicate: str, number: int) -> None:
        """Compare what first reached a predicate since the year began."""
        goal = {"year": [2023], "predicate": predicate, "scope": self.sums.scope}
        table = pd.DataFrame(goal | {"target_m2": 1.0})
        (row,) = ledger.targets(self.books, table, on=day(number)).to_dict("records")
        reached = self.sums.reached(predicate, number)
        for name, value in self.sums.figures(reached).items():
            assert row[name] == close(value), name

    def check_supply(self, number: int) -> None:
        """Compare what of the industrial land supplied was standard."""
        period, scope = Period(START, day(number)), self.sums.scope
        table = ledger.standard_share(self.books, period, scope=scope)
        supplied = self.sums.supplied(number)
        rows = table.set_index("basis").to_dict("index")
        assert rows["planar"]["supplied_m2"] == close(
            self.sums.figures(supplied)["planar_m2"]
        )


def close(value: object) -> Figure:
    if isinstance(value, tuple):
        return value
    if isinstance(value, list):
        return pytest.approx(value, abs=1e-4)
    return pytest.approx(float(value), abs=1e-4)


def compare(office: Office, question: int, rules: Catalogues) -> None:
    """Open the books as known at some time, and compare all figures."""
    office.ask(question)
    plain = office.plain
    known_at = office.draw(*office.known, *[max(office.known)] * len(office.known))
    late = office.today + 3
    last = office.draw(*range(late), *[late] * late)
    first = office.draw(0, *range(last + 1))
    scope = office.draw(*plain.SCOPES)
    by = [GROUPS[place] for place in office.draw((), (0,), (1, 3), (2,))]
    reserve = office.store.reading().reserve(known_at=known_at)
    books = ledger.open_books(reserve, on=day(last), catalogues=rules)
    replay = plain.Replay(office.known[known_at], last)
    same = Comparison(books, plain.Sums(replay, scope, by), by)
    for number in {first, last}:
        same.check_stock(number)
    same.check_moves(first, last, plain.LAST)
    same.check_flows(first, last)
    same.check_balance(first, last)
    same.check_target(office.draw(*plain.BOOKS[1:]), last)
    same.check_supply(last)


@settings(max_examples=min(10, settings().max_examples))
@given(commands=COMMANDS, question=SEEDS)
def test_the_books_of_a_file_are_those_of_a_plain_replay(
    commands: list[int],
    question: int,
    plain: ModuleType,
    rules: Catalogues,
    made_file: Path,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(made_file, folder)
        with contextlib.closing(open_store(path)) as store:
            office = Office(store, plain)
            compare(office.after(commands), question, rules)


@pytest.mark.usefixtures("made_database")
@settings(max_examples=min(2, settings().max_examples), phases=[Phase.generate])
@given(commands=COMMANDS, question=SEEDS)
def test_the_books_on_a_server_are_those_of_a_plain_replay(
    commands: list[int],
    question: int,
    plain: ModuleType,
    rules: Catalogues,
    cluster: Cluster,
) -> None:
    made = cluster.create_database("with_store")
    with contextlib.closing(open_store(made)) as store:
        office = Office(store, plain)
        compare(office.after(commands), question, rules)
    cluster.drop(made)
