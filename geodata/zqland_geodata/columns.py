"""Read one column of a table after the other, each cell as what it should be.

Whatever cannot be read becomes a finding and is left unknown; nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from zqland import catalogues
from zqland.errors import UnitError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import datecells, figurecells, headings
from zqland_geodata.dates import DateFault
from zqland_geodata.rawtable import RawTable, clean_text, rows_where, texts, unknown
from zqland_geodata.remarks import ACTION, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zqland_geodata.fieldmap import ColumnMap


class ColumnReader:
    """Read columns and collect what cannot be read.

    Parameters
    ----------
    raw
        The table as it stands in the file.
    sources
        Where each column comes from.
    needed
        Columns whose figures must state a unit.
    id_column
        Column that names the records in findings.

    Attributes
    ----------
    findings
        What could not be read.
    unreadable
        By column, a flag for each row that held something unreadable.
    """

    def __init__(
        self,
        raw: RawTable,
        sources: Mapping[str, ColumnMap],
        *,
        needed: tuple[str, ...],
        id_column: str,
    ) -> None:
        self.raw = raw
        self.sources = sources
        self.needed = needed
        self.findings: list[Finding] = []
        self.unreadable: dict[str, pd.Series[bool]] = {}
        rows = catalogues.columns()
        rows = rows[rows["table"] == raw.table].set_index("column")
        self._choices = {
            str(column): tuple(str(choices).split("|"))
            for column, choices in rows["choices"].items()
            if choices
        }
        self._records = list(raw.row_places)
        if id_column in sources:
            ids = texts(self._cells(id_column))
            self._records = ids.fillna(pd.Series(self._records)).to_list()

    def read(self, column: str, kind: str, unit: str) -> pd.Series[Any]:
        """Read one column.

        Parameters
        ----------
        column
            Key of the column.
        kind
            Its type in ``columns.csv``.
        unit
            Its unit in ``columns.csv``, or ``""``.

        Returns
        -------
        values
            With index 0, 1, …; unknown where the file has no such column.
        """
        if column not in self.sources:
            return unknown(kind, len(self.raw.cells))
        cells = self._cells(column)
        if kind in {"number", "integer"}:
            return figurecells.read(self, column, unit, self._listed(column, cells))
        if kind in {"date", "datetime"}:
            return datecells.read(self, column, cells)
        return self._words(column, self._listed(column, cells))

    def _cells(self, column: str) -> pd.Series[Any]:
        """Return the raw cells of a column: a constant, one column, several joined."""
        where = self.sources[column]
        table = self.raw.cells
        if where.value is not None:
            return pd.Series([where.value] * len(table), dtype="object")
        cells = [table[name].reset_index(drop=True) for name in where.columns]
        if len(cells) == 1:
            return cells[0]
        parts = pd.concat(map(texts, cells), axis=1)
        return parts.iloc[:, 0].str.cat(parts.iloc[:, 1:], sep=where.join)

    def _listed(self, column: str, cells: pd.Series[Any]) -> pd.Series[Any]:
        """Return what the values mean by the field map's list."""
        where = self.sources[column]
        if not where.meanings:
            return cells
        words = cells.map(clean_text)
        meanings = {word: _meaning(word, where) for word in words.unique()}
        for word, meaning in meanings.items():
            if meaning is None and word:
                rows = rows_where(words == word)
                self.note(_UNLISTED, column, word, rows[0], count=len(rows))
        return words.map(meanings).astype("object")

    def _words(self, column: str, cells: pd.Series[Any]) -> pd.Series[Any]:
        words = texts(cells)
        if column not in self._choices:
            return words
        allowed = self._choices[column]
        meaning = {headings.plain(choice): choice for choice in allowed}
        meaning |= headings.words_of(column)

        def choose(value: object) -> str:
            return meaning[headings.plain(value)]

        known = _choices_text(column, allowed)
        rule = _NOT_A_CLASS if self.raw.table == "parcels" else _NOT_A_CHOICE
        chosen = self.convert(column, words, choose, rule, known=known)
        return chosen.astype("str")

    def convert(
        self,
        column: str,
        cells: pd.Series[Any],
        parse: Callable[[Any], Any],
        rule: Rule,
        **facts: object,
    ) -> pd.Series[Any]:
        """Parse each distinct cell once; the unreadable ones become findings.

        Parameters
        ----------
        column
            Key of the column.
        cells
            Its cells.
        parse
            Raises `UnitError`, `ValueError` or `KeyError` for what it cannot read.
        rule
            What such a cell breaks.
        **facts
            For the places in the rule's sentences.

        Returns
        -------
        values
            On the same index; ``None`` for empty and unreadable cells.
        """
        keys = [f"{type(cell).__name__}:{cell}" for cell in cells]
        parsed: dict[str, Any] = {}
        faults: dict[str, Text] = {}
        for key, cell in dict(zip(keys, cells, strict=True)).items():
            parsed[key] = None
            if clean_text(cell) != "":
                try:
                    parsed[key] = parse(cell)
                except UnitError as error:
                    faults[key] = error.text
                except DateFault as error:
                    faults[key] = error.text
                except (ValueError, KeyError):
                    faults[key] = Text(en="", zh="")
        is_wrong = pd.Series([key in faults for key in keys], dtype="bool")
        self.spoil(column, is_wrong)
        for row in rows_where(is_wrong):
            reason = faults[keys[row]]
            self.note(rule, column, cells.iloc[row], row, reason=reason, **facts)
        return pd.Series([parsed[key] for key in keys], dtype="object")

    def place(self, column: str, row: int) -> str:
        """Return the place of a cell, or of its row where several are joined."""
        return self.raw.place(row, self.heading(column))

    def heading(self, column: str) -> str:
        """Return the heading of a column; ``""`` where it has none or several."""
        names = self.sources[column].columns
        return names[0] if len(names) == 1 else ""

    def spoil(self, column: str, is_wrong: pd.Series[bool]) -> None:
        """Remember rows that held something unreadable."""
        before = self.unreadable.get(column)
        self.unreadable[column] = is_wrong if before is None else before | is_wrong

    def note(
        self, rule: Rule, column: str, value: object, row: int, **facts: object
    ) -> None:
        """Remark on one cell."""
        self.findings.append(
            rule.finding(
                self._records[row],
                column,
                clean_text(value),
                place=self.place(column, row),
                action=self.raw.action,
                **facts,
            )
        )


