"""Lists of coordinates as KML writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FIGURES = re.compile(r"[0-9eE+\-.,\s]*")
_LOOSE = re.compile(r"\s*,\s*")
_PLANE, _SPACE = 2, 3
FEWEST = 4
"""Points of the shortest closed ring."""


def parse(text: str) -> tuple[Floats, bool]:
    """Read a list of coordinates.

    Parameters
    ----------
    text
        ``lon,lat`` or ``lon,lat,height`` between blanks.

    Returns
    -------
    points
        Longitudes and latitudes in degrees; shape (n, 2).
    has_heights
        Whether any height other than zero stands there.

    Raises
    ------
    ValueError
        It is no such list.

    Examples
    --------
    >>> parse("112.5,23.1,0 112.6, 23.1, 4.5")[0].tolist()
    [[112.5, 23.1], [112.6, 23.1]]
    """
    if not _FIGURES.fullmatch(text):
        raise ValueError(text)
    words = text.split()
    commas = text.count(",")
    if commas not in (len(words), 2 * len(words)) or not _even(words, commas):
        words = [word.rstrip(",") for word in _LOOSE.sub(",", text).split()]
    sizes = {word.count(",") + 1 for word in words}
    if not sizes <= {_PLANE, _SPACE}:
        raise ValueError(text)
    if sizes == {_PLANE, _SPACE}:
        words = [word if word.count(",") > 1 else f"{word},0" for word in words]
        sizes = {_SPACE}
    if not words:
        return np.empty((0, 2)), False
    figures = np.array(",".join(words).split(","), dtype=np.float64)
    if not np.isfinite(figures).all():
        raise ValueError(text)
    points = figures.reshape(-1, sizes.pop())
    return points[:, :2], bool((points[:, 2:] != 0).any())


def closed(points: Floats) -> tuple[Floats, bool]:
    """Close a ring.

    Parameters
    ----------
    points
        Points in order; shape (n, 2).

    Returns
    -------
    ring
        The points with the first one again at the end.
    was_open
        Whether it had to be put there.
    """
    if len(points) and (points[0] != points[-1]).any():
        return np.vstack((points, points[:1])), True
    return points, False


def _even(words: list[str], commas: int) -> bool:
    """Tell whether every word has the same number of commas."""
    each = commas // max(len(words), 1)
    return all(word.count(",") == each and word[-1] != "," for word in words)
