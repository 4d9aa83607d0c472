"""KML made from known shapes, in all the forms that the tests need."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Write = Callable[..., Path]

SQUARE = shapely.box(112.8, 23.3, 112.81, 23.31)
HOLED = SQUARE.difference(shapely.box(112.803, 23.303, 112.806, 23.306))
TWO = shapely.MultiPolygon([HOLED, shapely.box(112.82, 23.3, 112.825, 23.302)])


def ring(points: NDArray[np.float64], *, height: str = "") -> str:
    """Return a ring as KML writes it."""
    words = (f"{x!r},{y!r}{height}" for x, y in points.tolist())
    return f"<LinearRing><coordinates>{' '.join(words)}</coordinates></LinearRing>"


def polygon(shape: shapely.Polygon, *, height: str = "") -> str:
    """Return a polygon as KML writes it."""
    outer = ring(shapely.get_coordinates(shape.exterior), height=height)
    inner = "".join(
        f"<innerBoundaryIs>{ring(shapely.get_coordinates(hole))}</innerBoundaryIs>"
        for hole in shape.interiors
    )
    return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{inner}</Polygon>"


def geometry(shape: shapely.Geometry) -> str:
    """Return a polygon or several as KML writes them."""
    parts = [polygon(part) for part in shapely.get_parts(shape)]
    several = f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"
    return parts[0] if len(parts) == 1 else several


def placemark(
    inner: str | shapely.Geometry = SQUARE,
    *,
    name: str = "A-1",
    system: str = "",
    more: str = "",
) -> str:
    """Return a placemark."""
    stated = f"<OvCoordType>{system}</OvCoordType>" if system else ""
    body = inner if isinstance(inner, str) else geometry(inner)
    return f"<Placemark><name>{name}</name>{stated}{more}{body}</Placemark>"


def document(*inner: str, declaration: str = "") -> str:
    """Return a document with what stands in it."""
    return (
        f"{declaration}<kml xmlns='http://www.opengis.net/kml/2.2'><Document>\n"
        + "\n".join(inner)
        + "</Document></kml>"
    )


@pytest.fixture
def write_kml(tmp_path: Path) -> Write:
    """Return a function that writes placemarks to a KML file."""

    def write(
        *inner: str, name: str = "a.kml", encoding: str = "utf-8", declaration: str = ""
    ) -> Path:
        path = tmp_path / name
        path.write_bytes(document(*inner, declaration=declaration).encode(encoding))
        return path

    return write


@pytest.fixture
def write_kmz(tmp_path: Path) -> Write:
    """Return a function that writes documents to a zip archive."""

    def write(documents: dict[str, str], name: str = "a.kmz") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for inner, text in documents.items():
                archive.writestr(inner, text)
        return path

    return write


@pytest.fixture
def make() -> type:
    """Return the makers of KML texts and the shapes they know."""
    return Make


class Make:
    """Makers of KML texts, and known shapes."""

    square, holed, two = SQUARE, HOLED, TWO
    ring = staticmethod(ring)
    polygon = staticmethod(polygon)
    geometry = staticmethod(geometry)
    placemark = staticmethod(placemark)
    document = staticmethod(document)
