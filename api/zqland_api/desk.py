"""The desk: one reserve, and what can be asked of it.

What is costly (the state of a day, the snapshot for matching, a map) is computed once
and kept for the next reader; the keys are the day, the basis and the rules.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Generic, TypeVar

from zqland import areas, constraints, needs
from zqland.areas import Method
from zqland.catalogues import Catalogues, load_catalogues
from zqland.constraints import Overlay
from zqland.errors import NeedError, NotFoundError
from zqland.findings import Finding, Severity
from zqland.matching import Answer, Snapshot, match
from zqland.needs import Need
from zqland.reserve import ReserveState, as_of
from zqland.text import Text
from zqland.units import Unit
from zqland_api.about import About
from zqland_api.errors import UsageError
from zqland_api.settings import SourceSettings
from zqland_api.source_sheets import Report
from zqland_api.sources import Records, open_records
from zqland_geodata.options import Limits

Value = TypeVar("Value")

STATES_KEPT = 4
"""How many days are kept in memory."""

TOP = 20
"""How many matches an answer lists where the reader does not say."""

_NO_PARCEL = Text(en="There is no parcel {key!r}.", zh="没有编号为 {key!r} 的地块。")
_NO_PROJECT = Text(en="There is no project {key!r}.", zh="没有编号为 {key!r} 的项目。")
_NOT_MATCHED = Text(
    en="the project was not matched; correct its need",
    zh="该项目未参与匹配；请更正其需求",
)
_NO_FOLDER = Text(
    en="{folder} is not a folder of rule files. Name one with --catalogues.",
    zh="{folder} 不是规则文件夹。请用 --catalogues 指定。",
)


class Kept(Generic[Value]):
    """The last few results of a computation, each computed once.

    Readers who ask for the same key while it is computed wait for that one
    computation; other keys are not held up.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._results: OrderedDict[Hashable, Future[Value]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the result for a key; a failure is raised and not kept."""
        with self._lock:
            future = self._results.get(key)
            is_new = future is None
            if future is None:
                future = self._results[key] = Future()
                while len(self._results) > self._size:
                    self._results.popitem(last=False)
            self._results.move_to_end(key)
        if is_new:
            self._fill(key, future, compute)
        return future.result()

    def _fill(
        self, key: Hashable, future: Future[Value], compute: Callable[[], Value]
    ) -> None:
        try:
            future.set_result(compute())
        except BaseException as error:
            with self._lock:
                if self._results.get(key) is future:
                    del self._results[key]
            future.set_exception(error)
            raise


@dataclass(frozen=True)
class Desk:
    """One reserve and its rules, ready for questions.

    Attributes
    ----------
    records
        What was read.
    catalogues
        The rules.
    """

    records: Records
    catalogues: Catalogues
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
        """Read the sources and the rules.

        Parameters
        ----------
        sources
            The files, or none for the demonstration city.
        limits
            How much is read of a file at most.
        report
            Told what begins.
        """
        folder = sources.catalogues
        if folder is not None and not folder.is_dir():
            raise UsageError(_NO_FOLDER.format(folder=folder))
        catalogues = load_catalogues(folder)
        records = open_records(sources, limits=limits, report=report)
        return cls(records, catalogues)

    @property
    def default_on(self) -> dt.date:
        """The as-of date where the reader names none."""
        return self.records.on or dt.datetime.now().astimezone().date()

    @property
    def is_fictional(self) -> bool:
        """Whether the records describe no real ground."""
        return self.records.reserve.fictional

    def about(self, *, on: dt.date, basis: Method, unit: Unit) -> About:
        """Say what figures refer to."""
        return About(on, basis, unit, self.catalogues.hash, self.is_fictional)

    @property
    def overlay(self) -> Overlay:
        """The constraint layers laid over the parcels: the same on every day."""
        reserve = self.records.reserve
        return self._overlays.get(
            "", lambda: constraints.overlay(reserve.parcels, reserve.constraints)
        )

    def state(self, on: dt.date) -> ReserveState:
        """Return the reserve as of a day."""
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
        return self._states.get(
            (on, basis), lambda: _with_areas(state, self.overlay, basis)
        )

    def snapshot(self, on: dt.date, basis: Method) -> Snapshot:
        """Return the reserve of a day, arranged for matching."""
        return self._snapshots.get((on, basis), lambda: self._arrange(on, basis))

    def _arrange(self, on: dt.date, basis: Method) -> Snapshot:
        return Snapshot.of(
            self.measured(on, basis), catalogues=self.catalogues, basis=basis
        )

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
        return match(need, self.snapshot(on, need.basis), top=top, unit=unit)

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

    def check_parcel(self, parcel_id: str) -> None:
        """Raise where there is no such parcel.

        Raises
        ------
        NotFoundError
            There is no such parcel.
        """
        if parcel_id not in self.records.reserve.parcels.index:
            raise NotFoundError(_NO_PARCEL.format(key=parcel_id))


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


def _with_areas(state: ReserveState, laid: Overlay, basis: Method) -> ReserveState:
    measured = areas.measure(state.parcels, methods=(basis,))
    usable = laid.usable(state.parcels, measured)
    columns = {
        str(name): column for name, column in (*measured.items(), *usable.items())
    }
    return replace(state, parcels=state.parcels.assign(**columns))
