"""How fast survey TXT is written and read, against plain loops over lines.

Run by their own command: ``pytest tests/benchmarks``. Both sides run in turn within
one test, so that a busy machine slows both. The loops are what somebody writes in an
afternoon: they know the canonical form only, and check nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from zqland import crs
from zqland_geodata.options import WriteOptions
from zqland_geodata.survey import read_survey_txt
from zqland_geodata.survey.point_rows import point_rows
from zqland_geodata.survey.writer import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

COUNT = 10_000
ZONE = 4526
HEAD_ROWS = 12


def rings(
    chance: np.random.Generator, centre: np.ndarray, radius: np.ndarray, corners: int
) -> np.ndarray:
    """Return rings of as many corners around centres, to the millimetre."""
    angle = np.arange(corners) * 2 * np.pi / corners
    around = np.column_stack((np.cos(angle), np.sin(angle)))
    far = radius[:, np.newaxis] * chance.uniform(0.8, 1.0, (len(centre), corners))
    return np.asarray((centre[:, np.newaxis] + far[:, :, np.newaxis] * around).round(3))


@pytest.fixture(scope="module")
def parcels() -> gpd.GeoDataFrame:
    """Return 10,000 parcels of 8 to 60 corners in zone 38, one in five with a hole."""
    chance = np.random.default_rng(2023)
    column, row = np.divmod(np.arange(COUNT), 100)
    centre = np.column_stack((38_350_000 + 300.0 * column, 2_550_000 + 300.0 * row))
    shapes = np.empty(COUNT, dtype=object)
    for corners, some in enumerate(np.array_split(chance.permutation(COUNT), 53), 8):
        radius = chance.uniform(50.0, 140.0, len(some))
        shells = rings(chance, centre[some], radius, corners)
        holes = rings(chance, centre[some], radius / 4, 6)
        with_hole = shapely.difference(
            shapely.polygons(shells), shapely.polygons(holes)
        )
        is_holed = chance.random(len(some)) < 0.2
        shapes[some] = np.where(is_holed, with_hole, shapely.polygons(shells))
    ids = [f"ZQ-{number:05d}" for number in range(1, COUNT + 1)]
    home = gpd.GeoSeries(shapes, index=ids)
    return gpd.GeoDataFrame(
        {
            "name": [f"地块{number}" for number in range(1, COUNT + 1)],
            "home_zone": ZONE,
            "home_geometry": home,
        },
        index=ids,
        geometry=crs.to_geographic(home, ZONE),
        crs=4490,
    )


def points(parcels: gpd.GeoDataFrame) -> int:
    """Return how many point rows the parcels have."""
    return int(parcels["home_geometry"].count_coordinates().sum())


def plain_rows(shape: shapely.Polygon) -> list[str]:
    """Write the rows of one parcel, one after the other."""
    rows: list[str] = []
    first = 1
    for number, ring in enumerate([shape.exterior, *shape.interiors], 1):
        corners = list(ring.coords)[:-1]
        if ring.is_ccw == (number == 1):
            corners.reverse()
        west, _, _, north = ring.bounds
        start = min(
            range(len(corners)),
            key=lambda place: (
                (corners[place][0] - west) ** 2 + (corners[place][1] - north) ** 2
            ),
        )
        corners = corners[start:] + corners[:start]
        names = [*range(first, first + len(corners)), first]
        for name, (x, y) in zip(names, [*corners, corners[0]], strict=True):
            rows.append(f"J{name},{number},{y:.3f},{x:.3f}\r\n")
        first += len(corners)
    return rows


def plainly_write(parcels: gpd.GeoDataFrame, path: Path) -> None:
    """Write the canonical form line by line."""
    lines = ["[属性描述]\r\n", *["=\r\n"] * 10, "[地块坐标]\r\n"]
    columns = (parcels.index, parcels["name"], parcels["home_geometry"])
    for number, name, shape in zip(*columns, strict=True):
        rows = plain_rows(shape)
        hectares = f"{shape.area / 10_000:.4f}"
        lines.append(f"{len(rows)},{hectares},{number},{name},面,,,,@\r\n")
        lines += rows
    path.write_bytes("".join(lines).encode("gbk"))


def plainly_parse(path: Path) -> list[tuple[list[str], list[shapely.LinearRing]]]:
    """Read the canonical form line by line: fields and rings of each parcel."""
    found: list[tuple[list[str], list[shapely.LinearRing]]] = []
    ring: list[tuple[float, float]] = []
    with path.open(encoding="gb18030") as lines:
        for _ in range(HEAD_ROWS):
            next(lines)
        for line in lines:
            fields = line.strip().split(",")
            if fields[-1] == "@":
                found.append((fields, []))
                continue
            ring.append((float(fields[3]), float(fields[2])))
            if len(ring) > 1 and ring[0] == ring[-1]:
                found[-1][1].append(shapely.LinearRing(ring))
                ring = []
    return found


def plainly_read(path: Path) -> gpd.GeoDataFrame:
    """Read parcels one after the other: shapes, degrees, and which area is declared."""
    way = Transformer.from_crs(ZONE, 4490, always_xy=True)
    geod = Geod(a=6378137.0, rf=298.257222101)
    rows = []
    for fields, (shell, *holes) in plainly_parse(path):
        home = shapely.Polygon(shell, holes)
        degrees = shapely.transform(home, way.transform, interleaved=False)
        declared_m2 = float(fields[1]) * 10_000
        geodesic_m2 = abs(geod.geometry_area_perimeter(degrees)[0])
        rows.append(
            {
                "parcel_id": fields[2],
                "name": fields[3],
                "home_geometry": home,
                "geometry": degrees,
                "declared_m2": declared_m2,
                "is_planar": abs(home.area - declared_m2)
                < abs(geodesic_m2 - declared_m2),
                "is_valid": home.is_valid,
            }
        )
    return gpd.GeoDataFrame(rows, crs=4490).set_index("parcel_id")


def seconds(work: Callable[[], object], *, rounds: int = 3) -> float:
    """Return the shortest time of several rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def tell(
    benchmark: BenchmarkFixture, parcels: gpd.GeoDataFrame, plain_s: float
) -> float:
    """Put points per second and the ratio into the report; return the ratio."""
    best_s = benchmark.stats.stats.min
    benchmark.extra_info["points per second"] = round(points(parcels) / best_s)
    benchmark.extra_info["points per second, plain loop"] = round(
        points(parcels) / plain_s
    )
    benchmark.extra_info["times as fast as a plain loop"] = round(plain_s / best_s, 1)
    return plain_s / best_s


