"""A plain replay of the history: what every figure of the ledger has to be.

What an office did is kept as lists. The replay walks through them day by day and parcel
by parcel, and adds up with fractions. It shares no code with the ledger.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from zqland.catalogues import Catalogues, load_catalogues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

    Entry = tuple[str, Fraction]
    Key = tuple[str, ...]

PLOT_M2 = 2_000
LAST = 50
BOOKS = ("all", "serviced", "clean", "mature", "standard")
NEEDS = {
    "all": (),
    "serviced": ("road",),
    "clean": ("title",),
    "mature": ("road", "title"),
    "standard": ("title", "commitment"),
}
STATUSES = ("planned", "in_reserve", "listed", "supplied", "returned", "retired")
PARKS = {
    "GXQ": ("national", "441284"),
    "JJQ": ("provincial", "441284"),
    "JJQ-DS": ("municipal", "441284"),
    "JINLI": ("provincial", "441204"),
}
SCOPES = {
    "city": set(PARKS),
    "park:JJQ": {"JJQ", "JJQ-DS"},
    "GXQ": {"GXQ"},
    "district:441204": {"JINLI"},
    "level:municipal": {"JJQ-DS"},
    "level:provincial+": set(PARKS),
}


@dataclass(frozen=True)
class Fact:
    """What evidence says: of whom, what, done or due when, until when."""

    subject: str
    item: str
    done: int | None
    due: int | None
    until: int | None

    def begins(self, on: int) -> int | None:
        """Tell the day from which it counts, as known on a day."""
        if self.done is not None and self.done <= on:
            return self.done
        return self.due if self.due is not None and self.due > on else None


@dataclass(frozen=True)
class Record:
    """A parcel: from which plot to which on its strip, and what is said of it."""

    strip: int
    first: int
    end: int
    park: str
    land_class: str
    declared: int | None
    began: int | None = None
    retired: int | None = None
    events: tuple[tuple[int, str], ...] = ()

    @property
    def plots(self) -> int:
        """How large it is."""
        return self.end - self.first

    def exists(self, today: int) -> bool:
        """Tell whether it is in the record on a day."""
        begun = self.began is None or self.began <= today
        return begun and (self.retired is None or today < self.retired)

    def status(self, today: int) -> tuple[str, int | None]:
        """Tell the status on a day, and since when it has it."""
        ends = {number: status for number, status in self.ordered() if number <= today}
        found: tuple[str, int | None] = ("planned", None)
        for number, status in ends.items():
            if found[1] is None or status != found[0]:
                found = (status, number)
        return found

    def ordered(self) -> list[tuple[int, str]]:
        """Put what happened in order of days; of a day, as it was told."""
        return sorted(self.events, key=lambda event: event[0])


@dataclass
class World:
    """All that was done."""

    records: dict[str, Record] = field(default_factory=dict)
    facts: dict[object, Fact] = field(default_factory=dict)
    links: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = field(
        default_factory=list
    )


@dataclass(frozen=True)
class Move:
    """What a book gave on a day, and what it got."""

    day: int
    book: str
    kind: str
    source: str | None
    target: str | None
    left: str | None
    reached: str | None
    given: Fraction
    made: Fraction


class Replay:
    """Walks through a world as known on a day."""

    def __init__(self, world: World, on: int) -> None:
        self.records = {
            name: replace(
                one,
                retired=None
                if one.retired is None or one.retired > on
                else one.retired,
                events=tuple(event for event in one.events if event[0] <= on),
            )
            for name, one in world.records.items()
            if one.began is None or one.began <= on
        }
        self.links = [link for link in world.links if link[0] <= on]
        self.valid: dict[tuple[str, int], set[str]] = defaultdict(set)
        for name, one in self.records.items():
            for fact in world.facts.values():
                begin = fact.begins(on)
                if fact.subject in (name, one.park) and begin is not None:
                    until = LAST if fact.until is None else fact.until
                    for number in range(begin, until + 1):
                        self.valid[name, number].add(fact.item)
        self.had: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.later: set[str] = set()
        self.moves = [move for number in range(LAST + 1) for move in self.walk(number)]

    def holds(self, name: str, book: str, today: int) -> bool:
        """Tell whether all that a book asks for is there on a day."""
        return set(NEEDS[book]) <= self.valid[name, today]

    def cell(self, name: str, book: str, today: int) -> str | None:
        """Tell the status of a parcel that stands in a book."""
        one = self.records[name]
        if not one.exists(today) or not self.holds(name, book, today):
            return None
        return one.status(today)[0]

    def origins(self, today: int) -> dict[str, dict[str, tuple[Fraction, Fraction]]]:
        """Follow the ground of yesterday into the parcels that begin today."""
        ways: dict[str, dict[str, tuple[Fraction, Fraction]]] = {}
        for _, old, new in (link for link in self.links if link[0] == today):
            plots = {name: self.records[name].plots for name in (*old, *new)}
            for child in new:
                ways[child] = {}
                for parent in old:
                    share = Fraction(plots[child], sum(plots[name] for name in new))
                    part = Fraction(plots[parent], sum(plots[name] for name in old))
                    was = self.records[parent].exists(today - 1)
                    before = {parent: (Fraction(1), Fraction(1))}
                    for name, (gave, got) in (
                        before if was else ways.get(parent, {})
                    ).items():
                        more = ways[child].get(name, (Fraction(0), Fraction(0)))
                        sums = (more[0] + gave * share, more[1] + got * part)
                        ways[child][name] = sums
        return {
            name: way for name, way in ways.items() if self.records[name].exists(today)
        }

    def walk(self, today: int) -> Iterator[Move]:
        """List what moved on a day, then remember what was reached."""
        ways = self.origins(today)
        self.later |= {name for name, way in ways.items() if way}
        for book in BOOKS:
            for name, way in ways.items():
                ground = sum(
                    (self.had[old, book] * made for old, (_, made) in way.items()),
                    Fraction(0),
                )
                yield from self.passed(today, book, name, way)
                if way:
                    self.had[name, book] = ground
        for book in BOOKS:
            for name in self.records:
                yield from self.changed(today, book, name, ways)
            for name, one in self.records.items():
                counts = one.exists(today) or name not in self.later
                if counts and self.holds(name, book, today):
                    self.had[name, book] = Fraction(1)

    def passed(
        self,
        today: int,
        book: str,
        name: str,
        way: dict[str, tuple[Fraction, Fraction]],
    ) -> Iterator[Move]:
        """Tell what went from older parcels into a new one."""
        reached = self.cell(name, book, today)
        for old, (gave, made) in way.items():
            left = self.cell(old, book, today - 1)
            move = Move(today, book, "lapsed", old, name, left, reached, gave, made)
            if left is None and reached is not None:
                yield from arrivals(replace(move, given=gave * 0), self.had[old, book])
            elif left is not None:
                if reached is not None:
                    kind = "reshaped" if left == reached else kind_of(reached)
                    move = replace(move, kind=kind)
                yield replace(move, made=made if reached else made * 0)

    def changed(
        self,
        today: int,
        book: str,
        name: str,
        ways: dict[str, dict[str, tuple[Fraction, Fraction]]],
    ) -> Iterator[Move]:
        """Tell what became of a parcel under its own number, or came new, or ended."""
        left, reached = (self.cell(name, book, number) for number in (today - 1, today))
        if left == reached:
            return
        one = self.records[name]
        born, dies = not one.exists(today - 1), not one.exists(today)
        gone = sum((way[name][0] for way in ways.values() if name in way), Fraction(0))
        came = sum((made for _, made in ways.get(name, {}).values()), Fraction(0))
        move = Move(
            today,
            book,
            "retired" if dies else "lapsed",
            None if born else name,
            None if dies else name,
            left,
            reached,
            (1 - gone if dies else Fraction(1)) * (left is not None),
            (1 - came if born else Fraction(1)) * (reached is not None),
        )
        if reached is None:
            moved = [move]
        elif left is not None:
            moved = [replace(move, kind=kind_of(reached))]
        elif born and self.holds(name, book, today - 1):
            moved = [replace(move, kind="entered")]
        else:
            # What is new on old ground's number brings nothing with it.
            new = born and name in self.later
            moved = list(arrivals(move, self.had[name, book] * (not new)))
        yield from (found for found in moved if found.given or found.made)


def kind_of(status: str) -> str:
    return "into_reserve" if status == "in_reserve" else status


def arrivals(move: Move, had: Fraction) -> Iterator[Move]:
    """Tell ground that had reached a predicate before from that which had not."""
    for kind, share in (("first_reached", 1 - had), ("regained", had)):
        if move.made * share:
            yield replace(move, kind=kind, made=move.made * share)


class Sums:
    """Adds up moves and stocks of a scope by groups."""

    def __init__(self, replay: Replay, scope: str, by: Sequence[str]) -> None:
        self.replay, self.scope, self.by = replay, scope, by

    def inside(self, name: str | None) -> bool:
        """Tell whether a parcel lies in the scope."""
        if name is None:
            return False
        return self.replay.records[name].park in SCOPES[self.scope]

    def group(self, name: str) -> Key:
        """Tell what of the groups a parcel is."""
        one = self.replay.records[name]
        level, district = PARKS[one.park]
        found = {"park_id": one.park, "level": level, "district": district}
        return tuple((found | {"land_class": one.land_class})[key] for key in self.by)

    def standing(self, today: int) -> dict[Key, list[Entry]]:
        """Add up what stands in the books on a day."""
        found = defaultdict(list)
        for name in filter(self.inside, self.replay.records):
            for book in BOOKS:
                cell = self.replay.cell(name, book, today)
                for status in ("all", cell) if cell is not None else ():
                    found[*self.group(name), book, status].append((name, Fraction(1)))
        return found

    def moved(
        self, first: int, last: int
    ) -> Iterator[tuple[Move, str | None, str | None]]:
        """List what moved, with what it was before and became, inside the scope."""
        for move in self.replay.moves:
            left = move.left if self.inside(move.source) else None
            reached = move.reached if self.inside(move.target) else None
            if first <= move.day <= last and (left or reached):
                yield move, left, reached

    def flows(self, first: int, last: int) -> dict[Key, list[Entry]]:
        """Add up what moved, by side and kind."""
        found = defaultdict(list)
        for move, left, reached in self.moved(first, last):
            for whole in (True, False):
                for name, status, side, share in sides(
                    self, move, left, reached, whole=whole
                ):
                    place = (*self.group(name), move.book, "all" if whole else status)
                    found[*place, side, move.kind].append((name, share))
        return found

    def reached(self, book: str, last: int) -> list[Entry]:
        """List what first reached a book by a day."""
        return [
            (move.target or "", move.made)
            for move, _, reached in self.moved(0, last)
            if reached and (move.book, move.kind) == (book, "first_reached")
        ]

    def supplied(self, last: int) -> list[Entry]:
        """List what industrial land was supplied by a day."""
        return [
            (move.target or "", move.made)
            for move, _, reached in self.moved(0, last)
            if reached and (move.book, move.kind) == ("all", "supplied")
            if self.replay.records[move.target or ""].land_class == "M1"
        ]

    def figures(self, entries: Iterable[Entry]) -> dict[str, Any]:
        """Add up entries on two bases."""
        sums: dict[str, Any] = dict.fromkeys(
            ("planar_m2", "declared_m2", "declared_lacking_planar_m2"), Fraction(0)
        )
        names = set()
        for name, share in entries:
            one = self.replay.records[name]
            names.add(name)
            sums["planar_m2"] += share * one.plots * PLOT_M2
            if one.declared is None:
                sums["declared_lacking_planar_m2"] += share * one.plots * PLOT_M2
            else:
                sums["declared_m2"] += share * one.declared
        lacking = [n for n in names if self.replay.records[n].declared is None]
        counts = {"count": len(names), "declared_lacking_count": len(lacking)}
        return sums | counts | {"parcel_ids": tuple(sorted(names))}


def sides(
    sums: Sums, move: Move, left: str | None, reached: str | None, *, whole: bool
) -> Iterator[tuple[str, str, str, Fraction]]:
    """Tell on which sides of a balance a movement stands."""
    source, target = move.source or "", move.target or ""
    stays = left is not None and reached is not None and (whole or left == reached)
    stays = stays and sums.group(source) == sums.group(target)
    if stays and source == target:
        return
    if left is not None:
        share = -move.given if stays else move.given
        yield source, left, "reshaped" if stays else "out", share
    if reached is not None:
        yield target, reached, "reshaped" if stays else "in", move.made


@pytest.fixture(scope="session")
def plain() -> ModuleType:
    """Give all of this to tests, which cannot import it."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def rules() -> Catalogues:
    """Let a road make land serviced, a title clean, and both with a paper standard."""
    known = load_catalogues()
    road, title, paper = ((("road",),), (("title",),), (("commitment",),))
    groups = {
        "serviced": (road,),
        "clean": (title,),
        "mature": (road, title),
        "standard": (title, paper),
    }
    predicates = {
        key: replace(one, groups=groups[key])
        for key, one in known.readiness.predicates.items()
    }
    return replace(known, readiness=replace(known.readiness, predicates=predicates))
