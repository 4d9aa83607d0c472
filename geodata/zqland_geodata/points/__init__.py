"""Boundary-point tables (界址点成果表): one row for every point of every parcel.

::

    cells    the rows of the text, and which column is what
    axes     which of the two figures is the easting, and in which system
    rings    points to rings, and rings to shells and holes
    reader   all of it together
"""

from __future__ import annotations

from zqland_geodata.points.reader import read

__all__ = ["read"]
