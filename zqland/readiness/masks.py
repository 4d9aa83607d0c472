"""The rules of readiness as bits: one bit per item, one word per day.

A day of a parcel is a 64-bit word in which the bit of every valid item is set. A
predicate is then one comparison of words, for all parcels and days at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.readiness.rules import UTILITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from zqland.readiness.rules import Predicate, ReadinessRules


_PIECE = 8
"""Bits of a word that are looked up together."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate in bits.

    Attributes
    ----------
    need
        All of these bits must be set.
    choices
        From each of these, at least one alternative must be set as a whole; empty in
        the usual case.
    """

    need: int
    choices: tuple[tuple[int, ...], ...]

    def holds(self, masks: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Tell for each word whether the predicate is true.

        Parameters
        ----------
        masks
            Words of valid items, shape (n,).

        Returns
        -------
        holds
            Shape (n,).
        """
        true: npt.NDArray[np.bool_] = (masks & self.need) == self.need
        for alternatives in self.choices:
            true &= np.logical_or.reduce([(masks & one) == one for one in alternatives])
        return true

    def missing(self, masks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Find the bits that are still needed; of alternatives, those nearest to done.

        Parameters
        ----------
        masks
            Words of valid items, shape (n,).

        Returns
        -------
        missing
            Words of missing items, shape (n,).
        """
        missing = ~masks & self.need
        for alternatives in self.choices:
            lacks = np.stack([~masks & one for one in alternatives])
            nearest = np.bitwise_count(lacks).argmin(axis=0)
            missing |= np.take_along_axis(lacks, nearest[np.newaxis], axis=0)[0]
        return missing


@dataclass(frozen=True, slots=True)
class Masks:
    """All rules in bits.

    Attributes
    ----------
    items
        Key of the item of each bit.
    implications
        Pairs of given bits and the bit that follows.
    predicates
        Condition of each predicate.
    sets
        Bits of each utility set, from the weakest to the strongest.
    utilities
        Bits of all utilities.
    """

    items: tuple[str, ...]
    implications: tuple[tuple[int, int], ...]
    predicates: Mapping[str, Condition]
    sets: Mapping[str, int]
    utilities: int

    @classmethod
    def of(cls, rules: ReadinessRules) -> Masks:
        """Give every item that a rule names its bit, and write the rules in bits.

        Parameters
        ----------
        rules
            The rules.

        Returns
        -------
        masks
            The same rules in bits.
        """
        items = rules.coded_items
        bit = {key: 1 << place for place, key in enumerate(items)}
        implications = tuple(
            (_union(bit, rule.given), bit[rule.then]) for rule in rules.implications
        )
        kinds = {key for key in items if rules.items[key].kind == UTILITY}
        return cls(
            items=items,
            implications=implications,
            predicates={
                key: _condition(predicate, bit, implications)
                for key, predicate in rules.predicates.items()
            },
            sets={
                key: _union(bit, one.items) for key, one in rules.utility_sets.items()
            },
            utilities=_union(bit, kinds),
        )

    def close(self, masks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Set the bits that follow from others.

        Parameters
        ----------
        masks
            Words of recorded items, shape (n,).

        Returns
        -------
        masks
            Words of valid items, shape (n,).
        """
        for given, then in self.implications:
            masks = masks | np.where((masks & given) == given, then, 0)
        return masks

    def names(self, masks: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
        """List the items of each word; equal words share one tuple.

        Parameters
        ----------
        masks
            Words of items, shape (n,).

        Returns
        -------
        names
            Tuples of item keys in catalogue order, shape (n,).
        """
        places, words = pd.factorize(masks)
        table: npt.NDArray[np.object_] = np.empty(len(words), dtype=object)
        pieces = [
            self._piece_names(start) for start in range(0, len(self.items), _PIECE)
        ]
        for place, word in enumerate(words.tolist()):
            names: tuple[str, ...] = ()
            for number, piece in enumerate(pieces):
                names += piece[word >> number * _PIECE & (1 << _PIECE) - 1]
            table[place] = names
        return table[places]

    def _piece_names(self, start: int) -> list[tuple[str, ...]]:
        """List the items of every possible piece of a word."""
        names: list[tuple[str, ...]] = [()]
        for key in self.items[start : start + _PIECE]:
            names += [(*shorter, key) for shorter in names]
        return names

    def strongest_sets(self, masks: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
        """Find the strongest utility set of each word.

        Parameters
        ----------
        masks
            Words of valid items, shape (n,).

        Returns
        -------
        keys
            Keys of utility sets, "" where none is reached, shape (n,).
        """
        table: npt.NDArray[np.object_] = np.array(["", *self.sets], dtype=object)
        reached = np.zeros(len(masks), dtype=np.int64)
        for place, need in enumerate(self.sets.values(), start=1):
            reached[(masks & need) == need] = place
        return table[reached]


def _condition(
    predicate: Predicate,
    bit: Mapping[str, int],
    implications: tuple[tuple[int, int], ...],
) -> Condition:
    need = 0
    choices = []
    for group in predicate.groups:
        alternatives = _weakest([_union(bit, keys) for keys in group], implications)
        if len(alternatives) == 1:
            need |= alternatives[0]
        else:
            choices.append(alternatives)
    return Condition(need, tuple(choices))


def _weakest(
    alternatives: list[int], implications: tuple[tuple[int, int], ...]
) -> tuple[int, ...]:
    """Leave out alternatives that are never true without an earlier, weaker one."""
    kept: list[int] = []
    for one in alternatives:
        closed = one
        for given, then in implications:
            closed |= then if closed & given == given else 0
        if not any(closed & weaker == weaker for weaker in kept):
            kept.append(one)
    return tuple(kept)


def _union(bit: Mapping[str, int], keys: Iterable[str]) -> int:
    return reduce(lambda word, key: word | bit[key], keys, 0)
