"""Sentences and places that several checks have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.text import Text

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

KEPT_AS_IS = Text(en="kept as it is; correct the source", zh="按原样保留；请更正来源")
"""What is done about a fault."""

KEPT = Text(en="kept; check the source", zh="保留；请核对来源")
"""What is done about something doubtful."""

REPAIRABLE = Text(
    en="kept as it is; correct the source, or let a copy be repaired",
    zh="按原样保留；请更正来源，或另存修复后的副本",
)
"""What is done about a fault that a repair can remove."""


def place_text(point: npt.NDArray[np.float64]) -> str:
    """Write a place in the home zone: east and north in metres."""
    return f"{point[0]:.3f}, {point[1]:.3f}"
