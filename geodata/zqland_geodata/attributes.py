"""Turn the columns of a file into the columns of a table, cell by cell.

Whatever cannot be read becomes a finding and is left unknown; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland import catalogues
from zqland.errors import UnitError
from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata import headings, quantities
from zqland_geodata.dates import parse_date
from zqland_geodata.errors import AmbiguousColumnError, MissingColumnError
from zqland_geodata.fieldmap import ColumnMap, TableMap, known_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LEFT_UNKNOWN = Text(
    en="left unknown; correct the file",
    zh="按未知处理；请更正文件",
)
"""What is done about a value of a record that is kept."""

NOT_USED = Text(
    en="row not used; correct the file",
    zh="该行未采用；请更正文件",
)
"""What is done about a row that would say something else without the value."""

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Source:
    """The raw columns of a file and what to call their rows.

    Attributes
    ----------
    name
        Name of the file, for messages.
    raw
        Values as read, one column per heading.
    table
        The table of ``columns.csv`` that it is read as.
    row_places
        Where each row stands in the file, for findings.
    action
        What is done about a value that cannot be read.
    """

    name: str
    raw: pd.DataFrame
    table: str
    row_places: Sequence[str]
    action: Text = LEFT_UNKNOWN


@dataclass(frozen=True, slots=True)
class Taken:
    """Columns of a table taken from a file.

    Attributes
    ----------
    table
        All columns that can be mapped, unknown where the file has none; the index is
        0, 1, … in the order of the file.
    sources
        Where each column that the file has comes from.
    findings
        What could not be read.
    unreadable
        True for each cell that held something unreadable; the columns of ``table``.
    """

    table: pd.DataFrame
    sources: Mapping[str, ColumnMap]
    findings: list[Finding] = field(default_factory=list)
    unreadable: pd.DataFrame = field(default_factory=pd.DataFrame)


def take_columns(
    source: Source, mapping: TableMap, *, needed: tuple[str, ...], id_column: str
) -> Taken:
    """Take the columns of a table from a file.

    Parameters
    ----------
    source
        The raw columns.
    mapping
        Field map; headings are recognised where it names no columns.
    needed
        Columns without which the table cannot be read.
    id_column
        Column that names the records in findings.

    Returns
    -------
    taken
        The columns with their findings.

    Raises
    ------
    MissingColumnError
        A needed column, or one that the field map names, is not there.
    AmbiguousColumnError
        Two headings fit one column, or a needed figure has no unit.
    """
    sources, findings = find_sources(source, mapping)
    lacking = [column for column in needed if column not in sources]
    if lacking:
        raise MissingColumnError(missing_columns(source, lacking))
    reader = _Reader(source, sources, needed, findings)
    known = known_columns(source.table)
    reader.name_records(id_column)
    table = pd.DataFrame(
        {column: reader.read(column, *known[column]) for column in known},
        index=range(len(source.raw)),
    )
    unreadable = pd.DataFrame(reader.unreadable, index=table.index)
    return Taken(table, sources, findings, unreadable)


def find_sources(
    source: Source, mapping: TableMap
) -> tuple[Mapping[str, ColumnMap], list[Finding]]:
    """Return where each column comes from, and findings on headings left aside."""
    present = [str(heading) for heading in source.raw.columns]
    if mapping.columns:
        lacking = [
            name
            for column in mapping.columns.values()
            for name in column.columns
            if name not in present
        ]
        if lacking:
            raise MissingColumnError(missing_columns(source, lacking))
        return mapping.columns, []
    recognised = headings.recognise(present, source.table)
    return recognised.columns, [
        Finding(
            record="",
            field=heading,
            value=heading,
            rule="heading.unknown",
            severity=Severity.INFO,
            message=_UNKNOWN_HEADING,
            action=_NOT_READ,
            place=source.name,
        )
        for heading in recognised.unknown
    ]


def empty_columns(table: str, length: int) -> pd.DataFrame:
    """Return the columns of a table that can be mapped, all unknown."""
    return pd.DataFrame(
        {
            column: _unknown(kind, length)
            for column, (kind, _) in known_columns(table).items()
        },
        index=range(length),
    )


def clean_text(value: object) -> str:
    """Return a cell as text: trimmed, whole numbers without decimals, NaN as ``""``."""
    if isinstance(value, np.ndarray | list | tuple):
        return ";".join(map(clean_text, value))
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def texts(values: pd.Series[Any]) -> pd.Series[str]:
    """Return a column as text, missing where a cell is empty."""
    cleaned = values.map(clean_text).astype("str")
    return cleaned.where(cleaned != "")


class _Reader:
    """Read one column after the other and collect what cannot be read."""

    def __init__(
        self,
        source: Source,
        sources: Mapping[str, ColumnMap],
        needed: tuple[str, ...],
        findings: list[Finding],
    ) -> None:
        self.source = source
        self.sources = sources
        self.needed = needed
        self.findings = findings
        self.unreadable: dict[str, pd.Series[bool]] = {}
        self.records: Sequence[str] = source.row_places
        self.length = len(source.raw)
        rows = catalogues.columns()
        rows = rows[rows["table"] == source.table].set_index("column")
        self.choices = {
            str(column): tuple(str(choices).split("|"))
            for column, choices in rows["choices"].items()
            if choices
        }

    def name_records(self, id_column: str) -> None:
        """Use the identifiers, where there are any, to name records in findings."""
        if id_column in self.sources:
            ids = texts(self._values(id_column))
            self.records = ids.where(
                ids.notna(), pd.Series(list(self.source.row_places), ids.index)
            ).to_list()

    def read(self, column: str, kind: str, unit: str) -> pd.Series[Any]:
        """Read one column of the table."""
        if column not in self.sources:
            return _unknown(kind, self.length)
        values = self._values(column)
        if kind in {"number", "integer"}:
            return self._figures(column, unit, values)
        if kind in {"date", "datetime"}:
            dates = self._convert(column, values, _to_timestamp, _NOT_A_DATE)
            return pd.to_datetime(dates).astype("datetime64[s]")
        return self._words(column, values)

    def _values(self, column: str) -> pd.Series[Any]:
        """Return the raw values after the field map's constants and value lists."""
        where = self.sources[column]
        raw = self.source.raw
        if where.value is not None:
            return pd.Series([where.value] * self.length, dtype="object")
        values = raw[where.columns[0]].reset_index(drop=True)
        if len(where.columns) > 1:
            parts = [texts(raw[name].reset_index(drop=True)) for name in where.columns]
            joined = parts[0].str.cat(parts[1:], sep=where.join)
            values = joined.astype("object")
        if not where.values:
            return values
        return self._listed(column, where, values)

    def _listed(
        self, column: str, where: ColumnMap, values: pd.Series[Any]
    ) -> pd.Series[Any]:
        cleaned = values.map(clean_text)
        meanings = {value: _meaning(value, where) for value in cleaned.unique()}
        for value, meaning in meanings.items():
            if meaning is None and value:
                rows = np.flatnonzero((cleaned == value).to_numpy())
                self._note(
                    column,
                    value,
                    int(rows[0]),
                    rule="value.unlisted",
                    severity=Severity.WARNING,
                    message=_UNLISTED.format(count=len(rows)),
                )
        return cleaned.map(meanings).astype("object")

    def _figures(
        self, column: str, unit: str, values: pd.Series[Any]
    ) -> pd.Series[float]:
        stated = self.sources[column].unit
        default = self._factor(column, stated, unit)
        if default is None:
            values = self._without_bare(column, values)
        if pd.api.types.is_numeric_dtype(values.dtype) and default is not None:
            figures = values.astype("float64") * default
        else:

            def parse(value: object) -> float:
                if isinstance(value, int | float | np.number):
                    value = repr(float(value))
                return quantities.parse_figure(str(value), unit, default=default)

            figures = self._convert(column, values, parse, _NOT_A_FIGURE)
            figures = figures.astype("float64")
        wrong = np.isinf(figures) | (figures < 0 if unit != "degree" else False)
        self._spoil(column, values, wrong, _NOT_A_FIGURE)
        return figures.where(~wrong)

    def _factor(self, column: str, stated: str, unit: str) -> float | None:
        """Return the factor of bare figures, or None where they cannot be read."""
        if stated:
            try:
                return quantities.factor(stated, unit)
            except UnitError as error:
                raise AmbiguousColumnError(
                    _IN_COLUMN.format(
                        name=self.source.name, column=column, text=error.text
                    )
                ) from error
        if unit not in quantities.NEED_A_UNIT:
            if unit:
                self._note_unit(column, unit)
            return 1.0
        return None

    def _without_bare(self, column: str, values: pd.Series[Any]) -> pd.Series[Any]:
        """Set aside figures that state no unit, for they could be anything."""
        is_bare = values.map(_is_bare).astype("bool")
        if not is_bare.any():
            return values
        heading = ", ".join(self.sources[column].columns)
        message = _NEEDS_UNIT.format(heading=heading, count=int(is_bare.sum()))
        if column in self.needed:
            text = _IN_COLUMN.format(name=self.source.name, column=column, text=message)
            raise AmbiguousColumnError(text)
        self.findings.append(
            Finding(
                record="",
                field=column,
                value=heading,
                rule="unit.missing",
                severity=Severity.ERROR,
                message=message,
                action=self.source.action,
                place=self.source.name,
            )
        )
        return values.astype("object").mask(is_bare)

    def _note_unit(self, column: str, unit: str) -> None:
        self.findings.append(
            Finding(
                record="",
                field=column,
                value=", ".join(self.sources[column].columns),
                rule="unit.assumed",
                severity=Severity.INFO,
                message=_UNIT_ASSUMED.format(unit=unit),
                action=_UNIT_ADVICE,
                place=self.source.name,
            )
        )

    def _words(self, column: str, values: pd.Series[Any]) -> pd.Series[Any]:
        words = texts(values)
        if column not in self.choices:
            return words
        meaning = headings.words_of(column)
        allowed = self.choices[column]

        def choose(value: object) -> str:
            word = meaning.get(headings.plain(value), str(value))
            word = {choice.casefold(): choice for choice in allowed}.get(
                word.casefold(), word
            )
            if word not in allowed:
                raise ValueError(word)
            return word

        message = _NOT_A_CHOICE.format(known=", ".join(allowed))
        return self._convert(column, words, choose, message).astype("str")

    def _convert(
        self,
        column: str,
        values: pd.Series[Any],
        parse: Callable[[Any], Any],
        message: Text,
    ) -> pd.Series[Any]:
        """Parse each distinct value once; the unreadable ones become findings."""
        parsed: dict[str, Any] = {}
        faults: dict[str, Text] = {}
        keys = [f"{type(value).__name__}:{value}" for value in values]
        for key, value in dict(zip(keys, values, strict=True)).items():
            if clean_text(value) == "":
                parsed[key] = None
                continue
            try:
                parsed[key] = parse(value)
            except UnitError as error:
                parsed[key], faults[key] = None, error.text
            except ValueError:
                parsed[key], faults[key] = None, message
        wrong = pd.Series([key in faults for key in keys])
        self.unreadable[column] = wrong
        for row in np.flatnonzero(wrong.to_numpy()):
            self._note(
                column,
                clean_text(values.iloc[row]),
                int(row),
                rule=f"{column}.unreadable",
                severity=Severity.ERROR,
                message=faults[keys[row]],
            )
        return pd.Series([parsed[key] for key in keys], dtype="object")

    def _spoil(
        self, column: str, values: pd.Series[Any], wrong: pd.Series[bool], text: Text
    ) -> None:
        """Note figures that were read and cannot be."""
        before = self.unreadable.get(column, pd.Series(False, index=wrong.index))
        self.unreadable[column] = before | wrong
        for row in np.flatnonzero(wrong.to_numpy()):
            self._note(
                column,
                clean_text(values.iloc[row]),
                int(row),
                rule=f"{column}.unreadable",
                severity=Severity.ERROR,
                message=text,
            )

    def _note(  # noqa: PLR0913 - the parts of a finding
        self,
        column: str,
        value: str,
        row: int,
        *,
        rule: str,
        severity: Severity,
        message: Text,
    ) -> None:
        self.findings.append(
            Finding(
                record=self.records[row],
                field=column,
                value=value[:_SHOWN],
                rule=rule,
                severity=severity,
                message=message,
                action=self.source.action,
                place=self.source.row_places[row],
            )
        )


