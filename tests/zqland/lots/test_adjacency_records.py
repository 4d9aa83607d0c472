"""Neighbours against those that a real town recorded, over roads of up to 30 m."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import pytest
import shapely

from zqland.lots.adjacency import Adjacency
from zqland.lots.assemble_rules import AdjacencyRules

RECORD: Final = (
    Path(__file__).parents[4] / "shared/data/parcels/washington_nh_2016.geojson"
)
RULES: Final = AdjacencyRules(gap_m=30.0, least_shared_m=0.0, others_close=False)

Pairs = set[tuple[str, str]]


class Town(NamedTuple):
    """Pairs that were called, that are on record, and what the record lacks."""

    called: Pairs
    recorded: Pairs
    one_sided: Pairs
    unknown: set[str]
    shapes: gpd.GeoSeries


def pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


@pytest.fixture(scope="module")
def town() -> Town:
    if not RECORD.exists():
        pytest.skip("the shared data of real parcels are not there")
    features: list[dict[str, Any]] = json.loads(RECORD.read_text("utf-8"))["features"]
    names = {feature["properties"]["id"]: feature["properties"] for feature in features}
    directed = {
        (name, other)
        for name, facts in names.items()
        for other in facts["abutters"] or []
        if other in names and other != name
    }
    shapes = gpd.GeoSeries(
        [shapely.from_geojson(json.dumps(part["geometry"])) for part in features],
        list(names),
        crs=4326,
    ).to_crs(32618)
    table = Adjacency.of(shapes, rules=RULES).table().query("is_neighbour")
    return Town(
        called={pair(*both) for both in table[["first", "second"]].to_numpy()},
        recorded={pair(*both) for both in directed},
        one_sided={pair(*both) for both in directed if both[::-1] not in directed},
        unknown={name for name, facts in names.items() if not facts["abutters"]},
        shapes=shapes,
    )


def test_97_of_100_pairs_that_are_called_adjacent_are_recorded(town: Town) -> None:
    assert len(town.called & town.recorded) >= 0.97 * len(town.called)


def test_94_of_100_recorded_pairs_are_found(town: Town) -> None:
    assert len(town.called & town.recorded) >= 0.94 * len(town.recorded)


def test_every_missed_pair_lies_across_a_wide_road_or_is_a_mere_touch(
    town: Town,
) -> None:
    missed = sorted(town.recorded - town.called)
    ground = shapely.make_valid(town.shapes.to_numpy())
    place = {name: row for row, name in enumerate(town.shapes.index)}
    one = ground[[place[pair[0]] for pair in missed]]
    other = ground[[place[pair[1]] for pair in missed]]
    gaps = shapely.distance(one, other)
    across = gaps > RULES.gap_m
    # The rest comes just within reach of the other boundary, less than 2 m of it.
    assert (gaps[~across] > RULES.gap_m - 2.0).all()
    assert across.mean() > 0.9


def test_pairs_beyond_the_record_mostly_have_a_lot_without_record(town: Town) -> None:
    extra = town.called - town.recorded
    unknown = {both for both in extra if set(both) & town.unknown}
    assert len(unknown) >= len(extra) / 3
