"""The commands about files: check with its outputs, and convert."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import ezdxf
import geopandas as gpd
import openpyxl
import pytest
import shapely
from typer.testing import CliRunner, Result

from zqland.datums import shift, wgs84_to_gcj02
from zqland_api.cli import app
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ZONE = 4526
EAST, NORTH = 38_357_200.0, 2_563_300.0


def run(*arguments: object, env: Mapping[str, str] | None = None) -> Result:
    """Run a command in English, as if piped."""
    words = [str(argument) for argument in arguments]
    environment = {"ZQLAND_LANGUAGE": "en", **(env or {})}
    return CliRunner().invoke(app, words, env=environment, catch_exceptions=False)


def square(east_m: float, side_m: float = 100.0) -> shapely.Polygon:
    west = EAST + east_m
    return shapely.box(west, NORTH, west + side_m, NORTH + side_m)


def write(
    path: Path, shapes: Mapping[str, shapely.Geometry], **columns: object
) -> Path:
    table = gpd.GeoDataFrame(
        {"parcel_id": list(shapes), **columns}, geometry=list(shapes.values()), crs=ZONE
    )
    table.to_file(path)
    return path


def rules_of(result: Result) -> dict[str, dict[str, str]]:
    return {entry["rule"]: entry for entry in json.loads(result.stdout)["findings"]}


BOW_TIE = shapely.Polygon(
    [
        (EAST, NORTH),
        (EAST + 100, NORTH + 100),
        (EAST + 100, NORTH),
        (EAST, NORTH + 100),
    ]
)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    return write(tmp_path / "lots.gpkg", {"A": BOW_TIE, "B": square(300)})


def test_repair_writes_another_file(faulty: Path, tmp_path: Path) -> None:
    before = faulty.read_bytes()
    mended = tmp_path / "mended.gpkg"
    result = run("check", faulty, "--repair", mended, "--format", "json")
    assert result.exit_code == 1
    assert faulty.read_bytes() == before
    assert read_parcels(mended).parcels.geometry.is_valid.all()


def test_each_repair_is_a_finding_with_both_areas(faulty: Path, tmp_path: Path) -> None:
    result = run(
        "check", faulty, "--repair", tmp_path / "mended.gpkg", "--format", "json"
    )
    repairs = [rule for rule in rules_of(result) if rule.startswith("repair.")]
    assert repairs
    assert "m²" in rules_of(result)[repairs[0]]["message"]


def test_the_file_that_is_read_is_not_written_over(faulty: Path) -> None:
    for arguments in (
        ("check", faulty, "--repair", faulty),
        ("check", faulty, "--marked", faulty),
        ("convert", faulty, faulty),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "another" in result.stderr.lower()


def test_the_marked_copy_lists_every_finding(faulty: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.xlsx"
    result = run("check", faulty, "--marked", marked, "--format", "json")
    found = json.loads(result.stdout)["findings"]
    book = openpyxl.load_workbook(marked)
    first = book.worksheets[0]
    cells = {str(cell.value) for row in first.iter_rows() for cell in row}
    assert {entry["rule"] for entry in found} <= cells


def test_a_layer_off_like_a_web_map_is_named_as_that(tmp_path: Path) -> None:
    lots = {name: square(300.0 * row) for row, name in enumerate("ABCDE")}
    right = write(tmp_path / "right.gpkg", lots)
    degrees = gpd.read_file(right).to_crs(4490)
    shifted = shift(degrees.geometry, wgs84_to_gcj02)
    off = tmp_path / "off.gpkg"
    degrees.set_geometry(shifted).to_file(off)
    result = run("check", off, "--against", right, "--format", "json")
    assert any("GCJ-02" in entry["message"] for entry in rules_of(result).values())


def test_a_parcel_outside_its_park_is_found(tmp_path: Path) -> None:
    lots = write(
        tmp_path / "lots.gpkg",
        {"A": square(0), "B": square(5000)},
        park_id=["P", "P"],
    )
    outline = gpd.GeoDataFrame(
        {"park_id": ["P"], "name": ["Park"]}, geometry=[square(-50, 400)], crs=ZONE
    )
    outline.to_file(tmp_path / "parks.gpkg")
    result = run("check", lots, "--parks", tmp_path / "parks.gpkg", "--format", "json")
    assert rules_of(result)["park.outside"]["record"] == "B"


@pytest.mark.parametrize(
    "ending", ["txt", "shp", "zip", "gpkg", "geojson", "fgb", "parquet", "kml", "ovkmz"]
)
def test_a_file_is_written_in_another_form_and_read_again(
    ending: str, tmp_path: Path
) -> None:
    source = write(tmp_path / "lots.gpkg", {"A": square(0), "B": square(300)})
    target = tmp_path / f"lots_again.{ending}"
    assert run("convert", source, target).exit_code == 0
    truth = read_parcels(source).parcels
    back = read_parcels(target).parcels
    # A spatial index may change the order of records.
    back = back.loc[truth.index]
    moved = shapely.hausdorff_distance(
        back["home_geometry"].to_numpy(), truth["home_geometry"].to_numpy()
    )
    assert (moved < 0.0005).all()


def test_a_drawing_needs_its_system(tmp_path: Path) -> None:
    document = ezdxf.new(units=6)
    corners = list(square(0).exterior.coords)[:-1]
    document.modelspace().add_lwpolyline(corners, close=True)
    document.modelspace().add_text("A", height=5).set_placement((EAST + 50, NORTH + 50))
    drawing = tmp_path / "lots.dxf"
    document.saveas(drawing)
    refused = run("check", drawing)
    assert refused.exit_code == 2
    assert "source_crs" in refused.stderr
    assert run("check", drawing, "--source-crs", ZONE).exit_code == 0


def test_an_unknown_ending_is_refused_before_anything_is_written(
    faulty: Path, tmp_path: Path
) -> None:
    result = run("convert", faulty, tmp_path / "lots.dwg")
    assert result.exit_code == 2
    assert ".gpkg" in result.stderr
    assert not (tmp_path / "lots.dwg").exists()


def test_a_place_that_cannot_be_written_is_told(faulty: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("", encoding="utf-8")
    result = run("convert", faulty, blocked / "lots.gpkg")
    assert result.exit_code == 2
    assert "Cannot write" in result.stderr


def test_the_limits_come_from_the_environment(faulty: Path) -> None:
    result = run("check", faulty, env={"ZQLAND_LIMIT_FILE_BYTES": "1000"})
    assert result.exit_code == 2
    assert "lots.gpkg" in result.stderr


def test_what_a_form_cannot_hold_is_listed(tmp_path: Path) -> None:
    lots = write(
        tmp_path / "lots.gpkg",
        {"A": square(0)},
        name=["一宗名称很长很长很长很长的地块"],
        price_wan_per_mu=[40.0],
    )
    result = run("convert", lots, tmp_path / "lots.shp")
    assert result.exit_code == 0
    assert (tmp_path / "lots.fieldmap.toml").exists()
    assert "ten bytes" in result.stderr


def test_a_ledger_completes_the_parcels(tmp_path: Path) -> None:
    lots = write(tmp_path / "lots.gpkg", {"A": square(0)})
    ledger = tmp_path / "ledger.csv"
    rows = "地块编号,地块名称,规划用地类别\nA,一号地块,M2\nZ,无图地块,M1\n"
    ledger.write_text(rows, encoding="utf-8")
    result = run("stages", lots, "--ledger", ledger, "--format", "csv")
    assert "一号地块" in result.stdout
    assert "Z" in result.stderr


def test_a_project_list_is_checked_and_marked_by_itself(tmp_path: Path) -> None:
    source = tmp_path / "projects.csv"
    rows = "项目编号,项目名称,用地需求（亩）\nP-1,一号,120\nP-2,二号,60000\n"
    source.write_text(rows, encoding="utf-8")
    marked = tmp_path / "marked.xlsx"
    result = run("check", source, "--kind", "projects", "--marked", marked)
    assert "2 records: 1 errors" in result.stderr
    book = openpyxl.load_workbook(marked)
    assert book.worksheets[1]["C3"].fill.fgColor.rgb.endswith("F4B6A6")


def test_parcels_without_a_status_are_told(tmp_path: Path) -> None:
    lots = write(tmp_path / "lots.gpkg", {"A": square(0), "B": square(300)})
    status = tmp_path / "status.csv"
    status.write_text("地块编号,状态,日期\nA,在库,2023-01-01\n", encoding="utf-8")
    result = run("check", lots, "--status", status, "--format", "json")
    found = rules_of(result)["status.parcel_missing"]
    assert (found["value"], found["severity"]) == ("B", "warning")
