"""What can go wrong in the planning core.

::

    ZqlandError
    ├── UnitError            (ValueError)   an area or a unit that cannot be read
    ├── CrsError             (ValueError)
    │   ├── MissingCrsError                 coordinates without a reference system
    │   ├── WrongCrsError                   a system that the call cannot work in
    │   └── UnsupportedDatumError           Xi'an 80, Beijing 54: no exact way from it
    ├── CatalogueError       (ValueError)   a rule file with a fault, and its line
    ├── TableError           (ValueError)   a table that breaks its schema
    ├── NeedError            (ValueError)   a need that contradicts itself
    ├── BasisError           (ValueError)   areas of two methods in one question
    ├── ConstraintError      (ValueError)   a constraint layer that could take no ground
    ├── LedgerError          (ValueError)   books that cannot be kept, or not yet
    ├── LineageError         (ValueError)   a split or merger that loses or makes land
    ├── LotError             (ValueError)   a lot that contradicts itself or the ground
    ├── PortfolioError       (ValueError)   demands on a plan that exclude each other
    └── NotFoundError        (LookupError)  no such parcel, park, project, item …

Each sentence says what was found, what is needed and what to do, in both languages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zqland.text import Text


class ZqlandError(Exception):
    """Anything that zqland refuses to do, with the reason in two languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text
        """The whole message in both languages."""


class UnitError(ZqlandError, ValueError):
    """An area or a unit that cannot be read."""


class CrsError(ZqlandError, ValueError):
    """Anything wrong with a coordinate reference system."""


class MissingCrsError(CrsError):
    """Coordinates came without a reference system."""


class WrongCrsError(CrsError):
    """The reference system is not one that the call can work in."""


class UnsupportedDatumError(CrsError):
    """The datum has no exact published way to CGCS2000."""


class CatalogueError(ZqlandError, ValueError):
    """A rule file has a fault; the message names the file and the line."""


class TableError(ZqlandError, ValueError):
    """A table breaks its schema; the message names columns and rows."""


class NeedError(ZqlandError, ValueError):
    """A need contradicts itself; the message names every contradiction."""


class BasisError(ZqlandError, ValueError):
    """Areas of different methods met in one question."""


class ConstraintError(ZqlandError, ValueError):
    """A constraint layer could take no ground, whatever lies there."""


class LedgerError(ZqlandError, ValueError):
    """The books cannot be kept so, or nothing is known yet of the days asked for."""


class LineageError(ZqlandError, ValueError):
    """A split, merger or correction would lose or invent land, or cannot be drawn."""


class LotError(ZqlandError, ValueError):
    """What is asked of a lot contradicts itself, or is asked of no ground."""


class PortfolioError(ZqlandError, ValueError):
    """Demands on a plan exclude each other; the message names them."""


class NotFoundError(ZqlandError, LookupError):
    """Something was asked for by a name that nothing has."""
