"""Help for tests: find the parts that a test needs, or skip and say what to install."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SKIPPING_FORBIDDEN = "ZQLAND_TESTS_FORBID_SKIPPING"
"""Environment variable: where it is set, a missing part fails instead of skipping."""

SHARED_DATA = "ZQLAND_SHARED_DATA"
"""Environment variable: folder of the shared real data, default ``../shared/data``."""


def missing(part: str, remedy: str) -> None:
    """Skip the running test because a part is missing, or fail where that is forbidden.

    Parameters
    ----------
    part
        What is missing.
    remedy
        What to install or where to put it.
    """
    import pytest  # noqa: PLC0415 - only tests need pytest

    sentence = f"{part} is missing: {remedy}"
    if os.environ.get(SKIPPING_FORBIDDEN):
        pytest.fail(sentence)
    pytest.skip(sentence)


def shared_data(name: str) -> Path:
    """Return the path of a file of the shared real data, or skip the test.

    Parameters
    ----------
    name
        Path below the folder of the shared data.

    Returns
    -------
    path
        An existing file.
    """
    folder = Path(os.environ.get(SHARED_DATA, "../shared/data")).resolve()
    path = folder / name
    if not path.exists():
        missing(f"shared data {name}", f"put the folder beside, or set {SHARED_DATA}")
    return path


def chromium() -> str:
    """Return the path of a Chromium browser, or skip the test."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    missing("Chromium", "apt-get install chromium")
    return ""


def postgres_bin() -> Path:
    """Return the folder of the programs of PostgreSQL with PostGIS, or skip the test.

    Returns
    -------
    folder
        Holds ``initdb``, ``pg_ctl`` and ``pg_dump``.
    """
    remedy = "apt-get install postgresql-15 postgresql-15-postgis-3"
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        extensions = Path("/usr/share/postgresql", folder.parent.name, "extension")
        if (folder / "initdb").exists() and (extensions / "postgis.control").exists():
            return folder
    missing("PostgreSQL with PostGIS", remedy)
    return Path()
