"""Cells of a workbook that would be read as empty, and sheets beyond all size."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from zqland_geodata import lostcells
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def workbook(tmp_path: Path, **cells: object) -> Path:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表 & 1"
    for name, value in cells.items():
        sheet[name] = value
    book.save(path)
    book.close()
    return path


def test_an_uncalculated_formula_and_an_error_are_found(tmp_path: Path) -> None:
    path = workbook(tmp_path, A1="x", B2="=1+1", AA3="#N/A")
    assert lostcells.lost_cells(path) == {"表 & 1": {(1, 1), (2, 26)}}


def test_a_workbook_of_values_loses_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path, A1="x", B2=3.5, C3=True)
    assert lostcells.lost_cells(path) == {"表 & 1": set()}


def test_a_calculated_formula_is_kept(write_xlsx: Callable[..., Path]) -> None:
    assert lostcells.lost_cells(write_xlsx(a=[("=1+1",)])) == {"a": set()}


def test_a_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="1048576 rows and 16384 columns"):
        lostcells.lost_cells(workbook(tmp_path, A1=1, XFD1048576=1))


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(FileUnreadableError, match="not a workbook"):
        lostcells.lost_cells(path)
