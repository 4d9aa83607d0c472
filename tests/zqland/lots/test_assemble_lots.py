"""Assemblies drawn as lots, and cut to an exact area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from zqland import crs
from zqland.areas import Method
from zqland.catalogues import load_catalogues
from zqland.lots.adjacency import Adjacency
from zqland.lots.ask import Ask
from zqland.lots.assemble import Request, assemble
from zqland.lots.assemble_lots import Carved, Terrain, assemble_and_carve, draw
from zqland.lots.lot import Kind, Lot

LOTS = load_catalogues().lots
ORIGIN = np.array([38_450_000.0, 2_560_000.0])
ZONE = 4526


def terrain(*boxes: tuple[float, float, float, float]) -> Terrain:
    near = [shapely.box(*box) for box in boxes]
    home = gpd.GeoSeries(
        [shapely.transform(shape, lambda xy: xy + ORIGIN) for shape in near],
        list("ABCDEFGH")[: len(boxes)],
    )
    parcels = gpd.GeoDataFrame(
        {"home_zone": ZONE, "home_geometry": home},
        geometry=crs.to_geographic(home, ZONE),
    )
    adjacency = Adjacency.of_parcels(parcels, rules=LOTS.neighbours)
    return Terrain(parcels, adjacency, home.area.to_numpy())


SQUARES = [(x, 0.0, x + 100.0, 100.0) for x in (0.0, 100.0, 200.0)]


def drawn(ground: Terrain, area_m2: float) -> Lot:
    request = Request(area_min_m2=area_m2, target_m2=area_m2, area_max_m2=area_m2 + 1)
    answer = assemble(request, ground.adjacency, ground.area_m2, rules=LOTS.assembly)
    return draw(answer.found[0], ground, LOTS)


def test_an_assembly_is_drawn_as_one_piece() -> None:
    lot = drawn(terrain(*SQUARES), 20_000.0)
    assert lot.geometry.geom_type == "Polygon"
    assert lot.geometry.area == pytest.approx(20_000.0)


def test_an_assembly_takes_its_parcels_whole() -> None:
    lot = drawn(terrain(*SQUARES), 20_000.0)
    assert lot.kind is Kind.ASSEMBLED
    assert [(share.parcel_id, share.is_whole) for share in lot.shares] == [
        ("A", True),
        ("B", True),
    ]


def test_the_rectangle_of_an_assembly_spans_its_parcels() -> None:
    lot = drawn(terrain(*SQUARES), 20_000.0)
    assert lot.rectangle is not None
    assert lot.rectangle.area_m2 == pytest.approx(20_000.0, rel=1e-3)
    assert lot.geometry.buffer(0.01).contains(lot.rectangle.geometry)


def test_a_ditch_in_an_assembly_is_told() -> None:
    lot = drawn(terrain((0, 0, 100, 100), (103, 0, 203, 100)), 20_000.0)
    assert any("2 pieces" in reason.en for reason in lot.reasons)


def test_an_overlap_in_an_assembly_is_told() -> None:
    lot = drawn(terrain((0, 0, 100, 100), (99, 0, 199, 100)), 20_000.0)
    assert any("100.00 m²" in reason.en for reason in lot.reasons)


def test_one_parcel_is_a_whole_lot() -> None:
    assert drawn(terrain(*SQUARES), 10_000.0).kind is Kind.WHOLE


@pytest.fixture(scope="module")
def carved() -> Carved:
    return assemble_and_carve(Ask(15_000.0), terrain(*SQUARES), LOTS)


def test_a_carved_assembly_has_the_exact_area(carved: Carved) -> None:
    assert carved.lots[0].area_m2 == pytest.approx(15_000.0, abs=0.01)


def test_a_carved_assembly_takes_of_every_parcel(carved: Carved) -> None:
    lot = carved.lots[0]
    assert lot.kind is Kind.ASSEMBLED_CARVED
    assert sum(share.area_m2 for share in lot.shares) == pytest.approx(lot.area_m2)
    assert min(share.area_m2 for share in lot.shares) > 1.0


def test_a_carved_assembly_and_what_it_leaves_make_up_the_parcels(
    carved: Carved,
) -> None:
    lot = carved.lots[0]
    left = sum(piece.area for piece in lot.remainder)
    assert left + lot.geometry.area == pytest.approx(20_000.0, abs=0.01)


def test_parcels_across_a_ditch_are_not_carved_together() -> None:
    ground = terrain((0, 0, 100, 100), (103, 0, 203, 100))
    assert not assemble_and_carve(Ask(15_000.0), ground, LOTS).assemblies.found


def test_a_parcel_that_holds_the_lot_alone_is_not_put_together() -> None:
    carved = assemble_and_carve(Ask(8_000.0), terrain(*SQUARES), LOTS)
    assert not carved.assemblies.found


def test_an_assembly_that_would_leave_too_little_is_not_cut() -> None:
    barely = 20_000.0 - LOTS.remainder_least_m2 + 1.0
    lots = assemble_and_carve(Ask(barely), terrain(*SQUARES), LOTS).lots
    # Two squares would leave too little, so three are cut.
    assert {len(lot.shares) for lot in lots} <= {3}


def test_the_area_is_exact_on_the_ellipsoid_too() -> None:
    ground = terrain(*SQUARES)
    ask = Ask(15_000.0, basis=Method.ELLIPSOID)
    on_ellipsoid = Terrain(
        ground.parcels, ground.adjacency, ground.area_m2, Method.ELLIPSOID
    )
    lot = assemble_and_carve(ask, on_ellipsoid, LOTS).lots[0]
    assert lot.area_m2 == pytest.approx(15_000.0, abs=0.02)
    assert sum(share.area_m2 for share in lot.shares) == pytest.approx(lot.area_m2)


def test_an_assembly_across_the_seam_is_drawn_in_one_plane() -> None:
    seam = 112.5
    degrees = gpd.GeoSeries(
        [
            shapely.box(seam - 0.002, 23.0, seam, 23.001),
            shapely.box(seam, 23.0, seam + 0.001, 23.001),
        ],
        ["W", "E"],
        crs=4490,
    )
    zones = crs.home_zone(degrees)
    home = crs.to_home(degrees, zones)
    parcels = gpd.GeoDataFrame(
        {"home_zone": zones, "home_geometry": home}, geometry=degrees
    )
    adjacency = Adjacency.of_parcels(parcels, rules=LOTS.neighbours)
    lot = drawn(Terrain(parcels, adjacency, home.area.to_numpy()), home.area.sum())
    assert lot.home_zone == 4525
    assert any("two home zones" in reason.en for reason in lot.reasons)
