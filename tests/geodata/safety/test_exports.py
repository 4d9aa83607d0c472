"""Names that are formulas, links or markup stay names in whatever is written."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from zqland_geodata.cells import is_formula
from zqland_geodata.vector import read_parcels
from zqland_geodata.writing import write_parcels

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(A1)",
    '=HYPERLINK("http://127.0.0.1/";"a")',
    "大沙;=1+1",
    "<script>alert(1)</script>",
    "]]><x/>",
    "&a; %a; ${a} {{a}}",
]


@pytest.fixture
def hostile(tmp_path: Path) -> gpd.GeoDataFrame:
    """Return parcels with such names, as they were read from a file."""
    shapes = [
        shapely.box(38_378_000 + 100 * n, 2_576_000, 38_378_100 + 100 * n, 2_576_100)
        for n in range(len(NAMES))
    ]
    ids = [f"{name[:1]}A-{number}" for number, name in enumerate(NAMES)]
    table = gpd.GeoDataFrame({"地块编号": ids, "地块名称": NAMES}, geometry=shapes)
    table.set_crs(4526).to_file(tmp_path / "in.gpkg", engine="pyogrio")
    return read_parcels(tmp_path / "in.gpkg").parcels


def test_no_cell_of_a_csv_is_a_formula(
    hostile: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    findings = write_parcels(hostile, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert [cell for cell in cells if is_formula(cell)] == []
    assert "'=cmd|'/c calc'!A0" in cells
    assert [finding.rule for finding in findings if "formula" in finding.rule]


@pytest.mark.parametrize("suffix", [".csv", ".kml", ".kmz", ".gpkg", ".geojson"])
def test_such_names_come_back_as_they_were(
    hostile: gpd.GeoDataFrame, tmp_path: Path, suffix: str
) -> None:
    write_parcels(hostile, tmp_path / f"a{suffix}")
    read = read_parcels(tmp_path / f"a{suffix}").parcels
    assert list(read.index) == list(hostile.index)
    assert read["name"].to_list() == NAMES
