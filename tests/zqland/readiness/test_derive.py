"""What readiness means, one fact at a time, with the packaged rules."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from zqland.catalogues import load_catalogues
from zqland.errors import TableError
from zqland.readiness import derive

RULES = load_catalogues().readiness
ON = dt.date(2023, 9, 5)
PARCELS = pd.DataFrame(
    {"park_id": ["GXQ", "GXQ", None], "area_ids": ["R1;R2", None, "R2"]},
    index=pd.Index(["A-1", "A-2", "B-1"], name="parcel_id"),
)
SERVICED = ("road", "water", "power", "levelled")
CLEAN = ("conversion", "title", "compensation", "dispute_free", "planning_conditions")
ASSESSMENTS = tuple(key for key in RULES.items if key.startswith("assessment_"))
CONTROLS = tuple(key for key in RULES.items if key.startswith("indicator_"))


def facts(*items: str, subject: str = "parcel:A-1", **more: object) -> pd.DataFrame:
    """Make one entry per item; what is not given was done on 1 May 2023."""
    kind, name = subject.split(":")
    table = pd.DataFrame({"item": list(items)})
    table["subject_kind"], table["subject_id"] = kind, name
    for column, value in ({"done_on": "2023-05-01"} | more).items():
        is_date = column.endswith("_on")
        table[column] = pd.Timestamp(str(value)) if is_date and value else value
    return table


def state(*parts: pd.DataFrame, on: dt.date = ON) -> pd.DataFrame:
    return derive(PARCELS, pd.concat(parts, ignore_index=True), on=on, rules=RULES)


def test_three_connections_and_levelled_ground_make_land_serviced() -> None:
    assert state(facts(*SERVICED)).loc["A-1", "stage"] == "serviced"


def test_levelling_alone_may_be_missing() -> None:
    row = state(facts("road", "water", "power")).loc["A-1"]
    assert row["serviced_missing"] == ("levelled",)


def test_clean_land_is_no_stage_of_the_ladder() -> None:
    row = state(facts(*CLEAN)).loc["A-1"]
    assert row["clean"]
    assert row["stage"] == "raw"


def test_clean_and_serviced_land_is_mature() -> None:
    row = state(facts(*SERVICED, *CLEAN)).loc["A-1"]
    assert row["stage"] == "mature"
    assert row["mature_missing"] == ()


def test_standard_land_needs_no_connections() -> None:
    row = state(facts(*CLEAN, *ASSESSMENTS, *CONTROLS, "commitment")).loc["A-1"]
    assert row["standard"]
    assert not row["mature"]


def test_there_are_eleven_assessments_of_which_none_may_be_missing() -> None:
    row = state(facts(*CLEAN, *ASSESSMENTS[1:], *CONTROLS, "commitment")).loc["A-1"]
    assert len(ASSESSMENTS) == 11
    assert row["standard_missing"] == (ASSESSMENTS[0],)


def test_assessments_of_an_area_are_facts_of_all_its_parcels() -> None:
    shared = facts(*ASSESSMENTS, subject="area:R2")
    missing = state(shared)["standard_missing"].map(len)
    assert missing.to_dict() == {"A-1": 11, "A-2": 22, "B-1": 11}


def test_utilities_of_a_park_are_facts_of_all_its_parcels() -> None:
    utilities = state(facts("road", subject="park:GXQ"))["utilities"]
    assert utilities.to_list() == [("road",), ("road",), ()]


def test_a_parcel_may_be_called_like_a_park() -> None:
    parcels = PARCELS.rename(index={"A-1": "GXQ"})
    table = facts("road", subject="parcel:GXQ")
    utilities = derive(parcels, table, on=ON, rules=RULES)["utilities"]
    assert utilities.to_list() == [("road",), (), ()]


def test_a_fact_of_the_park_bridges_a_gap_of_the_parcel() -> None:
    first = facts(*SERVICED, expires_on="2023-06-30")
    bridge = facts(*SERVICED, subject="park:GXQ", done_on="2023-06-20")
    reached = state(first, bridge).loc["A-1", "serviced_reached_on"]
    assert reached == pd.Timestamp("2023-05-01")


def test_the_last_day_of_validity_counts() -> None:
    table = facts(*SERVICED, expires_on=str(ON))
    assert state(table).loc["A-1", "serviced"]
    assert not state(table, on=ON + dt.timedelta(1)).loc["A-1", "serviced"]


def test_a_renewal_on_the_next_day_continues_the_run() -> None:
    renewed = facts("road", done_on="2023-07-01")
    table = [facts(*SERVICED[1:]), facts("road", expires_on="2023-06-30"), renewed]
    row = state(*table).loc["A-1"]
    assert row["serviced_reached_on"] == pd.Timestamp("2023-05-01")


def test_a_gap_of_one_day_starts_a_new_run() -> None:
    renewed = facts("road", done_on="2023-07-02")
    table = [facts(*SERVICED[1:]), facts("road", expires_on="2023-06-30"), renewed]
    row = state(*table).loc["A-1"]
    assert row["serviced_reached_on"] == pd.Timestamp("2023-07-02")
    assert row["serviced_first_reached_on"] == pd.Timestamp("2023-05-01")


def test_lapsed_land_keeps_the_day_on_which_it_was_first_reached() -> None:
    row = state(facts(*SERVICED, expires_on="2023-06-30")).loc["A-1"]
    assert row["serviced_reached_on"] is pd.NaT
    assert row["serviced_first_reached_on"] == pd.Timestamp("2023-05-01")


def test_a_value_without_a_date_is_no_fact() -> None:
    table = facts("power", done_on=None, value=20.0)
    assert state(table).loc["A-1", "utilities"] == ()


def test_a_corrected_entry_does_not_count() -> None:
    wrong = facts("road", evidence_id="E1", supersedes=None)
    right = facts("road", evidence_id="E2", supersedes="E1", done_on="2023-08-01")
    on = dt.date(2023, 7, 1)
    assert state(wrong, right, on=on).loc["A-1", "utilities"] == ()


def test_a_correction_without_a_date_withdraws_the_fact() -> None:
    wrong = facts("road", evidence_id="E1", supersedes=None)
    withdrawn = facts("road", evidence_id="E2", supersedes="E1", done_on=None)
    assert state(wrong, withdrawn).loc["A-1", "utilities"] == ()


def test_of_a_chain_of_corrections_only_the_last_counts() -> None:
    chain = [
        facts("road", evidence_id="E1", supersedes=None, done_on="2023-01-01"),
        facts("road", evidence_id="E2", supersedes="E1", done_on="2023-02-01"),
        facts("road", evidence_id="E3", supersedes="E2", done_on="2023-03-01"),
    ]
    rest = facts(*SERVICED[1:], done_on="2022-01-01")
    row = state(*chain, rest).loc["A-1"]
    assert row["serviced_first_reached_on"] == pd.Timestamp("2023-03-01")


def test_land_is_expected_when_the_last_due_fact_is_due() -> None:
    table = [
        facts("road", "water"),
        facts("power", done_on=None, due_on="2023-10-01"),
        facts("levelled", done_on=None, due_on="2023-12-15"),
    ]
    row = state(*table).loc["A-1"]
    assert row["serviced_expected_on"] == pd.Timestamp("2023-12-15")


def test_overdue_facts_promise_nothing() -> None:
    table = facts(*SERVICED, done_on=None, due_on=str(ON))
    assert state(table).loc["A-1", "serviced_expected_on"] is pd.NaT


def test_a_fact_that_lapses_before_the_rest_is_due_promises_nothing() -> None:
    table = [
        facts(*SERVICED[1:], expires_on="2023-09-30"),
        facts("road", done_on=None, due_on="2023-10-01"),
    ]
    assert state(*table).loc["A-1", "serviced_expected_on"] is pd.NaT


def test_land_that_holds_a_predicate_is_not_expected_to_reach_it() -> None:
    renewal = facts("road", done_on=None, due_on="2024-01-01")
    row = state(facts(*SERVICED, expires_on="2023-10-01"), renewal).loc["A-1"]
    assert row["serviced_expected_on"] is pd.NaT


def test_land_holds_until_the_last_day_of_its_first_fact_to_expire() -> None:
    table = [facts(*SERVICED[1:]), facts("road", expires_on="2023-10-01")]
    row = state(*table).loc["A-1"]
    assert row["serviced_holds_until"] == pd.Timestamp("2023-10-01")
    assert row["clean_holds_until"] is pd.NaT


def test_a_planned_renewal_continues_the_run() -> None:
    renewal = facts("road", done_on=None, due_on="2023-10-02", expires_on="2024-10-01")
    old = facts("road", expires_on="2023-10-01")
    row = state(facts(*SERVICED[1:]), old, renewal).loc["A-1"]
    assert row["serviced_holds_until"] == pd.Timestamp("2024-10-01")


def test_land_that_is_expected_holds_until_the_end_of_that_run() -> None:
    table = [
        facts(*SERVICED[1:], expires_on="2024-03-31"),
        facts("road", done_on=None, due_on="2023-10-01"),
    ]
    row = state(*table).loc["A-1"]
    assert row["serviced_expected_on"] == pd.Timestamp("2023-10-01")
    assert row["serviced_holds_until"] == pd.Timestamp("2024-03-31")


def test_what_was_done_later_is_not_known_before() -> None:
    table = facts(*SERVICED, done_on="2023-08-01", due_on="2023-07-01")
    row = state(table, on=dt.date(2023, 6, 1)).loc["A-1"]
    assert not row["serviced"]
    assert row["serviced_expected_on"] == pd.Timestamp("2023-07-01")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((), "three"),
        (("drain", "telecom"), "five"),
        (("storm", "industrial_sewage", "telecom"), "five"),
        (("drain", "telecom", "gas", "heat"), "seven"),
        (("storm", "industrial_sewage", "telecom", "gas", "heat", "transit"), "nine"),
        (("drain", "telecom", "gas", "heat", "transit"), "seven"),
    ],
)
def test_the_strongest_utility_set_is_named(
    more: tuple[str, ...], expected: str
) -> None:
    assert state(facts(*SERVICED, *more)).loc["A-1", "utility_set"] == expected


def test_no_utility_set_is_reached_on_ground_that_is_not_levelled() -> None:
    assert state(facts("road", "water", "power")).loc["A-1", "utility_set"] == ""


def test_storm_drain_and_industrial_sewer_together_are_drainage() -> None:
    utilities = state(facts("storm", "industrial_sewage")).loc["A-1", "utilities"]
    assert utilities == ("drain", "storm", "industrial_sewage")


def test_the_capacity_of_the_parcel_goes_before_that_of_the_park() -> None:
    park = facts(
        "power", subject="park:GXQ", value=80.0, unit="MVA", done_on="2023-08-01"
    )
    own = facts("power", value=12.5, unit="MVA")
    power = state(own, park)["power_mva"]
    assert power.iloc[:2].to_list() == [12.5, 80.0]
    assert pd.isna(power.iloc[2])


def test_the_latest_capacity_counts_and_older_figures_do_not() -> None:
    later = facts("water", value=900.0, unit=None, done_on="2023-06-01")
    earlier = facts("water", value=300.0, unit=None, done_on="2023-02-01")
    assert state(later, earlier).loc["A-1", "water_m3_per_day"] == 900


def test_the_newer_of_two_areas_gives_the_capacity_to_the_parcels_of_both() -> None:
    old = facts("gas", subject="area:R2", value=1.0, done_on="2023-01-01")
    new = facts("gas", subject="area:R1", value=2.0, done_on="2023-02-01")
    gas = state(new, old)["gas_m3_per_hour"]
    assert gas.loc[["A-1", "B-1"]].to_list() == [2.0, 1.0]


def test_capacities_are_brought_to_one_unit() -> None:
    table = facts("power", value=630.0, unit="kVA")
    assert state(table).loc["A-1", "power_mva"] == pytest.approx(0.63)


def test_expired_capacities_are_unknown() -> None:
    table = facts("heat", value=10.0, expires_on="2023-09-04")
    assert pd.isna(state(table).loc["A-1", "steam_t_per_hour"])


def test_an_unknown_unit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TableError, match=r"in horsepower; known units are MVA, kVA"):
        state(facts("power", value=1.0, unit="horsepower"))


def test_an_unknown_item_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TableError, match=r"unknown items raod; .* road, water"):
        state(facts("raod"))


def test_a_missing_item_is_refused() -> None:
    table = facts("road").assign(item=pd.Series([None], dtype="str"))
    with pytest.raises(TableError, match="unknown items"):
        state(table)


def test_categories_that_no_row_uses_are_no_unknown_items() -> None:
    table = facts("road")
    table["item"] = pd.Categorical(table["item"], categories=["road", "moat"])
    assert derive(PARCELS, table, on=ON, rules=RULES).loc["A-1", "utilities"] == (
        "road",
    )


def test_facts_about_ground_elsewhere_are_left_alone() -> None:
    table = facts("road", subject="parcel:Z-9")
    assert state(table)["utilities"].map(len).sum() == 0


def test_a_table_without_areas_or_optional_columns_is_enough() -> None:
    parcels = PARCELS[["park_id"]]
    answer = derive(parcels, facts(*SERVICED), on=ON, rules=RULES)
    assert answer["serviced"].to_list() == [True, False, False]


def test_no_parcels_give_a_table_without_rows() -> None:
    answer = derive(PARCELS.iloc[:0], facts("road"), on=ON, rules=RULES)
    assert len(answer) == 0
    assert "standard_expected_on" in answer


def test_equal_lists_of_missing_items_are_one_object() -> None:
    missing = state(facts("road", subject="parcel:B-1"))["mature_missing"]
    assert missing["A-1"] is missing["A-2"]


def test_a_validity_until_the_last_day_of_the_calendar_is_one_without_end() -> None:
    table = facts(*SERVICED, expires_on="9999-12-31")
    assert state(table, on=dt.date(9999, 12, 31)).loc["A-1", "serviced"]


def test_the_stages_are_ordered() -> None:
    stage = state(facts(*SERVICED))["stage"]
    assert (stage >= "serviced").to_list() == [True, False, False]
