"""Which release of zqland this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

UNRELEASED = "0+tree"
"""The version of a source tree that is not installed."""


def release() -> str:
    """Return the version of the installed package."""
    try:
        return version("zqland")
    except PackageNotFoundError:
        return UNRELEASED
