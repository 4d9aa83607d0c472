"""Options: which lots each project could take, and what each lot would use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Places: TypeAlias = "NDArray[np.int64]"
Booleans: TypeAlias = "NDArray[np.bool_]"

NONE = -1
"""Stands for no option: the project is not placed."""


@dataclass(frozen=True, slots=True)
class Options:
    """Lots that projects could take, one option each, sorted by project.

    What an option uses stands in compressed rows: option ``k`` uses
    ``amounts[starts[k]:starts[k + 1]]`` of the capacities
    ``rows[starts[k]:starts[k + 1]]``.

    Attributes
    ----------
    project
        Place of the project of each option; never falls.
    value
        What it is worth that the project takes the lot.
    lot
        Place of the lot in the list of lots.
    starts, rows, amounts
        What each option uses, in the units of the capacities.
    """

    project: Places
    value: Floats
    lot: Places
    starts: Places
    rows: Places
    amounts: Floats

    @classmethod
    def of(
        cls,
        *,
        project: Sequence[int] | Places,
        value: Sequence[float] | Floats,
        lot: Sequence[int] | Places,
        counts: Sequence[int] | Places,
        rows: Sequence[int] | Places,
        amounts: Sequence[float] | Floats,
    ) -> Options:
        """Put options together in any order.

        Parameters
        ----------
        project, value, lot
            One entry per option.
        counts
            How many capacities each option uses.
        rows, amounts
            The capacities and how much of them, one option after the other.

        Returns
        -------
        options
            Sorted by project, then by lot.

        Examples
        --------
        >>> options = Options.of(
        ...     project=[1, 0], value=[5.0, 3.0], lot=[0, 1], counts=[1, 2],
        ...     rows=[0, 0, 1], amounts=[1.0, 0.5, 0.5],
        ... )
        >>> options.project.tolist(), options.rows.tolist()
        ([0, 1], [0, 1, 0])
        """
        steps = np.asarray(counts, dtype=np.int64)
        options = cls(
            project=np.asarray(project, dtype=np.int64),
            value=np.asarray(value, dtype=np.float64),
            lot=np.asarray(lot, dtype=np.int64),
            starts=np.concatenate([[0], np.cumsum(steps)]).astype(np.int64),
            rows=np.asarray(rows, dtype=np.int64),
            amounts=np.asarray(amounts, dtype=np.float64),
        )
        return options.take(np.lexsort((options.lot, options.project)))

    def __len__(self) -> int:
        """Return how many options there are."""
        return len(self.project)

    @property
    def counts(self) -> Places:
        """How many capacities each option uses."""
        return np.diff(self.starts)

    def take(self, places: Places) -> Options:
        """Return some options in the order given; it has to keep projects sorted."""
        counts = self.counts[places]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        entries = np.repeat(self.starts[places] - starts[:-1], counts)
        entries += np.arange(starts[-1])
        return Options(
            project=self.project[places],
            value=self.value[places],
            lot=self.lot[places],
            starts=starts,
            rows=self.rows[entries],
            amounts=self.amounts[entries],
        )

    def with_sorted_rows(self) -> Options:
        """Return the options with the capacities of each in ascending order."""
        owners = self.owners()
        is_within = owners[1:] == owners[:-1]
        if not (is_within & (np.diff(self.rows) < 0)).any():
            return self
        order = np.lexsort((self.rows, owners))
        return replace(self, rows=self.rows[order], amounts=self.amounts[order])

    def owners(self) -> Places:
        """Return the option of each entry of ``rows``."""
        return np.repeat(np.arange(len(self)), self.counts)

    def priced(self, prices: Floats) -> Floats:
        """Return what each option uses, at a price per unit of each capacity."""
        if len(self.rows) == len(self):
            # The usual case, one capacity each, at half the cost.
            return prices[self.rows] * self.amounts
        costs = prices[self.rows] * self.amounts
        summed = np.bincount(self.owners(), weights=costs, minlength=len(self))
        return summed.astype(np.float64)

    def loads(self, chosen: Places, capacities: int) -> Floats:
        """Return how much of each capacity a choice of options uses."""
        taken = self.take(chosen)
        loads = np.bincount(taken.rows, weights=taken.amounts, minlength=capacities)
        return loads.astype(np.float64)

    def spans(self, projects: int) -> Places:
        """Return where the options of each project begin, and the end."""
        return np.searchsorted(self.project, np.arange(projects + 1)).astype(np.int64)


def join(parts: Sequence[Options]) -> Options:
    """Join options of the same projects, lots and capacities.

    Parameters
    ----------
    parts
        The options.

    Returns
    -------
    options
        All of them, sorted.
    """
    return Options.of(
        project=np.concatenate([part.project for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        lot=np.concatenate([part.lot for part in parts]),
        counts=np.concatenate([part.counts for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        amounts=np.concatenate([part.amounts for part in parts]),
    )


def best_of_each(scores: Floats, spans: Places) -> tuple[Floats, Places]:
    """Find the best option of each project.

    Parameters
    ----------
    scores
        One per option.
    spans
        Where the options of each project begin (`Options.spans`).

    Returns
    -------
    best_and_places
        Its score (minus infinity without any) and its place (`NONE` without any);
        among equals the first.
    """
    has_any = spans[1:] > spans[:-1]
    best = np.full(len(spans) - 1, -np.inf)
    places = np.full(len(spans) - 1, NONE, dtype=np.int64)
    if not has_any.any():
        return best, places
    heads = spans[:-1][has_any]
    best[has_any] = np.maximum.reduceat(scores, heads)
    is_best = scores == np.repeat(best[has_any], np.diff(spans)[has_any])
    found = np.flatnonzero(is_best)
    places[has_any] = found[np.searchsorted(found, heads)]
    return best, places
