"""From needs and free parcels to a problem: which lots each project could take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from zqland.errors import PortfolioError
from zqland.lots.lot import Kind
from zqland.matching import sieve
from zqland.matching.amounts import AREA_GUARD_M2
from zqland.matching.conditions import Carried, LargestArea, SmallestArea, asked
from zqland.matching.score import Scorer
from zqland.needs import UTILITIES
from zqland.portfolio.gathering import MOST, Choice, gather
from zqland.portfolio.options import NONE
from zqland.portfolio.problem import Problem
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from zqland.matching.conditions import Condition
    from zqland.matching.snapshot import Snapshot
    from zqland.needs import Need
    from zqland.portfolio.options import Booleans, Floats, Places
    from zqland.portfolio.rules import PortfolioRules

AREA = "area"
"""The resource of which a lot uses its own area, in square metres."""

RESOURCES = (*UTILITIES, AREA)

_FULL = 100.0


@dataclass(frozen=True, slots=True)
class Shared:
    """A resource that the projects of a park, or of the city, share.

    Attributes
    ----------
    resource
        A utility, in its own unit (`zqland.needs.UTILITIES`), or ``area``, in square
        metres: a quota of land.
    granted
        How much there is for all of them together.
    park_id
        The park; None for all parks together.
    """

    resource: str
    granted: float
    park_id: str | None = None

    @property
    def name(self) -> str:
        """Return its name in sentences and tables."""
        return (
            self.resource if self.park_id is None else f"{self.resource} {self.park_id}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of a plan beside the needs.

    Attributes
    ----------
    must_place_all
        Whether every project must be placed.
    must_place
        Projects that must be placed in any case.
    locks
        Parcel by project: the project goes there, or nowhere.
    never
        Parcels that are not to be used.
    shared
        Resources with a limit.
    factors
        Factor on the worth of a project; 1 where not given.
    carves
        Whether lots may be cut from larger parcels.
    most
        Lots of a project that are looked at; the bound counts with the others.
    """

    must_place_all: bool = False
    must_place: frozenset[str] = frozenset()
    locks: Mapping[str, str] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    shared: tuple[Shared, ...] = ()
    factors: Mapping[str, float] = field(default_factory=dict)
    carves: bool = True
    most: int = MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """A problem, and what its lots are.

    Attributes
    ----------
    problem
        What is to be solved. Its first capacities are the ground of the parcels in the
        order of the snapshot, in square metres on its basis, less the room that cuts
        need (a whole parcel takes all that is left); then the shared ones.
    needs
        The needs, in the order of its projects.
    snapshot
        The free parcels.
    terms
        What else was asked.
    """

    problem: Problem
    needs: tuple[Need, ...]
    snapshot: Snapshot
    terms: Terms

    def row(self, lot: int) -> int:
        """Return the row of the parcel that a lot lies in."""
        return lot % len(self.snapshot)

    def kind(self, lot: int) -> Kind:
        """Return whether a lot is a whole parcel or cut from one."""
        return Kind.WHOLE if lot < len(self.snapshot) else Kind.CARVED

    def area_m2(self, option: int) -> float:
        """Return the ground that an option takes, in square metres."""
        options = self.problem.options
        lot = int(options.lot[option])
        if self.kind(lot) is Kind.WHOLE:
            return float(self.snapshot.area_m2[lot])
        return float(options.amounts[options.starts[option]])


def offers(
    needs: Sequence[Need],
    snapshot: Snapshot,
    rules: PortfolioRules,
    terms: Terms | None = None,
) -> Offers:
    """Find the lots that each project could take.

    Parameters
    ----------
    needs
        What the projects ask for, on the basis of the snapshot.
    snapshot
        The free parcels; ground held for projects is not among them.
    rules
        What placing a project is worth (`Catalogues.portfolio`).
    terms
        What else is asked.

    Returns
    -------
    offers
        The problem. A whole parcel serves where it meets every condition of `match`. A
        lot cut from a parcel takes the ideal area from one that is larger than the
        window allows and meets all other conditions; that its shape is of use is only
        known once it is drawn (`zqland.portfolio.realise`).

    Raises
    ------
    PortfolioError
        There is no project, a project is named twice, or a term names a project,
        parcel, park or resource that is not there, or a parcel both locked and barred.
    """
    stated = terms or Terms()
    _check(needs, snapshot, stated)
    finder = _Finder(snapshot, rules, stated)
    options, left_out = gather(
        (finder.choice(need) for need in needs), most=stated.most
    )
    is_forced = np.array(
        [
            stated.must_place_all
            or need.project_id in stated.must_place
            or need.project_id in stated.locks
            for need in needs
        ],
        dtype=bool,
    )
    parcels = [str(parcel) for parcel in snapshot.parcel_id]
    problem = Problem(
        projects=tuple(need.project_id for need in needs),
        is_forced=is_forced,
        lots=tuple(
            f"{kind}/{parcel}"
            for kind in (Kind.WHOLE, Kind.CARVED)
            for parcel in parcels
        ),
        capacities=(*parcels, *(shared.name for shared in stated.shared)),
        granted=np.concatenate(
            [
                finder.ground_m2,
                np.array([shared.granted for shared in stated.shared], dtype=float),
            ]
        ),
        options=options,
        left_out=left_out,
    )
    return Offers(problem=problem, needs=tuple(needs), snapshot=snapshot, terms=stated)


