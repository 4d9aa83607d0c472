"""Check a plan without the solver: from the needs and the parcels alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland.lots.lot import Kind
from zqland.needs import UTILITIES
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zqland.matching.snapshot import Snapshot
    from zqland.needs import Need
    from zqland.portfolio.candidates import Terms
    from zqland.portfolio.plan import Plan

EXACT_M2 = 0.01
"""How exactly areas must be kept, in square metres."""

_SHARE = 1e-9


def verify(
    plan: Plan, needs: Sequence[Need], snapshot: Snapshot, terms: Terms
) -> list[Text]:
    """Find what is wrong with a plan.

    Parameters
    ----------
    plan
        The plan.
    needs
        What the projects ask for.
    snapshot
        The free parcels.
    terms
        What else was asked.

    Returns
    -------
    faults
        One sentence each; empty for a valid plan. Nothing of the problem that was
        solved is used, so that a fault in it would be found.
    """
    known = {need.project_id: need for need in needs}
    parcels = pd.DataFrame(
        {"area_m2": snapshot.area_m2, "row": range(len(snapshot))},
        index=[str(parcel) for parcel in snapshot.parcel_id],
    )
    table = plan.assignments
    faults = [*_project_faults(table, known, terms)]
    for row in table.itertuples(index=False):
        faults += _lot_faults(row, known, parcels)
    faults += _ground_faults(table, parcels, terms)
    faults += _resource_faults(table, known, terms)
    return faults


def _project_faults(
    table: pd.DataFrame, known: dict[str, Need], terms: Terms
) -> Iterator[Text]:
    placed = table.set_index("project_id")["parcel_id"]
    for project in placed.index[placed.index.duplicated()]:
        yield _TWICE.format(project=project)
    must = {*terms.must_place, *terms.locks, *(known if terms.must_place_all else ())}
    for project in sorted(must - set(placed.index)):
        yield _MISSING.format(project=project)
    for project, parcel in terms.locks.items():
        if project in placed.index and placed[project] != parcel:
            yield _ELSEWHERE.format(project=project, parcel=parcel)


def _lot_faults(
    row: Any,  # noqa: ANN401 - a row of the assignments
    known: dict[str, Need],
    parcels: pd.DataFrame,
) -> Iterator[Text]:
    facts = {"project": row.project_id, "parcel": row.parcel_id}
    need = known.get(row.project_id)
    if need is None or row.parcel_id not in parcels.index:
        yield _UNKNOWN.format(**facts)
        return
    area = f"{row.area_m2:,.2f}"
    low, high = need.area_min_m2 - EXACT_M2, need.area_max_m2 + EXACT_M2
    if not low <= row.area_m2 <= high:
        yield _WINDOW.format(area=area, **facts)
    whole = parcels["area_m2"][row.parcel_id]
    if row.kind == Kind.WHOLE and abs(row.area_m2 - whole) > EXACT_M2:
        yield _NOT_WHOLE.format(area=area, **facts)
    day = row.handover_on
    if need.needed_by is not None and (day is None or day > need.needed_by):
        yield _LATE.format(day=day, **facts)
    if row.park_id in need.excluded_parks:
        yield _PARK.format(park=row.park_id, **facts)


def _ground_faults(
    table: pd.DataFrame, parcels: pd.DataFrame, terms: Terms
) -> Iterator[Text]:
    used = table.groupby("parcel_id")["area_m2"].sum()
    for parcel, area_m2 in used.items():
        granted = parcels["area_m2"].get(parcel, 0.0)
        if area_m2 > granted * (1 + _SHARE) + EXACT_M2:
            yield _TOO_MUCH.format(
                what=parcel, used=f"{area_m2:,.2f}", granted=f"{granted:,.2f}"
            )
    for parcel in sorted(terms.never & set(used.index)):
        yield _NEVER.format(parcel=parcel)


def _resource_faults(
    table: pd.DataFrame, known: dict[str, Need], terms: Terms
) -> Iterator[Text]:
    for shared in terms.shared:
        own = table
        if shared.park_id is not None:
            own = table[table["park_id"] == shared.park_id]
        used = (
            sum(known[str(one)].utility(shared.resource) for one in own["project_id"])
            if shared.resource in UTILITIES
            else float(own["area_m2"].sum())
        )
        if used > shared.granted * (1 + _SHARE) + EXACT_M2:
            yield _TOO_MUCH.format(
                what=shared.name, used=f"{used:,.2f}", granted=f"{shared.granted:,.2f}"
            )


_TWICE = Text(
    en="{project} is placed more than once.", zh="项目 {project} 被重复安排。"
)
_MISSING = Text(
    en="{project} must be placed and is not.", zh="项目 {project} 必须安排而未安排。"
)
_ELSEWHERE = Text(
    en="{project} is locked to {parcel} and stands elsewhere.",
    zh="项目 {project} 锁定在 {parcel}，却被安排在别处。",
)
_UNKNOWN = Text(
    en="{project} on {parcel}: the project or the free parcel is not known.",
    zh="{project} 安排在 {parcel}：项目或可供地块不存在。",
)
_WINDOW = Text(
    en="{project} on {parcel}: {area} m² is outside its window.",
    zh="{project} 安排在 {parcel}：{area} 平方米超出面积范围。",
)
_NOT_WHOLE = Text(
    en="{project} on {parcel}: {area} m² is not the whole parcel.",
    zh="{project} 安排在 {parcel}：{area} 平方米并非整宗面积。",
)
_LATE = Text(
    en="{project} on {parcel}: in hand on {day}, which is too late.",
    zh="{project} 安排在 {parcel}：{day} 交地，晚于需要日期。",
)
_PARK = Text(
    en="{project} on {parcel}: park {park} is excluded.",
    zh="{project} 安排在 {parcel}：园区 {park} 已被排除。",
)
_TOO_MUCH = Text(
    en="{what}: {used} are used of {granted}.",
    zh="{what}：已用 {used}，仅有 {granted}。",
)
_NEVER = Text(
    en="{parcel} is never to be used, and is used.",
    zh="地块 {parcel} 不得使用却被使用。",
)
