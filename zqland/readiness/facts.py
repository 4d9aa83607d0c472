"""From the evidence table to facts: which of them count, whose they are, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.errors import TableError
from zqland.readiness.rules import unknown_items
from zqland.readiness.timeline import FIRST_DAY, NEVER, Spans, day_number, join, merge

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zqland.readiness.rules import ReadinessRules
    from zqland.readiness.timeline import Booleans, Integers

SUBJECT_KINDS = ("area", "park", "parcel")
"""What a fact can be about, from the general to the particular."""

_UNKNOWN = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who inherits from whom.

    Parcels in the same park and the same areas share a context, so that what they
    inherit is put in order once and then handed to all of them.

    Attributes
    ----------
    parcels
        Identifiers of the parcels.
    context
        Number of the context of each parcel.
    ids
        Identifiers of the subjects of each kind that contexts have.
    pairs
        Per kind, numbers of subjects beside numbers of contexts that inherit from them.
    """

    parcels: pd.Index
    context: Integers
    ids: dict[str, pd.Index]
    pairs: dict[str, tuple[Integers, Integers]]

    @classmethod
    def of(cls, parcels: pd.DataFrame) -> Subjects:
        """Read the parks and areas of a table of parcels.

        Parameters
        ----------
        parcels
            Parcels with the columns ``park_id`` and, if any, ``area_ids``.

        Returns
        -------
        subjects
            Parcels and their contexts.
        """
        parks, park_ids = pd.factorize(parcels["park_id"])
        if "area_ids" in parcels:
            lists, texts = pd.factorize(parcels["area_ids"])
        else:
            lists, texts = np.full(len(parcels), -1), pd.Index([])
        both = (parks + 1) * (len(texts) + 1) + lists + 1
        context, kinds = pd.factorize(both)
        park_of, list_of = np.divmod(kinds, len(texts) + 1)
        in_park = np.flatnonzero(park_of > 0)
        area_lists = pd.Series(
            [[one.strip() for one in str(text).split(";")] for text in texts],
            dtype=object,
        )
        with_areas = np.flatnonzero(list_of > 0)
        named = area_lists.iloc[list_of[with_areas] - 1]
        named.index = pd.Index(with_areas)
        areas, area_ids = pd.factorize(named.explode())
        contexts = named.explode().index.to_numpy(np.int64)
        return cls(
            parcels=parcels.index,
            context=context.astype(np.int64),
            ids={"park": pd.Index(park_ids), "area": pd.Index(area_ids)},
            pairs={
                "park": (park_of[in_park] - 1, in_park),
                "area": (areas.astype(np.int64), contexts),
            },
        )

    def numbers(self, kind: str, ids: pd.Index) -> Integers:
        """Find the numbers of identifiers; -1 where no parcel belongs to it."""
        known = self.parcels if kind == "parcel" else self.ids[kind]
        return known.get_indexer(ids).astype(np.int64)

    def contexts_of(self, kind: str, numbers: Integers) -> tuple[Integers, Integers]:
        """Hand rows of parks or areas to the contexts that inherit from them.

        Parameters
        ----------
        kind
            Kind of the subjects.
        numbers
            Number of the subject of each row.

        Returns
        -------
        rows, contexts
            Places of the rows, each as often as it is inherited, and the heirs.
        """
        return _fan_out(numbers, *self.pairs[kind])

    def parcels_of(self, contexts: Integers) -> tuple[Integers, Integers]:
        """Hand rows of contexts to their parcels, like `contexts_of`."""
        return _fan_out(contexts, self.context, np.arange(len(self.context)))


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that count, of one kind of subject.

    Attributes
    ----------
    spans
        Owner (number of the subject), item (number in the catalogue of items), first
        day and the day after the last; for facts that are still due, from the due day.
    row
        Place in the evidence table.
    """

    spans: Spans
    row: Integers


def read_facts(
    subjects: Subjects, evidence: pd.DataFrame, *, on: dt.date, rules: ReadinessRules
) -> dict[str, Facts]:
    """Choose the facts that count as known on a date.

    Entries that another entry supersedes do not count, nor do those that expired
    before they were done. Facts that were not yet done on the date count from the day
    on which they were then due, if that day was still to come.

    Parameters
    ----------
    subjects
        The parcels and what they belong to.
    evidence
        Evidence as in the catalogue of columns; optional columns may be missing.
    on
        The date.
    rules
        The rules, for the catalogue of items.

    Returns
    -------
    facts
        The facts about each of `SUBJECT_KINDS`.

    Raises
    ------
    TableError
        Evidence names an item that the catalogue does not have.
    """
    today = day_number(on)
    done, due = _days(evidence, "done_on"), _days(evidence, "due_on")
    last = _days(evidence, "expires_on")
    is_done = (done != _UNKNOWN) & (done <= today)
    start = np.where(is_done, done, np.where(due > today, due, _UNKNOWN))
    end = np.where(last == _UNKNOWN, NEVER, np.minimum(last + 1, NEVER))
    counts = (start >= FIRST_DAY) & (start < end) & ~_superseded(evidence)
    item = _items(evidence, rules)
    kinds, kind_names = _codes(evidence["subject_kind"])
    names, ids = _codes(evidence["subject_id"])
    facts = {}
    for kind in SUBJECT_KINDS:
        place = kind_names.get_indexer(pd.Index([kind]))[0]
        owner = subjects.numbers(kind, ids)
        owner = np.append(owner, -1)[names]
        row = np.flatnonzero(counts & (kinds == place) & (owner >= 0) & (place >= 0))
        facts[kind] = Facts(Spans(owner[row], item[row], start[row], end[row]), row)
    return facts


def parcel_spans(
    subjects: Subjects, facts: Mapping[str, Facts], places: Integers
) -> Spans:
    """Bring the facts of parcels, parks and areas together, parcel by parcel.

    Parameters
    ----------
    subjects
        The parcels and what they belong to.
    facts
        The facts that count.
    places
        Number of each item of the catalogue among those that matter, or -1.

    Returns
    -------
    spans
        Spans, not merged; the owner is the place of the parcel.
    """
    inherited = []
    for kind in ("area", "park"):
        spans = _renumbered(facts[kind].spans, places)
        rows, contexts = subjects.contexts_of(kind, spans.owner)
        inherited.append(spans.take(rows).with_owner(contexts))
    shared = merge(join(inherited))
    rows, heirs = subjects.parcels_of(shared.owner)
    own = _renumbered(facts["parcel"].spans, places)
    return join([own, shared.take(rows).with_owner(heirs)])


def _renumbered(spans: Spans, places: Integers) -> Spans:
    item = places[spans.item]
    used = item >= 0
    kept = spans.take(used)
    return Spans(kept.owner, item[used], kept.start, kept.end)


def _fan_out(
    numbers: Integers, subjects: Integers, heirs: Integers
) -> tuple[Integers, Integers]:
    """Repeat each row for all heirs of its subject."""
    order = np.argsort(subjects, kind="stable")
    size = int(max(numbers.max(initial=-1), subjects.max(initial=-1))) + 1
    counts = np.bincount(subjects, minlength=size)
    begins = np.cumsum(counts) - counts
    repeats = counts[numbers]
    rows = np.repeat(np.arange(len(numbers)), repeats)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return rows, heirs[order][begins[numbers][rows] + offset]


def _codes(column: pd.Series[str]) -> tuple[Integers, pd.Index]:
    """Give each text of a column a number; categories are used as they are."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), column.cat.categories
    codes, texts = pd.factorize(column)
    return codes.astype(np.int64), pd.Index(texts)


