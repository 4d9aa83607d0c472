"""The main job on real files: check, stages, match and map from the command line."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from zqland.catalogues import load_catalogues
from zqland.testing import shared_data
from zqland.units import from_m2
from zqland_api.cli import app
from zqland_geodata.fieldmap import FieldMap
from zqland_geodata.vector import read_parcels

FIELDMAPS = Path(__file__).parents[1] / "geodata" / "fieldmaps"
ON = "2023-09-05"
GOLDEN_TXT = """\
[属性描述]
格式版本号=1.01版本
数据产生单位=肇庆市自然资源局
数据产生日期=2023-10-10
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
10,{hectares},ZQ-2023-001,新区标准地一号,面,F49G050080,工业用地,0601,@
J1,1,2563400.000,38357200.000
J2,1,2563420.000,38357800.000
J3,1,2562900.000,38357820.000
J4,1,2562880.000,38357210.000
J1,1,2563400.000,38357200.000
J5,2,2563200.000,38357400.000
J6,2,2563100.000,38357400.000
J7,2,2563100.000,38357500.000
J8,2,2563200.000,38357500.000
J5,2,2563200.000,38357400.000
"""


def run(*arguments: object) -> Result:
    """Run a command in English on the test's day."""
    words = [str(argument) for argument in (*arguments, "--lang", "en", "--on", ON)]
    return CliRunner().invoke(app, words, catch_exceptions=False)


def rows_of(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


def items_of(predicate: str) -> set[str]:
    """Return the items of the first way to reach a predicate."""
    groups = load_catalogues().readiness.predicates[predicate].groups
    return {item for group in groups for item in group[0]}


def write_evidence(path: Path, parcel_ids: list[str]) -> Path:
    """Write a sheet by which the first parcels reach every combination of stages."""
    reached = (
        items_of("serviced"),
        items_of("clean"),
        items_of("mature"),
        items_of("standard"),
        items_of("mature") | items_of("standard"),
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["parcel_id", "item", "done_on", "document"])
        for parcel_id, items in zip(parcel_ids, reached, strict=False):
            sheet.writerows(
                [parcel_id, item, "2023-03-01", "test"] for item in sorted(items)
            )
    return path


def write_projects(path: Path, mu: float) -> Path:
    """Write needs that fit one lot, none by far, and one in hectares."""
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["项目编号", "项目名称", "用地需求", "用地条件", "用地日期"])
        sheet.writerow(["T-1", "第一个", f"{mu:.2f}亩", "mature", "2024-06-30"])
        sheet.writerow(["T-2", "大项目", "14000亩", "serviced", "2024-06-30"])
        sheet.writerow(["T-3", "公顷", f"{mu / 15:.4f}公顷", "standard", ""])
    return path


@dataclass(frozen=True)
class Case:
    """A real file and the sheets that the test makes for it."""

    parcels: Path
    evidence: Path
    projects: Path
    rest: tuple[str, ...]
    count: int
    ids: list[str]


def make_case(folder: Path, parcels: Path, fieldmap: Path | None) -> Case:
    read = read_parcels(
        parcels, fieldmap=None if fieldmap is None else FieldMap.load(fieldmap)
    ).parcels
    good = read[read["home_geometry"].is_valid]
    if "land_class" in good and good["land_class"].notna().any():
        good = good[good["land_class"].notna()]
    largest = good.iloc[(-good["home_geometry"].area).argsort()].head(5)
    # The fifth reaches mature and standard: the first project asks for its size.
    mu = from_m2(float(largest["home_geometry"].iloc[-1].area), "mu")
    ids = [str(parcel_id) for parcel_id in largest.index]
    return Case(
        parcels=parcels,
        evidence=write_evidence(folder / "evidence.csv", ids),
        projects=write_projects(folder / "projects.csv", mu),
        rest=() if fieldmap is None else ("--fieldmap", str(fieldmap)),
        count=len(read),
        ids=ids,
    )


