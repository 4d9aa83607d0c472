"""Plans from needs and parcels: placed, checked apart from the solver, explained."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from zqland.errors import PortfolioError
from zqland.portfolio import realise as drawing
from zqland.portfolio.candidates import Offers, Shared, Terms, offers
from zqland.portfolio.explain import price_of_placing, shadow_values, why_unplaced
from zqland.portfolio.plan import Plan, make_plan
from zqland.portfolio.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from zqland.catalogues import Catalogues
    from zqland.matching import Snapshot
    from zqland.needs import Need


@pytest.fixture
def planned(
    snapshot: Snapshot, catalogues: Catalogues
) -> Callable[..., tuple[Offers, Plan]]:
    """Return a function from needs and terms to a checked plan."""

    def run(*needs: Need, **terms: object) -> tuple[Offers, Plan]:
        stated = Terms(**terms)  # type: ignore[arg-type] # named by the test
        found = offers(needs, snapshot, catalogues.portfolio, stated)
        plan = make_plan(found)
        assert verify(plan, needs, snapshot, stated) == []
        return found, plan

    return run


def places(plan: Plan) -> dict[str, str]:
    """Return kind and parcel of each placed project."""
    table = plan.assignments
    lots = table["kind"] + "/" + table["parcel_id"]
    return dict(zip(table["project_id"], lots, strict=True))


def test_a_whole_parcel_that_fits_is_taken_before_one_is_cut(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    _, plan = planned(need_of("P1", 20_000.0))

    assert places(plan) == {"P1": "whole/B"}
    assert plan.solution.is_proven


def test_lots_are_cut_from_what_is_larger_and_leave_room(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    _, plan = planned(*(need_of(f"P{place}", 20_000.0) for place in range(5)))

    assert sorted(places(plan).values()) == [
        "carved/A",
        "carved/A",
        "whole/B",
        "whole/C",
    ]


def test_a_locked_project_stands_on_its_parcel(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    _, plan = planned(need_of("P1", 20_000.0), locks={"P1": "A"})

    assert places(plan) == {"P1": "carved/A"}


def test_a_barred_parcel_is_not_used(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    _, plan = planned(need_of("P1", 20_000.0), never=frozenset("B"))

    assert places(plan) == {"P1": "whole/C"}


def test_a_limit_on_power_in_a_park_is_kept(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    needs = [need_of(f"P{place}", 20_000.0, power_mva=10.0) for place in range(3)]

    _, plan = planned(*needs, shared=(Shared("power", 10.0, "E"),))

    assert (plan.assignments["park_id"] == "E").sum() == 1


def test_a_quota_of_land_is_kept(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    needs = [need_of(f"P{place}", 20_000.0) for place in range(3)]

    _, plan = planned(*needs, shared=(Shared("area", 45_000.0),))

    assert len(plan.assignments) == 2


def test_a_project_without_any_lot_is_explained_by_its_funnel(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    found = why_unplaced(*planned(need_of("P1", 500_000.0)))

    assert "P1: no lot at all." in found[0].reason.en
    assert "too small" in found[0].reason.en


def test_an_outbid_project_is_told_by_whom_and_what_placing_it_would_cost(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    rich = need_of("rich", 55_000.0, fixed_investment_wan=90_000.0)
    found = planned(rich, need_of("poor", 56_000.0))

    reason = why_unplaced(*found)[0]
    price = price_of_placing(*found, "poor")

    assert (reason.project_id, reason.parcel_id, reason.by) == ("poor", "A", ("rich",))
    assert price.gives_way == ("rich",)
    assert price.points == pytest.approx(8.25, abs=0.05)  # 9 by investment, on 92 %


def test_more_ground_is_worth_something_only_where_it_is_scarce(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    found = planned(need_of("P1", 20_000.0), need_of("P2", 20_000.0))

    assert shadow_values(*found)["points"].max() < 0.2


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"locks": {"P1": "Z"}}, "Z are locked or barred, but are not free"),
        ({"locks": {"P9": "A"}}, "P9 are locked"),
        ({"locks": {"P1": "A"}, "never": frozenset("A")}, "P1 are locked to A, which"),
        ({"shared": (Shared("power", 1.0, "X"),)}, "power X cannot be kept"),
    ],
)
def test_terms_that_cannot_be_met_are_named_before_any_solving(
    planned: Callable[..., tuple[Offers, Plan]],
    need_of: Callable[..., Need],
    terms: dict[str, object],
    message: str,
) -> None:
    with pytest.raises(PortfolioError, match=message):
        planned(need_of("P1", 20_000.0), **terms)


def test_two_projects_locked_to_ground_for_one_are_both_named(
    planned: Callable[..., tuple[Offers, Plan]], need_of: Callable[..., Need]
) -> None:
    needs = need_of("P1", 55_000.0), need_of("P2", 54_000.0)

    with pytest.raises(PortfolioError, match=r"P1, P2 must all be placed .* of A"):
        planned(*needs, locks={"P1": "A", "P2": "A"})


def test_a_plan_of_nothing_is_refused(
    planned: Callable[..., tuple[Offers, Plan]],
) -> None:
    with pytest.raises(PortfolioError, match="no project to place"):
        planned()


def test_a_plan_that_uses_ground_twice_is_found_out(
    planned: Callable[..., tuple[Offers, Plan]],
    need_of: Callable[..., Need],
    snapshot: Snapshot,
) -> None:
    needs = [need_of("P1", 20_000.0), need_of("P2", 20_000.0)]
    _, plan = planned(*needs)
    table = plan.assignments.assign(parcel_id="B", area_m2=20_000.0)

    faults = verify(replace(plan, assignments=table), needs, snapshot, Terms())

    assert [fault.en for fault in faults] == ["B: 40,000.00 are used of 20,000.00."]


def test_lots_of_one_parcel_are_drawn_side_by_side_and_exact(
    planned: Callable[..., tuple[Offers, Plan]],
    need_of: Callable[..., Need],
    parcels: gpd.GeoDataFrame,
    catalogues: Catalogues,
) -> None:
    found = planned(*(need_of(f"P{place}", 20_000.0) for place in range(5)))

    drawn = drawing.realise(*found, parcels, catalogues.lots)

    assert drawn.is_complete
    assert drawing.faults(drawn, parcels, exact_m2=0.01) == []
    assert len(drawn.shapes) == len(found[1].assignments)


def test_what_cannot_be_drawn_is_cut_off_and_planned_again(
    planned: Callable[..., tuple[Offers, Plan]],
    need_of: Callable[..., Need],
    parcels: gpd.GeoDataFrame,
    catalogues: Catalogues,
) -> None:
    found = planned(*(need_of(f"P{place}", 20_000.0) for place in range(5)))
    wide = replace(catalogues.lots, least_width_m=120.0)

    drawn = drawing.realise(*found, parcels, wide)

    assert drawn.is_complete
    assert drawn.cut_off > 0
    assert len(drawn.plan.assignments) < len(found[1].assignments)
