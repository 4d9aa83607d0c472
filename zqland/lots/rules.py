"""The rules of lots, read from the catalogue ``lots.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zqland.lots.assemble_rules import parse_adjacency, parse_assembly
from zqland.text import Text
from zqland.units import Unit, to_m2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland.catalogues.document import CatalogueDocument, Section
    from zqland.lots.assemble_rules import AdjacencyRules, AssemblyRules

WEIGHTS: Final = ("rectangle", "compact", "remainder", "frontage")
"""The parts of the score of a lot."""

_RIGHT_ANGLE: Final = 90.0

_SECTIONS: Final = (
    "exact",
    "lot",
    "frontage",
    "remainder",
    "sliver",
    "search",
    "score",
    "blocks",
    "neighbours",
    "assembly",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRules:
    """How lots are cut.

    Attributes
    ----------
    cut_m2
        How exactly a cut meets its area before coordinates are rounded.
    accepted_m2
        How exactly it must after that.
    least_width_m
        Least shorter side of the largest rectangle in a lot.
    depth_to_width_most
        Most depth over width.
    least_frontage_m
        Least boundary along a street, where one is known.
    street_reach_m, street_turn_deg
        How far a boundary may lie from a street, and how much turn away from it.
    remainder_least_m2, remainder_least_width_m
        Least area of what is left, and shorter side of its largest rectangle.
    sliver_width_m, sliver_most_share
        Ground narrower than this is a sliver; most share of the lot or of what is left
        that a cut may turn into slivers.
    directions_most
        Directions of boundaries that are tried.
    corner_ratios
        Width over depth of lots cut from a corner.
    finalists
        Lots that pass every check before the best is taken.
    weights
        Weights of `WEIGHTS`, adding up to 1.
    block_sizes_m2
        Sizes of projects whose room in blocks of free land is counted.
    neighbours
        When two parcels are neighbours.
    assembly
        How neighbours are put together.
    """

    cut_m2: float
    accepted_m2: float
    least_width_m: float
    depth_to_width_most: float
    least_frontage_m: float
    street_reach_m: float
    street_turn_deg: float
    remainder_least_m2: float
    remainder_least_width_m: float
    sliver_width_m: float
    sliver_most_share: float
    directions_most: int
    corner_ratios: tuple[float, ...]
    finalists: int
    weights: Mapping[str, float]
    block_sizes_m2: tuple[float, ...]
    neighbours: AdjacencyRules
    assembly: AssemblyRules


def parse(document: CatalogueDocument) -> LotRules:
    """Read the rules of lots.

    Parameters
    ----------
    document
        The parsed ``lots.toml``.

    Returns
    -------
    rules
        The checked rules.

    Raises
    ------
    CatalogueError
        An entry is missing, unknown or out of its range; the message names the line.

    Examples
    --------
    >>> from zqland.catalogues import load_catalogues
    >>> load_catalogues().lots.least_width_m
    30.0
    """
    root = document.root.allow(*_SECTIONS)
    exact = _entry(root, "exact", "cut_m2", "accepted_m2")
    lot = _entry(root, "lot", "least_width_m", "depth_to_width_most")
    front = _entry(root, "frontage", "least_m", "reach_m", "turn_deg")
    left = _entry(root, "remainder", "least_m2", "least_width_m")
    sliver = _entry(root, "sliver", "width_m", "most_share")
    search = _entry(root, "search", "directions_most", "corner_ratios", "finalists")
    blocks = _entry(root, "blocks", "sizes_mu")
    return LotRules(
        cut_m2=exact.number("cut_m2", minimum=1e-4, maximum=1.0),
        accepted_m2=exact.number("accepted_m2", minimum=0.01, maximum=10.0),
        least_width_m=lot.number("least_width_m", minimum=0.0),
        depth_to_width_most=lot.number("depth_to_width_most", minimum=1.0),
        least_frontage_m=front.number("least_m", minimum=0.0),
        street_reach_m=front.number("reach_m", minimum=0.0),
        street_turn_deg=front.number("turn_deg", minimum=1.0, maximum=_RIGHT_ANGLE),
        remainder_least_m2=left.number("least_m2", minimum=0.0),
        remainder_least_width_m=left.number("least_width_m", minimum=0.0),
        sliver_width_m=sliver.number("width_m", minimum=0.0),
        sliver_most_share=sliver.number("most_share", minimum=0.0, maximum=1.0),
        directions_most=search.integer("directions_most", minimum=1),
        corner_ratios=search.numbers("corner_ratios", minimum=0.05),
        finalists=search.integer("finalists", minimum=1),
        weights=_weights(_entry(root, "score", *WEIGHTS)),
        block_sizes_m2=tuple(
            to_m2(size, Unit.MU) for size in blocks.numbers("sizes_mu", minimum=1.0)
        ),
        neighbours=parse_adjacency(document),
        assembly=parse_assembly(document),
    )


def _entry(root: Section, name: str, *keys: str) -> Section:
    entry = root.section(name).allow(*keys, "source")
    entry.source()
    return entry


def _weights(score: Section) -> dict[str, float]:
    weights = {name: score.number(name, minimum=0.0) for name in WEIGHTS}
    total = sum(weights.values())
    if total <= 0.0:
        raise score.fault(_NO_WEIGHT, WEIGHTS[0])
    return {name: weight / total for name, weight in weights.items()}


_NO_WEIGHT = Text(
    en="all weights are 0; give one of them at least.",
    zh="各项权重均为0；请至少给出一项权重。",
)
