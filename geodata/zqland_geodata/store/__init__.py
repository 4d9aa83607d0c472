"""The store: one true record of the reserve, in SQLite or PostgreSQL with PostGIS.

Nothing is deleted or overwritten. Each transaction is a revision with who, when and
why; a row that changes is closed and another put in its place. So the books can be
read as true on a date and as known at a revision.
"""

from __future__ import annotations

from zqland_geodata.store.opening import Store, open_store, upgrade_store
from zqland_geodata.store.reading import Reader
from zqland_geodata.store.revisions import Revision
from zqland_geodata.store.rows import Writer
from zqland_geodata.store.seeking import Place

__all__ = [
    "Place",
    "Reader",
    "Revision",
    "Store",
    "Writer",
    "open_store",
    "upgrade_store",
]