def _meaning(value: str, where: ColumnMap) -> str | None:
    if value in where.values:
        return where.values[value]
    for pattern, meaning in where.values.items():
        if pattern.endswith("*") and value and value.startswith(pattern[:-1]):
            return meaning
    return where.otherwise


def _is_bare(value: object) -> bool:
    text = clean_text(value).replace(",", "")
    try:
        float(text)
    except ValueError:
        return False
    return True


def _unknown(kind: str, length: int) -> pd.Series[Any]:
    if kind in {"number", "integer"}:
        return pd.Series(np.full(length, np.nan))
    if kind in {"date", "datetime"}:
        return pd.Series(np.full(length, np.datetime64("NaT", "s")))
    return pd.Series([None] * length, dtype="str")


def _to_timestamp(value: object) -> pd.Timestamp:
    if isinstance(value, pd.Timestamp):
        return value
    return pd.Timestamp(parse_date(value))


def missing_columns(source: Source, lacking: Sequence[str]) -> Text:
    """Build the sentence that names columns which are not there."""
    rows = catalogues.columns()
    rows = rows[rows["table"] == source.table].set_index("column")
    zh_names = [
        f"{rows['zh_name'][column]}（{column}）" if column in rows.index else column
        for column in lacking
    ]
    found = [str(heading) for heading in source.raw.columns]
    return _MISSING.format(
        name=source.name,
        lacking=", ".join(lacking),
        lacking_zh="、".join(zh_names),
        found=", ".join(found) or "–",
        table=source.table,
    )


