"""Names in one file that no record of another file has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zqland_api.crossing import cross_findings

if TYPE_CHECKING:
    import pandas as pd

    from zqland.reserve import Reserve
    from zqland_api.desk import Desk


def rules_of(reserve: Reserve) -> set[tuple[str, str]]:
    return {(finding.rule, finding.record) for finding in cross_findings(reserve)}


def first_row(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    changed = table.copy()
    for column, value in values.items():
        changed.iloc[0, changed.columns.get_loc(column)] = value
    return changed


def test_the_demonstration_city_names_nothing_that_is_not_there(
    demo_desk: Desk,
) -> None:
    assert cross_findings(demo_desk.records.reserve) == []


def test_a_fact_about_an_unknown_subject_is_said(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    for kind in ("parcel", "park", "area"):
        facts = first_row(reserve.evidence, subject_kind=kind, subject_id="X")
        found = rules_of(replace(reserve, evidence=facts))
        assert found == {(f"evidence.{kind}_unknown", "X")}


def test_a_correction_of_an_unknown_fact_is_said(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    facts = first_row(reserve.evidence, supersedes="X")
    found = rules_of(replace(reserve, evidence=facts))
    assert found == {("evidence.corrected_unknown", "X")}


def test_an_event_of_an_unknown_parcel_is_said(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    events = first_row(reserve.status_events, parcel_id="X")
    found = rules_of(replace(reserve, status_events=events))
    assert found == {("status.parcel_unknown", "X")}


def test_an_unknown_park_of_a_project_is_said(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    projects = first_row(reserve.projects, preferred_parks="SH;X")
    found = rules_of(replace(reserve, projects=projects))
    assert found == {("project.park_unknown", "X")}


def test_a_park_named_by_its_name_is_told_the_codes(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    projects = first_row(reserve.projects, preferred_parks="高新区")
    (found,) = cross_findings(replace(reserve, projects=projects))
    assert "园区代码" in found.action.zh
    assert str(reserve.parks.index[0]) in found.action.zh


def test_an_unknown_park_of_indicators_or_targets_is_said(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    changed = replace(
        reserve,
        indicators=first_row(reserve.indicators, park_id="X"),
        targets=first_row(reserve.targets, scope="Y"),
    )
    assert rules_of(changed) == {
        ("indicators.park_unknown", "X"),
        ("targets.scope_unknown", "Y"),
    }


def test_one_name_is_one_finding_with_its_count(demo_desk: Desk) -> None:
    reserve = demo_desk.records.reserve
    facts = reserve.evidence.copy()
    gone = facts["subject_kind"] == "parcel"
    facts.loc[gone, "subject_id"] = "X"
    (finding,) = cross_findings(replace(reserve, evidence=facts))
    assert str(gone.sum()) in finding.message.en
