"""Points that should lie in regions, and the shift that would bring them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Objects = npt.NDArray[np.object_]

MOST_POINTS = 200
"""So many points tell where a layer lies; more of them are sampled evenly."""

_LEAST_POINTS = 5
_HALF = 0.5
_RADIUS_M = 6_371_000.0
_STEPS = 32
_LONGEST_STEP_M = 2_000.0
_SHORTEST_STEP_M = 20.0


@dataclass(frozen=True, slots=True)
class Regions:
    """Points with the region of each.

    Attributes
    ----------
    points
        Longitudes and latitudes; shape (n, 2).
    groups
        Rows of the points of each region.
    outlines
        The regions, in metres around the middle of all of them.
    everywhere
        All regions together, also those that no point names.
    middle
        Longitude and latitude of that middle.
    """

    points: Floats
    groups: tuple[npt.NDArray[np.intp], ...]
    outlines: tuple[shapely.Geometry, ...]
    everywhere: shapely.Geometry
    middle: tuple[float, float]

    @classmethod
    def of(
        cls, points: Floats, names: Objects, regions: gpd.GeoSeries, *, margin_m: float
    ) -> Self:
        """Put points and regions together.

        Parameters
        ----------
        points
            Longitudes and latitudes; shape (n, 2).
        names
            Name of the region of each; shape (n,).
        regions
            Regions in degrees by name.
        margin_m
            How far outside its region a point may lie.

        Returns
        -------
        regions
            A sample of the points, and the regions that they name.
        """
        known = np.isin(names.astype(str), regions.index.to_numpy(dtype=str))
        points, names = points[known], names[known]
        step = max(1, -(-len(points) // MOST_POINTS))
        points, names = points[::step], names[::step]
        if not len(points):
            return cls(points, (), (), shapely.Polygon(), (0.0, 0.0))
        west, south, east, north = regions.total_bounds
        middle = ((west + east) / 2, (south + north) / 2)
        plane = shapely.transform(regions.to_numpy(), lambda xy: _metres(xy, middle))
        outlines = shapely.buffer(shapely.make_valid(plane), margin_m)
        everywhere = shapely.union_all(outlines)
        shapely.prepare(outlines)
        shapely.prepare(everywhere)
        groups = [np.flatnonzero(names == name) for name in regions.index]
        used = [place for place, rows in enumerate(groups) if len(rows)]
        return cls(
            points,
            tuple(groups[place] for place in used),
            tuple(outlines[used]),
            everywhere,
            middle,
        )

    def can_tell(self) -> bool:
        """Tell whether points outside their regions can mean that the layer is off.

        Where all name one region and lie in another, its name is wrong, not their
        place; and of a few points nothing can be said.
        """
        here = _metres(self.points, self.middle)
        lost = ~shapely.contains_xy(self.everywhere, here[:, 0], here[:, 1])
        several = sum(len(rows) > 1 for rows in self.groups) > 1
        return len(here) >= _LEAST_POINTS and (several or bool(lost.mean() > _HALF))

    def share_inside(self, degrees: Floats) -> float:
        """Tell which share of points, moved to other places, lies in its region."""
        return float(self._inside(_metres(degrees, self.middle)[None]).mean())

    def smallest_shift(self, enough: float) -> tuple[float, float] | None:
        """Find the shift by which the layer lies off, as small as can be.

        Parameters
        ----------
        enough
            Share of the points that lies inside when the shift is taken off.

        Returns
        -------
        shift
            Metres to the east and to the north, or ``None`` if no shift does it.
        """
        here = _metres(self.points, self.middle)
        step = self._step_m()
        around = np.arange(-_STEPS, _STEPS + 1) * step
        grid = np.stack(np.meshgrid(around, around), axis=-1).reshape(-1, 2)
        towards = self._towards(here)
        best = self._best(here, np.concatenate((grid, grid + towards)), enough)
        while best is not None and step > _SHORTEST_STEP_M:
            step /= 2
            fine = np.arange(-2, 3) * step
            grid = np.stack(np.meshgrid(fine, fine), axis=-1).reshape(-1, 2)
            best = self._best(here, grid + best, enough)
        return None if best is None else (-float(best[0]), -float(best[1]))

    def _best(self, here: Floats, moves: Floats, enough: float) -> Floats | None:
        """Choose the shortest of the moves that bring enough points inside."""
        shares = self._inside(here[None] + moves[:, None]).mean(axis=1)
        good = moves[shares >= enough]
        if not len(good):
            return None
        return np.asarray(good[np.hypot(*good.T).argmin()])

    def _inside(self, places: Floats) -> Flags:
        """Tell which points lie in their regions; shape (moves, points)."""
        inside = np.zeros(places.shape[:2], dtype=bool)
        for rows, outline in zip(self.groups, self.outlines, strict=True):
            there = places[:, rows]
            inside[:, rows] = shapely.contains_xy(outline, there[..., 0], there[..., 1])
        return inside

    def _step_m(self) -> float:
        smallest = min(float(shapely.area(outline)) for outline in self.outlines)
        return float(min(_LONGEST_STEP_M, np.sqrt(smallest) / 3))

    def _towards(self, here: Floats) -> Floats:
        """Return the way from the middle of the points to that of their regions."""
        middles = np.empty_like(here)
        for rows, outline in zip(self.groups, self.outlines, strict=True):
            middles[rows] = shapely.get_coordinates(shapely.centroid(outline))
        return np.asarray(np.median(middles - here, axis=0))


def _metres(degrees: Floats, middle: tuple[float, float]) -> Floats:
    """Lay longitudes and latitudes flat around a place, good enough for a search."""
    off = np.radians(degrees - np.asarray(middle)) * _RADIUS_M
    return np.asarray(off * (np.cos(np.radians(middle[1])), 1.0))
