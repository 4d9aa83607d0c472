"""Ways from the old datums to CGCS2000, by parameter sets that the user gives.

No exact transformation from Xi'an 80 or Beijing 54 is published; a survey authority
gives 4 parameters (in the plane of a zone) or 7 (in space) that hold for its own area.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shifts:
    """The parameter sets that are known."""
