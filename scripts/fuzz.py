"""Feed bent files to a reader for as long as wanted, guided by coverage.

::

    pip install atheris          # Linux and macOS; not among the dependencies
    python scripts/fuzz.py txt --minutes 60
    python scripts/fuzz.py kml --minutes 60 --kept out/fuzz

Begins with the seeds of the tests. Any exception but `ReadError` stops it and leaves
the bytes in the folder ``kept``; so do 1 GB of memory and 20 seconds for one file.
At the end the number of files and the largest memory are printed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

with atheris.instrument_imports(include=["zqland_geodata"]):
    from zqland.findings import findings_table
    from zqland_geodata.errors import ReadError
    from zqland_geodata.evidence import read_evidence
    from zqland_geodata.options import Limits, ReadOptions
    from zqland_geodata.planning_sheets import read_indicators, read_targets
    from zqland_geodata.projects import read_projects, read_status_events
    from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = Path(__file__).resolve().parents[1] / "tests" / "geodata" / "fuzz" / "seeds"
LIMITS = Limits(points=10_000, records=1000, cells=100_000, file_bytes=1_000_000)
MEMORY_MB, SECONDS, LONGEST = 1000, 20, 20_000


def boundaries(path: Path) -> object:
    """Read parcels; drawings and tables of points cannot say their system."""
    given = 4526 if path.suffix in {".dxf", ".csv"} else None
    return read_parcels(path, options=ReadOptions(limits=LIMITS, source_crs=given))


def evidence(path: Path) -> object:
    """Read evidence as of a day."""
    return read_evidence(path, as_of=dt.date(2023, 12, 31))


READERS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "txt": (".txt", boundaries, "*.txt"),
    "points": (".csv", boundaries, "[pb]*.csv"),
    "kml": (".kml", boundaries, "*kml"),
    "ovkml": (".ovkml", boundaries, "*kml"),
    "dxf": (".dxf", boundaries, "*.dxf"),
    "projects": (".csv", read_projects, "projects.csv"),
    "evidence": (".csv", evidence, "*[ew]*.csv"),
    "events": (".csv", read_status_events, "events.csv"),
    "indicators": (".csv", read_indicators, "indicators.csv"),
    "targets": (".csv", read_targets, "targets.csv"),
}


def main() -> None:
    """Run until the time is over or a fault is found."""
    parser = argparse.ArgumentParser(description="Feed bent files to a reader.")
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--kept", type=Path, default=Path("out/fuzz"))
    asked = parser.parse_args()
    suffix, read, seeds = READERS[asked.reader]
    corpus = asked.kept / asked.reader
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS.glob(seeds):
        shutil.copy(seed, corpus)
    file = Path(tempfile.mkdtemp(), f"a{suffix}")

    def try_one(content: bytes) -> None:
        file.write_bytes(content)
        try:
            found = read(file)
        except ReadError:
            return
        findings_table(getattr(found, "findings", []), language="zh")

    # A warning would reach the user unexplained, so it is a fault as well.
    warnings.simplefilter("error")
    options = [
        f"-max_total_time={int(asked.minutes * 60)}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={SECONDS}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={asked.kept}/{asked.reader}-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
