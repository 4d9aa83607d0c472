"""A process that is killed while it writes leaves a whole file or none.

``ZQLAND_KILLS=50`` kills fifty times for each format instead of once.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pytest
import shapely

from zqland_geodata.vector import read_parcels
from zqland_geodata.writing import WRITERS

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("ZQLAND_KILLS", "1"))
ALIASES = {".json", ".geoparquet", ".ovkml", ".ovkmz"}
TARGETS = [f"a{suffix}" for suffix in WRITERS if suffix not in ALIASES]
CONVERT = """
import itertools, sys, warnings
from zqland_geodata.convert import convert
warnings.simplefilter("ignore")
few, many, target = sys.argv[1:]
print("ready", flush=True)
for source in itertools.cycle([few, many]):
    convert(source, target)
"""
MARK = """
import itertools, sys, warnings
from zqland_geodata.marked import write_marked
from zqland_geodata.vector import read_parcels
warnings.simplefilter("ignore")
few, many, target = sys.argv[1:]
read = {source: read_parcels(source).findings for source in (few, many)}
print("ready", flush=True)
for source in itertools.cycle(read):
    write_marked(source, read[source], target)
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Return two files of parcels by the number of parcels in them."""
    folder = tmp_path_factory.mktemp("sources")
    files: dict[int, Path] = {}
    for count in (40, 150):
        shapes = [
            shapely.Point(38_378_000 + 100 * number, 2_576_000).buffer(40)
            for number in range(count)
        ]
        names = [f"A-{number}" for number in range(count)]
        table = gpd.GeoDataFrame({"地块编号": names}, geometry=shapes, crs=4526)
        files[count] = folder / f"{count}.gpkg"
        table.to_file(files[count], engine="pyogrio")
    return files


def killed(script: str, arguments: list[Path], *, after: float) -> None:
    """Run a script and kill it some seconds after it says that it is ready."""
    command = [sys.executable, "-W", "ignore", "-c", script, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(  # noqa: S603 - our own script
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = process.stdout.readline()
        time.sleep(after)
        assert process.poll() is None, process.stderr.read().decode("utf-8")
        process.kill()
        assert said.strip() == b"ready", process.stderr.read().decode("utf-8")


@pytest.mark.parametrize("number", range(KILLS))
@pytest.mark.parametrize("name", TARGETS)
def test_a_kill_while_converting_leaves_the_whole_file_or_none(
    sources: dict[int, Path], tmp_path: Path, name: str, number: int
) -> None:
    target = tmp_path / name
    delay = random.Random(f"{name} {number}").uniform(0.02, 0.6)  # noqa: S311 - no secret
    killed(CONVERT, [*sources.values(), target], after=delay)
    others = {path.suffix for path in tmp_path.iterdir() if path != target}
    if target.exists():
        assert len(read_parcels(target).parcels) in sources
    else:
        # Parts without the file itself are no Shapefile, and are not taken for one.
        assert others <= {"", ".cpg", ".dbf", ".prj", ".shx", ".toml"}


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_while_marking_leaves_the_whole_workbook_or_none(
    sources: dict[int, Path], tmp_path: Path, number: int
) -> None:
    target = tmp_path / "a.xlsx"
    delay = random.Random(f"mark {number}").uniform(0.02, 0.6)  # noqa: S311 - no secret
    killed(MARK, [*sources.values(), target], after=delay)
    if target.exists():
        book = openpyxl.load_workbook(target)
        assert book.worksheets[-1].max_row - 1 in sources
    else:
        assert {path.suffix for path in tmp_path.iterdir()} <= {""}