def _meaning(word: str, where: ColumnMap) -> str | None:
    if word in where.meanings:
        return where.meanings[word]
    for pattern, meaning in where.meanings.items():
        if pattern.endswith("*") and word and word.startswith(pattern[:-1]):
            return meaning
    return where.otherwise


def _choices_text(column: str, allowed: Sequence[str]) -> Text:
    """Name the values that a column may hold, in Chinese in the words of an office."""
    labels = headings.labels_of(column)
    return Text(
        en=", ".join(allowed),
        zh="、".join(
            f"{labels[choice].zh}（{choice}）" if choice in labels else choice
            for choice in allowed
        ),
    )


_UNLISTED = Rule(
    "value.unlisted",
    Severity.WARNING,
    Text(
        en="the field map lists no meaning for this value ({count} records)",
        zh="字段映射未列出该值的含义（{count} 条记录）",
    ),
    ACTION,
)
_NOT_KNOWN = Text(
    en="not a known word; known are {known}", zh="不是可用的值；可用：{known}"
)
_NOT_A_CLASS = Rule(
    "word.unknown",
    Severity.WARNING,
    _NOT_KNOWN,
    Text(
        en="left unknown; say what it means under values in a field map, or correct "
        "the file",
        zh="按未知处理；可在字段映射的 values 中写明含义，或更正文件",
    ),
)
_NOT_A_CHOICE = Rule(
    "word.unknown",
    Severity.ERROR,
    _NOT_KNOWN,
    ACTION,
)
