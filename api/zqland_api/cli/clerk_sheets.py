"""What the commands of the clerk show, as sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zqland.text import Text
from zqland.units import UNIT_TEXTS, Unit, from_m2
from zqland_api.sheets import Column, Sheet
from zqland_geodata.store.proceedings import WORDS

if TYPE_CHECKING:
    from zqland.catalogues import Catalogues

_PARCEL = Text(en="Parcel", zh="地块编号")
_VERSION = Text(en="Version", zh="版本")

_PIECES = (
    Column("parcel_id", _PARCEL),
    Column("name", Text(en="Name", zh="名称")),
    Column("planar_m2", Text(en="Planar (m²)", zh="平面面积（平方米）"), digits=4),
    Column("planar_mu", Text(en="Planar (mu)", zh="平面面积（亩）"), digits=4),
    Column(
        "ellipsoid_m2", Text(en="Ellipsoid (m²)", zh="椭球面积（平方米）"), digits=4
    ),
    Column("declared_m2", Text(en="Declared (m²)", zh="批准面积（平方米）")),
    Column("evidence", Text(en="Evidence taken over", zh="沿用的佐证")),
    Column("version", _VERSION),
)
_HOLDS = (
    Column("hold_id", Text(en="Hold", zh="预留编号")),
    Column("parcel_id", _PARCEL),
    Column("project_id", Text(en="Project", zh="项目编号")),
    Column("project", Text(en="Name", zh="项目名称")),
    Column("area_m2", Text(en="Planar (m²)", zh="平面面积（平方米）")),
    Column("held_from", Text(en="From", zh="起始日")),
    Column("held_until", Text(en="Until", zh="截止日")),
    Column("days_left", Text(en="Days left", zh="剩余天数")),
    Column("held_by", Text(en="Held by", zh="预留人")),
    Column("reason", Text(en="Reason", zh="理由")),
    Column(
        "ended_as",
        Text(en="Ended as", zh="结束方式"),
        words={
            "released": Text(en="released", zh="解除"),
            "supplied": Text(en="supplied", zh="转为供地"),
        },
    ),
    Column("ended_on", Text(en="Ended on", zh="结束日")),
    Column("version", _VERSION),
)
_TARGETS = (
    Column("year", Text(en="Year", zh="年度")),
    Column("scope", Text(en="Scope", zh="范围")),
    Column("target", Text(en="Target ({unit})", zh="目标面积（{unit}）")),
    Column("source", Text(en="Source", zh="依据")),
    Column("version", _VERSION),
)
_DOCUMENTS = (
    Column("name", Text(en="Name", zh="名称")),
    Column("size_bytes", Text(en="Bytes", zh="字节数")),
    Column("sha256", Text(en="SHA-256", zh="SHA-256")),
    Column("note", Text(en="Note", zh="备注")),
)


_STATUSES = (
    Column("event_id", Text(en="Event", zh="状态记录编号")),
    Column("parcel_id", _PARCEL),
    Column(
        "status",
        Text(en="Status", zh="状态"),
        words={status.value: word for status, word in WORDS.items()},
    ),
    Column("happened_on", Text(en="Since", zh="起始日")),
    Column("document", Text(en="Document", zh="文件")),
)


def pieces_sheet(parcels: pd.DataFrame, taken: dict[str, tuple[str, ...]]) -> Sheet:
    """Arrange parcels that came of others.

    Parameters
    ----------
    parcels
        Rows of the store, with their versions.
    taken
        Numbers of the evidence that each took over, by parcel.
    """
    table = pd.DataFrame(parcels.reset_index().drop(columns=["geometry"]))
    table["planar_mu"] = from_m2(table["planar_m2"], Unit.MU)
    table["evidence"] = [taken.get(str(name), ()) for name in table["parcel_id"]]
    kept = [column.key for column in _PIECES]
    return Sheet("parcels", Text(en="Parcels", zh="地块"), table[kept], _PIECES)


def evidence_sheet(evidence: pd.DataFrame, catalogues: Catalogues) -> Sheet:
    """Arrange evidence.

    Parameters
    ----------
    evidence
        Table *evidence*.
    catalogues
        For the words of the items.
    """
    words = {key: item.text for key, item in catalogues.readiness.items.items()}
    columns = (
        Column("evidence_id", Text(en="Evidence", zh="佐证编号")),
        Column("subject_id", Text(en="About", zh="对象编号")),
        Column("item", Text(en="Item", zh="事项"), words=words),
        Column("done_on", Text(en="Done on", zh="完成日期")),
        Column("due_on", Text(en="Due on", zh="计划日期")),
        Column("expires_on", Text(en="Expires on", zh="有效期至")),
        Column("value", Text(en="Value", zh="数值")),
        Column("unit", Text(en="Unit", zh="单位")),
        Column("document", Text(en="Document", zh="文件")),
        Column("recorded_by", Text(en="Recorded by", zh="登记人")),
        Column("recorded_at", Text(en="Recorded at", zh="登记时间")),
    )
    table = pd.DataFrame(evidence[[column.key for column in columns]])
    return Sheet("evidence", Text(en="Evidence", zh="佐证"), table, columns)


def holds_sheet(holds: pd.DataFrame, *, ended: bool) -> Sheet:
    """Arrange holds.

    Parameters
    ----------
    holds
        Table *holds* with ``version``, ``project`` and ``days_left``.
    ended
        Whether to show how they ended.
    """
    hidden = () if ended else ("ended_as", "ended_on")
    columns = tuple(column for column in _HOLDS if column.key not in hidden)
    table = pd.DataFrame(holds[[column.key for column in columns]])
    return Sheet("holds", Text(en="Holds", zh="预留"), table, columns)


def targets_sheet(targets: pd.DataFrame, catalogues: Catalogues, unit: Unit) -> Sheet:
    """Arrange targets.

    Parameters
    ----------
    targets
        Table *targets* with ``version``.
    catalogues
        For the words of the predicates.
    unit
        Unit of the areas.
    """
    words = catalogues.readiness.predicate_texts
    predicate = Column("predicate", Text(en="Predicate", zh="用地条件"), words=words)
    year, scope, area, *rest = _TARGETS
    named = Column("target", area.heading.format(unit=UNIT_TEXTS[unit]))
    columns = (year, predicate, scope, named, *rest)
    table = targets.assign(target=from_m2(targets["target_m2"], unit))
    kept = [column.key for column in columns]
    return Sheet("targets", Text(en="Targets", zh="年度目标"), table[kept], columns)


def documents_sheet(documents: pd.DataFrame) -> Sheet:
    """Arrange documents.

    Parameters
    ----------
    documents
        Table *documents*.
    """
    table = pd.DataFrame(documents[[column.key for column in _DOCUMENTS]])
    return Sheet("documents", Text(en="Documents", zh="文件"), table, _DOCUMENTS)


def statuses_sheet(events: pd.DataFrame) -> Sheet:
    """Arrange status events.

    Parameters
    ----------
    events
        Table *status_events* with ``event_id``.
    """
    table = pd.DataFrame(events[[column.key for column in _STATUSES]])
    return Sheet("status_events", Text(en="Status", zh="状态记录"), table, _STATUSES)
