"""Check parcels: shapes, vertices, neighbours, areas, and whether they are in place.

Every fault is a `Finding` per record, or one for the layer where all of it is
concerned. Nothing is dropped or repaired by a check: an invalid shape stays as it was
surveyed, and the finding says where it is wrong. `repair` offers a repaired copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland import areas
from zqland_geodata import places
from zqland_geodata.checks.declared import BASES, check_declared
from zqland_geodata.checks.displaced import check_displaced
from zqland_geodata.checks.districts import check_districts, check_old_codes
from zqland_geodata.checks.gaps import check_gaps
from zqland_geodata.checks.neighbours import Neighbours
from zqland_geodata.checks.outlines import Outlines
from zqland_geodata.checks.overlaps import (
    check_overlaps,
    check_repetitions,
    overlaps,
    repeated_rows,
)
from zqland_geodata.checks.parks import check_parks
from zqland_geodata.checks.repairs import Repaired, repair
from zqland_geodata.checks.shapes import check_geometry, check_narrow
from zqland_geodata.checks.tolerances import Tolerances, load_tolerances
from zqland_geodata.checks.vertices import check_spikes, check_vertices
from zqland_geodata.checks.zones import check_axes, check_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import geopandas as gpd

    from zqland.findings import Finding

    Report = Callable[[int, int], object]

__all__ = [
    "Repaired",
    "Tolerances",
    "check_axes",
    "check_declared",
    "check_displaced",
    "check_districts",
    "check_gaps",
    "check_geometry",
    "check_narrow",
    "check_old_codes",
    "check_overlaps",
    "check_parcels",
    "check_parks",
    "check_repetitions",
    "check_spikes",
    "check_vertices",
    "check_zones",
    "load_tolerances",
    "overlaps",
    "repair",
]


def check_parcels(
    parcels: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame | None = None,
    parks: gpd.GeoDataFrame | None = None,
    reference: gpd.GeoDataFrame | None = None,
    tolerances: Tolerances | None = None,
    report: Report | None = None,
) -> list[Finding]:
    """Check parcels and say what is wrong with each.

    Parameters
    ----------
    parcels
        Table *parcels* as `zqland_geodata.vector.read_parcels` returns it.
    districts
        Districts of the city, as of `places.districts` (the default); an empty table
        for another city.
    parks
        Table *parks*; parks with an outline are compared (`parks_file.read_parks`).
    reference
        Parcels of the same ids that lie where they should, to tell whether the layer
        is displaced as a whole.
    tolerances
        What is allowed; the packaged catalogue by default.
    report
        Told how many of the checks are done, and of how many.

    Returns
    -------
    findings
        In the order of the checks: the layer as a whole, shapes, vertices, repeated
        ids and shapes, overlaps, gaps, declared areas, districts, parks.
    """
    if parcels.empty:
        return []
    findings: list[Finding] = []
    steps = _steps(parcels, districts, parks, reference, tolerances)
    total = len(steps)
    for done, step in enumerate(steps, 1):
        findings.extend(step(findings))
        if report is not None:
            report(done, total)
    return findings


def _steps(
    parcels: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame | None,
    parks: gpd.GeoDataFrame | None,
    reference: gpd.GeoDataFrame | None,
    tolerances: Tolerances | None,
) -> list[Callable[[list[Finding]], Iterable[Finding]]]:
    """List the checks; each is given the findings so far."""
    allowed = load_tolerances() if tolerances is None else tolerances
    named = places.districts() if districts is None else districts
    lazy = _Lazy(parcels, allowed)

    def in_place(found: list[Finding]) -> Iterable[Finding]:
        # Of a layer that is displaced as a whole, every parcel would be a fault.
        if any(finding.rule.startswith("displaced.") for finding in found):
            return
        yield from check_districts(parcels, named, tolerances=allowed)
        if parks is not None:
            yield from check_parks(parcels, parks, tolerances=allowed)

    return [
        lambda _: check_displaced(
            parcels,
            reference=reference,
            parks=parks,
            districts=named,
            tolerances=allowed,
        ),
        lambda _: check_axes(parcels),
        lambda _: check_zones(parcels),
        lambda _: check_geometry(parcels),
        lambda _: check_narrow(parcels, tolerances=allowed),
        lambda _: check_vertices(parcels, outlines=lazy.outlines(), tolerances=allowed),
        lambda _: check_spikes(parcels, outlines=lazy.outlines(), tolerances=allowed),
        lambda _: check_repetitions(parcels),
        lambda _: check_overlaps(
            parcels, neighbours=lazy.neighbours(), tolerances=allowed
        ),
        lambda _: check_gaps(parcels, neighbours=lazy.neighbours(), tolerances=allowed),
        lambda _: check_declared(
            parcels, areas.measure(parcels, methods=tuple(BASES)), tolerances=allowed
        ),
        lambda _: check_old_codes(parcels),
        in_place,
    ]


class _Lazy:
    """What several checks share, made when the first of them needs it."""

    def __init__(self, parcels: gpd.GeoDataFrame, allowed: Tolerances) -> None:
        self._parcels = parcels
        self._allowed = allowed
        self._outlines: Outlines | None = None
        self._neighbours: Neighbours | None = None

    def outlines(self) -> Outlines:
        """Return the vertices."""
        if self._outlines is None:
            self._outlines = Outlines.of(self._parcels["home_geometry"].to_numpy())
        return self._outlines

    def neighbours(self) -> Neighbours:
        """Return the pairs within the width of a gap: overlaps are among them."""
        if self._neighbours is None:
            width = self._allowed["gap", "width_m"]
            # What repeats a parcel lies where that one lies; it is told by itself.
            _, again = repeated_rows(self._parcels["home_geometry"].to_numpy())
            self._neighbours = Neighbours.of(self._parcels, width, left_out=again)
        return self._neighbours
