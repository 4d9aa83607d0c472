"""What is taken from a drawing before it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zqland_geodata.dxf import labels, outlines
from zqland_geodata.dxf.opening import UNREADABLE, damaged, load
from zqland_geodata.errors import ReadError

if TYPE_CHECKING:
    from pathlib import Path

    from zqland.findings import Finding
    from zqland_geodata.dxf.labels import Label
    from zqland_geodata.dxf.outlines import Lines
    from zqland_geodata.options import Limits


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines and texts of a drawing.

    Attributes
    ----------
    lines
        Its lines.
    labels
        Its texts.
    units
        Its ``$INSUNITS``.
    """

    lines: Lines
    labels: list[Label]
    units: int


def take(source: Path, limits: Limits, findings: list[Finding]) -> Drawn:
    """Take lines and texts from a drawing.

    Parameters
    ----------
    source
        A DXF, as text or binary.
    limits
        How much is read at most.
    findings
        What was found is put behind.

    Returns
    -------
    drawn
        Lines and texts.

    Raises
    ------
    FileUnreadableError
        It is a DWG, damaged or too large.
    """
    drawing = load(source, findings)
    try:
        return Drawn(
            outlines.collect(drawing, limits, name=source.name),
            labels.collect(drawing, limits, name=source.name),
            int(drawing.header.get("$INSUNITS", 0)),
        )
    except ReadError:
        raise
    except UNREADABLE as error:
        raise damaged(source, error) from error
