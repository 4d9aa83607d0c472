"""The demonstration city: fictional parcels, evidence and projects.

No parcel, project or figure of it describes real ground or a real firm; whatever is
made from it must say so (`Reserve.fictional`).
"""

from __future__ import annotations

from zqland_geodata.demo.city import create_city
from zqland_geodata.demo.closing import SeedError
from zqland_geodata.demo.fates import ON
from zqland_geodata.demo.inputs import FICTIONAL, write_inputs

__all__ = ["FICTIONAL", "ON", "SeedError", "create_city", "write_inputs"]
