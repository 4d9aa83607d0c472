"""Read the cells of a column of figures: by the unit of the heading, within reason."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zqland.errors import UnitError
from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata import quantities, ranges
from zqland_geodata.errors import AmbiguousColumnError
from zqland_geodata.rawtable import clean_text, rows_where
from zqland_geodata.remarks import ACTION, Rule

if TYPE_CHECKING:
    from zqland_geodata.columns import ColumnReader

_LARGEST = 1e300
_SHOWN = 5
_NOTHING = frozenset({"-", "--", "—", "——", "–", "/", "\\", "无", "n/a", "na"})


def read(
    reader: ColumnReader, column: str, unit: str, cells: pd.Series[Any]
) -> pd.Series[Any]:
    """Read a column of figures; what cannot be read becomes a finding.

    Parameters
    ----------
    reader
        Where findings are put.
    column
        Key of the column.
    unit
        Unit of the column.
    cells
        Its cells.

    Returns
    -------
    figures
        In the unit of the column, on the same index.

    Raises
    ------
    AmbiguousColumnError
        A needed figure has no unit, or the stated one is unknown.
    """
    cells = _without_dashes(reader, column, cells)
    default = _default_factor(reader, column, unit)
    if default is None:
        cells = _without_bare(reader, column, cells)
    cells = _without_shared(reader, column, cells)

    def parse(value: object) -> float:
        return quantities.parse_figure(_plain_figure(value), unit, default=default)

    if pd.api.types.is_numeric_dtype(cells.dtype) and default is not None:
        figures = cells.astype("float64") * default
    else:
        figures = reader.convert(column, cells, parse, _REASON).astype("float64")
    lowest = -np.inf if unit == "degree" else 0.0
    is_wrong = figures.notna() & ~(figures.between(lowest, _LARGEST))
    reader.spoil(column, is_wrong)
    for row in rows_where(is_wrong):
        reader.note(_NOT_A_FIGURE, column, cells.iloc[row], row)
    return _within_range(reader, column, unit, cells, figures.where(~is_wrong))


def _within_range(
    reader: ColumnReader,
    column: str,
    unit: str,
    cells: pd.Series[Any],
    figures: pd.Series[Any],
) -> pd.Series[Any]:
    """Leave unknown what the column cannot hold, and say what it would be."""
    allowed = ranges.range_of(reader.raw.table, column)
    if allowed is None:
        return figures
    is_wrong = figures.notna() & ~figures.between(allowed.least, allowed.most)
    reader.spoil(column, is_wrong)
    for row in rows_where(is_wrong):
        written = _written(cells.iloc[row])
        perhaps = list(ranges.other_units(written, unit, allowed)) if written else []
        reader.note(
            _OUT_OF_RANGE,
            column,
            cells.iloc[row],
            row,
            figure=ranges.figure_text(float(figures.iloc[row]), unit),
            least=ranges.figure_text(allowed.least, unit),
            most=ranges.figure_text(allowed.most, unit),
            perhaps=Text(
                en="".join(text.en for text in perhaps),
                zh="".join(text.zh for text in perhaps),
            ),
        )
    return figures.where(~is_wrong)


def _written(value: object) -> float | None:
    """Return the bare figure of a cell; None where the cell states its own unit."""
    try:
        return quantities.parse_figure(_plain_figure(value), "", default=1.0)
    except UnitError:
        return None


def _default_factor(reader: ColumnReader, column: str, unit: str) -> float | None:
    """Return the factor of bare figures, or None where they cannot be read."""
    stated = reader.sources[column].unit
    if stated:
        _note_per_mu(reader, column, stated)
        return _factor(reader, column, stated, unit)
    fitting = [one for one in reader.raw.layout.units if quantities.is_unit(one, unit)]
    factors = {quantities.factor(one, unit) for one in fitting}
    if unit and len(factors) == 1:
        _note_column(reader, _UNIT_FROM_TITLE, column, unit=fitting[0])
        return factors.pop()
    if unit in quantities.NEED_A_UNIT:
        return None
    if unit:
        _note_column(reader, _UNIT_ASSUMED, column, unit=unit)
    return 1.0


def _factor(reader: ColumnReader, column: str, stated: str, unit: str) -> float:
    try:
        return quantities.factor(stated, unit)
    except UnitError as error:
        raise _refused(reader, column, error.text) from error


def _note_per_mu(reader: ColumnReader, column: str, stated: str) -> None:
    """Remark on a heading that says "per mu" in words and the rest as unit."""
    heading = unicodedata.normalize("NFKC", reader.heading(column))
    if stated.endswith("/亩") and heading and "/" not in heading:
        _note_column(reader, _UNIT_PER_MU, column, unit=stated)


def _note_column(
    reader: ColumnReader, rule: Rule, column: str, **facts: object
) -> None:
    names = reader.sources[column].columns
    place = reader.raw.heading_place(names[0] if names else "")
    reader.findings.append(
        rule.finding("", column, ", ".join(names), place=place, **facts)
    )


def _without_dashes(
    reader: ColumnReader, column: str, cells: pd.Series[Any]
) -> pd.Series[Any]:
    """Take a dash for an empty cell."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells
    words = cells.map(clean_text)
    is_dash = words.str.casefold().isin(_NOTHING)
    rows = rows_where(is_dash)
    if not rows:
        return cells
    places = [reader.place(column, row) for row in rows[:_SHOWN]]
    shown = ", ".join(places) + (" …" if len(rows) > _SHOWN else "")
    reader.findings.append(
        _DASH.finding("", column, words.iloc[rows[0]], place=shown, count=len(rows))
    )
    return cells.astype("object").mask(is_dash)


