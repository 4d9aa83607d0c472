"""The demonstration city as office files, read back by the readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from zqland.findings import Severity
from zqland_geodata import demo
from zqland_geodata.demo.inputs import SHAPEFILE_PARK, SURVEY_PARK, WIDE_PARK
from zqland_geodata.planning_sheets import read_indicators, read_targets
from zqland_geodata.spreadsheets import (
    read_evidence,
    read_projects,
    read_status_events,
)
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zqland.findings import Finding
    from zqland.reserve import Reserve


@pytest.fixture(scope="session")
def files(city: Reserve, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the files once."""
    return demo.write_inputs(city, tmp_path_factory.mktemp("demo") / "inputs")


def assert_same(
    found: pd.DataFrame, wanted: pd.DataFrame, columns: Iterable[str]
) -> None:
    for column in columns:
        pd.testing.assert_series_equal(
            found[column], wanted[column], check_dtype=False, rtol=1e-12
        )


def assert_same_shapes(
    found: pd.DataFrame, wanted: pd.DataFrame, near_m: float
) -> None:
    pairs = zip(found["home_geometry"], wanted["home_geometry"], strict=True)
    assert max(shapely.hausdorff_distance(*pair) for pair in pairs) <= near_m


def worst(findings: Iterable[Finding]) -> set[Severity]:
    return {finding.severity for finding in findings} - {Severity.INFO}


def test_all_parcels_come_back_from_the_geopackage(
    city: Reserve, files: dict[str, Path]
) -> None:
    read = read_parcels(files["parcels"])
    wanted = city.parcels.loc[read.parcels.index]

    assert len(read.parcels) == len(city.parcels)
    assert not read.findings
    attributes = wanted.columns.drop(["geometry", "home_geometry"])
    assert_same(read.parcels, wanted, attributes)
    assert_same_shapes(read.parcels, wanted, near_m=1e-6)


def test_a_park_comes_back_from_a_shapefile_in_gbk(
    city: Reserve, files: dict[str, Path]
) -> None:
    read = read_parcels(files["shapefile"])
    wanted = city.parcels.loc[read.parcels.index]

    assert set(wanted["park_id"]) == {SHAPEFILE_PARK}
    assert not worst(read.findings)
    attributes = wanted.columns.drop(["geometry", "home_geometry"])
    assert_same(read.parcels, wanted, attributes)
    assert_same_shapes(read.parcels, wanted, near_m=0.0)


def test_a_park_comes_back_from_a_survey_txt_digit_by_digit(
    city: Reserve, files: dict[str, Path]
) -> None:
    read = read_parcels(files["survey"])
    wanted = city.parcels.loc[read.parcels.index]

    assert set(wanted["park_id"]) == {SURVEY_PARK}
    assert_same(read.parcels, wanted, ["name", "home_zone"])
    assert_same_shapes(read.parcels, wanted, near_m=0.0)


def test_the_survey_txt_declares_the_planar_area(
    city: Reserve, files: dict[str, Path]
) -> None:
    read = read_parcels(files["survey"])
    planar = shapely.area(city.parcels["home_geometry"][read.parcels.index].to_numpy())

    assert np.abs(read.parcels["declared_m2"] - planar).max() <= 0.5


def test_all_evidence_comes_back_from_the_long_sheet(
    city: Reserve, files: dict[str, Path]
) -> None:
    read = read_evidence(files["evidence"])

    assert not worst(read.findings)
    columns = city.evidence.columns.drop("recorded_at")
    assert_same(read.evidence, city.evidence, columns)


def test_the_days_of_a_park_come_back_from_the_wide_sheet(
    city: Reserve, files: dict[str, Path]
) -> None:
    read = read_evidence(files["evidence_wide"], as_of=demo.ON)
    parcels = city.parcels.index[city.parcels["park_id"] == WIDE_PARK]
    evidence = city.evidence
    wanted = evidence[evidence["subject_id"].isin(parcels)].dropna(subset=["done_on"])
    wanted = wanted[~wanted["evidence_id"].isin(evidence["supersedes"].dropna())]
    wanted = wanted[~(wanted["expires_on"] < pd.Timestamp(demo.ON))]
    keys = ["subject_id", "item", "done_on"]

    found = read.evidence.dropna(subset=["done_on"])

    assert set(found[keys].itertuples(index=False, name=None)) == set(
        wanted[keys].itertuples(index=False, name=None)
    )


def test_all_status_events_come_back(city: Reserve, files: dict[str, Path]) -> None:
    read = read_status_events(files["status"])

    assert not worst(read.findings)
    assert_same(read.status_events, city.status_events, city.status_events.columns)


def test_all_projects_come_back(city: Reserve, files: dict[str, Path]) -> None:
    read = read_projects(files["projects"])

    assert not worst(read.findings)
    assert_same(read.projects, city.projects, city.projects.columns)


def test_the_sheets_have_the_headings_of_offices(files: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(files["projects"]).active
    headings = {cell.value for row in sheet.iter_rows(max_row=4) for cell in row}

    assert {"项目编号", "用地需求（亩）", "固定资产投资（万元）"} <= headings


@pytest.mark.parametrize("kind", ["evidence", "evidence_wide", "status", "projects"])
def test_every_sheet_says_that_it_is_fictional(
    files: dict[str, Path], kind: str
) -> None:
    sheet = openpyxl.load_workbook(files[kind]).active

    assert sheet["A2"].value == demo.FICTIONAL.zh


def test_files_are_written_anew_over_old_ones(city: Reserve, tmp_path: Path) -> None:
    demo.write_inputs(city, tmp_path)

    files = demo.write_inputs(city, tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        path.name for path in files.values()
    )


def test_indicators_and_targets_come_back(
    city: Reserve, files: dict[str, Path]
) -> None:
    indicators, targets = (
        read_indicators(files["indicators"]),
        read_targets(files["targets"]),
    )

    assert not worst([*indicators.findings, *targets.findings])
    assert_same(indicators.table, city.indicators, city.indicators.columns)
    assert_same(targets.table, city.targets, city.targets.columns)
