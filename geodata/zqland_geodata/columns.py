"""Read one column of a table after the other, each cell as what it should be.

Whatever cannot be read becomes a finding and is left unknown; nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland import catalogues
from zqland.errors import UnitError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings, quantities
from zqland_geodata.dates import parse_date
from zqland_geodata.errors import AmbiguousColumnError
from zqland_geodata.rawtable import RawTable, clean_text, rows_where, texts, unknown
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zqland_geodata.fieldmap import ColumnMap


_LARGEST = 1e300


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
            return self._figures(column, unit, self._listed(column, cells))
        if kind in {"date", "datetime"}:
            dates = self._convert(column, cells, _to_timestamp, _NOT_A_DATE)
            return pd.to_datetime(dates).astype("datetime64[s]")
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
                self._note(_UNLISTED, column, word, rows[0], count=len(rows))
        return words.map(meanings).astype("object")

    def _figures(self, column: str, unit: str, cells: pd.Series[Any]) -> pd.Series[Any]:
        default = self._default_factor(column, unit)
        if default is None:
            cells = self._without_bare(column, cells)

        def parse(value: object) -> float:
            return quantities.parse_figure(_plain_figure(value), unit, default=default)

        if pd.api.types.is_numeric_dtype(cells.dtype) and default is not None:
            figures = cells.astype("float64") * default
        else:
            figures = self._convert(column, cells, parse, _REASON).astype("float64")
        lowest = -np.inf if unit == "degree" else 0.0
        is_wrong = figures.notna() & ~(figures.between(lowest, _LARGEST))
        self._spoil(column, is_wrong)
        for row in rows_where(is_wrong):
            self._note(_NOT_A_FIGURE, column, cells.iloc[row], row)
        return figures.where(~is_wrong)

    def _default_factor(self, column: str, unit: str) -> float | None:
        """Return the factor of bare figures, or None where they cannot be read."""
        stated = self.sources[column].unit
        if stated:
            try:
                return quantities.factor(stated, unit)
            except UnitError as error:
                raise self._refused(column, error.text) from error
        if unit in quantities.NEED_A_UNIT:
            return None
        if unit:
            name = ", ".join(self.sources[column].columns)
            self.findings.append(
                _UNIT_ASSUMED.finding("", column, name, place=self.raw.name, unit=unit)
            )
        return 1.0

    def _without_bare(self, column: str, cells: pd.Series[Any]) -> pd.Series[Any]:
        """Set aside figures that state no unit, for they could be anything."""
        is_bare = cells.map(_is_bare).astype("bool")
        if not is_bare.any():
            return cells
        heading = ", ".join(self.sources[column].columns) or column
        facts = {"heading": heading, "count": int(is_bare.sum())}
        if column in self.needed:
            raise self._refused(column, _UNIT_MISSING.message.format(**facts))
        self.findings.append(
            _UNIT_MISSING.finding(
                "",
                column,
                heading,
                place=self.raw.name,
                **facts,
                action=self.raw.action,
            )
        )
        self._spoil(column, is_bare)
        return cells.astype("object").mask(is_bare)

    def _refused(self, column: str, text: Text) -> AmbiguousColumnError:
        return AmbiguousColumnError(
            _IN_COLUMN.format(name=self.raw.name, column=column, text=text)
        )

    def _words(self, column: str, cells: pd.Series[Any]) -> pd.Series[Any]:
        words = texts(cells)
        if column not in self._choices:
            return words
        allowed = self._choices[column]
        meaning = {headings.plain(choice): choice for choice in allowed}
        meaning |= headings.words_of(column)

        def choose(value: object) -> str:
            return meaning[headings.plain(value)]

        known = ", ".join(allowed)
        chosen = self._convert(column, words, choose, _NOT_A_CHOICE, known=known)
        return chosen.astype("str")

    def _convert(
        self,
        column: str,
        cells: pd.Series[Any],
        parse: Callable[[Any], Any],
        rule: Rule,
        **facts: object,
    ) -> pd.Series[Any]:
        """Parse each distinct cell once; the unreadable ones become findings."""
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
                except (ValueError, KeyError):
                    faults[key] = Text(en="", zh="")
        is_wrong = pd.Series([key in faults for key in keys], dtype="bool")
        self._spoil(column, is_wrong)
        for row in rows_where(is_wrong):
            reason = faults[keys[row]]
            self._note(rule, column, cells.iloc[row], row, reason=reason, **facts)
        return pd.Series([parsed[key] for key in keys], dtype="object")

    def _spoil(self, column: str, is_wrong: pd.Series[bool]) -> None:
        before = self.unreadable.get(column)
        self.unreadable[column] = is_wrong if before is None else before | is_wrong

    def _note(
        self, rule: Rule, column: str, value: object, row: int, **facts: object
    ) -> None:
        self.findings.append(
            rule.finding(
                self._records[row],
                column,
                clean_text(value),
                place=self.raw.row_places[row],
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


def _plain_figure(value: object) -> str:
    """Return a number without exponent, and text as it is."""
    if isinstance(value, int | float | np.number):
        return np.format_float_positional(float(value), trim="-")
    return str(value)


def _is_bare(value: object) -> bool:
    try:
        float(clean_text(value).replace(",", ""))
    except ValueError:
        return False
    return True


def _to_timestamp(value: object) -> pd.Timestamp | None:
    if isinstance(value, pd.Timestamp):
        return value
    date = parse_date(value)
    return None if date is None else pd.Timestamp(date)


_ACTION = Text(en="{action}", zh="{action}")
_UNLISTED = Rule(
    "value.unlisted",
    Severity.WARNING,
    Text(
        en="the field map lists no meaning for this value ({count} records)",
        zh="字段映射未列出该值的含义（{count} 条记录）",
    ),
    _ACTION,
)
_NOT_A_DATE = Rule(
    "date.unreadable",
    Severity.ERROR,
    Text(
        en="not a date; write it as 2023-09-05, 2023/9/5, 2023.9.5, 2023年9月5日 or "
        "20230905",
        zh="不是日期；请写成 2023-09-05、2023/9/5、2023.9.5、2023年9月5日或20230905",
    ),
    _ACTION,
)
_REASON = Rule(
    "figure.unreadable",
    Severity.ERROR,
    Text(en="{reason}", zh="{reason}"),
    _ACTION,
)
_NOT_A_FIGURE = Rule(
    "figure.unreadable",
    Severity.ERROR,
    Text(en="not a figure of zero or more", zh="不是大于或等于零的数值"),
    _ACTION,
)
_NOT_A_CHOICE = Rule(
    "word.unknown",
    Severity.ERROR,
    Text(en="not a known word; known are {known}", zh="不是可用的值；可用：{known}"),
    _ACTION,
)
_UNIT_MISSING = Rule(
    "unit.missing",
    Severity.ERROR,
    Text(
        en="“{heading}” states no unit for {count} figures; put it in parentheses "
        "behind the heading, as in “{heading}(亩)”, or give it in a field map",
        zh="“{heading}”有 {count} 个数值没有单位；请在列名后用括号注明，"
        "如“{heading}(亩)”，或在字段映射中给出 unit",
    ),
    _ACTION,
)
_UNIT_ASSUMED = Rule(
    "unit.assumed",
    Severity.INFO,
    Text(
        en="the heading states no unit; read in {unit}",
        zh="列名未注明单位，按 {unit} 读取",
    ),
    Text(
        en="put the unit in parentheses behind the heading",
        zh="请在列名后用括号注明单位",
    ),
)
_IN_COLUMN = Text(
    en="{name}, column {column}: {text}",
    zh="{name} 的 {column} 列：{text}",
)
