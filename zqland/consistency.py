"""Faults that show only when the columns of a table are read together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.coercion import Fault, value_text
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt


def evidence_faults(
    evidence: pd.DataFrame, items: Collection[str] | None
) -> list[Fault]:
    """Find entries of evidence that cannot mean what they say.

    Parameters
    ----------
    evidence
        Evidence in the types of the catalogue of columns.
    items
        Keys of the catalogue of items; None leaves the items unchecked.

    Returns
    -------
    faults
        Entries that expire before they are done (or due), that correct themselves in
        a circle, and that name unknown items.
    """
    start = evidence["done_on"].fillna(evidence["due_on"])
    needed = Text(
        en="no day before the one on which it is done",
        zh="不早于完成日期",
    )
    faults = _faults(evidence["expires_on"], evidence["expires_on"] < start, needed)
    circles = Text(
        en="the number of an earlier entry, not a circle of corrections",
        zh="较早佐证的编号，更正不得循环",
    )
    faults += _faults(evidence["supersedes"], _in_circle(evidence), circles)
    if items is not None:
        known = Text(en="one of {known}", zh="{known} 之一")
        needed = known.format(known=", ".join(items))
        column = evidence["item"]
        faults += _faults(column, ~column.isin(list(items)) & column.notna(), needed)
    return faults


def correcting_each_other(evidence: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which entries correct themselves, alone or in a circle with others.

    Parameters
    ----------
    evidence
        Evidence with the columns ``evidence_id`` (unique) and ``supersedes``.

    Returns
    -------
    circling
        True for each entry of a circle. Not one of them would count, since each is
        corrected; an entry outside that corrects one of them is none of them.

    Examples
    --------
    >>> evidence = pd.DataFrame(
    ...     {"evidence_id": ["a", "b", "c", "d"], "supersedes": ["b", "a", "a", "d"]}
    ... )
    >>> correcting_each_other(evidence).tolist()
    [True, True, False, True]
    """
    rows, goal = _followed(evidence)
    circling = np.zeros(len(evidence), dtype=np.bool_)
    circling[rows[goal[goal >= 0]]] = True
    return circling


def window_faults(projects: pd.DataFrame) -> list[Fault]:
    """Find projects whose smallest, ideal and largest areas are not in order.

    Parameters
    ----------
    projects
        Projects in the types of the catalogue of columns.

    Returns
    -------
    faults
        One per pair of columns.
    """
    names = ("area_min_m2", "area_ideal_m2", "area_max_m2")
    needed = Text(en="no less than {other}", zh="不小于 {other}")
    faults = []
    for low, high in ((0, 1), (1, 2), (0, 2)):
        smaller, larger = projects[names[low]], projects[names[high]]
        between = projects[names[1]].isna() if (low, high) == (0, 2) else True
        wrong = (larger < smaller) & between
        faults += _faults(larger, wrong, needed.format(other=names[low]))
    return faults


def _faults(column: pd.Series, wrong: npt.ArrayLike, needed: Text) -> list[Fault]:
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return []
    found = value_text(column.iloc[int(rows[0])])
    return [Fault(str(column.name), found, needed, tuple(column.index[rows]))]


def _in_circle(evidence: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which entries correct themselves, directly or through others.

    An entry may name one that stands in another file, so an unknown number is no
    fault. An entry that leads into a circle counts too.
    """
    rows, goal = _followed(evidence)
    circle = np.zeros(len(evidence), dtype=np.bool_)
    circle[rows] = goal >= 0
    return circle


def _followed(
    evidence: pd.DataFrame,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Follow corrections for more steps than there are, and say where each ends.

    Each round doubles the steps. Whoever is still on the way goes round in a circle,
    or came into one, and stands somewhere on it; the others end at -1.
    """
    rows = np.flatnonzero(evidence["supersedes"].notna())
    known = pd.Index(evidence["evidence_id"].iloc[rows])
    goal = np.full(len(rows), -1)
    if known.is_unique:
        goal = known.get_indexer(pd.Index(evidence["supersedes"].iloc[rows]))
    for _ in range(len(rows).bit_length()):
        goal = np.where(goal >= 0, goal[goal], -1)
    return rows, goal
