"""What an office delivers: tables as read, and what they are the whole of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from zqland import catalogues, tables
from zqland.findings import Severity
from zqland.ledger import scopes
from zqland.text import Text
from zqland_geodata.remarks import Rule
from zqland_geodata.store import records
from zqland_geodata.store.schema import RECORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from zqland.findings import Finding
    from zqland.readiness.timeline import Booleans
    from zqland.reserve import Reserve

TABLES = (
    "parks",
    "parcels",
    "projects",
    "indicators",
    "targets",
    "evidence",
    "status_events",
)
"""The tables that are imported, in an order in which they may be written."""

_KEYLESS = frozenset({"status_events"})
"""Tables whose rows have no number in the files of offices."""

NUMBERED_LATER = frozenset({"evidence", "status_events"})
"""Tables whose new rows may get their numbers from the store."""

_UNNAMED = frozenset({"id.missing", "id.repeated", "indicators.repeated"})
"""What readers find where a record has no number, or that of another."""

_SHOWN = 5

_WHOLE = Text(en="the whole reserve", zh="全部储备地块")
_PART = Text(en="the scope {name}", zh="范围 {name}")
_LISTED = Text(en="{count} listed parcels", zh="清单所列 {count} 宗地块")
_CORRECT = Text(
    en="correct the file; nothing is imported", zh="请更正文件；未导入任何内容"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the files are the whole of: what lies in it and is not there is gone.

    Attributes
    ----------
    name
        A scope as in `zqland.ledger.scopes`: ``city``, ``park:GXQ``,
        ``district:441204``; not used with a list.
    parcel_ids
        The numbers of the parcels that the files are about, or ``None``.
    """

    name: str = scopes.CITY
    parcel_ids: frozenset[str] | None = None

    @classmethod
    def of_parcels(cls, parcel_ids: Iterable[str]) -> Scope:
        """Make the scope of a list of parcels.

        Parameters
        ----------
        parcel_ids
            Their numbers.

        Returns
        -------
        scope
            The scope.
        """
        return cls(parcel_ids=frozenset(parcel_ids))

    @property
    def is_whole(self) -> bool:
        """Tell whether every parcel lies in it."""
        return self.parcel_ids is None and self.name == scopes.CITY

    @property
    def text(self) -> Text:
        """Name the scope for a reader."""
        if self.parcel_ids is not None:
            return _LISTED.format(count=f"{len(self.parcel_ids):,}")
        if self.is_whole:
            return _WHOLE
        return _PART.format(name=self.name)

    def inside(self, parcels: pd.DataFrame, parks: pd.DataFrame) -> Booleans:
        """Tell which parcels lie in the scope.

        Parameters
        ----------
        parcels
            Parcels, indexed by their numbers.
        parks
            Parks, indexed by their codes.

        Returns
        -------
        inside
            Shape (n,).

        Raises
        ------
        NotFoundError
            No park or district has that name.
        """
        if self.parcel_ids is not None:
            return parcels.index.isin(self.parcel_ids)
        return scopes.inside(parcels, parks, self.name)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Tables as the readers read them.

    Attributes
    ----------
    tables
        By name; a table that is not there was not delivered and stays as it is.
    findings
        What the readers found.
    """

    tables: Mapping[str, pd.DataFrame]
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of_reserve(
        cls,
        reserve: Reserve,
        *,
        findings: Iterable[Finding] = (),
        without: Collection[str] = (),
    ) -> Delivery:
        """Take the tables of a reserve that have any rows.

        Parameters
        ----------
        reserve
            The reserve.
        findings
            What the readers found.
        without
            Tables that were assumed and not read from a file.

        Returns
        -------
        delivery
            The delivery.
        """
        found = {name: getattr(reserve, name) for name in TABLES if name not in without}
        return cls(
            {name: table for name, table in found.items() if len(table)},
            tuple(findings),
        )


def key_findings(delivery: Delivery) -> list[Finding]:
    """Find records without a number, or with that of another.

    Parameters
    ----------
    delivery
        The tables and what the readers found.

    Returns
    -------
    findings
        Each of them blocks the import, for nobody knows which record is meant.
    """
    found = [finding for finding in delivery.findings if finding.rule in _UNNAMED]
    for name, table in delivery.tables.items():
        if name not in _KEYLESS:
            found += _faulty_keys(name, table)
    return found


def checked(delivery: Delivery) -> dict[str, pd.DataFrame]:
    """Bring the tables to the types of the catalogue.

    Parameters
    ----------
    delivery
        Tables in which every record has a number of its own.

    Returns
    -------
    tables
        By name, in the order in which they may be written, keys as columns.

    Raises
    ------
    TableError
        A table breaks its schema.
    """
    return {
        name: _typed(name, delivery.tables[name])
        for name in TABLES
        if name in delivery.tables
    }


def word(name: str, column: str) -> Text:
    """Name a column for a reader.

    Parameters
    ----------
    name
        Name of the table.
    column
        Name of the column.

    Returns
    -------
    word
        Its name in the catalogue of columns.

    Examples
    --------
    >>> word("parcels", "park_id").zh
    '园区代码'
    """
    return _words().get((name, column), Text(en=column, zh=column))


@cache
def _words() -> dict[tuple[str, str], Text]:
    rows = catalogues.columns().to_dict("records")
    own = {
        ("parcels", "began_on"): Text(en="Began on", zh="起始日期"),
        ("parcels", "retired_on"): Text(en="Retired on", zh="注销日期"),
        ("parcels", "planar_m2"): Text(en="Planar area (m²)", zh="平面面积（平方米）"),
        ("parcels", "ellipsoid_m2"): Text(
            en="Ellipsoidal area (m²)", zh="椭球面积（平方米）"
        ),
        ("status_events", "event_id"): Text(en="Event", zh="状态记录编号"),
        ("status_events", "supersedes"): Text(en="Corrects", zh="更正"),
        ("status_events", "withdrawn"): Text(en="Withdrawn", zh="撤回"),
    }
    return own | {
        (row["table"], row["column"]): Text(en=row["en_name"], zh=row["zh_name"])
        for row in rows
    }


def _typed(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Check a table, with the columns that only the store has in their types."""
    record = RECORDS[name]
    typed = records.flattened(record, tables.check(name, table))
    own = [column for column in record.columns if not column.catalogued]
    for column in own:
        if column.name in typed and column.type == "date":
            typed[column.name] = pd.to_datetime(typed[column.name]).astype(
                "datetime64[s]"
            )
    return typed.reset_index(drop=True)


