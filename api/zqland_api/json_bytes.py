"""JSON as the ways in write it.

The serialiser is the one that pydantic brings along: as fast as any here, strict JSON,
and no further dependency.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic_core import from_json, to_json

__all__ = ["from_json", "to_bytes"]


def to_bytes(document: object) -> bytes:
    """Write a document as UTF-8 JSON: numpy figures as figures, not-a-number as null.

    Parameters
    ----------
    document
        Mappings, lists, text, figures, dates; anything else is written as its text.

    Returns
    -------
    content
        Compact JSON.

    Examples
    --------
    >>> to_bytes({"count": 1, "area_m2": float("nan")})
    b'{"count":1,"area_m2":null}'
    """
    return to_json(document, fallback=_plain, inf_nan_mode="null")


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value)
