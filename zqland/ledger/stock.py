"""What stands in the books on a day, and what moved in a period."""

from __future__ import annotations

import datetime as dt
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland.ledger.beside import beside
from zqland.ledger.books import BASES
from zqland.ledger.days import Period
from zqland.ledger.figures import (
    SIDES,
    in_order,
    moved,
    named,
    standing,
    sums,
)
from zqland.ledger.moves import KINDS
from zqland.ledger.scopes import CITY
from zqland.ledger.timeline import BOOKS, OUTSIDE, STATUSES
from zqland.readiness.timeline import day_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from zqland.areas import Method
    from zqland.ledger.books import Books
    from zqland.ledger.moves import Moves


_ONE_DAY = dt.timedelta(days=1)


def stock(
    books: Books,
    *,
    on: dt.date | None = None,
    scope: str = CITY,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Add up the land in each book on a day, by status.

    Parameters
    ----------
    books
        The books.
    on
        The day, at its end; the as-of date where it is not given.
    scope
        Which parcels; see `zqland.ledger.scopes`.
    by
        Groups: some of ``park_id``, ``district``, ``level``, ``land_class``.

    Returns
    -------
    stock
        One row per group, predicate (``all`` for all land) and status (``all`` for
        every status; its row is the total of the others): ``on``, ``count``, and on
        each basis the area with the count and planar area of the parcels that have no
        figure on it; ``parcel_ids``; and what of it is held on the day and usable
        beside the constraint layers of the reserve, see `zqland.ledger.beside`.
        Predicates overlap and are never to be added.

    Raises
    ------
    LedgerError
        The day is later than the as-of date.
    NotFoundError
        There is no such scope or group.
    """
    day = books.on if on is None else on
    books.check(day)
    entries = standing(books, day_number(day), books.inside(scope))
    both = [named(books, entries, by=by, whole=whole) for whole in (True, False)]
    counted, keys = pd.concat(both), [*by, "predicate", "status"]
    table = sums(books, counted, keys)
    table = table.merge(beside(books, day, counted, keys), on=keys, how="left")
    table.insert(0, "on", pd.Timestamp(day))
    return in_order(table, by)


def movements(
    books: Books, period: Period, *, scope: str = CITY, predicate: str | None = None
) -> pd.DataFrame:
    """List what moved in a period, parcel by parcel.

    Parameters
    ----------
    books
        The books.
    period
        The days.
    scope
        Which parcels; land that leaves the scope is out.
    predicate
        One book; every book where it is not given.

    Returns
    -------
    movements
        In order of days: ``day``, ``predicate``, ``kind`` (one of
        `zqland.ledger.moves.Kind`), ``from_id`` and ``to_id`` (the records in which
        the ground lay before and lies then; two where parcels were split, merged or
        corrected; missing where it came from none or went into none), ``from_status``
        and ``to_status`` (missing outside the book), ``from_share`` and ``to_share``
        (what part of the records), and on each basis ``out_<basis>_m2`` and
        ``in_<basis>_m2``: what the book gave and got, NaN where a parcel lacks a
        figure.

    Raises
    ------
    LedgerError
        The period ends later than the as-of date.
    NotFoundError
        There is no such scope.
    """
    books.check(period.last)
    return listed(books, period, scope=scope, predicate=predicate)


def expected(
    books: Books, until: dt.date, *, scope: str = CITY, predicate: str | None = None
) -> pd.DataFrame:
    """List what will move after the as-of date if all that is due is done on its day.

    Parameters
    ----------
    books
        The books.
    until
        The last day.
    scope
        Which parcels.
    predicate
        One book; every book where it is not given.

    Returns
    -------
    movements
        As of `movements`: what will be reached, and what will lapse because evidence
        expires.

    Raises
    ------
    LedgerError
        The last day is not later than the as-of date.
    NotFoundError
        There is no such scope.
    """
    period = Period(books.on + _ONE_DAY, until)
    return listed(books, period, scope=scope, predicate=predicate)


def flows(
    books: Books, period: Period, *, scope: str = CITY, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Add up what moved in a period, by its kind.

    Parameters
    ----------
    books
        The books.
    period
        The days.
    scope
        Which parcels; land that leaves the scope is out.
    by
        Groups.

    Returns
    -------
    flows
        One row per group, predicate, status (``all``: into the book and out of it,
        whatever the status), side (in, out, reshaped) and kind, with figures as of
        `stock`. A parcel that moved twice counts twice with its area and once in
        ``count``.

    Raises
    ------
    LedgerError
        The period ends later than the as-of date.
    NotFoundError
        There is no such scope or group.
    """
    books.check(period.last)
    moves = _moves(books, period)
    inside = books.inside(scope)
    parts = []
    for whole in (True, False):
        sides = moved(books, moves, inside, by=by, whole=whole)
        parts += [
            named(books, entries, by=by, whole=whole).assign(side=side)
            for side, entries in sides.items()
        ]
    keys = [*by, "predicate", "status", "side", "kind"]
    return in_order(sums(books, pd.concat(parts), keys), by)


def balance(
    books: Books, period: Period, *, scope: str = CITY, by: Sequence[str] = ()
) -> pd.DataFrame:
    r"""Balance each book over a period.

    .. math:: opening + in - out + reshaped = closing

    Opening and closing figures are those of the day before the first day and of the
    last, added up anew; in and out are the movements between them. Ground that was
    split, merged or corrected stays in its book and is neither in nor out. *Reshaped*
    is only by how much the figures of the records after differ from those before: 0
    to the square metre in the plane, and on the declared basis what the documents
    disagree by.

    Parameters
    ----------
    books
        The books.
    period
        The days.
    scope
        Which parcels; land that leaves the scope is out.
    by
        Groups; land that moves from one to the other is out here and in there.

    Returns
    -------
    balance
        One row per group, predicate, status (``all`` for the whole book) and basis:
        ``first_day``, ``last_day``, and for each side ``<side>_m2``, ``_count``,
        ``_lacking_count``, ``_lacking_planar_m2`` (parcels that have no figure on the
        basis; their planar areas balance too) and ``_ids``. Predicates overlap and are
        never to be added.

    Raises
    ------
    LedgerError
        The period ends later than the as-of date.
    NotFoundError
        There is no such scope or group.
    """
    books.check(period.last)
    inside, moves = books.inside(scope), _moves(books, period)
    first, last = day_number(period.first), day_number(period.last)
    ends = {
        "opening": standing(books, first - 1, inside),
        "closing": standing(books, last, inside),
    }
    parts = []
    for whole in (True, False):
        sides = ends | moved(books, moves, inside, by=by, whole=whole)
        parts += [
            named(books, entries, by=by, whole=whole).assign(side=side)
            for side, entries in sides.items()
        ]
    keys = [*by, "predicate", "status"]
    figures = sums(books, pd.concat(parts), [*keys, "side"])
    places = figures[keys].drop_duplicates().reset_index(drop=True)
    places.insert(0, "first_day", pd.Timestamp(period.first))
    places.insert(1, "last_day", pd.Timestamp(period.last))
    table = pd.concat(
        [
            pd.concat([places, pd.DataFrame(_on_basis(figures, keys, basis))], axis=1)
            for basis in BASES
        ]
    )
    return in_order(table, by)


def listed(
    books: Books, period: Period, *, scope: str, predicate: str | None
) -> pd.DataFrame:
    """List movements of a period, whether known or expected; see `movements`."""
    moves = _moves(books, period)
    inside = np.append(books.inside(scope), False)
    left = np.where(inside[moves.source], moves.left, OUTSIDE)
    reached = np.where(inside[moves.target], moves.reached, OUTSIDE)
    shown = (left != OUTSIDE) | (reached != OUTSIDE)
    if predicate is not None:
        shown &= np.array(BOOKS, dtype=object)[moves.book] == predicate
    moves, left, reached = moves.take(shown), left[shown], reached[shown]
    words = np.array([*STATUSES, None], dtype=object)
    ids = np.array([*books.parcels.index, None], dtype=object)
    columns = {
        "day": moves.day.astype("datetime64[D]").astype("datetime64[s]"),
        "predicate": np.array(BOOKS, dtype=object)[moves.book],
        "kind": np.array(list(map(str, KINDS)), dtype=object)[moves.kind],
        "from_id": ids[moves.source],
        "to_id": ids[moves.target],
        "from_status": words[left],
        "to_status": words[reached],
        "from_share": np.where(left == OUTSIDE, 0.0, moves.given),
        "to_share": np.where(reached == OUTSIDE, 0.0, moves.made),
    }
    for basis in BASES:
        areas = np.append(books.parcels[f"{basis}_m2"].to_numpy(), np.nan)
        given = np.where(left == OUTSIDE, 0.0, areas[moves.source] * moves.given)
        got = np.where(reached == OUTSIDE, 0.0, areas[moves.target] * moves.made)
        columns |= {f"out_{basis}_m2": given, f"in_{basis}_m2": got}
    return pd.DataFrame(columns).astype(dict.fromkeys(_TEXTS, "str"))


_TEXTS = ("predicate", "kind", "from_id", "to_id", "from_status", "to_status")


def _moves(books: Books, period: Period) -> Moves:
    return books.history.moves(day_number(period.first), day_number(period.last))


def _on_basis(
    figures: pd.DataFrame, keys: list[str], basis: Method
) -> dict[str, npt.NDArray[Any]]:
    """Set the sides of the balance on one basis side by side."""
    rows = figures.groupby(keys, sort=False).ngroup().to_numpy()
    size = int(rows.max(initial=-1)) + 1
    sides = figures["side"].to_numpy(dtype=object)
    columns: dict[str, npt.NDArray[Any]] = {}
    for side in SIDES:
        chosen = sides == side
        for name, column in _NAMES.items():
            # A side on which nothing stands has no area and no parcels.
            filled = np.full(size, 0 if name.endswith("count") else 0.0)
            if name == "ids":
                filled = np.fromiter(repeat((), size), dtype=object, count=size)
            # In the plane nothing is lacking that could be measured there.
            if column.format(basis=basis) in figures:
                values = figures[column.format(basis=basis)].to_numpy()
                filled[rows[chosen]] = values[chosen]
            columns[f"{side}_{name}"] = filled
    return columns | {"basis": np.full(size, str(basis), dtype=object)}


_NAMES = {
    "m2": "{basis}_m2",
    "count": "count",
    "lacking_count": "{basis}_lacking_count",
    "lacking_planar_m2": "{basis}_lacking_planar_m2",
    "ids": "parcel_ids",
}
