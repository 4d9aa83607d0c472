"""Check vertices: repeated and nearly repeated ones, spikes, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zqland.findings import Finding, Severity
from zqland.text import Text
from zqland_geodata.checks.outlines import Outlines
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.words import KEPT, REPAIRABLE, place_text
from zqland_geodata.rawtable import rows_where
from zqland_geodata.remarks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Spikes:
    """Tips of spikes: places where a boundary goes out and comes straight back.

    Attributes
    ----------
    tips
        The vertices, the first one where a tip has two.
    blunt
        Whether the tip has two vertices, this one and the next.
    width_m
        How far apart the two edges are where the shorter one begins.
    length_m
        How long the shorter one is.
    """

    tips: Rows
    blunt: Flags
    width_m: Floats
    length_m: Floats


def check_vertices(
    parcels: gpd.GeoDataFrame,
    *,
    outlines: Outlines | None = None,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Report repeated and nearly repeated vertices, and parcels with very many.

    Parameters
    ----------
    parcels
        Table *parcels*.
    outlines
        Their vertices, if they are at hand.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One per parcel and rule, with the number of places and the first of them.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    lines = _outlines(parcels) if outlines is None else outlines
    edges = lines.edges_m()
    is_same = edges <= allowed["duplicate_vertex", "distance_m"]
    is_near = ~is_same & (edges <= allowed["near_vertex", "distance_m"])
    yield from _per_parcel(parcels, lines, np.flatnonzero(is_same), _REPEATED)
    yield from _per_parcel(
        parcels,
        lines,
        np.flatnonzero(is_near),
        _NEAR,
        distance=f"{allowed['near_vertex', 'distance_m'] * 100:g}",
    )
    counts = np.bincount(lines.parcel, minlength=len(parcels))
    most = int(allowed["vertices", "most"])
    for row in rows_where(counts > most):
        yield _MANY.finding(
            parcels.index[row],
            "geometry",
            counts[row],
            count=f"{counts[row]:,}",
            most=f"{most:,}",
        )


def check_spikes(
    parcels: gpd.GeoDataFrame,
    *,
    outlines: Outlines | None = None,
    tolerances: Tolerances | None = None,
) -> Iterator[Finding]:
    """Report spikes: two edges that go out and come back nearly on the same line.

    Parameters
    ----------
    parcels
        Table *parcels*.
    outlines
        Their vertices, if they are at hand.
    tolerances
        What is allowed; the packaged catalogue by default.

    Yields
    ------
    finding
        One per parcel, with the number of spikes and the longest of them.
    """
    allowed = load_tolerances() if tolerances is None else tolerances
    lines = distinct(_outlines(parcels) if outlines is None else outlines, allowed)
    spikes = find_spikes(lines, allowed)
    rows = lines.parcel[spikes.tips]
    order = np.lexsort((-spikes.length_m, rows))
    firsts, counts = np.unique(rows[order], return_index=True, return_counts=True)[1:]
    for first, count in zip(order[firsts], counts, strict=True):
        yield _SPIKE.finding(
            parcels.index[rows[first]],
            "geometry",
            f"{spikes.length_m[first]:,.2f} m",
            count=int(count),
            length=f"{spikes.length_m[first]:,.2f}",
            width=f"{spikes.width_m[first]:.3f}",
            where=place_text(lines.points[spikes.tips[first]]),
        )


def distinct(lines: Outlines, allowed: Tolerances) -> Outlines:
    """Leave out each vertex that repeats the one before it."""
    edges = lines.edges_m()
    is_short = edges <= allowed["duplicate_vertex", "distance_m"]
    is_first = np.diff(lines.ring, prepend=-1) != 0
    is_last = np.diff(lines.ring, append=-1) != 0
    # The vertex behind a short edge goes, but the first of a ring always stays.
    goes = is_short[lines.before] | (is_last & is_short)
    return lines.only(~goes | is_first)


def find_spikes(lines: Outlines, allowed: Tolerances) -> Spikes:
    """Find spikes with a tip of one vertex, or of two that are nearly one.

    Parameters
    ----------
    lines
        Vertices without repeated ones.
    allowed
        The angle at the tip, the width, and how near two vertices of a tip are.

    Returns
    -------
    spikes
        In the order of the vertices.
    """
    here = np.arange(len(lines.points))
    near = allowed["near_vertex", "distance_m"]
    # A triangle has no edge behind a tip of two vertices.
    sizes = np.bincount(lines.ring, minlength=len(lines.owner))[lines.ring]
    pairs = here[(lines.edges_m() <= near) & (sizes > _TRIANGLE)]
    starts = np.concatenate((here[sizes >= _TRIANGLE], pairs))
    is_blunt = np.arange(len(starts)) >= len(starts) - len(pairs)
    ends = np.where(is_blunt, lines.after[starts], starts)
    back = lines.points[lines.before[starts]] - lines.points[starts]
    ahead = lines.points[lines.after[ends]] - lines.points[ends]
    back_m, ahead_m = np.hypot(*back.T), np.hypot(*ahead.T)
    cross = np.abs(back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0])
    along = (back * ahead).sum(axis=1)
    shorter, longer = np.minimum(back_m, ahead_m), np.maximum(back_m, ahead_m)
    width = np.divide(cross, longer, out=np.zeros_like(cross), where=longer > 0)
    width = width + np.where(is_blunt, lines.edges_m()[starts], 0.0)
    angle = np.degrees(np.arctan2(cross, along))
    found = (
        (angle <= allowed["spike", "angle_deg"])
        & (width <= allowed["spike", "width_m"])
        & (shorter > np.maximum(width, near))
    )
    order = np.flatnonzero(found)
    order = order[np.argsort(starts[order], kind="stable")]
    return Spikes(starts[order], is_blunt[order], width[order], shorter[order])


def _outlines(parcels: gpd.GeoDataFrame) -> Outlines:
    return Outlines.of(parcels["home_geometry"].to_numpy())


def _per_parcel(
    parcels: gpd.GeoDataFrame,
    lines: Outlines,
    places: Rows,
    rule: Rule,
    distance: str = "",
) -> Iterator[Finding]:
    rows = lines.parcel[places]
    firsts, counts = np.unique(rows, return_index=True, return_counts=True)[1:]
    for first, count in zip(firsts, counts, strict=True):
        where = place_text(lines.points[places[first]])
        yield rule.finding(
            parcels.index[rows[first]],
            "geometry",
            where,
            count=int(count),
            where=where,
            distance=distance,
        )


_TRIANGLE = 3
_REPEATED = Rule(
    "geometry.repeated_vertex",
    Severity.WARNING,
    Text(
        en="{count} vertices repeat the one before, the first at {where}",
        zh="{count} 个界址点与前一点重合，首个位置 {where}",
    ),
    REPAIRABLE,
)
_NEAR = Rule(
    "geometry.near_vertex",
    Severity.INFO,
    Text(
        en="{count} pairs of vertices are within {distance} cm, the first at {where}",
        zh="{count} 对相邻界址点间距不足 {distance} 厘米，首个位置 {where}",
    ),
    KEPT,
)
_MANY = Rule(
    "geometry.many_vertices",
    Severity.INFO,
    Text(
        en="{count} vertices, more than {most}: hardly a surveyed boundary",
        zh="共 {count} 个界址点，超过 {most} 个，不像实测界线",
    ),
    KEPT,
)
_SPIKE = Rule(
    "geometry.spike",
    Severity.WARNING,
    Text(
        en="{count} spikes; the longest is {length} m long and {width} m wide, its tip "
        "at {where}",
        zh="{count} 处尖刺；最长者长 {length} 米、宽 {width} 米，尖端位置 {where}",
    ),
    REPAIRABLE,
)
