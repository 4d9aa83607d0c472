"""The books of a reserve: all that the figures of the ledger are summed from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from zqland import areas, constraints
from zqland.areas import Method
from zqland.errors import LedgerError
from zqland.ledger import scopes
from zqland.ledger.descent import trace
from zqland.ledger.moves import History
from zqland.ledger.timeline import Timeline, predicate_spans, status_spans
from zqland.reserve import STATE_METHODS
from zqland.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from zqland.catalogues import Catalogues
    from zqland.ledger.rules import LedgerRules
    from zqland.readiness import ReadinessRules
    from zqland.readiness.timeline import Booleans
    from zqland.reserve import Reserve

MEASURED = Method.PLANAR
"""Basis on which parcels that lack a figure are measured, to show their weight."""

BASES = STATE_METHODS
"""The bases that stand side by side in the ledger."""

_NOT_YET = Text(
    en="The books are known up to {on}, and {asked} is later. Open them as of a later "
    "day, or ask for what is expected.",
    zh="台账截至 {on}，所问日期 {asked} 在其后。请打开更晚日期的台账，或查询预计数。",
)


@dataclass(frozen=True, slots=True)
class Books:
    """A reserve over all time, as known on a day.

    Attributes
    ----------
    on
        The as-of date: nothing that was done later is known.
    parcels
        All parcels that ever were, with ``park_id``, ``district``, ``level`` (of the
        park), ``land_class`` and an area in square metres per basis (`BASES`), with
        the usable part of it (``usable_<basis>_m2``) beside constraint layers.
    parks
        The parks.
    targets
        Yearly targets per predicate.
    history
        What every parcel was on every day, and how ground went from record to record.
    reserve
        The records that the books were made from.
    rules
        The rules of readiness in force.
    outlook
        How the ledger looks ahead.
    catalogue_hash
        Which rules were used.
    """

    on: dt.date
    parcels: pd.DataFrame
    parks: pd.DataFrame
    targets: pd.DataFrame
    history: History
    reserve: Reserve
    rules: ReadinessRules
    outlook: LedgerRules
    catalogue_hash: str

    def inside(self, scope: str) -> Booleans:
        """Tell which parcels lie in a scope; see `zqland.ledger.scopes`."""
        return scopes.inside(self.parcels, self.parks, scope)

    def check(self, day: dt.date) -> None:
        """Refuse a day on which nothing is known yet.

        Parameters
        ----------
        day
            The day.

        Raises
        ------
        LedgerError
            It is later than the as-of date.
        """
        if day > self.on:
            raise LedgerError(_NOT_YET.format(on=self.on, asked=day))

    def with_evidence(self, evidence: pd.DataFrame) -> Books:
        """Return the books as they would be with other evidence.

        Parameters
        ----------
        evidence
            Table *evidence*.

        Returns
        -------
        books
            The same parcels, statuses and descent.
        """
        reserve = replace(self.reserve, evidence=evidence)
        descent = self.history.descent
        timeline = Timeline.of(
            descent.existence,
            status_spans(reserve.parcels, reserve.status_events, on=self.on),
            predicate_spans(reserve.parcels, evidence, on=self.on, rules=self.rules),
        )
        return replace(self, reserve=reserve, history=History.of(timeline, descent))


def open_books(
    reserve: Reserve,
    *,
    on: dt.date,
    catalogues: Catalogues,
    lineage: pd.DataFrame | None = None,
    measured: pd.DataFrame | None = None,
) -> Books:
    """Open the books of a reserve as of a date.

    Parameters
    ----------
    reserve
        The records. Parcels are all that ever were, with ``began_on`` (first day of
        the record; empty: since ever) and ``retired_on`` (day after its last; empty:
        it still is) where the store has them.
    on
        The as-of date. Facts and events after it are not known; what is due after it
        is used for what is expected only.
    catalogues
        The rules in force.
    lineage
        Table *lineage*: which parcels came of which; that of the reserve where it is
        not given.
    measured
        Areas of the parcels by `BASES`, where they were measured already.

    Returns
    -------
    books
        For `zqland.ledger.stock`, `zqland.ledger.balance` and the others.

    Raises
    ------
    TableError
        Evidence names an unknown item, or an event an unknown status.
    LedgerError
        Lineage and parcels do not fit each other.

    Examples
    --------
    ``balance(open_books(reserve, on=day, catalogues=rules), Period.year(2022))``
    """
    parcels = reserve.parcels
    figures = areas.measure(parcels, methods=BASES) if measured is None else measured
    columns = {
        "park_id": parcels["park_id"],
        "district": parcels["district"],
        "level": scopes.levels(parcels, reserve.parks),
        "land_class": parcels.get("land_class"),
        **{f"{basis}_m2": figures[f"{basis}_m2"] for basis in BASES},
        **_usable(reserve, figures),
    }
    known = pd.DataFrame(columns, index=parcels.index)
    weights = known[f"{MEASURED}_m2"].fillna(known[f"{Method.DECLARED}_m2"])
    known_lineage = reserve.lineage if lineage is None else lineage
    descent = trace(parcels, known_lineage, weights=weights, on=on)
    timeline = Timeline.of(
        descent.existence,
        status_spans(parcels, reserve.status_events, on=on),
        predicate_spans(parcels, reserve.evidence, on=on, rules=catalogues.readiness),
    )
    return Books(
        on=on,
        parcels=known,
        parks=reserve.parks,
        targets=reserve.targets,
        history=History.of(timeline, descent),
        reserve=reserve,
        rules=catalogues.readiness,
        outlook=catalogues.ledger,
        catalogue_hash=catalogues.hash,
    )


def _usable(reserve: Reserve, figures: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Measure what constraint layers leave; without any, all is usable."""
    columns = [f"{basis}_m2" for basis in BASES]
    if not reserve.constraints:
        return {f"usable_{name}": figures[name] for name in columns}
    laid = constraints.overlay(reserve.parcels, reserve.constraints)
    usable = laid.usable(reserve.parcels, figures[columns])
    return {str(name): usable[name] for name in usable}