_MISSING = Text(
    en="{name}: no column for {lacking}. The file has: {found}. Rename a column, or "
    "name it in a field map under [{table}.columns].",
    zh="{name}：缺少列 {lacking_zh}。文件中的列：{found}。请改列名，或在字段映射的 "
    "[{table}.columns] 中指明。",
)
_UNKNOWN_HEADING = Text(
    en="the heading is not known for this table",
    zh="该表没有这一列名",
)
_NOT_READ = Text(
    en="column not read; name it in a field map if it is needed",
    zh="该列未读取；如需要，请在字段映射中指明",
)
_UNLISTED = Text(
    en="the field map lists no meaning for this value ({count} records)",
    zh="字段映射未列出该值的含义（{count} 条记录）",
)
_NOT_A_DATE = Text(
    en="not a date; write it as 2023-09-05, 2023/9/5, 2023.9.5, 2023年9月5日 or 20230905",
    zh="不是日期；请写成 2023-09-05、2023/9/5、2023.9.5、2023年9月5日或20230905",
)
_NOT_A_FIGURE = Text(
    en="not a figure of zero or more",
    zh="不是大于或等于零的数值",
)
_NOT_A_CHOICE = Text(
    en="not a known word; known are {known}",
    zh="不是可用的值；可用的值：{known}",
)
_NEEDS_UNIT = Text(
    en="“{heading}” states no unit for {count} figures; put it in parentheses behind "
    "the heading, as in “{heading}(亩)”, or give it in a field map",
    zh="“{heading}”有 {count} 个数值没有单位；请在列名后用括号注明，"
    "如“{heading}(亩)”，或在字段映射中给出 unit",
)
_UNIT_ASSUMED = Text(
    en="the heading states no unit; read in {unit}",
    zh="列名未注明单位，按 {unit} 读取",
)
_UNIT_ADVICE = Text(
    en="put the unit in parentheses behind the heading",
    zh="请在列名后用括号注明单位",
)
_IN_COLUMN = Text(
    en="{name}, column {column}: {text}",
    zh="{name} 的 {column} 列：{text}",
)
