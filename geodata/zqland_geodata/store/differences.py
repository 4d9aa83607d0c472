"""What an import would change: as tables, in sentences, and as what is confirmed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zqland.catalogues import load_catalogues
from zqland.findings import Severity
from zqland.status import Status
from zqland.text import Language, Text
from zqland_geodata.store import deliveries, proceedings
from zqland_geodata.store.records import keys_of
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Iterator, Mapping

    from zqland.findings import Finding
    from zqland_geodata.store.comparing import TableDiff
    from zqland_geodata.store.deliveries import Delivery, Scope

COLUMNS = (
    "table",
    "key",
    "change",
    "column",
    "before",
    "after",
    "gained_m2",
    "lost_m2",
)
"""Columns of the table of differences."""

_FEW = 50
"""Most entries without a number that are told one by one."""

_DIGITS = 12
_SIGNIFICANT = 15

_NEW = Text(en="new", zh="新增")
_CHANGED = Text(en="changed", zh="变更")
_MOVED = Text(en="boundary moved", zh="界址变动")
_GONE = Text(en="gone", zh="消失")
_AREA = Text(en="Planar area (m²)", zh="平面面积（平方米）")
_NOTHING = Text(en="nothing", zh="空")

_SAME = Text(
    en="The store says all that the files say about {scope}; nothing changes.",
    zh="台账库与文件关于{scope}的内容一致，无需更改。",
)
_BLOCKED = Text(
    en="Nothing can be imported. Faults to be corrected in the files: {count}.",
    zh="无法导入：文件中有 {count} 处错误需要更正。",
)
_COUNTS = Text(en="{table}: {counts}.", zh="{table}：{counts}。")
_COUNT = {
    "added": Text(en="{count} new", zh="新增 {count}"),
    "changed": Text(en="{count} changed", zh="变更 {count}"),
    "moved": Text(en="{count} with a moved boundary", zh="界址变动 {count}"),
    "gone": Text(en="{count} gone", zh="消失 {count}"),
}
_FACT = Text(en="{subject}, {what}, {day}", zh="{subject}，{what}，{day}")
_DUE = Text(en="due {day}", zh="计划 {day}")
_ADDED = Text(en="{table} {key} is new.", zh="新增{table} {key}。")
_CELL = Text(
    en="{table} {key}: {column} changes from {before} to {after}.",
    zh="{table} {key}：{column}由 {before} 改为 {after}。",
)
_BOUNDARY = Text(
    en="{table} {key}: the boundary moves; {before} m² become {after} m² ({gained} m² "
    "gained, {lost} m² lost).",
    zh="{table} {key}：界址变动，面积由 {before} 平方米变为 {after} 平方米"
    "（增加 {gained}，减少 {lost}）。",
)
_LOST = Text(
    en="{table} {key} ({area} m²) lies in {scope} and is not in the files: it retires "
    "on {day}.",
    zh="{table} {key}（{area} 平方米）属于{scope}，但文件中没有：自 {day} 起注销。",
)
_MORE = Text(en="… and {count} more.", zh="……另有 {count} 条。")


@dataclass(frozen=True, slots=True)
class Diff:
    """How files differ from the store, as of a version of the ledger.

    Attributes
    ----------
    version
        The version that it was made on.
    on
        The day on which the files are true.
    scope
        What they are the whole of.
    delivery
        What was delivered.
    tables
        The differences by table.
    gone
        Parcels of the scope that are not in the files: ``parcel_id``, ``planar_m2``
        and ``version``.
    findings
        What readers found, and what was found while comparing.
    """

    version: int
    on: dt.date
    scope: Scope
    delivery: Delivery
    tables: Mapping[str, TableDiff]
    gone: pd.DataFrame
    findings: tuple[Finding, ...]
    faults: tuple[Finding, ...] = ()
    """What has to be corrected in the files before anything can be imported."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changes."""
        return self.gone.empty and all(
            diff.added.empty and diff.changed.empty for diff in self.tables.values()
        )

    @property
    def only_adds(self) -> bool:
        """Tell whether nothing that the store has is touched."""
        return self.gone.empty and all(
            diff.changed.empty for diff in self.tables.values()
        )

    @property
    def confirmation(self) -> str:
        """Give what one confirms: the version, and the fingerprint of the changes."""
        return f"{self.version}-{self.fingerprint}"

    @property
    def fingerprint(self) -> str:
        """Give the fingerprint of the changes, whatever else was written meanwhile."""
        seen = hashlib.sha256()
        seen.update(
            repr([list(map(str, row)) for row in self.gone.to_numpy()]).encode()
        )
        for name, diff in self.tables.items():
            seen.update(f"{name} {diff.seen}".encode())
            for table in (diff.added, diff.changed):
                _note(seen, table)
        return seen.hexdigest()[:_DIGITS]

    def is_confirmed_by(self, confirmation: str) -> bool:
        """Tell whether somebody who confirmed a diff saw these very changes.

        Parameters
        ----------
        confirmation
            `confirmation` of the diff that was shown.

        Returns
        -------
        confirmed
            True also where the ledger went on and no row of the diff was touched.
        """
        return confirmation.rpartition("-")[2] == self.fingerprint

    def counts(self) -> pd.DataFrame:
        """Count the differences.

        Returns
        -------
        counts
            By name of the table: ``added``, ``changed`` (rows with other changes than
            the boundary), ``moved`` and ``gone``.
        """
        rows = {
            name: {
                "added": len(diff.added),
                "changed": diff.cells["key"].nunique(),
                "moved": len(diff.moved),
                "gone": len(self.gone) if name == "parcels" else 0,
            }
            for name, diff in self.tables.items()
        }
        columns = ["added", "changed", "moved", "gone"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def table(self, language: Language | str = Language.EN) -> pd.DataFrame:
        """List the differences, a row per new row, cell, boundary or parcel gone.

        Parameters
        ----------
        language
            Language of the words.

        Returns
        -------
        table
            With `COLUMNS`.
        """
        rows = [
            tuple(
                part.in_language(language) if isinstance(part, Text) else part
                for part in row
            )
            for row in self._rows()
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def sentences(self, *, most: int = 20) -> list[Text]:
        """Say what changes.

        Parameters
        ----------
        most
            How many sentences per table and kind of change; with 0 only the counts.

        Returns
        -------
        sentences
            In both languages.
        """
        if self.faults:
            return [_BLOCKED.format(count=len(self.faults))]
        if self.is_empty:
            return [_SAME.format(scope=self.scope.text)]
        said = []
        for name, counts in self.counts().to_dict("index").items():
            if any(counts.values()):
                told = _told({str(kind): count for kind, count in counts.items()})
                said.append(_COUNTS.format(table=RECORDS[str(name)].word, counts=told))
        for kind in self._said():
            said += kind[:most]
            if 0 < most < len(kind):
                said.append(_MORE.format(count=f"{len(kind) - most:,}"))
        return said

    def _rows(self) -> Iterator[tuple[object, ...]]:
        none = (None, None)
        for name, diff in self.tables.items():
            record = RECORDS[name]
            for key in _called(name, diff.added):
                yield (record.word, key, _NEW, "", *none, *none)
            for key, column, before, after in diff.cells.itertuples(index=False):
                word = deliveries.word(name, column)
                yield (record.word, key, _CHANGED, word, before, after, *none)
            for row in diff.moved.itertuples(index=False):
                yield (record.word, row[0], _MOVED, _AREA, *row[1:])
        word = RECORDS["parcels"].word
        for row in self.gone.itertuples(index=False):
            yield (word, row.parcel_id, _GONE, _AREA, row.planar_m2, *none, None)

    def _said(self) -> Iterator[list[Text]]:
        for name, diff in self.tables.items():
            word = RECORDS[name].word
            # A sheet of evidence may have a million rows: the counts say enough.
            if name not in deliveries.NUMBERED_LATER or len(diff.added) <= _FEW:
                keys = _called(name, diff.added)
                yield [_ADDED.format(table=word, key=key) for key in keys]
            yield [
                _CELL.format(
                    table=word,
                    key=key,
                    column=deliveries.word(name, column),
                    before=_shown(before),
                    after=_shown(after),
                )
                for key, column, before, after in diff.cells.itertuples(index=False)
            ]
            yield [
                _BOUNDARY.format(
                    table=word,
                    key=row.key,
                    before=f"{row.before_m2:,.2f}",
                    after=f"{row.after_m2:,.2f}",
                    gained=f"{row.gained_m2:,.2f}",
                    lost=f"{row.lost_m2:,.2f}",
                )
                for row in diff.moved.itertuples(index=False)
            ]
        yield [
            _LOST.format(
                table=RECORDS["parcels"].word,
                key=row.parcel_id,
                area=f"{row.planar_m2:,.2f}",
                scope=self.scope.text,
                day=self.on,
            )
            for row in self.gone.itertuples(index=False)
        ]


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Keep those that block.

    Parameters
    ----------
    findings
        Findings of the comparison.

    Returns
    -------
    faults
        Those of error severity.
    """
    return tuple(one for one in findings if one.severity is Severity.ERROR)


def _keys(name: str, table: pd.DataFrame) -> list[str]:
    record = RECORDS[name]
    if any(column not in table for column in record.key):
        return [""] * len(table)
    keys = keys_of(record, table)
    return [" / ".join("" if pd.isna(part) else str(part) for part in k) for k in keys]  # type: ignore[call-overload]


def _told(counts: dict[str, int]) -> Text:
    """Tell how many there are of each kind of which there are any."""
    found = [_COUNT[kind].format(count=f"{n:,}") for kind, n in counts.items() if n]
    return Text(
        en=", ".join(one.en for one in found), zh="，".join(one.zh for one in found)
    )


def _called(name: str, table: pd.DataFrame) -> list[str | Text]:
    """Call rows by their numbers; what has none yet by what it says."""
    keys = _keys(name, table)
    if name not in deliveries.NUMBERED_LATER or all(keys):
        return [*keys]
    items = load_catalogues().readiness.item_texts
    rows = table.to_dict("records")
    return [key or _fact(row, items) for key, row in zip(keys, rows, strict=True)]


def _fact(row: Mapping[Hashable, Any], items: Mapping[str, Text]) -> Text:
    """Say what an entry of evidence or a status event says, in short."""
    if "item" not in row:
        status = proceedings.WORDS[Status(row["status"])]
        facts = {"subject": row["parcel_id"], "what": status}
        return _FACT.format(day=_day(row["happened_on"]), **facts)
    facts = {
        "subject": row["subject_id"],
        "what": items.get(row["item"], row["item"]),
    }
    if pd.isna(row.get("done_on")) and not pd.isna(row.get("due_on")):
        return _FACT.format(day=_DUE.format(day=_day(row["due_on"])), **facts)
    return _FACT.format(day=_day(row.get("done_on")), **facts)


def _day(value: Any) -> str:  # noqa: ANN401 - a cell
    return "–" if pd.isna(value) else f"{value:%Y-%m-%d}"


def _shown(value: object) -> Text:
    if value is None or value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return _NOTHING
    shown = str(value)
    if isinstance(value, pd.Timestamp):
        shown = f"{value:%Y-%m-%d}"
    elif isinstance(value, float):
        shown = f"{value:.{_SIGNIFICANT}g}"
    return Text(en="“{value}”", zh="“{value}”").format(value=shown)


def _note(seen: hashlib._Hash, table: pd.DataFrame) -> None:
    """Note all cells of a table, shapes by their coordinates."""
    for name in table:
        values = table[name]
        seen.update(str(name).encode())
        if isinstance(values.dtype, gpd.array.GeometryDtype):
            shapes = np.asarray(values.array, dtype=object)
            for shape in shapely.to_wkb(shapes):
                seen.update(shape or b"-")
        else:
            numbers = pd.util.hash_pandas_object(values, index=False)
            seen.update(numbers.to_numpy().tobytes())
