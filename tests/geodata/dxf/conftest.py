"""Drawings made from known shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ezdxf
import pytest
import shapely

from zqland_geodata.dxf import read
from zqland_geodata.fieldmap import TableMap
from zqland_geodata.options import Limits, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ezdxf.document import Drawing

    from zqland_geodata.layers import Layer

EAST, NORTH = 38_378_000.0, 2_576_000.0


class Sheet:
    """A drawing in the making.

    Attributes
    ----------
    drawing
        The drawing; its model space is ``space``.
    """

    def __init__(self, folder: Path, release: str = "R2010") -> None:
        self.folder = folder
        self.drawing: Drawing = ezdxf.new(release, units=6)
        self.space = self.drawing.modelspace()

    def square(
        self, at: tuple[float, float] = (0.0, 0.0), size: float = 100.0, **how: str
    ) -> shapely.Polygon:
        """Draw a closed square and return its shape."""
        shape = shapely.box(
            EAST + at[0], NORTH + at[1], EAST + at[0] + size, NORTH + at[1] + size
        )
        points = shapely.get_coordinates(shape)[:-1].tolist()
        self.space.add_lwpolyline(points, close=True, dxfattribs=how)
        return shape

    def text(self, words: str, at: tuple[float, float], **how: str) -> None:
        """Write a text."""
        place = (EAST + at[0], NORTH + at[1])
        self.space.add_text(words, height=2.0, dxfattribs=how | {"insert": place})

    def save(self, name: str = "a.dxf", **how: str) -> Path:
        """Save the drawing and return its path."""
        path = self.folder / name
        self.drawing.saveas(path, **how)
        return path

    def read(self, *, limits: Limits | None = None, **how: Any) -> Layer:  # noqa: ANN401
        """Save the drawing and read it."""
        mapping = TableMap(**{"source_crs": 4526} | how)
        return read(self.save(), mapping, ReadOptions(limits=limits or Limits()))


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    """Return an empty drawing in metres."""
    return Sheet(tmp_path)


@pytest.fixture
def make_sheet(tmp_path: Path) -> Callable[[str], Sheet]:
    """Return a function that makes an empty drawing of a release."""
    return lambda release: Sheet(tmp_path, release)
