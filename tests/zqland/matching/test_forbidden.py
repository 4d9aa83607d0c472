"""Ground that constraint layers take, in the answer to a need."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from zqland import crs, tables
from zqland.areas import Method
from zqland.constraints import ConstraintLayer, ConstraintRule
from zqland.matching import Answer, Snapshot, match
from zqland.needs import Need
from zqland.reserve import Reserve, ReserveState, as_of
from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.catalogues import Catalogues

    ReserveOf = Callable[..., Snapshot]

ON = dt.date(2023, 9, 5)
EAST, NORTH = 38_400_000, 2_560_000
NEED = Need(
    project_id="P1",
    area_min_m2=9_500.0,
    area_ideal_m2=9_800.0,
    area_max_m2=10_100.0,
    predicate="serviced",
)


def layer(rule: ConstraintRule, width_m: float) -> ConstraintLayer:
    strip = shapely.box(EAST - 50, NORTH - 50, EAST + width_m, NORTH + 150)
    return ConstraintLayer(
        key=rule.value,
        text=Text(en=f"{rule} line", zh="红线"),
        rule=rule,
        shapes=gpd.GeoSeries([strip], crs=4526),
    )


def state_of(catalogues: Catalogues, *layers: ConstraintLayer) -> ReserveState:
    """Make one serviced lot of 100 m by 100 m whose western edge meets the layers."""
    home = gpd.GeoSeries([shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)])
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": ["A-1"],
            "name": "一号",
            "park_id": "GXQ",
            "district": "441200",
            "home_zone": 4526,
            "home_geometry": home,
            "declared_m2": 10_000.0,
            "land_class": "M2",
        },
        geometry=crs.to_geographic(home, 4526),
    )
    items = ["road", "water", "power", "levelled"]
    evidence = pd.DataFrame(
        {
            "evidence_id": items,
            "subject_kind": "parcel",
            "subject_id": "A-1",
            "item": items,
            "done_on": pd.Timestamp("2023-03-01"),
        }
    )
    events = pd.DataFrame(
        {"parcel_id": ["A-1"], "status": "in_reserve", "happened_on": "2022-05-01"}
    )
    reserve = Reserve(
        parcels=tables.check("parcels", parcels),
        evidence=tables.check("evidence", evidence),
        status_events=tables.check("status_events", events),
        parks=gpd.GeoDataFrame(tables.empty("parks")),
        constraints=layers,
    )
    return as_of(reserve, on=ON, catalogues=catalogues)


def answered(
    catalogues: Catalogues,
    *layers: ConstraintLayer,
    **asked: Any,  # noqa: ANN401
) -> Answer:
    state = state_of(catalogues, *layers)
    need = dataclasses.replace(NEED, **asked)
    indicators = tables.empty("indicators")
    snapshot = Snapshot.of(
        state, catalogues=catalogues, basis=need.basis, indicators=indicators
    )
    return match(need, snapshot)


def test_the_state_carries_usable_areas_beside_total_ones(
    catalogues: Catalogues,
) -> None:
    parcels = state_of(catalogues, layer(ConstraintRule.DEDUCT, 3.0)).parcels
    row = parcels.iloc[0]
    assert row["planar_m2"] == 10_000.0
    assert row["usable_planar_m2"] == pytest.approx(9_700.0)
    assert pd.isna(row["usable_declared_m2"])
    assert row["constraints"] == ("deduct",)


def test_forbidden_ground_is_a_step_of_the_funnel(catalogues: Catalogues) -> None:
    answer = answered(catalogues, layer(ConstraintRule.FORBID, 2.0))
    steps = {step.condition: step for step in answer.funnel}
    assert steps["forbidden"].removed == 1
    assert steps["forbidden"].text.en == "1 on forbidden ground"
    assert steps["forbidden"].text.zh == "1宗占用禁止区域"


def test_without_forbidden_ground_there_is_no_such_step(catalogues: Catalogues) -> None:
    answer = answered(catalogues, layer(ConstraintRule.DEDUCT, 2.0))
    assert "forbidden" not in {step.condition for step in answer.funnel}


def test_the_near_miss_says_how_many_square_metres_to_leave_out(
    catalogues: Catalogues,
) -> None:
    answer = answered(catalogues, layer(ConstraintRule.FORBID, 2.0))
    (near,) = answer.near_misses
    assert near.condition == "forbidden"
    assert (near.shortfall, near.ratio) == pytest.approx((0.02, 0.4), abs=1e-6)
    assert near.relaxation.en == (
        "0.30 mu (200.00 m², 2.0 %) in the forbid line left out; 14.70 mu usable remain"
    )
    assert near.relaxation.zh == (
        "退出红线内0.30 亩（200.00 平方米，2.0%）；可用面积余14.70 亩"
    )


def test_ground_that_is_mostly_forbidden_is_no_near_miss(
    catalogues: Catalogues,
) -> None:
    answer = answered(
        catalogues, layer(ConstraintRule.FORBID, 40.0), area_min_m2=5_000.0
    )
    assert (answer.fit_count, answer.near_count) == (0, 0)


def test_the_window_is_judged_on_usable_ground(catalogues: Catalogues) -> None:
    answer = answered(catalogues, layer(ConstraintRule.DEDUCT, 6.0))
    (near,) = answer.near_misses
    assert near.condition == "area_min"
    assert (near.area_m2, near.usable_m2) == pytest.approx((10_000.0, 9_400.0))


def test_a_city_may_judge_on_all_ground(catalogues: Catalogues) -> None:
    rules = dataclasses.replace(catalogues.matching, judged_on="total")
    own = dataclasses.replace(catalogues, matching=rules)
    answer = answered(own, layer(ConstraintRule.DEDUCT, 6.0))
    (lot,) = answer.matches
    assert (lot.area_m2, lot.usable_m2) == pytest.approx((10_000.0, 9_400.0))
    assert answer.to_dict()["judged_on"] == "total"


def test_both_areas_stand_with_a_lot(catalogues: Catalogues) -> None:
    answer = answered(catalogues, layer(ConstraintRule.DEDUCT, 2.0))
    lot = answer.to_dict()["matches"][0]
    assert (lot["area_text"], lot["usable_text"]) == ("15.00 mu", "14.70 mu")
    assert lot["constraints"][0]["area_m2"] == pytest.approx(200.0)
    assert list(answer.to_table("en"))[3:5] == ["Area (mu)", "Usable (mu)"]
    assert lot["reasons"][0] == "14.70 mu usable of 15.00 mu, the ideal area"


def test_a_warning_is_a_reason_and_takes_nothing(catalogues: Catalogues) -> None:
    answer = answered(catalogues, layer(ConstraintRule.WARN, 2.0))
    (lot,) = answer.matches
    assert lot.usable_m2 == lot.area_m2
    assert lot.reasons[1].en == (
        "0.30 mu (200.00 m², 2.0 %) in the warn line: to be checked"
    )


def test_without_layers_no_usable_area_is_shown(catalogues: Catalogues) -> None:
    answer = answered(catalogues)
    assert "Usable (mu)" not in answer.to_table("en")
    assert answer.to_dict()["matches"][0]["usable_m2"] == 10_000.0


def test_on_the_declared_basis_what_is_taken_from_leaves_the_rest_unknown(
    catalogues: Catalogues,
) -> None:
    answer = answered(
        catalogues, layer(ConstraintRule.DEDUCT, 2.0), basis=Method.DECLARED
    )
    assert answer.funnel[0].removed == 1
    assert answer.funnel[0].text.en == (
        "1 without a known usable area by the method declared"
    )


def test_ground_that_layers_do_not_concern_is_answered_as_before(
    catalogues: Catalogues,
) -> None:
    beside = layer(ConstraintRule.FORBID, -10.0)
    with_layer, without = answered(catalogues, beside), answered(catalogues)
    assert with_layer.matches == without.matches
    assert with_layer.funnel[1:] == without.funnel[1:]
