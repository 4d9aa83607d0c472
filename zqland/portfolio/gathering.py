"""Gathering options project by project, at most so many of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.portfolio.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zqland.portfolio.options import Floats, Places

MOST = 400
"""Options of a project that are kept unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The lots that one project could take.

    Attributes
    ----------
    value, lot
        Worth and place of each lot.
    counts, rows, amounts
        What each lot uses, in compressed rows (`Options.of`).
    """

    value: Floats
    lot: Places
    counts: Places
    rows: Places
    amounts: Floats

    def best(self, most: int) -> tuple[Choice, float]:
        """Keep the lots that are worth most.

        Parameters
        ----------
        most
            How many.

        Returns
        -------
        kept_and_left_out
            Those kept, and what the best of the others is worth (minus infinity where
            all are kept). Among equals the lower places are kept.
        """
        if len(self.value) <= most:
            return self, -np.inf
        order = np.lexsort((self.lot, -self.value))
        kept = np.sort(order[:most])
        heads = np.concatenate([[0], np.cumsum(self.counts)])
        counts = self.counts[kept]
        ends = np.cumsum(counts)
        entries = np.repeat(heads[kept] - (ends - counts), counts)
        entries += np.arange(len(entries))
        found = Choice(
            value=self.value[kept],
            lot=self.lot[kept],
            counts=counts,
            rows=self.rows[entries],
            amounts=self.amounts[entries],
        )
        return found, float(self.value[order[most]])


def gather(choices: Iterable[Choice], *, most: int = MOST) -> tuple[Options, Floats]:
    """Put the options of all projects together, few of each.

    Parameters
    ----------
    choices
        The lots of one project after the other; only one is in memory with all of its
        lots at a time.
    most
        Options of a project that are kept.

    Returns
    -------
    options_and_left_out
        The options, and what the best lot left out of each project is worth
        (`Problem.left_out`): a bound stays valid that counts such lots as if they used
        nothing.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(3)
    >>> choice = Choice(
    ...     np.array([1.0, 5.0, 3.0]), np.arange(3), one.astype(int), np.arange(3), one
    ... )
    >>> options, left_out = gather([choice], most=2)
    >>> options.value.tolist(), left_out.tolist()
    ([5.0, 3.0], [1.0])
    """
    found = [choice.best(most) for choice in choices]
    kept = [choice for choice, _ in found]
    empty = np.zeros(0)
    options = Options.of(
        project=np.repeat(np.arange(len(kept)), [len(one.value) for one in kept]),
        value=np.concatenate([empty, *(one.value for one in kept)]),
        lot=np.concatenate([empty, *(one.lot for one in kept)]),
        counts=np.concatenate([empty, *(one.counts for one in kept)]),
        rows=np.concatenate([empty, *(one.rows for one in kept)]),
        amounts=np.concatenate([empty, *(one.amounts for one in kept)]),
    )
    return options, np.array([left_out for _, left_out in found])
