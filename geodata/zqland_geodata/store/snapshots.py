"""The reserve of a store in memory, shared by all readers of a process.

A state is known by the version of the ledger, the as-of date and the hash of the
catalogues. When the store has a newer version, only what was written since is read,
and only the parcels that it concerns are derived anew. Readers never wait for those
who write: they see the last revision that was committed when they asked.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING

import pandas as pd

from zqland.refreshing import refreshed
from zqland.reserve import Reserve, ReserveState, as_of
from zqland_geodata.keeping import Kept
from zqland_geodata.store.touching import touched

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from zqland.catalogues import Catalogues
    from zqland.constraints import ConstraintLayer, Overlay
    from zqland_geodata.store.opening import Store

DAYS_KEPT = 4
"""How many days are kept in memory."""

LOG_KEPT = 256
"""How many refreshes back a state may be to be brought up to date piece by piece."""

MOST = 0.2
"""Above this share of all parcels a state is derived anew: that is faster then."""


@dataclass(frozen=True, eq=False)
class Edition:
    """The reserve at one version of the ledger; it never changes.

    Attributes
    ----------
    version
        The version: the number of the last revision.
    reserve
        The records, of all parcels that ever were, with ``began_on`` and
        ``retired_on``.
    catalogues
        The rules.
    """

    version: int
    reserve: Reserve
    catalogues: Catalogues
    _derive: Callable[[Edition, dt.date], ReserveState] = field(repr=False)
    _states: Kept[ReserveState] = field(
        default_factory=lambda: Kept(DAYS_KEPT), repr=False
    )

    def state(self, on: dt.date) -> ReserveState:
        """Give the reserve as of a day: of the parcels that exist on it.

        Parameters
        ----------
        on
            The day.

        Returns
        -------
        state
            As `zqland.reserve.as_of` derives it from ``reader.reserve(on=on)``.
        """
        return self._states.get(on, lambda: self._derive(self, on))

    def reserve_on(self, on: dt.date) -> Reserve:
        """Give the records with the parcels that exist on a day.

        Parameters
        ----------
        on
            The day.

        Returns
        -------
        reserve
            Begun, and not yet retired.
        """
        parcels, day = self.reserve.parcels, pd.Timestamp(on)
        began, retired = parcels["began_on"], parcels["retired_on"]
        exists = (began.isna() | (began <= day)) & (retired.isna() | (retired > day))
        if exists.all():
            return self.reserve
        return replace(self.reserve, parcels=parcels[exists])


@dataclass(frozen=True, slots=True)
class _Step:
    """What one refresh touched: nothing is known where it may be any parcel."""

    before: int
    after: int
    parcel_ids: frozenset[str] | None


class States:
    """The reserve of a store as of several days, kept up to date.

    Any number of threads may ask; what is costly is done once for all of them.

    Parameters
    ----------
    store
        The store.
    catalogues
        The rules.
    layers
        Constraint layers, which are not kept in the store.
    projects
        Projects in place of those of the store.
    """

    def __init__(
        self,
        store: Store,
        catalogues: Catalogues,
        *,
        layers: Sequence[ConstraintLayer] = (),
        projects: pd.DataFrame | None = None,
    ) -> None:
        self.store = store
        self.catalogues = catalogues
        self._layers = tuple(layers)
        self._projects = projects
        self._refreshing = Lock()
        self._edition: Edition | None = None
        self._lock = Lock()
        self._log: deque[_Step] = deque(maxlen=LOG_KEPT)
        self._days: OrderedDict[dt.date, tuple[int, ReserveState]] = OrderedDict()

    def current(self) -> Edition:
        """Give the reserve at the last revision that was committed.

        Returns
        -------
        edition
            The same object until the store has a newer version.

        Raises
        ------
        StoreError
            The store cannot be read.
        """
        reader = self.store.reading()
        edition, version = self._edition, reader.version
        if edition is not None and edition.version >= version:
            return edition
        with self._refreshing:
            edition = self._edition
            if edition is None or edition.version < version:
                edition = self._edition = self._refreshed(edition)
            return edition

    def _refreshed(self, edition: Edition | None) -> Edition:
        with self.store.reading() as reader:
            version = reader.version
            if edition is None:
                reserve = self._completed(reader.reserve())
                return Edition(version, reserve, self.catalogues, self._derived)
            found = touched(reader, edition.reserve, since=edition.version)
        with self._lock:
            self._log.append(_Step(edition.version, version, found.parcel_ids))
        reserve = self._completed(found.reserve)
        return Edition(version, reserve, self.catalogues, self._derived)

    def _completed(self, reserve: Reserve) -> Reserve:
        """Add what the store does not keep, or what was given in its place."""
        projects = reserve.projects if self._projects is None else self._projects
        return replace(reserve, constraints=self._layers, projects=projects)

    def _derived(self, edition: Edition, on: dt.date) -> ReserveState:
        """Derive a day, from the last state of it that there was if possible."""
        reserve = edition.reserve_on(on)
        with self._lock:
            base, steps = self._days.get(on), list(self._log)
        ids = None if base is None else _between(steps, base[0], edition.version)
        if base is None or ids is None or len(ids) > MOST * len(reserve.parcels):
            state = self._anew(edition, reserve, on)
        elif ids:
            state = refreshed(base[1], reserve, touched=ids, catalogues=self.catalogues)
        else:
            state = replace(base[1], reserve=reserve)
        self._keep(edition.version, state)
        return state

    def _anew(self, edition: Edition, reserve: Reserve, on: dt.date) -> ReserveState:
        overlay = self._overlay(edition.version, reserve)
        return as_of(reserve, on=on, catalogues=self.catalogues, overlay=overlay)

    def _overlay(self, version: int, reserve: Reserve) -> Overlay | None:
        """Find constraint layers that were laid over the same parcels already."""
        with self._lock:
            states = [state for kept, state in self._days.values() if kept == version]
        for state in states:
            if state.reserve.parcels.index.equals(reserve.parcels.index):
                return state.overlay
        return None

    def _keep(self, version: int, state: ReserveState) -> None:
        with self._lock:
            kept = self._days.get(state.on)
            if kept is None or kept[0] <= version:
                self._days[state.on] = (version, state)
            self._days.move_to_end(state.on)
            while len(self._days) > DAYS_KEPT:
                self._days.popitem(last=False)


def _between(steps: list[_Step], before: int, after: int) -> frozenset[str] | None:
    """Tell which parcels were touched between two versions, if that is known."""
    if before == after:
        return frozenset()
    taken = [step for step in steps if before <= step.before and step.after <= after]
    if not taken or (taken[0].before, taken[-1].after) != (before, after):
        return None
    known = [step.parcel_ids for step in taken if step.parcel_ids is not None]
    return frozenset().union(*known) if len(known) == len(taken) else None
