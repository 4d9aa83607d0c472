"""The command line ``zqland``."""

from __future__ import annotations

from zqland_api.cli.main import app, main

__all__ = ["app", "main"]
