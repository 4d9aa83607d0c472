"""Run the test groups against the installed wheel and print the minutes of each.

The tests run from an empty folder outside the source tree, so that nothing but the
wheel can be imported. Everything after ``--`` goes to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = ROOT / "build" / "outside"
BIN = Path(sys.executable).parent
PACKAGES = ("zqland", "zqland_geodata", "zqland_maps", "zqland_api")
GROUPS: dict[str, list[str]] = {
    "architecture": [str(ROOT / "tests" / "architecture")],
    # The frame of the migrations runs only where a store calls it.
    "doctests": [
        "--doctest-modules",
        f"--ignore-glob={Path(ROOT.anchor, '*', 'migrations', 'env.py')}",
        "--pyargs",
        *PACKAGES,
    ],
    "core": [str(ROOT / "tests" / "zqland")],
    "geodata": [str(ROOT / "tests" / "geodata")],
    "maps": [str(ROOT / "tests" / "maps")],
    "api": [str(ROOT / "tests" / "api")],
    # A notebook runs in a process of its own, where nothing is counted.
    "notebooks": ["--no-cov", "--nbmake", str(ROOT / "notebooks")],
}
SIDE_BY_SIDE = frozenset({"core", "geodata", "maps", "api"})
"""Groups whose files do not touch each other."""

COVERAGE_GATES = {
    "zqland": 95,
    "zqland_geodata": 90,
    "zqland_maps": 90,
    "zqland_api": 90,
}
"""Least branch coverage in per cent of each package."""


def main() -> int:
    """Run the chosen groups; return 0 if all passed and the gates hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", action="store_true", help="hold the coverage gates")
    parser.add_argument("--group", action="append", choices=list(GROUPS))
    parser.add_argument("--workers", type=int, default=1, help="files side by side")
    parser.add_argument("words", nargs="*", help="words for pytest")
    options = parser.parse_args()
    OUTSIDE.mkdir(parents=True, exist_ok=True)
    environment = _environment()
    subprocess.run(  # noqa: S603
        [str(BIN / "coverage"), "erase"], check=True, cwd=OUTSIDE, env=environment
    )
    outcome = {
        group: _run(
            group, _workers(group, options.workers) + options.words, environment
        )
        for group in options.group or GROUPS
    }
    failed = [group for group, (code, _) in outcome.items() if code]
    print("\nMinutes of each test group")
    for group, (code, minutes) in outcome.items():
        print(f"  {group:<14}{minutes:6.2f}  {'failed' if code else 'passed'}")
    if options.gates and not failed:
        failed = _gates(environment)
    return 1 if failed else 0


def _workers(group: str, count: int) -> list[str]:
    """Return the words with which files of tests run side by side."""
    if count == 1 or group not in SIDE_BY_SIDE:
        return []
    words = ["-n", str(count), "--dist", "loadfile"]
    # What libraries log of damaged files cannot be sent from process to process.
    return [*words, "-p", "no:logging"] if group == "geodata" else words


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    environment.setdefault("ZQLAND_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    environment["COVERAGE_FILE"] = str(ROOT / "build" / "coverage")
    environment["COVERAGE_RCFILE"] = str(ROOT / "pyproject.toml")
    # A file opened in the encoding of the machine's locale is a fault.
    environment["PYTHONWARNDEFAULTENCODING"] = "1"
    environment["ZQLAND_TESTS_OF_WHEEL"] = "1"
    environment["MPLBACKEND"] = "Agg"
    return environment


def _run(
    group: str, words: list[str], environment: dict[str, str]
) -> tuple[int, float]:
    print(f"\n=== {group}", flush=True)
    started = time.monotonic()
    command = [
        str(BIN / "pytest"),
        f"--rootdir={ROOT}",
        f"--config-file={ROOT / 'pyproject.toml'}",
        "--cov",
        "--cov-append",
        "--cov-report=",
        "-q",
        "-p",
        "no:benchmark",
        *words,
        *GROUPS[group],
    ]
    done = subprocess.run(command, check=False, cwd=OUTSIDE, env=environment)  # noqa: S603
    return done.returncode, (time.monotonic() - started) / 60


def _gates(environment: dict[str, str]) -> list[str]:
    failed = []
    for package, least in COVERAGE_GATES.items():
        print(f"\nBranch coverage of {package}, at least {least} %", flush=True)
        done = subprocess.run(  # noqa: S603
            [
                str(BIN / "coverage"),
                "report",
                f"--include=*/{package}/*",
                f"--fail-under={least}",
                "--skip-covered",
            ],
            check=False,
            cwd=OUTSIDE,
            env=environment,
        )
        if done.returncode:
            failed.append(package)
    return failed


if __name__ == "__main__":
    sys.exit(main())
