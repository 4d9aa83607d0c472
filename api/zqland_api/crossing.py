"""Check records of one file against those of another.

A fact about a parcel that is in no file of parcels would count for nothing without a
word; each such name is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from zqland.acreage import CITY
from zqland.findings import Finding, Severity
from zqland.reserve import Reserve
from zqland.text import Text
from zqland_geodata import places

ALL = "*"
"""What stands for all parks in the table of indicators."""

_NOT_COUNTED = Text(
    en="it counts for nothing here; correct the name or add the record",
    zh="此处不起作用；请更正编号或补充记录",
)


@dataclass(frozen=True, slots=True)
class _Link:
    """A column of one table that names records of another."""

    rule: str
    field: str
    text: Text


_SUBJECTS = {
    "parcel": Text(
        en="{count} facts are about the parcel {name}, which is not among the parcels",
        zh="{count} 条佐证的对象地块 {name} 不在地块文件中",
    ),
    "park": Text(
        en="{count} facts are about the park {name}, in which no parcel lies",
        zh="{count} 条佐证的对象园区 {name} 没有地块",
    ),
    "area": Text(
        en="{count} facts are about the area {name}, in which no parcel lies",
        zh="{count} 条佐证的对象片区 {name} 没有地块",
    ),
}
_CORRECTED = _Link(
    "evidence.corrected_unknown",
    "supersedes",
    Text(
        en="{count} facts correct the fact {name}, which is not in the evidence",
        zh="{count} 条佐证更正的佐证 {name} 不在佐证表中",
    ),
)
_EVENTS = _Link(
    "status.parcel_unknown",
    "parcel_id",
    Text(
        en="{count} events are of the parcel {name}, which is not among the parcels",
        zh="{count} 条状态记录的地块 {name} 不在地块文件中",
    ),
)
_PREFERRED = _Link(
    "project.park_unknown",
    "preferred_parks",
    Text(
        en="{count} projects name the park {name}, in which no parcel lies",
        zh="{count} 个项目填写的园区 {name} 没有地块",
    ),
)
_INDICATORS = _Link(
    "indicators.park_unknown",
    "park_id",
    Text(
        en="{count} rows of indicators are of the park {name}, in which no parcel lies",
        zh="{count} 行控制指标的园区 {name} 没有地块",
    ),
)
_SCOPES = _Link(
    "targets.scope_unknown",
    "scope",
    Text(
        en="{count} targets are of {name}, which is neither city, park nor district",
        zh="{count} 项目标的范围 {name} 既不是 city，也不是园区或区县",
    ),
)


def cross_findings(reserve: Reserve) -> list[Finding]:
    """Find names in one table that no record of another table has.

    Parameters
    ----------
    reserve
        All records.

    Returns
    -------
    findings
        One warning per name, however many records use it.
    """
    parcels = reserve.parcels
    ids = set(parcels.index.astype(str))
    parks = set(parcels["park_id"].dropna().astype(str))
    districts = set(parcels["district"].dropna().astype(str))
    areas = set(_listed(parcels.get("area_ids", pd.Series(dtype="str"))))
    known = {"parcel": ids, "park": parks, "area": areas}
    projects = reserve.projects
    named = [
        name
        for column in ("preferred_parks", "excluded_parks")
        if column in projects
        for name in _listed(projects[column])
    ]
    # A real park without parcels in this file is no slip of the pen.
    real = parks | set(places.parks().index)
    return [
        *_of_subjects(reserve.evidence, known),
        *_unknown(
            _CORRECTED,
            reserve.evidence["supersedes"],
            set(reserve.evidence["evidence_id"].astype(str)),
        ),
        *_unknown(_EVENTS, reserve.status_events["parcel_id"], ids),
        *_without_status(reserve),
        *_unknown(_PREFERRED, named, real, action=_park_codes(reserve)),
        *_unknown(_INDICATORS, reserve.indicators["park_id"], real | {ALL}),
        *_unknown(_SCOPES, reserve.targets["scope"], real | districts | {CITY}),
    ]


def _without_status(reserve: Reserve) -> list[Finding]:
    """Report parcels without any event: they count as planned and are never offered."""
    named = set(reserve.status_events["parcel_id"].astype(str))
    lacking = [name for name in reserve.parcels.index.astype(str) if name not in named]
    if not lacking or not named:
        return []
    shown = ", ".join(lacking[:_NAMES_SHOWN])
    return [
        Finding(
            record="",
            field="status",
            value=shown + (" …" if len(lacking) > _NAMES_SHOWN else ""),
            rule="status.parcel_missing",
            severity=Severity.WARNING,
            message=_NO_STATUS.format(count=f"{len(lacking):,}"),
            action=_AS_PLANNED,
        )
    ]


_NAMES_SHOWN = 5
_NO_STATUS = Text(
    en="{count} parcels have no row in the sheet of status events",
    zh="{count} 宗地块在状态表中没有记录",
)
_AS_PLANNED = Text(
    en="taken as planned, which is not offered to projects; add a row for each",
    zh="按计划收储处理，不参与匹配；请为各宗地块补充记录",
)


def _park_codes(reserve: Reserve) -> Text:
    """Say that parks are named by code, with some of the codes that are known."""
    parks = reserve.parks if len(reserve.parks) else places.parks()
    listed = [
        str(code) if name == code else f"{code} {name}"
        for code, name in parks["name"].items()
    ]
    cut = len(listed) > _CODES_SHOWN
    return _BY_CODE.format(
        known=Text(
            en=", ".join(listed[:_CODES_SHOWN]) + (" …" if cut else ""),
            zh="、".join(listed[:_CODES_SHOWN]) + ("等" if cut else ""),
        )
    )


_CODES_SHOWN = 12
_BY_CODE = Text(
    en="it counts for nothing here; parks are named by code: {known}",
    zh="此处不起作用；请填园区代码：{known}",
)


def _of_subjects(
    evidence: pd.DataFrame, known: dict[str, set[str]]
) -> Iterator[Finding]:
    for kind, text in _SUBJECTS.items():
        subjects = evidence.loc[evidence["subject_kind"] == kind, "subject_id"]
        link = _Link(f"evidence.{kind}_unknown", "subject_id", text)
        yield from _unknown(link, subjects, known[kind])


def _unknown(
    link: _Link,
    names: Iterable[object],
    known: set[str],
    *,
    action: Text = _NOT_COUNTED,
) -> Iterator[Finding]:
    counts = pd.Series(list(names), dtype="str").dropna().value_counts(sort=False)
    for name, count in counts.items():
        if name not in known:
            yield Finding(
                record=str(name),
                field=link.field,
                value=str(name),
                rule=link.rule,
                severity=Severity.WARNING,
                message=link.text.format(count=count, name=name),
                action=action,
            )


def _listed(cells: pd.Series[str]) -> list[str]:
    parts = cells.dropna().astype("str").str.split("[;；]", regex=True).explode()
    return [part.strip() for part in parts if part.strip()]
