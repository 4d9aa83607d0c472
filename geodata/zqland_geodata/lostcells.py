"""Look into xlsx workbooks before they are read: size, and cells without a value.

The reading library turns a cell with a formula error, and a formula that was never
calculated, into an empty cell. Nothing may be lost silently, so such cells are found
here. It also lays a sheet out in full, so a single cell in the last corner would fill
the memory; such sheets are refused.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata import archives
from zqland_geodata.cellplaces import column_number
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.options import Limits

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

# Cells do not nest, and a cell without an end ends where the next begins: looking for
# its end as far as the end of the sheet would take the square of its length.
# Cells do not nest, and a cell without an end ends where the next begins: looking for
# its end as far as the end of the sheet would take the square of its length.
_ATTRIBUTES = rb"(?>(?:[^<>\"'/]|\"[^<\"]*\"|'[^<']*'|/(?!>))*)"
_BODY = rb"(?>[^<]*(?:<(?!/?(?:\w+:)?c\b)[^<]*)*)"
_TOKEN = re.compile(
    rb"<(?:\w+:)?row\b(?P<row>" + _ATTRIBUTES + rb")/?>"
    rb"|<(?:\w+:)?c\b(?P<attributes>" + _ATTRIBUTES + rb")"
    rb"(?:/>|>(?P<body>" + _BODY + rb")</(?:\w+:)?c\s*>)"
)
_ROW = re.compile(rb"(?<![\w:])r\s*=\s*[\"'](\d{1,9})[\"']")
_PLACE = re.compile(rb"(?<![\w:])r\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,9})[\"']")
_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^<>]*>[^<]")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*?)/?>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*?)/?>")
_EPOCH = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']")
_BOOK = "xl/workbook.xml"

Place = tuple[int, int]
"""Row and column of a cell, both from 0."""


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What a workbook says beside its values.

    Attributes
    ----------
    lost
        By sheet, the cells whose value the file does not hold.
    epoch_1904
        Whether numbers of days count from 1904 instead of 1900.
    """

    lost: dict[str, set[Place]] = field(default_factory=dict)
    epoch_1904: bool = False


def lost_cells(path: Path) -> dict[str, set[Place]]:
    """Return `BookFacts.lost` of an xlsx workbook."""
    return look_into(path).lost


def look_into(path: Path, limits: Limits | None = None) -> BookFacts:
    """Find the cells of a workbook that would read as empty and are not.

    Parameters
    ----------
    path
        An xlsx workbook.
    limits
        How much is read at most; larger sheets are refused.

    Returns
    -------
    facts
        By sheet, the cells that hold a formula error or an uncalculated formula; and
        whether numbers of days count from 1904.

    Raises
    ------
    FileUnreadableError
        It is no workbook, or a sheet of it is too large.
    """
    try:
        most = limits or Limits()
        with archives.opened(path, most) as archive:
            lost = {
                sheet: _lost(path.name, archive.read(part), most)
                for sheet, part in _parts(archive).items()
            }
            return BookFacts(lost, bool(_EPOCH.search(archive.read(_BOOK))))
    except (KeyError, UnicodeDecodeError) as error:
        raise FileUnreadableError(_BROKEN.format(name=path.name)) from error


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the name in the archive of each sheet that has cells."""
    book = archive.read(_BOOK).decode("utf-8")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
    targets = {
        _attribute(entry, "Id"): _attribute(entry, "Target")
        for entry in _RELATION.findall(links)
    }
    parts: dict[str, str] = {}
    for entry in _SHEET.findall(book):
        target = targets.get(_attribute(entry, r"\w+:id"), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets/" in part:
            parts[_attribute(entry, "name")] = part
    return parts


def _attribute(entry: str, name: str) -> str:
    match = re.search(rf"(?<![\w:]){name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", entry)
    return html.unescape(match[1] or match[2] or "") if match else ""


def _lost(name: str, sheet: bytes, limits: Limits) -> set[Place]:
    lost: set[Place] = set()
    row = column = last_row = last_column = 0
    for token in _TOKEN.finditer(sheet):
        if token["row"] is not None:
            # A row or cell without a place stands behind the one before.
            stated = _ROW.search(token["row"])
            row, column = int(stated[1]) if stated else row + 1, 0
            continue
        where = _PLACE.search(token["attributes"])
        row, column = _place(where) if where else (row, column + 1)
        last_row, last_column = max(last_row, row), max(last_column, column)
        if _is_lost(token["attributes"], token["body"] or b""):
            lost.add((row - 1, column - 1))
    if last_row * last_column > limits.cells:
        raise FileUnreadableError(
            _TOO_LARGE.format(name=name, rows=last_row, columns=last_column)
        )
    return lost


def _place(where: re.Match[bytes]) -> Place:
    return int(where[2]), column_number(where[1].decode("ascii").upper())


def _is_lost(attributes: bytes, body: bytes) -> bool:
    if _ERROR.search(attributes):
        return True
    return bool(_FORMULA.search(body)) and not _VALUE.search(body)


_BROKEN = Text(
    en="{name} is not a workbook, or is damaged or encrypted. Save it again as xlsx.",
    zh="{name}不是工作簿，或已损坏、加密。请另存为 xlsx。",
)
_TOO_LARGE = Text(
    en="{name} has a sheet of {rows} rows and {columns} columns. Delete what stands "
    "far away from the table and save it again.",
    zh="{name}有一张 {rows} 行 × {columns} 列的表。请删除远离表格的内容后重新保存。",
)
