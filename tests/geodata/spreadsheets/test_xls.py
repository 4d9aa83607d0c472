"""Workbooks of the old binary form."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from zqland.testing import missing
from zqland_geodata import xlsbooks
from zqland_geodata.cellgrids import open_grids
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.options import Limits
from zqland_geodata.spreadsheets import read_projects

Write = Callable[..., Path]
HEADINGS = ("项目编号", "项目名称", "用地需求（亩）", "总投资（亿元）", "用地日期")


def test_a_list_in_xls_reads_like_one_in_xlsx(
    write_xls: Write, write_xlsx: Write
) -> None:
    rows = [
        HEADINGS,
        ("P-1", "电池一期", 120, 86.7, dt.date(2023, 9, 5)),
        ("P-2", "电池二期", 80.5, 12, dt.date(2024, 3, 1)),
        ("合计", "", 200.5, 98.7, ""),
    ]
    old, new = read_projects(write_xls(表=rows)), read_projects(write_xlsx(表=rows))
    assert old.projects.equals(new.projects)
    assert old.projects.loc["P-1", "area_ideal_m2"] == 80_000.0
    assert [f.rule for f in old.findings] == [f.rule for f in new.findings]


def test_another_reader_finds_the_same_cells(write_xls: Write) -> None:
    if shutil.which("ogrinfo") is None:
        missing("ogrinfo", "apt-get install gdal-bin")
    path = write_xls(Sheet=[("id", "area"), ("P-1", 120.5), ("P-2", 80)])
    told = subprocess.run(  # noqa: S603 - our own file
        ["ogrinfo", "-ro", "-al", str(path)],  # noqa: S607 - wherever it is
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    for line in ("id (String) = P-1", "area (Real) = 120.5", "area (Real) = 80"):
        assert line in told.stdout


def test_merged_cells_of_xls_are_read(write_xls: Write) -> None:
    rows = [("园区", "甲"), ("大沙", 1), ("", 2)]
    (grid,) = open_grids(write_xls(merged=[(1, 2, 0, 0)], 表=rows))
    assert [row[0] for row in grid.rows] == ["园区", "大沙", "大沙"]
    assert grid.merged == [((1, 0), (2, 0))]


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_of_both_systems_are_the_same_days(
    write_xls: Write, *, is_1904: bool
) -> None:
    day = dt.date(2023, 9, 5)
    serial = (day - (dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30))).days
    rows = [HEADINGS, ("P-1", "甲", 120, 1, day), ("P-2", "乙", 120, 1, serial)]
    read = read_projects(write_xls(is_1904=is_1904, 表=rows))
    assert set(read.projects["needed_by"].dt.date) == {day}
    assert "date.serial" in [finding.rule for finding in read.findings]


def test_errors_are_found_in_values_and_in_results(write_xls: Write) -> None:
    rows = [
        ("项目编号", "用地需求（亩）"),
        ("P-1", "#DIV/0!"),
        ("P-2", ("=", 42)),
        ("P-3", ("=", 120.0)),
    ]
    path = write_xls(表=rows)
    (page,) = xlsbooks.read_book(path).sheets
    assert page.lost == {(1, 1), (2, 1)}
    read = read_projects(path)
    found = [f.place for f in read.findings if f.rule == "cell.no_value"]
    assert found == ["表!B2", "表!B3"]
    assert read.projects["area_ideal_m2"].to_list()[2] == 80_000.0


@pytest.mark.parametrize("cut", [8, 512, 700, 1200])
def test_a_cut_workbook_is_refused(write_xls: Write, cut: int) -> None:
    path = write_xls(表=[("项目编号", "用地需求（亩）"), ("P-1", 120)])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(FileUnreadableError):
        read_projects(path)


def test_a_chain_that_turns_in_a_circle_is_refused(write_xls: Write) -> None:
    path = write_xls(表=[("项目编号", "用地需求（亩）"), ("P-1", 120)])
    content = bytearray(path.read_bytes())
    # The directory (sector 1) is said to follow itself.
    content[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(FileUnreadableError, match="damaged"):
        xlsbooks.read_book(path)


def test_a_workbook_of_many_sectors_is_read(write_xls: Write) -> None:
    rows = [(f"P-{row}", float(row)) for row in range(5_000)]
    path = write_xls(表=[("项目编号", "用地需求（亩）"), *rows, ("x", "#N/A")])
    (page,) = xlsbooks.read_book(path).sheets
    assert page.lost == {(5_001, 1)}
    assert page.cells[5_000, 0] == "P-4999"


def test_more_cells_than_allowed_are_refused(write_xls: Write) -> None:
    path = write_xls(表=[("项目编号", "用地需求（亩）"), ("P-1", 120)])
    with pytest.raises(FileUnreadableError, match="more cells"):
        open_grids(path, Limits(cells=3))
