"""One year of the books: every table that the ledger command and the workbook show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zqland import holds, ledger
from zqland.approvals import Approvals, approvals
from zqland.areas import METHOD_TEXTS, Method
from zqland.catalogues import Catalogues
from zqland.idle import IdleLand, idle_land
from zqland.ledger import BASES, CITY, PROVINCIAL_UP, Books, Kind, Period
from zqland.ledger.supply import INDUSTRIAL
from zqland.quotas import QuotaUse, batch_states, quota_use
from zqland.readiness import PREDICATES
from zqland.reserve import Reserve
from zqland.text import Text
from zqland.unsupplied import Unsupplied, unsupplied
from zqland_api.errors import QueryError

_NO_BASIS = Text(
    en="The books are kept on these bases: {known}; not on {found}. Choose one of "
    "them.",
    zh="台账按以下口径登记：{known}；没有“{found}”口径。请选择其中之一。",
)
_LATER = Text(
    en="The year {year} begins after the as-of date {on}. Ask for an earlier year, or "
    "give a later as-of date.",
    zh="{year} 年在截至日期 {on} 之后。请查询更早的年度，或改用更晚的截至日期。",
)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the books, for a scope and on a basis.

    Attributes
    ----------
    books
        The books as of their date.
    catalogues
        The rules in force.
    period
        The days of the year that have passed.
    scope
        Which parcels; see `zqland.ledger.scopes`.
    basis
        Area method of the books.
    """

    books: Books
    catalogues: Catalogues
    period: Period
    scope: str
    basis: Method

    @property
    def number(self) -> int:
        """The calendar year."""
        return self.period.first.year

    @property
    def is_open(self) -> bool:
        """Whether the year goes on after the as-of date."""
        return self.books.on < dt.date(self.number, 12, 31)

    @property
    def target_basis(self) -> Method:
        """The area method that the targets mean."""
        return self.catalogues.bases["targets"]

    def parks(self) -> pd.DataFrame:
        """Add up the land in each book at the end of the period, by park."""
        last = self.period.last
        return ledger.stock(self.books, on=last, scope=self.scope, by=("park_id",))

    def stock(self) -> pd.DataFrame:
        """Add up the land in each book at the end of the period."""
        return ledger.stock(self.books, on=self.period.last, scope=self.scope)

    def balance(self) -> pd.DataFrame:
        """Balance each book on the basis of the year."""
        table = ledger.balance(self.books, self.period, scope=self.scope)
        return table[table["basis"].eq(str(self.basis))].reset_index(drop=True)

    def flows(self) -> pd.DataFrame:
        """Add up what moved, by its kind."""
        return ledger.flows(self.books, self.period, scope=self.scope)

    def movements(self) -> pd.DataFrame:
        """List what moved, sorted by book, kind and day."""
        table = ledger.movements(self.books, self.period, scope=self.scope)
        order = {
            "predicate": ("all", *PREDICATES),
            "kind": tuple(map(str, Kind)),
        }
        for name, words in order.items():
            places = {word: place for place, word in enumerate(words)}
            table[f"{name}_place"] = table[name].map(places)
        by = ["predicate_place", "kind_place", "day", "to_id", "from_id"]
        table = table.sort_values(by, kind="stable", ignore_index=True)
        return table.drop(columns=by[:2])

    def months(self) -> pd.DataFrame:
        """Add up by month what first reached each predicate.

        Returns
        -------
        months
            One row per month that has begun: ``first_day``, ``last_day`` and per
            predicate the area in square metres on the basis of the targets.
        """
        moved = ledger.movements(self.books, self.period, scope=self.scope)
        reached = moved[moved["kind"].eq(str(Kind.FIRST_REACHED))]
        sums = reached.groupby(["predicate", reached["day"].dt.month])[
            f"in_{self.target_basis}_m2"
        ].sum()
        spans = [
            Period.month(self.number, month, until=self.period.last)
            for month in range(1, self.period.last.month + 1)
        ]
        return pd.DataFrame(
            {
                "first_day": pd.to_datetime([span.first for span in spans]),
                "last_day": pd.to_datetime([span.last for span in spans]),
                **{
                    f"{name}_m2": [
                        float(sums.get((name, span.first.month), 0.0)) for span in spans
                    ]
                    for name in PREDICATES
                },
            }
        )

    def wanted(self) -> pd.DataFrame:
        """Give the targets of the year: all of them, or those of the scope alone."""
        table = self.books.targets
        if table.empty:
            return pd.DataFrame(columns=["year", "predicate", "scope", "target_m2"])
        chosen = table["year"].eq(self.number)
        if self.scope != CITY:
            chosen &= table["scope"].isin([self.scope, self.scope.rpartition(":")[2]])
        return table[chosen]

    def targets(self) -> pd.DataFrame:
        """Compare what was done with the targets of the year."""
        return ledger.targets(
            self.books, self.wanted(), on=self.period.last, basis=self.target_basis
        )

    def forecast(self) -> pd.DataFrame:
        """Forecast what the targets will come to; no rows when the year is over."""
        wanted = self.wanted() if self.is_open else self.wanted().iloc[:0]
        return ledger.forecast(self.books, wanted, basis=self.target_basis)

    def expected(self) -> pd.DataFrame:
        """List what is due to reach a predicate first in the rest of the year."""
        if not self.is_open:
            return ledger.movements(self.books, self.period, scope=self.scope).iloc[:0]
        until = dt.date(self.number, 12, 31)
        table = ledger.expected(self.books, until, scope=self.scope)
        return table[table["kind"].eq(str(Kind.FIRST_REACHED))].reset_index(drop=True)

    @property
    def supply_scope(self) -> str:
        """Where the share of standard land is looked at."""
        return PROVINCIAL_UP if self.scope == CITY else self.scope

    def share(self) -> pd.DataFrame:
        """Find the share of standard land in the industrial land supplied."""
        return ledger.standard_share(self.books, self.period, scope=self.supply_scope)

    def supplied(self) -> pd.DataFrame:
        """List what was supplied, with whether it counts and whether it was standard.

        Returns
        -------
        supplied
            One row per supply: ``day``, ``parcel_id``, ``park_id``, ``land_class``,
            an area per basis, ``industrial`` (it counts for the share of standard
            land) and ``standard`` (on the day of its supply).
        """
        moved = ledger.movements(self.books, self.period, scope=self.scope)
        into = moved[moved["to_status"].eq("supplied")]
        keys = ["day", "to_id"]
        supplied = into[into["predicate"].eq("all") & into["kind"].eq("supplied")]
        standard = pd.MultiIndex.from_frame(
            into.loc[into["predicate"].eq("standard"), keys]
        )
        known = self.books.parcels.loc[supplied["to_id"]]
        inside = pd.Series(
            self.books.inside(self.supply_scope), index=self.books.parcels.index
        )
        industrial = known["land_class"].isin(INDUSTRIAL).to_numpy(np.bool_)
        return pd.DataFrame(
            {
                "day": supplied["day"].to_numpy(),
                "parcel_id": supplied["to_id"].to_numpy(),
                "park_id": known["park_id"].to_numpy(),
                "land_class": known["land_class"].to_numpy(),
                **{
                    f"{basis}_m2": supplied[f"in_{basis}_m2"].to_numpy()
                    for basis in BASES
                },
                "industrial": industrial & inside.loc[supplied["to_id"]].to_numpy(),
                "standard": pd.MultiIndex.from_frame(supplied[keys]).isin(standard),
            }
        ).sort_values(["day", "parcel_id"], ignore_index=True)

    def holds(self) -> pd.DataFrame:
        """List the ground that is held at the end of the period."""
        table = self.books.reserve.holds
        if table.empty:
            return pd.DataFrame(columns=list(_HOLD_COLUMNS))
        parcels = self.books.parcels
        inside = parcels.index[self.books.inside(self.scope)]
        chosen = table["parcel_id"].isin(inside)
        chosen &= holds.in_force(table, on=self.period.last)
        found = table[chosen]
        whole = found["parcel_id"].map(parcels[f"{Method.PLANAR}_m2"])
        area = found["area_m2"].astype("float64").fillna(whole.astype("float64"))
        shown = found.assign(
            area_m2=area, park_id=found["parcel_id"].map(parcels["park_id"])
        )
        return shown[list(_HOLD_COLUMNS)].sort_values(
            ["held_until", "hold_id"], ignore_index=True
        )

    def approvals(self) -> Approvals:
        """Work out how far the batches are that have ground in the scope."""
        found = approvals(
            self.books.reserve, on=self.period.last, catalogues=self.catalogues
        )
        if self.scope == CITY:
            return found
        inside = set(self.books.parcels.index[self.books.inside(self.scope)])
        batches = found.batches
        here = batches[[not inside.isdisjoint(ids) for ids in batches["parcel_ids"]]]
        ids = set(here["batch_id"])
        return replace(
            found,
            batches=here.reset_index(drop=True),
            steps=found.steps[found.steps["batch_id"].isin(ids)],
            findings=tuple(one for one in found.findings if one.record in ids),
        )

    @property
    def quota_scope(self) -> str:
        """Whose quotas are looked at: those of a district, else those of the city."""
        kind, _, name = self.scope.rpartition(":")
        return name if kind == "district" else CITY

    def quotas(self) -> QuotaUse:
        """Compare the batches of the plan year with what was granted for it."""
        use = quota_use(self.books.reserve, on=self.period.last, year=self.number)
        if self.quota_scope == CITY:
            return use
        return replace(
            use,
            limits=use.limits[use.limits["scope"].eq(self.quota_scope)],
            batches=use.batches[use.batches["scope"].eq(self.quota_scope)],
        )

    def quota_ground(self) -> pd.DataFrame:
        """List the ground of the batches of the plan year.

        Returns
        -------
        ground
            One row per batch and parcel: ``batch_id``, ``district``, ``state``,
            ``parcel_id``, ``area_m2``, ``scale_m2`` and ``indicator_m2``.
        """
        reserve = self.books.reserve
        batches, rows = reserve.batches, reserve.batch_parcels
        if batches.empty or rows.empty:
            return pd.DataFrame(columns=list(_QUOTA_COLUMNS))
        states = batch_states(batches, on=self.period.last)
        chosen = batches["year"].eq(self.number).fillna(value=False)
        if self.quota_scope != CITY:
            chosen &= batches["district"].eq(self.quota_scope)
        known = batches.assign(state=states)[chosen]
        ground = rows.merge(known[["batch_id", "district", "state"]], on="batch_id")
        return ground[list(_QUOTA_COLUMNS)].sort_values(
            ["batch_id", "parcel_id"], ignore_index=True
        )

    def idle(self) -> IdleLand:
        """Judge the contracts of supply by the rule of idle land."""
        rules = self.catalogues.idle
        return idle_land(self._books_at_end(), rules=rules, scope=self.scope)

    def unsupplied(self) -> Unsupplied:
        """Add up what was approved but not supplied."""
        return unsupplied(self._books_at_end(), scope=self.scope)

    def _books_at_end(self) -> Books:
        """Open the books as of the end of the period, where that is another day."""
        if self.books.on == self.period.last:
            return self.books
        return ledger.open_books(
            self.books.reserve, on=self.period.last, catalogues=self.catalogues
        )