@dataclass(slots=True)
class _Finder:
    """Finds the lots of one project after the other."""

    snapshot: Snapshot
    rules: PortfolioRules
    terms: Terms
    barred: Booleans = field(init=False)
    places: dict[str, int] = field(init=False)
    ground_m2: Floats = field(init=False)

    def __post_init__(self) -> None:
        parcels = self.snapshot.parcel_id
        self.places = {str(parcel): row for row, parcel in enumerate(parcels)}
        self.barred = np.zeros(len(parcels), dtype=bool)
        area_m2 = np.nan_to_num(self.snapshot.area_m2, nan=0.0)
        # Small parcels are hardly cut; half of them still tells whole from nothing.
        self.ground_m2 = np.maximum(area_m2 - self.rules.room_m2, area_m2 / 2.0)
        self.barred[[self.places[one] for one in sorted(self.terms.never)]] = True

    def choice(self, need: Need) -> Choice:
        """Return every lot that a project could take."""
        conditions = asked(need, self.snapshot)
        whole = self._allowed(need, self._whole(conditions))
        carved = self._allowed(need, self._carved(need, conditions))
        scorer = Scorer.of(need, self.snapshot)
        worth = self.rules.worth(need) * self.terms.factors.get(need.project_id, 1.0)
        quality = np.concatenate(
            [
                scorer.scores(whole) / _FULL,
                self.rules.carved * _score_of_cut(scorer, carved) / _FULL,
            ]
        )
        share = self.rules.quality_share
        ideal = np.full(len(carved), need.area_ideal_m2)
        area_m2 = np.concatenate([self.snapshot.area_m2[whole], ideal])
        rows = np.concatenate([whole, carved])
        lot = np.concatenate([whole, carved + len(self.snapshot)])
        uses = [self._uses(one, need, rows, area_m2) for one in self.terms.shared]
        return _put_together(
            worth * (1.0 - share + share * quality),
            lot,
            [rows, *(np.full(len(rows), self._place(k)) for k in range(len(uses)))],
            [np.concatenate([self.ground_m2[whole], ideal]), *uses],
        )

    def _place(self, shared: int) -> int:
        return len(self.snapshot) + shared

    def _whole(self, conditions: Sequence[Condition]) -> Places:
        start, stop = sieve.window(conditions, self.snapshot)
        return sieve.feasible(conditions, start, max(start, stop))

    def _carved(self, need: Need, conditions: Sequence[Condition]) -> Places:
        if not self.terms.carves:
            return np.zeros(0, dtype=np.int64)
        snapshot = self.snapshot
        ideal = np.full(len(snapshot), need.area_ideal_m2)
        others = [
            replace(one, area_m2=ideal) if isinstance(one, Carried) else one
            for one in conditions
            if not isinstance(one, SmallestArea | LargestArea)
        ]
        known = snapshot.area_m2[: snapshot.known]
        start = int(known.searchsorted(need.area_max_m2 + AREA_GUARD_M2, "right"))
        return sieve.feasible(others, start, snapshot.known)

    def _allowed(self, need: Need, rows: Places) -> Places:
        rows = rows[~self.barred[rows]]
        locked = self.terms.locks.get(need.project_id)
        return rows if locked is None else rows[rows == self.places[locked]]

    def _uses(
        self, shared: Shared, need: Need, rows: Places, area_m2: Floats
    ) -> Floats:
        if shared.resource == AREA:
            amounts = area_m2
        else:
            amounts = np.full(len(rows), need.utility(shared.resource))
        if shared.park_id is None:
            return amounts
        code = self.snapshot.parks.ids.index(shared.park_id)
        return np.where(self.snapshot.park_code[rows] == code, amounts, 0.0)


