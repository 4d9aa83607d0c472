"""The file of parameter sets from the old datums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zqland.errors import CatalogueError
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.shifts_file import read_shifts

if TYPE_CHECKING:
    from pathlib import Path

SET = """\
[north]
zh = "北片四参数"
en = "North"
datum = "xian80"
kind = "plane"
degrees = 3
zone = 38
prefixed = true
north_m = 1.25
east_m = 113.5
rotation_seconds = 0.0
turn = "clockwise"
scale_ppm = 0.0
accuracy_m = 0.05
source = "a letter"
"""


def test_sets_are_read_by_their_name(tmp_path: Path) -> None:
    path = tmp_path / "shifts.toml"
    path.write_text(SET, encoding="utf-8")
    assert [shift.name for shift in read_shifts(path).sets] == ["north"]


def test_a_mark_before_the_text_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "shifts.toml"
    path.write_text(SET, encoding="utf-8-sig")
    assert len(read_shifts(path).sets) == 1


def test_a_fault_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "shifts.toml"
    path.write_text(SET.replace("xian80", "mars"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"shifts\.toml.*4"):
        read_shifts(path)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shifts.toml"
    path.write_bytes(SET.encode("gbk"))
    with pytest.raises(FileUnreadableError, match="UTF-8"):
        read_shifts(path)
