"""Tables and shapes as short strings that a browser unpacks quickly.

Everything is turned into whole numbers first. A whole number is written in digits
of five bits, the lowest first; a sixth bit says that another digit follows. The 64
characters need no escaping in JSON, HTML or JavaScript. A column of numbers that
may be missing writes 0 for missing and the number plus one otherwise.

Shapes are snapped to a grid of `STEP` degrees (about 0.1 m) and each vertex is
written as its step from the vertex before it, so that a vertex costs four to six
bytes. ``assets/10_decode.js`` is the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The 64 characters, in the order of their values."""

STEP = 1e-6
"""Grid of a full map, degrees: 0.11 m, so that a vertex moves by at most 0.08 m."""

PUBLIC_STEP = 1e-5
"""Grid of a public map, degrees: one metre."""

_ORDINAL_OF_1970 = 719_163
_CHARACTERS = np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)
_BITS = 5


def whole_numbers(values: ArrayLike) -> str:
    """Write whole numbers from zero upwards.

    Parameters
    ----------
    values
        Whole numbers in [0, 2⁵³); shape (n,).

    Returns
    -------
    text
        The numbers one after the other.

    Examples
    --------
    >>> whole_numbers([0, 1, 31, 32])
    'ABfgB'
    """
    numbers = np.asarray(values, dtype=np.uint64)
    widths = np.ones(len(numbers), dtype=np.int64)
    rest = numbers >> np.uint64(_BITS)
    while rest.any():
        widths += rest > 0
        rest = rest >> np.uint64(_BITS)
    starts = np.cumsum(widths) - widths
    written = np.empty(int(widths.sum()), dtype=np.uint8)
    for place in range(int(widths.max(initial=0))):
        has_digit = widths > place
        digits = (numbers[has_digit] >> np.uint64(_BITS * place)) & np.uint64(31)
        follows = (widths[has_digit] > place + 1).astype(np.uint64) << np.uint64(_BITS)
        written[starts[has_digit] + place] = _CHARACTERS[digits | follows]
    return written.tobytes().decode("ascii")


def numbers(values: pd.Series[Any], *, step: float = 1.0) -> str:
    """Write a column of numbers that are not negative and may be missing.

    Parameters
    ----------
    values
        The column; NaN is missing.
    step
        Unit of the last digit that is kept.

    Returns
    -------
    text
        The column in steps, rounded to the nearest.
    """
    plain = pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(plain) & (plain >= 0)
    return whole_numbers(
        np.where(known, np.rint(np.where(known, plain, 0) / step) + 1, 0)
    )


def dates(values: pd.Series[Any]) -> str:
    """Write a column of days as ordinals; day 1 is 1 January of the year 1."""
    days = pd.to_datetime(values).to_numpy(dtype="datetime64[D]")
    missing = np.isnat(days)
    ordinals = days.astype(np.int64) + _ORDINAL_OF_1970
    return whole_numbers(np.where(missing, 0, ordinals + 1))


def flags(values: pd.Series[Any]) -> str:
    """Write a column of yes and no."""
    return whole_numbers(
        values.fillna(value=False).to_numpy(dtype=bool).astype(np.uint8)
    )


def codes(values: pd.Series[Any]) -> dict[str, Any]:
    """Write a column with few different values as a list of them and their places.

    Parameters
    ----------
    values
        Texts, or tuples of texts; missing is allowed.

    Returns
    -------
    column
        ``values``, each different value once in order of appearance, and ``codes``.
    """
    places, different = pd.factorize(
        values.to_numpy(dtype=object), use_na_sentinel=True
    )
    listed = [list(one) if isinstance(one, tuple) else one for one in different]
    return {"values": listed, "codes": whole_numbers(places + 1)}


def shapes(polygons: gpd.GeoSeries, *, step: float = STEP) -> dict[str, Any]:
    """Write polygons, snapped to a grid.

    Exterior rings run counter-clockwise and holes clockwise, so that a browser can
    fill many at once by the non-zero rule. Anything that is not a polygon is left
    out: the shape at its place has no ring.

    Parameters
    ----------
    polygons
        Polygons in degrees of longitude and latitude; shape (n,).
    step
        The grid in degrees.

    Returns
    -------
    written
        ``origin`` (degrees), ``step`` (degrees), ``count`` and ``data``.
    """
    parts = _polygons(polygons)
    coordinates, ring_starts, rings_of = _rings(parts)
    origin = (
        np.floor(coordinates.min(axis=0) / step) * step
        if len(coordinates)
        else np.zeros(2)
    )
    snapped = np.rint((coordinates - origin) / step).astype(np.int64)
    steps = np.diff(snapped, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    zigzag = ((steps << 1) ^ (steps >> 63)).astype(np.uint64)
    stream = _interleave(zigzag.ravel(), np.diff(ring_starts), np.diff(rings_of))
    return {
        "origin": [round(float(degree), 9) for degree in origin],
        "step": step,
        "count": len(polygons),
        "data": whole_numbers(stream),
    }


def _polygons(polygons: gpd.GeoSeries) -> NDArray[np.object_]:
    geometries = np.array(polygons.array, dtype=np.object_)
    is_polygon = np.isin(shapely.get_type_id(geometries), (3, 6)) & ~shapely.is_empty(
        geometries
    )
    geometries[~is_polygon] = shapely.MultiPolygon()
    turned: NDArray[np.object_] = shapely.orient_polygons(geometries)
    return turned


def _rings(
    parts: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return vertices without closing ones, starts of rings, first rings of shapes."""
    pieces, owners = shapely.get_parts(parts, return_index=True)
    rings, of_piece = shapely.get_rings(pieces, return_index=True)
    vertices, of_ring = shapely.get_coordinates(rings, return_index=True)
    lengths = np.bincount(of_ring, minlength=len(rings))
    closing = np.cumsum(lengths) - 1
    kept = np.ones(len(vertices), dtype=bool)
    kept[closing] = False
    starts = np.concatenate([[0], np.cumsum(lengths - 1)])
    per_shape = np.bincount(owners[of_piece], minlength=len(parts))
    return vertices[kept], starts, np.concatenate([[0], np.cumsum(per_shape)])


def _interleave(
    steps: NDArray[np.uint64], vertices: NDArray[np.int64], rings: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Put the number of rings before each shape and of vertices before each ring."""
    first_ring = np.cumsum(rings) - rings
    first_step = 2 * (np.cumsum(vertices) - vertices)
    stream = np.insert(steps, first_step, vertices.astype(np.uint64))
    ring_places = np.append(first_step + np.arange(len(vertices)), len(stream))
    return np.insert(stream, ring_places[first_ring], rings.astype(np.uint64))