def _items(evidence: pd.DataFrame, rules: ReadinessRules) -> Integers:
    codes, texts = _codes(evidence["item"])
    numbers = pd.Index(list(rules.items)).get_indexer(texts).astype(np.int64)
    # A category that no row uses is not an unknown item; a missing item is one.
    used = np.bincount(codes + 1, minlength=len(texts) + 1) > 0
    found = [str(text) for text in texts[used[1:] & (numbers < 0)]]
    if used[0]:
        found.append("(missing)")
    if found:
        raise TableError(unknown_items(found, rules.items))
    return numbers[codes]


def _superseded(evidence: pd.DataFrame) -> Booleans:
    """Tell which entries another entry corrects; its own correction does not matter."""
    if "supersedes" not in evidence or "evidence_id" not in evidence:
        return np.zeros(len(evidence), dtype=np.bool_)
    corrected = evidence["supersedes"].dropna().unique()
    if not len(corrected):
        return np.zeros(len(evidence), dtype=np.bool_)
    return evidence["evidence_id"].isin(corrected).to_numpy(np.bool_)


def _days(evidence: pd.DataFrame, name: str) -> Integers:
    """Count the days of a column of dates; the least number where there is none."""
    if name not in evidence:
        return np.full(len(evidence), _UNKNOWN)
    dates = pd.to_datetime(evidence[name]).to_numpy("datetime64[D]")
    days: Integers = dates.astype(np.int64)
    return days
