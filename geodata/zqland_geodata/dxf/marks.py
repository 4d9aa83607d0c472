"""What zqland writes about an outline, so that parts, holes and values come back.

The note stands in the extended data of the line. It is JSON in ASCII without spaces,
cut into pieces, so that no code page and no trimming can change it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

APPLICATION = "ZQLAND"
"""Name of the application in the extended data."""

_PIECE = 240
_LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """The note about one ring.

    Attributes
    ----------
    epsg
        Code of the plane of the coordinates.
    record
        Number of the parcel in the drawing, from 0.
    part
        Number of the part, from 0.
    ring
        0 for the outer ring of the part, 1 and so on for its holes.
    columns
        The values of the parcel under the keys of ``columns.csv``.
    """

    epsg: int
    record: int
    part: int
    ring: int
    columns: Mapping[str, str] = field(default_factory=dict)


def encode(mark: Mark) -> list[str]:
    """Return a note in pieces short enough for extended data.

    Parameters
    ----------
    mark
        The note.

    Returns
    -------
    pieces
        Texts in ASCII without spaces.

    Examples
    --------
    >>> mark = Mark(4526, 0, 0, 0, {"name": "a b"})
    >>> decode(encode(mark)) == mark
    True
    """
    numbers = [mark.epsg, mark.record, mark.part, mark.ring]
    content = {"at": numbers, "columns": dict(mark.columns)}
    text = json.dumps(content, separators=(",", ":")).replace(" ", "\\u0020")
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def decode(pieces: Sequence[str]) -> Mark | None:
    """Read a note.

    Parameters
    ----------
    pieces
        As they stand in the file.

    Returns
    -------
    mark
        The note, or ``None`` where there is none that can be read.
    """
    try:
        content = json.loads("".join(pieces))
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    numbers, columns = _numbers(content.get("at")), content.get("columns")
    if numbers is None or not isinstance(columns, dict):
        return None
    texts = {key: value for key, value in columns.items() if isinstance(value, str)}
    return Mark(*numbers, texts)


def _numbers(found: object) -> tuple[int, int, int, int] | None:
    """Return the four numbers of a note, or None for anything else."""
    if not isinstance(found, list) or not all(type(one) is int for one in found):
        return None
    match found:
        case [epsg, record, part, ring] if all(0 <= one < _LARGEST for one in found):
            return epsg, record, part, ring
    return None
