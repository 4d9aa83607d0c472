"""The rules by which neighbours are found and put together, from ``lots.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zqland.catalogues.document import CatalogueDocument, Section

PARTS: Final = ("parts", "excess", "cost", "compact")
"""The parts of the weighted objective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjacencyRules:
    """When two parcels are neighbours.

    Attributes
    ----------
    gap_m
        Widest gap between them: a ditch, or slack in digitising.
    least_shared_m
        Least open boundary along each other.
    least_near_m
        Least boundary of each within the gap of the other; a touch of two corners has
        some.
    breaker_m
        How far on either side of a boundary a breaker is looked for.
    step_m
        Distance of the ways across that are looked at for breakers.
    others_close
        Whether a third parcel in the gap parts them too.
    """

    gap_m: float = 5.0
    least_shared_m: float = 10.0
    least_near_m: float = 2.0
    breaker_m: float = 1.0
    step_m: float = 5.0
    others_close: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AssemblyRules:
    """How neighbours are put together.

    Attributes
    ----------
    most_parts
        Most parcels in a lot, where the request names no other number.
    complete_parts
        Sets of up to so many parcels are listed completely, whatever the effort.
    effort
        Sets that may be made beyond that.
    beam
        Sets of each size that are kept when all would be too many.
    exact_m2
        Differences of areas below this are none.
    most_alike
        Largest share of ground that two alternatives may have in common.
    weights
        Weights of `PARTS`, adding up to 1.
    """

    most_parts: int = 8
    complete_parts: int = 4
    effort: int = 200_000
    beam: int = 2_000
    exact_m2: float = 1.0
    most_alike: float = 0.5
    weights: Mapping[str, float]


def parse_adjacency(document: CatalogueDocument) -> AdjacencyRules:
    """Read when two parcels are neighbours.

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
    """
    keys = ("gap_m", "least_shared_m", "least_near_m", "breaker_m", "step_m")
    entry = document.root.section("neighbours").allow(*keys, "others_close", "source")
    entry.source()
    return AdjacencyRules(
        gap_m=entry.number("gap_m", minimum=0.002),
        least_shared_m=entry.number("least_shared_m", minimum=0.0),
        least_near_m=entry.number("least_near_m", minimum=0.0),
        breaker_m=entry.number("breaker_m", minimum=0.01),
        step_m=entry.number("step_m", minimum=0.1),
        others_close=entry.flag("others_close"),
    )


def parse_assembly(document: CatalogueDocument) -> AssemblyRules:
    """Read how neighbours are put together.

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
    """
    counts = ("most_parts", "complete_parts", "effort", "beam")
    keys = (*counts, "exact_m2", "most_alike", "weights", "source")
    entry = document.root.section("assembly").allow(*keys)
    entry.source()
    numbers = {key: entry.integer(key, minimum=1) for key in counts}
    return AssemblyRules(
        **numbers,
        exact_m2=entry.number("exact_m2", minimum=0.0),
        most_alike=entry.number("most_alike", minimum=0.0, maximum=1.0),
        weights=_weights(entry.section("weights").allow(*PARTS)),
    )


def _weights(entry: Section) -> dict[str, float]:
    weights = {key: entry.number(key, minimum=0.0) for key in PARTS}
    total = sum(weights.values()) or 1.0
    return {key: weight / total for key, weight in weights.items()}
