"""Tolerances: a catalogue that a city can replace table by table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from zqland.errors import CatalogueError
from zqland_geodata import checks
from zqland_geodata.checks.tolerances import load_tolerances

if TYPE_CHECKING:
    from pathlib import Path

Box = Callable[..., shapely.Polygon]
Make = Callable[..., gpd.GeoDataFrame]


def test_every_table_names_its_source() -> None:
    assert all(load_tolerances().sources.values())
    assert len(load_tolerances().sources) == 12


def test_a_city_replaces_one_table(tmp_path: Path, box: Box, make: Make) -> None:
    own = tmp_path / "checks.toml"
    own.write_text("[narrow]\nwidth_m = 5\nsource = '本市规定'\n", encoding="utf-8")
    allowed = load_tolerances(own)
    assert allowed.sources["narrow"] == "本市规定"
    assert allowed["gap", "width_m"] == load_tolerances()["gap", "width_m"]
    table = make(box(0, 0, 3, 100))
    assert list(checks.check_narrow(table)) == []
    assert len(list(checks.check_narrow(table, tolerances=allowed))) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[narrow]\nwidth_m = 5\n", "source is missing"),
        ("[narrow]\nwidth_m = -1\nsource = 'x'\n", ":2:"),
        ("[narow]\nwidth_m = 5\n", "unknown key narow"),
        ("[park]\nshare = 2\nsmallest_m2 = 1\nsource = 'x'\n", "0 to 1"),
        ("[narrow]\nwidth_m = 'wide'\nsource = 'x'\n", "a number is needed"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "checks.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=words):
        load_tolerances(own)


def test_progress_is_reported_to_the_end(box: Box, make: Make) -> None:
    steps: list[tuple[int, int]] = []
    checks.check_parcels(
        make(box(0, 0)), report=lambda done, total: steps.append((done, total))
    )
    total = steps[0][1]
    assert steps == [(done, total) for done in range(1, total + 1)]
