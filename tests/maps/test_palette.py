"""The colours can be told apart by everyone, on screens and in grey prints."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from zqland_maps.palette import COLOURS, STAGES, as_document

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Viénot, Brettel and Mollon (1999), Digital video colourmaps for checking the
# legibility of displays by dichromats: what remains of linear RGB.
DICHROMATS = {
    "normal": np.eye(3),
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def linear(colour: str) -> NDArray[np.float64]:
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array(
        [116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])]
    )


def contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    light, dark = sorted((weights @ linear(one), weights @ linear(other)), reverse=True)
    return float((light + 0.05) / (dark + 0.05))


@pytest.mark.parametrize("eyes", DICHROMATS)
def test_stages_stay_apart_for_every_reader(eyes: str) -> None:
    seen = {
        name: lab(np.array(DICHROMATS[eyes]) @ linear(STAGES[name])) for name in STAGES
    }
    distances = [np.linalg.norm(seen[a] - seen[b]) for a, b in combinations(STAGES, 2)]
    assert min(distances) > 20


def test_stages_darken_step_by_step_in_a_grey_print() -> None:
    lightness = [lab(linear(colour))[0] for colour in STAGES.values()]
    assert all(lighter - darker > 10 for lighter, darker in pairwise(lightness))


@pytest.mark.parametrize("background", [COLOURS.paper, COLOURS.ground, COLOURS.water])
def test_text_is_legible_on_every_background(background: str) -> None:
    assert contrast(COLOURS.ink, background) > 7
    assert contrast(COLOURS.muted, background) > 4.5


def test_white_figures_are_legible_on_the_marks() -> None:
    assert contrast(COLOURS.paper, COLOURS.match) > 4.5


def test_warnings_are_legible() -> None:
    assert contrast(COLOURS.warning, COLOURS.warning_fill) > 4.5


def test_lots_and_near_misses_stay_apart_for_every_reader() -> None:
    for eyes in DICHROMATS.values():
        lot, near = (
            lab(np.array(eyes) @ linear(one)) for one in (COLOURS.match, COLOURS.near)
        )
        assert np.linalg.norm(lot - near) > 40


def test_the_document_holds_the_stages() -> None:
    assert as_document()["stages"] == STAGES
