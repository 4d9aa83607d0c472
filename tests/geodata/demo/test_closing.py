"""Totals that are closed by cutting the last lot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from zqland_geodata.demo import closing
from zqland_geodata.demo.blocks import CORNER_M, Block, Frame, Row
from zqland_geodata.demo.closing import SeedError, Total, close, settle
from zqland_geodata.demo.layout import PlacedBlock
from zqland_geodata.demo.lots import list_lots
from zqland_geodata.demo.plans import PLANS

CUTS = (0.0, 150.0, 300.0, 450.0, 600.0)
ROW = Row(near_m=0.0, far_m=160.0, near_cuts=CUTS, far_cuts=CUTS)
FRAME = Frame(zone=4526, east_m=38_380_000, north_m=2_580_000, turn_deg=31.0)
BLOCK = Block(park_id="X", key="A", frame=FRAME, rows=(ROW,))
BLOCKS = [PlacedBlock(block=BLOCK, plan=PLANS[0], distance=0.0)]


def lots_of(blocks: list[PlacedBlock]) -> pd.DataFrame:
    lots = list_lots(blocks)
    return lots.assign(whole_m2=np.floor(lots["area_m2"] + 0.5))


def test_lots_are_taken_until_one_can_be_cut() -> None:
    taken, cut = close(lots_of(BLOCKS), 60_000.0, BLOCKS)

    assert taken == ["X-A-001", "X-A-002", "X-A-003"]
    assert cut.area_m2 == pytest.approx(60_000 - (24_000 - CORNER_M**2) - 24_000, abs=1)


def test_settling_makes_the_total_exact() -> None:
    lots = lots_of(BLOCKS)
    taken, cut = close(lots, 60_000.0, BLOCKS)
    chosen = pd.Series(lots.index.isin(taken), lots.index)

    moved = settle(BLOCKS, (Total(chosen, 60_000.0, cut),))

    assert lots_of(moved)["whole_m2"][taken].sum() == 60_000


def test_a_total_beyond_all_lots_is_refused() -> None:
    with pytest.raises(SeedError, match="another seed"):
        close(lots_of(BLOCKS), 1_000_000.0, BLOCKS)


def test_l_shaped_lots_are_not_cut() -> None:
    block = replace(BLOCK, merged=((0, 0), (1, 0), (2, 0), (3, 0)))

    with pytest.raises(SeedError):
        close(lots_of(BLOCKS), 60_000.0, [replace(BLOCKS[0], block=block)])


def test_a_cut_that_cannot_reach_its_area_is_refused() -> None:
    lots = lots_of(BLOCKS)
    _, cut = close(lots, 60_000.0, BLOCKS)
    chosen = pd.Series(lots.index == cut.parcel_id, lots.index)

    with pytest.raises(SeedError):
        settle(BLOCKS, (Total(chosen, 900_000.0, replace(cut, area_m2=900_000.0)),))


def test_a_total_within_a_square_metre_is_accepted_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lots = lots_of(BLOCKS)
    taken, cut = close(lots, 60_000.0, BLOCKS)
    chosen = pd.Series(lots.index.isin(taken), lots.index)
    monkeypatch.setattr(closing, "_AIMS_M2", (0.0,))

    moved = settle(BLOCKS, (Total(chosen, 60_001.0, cut),))

    assert lots_of(moved)["whole_m2"][taken].sum() == 60_000