def _faulty_keys(name: str, table: pd.DataFrame) -> Iterator[Finding]:
    record = RECORDS[name]
    flat = records.flattened(record, table)
    lacking = [column for column in record.key if column not in flat]
    if lacking:
        yield NO_KEY.finding("", lacking[0], table=record.word)
        return
    keys = flat[list(record.key)]
    is_missing = keys.isna() | keys.astype("str").apply(
        lambda part: part.str.strip() == ""
    )
    for row in is_missing.any(axis=1).to_numpy().nonzero()[0][:_SHOWN]:
        place = f"record {row + 1}"
        yield NO_KEY.finding(place, record.key[0], place=place, table=record.word)
    is_repeated = keys.duplicated() & ~is_missing.any(axis=1)
    for values in (
        keys[is_repeated.to_numpy()].drop_duplicates().itertuples(index=False)
    ):
        shown = " / ".join(map(str, values))
        yield REPEATED.finding(shown, record.key[0], shown, table=record.word)


NO_KEY = Rule(
    "import.key_missing",
    Severity.ERROR,
    Text(en="{table}: a record has no number", zh="{table}：有记录没有编号"),
    _CORRECT,
)
"""A record without a number."""

REPEATED = Rule(
    "import.key_repeated",
    Severity.ERROR,
    Text(en="{table}: several records have this number", zh="{table}：编号重复"),
    _CORRECT,
)
"""Several records of one number."""

OUTSIDE = Rule(
    "import.outside_scope",
    Severity.ERROR,
    Text(
        en="it does not lie in {scope}, which the files were said to be the whole of",
        zh="不在所声明的{scope}之内",
    ),
    Text(
        en="state the right scope, or take it out of the file; nothing is imported",
        zh="请声明正确的范围，或从文件中移除；未导入任何内容",
    ),
)
"""A record about something outside the stated scope."""

NO_SHAPE = Rule(
    "import.no_shape",
    Severity.ERROR,
    Text(en="the parcel has no shape", zh="地块没有图形"),
    _CORRECT,
)
"""A parcel without ground."""

RETIRED = Rule(
    "import.retired",
    Severity.ERROR,
    Text(
        en="a parcel of this number was retired on {day}",
        zh="该编号的地块已于 {day} 注销",
    ),
    Text(
        en="give the ground a new number; nothing is imported",
        zh="请使用新编号；未导入任何内容",
    ),
)
"""A number that was used before."""

NO_SUBJECT = Rule(
    "import.unknown_subject",
    Severity.ERROR,
    Text(
        en="{table}: it is about {subject}, which is neither in the store nor in the "
        "files",
        zh="{table}：所指的 {subject} 既不在台账库中，也不在文件中",
    ),
    Text(
        en="correct the number, or deliver it as well; nothing is imported",
        zh="请更正编号，或一并提供；未导入任何内容",
    ),
)
"""An entry about something that nobody knows."""

DIFFERS = Rule(
    "import.entry_differs",
    Severity.ERROR,
    Text(
        en="{table}: the store has another entry of this number; {column} differs",
        zh="{table}：台账库中该编号的条目内容不同（{column}）",
    ),
    Text(
        en="entries are never changed: give a new one that corrects it; nothing is "
        "imported",
        zh="条目不可更改：请另立一条更正；未导入任何内容",
    ),
)
"""An entry of the same number that says something else."""

CORRECTED = Rule(
    "import.corrected_already",
    Severity.ERROR,
    Text(
        en="another entry of the store corrects this evidence already",
        zh="台账库中已有条目更正了该佐证",
    ),
    Text(
        en="correct the newer entry; nothing is imported",
        zh="请更正较新的条目；未导入任何内容",
    ),
)
"""An entry that was corrected before."""

ABSENT = Rule(
    "import.column_absent",
    Severity.INFO,
    Text(
        en="{table}: the files say nothing in this column, and the store does",
        zh="{table}：文件中该列全为空，而台账库中有内容",
    ),
    Text(en="left as it is in the store", zh="台账库中的内容保持不变"),
)
"""A column without any value is no column."""

NOWHERE = Rule(
    "import.not_found",
    Severity.WARNING,
    Text(
        en="the list names the parcel, but neither the store nor the files have it",
        zh="清单列有该地块，但台账库和文件中均没有",
    ),
    Text(en="check the list", zh="请核对清单"),
)
"""A listed parcel that nobody knows."""

REPLOTTED = Rule(
    "import.replotted",
    Severity.WARNING,
    Text(
        en="the new parcel lies on {area} m² of {others}, gone from the files",
        zh="新地块与文件中已消失的 {others} 重叠 {area} 平方米",
    ),
    Text(
        en="taken to begin on {day}; record splits and mergers with `zqland split` and "
        "`zqland merge` to keep the lineage",
        zh="按自 {day} 起存在处理；如属分割或合并，请用 `zqland split`、`zqland merge` "
        "办理，以保留沿革",
    ),
)
"""New parcels on the ground of those that are gone."""