def _put_together(
    value: Floats, lot: Places, rows: Sequence[Places], amounts: Sequence[Floats]
) -> Choice:
    """Compress what lots use: the ground first, then what they share, where any."""
    table = np.column_stack(amounts)
    is_used = table > 0.0
    is_used[:, 0] = True
    return Choice(
        value=value,
        lot=lot.astype(np.int64),
        counts=is_used.sum(axis=1),
        rows=np.column_stack(rows)[is_used],
        amounts=table[is_used],
    )


def _score_of_cut(scorer: Scorer, rows: Places) -> Floats:
    """Score lots of the ideal area: as their parcels, with the area fitting fully."""
    if not len(rows):
        return np.zeros(0)
    weight, total = scorer.weights.get("area_fit", 0.0), sum(scorer.weights.values())
    missing = 1.0 - scorer.values("area_fit", rows)
    return scorer.scores(rows) + _FULL * weight * missing / (total or 1.0)


def _check(needs: Sequence[Need], snapshot: Snapshot, terms: Terms) -> None:
    faults = [*_project_faults(needs, terms), *_ground_faults(snapshot, terms)]
    if faults:
        english = " ".join(fault.en for fault in faults)
        raise PortfolioError(Text(en=english, zh="".join(one.zh for one in faults)))


def _project_faults(needs: Sequence[Need], terms: Terms) -> Iterator[Text]:
    names = [need.project_id for need in needs]
    if not names:
        yield _NOBODY
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        yield _TWICE.format(projects=_listed(twice))
    unknown = {*terms.locks, *terms.must_place, *terms.factors} - set(names)
    if unknown:
        yield _UNKNOWN_PROJECT.format(projects=_listed(unknown))


def _ground_faults(snapshot: Snapshot, terms: Terms) -> Iterator[Text]:
    parcels = {str(parcel) for parcel in snapshot.parcel_id}
    unknown = {*terms.locks.values(), *terms.never} - parcels
    if unknown:
        yield _NOT_FREE.format(parcels=_listed(unknown))
    barred = sorted(set(terms.locks.values()) & terms.never)
    for parcel in barred:
        projects = {one for one, there in terms.locks.items() if there == parcel}
        yield _BARRED.format(parcel=parcel, projects=_listed(projects))
    for shared in terms.shared:
        is_park = shared.park_id is None or shared.park_id in snapshot.parks.ids
        if not is_park or shared.resource not in RESOURCES or not shared.granted >= 0.0:
            yield _NO_RESOURCE.format(resource=shared.name, known=", ".join(RESOURCES))


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def used_rows(offered: Offers, chosen: Places) -> Places:
    """Return the row of the parcel of each project, `NONE` for none.

    Parameters
    ----------
    offered
        The problem.
    chosen
        An option per project.
    """
    if not len(offered.problem.options):
        return np.full(len(chosen), NONE)
    lots = offered.problem.options.lot[chosen]
    return np.where(chosen == NONE, NONE, lots % max(1, len(offered.snapshot)))


_NOBODY = Text(
    en="There is no project to place: give at least one need.",
    zh="没有需要安排的项目：请至少提供一个用地需求。",
)
_TWICE = Text(
    en="{projects} stand more than once among the needs: name each project once.",
    zh="项目 {projects} 重复出现：每个项目只能填写一次。",
)
_UNKNOWN_PROJECT = Text(
    en="{projects} are locked, demanded or weighted, but are not among the needs: "
    "correct the number, or add the need.",
    zh="项目 {projects} 已被锁定、要求安排或设定权重，但不在需求清单中："
    "请更正编号或补充需求。",
)
_NOT_FREE = Text(
    en="{parcels} are locked or barred, but are not free on this day: correct the "
    "number, or see who holds the ground.",
    zh="地块 {parcels} 被锁定或禁用，但当日不属于可供地块："
    "请更正编号，或查看其占用情况。",
)
_BARRED = Text(
    en="{projects} are locked to {parcel}, which is never to be used: drop one of the "
    "two.",
    zh="项目 {projects} 锁定在 {parcel}，而该地块又被设为不得使用：请取消其中一项。",
)
_NO_RESOURCE = Text(
    en="The limit on {resource} cannot be kept: it must name one of {known}, a park "
    "that is known, and an amount of zero or more.",
    zh="无法采用对 {resource} 的限额："
    "应填写 {known} 之一、已知的园区以及不小于零的数量。",
)
