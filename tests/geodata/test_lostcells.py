"""Cells of a workbook that would be read as empty, and sheets beyond all size."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from zqland_geodata import lostcells
from zqland_geodata.cellgrids import open_grids
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.options import Limits

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


def rewritten(path: Path, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(old, new))
    return changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A1"', b"r='XFD1048576'"),
        (b'<c r="A1"', b"<c x='>' r='XFD1048576'"),
    ],
)
def test_a_far_cell_in_any_spelling_is_refused(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    path = rewritten(workbook(tmp_path, A1="x", XFC1="y", B1="z"), old, new)
    with pytest.raises(FileUnreadableError, match="far away"):
        open_grids(path)


def test_rows_and_cells_without_places_are_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path, A1="x", XFD1="y")
    many = b"</row>" + b"<row><c><v>1</v></c></row>" * 2_000
    with pytest.raises(FileUnreadableError, match="2001 rows and 16384 columns"):
        open_grids(rewritten(path, b"</row>", many))


def test_the_limits_of_the_settings_hold(tmp_path: Path) -> None:
    path = workbook(tmp_path, A1="x", B2="y")
    assert len(open_grids(path, Limits(cells=4))) == 1
    with pytest.raises(FileUnreadableError, match="2 rows and 2 columns"):
        open_grids(path, Limits(cells=3))


def test_a_day_beyond_all_calendars_is_a_refusal_and_no_crash(tmp_path: Path) -> None:
    path = workbook(tmp_path, A1=dt.date(2023, 9, 5))
    found = rewritten(path, b"<v>45174</v>", b"<v>-1e15</v>")
    with pytest.raises(FileUnreadableError, match="cannot be read"):
        open_grids(found)
