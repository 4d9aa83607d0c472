"""What the checks of parcels allow, as a catalogue with a source per entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from zqland.catalogues.document import CatalogueDocument

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "checks.toml"
"""Name of the catalogue."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "duplicate_vertex": ("distance_m",),
    "near_vertex": ("distance_m",),
    "spike": ("angle_deg", "width_m"),
    "narrow": ("width_m",),
    "vertices": ("most",),
    "overlap": ("smallest_m2", "rounding_m", "thin_m", "stacked_share"),
    "gap": ("width_m", "rounding_m", "smallest_m2", "elongation"),
    "declared": ("most_m2", "share"),
    "district": ("distance_m",),
    "park": ("share", "smallest_m2"),
    "displaced": (
        "distance_m",
        "fit_m",
        "fit_share",
        "agreeing_share",
        "inside_share",
        "regions_m",
    ),
    "repair": ("snap_m", "area_share", "area_m2"),
}


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What the checks allow.

    Attributes
    ----------
    figures
        Figure by table and key of the catalogue.
    sources
        Where each table comes from.

    Examples
    --------
    >>> load_tolerances()["gap", "width_m"]
    0.5
    """

    figures: Mapping[tuple[str, str], float]
    sources: Mapping[str, str]

    def __getitem__(self, key: tuple[str, str]) -> float:
        """Return a figure by its table and key."""
        return self.figures[key]


@lru_cache(maxsize=1)
def _packaged() -> Tolerances:
    text = (files("zqland_geodata") / "data" / FILE).read_text(encoding="utf-8")
    return _parse(FILE, text)


def load_tolerances(path: str | Path | None = None) -> Tolerances:
    """Return what the checks allow.

    Parameters
    ----------
    path
        A city's own file in the form of the packaged ``data/checks.toml``; tables that
        it leaves out are taken from the package, as is all of it by default.

    Returns
    -------
    tolerances
        The checked figures.

    Raises
    ------
    CatalogueError
        A table has a fault; the message names the line.
    """
    packaged = _packaged()
    if path is None:
        return packaged
    own = _parse(Path(path).name, Path(path).read_text(encoding="utf-8-sig"))
    return Tolerances(
        {**packaged.figures, **own.figures}, {**packaged.sources, **own.sources}
    )


def _parse(name: str, text: str) -> Tolerances:
    root = CatalogueDocument.parse(name, text).root.allow(*_KEYS)
    figures: dict[tuple[str, str], float] = {}
    sources: dict[str, str] = {}
    for section in root.sections():
        keys = _KEYS[section.name]
        section.allow(*keys, "source")
        sources[section.name] = section.source()
        for key in keys:
            most = 1.0 if key.endswith("share") else float("inf")
            figures[section.name, key] = section.number(key, minimum=0.0, maximum=most)
    return Tolerances(figures, sources)
