"""How fast readiness is derived, against a plain loop over the parcels.

The plain loop is one that a careful programmer would write: from the same tables, with
dates as numbers, facts grouped by subject, intervals merged, and one sweep over the
days of change with sets of items. It runs over a sample of the parcels and its time is
scaled up; it must give the same answers.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from zqland.catalogues import load_catalogues
from zqland.readiness import PREDICATES, derive
from zqland.readiness.timeline import EPOCH, NEVER, day_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.readiness.rules import ReadinessRules

Span = tuple[str, int, int]

PARCELS = 100_000
FACTS = 30
SAMPLE = 2_000
PARKS = 40
ON = dt.date(2023, 9, 5)
TODAY = day_number(ON)
UNKNOWN = np.iinfo(np.int64).min

OWN_ITEMS = (
    "road", "water", "power", "levelled",
    "conversion", "title", "compensation", "dispute_free", "planning_conditions",
    "assessment_minerals", "assessment_environment", "assessment_energy",
    "assessment_geology", "assessment_seismic", "assessment_climate",
    "assessment_flood", "assessment_water_resources", "assessment_soil",
    "assessment_heritage", "assessment_lightning",
)  # fmt: skip
PARK_ITEMS = (
    "indicator_intensity", "indicator_far", "indicator_tax", "indicator_research",
    "indicator_jobs", "commitment", "telecom", "gas",
)  # fmt: skip
RULES = load_catalogues().readiness
ORDER = {key: place for place, key in enumerate(RULES.items)}
UTILITIES = {key for key, item in RULES.items.items() if item.kind == "utility"}
RENEWED = range(10, 20)
"""Ten assessments come twice: once, and again when they run out."""


@pytest.fixture(scope="module")
def reserve() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make parcels and their evidence, a tenth of it due and a hundredth corrected."""
    dice = np.random.default_rng(2023)
    ids = pd.Index([f"P{number:06d}" for number in range(PARCELS)], name="parcel_id")
    parks = [f"K{number:02d}" for number in range(PARKS)]
    park_of = dice.integers(0, PARKS, PARCELS)
    parcels = pd.DataFrame({"park_id": np.array(parks)[park_of]}, index=ids)
    item = np.tile([*range(20), *RENEWED], PARCELS)
    again = np.tile([False] * 20 + [True] * 10, PARCELS)
    begins = np.datetime64("2019-01-01", "s")
    done = dice.integers(0, 1500, (PARCELS, FACTS)).astype("timedelta64[D]") + begins
    length = dice.integers(300, 900, (PARCELS, FACTS)).astype("timedelta64[D]")
    last = done + length
    # A renewal begins a few days before or after the first term ends.
    slack = dice.integers(-20, 4, (PARCELS, 10)).astype("timedelta64[D]")
    done[:, 20:] = last[:, 10:20] + slack
    last[:, 20:] = done[:, 20:] + length[:, 20:]
    done, last = done.ravel(), last.ravel()
    last[(item < 9) | ((item == 9) & ~again)] = np.datetime64("NaT")
    planned = dice.random(len(done)) < 0.1
    numbers = np.char.add("E", np.arange(len(done)).astype("U7"))
    corrects = np.where(dice.random(len(done)) < 0.01, np.roll(numbers, 1), "")
    own = pd.DataFrame(
        {
            "evidence_id": numbers,
            "subject_kind": pd.Categorical.from_codes(
                np.zeros(len(done), dtype=np.int8), pd.Index(["parcel", "park"])
            ),
            "subject_id": pd.Categorical.from_codes(
                np.repeat(np.arange(PARCELS), FACTS), ids.append(pd.Index(parks))
            ),
            "item": pd.Categorical.from_codes(
                item, pd.Index([*OWN_ITEMS, *PARK_ITEMS])
            ),
            "done_on": np.where(planned, np.datetime64("NaT"), done),
            "due_on": np.where(planned, done, np.datetime64("NaT")),
            "expires_on": last,
            "supersedes": pd.Series(corrects).replace("", None),
        }
    )
    count = PARKS * len(PARK_ITEMS)
    shared = own.iloc[:count].assign(
        evidence_id=[f"S{number}" for number in range(count)],
        subject_kind=pd.Categorical(
            ["park"] * count, own["subject_kind"].cat.categories
        ),
        subject_id=pd.Categorical(
            np.repeat(parks, len(PARK_ITEMS)), own["subject_id"].cat.categories
        ),
        item=pd.Categorical(list(PARK_ITEMS) * PARKS, own["item"].cat.categories),
        expires_on=np.datetime64("NaT"),
        supersedes=None,
    )
    return parcels, pd.concat([own, shared], ignore_index=True)


