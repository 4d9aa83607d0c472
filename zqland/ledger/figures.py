"""From entries to figures: sums on every basis, with the parcels behind each of them.

An entry is a share of a parcel in one place of the books. Every figure of the ledger is
a sum of entries, so that it can be followed back to its parcels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zqland import units
from zqland.errors import NotFoundError
from zqland.ledger.books import BASES, MEASURED
from zqland.ledger.moves import KINDS
from zqland.ledger.timeline import BOOKS, OUTSIDE, STATUSES, cells
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zqland.ledger.books import Books
    from zqland.ledger.moves import Moves
    from zqland.readiness.timeline import Booleans, Integers

    Figures = dict[str, Any]

ALL: Final = "all"
"""The book of all land, and the row of a book that counts every status."""

GROUPS: Final = ("park_id", "district", "level", "land_class")
"""What figures can be grouped by."""

SIDES: Final = ("opening", "in", "out", "reshaped", "closing")
"""The sides of a balance."""

_NO_GROUP = Text(
    en="Figures cannot be grouped by {found}; choose from {known}.",
    zh="不能按 {found} 分组；可选：{known}。",
)


def group_keys(books: Books, by: Sequence[str]) -> dict[str, pd.Series[str]]:
    """Find the group of every parcel.

    Parameters
    ----------
    books
        The books.
    by
        Some of `GROUPS`.

    Returns
    -------
    keys
        A text per parcel and column; empty where it has none.

    Raises
    ------
    NotFoundError
        Figures cannot be grouped by that.
    """
    strange = [column for column in by if column not in GROUPS]
    if strange:
        found = _NO_GROUP.format(found=", ".join(strange), known=", ".join(GROUPS))
        raise NotFoundError(found)
    return {
        column: books.parcels[column].astype("str").fillna("").reset_index(drop=True)
        for column in by
    }


def standing(books: Books, day: int, inside: Booleans) -> pd.DataFrame:
    """List what stands in the books on a day.

    Parameters
    ----------
    books
        The books.
    day
        The day, counted from 1970-01-01.
    inside
        Which parcels count.

    Returns
    -------
    entries
        ``owner`` (place of the parcel), ``book``, ``cell`` (places of book and
        status), ``kind`` (none) and ``share``.
    """
    owner = np.flatnonzero(inside)
    words = books.history.timeline.at(owner, day)
    parts = []
    for book in range(len(BOOKS)):
        cell = cells(words, book)
        held = cell != OUTSIDE
        parts.append(_entries(owner[held], book, cell[held]))
    return pd.concat(parts, ignore_index=True)


def moved(
    books: Books, moves: Moves, inside: Booleans, *, by: Sequence[str], whole: bool
) -> dict[str, pd.DataFrame]:
    """Sort movements into those in, out, and from record to record of one place.

    Parameters
    ----------
    books
        The books.
    moves
        The movements.
    inside
        Which parcels count; land that leaves them is out.
    by
        Groups between which land moves too.
    whole
        Whether statuses are one place, so that only what comes into the book or
        leaves it counts.

    Returns
    -------
    entries
        As of `standing`, for in, out and reshaped. What is reshaped stands with the
        share of the record after, and less the share of the record before.
    """
    # Land from nowhere and into nowhere is not inside.
    counts = np.append(inside, False)
    left = np.where(counts[moves.source], moves.left, OUTSIDE)
    reached = np.where(counts[moves.target], moves.reached, OUTSIDE)
    same = (left != OUTSIDE) & (reached != OUTSIDE)
    if not whole:
        same &= left == reached
    for keys in group_keys(books, by).values():
        codes = np.append(pd.factorize(keys)[0], OUTSIDE)
        same &= codes[moves.source] == codes[moves.target]
    out, into = (left != OUTSIDE) & ~same, (reached != OUTSIDE) & ~same
    stays = same & (moves.source != moves.target)

    def after(rows: Booleans) -> pd.DataFrame:
        entries = _entries(
            moves.target[rows], moves.book[rows], reached[rows], moves.kind[rows]
        )
        return entries.assign(share=moves.made[rows])

    def before(rows: Booleans) -> pd.DataFrame:
        entries = _entries(
            moves.source[rows], moves.book[rows], left[rows], moves.kind[rows]
        )
        return entries.assign(share=moves.given[rows])

    less = before(stays)
    reshaped = [after(stays), less.assign(share=-less["share"])]
    return {
        "in": after(into),
        "out": before(out),
        "reshaped": pd.concat(reshaped, ignore_index=True),
    }


def named(
    books: Books, entries: pd.DataFrame, *, by: Sequence[str], whole: bool
) -> pd.DataFrame:
    """Give entries their words: group, predicate, status and kind.

    Parameters
    ----------
    books
        The books.
    entries
        Entries by number.
    by
        Groups.
    whole
        Whether all statuses are one row.

    Returns
    -------
    entries
        With ``predicate``, ``status`` and ``kind`` and the columns of ``by``.
    """
    owner = entries["owner"].to_numpy()
    columns = {
        name: keys.to_numpy()[owner] for name, keys in group_keys(books, by).items()
    }
    statuses = np.array([ALL] if whole else STATUSES, dtype=object)
    cell = np.zeros(len(entries), dtype=np.int64) if whole else entries["cell"]
    return entries.assign(
        **columns,
        predicate=np.array(BOOKS, dtype=object)[entries["book"]],
        status=statuses[cell],
        kind=np.array([*map(str, KINDS), ""], dtype=object)[entries["kind"]],
    )


def sums(books: Books, entries: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Sum entries on every basis.

    Parameters
    ----------
    books
        The books.
    entries
        Named entries.
    keys
        Columns to sum by.

    Returns
    -------
    figures
        One row per key, in no order: the keys, ``count`` (of parcels), per basis
        ``<basis>_m2``, ``<basis>_lacking_count`` and, where another than planar,
        ``<basis>_lacking_planar_m2`` of the parcels without a figure on it, and
        ``parcel_ids``, sorted.
    """
    by = list(keys)
    owner, share = entries["owner"].to_numpy(), entries["share"].to_numpy()
    planar = books.parcels[f"{MEASURED}_m2"].to_numpy()[owner]
    totals, counted = {}, {}
    for basis in BASES:
        area = books.parcels[f"{basis}_m2"].to_numpy()[owner]
        lacks = np.isnan(area)
        totals[f"{basis}_m2"] = np.where(lacks, 0.0, area * share)
        counted[f"{basis}_lacking_count"] = lacks.astype(np.int64)
        if basis is not MEASURED:
            weight = np.where(lacks & ~np.isnan(planar), planar * share, 0.0)
            totals[f"{basis}_lacking_planar_m2"] = weight
    summed = entries[by].assign(**totals).groupby(by, sort=False).sum()
    ids = books.parcels.index.to_numpy(dtype=object)[owner]
    once = entries[by].assign(count=1, **counted, parcel_ids=ids)
    once = once.drop_duplicates([*by, "parcel_ids"]).sort_values("parcel_ids")
    groups = once.groupby(by, sort=False)
    numbers = groups[["count", *counted]].sum()
    names = groups["parcel_ids"].agg(tuple)
    return summed.join(numbers).join(names).reset_index()[[*by, *figure_columns()]]