_QUOTA_COLUMNS = (
    "batch_id",
    "district",
    "state",
    "parcel_id",
    "area_m2",
    "scale_m2",
    "indicator_m2",
)
_HOLD_COLUMNS = (
    "hold_id",
    "parcel_id",
    "park_id",
    "project_id",
    "area_m2",
    "held_from",
    "held_until",
    "held_by",
    "reason",
)


def open_year(
    reserve: Reserve,
    *,
    on: dt.date,
    catalogues: Catalogues,
    year: int | None = None,
    scope: str = CITY,
    basis: Method | None = None,
) -> Year:
    """Open the books of a year.

    Parameters
    ----------
    reserve
        The records, with all parcels that ever were.
    on
        The as-of date.
    catalogues
        The rules in force.
    year
        The calendar year; that of the as-of date where it is not given.
    scope
        Which parcels; see `zqland.ledger.scopes`.
    basis
        Area method; that of the ledger in the catalogue where it is not given.

    Returns
    -------
    year
        Its tables.

    Raises
    ------
    QueryError
        The year begins after the date, or the books are not kept on the basis.
    NotFoundError
        There is no such scope.
    """
    number = on.year if year is None else year
    chosen = catalogues.bases["ledger"] if basis is None else basis
    if chosen not in BASES:
        known = _listed([METHOD_TEXTS[method] for method in BASES])
        found = _NO_BASIS.format(known=known, found=METHOD_TEXTS[chosen])
        raise QueryError(found)
    if number > on.year:
        raise QueryError(_LATER.format(year=number, on=on))
    books = ledger.open_books(reserve, on=on, catalogues=catalogues)
    books.inside(scope)
    return Year(books, catalogues, Period.year(number, until=on), scope, chosen)


def _listed(texts: list[Text]) -> Text:
    return Text(
        en=", ".join(text.en for text in texts), zh="、".join(text.zh for text in texts)
    )
