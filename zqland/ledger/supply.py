"""The share of standard land in the industrial land that was supplied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zqland.ledger.books import BASES
from zqland.ledger.figures import total
from zqland.ledger.moves import KINDS, Kind
from zqland.ledger.scopes import PROVINCIAL_UP
from zqland.ledger.timeline import BOOKS, holds
from zqland.readiness.timeline import day_number

if TYPE_CHECKING:
    from collections.abc import Collection

    from zqland.areas import Method
    from zqland.ledger.books import Books
    from zqland.ledger.days import Period
    from zqland.ledger.figures import Figures

INDUSTRIAL: Final = ("M1", "M2", "M3")
"""Classes of industrial land (GB 50137-2011); storage (W1-W3) is not industrial."""


def standard_share(
    books: Books,
    period: Period,
    *,
    scope: str = PROVINCIAL_UP,
    classes: Collection[str] = INDUSTRIAL,
) -> pd.DataFrame:
    r"""Find the share of standard land in the industrial land supplied in a period.

    .. math:: share = standard / supplied

    by area on each basis, and by count. Land is standard if it was so on the day of
    its supply. Ground that was taken back and supplied again counts with each supply.

    Parameters
    ----------
    books
        The books.
    period
        The days.
    scope
        Which parcels; by default those in parks of provincial level and higher.
    classes
        Planned classes of land that count.

    Returns
    -------
    share
        One row per basis: ``first_day``, ``last_day``, ``scope``, ``basis``,
        ``supplied_m2``, ``standard_m2``, ``share_by_area`` (NaN if nothing was
        supplied; of the parcels with a figure on the basis), ``lacking_count`` and
        ``lacking_planar_m2`` (supplied parcels without one), ``supplied_count``,
        ``standard_count``, ``share_by_count``, ``supplied_ids``, ``standard_ids``,
        and ``unclassed_count``, ``unclassed_m2`` and ``unclassed_ids``: supplied
        parcels whose class of land is not known, in none of the other figures.

    Raises
    ------
    LedgerError
        The period ends later than the as-of date.
    NotFoundError
        There is no such scope.

    References
    ----------
    The city's plan for 2023: in parks of provincial level and higher, standard land
    is to be half of the state-owned industrial land supplied. The plan does not say
    whether by area or by count.
    """
    books.check(period.last)
    moves = books.history.moves(day_number(period.first), day_number(period.last))
    supplied = (moves.kind == KINDS.index(Kind.SUPPLIED)) & (moves.book == 0)
    moves = moves.take(supplied & books.inside(scope)[moves.target])
    word = books.history.timeline.at(moves.target, moves.day)
    entries = pd.DataFrame({"owner": moves.target, "share": moves.made})
    land_class = books.parcels["land_class"].iloc[moves.target]
    known = land_class.notna().to_numpy(np.bool_)
    industrial = land_class.isin(list(classes)).to_numpy(np.bool_)
    standard = industrial & holds(word, BOOKS.index("standard"))
    parts = {
        "supplied": total(books, entries[industrial]),
        "standard": total(books, entries[standard]),
        "unclassed": total(books, entries[~known]),
    }
    rows = [_on_basis(parts, basis) for basis in BASES]
    table = pd.DataFrame(rows)
    table.insert(0, "first_day", pd.Timestamp(period.first))
    table.insert(1, "last_day", pd.Timestamp(period.last))
    table.insert(2, "scope", scope)
    return table


def _on_basis(parts: dict[str, Figures], basis: Method) -> dict[str, object]:
    supplied, standard = parts["supplied"], parts["standard"]
    row: dict[str, object] = {"basis": str(basis)}
    for name in ("supplied", "standard"):
        row[f"{name}_m2"] = parts[name][f"{basis}_m2"]
    row["share_by_area"] = _ratio(standard[f"{basis}_m2"], supplied[f"{basis}_m2"])
    row["lacking_count"] = supplied[f"{basis}_lacking_count"]
    row["lacking_planar_m2"] = supplied.get(f"{basis}_lacking_planar_m2", 0.0)
    for name in ("supplied", "standard"):
        row[f"{name}_count"] = parts[name]["count"]
    row["share_by_count"] = _ratio(standard["count"], supplied["count"])
    row["unclassed_m2"] = parts["unclassed"][f"{basis}_m2"]
    row["unclassed_count"] = parts["unclassed"]["count"]
    return row | {f"{name}_ids": part["parcel_ids"] for name, part in parts.items()}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