@pytest.fixture(
    scope="module", params=["washington_nh_2016.geojson", "cambridge_ma_fy2013.gpkg"]
)
def city(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Case:
    parcels = shared_data(f"parcels/{request.param}")
    name = request.param.split("_")[0]
    return make_case(tmp_path_factory.mktemp(name), parcels, FIELDMAPS / f"{name}.toml")


@pytest.fixture(params=["30.4900", "30.4747"], ids=["planar", "ellipsoidal"])
def survey(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "golden.txt"
    path.write_text(GOLDEN_TXT.format(hectares=request.param), encoding="utf-8")
    return path


@pytest.mark.shared_data
def test_check_lists_the_faults_of_real_files_and_ends_with_one(city: Case) -> None:
    result = run("check", city.parcels, *city.rest, "--format", "csv")
    rules = {row["rule"] for row in rows_of(result)}
    assert result.exit_code == 1
    assert {"geometry.invalid", "geometry.overlap"} <= rules


@pytest.mark.shared_data
def test_every_stage_occurs_among_real_parcels(city: Case) -> None:
    result = run(
        "stages",
        city.parcels,
        *city.rest,
        "--evidence",
        city.evidence,
        "--format",
        "csv",
    )
    stages = {row["stage"] for row in rows_of(result)}
    assert stages == {"raw", "serviced", "mature", "standard"}


@pytest.mark.shared_data
def test_stages_answer_for_every_real_parcel(city: Case) -> None:
    result = run(
        "stages",
        city.parcels,
        *city.rest,
        "--evidence",
        city.evidence,
        "--format",
        "csv",
    )
    assert len(rows_of(result)) == city.count


@pytest.mark.shared_data
def test_a_real_lot_is_found_for_a_project_of_its_size(city: Case) -> None:
    result = run(
        "match", "--parcels", city.parcels, *city.rest, "--evidence", city.evidence,
        "--projects", city.projects, "--project", "T-1", "--format", "json",
    )  # fmt: skip
    (answer,) = json.loads(result.stdout)["answers"]
    assert city.ids[4] in {match["parcel_id"] for match in answer["matches"]}


@pytest.mark.shared_data
def test_a_project_beyond_every_real_lot_is_told_why_none_fits(city: Case) -> None:
    result = run(
        "match", "--parcels", city.parcels, *city.rest, "--evidence", city.evidence,
        "--projects", city.projects, "--project", "T-2", "--format", "json",
    )  # fmt: skip
    (answer,) = json.loads(result.stdout)["answers"]
    assert answer["matches"] == []
    assert "too small" in answer["funnel_text"]


@pytest.mark.shared_data
def test_maps_of_real_parcels_name_their_parcels(city: Case, tmp_path: Path) -> None:
    for name, project in (("reserve", ()), ("match", ("--project", "T-1"))):
        out = tmp_path / f"{name}.html"
        run(
            "map", "--parcels", city.parcels, *city.rest, "--evidence", city.evidence,
            "--projects", city.projects, *project, "--out", out,
        )  # fmt: skip
        assert city.ids[4] in out.read_text(encoding="utf-8")


def test_both_forms_of_the_golden_survey_pass_the_check(survey: Path) -> None:
    result = run("check", survey, "--format", "csv")
    assert result.exit_code == 0
    assert "error" not in {row["severity"] for row in rows_of(result)}


def test_the_golden_survey_has_its_areas_by_every_method(survey: Path) -> None:
    (row,) = rows_of(run("stages", survey, "--format", "csv"))
    assert float(row["planar_m2"]) == pytest.approx(304_900.0, abs=1e-4)
    assert float(row["ellipsoid_official_m2"]) == pytest.approx(304_747.164, abs=1e-3)


def test_the_golden_survey_goes_from_evidence_to_a_match(survey: Path) -> None:
    folder = survey.parent
    case = make_case(folder, survey, None)
    evidence = write_evidence(folder / "facts.csv", ["", "", "", "", "ZQ-2023-001"])
    result = run(
        "match", "--parcels", survey, "--evidence", evidence,
        "--projects", case.projects, "--format", "csv",
    )  # fmt: skip
    assert {row["parcel_id"] for row in rows_of(result)} == {"ZQ-2023-001"}


def test_the_golden_survey_gets_its_map(survey: Path) -> None:
    out = survey.with_suffix(".html")
    assert run("map", "--parcels", survey, "--out", out).exit_code == 0
    assert "ZQ-2023-001" in out.read_text(encoding="utf-8")
