"""Files of two megabytes that try to become gigabytes, read by another process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Plant = Callable[..., Path]
SIZE = 2_000_000
MOST_MB, SECONDS = 600, 120
MEASURE = """
import resource, sys, warnings
from zqland_geodata.errors import ReadError
from zqland_geodata.options import ReadOptions
from zqland_geodata.projects import read_projects
from zqland_geodata.vector import read_parcels
warnings.simplefilter("ignore")
most = resource.RUSAGE_SELF
before = resource.getrusage(most).ru_maxrss
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
path, kind = sys.argv[1:]
try:
    if kind == "projects":
        read_projects(path)
    else:
        given = 4526 if path.endswith(("csv", "dxf")) else None
        read_parcels(path, options=ReadOptions(source_crs=given))
except ReadError:
    pass
print((resource.getrusage(most).ru_maxrss - before) // 1024)
"""
HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=38\n[地块坐标]\n"
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
RING = "112,23 112.01,23 112.01,23.01 112,23"


def filled(piece: str, size: int = SIZE) -> str:
    return piece * (size // len(piece.encode()))


def distinct_fields() -> str:
    """Return placemarks each of which has a field of its own."""
    return "".join(
        f'<Placemark><ExtendedData><Data name="k{number}"><value>1</value></Data>'
        f"</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>{RING}"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for number in range(SIZE // 250)
    )


def distinct_keys() -> str:
    """Return features each of which has a field of its own."""
    features = ",".join(
        f'{{"type":"Feature","properties":{{"k{number}":1}},"geometry":'
        '{"type":"Point","coordinates":[112,23]}}'
        for number in range(SIZE // 100)
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


CASES: dict[str, tuple[str, str]] = {
    "points of one ring": ("a.txt", HEAD + filled("J1,1,2563400,38357200\n")),
    "parcels without points": ("a.txt", HEAD + filled("4,1,A,甲,面,,,,@\n")),
    "a ring for every point": (
        "a.txt",
        HEAD
        + "9,1,A,甲,面,,,,@\n"
        + "".join(f"J1,{n},2563400,38357200\n" for n in range(SIZE // 30)),
    ),
    "one row of commas": ("a.txt", HEAD + filled(",")),
    "one number": ("a.txt", HEAD + "J1,1," + filled("9") + ",38357200\n"),
    "sections": ("a.txt", HEAD + filled("[节]\n")),
    "one row of a table of points": ("a.csv", "地块编号,X坐标,Y坐标\n" + filled(",")),
    "parcels of one point": (
        "a.csv",
        "地块编号,X坐标,Y坐标\n"
        + "".join(f"{n},2563400,38357200\n" for n in range(SIZE // 30)),
    ),
    "elements in elements": ("a.kml", KML + filled("<Folder>")),
    "one attribute": ("a.kml", KML + '<Folder id="' + filled("x") + '"/>'),
    "attributes": (
        "a.kml",
        KML + "<Folder " + "".join(f'a{n}="" ' for n in range(SIZE // 10)) + "/>",
    ),
    "empty placemarks": ("a.kml", KML + filled("<Placemark/>") + "</Document></kml>"),
    "a field for every placemark": (
        "a.kml",
        KML + distinct_fields() + "</Document></kml>",
    ),
    "lists in lists": ("a.geojson", '{"type":"FeatureCollection","a":' + filled("[")),
    "a field for every feature": ("a.geojson", distinct_keys()),
    "entities of a drawing": (
        "a.dxf",
        "0\nSECTION\n2\nENTITIES\n"
        + filled("0\nCIRCLE\n8\n0\n")
        + "0\nENDSEC\n0\nEOF\n",
    ),
    "sections of a drawing": ("a.dxf", filled("0\nSECTION\n")),
    "columns of a sheet": (
        "projects.csv",
        "项目编号,用地需求（亩）" + filled(",", SIZE // 4),
    ),
    "rows of a sheet": (
        "projects.csv",
        "项目编号,用地需求（亩）\n" + filled("P,1\n", SIZE // 10),
    ),
    "quotes of a sheet": ("projects.csv", "项目编号,用地需求（亩）\n" + filled('""')),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
@pytest.mark.parametrize("case", CASES)
def test_a_small_file_takes_no_large_memory(plant: Plant, case: str) -> None:
    name, text = CASES[case]
    path = plant(name, text)
    command = [sys.executable, "-c", MEASURE, str(path), path.stem]
    result = subprocess.run(  # noqa: S603 - our own script
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr.decode("utf-8", "replace")[-2000:]
    assert int(result.stdout) < MOST_MB
