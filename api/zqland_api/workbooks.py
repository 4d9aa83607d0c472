"""Answers as workbooks: text stays text, figures and days are such."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from zqland.text import Language, Text
from zqland_api.errors import UsageError
from zqland_api.sheets import Column, Output, Sheet

_NAME_LENGTH, _CELL_LENGTH, _LAST_ROW = 31, 32_767, 1_048_575
_DAY_WIDTH, _WIDEST = 12, 60
_TOO_LONG = Text(
    en="{count} rows are more than a sheet holds. Choose csv or geojson.",
    zh="共 {count} 行，超出工作表上限，请选择 csv 或 geojson。",
)


def to_xlsx(output: Output, language: Language) -> bytes:
    """Write an answer as a workbook: a sheet per table, and one about them.

    Parameters
    ----------
    output
        The answer.
    language
        The reader's language.

    Raises
    ------
    UsageError
        A table has more rows than a sheet holds.
    """
    longest = max(len(sheet.table) for sheet in output.sheets)
    if longest > _LAST_ROW:
        raise UsageError(_TOO_LONG.format(count=f"{longest:,}"))
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        names: set[str] = set()
        for sheet in output.sheets:
            name = _sheet_name(sheet.title.in_language(language), names)
            _write_sheet(workbook, name, sheet, language)
        title = Text(en="About", zh="说明").in_language(language)
        about = workbook.add_worksheet(_sheet_name(title, names))
        for row, (heading, value) in enumerate(output.about.rows(language)):
            about.write_string(row, 0, heading)
            about.write_string(row, 1, value)
        for row, note in enumerate(output.notes, start=len(output.about.rows("en"))):
            about.write_string(row, 1, note.in_language(language))
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 80)
    return target.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_NAME_LENGTH]
    number = 2
    while name.casefold() in taken:
        name = f"{name[: _NAME_LENGTH - 4]} {number}"
        number += 1
    taken.add(name.casefold())
    return name


def _write_sheet(
    workbook: xlsxwriter.Workbook, name: str, sheet: Sheet, language: Language
) -> None:
    worksheet = workbook.add_worksheet(name)
    bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    for position, column in enumerate(sheet.columns):
        heading = column.heading.in_language(language)
        worksheet.write_string(0, position, heading, bold)
        values = sheet.table[column.key]
        if pd.api.types.is_datetime64_any_dtype(values):
            width = _write_days(workbook, worksheet, position, values)
        elif _is_figure(values):
            width = _write_figures(workbook, worksheet, position, (column, values))
        else:
            texts = [column.shown(value, language) for value in values]
            width = _write_texts(worksheet, position, texts)
        widest = max(width, 2 * len(heading), 10)
        worksheet.set_column(position, position, min(widest, _WIDEST))
    worksheet.freeze_panes(1, 1)
    if not sheet.table.empty:
        worksheet.autofilter(0, 0, len(sheet.table), len(sheet.columns) - 1)


def _is_figure(values: pd.Series[Any]) -> bool:
    is_number = pd.api.types.is_numeric_dtype(values)
    return is_number and not pd.api.types.is_bool_dtype(values)


def _write_days(
    workbook: xlsxwriter.Workbook,
    worksheet: Worksheet,
    position: int,
    values: pd.Series[Any],
) -> int:
    form = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    for row, day in enumerate(values, start=1):
        if pd.notna(day):
            worksheet.write_datetime(row, position, day.to_pydatetime(), form)
    return _DAY_WIDTH


def _write_figures(
    workbook: xlsxwriter.Workbook,
    worksheet: Worksheet,
    position: int,
    column_and_values: tuple[Column, pd.Series[Any]],
) -> int:
    column, values = column_and_values
    is_whole = pd.api.types.is_integer_dtype(values)
    digits = "0" * (0 if is_whole else column.digits)
    shape = f"#,##0.{digits}".rstrip(".")
    form = workbook.add_format({"num_format": shape})
    for row, value in enumerate(values, start=1):
        if pd.notna(value) and np.isfinite(value):
            worksheet.write_number(row, position, value, form)
    return _DAY_WIDTH


def _write_texts(worksheet: Worksheet, position: int, texts: list[str]) -> int:
    for row, text in enumerate(texts, start=1):
        if text:
            worksheet.write_string(row, position, text[:_CELL_LENGTH])
    return max((len(text) for text in texts), default=0)