def seconds(action: Callable[[], object], rounds: int) -> float:
    """Measure the best of some rounds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


# --- the plain loop --------------------------------------------------------------


class Plain:
    """Readiness by a plain loop, from the same tables to the same answers."""

    def __init__(self, rules: ReadinessRules) -> None:
        self.rules = rules
        self.needs = {
            key: {item for group in one.groups for item in group[0]}
            for key, one in rules.predicates.items()
        }

    def derive(self, parcels: pd.DataFrame, evidence: pd.DataFrame) -> list[Any]:
        """Go through the parcels one by one."""
        facts = self.facts(evidence)
        return [
            self.parcel(merged(facts[parcel] + facts[park]))
            for parcel, park in zip(parcels.index, parcels["park_id"], strict=True)
        ]

    def facts(self, evidence: pd.DataFrame) -> dict[str, list[Span]]:
        """Group the facts that count by subject."""
        days = [
            evidence[name].to_numpy("datetime64[D]").astype(np.int64).tolist()
            for name in ("done_on", "due_on", "expires_on")
        ]
        texts = [
            evidence[name].to_list() for name in ("evidence_id", "subject_id", "item")
        ]
        corrected = set(evidence["supersedes"].dropna())
        facts: dict[str, list[Span]] = defaultdict(list)
        for number, subject, item, done, due, last in zip(*texts, *days, strict=True):
            is_done = UNKNOWN < done <= TODAY
            if number in corrected or not (is_done or due > TODAY):
                continue
            start, end = (
                done if is_done else due,
                NEVER if last == UNKNOWN else last + 1,
            )
            if start < end:
                facts[subject].append((item, start, end))
        return facts

    def parcel(self, spans: list[Span]) -> list[Any]:
        """Go through the days on which something changes, and note what holds."""
        table = self.changes(spans)
        now = next((valid for day, valid in reversed(table) if day <= TODAY), set())
        answer: list[Any] = [
            predicate(need, table, now) for need in self.needs.values()
        ]
        true = dict(zip(PREDICATES, (one[0] for one in answer), strict=True))
        stages, sets = self.rules.stages, self.rules.utility_sets
        reached = [key for key, one in sets.items() if now.issuperset(one.items)]
        answer.append(next((key for key in stages[:0:-1] if true[key]), "raw"))
        answer.append(reached[-1] if reached else "")
        answer.append(self.in_order(now & UTILITIES))
        answer.append([self.in_order(need - now) for need in self.needs.values()])
        return answer

    def changes(self, spans: list[Span]) -> list[tuple[int, set[str]]]:
        """List the valid items from each day of change."""
        starts: dict[int, set[str]] = defaultdict(set)
        ends: dict[int, set[str]] = defaultdict(set)
        for item, start, end in spans:
            starts[start].add(item)
            if end < NEVER:
                ends[end].add(item)
        valid: set[str] = set()
        table = []
        for day in sorted({*starts, *ends}):
            valid = valid - ends.get(day, set()) | starts.get(day, set())
            closed = set(valid)
            for rule in self.rules.implications:
                if closed.issuperset(rule.given):
                    closed.add(rule.then)
            table.append((day, closed))
        return table

    def in_order(self, keys: set[str]) -> tuple[str, ...]:
        """Put items into the order of the catalogue."""
        return tuple(sorted(keys, key=ORDER.__getitem__))


def predicate(need: set[str], table: list[tuple[int, set[str]]], now: set[str]) -> Any:  # noqa: ANN401 - a row
    """Find whether and when a predicate holds."""
    reached = first = expected = None
    held = False
    for day, valid in table:
        holds = need <= valid
        if holds and not held:
            if day > TODAY:
                expected = day
                break
            reached, first = day, first or day
        held = holds
    true = need <= now
    return true, reached if true else None, first, None if true else expected


def merged(facts: list[Span]) -> list[Span]:
    """Join spans of the same item that touch or overlap."""
    joined: list[Span] = []
    for item, start, end in sorted(facts):
        last = joined[-1] if joined else ("", 0, 0)
        if item == last[0] and start <= last[2]:
            joined[-1] = (item, last[1], max(end, last[2]))
        else:
            joined.append((item, start, end))
    return joined


def as_plain(state: pd.DataFrame) -> list[list[Any]]:
    """Bring the answers to the form of the plain loop."""
    columns = []
    for key in PREDICATES:
        names = [f"{key}_reached_on", f"{key}_first_reached_on", f"{key}_expected_on"]
        dates = [
            [None if day is pd.NaT else day.toordinal() - EPOCH for day in state[name]]
            for name in names
        ]
        columns.append(zip(state[key].to_list(), *dates, strict=True))
    missing = zip(*(state[f"{key}_missing"] for key in PREDICATES), strict=True)
    rest = [state["stage"], state["utility_set"], state["utilities"], missing]
    return [list(row) for row in zip(*columns, *rest, strict=True)]


def test_readiness_takes_two_seconds_and_a_tenth_of_a_plain_loop(
    reserve: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    parcels, evidence = reserve
    state = derive(parcels, evidence, on=ON, rules=RULES)
    fast = seconds(lambda: derive(parcels, evidence, on=ON, rules=RULES), 3)

    sample = parcels.iloc[:SAMPLE]
    about = evidence["subject_id"].isin([*sample.index, *sample["park_id"].unique()])
    part = evidence.loc[about]
    loop = Plain(RULES)
    plain = loop.derive(sample, part)
    slow = seconds(lambda: loop.derive(sample, part), 2) * PARCELS / SAMPLE

    print(f"\nreadiness {fast:.2f} s, plain loop {slow:.1f} s")  # noqa: T201 - the point
    words = [[*row[:7], list(row[7])] for row in as_plain(state.iloc[:SAMPLE])]
    assert words == plain
    assert state["standard"].any()
    assert fast <= 2
    assert slow / fast >= 10
