"""Write rows so that nothing is ever lost: the old row is closed, a new one added."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pandas as pd

from zqland import tables
from zqland.errors import NotFoundError
from zqland.text import Text
from zqland_geodata.errors import ChangedMeanwhileError, KeyTakenError, RecordError
from zqland_geodata.store import records, versions
from zqland_geodata.store.reading import Reader
from zqland_geodata.store.revisions import revision_of
from zqland_geodata.store.selecting import record_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from zqland_geodata.store.records import Key
    from zqland_geodata.store.revisions import Revision
    from zqland_geodata.store.schema import Record

_SHOWN = 5

_TAKEN = Text(
    en="{table}: {keys} are in the store already. Change them instead, or give new "
    "numbers.",
    zh="{table}：{keys} 已在台账库中。请改为更新，或使用新编号。",
)
_TWICE = Text(
    en="{table}: {keys} stand there more than once. Each may be given once.",
    zh="{table}：{keys} 重复出现，每个编号只能出现一次。",
)
_NOT_THERE = Text(
    en="{table}: {keys} are not in the store.", zh="{table}：台账库中没有 {keys}。"
)
_CHANGED = Text(
    en="{table} {key} was changed since you read it: {by} wrote version {version} at "
    "{at} ({why}). Look at it, then decide again.",
    zh="{table} {key} 在您读取后已被更改：{by} 于 {at} 写入了第 {version} 版（{why}）。"
    "请查看后重新决定。",
)
_APPEND_ONLY = Text(
    en="Entries of {table} are never changed: correct one by a new entry that names "
    "it.",
    zh="{table} 的条目不可更改：请新增一条更正，并注明所更正的编号。",
)
_KEY_STAYS = Text(
    en="{table}: what a row is named by ({column}) cannot be changed.",
    zh="{table}：编号一经登记不可更改。",
)
_NO_COLUMN = Text(
    en="{table}: there is no column “{column}”.",
    zh="{table}：没有名为“{column}”的列。",
)


class Writer:
    """Writes one revision; obtained from `Store.writing`.

    Whatever is raised within its block undoes all of it.
    """

    def __init__(self, connection: Connection, revision: Revision) -> None:
        self.connection = connection
        self.revision = revision
        self.count = 0

    @property
    def reading(self) -> Reader:
        """Read what is there, with what this revision has written so far."""

        @contextmanager
        def opened() -> Iterator[Connection]:
            yield self.connection

        return Reader(opened)

    def numbered(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Make the keys that are missing: a letter, the revision, a number.

        Parameters
        ----------
        name
            Name of the table.
        rows
            Its rows; unchanged where the store makes no keys for this table.

        Returns
        -------
        rows
            With a key in each.
        """
        return self._with_keys(record_of(name), rows)

    def add(
        self, name: str, rows: pd.DataFrame | Mapping[str, object]
    ) -> list[Key] | list[str]:
        """Add rows with new keys.

        Parameters
        ----------
        name
            Name of the table.
        rows
            A table, or one row by column. Where the store makes the keys
            (`schema.MADE_KEYS`) they may be missing.

        Returns
        -------
        keys
            The keys, in the order of the rows: texts where the key is one column.

        Raises
        ------
        TableError
            The rows break the schema of the table.
        KeyTakenError
            A key is in the store already, or twice among the rows.
        """
        record = record_of(name)
        typed = self._checked(record, self._with_keys(record, _as_table(rows)))
        keys = records.keys_of(record, typed)
        self._refuse_twice(record, keys)
        known = versions.last(self.connection, record, keys)
        taken = [key for key in keys if key in known and known[key].current]
        if taken:
            raise KeyTakenError(_TAKEN.format(table=record.word, keys=_shown(taken)))
        first = [known[key].number + 1 if key in known else 1 for key in keys]
        self._insert(record, typed, first)
        return [str(key[0]) for key in keys] if len(record.key) == 1 else keys

    def change(
        self,
        name: str,
        key: object,
        values: Mapping[str, object],
        *,
        seen: int | None,
    ) -> int:
        """Change values of a row.

        Parameters
        ----------
        name
            Name of the table.
        key
            Its key; a tuple where it has several columns.
        values
            The new values by column; all others stay.
        seen
            The version that the caller read; None does not ask what happened since.

        Returns
        -------
        version
            The new version; the old one where nothing changes.

        Raises
        ------
        ChangedMeanwhileError
            Somebody changed it since; the message says who, when and why.
        NotFoundError
            There is no such row.
        RecordError
            Entries of the table are never changed, or there is no such column.
        TableError
            The values break the schema of the table.
        """
        record = record_of(name)
        self._refuse_columns(record, values)
        whole = _key_tuple(key)
        row = dict(zip(record.key, whole, strict=True)) | dict(values)
        once = None if seen is None else [seen]
        return self.change_rows(name, _as_table(row), seen=once)[0]

    def change_rows(
        self, name: str, rows: pd.DataFrame, *, seen: Sequence[int] | None
    ) -> list[int]:
        """Change many rows of a table at once.

        Parameters
        ----------
        name
            Name of the table.
        rows
            Keys and the columns that change; all others stay.
        seen
            The versions that the caller read, one per row; None does not ask what
            happened since.

        Returns
        -------
        versions
            The versions after it; rows that already say the same keep theirs.

        Raises
        ------
        ChangedMeanwhileError
            Somebody changed a row since; the message says who, when and why.
        NotFoundError
            There is no such row.
        RecordError
            Entries of the table are never changed, or there is no such column.
        TableError
            The values break the schema of the table.
        """
        record = self._changeable(name)
        flat = records.flattened(record, rows)
        own = [str(name) for name in flat if name not in record.key]
        self._refuse_columns(record, own)
        keys = records.keys_of(record, flat)
        self._refuse_twice(record, keys)
        current = self._current(record, keys)
        self._refuse_changed(record, keys, current, seen)
        new = self._checked(record, _merged(record, current, flat))
        dialect = self.connection.dialect.name
        before = records.to_columns(record, current, dialect).values()
        after = records.to_columns(record, new, dialect).values()
        pairs = zip(zip(*before, strict=True), zip(*after, strict=True), strict=True)
        # Shapes and figures that say the same make no new version.
        places = [n for n, (old, row) in enumerate(pairs) if old != row]
        numbers = [int(number) for number in current["version"]]
        self._close_rows(record, [int(current["row_id"].iloc[n]) for n in places])
        for place in places:
            numbers[place] += 1
        chosen = new.iloc[places]
        self._insert(record, chosen, [numbers[place] for place in places])
        return numbers

    def close(self, name: str, key: object, *, seen: int | None) -> None:
        """End a row without another in its place, such as a target that was dropped.

        It stays in the store and in all that was known before.

        Parameters
        ----------
        name
            Name of the table.
        key
            Its key; a tuple where it has several columns.
        seen
            The version that the caller read; None does not ask what happened since.

        Raises
        ------
        ChangedMeanwhileError
            Somebody changed it since.
        NotFoundError
            There is no such row.
        RecordError
            Entries of the table are never changed.
        """
        record = self._changeable(name)
        keys = [_key_tuple(key)]
        current = self._current(record, keys)
        self._refuse_changed(record, keys, current, None if seen is None else [seen])
        self._close_rows(record, [int(current["row_id"].iloc[0])])

    def _changeable(self, name: str) -> Record:
        record = record_of(name)
        if record.append_only:
            raise RecordError(_APPEND_ONLY.format(table=record.word))
        return record

    def _with_keys(self, record: Record, rows: pd.DataFrame) -> pd.DataFrame:
        """Make the keys that are missing: a letter, the revision, a number."""
        letter = record.made_key
        if letter is None:
            return rows
        (column,) = record.key
        given = rows.get(column, pd.Series(None, index=rows.index, dtype="object"))
        missing = given.isna().to_numpy()
        if not missing.any():
            return rows
        start = f"{letter}{self.revision.number}-"
        made = versions.unused(self.connection, record, start, int(missing.sum()))
        keys = given.astype("object").to_numpy(copy=True)
        keys[missing] = made
        return rows.assign(**{column: keys})

    def _checked(self, record: Record, rows: pd.DataFrame) -> pd.DataFrame:
        """Bring rows to the types of the catalogue, or say what is wrong."""
        if record.name == "parcels":
            rows = records.with_degrees(records.flattened(record, rows))
        known = [column.name for column in record.columns]
        flat = records.flattened(record, rows)
        kept = flat[[name for name in flat if name in known]]
        return records.flattened(record, tables.check(record.name, kept))

    def _current(self, record: Record, keys: Sequence[Key]) -> pd.DataFrame:
        """Read the current rows of some keys, in their order."""
        current = versions.current(self.connection, record, keys)
        place = {key: n for n, key in enumerate(records.keys_of(record, current))}
        absent = [key for key in keys if key not in place]
        if absent:
            raise NotFoundError(
                _NOT_THERE.format(table=record.word, keys=_shown(absent))
            )
        return current.iloc[[place[key] for key in keys]].reset_index(drop=True)

    def _refuse_changed(
        self,
        record: Record,
        keys: Sequence[Key],
        current: pd.DataFrame,
        seen: Sequence[int] | None,
    ) -> None:
        if seen is None:
            return
        now = [int(number) for number in current["version"]]
        for place, version in enumerate(seen):
            if version == now[place]:
                continue
            number = int(current["recorded_in"].iloc[place])
            last = revision_of(self.connection, number)
            raise ChangedMeanwhileError(
                _CHANGED.format(
                    table=record.word,
                    key=_shown([keys[place]]),
                    by=last.by,
                    why=last.why,
                    version=now[place],
                    at=f"{last.at.astimezone():%Y-%m-%d %H:%M}",
                )
            )

    def _refuse_twice(self, record: Record, keys: Sequence[Key]) -> None:
        if len(set(keys)) == len(keys):
            return
        counted = pd.Series(list(keys)).value_counts()
        twice = cast("list[Key]", counted.index[counted > 1].to_list())
        raise KeyTakenError(_TWICE.format(table=record.word, keys=_shown(twice)))

    def _refuse_columns(self, record: Record, names: Iterable[str]) -> None:
        known = [column.name for column in record.columns]
        for name in names:
            if name in record.key:
                raise RecordError(_KEY_STAYS.format(table=record.word, column=name))
            if name not in known:
                raise RecordError(_NO_COLUMN.format(table=record.word, column=name))

    def _insert(
        self, record: Record, table: pd.DataFrame, numbers: Sequence[int]
    ) -> None:
        versions.insert(
            self.connection, record, table, numbers=numbers, revision=self.revision
        )
        self.count += len(table)

    def _close_rows(self, record: Record, row_ids: Sequence[int]) -> None:
        versions.close(self.connection, record, row_ids, self.revision)
        self.count += len(row_ids)


def _as_table(rows: pd.DataFrame | Mapping[str, object]) -> pd.DataFrame:
    if isinstance(rows, pd.DataFrame):
        return rows
    columns = {name: records.column_of(value) for name, value in rows.items()}
    return pd.DataFrame(columns)


def _key_tuple(key: object) -> Key:
    return key if isinstance(key, tuple) else (key,)


def _merged(
    record: Record, current: pd.DataFrame, changed: pd.DataFrame
) -> pd.DataFrame:
    """Put the columns that change in the place of the current ones."""
    own = {str(name): changed[name].array for name in changed if name not in record.key}
    new = current[[column.name for column in record.columns]]
    if "home_geometry" in own and "geometry" not in own:
        # Derived from the record, so derived anew.
        new = new.drop(columns="geometry", errors="ignore")
    return new.assign(**own)


def _shown(keys: Sequence[Key]) -> str:
    texts = [" / ".join(map(str, key)) for key in keys[:_SHOWN]]
    more = len(keys) - _SHOWN
    return ", ".join(texts) + (f" … (+{more})" if more > 0 else "")
