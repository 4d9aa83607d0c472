"""Names of records, parks and districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland_geodata import identity

if TYPE_CHECKING:
    from zqland.findings import Finding

NAMES = st.lists(st.sampled_from(["A", "B", "A#2", "row 1", None]), max_size=12)


def named(names: list[str | None]) -> tuple[list[str], list[Finding]]:
    findings: list[Finding] = []
    places = [f"row {number}" for number in range(len(names))]
    ids = pd.Series(names, dtype="str")
    return identity.unique_ids(ids, places, findings, field="id"), findings


@given(NAMES)
def test_names_become_unique(names: list[str | None]) -> None:
    unique, _ = named(names)
    assert len(set(unique)) == len(names)


@given(NAMES)
def test_every_changed_name_is_a_finding(names: list[str | None]) -> None:
    unique, findings = named(names)
    changed = {new for new, old in zip(unique, names, strict=True) if new != old}
    assert changed <= {finding.record for finding in findings} | set(unique)
    assert len(findings) >= sum(name is None for name in names)


def test_a_first_name_is_never_changed() -> None:
    assert named(["A", "A", "A#2"])[0] == ["A", "A#3", "A#2"]


def test_parks_and_districts_are_known_by_their_words() -> None:
    parks = identity.park_ids(pd.Series(["肇庆金利高新区", "gxq", "某园", None]))
    assert parks.fillna("").to_list() == ["JINLI", "GXQ", "某园", ""]
    codes = identity.district_codes(pd.Series(["高要区", "四会", "Dinghu", "441202"]))
    assert codes.to_list() == ["441204", "441284", "441203", "441202"]


@pytest.mark.parametrize(
    ("word", "park_id"),
    [
        ("GXQ", "GXQ"),
        ("肇庆高新区", "GXQ"),
        ("肇庆高新区（大旺）", "GXQ"),
        ("四会精细化工园", "SH"),
        ("端州工业园", "DZ"),
        ("高新区", "高新区"),
    ],
)
def test_a_park_is_known_by_the_names_that_people_use(word: str, park_id: str) -> None:
    assert identity.park_ids(pd.Series([word])).to_list() == [park_id]
