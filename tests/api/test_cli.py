"""The command line: data to stdout, words to stderr, and an exit code."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from zqland.areas import Method
from zqland_api.cli import app
from zqland_api.desk import Desk
from zqland_geodata import demo
from zqland_geodata.demo.inputs import write_inputs

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object) -> Result:
    """Run a command in English, as if piped."""
    words = [str(argument) for argument in arguments]
    environment = {"ZQLAND_LANGUAGE": "en"}
    return CliRunner().invoke(app, words, env=environment, catch_exceptions=False)


def rows_of(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the demonstration city's own files into a folder with a difficult name."""
    # GDAL opens names as UTF-8, whatever the machine's encoding is.
    name = "地块 files" if sys.getfilesystemencoding() == "utf-8" else "parcel files"
    folder = tmp_path_factory.mktemp(name)
    return write_inputs(demo.create_city(), folder)


@pytest.fixture(scope="session")
def files(inputs: dict[str, Path]) -> tuple[str, ...]:
    names = ("parcels", "evidence", "status", "projects")
    pairs = ((f"--{name}", str(inputs[name])) for name in names)
    return tuple(word for pair in pairs for word in pair)


ON = ("--on", "2023-09-05")


@pytest.mark.parametrize(
    "command", ["check", "stages", "match", "map", "serve", "demo", ""]
)
def test_every_command_explains_itself(command: str) -> None:
    result = run(*(word for word in (command, "--help") if word))
    assert result.exit_code == 0
    assert "·" in result.stdout


def test_the_version_is_told() -> None:
    assert run("--version").stdout.startswith("zqland ")


def test_a_sound_file_ends_with_zero(inputs: dict[str, Path]) -> None:
    result = run("check", inputs["survey"], *ON)
    assert result.exit_code == 0
    assert "0 errors" in result.stderr


def test_stages_read_from_files_are_those_of_the_city(
    inputs: dict[str, Path], demo_desk: Desk
) -> None:
    result = run(
        "stages", inputs["parcels"], "--evidence", inputs["evidence"],
        "--status", inputs["status"], *ON, "--format", "csv",
    )  # fmt: skip
    read = {row["parcel_id"]: row["stage"] for row in rows_of(result)}
    state = demo_desk.state(demo.ON)
    assert read == state.parcels["stage"].astype(str).to_dict()


def test_matches_from_files_are_those_of_the_city(
    files: tuple[str, ...], demo_desk: Desk
) -> None:
    result = run("match", *files, *ON, "--project", "P-001", "--format", "csv")
    # The files hold no control indicators, so the city answers without them too.
    reserve = demo_desk.records.reserve
    bare = replace(reserve, indicators=reserve.indicators.iloc[:0])
    desk = Desk(replace(demo_desk.records, reserve=bare), demo_desk.catalogues)
    answer = desk.answer(desk.need("P-001", basis=Method.PLANAR), on=demo.ON)
    expected = [match.parcel_id for match in answer.matches]
    assert [row["parcel_id"] for row in rows_of(result)] == expected


def test_without_status_events_all_parcels_are_free_and_it_is_said(
    inputs: dict[str, Path],
) -> None:
    result = run("stages", inputs["survey"], *ON, "--format", "csv")
    assert {row["status"] for row in rows_of(result)} == {"in_reserve"}
    assert {row["status_since"] for row in rows_of(result)} == {""}
    assert "all" in result.stderr
    assert "--status" in result.stderr


@pytest.mark.parametrize("form", ["json", "csv", "geojson"])
def test_stdout_holds_nothing_but_data(inputs: dict[str, Path], form: str) -> None:
    result = run("stages", inputs["survey"], *ON, "--format", form)
    if form == "csv":
        assert all(row["parcel_id"] for row in rows_of(result))
    else:
        assert json.loads(result.stdout)["on"] == "2023-09-05"


def test_geojson_of_stages_has_a_shape_per_parcel(inputs: dict[str, Path]) -> None:
    result = run("stages", inputs["survey"], *ON, "--format", "geojson")
    features = json.loads(result.stdout)["features"]
    assert {feature["geometry"]["type"] for feature in features} <= {
        "Polygon",
        "MultiPolygon",
    }


def test_geojson_of_matches_ranks_the_lots() -> None:
    result = run("match", "--project", "P-001", "--format", "geojson")
    features = json.loads(result.stdout)["features"]
    assert [feature["properties"]["rank"] for feature in features] == list(
        range(1, len(features) + 1)
    )


