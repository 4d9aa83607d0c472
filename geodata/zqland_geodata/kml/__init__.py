"""KML, KMZ and their Chinese relatives ovkml and ovkmz (Ovital map).

The relatives differ in one element: ``OvCoordType`` says in which coordinates a
placemark stands, true ones (CGCS2000, WGS84) or the shifted ones of web maps (GCJ-02,
BD-09). Shifts are undone on reading. Nothing that a file refers to is ever fetched.
"""

from __future__ import annotations

from zqland_geodata.kml.reader import read

__all__ = ["read"]
