"""What a store says of itself and of its changes, as tables."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland.catalogues import load_catalogues
from zqland.text import Language, Text
from zqland.units import Unit
from zqland_api.about import About
from zqland_api.sheets import Column, Output, Sheet
from zqland_api.store_words import Words
from zqland_geodata.store.differences import COLUMNS
from zqland_geodata.store.history import Kind
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zqland_geodata.store import Reader, Revision
    from zqland_geodata.store.history import Change
    from zqland_geodata.store.imports import Diff

KIND_TEXTS = {
    Kind.ADDED: Text(en="added", zh="新增"),
    Kind.CHANGED: Text(en="changed", zh="变更"),
    Kind.CLOSED: Text(en="ended", zh="终止"),
}
"""What happened to a row, in words."""

_REVISION = (
    Column("revision", Text(en="Revision", zh="修订号")),
    Column("at", Text(en="At", zh="时间")),
    Column("by", Text(en="By", zh="经办人")),
    Column("why", Text(en="Why", zh="理由")),
    Column("command", Text(en="Command", zh="命令")),
)
_CHANGE = (
    *_REVISION[:4],
    Column("record", Text(en="Record", zh="记录")),
    Column("key", Text(en="Number", zh="编号")),
    Column("kind", Text(en="Change", zh="变动")),
    Column("before_text", Text(en="Before", zh="原内容")),
    Column("after_text", Text(en="After", zh="现内容")),
)
_DIFFERENCES = {
    "table": Text(en="Record", zh="记录"),
    "key": Text(en="Number", zh="编号"),
    "change": Text(en="Change", zh="变动"),
    "column": Text(en="Column", zh="项目"),
    "before": Text(en="Before", zh="原内容"),
    "after": Text(en="After", zh="新内容"),
    "gained_m2": Text(en="Gained (m²)", zh="增加（平方米）"),
    "lost_m2": Text(en="Lost (m²)", zh="减少（平方米）"),
}
_FACTS = {
    "store": Text(en="Store", zh="台账库"),
    "database": Text(en="Database", zh="数据库"),
    "form": Text(en="Form of the store", zh="库格式"),
    "fictional": Text(en="Fictional records", zh="虚构数据"),
    "version": Text(en="Version of the ledger", zh="台账版本"),
    "at": Text(en="Last change at", zh="最近更改时间"),
    "by": Text(en="Last change by", zh="最近经办人"),
    "why": Text(en="Reason of the last change", zh="最近更改理由"),
}


def about_store(reader: Reader, *, on: dt.date | None = None) -> About:
    """Say what tables about a store refer to.

    Parameters
    ----------
    reader
        Reads the store.
    on
        The day that they are about; today where it is not given.
    """
    rules = load_catalogues()
    return About(
        on=on or dt.datetime.now().astimezone().date(),
        basis=rules.bases["ledger"],
        unit=Unit.M2,
        catalogue_hash=rules.hash,
        fictional=reader.fictional,
        ledger_version=reader.version,
    )


def revisions_output(revisions: Sequence[Revision], about: About) -> Output:
    """Arrange revisions as an output.

    Parameters
    ----------
    revisions
        In the order in which they are shown.
    about
        The conditions.
    """
    rows = [_of_revision(one) for one in revisions]
    names = [column.key for column in _REVISION]
    sheet = Sheet(
        key="revisions",
        title=Text(en="Revisions", zh="修订记录"),
        table=pd.DataFrame(rows, columns=names),
        columns=_REVISION,
    )
    return Output(about=about, sheets=(sheet,))


def changes_output(
    changes: Iterable[Change],
    about: About,
    language: Language,
    *,
    parcel_id: str | None = None,
) -> Output:
    """Arrange changes of rows as an output.

    Parameters
    ----------
    changes
        The changes, in the order in which they are shown.
    about
        The conditions.
    language
        The reader's language.
    parcel_id
        The parcel that all of them are about, which is not said again in each.

    Returns
    -------
    output
        A row per change, its values in words; as JSON with all values as they are.
    """
    found = list(changes)
    words = Words(language, parcel_id)
    rows = [
        {
            **_of_revision(one.revision),
            "record": RECORDS[one.table].word.in_language(language),
            "table": one.table,
            "key": words.key(one.table, one.key),
            "kind": one.kind.value,
            "before_text": words.line(one.table, one.before),
            "after_text": words.line(one.table, one.after),
        }
        for one in found
    ]
    columns = tuple(
        Column(
            "kind", one.heading, words={kind.value: KIND_TEXTS[kind] for kind in Kind}
        )
        if one.key == "kind"
        else one
        for one in _CHANGE
    )
    names = [column.key for column in (*_REVISION, *_CHANGE[4:])]
    table = pd.DataFrame(rows, columns=[*names, "table"])
    document = [{**_of_revision(one.revision), **_plain(one)} for one in found]
    title = Text(en="Changes", zh="变更记录")
    sheet = Sheet(key="changes", title=title, table=table, columns=columns)
    return Output(about=about, sheets=(sheet,), document={"changes": document})


def diff_output(diff: Diff, about: About, language: Language) -> Output:
    """Arrange what an import would change as an output.

    Parameters
    ----------
    diff
        The differences.
    about
        The conditions.
    language
        The reader's language.

    Returns
    -------
    output
        A row per new row, cell, boundary or parcel that is gone; as JSON with the
        code that confirms them.
    """
    sheet = Sheet(
        key="differences",
        title=Text(en="Differences", zh="差异"),
        table=_texts(diff.table(language)),
        columns=tuple(Column(name, _DIFFERENCES[name]) for name in COLUMNS),
    )
    counts = {
        str(name): {str(kind): int(count) for kind, count in row.items()}
        for name, row in diff.counts().to_dict("index").items()
    }
    document = {
        "confirmation": None if diff.faults else diff.confirmation,
        "version": diff.version,
        "scope": diff.scope.text.in_language(language),
        "counts": counts,
        "faults": [one.to_dict(language) for one in diff.faults],
        "differences": sheet.table.astype(object)
        .where(sheet.table.notna(), None)
        .to_dict("records"),
    }
    return Output(about=about, sheets=(sheet,), document=document)


def info_output(
    facts: Mapping[str, object], counts: Mapping[str, int], about: About
) -> Output:
    """Arrange what a store is and holds as an output.

    Parameters
    ----------
    facts
        ``store``, ``database``, ``form``, ``fictional``, ``version``, ``at``, ``by``
        and ``why``; those that are not there are left out.
    counts
        Current rows by table.
    about
        The conditions.
    """
    known = {name: facts[name] for name in _FACTS if name in facts}
    table = pd.DataFrame(
        {"fact": list(known), "value": [_fact(value) for value in known.values()]}
    )
    holds = pd.DataFrame({"table": list(counts), "rows": list(counts.values())})
    rows = {name: RECORDS[name].word for name in counts}
    sheets = (
        Sheet(
            key="store",
            title=Text(en="Store", zh="台账库"),
            table=table,
            columns=(
                Column("fact", Text(en="What", zh="项目"), words=_FACTS),
                Column("value", Text(en="Value", zh="内容"), words=_ANSWERS),
            ),
        ),
        Sheet(
            key="rows",
            title=Text(en="Records", zh="记录"),
            table=holds,
            columns=(
                Column("table", Text(en="Record", zh="记录"), words=rows),
                Column("rows", Text(en="Count", zh="数量")),
            ),
        ),
    )
    document = {"store": dict(known), "rows": dict(counts)}
    return Output(about=about, sheets=sheets, document=document)


_ANSWERS = {
    "yes": Text(en="yes", zh="是"),
    "no": Text(en="no", zh="否"),
    "sqlite": Text(en="SQLite file", zh="SQLite 文件"),
    "postgis": Text(en="PostgreSQL with PostGIS", zh="PostgreSQL 与 PostGIS"),
}


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _of_revision(revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "at": f"{revision.at.astimezone():%Y-%m-%d %H:%M:%S}",
        "by": revision.by,
        "why": revision.why,
        "command": revision.command,
    }


def _plain(change: Change) -> dict[str, Any]:
    return {
        "table": change.table,
        "key": list(change.key),
        "kind": change.kind.value,
        "before": dict(change.before),
        "after": dict(change.after),
    }


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    """Write what stands before and after as texts: they are of any type."""
    shown = {
        name: pd.Series([_cell(value) for value in table[name]], dtype="str")
        for name in ("before", "after")
    }
    return table.assign(**shown)


def _cell(value: object) -> str | None:
    if value is None or pd.isna(value):  # type: ignore[call-overload] # any scalar
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
