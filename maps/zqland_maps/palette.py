"""The colours of every map.

The four stages run from light to dark, so that they stay apart in a grey print, and
from sand over amber and green to blue, so that they stay apart for readers who do
not tell red from green. ``tests/maps/test_palette.py`` measures both.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

STAGES = {
    "raw": "#e4d8be",
    "serviced": "#f0ad3d",
    "mature": "#2f9484",
    "standard": "#1d4480",
}
"""Fill of a parcel by its stage."""


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by their use, as ``#rrggbb``."""

    ink: str = "#1f2933"
    muted: str = "#5b6671"
    paper: str = "#ffffff"
    water: str = "#e9eef1"
    ground: str = "#fbfaf5"
    border: str = "#b9b3a4"
    parcel_line: str = "#4a4436"
    other_ground: str = "#ded9cc"
    taken_ground: str = "#eeebe3"
    match: str = "#1d4480"
    match_line: str = "#0d2750"
    near: str = "#c2570c"
    near_fill: str = "#fbe3cd"
    accent: str = "#1d4480"
    selected: str = "#d6246e"
    forbid: str = "#b3261e"
    deduct: str = "#6b3fa0"
    warn: str = "#8a6d00"
    warning: str = "#8a3b00"
    warning_fill: str = "#fff1de"


COLOURS = Colours()
"""The colours that the pages use."""


def as_document() -> dict[str, object]:
    """Return all colours for the data block."""
    return {"stages": STAGES, **asdict(COLOURS)}