def _without_bare(
    reader: ColumnReader, column: str, cells: pd.Series[Any]
) -> pd.Series[Any]:
    """Set aside figures that state no unit, for they could be anything."""
    is_bare = cells.map(_is_bare).astype("bool")
    if not is_bare.any():
        return cells
    heading = ", ".join(reader.sources[column].columns) or column
    facts = {"heading": heading, "count": int(is_bare.sum())}
    if column in reader.needed:
        raise _refused(reader, column, _UNIT_MISSING.message.format(**facts))
    _note_column(reader, _UNIT_MISSING, column, action=reader.raw.action, **facts)
    reader.spoil(column, is_bare)
    return cells.astype("object").mask(is_bare)


def _without_shared(
    reader: ColumnReader, column: str, cells: pd.Series[Any]
) -> pd.Series[Any]:
    """Set aside a figure that several rows share, for it belongs to none alone."""
    shared = reader.raw.layout.shared.get(reader.heading(column), ())
    is_shared = pd.Series([row in shared for row in range(len(cells))], dtype="bool")
    is_shared &= cells.map(clean_text).to_numpy() != ""
    if not is_shared.any():
        return cells
    reader.spoil(column, is_shared)
    for row in rows_where(is_shared):
        reader.note(_SHARED, column, cells.iloc[row], row)
    return cells.astype("object").mask(is_shared)


def _refused(reader: ColumnReader, column: str, text: Text) -> AmbiguousColumnError:
    heading = ", ".join(reader.sources[column].columns) or column
    return AmbiguousColumnError(
        _IN_COLUMN.format(
            name=reader.raw.name, column=column, heading=heading, text=text
        )
    )


def _plain_figure(value: object) -> str:
    """Return a number without exponent, and text as it is."""
    if isinstance(value, int | float | np.number):
        return np.format_float_positional(float(value), trim="-")
    return str(value)


def _is_bare(value: object) -> bool:
    text = unicodedata.normalize("NFKC", clean_text(value)).replace(",", "")
    try:
        float(text)
    except ValueError:
        return False
    return True


_REASON = Rule(
    "figure.unreadable",
    Severity.ERROR,
    Text(en="{reason}", zh="{reason}"),
    ACTION,
)
_NOT_A_FIGURE = Rule(
    "figure.unreadable",
    Severity.ERROR,
    Text(en="not a figure of zero or more", zh="不是大于或等于零的数值"),
    ACTION,
)
_OUT_OF_RANGE = Rule(
    "figure.out_of_range",
    Severity.ERROR,
    Text(
        en="by the stated unit this is {figure}; possible are {least} to {most}."
        "{perhaps}",
        zh="按所注单位为 {figure}，合理范围为 {least}至 {most}。{perhaps}",
    ),
    ACTION,
)
_SHARED = Rule(
    "figure.shared",
    Severity.ERROR,
    Text(
        en="one figure in a merged cell of several rows; it belongs to none of them "
        "alone",
        zh="多行合并为一个单元格，数值为各行共有，无法分到各行",
    ),
    ACTION,
)
_DASH = Rule(
    "figure.dash",
    Severity.INFO,
    Text(
        en="a dash or “none” instead of a figure ({count} cells)",
        zh="以横线或“无”代替数值（{count} 处）",
    ),
    Text(en="read as empty", zh="按空单元格处理"),
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
    ACTION,
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
_UNIT_FROM_TITLE = Rule(
    "unit.from_title",
    Severity.INFO,
    Text(
        en="the unit {unit} stands in the title of the table, not in the heading",
        zh="单位“{unit}”写在表题中，列名未注明",
    ),
    Text(en="read in that unit", zh="按该单位读取"),
)
_UNIT_PER_MU = Rule(
    "unit.per_mu",
    Severity.INFO,
    Text(
        en="the heading says per mu in words; the unit is read as {unit}",
        zh="列名写明为亩均，单位按 {unit} 读取",
    ),
    Text(en="write the whole unit in the heading", zh="请在列名中写全单位"),
)
_IN_COLUMN = Text(
    en="{name}, column {column}: {text}",
    zh="{name} 的“{heading}”列：{text}",
)
