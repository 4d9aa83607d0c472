"""What the utilities of each parcel can carry on a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zqland.errors import TableError
from zqland.readiness.facts import SUBJECT_KINDS
from zqland.readiness.rules import CAPACITIES
from zqland.readiness.timeline import day_number
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    from zqland.readiness.facts import Facts, Subjects
    from zqland.readiness.rules import Item, ReadinessRules
    from zqland.readiness.timeline import Integers

    Floats = npt.NDArray[np.float64]


def capacities(
    subjects: Subjects,
    facts: dict[str, Facts],
    evidence: pd.DataFrame,
    *,
    on: dt.date,
    rules: ReadinessRules,
) -> dict[str, Floats]:
    """Report the capacity of each utility from the values of facts valid on a date.

    The most particular fact counts: one about the parcel before one about its park,
    one about its park before one about an area. Among equals the latest counts, and
    among those of one day the last row. A value without a unit is in the unit of its
    item.

    Parameters
    ----------
    subjects
        The parcels and what they belong to.
    facts
        The facts that count.
    evidence
        The table that the facts were read from.
    on
        The date.
    rules
        The rules, for items and units.

    Returns
    -------
    capacities
        An array per name of `CAPACITIES`, one figure per parcel in the order of the
        table of parcels; NaN where nothing is known.

    Raises
    ------
    TableError
        A value is in a unit that its item does not have.
    """
    table = np.full((len(CAPACITIES), len(subjects.parcels)), np.nan)
    columns = _column_of_item(rules)
    if "value" in evidence:
        today = day_number(on)
        values = pd.to_numeric(evidence["value"]).to_numpy(np.float64, na_value=np.nan)
        for kind in SUBJECT_KINDS:
            spans = facts[kind].spans
            valid = (spans.start <= today) & (today < spans.end)
            valid &= (columns >= 0)[spans.item]
            valid &= ~np.isnan(values[facts[kind].row])
            found = np.flatnonzero(valid)
            found = found[np.argsort(spans.start[found], kind="stable")]
            row, item = facts[kind].row[found], spans.item[found]
            figures = values[row] * _factors(evidence, row, item, rules)
            heir, parcel = _parcels(subjects, kind, spans.owner[found])
            # Where a parcel comes twice, the last assignment stays.
            table[columns[item[heir]], parcel] = figures[heir]
    return dict(zip(CAPACITIES, table, strict=True))


def _column_of_item(rules: ReadinessRules) -> Integers:
    places = {name: place for place, name in enumerate(CAPACITIES)}
    return np.array([places.get(item.capacity, -1) for item in rules.items.values()])


def _parcels(
    subjects: Subjects, kind: str, owner: Integers
) -> tuple[Integers, Integers]:
    """Find the parcels that the rows are about: places of rows beside parcels."""
    if kind == "parcel":
        return np.arange(len(owner)), owner
    rows, contexts = subjects.contexts_of(kind, owner)
    again, parcels = subjects.parcels_of(contexts)
    # Back into the order of the rows, which says which of them stays.
    order = np.argsort(rows[again], kind="stable")
    return rows[again][order], parcels[order]


def _factors(
    evidence: pd.DataFrame, row: Integers, item: Integers, rules: ReadinessRules
) -> Floats:
    if "unit" not in evidence or not len(row):
        return np.ones(len(row))
    codes, units = pd.factorize(evidence["unit"].iloc[row])
    items = list(rules.items.values())
    # The last column is for values without a unit.
    factors = np.full((len(items), len(units) + 1), np.nan)
    factors[:, -1] = 1.0
    for place, unit in enumerate(units):
        name = str(unit).strip()
        for number in np.unique(item):
            factors[number, place] = items[number].factors.get(name, np.nan)
            if not name:
                factors[number, place] = 1.0
    chosen: Floats = factors[item, codes]
    if np.isnan(chosen).any():
        first = int(np.flatnonzero(np.isnan(chosen))[0])
        raise _unit_fault(str(units[codes[first]]), int(row[first]), items[item[first]])
    return chosen


def _unit_fault(found: str, row: int, item: Item) -> TableError:
    text = Text(
        en="evidence row {row} gives {item} in {found}; known units are {known}.",
        zh="佐证第 {row} 行的{item}以 {found} 为单位；可用的单位：{known}。",
    )
    known = ", ".join(item.factors)
    return TableError(
        text.format(row=row + 1, item=item.text, found=found, known=known)
    )
