"""Drawings in DXF: closed lines are boundaries, texts within them say what they are.

A drawing states no reference system, so one must be given; only drawings that zqland
wrote say theirs. DWG is a closed format: save the drawing as DXF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    from zqland_geodata.fieldmap import TableMap
    from zqland_geodata.layers import Layer
    from zqland_geodata.options import ReadOptions

__all__ = ["DWG", "read", "refuse_dwg"]


def read(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Read the closed lines of one layer and the texts within them.

    Parameters
    ----------
    source
        A DXF, as text or binary.
    mapping
        Its ``layer`` names the layer of the boundaries where several hold closed
        lines; its ``source_crs`` is the plane of the drawing.
    options
        Limits.

    Returns
    -------
    layer
        A record for each outer ring; the place is the handle of its line.

    Raises
    ------
    FileUnreadableError
        It is a DWG, damaged, too large, or without closed lines.
    MissingLayerError
        There is no such layer, or several and none was named.
    SourceCrsError
        No plane was given, or the drawing is not in metres.
    """
    # The library takes half a second to load, which only drawings need.
    from zqland_geodata.dxf import reader  # noqa: PLC0415

    return reader.read(source, mapping, options)


def refuse_dwg(source: Path, mapping: TableMap, options: ReadOptions) -> Layer:
    """Say what to do with a DWG.

    Parameters
    ----------
    source
        The file.
    mapping
        Not looked at.
    options
        Not looked at.

    Returns
    -------
    layer
        Never.

    Raises
    ------
    FileUnreadableError
        Always; the sentence says what to do.
    """
    del mapping, options
    raise FileUnreadableError(DWG.format(name=source.name))


DWG = Text(
    en="{name} is a DWG, whose format is closed. Open it in the CAD program and "
    "save it as DXF (2000 or later).",
    zh="{name}是 DWG 文件，其格式不公开。请在 CAD 中打开并另存为 "
    "DXF（2000 或更高版本）。",
)
"""What is said of a DWG."""