def test_a_workbook_goes_into_a_file(inputs: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "新文件夹" / "stages.xlsx"
    result = run("stages", inputs["survey"], *ON, "--out", out, "--lang", "zh")
    assert result.exit_code == 0
    assert openpyxl.load_workbook(out).sheetnames == ["地块熟化阶段", "说明"]


def test_a_workbook_without_a_file_is_wrong_use(inputs: dict[str, Path]) -> None:
    result = run("stages", inputs["survey"], "--format", "xlsx")
    assert result.exit_code == 2
    assert "--out" in result.stderr


def test_the_unit_and_the_basis_are_those_asked_for(inputs: dict[str, Path]) -> None:
    words = ("--unit", "ha", "--basis", "geodesic", "--format", "csv")
    row = rows_of(run("stages", inputs["survey"], *ON, *words))[0]
    assert (row["unit"], row["basis"]) == ("ha", "geodesic")
    assert float(row["area"]) == pytest.approx(float(row["planar_m2"]) / 1e4, rel=2e-3)


def test_one_project_is_shown_with_its_funnel() -> None:
    result = run("match", "--project", "P-001")
    assert "Ground that fits: P-001" in result.stdout
    assert "free parcels:" in result.stdout
    assert "fictional" in result.stdout


def test_a_project_without_a_fixed_investment_is_answered_with_a_note(
    demo_desk: Desk,
) -> None:
    projects = demo_desk.records.reserve.projects
    silent = projects.index[projects["fixed_investment_wan"].isna()][0]
    result = run("match", "--project", silent)
    assert "its total investment stands in" in " ".join(result.stdout.split())


def test_many_projects_are_shown_as_a_summary() -> None:
    result = run("match", "--project", "P-001", "--project", "P-002", "--top", 1)
    assert "Best parcel" in result.stdout
    assert "Asked for (mu)" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere.gpkg"),
        ("stages",),
        ("stages", "nowhere.txt", "--on", "yesterday"),
        ("stages", "nowhere.txt", "--on", "0001-01-01"),
        ("match", "--project", "nobody"),
        ("match", "--projects", "list.xlsx"),
        ("match", "--unit", "li"),
        ("map", "--basemap", "atlantis"),
        ("map", "--basemap", "tianditu"),
        ("stages", "nowhere.txt", "--catalogues", "nowhere"),
        ("serve", "--port", "99999999"),
        ("fly",),
    ],
)
def test_wrong_use_ends_with_two_and_a_sentence(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert len(result.stderr) > 20
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_an_error_is_told_in_the_language_asked_for() -> None:
    result = run("match", "--project", "nobody", "--lang", "zh")
    assert "没有编号为" in result.stderr


def test_a_project_without_an_area_does_not_hold_up_the_others(
    inputs: dict[str, Path], tmp_path: Path
) -> None:
    sheet = tmp_path / "projects.csv"
    sheet.write_text(
        "项目编号,项目名称,最小用地,用地需求,最大用地\n"
        "A,好,,60亩,\nB,反,90亩,60亩,30亩\n",
        encoding="utf-8",
    )
    result = run(
        "match", "--parcels", inputs["survey"], "--projects", sheet, *ON,
        "--format", "json",
    )  # fmt: skip
    answers = json.loads(result.stdout)["answers"]
    assert [answer["project_id"] for answer in answers] == ["A"]
    assert result.exit_code == 1
    assert "B" in result.stderr


def test_a_parcel_file_without_projects_has_nothing_to_match(
    inputs: dict[str, Path],
) -> None:
    result = run("match", "--parcels", inputs["survey"])
    assert result.exit_code == 2
    assert "--projects" in result.stderr


def test_a_map_is_one_page(tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    result = run("map", "--out", out)
    assert result.exit_code == 0
    assert (
        out.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    )


def test_a_map_of_a_project_and_a_public_map_are_drawn(tmp_path: Path) -> None:
    match, public = tmp_path / "match.html", tmp_path / "public.html"
    assert run("map", "--project", "P-001", "--out", match).exit_code == 0
    assert run("map", "--public", "--out", public).exit_code == 0
    assert match.stat().st_size > 10_000
    assert public.stat().st_size > 10_000


def test_a_map_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("map", "--out", tmp_path / "file" / "map.html")
    assert result.exit_code == 2
    assert "Cannot write" in result.stderr


def test_indicators_from_a_sheet_are_held_against_the_promise(
    files: tuple[str, ...], tmp_path: Path
) -> None:
    sheet = tmp_path / "indicators.csv"
    sheet.write_text("园区代码,投资强度下限（万元/亩）\n,9999\n", encoding="utf-8")
    words = ("--project", "P-001", *ON, "--format", "json")
    result = run("match", *files, "--indicators", sheet, *words)
    (answer,) = json.loads(result.stdout)["answers"]
    assert answer["fit_count"] == 0
    assert {near["condition"] for near in answer["near_misses"]} <= {"promise"}


def test_a_fact_about_no_parcel_of_the_file_is_said(
    inputs: dict[str, Path],
) -> None:
    result = run("stages", inputs["survey"], "--evidence", inputs["evidence"], *ON)
    assert result.exit_code == 0
    assert "not among the parcels" in result.stderr


@pytest.fixture
def bow_tie(tmp_path: Path) -> Path:
    """Write one parcel whose outline crosses itself."""
    ring = [[112.8, 23.3], [112.801, 23.301], [112.801, 23.3], [112.8, 23.301]]
    outline = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    parcel = {"type": "Feature", "properties": {"地块编号": "A-1"}, "geometry": outline}
    path = tmp_path / "bow.geojson"
    document = {"type": "FeatureCollection", "features": [parcel]}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["check", "stages", "map"])
def test_every_command_says_once_that_a_shape_crosses_itself(
    command: str, bow_tie: Path, tmp_path: Path
) -> None:
    first = ("--parcels", bow_tie) if command == "map" else (bow_tie,)
    page = tmp_path / "map.html"
    result = run(command, *first, *ON, *(("--out", page) if command == "map" else ()))
    assert result.exit_code == 1
    if command == "check":
        assert result.stdout.count("geometry.invalid") == 1
    else:
        assert result.stderr.count("Self-intersection") == 1


def test_a_record_without_an_id_is_told_with_its_place_once(
    bow_tie: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "facts.csv"
    sheet.write_text("地块编号,事项,完成日期\nA-1,飞天,2023-01-01\n", encoding="utf-8")
    result = run("stages", bow_tie, "--evidence", sheet, *ON)
    told = "error – line 2, column B Item “飞天”: the item is empty or not"
    assert told in result.stderr
