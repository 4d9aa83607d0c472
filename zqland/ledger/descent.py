"""Which ground went from which record into which: splits, merges, corrections.

A record ends on the day on which those that came of it begin, and its ground goes on in
them. Shares say how much of a record each other one got: a part of a parcel that was
split gets what its area is of all parts, a parcel that was merged makes up what its
area was of all that were merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland.errors import LedgerError
from zqland.ledger.days import day_numbers
from zqland.readiness.timeline import FIRST_DAY, NEVER, Spans, day_number
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    from zqland.readiness.timeline import Booleans, Integers

    Floats = npt.NDArray[np.float64]

WHOLE: Final = 1e-9
"""Shares closer than this to nothing or all are nothing or all."""

_STRANGERS = Text(
    en="The lineage names parcels that the table of parcels lacks: {found}. Read the "
    "parcels of all days, not only those of one date.",
    zh="沿革提到的地块不在地块表中：{found}。请读取全部日期的地块，而不只是某一天的地块。",
)
_CONTRADICTION = Text(
    en="Lineage and parcels contradict each other about the day on which these begin "
    "or end: {found}. Correct the dates of the parcels or of the lineage.",
    zh="沿革与地块的起止日期不一致：{found}。请更正地块或沿革的日期。",
)
_CIRCLE = Text(
    en="In the lineage parcels come of themselves on one day: {found}. Correct it.",
    zh="沿革中有地块在同一天由自身形成：{found}。请更正沿革。",
)


@dataclass(frozen=True, slots=True)
class Descent:
    """How ground went on from record to record.

    Attributes
    ----------
    parent, child
        Places of the records before and after.
    day
        First day of the record after.
    given
        Share of the record before that went into the one after.
    made
        Share of the record after that came from the one before.
    began, retired
        Of every parcel: its first day, and the day after its last; `NEVER` where it
        began, or ended, after the as-of date.
    """

    parent: Integers
    child: Integers
    day: Integers
    given: Floats
    made: Floats
    began: Integers
    retired: Integers

    @property
    def existence(self) -> Spans:
        """When each record exists."""
        owner = np.arange(len(self.began))
        spans = Spans(owner, np.zeros_like(owner), self.began, self.retired)
        return spans.take(self.retired > self.began)

    @property
    def is_root(self) -> Booleans:
        """Of every parcel: whether its ground came from no other record."""
        root = np.ones(len(self.began), dtype=np.bool_)
        root[self.child] = False
        return root


def trace(
    parcels: pd.DataFrame,
    lineage: pd.DataFrame | None,
    *,
    weights: pd.Series[float],
    on: dt.date,
) -> Descent:
    """Work out how ground went on from record to record.

    Parameters
    ----------
    parcels
        All parcels that ever were, indexed by their ids, with ``began_on`` and
        ``retired_on`` if any; where these are empty, the lineage tells them.
    lineage
        Table *lineage*, if any.
    weights
        Area of each parcel by which ground is shared out, square metres.
    on
        The as-of date; what happened later is left out: a parcel that ended later
        still is, and one that began later is not there.

    Returns
    -------
    descent
        Its steps; records that began and ended on one day are passed over.

    Raises
    ------
    LedgerError
        The lineage names parcels that are not there, or dates contradict each other.
    """
    edges = _edges(parcels, lineage)
    began = _days(parcels, "began_on", FIRST_DAY)
    retired = _days(parcels, "retired_on", NEVER)
    parent, child, day = edges.to_numpy(np.int64).T
    began, late = _filled(began, child, day, FIRST_DAY)
    retired, early = _filled(retired, parent, day, NEVER)
    wrong = np.concatenate([late, early, np.flatnonzero(retired < began)])
    if len(wrong):
        names = sorted({str(parcels.index[place]) for place in wrong})
        raise LedgerError(_CONTRADICTION.format(found=_list(names)))
    today = day_number(on)
    # Dates that only the lineage tells are needed of later steps too.
    edges = edges[day <= today].reset_index(drop=True)
    began, retired = (np.where(one > today, NEVER, one) for one in (began, retired))
    areas = weights.to_numpy("float64", na_value=0.0)
    parent, child = edges["parent"].to_numpy(), edges["child"].to_numpy()
    edges["given"] = _shares(edges["parent"], areas[child])
    edges["made"] = _shares(edges["child"], areas[parent])
    passing = np.flatnonzero((retired == began) & (began != NEVER))
    edges = _without(edges, passing, parcels.index)
    edges = edges.sort_values(["day", "child", "parent"], kind="stable")
    return Descent(
        parent=edges["parent"].to_numpy(np.int64),
        child=edges["child"].to_numpy(np.int64),
        day=edges["day"].to_numpy(np.int64),
        given=edges["given"].to_numpy(np.float64),
        made=edges["made"].to_numpy(np.float64),
        began=began,
        retired=retired,
    )


def _edges(parcels: pd.DataFrame, lineage: pd.DataFrame | None) -> pd.DataFrame:
    if lineage is None or lineage.empty:
        return pd.DataFrame({"parent": [], "child": [], "day": []}, dtype="int64")
    day = day_numbers(lineage["happened_on"], empty=NEVER)
    # A boundary corrected under the same number moves no ground between records.
    moved = lineage["parent_id"] != lineage["child_id"]
    kept = lineage[moved & (day != NEVER)]
    found = {
        name: parcels.index.get_indexer(pd.Index(kept[f"{name}_id"]))
        for name in ("parent", "child")
    }
    edges = pd.DataFrame(
        {**found, "day": day_numbers(kept["happened_on"], empty=NEVER)}, dtype="int64"
    )
    strange = [
        *kept["parent_id"][found["parent"] < 0],
        *kept["child_id"][found["child"] < 0],
    ]
    if strange:
        raise LedgerError(_STRANGERS.format(found=_list(sorted(set(strange)))))
    return edges.drop_duplicates(["parent", "child"])


def _days(parcels: pd.DataFrame, column: str, empty: int) -> Integers:
    if column not in parcels:
        return np.full(len(parcels), empty)
    return day_numbers(parcels[column], empty=empty)


def _filled(
    known: Integers, place: Integers, day: Integers, empty: int
) -> tuple[Integers, Integers]:
    """Fill days that are not known from the lineage; find those that differ."""
    filled = known.copy()
    lacking = filled[place] == empty
    filled[place[lacking]] = day[lacking]
    return filled, place[filled[place] != day]


def _shares(group: pd.Series[int], areas: Floats) -> pd.Series:
    """Give each row what its area is of its group; equal shares without areas."""
    weights = pd.Series(areas, group.index)
    total = weights.groupby(group).transform("sum")
    count = weights.groupby(group).transform("size")
    return (weights / total).where(total > 0, 1 / count)


def _without(edges: pd.DataFrame, passing: Integers, names: pd.Index) -> pd.DataFrame:
    """Pass over records that began and ended on one day: join the steps around them."""
    ends = edges[["parent", "child"]].to_numpy()
    # One after the other, for such records may follow each other; they are few.
    for record in np.intersect1d(passing, ends):
        into, out_of = edges["child"] == record, edges["parent"] == record
        joined = edges[into].merge(edges[out_of], how="cross")
        through = pd.DataFrame(
            {
                "parent": joined["parent_x"],
                "child": joined["child_y"],
                "day": joined["day_x"],
                "given": joined["given_x"] * joined["given_y"],
                "made": joined["made_x"] * joined["made_y"],
            }
        )
        if (through["parent"] == through["child"]).any():
            raise LedgerError(_CIRCLE.format(found=names[record]))
        edges = pd.concat([edges[~into & ~out_of], through], ignore_index=True)
        edges = edges.groupby(["parent", "child", "day"], as_index=False).sum()
    return edges


def _list(names: list[str]) -> str:
    shown = 5
    return ", ".join(names[:shown]) + (" …" if len(names) > shown else "")
