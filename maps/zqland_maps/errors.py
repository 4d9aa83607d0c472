"""What can go wrong while a map is made.

::

    ZqlandError
    └── MapError   (ValueError)   a map that cannot be made from what was given
"""

from __future__ import annotations

from zqland.errors import ZqlandError


class MapError(ZqlandError, ValueError):
    """A map cannot be made from what was given."""
