"""The desk: one reserve, and what can be asked of it.

What is costly (the state of a day, the snapshot for matching, a map) is computed once
and kept for the next reader; the keys are the day, the basis and the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from zqland import areas, constraints, holds, needs
from zqland.areas import Method
from zqland.catalogues import Catalogues, load_catalogues
from zqland.constraints import Overlay
from zqland.errors import NeedError, NotFoundError
from zqland.findings import Finding, Severity
from zqland.matching import Answer, Snapshot, match
from zqland.needs import Need
from zqland.refreshing import offered_to
from zqland.reserve import ReserveState, as_of
from zqland.text import Text
from zqland.units import Unit
from zqland_api.about import About
from zqland_api.errors import UsageError
from zqland_api.settings import SourceSettings
from zqland_api.source_sheets import Report
from zqland_api.sources import Records, open_records
from zqland_geodata.keeping import Kept
from zqland_geodata.options import Limits
from zqland_geodata.store.snapshots import Edition

STATES_KEPT = 4
"""How many days are kept in memory."""

TOP = 20
"""How many matches an answer lists where the reader does not say."""

_NO_PARCEL = Text(en="There is no parcel {key!r}.", zh="没有编号为 {key!r} 的地块。")
_NOT_THEN = Text(
    en="Parcel {key!r} did not exist on {on}{why}. Ask for another day with `on`.",
    zh="地块 {key!r} 在 {on} 不存在{why}。请用 on 指定其他日期。",
)
_RETIRED = Text(en=": it was retired on {day}", zh="（已于 {day} 注销）")
_NOT_BEGUN = Text(en=": it began on {day}", zh="（{day} 才设立）")
_NO_PROJECT = Text(en="There is no project {key!r}.", zh="没有编号为 {key!r} 的项目。")
_NOT_MATCHED = Text(
    en="the project was not matched; correct its need",
    zh="该项目未参与匹配；请更正其需求",
)
_NO_FOLDER = Text(
    en="{folder} is not a folder of rule files. Name one with --catalogues.",
    zh="{folder} 不是规则文件夹。请用 --catalogues 指定。",
)


def here_today() -> dt.date:
    """Tell the day on which it is asked."""
    return dt.datetime.now().astimezone().date()


def rules_of(sources: SourceSettings) -> Catalogues:
    """Read the rules.

    Parameters
    ----------
    sources
        For the folder of rule files.

    Raises
    ------
    UsageError
        There is no such folder.
    """
    folder = sources.catalogues
    if folder is not None and not folder.is_dir():
        raise UsageError(_NO_FOLDER.format(folder=folder))
    return load_catalogues(folder)


@dataclass(frozen=True)
class Desk:
    """One reserve and its rules, ready for questions; it never changes.

    Attributes
    ----------
    records
        What was read; of a store, all parcels that ever were.
    catalogues
        The rules.
    edition
        The version of the store that this is the desk of; None for files.
    today
        Tells the day where neither the reader nor the records name one.
    """

    records: Records
    catalogues: Catalogues
    edition: Edition | None = None
    # A plain default would be a method of the class to whatever reads it.
    today: Callable[[], dt.date] = field(default_factory=lambda: here_today)
    _states: Kept[ReserveState] = field(default_factory=lambda: Kept(STATES_KEPT))
    _overlays: Kept[Overlay] = field(default_factory=lambda: Kept(1))
    _snapshots: Kept[Snapshot] = field(default_factory=lambda: Kept(STATES_KEPT))
    pages: Kept[bytes] = field(default_factory=lambda: Kept(2 * STATES_KEPT))
    """Maps and other costly pages by their key."""

    @classmethod
    def open(
        cls,
        sources: SourceSettings,
        *,
        limits: Limits | None = None,
        report: Report = lambda _: None,
    ) -> Desk:
        """Read files and the rules; `zqland_api.desks` opens stores too.

        Parameters
        ----------
        sources
            The files, or none for the demonstration city.
        limits
            How much is read of a file at most.
        report
            Told what begins.
        """
        catalogues = rules_of(sources)
        records = open_records(sources, limits=limits, report=report)
        return cls(records, catalogues)

    def current(self) -> Desk:
        """Give the desk itself: what was read of files stays as it is."""
        return self

    def close(self) -> None:
        """Do nothing: no file is left open."""

    @property
    def default_on(self) -> dt.date:
        """The as-of date where the reader names none."""
        return self.records.on or self.today()

    @property
    def is_fictional(self) -> bool:
        """Whether the records describe no real ground."""
        return self.records.reserve.fictional

    def about(self, *, on: dt.date, basis: Method, unit: Unit) -> About:
        """Say what figures refer to."""
        return About(
            on=on,
            basis=basis,
            unit=unit,
            catalogue_hash=self.catalogues.hash,
            fictional=self.is_fictional,
            store=self.records.store,
            ledger_version=None if self.edition is None else self.edition.version,
        )

    @property
    def overlay(self) -> Overlay:
        """The constraint layers laid over the parcels: the same on every day."""
        reserve = self.records.reserve
        return self._overlays.get(
            "", lambda: constraints.overlay(reserve.parcels, reserve.constraints)
        )

    def state(self, on: dt.date) -> ReserveState:
        """Return the reserve as of a day; of a store, with the parcels of that day."""
        if self.edition is not None:
            return self.edition.state(on)
        return self._states.get(on, lambda: self._derive(on))

    def _derive(self, on: dt.date) -> ReserveState:
        reserve = self.records.reserve
        state = as_of(reserve, on=on, catalogues=self.catalogues, overlay=self.overlay)
        if self.records.status_is_assumed:
            # Nobody knows since when: the assumed event must not look like a fact.
            since = state.parcels["status_since"]
            parcels = state.parcels.assign(status_since=since.where(since.isna()))
            state = replace(state, parcels=parcels)
        return state

    def measured(self, on: dt.date, basis: Method) -> ReserveState:
        """Return the reserve as of a day with the areas on a basis.

        The everyday methods are part of every state; the others are measured here.
        """
        state = self.state(on)
        column = f"{basis.value}_m2"
        if column in state.parcels:
            return state
        return self._states.get((on, basis), lambda: _with_areas(state, basis))

    def snapshot(self, on: dt.date, basis: Method) -> Snapshot:
        """Return the reserve of a day, arranged for matching."""
        return self._snapshots.get((on, basis), lambda: self._arrange(on, basis))

    def _arrange(self, on: dt.date, basis: Method) -> Snapshot:
        return Snapshot.of(
            self.measured(on, basis), catalogues=self.catalogues, basis=basis
        )

    def offer(self, project_id: str, on: dt.date, basis: Method) -> Snapshot:
        """Return the ground of a day that a project may have, arranged for matching.

        Ground that is held for other projects is not among it; ground that is held
        for this one is.
        """
        kept = self.records.reserve.holds
        own = kept[kept["project_id"] == project_id] if len(kept) else kept
        if own.empty or not holds.in_force(own, on=on).any():
            return self.snapshot(on, basis)
        return self._snapshots.get(
            (on, basis, project_id), lambda: self._arrange_for(project_id, on, basis)
        )

    def _arrange_for(self, project_id: str, on: dt.date, basis: Method) -> Snapshot:
        seen = offered_to(self.measured(on, basis), project_id)
        return Snapshot.of(seen, catalogues=self.catalogues, basis=basis)

    def need(self, project_id: str, *, basis: Method) -> Need:
        """Return the need of a stored project.

        Raises
        ------
        NotFoundError
            There is no such project.
        """
        row = self.project(project_id)
        return needs.from_project(
            {"project_id": project_id, **row}, self.catalogues.matching, basis=basis
        )

    def need_of(self, row: Mapping[str, object], *, basis: Method) -> Need:
        """Return the need of a project that is not stored."""
        return needs.from_project(row, self.catalogues.matching, basis=basis)

    def needs(self, *, basis: Method) -> tuple[list[Need], list[Finding]]:
        """Return the needs of all stored projects.

        Parameters
        ----------
        basis
            Method in which their areas are meant.

        Returns
        -------
        needs_and_findings
            The needs, and a finding for each project whose need contradicts itself;
            one project without an area does not hold up the others.
        """
        found, findings = [], []
        for project_id in self.records.reserve.projects.index.astype(str):
            try:
                found.append(self.need(project_id, basis=basis))
            except NeedError as error:
                findings.append(_bad_need(project_id, error))
        return found, findings

    def answer(
        self, need: Need, *, on: dt.date, unit: Unit = Unit.MU, top: int = TOP
    ) -> Answer:
        """Match a need on a day.

        Parameters
        ----------
        need
            The need.
        on
            The day.
        unit
            Unit of the areas in its sentences.
        top
            Most matches, and most near misses, to list.
        """
        offer = self.offer(need.project_id, on, need.basis)
        return match(need, offer, top=top, unit=unit)

    def project(self, project_id: str) -> dict[str, Any]:
        """Return the record of a project.

        Raises
        ------
        NotFoundError
            There is no such project.
        """
        projects = self.records.reserve.projects
        if project_id not in projects.index:
            raise NotFoundError(_NO_PROJECT.format(key=project_id))
        return {str(key): value for key, value in projects.loc[project_id].items()}

    def check_parcel(self, parcel_id: str, on: dt.date) -> None:
        """Raise where there is no such parcel on a day.

        Parameters
        ----------
        parcel_id
            The number of the parcel.
        on
            The day.

        Raises
        ------
        NotFoundError
            There is no such parcel, or it was retired by then, or began later.
        """
        parcels = self.records.reserve.parcels
        if parcel_id not in parcels.index:
            raise NotFoundError(_NO_PARCEL.format(key=parcel_id))
        if parcel_id not in self.state(on).parcels.index:
            why = _why_not(parcels.loc[[parcel_id]], on)
            raise NotFoundError(_NOT_THEN.format(key=parcel_id, on=on, why=why))


def _why_not(parcel: pd.DataFrame, on: dt.date) -> Text:
    """Say why a parcel of the store, in one row, is not among those of a day."""
    began, retired = (parcel[name].iloc[0] for name in ("began_on", "retired_on"))
    if pd.notna(retired) and retired <= pd.Timestamp(on):
        return _RETIRED.format(day=retired.date())
    return _NOT_BEGUN.format(day=began.date())


def _bad_need(project_id: str, error: NeedError) -> Finding:
    return Finding(
        record=project_id,
        field="area_ideal_m2",
        value="",
        rule="project.need",
        severity=Severity.ERROR,
        message=error.text,
        action=_NOT_MATCHED,
    )


def _with_areas(state: ReserveState, basis: Method) -> ReserveState:
    laid = state.overlay or constraints.overlay(
        state.parcels, state.reserve.constraints
    )
    measured = areas.measure(state.parcels, methods=(basis,))
    usable = laid.usable(state.parcels, measured)
    columns = {
        str(name): column for name, column in (*measured.items(), *usable.items())
    }
    return replace(state, parcels=state.parcels.assign(**columns))
