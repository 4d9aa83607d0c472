"""Under which conditions a reader wants to see the reserve."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zqland.areas import Method
from zqland.text import Language
from zqland.units import Unit
from zqland_api.about import About
from zqland_api.desk import Desk


@dataclass(frozen=True, slots=True)
class View:
    """Under which conditions a reader wants to see the reserve.

    Attributes
    ----------
    on
        The as-of date.
    basis
        The method of areas.
    unit
        The unit of areas.
    language
        The reader's language.
    """

    on: dt.date
    basis: Method
    unit: Unit
    language: Language

    def about(self, desk: Desk) -> About:
        """Say what the figures of this view refer to."""
        return desk.about(on=self.on, basis=self.basis, unit=self.unit)
