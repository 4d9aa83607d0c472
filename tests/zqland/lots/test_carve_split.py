"""Ground split into a list of lots, and split again when the list changes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zqland import lineage
from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.errors import LotError
from zqland.lots.accept import accept
from zqland.lots.ask import Ask, Site
from zqland.lots.lot import Refused
from zqland.lots.split import Layout, split, split_equal

RULES = load_catalogues().lots
EAST, NORTH = 38_450_000.0, 2_560_000.0
FIELD = Site("A", shapely.box(EAST, NORTH, EAST + 600, NORTH + 400), 4526)
BEND = Site(
    "B",
    shapely.Polygon(
        [
            *[(EAST, NORTH), (EAST + 700, NORTH), (EAST + 700, NORTH + 250)],
            *[
                (EAST + 250, NORTH + 250),
                (EAST + 250, NORTH + 600),
                (EAST, NORTH + 600),
            ],
        ]
    ),
    4526,
)
WANTED = {"L1": 30_000.0, "L2": 50_000.0, "L3": 20_000.0, "L4": 45_000.0}


def laid(site: Site, wanted: dict[str, float], **options: object) -> Layout:
    done = split(site, wanted, RULES, **options)
    assert isinstance(done, Layout), done.reason
    return done


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(0.5, 1.5), min_size=1, max_size=6),
    st.floats(0.3, 0.9),
    st.sampled_from([FIELD, BEND]),
)
def test_lots_have_their_areas_and_share_no_ground(
    weights: list[float], share: float, site: Site
) -> None:
    sizes = np.array(weights) / sum(weights) * site.shape.area * share
    wanted = {f"L{number}": float(size) for number, size in enumerate(sizes)}
    done = split(site, wanted, RULES)
    if isinstance(done, Refused):
        assert done.tried > 0
        return

    shapes = list(done.shapes().values())
    total = sum(shape.area for shape in shapes)

    assert {n: lot.area_m2 for n, lot in done.lots.items()} == pytest.approx(
        wanted, abs=1e-4
    )
    assert all(shape.geom_type == "Polygon" for shape in shapes)
    assert shapely.union_all(shapes).area == pytest.approx(total, abs=1e-4)
    left = sum(piece.area for piece in done.remainder)
    assert total + left == pytest.approx(site.shape.area, abs=1e-4)


def test_what_is_left_is_named_and_in_one_piece() -> None:
    done = laid(FIELD, WANTED, remainder_name="A-rest")

    assert done.remainder_name == "A-rest"
    assert [round(piece.area, 3) for piece in done.remainder] == [95_000.0]


def test_lots_next_to_each_other_in_a_list_of_a_strip_are_neighbours() -> None:
    strip = Site("S", shapely.box(EAST, NORTH, EAST + 1000, NORTH + 120), 4526)
    done = laid(strip, dict.fromkeys(["a", "b", "c", "d"], 24_000.0))

    shapes = list(done.shapes().values())

    assert [
        shapes[n].intersection(shapes[n + 1].buffer(1e-6)).length > 100
        for n in range(3)
    ] == [True, True, True]


def test_equal_lots_are_equal_and_leave_nothing() -> None:
    done = split_equal(BEND, 5, RULES)

    assert isinstance(done, Layout)
    each = BEND.shape.area / 5
    assert [lot.area_m2 for lot in done.lots.values()] == pytest.approx([each] * 5)
    assert done.remainder == ()


@pytest.mark.parametrize("basis", [Method.ELLIPSOID, Method.GEODESIC])
def test_lots_are_exact_on_the_basis_that_is_asked_for(basis: Method) -> None:
    done = laid(FIELD, WANTED, ask=Ask(1.0, basis))

    assert {n: lot.area_m2 for n, lot in done.lots.items()} == pytest.approx(
        WANTED, abs=RULES.cut_m2
    )


def test_after_a_small_change_the_other_lots_stay_as_they_are() -> None:
    before = laid(FIELD, WANTED)

    after = laid(FIELD, WANTED | {"L4": 44_000.0}, previous=before)

    assert after.kept == ("L1", "L2", "L3")
    assert all(
        after.lots[name].geometry.equals_exact(before.lots[name].geometry, 1e-6)
        for name in after.kept
    )
    assert after.lots["L4"].area_m2 == pytest.approx(44_000.0, abs=1e-3)


def test_a_list_that_did_not_change_gives_the_same_lots() -> None:
    before = laid(BEND, {"L1": 60_000.0, "L2": 40_000.0})

    after = laid(BEND, {"L1": 60_000.0, "L2": 40_000.0}, previous=before)

    assert after.kept == ("L1", "L2")


def test_lots_that_must_give_way_are_told() -> None:
    strip = Site("S", shapely.box(EAST, NORTH, EAST + 1000, NORTH + 100), 4526)
    before = laid(strip, dict.fromkeys(["L1", "L2", "L3"], 25_000.0))

    after = laid(
        strip, {"L1": 35_000.0, "L2": 25_000.0, "L3": 25_000.0}, previous=before
    )

    assert set(after.kept) | set(after.moved) == {"L2", "L3"}
    assert after.moved


def test_a_lot_that_is_taken_off_the_list_leaves_its_ground() -> None:
    before = laid(FIELD, WANTED)
    fewer = {name: size for name, size in WANTED.items() if name != "L2"}

    after = laid(FIELD, fewer, previous=before)

    left = sum(piece.area for piece in after.remainder)
    assert left == pytest.approx(145_000.0, abs=1e-3)


def test_a_layout_can_be_accepted_as_a_split_of_the_parcel() -> None:
    done = laid(BEND, {"B-1": 60_000.0, "B-2": 40_000.0, "B-3": 50_000.0})

    accepted = accept(
        lineage.Ground("B", 4526, BEND.shape), done.lots, RULES, remainder="B-4"
    )

    areas = [child.shape.area for child in accepted.children]
    assert sum(areas) == pytest.approx(BEND.shape.area, abs=1e-4)


def test_lots_that_do_not_fit_are_refused_by_name() -> None:
    refused = split(FIELD, {"L1": 200_000.0, "L2": 50_000.0}, RULES)

    assert isinstance(refused, Refused)
    assert refused.code == "too_small"
    assert "L2" in refused.reason.zh


def test_lots_too_narrow_to_use_are_refused_with_the_reason() -> None:
    lane = Site("S", shapely.box(EAST, NORTH, EAST + 1000, NORTH + 20), 4526)

    refused = split(lane, {"L1": 8_000.0, "L2": 8_000.0}, RULES)

    assert isinstance(refused, Refused)
    assert refused.code == "narrow"


def test_every_lot_of_a_layout_has_frontage_where_a_street_is_known() -> None:
    street = shapely.LineString([(EAST - 50, NORTH - 12), (EAST + 700, NORTH - 12)])
    field = Site("A", FIELD.shape, 4526, streets=street)

    done = laid(field, {"L1": 60_000.0, "L2": 70_000.0, "L3": 60_000.0})

    fronts = [lot.frontage_m or 0.0 for lot in done.lots.values()]
    assert min(fronts) >= RULES.least_frontage_m


@pytest.mark.parametrize("wanted", [{}, {"remainder": 10_000.0}])
def test_a_list_without_names_of_its_own_is_refused(wanted: dict[str, float]) -> None:
    with pytest.raises(LotError, match="name of its own"):
        split(FIELD, wanted, RULES)


def test_less_than_one_equal_lot_is_refused() -> None:
    with pytest.raises(LotError, match="at least 1"):
        split_equal(FIELD, 0, RULES)


def test_lots_on_the_official_area_are_met_as_closely_as_its_rounding_allows() -> None:
    done = laid(FIELD, WANTED, ask=Ask(1.0, Method.ELLIPSOID_OFFICIAL))

    assert {n: lot.area_m2 for n, lot in done.lots.items()} == pytest.approx(
        WANTED, abs=len(WANTED) * RULES.cut_m2
    )
