"""Ground followed from the records that it was written for to those of now."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zqland.descendants import follow
from zqland.ledger.descent import Descent, trace

ON = dt.date(2023, 9, 5)


def descent(
    areas: dict[str, float], edges: list[tuple[str, str, str]]
) -> tuple[Descent, pd.Index]:
    index = pd.Index(list(areas))
    lineage = pd.DataFrame(edges, columns=["parent_id", "child_id", "happened_on"])
    lineage["happened_on"] = pd.to_datetime(lineage["happened_on"])
    weights = pd.Series(areas, index)
    return trace(pd.DataFrame(index=index), lineage, weights=weights, on=ON), index


def shares(
    areas: dict[str, float], edges: list[tuple[str, str, str]], start: str
) -> dict[str, float]:
    steps, index = descent(areas, edges)
    ways = follow(np.array([index.get_loc(start)]), steps)
    names = index[ways["place"].to_numpy()]
    return pd.Series(ways["share"].to_numpy(), names).groupby(level=0).sum().to_dict()


SPLIT = [("A", "A1", "2023-05-01"), ("A", "A2", "2023-05-01")]


def test_a_parcel_that_stands_keeps_all_of_its_ground() -> None:
    assert shares({"A": 400.0}, [], "A") == {"A": 1.0}


def test_a_split_shares_ground_by_area() -> None:
    areas = {"A": 400.0, "A1": 100.0, "A2": 300.0}
    assert shares(areas, SPLIT, "A") == {"A1": 0.25, "A2": 0.75}


def test_a_split_after_the_day_is_not_known_yet() -> None:
    later = [(parent, child, "2023-09-06") for parent, child, _ in SPLIT]
    assert shares({"A": 400.0, "A1": 100.0, "A2": 300.0}, later, "A") == {"A": 1.0}


def test_a_merger_takes_all_of_the_ground() -> None:
    areas = {"A": 400.0, "B": 100.0, "C": 500.0}
    edges = [("A", "C", "2023-05-01"), ("B", "C", "2023-05-01")]
    assert shares(areas, edges, "B") == {"C": 1.0}


def test_a_split_of_a_split_multiplies_the_shares() -> None:
    areas = {"A": 400.0, "A1": 100.0, "A2": 300.0, "A21": 150.0, "A22": 150.0}
    edges = [*SPLIT, ("A2", "A21", "2023-06-01"), ("A2", "A22", "2023-06-01")]
    assert shares(areas, edges, "A") == {"A1": 0.25, "A21": 0.375, "A22": 0.375}


def test_rows_of_no_parcel_go_nowhere() -> None:
    steps, _ = descent({"A": 400.0}, [])
    assert follow(np.array([-1]), steps).empty


@pytest.mark.parametrize(
    ("fold", "expected"), [("earliest", [3, 5]), ("latest", [7, 7])]
)
def test_numbers_are_folded_along_each_way(fold: str, expected: list[int]) -> None:
    steps, _ = descent({"A": 400.0, "A1": 100.0, "A2": 300.0}, SPLIT)
    days = np.array([7, 3, 5])
    ways = follow(np.array([0]), steps, **{fold: {"day": days}})
    assert ways["day"].tolist() == expected


@given(st.lists(st.floats(1.0, 1e6), min_size=1, max_size=6))
def test_the_shares_of_a_split_add_up_to_one(parts: list[float]) -> None:
    areas = {"A": sum(parts)} | {f"A{place}": area for place, area in enumerate(parts)}
    edges = [("A", name, "2023-05-01") for name in areas if name != "A"]
    assert sum(shares(areas, edges, "A").values()) == pytest.approx(1.0, abs=1e-12)