def total(books: Books, entries: pd.DataFrame) -> Figures:
    """Sum entries into one row.

    Parameters
    ----------
    books
        The books.
    entries
        Entries with ``owner`` and ``share``.

    Returns
    -------
    figures
        As a row of `sums`; nothing of everything where there are no entries.
    """
    table = sums(books, entries.assign(total=""), ["total"]).drop(columns="total")
    if table.empty:
        nothing = {
            name: 0 if name.endswith("count") else 0.0 for name in figure_columns()
        }
        return nothing | {"parcel_ids": ()}
    return {str(name): table[name].iloc[0] for name in table}


def figure_columns() -> list[str]:
    """List the columns of figures, in their order."""
    per_basis = [
        [
            f"{basis}_m2",
            f"{basis}_lacking_count",
            *([] if basis is MEASURED else [f"{basis}_lacking_planar_m2"]),
        ]
        for basis in BASES
    ]
    return ["count", *(name for part in per_basis for name in part), "parcel_ids"]


def in_order(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Sort rows by group, then predicate, status, side and kind as they are listed.

    Parameters
    ----------
    table
        Rows.
    by
        Groups.

    Returns
    -------
    table
        Sorted, with a new index.
    """
    orders: dict[str, Sequence[str]] = {
        "predicate": BOOKS,
        "status": (ALL, *STATUSES),
        "side": SIDES,
        "kind": tuple(map(str, KINDS)),
        "basis": tuple(map(str, BASES)),
    }
    found = [name for name in orders if name in table]

    def rank(column: pd.Series[Any]) -> pd.Series[Any]:
        if column.name not in orders:
            return column
        places = {name: place for place, name in enumerate(orders[str(column.name)])}
        return column.map(places)

    return table.sort_values([*by, *found], key=rank, ignore_index=True)


def in_unit(table: pd.DataFrame, unit: units.Unit | str) -> pd.DataFrame:
    """Convert every area of a table to another unit, not rounded.

    Parameters
    ----------
    table
        Figures of the ledger; areas are the columns with ``_m2`` in their names.
    unit
        The unit that is wanted.

    Returns
    -------
    table
        The same columns with the unit in their names instead.

    Examples
    --------
    >>> in_unit(pd.DataFrame({"done_m2": [1_134_000.0]}), "mu")
       done_mu
    0   1701.0
    """
    wanted = units.Unit(unit)
    areas = [
        name
        for name in map(str, table.columns)
        if name.endswith("_m2") or "_m2_per_" in name
    ]
    converted = {name: units.from_m2(table[name], wanted) for name in areas}
    names = {name: name.replace("_m2", f"_{wanted}") for name in areas}
    return table.assign(**converted).rename(columns=names)


def _entries(
    owner: Integers,
    book: Integers | int,
    cell: Integers,
    kind: Integers | int = OUTSIDE,
) -> pd.DataFrame:
    return pd.DataFrame(
        {"owner": owner, "book": book, "cell": cell, "kind": kind, "share": 1.0}
    )
