"""Open the records of a service or of a command: a store, files, or the demo city.

A store goes on being written while the service runs. So each request asks for the desk
of that moment: that of the last revision, which then stays the same until its end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from threading import Lock
from typing import Protocol

import geopandas as gpd

from zqland.text import Text
from zqland_api.desk import Desk, here_today, rules_of
from zqland_api.settings import SourceSettings
from zqland_api.source_sheets import Report
from zqland_api.sources import Beside, Records, districts_around, open_beside
from zqland_geodata import demo
from zqland_geodata.options import Limits
from zqland_geodata.store import Store, open_store
from zqland_geodata.store.snapshots import Edition, States

_OPENING = Text(en="Reading the store", zh="读取台账库")


class Desks(Protocol):
    """Whatever gives the desk of the moment."""

    def current(self) -> Desk:
        """Give the desk of the moment; it never changes."""

    def close(self) -> None:
        """Let go of what is open."""


class StoreDesks:
    """The desk of a store at its last revision, for any number of threads.

    Parameters
    ----------
    states
        The reserve of the store, kept up to date.
    beside
        Files that are read beside it.
    on
        The as-of date where the reader names none; None for that of the records.
    today
        Tells the day.
    """

    def __init__(
        self,
        states: States,
        beside: Beside,
        *,
        on: dt.date | None = None,
        today: Callable[[], dt.date] = here_today,
    ) -> None:
        self._states = states
        self._beside = beside
        self._on = on
        self._today = today
        self._lock = Lock()
        self._desk: Desk | None = None

    @property
    def store(self) -> Store:
        """The store."""
        return self._states.store

    def current(self) -> Desk:
        """Give the desk of the last revision that was committed.

        Returns
        -------
        desk
            The same, with all that it has computed, until there is a newer revision.

        Raises
        ------
        StoreError
            The store cannot be read.
        """
        edition, desk = self._states.current(), self._desk
        if desk is not None and desk.edition is edition:
            return desk
        with self._lock:
            desk = self._desk
            if desk is None or _version(desk) < edition.version:
                desk = self._desk = self._desk_of(edition, desk)
            return desk

    def close(self) -> None:
        """Close the connections to the store."""
        self.store.close()

    def _desk_of(self, edition: Edition, before: Desk | None) -> Desk:
        reserve = edition.reserve
        records = Records(
            reserve=reserve,
            # The demonstration city lives on its own day, in a store too.
            on=self._on or (demo.ON if reserve.fictional else None),
            findings=self._beside.findings,
            notes=(),
            districts=_districts(reserve.parcels, before),
            store=self.store.name,
        )
        return Desk(records, edition.catalogues, edition, self._today)


def open_desks(
    sources: SourceSettings,
    *,
    limits: Limits | None = None,
    report: Report = lambda _: None,
) -> Desks:
    """Open a store, files or the demonstration city for many questions.

    Parameters
    ----------
    sources
        The store, or the files, or none for the demonstration city.
    limits
        How much is read of a file at most.
    report
        Told what begins.

    Returns
    -------
    desks
        To be closed at the end.

    Raises
    ------
    UsageError
        A store and files of what it keeps were given, or sheets without parcels.
    ZqlandError
        A file or the store cannot be read.
    """
    if not sources.store_address:
        return Desk.open(sources, limits=limits, report=report)
    beside = open_beside(sources, limits=limits, report=report)
    rules = rules_of(sources)
    report(_OPENING)
    store = open_store(sources.store_address)
    try:
        states = States(store, rules, layers=beside.layers, projects=beside.projects)
        desks = StoreDesks(states, beside, on=sources.on)
        # What cannot be read shall be told now, not to the first reader.
        desks.current()
    except BaseException:
        store.close()
        raise
    return desks


def open_desk(
    sources: SourceSettings,
    *,
    limits: Limits | None = None,
    report: Report = lambda _: None,
) -> Desk:
    """Read a store, files or the demonstration city once, for one command.

    Parameters
    ----------
    sources, limits, report
        As for `open_desks`.

    Returns
    -------
    desk
        It needs no connection any more.

    Raises
    ------
    UsageError, ZqlandError
        As for `open_desks`.
    """
    with closing(open_desks(sources, limits=limits, report=report)) as desks:
        return desks.current()


def _version(desk: Desk) -> int:
    return -1 if desk.edition is None else desk.edition.version


def _districts(parcels: gpd.GeoDataFrame, before: Desk | None) -> gpd.GeoDataFrame:
    """Look for districts anew only where parcels have changed."""
    if before is not None and before.records.reserve.parcels is parcels:
        return before.records.districts
    return districts_around(parcels)
