"""The items of every parcel on every day, and the runs of what they make true.

Readiness on a date and the books of all days are both read from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from zqland.readiness.facts import parcel_spans
from zqland.readiness.masks import Masks
from zqland.readiness.timeline import Spans, changes, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland.readiness.facts import Facts, Subjects
    from zqland.readiness.rules import ReadinessRules
    from zqland.readiness.timeline import Changes, Integers


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """Which items each parcel has from each day on which something changes.

    Attributes
    ----------
    masks
        The rules as words of bits.
    table
        The changes; the owner is the place of the parcel.
    word
        Items from each change on, with those that they imply.
    """

    masks: Masks
    table: Changes
    word: Integers

    @classmethod
    def of(
        cls, subjects: Subjects, facts: Mapping[str, Facts], rules: ReadinessRules
    ) -> Self:
        """Put the facts of parcels, parks and areas together.

        Parameters
        ----------
        subjects
            The parcels and what they belong to.
        facts
            The facts that count; see `zqland.readiness.facts.read_facts`.
        rules
            The rules of readiness.

        Returns
        -------
        history
            Of all parcels.
        """
        masks = Masks.of(rules)
        bits = {key: bit for bit, key in enumerate(masks.items)}
        places = np.array([bits.get(key, -1) for key in rules.items], dtype=np.int64)
        table = changes(parcel_spans(subjects, facts, places))
        return cls(masks, table, masks.close(table.mask))

    def on(self, day: int, count: int) -> Integers:
        """Find the word of each parcel on a day: that of its last change up to it.

        Parameters
        ----------
        day
            The day, counted from 1970-01-01.
        count
            How many parcels there are.

        Returns
        -------
        words
            Shape (count,); 0 without a change so far.
        """
        table = self.table
        words = np.zeros(count, dtype=np.int64)
        past = table.day <= day
        is_last = past.copy()
        is_last[:-1] &= ~past[1:] | table.first[1:]
        words[table.owner[is_last]] = self.word[is_last]
        return words

    def runs(self, predicate: str) -> Spans:
        """Find when a predicate holds.

        Parameters
        ----------
        predicate
            Its key.

        Returns
        -------
        runs
            Unbroken runs, sorted by parcel and day; item 0.
        """
        return runs(self.table, self.masks.predicates[predicate].holds(self.word))
