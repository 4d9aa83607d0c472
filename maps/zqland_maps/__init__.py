"""Web maps of an industrial land reserve: one file each, no network needed."""

from __future__ import annotations

from zqland_maps.basemaps import Basemap, basemap
from zqland_maps.errors import MapError
from zqland_maps.match_map import match_map
from zqland_maps.page import write_html
from zqland_maps.reserve_map import reserve_map

__all__ = [
    "Basemap",
    "MapError",
    "basemap",
    "match_map",
    "reserve_map",
    "write_html",
]
