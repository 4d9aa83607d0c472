"""The two limits of land-use approval, each for itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import tables
from zqland.quotas import QuotaUse, quota_use
from zqland.reserve import Reserve

ON = dt.date(2023, 9, 5)
APPROVED = {"submitted_on": "2023-02-01", "approved_on": "2023-05-01"}
SUBMITTED = {"submitted_on": "2023-06-01"}


def keep(
    batches: list[dict[str, Any]],
    parcels: list[dict[str, Any]],
    quotas: list[dict[str, Any]],
    *,
    year: int | None = None,
) -> QuotaUse:
    reserve = Reserve(
        parcels=gpd.GeoDataFrame(),
        evidence=pd.DataFrame(),
        status_events=pd.DataFrame(),
        parks=gpd.GeoDataFrame(),
        batches=_rows(
            "batches", [{"year": 2023, "district": "441203"} | b for b in batches]
        ),
        batch_parcels=_rows("batch_parcels", parcels),
        quotas=_rows("quotas", [{"year": 2023, "scope": "city"} | q for q in quotas]),
    )
    return quota_use(reserve, on=ON, year=year)


def _rows(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = tables.empty(name).columns
    made = pd.DataFrame(rows, columns=columns)
    for column in columns:
        if str(column).endswith("_on"):
            made[column] = pd.to_datetime(made[column]).astype("datetime64[s]")
        if str(column).endswith("_m2"):
            made[column] = made[column].astype("float64")
    return made


def takes(batch: str, scale: float | None, indicator: float | None) -> dict[str, Any]:
    return {
        "batch_id": batch,
        "parcel_id": f"{batch}-1",
        "area_m2": 1_000.0,
        "scale_m2": scale,
        "indicator_m2": indicator,
    }


def grants(scale: float, indicator: float, scope: str = "city") -> list[dict[str, Any]]:
    return [
        {"kind": "scale", "granted_m2": scale, "scope": scope},
        {"kind": "indicator", "granted_m2": indicator, "scope": scope},
    ]


def limit(use: QuotaUse, kind: str, scope: str = "city") -> dict[str, Any]:
    rows = use.limits
    (row,) = rows[(rows["kind"] == kind) & (rows["scope"] == scope)].to_dict("records")
    return {str(name): value for name, value in row.items()}


def fits(use: QuotaUse) -> dict[tuple[str, str], bool]:
    return {
        (row["batch_id"], row["kind"]): bool(row["fits"])
        for row in use.batches.to_dict("records")
    }


def test_scale_and_indicator_are_limits_of_their_own() -> None:
    use = keep([{"batch_id": "A"}], [takes("A", 900, 500)], grants(1_000, 400))
    assert fits(use) == {("A", "scale"): True, ("A", "indicator"): False}


def test_what_is_approved_is_used_and_what_is_submitted_is_reserved() -> None:
    batches = [{"batch_id": "A"} | APPROVED, {"batch_id": "B"} | SUBMITTED]
    use = keep(
        batches, [takes("A", 300, 300), takes("B", 200, 200)], grants(1_000, 1_000)
    )
    row = limit(use, "scale")
    assert (row["used_m2"], row["reserved_m2"], row["rest_m2"]) == (300.0, 200.0, 500.0)


def test_every_sum_names_its_batches() -> None:
    batches = [{"batch_id": "A"} | APPROVED, {"batch_id": "B"} | SUBMITTED]
    use = keep(
        batches, [takes("A", 300, 300), takes("B", 900, 200)], grants(1_000, 1_000)
    )
    row = limit(use, "scale")
    assert (row["used_ids"], row["reserved_ids"], row["unfit_ids"]) == (
        ("A",),
        ("B",),
        ("B",),
    )


def test_a_batch_that_just_fits_fits() -> None:
    use = keep([{"batch_id": "A"}], [takes("A", 1_000, 1_000)], grants(1_000, 1_000))
    assert all(fits(use).values())


def test_a_batch_that_does_not_fit_says_by_how_much() -> None:
    use = keep([{"batch_id": "A"}], [takes("A", 1_250, 0)], grants(1_000, 1_000))
    (row,) = use.batches[use.batches["kind"] == "scale"].to_dict("records")
    assert row["short_m2"] == 250.0
    assert "250.00" in row["reason"].en


def test_a_batch_that_does_not_fit_takes_nothing_from_those_after_it() -> None:
    batches = [{"batch_id": "A"}, {"batch_id": "B"}]
    use = keep(
        batches, [takes("A", 900, 500), takes("B", 800, 100)], grants(1_000, 400)
    )
    assert fits(use)["B", "scale"]


def test_approved_batches_come_before_those_submitted() -> None:
    batches = [{"batch_id": "A"} | SUBMITTED, {"batch_id": "Z"} | APPROVED]
    use = keep(batches, [takes("A", 700, 0), takes("Z", 700, 0)], grants(1_000, 1_000))
    assert fits(use)["Z", "scale"]
    assert not fits(use)["A", "scale"]


def test_a_district_has_its_own_limit_beside_that_of_the_city() -> None:
    quotas = grants(1_000, 1_000) + grants(500, 1_000, "441203")
    use = keep([{"batch_id": "A"}], [takes("A", 600, 0)], quotas)
    assert limit(use, "scale", "441203")["unfit_ids"] == ("A",)
    assert limit(use, "scale", "city")["unfit_ids"] == ()


def test_a_batch_of_another_district_does_not_count_in_it() -> None:
    quotas = grants(1_000, 1_000) + grants(500, 1_000, "441204")
    use = keep([{"batch_id": "A"}], [takes("A", 600, 0)], quotas)
    assert limit(use, "scale", "441204")["reserved_m2"] == 0.0


def test_a_row_without_a_figure_is_counted_and_found_not_guessed() -> None:
    use = keep([{"batch_id": "A"}], [takes("A", None, 100)], grants(1_000, 1_000))
    row = limit(use, "scale")
    assert (row["reserved_m2"], row["lacking_count"], row["lacking_m2"]) == (
        0.0,
        1,
        1_000.0,
    )
    assert {finding.field for finding in use.findings} == {"scale_m2"}


def test_a_year_without_a_grant_is_found() -> None:
    use = keep(
        [{"batch_id": "A", "year": 2024}], [takes("A", 1, 1)], grants(1_000, 1_000)
    )
    assert {finding.field for finding in use.findings} == {"granted_m2"}


def test_a_batch_without_a_year_counts_in_no_limit() -> None:
    use = keep(
        [{"batch_id": "A", "year": None}], [takes("A", 1, 1)], grants(1_000, 1_000)
    )
    assert limit(use, "scale")["reserved_m2"] == 0.0
    assert "year" in {finding.field for finding in use.findings}


def test_one_year_can_be_asked_for() -> None:
    quotas = grants(1_000, 1_000) + [q | {"year": 2022} for q in grants(1, 1)]
    assert set(keep([], [], quotas, year=2022).limits["year"]) == {2022}


@pytest.mark.parametrize("kind", ["scale", "indicator"])
def test_without_any_batch_the_whole_grant_is_left(kind: str) -> None:
    assert limit(keep([], [], grants(700, 700)), kind)["rest_m2"] == 700.0


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 900), st.sampled_from("asp")),
        max_size=6,
    ),
    st.integers(0, 2_000),
    st.integers(0, 2_000),
)
def test_batches_are_taken_in_order_as_a_plain_loop_takes_them(
    asked: list[tuple[int, int, str]], scale: int, indicator: int
) -> None:
    states = {"a": APPROVED, "s": SUBMITTED, "p": {}}
    names = [f"B{place}" for place in range(len(asked))]
    batches = [
        {"batch_id": name} | states[state]
        for name, (_, _, state) in zip(names, asked, strict=True)
    ]
    parcels = [takes(name, *row[:2]) for name, row in zip(names, asked, strict=True)]
    rest, expected = [float(scale), float(indicator)], {}
    order = sorted(
        zip(names, asked, strict=True), key=lambda one: "asp".index(one[1][2])
    )
    for name, (*needs, state) in order:
        ok = [need <= left for need, left in zip(needs, rest, strict=True)]
        expected[name, "scale"], expected[name, "indicator"] = ok
        if all(ok) or state == "a":
            rest = [left - need for left, need in zip(rest, needs, strict=True)]
    assert fits(keep(batches, parcels, grants(scale, indicator))) == expected