def test_point_rows_are_those_of_the_plain_loop(parcels: gpd.GeoDataFrame) -> None:
    some = parcels["home_geometry"].iloc[:200]
    blocks = point_rows(some.to_numpy(dtype=object)).blocks
    assert blocks == ["".join(plain_rows(shape)).encode() for shape in some]


def test_writing_is_twice_as_fast_as_a_plain_loop(
    benchmark: BenchmarkFixture, parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    plain_s = seconds(lambda: plainly_write(parcels, path))
    benchmark.pedantic(
        write, args=(parcels, path, WriteOptions()), rounds=5, warmup_rounds=1
    )
    assert tell(benchmark, parcels, plain_s) >= 2.0


@pytest.fixture(scope="module")
def survey_txt(
    parcels: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the parcels as a file."""
    path = tmp_path_factory.mktemp("survey") / "a.txt"
    write(parcels, path, WriteOptions())
    return path


def test_the_plain_loop_reads_the_same_parcels(survey_txt: Path) -> None:
    ours, plain = read_survey_txt(survey_txt).parcels, plainly_read(survey_txt)
    assert ours.index.equals(plain.index)
    assert (ours["declared_m2"] - plain["declared_m2"]).abs().max() < 1e-6
    pairs = zip(ours["home_geometry"], plain["home_geometry"], strict=True)
    assert all(one.equals(other) for one, other in pairs)


def test_reading_any_dialect_takes_no_longer_than_twice_a_plain_loop(
    benchmark: BenchmarkFixture, parcels: gpd.GeoDataFrame, survey_txt: Path
) -> None:
    # The loop trusts the file: no encodings, axes, zones, ring numbers, nesting,
    # districts nor findings.
    plain_s = seconds(lambda: plainly_read(survey_txt))
    benchmark.pedantic(read_survey_txt, args=(survey_txt,), rounds=3, warmup_rounds=1)
    assert tell(benchmark, parcels, plain_s) >= 0.5
